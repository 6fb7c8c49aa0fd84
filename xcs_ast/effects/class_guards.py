"""What to rely on where a lookup in classes finds something: that object, or one of its type in its place.

Guarantees: as `guards`. An object that is gone into by its path alone is not kept alive.
"""

from __future__ import annotations

from _collections import _tuplegetter  # type: ignore[import-not-found]
from functools import cached_property, lru_cache
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)

from xcs_ast.effects.guards import ClassAttr, Guard
from xcs_ast.effects.resolve import find_in_mro
from xcs_ast.effects.values import SCALARS
from xcs_ast.ir.paths import Binding
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["ClassHolds", "of_class"]

_TAKEN_AS_THEY_ARE: Final = (
    SCALARS | {tuple, frozenset, FunctionType, property, staticmethod, classmethod, cached_property}
    | {type(lru_cache(lambda: None)), _tuplegetter, ModuleType, BuiltinFunctionType, MethodDescriptorType}
    | {WrapperDescriptorType, ClassMethodDescriptorType, GetSetDescriptorType, MemberDescriptorType}
)  # fmt: skip
"""Of these, what they do where they are found in a class is asked of the very object."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class ClassHolds:
    """Looking up `name` in the classes of `cls` finds, in the class `owner`, an object of exactly this type.

    For whoever goes on by the path to that object: another one in its place does not spoil the analysis.
    """

    cls: type
    name: str
    owner: type
    kind: type

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""
        return False

    def holds(self, binding: Binding) -> bool:
        """Whether the live objects pass."""
        owner, found = find_in_mro(self.cls, self.name)
        return owner is self.owner and type(found) is self.kind

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is ClassHolds
            and other.cls is self.cls
            and other.name == self.name
            and other.owner is self.owner
            and other.kind is self.kind
        )

    def __hash__(self) -> int:
        return hash((id(self.cls), self.name))


def of_class(cls: type, name: str, owner: type | None, found: object, *, by_path: bool) -> Guard:
    """What to rely on of a lookup in a class. `by_path`: data that it finds is gone into by its path."""
    kind = type(found)
    as_it_is = type(kind) is not type or issubclass(kind, type) or kind in _TAKEN_AS_THEY_ARE
    if owner is None or not by_path or as_it_is:
        return ClassAttr(cls, name, found)
    return ClassHolds(cls, name, owner, kind)
