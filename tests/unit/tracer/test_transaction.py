"""The transaction itself: ownership, segments, nesting, ends."""

from __future__ import annotations

import gc
import weakref

import pytest

from tests.unit.tracer.transaction_world import Waiting
from xcs_ast.tracer import finalizing
from xcs_ast.tracer.freshness import Registry
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import Abandon, Stop, Unsure
from xcs_ast.tracer.segment import Segment
from xcs_ast.tracer.transaction import Transaction


class Hooks(Waiting):
    def method(self, o, name, *args, **kwargs):
        return self.container_method(o, name, args, kwargs, False)


class Thing:
    def __init__(self):
        self.n = 0


@pytest.mark.parametrize("kind", [Abandon, Stop, Unsure])
def test_the_ends_of_a_task_cannot_be_made_by_hand(kind):
    assert issubclass(kind, BaseException)
    assert not issubclass(kind, Exception)
    with pytest.raises(TypeError):
        kind("reason")


def test_a_doomed_task_stops_and_is_never_valid():
    tx = Transaction()
    tx.doom()
    assert not tx.validate()
    with pytest.raises(Stop):
        Hooks(tx).load_attr(Thing(), "n")
    with pytest.raises(Stop):
        tx.wait("anything")


def test_waiting_hands_over_to_another_recorder():
    tx = Transaction()
    hooks = Hooks(tx)
    with pytest.raises(Abandon):
        tx.wait("nothing was called")
    tx.note_call(len, 1)
    tx.park = lambda reason: Late()
    assert hooks.load_item(Odd(), 1) == "late"
    hooks.iterate([1, 2])
    with pytest.raises(Abandon):
        hooks.load_item(Odd(), 1)


class Odd:
    pass


class Late(Recorder):
    def load_item(self, o, k):
        return "late"


def test_the_registry_keeps_what_others_hold_and_nothing_else():
    registry = Registry()
    kept = [Thing() for _ in range(10)]
    for each in kept:
        registry.adopt(each)
    lost = weakref.WeakSet()
    for _ in range(10_000):
        made = Thing()
        lost.add(made)
        registry.adopt(made)
    del made
    registry.prune()
    gc.collect()
    assert all(map(registry.owns, kept))
    assert len(registry.objects) == 10
    assert not lost


def test_adopting_a_tree():
    registry = Registry()
    inner, thing = {"a": {1}}, Thing()
    registry.adopt_tree([inner, (inner,), thing])
    assert registry.owns(inner)
    assert registry.owns(inner["a"])
    assert not registry.owns(thing)


def test_publishing_follows_what_the_task_made():
    tx = Transaction()
    inner, unrelated, shared = [1], [2], {}
    holder = Thing()
    holder.inner = inner
    for each in (inner, unrelated, holder):
        tx.adopt(each)
    hooks = Hooks(tx)
    hooks.store_item(holder, shared, "k")
    assert tx.publish()
    tx.mark()
    assert not tx.owns(inner)
    assert not tx.owns(holder)
    assert tx.owns(unrelated)
    hooks.method(inner, "append", 5)
    assert inner == [1]
    tx.replay(1)
    assert shared == {"k": holder}
    assert inner == [1]
    tx.replay()
    assert inner == [1, 5]


def test_publishing_a_closure_is_not_clear():
    tx = Transaction()
    n = 1

    def made():
        return n

    tx.adopt(made)
    assert not tx.publish(made)
    assert not tx.publish(iter([1]))
    assert Transaction().publish([1], "x", Thing())


def test_a_later_segment_sees_the_earlier_one_and_the_body():
    thing = Thing()
    tx = Transaction()
    hooks = Hooks(tx)
    hooks.finish(hooks.begin_attr(thing, "n"), "+", 1)
    mark = tx.mark()
    assert hooks.load_attr(thing, "n") == 1
    assert tx.validate()
    thing.n = 5
    assert tx.validate(mark)
    tx.replay(mark)
    assert thing.n == 6
    assert not tx.validate()
    thing.n = 1
    assert tx.validate()


