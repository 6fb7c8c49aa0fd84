"""Sets up from nothing and runs every check: `python3 tests/gate.py`.

For each of Python 3.11, 3.12 and 3.13 that is on the machine: a fresh virtual environment below `.venv-
gate/`, the project with its `test` extra under `constraints.txt`, the test suite. On the first of them also
ruff, mypy and the import contract. The Pythons are tested side by side; what each says is shown when it is
done. The tests are `--brief`: the programs of `tests/equivalence` run under one schedule on each Python,
another one on each; of what is marked `slow` or `once`, each Python takes its share, and what is marked
`full` is left out (see `tests/conftest.py`). With `--full`, the first of them runs everything, under all
schedules. On the first, with `--typeguard`, also the unit tests that stay in one process once more, with
every annotation of the project checked (minutes); with `--strict`, also the tests once more in Python's
development mode, each warning an error, sets in another order.
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
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
ELSEWHERE = ("cli", "corpus", "hook", "models", "testing")
"""Unit tests in which typeguard would see little: other processes, texts, code of others."""


PYTEST = ("-m", "pytest", "-q", "--dist", "worksteal", "--durations=25", "--assert=plain")
"""Each process has a part of the tests, in their order, and at the end takes from those of the others.

What an assertion compared is told when what failed is run again: to prepare that for all takes longer.
"""
AGAIN = ("--assert=rewrite", "--last-failed", "--last-failed-no-failures", "none")


def processes(pythons: int) -> tuple[str, str]:
    """For pytest: as many processes as keep the machine busy where so many Pythons are tested side by side.

    Each of them collects all the tests, which takes a while: not more than are needed. Where one is enough,
    there is none that only hands out tests and gathers reports.
    """
    number = -(-(os.cpu_count() or 2) // pythons)
    return "-n", str(number if number > 1 else 0)


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


def run(title: str, *command: str, shown: bool = True, **environment: str) -> bool:
    """Runs one step with its output shown, at once or when it has ended; whether it passed."""
    print(f"\n== {title}: {' '.join(command)}", flush=True)
    start = time.monotonic()
    # Without compiled files each of the hundreds of processes that are started would compile everything.
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**inherited, **environment},
        check=False,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
    )
    told = "" if shown else f"\n{done.stdout.decode(errors='replace')}"
    result = "ok" if done.returncode == 0 else f"FAILED ({done.returncode})"
    print(f"{told}== {title}: {result}, {time.monotonic() - start:.0f} s", flush=True)
    return done.returncode == 0


def make_environment(version: str, python: str) -> str | None:
    """A fresh environment without the project; its interpreter, or `None` where that failed."""
    folder = ROOT / ".venv-gate" / version
    shutil.rmtree(folder, ignore_errors=True)
    made = run(f"{version} venv", python, "-m", "venv", str(folder))
    return str(folder / "bin" / "python") if made else None


def install(version: str, environment: Future[str | None], extras: str) -> str | None:
    """Puts the project into an environment; its interpreter, or `None` where that failed."""
    inner = environment.result()
    if inner is None:
        return None
    command = (inner, "-m", "pip", "install", "-q", "--no-compile", "-c", "constraints.txt")
    if not run(f"{version} install", *command, "-e", f".[{extras}]"):
        return None
    # It compiles its plugins, once for all: many tests start it with them.
    few = ("-q", "--collect-only", "tests/unit/test_records.py")
    return inner if run(f"{version} pytest", inner, "-m", "pytest", *few) else None


def lint(inner: str) -> list[str]:
    """What reads the source only; the names of the steps that failed."""
    steps = {
        "ruff": (inner, "-m", "ruff", "check", "."),
        "format": (inner, "-m", "ruff", "format", "--check", "."),
        "mypy": (inner, "-m", "mypy"),
        "floors": (str(Path(inner).parent / "lint-imports"),),
    }
    return [name for name, command in steps.items() if not run(name, *command)]


def set_up_all(found: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The interpreters of the new environments, and what failed, also of the checks of the source.

    Those run in the first environment while the others are being made. The project is installed in one
    after the other, as each builds it in the same folder. The tests come later, for they read what is there.
    """
    made: dict[str, str] = {}
    failed: list[str] = []
    first, *_, last = (next(iter(found)), *found)
    with ThreadPoolExecutor(len(found)) as makers, ThreadPoolExecutor(1) as builder:
        empty = {
            version: makers.submit(make_environment, version, python) for version, python in found.items()
        }
        being_made = {
            version: builder.submit(install, version, each, _extras(version == first, version == last))
            for version, each in empty.items()
        }
        for version, each in being_made.items():
            inner = each.result()
            if inner is None:
                failed.append(f"{version} set-up")
                continue
            made[version] = inner
            if version == first:
                failed += lint(inner)
    return made, failed


