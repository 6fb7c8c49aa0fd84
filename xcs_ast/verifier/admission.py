"""Admission: may the task of this item start ahead, given all that was admitted before it?

The part of legality that depends on which live objects the iterations own. Items may be of several
*shapes*: each shape is one analysis of the region, valid for every item that passes its guards.

Guarantees: `admit` says yes only where condition 2 of the formal statement in `legality` holds between the
task and the bodies of every earlier admitted item, and its own; no user code runs.
Assumes: it is asked once for each item, in program order, and after a `False` no later task starts ahead.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from xcs_ast.diagnostics import Diagnostic
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.guards import Guard
from xcs_ast.ir.effects import Blocking, Location, fields_overlap
from xcs_ast.ir.paths import Binding, Unresolvable
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.verifier import endings
from xcs_ast.verifier.conflicts import LEAVES, Place, may_clash, places, same_place

use_own(globals())

__all__ = ["Admission", "Shape"]

_REMEMBERED_ITEMS: Final = 4_096
"""How many admitted items' writes are remembered; at least the largest window."""

Clash = tuple[Location, Location]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One analysis of a region, and what of its legality does not depend on who owns what."""

    effects: RegionEffects
    prefix: int
    reasons: tuple[Diagnostic, ...]
    blocking: Blocking
    reads: tuple[tuple[int, Location], ...]
    """(stage, location) of every read of shared state below the prefix."""
    writes: tuple[tuple[int, Location], ...]
    """(segment, location) of every change that stays in place."""
    varying: tuple[Guard, ...]
    """Those guards that may come out differently for each item."""

    def fits(self, binding: Binding, *, varying_only: bool = False) -> bool:
        """Whether the analysis holds for other objects."""
        return all(guard.holds(binding) for guard in (self.varying if varying_only else self.effects.guards))


@final
@dataclass(slots=True)
class Admission:
    """The memory of one run of a loop.

    `more(item)` analyses an item of a shape that this run has not met, and answers a shape that does not
    conflict with `shapes` for any owners, or `None`.
    """

    env: Mapping[str, object]
    more: Callable[[object, list[Shape]], Shape | None]
    shapes: list[Shape] = field(default_factory=list)
    clash: Clash | None = None
    ends: str = ""
    """The class of something whose end may change what a task reads, and that a body may let go of."""
    _sources: frozenset[int] = frozenset()
    _loose: bool = False
    _fixed_writes: list[Place] = field(default_factory=list)
    _recent: deque[list[Place]] = field(default_factory=deque)
    _written: dict[int, list[str]] = field(default_factory=dict)
    _varies: bool = False
    _settled: set[int] = field(default_factory=set)
    """The shapes (by `id`) whose fixed reads have been looked at once."""

    def watch(self, sources: frozenset[int]) -> None:
        """Names the containers (by `id`) that the loop iterates over, before anything is admitted.

        A body that may take an item out of them may end its life; a task would prolong it.
        """
        self._sources = sources
        self._loosen(self._fixed_writes)

    def foresee(self, shape: Shape) -> None:
        """Takes up what the bodies surely change, of a region whose tasks are recorded."""
        try:
            nothing = Binding(None, self.env)
            fixed = [w for _, w in shape.writes if not w.owner.varies]
            self._fixed_writes = [place for w in fixed for place in places(w, nothing)]
        except Unresolvable:
            self._loose = True

    def _loosen(self, writes: list[Place]) -> None:
        if self._sources and any(owner in self._sources for owner, _ in writes):
            self._loose = True

    def add(self, shape: Shape) -> bool:
        """Takes up a shape, unless places that are the same in every iteration conflict."""
        nothing = Binding(None, self.env)
        shapes = [*self.shapes, shape]
        reads = [r for s in shapes for _, r in s.reads if not r.owner.varies]
        writes = [w for s in shapes for _, w in s.writes if not w.owner.varies]
        for read in reads:
            for write in writes:
                if may_clash(read, write, nothing):
                    self.clash = (read, write)
                    return False
        self.ends = endings.noticed(writes, nothing)
        if self.ends:
            return False
        try:
            self._fixed_writes = [place for w in writes for place in places(w, nothing)]
        except Unresolvable:
            return False
        self._loosen(self._fixed_writes)
        self.shapes = shapes
        self._varies = any(
            where.owner.varies for s in shapes for group in (s.reads, s.writes) for _, where in group
        )
        return True

    def admit(self, item: object) -> bool:
        """Whether the task of `item` may start ahead."""
        shape = self._shape_of(item)
        if shape is None:
            return False
        if self._varies:
            writes = self.clash_free(shape, item)
            if writes is None:
                return False
            self._loosen(writes)
            self._remember(writes)
        return self.outlives(item)

    def outlives(self, item: object) -> bool:
        """Whether a recorded task may hold the item, whatever the bodies take out of its container."""
        return not self._loose or _never_missed(item)

    def foreseen(self, item: object) -> RegionEffects | None:
        """What the analysis says of the task of an item that was admitted."""
        binding = Binding(item, self.env)
        for shape in self.shapes:
            if shape.fits(binding, varying_only=True):
                return shape.effects
        return None

    def _shape_of(self, item: object) -> Shape | None:
        binding = Binding(item, self.env)
        for shape in self.shapes:
            if shape.fits(binding, varying_only=True):
                return shape
        new = self.more(item, self.shapes)
        return new if new is not None and self.add(new) else None

    def clash_free(self, shape: Shape, item: object) -> list[Place] | None:
        """What the body of this iteration will change; `None` where that or an earlier body conflicts."""
        binding = Binding(item, self.env)
        try:
            writes = [(j, w, tuple(places(w, binding))) for j, w in shape.writes if w.owner.varies]
            # What all tasks read in the same place has met the fixed writes in `add`; there are no others.
            met = not writes and not self._written and id(shape) in self._settled
            for stage, read in shape.reads:
                if met and not read.owner.varies:
                    continue
                mine = tuple(places(read, binding))
                clash: Location | None = None
                if self._is_written(mine) or (read.owner.varies and same_place(mine, self._fixed_writes)):
                    clash = read
                for segment, write, theirs in writes:
                    if segment <= stage and same_place(mine, theirs):
                        clash = write
                if clash is not None:
                    self.clash = (read, clash)
                    return None
        except Unresolvable:
            return None
        if writes:
            self.ends = endings.noticed((w for _, w, _ in writes), binding)
            if self.ends:
                return None
        self._settled.add(id(shape))
        return [place for _, _, found in writes for place in found]

    def _is_written(self, mine: tuple[Place, ...]) -> bool:
        """Whether the body of an earlier item changes one of these places."""
        written = self._written
        return bool(written) and any(
            fields_overlap(field_, other) for owner, field_ in mine for other in written.get(owner, ())
        )

    def _remember(self, writes: list[Place]) -> None:
        if not writes:
            return
        if len(self._recent) >= _REMEMBERED_ITEMS:
            for owner, name in self._recent.popleft():
                names = self._written[owner]
                names.remove(name)
                if not names:
                    del self._written[owner]
        self._recent.append(writes)
        for owner, name in writes:
            self._written.setdefault(owner, []).append(name)


def _never_missed(item: object) -> bool:
    """Whether nobody can tell how long the item lives."""
    if type(item) is tuple:
        return all(type(part) in LEAVES for part in item)
    return type(item) in LEAVES
