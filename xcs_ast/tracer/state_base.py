"""The real heap as the recorder reads it, the steps that a replay is made of, and held-back increments.

Guarantees: nothing here runs user code: containers are exact builtin ones, slots are C descriptors, keys
have been found plain. Assumes: what a step stores was allowed when the step was recorded.
"""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer.kinds import MISSING, class_lookup, same

use_own(globals())

__all__ = ["CELL", "CLASS", "REAL", "SLOT", "Base", "Increment", "fold", "increasable"]

CELL: Final = "cell"
SLOT: Final = "slot"
CLASS: Final = "class"


class Base:
    """A view of the shared world that a segment reads from. Reading here logs nothing."""

    __slots__ = ()

    def key(self, obj: Any, key: object, /) -> object:
        """The value under a key of an exact builtin mapping, or `MISSING`."""
        raise NotImplementedError

    def element(self, obj: Any, index: int, /) -> object:
        """The element of a sequence at an index (may be negative), or `MISSING`."""
        raise NotImplementedError

    def contains(self, obj: Any, element: object, /) -> bool:
        """Whether a set holds an element."""
        raise NotImplementedError

    def length(self, obj: Any, /) -> int:
        """The length of a container."""
        raise NotImplementedError

    def content(self, obj: Any, /) -> Any:
        """A private copy of a container, in the order of the original."""
        raise NotImplementedError

    def untouched(self, obj: Any, /) -> bool:
        """Whether the container itself, as it is now, is what this view shows."""
        raise NotImplementedError

    def single(self, kind: Any, owner: Any, name: object, /) -> object:
        """The value of a cell, a slot, or an entry of a class, or `MISSING`."""
        raise NotImplementedError

    def lookup(self, cls: type, name: str, /) -> object:
        """What the classes of the MRO of `cls` hold under `name`, or `MISSING`."""
        raise NotImplementedError


@final
class _Real(Base):
    """The heap as it is."""

    __slots__ = ()

    def key(self, obj: Any, key: object, /) -> object:
        return dict.get(obj, key, MISSING)

    def element(self, obj: Any, index: int, /) -> object:
        try:
            return obj[index]
        except IndexError:
            return MISSING

    def contains(self, obj: Any, element: object, /) -> bool:
        return element in obj

    def length(self, obj: Any, /) -> int:
        return len(obj)

    def content(self, obj: Any, /) -> Any:
        return _COPIES[type(obj)](obj)

    def untouched(self, obj: Any, /) -> bool:
        return True

    def single(self, kind: Any, owner: Any, name: object, /) -> object:
        if kind is CELL:
            try:
                return owner.cell_contents
            except ValueError:
                return MISSING
        if kind is SLOT:
            try:
                return name.__get__(owner, type(owner))  # type: ignore[attr-defined]
            except AttributeError:
                return MISSING
        return _namespace(owner).get(name, MISSING)

    def lookup(self, cls: type, name: str, /) -> object:
        return class_lookup(cls, name)


_namespace: Final[Callable[[type], Any]] = type.__dict__["__dict__"].__get__
REAL: Final = _Real()


def _copy_default(obj: Any) -> Any:
    # Without the factory: what the copy lacks must not appear in it by being looked at.
    made: collections.defaultdict[Any, Any] = collections.defaultdict(None)
    dict.update(made, obj)
    return made


def _copy_counter(obj: Any) -> Any:
    made: Any = collections.Counter.__new__(collections.Counter)
    dict.update(made, obj)
    return made


_COPIES: Final[dict[type, Callable[[Any], Any]]] = {
    list: list.copy,
    dict: dict.copy,
    set: set.copy,
    collections.deque: collections.deque.copy,
    collections.OrderedDict: collections.OrderedDict.copy,
    collections.defaultdict: _copy_default,
    collections.Counter: _copy_counter,
}


def empty_like(obj: Any) -> Any:
    """An empty container of the same exact kind."""
    if type(obj) is collections.deque:
        return collections.deque(maxlen=obj.maxlen)
    kind: Any = type(obj)
    return kind.__new__(kind)


# Increments

_INPLACE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "&": operator.iand,
    "|": operator.ior,
    "^": operator.ixor,
}


def increasable(old: object, op: str, value: object) -> bool:
    """Whether `old op= value` may be held back: nobody but the numbers themselves can tell."""
    kind, other = type(old), type(value)
    if kind is int:
        return (op in "+-*" and other in (int, float, bool)) or (op in "&|^" and other in (int, bool))
    if kind is float:
        return op in "+-*" and other in (int, float, bool)
    return kind is str and other is str and op == "+"


