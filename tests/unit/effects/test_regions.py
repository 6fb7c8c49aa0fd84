"""What the body does to what the stages use."""

from __future__ import annotations

import types
from typing import Any

import pytest

import xcs_ast
from tests.unit.effects import callees as c
from tests.unit.effects.harness import interesting, region
from xcs_ast.effects import RegionEffects, describe
from xcs_ast.effects.describe import describe_summary
from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.paths import Binding
from xcs_ast.ir.sites import RegionKind

SPACE = vars(c)
M = "module tests.unit.effects.callees"


def loop(body: str, **options: Any) -> RegionEffects:
    text = "for x in __xcs_items__:\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    options.setdefault("item", 1)
    env = options.setdefault("env", {})
    if "out" in body:
        env.setdefault("out", [])
    return region(text, SPACE, **options)


def has_conflict(effects: RegionEffects, stage: int, segment: int) -> bool:
    """Whether one location is used by both and changed by one."""
    for mine in effects.stages[stage].effects:
        for other in effects.segments[segment].effects:
            if mine.where == other.where and (mine.changes_shared_state or other.changes_shared_state):
                return True
    return False


def unknown_in(effects: RegionEffects) -> bool:
    return any(e.is_unknown for s in (*effects.stages, *effects.segments) for e in s.effects)


def test_a_plain_map() -> None:
    effects = loop("out.append(__xcs_stage__(0, pure(x)))")
    assert interesting(effects.stages[0]) == []
    assert interesting(effects.segments[1]) == ["write out[]"]


def test_a_fresh_result_that_the_body_changes_before_the_next_stage_reads_it() -> None:
    effects = loop("y = __xcs_stage__(0, make_list(x))\ny.sort()\nout.append(__xcs_stage__(1, total_of(y)))")
    assert has_conflict(effects, 1, 1)
    assert not has_conflict(effects, 0, 1)


def test_a_fresh_result_that_the_body_reads_before_the_next_stage_changes_it() -> None:
    effects = loop(
        "y = __xcs_stage__(0, make_list(x))\nn = len(y)\nout.append(__xcs_stage__(1, sort_in_place(y)))"
    )
    assert has_conflict(effects, 1, 1)


def test_a_fresh_result_that_is_only_changed_afterwards() -> None:
    effects = loop("y = __xcs_stage__(0, make_list(x))\nout.append(__xcs_stage__(1, total_of(y)))\ny.sort()")
    assert not any(has_conflict(effects, k, j) for k in (0, 1) for j in (0, 1, 2))


@pytest.mark.parametrize(
    "body",
    [
        "out.append(__xcs_stage__(0, reads_global(x)))\nreplace_limit(x)",
        "out.append(__xcs_stage__(0, reads_shared(x)))\nSHARED.append(x)",
        "y = __xcs_stage__(0, reads_shared(x))\nz = get_shared(x)\nz.append(1)",
        "out.append(__xcs_stage__(0, wrapped(x)))\nwrapped.__wrapped__ = pure",
    ],
)
def test_the_body_changes_what_a_callee_reads(body: str) -> None:
    effects = loop(body)
    assert has_conflict(effects, 0, 1) or unknown_in(effects) or "wrapped" in body


def test_the_body_replaces_a_method() -> None:
    effects = loop("out.append(__xcs_stage__(0, x.get(1)))\nPlain.get = pure", item=c.Plain())
    assert has_conflict(effects, 0, 1)


def test_the_body_replaces_a_function_of_the_module() -> None:
    space = types.ModuleType("m").__dict__
    space.update(SPACE)
    effects = region(
        "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, pure(x)))\n    mod.pure = other\n",
        c.__dict__,
        item=1,
        env={"out": [], "mod": c, "other": c.nested},
    )
    assert has_conflict(effects, 0, 1)


def test_the_body_sets_an_attribute_that_the_stage_reads() -> None:
    effects = loop("out.append(__xcs_stage__(0, x.get(1)))\nx.n = 5", item=c.Plain())
    assert has_conflict(effects, 0, 1)


def test_an_item_carried_to_the_next_iteration_is_not_this_item() -> None:
    effects = loop(
        "if prev is not None:\n    prev.n = 1\nout.append(__xcs_stage__(0, x.get(1)))\nprev = x",
        item=c.Plain(),
        env={"prev": None},
    )
    assert unknown_in(effects)


