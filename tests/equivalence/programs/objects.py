# ruff: noqa
"""Objects that run code where none is to be seen: properties, descriptors, special methods, caches, metaclasses."""

import dataclasses
import enum
import functools
import operator
import re

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_dataclass_models", "case_static_method", "case_bound_methods", "case_kept_method_of_a_pattern", "case_pure_property", "case_namedtuple_items"}
EXTRA_CALLS = {"case_property_of_each_item", "case_property_with_side_effects"}
"""Each changes what the next one has read."""


def pure(x):
    probe.call("pure")
    return x + 1


class Noisy:
    """Counts each use of a special method in one list shared by all instances."""

    log = []

    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        Noisy.log.append(("eq", self.n))
        return isinstance(other, Noisy) and self.n == other.n

    def __hash__(self):
        Noisy.log.append(("hash", self.n))
        return self.n

    def __bool__(self):
        Noisy.log.append(("bool", self.n))
        return self.n % 2 == 0

    def __lt__(self, other):
        Noisy.log.append(("lt", self.n, other.n))
        return self.n < other.n

    def __len__(self):
        Noisy.log.append(("len", self.n))
        return self.n

    def __repr__(self):
        Noisy.log.append(("repr", self.n))
        return f"Noisy({self.n}) of {len(Noisy.log)}"

    def __add__(self, other):
        Noisy.log.append(("add", self.n))
        return self.n + (other.n if isinstance(other, Noisy) else other)

    __radd__ = __add__

    def __contains__(self, x):
        Noisy.log.append(("contains", self.n))
        return x == self.n

    def __getitem__(self, k):
        Noisy.log.append(("getitem", k))
        return (k, len(Noisy.log))

    def __format__(self, spec):
        Noisy.log.append(("format", self.n, spec))
        return f"{len(Noisy.log)}"

    def __index__(self):
        Noisy.log.append(("index", self.n))
        return self.n

    def __iter__(self):
        Noisy.log.append(("iter", self.n))
        return iter(range(self.n))


def _noisies():
    return [Noisy(n) for n in [3, 1, 2]]


def case_eq_with_side_effects():
    def same(a):
        return a == Noisy(1)

    return [same(x) for x in _noisies()], Noisy.log


def case_hash_with_side_effects():
    def key(a):
        return {a: 1}[a], len(Noisy.log)

    return [key(x) for x in _noisies()], Noisy.log


def case_bool_with_side_effects():
    def truth(a):
        return "yes" if a else "no"

    out = []
    for x in _noisies():
        out.append((truth(x), len(Noisy.log)))
    return out


def case_bool_in_condition():
    out = []
    for x in _noisies():
        if not x:
            continue
        out.append(pure(x.n))
    return out, Noisy.log


def case_not_in_callee():
    def neg(a):
        return not a

    return [neg(x) for x in _noisies()], Noisy.log


def case_and_or_in_callee():
    def either(a):
        return (a or "empty", a and "full")

    return [either(x)[1] for x in _noisies()], Noisy.log


def case_sorted_in_callee():
    def order(xs):
        return [x.n for x in sorted(xs)]

    return [order(xs) for xs in [_noisies(), _noisies()]], Noisy.log


def case_min_max_in_callee():
    def extreme(xs):
        return min(xs).n, max(xs).n

    return [extreme(xs) for xs in [_noisies(), _noisies()]], Noisy.log


def case_sum_in_callee():
    def total(xs):
        return sum(xs)

    return [total(xs) for xs in [_noisies(), _noisies()]], Noisy.log


def case_fstring_of_user_object():
    def show(x):
        return f"<{x!r}> <{x:>3}> {x}"

    out = []
    for x in _noisies():
        out.append(show(x))
    return out, Noisy.log


def case_percent_and_format():
    def show(x):
        return "%r %s" % (x, x) + "{0!r:>20} {0:x}".format(x)

    return [show(x) for x in _noisies()], Noisy.log


def case_join_of_str():
    def show(xs):
        return ",".join(str(x) for x in xs)

    return [show(xs) for xs in [_noisies(), _noisies()]]


def case_in_operator():
    def has(x):
        return 1 in x

    return [has(x) for x in _noisies()], Noisy.log


def case_in_list_calls_eq():
    needle = Noisy(2)

    def has(xs):
        return needle in xs

    return [has(xs) for xs in [_noisies(), _noisies()]], Noisy.log


def case_getitem_in_callee():
    def get(x):
        return x["k"]

    return [get(x) for x in _noisies()]


