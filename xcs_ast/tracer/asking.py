"""What `isinstance` and `issubclass` would run, for the classes that they are given.

Guarantees: no user code runs. Assumes: classes are looked at on the spot, and may change later.
"""

from __future__ import annotations

import types
from abc import ABCMeta
from collections.abc import Iterator
from typing import Any, Final

from xcs_ast.effects.resolve import find_in_mro, is_class, module_of
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["decided_by_type", "goes_by_methods", "single"]

_LIBRARY: Final = frozenset(
    (
        "abc",
        "collections",
        "collections.abc",
        "numbers",
        "typing",
        "os",
        "io",
        "contextlib",
        "_collections_abc",
    )
)


def decided_by_type(classes: Any, depth: int) -> bool:
    """Whether `isinstance` and `issubclass` with these run no code but Python's own."""
    if type(classes) is tuple:
        return depth < 8 and all(decided_by_type(each, depth + 1) for each in classes)
    if type(classes) is types.UnionType:
        return all(decided_by_type(each, depth + 1) for each in classes.__args__)
    if not is_class(classes):
        return False
    meta = type(classes)
    if all(find_in_mro(meta, name)[0] is type for name in ("__instancecheck__", "__subclasscheck__")):
        return True
    return _asks_library_only(classes)


def single(classes: Any) -> Iterator[type]:
    """Each class among those that `isinstance` is asked for."""
    if is_class(classes):
        yield classes
        return
    for each in classes if type(classes) is tuple else classes.__args__:
        yield from single(each)


def goes_by_methods(cls: type) -> bool:
    """Whether an abstract base class looks at what methods another class has."""
    return find_in_mro(cls, "__subclasshook__")[0] is not object


def _asks_library_only(cls: type) -> bool:
    """Whether an abstract base class, and all below it, decide by the library's code alone."""
    todo, seen = [cls], set()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        owner = find_in_mro(type(each), "__subclasscheck__")[0]
        hook = find_in_mro(each, "__subclasshook__")[0]
        if len(seen) > 3_000 or owner is None or (owner is not type and module_of(owner) != "abc"):
            return False
        if hook is not object and (hook is None or module_of(hook) not in _LIBRARY):
            return False
        todo += type.__subclasses__(each)
    return find_in_mro(type(cls), "__instancecheck__")[0] is ABCMeta
