"""Programs that look at the stack, or are named by what does. Each gives what it saw."""

from __future__ import annotations

import collections
import contextlib
import functools
import inspect
import logging
import operator
import sys
import time
import traceback
import warnings

LOG = logging.getLogger("xcs.stack.programs")
NAP = 0.002


def stack(depth=1):
    """The callers, up to the function that is traced."""
    out = []
    frame = sys._getframe(depth)
    while frame is not None:
        out.append((frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno))
        if frame.f_code.co_name.startswith("case_"):
            break
        frame = frame.f_back
    return out


def nap(x):
    time.sleep(NAP)
    return x


class Seen:
    """Says who called each special method."""

    def __init__(self):
        self.seen = [("__init__", stack())]

    def _note(self, name):
        self.seen.append((name, stack(2)))

    @property
    def p(self):
        self._note("property")
        return 1

    @p.setter
    def p(self, value):
        self._note("setter")

    @p.deleter
    def p(self):
        self._note("deleter")

    def __getattr__(self, name):
        if name.startswith("_") or name == "seen":
            raise AttributeError(name)
        self._note("getattr")
        return 2

    def __getitem__(self, key):
        self._note("getitem")
        return 3

    def __setitem__(self, key, value):
        self._note("setitem")

    def __delitem__(self, key):
        self._note("delitem")

    def __add__(self, other):
        self._note("add")
        return self

    __radd__ = __add__

    def __iadd__(self, other):
        self._note("iadd")
        return self

    def __neg__(self):
        self._note("neg")
        return self

    def __lt__(self, other):
        self._note("lt")
        return True

    __gt__ = __lt__

    def __contains__(self, x):
        self._note("contains")
        return x == 1

    def __bool__(self):
        self._note("bool")
        return True

    def __len__(self):
        self._note("len")
        return 2

    def __iter__(self):
        self._note("iter")
        yield nap(1)
        self._note("first")
        yield 2
        self._note("last")

    def __format__(self, spec):
        self._note("format")
        return "formatted"

    def __repr__(self):
        self._note("repr")
        return "seen"

    def __hash__(self):
        self._note("hash")
        return 7

    def __eq__(self, other):
        self._note("eq")
        return self is other

    def __call__(self, *args, **kwargs):
        self._note("call")
        return nap(args)

    def __enter__(self):
        self._note("enter")
        return self

    def __exit__(self, *args):
        self._note("exit")
        return True

    def method(self, x):
        self._note("method")
        return x


def case_attributes(x):
    s = Seen()
    nap(x)
    s.p = s.p + s.missing
    s.p += 1
    del s.p
    return s.seen


def case_items(x):
    s = Seen()
    nap(x)
    s[0] = s[1]
    s[2] += 1
    del s[0]
    return s.seen


def case_operators(x):
    s = Seen()
    nap(x)
    t = s + 1
    t = 1 + t
    t += 1
    t = -t
    out = [t < 1, 1 in t, 2 not in t, not t, t == 1 or 2]
    if t:
        out.append(f"{t} {t!r}")
    out.append(1 < 2 < t)
    return out, s.seen


def case_iteration(x):
    s = Seen()
    out = [x for x in s]
    for y in s:
        out.append(nap(y))
    a, b = s
    c, *d = s
    out += [a, b, c, d, *s]
    out.append({**{"k": 1}})
    out.append(max(z for z in s))
    for n, y in enumerate(s):
        out.append((n, y))
    for p, q in zip(s, s, strict=False):
        out.append((p, q))
    return out, s.seen


def case_keys(x):
    s = Seen()
    d = {s: 1}
    d[s] = nap(2)
    return d[s], s in {s}, s.seen


def case_calls(x):
    s = Seen()
    out = [s(1), s(*[1, 2]), s(k=1), s.method(3), Seen.method(s, 4), functools.partial(s, 1)(2)]
    out += map(s.method, [1, 2])
    out += sorted([2, 1], key=s.method)
    out.append(operator.methodcaller("method", 5)(s))
    return out, s.seen


def case_with(x):
    s = Seen()
    with s as t:
        nap(x)
        t.method(1)
        raise ValueError("swallowed")
    return s.seen


@contextlib.contextmanager
def managed(seen):
    seen.append(("before", stack()))
    try:
        yield 1
    finally:
        seen.append(("after", stack()))


def case_contextmanager(x):
    seen = []
    with managed(seen) as y:
        nap(y)
    return seen


def inner_decorator(f):
    return stack()


def helper(x):
    return stack()


def twice(x):
    return helper(nap(x)) + helper(x)


def case_helpers(x):
    return [helper(x), twice(x), [helper(y) for y in (1, 2)], (lambda z: helper(z))(x)]


def numbers(n):
    for k in range(n):
        yield (k, stack())


