"""What can be known of a value by looking at its type alone, and the exceptions that end a task.

Guarantees: nothing here runs user code: special methods are found in the namespaces of the classes, and
never called. A negative answer means "not known to be safe". Assumes: builtin types are what they are.
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import functools
import math
import types
from collections.abc import Callable
from typing import Any, Final, Never, final

from xcs_ast.ir.paths import MISSING
from xcs_ast.native import use_own

use_own(globals())

__all__ = [
    "CONTAINERS",
    "CURSORS",
    "GENERIC_DELETE",
    "GENERIC_GET",
    "GENERIC_SET",
    "MISSING",
    "SCALARS",
    "Abandon",
    "Ending",
    "Stop",
    "Unsure",
    "class_lookup",
    "element_types_plain",
    "has_python_special",
    "is_immutable",
    "is_plain_equal",
    "is_plain_key",
    "plain_slice",
    "raise_abandon",
    "raise_ending",
    "raise_stop",
    "same",
    "space_of",
    "unsure",
]

SCALARS: Final = frozenset(
    {int, float, bool, str, bytes, complex, type(None), type(Ellipsis), type(NotImplemented)}
)
"""Exact types whose instances are compared by value, and that nobody can change."""

CONTAINERS: Final = frozenset(
    {
        list,
        dict,
        set,
        frozenset,
        collections.deque,
        collections.defaultdict,
        collections.Counter,
        collections.OrderedDict,
    }
)
"""Exact types whose methods `containers` knows."""

_CHANGING: Final[tuple[Any, ...]] = (
    [],
    {},
    {}.items(),
    {}.values(),
    collections.deque(),
    collections.OrderedDict(),
)
CURSORS: Final = frozenset(
    {type(way(each)) for way in (iter, reversed) for each in _CHANGING}
    | {type(iter(set())), type(iter(bytearray())), type(iter(array.array("i")))}
)
"""Exact types of iterators over what can change: where one stands, nobody can tell."""

_LEAVES: Final = SCALARS | {
    range,
    datetime.date,
    datetime.datetime,
    datetime.time,
    datetime.timedelta,
    datetime.timezone,
    decimal.Decimal,
}
_C_CODE: Final = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.BuiltinFunctionType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    type(None),
)
_KEY: Final = object()


class _Private(BaseException):
    """Base of the exceptions that end a task: they pass through `except Exception`, and only we make them."""

    def __init__(self, reason: str = "", key: object = None) -> None:
        if key is not _KEY:
            raise TypeError(f"{type(self).__name__} is private to the recorder")
        super().__init__(reason)
        self.reason = reason


@final
class Abandon(_Private):
    """The task wants what cannot be held back: it has had no effect, and its slice runs in place later."""


@final
class Stop(_Private):
    """The task is doomed: nobody will take what it computes."""


@final
class Ending(_Private, GeneratorExit):
    """As `Abandon` or `Stop`, raised where a generator of the task dies.

    Of all that may leave it then, Python reports everything but a `GeneratorExit`. The task is told again.
    """


@final
class Unsure(_Private):
    """A model does not cover this use. Between hooks only: it never reaches user code.

    Raise it with `raise unsure(reason)`.
    """


def raise_abandon(reason: str) -> Never:
    """Raises `Abandon`."""
    raise Abandon(reason, _KEY)


def raise_ending(reason: str) -> Never:
    """Raises `Ending`."""
    raise Ending(reason, _KEY)


def raise_stop() -> Never:
    """Raises `Stop`."""
    raise Stop("discarded", _KEY)


def unsure(reason: str) -> Unsure:
    """An `Unsure`, to be raised."""
    return Unsure(reason, _KEY)


def same(a: object, b: object) -> bool:
    """Whether who saw `a` could not tell that it is `b` now: identity; scalars by type and value."""
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b) or kind not in SCALARS:
        return False
    if kind is float:
        return _same_float(a, b)  # type: ignore[arg-type]
    if kind is complex:
        return _same_float(a.real, b.real) and _same_float(a.imag, b.imag)  # type: ignore[attr-defined]
    return a == b


def _same_float(a: float, b: float) -> bool:
    # Two NaN objects are told apart by `in`, `list.index` and dict keys, so they are not the same.
    return a == b and (a != 0.0 or math.copysign(1.0, a) == math.copysign(1.0, b))


def class_lookup(cls: type, name: str) -> object:
    """What the classes of the MRO hold under `name`, or `MISSING`; no descriptor is called."""
    for base in type.__dict__["__mro__"].__get__(cls):
        space = _namespace(base)
        if name in space:
            try:
                return space[name]
            except KeyError:  # another thread has taken it away just now
                pass
    return MISSING


_namespace: Final[Callable[[type], Any]] = type.__dict__["__dict__"].__get__


_dict_offset: Final = type.__dict__["__dictoffset__"].__get__


def space_of(obj: object) -> dict[str, Any] | None:
    """The dictionary that holds an object's attributes, or `None`. `Unsure` where a class hides it."""
    cls = type(obj)
    if _dict_offset(cls) == 0:
        return None
    found = class_lookup(cls, "__dict__")
    if type(found) in (types.GetSetDescriptorType, types.MemberDescriptorType):
        inner = found.__get__(obj, cls)  # type: ignore[attr-defined]
        if type(inner) is dict:
            return inner
    raise unsure("an object whose dictionary is hidden")


