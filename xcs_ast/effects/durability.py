"""May an analysis be remembered, or would that keep an object of the user's alive?

An analysis refers to what it relied on: modules, classes, functions. Those of a module live as long as
the program; anything else (a class made in a function, an object that a lookup pinned) must not outlive its
own last use, since weak references and finalizers would tell.

Guarantees: no user code runs. Assumes: what a module's namespace holds at the time is there to stay.
"""

from __future__ import annotations

import enum
import sys
from _collections import _tuplegetter  # type: ignore[import-not-found]
from _weakref import ref
from collections.abc import Iterator
from functools import cached_property
from re import Pattern
from types import (
    BuiltinFunctionType,
    CodeType,
    DynamicClassAttribute,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)

from xcs_ast.effects.region import RegionEffects
from xcs_ast.effects.resolve import BOUND_C
from xcs_ast.ir.effects import Location
from xcs_ast.ir.paths import MISSING, Path, PinnedRoot
from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["is_durable", "may_be_remembered"]

_DATA: Final = frozenset({str, int, float, complex, bool, bytes, type(None), frozenset, type(Ellipsis)})
_LASTING: Final = frozenset(
    {ModuleType, BuiltinFunctionType, CodeType, MethodDescriptorType, WrapperDescriptorType, ref}
)
_IN_CLASSES: Final = frozenset(
    {property, staticmethod, classmethod, cached_property, enum.property, DynamicClassAttribute, _tuplegetter}
)
"""What a class holds lasts as long as the class, which the analysis refers to as well."""


_REFERRED: Final = _LASTING | {type, dict, FunctionType}


def may_be_remembered(effects: RegionEffects) -> bool:
    """Whether everything that the analysis refers to lasts anyway."""
    return all(is_durable(obj) for obj in _referred(effects))


def is_durable(obj: object) -> bool:
    """Whether an object lives as long as the program, as far as one can tell from where it is found."""
    kind = type(obj)
    if obj is MISSING or kind in _LASTING or kind in _DATA:
        return True
    if kind in BOUND_C:
        return type(obj.__self__) is Pattern  # type: ignore[attr-defined]
    if kind is GetSetDescriptorType or kind is MemberDescriptorType:
        return is_durable(obj.__objclass__)  # type: ignore[attr-defined]
    if kind is dict:
        return _is_namespace(obj)  # type: ignore[arg-type]
    if kind is FunctionType:
        return "<locals>" not in obj.__qualname__ and _is_namespace(obj.__globals__)  # type: ignore[attr-defined]
    if issubclass(kind, type):
        flags: int = type.__dict__["__flags__"].__get__(obj)
        is_static = not flags & _HEAP_TYPE
        return is_static or "<locals>" not in type.__dict__["__qualname__"].__get__(obj)
    if issubclass(type(kind), enum.EnumMeta):
        return is_durable(kind) and _is_member(obj, kind)
    return kind in _IN_CLASSES


_HEAP_TYPE: Final = 1 << 9
"""`Py_TPFLAGS_HEAPTYPE`."""


def _is_member(obj: object, kind: type) -> bool:
    """Whether it is one of those that its enumeration names: others (of flags) may come and go."""
    members = type.__dict__["__dict__"].__get__(kind).get("_member_map_")
    return type(members) is dict and any(each is obj for each in list(members.values()))


def _is_namespace(scope: dict[str, Any]) -> bool:
    for name in (scope.get("__name__"), getattr(scope.get("__spec__"), "name", None)):
        module = sys.modules.get(name) if type(name) is str else None
        if type(module) is ModuleType and module.__dict__ is scope:
            return True
    return False


def _referred(effects: RegionEffects) -> Iterator[object]:
    """What its guards and the owners of its places refer to, all the way down."""
    todo: list[object] = list(effects.guards)
    for summary in (*effects.stages, *effects.segments):
        todo += [each.where.owner for each in summary.effects if isinstance(each.where, Location)]
    while todo:
        thing = todo.pop()
        kind = type(thing)
        if kind is Path:
            root: object = thing.root  # type: ignore[attr-defined]
            if type(root) is PinnedRoot:
                yield root.obj
        elif kind is tuple:
            todo += thing  # type: ignore[arg-type]
        elif kind in _REFERRED:
            yield thing
        elif slots := _own_slots(kind):
            todo += [
                value for value in [getattr(thing, name, None) for name in slots] if type(value) not in _DATA
            ]
        else:
            yield thing


def _own_slots(kind: type) -> tuple[str, ...]:
    """The fields of our own guards and places; of other types, nothing (and nothing is kept of them)."""
    known = _slots.get(kind)
    if known is None:
        known = tuple(name for cls in kind.__mro__ for name in cls.__dict__.get("__slots__", ()))
        if not known or not kind.__module__.startswith("xcs_ast."):
            return ()
        _slots[kind] = known
    return known


_slots: Final[dict[type, tuple[str, ...]]] = {}
