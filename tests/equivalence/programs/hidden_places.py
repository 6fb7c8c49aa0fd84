# ruff: noqa
"""Reads and writes that nobody sees in the text: other names for one place, code that operators run."""

import builtins
import collections
import collections.abc
import contextlib
import dataclasses
import io
import json
import random
import re
import sys
import weakref

def calls_only(write, items):
    out = []
    for x in items:
        out.append(write(x))
    return out

def reads_beside_writes(read, write, items):
    out = []
    for x in items:
        out.append(read(x))
        write(x)
    return out

def writes_before_reads(read, write, items):
    out = []
    for x in items:
        write(x)
        out.append(read(x))
    return out

def both(make, items=(3, 1, 2)):
    write, read = make()
    first = calls_only(write, items), read(0)
    write, read = make()
    second = reads_beside_writes(read, write, items), read(0)
    write, read = make()
    third = writes_before_reads(read, write, items), read(0)
    return first, second, third

class Box:
    total = 0
    def __init__(self, n=0):
        self.n = n
        self.items = []
LOG = []
COUNT = 0


def case_bases_changed():
    class A:
        def f(self): return 1
    class C:
        def f(self): return 2
    def make():
        class B(A): pass
        b = B()
        def write(x): B.__bases__ = (C,)
        return write, (lambda x: b.f())
    return both(make)


def case_random_subclass():
    class R(random.Random):
        def random(self): LOG.append(1); return 0.5
    def make():
        r = R(1)
        return (lambda x: r.uniform(0, x)), (lambda x: len(LOG))
    return both(make)


def case_fresh_defaultdict_factory_sideeffect():
    def make():
        n = [0]
        def fac(): n[0] += 1; return n[0]
        def write(x):
            d = collections.defaultdict(fac)
            return d[x]
        return write, (lambda x: n[0])
    return both(make)


def case_dict_view_alias():
    def make():
        d = {}
        ks = d.keys()
        def write(x): d[x] = 1
        return write, (lambda x: len(ks))
    return both(make)


def case_dict_view_items_in():
    def make():
        d = {}
        ks = d.items()
        def write(x): d[x] = 1
        return write, (lambda x: (1, 1) in ks)
    return both(make)


def case_bool_in_eq_result():
    seen = []
    class R:
        def __bool__(s): seen.append(1); return True
    class K:
        def __eq__(s, o): return R()
    k = K()
    return both(lambda: ((lambda x: 5 in [k]), (lambda x: len(seen))))


def case_bool_in_lt_result():
    seen = []
    class R:
        def __bool__(s): seen.append(1); return True
    class K:
        def __lt__(s, o): return R()
        def __gt__(s, o): return R()
    k = K()
    return both(lambda: ((lambda x: max([k, k]) is k), (lambda x: len(seen))))


def case_bool_tuple_compare():
    seen = []
    class R:
        def __bool__(s): seen.append(1); return True
    class K:
        def __eq__(s, o): return R()
    k = K()
    return both(lambda: ((lambda x: (k,) == (1,)), (lambda x: len(seen))))


def case_contains_result_bool():
    seen = []
    class R:
        def __bool__(s): seen.append(1); return True
    class K:
        def __contains__(s, o): return R()
    k = K()
    return both(lambda: ((lambda x: 3 in k), (lambda x: len(seen))))


def case_iter_length_hint_star():
    seen = []
    class K:
        def __iter__(s): return iter([1])
        def __length_hint__(s): seen.append(1); return 1
    k = K()
    return both(lambda: ((lambda x: [*k]), (lambda x: len(seen))))


def case_iter_length_hint_sorted():
    seen = []
    class K:
        def __iter__(s): return iter([1])
        def __len__(s): seen.append(1); return 1
    k = K()
    return both(lambda: ((lambda x: sorted(k)), (lambda x: len(seen))))


def case_iter_length_hint_starcall():
    seen = []
    class K:
        def __iter__(s): return iter([1])
        def __len__(s): seen.append(1); return 1
    k = K()
    def f(*a): return a
    return both(lambda: ((lambda x: f(*k)), (lambda x: len(seen))))


def case_iter_length_hint_bytes():
    seen = []
    class K:
        def __iter__(s): return iter([1])
        def __len__(s): seen.append(1); return 1
    k = K()
    return both(lambda: ((lambda x: bytes(k)), (lambda x: len(seen))))


def case_iter_length_hint_iadd():
    seen = []
    class K:
        def __iter__(s): return iter([1])
        def __len__(s): seen.append(1); return 1
    k = K()
    def write(x):
        l = [1, 2]; l += k; return l
    return both(lambda: (write, (lambda x: len(seen))))


