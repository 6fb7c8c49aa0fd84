"""Programs whose state changes between a call that ran ahead and its turn, and odd kinds of state."""

from __future__ import annotations

from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.unit.tracer.speculating import Trial, load
from tests.unit.tracer.test_speculation_basics import PRELUDE
from xcs_ast.tracer import clones
from xcs_ast.tracer.speculation import Speculation

STATE = {
    "state changed between": """
n = [0]
d = {'a': 1}
def f(x):
    return n[0], d['a'], ask(x)
def between(x):
    n[0] += x % 2
    d['a'] = 1
""",
    "global rebound between": """
k = 1
def h(): return k
def f(x):
    return h(), ask(x)
def between(x):
    global k
    k = x // 2
""",
    "function replaced between": """
def h(): return 1
def f(x):
    return h(), ask(x)
def between(x):
    global h
    if x == 3: h = lambda: 2
""",
    "method replaced between": """
class C:
    def m(self): return 1
c = C()
def f(x):
    return c.m(), ask(x)
def between(x):
    if x == 3: C.m = lambda self: 2
    if x == 4: c.m = lambda: 3
""",
    "a list's subclass beside a list": """
class Row(list): pass
row = Row([7])
def f(x): return [3] + row, ask(x)
def between(x): row.append(x)
""",
    "a list's subclass, by name": """
import operator
class Row(list): pass
row = Row([7])
def f(x): return operator.concat([3], row), ask(x)
def between(x): row.append(x)
""",
    "a bytearray beside bytes": """
data = bytearray(b'a')
def f(x): return b'x' + data, ask(x)
def between(x): data.append(97)
""",
    "an array beside bytes": """
import array
data = array.array('b', b'a')
def f(x): return b'x' + data, ask(x)
def between(x): data.append(97)
""",
    "a view beside bytes": """
data = bytearray(b'a')
view = memoryview(data)
def f(x): return b'x' + view, ask(x)
def between(x): data[0] += 1
""",
    "code replaced between": """
def h(): return 1
def h2(): return 2
def f(x):
    return h(), ask(x)
def between(x):
    if x == 3: h.__code__ = h2.__code__
""",
    "defaults replaced between": """
def h(a=1, *, b=2): return a, b
def f(x):
    return h(), ask(x)
def between(x):
    if x == 3: h.__defaults__ = (5,)
    if x == 4: h.__kwdefaults__['b'] = 7
""",
    "class replaced between": """
class A:
    def m(self): return 1
class B:
    def m(self): return 2
a = A()
def f(x):
    return a.m(), isinstance(a, A), ask(x)
def between(x):
    if x == 3: a.__class__ = B
""",
    "mutable default": """
def h(x, seen=[]):
    seen.append(x)
    return len(seen)
def f(x): return h(x), ask(x)
""",
    "shared iterator": """
it = iter(range(100))
def g():
    while True:
        yield 1
gg = g()
def f(x): return next(it), next(gg), ask(x)
""",
    "sort of a shared list": """
l = [3, 1, 2]
def f(x):
    l.append(ask(x))
    l.sort(key=lambda v: -v)
    return l[0]
""",
    "pop": """
l = [3, 1, 2, 9, 8]
d = {'a': 1}
def f(x):
    ask(x)
    return l.pop(), d.pop('a', None), l and l.pop(0)
""",
    "nan and zeros": """
v = [float('nan'), 0.0]
t = 0.0
def f(x):
    global t
    t += v[1] * -x
    ask(x)
    return v[0] in v, v.index(v[0]), str(v[1])
def between(x):
    v[1] = -v[1]
""",
    "int and bool": """
v = [1]
def f(x):
    ask(x)
    return str(v[0])
def between(x):
    v[0] = True if x == 2 else 1 if x == 3 else 1.0
""",
    "files": """
import tempfile
path = os.path.join(tempfile.gettempdir(), f'xcs_{os.getpid()}.txt')
with open(path, 'w') as h: h.write('0')
h = None
def f(x):
    with open(path) as h: n = int(h.read())
    ask(x)
    with open(path, 'w') as h: h.write(str(n + x))
    return n, os.path.exists(path), os.path.getsize(path)
""",
    "file appended": """
import tempfile
path = os.path.join(tempfile.gettempdir(), f'xcs_{os.getpid()}.txt')
h = open(path, 'w')
def f(x):
    h.write(f'{x}\\n')
    h.flush()
    ask(x)
    return os.path.getsize(path)
def close(): h.close()
""",
    "property with side effects": """
class C:
    n = 0
    @property
    def v(self): self.n += 1; return self.n
c = C()
def f(x): return c.v, ask(x), c.v
""",
    "setattr and descriptors": """
log = []
class D:
    def __get__(self, o, t): log.append('get'); return o.__dict__.get('_v', 0)
    def __set__(self, o, v): log.append('set'); o.__dict__['_v'] = v
class C:
    d = D()
    def __setattr__(self, n, v): log.append(n); object.__setattr__(self, n, v)
c = C()
def f(x):
    c.d = ask(x)
    c.e = x
    return c.d, len(log)
""",
    "metaclass": """
class M(type):
    made = 0
    def __call__(cls, *a):
        M.made += 1
        return super().__call__(*a)
    def __getattr__(cls, n): return n
class C(metaclass=M):
    pass
def f(x): return ask(x), type(C()).__name__, C.zz, M.made
""",
    "singleton": """
class S:
    inst = None
    def __new__(cls, *a):
        if cls.inst is None: cls.inst = super().__new__(cls)
        return cls.inst
    def __init__(self, x): self.x = x
def f(x):
    s = S(x)
    ask(x)
    return s.x, s is S.inst
""",
    "threads": """
import threading
def f(x):
    ask(x)
    return threading.current_thread().name, threading.get_ident() > 0
""",
    "stack": """
import inspect
def f(x):
    ask(x)
    return sys._getframe().f_code.co_name, len(inspect.stack()) > 1
""",
    "locals": """
def f(x):
    y = ask(x)
    return sorted(locals()), eval('y + 1')
""",
    "class in a task": """
def f(x):
    ask(x)
    class T:
        v = x
    return T().v
""",
    "import in a task": """
def f(x):
    import json as j
    from math import sqrt
    return j.dumps(x), sqrt(ask(x))
""",
    "swallows everything": """
n = []
import threading
lock = threading.Lock()
def f(x):
    try:
        ask(x)
        with lock: n.append('locked')
    except BaseException as e:
        n.append(type(e).__name__)
    except:
        n.append('?')
    return x
""",
    "recursion": """
def g(n): return n if not n else g(n - 1) + 1
def f(x):
    ask(x)
    try:
        return g(200), g(10 ** 6)
    except RecursionError:
        return 'deep'
""",
    "user dict": """
class D(dict):
    def __missing__(self, k): self[k] = ask(1); return self[k]
    def __getitem__(self, k): n.append(k); return super().__getitem__(k)
n = []
d = D(a=1)
def f(x):
    e = D(z=2)
    return d['a'], e['z'], d.get(x), len(n), {**e}
""",
    "ordered dict": """
d = collections.OrderedDict(a=1, b=2)
def f(x):
    ask(x)
    d.move_to_end('a')
    d[x] = 1
    if len(d) > 4: d.popitem(last=False)
    return list(d)
""",
    "argument changed": """
l = [[1], [2]]
ITEMS = [l[0], l[1], l[0], l[1]]
def f(x):
    x.append(ask(len(x)))
    return x
""",
    "item shared with state": """
l = [[1], [2]]
ITEMS = [l[0], l[1], l[0]]
def f(x):
    l[0].append(ask(1))
    return x, len(x)
""",
    "chain of exceptions": """
def f(x):
    ask(x)
    try:
        {}[x]
    except KeyError as e:
        try:
            int('z')
        except ValueError as e2:
            if x == 1: raise
            if x == 2: raise e
            if x == 3: raise TypeError('t') from e2
            raise TypeError('u') from None
""",
    "errors of operations": """
class A: pass
def f(x):
    ask(x)
    if x == 1: return A().nope
    if x == 2: return 1 + 'a'
    if x == 3: return [1][5]
    if x == 4: return A()(1)
ITEMS = [1, 2, 3, 4]
""",
    "errors of calls": """
def g(a, *, b): return a
def f(x):
    ask(x)
    if x == 1: return g()
    if x == 2: return g(1, 2)
    if x == 3: return g(1, c=2)
    return len(5)
""",
    "del and unbound": """
d = {'a': 1}
l = [1, 2, 3, 4, 5, 6]
def f(x):
    ask(x)
    d.pop('a', 0)
    del l[0]
    d['a'] = x
    del d['a']
    return len(l), d
""",
    "datetime now": """
import datetime
def f(x):
    ask(x)
    return datetime.datetime.now() > datetime.datetime(2000, 1, 1)
""",
    "thread locals": """
import threading
loc = threading.local()
loc.v = 5
def f(x):
    loc.v += ask(x)
    return loc.v
""",
    "context variables": """
import contextvars
cv = contextvars.ContextVar('cv', default=1)
def f(x):
    cv.set(cv.get() + ask(x))
    return cv.get()
""",
    "semaphore": """
import threading
sem = threading.Semaphore(2)
def f(x):
    with sem:
        return ask(x)
""",
    "queue": """
import queue
q = queue.Queue()
def f(x):
    q.put(ask(x))
    return q.qsize()
""",
    "string identity": """
seen = {}
def f(x):
    s = 'k' + str(x % 2)
    return seen.setdefault(s, s), ask(x)
""",
    "abc": """
import abc
class B(abc.ABC):
    @abc.abstractmethod
    def m(self): ...
class C(B):
    def m(self): return ask(1)
class E(B): pass
def f(x): return C().m() if x < 3 else E()
""",
    "subclass hook": """
import abc
log = []
class H(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c): log.append(c.__name__); return NotImplemented
class Z: pass
def f(x): return ask(x), isinstance(Z(), H), len(log)
""",
    "instancecheck": """
log = []
class M(type):
    def __instancecheck__(cls, o): log.append(1); return True
class H(metaclass=M): pass
def f(x): return ask(x), isinstance(5, H), len(log)
""",
    "lying class": """
log = []
class L:
    @property
    def __class__(self): return int
l = L()
def f(x): return ask(x), isinstance(l, int), len(log)
""",
}


@pytest.mark.parametrize("name", STATE)
def test_exact_whatever_has_changed(name: str, tmp_path: Path) -> None:
    Trial(PRELUDE + STATE[name], tmp_path).run()


@pytest.mark.parametrize(
    "change",
    [
        "h.__code__ = (lambda a=1, *, b=2: 'other code').__code__",
        "h.__defaults__ = (5,)",
        "h.__kwdefaults__ = {'b': 6}",
    ],
)
def test_a_function_changes_while_its_clone_is_made(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "changes.py"
    path.write_text(
        f"def h(a=1, *, b=2): return a, b\ndef change():\n    {change}\ndef f(x):\n    return h()\n"
    )
    module = load(path)
    make = clones._make_plan
    of: CodeType = module.h.__code__

    def slowly(code: CodeType, stepwise: bool) -> Any:
        plan = make(code, stepwise)
        if code is of:
            module.change()  # as another thread does it at that very moment
        return plan

    monkeypatch.setattr(clones, "_make_plan", slowly)
    task = Speculation(module.f, 0)
    task.run()
    value = task.commit() if task.ready() else module.f(0)
    task.drop()
    assert value == module.f(0)
