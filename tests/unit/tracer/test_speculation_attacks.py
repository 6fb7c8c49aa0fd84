"""Programs whose calls depend on one another, or on what the recorder can't see: exact, or not ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial
from tests.unit.tracer.test_speculation_basics import PRELUDE

ATTACKS = {
    "ids of a shared count": "ids = itertools.count()\nshow = []\ndef f(x):\n    i = next(ids)\n    show.append(i)\n    return i, ask(x)",
    "counter whose value is used": "n = 0\ndef f(x):\n    global n\n    n += 1\n    return n, ask(x)",
    "class counter whose value is used": """
class C:
    made = 0
    def __init__(self):
        C.made += 1
        self.id = C.made
def f(x): return C().id, ask(x)
""",
    "circuit breaker": """
class Breaker:
    def __init__(self): self.n = 0; self.open = False
    def call(self, x):
        if self.open: raise RuntimeError('open')
        r = ask(x)
        self.n += 1
        if self.n >= 2: self.open = True
        return r
b = Breaker()
def f(x): return b.call(x)
""",
    "shared heap": "import heapq\nh = [5, 9]\ndef f(x):\n    heapq.heappush(h, ask(x) % 7)\n    return h[0]",
    "aliases": """
d = {'n': 0}
class A: pass
a = A(); a.d = d
b = A(); b.d = d
def f(x):
    (a if x % 2 else b).d['n'] += 1
    ask(x)
    return d['n'] if x > 2 else None
""",
    "alias written, other read": """
l = []
m = {'l': l}
def f(x):
    l.append(x)
    ask(x)
    return list(m['l'])
""",
    "instance dict as a dict": """
class A: pass
a = A(); a.n = 0
d = a.__dict__
def f(x):
    a.n += x
    ask(x)
    return d['n'], vars(a)['n']
""",
    "globals as a dict": "n = 0\ng = globals()\ndef f(x):\n    g['n'] += x\n    ask(x)\n    return n",
    "locks": """
import threading
lock = threading.Lock()
n = 0
def f(x):
    global n
    with lock:
        v = n
        ask(x)
        n = v + 1
    return n
""",
    "operators with side effects": """
class V:
    log = []
    def __init__(self, x): self.x = x
    def __add__(self, o): V.log.append(('add', self.x)); return V(self.x + o)
    def __eq__(self, o): V.log.append('eq'); return self is o
    def __hash__(self): V.log.append('hash'); return 1
    def __bool__(self): V.log.append('bool'); return True
    def __repr__(self): V.log.append('repr'); return 'V'
    def __lt__(self, o): V.log.append('lt'); return self.x < o.x
    def __len__(self): V.log.append('len'); return 1
    def __getattr__(self, n): V.log.append(n); raise AttributeError(n)
    def __str__(self): print('str'); return 's'
v = V(1)
w = V(0)
d = {}
def f(x):
    ask(x)
    v + 1
    [v, w] == [w, v]
    v in [w, v]
    if v: pass
    not v
    str([v])
    f'{v!r} {v}'
    sorted([v, w])
    min(v, w)
    hasattr(v, 'zz')
    len(v)
    print(v)
    'a' if x < 3 else d.setdefault(v, x)
    return len(V.log)
""",
    "hash with side effects": """
n = []
class K:
    def __hash__(self): n.append('h'); return 1
    def __eq__(self, o): n.append('e'); return True
k = K()
d = {K(): 1}
def f(x):
    ask(x)
    d[k] = x
    s = {k, K()}
    return d.get(K()), len(s), k in d, len(n)
""",
    "key with side effects": """
seen = []
def key(w): seen.append(w); return -w
def f(x):
    ask(x)
    return sorted([1, 2, x], key=key), max([1, x], key=key), len(seen)
""",
    "map laziness": """
seen = []
def note(y): seen.append(y); return y
def f(x):
    m = map(note, [1, 2, 3])
    seen.append('made')
    next(m)
    ask(x)
    return list(zip(m, [1])), seen[-1]
""",
    "generator kept": """
kept = []
def gen(x):
    try:
        yield ask(x)
        yield 2
    finally:
        kept.append('closed')
