"""Clause 4 of the formal statement: no pause is overtaken by what goes by the time."""

from __future__ import annotations

import random  # noqa: F401 - for the text of a region
import time

import pytest

from xcs_ast import config, unordered
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.region import RegionRequest, analyze_region
from xcs_ast.ir.effects import Channel, Effect, Location, Unknown
from xcs_ast.ir.paths import Binding
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.source.spans import Span
from xcs_ast.verifier import pausing

from .test_legality import (
    GIVEN,
    ITEM,
    NOTHING,
    _clean,  # noqa: F401 - a fixture
    codes,
    loop,
    prefix,
    read,
    stays,
    waits,
)

PAUSE = read(Channel("pause"))
ASKS = waits(read(Channel("network")))
COMPUTES = waits(read(Channel("clock")))
LOOKS = waits(read(Location(ITEM, "name")))


@pytest.mark.parametrize("where", [0, 1])
def test_a_task_that_asks_outside_overtakes_no_pause(where: int, monkeypatch: pytest.MonkeyPatch) -> None:
    segments = [NOTHING, NOTHING]
    segments[where] = stays(PAUSE)
    found = loop(monkeypatch, [ASKS], segments)
    assert found.verdict.kind is VerdictKind.SERIAL
    assert codes(found) == {"XCS258"}
    assert prefix(loop(monkeypatch, [COMPUTES], segments)) == 1


def test_nor_is_it_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    with config.overridden(speculation=True):
        assert loop(monkeypatch, [ASKS], [NOTHING, stays(PAUSE)]).verdict.kind is VerdictKind.SERIAL


def test_a_stage_that_waits_for_nothing_is_a_pause_where_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = Effect(PAUSE.access.WRITE, Channel("database"))
    in_place = waits(PAUSE, ordered)
    assert prefix(loop(monkeypatch, [ASKS, in_place], [NOTHING] * 3)) == 0
    assert prefix(loop(monkeypatch, [waits(PAUSE), ASKS], [NOTHING] * 3)) == 2, "each task waits for itself"


