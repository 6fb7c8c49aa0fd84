"""The faces of the engine: its description for people, and what becomes of its own faults."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.effects import corners as c
from tests.unit.effects.harness import region
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects import describe
from xcs_ast.effects import region as module
from xcs_ast.effects.machine import TooLarge
from xcs_ast.ir.effects import Unknown

LOOP = "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, {}))\n"


def test_a_description_has_a_part_for_each_stage_and_segment() -> None:
    effects = region(LOOP.format("noisy(x)"), vars(c), item=1, env={"out": []})
    lines = describe(effects).splitlines()
    heads = [line for line in lines if not line.startswith("  ")]
    assert heads == ["stage 0 (blocking never)", "segment 1 (blocking never)"]
    assert "  write module tests.unit.effects.corners['SHARED'][]" in lines
    assert "  write out[]" in lines


def test_nothing_to_describe() -> None:
    effects = region("for x in __xcs_items__:\n    __xcs_stage__(0, x)\n", {}, item=1)
    assert describe(effects) == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("ours"), codes.ANALYSIS_FAILED),
        (RecursionError(), codes.TOO_LARGE),
        (TooLarge("too many"), codes.TOO_LARGE),
    ],
)
def test_a_fault_of_the_engine_is_an_unknown_effect(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def fail(self: Any) -> Any:
        raise error

    monkeypatch.setattr(module._Region, "run", fail)
    effects = region(LOOP.format("pure(x)"), vars(c), item=1, env={"out": []})
    for part in (*effects.stages, *effects.segments):
        assert {type(effect.where) for effect in part.effects} == {Unknown}
        assert {effect.code for effect in part.effects} == {code}


def test_warming_up_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    module.warm_up()
    assert capsys.readouterr() == ("", "")


def test_an_analysis_has_few_enough_attributes_to_be_quick_and_none_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a dictionary of more than thirty, each call of a method looks through twenty classes."""
    during, left = [], []
    result, end = module._Region._result, module._Region.end

    def count(self: Any) -> Any:
        during.append(len(vars(self)))
        return result(self)

    def look(self: Any) -> None:
        end(self)
        left.append([*vars(self), *(name for name in module.Machine.__slots__ if hasattr(self, name))])

    monkeypatch.setattr(module._Region, "_result", count)
    monkeypatch.setattr(module._Region, "end", look)
    region(LOOP.format("pure(x)"), vars(c), item=1, env={"out": []})
    assert max(during) <= 30
    assert left == [[]]
