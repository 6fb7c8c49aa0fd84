"""Functions for `test_durability`; a file of its own, since their source is read."""

from __future__ import annotations

import abc
import dataclasses
import enum
import functools
import logging
import operator
import os
import re
from typing import Any, ClassVar, NamedTuple


def make() -> list[Any]:
    """Three models of a class of their own, a function of their own, and a set that it closes over."""

    class Model:
        def __init__(self, name: str) -> None:
            self.name = name

        def ask(self, pause: Any) -> str:
            pause(0.001)
            return self.name

    part = {1}

    def count() -> int:
        return len(part)

    return [Model("x"), Model("x"), Model("x"), count, part]


def run(models: Any, function: Any, part: Any, pause: Any) -> Any:
    """The region."""
    out = []
    for model in models:
        out.append((model.ask(pause), function()))
    return out


@dataclasses.dataclass
class Row:
    number: int
    more: list[int] = dataclasses.field(default_factory=list)


class Kind(abc.ABC):
    """Anybody may be registered."""


def row_of(number: int, pause: Any) -> Row:
    pause(0.001)
    return Row(number)


def kind_of(number: int, pause: Any) -> bool:
    pause(0.001)
    return isinstance(number, Kind)


def matched(row: Row, pause: Any) -> int:
    pause(0.001)
    match row:
        case [first, *_]:
            return int(first)
        case _:
            return row.number


def make_rows(numbers: list[int], pause: Any) -> list[Any]:
    """A region that makes dataclass instances."""
    return [row_of(number, pause) for number in numbers]


def ask_kinds(numbers: list[int], pause: Any) -> list[Any]:
    """A region that asks an abstract base class."""
    return [kind_of(number, pause) for number in numbers]


ROWS = [Row(1), Row(2)]


def match_all(numbers: list[int], pause: Any) -> list[Any]:
    """A region that matches what is no sequence."""
    return [matched(row, pause) for row in ROWS]


def told_apart(row: Row, pause: Any) -> bool:
    """Hands an object of the program's to a function of a library, which might ask for its `__class__`."""
    pause(0.001)
    return operator.is_(row, ROWS[0])


def hand_on(numbers: list[int], pause: Any) -> list[Any]:
    """A region whose callee does so."""
    return [told_apart(row, pause) for row in ROWS]


class Part:
    """May be referred to weakly."""

    number = 3


class Tables:
    """Holds data for all its instances."""

    names: ClassVar[dict[str, int]] = {"a": 1}
    pattern = re.compile("a")
    part = Part()

    @functools.cached_property
    def found(self) -> int:
        return self.names["a"] + self.part.number + (self.pattern.match("a") is not None)


class Below(Tables):
    """Holds nothing of its own, at first."""


OWN = {"a": 5}


def of_below(number: int, pause: Any) -> Any:
    pause(0.001)
    return Below.names["a"], Below().names["a"], number


def use_below(numbers: list[int], pause: Any) -> list[Any]:
    """A region that uses what a base class holds, and changes something else."""
    out = []
    for number in numbers:
        out.append(of_below(number, pause))
        OWN["a"] = number
    return out


class Slotted:
    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Pair(NamedTuple):
    """What it holds is found in its class."""

    first: int
    second: int = 2


class Level(enum.Enum):
    """Members are there to stay."""

    LOW = 1
    HIGH = 2


log = logging.getLogger("xcs_ast.tests.lasting")


def of_classes(number: int, pause: Any) -> Any:
    pause(0.001)
    return Tables().found, Slotted(number).number, Pair(number).second


def of_levels(number: int, pause: Any) -> Any:
    pause(0.001)
    return Level.LOW.value, Level["HIGH"], list(Level), os.environ.get("nothing of the kind")


def said(number: int, pause: Any) -> int:
    pause(0.001)
    log.debug("at %s", number)
    return number


def use_classes(numbers: list[int], pause: Any) -> list[Any]:
    """A region that uses what classes hold."""
    return [of_classes(number, pause) for number in numbers]


def use_levels(numbers: list[int], pause: Any) -> list[Any]:
    """A region that uses members of an enumeration, and the environment."""
    return [of_levels(number, pause) for number in numbers]


def say_all(numbers: list[int], pause: Any) -> list[Any]:
    """A region that logs."""
    return [said(number, pause) for number in numbers]
