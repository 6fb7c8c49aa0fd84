"""What generated programs find defined: each of them only the parts that it speaks of."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["prelude_for"]

_IMPORTS: Final = """\
import collections
import contextlib
import functools
import itertools
import logging
import random

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
