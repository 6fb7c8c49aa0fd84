"""What the snippets work with: definitions, and `renew`, which makes the shared state anew."""

# ruff: noqa
# fmt: off
import weakref, threading, sys, json, re, math, functools, collections, dataclasses, contextlib, logging, operator, enum, abc, types
import io, itertools, os, copy, typing, datetime, decimal, fractions, random, string, textwrap, bisect, heapq, uuid
import xcs_ast
from collections import namedtuple, defaultdict, Counter, deque, OrderedDict
from collections.abc import Mapping, Iterable, Sized
class Odd:
    """Special methods that give what they are told to."""
    def __init__(self, **given): self.given = given
    def _say(self, name): LOG.append(name); return self.given[name]
    def __int__(self): return self._say("int")
    def __float__(self): return self._say("float")
    def __index__(self): return self._say("index")
    def __complex__(self): return self._say("complex")
    def __abs__(self): return self._say("abs")
    def __round__(self, *a): return self._say("round")
    def __bool__(self): return self._say("bool")
    def __hash__(self): return self._say("hash")
    def __eq__(self, other): return self._say("eq")
    def __lt__(self, other): return self._say("lt")
    def __str__(self): return self._say("str")
    def __repr__(self): return self._say("repr")
    def __format__(self, spec): return self._say("format")
    def __len__(self): return self._say("len")
    def __iter__(self): return self._say("iter")
    def __next__(self): return self._say("next")
    def __contains__(self, other): return self._say("contains")
    def __add__(self, other): return self._say("add")
    def __radd__(self, other): return self._say("radd")
    def __mul__(self, other): return self._say("mul")
    def __rmul__(self, other): return self._say("rmul")
    def __neg__(self): return self._say("neg")
    def __getitem__(self, k): return self._say("getitem")
    def __call__(self, *a, **k): return self._say("call")
    def __enter__(self): return self._say("enter")
    def __exit__(self, *a): return self._say("exit")
    def __reversed__(self): return self._say("reversed")
    def __mod__(self, other): return self._say("mod")
    def __iadd__(self, other): return self._say("iadd")
class Loud:
    def __init__(self, n): self.n = n
    def __add__(self, other): LOG.append(("add", self.n)); return Loud(self.n + getattr(other, "n", other))
    def __radd__(self, other): LOG.append(("radd", self.n)); return Loud(self.n + other)
    def __bool__(self): LOG.append(("bool", self.n)); return self.n > 2
    def __lt__(self, other): LOG.append(("lt", self.n, other.n)); return self.n < other.n
    def __gt__(self, other): LOG.append(("gt", self.n, other.n)); return self.n > other.n
    def __eq__(self, other): LOG.append(("eq", self.n)); return self.n == getattr(other, "n", other)
    def __hash__(self): LOG.append(("hash", self.n)); return hash(self.n)
    def __repr__(self): return f"Loud({self.n})"
def gen(*values):
    for value in values:
        LOG.append(("next", repr(value)))
        yield value
class Raises:
    def __init__(self, error): self.error = error
    def __bool__(self): raise self.error
    def __iter__(self): raise self.error
    def __len__(self): raise self.error
class Point:
    def __init__(self, x, y): self.x = x; self.y = y
class Stopping:
    def __bool__(self): raise StopIteration("bool")
class NoEq: __eq__ = None; __hash__ = None
class NoIter:
    __iter__ = None; __contains__ = None
    def __getitem__(self, k): return k
class NoBool: __bool__ = None
class NoLen: __len__ = None
class Base:
    def __eq__(self, o): LOG.append("Base.eq"); return NotImplemented
    def __add__(self, o): LOG.append("Base.add"); return NotImplemented
    def __radd__(self, o): LOG.append("Base.radd"); return NotImplemented
    def __lt__(self, o): LOG.append("Base.lt"); return NotImplemented
    __hash__ = None
class Derived(Base):
    def __eq__(self, o): LOG.append("Derived.eq"); return NotImplemented
    def __radd__(self, o): LOG.append("Derived.radd"); return NotImplemented
    def __gt__(self, o): LOG.append("Derived.gt"); return NotImplemented
    __hash__ = None
