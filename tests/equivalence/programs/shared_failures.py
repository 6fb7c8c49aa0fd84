# ruff: noqa
"""Calls that raise in the middle, loops that are left, and what must then be as if later calls had never been."""

import contextlib
import json
import os
import traceback

from xcs_ast.testing import probe

EXTRA_CALLS = True
RECORDED_AHEAD = {
    "case_failure_in_the_middle",
    "case_failure_after_writes",
    "case_each_failure_caught",
    "case_failure_caught_in_the_callee",
    "case_failure_with_context",
    "case_all_fail",
    "case_comprehension_fails",
    "case_finally_in_callee",
    "case_finally_in_body",
    "case_print_then_fail",
    "case_block_fails",
    "case_traceback_lines",
    "case_failure_of_the_body",
    "case_error_object_shared",
    "case_what_failures_of_c_code_hold",
}

LOG = []
COUNT = 0


class Fault(Exception):
    pass


def slow(x):
    probe.call(x)
    return x * 2


class Client:
    def __init__(self, fails=()):
        self.calls = 0
        self.done = []
        self.fails = fails

    def ask(self, x):
        self.calls += 1
        answer = slow(x)
        if x in self.fails:
            raise Fault(x)
        self.done.append(x)
        return answer


def case_failure_in_the_middle():
    client = Client([3])
    out = []
    try:
        for x in [1, 2, 3, 4, 5]:
            out.append(client.ask(x))
    except Fault as error:
        out.append(error)
    return out, client


def case_failure_after_writes():
    state = {"n": 0, "log": []}

    def ask(x):
        state["n"] += 1
        state["log"].append(x)
        answer = slow(x)
        if x == 2:
            raise Fault(x, state["n"])
        state["log"].append(answer)
        return answer

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(ask(x))
    except Fault as error:
        out.append(error.args)
    return out, state


def case_each_failure_caught():
    client = Client([2, 4])
    out = []
    for x in [1, 2, 3, 4, 5]:
        try:
            out.append(client.ask(x))
        except Fault as error:
            out.append((error, client.calls))
    return out, client


def case_failure_caught_in_the_callee():
    client = Client([1, 3])

    def safe(x):
        try:
            return client.ask(x)
        except Fault as error:
            client.done.append(-x)
            return str(error)

    return [safe(x) for x in [1, 2, 3, 4]], client


def case_failure_with_context():
    client = Client([2])

    def wrapped(x):
        try:
            return client.ask(x)
        except Fault as error:
            raise RuntimeError("wrapped", x) from error

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(wrapped(x))
        except RuntimeError as error:
            out.append(error)
    return out, client


def case_all_fail():
    client = Client(range(10))
    out = []
    for x in [1, 2, 3]:
        with contextlib.suppress(Fault):
            out.append(client.ask(x))
        out.append("after")
    return out, client


def case_comprehension_fails():
    client = Client([3])
    try:
        return [client.ask(x) for x in [1, 2, 3, 4]]
    except Fault as error:
        return error, client


def case_finally_in_callee():
    state = {"open": 0, "most": 0}

    def ask(x):
        state["open"] += 1
        try:
            if x == 2:
                raise Fault(x)
            return slow(x)
        finally:
            state["open"] -= 1

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except Fault as error:
            out.append(error)
    return out, state


def case_finally_in_body():
    client = Client([2])
    out = []
    for x in [1, 2, 3]:
        try:
            out.append(client.ask(x))
        except Fault:
            out.append("fault")
        finally:
            out.append(client.calls)
    return out, client


def case_print_then_fail():
    def ask(x):
        print("asking", x)
        answer = slow(x)
        if x == 2:
            print("bad", x)
            raise Fault(x)
        print("good", x)
        return answer

    try:
        for x in [1, 2, 3]:
            ask(x)
    except Fault:
        print("caught")


def case_block_fails():
    client = Client([2])
    try:
        a = client.ask(1)
        b = client.ask(2)
        c = client.ask(3)
    except Fault as error:
        return error, client
    return a, b, c


def case_traceback_lines():
    client = Client([2])

    def outer(x):
        return client.ask(
            x
        )

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(outer(x))
        except Fault as error:
            text = traceback.format_exc()
            frames = [(f.name, f.lineno, f.line) for f in traceback.extract_tb(error.__traceback__)]
            out.append((text, frames))
    return out, client


