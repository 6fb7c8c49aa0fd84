# ruff: noqa
"""Special methods in Python, with shared state behind them: operators, hashing, equality, truth, text, keys."""

import abc
import collections
import contextlib
import dataclasses
import enum
import functools

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []


def slow(x):
    probe.call(x)
    return x * 2


class Money:
    made = 0

    def __init__(self, n):
        Money.made += 1
        self.n = n

    def __add__(self, other):
        LOG.append(("add", self.n, len(LOG)))
        return Money(self.n + getattr(other, "n", other))

    __radd__ = __add__

    def __iadd__(self, other):
        LOG.append(("iadd", len(LOG)))
        self.n += other
        return self

    def __lt__(self, other):
        LOG.append(("lt", len(LOG)))
        return self.n < other.n

    def __eq__(self, other):
        LOG.append(("eq", len(LOG)))
        return isinstance(other, Money) and self.n == other.n

    def __hash__(self):
        LOG.append(("hash", len(LOG)))
        return hash(self.n)

    def __bool__(self):
        LOG.append(("bool", len(LOG)))
        return self.n % 2 == 0

    def __repr__(self):
        LOG.append(("repr", len(LOG)))
        return f"Money({self.n}, {len(LOG)})"

    def __len__(self):
        LOG.append(("len", len(LOG)))
        return self.n

    def __contains__(self, x):
        LOG.append(("contains", len(LOG)))
        return x == len(LOG) % 2

    def __getitem__(self, k):
        LOG.append(("item", len(LOG)))
        if k > 2:
            raise IndexError
        return len(LOG)

    def __call__(self, x):
        LOG.append(("call", len(LOG)))
        return slow(x) + len(LOG)


def _each(f, *values):
    out = []
    for x in values or (1, 2, 3):
        out.append(f(x))
        LOG.append("body")
    return out, LOG[:], Money.made


def case_add_of_shared():
    money = Money(5)
    return _each(lambda x: (money + slow(x)).n)


def case_iadd_of_shared():
    wallet = {"m": Money(1)}

    def ask(x):
        wallet["m"] += slow(x)
        return x

    return _each(ask), wallet["m"].n


def case_sum_of_shared():
    purse = [Money(1), Money(2)]
    return _each(lambda x: sum(purse, slow(x)).n)


def case_sorted_and_max():
    purse = [Money(3), Money(1), Money(2)]

    def ask(x):
        slow(x)
        return [m.n for m in sorted(purse)], max(purse).n, min(purse, key=lambda m: -m.n).n

    return _each(ask)


def case_key_with_side_effects():
    def key(n):
        LOG.append(n)
        return (n + len(LOG)) % 3

    def ask(x):
        slow(x)
        return sorted([3, 1, 2], key=key), max([1, 2], key=key)

    return _each(ask)


def case_key_method_counts():
    class Ranker:
        calls = 0

        def __call__(self, n):
            self.calls += 1
            return -n

    ranker = Ranker()

    def ask(x):
        slow(x)
        xs = [x, x + 2, x + 1]
        xs.sort(key=ranker)
        return xs

    return _each(ask), ranker.calls


def case_hash_in_shared_dict():
    known = {}

    def ask(x):
        key = Money(x % 2)
        known[key] = known.get(key, 0) + slow(x)
        return len(known)

    return _each(ask)


def case_hash_in_shared_set():
    known = set()

    def ask(x):
        m = Money(x % 2)
        new = m not in known
        known.add(m)
        slow(x)
        return new

    return _each(ask)


def case_keys_that_are_equal_by_chance():
    class Any:
        def __init__(self, n):
            self.n = n

        def __hash__(self):
            return 1

        def __eq__(self, other):
            LOG.append((self.n, other.n))
            return len(LOG) % 3 == 0

    table = {Any(0): 0}

    def ask(x):
        slow(x)
        table[Any(x)] = x
        return len(table)

    return _each(ask), list(table.values())


def case_truth_of_shared():
    money = Money(4)

    def ask(x):
        slow(x)
        return "yes" if money else "no", not money, bool(money), money and 1

    return _each(ask)


def case_repr_of_shared():
    money = Money(4)

    def ask(x):
        slow(x)
        return f"{money} {money!r}", str([money]), "%s" % money

    return _each(ask)


def case_print_of_shared():
    money = Money(4)

    def ask(x):
        print("now", money)
        return slow(x)

    return _each(ask)


def case_print_that_prints():
    class Loud:
        def __str__(self):
            print("str called", len(LOG))
            return f"loud {len(LOG)}"

    loud = Loud()

    def ask(x):
        print("a", loud, "b")
        return slow(x)

    return _each(ask)


