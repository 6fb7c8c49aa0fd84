"""What an analysis relied on is asked again: one test for each thing that may have become different."""

from __future__ import annotations

import builtins
import types
from typing import Any

import pytest

from tests.unit.effects import callees as c
from tests.unit.effects.harness import region
from xcs_ast.effects import RegionEffects
from xcs_ast.effects import guards as g
from xcs_ast.effects.class_guards import ClassHolds
from xcs_ast.effects.declare import Declared, ordered
from xcs_ast.ir.effects import Location
from xcs_ast.ir.paths import Binding, EnvRoot, ItemRoot, Path, PinnedRoot

HEAD = "for x in __xcs_items__:\n    "


class Base:
    def ask(self, x: int) -> int:
        return x


class Derived(Base):
    pass


class Holder:
    def __init__(self, function: Any) -> None:
        self.function = function


class Key:
    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        c.SHARED.append(other)
        return False


SPACE = {**vars(c), "Key": Key}


def stage(call: str, item: Any, env: dict[str, Any]) -> RegionEffects:
    return region(f"{HEAD}__xcs_stage__(0, {call})\n", SPACE, item=item, env=env)


def changes_something(effects: RegionEffects) -> bool:
    return any(each.changes_shared_state for each in effects.stages[0].effects)


def hold(effects: RegionEffects, item: Any, env: dict[str, Any]) -> bool:
    return all(guard.holds(Binding(item, env)) for guard in effects.guards)


def test_a_method_that_a_subclass_comes_to_define(monkeypatch: pytest.MonkeyPatch) -> None:
    effects = stage("asked.ask(x)", 1, {"asked": Derived()})
    assert not changes_something(effects)
    assert hold(effects, 1, {"asked": Derived()})
    monkeypatch.setattr(Derived, "ask", lambda self, x: c.SHARED.append(x), raising=False)
    assert not hold(effects, 1, {"asked": Derived()})
    assert changes_something(stage("asked.ask(x)", 1, {"asked": Derived()})), "else there was nothing to see"


def counter() -> tuple[Any, Any]:
    n = 0

    def get(x: int) -> int:
        return n + x

    def bump() -> None:
        nonlocal n
        n += 1

    return get, bump


def test_functions_of_one_code_with_other_variables() -> None:
    (get_a, bump_a), (get_b, bump_b) = counter(), counter()
    text = f"{HEAD}out.append(__xcs_stage__(0, get(x)))\n    bump()\n"
    apart = {"get": get_a, "bump": bump_b, "out": []}
    effects = region(text, SPACE, item=1, env=apart)
    assert hold(effects, 1, apart)
    together = {**apart, "bump": bump_a}
    assert not hold(effects, 1, together), "now it is one variable"
    assert not hold(region(text, SPACE, item=1, env=together), 1, apart), "now there are two"
    alone = region(f"{HEAD}__xcs_stage__(0, get(x))\n", SPACE, item=1, env=apart)
    assert hold(alone, 1, {**apart, "get": get_b}), "where nobody changes it, any will do"


class Flagged:
    def __init__(self, flag: bool = False) -> None:
        self.flag = flag


def both(body: str, env: dict[str, Any], item: Any = 1) -> RegionEffects:
    """Of a region with a hand-over, and this in its body."""
    return region(f"{HEAD}__xcs_stage__(0, pure(1))\n    {body}\n", SPACE, item=item, env=env)


def test_two_names_that_come_to_mean_one_object() -> None:
    body = "one.flag = True\n    if other.flag: appends_shared(1)"
    env = {"one": Flagged(), "other": Flagged()}
    effects = both(body, env)
    assert hold(effects, 1, {"one": Flagged(), "other": Flagged()})
    assert not hold(effects, 1, {**env, "one": env["other"]})
    table = {"one": {"on": False}, "other": {"on": False}}
    effects = both(body.replace(".flag", "['on']"), table)
    assert hold(effects, 1, table)
    assert not hold(effects, 1, {**table, "one": table["other"]})
    effects = both("one['flag'] = True\n    if other.flag: appends_shared(1)", {**env, "one": {}})
    assert hold(effects, 1, {**env, "one": {}})
    assert not hold(effects, 1, {**env, "one": vars(env["other"])})


def test_rows_of_a_table_are_no_reason_to_look_again() -> None:
    env = {"table": [[1], [2]], "k": 0}
    effects = both("table[0].append(len(table[1]))\n    other = [len(row) for row in table]", env)
    assert hold(effects, 1, env)


def test_an_item_that_shares_its_variable_with_the_body() -> None:
    (get_a, _), (get_b, bump_b) = counter(), counter()
    effects = both("bump()\n    x(1)", {"bump": bump_b}, item=get_a)
    assert hold(effects, get_a, {"bump": bump_b})
    assert not hold(effects, get_b, {"bump": bump_b})


