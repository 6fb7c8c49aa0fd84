"""A shared set as one task sees it.

Guarantees: asking for one element rests on its presence only; adding and discarding read nothing. The order
of a set depends on its whole history, so nothing that depends on it is answered while changes are held back.
Assumes: elements are plain (see `kinds.is_plain_key`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, final

from xcs_ast.ir.effects import CONTENT
from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import element_types_plain, unsure
from xcs_ast.tracer.state_base import Base, same_content
from xcs_ast.tracer.state_places import State

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.transaction import Segment

__all__ = ["SetState"]


@final
class SetState(State):
    """One shared set."""

    __slots__ = (
        "changed",
        "cursors",
        "length_seen",
        "obj",
        "ops",
        "present",
        "segment",
        "shadow",
        "size_seen",
        "snapshot",
        "view",
    )

    def __init__(self, segment: Segment, obj: Any) -> None:
        self.segment = segment
        self.obj = obj
        self.changed = False
        self.view: dict[object, bool] = {}
        self.present: dict[object, bool] = {}
        self.length_seen: int | None = None
        self.size_seen: int | None = None
        self.ops: list[tuple[Any, ...]] = []
        self.shadow: Any = None
        self.snapshot: list[object] | None = None
        self.cursors: list[Any] = []

    def has(self, element: object) -> bool:
        """Whether the element is there."""
        known = self.view.get(element)
        if known is None:
            if self.shadow is not None:
                return element in self.shadow
            known = self.segment.base.contains(self.obj, element)
            self.view[element] = self.present[element] = known
        return known

    def add(self, element: object) -> None:
        """Holds an addition back."""
        self._change("add", (element,))
        self.view[element] = True

    def discard(self, element: object) -> None:
        """Holds a removal back."""
        self._change("discard", (element,))
        self.view[element] = False

    def clear(self) -> None:
        """Empties the set: nothing of it needs to be known for that."""
        self._change("clear", ())
        self.view.clear()
        self.shadow = set()
        self.ops = []

    def _change(self, name: str, args: tuple[Any, ...]) -> None:
        if self.cursors:
            self.cursors = state_base.running(self.cursors)
            if self.cursors:
                self.segment.tx.wait("a set changes while it is iterated")
        self.changed = True
        self.segment.note((state_base.do, self.obj, name, args, {}))
        if self.shadow is not None:
            getattr(set, name)(self.shadow, *args)
        else:
            self.ops.append((state_base.do, name, args, {}))

    def change_all(self, name: str, args: tuple[Any, ...]) -> None:
        """A method that changes many elements at once, by sets and sequences that are private and plain."""
        self.members()
        self._change(name, args)
        self.view.clear()

    def members(self) -> Any:
        """A private set of the elements, the task's own changes included, **in no meaningful order**."""
        if self.shadow is None:
            copied = self.segment.base.content(self.obj)
            self.snapshot = list(copied)
            for element, there in self.present.items():
                if (element in copied) is not there:
                    self.segment.tx.inconsistent()
            if self.length_seen is not None and self.length_seen != len(copied):
                self.segment.tx.inconsistent()
            for op in self.ops:
                op[0](copied, *op[1:])
            self.shadow = copied
            self.ops = []
        return self.shadow

    def ordered(self, look: Callable[[Any], Any]) -> Any:
        """What `look` makes of the set itself, for the order; `Unsure` once the task has changed it."""
        if self.changed or not self.segment.base.untouched(self.obj):
            raise unsure("the order of a set with changes held back")
        before = list(self.obj)
        size = self.obj.__sizeof__()
        result = look(self.obj)
        if not same_content(before, list(self.obj)) or size != self.obj.__sizeof__():
            self.segment.tx.inconsistent()
        if not self._agrees(before, size):
            self.segment.tx.inconsistent()
        self.members()
        seen = result if type(result) is list else list(self.obj)
        if not same_content(before, seen):
            self.segment.tx.inconsistent()
        # The size of the table decides where the next elements go in a copy.
        self.snapshot, self.size_seen = before, size
        return result

    def _agrees(self, now: list[object], size: int) -> bool:
        """Whether these elements are what the task has seen before."""
        if self.snapshot is None:
            return True
        if self.size_seen is None:
            return len(now) == len(self.snapshot) and set(now) == set(self.snapshot)
        return size == self.size_seen and same_content(now, self.snapshot)

    def length(self) -> int:
        """The number of elements."""
        if self.shadow is not None:
            return len(self.shadow)
        if self.ops:
            return len(self.members())
        if self.length_seen is None:
            self.length_seen = self.segment.base.length(self.obj)
        return self.length_seen

    def cursor(self) -> Iterator[object]:
        """An iterator over a private copy of the elements, in the order of the set."""
        made = iter(self.ordered(list))
        self.cursors.append(made)
        self.segment.tx.iterators.append(made)
        return made  # type: ignore[no-any-return]

    # Consumer's side

    def holds(self, base: Base) -> bool:
        """See `State`."""
        obj = self.obj
        if self.length_seen is not None and base.length(obj) != self.length_seen:
            return False
        if not element_types_plain(list(obj)):
            return False  # see `DictState.holds`
        for element, there in self.present.items():
            if base.contains(obj, element) is not there:
                return False
        if self.size_seen is not None:
            if not base.untouched(obj) or obj.__sizeof__() != self.size_seen:
                return False
            return same_content(self.snapshot or [], list(obj))
        if self.snapshot is not None:
            now = base.content(obj)
            return len(now) == len(self.snapshot) and all(each in now for each in self.snapshot)
        return True

    def peek_contains(self, element: object, /) -> bool:
        """See `Base`."""
        known = self.view.get(element)
        if known is not None:
            return known
        if self.shadow is not None:
            return element in self.shadow
        return self.segment.base.contains(self.obj, element)

    def peek_length(self) -> int:
        """See `Base`."""
        return len(self.shadow) if self.shadow is not None else len(self.peek_content())

    def peek_content(self) -> Any:
        """See `Base`."""
        if self.shadow is not None:
            return set(self.shadow)
        copied = self.segment.base.content(self.obj)
        for op in list(self.ops):
            op[0](copied, *op[1:])
        return copied

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        if self.snapshot is not None or self.length_seen is not None or self.present:
            yield "read", self.obj, CONTENT
        if self.changed:
            yield "write", self.obj, CONTENT
