"""Short ways through the hooks for what dense code does most, on what the task owns.

Guarantees: each does what the hook it stands before would do, on the same conditions, looked up once: the
exact type, the owner, what the class gives. Anything else goes the long way.
Assumes: what a class gives was logged when the long way was taken; `forget` drops what was learnt by it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, Final

from xcs_ast.effects import catalog
from xcs_ast.effects.resolve import find_in_mro
from xcs_ast.native import use_own
from xcs_ast.tracer.calls import CallHooks
from xcs_ast.tracer.calls_classes import is_simple
from xcs_ast.tracer.calls_views import is_generated
from xcs_ast.tracer.containers_dict import DictState
from xcs_ast.tracer.hooks import INPLACE
from xcs_ast.tracer.kinds import MISSING, SCALARS
from xcs_ast.tracer.specials import BINARY
from xcs_ast.tracer.state import Pending
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["EXHAUSTS", "QuickHooks", "quick_builtin"]

_STR: Final = {
    name: found for name, found in str.__dict__.items() if type(found) is types.MethodDescriptorType
}
_PLAIN: Final = frozenset({range, tuple, str})
_OWN: Final = frozenset({list, dict})
_ANYWHERE: Final = SCALARS | {type(MISSING), FunctionType}
"""What a class may hold under a name, and yet the instance's own attribute comes first."""

_NOBODY: Final = object()
EXHAUSTS: Final = "exhausts the stack or the memory"

_load_attr: Final = CallHooks.load_attr
_store_attr: Final = CallHooks.store_attr
_begin_attr: Final = CallHooks.begin_attr
_load_item: Final = CallHooks.load_item
_store_item: Final = CallHooks.store_item
_begin_item: Final = CallHooks.begin_item
_begin_get: Final = CallHooks.begin_get
_finish: Final = CallHooks.finish
_finish_binary: Final = CallHooks.finish_binary
_iterate: Final = CallHooks.iterate
_call_method: Final = CallHooks.call_method
_perform_method: Final = CallHooks.perform_method
_length: Final = CallHooks.length
_do_isinstance: Final = CallHooks.do_isinstance
_construct_plainly: Final = CallHooks.construct_plainly
_sort: Final = CallHooks.sort
_do_sorted: Final = CallHooks.do_sorted
_DATA: Final = SCALARS | {list, dict, tuple, set, frozenset}


