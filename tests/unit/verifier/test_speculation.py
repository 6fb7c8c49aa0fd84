"""Which reasons against PROVEN the recorder can do away with, on real callees."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.source.spans import Span
from xcs_ast.verifier import Decision, decide_block, decide_loop, forget

from . import callees

P, S, X = VerdictKind.PROVEN, VerdictKind.SPECULATIVE, VerdictKind.SERIAL


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    forget()
    with config.overridden(eager=False):
        yield
    forget()


def loop(call: Callable[..., Any], body: str = "out.append({})", **env: Any) -> Decision:
    text = f"for x in __xcs_items__:\n    {body.format('__xcs_stage__(0, call(x))')}\n"
    env = {"call": call, "out": [], **env}
    span = Span(__file__, 1, 0, 2, 0)
    names = tuple(env)
    nothing: frozenset[str] = frozenset()
    facts = SiteFacts(0, RegionKind.LOOP, span, "f", text, 1, True, names, frozenset("x"), nothing, ("call",))
    return decide_loop(facts, callees.__dict__, env, ["a", "b"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("proven", P),
        ("counts", S),
        ("prints", S),
        ("logs", S),
        ("collects", S),
        ("through_a_table", S),
        ("opens_for_writing", X),
        ("starts_a_process", X),
        ("declared_ordered", X),
        ("looks_at_the_stack", X),
        ("without_model", X),
        ("counts_only", X),
    ],
)
def test_what_a_task_does(name: str, kind: VerdictKind) -> None:
    decision = loop(getattr(callees, name))
    assert decision.verdict.kind is kind
    assert (decision.plan is not None) == (kind is not X)
    if kind is S:
        assert decision.verdict.reasons, "why it is not PROVEN"


def test_what_looks_for_its_caller_finds_the_region_itself() -> None:
    log = logging.getLogger("tests.caller")
    assert loop(log.warning).verdict.kind is X
    assert loop(callees.logs).verdict.kind is S


def test_switched_off() -> None:
    with config.overridden(speculation=False):
        assert loop(callees.counts).verdict.kind is X


def test_eager_records_what_never_waits() -> None:
    with config.overridden(eager=True):
        assert loop(callees.counts_only).verdict.kind is S


def test_what_waits_for_certain_starts_at_once() -> None:
    plan = loop(callees.counts).plan
    assert plan is not None
    assert plan.blocking is Blocking.LIKELY
    assert not plan.cautious


def test_a_chain_starts_with_few() -> None:
    plan = loop(callees.chains).plan
    assert plan is not None
    assert plan.cautious


def test_what_the_body_surely_changes() -> None:
    history: list[str] = []
    callees.HISTORY = history
    assert loop(callees.reads_history, "history.append({})", history=history).verdict.kind is X
    table: dict[str, str] = {}
    callees.TABLE = table
    assert loop(callees.reads_table, "table[x] = {}", table=table).verdict.kind is S


def test_the_second_kind_of_item_decides_too() -> None:
    text = "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, x()))\n"
    span, nothing = Span(__file__, 1, 0, 2, 0), frozenset[str]()
    facts = SiteFacts(0, RegionKind.LOOP, span, "f", text, 1, True, ("out",), frozenset("x"), nothing, ("x",))
    items = [callees.Proven(), callees.Counting()]
    assert decide_loop(facts, {}, {"out": []}, items[:1] * 2).verdict.kind is P
    assert decide_loop(facts, {}, {"out": []}, items).verdict.kind is S


def test_a_block() -> None:
    text = "a = call(1)\nb = __xcs_stage__(0, call(2))\n"
    span, nothing = Span(__file__, 1, 0, 2, 0), frozenset[str]()

    def decide(call: Callable[..., Any]) -> Decision:
        facts = SiteFacts(
            0, RegionKind.BLOCK, span, "f", text, 1, True, ("call",), frozenset("ab"), nothing, ()
        )
        return decide_block(facts, callees.__dict__, {"call": call})

    assert decide(callees.proven).verdict.kind is P
    found = decide(callees.counts)
    assert found.verdict.kind is S
    assert found.plan is not None
    assert found.plan.thunks == (0,)
    assert decide(callees.chains).verdict.kind is X
