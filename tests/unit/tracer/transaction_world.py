"""Small shared worlds, random operations on them, and a recorder that needs no clones."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque

from hypothesis import strategies as st

from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import MISSING, Unsure
from xcs_ast.tracer.state import StateHooks

NAN = float("nan")
CURRENT = [Recorder()]


class Waiting(StateHooks):
    """Calls run natively; what is no business of the state waits."""

    def call(self, f, /, *args, **kwargs):
        return f(*args, **kwargs)

    def tables(self, scope):
        return ({},)

    def foreign_load_item(self, o, k, /):
        return self.late("an item").load_item(o, k)

    def foreign_store_item(self, value, o, k, /):
        self.late("an item").store_item(value, o, k)

    def foreign_delete_item(self, o, k, /):
        self.late("an item").delete_item(o, k)

    def foreign_iterate(self, x, /):
        return self.late("iterates").iterate(x)

    def compare(self, op, a, b, /):
        assert op == "in"
        try:
            found = self.container_contains(b, a)
        except Unsure as unsure:
            return self.late(unsure.reason).compare(op, a, b)
        return self.late("compares").compare(op, a, b) if found is None else found

    def length(self, x):
        try:
            found = self.container_length(x)
        except Unsure as unsure:
            return self.late(unsure.reason).call(len, x)
        return self.late("a length").call(len, x) if found is None else found


class Direct(Waiting):
    """What the tests call goes through the hooks by itself."""

    def call_method(self, o, name, /, *args, **kwargs):
        return self.container_method(o, name, args, kwargs, True)


class Base:
    shared = 1

    def method(self):
        return CURRENT[0].load_attr(self, "n")


class Plain(Base):
    """Attributes in a dictionary; a property; a class attribute that an instance may shadow."""

    def __init__(self, n):
        self.n = n
        self.items = []

    @property
    def double(self):
        return CURRENT[0].load_attr(self, "n")

    @double.setter
    def double(self, value):
        CURRENT[0].store_attr(value, self, "n")


class Slotted:
    __slots__ = ("m", "n")

    def __init__(self, n):
        self.n = n


class Answering:
    def __getattr__(self, name):
        return name


class World:
    """Objects that know each other, some by two names."""

    def __init__(self):
        inner = [1, 2]
        self.lists = [inner, [3, "a", -0.0], []]
        self.dicts = [
            {"a": 1, "b": 2.5},
            {1: "x", "l": inner},
            {},
            defaultdict(list, {"a": inner}),
            Counter({"a": 2}),
            OrderedDict([("a", 1), ("b", 2)]),
            {"s": "text", "n": 5},
        ]
        self.sets = [{1, 2, "a"}, set()]
        self.deques = [deque([1, 2]), deque([1, 2], maxlen=3)]
        one, two, slotted = Plain(1), Plain(2.5), Slotted(3)
        two.items = inner
        sharing = Plain(0)
        sharing.__dict__ = self.dicts[6]
        self.objects = [one, two, slotted, sharing, Answering()]
        self.scope = {"x": 1, "y": inner}
        self.known = [
            *self.lists, *self.dicts, *self.sets, *self.deques, *self.objects, self.scope,
            Plain, Slotted, Base,
        ]  # fmt: skip
        self.names = {id(each): f"#{index}" for index, each in enumerate(self.known)}

        def make(cell):
            return lambda: cell

        self.cells = [make(1).__closure__[0], make(inner).__closure__[0]]

    def picture(self, value, depth=0):
        """A value in terms of this world: what was there before by name, the rest by type and content."""
        if id(value) in self.names and depth >= 0:
            return self.names[id(value)]
        kind = type(value).__name__
        if depth > 5:
            return "..."
        deeper = abs(depth) + 1
        if isinstance(value, dict):
            pairs = [(self.picture(k, deeper), self.picture(v, deeper)) for k, v in value.items()]
            return (kind, pairs, getattr(value, "default_factory", None))
        if isinstance(value, (list, tuple, deque)):
            return (kind, [self.picture(each, deeper) for each in value], getattr(value, "maxlen", None))
        if isinstance(value, (set, frozenset)):
            return (kind, [self.picture(each, deeper) for each in value])
        if isinstance(value, float):
            return (kind, repr(value), math.copysign(1, value), value is NAN)
        if type(value) in (int, str, bool, type(None)):
            return (kind, value)
        if isinstance(value, BaseException):
            return (kind, [self.picture(each, deeper) for each in value.args])
        if isinstance(value, Slotted):
            return (kind, [self.picture(getattr(value, n, MISSING), deeper) for n in ("m", "n")])
        if value is len:
            return "len"
        if hasattr(value, "__self__"):
            return (kind, self.picture(value.__self__, deeper), value.__name__)
        if hasattr(value, "__dict__") and not isinstance(value, type):
            return (kind, self.picture(value.__dict__, deeper))
        return (kind, str(value) if value is MISSING else kind)

    def state(self):
        """The whole world."""
        out = [self.picture(each, -1) for each in self.known if not isinstance(each, type)]
        out += [self.picture(cell.cell_contents) if _filled(cell) else None for cell in self.cells]
        out.append([self.picture(Base.__dict__["shared"])])
        return out


def _filled(cell):
    try:
        cell.cell_contents
    except ValueError:
        return False
    return True


scalars = st.sampled_from([0, 1, 2, True, 1.0, -0.0, 0.0, NAN, "a", "b", "", None, 2.5])
keys = st.one_of(st.sampled_from(["a", "b", "n", "s", 1, True, 1.0, 0, -0.0, NAN, None]), st.just((1, "a")))
indices = st.sampled_from([0, 1, 2, -1, -2, 5])
slices = st.builds(slice, st.sampled_from([None, 0, 1]), st.sampled_from([None, 1, -1]))
names = st.sampled_from(["n", "items", "shared", "double", "method", "new", "s"])
numbers = st.sampled_from([1, 2, 0.1, -3, "t", 1e308])
small = st.integers(0, 6)
values = st.one_of(
    scalars.map(lambda v: ("v", v)),
    small.map(lambda n: ("list", n)),
    small.map(lambda n: ("dict", n)),
    st.just(("new", None)),
)
many = st.one_of(
    st.lists(scalars, max_size=3).map(lambda v: ("v", tuple(v))),
    small.map(lambda n: ("list", n)),
    small.map(lambda n: ("set", n)),
    small.map(lambda n: ("dict", n)),
    st.just(("new", None)),
)

OPERATIONS = st.one_of(
    st.tuples(st.just("load_attr"), small, names),
    st.tuples(st.just("store_attr"), small, names, values),
    st.tuples(st.just("delete_attr"), small, names),
    st.tuples(st.just("add_attr"), small, names, numbers),
    st.tuples(st.just("add_attr_reading"), small, names, numbers),
    st.tuples(st.just("class_add"), small, numbers),
    st.tuples(st.just("load_global"), st.sampled_from(["x", "y", "z", "len"])),
    st.tuples(st.just("store_global"), st.sampled_from(["x", "z"]), values),
    st.tuples(st.just("delete_global"), st.sampled_from(["x", "z"])),
    st.tuples(st.just("add_global"), st.sampled_from(["x", "y"]), numbers),
    st.tuples(st.just("cell"), small, st.sampled_from(["load", "store", "add", "delete"]), numbers),
    st.tuples(st.just("load_item"), small, keys),
    st.tuples(st.just("store_item"), small, keys, values),
    st.tuples(st.just("delete_item"), small, keys),
    st.tuples(st.just("add_item"), small, keys, numbers),
    st.tuples(st.just("add_get"), small, keys, numbers),
    st.tuples(st.just("load_append"), small, keys, values),
    st.tuples(st.just("list_load"), small, st.one_of(indices, slices)),
    st.tuples(st.just("list_store"), small, indices, values),
    st.tuples(st.just("list_store_slice"), small, slices, many),
    st.tuples(st.just("list_delete"), small, st.one_of(indices, slices)),
    st.tuples(st.just("list_add"), small, many),
    st.tuples(st.just("contains"), st.sampled_from(["list", "dict", "set", "deque"]), small, keys),
    st.tuples(st.just("length"), st.sampled_from(["list", "dict", "set", "deque"]), small),
    st.tuples(st.just("iterate"), st.sampled_from(["list", "dict", "set", "deque"]), small),
    st.tuples(st.just("iterate_changing"), st.sampled_from(["list", "dict", "set", "deque"]), small, keys),
    st.tuples(st.just("views"), st.sampled_from(["keys", "values", "items"]), small),
    st.tuples(st.just("unpack"), st.sampled_from(["list", "dict"]), small),
    st.tuples(
        st.just("method"),
        st.just("list"),
        small,
        st.sampled_from(["append", "remove", "index", "count"]),
        scalars,
    ),
    st.tuples(st.just("method"), st.sampled_from(["list", "deque"]), small, st.just("pop")),
    st.tuples(
        st.just("method"),
        st.sampled_from(["list", "deque", "dict", "set"]),
        small,
        st.sampled_from(["clear", "copy", "reverse", "popitem", "popleft", "sort", "most_common", "total"]),
    ),
    st.tuples(st.just("method"), st.just("list"), small, st.just("insert"), indices, scalars),
    st.tuples(st.just("method"), st.just("deque"), small, st.sampled_from(["append", "appendleft"]), scalars),
    st.tuples(st.just("method"), st.just("deque"), small, st.just("rotate"), st.integers(-2, 2)),
    st.tuples(st.just("taking"), st.sampled_from(["list", "deque"]), small, st.just("extend"), many),
    st.tuples(
        st.just("taking"),
        st.just("set"),
        small,
        st.sampled_from(["update", "difference_update", "union", "intersection", "issubset", "difference"]),
        many,
    ),
    st.tuples(st.just("taking"), st.just("dict"), small, st.sampled_from(["update", "subtract"]), many),
    st.tuples(st.just("method"), st.just("dict"), small, st.sampled_from(["get", "pop", "setdefault"]), keys),
    st.tuples(
        st.just("method"),
        st.just("dict"),
        small,
        st.sampled_from(["get", "pop", "setdefault"]),
        keys,
        scalars,
    ),
    st.tuples(st.just("method"), st.just("dict"), small, st.just("move_to_end"), keys),
    st.tuples(st.just("method"), st.just("set"), small, st.sampled_from(["add", "discard", "remove"]), keys),
)


def perform(world, r, op, speculative):
    """One operation through the hooks of a recorder; its result, or the exception."""
    CURRENT[0] = r
    try:
        return world.picture(_perform(world, r, op, speculative))
    except (Exception,) as error:
        return world.picture(error)


def _pick(world, kind, index):
    group = getattr(world, f"{kind}s")
    return group[index % len(group)]


def _value(world, r, given, speculative):
    kind, what = given
    if kind == "v":
        return what
    if kind == "new":
        made = [1, "new"]
        if speculative:
            r.transaction.adopt(made)
        return made
    return _pick(world, kind, what)


def _perform(world, r, op, speculative):
    kind, *args = op
    handler = globals()[f"_{kind}"]
    return handler(world, r, speculative, *args)


def _load_attr(w, r, s, n, name):
    return r.load_attr(_pick(w, "object", n), name)


def _store_attr(w, r, s, n, name, value):
    return r.store_attr(_value(w, r, value, s), _pick(w, "object", n), name)


def _delete_attr(w, r, s, n, name):
    return r.delete_attr(_pick(w, "object", n), name)


def _add_attr(w, r, s, n, name, value):
    o = _pick(w, "object", n)
    return r.finish(r.begin_attr(o, name), "+", value)


def _add_attr_reading(w, r, s, n, name, value):
    """The value of the augmented assignment changes the place meanwhile."""
    o = _pick(w, "object", n)
    token = r.begin_attr(o, name)
    r.finish(r.begin_attr(o, name), "+", value)
    return r.finish(token, "+", value)


def _class_add(w, r, s, n, value):
    r.finish(r.begin_attr(Base, "shared"), "+", value)
    return r.load_attr(w.objects[0], "shared")


def _load_global(w, r, s, name):
    return r.load_global(w.scope, name)


def _store_global(w, r, s, name, value):
    return r.store_global(_value(w, r, value, s), w.scope, name)


def _delete_global(w, r, s, name):
    return r.delete_global(w.scope, name)


def _add_global(w, r, s, name, value):
    return r.finish(r.begin_global(w.scope, name), "*", value)


def _cell(w, r, s, n, what, value):
    cell = _pick(w, "cell", n)
    if what == "load":
        return r.load_cell(cell, "c")
    if what == "store":
        return r.store_cell(value, cell, "c")
    if what == "delete":
        return r.delete_cell(cell, "c")
    return r.finish(r.begin_cell(cell, "c"), "-", value)


def _load_item(w, r, s, n, key):
    return r.load_item(_pick(w, "dict", n), key)


def _load_append(w, r, s, n, key, value):
    """Through a container to one inside it, which the task may have made itself."""
    inner = r.load_item(_pick(w, "dict", n), key)
    if type(inner) is not list:
        return None
    _call(r, s, inner, "append", _value(w, r, value, s))
    return r.load_item(inner, -2)


def _store_item(w, r, s, n, key, value):
    return r.store_item(_value(w, r, value, s), _pick(w, "dict", n), key)


def _delete_item(w, r, s, n, key):
    return r.delete_item(_pick(w, "dict", n), key)


def _add_item(w, r, s, n, key, value):
    return r.finish(r.begin_item(_pick(w, "dict", n), key), "+", value)


def _add_get(w, r, s, n, key, value):
    o = _pick(w, "dict", n)
    return r.finish_binary(r.begin_get(o, key, 0), "+", value, o)


def _list_load(w, r, s, n, index):
    return r.load_item(_pick(w, "list", n), index)


def _list_store(w, r, s, n, index, value):
    return r.store_item(_value(w, r, value, s), _pick(w, "list", n), index)


def _list_store_slice(w, r, s, n, index, value):
    return r.store_item(_value(w, r, value, s), _pick(w, "list", n), index)


def _list_delete(w, r, s, n, index):
    return r.delete_item(_pick(w, "list", n), index)


def _list_add(w, r, s, n, value):
    return r.inplace("+", _pick(w, "list", n), _value(w, r, value, s))


def _contains(w, r, s, kind, n, key):
    return r.compare("in", key, _pick(w, kind, n))


def _length(w, r, s, kind, n):
    o = _pick(w, kind, n)
    return r.length(o) if s else len(o)


def _iterate(w, r, s, kind, n):
    return [w.picture(each) for each in r.iterate(_pick(w, kind, n))]


def _iterate_changing(w, r, s, kind, n, key):
    o = _pick(w, kind, n)
    seen = []
    for each in r.iterate(o):
        seen.append(w.picture(each))
        if kind == "dict":
            r.store_item(7, o, key)
        elif kind == "set":
            _call(r, s, o, "add", key)
        else:
            _call(r, s, o, "append", key)
        if len(seen) > 5:
            break
    return seen


def _views(w, r, s, name, n):
    view = _call(r, s, _pick(w, "dict", n), name)
    return [w.picture(each) for each in r.iterate(view)]


def _unpack(w, r, s, kind, n):
    return r.unpack(_pick(w, kind, n), 2, -1)


def _call(r, s, o, name, *args):
    if s:
        return r.container_method(o, name, args, {}, True)
    return getattr(o, name)(*args)


def _method(w, r, s, kind, n, name, *args):
    o = _pick(w, kind, n)
    if not hasattr(o, name):
        return None
    result = _call(r, s, o, name, *args)
    if name == "copy" and s:
        assert r.transaction.owns(result)
    return result


def _taking(w, r, s, kind, n, name, value):
    o = _pick(w, kind, n)
    if not hasattr(o, name):
        return None
    return _call(r, s, o, name, _value(w, r, value, s))
