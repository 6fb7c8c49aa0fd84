"""The attribute protocol through the hooks, against the language itself."""

from __future__ import annotations

import ctypes
import enum
import functools
import sys
import types
from abc import ABC

import pytest

from tests.unit.tracer.transaction_world import Waiting
from xcs_ast.tracer import kinds
from xcs_ast.tracer.kinds import Abandon
from xcs_ast.tracer.transaction import Transaction


class Hooks(Waiting):
    """The state alone."""


@pytest.fixture
def hooks():
    return Hooks(Transaction())


class Color(enum.Enum):
    RED = 1


class Data:
    """A data descriptor in Python."""

    def __get__(self, obj, cls):
        return "class" if obj is None else "data"

    def __set__(self, obj, value):
        raise AttributeError("read-only")


class Lazy:
    """A descriptor that an instance may shadow."""

    def __get__(self, obj, cls):
        return "class" if obj is None else "lazy"


class Base(ABC):
    default = 3
    child = None

    def method(self):
        return "base"

    @classmethod
    def made(cls):
        return cls

    @staticmethod
    def still():
        return "still"

    @property
    def prop(self):
        return "base prop"


class Thing(Base):
    data = Data()
    lazy = Lazy()
    held = Base

    def __init__(self):
        self.n = 1

    def method(self):
        return "thing"

    @property
    def prop(self):
        return "prop"

    @functools.cached_property
    def cached(self):
        return [1]


class Slots:
    __slots__ = ("a", "b")


class Both(Slots):
    def __getattr__(self, name):
        if name.startswith("x"):
            return name
        raise AttributeError(name)


NAMES = [
    "default",
    "made",
    "still",
    "prop",
    "data",
    "lazy",
    "held",
    "n",
    "method",
    "nothing",
    "__class__",
    "__doc__",
]


def outcome(step):
    try:
        value = step()
    except AttributeError as error:
        return (type(error), str(error), error.name, type(error.obj))
    return value


@pytest.mark.parametrize("name", NAMES)
def test_instance(hooks, name):
    thing = Thing()
    assert outcome(lambda: hooks.load_attr(thing, name)) == outcome(lambda: getattr(thing, name))
    assert outcome(lambda: hooks.load_attr(thing, name)) == outcome(lambda: getattr(thing, name))
    hooks.transaction.adopt(thing)
    assert outcome(lambda: Hooks(hooks.transaction).load_attr(thing, name)) == outcome(
        lambda: getattr(thing, name)
    )
    assert hooks.transaction.validate()


@pytest.mark.parametrize("name", [*NAMES, "cached", "mro", "__name__", "__mro__", "register"])
def test_class(hooks, name):
    assert outcome(lambda: hooks.load_attr(Thing, name)) == outcome(lambda: getattr(Thing, name))


@pytest.mark.parametrize("name", ["method", "made", "still", "prop", "default", "__init__", "nothing"])
def test_super(hooks, name):
    thing = Thing()
    assert outcome(lambda: hooks.load_attr(super(Thing, thing), name)) == outcome(
        lambda: getattr(super(Thing, thing), name)
    )


def test_bound_methods_are_real(hooks):
    thing = Thing()
    bound = hooks.load_attr(thing, "method")
    assert type(bound) is types.MethodType
    assert bound.__func__ is Thing.method
    assert bound.__self__ is thing
    again = hooks.load_attr(thing, "method")
    assert again == bound
    assert again is not bound


def test_instance_shadows_class_after_the_fact(hooks):
    thing = Thing()
    hooks.load_attr(thing, "default")
    hooks.load_attr(thing, "method")
    hooks.store_attr(4, thing, "default")
    hooks.store_attr("mine", thing, "method")
    assert hooks.load_attr(thing, "default") == 4
    assert hooks.load_attr(thing, "method") == "mine"
    hooks.delete_attr(thing, "method")
    assert hooks.load_attr(thing, "method")() == "thing"
    assert thing.__dict__ == {"n": 1}
    hooks.transaction.replay()
    assert thing.__dict__ == {"n": 1, "default": 4}


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda t: setattr(t, "default", 9),
        lambda t: setattr(type(t), "default", 9),
        lambda t: setattr(type(t), "default", property(lambda _: 9)),
        lambda t: setattr(t, "__class__", type("Thing", (Base,), {"default": 5})),
        lambda t: setattr(t, "__dict__", {"n": 1, "default": 8}),
        lambda t: setattr(type(t), "__getattribute__", lambda *_: 0),
    ],
)
def test_what_changes_an_attribute_is_seen(meanwhile):
    kind = type("Kind", (Thing,), {})
    thing = kind()
    hooks = Hooks(Transaction())
    assert hooks.load_attr(thing, "default") == 3
    assert hooks.transaction.validate()
    meanwhile(thing)
    assert not hooks.transaction.validate()