def case_json_default_encoder_patched():
    old = json._default_encoder
    def make():
        json._default_encoder = old
        def write(x): json._default_encoder = json.JSONEncoder(separators=('|', '='))
        return write, lambda x: json.dumps([1, 2])
    try: return both(make)
    finally: json._default_encoder = old


def case_json_default_encoder_mutated():
    old = json._default_encoder.item_separator
    def make():
        json._default_encoder.item_separator = old
        def write(x): json._default_encoder.item_separator = '|'
        return write, lambda x: json.dumps([1, 2])
    try: return both(make)
    finally: json._default_encoder.item_separator = old


def case_builtins_patched_setattr_dict():
    old = builtins.len
    def make():
        builtins.len = old
        def write(x): builtins.__dict__['len'] = lambda o: 77
        return write, lambda x: len([1])
    try: return both(make)
    finally: builtins.len = old


def case_globals_dict_write():
    def make():
        g = globals(); g['COUNT'] = 0
        def write(x): g['COUNT'] = x
        return write, lambda x: COUNT
    return both(make)


def case_read_module_via_dict():
    def make():
        m = sys.modules[__name__]
        g = m.__dict__
        m.COUNT = 0
        def write(x):
            global COUNT
            COUNT = x
        return write, lambda x: g['COUNT']
    return both(make)


def case_read_instance_via_dict():
    def make():
        b = Box(); d = b.__dict__
        def write(x): b.n = x
        return write, lambda x: d['n']
    return both(make)


def case_write_instance_via_dict():
    def make():
        b = Box(); d = b.__dict__
        def write(x): d['n'] = x
        return write, lambda x: b.n
    return both(make)


def case_write_instance_via_dict_update():
    def make():
        b = Box(); d = vars(b)
        def write(x): d.update(n=x)
        return write, lambda x: b.n
    return both(make)


def case_instance_dict_shared_between():
    def make():
        b = Box(); c = Box(); c.__dict__ = b.__dict__
        def write(x): b.n = x
        return write, lambda x: c.n
    return both(make)


def case_class_dict_shared_borg():
    class Borg:
        state = {}
        def __init__(s): s.__dict__ = s.state
    def make():
        Borg.state.clear()
        a, b = Borg(), Borg(); a.v = 0
        def write(x): a.v = x
        return write, lambda x: b.v
    return both(make)


def case_slot_alias():
    class S:
        __slots__ = ('v',)
    S.w = S.v
    def make():
        s = S(); s.v = 0
        def write(x): s.w = x
        return write, lambda x: s.v
    return both(make)


def case_isinstance_getattr():
    acc = []
    class A:
        def __getattribute__(s, n): acc.append(n); return object.__getattribute__(s, n)
    a = A()
    return both(lambda: ((lambda x: isinstance(a, str)), (lambda x: len(acc))))


def case_isinstance_collections_abc():
    class T: pass
    t = T()
    def make():
        if '__len__' in T.__dict__: del T.__len__
        def write(x): T.__len__ = lambda s: 1
        return write, lambda x: isinstance(t, collections.abc.Sized)
    return both(make)


def case_match_class_instancecheck():
    acc = []
    class M(type):
        def __instancecheck__(c, o): acc.append(1); return True
    class A(metaclass=M): pass
    def write(x):
        match x:
            case A(): return 1
    return both(lambda: (write, (lambda x: len(acc))))


def case_dataclass_setattr():
    acc = []
    @dataclasses.dataclass
    class D:
        a: int
        def __setattr__(s, n, v): acc.append(v); object.__setattr__(s, n, v)
    return both(lambda: ((lambda x: D(x).a), (lambda x: len(acc))))


def case_dataclass_descriptor_field():
    acc = []
    class Desc:
        def __get__(s, o, t):
            if o is None: return 5
            return o._a
        def __set__(s, o, v): acc.append(v); o._a = v
    @dataclasses.dataclass
    class D:
        a: int = Desc()
    return both(lambda: ((lambda x: D(x).a), (lambda x: len(acc))))


def case_rmod_strsub():
    class V(str):
        n = 0
        def __rmod__(s, o): V.n += 1; return V.n
    v = V("q")
    return both(lambda: ((lambda x: "%s" % v), lambda x: V.n))


def case_index_str():
    class I:
        n = 0
        def __index__(s): I.n += 1; return 0
    i = I()
    return both(lambda: ((lambda x: "abc"[i]), lambda x: I.n))


def case_bytearray_eq_rev():
    def make():
        s = bytearray(b'abc')
        def write(x): s[0] = x
        return write, lambda x: b'abc' == s
    return both(make)


def case_re_match_object():
    def make():
        s = bytearray(b'ab'); m = re.match(b'a', s)
        def write(x): s[0] = 48 + x
        return write, lambda x: m.group()
    return both(make)