def fold(start: object, steps: Iterable[tuple[str, object]]) -> Any:
    """The increments carried out on `start`."""
    for op, value in steps:
        start = _INPLACE[op](start, value)
    return start


def folded(op: str, value: object, then: str, more: object) -> tuple[str, object] | None:
    """One increment of an integer that does what two do, or `None`."""
    if type(value) is not int or type(more) is not int or op not in "+-" or then not in "+-":
        return None
    return "+", (value if op == "+" else -value) + (more if then == "+" else -more)


@final
class Increment:
    """Increments held back on one place: the value itself has not been looked at."""

    __slots__ = ("default", "folded", "open", "seen", "steps")

    def __init__(self, seen: object, default: object) -> None:
        self.seen = seen
        """What the place held when first touched (`MISSING`: nothing, and `default` counts)."""
        self.default = default
        self.steps: list[tuple[str, object]] = []
        self.open = 0
        """How many augmented assignments have begun, and not come to an increment (yet)."""
        self.folded = False
        """Some were added up: that is exact for integers."""

    def add(self, op: str, value: object) -> bool:
        """One increment more. True: it may have been added to the one before, here and in other lists."""
        self.open -= 1
        start = self.default if self.seen is MISSING else self.seen
        # Who has begun and not ended knows the value of old by the number of steps.
        if self.open or type(start) is not int or not self.steps:
            self.steps.append((op, value))
            return False
        sum_ = folded(*self.steps[-1], op, value)
        if sum_ is None:
            self.steps.append((op, value))
            return False
        self.steps[-1] = sum_
        self.folded = True
        return True

    def value(self, count: int | None = None) -> object:
        """What the place holds after the first `count` increments, if it has not changed since."""
        return fold(self.default if self.seen is MISSING else self.seen, self.steps[:count])

    def holds(self, now: object) -> bool:
        """Whether the increments can be carried out on what is there now, without an error."""
        start = self.default if now is MISSING else now
        if start is MISSING or (type(start) is str) is not (type(self.steps[0][1]) is str):
            return False
        if type(start) is str:
            return all(type(value) is str for _, value in self.steps)
        if type(start) not in (int, float) or (self.folded and type(start) is not int):
            return False
        try:
            for op, value in self.steps:
                if not increasable(start, op, value):
                    return False
                start = _INPLACE[op](start, value)
        except (ArithmeticError, TypeError, ValueError):
            return False
        return True


# Steps of a replay


def put(obj: Any, key: object, value: object) -> None:
    """`obj[key] = value` on an exact builtin mapping or list."""
    obj[key] = value


def drop(obj: Any, key: object) -> None:
    """`del obj[key]`."""
    del obj[key]


def increase(obj: Any, key: object, op: str, value: object, default: object) -> None:
    """`obj[key] op= value`, with a default for a key that is not there."""
    old = dict.get(obj, key, default)
    obj[key] = _INPLACE[op](old, value)


def do(obj: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """A method of an exact builtin container."""
    getattr(type(obj), name)(obj, *args, **kwargs)


def put_single(kind: object, owner: Any, name: Any, value: object) -> None:
    """Sets a cell, a slot, or an entry of a class."""
    if kind is CELL:
        owner.cell_contents = value
    elif kind is SLOT:
        name.__set__(owner, value)
    else:
        type.__setattr__(owner, name, value)


def drop_single(kind: object, owner: Any, name: Any) -> None:
    """Empties a cell, a slot, or an entry of a class."""
    if kind is CELL:
        del owner.cell_contents
    elif kind is SLOT:
        name.__delete__(owner)
    else:
        type.__delattr__(owner, name)


def increase_single(kind: object, owner: Any, name: Any, op: str, value: object) -> None:
    """Increments a cell, a slot, or an entry of a class."""
    old = REAL.single(kind, owner, name)
    put_single(kind, owner, name, _INPLACE[op](old, value))


def run_step(step: Callable[[], None]) -> None:
    """A deferred effect."""
    step()


def same_content(a: Any, b: Any) -> bool:
    """Whether two sequences hold the same things in the same order."""
    return len(a) == len(b) and all(map(same, a, b))


def running(iterators: list[Any]) -> list[Any]:
    """Those of our own iterators that have something left, as far as can be told."""
    return [each for each in iterators if operator.length_hint(each, 1) > 0]
