"""Pauses: nothing that goes by what time it is overtakes a place where the program lets time pass.

Formal statement. A *pause* is a use of the channel `pause`, which the analysis finds in a segment, or in a
stage whose value nobody uses (`effects.region` says where). A stage *goes by the time* iff it uses a
channel of the outside world. In a loop, a stage that goes by the time may not run ahead if a pause is in
any segment, or in a stage that stays in place. In a block, T(k) may not if a pause stands in B(j), j <= k,
or in T(j), j < k. A stage that is nothing but a pause keeps apart what stands around it: it may not run ahead
if any such part goes by the time itself, or reads the clock. While the program has threads of its own, the
same holds for a stage that reads what existed before it, unless it is recorded, and that is validated.

Why: a program polls (`while status(job) != "done": sleep(1)`) before it fetches, or paces its requests. Some
of these may be no stages: a PUT, or a request in the head of a `with`, which stays in place before a `sleep`.

Guarantees: no user code runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from xcs_ast.diagnostics import Diagnostic
from xcs_ast.diagnostics import codes_verifier as codes
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.vocabulary import OUTSIDE
from xcs_ast.ir.effects import Access, CellVar, Channel, Effect, Location, Summary
from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = [
    "diagnostic",
    "of_loop",
    "of_loop_with_threads",
    "of_recorded_loop",
    "of_recorded_thunk",
    "of_thunk",
]

_PAUSE: Final = Channel("pause")
_CLOCK: Final = Channel("clock")
_REQUESTS: Final = frozenset(map(Channel, ("network", "inference", "database")))


def of_loop(effects: RegionEffects, prefix: int, stage: Summary) -> Effect | None:
    """The pause that a stage would overtake in a loop whose first `prefix` stages run ahead, or is itself."""
    if goes_by_the_time(stage.effects):
        return _in_a_loop(effects, prefix)
    return _keeps_apart(stage, (*effects.segments, *effects.stages[prefix:]))


def of_loop_with_threads(effects: RegionEffects, prefix: int) -> Effect | None:
    """The same for what other threads may change, of any of the stages, where they run unrecorded."""
    if not _has_threads() or not any(map(_reads_what_was, effects.stages[:prefix])):
        return None
    return _in_a_loop(effects, prefix)


def of_recorded_loop(effects: RegionEffects) -> Effect | None:
    """The same where all stages are recorded: what they read is validated, what they ask outside is not."""
    found = _in_a_loop(effects, len(effects.stages))
    if found and any(map(_may_go_by_the_time, effects.stages)):
        return found
    kept = (_keeps_apart(stage, effects.segments) for stage in effects.stages)
    return next((each for each in kept if each), None)


def of_thunk(effects: RegionEffects, k: int) -> Effect | None:
    """The pause that stage `k` would overtake in a block."""
    stage = effects.stages[k]
    if goes_by_the_time(stage.effects) or (_reads_what_was(stage) and _has_threads()):
        return _before(effects, k)
    return _keeps_apart(stage, (*effects.segments[: k + 1], *effects.stages[:k]))


def of_recorded_thunk(effects: RegionEffects, k: int) -> Effect | None:
    """The same for a stage that is recorded."""
    stage = effects.stages[k]
    if _may_go_by_the_time(stage):
        return _before(effects, k)
    return _keeps_apart(stage, (*effects.segments[: k + 1], *effects.stages[:k]))


def diagnostic(pause: Effect) -> Diagnostic:
    """Why what would overtake it stays in place."""
    return Diagnostic(codes.TIMED_APART, "the program waits before the call", pause.span)


def goes_by_the_time(effects: Iterable[Effect]) -> bool:
    """Whether what a call gets may depend on when it asks."""
    return any(isinstance(each.where, Channel) and each.where.name in OUTSIDE for each in effects)


def _may_go_by_the_time(stage: Summary) -> bool:
    return goes_by_the_time(stage.effects) or any(each.is_unknown for each in stage.effects)


def _keeps_apart(stage: Summary, parts: Iterable[Summary]) -> Effect | None:
    """The pause that a stage is, where one of the parts around it goes by the time.

    Where the stage does something else as well, it may be the work itself: only requests count then.
    """
    pause = _first((stage,))
    if pause is None or goes_by_the_time(stage.effects):
        return None
    only_waits = all(each.access is Access.READ for each in stage.effects)
    counts = _may_tell_time if only_waits else _is_request
    return pause if any(counts(each) for part in parts for each in part.effects) else None


def _may_tell_time(effect: Effect) -> bool:
    return effect.is_unknown or effect.where == _CLOCK or goes_by_the_time((effect,))


def _is_request(effect: Effect) -> bool:
    return effect.where in _REQUESTS


def _reads_what_was(stage: Summary) -> bool:
    return any(isinstance(each.where, Location | CellVar) for each in stage.effects)


def _in_a_loop(effects: RegionEffects, prefix: int) -> Effect | None:
    return _first((*effects.segments, *effects.stages[prefix:]))


def _before(effects: RegionEffects, k: int) -> Effect | None:
    return _first((*effects.segments[: k + 1], *effects.stages[:k]))


def _has_threads() -> bool:
    """Whether the program has more threads than one (ours are not of `threading`)."""
    threading: Any = sys.modules.get("threading")
    return threading is not None and len(threading._active) > 1


def _first(parts: Iterable[Summary]) -> Effect | None:
    return next((each for part in parts for each in part.effects if each.where == _PAUSE), None)
