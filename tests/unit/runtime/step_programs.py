"""Programs whose steps go wrong or are odd: what they raise, say and count is what plain Python does."""

# ruff: noqa

from __future__ import annotations

import contextlib
import functools
import time


def nap(x=None, t=0.001):
    time.sleep(t)
    return x


class Stops:
    def __getattr__(s, n):
        if n == "boom":
            raise StopIteration("attr")
        raise AttributeError(n)

    def __setattr__(s, n, v):
        raise StopIteration("set")

    def __getitem__(s, k):
        raise StopIteration("item")

    def __setitem__(s, k, v):
        raise StopIteration("setitem")

    def __add__(s, o):
        raise StopIteration("add")

    def __iadd__(s, o):
        raise StopIteration("iadd")

    def __bool__(s):
        raise StopIteration("bool")

    def __call__(s, *a):
        raise StopIteration("call", a)

    def __iter__(s):
        raise StopIteration("iter")

    def __format__(s, f):
        raise StopIteration("format")

    def __lt__(s, o):
        raise StopIteration("lt")

    def __contains__(s, o):
        raise StopIteration("in")


def try_(f):
    try:
        return ("v", f())
    except StopIteration as e:
        return ("stop", e.args, e.value)
    except RuntimeError as e:
        return ("rt", str(e), repr(e.__cause__))
    except Exception as e:
        return (type(e).__name__, str(e))


def case_stops(x):
    s = Stops()
    nap(x)
    out = []

    def a():
        return s.boom

    def b():
        s.q = 1

    def c():
        return s[0]

    def d():
        s[0] = 1

    def e():
        return s + 1

    def f():
        t = s
        t += 1

    def g():
        if s:
            pass

    def h():
        return s(1, 2)

    def i():
        for _ in s:
            pass

    def j():
        return f"{s}"

    def k():
        return s < 1

    def l():
        return 1 in s

    def m():
        s.q += 1

    def n():
        s[0] += 1

    def o():
        x, y = s

    def p():
        return [*s]

    def q():
        return s.boom(1)

    def r():
        return s(*[1], **{})

    def t():
        yield s.boom

    def u():
        yield nap(1)
        yield s(1)

    for fn in (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r):
        out.append((fn.__name__, try_(fn)))
    out.append(try_(lambda: list(t())))
    out.append(try_(lambda: list(u())))
    out.append(try_(lambda: [z for z in (s(1) for _ in [1])]))
    out.append(try_(lambda: [s(1) for _ in [1]]))
    out.append(try_(lambda: next(iter([]))))
    return out


def case_stops_direct(x):
    s = Stops()
    out = []
    for i in range(12):
        try:
            nap(x)
            if i == 0:
                s.boom
            elif i == 1:
                s.q = 1
            elif i == 2:
                s[0]
            elif i == 3:
                s[0] = 2
            elif i == 4:
                s + 1
            elif i == 5:
                s += 1
            elif i == 6:
                s(3)
            elif i == 7:
                f"{s}"
            elif i == 8:
                a, b = s
            elif i == 9:
                1 in s
            elif i == 10:
                next(iter(()))
            elif i == 11:
                for q in s:
                    pass
        except StopIteration as e:
            out.append((i, e.args, e.value, e.__traceback__.tb_next is None))
    return out


def case_sends(x):
    def sub():
        got = []
        try:
            while True:
                got.append((yield nap(len(got))))
        except KeyError as e:
            got.append(repr(e))
        return got

    def main():
        r = yield from sub()
        yield ("ret", r)

    g = main()
    out = [next(g), g.send("a"), g.send("b"), g.throw(KeyError("k"))]

    def lst():
        r = yield from [1, 2]
        yield r

    class It:
        def __init__(s):
            s.i = 0

        def __iter__(s):
            return s

        def __next__(s):
            s.i += 1
            if s.i > 2:
                raise StopIteration("done")
            return s.i

        def send(s, v):
            return ("sent", v)

    def d2():
        r = yield from It()
        yield r

    out += list(lst())
    g = d2()
    out += [next(g), g.send(5)]
    out += list(g)
    return out


def case_unpack_errors(x):
    out = []

    def it(n):
        for i in range(n):
            yield nap(i, 0.001)

    for src in (
        [1],
        [1, 2, 3],
        (1,),
        "abc",
        {1: 2},
        {1, 2, 3},
        5,
        None,
        it(1),
        it(3),
        it(2),
        range(3),
        iter([1]),
    ):
        try:
            a, b = src
            out.append((a, b))
        except Exception as e:
            out.append((type(e).__name__, str(e)))
        try:
            a, b, *c = src
            out.append((a, b, c))
        except Exception as e:
            out.append((type(e).__name__, str(e)))
        try:
            *c, d = src
            out.append((c, d))
        except Exception as e:
            out.append((type(e).__name__, str(e)))
    g = it(5)
    a, b, *c = (next(g), next(g))
    out.append((a, b, c, list(g)))
    g = it(5)
    try:
        a, b = g
    except ValueError:
        out.append(list(g))
    return out


