"""What generated programs find defined: each of them only the parts that it speaks of."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["prelude_for"]

_IMPORTS: Final = """\
import asyncio
import bisect
import collections
import contextlib
import copy
import dataclasses
import functools
import heapq
import itertools
import json
import logging
import operator
import os
import pathlib
import random
import sys
import threading
import types
import warnings
import weakref

from xcs_ast.testing import probe
"""

_LOG: Final = """\
LOG = logging.getLogger("generated")
LOG.setLevel(logging.INFO)
"""

_PARTS: Final[dict[str, str]] = {
    "LOG": _LOG,
    "Box": """\
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
""",
    "Model": """\
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
""",
    "Client": """\
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
""",
    "Sub": """\
class Sub(Client):
    def ask(self, x):
        return super().ask(x) + self.calls

    @property
    def known(self):
        return super().known + 1
""",
    "Level": """\
class Level:
    def __get__(self, holder, owner=None):
        return holder.__dict__.get("set", 1)

    def __set__(self, holder, value):
        holder.log.append(value)
        holder.__dict__["set"] = value
""",
    "Tuned": """\
class Tuned:
    level = Level()

    def __init__(self, n):
        self.n = n
        self.log = []

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return len(name)

    @property
    def best(self):
        return self.n

    @best.setter
    def best(self, x):
        self.n = max(self.n, x)

    def __call__(self, x):
        return x + self.n

    def __format__(self, spec):
        self.log.append(spec)
        return str(self.n)

    def __contains__(self, x):
        return x == self.n

    def __iter__(self):
        yield from self.log or (1,)

    def __lt__(self, other):
        return self.n < other.n

    def __bool__(self):
        return self.n > 1

    def __iadd__(self, x):
        self.n += x
        return self

    def __add__(self, x):
        return self.n + x
""",
    "Row": """\
@dataclasses.dataclass
class Row:
    n: int = 1
    tags: list = dataclasses.field(default_factory=list)

    def tag(self, x):
        self.tags.append(x)
        return self.n + len(self.tags)
""",
    "Slotted": """\
class Slotted:
    __slots__ = ("n", "seen")

    def __init__(self, n):
        self.n = n
        self.seen = ()

    def see(self, x):
        self.seen += (x,)
        return len(self.seen)
""",
    "Key": """\
class Key:
    asked = 0

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 3

    def __eq__(self, other):
        Key.asked += 1
        return self.n == other.n
""",
    "Lazy": """\
class Lazy:
    def __init__(self, n):
        self.n = n

    @functools.cached_property
    def value(self):
        return [self.n]
""",
    "Pair": """\
Pair = collections.namedtuple("Pair", "n k")
""",
    "Kind": """\
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
""",
    "Counted": """\
class Counted(Kind):
    def __call__(cls, x):
        cls.made += 1
        return super().__call__(x)
""",
    "Built": """\
class Built(metaclass=Kind):
    bias = 2
    seen = [3]

    def __init__(self, x):
        self.n = x + self.bias
""",
    "total": """\
def total(items):
    return sum(items)
""",
    "Fault": """\
class Fault(Exception):
    pass
""",
    "Quiet": """\
class Quiet:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, value, tb):
        self.log.append(kind is None)
        return kind is Fault
""",
}
"""Each by its name. A part names only parts above it."""

_WORD: Final = re.compile(r"\b[A-Za-z_]\w*\b")


def prelude_for(program: str) -> str:
    """The imports, and those parts that `program` names, and those that these name in turn."""
    words = set(_WORD.findall(program))
    chosen: list[str] = []
    for name, text in reversed(_PARTS.items()):
        if name in words:
            words.update(_WORD.findall(text))
            chosen.append(text)
    return "\n\n".join([_IMPORTS, *(f"{text}" for text in reversed(chosen))])
