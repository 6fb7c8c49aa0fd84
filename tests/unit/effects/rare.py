"""Callees for `test_rare`: what one seldom meets, in a real file."""

from __future__ import annotations

import abc
import collections
import collections.abc
import contextlib
import copy
import dataclasses
import enum
import functools
import io
import itertools
import json
import logging
import operator
import os
import re
import types
import typing
import urllib.parse
import urllib.request
from collections import namedtuple

SHARED = []
TABLE = {"a": 1}
NESTED = [[n] for n in range(40)]
BYTES = [bytearray(b"ab"), bytearray(b"cd")]
COUNT = 0
GONE = 1


def noisy(x=None, *more, **named):
    SHARED.append(x)
    return x


def pure(x=None):
    return x


def all_in_one(x):
    return pure


# ------------------------------------------------------------------------------------------- attributes


class Plain:
    def __init__(self, n=0):
        self.n = n

    def get(self):
        return self.n


class Property:
    """Its `__dict__` is of its own making."""

    @property
    def __dict__(self):
        return noisy({"n": 1})


class Computed:
    def __getattribute__(self, name):
        return noisy(name)


class Setting:
    def __setattr__(self, name, value):
        noisy(value)
        object.__setattr__(self, name, value)


class OfTheLibrary(logging.Logger):
    pass


class Meta(type):
    def __eq__(cls, other):
        return noisy(cls is other)

    __hash__ = type.__hash__


class Compared(metaclass=Meta):
    pass


class MetaCall(type):
    __call__ = functools.partial(noisy)


class Called(metaclass=MetaCall):
    pass


class Abstract(typing.Protocol):
    def go(self): ...


class Color(enum.Enum):
    RED = 1


Pair = namedtuple("Pair", "a b")


class Inherits(logging.Filter):
    def filter(self, record):
        return noisy(True)


class Both:
    """Names that a metaclass has as well."""

    mro = 1


def error_class(x):
    try:
        return int(x)
    except:  # noqa: E722
        return 0


def caught_oddly(x, kind):
    try:
        return int(x)
    except kind:
        return noisy(0)


def through_manager(x):
    with contextlib.suppress(*[ValueError]):
        int("a")
    return x


class NoExit:
    def __enter__(self):
        return self


def without_exit(x):
    with NoExit():
        return x


# ------------------------------------------------------------------------------------------- variables


def deletes_global(x):
    global GONE
    del GONE
    return x


def nested_nonlocal(x):
    total = 0

    def add(n):
        nonlocal total
        total += n

        def more():
            nonlocal total
            total += noisy(n)

        more()

    add(x)
    return total


def never_assigned(x):
    if x is None:
        later = 1

    def inner():
        return later

    return inner()


def deleted_local(x):
    value = x
    del value
    return value  # noqa: F821


def deleted_in_closure(x):
    value = SHARED

    def inner():
        return value

    del value
    value = []
    return inner().append(x)


class Body:
    x = COUNT


def class_variable(x):
    class Inner:
        y = x
        x = noisy(y)

    return Inner


def empty_cell():
    def inner():
        return later

    if SHARED is None:
        later = 1
    return inner


unfilled = empty_cell()


# -------------------------------------------------------------------------------------------- containers


def all_of_nested(x):
    for each in NESTED:
        each.append(x)


def sorts_nested(x):
    for each in NESTED:
        each.sort()


def stores_in_bytes(x):
    for each in BYTES:
        each.append(x)


def looks_at_bytes(x):
    total = 0
    for each in BYTES:
        for byte in each:
            total += byte
    return total


def repeats_in_place(x):
    items = [noisy]
    items *= 2
    return items[1](x)


def repeats_shared(x):
    items = SHARED
    items *= 2


def tuple_store(x):
    items = (1, 2)
    items[0] = x


def bad_slice_index(x):
    return "abc"[Index()], [1, 2][Index()]


def stores_by_index(x):
    items = [1, 2]
    items[Index()] = x


class Index:
    def __index__(self):
        return noisy(0)


class RAdd(list):
    def __radd__(self, other):
        return noisy(other)


def adds_reflected(x):
    return [1] + RAdd()


def complex_parts(x):
    return -(1j), abs(1j), ~x, +x, not x


def bytes_sum(x):
    return b"a" + b"b"


def same_flags(x):
    return (x is True) is (x is False)


def spread(x, items):
    return pure_many(*items, x, *items)


def pure_many(*values, **named):
    return len(values)


def spread_unknown_names(x):
    return noisy(**dict([(str(x), x)]))


