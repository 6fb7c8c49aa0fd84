"""What a task knows of single containers: what changes under its eyes, and what nested tasks leave."""

from __future__ import annotations

import collections
import types
import weakref
from typing import Any

import pytest

from tests.unit.tracer.transaction_world import Base, Slotted, Waiting
from xcs_ast.tracer import finalizing, state_base
from xcs_ast.tracer.containers_set import SetState
from xcs_ast.tracer.kinds import MISSING, Abandon, Stop
from xcs_ast.tracer.state_places import Single
from xcs_ast.tracer.transaction import Transaction


class Hooks(Waiting):
    def method(self, o, name, *args, **kwargs):
        return self.container_method(o, name, args, kwargs, False)


def grown(state: Any, key: object, *steps: tuple[str, object], default: object = MISSING) -> Any:
    for op, value in steps:
        token = state.begin(key, default)
        assert state.increase(token, key, op, value)
    return state


# What a task sees of a dictionary


def _reads(state: Any) -> None:
    assert state.get("a") == 1


def _asks(state: Any) -> None:
    assert state.has("a")


def _misses(state: Any) -> None:
    assert not state.has("z")


def _measures(state: Any) -> None:
    assert state.length() == state.length() == 2


def _counts(state: Any) -> None:
    grown(state, "a", ("+", 1))


@pytest.mark.parametrize(
    ("look", "change"),
    [
        (_reads, lambda d: d.update(a=5)),
        (_asks, lambda d: d.pop("a")),
        (_misses, lambda d: d.update(z=1)),
        (_measures, lambda d: d.update(z=1)),
        (_counts, lambda d: d.update(a="text")),
    ],
)
def test_two_worlds_at_once_are_noticed_when_all_of_a_dictionary_is_looked_at(look, change):
    for changed in (False, True):
        tx, shared = Transaction(), {"a": 1, "b": 2}
        state = tx.segment.mapping(shared)
        look(state)
        if not changed:
            state.whole()
            assert state.holds(state_base.REAL)
            continue
        change(shared)
        assert not state.holds(state_base.REAL)
        with pytest.raises(Stop):
            state.whole()
        assert tx.doomed


def test_what_was_there_is_gone_when_it_is_read():
    tx, shared = Transaction(), {"a": 1}
    state = tx.segment.mapping(shared)
    assert state.has("a")
    del shared["a"]
    with pytest.raises(Stop):
        state.get("a")


def test_the_old_value_of_an_increment_is_that_of_its_beginning():
    tx, shared = Transaction(), {"a": 1}
    state = tx.segment.mapping(shared)
    token = state.begin("a")
    state.whole()
    assert state.old_of(token, "a") == 1
    other = Transaction().segment.mapping(shared)
    token = other.begin("a")
    shared["a"] = 5
    assert other.get("a") == 5
    with pytest.raises(Stop):
        other.old_of(token, "a")


def test_increments_are_kept_as_such_when_the_rest_is_looked_at_or_dropped():
    for end in ("whole", "clear"):
        shared = {"a": 1, "b": 2}
        state = Transaction().segment.mapping(shared)
        grown(state, "a", ("+", 1))
        grown(state, "b", ("+", 1))
        getattr(state, end)()
        assert len(state.summed) == 2
        assert state.holds(state_base.REAL)
        shared["b"] = "text"
        assert not state.holds(state_base.REAL)


def test_a_short_increment_is_for_plain_sums_only():
    shared = {"a": 1, "b": 1}
    state = Transaction().segment.mapping(shared)
    grown(state, "a", ("+", 1), default=0)
    assert not state.bump("a", "+", 1)
    grown(state, "b", ("+", 1), ("+", 2))
    assert not state.bump("b", "*", 2)
    assert state.bump("b", "-", 1)
    grown(state, "b", ("*", 2))
    assert state.bump("b", "+", 1)
    assert state.peek_key("b") == 7
    state.segment.tx.replay()
    assert shared == {"a": 2, "b": 7}


def test_emptying_a_dictionary_in_its_iteration_waits():
    shared = {"a": 1, "b": 2}
    for change in (lambda s: s.clear(), lambda s: s.do("popitem", (), {})):
        tx = Transaction()
        state = tx.segment.mapping(shared)
        running = state.cursor(iter(state.whole()))
        next(running)
        with pytest.raises(Abandon):
            change(state)
        assert shared == {"a": 1, "b": 2}


def test_emptying_a_dictionary_twice_and_with_short_cuts():
    shared, short = {"a": 1}, {"a": 1}
    state = Transaction().segment.mapping(shared)
    state.watchers = (short,)
    state.clear()
    assert not short
    state.set("b", 2)
    state.clear()
    assert state.length() == 0
    assert any(kind == "write" for kind, _, _ in state.accesses())
    state.segment.tx.replay()
    assert shared == {}


