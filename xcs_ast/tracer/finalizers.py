"""Objects whose end somebody could notice: a finalizer, a generator's `finally`, a weak reference.

A weak reference with a callback tells of the end by itself; one without is only asked (`asked`).

Guarantees: no user code runs. Assumes: what lies deeper than `REACH` objects has none that matters.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final

from xcs_ast.effects.resolve import mro_of
from xcs_ast.ir.effects import CONTENT, WHOLE, Unknown
from xcs_ast.ir.paths import MISSING, instance_dict, static_attr
from xcs_ast.ir.weak import calls_back
from xcs_ast.native import use_own
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS
from xcs_ast.tracer.observing_lookup import in_class

use_own(globals())

__all__ = ["REACH", "is_noticed", "is_weak", "let_go", "noticeable"]

REACH: Final = 500
_DATA: Final = SCALARS | {type, BuiltinFunctionType, FunctionType, MethodType, ModuleType}
_WEAK: Final = (
    weakref.ref, weakref.ProxyType, weakref.CallableProxyType, weakref.finalize,
    weakref.WeakSet, weakref.WeakKeyDictionary, weakref.WeakValueDictionary,
)  # fmt: skip

_WEAK_IDS: Final = frozenset(map(id, _WEAK))
"""`issubclass` would have abstract classes among them remember each class that they are asked about."""


def is_weak(obj: object) -> bool:
    """Whether what it says depends on who is still alive."""
    return not _WEAK_IDS.isdisjoint(map(id, mro_of(type(obj))))


def let_go(owner: Any, field: str) -> object:
    """What a write to this place may let go of: what is there now, or all of a container."""
    if type(owner) is Unknown:
        return None
    if type(owner) in CONTAINERS:
        if type(owner) is dict and field.isidentifier() and all(type(name) is str for name in owner):
            return owner.get(field)  # a namespace: items have other fields (`item_field`)
        return owner
    if field in (WHOLE, "__dict__"):
        return instance_dict(owner)
    return None if field == CONTENT else static_attr(owner, field)


def is_noticed(root: object) -> bool:
    """Whether anybody could notice the end of `root`, or of something below it, or asks who is alive."""
    return is_weak(root) or next(noticeable(root, asked=True), None) is not None


def noticeable(root: object, *, asked: bool = False) -> Iterator[tuple[object, str]]:
    """The objects in and below `root` whose end somebody could notice, and why (empty: a finalizer).

    `asked`: also where only who asks a weak reference notices.
    """
    seen: set[int] = set()
    todo = [root]
    while todo and len(seen) < REACH:
        obj: Any = todo.pop()
        kind = type(obj)
        if kind in _DATA or id(obj) in seen or issubclass(kind, type):
            continue
        seen.add(id(obj))
        if kind in CONTAINERS:
            if issubclass(kind, dict):
                todo.extend(dict.values(obj))
                todo.extend(dict.keys(obj))
            elif kind is not bytearray:
                todo.extend(obj)
            continue
        if kind is GeneratorType or kind is AsyncGeneratorType:
            yield obj, "a generator may be closed"
        elif in_class(kind, "__del__") is not MISSING:
            yield obj, ""
        elif any(asked or calls_back(each) for each in weakref.getweakrefs(obj)):
            yield obj, "a weak reference may tell of its end"
        own = instance_dict(obj)
        if own is not None:
            todo.extend(own.values())
