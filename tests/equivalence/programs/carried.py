# ruff: noqa
"""State that one iteration leaves to the next, and objects that only seem to be separate."""

import itertools
import random
from functools import partial, reduce

from xcs_ast.testing import probe

RUNS_AHEAD = {
    "case_independent",
    "case_separate_counters_read",
    "case_two_lists_of_pure_calls",
    "case_float_sum",
    "case_partial_of_pure",
}
EXTRA_CALLS = {"case_body_mutates_next_item"}
"""Each changes what the next one has read."""


def square(x):
    probe.call(("square", x))
    return x * x


def scale(x, by):
    probe.call(("scale", x, by))
    return [x * by]


def case_independent():
    out = []
    for x in [1, 2, 3, 4, 5]:
        out.append(square(x))
    return out, x


def case_two_lists_of_pure_calls():
    first, second = [], []
    for x in [3, 1, 2]:
        first.append(square(x))
        second.append(scale(x, 10))
    return first, second


def case_carried_state():
    state = 1
    out = []
    for x in [1, 2, 3, 4]:
        state = square(state) + x
        out.append(state)
    return out


def case_carried_through_argument():
    state = "x"
    for i in range(4):
        state = scale(state, 2)[0] + str(i)
    return state


def case_carried_one_behind():
    previous = 0
    out = []
    for x in [1, 2, 3]:
        out.append(scale(x, previous))
        previous = x
    return out


class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return (self.calls, x)


def case_same_stateful_object_twice():
    a, b = Counter(), Counter()
    return [m for m in _apply([a, b, a, a], 5)], a.calls, b.calls


def _apply(models, x):
    out = []
    for model in models:
        out.append(model(x))
    return out


def case_five_stateful_objects():
    models = [Counter() for _ in range(5)]
    return _apply(models, 1), _apply(models, 2), models


class Reader:
    def __init__(self, bias):
        self.bias = bias

    def __call__(self, x):
        return self.bias + x


def case_separate_counters_read():
    return _apply([Reader(i) for i in range(4)], 10)


def case_object_in_two_containers():
    shared = Reader(1)
    out = []
    left, right = [shared, Reader(2)], {"k": shared}
    for model in left:
        out.append(model(1))
        right["k"].bias += 100
    return out


def mutate(xs):
    xs.append(len(xs))
    return sum(xs)


def case_argument_mutated():
    shared = [1]
    return [mutate(xs) for xs in [shared, shared, [5], shared]], shared


def case_argument_mutated_alias():
    row = [0]
    grid = [row] * 3
    out = []
    for r in grid:
        out.append(mutate(r))
    return out, grid


IDS = itertools.count(1)


def make(name):
    return (name, next(IDS))


def case_ids_from_counter():
    return [make(n) for n in "abcd"]


def draw(x):
    return x + random.random()


def case_random_with_seed():
    random.seed(7)
    out = []
    for x in range(5):
        out.append(draw(x))
    out.append(random.random())
    return out


def case_random_instance():
    rng = random.Random(3)
    return [rng.randint(0, x) for x in [10, 20, 30]], rng.random()


def use_rng(rng, x):
    return rng.random() * x


def case_random_instance_in_callee():
    rng = random.Random(3)
    out = []
    for x in range(4):
        out.append(use_rng(rng, x))
    return out


TOTAL = 0


def add_to_total(x):
    global TOTAL
    TOTAL += x
    return TOTAL


def case_global_counter():
    return [add_to_total(x) for x in [1, 2, 3]], TOTAL


CACHE = {}


def cached(x):
    if x not in CACHE:
        CACHE[x] = object()
    return CACHE[x]


def case_interning_dictionary():
    out = []
    for x in [1, 2, 1, 2]:
        out.append(cached(x))
    return [o is out[0] for o in out]


def default(x, seen=[]):
    seen.append(x)
    return list(seen)


def case_mutable_default():
    return [default(x) for x in "abc"]


def with_attribute(x):
    with_attribute.calls = getattr(with_attribute, "calls", 0) + 1
    return with_attribute.calls * x


def case_function_attribute():
    out = []
    for x in [5, 6, 7]:
        out.append(with_attribute(x))
    return out


def contribute(x):
    probe.call(x)
    return 0.1 * x


def case_float_sum():
    total = 0.0
    for x in [1e16, 1.0, -1e16, 3.0, 0.1]:
        total += contribute(x)
    return total


