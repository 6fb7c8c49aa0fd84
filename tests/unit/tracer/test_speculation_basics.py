"""Programs whose calls run ahead, each with its own kind of shared state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial

PRELUDE = """
import time, sys, json, re, math, functools, collections, dataclasses, contextlib, logging
import io, itertools, os, copy
from collections import namedtuple, defaultdict, Counter, deque
from dataclasses import dataclass, field
ITEMS = [1, 2, 3, 4]
def ask(x):
    time.sleep(0)
    return x * 10
"""

AHEAD = {
    "nothing shared": """
def f(x):
    return ask(x) + 1
""",
    "global counter": """
n = 0
def f(x):
    global n
    n += 1
    return ask(x)
""",
    "float counter": """
n = 0.1
def f(x):
    global n
    r = ask(x)
    n += 0.1 * x
    return r
""",
    "self.calls": """
class C:
    def __init__(self): self.calls = 0
    def __call__(self, x):
        self.calls += 1
        return ask(x)
c = C()
def f(x): return c(x)
""",
    "usage dict": """
usage = {"n": 0, "t": 0.5}
def f(x):
    usage["n"] += 1
    r = ask(x)
    usage["t"] += r / 3
    usage[x] = r
    return r
""",
    "usage get": """
u = {}
def f(x):
    u['k'] = u.get('k', 0) + x
    return ask(x)
""",
    "counter object": """
u = Counter()
def f(x):
    u['k'] += x
    u[x] += 1
    return ask(x)
""",
    "defaultdict of lists": """
u = defaultdict(list)
def f(x):
    u[x].append(ask(x))
    return x
""",
    "memo dict": """
memo = {}
def f(x):
    if x in memo:
        return memo[x]
    memo[x] = ask(x)
    return memo[x]
""",
    "nonlocal counter": """
def make():
    n = 0
    def inner(x):
        nonlocal n
        n += x
        return ask(x)
    def total(): return n
    return inner, total
inner, total = make()
def f(x): return inner(x)
""",
    "list append": """
log = []
def f(x):
    log.append(x)
    r = ask(x)
    log.append((x, r))
    return r
""",
    "list extend": """
log = []
def f(x):
    log.extend([x, ask(x)])
    log += (x,)
    return x
""",
    "set add": """
seen = set()
def f(x):
    seen.add(x)
    return ask(x)
""",
    "deque": """
q = deque(maxlen=3)
def f(x):
    q.append(ask(x))
    return x
""",
    "print": """
def f(x):
    print('asking', x, end='!\\n')
    r = ask(x)
    print(f'{x=} {r!r:>5}')
    return r
""",
    "print objects": """
@dataclass
class P:
    x: int
    y: list
class Q:
    def __repr__(self): return 'Q!'
def f(x):
    print(P(x, [x]), [Q(), {'a': Q()}], (Q(),), sep=' | ')
    return ask(x)
""",
    "logging": """
log = logging.getLogger(__name__)
log.propagate = False
out = io.StringIO()
handler = logging.StreamHandler(out)
handler.setFormatter(logging.Formatter('%(levelname)s %(funcName)s %(lineno)d %(threadName)s %(message)s'))
log.addHandler(handler)
log.setLevel(logging.INFO)
text = []
def f(x):
    log.info('asking %s', x)
    log.debug('unseen %s', x)
    r = ask(x)
    log.warning('got %r %s', [r], {'a': x})
    log.log(logging.ERROR, f'done {x}', extra={'who': 'me'})
    return r
def between(x): text.append(out.getvalue())
""",
    "logging in a try": """
log = logging.getLogger(__name__)
log.propagate = False
out = io.StringIO()
log.addHandler(logging.StreamHandler(out))
log.setLevel(logging.INFO)
text = []
def f(x):
    for attempt in range(3):
        try:
            log.info('attempt %d', attempt)
            r = ask(x)
            if attempt < 1: raise ValueError(x)
            return r
        except ValueError as e:
            log.warning('failed: %s', e)
def between(x): text.append(out.getvalue())
""",
    "StringIO write": """
b = io.StringIO()
t = []
def f(x):
    b.write(f'{x}\\n')
    return ask(x)
def between(x): t.append(b.getvalue())
""",
    "exceptions": """
