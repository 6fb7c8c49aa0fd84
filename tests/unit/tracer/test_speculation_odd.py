"""Programs with odd objects, odd loops and odd errors: exact, or not ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial
from tests.unit.tracer.test_speculation_basics import PRELUDE

ODD = {
    "defaultdict factory shared": """
n=[]
def fac(): n.append(1); return []
d=defaultdict(fac)
def f(x):
    d[x%2].append(ask(x))
    return len(n)
""",
    "own defaultdict in c": """
n=[]
def fac(): n.append(1); return 0
def f(x):
    import operator
    d=defaultdict(fac)
    operator.itemgetter('a')(d)
    d.get('b')
    '{a} {b}'.format_map(d)
    '%(q)s' % d
    sorted('ab', key=d.__getitem__)
    list(map(d.__getitem__, 'xy'))
    ask(x)
    return len(n), dict(d)
""",
    "ifexp repr of self ref": """
l=[1]
l.append(l)
def f(x):
    ask(x)
    return repr(l), str({'a': l})
""",
    "own self ref": """
def f(x):
    l=[1]
    l.append(l)
    ask(x)
    return repr(l), l == l
""",
    "eq own python in dict": """
log=[]
class K:
    def __eq__(s,o): log.append(1); return True
    __hash__=object.__hash__
k=K()
d={'a':k}
e={'a':K()}
def f(x):
    ask(x)
    return (d == e, [k] == [K()], (k,1) != (K(),1), [k].index(K()), [k].count(K()), [k,1].remove(K()),
        len(log), k in [K()])
""",
    "list methods with eq": """
log=[]
class K:
    def __eq__(s,o): log.append(1); return True
l=[K(),K()]
def f(x):
    ask(x)
    return l.index(5), l.count(5), len(log)
""",
    "str subclass": """
log=[]
class S(str):
    def __str__(s): log.append(1); return 'z'
    def __format__(s,q): log.append(2); return 'y'
    def upper(s): log.append(3); return 'u'
s=S('a')
def f(x):
    ask(x)
    return (str(s), f'{s}', s.upper(), s+'b', '%s' % s, ''.join([s]), s == 'a', len(s), s[0], len(log),
        'a'.replace('a', s), '{}'.format(s), int.__add__(1,2), {s:1})
""",
    "int subclass": """
log=[]
class I(int):
    def __add__(s,o): log.append(1); return 5
    def __bool__(s): log.append(2); return False
    def __index__(s): log.append(3); return 1
    def __int__(s): log.append(4); return 1
i=I(3)
def f(x):
    ask(x)
    return (i+1, 1+i, bool(i), [1,2,3,4][i], int(i), range(i), sum([i,1]), 'a'*i, max(i,2), round(i),
        hex(i), 5 if i else 6, len(log), '%d' % i)
""",
    "list subclass": """
log=[]
class L(list):
    def append(s,v): log.append(v); super().append(v)
    def __iter__(s): log.append('i'); return super().__iter__()
    def __len__(s): log.append('l'); return super().__len__()
l=L([1])
def f(x):
    l.append(ask(x))
    m=L(l)
    m.append(2)
    return (list(l), len(m), sorted(m), len(log), [*l], l[0], l == m, list(l), tuple(l),
        ','.join(map(str,l)), sum(l), max(l), 1 in l)
""",
    "exception attrs": """
class E(Exception):
    def __str__(self): log.append('s'); return 'E!'
log=[]
def f(x):
    ask(x)
    try: raise E(x)
    except E as e:
        e.extra=1
        e.add_note('n')
        return str(e), repr(e), f'{e}', e.__notes__, e.extra, len(log), e.__traceback__ is not None
""",
    "oserror": """
def f(x):
    ask(x)
    try: raise OSError(2,'no','file')
    except FileNotFoundError as e: return e.errno, e.filename, str(e), type(e).__name__
""",
    "context kept": """
def f(x):
    ask(x)
    try: 1/0
    except ZeroDivisionError as e: c=e
    try: raise c
    finally: pass
""",
    "reraise stored": """
saved=[]
def f(x):
    ask(x)
    try: 1/0
    except ZeroDivisionError as e: saved.append(e)
    if x>2: raise saved[0]
    return len(saved)
""",
    "property setter": """
class C:
    def __init__(s): s._v=0
    @property
    def v(s): return s._v
    @v.setter
    def v(s,x): s._v+=x
c=C()
def f(x):
    c.v=x
    c.v+=1
    ask(x)
    return None
""",
    "delayed exception in generator": """
log=[]
def g():
    try:
        yield 1
    except GeneratorExit:
        log.append('exit'); raise
    finally:
        log.append('fin')
def f(x):
    a=g(); next(a)
    ask(x)
    del a
    b=g(); next(b)
    log.append('x')
    if x==2: raise ValueError
    b.close()
    return len(log)
""",
    "global del": """
v=1
def f(x):
    global v
    ask(x)
    try: v
    except NameError: v=x
    if x%2: del v
    return x
""",
    "builtin shadow": """
def len(x): return -1
def f(x): return ask(x), len([1])
def between(x):
    global len
    if x==3: del len
""",
    "builtins patched": """
