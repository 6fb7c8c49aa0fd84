"""Objects whose end somebody could notice: a finalizer, a generator's `finally`, a weak reference.

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

from xcs_ast.ir.paths import MISSING, instance_dict
from xcs_ast.native import use_own
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS
from xcs_ast.tracer.observing_lookup import in_class

use_own(globals())

__all__ = ["REACH", "noticeable"]

REACH: Final = 500
_DATA: Final = SCALARS | {type, BuiltinFunctionType, FunctionType, MethodType, ModuleType}


def noticeable(root: object) -> Iterator[tuple[object, str]]:
    """The objects in and below `root` whose end somebody could notice, and why (empty: a finalizer)."""
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
        elif any(each.__callback__ is not None for each in weakref.getweakrefs(obj)):
            yield obj, "a weak reference may tell of its end"
        own = instance_dict(obj)
        if own is not None:
            todo.extend(own.values())
