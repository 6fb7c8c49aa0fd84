"""The shared state of generated programs: how each kind is declared, read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

__all__ = ["PRELUDE", "SHARED", "STATES", "State"]

PRELUDE: Final = """\
import collections
import contextlib
import functools
import itertools
import logging
import random

from xcs_ast.testing import probe

LOG = logging.getLogger("generated")
LOG.setLevel(logging.INFO)


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


class Client:
    made = 0

    def __init__(self, n):
        self.calls = n
        self.cost = 0.1
        self.usage = {}
        self.log = []

    def note(self, x):
        self.calls += 1
        self.usage[x] = self.usage.get(x, 0) + 1

    def ask(self, x):
        self.note(x)
        probe.call(x)
        self.log.append(x)
        return x * 2 + 1

    @property
    def known(self):
        return len(self.usage)


class Kind(type):
    @property
    def weight(cls):
        return cls.bias * 2

    def __getitem__(cls, x):
        return cls.bias + x

    def __contains__(cls, x):
        return x in cls.seen

    def __len__(cls):
        return len(cls.seen)


class Counted(Kind):
    def __call__(cls, x):
        cls.made += 1
        return super().__call__(x)


class Built(metaclass=Kind):
    bias = 2
    seen = [3]

    def __init__(self, x):
        self.n = x + self.bias


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
    `global @`. `adds` are the writes that look at nothing: increments, and what is appended, printed, stored.
    """

    kind: str
    declare: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    rebinds: bool = False
    adds: tuple[str, ...] = ()


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
    State(
        "built", "@ = Built", ("@[#]", "@.weight", "len(@)", "@(#).n"), ("@.bias += #", "@.seen.append(#)")
    ),
    State("stdout", "@ = None", (), ("print('@', #)",)),
    State("random", "@ = None", (), ("=random.randrange(1000)",)),
    State(
        "module list",
        "@ = Box(2, [1]).items",
        ("len(@)",),
        ("@.insert(0, #)", "=@.pop() if len(@) > 1 else 0"),
    ),
)

SHARED: Final[tuple[State, ...]] = (
    State("number", "@ = 3", ("@", "@ % 7"), ("@ = @ * 3 % 101 + #",), True, ("@ += #", "@ += 1", "@ -= #")),
    State("float", "@ = 0.1", ("round(@ * 8)",), ("@ = @ * 2 % 5 + #",), True, ("@ += # * 0.1", "@ += 1e16")),
    State("text", "@ = 'a'", ("len(@)",), ("@ = @[-3:] + str(#)",), True, ("@ += f'{#};'",)),
    State(
        "list",
        "@ = [5, 2]",
        ("len(@)", "sum(@[-2:])", "@[-1]", "int(# in @)", "len(str(@))", "sum(sorted(@))", "max(*@, 0)"),
        ("@.insert(0, #)", "=@.pop() if len(@) > 1 else 0", "@.sort()", "@[0] = #", "@[:] = @[-3:]"),
        False,
        ("@.append(#)", "@.extend([#, 1])"),
    ),
    State(
        "dict",
        "@ = {1: 4}",
        ("@.get(#, 7)", "len(@)", "int(# in @)", "sum(@.values())", "len(f'{@}')", "len(dict(@))"),
        ("=@.setdefault(#, len(@))", "=@.pop(#, 0)", "@.clear()", "@[#] = len(@)"),
        False,
        ("@[#] = # + 1", "@[#] = @.get(#, 0) + 2", "@.update({#: 3})", "@['n'] = @.get('n', 0) + #"),
    ),
    State(
        "groups",
        "@ = {}",
        ("len(@)", "len(@.get(#, ()))", "sum(map(len, @.values()))"),
        ("@[#] = []", "=len(@.setdefault(#, []))", "=len(@.pop(#, ()))"),
        False,
        (
            "@.setdefault(#, []).append(#)",
            "@.setdefault(# % 2, []).append(#)",
            "row = @[#] = [#]; row.append(2)",
        ),
    ),
    State(
        "default dict",
        "@ = collections.defaultdict(list)",
        ("len(@)", "len(@[#])"),
        ("@[#] = [1]",),
        False,
        ("@[#].append(#)", "@[# % 2].append(1)", "@[0] += [#]"),
    ),
    State(
        "counter",
        "@ = collections.Counter('ab')",
        ("@[#]", "len(@)", "@.total()", "@.most_common(1)[0][1]"),
        ("@.clear()", "@[#] = 5"),
        False,
        ("@[#] += 1", "@['a'] += #", "@.update([#])"),
    ),
    State(
        "set",
        "@ = {1}",
        ("int(# in @)", "len(@)"),
        ("@.discard(#)",),
        False,
        ("@.add(#)", "@.update((#, 2))"),
    ),
    State(
        "deque",
        "@ = collections.deque([1], maxlen=3)",
        ("@[0]", "len(@)", "sum(@)"),
        ("@.rotate(1)", "@.appendleft(#)"),
        False,
        ("@.append(#)",),
    ),
    State(
        "client",
        "@ = Client(1)",
        (
            "@.calls",
            "@.known",
            "len(@.log)",
            "@.usage.get(#, 0)",
            "@.ask(#)",
            "len(vars(@))",
            "len(repr(@.log))",
        ),
        ("@.usage = {}", "@.log = list(@.log)", "@.calls = 0", "=@.ask(#)"),
        False,
        (
            "@.calls += 1",
            "@.cost += # * 0.3",
            "@.note(#)",
            "@.log.append(#)",
            "Client.made += 1",
            "@.last = #",
        ),
    ),
    State(
        "client alias",
        "@ = Client(2); @_too = @; @_log = @.log",
        ("@_too.calls", "len(@_log)", "@.known"),
        ("@_too.log = []", "@_log.clear()", "@_too.calls *= 2"),
        False,
        ("@.calls += #", "@_too.note(#)", "@_log.append(#)", "@_log.extend((#, #)); @.log.pop(0)"),
    ),
    State(
        "class",
        "class @:\n    n = 1\n    rows = []\n",
        ("@.n", "len(@.rows)"),
        ("@.rows = []", "@.n = @.n * 2 % 31"),
        False,
        ("@.n += 1", "@.rows.append(#)", "@.rows += [#]"),
    ),
    State(
        "metaclass",
        "class @(Built, metaclass=Counted):\n    made = 0\n    seen = []\n",
        ("@[#]", "@.weight", "int(# in @)", "@.made", "@.bias"),
        ("@.bias = #", "@.seen = []"),
        False,
        ("@(#)", "@.made += 1", "@.seen.append(#)"),
    ),
    State(
        "nested",
        "@ = {'k': [1, 2], 'd': {}}",
        ("len(@['k'])", "sum(@['k'])", "@['d'].get(#, 0)"),
        ("@['k'] = [#]", "@['d'] = {}"),
        False,
        ("@['k'].append(#)", "@['d'][#] = @['d'].get(#, 0) + 1", "@['k'] += [#]"),
    ),
    State(
        "stdout", "@ = None", (), (), False, ("print('@', #)", "print(#, end=' ')", "print([#], f'{#:>3}')")
    ),
    State(
        "log",
        "@ = None",
        (),
        (),
        False,
        ("LOG.info('@ %s', #)", "LOG.warning(f'@ {#}')", "LOG.debug('@ %s', #)"),
    ),
    State("ids", "@ = itertools.count(10)", (), ("=next(@)",)),
    State("random", "@ = None", (), ("=random.randrange(1000)",)),
)
"""State that calls add to without looking: what a recorder can hold back and carry out later."""
