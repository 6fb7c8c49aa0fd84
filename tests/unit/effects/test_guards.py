"""What an analysis relied on is asked again: one test for each thing that may have become different."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.effects import callees as c
from tests.unit.effects.harness import region
from xcs_ast.effects import RegionEffects
from xcs_ast.ir.paths import Binding

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