def case_contains_len_getitem():
    money = Money(2)

    def ask(x):
        slow(x)
        return 1 in money, len(money), money[0], list(money)

    return _each(ask)


def case_equality_in_list():
    purse = [Money(1), Money(2)]

    def ask(x):
        slow(x)
        return purse.index(Money(2)), purse.count(Money(1)), Money(x) in purse, purse == [Money(1), Money(2)]

    return _each(ask)


def case_remove_from_shared_list():
    purse = [Money(n) for n in (1, 2, 3, 2)]

    def ask(x):
        slow(x)
        purse.remove(Money(x))
        return len(purse)

    return _each(ask)


def case_call_of_shared():
    return _each(Money(1))


def case_getattr_hook():
    class Lazy:
        def __getattr__(self, name):
            LOG.append(name)
            value = len(LOG)
            setattr(self, name, value)
            return value

    lazy = Lazy()

    def ask(x):
        slow(x)
        return getattr(lazy, f"a{x % 2}"), lazy.b

    return _each(ask, 1, 2, 3, 1)


def case_getattribute_hook():
    class Watched:
        n = 0

        def __getattribute__(self, name):
            LOG.append(name)
            return object.__getattribute__(self, name)

    watched = Watched()

    def ask(x):
        watched.n += slow(x)
        return len(LOG)

    return _each(ask)


def case_setattr_hook():
    class Watched:
        def __setattr__(self, name, value):
            LOG.append((name, value))
            object.__setattr__(self, name, value)

    watched = Watched()
    watched.n = 0

    def ask(x):
        watched.n += slow(x)
        return x

    return _each(ask)


def case_delattr_hook():
    class Watched:
        def __delattr__(self, name):
            LOG.append(("del", name))
            object.__delattr__(self, name)

    watched = Watched()

    def ask(x):
        watched.n = slow(x)
        del watched.n
        return hasattr(watched, "n")

    return _each(ask)


def case_property_setter():
    class Tank:
        _level = 0
        moves = 0

        @property
        def level(self):
            return self._level

        @level.setter
        def level(self, value):
            self.moves += 1
            self._level = min(value, 7)

    tank = Tank()

    def ask(x):
        tank.level += slow(x)
        return x

    return _each(ask), tank


def case_descriptor_with_state():
    class Counted:
        def __set_name__(self, owner, name):
            self.name = "_" + name

        def __get__(self, obj, owner=None):
            if obj is None:
                return self
            LOG.append(("get", self.name))
            return obj.__dict__.get(self.name, 0)

        def __set__(self, obj, value):
            LOG.append(("set", self.name, value))
            obj.__dict__[self.name] = value

    class S:
        n = Counted()

    s = S()

    def ask(x):
        s.n += slow(x)
        return x

    return _each(ask), s


def case_dict_subclass():
    class Logged(dict):
        def __setitem__(self, k, v):
            LOG.append(("set", k))
            super().__setitem__(k, v)

        def __missing__(self, k):
            LOG.append(("missing", k))
            return 0

    table = Logged()

    def ask(x):
        table[x % 2] += slow(x)
        return len(table)

    return _each(ask), table


def case_list_subclass():
    class Logged(list):
        def append(self, x):
            LOG.append(("append", len(self)))
            super().append(x)

        def __iadd__(self, xs):
            LOG.append("iadd")
            return super().__iadd__(xs)

    items = Logged()

    def ask(x):
        nonlocal items
        items.append(slow(x))
        items += [x]
        return x

    return _each(ask), items


def case_defaultdict_with_a_factory_that_counts():
    def make():
        LOG.append("made")
        return [len(LOG)]

    table = collections.defaultdict(make)

    def ask(x):
        table[x % 2].append(slow(x))
        return len(table)

    return _each(ask), table


def case_user_dict_and_chain_map():
    base = {"a": 1}
    chain = collections.ChainMap({}, base)
    user = collections.UserDict(b=0)

    def ask(x):
        chain["a"] = chain["a"] + slow(x)
        user["b"] += 1
        return user["b"]

    return _each(ask), chain, base, user


def case_int_subclass():
    class Meter(int):
        def __add__(self, other):
            LOG.append("added")
            return Meter(int(self) + other)

    class S:
        n = Meter(1)

    def ask(x):
        S.n += slow(x)
        return x

    return _each(ask), S.n, type(S.n).__name__


def case_str_subclass_as_key():
    class Key(str):
        def __hash__(self):
            LOG.append("hash")
            return str.__hash__(self)

        def __eq__(self, other):
            LOG.append("eq")
            return str.__eq__(self, other)

    table = {"a1": 0}

    def ask(x):
        table[Key("a1")] = table[Key("a1")] + slow(x)
        return x

    return _each(ask), table