def case_index_in_callee():
    def pick(x):
        return "abcdef"[x], range(10)[x]

    return [pick(x) for x in _noisies()], Noisy.log


def case_unpacking_in_callee():
    def unpack(x):
        first, *rest = x
        return first, rest

    return [unpack(x) for x in _noisies()], Noisy.log


def case_star_args_iterate():
    def count(*args):
        return len(args)

    def call(x):
        return count(*x)

    return [call(x) for x in _noisies()], Noisy.log


def case_len_in_callee():
    def size(x):
        return len(x) + len(Noisy.log)

    return [size(x) for x in _noisies()]


def case_operator_with_side_effects():
    def add(x):
        return x + 1 + len(Noisy.log)

    out = []
    for x in _noisies():
        out.append(add(x))
    return out


def case_reflected_operator():
    def add(x):
        return 1 + x + len(Noisy.log)

    return [add(x) for x in _noisies()]


def case_operator_module():
    out = []
    for x in _noisies():
        out.append(operator.add(x, len(Noisy.log)))
    return out


def case_comparison_chain_in_body():
    out = []
    for x in [1, 5]:
        out.append(0 < pure(x) < Noisy(3).n < pure(9))
    return out


class InPlace:
    def __init__(self):
        self.items = []

    def __iadd__(self, x):
        self.items.append(x)
        return self

    def __isub__(self, x):
        return ("replaced", x, len(self.items))


def case_augmented_assignment_on_object():
    box = InPlace()
    for x in [1, 2, 3]:
        box += pure(x)
    return box


def case_augmented_assignment_replaces():
    box = InPlace()

    def put(x):
        b = box
        b += x
        return len(box.items)

    return [put(x) for x in [1, 2]], box


class Prop:
    def __init__(self, n):
        self.n = n

    @property
    def value(self):
        self.n += 1
        return self.n

    @property
    def calm(self):
        return self.n * 2


def case_property_with_side_effects():
    p = Prop(0)
    out = []
    for x in [1, 2, 3]:
        out.append(pure(p.value + x))
    return out


def case_property_in_callee():
    p = Prop(0)

    def use(x):
        return p.value * x

    return [use(x) for x in [10, 20, 30]]


def case_property_of_each_item():
    ps = [Prop(0), Prop(5)]
    ps.append(ps[0])
    out = []
    for p in ps:
        out.append(pure(p.value))
    return out


def case_pure_property():
    def use(p):
        return p.calm

    return [use(p) for p in [Prop(1), Prop(2)]]


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name
        self.reads = 0

    def __get__(self, obj, owner):
        self.reads += 1
        return self.reads

    def __set__(self, obj, value):
        self.reads = value


class Owner:
    field = Descriptor()


def case_descriptor_get():
    def use(o):
        return o.field

    return [use(o) for o in [Owner(), Owner(), Owner()]]


def case_descriptor_set():
    owner = Owner()

    def use(x):
        owner.field = x * 10
        return owner.field

    return [use(x) for x in [1, 2]]


class Dynamic:
    def __init__(self):
        self.asked = []

    def __getattr__(self, name):
        self.asked.append(name)
        return lambda x: (name, x, len(self.asked))


def case_getattr_hook():
    d = Dynamic()
    out = []
    for x in [1, 2, 3]:
        out.append(d.anything(x))
    return out, d.asked


def case_getattr_hook_in_callee():
    d = Dynamic()

    def use(x):
        return d.some(x)

    return [use(x) for x in [1, 2]]


class Watched:
    log = []

    def __getattribute__(self, name):
        if not name.startswith("_"):
            type(self).log.append(name)
        return object.__getattribute__(self, name)

    def run(self, x):
        return x, len(Watched.log)


def case_getattribute():
    w = Watched()
    out = []
    for x in [1, 2]:
        out.append(w.run(x))
    return out


class Setter:
    def __init__(self):
        object.__setattr__(self, "log", [])

    def __setattr__(self, name, value):
        self.log.append((name, value))
        object.__setattr__(self, name, value)


def case_setattr_hook():
    s = Setter()

    def use(x):
        s.x = x
        return len(s.log)

    return [use(x) for x in [1, 2, 3]]


class Delegating:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


def case_delegation_to_shared():
    inner = Prop(0)
    proxies = [Delegating(inner), Delegating(inner)]

    def use(p):
        return p.value

    return [use(p) for p in proxies]


