# ruff: noqa
"""What a callee has in sight of the place it is called from: the exception that is being handled there."""

import traceback
import weakref

RUNS_AHEAD = {
    "case_caught_inside",
    "case_caught_inside_in_comprehension",
    "case_caught_inside_in_block",
    "case_caught_inside_while_unwinding",
    "case_caught_inside_in_function_called_from_handler",
    "case_handled_exception_is_left_as_it_was",
    "case_failure_inside_handler_of_callee",
    "case_step_loop_failing_in_argument",
    "case_lines_of_a_comprehension_over_several",
}
EXTRA_CALLS = True


def catches(x):
    try:
        try:
            raise ValueError(x)
        except ValueError:
            raise KeyError(x)
    except KeyError as error:
        return error


def identity(x):
    return x


def case_caught_inside():
    try:
        raise OSError("outer")
    except OSError:
        out = []
        for x in [1, 2, 3]:
            out.append(catches(x))
    return [error.__context__.__context__ for error in out]


def case_caught_inside_in_comprehension():
    try:
        raise OSError("outer")
    except OSError:
        out = [catches(x) for x in [1, 2, 3]]
    return [error.__context__.__context__ for error in out]


def case_caught_inside_in_block():
    try:
        raise OSError("outer")
    except OSError:
        first = catches(1)
        second = catches(2)
    return first.__context__.__context__, second.__context__.__context__


def case_caught_inside_while_unwinding():
    out = []
    try:
        try:
            raise OSError("outer")
        finally:
            for x in [1, 2, 3]:
                out.append(catches(x))
    except OSError:
        pass
    return [error.__context__.__context__ for error in out]


def all_caught(xs):
    out = []
    for x in xs:
        out.append(catches(x))
    return out


def case_caught_inside_in_function_called_from_handler():
    try:
        raise OSError("outer")
    except OSError as outer:
        return [error.__context__.__context__ is outer for error in all_caught([1, 2])]


def case_handled_exception_is_left_as_it_was():
    def deep():
        raise OSError("outer")

    try:
        deep()
    except OSError as outer:
        before = traceback.format_exception(outer)
        out = [catches(x) for x in [1, 2, 3]]
        return before, traceback.format_exception(outer), outer.__context__, len(out)


def fails_in_handler(x):
    if x == 2:
        try:
            raise KeyError("inner")
        except KeyError:
            raise ValueError(x)
    return x


def case_failure_inside_handler_of_callee():
    try:
        raise OSError("outer")
    except OSError as outer:
        try:
            for x in [1, 2, 3]:
                result = fails_in_handler(x)
        except ValueError as error:
            return error.__context__.__context__ is outer, traceback.format_exc()


def raises_again(x):
    if x == 2:
        raise
    return x


def case_bare_raise_in_callee():
    out = []
    try:
        try:
            raise OSError("outer")
        except OSError:
            for x in [1, 2, 3]:
                out.append(raises_again(x))
    except OSError as error:
        return out, error, traceback.format_exc()


def case_bare_raise_with_nothing_handled():
    out = []
    try:
        for x in [1, 2, 3]:
            out.append(raises_again(x))
    except RuntimeError as error:
        return out, error, traceback.format_exc()


class Item:
    def __init__(self, value):
        self.value = value


def watched(value, log):
    item = Item(value)
    weakref.finalize(item, log.append, ("dead", value))
    return item


def value_of(item):
    return item.value


def case_item_replaced_under_iteration_dies_at_once():
    log = []
    items = [watched(number, log) for number in range(5)]
    for item in items:
        value = value_of(item)
        log.append(("body", value))
        if value == 1:
            items[3] = Item(33)
            log.append("replaced")
    return list(log)


def case_value_replaced_under_iteration_dies_at_once():
    log = []
    items = {number: watched(number, log) for number in range(5)}
    for item in items.values():
        value = value_of(item)
        log.append(("body", value))
        if value == 1:
            items[3] = Item(33)
            log.append("replaced")
    return list(log)


def case_item_replaced_under_zip_dies_at_once():
    log = []
    items = [watched(number, log) for number in range(5)]
    for number, (item, other) in enumerate(zip(items, reversed(items))):
        value = value_of(item)
        log.append(("body", value))
        if number == 0:
            items[3] = Item(33)
            log.append("replaced")
    return list(log)


def case_step_loop_failing_in_argument():
    items, out, index = [1, 2], [], 0
    try:
        while index < 4:
            out.append(
                identity(
                    items[index]
                )
            )
            index += 1
    except IndexError:
        return out, index, traceback.format_exc()


def lines_of(error):
    return [entry.lineno for entry in traceback.extract_tb(error.__traceback__)]


def case_lines_of_a_comprehension_over_several():
    items = [1, 2]
    found = []
    try:
        out = [
            identity(
                items[index]
            )
            for index in [0, 1, 2]
        ]
    except IndexError as error:
        found.append(lines_of(error))
    try:
        total = sum(
            identity(
                items[index]
            )
            for index in [0, 1, 2]
        )
    except IndexError as error:
        found.append(lines_of(error))
    return found
