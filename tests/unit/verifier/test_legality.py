"""Each clause of the formal statement in `verifier.legality`, with effects made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.guards import ClassAttr
from xcs_ast.ir.effects import (
    CONTENT,
    DEEP,
    WHOLE,
    Access,
    Blocking,
    CellVar,
    Channel,
    Effect,
    Location,
    Summary,
    Unknown,
)
from xcs_ast.ir.paths import MISSING, AttrStep, Binding, EnvRoot, ItemRoot, Path, PinnedRoot
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.source.spans import Span
from xcs_ast.verifier import Decision, decide_block, decide_loop, forget, legality

ITEM, OUT, GIVEN = Path(ItemRoot()), Path(EnvRoot("out")), Path(EnvRoot("given"))


class Thing:
    def __init__(self, part: object = None) -> None:
        self.part = part


def read(where: Any) -> Effect:
    return Effect(Access.READ, where)


def write(where: Any) -> Effect:
    return Effect(Access.WRITE, where)


def waits(*effects: Effect) -> Summary:
    return Summary(frozenset(effects), Blocking.LIKELY)


def stays(*effects: Effect) -> Summary:
    return Summary(frozenset(effects))


NOTHING = stays()


def facts(stages: int, kind: RegionKind = RegionKind.LOOP) -> SiteFacts:
    span = Span("x.py", 1, 0, 9, 0)
    return SiteFacts(
        0, kind, span, "f", "", stages, stages == 1, ("out", "given"), frozenset(), frozenset(), ("f",)
    )


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    forget()
    with config.overridden(speculation=False):
        yield
    forget()


def loop(
    monkeypatch: pytest.MonkeyPatch,
    stages: list[Summary],
    segments: list[Summary],
    items: list[object] | None = None,
    **env: object,
) -> Decision:
    effects = RegionEffects(tuple(stages), tuple(segments), ())
    monkeypatch.setattr(legality, "analyze_region", lambda request: effects)
    return decide_loop(facts(len(stages)), {}, env, [Thing(), Thing()] if items is None else items)


def prefix(decision: Decision) -> int:
    return 0 if decision.plan is None else decision.plan.prefix


def codes(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.verdict.reasons}


def test_independent_tasks_are_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    found = loop(
        monkeypatch,
        [waits(read(Location(ITEM, "name")), read(Channel("network")))],
        [NOTHING, stays(write(Location(OUT, CONTENT)))],
        out=[],
    )
    assert found.verdict.kind is VerdictKind.PROVEN
    assert prefix(found) == 1


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        (read(Unknown("calls mystery()")), "XCS250"),
        (write(Location(ITEM, "calls")), "XCS252"),
        (Effect(Access.REDUCE, Location(ITEM, "calls")), "XCS252"),
        (write(CellVar("count")), "XCS252"),
        (write(Channel("stdout")), "XCS253"),
    ],
)
def test_clause_1_tasks_leave_no_trace(monkeypatch: pytest.MonkeyPatch, effect: Effect, code: str) -> None:
    found = loop(monkeypatch, [waits(effect)], [NOTHING, NOTHING])
    assert found.verdict.kind is VerdictKind.SERIAL
    assert codes(found) == {code}


def test_clause_1_ends_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    found = loop(monkeypatch, [waits(), waits(write(Channel("log")))], [NOTHING] * 3)
    assert prefix(found) == 1


SAME = [1]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (read(Location(GIVEN, CONTENT)), write(Location(OUT, CONTENT))),
        (read(Location(GIVEN, WHOLE)), write(Location(OUT, CONTENT))),
        (read(Location(GIVEN, DEEP)), write(Location(OUT, CONTENT))),
        (read(Location(Path(PinnedRoot(SAME)), CONTENT)), write(Location(Path(PinnedRoot(SAME)), CONTENT))),
        (read(Location(Path(PinnedRoot(SAME)), CONTENT)), write(Location(OUT, CONTENT))),
        (read(CellVar("x")), write(CellVar("x", 7))),
        (read(Channel("cwd")), write(Channel("cwd"))),
        (read(Channel("network")), write(Channel("network"))),
        (read(Location(Path(EnvRoot("absent")), "a")), write(Location(OUT, "a"))),
        (read(Location(ITEM, "name")), write(Unknown("anything"))),
        (read(Location(ITEM, "name")), read(Unknown("anything"))),
    ],
)
@pytest.mark.parametrize("segment", [0, 1])
def test_clause_2_every_body_precedes_a_later_task(
    monkeypatch: pytest.MonkeyPatch, mine: Effect, theirs: Effect, segment: int
) -> None:
    segments = [NOTHING, NOTHING]
    segments[segment] = stays(theirs)
    found = loop(monkeypatch, [waits(mine)], segments, out=SAME, given=SAME)
    assert found.verdict.kind is VerdictKind.SERIAL
    assert codes(found) <= {"XCS251", "XCS254", "XCS255"}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (read(Location(GIVEN, CONTENT)), write(Location(OUT, CONTENT))),
        (read(Location(GIVEN, "a")), write(Location(GIVEN, "b"))),
        (read(Location(OUT, CONTENT)), read(Location(OUT, CONTENT))),
        (read(CellVar("x", 1)), write(CellVar("x", 2))),
        (read(CellVar("x")), write(CellVar("y"))),
        (read(Channel("network")), write(Channel("stdout"))),
        (read(Channel("network")), read(Channel("network"))),
    ],
)
def test_clause_2_near_misses(monkeypatch: pytest.MonkeyPatch, mine: Effect, theirs: Effect) -> None:
    found = loop(monkeypatch, [waits(mine)], [NOTHING, stays(theirs)], out=[1], given=[1])
    assert found.verdict.kind is VerdictKind.PROVEN


def test_clause_2_a_deep_read_reaches_inner_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[object] = []
    stages, segments = [waits(read(Location(GIVEN, DEEP)))], [NOTHING, stays(write(Location(OUT, CONTENT)))]
    assert prefix(loop(monkeypatch, stages, segments, out=inner, given={"a": (1, [inner])})) == 0
    forget()
    assert prefix(loop(monkeypatch, stages, segments, out=inner, given={"a": (1, [[]])})) == 1


@pytest.mark.parametrize("wrap", [lambda inner: [{"a": inner}], lambda inner: {"a": [{"b": (inner,)}]}])
def test_clause_2_a_deep_read_reaches_values_at_any_depth(monkeypatch: pytest.MonkeyPatch, wrap: Any) -> None:
    inner: list[object] = []
    stages, segments = [waits(read(Location(GIVEN, DEEP)))], [NOTHING, stays(write(Location(OUT, CONTENT)))]
    assert prefix(loop(monkeypatch, stages, segments, out=inner, given=wrap(inner))) == 0


def test_clause_2_a_stage_that_stays_in_place_counts_as_body(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = [waits(read(Channel("cwd"))), waits(write(Channel("cwd")))]
    assert prefix(loop(monkeypatch, stages, [NOTHING] * 3)) == 0


def test_clause_2_within_an_iteration_only_what_comes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each body changes its own item after the task that reads it."""
    stages = [waits(read(Location(ITEM, "part")))]
    after = [NOTHING, stays(write(Location(ITEM, "part")))]
    before = [stays(write(Location(ITEM, "part"))), NOTHING]
    assert prefix(loop(monkeypatch, stages, after)) == 1
    forget()
    assert prefix(loop(monkeypatch, stages, before)) == 0


