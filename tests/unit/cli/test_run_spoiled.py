"""A program that spoils what the optimizer stands on, before its first region or in the midst of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """\
import os, sys, time

class Client:
    def __init__(self):
        self.calls = 0

    def ask(self, x):
        self.calls += 1
        time.sleep(0.001)
        print("asking", x)
        return x * 2

def fetch(x):
    time.sleep(0.001)
    return x * 3

def asked(client, xs):
    out = []
    for x in xs:
        out.append(client.ask(x))
    return out

def block(client):
    a = client.ask(1)
    b = fetch(2)
    return a, b

def fails(*_, **__):
    raise RuntimeError("spoiled")

class Blocker:
    find_spec = fails

def spoil(mode):
    if mode == "blocker":
        sys.meta_path.insert(0, Blocker())
    elif mode == "no finders":
        sys.meta_path.clear(); sys.path.clear(); sys.path_hooks.clear(); sys.path_importer_cache.clear()
    elif mode == "no modules":
        sys.modules.clear()
    elif mode == "no import":
        __builtins__.__import__ = fails
    elif mode == "no directory":
        os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")
    elif mode == "exc_info":
        sys.exc_info = lambda: (None, None, None)
    elif mode == "clocks":
        time.sleep = lambda _: None
        time.monotonic = time.perf_counter_ns = time.thread_time_ns = None
    elif mode == "options":
        os.environ["XCS_AST_WORKERS"] = "many"

mode, when = sys.argv[1:]
client = Client()
if when == "before":
    spoil(mode)
for x in [1, 2, 3, 4, 5, 6]:
    client.ask(x)
    if x == 3 and when == "within":
        spoil(mode)
for _ in range(3):
    print(asked(client, [1, 2, 3]), [fetch(x) for x in [1, 2, 3]], block(client), client.calls)
for x in [2, 1, 0]:
    fetch(1 // x)
"""
SPOILT = (
    ("blocker", "before"),
    ("blocker", "within"),
    ("no finders", "within"),
    ("no modules", "before"),
    ("no import", "before"),
    ("no import", "within"),
    ("no directory", "before"),
    ("exc_info", "within"),
    ("clocks", "within"),
    ("options", "before"),
)


@pytest.mark.parametrize(("mode", "when"), SPOILT)
def test_it_shows_what_python_shows(mode: str, when: str, tmp_path: Path) -> None:
    script = tmp_path / "spoiling.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XCS_AST_EAGER": "1", "XCS_AST_VERIFY": "always"}
    plain, optimized = (
        subprocess.run(
            [sys.executable, *how, str(script), mode, when],
            capture_output=True,
            cwd=tmp_path,
            env=environment,
            timeout=500,
            text=True,
        )
        for how in ([], ["-m", "xcs_ast", "run"])
    )
    assert plain.returncode == 1
    assert (optimized.stdout, optimized.stderr) == (plain.stdout, plain.stderr)
    assert optimized.returncode == plain.returncode


def test_pytest_has_nothing_to_warn_of(tmp_path: Path) -> None:
    test = "def test_it():\n    out = [str(x) for x in [1, 2]]\n    assert out == ['1', '2']\n"
    (tmp_path / "test_it.py").write_text(test)
    words = [
        sys.executable,
        "-m",
        "xcs_ast",
        "run",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "test_it.py",
    ]
    done = subprocess.run(
        words, capture_output=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed in" in done.stdout