class Only(Base): pass
@dataclasses.dataclass(slots=True)
class Slim:
    a: int
    b: int = dataclasses.field(init=False, default=5)
    c: list = dataclasses.field(default_factory=list)
    d: int = dataclasses.field(default=7, kw_only=True)
@dataclasses.dataclass(frozen=True, order=True)
class Row:
    a: int
    b: object = dataclasses.field(default=0, compare=False)
@dataclasses.dataclass
class Bag:
    n: int
    extra: dataclasses.InitVar[int] = 0
    kind: typing.ClassVar[int] = 3
    tags: list = dataclasses.field(default_factory=lambda: [LOG.append("tags")], init=False)
    late: int = dataclasses.field(init=False, default=9)
    def __post_init__(self, extra): self.sum = self.n + extra
@dataclasses.dataclass
class Simple:
    n: int
    tags: list = dataclasses.field(default_factory=lambda: [LOG.append("tags")], init=False)
    late: int = dataclasses.field(init=False, default=9)
    def __post_init__(self): LOG.append(("post", self.n, self.tags))
Pair = namedtuple("Pair", "one two", defaults=[5])
class Color(enum.Enum):
    RED = 1
    BLUE = "b"
class Perm(enum.Flag):
    R = 1
    W = 2
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
class MyStr(str):
    def __new__(cls, v, extra=None): o = super().__new__(cls, v); o.extra = extra; return o
class MyInt(int): pass
class MyTuple(tuple): pass
class MyList(list):
    def __init__(self, *a): super().__init__(*a); self.n = 0
class MyDict(dict):
    def __missing__(self, k): LOG.append(k); return k
class MySet(set): pass
class Err(Exception):
    def __init__(self, a, b=2): super().__init__(a, b); self.a = a
class SysErr(OSError): pass
class Singleton:
    _it = None
    def __new__(cls, *a):
        if cls._it is None: cls._it = super().__new__(cls)
        return cls._it
class Other:
    def __new__(cls, *a): return 5
class BadInit:
    def __init__(self): return 5