def _wrappers(name: str) -> frozenset[int]:
    return frozenset(id(each.__dict__[name]) for each in _GENERIC if name in each.__dict__)


_GENERIC: Final[tuple[type, ...]] = (
    object, BaseException, dict, list, tuple, set, frozenset, str, int, float, bytes, collections.deque,
    collections.defaultdict, collections.OrderedDict, functools.partial, types.SimpleNamespace, property,
    slice, range, types.FunctionType, staticmethod, classmethod, datetime.date, datetime.datetime,
    datetime.timedelta, datetime.time, types.BuiltinFunctionType, types.GeneratorType,
)  # fmt: skip
# Every one of them has the very lookup, store and deletion of `object`, under wrappers of its own.
GENERIC_GET: Final = _wrappers("__getattribute__")
GENERIC_SET: Final = _wrappers("__setattr__")
GENERIC_DELETE: Final = _wrappers("__delattr__")


def has_python_special(kind: type, name: str) -> bool:
    """Whether the operation behind the special method `name` runs code that is not C."""
    found = class_lookup(kind, name)
    return found is not MISSING and not isinstance(found, _C_CODE)


def plain_slice(k: object) -> bool:
    """Whether using `k` as an index runs no `__index__` of the program's, if it is a slice."""
    if type(k) is not slice:
        return True
    return all(part is None or type(part) is int or type(part) is bool for part in (k.start, k.stop, k.step))


def is_immutable(value: object) -> bool:
    """Whether the value and all that it consists of can never change (exact builtin types only)."""
    kind = type(value)
    if kind in _LEAVES:
        # A time may carry a user's tzinfo object.
        return kind not in (datetime.datetime, datetime.time) or _plain_zone(value)
    if kind is tuple or kind is frozenset:
        return all(map(is_immutable, value))  # type: ignore[call-overload]
    if kind is slice:
        return all(map(is_immutable, (value.start, value.stop, value.step)))  # type: ignore[attr-defined]
    return False


def _plain_zone(value: object) -> bool:
    return type(value.tzinfo) in (type(None), datetime.timezone)  # type: ignore[attr-defined]


_default_eq: Final = object.__dict__["__eq__"]
_default_ne: Final = object.__dict__["__ne__"]
_default_hash: Final = object.__dict__["__hash__"]
_enum_hash: Final = enum.Enum.__dict__["__hash__"]
_SCALAR_EQ: Final = {id(each.__dict__["__eq__"]) for each in SCALARS if "__eq__" in each.__dict__}
_SCALAR_HASH: Final = {id(each.__dict__["__hash__"]) for each in SCALARS if "__hash__" in each.__dict__}
_HASHES: Final = {id(_default_hash), id(_enum_hash)} | _SCALAR_HASH


def is_plain_equal(value: object) -> bool:
    """Whether `==` with another such value reads no shared state and runs no user code."""
    kind = type(value)
    if kind in SCALARS:
        return True
    if kind is tuple or kind is frozenset:
        return all(map(is_plain_equal, value))  # type: ignore[call-overload]
    if kind in _LEAVES:
        return is_immutable(value)
    return _equal_by_identity(kind)


def _equal_by_identity(kind: type) -> bool:
    # Also a class derived from a scalar (an enumeration, mostly) that keeps the comparison of that scalar.
    equal = class_lookup(kind, "__eq__")
    if equal is _default_eq:
        return class_lookup(kind, "__ne__") is _default_ne
    return id(equal) in _SCALAR_EQ and not has_python_special(kind, "__ne__")


def is_plain_key(value: object) -> bool:
    """Whether hashing the value and finding it among other such ones runs no user code."""
    kind = type(value)
    if kind in SCALARS:
        return True
    if kind is tuple or kind is frozenset:
        return all(map(is_plain_key, value))  # type: ignore[call-overload]
    if kind in _LEAVES:
        return is_immutable(value)
    return _equal_by_identity(kind) and id(class_lookup(kind, "__hash__")) in _HASHES


def element_types_plain(elements: Any) -> bool:
    """Whether all keys of a dict (elements of a set) can be met by a look-up without running user code.

    May raise `RuntimeError` where another thread changes the container meanwhile (free-threaded builds).
    """
    for kind in set(map(type, elements)):
        if kind in _LEAVES:
            continue
        if kind is tuple or kind is frozenset:
            if not all(is_plain_key(each) for each in list(elements) if type(each) is kind):
                return False
        elif not (_equal_by_identity(kind) and id(class_lookup(kind, "__hash__")) in _HASHES):
            return False
    return True