@pytest.mark.parametrize(
    "body",
    [
        "last = [x]\nout.append(__xcs_stage__(0, x.get(1)))",
        "out.append(x)\nlast = x",
        "seen[x.n] = x\ntotal = total + __xcs_stage__(0, x.get(1))",
    ],
)
def test_carrying_an_item_without_using_it_is_fine(body: str) -> None:
    body = body if "__xcs_stage__" in body else body + "\nout.append(__xcs_stage__(0, pure(1)))"
    effects = loop(body, item=c.Plain(), env={"last": None, "seen": {}, "total": 0})
    assert not unknown_in(effects), describe(effects)


def test_a_carried_total_stays_a_local_variable() -> None:
    effects = loop("total = total + __xcs_stage__(0, pure(x))", env={"total": 0})
    assert interesting(effects.segments[1]) == []


def test_a_shared_loop_target_is_a_write() -> None:
    effects = loop("out.append(__xcs_stage__(0, pure(x)))", cells=frozenset({"x"}))
    assert interesting(effects.segments[0]) == ["write variable x"]
    assert interesting(effects.stages[0]) == []


def test_a_loop_target_at_module_level_is_a_global_and_the_slice_has_its_own() -> None:
    effects = loop("SHARED.append(__xcs_stage__(0, pure(x)))", function="")
    assert f"write {M}.x" in describe_summary(effects.segments[0])
    assert f"read {M}.x" not in describe_summary(effects.stages[0])


def test_a_result_in_a_global_variable_says_nothing_of_other_variables() -> None:
    effects = loop(
        "y = __xcs_stage__(0, make_list(x))\ny.append(1)\nSHARED.append(__xcs_stage__(1, total_of(y)))",
        function="",
    )
    assert not unknown_in(effects)
    assert f"write {M}.y" in describe_summary(effects.segments[1])
    assert has_conflict(effects, 1, 1)
    assert not has_conflict(effects, 0, 1)


def test_a_result_in_an_attribute_says_nothing_of_other_attributes() -> None:
    effects = loop("KEPT.n = __xcs_stage__(0, make_list(x))\nout.append(KEPT.log)")
    assert not unknown_in(effects)
    effects = loop("KEPT.n = __xcs_stage__(0, make_list(x))\nout.append(KEPT.n.pop())")
    assert unknown_in(effects)


def test_what_is_stored_by_name_is_found_in_the_dictionary_of_the_module() -> None:
    effects = loop("ALIAS = SHARED\nNAMES['ALIAS'].append(1)\ny = __xcs_stage__(0, pure(x))", function="")
    assert f"write {M}['SHARED'][]" in describe_summary(effects.segments[0])


def test_a_callee_that_looks_at_what_the_loop_puts_in_a_global_variable() -> None:
    effects = loop("y = __xcs_stage__(0, reads_y(x))\ny.append(1)", function="")
    assert has_conflict(effects, 0, 1)


def test_a_comprehension_at_module_level_has_no_global_target() -> None:
    effects = loop("SHARED.append(__xcs_stage__(0, pure(x)))", function="", kind=RegionKind.COMPREHENSION)
    assert f"write {M}.x" not in describe_summary(effects.segments[0])


def test_what_was_stored_in_shared_state_is_no_longer_fresh() -> None:
    effects = loop(
        "y = __xcs_stage__(0, holder(x))\nout.append(y)\nout[-1]['inner'].append(1)\n"
        "z = __xcs_stage__(1, total_of(y['inner']))"
    )
    assert unknown_in(effects)


def test_try_except_else_finally_around_a_hand_over() -> None:
    effects = loop(
        "try:\n    y = __xcs_stage__(0, raises(x))\nexcept ValueError as e:\n    errors.append(str(e))\n"
        "    continue\nelse:\n    out.append(y)\nfinally:\n    n += 1",
        env={"errors": [], "n": 0},
    )
    assert interesting(effects.segments[1]) == ["write errors[]", "write out[]"]
    assert interesting(effects.stages[0]) == []


