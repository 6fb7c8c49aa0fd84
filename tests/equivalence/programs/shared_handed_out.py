# ruff: noqa
"""What calls make and hand out while they count: functions, classes, generators, bound methods, containers."""

import collections
import functools
import itertools
import operator
import pickle
import types

from xcs_ast.testing import probe

EXTRA_CALLS = True

COUNT = {"n": 0}
KEPT = []


def slow(x):
    probe.call(x)
    return x * 2


def bump():
    COUNT["n"] += 1


class Model:
    def __init__(self, n=0):
        self.n = n
        self.log = []

    def ask(self, x):
        bump()
        self.log.append(x)
        return slow(x) + self.n


def module_level(x):
    return x + COUNT["n"]


def _codes(function):
    """The code objects of the functions that are defined in another."""
    return [c for c in function.__code__.co_consts if isinstance(c, types.CodeType)]


def case_lambda_handed_out():
    def make(x):
        bump()
        y = slow(x)
        return lambda z: (x, y, z, COUNT["n"])

    out = [make(x) for x in [1, 2, 3]]
    same = [f.__code__ is _codes(make)[0] for f in out]
    return [f(5) for f in out], same, [type(f) is types.FunctionType for f in out], [f.__code__.co_freevars for f in out]


def case_function_handed_out():
    def make(x):
        bump()
        slow(x)

        def inner(a, b=x, *, c=None):
            """Documented."""
            bump()
            return a, b, c, x

        return inner

    out = []
    for x in [1, 2, 3]:
        out.append(make(x))
    f = out[1]
    return (
        [g(0) for g in out],
        f.__qualname__,
        f.__doc__,
        f.__defaults__,
        f.__kwdefaults__,
        f.__module__ == __name__,
        f.__code__ is _codes(make)[0],
        f.__code__.co_filename == make.__code__.co_filename,
        len(f.__closure__),
        f.__globals__ is globals(),
        COUNT,
    )


def case_functions_share_a_cell():
    def make(x):
        bump()
        n = slow(x)

        def up():
            nonlocal n
            n += 1
            return n

        def get():
            return n

        return up, get

    out = []
    for x in [1, 2]:
        up, get = make(x)
        up()
        up()
        out.append((get(), up.__closure__[0] is get.__closure__[0]))
    return out


def case_function_kept_in_shared_list():
    def register(x):
        bump()
        KEPT.append(lambda: (x, COUNT["n"]))
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(register(x))
        out.append(KEPT[-1]())
    return out, [f() for f in KEPT]


def case_bound_method_handed_out():
    model = Model(5)

    def choose(x):
        bump()
        slow(x)
        return model.ask

    out = [choose(x) for x in [1, 2, 3]]
    return (
        [f(1) for f in out],
        [type(f) is types.MethodType for f in out],
        [f.__self__ is model for f in out],
        [f.__func__ is Model.ask for f in out],
        COUNT,
        model,
    )


def case_bound_method_of_fresh_object():
    def choose(x):
        bump()
        return Model(slow(x)).ask

    out = []
    for x in [1, 2, 3]:
        out.append(choose(x))
    return [f(1) for f in out], [f.__func__ is Model.ask for f in out], [f.__self__ for f in out]


def case_builtin_method_handed_out():
    items = []

    def choose(x):
        bump()
        slow(x)
        return items.append

    for x in [1, 2, 3]:
        choose(x)(x)
    return items


def case_builtin_method_of_shared_kept_in_task():
    items = []

    def ask(x):
        add = items.append
        add(slow(x))
        add(x)
        return x

    return [ask(x) for x in [1, 2, 3]], items


def case_builtin_method_called_after_the_body():
    table = {}

    def ask(x):
        get = table.get
        slow(x)
        return get("k"), get

    out, gets = [], []
    for x in [1, 2, 3]:
        value, get = ask(x)
        out.append(value)
        gets.append(get)
        table["k"] = x
    return out, [get("k") for get in gets]


def case_partial_handed_out():
    def make(x):
        bump()
        return functools.partial(Model(slow(x)).ask, x)

    out = [make(x) for x in [1, 2, 3]]
    return [f() for f in out], [f.func.__func__ is Model.ask for f in out], COUNT


def case_pickled():
    def make(x):
        bump()
        slow(x)
        return [Model(x), module_level, Model(x).ask, operator.attrgetter("n")]

    out = []
    for x in [1, 2]:
        again = pickle.loads(pickle.dumps(make(x)))
        out.append((again[0].n, again[1] is module_level, again[2](1), again[3](again[0])))
    return out