class Abstract(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
class Meta(type):
    def __call__(cls, *a): LOG.append("meta"); return super().__call__(*a)
class WithMeta(metaclass=Meta):
    def __init__(self, v=1): self.v = v
class Final:
    def __del__(self): LOG.append("del")
class Prop:
    def __init__(self): self._v = 1
    @property
    def v(self): LOG.append("get v"); return self._v
    @v.setter
    def v(self, value): LOG.append("set v"); self._v = value
    @v.deleter
    def v(self): LOG.append("del v"); del self._v
    @functools.cached_property
    def c(self): LOG.append("cached"); return [1]
    @classmethod
    def cm(cls, *a): return cls.__name__, a
    @staticmethod
    def sm(*a): return a
class Slots:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
class GetAttr:
    def __getattr__(self, name):
        LOG.append(name)
        if name.startswith("no"): raise AttributeError(name)
        return name
    def __setattr__(self, name, v): LOG.append(("set", name)); object.__setattr__(self, name, v)
    def __delattr__(self, name): LOG.append(("del", name))
class Every:
    def __getattribute__(self, name): LOG.append(name); return object.__getattribute__(self, name)
    x = 4
class Callable:
    def __call__(self, *a, **k): return a, sorted(k)
class StaticCall:
    __call__ = staticmethod(lambda *a: a)
class ClassCall:
    __call__ = classmethod(lambda cls, *a: (cls.__name__, a))
class NoCall: pass
class Manager:
    def __init__(self, swallow=False): self.swallow = swallow
    def __enter__(self): LOG.append("enter"); return self
    def __exit__(self, *a): LOG.append(("exit", a[0] and a[0].__name__)); return self.swallow
def append(self, v): return ("mine", v)
def plain(a, b=2, *c, d=4, **e): return a, b, c, d, sorted(e)
class Seq:
    def __init__(self, *v): self.v = v
    def __getitem__(self, i): LOG.append(i); return self.v[i]
class Len:
    def __init__(self, n): self.n = n
    def __len__(self): LOG.append("len"); return self.n
class Hint:
    def __iter__(self): return iter([1, 2])
    def __length_hint__(self): LOG.append("hint"); return 2
class Badhint:
    def __iter__(self): return iter([1, 2])
    def __len__(self): LOG.append("len"); raise TypeError("no")
class Idx:
    def __index__(self): LOG.append("index"); return 1
logger = logging.getLogger("snippets"); logger.propagate = False
class PG:
    @property
    def v(self): raise AttributeError("inner")
    @functools.cached_property
    def c(self): raise AttributeError("cached")
    def __getattr__(self, name): LOG.append(name); return ("fallback", name)
class PN:
    @property
    def v(self): raise AttributeError("inner")
    def __getattr__(self, name): raise AttributeError(name)
class SG:
    __slots__ = ("a",)
    def __getattr__(self, name): return ("fallback", name)
class MG(type):
    @property
    def v(cls): raise AttributeError("meta")
    def __getattr__(cls, name): return ("meta fallback", name)
class WithMG(metaclass=MG):
    @classmethod
    def cm(cls): return cls.__name__
class Desc:
    def __get__(self, o, cls): raise AttributeError("desc")
class Data(Desc):
    def __set__(self, o, v): LOG.append(("set", v))
class WithDesc:
    d = Desc(); e = Data()
    def __getattr__(self, name): return ("fallback", name)
class RMod:
    def __rmod__(self, o): LOG.append("rmod"); return ("rmod", o)
    def __str__(self): LOG.append("str"); return "RM"
t = typing.TypeVar("T")
class Gen(typing.Generic[t]): pass
class GetItem:
    def __getitem__(self, k): LOG.append(("get", k)); return k
    def __setitem__(self, k, v): LOG.append(("set", k, v))
    def __delitem__(self, k): LOG.append(("del", k))
class Super(Point):
    kind = "base"
    def __init__(self, x): super().__init__(x, 2); self.z = super().__class__.__name__
    def __add__(self, o): return (self.x, super().__repr__()[:5])
    @classmethod
    def make(cls, *a): return super().__new__(cls)
    @property
    def total(self): return self.x + self.y
class SubSuper(Super):
    kind = "sub"
    @property
    def total(self): return super().total + 1
    def up(self): return super().kind, super().total, super(Super, self).__class__
    @staticmethod
    def st(v): return v
    def gone(self): return super().nothing
class Props:
    wo = property(None, lambda s, v: LOG.append(v))
    ro = property(lambda s: 5)
    part = functools.partial(plain, 1)
    lam = staticmethod(lambda v: v)
    method = len
    sub = Point
    bound = [].append
class Lazy:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, o, cls): LOG.append(("lazy", o is None)); return 7
class Full(Lazy):
    def __set__(self, o, v): LOG.append(("full", v))
    def __delete__(self, o): LOG.append("delete")
class Holder:
    lazy = Lazy(); full = Full()
class Hidden:
    __slots__ = ("__dict__", "s")
def counter():
    n = 0
    def up(k=1):
        nonlocal n
        n += k
        return n
    return up
@functools.lru_cache
def cached(v): return [v]
@functools.singledispatch
def single(v): return "obj"
@single.register
def _(v: int): return "int"
@functools.wraps(plain)
def wrapped(*a, **k): return plain(*a, **k)
@contextlib.contextmanager
def managed(v):
    LOG.append(("in", v))
    try: yield v
    finally: LOG.append(("out", v))
class Descending:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1
        return self.n
class Meth:
    def __init__(self): self.n = 0
    def add(self, k=1): self.n += k; return self
    def __len__(self): return self.n
async def coro(): return 5
def kwonly(*, a, b=2): return a, b
def raiser(): raise ValueError("raised")
class WithInit:
    def __init_subclass__(cls, **k): LOG.append(("sub", sorted(k)))
class Cmp:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __eq__(self, o): return self.v == o.v
    __hash__ = None
@functools.total_ordering
class Total:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __eq__(self, o): return self.v == o.v
class Match:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x = x; self.y = y
class Weird(Exception):
    def __str__(self): LOG.append("str"); return "weird"
@functools.lru_cache
def bare(v): return [v]
del bare.__wrapped__
def homeless(v): return [v]
homeless.__module__ = []
homeless = functools.lru_cache(homeless)
def celldel():
    v = [1]
    def drop():
        nonlocal v
        del v
    def get(): return v
    def put(n):
        nonlocal v
        v = n
    def add(n):
        nonlocal v
        v += n
    return drop, get, put, add
