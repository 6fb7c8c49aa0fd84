"""Looking at live objects the way Python's attribute lookup does, without running anything of the user's."""

from __future__ import annotations

import builtins
import re
import sys
import types
from collections.abc import Callable, Collection

from xcs_ast.ir.paths import MISSING
from xcs_ast.native import Any, Final, TypeGuard, use_own

use_own(globals())

__all__ = [
    "BOUND_C",
    "PLAIN_DELATTR",
    "PLAIN_GETATTRIBUTE",
    "PLAIN_SETATTR",
    "among",
    "builtins_of",
    "class_name",
    "computes_class",
    "find_behind",
    "find_in_mro",
    "is_class",
    "is_data_descriptor",
    "is_hashed_plainly",
    "is_library",
    "is_mutable_class",
    "is_plain_metaclass",
    "kinds_of",
    "models_may_rely_on",
    "module_of",
    "mro_of",
]

class_name: Final[Callable[[type], str]] = type.__dict__["__qualname__"].__get__
"""The qualified name of a class, whatever its metaclass does."""
module_of: Final[Callable[[type], str]] = type.__dict__["__module__"].__get__
"""The module of a class, whatever its metaclass does."""
mro_of: Final[Callable[[type], tuple[type, ...]]] = type.__dict__["__mro__"].__get__
"""The classes of a class, in the order of lookup."""
_namespace: Final[Callable[[type], Any]] = type.__dict__["__dict__"].__get__
_flags: Final[Callable[[type], int]] = type.__dict__["__flags__"].__get__
_HEAP_TYPE: Final = 1 << 9
_IMMUTABLE_TYPE: Final = 1 << 8

BOUND_C: Final = (types.BuiltinFunctionType, type(re.compile("").match))
"""What functions and bound methods in C are; the second where the C code asks for the class of the method."""
_GENERIC: Final[tuple[type, ...]] = (
    object, type, types.ModuleType, BaseException, int, float, complex, bool, str, bytes, bytearray, list,
    tuple, dict, set, frozenset, range, slice, enumerate, zip, map, filter, reversed, types.GeneratorType,
    types.FunctionType, types.BuiltinFunctionType, type(None), type({}.keys()), type({}.values()),
    type({}.items()), type(iter(())),
)  # fmt: skip
PLAIN_GETATTRIBUTE: Final = tuple(
    vars(cls)["__getattribute__"] for cls in _GENERIC if "__getattribute__" in vars(cls)
)
"""The implementations of attribute access in C that go by the usual rules and compute nothing."""
PLAIN_DELATTR: Final = tuple(
    space["__delattr__"] for space in (vars(object), vars(BaseException)) if "__delattr__" in space
)
PLAIN_SETATTR: Final = tuple(
    space["__setattr__"] for space in (vars(object), vars(BaseException)) if "__setattr__" in space
)


def is_class(obj: object) -> TypeGuard[type]:
    """Whether it is a class. Unlike `isinstance`, does not ask the object for its `__class__`."""
    return issubclass(type(obj), type)


def among(obj: object, others: tuple[object, ...]) -> bool:
    """Whether it is one of these very objects. Unlike `in`, does not compare or hash it."""
    return any(obj is other for other in others)


def find_in_mro(cls: type, name: str) -> tuple[type | None, Any]:
    """The class that defines `name`, and what it holds there; `(None, MISSING)` if none does."""
    for base in mro_of(cls):
        space = _namespace(base)
        if name in space:
            try:
                return base, space[name]
            except KeyError:  # another thread has taken it away just now
                pass
    return None, MISSING


def find_behind(cls: type, start: type, name: str) -> tuple[type | None, Any]:
    """As `find_in_mro`, but behind `start` in the lookup order of `cls` (what `super()` does)."""
    behind = False
    for base in mro_of(cls):
        if behind:
            space = _namespace(base)
            if name in space:
                try:
                    return base, space[name]
                except KeyError:
                    pass
        elif base is start:
            behind = True
    return None, MISSING


def is_mutable_class(cls: type) -> bool:
    """Whether attributes of the class can be assigned."""
    flags = _flags(cls)
    return bool(flags & _HEAP_TYPE) and not flags & _IMMUTABLE_TYPE


def is_library(module: object) -> bool:
    """Whether a module of this name belongs to the standard library, whose inside the models rely on."""
    return (
        type(module) is str and module.partition(".")[0] in sys.stdlib_module_names and module != "__main__"
    )


def models_may_rely_on(cls: type) -> bool:
    """Whether an attribute of an instance may decide what a model says of the class."""
    return (
        cls is not types.SimpleNamespace
        and cls is not types.FunctionType
        and not issubclass(cls, BaseException)
        and is_library(module_of(cls))
    )


def computes_class(cls: type) -> bool:
    """Whether code of the program says what `__class__` of an instance is, which `isinstance` may ask for."""
    return is_mutable_class(cls) and (
        find_in_mro(cls, "__class__")[0] is not object
        or type(find_in_mro(cls, "__getattribute__")[1]) is types.FunctionType
    )


def is_hashed_plainly(cls: type) -> bool:
    """Whether looking the class up in a set or a dictionary runs no code of the program's."""
    meta = type(cls)
    if meta is type:
        return True
    return all(find_in_mro(meta, name)[0] in (type, object) for name in ("__hash__", "__eq__"))


_PLAIN: Final = frozenset({type})


def kinds_of(objects: Collection[object]) -> frozenset[type] | None:
    """The types of these objects; `None` where telling them apart would run code of the program's."""
    if _PLAIN.issuperset(map(type, map(type, objects))):
        return frozenset(map(type, objects))
    by_id = {id(cls): cls for cls in map(type, objects)}
    return frozenset(by_id.values()) if all(map(is_hashed_plainly, by_id.values())) else None


def is_plain_metaclass(cls: type) -> bool:
    """Whether attribute access on the class, and calling it, go by `type`'s own rules."""
    meta = type(cls)
    if meta is type:
        return True
    return all(
        find_in_mro(meta, name)[0] in (type, object, None)
        for name in ("__getattribute__", "__getattr__", "__call__", "__setattr__")
    )


def is_data_descriptor(found: Any) -> bool:
    """Whether it takes precedence over the instance's own attributes."""
    kind = type(found)
    return find_in_mro(kind, "__set__")[0] is not None or find_in_mro(kind, "__delete__")[0] is not None


def builtins_of(scope: dict[str, Any]) -> dict[str, Any]:
    """The builtins that code with these globals sees."""
    found = scope.get("__builtins__", builtins)
    if type(found) is types.ModuleType:
        return found.__dict__
    return found if type(found) is dict else {}