def sorted_by_unknown(x):
    return sorted([2, 1], **{k: noisy for k in ["key"]})


def merged_twice(x):
    one = dict([("a", noisy)])
    return {**one, "b": x}["a"](x)


def merged_live(x, table):
    return {**table, "b": x}


def no_arguments_for_length(x):
    return len(x, x)


def async_comprehension(x):
    async def inner():
        return [noisy(y) async for y in x]

    return inner()


def grows_in_comprehension(x):
    t = ()
    [(t := (t, y)) for y in range(9)]
    return t


def grows_in_loop(x):
    t = ()
    for y in range(9):
        t = (t, y)
    return t


def chained(x):
    return 1 < None < noisy(x)


def folded(x):
    value = ()
    return functools.reduce(lambda a, b: (a, b), [1, 2, x], value)


def star_target(x):
    first, *rest = NESTED
    for [a, *b] in [SHARED, [1, 2]]:
        b.append(a)
    return first, rest


def unpack_shared(x):
    a, b = BYTES
    a.append(1)
    return b


def raises_shared(x, error):
    try:
        raise error
    except ValueError:
        return x


def decorates(x):
    @noisy
    def inner():
        return x

    return inner()


def decorates_quietly(x):
    @pure
    def inner():
        return x

    return inner()


def imports_dotted(x):
    import os.path

    return os.path.join("a", str(x))


def imports_all_of_submodule(x):
    from urllib import parse

    return parse.quote(str(x))


def relative_from(x):
    from . import harness

    return harness


# ---------------------------------------------------------------------------------------------- patterns


class Registered:
    __match_args__ = ("n",)

    def __init__(self, n):
        self.n = n


def class_pattern(x, thing):
    match thing:
        case Registered(n):
            return n
        case Plain(n=n):
            return noisy(n)
    return x


def changes_match_args(x):
    Registered.__match_args__ = ("other",)
    match Registered(x):
        case Registered(n):
            return n


def positional_unknown(x, thing):
    match thing:
        case Bare(n):
            return noisy(n)


class Bare:
    pass


def sequence_pattern(x, thing):
    match thing:
        case [a, *_]:
            return noisy(a)
        case {"a": a}:
            return noisy(a)
    return x


def rest_pattern(x, table):
    match table:
        case {"a": _, **rest}:
            return rest
    return x


def abstract_pattern(x, thing):
    from collections.abc import Sized

    match thing:
        case Sized():
            return noisy(x)


def pattern_of_any(x):
    try:
        int("a")
    except Exception as error:
        match error:
            case ValueError(args=args):
                return args
            case _:
                return noisy(x)


# --------------------------------------------------------------------------------------------- dataclasses


@dataclasses.dataclass(frozen=True)
class Frozen:
    n: int


@dataclasses.dataclass
class WithClassVariable:
    kind: typing.ClassVar[int] = 1
    secret: object = dataclasses.field(default=None, repr=False)
    n: int = 0


class Stray:
    def __init__(self):
        self.n = 1


def sets_frozen(x):
    try:
        Frozen(x).n = 1
    except dataclasses.FrozenInstanceError:
        return x


def dataclass_of_spread(x, values):
    return WithClassVariable(*values)


def error_of_spread(x, values):
    return ValueError(*values).args


def stray_equality(x):
    return WithClassVariable.__eq__(Stray(), Stray())


# --------------------------------------------------------------------------------------------------- calls

static = staticmethod(noisy)
quiet_static = staticmethod(pure)


@functools.lru_cache
def remembered(x):
    return x


of_builtin = functools.lru_cache(len)


def twice(a, b=1):
    return a


def given_twice(x):
    return twice(x, a=x)


def method_without_receiver(x):
    return list.append()


def partial_of_spread(x, items):
    return functools.partial(noisy, *items)(x)


def partial_call(x):
    return functools.partial(noisy, 1).__call__(x)


def getter_names(x):
    import operator

    return operator.attrgetter(x)


def from_class_method(x):
    return dict.fromkeys, dict.fromkeys([x]), int.from_bytes(b"a", "big")


def bytes_maketrans(x):
    return bytes.maketrans(b"a", b"b"), str.maketrans("a", "b")


def urls(x):
    return urllib.parse.urlsplit("http://h/a?b").netloc


def setattr_unknown(x, names):
    for name in names:
        setattr(Plain(), name + "z", x)


def super_unknown(x, cls):
    return super(cls, Plain()).__init__


def called_unbound(x):
    return type.__call__(Plain, x).n