def _extras(first: bool, last: bool) -> str:
    """What is installed besides: the clients of others on one of them, for they take their time."""
    return ",".join(["test", *["lint"] * first, *["clients"] * last])


def tested(title: str, python: tuple[str, ...], *arguments: str, shown: bool = True, **more: str) -> bool:
    """Runs tests, and those that failed once more, to show why; whether all passed the first time."""
    # Without these options of the project, which switch off the memory of what failed.
    cache = ("-o", "addopts=-ra --strict-markers --strict-config -p no:anyio")
    cache += ("-o", f"cache_dir={ROOT / '.venv-gate' / title.replace(' ', '-')}")
    command = (*python, *PYTEST, *cache, *arguments)
    if run(title, *command, shown=shown, **more):
        return True
    run(f"{title}, those that failed once more", *command, *AGAIN, shown=shown, **more)
    return False


def check_all(made: dict[str, str], options: argparse.Namespace) -> list[str]:
    """The tests in all environments, side by side; the names of the steps that failed."""
    first = next(iter(made), None)

    def passed(number: int, version: str, inner: str) -> bool:
        if options.full:
            which: tuple[str, ...] = () if version == first else ("--brief",)
        else:
            which = ("--brief", "--share", _share(number, len(made)))
        arguments = (*processes(len(made)), *which, *options.pytest)
        return tested(f"{version} tests", (inner,), *arguments, shown=len(made) == 1)

    with ThreadPoolExecutor(max_workers=max(1, len(made))) as pool:
        running = {
            version: pool.submit(passed, number, version, inner)
            for number, (version, inner) in enumerate(made.items(), 1)
        }
        return [f"{version} tests" for version, each in running.items() if not each.result()]


def _share(number: int, of: int) -> str:
    """Three parts for each but the last, which also has what the clients of others need: it takes two."""
    return f"{3 * number - 2}-{3 * number - (number == of > 1)}/{3 * of - (of > 1)}"


def check_annotations(version: str, inner: str) -> list[str]:
    """The unit tests under typeguard; the name of the step where it failed."""
    title = f"{version} typeguard"
    with tempfile.TemporaryDirectory() as cache:  # what typeguard compiles must not be taken for our modules
        passed = tested(
            title,
            (inner,),
            *(*processes(1), "tests/unit"),
            *(f"--ignore=tests/unit/{each}" for each in ELSEWHERE),
            *("--typeguard-packages=xcs_ast", "-W", "error::typeguard.InstrumentationWarning"),
            PYTHONPYCACHEPREFIX=cache,
        )
    return [] if passed else [title]


def check_strictly(version: str, inner: str) -> list[str]:
    """The tests in development mode, with hashes that nobody chose; the name of the step where it failed."""
    title = f"{version} strict"
    python = (inner, "-X", "dev", "-W", "error")
    passed = tested(title, python, *processes(1), "-m", "not slow", PYTHONHASHSEED="random")
    return [] if passed else [title]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="fail where one of the Pythons is missing")
    parser.add_argument("--full", action="store_true", help="also every test under every schedule")
    parser.add_argument("--typeguard", action="store_true", help="also check the annotations at run time")
    parser.add_argument("--strict", action="store_true", help="also in development mode, warnings as errors")
    parser.add_argument("pytest", nargs="*", help="further arguments for pytest")
    options = parser.parse_args()
    found = {version: python for version in VERSIONS if (python := find_python(version))}
    missing = [version for version in VERSIONS if version not in found]
    if not found:
        print(f"none of Python {', '.join(VERSIONS)} is on this machine", file=sys.stderr)
        return 2
    made, failed = set_up_all(found)
    failed += check_all(made, options)
    first = next(iter(found))
    if first in made:
        failed += check_annotations(first, made[first]) if options.typeguard else []
        failed += check_strictly(first, made[first]) if options.strict else []
    if missing:
        print(f"\nnot on this machine, so not tried: Python {', '.join(missing)}")
        if options.all:
            failed += missing
    print(f"\nfailed: {', '.join(failed)}" if failed else f"\nall passed on Python {', '.join(found)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
