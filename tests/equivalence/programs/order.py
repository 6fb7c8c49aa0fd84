# ruff: noqa
"""Order inside one expression, and operands that may never be evaluated."""

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_independent_operands"}
EXTRA_CALLS = {"case_duplicate_keyword"}
"""It raises, in the first task."""

LOG = []


def note(x):
    LOG.append(x)
    return x


def calm(x):
    probe.call(x)
    return x


def case_arguments_left_to_right():
    out = []
    for x in [1, 2]:
        out.append(f(note(("a", x)), note(("b", x)), k=note(("c", x))))
    return out, LOG


def f(*args, **kwargs):
    return len(LOG), args, kwargs


def case_function_expression_first():
    def get(x):
        note(("function", x))
        return f

    out = []
    for x in [1, 2]:
        out.append(get(x)(note(x)))
    return out, LOG


def case_read_after_call():
    class Y:
        a = 0

    y = Y()

    def bump(x):
        y.a += x
        return x

    out = []
    for x in [1, 2]:
        out.append(bump(x) + y.a)
    for x in [1, 2]:
        out.append(y.a + bump(x))
    return out


def case_attribute_read_before_later_call():
    class Y:
        a = 1

    y = Y()
    out = []
    for x in [1, 2, 3]:
        out.append((y.a, calm(x)))
        y.a = x * 10
    return out


def case_store_order():
    log = []

    class D(dict):
        def __setitem__(self, k, v):
            log.append(("set", k, v))

    class Self:
        @property
        def d(self):
            log.append("d")
            return D()

    def k(x):
        log.append(("k", x))
        return x

    def v(x):
        log.append(("v", x))
        return x

    self = Self()
    for x in [1, 2]:
        self.d[k(x)] = v(x)
    return log


def case_chained_targets():
    out = {}
    for x in [1, 2]:
        a = out[note(x)] = calm(x)
    return out, a, LOG


def case_augmented_reads_first():
    values = {"n": 1}

    def touch(x):
        values["n"] = 100
        return x

    for x in [1, 2]:
        values["n"] += touch(x)
    return values


def case_short_circuit_and():
    out = []
    for x in [0, 1, 2]:
        out.append(x and calm(x))
    return out


def case_short_circuit_or():
    out = []
    for x in [0, 1, 2]:
        out.append(x or calm(("or", x)))
    return out


def case_short_circuit_on_result():
    out = []
    for x in [0, 1, 2]:
        out.append(calm(x) and calm(x * 10))
    return out


def case_conditional_expression():
    out = []
    for x in [0, 1, 2]:
        out.append(calm("yes") if x else calm("no"))
    return out


def case_comparison_chain_stops():
    out = []
    for x in [0, 5]:
        out.append(3 < x < calm(10))
    return out


def case_comparison_chain_middle():
    out = []
    for x in [0, 5, 50]:
        out.append(1 < calm(x) < calm(("never for small", x))[1] + 1 if x else None)
    return out


def case_any_all():
    return any(calm(x) > 1 for x in [1, 2, 3]), all(calm(x) < 2 for x in [1, 2, 3])


def case_next_of_generator():
    return next(calm(x) for x in [1, 2, 3])


def case_independent_operands():
    out = []
    for x in [1, 2]:
        out.append(calm(x) + calm(x * 10) * calm(x * 100))
    return out


def case_dependent_operands():
    out = []
    for x in [1, 2]:
        out.append(note(x) + len(LOG) * note(x))
    return out


def case_dict_display_order():
    out = []
    for x in [1, 2]:
        out.append({note(("k", x)): note(("v", x)), note(("k2", x)): calm(x)})
    return out, LOG


def case_starred_and_double_starred():
    out = []
    for x in [1, 2]:
        out.append(f(*[note(x)], *note([x, x]), **{"a": note("a")}, b=note("b")))
    return out, LOG


def case_duplicate_keyword():
    def two(**kw):
        return kw

    try:
        for x in [1, 2]:
            y = two(a=calm(x), **{"a": note(x)})
    except TypeError as error:
        return error, LOG


def case_default_argument_evaluated_once():
    out = []
    for x in [1, 2]:
        def g(v=note(x)):
            return v

        out.append(g())
        out.append(g())
    return out, LOG


def case_subscript_then_call():
    table = {1: calm, 2: note}
    out = []
    for x in [1, 2, 1]:
        out.append(table[x](x))
        table[1] = note
    return out, LOG


def case_call_in_slice():
    xs = list(range(10))
    out = []
    for x in [1, 2]:
        out.append(xs[calm(x) : note(5) : calm(1)])
    return out, LOG


def case_call_in_format():
    out = []
    for x in [1, 2]:
        out.append(f"{calm(x)}{note(x)!r:>{calm(4)}}{calm(x)=}")
    return out, LOG


def case_call_in_assert():
    out = []
    try:
        for x in [1, 2, 3]:
            assert calm(x) < 3, calm(f"message {x}")
            out.append(x)
    except AssertionError as error:
        return out, error


def case_call_in_raise():
    out = []
    try:
        for x in [1, 2]:
            y = calm(x)
            if y == 2:
                raise ValueError(calm("argument"))
            out.append(y)
    except ValueError as error:
        return out, error


def case_call_in_del():
    d = {1: "a", 2: "b", 3: "c"}
    for x in [1, 2]:
        del d[calm(x)]
    return d


def case_call_in_lambda_not_called():
    out = []
    for x in [1, 2]:
        out.append(lambda: calm("never"))
    return len(out)


def case_print_arguments():
    for x in [1, 2]:
        print(calm(x), note(x), sep=calm("-"))


def case_print_before_and_after():
    for x in [1, 2]:
        print("before", x)
        y = calm(x)
        print("after", y)


def case_tuple_assignment_with_call():
    a = b = 0
    out = []
    for x in [1, 2]:
        a, b = calm(b), calm(x)
        out.append((a, b))
    return out


def case_assignment_then_mutation_then_call():
    acc = [0]
    out = []
    for x in [1, 2, 3]:
        prompt = f"{x}:{acc[-1]}"
        acc.append(x)
        out.append(calm(prompt))
    return out


def case_value_read_before_body_changes_it():
    acc = [0]
    out = []
    for x in [1, 2, 3]:
        acc.append(x)
        out.append(calm(len(acc)))
    return out


def case_two_statements_swap():
    left, right = [1], [2]
    out = []
    for x in [10, 20]:
        a = total(left)
        left.append(x)
        b = total(right)
        right.append(a)
        out.append((a, b))
    return out


def total(xs):
    return sum(xs)


def case_matmul_and_inplace():
    class M:
        def __init__(self, v):
            self.v = v

        def __matmul__(self, other):
            return M(note(self.v) + other.v)

    m = M(1)
    for x in [1, 2]:
        m @= M(calm(x))
    return m.v, LOG
