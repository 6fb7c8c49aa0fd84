"""Short ways to attributes and items of what the task owns, for what dense code does most.

Guarantees: each does what the hook it stands before would do, on the same conditions, looked up once: the
exact type, the owner, what the class gives. Anything else goes the long way.
Assumes: what a class gives was logged when the long way was taken; `forget` drops what was learnt by it.
"""

from __future__ import annotations

from types import FunctionType, GetSetDescriptorType
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.calls import CallHooks
from xcs_ast.tracer.containers_dict import DictState
from xcs_ast.tracer.containers_list import ListState
from xcs_ast.tracer.hooks import INPLACE
from xcs_ast.tracer.kinds import MISSING, SCALARS, class_lookup
from xcs_ast.tracer.quick_looks import ANYWHERE, QuickLooks
from xcs_ast.tracer.specials import BINARY
from xcs_ast.tracer.state import Pending
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["QuickState"]

_SUMMED: Final = frozenset({int, float, str})
"""Two of one of these add up without anybody's code, and without an error."""
_METHODS: Final = {
    kind: frozenset(name for name in dir(kind) if not name.startswith("_")) for kind in (list, dict, set, str)
}
"""What these exact types give as bound methods, whatever is in them."""
_NOBODY: Final = object()
_EMPTY: Final[dict[object, object]] = {}
_ENOUGH: Final = 4
"""Loads in a row, after which it pays to keep what is known of one instance."""

_load_attr: Final = CallHooks.load_attr
_store_attr: Final = CallHooks.store_attr
_begin_attr: Final = CallHooks.begin_attr
_load_item: Final = CallHooks.load_item
_store_item: Final = CallHooks.store_item
_begin_item: Final = CallHooks.begin_item
_begin_get: Final = CallHooks.begin_get
_finish: Final = CallHooks.finish
_finish_binary: Final = CallHooks.finish_binary
_dict_offset: Final = type.__dict__["__dictoffset__"].__get__
_get: Final = dict.get
_default_set: Final = object.__dict__["__setattr__"]


