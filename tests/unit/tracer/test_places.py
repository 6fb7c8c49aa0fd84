"""Validation of each kind of place that holds one value: cells, fields, slots, entries of classes."""

from __future__ import annotations

from types import CellType
from typing import Any

import pytest

from tests.unit.tracer.test_transaction_rules import begin
from xcs_ast.tracer.kinds import MISSING, Stop
from xcs_ast.tracer.state_base import CELL, CLASS
from xcs_ast.tracer.transaction import Transaction


class Slotted:
    __slots__ = ("n",)

    def __init__(self) -> None:
        self.n: Any = 1


class Plain:
    kind = 1

    def __init__(self) -> None:
        self.n: Any = 1


class Other(Plain):
    pass


def cell() -> CellType:
    return CellType(1)


class _Cell:
    """The three kinds of single places, under one set of names."""

    def __init__(self) -> None:
        self.owner: Any = CellType(1)

    def load(self, r: Any) -> Any:
        return r.load_cell(self.owner, "n")

    def store(self, r: Any, value: object) -> None:
        r.store_cell(value, self.owner, "n")

    def delete(self, r: Any) -> None:
        r.delete_cell(self.owner, "n")

    def begin(self, r: Any) -> Any:
        return r.begin_cell(self.owner, "n")

    @property
    def real(self) -> Any:
        try:
            return self.owner.cell_contents
        except ValueError:
            return MISSING

    @real.setter
    def real(self, value: object) -> None:
        if value is MISSING:
            del self.owner.cell_contents
        else:
            self.owner.cell_contents = value


class _Attribute(_Cell):
    def __init__(self) -> None:
        self.owner = self.make()

    make: Any = Plain

    def load(self, r: Any) -> Any:
        return r.load_attr(self.owner, "n")

    def store(self, r: Any, value: object) -> None:
        r.store_attr(value, self.owner, "n")

    def delete(self, r: Any) -> None:
        r.delete_attr(self.owner, "n")

    def begin(self, r: Any) -> Any:
        return r.begin_attr(self.owner, "n")

    @property
    def real(self) -> Any:
        return getattr(self.owner, "n", MISSING)

    @real.setter
    def real(self, value: object) -> None:
        if value is MISSING:
            del self.owner.n
        else:
            self.owner.n = value


class _Slot(_Attribute):
    make = Slotted


class _Class(_Attribute):
    @staticmethod
    def make() -> type:
        return type("Made", (), {"n": 1})


def _fixture(*kinds: type[_Cell]) -> Any:
    @pytest.fixture(params=kinds, ids=lambda each: each.__name__)
    def made(request: Any) -> Any:
        return request.param()

    return made


place = _fixture(_Cell, _Attribute, _Slot, _Class)
field = _fixture(_Cell, _Attribute, _Slot)
"""Entries of a class cannot be deleted, and are looked up before they are assigned."""
total = _fixture(_Cell, _Attribute)
"""Where an increment stays one: of a slot or a class it is a read and a write."""


def test_a_read_is_validated(place: Any) -> None:
    tx, r = begin()
    assert place.load(r) == 1
    assert tx.validate()
    place.real = True  # equal, and not the same
    assert not tx.validate()
    place.real = MISSING
    assert not tx.validate()
    place.real = 1
    assert tx.validate()


def test_a_blind_store_is_not_validated(field: Any) -> None:
    tx, r = begin()
    field.store(r, 5)
    field.real = 9
    assert field.load(r) == 5
    assert tx.validate()
    tx.replay()
    assert field.real == 5


def test_a_deletion_wants_something_to_be_there(field: Any) -> None:
    tx, r = begin()
    field.delete(r)
    assert field.real == 1
    assert tx.validate()
    with pytest.raises((NameError, AttributeError)):
        field.load(r)
    field.real = MISSING
    assert not tx.validate()
    field.real = 1
    tx.replay()
    assert field.real is MISSING


def test_an_increment_is_carried_out_on_what_is_there(total: Any) -> None:
    tx, r = begin()
    r.finish(total.begin(r), "+", 2)
    r.finish(total.begin(r), "*", 3)
    total.real = 2.5
    assert tx.validate()
    tx.replay()
    assert total.real == 13.5


@pytest.mark.parametrize("now", [MISSING, "text", None, True, []], ids=repr)
def test_an_increment_that_could_not_be_carried_out(place: Any, now: object) -> None:
    tx, r = begin()
    r.finish(place.begin(r), "+", 2)
    place.real = now
    assert not tx.validate()


def test_an_increment_that_was_looked_at_is_a_read(place: Any) -> None:
    tx, r = begin()
    r.finish(place.begin(r), "+", 2)
    assert place.load(r) == 3
    assert tx.validate()
    place.real = 5
    assert not tx.validate()


