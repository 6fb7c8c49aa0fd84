"""A fault of the recorder's own is never an exception that the program handles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tracer.speculating import Trial
from xcs_ast.effects.catalog_sections import Section

PRELUDE = """
import contextlib, json
ITEMS = [1, 2]
DONE = []
"""
HANDLES = {
    "except": """
def f(x):
    try:
        return json.dumps([x])
    except Exception:
        return "handled"
""",
    "except in a caller": """
def g(x): return json.dumps([x])
def f(x):
    try:
        return g(x)
    except (LookupError, ValueError) as error:
        DONE.append(type(error).__name__)
""",
    "suppress": """
def f(x):
    with contextlib.suppress(IndexError):
        return json.dumps([x])
    return "suppressed"
""",
    "context manager": """
class Swallows:
    def __enter__(self): return self
    def __exit__(self, *error): return True
def f(x):
    with Swallows():
        return json.dumps([x])
    return "swallowed"
""",
}


@pytest.mark.parametrize("handles", HANDLES)
def test_the_program_handles_no_fault_of_ours(
    handles: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = Section.get

    def fails(section: Section, key: str) -> Any:
        if key == "dumps":
            raise IndexError("a fault of ours")
        return inner(section, key)

    monkeypatch.setattr(Section, "get", fails)
    trial = Trial(PRELUDE + HANDLES[handles], tmp_path).run()
    assert trial.ahead == 0


RAISES = """
def f(x):
    try:
        return json.loads("[" * x)
    except ValueError as error:
        return str(error)
"""


def test_what_the_program_raises_it_handles(tmp_path: Path) -> None:
    assert Trial(PRELUDE + RAISES, tmp_path).run().ahead == 2
