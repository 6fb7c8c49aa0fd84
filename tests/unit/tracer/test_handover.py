"""The recorder of a task whose turn has come: each operation is the plain one, on the consumer's thread."""

from __future__ import annotations

import threading
import types
from _thread import get_ident
from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast.tracer.handover import Exchange, HandOver


class Thing:
    """Says on which thread it is asked."""

    def __init__(self) -> None:
        self.x = 1
        self.items = {"a": 1}
        self.asked: list[int] = []

    def _note(self, answer: Any) -> Any:
        self.asked.append(get_ident())
        return answer

    @property
    def attr(self) -> int:
        return self._note(5)

    @attr.setter
    def attr(self, value: int) -> None:
        self._note(value)

    @attr.deleter
    def attr(self) -> None:
        self._note(0)

    def __getitem__(self, k: Any) -> Any:
        return self._note(k)

    def __setitem__(self, k: Any, v: Any) -> None:
        self._note(v)

    def __delitem__(self, k: Any) -> None:
        self._note(k)

    def __iadd__(self, other: Any) -> Any:
        return self._note(("+=", other))

    def __add__(self, other: Any) -> Any:
        return self._note(("+", other))

    def __neg__(self) -> int:
        return self._note(-1)

    def __lt__(self, other: Any) -> bool:
        return self._note(True)

    def __contains__(self, other: Any) -> bool:
        return self._note(True)

    def __bool__(self) -> bool:
        return self._note(False)

    def __format__(self, spec: str) -> str:
        return self._note(f"<{spec}>")

    def __iter__(self) -> Any:
        return iter([self._note(1), 2])

    def __call__(self, *args: Any) -> Any:
        return self._note(args)

    def method(self, *args: Any) -> Any:
        return self._note(args)

    def __enter__(self) -> int:
        return self._note(7)

    def __exit__(self, *error: Any) -> bool:
        return self._note(True)


def managed(r: HandOver, t: Thing) -> Any:
    with r.manage(t) as value:
        raise ValueError(value)
    return value


OPERATIONS: dict[str, Callable[[HandOver, Thing], Any]] = {
    "load": lambda r, t: r.load_attr(t, "attr"),
    "store": lambda r, t: r.store_attr(3, t, "attr"),
    "delete": lambda r, t: r.delete_attr(t, "attr"),
    "item": lambda r, t: r.load_item(t, "k"),
    "store item": lambda r, t: r.store_item(3, t, "k"),
    "delete item": lambda r, t: r.delete_item(t, "k"),
    "inplace": lambda r, t: r.inplace("+", t, 1),
    "binary": lambda r, t: r.binary("+", t, 1),
    "unary": lambda r, t: r.unary("-", t),
    "compare": lambda r, t: r.compare("<", t, 1),
    "contains": lambda r, t: r.compare("in", 1, t),
    "truth": lambda r, t: r.truth(t),
    "format": lambda r, t: r.format_value(t, -1, ">5"),
    "iterate": lambda r, t: list(r.iterate(t)),
    "unpack": lambda r, t: list(r.unpack(t, 2, -1)),
    "call": lambda r, t: r.call(t, 1, 2),
    "perform": lambda r, t: r.perform(t, 1),
    "method": lambda r, t: r.call_method(t, "method", 1),
    "perform method": lambda r, t: r.perform_method(t, "method", 1),
    "with": managed,
}
PLAIN: dict[str, Any] = {
    "load": 5, "store": None, "delete": None, "item": "k", "store item": None, "delete item": None,
    "inplace": ("+=", 1), "binary": ("+", 1), "unary": -1, "compare": True, "contains": True, "truth": False,
    "format": "<>5>", "iterate": [1, 2], "unpack": [1, 2], "call": (1, 2), "perform": (1,), "method": (1,),
    "perform method": (1,), "with": 7,
}  # fmt: skip


