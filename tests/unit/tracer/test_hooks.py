"""The hooks by themselves."""

from __future__ import annotations

import collections
import inspect
import logging
import types
import warnings
from typing import Any

import pytest

from tests.unit.tracer.running import plain_clone
from xcs_ast.tracer.hooks import BINARY, COMPARE, INPLACE, UNARY, Direct, Recorder, once


@pytest.fixture(params=[Recorder, Direct])
def r(request: pytest.FixtureRequest) -> Recorder:
    made: Recorder = request.param()
    return made


def test_operators_are_those_written(r: Recorder) -> None:
    for op in BINARY:
        a, b = (collections.Counter("ab"), collections.Counter("b")) if op == "@" else (12, 5)
        for text, hook in ((f"a {op} b", r.binary), (f"a {op}= b", r.inplace)):
            try:
                space = {"a": a, "b": b}
                exec(text if "=" in text else f"a = {text}", space)
            except TypeError as error:
                with pytest.raises(TypeError) as caught:
                    hook(op, a, b)
                assert str(caught.value) == str(error)
            else:
                assert hook(op, a, b) == space["a"]
    assert BINARY.keys() == INPLACE.keys()
    for op in UNARY:
        assert r.unary(op, 5) == eval(f"{op} 5")
    for op in COMPARE:
        a, b = (1, [1, 2]) if "in" in op else (1, 2)
        assert r.compare(op, a, b) is eval(f"a {op} b", {"a": a, "b": b})


def test_in_place_is_in_place(r: Recorder) -> None:
    o = types.SimpleNamespace(x=[1])
    x = o.x
    r.finish(r.begin_attr(o, "x"), "+", [2])
    assert o.x is x == [1, 2]
    r.finish_binary(r.begin_attr(o, "x"), "+", [3], o)
    assert o.x is not x
    assert (x, o.x) == ([1, 2], [1, 2, 3])


def test_tokens_of_all_kinds(r: Recorder) -> None:
    scope: dict[str, Any] = {"g": 1}
    r.finish(r.begin_global(scope, "g"), "+", 1)
    r.finish_binary(r.begin_global(scope, "g"), "*", 5, None)
    assert scope == {"g": 10}
    with pytest.raises(NameError):
        r.begin_global(scope, "nothing")
    cell = types.CellType(1)
    r.finish(r.begin_cell(cell, "c"), "+", 1)
    r.finish_binary(r.begin_cell(cell, "c"), "*", 5, None)
    assert cell.cell_contents == 10
    d: dict[Any, Any] = {}
    r.finish_binary(r.begin_get(d, "k", 0), "+", 2, d)
    r.finish_binary(r.begin_item(d, "k"), "-", 1, d)
    r.finish(r.begin_item(d, "k"), "+", 6)
    other: dict[Any, Any] = {}
    r.finish_binary(r.begin_item(d, "k"), "+", 1, other)
    assert (d, other) == ({"k": 7}, {"k": 8})
    with pytest.raises(TypeError, match="does not support item assignment"):
        r.finish_binary(r.begin_item(d, "k"), "+", 1, None)


def test_what_one_recorder_begins_another_finishes() -> None:
    for first, second in ((Recorder(), Direct()), (Direct(), Recorder())):
        o = types.SimpleNamespace(x=1)
        second.finish(first.begin_attr(o, "x"), "+", 1)
        second.finish_binary(first.begin_attr(o, "x"), "+", 1, o)
        cell = types.CellType(1)
        second.finish(first.begin_cell(cell, "c"), "+", 1)
        second.finish_binary(first.begin_global(vars(o), "x"), "+", 1, None)
        second.finish(first.begin_item(vars(o), "x"), "+", 1)
        assert (o.x, cell.cell_contents) == (5, 2)


def test_globals_and_builtins(r: Recorder) -> None:
    assert r.load_global({}, "len") is len
    assert r.load_global({"len": 1}, "len") == 1
    assert r.load_global({"__builtins__": {"len": 2}}, "len") == 2
    with pytest.raises(NameError, match=r"^name 'len' is not defined$"):
        r.load_global({"__builtins__": {}}, "len")


def test_once_spares_iterators_a_second_iter() -> None:
    class Python:
        def __iter__(self) -> Any:
            raise AssertionError

        def __next__(self) -> int:
            raise StopIteration

    assert list(once(Python())) == []
    for plain in (iter([1]), (x for x in "a"), map(len, ["a"]), open(__file__)):
        assert once(plain) is plain  # type: ignore[arg-type]
        if hasattr(plain, "close"):
            plain.close()


def test_iterators_of_a_class_are_asked_once(r: Recorder) -> None:
    class Twice:
        def __init__(self) -> None:
            self.asked = 0

        def __iter__(self) -> Any:
            self.asked += 1
            return self

        def __next__(self) -> int:
            raise StopIteration

    x = Twice()
    for _ in r.iterate(x):
        pass
    assert x.asked == 1


def test_callees_see_the_stack_of_the_plain_program(r: Recorder) -> None:
    logging.getLogger("test_hooks").filters.clear()
    plain = lookers()
    logging.getLogger("test_hooks").filters.clear()
    assert plain_clone(lookers, r)() == plain
    logging.getLogger("test_hooks").filters.clear()


def lookers() -> Any:
    out: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("seen", stacklevel=1)
        warnings.warn("seen again")
    out += [(each.filename, each.lineno) for each in caught]
    frame = inspect.stack()[0]
    out += [frame.function, frame.lineno]
    logger = logging.getLogger("test_hooks")
    records: list[Any] = []
    logger.addFilter(lambda record: bool(records.append((record.funcName, record.lineno))))
    logger.warning("x")
    logger.error("y %s", 1)
    return out, records
