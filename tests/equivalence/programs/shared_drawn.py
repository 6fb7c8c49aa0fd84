# ruff: noqa
"""What C code draws from a generator, one by one: it may stop in the middle, and works on each as it comes."""

import array
import collections
import functools
import heapq
import itertools
import math
import operator

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []


class Calls:
    n = 0


class Loud:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        LOG.append(("eq", self.n))
        return self.n == getattr(other, "n", other)

    def __hash__(self):
        LOG.append(("hash", self.n))
        return self.n

    def __lt__(self, other):
        LOG.append(("lt", self.n))
        return self.n < other.n

    def __mul__(self, other):
        LOG.append(("mul", self.n))
        return self.n

    __rmul__ = __mul__

    def __float__(self):
        LOG.append(("float", self.n))
        return float(self.n)

    def __index__(self):
        LOG.append(("index", self.n))
        return self.n


def numbers(count):
    for n in range(count):
        Calls.n += 1
        LOG.append(("drawn", n))
        yield n


def louds(count):
    for n in range(count):
        LOG.append(("drawn", n))
        yield Loud(n)


def endless():
    yield from map(Loud, itertools.count())


def spoiled():
    yield 1
    LOG.append("between")
    yield []
    LOG.append("too late")
    yield 2


def _each(f):
    def ask(x):
        Calls.n += 1
        try:
            found = f()
        except Exception as error:
            found = type(error).__name__, error.args
        return found, Calls.n, len(LOG)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, LOG[:]


def case_contains_stops_where_it_finds():
    return _each(lambda: operator.contains(numbers(5), 2))


def case_index_stops_where_it_finds():
    return _each(lambda: operator.indexOf(numbers(5), 2))


def case_elements_compare_in_python():
    return _each(lambda: operator.contains(louds(4), 2))


def case_tee_draws_later():
    def ask():
        one, other = itertools.tee(numbers(5))
        return next(one), next(other), next(one)

    return _each(ask)


def case_tee_of_what_never_ends():
    def ask():
        one, other = itertools.tee(endless())
        return next(one).n, next(other).n

    return _each(ask)


def case_sum_of_floats_ends_at_what_is_none():
    return _each(lambda: math.fsum(spoiled()))


def case_array_ends_at_what_is_no_number():
    return _each(lambda: array.array("i", spoiled()).tolist())


def case_set_ends_at_what_has_no_hash():
    return _each(lambda: set(spoiled()))


def case_smallest_ends_at_what_has_no_order():
    return _each(lambda: heapq.nsmallest(2, spoiled()))


def case_reduce_works_as_it_draws():
    return _each(lambda: functools.reduce(operator.mul, louds(3)))


def case_product_works_as_it_draws():
    return _each(lambda: math.prod(louds(3)))


def case_floats_are_made_as_they_are_drawn():
    return _each(lambda: math.fsum(louds(3)))


def case_keys_are_hashed_as_they_are_drawn():
    return _each(lambda: len(dict.fromkeys(louds(3))))


def case_a_queue_does_nothing_with_what_it_draws():
    return _each(lambda: [each.n for each in collections.deque(louds(3), 2)])


class _Counted:
    """Notes each time that it is iterated."""

    def __iter__(self):
        LOG.append("asked")
        return iter([1, 2])


def case_what_c_draws_from_is_asked_once():
    source = _Counted()

    def draw(name):
        probe.call(name)
        return list(getattr(itertools, name)(source)), len(LOG)

    return [draw(name) for name in ["chain", "pairwise", "accumulate", "product"]]


def case_what_c_is_given_twice_is_asked_twice():
    source = _Counted()

    def draw(name):
        probe.call(name)
        return list(getattr(itertools, name)(source, source)), len(LOG)

    return [draw(name) for name in ["chain", "product", "zip_longest", "compress"]]


def case_what_c_comes_to_later_is_asked_later():
    source = _Counted()

    def later(x):
        probe.call(x)
        drawn = itertools.chain([7], source)
        return next(drawn), len(LOG), list(drawn), len(LOG)

    return [later(x) for x in [1, 2, 3]]


def case_what_c_collects_is_asked_for_its_length():
    class Long(_Counted):
        def __len__(self):
            LOG.append("length")
            return 2

    source = Long()

    def draw(name):
        probe.call(name)
        return list(getattr(itertools, name)(source, 1)), len(LOG)

    return [draw(name) for name in ["permutations", "combinations", "combinations_with_replacement"]]


class _Drawn:
    """Notes each time that it is asked for its iterator, and for its length."""

    def __init__(self, count, kind=int):
        self.left = count
        self.kind = kind

    def __iter__(self):
        LOG.append("iter")
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.kind(self.left)

    def __length_hint__(self):
        LOG.append("length")
        return 1


class _Holder:
    def __iter__(self):
        return _Drawn(2)


def _in_turn(calls):
    def one(number):
        probe.call(number)
        return calls[number](), len(LOG)

    return [one(number) for number in range(len(calls))]


def case_what_iter_gives_is_the_iterator():
    def asked(source):
        drawn = iter(source)
        return type(drawn).__name__, drawn.left, list(drawn), [x for x in iter(source)], [*iter(source)]

    return _in_turn([lambda: asked(_Holder()), lambda: tuple(iter(_Holder())), lambda: asked(_Drawn(1))]), LOG


def case_an_iterator_is_asked_for_its_own_where_c_gathers_it():
    def starred(source):
        first, *rest, last = source
        return first, rest, last

    calls = [
        lambda: ",".join(_Drawn(2, str)),
        lambda: starred(_Drawn(3)),
        lambda: array.array("i", _Drawn(2)),
        lambda: dict([_Drawn(2)]),
        lambda: starred(_Holder()),
        lambda: b"".join(_Drawn(2, bytes)),
    ]
    return _in_turn(calls), LOG


def case_an_own_iterator_is_asked_in_sight():
    names = ["chain", "accumulate", "zip_longest", "pairwise", "product"]

    def draw(name):
        probe.call(name)
        return list(getattr(itertools, name)(_Drawn(2))), list(itertools.islice(_Drawn(3), 1)), len(LOG)

    return [draw(name) for name in names], LOG
