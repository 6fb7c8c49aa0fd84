# ruff: noqa
"""What is iterated: sources that change, that have side effects, that are shared."""

import collections
import itertools
import types

from xcs_ast.testing import probe

EXTRA_CALLS = {
    "case_list_shrinks",
    "case_list_reversed_midway",
    "case_list_item_replaced",
    "case_list_cleared",
    "case_dict_mutated_under_iteration",
    "case_dict_shrinks_under_iteration",
    "case_dict_value_replaced",
    "case_set_mutated_under_iteration",
    "case_next_in_body",
    "case_reversed_shrinking",
    "case_deque",
    "case_unpacking_fails",
    "case_dict_same_size_other_keys",
    "case_ordered_dict_move",
    "case_same_iterator_continued",
    "case_zip_strict_uneven",
}
RUNS_AHEAD = {"case_range", "case_tuple_items", "case_dict_items", "case_enumerate_start", "case_zip_uneven", "case_string"}


def square(x):
    probe.call(x)
    return x * x


def pair(a, b):
    probe.call((a, b))
    return f"{a}-{b}"


def case_range():
    return [square(x) for x in range(10, 0, -3)]


def case_tuple_items():
    out = []
    for a, b in [(1, 2), (3, 4)]:
        out.append(pair(a, b))
    return out, a, b


def case_string():
    out = []
    for c in "añ\U0001f600":
        out.append(pair(c, 1))
    return out


def case_bytes():
    out = []
    for b in b"\x00\xff":
        out.append(square(b))
    return out


def case_empty():
    out = []
    for x in []:
        out.append(square(x))
    else:
        out.append("none")
    try:
        x
    except UnboundLocalError as error:
        out.append(error)
    return out


def case_list_grows():
    xs = [1, 2, 3]
    out = []
    for x in xs:
        out.append(square(x))
        if len(xs) < 8:
            xs.append(x + 10)
    return out, xs


def case_list_shrinks():
    xs = [1, 2, 3, 4, 5, 6]
    out = []
    for x in xs:
        out.append(square(x))
        xs.pop()
    return out, xs


def case_list_reversed_midway():
    xs = [1, 2, 3, 4, 5]
    out = []
    for x in xs:
        out.append(square(x))
        if x == 2:
            xs.reverse()
    return out


def case_list_item_replaced():
    xs = [1, 2, 3, 4]
    out = []
    for i, x in enumerate(xs):
        out.append(square(x))
        if i + 1 < len(xs):
            xs[i + 1] = -xs[i + 1]
    return out


def case_list_cleared():
    xs = [1, 2, 3]
    out = []
    for x in xs:
        out.append(square(x))
        xs.clear()
    return out


def case_list_name_rebound():
    xs = [1, 2, 3]
    out = []
    for x in xs:
        xs = [9, 9]
        out.append(square(x))
    return out, xs


def case_list_grown_by_callee():
    xs = [1, 2]

    def grow(x):
        if len(xs) < 6:
            xs.append(x + 1)
        return x

    out = []
    for x in xs:
        out.append(grow(x))
    return out


def case_dict_mutated_under_iteration():
    d = {1: "a", 2: "b", 3: "c"}
    out = []
    try:
        for k in d:
            out.append(square(k))
            if k == 2:
                d[99] = "new"
    except RuntimeError as error:
        return out, error
    return out


def case_dict_shrinks_under_iteration():
    d = {1: "a", 2: "b", 3: "c"}
    out = []
    try:
        for k, v in d.items():
            out.append(pair(k, v))
            del d[k]
    except RuntimeError as error:
        return out, error, d


def case_dict_value_replaced():
    d = {1: "a", 2: "b", 3: "c"}
    out = []
    for k, v in d.items():
        out.append(pair(k, v))
        if k < 3:
            d[k + 1] = v * 2
    return out


def case_dict_same_size_other_keys():
    d = {1: 1, 2: 2, 3: 3}
    out = []
    try:
        for k in d:
            out.append(square(k))
            if k in d and k < 10:
                del d[k]
                d[k + 10] = 0
    except RuntimeError as error:
        out.append(error)
    return out, d