def case_failure_of_the_body():
    client = Client()
    out = []
    try:
        for x in [1, 2, 3]:
            answer = client.ask(x)
            out.append(10 // (answer - 4))
    except ZeroDivisionError as error:
        out.append(error)
    return out, client


def case_error_object_shared():
    failure = Fault("the same")
    state = {"n": 0}

    def ask(x):
        state["n"] += 1
        slow(x)
        if x != 1:
            raise failure
        return x

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except Fault as error:
            out.append((error is failure, len(traceback.extract_tb(error.__traceback__)), state["n"]))
            error.__traceback__ = None
    return out


def case_break_on_a_result():
    client = Client()
    out = []
    for x in [1, 2, 3, 4]:
        answer = client.ask(x)
        out.append(answer)
        if answer == 4:
            break
    else:
        out.append("else")
    return out, client


def case_return_on_a_result():
    client = Client()

    def first_good(xs):
        for x in xs:
            answer = client.ask(x)
            if answer > 3:
                return answer
        return None

    return first_good([1, 2, 3]), client


def case_break_on_an_item():
    client = Client()
    out = []
    for x in [1, 2, 3, 4]:
        if x == 3:
            break
        out.append(client.ask(x))
    return out, client


def case_generator_abandoned():
    client = Client()

    def answers():
        for x in [1, 2, 3, 4]:
            yield client.ask(x)

    source = answers()
    out = [next(source), next(source)]
    source.close()
    return out, client


def case_generator_thrown_into():
    client = Client()

    def answers():
        for x in [1, 2, 3, 4]:
            try:
                yield client.ask(x)
            except Fault:
                client.done.append("thrown")

    source = answers()
    out = [next(source), source.throw(Fault), next(source)]
    source.close()
    return out, client


def case_stop_iteration_from_callee():
    state = {"n": 0}

    def ask(x):
        state["n"] += 1
        slow(x)
        if x == 2:
            raise StopIteration(x)
        return x

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except StopIteration as stop:
            out.append(("stop", stop.value))
    return out, state


def case_stop_iteration_ends_comprehension():
    state = {"n": 0}

    def ask(x):
        state["n"] += 1
        if x == 2:
            raise StopIteration(x)
        return slow(x)

    try:
        return [ask(x) for x in [1, 2, 3]]
    except StopIteration as stop:
        return stop.value, state


def case_generator_exit_and_system_exit():
    state = {"n": 0}

    def ask(x):
        state["n"] += 1
        slow(x)
        if x == 2:
            raise GeneratorExit
        if x == 3:
            raise SystemExit(x)
        if x == 4:
            raise KeyboardInterrupt
        return x

    out = []
    for x in [1, 2, 3, 4, 5]:
        try:
            out.append(ask(x))
        except BaseException as error:
            out.append(type(error).__name__)
    return out, state


def case_callee_swallows_everything():
    state = {"n": 0}

    def ask(x):
        for attempt in range(3):
            try:
                state["n"] += 1
                if state["n"] % 2:
                    raise Fault(attempt)
                return slow(x), state["n"]
            except BaseException as error:
                LOG.append(type(error).__name__)
        return "gave up"

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        state["n"] += x
    return out, LOG, state


def case_bare_except_and_finally_return():
    state = {"n": 0}

    def ask(x):
        try:
            state["n"] += slow(x)
            raise Fault
        except:
            LOG.append(x)
        finally:
            return state["n"]

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        state["n"] = 0
    return out, LOG


def case_retries_with_a_shared_budget():
    budget = {"retries": 3}

    def ask(x):
        while True:
            answer = slow(x)
            if (answer + budget["retries"]) % 3:
                return answer, budget["retries"]
            if budget["retries"] == 0:
                raise Fault("budget")
            budget["retries"] -= 1

    out = []
    for x in [3, 1, 2, 3]:
        try:
            out.append(ask(x))
        except Fault as error:
            out.append(error)
    return out, budget


def case_while_loop_in_callee_that_waits_for_the_body():
    state = {"go": 1}

    def ask(x):
        n = 0
        while state["go"] != x and n < 50:
            n += 1
        slow(x)
        return n

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        state["go"] = x + 1
    return out


def case_endless_loop_on_stale_state():
    """Ahead of its place, a call reads what makes it loop for ever: it must be stopped."""
    state = {"last": 0}

    def ask(x):
        n = 0
        while state["last"] != x - 1:
            n += 1
        slow(x)
        state["last"] = x
        return n

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, state


def case_endless_recursion_on_stale_state():
    state = {"last": 0}

    def wait(x, n):
        return n if state["last"] == x - 1 else wait(x, n + 1)

    def ask(x):
        slow(x)
        n = wait(x, 0)
        state["last"] = x
        return n

    return [ask(x) for x in [1, 2, 3]], state


def case_fails_only_on_stale_state():
    state = {"items": []}

    def ask(x):
        slow(x)
        before = state["items"][x - 1] if x else "first"
        state["items"].append(x)
        return before

    return [ask(x) for x in [0, 1, 2, 3]], state


def case_fails_only_on_stale_state_and_catches_it():
    state = {}

    def ask(x):
        slow(x)
        try:
            before = state[x - 1]
        except KeyError:
            LOG.append(("missing", x))
            before = None
        state[x] = x
        return before

    return [ask(x) for x in [0, 1, 2, 5]], state, LOG


def case_assertion_on_shared_state():
    state = {"n": 0}

    def ask(x):
        assert state["n"] == x, (state["n"], x)
        slow(x)
        state["n"] = x + 1
        return x

    return [ask(x) for x in [0, 1, 2]]


def case_allocates_on_stale_state():
    state = {"n": 3}

    def ask(x):
        slow(x)
        return [None] * (10 // state["n"])

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except ZeroDivisionError as error:
            out.append(str(error))
        state["n"] -= 1
    return out


def case_exception_group():
    client = Client([2])

    def ask(x):
        errors = []
        for y in (x, x + 1):
            try:
                client.ask(y)
            except Fault as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup("some", errors)
        return x

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except ExceptionGroup as group:
            out.append(group)
    return out, client


def case_notes_on_errors():
    def ask(x):
        global COUNT
        COUNT += 1
        try:
            slow(x)
            raise Fault(x)
        except Fault as error:
            error.add_note(f"call {COUNT}")
            raise

    out = []
    for x in [1, 2, 3]:
        try:
            ask(x)
        except Fault as error:
            out.append(error)
    return out, COUNT


SIZES = []


def size(path):
    SIZES.append(path)
    try:
        return os.path.getsize(path)
    except OSError as error:
        return error.errno, str(error)


def faulty_place(text):
    SIZES.append(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos, error.msg


def case_what_failures_of_c_code_hold():
    out = []
    for path in ["none", "neither", "nor this"]:
        out.append(size(path))
    for text in ["[", "[1", "[1, 2"]:
        out.append(faulty_place(text))
    return out, SIZES
