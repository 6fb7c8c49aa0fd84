# ruff: noqa
"""Names: closures, globals, cells, the loop variable and what becomes of it."""

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_loop_variable_afterwards", "case_nested_function_with_free_variable"}

FACTOR = 2


def times(x):
    probe.call(x)
    return x * FACTOR


def case_loop_variable_afterwards():
    for x in [1, 2, 3]:
        y = times(x)
    return x, y


def case_loop_variable_reassigned():
    out = []
    for x in [1, 2, 3]:
        x = x + 10
        out.append(times(x))
        x = "gone"
    return out, x


def case_loop_variable_deleted():
    out = []
    for x in [1, 2, 3]:
        out.append(times(x))
        del x
    try:
        x
    except UnboundLocalError as error:
        return out, error


def case_late_binding_closures():
    fs = []
    for x in [1, 2, 3]:
        y = times(x)
        fs.append(lambda: (x, y))
    return [f() for f in fs]


def case_closure_called_in_loop():
    out = []
    for x in [1, 2, 3]:
        def inner():
            return x * 100

        out.append(times(inner()))
    return out


def case_callee_reads_loop_variable():
    out = []

    def look(_):
        return x

    for x in [1, 2, 3]:
        out.append(look("ignored"))
    return out


def case_callee_reads_result_variable():
    y = 0

    def look(x):
        return x + y

    for x in [1, 2, 3]:
        y = look(x)
    return y


def case_nonlocal_in_nested():
    total = 0

    def add(x):
        nonlocal total
        total += x
        return total

    out = []
    for x in [1, 2, 3]:
        out.append(add(x))
    return out, total


def case_two_closures_share_a_cell():
    n = 0

    def up(x):
        nonlocal n
        n += x
        return n

    def look():
        return n

    out = []
    for x in [1, 2, 3]:
        out.append(look())
        up(x)
    return out


def case_closures_made_in_a_loop_each_called():
    def make(n):
        def call(x):
            return n * x

        return call

    out = []
    for f in [make(i) for i in range(4)]:
        out.append(f(10))
    return out


def case_closures_sharing_one_cell_each_called():
    fs = []
    count = [0]
    for i in range(3):
        def call(x, i=i):
            count[0] += i
            return count[0] + x

        fs.append(call)
    out = []
    for f in fs:
        out.append(f(10))
    return out


def case_nested_function_with_free_variable():
    k = 3

    def call(x):
        return x * k

    return [call(x) for x in [1, 2]]


def case_free_variable_changes_in_body():
    k = 3

    def call(x):
        return x * k

    out = []
    for x in [1, 2, 3]:
        out.append(call(x))
        k += 1
    return out


def case_global_rebound_by_body():
    global FACTOR
    out = []
    for x in [1, 2, 3]:
        out.append(times(x))
        FACTOR += 1
    return out, FACTOR


def case_global_loop_variable():
    global url

    def fetch():
        return f"<{url}>"

    out = []
    for url in ["a", "b"]:
        out.append(fetch())
    return out, url


def case_callee_monkeypatched_in_mid_loop():
    global helper
    helper = times
    out = []
    for x in [1, 2, 3, 4]:
        out.append(helper(x))
        if x == 2:
            helper = str
    return out


def helper(x):
    return x


def inner_helper(x):
    return ("old", x)


def calls_inner(x):
    return inner_helper(x)


def case_callees_callee_monkeypatched():
    out = []
    global inner_helper
    saved = inner_helper
    for x in [1, 2, 3]:
        out.append(calls_inner(x))
        if x == 1:
            inner_helper = lambda v: ("new", v)
    inner_helper = saved
    return out


def case_code_of_callee_replaced():
    def victim(x):
        return ("old", x)

    def other(x):
        return ("new", x)

    out = []
    for x in [1, 2, 3]:
        out.append(victim(x))
        victim.__code__ = other.__code__
    return out


def case_defaults_of_callee_replaced():
    def victim(x, y=1):
        return x, y

    out = []
    for x in [1, 2, 3]:
        out.append(victim(x))
        victim.__defaults__ = (x * 10,)
    return out


def case_method_monkeypatched_on_class():
    class Model:
        def run(self, x):
            return ("old", x)

    out = []
    for m in [Model(), Model(), Model()]:
        out.append(m.run(1))
        Model.run = lambda self, x: ("new", x)
    return out