class Own:
    def __init__(self, n): self.n = n
    def __hash__(self): return 5
    def __eq__(self, o): return self.n == getattr(o, "n", None)
class Sub(dict):
    def __getitem__(self, k): LOG.append(("sub", k)); return k
class SubList(list): pass
class DelAttr:
    def __delattr__(self, name): LOG.append(("delattr", name)); object.__delattr__(self, name)
    def __setattr__(self, name, v): LOG.append(("setattr", name)); object.__setattr__(self, name, v)
class WithDict:
    __slots__ = ("a", "__dict__")
class Registry:
    items = []
    count = 0
    table = {}
    @classmethod
    def add(cls, v): cls.items.append(v); cls.count += 1; cls.table[v] = cls.count; return cls
class SubRegistry(Registry): pass
def deco(f):
    def inner(*a): LOG.append(f.__name__); return f(*a)
    return inner
def defaults(a, b=[], *, c={}): b.append(a); c[a] = 1; return b, c

SM = staticmethod(plain)
@xcs_ast.ordered
def said(v): return [v]
@xcs_ast.unordered
def asked(*a, **k): return len(a), sorted(k)
@xcs_ast.pure
def counted(v): return v + 1
class Declared:
    @xcs_ast.unordered
    def ask(self, v): return v
    @xcs_ast.ordered
    def say(self, v): return v
    @xcs_ast.unordered
    def __call__(self, v): return v
@xcs_ast.pure
class Declares:
    def __init__(self, v): self.v = v
class NamedCall:
    def __call__(self, **k): return k
    def __repr__(self): return "NamedCall()"
class InitDict(dict):
    def __init__(self, *a, **k): super().__init__(*a, **k)
class SubHolder(Holder):
    def up(self): return super().lazy
@dataclasses.dataclass
class DSet:
    n: int
    def __setattr__(self, name, v): LOG.append(name); object.__setattr__(self, name, v)
@dataclasses.dataclass
class Kinded:
    n: int
    kind: typing.ClassVar[int] = 3
    quiet: int = dataclasses.field(default=0, repr=False)
@dataclasses.dataclass
class Computed:
    n: int
    @functools.cached_property
    def n(self): return 5
class CM(type):
    __call__ = type.__call__
class CallMeta(metaclass=CM):
    def __init__(self, v): self.v = v
class BM(type):
    __call__ = staticmethod(lambda *a: a)
class BadMeta(metaclass=BM): pass
class BadI:
    def __init__(self, n): self.n = n; return n
class BadSlot:
    __slots__ = ("n",)
    def __init__(self, n): self.n = n; return n
class DocInit:
    def __init__(self, n):
        "Takes one."
        self.n = n
class LamInit: __init__ = lambda self, n: setattr(self, "n", n)
class Wide:
    def __init__(self, n, a, b, *, k=0): self.n = n + k
class Specials:
    __abs__ = staticmethod(lambda: 5)
    __reversed__ = classmethod(lambda cls: iter([1]))
    __round__ = staticmethod(lambda: 3)
    __len__ = staticmethod(lambda: 4)
class BadIter:
    def __iter__(self): return 5
class OddArgs(Exception): args = 5
class EM(type): pass
class OddError(ValueError, metaclass=EM): pass
class Keyed:
    def keys(self): return ["a"]
    def __getitem__(self, k): LOG.append(("keyed", k)); return 1
    def __iter__(self): return iter(["a"])
def _deep(n):
    made = []
    for _ in range(n): made = [made]
    return made
class Zone(datetime.tzinfo):
    def utcoffset(self, when): LOG.append("offset"); return datetime.timedelta(0)
    def dst(self, when): return None
    def tzname(self, when): return "Z"
class StaticGet: __getattr__ = staticmethod(lambda name: ("static", name))
class PartGet: __getattr__ = functools.partial(lambda name: ("part", name))
class PropC:
    n = 3
    p = property(operator.attrgetter("n"))
class OnlySet:
    def __set__(self, o, v): o.__dict__["os"] = v
class HasOnlySet: os = OnlySet()
class Bnd: m = types.MethodType(append, 1)
class Lru:
    @functools.lru_cache
    def f(self, v): return v
