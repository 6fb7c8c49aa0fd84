"""Callees for `test_corners`: less usual ways to say usual things, in a real file."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import io
import logging
import operator
import os.path
import types
import urllib.request

SHARED = []
TABLE = {"a": 1}


def noisy(x=None):
    SHARED.append(x)
    return x


def pure(x):
    return x


# ------------------------------------------------------------------------------------------- attributes


class Plain:
    kind = "plain"

    def __init__(self, n=0):
        self.n = n

    def get(self):
        return self.n

    def noisy(self):
        return noisy(self.n)

    @classmethod
    def build(cls, n):
        return cls(n)

    @property
    def unset_only(self):
        return self.n

    @unset_only.deleter
    def unset_only(self):
        noisy()

    write_only = property(None, lambda self, value: noisy(value))
    read_only = property(lambda self: self.n)


class Sub(Plain):
    def get(self):
        return super().get() + super().get()

    @classmethod
    def build(cls, n):
        return super().build(n)

    @classmethod
    def through_class(cls, n):
        return super().get(cls(n))

    def missing(self):
        return super().nothing_of_the_kind

    def raw(self):
        return super().__new__


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


class Renamed:
    __slots__ = ("a",)


Renamed.other = Renamed.a


class Getter:
    def __get__(self, obj, cls):
        return noisy(5)


class OnClass:
    attr = Getter()


class Setter:
    def __get__(self, obj, cls):
        return 1

    def __set__(self, obj, value):
        noisy(value)


class GetOnly:
    """A data descriptor without `__set__`."""

    def __get__(self, obj, cls):
        return 1

    def __delete__(self, obj):
        noisy()


class WithSetter:
    attr = Setter()
    half = GetOnly()


class Setting:
    def __setattr__(self, name, value):
        noisy(value)
        object.__setattr__(self, name, value)


class Deleting:
    def __delattr__(self, name):
        noisy(name)


class Meta(type):
    def __setattr__(cls, name, value):
        noisy(value)
        type.__setattr__(cls, name, value)


class Guarded(metaclass=Meta):
    pass


class Calling(type):
    def __call__(cls, *args):
        noisy(cls)
        return type.__call__(cls, *args)


class Called(metaclass=Calling):
    pass


class Quiet(type):
    def twice(cls, x):
        return x + x


class Metaclassed(metaclass=Quiet):
    pass


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Lenient(enum.Enum):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        return noisy(cls.ONE)


class Loud(enum.Enum):
    ONE = 1

    def __str__(self):
        return noisy("one")


def bound_parts():
    method = Plain(1).get
    return method.__self__.n, method.__func__.__name__, method.__name__


def error_parts(x):
    try:
        return int(x)
    except Exception as error:
        return error.args, error.__traceback__


def error_unknown(x):
    try:
        return int(x)
    except Exception as error:
        return error.something


class Refused(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


class Keeps(Exception):
    pass


def own_error():
    try:
        raise Refused("no", 5)
    except Refused as error:
        return error.code, error.args, str(error)


def annotated_error():
    error = Keeps("a")
    error.note = 3
    error.__cause__ = None
    return error.note


def stop_value():
    error = StopIteration(3)
    error.value = 4
    return error.value


module_with_getattr = types.ModuleType("module_with_getattr")
module_with_getattr.__getattr__ = noisy
module_with_builtin = types.ModuleType("module_with_builtin")
module_with_builtin.__getattr__ = len
plain_module = types.ModuleType("plain_module")


class OddModule(types.ModuleType):
    @property
    def value(self):
        return noisy(1)


odd_module = OddModule("odd_module")


# ---------------------------------------------------------------------------------------------- classes


@dataclasses.dataclass(order=True)
class Ordered:
    rank: object
    name: str = dataclasses.field(default="", compare=False)
    total: int = dataclasses.field(init=False, default=0)


@dataclasses.dataclass(frozen=True)
class Keyed:
    key: object
    extra: object = dataclasses.field(default=None, hash=False)


@dataclasses.dataclass
class Started:
    n: int
    start: dataclasses.InitVar[int] = 3
    known: dataclasses.ClassVar[int] = 7
    more: list = dataclasses.field(default_factory=list)
    later: int = dataclasses.field(init=False)

    def __post_init__(self, start):
        self.later = self.n + start


@dataclasses.dataclass
class NoisyStart:
    n: int

    def __post_init__(self):
        noisy(self.n)


@dataclasses.dataclass
class NoisyDefault:
    n: object = dataclasses.field(default_factory=noisy)


@dataclasses.dataclass(kw_only=True)
class Named:
    a: int
    b: int = 2


@dataclasses.dataclass
class Tree:
    value: object
    below: list = dataclasses.field(default_factory=list)
    table: dict = dataclasses.field(default_factory=dict)


Pair = collections.namedtuple("Pair", "a b", defaults=[None])


class Pair3(collections.namedtuple("Pair3Base", "a b c", defaults=[[], 3])):
    def total(self):
        return self.a + self.c


class MyInt(int):
    def __new__(cls, x):
        return super().__new__(cls, x)


class Cached:
    made = {}

    def __new__(cls, x):
        if x not in cls.made:
            cls.made[x] = super().__new__(cls)
        return cls.made[x]


class Other:
    def __new__(cls, x):
        return [x]

    def __init__(self, x):
        noisy(x)


class MyList(list):
    pass


class MyDict(dict):
    def __missing__(self, key):
        return noisy(key)


class Failing:
    def __init__(self):
        raise ValueError("never made")


class EvilEq:
    def __eq__(self, other):
        return noisy(other) is None

    def __hash__(self):
        return noisy(1) or 1

    def __lt__(self, other):
        return noisy(True)

    def __repr__(self):
        noisy()
        return "evil"


class EvilIndex:
    def __index__(self):
        return noisy(0) or 0


class Keys:
    def keys(self):
        return noisy(["a"])

    def __getitem__(self, key):
        return 1


class Items:
    def __getitem__(self, key):
        return 1

    def __setitem__(self, key, value):
        noisy(value)

    def __delitem__(self, key):
        noisy(key)


class Iter:
    def __iter__(self):
        return self

    def __next__(self):
        noisy(1)
        raise StopIteration


def pair_of_spread(values):
    made = Pair(*values)
    return made.a, made[0], [*made]


def tree_dump(x):
    tree = Tree(x, [Tree(1), Tree([2])], {"k": (1, 2)})
    return dataclasses.asdict(tree)


def replaced(x):
    return dataclasses.replace(Ordered(x), name="b").name


def compared(x):
    return Ordered(x) < Ordered(2), Ordered(x) == Ordered(x), Ordered(x) == 3


def hashed(x):
    return {Keyed(x): 1}, hash(Keyed(x))


def partial_error():
    try:
        return Failing()
    except ValueError:
        return None


# --------------------------------------------------------------------------------------------- statements


def relative():
    from . import corners as this

    return this.TABLE


def relative_name():
    from .corners import TABLE as table

    return table


def dotted():

    return os.path.sep


def starred(values):
    first, *middle, last = values
    [a, (b, *c)] = 1, (2, 3)
    return first, middle, last, a, b, c


def annotated(x):
    value: int
    value = x
    other: int = value
    return other


def asserted(x):
    assert isinstance(x, int), noisy(x)
    return x


def quiet_assert(x):
    assert x is not None
    return x


def deleted(x):
    held = Plain(x)
    del held.n
    (a, b) = x, x
    del (a, b)
    return held


def deletes_item(items):
    del items[0]


def deletes_attr(thing):
    del thing.n


def while_true(x):
    items = []
    while True:
        items = [items]
        if len(items) > x:
            break
    return items


def nested_try(x):
    try:
        try:
            return int(x)
        except (TypeError, ValueError) as error:
            raise KeyError(x) from error
        finally:
            pure(x)
    except KeyError as error:
        return error.args
    else:
        return noisy(x)


def groups(x):
    try:
        return int(x)
    except* ValueError:
        return_value = None
    return return_value


def reraises(x):
    try:
        noisy(x)
    except Exception:
        raise


def chooses(x, cls):
    try:
        return int(x)
    except cls:
        return None


def matches(x):
    match x:
        case Plain(n=1):
            return 1
        case {"a": value}:
            return value
        case [1, *rest]:
            return rest
        case str() | None:
            return 2
        case Color.RED:
            return 3
        case (1 | 2) as number if pure(number):
            return number
    return None


def guard_matches(x):
    match x:
        case int() if noisy(x):
            return 1
    return 2


def deep_closure(x):
    total = 0

    def outer():
        def inner():
            nonlocal total
            total += x
            return total

        return inner()

    return outer()


def unbound(x):
    def inner():
        return later

    if x:
        later = 1
    return inner()


def class_inside(x):
    class Local:
        value = x

        def get(self):
            return self.value

    return Local


def lambda_defaults(x):
    functions = [lambda y=noisy(i): y for i in range(x)]
    return functions


def nested_default(x):
    def inner(y=noisy(x), *, z=pure(x)):
        return y + z

    return inner()


def set_operations(x):
    return {1, x} | {2}, {1} & {x}, {"a": x} | {"b": 2}, (1, x) + (2,), [x] * 2, b"a" + bytearray(b"b")


def evil_union(x):
    return {x} | {1}


def scalars(x):
    return (x << 1, x >> 1, x & 1, x | 1, -x, not x, x // 2, x**2, 2**-x, divmod(x, 2), ~x, x % 3, x @ x)


def identity(x):
    return x is None, x is True, type(x) is int, [] == [], x is not ..., Plain is Plain


def contained(x):
    return 1 in (1, 2), x in (1, 2), "a" not in ["b"]


def in_loop_globals(x):
    global COUNTED
    COUNTED = x
    return COUNTED


COUNTED = 0


def spread_unknown(x, *values, **named):
    return pure(*values, **named)


def keyword_only(x, *, flag):
    return flag


def both_ways(a, b=2, /, c=3, *rest, d, **named):
    return a, b, c, rest, d, named


@functools.lru_cache
def remembered(x):
    return noisy(x)


@functools.cache
def quick(x: int) -> int:
    return x


def annotated_none(x) -> None:
    pass


one = functools.partial(both_ways, 1, d=4)
shout = functools.partial(print, "x")
add = functools.partial(functools.reduce, operator.add)


def makes_partial(x):
    return functools.partial(pure, x)(), functools.partial(noisy)


def reduces(x):
    return functools.reduce(lambda a, b: a + b, [1, x], 0)


def reduces_noisy(x):
    return functools.reduce(lambda a, b: noisy(a), [1, x])


def generator():
    got = yield 1
    try:
        yield got
    finally:
        noisy(got)


def quiet_generator(n):
    yield from range(n)
    return n


def drives():
    made = quiet_generator(3)
    first = next(made)
    made.close()
    return first, next(made, None)


def closes():
    made = generator()
    next(made)
    made.close()


def sends():
    made = generator()
    next(made)
    return made.send(1)


def opens(path):
    with open(path) as file:
        return file.read()


def opens_binary(path):
    with open(path, "rb") as file:
        return file.read()


def opens_to_write(path):
    with open(path, "wb") as file:
        file.write(b"x")


def opens_oddly(path):
    return open(path, 1)


def opens_by_mode(path, mode):
    return open(path, mode)


def writes_text(x):
    out = io.StringIO()
    print(x, file=out)
    return out.getvalue()


class Stream:
    def write(self, text):
        noisy(text)


STREAM = Stream()


def prints_there(x):
    print(x, file=STREAM)


logger = logging.getLogger("tests.corners")
loose = logging.Logger("loose")
loose.addFilter(lambda record: True)


class OwnLogger(logging.Logger):
    pass


own = OwnLogger("own")


def logs(x):
    logger.info("x %s", x)


def logs_loosely(x):
    loose.info("x")


def logs_by_own(x):
    own.info("x")


def request(url):
    return urllib.request.Request(url, method="HEAD")


def heads(url):
    with urllib.request.urlopen(urllib.request.Request(url, method="HEAD")) as answer:
        return answer.status


def asks(url, method):
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
        return answer.status


def asks_given(request):
    with urllib.request.urlopen(request) as answer:
        return answer.status


get_a = operator.attrgetter("n", "kind")
get_deep = operator.attrgetter("n.real")
call_get = operator.methodcaller("get")
call_noisy = operator.methodcaller("noisy")
item_of = operator.itemgetter(0)


def getters(x):
    thing = Plain(x)
    return operator.attrgetter("n")(thing), get_a(thing), get_deep(thing), call_get(thing), item_of([x])


def calls_noisy(x):
    return call_noisy(Plain(x))


def classes_of(x):
    return (
        isinstance(x, int | str),
        isinstance(x, (int, (str, bytes))),
        isinstance(x, collections.abc.Sized),
        issubclass(Sub, Plain),
        isinstance(None, type(None)),
        isinstance(Plain(x), collections.abc.Hashable),
    )


def iterates(x):
    return iter([x]), iter(iter([x])), next(iter([x]), None)


def sentinel(x):
    return iter(lambda: x, 1)


def largest(x):
    return max([x, 2]), min(x, 2), max([], default=x), max([x], key=None), min([x], key=pure)


def made_raw(x):
    made = object.__new__(Plain)
    made.n = x
    return made.n, list.__new__(MyList)


def formatted(x):
    return f"{x!r:>{x}} {Color.RED} {Color.RED!r} {Color.RED:>10} {Plain.kind} {Plain!r}"


def format_errors(x):
    return str(ValueError(x)), repr(KeyError(1)), f"{Refused('a', 1)}"


def copies(x):
    import copy

    return (
        copy.copy([x]),
        copy.copy((x,)),
        copy.copy({"a": x}),
        copy.deepcopy({"a": [x]}),
        copy.copy(pure),
        copy.copy(Plain),
    )


def views(x):
    held = {"a": x}
    return list(held.items()), "a" in held.keys(), held.keys() & {"a"}, len(held.values()), dict(held.items())


def nested_tuples(x):
    return ((((((x,),),),),),)


def wide_tuple(x):
    return (x, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)


def slices(x):
    items = [1, x, 3]
    items[0:2] = (x, x)
    items[1:] = [x for _ in items]
    return items[0:1], (1, x, 3)[:2], "abc"[::2], items[-1]


def slots_read(x):
    return Slots(x).a


def arrays(x):
    held = bytearray(b"abc")
    held[0] = x
    held += b"d"
    return held[0], list(held)


def conversions(x):
    return int("3"), float(x), complex(x), bytes(2), round(x), abs(x), bool(x), str(b"a", "ascii"), hash(x)
