"""Dependences: why one operation must come after another.

Formal statement. Let p and q be two operations with the same parent, p before q in the order of the run.
q depends on p iff

- q takes a value that p gave, or some step inside q takes a value that some step inside p gave (flow); or
- both touch one place, and at least one of them changes it: p changes it and q reads it (flow), p reads it
  and q changes it (anti), both change it (output; `reduction` where both merely add to it); or
- both use one channel, and at least one of them in an order that counts, or nothing is known of one of
  them (effect); or
- p is a branch that decides whether q happens (control).

Only the nearest such p is told for each place: an earlier one follows through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, final

from xcs_ast.ir.effects import (
    CONTENT,
    DEEP,
    Access,
    CellVar,
    Channel,
    Effect,
    Location,
    Unknown,
    fields_overlap,
)
from xcs_ast.ir.paths import PinnedRoot
from xcs_ast.native import use_own
from xcs_ast.records import dataclass

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.ir.operations import Operation

__all__ = ["Certainty", "Dependence", "DependenceKind", "dependences_of", "place_name"]


class DependenceKind(Enum):
    """Why the second must wait for the first."""

    __hash__ = object.__hash__

    FLOW = "flow"
    ANTI = "anti"
    OUTPUT = "output"
    CONTROL = "control"
    EFFECT = "effect"


class Certainty(Enum):
    """How we know."""

    __hash__ = object.__hash__

    MAY = "may"
    """It cannot be excluded: a model or an analysis says so, or a value could have come from two places."""
    MUST = "must"
    """It holds in every run."""
    OBSERVED = "observed"
    """It was seen in a run."""


@final
@dataclass(frozen=True, slots=True)
class Dependence:
    """`sink` depends on `source`; both are ids of operations.

    `carried`: from one iteration of a loop to a later one. `place` says through what, for people.
    """

    source: str
    sink: str
    kind: DependenceKind
    certainty: Certainty = Certainty.OBSERVED
    carried: bool = False
    place: str = ""
    reduction: bool = False

    def __str__(self) -> str:
        notes = [self.certainty.value, *(["carried"] if self.carried else [])]
        notes += ["reduction"] if self.reduction else []
        through = f" through {self.place}" if self.place else ""
        return f"{self.source} -> {self.sink}: {self.kind.value}{through} ({', '.join(notes)})"


def place_name(effect: Effect) -> str:
    """The place of an effect, for people."""
    where = effect.where
    match where:
        case Channel(name):
            return name
        case CellVar(name):
            return f"the variable {name}"
        case Unknown(reason):
            return reason
        case Location(owner, field):
            root = owner.root
            text = _object_name(root.obj) if isinstance(root, PinnedRoot) else getattr(root, "name", "item")
            if field in (CONTENT, DEEP):
                return f"{text}[...]"
            return f"{text}{field}" if field.startswith("[") else f"{text}.{field}"


def _object_name(obj: object) -> str:
    kind = type(obj)
    if kind is dict and type(obj.get("__name__")) is str:  # type: ignore[attr-defined]
        return f"module {obj['__name__']}"  # type: ignore[index]
    if issubclass(kind, type):
        return f"class {type.__dict__['__qualname__'].__get__(obj)}"
    return kind.__qualname__


class _Uses:
    """Who used one place last."""

    __slots__ = ("adders", "readers", "writer")

    def __init__(self) -> None:
        self.writer: tuple[Operation, Effect] | None = None
        self.readers: list[tuple[Operation, Effect]] = []
        self.adders: list[tuple[Operation, Effect]] = []


class _Siblings:
    """The walk over the steps of one parent, in the order of the run."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, DependenceKind], Dependence] = {}
        self._places: dict[object, dict[str, _Uses]] = {}
        self._barrier: tuple[Operation, Effect] | None = None
        self._since: list[Operation] = []
        """Those with any effect since the last of which nothing is known."""

    def add(
        self,
        source: Operation,
        sink: Operation,
        kind: DependenceKind,
        certainty: Certainty,
        place: str = "",
        reduction: bool = False,
    ) -> None:
        """Keeps one dependence; where it is known already, the surer of the two."""
        if source.id == sink.id:
            return
        key = (source.id, sink.id, kind)
        known = self.found.get(key)
        if known is not None and (known.certainty is not Certainty.MAY or certainty is Certainty.MAY):
            return
        self.found[key] = Dependence(
            source.id, sink.id, kind, certainty, _carried(source, sink), place, reduction
        )

    def visit(self, op: Operation) -> None:
        """Adds the dependences of `op` on those before, through places and channels."""
        certainty = Certainty(op.metadata.get("certainty", "observed"))
        effects = [e for e in op.effects if not e.is_unknown]
        unknown = next((e for e in op.effects if e.is_unknown), None)
        if self._barrier is not None and op.effects:
            other, effect = self._barrier
            self.add(other, op, DependenceKind.EFFECT, Certainty.MAY, place_name(effect))
        if unknown is not None:
            for before in self._since:
                self.add(before, op, DependenceKind.EFFECT, Certainty.MAY, place_name(unknown))
            self._barrier, self._since = (op, unknown), []
            self._places.clear()
            return
        if op.effects:
            self._since.append(op)
        for effect in effects:
            self._meet(op, effect, certainty)
        for effect in effects:
            self._note(op, effect)

    def _meet(self, op: Operation, effect: Effect, certainty: Certainty) -> None:
        owner, field = _key(effect)
        for other_field, uses in self._places.get(owner, {}).items():
            if fields_overlap(field, other_field):
                self._order(op, effect, uses, certainty)

    def _order(self, op: Operation, effect: Effect, uses: _Uses, certainty: Certainty) -> None:
        place = place_name(effect)
        channel = isinstance(effect.where, Channel)

        def add(other: tuple[Operation, Effect], kind: DependenceKind, reduction: bool = False) -> None:
            known = Certainty(other[0].metadata.get("certainty", "observed"))
            sure = Certainty.MAY if Certainty.MAY in (known, certainty) else certainty
            self.add(other[0], op, DependenceKind.EFFECT if channel else kind, sure, place, reduction)

        reads, adds = effect.access is Access.READ, effect.access is Access.REDUCE
        if uses.writer is not None:
            add(uses.writer, DependenceKind.FLOW if reads else DependenceKind.OUTPUT)
        for adder in uses.adders if reads or not adds else uses.adders[-1:]:
            add(adder, DependenceKind.FLOW if reads else DependenceKind.OUTPUT, adds)
        if not reads:
            for reader in uses.readers:
                add(reader, DependenceKind.ANTI)

    def _note(self, op: Operation, effect: Effect) -> None:
        owner, field = _key(effect)
        uses = self._places.setdefault(owner, {}).setdefault(field, _Uses())
        if effect.access is Access.READ:
            uses.readers.append((op, effect))
        elif effect.access is Access.REDUCE:
            uses.adders.append((op, effect))
        else:
            uses.writer, uses.readers, uses.adders = (op, effect), [], []


