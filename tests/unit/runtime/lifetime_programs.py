"""Functions whose value says when objects died; each is called with the world as `reset` makes it."""

from __future__ import annotations

import weakref


class Box:
    def __init__(self, n=0):
        self.n = n


class Ending:
    def __init__(self, log, n=0):
        self.log, self.n = log, n

    def __del__(self):
        self.log.append(self.n)


class Registry:
    """Refers to things weakly, in methods that C code calls."""

    def __init__(self):
        self.refs = []

    def __setitem__(self, key, value):
        self.refs.append(weakref.ref(value))

    def __len__(self):
        return sum(ref() is not None for ref in self.refs)

    def add(self, value):
        self.refs.append(weakref.ref(value))


class Slotted:
    __slots__ = ("__weakref__", "x")


class Holder:
    pass


world = Holder()
by_number = weakref.WeakValueDictionary()
boxes = weakref.WeakSet()
by_box = weakref.WeakKeyDictionary()
shared = None


def reset():
    global shared
    shared = None
    by_number.clear()
    boxes.clear()
    by_box.clear()
    world.__dict__.clear()
    world.b, world.log, world.l = Box(), [], [Box()]
    world.d = Ending(world.log, 1)
    world.s = weakref.WeakSet([world.b, world.l[0]])
    world.r = weakref.ref(world.b)
    world.reg = Registry()
    world.reg.add(world.b)


def value_of_a_weak_table():
    by_number[1] = Box()
    return len(by_number)


def stored_in_finally():
    try:
        n = Box(1).n
    finally:
        by_number[9] = Box(2)
    return n + len(by_number)


def element_of_a_weak_set():
    boxes.add(Box())
    return len(boxes)


def key_of_a_weak_table():
    by_box[Box()] = 1
    return len(by_box)


def registered_by_an_operator():
    registry = Registry()
    registry[0] = Box()
    return len(registry)


def registered_by_a_method():
    registry = Registry()
    registry.add(Box())
    return len(registry)


def local_variable():
    box = Box()
    ref = weakref.ref(box)
    box = None
    return ref() is None


def attribute():
    holder = Holder()
    holder.b = Box()
    ref = weakref.ref(holder.b)
    holder.b = None
    return ref() is None


def attribute_with_a_finalizer():
    log = []
    holder = Holder()
    holder.b = Ending(log, 1)
    holder.b = None
    log.append(2)
    return log


def loop_variable():
    log = []
    for i in range(3):
        each = Ending(log, i)
        log.append(10 + each.n)
    return log


def elements():
    log = []
    several = [Ending(log, i) for i in range(3)]
    several.pop()
    log.append("x")
    del several[0]
    log.append("y")
    several.clear()
    log.append("z")
    return log


def there_before():
    x = world.b
    x.n += 1
    world.b = None
    x = None
    return len(world.s)


def there_before_and_asked_for():
    x = world.b
    x.n += 1
    world.b = None
    x = None
    return world.r() is None


def there_before_with_a_finalizer():
    x = world.d
    x.n += 1
    world.d = None
    x = None
    return list(world.log)


def cleared():
    n = world.l[0].n
    world.l.clear()
    return n, len(world.s)


def deleted():
    n = world.l[0].n
    del world.l[0]
    return n, len(world.s)


def gone_through():
    for x in world.l:
        x.n += 1
    x = None
    world.l = []
    return len(world.s)


def there_before_and_registered():
    x = world.b
    x.n += 1
    world.b = None
    x = None
    return len(world.reg)


def popped_from_a_namespace():
    x = world.b
    x.n += 1
    world.__dict__.pop("b")
    x = None
    return world.r() is None


def deleted_by_name():
    x = world.b
    x.n += 1
    delattr(world, "b")
    x = None
    return world.r() is None


def all_attributes_at_once():
    x = world.d
    x.n += 1
    x = None
    world.__dict__ = {"log": world.log}
    return list(world.log)


def generator_left_by_break():
    log = []

    def each():
        try:
            yield 1
        finally:
            log.append("closed")

    for _ in each():
        break
    log.append("after")
    return log


def generator_dropped():
    log = []

    def each():
        try:
            yield 1
            yield 2
        finally:
            log.append("closed")

    it = each()
    next(it)
    it = None
    log.append("after")
    return log


def in_an_exception():
    box = Box()
    ref = weakref.ref(box)
    try:
        raise ValueError(box)
    except ValueError:
        box = None
    return ref() is None


def in_a_comprehension():
    log = []
    return [log.append(d.n) for d in (Ending(log, i) for i in range(3))], log


def finalized():
    log = []
    box = Box()
    weakref.finalize(box, log.append, 1)
    box = None
    log.append(2)
    return log


def method_of_what_is_gone():
    return weakref.WeakMethod(Registry().add)() is None


def in_a_slot():
    slotted = Slotted()
    slotted.x = Box()
    boxes.add(slotted.x)
    slotted.x = None
    return len(boxes)


def by_proxy():
    box = Box()
    proxy = weakref.proxy(box)
    box = None
    try:
        return proxy.n
    except ReferenceError:
        return "dead"


def in_a_tuple():
    pair = (Box(), Box())
    boxes.add(pair[0])
    pair = None
    return len(boxes)


def global_variable():
    global shared
    shared = Box()
    shared.n += 1
    world.reg.add(shared)
    shared = None
    return len(world.reg)


def variable_of_a_closure():
    box = Box()
    boxes.add(box)

    def inner():
        nonlocal box
        box = None
        return len(boxes)

    return inner()


def sliced_off():
    log = []
    world.x = [Ending(log, 1)]
    world.x = world.x[1:]
    return list(log)


def values_of_a_dict():
    log = []
    table = {1: Ending(log, 1)}
    table[1] = 2
    log.append("a")
    table.update({2: Ending(log, 2)})
    del table[2]
    log.append("b")
    return log


def thrown_away():
    log = []
    (Ending(log, 1), log.append("e"))[1]  # noqa: B018
    log.append("f")
    return log


def result_that_nobody_keeps():
    def make():
        return Box()

    boxes.add(make())
    return len(boxes)
