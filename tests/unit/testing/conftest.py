"""Small projects in directories of their own, and pytest run on them in processes of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

SHOP = """\
import time

def price(item):
    time.sleep(0.002)
    return item * 2

def total(items):
    out = []
    for item in items:
        out.append(price(item))
    return sum(out)

class Counter:
    def __init__(self):
        self.count = 0

    def next(self, item):
        self.count += 1
        return item + self.count

def numbered(items):
    counter = Counter()
    return [counter.next(item) for item in items]
"""
TESTS = """\
from shop.pricing import numbered, total

def test_total():
    assert total([1, 2, 3, 4]) == 20

def test_numbered():
    assert numbered([1, 1, 1]) == [2, 3, 4]
"""


ON_EACH_PYTHON = {"test_package_is_optimized", "test_schedule", "test_same"}
"""What the plugin asks of the hook; the rest is about pytest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.name not in ON_EACH_PYTHON:
            item.add_marker(pytest.mark.once)


NOT_NEEDED = ("cacheprovider", "hypothesispytest", "xdist", "timeout")
"""Plugins that would take as long to load as all the rest."""


@dataclass(frozen=True)
class Ended:
    status: int
    out: str

    def counts(self) -> dict[str, int]:
        """`{"passed": 2}`, from the last line."""
        [*_, last] = self.out.strip().splitlines()
        return {
            word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", last)
        }

    def line(self, start: str) -> str:
        """The one line that begins like this."""
        [found] = [line for line in self.out.splitlines() if line.startswith(start)]
        return found


class Project:
    def __init__(self, path: Path) -> None:
        self.path = path / "project"
        self._site = path / "site"
        info = self._site / "xcs_plugin-0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: xcs-plugin\nVersion: 0\n")
        (info / "entry_points.txt").write_text("[pytest11]\nxcs = xcs_ast.testing.plugin\n")

    def write(self, files: Mapping[str, str]) -> None:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def environment(self, **changes: str) -> dict[str, str]:
        dropped = ("PYTHON", "XCS_", "COV", "PYTEST")
        env = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        paths = os.pathsep.join([str(ROOT), str(self._site)])
        return {**env, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **changes}

    def python(self, *words: str, **env: str) -> Ended:
        done = subprocess.run(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.path,
            env=self.environment(**env),
            timeout=500,
            text=True,
        )
        return Ended(done.returncode, done.stdout)

    def pytest(self, *words: str, **env: str) -> Ended:
        left_out = [name for name in NOT_NEEDED if name != "xdist" or "-n" not in words]
        return self.python("-m", "pytest", *(f"-pno:{name}" for name in left_out), *words, **env)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write({"shop/__init__.py": "", "shop/pricing.py": SHOP, "test_shop.py": TESTS})
    return made