def f(x):
    g = gen(x)
    next(g)
    if x > 2: kept.append(g)
    return x
def between(x): kept[:] = [y if isinstance(y, (str, int)) else next(y) for y in kept]
""",
    "generator closed by a break": """
log = []
def gen(x):
    try:
        yield 1
        yield 2
    finally:
        log.append('closed')
def f(x):
    for y in gen(x):
        break
    log.append('after')
    return ask(x)
""",
    "iterator returned": "w = [1, 2]\ndef f(x):\n    ask(x)\n    return enumerate(w) if x == 1 else iter(w) if x == 2 else zip(w, w) if x == 3 else (y for y in w)",
    "iterator stored": "w = [1, 2, 3]\nst = {}\ndef f(x):\n    it = iter(w)\n    st[x] = [next(it), ask(x)]\n    st['it'] = it\n    return x\nlast = []\ndef between(x):\n    if 'it' in st: last.append(next(st.pop('it')))",
    "closure returned": """
def f(x):
    n = [ask(x)]
    def inner(y):
        n.append(y)
        return len(n)
    return inner(1), inner
results = []
""",
    "weakref": """
import weakref
class T: pass
t = T()
gone = []
def f(x):
    ask(x)
    o = T()
    r = weakref.ref(o, lambda _: gone.append(x))
    alive = r() is o
    del o
    return alive, r() is None, weakref.ref(t)() is t
""",
    "finalizer": """
gone = []
class T:
    def __init__(self, x): self.x = x
    def __del__(self): gone.append(self.x)
def f(x):
    t = T(x)
    del t
    gone.append('after')
    return ask(x)
""",
    "warnings": "import warnings\nwarnings.simplefilter('ignore')\ndef f(x):\n    warnings.warn('careful')\n    return ask(x)",
    "decimal": "import decimal\nctx = decimal.getcontext()\ndef f(x):\n    ask(x)\n    return decimal.Decimal(1) / decimal.Decimal(3), decimal.getcontext().prec",
    "environ": "def f(x):\n    old = os.environ.get('XCS_T', '')\n    os.environ['XCS_T'] = old + str(x)\n    ask(x)\n    return os.environ['XCS_T'][-1], os.getenv('XCS_T') == old + str(x)",
    "random": "import random\nrandom.seed(3)\nr = random.Random(5)\ndef f(x):\n    ask(x)\n    return random.random(), random.randint(1, 9), r.random(), random.choice([1, 2, 3])",
    "lru_cache": "@functools.lru_cache\ndef g(x): return [ask(x % 2)]\ndef f(x): return g(x), g.cache_info().hits",
    "cached_property": """
class C:
    @functools.cached_property
    def v(self): return [ask(1)]
c = C()
def f(x): return c.v
""",
    "lazy attribute": """
class C:
    _client = None
    @property
    def client(self):
        if self._client is None: self._client = object.__new__(C)
        return self._client
c = C()
def f(x):
    ask(x)
    return c.client
""",
    "exception with state": """
ERR = ValueError('shared')
n = []
def f(x):
    ask(x)
    try:
        raise ERR
    except ValueError as e:
        e.args = (*e.args, x)
        n.append(e.__traceback__ is not None)
        return e.args
""",
    "shared exception uncaught": "ERR = ValueError('shared')\ndef f(x):\n    ask(x)\n    raise ERR",
    "sys.exit": "def f(x):\n    ask(x)\n    if x == 2: sys.exit(3)\n    if x == 3: raise SystemExit\n    return x",
    "StopIteration": """
def g(x):
    ask(x)
    if x == 2: raise StopIteration(x)
    return next(iter([]), 7) if x < 3 else next(iter([]))
def f(x): return g(x)
""",
    "KeyboardInterrupt": "def f(x):\n    ask(x)\n    raise KeyboardInterrupt(x)",
    "print to a file": "buf = io.StringIO()\nt = []\ndef f(x):\n    print('a', x, file=buf)\n    ask(x)\n    t.append(buf.getvalue())\n    return len(t)",
    "print to a stream of the program's": """
class S:
    def __init__(self): self.n = 0
    def write(self, s): self.n += 1
