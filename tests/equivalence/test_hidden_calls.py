"""Expressions that call code which they don't show: in a callee, beside a callee, and in the body."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

import pytest

from tests.equivalence.known import KNOWN
from xcs_ast.testing.campaign import check_source
from xcs_ast.testing.modules import Face
from xcs_ast.testing.schedules import Order, Schedule

DATA: Final = Path(__file__).parent / "data"
EXPRESSIONS: Final = [
    line for line in (DATA / "hidden_calls.txt").read_text().splitlines() if line and not line.startswith("#")
]
PRELUDE: Final = (DATA / "hidden_calls_prelude.py").read_text()
PROGRAM: Final = """

def write(x):
    try:
        EXPRESSION
    except Exception as error:
        return type(error).__name__, len(LOG)
    return len(LOG)


def look(x):
    return len(LOG)


def main():
    out = []
    for x in [1, 2, 3]:
        out.append(write(x))
    for x in [1, 2, 3]:
        out.append(look(x))
        write(x)
    for x in [1, 2, 3]:
        out.append(look(x))
        try:
            EXPRESSION
        except Exception as error:
            out.append(type(error).__name__)
    return out
"""


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_hidden_call(expression: str, request: pytest.FixtureRequest) -> None:
    if expression in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[expression], strict=True))
    source = PRELUDE + PROGRAM.replace("EXPRESSION", expression)
    schedules = (Schedule(Order.AHEAD), Schedule(Order.REVERSE))
    if request.config.getoption("--brief") and expression not in KNOWN:
        number = zlib.crc32(expression.encode()) % 2
        schedules = schedules[number : number + 1]
    found, _, _ = check_source(source, schedules, (Face.HOOK,))
    assert not found, f"{expression}: {found[0]}"