def case_enum_and_flag():
    class Kind(enum.Enum):
        A = 1
        B = 2

        @classmethod
        def _missing_(cls, value):
            LOG.append(("missing", value))
            return cls.A

    counts = {}

    def ask(x):
        kind = Kind(x)
        counts[kind] = counts.get(kind, 0) + 1
        return kind.name, slow(x)

    return _each(ask), counts


def case_metaclass_call():
    class Single(type):
        def __call__(cls, *args):
            if not hasattr(cls, "only"):
                LOG.append("made")
                cls.only = super().__call__(*args)
            return cls.only

    class Client(metaclass=Single):
        def __init__(self, n):
            self.n = n

    def ask(x):
        slow(x)
        return Client(x).n

    return _each(ask)


def case_new_with_a_registry():
    class Named:
        known = {}

        def __new__(cls, name):
            if name not in cls.known:
                cls.known[name] = super().__new__(cls)
                LOG.append(name)
            return cls.known[name]

    def ask(x):
        slow(x)
        return id(Named(x % 2)) == id(Named.known[x % 2]), len(Named.known)

    return _each(ask)


def case_init_subclass_registers():
    class Base:
        kinds = []

        def __init_subclass__(cls, **kwargs):
            Base.kinds.append(cls.__name__)

    def ask(x):
        kind = type(f"K{x}", (Base,), {})
        slow(x)
        return kind.__name__, len(Base.kinds)

    return _each(ask)


def case_instancecheck_hook():
    class Meta(abc.ABCMeta):
        def __instancecheck__(cls, other):
            LOG.append("checked")
            return len(LOG) % 2 == 0

    class Odd(metaclass=Meta):
        pass

    def ask(x):
        slow(x)
        return isinstance(x, Odd), isinstance(x, (str, Odd))

    return _each(ask)


def case_context_manager_with_state():
    class Span:
        depth = 0

        def __enter__(self):
            Span.depth += 1
            LOG.append(("enter", Span.depth))
            return Span.depth

        def __exit__(self, *exc):
            LOG.append(("exit", Span.depth, exc[0] and exc[0].__name__))
            Span.depth -= 1
            return exc[0] is KeyError

    def ask(x):
        with Span() as depth, Span():
            slow(x)
            if x == 2:
                raise KeyError(x)
            return depth
        return "suppressed"

    return _each(ask)


def case_contextmanager_function():
    @contextlib.contextmanager
    def span(name):
        LOG.append(("begin", name))
        try:
            yield len(LOG)
        finally:
            LOG.append(("end", name))

    def ask(x):
        with span(x) as n:
            return n, slow(x)

    return _each(ask)


def case_exit_stack():
    def ask(x):
        with contextlib.ExitStack() as stack:
            stack.callback(LOG.append, ("closed", x))
            LOG.append(("open", x))
            return slow(x)

    return _each(ask)


def case_singledispatch():
    @functools.singledispatch
    def size(x):
        LOG.append("other")
        return 0

    @size.register
    def _(x: int):
        LOG.append("int")
        return slow(x)

    out = []
    for x in [1, "a", 2]:
        out.append(size(x))
    return out, LOG


def case_total_ordering():
    @functools.total_ordering
    class V:
        def __init__(self, n):
            self.n = n

        def __eq__(self, other):
            return self.n == other.n

        def __lt__(self, other):
            LOG.append((self.n, other.n))
            return self.n < other.n

    best = V(0)

    def ask(x):
        nonlocal best
        v = V(slow(x))
        if v >= best:
            best = v
        return best.n

    return _each(ask, 2, 1, 3)


def case_dataclass_with_post_init():
    @dataclasses.dataclass
    class Row:
        n: int
        number: int = 0

        def __post_init__(self):
            LOG.append(self.n)
            self.number = len(LOG)

    def ask(x):
        slow(x)
        return Row(x)

    return _each(ask)


def case_frozen_and_ordered_dataclass():
    @dataclasses.dataclass(frozen=True, order=True)
    class Row:
        n: int
        tags: list = dataclasses.field(default_factory=list, compare=False)

    best = []

    def ask(x):
        row = Row(slow(x))
        best.append(row)
        best.sort()
        row.tags.append(len(best))
        return best[0].n

    return _each(ask, 3, 1, 2), best


def case_namedtuple_replace():
    State = collections.namedtuple("State", "n last")
    state = State(0, None)

    def ask(x):
        nonlocal state
        state = state._replace(n=state.n + 1, last=slow(x))
        return x

    return _each(ask), tuple(state)
