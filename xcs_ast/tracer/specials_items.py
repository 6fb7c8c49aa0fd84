"""Items and iteration of what is no builtin container: by the special methods of its class."""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Iterator
from typing import Any, Final, cast, final

from xcs_ast.effects import catalog
from xcs_ast.effects.resolve import among, class_name, is_class, module_of
from xcs_ast.effects.type_forms import makes_type_form
from xcs_ast.ir.paths import MISSING
from xcs_ast.native import use_own
from xcs_ast.tracer.calls_views import SCALARS
from xcs_ast.tracer.hook_parts import Asked
from xcs_ast.tracer.kinds import plain_slice
from xcs_ast.tracer.specials_text import Texts

use_own(globals())

__all__ = ["Items", "Steps", "for_c"]

_PYTHON: Final = types.FunctionType
_BUILTIN: Final = (dict, list)
_ITERATED: Final = (dict.__iter__, list.__iter__, set.__iter__)


class Items(Texts):
    """The `foreign_` hooks of items and iteration."""

    __slots__ = ()

    def _natively(self, o: Any, k: Any, method: str) -> bool:
        """Whether an own instance of a subclass of `dict` or `list` does this as its base does."""
        owner = self.find_settled(type(o), method)[0]
        if owner not in _BUILTIN or not self.owns(o):
            return False
        if owner is dict:
            self.check_key(k)
            return method != "__getitem__" or type(self.settled(type(o), "__missing__")) is not _PYTHON
        return type(k) is int or (type(k) is slice and plain_slice(k))

    def foreign_load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]` where the container or the key is not a builtin one."""
        if o is os.environ and type(k) is str:
            found = self.transaction.probe(lambda: os.environ.get(k))
            if found is None:
                found = os.environ[k]  # raises; else it has come just now
                self.transaction.inconsistent()
            return found
        if makes_type_form(o, k):
            return o[k]
        found = self.find_special(o, "__getitem__")
        if type(found) is _PYTHON:
            return self.call(found, o, k)
        if type(o) is dict:
            self.check_key(k)
            seen = self.content(o)
            for key in seen:
                self.check_key(key)
            return seen[k]
        if is_class(o) and found is None:
            return self._parametrized(o, k)
        if found is None or type(o) in SCALARS:
            if type(self.find_special(k, "__index__")) is _PYTHON:
                return self.wait("indexes by an object")
            return o[k]  # raises
        if found is tuple.__getitem__:
            return (
                o[k]
                if type(k) is int or (type(k) is slice and plain_slice(k))
                else self.wait("indexes by an object")
            )
        if self._natively(o, k, "__getitem__"):
            value = o[k]
            return self.adopt(value) if type(k) is slice else value
        if found is dict.__getitem__ and self.owns(o):
            if dict.__contains__(o, k):
                return dict.__getitem__(o, k)
            return self.call(self.class_attr(type(o), "__missing__"), o, k)
        entry = catalog.for_method(type(o), "__getitem__")
        if entry is not None and type(found) is types.WrapperDescriptorType:
            return self.run_entry(entry, found, o, (k,), {})
        return self.wait(f"an item of a {class_name(type(o))}")

    def run_entry(
        self, entry: Any, native: Any, receiver: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """See `modelled`."""
        raise NotImplementedError

    def _parametrized(self, o: type, k: Any) -> Any:
        if type.__dict__["__flags__"].__get__(o) & (1 << 9):
            return self.wait("parametrizes a class")
        return o[k]  # type: ignore[index]

    def foreign_store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value` where the container or the key is not a builtin one."""
        found = self.find_special(o, "__setitem__")
        if type(found) is _PYTHON:
            self.call(found, o, k, value)
        elif (
            found is None
            or (self._natively(o, k, "__setitem__") and type(k) is not slice)
            or (type(o) is bytearray and self.owns(o) and type(k) is int and type(value) is int)
        ):
            o[k] = value
        else:
            self.wait(f"stores an item of a {class_name(type(o))}")

    def foreign_delete_item(self, o: Any, k: Any, /) -> None:
        """`del o[k]` where the container or the key is not a builtin one."""
        found = self.find_special(o, "__delitem__")
        if type(found) is _PYTHON:
            self.call(found, o, k)
        elif found is None or self._natively(o, k, "__delitem__"):
            del o[k]
        else:
            self.wait(f"deletes an item of a {class_name(type(o))}")

    def foreign_iterate(self, x: Any, /) -> Iterator[Any]:
        """`iter(x)` for anything that is not a builtin container, text or range."""
        cls: Any = type(x)
        if cls is Steps or cls is StepsInC or str(module_of(cls)).startswith("xcs_ast.tracer.containers"):
            # An iterator of ours, which the program has from `iter()`.
            return cast(Iterator[Any], x)
        found = self.find_special(x, "__iter__")
        if type(found) is _PYTHON:
            return self._stepping(self.call(found, x))
        if found is None:
            if self.find_special(x, "__getitem__") is None:
                return iter(x)  # raises
            return self.wait(f"iterates over a {class_name(type(x))} by its items")
        if self.owns(x) and self.settled(cls, "__next__") is not MISSING:
            return iter(x)
        if found is tuple.__iter__ or (self.owns(x) and among(found, _ITERATED)):
            return iter(x)
        return self.wait(f"iterates over a {class_name(type(x))}")

    def starred(self, x: Any, /) -> Any:
        """What `a, *b = x` takes apart, but for builtin containers: an iterator is asked for its own."""
        return Asked(lambda: for_c(self, self.foreign_iterate(x)), lambda: None)

    def _stepping(self, made: Any) -> Iterator[Any]:
        """The iterator that an `__iter__` in Python gave."""
        found = self.find_special(made, "__next__")
        if found is None:
            raise TypeError(f"iter() returned non-iterator of type '{type(made).__name__}'")
        if type(found) is _PYTHON:
            return Steps(self, made, found)
        return self.iterate(made)


@final
class Steps:
    """An iterator whose class is in Python, advanced in the recorder's sight. No program shall meet it."""

    __slots__ = ("_found", "_hooks", "made")

    def __init__(self, hooks: Items, made: Any, found: Any) -> None:
        self._hooks = hooks
        self.made = made
        self._found = found

    def __iter__(self) -> Steps:
        return self

    def __next__(self) -> Any:
        return self._hooks.call(self._found, self.made)


@final
class StepsInC:
    """The same for C code, which may ask an iterator for its iterator once more, and for its length.

    `plain` is handed each item, and gives it back.
    """

    __slots__ = ("_hooks", "_plain", "_steps")

    def __init__(self, hooks: Items, steps: Steps, plain: Callable[[Any], Any] | None) -> None:
        self._hooks = hooks
        self._steps = steps
        self._plain = plain

    def __iter__(self) -> Iterator[Any]:
        return for_c(self._hooks, self._hooks.iterate(self._steps.made), self._plain)

    def __next__(self) -> Any:
        value = next(self._steps)
        return value if self._plain is None else self._plain(value)

    def __length_hint__(self) -> Any:
        self._hooks.hint(self._steps.made)
        return NotImplemented


def for_c(hooks: Items, source: Iterator[Any], plain: Callable[[Any], Any] | None = None) -> Iterator[Any]:
    """An iterator, as C code may have it."""
    if type(source) is Steps:
        return StepsInC(hooks, source, plain)
    return source if plain is None else map(plain, source)
