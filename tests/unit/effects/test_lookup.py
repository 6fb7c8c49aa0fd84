"""From code objects to their source."""

from __future__ import annotations

import ast
import importlib.util
import linecache
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from xcs_ast.source import lookup
from xcs_ast.source.lookup import digest_of, find_function, forget_sources, register_rewritten
from xcs_ast.source.rewritten import LOADED, Loaded

SOURCE = """
from __future__ import annotations
import json


def plain(x):
    return json.dumps(x)


class Outer:
    class Inner:
        def method(self):
            def nested():
                return self.__private
            return nested

        @property
        def prop(self):
            return 1

    table = {"f": lambda x: x + 1, "g": lambda x: x + 2}


pair = (lambda a: a, lambda b: b)


def decorated_default(f=lambda q: q * 3):
    return f


if True:
    def conditional():
        return super
"""


@pytest.fixture
def module(tmp_path: Path) -> types.ModuleType:
    forget_sources()
    return load(tmp_path / "sample_for_lookup.py", SOURCE)


def load(path: Path, source: str) -> types.ModuleType:
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, old = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(made)
    finally:
        sys.dont_write_bytecode = old
    return made


def text_of(function: types.FunctionType) -> str | None:
    found = find_function(function.__code__)
    return None if found is None else ast.unparse(found.node)


def test_functions_methods_and_nested_ones(module: types.ModuleType) -> None:
    assert text_of(module.plain) == "def plain(x):\n    return json.dumps(x)"
    method = module.Outer.Inner.method
    assert text_of(method).startswith("def method(self)")
    found = find_function(method(None).__code__)
    assert found is not None
    assert found.owner == "Inner"
    assert text_of(module.Outer.Inner.prop.fget).startswith("@property")
    assert text_of(module.conditional) is not None


def test_lambdas_on_one_line_are_told_apart(module: types.ModuleType) -> None:
    assert text_of(module.pair[0]) == "lambda a: a"
    assert text_of(module.pair[1]) == "lambda b: b"
    assert text_of(module.Outer.table["f"]) == "lambda x: x + 1"
    assert text_of(module.Outer.table["g"]) == "lambda x: x + 2"
    assert text_of(module.decorated_default()) == "lambda q: q * 3"


def test_a_changed_file_is_not_believed(module: types.ModuleType) -> None:
    path = Path(module.__file__)
    path.write_text(SOURCE.replace("json.dumps(x)", "json.loads(x)"), encoding="utf-8")
    assert text_of(module.plain) is None
    assert text_of(module.conditional) is not None


def test_a_file_that_changes_later_is_read_again(module: types.ModuleType) -> None:
    path = Path(module.__file__)
    assert text_of(module.plain) == "def plain(x):\n    return json.dumps(x)"
    changed = load(path, SOURCE.replace("json.dumps(x)", "json.loads(x) or x"))
    assert text_of(changed.plain) == "def plain(x):\n    return json.loads(x) or x"


def test_code_without_a_file() -> None:
    space: dict[str, types.FunctionType] = {}
    exec("def f(x):\n    return x\n", space)
    assert text_of(space["f"]) is None


def test_code_in_the_line_cache() -> None:
    forget_sources()
    text = "def f(x):\n    return x + 41\n"
    space: dict[str, types.FunctionType] = {}
    exec(compile(text, "<cell 1>", "exec"), space)
    linecache.cache["<cell 1>"] = (len(text), None, text.splitlines(True), "<cell 1>")
    try:
        assert text_of(space["f"]) == "def f(x):\n    return x + 41"
    finally:
        del linecache.cache["<cell 1>"]


