# ruff: noqa
"""Comprehensions of each kind, with conditions that have side effects, and the consumers of generators."""

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_list", "case_dict", "case_set", "case_condition_on_item", "case_sum_of_generator"}

LOG = []


def calm(x):
    probe.call(x)
    return x * 2


def note(x):
    LOG.append(x)
    return x


def odd(x):
    LOG.append(("odd", x))
    return x % 2


def case_list():
    return [calm(x) for x in [3, 1, 2]]


def case_set():
    return {calm(x) % 4 for x in [3, 1, 2, 5]}


def case_dict():
    return {x: calm(x) for x in "cab"}


def case_dict_duplicate_keys():
    return {x % 2: calm(x) for x in [1, 2, 3, 4]}


def case_dict_key_and_value_order():
    return {note(("k", x)): note(("v", x)) for x in [1, 2]}, LOG


def case_dict_key_from_call():
    return {calm(x): note(x) for x in [2, 1]}, LOG


def case_condition_on_item():
    return [calm(x) for x in [1, 2, 3, 4] if x % 2]


def case_condition_with_side_effects():
    return [calm(x) for x in [1, 2, 3] if odd(x)], LOG


def case_condition_on_result():
    return [x for x in [1, 2, 3] if calm(x) > 2]


def case_two_conditions():
    return [calm(x) for x in [1, 2, 3, 4] if odd(x) if note(x) > 1], LOG


def case_condition_reads_what_element_writes():
    seen = set()

    def mark(x):
        seen.add(x)
        return x

    return [mark(x) for x in [1, 2, 1, 3, 2] if x not in seen]


def case_seen_add_idiom():
    seen = set()
    return [x for x in [1, 2, 1, 3] if not (x in seen or seen.add(x))]


def case_nested_for():
    return [calm((x, y)) for x in [1, 2] for y in "ab" if x]


def case_nested_comprehension():
    return [[calm(y) for y in range(x)] for x in [1, 2, 3]]


def case_comprehension_in_argument():
    return calm([calm(x) for x in [1, 2]])


def case_sum_of_generator():
    return sum(calm(x) for x in [0.1, 0.2, 0.3])


def case_max_with_key():
    return max((calm(x) for x in [1, 3, 2]), key=note), LOG


def case_join_of_generator():
    return ",".join(str(calm(x)) for x in [1, 2])


def case_dict_of_generator():
    return dict((x, calm(x)) for x in "ba")


def case_sorted_of_generator():
    return sorted(calm(x) for x in [2, 1])


def case_tuple_set_frozenset():
    return tuple(calm(x) for x in "ab"), set(calm(x) for x in "ab") == {"aa", "bb"}, frozenset(calm(x) for x in [1])


def case_generator_unfinished():
    gen = (note(x) for x in [1, 2, 3])
    first = next(gen)
    return first, LOG


def case_generator_late():
    k = 1
    gen = (calm(x) + k for x in [1, 2])
    k = 100
    return list(gen)


def case_consumer_shadowed():
    def sum(it):
        return next(iter(it))

    return sum(calm(x) for x in [1, 2, 3])


def case_consumer_that_stops_early():
    return any(note(x) for x in [0, 1, 2]), all(note(x) for x in [1, 0, 1]), LOG


def case_unpacked_generator():
    a, b = (calm(x) for x in [1, 2])
    return a, b


def case_starred_generator():
    return [*(calm(x) for x in [1, 2]), *[calm(x) for x in [3]]]


def case_unpacking_too_many():
    try:
        a, b = (note(x) for x in [1, 2, 3, 4])
    except ValueError as error:
        return error, LOG


def case_comprehension_in_class_body():
    class A:
        xs = [calm(x) for x in [1, 2]]

    return A.xs


def case_comprehension_in_default():
    def f(v=[calm(x) for x in [1, 2]]):
        return v

    return f() is f()


def case_comprehension_raises():
    try:
        return [1 // note(x) for x in [1, 0, 2]]
    except ZeroDivisionError as error:
        return error, LOG


def case_comprehension_raises_in_callee():
    def div(x):
        return 1 // x

    try:
        return {x: div(x) for x in [1, 0, 2]}
    except ZeroDivisionError as error:
        return error


def case_comprehension_with_lambda():
    fs = [lambda: x for x in [1, 2]]
    return [f() for f in fs], [f() for f in [lambda v=calm(x): v for x in [1, 2]]]


def case_unhashable_key():
    def key(x):
        return [x]

    try:
        return {key(x): note(x) for x in [1, 2]}
    except TypeError as error:
        return error, LOG


def case_set_keeps_first_equal():
    def number(x):
        return x

    return [type(v).__name__ for v in {number(x) for x in [1, 1.0, True]}]


def case_dict_keeps_first_key():
    def number(x):
        return x

    return [(type(k).__name__, v) for k, v in {number(x): x for x in [1, 1.0, True]}.items()]


def case_map_builtin():
    return list(map(note, [1, 2, 3])), list(map(calm, [1, 2])), LOG


def case_filter_builtin():
    return list(filter(odd, [1, 2, 3])), LOG


def case_iterable_expression_evaluated_once():
    def source():
        LOG.append("source")
        return [1, 2]

    return [calm(x) for x in source()], LOG


def case_iterable_is_carried():
    xs = [1]
    for _ in range(3):
        xs = [calm(x) for x in xs] + [1]
    return xs


def case_result_list_visible_to_callee():
    out = []

    def look(x):
        return len(out)

    out += [look(x) for x in [1, 2]]
    out += [look(x) for x in [1, 2]]
    return out


def case_recursive_comprehension():
    def walk(t):
        return [walk(c) for c in t] if isinstance(t, list) else calm(t)

    return walk([1, [2, [3]], []])


def case_enumerate_and_zip():
    return [calm(i + x) for i, x in enumerate([5, 6], 1)], [calm(a * b) for a, b in zip([1, 2], [3, 4, 5])]