class Leaf(Derived):
    def ask(self, x: int) -> int:
        return super().ask(x)


def test_a_method_between_that_super_comes_to_find(monkeypatch: pytest.MonkeyPatch) -> None:
    effects = stage("asked.ask(x)", 1, {"asked": Leaf()})
    assert hold(effects, 1, {"asked": Leaf()})
    monkeypatch.setattr(Derived, "ask", lambda self, x: c.SHARED.append(x), raising=False)
    assert not hold(effects, 1, {"asked": Leaf()})
    assert changes_something(stage("asked.ask(x)", 1, {"asked": Leaf()})), "else there was nothing to see"


class Mark:
    pass


class Bearer(Base):
    pass


def test_a_class_that_gets_other_bases() -> None:
    text, env = "isinstance(asked, Mark) and appends_shared(x)", {"asked": Bearer(), "Mark": Mark}
    effects = stage(text, 1, env)
    assert hold(effects, 1, env)
    Bearer.__bases__ = (Base, Mark)
    try:
        assert not hold(effects, 1, env)
        assert changes_something(stage(text, 1, env)), "else there was nothing to see"
    finally:
        Bearer.__bases__ = (Base,)


def with_defaults(x: int, aside: Any = None, really: bool = False) -> None:
    if really:
        c.SHARED.append(x)


def test_other_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"note": with_defaults}
    monkeypatch.setattr(with_defaults, "__defaults__", (False,))
    effects = stage("note(x, 1)", 1, env)
    assert hold(effects, 1, env)
    monkeypatch.setattr(with_defaults, "__defaults__", (False, True))
    assert not hold(effects, 1, env)
    monkeypatch.setattr(with_defaults, "__defaults__", None)
    effects = stage("note(x, 1)", 1, env)
    assert hold(effects, 1, env)
    monkeypatch.setattr(with_defaults, "__defaults__", (True,))
    assert not hold(effects, 1, env)


def test_a_builtin_that_was_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    effects = stage("name_of_a_later_builtin(x)", 1, {})
    assert hold(effects, 1, {})
    monkeypatch.setattr(builtins, "name_of_a_later_builtin", c.SHARED.append, raising=False)
    assert not hold(effects, 1, {})


def test_a_module_that_computes_its_attributes() -> None:
    module = types.ModuleType("made")
    env = {"module": module}
    effects = stage("module.name", 1, env)
    assert hold(effects, 1, env)
    module.__dict__["__getattr__"] = c.pure
    assert not hold(effects, 1, env)
    effects = stage("module.name", 1, env)
    assert hold(effects, 1, env)
    module.__dict__["__getattr__"] = c.appends_shared
    assert not hold(effects, 1, env)


class Telling(Key):
    def __str__(self) -> str:
        c.SHARED.append(1)
        return ""

    def __iter__(self) -> Any:
        c.SHARED.append(1)
        return iter(())


@pytest.mark.parametrize(
    "text", ["str(asked)", "asked == x", "asked in (1, 2)", "iter(asked)", "asked != [x]"]
)
def test_an_object_of_another_kind(text: str) -> None:
    first: list[Any] = [range(3)] if "iter" in text else [counter, Odd, range(3)]
    for asked in first:
        effects = stage(text, 1, {"asked": asked})
        assert hold(effects, 1, {"asked": asked})
        assert not hold(effects, 1, {"asked": Telling()})


def test_a_function_of_the_same_code_that_is_declared() -> None:
    (get_a, _), (get_b, _) = counter(), counter()
    effects = stage("get(x)", 1, {"get": get_a})
    assert hold(effects, 1, {"get": get_b})
    ordered(get_b)
    assert not hold(effects, 1, {"get": get_b})


def test_one_dict_by_two_names_that_become_two() -> None:
    one = {1: 1}
    text = "views(a, b)"
    space = {**SPACE, "views": views}
    effects = region(f"{HEAD}__xcs_stage__(0, {text})\n", space, item=1, env={"a": one, "b": one})
    read = {
        str(each.where.owner.root.name)
        for each in effects.stages[0].effects
        if isinstance(each.where, Location) and isinstance(each.where.owner.root, EnvRoot)
    }
    assert read == {"a", "b"}


def view(table: dict[int, int]) -> Any:
    return table.values()


def views(a: dict[int, int], b: dict[int, int]) -> int:
    one, other = view(a), view(b)
    return sum(one) + sum(other)


def test_a_method_that_the_region_defines_in_between() -> None:
    effects = both(
        "Derived.ask = pure\n    asked.ask(1)", {"asked": Derived(), "Derived": Derived, "pure": c.pure}
    )
    assert any(each.is_unknown for summary in effects.segments for each in summary.effects)


