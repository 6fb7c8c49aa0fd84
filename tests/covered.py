"""Measures which branches of a package the tests take: `python tests/covered.py tracer verifier`.

    python tests/covered.py ROOM... [--add TESTS...] [--python PYTHON] [--report] [--fail-under PERCENT]

A room is a package below `xcs_ast/`; without one, all of `ROOMS`. The tests that are known to reach it are
run under `coverage` (as `[tool.coverage.run]` says: with branches, in threads, in forked and in started
processes), each of `ROOMS` as a part with data of its own below `.coverage-parts/`. Then the data of all
parts that ran, on whatever Python, are put together and reported, file by file. `--add`
runs further tests as parts, `--report` runs none. Needs `pip install coverage` on the Python that is named;
what only a later Python reaches takes a second call, with `--only --python python3.13 --add TESTS`.

What a part says of files that have changed since is left out.
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

import coverage

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
    "runtime": (
        "tests/unit/runtime",
        "tests/unit/jit",
        "tests/equivalence/test_shared.py",
        "tests/equivalence/test_programs.py -k in_sight",
        "tests/equivalence/test_programs.py -k shared_lifetimes",
        "tests/equivalence/test_programs.py -k shared_parked",
    ),
}


def digests() -> dict[str, str]:
    """Of each file that is measured."""
    files = sorted((ROOT / "xcs_ast").rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def environment() -> dict[str, str]:
    """Bytecode is kept: without it each of the processes that are started would compile everything."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measure(python: str, tests: str, options: list[str]) -> bool:
    """Runs one part anew; whether its tests passed. What failed has still taken its branches."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    name = tests.replace("/", ".")
    if len(name) > 100:
        name = f"{name[:80]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    part = KEPT / f"{version}-{name}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    print(f"== {tests} on Python {version}", flush=True)
    code = json.dumps(digests())
    command = [python, "-m", "coverage", "run", f"--data-file={part / 'data'}", "-m", "pytest", "-q"]
    done = subprocess.run([*command, *options, *tests.split()], cwd=ROOT, env=environment(), check=False)
    (part / "code").write_text(code, encoding="utf-8")
    return done.returncode == 0


def combined() -> tuple[Path, list[str]]:
    """The data of all parts in one file, of code that has not changed since; which parts these are."""
    together, present = KEPT / "all", digests()
    together.unlink(missing_ok=True)
    all_data = coverage.CoverageData(str(together))
    parts = sorted(KEPT.glob("*/code"))
    for stamp in parts:
        was = json.loads(stamp.read_text(encoding="utf-8"))
        for path in stamp.parent.glob("data*"):
            data = coverage.CoverageData(str(path))
            data.read()
            if not data.measured_files():  # a process that ended before it came to the package
                continue
            kept = coverage.CoverageData(no_disk=True)
            kept.update(data)
            files = {name: f"xcs_ast/{name.rpartition('/xcs_ast/')[2]}" for name in data.measured_files()}
            kept.purge_files([name for name, file in files.items() if was.get(file) != present.get(file, "")])
            all_data.update(kept)
    all_data.write()
    return together, [stamp.parent.name for stamp in parts]


def report(rooms: list[str], fail_under: float) -> bool:
    """Puts the parts together and shows each room; whether all reach the percentage."""
    together, parts = combined()
    reached = True
    for room in rooms:
        print(f"\n== xcs_ast/{room}, by {', '.join(parts) or 'nothing'}", flush=True)
        shown = [f"--data-file={together}", f"--include=xcs_ast/{room}/*", "--show-missing", "--skip-covered"]
        command = [sys.executable, "-m", "coverage", "report", *shown, f"--fail-under={fail_under}"]
        reached &= subprocess.run([*command, "--precision=1"], cwd=ROOT, check=False).returncode == 0
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