class Lazy:
    made = 0

    @functools.cached_property
    def thing(self):
        Lazy.made += 1
        return [Lazy.made]


def case_cached_property_shared():
    lazy = Lazy()

    def use(x):
        return lazy.thing

    out = []
    for x in [1, 2, 3]:
        out.append(use(x))
    return [o is out[0] for o in out], out


def case_cached_property_of_items():
    a = Lazy()
    out = []
    for o in [a, Lazy(), a]:
        out.append(_thing(o))
    return out, out[0] is out[2]


def _thing(o):
    return o.thing


class PureLazy:
    @functools.cached_property
    def thing(self):
        return object()


def case_cached_property_identity():
    lazy = PureLazy()

    def use(x):
        return lazy.thing

    out = []
    for x in [1, 2, 3]:
        out.append(use(x))
    return [o is out[0] for o in out]


@functools.lru_cache(maxsize=None)
def cached_object(x):
    return [x]


def case_lru_cache():
    out = []
    for x in [1, 2, 1]:
        out.append(cached_object(x))
    return out[0] is out[2], cached_object.cache_info()


@functools.lru_cache(maxsize=2)
def small_cache(x):
    return [x]


def case_lru_cache_eviction_order():
    out = []
    for x in [1, 2, 3, 1, 3]:
        out.append(small_cache(x))
    return small_cache.cache_info(), out[0] is out[3], out[2] is out[4]


class LazyAttribute:
    _value = None

    def get(self):
        if self._value is None:
            self._value = object()
        return self._value


def case_lazy_attribute():
    lazy = LazyAttribute()
    out = []
    for o in [lazy, lazy, lazy]:
        out.append(o.get())
    return [o is out[0] for o in out]


class Meta(type):
    made = []

    def __call__(cls, *args):
        Meta.made.append(cls.__name__)
        return super().__call__(*args)

    def __getattr__(cls, name):
        Meta.made.append(name)
        return len(Meta.made)


class WithMeta(metaclass=Meta):
    def __init__(self, x=None):
        self.x = x


def case_metaclass_call():
    out = []
    for x in [1, 2, 3]:
        out.append((make_with_meta(x).x, len(Meta.made)))
    return out


def make_with_meta(x):
    return WithMeta(x)


def case_metaclass_getattr():
    def use(x):
        return WithMeta.missing + x

    return [use(x) for x in [1, 2]]


class Registered:
    registry = []

    def __init_subclass__(cls, **kw):
        Registered.registry.append(cls.__name__)

    def __new__(cls, *args):
        self = super().__new__(cls)
        Registered.registry.append("instance")
        return self

    def __init__(self, x=0):
        self.place = len(Registered.registry)


def case_new_registers():
    out = []
    for x in [1, 2, 3]:
        out.append(make_registered(x).place)
    return out


def make_registered(x):
    return Registered(x)


def case_class_created_in_callee():
    def make(x):
        class New(Registered):
            tag = x

        return len(Registered.registry)

    return [make(x) for x in [1, 2]]


class Singleton:
    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance


def case_singleton():
    def get(x):
        return Singleton()

    out = []
    for x in [1, 2, 3]:
        out.append(get(x))
    return [o is out[0] for o in out]


@dataclasses.dataclass
class Model:
    bias: int
    history: list = dataclasses.field(default_factory=list)

    def __call__(self, x):
        return self.bias + x

    def remember(self, x):
        self.history.append(x)
        return len(self.history)


def case_dataclass_models():
    out = []
    for m in [Model(1), Model(2), Model(3)]:
        out.append(m(10))
    return out


def case_dataclass_sharing_a_field():
    shared = []
    out = []
    for m in [Model(1, shared), Model(2, shared)]:
        out.append(m.remember("x"))
    return out, shared


class Serial:
    ids = iter(range(100))

    def __post_init__(self):
        self.id = next(Serial.ids)


@dataclasses.dataclass
class Numbered(Serial):
    name: str


def case_dataclass_post_init_counter():
    def make(name):
        return Numbered(name).id

    return [make(n) for n in "abc"]


class Tools:
    @staticmethod
    def double(x):
        return x * 2

    def bound(self, x):
        return x * 3


def case_static_method():
    return [Tools.double(x) for x in [1, 2]]


def case_bound_methods():
    out = []
    for f in [Tools().bound, Tools().bound]:
        out.append(f(2))
    return out


WORD = re.compile("[a-z]+").match


def first_word(text):
    probe.call("first_word")
    return WORD(text).group()


