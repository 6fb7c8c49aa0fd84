"""Less usual ways to say usual things: what the analysis makes of each, with nothing left out."""

from __future__ import annotations

import io
import itertools
import logging
import pathlib
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.effects import corners as c
from tests.unit.effects.harness import stage_of

M = "module tests.unit.effects.corners"
SHARED = f"write {M}['SHARED'][]"
UNKNOWN = "unknown"

QUIET = [
    "bound_parts()",
    "error_parts(x)",
    "own_error()",
    "annotated_error()",
    "stop_value()",
    "Plain(x).write_only",
    "Plain(x).read_only",
    "Sub(x).get()",
    "Sub.build(x).n",
    "Sub.through_class(x)",
    "Sub(x).missing()",
    "Sub(x).raw()",
    "WithSetter().attr",
    "WithSetter().half",
    "Metaclassed.twice(x)",
    "Color(x)",
    "Color(x).value",
    "Color.RED.name",
    "Plain.__class__",
    "Plain(x).__class__",
    "repr(Loud.ONE)",
    "plain_module.a",
    "plain_module.__name__",
    "dict.fromkeys([x])",
    "{}.fromkeys",
    "pure.__name__",
    "pure.__doc__",
    "Slots(x).b",
    "Slots(x).a",
    "compared(x)",
    "hashed(x)",
    "Started(x).later",
    "Started(x,4).more",
    "Started(x).start",
    "Named(a=1).b",
    "Named(1)",
    "Named()",
    "pair_of_spread([1,2])",
    "Pair(x).b",
    "Pair(1,2,3)",
    "Pair(q=1)",
    "Pair3(x).total()",
    "Other(x)",
    "MyList([x])",
    "partial_error()",
    "relative()",
    "relative_name()",
    "dotted()",
    "starred([1,2,3])",
    "annotated(x)",
    "asserted(x)",
    "quiet_assert(x)",
    "while_true(x)",
    "nested_try(x)",
    "groups(x)",
    "chooses(x,ValueError)",
    "matches(x)",
    "deep_closure(x)",
    "unbound(x)",
    "set_operations(x)",
    "scalars(x)",
    "identity(x)",
    "contained(x)",
    "spread_unknown(x)",
    "keyword_only(x,flag=2)",
    "keyword_only(x)",
    "both_ways(x,d=1)",
    "both_ways(x,b=1,d=1)",
    "both_ways(x,2,3,4,d=1,e=2)",
    "both_ways()",
    "annotated_none(x)",
    "one()",
    "one(2,3,4)",
    "makes_partial(x)",
    "reduces(x)",
    "drives()",
    "request('http://h/')",
    "iterates(x)",
    "largest(x)",
    "made_raw(x)",
    "formatted(x)",
    "format_errors(x)",
    "views(x)",
    "nested_tuples(x)",
    "wide_tuple(x)",
    "slices(x)",
    "slots_read(x)",
    "arrays(x)",
    "conversions(x)",
    "isinstance(x, int | str)",
    "isinstance(x, (int, (str, bytes)))",
    "isinstance(x, int | None)",
    "get_a(Plain(x))",
    "get_deep(Plain(x))",
    "call_get(Plain(x))",
    "operator.attrgetter('n')(Plain(x))",
    "operator.attrgetter('n', 'kind')(Plain(x))",
    "sum(lambda: 1)",
    "Plain(x).get.__call__()",
    "both_ways(*[x], d=1)",
    'both_ways(**{"d": x}, a=1)',
    "pure(*[x])",
    'one(**{"c": 1})',
    "sum([x], *[1])",
    "max(*[1, x])",
    "x.bit_length()",
    'int.from_bytes(b"a")',
    "Plain.build(x).n",
    "Sub.build",
    "dict.fromkeys([x])",
    "min([x], default=1)",
    'b"a" + bytearray(b"b")',
    "{1} | {x} | frozenset({2})",
    "[*{1: x}]",
    "x if not x else -x",
    "(x, 1) + (2,)",
    "repr(Color.RED)",
    "bool(pure)",
    "bool(Plain)",
    "bool(collections)",
    "not pure",
    "Plain(x) or 1",
]
FIELDS = ["read <Field>.*", "read <dict>[]"]
"""What `dataclasses` notes of a class, which anybody may change."""

