# mypy: ignore-errors
# ruff: noqa
import bisect, collections, collections.abc, contextlib, copy, dataclasses, enum, functools, heapq, io, itertools, json, logging, math, operator, random, re, types
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple


class Box:
    shared = 1
    table = {"k": 1}
    log = []

    def __init__(self, v):
        self.v = v
        self.items = [v]
        self.d = {"a": v}
        self.s = {v}

    @property
    def twice(self):
        return self.v * 2

    @twice.setter
    def twice(self, value):
        self.v = value // 2

    @functools.cached_property
    def lazy(self):
        Box.log.append(("lazy", self.v))
        return [self.v]

    @classmethod
    def make(cls, v):
        cls.shared += 1
        return cls(v)

    @staticmethod
    def fixed(v):
        return [v]

    def look(self):
        return self.v, len(self.items)

    def put(self, v):
        self.items.append(v)
        self.v += 1
        return self

    def gen(self):
        for each in self.items:
            yield each
            self.v += 1

    def __call__(self, v):
        self.v += 1
        return v


class Child(Box):
    __slots__ = ("slot", "empty")

    def __init__(self, v):
        super().__init__(v)
        self.slot = v

    def put(self, v):
        self.slot += 1
        return super().put(v)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self.items


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


class Loud:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        HEARD.append("eq")
        return isinstance(o, Loud) and o.v == self.v

    def __hash__(self):
        HEARD.append("hash")
        return hash(self.v)

    def __lt__(self, o):
        HEARD.append("lt")
        return self.v < o.v

    def __repr__(self):
        HEARD.append("repr")
        return f"Loud({self.v})"

    def __str__(self):
        HEARD.append("str")
        return f"loud {self.v}"

    def __format__(self, spec):
        HEARD.append("format")
        return format(self.v, spec)

    def __bool__(self):
        HEARD.append("bool")
        return bool(self.v)

    def __len__(self):
        HEARD.append("len")
        return 2

    def __iter__(self):
        HEARD.append("iter")
        return iter([self.v, 2])

    def __getitem__(self, k):
        HEARD.append("getitem")
        return k

    def __setitem__(self, k, value):
        HEARD.append("setitem")

    def __contains__(self, k):
        HEARD.append("contains")
        return k == self.v

    def __index__(self):
        HEARD.append("index")
        return 1

    def __int__(self):
        HEARD.append("int")
        return 1

    def __float__(self):
        HEARD.append("float")
        return 1.5

    def __add__(self, o):
        HEARD.append("add")
        return 5

    def __radd__(self, o):
        HEARD.append("radd")
        return 6

    def __iadd__(self, o):
        HEARD.append("iadd")
        return self

    def __neg__(self):
        HEARD.append("neg")
        return -1

    def __abs__(self):
        HEARD.append("abs")
        return 1

    def __round__(self, n=None):
        HEARD.append("round")
        return 1

    def __enter__(self):
        HEARD.append("enter")
        return self

    def __exit__(self, *args):
        HEARD.append("exit")
        return False

    def __call__(self, *args):
        HEARD.append("call")
        return args

    def __reversed__(self):
        HEARD.append("reversed")
        return iter([2, 1])

    def keys(self):
        HEARD.append("keys")
        return ["p", "q"]

    def __copy__(self):
        HEARD.append("copy")
        return self

    def __divmod__(self, o):
        HEARD.append("divmod")
        return 1, 1


class Missing(dict):
    def __missing__(self, key):
        HEARD.append(("missing", key))
        return key


class Row(list):
    def append(self, v):
        HEARD.append("append")
        super().append(v)


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, o, cls=None):
        HEARD.append("get " + self.name)
        return self if o is None else o.__dict__.get("_" + self.name, 0)

    def __set__(self, o, value):
        HEARD.append("set " + self.name)
        o.__dict__["_" + self.name] = value


class Described:
    field = Descriptor()
    __hash__ = object.__hash__

    def __init__(self):
        self.seen = 0

    def __setattr__(self, name, value):
        HEARD.append("setattr " + name)
        object.__setattr__(self, name, value)


class Meta(type):
    count = 0

    def __call__(cls, *args):
        Meta.made = getattr(Meta, "made", 0) + 1
        return super().__call__(*args)

    @property
    def size(cls):
        return cls.number


class Made(metaclass=Meta):
    number = 3


@dataclasses.dataclass
class Point:
    x: int = 1
    y: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, order=True)
class Cold:
    x: int = 1
    y: str = "c"


