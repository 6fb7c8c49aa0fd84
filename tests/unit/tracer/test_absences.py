"""What a class does not have is a read, too: it may have it by the time that it is the task's turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial

PROGRAM = """
class Base: pass
class X(Base): pass
XS = {1: X(), 2: X()}
y = X()
ITEMS = [1, 2]
def f(n):
    x = XS[n]
    try:
        return USE
    except Exception as e:
        return type(e).__name__
def between(n):
    if n == 2:
        Base.SPECIAL = lambda self, *a: VALUE
"""
ABSENT = [
    ("callable(x)", "__call__", "9"),
    ("[*x]", "__iter__", "iter([1])"),
    ("(*x,)", "__getitem__", "[5][a[0]]"),
    ("max(*x)", "__iter__", "iter([1, 2])"),
    ("{**x}", "keys", "[]"),
    ("dict(**x)", "keys", "[]"),
    ("dict(x)", "keys", "[]"),
    ("[x].index(y)", "__eq__", "True"),
    ("[(1, x)].count((1, y))", "__eq__", "True"),
    ("y in [x]", "__eq__", "True"),
    ("'%d' % x", "__index__", "2"),
    ("1 if x else 2", "__bool__", "False"),
    ("1 if x else 2", "__len__", "0"),
    ("x != y", "__eq__", "True"),
    ("x + 1", "__add__", "7"),
    ("3 in x", "__iter__", "iter([3])"),
    ("[1] * x", "__index__", "2"),
    ("hasattr(x, 'nothing')", "__getattr__", "9"),
]


@pytest.mark.parametrize(("use", "special", "value"), ABSENT)
def test_what_was_not_there_is_there(use: str, special: str, value: str, tmp_path: Path) -> None:
    source = PROGRAM.replace("USE", use).replace("SPECIAL", special).replace("VALUE", value)
    Trial(source, tmp_path).run()
