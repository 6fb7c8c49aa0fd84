"""A shared list or deque as one task sees it.

Guarantees: reading one element rests on that element only; appending reads nothing; everything else works on
a private copy with the task's own changes in it, and rests on the whole content.
Assumes: indices are exact integers; arguments of methods are private or immutable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, final

from xcs_ast.ir.effects import CONTENT
from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import MISSING, same
from xcs_ast.tracer.state_base import Base, same_content
from xcs_ast.tracer.state_places import State

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.transaction import Segment

__all__ = ["BLIND", "ListState"]

BLIND: Final = frozenset({"append", "extend", "appendleft", "extendleft"})
"""Methods that succeed whatever the content."""


@final
class ListState(State):
    """One shared list or deque."""

    __slots__ = (
        "at_end",
        "changed",
        "cursors",
        "items",
        "length_seen",
        "obj",
        "ops",
        "present",
        "put_at",
        "reads",
        "segment",
        "shadow",
        "snapshot",
        "stored",
    )

    def __init__(self, segment: Segment, obj: Any) -> None:
        self.segment = segment
        self.obj = obj
        self.changed = False
        self.reads: dict[int, object] = {}
        """Elements read, by the index as given (`MISSING`: out of range)."""
        self.items: dict[int, object] = {}
        """Elements that the task has stored, by an index that is not negative."""
        self.present: set[int] = set()
        """Indices that must be in range, of elements that were overwritten unread."""
        self.stored = False
        self.at_end = False
        """Something was appended (nothing else that moves elements happens before there is a copy)."""
        self.length_seen: int | None = None
        self.ops: list[tuple[Any, ...]] = []
        self.put_at: dict[int, int] = {}
        """Of an element that was stored, which of these does so."""
        self.shadow: Any = None
        self.snapshot: list[object] | None = None
        self.cursors: list[Any] = []

    def get(self, index: int) -> object:
        """The element, or `MISSING`."""
        if self.shadow is None and not self.ops:
            value = self.reads.get(index, self)
            if value is self:
                value = self.reads[index] = self.segment.base.element(self.obj, index)
            return value
        if self.shadow is None and index >= 0 and type(self.obj) is list:
            value = self.items.get(index, self)
            if value is not self:
                return value
            value = self.reads.get(index, self)
            if value is self:
                value = self.segment.base.element(self.obj, index)
                if value is not MISSING or not self.at_end:
                    self.reads[index] = value
                else:
                    # It may be one of those appended.
                    return self._whole_element(index)
            if value is not MISSING:
                return value
            if not self.at_end:
                return MISSING
        return self._whole_element(index)

    def _whole_element(self, index: int) -> object:
        try:
            return self.whole()[index]
        except IndexError:
            return MISSING

    def set(self, index: int, value: object) -> bool:
        """Holds a store back; False where there is no such element."""
        if self.shadow is None and index >= 0 and not self.at_end:
            known = index in self.items or index in self.present
            if not known:
                if self.reads.get(index, self) is self:
                    if self.segment.base.element(self.obj, index) is MISSING:
                        self.reads[index] = MISSING
                        return False
                    self.present.add(index)
                elif self.reads[index] is MISSING:
                    return False
            if index in self.items:
                # No element has moved since.
                self.ops[self.put_at[index]] = (state_base.put, index, value)
            else:
                self.put_at[index] = len(self.ops)
                self.ops.append((state_base.put, index, value))
            self.items[index] = value
        else:
            try:
                self.whole()[index] = value
            except IndexError:
                return False
        self.changed = True
        self.segment.note_store((id(self.obj), index), (state_base.put, self.obj, index, value))
        return True

    def change(self, step: Any, *args: Any) -> None:
        """Another change (slices, deletions): made on the copy first, so that errors come as they should."""
        step(self.whole(), *args)
        self.changed = True
        self.segment.note((step, self.obj, *args))

    def do(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A mutating method of the exact type; with its result."""
        self._guard_cursors()
        if self.shadow is None and name in BLIND:
            self.at_end = True
            self.ops.append((state_base.do, name, args, kwargs))
            result = None
        else:
            result = getattr(type(self.obj), name)(self.whole(), *args, **kwargs)
        self.changed = True
        self.segment.note((state_base.do, self.obj, name, args, kwargs))
        return result

    def whole(self) -> Any:
        """A private copy, with the task's own changes; the task has seen everything from now on."""
        if self.shadow is None:
            copied = self.segment.base.content(self.obj)
            self.snapshot = list(copied)
            self._agrees(self.snapshot)
            for op in self.ops:
                op[0](copied, *op[1:])
            self.shadow = copied
            self.ops = []
        return self.shadow

    def _agrees(self, copied: list[object]) -> None:
        size = len(copied)
        for index, value in self.reads.items():
            now = copied[index] if -size <= index < size else MISSING
            if not same(now, value):
                self.segment.tx.inconsistent()
        if any(index >= size for index in self.present):
            self.segment.tx.inconsistent()
        if self.length_seen is not None and self.length_seen != size:
            self.segment.tx.inconsistent()

    def length(self) -> int:
        """The number of elements."""
        if self.shadow is not None:
            return len(self.shadow)
        if self.at_end:
            if type(self.obj) is not list:
                return len(self.whole())
            added = sum(
                1 if op[1] == "append" else len(op[2][0]) for op in self.ops if op[0] is state_base.do
            )
        else:
            added = 0
        if self.length_seen is None:
            self.length_seen = self.segment.base.length(self.obj)
        return self.length_seen + added

    def cursor(self, made: Any) -> Any:
        """Registers an iterator over the private copy."""
        self.segment.tx.iterators.append(made)
        if type(self.obj) is not list:
            self.cursors.append(made)
        return made

    def _guard_cursors(self) -> None:
        if self.cursors:
            self.cursors = state_base.running(self.cursors)
            if self.cursors:
                self.segment.tx.wait("a deque changes while it is iterated")

    # Consumer's side

    def holds(self, base: Base) -> bool:
        """See `State`."""
        obj = self.obj
        if self.length_seen is not None and base.length(obj) != self.length_seen:
            return False
        if self.snapshot is not None and not same_content(self.snapshot, list(base.content(obj))):
            return False
        for index, value in self.reads.items():
            if not same(base.element(obj, index), value):
                return False
        return not self.present or max(self.present) < base.length(obj)

    def peek_element(self, index: int, /) -> object:
        """See `Base`."""
        if not self.changed:
            return self.segment.base.element(self.obj, index)
        try:
            return self.peek_content()[index]
        except IndexError:
            return MISSING

    def peek_length(self) -> int:
        """See `Base`."""
        return len(self.shadow) if self.shadow is not None else len(self.peek_content())

    def peek_content(self) -> Any:
        """See `Base`."""
        if self.shadow is not None:
            return self.shadow.copy()
        copied = self.segment.base.content(self.obj)
        for op in list(self.ops):
            op[0](copied, *op[1:])
        return copied

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        if self.snapshot is not None or self.length_seen is not None:
            yield "read", self.obj, CONTENT
        for index in (*self.reads, *self.present):
            yield "read", self.obj, repr(index)
        for step in self.segment.log:
            if len(step) > 1 and step[1] is self.obj:
                yield "write", self.obj, repr(step[2]) if step[0] is state_base.put else CONTENT
