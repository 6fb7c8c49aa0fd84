"""Stores and deletes of attributes: the whole protocol of the language.

Guarantees: fields of shared objects are changed in the log only; properties and other code in Python go
through `call`; of a class only plain data is changed. What is not understood waits.
Assumes: see `state_attributes`.
"""

from __future__ import annotations

import types
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import GENERIC_DELETE, GENERIC_SET, MISSING, SCALARS, class_lookup
from xcs_ast.tracer.state_attributes import AttributeLoads

use_own(globals())

__all__ = ["Attributes", "is_user_slot"]

_FUNCTION: Final = types.FunctionType
_SLOT: Final = types.MemberDescriptorType
_default_set: Final = object.__dict__["__setattr__"]
_default_delete: Final = object.__dict__["__delattr__"]


class Attributes(AttributeLoads):
    """Loads, stores and deletes of attributes."""

    __slots__ = ()

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        cls = type(o)
        if id(o) in self.owned:
            names = self.stores.get(id(cls))
            if names is not None and name in names:
                _default_set(o, name, value)
                return
        if issubclass(cls, type):
            self._store_of_class(value, o, name)
            return
        if cls is types.ModuleType:
            if hasattr(class_lookup(cls, name), "__set__"):
                self.late(f"a store to {name} of a module").store_attr(value, o, name)
                return
            self.holds_kind(o, cls)
            self.store_global(value, o.__dict__, name)
            return
        setter = self.class_attr(cls, "__setattr__")
        if id(setter) in GENERIC_SET:
            self.plain_store_attr(value, o, name, cls)
            if id(o) in self.owned and type(self.class_attr(cls, name)) in _STORABLE:
                self.stores.setdefault(id(cls), set()).add(name)
        elif type(setter) is _FUNCTION:
            self.holds_kind(o, cls)
            self.call(setter, o, name, value)
        else:
            self.late("an object that stores attributes itself").store_attr(value, o, name)

    def plain_store_attr(self, value: Any, o: Any, name: str, cls: type, /) -> None:
        """`object.__setattr__(o, name, value)`. `cls`: the class by which it has come here."""
        found = self.class_attr(cls, name)
        kind = type(found)
        if found is not MISSING and kind is not _FUNCTION and kind not in SCALARS and self._is_data(kind):
            self.holds_kind(o, cls)
            self._store_data(value, o, name, found)
            return
        if id(o) in self.owned:
            _default_set(o, name, value)
            return
        space = self.shape(o, cls).space
        if space is None:
            self.late("an attribute of an object that cannot take it").store_attr(value, o, name)
            return
        state = self.mapping_state(space, True)
        state.set(name, value)
        self._shortcut(o, state, self.attrs)[name] = value

    def _store_data(self, value: Any, o: Any, name: str, found: Any) -> None:
        kind = type(found)
        if kind is property:
            if found.fset is None:
                found.__set__(o, value)
            else:
                self.call(found.fset, o, value)
        elif is_user_slot(found):
            if id(o) in self.owned:
                found.__set__(o, value)
            else:
                self.shape(o, self.kind_of(o))
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
        if id(deleter) in GENERIC_DELETE:
            self.plain_delete_attr(o, name, cls)
        elif type(deleter) is _FUNCTION:
            self.holds_kind(o, cls)
            self.call(deleter, o, name)
        else:
            self.late("an object that deletes attributes itself").delete_attr(o, name)

    def plain_delete_attr(self, o: Any, name: str, cls: type, /) -> None:
        """`object.__delattr__(o, name)`. `cls`: the class by which it has come here."""
        found = self.class_attr(cls, name)
        if found is not MISSING and self._is_data(type(found)):
            self.holds_kind(o, cls)
            self._delete_data(o, name, found)
            return
        if id(o) in self.owned:
            _default_delete(o, name)
            return
        space = self.shape(o, cls).space
        if space is None or not self.mapping_state(space, True).delete(name):
            # The message differs between versions and kinds of classes.
            self.late(f"a deletion of {name}, which is not there").delete_attr(o, name)

    def _delete_data(self, o: Any, name: str, found: Any) -> None:
        if type(found) is property and type(found.fdel) is _FUNCTION:
            self.call(found.fdel, o)
        elif is_user_slot(found) and id(o) in self.owned:
            found.__delete__(o)
        elif is_user_slot(found):
            self.shape(o, self.kind_of(o))
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
        if not self.keeps_entries(o, name):
            return False

        def replaces_data() -> bool:
            old = class_lookup(o, name)
            return old is MISSING or class_lookup(type(old), "__get__") is MISSING

        # A question of ours: the program reads nothing where it stores. So it is no access of the task.
        if not self.transaction.probe(replaces_data):
            return False
        kind = type(value)
        return class_lookup(kind, "__get__") is MISSING and class_lookup(kind, "__set_name__") is MISSING

    def keeps_entries(self, cls: Any, name: str) -> bool:
        """Whether a shared class keeps what is stored in it under the name, and its metaclass has no say."""
        return (
            not name.startswith("__")
            and id(cls) not in self.owned
            and not type.__dict__["__flags__"].__get__(cls) & _IMMUTABLE_TYPE
            and self.settled(type(cls), "__setattr__") is _type_set
            and self.settled(type(cls), "__getattribute__") is _type_get
            and self.class_attr(type(cls), name) is MISSING
        )


_STORABLE: Final = SCALARS | {type(MISSING), _FUNCTION}
_type_set: Final = type.__dict__["__setattr__"]
_type_get: Final = type.__dict__["__getattribute__"]
_IMMUTABLE_TYPE: Final = 1 << 8
_OWNED_FIELDS: Final = frozenset(
    {"__cause__", "__context__", "__traceback__", "__suppress_context__", "args"}
)


def is_user_slot(found: Any) -> bool:
    """A slot declared by `__slots__`: it takes any value. Members of C types may be read-only or typed."""
    if type(found) is not _SLOT:
        return False
    owner = found.__objclass__
    return not type.__dict__["__flags__"].__get__(owner) & (1 << 8) and "__slots__" in owner.__dict__
