"""Which objects a task has made itself: those it may use directly, since nobody else knows them.

Guarantees: an object that is not registered counts as shared. Registered objects are kept alive, so an id
never comes to mean another object; what nobody but the registry holds is dropped from time to time.
Assumes: one thread registers; any thread may ask.
"""

from __future__ import annotations

import collections
import gc
import types
from collections.abc import Callable, Iterable
from sys import getrefcount
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer.kinds import CURSORS, SCALARS

use_own(globals())

__all__ = ["Registry"]

_FIRST_PRUNE: Final = 4096
_NOTHING: Final[tuple[Any, ...]] = ((), (), {})
_SEQUENCES: Final = (list, tuple, set, frozenset, collections.deque)
_MAPPINGS: Final = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)


@final
class Registry:
    """The objects that one task owns, by identity."""

    __slots__ = ("ended_late", "fields", "limit", "objects", "under_way")

    def __init__(self) -> None:
        self.objects: dict[int, object] = {}
        self.fields: dict[int, list[Any]] = {}
        """By the id of a registered instance: its dictionary; the names that hooks may load from it without
        a look at the class; those that they may store; clones of methods. Goes with the object."""
        self.limit = _FIRST_PRUNE
        self.under_way: Callable[[], int] = int
        """How many generators of the task's have begun and not ended."""
        self.ended_late: Callable[[], object] = int
        """Called where one of them has ended too late."""

    def adopt(self, obj: object) -> None:
        """Registers an object that the task has made."""
        objects = self.objects
        objects[id(obj)] = obj
        if len(objects) > self.limit:
            self.trim()

    def adopt_tree(self, obj: object) -> None:
        """Registers an object, and everything below it in exact builtin containers."""
        seen: set[int] = set()
        stack = [obj]
        while stack:
            each = stack.pop()
            kind = type(each)
            if kind in SCALARS or id(each) in seen:
                continue
            seen.add(id(each))
            if kind in _SEQUENCES:
                stack.extend(each)  # type: ignore[arg-type]
            elif kind in _MAPPINGS:
                stack.extend(each)  # type: ignore[arg-type]
                stack.extend(each.values())  # type: ignore[attr-defined]
            elif each is not obj:
                continue
            self.adopt(each)

    def owns(self, obj: object) -> bool:
        """Whether the task has made this object (and has not given it away)."""
        return id(obj) in self.objects

    def forget_field(self, number: int) -> None:
        """Drops what hooks know of the instance with that id."""
        entry = self.fields.pop(number, None)
        if entry is not None:
            # Whoever remembers the entry shall find nothing in it.
            entry[1:] = _NOTHING

    def forget_fields(self) -> None:
        """The same for all."""
        for entry in self.fields.values():
            entry[1:] = _NOTHING
        self.fields.clear()

    def trim(self) -> None:
        """Drops what nobody else refers to any more, once in a while."""
        if self.prune():
            self.ended_late()
        self.limit = max(_FIRST_PRUNE, 2 * len(self.objects))

    def prune(self) -> bool:
        """Drops all that nobody else refers to any more, however long the chains are.

        True where a generator ended thereby that had begun: plainly, it had ended when the task let go of
        what holds it, and what it does at its end has come too late. Of a chain one walk drops all that hangs
        on what it has dropped before, if it goes the right way.
        """
        under_way = self.under_way()
        objects, fields = self.objects, self.fields
        for way in (reversed, iter, reversed, iter):
            before = len(objects)
            for key in way(list(objects)):
                obj = objects.get(key)
                if getrefcount(obj) <= _ALONE:
                    # Nobody has the object, so nobody will ask an entry that he remembers.
                    fields.pop(key, None)
                    del objects[key], obj
            obj = None
            if len(objects) == before:
                break
        return self.under_way() != under_way

    def publish(self, roots: Iterable[object]) -> bool:
        """Gives away all owned objects that can be reached from the roots: they are shared from now on.

        False where something is among them whose state the recorder does not see (closures, generators,
        iterators): then the task must not run on while others may look at it.
        """
        clear = True
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            each = stack.pop()
            kind = type(each)
            if kind in SCALARS or id(each) in seen:
                continue
            seen.add(id(each))
            owned = self.objects.pop(id(each), None) is not None
            self.forget_field(id(each))
            if kind in _HIDDEN or (kind is types.FunctionType and each.__closure__):  # type: ignore[attr-defined]
                # A plain function of the module has no closure; a method's closure is `__class__` at most.
                clear = clear and not (owned or kind in _HIDDEN)
            if owned or kind in _SEQUENCES or kind is types.MethodType:
                stack.extend(gc.get_referents(each))
        return clear


_HIDDEN: Final[frozenset[Any]] = CURSORS | {
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    enumerate,
    zip,
    map,
    filter,
    reversed,
}


def _count_alone() -> int:
    probe: dict[int, object] = {0: object()}
    for key in list(probe):
        obj = probe.get(key)
        return getrefcount(obj)
    raise AssertionError


_ALONE: Final = _count_alone()
