"""Parts of the recorder by themselves: what is handed to C code, what may wait, what logging is plain."""

from __future__ import annotations

import ast
import dataclasses
import datetime
import io
import logging
import sys
import types
from collections import Counter
from typing import Any, ClassVar

import pytest

from tests.unit.tracer.test_transaction_rules import begin
from xcs_ast.effects.entry_parser import parse_entry
from xcs_ast.tracer import deferred_logging, kinds, parking
from xcs_ast.tracer import observing_lookup as lookup
from xcs_ast.tracer.hooks import Direct, Recorder
from xcs_ast.tracer.kinds import MISSING, Abandon
from xcs_ast.tracer.modelled import _Use

# views


class Plain:
    def __repr__(self) -> str:
        return "said"


def test_what_c_code_may_look_at() -> None:
    _, recorder = begin()
    thing, counts = object(), Counter("ab")
    assert recorder.view(5) == 5
    assert recorder.view(thing, ("__hash__",)) is thing
    assert recorder.view([1, [2]], ("__repr__",)) == [1, [2]]
    assert recorder.view(counts, ("__len__",)) == counts
    twice = [1]
    assert recorder.view([twice, twice], ("__repr__",)) == [[1], [1]]
    own = recorder.adopt(bytearray(b"a"))
    assert recorder.view(own) is own


def _nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


def _endless() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    "given",
    [
        lambda: Plain(),
        lambda: [Plain()],
        lambda: {"a": (Plain(),)},
        lambda: Counter({Plain: 1, "a": [1]}),
        lambda: _nested(70),
        lambda: _endless(),
    ],
)
def test_what_c_code_may_not_look_at(given: Any) -> None:
    _, recorder = begin()
    with pytest.raises(Abandon):
        recorder.view(given(), ("__repr__",), data=True)


def test_a_map_with_something_shared_in_it_is_not_copied() -> None:
    _, recorder = begin()
    with pytest.raises(Abandon):
        recorder.view(Counter({"a": [1]}), ("__repr__",))  # type: ignore[dict-item]
    assert recorder.view(Counter("a"), ("__repr__",)) == Counter("a")


@dataclasses.dataclass(frozen=True)
class Row:
    n: int
    text: str = dataclasses.field(default="", repr=False, compare=False)
    kind: ClassVar[int] = 1


@dataclasses.dataclass(frozen=True)
class Computed:
    n: Any = (1,)


@dataclasses.dataclass(frozen=True)
class Stripped:
    n: int


Stripped.__dataclass_fields__ = ()  # type: ignore[assignment]


def test_fields_that_generated_methods_go_by() -> None:
    _, recorder = begin()
    assert recorder.generated_fields(Row, "__hash__") == ("n",)
    assert recorder.generated_fields(Row, "__eq__") == ("n",)
    assert recorder.generated_fields(Row, "__repr__") == ("n",)
    assert recorder.generated_fields(Stripped, "__eq__") is None
    assert recorder.is_harmless(Row(1), "__hash__")
    assert not recorder.is_harmless(Row([1]), "__hash__")  # type: ignore[arg-type]
    assert not recorder.is_harmless(Computed(5), "__hash__")


def test_special_methods_of_exceptions_and_classes() -> None:
    _, recorder = begin()
    assert recorder.is_harmless(ValueError(1), "__reduce__")
    assert recorder.is_harmless(int, "__repr__")
    assert recorder.is_harmless(Plain, "__repr__")
    assert not recorder.is_harmless(Plain(), "__repr__")


def test_what_is_unknown_is_loud() -> None:
    _, recorder = begin()
    recorder.successor = Recorder()
    thing: Any = types.SimpleNamespace()
    recorder.store_attr(5, thing, "n")
    assert thing.n == 5
    assert recorder.late("anything") is recorder.successor
    with pytest.raises(RuntimeError, match="too late"):
        recorder.wait("too late")


# models


def _asks(recorder: Any, rule: str, name: str = "get", **given: Any) -> bool:
    entry = parse_entry("requests", name, f"{name}:", of_class=False)
    placed: dict[Any, Any] = {key: (value,) for key, value in given.items()}
    use = _Use(entry, None, placed)
    recorder._rule(rule, use)
    return use.external


def test_requests_that_commute() -> None:
    assert _asks(begin()[1], "http", url="http://x/a")
    for given in ({"name": "post", "url": "http://x/a"}, {"url": Plain()}):
        with pytest.raises(Abandon):
            _asks(begin()[1], "http", **given)


def test_what_a_block_catches() -> None:
    class Meta(type):
        pass

    class Odd(Exception, metaclass=Meta):
        pass

    entry = parse_entry("contextlib", "suppress", "suppress:", of_class=False)
    for given in (Odd, 5):
        use = _Use(entry, None, {"*": (ValueError, given)})
        with pytest.raises(Abandon):
            begin()[1]._rule("catches", use)


# kinds


