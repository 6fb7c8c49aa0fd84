"""The log of a segment: what takes the place of what, and where an access stood."""

from __future__ import annotations

from types import CodeType

import pytest

from xcs_ast.tracer import clones
from xcs_ast.tracer.segment import Segment, Traced, place_in_task
from xcs_ast.tracer.transaction import Transaction

PLACE, OTHER = (1, "a"), (1, "b")


def segment() -> Segment:
    return Transaction().segment


def store(value: object) -> tuple[object, ...]:
    return (setattr, "object", "a", value)


def increase(op: object, value: object) -> tuple[object, ...]:
    return (max, "object", op, value)


def test_a_store_takes_the_position_of_the_one_that_it_makes_void() -> None:
    log = segment()
    log.note_store(PLACE, store(1))
    log.note_store(OTHER, store("between"))
    log.note_store(PLACE, store(2))
    assert log.log == [store(2), store("between")]
    assert log.noted == 3


@pytest.mark.parametrize("first", [[1], None.__class__, object()], ids=["list", "class", "object"])
def test_a_store_of_what_may_be_missed_stays(first: object) -> None:
    log = segment()
    log.note_store(PLACE, store(first))
    log.note_store(PLACE, store(2))
    log.note_store(PLACE, store(3))
    assert log.log == [store(first), store(3)]


def test_another_step_comes_in_between() -> None:
    log = segment()
    log.note_store(PLACE, store(1))
    log.note((print, "said"))
    log.note_store(PLACE, store(2))
    assert log.log == [store(1), (print, "said"), store(2)]
    log.note_increase(OTHER, increase("+", 1), 2, True)
    log.note((print, "more"))
    log.note_increase(OTHER, increase("+", 2), 2, True)
    assert log.log[3:] == [increase("+", 1), (print, "more"), increase("+", 2)]
    assert log.noted == 6


def test_another_kind_of_store_is_none_to_take_the_place_of() -> None:
    log = segment()
    log.note_store(PLACE, store(1))
    log.note_store(PLACE, (dict.__setitem__, "object", "a", 2))
    assert log.log == [store(1), (dict.__setitem__, "object", "a", 2)]


@pytest.mark.parametrize(
    ("one", "two", "folds", "left"),
    [
        (("+", 1), ("+", 2), True, [("+", 3)]),
        (("+", 5), ("-", 2), True, [("+", 3)]),
        (("+", 1), ("+", 2), False, [("+", 1), ("+", 2)]),
        (("+", 0.1), ("+", 0.2), True, [("+", 0.1), ("+", 0.2)]),
        (("+", 1), ("*", 2), True, [("+", 1), ("*", 2)]),
    ],
)
def test_increments_of_whole_numbers_are_summed_up(
    one: tuple[object, object], two: tuple[object, object], folds: bool, left: list[tuple[object, object]]
) -> None:
    log = segment()
    for op, value in (one, two):
        log.note_increase(PLACE, increase(op, value), 2, folds)
    assert log.log == [increase(op, value) for op, value in left]


def test_where_the_task_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[CodeType] = []

    def is_clone(code: CodeType) -> bool:
        asked.append(code)
        return code is outer.__code__

    def outer() -> tuple[str, int]:
        return middle()

    def middle() -> tuple[str, int]:
        return inner()

    def inner() -> tuple[str, int]:
        return place_in_task()

    monkeypatch.setattr(clones, "is_clone", is_clone)
    assert outer() == (__file__, outer.__code__.co_firstlineno + 1)
    assert asked == [middle.__code__, outer.__code__]
    assert middle() == ("", 0), "there is no clone on the stack"


def test_only_a_traced_task_remembers_where_it_stood() -> None:
    tx = Transaction()
    assert type(tx.segment.states) is dict
    tx.trace()
    assert type(tx.segment.states) is Traced


def test_what_the_task_or_an_outer_one_has_changed_is_not_untouched() -> None:
    tx = Transaction()
    table = {"a": 1}
    assert tx.segment.untouched(table)
    state = tx.segment.mapping(table)
    assert state.get("a") == 1
    assert tx.segment.untouched(table), "it was looked at"
    state.set("a", 2)
    assert not tx.segment.untouched(table)
    assert not Transaction(tx).segment.untouched(table)
    assert Transaction(tx).segment.untouched({"a": 1}), "another"
