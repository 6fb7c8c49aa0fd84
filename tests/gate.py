"""Sets up from nothing and runs every check: `python3 tests/gate.py`.

For each of Python 3.11, 3.12 and 3.13 that is on the machine: a fresh virtual environment below
`.venv-gate/`, the project with its `test` extra under `constraints.txt`, the test suite. On the first of them
also the tests that are marked `slow`, ruff, mypy and the import contract; with `--typeguard`, there also the
unit tests that stay in one process once more, with every annotation of the project checked (minutes); with
`--strict`, there also the tests once more in Python's development mode, each warning an error, sets in
another order.
Standard library only; exit status 0 when all passed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
ELSEWHERE = ("cli", "corpus", "hook", "models", "testing")
"""Unit tests in which typeguard would see little: other processes, texts, code of others."""


def find_python(version: str) -> str | None:
    """A working interpreter of that version: this one, one on PATH, or one of pyenv's."""
    candidates = [sys.executable, f"python{version}"]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += [str(path / "bin" / "python") for path in sorted(pyenv.glob(f"{version}.*"))]
    for candidate in candidates:
        found = shutil.which(candidate)
        if found is None:
            continue
        asked = subprocess.run(
            [found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode == 0 and asked.stdout.strip() == version:
            return found
    return None


def run(title: str, *command: str, **environment: str) -> bool:
    """Runs one step with its output shown; whether it passed."""
    print(f"\n== {title}: {' '.join(command)}", flush=True)
    start = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
    print(
        f"== {title}: {'ok' if status == 0 else f'FAILED ({status})'}, {time.monotonic() - start:.0f} s",
        flush=True,
    )
    return status == 0


def set_up(version: str, python: str, extras: str) -> str | None:
    """A fresh environment with the project in it; its interpreter, or `None` where that failed."""
    folder = ROOT / ".venv-gate" / version
    shutil.rmtree(folder, ignore_errors=True)
    inner = str(folder / "bin" / "python")
    ok = run(f"{version} venv", python, "-m", "venv", str(folder)) and run(
        f"{version} install",
        inner,
        "-m",
        "pip",
        "install",
        "-q",
        "-c",
        "constraints.txt",
        "-e",
        f".[{extras}]",
    )
    return inner if ok else None


def check(version: str, python: str, *, lint: bool, rest: list[str]) -> list[str]:
    """All checks on one Python; the names of those that failed."""
    inner = set_up(version, python, "test,lint" if lint else "test")
    if inner is None:
        return [f"{version} set-up"]
    failed = []
    if lint:
        bin_ = Path(inner).parent
        steps = {
            "ruff": (inner, "-m", "ruff", "check", "."),
            "format": (inner, "-m", "ruff", "format", "--check", "."),
            "mypy": (inner, "-m", "mypy"),
            "floors": (str(bin_ / "lint-imports"),),
        }
        failed += [name for name, command in steps.items() if not run(name, *command)]
    which = () if lint else ("-m", "not slow")
    if not run(f"{version} tests", inner, "-m", "pytest", "-q", "-n", "2", *which, *rest):
        failed.append(f"{version} tests")
    return failed


def check_annotations(version: str, inner: str) -> list[str]:
    """The unit tests under typeguard; the name of the step where it failed."""
    title = f"{version} typeguard"
    with tempfile.TemporaryDirectory() as cache:  # what typeguard compiles must not be taken for our modules
        passed = run(
            title,
            *(inner, "-m", "pytest", "-q", "-n", "2", "tests/unit"),
            *(f"--ignore=tests/unit/{each}" for each in ELSEWHERE),
            *("--typeguard-packages=xcs_ast", "-W", "error::typeguard.InstrumentationWarning"),
            PYTHONPYCACHEPREFIX=cache,
        )
    return [] if passed else [title]


def check_strictly(version: str, inner: str) -> list[str]:
    """The tests in development mode, with hashes that nobody chose; the name of the step where it failed."""
    title = f"{version} strict"
    flags = ("-X", "dev", "-W", "error")
    command = (inner, *flags, "-m", "pytest", "-q", "-n", "2", "-m", "not slow")
    return [] if run(title, *command, PYTHONHASHSEED="random") else [title]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="fail where one of the Pythons is missing")
    parser.add_argument("--typeguard", action="store_true", help="also check the annotations at run time")
    parser.add_argument("--strict", action="store_true", help="also in development mode, warnings as errors")
    parser.add_argument("pytest", nargs="*", help="further arguments for pytest")
    options = parser.parse_args()
    failed: list[str] = []
    found = {version: python for version in VERSIONS if (python := find_python(version))}
    missing = [version for version in VERSIONS if version not in found]
    if not found:
        print(f"none of Python {', '.join(VERSIONS)} is on this machine", file=sys.stderr)
        return 2
    for number, (version, python) in enumerate(found.items()):
        failed += check(version, python, lint=number == 0, rest=options.pytest)
        if number == 0 and f"{version} set-up" not in failed:
            inner = str(ROOT / ".venv-gate" / version / "bin" / "python")
            failed += check_annotations(version, inner) if options.typeguard else []
            failed += check_strictly(version, inner) if options.strict else []
    if missing:
        print(f"\nnot on this machine, so not tried: Python {', '.join(missing)}")
        if options.all:
            failed += missing
    print(f"\nfailed: {', '.join(failed)}" if failed else f"\nall passed on Python {', '.join(found)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
