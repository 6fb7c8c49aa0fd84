# ruff: noqa
"""Ways out of a loop: exceptions of every kind, `break`, `return`, the end of the process."""

import sys

from xcs_ast.testing import probe

EXTRA_CALLS = True
EXACT_CALLS = {
    "case_break_on_result",
    "case_return_on_result",
    "case_break_before_call",
    "case_else_on_loop",
    "case_else_not_after_break",
}
RUNS_AHEAD = {"case_exception_in_the_middle", "case_else_on_loop", "case_reraise_from_outer_handler"}


def risky(x):
    probe.call(x)
    if x == 3:
        raise ValueError("three", x)
    return x * 10


class Custom(Exception):
    def __init__(self, code, *, detail):
        super().__init__(code)
        self.code = code
        self.detail = detail


def case_exception_in_the_middle():
    out = []
    try:
        for x in [1, 2, 3, 4, 5]:
            out.append(risky(x))
    except ValueError as error:
        return out, x, error
    return out


def case_exception_uncaught():
    out = []
    for x in [1, 2, 3, 4]:
        out.append(risky(x))
    return out


def case_exception_in_each_iteration():
    out = []
    for x in [1, 3, 2, 3, 4]:
        try:
            out.append(risky(x))
        except ValueError as error:
            out.append(error)
    return out


def case_two_would_fail_first_wins():
    def bad(x):
        probe.call(x)
        raise KeyError(x)

    out = []
    try:
        for x in ["a", "b"]:
            out.append(bad(x))
    except KeyError as error:
        return error, out


def case_custom_exception_keeps_attributes():
    def bad(x):
        raise Custom(x, detail={"x": [x]})

    try:
        for x in [1, 2]:
            bad_result = bad(x)
    except Custom as error:
        return error, error.detail


def case_raise_from():
    def bad(x):
        try:
            return 1 // x
        except ZeroDivisionError as error:
            raise RuntimeError("wrapped") from error

    out = []
    try:
        for x in [1, 0, 2]:
            out.append(bad(x))
    except RuntimeError as error:
        return out, error, error.__cause__


def case_raise_from_none():
    def bad(x):
        try:
            return {}[x]
        except KeyError:
            raise LookupError(x) from None

    try:
        return [bad(x) for x in "ab"]
    except LookupError as error:
        return error


def case_reraise_from_outer_handler():
    """The exceptions being handled when the call is made become its context."""
    out = []
    try:
        raise OSError("outer")
    except OSError:
        try:
            for x in [1, 2, 3]:
                out.append(risky(x))
        except ValueError as error:
            return out, error, error.__context__


def case_context_in_inner_handler():
    out = []
    for x in [1, 3]:
        try:
            {}["missing"]
        except KeyError:
            try:
                out.append(risky(x))
            except ValueError as error:
                out.append((error, error.__context__))
    return out


def case_context_of_previous_iteration():
    """An exception handled in one iteration is no context of the next one's."""
    out = []
    for x in [3, 3, 3]:
        try:
            out.append(risky(x))
        except ValueError as error:
            out.append(error.__context__)
    return out


def case_same_exception_object_twice():
    prepared = ValueError("one object")

    def bad(x):
        raise prepared

    out = []
    for x in [1, 2]:
        try:
            out.append(bad(x))
        except ValueError as error:
            out.append(error)
    return out, out[0] is out[1]


def case_exception_group():
    def bad(x):
        if x:
            raise ExceptionGroup("many", [ValueError(x), TypeError(x)])
        return x

    out = []
    try:
        for x in [0, 1, 2]:
            out.append(bad(x))
    except* ValueError as group:
        out.append(group.exceptions)
    except* TypeError as group:
        out.append(group.exceptions)
    return out


def case_add_note():
    def bad(x):
        error = ValueError(x)
        error.add_note("a note")
        raise error

    try:
        for x in [1, 2]:
            y = bad(x)
    except ValueError as error:
        error.add_note("another")
        return error, error.__notes__


def case_break_on_result():
    out = []
    for x in [1, 2, 4, 5, 6]:
        y = risky(x)
        out.append(y)
        if y > 15:
            break
    return out, x


def case_return_on_result():
    for x in [5, 4, 1]:
        if risky(x) == 40:
            return x
    return None


def case_break_before_call():
    out = []
    for x in [1, 2, 4, 5]:
        if x == 4:
            break
        out.append(risky(x))
    return out


def case_else_on_loop():
    out = []
    for x in [1, 2]:
        out.append(risky(x))
    else:
        out.append("else")
    return out


def case_else_not_after_break():
    out = []
    for x in [1, 2, 4]:
        if risky(x) == 20:
            break
    else:
        out.append("else")
    return out