s = S()
def f(x):
    print('a', 'b', file=s)
    ask(x)
    return s.n
""",
    "replaced stdout": """
class S:
    def __init__(self): self.t = []
    def write(self, s): self.t.append(s)
    def flush(self): pass
s = S()
def f(x):
    old, sys.stdout = sys.stdout, s
    try:
        print('hidden', x)
    finally:
        sys.stdout = old
    ask(x)
    print('seen', len(s.t))
""",
    "redirected stdout": """
def f(x):
    b = io.StringIO()
    with contextlib.redirect_stdout(b):
        print('inside', x)
    ask(x)
    return b.getvalue()
""",
    "print in a try": """
def f(x):
    try:
        print('trying', x)
        ask(x)
        if x == 2: raise ValueError
    except ValueError:
        print('failed')
""",
    "logging odds": """
log = logging.getLogger(__name__)
log.propagate = False
out = io.StringIO()
h = logging.StreamHandler(out)
h.setFormatter(logging.Formatter('%(levelname)s %(funcName)s %(lineno)d %(message)s'))
log.addHandler(h)
t = []
def g(x): log.warning('deep %s', x, stacklevel=2)
def f(x):
    g(x)
    try:
        1 / 0
    except ZeroDivisionError:
        log.error('bad', exc_info=x % 2 == 0)
        log.exception('worse')
    log.warning('%s %s', 1)
    log.warning({'a': x})
    ask(x)
    log.error('x', extra={'message': 1}) if x == 4 else None
def between(x): t.append(len(out.getvalue()) > 5)
""",
    "custom handler": """
got = []
class H(logging.Handler):
    def emit(self, r): got.append((r.getMessage(), r.funcName, r.lineno, r.threadName))
log = logging.getLogger(__name__)
log.propagate = False
log.addHandler(H())
def f(x):
    log.error('e %s', x)
    ask(x)
    return len(got)
""",
    "custom logger": """
class L(logging.Logger):
    def _log(self, level, msg, args, **k): seen.append(msg)
seen = []
log = L('mine')
def f(x):
    log.error('e%s', x)
    ask(x)
    return len(seen)
""",
    "level changes": """
log = logging.getLogger(__name__)
log.propagate = False
out = io.StringIO()
log.addHandler(logging.StreamHandler(out))
t = []
def f(x):
    log.info('i%s', x)
    return ask(x)
def between(x):
    t.append(out.getvalue())
    log.setLevel(logging.INFO if x % 2 else logging.ERROR)
