"""Attributes: the whole protocol of the language, on instances, classes, modules and `super` objects.

Guarantees: no descriptor and no `__getattr__` runs unseen: Python code goes through `call`; fields of shared
objects go through states. What is not understood waits.
Assumes: C descriptors of builtin types run no user code when they bind a method.
"""

from __future__ import annotations

import enum
import functools
import sys
import types
from collections.abc import Callable
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import (
    GENERIC_GET,
    MISSING,
    SCALARS,
    Unsure,
    class_lookup,
    is_immutable,
    raise_abandon,
    space_of,
)
from xcs_ast.tracer.state_core import StateCore

use_own(globals())

__all__ = ["AttributeLoads"]

_FUNCTION: Final = types.FunctionType
_METHOD: Final = types.MethodType
_SLOT: Final = types.MemberDescriptorType
_GETSET: Final = types.GetSetDescriptorType
_BINDING: Final = frozenset(
    {
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
        types.ClassMethodDescriptorType,
        types.BuiltinFunctionType,
        types.MethodWrapperType,
    }
)
_KNOWN_GETSETS: Final = frozenset({"args", "__name__", "__qualname__", "__doc__", "__module__", "__code__"})
_TYPE_FIELDS: Final = frozenset(
    {"__name__", "__qualname__", "__module__", "__doc__", "__mro__", "__bases__", "__base__"}
)
_METACLASSES: Final = frozenset({type, enum.EnumMeta})
_ENUM_FIELDS: Final = {"value": "_value_", "name": "_name_"}
_enum_property: Final[type] = getattr(enum, "property", types.DynamicClassAttribute)
_type_get: Final = type.__dict__["__getattribute__"]
_FULL: Final = object()
"""Plan: the whole protocol."""


