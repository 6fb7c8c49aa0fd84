"""Runs other people's test suites plainly and with their package optimized, and compares the outcomes.

    python tests/outside/suites.py NAME ... [--python 3.11] [--work FOLDER] [--limit SECONDS]
        [--lazily | --order ahead]

For each name of the package index: the source distribution is fetched and unpacked, the package installed
from it into a fresh virtual environment, and its suite run twice: plainly, and with every module of the
package rewritten by the import hook. By default whatever is proven runs ahead, and what can be recorded is
recorded, whether it pays or not, the first 30 times that a region is entered; and the program waits for its
tasks before it takes the first, so that they really are ahead (`--order` names another of
`xcs_ast.testing.schedules`); `--lazily` leaves all that to the options' defaults. Prints both counts side
by side, each test that ends differently, and what came of the regions. A test that also differs between two
plain runs is not held against us. Exit status 0 when nothing else differs. Needs the network, so it is no
part of the default test run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.gate import find_python  # noqa: E402
from xcs_ast.testing.schedules import Order  # noqa: E402

_KINDS = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


@dataclass(frozen=True)
class Recipe:
    """What a package's suite needs. `packages` are the import names, `extra` other distributions."""

    packages: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Folders of the distribution that hide the installed package."""


RECIPES: dict[str, Recipe] = {
    "aenum": Recipe(arguments=("--pyargs", "aenum.test", "aenum.test_v3")),
    "arrow": Recipe(
        extra=("pytest-mock", "pytz", "simplejson", "dateparser", "tzdata"), arguments=("-o", "addopts=")
    ),
    "attrs": Recipe(("attr", "attrs"), ("hypothesis", "cloudpickle"), ("-o", "addopts=")),
    "boltons": Recipe(tests=("tests",), without=("boltons",)),
    "click": Recipe(),
    "isodate": Recipe(),
    "jinja2": Recipe(extra=("trio",)),
    "jsonschema": Recipe(arguments=("--pyargs", "jsonschema.tests"), extra=("pyrsistent", "jsonpath-ng")),
    "lark": Recipe(tests=("tests/__main__.py",), extra=("regex", "atomicwrites", "interegular", "js2py")),
    "mako": Recipe(extra=("Babel", "dogpile.cache", "lingua")),
    "markdown-it-py": Recipe(
        ("markdown_it",), ("pytest-regressions", "linkify-it-py", "mdit-py-plugins", "requests")
    ),
    "marshmallow": Recipe(extra=("simplejson", "tzdata")),
    "more-itertools": Recipe(("more_itertools",)),
    "peewee": Recipe(("peewee", "playhouse")),
    "pyparsing": Recipe(extra=("railroad-diagrams", "jinja2"), tests=("tests",)),
    "python-dateutil": Recipe(
        ("dateutil",), ("freezegun", "hypothesis", "six", "pytest-cov"), ("-o", "addopts=")
    ),
    "sqlparse": Recipe(),
    "tomlkit": Recipe(extra=("PyYAML",)),
    "toolz": Recipe(("toolz", "tlz"), arguments=("--pyargs", "toolz", "tlz")),
    "traitlets": Recipe(extra=("argcomplete", "pytest-mock"), arguments=("--ignore=tests/test_typing.py",)),
    "voluptuous": Recipe(arguments=("--pyargs", "voluptuous")),
}


@dataclass(frozen=True)
class How:
    """The schedule, or nothing for the options' defaults; how long one run of a suite may take."""

    order: str
    limit: float


class Failed(Exception):
    """A step that has to work did not."""


def run(
    *command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, limit: float = 900
) -> str:
    """Runs a command; its output.

    Raises:
        Failed: it says so, or takes too long.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            timeout=limit,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"no end after {limit:.0f} s: {' '.join(map(str, command))}") from None
    if done.returncode:
        raise Failed(f"status {done.returncode}: {' '.join(map(str, command))}\n{done.stdout[-3000:]}")
    return done.stdout


def set_up(name: str, recipe: Recipe, python: str, work: Path) -> tuple[Path, Path]:
    """A fresh environment with the package, and its unpacked source distribution."""
    work.mkdir(parents=True, exist_ok=True)
    venv, fetched, unpacked = work / "venv", work / "sdist", work / "src"
    inner = venv / "bin" / "python"
    if unpacked.exists():  # an earlier run with the same --work
        return inner, next(each for each in unpacked.iterdir() if each.is_dir())
    for each in (venv, fetched, work / "unpacking"):
        shutil.rmtree(each, ignore_errors=True)
    run(python, "-m", "venv", venv)
    pip = (inner, "-m", "pip", "-q", "--disable-pip-version-check")
    run(*pip, "download", "--no-deps", "--no-binary", name, "-d", fetched, name)
    archive = next(iter(sorted(fetched.glob("*.tar.gz"))), None)
    if archive is None:
        raise Failed(f"{name} has no source distribution")
    run(*pip, "install", archive, "pytest", "pytest-timeout", "libcst")
    for each in recipe.extra:
        try:  # what cannot be had is missed by the suite in both runs alike
            run(*pip, "install", each)
        except Failed as problem:
            print(f"    without {each}: {str(problem).splitlines()[-1]}")
    with tarfile.open(archive) as file:
        file.extractall(work / "unpacking", filter="data")
    (work / "unpacking").rename(unpacked)
    folder = next(each for each in unpacked.iterdir() if each.is_dir())
    for each in recipe.without:
        shutil.rmtree(folder / each, ignore_errors=True)
    return inner, folder


def shim(work: Path) -> Path:
    """A folder for the path: us as we are now, and the recorder, but no `tests` of ours."""
    folder = work / "path"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "xcs_ast", folder / "xcs_ast", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "recorder.py", folder / "outside_recorder.py")
    return folder


def run_suite(
    python: Path, folder: Path, recipe: Recipe, work: Path, label: str, optimize: Sequence[str], how: How
) -> dict[str, Any]:
    """One run of the suite; what the recorder noted, and the seconds."""
    record = work / f"{label}.json"
    record.unlink(missing_ok=True)
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("XCS_AST_", "PYTEST", "PYTHON"))
    }
    env |= {
        "PYTHONPATH": str(work / "path"),
        "PYTHONHASHSEED": "0",
        "OUTSIDE_RECORD": str(record),
        "TZ": "UTC",
    }
    if optimize:
        env |= {"OUTSIDE_OPTIMIZE": ",".join(optimize), "OUTSIDE_ORDER": how.order}
    command = (
        *(str(python), "-m", "pytest", "-q", "-p", "outside_recorder", "-p", "no:cacheprovider"),
        *("--timeout=300", "--continue-on-collection-errors", *recipe.arguments, *recipe.tests),
    )
    start = time.monotonic()
    with open(work / f"{label}.log", "w", encoding="utf-8") as log:
        try:
            subprocess.run(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=how.limit,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"the suite has no end; see {log.name}") from None
    if not record.exists():
        raise Failed(f"the suite did not run; see {work / label}.log")
    found: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    found["seconds"] = time.monotonic() - start
    return found


def counts(found: dict[str, Any]) -> str:
    """`120 passed, 3 skipped`."""
    number = Counter(found["outcomes"].values())
    return ", ".join(f"{number[kind]} {kind}" for kind in _KINDS if number[kind]) or "no test"


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The tests that ended in two ways.

    Some are named by their place in a set, which differs from run to run: such are compared by their numbers.
    """
    left, right = one["outcomes"], other["outcomes"]
    if left.keys() != right.keys():
        left, right = _by_function(left), _by_function(right)
    return {
        test: (left.get(test, "absent"), right.get(test, "absent"))
        for test in sorted(left.keys() | right.keys())
        if left.get(test) != right.get(test)
    }


