"""The shared state of generated programs: how each kind is declared, read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

__all__ = ["PRELUDE", "STATES", "State"]

PRELUDE: Final = """\
import collections
import contextlib
import functools
import itertools
import random

from xcs_ast.testing import probe


class Box:
    total = 0

    def __init__(self, n, items=()):
        self.n = n
        self.items = list(items)

    @property
    def twice(self):
        return self.n * 2

    def look(self):
        return self.n + len(self.items)

    def bump(self, x):
        self.n += x
        return self.n

    def push(self, x):
        self.items.append(x)
        return len(self.items)

    def __len__(self):
        return len(self.items)


class Model:
    def __init__(self, bias, box):
        self.bias = bias
        self.box = box

    def __call__(self, x):
        return self.bias + x

    def run(self, x):
        return self.bias * x + self.box.n

    def learn(self, x):
        self.box.n += x
        return self.box.n

    def count(self, x):
        self.bias += 1
        return self.bias * 10 + x


def total(items):
    return sum(items)


class Fault(Exception):
    pass


class Quiet:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, value, tb):
        self.log.append(kind is None)
        return kind is Fault
"""


@final
@dataclass(frozen=True, slots=True)
class State:
    """One kind of shared state. In `reads` and `writes`, `@` stands for the name and `#` for a whole number.

    A write that starts with `=` is an expression which also gives a number. `rebinds` says that a write needs
    `global @`.
    """

    kind: str
    declare: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    rebinds: bool = False


STATES: Final[tuple[State, ...]] = (
    State("number", "@ = 3", ("@", "@ * 2"), ("@ += #", "@ = @ * 3 % 101 + #"), rebinds=True),
    State(
        "list",
        "@ = [5, 2]",
        ("len(@)", "sum(@[-2:])", "@[-1]"),
        ("@.append(#)", "@ += [#]", "@[0] = #"),
        True,
    ),
    State("dict", "@ = {1: 4}", ("@.get(#, 7)", "len(@)"), ("@[#] = len(@)", "=@.setdefault(#, len(@))")),
    State("box", "@ = Box(4)", ("@.n", "@.twice", "@.look()"), ("@.n += #", "=@.bump(#)", "=@.push(#)")),
    State("alias", "@ = Box(6); @_too = @", ("@_too.n", "@.look()"), ("@.n -= #", "=@_too.bump(#)")),
    State("class", "@ = Box", ("Box.total", "@.total"), ("Box.total += #",)),
    State("set", "@ = {1}", ("int(# in @)", "len(@)"), ("@.add(#)",)),
    State("counter", "@ = collections.Counter()", ("@[#]",), ("@[#] += 1",)),
    State("ids", "@ = itertools.count(10)", (), ("=next(@)",)),
    State("nested", "@ = {'k': [1, 2]}", ("len(@['k'])", "sum(@['k'])"), ("@['k'].append(#)",)),
    State("float", "@ = 0.5", ("round(@ * 8)",), ("@ += # * 0.1",), rebinds=True),
    State("tuple of lists", "@ = ([1], [2])", ("len(@[0])", "@[1][-1]"), ("@[0].append(#)", "@[1][0] = #")),
    State("stdout", "@ = None", (), ("print('@', #)",)),
    State("random", "@ = None", (), ("=random.randrange(1000)",)),
    State(
        "module list",
        "@ = Box(2, [1]).items",
        ("len(@)",),
        ("@.insert(0, #)", "=@.pop() if len(@) > 1 else 0"),
    ),
)
