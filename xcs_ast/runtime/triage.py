"""Whether a callee can wait for anything, told at a glance.

A script of small pure functions then never loads the analysis, which would take longer than the script.

Guarantees: no user code runs; nothing but object identities, exact types and the names in code objects are
read. `True` only where everything that the code can reach is Python functions of the same kind, builtin
functions that never wait, and builtin data. `False` says nothing. Assumes: nothing.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["never_waits"]

_MOST: Final = 24
"""Functions and values that are looked at; this must stay much cheaper than loading the analysis."""
_FEW: Final = 8
"""Elements of a container that are looked at, and the most that it may have."""
_SCALARS: Final = frozenset({int, float, complex, bool, str, bytes, type(None), type(...), range})
_SEQUENCES: Final = frozenset({tuple, list, set, frozenset})
_PLAIN: Final = frozenset({"math", "cmath", "string", "operator", "unicodedata", "bisect", "heapq"})
"""Modules in which nothing waits, and which lead to no other module."""
_WAITING: Final = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "exit", "globals", "help", "input", "locals"}
    | {"open", "print", "quit", "vars", "getattr", "__build_class__", "type", "super", "object"}
)


def _importing() -> None:
    import sys  # noqa: F401


_IMPORT: Final = _importing.__code__.co_code[6]
"""The operation: `RESUME`, two constants, and then it."""


def never_waits(slice: Callable[..., Any], values: Iterable[object]) -> bool:
    """Whether a slice cannot wait for anything, given what its variables hold."""
    return _Glance().clear(slice, values)


class _Glance:
    """One look, with a limit on how much is looked at."""

    __slots__ = ("_left", "_seen")

    def __init__(self) -> None:
        self._left = _MOST
        self._seen: set[int] = set()

    def clear(self, slice: Callable[..., Any], values: Iterable[object]) -> bool:
        return type(slice) is FunctionType and self._function(slice) and all(map(self._value, values))

    def _value(self, value: object) -> bool:
        kind = type(value)
        if kind in _SCALARS:
            return True
        self._left -= 1
        if self._left < 0:
            return False
        if kind in _SEQUENCES:
            return len(value) <= _FEW and all(map(self._value, value))  # type: ignore[arg-type, call-overload]
        if kind is dict:
            items: dict[object, object] = value  # type: ignore[assignment]
            return len(items) <= _FEW and all(map(self._value, (*items, *items.values())))
        if kind is FunctionType:
            return self._function(value)  # type: ignore[arg-type]
        if kind is BuiltinFunctionType or kind is type:
            name = getattr(value, "__name__", "")
            return name not in _WAITING and builtins.__dict__.get(name) is value
        return kind is ModuleType and value.__dict__.get("__name__") in _PLAIN

    def _function(self, function: FunctionType) -> bool:
        if id(function) in self._seen:
            return True
        self._seen.add(id(function))
        try:
            cells = [cell.cell_contents for cell in function.__closure__ or ()]
        except ValueError:  # one of them is empty
            return False
        return (
            self._code(function.__code__, function.__globals__)
            and all(map(self._value, cells))
            and all(map(self._value, function.__defaults__ or ()))
            and all(map(self._value, (function.__kwdefaults__ or {}).values()))
        )

    def _code(self, code: CodeType, scope: dict[str, Any]) -> bool:
        """A name in a code object may be a global one, a builtin one, or an attribute of such a value."""
        if _IMPORT in code.co_code[::2]:
            return False
        space = builtins.__dict__
        for name in code.co_names:
            if name in scope:
                if not self._value(scope[name]):
                    return False
            elif (name in space and not self._value(space[name])) or name.startswith("__"):
                return False
        return all(self._code(each, scope) for each in code.co_consts if type(each) is CodeType)
