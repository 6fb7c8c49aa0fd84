"""Sends every file of the running Python's standard library through the frontend.

    python tests/outside/standard_library.py [PART ...] [--jobs N] [--without-tests] [--paths FOLDER ...]

With a PART, only files whose path holds it. Prints what was found: files, functions, regions by kind, what
was left alone by code, lines per second (of processor time), and each failure. Exit status 0 when there is
none. Nothing is run of what is read, and nothing is written.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.outside.frontend_checks import Result, check_file  # noqa: E402
from xcs_ast.diagnostics import lookup  # noqa: E402

_SKIPPED = {"site-packages", "__pycache__", "dist-packages"}


def files_of(folders: Iterable[str]) -> Iterator[str]:
    """Every `.py` file below the folders, in a fixed order."""
    for folder in folders:
        if folder.endswith(".py"):
            yield folder
        for here, inner, names in os.walk(folder):
            inner[:] = sorted(name for name in inner if name not in _SKIPPED)
            yield from (os.path.join(here, name) for name in sorted(names) if name.endswith(".py"))


def check(paths: list[str], jobs: int) -> Iterator[Result]:
    """Checks the files, in several processes if asked to."""
    if jobs < 2:
        yield from map(check_file, paths)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=200) as pool:
        yield from pool.imap_unordered(check_file, paths, chunksize=4)


def summarize(results: list[Result], seconds: float) -> list[str]:
    """The lines to print."""
    read = [each for each in results if not each.refused_by_python]
    lines = sum(each.lines for each in read)
    spent: Counter[str] = Counter()
    planned: Counter[str] = Counter()
    emitted: Counter[str] = Counter()
    left: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    for each in results:
        spent.update(each.seconds)
        planned.update(each.planned)
        emitted.update(each.emitted)
        left.update(each.left)
        silent.update(each.silent)
    found = [finding for each in results for finding in each.findings]
    out = [
        f"Python {sys.version.split()[0]}",
        f"files {len(read)}, refused by Python itself {len(results) - len(read)}, lines {lines}",
        f"functions {sum(each.functions for each in read)}, changed {sum(each.changed for each in read)}",
        f"regions planned {planned.total()}, of them emitted {emitted.total()}",
        *(f"    {kind:14} {count:6}  emitted {emitted[kind]}" for kind, count in planned.most_common()),
        f"left alone {left.total()}",
        *(f"    {code} {lookup(code).name:26} {count:6}" for code, count in sorted(left.items())),
        f"loops with calls of which nothing is said {silent.total()}",
        *(f"    {why:33} {count:6}" for why, count in silent.most_common()),
    ]
    for step, taken in spent.items():
        out.append(f"{step:9} {taken:7.1f} s, {lines / taken:9.0f} lines/s")
    hook = spent["plan"] + spent["rewrite"] + spent["compile"]
    out.append(f"all that the import hook does: {lines / hook if hook else 0:.0f} lines/s")
    out.append(f"failures {len(found)}, in {seconds:.0f} s")
    return out


def main(arguments: list[str] | None = None) -> int:
    """Runs it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--without-tests", action="store_true", help="leave out the folder `test`")
    parser.add_argument("--paths", nargs="*", default=[sysconfig.get_path("stdlib")])
    options = parser.parse_args(arguments)
    paths = [
        path
        for path in files_of(options.paths)
        if (not options.parts or any(part in path for part in options.parts))
        and not (options.without_tests and f"{os.sep}test{os.sep}" in path)
    ]
    start = time.perf_counter()
    results = []
    for number, result in enumerate(check(paths, options.jobs), 1):
        results.append(result)
        for finding in result.findings:
            print(finding, flush=True)
        if sys.stderr.isatty():
            print(f"\r{number}/{len(paths)}", end="", file=sys.stderr)
    print("\n".join(summarize(results, time.perf_counter() - start)))
    return 1 if any(each.findings for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