def case_dict_items():
    out = {}
    for k, v in {"b": 1, "a": 2}.items():
        out[k] = pair(k, v)
    return out


def case_dict_values_and_keys():
    d = {"x": 1, "y": 2}
    out = []
    for v in d.values():
        out.append(square(v))
    for k in d.keys():
        out.append(pair(k, k))
    return out


def case_set_order():
    s = {"delta", "alpha", "omega", 5, (1, 2)}
    out = []
    for x in s:
        out.append(pair(x, 0))
    return out == [pair(x, 0) for x in s], sorted(out)


def case_set_mutated_under_iteration():
    s = {1, 2, 3}
    out = []
    try:
        for x in s:
            out.append(square(x))
            s.add(x + 100)
    except RuntimeError as error:
        return len(out), error


def case_generator_with_prints():
    def source():
        print("open")
        try:
            for x in [1, 2, 3]:
                print("give", x)
                yield x
        finally:
            print("close")

    out = []
    for x in source():
        print("take", x)
        out.append(square(x))
    return out


def case_generator_that_reads_what_body_writes():
    seen = []

    def source():
        while len(seen) < 3:
            yield len(seen)

    for x in source():
        seen.append(square(x))
    return seen


def case_generator_left_unfinished():
    log = []

    def source():
        try:
            yield from [1, 2, 3]
        except GeneratorExit:
            log.append("closed")
            raise

    gen = source()
    for x in gen:
        log.append(square(x))
        if x == 2:
            break
    del gen
    return log


def case_same_iterator_continued():
    it = iter([1, 2, 3, 4, 5, 6])
    out = []
    for x in it:
        out.append(square(x))
        if x == 2:
            break
    rest = list(it)
    return out, rest


def case_next_in_body():
    it = iter([1, 2, 3, 4, 5])
    out = []
    for x in it:
        out.append((square(x), next(it, None)))
    return out


def case_next_in_callee():
    it = iter("abcdef")

    def take(x):
        return x, next(it)

    out = []
    for x in [1, 2, 3]:
        out.append(take(x))
    return out, list(it)


def case_generator_shared_between_iterations():
    def numbers():
        n = 0
        while True:
            n += 1
            yield n

    gen = numbers()

    def take(x):
        return x * next(gen)

    return [take(x) for x in [10, 20, 30]]


def case_generator_sent_values():
    def echo():
        got = None
        while True:
            got = yield (got, "!")

    gen = echo()
    next(gen)
    out = []
    for x in [1, 2, 3]:
        out.append(gen.send(x))
    return out


def case_enumerate_start():
    out = []
    for i, x in enumerate("ab", start=5):
        out.append(pair(i, x))
    return out


def case_zip_uneven():
    out = []
    for a, b in zip([1, 2, 3], "ab"):
        out.append(pair(a, b))
    return out


def case_zip_strict_uneven():
    out = []
    try:
        for a, b in zip([1, 2, 3], "ab", strict=True):
            out.append(pair(a, b))
    except ValueError as error:
        return out, error


def case_zip_same_iterator_twice():
    it = iter([1, 2, 3, 4, 5])
    out = []
    for a, b in zip(it, it):
        out.append(pair(a, b))
    return out, list(it)


def case_zip_consumes_one_too_many():
    left, right = iter([1, 2, 3, 4]), iter([1, 2])
    out = []
    for a, b in zip(left, right):
        out.append(pair(a, b))
    return out, list(left), list(right)


def case_reversed():
    xs = [1, 2, 3]
    out = []
    for x in reversed(xs):
        out.append(square(x))
        xs.append(0)
    return out, xs


def case_reversed_shrinking():
    xs = [1, 2, 3, 4]
    out = []
    for x in reversed(xs):
        out.append(square(x))
        if len(xs) > 1:
            del xs[0]
    return out


def case_enumerate_of_growing_list():
    xs = ["a"]
    out = []
    for i, x in enumerate(xs):
        out.append(pair(i, x))
        if i < 4:
            xs.append(x + "b")
    return out


def case_list_subclass_with_iter():
    class Odd(list):
        def __iter__(self):
            print("iter")
            return iter([x * 10 for x in list.__iter__(self)])

    out = []
    for x in Odd([1, 2, 3]):
        out.append(square(x))
    return out