def of_union(x, kind):
    return isinstance(x, int | kind)


def catches(x, kind):
    with contextlib.suppress(kind):
        return x


def iterates_generator(x):
    def inner():
        yield noisy(x)

    return list(iter(inner()))


def values_text(x):
    return str({1: x}.values()), f"{ {1: x}.keys() }"


def make_raw(x, cls):
    return object.__new__(cls)


# -------------------------------------------------------------------------------------------------- streams


def prints_to(x, file):
    print(x, file=file)


def opens_unbuffered(x):
    with open("a", "wb", 0) as file:
        file.write(b"a")


def logs_own(x):
    logging.Logger("own").info(x)


def asks_two(x, url):
    request = urllib.request.Request("http://h/") if x else url
    return urllib.request.urlopen(request)


def copies_shallow(x, thing):
    return copy.copy(thing)


def copies_then_changes(x, thing):
    other = copy.copy(thing)
    other[0].append(x)


def matched(x, found):
    return found.group()


FIND = re.compile("a+").match


def asks_a_kept_method(x):
    """Of a type of its own: the C code asks for the class that has the method."""
    return FIND(str(x)) is None, FIND.__call__("b")


def adds_by_call(x):
    return SHARED.append.__call__(x)


def flags_of(x):
    return re.IGNORECASE


def zone(x):
    import time

    return time.timezone, time.tzname


def typed(x):
    return list[int], dict[str, list[int]], int | None, list[x]


def environment_flag(x):
    return os.name


def module_type(x):
    return types.ModuleType("a").__name__


# -------------------------------------------------------------------------------------------- more of each


class LoudRepr:
    def __repr__(self):
        return noisy("loud")


class OwnValue(enum.Enum):
    ONE = 1

    @property
    def value(self):
        return noisy(1)


class Renamed(enum.Enum):
    ONE = 1


class Queue(collections.deque):
    def append(self, x):
        super().append(x)


class OwnError(Exception):
    pass


class Catching(type):
    def __instancecheck__(cls, other):
        return noisy(True)


class CaughtByMeta(Exception, metaclass=Catching):
    pass


class Fallen:
    def __del__(self):
        noisy()


class NotAbstract(abc.ABC):
    @abc.abstractmethod
    def go(self): ...


def wrong_arguments(x):
    return copy.deepcopy(1, 2, 3, 4, 5)


def lengths_of_nested(x):
    return [each.__len__() for each in NESTED], [len(each) for each in NESTED]


def looks_into_nested(x):
    found = []
    for each in NESTED:
        found += each
    return [n in each for each in NESTED for n in found]


def initializes(x, error):
    error.__init__(x)


def text_of(x, error):
    return error.__str__()


def sorted_by_unknown_names(x):
    return sorted([2, 1], **dict([("key" if x else "reverse", noisy)]))


def called_on_class(x, logger):
    logging.Logger.info(logger, "a")


def maps_class_method(x):
    return [*map(dict.fromkeys, [[x]])]


def grows_forever(x):
    return functools.reduce(lambda a, b: {b: a}, [1, 2, x], ())


def grows_by_tuple(x):
    return functools.reduce(lambda a, b: (a, a, b), [1, 2, x])


def plain_store_on_tuple(x):
    object.__setattr__((1, 2), "n", x)


def deletes_from_scalar(x):
    del (x).n


def deletes_items_of_unknown(x, things):
    for each in things:
        del each[0]


def deletes_item_of_scalar(x):
    del x[0]


def super_of_unknown(x, thing):
    return super(Plain, thing).n


def builds_with_getter(x):
    return OwnError(x).args, OwnError(x).note, StopIteration(x).value, KeyError(x).args


def operand_error(x):
    try:
        raise OwnError(x)
    except OwnError as error:
        return error.__traceback__, error.__cause__


def method_of_partial(x, method):
    return method()


def catches_by_meta(x):
    try:
        int("a")
    except CaughtByMeta:
        return noisy(x)
    except ValueError:
        return x


def stores_descriptor(x):
    Plain.late = Descriptor()
    return Plain().late


class Descriptor:
    def __get__(self, obj, cls):
        return noisy(1)


def not_of_bool(x):
    return (not (x > 1)) and not SHARED


def negates(x):
    y = -x
    return not y, +y


def is_any(x):
    try:
        int("a")
    except Exception as error:
        return type(error) is ValueError, type(error) is not type(error)


def hints(x):
    return list(Hinted()), [*Hinted()]


class Hinted:
    def __iter__(self):
        return iter([1])