def case_class_made_in_task():
    def make(x):
        bump()
        base = type("Base", (), {"n": slow(x)})

        class Own(base):
            x_squared = x * x

            def get(self):
                return self.n, self.x_squared, x

        return Own

    out = [make(x) for x in [1, 2, 3]]
    return [c().get() for c in out], [c.__qualname__ for c in out], len(set(out))


def case_instances_of_a_class_that_counts():
    class Node:
        alive = 0

        def __init__(self, x):
            Node.alive += 1
            self.x = slow(x)
            self.children = []

        def add(self, child):
            self.children.append(child)
            return self

    def tree(x):
        return Node(x).add(Node(x + 1)).add(Node(x + 2))

    out = []
    for x in [1, 10, 20]:
        out.append(tree(x))
    return out, Node.alive


def case_generator_handed_out():
    def make(x):
        bump()
        y = slow(x)
        return (y * z + COUNT["n"] for z in range(3))

    out = []
    for x in [1, 2, 3]:
        out.append(make(x))
    return [list(g) for g in out], [type(g) is types.GeneratorType for g in out]


def case_generator_function_handed_out():
    def numbers(x):
        for z in range(3):
            bump()
            yield x, z, COUNT["n"]

    def make(x):
        slow(x)
        return numbers(x)

    out = [make(x) for x in [1, 2, 3]]
    first = [next(g) for g in out]
    return first, [list(g) for g in out], COUNT


def case_generator_started_in_task():
    def numbers(x):
        for z in range(4):
            bump()
            yield x * 10 + z

    def make(x):
        g = numbers(x)
        first = next(g)
        slow(x)
        return first, g

    out = []
    for x in [1, 2, 3]:
        first, g = make(x)
        out.append((first, next(g), g.gi_frame is not None, g.gi_code is numbers.__code__))
        KEPT.append(g)
    return out, [list(g) for g in KEPT], COUNT


def case_generator_finished_in_task():
    def numbers(x):
        bump()
        yield x
        bump()
        yield x + 1

    def ask(x):
        return list(numbers(slow(x))), sum(numbers(x))

    return [ask(x) for x in [1, 2, 3]], COUNT


def case_generator_left_unfinished():
    def numbers(x):
        try:
            yield x
            yield x + 1
        finally:
            COUNT["n"] += 100

    def ask(x):
        for n in numbers(slow(x)):
            return n, COUNT["n"]

    return [ask(x) for x in [1, 2, 3]], COUNT


def case_map_and_filter_handed_out():
    def ask(x):
        bump()
        y = slow(x)
        return map(lambda z: (z + y, COUNT["n"]), [1, 2])

    out = [ask(x) for x in [1, 2, 3]]
    COUNT["n"] = 50
    return [list(m) for m in out]


def case_coroutine_handed_out():
    async def later(x):
        bump()
        return slow(x), COUNT["n"]

    def make(x):
        bump()
        return later(x)

    out = []
    for coroutine in [make(x) for x in [1, 2, 3]]:
        try:
            coroutine.send(None)
        except StopIteration as stop:
            out.append(stop.value)
    return out


def case_shared_list_handed_out():
    def ask(x):
        KEPT.append(slow(x))
        return KEPT

    out = [ask(x) for x in [1, 2, 3]]
    return [o is KEPT for o in out], KEPT


def case_fresh_list_stored_and_handed_out():
    table = {}

    def ask(x):
        row = [slow(x)]
        table[x] = row
        row.append(x)
        return row

    out = []
    for x in [1, 2, 3]:
        row = ask(x)
        row.append("body")
        out.append(row is table[x])
    return out, table


def case_fresh_object_changed_after_storing():
    class S:
        current = None

    def ask(x):
        model = Model(x)
        S.current = model
        model.n += slow(x)
        model.log.append("stored")
        return model

    out = []
    for x in [1, 2, 3]:
        model = ask(x)
        model.n += 100
        out.append((model is S.current, S.current.n))
    return out, S.current


def case_two_results_share_a_fresh_object():
    table = {}

    def ask(x):
        row = [slow(x)]
        table.setdefault(x % 2, row).append(x)
        return row, table[x % 2]

    out = [ask(x) for x in [1, 2, 3, 4]]
    return out, table, [a is b for a, b in out]