# What a later segment sees of an earlier one


def test_a_dictionary_below():
    shared = {"a": 1}
    tx = Transaction()
    state = tx.segment.mapping(shared)
    state.set("b", 2)
    tx.mark()
    above = tx.segment
    assert above.length(shared) == 2
    assert above.content(shared) == {"a": 1, "b": 2}
    state.whole()
    assert above.length(shared) == 2
    assert above.key(shared, "b") == 2
    assert above.content(shared) == {"a": 1, "b": 2}
    assert above.content(shared) is not state.whole()


def test_a_list_below():
    shared = [1]
    tx = Transaction()
    state = tx.segment.sequence(shared)
    tx.mark()
    above = tx.segment
    assert above.element(shared, 0) == 1
    state.do("append", (2,), {})
    assert above.element(shared, 1) == 2
    assert above.element(shared, 7) is MISSING


def _above(tx: Transaction) -> Any:
    tx.mark()
    return tx.segment


def test_a_set_below():
    shared = {1, 2}
    tx = Transaction()
    first = tx.segment
    above = _above(tx)
    assert above.contains(shared, 1)
    made = _set_state(first, shared)
    made.add(3)
    assert above.contains(shared, 3)
    assert above.contains(shared, 1)
    made.change_all("update", ([4],))
    assert above.contains(shared, 4)
    assert not above.contains(shared, 9)


def _set_state(segment: Any, obj: Any) -> Any:
    state = segment.states[id(obj), None] = SetState(segment, obj)
    return state


# Lists and sets that change under the task's eyes


def test_an_index_out_of_range_is_remembered():
    shared = [1, 2]
    state = Transaction().segment.sequence(shared)
    assert state.get(5) is MISSING
    assert state.set(0, 9)
    assert state.get(5) is MISSING
    assert state.get(6) is MISSING
    state.do("append", (3,), {})
    assert state.get(5) is MISSING
    assert state.get(2) == 3


@pytest.mark.parametrize(
    ("look", "change"),
    [
        (lambda s: s.get(0), lambda o: o.__setitem__(0, 9)),
        (lambda s: s.set(1, 5), lambda o: o.pop()),
        (lambda s: s.length(), lambda o: o.append(9)),
    ],
)
def test_two_worlds_at_once_are_noticed_when_all_of_a_list_is_looked_at(look, change):
    tx, shared = Transaction(), [1, 2]
    state = tx.segment.sequence(shared)
    look(state)
    change(shared)
    assert not state.holds(state_base.REAL)
    with pytest.raises(Stop):
        state.whole()


@pytest.mark.parametrize(
    ("look", "change"),
    [
        (lambda s: s.has(1), lambda o: o.discard(1)),
        (lambda s: s.has(7), lambda o: o.add(7)),
        (lambda s: s.length(), lambda o: o.add(7)),
    ],
)
def test_two_worlds_at_once_are_noticed_when_all_of_a_set_is_looked_at(look, change):
    for changed in (False, True):
        tx, shared = Transaction(), {1, 2}
        state = _set_state(tx.segment, shared)
        look(state)
        if not changed:
            assert state.members() == shared
            continue
        change(shared)
        assert not state.holds(state_base.REAL)
        with pytest.raises(Stop):
            state.members()


def test_the_order_of_a_set_rests_on_its_table():
    shared = {1, 2}
    state = _set_state(Transaction().segment, shared)
    assert state.ordered(list) == list(shared)
    assert state.holds(state_base.REAL)
    shared.update(range(100))
    shared.difference_update(range(3, 100), [0])
    assert shared == {1, 2}
    assert not state.holds(state_base.REAL)
    other = _set_state(Transaction().segment, shared)
    with pytest.raises(Stop):
        other.ordered(lambda real: real.add(9))


def test_a_set_may_change_once_its_iteration_has_ended():
    shared = {1, 2}
    state = _set_state(Transaction().segment, shared)
    running = state.cursor()
    next(running)
    with pytest.raises(Abandon):
        state.add(5)
    list(running)
    state.add(5)
    assert not state.cursors
    assert state.has(5)


# Segments


def test_an_object_that_has_another_class_or_dictionary_is_not_what_was_seen():
    class Thing:
        pass

    class Other:
        pass

    shows: Any = Thing.__dict__["__dict__"]
    for change in (
        lambda t: None,
        lambda t: setattr(t, "__class__", Other),
        lambda t: setattr(t, "__dict__", {"n": 1}),
    ):
        thing = Thing()
        thing.n = 1
        segment = Transaction().segment
        space = thing.__dict__
        segment.shapes[id(Thing)] = (Thing, shows, {id(thing): (thing, space)})
        change(thing)
        assert segment.holds(state_base.REAL) is (type(thing) is Thing and thing.__dict__ is space)
        segment.shapes[id(Thing)] = (Thing, object(), {})
        assert not segment.holds(state_base.REAL)