TOLD = [
    ("Color['RED']", []),  # but the members by name, which are the module's
    ("tree_dump(x)", FIELDS),
    ("replaced(x)", FIELDS),
    ("error_unknown(x)", [UNKNOWN]),
    ("OnClass.attr", [SHARED]),
    ("OnClass().attr", [SHARED]),
    ("Called(x)", [SHARED]),
    ("Lenient(x)", [UNKNOWN]),
    ("Color(x,x)", [UNKNOWN]),
    ('f"{Loud.ONE}"', [SHARED]),
    ("module_with_getattr.a", [SHARED]),
    ("module_with_builtin.a", [UNKNOWN]),
    ("odd_module.value", [UNKNOWN]),
    ("Renamed().other", [UNKNOWN]),
    ("NoisyStart(x)", [SHARED]),
    ("NoisyDefault()", [SHARED]),
    ("Pair3(x).b.append(1)", ["write <list>[]"]),
    ("MyInt(x)", [UNKNOWN]),
    ("Cached(x)", ["write class Cached.made[]"]),
    ("MyDict()[x]", [SHARED]),
    ("reraises(x)", [SHARED]),
    ("guard_matches(x)", [SHARED]),
    ("class_inside(x)", [UNKNOWN]),
    ("lambda_defaults(x)", [SHARED]),
    ("nested_default(x)", [SHARED]),
    ("in_loop_globals(x)", [f"write {M}.COUNTED"]),
    ("remembered(x)", [SHARED, f"write {M}['remembered'].*"]),
    ("quick(x)", [f"write {M}['quick'].*"]),
    ("shout(x)", ["write channel stdout"]),
    ("reduces_noisy(x)", [SHARED]),
    ("generator()", [SHARED]),
    ("closes()", [SHARED]),
    ("sends()", [SHARED, UNKNOWN]),
    ("opens('a')", ["read channel cwd", "read channel filesystem"]),
    ("opens_binary('a')", ["read channel cwd", "read channel filesystem"]),
    ("opens_to_write('a')", ["read channel cwd", "write channel filesystem"]),
    ("opens_oddly('a')", [UNKNOWN]),
    ("opens_by_mode('a',x)", [UNKNOWN]),
    ("prints_there(x)", ["write channel stdout", SHARED]),
    ("logs_loosely(x)", ["read channel clock", "write channel log", "write channel stack", UNKNOWN]),
    ("heads('http://h/')", ["read channel environment", "read channel network"]),
    ("asks('http://h/','POST')", ["read channel environment", "write channel network"]),
    ("calls_noisy(x)", [SHARED]),
    ("iter(noisy, 1)", [UNKNOWN]),
    ("list(iter(noisy, 1))", [UNKNOWN]),
    ("EvilEq() in {1: 2}", [SHARED]),
    ("Plain(x).noisy.__call__()", [SHARED]),
    ('print(**{"sep": ""})', ["write channel stdout"]),
    ("str(Color.RED)", ["read <Color>.*"]),
]
OBJECTS = [
    ("deletes_item(x)", lambda: [1], ["write item[]"]),
    ("deletes_attr(x)", lambda: c.Plain(), ["write item.n"]),
    ("deletes_attr(x)", lambda: c.Deleting(), [UNKNOWN]),
    ("deletes_item(x)", lambda: c.Items(), [SHARED]),
    ("deletes_item(x)", lambda: {1: 2}, ["read item[]", "write item[]"]),
    ("x.attr", lambda: c.OnClass(), ["read item.attr", SHARED]),
    ("setattr(x, 'n', 1)", lambda: c.Plain(), ["write item.n"]),
    ("setattr(x, 'attr', 1)", lambda: c.WithSetter(), [SHARED]),
    ("setattr(x, 'half', 1)", lambda: c.WithSetter(), [UNKNOWN]),
    ("setattr(x, 'read_only', 1)", lambda: c.Plain(), []),
    ("setattr(x, 'write_only', 1)", lambda: c.Plain(), [SHARED]),
    ("setattr(x, 'z', 1)", lambda: c.Guarded, [UNKNOWN]),
    ("setattr(x, 'other', 1)", lambda: c.Renamed(), ["write item.other", UNKNOWN]),
    ("x.unset_only", lambda: c.Plain(), ["read item.n"]),
    ("setattr(x, 'a', 1)", lambda: c.Slots(1), ["write item.a"]),
    ("x.a", lambda: c.Slots(1), ["read item.a"]),
    ("x.b", lambda: c.Slots(1), ["read item.b"]),
    ("x.b", lambda: object(), []),
    ("{x} | {1}", lambda: c.EvilEq(), [SHARED]),
    ("{x: 1} | {}", lambda: c.EvilEq(), [SHARED]),
    ("hashed(x)", lambda: c.EvilEq(), [SHARED]),
    ("compared(x)", lambda: c.EvilEq(), [SHARED]),
    ("repr(Ordered(x))", lambda: c.EvilEq(), [SHARED]),
    ("tree_dump(x)", lambda: c.EvilEq(), [UNKNOWN, *FIELDS]),
    ("items[x]", lambda: c.EvilIndex(), ["read items[]", SHARED]),
    ("dict(x)", lambda: c.Keys(), ["read item.keys", SHARED]),
    ("{**x}", lambda: c.Keys(), [UNKNOWN]),
    ("[*x]", lambda: c.Iter(), [SHARED]),
    ("x[1]", lambda: c.Items(), []),
    ("x.__setitem__(1, 2)", lambda: c.Items(), ["read item.__setitem__", SHARED]),
    ("matches(x)", lambda: {"a": 1}, ["read item[]"]),
    ("matches(x)", lambda: [1, 2], ["read item[]"]),
    ("asks('http://h', x)", lambda: "GET", ["read channel environment", "read channel network"]),
    ("asks('http://h', x)", lambda: "POST", ["read channel environment", "write channel network"]),
    (
        "asks_given(x)",
        lambda: urllib.request.Request("http://h/"),
        ["read channel environment", "write channel network", "write item.*"],
    ),
    ("opens(x)", lambda: c.Plain(), [UNKNOWN]),
    ("opens(x)", lambda: pathlib.Path("a"), ["read channel cwd", "read channel filesystem"]),
    ("x.open('rb')", lambda: pathlib.Path("a"), ["read channel cwd", "read channel filesystem"]),
    ("x.open('w')", lambda: pathlib.Path("a"), ["read channel cwd", "write channel filesystem"]),
    ("'%s' % x", lambda: ValueError("a"), [UNKNOWN]),
    ("str(x)", lambda: ValueError("a"), ["read item.*", UNKNOWN]),
    ("f'{x}'", lambda: c.Loud.ONE, [SHARED]),
    ("x.name", lambda: c.Color.RED, []),
    ("1 != x", lambda: c.EvilEq(), [SHARED]),
    ("max(x, x)", lambda: c.EvilEq(), [SHARED]),
    (
        "dataclasses.asdict(x)",
        lambda: c.Tree(1, [[2]]),
        [
            *FIELDS,
            "read item.__dataclass_fields__",
            "read item.below",
            "read item.below.**",
            "read item.below[]",
            "read item.table",
            "read item.table.**",
            "read item.table[]",
            "read item.value",
        ],
    ),
    (
        "dataclasses.replace(x, name='b')",
        lambda: c.Ordered(1),
        [*FIELDS, "read item.__dataclass_fields__", "read item.name", "read item.rank"],
    ),
    (
        "dataclasses.replace(x, n=1, start=2)",
        lambda: c.Started(1),
        [*FIELDS, "read item.__dataclass_fields__", UNKNOWN],
    ),
    ("next(x)", lambda: iter([1]), ["write item.*", "write item[]"]),
    ("next(x)", lambda: c.Iter(), ["write item.*", SHARED]),
    ("next(x)", lambda: itertools.count(), ["write item.*"]),
    ("iter(x)", lambda: c.Iter(), [SHARED]),
    ("next(x)", lambda: c.generator(), ["write item.*", UNKNOWN]),
    ("x()", lambda: c.Plain(1).noisy, ["read item.__self__.n", SHARED]),
    ("x.a", lambda: c.Pair(1), []),
    ("x[0]", lambda: c.Pair(1), []),
    ("x.keys()", lambda: {"a": 1}, []),
    ("list(x)", lambda: {"a": 1}.items(), [UNKNOWN]),
    ("Color(x)", lambda: c.Color.RED, []),
    ("getters(x)", lambda: 1, [UNKNOWN]),
    ("x.value", lambda: c.Color.RED, []),
    ("x.n", lambda: c.Sub(1), ["read item.n"]),
    ("bool(x)", lambda: c.pure, []),
    ("x.__self__.n", lambda: c.Plain(1).get, ["read item.*", UNKNOWN]),
    ("{**x}", lambda: {"a": 1}, ["read item[]"]),
    ("len(x)", lambda: c.MyDict(a=1), ["read item[]"]),
    ("x['b']", lambda: c.MyDict(a=1), ["read item[]", SHARED, UNKNOWN]),
    ("x['a']", lambda: {"a": 1}, ["read item[]"]),
    ("x['b']", lambda: {"a": 1}, ["read item[]"]),
    ("(lambda a, b: a)(*x)", lambda: [1, 2], ["read item[]"]),
    ("[*x]", lambda: (1, 2), []),
    ("x + [1]", lambda: [2], ["read item[]"]),
    ("x * 2", lambda: [2], ["read item[]"]),
    ("x | {1}", lambda: {2}, ["read item[]"]),
    ("x[0:1]", lambda: [1], ["read item[]"]),
    ("x == [1]", lambda: [1], ["read item[]"]),
]