def case_fresh_list_appended_to_shared_and_read_by_next():
    rows = [[0]]

    def ask(x):
        row = [*rows[-1], slow(x)]
        rows.append(row)
        return row

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        rows[-1].append("body")
    return out, rows


def case_view_of_shared_dict():
    table = {"a": 1}

    def ask(x):
        keys = table.keys()
        table[x] = slow(x)
        return keys, len(keys), "a" in keys

    out = [ask(x) for x in [1, 2, 3]]
    return [(list(k), n, a) for k, n, a in out]


def case_iterator_of_shared_list():
    rows = [1, 2]

    def ask(x):
        it = iter(rows)
        rows.append(slow(x))
        return list(it), it

    out = []
    for x in [1, 2, 3]:
        values, it = ask(x)
        out.append((values, next(it, "end")))
    return out


def case_list_iterator_left_open():
    rows = [1, 2, 3]

    def ask(x):
        it = iter(rows)
        next(it)
        bump()
        slow(x)
        return it

    its = [ask(x) for x in [1, 2, 3]]
    rows.append(4)
    return [list(it) for it in its]


def case_slice_copy_and_comprehension():
    rows = [3, 1, 2]

    def ask(x):
        mine = rows[:]
        mine.sort()
        rows.append(slow(x))
        return mine, [r + 1 for r in rows], sorted(rows)[-1]

    return [ask(x) for x in [1, 2, 3]], rows


def case_tuple_holding_shared():
    def ask(x):
        bump()
        return COUNT, slow(x), Model, KEPT

    out = [ask(x) for x in [1, 2, 3]]
    return [(a is COUNT, b, c is Model, d is KEPT) for a, b, c, d in out]


def case_handed_out_item_itself():
    models = [Model(n) for n in range(3)]

    def ask(model):
        model.n += slow(1)
        model.log.append(COUNT["n"])
        bump()
        return model

    out = []
    for model in models:
        out.append(ask(model))
    return [a is b for a, b in zip(out, models)], out


def case_counter_class_handed_out():
    def ask(words):
        bump()
        counts = collections.Counter(words)
        slow(len(words))
        return counts, counts.most_common(1)

    return [ask(w) for w in [["a", "b", "a"], ["c"], ["d", "d"]]]


def case_decorator_applied_in_task():
    def logged(f):
        @functools.wraps(f)
        def wrapper(*args):
            KEPT.append((f.__name__, args))
            return f(*args)

        return wrapper

    def make(x):
        bump()

        @logged
        def double(y):
            return slow(y) + x

        return double

    fs = [make(x) for x in [1, 2]]
    return [f(3) for f in fs], [f.__name__ for f in fs], [f.__wrapped__.__code__ is _codes(make)[0] for f in fs], KEPT


def case_method_made_in_init():
    class Handler:
        def __init__(self, x):
            self.x = x
            self.run = lambda y: (self.x, y, slow(y))
            self.bound = self.go
            bump()

        def go(self, y):
            return self.x + y

    def make(x):
        return Handler(x)

    out = []
    for x in [1, 2, 3]:
        h = make(x)
        out.append((h.run(5), h.bound(5), h.bound.__func__ is Handler.go, h.bound.__self__ is h))
    return out


def case_exec_and_eval_in_callee():
    def ask(x):
        space = {"COUNT": COUNT, "x": slow(x)}
        exec("COUNT['n'] += x; y = COUNT['n']", space)
        return space["y"], eval("x + 1", {"x": x})

    return [ask(x) for x in [1, 2, 3]], COUNT


def _iterators(make, change):
    """Iterators over what is shared are handed out; it changes before they are drawn from."""

    def ask(x):
        bump()
        return make()

    def drawn(it):
        try:
            return [*it]
        except RuntimeError as error:
            return str(error)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        change(x)
    return [drawn(it) for it in out]


def case_iterator_over_a_deque_handed_out():
    queue = collections.deque([1, 2])
    return _iterators(lambda: iter(queue), queue.append)


def case_iterator_over_an_iterator_over_a_deque_handed_out():
    queue = collections.deque([1, 2])
    return _iterators(lambda: itertools.islice(queue, 2), queue.append)


def case_backward_iterator_over_a_dictionary_handed_out():
    table = {1: 1, 2: 2}
    return _iterators(lambda: reversed(table), lambda x: table.update({x + 5: x}))
