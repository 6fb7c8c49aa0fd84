# ruff: noqa
"""`try`, `with`, `match`, `continue`, nesting, generators: control flow around and inside the calls."""

import contextlib

from xcs_ast.testing import probe

EXTRA_CALLS = True
RUNS_AHEAD = {"case_continue_on_item", "case_nested_loops_inner_calls"}


def calm(x):
    probe.call(x)
    return x * 2


def risky(x):
    probe.call(x)
    if x % 3 == 0:
        raise ValueError(x)
    return x * 2


def case_continue_on_item():
    out = []
    for x in [1, 2, 3, 4]:
        if x % 2:
            continue
        out.append(calm(x))
    return out


def case_continue_on_result():
    out = []
    for x in [1, 2, 3, 4]:
        y = calm(x)
        if y == 4:
            continue
        out.append(calm(y))
    return out


def case_continue_on_carried_state():
    out = []
    skip = False
    for x in [1, 2, 3, 4]:
        skip = not skip
        if skip:
            continue
        out.append(calm(x))
    return out


def case_if_else_branches():
    out = []
    for x in [1, 2, 3]:
        if x == 2:
            y = calm(x)
        else:
            y = risky(x + 3 * (x == 3) + 1)
        out.append(y)
    return out


def case_try_except_each():
    out = []
    for x in [1, 3, 2, 6]:
        try:
            y = risky(x)
        except ValueError as error:
            y = error.args
        out.append(y)
    return out


def case_try_then_second_call():
    """The handler lets the iteration go on; the second call must still be made."""
    out = []
    for x in [1, 3, 2]:
        failed = False
        try:
            y = risky(x)
        except ValueError:
            failed = True
            y = -1
        out.append((y, failed, calm(x * 100)))
    return out


def case_try_except_else_finally():
    out = []
    for x in [1, 3, 2]:
        try:
            y = risky(x)
        except ValueError:
            out.append("except")
            continue
        else:
            out.append(("else", y))
        finally:
            out.append("finally")
        out.append("after")
    return out


def case_finally_prints():
    for x in [1, 3]:
        try:
            try:
                y = risky(x)
            finally:
                print("finally", x)
        except ValueError:
            print("handled", x)


def case_finally_with_continue():
    out = []
    for x in [1, 3, 2]:
        try:
            out.append(risky(x))
        finally:
            continue
    return out


def case_finally_with_call():
    out = []
    for x in [1, 3, 2]:
        try:
            try:
                out.append(risky(x))
            finally:
                out.append(calm(x))
        except ValueError:
            out.append("lost")
    return out


def case_handler_with_call():
    out = []
    for x in [1, 3, 2]:
        try:
            out.append(risky(x))
        except ValueError:
            out.append(calm(-x))
    return out


def case_handler_reraises():
    out = []
    try:
        for x in [1, 2, 3]:
            try:
                out.append(risky(x))
            except ValueError as error:
                raise LookupError(x) from error
    except LookupError as error:
        return out, error, error.__cause__


def case_bare_except_swallows():
    out = []
    for x in [1, 3]:
        try:
            out.append(risky(x))
        except:  # noqa: E722
            out.append("swallowed")
    return out


def case_exception_variable_is_unbound_afterwards():
    for x in [3]:
        try:
            risky(x)
        except ValueError as error:
            pass
    try:
        error
    except UnboundLocalError as missing:
        return missing


class Loud:
    def __init__(self, name, swallow=False):
        self.name = name
        self.swallow = swallow

    def __enter__(self):
        print("enter", self.name)
        return self

    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind and kind.__name__)
        depth = 0
        while tb is not None:
            depth += 1
            tb = tb.tb_next
        print("depth", depth)
        return self.swallow


def case_with_around_call():
    out = []
    for x in [1, 2]:
        with Loud(x):
            out.append(calm(x))
    return out


def case_with_swallows():
    out = []
    for x in [1, 3, 2]:
        with Loud(x, swallow=True):
            out.append(risky(x))
        out.append(("after", calm(x)))
    return out


def case_with_result_used():
    out = []
    for x in [1, 2]:
        with Loud(x) as loud:
            out.append(calm(loud.name))
    return out


def case_with_call_in_header():
    def open_it(x):
        print("opening", x)
        return Loud(x)

    out = []
    for x in [1, 2]:
        with open_it(x), open_it(x + 10):
            out.append(calm(x))
    return out


def case_with_changes_what_callee_reads():
    class Mode:
        current = "off"

        def __enter__(self):
            Mode.current = "on"

        def __exit__(self, *a):
            Mode.current = "off"

    def look(x):
        return x, Mode.current

    out = []
    for x in [1, 2]:
        with Mode():
            out.append(look(x))
        out.append(look(x))
    return out


def case_suppress():
    out = []
    for x in [1, 3, 2]:
        with contextlib.suppress(ValueError):
            out.append(risky(x))
    return out


def case_contextmanager_function():
    depth = []

    @contextlib.contextmanager
    def nested(x):
        depth.append(x)
        try:
            yield len(depth)
        finally:
            depth.pop()

    def use(x):
        with nested(x) as n:
            return n

    return [use(x) for x in [1, 2, 3]]


def case_exit_stack():
    out = []
    with contextlib.ExitStack() as stack:
        for x in [1, 2]:
            out.append(calm(stack.enter_context(Loud(x)).name))
    return out