def delegating(n):
    got = yield from numbers(n)
    yield got, stack()


def case_generators(x):
    nap(x)
    out = list(numbers(2))
    for each in delegating(2):
        out.append(each)
    out.append(next(numbers(1)))
    out += (helper(y) for y in (1, 2))
    return out


def warn_here(x, level):
    warnings.warn(f"warned {x}", UserWarning, stacklevel=level)
    return nap(x)


class Old:
    @property
    def old(self):
        warnings.warn("old", DeprecationWarning, stacklevel=2)
        return 1

    def __getattr__(self, name):
        warnings.warn(name, DeprecationWarning, stacklevel=2)
        return 2

    def __add__(self, other):
        warnings.warn("adding", DeprecationWarning, stacklevel=2)
        return 3


def case_warnings(x):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_here(1, 1)
        warn_here(2, 2)
        warnings.warn("direct", stacklevel=1)
        o = Old()
        out = [o.old, o.older, o + 1]
    return out, [(str(w.message), w.filename, w.lineno) for w in caught]


class Records(logging.Handler):
    def __init__(self):
        super().__init__()
        self.found = []

    def emit(self, record):
        self.found.append((record.getMessage(), record.funcName, record.lineno, record.filename))


def logs(x):
    LOG.warning("in a helper %s", x)
    LOG.warning("its caller", stacklevel=2)
    LOG.log(40, "by number", stack_info=False)
    return nap(x)


class Logged:
    def __getitem__(self, k):
        LOG.error("item")
        return k

    def __iter__(self):
        LOG.error("iter")
        return iter([1])


def case_logging(x):
    handler = Records()
    LOG.addHandler(handler)
    LOG.propagate = False
    try:
        LOG.warning("here")
        logs(1)
        [logs(y) for y in (2, 3)]
        total = sum(logs(y) for y in (4, 5))
        log = LOG.info
        log("not seen")
        log = LOG.error
        log("bound before")
        o = Logged()
        total += o[1]
        for y in o:
            total += y
        try:
            raise KeyError(1)
        except KeyError:
            LOG.exception("caught", exc_info=False)
    finally:
        LOG.removeHandler(handler)
    return total, handler.found


def case_traceback_module(x):
    nap(x)
    return [
        [(f.name, f.lineno, f.line) for f in traceback.extract_stack() if f.filename == __file__][-1:],
        [f.function for f in inspect.stack() if f.filename == __file__][:1],
    ]


def fails(x):
    nap(x)
    raise ValueError(x)


def passes_on(x):
    return fails(x)


def case_tracebacks(x):
    out = []
    try:
        passes_on(1)
    except ValueError as error:
        out.append([(f.name, f.lineno, f.filename) for f in traceback.extract_tb(error.__traceback__)])
    try:
        try:
            {}[nap(1)]
        finally:
            out.append([(f.name, f.lineno) for f in traceback.extract_tb(sys.exc_info()[2])])
    except KeyError as error:
        out.append([(f.name, f.lineno, f.filename) for f in traceback.extract_tb(error.__traceback__)])
    s = Old()
    try:
        s @ 1
    except TypeError as error:
        out.append(
            (str(error), [(f.name, f.lineno, f.filename) for f in traceback.extract_tb(error.__traceback__)])
        )
    try:
        for _ in map(fails, [1]):
            pass
    except ValueError as error:
        out.append([(f.name, f.lineno, f.filename) for f in traceback.extract_tb(error.__traceback__)])
    return out


def case_finally_of_a_callee(x):
    out = []

    def cleans_up():
        try:
            passes_on(2)
        finally:
            out.append([(f.name, f.lineno, f.filename) for f in traceback.extract_tb(sys.exc_info()[2])])

    try:
        cleans_up()
    except ValueError:
        pass
    return out


def case_names_of_modules(x):
    nap(x)
    kind = collections.namedtuple("Kind", "a b")
    return kind.__module__, kind(1, 2)


def case_getframe_in_a_callee(x):
    def here():
        return sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno, nap(x)

    return [here(), here()]


def deep(n):
    return stack() if n == 0 else deep(n - 1)


def case_recursion(x):
    nap(x)
    return deep(5)


def case_decorated_inside(x):
    def note(f):
        return lambda: (stack(), f())

    @note
    def inner():
        return stack(), nap(x)

    return inner()


def case_decorator_sees_its_caller(x):
    nap(x)

    @inner_decorator
    def inner():
        pass

    return inner


def case_callbacks(x):
    seen = []

    def key(y):
        seen.append(stack())
        return y

    nap(x)
    return (
        max([1, 2], key=key),
        list(filter(key, [1])),
        functools.reduce(lambda a, b: seen.append(stack()), [1, 2]),
        seen,
    )


CASES = [f for name, f in list(globals().items()) if name.startswith("case_")]