def test_what_is_the_same_and_what_cannot_change() -> None:
    assert kinds.same(complex(0, 1), complex(0, 1))
    assert not kinds.same(complex(0, 0.0), complex(0, -0.0))
    assert kinds.is_immutable((1, ("a", frozenset([2]))))
    assert not kinds.is_immutable((1, []))
    day = datetime.date(2020, 1, 1)
    assert kinds.is_plain_equal(day)
    assert kinds.is_plain_key((day, 1))
    assert kinds.element_types_plain([(1, 2), (day,)])

    class Odd:
        def __eq__(self, other: object) -> bool:
            raise AssertionError

        def __hash__(self) -> int:
            return 1

    class Number(int):
        def __ne__(self, other: object) -> bool:
            raise AssertionError

    assert not kinds.element_types_plain([(1, 2), (Odd(),)])
    assert not kinds.is_plain_key(Odd())
    assert not kinds.is_plain_equal(Number(1))


def test_a_class_may_hide_the_dictionary_of_its_instances() -> None:
    class Hiding:
        __dict__ = property(lambda self: {})  # type: ignore[assignment]

    class Base:
        pass

    class Showing(Base):
        pass

    with pytest.raises(kinds.Unsure):
        kinds.space_of(Hiding())
    assert kinds.space_of(Showing()) == {}
    assert kinds.space_of(5) is None


# observing


class Answering:
    own = 1

    def __getattribute__(self, name: str) -> Any:
        return name


class Shown:
    own = 1

    def __init__(self) -> None:
        self.n = 1


def test_what_reading_an_attribute_touches() -> None:
    assert lookup.attribute(Answering(), "own") == (None, None)
    assert lookup.attribute(Shown(), "missing") == (None, None)
    assert lookup.attribute(Shown, "own") == (None, None)
    touched = lookup.attribute(Shown(), "n")[0]
    assert touched is not None
    assert touched[0][2] == "n"
    module = types.ModuleType("made")
    assert lookup.plain_store(module, "n")
    assert not lookup.plain_store(Shown, "own")


def test_items_that_can_be_looked_at() -> None:
    assert lookup.plain_item([1], 0)
    assert not lookup.plain_item([1], "a")
    assert lookup.plain_item({"a": 1}, "a")
    assert not lookup.plain_item({Shown: 1}, "a")
    assert not lookup.plain_item((1,), 0)
    assert lookup.item([1], 0) == 1
    assert lookup.item([1], 5) is MISSING
    assert lookup.item({}, "a") is MISSING


# logging


@pytest.fixture
def logger() -> Any:
    made = logging.Logger("apart")
    made.propagate = False
    return made


def test_logging_that_is_plain(logger: Any) -> None:
    assert deferred_logging.is_plain(logger)
    handler = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    assert deferred_logging.is_plain(logger)
    assert list(deferred_logging.written_by(logger)) == [handler.stream]
    handler.setFormatter(logging.Formatter("%(message)s"))
    assert deferred_logging.is_plain(logger)


def _own_factory(patch: Any, logger: Any) -> None:
    patch.setattr(logging, "_logRecordFactory", lambda *a, **k: None)


def _own_method(patch: Any, logger: Any) -> None:
    patch.setattr(logging.Logger, "handle", lambda self, record: None)


def _own_filter(patch: Any, logger: Any) -> None:
    logger.addFilter(lambda record: True)


def _own_field(patch: Any, logger: Any) -> None:
    logger.mine = 1


def _own_formatter(patch: Any, logger: Any) -> None:
    class Mine(logging.Formatter):
        pass

    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(Mine())
    logger.addHandler(handler)


def _own_handler(patch: Any, logger: Any) -> None:
    class Mine(logging.Handler):
        pass

    logger.addHandler(Mine())


def _own_last_resort(patch: Any, logger: Any) -> None:
    patch.setattr(logging, "lastResort", logging.StreamHandler(io.StringIO()))


@pytest.mark.parametrize(
    "change",
    [_own_factory, _own_method, _own_filter, _own_field, _own_formatter, _own_handler, _own_last_resort],
)
def test_logging_with_something_of_the_programs(change: Any, logger: Any, monkeypatch: Any) -> None:
    assert deferred_logging.is_plain(logger)
    change(monkeypatch, logger)
    assert not deferred_logging.is_plain(logger)


def test_where_a_file_is_opened_later(logger: Any, tmp_path: Any) -> None:
    handler = logging.FileHandler(tmp_path / "log", delay=True)
    logger.addHandler(handler)
    assert list(deferred_logging.written_by(logger)) == [handler]
    handler.close()


def test_what_a_stream_ends_in(tmp_path: Any) -> None:
    stream = io.TextIOWrapper(io.BytesIO())
    assert deferred_logging.ends_in_a_file(stream)
    stream.detach()
    assert not deferred_logging.ends_in_a_file(stream)


def test_a_record_without_a_caller(logger: Any) -> None:
    assert deferred_logging.Record(logger, 30, 1, ()).reason == ""
    assert deferred_logging.Record(logger, 30, 100_000, ()).reason


