"""Whole processes in a directory of their own, plain and through `run`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CONSTANTS = str(ROOT / ".hypothesis")
"""What Hypothesis has read in our files is kept there, by their hashes: else each process reads them all."""


def environment(**changes: str) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "XCS_", "COV"))}
    return {**env, "PYTHONPATH": str(ROOT), "HYPOTHESIS_STORAGE_DIRECTORY": CONSTANTS, **changes}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `check` compares is compared without processes, too: in `tests/equivalence`."""
    here = Path(__file__).parent / "test_cli_check.py"
    for item in items:
        if item.path == here and not item.name.startswith(("test_same[", "test_difference_is_printed")):
            item.add_marker(pytest.mark.once)


@dataclass(frozen=True)
class Ended:
    status: int
    out: bytes
    err: bytes


class Box:
    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def python(
        self,
        *words: str,
        stdin: bytes = b"",
        cwd: str = ".",
        flags: Sequence[str] = (),
        merged: bool = False,
        **env: str,
    ) -> Ended:
        done = subprocess.run(
            [sys.executable, *flags, *words],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            cwd=self.path / cwd,
            env=environment(**env),
            timeout=500,
        )
        return Ended(done.returncode, done.stdout, done.stderr or b"")

    def shell(self, command: str) -> Ended:
        words = ["sh", "-c", command, sys.executable]
        done = subprocess.run(words, capture_output=True, cwd=self.path, env=environment(), timeout=500)
        return Ended(done.returncode, done.stdout, done.stderr)

    def xcs(self, *words: str, **more: object) -> Ended:
        return self.python("-m", "xcs_ast", *words, **more)  # type: ignore[arg-type]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)
