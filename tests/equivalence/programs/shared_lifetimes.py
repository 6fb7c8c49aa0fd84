# ruff: noqa
"""When objects die that calls made, shared or replaced: weak references, callbacks, `__del__`, `finalize`."""

import contextlib
import gc
import weakref

import xcs_ast
from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []


def slow(x):
    probe.call(x)
    return x * 2


def _each(f):
    out = []
    for x in [1, 2, 3]:
        out.append(f(x))
        LOG.append("body")
    return out, LOG[:]


def case_weakref_made_in_task():
    class Thing:
        pass

    table = weakref.WeakValueDictionary()
    kept = []

    def ask(x):
        thing = Thing()
        table[x] = thing
        if x != 2:
            kept.append(thing)
        slow(x)
        return len(table)

    out = _each(ask)
    del ask
    return out, sorted(table)


def case_weakref_callback():
    class Thing:
        pass

    refs = []

    def ask(x):
        thing = Thing()
        refs.append(weakref.ref(thing, lambda ref: LOG.append(("dead", x))))
        slow(x)
        LOG.append(("still", refs[-1]() is thing))
        return x

    return _each(ask)


def case_weak_key_of_shared():
    class Thing:
        pass

    things = [Thing(), Thing()]
    notes = weakref.WeakKeyDictionary()

    def ask(x):
        thing = things[x % 2]
        notes[thing] = notes.get(thing, 0) + slow(x)
        return notes[thing]

    return _each(ask)


def case_del_in_task():
    class Loud:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            LOG.append(("gone", self.n))

    def ask(x):
        loud = Loud(x)
        answer = slow(loud.n)
        del loud
        LOG.append(("after", x))
        return answer

    return _each(ask)


def case_del_of_replaced_shared():
    class Loud:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            LOG.append(("gone", self.n))

    class S:
        current = Loud(0)

    def ask(x):
        slow(x)
        S.current = Loud(x)
        LOG.append(("set", x))
        return x

    out = _each(ask)
    S.current = None
    return out, LOG[:]


def case_del_of_result_thrown_away():
    class Loud:
        def __init__(self, n):
            self.n = slow(n)

        def __del__(self):
            LOG.append(("gone", self.n))

    def make(x):
        return Loud(x)

    for x in [1, 2, 3]:
        make(x)
        LOG.append(("body", x))
    gc.collect()
    return LOG


def case_finalize():
    class Thing:
        pass

    def ask(x):
        thing = Thing()
        weakref.finalize(thing, LOG.append, ("final", x))
        slow(x)
        return x

    return _each(ask)


class Box:
    def __init__(self, n):
        self.n = n


class Crate:
    def __init__(self, n):
        self.box = Box(n)
        self.more = [self.box]


class Calls:
    n = 0


def counted(x):
    Calls.n += 1
    return slow(x)


def listed(x):
    return [Box(x)]


@xcs_ast.unordered
def fetched(x):
    return Box(x)


def _dead(refs):
    return [ref() is None for ref in refs]


def case_handed_over_and_dropped_before_the_next_call():
    refs = []
    out = []
    for x in [1, 2, 3]:
        refs.append(weakref.ref(Box(x)))
        y = counted(x)
        out.append((_dead(refs), y))
    return out


def case_part_of_what_is_handed_over():
    refs = []
    out = []
    for x in [1, 2, 3]:
        refs.append(weakref.ref(Crate(x).box))
        y = counted(x)
        out.append((_dead(refs), y))
        refs.append(weakref.ref(listed(x)[0]))
        y = counted(x)
        out.append((_dead(refs), y))
    return out


def case_handed_over_last_and_dropped():
    refs = []
    out = []
    for x in [1, 2, 3]:
        y = counted(x)
        refs.append(weakref.ref(Crate(x).box))
        out.append((_dead(refs), y))
    return out


def case_answer_from_outside_handed_over_and_dropped():
    refs = []
    out = []
    for x in [1, 2, 3]:
        refs.append(weakref.ref(fetched(x)))
        y = counted(x)
        out.append((_dead(refs), y))
    return out


def case_weak_table_filled_by_body_and_call():
    table = weakref.WeakValueDictionary()

    def fill(x):
        size = len(table)
        table[9] = Box(x)
        return size

    out = []
    for x in [1, 2, 3]:
        table[9] = Box(x)
        y = fill(x)
        out.append(y)
    return out, len(table)


def _counting_its_end(x):
    try:
        yield x
        yield -x
    finally:
        LOG.append(("closed", x))
        Calls.n += 10


class Reader:
    def __init__(self, x):
        self.lines = _counting_its_end(x)
        self.first = next(self.lines)


def case_generator_ends_with_what_holds_it_between_hand_overs():
    def ask(x):
        reader = Reader(x)
        reader = None
        return Calls.n, len(LOG)

    out = []
    for x in [1, 2, 3]:
        y = ask(x)
        z = counted(x)
        out.append((y, z, LOG[:]))
    return out


def case_generator_ends_with_an_iterator_between_hand_overs():
    def ask(x):
        (found,) = [a for a, _ in zip(_counting_its_end(x), [0])]
        return found, Calls.n, len(LOG)

    out = []
    for x in [1, 2, 3]:
        y = ask(x)
        z = counted(x)
        out.append((y, z, LOG[:]))
    return out


def case_generator_ends_with_a_default_between_hand_overs():
    def ask(x):
        draw = lambda lines=_counting_its_end(x): next(lines)
        found = draw()
        draw = None
        return found, Calls.n, len(LOG)

    out = []
    for x in [1, 2, 3]:
        y = ask(x)
        z = counted(x)
        out.append((y, z, LOG[:]))
    return out


def case_open_generator_is_handed_over():
    out = []
    for x in [1, 2, 3]:
        out.append(_begun(x))
        out[-1].close()
        LOG.append("body")
    return out and LOG[:], Calls.n


def case_open_generator_is_handed_over_between_calls():
    out = []
    for x in [1, 2, 3]:
        lines = _begun(x)
        y = counted(next(lines))
        out.append(y)
        lines = None
    return out, LOG[:], Calls.n


def _begun(x):
    lines = _noting_its_end(x)
    counted(next(lines))
    return lines


def _noting_its_end(x):
    try:
        yield x
        yield x + 1
    finally:
        LOG.append(("end", x))


@contextlib.contextmanager
def _inside(x):
    try:
        yield x
    finally:
        LOG.append(("left", x))


def case_generator_dies_inside_of_a_with_statement():
    def each(x):
        with _inside(x) as y:
            yield from _noting_its_end(y)

    def ask(x):
        lines = each(x)
        next(lines)
        slow(x)
        return next(lines)

    return _each(ask)


class Thing:
    pass


def case_argument_dies_where_the_callee_draws():
    """The analysis of the callee, or its check, must not keep what it looked at."""

    def each(thing):
        try:
            yield thing
        finally:
            LOG.append("drawn")

    def ask(thing, x):
        slow(x)
        return len(list(each(thing)))

    thing = Thing()
    seen = weakref.ref(thing)
    out = [ask(thing, x) for x in [1, 2, 3]]
    thing = None
    return out, seen() is None, LOG[:]
