"""What calls of a module's regions may lead to, told by names: whether it is worth getting ready for a wait.

Guarantees: no code runs; nothing but code objects and texts is looked at. `False` where every name on the way
is a function of the same module, a builtin that does not wait, or a method of builtin data.
Assumes: nothing. It is a guess: a name may mean something else when the program runs. All that a wrong one
costs is time, in the first call.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator
from types import CodeType

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["leads_out"]

_MAY_WAIT: Final = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "getattr", "globals", "help", "input", "locals"}
    | {"open", "print", "vars"}
)
_TOO_COMMON: Final = frozenset({"get", "pop", "update", "copy", "read", "write", "close", "format_map"})
"""Methods of builtin data whose names clients of services use as well."""
_OURS: Final = frozenset(
    {"ahead", "block", "block_module", "enter", "enter_module", "enter_steps", "rest", "trim", "worthwhile"}
)
"""What rewritten code calls."""


def _calls(given: Any) -> None:
    given()


_PUSH_NULL: Final = _calls.__code__.co_code[4 if sys.version_info >= (3, 13) else 2]
"""The operation beside a callee that is neither a global name nor a method: it may be anything."""


def _harmless() -> frozenset[str]:
    data = (str, bytes, int, float, list, dict, set, tuple)
    methods = {name for cls in data for name in cls.__dict__ if not name.startswith("_")}
    plain = {name for name in builtins.__dict__ if not name.startswith("_")}
    return frozenset((methods - _TOO_COMMON) | (plain - _MAY_WAIT) | _OURS)


_HARMLESS: Final = _harmless()


def _words(text: str) -> list[str]:
    """What stands in a piece of code and could be a name."""
    return "".join([each if each.isalnum() or each == "_" else " " for each in text]).split()


def _called(text: str) -> list[str]:
    """The last words of whatever is called in a piece of code; `)` and the like where that is no name."""
    found = []
    for before in text.split("(")[:-1]:
        before = before.rstrip()
        last = (_words(before) or [""])[-1]
        if last and before.endswith(last):
            found.append(last)
        elif before[-1:] in (")", "]", "}", '"', "'"):
            found.append(before[-1:])
    return [each for each in found if not each.startswith("__xcs_")]


def leads_out(code: CodeType, regions: Iterable[tuple[Iterable[str], str]]) -> bool:
    """Whether calls of one of these regions of a module may lead to what its own functions don't show.

    `regions` are the callees of each, and its text.
    """
    own: dict[str, list[CodeType]] = {}
    for each in _inside(code):
        own.setdefault(each.co_name, []).append(each)
    todo: list[str] = []
    for callees, text in regions:
        for callee in callees:
            todo += _words(callee)
        todo += _called(text)
        todo += own.keys() & set(_words(text))  # it may be handed on, and called elsewhere
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in own:
            for each in own[name]:
                for code in (each, *_inside(each)):
                    if _PUSH_NULL in code.co_code[::2]:
                        return True
                    todo += code.co_names
        elif name not in _HARMLESS:
            return True
    return False


def _inside(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield constant
            yield from _inside(constant)
