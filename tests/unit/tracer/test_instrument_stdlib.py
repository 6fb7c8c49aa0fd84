"""Functions of the standard library, instrumented: results as the originals', few refusals."""

from __future__ import annotations

import ast
import collections
import colorsys
import configparser
import csv
import difflib
import fractions
import heapq
import importlib
import io
import json.decoder
import json.encoder
import re
import shlex
import statistics
import string
import sys
import textwrap
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.tracer.running import Deep, outcome
from xcs_ast.source.lookup import find_function
from xcs_ast.tracer.clones import Link, Refusal, clone_of
from xcs_ast.tracer.hooks import Recorder

TEXT = (
    "The quick brown fox -- jumps over\n  the lazy dog.\n\n\tTabs, and a-very-long-hyphenated-word too!  " * 3
)
NUMBERS = [3, 1, 4.5, 1, 5, 9, 2.25, 6, 5, 3]


def _heap(values: list[Any]) -> Any:
    values = list(values)
    py: Any = heapq
    heapq.heapify(values)
    return (
        list(py.merge([1, 4], [2, 3], key=lambda x: x, reverse=False)),
        py.nsmallest(3, values, key=lambda x: -x),
        py.nlargest(2, values),
    )


def _config(text: str) -> Any:
    parser = configparser.ConfigParser()
    parser.read_string(text)
    out = io.StringIO()
    parser.write(out)
    return {name: dict(parser[name]) for name in parser.sections()}, out.getvalue()


def _csv(text: str) -> Any:
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return rows, out.getvalue()


def _json(value: Any) -> Any:
    encoder = json.encoder.JSONEncoder(indent=2, sort_keys=True)
    text = "".join(encoder.iterencode(value))
    decoder = json.decoder.JSONDecoder()
    decoder.scan_once = json.scanner.py_make_scanner(decoder)  # type: ignore[attr-defined]
    return text, decoder.decode(text), json.decoder.py_scanstring('a\\u00e9\\n"', 0)  # type: ignore[attr-defined]


def _diff(a: str, b: str) -> Any:
    matcher = difflib.SequenceMatcher(None, a, b)
    return (
        matcher.get_opcodes(),
        matcher.ratio(),
        list(difflib.unified_diff(a.split(), b.split())),
        list(difflib.ndiff(a.split(), b.split())),
        difflib.get_close_matches("appel", ["ape", "apple", "peach"]),
    )


def _fractions(a: int, b: int) -> Any:
    x, y = fractions.Fraction(a, b), fractions.Fraction("3/7")
    return (
        x + y,
        x * y,
        x / y,
        x // y,
        x % y,
        x**3,
        -x,
        x < y,
        round(x, 2),
        hash(x),
        str(x),
        x.limit_denominator(3),
        float(x),
    )


def _template(text: str) -> Any:
    return (
        string.Template(text).safe_substitute({"a": 1}),
        string.capwords(text),
        string.Formatter().format("{0!r:>5} {x.real}", "q", x=3),
    )


def _decimal(text: str) -> Any:
    decimal = importlib.import_module("_pydecimal")
    context = decimal.Context(prec=12)
    x, y = decimal.Decimal(text), decimal.Decimal("2.5")
    return [
        str(z)
        for z in (
            x + y,
            x * y,
            context.divide(x, y),
            x.quantize(decimal.Decimal("0.01")),
            context.sqrt(abs(x)),
            x.compare(y),
        )
    ]


def _strptime(text: str) -> Any:
    return importlib.import_module("_strptime")._strptime(text, "%Y-%m-%d %H:%M")


def _datetime(day: int) -> Any:
    module = importlib.import_module("_pydatetime" if sys.version_info >= (3, 12) else "datetime")
    moment = module.datetime(2024, 2, day, 3, 4, 5)
    return (
        str(moment + module.timedelta(days=3, hours=7)),
        moment.isocalendar()[:],
        moment.strftime("%j %U"),
        repr(moment),
    )


def _ast(text: str) -> Any:
    return (
        ast.unparse(ast.parse(text)),
        ast.dump(ast.parse(text), indent=2),
        ast.literal_eval("[1, {'a': (2, -3j)}]"),
    )


def _sre(pattern: str) -> Any:
    parser = importlib.import_module("re._parser")
    return (
        repr(parser.parse(pattern)),
        re.escape(pattern),
        [m.group() for m in re.Scanner([(r"\w+", None)]).lexicon] if False else None,
    )  # type: ignore[attr-defined]