@dataclasses.dataclass(unsafe_hash=True)
class Warm:
    x: int = 1


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Manager:
    def __init__(self, swallow=False):
        self.swallow = swallow

    def __enter__(self):
        HEARD.append("in")
        return self

    def __exit__(self, kind, value, trace):
        HEARD.append(("out", kind and kind.__name__))
        return self.swallow


class Wrong(ValueError):
    def __init__(self, code, note="n"):
        super().__init__(code, note)
        self.code = code


@contextlib.contextmanager
def scope(name):
    HEARD.append(("begin", name))
    try:
        yield L1
    finally:
        HEARD.append(("end", name))


def make(start):
    free = start
    kept = [start]

    def get():
        return free

    def put(v):
        nonlocal free
        free = v

    def add(v):
        nonlocal free
        free += v

    def drop():
        nonlocal free
        del free

    def deep():
        def inner(v):
            nonlocal free, kept
            free = (free, v)
            kept += [v]
            return kept

        return inner

    def added(f):
        nonlocal free
        free += f()

    return get, put, add, drop, deep, added


def default(v, seen=[], *, named={"n": 0}):
    seen.append(v)
    named["n"] += 1
    return seen


def counted(v):
    counted.calls += 1
    counted.last = v
    return v


counted.calls = 0


@functools.lru_cache(maxsize=None)
def cached(v):
    HEARD.append(("cached", v))
    return [v]


def numbers(k):
    global n
    for i in range(k):
        n += 1
        yield i


def fail(v):
    L1.append(v)
    raise Wrong(v)


def give(*args, **kwargs):
    return args, kwargs


def first(l):
    return l[0] if l else None


def add_n(v):
    global n
    n += v
    return v


def bump(d):
    d["a"] += 1
    return 5


def bump_v(o):
    o.v += 1
    return 5


def by_v(o):
    HEARD.append("key")
    return o if isinstance(o, int) else 0


Pair = namedtuple("Pair", "a b")
HEARD = []
n, m, f, flag = 1, 5, 0.5, True
nan = math.nan  # one object in every world: its hash, and so its place in a set, goes by its identity
text = "abc"
L1 = [3, 1, 2]
L2 = ["b", "a"]
ALIAS = L1
nest = [[1], [2], L1]
D1 = {"a": 1, "b": 2, "l": [1], 1: "one"}
D2 = {"x": 0.1, "y": 0.2, "d": D1}
S1 = {33, 1, 2, 9, 17, 8}
S2 = {"p", "q"}
frozen = frozenset({1, 2, 3})
Q = deque([1, 2, 3], maxlen=4)
C = Counter("aab")
DD = defaultdict(list, {"q": [1]})
DI = defaultdict(int)
OD = OrderedDict([("one", 1), ("two", 2), ("three", 3)])
MS = Missing(a=1)
ROW = Row([1, 2])
b, child, other = Box(1), Child(2), Box(1)
other.items = b.items
slots = Slots(1)
loud, loud2 = Loud(1), Loud(1)
louds = [loud, loud2]
by_loud = {loud: 1}
described = Described()
point, cold = Point(1, L2), Cold()
pair = Pair(1, L1)
warm = Warm()
by_warm = {warm: 1}
BD, G = b.__dict__, globals()
space = types.SimpleNamespace(v=1, l=L1)
get, put, add, drop, deep, free_add = make(1)
bound = b.put
part = functools.partial(default, 7)
part_list = functools.partial(L1.append, 4)
shared_iter = iter(L1)
shared_gen = numbers(5)
counter = itertools.count(3)
keys = D1.keys()
error = Wrong(1)
OUT = io.StringIO()
args = [1, 2]
kwargs = {"k": 1}
del HEARD[:]
LOGGED = io.StringIO()
LOG = logging.getLogger("recorder_world")
LOG.setLevel(logging.INFO)
LOG.propagate = False
_handler = logging.StreamHandler(LOGGED)
_handler.setFormatter(logging.Formatter("%(levelname)s %(funcName)s %(lineno)d %(message)s"))
LOG.addHandler(_handler)


def body(index, value):
    """What stands in a loop between two values of a task."""
    global n
    with contextlib.suppress(Exception):
        if type(value) is list and value is not HEARD:
            value.append("seen")
        elif type(value) is dict:
            value["seen"] = index
        elif index == 1:
            n += 1
            b.v += 1
            L1.append(n)
        elif index == 2:
            n = 0
            D1["a"] = index
            S1.add(100)


def close():
    LOG.handlers.clear()