class PartM:
    pm = functools.partialmethod(plain, 1)
    cp = classmethod(functools.partial(plain, 1))
class SlotCached:
    __slots__ = ("a",)
    @functools.cached_property
    def c(self): return 1
class OtherName:
    @functools.cached_property
    def c(self): LOG.append("c"); return 1
OtherName.other = vars(OtherName)["c"]
class MGA(type):
    def __getattribute__(cls, name): LOG.append(name); return type.__getattribute__(cls, name)
class WithMGA(metaclass=MGA): v = 1
class Named(enum.Enum):
    value2 = 1
class StaticSet:
    __setattr__ = staticmethod(lambda name, v: LOG.append(name))
    __delattr__ = staticmethod(lambda name: LOG.append(name))
class SuperIn(Super):
    def parts(self): return [super(SuperIn, self).total for _ in range(2)], [s for s in [super().total]]
class Deep:
    def down(self, n): return self.down(n + 1)
    def drop(self, n): self.drop(n + 1)
MOD = types.ModuleType("mod"); MOD.__getattr__ = lambda name: ("of mod", name)
MOD2 = types.ModuleType("mod2")
MATCH = re.match(b"a", bytearray(b"a"))
FROZEN = frozenset([1, "z"])
FROZENOWN = frozenset([Own(1), 1])
ROW = Row(1)

STATE = ['LOG', 'SHARED', 'TABLE', 'TAGS', 'QUEUE', 'COUNTS', 'LISTS', 'ORDER', 'NUMBERS', 'P', 'PROP', 'SL', 'GA', 'SGI', 'BOUND', 'NEST', 'GI', 'HOLD', 'PR', 'SS', 'CELL', 'UP', 'PART', 'IT', 'GEN', 'IDS', 'RNG', 'OUT', 'BOUT', 'NOW', 'TREE', 'METH', 'CD', 'OWN', 'OWNSET', 'OWNORDER', 'N', 'TEXT', 'NAN', 'SUB', 'SUBLIST', 'DA', 'WD', 'ERRORS', 'BYTES', 'CPX']


def renew():
    global LOG, SHARED, TABLE, TAGS, QUEUE, COUNTS, LISTS, ORDER, NUMBERS, P, PROP, SL, GA, SGI, BOUND, NEST, GI, HOLD, PR, SS, CELL, UP, PART, IT, GEN, IDS, RNG, OUT, BOUT, NOW, TREE, METH, CD, OWN, OWNSET, OWNORDER, N, TEXT, NAN, SUB, SUBLIST, DA, WD, ERRORS, BYTES, CPX
    LOG = []
    SHARED = [3, 1, 2]
    TABLE = {"a": 1, "b": [2]}
    TAGS = {1, 2, 3}
    QUEUE = deque([1, 2, 3])
    COUNTS = Counter("aab")
    LISTS = defaultdict(list, {1: [1]})
    ORDER = OrderedDict(a=1, b=2)
    NUMBERS = (1, 2.5, 3)
    P = Point(1, 2)
    PROP = Prop()
    SL = Slots()
    GA = GetAttr()
    SGI = SG()
    BOUND = types.MethodType(append, SHARED)
    NEST = defaultdict(lambda: defaultdict(int))
    GI = GetItem()
    HOLD = Holder()
    PR = Props()
    SS = SubSuper(3)
    CELL = [0]
    UP = counter()
    PART = functools.partial(plain, 1, b=3)
    IT = iter([1, 2, 3])
    GEN = gen(1, 2)
    IDS = itertools.count()
    RNG = random.Random(1)
    OUT = io.StringIO()
    BOUT = io.BytesIO()
    NOW = datetime.datetime(2020, 1, 1)
    TREE = {"a": [1, {"b": (2, 3)}], "c": "d"}
    METH = Meth()
    CD = celldel()
    OWN = {Own(1): 1, "a": 2}
    OWNSET = {Own(1), 2}
    OWNORDER = OrderedDict([(Own(1), 1)])
    N = 0
    TEXT = "a"
    NAN = float("nan")
    SUB = Sub(a=1)
    SUBLIST = SubList([1])
    DA = DelAttr()
    WD = WithDict()
    ERRORS = [ValueError("kept")]
    BYTES = bytearray(b"ab")
    CPX = [1j, 2j]