import builtins
old=builtins.abs
def f(x): return ask(x), abs(-x)
def between(x):
    builtins.abs = (lambda v: 'p') if x==3 else old
""",
    "module patched": """
import math
old=math.sqrt
def f(x): return ask(x), math.sqrt(4)
def between(x):
    math.sqrt = (lambda v: 'p') if x==3 else old
""",
    "time patched": """
old=time.sleep
calls=[]
def fake(x): calls.append(x)
time.sleep=fake
def f(x):
    ask(x)
    return len(calls)
def close(): time.sleep=old
""",
    "wraps": """
n=[]
def deco(fn):
    @functools.wraps(fn)
    def w(*a,**k):
        n.append(fn.__name__)
        return fn(*a,**k)
    return w
@deco
def g(x): return ask(x)
def f(x): return g(x=x), g.__name__, g.__wrapped__(x)
""",
    "star kwargs order": """
def g(**k): return list(k)
d={'b':1,'a':2}
def f(x): return ask(x), g(**d, c=3), dict(d, z=1), {**d, 'a': 5}
def between(x):
    d.pop('b',0); d['b']=x
""",
    "walrus and chain": """
n=[]
def t(v): n.append(v); return v
def f(x): return ask(x), 1 < t(2) < t(x) < t(9), (y:=t(5)), len(n)
""",
    "aug on attr of item": """
class C: pass
c=C(); c.d={'k':[1]}; c.n=1
def f(x):
    c.d['k'] += [ask(x)]
    c.d['k'][0] += x
    c.n *= 2
    return None
""",
    "string +=": """
s=''
d={'t':''}
def f(x):
    global s
    s += str(ask(x))
    d['t'] += s[:1]
""",
    "tuple +=": """
t=()
def f(x):
    global t
    t += (ask(x),)
""",
    "setdefault append": """
d={}
def f(x):
    d.setdefault(x%2,[]).append(ask(x))
""",
    "dict order": """
d={}
def f(x):
    d.pop(1,None)
    d[1]=ask(x)
    d[x]=1
""",
    "len cond": """
l=[]
def f(x):
    if len(l)<2: l.append(ask(x))
    return bool(l)
""",
    "isinstance own": """
class A: pass
class B(A): pass
def f(x):
    b=B()
    return (ask(x), isinstance(b,A), isinstance(b,(int,A)), isinstance(b, int|A), issubclass(B,A),
        isinstance([],collections.abc.Sequence), isinstance(b, collections.abc.Iterable))
""",
    "match classes": """
def f(x):
    ask(x)
    match {'a':[x,2]}:
        case {'a':[1,y]}: return y
        case {'a':[z,*_]}: return z
""",
    "comprehension scoping": """
fs=[]
def f(x):
    fs.extend([lambda i=i: i+x for i in range(2)])
    ask(x)
    return [g() for g in fs]
""",
    "closure counters": """
def mk():
    c=0
    def inc():
        nonlocal c
        c+=1
        return c
    return inc
inc=mk()
def f(x):
    loc=mk(); loc();
    return inc(), loc(), ask(x)
""",
    "sorted stable mixed": """
class P:
    def __init__(s,k,v): s.k=k; s.v=v
ps=[P(1,'a'),P(0,'b'),P(1,'c')]
def f(x):
    ask(x)
    return ([p.v for p in sorted(ps,key=lambda p:(p.k,))],
        [p.v for p in sorted(ps,key=lambda p:-p.k,reverse=True)])
def between(x): ps[0].k=x-2
""",
    "zip shared with append": """
l=[1,2]
def f(x):
    out=[]
    for a,b in zip(l,itertools.count()):
        out.append((a,b))
        if len(l)<6: l.append(ask(x))
    return out
""",
    "dict changed in loop": """
d={1:1}
def f(x):
    for k in d:
        d[k+x]=ask(x)
    return x
""",
    "list removal in loop": """
l=[1,2,3,4,5,6]
def f(x):
    for v in l:
        if v%2: l.remove(v)
    ask(x)
    return list(l)
""",
    "print sep objects and flush": """
def f(x):
    print(1,2,[3],sep='',end='',flush=True)
    print()
    print(*range(3),sep='\\n')
    ask(x)
    print(None,True,1.0,b'a')
""",
    "reading own log": """
out=[]
def f(x):
    print('x')
    out.append(x)
    r=len(out)
    out.append(r)
    ask(x)
    return out[-1]
""",
    "super chains": """
class A:
    def __init__(s,*a,**k): s.a=a; super().__init__()
    def m(s): return 'A'
class B(A):
    def __init__(s,x): super().__init__(x,k=1); s.b=x
    def m(s): return super().m()+'B'
    def __eq__(s,o): return super().__eq__(o)
    __hash__=None
    def __repr__(s): return super().__repr__()[:5]
    def __setattr__(s,n,v): super().__setattr__(n,v)
    def __getattribute__(s,n): return super().__getattribute__(n)
def f(x):
    b=B(ask(x))
    return b.m(), b==b, repr(b), b.a
""",
}


@pytest.mark.parametrize("name", ODD)
def test_exact_however_odd(name: str, tmp_path: Path) -> None:
    Trial(PRELUDE + ODD[name], tmp_path).run()
