"""The hooks that touch state: variables, attributes, items, augmented assignments, iteration.

Guarantees: shared state is read through the transaction and changed only in its log; what the task owns is
used natively; no user code runs unseen. Whatever is not understood waits.
Assumes: `call` and the `foreign_*` methods are overridden by the recorder that knows how to call.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator
from types import CellType
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer import kinds, state_base
from xcs_ast.tracer.containers import Containers
from xcs_ast.tracer.hooks import INPLACE, unbound
from xcs_ast.tracer.kinds import GENERIC_GET, GENERIC_SET, MISSING, SCALARS, Unsure, is_plain_key, plain_slice
from xcs_ast.tracer.state_core import MAPPINGS, SEQUENCES
from xcs_ast.tracer.state_places import UNKNOWN, Single, Token
from xcs_ast.tracer.state_stores import Attributes, is_user_slot

use_own(globals())

__all__ = ["StateHooks"]

_INDEXED: Final = frozenset({tuple, str, bytes, range})


class StateHooks(Containers, Attributes):
    """Everything that reads and writes state."""

    __slots__ = ()

    # Variables

    def load_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """A global or a builtin."""
        try:
            return self.scopes[id(scope)][name]
        except KeyError:
            pass
        state = self.mapping_state(scope, True)
        value = state.get(name)
        if value is MISSING:
            return self._load_builtin(scope, state, name)
        self._known_of(scope, state)[name] = value
        return value

    def tables(self, scope: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """Where to keep what is known of a module's globals; further tables that depend on it."""
        raise NotImplementedError

    def _known_of(self, scope: dict[str, Any], state: Any) -> dict[str, Any]:
        known = self.scopes.get(id(scope))
        if known is None:
            tables = self.tables(scope)
            known = self.scopes[id(scope)] = tables[0]
            state.watchers += tables
        return known

    def _load_builtin(self, scope: dict[str, Any], state: Any, name: str) -> Any:
        space = state.get("__builtins__")
        if space is MISSING:
            space = builtins
        if type(space) is not dict:
            space = getattr(space, "__dict__", None)
        if type(space) is dict:
            above = self.mapping_state(space, True)
            value = above.get(name)
            if value is not MISSING:
                known = self._known_of(scope, state)
                if not any(each is known for each in above.watchers):
                    above.watchers += self.tables(scope) if known is self.tables(scope)[0] else (known,)
                known[name] = value
                return value
            raise NameError(f"name '{name}' is not defined", name=name)
        return self.late("builtins of an unusual kind").load_global(state.obj, name)

    def store_global(self, value: Any, scope: dict[str, Any], name: str, /) -> None:
        """`name = value` under `global name`."""
        self.mapping_state(scope, True).set(name, value)
        if name == "__builtins__":
            self.forget()

    def delete_global(self, scope: dict[str, Any], name: str, /) -> None:
        """`del name` under `global name`."""
        if not self.mapping_state(scope, True).delete(name):
            raise NameError(f"name '{name}' is not defined", name=name)

    def load_cell(self, cell: CellType, name: str, /) -> Any:
        """A variable of an enclosing function."""
        if id(cell) in self.owned:
            return super().load_cell(cell, name)
        value = self.cell_state(cell).get()
        if value is MISSING:
            raise unbound(name)
        return value

    def store_cell(self, value: Any, cell: CellType, name: str, /) -> None:
        """`name = value` under `nonlocal name`."""
        if id(cell) in self.owned:
            cell.cell_contents = value
        else:
            self.cell_state(cell).set(value)

    def delete_cell(self, cell: CellType, name: str, /) -> None:
        """`del name` under `nonlocal name`."""
        if id(cell) in self.owned:
            super().delete_cell(cell, name)
            return
        state = self.cell_state(cell)
        if state.get() is MISSING:
            raise unbound(name)
        state.delete()

    # Items

    def load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]`."""
        kind = type(o)
        if type(k) in SCALARS:
            view = self.views.get(id(o))
            if view is not None:
                value = view.get(k, MISSING)
                if value is not MISSING:
                    return value
        elif type(k) is slice:
            if not plain_slice(k):
                return self.late("slices by an object").load_item(o, k)
        elif kind not in MAPPINGS:
            return self.foreign_load_item(o, k)
        if kind in MAPPINGS:
            return self._load_key(o, kind, k)
        if kind in SEQUENCES:
            if id(o) in self.owned:
                value = o[k]
                if type(k) is slice:
                    self.transaction.adopt(value)
                return value
            if type(k) is int:
                value = self.sequence_state(o).get(k)
                if value is MISSING:
                    raise IndexError(
                        "list index out of range" if kind is list else "deque index out of range"
                    )
                return value
            value = self.sequence_state(o).whole()[k]
            if type(k) is slice:
                self.transaction.adopt(value)
            return value
        if kind in _INDEXED:
            return o[k]
        return self.foreign_load_item(o, k)

    def _load_key(self, o: Any, kind: type, k: Any) -> Any:
        if type(k) not in SCALARS and not is_plain_key(k):
            return self.foreign_load_item(o, k)
        if id(o) in self.owned:
            value = dict.get(o, k, MISSING)
        else:
            try:
                state = self.mapping_state(o)
                self.views[id(o)] = state.view
                value = state.get(k)
            except Unsure as unsure:
                return self.late(unsure.reason).load_item(o, k)
        if value is not MISSING:
            return value
        return self.missing_key(o, kind, k)

    def store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value`."""
        kind = type(o)
        try:
            if kind in MAPPINGS and (type(k) in SCALARS or is_plain_key(k)):
                if id(o) in self.owned:
                    o[k] = value
                else:
                    self.mapping_state(o).set(k, value)
                return
            if kind in SEQUENCES and type(k) in SCALARS:
                if id(o) in self.owned:
                    o[k] = value
                elif type(k) is not int:
                    self.sequence_state(o).change(state_base.put, k, value)
                elif not self.sequence_state(o).set(k, value):
                    raise IndexError(
                        "list assignment index out of range" if kind is list else "deque index out of range"
                    )
                return
            if kind is list and type(k) is slice:
                if not plain_slice(k):
                    raise kinds.unsure("slices by an object")
                self._store_slice(value, o, k)
                return
        except Unsure as unsure:
            self.late(unsure.reason).store_item(value, o, k)
            return
        self.foreign_store_item(value, o, k)

    def _store_slice(self, value: Any, o: Any, k: slice) -> None:
        taken = self.private_elements(value)
        if taken is None:
            self.foreign_store_item(value, o, k)
        elif id(o) in self.owned:
            o[k] = taken
        else:
            self.sequence_state(o).change(state_base.put, k, taken)

    def delete_item(self, o: Any, k: Any, /) -> None:
        """`del o[k]`."""
        kind = type(o)
        try:
            if kind in MAPPINGS and (type(k) in SCALARS or is_plain_key(k)):
                if id(o) in self.owned:
                    del o[k]
                elif not self.mapping_state(o).delete(k):
                    self.delete_missing(o, kind, k)
                return
            if kind in SEQUENCES and (type(k) in SCALARS or type(k) is slice):
                if not plain_slice(k):
                    raise kinds.unsure("slices by an object")
                if id(o) in self.owned:
                    del o[k]
                else:
                    self.sequence_state(o).change(state_base.drop, k)
                return
        except Unsure as unsure:
            self.late(unsure.reason).delete_item(o, k)
            return
        self.foreign_delete_item(o, k)

    def foreign_load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]` where the container or the key is not a builtin one."""
        raise NotImplementedError

    def foreign_store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value` where the container or the key is not a builtin one."""
        raise NotImplementedError

    def foreign_delete_item(self, o: Any, k: Any, /) -> None:
        """`del o[k]` where the container or the key is not a builtin one."""
        raise NotImplementedError

    # Augmented assignments

    def begin_attr(self, o: Any, name: str, /) -> Any:
        """The load of `o.name += ...`."""
        place = self._class_place(o, name) if issubclass(type(o), type) else self._attr_place(o, name)
        if place is None:
            return Pending("attr", o, name, Token(None, self.load_attr(o, name)))
        if type(place) is not Single:
            return Pending("attr", o, name, place.begin(name), place)
        token = place.begin()
        if token.old is MISSING:
            token.old = self.load_attr(o, name)
        return Pending("attr", o, name, token, place)

    def _attr_place(self, o: Any, name: str) -> Any:
        """Where a shared object holds the attribute, if it is a plain field or a slot."""
        cls = type(o)
        if id(o) in self.owned or cls is super:
            return None
        plain = id(self.class_attr(cls, "__getattribute__")) in GENERIC_GET
        if not plain or id(self.class_attr(cls, "__setattr__")) not in GENERIC_SET:
            return None
        found = self.class_attr(cls, name)
        if is_user_slot(found):
            self.shape(o, cls)
            return self.single_state(state_base.SLOT, o, found)
        if found is not MISSING and self._is_data(type(found)):
            return None
        space = self.shape(o, cls).space
        if space is None:
            return None
        state = self.mapping_state(space, True)
        return state if state.has(name) else None

    def _class_place(self, cls: Any, name: str) -> Any:
        """The entry of a class, if it is a number or text that nothing but the class itself has a say in."""
        segment = self.transaction.segment
        plain = type(segment.base.single(state_base.CLASS, cls, name)) in (int, float, str)
        if not plain or not self.keeps_entries(cls, name):
            return None
        # What is known of what classes give holds no longer, once the increment is in the log.
        segment.class_writes = True
        return self.single_state(state_base.CLASS, cls, name)

    def begin_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """The load of `name += ...` for a global."""
        state = self.mapping_state(scope, True)
        if not state.has(name):
            return Pending("global", scope, name, Token(None, self.load_global(scope, name)))
        return Pending("global", scope, name, state.begin(name), state)

    def begin_cell(self, cell: CellType, name: str, /) -> Any:
        """The load of `name += ...` for a variable of an enclosing function."""
        if id(cell) in self.owned:
            return Pending("cell", cell, name, Token(None, super().load_cell(cell, name)))
        state = self.cell_state(cell)
        token = state.begin()
        if token.old is MISSING:
            raise unbound(name)
        return Pending("cell", cell, name, token, state)

    def begin_item(self, o: Any, k: Any, /) -> Any:
        """The load of `o[k] += ...`."""
        if type(o) in MAPPINGS and id(o) not in self.owned and (type(k) in SCALARS or is_plain_key(k)):
            try:
                state = self.mapping_state(o)
            except Unsure as unsure:
                return self.late(unsure.reason).begin_item(o, k)
            if type(o) is Counter:
                return Pending("item", o, k, state.begin(k, 0), state)
            if state.has(k):
                return Pending("item", o, k, state.begin(k), state)
        return Pending("item", o, k, Token(None, self.load_item(o, k)))

    def begin_get(self, o: Any, k: Any, default: Any, /) -> Any:
        """`o.get(k, default)` in `o[k] = o.get(k, default) + ...`."""
        if type(o) in MAPPINGS and id(o) not in self.owned and (type(k) in SCALARS or is_plain_key(k)):
            try:
                state = self.mapping_state(o)
            except Unsure as unsure:
                return self.late(unsure.reason).begin_get(o, k, default)
            return Pending("item", o, k, state.begin(k, default), state)
        return Pending("item", o, k, Token(None, self.call_method(o, "get", k, default)))

    def finish(self, token: Any, op: str, value: Any, /) -> None:
        """The operator (in place) and the store of an augmented assignment."""
        if type(value) in SCALARS and self._increase(token, op, value):
            return
        self._store_back(token, token.owner, self.inplace(op, token.value(), value))

    def finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> None:
        """The plain operator and the store of `x.a = x.a + v` and its like."""
        if token.kind in ("global", "cell"):
            owner = token.owner
        if owner is token.owner and type(value) in SCALARS and self._increase(token, op, value):
            return
        self._store_back(token, owner, self.binary(op, token.value(), value))

    def _increase(self, token: Any, op: str, value: Any) -> bool:
        if not token.increase(op, value):
            return False
        if issubclass(type(token.owner), type) and token.kind == "attr":
            self.forget()
        return True

    def _store_back(self, token: Any, owner: Any, value: Any) -> None:
        kind = token.kind
        if kind == "attr":
            self.store_attr(value, owner, token.name)
        elif kind == "item":
            self.store_item(value, owner, token.name)
        elif kind == "global":
            self.store_global(value, owner, token.name)
        else:
            self.store_cell(value, owner, token.name)

    def inplace(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op= b`: the value to bind."""
        kind = type(a)
        if kind in SCALARS and type(b) in SCALARS:
            return INPLACE[op](a, b)
        if kind in (list, set) or kind in SEQUENCES or kind in MAPPINGS:
            try:
                if self.inplace_container(op, a, b):
                    return a
            except Unsure as unsure:
                return self.late(unsure.reason).inplace(op, a, b)
        return self.foreign_inplace(op, a, b)

    def foreign_inplace(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op= b` for anything else."""
        return self.late(f"a {type(a).__name__} {op}= ...").inplace(op, a, b)

    # Iteration

    def iterate(self, x: Any, /) -> Iterator[Any]:
        """What `for` runs over. The iterator may be one over a private copy: it must not reach user code."""
        try:
            found = self.container_iterator(x)
        except Unsure as unsure:
            return self.late(unsure.reason).iterate(x)
        return self.foreign_iterate(x) if found is None else found

    def foreign_iterate(self, x: Any, /) -> Iterator[Any]:
        """`iter(x)` for anything that is not a builtin container, text or range."""
        raise NotImplementedError

    def starred(self, x: Any, /) -> Any:
        """What `a, *b = x` takes apart, for the same."""
        raise NotImplementedError

    def unpack(self, x: Any, before: int, after: int, /) -> Any:
        """What `a, b = x` takes apart."""
        parts = self._unpack(x, before, after)
        if after >= 0:
            self.new(parts[before])  # what the star has taken
        return parts

    def _unpack(self, x: Any, before: int, after: int) -> Any:
        if type(x) is tuple or type(x) is str or (id(x) in self.owned and type(x) is list):
            return super().unpack(x, before, after)
        # As the interpreter takes it apart: the messages tell lists and tuples from other iterables.
        try:
            taken = self.private_copy(x)
        except Unsure as unsure:
            return self.late(unsure.reason).unpack(x, before, after)
        if taken is None:
            if all(kinds.class_lookup(type(x), name) is MISSING for name in ("__iter__", "__getitem__")):
                return super().unpack(x, before, after)  # raises
            taken = self.foreign_iterate(x) if after < 0 else self.starred(x)
        return super().unpack(taken, before, after)


class Pending:
    """An augmented assignment between its load and its store."""

    __slots__ = ("kind", "name", "owner", "place", "token")

    def __init__(self, kind: str, owner: Any, name: Any, token: Token, place: Any = None) -> None:
        self.kind = kind
        self.owner = owner
        self.name = name
        self.token = token
        self.place = place

    @property
    def old(self) -> object:
        """The old value, for recorders that take the operation over: a read, from now on."""
        return self.value()

    def increase(self, op: str, value: object) -> bool:
        """Tries to hold the operation back as an increment."""
        place, token = self.place, self.token
        if place is None or token.old is not UNKNOWN:
            return False
        if type(place) is Single:
            return place.increase(token, op, value)
        return bool(place.increase(token, self.name, op, value))

    def value(self) -> object:
        """What the place held when the assignment began."""
        if self.token.old is not UNKNOWN or self.place is None:
            return self.token.old
        if type(self.place) is Single:
            return self.place.old_of(self.token)
        return self.place.old_of(self.token, self.name)