def test_a_property_added_meanwhile(hooks):
    kind = type("Kind", (Thing,), {})
    thing = kind()
    assert hooks.load_attr(thing, "n") == 1
    hooks.store_attr(2, thing, "n")
    kind.n = property(lambda _: 5)
    assert not hooks.transaction.validate()


def test_cached_property_is_held_back(hooks):
    thing = Thing()
    value = hooks.load_attr(thing, "cached")
    assert hooks.load_attr(thing, "cached") is value
    assert "cached" not in thing.__dict__
    hooks.transaction.replay()
    assert thing.__dict__["cached"] is value


def test_slots_and_getattr(hooks):
    both = Both()
    both.a = 1
    assert hooks.load_attr(both, "a") == 1
    assert hooks.load_attr(both, "xyz") == "xyz"
    assert outcome(lambda: hooks.load_attr(both, "b"))[:2] == (AttributeError, "b")
    hooks.store_attr(5, both, "b")
    assert hooks.load_attr(both, "b") == 5
    hooks.delete_attr(both, "a")
    hooks.transaction.replay()
    assert both.b == 5
    assert "a" not in dir(both) or not hasattr(Slots.a, "x")


def test_enum_members(hooks):
    assert hooks.load_attr(Color, "RED") is Color.RED
    assert hooks.load_attr(Color.RED, "value") == 1
    assert hooks.load_attr(Color.RED, "name") == "RED"


def test_modules_and_namespaces(hooks):
    module = types.ModuleType("m")
    module.x = 1
    assert hooks.load_attr(module, "x") == 1
    hooks.store_attr(2, module, "x")
    hooks.finish(hooks.begin_attr(module, "x"), "+", 1)
    assert hooks.load_attr(module, "x") == 3
    space = types.SimpleNamespace(y=1)
    assert hooks.load_attr(space, "y") == 1
    hooks.store_attr(2, space, "y")
    hooks.transaction.replay()
    assert (module.x, space.y) == (3, 2)
    assert hooks.load_attr(sys, "maxsize") == sys.maxsize


def test_exceptions_are_plain_objects(hooks):
    error = ValueError("x", 1)
    error.code = 3
    assert hooks.load_attr(error, "args") == ("x", 1)
    assert hooks.load_attr(error, "code") == 3


def test_two_objects_with_one_dictionary(hooks):
    one, two = Thing(), Thing()
    two.__dict__ = one.__dict__
    assert hooks.load_attr(two, "n") == 1
    hooks.store_attr(5, one, "n")
    assert hooks.load_attr(two, "n") == 5
    assert hooks.load_item(one.__dict__, "n") == 5
    hooks.store_item(6, one.__dict__, "n")
    assert hooks.load_attr(one, "n") == 6
    assert hooks.load_attr(two, "n") == 6


def test_what_hides_its_state_waits(hooks):
    class Looking:
        def __getattribute__(self, name):
            raise AssertionError

    class Hidden:
        __dict__ = property(lambda self: {})

    thing = Thing()
    for step in (
        lambda: hooks.load_attr(Looking(), "x"),
        lambda: hooks.load_attr(Hidden(), "x"),
        lambda: hooks.load_attr(thing, "__dict__"),
        lambda: hooks.store_attr({}, thing, "__dict__"),
        lambda: hooks.store_attr(Base, thing, "__class__"),
        lambda: hooks.store_attr(lambda self: 1, Thing, "method"),
        lambda: hooks.store_attr(1, Thing, "__len__"),
    ):
        with pytest.raises(Abandon):
            step()


def test_class_attributes_are_counted(hooks):
    kind = type("Kind", (Thing,), {"count": 0})
    thing, owned = kind(), kind()
    hooks.transaction.adopt(owned)
    assert hooks.load_attr(thing, "count") == 0
    assert hooks.load_attr(owned, "count") == 0
    hooks.finish(hooks.begin_attr(kind, "count"), "+", 2)
    assert hooks.load_attr(thing, "count") == 2
    assert hooks.load_attr(owned, "count") == 2
    assert kind.count == 0
    hooks.transaction.replay()
    assert kind.count == 2


@pytest.mark.parametrize("slot", [("__getattribute__", 144), ("__setattr__", 152)])
def test_generic_lookup_is_what_it_says(slot):
    name, offset = slot

    def pointer(kind):
        return ctypes.c_void_p.from_address(id(kind) + offset).value

    for each in kinds._GENERIC:
        if name in each.__dict__:
            assert pointer(each) == pointer(object), each


def test_owned_cells_are_native(hooks):
    n = 1

    def outer():
        m = 1

        def inner():
            return n, m

        return inner

    inner = outer()
    hooks.transaction.enter(outer)
    hooks.transaction.adopt_function(inner)
    cells = dict(zip(inner.__code__.co_freevars, inner.__closure__, strict=True))
    hooks.store_cell(5, cells["m"], "m")
    hooks.store_cell(5, cells["n"], "n")
    assert inner() == (1, 5)
    hooks.transaction.replay()
    assert inner() == (5, 5)
