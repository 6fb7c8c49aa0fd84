"""What the hooks are made of: operators by name, iteration without a second `iter`, messages, unpacking.

Guarantees: each function here has the meaning of the construct that it is named for.
Assumes: nothing.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterator
from types import WrapperDescriptorType
from typing import Any, Final

from xcs_ast.native import use_own

use_own(globals())

__all__ = [
    "BINARY",
    "BUILTIN_ITERATORS",
    "COMPARE",
    "INPLACE",
    "UNARY",
    "Asked",
    "Once",
    "Token",
    "function_text",
    "load_builtin",
    "merge_keywords",
    "once",
    "static",
    "submodule_or_error",
    "unbound",
    "unpacker",
]

BINARY: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
"""Binary operators by how they are written."""

INPLACE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "/": operator.itruediv,
    "//": operator.ifloordiv,
    "%": operator.imod,
    "**": operator.ipow,
    "@": operator.imatmul,
    "<<": operator.ilshift,
    ">>": operator.irshift,
    "&": operator.iand,
    "|": operator.ior,
    "^": operator.ixor,
}
"""Operators of augmented assignments, without their `=`."""

UNARY: Final[dict[str, Callable[[Any], Any]]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
}
"""Unary operators; `not` goes through `truth`."""

COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda a, b: operator.contains(b, a),
    "not in": lambda a, b: not operator.contains(b, a),
}
"""Comparisons."""


_ITERABLES: Final[tuple[Any, ...]] = (
    (),
    [],
    {},
    {}.values(),
    {}.items(),
    set(),
    range(0),
    "",
    "\u0100",
    zip(),
    enumerate(()),
    map(len, ()),
)
BUILTIN_ITERATORS: Final[frozenset[type]] = frozenset(type(iter(each)) for each in _ITERABLES)
"""Types of iterators whose `iter` is themselves, the usual ones."""


class Once:
    """An iterator whose `iter` is itself; everything else is the iterator's own."""

    __slots__ = ("_iterator",)

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator

    def __iter__(self) -> Once:
        return self

    def __next__(self) -> Any:
        return next(self._iterator)

    def __getattr__(self, name: str) -> Any:
        # `yield from` asks for `send`, `throw` and `close`.
        return getattr(self._iterator, name)


class Asked:
    """Stands for what C code is given to iterate: it is asked when that asks, and as often as that does."""

    __slots__ = ("ask", "hint")

    def __init__(self, ask: Callable[[], Iterator[Any]], hint: Callable[[], object]) -> None:
        self.ask = ask
        self.hint = hint

    def __iter__(self) -> Iterator[Any]:
        return self.ask()

    def __length_hint__(self) -> Any:
        self.hint()
        return NotImplemented


class Token:
    """An augmented assignment between its load and its store: what was loaded, and where it goes.

    A clone may begin under one recorder and finish under another (`Link.switch`). So what `begin_*` of any
    recorder but `Direct` returns has these four attributes (`old` may be a property that reads when asked).
    """

    __slots__ = ("kind", "name", "old", "owner")

    def __init__(self, kind: str, owner: Any, name: Any, old: Any) -> None:
        self.kind = kind
        """`attr`, `item`, `global`, `cell`."""
        self.owner = owner
        """The object, the globals or the cell."""
        self.name = name
        """The attribute, key or variable."""
        self.old = old


def static(cls: type, name: str) -> Any:
    """What a class or its bases define under a name, or `None`; no metaclass is asked."""
    mro: tuple[type, ...] = type.__getattribute__(cls, "__mro__")
    for each in mro:
        found = type.__getattribute__(each, "__dict__").get(name)
        if found is not None:
            return found
    return None


def once(iterator: Any) -> Iterator[Any]:
    """An iterator that `for` may call `iter` on once more without the program noticing.

    Instrumented code runs `for x in _xcs_r.iterate(xs)`: an iterator's own `__iter__`, if it is Python code,
    would run where plain code does not call it, or be missing where plain code does not need it.
    """
    if type(static(type(iterator), "__iter__")) is WrapperDescriptorType:
        found: Iterator[Any] = iterator
        return found
    return Once(iterator)


def function_text(f: Any) -> str:
    """How messages about calls name a callee."""
    name = getattr(f, "__qualname__", None)
    if name is None:
        return str(f)
    module = getattr(f, "__module__", None)
    if module is not None and module != "builtins":
        return f"{module}.{name}()"
    return f"{name}()"


def load_builtin(scope: dict[str, Any], name: str, missing: str | None = None) -> Any:
    """A builtin as code with these globals finds it; `missing` is the message of an `ImportError` instead."""
    known = scope.get("__builtins__", builtins)
    found = known if type(known) is dict else known.__dict__
    try:
        return found[name]
    except KeyError:
        pass
    if missing is not None:
        raise ImportError(missing)
    raise NameError(f"name '{name}' is not defined", name=name)


def unbound(name: str) -> NameError:
    """The error for an empty cell of an enclosing function."""
    text = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
    return NameError(text, name=name)


def merge_keywords(f: Any, before: dict[Any, Any], found: dict[Any, Any]) -> dict[Any, Any]:
    """Adds keywords to those of a call of `f`; none may come twice. Python refuses what is no text later."""
    for key in found:
        if key in before:
            raise TypeError(f"{function_text(f)} got multiple values for keyword argument '{key}'")
    before.update(found)
    return before


_unpackers: dict[tuple[int, int], Callable[[Any], Any]] = {}


def unpacker(before: int, after: int) -> Callable[[Any], Any]:
    """A function that takes its argument apart as an assignment does."""
    made = _unpackers.get((before, after))
    if made is None:
        made = _unpackers[before, after] = _make_unpacker(before, after)
    return made


def _make_unpacker(before: int, after: int) -> Callable[[Any], Any]:
    names = [f"a{index}" for index in range(before + max(after, -1) + 1)]
    targets = [f"*{name}" if after >= 0 and index == before else name for index, name in enumerate(names)]
    shape = f"[{', '.join(targets)}]"
    text = f"def unpacker(x):\n    {shape} = x\n    return ({''.join(f'{name}, ' for name in names)})\n"
    space: dict[str, Any] = {}
    exec(compile(text, __file__, "exec"), space)
    made: Callable[[Any], Any] = space["unpacker"]
    return made


def submodule_or_error(module: Any, name: str) -> Any:
    """What the interpreter does where a module lacks the name: look for a submodule, or complain."""
    code = compile(f"from module import {name} as found", __file__, "exec")
    space: dict[str, Any] = {"__builtins__": {"__import__": lambda *_: module}}
    exec(code, space)
    return space["found"]
