"""Checkpoints: note what live objects hold, run something, put it back. In place, so that identity survives.

Guarantees: after `rewind` every list, dict, set, deque, bytearray, instance, cell, function and class that
was reachable from the roots holds exactly what it held at the checkpoint; iterators that were stored in one
of them are replaced by copies which stand where the original stood. `close` puts the originals back.

Assumes: objects of C types that are not named here don't change, or cannot be put back (a socket, a
generator); whoever compares two runs will notice the latter as nondeterminism.
"""

from __future__ import annotations

import copy
import random
import sys
import types
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, final

from xcs_ast.testing.picture import is_library

__all__ = ["Checkpoint", "roots_of"]

_LIMIT: Final = 200_000
"""How many objects a checkpoint follows before it gives up widening."""
_NOT_STATE: Final = frozenset(
    {"__builtins__", "__loader__", "__spec__", "__cached__", "__file__", "__name__"}
)


def roots_of(function: Callable[..., object]) -> list[object]:
    """What a call of `function` can reach other than through its arguments."""
    inner: object = getattr(function, "__func__", function)
    if isinstance(inner, types.FunctionType):
        return [inner]
    return [type(function).__call__]


@final
class Checkpoint:
    """What was reachable from some roots, and how to put it back."""

    def __init__(self, roots: Iterable[object]) -> None:
        self._restorers: list[Callable[[Callable[[Any], Any]], None]] = []
        self._seen: dict[int, object] = {}
        self._originals: dict[int, object] = {}
        waiting = list(roots)
        while waiting and len(self._seen) < _LIMIT:
            obj = waiting.pop()
            if id(obj) in self._seen:
                continue
            self._seen[id(obj)] = obj
            waiting.extend(self._visit(obj))

    @property
    def reached(self) -> Iterable[object]:
        """Every object that is part of the checkpoint."""
        return self._seen.values()

    def rewind(self) -> None:
        """Put everything back, with fresh copies of stored iterators."""
        memo: dict[int, object] = {}

        def thaw(value: Any) -> Any:
            pristine = self._originals.get(id(value))
            if pristine is None:
                return value
            if id(value) not in memo:
                memo[id(value)] = _copied(pristine)
            return memo[id(value)]

        for restore in self._restorers:
            restore(thaw)

    def close(self) -> None:
        """Put everything back, the original iterators too."""
        for restore in self._restorers:
            restore(lambda value: value)

    def _visit(self, obj: object) -> Iterable[object]:
        if isinstance(obj, types.ModuleType):
            return () if _is_foreign(obj.__name__) else self._mapping(vars(obj), _NOT_STATE)
        if isinstance(obj, type):
            return () if is_library(obj.__module__) or _is_foreign(obj.__module__) else self._class(obj)
        if isinstance(obj, types.FunctionType):
            return self._function(obj)
        if isinstance(obj, types.MethodType):
            return (obj.__func__, obj.__self__)
        if isinstance(obj, types.CellType):
            return self._cell(obj)
        found = list(self._contents(obj))
        found += self._instance(obj)
        return found

    def _contents(self, obj: Any) -> Iterable[object]:
        if isinstance(obj, dict):
            return self._mapping(obj, frozenset())
        if isinstance(obj, (list, deque, bytearray)):
            return self._sequence(obj)
        if isinstance(obj, set):
            saved = list(set.__iter__(obj))
            self._restorers.append(lambda thaw: _refill_set(obj, saved))
            return saved
        if isinstance(obj, (tuple, frozenset)):
            return list(obj)
        if isinstance(obj, random.Random):
            state = obj.getstate() if type(obj) is not random.SystemRandom else None
            if state is not None:
                self._restorers.append(lambda thaw: obj.setstate(state))
        return ()

    def _freeze(self, values: Iterable[Any]) -> None:
        for value in values:
            if _is_stored_iterator(value) and id(value) not in self._originals:
                self._seen[id(value)] = value
                self._originals[id(value)] = _copied(value)

    def _mapping(self, obj: dict[Any, Any], skip: frozenset[str]) -> Iterable[object]:
        saved = [(k, v) for k, v in dict.items(obj) if not (type(k) is str and k in skip)]
        self._freeze(v for _, v in saved)
        self._restorers.append(lambda thaw: _refill_dict(obj, [(k, thaw(v)) for k, v in saved], skip))
        return [part for pair in saved for part in pair]

    def _sequence(self, obj: Any) -> Iterable[object]:
        base: Any = next(cls for cls in (list, deque, bytearray) if issubclass(type(obj), cls))
        saved = list(base.__iter__(obj))
        self._freeze(saved)

        def restore(thaw: Callable[[Any], Any]) -> None:
            wanted = [thaw(v) for v in saved]
            now = list(base.__iter__(obj))
            if len(now) == len(wanted) and all(a is b for a, b in zip(now, wanted, strict=True)):
                return
            if isinstance(obj, deque):
                deque.clear(obj)
                deque.extend(obj, wanted)
            elif isinstance(obj, list):
                list.__setitem__(obj, slice(None), wanted)
            else:
                obj[:] = bytes(wanted)

        self._restorers.append(restore)
        return saved

    def _cell(self, cell: types.CellType) -> Iterable[object]:
        try:
            saved = cell.cell_contents
        except ValueError:
            return ()
        self._freeze([saved])

        def restore(thaw: Callable[[Any], Any]) -> None:
            cell.cell_contents = thaw(saved)

        self._restorers.append(restore)
        return (saved,)

    def _function(self, function: types.FunctionType) -> Iterable[object]:
        saved = (function.__defaults__, function.__kwdefaults__, function.__code__)

        def restore(thaw: Callable[[Any], Any]) -> None:
            if function.__defaults__ is not saved[0]:
                function.__defaults__ = saved[0]
            if function.__kwdefaults__ is not saved[1]:
                function.__kwdefaults__ = saved[1]
            if function.__code__ is not saved[2]:
                function.__code__ = saved[2]

        self._restorers.append(restore)
        found: list[object] = [*(function.__closure__ or ()), function.__dict__, *saved[:2]]
        if not _is_foreign(function.__module__ or ""):
            module = sys.modules.get(function.__module__ or "")
            if module is not None and vars(module) is function.__globals__:
                found.append(module)
            else:
                found += self._mapping(function.__globals__, _NOT_STATE)
        return found

    def _class(self, cls: type) -> Iterable[object]:
        saved = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__", "__doc__")}
        self._freeze(saved.values())

        def restore(thaw: Callable[[Any], Any]) -> None:
            for name in [n for n in vars(cls) if n not in saved and not n.startswith("__")]:
                type.__delattr__(cls, name)
            for name, value in saved.items():
                wanted = thaw(value)
                if vars(cls).get(name, saved) is not wanted:
                    type.__setattr__(cls, name, wanted)

        self._restorers.append(restore)
        inner = [getattr(v, "__func__", getattr(v, "fget", v)) for v in saved.values()]
        return [*cls.__bases__, *saved.values(), *inner]

    def _instance(self, obj: object) -> Iterator[object]:
        if isinstance(obj, BaseException) or is_library(type(obj).__module__):
            return
        yield type(obj)
        try:
            state = object.__getattribute__(obj, "__dict__")
        except AttributeError:
            state = None
        if type(state) is dict:
            yield from self._mapping(state, frozenset())
        for base in type(obj).__mro__:
            for member in list(vars(base).values()):
                if isinstance(member, types.MemberDescriptorType):
                    yield from self._slot(obj, member)

    def _slot(self, obj: object, member: types.MemberDescriptorType) -> Iterable[object]:
        try:
            saved = member.__get__(obj, type(obj))
        except AttributeError:
            self._restorers.append(lambda thaw: _unset(obj, member))
            return ()
        self._freeze([saved])
        self._restorers.append(lambda thaw: member.__set__(obj, thaw(saved)))
        return (saved,)


