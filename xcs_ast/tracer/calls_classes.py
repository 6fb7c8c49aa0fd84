"""Making instances: of the program's classes, dataclasses, named tuples, exceptions and modelled classes.

Guarantees: an object that the task makes is registered as its own; `__new__` and `__init__` in Python run as
clones. Classes with finalizers, with metaclasses that take part, or built upon C types without a model wait.
"""

from __future__ import annotations

import abc
import functools
import sys
import types
from collections import defaultdict
from typing import Any, Final

from xcs_ast.effects import catalog
from xcs_ast.effects.resolve import class_name, find_in_mro, mro_of
from xcs_ast.native import use_own
from xcs_ast.tracer.calls_views import SCALARS, is_generated
from xcs_ast.tracer.deferred import Deferring
from xcs_ast.tracer.modelled import NO_RECEIVER

use_own(globals())

__all__ = ["Constructing", "is_simple"]

_BASES: Final = (object, dict, list, set, BaseException)
_HOLDERS: Final = (int, float, complex, str, bytes, tuple, frozenset)


class Constructing(Deferring):
    """Calls of classes."""

    __slots__ = ()

    def construct(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`cls(*args, **kwargs)` for a class without a handler of its own."""
        meta = type(cls)
        if meta is not type and meta is not abc.ABCMeta:
            return self._by_metaclass(cls, meta, args, kwargs)
        return self.construct_plainly(cls, args, kwargs)

    def construct_plainly(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """As `type.__call__` makes an instance."""
        if cls is super:
            if len(args) != 2 or kwargs:
                return self.wait("calls super() in an unusual way")
            return self.adopt(super(*args))
        if cls is defaultdict and args and (args[0] is None or callable(args[0])):
            # The factory is called through `missing_key`.
            made: Any = defaultdict(args[0])
            dict.update(made, self.call(dict, *args[1:], **kwargs))
            return self.adopt(made)
        entry = catalog.for_construct(cls)
        if entry is not None:
            if issubclass(cls, BaseException):
                return self.adopt(cls(*args, **kwargs))
            return self.adopt(self.run_entry(entry, cls, NO_RECEIVER, args, kwargs))
        if find_in_mro(cls, "__del__")[0] is not None:
            return self.wait(f"makes a {class_name(cls)}, which has a finalizer")
        obj = self._new(cls, args, kwargs)
        if not issubclass(type(obj), cls):
            return obj
        self._init(type(obj), obj, args, kwargs)
        return obj

    def _by_metaclass(self, cls: type, meta: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        found = find_in_mro(meta, "__call__")[1]
        if found is type.__dict__["__call__"]:
            return self.construct_plainly(cls, args, kwargs)
        if meta.__module__ == "enum" and len(args) == 1 and not kwargs and type(args[0]) in SCALARS:
            members = cls.__dict__.get("_value2member_map_")
            if type(members) is dict and args[0] in members and "__new__" in object.__dict__:
                return members[args[0]]
        if type(found) is types.FunctionType and meta.__module__ != "enum":
            return self.call(found, cls, *args, **kwargs)
        return self.wait(f"calls {class_name(cls)}, whose metaclass makes its instances")

    def _new(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        owner, found = find_in_mro(cls, "__new__")
        if type(found) is staticmethod:
            found = found.__func__
        if type(found) is types.FunctionType:
            found = self.class_attr(cls, "__new__")
            function: Any = found.__func__ if type(found) is staticmethod else found
            if _is_of_namedtuple(cls, function):
                return self.adopt(function(cls, *args, **kwargs))
            return self.call(function, cls, *args, **kwargs)
        return self.new_object(cls, owner, args, kwargs)

    def new_object(self, cls: type, owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`owner.__new__(cls, ...)` of a builtin class."""
        if not is_simple(cls):
            return self.wait(f"makes a {class_name(cls)}, which is built upon code that is not known")
        if owner is object:
            if (args or kwargs) and find_in_mro(cls, "__init__")[0] is object:
                return cls(*args, **kwargs)  # raises
            obj: Any = object.__new__(cls)
        elif owner is not None and issubclass(owner, BaseException):
            obj = owner.__new__(cls, *args, **kwargs)
        elif owner in (dict, list, set):
            obj = owner.__new__(cls)
        elif owner in _HOLDERS and not kwargs and all(type(arg) in SCALARS for arg in args):
            obj = owner.__new__(cls, *args)
        elif owner is tuple and not kwargs and len(args) == 1:
            obj = tuple.__new__(cls, self.iterate(args[0]))
        else:
            return self.wait(f"makes a {class_name(cls)}, which is built upon code that is not known")
        return self.adopt(obj)

    def _init(self, cls: type, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        owner, found = find_in_mro(cls, "__init__")
        if type(found) is types.FunctionType:
            found = self.class_attr(cls, "__init__")
        if type(found) is types.FunctionType:
            if is_generated(found) and owner is not None and "__dataclass_fields__" in owner.__dict__:
                self._init_dataclass(owner, found, obj, args, kwargs)
                return
            result = self.call(found, obj, *args, **kwargs)
            if result is not None:
                raise TypeError(f"__init__() should return None, not '{type(result).__name__}'")
            return
        if owner is object:
            return
        if owner is not None and issubclass(owner, BaseException):
            owner.__init__(obj, *args, **kwargs)
        elif owner in (dict, list, set) and not args and not kwargs:
            return
        elif owner is dict and len(args) < 2:
            self.check_filled(obj, args, kwargs)
        elif owner in (list, set) and len(args) == 1 and not kwargs:
            parts = [self.key(part) if owner is set else part for part in self.iterate(args[0])]
            owner.__init__(obj, parts)
        else:
            self.wait(f"makes a {class_name(cls)}, which is built upon code that is not known")

    def check_filled(self, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """`dict.__init__` of an instance that the task has just made."""
        dict.__init__(obj, self.call(dict, *args, **kwargs))

    # ----------------------------------------------------------------------------------------- dataclasses

    def _init_dataclass(
        self, owner: type, init: types.FunctionType, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """What the `__init__` that `dataclass` compiled does; factories and `__post_init__` as clones."""
        fields = list(owner.__dict__["__dataclass_fields__"].values())
        if any(field._field_type.name == "_FIELD_INITVAR" for field in fields):
            self.wait(f"{class_name(owner)} has variables for its __post_init__ only")
        stored_by_hand = type(find_in_mro(type(obj), "__setattr__")[1]) is types.FunctionType
        if stored_by_hand and not owner.__dict__["__dataclass_params__"].frozen:
            self.wait(f"{class_name(owner)} stores its attributes in a way of its own")
        given = _bind(init, obj, args, kwargs)
        dataclasses: Any = sys.modules["dataclasses"]
        for field in fields:
            if field._field_type.name != "_FIELD":
                continue
            if field.name in given:
                value = given[field.name]
                if type(value) is dataclasses._HAS_DEFAULT_FACTORY_CLASS:
                    value = self.call(field.default_factory)
            elif field.default_factory is not dataclasses.MISSING:
                value = self.call(field.default_factory)
            else:
                if field.default is not dataclasses.MISSING and "__slots__" in owner.__dict__:
                    self.wait(f"{class_name(owner)} keeps a default in a slot")
                continue
            found = find_in_mro(type(obj), field.name)[1]
            if type(found) is not types.MemberDescriptorType and (
                type(found) in (functools.cached_property, types.FunctionType)
                or find_in_mro(type(found), "__set__")[0] is not None
            ):
                self.wait(f"{class_name(owner)} computes a field")
            object.__setattr__(obj, field.name, value)
        if find_in_mro(type(obj), "__post_init__")[0] is not None:
            self.call(self.load_attr(obj, "__post_init__"))


def _bind(
    init: types.FunctionType, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The arguments by name, defaults filled in; raises what the call raises."""
    code = init.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    head = names[: code.co_argcount]
    bound = dict(zip(head, (obj, *args), strict=False))
    if len(args) + 1 > len(head) or any(name in bound or name not in names for name in kwargs):
        # The function itself knows best what to say; it raises before it does anything.
        init(obj, *args, **kwargs)
    bound.update(kwargs)
    defaults = init.__defaults__ or ()
    for name, value in zip(head[len(head) - len(defaults) :], defaults, strict=True):
        bound.setdefault(name, value)
    for name, value in (init.__kwdefaults__ or {}).items():
        bound.setdefault(name, value)
    if any(name not in bound for name in names):
        init(obj, *args, **kwargs)
    return bound


_flags: Final = type.__dict__["__flags__"].__get__
"""Past the metaclass, which may look attributes up itself."""


def is_simple(cls: type) -> bool:
    """Whether all bases are classes in Python, or builtin ones that only hold what they are given."""
    for base in mro_of(cls):
        if _flags(base) & (1 << 9):
            continue
        if base in _BASES or base in _HOLDERS or issubclass(base, BaseException):
            continue
        return False
    return True


def _is_of_namedtuple(cls: type, function: types.FunctionType) -> bool:
    """Whether it is the `__new__` that `namedtuple` compiled."""
    owner = find_in_mro(cls, "__new__")[0]
    return (
        owner is not None
        and issubclass(owner, tuple)
        and function.__code__.co_filename.startswith("<string>")
        and function.__globals__.get("__name__") == f"namedtuple_{owner.__name__}"
    )
