"""What `decide_loop` and `decide_block` ask for, and what they do with the answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.verifier.test_legality import (
    NOTHING,
    OUT,
    Thing,
    _clean,
    block,
    chosen,
    codes,
    facts,
    loop,
    prefix,
    read,
    stays,
    waits,
    write,
)
from xcs_ast import config
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.guards import Condition
from xcs_ast.ir.effects import CONTENT, WHOLE, Blocking, Channel, Effect, Location, Summary, Unknown
from xcs_ast.ir.paths import Binding, EnvRoot, Path
from xcs_ast.ir.sites import RegionKind
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.source.spans import Span
from xcs_ast.verifier import decide_block, decide_loop, legality

__all__ = ["_clean"]

OTHER = Path(EnvRoot("other"))


class Only:
    """A guard that holds for some items."""

    varies = True

    def __init__(self, *items: object) -> None:
        self.items = items

    def holds(self, binding: Binding) -> bool:
        return any(binding.item is item for item in self.items)


def answers(monkeypatch: pytest.MonkeyPatch, table: dict[object, RegionEffects]) -> list[Any]:
    """Has the analysis answer from a table by item; the requests that it gets."""
    asked: list[Any] = []

    def analyse(request: Any) -> RegionEffects:
        asked.append(request)
        return table[request.binding.item]

    monkeypatch.setattr(legality, "analyze_region", analyse)
    return asked


def of(stages: list[Summary], body: Summary, *guards: Any) -> RegionEffects:
    return RegionEffects(tuple(stages), (*[NOTHING] * len(stages), body), guards)


def test_nothing_to_iterate_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, {})
    found = decide_loop(facts(1), {}, {}, [])
    assert found.verdict.kind is VerdictKind.SERIAL
    assert codes(found) == {"XCS257"}
    assert not asked


def test_a_loop_has_items_and_a_block_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    effects = {item: of([waits()], NOTHING, Only(item)) for item in (1, 2, None)}
    asked = answers(monkeypatch, effects)
    scope: dict[str, Any] = {"name": 1}
    found = decide_loop(facts(1), scope, {"out": 5}, [1])
    assert found.plan is not None
    assert found.plan.admit(2)
    decide_block(facts(1, RegionKind.BLOCK), scope, {"out": 5})
    assert [(each.has_item, each.binding.item) for each in asked] == [(True, 1), (True, 2), (False, None)]
    assert all(each.globals is scope and each.binding.env == {"out": 5} for each in asked)


def test_what_libraries_do_once_is_done_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def once() -> None: ...
    def another() -> None: ...
    def holds() -> bool:
        return True

    guards = [Condition("a", holds, once), Condition("b", holds), Condition("c", holds, another)]
    guards.append(Condition("d", holds, once))
    answers(monkeypatch, {1: of([waits()], NOTHING, *guards), None: of([waits()], NOTHING, *guards)})
    found = decide_loop(facts(1), {}, {}, [1])
    assert found.plan is not None
    assert found.plan.prepare == (once, another)
    as_block = decide_block(facts(1, RegionKind.BLOCK), {}, {})
    assert as_block.plan is not None
    assert as_block.plan.prepare == (once, another)


def test_a_shape_with_another_prefix_is_not_admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    both = of([waits(), waits()], NOTHING, Only(1))
    one = of([waits(), waits(write(Channel("log")))], NOTHING, Only(2))
    answers(monkeypatch, {1: both, 2: one})
    for first, second in ((1, 2), (2, 1)):
        legality.forget()
        found = decide_loop(facts(2), {}, {}, [first])
        assert found.plan is not None
        assert found.plan.admit(first)
        assert not found.plan.admit(second)


def test_bodies_and_tasks_of_two_shapes_meet_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = of([waits(read(Channel("cwd")))], NOTHING, Only(1))
    writes = of([waits()], stays(write(Channel("cwd"))), Only(2))
    answers(monkeypatch, {1: reads, 2: writes})
    for first, second in ((1, 2), (2, 1)):
        legality.forget()
        found = decide_loop(facts(1), {}, {}, [first])
        assert found.plan is not None
        assert not found.plan.admit(second)


def test_only_so_many_shapes_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [object() for _ in range(40)]
    answers(monkeypatch, {item: of([waits()], NOTHING, Only(item)) for item in items})
    found = decide_loop(facts(1), {}, {}, items)
    assert found.plan is not None
    assert [found.plan.admit(item) for item in items] == [True] * 32 + [False] * 8


def test_the_oldest_shape_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [object() for _ in range(33)]
    asked = answers(monkeypatch, {item: of([waits()], NOTHING, Only(item)) for item in items})
    monkeypatch.setattr(legality, "may_be_remembered", lambda effects: True)
    site = facts(1)
    scope: dict[str, Any] = {}
    for item in items:
        decide_loop(site, scope, {}, [item])
    assert len(asked) == 33
    for item in reversed(items[1:]):
        decide_loop(site, scope, {}, [item])
    assert len(asked) == 33
    decide_loop(site, scope, {}, items[:1])
    assert len(asked) == 34


def test_a_site_that_is_forgotten_is_analysed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, {1: of([waits()], NOTHING)})
    one, two = facts(1), facts(1)
    scope: dict[str, Any] = {}
    for site in (one, two, one, two):
        decide_loop(site, scope, {}, [1])
    assert len(asked) == 2
    legality.forget_site(one)
    for site in (one, two):
        decide_loop(site, scope, {}, [1])
    assert len(asked) == 3


def test_the_longest_wait_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    shortly = Summary(frozenset(), Blocking.MAYBE)
    found = loop(monkeypatch, [stays(), shortly, waits(write(Channel("log")))], [NOTHING] * 4)
    assert found.plan is not None
    assert (found.plan.prefix, found.plan.blocking) == (2, Blocking.MAYBE)
    assert found.plan.thunks == (0, 1)


def test_what_never_waits_is_run_ahead_by_the_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    with config.overridden(eager=True, speculation=False):
        assert prefix(loop(monkeypatch, [stays()], [NOTHING, NOTHING])) == 1
        legality.forget()
        assert chosen(block(monkeypatch, [stays(), waits()], [NOTHING] * 3)) == (0, 1)


def test_the_prefix_shrinks_until_nothing_clashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last stage stays, because of the body; so the second must stay, because of the last."""
    stages = [
        waits(read(Channel("a"))),
        waits(read(Channel("b"))),
        waits(read(Channel("c")), read(Channel("b"))),
    ]
    body = stays(write(Channel("c")))
    assert prefix(loop(monkeypatch, stages, [NOTHING, NOTHING, NOTHING, body])) == 2
    legality.forget()
    stages[2] = waits(read(Channel("c")), write(Channel("b")))
    assert prefix(loop(monkeypatch, stages, [NOTHING, NOTHING, NOTHING, body])) == 1