def test_a_store_over_an_increment_still_wants_it_to_be_possible(total: Any) -> None:
    tx, r = begin()
    r.finish(total.begin(r), "+", 2)
    total.store(r, "new")
    total.real = 7
    assert tx.validate()
    total.real = "text"
    assert not tx.validate()
    total.real = MISSING
    assert not tx.validate()


def test_what_an_increment_of_another_kind_began_with_is_a_read(place: Any) -> None:
    tx, r = begin()
    with pytest.raises(TypeError):
        r.finish(place.begin(r), "+", "text")
    assert tx.validate()
    place.real = 2
    assert not tx.validate()


def test_an_increment_that_was_only_begun_wants_something_to_be_there(total: Any) -> None:
    tx, r = begin()
    total.begin(r)
    total.real = 5
    assert tx.validate()
    total.real = MISSING
    assert not tx.validate()


def test_the_place_is_assigned_between_the_halves_of_an_increment(place: Any) -> None:
    tx, r = begin()
    token = place.begin(r)
    place.store(r, 100)
    r.finish(token, "+", 1)
    assert place.load(r) == 2
    assert tx.validate()
    tx.replay()
    assert place.real == 2


def test_two_increments_inside_each_other(place: Any) -> None:
    tx, r = begin()
    outer = place.begin(r)
    r.finish(place.begin(r), "+", 10)
    r.finish(outer, "+", 1)  # began with the old value: 1 + 1
    assert place.load(r) == 2
    assert tx.validate()
    place.real = 3
    assert not tx.validate()


def test_a_later_segment_sees_pending_increments(place: Any) -> None:
    tx, r = begin()
    r.finish(place.begin(r), "+", 2)
    mark = tx.mark()
    assert place.load(r) == 3
    assert tx.validate()
    tx.replay(mark)
    assert place.real == 3
    assert tx.validate()
    place.real = 4
    assert not tx.validate()


def test_two_states_of_the_world_stop_the_task() -> None:
    tx, r = begin()
    variable = cell()
    token = r.begin_cell(variable, "n")
    variable.cell_contents = 2
    assert r.load_cell(variable, "n") == 2
    with pytest.raises(Stop):
        r.finish(token, "+", 1)
    assert not tx.validate()


def test_kinds_of_access() -> None:
    tx, r = begin()
    read, written, summed = cell(), cell(), cell()
    r.load_cell(read, "n")
    r.store_cell(2, written, "n")
    r.finish(r.begin_cell(summed, "n"), "+", 1)
    found = {(each.kind, id(each.owner), each.field) for each in tx.accesses()}
    assert found == {
        ("read", id(read), "cell_contents"),
        ("write", id(written), "cell_contents"),
        ("reduce", id(summed), "cell_contents"),
    }


def test_the_class_of_an_object_and_its_dictionary_are_validated() -> None:
    thing = Plain()
    tx, r = begin()
    r.load_attr(thing, "n")
    assert tx.validate()
    thing.__class__ = Other
    assert not tx.validate()
    thing.__class__ = Plain
    assert tx.validate()
    thing.__dict__ = {"n": 1}
    assert not tx.validate()


def test_what_a_class_gives_is_validated_where_it_lacked_the_name() -> None:
    thing = Plain()
    tx, r = begin()
    with pytest.raises(AttributeError):
        r.load_attr(thing, "absent")
    assert tx.validate()
    Plain.absent = 1  # type: ignore[attr-defined]
    try:
        assert not tx.validate()
    finally:
        del Plain.absent  # type: ignore[attr-defined]
    thing.absent = 1  # type: ignore[attr-defined]
    assert not tx.validate()


def test_what_became_stale_is_told() -> None:
    tx, r = begin()
    one, two = cell(), cell()
    r.load_cell(one, "n")
    r.load_cell(two, "n")
    two.cell_contents = 5
    assert [each.owner for each in tx.stale()] == [two]
    tx.settle()
    assert tx.stale() == []
    assert tx.validate()


def test_a_nested_task_carries_each_kind_of_place_over(field: Any) -> None:
    outer = Transaction()
    tasks = [type(begin()[1])(Transaction(outer)) for _ in range(3)]
    tasks[0].finish(field.begin(tasks[0]), "+", 1)
    assert tasks[0].transaction.validate()
    tasks[0].transaction.replay()
    assert field.load(tasks[1]) == 2
    field.delete(tasks[1])
    assert tasks[1].transaction.validate()
    tasks[1].transaction.replay()
    field.store(tasks[2], 9)
    tasks[2].transaction.replay()
    assert field.real == 1
    assert outer.validate()
    outer.replay()
    assert field.real == 9