def _key(effect: Effect) -> tuple[object, str]:
    where = effect.where
    if isinstance(where, Location):
        return where.owner, where.field
    if isinstance(where, CellVar):
        return ("cell", where.cell_id if where.cell_id is not None else where.name), CONTENT
    return where, CONTENT


def _carried(source: Operation, sink: Operation) -> bool:
    """Whether the two stand in different iterations of one loop."""
    mine = dict(source.iterations)
    return any(loop in mine and mine[loop] != number for loop, number in sink.iterations)


def dependences_of(operations: Sequence[Operation]) -> tuple[Dependence, ...]:
    """All dependences between operations with the same parent; `operations` are in the order of the run."""
    by_id = {op.id: op for op in operations}
    parent = {op.id: op.parent for op in operations}
    groups: dict[str | None, _Siblings] = {}
    producers: dict[str, Operation] = {}
    for op in operations:
        walk = groups.setdefault(op.parent, _Siblings())
        for value in op.inputs:
            producer = producers.get(value.id)
            if producer is not None:
                _flow(producer, op, value.id, by_id, parent, groups)
        for guard in op.metadata.get("guards", ()):
            branch = by_id.get(guard)
            if branch is not None:
                _control(branch, op, by_id, parent, groups)
        walk.visit(op)
        for value in op.outputs:
            producers.setdefault(value.id, op)
    return tuple(dep for walk in groups.values() for dep in walk.found.values())


def _chain(op: Operation, by_id: dict[str, Operation], parent: dict[str, str | None]) -> list[Operation]:
    """The operation and the calls around it, innermost first."""
    out = [op]
    above = parent.get(op.id)
    while above is not None and above in by_id:
        out.append(by_id[above])
        above = parent.get(above)
    return out


def _meeting(
    first: Operation, second: Operation, by_id: dict[str, Operation], parent: dict[str, str | None]
) -> tuple[Operation, Operation] | None:
    """The two that stand for them under one parent; `None` where one holds the other."""
    above = {op.parent: op for op in _chain(first, by_id, parent)}
    for op in _chain(second, by_id, parent):
        if op.parent in above:
            return None if above[op.parent].id == op.id else (above[op.parent], op)
    return None


def _flow(
    producer: Operation,
    consumer: Operation,
    value: str,
    by_id: dict[str, Operation],
    parent: dict[str, str | None],
    groups: dict[str | None, _Siblings],
) -> None:
    met = _meeting(producer, consumer, by_id, parent)
    if met is not None:
        unsure = value in consumer.metadata.get("unsure", ())
        walk = groups.setdefault(met[0].parent, _Siblings())
        walk.add(*met, DependenceKind.FLOW, Certainty.MAY if unsure else Certainty.OBSERVED, f"%{value}")


def _control(
    branch: Operation,
    op: Operation,
    by_id: dict[str, Operation],
    parent: dict[str, str | None],
    groups: dict[str | None, _Siblings],
) -> None:
    met = _meeting(branch, op, by_id, parent)
    if met is not None:
        walk = groups.setdefault(met[0].parent, _Siblings())
        walk.add(*met, DependenceKind.CONTROL, Certainty.OBSERVED, branch.name)
