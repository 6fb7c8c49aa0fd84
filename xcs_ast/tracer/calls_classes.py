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
from functools import partial
from typing import Any, Final

from xcs_ast.effects import catalog
from xcs_ast.effects.resolve import class_name, mro_of
from xcs_ast.ir.paths import MISSING
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
        if self.settled(cls, "__del__") is not MISSING:
            return self.wait(f"makes a {class_name(cls)}, which has a finalizer")
        obj = self._new(cls, args, kwargs)
        if not issubclass(type(obj), cls):
            return obj
        self._init(type(obj), obj, args, kwargs)
        return obj

    def _by_metaclass(self, cls: type, meta: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.holds_kind(cls, meta)
        found = self.settled(meta, "__call__")
        if found is type.__dict__["__call__"]:
            return self.construct_plainly(cls, args, kwargs)
        if meta.__module__ == "enum" and len(args) == 1 and not kwargs and type(args[0]) in SCALARS:
            members, value = cls.__dict__.get("_value2member_map_"), args[0]
            if type(members) is dict and value in members:
                key = (id(members), "member", value)
                member = self.transaction.probe(lambda: members.get(value, MISSING), key)
                if member is not MISSING:
                    return member
        if type(found) is types.FunctionType and meta.__module__ != "enum":
            return self.call(found, cls, *args, **kwargs)
        return self.wait(f"calls {class_name(cls)}, whose metaclass makes its instances")

    def _new(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        owner, found = self.find_settled(cls, "__new__")
        if type(found) is staticmethod:
            found = found.__func__
        if type(found) is types.FunctionType:
            found = self.class_attr(cls, "__new__")
            function: Any = found.__func__ if type(found) is staticmethod else found
            if _is_of_namedtuple(owner, function):
                return self._new_named(function, cls, args, kwargs)
            return self.call(function, cls, *args, **kwargs)
        return self.new_object(cls, owner, args, kwargs)

    def _new_named(
        self, function: types.FunctionType, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """By the `__new__` that `namedtuple` compiled. Programs do give it other defaults."""
        code = self.code_of(function)
        defaults = self.transaction.probe(lambda: function.__defaults__, (id(function), "defaults"))
        made = function(cls, *args, **kwargs)
        if function.__code__ is not code or function.__defaults__ is not defaults:
            self.transaction.inconsistent()
        return self.adopt(made)

    def new_object(self, cls: type, owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`owner.__new__(cls, ...)` of a builtin class."""
        if not is_simple(cls):
            return self.wait(f"makes a {class_name(cls)}, which is built upon code that is not known")
        if owner is object:
            if (args or kwargs) and self.settled(cls, "__init__") is object.__init__:
                return cls(*args, **kwargs)  # raises
            self.can_make(cls)
            make: Any = object.__new__
            obj: Any = make(cls, *args, **kwargs)
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

    def can_make(self, cls: type) -> bool:
        """Whether `object.__new__` makes an instance, and leaves arguments to `__init__`; logged.

        Not of an abstract class, nor where a `__new__` was there once: the class remembers that.
        """
        key = (id(cls), "made")
        known: Any = self.transaction.segment.probed.get(key)
        if known is None:
            known = self.transaction.probe(partial(_can_make, cls), key)
        return known == len(_TRIES)  # type: ignore[no-any-return]

    def _init(self, cls: type, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        owner, found = self.find_settled(cls, "__init__")
        if type(found) is types.FunctionType:
            found = self.class_attr(cls, "__init__")
        if type(found) is types.FunctionType:
            if owner is not None and "__dataclass_fields__" in owner.__dict__:
                code = self.code_of(found)
                if is_generated(found, code):
                    self._init_dataclass(owner, found, code, obj, args, kwargs)
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
            parts = []
            for part in self.iterate(args[0]):
                if owner is set:
                    hash(self.key(part))
                parts.append(part)
            owner.__init__(obj, parts)
        else:
            self.wait(f"makes a {class_name(cls)}, which is built upon code that is not known")

    def check_filled(self, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """`dict.__init__` of an instance that the task has just made."""
        dict.__init__(obj, self.call(dict, *args, **kwargs))

    # ----------------------------------------------------------------------------------------- dataclasses

    def _init_dataclass(
        self,
        owner: type,
        init: types.FunctionType,
        code: types.CodeType,
        obj: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """What the `__init__` that `dataclass` compiled does; factories and `__post_init__` as clones.

        What was compiled is what counts, whatever has become of the fields of the class since.
        """
        cls = type(obj)
        fields, asked, frozen, takes_more = _filled_by(code)
        given = self._given(init, code, obj, args, kwargs)
        if takes_more:
            self.wait(f"{class_name(owner)} has variables for its __post_init__ only")
        if not frozen and type(self.settled(cls, "__setattr__")) is types.FunctionType:
            self.wait(f"{class_name(owner)} stores its attributes in a way of its own")
        dataclasses: Any = sys.modules["dataclasses"]
        cells = dict(zip(code.co_freevars, init.__closure__ or (), strict=True))
        for name in fields:
            value = given.get(name, MISSING)
            if value is MISSING or type(value) is dataclasses._HAS_DEFAULT_FACTORY_CLASS:
                cell: Any = cells.get(f"__dataclass_dflt_{name}__") or cells.get(f"_dflt_{name}")
                factory = cell.cell_contents
                if value is MISSING and "__slots__" in owner.__dict__:
                    field = owner.__dict__["__dataclass_fields__"].get(name)
                    if getattr(field, "default_factory", None) is not factory:
                        self.wait(f"{class_name(owner)} keeps a default in a slot")
                value = self.call(factory)
            found = self.settled(cls, name)
            kind = type(found)
            if found is not MISSING and kind not in SCALARS and kind is not types.MemberDescriptorType:
                computed = kind in (functools.cached_property, types.FunctionType)
                if computed or self.settled(kind, "__set__") is not MISSING:
                    self.wait(f"{class_name(owner)} computes a field")
            object.__setattr__(obj, name, value)
        if asked:
            self.call(self.load_attr(obj, "__post_init__"))

    def _given(
        self,
        init: types.FunctionType,
        code: types.CodeType,
        obj: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> dict[str, Any]:
        """The arguments by name, defaults filled in; raises what the call raises."""
        probe = self.transaction.probe
        defaults: Any = probe(lambda: init.__defaults__, (id(init), "defaults")) or ()
        named: Any = probe(lambda: init.__kwdefaults__, (id(init), "kwdefaults"))
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        head = names[: code.co_argcount]
        bound = dict(zip(head, (obj, *args), strict=False))
        if len(args) + 1 > len(head) or any(name in bound or name not in names for name in kwargs):
            # The function itself knows best what to say; it raises before it does anything.
            init(obj, *args, **kwargs)
        bound.update(kwargs)
        for name, value in zip(head[len(head) - len(defaults) :], defaults, strict=True):
            bound.setdefault(name, value)
        for name, value in ({} if named is None else self.snapshot(named)).items():
            bound.setdefault(name, value)
        if any(name not in bound for name in names):
            init(obj, *args, **kwargs)
        return bound


_TRIES: Final[tuple[tuple[Any, ...], ...]] = ((), (None,))


def _can_make(cls: type) -> int:
    make: Any = object.__new__
    count = 0
    try:
        for args in _TRIES:
            make(cls, *args)
            count += 1
    except TypeError:
        pass
    return count


def _filled_by(code: types.CodeType) -> tuple[list[str], bool, bool, bool]:
    """The fields that an `__init__` compiled by `dataclass` stores; whether it calls `__post_init__`, too.

    And whether it stores them past a `__setattr__` of the class, and takes more than it stores.
    """
    known = _filled.get(id(code))
    if known is not None and known[0] is code:
        return known[1]
    frozen = code.co_names[:1] == ("__setattr__",)
    fields = [name for name in (code.co_consts if frozen else code.co_names) if type(name) is str]
    asked = "__post_init__" in code.co_names
    if asked and not frozen:
        fields.remove("__post_init__")
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    found = fields, asked, frozen, not set(names) <= set(fields)
    if len(_filled) >= _LIMIT:
        _filled.clear()
    _filled[id(code)] = code, found
    return found


_LIMIT: Final = 4_096
_filled: dict[int, tuple[types.CodeType, tuple[list[str], bool, bool, bool]]] = {}
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


def _is_of_namedtuple(owner: type | None, function: types.FunctionType) -> bool:
    """Whether it is the `__new__` that `namedtuple` compiled."""
    return (
        owner is not None
        and issubclass(owner, tuple)
        and function.__code__.co_filename.startswith("<string>")
        and function.__globals__.get("__name__") == f"namedtuple_{owner.__name__}"
    )
