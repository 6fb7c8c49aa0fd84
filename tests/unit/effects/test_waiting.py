"""Loops that wait for another thread: what comes behind them is not judged by what there was before."""

from __future__ import annotations

import pytest

from tests.unit.effects import waiting as w
from tests.unit.effects.harness import stage_of

WAITS = [
    "until_done",
    "until_ready",
    "until_there",
    "breaks_when_done",
    "returns_when_done",
    "fails_when_late",
    "gives_up_when_late",
    "gives_up_after_some",
    "through_others",
]
ENDS = ["counts", "tries", "tries_until", "draws", "first_of_many"]


WHY = "unknown: waits in a loop for what another thread may change"


def told(callee: str) -> list[str]:
    return stage_of(f"{callee}(x)", vars(w))


@pytest.mark.parametrize("callee", WAITS)
def test_nobody_knows_what_comes_behind(callee: str) -> None:
    assert WHY in told(callee)


@pytest.mark.parametrize("callee", ENDS)
def test_what_comes_to_its_own_end_is_known(callee: str) -> None:
    assert not [line for line in told(callee) if not line.startswith("read ")]
