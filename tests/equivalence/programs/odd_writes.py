# ruff: noqa
"""Odd ways to change something: each runs as the callee of a loop, and as the body's part beside a callee that looks.

Every case makes a pair: `write(x)` changes shared state and returns something that shows it, `read(x)` looks.
"""

import array
import bisect
import builtins
import collections
import contextlib
import copy
import dataclasses
import enum
import functools
import heapq
import io
import itertools
import json
import operator
import pickle
import re
import string
import struct
import sys
import types
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


def reads_in_comprehension(read, write, items):
    return [(read(x), write(x)) for x in items]


def both(make, items=(3, 1, 2)):
    write, read = make()
    first = calls_only(write, items), read(0)
    write, read = make()
    second = reads_beside_writes(read, write, items), read(0)
    write, read = make()
    third = writes_before_reads(read, write, items), read(0)
    write, read = make()
    return first, second, third, reads_in_comprehension(read, write, items), read(0)


class Box:
    total = 0

    def __init__(self):
        self.n = 0
        self.items = []


BOX = Box()
COUNT = 0
NAMES = {}

LOG = []


def _log(value):
    def method(self, *args):
        LOG.append(len(args))
        return value(self, *args) if callable(value) else value

    return method


class Meta(type):
    def __instancecheck__(cls, other):
        LOG.append("instance")
        return False


class P(metaclass=Meta):
    __int__ = _log(1)
    __float__ = _log(0.0)
    __bool__ = _log(False)
    __hash__ = _log(1)
    __abs__ = _log(1)
    __round__ = _log(1)
    __len__ = _log(1)
    __repr__ = _log("r")
    __str__ = _log("s")
    __format__ = _log("f")
    __bytes__ = _log(b"b")
    __index__ = _log(0)
    __neg__ = __invert__ = __add__ = __radd__ = __call__ = __divmod__ = __pow__ = __matmul__ = _log(1)
    __getitem__ = _log(1)
    __contains__ = _log(True)
    __iter__ = _log(lambda self: iter([]))
    __reversed__ = _log(lambda self: iter([1]))
    __eq__ = _log(True)
    __ne__ = _log(False)
    __lt__ = __gt__ = __le__ = __ge__ = _log(False)
    __dir__ = _log(lambda self: ["a"])
    __complex__ = _log(1j)
    __floor__ = __trunc__ = __sizeof__ = _log(1)
    __fspath__ = _log("p")
    __getattr__ = _log(lambda self, name: (_ for _ in ()).throw(AttributeError(name)) if name.startswith("__") else name)
    __enter__ = _log(1)
    __exit__ = _log(None)

    def use(self):
        with self:
            pass

    def check(self):
        try:
            assert not LOG or not self, f"{self}"
        except AssertionError:
            return 0

    def match(self):
        match self:
            case 1:
                return 1


PROTOCOL = P()


def case_list_append_unbound():
    def make():
        xs = []
        def write(x):
            list.append(xs, x)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_list_dunder_iadd():
    def make():
        xs = []
        def write(x):
            xs.__iadd__([x])
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_operator_iadd():
    def make():
        xs = []
        def write(x):
            operator.iadd(xs, [x])
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_operator_setitem():
    def make():
        d = {}
        def write(x):
            operator.setitem(d, x, len(d))
            return d[x]

        def read(x):
            return len(d)

        return write, read

    return both(make)


def case_operator_delitem():
    def make():
        xs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        def write(x):
            operator.delitem(xs, 0)
            return xs[0]

        def read(x):
            return xs[0]

        return write, read

    return both(make)


def case_operator_methodcaller():
    def make():
        xs = []
        push = operator.methodcaller('append', 7)
        def write(x):
            push(xs)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_operator_attrgetter_of_property():
    def make():
        class P:
            n = 0
            @property
            def up(self):
                self.n += 1
                return self.n
        p = P()
        get = operator.attrgetter('up')
        def write(x):
            return get(p)

        def read(x):
            return p.n

        return write, read

    return both(make)


def case_operator_itemgetter_missing():
    def make():
        d = collections.defaultdict(list)
        get = operator.itemgetter(3)
        def write(x):
            get(d)
            d[x]
            return len(d)

        def read(x):
            return len(d)

        return write, read

    return both(make)


