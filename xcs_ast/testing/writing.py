"""What every part of a generated program is written with: names, numbers, looks at shared state, calls."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

from xcs_ast.testing.choices import Choices
from xcs_ast.testing.states import State

__all__ = ["Item", "Lines", "Writing", "flat", "indent"]

Lines = list[str]


_PATCHES: Final = (
    "Box.look = lambda self: self.n",
    "Box.twice = property(lambda self: 1)",
    "Box.__len__ = lambda self: 2",
    "boxes[0].look = lambda: 5",
    "boxes[1].n, boxes[0].n = boxes[0].n, boxes[1].n",
    "del boxes[-1].items[:]",
    "boxes[0] = Box(4)",
)


def indent(lines: Sequence[str]) -> Lines:
    """Four spaces further in."""
    return textwrap.indent("\n".join(lines), "    ").splitlines()


def flat(lines: Sequence[str]) -> Lines:
    """One line for each line."""
    return [part for line in lines for part in line.splitlines()]


@final
@dataclass(frozen=True, slots=True)
class Item:
    """What a loop iterates over, what it binds, and how to get whole numbers out of that."""

    source: str
    target: str
    numbers: tuple[str, ...]
    writes: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass
class Writing:
    """A program in the making."""

    choices: Choices
    states: list[tuple[str, State]] = field(default_factory=list)
    callables: Lines = field(default_factory=list)
    fresh: int = 0
    uses: dict[str, set[str]] = field(default_factory=dict)
    """The states that each callable reads or writes."""
    writers: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    """The states that the callable being made has used so far."""
    wrote: bool = False
    eligible: Lines = field(default_factory=list)
    """The callables of the region being made, and the states that its body may change."""
    changeable: list[tuple[str, State]] = field(default_factory=list)
    clashing: bool = False
    sharing: bool = False
    """Whether the callables of this program add to what they share."""
    local: str = ""
    """A callable of `main`'s own, where there is one."""
    rebindable: Lines = field(default_factory=list)
    """The global callables that regions may bind to something else."""
    streams: bool = False
    """Whether there is a generator function `stream`."""
    leaving: str = ""
    """How a loop may be left where the region stands: `return`, `yield`, or only by `break`."""

    def name(self, prefix: str) -> str:
        """A name that is new."""
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def constant(self) -> str:
        """A small number."""
        return str(self.choices.number(0, 5))

    def constants(self, least: int, most: int) -> str:
        """Some of them, with commas."""
        return ", ".join(self.constant() for _ in range(self.choices.number(least, most)))

    def read(self, number: str) -> str:
        """An expression over shared state; just a number if there is nothing to read."""
        name, state = self.choices.pick(self.states)
        if not state.reads:
            return number
        self.used.add(name)
        return self.choices.pick(state.reads).replace("@", name).replace("#", number)

    def write(self, number: str) -> tuple[str, str | None]:
        """A statement that changes shared state, and the name that it needs declared `global`."""
        name, state = self.choices.pick(self.changeable or self.states)
        self.used.add(name)
        text = self.choices.pick(state.writes + state.adds).replace("@", name).replace("#", number)
        return text.removeprefix("="), name if state.rebinds else None

    def rebound(self) -> Lines:
        """The declaration that a function needs whose body may rebind any state."""
        names = sorted(name for name, state in self.states if state.rebinds) + self.rebindable
        return [f"global {', '.join(names)}"] if names else []

    def arithmetic(self, numbers: list[str]) -> str:
        """A number made of others."""
        one, two = self.choices.pick(numbers), self.choices.pick([*numbers, self.constant()])
        return self.choices.pick([f"{one} + {two}", one, f"{one} * 3 - {two}", f"({one}) % 7 + {two}"])

    def box(self) -> str:
        """A box that somebody shares, or a new one."""
        boxes = [name for name, state in self.states if state.kind in ("box", "alias")]
        return self.choices.pick([*boxes, "Box(1)"])

    def call(self, item: Item) -> str:
        """A call that is a candidate: of a global callable, or of a method of the item."""
        f = self.choices.pick(self.eligible)
        number = self.choices.pick(item.numbers)
        if item.arguments and self.choices.chance(20):
            return f"{item.arguments[0]}.look()" if item.source == "boxes" else f"total({item.arguments[0]})"
        if self.choices.chance(15):
            number = self.arithmetic(list(item.numbers))
        form = self.choices.number(0, 29)
        match form:
            case 27:
                return f"{f}(*[{number}])"
            case 28:
                return f"{f}(x={number})" if f not in self.unnamed else f"{f}({number})"
            case 29:
                return f"{f}(**{{'x': {number}}})" if f not in self.unnamed else f"{f}({number})"
            case _:
                return f"{f}({number})"

    unnamed: set[str] = field(default_factory=set)
    """The callables whose parameter has another name than `x`."""

    def touch(self, item: Item, results: list[str]) -> Lines:
        """A statement of the body that may change what a callee looks at; most often it does not."""
        number = self.choices.pick([*item.numbers, *results, self.constant()])
        if self.choices.chance(4):
            return [self.choices.pick(_PATCHES)]
        if self.rebindable and self.choices.chance(25):
            f = self.rebindable[0]
            return [
                self.choices.pick([f"{f} = (lambda g: lambda x: g(x) + 1)({f})", f"{f} = lambda x: x + 2"])
            ]
        kind = 8 if self.clashing and self.choices.chance(75) else self.choices.number(0, 9)
        if kind < 3:
            return [f"trace.append({self.choices.pick([*results, number])})"]
        if kind < 5:
            return [f"trace.append({self.read(number)})"]
        if kind < 7 and item.writes:
            return [self.choices.pick(item.writes)]
        if kind < 9:
            return [self.write(number)[0]]
        return [f"if {number} % 2:", f"    {self.write(number)[0]}"]
