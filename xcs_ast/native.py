"""Python's own builtins, whatever the program makes of the module `builtins` while it runs.

A program may put something of its own in the place of `len` or `isinstance`, at any moment, and our code runs
in between. A function looks its builtins up where the globals of its module said when it was defined. So each
module of ours that runs beside the program calls `use_own` before it defines anything, and never notices.

The standard library does notice, and so does the import system. What needs those asks `intact` first, and
leaves the program alone where the answer is no.

Guarantees: nothing is patched; code of the program finds its builtins where it always did. Assumes: what is
loaded with this module is the interpreter's own, or `intact` says no for good.
"""

from __future__ import annotations

import builtins
import sys
from operator import attrgetter, is_, itemgetter
from types import BuiltinFunctionType, FunctionType

__all__ = [
    "Any",
    "Final",
    "Kind",
    "Never",
    "NoReturn",
    "Protocol",
    "Self",
    "TypeAlias",
    "TypeGuard",
    "TypeVar",
    "cast",
    "dataclass_transform",
    "final",
    "intact",
    "same_builtins",
    "unexpected",
    "use_own",
]

TYPE_CHECKING = False
if TYPE_CHECKING or "typeguard" in sys.modules:
    from typing import (
        Any,
        Final,
        Never,
        NoReturn,
        Protocol,
        Self,
        TypeAlias,
        TypeGuard,
        TypeVar,
        cast,
        dataclass_transform,
        final,
    )
else:
    # Importing `typing` takes longer than any three of our modules together, and what starts with every
    # program needs it for annotations alone, which nobody evaluates.
    Any = Final = Never = NoReturn = Protocol = Self = TypeAlias = TypeGuard = object

    def final(cls):
        """As `typing.final`."""
        return cls

    def cast(kind, value):
        """As `typing.cast`."""
        return value

    def TypeVar(name, **options):
        """The name of a type, for annotations."""
        return name

    def dataclass_transform(**options):
        """As `typing.dataclass_transform`."""
        return final


_OWN: Final[dict[str, Any]] = dict(vars(builtins))
_NAMES: Final = """
    __build_class__ __import__ abs all any bool bytes callable chr classmethod dict enumerate exec
    filter frozenset getattr hasattr hash id int isinstance issubclass iter len list map max min next
    object ord property range repr reversed set setattr slice sorted staticmethod str sum super tuple
    type vars zip
"""
_RELIED_ON: Final = tuple(_NAMES.split())
"""What the import system and those parts of the standard library use that we cannot do without."""
_ALL: Final = itemgetter(*_RELIED_ON)
_PLACE: Final = attrgetter("__builtins__")
_SPACE: Final[dict[str, Any]] = vars(builtins)


def use_own(space: dict[str, Any]) -> None:
    """Lets what the module with these globals defines from now on look up the interpreter's own builtins."""
    space["__builtins__"] = _OWN


use_own(globals())


if TYPE_CHECKING:
    from enum import Enum

    class Kind(Enum):
        """An enumeration, whose members hash by identity, whatever the program has made of `hash`."""

        __hash__ = object.__hash__

else:

    class _Kinds(type):
        """Makes the members of a `Kind`: as `EnumType` does, in a fifth of the time."""

        def __new__(cls, name, bases, space):
            values = {
                key: value
                for key, value in space.items()
                if not key.startswith("_") and not hasattr(value, "__get__")
            }
            made = type.__new__(cls, name, bases, {k: v for k, v in space.items() if k not in values})
            made.__members__ = {}
            made._of_value = {}
            for key, value in values.items():
                member = object.__new__(made)
                member.name = key
                member.value = value
                made.__members__[key] = made._of_value[value] = member
                setattr(made, key, member)
            return made

        def __call__(cls, value):
            found = cls._of_value.get(value)
            if found is None:
                raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
            return found

        def __getitem__(cls, name):
            return cls.__members__[name]

        def __iter__(cls):
            return iter(cls.__members__.values())

    class Kind(metaclass=_Kinds):
        """An enumeration. One that the user gets to see should be an `Enum`, with such a `__hash__`."""

        __hash__ = object.__hash__

        def __repr__(self):
            return f"<{type(self).__name__}.{self.name}: {self.value!r}>"

        def __str__(self):
            return f"{type(self).__name__}.{self.name}"

        def __reduce__(self):
            return type(self), (self.value,)


def intact() -> bool:
    """Whether the program has left alone what is relied on. Runs no code of the program."""
    try:
        return all(map(is_, _ALL(_SPACE), _KEPT))
    except KeyError:
        return False


def unexpected(value: Never) -> AssertionError:
    """What to raise where all cases have been told apart: type checkers see to it that none is missing."""
    return AssertionError(f"nobody expected {value!r}")


def same_builtins(one: FunctionType, other: FunctionType) -> bool:
    """Whether two functions look their builtins up in the same place."""
    return _PLACE(one) is _PLACE(other)


def _genuine(name: str, value: object) -> bool:
    """Whether this is the builtin of that name. Who replaces `__import__` before us has his way."""
    if name == "__import__":
        return True
    if type(value) is BuiltinFunctionType:
        return value.__self__ is builtins and value.__name__ == name
    return type(value) is type and type.__dict__["__module__"].__get__(value) == "builtins"


_KEPT: Final[tuple[object, ...]] = tuple(
    _OWN.get(name) if _genuine(name, _OWN.get(name)) else None for name in _RELIED_ON
)
