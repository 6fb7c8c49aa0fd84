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
from xcs_ast.native import use_own
from xcs_ast.tracer.calls import CallHooks
from xcs_ast.tracer.calls_classes import is_simple
from xcs_ast.tracer.calls_views import is_generated
from xcs_ast.tracer.kinds import MISSING, SCALARS
from xcs_ast.tracer.quick_state import QuickState
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["EXHAUSTS", "QuickHooks", "quick_builtin"]

_STR: Final = {
    name: found for name, found in str.__dict__.items() if type(found) is types.MethodDescriptorType
}
_PLAIN: Final = frozenset({range, tuple, str})
_OWN: Final = frozenset({list, dict})
EXHAUSTS: Final = "exhausts the stack or the memory"

_iterate: Final = CallHooks.iterate
_call_method: Final = CallHooks.call_method
_perform_method: Final = CallHooks.perform_method
_length: Final = CallHooks.length
_do_isinstance: Final = CallHooks.do_isinstance
_construct_plainly: Final = CallHooks.construct_plainly
_sort: Final = CallHooks.sort
_do_sorted: Final = CallHooks.do_sorted
_DATA: Final = SCALARS | {list, dict, tuple, set, frozenset}


class QuickHooks(QuickState):
    """The hooks that dense code calls most."""

    __slots__ = ("asked", "bound", "direct", "makers")
    reason: str

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.direct: dict[FunctionType, FunctionType] = {}
        self.bound: dict[FunctionType, type] = {}
        self.makers: dict[type, FunctionType | None] = {}
        """Of a class that does nothing else to make an instance: the clone of its `__init__`."""
        self.asked: set[type] = set()
        """Classes that clones have called."""

    def forget(self) -> None:
        """Drops the short cuts."""
        super().forget()
        self.direct.clear()
        self.bound.clear()
        self.makers.clear()
        self.asked.clear()

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
            self.transaction.fresh.trim()
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
        entry = self.entry if o is self.last else self.fields.get(id(o))
        if entry is not None:
            clone = None if name in entry[0] else entry[3].get(name)
        else:
            known = self.calls.get(id(o))
            clone = None if known is None else known.get(name)
        if clone is not None and not self.transaction.doomed and not self.reason:
            try:
                if not kwargs and len(args) == 1:
                    return clone(o, args[0])
                return clone(o, *args, **kwargs)
            except (RecursionError, MemoryError):
                return self.wait(EXHAUSTS)
        kind = type(o)
        if kind is str:
            if not kwargs and name in _STR:
                return self.of_str(o, name, args)
        elif kind is dict:
            fits = name == "get" and not kwargs and 0 < len(args) < 3
            if fits and type(args[0]) in SCALARS:
                if id(o) in self.owned:
                    return o.get(*args)
                value = self.look_for_key(o, args[0], args[1] if len(args) == 2 else None)
                if value is not MISSING:
                    return value
        elif kind is list and name == "append" and not kwargs and len(args) == 1 and id(o) in self.owned:
            o.append(args[0])
            return None
        else:
            found = self._clone_of_method(o, kind, name)
            if found is not None:
                return self.run_direct(found, (o, *args), kwargs)
        return _call_method(self, o, name, *args, **kwargs)

    def perform_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> object:
        """The same where nobody uses the result."""
        entry = self.entry if o is self.last else self.fields.get(id(o))
        if entry is not None:
            clone = None if name in entry[0] else entry[3].get(name)
        else:
            known = self.calls.get(id(o))
            clone = None if known is None else known.get(name)
        if clone is not None and not self.transaction.doomed and not self.reason:
            try:
                if not kwargs and len(args) == 1:
                    return clone(o, args[0])
                return clone(o, *args, **kwargs)
            except (RecursionError, MemoryError):
                return self.wait(EXHAUSTS)
        kind = type(o)
        if kind is list and name == "append" and not kwargs and len(args) == 1 and id(o) in self.owned:
            o.append(args[0])
            return None
        if kind is str or (kind in _OWN and id(o) in self.owned):
            return self.call_method(o, name, *args, **kwargs)
        found = self._clone_of_method(o, kind, name)
        if found is not None:
            return self.run_direct(found, (o, *args), kwargs)
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
            found = self.look_for_method(o, name)
            if type(found) is FunctionType and self.bound.get(found) is kind:
                return self.direct.get(found)
            known = self.attrs.get(id(o))
            if known is None or known.get(name, MISSING) is MISSING:
                methods = self.methods.get(id(o))
                found = None if methods is None else methods.get(name)
        if type(found) is FunctionType and self.bound.get(found) is kind:
            clone = self.direct.get(found)
            if clone is not None and id(o) in self.owned:
                self.clones_of(kind)[name] = clone
            elif clone is not None:
                # A store of an attribute of that name takes it away again.
                state = self.mapping_state(self.shape(o, kind).space, True)
                self._shortcut(o, state, self.calls)[name] = clone
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
            if self.makers[cls] is not None and type(made) is cls and id(made) in self.owned:
                self.remember(made)
        return made

    def _maker(self, cls: type) -> FunctionType | None:
        if (
            catalog.for_construct(cls) is None
            and self.settled(cls, "__del__") is MISSING
            and self.settled(cls, "__new__") is object.__new__
            and is_simple(cls)
            and self.can_make(cls)
        ):
            found = self.class_attr(cls, "__init__")
            if type(found) is FunctionType and not is_generated(found, self.code_of(found)):
                return self.direct.get(found)
        return None

    def of_str(self, o: str, name: str, args: tuple[Any, ...]) -> Any:
        """A method of a string, which is in `_STR`."""
        for arg in args:
            if type(arg) not in SCALARS:
                if name == "join" and len(args) == 1 and type(arg) is list and id(arg) in self.owned:
                    return o.join(arg)
                return _call_method(self, o, name, *args)
        if name == "encode" and args:
            return _call_method(self, o, name, *args)
        result = _STR[name](o, *args)
        if type(result) is list:
            self.transaction.adopt(result)
        return result


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
                if SCALARS.issuperset(map(type, args)) and (f is not str or len(args) < 2):
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