def texts_of_views(x):
    return str({LoudRepr(): 1}.keys())


def iterates_file(x):
    with open("a") as file:
        return [line for line in file]


def match_iter(x):
    return [m.group() for m in re.finditer("a", "aaa")]


def star_import(x):
    return x


def changes_global_then_reads(x):
    global COUNT
    COUNT = SHARED
    return COUNT.append(x)


def complex_neg(x):
    return -complex(x), abs(complex(x))


def compares_flags(x):
    a, b = x > 1, x > 2
    return a is b, a is not b, True is True, (x is None) is False


def request_to(x, url):
    return urllib.request.urlopen(url)


def deep_of_nested(x):
    return copy.deepcopy(NESTED), json.dumps(NESTED)


def deep_of_part(x):
    return [json.dumps(each) for each in NESTED]


def deep_of_objects(x, thing):
    return json.dumps(thing)


def changed_by_c(x, thing):
    thing.update({"a": 1})
    return thing.counter


def mapping_star(x, table):
    return pure_many(**table)


def unpacks_dict(x, table):
    a, b = table
    return a, b


def unpacks_three(x):
    a, b, c = BYTES
    return a


def iterates_slices(x, items):
    return items[1:], items[:x], "abc"[x:], (1, 2, 3)[0:2]


def closes_over_region(x):
    return [lambda: x, (lambda y: y)(x)]


def is_subclass(x, cls):
    return issubclass(cls, (int, str)), issubclass(bool, cls)


def is_of_any(x):
    try:
        int("a")
    except Exception as error:
        return isinstance(error, ValueError), isinstance(error, (KeyError, OwnError))


def is_odd(x, thing):
    return isinstance(thing, int)


class OddClass:
    @property
    def __class__(self):
        return noisy(int)


def is_sized(x, thing):
    return isinstance(thing, collections.abc.Sized)


# --------------------------------------------------------------------------------- what is of no known class

MANY_BYTES = [bytearray(b"ab") for _ in range(40)]
MANY_TABLES = [{"a": n} for n in range(40)]
cached_join = functools.lru_cache(os.path.join)


class Table(dict):
    pass


class Checking(type):
    def __subclasscheck__(cls, other):
        return noisy(True)


class Checked(Exception, metaclass=Checking):
    pass


class Late:
    def reach(*args):
        return super().n


def not_known():
    return remembered.__wrapped__


def catches_checked(x):
    try:
        int("a")
    except Checked:
        return x


def catches_not_known(x):
    try:
        int("a")
    except not_known():
        return x


def deletes_item_of_not_known(x):
    del not_known()[0]


def gets_by_not_known(x):
    return operator.attrgetter(not_known())(x)


def calls_type_without_receiver(x):
    return type.__call__()


def deletes_several(x):
    a = b = SHARED
    del (a, b)
    return x


def handed_on(x):
    h = a = b = c = d = e = f = g = i = j = k = m = n = o = []
    for _ in range(20):
        h.append(x)
        h, a, b, c, d, e, f, g, i, j, k, m, n, o = a, b, c, d, e, f, g, i, j, k, m, n, o, SHARED


def handed_on_by_turns(x):
    h = a = b = c = d = e = f = g = []
    [
        (h.append(x), (h := a), (a := b), (b := c), (c := d), (d := e), (e := f), (f := g), (g := SHARED))
        for _ in range(20)
    ]


def bytes_of_many(x):
    return [byte for each in MANY_BYTES for byte in each]


def views_of_many(x):
    return [list(each.items()) for each in MANY_TABLES], [str(each.keys()) for each in MANY_TABLES]


def sizes_of_nested(x):
    return [each.__sizeof__() for each in NESTED]


def changes_frozen(x):
    try:
        Frozen(x).__setattr__("n", 2)
    except dataclasses.FrozenInstanceError:
        return x


def deletes_of_frozen(x):
    try:
        Frozen(x).__delattr__("n")
    except dataclasses.FrozenInstanceError:
        return x


def own_error_of_spread(x):
    return OwnError(*[n for n in range(x)]).args


def iterates_over_zip(x):
    return [*zip([1], [2])], [*map(pure, [1])], [*enumerate([x])], [*reversed([x])], [*filter(None, [x])]


def iterates_over_rows(x):
    return [row for row in itertools.chain([1], [2])], [*itertools.product([1], [2])]


def iterates_over_text(x):
    return list(io.StringIO("a\nb"))


def types_of_calls(x):
    return type(Plain(1).get), type(super(Plain, Plain(1))), copies_shallow(x, Plain(1).get)
