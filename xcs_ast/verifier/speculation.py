"""Speculation: may a region that is not PROVEN run ahead through the recorder, and is that worth trying?

Nothing here decides about soundness: a recorded task holds back whatever it does, is validated at its place,
and waits where it cannot be held back. What is decided is where the attempt would be in vain.

Formal statement. The stage T(k) is *recordable* iff each of its effects is a read, a write or a reduction of
a location or a variable, an unordered use of a channel, an ordered use of a channel that can be put off
(`stdout`, `stderr`, `log`, a write to a file that was there before), or unknown for a reason that the run
itself may dispel. It is *doomed* iff something that comes before it, in place or in another task, surely
writes a place that it reads. A loop is SPECULATIVE iff all stages are recordable, none is doomed by the body,
and some stage may wait. Of a block any set of stages is chosen; each must be recordable, may wait, and is not
doomed.

Guarantees: no user code runs. Assumes: `effects` are those of the binding.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

from xcs_ast.diagnostics import codes_effects
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.vocabulary import ODD_CLASS, RELIED_ON
from xcs_ast.ir.effects import (
    CONTENT,
    DEEP,
    Access,
    Blocking,
    CellVar,
    Channel,
    Effect,
    Location,
    Summary,
    fields_overlap,
)
from xcs_ast.ir.paths import Binding, Unresolvable
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = [
    "may_pay",
    "obstacles",
    "patches",
    "recordable_thunks",
    "surely_spoiled",
    "touches_itself",
    "waits",
]

_PUT_OFF: Final = frozenset({"stdout", "stderr", "log"})
_HOPELESS: Final = frozenset(
    {
        codes_effects.NO_MODEL,
        codes_effects.NO_SOURCE,
        codes_effects.STACK_VISIBLE,
        codes_effects.UNSUPPORTED,
        codes_effects.ANALYSIS_FAILED,
    }
)
"""Why an effect is unknown, where running it under the recorder would not tell more."""
_IN_TURN: Final = ("takes or gives a lock", "shows which thread runs the code")
"""Why a model says "unknown" of what a task may well wait for, after a call that takes time."""
_BY_KEY: Final = frozenset({"dict", "set", "defaultdict", "OrderedDict", "Counter", "frozenset"})
"""Containers of which two uses rarely concern the same element."""


def obstacles(stage: Summary) -> list[Effect]:
    """What in a stage cannot be recorded."""
    ordered = {each.where.name: each for each in stage.effects if _is_ordered(each)}  # type: ignore[union-attr]
    return [each for each in stage.effects if _is_obstacle(each, stage, ordered)]


def _is_ordered(effect: Effect) -> bool:
    return isinstance(effect.where, Channel) and effect.access is not Access.READ


def _is_obstacle(effect: Effect, stage: Summary, ordered: dict[str, Effect]) -> bool:
    if effect.is_unknown:
        if _patches(effect):
            return True
        if stage.blocking is Blocking.LIKELY and str(getattr(effect.where, "reason", "")).endswith(_IN_TURN):
            return False
        return effect.code in _HOPELESS
    if not _is_ordered(effect):
        return False
    assert isinstance(effect.where, Channel)
    name = effect.where.name
    if name in _PUT_OFF:
        return False
    if name == "stack":
        # Logging looks for its caller, and a record is built where the call stands.
        return "log" not in ordered or ordered["log"].span != effect.span
    if name == "filesystem":
        return not any(
            isinstance(other.where, Location) and other.access is Access.WRITE and other.span == effect.span
            for other in stage.effects
        )
    return True


def _patches(effect: Effect) -> bool:
    """Whether it changes what models rely on, or the recorder itself would run code of the program's."""
    return effect.is_unknown and str(getattr(effect.where, "reason", "")).endswith((RELIED_ON, ODD_CLASS))


def patches(summaries: Iterable[Summary]) -> bool:
    """Whether something changes what models rely on, or what the recorder does."""
    return any(_patches(each) for summary in summaries for each in summary.effects)


def waits(stages: Iterable[Summary]) -> Blocking:
    """Whether recorded stages may wait; what is unknown may."""
    most = Blocking.NEVER
    for stage in stages:
        most = max(most, stage.blocking)
        if most is Blocking.NEVER and any(each.is_unknown for each in stage.effects):
            most = Blocking.MAYBE
    return most


def may_pay(effects: RegionEffects, prefix: int) -> bool:
    """Whether recording all stages may overlap more than running the first `prefix` of them ahead."""
    return waits(effects.stages[prefix:]) > waits(effects.stages[:prefix])


def surely_spoiled(effects: RegionEffects, binding: Binding) -> tuple[Effect, Effect] | None:
    """A read of a loop's stage, and what in the body writes the same place before a later task's turn."""
    for stage in effects.stages:
        for summary in effects.segments:
            found = _spoils(summary, stage, binding)
            if found is not None:
                return found
    return None


def _spoils(before: Summary, stage: Summary, binding: Binding) -> tuple[Effect, Effect] | None:
    """A sure flow from `before` to `stage`. What is only added to (`x.n += 1`) commutes."""
    added = {(each.where, each.span) for each in stage.effects if each.access is not Access.READ}
    for theirs in before.effects:
        if theirs.access is Access.READ:
            continue
        for mine in stage.effects:
            if mine.access is not Access.READ or (mine.where, mine.span) in added:
                continue
            if _one_place(mine, theirs, binding):
                return mine, theirs
    return None


def _one_place(a: Effect, b: Effect, binding: Binding) -> bool:
    """Whether two effects surely concern one place of one task's."""
    match a.where, b.where:
        case CellVar() as x, CellVar() as y:
            return x == y
        case Location() as x, Location() as y:
            if x.owner.varies or y.owner.varies or not fields_overlap(x.field, y.field):
                return False
            try:
                owner = x.owner.resolve(binding)
                if owner is not y.owner.resolve(binding):
                    return False
            except Unresolvable:
                return False
            if issubclass(type(owner), io.IOBase):
                return False  # what is written to it is put off
            return not (x.field in (CONTENT, DEEP) and type(owner).__name__ in _BY_KEY)
    return False


def touches_itself(stages: Sequence[Summary], binding: Binding) -> bool:
    """Whether each task surely reads what each task writes: a chain, or something that is made only once."""
    return any(_spoils(before, stage, binding) is not None for stage in stages for before in stages)


def recordable_thunks(
    effects: RegionEffects,
    binding: Binding,
    refuse: Callable[[int, Summary], bool],
) -> set[int]:
    """The stages of a block that are worth recording. `refuse(k, stage)` has a veto."""
    chosen: set[int] = set()
    for k, stage in enumerate(effects.stages):
        if obstacles(stage) or waits([stage]) is Blocking.NEVER or refuse(k, stage):
            continue
        before = [*effects.segments[: k + 1], *effects.stages[:k]]
        if patches(before) or any(_spoils(each, stage, binding) is not None for each in before):
            continue
        chosen.add(k)
    return chosen