def test_deferred_steps_keep_their_place():
    shared, seen = [], []
    tx = Transaction()
    hooks = Hooks(tx)
    hooks.method(shared, "append", 1)
    tx.defer(lambda: seen.append(list(shared)))
    hooks.method(shared, "append", 2)
    tx.replay()
    assert seen == [[1]]


def test_nested_tasks():
    thing, shared, items = Thing(), {"a": 1}, []
    outer = Transaction()
    hooks = Hooks(outer)
    hooks.store_attr(5, thing, "n")
    hooks.method(items, "append", 1)
    own = [0]
    outer.adopt(own)
    tasks = [Hooks(Transaction(outer)) for _ in range(2)]
    for n, each in enumerate(tasks):
        each.finish(each.begin_attr(thing, "n"), "+", n + 1)
        each.method(items, "append", n + 10)
        each.finish_binary(each.begin_get(shared, "a", 0), "+", 1, shared)
        each.method(own, "append", n)
        made = [n]
        each.transaction.adopt(made)
        each.store_item(made, shared, n)
    assert thing.n == 0
    for each in tasks:
        assert each.transaction.validate()
        each.transaction.replay()
    assert outer.owns(shared.get(0, made))
    assert own == [0, 0, 1]
    assert hooks.load_attr(thing, "n") == 8
    assert list(hooks.iterate(items)) == [1, 10, 11]
    assert (thing.n, shared, items) == (0, {"a": 1}, [])
    assert outer.validate()
    outer.replay()
    assert (thing.n, shared, items) == (8, {"a": 3, 0: [0], 1: [1]}, [1, 10, 11])


def test_a_nested_task_conflicts_with_the_outer_one():
    thing = Thing()
    outer = Transaction()
    hooks = Hooks(outer)
    inner = Hooks(Transaction(outer))
    assert inner.load_attr(thing, "n") == 0
    hooks.store_attr(1, thing, "n")
    assert not inner.transaction.validate()


def test_accesses():
    thing, shared = Thing(), []
    tx = Transaction()
    hooks = Hooks(tx)
    hooks.load_attr(thing, "n")
    hooks.method(shared, "append", 1)
    hooks.finish(hooks.begin_global({"g": 1}, "g"), "+", 1)
    tx.note_call(len, 1)
    kinds = {each.kind for each in tx.accesses()}
    assert {"read", "write", "reduce", "call"} <= kinds
    assert any(each.owner is shared and each.kind == "write" for each in tx.accesses())


def test_an_end_is_noticed_of_what_is_still_to_be_replayed(monkeypatch):
    monkeypatch.setattr(finalizing, "ends_are_noticed", bool)
    tx = Transaction()
    tx.notice_ends()
    assert not tx.noticed, "nothing was held back"
    tx.segment.log.append((print,))
    inner = Transaction(tx)
    inner.segment.log.append((print,))
    inner.notice_ends()
    assert not inner.noticed, "the outer task will see to it"
    tx.segment.replayed = True
    tx.notice_ends()
    assert not tx.noticed
    tx.segment.replayed = False
    tx.notice_ends()
    assert tx.noticed


def test_what_was_carried_out_is_let_go_but_for_what_may_be_asked_again(monkeypatch):
    cleared = []
    monkeypatch.setattr(Segment, "clear", lambda self: cleared.append(self))
    tx = Transaction()
    tx.calls.append((len, "said"))
    tx.answers.append((max, "told"))
    tx.let_go(True)
    assert (cleared, tx.calls, tx.answers) == ([], [(len, None)], [(max, None)])
    tx.calls[:], tx.answers[:] = [(len, "said")], [(max, "told")]
    tx.segment.replayed = True
    tx.let_go(False)
    assert (cleared, tx.calls, tx.answers) == ([tx.segment], [(len, "said")], [(max, "told")])
    inner = Transaction(tx)
    inner.calls.append((len, "said"))
    inner.segment.replayed = True
    inner.let_go(True)
    assert (cleared, inner.calls) == ([tx.segment], [(len, "said")]), "the outer task may run it again"