def test_clause_2_the_same_item_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = [waits(read(Location(ITEM, "part")))]
    segments = [NOTHING, stays(write(Location(ITEM, "part")))]
    one, two = Thing(), Thing()
    found = loop(monkeypatch, stages, segments, [one, two, one])
    assert found.plan is not None
    assert [found.plan.admit(item) for item in (one, two, one)] == [True, True, False]


def test_clause_2_items_that_share_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    part = ITEM.then(AttrStep("part"))
    stages = [waits(read(Location(part, CONTENT)))]
    segments = [NOTHING, stays(write(Location(part, CONTENT)))]
    shared: list[object] = []
    one, two, three = Thing([]), Thing(shared), Thing(shared)
    found = loop(monkeypatch, stages, segments, [one, two, three])
    assert found.plan is not None
    assert [found.plan.admit(item) for item in (one, two, three)] == [True, True, False]


def test_clause_2_an_item_that_is_what_the_body_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    out: list[object] = []
    stages = [waits(read(Location(ITEM, CONTENT)))]
    segments = [NOTHING, stays(write(Location(OUT, CONTENT)))]
    found = loop(monkeypatch, stages, segments, [[], out], out=out)
    assert found.plan is not None
    assert [found.plan.admit(item) for item in ([], out)] == [True, False]


def test_clause_2_an_unknown_effect_meets_tasks_that_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    anything = stays(write(Unknown("anything")))
    for segments in ([NOTHING, anything], [anything, NOTHING]):
        forget()
        assert codes(loop(monkeypatch, [waits()], segments)) == {"XCS251"}


