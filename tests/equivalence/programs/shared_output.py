# ruff: noqa
"""What calls print, log and write while others wait their turn."""

import io
import logging
import sys

from xcs_ast.testing import probe

RECORDED_AHEAD = True

LOG = logging.getLogger("prog.shared")
LOG.setLevel(logging.INFO)


class Named:
    def __init__(self, n):
        self.n = n

    def __repr__(self):
        return f"Named({self.n})"

    def __str__(self):
        return f"no. {self.n}"


def slow(x):
    probe.call(x)
    return x * 2


def case_print_before_and_after():
    def ask(x):
        print("asking", x)
        answer = slow(x)
        print("  answer", answer)
        return answer

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out


def case_print_in_loop_too():
    def ask(x):
        print("ask", x, end=" ")
        return slow(x)

    for x in [1, 2, 3]:
        print("before", x)
        answer = ask(x)
        print("after", answer)


def case_print_options():
    def ask(x):
        print(x, x + 1, sep="-", end="|")
        print()
        print("flushed", flush=True)
        return slow(x)

    return [ask(x) for x in [1, 2]]


def case_print_of_mutable_then_changed():
    def ask(x):
        parts = [x]
        print(parts)
        parts.append(slow(x))
        print(parts)
        return parts

    return [ask(x) for x in [1, 2, 3]]


def case_print_of_user_object():
    def ask(x):
        thing = Named(x)
        print(thing, [thing], f"{thing!r} {thing}")
        thing.n += 10
        print(thing)
        return slow(x)

    return [ask(x) for x in [1, 2, 3]]


def case_print_of_shared_object():
    named = Named(5)

    def ask(x):
        print(named, x)
        return slow(x)

    return [ask(x) for x in [1, 2, 3]]


def case_print_that_fails_half_way():
    class Spoiled:
        def __init__(self, n):
            self.n = n

        def __str__(self):
            raise LookupError(self.n)

    def ask(x):
        if x % 2:
            return slow(x)
        try:
            print("first", Spoiled(x), "last")
        except LookupError as error:
            return str(error)

    out = []
    for x in [1, 2, 3, 4]:
        out.append(ask(x))
    return out


def case_print_to_stderr():
    def ask(x):
        print("error", x, file=sys.stderr)
        print("output", x)
        return slow(x)

    return [ask(x) for x in [1, 2, 3]]


def case_write_to_stdout():
    def ask(x):
        sys.stdout.write(f"w{x}\n")
        answer = slow(x)
        sys.stdout.flush()
        return answer

    return [ask(x) for x in [1, 2, 3]]


def case_logging_in_callee():
    def ask(x):
        LOG.info("asking %s", x)
        answer = slow(x)
        LOG.warning("answer of %d is %d", x, answer)
        LOG.debug("not shown %s", x)
        return answer

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        LOG.info("done %s", x)
    return out


def case_logging_of_a_list_that_changes():
    def ask(x):
        parts = [x]
        LOG.info("parts %s", parts)
        parts.append(slow(x))
        return parts

    return [ask(x) for x in [1, 2, 3]]


def case_logging_two_levels_down():
    def note(message, *args):
        LOG.info(message, *args)

    def ask(x):
        note("at %s", x)
        return slow(x)

    out = []
    for x in [1, 2]:
        out.append(ask(x))
    return out


def case_logging_with_extra_and_stacklevel():
    def note(x):
        LOG.info("x is %s", x, stacklevel=2)

    def ask(x):
        note(x)
        LOG.log(logging.ERROR, "again %s", x, extra={"own": x})
        return slow(x)

    return [ask(x) for x in [1, 2, 3]]


def case_print_and_count():
    counts = {"lines": 0}

    def ask(x):
        print("line", x)
        counts["lines"] += 1
        return slow(x)

    out = [ask(x) for x in [3, 2, 1]]
    print(counts)
    return out


def case_progress_with_results():
    def ask(i, x):
        answer = slow(x)
        print(f"[{i}] {x} -> {answer}")
        return answer

    out = []
    for i, x in enumerate([5, 6, 7], 1):
        out.append(ask(i, x))
    print(sum(out))


def case_method_that_reports():
    class Worker:
        def __init__(self, name):
            self.name = name
            self.done = 0

        def work(self, x):
            print(self.name, "starts", x)
            answer = slow(x)
            self.done += 1
            LOG.info("%s did %s", self.name, x)
            return answer

    workers = [Worker("a"), Worker("b"), Worker("c")]
    out = []
    for worker in workers:
        out.append(worker.work(4))
    return out, workers


def case_verbose_switch():
    verbose = True

    def ask(x):
        if verbose:
            print("verbose", x)
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out
