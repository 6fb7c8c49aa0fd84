"""Small programs, one for each way in which an object or an effect can hide: name, then source."""

from __future__ import annotations

from typing import Final

__all__ = ["SMALL"]

SMALL: Final[dict[str, str]] = {
    "operator.iadd": """\
import operator
def look(x): return sum(xs)
xs = []
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        operator.iadd(xs, [x])
    return out
""",
    "operator.iadd in callee": """\
import operator
xs = []
def write(x): return len(operator.iadd(xs, [x]))
def main():
    out = []
    for x in [3, 1]:
        out.append(write(x))
    return out
""",
    "operator.setitem": """\
import operator
d = {}
def look(x): return len(d)
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        operator.setitem(d, x, 1)
    return out
""",
    "instance dict alias": """\
class B: pass
b = B(); b.n = 0
d = b.__dict__
def look(x): return b.n
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        d['n'] += x
    return out
""",
    "instance dict update in a function": """\
class B: pass
b = B(); b.n = 0
d = vars(b)
def bump(x): d['n'] = d['n'] + x
def look(x): return b.n
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        bump(x)
    return out
""",
    "globals alias": """\
COUNT = 0
g = globals()
def look(x): return COUNT
def bump(x): g['COUNT'] += x
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        bump(x)
    return out
""",
    "module dict via sys.modules": """\
import sys
COUNT = 0
me = sys.modules[__name__]
def look(x): return COUNT
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        me.COUNT += x
    return out
""",
    "class dict alias": """\
class B:
    n = 0
b = B()
def look(x): return b.n
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        setattr(B, 'n', B.n + x)
    return out
""",
    "str times index": """\
class P:
    def __init__(self): self.k = 0
    def __index__(self):
        self.k += 1
        return self.k
p = P()
def write(x): return 'a' * p
def main():
    out = []
    for x in [3, 1]:
        out.append(write(x))
        out.append(p.k)
    return out
""",
    "str times index body": """\
class P:
    def __init__(self): self.k = 0
    def __index__(self):
        self.k += 1
        return self.k
p = P()
def look(x): return p.k
def main():
    out = []
    for x in [3, 1]:
        out.append(look(x))
        'a' * p
    return out
""",
    "list times index": """\
class P:
    def __init__(self): self.k = 0
    def __index__(self):
        self.k += 1
        return self.k
p = P()
def write(x): return [x] * p, (1,) * p, p * b'a'
def main():
    out = []
    for x in [3, 1]:
        out.append(write(x))
    return out
""",
    "prepared exception": """\
e = ValueError(1)
def bad(x): raise e
def main():
    out = []
    for x in [1, 2]:
        try:
            out.append(bad(x))
        except ValueError as error:
            out.append(error)
    return out
""",
    "exception returned then raised": """\
e = ValueError(1)
def get(x): return e
def bad(x): raise get(x)
def main():
    out = []
    for x in [1, 2]:
        try:
            out.append(bad(x))
        except ValueError as error:
            out.append(error)
    return out
""",
    "raise from prepared": """\
e = ValueError(1)
def bad(x):
    try:
        raise e from KeyError(x)
    except ValueError as f:
        return str(f.__cause__)
def look(x): return str(e.__cause__)
def main():
    out = []
    for x in [1, 2]:
        out.append(look(x))
        bad(x)
    return out
""",
    "with_traceback": """\
e = ValueError(1)
def bad(x):
    e.add_note(str(x)); return e.__notes__[-1], len(e.__notes__)
def main():
    return [bad(x) for x in (1, 2)]
""",
    "guard stale: container item type changes": """\
class A:
    def run(self): return 1
class B:
    def run(self): return N[0]
N = [0]
xs = [A(), A(), A()]
def look(x): return xs[x].run()
def main():
    out = []
    for x in [0, 1, 2]:
        out.append(look(x))
        xs[2] = B(); N[0] += 5
    return out
""",
    "body replaces attribute object": """\
class A:
    def __init__(self): self.m = M(1)
class M:
    def __init__(self, v): self.v = v
    def get(self): return self.v
a = A()
def look(x): return a.m.get()
def main():
    out = []
    for x in [0, 1, 2]:
        out.append(look(x))
        a.m = M(x + 10)
    return out
""",
    "body mutates through result": """\
store = {'k': [1]}
def get(x): return store['k']
def main():
    out = []
    for x in [0, 1, 2]:
        y = get(x)
        y.append(x)
        out.append(len(y))
    return out
""",
    "body mutates fresh result holding shared": """\
inner = [1]
def get(x): return {'i': inner, 'n': len(inner)}
def main():
    out = []
    for x in [0, 1, 2]:
        y = get(x)
        y['i'].append(x)
        out.append(y['n'])
    return out
""",
    "second stage reads what result mutation changed": """\
def make(x): return [x]
def size(y): return len(y)
def main():
    out = []
    for x in [0, 1, 2]:
        y = make(x)
        y.append(5)
        out.append(size(y))
    return out
""",
    "default dict read in look": """\
import collections
d = collections.defaultdict(int)
def look(x): return d[x] + len(d)
def main():
    return [look(x) for x in (3, 1, 3)]
""",
    "dict view held": """\
d = {1: 2}
v = d.values()
def look(x): return sum(v)
def main():
    out = []
    for x in [0, 1, 2]:
        out.append(look(x))
        d[x] = 9
    return out
""",
    "memoryview read": """\
buf = bytearray(3)
v = memoryview(buf)
def look(x): return v[0]
def main():
    out = []
    for x in [0, 1, 2]:
        out.append(look(x))
        buf[0] += 1
    return out
""",
    "method wrapper": """\
xs = []
size = xs.__len__
def look(x): return size()
def main():
    out = []
    for x in [0, 1, 2]:
        out.append(look(x))
        xs.append(x)
    return out
""",
    "iterator length": """\
xs = [1, 2, 3]
def look(x): return [*reversed(xs)]
def main():
    out = []
    for x in xs:
        out.append(look(x))
        xs[0] += 1
    return out
""",
    "lambda in dict": """\
n = 0
table = {'a': lambda x: n + x}
def main():
    global n
    out = []
    for x in [0, 1, 2]:
        out.append(table['a'](x))
        n += 1
    return out
""",
    "table entry replaced": """\
table = {'a': lambda x: x}
def call(x): return table['a'](x)
def main():
    out = []
    for x in [0, 1, 2]:
        out.append(call(x))
        table['a'] = lambda x: -x
    return out
""",
    "slots": """\
class A:
    __slots__ = ('n',)
a = A(); a.n = 0
member = A.__dict__['n']
def look(x): return a.n
def main():
    out = []
    for x in [1, 2]:
        out.append(look(x))
        member.__set__(a, x)
    return out
""",
    "simple namespace": """\
import types
ns = types.SimpleNamespace(n=0)
d = vars(ns)
def look(x): return ns.n
def main():
    out = []
    for x in [1, 2]:
        out.append(look(x))
        d['n'] = x
    return out
""",
    "str startswith tuple subclass / join generator": """\
log = []
def gen(x):
    log.append(x); yield 'a'
def write(x): return ''.join(gen(x)), len(log)
def main(): return [write(x) for x in (1, 2)]
""",
    "functools.partial keywords": """\
import functools
opts = {'n': 0}
def f(x, *, o): return o['n'] + x
g = functools.partial(f, o=opts)
def main():
    out = []
    for x in [1, 2]:
        out.append(g(x)); opts['n'] += 10
    return out
""",
    "nested function default alias": """\
acc = []
def write(x):
    def inner(v, bag=acc):
        bag.append(v); return len(bag)
    return inner(x)
def main(): return [write(x) for x in (1, 2)]
""",
    "class body effect": """\
acc = []
def write(x):
    class C:
        acc.append(x)
        n = len(acc)
    return C.n
def main(): return [write(x) for x in (1, 2)]
""",
    "decorator effect": """\
acc = []
def deco(f):
    acc.append(1); return f
def write(x):
    @deco
    def g(): return len(acc)
    return g()
def main(): return [write(x) for x in (1, 2)]
""",
    "annotation effect": """\
acc = []
def write(x):
    class C:
        y: acc.append(1) = 3
    return len(acc)
def main(): return [write(x) for x in (1, 2)]
""",
    "property deleter": """\
acc = []
class P:
    @property
    def q(self): return 1
    @q.deleter
    def q(self): acc.append(1)
p = P()
def write(x):
    del p.q
    return len(acc)
def main(): return [write(x) for x in (1, 2)]
""",
    "json default": """\
import json
log = []
def default(o):
    log.append(1)
    return len(log)
def dump(x): return json.dumps(x, default=default)
def main():
    out = []
    for x in [{2}, {3}, {4}]:
        out.append((len(log), dump(x)))
    return out
""",
    "json default object": """\
import json
class C: pass
log = []
def default(o):
    log.append(1)
    return len(log)
def main():
    out = []
    for x in [C(), C(), C()]:
        n = len(log)
        out.append((n, json.dumps(x, default=default)))
    return out
""",
    "json default nested": """\
import json
log = []
def default(o):
    log.append(1)
    return len(log)
def dump(x): return json.dumps(x, default=default)
def main():
    out = []
    for x in [{1: {2}}, {1: {3}}, {1: {2}}]:
        out.append((len(log), dump(x)))
    return out
""",
    "json cls": """\
import json
log = []
class E(json.JSONEncoder):
    def default(self, o):
        log.append(1)
        return len(log)
def dump(x): return json.dumps(x, cls=E)
def main():
    out = []
    for x in [{1: {2}}, {1: {3}}, {1: {2}}]:
        out.append((len(log), dump(x)))
    return out
""",
    "json loads hook": """\
import json
log = []
def hook(d):
    log.append(1)
    return len(log)
def load(x): return json.loads(x, object_hook=hook)
def main():
    out = []
    for x in ['{}', '[{}]', '{}']:
        out.append((len(log), load(x)))
    return out
""",
    "json parse_int": """\
import json
log = []
def hook(d):
    log.append(1)
    return len(log)
def main():
    out = []
    for x in ['1', '[2]', '3']:
        out.append((len(log), json.loads(x, parse_int=hook)))
    return out
""",
    "lambda default body": """\
import json
n = [0]
def dump(x): return json.dumps(x, default=lambda o: n[0])
def main():
    out = []
    for x in [{1}, {2}]:
        out.append(dump(x))
        n[0] += 1
    return out
""",
}