def case_partial_of_method():
    def make():
        xs = []
        push = functools.partial(list.append, xs)
        def write(x):
            push(x)
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_bound_method_in_attribute():
    def make():
        xs = []
        b = Box()
        b.push = xs.append
        def write(x):
            b.push(x)
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_bound_method_in_tuple():
    def make():
        xs = []
        t = (xs.append, len)
        def write(x):
            t[0](x)
            return t[1](xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_map_over_append():
    def make():
        xs = []
        def write(x):
            list(map(xs.append, [x, x]))
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_map_unconsumed():
    def make():
        xs = []
        def write(x):
            m = map(xs.append, [x])
            return len(xs), next(m, None), len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_filter_over_method():
    def make():
        s = {0}
        def write(x):
            list(filter(s.add, [x]))
            return len(s)

        def read(x):
            return len(s)

        return write, read

    return both(make)


def case_any_of_generator():
    def make():
        xs = []
        def write(x):
            any(xs.append(i) for i in range(x))
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_sorted_key():
    def make():
        xs = []
        def write(x):
            sorted([x, 0], key=lambda v: xs.append(v) or v)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_sort_key_method():
    def make():
        class K:
            n = 0
            def key(self, v):
                self.n += 1
                return -v
        k = K()
        def write(x):
            ys = [x, 0]
            ys.sort(key=k.key)
            return k.n

        def read(x):
            return k.n

        return write, read

    return both(make)


def case_max_key():
    def make():
        xs = []
        def write(x):
            max(x, 0, key=lambda v: xs.append(v) or v)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_min_default_iter():
    def make():
        xs = []
        def write(x):
            min((xs.append(x) or 1 for _ in range(2)), default=0)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_reduce_function():
    def make():
        xs = []
        def write(x):
            functools.reduce(lambda a, b: xs.append(b) or a, [0, x])
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_accumulate_function():
    def make():
        xs = []
        def write(x):
            list(itertools.accumulate([0, x], lambda a, b: xs.append(b) or a))
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_groupby_key():
    def make():
        xs = []
        def write(x):
            list(itertools.groupby([x], key=lambda v: xs.append(v)))
            return len(xs)

        def read(x):
            return sum(xs)

        return write, read

    return both(make)


def case_starmap_function():
    def make():
        xs = []
        def write(x):
            list(itertools.starmap(xs.insert, [(0, x)]))
            return xs[-1]

        def read(x):
            return xs[0] if xs else None

        return write, read

    return both(make)


def case_re_sub_function():
    def make():
        xs = []
        def write(x):
            re.sub('a', lambda m: xs.append(m[0]) or 'b', 'a' * x)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_str_translate_mapping():
    def make():
        class T(dict):
            n = 0
            def __missing__(self, k):
                self.n += 1
                return k
        t = T()
        def write(x):
            return ('ab' * x).translate(t), t.n

        def read(x):
            return t.n

        return write, read

    return both(make)


def case_str_join_iter():
    def make():
        class J:
            n = 0
            def __iter__(self):
                self.n += 1
                return iter('ab')
        j = J()
        def write(x):
            return ','.join(j), j.n

        def read(x):
            return j.n

        return write, read

    return both(make)


def case_str_format_attribute():
    def make():
        class F:
            n = 0
            @property
            def up(self):
                self.n += 1
                return self.n
        f = F()
        def write(x):
            return '{0.up}'.format(f)

        def read(x):
            return f.n

        return write, read

    return both(make)


def case_str_format_map():
    def make():
        class M(dict):
            def __missing__(self, k):
                self[k] = len(self)
                return self[k]
        m = M()
        def write(x):
            return f'{{k{x}}}'.format_map(m)

        def read(x):
            return len(m)

        return write, read

    return both(make)


def case_template_substitute():
    def make():
        class M(dict):
            n = 0
            def __getitem__(self, k):
                self.n += 1
                return self.n
        m = M()
        t = string.Template('$a $a')
        def write(x):
            return t.substitute(m)

        def read(x):
            return m.n

        return write, read

    return both(make)


def case_percent_mapping():
    def make():
        class M(dict):
            n = 0
            def __getitem__(self, k):
                self.n += 1
                return self.n
        m = M()
        def write(x):
            return '%(a)s' % m

        def read(x):
            return m.n

        return write, read

    return both(make)


def case_vars_of_instance():
    def make():
        b = Box()
        def write(x):
            vars(b)['n'] += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_instance_dict():
    def make():
        b = Box()
        def write(x):
            b.__dict__['n'] += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_instance_dict_alias():
    def make():
        b = Box()
        d = b.__dict__
        def write(x):
            d['n'] += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_instance_dict_update():
    def make():
        b = Box()
        def write(x):
            b.__dict__.update(n=b.n * 2 + x)
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_instance_dict_replaced():
    def make():
        b = Box()
        def write(x):
            b.__dict__ = {'n': b.n + x}
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_setattr_dynamic():
    def make():
        b = Box()
        def write(x):
            setattr(b, 'n', getattr(b, 'n') + x)
            return b.n

        def read(x):
            return getattr(b, 'n')

        return write, read

    return both(make)


def case_setattr_name_from_argument():
    def make():
        b = Box()
        def write(x):
            setattr(b, 'n' if x else 'm', b.n + x)
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_delattr_restores_class_value():
    def make():
        b = Box()
        b.total = 9
        def write(x):
            if 'total' in vars(b):
                delattr(b, 'total')
                return 'deleted'
            return b.total

        def read(x):
            return b.total

        return write, read

    return both(make)


def case_object_setattr():
    def make():
        @dataclasses.dataclass(frozen=True)
        class D:
            n: int = 0
        d = D()
        def write(x):
            object.__setattr__(d, 'n', d.n + x)
            return d.n

        def read(x):
            return d.n

        return write, read

    return both(make)


def case_super_setattr():
    def make():
        class S:
            n = 0
            def __setattr__(self, k, v):
                super().__setattr__(k, v * 2)
        s = S()
        def write(x):
            s.n = s.n + x
            return s.n

        def read(x):
            return s.n

        return write, read

    return both(make)


def case_type_of_self():
    def make():
        class S:
            n = 0
            def up(self, x):
                type(self).n += x
                return type(self).n
        s = S()
        def write(x):
            return s.up(x)

        def read(x):
            return S.n

        return write, read

    return both(make)


def case_class_dunder():
    def make():
        class S:
            n = 0
        s = S()
        def write(x):
            s.__class__.n += x
            return s.n

        def read(x):
            return s.n

        return write, read

    return both(make)


def case_type_setattr():
    def make():
        class S:
            n = 0
        def write(x):
            type.__setattr__(S, 'n', S.n + x)
            return S.n

        def read(x):
            return S().n

        return write, read

    return both(make)


def case_mutated_class_list():
    def make():
        class S:
            xs = []
        s = S()
        def write(x):
            S.xs.append(x)
            return len(s.xs)

        def read(x):
            return len(S().xs)

        return write, read

    return both(make)


def case_module_attribute():
    def make():
        me = sys.modules[__name__]
        me.COUNT = 0
        def write(x):
            me.COUNT += x
            return COUNT

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_globals_update():
    def make():
        globals()['COUNT'] = 0
        def write(x):
            globals().update(COUNT=COUNT + x)
            return COUNT

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_globals_alias():
    def make():
        g = globals()
        g['COUNT'] = 0
        def write(x):
            g['COUNT'] += x
            return COUNT

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_function_globals():
    def make():
        global COUNT
        COUNT = 0
        def write(x):
            calls_only.__globals__['COUNT'] += x
            return COUNT

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_cell_contents():
    def make():
        n = 0
        def look():
            return n
        cell = look.__closure__[0]
        def write(x):
            cell.cell_contents += x
            return look()

        def read(x):
            return look()

        return write, read

    return both(make)


def case_function_defaults():
    def make():
        def g(v=[0]):
            return len(v)
        def write(x):
            g.__defaults__[0].append(x)
            return g()

        def read(x):
            return g()

        return write, read

    return both(make)


def case_function_dict():
    def make():
        def g():
            return g.n
        g.n = 0
        def write(x):
            g.n += x
            return g()

        def read(x):
            return g()

        return write, read

    return both(make)


def case_builtins_patched():
    def make():
        builtins.xcs_case_value = 0
        def write(x):
            builtins.xcs_case_value += x
            return xcs_case_value

        def read(x):
            return xcs_case_value

        return write, read

    try:
        return both(make)
    finally:
        del builtins.xcs_case_value


def case_slice_assignment():
    def make():
        xs = [0, 0, 0]
        def write(x):
            xs[:] = [xs[-1] + x] * 3
            return xs[0]

        def read(x):
            return xs[0]

        return write, read

    return both(make)


def case_slice_deletion():
    def make():
        xs = list(range(40))
        def write(x):
            del xs[:x]
            return xs[0]

        def read(x):
            return xs[0]

        return write, read

    return both(make)


def case_extended_slice():
    def make():
        xs = [0] * 6
        def write(x):
            xs[::2] = [xs[0] + x] * 3
            return xs[2]

        def read(x):
            return xs[4]

        return write, read

    return both(make)


def case_inplace_multiply():
    def make():
        xs = [1]
        def write(x):
            ys = xs
            ys *= 2
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_inplace_or_on_set():
    def make():
        s = {0}
        def write(x):
            t = s
            t |= {x}
            return len(s)

        def read(x):
            return len(s)

        return write, read

    return both(make)


def case_inplace_or_on_dict():
    def make():
        d = {}
        def write(x):
            e = d
            e |= {x: 1}
            return len(d)

        def read(x):
            return len(d)

        return write, read

    return both(make)


def case_tuple_item_iadd():
    def make():
        t = ([],)
        def write(x):
            try:
                t[0] += [x]
            except TypeError:
                pass
            return len(t[0])

        def read(x):
            return len(t[0])

        return write, read

    return both(make)


def case_unpacking_store():
    def make():
        b = Box()
        def write(x):
            a, b.n = x, b.n + x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_starred_store():
    def make():
        b = Box()
        def write(x):
            *b.items, last = [*b.items, x, x]
            return len(b.items)

        def read(x):
            return len(b.items)

        return write, read

    return both(make)


def case_for_target_store():
    def make():
        b = Box()
        def write(x):
            for b.n in range(b.n, b.n + x):
                pass
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_for_subscript_store():
    def make():
        d = {'k': 0}
        def write(x):
            for d['k'] in (d['k'] + x,):
                pass
            return d['k']

        def read(x):
            return d['k']

        return write, read

    return both(make)


def case_with_target_store():
    def make():
        b = Box()
        def write(x):
            with contextlib.nullcontext(b.n + x) as b.n:
                pass
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_walrus_global():
    def make():
        global COUNT
        COUNT = 0
        def write(x):
            global COUNT
            return (COUNT := COUNT + x)

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_except_name_global():
    def make():
        global COUNT
        COUNT = 0
        def write(x):
            global COUNT
            try:
                raise ValueError(x)
            except ValueError as COUNT:
                kept = COUNT.args
            COUNT = kept[0]
            return kept

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_import_as_global():
    def make():
        global COUNT
        COUNT = 0
        def write(x):
            global COUNT
            before = type(COUNT).__name__
            import json as COUNT
            return before

        def read(x):
            return type(COUNT).__name__

        return write, read

    return both(make)


def case_def_as_global():
    def make():
        global COUNT
        COUNT = lambda: 0
        def write(x):
            global COUNT
            before = COUNT()
            def COUNT():
                return x
            return before

        def read(x):
            return COUNT()

        return write, read

    return both(make)


def case_match_capture_global():
    def make():
        global COUNT
        COUNT = 0
        def write(x):
            global COUNT
            before = COUNT
            match x:
                case COUNT:
                    pass
            return before

        def read(x):
            return COUNT

        return write, read

    return both(make)


def case_augmented_alias_of_argument():
    def make():
        b = Box()
        def write(x):
            def inner(o):
                o.n += x
                return o.n
            return inner(b)

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_return():
    def make():
        b = Box()
        def get():
            return b
        def write(x):
            get().n += x
            return b.n

        def read(x):
            return get().n

        return write, read

    return both(make)


def case_alias_through_container():
    def make():
        b = Box()
        d = {'k': [b]}
        def write(x):
            d['k'][0].n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_conditional():
    def make():
        b, e = Box(), Box()
        def write(x):
            (b if x % 2 else e).n += x
            return b.n, e.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_or():
    def make():
        b = Box()
        def write(x):
            (None or b).n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_unpacking():
    def make():
        b = Box()
        def write(x):
            first, *rest = [b, 1]
            first.n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_starred_call():
    def make():
        b = Box()
        def write(x):
            def inner(*args, **kw):
                args[0].n += x
                kw['k'].n += x
                return args[0].n
            return inner(*[b], **{'k': b})

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_zip():
    def make():
        b = Box()
        def write(x):
            for o, v in zip([b], [x]):
                o.n += v
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_dict_items():
    def make():
        b = Box()
        d = {'k': b}
        def write(x):
            for k, o in d.items():
                o.n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_sorted():
    def make():
        b = Box()
        def write(x):
            sorted([b], key=id)[0].n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_copy():
    def make():
        b = Box()
        def write(x):
            copy.copy(b).items.append(x)
            return len(b.items)

        def read(x):
            return len(b.items)

        return write, read

    return both(make)


def case_alias_through_list_copy():
    def make():
        xs = [[]]
        def write(x):
            list(xs)[0].append(x)
            return len(xs[0])

        def read(x):
            return len(xs[0])

        return write, read

    return both(make)


def case_alias_through_dict_copy():
    def make():
        d = {'k': []}
        def write(x):
            dict(d)['k'].append(x)
            {**d}['k'].append(x)
            return len(d['k'])

        def read(x):
            return len(d['k'])

        return write, read

    return both(make)


def case_alias_through_slice():
    def make():
        xs = [[]]
        def write(x):
            xs[:][0].append(x)
            return len(xs[0])

        def read(x):
            return len(xs[0])

        return write, read

    return both(make)


def case_alias_through_concatenation():
    def make():
        xs = [[]]
        def write(x):
            (xs + [])[0].append(x)
            return len(xs[0])

        def read(x):
            return len(xs[0])

        return write, read

    return both(make)


def case_alias_through_iter():
    def make():
        xs = [[]]
        def write(x):
            next(iter(xs)).append(x)
            return len(xs[0])

        def read(x):
            return len(xs[0])

        return write, read

    return both(make)


def case_alias_through_max():
    def make():
        xs = [[]]
        def write(x):
            max(xs, [], key=id)
            max(xs).append(x)
            return len(xs[0])

        def read(x):
            return len(xs[0])

        return write, read

    return both(make)


def case_alias_through_getattr_default():
    def make():
        b = Box()
        def write(x):
            getattr(object, 'missing', b).n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_dict_get_default():
    def make():
        b = Box()
        def write(x):
            {}.get('k', b).n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_closure_factory():
    def make():
        b = Box()
        def make_setter(o):
            def set_it(v):
                o.n += v
                return o.n
            return set_it
        def write(x):
            return make_setter(b)(x)

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_lambda_default():
    def make():
        b = Box()
        def write(x):
            return (lambda v, o=b: setattr(o, 'n', o.n + v) or o.n)(x)

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_generator():
    def make():
        b = Box()
        def gen():
            yield b
        def write(x):
            for o in gen():
                o.n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_exception():
    def make():
        b = Box()
        def write(x):
            try:
                raise KeyError(b)
            except KeyError as error:
                error.args[0].n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_namedtuple():
    def make():
        b = Box()
        N = collections.namedtuple('N', 'o')
        n = N(b)
        def write(x):
            n.o.n += x
            n._replace(o=b).o.n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_weakref():
    def make():
        b = Box()
        r = weakref.ref(b)
        p = weakref.proxy(b)
        def write(x):
            r().n += x
            p.n += x
            return b.n

        def read(x):
            return b.n

        return write, read

    return both(make)


def case_alias_through_simple_namespace():
    def make():
        ns = types.SimpleNamespace(n=0)
        def write(x):
            ns.n += x
            return ns.n

        def read(x):
            return ns.n

        return write, read

    return both(make)


def case_alias_through_mapping_proxy():
    def make():
        d = {'k': []}
        p = types.MappingProxyType(d)
        def write(x):
            p['k'].append(x)
            return len(d['k'])

        def read(x):
            return len(p['k'])

        return write, read

    return both(make)


def case_alias_through_chain_map():
    def make():
        d = {}
        m = collections.ChainMap(d, {})
        def write(x):
            m[x] = len(m)
            return len(d)

        def read(x):
            return len(d)

        return write, read

    return both(make)


def case_alias_through_user_dict():
    def make():
        u = collections.UserDict()
        def write(x):
            u[x] = len(u)
            return len(u.data)

        def read(x):
            return len(u)

        return write, read

    return both(make)


def case_alias_through_memoryview():
    def make():
        buf = bytearray(4)
        view = memoryview(buf)
        def write(x):
            view[0] += x
            return buf[0]

        def read(x):
            return buf[0]

        return write, read

    return both(make)


def case_bytearray_extend():
    def make():
        buf = bytearray()
        def write(x):
            buf.extend([x])
            return bytes(buf)

        def read(x):
            return bytes(buf)

        return write, read

    return both(make)


def case_array_append():
    def make():
        a = array.array('i')
        def write(x):
            a.append(x)
            return a.tolist()

        def read(x):
            return len(a)

        return write, read

    return both(make)


def case_struct_pack_into():
    def make():
        buf = bytearray(8)
        def write(x):
            struct.pack_into('i', buf, 0, struct.unpack_from('i', buf)[0] + x)
            return buf[0]

        def read(x):
            return buf[0]

        return write, read

    return both(make)


def case_heappush():
    def make():
        h = []
        def write(x):
            heapq.heappush(h, x)
            return h[0]

        def read(x):
            return h[0] if h else None

        return write, read

    return both(make)


def case_insort():
    def make():
        xs = []
        def write(x):
            bisect.insort(xs, x)
            return list(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_insort_key():
    def make():
        xs = []
        seen = []
        def write(x):
            bisect.insort(xs, x, key=lambda v: seen.append(v) or v)
            return len(seen)

        def read(x):
            return len(seen)

        return write, read

    return both(make)


def case_deque_rotate():
    def make():
        q = collections.deque([1, 2, 3, 4])
        def write(x):
            q.rotate(x)
            return q[0]

        def read(x):
            return q[0]

        return write, read

    return both(make)


def case_deque_maxlen_push():
    def make():
        q = collections.deque([0], maxlen=2)
        def write(x):
            q.append(x)
            return list(q)

        def read(x):
            return q[-1]

        return write, read

    return both(make)


def case_counter_update():
    def make():
        k = collections.Counter()
        def write(x):
            k.update('ab' * x)
            return k['a']

        def read(x):
            return k['a']

        return write, read

    return both(make)


def case_ordered_dict_move():
    def make():
        d = collections.OrderedDict.fromkeys([1, 2, 3])
        def write(x):
            d.move_to_end(x)
            return list(d)

        def read(x):
            return list(d)[0]

        return write, read

    return both(make)


def case_dict_popitem():
    def make():
        d = {i: i for i in range(30)}
        def write(x):
            return d.popitem()

        def read(x):
            return len(d)

        return write, read

    return both(make)


def case_set_pop():
    def make():
        s = {5}
        def write(x):
            s.add(x)
            return s.pop()

        def read(x):
            return len(s)

        return write, read

    return both(make)


def case_iterator_in_tuple():
    def make():
        t = (iter(range(100)),)
        def write(x):
            return next(t[0])

        def read(x):
            return operator.length_hint(t[0])

        return write, read

    return both(make)


def case_iterator_zip_argument():
    def make():
        it = iter(range(100))
        def write(x):
            return list(zip(range(x), it))

        def read(x):
            return operator.length_hint(it)

        return write, read

    return both(make)


def case_iterator_in_check():
    def make():
        it = iter(range(100))
        def write(x):
            return (5 * x in it), next(it, None)

        def read(x):
            return operator.length_hint(it)

        return write, read

    return both(make)


def case_iterator_unpacked():
    def make():
        it = iter(range(100))
        def write(x):
            a, b = itertools.islice(it, 2)
            return a, b

        def read(x):
            return operator.length_hint(it)

        return write, read

    return both(make)


def case_iterator_sum():
    def make():
        xs = [1, 2, 3]
        it = iter(xs)
        def write(x):
            return sum(it)

        def read(x):
            return operator.length_hint(it)

        return write, read

    return both(make)


def case_iterator_for_break():
    def make():
        it = iter(range(100))
        def write(x):
            for v in it:
                break
            return v

        def read(x):
            return operator.length_hint(it)

        return write, read

    return both(make)


def case_generator_consumed():
    def make():
        def gen():
            n = 0
            while True:
                n += 1
                yield n
        g = gen()
        def write(x):
            return next(g)

        def read(x):
            return g.gi_running

        return write, read

    return both(make)


def case_generator_closed():
    def make():
        log = []
        def gen():
            try:
                while True:
                    yield 1
            finally:
                log.append('closed')
        gs = [gen() for _ in range(20)]
        for each in gs:
            next(each)
        def write(x):
            gs[x].close()
            return len(log)

        def read(x):
            return len(log)

        return write, read

    return both(make)


def case_tee_shared():
    def make():
        a, b = itertools.tee(iter(range(50)))
        def write(x):
            return next(a)

        def read(x):
            return next(copy.copy(b))

        return write, read

    return both(make)


def case_cycle_shared():
    def make():
        k = itertools.cycle('abcd')
        def write(x):
            return next(k)

        def read(x):
            return None

        return write, read

    return both(make)


def case_string_io_write():
    def make():
        s = io.StringIO()
        def write(x):
            return s.write('x' * x), s.tell()

        def read(x):
            return s.getvalue()

        return write, read

    return both(make)


def case_bytes_io_seek():
    def make():
        s = io.BytesIO(b'0123456789' * 9)
        def write(x):
            s.seek(x, 1)
            return s.read(1)

        def read(x):
            return s.tell()

        return write, read

    return both(make)


def case_print_to_custom_file():
    def make():
        class W:
            n = 0
            def write(self, text):
                self.n += 1
        w = W()
        def write(x):
            print('x', file=w)
            return w.n

        def read(x):
            return w.n

        return write, read

    return both(make)


def case_print_calls_str():
    def make():
        class P:
            n = 0
            def __str__(self):
                self.n += 1
                return 'p'
        p = P()
        def write(x):
            print(p)
            return p.n

        def read(x):
            return p.n

        return write, read

    return both(make)


def case_json_subclass():
    def make():
        class L(list):
            n = 0
            def __iter__(self):
                self.n += 1
                return list.__iter__(self)
        l = L([1])
        def write(x):
            json.dumps(l, indent=1)
            return l.n

        def read(x):
            return l.n

        return write, read

    return both(make)


def case_json_object_hook():
    def make():
        xs = []
        def write(x):
            json.loads('{"a": {}}', object_hook=lambda d: xs.append(d) or d)
            return len(xs)

        def read(x):
            return len(xs)

        return write, read

    return both(make)


def case_pickle_reduce():
    def make():
        class P:
            n = 0
            def __reduce__(self):
                type(self).n += 1
                return (int, (1,))
        p = P()
        def write(x):
            pickle.dumps(p)
            return P.n

        def read(x):
            return P.n

        return write, read

    return both(make)


def case_copy_hook():
    def make():
        class P:
            n = 0
            def __copy__(self):
                self.n += 1
                return self
        p = P()
        def write(x):
            return copy.copy(p).n

        def read(x):
            return p.n

        return write, read

    return both(make)


def case_deepcopy_hook():
    def make():
        class P:
            n = 0
            def __deepcopy__(self, memo):
                self.n += 1
                return self
        p = P()
        def write(x):
            return copy.deepcopy([p])[0].n

        def read(x):
            return p.n

        return write, read

    return both(make)


def case_special_int():
    def make():
        def write(x):
            p = PROTOCOL
            int(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_float():
    def make():
        def write(x):
            p = PROTOCOL
            float(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_bool():
    def make():
        def write(x):
            p = PROTOCOL
            bool(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_hash():
    def make():
        def write(x):
            p = PROTOCOL
            hash(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_abs():
    def make():
        def write(x):
            p = PROTOCOL
            abs(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_round():
    def make():
        def write(x):
            p = PROTOCOL
            round(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_len():
    def make():
        def write(x):
            p = PROTOCOL
            len(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_repr():
    def make():
        def write(x):
            p = PROTOCOL
            repr(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_str():
    def make():
        def write(x):
            p = PROTOCOL
            str(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_format():
    def make():
        def write(x):
            p = PROTOCOL
            format(p, '')
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_bytes():
    def make():
        def write(x):
            p = PROTOCOL
            bytes(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_index():
    def make():
        def write(x):
            p = PROTOCOL
            hex(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_neg():
    def make():
        def write(x):
            p = PROTOCOL
            -p
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_invert():
    def make():
        def write(x):
            p = PROTOCOL
            ~p
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_add():
    def make():
        def write(x):
            p = PROTOCOL
            p + 1
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_radd():
    def make():
        def write(x):
            p = PROTOCOL
            1 + p
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_getitem():
    def make():
        def write(x):
            p = PROTOCOL
            p[0]
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_contains():
    def make():
        def write(x):
            p = PROTOCOL
            1 in p
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_iter():
    def make():
        def write(x):
            p = PROTOCOL
            list(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_reversed():
    def make():
        def write(x):
            p = PROTOCOL
            list(reversed(p))
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_eq():
    def make():
        def write(x):
            p = PROTOCOL
            p == 1
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_ne():
    def make():
        def write(x):
            p = PROTOCOL
            p != 1
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_lt():
    def make():
        def write(x):
            p = PROTOCOL
            p < 1
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_call():
    def make():
        def write(x):
            p = PROTOCOL
            p()
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_divmod():
    def make():
        def write(x):
            p = PROTOCOL
            divmod(p, 1)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_pow():
    def make():
        def write(x):
            p = PROTOCOL
            pow(p, 2)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_matmul():
    def make():
        def write(x):
            p = PROTOCOL
            p @ 1
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_dir():
    def make():
        def write(x):
            p = PROTOCOL
            dir(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_complex():
    def make():
        def write(x):
            p = PROTOCOL
            complex(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_floor():
    def make():
        def write(x):
            p = PROTOCOL
            __import__('math').floor(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_trunc():
    def make():
        def write(x):
            p = PROTOCOL
            __import__('math').trunc(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_sizeof():
    def make():
        def write(x):
            p = PROTOCOL
            sys.getsizeof(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_fspath():
    def make():
        def write(x):
            p = PROTOCOL
            __import__('os').fspath(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_truth_of_if():
    def make():
        def write(x):
            p = PROTOCOL
            1 if p else 2
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_while_truth():
    def make():
        def write(x):
            p = PROTOCOL
            [1 for _ in [0] if not p]
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_unpack():
    def make():
        def write(x):
            p = PROTOCOL
            (lambda *a: a)(*p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_min():
    def make():
        def write(x):
            p = PROTOCOL
            min([p, p])
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_sum():
    def make():
        def write(x):
            p = PROTOCOL
            sum([p, p])
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_in_list():
    def make():
        def write(x):
            p = PROTOCOL
            1 in [p]
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_list_index():
    def make():
        def write(x):
            p = PROTOCOL
            [p].index(1)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_list_count():
    def make():
        def write(x):
            p = PROTOCOL
            [p].count(1)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_list_eq():
    def make():
        def write(x):
            p = PROTOCOL
            [p] == [1]
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_tuple_lt():
    def make():
        def write(x):
            p = PROTOCOL
            (p, 1) < (2, 1)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_dict_key():
    def make():
        def write(x):
            p = PROTOCOL
            {p: 1}
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_set_of():
    def make():
        def write(x):
            p = PROTOCOL
            {p}
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_isinstance_check():
    def make():
        def write(x):
            p = PROTOCOL
            isinstance(1, P)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_slice_index():
    def make():
        def write(x):
            p = PROTOCOL
            'abc'[p:]
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_range_of():
    def make():
        def write(x):
            p = PROTOCOL
            range(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_multiply():
    def make():
        def write(x):
            p = PROTOCOL
            'a' * p
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_sleep():
    def make():
        def write(x):
            p = PROTOCOL
            __import__('time').sleep(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_enter():
    def make():
        def write(x):
            p = PROTOCOL
            P.use(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_fstring():
    def make():
        def write(x):
            p = PROTOCOL
            f'{p}'
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_percent():
    def make():
        def write(x):
            p = PROTOCOL
            '%s' % p
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_join():
    def make():
        def write(x):
            p = PROTOCOL
            ','.join(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_sorted():
    def make():
        def write(x):
            p = PROTOCOL
            sorted([p, p])
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_attribute():
    def make():
        def write(x):
            p = PROTOCOL
            p.anything
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_enumerate():
    def make():
        def write(x):
            p = PROTOCOL
            list(enumerate(p))
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_set_literal_eq():
    def make():
        def write(x):
            p = PROTOCOL
            {1: 2} == {1: p}
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_compare_chain():
    def make():
        def write(x):
            p = PROTOCOL
            0 < p < 1
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_assert_message():
    def make():
        def write(x):
            p = PROTOCOL
            P.check(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)


def case_special_match_value():
    def make():
        def write(x):
            p = PROTOCOL
            P.match(p)
            return len(LOG)

        def read(x):
            return len(LOG)

        return write, read

    return both(make)
