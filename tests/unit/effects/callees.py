"""Callees for the tests of the effects engine: real functions in a real file."""

import dataclasses
import functools
import itertools
import json
import math
import time
import urllib.request
from collections import namedtuple
from contextlib import contextmanager

TOTAL = 0
SHARED = []
TABLE = {"a": 1, "b": 2}
COUNTER = itertools.count(1)
LIMIT = 10
NAMES = ["x", "y", "z"]
ROWS = [{"name": f"n{i}", "tags": ["t", "u"], "n": i} for i in range(40)]


def pure(x):
    return x * 2 + 1


def text_of(x):
    return f"<{x:>5}> " + str(x).strip().upper()


def nested(x):
    return pure(pure(x)) + sum(pure(i) for i in range(x))


def sleeps(x):
    time.sleep(0.01)
    return x


def global_counter(x):
    global TOTAL
    TOTAL += 1
    return x


def reads_global(x):
    return x + LIMIT


def appends_shared(x):
    SHARED.append(x)
    return x


def mutable_default(x, acc=[]):
    acc.append(x)
    return len(acc)


def reads_default(x, opts={"k": 1}):
    return opts["k"] + x


def next_id(x):
    return next(COUNTER)


def prints(x):
    print("x", x)
    return x


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def walk(node):
    if node is None:
        return 0
    return node["n"] + walk(node["next"])


def local_list(x):
    items = []
    for i in range(x):
        items.append(i * 2)
    items.sort()
    found = {str(i): i for i in items}
    found["last"] = items[-1]
    return found


def mutates(items):
    items.append(1)
    return len(items)


def rows_total(x):
    return sum(row["n"] for row in ROWS if "t" in row["tags"]) + x


def rows_dump(x):
    return json.dumps({"rows": ROWS, "x": x})


def chained(x):
    return 0 < x < LIMIT <= 100


def with_try(x):
    try:
        value = int(x)
    except ValueError as error:
        return f"bad {error}"
    finally:
        value = 0
    return value


def raises(x):
    if x > 3:
        raise ValueError(f"too big: {x}")
    return x


class Plain:
    def __init__(self, n=0):
        self.n = n
        self.log = []

    def get(self, k):
        return self.n + k

    def bump(self, k):
        self.n += k
        return self.n

    def record(self, k):
        self.log.append(k)
        return k

    def helper(self, k):
        return self.get(k) * 2


class Caller(Plain):
    def __call__(self, k):
        return self.helper(k)


class Counted:
    made = 0

    def __init__(self):
        Counted.made += 1


class Derived(Plain):
    def get(self, k):
        return super().get(k) + 1

    @property
    def double(self):
        return self.n * 2

    @property
    def noisy(self):
        self.n += 1
        return self.n

    @staticmethod
    def static(k):
        return k + 1

    @classmethod
    def build(cls, k):
        return cls(k)

    @functools.cached_property
    def lazy(self):
        return self.n * 100


class Dynamic:
    def __getattr__(self, name):
        SHARED.append(name)
        return 1


class QuietDynamic:
    def __getattr__(self, name):
        return len(name)


class Intercepting:
    def __getattribute__(self, name):
        SHARED.append(name)
        return 1


class EvilEq:
    def __eq__(self, other):
        SHARED.append(other)
        return True

    __hash__ = object.__hash__


class EvilBool:
    def __bool__(self):
        SHARED.append(1)
        return True


class EvilStr(str):
    def upper(self):
        SHARED.append(1)
        return "X"


class EvilDict(dict):
    def __getitem__(self, key):
        SHARED.append(key)
        return 1


class EvilRepr:
    def __repr__(self):
        SHARED.append(1)
        return "r"


class EvilIter:
    def __iter__(self):
        SHARED.append(1)
        return iter([1, 2])


class EvilAdd:
    def __radd__(self, other):
        SHARED.append(1)
        return 1


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a

    def set(self, v):
        self.b = v
        return v


class Manager:
    def __enter__(self):
        SHARED.append("enter")
        return self

    def __exit__(self, *exc):
        return False


class QuietManager:
    def __init__(self):
        self.open = False

    def __enter__(self):
        self.open = True
        return self

    def __exit__(self, kind, error, trace):
        self.open = False
        return False


class BadInit(Exception):
    def __init__(self, x):
        super().__init__(x)
        SHARED.append(x)


class Descriptor:
    def __get__(self, obj, cls):
        SHARED.append(1)
        return 5