def case_getitem_protocol():
    class Old:
        def __getitem__(self, i):
            print("get", i)
            if i == 3:
                raise IndexError
            return i

    out = []
    for x in Old():
        out.append(square(x))
    return out


def case_iterator_object_with_state():
    class Countdown:
        def __init__(self, n):
            self.n = n

        def __iter__(self):
            return self

        def __next__(self):
            if self.n == 0:
                raise StopIteration
            self.n -= 1
            return self.n

    source = Countdown(3)
    out = []
    for x in source:
        out.append((square(x), source.n))
    return out


def case_iterator_that_raises():
    def source():
        yield 1
        yield 2
        raise LookupError("source")

    out = []
    try:
        for x in source():
            out.append(square(x))
    except LookupError as error:
        return out, error


def case_map_and_filter_sources():
    log = []

    def note(x):
        log.append(x)
        return x

    out = []
    for x in map(note, [1, 2, 3]):
        out.append((square(x), len(log)))
    for x in filter(note, [0, 1, 2]):
        out.append((square(x), len(log)))
    return out


def case_deque():
    q = collections.deque([1, 2, 3])
    out = []
    try:
        for x in q:
            out.append(square(x))
            q.append(x)
    except RuntimeError as error:
        return out, error


def case_chain_and_islice():
    out = []
    for x in itertools.islice(itertools.chain([1, 2], [3, 4]), 3):
        out.append(square(x))
    return out


def case_defaultdict_and_counter():
    out = []
    for k, v in collections.Counter("abca").items():
        out.append(pair(k, v))
    return out


def case_ordered_dict_move():
    d = collections.OrderedDict(a=1, b=2, c=3)
    out = []
    try:
        for k in d:
            out.append(pair(k, d[k]))
            d.move_to_end("a")
    except RuntimeError as error:
        return out, error
    return out


def case_mapping_proxy():
    out = []
    for k, v in types.MappingProxyType({"a": 1}).items():
        out.append(pair(k, v))
    return out


def case_not_iterable():
    try:
        for x in 5:
            y = square(x)
    except TypeError as error:
        return error


def case_unpacking_fails():
    out = []
    try:
        for a, b in [(1, 2), (3,), (4, 5)]:
            out.append(pair(a, b))
    except ValueError as error:
        return out, error, a, b


def case_unpacking_generators():
    def gen(n):
        print("unpack", n)
        yield n
        yield n + 1

    out = []
    for a, b in [gen(1), gen(5)]:
        out.append(pair(a, b))
    return out


def case_nested_targets():
    out = []
    for i, (a, b) in enumerate([(1, 2), (3, 4)]):
        out.append(pair(a, pair(i, b)))
    return out


def case_starred_target():
    out = []
    for a, *rest in [(1, 2, 3), (4,)]:
        out.append(pair(a, len(rest)))
    return out


def case_attribute_target():
    class Box:
        pass

    box = Box()
    out = []
    for box.x in [1, 2]:
        out.append(square(box.x))
    return out, box.x


def case_subscript_target():
    slots = [0, 0]
    out = []
    for slots[len(out) % 2] in [5, 6, 7]:
        out.append(square(slots[0]))
    return out, slots


def case_while_step_loop():
    xs = [1, 2, 3]
    out = []
    i = 0
    while i < len(xs):
        out.append(square(xs[i]))
        i += 1
    return out, i


def case_while_pop():
    stack = [1, 2, 3]
    out = []
    while stack:
        x = stack.pop()
        out.append(square(x))
        if x == 3:
            stack.append(10)
    return out


def case_iter_with_sentinel():
    xs = [3, 2, 1, 0, 5]
    out = []
    for x in iter(lambda: xs.pop(0), 0):
        out.append(square(x))
    return out, xs


def case_large_loop():
    out = []
    for x in range(500):
        out.append(square(x))
    return sum(out)


def case_items_of_different_types():
    class Special(int):
        def __mul__(self, other):
            print("special")
            return -1

    out = []
    for x in [1, 2.5, True, Special(4), 3]:
        out.append(square(x))
    return out
