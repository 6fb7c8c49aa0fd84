"""The short ways through the hooks: what must not change by them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tracer.speculating import Trial
from xcs_ast.tracer.speculation import Speculation

PRELUDE = """
ITEMS = [1, 2, 3]
seen = []
def between(x): pass
"""
PROGRAMS = {
    "an instance's own attribute before a method": """
class A:
    def __init__(s, x): s.x = x
    def m(s, y): return s.x + y
def f(x):
    a = A(x)
    r = [a.m(1), a.m(2)]
    a.m = lambda y: -y
    r += [a.m(1), a.m(2)]
    del a.m
    r.append(a.m(3))
    return r
""",
    "a class that changes under way": """
class A:
    limit = 1
    def __init__(s): s.n = 0
def f(x):
    a = A()
    r = []
    for i in range(6):
        a.n += 1
        r.append((a.n, a.limit))
        if i == 3: A.limit = x
    return r
""",
    "a property beside the dictionary": """
class A:
    def __init__(s): s.__dict__['v'] = 1
    @property
    def v(s): seen.append('get'); return 7
def f(x):
    a = A()
    return [a.v for _ in range(4)], a.__dict__
""",
    "another dictionary": """
class A: pass
def f(x):
    a = A()
    a.v = 1
    r = [a.v, a.v, a.v]
    object.__setattr__(a, '__dict__', {'v': x})
    a.v += 1
    return r + [a.v, a.v]
""",
    "a global that is bound again": """
def g(n): return n
def h(n): return -n
def f(x):
    global g
    r = [g(1), g(2), g(3)]
    g, old = h, g
    r += [g(1), g(2), g(3)]
    g = old
    return r + [g(4), g(5)]
""",
    "a builtin that a global hides": """
def f(x):
    global len
    r = [len([1]), len([1, 2])]
    len = lambda y: 99
    r += [len([1]), len([1, 2])]
    del len
    return r + [len([1, 2, 3])]
""",
    "what a function is called with": """
def g(a, b=2, *c, d=4, **e): return a, b, c, d, e
def f(x):
    return [g(1), g(1, 3), g(1, 2, 3, d=5), g(b=1, a=x, z=3)] * 2
""",
    "wrong arguments": """
def g(a): return a
def f(x):
    r = [g(1), g(2)]
    try:
        g(1, 2)
    except TypeError as e:
        r.append(str(e))
    return r
""",
    "integers and what looks like them": """
class I(int):
    def __add__(s, o): seen.append('add'); return 5
    def __lt__(s, o): seen.append('lt'); return o
def f(x):
    r = []
    for a in (1, True, I(3), 2.5, 'q'):
        for b in (2, I(4)):
            try:
                r.append((a + b, a * 2 - 1 if a < b else a))
            except TypeError as e:
                r.append(str(e))
    return r
""",
    "integers that fail": """
def f(x):
    r = []
    for a in (0, -1, 5):
        for op in (lambda: 1 // a, lambda: 1 << a, lambda: a ** -a):
            try:
                r.append(op())
            except Exception as e:
                r.append((type(e).__name__, str(e)))
    try:
        a @= 3
    except TypeError as e:
        r.append(str(e))
    n = 4
    n -= -n * (a % 3)
    return r, n
""",
    "a deep call inside of a try": """
def g(n): return 0 if n == 0 else 1 + g(n - 1)
def f(x):
    r = g(3)
    try:
        return r + g(10 ** 6)
    except RecursionError:
        return 'too deep'
""",
    "a return in finally": """
def g(n): return g(n + 1)
def f(x):
    try:
        g(0)
    finally:
        return 'out'
""",
    "objects kept and dropped": """
class A:
    def __init__(s, x, y=2): s.x = x; s.y = y
    def both(s): return s.x, s.y
class B(A):
    def __init__(s, x): super().__init__(x); s.z = super().both()
def f(x):
    kept = [B(i) for i in range(1500)]
    total = 0
    for i in range(5000):
        a = A(i)
        a.x += 1
        total += a.x + a.both()[1]
    return total, kept[1499].z, kept[17].both()
""",
    "an `__init__` that returns something": """
class A:
    def __init__(s, x): s.x = x; return x
def f(x):
    r = []
    for v in (None, None, None, 4):
        try:
            r.append(A(v).x)
        except TypeError as e:
            r.append(str(e))
    return r
""",
    "methods of text and lists": """
def f(x):
    l = ['b', 'a']
    l.append('c'); l.append(str(x))
    return ', '.join(sorted(l)), 'a-b'.split('-'), '%s'.upper().format(1), l.index('a'), {}.get('q', l)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_exact(name: str, tmp_path: Path) -> None:
    trial = Trial(PRELUDE + PROGRAMS[name], tmp_path).run()
    # The stack of a task is another one: what it says of its depth must not count.
    assert (trial.ahead == 0) is (name in ("a deep call inside of a try", "a return in finally"))


def step(n: int) -> int:
    return n + 1


def calls_without_end(n: int) -> Any:
    for _ in Forever():
        n = step(n)
    return n


class Forever:
    def __iter__(self) -> Forever:
        return self

    def __next__(self) -> int:
        return 1


def test_a_doomed_task_stops_between_calls() -> None:
    task = Speculation(calls_without_end, 1, numbered=False)
    worker = threading.Thread(target=task.run, daemon=True)
    worker.start()
    task.doom()
    worker.join(30)
    assert not worker.is_alive()
    assert task.state == "abandoned"
