"""Attributes: the whole protocol of the language, on instances, classes, modules and `super` objects.

Guarantees: no descriptor and no `__getattr__` runs unseen: Python code goes through `call`; fields of shared
objects go through states. What is not understood waits.
Assumes: C descriptors of builtin types run no user code when they bind a method.
"""

from __future__ import annotations

import enum
import functools
import types
from typing import Any, Final

from xcs_ast.ir.paths import instance_dict
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import MISSING, SCALARS, class_lookup, is_immutable
from xcs_ast.tracer.state_core import StateCore

__all__ = ["Attributes"]

_FUNCTION: Final = types.FunctionType
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
_default_get: Final = object.__dict__["__getattribute__"]
_default_set: Final = object.__dict__["__setattr__"]
_default_delete: Final = object.__dict__["__delattr__"]
_type_get: Final = type.__dict__["__getattribute__"]
_NATIVE: Final = object()
"""Plan: an instance that the task owns may be used natively for this name."""
_FULL: Final = object()
"""Plan: the whole protocol."""


class Attributes(StateCore):
    """Loads, stores and deletes of attributes."""

    __slots__ = ()

    def load_attr(self, o: Any, name: str, /) -> Any:
        """`o.name`."""
        try:
            return self.attrs[id(o)][name]
        except KeyError:
            pass
        if id(o) in self.owned:
            cls = type(o)
            try:
                plan = self.plans[id(cls)][name]
            except KeyError:
                plan = self._plan(cls, name)
            if plan is _NATIVE:
                return getattr(o, name)
        elif type(o) in SCALARS:
            return getattr(o, name)
        return self._load(o, name)

    def _plan(self, cls: type, name: str) -> object:
        plan = _FULL
        if not issubclass(cls, (type, super, types.ModuleType)) and not name.startswith("__"):
            if self.class_attr(cls, "__getattribute__") is _default_get:
                found = self.class_attr(cls, name)
                kind = type(found)
                plain = found is MISSING or kind in (_FUNCTION, staticmethod, _SLOT) or kind in SCALARS
                if plain and self.class_attr(cls, "__getattr__") is MISSING:
                    plan = _NATIVE
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
        if getter is not _default_get:
            if cls is types.MethodType:
                return self._load_of_method(o, name)
            return self.late("an attribute of an object that looks attributes up itself").load_attr(o, name)
        return self.plain_load_attr(o, name)

    def plain_load_attr(self, o: Any, name: str, /) -> Any:
        """`object.__getattribute__(o, name)`, then `__getattr__`."""
        cls = type(o)
        found = self.class_attr(cls, name)
        kind = type(found)
        if found is not MISSING and kind is not _FUNCTION and self._is_data(kind):
            return self._load_data(o, name, found)
        space = self._space(o)
        if space is not None:
            value = self._field(o, space, name)
            if value is not MISSING:
                return value
        if found is not MISSING:
            return self._bind(found, o, cls, name)
        getter = self.class_attr(cls, "__getattr__")
        if getter is MISSING:
            text = f"'{cls.__name__[:100]}' object has no attribute '{name}'"
            raise AttributeError(text, name=name, obj=o)
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

    def _space(self, o: Any) -> Any:
        if id(o) in self.owned:
            return instance_dict(o)
        return self.shape(o).space

    def _field(self, o: Any, space: Any, name: str) -> Any:
        if id(o) in self.owned:
            return space.get(name, MISSING)
        state = self.mapping_state(space, True)
        value = state.get(name)
        if value is not MISSING:
            self._shortcut(o, state)[name] = value
        return value

    def _shortcut(self, o: Any, state: Any) -> dict[str, Any]:
        known = self.attrs.get(id(o))
        if known is None:
            # The shape keeps the object alive, so its id stays its own.
            known = self.attrs[id(o)] = {}
            state.watchers.append(known)
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
        if kind is _enum_property and name in _ENUM_FIELDS and issubclass(type(type(o)), enum.EnumMeta):
            if found is enum.Enum.__dict__[name]:
                return self._field(o, self._space(o), _ENUM_FIELDS[name])
        getter = self.class_attr(kind, "__get__")
        if type(getter) is _FUNCTION:
            return self.call(getter, found, o, type(o))
        if getter is MISSING:
            space = self._space(o)
            value = MISSING if space is None else self._field(o, space, name)
            return found if value is MISSING else value
        return self.late("a descriptor that is not known").load_attr(o, name)

    def _load_slot(self, o: Any, name: str, found: Any) -> Any:
        if id(o) in self.owned or is_immutable(o):
            return found.__get__(o, type(o))
        self.shape(o)
        value = self.single_state(state_base.SLOT, o, found).get()
        if value is not MISSING:
            return value
        getter = self.class_attr(type(o), "__getattr__")
        if type(getter) is _FUNCTION:
            return self.call(getter, o, name)
        if getter is not MISSING:
            return self.late("an unusual __getattr__").load_attr(o, name)
        text = f"'{type(o).__name__[:100]}' object has no attribute '{found.__name__}'"
        raise AttributeError(text, name=name, obj=o)

    def _load_getset(self, o: Any, name: str, found: Any) -> Any:
        if name == "__class__" and found is object.__dict__["__class__"]:
            if id(o) not in self.owned:
                self.shape(o)
            return type(o)
        if is_immutable(o):
            return found.__get__(o, type(o))
        if name == "__dict__" and id(o) in self.owned:
            inner = found.__get__(o, type(o))
            self.transaction.adopt(inner)
            return inner
        if name in _KNOWN_GETSETS:
            if id(o) in self.owned:
                return found.__get__(o, type(o))
            return self.transaction.probe(lambda: found.__get__(o, type(o)))
        return self.late(f"the computed attribute {name}").load_attr(o, name)

    def _bind(self, found: Any, o: Any, cls: type, name: str) -> Any:
        """What a class attribute that is no data descriptor gives for an instance."""
        kind = type(found)
        if kind is _FUNCTION:
            return types.MethodType(found, o)
        if kind in SCALARS:
            return found
        if kind in _BINDING:
            return found.__get__(o, cls) if hasattr(kind, "__get__") else found
        if kind is staticmethod:
            return found.__func__
        if kind is classmethod:
            return self._bind_class_method(found, o, cls, name)
        if kind is functools.cached_property:
            return self._load_cached(found, o, name)
        getter = self.class_attr(kind, "__get__")
        if getter is MISSING:
            return found
        if type(getter) is _FUNCTION:
            return self.call(getter, found, o, cls)
        if kind is functools.partial or issubclass(kind, type):
            # Neither binds: `functools.partial` has no `__get__` before 3.14; a class has none for itself.
            return self.late("a descriptor that is not known").load_attr(o, name)
        return self.late("a descriptor that is not known").load_attr(o, name)

    def _bind_class_method(self, found: Any, o: Any, cls: type, name: str) -> Any:
        inner = found.__func__
        if type(inner) is _FUNCTION or type(inner) is types.BuiltinFunctionType:
            return types.MethodType(inner, cls)
        return self.late("a class method over something that is no function").load_attr(o, name)

    def _load_cached(self, found: Any, o: Any, name: str) -> Any:
        space = self._space(o)
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
        if self.class_attr(meta, "__getattribute__") is not _type_get:
            return self.late("a class that looks attributes up itself").load_attr(o, name)
        above = self.class_attr(meta, name)
        if above is not MISSING and self._is_data(type(above)):
            if name in _TYPE_FIELDS and type(above) in (_GETSET, _SLOT):
                return self.transaction.probe(lambda: above.__get__(o, meta))
            if type(above) is property:
                return self.call(above.fget, o)
            return self.late(f"{name} of a class").load_attr(o, name)
        found = self.class_attr(o, name)
        if found is not MISSING:
            return self._bind_to_class(found, o, name)
        if above is not MISSING:
            return self._bind(above, o, meta, name)
        getter = self.class_attr(meta, "__getattr__")
        if type(getter) is _FUNCTION:
            return self.call(getter, o, name)
        if getter is not MISSING:
            return self.late("an unusual __getattr__").load_attr(o, name)
        raise AttributeError(f"type object '{o.__name__}' has no attribute '{name}'", name=name, obj=o)

    def _bind_to_class(self, found: Any, o: Any, name: str) -> Any:
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
        state = self.mapping_state(instance_dict(o), True)
        value = state.get(name)
        if value is not MISSING:
            self.shape(o)
            self._shortcut(o, state)[name] = value
            return value
        found = class_lookup(types.ModuleType, name)
        getter = state.get("__getattr__")
        if found is MISSING and type(getter) is _FUNCTION:
            return self.call(getter, name)
        if state.changed or getter is not MISSING:
            return self.late(f"{name} of a module").load_attr(o, name)
        return getattr(o, name)

    def _load_of_method(self, o: Any, name: str) -> Any:
        if name in ("__self__", "__func__", "__class__", "__call__"):
            return getattr(o, name)
        return self.load_attr(o.__func__, name)

    def _load_of_super(self, o: Any, name: str) -> Any:
        after, own, kind = _super_parts(o)
        mro = type.__dict__["__mro__"].__get__(kind) if kind is not None else ()
        if name == "__class__" or after not in mro:
            return getattr(o, name)
        for each in mro[mro.index(after) + 1 :]:
            found = self.class_entry(each, name)
            if found is not MISSING:
                break
        else:
            return getattr(o, name)
        on_class = own is kind
        held = type(found)
        if held is _FUNCTION:
            return found if on_class else types.MethodType(found, own)
        if held is classmethod:
            return self._bind_class_method(found, own, kind, name)
        if held is staticmethod:
            return found.__func__
        if held in _BINDING:
            return getattr(o, name)
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

    # Stores and deletes

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        cls = type(o)
        if issubclass(cls, type):
            self._store_of_class(value, o, name)
            return
        if cls is types.ModuleType:
            self.store_global(value, instance_dict(o), name)  # type: ignore[arg-type]
            return
        setter = self.class_attr(cls, "__setattr__")
        if setter is _default_set:
            self.plain_store_attr(value, o, name)
        elif type(setter) is _FUNCTION:
            self.call(setter, o, name, value)
        else:
            self.late("an object that stores attributes itself").store_attr(value, o, name)

    def plain_store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`object.__setattr__(o, name, value)`."""
        cls = type(o)
        found = self.class_attr(cls, name)
        kind = type(found)
        if found is not MISSING and kind is not _FUNCTION and kind not in SCALARS and self._is_data(kind):
            self._store_data(value, o, name, found)
            return
        if id(o) in self.owned:
            _default_set(o, name, value)
            return
        space = self.shape(o).space
        if space is None:
            self.late("an attribute of an object that cannot take it").store_attr(value, o, name)
            return
        state = self.mapping_state(space, True)
        state.set(name, value)
        self._shortcut(o, state)[name] = value

    def _store_data(self, value: Any, o: Any, name: str, found: Any) -> None:
        kind = type(found)
        if kind is property:
            if found.fset is None:
                found.__set__(o, value)
            else:
                self.call(found.fset, o, value)
        elif kind is _SLOT and _is_user_slot(found):
            if id(o) in self.owned:
                found.__set__(o, value)
            else:
                self.shape(o)
                self.single_state(state_base.SLOT, o, found).set(value)
        else:
            setter = self.class_attr(kind, "__set__")
            if type(setter) is _FUNCTION:
                self.call(setter, found, o, value)
            elif id(o) in self.owned and name in _OWNED_FIELDS:
                found.__set__(o, value)
            else:
                self.late(f"a store to {name}").store_attr(value, o, name)

    def delete_attr(self, o: Any, name: str, /) -> None:
        """`del o.name`."""
        cls = type(o)
        if issubclass(cls, type) or cls is types.ModuleType:
            self.late(f"a deletion of {name}").delete_attr(o, name)
            return
        deleter = self.class_attr(cls, "__delattr__")
        if deleter is _default_delete:
            self.plain_delete_attr(o, name)
        elif type(deleter) is _FUNCTION:
            self.call(deleter, o, name)
        else:
            self.late("an object that deletes attributes itself").delete_attr(o, name)

    def plain_delete_attr(self, o: Any, name: str, /) -> None:
        """`object.__delattr__(o, name)`."""
        found = self.class_attr(type(o), name)
        if found is not MISSING and self._is_data(type(found)):
            self._delete_data(o, name, found)
            return
        if id(o) in self.owned:
            _default_delete(o, name)
            return
        space = self.shape(o).space
        if space is None or not self.mapping_state(space, True).delete(name):
            # The message differs between versions and kinds of classes.
            self.late(f"a deletion of {name}, which is not there").delete_attr(o, name)

    def _delete_data(self, o: Any, name: str, found: Any) -> None:
        if type(found) is property and type(found.fdel) is _FUNCTION:
            self.call(found.fdel, o)
        elif type(found) is _SLOT and _is_user_slot(found) and id(o) in self.owned:
            found.__delete__(o)
        elif type(found) is _SLOT and _is_user_slot(found):
            self.shape(o)
            state = self.single_state(state_base.SLOT, o, found)
            if state.get() is MISSING:
                raise AttributeError(found.__name__)
            state.delete()
        else:
            self.late(f"a deletion of {name}").delete_attr(o, name)

    def _store_of_class(self, value: Any, o: Any, name: str) -> None:
        if not self._may_change_class(o, name, value):
            self.late(f"a change of the class {o.__name__}").store_attr(value, o, name)
            return
        self.transaction.segment.class_writes = True
        self.forget()
        self.single_state(state_base.CLASS, o, name).set(value)

    def _may_change_class(self, o: Any, name: str, value: Any) -> bool:
        """Only plain data: what binds, or is looked up by the interpreter itself, is seen past the hooks."""
        if (
            name.startswith("__")
            or id(o) in self.owned
            or class_lookup(type(o), "__setattr__") is not _type_set
        ):
            return False
        old = self.class_attr(o, name)
        for each in (old, value):
            if each is not MISSING and class_lookup(type(each), "__get__") is not MISSING:
                return False
        return (
            self.class_attr(type(o), name) is MISSING and class_lookup(type(value), "__set_name__") is MISSING
        )


_type_set: Final = type.__dict__["__setattr__"]
_cached_get: Final = functools.cached_property.__dict__["__get__"]
_OWNED_FIELDS: Final = frozenset(
    {"__cause__", "__context__", "__traceback__", "__suppress_context__", "args"}
)
_super_class: Final = super.__dict__["__thisclass__"]
_super_self: Final = super.__dict__["__self__"]
_super_kind: Final = super.__dict__["__self_class__"]


def _super_parts(o: Any) -> tuple[Any, Any, Any]:
    return _super_class.__get__(o), _super_self.__get__(o), _super_kind.__get__(o)


def _is_user_slot(found: Any) -> bool:
    """A slot declared by `__slots__`: it takes any value. Members of C types may be read-only or typed."""
    owner = found.__objclass__
    return not type.__dict__["__flags__"].__get__(owner) & (1 << 8) and "__slots__" in owner.__dict__
