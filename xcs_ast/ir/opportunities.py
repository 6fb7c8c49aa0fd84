"""Which operations of a graph could run in parallel.

Formal statement. An opportunity is a set of two or more calls, awaits, loads or operators, inside one call,
none of which depends on another, directly or through others, and which either

1. stand at one place of the source (the same step in several iterations), or
2. are calls in the same wave, at different places.

Sets inside a call that is itself in a set are left out: it may run in parallel as a whole. Operations that
add to one place (`results.append(x)`, `total += x`) depend on one another: their order can be told
afterwards. They are a reduction (see `patterns`), not an opportunity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, final, overload

from xcs_ast.ir.effects import Access
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.patterns import LIBRARY, independent_parts, site_of
from xcs_ast.native import use_own
from xcs_ast.records import dataclass

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.ir.graph import ComputationGraph

__all__ = ["OpportunitySet", "opportunities"]

_KINDS: Final = frozenset({OpType.CALL, OpType.AWAIT, OpType.LOAD, OpType.COMPUTE})
_CALLS: Final = frozenset({OpType.CALL, OpType.AWAIT})
_WORTH: Final = 0.0001
"""Seconds: calls at different places that all took less are not worth a word."""
_WEIGHT: Final = {OpType.CALL: 0, OpType.AWAIT: 0, OpType.COMPUTE: 1, OpType.LOAD: 2}


@final
@dataclass(frozen=True, slots=True)
class OpportunitySet(Sequence[Operation]):
    """Operations none of which depends on another, with the patterns that they are part of."""

    operations: tuple[Operation, ...]
    patterns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    @overload
    def __getitem__(self, index: int) -> Operation: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Operation]: ...
    def __getitem__(self, index: int | slice) -> Operation | Sequence[Operation]:
        return self.operations[index]

    @property
    def seconds(self) -> float:
        """How long they took, one after the other."""
        return sum(op.seconds for op in self.operations)

    @property
    def gain(self) -> float:
        """What running them side by side would have saved at best."""
        return self.seconds - max((op.seconds for op in self.operations), default=0.0)

    def __str__(self) -> str:
        names = list(dict.fromkeys(op.name for op in self.operations))
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        kind = self.operations[0].op_type.value
        tail = f" [{', '.join(self.patterns)}]" if self.patterns else ""
        took = f", {self.seconds:.3f} s one after the other" if self.seconds >= 0.0005 else ""
        return f"{len(self)} operations can run in parallel: {kind} {shown}{tail}{took}"

    def __repr__(self) -> str:
        return f"<{self}>"


def opportunities(graph: ComputationGraph) -> tuple[OpportunitySet, ...]:
    """The opportunities of a graph, those with the most to gain first."""
    groups = _groups(graph)
    inside = {op.id for group in groups if group[0].op_type in _CALLS for op in group}
    parent = {op.id: op.parent for op in graph.operations}
    kept = [group for group in groups if not _has_ancestor(group[0], parent, inside)]
    patterns: dict[str, list[str]] = {}
    for match in LIBRARY.match_all(graph):
        for op in match.operations:
            patterns.setdefault(op.id, []).append(match.pattern)
    order = {op.id: number for number, op in enumerate(graph.operations)}
    sets = [
        OpportunitySet(
            tuple(group), tuple(dict.fromkeys(name for op in group for name in patterns.get(op.id, ())))
        )
        for group in kept
    ]
    return tuple(
        sorted(sets, key=lambda s: (-round(s.gain, 3), _WEIGHT[s[0].op_type], -len(s), order[s[0].id]))
    )


def _groups(graph: ComputationGraph) -> list[list[Operation]]:
    found: list[list[Operation]] = []
    by_parent: dict[str | None, list[Operation]] = {}
    for op in graph.operations:
        if _counts(op):
            by_parent.setdefault(op.parent, []).append(op)
    for parent, steps in by_parent.items():
        by_site: dict[object, list[Operation]] = {}
        for op in steps:
            by_site.setdefault((op.op_type, site_of(op)), []).append(op)
        mine: list[list[Operation]] = []
        for group in by_site.values():
            mine += independent_parts(graph, group)
        taken = {op.id for group in mine if group[0].op_type in _CALLS for op in group}
        mine += _waves(graph, parent, taken)
        found += mine
    return found


def _waves(graph: ComputationGraph, parent: str | None, taken: set[str]) -> list[list[Operation]]:
    """Calls of one wave at several places, of which no other set speaks."""
    out = []
    for wave in graph.levels(parent):
        calls = [op for op in wave if op.op_type in _CALLS and op.id not in taken and not _adds(op)]
        if len(calls) > 1 and not 0 < max(op.seconds for op in calls) < _WORTH:
            out.append(calls)
    return out


def _adds(op: Operation) -> bool:
    return any(effect.access is Access.REDUCE for effect in op.effects)


def _counts(op: Operation) -> bool:
    """Whether a step is one that people would call work, or the fetching of an item."""
    how = op.metadata.get("how")
    if op.op_type is OpType.LOAD:
        return how in (None, "next")
    return op.op_type in _KINDS and how != "format"


def _has_ancestor(op: Operation, parent: dict[str, str | None], inside: set[str]) -> bool:
    above = op.parent
    while above is not None:
        if above in inside:
            return True
        above = parent.get(above)
    return False