@pytest.mark.parametrize(
    ("around", "apart"),
    [
        (read(Channel("network")), True),
        (Effect(PAUSE.access.WRITE, Channel("filesystem")), True),
        (read(Channel("clock")), True),
        (read(Unknown("is code in C")), True),
        (Effect(PAUSE.access.WRITE, Channel("stdout")), False),
        (read(Location(GIVEN, "name")), False),
    ],
)
def test_a_stage_that_is_a_pause_keeps_apart_what_stands_around_it(
    around: Effect, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`requests.put(url)`, then `time.sleep(1)`."""
    for segments in ([stays(around), NOTHING], [NOTHING, stays(around)]):
        found = loop(monkeypatch, [waits(PAUSE)], segments)
        assert (found.verdict.kind is VerdictKind.SERIAL) == apart
    before = RegionEffects((waits(PAUSE), ASKS), (stays(around), NOTHING, NOTHING), ())
    behind = RegionEffects((waits(PAUSE), ASKS), (NOTHING, stays(around), NOTHING), ())
    stage = RegionEffects((waits(around), waits(PAUSE)), (NOTHING,) * 3, ())
    for of in (pausing.of_thunk, pausing.of_recorded_thunk):
        assert (of(before, 0) is not None) == apart
        assert of(behind, 0) is None
        assert (of(stage, 1) is not None) == apart
    assert (
        pausing.of_recorded_loop(RegionEffects((waits(PAUSE),), (stays(around), NOTHING), ())) is not None
    ) == apart


@pytest.mark.parametrize(("channel", "apart"), [("network", True), ("filesystem", False), ("clock", False)])
def test_work_that_is_noted_is_apart_from_requests_alone(channel: str, apart: bool) -> None:
    notes = waits(PAUSE, Effect(PAUSE.access.WRITE, Location(GIVEN, "name")))
    effects = RegionEffects((notes,), (stays(read(Channel(channel))), NOTHING), ())
    assert (pausing.of_recorded_loop(effects) is not None) == apart


@pytest.mark.parametrize("threads", [False, True])
def test_what_threads_may_change_is_validated(threads: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pausing, "_has_threads", lambda: threads)
    with config.overridden(speculation=True):
        found = loop(monkeypatch, [LOOKS], [NOTHING, stays(PAUSE)])
        assert found.verdict.kind is (VerdictKind.SPECULATIVE if threads else VerdictKind.PROVEN)
        assert loop(monkeypatch, [LOOKS], [NOTHING, NOTHING]).verdict.kind is VerdictKind.PROVEN
        assert loop(monkeypatch, [COMPUTES], [NOTHING, stays(PAUSE)]).verdict.kind is VerdictKind.PROVEN


def test_of_a_block_only_what_stands_before_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = RegionEffects((ASKS, ASKS), (NOTHING, NOTHING, stays(PAUSE)), ())
    between = RegionEffects((ASKS, ASKS), (NOTHING, stays(PAUSE), NOTHING), ())
    stage = RegionEffects((waits(PAUSE), ASKS), (NOTHING,) * 3, ())
    for of in (pausing.of_thunk, pausing.of_recorded_thunk):
        assert [of(behind, k) is not None for k in (0, 1)] == [False, False]
        assert [of(between, k) is not None for k in (0, 1)] == [False, True]
        assert [of(stage, k) is not None for k in (0, 1)] == [False, True]
    looks = RegionEffects((waits(read(Location(GIVEN, "name"))),), (stays(PAUSE), NOTHING), ())
    monkeypatch.setattr(pausing, "_has_threads", lambda: True)
    assert pausing.of_thunk(looks, 0) is not None
    assert pausing.of_recorded_thunk(looks, 0) is None
    monkeypatch.setattr(pausing, "_has_threads", lambda: False)
    assert pausing.of_thunk(looks, 0) is None


NOTED: list[object] = []


def busy(x: object) -> object:
    return x


def asks(x: object) -> object:
    time.sleep(0)
    return x


def paces(x: object) -> None:
    time.sleep(0)
    NOTED.append(x)


@unordered
def requests(x: object) -> object:
    return x


def sends(x: object) -> None:
    NOTED.append(requests(x))


def until(x: object) -> None:
    while not asks(x):
        time.sleep(0)


def test_a_stage_that_sleeps_alone_is_a_pause() -> None:
    for body, pauses in (("__xcs_stage__(0, time.sleep(1))", True), ("y = __xcs_stage__(0, asks(x))", False)):
        effects = _effects(f"for x in __xcs_items__:\n    {body}")
        assert any(effect.where == PAUSE.where for effect in effects.stages[0].effects) == pauses


@pytest.mark.parametrize(
    ("call", "pauses"),
    [
        ("time.sleep(9 - __xcs_stage__(1, time.time()))", True),
        ("out.append(__xcs_stage__(1, time.time()))", False),
    ],
)
def test_how_long_it_sleeps_may_be_found_ahead(call: str, pauses: bool) -> None:
    """As a loop that keeps a pace does it: `time.sleep(1 - (time.time() - start))`."""
    text = f"for x in __xcs_items__:\n    out.append(__xcs_stage__(0, asks(x)))\n    {call}\n"
    effects = _effects(text, stages=2)
    assert any(effect.where == PAUSE.where for each in effects.segments for effect in each.effects) == pauses
    assert any(effect.where == Channel("clock") for effect in effects.stages[1].effects)
    assert not any(effect.is_unknown for each in effects.segments for effect in each.effects)


def _effects(text: str, stages: int = 1) -> RegionEffects:
    span = Span("x.py", 1, 0, 9, 0)
    facts = SiteFacts(
        0, RegionKind.LOOP, span, "f", text, stages, True, ("out",), frozenset("y_"), frozenset(), ("asks",)
    )
    return analyze_region(RegionRequest(facts, globals(), Binding(3, {"out": []}), True))


@pytest.mark.parametrize(
    ("body", "pauses"),
    [
        ("time.sleep(1)", True),
        ("asks(x)", True),
        ("until(x)", True),
        ("while asks(x):\n        pass", True),
        ("while busy(x):\n        time.sleep(1)", True),
        ("for _ in range(9):\n        if asks(x):\n            break", True),
        ("for _ in range(9):\n        y = asks(x)", False),
        ("while busy(x):\n        pass", False),
        ("y = asks(x)", False),
        ("busy(x)", False),
        ("paces(x)", True),
        ("time.sleep(random.random())", True),
        ("sends(x)", False),
        ("NOTED.append(requests(x))", False),
        ("requests(x)", True),
    ],
)
def test_what_is_a_pause(body: str, pauses: bool) -> None:
    effects = _effects(f"for x in __xcs_items__:\n    {body}\n    out.append(__xcs_stage__(0, asks(x)))")
    assert any(effect.where == PAUSE.where for each in effects.segments for effect in each.effects) == pauses
    assert all(effect.where != PAUSE.where for effect in effects.stages[0].effects)
