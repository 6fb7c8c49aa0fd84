"""Which value an object is: single assignment over objects that a run passes around.

Formal statement. Objects are told apart by identity, and all of them stay alive while it matters. An object
that exactly one step gave, or that was there before, is that value, surely. Where several steps gave one
object (a small number, an interned string, a function that returns its argument), a use of it is a use of

1. the constant or the parameter, where the source says so;
2. else what gave it last, here or in the calls around; `unsure` where the object is of a builtin scalar
   type, and so may be a coincidence.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType
from typing import Any, Final, final

from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.tracer.observing_effects import SCALARS
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = ["Use", "Values", "tuples_in"]

Use = tuple[ValueRef, bool]
"""A value, and whether it is unsure that it is this one."""
_SMALL: Final = 256


@final
class Values:
    """The values of one run."""

    def __init__(self) -> None:
        self.objects: dict[str, object] = {}
        """What each value was."""
        self.outside: set[str] = set()
        """Values that no step gave: constants, and what was there before."""
        self._by_object: dict[int, list[ValueRef]] = {}
        self._constants: dict[tuple[type, str], ValueRef] = {}
        self._homes: dict[str, str | None] = {}
        self._count = 0

    def define(
        self,
        obj: object,
        prefix: str = "v",
        home: str | None = None,
        shape: tuple[int, ...] | None = None,
    ) -> ValueRef:
        """A new value; `home` is the call that it came up in, `shape` its length then, if that may change."""
        self._count += 1
        kind = type(obj)
        if shape is None and id(kind) in _SIZED.ids:
            shape = (len(obj),)  # type: ignore[arg-type]
        name = f"{prefix}{self._count}"
        ref = ValueRef(name, kind.__qualname__, shape)
        self.objects[name] = obj
        known = self._by_object.get(id(obj))
        if known is None:
            self._by_object[id(obj)] = [ref]
        else:
            known.append(ref)
        self._homes[name] = home
        return ref

    def name(self, obj: object, name: str) -> ValueRef:
        """A parameter."""
        ref = ValueRef(name, type(obj).__qualname__, _shape(obj))
        self.objects[name] = obj
        self._by_object.setdefault(id(obj), []).append(ref)
        return ref

    def known(self, obj: object) -> list[ValueRef]:
        """What gave this object, the latest last."""
        return self._by_object.get(id(obj), [])

    def use(
        self, obj: object, hint: ast.expr | None, fixed: dict[str, ValueRef], around: set[str | None]
    ) -> Use | None:
        """The value that a use of `obj` means; `None` where nothing gave it and it is no constant."""
        if hint is not None:
            if isinstance(hint, ast.Constant):
                return self.constant(obj), False
            if isinstance(hint, ast.Name) and hint.id in fixed and self.objects.get(fixed[hint.id].id) is obj:
                return fixed[hint.id], False
        known = self._by_object.get(id(obj))
        if known is None:
            return None
        if len(known) == 1:
            return known[0], id(type(obj)) in SCALARS.ids and _is_common(obj)
        homes = self._homes
        for ref in reversed(known):
            if homes.get(ref.id) in around:
                return ref, id(type(obj)) in SCALARS.ids
        return known[-1], id(type(obj)) in SCALARS.ids

    def constant(self, obj: object) -> ValueRef:
        """A constant of the source, or an object that was there before."""
        if id(type(obj)) not in SCALARS.ids:
            ref = self.define(obj, "x")
            self.outside.add(ref.id)
            return ref
        key = (type(obj), repr(obj))
        known = self._constants.get(key)
        if known is None:
            self._count += 1
            known = self._constants[key] = ValueRef(f"c{self._count}", type(obj).__qualname__, _shape(obj))
            self.objects[known.id] = obj
            self.outside.add(known.id)
        return known


_SIZED: Final = TypeSet({list, tuple, dict, set, frozenset, str, bytes})


def _shape(obj: object) -> tuple[int, ...] | None:
    return (len(obj),) if id(type(obj)) in _SIZED.ids else None  # type: ignore[arg-type]


def _is_common(obj: Any) -> bool:
    """Whether equal objects of unlike origin may be one object."""
    if type(obj) is int:
        return -5 <= obj <= _SMALL
    return type(obj) is bool or obj is None or obj is ... or (type(obj) in (str, bytes) and len(obj) < 2)


def tuples_in(constants: tuple[object, ...]) -> Iterator[object]:
    """The tuples among the constants of a function, and of those in it: all its runs have the same."""
    for each in constants:
        if type(each) is tuple:
            yield each
            yield from tuples_in(each)
        elif type(each) is CodeType:
            yield from tuples_in(each.co_consts)
