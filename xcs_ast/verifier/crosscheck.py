"""The cross-check of the two graphs: what a task was observed to do, the static analysis must have foreseen.

A task that is to be checked runs as a transaction, whatever its verdict: nothing that it does to shared state
has happened yet when its accesses are held against the claims of its stages (`claims` has the formal
statement). An access without a claim is a *witness* of a defect of the analysis: it is reported (XCS901), and
the region runs as plain Python for good. A claim that no access bears out is imprecision: it is counted.

Where the recorder could not follow the task to its end, where the guards of the analysis no longer hold, or
where a claim reaches further than is looked at, there is no statement: the task counts as not checked.

Guarantees: no user code runs; nothing of the user's is kept (witnesses and ledgers are text).
Assumes: `cross_check` is called on the consumer's thread, after the task's reads were validated and before
its log is replayed.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Set
from typing import Any, Final, final

from xcs_ast.diagnostics import Diagnostic
from xcs_ast.diagnostics.codes_crosscheck import UNFORESEEN
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.resolve import class_name, is_class
from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, Access, Effect, Location
from xcs_ast.ir.paths import Binding, instance_dict
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source.spans import Span
from xcs_ast.verifier.claims import Claims, Observed, needs_cover
from xcs_ast.verifier.wording import describe_place

use_own(globals())

__all__ = ["CrossCheck", "Ledger", "Witness", "covered", "cross_check", "not_checked", "spoiled"]

_MOST_WITNESSES: Final = 20
_MOST_CLAIMS: Final = 2_000
_MOST_RESULTS: Final = 4_000
_DOES: Final = {
    "read": "reads",
    "write": "changes",
    "reduce": "adds to",
    "channel": "uses, in an order that counts,",
    "call": "calls",
}


@final
@dataclass(frozen=True, slots=True)
class Witness:
    """One observed access that the static analysis had excluded: the two sides, in words."""

    observed: str
    """What the task did: `changes Model.calls`."""
    claimed: str
    """What the analysis says of the same object."""
    span: Span | None = None

    def diagnostic(self, facts: SiteFacts) -> Diagnostic:
        """For people."""
        return Diagnostic(
            UNFORESEEN,
            f"the task {self.observed}, where the analysis {self.claimed}",
            self.span or facts.span,
            facts.callees,
            "the region runs as plain Python from now on; please report this",
        )


@final
@dataclass(frozen=True, slots=True)
class CrossCheck:
    """The outcome for one task. `reason` says why there is no statement; empty where there is one."""

    witnesses: tuple[Witness, ...] = ()
    seen: frozenset[str] = frozenset()
    """Claims that something was observed of, in words."""
    unseen: frozenset[str] = frozenset()
    """Claims that nothing was observed of."""
    reason: str = ""

    @property
    def checked(self) -> bool:
        """Whether there is a statement."""
        return not self.reason

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the analysis."""
        return not self.witnesses


def not_checked(reason: str) -> CrossCheck:
    """The outcome where there is no statement."""
    return CrossCheck(reason=reason)


def covered(access: Observed, effects: RegionEffects, prefix: int, binding: Binding) -> bool:
    """Whether an observed access of a task is in the summary of its first `prefix` stages, or need not be."""
    return not needs_cover(access, binding) or Claims.of(effects, prefix, binding).covers(access)


def cross_check(
    accesses: Iterable[Observed],
    effects: RegionEffects,
    stages: Iterable[int],
    binding: Binding,
    results: Iterable[object] = (),
    handled: Set[int] = frozenset(),
) -> CrossCheck:
    """Holds what a task did against what these stages of its region are said to do.

    `results`: what its external calls returned. `handled`: the ids of exceptions that it has handled.
    """
    if not all(guard.holds(binding) for guard in effects.guards):
        return not_checked("what the analysis relied on no longer holds")
    claims = Claims((effects.stages[k] for k in stages), binding)
    if claims.unknown:
        return not_checked("the analysis says that anything may happen")
    if claims.vague:
        return not_checked("a claim reaches too far")
    taken_on_trust = _inside(results) | handled
    witnesses: dict[Witness, None] = {}
    for access in accesses:
        if not needs_cover(access, binding) or claims.covers(access):
            continue
        if id(access.owner) in taken_on_trust:
            continue
        if len(witnesses) < _MOST_WITNESSES:
            witnesses[_witness(access, claims)] = None
    seen: set[str] = set()
    unseen: set[str] = set()
    for claim in claims.all:
        (seen if claim.seen else unseen).add(_claim_text(claim.effect))
    return CrossCheck(tuple(witnesses), frozenset(seen), frozenset(unseen - seen))


def spoiled(
    changed: Iterable[Observed], effects: RegionEffects, stages: Iterable[int], binding: Binding
) -> CrossCheck:
    """Of a PROVEN task: what it had read was changed before its turn, which the analysis had excluded.

    Either it did not foresee the read, or not the change by what stays in place.
    """
    claims = Claims((effects.stages[k] for k in stages), binding)
    if claims.unknown:
        return not_checked("the analysis says that anything may happen")
    witnesses: dict[Witness, None] = {}
    for access in changed:
        if access.kind != "read":
            continue
        if not needs_cover(access, binding) or claims.covers(access):
            said = "says that nothing changes it before"
        else:
            said = "does not know that it is read"
        witnesses[
            Witness(f"reads {_place(access)}, which was changed before its turn", said, _span(access))
        ] = None
    return CrossCheck(tuple(witnesses)[:_MOST_WITNESSES])


