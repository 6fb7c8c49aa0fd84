"""Methods in C that are carried out by hand: of `str`, `object`, exceptions and generators; getters.

Guarantees: what they look at and call is in the recorder's sight. Assumes: see `calls`.
"""

from __future__ import annotations

import io
import operator
import os
from typing import Any

from xcs_ast.effects import catalog
from xcs_ast.effects.resolve import is_class
from xcs_ast.effects.text_codecs import OWN_CODEC, are_standard
from xcs_ast.native import use_own
from xcs_ast.tracer.calls_builtins import Builtins
from xcs_ast.tracer.calls_views import SCALARS
from xcs_ast.tracer.specials_items import for_c

use_own(globals())

__all__ = ["Methods"]


class Methods(Builtins):
    """What the models can't say of methods."""

    __slots__ = ()

    def getter(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`operator.attrgetter(...)(obj)` and its like."""
        made = f.__reduce__()
        if len(args) != 1 or kwargs or len(made) != 2 or not all(type(part) in SCALARS for part in made[1]):
            return self.wait(f"calls an operator.{type(f).__name__} in an unusual way")
        if made[0] is not type(f):  # a method caller with keywords is made by a `partial`
            return self.wait(f"calls an operator.{type(f).__name__} in an unusual way")
        if type(f) is operator.methodcaller:
            method, *given = made[1]
            return self.call(self.load_attr(args[0], method), *given)
        results = []
        for part in made[1]:
            value = args[0]
            if type(f) is operator.itemgetter:
                value = self.load_item(value, part)
            else:
                for name in part.split("."):
                    value = self.load_attr(value, name)
            results.append(value)
        return results[0] if len(results) == 1 else tuple(results)

    def str_method(self, f: Any, o: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A method of a string."""
        values = (*args, *kwargs.values())
        if all(type(arg) in SCALARS for arg in values):
            if name == "encode" and not are_standard(args, kwargs):
                return self.wait(OWN_CODEC)
            result = f(o, *args, **kwargs)
            return self.adopt(result) if type(result) is list else result
        if name == "join" and len(args) == 1 and not kwargs:
            try:
                parts = self.iterate(args[0])
            except TypeError:
                return self.wait("joins what cannot be iterated over")
            return o.join(list(for_c(self, parts)))
        if name in ("format", "format_map"):
            return self._format(o, name, args, kwargs)
        if name in ("startswith", "endswith") and type(args[0]) is tuple:
            return f(o, *args, **kwargs)
        if name == "__mod__" and len(args) == 1:
            return self.binary("%", o, args[0])
        entry = catalog.for_method(str, name)
        if entry is None:
            return self.wait(f"calls str.{name}, which has no model")
        return self.run_entry(entry, f, o, args, kwargs)

    def _format(self, text: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        import _string  # type: ignore[import-not-found]

        if name == "format_map":
            return self.wait("formats by a mapping")
        for _, field, spec, _ in _string.formatter_parser(text):
            if field is not None and ("." in field or "[" in field or "{" in (spec or "")):
                return self.wait("formats attributes or items of an object")
        shown = [self.shown(arg) for arg in args]
        return text.format(*shown, **{key: self.shown(value) for key, value in kwargs.items()})

    def by_hand(self, f: Any, o: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Methods of `object`, `type`, generators and exceptions; `NotImplemented` for all others."""
        if self.is_own_generator(o) and name in ("__next__", "send", "throw", "close", "__iter__"):
            return f(o, *args, **kwargs)
        if kwargs:
            return NotImplemented
        holder = f.__objclass__
        if name == "__iter__" and not args:
            return self.iterate(o)
        if name == "__next__" and not args and self.owns(o):
            return f(o)
        if holder is object:
            return self._of_object(o, name, args)
        if issubclass(holder, BaseException) and name == "__init__":
            return f(o, *args) if self.owns(o) else NotImplemented
        if issubclass(holder, BaseException) and name in ("with_traceback", "add_note"):
            return f(o, *args) if self.owns(o) else NotImplemented
        if holder in (dict, list, set) and self.owns(o) and name == "__init__" and holder is dict:
            self.check_filled(o, args, kwargs)
            return None
        if is_class(o) and holder is type and name == "__call__":
            return self.construct_plainly(o, args, kwargs)
        in_memory = type(o) in (io.StringIO, io.BytesIO) and self.owns(o)
        if in_memory and all(type(arg) in SCALARS for arg in args):
            return f(o, *args)
        return NotImplemented

    def _of_object(self, o: Any, name: str, args: tuple[Any, ...]) -> Any:
        if name == "__init__":
            return None
        if name == "__setattr__" and len(args) == 2 and type(args[0]) is str:
            self.store_plainly(o, args[0], args[1])
            return None
        if name == "__getattribute__" and len(args) == 1 and type(args[0]) is str:
            return self.load_attr(o, args[0])
        if name == "__repr__" and not args:
            return object.__repr__(o)
        if name == "__str__" and not args:
            return self.repr_of(o)
        if name == "__hash__" and not args:
            return object.__hash__(o)
        if name == "__eq__" and len(args) == 1:
            return object.__eq__(o, args[0])
        return NotImplemented

    def store_plainly(self, o: Any, name: str, value: Any) -> None:
        """`object.__setattr__(o, name, value)`."""
        if self.owns(o):
            object.__setattr__(o, name, value)
            self.transaction.fresh.forget_field(id(o))
        else:
            self.wait("sets an attribute of a shared object past its class")

    def look_at_environment(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`os.environ.get(name, default)`, and looked at again when it is the task's turn."""
        if kwargs or not 1 <= len(args) <= 2 or type(args[0]) is not str or not self.untouched(os.environ):
            return self.wait("looks at the environment in an unusual way")
        found = self.transaction.probe(lambda: os.environ.get(args[0]))
        if found is not None:
            return found
        return args[1] if len(args) == 2 else None