def told(call: str, item: Any) -> set[str]:
    """What the analysis says, but for reads of the module's own names, and for why it does not know."""
    lines = stage_of(call, vars(c), item=item, items=[1])
    assert not [line for line in lines if "analysis failed" in line]
    seen = [line for line in lines if not line.startswith(f"read {M}")]
    return {UNKNOWN if line.startswith("unknown: ") else line for line in seen}


@pytest.mark.parametrize("call", QUIET)
def test_nothing_that_others_could_see(call: str) -> None:
    assert told(call, 1) <= ({"read <dict>[]"} if call.startswith("relative") else set())  # sys.modules


@pytest.mark.parametrize(("call", "expected"), TOLD)
def test_what_others_could_see(call: str, expected: list[str]) -> None:
    assert told(call, 1) == set(expected)


@pytest.mark.parametrize(("call", "make", "expected"), OBJECTS)
def test_what_is_done_to_the_item(call: str, make: Callable[[], Any], expected: list[str]) -> None:
    assert told(call, make()) == set(expected)


def test_a_logger_with_handlers_of_the_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    plain = {"read channel clock", "write channel log", "write channel stack"}
    monkeypatch.setattr(c.logger, "propagate", False)
    monkeypatch.setattr(c.logger, "handlers", [logging.StreamHandler(io.StringIO())])
    assert told("logs(x)", 1) == plain | {f"write {M}['logger'].handlers[0].stream.*"}
    c.logger.handlers[0].addFilter(lambda record: True)
    assert told("logs(x)", 1) == plain | {UNKNOWN}
    for channel in ("stderr", "stdout"):
        stream = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setattr(sys, channel, stream)
        monkeypatch.setattr(c.logger, "handlers", [logging.StreamHandler(stream)])
        assert told("logs(x)", 1) == plain | {f"write channel {channel}"}
    late = logging.FileHandler(tmp_path / "log", delay=True)
    monkeypatch.setattr(c.logger, "handlers", [late])
    assert told("logs(x)", 1) == plain | {"write channel filesystem", f"write {M}['logger'].handlers[0].*"}
    monkeypatch.setattr(c.logger, "handlers", [])
    assert told("logs(x)", 1) == plain | {"write channel stderr"}  # the handler of last resort
    monkeypatch.setattr(logging, "_logRecordFactory", logging.makeLogRecord)
    assert told("logs(x)", 1) == plain | {UNKNOWN}