def _by_function(outcomes: dict[str, str]) -> dict[str, str]:
    ended: dict[str, Counter[str]] = {}
    for test, outcome in outcomes.items():
        ended.setdefault(test.partition("[")[0], Counter())[outcome] += 1
    return {
        test: ", ".join(f"{count[kind]} {kind}" for kind in _KINDS if count[kind])
        for test, count in ended.items()
    }


def compare(name: str, python: str, work: Path, how: How) -> bool:
    """Both runs of one package; whether they came to the same."""
    recipe = RECIPES.get(name, Recipe())
    packages = recipe.packages or (name.replace("-", "_"),)
    inner, folder = set_up(name, recipe, python, work)
    shim(work)
    plain = run_suite(inner, folder, recipe, work, "plain", (), how)
    hooked = run_suite(inner, folder, recipe, work, "hooked", packages, how)
    found = differing(plain, hooked)
    if found:
        again = run_suite(inner, folder, recipe, work, "again", (), how)
        unstable = differing(plain, again)
        for test in unstable:
            if found.pop(test, None) is not None:
                print(f"    differs between plain runs too: {test}")
    regions = hooked["regions"]
    same = not found and "passed" in plain["outcomes"].values()
    print(f"    plain      {counts(plain)} ({plain['seconds']:.0f} s)")
    print(f"    optimized  {counts(hooked)} ({hooked['seconds']:.0f} s)")
    print(
        f"    {regions['modules']} modules with {regions['regions']} regions; entered {regions['entered']}, "
        f"{regions['entries']} times; PROVEN {regions['proven_regions']}, {regions['proven_runs']} runs, "
        f"{regions['ahead']} tasks ahead; SERIAL {regions['serial']}"
    )
    print(
        f"    SPECULATIVE {regions['recorded_regions']}, {regions['recorded_runs']} runs; "
        f"tasks redone {regions['redone']}, abandoned {regions['abandoned']}"
    )
    # pytest compiles the tests themselves: they are not ours to rewrite.
    notices = [each for each in regions["notices"] if "AssertionRewritingHook" not in each]
    for each in notices:
        print(f"    notice: {each}")
    for test, (left, right) in found.items():
        print(f"    DIFFERENT {test}: {left} plainly, {right} optimized")
        reason = hooked["reasons"].get(test, "").strip().splitlines()
        print("".join(f"        {line}\n" for line in reason[-12:]), end="")
    print(f"{name}: {'equal' if same else 'DIFFERENT' if plain['outcomes'] else 'NO TESTS'}", flush=True)
    return same and not notices


def main(arguments: list[str] | None = None) -> int:
    """Runs it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"by default: {', '.join(RECIPES)}")
    parser.add_argument("--python", default=".".join(map(str, sys.version_info[:2])))
    parser.add_argument("--work", type=Path, help="keep everything in this folder, and use what is there")
    parser.add_argument("--limit", type=float, default=1800, help="seconds for one run of a suite")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--lazily", action="store_true", help="run ahead only what pays")
    how.add_argument(
        "--order", default="ahead", choices=[each.value for each in Order if each is not Order.DELAY_ONE]
    )
    options = parser.parse_args(arguments)
    python = find_python(options.python)
    if python is None:
        parser.error(f"there is no Python {options.python} on this machine")
    good, order = True, "" if options.lazily else options.order
    with tempfile.TemporaryDirectory(prefix="suites-") as temporary:
        for name in options.names or RECIPES:
            print(f"{name} on Python {options.python}, schedule {order or 'as it pays'}", flush=True)
            work = (options.work or Path(temporary)) / options.python / name
            try:
                good = compare(name, python, work, How(order, options.limit)) and good
            except Failed as problem:
                print(f"{name}: {problem}", flush=True)
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