def _inside(results: Iterable[object]) -> frozenset[int]:
    """The identities of these objects and of what they hold, in containers and attributes."""
    seen: set[int] = set()
    todo = list(results)
    while todo and len(seen) < _MOST_RESULTS:
        obj: Any = todo.pop()
        kind: type = type(obj)
        if id(obj) in seen or kind in (types.ModuleType, types.FunctionType) or is_class(obj):
            continue
        seen.add(id(obj))
        if kind is list or kind is tuple or kind is set or kind is frozenset:
            todo += obj
        elif kind is dict:
            todo += obj.values()
        else:
            space = instance_dict(obj)
            if space is not None:
                seen.add(id(space))
                todo += space.values()
    return frozenset(seen)


# ------------------------------------------------------------------------------------------------ in words


def _witness(access: Observed, claims: Claims) -> Witness:
    said = sorted({_short(effect) for effect in claims.about(access.owner)})
    if access.kind == "channel" or access.kind == "call":
        claimed = "foresees no such use"
    elif said:
        claimed = "says that it only " + ", ".join(said)
    else:
        claimed = f"does not speak of this {_kind_of(access.owner)}"
    return Witness(f"{_DOES.get(access.kind, access.kind)} {_place(access)}", claimed, _span(access))


def _span(access: Observed) -> Span | None:
    span = getattr(access, "span", None)
    if isinstance(span, Span):
        return span
    filename, line = getattr(access, "filename", None), getattr(access, "line", None)
    if type(filename) is str and type(line) is int and filename and line > 0:
        return Span(filename, line, 0, line, 0)
    return None


def _kind_of(owner: object) -> str:
    if type(owner) is dict and type(owner.get("__name__")) is str and "__builtins__" in owner:
        return f"module {owner['__name__']}"
    if type(owner) is types.CellType:
        return "variable"
    if is_class(owner):
        return f"class {class_name(owner)}"
    return class_name(type(owner))


def _place(access: Observed) -> str:
    owner, name = access.owner, access.field
    if access.kind == "channel":
        return name
    if access.kind == "call":
        called = getattr(owner, "__qualname__", None) if isinstance(owner, _CALLABLES) else None
        return called if type(called) is str else _kind_of(owner)
    if type(owner) is types.CellType:
        return f"the variable {name}"
    if name in (CONTENT, DEEP):
        return f"the content of a {_kind_of(owner)}"
    if name == WHOLE:
        return f"the state of a {_kind_of(owner)}"
    if _kind_of(owner).startswith("module "):
        return f"the global {name} of {_kind_of(owner)}"
    if type(owner) in (dict, list):
        return f"{_kind_of(owner)}[{name}]"
    return f"{_kind_of(owner)}.{name}"


_CALLABLES: Final = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType)
_WORDS: Final = {Access.READ: "reads", Access.WRITE: "changes", Access.REDUCE: "adds to"}


def _short(effect: Effect) -> str:
    where = effect.where
    assert isinstance(where, Location)
    what = {CONTENT: "its content", DEEP: "all inside it", WHOLE: "its state"}.get(where.field)
    return f"{_WORDS[effect.access]} {what or '.' + where.field}"


def _claim_text(effect: Effect) -> str:
    where = f" ({effect.span.filename}:{effect.span.line})" if effect.span is not None else ""
    return f"{_WORDS[effect.access]} {describe_place(effect)}{where}"


# --------------------------------------------------------------------------------------------- for one site


@final
@dataclass(slots=True)
class Ledger:
    """What all cross-checks of one site showed, as text and figures."""

    checked: int = 0
    unchecked: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Why tasks were not checked, and how often."""
    witnesses: list[Witness] = field(default_factory=list)
    _claims: dict[str, bool] = field(default_factory=dict)

    def add(self, result: CrossCheck) -> None:
        """Takes up one more outcome."""
        if not result.checked:
            self.unchecked += 1
            self.reasons[result.reason] = self.reasons.get(result.reason, 0) + 1
            return
        self.checked += 1
        self.witnesses += [w for w in result.witnesses if w not in self.witnesses]
        for text in result.unseen:
            if len(self._claims) < _MOST_CLAIMS:
                self._claims.setdefault(text, False)
        for text in result.seen:
            self._claims[text] = True

    @property
    def claims(self) -> int:
        """How many different effects the analysis foresaw."""
        return len(self._claims)

    @property
    def never_seen(self) -> tuple[str, ...]:
        """The effects that the analysis foresaw and no task showed: its imprecision."""
        return tuple(sorted(text for text, was_seen in self._claims.items() if not was_seen))

    def __str__(self) -> str:
        if not self.checked and not self.unchecked:
            return "not cross-checked"
        parts = [f"{self.checked} task{'' if self.checked == 1 else 's'} cross-checked"]
        if self.unchecked:
            parts.append(f"{self.unchecked} not checked")
        if self.witnesses:
            parts.append(f"{len(self.witnesses)} unforeseen")
        if self._claims:
            parts.append(f"{len(self.never_seen)} of {self.claims} foreseen effects never seen")
        return ", ".join(parts)
