"""Callees that call models: nothing unknown, nothing changed, and they wait for something."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.effects import model_callers
from tests.unit.effects.harness import region
from xcs_ast.effects.describe import describe_summary
from xcs_ast.ir.effects import Blocking

CALLEES = [value for name, value in vars(model_callers).items() if name.startswith("p_")]
ORDERED = {"p_logs", "p_subprocess"}
"""These keep a log, or start a program: their order counts."""


@pytest.mark.parametrize("function", CALLEES, ids=lambda function: function.__name__)
def test_may_run_ahead(function: Any) -> None:
    text = "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, function(x)))\n"
    stage = region(text, {"function": function}, item="hello", env={"out": []}).stages[0]
    assert stage.blocking is not Blocking.NEVER
    changes = [effect for effect in stage.effects if effect.changes_shared_state]
    assert not changes or function.__name__ in ORDERED, describe_summary(stage)