""",
    "state changed between": "n = [0]\nd = {'a': 1}\ndef f(x):\n    return n[0], d['a'], ask(x)\ndef between(x):\n    n[0] += x % 2\n    d['a'] = 1",
    "global rebound between": "k = 1\ndef h(): return k\ndef f(x):\n    return h(), ask(x)\ndef between(x):\n    global k\n    k = x // 2",
    "function replaced between": "def h(): return 1\ndef f(x):\n    return h(), ask(x)\ndef between(x):\n    global h\n    if x == 3: h = lambda: 2",
    "method replaced between": "class C:\n    def m(self): return 1\nc = C()\ndef f(x):\n    return c.m(), ask(x)\ndef between(x):\n    if x == 3: C.m = lambda self: 2\n    if x == 4: c.m = lambda: 3",
    "code replaced between": "def h(): return 1\ndef h2(): return 2\ndef f(x):\n    return h(), ask(x)\ndef between(x):\n    if x == 3: h.__code__ = h2.__code__",
    "defaults replaced between": "def h(a=1, *, b=2): return a, b\ndef f(x):\n    return h(), ask(x)\ndef between(x):\n    if x == 3: h.__defaults__ = (5,)\n    if x == 4: h.__kwdefaults__['b'] = 7",
    "class replaced between": "class A:\n    def m(self): return 1\nclass B:\n    def m(self): return 2\na = A()\ndef f(x):\n    return a.m(), isinstance(a, A), ask(x)\ndef between(x):\n    if x == 3: a.__class__ = B",
    "mutable default": "def h(x, seen=[]):\n    seen.append(x)\n    return len(seen)\ndef f(x): return h(x), ask(x)",
    "shared iterator": "it = iter(range(100))\ndef g():\n    while True:\n        yield 1\ngg = g()\ndef f(x): return next(it), next(gg), ask(x)",
    "sort of a shared list": "l = [3, 1, 2]\ndef f(x):\n    l.append(ask(x))\n    l.sort(key=lambda v: -v)\n    return l[0]",
    "pop": "l = [3, 1, 2, 9, 8]\nd = {'a': 1}\ndef f(x):\n    ask(x)\n    return l.pop(), d.pop('a', None), l and l.pop(0)",
    "nan and zeros": "v = [float('nan'), 0.0]\nt = 0.0\ndef f(x):\n    global t\n    t += v[1] * -x\n    ask(x)\n    return v[0] in v, v.index(v[0]), str(v[1])\ndef between(x):\n    v[1] = -v[1]",
    "int and bool": "v = [1]\ndef f(x):\n    ask(x)\n    return str(v[0])\ndef between(x):\n    v[0] = True if x == 2 else 1 if x == 3 else 1.0",
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
    "property with side effects": "class C:\n    n = 0\n    @property\n    def v(self): self.n += 1; return self.n\nc = C()\ndef f(x): return c.v, ask(x), c.v",
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
    "threads": "import threading\ndef f(x):\n    ask(x)\n    return threading.current_thread().name, threading.get_ident() > 0",
    "stack": "import inspect\ndef f(x):\n    ask(x)\n    return sys._getframe().f_code.co_name, len(inspect.stack()) > 1",
    "locals": "def f(x):\n    y = ask(x)\n    return sorted(locals()), eval('y + 1')",
    "class in a task": "def f(x):\n    ask(x)\n    class T:\n        v = x\n    return T().v",
    "import in a task": "def f(x):\n    import json as j\n    from math import sqrt\n    return j.dumps(x), sqrt(ask(x))",
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
    "recursion": "def g(n): return n if not n else g(n - 1) + 1\ndef f(x):\n    ask(x)\n    try:\n        return g(200), g(10 ** 6)\n    except RecursionError:\n        return 'deep'",
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
    "ordered dict": "d = collections.OrderedDict(a=1, b=2)\ndef f(x):\n    ask(x)\n    d.move_to_end('a')\n    d[x] = 1\n    if len(d) > 4: d.popitem(last=False)\n    return list(d)",
    "argument changed": "l = [[1], [2]]\nITEMS = [l[0], l[1], l[0], l[1]]\ndef f(x):\n    x.append(ask(len(x)))\n    return x",
    "item shared with state": "l = [[1], [2]]\nITEMS = [l[0], l[1], l[0]]\ndef f(x):\n    l[0].append(ask(1))\n    return x, len(x)",
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
    "del and unbound": "d = {'a': 1}\nl = [1, 2, 3, 4, 5, 6]\ndef f(x):\n    ask(x)\n    d.pop('a', 0)\n    del l[0]\n    d['a'] = x\n    del d['a']\n    return len(l), d",
    "datetime now": "import datetime\ndef f(x):\n    ask(x)\n    return datetime.datetime.now() > datetime.datetime(2000, 1, 1)",
    "thread locals": "import threading\nloc = threading.local()\nloc.v = 5\ndef f(x):\n    loc.v += ask(x)\n    return loc.v",
    "context variables": "import contextvars\ncv = contextvars.ContextVar('cv', default=1)\ndef f(x):\n    cv.set(cv.get() + ask(x))\n    return cv.get()",
    "semaphore": "import threading\nsem = threading.Semaphore(2)\ndef f(x):\n    with sem:\n        return ask(x)",
    "queue": "import queue\nq = queue.Queue()\ndef f(x):\n    q.put(ask(x))\n    return q.qsize()",
    "string identity": "seen = {}\ndef f(x):\n    s = 'k' + str(x % 2)\n    return seen.setdefault(s, s), ask(x)",
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


@pytest.mark.parametrize("name", ATTACKS)
def test_exact_or_not_ahead(name: str, tmp_path: Path) -> None:
    Trial(PRELUDE + ATTACKS[name], tmp_path).run()