@pytest.mark.parametrize("flag", [True, False])
def test_a_branch_that_a_flag_decides(flag: bool) -> None:
    effects = stage("pure(x) if flag else appends_shared(x)", 1, {"flag": flag})
    assert changes_something(effects) is not flag
    assert hold(effects, 2, {"flag": flag})
    assert not hold(effects, 2, {"flag": not flag})


def test_a_builtin_name_that_the_module_comes_to_define() -> None:
    space = dict(SPACE)
    effects = region(f"{HEAD}__xcs_stage__(0, len(x))\n", space, item="a", env={})
    assert not changes_something(effects)
    assert hold(effects, "b", {})
    space["len"] = c.appends_shared
    assert not hold(effects, "b", {})


@pytest.mark.parametrize("call", ["table[x]", "table.get(x)", "x in table", "table.get(x, 1)"])
def test_keys_with_a_comparison_of_their_own(call: str) -> None:
    assert not changes_something(stage(call, 1, {"table": {1: 2}}))
    assert changes_something(stage(call, 1, {"table": {Key(): 2}}))


def test_an_item_that_is_what_the_body_changes() -> None:
    """What the body stores in one object it may find in another, if they are one."""
    box, env = Holder(c.pure), {}
    env = {"box": box}
    effects = region(
        f"{HEAD}__xcs_stage__(0, pure(1))\n    box.function = appends_shared\n    x.function(2)\n",
        SPACE,
        item=Holder(c.pure),
        env=env,
    )
    assert hold(effects, Holder(c.pure), env)
    box.function = c.pure
    assert not hold(effects, box, env)


PLACE, OTHER_PLACE = Path(EnvRoot("a")), Path(EnvRoot("b"))


