"""Mistakes of the analysis that the cross-check has found: as plain Python, without the recorder's help.

And mistakes of the cross-check: what the recorder asks on its own account is no access of the task.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import pytest

from xcs_ast import config
from xcs_ast.testing.campaign import check_runs
from xcs_ast.testing.modules import Face, Program, compare_module
from xcs_ast.testing.schedules import Order, Schedule

_numbers: Final = itertools.count()

LENDS: Final = """
class Buf:
    n = 0
    def __buffer__(self, flags):
        Buf.n += 1
        return memoryview(bytes([Buf.n]))
    def __release_buffer__(self, view): Buf.n += 2
buf = Buf()
def tried(f, *args):
    try: return f(*args)
    except TypeError: return 'none'
"""
"""From Python 3.12 on, C code asks for the memory of an object."""

FOUND: Final = {
    "C code asks an object for its memory": LENDS
    + """
def task(x): return [tried(f, buf) for f in (bytes, b'-'.count, b'-'.__add__, b'-'.__contains__)], x
def main(): return [task(x) for x in [3, 1, 2]]
""",
    "operators of bytes ask an object for its memory": LENDS
    + """
def add(x): return b'-' + buf
def find(x): return buf in b'-'
def fill(x): return b'%b' % buf, b'%b' % (buf,)
def grow(x): return bytearray(b'-') + buf
def main(): return [[tried(f, x) for x in [3, 1, 2]] for f in (add, find, fill, grow)]
""",
    "the slice unpacks an item that the body changes": """
def task(x): return x
def main():
    rows, out = [[1, 2], [3, 4], [5, 6]], []
    for a, b in rows:
        out.append(task(a))
        rows[-1][0] = 99
    return out
""",
    "super().__call__ in a metaclass runs __init__": """
made = []
class Meta(type):
    def __call__(cls, *args): return super().__call__(*args)
class Made(metaclass=Meta):
    def __init__(self, x):
        made.append(x)
        self.n = len(made)
def task(x): return Made(x).n
def main():
    out = []
    for x in [3, 1, 2]:
        out.append(task(x))
    return out
""",
    "a class is given a __getattribute__ after the first entry": """
log = []
class Box:
    def __init__(self, n): self.n = n
    def work(self): return self.n
def noting(self, name):
    log.append(name)
    return len(log) if name == 'n' else object.__getattribute__(self, name)
def run(boxes):
    out = []
    for box in boxes:
        out.append(box.work())
    return out
def main():
    boxes = [Box(1), Box(2), Box(3)]
    first = run(boxes)
    Box.__getattribute__ = noting
    second = run(boxes)
    del Box.__getattribute__
    return first, second, log
""",
    "a descriptor becomes a data descriptor meanwhile": """
class Plain:
    def __get__(self, obj, cls): return 0
class Box:
    n = Plain()
    def __init__(self): self.__dict__['n'] = 1
box = Box()
def task(x): return box.n + x
def grow(): Plain.__set__ = lambda self, obj, value: None
def main():
    out = []
    for x in [3, 1, 2]:
        out.append(task(x))
        grow()
    del Plain.__set__
    return out
""",
    "`replace` and `asdict` look at the fields that the class has": """
import dataclasses
@dataclasses.dataclass
class Row:
    n: int = 1
    tags: list = dataclasses.field(default_factory=list)
row = Row(2)
def task(x): return dataclasses.replace(row, n=x).n + len(dataclasses.asdict(row))
def main(): return [task(x) for x in [3, 1, 2]]
""",
    "a keyword's default is changed in its dictionary": """
def task(x, *, k=1): return x + k
def main():
    out = []
    for x in [3, 1, 2]:
        out.append(task(x))
        task.__kwdefaults__['k'] = x
    return out
""",
    "a method of the library has a keyword with a default": """
import pathlib
path = pathlib.Path('nowhere')
def task(x): return path.exists() + x
def main(): return [task(x) for x in [3, 1, 2]]
""",
    "a keyword's default is looked up": """
def task(x, *, k=1, **more): return x + k
def main(): return [task(x) for x in [3, 1, 2]]
""",
}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_plain_python_all_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"found_{next(_numbers)}.py"
    path.write_text(FOUND[name])
    with config.overridden(speculation=False):
        orders = (Schedule(Order.AHEAD), Schedule(Order.REVERSE), Schedule(Order.CHECKED))
        assert compare_module(Program(path), orders, (Face.HOOK,)) == []


FALSE_ALARMS: Final = {
    "a class is given an attribute that a base has": """
