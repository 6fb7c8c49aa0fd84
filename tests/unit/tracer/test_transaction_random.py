"""Random operations: what a transaction records and replays is what plain Python does."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.tracer.transaction_world import OPERATIONS, Base, Direct, World, perform
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import Abandon, Unsure
from xcs_ast.tracer.transaction import Transaction

OPS = st.lists(OPERATIONS, max_size=6)
FEW = st.lists(OPERATIONS, max_size=3)
EXAMPLES = max(100, settings.default.max_examples)


@pytest.fixture(autouse=True)
def class_state():
    yield
    Base.shared = 1


def plainly(world, ops):
    return [perform(world, Recorder(), op, False) for op in ops]


def record(world, ops, hooks=None):
    """Results, or None where the task waits."""
    hooks = hooks or Direct(Transaction())
    before = world.state()
    try:
        results = [perform(world, hooks, op, True) for op in ops]
    except (Abandon, Unsure):
        results = None
    assert world.state() == before
    return hooks.transaction, results


@settings(max_examples=EXAMPLES, deadline=None)
@given(OPS)
def test_recorded_and_replayed_is_plain(ops):
    Base.shared = 1
    world = World()
    tx, results = record(world, ops)
    assume(results is not None)
    assert tx.validate()
    tx.replay()
    state = world.state()
    Base.shared = 1
    other = World()
    assert results == plainly(other, ops)
    assert state == other.state()


@settings(max_examples=EXAMPLES, deadline=None)
@given(OPS, FEW)
def test_valid_only_if_a_second_run_would_go_alike(ops, meanwhile):
    Base.shared = 1
    world = World()
    tx, results = record(world, ops)
    assume(results is not None)
    plainly(world, meanwhile)
    valid = tx.validate()
    if not valid:
        return
    tx.replay()
    state = world.state()
    Base.shared = 1
    other = World()
    plainly(other, meanwhile)
    assert results == plainly(other, ops)
    assert state == other.state()


@settings(max_examples=EXAMPLES, deadline=None)
@given(FEW, FEW, FEW)
def test_two_tasks_in_order(first, second, meanwhile):
    Base.shared = 1
    world = World()
    one, ones = record(world, first)
    two, twos = record(world, second)
    assume(ones is not None and twos is not None)
    assert one.validate()
    one.replay()
    plainly(world, meanwhile)
    if not two.validate():
        return
    two.replay()
    state = world.state()
    Base.shared = 1
    other = World()
    assert ones == plainly(other, first)
    plainly(other, meanwhile)
    assert twos == plainly(other, second)
    assert state == other.state()


@settings(max_examples=EXAMPLES, deadline=None)
@given(FEW, FEW, FEW)
def test_segments(first, second, meanwhile):
    Base.shared = 1
    world = World()
    hooks = Direct(Transaction())
    tx, ones = record(world, first, hooks)
    assume(ones is not None)
    tx.publish()
    mark = tx.mark()
    _, twos = record(world, second, hooks)
    assume(twos is not None)
    assert tx.validate(mark)
    tx.replay(mark)
    plainly(world, meanwhile)
    if not tx.validate():
        return
    tx.replay()
    state = world.state()
    Base.shared = 1
    other = World()
    assert ones == plainly(other, first)
    plainly(other, meanwhile)
    assert twos == plainly(other, second)
    assert state == other.state()


@settings(max_examples=EXAMPLES, deadline=None)
@given(FEW, FEW, FEW, FEW)
def test_nested(before, inner, between, after):
    Base.shared = 1
    world = World()
    hooks = Direct(Transaction())
    tx, first = record(world, before, hooks)
    assume(first is not None)
    child = Direct(Transaction(tx))
    _, second = record(world, inner, child)
    assume(second is not None)
    _, third = record(world, between, hooks)
    assume(third is not None)
    assume(child.transaction.validate())
    try:
        child.transaction.replay()
    except Abandon:
        assume(False)
    _, fourth = record(world, after, hooks)
    assume(fourth is not None)
    assert tx.validate()
    tx.replay()
    state = world.state()
    Base.shared = 1
    other = World()
    assert first == plainly(other, before)
    assert third == plainly(other, between)
    assert second == plainly(other, inner)
    assert fourth == plainly(other, after)
    assert state == other.state()