def case_instance_dict_len():
    def make():
        b = Box(); d = vars(b)
        def write(x): setattr(b, 'a%d' % x, 1)
        return write, lambda x: len(d)
    return both(make)


class Node:
    def __init__(self, v, nxt=None):
        self.v = v; self.next = nxt; self.kids = []
    def look(self): return self.v
    def deep(self): return self.v + (self.next.v if self.next else 0)


def look(n): return n.v


def _mk(attr, val):
    s = Node(0)
    def m(self, *a): s.v += 1; return val
    return s, type('A', (), {attr: m})()


def case_body_round_digits():
    s, a = _mk('__index__', 1)
    out = []
    for x in [1, 2, 3]:
        out.append(look(s)); round(1.55, a)
    return out


def case_body_list_mul_index():
    s, a = _mk('__index__', 0)
    out = []
    for x in [1, 2, 3]:
        out.append(look(s)); [1] * a; (1,) * a; "a" * a; b"a" * a
    return out


def case_body_excepthook_stdout():
    s = Node(0)
    class W:
        def write(self, t): s.v += 1
        def flush(self): pass
    old = sys.stdout
    out = []
    sys.stdout = W()
    try:
        for x in [1, 2, 3]:
            out.append(look(s)); print("x")
    finally: sys.stdout = old
    return out


def case_body_displayhook_audit():
    s = Node(0)
    out = []
    with contextlib.redirect_stdout(io.StringIO()) as f:
        def g(x): return len(f.getvalue())
        for x in [1, 2, 3]:
            out.append(g(x)); print("x")
    return out


def case_recursion_limit():
    def g(x): return sys.getrecursionlimit()
    out = []; old = sys.getrecursionlimit()
    try:
        for x in [1, 2, 3]:
            out.append(g(x)); sys.setrecursionlimit(old + x)
    finally: sys.setrecursionlimit(old)
    return out


def case_int_max_digits():
    def g(x): return len(str(10 ** 5000))
    out = []; old = sys.get_int_max_str_digits()
    try:
        for x in [1, 2]:
            try: out.append(g(x))
            except ValueError: out.append('V')
            sys.set_int_max_str_digits(0)
    finally: sys.set_int_max_str_digits(old)
    return out


def case_weakkeydict():
    d = weakref.WeakKeyDictionary(); b = Box(); d[b] = 1
    def g(x): return len(d)
    out = []
    for x in [1, 2]:
        out.append(g(x)); b = None
    return out


def case_handed_on_from_name_to_name():
    log = []
    def g(x):
        h = a = b = c = d = e = f = i = j = k = m = n = o = []
        for _ in range(20):
            h.append(x)
            h, a, b, c, d, e, f, i, j, k, m, n, o = a, b, c, d, e, f, i, j, k, m, n, o, log
        return len(log)
    def w(x):
        h = a = b = c = d = e = f = i = []
        [(h.append(x), (h := a), (a := b), (b := c), (c := d), (d := e), (e := f), (f := i), (i := log)) for _ in range(20)]
        return len(log)
    out = []
    for x in [1, 2, 3]: out.append(g(x))
    for x in [1, 2, 3]: out.append(w(x))
    return out, log


class Told:
    """Counts how often it was asked for its text; its other form is silent."""

    def __init__(self):
        self.asked = []

    def __str__(self):
        self.asked.append("text")
        return "told"

    def __repr__(self):
        return "Told()"


def _with_its_text(make, show):
    told = Told()

    def write(x):
        try:
            raise make(told)
        except Exception as error:
            return show(error)

    def read(x):
        return len(told.asked)

    return reads_beside_writes(read, write, [1, 2, 3]), writes_before_reads(read, write, [1, 2, 3])


def case_text_of_an_exception_is_that_of_its_argument():
    return [
        _with_its_text(make, show)
        for make in (ValueError, KeyError, lambda told: ValueError(told, 1))
        for show in (str, lambda error: f"{error}", lambda error: "%s" % error)
    ]


def case_text_of_an_exception_shows_what_was_set():
    def made(told):
        error = OSError(1, "text")
        error.strerror = told
        return error

    return [_with_its_text(make, str) for make in (made, lambda told: OSError(1, told))]


def case_operands_of_a_joining_operator_are_read():
    class Row(list):
        pass

    row, plain, data = Row([7]), [3], bytearray(b"a")

    def behind():
        return plain + row

    def join():
        return data + b"x"

    def fill():
        return data % ()

    out = []
    for x in [1, 2, 3]:
        out.append(behind())
        plain.append(x)
    for x in [1, 2, 3]:
        out.append(behind())
        row.append(x)
    for x in [1, 2, 3]:
        out.append(bytes(join()))
        data.append(97)
    for x in [1, 2, 3]:
        out.append(bytes(fill()))
        data.append(97)
    return out