class Base:
    bias = 2
class Below(Base):
    pass
def task(x):
    Below.bias = x
    return 3 * x
def main():
    return [task(x) for x in [3, 1, 2] if task(x) > 1], Below.bias
""",
    "the list that a star takes is the task's own": """
def task(x): return x * 2
def main(): return [[task(len(more)) for first, *more in [(5, 1), (2,)] if task(first)] for again in range(2)]
""",
    "what a pattern leaves over is the task's own": """
def task(x):
    match x:
        case (first, *more) if more: return len(more) + first
        case {'k': first, **more}: return len(more) + first
        case (first, *more): return more
def main(): return [task(x) for x in [(5, 1, 2), {'k': 1, 'b': 2}, (3,)]]
""",
    "what comes behind a hand-over has read what the body has changed since": """
import functools
class Lazy:
    def __init__(self, n): self.n = n
    @functools.cached_property
    def value(self): return [self.n]
shared = Lazy(3)
shared.value
def task(x): shared.value.append(x)
def main():
    for row in [[1], [2]]:
        if len(row) == 0:
            continue
        first = task(sum(row))
        len(shared.__dict__.pop('value', ()))
        task(first)
    return shared.__dict__
""",
    "the level of a logger that the body sets": """
import logging
log = logging.getLogger('nowhere')
def task(x): return log.level + x
def main():
    out = []
    for x in [3, 1, 2]:
        out.append(task(x))
        log.setLevel(10 + x)
    return out
""",
    "a number is no text, so its own __rmod__ is never asked": """
class Number(int):
    def __rmod__(self, other): return 0
numbers = [Number(3), Number(1), Number(2)]
def task(x): return '%d' % x
def main(): return [task(x) for x in numbers]
""",
    "members of an enumeration by name": """
import enum
class Kind(enum.Enum):
    A = 1
    B = 2
    @classmethod
    def _missing_(cls, value): return cls.A
def task(x): return Kind['AB'[x]].value
def main(): return [task(x) for x in [1, 0, 1]]
""",
    "all members of an enumeration": """
import enum
class Kind(enum.Enum):
    A = 1
    B = 2
def task(x): return list(Kind)[x]
def main(): return [task(x) for x in [1, 0, 1]]
""",
    "operators of the library's classes": """
import fractions, pathlib
base = pathlib.PurePosixPath('/top')
class Below(pathlib.PurePosixPath):
    def __str__(self): return 'below'
    def __fspath__(self): return 'under'
below = Below('p')
def task(x):
    total = fractions.Fraction(x, 3) + x * fractions.Fraction(1, 2)
    return base / below / str(x), base < base / "a", total
def main(): return [task(x) for x in [3, 1, 2]]
""",
    "attributes of the library's objects that never change": """
import fractions, http, pathlib, uuid
paths = [pathlib.PurePosixPath(f'/top/{x}.py') for x in [3, 1, 2]]
number, key, status = fractions.Fraction(2, 3), uuid.UUID(int=5), http.HTTPStatus.OK
def task(path):
    return path.name, path.parent.parts, path.suffix, number.numerator, key.int, key.hex, status.phrase
def main(): return [task(path) for path in paths]
""",
    "a branch that hands nothing over, before what stays in place": """
class Box: n = 4
box = Box()
def work(x): return x + 1
def main():
    out = []
    for x in [[1], [2, 3], []]:
        if len(x) % 2: first = 0
        else: first = work(len(x))
        second = work(sum(x))
        third = box.n + work(second)
        box.n += 3
        out.append((first, second, third))
    return out
""",
}


@pytest.mark.parametrize("name", FALSE_ALARMS)
def test_the_recorder_makes_no_false_alarm(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"alarm_{next(_numbers)}.py"
    path.write_text(FALSE_ALARMS[name])
    orders = (Schedule(Order.AHEAD), Schedule(Order.CHECKED))
    assert compare_module(Program(path), orders, (Face.HOOK,)) == []


def test_a_function_with_two_names_is_decorated_once() -> None:
    text = "def task(x): return other(x) + other(-x)\nother = task\n"
    found, _, _ = check_runs(text, ((Face.DECORATOR, Schedule(Order.AHEAD)),))
    assert found == []
