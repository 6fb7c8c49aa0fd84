"""Declarations: what the user states about effects that the project cannot know.

Guarantees: a declared function is returned unchanged; nothing keeps it alive; no user code runs.
Assumes: what was stated is true.
"""

from __future__ import annotations

import sys
import types
from _weakref import ref
from collections.abc import Callable, Mapping

from xcs_ast.effects.resolve import find_in_mro, is_class
from xcs_ast.native import Any, Final, Kind, TypeVar, cast, use_own

use_own(globals())

__all__ = ["Declared", "declared", "off", "ordered", "pure", "set_declared_names", "unordered"]

F = TypeVar("F", bound=Callable[..., Any])


class Declared(Kind):
    """What a declaration says of a callable."""

    PURE = "pure"
    """It has no effect, and what it returns depends on its arguments alone."""
    UNORDERED = "unordered"
    """It calls something outside the program, slowly; one call is as good as another in any order."""
    ORDERED = "ordered"
    """It does something outside the program whose order counts."""
    OFF = "off"
    """Regions in it are left alone; calls of it are analysed like any other's."""


_by_object: Final[dict[int, tuple[ref[Any], Declared]]] = {}
"""By identity: hashing and comparing are the user's code."""
_by_name: dict[str, Declared] = {}
_by_path: Final[dict[int, tuple[ref[Any], Declared]]] = {}
"""What was found under those names: `httpx.Client.get` calls itself `httpx._client.Client.get`."""
_sought: Final[list[str]] = []
"""Names under which nothing has been found so far: their modules may yet be imported."""
_changes = 0


def _declare(function: F, what: Declared) -> F:
    target = (
        getattr(function, "__func__", function)
        if isinstance(function, staticmethod | classmethod)
        else function
    )
    key = id(target)
    _by_object[key] = (ref(target, lambda _: _by_object.pop(key, None)), what)
    return function


def pure(function: F) -> F:
    """Declares that calling `function` has no effect that anybody could tell."""
    return _declare(function, Declared.PURE)


def unordered(function: F) -> F:
    """Declares that calls of `function` go outside the program, take time, and may come in any order."""
    return _declare(function, Declared.UNORDERED)


def ordered(function: F) -> F:
    """Declares that calls of `function` do something outside the program whose order counts."""
    return _declare(function, Declared.ORDERED)


def off(function: F) -> F:
    """Declares that the regions of `function` are to be left alone."""
    return _declare(function, Declared.OFF)


def set_declared_names(mapping: Mapping[str, str]) -> None:
    """Replaces the declarations by name: `{"pkg.module.Class.method": "pure"}`.

    Raises:
        ValueError: a value is not one of `pure`, `unordered`, `ordered`, `off`.
    """
    global _changes
    _changes += 1
    _by_name.clear()
    _by_name.update({name: Declared(value) for name, value in mapping.items()})
    _by_path.clear()
    _sought[:] = mapping


def declared_names_changed() -> int:
    """How often they have been replaced: who remembers an analysis remembers this with it."""
    return _changes


def declared(function: object) -> Declared | None:
    """What was declared of this callable, by object or by name."""
    known = _by_object.get(id(function))
    if known is not None and known[0]() is function:
        return known[1]
    if not _by_name:
        return None
    found = _by_name.get(_dotted(function))
    if found is not None:
        return found
    if _sought:
        _seek()
    path = _by_path.get(id(function))
    return path[1] if path is not None and path[0]() is function else None


def _seek() -> None:
    """Looks for what goes by the names that were declared, in modules that are there by now."""
    for name in tuple(_sought):
        found = _at(name)
        if found is not None:
            _by_path[id(found)] = (ref(found), _by_name[name])
            _sought.remove(name)


def _at(name: str) -> object:
    """The function or class at a dotted path, without running any code; `None` where there is none."""
    module, _, rest = name.rpartition(".")
    while module and module not in sys.modules:
        module, _, more = module.rpartition(".")
        rest = f"{more}.{rest}"
    found: object = sys.modules.get(module)
    for part in rest.split("."):
        if type(found) is types.ModuleType:
            found = found.__dict__.get(part)
        elif is_class(found):
            found = find_in_mro(found, part)[1]
        else:
            return None
    if type(found) is staticmethod or type(found) is classmethod:
        found = found.__func__
    return (
        found if type(found) in (types.FunctionType, types.BuiltinFunctionType) or is_class(found) else None
    )


def _dotted(function: object) -> str:
    kind = type(function)
    if kind is types.FunctionType or kind is types.BuiltinFunctionType:
        plain = cast(Any, function)
        module, name = plain.__module__, plain.__qualname__
    elif kind is type:
        module = type.__dict__["__module__"].__get__(function)
        name = type.__dict__["__qualname__"].__get__(function)
    else:
        return ""
    return f"{module}.{name}" if type(module) is str and type(name) is str else ""


def is_off(function: object) -> bool:
    """Whether the regions of a function are to be left alone."""
    return declared(function) is Declared.OFF
