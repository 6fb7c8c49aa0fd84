"""The short ways to attributes, items, methods and new instances: programs that try to fool them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial

PRELUDE = """
from collections import Counter, defaultdict
ITEMS = [1, 2, 3]
seen = []
def between(x): pass
class A:
    def __init__(s, x, y=2): s.x = x; s.y = y
    def m(s, n): return s.x + n
    def add(s, n): s.x += n; s.y = s.y + n
"""
AHEAD = {
    "plain data of the class under the name of an attribute": """
class P:
    def __init__(s, x): s.x = x
    limit = 1
def f(x):
    r = []
    for i in range(9):
        a = P(i)
        a.x += 1
        r.append((a.x, a.limit))
        if i == 3: P.x = 70
        if i == 5: P.limit = x
        if i == 6: del a.x; r.append(a.x)
    return r
""",
    "attributes and methods hidden through the dictionary": """
def f(x):
    a = A(x)
    r = [a.m(1) for _ in range(8)]
    d = a.__dict__
    d['m'] = lambda n: -n
    r += [a.m(1), a.m(2)]
    d['x'] = 40
    a.x += 2
    a.add(1)
    del d['m']
    d.clear()
    try:
        a.x += 1
    except AttributeError as e:
        r.append(e.name)
    d['x'] = 'text'
    a.x += '!'
    return r, a.x, d
""",
    "properties, descriptors and slots": """
class D:
    def __set_name__(s, owner, name): s.name = '_' + name
    def __get__(s, o, cls): seen.append('get'); return o.__dict__[s.name]
    def __set__(s, o, v): seen.append(('set', v)); o.__dict__[s.name] = v
class B:
    d = D()
    def __init__(s, x): s.d = x; s.p = x
    @property
    def p(s): return s._p * 2
    @p.setter
    def p(s, v): seen.append('p'); s._p = v
class C:
    __slots__ = ('x',)
    def __init__(s, x): s.x = x
    def m(s, n): s.x += n; return s.x
def f(x):
    r = []
    for i in range(6):
        b, c = B(i), C(i)
        b.d += 1; b.p += 1; c.x += 1
        b.__dict__['p'] = 'hidden'
        r.append((b.d, b.p, c.m(3)))
    return r
""",
    "classes that look and store for themselves": """
class G:
    def __init__(s, x): s.x = x
    def __getattr__(s, name): seen.append(name); return 5
class S:
    def __init__(s, x): s.x = x
    def __setattr__(s, name, v): seen.append((name, v)); object.__setattr__(s, name, v * 2)
def f(x):
    r = []
    for i in range(6):
        g, s = G(i), S(i)
        g.x += 1; g.z += 1; s.x += 1
        r.append((g.x, g.z, g.q, s.x))
    return r
""",
    "one name, several classes": """
class B(A):
    def m(s, n): return super().m(n) * 10
class C:
    m = 4
    x = 1
def f(x):
    r = []
    for i in range(8):
        for each in (A(i), B(i), A(i + 1)):
            r.append(each.m(1))
            each.add(2)
            r.append((each.x, each.y))
        c = C()
        c.x += c.m
        r.append((c.x, C.x))
    return r
""",
    "the same object under two names": """
def f(x):
    a = A(x)
    b = a
    l = [a, b, A(9)]
    for i in range(6):
        a.x += 1
        b.x += a.x
        l[i % 3].add(b.y)
        d = {'k': 1, 'o': None}
        e = d
        d['k'] += 1; e['k'] = e['k'] + d['k']; e['n'] = d.get('n', 5) + 1
        n = [1, 2]
        n[-1] += 1; n[0] -= 4; n[i % 2] += n[1]
    return a.x, a.y, l[2].x, d, n
""",
    "sums of every kind": """
def f(x):
    a = A(1)
    held = []
    a.y = held
    r = []
    for value in (1, True, 2.5, 0.1, -0.0):
        a.x += value
        r.append(a.x)
        a.x = a.x - value
    a.y += [x]
    a.y += (3,)
    r.append((a.y is held, held))
    a.y = 'q'
    for op in (1, 2):
        a.y += 'w'
    for key in ('gone', 0):
        try:
            d = {}
            d[key] += 1
        except KeyError as e:
            r.append(e.args)
        try:
            l = [1]
            l[3] += 1
        except IndexError as e:
            r.append(e.args)
        try:
            a.y -= 'w'
        except TypeError as e:
            r.append(str(e))
    return r, a.y
""",
    "dictionaries that are more than that": """
class M(dict):
    def __missing__(s, k): seen.append(k); return 10
    def get(s, k, d=None): seen.append('get'); return 20
def f(x):
    made = [defaultdict(int), Counter(), M(), {}]
    for i in range(5):
        for each in made:
            each['n'] = each.get('n', 0) + 1
    made[0]['z'] += 1
    made[1]['z'] += 1
    made[2]['z'] += 1
    return [dict(each) for each in made]
""",
    "constructors and what they are given": """
def f(x):
    r = []
    for i in range(4):
        made = [A(i), A(i, 3), A(x=i), A(i, y=4), A(*[i, 5]), A(**{'x': i})]
        r += [(a.x, a.y) for a in made]
    return r
""",
    "constructors that only store, and such as look like it": """
class N:
    'Names.'
    def __init__(s, x, y): s.x: int = x; s.y = y; s.x = y
class P:
    def __init__(self, x): self.__x = x; self.y = x
    def get(self): return self.__x
class Q:
    def __init__(self, x, y=1, *rest): self.x = x