class QuickState(QuickLooks):
    """The hooks for attributes and items that dense code calls most."""

    __slots__ = (
        "calls",
        "classes",
        "clones",
        "entry",
        "fields",
        "last",
        "lists",
        "missed",
        "misses",
        "places",
    )

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.fields = transaction.fresh.fields
        self.last: Any = _NOBODY
        """The owned instance that was used last, and what is known of it."""
        self.entry: Any = None
        self.missed: Any = _NOBODY
        """The owned instance that was used last with nothing known but its class; how often in a row."""
        self.misses = 0
        self.places: dict[int, dict[str, Any]] = {}
        """By the id of a shared instance: the state that an increment of an attribute goes to."""
        self.classes: dict[int, tuple[Any, set[str]]] = {}
        """By the id of a class: how its instances show their dictionary; what is there if it is anywhere."""
        self.clones: dict[int, dict[str, FunctionType]] = {}
        self.calls: dict[int, dict[str, Any]] = {}
        """By the id of a shared instance: what to call for its methods."""
        self.lists: dict[int, ListState] = {}

    def forget(self) -> None:
        """Drops the short cuts."""
        super().forget()
        self.classes.clear()
        self.clones.clear()
        self.calls.clear()
        self.lists.clear()
        self.places.clear()
        self.missed = _NOBODY
        self.transaction.fresh.forget_fields()
        self.last = _NOBODY
        self.entry = None

    # Attributes: of an owned instance, the dictionary is the place, once it is clear that no class interferes

    def load_attr(self, o: Any, name: str, /) -> Any:
        """`o.name`."""
        if o is self.last:
            entry = self.entry
        else:
            entry = self.fields.get(id(o))
            if entry is None:
                shared = self.attrs.get(id(o))
                if shared is not None:
                    value = shared.get(name, MISSING)
                    if value is not MISSING:
                        return value
                known = self.classes.get(id(type(o)))
                if known is not None and name in known[1] and id(o) in self.owned:
                    if o is not self.missed:
                        self.missed = o
                        self.misses = 0
                    elif self.misses < _ENOUGH:
                        self.misses += 1
                    else:
                        self.remember(o)
                    value = _get(known[0](o), name, MISSING)
                    return _load_attr(self, o, name) if value is MISSING else value
                return self._load_unknown(o, name)
            self.last = o
            self.entry = entry
        if name in entry[1]:
            try:
                return entry[0][name]
            except KeyError:
                return _load_attr(self, o, name)
        value = _load_attr(self, o, name)
        self._note(o, name)
        return value

    def _load_unknown(self, o: Any, name: str) -> Any:
        """A load from something of which nothing is known in short."""
        methods = _METHODS.get(type(o))
        if methods is not None and name in methods:
            return getattr(o, name)
        if id(o) in self.owned:
            value = _load_attr(self, o, name)
            self._note(o, name)
            return value
        look = self.looks.get(id(type(o)))
        if look is not None and name in look[1]:
            value = self.look_at_field(o, name, look)
            if value is not MISSING:
                return value
        value = _load_attr(self, o, name)
        if self.successor is None:
            self.learn(o, name)
        return value

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        entry = self.entry if o is self.last else self.fields.get(id(o))
        if entry is not None:
            if name in entry[2]:
                entry[0][name] = value
                return
        else:
            names = self.stores.get(id(type(o)))
            if names is not None and name in names and id(o) in self.owned:
                _default_set(o, name, value)
                return
        _store_attr(self, value, o, name)

    def begin_attr(self, o: Any, name: str, /) -> Any:
        """The load of `o.name += ...`."""
        entry = self.entry if o is self.last else self.fields.get(id(o))
        if entry is not None and name in entry[1]:
            value = entry[0].get(name, MISSING)
            if value is not MISSING:
                return (0, o, name, value)
        places = self.places.get(id(o))
        state = None if places is None else places.get(name)
        if state is not None and state.has(name):
            return Pending("attr", o, name, state.begin(name), state)
        token = _begin_attr(self, o, name)
        if type(token) is Pending and type(token.place) is DictState:
            self.places.setdefault(id(o), {})[name] = token.place
        return token

    def try_attr(self, o: Any, name: str, op: str, value: Any, /) -> bool:
        """`o.name op= value` at once, where nobody's code takes part and nothing can fail."""
        if o is self.last:
            entry = self.entry
        else:
            entry = self.fields.get(id(o))
            if entry is None:
                places = self.places.get(id(o))
                state = None if places is None else places.get(name)
                return state is not None and state.bump(name, op, value)
        space, names, stores, _ = entry
        if name not in names or name not in stores:
            return False
        old: Any = space.get(name)
        kind = type(old)
        if kind is not type(value) or kind not in _SUMMED:
            return False
        if op == "+":
            space[name] = old + value
        elif op == "-" and kind is not str:
            space[name] = old - value
        else:
            return False
        return True

    def known_class(self, cls: type) -> tuple[Any, set[str], set[str], dict[str, FunctionType]] | None:
        """How instances show their dictionary; names loaded from there, and stored there; methods' clones."""
        if _dict_offset(cls) == 0:
            return None
        inner = class_lookup(cls, "__dict__")
        if type(inner) is not GetSetDescriptorType:
            return None
        known = self.classes.get(id(cls))
        if known is None:
            known = self.classes[id(cls)] = (inner.__get__, set())
        return *known, self.stores.setdefault(id(cls), set()), self.clones_of(cls)

    def clones_of(self, cls: type) -> dict[str, FunctionType]:
        """By name: what to call for methods of instances that have no attribute of that name themselves."""
        return self.clones.setdefault(id(cls), {})

    def _note(self, o: Any, name: str) -> None:
        """Learns of an attribute of an owned object that has just been loaded."""
        cls = type(o)
        plans = self.plans.get(id(cls))
        plan = None if plans is None else plans.get(name)
        if type(plan) is not tuple or plan[1] is None or type(plan[0]) not in ANYWHERE:
            return
        space = plan[1](o)
        if type(space) is not dict or name not in space:
            return
        known = self.classes.get(id(cls))
        if known is None:
            known = self.classes[id(cls)] = (plan[1], set())
        known[1].add(name)

    def remember(self, o: Any) -> None:
        """From here on, what is known of this owned object is found without a look at its class."""
        self.missed = _NOBODY
        known = self.known_class(type(o))
        space = None if known is None else known[0](o)
        if known is not None and type(space) is dict:
            self.fields[id(o)] = [space, *known[1:]]

    # Items

    def load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]`."""
        kind = type(o)
        if kind is list:
            if type(k) is int:
                number = id(o)
                if number in self.owned:
                    return o[k]
                spot = None if self.spots is None else self.spots.get(number)
                if spot is not None and k in spot[1]:
                    return spot[1][k]
                value = self.look_at_element(o, k)
                if value is not MISSING:
                    return value
                state = self.lists.get(number)
                if state is None:
                    return self._load_element(o, k)
                if state.shadow is None and not state.ops:
                    value = state.reads.get(k, MISSING)
                    if value is not MISSING:
                        return value
        elif kind is dict:
            if type(k) in SCALARS:
                number = id(o)
                if number in self.owned:
                    value = o.get(k, MISSING)
                else:
                    view = self.views.get(number)
                    value = self.look_at_key(o, k) if view is None else view.get(k, MISSING)
                    if value is MISSING and view is not None:
                        value = self.look_at_key(o, k)
                if value is not MISSING:
                    return value
        elif (kind is tuple or kind is str) and type(k) is int:
            return o[k]
        return _load_item(self, o, k)

    def _load_element(self, o: list[Any], k: int) -> Any:
        """An element of a shared list of which nothing is known."""
        value = _load_item(self, o, k)
        state = self.transaction.segment.states.get((id(o), None))
        if type(state) is ListState:
            self.lists[id(o)] = state
        return value

    def store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value`."""
        kind = type(o)
        if id(o) in self.owned and (
            (kind is list and type(k) is int) or (kind is dict and type(k) in SCALARS)
        ):
            o[k] = value
        else:
            _store_item(self, value, o, k)

    def begin_item(self, o: Any, k: Any, /) -> Any:
        """The load of `o[k] += ...`."""
        kind = type(o)
        if id(o) in self.owned and (
            (kind is list and type(k) is int) or (kind is dict and type(k) in SCALARS)
        ):
            return (1, o, k, o[k])
        return _begin_item(self, o, k)

    def begin_get(self, o: Any, k: Any, default: Any, /) -> Any:
        """`o.get(k, default)` in `o[k] = o.get(k, default) + ...`."""
        if type(o) is dict and type(k) in SCALARS and id(o) in self.owned:
            return (1, o, k, o.get(k, default))
        return _begin_get(self, o, k, default)

    def try_item(self, o: Any, k: Any, op: str, value: Any, /) -> bool:
        """`o[k] op= value` at once, where nobody's code takes part and nothing can fail."""
        if type(o) is dict:
            if type(k) not in SCALARS or id(o) not in self.owned:
                return False
            old: Any = o.get(k)
        elif type(o) is list and type(k) is int and id(o) in self.owned and -len(o) <= k < len(o):
            old = o[k]
        else:
            return False
        kind = type(old)
        if kind is not type(value) or kind not in _SUMMED:
            return False
        if op == "+":
            o[k] = old + value
        elif op == "-" and kind is not str:
            o[k] = old - value
        else:
            return False
        return True

    def try_get(self, o: Any, k: Any, default: Any, op: str, value: Any, /) -> bool:
        """`o[k] = o.get(k, default) op value` on the same terms."""
        if type(o) is not dict or type(k) not in SCALARS or id(o) not in self.owned:
            return False
        old = o.get(k, default)
        kind = type(old)
        if op != "+" or kind is not type(value) or kind not in _SUMMED:
            return False
        o[k] = old + value
        return True

    def finish(self, token: Any, op: str, value: Any, /) -> None:
        """The operator (in place) and the store of an augmented assignment."""
        if type(token) is not tuple:
            _finish(self, token, op, value)
            return
        kind, owner, name, old = token
        if op == "+" and type(old) is int and type(value) is int:
            result = old + value
        elif type(old) in SCALARS and type(value) in SCALARS:
            result = INPLACE[op](old, value)
        else:
            result = self.inplace(op, old, value)
        if kind:
            self.store_item(result, owner, name)
            return
        entry = self.entry if owner is self.last else self.fields.get(id(owner))
        if entry is not None and name in entry[2]:
            entry[0][name] = result
        else:
            _store_attr(self, result, owner, name)

    def finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> None:
        """The plain operator and the store of `x.a = x.a + v` and its like."""
        if type(token) is not tuple:
            _finish_binary(self, token, op, value, owner)
            return
        kind, _, name, old = token
        if op == "+" and type(old) is int and type(value) is int:
            result = old + value
        elif type(old) in SCALARS and type(value) in SCALARS:
            result = BINARY[op][0](old, value)
        else:
            result = self.binary(op, old, value)
        if kind:
            if type(owner) is dict and type(name) in SCALARS and id(owner) in self.owned:
                owner[name] = result
            else:
                self.store_item(result, owner, name)
            return
        entry = self.entry if owner is self.last else self.fields.get(id(owner))
        if entry is not None and name in entry[2]:
            entry[0][name] = result
        else:
            _store_attr(self, result, owner, name)
