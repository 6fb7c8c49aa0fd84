"""Functions, one or more for each construct, on objects that log what is done to them.

Each takes `L(name)`, a maker of such objects. The plain function and its clone must leave the same log.
"""

# ruff: noqa
# fmt: off
import sys

NOTES = []
G = 1
COUNT = 0
__private = 7


class L:
    """Logs every special method that the interpreter calls on it."""

    def __init__(self, name, **behave):
        object.__setattr__(self, "_n", name)
        object.__setattr__(self, "_b", behave)

    def __getattribute__(self, name):
        if name in ("_n", "_b", "__class__"):
            return object.__getattribute__(self, name)
        n, b = self._n, self._b
        NOTES.append(f"{n}.{name}")
        if name in b:
            return b[name]
        if name == "keys":
            return object.__getattribute__(self, name)
        if name.startswith("__"):
            raise AttributeError(name)
        return L(f"{n}.{name}", **{k: v for k, v in b.items() if k.startswith("_")})

    def __setattr__(self, name, value):
        NOTES.append(f"{self._n}.{name} = {value!r}")

    def __delattr__(self, name):
        NOTES.append(f"del {self._n}.{name}")

    def __getitem__(self, k):
        NOTES.append(f"{self._n}[{k!r}]")
        return L(f"{self._n}[{k!r}]")

    def __setitem__(self, k, v):
        NOTES.append(f"{self._n}[{k!r}] = {v!r}")

    def __delitem__(self, k):
        NOTES.append(f"del {self._n}[{k!r}]")

    def __call__(self, *a, **k):
        NOTES.append(f"{self._n}({a!r}, {k!r})")
        return L(f"{self._n}()")

    def __bool__(self):
        NOTES.append(f"bool({self._n})")
        return self._b.get("_true", True)

    def __repr__(self):
        return f"<{self._n}>"

    def __format__(self, spec):
        NOTES.append(f"format({self._n}, {spec!r})")
        return f"({self._n}:{spec})"

    def __str__(self):
        NOTES.append(f"str({self._n})")
        return self._n

    def __iter__(self):
        NOTES.append(f"iter({self._n})")
        return iter([L(f"{self._n}.0"), L(f"{self._n}.1")])

    def __hash__(self):
        NOTES.append(f"hash({self._n})")
        return 1

    def __enter__(self):
        NOTES.append(f"enter {self._n}")
        return L(f"{self._n}.entered")

    def __exit__(self, kind, value, trace):
        NOTES.append(f"exit {self._n} {kind and kind.__name__}")
        return self._b.get("_swallow", False)

    def __contains__(self, x):
        NOTES.append(f"{x!r} in {self._n}")
        return 5

    def keys(self):
        NOTES.append(f"{self._n}.keys()")
        return ["k1", "k2"]

    def _one(op):
        def method(self):
            NOTES.append(f"{op}{self._n}")
            return L(f"({op}{self._n})")

        return method

    def _two(op):
        def method(self, other):
            NOTES.append(f"{self._n} {op} {other!r}")
            return L(f"({self._n}{op}{getattr(other, '_n', other)!r})", **self._b)

        return method

    __neg__, __pos__, __invert__ = _one("-"), _one("+"), _one("~")
    __add__, __radd__, __iadd__ = _two("+"), _two("r+"), _two("+=")
    __sub__, __mul__, __matmul__, __truediv__ = _two("-"), _two("*"), _two("@"), _two("/")
    __floordiv__, __mod__, __pow__, __lshift__ = _two("//"), _two("%"), _two("**"), _two("<<")
    __rshift__, __and__, __or__, __xor__ = _two(">>"), _two("&"), _two("|"), _two("^")
    __isub__, __imul__, __imatmul__, __itruediv__ = _two("-="), _two("*="), _two("@="), _two("/=")
    __ifloordiv__, __imod__, __ipow__, __ilshift__ = _two("//="), _two("%="), _two("**="), _two("<<=")
    __irshift__, __iand__, __ior__, __ixor__ = _two(">>="), _two("&="), _two("|="), _two("^=")
    __lt__, __le__, __gt__, __ge__ = _two("<"), _two("<="), _two(">"), _two(">=")
    __eq__, __ne__ = _two("=="), _two("!=")


def attributes(L):
    a = L("a")
    a.b.c = L("v").w
    a.b = a.c = L("x").y
    del a.q, a.r.s
    return a.z