def case_method_monkeypatched_on_instance():
    class Model:
        def run(self, x):
            return ("class", x)

    models = [Model(), Model(), Model()]
    out = []
    for i, m in enumerate(models):
        out.append(m.run(i))
        models[-1].run = lambda x: ("instance", x)
    return out


def case_class_of_instance_changed():
    class A:
        def run(self):
            return "A"

    class B:
        def run(self):
            return "B"

    models = [A(), A(), A()]
    out = []
    for m in models:
        out.append(m.run())
        models[-1].__class__ = B
    return out


def case_builtin_shadowed_in_mid_loop():
    global len
    out = []
    try:
        for x in ["a", "bb", "ccc"]:
            out.append(_size(x))
            len = lambda v: -1
    finally:
        del len
    return out


def _size(x):
    return len(x)


def case_locals_is_unchanged():
    out = []
    for x in [1, 2]:
        out.append(times(x))
    return sorted(locals())


def case_dir_is_unchanged():
    y = [times(x) for x in [1, 2]]
    return dir(), sorted(vars())


def case_class_namespace():
    class Body:
        values = []
        for x in [1, 2]:
            values.append(times(x))
        doubled = [times(v) for v in [3]]

    return sorted(k for k in vars(Body) if not k.startswith("__")), Body.values, Body.x


def case_eval_in_callee():
    secret = [0]

    def run(code):
        return eval(code, {"s": secret})

    out = []
    for code in ["s.append(1)", "len(s)", "s.append(2)", "len(s)"]:
        out.append(run(code))
    return out


def case_exec_in_callee():
    space = {"n": 0}

    def run(code):
        exec(code, space)
        return space["n"]

    return [run("n += 1") for _ in range(3)]


def case_lambda_default_captures():
    fs = []
    for x in [1, 2, 3]:
        fs.append(lambda x=times(x): x)
    return [f() for f in fs]


def case_walrus_in_argument():
    out = []
    for x in [1, 2, 3]:
        out.append(times(y := x + 1))
        out.append(y)
    return out, y


def case_walrus_in_condition():
    out = []
    for x in [1, 2, 3]:
        if (y := times(x)) > 2:
            out.append(y)
    return out, y


def case_walrus_leaks_from_comprehension():
    out = [last := times(x) for x in [1, 2, 3]]
    return out, last


def case_comprehension_variable_does_not_leak():
    x = "outer"
    out = [times(x) for x in [1, 2]]
    return out, x


def case_name_mangling():
    class Model:
        def __init__(self):
            self.__bias = 5

        def __secret(self, x):
            return x + self.__bias

        def run(self, xs):
            out = []
            for x in xs:
                out.append(self.__secret(x))
            return out

    return Model().run([1, 2, 3])


def case_name_mangling_with_write():
    class Model:
        def __init__(self):
            self.__n = 5

        def __next(self, x):
            self.__n += x
            return self.__n

        def run(self, xs):
            return [self.__next(x) for x in xs]

    return Model().run([1, 2, 3])


def case_recursive_function():
    def tree(n):
        out = [n]
        for child in range(n):
            out.append(tree(child))
        return out

    return tree(5)


def case_recursion_with_shared_memo():
    memo = {}

    def fib(n):
        if n in memo:
            return memo[n]
        value = n if n < 2 else sum([fib(n - k) for k in [1, 2]])
        memo[n] = value
        return value

    out = []
    for n in [5, 10, 20]:
        out.append(fib(n))
    return out, list(memo)


def case_import_in_callee():
    def use(x):
        import colorsys

        return colorsys.rgb_to_hsv(x, 0.5, 0.25)[1]

    out = []
    for x in [0.1, 0.9]:
        out.append(use(x))
    return out


def case_del_of_global_in_body():
    global temporary
    temporary = [1]

    def look(x):
        return x, temporary

    out = []
    try:
        for x in [1, 2]:
            out.append(look(x))
            del temporary
    except NameError as error:
        return out, error


def case_global_appears_in_mid_loop():
    def look(x):
        try:
            return appears  # noqa: F821
        except NameError:
            return "not yet"

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        globals()["appears"] = x
    del globals()["appears"]
    return out
