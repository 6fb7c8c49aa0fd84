# ruff: noqa
"""What the expressions of hidden_calls.txt are about: each hidden call adds to LOG."""

import array, base64, bisect, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools, hashlib, heapq, io, itertools, json, logging, math, operator, os, pathlib, random, re, statistics, string, struct, textwrap, time, urllib.parse, uuid, warnings

LOG = []


def _log(value):
    def method(self, *args):
        LOG.append(len(args))
        return value(self, *args) if callable(value) else value

    return method


class Meta(type):
    def __instancecheck__(cls, other):
        LOG.append("instance")
        return False


class P(metaclass=Meta):
    __int__ = _log(1)
    __float__ = _log(0.0)
    __bool__ = _log(False)
    __hash__ = _log(1)
    __abs__ = _log(1)
    __round__ = _log(1)
    __len__ = _log(1)
    __repr__ = _log("r")
    __str__ = _log("s")
    __format__ = _log("f")
    __bytes__ = _log(b"b")
    __index__ = _log(0)
    __neg__ = __invert__ = __add__ = __radd__ = __call__ = __divmod__ = __pow__ = __matmul__ = _log(1)
    __getitem__ = _log(1)
    __contains__ = _log(True)
    __iter__ = _log(lambda self: iter([]))
    __reversed__ = _log(lambda self: iter([1]))
    __eq__ = _log(True)
    __ne__ = _log(False)
    __lt__ = __gt__ = __le__ = __ge__ = _log(False)
    __dir__ = _log(lambda self: ["a"])
    __complex__ = _log(1j)
    __floor__ = __trunc__ = __sizeof__ = _log(1)
    __fspath__ = _log("p")
    __getattr__ = _log(
        lambda self, name: (_ for _ in ()).throw(AttributeError(name)) if name.startswith("__") else name
    )
    __ceil__ = _log(1)
    keys = _log(lambda self: [])
    __enter__ = _log(1)
    __exit__ = _log(None)

    def use(self):
        with self:
            pass

    def check(self):
        try:
            assert not LOG or not self, f"{self}"
        except AssertionError:
            return 0

    def match(self):
        match self:
            case 1:
                return 1


p = P()


def cb(*a):
    LOG.append(1)
    return len(LOG)


def gen(n=2):
    for i in range(n):
        LOG.append(i)
        yield i


@dataclasses.dataclass
class DC:
    v: object


@dataclasses.dataclass(frozen=True)
class DCF:
    v: object


@dataclasses.dataclass(order=True)
class DCO:
    v: object


def match_p(p):
    match p:
        case 1:
            return 1


def assert_p(p):
    try:
        assert not p
    except AssertionError:
        pass


def with_p(p):
    with p:
        pass


class Del:
    def __del__(self):
        LOG.append("d")


def del_p():
    d = Del()
    del d


def star_p(p):
    a, *b = gen()


def while_p(p):
    while p:
        break


class Ex(Exception):
    def __init__(self, *a):
        LOG.append("e")


def raise_p():
    try:
        raise Ex
    except Ex:
        pass


def for_p(p):
    for _ in p:
        pass


def unpack_p(p):
    a, b = gen()


def aug_p(p):
    q = 1
    q += p


def cmp_key(p):
    return max([1, 2], key=lambda v: cb())


def global_p():
    globals()["zz"] = cb()


def nested_p():
    def f():
        return cb()

    return f()


def try_p():
    try:
        pass
    finally:
        cb()


def class_p():
    class Q:
        z = cb()


def deco_p():
    @cb
    def f():
        pass


def default_p():
    def f(a=cb()):
        pass


def yield_p():
    def g():
        yield cb()

    return list(g())


def walrus_p():
    return (z := cb())


def starred_p(p):
    return [*gen(), *gen()]


def lam_p():
    return (lambda: cb())()


class Sup:
    def __init_subclass__(cls):
        LOG.append("s")


def super_p():
    class Q(Sup):
        pass


def fmt_spec(p):
    return f"{1:{cb()}}"


def exc_args(p):
    try:
        raise ValueError(p)
    except ValueError as e:
        return str(e)


class Says:
    """Compares in silence; what it answers is asked whether it is true."""

    def __eq__(self, other):
        return p


q = Says()
CUT = slice(p, None)


class Methods:
    def loud(self, *given, **named):
        cb()

    def silent(self):
        pass


m = Methods()
LOUD = operator.methodcaller("loud", "silent", named=1)

Pair = collections.namedtuple("Pair", "one other")


class Powers:
    def __pow__(self, other):
        return m

    def __round__(self):
        return m


class Text(str):
    def __len__(self):
        LOG.append("len")
        return super().__len__()


loud_text = Text("1")


class Masked:
    @property
    def __class__(self):
        LOG.append("class")
        return P

    def __iter__(self):
        return iter([1, 2])


class Zone(datetime.tzinfo):
    utcoffset = _log(datetime.timedelta(0))


masked = Masked()
moment = datetime.datetime(2000, 1, 1, tzinfo=Zone())
hour = moment.timetz()


class Sought:
    def __getattr__(self, name):
        LOG.append(name)
        raise AttributeError(name)

    def __call__(self, *given):
        LOG.append("called")


class SlyMeta(type):
    __hash__ = _log(1)
    __eq__ = _log(False)
    __iter__ = _log(lambda self: iter([]))
    __getattr__ = Sought.__getattr__


class Sly(metaclass=SlyMeta):
    pass


class Aliased:
    __class_getitem__ = Sought()


class Given:
    __class_getitem__ = classmethod(m.loud.__func__)


class Made:
    __class_getitem__ = classmethod(type("Alias", (), {"__init__": lambda self, *given: cb()}))


class Choice(enum.Enum):
    ONE = 1


Choice._missing_ = Sought()
sly = Sly()


class ChoiceMeta(enum.EnumMeta):
    __getitem__ = __call__ = __getattr__ = _log(1)


Chosen = enum.EnumMeta.__new__(
    ChoiceMeta, "Chosen", (enum.Enum,), ChoiceMeta.__prepare__("Chosen", (enum.Enum,))
)


class Big(int):
    __index__ = __rmul__ = _log(1)

    def __rpow__(self, other):
        LOG.append("rpow")
        return 1


class Wide(float):
    as_integer_ratio = _log((1, 1))


class NamedMeta(type):
    __name__ = property(_log("name"))


class Named(metaclass=NamedMeta):
    pass


big, wide = Big(5), Wide(2.5)


class Long:
    __len__ = _log(3)

    def __iter__(self):
        return iter([1, 2, 3])


long = Long()
