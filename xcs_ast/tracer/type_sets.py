"""Sets of types that go by identity.

To look a class up in a set, Python asks its metaclass: one that compares classes in its own way may have no
hash at all, and what is recorded must not be the place where that shows.

Guarantees: no user code runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, final

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["TypeSet"]


@final
class TypeSet:
    """Some types, which it keeps alive. Where time counts, ask `id(kind) in types.ids`: no call."""

    __slots__ = ("_types", "ids")

    def __init__(self, types: Iterable[Any]) -> None:
        self._types = tuple(types)
        self.ids = frozenset(map(id, self._types))

    def __contains__(self, kind: object) -> bool:
        return id(kind) in self.ids

    def __iter__(self) -> Iterator[Any]:
        return iter(self._types)

    def __or__(self, other: Iterable[Any]) -> TypeSet:
        return TypeSet((*self._types, *other))

    def __sub__(self, other: Iterable[Any]) -> TypeSet:
        gone = set(map(id, other))
        return TypeSet(each for each in self._types if id(each) not in gone)

    def issuperset(self, kinds: Iterable[object]) -> bool:
        """Whether all of these are in it."""
        return self.ids.issuperset(map(id, kinds))