def case_partial_of_pure():
    out = []
    double = partial(scale, by=2)
    for x in [1, 2, 3]:
        out.append(double(x))
    return out


def case_partial_over_mutable():
    bag = []
    push = partial(_push, bag)
    out = []
    for x in [1, 2, 3]:
        out.append(push(x))
    return out, bag


def _push(bag, x):
    bag.append(x)
    return len(bag)


def case_bound_append_as_callable():
    bag = []
    out = []
    push = bag.append
    for x in [1, 2, 3]:
        out.append(push(x))
    return out, bag


def case_callee_reads_what_body_fills():
    done = []

    def count(x):
        return (x, len(done))

    for x in "abc":
        done.append(count(x))
    return done


def case_callee_reads_dict_that_body_fills():
    table = {}

    def look(x):
        return table.get(x - 1, 0) + x

    for x in range(5):
        table[x] = look(x)
    return table


def case_callee_reads_attribute_that_body_sets():
    reader = Reader(0)
    out = []
    for x in range(4):
        out.append(reader(x))
        reader.bias = x * 10
    return out


def case_body_mutates_item_after_call():
    rows = [[1], [2], [3]]
    rows.append(rows[0])
    out = []
    for row in rows:
        out.append(_total(row))
        row.append(100)
    return out, rows


def _total(row):
    probe.call(len(row))
    return sum(row)


def case_body_mutates_next_item():
    rows = [[1], [2], [3]]
    out = []
    for i, row in enumerate(rows):
        out.append(_total(row))
        if i + 1 < len(rows):
            rows[i + 1].append(out[-1])
    return out


def case_result_returned_is_argument():
    rows = [[1], [2]]
    out = []
    for row in rows:
        got = _same(row)
        got.append(0)
        out.append(got is row)
    return out, rows


def _same(row):
    return row


def case_result_sorted_before_next_candidate():
    out = []
    for x in [[3, 1], [9, 7]]:
        y = _copy(x)
        y.sort()
        out.append(_first(y))
    return out


def _copy(x):
    return list(x)


def _first(x):
    return x[0]


def case_slice_changes_handed_over_value():
    out = []
    for x in [1, 2, 3]:
        y = scale(x, 2)
        before = list(y)
        z = mutate(y)
        out.append((before, y, z))
    return out


def case_reduce_in_body():
    acc = []
    for x in [1, 2, 3]:
        acc = acc + [square(x)]
    return reduce(lambda a, b: a * 10 + b, acc)


class Tally:
    total = 0

    def add(self, x):
        Tally.total += x
        return Tally.total

    @classmethod
    def bump(cls, x):
        cls.total = cls.total * 2 + x
        return cls.total


def case_class_attribute_counter():
    out = []
    for t in [Tally(), Tally(), Tally()]:
        out.append(t.add(3))
    return out, Tally.total


def case_classmethod_counter():
    out = []
    for x in [1, 2, 3]:
        out.append(Tally.bump(x))
    return out


class Sub(Tally):
    pass


def case_class_attribute_through_subclass():
    out = []
    for cls in [Tally, Sub, Tally, Sub]:
        out.append(cls.bump(1))
    return out, Tally.total, Sub.total


def case_setattr_by_name():
    class Box:
        value = 0

    box = Box()

    def put(x):
        setattr(box, "value", box.value + x)
        return box.value

    out = []
    for x in [1, 2, 3]:
        out.append(put(x))
    return out


def case_globals_dict_written():
    def put(x):
        globals()["TOTAL"] = globals()["TOTAL"] + x
        return TOTAL

    out = []
    for x in [1, 2, 3]:
        out.append(put(x))
    return out


def case_dict_setdefault_in_callee():
    groups = {}

    def group(x):
        groups.setdefault(x % 2, []).append(x)
        return len(groups)

    return [group(x) for x in range(5)], groups


def case_augmented_subscript_of_shared():
    counts = [0, 0]

    def bump(i):
        counts[i % 2] += 1
        return counts[i % 2]

    out = []
    for i in range(5):
        out.append(bump(i))
    return out


def case_list_plus_equals_alias():
    a = b = []

    def extend(x):
        nonlocal a
        a += [x]
        return len(b)

    out = []
    for x in [1, 2, 3]:
        out.append(extend(x))
    return out, a is b


def case_swapped_aliases():
    left, right = {"n": 0}, {"n": 10}
    out = []
    for x in range(4):
        out.append(_peek(left))
        left, right = right, left
        left["n"] += x
    return out


def _peek(d):
    return d["n"]