class QuickHooks(CallHooks):
    """The hooks that dense code calls most."""

    __slots__ = (
        "bound",
        "direct",
        "entry",
        "fields",
        "last",
        "makers",
        "missed",
        "named",
        "places",
        "plain_names",
    )
    reason: str

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.fields = transaction.fresh.fields
        self.last: Any = _NOBODY
        """The owned instance that was used last, and what is known of it."""
        self.missed: Any = _NOBODY
        """The owned instance that was used last without anything being known of it."""
        self.places: dict[int, dict[str, Any]] = {}
        """By the id of a shared instance: the state that an increment of an attribute goes to."""
        self.named: dict[str, tuple[type, Any, FunctionType]] = {}
        """By the name of a method: a class, how its instances show their dictionary, what to call for it."""
        self.entry: Any = None
        self.direct: dict[FunctionType, FunctionType] = {}
        self.bound: dict[FunctionType, type] = {}
        self.makers: dict[type, FunctionType | None] = {}
        """Of a class that does nothing else to make an instance: the clone of its `__init__`."""
        self.plain_names: dict[int, set[str]] = {}
        """Attributes of a class's instances that are in their dictionary if they are there."""

    def forget(self) -> None:
        """Drops the short cuts."""
        super().forget()
        self.plain_names.clear()
        self.direct.clear()
        self.bound.clear()
        self.makers.clear()
        self.named.clear()
        self.places.clear()
        self.missed = _NOBODY
        self.transaction.fresh.forget_fields()
        self.last = _NOBODY

    # Attributes: of an owned instance, the dictionary is the place, once it is clear that no class interferes

    def load_attr(self, o: Any, name: str, /) -> Any:
        """`o.name`."""
        if o is self.last:
            entry = self.entry
        else:
            entry = self.fields.get(id(o))
            if entry is None:
                value = _load_attr(self, o, name)
                if o is self.missed:
                    self._note(o, name)
                elif id(o) in self.owned:
                    self.missed = o
                return value
            self.last = o
            self.entry = entry
        if name in entry[1]:
            value = entry[0].get(name, MISSING)
            if value is not MISSING:
                return value
        value = _load_attr(self, o, name)
        self._note(o, name)
        return value

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        entry = self.entry if o is self.last else self.fields.get(id(o))
        if entry is not None and name in entry[2]:
            entry[0][name] = value
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

    def _note(self, o: Any, name: str) -> None:
        """Learns of an attribute of an owned object that has just been loaded."""
        self.last = _NOBODY
        cls = type(o)
        plans = self.plans.get(id(cls))
        plan = None if plans is None else plans.get(name)
        if (
            type(plan) is not tuple
            or plan[1] is None
            or type(plan[0]) not in _ANYWHERE
            or id(o) not in self.owned
        ):
            return
        names = self.plain_names.get(id(cls))
        if names is None:
            names = self.plain_names[id(cls)] = set()
        names.add(name)
        if id(o) not in self.fields:
            space = plan[1](o)
            if type(space) is dict:
                stores = self.stores.get(id(cls))
                if stores is None:
                    stores = self.stores[id(cls)] = set()
                self.fields[id(o)] = [space, names, stores]

    # Items

    def load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]`."""
        kind = type(o)
        if kind is list:
            if type(k) is int and id(o) in self.owned:
                return o[k]
        elif kind is dict:
            if type(k) in SCALARS and id(o) in self.owned:
                value = o.get(k, MISSING)
                if value is not MISSING:
                    return value
        elif (kind is tuple or kind is str) and type(k) is int:
            return o[k]
        return _load_item(self, o, k)

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

    # Iteration, displays

    def iterate(self, x: Any, /) -> Iterator[Any]:
        """What `for` runs over."""
        kind = type(x)
        if kind in _PLAIN or (kind in _OWN and id(x) in self.owned):
            return iter(x)
        return _iterate(self, x)  # type: ignore[no-any-return]

    def new(self, obj: Any, /) -> Any:
        """A list, dict or set, just made by a display or a comprehension."""
        owned = self.owned
        owned[id(obj)] = obj
        if len(owned) > self.transaction.fresh.limit:
            self.transaction.fresh.prune()
        return obj

    # Questions about what is owned, or plain data

    def length(self, x: Any) -> int:
        """`len(x)`."""
        kind = type(x)
        if kind is str or kind is tuple or (kind in _OWN and id(x) in self.owned):
            return len(x)
        return _length(self, x)

    def do_isinstance(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`isinstance(x, classes)`, where nobody's code decides."""
        if len(args) == 2 and not kwargs and type(args[1]) is type and type(args[0]) in _DATA:
            return isinstance(args[0], args[1])
        return _do_isinstance(self, args, kwargs)

    def do_sorted(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`sorted(xs, key=, reverse=)`."""
        if len(args) == 1 and not kwargs:
            kind = type(args[0])
            if kind is tuple or (kind in _OWN and id(args[0]) in self.owned):
                found = list(args[0])
                if SCALARS.issuperset(map(type, found)):
                    found.sort()
                    return self.new(found)
        return _do_sorted(self, args, kwargs)

    def adopt(self, obj: Any) -> Any:
        """Registers an object that the task has just made."""
        return obj if type(obj) in SCALARS else self.new(obj)

    def sort(self, found: list[Any], kwargs: dict[str, Any]) -> None:
        """Sorts a list of our own as `list.sort` does."""
        if not kwargs and SCALARS.issuperset(map(type, found)):
            found.sort()
        else:
            _sort(self, found, kwargs)

    # Methods

    def call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """`o.name(*args, **kwargs)`."""
        kind = type(o)
        known = self.named.get(name)
        if known is not None and known[0] is kind and id(o) in self.owned:
            if name not in known[1](o) and not self.transaction.doomed and not self.reason:
                try:
                    return known[2](o, *args, **kwargs) if kwargs else known[2](o, *args)
                except (RecursionError, MemoryError):
                    return self.wait(EXHAUSTS)
        elif kind is str:
            if not kwargs and name in _STR:
                return self.of_str(o, name, args)
        elif kind is dict:
            fits = name == "get" and not kwargs and 0 < len(args) < 3
            if fits and type(args[0]) in SCALARS and id(o) in self.owned:
                return o.get(*args)
        elif kind is list and name == "append" and not kwargs and len(args) == 1 and id(o) in self.owned:
            o.append(args[0])
            return None
        else:
            clone = self._clone_of_method(o, kind, name)
            if clone is not None:
                return self.run_direct(clone, (o, *args), kwargs)
        return _call_method(self, o, name, *args, **kwargs)

    def perform_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> object:
        """The same where nobody uses the result."""
        kind = type(o)
        known = self.named.get(name)
        if known is not None and known[0] is kind and id(o) in self.owned:
            if name not in known[1](o) and not self.transaction.doomed and not self.reason:
                try:
                    return known[2](o, *args, **kwargs) if kwargs else known[2](o, *args)
                except (RecursionError, MemoryError):
                    return self.wait(EXHAUSTS)
        elif kind is list and name == "append" and not kwargs and len(args) == 1 and id(o) in self.owned:
            o.append(args[0])
            return None
        elif kind is str or (kind in _OWN and id(o) in self.owned):
            return self.call_method(o, name, *args, **kwargs)
        clone = self._clone_of_method(o, kind, name)
        if clone is not None:
            return self.run_direct(clone, (o, *args), kwargs)
        return _perform_method(self, o, name, *args, **kwargs)

    def _clone_of_method(self, o: Any, kind: type, name: str) -> FunctionType | None:
        """What `o.name` calls, if that is a method in Python without anything about it."""
        found: Any = None
        plan: Any = None
        if id(o) in self.owned:
            plans = self.plans.get(id(kind))
            plan = None if plans is None else plans.get(name)
            if type(plan) is tuple and (plan[1] is None or name not in plan[1](o)):
                found = plan[0]
        else:
            known = self.attrs.get(id(o))
            if known is None or name not in known:
                methods = self.methods.get(id(o))
                found = None if methods is None else methods.get(name)
        if type(found) is FunctionType and self.bound.get(found) is kind:
            clone = self.direct.get(found)
            if clone is not None and id(o) in self.owned:
                self.named[name] = (kind, plan[1] or _no_space, clone)
            return clone
        return None

    def clone_of_bound(self, f: types.MethodType) -> FunctionType | None:
        """The same of a method that has been looked up."""
        function = f.__func__
        if type(function) is FunctionType and self.bound.get(function) is type(f.__self__):
            return self.direct.get(function)
        return None

    # Calls

    def run_direct(self, clone: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs a clone, if the task still counts."""
        raise NotImplementedError

    def make(self, cls: type, init: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An instance of a class in `makers`."""
        obj = self.new(object.__new__(cls))
        result = self.run_direct(init, (obj, *args), kwargs)
        if result is not None:
            raise TypeError(f"__init__() should return None, not '{type(result).__name__}'")
        return obj

    def construct_plainly(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """As `type.__call__` makes an instance."""
        made = _construct_plainly(self, cls, args, kwargs)
        if type(cls) is type and cls not in self.makers:
            self.makers[cls] = self._maker(cls)
        return made

    def _maker(self, cls: type) -> FunctionType | None:
        if (
            catalog.for_construct(cls) is None
            and find_in_mro(cls, "__del__")[0] is None
            and find_in_mro(cls, "__new__")[0] is object
            and is_simple(cls)
        ):
            found = self.class_attr(cls, "__init__")
            if type(found) is FunctionType and not is_generated(found):
                return self.direct.get(found)
        return None

    def of_str(self, o: str, name: str, args: tuple[Any, ...]) -> Any:
        """A method of a string, which is in `_STR`."""
        for arg in args:
            if type(arg) not in SCALARS:
                if name == "join" and len(args) == 1 and type(arg) is list and id(arg) in self.owned:
                    return o.join(arg)
                return _call_method(self, o, name, *args)
        result = _STR[name](o, *args)
        if type(result) is list:
            self.transaction.adopt(result)
        return result


def _no_space(_: object) -> tuple[str, ...]:
    """What holds the attributes of an instance without a dictionary."""
    return ()


def quick_builtin(f: Any, cell: types.CellType, owned: dict[int, object]) -> Callable[..., Any]:
    """What clones may call for a builtin function or a class: plain data do not need the recorder.

    `cell` holds the recorder by which the call is made otherwise.
    """
    kind = type(f)
    if f is len:
        return _quick_len(cell, owned)
    data = (kind is type or kind is types.BuiltinFunctionType) and f in _OF_DATA

    def quick(*args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            if data:
                if SCALARS.issuperset(map(type, args)):
                    return f(*args)
            elif f is isinstance and len(args) == 2 and type(args[1]) is type and type(args[0]) in _DATA:
                return isinstance(*args)
        return cell.cell_contents.call(f, *args, **kwargs)

    return quick


def _quick_len(cell: types.CellType, owned: dict[int, object]) -> Callable[..., int]:
    def quick(*args: Any, **kwargs: Any) -> int:
        if len(args) == 1 and not kwargs:
            x = args[0]
            kind = type(x)
            if kind is str or kind is tuple or (kind in _OWN and id(x) in owned):
                return len(x)
        return cell.cell_contents.call(len, *args, **kwargs)  # type: ignore[no-any-return]

    return quick


_OF_DATA: Final = frozenset({range, str, int, float, bool, abs, round, min, max, chr, bin, hex, oct})
"""Of exact scalars, the recorder calls them as they are."""
