"""Classes of a library that nobody has changed: what tracing tools, recorders of requests and tests replace.

Guarantees: asking runs no code of the program's and changes nothing. Whoever is in doubt says no.
Assumes: a class that was found as its authors wrote it stays so while its dictionary holds the same objects.
"""

from __future__ import annotations

import abc
import contextlib
import functools
import operator
import re
import types
from collections.abc import Callable

from xcs_ast.effects.resolve import BOUND_C
from xcs_ast.effects.values import SCALARS
from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["is_untouched"]

_TYPE_DICT: Final[Any] = type.__dict__["__dict__"]
_HELPER: Final = contextlib.contextmanager(lambda: None).__code__  # type: ignore[arg-type, return-value]
_DATA: Final = (
    *(list, tuple, dict, set, frozenset, object, types.MappingProxyType),
    *(types.MemberDescriptorType, types.GetSetDescriptorType, types.WrapperDescriptorType),
    *(
        types.ClassMethodDescriptorType,
        types.MethodDescriptorType,
        re.Pattern,
        type(abc.ABC.__dict__["_abc_impl"]),
    ),
)
_seen: Final[dict[type, tuple[object, ...]]] = {}
"""What the dictionary of a class held when all of it was its authors'."""


def is_untouched(cls: type, is_authors: Callable[[types.FunctionType], bool]) -> bool:
    """Whether each function that a class holds itself is one that its authors put there."""
    held = tuple(_TYPE_DICT.__get__(cls).values())
    known = _seen.get(cls)
    if known is not None and len(known) == len(held) and all(map(operator.is_, known, held)):
        return True
    if all(_is_authors(value, is_authors) for value in held):
        _seen[cls] = held
        return True
    _seen.pop(cls, None)
    return False


def _is_authors(value: Any, is_authors: Callable[[types.FunctionType], bool]) -> bool:
    kind = type(value)
    if kind is types.FunctionType:
        if value.__code__ is _HELPER:
            return _is_authors(value.__dict__.get("__wrapped__"), is_authors)
        return is_authors(value)
    if kind is property:
        return all(_is_authors(part, is_authors) for part in (value.fget, value.fset, value.fdel))
    if kind is staticmethod or kind is classmethod:
        inner = value.__func__
        if type(inner) in BOUND_C:  # but not a method of a list of the program's
            return type(inner.__self__) in (re.Pattern, types.ModuleType)
        return _is_authors(inner, is_authors)
    if kind is functools.cached_property:
        return _is_authors(value.func, is_authors)
    return kind in SCALARS or kind in _DATA or issubclass(kind, type)