class HasDescriptor:
    attr = Descriptor()


class Finalized:
    def __del__(self):
        SHARED.append(1)


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
    tags: list = dataclasses.field(default_factory=list)

    def norm(self):
        return math.sqrt(self.x**2 + self.y**2)


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int

    def __post_init__(self):
        object.__setattr__(self, "x", self.x + 1)


Pair = namedtuple("Pair", "a b")


def counting(function):
    calls = 0

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        nonlocal calls
        calls += 1
        return function(*args, **kwargs)

    return wrapper


def transparent(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@counting
def counted(x):
    return x


@transparent
def wrapped(x):
    return x + 1


@functools.lru_cache
def cached(x):
    return x


def make_adder(n):
    def add(x):
        return x + n

    return add


def make_accumulator():
    total = 0

    def add(x):
        nonlocal total
        total += x
        return total

    return add


def late_binding(x):
    functions = [lambda k, i=i: k + i for i in range(3)]
    return sum(f(x) for f in functions)


def local_closure(x):
    count = 0

    def bump():
        nonlocal count
        count += 1
        return count

    bump()
    return bump() + x


def generator(n):
    for i in range(n):
        yield i * 2


def noisy_generator(n):
    for i in range(n):
        SHARED.append(i)
        yield i


def uses_generator(x):
    return list(generator(x))


def uses_noisy_generator(x):
    return max(noisy_generator(x))


@contextmanager
def quiet_context(x):
    yield x + 1


@contextmanager
def noisy_context(x):
    SHARED.append(x)
    try:
        yield x
    finally:
        SHARED.pop()


def uses_context(x):
    with quiet_context(x) as y:
        return y


def uses_noisy_context(x):
    with noisy_context(x) as y:
        return y


def make_point(x):
    p = Point(x, tags=["a"])
    p.tags.append("b")
    q = Point(x)
    return p.norm() + (p == q) + len(repr(p))


def make_pair(x):
    pair = Pair(x, b=2)
    a, b = pair
    return pair.a + a + b + pair[0]


def match_it(x):
    match x:
        case {"kind": "a", **rest}:
            return len(rest)
        case [first, *others]:
            return first + len(others)
        case int() | float():
            return x + 1
        case _:
            return None


def star_args(*args, **kwargs):
    return len(args) + len(kwargs) + args[0]


def spread(x):
    options = {"a": 1, "b": x}
    return star_args(x, *[1, 2], **options)


def shadowed_builtin(x):
    return len([x])


def uses_exec(x):
    exec("x = 1")
    return x


def uses_locals(x):
    return locals()["x"]


async def coroutine(x):
    return x


def while_loop(x):
    i = 0
    while True:
        i += 1
        if i > x:
            break
    else:
        SHARED.append(1)
    return i


def imports_inside(x):
    import json as j

    return j.dumps([x])


def imports_missing(x):
    import this_is_not_loaded_at_all

    return this_is_not_loaded_at_all


def deletes(x):
    d = {"a": 1}
    del d["a"]
    return d


def deletes_shared(x):
    del TABLE["a"]


def conditional_write(flag):
    if flag:
        SHARED.append(1)
    return flag


def sorts(items):
    return sorted(items, key=lambda p: -p)


def sort_key_evil(items):
    return sorted(items, key=appends_shared)


def posts(url):
    with urllib.request.urlopen(url, data=b"x") as response:
        return response.read()


def gets(url):
    with urllib.request.urlopen(url) as response:
        return response.read().decode()


def swallow(x):
    try:
        raise BadInit(x)
    except BadInit:
        return None


def type_name(x):
    try:
        return int(x)
    except Exception as e:
        return type(e).__name__ + str(e)


def make_list(x):
    return [x, x + 1]


def total_of(items):
    return sum(items)


def get_shared(x):
    return SHARED


def reads_shared(x):
    return len(SHARED) + x


def holder(x):
    return {"inner": [x]}


def sort_in_place(items):
    items.sort()
    return items


def replace_limit(value):
    global LIMIT
    LIMIT = value


class NoisyText(str):
    def __str__(self):
        SHARED.append(1)
        return "noisy"


class NoisyNumber(int):
    def __str__(self):
        SHARED.append(1)
        return "1"


def call_first(functions):
    return functions[0](1)


KEPT = Plain()


def reads_y(x):
    return len(y)  # noqa: F821 - the loop at module level assigns it


ALIAS = []
NAMES = globals()