class R:
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): seen.append(v); self._x = v
    def __init__(self, x): self.x = x
class S:
    __slots__ = ('x',)
    def __init__(self, x): self.x = x
class T:
    x = None
    def __init__(self, a, other): other.x = a
class U:
    def __init__(s, x): s.x = s
class V:
    def __init__(s, x): s.__x = x
class W:
    def __setattr__(s, name, v): s.__dict__[name] = v * 2
    def __init__(s, x): s.x = x
def f(x):
    r = []
    for i in range(5):
        n, p, t = N(i, 5), P(i), T(1, N(1, 2))
        u = U(1)
        r.append((n.__dict__, p.get(), p.__dict__, Q(i).__dict__, R(i).x, S(i).x, t.x, u.x is u, W(i).x))
        v = V(i)
        setattr(v, '__x', 3)
        r.append(v.__dict__)
        r.append((N(y=1, x=i).__dict__, N(i, y=2).__dict__))
        try:
            N(i)
        except TypeError as e:
            r.append('fewer')
    return r
""",
    "a constructor that keeps its object": """
kept = []
class K:
    def __init__(s, x):
        s.x = x
        own.append(s)
def f(x):
    global own
    own = []
    for i in range(6):
        k = K(i)
        k.x += 1
        own[-1].x += 10
    kept.append(own)
    return [k.x for k in own]
""",
    "a class that is another one from some time on": """
class B:
    def __init__(s, x): s.x = -x
def f(x):
    global A
    r = []
    old = A
    for i in range(8):
        r.append(A(i).x)
        if i == 4: A = B
    A = old
    return r + [A(1).x]
""",
    "methods that were looked up before": """
def f(x):
    a = A(x)
    l, s, d = [], 'abc', {}
    push, up, take, add = l.append, s.upper, d.setdefault, a.add
    for i in range(6):
        push((i, up()))
        add(i)
        take(i % 2, []).append(i)
    l.append((a.x, lambda: 1)[0])
    l.extend([len(d), d.pop(0)])
    return l, a.y
""",
    "more objects than are remembered at once": """
def f(x):
    kept, last = [], None
    for i in range(9000):
        a = A(i)
        a.x += 1
        a.add(1)
        if i % 1000 == 0: kept.append(a)
        if last is not None and last.x != i + 1: seen.append(i)
        last = a
    return [(a.x, a.y) for a in kept], last.x
""",
    "a shared object that changes under way": """
shared = A(1)
def f(x):
    r = []
    for i in range(8):
        shared.add(i); shared.x += 1; shared.y -= 2
        if i == 3: shared.m = lambda n: -n
        if i == 5: del shared.m
        r.append((shared.m(1), shared.x, shared.y))
    return r
""",
    "a shared object that is changed by name": """
shared = A(1)
def f(x):
    r = []
    for i in range(8):
        r.append((shared.m(1), shared.x))
        if i == 3: setattr(shared, 'm', between)
        if i == 3: r.append(shared.m(2))
        if i == 4: delattr(shared, 'm')
        if i == 5: setattr(shared, 'x', x)
    return r
""",
    "sums on a shared object": """
shared = A(1)
def f(x):
    for i in range(5): shared.x += i
    for v in (True, 2, -3, 0.5, 1, 1):
        shared.x += v
        shared.x -= 1
    for i in range(5): shared.y -= i
    shared.y = shared.y + 10
    shared.y *= 3
    for i in range(5): shared.y += 1
    for i in range(3):
        shared.y += len(str(shared.y))
        shared.y += 1
""",
    "shared lists and dictionaries": """
rows = [{'x': 1, 'n': 'a'}, {'x': 2, 'n': 'b'}, {'x': 3}]
names = {'a': 1, 1: 'one', None: 'nothing'}
def f(x):
    r = []
    for i in range(9):
        row = rows[i % len(rows)]
        r.append((row['x'], rows[-1]['x'], names[True], names[None]))
        if i == 2: rows[1] = {'x': x}
        if i == 3: row['x'] = 70
        if i == 4: rows.append({'x': i, 'n': 'c'})
        if i == 5: names[1] = 'two'
        if i == 6: rows.pop(0)
        try:
            r.append(row['n'])
        except KeyError as e:
            r.append(e.args)
    try:
        rows[40]
    except IndexError as e:
        r.append(e.args)
    return r
""",
}
IN_PLACE = {
    "another class for an object": """
class B(A):
    def m(s, n): return -n
def f(x):
    a = A(x)
    r = [a.m(1) for _ in range(8)]
    a.x += 1
    a.__class__ = B
    return r + [a.m(1), a.x]
""",
    "another method or constructor for a class": """
def f(x):
    r = []
    old = A.__init__, A.m
    for i in range(8):
        a = A(i)
        r.append((a.x, a.m(1)))
        if i == 3: A.m = lambda s, n: -n
        if i == 5: A.__init__ = lambda s, v: setattr(s, 'x', v * 100)
    A.__init__, A.m = old
    return r
""",
    "a dictionary of another kind": """
class M(dict):
    def __getitem__(s, k): seen.append(k); return 99
def f(x):
    a = A(x)
    for i in range(8): a.x += 1
    a.__dict__ = M(x=3)
    a.x += 1
    return a.x, seen
""",
}


@pytest.mark.parametrize("name", [*AHEAD, *IN_PLACE])
def test_exact(name: str, tmp_path: Path) -> None:
    trial = Trial(PRELUDE + {**AHEAD, **IN_PLACE}[name], tmp_path).run()
    assert (trial.ahead == 0) is (name in IN_PLACE), trial.reasons