def test_a_condition_that_is_handed_over_is_tested_by_the_slice_too() -> None:
    effects = loop("if __xcs_stage__(0, EvilBool()):\n    out.append(__xcs_stage__(1, pure(x)))")
    assert interesting(effects.stages[0]) == [f"write {M}['SHARED'][]"]
    assert interesting(effects.segments[1]) == [f"write {M}['SHARED'][]"]


def test_segments_follow_the_hand_overs() -> None:
    effects = loop(
        "if __xcs_stage__(0, len(x) < 3):\n    continue\n"
        "label = __xcs_stage__(1, text_of(x))\nlog.append(label)\n"
        "out.append((label, __xcs_stage__(2, text_of(label))))\nprint(label)",
        item="abc",
        env={"log": []},
    )
    assert [interesting(s) for s in effects.segments] == [
        [],
        [],
        ["write log[]"],
        ["write channel stdout", "write out[]"],
    ]


def test_a_block() -> None:
    effects = region(
        "a = pure(u)\nb = __xcs_stage__(0, reads_global(u))\n"
        "c = __xcs_stage__(1, reads_shared(u))\nSHARED.append(b)",
        SPACE,
        env={"u": 1},
        kind=RegionKind.BLOCK,
    )
    assert not has_conflict(effects, 1, 0)
    assert not has_conflict(effects, 1, 1)
    assert has_conflict(effects, 1, 2)


def test_a_hand_over_in_an_inner_loop_is_not_believed() -> None:
    assert unknown_in(loop("for i in range(3):\n    out.append(__xcs_stage__(0, pure(x)))"))


def test_blocking_is_that_of_the_callees() -> None:
    assert loop("out.append(__xcs_stage__(0, sleeps(x)))").stages[0].blocking is Blocking.LIKELY
    assert loop("out.append(__xcs_stage__(0, pure(x)))").stages[0].blocking is Blocking.NEVER


def test_an_unknown_item_is_unknown_only_when_it_is_used() -> None:
    text = "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, {}))\n"
    assert not unknown_in(region(text.format("pure(2)"), SPACE, env={"out": []}))
    assert unknown_in(region(text.format("pure(x)"), SPACE, env={"out": []}))


def test_the_analysis_never_raises() -> None:
    effects = region(
        "for x in __xcs_items__:\n    __xcs_stage__(0, pure(x)\n)\n", SPACE, item=object(), env={}
    )
    assert effects.stages
    broken = loop("out.append(__xcs_stage__(0, pure(x)))", env={"out": [], "deep": None})
    assert broken.stages


@pytest.mark.usefixtures("unchecked")
def test_no_user_code_runs() -> None:
    del c.SHARED[:]
    for make in (c.Intercepting, c.Dynamic, c.EvilEq, c.EvilBool, c.EvilRepr, c.EvilIter, c.HasDescriptor):
        for call in (
            "x.attr",
            "x == 1",
            "bool(x)",
            "str(x)",
            "[*x]",
            "x(1)",
            "x[0]",
            "{x: 1}",
            "f'{x}'",
            "-x",
        ):
            loop(f"out.append(__xcs_stage__(0, {call}))\nx.other = 1", item=make(), env={"held": make()})
    assert c.SHARED == []


ITEMS: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("pure(x)", 1, [2, 3], ["a", None, 1.0]),
    ("x.get(1)", c.Plain(), [c.Plain(3)], [c.Derived(), c.Caller(), 1]),
    ("x(1)", c.make_adder(1), [c.make_adder(2)], [c.make_adder("a"), c.pure, c.make_accumulator()]),
    ("total_of(x)", [1, 2], [[3], []], [["a"], (1,), [c.EvilAdd()]]),
    ("x['a']", {"a": 1}, [{"a": 2, "b": "c"}], [{"a": "s"}, {"b": 1}, c.EvilDict(a=1)]),
    ("len(x[0])", ("ab", 1), [("c", 2)], [(1, 2), (), ["ab", 1]]),
    ("str(x)", [1, [2, {"k": "v"}]], [[3, [4]]], [[c.EvilRepr()], [1, [c.EvilRepr()]]]),
]


@pytest.mark.parametrize(("call", "item", "same", "different"), ITEMS)
def test_guards_tell_items_of_the_same_shape(
    call: str, item: Any, same: list[Any], different: list[Any]
) -> None:
    env: dict[str, Any] = {"out": []}
    effects = loop(f"out.append(__xcs_stage__(0, {call}))", item=item, env=env)
    assert not unknown_in(effects), describe(effects)

    def fits(other: Any) -> bool:
        return all(guard.holds(Binding(other, env)) for guard in effects.guards)

    assert fits(item)
    for other in same:
        assert fits(other), other
    for other in different:
        assert not fits(other), other