def case_kept_method_of_a_pattern():
    return [first_word(text) for text in ["ab 1", "cd 2", "ef 3"]]


class Base:
    def run(self, x):
        self.n = getattr(self, "n", 0) + x
        return self.n


class Derived(Base):
    def run(self, x):
        return super().run(x) * 10

    def all(self, xs):
        out = []
        for x in xs:
            out.append(super().run(x))
        return out


def case_super_call_in_callee():
    d = Derived()
    return [d.run(x) for x in [1, 2, 3]]


def case_super_call_in_loop():
    return Derived().all([1, 2, 3])


class LoopInInit:
    def __init__(self, xs):
        self.out = []
        for x in xs:
            self.out.append(self.step(x))

    def step(self, x):
        return x + len(self.out)


def case_loop_in_init():
    return LoopInInit([1, 2, 3]).out


class LoopInProperty:
    n = 0

    def step(self, x):
        self.n += x
        return self.n

    @property
    def values(self):
        return [self.step(x) for x in [1, 2, 3]]

    @classmethod
    def klass(cls):
        return [cls.put(x) for x in [1, 2]]

    @classmethod
    def put(cls, x):
        cls.n = cls.n * 10 + x
        return cls.n


def case_loop_in_property():
    o = LoopInProperty()
    return o.values, o.values


def case_loop_in_classmethod():
    return LoopInProperty.klass(), LoopInProperty.n


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def case_enum():
    def name(c):
        return c.name, Color(c.value) is c

    out = []
    for c in Color:
        out.append(name(c))
    return out


class Slotted:
    __slots__ = ("n", "__dict__")

    def __init__(self):
        self.n = 0

    def bump(self, x):
        self.n += x
        return self.n


def case_slots():
    s = Slotted()
    return [o.bump(1) for o in [s, Slotted(), s]]


class Callable:
    def __init__(self, f):
        self.f = f

    def __call__(self, *args, **kwargs):
        return self.f(*args, **kwargs)


def case_callable_chain():
    log = []

    def leaf(x):
        log.append(x)
        return len(log)

    out = []
    for f in [Callable(Callable(leaf)), Callable(leaf)]:
        out.append(f("x"))
    return out


def case_decorated_callee():
    calls = []

    def counting(f):
        @functools.wraps(f)
        def wrapper(*a, **k):
            calls.append(f.__name__)
            return f(*a, **k), len(calls)

        return wrapper

    @counting
    def work(x):
        return x * 2

    return [work(x) for x in [1, 2, 3]]


@functools.singledispatch
def dispatch(x):
    return "object"


@dispatch.register
def _(x: int):
    return "int"


def case_singledispatch():
    out = []
    for x in [1, "a", 2.0]:
        out.append(dispatch(x))
    return out


def case_namedtuple_items():
    from collections import namedtuple

    P = namedtuple("P", "a b")
    items = [P(1, 2), P(3, 4)]
    return [use_named(p) for p in items]


def use_named(p):
    return p.a * p.b


def case_tuple_subclass_unpacked():
    class Loud(tuple):
        def __iter__(self):
            print("iter")
            return tuple.__iter__(self)

    out = []
    for a, b in [Loud((1, 2)), Loud((3, 4))]:
        out.append(pure(a + b))
    return out


def case_dict_subclass_missing():
    class Auto(dict):
        def __missing__(self, k):
            self[k] = len(self)
            return self[k]

    auto = Auto()

    def get(k):
        return auto[k]

    return [get(k) for k in "abca"], auto


def case_defaultdict_read_inserts():
    from collections import defaultdict

    d = defaultdict(list)

    def get(k):
        return len(d[k]) + len(d)

    return [get(k) for k in "aba"], d


def case_str_subclass():
    class S(str):
        def upper(self):
            print("upper")
            return "up"

    def use(s):
        return s.upper()

    return [use(s) for s in [S("a"), "b", S("c")]]


def case_instance_attribute_shadows_method():
    class M:
        def run(self, x):
            return ("method", x)

    log = []

    def spy(x):
        log.append(x)
        return ("spy", len(log))

    ms = [M(), M(), M()]
    ms[1].run = spy
    ms[2].run = spy
    out = []
    for m in ms:
        out.append(m.run(1))
    return out


def case_call_on_instance_dict_is_ignored():
    class M:
        def __call__(self, x):
            return ("class", x)

    m = M()
    m.__call__ = lambda x: ("instance", x)
    out = []
    for x in [1, 2]:
        out.append(m(x))
    return out
