# ruff: noqa
"""Straight-line code: several calls in a row or in one expression."""

from xcs_ast.testing import probe

EXTRA_CALLS = True
RUNS_AHEAD = {"case_two_independent_calls", "case_one_expression"}

STATE = {"n": 0}


def a(x):
    probe.call(("a", x))
    return x + 1


def b(x):
    probe.call(("b", x))
    return x * 2


def write(x):
    STATE["n"] += x
    return STATE["n"]


def read(x):
    return STATE["n"] + x


def fail(x):
    raise ValueError(x)


def case_two_independent_calls():
    uid = 5
    user = a(uid)
    orders = b(uid)
    return user, orders


def case_one_expression():
    x = 3
    return a(x) + b(x) * a(x)


def case_writes_then_reads():
    x = 1
    one = write(x)
    two = read(x)
    three = write(x)
    return one, two, three


def case_reads_then_writes():
    x = 1
    one = read(x)
    two = write(x)
    three = read(x)
    return one, two, three


def case_expression_with_conflict():
    x = 1
    return read(x) + write(x) * read(x)


def case_first_fails():
    x = 1
    try:
        one = fail(x)
        two = write(x)
    except ValueError as error:
        return error, STATE


def case_second_fails_first_visible():
    x = 1
    try:
        one = write(x)
        two = fail(x)
    except ValueError as error:
        return error, one, STATE


def case_both_fail():
    x = 1
    try:
        one = fail(x)
        two = fail(x + 1)
    except ValueError as error:
        return error


def case_statement_between_changes_argument():
    xs = [1]
    one = total(xs)
    xs.append(one)
    two = total(xs)
    xs.append(two)
    three = total(xs)
    return one, two, three


def total(xs):
    return sum(xs)


def case_rebound_between():
    x = 1
    one = a(x)
    x = 10
    two = b(x)
    return one, two


def case_return_between():
    x = 1
    one = a(x)
    if one:
        return one
    return write(x)


def case_method_calls_on_one_object():
    class Account:
        def __init__(self):
            self.balance = 0

        def deposit(self, n):
            self.balance += n
            return self.balance

        def look(self, n):
            return self.balance + n

    acc = Account()
    n = 5
    first = acc.deposit(n)
    second = acc.look(n)
    third = acc.deposit(n)
    return first, second, third


def case_two_objects():
    class Cell:
        def __init__(self):
            self.v = 0

        def put(self, n):
            self.v += n
            return self.v

    p, q = Cell(), Cell()
    n = 2
    one = p.put(n)
    two = q.put(n)
    q = p
    three = p.put(n)
    four = q.put(n)
    return one, two, three, four


def case_call_result_attribute_set_between():
    class Box:
        v = 1

    box = Box()

    def get(o):
        return o.v

    one = get(box)
    box.v = 7
    two = get(box)
    return one, two


def case_print_between():
    x = 1
    one = a(x)
    print("between", one)
    two = b(x)
    print("after", two)
    return one, two


def case_printing_callees():
    def say(x):
        print(x)
        return x

    x = "x"
    y = "y"
    one = say(x)
    two = say(y)
    return one, two


def case_first_call_rebinds_second():
    global later

    def rebind(x):
        global later
        later = lambda v: ("new", v)
        return x

    later = a
    x = 1
    one = rebind(x)
    two = later(x)
    return one, two


def case_augmented_and_annotated():
    x = 1
    total: int = a(x)
    total += b(x)
    return total


def case_tuple_of_calls():
    x = 1
    return a(x), b(x), [a(x), {b(x): a(x)}]


def case_call_arguments_are_calls():
    x = 1
    return max(a(x), b(x)), a(b(x))


def case_nested_in_condition():
    x = 1
    if a(x) > b(x):
        return "more"
    return "not more"


def case_deleted_between():
    xs = [1, 2]
    one = total(xs)
    del xs[0]
    two = total(xs)
    return one, two


def case_unbound_in_second():
    x = 1
    try:
        one = a(x)
        two = b(missing)  # noqa: F821
    except NameError as error:
        return error


def case_unbound_local_in_second():
    x = 1
    if x > 5:
        y = 0
    try:
        one = a(x)
        two = b(y)
    except UnboundLocalError as error:
        return error, one


def case_closure_variable_changes():
    k = 1

    def get(x):
        return x + k

    x = 1
    one = get(x)
    k = 10
    two = get(x)
    return one, two


def case_nonlocal_set_by_first():
    k = 1

    def put(x):
        nonlocal k
        k = x * 100
        return k

    def get(x):
        return k

    x = 2
    one = put(x)
    two = get(x)
    return one, two


def case_global_statement_between():
    global GLOBAL
    GLOBAL = 1

    def get(x):
        return GLOBAL

    x = 0
    one = get(x)
    GLOBAL = 2
    two = get(x)
    return one, two


def case_iterator_argument():
    it = iter([1, 2, 3])

    def take(i):
        return next(i)

    one = take(it)
    two = take(it)
    three = take(it)
    return one, two, three


def case_with_block():
    class Loud:
        def __enter__(self):
            STATE["n"] = 50
            return self

        def __exit__(self, *a):
            STATE["n"] = 0

    x = 1
    with Loud():
        one = read(x)
        two = a(x)
    three = read(x)
    return one, two, three


def case_walrus_between():
    x = 1
    y = (z := a(x)) + b(x)
    return y, z, b(z)


def case_short_circuit():
    x = 0
    return (a(x) and b(x)), (x and write(1)), (a(x) or write(1)), STATE


def case_lambda_called_later():
    x = 1
    f = lambda: write(x)
    one = a(x)
    two = b(x)
    return one, two, STATE


def case_starred_call():
    args = [1]
    one = a(*args)
    args.append(5)
    try:
        two = a(*args)
    except TypeError as error:
        return one, error
