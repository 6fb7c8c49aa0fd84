"""Ways through a callee that are easily overlooked, each with an effect at its end."""

from __future__ import annotations

from types import TracebackType

import pytest

from tests.unit.effects.harness import region
from xcs_ast.effects import RegionEffects
from xcs_ast.ir.effects import Access, Channel

SHARED: list[object] = []


class Leaving:
    def __enter__(self) -> int:
        return 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        SHARED.append(kind)


def leaves(x: str) -> str:
    with Leaving():
        return x


def leaves_the_inner_one(x: str) -> str:
    with open(x) as file, Leaving():
        return file.name


def handler_has_what_the_body_assigned(x: str) -> str:
    target: list[object] = []
    try:
        target = SHARED
        int(x)
    except ValueError:
        target.append(x)
    return x


def handler_has_what_an_inner_body_assigned(x: str) -> str:
    target: list[object] = []
    try:
        try:
            target = SHARED
        finally:
            int(x)
    except ValueError:
        target.append(x)
    return x


def finally_has_what_the_body_assigned(x: str) -> str:
    target: list[object] = []
    try:
        target = SHARED
        int(x)
        target = []
    finally:
        target.append(x)
    return x


def only_looks(x: str) -> str:
    target: list[object] = []
    try:
        target = list(SHARED)
        int(x)
    except ValueError:
        target.append(x)
    return x


look = globals


def analysed(body: str) -> RegionEffects:
    return region(f"for x in __xcs_items__:\n    {body}\n", globals(), item="a", env={"out": []})


@pytest.mark.parametrize(
    "name",
    [
        "leaves",
        "leaves_the_inner_one",
        "handler_has_what_the_body_assigned",
        "handler_has_what_an_inner_body_assigned",
        "finally_has_what_the_body_assigned",
    ],
)
def test_the_effect_is_seen(name: str) -> None:
    effects = analysed(f"out.append(__xcs_stage__(0, {name}(x)))")
    assert any(each.changes_shared_state for each in effects.stages[0].effects)


def test_a_near_miss() -> None:
    effects = analysed("out.append(__xcs_stage__(0, only_looks(x)))")
    assert not any(each.changes_shared_state for each in effects.stages[0].effects)


def test_who_looks_at_its_callers_must_have_them() -> None:
    """Ahead of its place a call has other callers; in the body it has those that it always had."""
    ahead = analysed("out.append(__xcs_stage__(0, look()))").stages[0]
    in_place = analysed("out.append(__xcs_stage__(0, str(x)))\n    look()").segments[1]
    assert {each.access for each in ahead.effects if each.where == Channel("stack")} == {Access.WRITE}
    assert {each.access for each in in_place.effects if each.where == Channel("stack")} == {Access.READ}