def test_why_a_block_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(block(monkeypatch, [stays()], [NOTHING] * 2)) == {"XCS256"}
    legality.forget()
    assert codes(block(monkeypatch, [waits(write(Channel("log")))], [NOTHING] * 2)) == {"XCS253"}
    legality.forget()
    unknown = stays(read(Unknown("anything")))
    assert codes(block(monkeypatch, [waits()], [unknown, NOTHING])) == {"XCS251"}
    legality.forget()
    changes, reads = stays(write(Location(OUT, CONTENT))), waits(read(Location(OUT, WHOLE)))
    assert codes(block(monkeypatch, [reads], [changes, NOTHING], out=[])) == {"XCS254"}
    legality.forget()
    assert codes(block(monkeypatch, [waits(read(Channel("a")))], [stays(write(Channel("a"))), NOTHING])) == {
        "XCS255"
    }


def test_owners_decide_in_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, changes = waits(read(Location(OTHER, "part"))), stays(write(Location(OUT, "part")))
    one, two = Thing(), Thing()
    assert chosen(block(monkeypatch, [reads], [changes, NOTHING], out=one, other=two)) == (0,)
    legality.forget()
    assert chosen(block(monkeypatch, [reads], [changes, NOTHING], out=one, other=one)) == ()


@pytest.mark.parametrize(
    ("line", "file", "expected"),
    [(1, "x.py", ()), (9, "x.py", ()), (10, "x.py", (0,)), (0, "x.py", (0,)), (5, "y.py", (0,))],
)
def test_a_clock_in_the_text_of_the_block(
    monkeypatch: pytest.MonkeyPatch, line: int, file: str, expected: tuple[int, ...]
) -> None:
    clock = stays(Effect(read(Channel("clock")).access, Channel("clock"), Span(file, line, 0, line, 9)))
    assert chosen(block(monkeypatch, [waits()], [clock, NOTHING])) == expected
    legality.forget()
    assert chosen(block(monkeypatch, [waits()], [NOTHING, clock])) == (0,), "behind the call"
    legality.forget()
    nowhere = stays(read(Channel("clock")))
    assert chosen(block(monkeypatch, [waits()], [nowhere, NOTHING])) == (0,)