def test_an_analysis_is_believed_as_long_as_all_its_guards_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those guards that do not look at the item: a global may mean something else by the next entry."""
    site, guard = facts(1), ClassAttr(Thing, "kind", MISSING)
    found = iter(
        [
            RegionEffects((waits(),), (NOTHING, NOTHING), (guard,)),
            RegionEffects((waits(write(Channel("log"))),), (NOTHING, NOTHING), ()),
        ]
    )
    monkeypatch.setattr(legality, "analyze_region", lambda request: next(found))
    scope: dict[str, Any] = {}
    assert prefix(decide_loop(site, scope, {}, [1, 2])) == 1
    assert prefix(decide_loop(site, scope, {}, [1, 2])) == 1
    monkeypatch.setattr(Thing, "kind", "new", raising=False)
    assert codes(decide_loop(site, scope, {}, [1, 2])) == {"XCS253"}


def test_an_analysis_is_believed_in_its_own_namespace_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """One code may be executed in two namespaces, where one name stands for two functions."""
    found = iter(
        [
            RegionEffects((waits(),), (NOTHING, NOTHING), ()),
            RegionEffects((waits(write(Channel("log"))),), (NOTHING, NOTHING), ()),
        ]
    )
    monkeypatch.setattr(legality, "analyze_region", lambda request: next(found))
    site, one, two = facts(1), {"f": 1}, {"f": 2}
    assert prefix(decide_loop(site, one, {}, [1, 2])) == 1
    assert codes(decide_loop(site, two, {}, [1, 2])) == {"XCS253"}
    assert prefix(decide_loop(site, one, {}, [1, 2])) == 1


def test_clause_3_what_never_waits_does_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(loop(monkeypatch, [stays()], [NOTHING, NOTHING])) == {"XCS256"}


def block(
    monkeypatch: pytest.MonkeyPatch, stages: list[Summary], segments: list[Summary], **env: object
) -> Decision:
    effects = RegionEffects(tuple(stages), tuple(segments), ())
    monkeypatch.setattr(legality, "analyze_region", lambda request: effects)
    return decide_block(facts(len(stages), RegionKind.BLOCK), {}, env)


def chosen(decision: Decision) -> tuple[int, ...]:
    return () if decision.plan is None else decision.plan.thunks


def test_block_chooses_any_set(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = [stays(), waits(), waits(write(Channel("log"))), waits(read(Channel("network")))]
    assert chosen(block(monkeypatch, stages, [NOTHING] * 5)) == (1, 3)


def test_block_only_what_comes_before_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = stays(write(Location(OUT, CONTENT)))
    reads = waits(read(Location(OUT, CONTENT)))
    assert chosen(block(monkeypatch, [reads, reads], [NOTHING, changes, NOTHING], out=[])) == (0,)
    forget()
    assert chosen(block(monkeypatch, [reads, reads], [changes, NOTHING, NOTHING], out=[])) == ()
    forget()
    assert chosen(block(monkeypatch, [reads, reads], [NOTHING, NOTHING, changes], out=[])) == (0, 1)


def test_block_a_path_that_leads_nowhere_may_lead_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = waits(read(Location(Path(EnvRoot("absent")), CONTENT)))
    changes = stays(write(Location(OUT, CONTENT)))
    assert chosen(block(monkeypatch, [reads], [changes, NOTHING], out=[])) == ()
    forget()
    assert chosen(block(monkeypatch, [reads], [NOTHING, NOTHING], out=[])) == (0,)


def test_block_a_call_that_stays_holds_back_those_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain: the second depends on the first, which stays; and the third on the second."""
    stages = [
        waits(write(Channel("a"))),
        waits(read(Channel("a"))),
        waits(read(Channel("b"))),
    ]
    assert chosen(block(monkeypatch, stages, [NOTHING] * 4)) == (2,)


def test_block_keeps_timed_sections_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = Span("x.py", 3, 0, 3, 9), Span("other.py", 3, 0, 3, 9)
    for span, expected in ((here, ()), (elsewhere, (0,))):
        forget()
        clock = stays(Effect(Access.READ, Channel("clock"), span))
        assert chosen(block(monkeypatch, [waits()], [clock, NOTHING])) == expected


class _Once:
    """A guard that holds for one binding."""

    def __init__(self, item: object) -> None:
        self.item = item
        self.varies = True

    def holds(self, binding: Binding) -> bool:
        return binding.item is self.item


def test_items_of_several_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each shape is analysed once; tasks of one must bear the bodies of another."""
    asked: list[object] = []
    network, directory = Channel("network"), Channel("cwd")
    effects = {
        "a": (waits(read(network)), NOTHING),
        "b": (waits(read(network)), NOTHING),
        "c": (waits(read(directory)), stays(write(network))),
    }

    def analyse(request: Any) -> RegionEffects:
        asked.append(request.binding.item)
        stage, body = effects[request.binding.item]
        return RegionEffects((stage,), (NOTHING, body), (_Once(request.binding.item),))

    monkeypatch.setattr(legality, "analyze_region", analyse)
    found = decide_loop(facts(1), {}, {}, ["a", "b"])
    assert found.plan is not None
    assert [found.plan.admit(item) for item in ("a", "b", "a", "b", "c")] == [True, True, True, True, False]
    assert asked == ["a", "b", "c"]