def items(L):
    a = L("a")
    a[L("k").x] = L("v").w
    a[1:2] = a[::3]
    a[L("lo").x : L("hi").x, 5] = a[L("i").x :]
    del a[L("k")], a[1:]
    return a[...], a[-1], a["x"]["y"]


def augmented(L):
    a = L("a")
    a.n += L("v").x
    a.m -= 1
    a[L("k")] *= L("w").x
    a[1:2] //= 3
    b = L("b")
    b += 1; b -= 1; b *= 1; b /= 1; b //= 1; b %= 1; b **= 1; b @= 1; b <<= 1; b >>= 1; b &= 1; b |= 1; b ^= 1
    return b


def increments(L):
    a = L("a")
    k = "k"
    a.x = a.x + L("v").w
    a[k] = a[k] + L("v").w
    a[k] = a.get(k, 0) + L("v").w
    a.d.e.n[k] = 1
    a[k] = a.get(k, L("d").x) + 1
    a[k] = 1 + a[k]
    d, e = {}, [1]
    for w in "abca":
        d[w] = d.get(w, 0) + 1
    e[0] = e[0] + 5
    keep = e
    class_ = type("C", (), {})
    class_.e = keep
    class_.e = class_.e + [3]
    return d, e, keep, class_.e


def global_increments(L):
    global COUNT
    COUNT = 0
    COUNT += 1
    COUNT = COUNT + 2
    if (COUNT := COUNT + L("x").n._b.get("q", 1)):
        pass
    del COUNT
    try:
        COUNT
    except NameError as error:
        text = str(error), error.name
    try:
        del COUNT
    except NameError as error:
        text += (str(error), error.name)
    COUNT = 3
    return COUNT, text