def test_reasons_say_where(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = Span("x.py", 4, 0, 4, 9), Span("x.py", 2, 0, 2, 9)
    effects = [
        Effect(write(Channel("log")).access, Channel("log"), here),
        Effect(write(Channel("stdout")).access, Channel("stdout"), there),
    ]
    found = loop(monkeypatch, [waits(*effects)], [NOTHING, NOTHING])
    assert [reason.span for reason in found.verdict.reasons] == [there, here], "in the order of the text"
    legality.forget()
    found = loop(monkeypatch, [waits(write(Channel("log")))], [NOTHING, NOTHING])
    assert [reason.span for reason in found.verdict.reasons] == [facts(1).span], "of the region, else"


def test_what_is_missing_counts_as_a_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    found = loop(
        monkeypatch,
        [waits(read(Location(Path(EnvRoot("absent")), "a")))],
        [NOTHING, stays(write(Location(OUT, "a")))],
        out=Thing(),
    )
    assert found.verdict.kind is VerdictKind.SERIAL


def test_a_call_that_stays_does_not_hold_back_those_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = [waits(read(Channel("a"))), waits(write(Channel("a"))), waits(read(Channel("b")))]
    assert chosen(block(monkeypatch, stages, [NOTHING] * 4)) == (0, 2)


def test_a_call_that_starts_early_does_not_hold_back_others(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = Effect(read(Channel("clock")).access, Channel("clock"), Span("x.py", 2, 0, 2, 9))
    assert chosen(block(monkeypatch, [waits(timed), waits()], [NOTHING] * 3)) == (0, 1)


def test_what_may_not_be_remembered_is_analysed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, {1: of([waits()], NOTHING)})
    site = facts(1)
    scope: dict[str, Any] = {}
    for durable, expected in ((False, 1), (False, 2), (True, 3), (True, 3)):
        monkeypatch.setattr(legality, "may_be_remembered", lambda effects, durable=durable: durable)
        decide_loop(site, scope, {}, [1])
        assert len(asked) == expected


def test_where_a_shared_write_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Span("x.py", 4, 0, 4, 9)
    for span, expected in ((here, here), (None, facts(1).span)):
        legality.forget()
        changes = Effect(write(Location(OUT, CONTENT)).access, Location(OUT, CONTENT), span)
        found = loop(monkeypatch, [waits(changes)], [NOTHING, NOTHING], out=[])
        assert [(r.code, r.span) for r in found.verdict.reasons] == [("XCS252", expected)]


def test_where_a_clash_with_the_body_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    task, body = Span("x.py", 2, 0, 2, 9), Span("x.py", 3, 0, 3, 9)
    channel = Channel("a")
    for mine, theirs, expected in ((task, body, body), (task, None, task), (None, None, facts(1).span)):
        legality.forget()
        reads = waits(Effect(read(channel).access, channel, mine))
        writes = stays(Effect(write(channel).access, channel, theirs))
        found = loop(monkeypatch, [reads], [NOTHING, writes])
        assert [(r.code, r.span) for r in found.verdict.reasons] == [("XCS255", expected)]


def test_a_clash_of_live_objects_names_what_the_body_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    same: list[int] = []
    found = loop(
        monkeypatch,
        [waits(read(Location(OTHER, CONTENT)))],
        [NOTHING, stays(write(Location(OUT, CONTENT)))],
        out=same,
        other=same,
    )
    (reason,) = found.verdict.reasons
    assert "out" in reason.message
    assert "other" not in reason.message


def test_where_an_unknown_effect_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Span("x.py", 4, 0, 4, 9)
    for span, expected in ((here, here), (None, facts(1).span)):
        legality.forget()
        found = loop(monkeypatch, [waits(Effect(read(OUT).access, Unknown("?"), span))], [NOTHING, NOTHING])
        assert [(r.code, r.span) for r in found.verdict.reasons] == [("XCS250", expected)]


def test_a_plan_tells_what_it_foresees_of_each_item(monkeypatch: pytest.MonkeyPatch) -> None:
    both, one = of([waits(), waits()], NOTHING, Only(1)), of([waits(), waits()], NOTHING, Only(2))
    answers(monkeypatch, {1: both, 2: one})
    env = {"out": 5}
    found = decide_loop(facts(2), {}, env, [1])
    assert found.plan is not None
    assert found.plan.admit(2)
    for item, effects in ((1, both), (2, one)):
        assert found.plan.foresees(item) == (effects, (0, 1), Binding(item, env))
    assert found.plan.foresees(3) is None