def _unset(obj: object, member: types.MemberDescriptorType) -> None:
    try:
        member.__delete__(obj)
    except AttributeError:
        return


def _refill_dict(obj: dict[Any, Any], saved: list[tuple[Any, Any]], skip: frozenset[str]) -> None:
    kept = [(k, v) for k, v in dict.items(obj) if type(k) is str and k in skip]
    now = [(k, v) for k, v in dict.items(obj) if not (type(k) is str and k in skip)]
    same = len(now) == len(saved) and all(
        a is c and b is d for (a, b), (c, d) in zip(now, saved, strict=True)
    )
    if not same:
        dict.clear(obj)
        dict.update(obj, [*kept, *saved])


def _refill_set(obj: set[Any], saved: list[Any]) -> None:
    now = list(set.__iter__(obj))
    if len(now) != len(saved) or any(a is not b for a, b in zip(now, saved, strict=True)):
        set.clear(obj)
        set.update(obj, saved)


def _is_foreign(module: str) -> bool:
    """Whether a module is no part of what is tested: library, site-packages, or built in."""
    if is_library(module):
        return True
    found = sys.modules.get(module)
    path = getattr(found, "__file__", None) if found is not None else None
    return found is not None and ((path is None and module != "__main__") or "site-packages" in str(path))


def _is_stored_iterator(value: object) -> bool:
    cls = type(value)
    return is_library(cls.__module__) and hasattr(cls, "__next__") and cls is not types.GeneratorType


def _copied(value: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return copy.copy(value)
        except Exception:
            return value