def test_rewritten_modules_are_found_by_name_and_line(tmp_path: Path) -> None:
    forget_sources()
    path = tmp_path / "rewritten_for_lookup.py"
    path.write_text(SOURCE, encoding="utf-8")
    changed = SOURCE.replace("return json.dumps(x)", "return 'rewritten', json.dumps(x)")
    space: dict[str, types.FunctionType] = {"__name__": "rewritten_for_lookup"}
    exec(compile(changed, str(path), "exec"), space)
    assert text_of(space["plain"]) is None
    register_rewritten(str(path), digest_of(SOURCE.encode()))
    assert text_of(space["plain"]) == "def plain(x):\n    return json.dumps(x)"
    path.write_text(SOURCE + "\n", encoding="utf-8")
    forget_sources()
    assert text_of(space["plain"]) is None


def test_modules_that_our_loader_left_as_they_are_need_not_be_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose code object it is, and that the file has the content it was compiled from, says it all."""
    forget_sources()
    path = tmp_path / "loaded_for_lookup.py"
    path.write_text(SOURCE, encoding="utf-8")
    code = compile(SOURCE, str(path), "exec")
    space: dict[str, Any] = {"__name__": "loaded_for_lookup"}
    exec(code, space)
    monkeypatch.setitem(LOADED, str(path), Loaded(code, digest_of(SOURCE.encode())))
    monkeypatch.setattr(lookup, "_compiled", lambda *_: {})
    assert text_of(space["plain"]) == "def plain(x):\n    return json.dumps(x)"
    method = space["Outer"].Inner.method
    assert find_function(method.__code__).owner == "Inner"
    assert text_of(method(None)) == "def nested():\n    return self.__private"
    # Its equal is not one of its parts, and two lambdas on one line are not told apart by that.
    twin = space["plain"].__code__.replace(co_name="plain")
    assert twin == space["plain"].__code__
    assert find_function(twin) is None
    assert find_function(space["pair"][0].__code__) is None
    path.write_text(SOURCE + "\n", encoding="utf-8")
    forget_sources()
    assert text_of(space["plain"]) is None


def test_most_of_the_standard_library_is_found() -> None:
    import argparse
    import dataclasses
    import http.client
    import json.decoder

    missed = []
    for holder in (argparse, dataclasses, http.client, json.decoder):
        for value in vars(holder).values():
            functions = vars(value).values() if isinstance(value, type) else (value,)
            for function in functions:
                if (
                    isinstance(function, types.FunctionType)
                    and function.__code__.co_filename == holder.__file__
                    and find_function(function.__code__) is None
                ):
                    missed.append(function.__qualname__)
    assert missed == []


def test_a_function_with_a_name_is_found_as_in_the_index_of_all() -> None:
    text = (
        Path(lookup.__file__).read_text()
        + SOURCE
        + """
try:
    def tried(): pass
except E:
    class Inside:
        @decorate(
            lambda: 1
        )
        async def late(self):
            match self:
                case 1:
                    def matched(): pass
                case _:
                    for x in y:
                        def looped(): pass
                    else:
                        def other(): pass
finally:
    with a:
        def last(): return lambda: [lambda: 2]
"""
    )
    tree = ast.parse(text)
    index = lookup._index(tree)
    assert ("Inside.late.<locals>.matched", _line(text, "def matched")) in index
    for (name, line), expected in index.items():
        if "<lambda>" not in name:
            found = lookup._defined(tree, name, line)
            assert [_parts(each) for each in found] == [_parts(each) for each in expected]
            assert lookup._defined(tree, name, line + 1) == []


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def _parts(candidate: lookup._Candidate) -> tuple[object, ...]:
    return candidate.node, candidate.owner, candidate.classes, candidate.unit


def test_only_imports_of_the_module_itself_shape_what_is_compiled() -> None:
    text = """
from __future__ import annotations
import a
from b import *
try:
    import c
except E:
    from d import e
class F:
    import g
def h():
    import i
if j:
    with k:
        import l
"""
    found = [ast.unparse(each) for each in lookup._imports(ast.parse(text))]
    assert sorted(found) == ["from d import e", "import a", "import c", "import l"]