def test_the_root_logger_is_not_set_up_ahead(monkeypatch: Any) -> None:
    _, recorder = begin()
    monkeypatch.setattr(logging.root, "handlers", [])
    with pytest.raises(Abandon):
        recorder.deferred_log(logging.root, "warning", ("text",), {})


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("a",), {"stacklevel": 0}),
        (("a",), {"extra": {"k": [1]}}),
        (("a",), {"extra": {"message": 1}}),
        (("a",), {"extra": 5}),
        ((Plain(), 1), {}),
        ((5, [1]), {}),
        (("%s %s", [1]), {}),
        (("a",), {"exc_info": True}),
    ],
)
def test_calls_of_a_logger_that_wait(args: Any, named: Any, logger: Any) -> None:
    logger.addHandler(logging.NullHandler())
    _, recorder = begin()
    with pytest.raises(Abandon):
        recorder.deferred_log(logger, "warning", args, named)


# printing


def test_streams_that_cannot_take_it_later(monkeypatch: Any) -> None:
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()

    class Below(io.BytesIO):
        pass

    for stream, text in (
        (ascii_only, "\xe9"),
        (closed, "a"),
        (io.TextIOWrapper(Below()), "a"),
        (ascii_only, 5),
    ):
        with pytest.raises(Abandon):
            begin()[1]._to_stream(stream, text)
    _, recorder = begin()
    own = recorder.adopt(io.BytesIO())
    with pytest.raises(Abandon):
        recorder.deferred_print(("a",), {"file": own})
    _, recorder = begin()
    monkeypatch.setattr(sys, "stdout", None)
    assert recorder.deferred_print(("a",), {}) is None


def test_writes_that_are_none() -> None:
    _, recorder = begin()
    shared = io.StringIO()
    for name, args in (("flush", (1,)), ("write", ()), ("write", (5,)), ("seek", (0,))):
        assert not recorder.deferred_write(shared, name, args)
    assert not recorder.deferred_write(types.SimpleNamespace(), "write", ("a",))
    with pytest.raises(Abandon):
        recorder.deferred_write(shared, "writelines", ([5],))


# parking


def _path(text: str, inner: str) -> tuple[ast.AST, ...]:
    """The node written so in the statement, and what it stands in."""
    node = ast.parse(text)

    def search(each: ast.AST, above: tuple[ast.AST, ...]) -> tuple[ast.AST, ...] | None:
        path = (each, *above)
        if isinstance(each, ast.expr) and ast.get_source_segment(text, each) == inner:
            return path
        for child in ast.iter_child_nodes(each):
            found = search(child, path)
            if found is not None:
                return found
        return None

    found = search(node, ())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("g(x)", True),
        ("v = g(x)", True),
        ("v: int = g(x)", True),
        ("o.v = f(1, g(x))", True),
        ("v = [1, (g(x), 2), {1: g(y)}]", True),
        ("v = w = g(x)", False),
        ("v[0] = g(x)", False),
        ("v = 1 + g(x)", False),
        ("f(*a, g(x))", False),
        ("f(g(x), **k)", False),
        ("g(x)()", False),
        ("f(k=g(x))", True),
        ("lambda: g(x)", True),
        ("for a in g(x): pass", False),
    ],
)
def test_where_a_call_may_wait(text: str, free: bool) -> None:
    assert parking._is_free(_path(text, "g(x)")) is free


def test_a_call_in_nothing_may_not_wait() -> None:
    assert not parking._is_free((ast.Constant(1), ast.Tuple([], ast.Load())))


def _with_a_nested_function(x: Any) -> Any:
    def inner() -> Any:
        return x()

    return x(1)


def _made() -> types.FunctionType:
    space: dict[str, Any] = {}
    exec("def made(x):\n    return x()\n", space)
    return space["made"]


def test_calls_are_found_by_their_place(monkeypatch: Any) -> None:
    code = _with_a_nested_function.__code__
    places = {place for place in code.co_positions() if None not in place}
    found = {place for place in places if parking._find(_with_a_nested_function, place, False)}
    assert len(found) == 1
    assert not parking._find(_with_a_nested_function, (1, 1, 0, 0), False)
    assert not parking._find(_made(), (1, 1, 0, 0), False)
    monkeypatch.setattr(parking, "_LIMIT", 0)
    for _ in range(2):
        parking._around.clear()
        parking._settled.clear()
        assert not parking._looks_around(code)
        assert parking._looks_around(_made().__code__)
        assert not parking._is_settled(code, _with_a_nested_function, 0, False)
        assert not parking._is_settled(code, _with_a_nested_function, 2, False)


def test_what_is_under_way_elsewhere_may_not_wait() -> None:
    transaction, recorder = begin()
    frames: list[Any] = []
    transaction.probe(lambda: frames.append(sys._getframe(1)))
    assert not parking._may_park(frames[0], recorder.link), "a part of the recorder that goes on afterwards"
    assert not parking._may_park(sys._getframe(), recorder.link), "a function that is no clone"
    assert not parking._may_park(None, recorder.link)


# hooks


def test_callees_are_what_they_are() -> None:
    table: dict[str, Any] = {}
    assert Direct().callee_unused(len, table, "len") is len
    assert Recorder().callee_unused(len, table, "len") is len