def test_the_kinds_are_told_apart_on_one_owner() -> None:
    tx, _ = begin()
    assert tx.segment.single(CLASS, Plain, "kind") == 1
    assert tx.segment.single(CELL, CellType(), None) is MISSING
    assert tx.segment.lookup(Other, "kind") == 1
    assert tx.segment.lookup(Other, "nothing") is MISSING


def external(n: int) -> int:
    return n * 2


def test_a_repetition_gets_the_answers_of_the_first_pass() -> None:
    first = Transaction()
    assert first.ask(external, (1,), {}, True) == 2
    assert first.ask(external, (), {"n": 2}, False) == 4
    assert first.external_calls == 1
    assert first.calls == [(external, 2)]
    assert first.answers == [(external, 2), (external, 4)]
    again = Transaction()
    again.script = [(external, "one"), (external, "two")]
    assert again.ask(external, (1,), {}, True) == "one"
    assert again.ask(external, (2,), {}, False) == "two"
    assert again.external_calls == 0, "nobody was asked a second time"
    assert again.calls == [(external, "one")]
    assert again.ask(external, (3,), {}, True) == 6
    assert again.external_calls == 1


def test_a_rehearsal_asks_nothing_that_the_first_pass_did_not_ask() -> None:
    tx = Transaction()
    tx.script = [(external, 1)]
    tx.rehearsing = True
    assert tx.ask(external, (1,), {}, True) == 1
    with pytest.raises(Stop):
        tx.ask(external, (1,), {}, True)
    assert not tx.validate()
    other = Transaction()
    other.script = [(external, 1)]
    with pytest.raises(Stop):
        other.ask(len, ([],), {}, True)


def test_a_call_that_raises_cannot_be_repeated() -> None:
    tx = Transaction()
    with pytest.raises(TypeError):
        tx.ask(external, (), {}, True)
    assert not tx.repeatable
    assert tx.external_calls == 1
    assert Transaction().repeatable


def test_a_new_segment_logs_what_an_earlier_one_knew() -> None:
    tx, r = begin()
    thing = Plain()
    assert r.load_attr(thing, "n") == r.load_attr(thing, "n") == 1
    r.store_attr(5, thing, "n")
    mark = tx.mark()
    assert r.load_attr(thing, "n") == 5
    assert tx.validate()
    tx.replay(mark)
    assert tx.validate()
    thing.n = 7
    assert not tx.validate()


def test_a_task_that_is_dropped_holds_nothing() -> None:
    tx, r = begin()
    variable, thing = cell(), Plain()

    def inside() -> Any:
        return variable

    tx.enter(inside)  # type: ignore[arg-type]
    tx.adopt(thing)
    r.store_cell(thing, variable, "n")
    tx.note_call(external, thing)
    tx.note_outside("channel", thing, "stdout")
    tx.plain[id(thing)] = thing
    tx.probe(lambda: thing)
    tx.clear()
    assert tx.accesses() == []
    assert tx.stale() == []
    left = (tx.outside, tx.calls, tx.answers, tx.script, tx.shared_cells, tx.plain, tx.owned)
    assert not any(left)
    assert not any((each.states or each.probes or each.log) for each in tx.segments)


def test_user_code_that_swallows_the_end_of_its_task_stays_where_it_is(monkeypatch: Any) -> None:
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("xcs_ast.tracer.transaction.sleep", nap)
    tx = Transaction()
    tx.doom()
    for _ in range(50):
        with pytest.raises(Stop):
            tx.check()
    assert not naps
    with pytest.raises(KeyboardInterrupt):
        tx.check()
    assert len(naps) == 3


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, AttributeError, TypeError, ValueError])
def test_a_place_that_cannot_be_looked_at_is_stale(kind: type[Exception]) -> None:
    tx, r = begin()
    variable = cell()
    r.load_cell(variable, "n")

    class Failing:
        changed = False

        def holds(self, base: object) -> bool:
            raise kind

        def accesses(self) -> Any:
            yield "read", variable, "failing"

    tx.segment.states[id(variable), "failing"] = Failing()  # type: ignore[assignment]
    assert not tx.validate()
    assert [each.field for each in tx.stale()] == ["failing"]
    assert {(each.filename, each.line) for each in tx.accesses()} == {("", 0)}


def test_a_method_that_is_bound_anew_is_the_same_callee() -> None:
    lines, others = ["a"], ["a"]
    tx = Transaction()
    tx.script = [(lines.count, 7)] * 2
    assert tx.ask(lines.count, ("a",), {}, False) == 7
    for callee in (others.count, lines.index, external):
        other = Transaction()
        other.script = [(lines.count, 7)]
        with pytest.raises(Stop):
            other.ask(callee, ("a",), {}, False)
