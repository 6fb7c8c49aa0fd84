"""Regions that run while a module is being loaded: its loader waits for tasks, which must not wait for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MODULE = """\
import time

def fetch(x):
    {statement}
    time.sleep(0.005)
    return x + OFFSET

OFFSET = 10
LOADED = [fetch(x) for x in range(4)]

def later():
    return [fetch(x) for x in range(4)]
"""
MAIN = """\
import loading
from xcs_ast.runtime import site

print(loading.LOADED, loading.later())
found = [each for each in site.all_sites() if each.facts.span.filename == loading.__file__]
print(found[-1].last_verdict.kind.value)
"""


@pytest.mark.parametrize("statement", ["import loading", "from loading import OFFSET"])
def test_a_task_imports_the_module_that_is_being_loaded(tmp_path: Path, statement: str) -> None:
    (tmp_path / "loading.py").write_text(MODULE.format(statement=statement))
    (tmp_path / "main.py").write_text(MAIN)
    command = [sys.executable, "-m", "xcs_ast", "run", str(tmp_path / "main.py")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    numbers, verdict = ran.stdout.splitlines()
    assert numbers == f"{[10, 11, 12, 13]} {[10, 11, 12, 13]}"
    assert verdict == "PROVEN"
