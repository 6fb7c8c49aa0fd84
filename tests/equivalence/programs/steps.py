# ruff: noqa
"""`while` loops that step through a sequence, and those that only look as if they did."""

from xcs_ast.testing import probe

EXTRA_CALLS = {"case_shrinks", "case_exception_in_the_middle"}
RUNS_AHEAD = {"case_plain", "case_number", "case_else", "case_two_calls", "case_in_method", "case_nested"}


def work(x):
    probe.call(x)
    return x * 2


def case_plain():
    xs = [1, 2, 3, 4, 5]
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        i += 1
    return out, i


def case_number():
    xs = (5, 4, 3, 2)
    out = []
    i = 1
    n = 3
    while i < n:
        out.append(work(xs[i]))
        i += 1
    return out, i


def case_else():
    xs = "abc"
    out = []
    i = 0
    while i < len(xs):
        y = work(xs[i])
        if y == "bb":
            out.append("skipped")
        else:
            out.append(y)
        i += 1
    else:
        out.append(("else", i))
    return out, y


def case_two_calls():
    xs = [3, 1, 2]
    out = []
    i = 0
    while i < len(xs):
        a = work(xs[i])
        b = work(a + i)
        out.append((a, b))
        i += 1
    return out, a, b, i


class Holder:
    def __init__(self, xs):
        self.xs = xs

    def run(self):
        xs = self.xs
        out = []
        i = 0
        while i < len(xs):
            out.append(work(xs[i]))
            i += 1
        return out


def case_in_method():
    return Holder([7, 8, 9]).run()


def case_nested():
    rows = [[1, 2], [3, 4], [5]]
    out = []
    i = 0
    while i < len(rows):
        out.append(work(i))
        for x in rows[i]:
            out.append(work(x))
        i += 1
    return out


def case_empty():
    xs = []
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        i += 1
    return out, i


def case_starts_behind_the_end():
    xs = [1]
    i = 5
    out = []
    while i < len(xs):
        out.append(work(xs[i]))
        i += 1
    return out, i


def case_negative_start():
    xs = [1, 2, 3]
    i = -2
    out = []
    while i < len(xs):
        out.append(work(xs[i]))
        i += 1
    return out, i


def case_grows():
    xs = [1, 2]
    out = []
    i = 0
    while i < len(xs):
        y = work(xs[i])
        if y < 20:
            xs.append(y * 3)
        out.append(y)
        i += 1
    return out, xs, i


def case_shrinks():
    xs = [1, 2, 3, 4, 5, 6]
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        if len(xs) > 3:
            xs.pop()
        i += 1
    return out, xs, i


def case_counter_also_moves_elsewhere():
    xs = [1, 2, 3, 4, 5, 6]
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        if xs[i] % 2:
            i += 1
        i += 1
    return out, i


def case_continue_before_the_step():
    xs = [1, 2, 3, 4]
    out = []
    i = 0
    seen = 0
    while i < len(xs):
        y = work(xs[i])
        if seen < 2:
            seen += 1
            continue
        out.append(y)
        i += 1
    return out, i


def case_limit_reassigned():
    xs = [1, 2, 3, 4]
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        if i == 1:
            xs = [9, 9, 9]
        i += 1
    return out, i


def case_exception_in_the_middle():
    xs = [1, 2, None, 4]
    out = []
    i = 0
    try:
        while i < len(xs):
            out.append(work(xs[i]) + 1)
            i += 1
    except TypeError as error:
        out.append(str(error))
    return out, i


class Sized:
    def __init__(self):
        self.asked = 0

    def __len__(self):
        self.asked += 1
        probe.call("len")
        return 3

    def __getitem__(self, i):
        return i * 10


def case_limit_is_user_object():
    xs = Sized()
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        i += 1
    return out, xs.asked


class Count(int):
    def __lt__(self, other):
        probe.call("lt")
        return int.__lt__(self, other)


def case_counter_is_a_subclass():
    xs = [1, 2, 3]
    out = []
    i = Count(0)
    while i < len(xs):
        out.append(work(xs[i]))
        i += 1
    return out, type(i).__name__


def case_float_limit():
    xs = [1, 2, 3, 4]
    out = []
    i = 0
    n = 2.5
    while i < n:
        out.append(work(xs[i]))
        i += 1
    return out, i


def case_callee_moves_the_counter():
    xs = [1, 2, 3, 4, 5]
    out = []
    i = 0

    def skip(x):
        nonlocal i
        probe.call(x)
        if x == 2:
            i += 1
        return x

    while i < len(xs):
        out.append(skip(xs[i]))
        i += 1
    return out, i


def case_generator_in_between():
    def steps(xs):
        i = 0
        while i < len(xs):
            yield work(xs[i])
            i += 1

    return list(steps([1, 2, 3]))


def case_break():
    xs = [1, 2, 3, 4]
    out = []
    i = 0
    while i < len(xs):
        y = work(xs[i])
        if y > 4:
            break
        out.append(y)
        i += 1
    return out, i


def case_body_changes_an_alias():
    holder = Holder([1, 2, 3])
    xs = holder.xs
    out = []
    i = 0
    while i < len(xs):
        out.append(work(xs[i]))
        holder.xs[-1] = i * 100
        i += 1
    return out, i


def case_closure_sees_the_counter():
    xs = [1, 2, 3, 4]
    out = []
    i = 0
    current = lambda: i
    while i < len(xs):
        out.append((work(xs[i]), current()))
        i += 1
    return out


def case_dict_grows():
    d = {0: "a", 1: "b", 2: "c"}
    out = []
    i = 0
    while i < len(d):
        out.append(work(d[i]))
        if i == 0:
            d[3] = "z"
        i += 1
    return out, i