class Gone:
    def __iter__(self):
        raise RuntimeError("changed during iteration")


def test_ends_of_what_cannot_be_looked_at_count_as_noticed():
    segment = Transaction().segment
    assert not segment.ends_are_noticed()
    segment.note((state_base.put, Gone(), 0, 1))
    assert segment.ends_are_noticed()


def test_ends_that_are_noticed():
    class Thing:
        pass

    def watched():
        yield 1

    thing = Thing()
    keeps = weakref.ref(thing)
    for old, noticed in ((thing, True), (Thing(), False), (watched(), True), ([thing], True), ("x", False)):
        shared = {"k": old}
        assert finalizing.ends_are_noticed([(state_base.put, shared, "k", 1)]) is noticed
        for line in ([old], collections.deque([old])):
            assert finalizing.ends_are_noticed([(state_base.fold, line, 1)]) is noticed
    assert keeps() is thing


# Nested tasks


def test_what_a_nested_task_leaves_in_the_outer_one():
    numbers, tags, table, said = [1, 2, 3], {1, 2}, {"a": 1}, []
    slotted, own = Slotted(1), Slotted(1)
    outer = Transaction()
    hooks = Hooks(outer)
    outer.adopt(own)
    hooks.store_attr(5, slotted, "n")
    inner = Hooks(Transaction(outer))
    inner.transaction.defer(lambda: said.append(list(numbers)))
    inner.store_attr(7, own, "n")
    inner.finish(inner.begin_attr(slotted, "n"), "+", 1)
    inner.store_item(inner.load_item(numbers, slice(0, 1)), numbers, slice(1, 2))
    inner.delete_item(numbers, 0)
    inner.method(tags, "add", 5)
    inner.method(tags, "discard", 1)
    inner.method(tags, "update", (8,))
    inner.method(table, "clear")
    inner.store_item(2, table, "b")
    before = Base.shared
    inner.finish(inner.begin_attr(Base, "shared"), "+", 1)
    assert inner.transaction.validate()
    inner.transaction.replay()
    assert own.n == 7
    assert not said
    assert hooks.load_attr(Base, "shared") == before + 1
    assert hooks.load_attr(slotted, "n") == 6
    assert list(hooks.iterate(numbers)) == [1, 3]
    assert (numbers, tags, table, slotted.n) == ([1, 2, 3], {1, 2}, {"a": 1}, 1)
    assert outer.validate()
    try:
        outer.replay()
        assert (numbers, tags, table, slotted.n) == ([1, 3], {2, 5, 8}, {"b": 2}, 6)
        assert said == [[1, 2, 3]]
        assert Base.shared == before + 1
    finally:
        Base.shared = before


def test_a_nested_task_empties_a_set_and_removes_what_is_there():
    tags, numbers = {1, 2}, collections.deque([1, 2, 3])
    outer = Transaction()
    hooks = Hooks(outer)
    inner = Hooks(Transaction(outer))
    inner.method(tags, "clear")
    inner.method(tags, "add", 4)
    inner.delete_item(numbers, 1)
    assert inner.transaction.validate()
    inner.transaction.replay()
    assert hooks.compare("in", 4, tags)
    assert list(hooks.iterate(numbers)) == [1, 3]
    outer.replay()
    assert tags == {4}
    assert list(numbers) == [1, 3]


# What a task sees of a variable that functions share


def cell_of(*held: Any) -> tuple[Single, types.CellType]:
    cell = types.CellType(*held)
    return Single(Transaction().segment, state_base.CELL, cell, "content"), cell


def test_two_augmented_assignments_in_one_another() -> None:
    state, cell = cell_of(1)
    outer = state.begin()
    inner = state.begin()
    assert state.increase(inner, "+", 5)
    assert not state.increase(outer, "+", 2), "it has begun before the other was made"
    assert state.old_of(outer) == 1
    state.set(3)
    cell.cell_contents = 1
    assert state.holds(state_base.REAL)
    cell.cell_contents = 2
    assert not state.holds(state_base.REAL), "its value counts now"


@pytest.mark.parametrize("held", [([1],), ()], ids=["list", "empty"])
def test_an_augmented_assignment_to_what_is_no_number(held: tuple[Any, ...]) -> None:
    state, cell = cell_of(*held)
    token = state.begin()
    assert not state.increase(token, "+", 2)
    assert state.old_of(token) is (held[0] if held else MISSING)
    assert state.holds(state_base.REAL)
    cell.cell_contents = [1, 2]
    assert not state.holds(state_base.REAL)
