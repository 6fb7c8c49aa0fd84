"""Small questions about live objects that the recorders ask. No user code runs here."""

from __future__ import annotations

import os
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, Final

from xcs_ast.effects import catalog, declared
from xcs_ast.ir.effects import Access
from xcs_ast.ir.paths import MISSING, instance_dict, static_attr
from xcs_ast.native import use_own
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS, Touch
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = [
    "STREAMS",
    "attribute",
    "call_meta",
    "in_class",
    "is_number",
    "is_ours",
    "item",
    "method_of",
    "name_of",
    "plain_class",
    "plain_item",
    "plain_store",
    "python_function",
]

STREAMS: Final = TypeSet({zip, enumerate, reversed, type({}.keys()), type({}.values()), type({}.items())})
"""Types that iterate without any code of the user's, if what they iterate over does."""
_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MRO: Final = type.__dict__["__mro__"]
_DICT: Final = type.__dict__["__dict__"]
_NUMBERS: Final = TypeSet({int, float, str})
_LOOKS_UP: Final = (
    object.__dict__["__getattribute__"],
    type.__dict__["__getattribute__"],
    ModuleType.__getattribute__,
)


def is_ours(function: object) -> bool:
    """Whether a function is part of this package: its steps are not the program's."""
    return type(function) is FunctionType and function.__code__.co_filename.startswith(_PACKAGE)


def in_class(cls: type, name: str) -> object:
    """What the classes of an instance hold under `name`, or `MISSING`."""
    for base in _MRO.__get__(cls):
        found: object = _DICT.__get__(base).get(name, MISSING)
        if found is not MISSING:
            return found
    return MISSING


def method_of(o: object, name: str) -> object:
    """The special method of an object, unbound."""
    return in_class(type(o), name)


def attribute(o: Any, name: str) -> tuple[list[Touch] | None, FunctionType | None]:
    """What reading `o.name` touches (`None`: not known), and the getter where it is a property."""
    cls = type(o)
    if id(cls) in SCALARS.ids or (id(cls) in CONTAINERS.ids and in_class(cls, name) is not MISSING):
        return [], None
    custom = in_class(cls, "__getattribute__")
    # Many C types have their own, which does as `object`'s does; a Python one may do anything.
    if custom not in _LOOKS_UP and (isinstance(custom, FunctionType) or custom is MISSING):
        return None, None
    found = in_class(cls, name)
    if type(found) is property:
        return (None, None) if type(found.fget) is not FunctionType else ([], found.fget)
    owner: Touch = (Access.READ, o, name)
    if issubclass(cls, type):
        return None, None
    if static_attr(o, name) is not MISSING:
        data = found is MISSING or in_class(type(found), "__set__") is MISSING
        slot = type(found) is MemberDescriptorType
        return ([owner], None) if data or slot else (None, None)
    if found is MISSING:
        return None, None
    if type(found) in (FunctionType, staticmethod, classmethod) or id(type(found)) in _C_METHODS.ids:
        return [owner, (Access.READ, cls, name)], None
    if in_class(type(found), "__get__") is MISSING:
        return [owner, (Access.READ, cls, name)], None
    return None, None


_C_METHODS: Final = TypeSet(
    {MethodDescriptorType, WrapperDescriptorType, BuiltinFunctionType, ClassMethodDescriptorType}
)


def plain_store(o: Any, name: str) -> bool:
    """Whether `o.name = v` just puts `v` into the instance (or module)."""
    cls = type(o)
    if cls is ModuleType:
        return True
    if issubclass(cls, type) or in_class(cls, "__setattr__") is not object.__dict__["__setattr__"]:
        return False
    found = in_class(cls, name)
    if found is MISSING or type(found) is MemberDescriptorType:
        return True
    return in_class(type(found), "__set__") is MISSING and instance_dict(o) is not None


def is_number(value: object) -> bool:
    """Whether `+=` on it makes a new immutable value and runs nothing of the user's."""
    return id(type(value)) in _NUMBERS.ids


def plain_item(o: Any, k: Any) -> bool:
    """Whether looking for the item runs nothing of the user's: a list's, or a dict's of few plain keys."""
    if type(o) is list:
        return type(k) is int or type(k) is bool
    return (
        type(o) is dict and id(type(k)) in _KEYS.ids and len(o) <= _MANY and SCALARS.issuperset(map(type, o))
    )


_KEYS: Final = TypeSet({int, str, bool})
_MANY: Final = 4_096


def item(o: Any, k: Any) -> object:
    """`o[k]` of an exact list or dict, or `MISSING`."""
    try:
        return o[k]
    except (LookupError, TypeError):
        return MISSING


def plain_class(obj: object) -> bool:
    """Whether it is a class (whose instances are made natively)."""
    return issubclass(type(obj), type)


def name_of(f: Any) -> str:
    """What people call a callee."""
    kind: Any = type(f)
    if kind is MethodType or kind is type([].append):
        owner = f.__self__
        name: str = f.__name__
        if owner is None or type(owner) is ModuleType:
            return name
        return (
            f"{type(owner).__name__}.{name}"
            if not issubclass(type(owner), type)
            else f"{owner.__name__}.{name}"
        )
    if kind is FunctionType or issubclass(kind, type):
        return str(f.__name__)
    return str(kind.__name__)


def python_function(f: Any, args: tuple[Any, ...]) -> tuple[FunctionType | None, tuple[Any, ...]]:
    """The Python function that calling `f` runs, and what it is given; or `None`: a model knows."""
    target: Any = f
    given = args
    if type(f) is MethodType:
        target, given = f.__func__, (f.__self__, *args)
    elif type(f) is type and plain_class(f):
        return None, args
    elif type(f) is not FunctionType:
        target, given = method_of(f, "__call__"), (f, *args)
    if is_ours(target):
        target = vars(target).get("__wrapped__")  # what the wrapper stands for; else it is one step
    if type(target) is not FunctionType or is_ours(target):
        return None, args
    if declared(f) is not None or declared(target) is not None:
        return None, args
    if catalog.for_callable(f) is not None or catalog.for_callable(target) is not None:
        return None, args
    return target, given


def call_meta(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What is noted of the form of a call."""
    meta: dict[str, Any] = {"positional": len(args)}
    if kwargs:
        meta["keywords"] = tuple(kwargs)
    if type(f) in (MethodType, type([].append)) and not isinstance(
        getattr(f, "__self__", None), ModuleType | None
    ):
        meta["method"] = f.__name__
    return meta