def case_call_errors_direct(x):
    out = []
    five = 5
    none = None
    s = "a"
    l = [1]
    d = {}
    for i in range(16):
        try:
            nap(x, 0.001)
            if i == 0:
                five(1)
            elif i == 1:
                none(k=1)
            elif i == 2:
                s.nope()
            elif i == 3:
                l.append()
            elif i == 4:
                d["k"]
            elif i == 5:
                l[5]
            elif i == 6:
                nope
            elif i == 7:
                five / 0
            elif i == 8:
                s + five
            elif i == 9:
                five < s
            elif i == 10:
                -s
            elif i == 11:
                five in five
            elif i == 12:
                f"{five:zz}"
            elif i == 13:
                nap(*five)
            elif i == 14:
                nap(**five)
            elif i == 15:
                l[five] += 1
        except Exception as e:
            tb = e.__traceback__
            out.append((i, type(e).__name__, str(e), tb.tb_lineno, tb.tb_next is None, getattr(e, "name", 0)))
    return out


def case_deep(n):
    n = 400 + 5000 * n
    nap(1)

    def r(k):
        return 0 if k == 0 else 1 + r(k - 1)

    try:
        return r(n)
    except RecursionError as e:
        return "rec"


class K:
    n = 0

    def __init__(s, v):
        s.v = v

    def __hash__(s):
        K.n += 1
        return 1

    def __eq__(s, o):
        K.n += 10
        return s is o or (type(o) is int and o == s.v)


def case_key_counts(x):
    K.n = 0
    d = {K(1): 5}
    nap(x)
    d[1] = 7
    d[1] += 1
    d[1] = d[1] + 1
    d[1] = d.get(1, 0) + 1
    out = [d[1], 1 in d, d.get(1), len(d)]
    s = {K(2)}
    s.add(1)
    out.append(1 in s)
    a = K(3)
    d[a] = nap(1)
    d[a] += 2
    out.append(d[a])
    return out, K.n


class Num:
    log = []

    def __init__(s, v):
        s.v = v

    def __add__(s, o):
        Num.log.append("add")
        return Num(s.v + (o.v if type(o) is Num else o))

    def __iadd__(s, o):
        Num.log.append("iadd")
        s.v += 1
        return s

    def __repr__(s):
        return f"N{s.v}"


class Box:
    def __init__(s):
        s.x = Num(1)
        s.y = [1]
        s.z = 1
        s.d = {"a": 1}


def case_increments(x):
    Num.log.clear()
    b = Box()
    nap(x)
    b.x += 1
    b.x = b.x + Num(3)
    b.y += [2]
    b.y = b.y + [3]
    b.z += 1
    b.z = b.z + nap(2)
    b.d["a"] += nap(1)
    b.d["a"] = b.d.get("a", 0) + 1
    b.d["a"] += 0.5
    b.y[0] += 1
    b.y[-1] -= 1
    t = (1, [2])
    try:
        t[1] += [3]
    except TypeError as e:
        e1 = str(e)
    try:
        b.z += "a"
    except TypeError as e:
        e2 = str(e)
    return repr(b.x), b.y, b.z, b.d, t, e1, e2, list(Num.log)


def case_nested_raise(x):
    out = []

    def a(k):
        if k == 0:
            raise KeyError(nap(k))
        try:
            return a(k - 1)
        finally:
            out.append(k)

    for i in range(3):
        try:
            a(i)
        except KeyError as e:
            tb = e.__traceback__
            names = []
            while tb:
                names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
                tb = tb.tb_next
            out.append(names)
        out.append(nap(i))
    return out


def case_ctx(x):
    out = []

    @contextlib.contextmanager
    def cm(n):
        out.append(("in", n))
        try:
            yield nap(n)
        except ValueError as e:
            out.append(("sw", e.args))
        finally:
            out.append(("out", n))

    with cm(1) as a, cm(2) as b:
        out.append(nap((a, b)))
        raise ValueError(3)
    with contextlib.suppress(KeyError):
        {}[nap(1)]
    with contextlib.ExitStack() as st:
        for i in range(3):
            st.enter_context(cm(i))
        out.append(nap(9))
    return out


def case_deco_nested(x):
    out = []

    def outer(tag):
        def d(f):
            out.append(("deco", tag))

            @functools.wraps(f)
            def w(*a):
                out.append(tag)
                return f(*a)

            return w

        return d

    @outer(nap("a"))
    @outer("b")
    def f(y):
        return nap(y)

    return f(x), f.__name__, out


def case_setdisplay(x):
    a = {nap(1), 2, *[3, 4]}
    b = {**{"a": 1}, "b": nap(2), **dict(c=3)}
    c = [*a, *b]
    d = (*c, nap(5))
    return sorted(map(str, a)), b, len(c), len(d)


def case_chained(x):
    class C:
        def __init__(s, v):
            s.v = v

        def __lt__(s, o):
            out.append(("lt", s.v, o.v))
            return s.v < o.v

    out = []
    a, b, c = C(1), C(2), C(3)
    r = [
        a < b < c,
        b < a < c,
        (a < b) and (b < c) or nap(1),
        not a < b,
        [1 if a < b < c else 2 for _ in range(2)],
        any(a < b < c for _ in [1]),
    ]
    return r, out


def case_imports(x):
    import os.path, json as j
    from math import floor as fl, pi

    try:
        from os import nothing_here
    except ImportError as e:
        m = str(e)[:40]
    try:
        import no_such_module_x
    except ImportError as e:
        m2 = str(e)
    return j.dumps([nap(1)]), fl(2.5), os.path.sep, m, m2


def case_dels(x):
    d = {1: nap(2), 3: 4}
    l = [1, 2, 3]
    del d[1], l[0]
    y = nap(5)
    del y
    try:
        y
    except UnboundLocalError as e:
        return d, l, str(e)


CASES = [f for name, f in list(globals().items()) if name.startswith("case_")]