def case_redirect_stdout():
    import io

    out = []
    for x in [1, 2]:
        buffer = io.StringIO()
        with contextlib.redirect_stdout(buffer):
            print_and_return(x)
        out.append(buffer.getvalue())
    return out


def print_and_return(x):
    print("inside", x)
    return x


def case_nested_loops_inner_calls():
    out = []
    for row in [[1, 2], [3], []]:
        inner = []
        for x in row:
            inner.append(calm(x))
        out.append(inner)
    return out


def case_nested_loop_with_carried_outer():
    total = 0
    out = []
    for row in [[1, 2], [3]]:
        for x in row:
            out.append(calm(x + total))
        total += len(row)
    return out


def case_nested_break_inner():
    out = []
    for row in [[1, 2, 3], [4, 5]]:
        for x in row:
            y = calm(x)
            if x % 2 == 0:
                break
            out.append(y)
        out.append(calm(row[0]))
    return out


def case_region_in_region():
    def outer(n):
        return [inner(n, k) for k in range(3)]

    def inner(n, k):
        out = []
        for j in [1, 2]:
            out.append(calm(n * 100 + k * 10 + j))
        return out

    return [outer(n) for n in range(3)]


def case_region_in_region_with_state():
    seen = []

    def outer(n):
        return [inner(n, k) for k in range(2)]

    def inner(n, k):
        seen.append((n, k))
        return len(seen)

    return [outer(n) for n in range(3)], seen


def case_match_statement():
    def kind(x):
        match x:
            case int(n) if n > 2:
                return "big"
            case [a, *_]:
                return a
            case {"k": v}:
                return v
            case _:
                return None

    return [kind(x) for x in [1, 5, [7, 8], {"k": "v"}, "s"]]


def case_match_in_body():
    out = []
    for x in [1, (2, 3), "s"]:
        match x:
            case (a, b):
                out.append(calm(a + b))
            case int(n):
                out.append(calm(n))
            case _:
                out.append(calm("other"))
    return out


def case_match_calls_eq():
    log = []

    class E:
        def __eq__(self, other):
            log.append(other)
            return len(log) > 2

    def test(x):
        match x:
            case 1:
                return "one"
            case 2:
                return "two"
            case _:
                return "none"

    return [test(x) for x in [E(), E()]], log


def case_generator_function_with_loop():
    def produce(xs):
        for x in xs:
            yield calm(x)

    out = []
    for y in produce([1, 2, 3]):
        out.append(y)
        if y == 4:
            break
    return out


def case_generator_with_side_effects_between():
    log = []

    def produce(xs):
        for x in xs:
            log.append(("before", x))
            yield calm(x)
            log.append(("after", x))

    gen = produce([1, 2, 3])
    out = [next(gen)]
    log.append("main")
    out.append(next(gen))
    gen.close()
    return out, log


def case_loop_then_yield_results():
    def produce(xs):
        out = []
        for x in xs:
            out.append(calm(x))
        yield from out

    return list(produce([1, 2]))


def case_generator_returned_by_callee():
    log = []

    def lazy(x):
        log.append(("made", x))
        yield x
        log.append(("resumed", x))

    gens = []
    for x in [1, 2]:
        gens.append(lazy(x))
    log.append("loop done")
    return [list(g) for g in gens], log


def case_generator_returned_reads_later_state():
    base = [0]

    def lazy(x):
        return (x + base[0] for _ in range(2))

    out = []
    for x in [1, 2]:
        g = lazy(x)
        base[0] += 100
        out.append(list(g))
    return out


def case_callee_returns_iterator_over_shared():
    shared = [1, 2, 3]

    def view(x):
        return iter(shared)

    its = []
    for x in [1, 2]:
        its.append(view(x))
        shared.append(x * 100)
    return [list(i) for i in its]


def case_async_function_is_left_alone():
    import asyncio

    async def fetch(x):
        await asyncio.sleep(0)
        return x

    async def run():
        out = []
        for x in [1, 2]:
            out.append(await fetch(x))
        return out

    return asyncio.run(run())


def case_coroutines_made_in_loop():
    import asyncio

    async def fetch(x):
        return x

    async def run(cs):
        return [await c for c in cs]

    cs = []
    for x in [1, 2]:
        cs.append(fetch(x))
    return asyncio.run(run(cs))


def case_loop_in_finally():
    out = []
    try:
        raise KeyError("k")
    except KeyError:
        for x in [1, 3]:
            try:
                out.append(risky(x))
            except ValueError as error:
                out.append(error.__context__)
    finally:
        for x in [4, 5]:
            out.append(calm(x))
    return out


def case_loop_in_except_star():
    out = []
    try:
        raise ExceptionGroup("g", [ValueError(1)])
    except* ValueError as group:
        for x in [1, 2]:
            out.append(calm(x))
    return out


def case_return_in_finally_overrides():
    def run():
        try:
            for x in [1, 3]:
                y = risky(x)
        finally:
            return "override"

    return run()


def case_loop_in_lambda():
    f = lambda xs: [calm(x) for x in xs]
    return f([1, 2])


def case_unused_result():
    log = []

    def work(x):
        log.append(x)

    for x in [1, 2, 3]:
        work(x)
    return log


def case_unused_result_pure():
    for x in [1, 2, 3]:
        calm(x)


def case_pass_through_none():
    out = []
    for x in [None, 0, ""]:
        out.append(keep(x))
    return out


def keep(x):
    return x