SAMPLES: list[tuple[Callable[..., Any], list[tuple[Any, ...]]]] = [
    (textwrap.wrap, [(TEXT, 20), (TEXT, 7), ("", 3), (TEXT, 0)]),
    (textwrap.dedent, [(TEXT,), ("  a\n    b\n",)]),
    (textwrap.shorten, [(TEXT, 30)]),
    (textwrap.indent, [(TEXT, "> ")]),
    (_heap, [(NUMBERS,), ([],)]),
    (heapq.merge, [([1, 3], [2, 4])]),
    (statistics.mean, [(NUMBERS,), ([],), ([fractions.Fraction(1, 3), 2],)]),
    (statistics.stdev, [(NUMBERS,), ([1],)]),
    (statistics.median_grouped, [(NUMBERS,)]),
    (statistics.quantiles, [(NUMBERS,)]),
    (statistics.multimode, [("aabbc",)]),
    (statistics.linear_regression, [([1, 2, 3], [2, 4, 7])]),
    (_fractions, [(1, 3), (-7, 2), (1, 0)]),
    (_json, [({"a": [1, 2.5, None, True, "x\n"], "b": {}},), ([],), ({1, 2},)]),
    (_diff, [("the quick fox", "a quick brown fox"), ("", "x")]),
    (_template, [("$a ${b} $$ {x",), ("",)]),
    (colorsys.rgb_to_hls, [(0.1, 0.5, 0.3), (1, 1, 1)]),
    (colorsys.hsv_to_rgb, [(0.7, 0.5, 0.3), (0.2, 0.0, 1)]),
    (_config, [("[a]\nx = 1\ny = %(x)s2\n[b]\nz: 3\n",), ("nonsense",)]),
    (_csv, [("a,b\n1,2\n3,4\n",)]),
    (shlex.split, [('a \'b c\' d\\ e "f\\"g"',), ("'unclosed",)]),
    (_decimal, [("1.234567",), ("-9e5",), ("nope",)]),
    (_strptime, [("2024-02-29 13:45",), ("2024-02-30 13:45",)]),
    (_datetime, [(1,), (29,), (31,)]),
    (_ast, [("def f(a, *b, c=1):\n    return [x async for x in b if a] or f'{a!r:>{c}}'\n",), ("x = (",)]),
    (_sre, [(r"(?P<a>\w+)[^a-z]*(?:x|y){2,3}?$",), ("(",)]),
]


@pytest.mark.parametrize(("function", "inputs"), SAMPLES, ids=lambda each: getattr(each, "__name__", ""))
def test_results_are_those_of_the_original(
    function: Callable[..., Any], inputs: list[tuple[Any, ...]]
) -> None:
    for arguments in inputs:
        recorder = Deep()
        clone = clone_of(function, recorder.link)  # type: ignore[arg-type]
        assert not isinstance(clone, Refusal), clone
        assert _shown(outcome(clone, *arguments)) == _shown(outcome(function, *arguments))
        assert not any("cannot be instrumented" in reason for _, reason in recorder.refused), recorder.refused


def _shown(found: tuple[str, Any]) -> str:
    kind, value = found
    if kind == "error":
        return repr(value[:2])
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def _functions() -> Iterator[types.FunctionType]:
    skip = {
        "antigravity",
        "this",
        "idlelib",
        "lib2to3",
        "test",
        "turtle",
        "tkinter",
        "turtledemo",
        "__main__",
    }
    more = "json.encoder email.message email._header_value_parser asyncio.base_events asyncio.tasks"
    more += " unittest.mock xml.etree.ElementTree http.client logging.handlers"
    more += " urllib.request concurrent.futures.thread"
    seen: set[int] = set()
    names = sorted(n for n in sys.stdlib_module_names if n not in skip and not n.startswith("_"))
    for name in [*names, "_pydecimal", "_pyio", "_strptime", *more.split()]:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        todo: list[Any] = [module]
        while todo:
            space = todo.pop()
            for value in list(vars(space).values()):
                if isinstance(value, staticmethod | classmethod):
                    value = value.__func__
                elif isinstance(value, property):
                    value = value.fget
                if getattr(value, "__module__", None) != name or id(value) in seen:
                    continue
                seen.add(id(value))
                if type(value) is types.FunctionType:
                    yield value
                elif isinstance(value, type):
                    todo.append(value)


EXPLAINED = re.compile(
    r"no source|.*, which looks at the frame that calls it|a class statement|a class pattern|except\*|"
    r"an asynchronous .*|super\(\) .*|type parameters .*"
)


PARTS = 6
"""Of the functions; what one part takes is enough for a brief run, and each Python takes another part."""


@pytest.mark.parametrize(
    "part",
    [
        part if part == sys.version_info.minor % PARTS else pytest.param(part, marks=pytest.mark.full)
        for part in range(PARTS)
    ],
)
def test_nearly_every_function_of_the_standard_library_is_cloned(part: int) -> None:
    link = Link(Recorder())
    made = 0
    refused: collections.Counter[str] = collections.Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function in list(_functions())[part::PARTS]:
            clone = clone_of(function, link)
            if isinstance(clone, Refusal):
                if find_function(function.__code__) is not None:
                    refused[clone.reason] += 1
                    assert EXPLAINED.fullmatch(clone.reason), (function, clone)
                continue
            made += 1
            a, b = function.__code__, clone.__code__
            for name in (
                "co_name",
                "co_qualname",
                "co_filename",
                "co_firstlineno",
                "co_argcount",
                "co_flags",
            ):
                assert getattr(a, name) == getattr(b, name), (function, name)
            assert clone.__defaults__ is function.__defaults__
    assert made > 5_000 / PARTS
    assert refused.total() < made / 50