def operators(L):
    a, b = L("a"), L("b")
    return [-a, +a, ~a, a + b, a - b, a * b, a @ b, a / b, a // b, a % b, a**b, a << b, a >> b, a & b, a | b, a ^ b, 1 + a]


def comparisons(L):
    a, b, c = L("a"), L("b"), L("c", _true=False)
    yield a < b, a <= b, a == b, a != b, a > b, a >= b, a in b, a not in b, a is b, a is not b
    yield a < b < c
    yield a.x < b.x < c.x < a.y
    yield c < a.x < b.x
    yield a in b in c, a is None is not c, None is not a
    yield not a < b, not c, not (a and c), not (a in b)
    yield 1 < 2 < 3, 3 > 2 > 2
    if c.x < b.x < a.x:
        yield 1
    else:
        yield 2
    while c < b < a:
        break
    yield "x" in ["x", "y"], 3 in {1, 2, 3}, a in [1, 2]
    try:
        [] in {1, 2}
    except TypeError as error:
        yield str(error)
    try:
        1 in 5
    except TypeError as error:
        yield str(error)


def booleans(L):
    a, n = L("a"), L("n", _true=False)
    yield a and n, n and a, a or n, n or a
    yield a.x and n.x and a.y, n.x or n.y or a.x, (a.x and n.x) or a.z
    yield a.x if n.x else a.y, a.x if (n.x or a.z) else 2
    yield 0 or n.x or a, 1 and a.x and 0, (a is None) or n.y, not n.y and a.w
    if a.x and (n.x or not a.y):
        yield 1
    elif n.z or a.z:
        yield 2
    else:
        yield 3
    assert a.x or n.x
    try:
        assert n.x and a, L("message").text
    except AssertionError as error:
        yield repr(error)
    try:
        assert n
    except AssertionError as error:
        yield repr(error)


def calls(L):
    f = L("f")
    x, y = 1, 2
    yield f(), f(x, y), f(L("a").x, L("b").y, k=L("c").z)
    yield f.m(), f.m(x, y), f.m(x, k=y), f.m(L("a").x), f.m.n(1, z=2)
    yield f(*[1, 2]), f(*(x, y), L("a").x, *L("it"), k=1), f(**{"a": 1}), f(1, *[2], a=3, **{"b": 4}, c=5)
    yield f(k=L("v").x, *L("it")), f(**L("m")), f.m(*[1], **{"k": 2})
    f(1)
    f.m(x)
    f.info(x)
    f(*L("it"))
    for bad in (
        lambda: 0,
    ):
        pass


def bad_calls(L):
    def g(a, b=1, *, c=2):
        return a, b, c

    n = None
    tries = [
        (lambda: 1, ()),
    ]
    out = []
    try:
        g(*5)
    except TypeError as error:
        out.append(str(error))
    try:
        g(1, *5)
    except TypeError as error:
        out.append(str(error))
    try:
        g(**5)
    except TypeError as error:
        out.append(str(error))
    try:
        g(a=1, **{"a": 2})
    except TypeError as error:
        out.append(str(error))
    try:
        g(**{"a": 1}, **{"a": 2})
    except TypeError as error:
        out.append(str(error))
    try:
        g(**{1: 2})
    except TypeError as error:
        out.append(str(error))
    try:
        g(1, 2, 3)
    except TypeError as error:
        out.append(str(error))
    try:
        n(1)
    except TypeError as error:
        out.append(str(error))
    try:
        n.x
    except AttributeError as error:
        out.append((str(error), error.name, error.obj))
    try:
        n.x()
    except AttributeError as error:
        out.append((str(error), error.name, error.obj))
    try:
        n[0]
    except TypeError as error:
        out.append(str(error))
    try:
        [*5]
    except TypeError as error:
        out.append(str(error))
    try:
        {**5}
    except TypeError as error:
        out.append(str(error))
    try:
        a, b = 5
    except TypeError as error:
        out.append(str(error))
    try:
        a, b = [1]
    except ValueError as error:
        out.append(str(error))
    try:
        a, b = iter([1, 2, 3])
    except ValueError as error:
        out.append(str(error))
    try:
        a, *b, c = (1,)
    except ValueError as error:
        out.append(str(error))
    try:
        for a in 5:
            pass
    except TypeError as error:
        out.append(str(error))
    try:
        with 5:
            pass
    except TypeError as error:
        out.append(str(error))
    try:
        1 + "a"
    except TypeError as error:
        out.append(str(error))
    try:
        n += 1
    except TypeError as error:
        out.append(str(error))
    try:
        n **= 1
    except TypeError as error:
        out.append(str(error))
    try:
        -"a"
    except TypeError as error:
        out.append(str(error))
    try:
        1 < "a"
    except TypeError as error:
        out.append(str(error))
    try:
        print >> 5
    except TypeError as error:
        out.append(str(error))
    try:
        undefined_name
    except NameError as error:
        out.append((str(error), error.name))
    try:
        unbound
        unbound = 1
    except UnboundLocalError as error:
        out.append(str(error))
    try:
        n.x(unbound2)
        unbound2 = 1
    except (UnboundLocalError, AttributeError) as error:
        out.append(str(error))
    try:
        raise 5
    except TypeError as error:
        out.append(str(error))
    try:
        raise ValueError from 5
    except TypeError as error:
        out.append(str(error))
    try:
        {[]: 1}
    except TypeError as error:
        out.append(str(error))
    try:
        f"{5:q}"
    except ValueError as error:
        out.append(str(error))
    return out


def displays(L):
    a = L("a")
    yield [a.x, *L("i"), a.y], (a.x, *L("i")), {a.x: L("v").w, **L("m"), a.y: 1}
    yield {1, a.x, *L("i"), *[2, 3]}
    yield {"b": 1, **{"c": 2}, "b": 3}, [], {}, (), [1, 2], {1: 2}
    yield [x for x in (1, 2)], {**{}}


def comprehensions(L):
    a = L("a")
    k = 5
    yield [x.y for x in L("it").z if x.ok and x.fine if not x.bad]
    yield {x.k: x.v for x in L("it")}
    yield {x.k for x in L("it")}
    yield list(x.g for x in L("it") if x)
    yield [(x, y.z) for x in L("p") for y in x.children if y]
    yield [(x, y, z) for x, (y, *z) in [(1, (2, 3, 4)), (5, [6])]]
    yield [x + k for [x, y] in zip("ab", "cd") for k in "z"]
    yield [(last := x) for x in range(3)], last
    yield [[y for y in x] for x in ["ab", "c"]]
    yield [f() for f in [lambda: k, lambda: k + 1]], [(lambda x=x: x)() for x in range(2)]
    yield [x for x in "abc" if x < "b" < "c" or x == "c"]
    yield list(x or k for x in (0, 1)), list(x for x in [1, 2, 3] if 0 < a.n is not x)
    yield [x for x in (0 or [1, 2])], [x for x in ([] or L("e"))], [x for x in [[1 < k.real < 9][0]]]
    yield list(y for x in range(3) if (y := x * 2) or k)
    x = 1
    yield [x for x in range(2)], x
    yield {x: y for x, y in {1: 2}.items()}, sum(i * i for i in range(5) if i % 2)
    yield [x for x in [1, 2] for x in [x, x]], list(i < j < k for i in (1, 9) for j in (2, 3))
    yield list(abs(i) < abs(j) < abs(k) for i in (1, 9) for j in (2, 3))


def loops(L):
    a = L("a")
    for x in L("it").z:
        a(x)
        continue
    else:
        a("else")
    for a.x in [1, 2]:
        pass
    for i, (j, *rest) in [(1, (2, 3, 4))]:
        a(i, j, rest)
    for a[0], b in [(1, 2)]:
        a(b)
    for x in [1, 2, 3]:
        if x == 2:
            break
    else:
        a("never")
    n = 0
    while n < 3:
        n += 1
        if n == 1:
            continue
        if n == 2:
            break
    else:
        a("never")
    while a.more and n < 5:
        n += 1
    else:
        a("done")
    return x, n, i, j, rest


def unpacking(L):
    a = L("a")
    x, y = L("it")
    p, *q = L("it")
    (m, n), *o = [(1, 2), 3, 4]
    [r] = [5]
    () = []
    a.x, a.y = y, x
    a.p, b = b2 = L("two")
    x, y = y, x
    a[0], (a[1], c) = 1, (2, 3)
    s = t = u = L("v").w
    i = 0
    i, seq = 1, {0: 0, 1: 1}
    i, seq[i] = 0, "changed"
    *z, = "ab"
    return x, y, p, q, m, n, o, r, b, c, s, t, u, i, seq, z


def fstrings(L):
    a, w = L("a"), 12
    yield f"{a}", f"x{a.b!r}y", f"{a!s:>{w}}{w:0{w}d}", f"{a:abc{w}}", f"{a=}", f"{1 + 1}", f"plain", f"", f"{a!a}"
    yield f"{'nested'}{f'{a.x}'}", f"{w!r:>5}" f"{w}" "tail"


def withs(L):
    with L("a").m as x, L("b"), L("c").n as (p, q):
        L("body")(x, p)
    a = L("t")
    with L("d") as a.target, L("e") as a[0]:
        pass
    try:
        with L("f"), L("g"):
            raise ValueError(1)
    except ValueError as error:
        r = repr(error)
    with L("h", _swallow=True):
        raise KeyError
    with L("i"):
        return r, x, p, q


def exceptions(L):
    out = []
    try:
        out.append(1)
    except ValueError:
        out.append("no")
    else:
        out.append(2)
    finally:
        out.append(3)
    try:
        raise KeyError("k") from None
    except (ValueError, KeyError) as error:
        out += [repr(error), error.__cause__, error.__suppress_context__]
    try:
        error
    except UnboundLocalError as e:
        out.append(str(e))
    try:
        try:
            raise ValueError from KeyError("cause")
        except ValueError as e:
            raise
        finally:
            out.append("f")
    except Exception as e:
        out += [repr(e), repr(e.__cause__)]
    try:
        try:
            1 / 0
        except ZeroDivisionError as e:
            raise RuntimeError("x") from e
    except RuntimeError as e:
        out.append(repr(e.__context__))
    for i in range(3):
        try:
            if i == 0:
                continue
            if i == 1:
                break
        except ValueError:
            pass
        finally:
            out.append(i)
    try:
        try:
            raise OSError
        except L("kind").x:
            pass
    except TypeError as e:
        out.append(str(e))
    except:
        out.append("bare")

    def early():
        try:
            return out.append("r") or "value"
        finally:
            out.append("late")

    try:
        return out, early()
    except ValueError:
        pass


def closures(L):
    n = 1
    m = [0]

    def inner(a, b=L("default").x, *, c=L("kw").y) -> L("ann").z:
        nonlocal n
        n += a
        return n, b, c

    def deco(f):
        m.append(f.__name__)
        return f

    @L("d1").x
    @deco
    def other():
        pass

    def recursive(k):
        return k and recursive(k - 1)

    add = lambda x, y=n: x + y + n
    first = inner(2)
    return first, n, m, recursive(3), add(1), inner.__name__, add.__qualname__.rsplit(".", 2)[-2:], inner.__annotations__


def outer(L):
    value, other, gone = 1, L("other"), 2
    del gone

    def middle(extra):
        nonlocal value, other
        value += extra
        value = value + 10
        (value := value + 100) if False else None
        other.x = value
        got = [value for _ in range(2)], list(value for _ in range(1)), (lambda: value)()
        try:
            gone
        except NameError as e:
            got += (str(e), e.name, type(e).__name__)
        del other
        try:
            other
        except NameError as e:
            got += (str(e),)
        try:
            del other
        except NameError as e:
            got += (str(e),)
        other = 5
        return got

    return middle, lambda: (value, other)


def generator(L):
    got = yield L("a").x
    yield got.y if got else None
    try:
        sent = yield from L("it")
        yield (yield 3)
        sent2 = yield from (x.z for x in L("g"))
    finally:
        L("cleanup").run()
    return 5


def matching(L):
    out = []
    for x in (1, "a", None, 2.0, True, -1, (1, 2), [3, [4, 5]], {"k": 1, "z": 2}, "q", b"b"):
        match x:
            case 1 | 2:
                out.append("one or two")
            case "a":
                out.append("a")
            case None:
                out.append("none")
            case -1:
                out.append("minus")
            case sys.maxsize | b"b":
                out.append("max")
            case y if y == "q":
                out.append(y)
            case _:
                out.append("else")
        match x:
            case [a, b] | (a, b, _):
                out.append((a, b))
            case {"k": v, **rest} if v:
                out.append((v, rest))
            case 1 as one:
                out.append(one)
            case str():
                pass
            case _:
                pass
    return out


def matching_plain(L):
    out = []
    for x in (1, "a", None, 2.0, True, -1, (1, 2), [3, [4, 5]], {"k": 1, "z": 2}, "q", b"b"):
        match x:
            case 1 | 2:
                out.append("one or two")
            case "a":
                out.append("a")
            case None:
                out.append("none")
            case -1:
                out.append("minus")
            case sys.maxsize | b"b":
                out.append("max")
            case y if y == "q":
                out.append(y)
            case _:
                out.append("else")
        match x:
            case [a, [b, *c]]:
                out.append((a, b, c))
            case [a, b] | (a, b, _):
                out.append((a, b))
            case {"k": v, **rest} if v:
                out.append((v, rest))
            case 1 as one:
                out.append(one)
    match L("subject").x:
        case sys.maxsize:
            out.append("first")
        case other:
            out.append(other)
    return out


def imports(L):
    import os.path
    import os.path as p, json
    from json import decoder as d, loads
    import xml.etree.ElementTree as et

    out = [os.__name__, p is os.path, json.loads is loads, d.__name__, et.__name__]
    try:
        from json import nothing_there
    except ImportError as error:
        out.append((str(error), error.name, error.path))
    try:
        import nothing_here.at_all
    except ImportError as error:
        out.append((str(error), error.name))
    try:
        from . import neighbour
    except ImportError as error:
        out.append(str(error))
    return out


def annotated(L):
    a = L("a")
    x: undefined_thing = 5
    y: also.undefined
    a.z: undefined = a.w
    a[a.k]: undefined
    try:
        y
    except UnboundLocalError as error:
        return x, str(error)


def keyword_dict(L, *args, k=G, **kwargs):
    """Docstring."""
    kwargs["new"] = L("v").x
    return args, k, sorted(kwargs)


def iterators(L):
    class_ = None
    for x in OddIterable():
        class_ = x
    a, b = OddIterable()
    return class_, [x for x in OddIterable()], [*OddIterable()], a, b, list(x for x in OddIterable())


class OddIterator:
    """Has no `__iter__`."""

    def __init__(self):
        self.n = 0

    def __next__(self):
        NOTES.append("next")
        self.n += 1
        if self.n > 2:
            raise StopIteration
        return self.n


class OddIterable:
    def __iter__(self):
        NOTES.append("iter")
        return OddIterator()


class Base:
    def __init__(self, x=0):
        self.x = x
        self.__secret = x

    def m(self, a):
        return "Base", self.x, a

    @property
    def p(self):
        return self.__secret


class Derived(Base):
    __count = 0

    def __init__(self, x):
        super().__init__(x)
        self.__secret = x + 1
        self.__count += 1

    def m(self, a, *, __kw=1):
        __local = 3
        return super().m(a), self.__secret, self.__count, __local, __kw, __class__.__name__, super().p, __private_global()

    def nested(self):
        def inner():
            return super(Derived, self).m(1), self.__secret

        return inner(), (lambda: self.__secret)(), [self.__secret for _ in range(1)]

    def implicit(self):
        def inner(self):
            return super().m(2)

        return inner(self)

    @classmethod
    def c(cls):
        return cls.__count, super().__name__ if hasattr(super(), "__name__") else None

    @staticmethod
    def s(x):
        return x


def _Derived__private_global():
    return "mangled"


def methods(L):
    d = Derived(L("x"))
    return d.m(1), d.nested(), d.implicit(), Derived.c(), d.s(2), d.p