class Bad(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code
def inner(x):
    if x % 2: raise Bad(x, 'odd')
    return ask(x)
def f(x):
    try:
        return inner(x)
    except Bad as e:
        raise RuntimeError(f'wrapped {e.code} {e}') from e
""",
    "uncaught": """
def g(x):
    ask(x)
    raise KeyError(x)
def f(x):
    return g(x)
""",
    "finally": """
n = []
def f(x):
    try:
        return ask(x)
    finally:
        n.append(x)
""",
    "builtins": """
data = {'b': 2, 'a': 1}
words = ['pear', 'fig', 'apple']
def f(x):
    r = ask(x)
    return [
        len(words), sorted(words), sorted(words, key=len), sorted(words, key=lambda w: w[::-1], reverse=True),
        min(words), max(data.values()), sum(data.values()), any(w == 'fig' for w in words), all(words),
        list(map(str.upper, words)), list(filter(None, [0, 1])), list(zip(words, range(9))), dict(data),
        list(enumerate(words, 1)), isinstance(r, int), getattr(words, 'nope', 3), hasattr(words, 'append'),
        str(r), repr(words), int('3'), float('2.5'), list(words), tuple(words), set(words) == {'fig',
        'pear', 'apple'},
        ', '.join(words), '{} {a}'.format(x, a=words), '%s %d' % (words, x), 'a b'.split(), json.dumps(data),
        json.loads('{"k": [1, 2]}'), re.findall('a', 'banana'), re.sub('a', lambda m: m.group().upper(),
        'banana'),
        math.sqrt(16), os.path.join('a', 'b'), copy.deepcopy(data), copy.copy(words), abs(-3),
        round(2.567, 1),
        divmod(7, 2), pow(2, 3), [*words], {**data}, list(reversed(words)), bool(words), data.get('zz', 5),
        list(data.items()), list(data), 'fig' in words, 'zz' not in data, words[0], words[-1:],
        data == {'a': 1, 'b': 2},
        words + ['x'], words * 2, bytes(3), chr(65), ord('a'), hex(255), type(r) is int, callable(f),
        range(3)[1],
    ]
""",
    "json of a tree": """
t = {'a': [1, {'b': (2, 3)}]}
def f(x):
    ask(x)
    return json.dumps(t, sort_keys=True)
""",
    "time": """
def f(x):
    t = time.time()
    p = time.perf_counter()
    ask(x)
    return time.time() >= t and time.perf_counter() >= p
""",
    "comprehensions": """
w = [3, 1]
def f(x):
    return ask(x), [y * 2 for y in w if y], {y: y for y in w}, {y for y in w}, sum(y for y in w)
""",
    "instances": """
class Base:
    kind = 'base'
    def __init__(self, x): self.x = x; self.items = []
    def add(self, y): self.items.append(y); return self
    @property
    def double(self): return self.x * 2
    @classmethod
    def make(cls, x): return cls(x)
    @staticmethod
    def helper(x): return x + 1
class Derived(Base):
    def __init__(self, x):
        super().__init__(x)
        self.y = self.helper(x)
def f(x):
    d = Derived.make(x).add(ask(x))
    d.z = d.double
    return d
""",
    "dataclasses": """
@dataclass(order=True)
class P:
    x: int
    y: list = field(default_factory=list)
    z: int = 7
    def __post_init__(self): self.w = self.x + self.z
@dataclass(frozen=True)
class Q:
    a: int
    b: str = 'b'
out = []
def f(x):
    p = P(ask(x), z=1)
    p.y.append(x)
    q = Q(x)
    out.append(q)
    return p, q, p == P(ask(x), [x], 1), {q: 1}[q], repr(p), dataclasses.replace(q, a=5)
""",
    "namedtuples": """
P = namedtuple('P', 'x y')
def f(x):
    p = P(ask(x), y=2)
    a, b = p
    return p, p.x, p[1], a + b, p._replace(x=0), p._asdict(), p == P(ask(x), 2), str(p)
""",
    "context managers": """
events = []
@contextlib.contextmanager
def timed(x):
    events.append(('in', x))
    try:
        yield x + 1
    finally:
        events.append(('out', x))
class M:
    def __enter__(self): events.append('enter'); return self
    def __exit__(self, *a): events.append(a[0]); return True
def f(x):
    with timed(x) as y, M() as m:
        r = ask(y)
        if x == 2: raise ValueError(x)
    return x
""",
    "generators": """
def gen(n):
    for i in range(n):
        got = yield ask(i)
        if got: yield got
def outer(n):
    r = yield from gen(n)
    return r
def f(x):
    g = gen(x)
    first = next(g)
    return first, g.send(5), list(outer(x)), sum(gen(x)), [y for y in gen(2)]
""",
    "special methods": """
class V:
    def __init__(self, x): self.x = x
    def __add__(self, o): return V(self.x + (o.x if isinstance(o, V) else o))
    __radd__ = __add__
    def __eq__(self, o): return isinstance(o, V) and self.x == o.x
    def __lt__(self, o): return self.x < o.x
    def __hash__(self): return hash(self.x)
    def __bool__(self): return self.x > 2
    def __len__(self): return self.x
    def __getitem__(self, i): return self.x * i
    def __contains__(self, i): return i == self.x
    def __iter__(self): return iter(range(self.x))
    def __call__(self, y): return self.x + y
    def __neg__(self): return V(-self.x)
    def __iadd__(self, o): self.x += o; return self
    def __str__(self): return f'V{self.x}'
    def __format__(self, s): return f'<{self.x}{s}>'
    def __getattr__(self, n): return n
shared = V(3)
def f(x):
    v = V(ask(x))
    v += 1
    return (v + 1, 1 + v, sum([v, v]), v == shared, v != shared, v < shared, sorted([v,
    shared])[0] is shared, bool(v),
            len(shared), shared[2], 3 in shared, list(shared), shared(1), -shared, str(v), f'{v:z}', v.nope,
            max(v, shared) is v, [v] == [v], 'yes' if shared else 'no', v in [shared, v], not v)
""",
    "callable objects and partials": """
class C:
    def __init__(self): self.n = 0
    def __call__(self, x): self.n += 1; return ask(x)
c = C()
p = functools.partial(lambda a, b, *, k: (a, b, k), 1, k=3)
def f(x): return c(x), p(x), functools.reduce(lambda a, b: a + b, [1, 2, x])
""",
    "nested functions": """
def f(x):
    n = 0
    def add(y):
        nonlocal n
        n += y
        return n
    add(ask(x))
    return add(1), (lambda z: z + x)(2), sorted([3, 1], key=lambda v: -v)
""",
    "retry": """
class Flaky(Exception): pass
tries = {}
def once(x):
    tries[x] = tries.get(x, 0) + 1
    if tries[x] < 2: raise Flaky(x)
    return ask(x)
def f(x):
    while True:
        try:
            return once(x)
        except Flaky as e:
            last = e.args
""",
    "unpacking and matching": """
pairs = [(1, 2), (3, 4)]
def f(x):
    (a, b), *rest = pairs
    ask(x)
    match x:
        case 1: r = 'one'
        case 2 | 3: r = 'few'
        case _: r = 'many'
    return a, b, rest, r, dict(pairs), [*pairs[0]]
""",
    "class attribute": """
class C:
    total = 0
    names = []
    @classmethod
    def note(cls, x): cls.names.append(x)
def f(x):
    C.note(x)
    return ask(x)
""",
    "slots": """
class C:
    __slots__ = ('n', 'm')
    def __init__(self): self.n = 0
c = C()
def f(x):
    c.m = x
    d = C()
    d.n = c.m
    return ask(x), d.n
""",
    "environment": """
def f(x):
    return ask(x), os.environ.get('HOME'), os.getcwd(), os.path.exists('/nonexistent')
""",
    "heap of its own": """
import heapq
def f(x):
    h = [3, 1, x]
    heapq.heapify(h)
    heapq.heappush(h, ask(x))
    return heapq.heappop(h), h
""",
    "string building": """
def f(x):
    s = ''
    for i in range(x):
        s += str(ask(i))
    return s.upper().strip().replace('0', 'o').center(20, '*')
""",
    "iteration of its own": """
def f(x):
    it = iter([1, 2, x])
    next(it)
    return list(it), list(zip(*[[1, 2], [3, 4]])), dict(zip('ab', [1, ask(x)]))
""",
    "enums": """
import enum
class Color(enum.Enum):
    RED = 1
    BLUE = 2
counts = {Color.RED: 0}
def f(x):
    counts[Color.RED] += 1
    return ask(x), Color(1), Color['BLUE'], Color.RED.name, Color.RED.value, Color.RED == Color(1),
    str(Color.RED)
""",
    "datetime": """
import datetime
def f(x):
    ask(x)
    return datetime.date(2020, 1, x).isoformat(), datetime.timedelta(days=x) * 2
""",
    "declared": """
import xcs_ast
calls = []
@xcs_ast.unordered
def send(text, options): return text.upper()
@xcs_ast.pure
def clean(text): return text.strip()
opts = {'a': 1}
def f(x): return send(clean(f' q{x} '), opts)
""",
    "declared, and gives an object that nobody else has": """
import xcs_ast
class Reply:
    def __init__(self, text): self.text, self.read = text, False
    def take(self):
        self.read = True
        return self.text
@xcs_ast.unordered
def send(text): return Reply(text)
def f(x):
    reply = send(x)
    return reply.take(), reply.read
""",
}


SHARED_BY_DECLARED = {
    "kept": "kept = [Reply('a')]\ndef find(x): return kept[0]",
    "kept by a name": "one = Reply('a')\ndef find(x): return one",
}


@pytest.mark.parametrize("name", SHARED_BY_DECLARED)
def test_what_a_declared_function_gives_to_several_is_no_tasks_own(name: str, tmp_path: Path) -> None:
    text = f"""
import xcs_ast
class Reply:
    def __init__(self, text): self.text, self.taken = text, 0
{SHARED_BY_DECLARED[name]}
xcs_ast.unordered(find)
def f(x):
    reply = find(x)
    reply.taken += 1
    return reply.taken
"""
    Trial(PRELUDE + text, tmp_path).run()


@pytest.mark.parametrize("name", AHEAD)
def test_runs_ahead(name: str, tmp_path: Path) -> None:
    trial = Trial(PRELUDE + AHEAD[name], tmp_path).run()
    assert not trial.redone, trial.reasons
