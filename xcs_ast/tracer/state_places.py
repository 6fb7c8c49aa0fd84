"""Places that hold one value each: cells, slots, entries of classes; what a class gives; what an object is.

Guarantees: a value is read once, and is the same for the task from then on; its own writes are seen first.
Assumes: the segment that owns a place is written by one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import MISSING, same, space_of
from xcs_ast.tracer.state_base import Base, Increment, increasable

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.transaction import Segment

__all__ = ["UNKNOWN", "Kind", "Lookup", "Shape", "Single", "State", "Token"]

UNKNOWN: Final = type("Unknown", (), {"__slots__": (), "__repr__": lambda _: "UNKNOWN"})()
"""The task has no idea yet what the place holds."""


class State:
    """What a task believes of one place or container, and why."""

    __slots__ = ()

    changed: bool
    """Whether the task has changed it."""

    def holds(self, base: Base) -> bool:
        """Whether the reads that this belief rests on are what `base` holds."""
        raise NotImplementedError

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """Kind, owner and field of each access."""
        raise NotImplementedError

    def peek_single(self) -> object:
        """See `Base.single`."""
        raise NotImplementedError

    def peek_key(self, key: object, /) -> object:
        """See `Base.key`."""
        raise NotImplementedError

    def peek_element(self, index: int, /) -> object:
        """See `Base.element`."""
        raise NotImplementedError

    def peek_contains(self, element: object, /) -> bool:
        """See `Base.contains`."""
        raise NotImplementedError

    def peek_length(self) -> int:
        """See `Base.length`."""
        raise NotImplementedError

    def peek_content(self) -> Any:
        """See `Base.content`."""
        raise NotImplementedError


@final
class Token:
    """An augmented assignment that has begun: the place, and what it held then."""

    __slots__ = ("after", "count", "default", "increment", "old", "place")

    def __init__(self, place: Any, old: object, default: object = MISSING) -> None:
        self.place = place
        self.old = old
        """The value, where the task knows it; else `UNKNOWN`, and `increment` tells."""
        self.default = default
        self.increment: Increment | None = None
        self.count = 0
        self.after: Any = None


@final
class Single(State):
    """A cell, a slot of an object, or an entry in the namespace of a class."""

    __slots__ = (
        "changed",
        "increment",
        "kind",
        "name",
        "owner",
        "present",
        "seen",
        "segment",
        "summed",
        "value",
    )

    def __init__(self, segment: Segment, kind: Any, owner: Any, name: object) -> None:
        self.segment = segment
        self.kind = kind
        self.owner = owner
        self.name = name
        self.seen = UNKNOWN
        """What a read saw (first of all, before any write)."""
        self.value = UNKNOWN
        self.increment: Increment | None = None
        self.summed: Increment | None = None
        """Increments that were carried on, with nothing read, up to a later write."""
        self.changed = False
        self.present = False
        """Whether there must be something, since an augmented assignment has begun."""

    def get(self) -> object:
        """The value for the task, or `MISSING`."""
        if self.value is UNKNOWN:
            if self.increment is not None:
                self.seen = self.increment.seen
                self.value = self.increment.value()
                self.increment = None
            else:
                self.value = self.seen = self.segment.base.single(self.kind, self.owner, self.name)
        return self.value

    def set(self, value: object) -> None:
        """Holds a store back."""
        self._settle(value)
        step = (state_base.put_single, self.kind, self.owner, self.name, value)
        self.segment.note_store(self._place(), step)

    def delete(self) -> None:
        """Holds a deletion back; the caller has made sure that there is something."""
        self._settle(MISSING)
        self.segment.note((state_base.drop_single, self.kind, self.owner, self.name))

    def _settle(self, value: object) -> None:
        if self.increment is not None:
            self.summed, self.increment = self.increment, None
        self.value = value
        self.changed = True

    def begin(self) -> Token:
        """The first half of an augmented assignment."""
        token = Token(self, self.value)
        if self.value is UNKNOWN:
            if self.increment is None:
                seen = self.segment.base.single(self.kind, self.owner, self.name)
                if type(seen) not in (int, float, str):
                    token.old = self.get()
                    return token
                self.present = True
                token.increment = Increment(seen, MISSING)
            else:
                token.increment = self.increment
                token.count = len(self.increment.steps)
            token.increment.open += 1
        return token

    def increase(self, token: Token, op: str, value: object) -> bool:
        """Holds the increment back as such. False: it takes a read and a write (`old_of`, `set`)."""
        pending = token.increment
        if pending is None or token.count != len(pending.steps) or self.value is not UNKNOWN:
            return False
        if self.increment is not None and self.increment is not pending:
            return False
        if not increasable(pending.seen, op, value) or not pending_fits(pending, value):
            return False
        self.increment = pending
        folds = pending.add(op, value)
        self.changed = True
        step = (state_base.increase_single, self.kind, self.owner, self.name, op, value)
        self.segment.note_increase(self._place(), step, 4, folds)
        return True

    def _place(self) -> tuple[int, object]:
        return (id(self.owner), (self.kind, self.name))

    def old_of(self, token: Token) -> object:
        """The value as it was when the augmented assignment began: a read, from now on."""
        pending = token.increment
        if pending is None:
            return token.old
        if self.seen is UNKNOWN:
            self.seen = pending.seen
        elif not same(self.seen, pending.seen):
            self.segment.tx.inconsistent()
        return pending.value(token.count)

    def holds(self, base: Base) -> bool:
        """See `State`."""
        pending = self.increment or self.summed
        if self.seen is UNKNOWN and pending is None and not self.present:
            return True
        now = base.single(self.kind, self.owner, self.name)
        if self.present and now is MISSING:
            return False
        if self.seen is not UNKNOWN and not same(self.seen, now):
            return False
        return pending is None or pending.holds(now)

    def peek_single(self) -> object:
        """See `Base.single`."""
        if self.value is not UNKNOWN:
            return self.value
        now = self.segment.base.single(self.kind, self.owner, self.name)
        return now if self.increment is None else state_base.fold(now, self.increment.steps)

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        if self.kind is state_base.CELL:
            field = "cell_contents"
        else:
            field = self.name if isinstance(self.name, str) else self.name.__name__  # type: ignore[attr-defined]
        if self.seen is not UNKNOWN:
            yield "read", self.owner, field
        if self.changed:
            only_sums = self.increment is not None
            yield "reduce" if only_sums else "write", self.owner, field


def pending_fits(pending: Increment, value: object) -> bool:
    """Numbers go with numbers, text with text."""
    return not pending.steps or (type(pending.steps[0][1]) is str) is (type(value) is str)


@final
class Lookup(State):
    """What the classes of an MRO give for a name."""

    __slots__ = ("changed", "cls", "name", "seen")

    def __init__(self, cls: type, name: str, seen: object) -> None:
        self.cls = cls
        self.name = name
        self.seen = seen
        self.changed = False

    def holds(self, base: Base) -> bool:
        """See `State`."""
        return base.lookup(self.cls, self.name) is self.seen or same(
            base.lookup(self.cls, self.name), self.seen
        )

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        yield "read", self.cls, self.name


@final
class Shape(State):
    """Of which class an object is, and which dictionary holds its attributes."""

    __slots__ = ("changed", "cls", "obj", "space")

    def __init__(self, obj: object) -> None:
        self.obj = obj
        self.cls = type(obj)
        self.space = space_of(obj)
        self.changed = False

    @classmethod
    def seen(cls, obj: object, kind: type, space: dict[str, Any]) -> Shape:
        """As it was seen: it may be of another class by now."""
        new = cls.__new__(cls)
        new.obj, new.cls, new.space, new.changed = obj, kind, space, False
        return new

    def holds(self, base: Base) -> bool:
        """See `State`."""
        return type(self.obj) is self.cls and space_of(self.obj) is self.space

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        yield from ()


@final
class Kind(State):
    """Of which class an object is."""

    __slots__ = ("changed", "cls", "obj")

    def __init__(self, obj: object, cls: type) -> None:
        self.obj = obj
        self.cls = cls
        self.changed = False

    def holds(self, base: Base) -> bool:
        """See `State`."""
        return type(self.obj) is self.cls

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        yield from ()