@pytest.mark.parametrize(
    ("guard", "others"),
    [
        (g.SameObject(PLACE, c.SHARED), [g.SameObject(PLACE, []), g.SameObject(OTHER_PLACE, c.SHARED)]),
        (
            g.FunctionIs(PLACE, hold.__code__, SPACE),
            [g.FunctionIs(PLACE, stage.__code__, SPACE), g.FunctionIs(OTHER_PLACE, hold.__code__, SPACE)],
        ),
        (
            g.ClassAttr(Base, "ask", Base.ask),
            [
                g.ClassAttr(Derived, "ask", Base.ask),
                g.ClassAttr(Base, "tell", Base.ask),
                g.ClassAttr(Base, "ask", 1),
            ],
        ),
        (
            ClassHolds(Base, "ask", Base, dict),
            [
                ClassHolds(Derived, "ask", Base, dict),
                ClassHolds(Base, "tell", Base, dict),
                ClassHolds(Base, "ask", Derived, dict),
                ClassHolds(Base, "ask", Base, list),
            ],
        ),
        (
            g.MadeOf(PLACE, ("httpx",)),
            [g.MadeOf(PLACE, ("urllib3",)), g.MadeOf(Path(ItemRoot()), ("httpx",))],
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_guards_are_the_same_only_if_they_ask_the_same(guard: Any, others: list[Any]) -> None:
    fields = [getattr(guard, name) for name in type(guard).__match_args__]
    same = type(guard)(*fields)
    assert guard == same
    assert hash(guard) == hash(same)
    for other in [*others, g.TypeIs(PLACE, list), None]:
        assert guard != other
        assert len({guard, other}) == 2


def test_what_has_no_path_does_not_vary() -> None:
    assert not g.ClassAttr(Base, "ask", Base.ask).varies
    assert not ClassHolds(Base, "ask", Base, dict).varies
    assert not g.Condition("always", lambda: True).varies
    assert not g.Lineage(Base, Base.__mro__).varies
    assert g.TypeIs(Path(ItemRoot()), int).varies
    assert g.Apart(Path(ItemRoot()), ()).varies
    assert not g.Apart(PLACE, ()).varies


@pytest.mark.parametrize("kind", [AttributeError, KeyError, TypeError, RuntimeError])
def test_a_library_that_is_not_as_it_was_expected(kind: type[Exception]) -> None:
    def test() -> bool:
        raise kind

    assert not g.Condition("raises", test).holds(Binding(None, {}))
    assert g.Condition("is", lambda: True).holds(Binding(None, {}))
    assert not g.Condition("is not", lambda: False).holds(Binding(None, {}))


class Odd:
    pass


class Sly(Key):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = Key.__hash__


INNER = [1]
ODD = Odd()
NONE, SHARED = Path(PinnedRoot(None)), Path(PinnedRoot(c.SHARED))


def words(*kinds: type) -> frozenset[type]:
    return frozenset(kinds)


LOOKS: list[tuple[g.Guard, list[Any], list[Any]]] = [
    (g.TypeIs(PLACE, int), [1], [True, "1"]),
    (g.ValueIs(PLACE, 1), [1], [2, True, 1.0]),
    (g.ValueIs(PLACE, 0.0), [0.0], [-0.0, 0]),
    (g.EndsWith(PLACE, ".py"), ["a.py"], ["a.pyc", b"a.py", 1]),
    (g.LengthIs(PLACE, tuple, 2), [(1, 2)], [(1,), (1, 2, 3), [1, 2]]),
    (g.KeysAre(PLACE, ("a", 1)), [{"a": 0, 1: 0}], [{1: 0, "a": 0}, {"a": 0}, {"a": 0, 2: 0}, ["a", 1]]),
    (g.KeysAre(PLACE, ()), [{}], [{1: 1}, [], ()]),
    (g.KeysAre(PLACE, ("a",)), [{"a": 1}], [{Key(): 1}, {Sly(): 1}]),
    (g.LacksKey(PLACE, "a"), [{}, {"b": 1}], [{"a": 1}, {Key(): 1}, []]),
    (
        g.TupleKeys(PLACE, words(int)),
        [{}, {(1, 2): 0}, {(): 0}],
        [{("a",): 0}, {1: 0}, {(1,): 0, (1, "a"): 0}, [(1,)], {frozenset({1}): 0}],
    ),
    (g.ElementTypes(PLACE, list, words(int)), [[], [1]], [[True], [1, "a"], (1,)]),
    (g.ElementTypes(PLACE, list, None), [[Odd()]], [(Odd(),)]),
    (
        g.ElementTypes(PLACE, dict, words(int), words(str)),
        [{}, {"a": 1}],
        [{"a": "b"}, {1: 1}, {"a": 1, 2: 2}, [1]],
    ),
    (g.ElementTypes(PLACE, dict, None, words(str)), [{"a": Odd()}], [{1: Odd()}]),
    (g.PlainTree(PLACE, list, words(int), words()), [[], [1]], [(1,), [1.0], [Odd()], [[1]], [{}]]),
    (
        g.PlainTree(PLACE, dict, words(int, list), words(str)),
        [{"a": 1}, {"a": [1]}],
        [{1: 1}, {"a": [Odd()]}, {"a": {1: 1}}, [1], {"a": [[Odd()], bytearray(b"x")]}],
    ),
    (
        g.PlainTree(PLACE, list, words(list, bytearray, int), words()),
        [[[1], bytearray(b"x")]],
        [[[Odd()], bytearray(b"x")], [[{1: 1}], bytearray(b"x")], [[Odd()], INNER, INNER]],
    ),
    (g.Apart(PLACE, (NONE, SHARED)), [[], Odd(), [c.SHARED]], [c.SHARED]),
    (
        g.Apart(PLACE, (SHARED,), deep=True),
        [[], Odd(), [[1]], {"a": ()}],
        [c.SHARED, [c.SHARED], {"a": (1, c.SHARED)}, [Odd()]],
    ),
    (g.Apart(PLACE, (Path(PinnedRoot(ODD)),)), [Odd(), {}], [ODD, vars(ODD)]),
    (g.Apart(PLACE, (Path(PinnedRoot(vars(ODD))),)), [Odd(), {}], [ODD, vars(ODD)]),
    (g.NoInstanceAttr(PLACE, "function"), [Odd(), Holder], [Holder(1)]),
    (g.SameObject(PLACE, c.SHARED), [c.SHARED], [[], list(c.SHARED)]),
    (g.FunctionIs(PLACE, hold.__code__, globals()), [hold], [stage, hold.__code__]),
    (g.FunctionIs(PLACE, hold.__code__, vars(c)), [], [hold]),
    (g.FunctionIs(PLACE, hold.__code__, globals(), Declared.PURE), [], [hold]),
    (g.CellIs(PLACE, id(c.SHARED)), [c.SHARED], [[], list(c.SHARED)]),
]
"""Each guard on objects that pass, and on such as differ in one thing."""


@pytest.mark.parametrize(("guard", "passing", "failing"), LOOKS, ids=lambda each: type(each).__name__)
def test_each_thing_that_a_guard_asks(guard: g.Guard, passing: list[Any], failing: list[Any]) -> None:
    for each in passing:
        assert guard.holds(Binding(None, {"a": each})), each
    for each in failing:
        assert not guard.holds(Binding(None, {"a": each})), each
    assert not guard.holds(Binding(None, {})), "nothing there"
    assert guard in {guard}, "guards are kept in sets"


def test_a_tree_that_is_too_large_is_not_plain() -> None:
    assert g.scan_tree([[] for _ in range(g.TREE_LIMIT - 1)]) is not None
    assert g.scan_tree([[] for _ in range(g.TREE_LIMIT)]) is None
    loop: list[Any] = []
    loop.append(loop)
    assert g.scan_tree(loop) == (frozenset({list}), frozenset())