class AttributeLoads(StateCore):
    """Loads of attributes."""

    __slots__ = ()

    def load_attr(self, o: Any, name: str, /) -> Any:
        """`o.name`."""
        number = id(o)
        known = self.attrs.get(number)
        if known is not None:
            value = known.get(name, MISSING)
            if value is not MISSING:
                return value
        elif number in self.owned:
            cls = type(o)
            plans = self.plans.get(id(cls))
            plan = None if plans is None else plans.get(name)
            if plan is None:
                plan = self._plan(cls, name)
            if plan is not _FULL:
                found, space = plan
                if type(found) is _SLOT:
                    try:
                        return found.__get__(o, cls)
                    except AttributeError:
                        pass
                    return self._named(o, name)
                if space is not None:
                    value = dict.get(space(o), name, MISSING)
                    if value is not MISSING:
                        return value
                if found is not MISSING:
                    return _METHOD(found, o) if type(found) is _FUNCTION else found
        elif type(o) in SCALARS:
            return getattr(o, name)
        methods = self.methods.get(number)
        if methods is not None and name in methods:
            return _METHOD(methods[name], o)
        return self._named(o, name)

    def _named(self, o: Any, name: str) -> Any:
        """The long way; an error says what was looked for, as it does in the interpreter."""
        try:
            return self._load(o, name)
        except AttributeError as error:
            if type(error) is AttributeError and error.name is None and error.obj is None:
                error.name, error.obj = name, o  # as the interpreter does
            raise

    def _plan(self, cls: type, name: str) -> Any:
        plan: Any = _FULL
        usual = not issubclass(cls, (type, super, types.ModuleType)) and not name.startswith("__")
        if usual and id(self.class_attr(cls, "__getattribute__")) in GENERIC_GET:
            found = self.class_attr(cls, name)
            if self.class_attr(cls, "__getattr__") is MISSING:
                kind = type(found)
                if found is MISSING or kind is _SLOT or kind is _FUNCTION or kind in SCALARS:
                    # Never `getattr`: what the class gives may be another thing by now, for a while.
                    plan = _found_plan(cls, found)
        if not self.transaction.segment.class_writes:
            self.plans.setdefault(id(cls), {})[name] = plan
        return plan

    def _load(self, o: Any, name: str) -> Any:
        cls = type(o)
        if issubclass(cls, type):
            return self._load_of_class(o, cls, name)
        if cls is types.ModuleType:
            return self._load_of_module(o, name)
        if cls is super:
            return self._load_of_super(o, name)
        getter = self.class_attr(cls, "__getattribute__")
        if id(getter) not in GENERIC_GET:
            if cls is types.MethodType:
                return self._load_of_method(o, name)
            return self.late("an attribute of an object that looks attributes up itself").load_attr(o, name)
        return self.plain_load_attr(o, name, cls)

    def plain_load_attr(self, o: Any, name: str, cls: type, /) -> Any:
        """`object.__getattribute__(o, name)`, then `__getattr__`, of an object found to be a `cls`."""
        found = self.class_attr(cls, name)
        kind = type(found)
        if found is not MISSING and kind is not _FUNCTION and self._is_data(kind):
            self.holds_kind(o, cls)
            return self._or_by_getattr(self._load_data, o, name, found)
        space = self._space(o, cls)
        if space is not None:
            value = self._field(o, space, name)
            if value is not MISSING:
                return value
        if found is not MISSING:
            if (kind is _FUNCTION or kind in SCALARS) and space is not None and id(o) not in self.owned:
                known = self.methods if kind is _FUNCTION else self.attrs
                self._shortcut(o, self.mapping_state(space, True), known)[name] = found
            return self._or_by_getattr(self._bind, o, name, found)
        if self.class_attr(cls, "__getattr__") is MISSING:
            text = f"'{cls.__name__[:100]}' object has no attribute '{name}'"
            raise AttributeError(text, name=name, obj=o)
        return self._by_getattr(o, cls, name)

    def _or_by_getattr(self, load: Callable[[Any, str, Any], Any], o: Any, name: str, found: Any) -> Any:
        """What a descriptor gives; an `AttributeError` of its own means that `__getattr__` is asked."""
        try:
            return load(o, name, found)
        except AttributeError:
            if self.successor is not None or self.class_attr(self.kind_of(o), "__getattr__") is MISSING:
                raise
        return self._by_getattr(o, self.kind_of(o), name)

    def _by_getattr(self, o: Any, cls: type, name: str) -> Any:
        getter = self.class_attr(cls, "__getattr__")
        if type(getter) is _FUNCTION:
            return self.call(getter, o, name)
        return self.late("an unusual __getattr__").load_attr(o, name)

    def _is_data(self, kind: type) -> bool:
        if kind is property or kind is _SLOT or kind is _GETSET:
            return True
        if kind in SCALARS or kind in _BINDING:
            return False
        return (
            self.class_attr(kind, "__set__") is not MISSING
            or self.class_attr(kind, "__delete__") is not MISSING
        )

    def _space(self, o: Any, cls: type) -> Any:
        if id(o) not in self.owned:
            return self.shape(o, cls).space
        try:
            return space_of(o)
        except Unsure as unsure:
            self.late(unsure.reason)
            raise_abandon(unsure.reason)

    def _field(self, o: Any, space: Any, name: str) -> Any:
        if id(o) in self.owned:
            return space.get(name, MISSING)
        state = self.mapping_state(space, True)
        value = state.get(name)
        if value is not MISSING:
            self._shortcut(o, state, self.attrs)[name] = value
        return value

    def _shortcut(self, o: Any, state: Any, table: dict[int, dict[str, Any]]) -> dict[str, Any]:
        known = table.get(id(o))
        if known is None:
            # The shape keeps the object alive, so its id stays its own.
            known = table[id(o)] = {}
            state.watchers += (known,)
        return known

    def _load_data(self, o: Any, name: str, found: Any) -> Any:
        kind = type(found)
        if kind is property:
            if type(found.fget) is _FUNCTION:
                return self.call(found.fget, o)
            if found.fget is None:
                return found.__get__(o, type(o))
            return self.call(found.fget, o)
        if kind is _SLOT:
            return self._load_slot(o, name, found)
        if kind is _GETSET:
            return self._load_getset(o, name, found)
        if name in _ENUM_FIELDS and found is enum.Enum.__dict__[name]:
            return self._field(o, self._space(o, self.kind_of(o)), _ENUM_FIELDS[name])
        getter = self.class_attr(kind, "__get__")
        if type(getter) is _FUNCTION:
            return self.call(getter, found, o, self.kind_of(o))
        if getter is MISSING:
            space = self._space(o, self.kind_of(o))
            value = MISSING if space is None else self._field(o, space, name)
            return found if value is MISSING else value
        return self.late("a descriptor that is not known").load_attr(o, name)

    def _load_slot(self, o: Any, name: str, found: Any) -> Any:
        if id(o) in self.owned or is_immutable(o):
            return found.__get__(o, type(o))
        self.shape(o, type(o))  # its class is logged
        value = self.single_state(state_base.SLOT, o, found).get()
        if value is not MISSING:
            return value
        text = f"'{_shown_class(type(o))}' object has no attribute '{found.__name__}'"
        raise AttributeError(text, name=name, obj=o)

    def _load_getset(self, o: Any, name: str, found: Any) -> Any:
        if name == "__class__" and found is object.__dict__["__class__"]:
            return self.kind_of(o)
        if is_immutable(o):
            return found.__get__(o, type(o))
        if name == "__dict__" and id(o) in self.owned:
            inner = found.__get__(o, type(o))
            self.transaction.adopt(inner)
            return inner
        if name in _KNOWN_GETSETS:
            if id(o) in self.owned:
                return found.__get__(o, type(o))
            return self.transaction.probe(lambda: found.__get__(o, type(o)), (id(o), name))
        return self.late(f"the computed attribute {name}").load_attr(o, name)

    def _bind(self, o: Any, name: str, found: Any) -> Any:
        """What a class attribute that is no data descriptor gives for an instance."""
        kind = type(found)
        if kind is _FUNCTION:
            return types.MethodType(found, o)
        if kind in SCALARS:
            return found
        cls = self.kind_of(o)
        if kind in _BINDING:
            return found.__get__(o, cls) if hasattr(kind, "__get__") else found
        if kind is staticmethod:
            return found.__func__
        if kind is classmethod:
            return self._bind_class_method(found, o, cls, name)
        if kind is functools.cached_property:
            return self._load_cached(found, o, cls, name)
        getter = self.class_attr(kind, "__get__")
        if getter is MISSING:
            return found
        if type(getter) is _FUNCTION:
            return self.call(getter, found, o, cls)
        return self.late("a descriptor that is not known").load_attr(o, name)

    def _bind_class_method(self, found: Any, o: Any, cls: type, name: str) -> Any:
        inner = found.__func__
        if type(inner) is _FUNCTION or type(inner) is types.BuiltinFunctionType:
            return types.MethodType(inner, cls)
        return self.late("a class method over something that is no function").load_attr(o, name)

    def _load_cached(self, found: Any, o: Any, cls: type, name: str) -> Any:
        space = self._space(o, cls)
        key = found.attrname
        if space is None or type(key) is not str or class_lookup(type(found), "__get__") is not _cached_get:
            return self.late("a cached property of an unusual kind").load_attr(o, name)
        if key != name:
            value = self._field(o, space, key)
            if value is not MISSING:
                return value
        value = self.call(found.func, o)
        if id(o) in self.owned:
            space[key] = value
        else:
            self.mapping_state(space, True).set(key, value)
        return value

    # Classes, modules, methods, super

    def _load_of_class(self, o: Any, meta: type, name: str) -> Any:
        self.holds_kind(o, meta)
        if self.class_attr(meta, "__getattribute__") is not _type_get:
            return self.late("a class that looks attributes up itself").load_attr(o, name)
        above = self.class_attr(meta, name)
        if above is not MISSING and self._is_data(type(above)):
            if name == "__class__" and above is object.__dict__["__class__"]:
                return self.transaction.probe(lambda: type(o), (id(o), name))
            if name in _TYPE_FIELDS and type(above) in (_GETSET, _SLOT):
                return self.transaction.probe(lambda: above.__get__(o, meta), (id(o), name))
            if type(above) is property:
                return self._or_by_getattr(self._load_data, o, name, above)
            return self.late(f"{name} of a class").load_attr(o, name)
        found = self.class_attr(o, name)
        if found is not MISSING:
            return self._or_by_getattr(self._bind_to_class, o, name, found)
        if above is not MISSING:
            return self._bind(o, name, above)
        if self.class_attr(meta, "__getattr__") is not MISSING:
            return self._by_getattr(o, meta, name)
        raise AttributeError(f"type object '{o.__name__}' has no attribute '{name}'", name=name, obj=o)

    def _bind_to_class(self, o: Any, name: str, found: Any) -> Any:
        kind = type(found)
        if kind is _FUNCTION or kind is property or kind in SCALARS:
            return found
        if kind in _BINDING or kind is _SLOT:
            return found.__get__(None, o) if hasattr(kind, "__get__") else found
        if kind is staticmethod:
            return found.__func__
        if kind is classmethod:
            return self._bind_class_method(found, o, o, name)
        if kind is functools.cached_property:
            return found
        getter = self.class_attr(kind, "__get__")
        if getter is MISSING:
            return found
        if kind is _enum_property and issubclass(type(o), enum.EnumMeta):
            members = class_lookup(o, "_member_map_")
            if type(members) is dict and name in members:
                return members[name]
        if type(getter) is _FUNCTION:
            return self.call(getter, found, None, o)
        return self.late("a descriptor that is not known").load_attr(o, name)

    def _load_of_module(self, o: Any, name: str) -> Any:
        if name in ("__dict__", "__annotations__", "__class__"):
            return self.late(f"{name} of a module").load_attr(o, name)
        self.shape(o, types.ModuleType)
        state = self.mapping_state(o.__dict__, True)
        value = state.get(name)
        if value is not MISSING:
            self._shortcut(o, state, self.attrs)[name] = value
            return value
        found: Any = class_lookup(types.ModuleType, name)
        getter = state.get("__getattr__")
        if found is MISSING and type(getter) is _FUNCTION:
            return self.call(getter, name)
        if state.changed or getter is not MISSING:
            return self.late(f"{name} of a module").load_attr(o, name)
        if found is not MISSING:
            return found.__get__(o, types.ModuleType)
        value = getattr(o, name)  # raises; the messages are of many kinds
        self.transaction.inconsistent()
        return value

    def _load_of_method(self, o: Any, name: str) -> Any:
        if name in ("__self__", "__func__", "__class__", "__call__"):
            return getattr(o, name)
        return self.load_attr(o.__func__, name)

    def _load_of_super(self, o: Any, name: str) -> Any:
        after, own, kind = _super_parts(o)
        mro = self.mro(kind) if kind is not None else ()
        places = [place for place, each in enumerate(mro) if each is after]
        if name == "__class__" or not places:
            return getattr(o, name)
        if own is not kind:
            self.holds_kind(own, kind)
        for each in mro[places[0] + 1 :]:
            found = self.class_entry(each, name)
            if found is not MISSING:
                break
        else:
            return getattr(o, name)
        on_class = own is kind
        held: Any = type(found)
        if held is _FUNCTION:
            return found if on_class else types.MethodType(found, own)
        if held is classmethod:
            return self._bind_class_method(found, own, kind, name)
        if held is staticmethod:
            return found.__func__
        if held in _BINDING:
            return found.__get__(None if on_class else own, kind) if hasattr(held, "__get__") else found
        if held is property and not on_class:
            return self.call(found.fget, own)
        if held in SCALARS or self.class_attr(held, "__get__") is MISSING:
            return found
        return self.late("a descriptor behind super()").load_attr(o, name)

    def class_entry(self, cls: type, name: str) -> Any:
        """What one class itself holds under a name, or `MISSING`; logged."""
        if cls is object:
            return object.__dict__.get(name, MISSING)
        return self.single_state(state_base.CLASS, cls, name).get()


_cached_get: Final = functools.cached_property.__dict__["__get__"]
_super_class: Final = super.__dict__["__thisclass__"]
_super_self: Final = super.__dict__["__self__"]
_super_kind: Final = super.__dict__["__self_class__"]


def _found_plan(cls: type, found: object) -> Any:
    """Plan: what the class gives, unless the instance's dictionary has it."""
    inner = class_lookup(cls, "__dict__")
    if _dict_offset(cls) == 0:
        return found, None
    if type(inner) is not _GETSET and type(inner) is not _SLOT:
        return _FULL
    return found, inner.__get__


_dict_offset: Final = type.__dict__["__dictoffset__"].__get__


def _shown_class(cls: type) -> str:
    """The name of a class as an error about one of its slots gives it."""
    if sys.version_info < (3, 13):
        return cls.__name__[:100]
    module = cls.__module__
    return cls.__qualname__ if module == "builtins" else f"{module}.{cls.__qualname__}"


def _super_parts(o: Any) -> tuple[Any, Any, Any]:
    return _super_class.__get__(o), _super_self.__get__(o), _super_kind.__get__(o)
