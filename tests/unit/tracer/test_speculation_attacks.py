"""Programs whose calls depend on one another, or on what the recorder can't see: exact, or not ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial
from tests.unit.tracer.test_speculation_basics import PRELUDE

ATTACKS = {
    "ids of a shared count": """
ids = itertools.count()
show = []
def f(x):
    i = next(ids)
    show.append(i)
    return i, ask(x)
""",
    "counter whose value is used": """
n = 0
def f(x):
    global n
    n += 1
    return n, ask(x)
""",
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
    "shared heap": """
import heapq
h = [5, 9]
def f(x):
    heapq.heappush(h, ask(x) % 7)
    return h[0]
""",
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
    "globals as a dict": """
n = 0
g = globals()
def f(x):
    g['n'] += x
    ask(x)
    return n
""",
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
    "iterator returned": """
w = [1, 2]
def f(x):
    ask(x)
    return enumerate(w) if x == 1 else iter(w) if x == 2 else zip(w, w) if x == 3 else (y for y in w)
""",
    "iterator stored": """
w = [1, 2, 3]
st = {}
def f(x):
    it = iter(w)
    st[x] = [next(it), ask(x)]
    st['it'] = it
    return x
last = []
def between(x):
    if 'it' in st: last.append(next(st.pop('it')))
""",
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
    "warnings": """
import warnings
warnings.simplefilter('ignore')
def f(x):
    warnings.warn('careful')
    return ask(x)
""",
    "decimal": """
import decimal
ctx = decimal.getcontext()
def f(x):
    ask(x)
    return decimal.Decimal(1) / decimal.Decimal(3), decimal.getcontext().prec
""",
    "environ": """
def f(x):
    old = os.environ.get('XCS_T', '')
    os.environ['XCS_T'] = old + str(x)
    ask(x)
    return os.environ['XCS_T'][-1], os.getenv('XCS_T') == old + str(x)
""",
    "random": """
import random
random.seed(3)
r = random.Random(5)
def f(x):
    ask(x)
    return random.random(), random.randint(1, 9), r.random(), random.choice([1, 2, 3])
""",
    "lru_cache": """
@functools.lru_cache
def g(x): return [ask(x % 2)]
def f(x): return g(x), g.cache_info().hits
""",
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
    "shared exception uncaught": """
ERR = ValueError('shared')
def f(x):
    ask(x)
    raise ERR
""",
    "sys.exit": """
def f(x):
    ask(x)
    if x == 2: sys.exit(3)
    if x == 3: raise SystemExit
    return x
""",
    "StopIteration": """
def g(x):
    ask(x)
    if x == 2: raise StopIteration(x)
    return next(iter([]), 7) if x < 3 else next(iter([]))
def f(x): return g(x)
""",
    "StopIteration inside of a builtin": """
class B:
    def __bool__(self): raise StopIteration(1)
class E:
    def __eq__(self, other): raise StopIteration(2)
    __hash__ = object.__hash__
def f(x):
    ask(x)
    seen = []
    for do in (
        lambda: any([0, B()]), lambda: all([1, B()]), lambda: [E()] == [E()], lambda: (1, E()) == (1, E()),
        lambda: {1: E()} == {1: E()}, lambda: E() in [E()], lambda: max([1, 2], key=lambda v: B() or v),
        lambda: sorted([1, 2], key=lambda v: B() or v), lambda: sum([B() or 1]),
        lambda: list(map(bool, [B()])),
    ):
        try:
            seen.append(do())
        except Exception as error:
            seen.append((type(error).__name__, error.args))
    return seen
""",
    "KeyboardInterrupt": """
def f(x):
    ask(x)
    raise KeyboardInterrupt(x)
""",
    "print to a file": """
buf = io.StringIO()
t = []
def f(x):
    print('a', x, file=buf)
    ask(x)
    t.append(buf.getvalue())
    return len(t)
""",
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
}


@pytest.mark.parametrize("name", ATTACKS)
def test_exact_or_not_ahead(name: str, tmp_path: Path) -> None:
    Trial(PRELUDE + ATTACKS[name], tmp_path).run()
