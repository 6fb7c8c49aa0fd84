# ruff: noqa
"""The program puts something of its own in the place of a builtin: before a region, in its body, in a callee."""

import builtins
import time
from _thread import get_ident

RUNS_AHEAD = ["case_before_and_restored", "case_print_may_be_replaced"]
RECORDED_AHEAD = ["case_by_the_body"]
EXTRA_CALLS = True

NAMES = """__build_class__ __import__ abs all any bool bytes callable chr dict enumerate filter frozenset
getattr hasattr hash id int isinstance issubclass iter len list map max min next object ord range repr
reversed set setattr sorted str sum super tuple type vars zip""".split()


class Client:
    def __init__(self):
        self.calls = 0

    def ask(self, x):
        self.calls += 1
        time.sleep(0.0005)
        return x * 2


def fetch(x):
    time.sleep(0.0005)
    return x * 2


def asked(client, xs):
    out = []
    for x in xs:
        out.append(client.ask(x))
    return out


def fetched(xs):
    out = []
    for x in xs:
        out.append(fetch(x))
    return out


class Replaced:
    def __init__(self, name, value):
        self.name, self.value, self.old = name, value, builtins.__dict__[name]

    def __enter__(self):
        builtins.__dict__[self.name] = self.value

    def __exit__(self, *_):
        builtins.__dict__[self.name] = self.old


CALLS = []
HERE = get_ident()


def wrong(*args, **named):
    if get_ident() == HERE:  # workers may still tell the tests' schedule, by means of `threading`, what they did
        CALLS.append(1)
    return 77


def raises(*args, **named):
    raise ZeroDivisionError("not for you")


def _each(value, names=NAMES):
    found = []
    for name in names:
        client = Client()
        with Replaced(name, value):
            found.append(fetched((1, 2, 3)))
            found.append(asked(client, (1, 2, 3)))
        found.append(client.calls)
    return found


def case_before():
    return _each(wrong), _each(raises), len(CALLS)


def case_before_and_restored():
    first = _each(wrong, ("len", "isinstance"))
    return first, fetched([1, 2, 3])


def case_print_may_be_replaced():
    with Replaced("print", wrong), Replaced("open", wrong):
        return fetched([1, 2, 3])


def case_by_the_body():
    found = []
    for name in ("len", "isinstance", "hash", "min", "__import__", "type", "getattr"):
        old = builtins.__dict__[name]
        client, out = Client(), []
        try:
            for x in [1, 2, 3, 4, 5]:
                out.append(client.ask(x))
                if x == 3:
                    builtins.__dict__[name] = raises
        finally:
            builtins.__dict__[name] = old
        found.append((out, client.calls))
    return found, len(CALLS)


def case_by_the_callee():
    found = []
    for name in ("len", "isinstance", "hash", "min", "__import__", "type", "getattr"):
        old = builtins.__dict__[name]

        def ask(x):
            fetch(x)
            if x == 3:
                setattr(builtins, name, raises)
            return x

        out = []
        try:
            for x in [1, 2, 3, 4, 5]:
                out.append(ask(x))
        finally:
            builtins.__dict__[name] = old
        found.append(out)
    return found


def case_counted_calls_of_a_builtin():
    client = Client()
    found = []
    for name in ("len", "isinstance", "hash", "__import__", "iter", "next"):
        old = builtins.__dict__[name]

        def counting(*args, **named):
            if get_ident() == HERE:
                CALLS.append(name)
            return old(*args, **named)

        before = old_len(CALLS)
        with Replaced(name, counting):
            asked(client, [1, 2, 3])
            fetched([1, 2, 3])
        found.append((name, old_len(CALLS) - before))
    return found, client.calls


old_len = len
