# ruff: noqa
"""When objects die: weak references, finalizers, `__del__`, and reference counts."""

import gc
import sys
import weakref

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_items_are_not_kept_alive", "case_callee_dies_with_its_name", "case_list_kept_by_nobody"}

LOG = []


class Thing:
    def __init__(self, n):
        self.n = n


class Dying(Thing):
    def __del__(self):
        LOG.append(("del", self.n))


def calm(x):
    probe.call(x)
    return x


def make(n):
    return Thing(n)


def make_dying(n):
    return Dying(n)


def case_results_die_in_order():
    refs = []
    for x in [1, 2, 3]:
        t = make(x)
        refs.append(weakref.ref(t))
    alive = [r() is not None for r in refs]
    del t
    return alive, [r() is not None for r in refs]


def case_items_are_not_kept_alive():
    things = [Thing(i) for i in range(3)]
    refs = [weakref.ref(t) for t in things]
    out = []
    for t in things:
        out.append(calm(t.n))
        things[t.n] = None
        out.append([r() is not None for r in refs])
    del t
    return out, [r() is not None for r in refs]


def case_del_order():
    for x in [1, 2, 3]:
        d = make_dying(x)
        LOG.append(("have", d.n))
    del d
    LOG.append("end")
    return LOG


def case_del_in_callee():
    def work(x):
        d = Dying(x)
        return x, len(LOG)

    out = []
    for x in [1, 2, 3]:
        out.append(work(x))
    return out, LOG


def case_del_of_discarded_result():
    for x in [1, 2]:
        make_dying(x)
        LOG.append(("after", x))
    return LOG


def case_del_when_exception():
    def work(x):
        d = Dying(x)
        if x == 2:
            raise ValueError(x)
        return d

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(work(x))
    except ValueError:
        LOG.append("handled")
    out.clear()
    return LOG


def case_weakref_callback():
    events = []

    def work(x):
        t = Thing(x)
        return weakref.ref(t, lambda _: events.append(x))

    refs = []
    for x in [1, 2]:
        refs.append(work(x))
    return events, [r() for r in refs]


def case_finalize():
    def work(x):
        t = Thing(x)
        weakref.finalize(t, LOG.append, ("finalized", x))
        return x

    return [work(x) for x in [1, 2]], LOG


def case_weak_dictionary():
    registry = weakref.WeakValueDictionary()
    keep = []

    def register(x):
        t = Thing(x)
        registry[x] = t
        return t

    for x in [1, 2, 3]:
        t = register(x)
        if x != 2:
            keep.append(t)
    del t
    return sorted(registry)


def case_weak_set_of_items():
    things = [Thing(i) for i in range(3)]
    live = weakref.WeakSet(things)

    def count(t):
        return len(live)

    out = []
    while things:
        for t in list(things):
            out.append(count(t))
        t = None
        things.pop()
    return out


def case_refcount_of_item():
    t = Thing(1)
    out = []
    for x in [t, t]:
        calm(x.n)
    before = sys.getrefcount(t)
    for x in [t, t]:
        out.append(calm(x.n))
    return sys.getrefcount(t) == before


def case_cycle_collected():
    def knot(x):
        d = Dying(x)
        d.self = d
        return x

    out = []
    for x in [1, 2]:
        out.append(knot(x))
    gc.collect()
    return out, sorted(LOG)


def case_generator_closed_at_end():
    log = []

    def source():
        try:
            yield from [1, 2]
            yield 3
        finally:
            log.append("closed")

    for x in source():
        log.append(calm(x))
        if x == 2:
            break
    log.append("after")
    return log


def case_callee_dies_with_its_name():
    class Model(Thing):
        def __call__(self, x):
            return self.n + x

    models = [Model(1), Model(2)]
    ref = weakref.ref(models[0])
    out = []
    for m in models:
        out.append(m(1))
    del models, m
    return out, ref() is None


def case_exception_does_not_keep_tasks():
    things = [Thing(i) for i in range(4)]
    refs = [weakref.ref(t) for t in things]

    def work(t):
        if t.n == 1:
            raise ValueError
        return t.n

    try:
        for t in things:
            y = work(t)
    except ValueError:
        pass
    del things, t
    gc.collect()
    return [r() is None for r in refs]


def case_list_kept_by_nobody():
    def run():
        out = []
        for t in [Dying(1), Dying(2)]:
            out.append(calm(t.n))
        LOG.append("end of loop")
        return out

    return run(), LOG


def case_temporaries_die_per_iteration():
    out = []
    for x in [1, 2]:
        out.append(calm(Dying(x).n))
        LOG.append(("after", x))
    return out, LOG


def case_items_of_many_lists_zipped():
    lists = [[Thing(i) for i in range(4)] for _ in range(20)]
    refs = [weakref.ref(t) for t in lists[0]]
    out = []
    for group in zip(*lists):
        out.append(calm(group[0].n))
        del lists[0][-1:]
        out.append([r() is not None for r in refs])
    return out
