# ruff: noqa
"""Tasks that wait for their turn, while an earlier one ends the life of what they have seen."""

import itertools
import threading
import weakref

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOCK = threading.Lock()
IDS = itertools.count()
LOG = []


def slow(x):
    probe.call(x)
    return x


def _each(ask):
    out = []
    for x in [3, 1, 2]:
        out.append(ask(x))
    return out, LOG[:]


def case_weakly_held_after_a_lock():
    class Thing:
        pass

    rows = [Thing(), Thing(), Thing()]
    alive = weakref.WeakSet(rows)

    def ask(x):
        rows.pop()
        slow(x)
        with LOCK:
            pass
        return len(alive)

    return _each(ask)


def case_finalizer_heard_by_a_later_task():
    class Thing:
        def __del__(self):
            LOG.append("del")

    class Box:
        pass

    box = Box()
    box.thing = Thing()

    def ask(x):
        box.thing = None if x == 1 else box.thing
        slow(x)
        next(IDS)
        return len(LOG)

    return _each(ask)


def case_items_die_where_the_body_raises():
    """Tasks that wait for their turn then, in vain, hold nothing any more."""

    class Thing:
        pass

    def ask(thing):
        slow(1)
        with LOCK:
            LOG.append(1)
        return 1

    things = [Thing() for _ in range(4)]
    seen = [weakref.ref(thing) for thing in things]
    out = []
    try:
        for thing in things:
            out.append(ask(thing))
            if len(out) == 2:
                raise ValueError
    except ValueError:
        pass
    thing = None
    things.clear()
    return out, [each() is None for each in seen], LOG[:]


def case_items_die_where_a_task_in_vain_has_seen_them():
    class Thing:
        pass

    things = [Thing() for _ in range(4)]
    seen = [weakref.ref(thing) for thing in things]

    def ask(x):
        thing = things[x]
        things[x] = None
        slow(x)
        with LOCK:
            LOG.append(len([each for each in things if each is None]))
        thing = None
        return seen[x]() is None

    out = []
    for x in [0, 1, 2, 3]:
        if x == 2:
            things.append(None)
        out.append(ask(x))
    return out, LOG[:]


def case_second_call_waits_in_vain():
    class Thing:
        pass

    things = {x: Thing() for x in range(4)}
    seen = {x: weakref.ref(thing) for x, thing in things.items()}

    def first(x):
        LOG.append(x)
        return slow(x)

    def second(x):
        thing = things[x]
        slow(x)
        with LOCK:
            LOG.append(thing is None)
        return thing is None

    out = []
    for x in range(4):
        a = first(x)
        things[x] = None
        b = second(a)
        out.append((a, b, seen[x]() is None))
    return out, LOG[:]


def _noting_its_end(x):
    try:
        yield x
        yield -x
    finally:
        LOG.append(("end", x))


def case_generators_end_with_a_task_that_has_waited():
    def ask(x):
        lines = [_noting_its_end(slow(x) + number) for number in range(3)]
        for each in lines:
            next(each)
        number = next(IDS)
        return number

    out = []
    for x in [3, 1, 2]:
        out.append(ask(x))
        LOG.append("body")
    return out, LOG[:]


def case_generator_ends_before_a_task_waits():
    def ask(x):
        drawn = [_noting_its_end(x)]
        next(drawn[0])
        drawn = [drawn]
        slow(x)
        drawn = None
        with LOCK:
            LOG.append(x)
        return len(LOG)

    return _each(ask)


def case_own_and_seen_things_die_after_a_lock():
    class Thing:
        pass

    class Box:
        pass

    box = Box()
    box.things = {x: Thing() for x in [1, 2, 3]}

    def ask(x):
        own = Thing()
        own.it = [Thing(), own]
        seen = box.things[x]
        slow(x)
        with LOCK:
            LOG.append(seen is None)
        mine, theirs = weakref.ref(own.it[0]), weakref.ref(seen)
        own.it.clear()
        seen = None
        box.things[x] = None
        return mine() is None, theirs() is None

    return _each(ask)


def case_block_is_left_by_an_exception():
    class Thing:
        pass

    things = [Thing() for _ in range(3)]
    seen = [weakref.ref(thing) for thing in things]

    def look(x):
        LOG.append(things[x] is None)
        return slow(x)

    def wait(x):
        thing = things[x]
        slow(x)
        with LOCK:
            LOG.append(thing is None)
        return x

    def fail(x):
        slow(x)
        raise ValueError(x)

    out = []
    try:
        out.append(slow(1))
        a = look(0)
        b = wait(1)
        c = fail(b)
        d = wait(2)
        out.append((a, b, c, d))
    except ValueError as error:
        out.append(error.args)
    things.clear()
    return out, [each() is None for each in seen], LOG[:]
