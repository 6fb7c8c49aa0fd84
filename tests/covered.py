"""Measures which branches of a package the tests take: `python tests/covered.py tracer verifier`.

    python tests/covered.py ROOM... [--add TESTS...] [--python PYTHON] [--report] [--fail-under PERCENT]

A room is a package below `xcs_ast/`; without one, all of `ROOMS`. The tests that are known to reach it are
run under `coverage` (as `[tool.coverage.run]` says: with branches, in threads, in forked and in started
processes), each of `ROOMS` as a part with data of its own below `.coverage-parts/`. Then the data of all
parts that ran on the present code, on whatever Python, are put together and reported, file by file. `--add`
runs further tests as parts, `--report` runs none. Needs `pip install coverage` on the Python that is named;
what only a later Python reaches takes a second call, with `--only --python python3.13 --add TESTS`.

Where a part was measured on other code of the room its lines have moved, so it is left out, and named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = ROOT / ".coverage-parts"
ROOMS: Final = {
    "tracer": (
        "tests/unit/tracer",
        "tests/unit/runtime",
        "tests/equivalence/test_shared.py",
    ),
    "verifier": ("tests/unit/verifier", "tests/unit/runtime", "tests/equivalence/test_mutated_analysis.py"),
    "frontend": ("tests/unit/frontend", "tests/unit/rewrite", "tests/golden"),
    "effects": ("tests/unit/effects", "tests/unit/models", "tests/golden"),
    "runtime": ("tests/unit/runtime", "tests/unit/jit", "tests/equivalence/test_shared.py"),
}


def digest(room: str) -> str:
    """Of the code of a room."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "xcs_ast" / room).rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def environment() -> dict[str, str]:
    """Bytecode is kept: without it each of the processes that are started would compile everything."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measure(python: str, tests: str, options: list[str]) -> bool:
    """Runs one part anew; whether its tests passed. What failed has still taken its branches."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    part = KEPT / f"{version}-{tests.replace('/', '.')}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    print(f"== {tests} on Python {version}", flush=True)
    code = json.dumps({room: digest(room) for room in ROOMS})
    command = [python, "-m", "coverage", "run", f"--data-file={part / 'data'}", "-m", "pytest", "-q"]
    done = subprocess.run([*command, *options, *tests.split()], cwd=ROOT, env=environment(), check=False)
    (part / "code").write_text(code, encoding="utf-8")
    return done.returncode == 0


def report(rooms: list[str], fail_under: float) -> bool:
    """Puts the parts together and shows each room; whether all reach the percentage."""
    coverage = [sys.executable, "-m", "coverage"]
    parts = {
        path.parent: json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*/code"))
    }
    reached = True
    for room in rooms:
        present = [part for part, code in parts.items() if code[room] == digest(room)]
        print(f"\n== xcs_ast/{room}, by {', '.join(part.name for part in present) or 'nothing'}", flush=True)
        for part in parts.keys() - set(present):
            print(f"left out, measured on other code: {part.name}", flush=True)
        files = [str(path) for part in present for path in part.glob("data.*")]
        if not files:
            reached = False
            continue
        data = f"--data-file={KEPT / room}"
        subprocess.run([*coverage, "combine", "-q", "--keep", data, *files], cwd=ROOT, check=True)
        shown = [*coverage, "report", data, f"--include=xcs_ast/{room}/*", "--show-missing", "--skip-covered"]
        shown += [f"--fail-under={fail_under}", "--precision=1"]
        reached &= subprocess.run(shown, cwd=ROOT, check=False).returncode == 0
    return reached


def main() -> int:
    """The command line; exit status 0 when all tests passed and the percentage is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("rooms", nargs="*", metavar="ROOM", help=", ".join(ROOMS))
    add("--add", nargs="*", default=[], metavar="TESTS", help="further tests, each argument a part")
    add("--only", action="store_true", help="run what is added, not the tests of the rooms")
    add("--python", default=sys.executable, help="the Python that runs the tests")
    add("--report", action="store_true", help="run nothing, put together what there is")
    add("--fail-under", type=float, default=0.0, metavar="PERCENT")
    add("--pytest", default="", metavar="OPTIONS", help="passed on, as '-x'")
    chosen = parser.parse_args()
    rooms = chosen.rooms or list(ROOMS)
    if unknown := set(rooms) - set(ROOMS):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    parts = [] if chosen.only else [tests for room in rooms for tests in ROOMS[room]]
    passed = True
    for tests in () if chosen.report else dict.fromkeys([*parts, *chosen.add]):
        passed &= measure(chosen.python, tests, chosen.pytest.split())
    return 0 if report(rooms, chosen.fail_under) and passed else 1


if __name__ == "__main__":
    sys.exit(main())