def at_its_turn(work: Callable[[HandOver], Any]) -> tuple[Any, BaseException | None]:
    """What a task on a thread of its own comes to, which this thread serves."""
    exchange = Exchange()
    out: list[Any] = [None, None]

    def task() -> None:
        try:
            out[0] = work(HandOver(exchange)) if exchange.wait() else None
        except BaseException as error:  # noqa: BLE001
            out[1] = error
        finally:
            exchange.end()

    worker = threading.Thread(target=task)
    worker.start()
    exchange.serve()
    worker.join(30)
    return out[0], out[1]


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_runs_code_of_the_programs_runs_on_the_consumers_thread(name: str) -> None:
    thing = Thing()
    value, error = at_its_turn(lambda r: OPERATIONS[name](r, thing))
    assert error is None
    assert value == PLAIN[name]
    assert set(thing.asked) == {get_ident()}


NEUTRAL: dict[str, tuple[Callable[[HandOver], Any], Any]] = {
    "load": (lambda r: r.load_attr("a", "upper")(), "A"),
    "item": (lambda r: r.load_item([1, 2], 1), 2),
    "inplace": (lambda r: r.inplace("+", 1, 2), 3),
    "binary": (lambda r: r.binary("+", 1, 2), 3),
    "unary": (lambda r: r.unary("-", 1), -1),
    "compare": (lambda r: r.compare("<", 1, 2), True),
    "identity": (lambda r: r.compare("is", r, r), True),
    "truth": (lambda r: r.truth([]), False),
    "format": (lambda r: r.format_value(1, -1, "3"), "  1"),
    "iterate": (lambda r: list(r.iterate([1])), [1]),
    "unpack": (lambda r: list(r.unpack((1, 2), 2, -1)), [1, 2]),
    "loop": (lambda r: r.loop(), None),
    "no class": (lambda r: r.raising(5), 5),
    "not managed": (lambda r: r.manage(5), 5),
}


@pytest.mark.parametrize("name", NEUTRAL)
def test_what_is_neutral_needs_nobody(name: str) -> None:
    work, expected = NEUTRAL[name]
    assert work(HandOver(Exchange())) == expected


def test_an_exception_of_the_program_arrives_where_the_task_is() -> None:
    def work(r: HandOver) -> str:
        try:
            r.call(int, "x")
        except ValueError as error:
            return type(r.raising(KeyError)).__name__ + str(error)
        return ""

    value, error = at_its_turn(work)
    assert error is None
    assert value == "KeyErrorinvalid literal for int() with base 10: 'x'"


def test_what_is_being_handled_is_seen_by_what_the_consumer_runs() -> None:
    def fails() -> None:
        raise KeyError("second")

    def work(r: HandOver) -> Any:
        try:
            raise ValueError("first")
        except ValueError:
            r.call(fails)

    _, error = at_its_turn(work)
    assert isinstance(error, KeyError)
    assert isinstance(error.__context__, ValueError)


def test_imports() -> None:
    value, _ = at_its_turn(lambda r: r.import_name("json", {}, ("dumps",), 0))
    assert value.__name__ == "json"
    dumps, _ = at_its_turn(lambda r: r.import_from(value, "dumps"))
    assert dumps is value.dumps


def test_on_the_consumers_thread_it_asks_itself() -> None:
    exchange = Exchange()
    exchange.thread = get_ident()
    assert HandOver(exchange).call(len, [1]) == 1


def test_an_interrupt_is_raised_at_the_next_round_of_a_loop() -> None:
    def work(r: HandOver) -> None:
        r._exchange.interrupt = KeyboardInterrupt("now")
        r.loop()

    _, error = at_its_turn(work)
    assert isinstance(error, KeyboardInterrupt)


def test_who_is_dismissed_does_not_go_on() -> None:
    exchange = Exchange()
    said: list[bool] = []

    def task() -> None:
        said.append(exchange.wait())
        exchange.end()

    worker = threading.Thread(target=task)
    worker.start()
    exchange.dismiss()
    exchange.rest()
    worker.join(30)
    assert said == [False]


def test_an_iterator_is_stepped_by_the_consumer() -> None:
    asked: list[int] = []

    def numbers() -> Any:
        for number in (1, 2):
            asked.append(get_ident())
            yield number

    gen = numbers()
    assert type(gen) is types.GeneratorType
    value, error = at_its_turn(lambda r: list(iter(r.iterate(gen))))
    assert error is None
    assert value == [1, 2]
    assert set(asked) == {get_ident()}
