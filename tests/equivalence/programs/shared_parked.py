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