def test_guards_notice_a_method_set_on_the_instance() -> None:
    item, env = c.Plain(), {"out": []}
    effects = loop("out.append(__xcs_stage__(0, x.get(1)))", item=item, env=env)
    assert all(guard.holds(Binding(item, env)) for guard in effects.guards)
    item.get = c.pure  # type: ignore[method-assign]
    assert not all(guard.holds(Binding(item, env)) for guard in effects.guards)


def test_guards_notice_a_replaced_function_and_a_replaced_method(monkeypatch: pytest.MonkeyPatch) -> None:
    item, env = c.Plain(), {"out": []}
    effects = loop("out.append(__xcs_stage__(0, nested(x.get(1))))", item=item, env=env)
    assert all(guard.holds(Binding(item, env)) for guard in effects.guards)
    with monkeypatch.context() as patch:
        patch.setattr(c, "pure", c.global_counter)
        assert not all(guard.holds(Binding(item, env)) for guard in effects.guards)
    with monkeypatch.context() as patch:
        patch.setattr(c.Plain, "get", c.Plain.bump)
        assert not all(guard.holds(Binding(item, env)) for guard in effects.guards)
    assert all(guard.holds(Binding(item, env)) for guard in effects.guards)


@pytest.mark.parametrize("item", [c.NoisyText("a"), c.NoisyNumber(1)])
@pytest.mark.parametrize("call", ["f'{x}'", "format(x)", "str(x)", "'%s' % x", "'{}'.format(x)"])
def test_a_subclass_of_a_builtin_type_with_a_str_of_its_own(call: str, item: Any) -> None:
    effects = loop(f"out.append(__xcs_stage__(0, {call}))", item=item)
    assert f"write {M}['SHARED'][]" in describe_summary(effects.stages[0]) or unknown_in(effects)


@pytest.mark.parametrize(
    "change",
    [
        "fs.pop(0)",
        "fs.reverse()",
        "fs.sort(key=id)",
        "del fs[0]",
        "fs.insert(0, g)",
        "fs[0] = g",
        "fs.clear()",
    ],
)
def test_the_body_moves_what_it_then_calls(change: str) -> None:
    effects = loop(
        f"{change}\ncall_first(fs)\nout.append(__xcs_stage__(0, pure(x)))",
        env={"fs": [c.pure, c.appends_shared], "g": c.appends_shared},
    )
    lines = describe_summary(effects.segments[0])
    assert f"write {M}['SHARED'][]" in lines or any(line.startswith("unknown") for line in lines)


def test_the_same_object_under_two_names() -> None:
    shared: list[int] = []
    effects = loop("out.append(__xcs_stage__(0, total_of(a)))\nb.append(x)", env={"a": shared, "b": shared})
    (read,) = [e for e in effects.stages[0].effects if "read a[]" in describe_summary_of(e)]
    (write,) = [e for e in effects.segments[1].effects if "write b[]" in describe_summary_of(e)]
    binding = Binding(1, {"a": shared, "b": shared, "out": []})
    assert read.where.owner.resolve(binding) is write.where.owner.resolve(binding)  # type: ignore[union-attr]


def describe_summary_of(effect: Any) -> list[str]:
    from xcs_ast.effects.describe import describe_effect

    return [describe_effect(effect)]


def test_a_named_tuple_as_item() -> None:
    effects = loop("a, b = x\nout.append(__xcs_stage__(0, pure(x.a)))", item=c.Pair(1, 2))
    assert not unknown_in(effects), describe(effects)


def test_a_function_that_runs_tasks_of_its_own_is_not_gone_through() -> None:
    """It is ours: all of the recorder would be analysed, at each call."""
    traced = xcs_ast.jit(c.pure, strategy="tracing")
    effects = loop("out.append(__xcs_stage__(0, traced(x)))", env={"out": [], "traced": traced})
    (unknown,) = [each for each in effects.stages[0].effects if each.is_unknown]
    assert "runs tasks of its own" in str(unknown.where)
