"""Text: `str`, `repr`, `format` and the `%` operator, with special methods in Python in the recorder's sight.

Guarantees: C code that writes out a container meets a stand-in for each object whose
text is made by Python code. Assumes: what is written out is not kept.
"""

from __future__ import annotations

import re
import sys
import types
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.calls_views import CONTAINERS, SCALARS
from xcs_ast.tracer.specials import Specials

use_own(globals())

__all__ = ["Texts"]

_PYTHON: Final = types.FunctionType
_ONLY_TEXT: Final = re.compile(r"(?:[^%]|%%|%(?:\([^()]*\))?[-#0-9. +]*[sra])*\Z")


class Texts(Specials):
    """Everything that is written out."""

    __slots__ = ()

    def text_arguments(self, text: str, given: Any) -> Any:
        """See `Specials`."""
        only_text = _ONLY_TEXT.match(text) is not None
        if issubclass(type(given), tuple):
            return tuple([self._inserted(part, only_text) for part in tuple.__iter__(given)])
        if type(given) is dict:
            seen = self.content(given)
            return {key: self._inserted(value, only_text) for key, value in seen.items()}
        if type(given) not in SCALARS and ("%(" in text or "%" not in text):
            return self.wait("formats by a mapping")
        return self._inserted(given, only_text)

    def _inserted(self, part: Any, only_text: bool) -> Any:
        shown = self.shown(part)
        if not only_text:
            if type(shown) is _Shown:
                return self.wait("formats an object as a number")
            for name in ("__index__", "__int__", "__float__"):
                self.settled(type(part), name)
        return shown

    def text_of(self, x: Any) -> str:
        """`str(x)`."""
        kind = type(x)
        if kind in SCALARS:
            return str(x)
        found = self.find_special(x, "__str__")
        if type(found) is _PYTHON:
            return self._text(self.call(found, x), "__str__")
        if found is object.__str__:
            return self.repr_of(x)
        if issubclass(kind, BaseException):
            if found is BaseException.__str__:
                return self._exception_text(x)
            if found is OSError.__str__ and sys.platform != "win32":
                return self._system_error_text(x)
            if found is KeyError.__str__:
                args = self.load_attr(x, "args")
                if type(args) is tuple and len(args) == 1:
                    return self.repr_of(args[0])
                return self._exception_text(x)
        self.check_leaf(x, ("__str__", "__repr__"))
        return str(x)

    def _exception_text(self, error: BaseException) -> str:
        args = self.load_attr(error, "args")
        if type(args) is not tuple:
            return self.wait("writes an exception out whose arguments are no tuple")
        return "" if not args else self.text_of(args[0] if len(args) == 1 else args)

    def _system_error_text(self, error: BaseException) -> str:
        number, text = self.load_attr(error, "errno"), self.load_attr(error, "strerror")
        name, other = self.load_attr(error, "filename"), self.load_attr(error, "filename2")
        if not all(type(each) in SCALARS for each in (number, text, name, other)):
            return self.wait("writes out an error of the system that holds an object")
        if name is None and not (number and text):
            # A number or a text that is there, and false, is unheard of.
            return (
                self._exception_text(error)
                if number is text is None
                else self.wait("writes out an unusual error of the system")
            )
        shown = f"[Errno {number}] {text}"
        if name is None:
            return shown
        return f"{shown}: {name!r}" if other is None else f"{shown}: {name!r} -> {other!r}"

    def repr_of(self, x: Any) -> str:
        """`repr(x)`."""
        kind = type(x)
        if kind in SCALARS:
            return repr(x)
        if kind in CONTAINERS:
            return repr(self.shown(x))
        found = self.find_special(x, "__repr__")
        kind = self.kind_of(x)
        if type(found) is _PYTHON:
            fields = self.generated_fields(kind, "__repr__")
            if fields is None:
                return self._text(self.call(found, x), "__repr__")
            parts = [f"{name}={self.repr_of(self.load_attr(x, name))}" for name in fields]
            return f"{self.load_attr(kind, '__qualname__')}({', '.join(parts)})"
        if issubclass(kind, BaseException) and found is BaseException.__repr__:
            args = self.load_attr(x, "args")
            if type(args) is tuple and len(args) == 1:
                return f"{kind.__name__}({self.repr_of(args[0])})"
            return kind.__name__ + self.repr_of(args)
        self.check_leaf(x, ("__repr__",))
        return repr(x)

    def _text(self, value: Any, method: str) -> str:
        if not issubclass(type(value), str):
            raise TypeError(f"{method} returned non-string (type {type(value).__name__})")
        return value  # type: ignore[no-any-return]

    def shown(self, x: Any, depth: int = 0) -> Any:
        """`x`, or what stands for it, for C code that writes it out by `str` and `repr`."""
        kind = type(x)
        if kind in SCALARS:
            return x
        if kind not in CONTAINERS:
            if (
                type(self.find_special(x, "__repr__")) is _PYTHON
                or type(self.find_special(x, "__str__")) is _PYTHON
            ):
                return _Shown(self, x)
            if issubclass(kind, BaseException):
                return _Shown(self, x)
            self.check_leaf(x, ("__repr__", "__str__", "__format__"))
            return x
        if depth > 40:
            return self.wait("writes out something that is nested too deeply")
        seen = self.content(x)
        if kind is dict:
            return {_Key(self.shown(k, depth + 1)): self.shown(v, depth + 1) for k, v in seen.items()}
        parts = [self.shown(part, depth + 1) for part in seen]
        if kind is set or kind is frozenset:
            if any(new is not old for new, old in zip(parts, seen, strict=True)):
                return self.wait("writes out a set of objects")
            return seen
        if kind is list:
            return parts
        return tuple(parts) if kind is tuple else type(x)(parts, x.maxlen)

    def format_value(self, value: Any, conversion: int, spec: str, /) -> str:
        """`f"{value!conversion:spec}"`."""
        if conversion == 115:
            value = self.text_of(value)
        elif conversion == 114:
            value = self.repr_of(value)
        elif conversion == 97:
            value = ascii(self.shown(value))
        return self.format_of(value, spec)

    def format_of(self, value: Any, spec: Any) -> str:
        """`format(value, spec)`."""
        kind = type(value)
        if not issubclass(type(spec), str):
            return format(None, spec)  # raises
        if kind in SCALARS and type(spec) is str:
            return format(value, spec)
        found = self.find_special(value, "__format__")
        if type(found) is _PYTHON:
            text = self.call(found, value, spec)
            if not issubclass(type(text), str):
                raise TypeError(f"__format__ must return a str, not {type(text).__name__}")
            return text  # type: ignore[no-any-return]
        if found is object.__format__:
            if spec != "":
                raise TypeError(f"unsupported format string passed to {kind.__name__}.__format__")
            return self.text_of(value)
        self.check_leaf(value, ("__format__",))
        return format(value, spec)


class _Shown:
    """Stands for an object in front of C code: its text is made in the recorder's sight."""

    __slots__ = ("_hooks", "_obj")

    def __init__(self, hooks: Texts, obj: Any) -> None:
        self._hooks = hooks
        self._obj = obj

    def __repr__(self) -> str:
        return self._hooks.repr_of(self._obj)

    def __str__(self) -> str:
        return self._hooks.text_of(self._obj)

    def __format__(self, spec: str) -> str:
        return self._hooks.format_of(self._obj, spec)

    def __getattr__(self, name: str) -> Any:
        return self._hooks.wait("uses more of an object that is written out than its text")


class _Key:
    """A key that is only to be written out."""

    __slots__ = ("_key",)

    def __init__(self, key: Any) -> None:
        self._key = key

    def __repr__(self) -> str:
        return repr(self._key)