def case_sys_exit_in_callee():
    def leave(x):
        if x == 2:
            sys.exit(f"leaving at {x}")
        return x

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(leave(x))
    except SystemExit as error:
        return out, error, error.code


def case_sys_exit_uncaught():
    def leave(x):
        if x == 2:
            sys.exit(4)
        return x

    return [leave(x) for x in [1, 2, 3]]


def case_keyboard_interrupt_in_callee():
    def stop(x):
        if x == 2:
            raise KeyboardInterrupt
        return x

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(stop(x))
    except BaseException as error:
        return out, error


def case_generator_exit_in_callee():
    def stop(x):
        if x == 2:
            raise GeneratorExit("odd")
        return x

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(stop(x))
    except BaseException as error:
        return out, error


def case_stop_iteration_in_callee():
    def stop(x):
        if x == 2:
            raise StopIteration("value", x)
        return x

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(stop(x))
    except StopIteration as error:
        return out, error, error.value
    return out


def case_stop_iteration_with_two_hand_overs():
    def stop(x):
        if x == 2:
            raise StopIteration(x)
        return x

    out = []
    try:
        for x in [1, 2, 3]:
            label = risky(x + 10)
            out.append((label, stop(x)))
    except StopIteration as error:
        return out, error
    return out


def case_stop_iteration_in_list_comprehension():
    def stop(x):
        if x == 2:
            raise StopIteration(x)
        return x

    try:
        return [stop(x) for x in [1, 2, 3]]
    except StopIteration as error:
        return error


def case_stop_iteration_in_consumed_generator():
    def stop(x):
        if x == 2:
            raise StopIteration(x)
        return x

    try:
        return list(stop(x) for x in [1, 2, 3])
    except RuntimeError as error:
        return error, error.__cause__


def case_stop_async_iteration():
    def stop(x):
        raise StopAsyncIteration(x)

    try:
        for x in [1, 2]:
            y = stop(x)
    except StopAsyncIteration as error:
        return error


def case_recursion_error_in_callee():
    def deep(x):
        return deep(x + 1) if x else 0

    out = []
    try:
        for x in [0, 1]:
            out.append(deep(x))
    except RecursionError as error:
        return out, type(error), error.args


def case_assertion_in_callee():
    def check(x):
        assert x < 2, f"{x} is too large"
        return x

    out = []
    try:
        for x in [0, 1, 2, 3]:
            out.append(check(x))
    except AssertionError as error:
        return out, error


def case_builtin_type_error():
    def add(x):
        return x + 1

    out = []
    try:
        for x in [1, "two", 3]:
            out.append(add(x))
    except TypeError as error:
        return out, error


def case_wrong_number_of_arguments():
    def two(a, b):
        return a + b

    try:
        for x in [1, 2]:
            y = two(x)
    except TypeError as error:
        return error


def case_name_error_in_callee():
    def bad(x):
        return x + undefined_name  # noqa: F821

    try:
        for x in [1, 2]:
            y = bad(x)
    except NameError as error:
        return error, error.name


def case_unbound_local_after_failure():
    try:
        for x in [3, 1]:
            y = risky(x)
    except ValueError:
        pass
    try:
        return y
    except UnboundLocalError as error:
        return error


def case_previous_value_kept_after_failure():
    y = "before"
    for x in [1, 3, 2]:
        try:
            y = risky(x)
        except ValueError:
            break
    return y


def case_exception_in_body_not_callee():
    out = []
    try:
        for x in [1, 2, 4, 5]:
            y = risky(x)
            if x == 4:
                raise IndexError(y)
            out.append(y)
    except IndexError as error:
        return out, error


def case_exception_in_condition_of_item():
    class Awkward:
        def __bool__(self):
            raise OverflowError("no truth")

    out = []
    try:
        for x in [1, Awkward(), 2]:
            if not x:
                continue
            out.append(_name(x))
    except OverflowError as error:
        return out, error


def _name(x):
    return type(x).__name__


def case_multi_line_call_traceback():
    out = []
    try:
        for x in [1, 3]:
            out.append(
                risky(
                    x,
                )
            )
    except ValueError as error:
        return out, error


def case_traceback_through_two_callees():
    def inner(x):
        return risky(x)

    def outer(x):
        y = inner(x)
        return y

    try:
        return [outer(x) for x in [1, 2, 3]]
    except ValueError as error:
        return error


def case_sys_exc_info_in_callee():
    def current(x):
        return x, sys.exc_info()[0]

    out = []
    try:
        raise KeyError
    except KeyError:
        for x in [1, 2]:
            out.append(current(x))
    for x in [1, 2]:
        out.append(current(x))
    return out
