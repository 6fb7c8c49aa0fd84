"""Objects die when they would have died in plain Python, recorded or run by a graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.runtime import lifetime_programs as programs
from xcs_ast import jit

CASES = {
    name: value
    for name, value in vars(programs).items()
    if callable(value) and not isinstance(value, type) and value is not programs.reset
}


def _outcome(function: Callable[[], object]) -> object:
    programs.reset()
    return function()


@pytest.mark.parametrize("strategy", ["tracing", "hybrid", "static", "auto"])
@pytest.mark.parametrize("name", CASES)
def test_objects_die_in_time(name: str, strategy: str) -> None:
    plain = _outcome(CASES[name])
    run = jit(strategy=strategy)(CASES[name])
    assert [_outcome(run) for _ in range(3)] == [plain] * 3
