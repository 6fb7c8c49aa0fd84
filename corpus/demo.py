"""Runs the programs of the corpus against an embedded model server, plainly and optimized, and compares.

    python corpus/demo.py                  # every program of corpus/programs
    python corpus/demo.py debate triage    # some of them
    python corpus/demo.py --later          # those of corpus/later too, which stay sequential

Each run is a whole process, `python PROGRAM URL` or `python -m xcs_ast run PROGRAM URL`, and each call an
HTTP request over a socket. The programs are copied to a temporary folder first, so the first optimized run
finds nothing cached. Exit status: 0 when every program did the same both ways, 1 when one did not.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import labels
from labels import CORPUS, Label

TIME_LIMIT = 300
_NOT_INHERITED = ("XCS_AST", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True)
class Run:
    """One process: what it did, how long it took, and what the server saw."""

    status: int
    stdout: bytes
    stderr: bytes
    seconds: float
    served: tuple[dict[str, Any], ...]
    peak: int

    @property
    def calls(self) -> tuple[float, ...]:
        """How long each request took inside the server, in the order of arrival."""
        return tuple(call["answered"] - call["arrived"] for call in self.served)

    @property
    def requests(self) -> list[tuple[str, str]]:
        """What was requested, in no order."""
        return sorted((call["path"], call["model"]) for call in self.served)

    def same_as(self, plain: Run, vain: int = 0) -> bool:
        """Whether this run did what `plain` did: output, errors, exit status, and (in any order) requests.

        `vain` more requests are let pass: those of tasks that were thrown away.
        """
        mine = (self.status, self.stdout, self.stderr)
        made, needed = Counter(self.requests), Counter(plain.requests)
        enough = not needed - made and (made - needed).total() <= vain
        return mine == (plain.status, plain.stdout, plain.stderr) and enough


@dataclass(frozen=True, slots=True)
class Comparison:
    """One program: plainly, optimized with nothing cached, and optimized again."""

    label: Label
    plain: Run
    first: Run
    again: Run

    @property
    def same(self) -> bool:
        """Whether all three runs did the same."""
        vain = self.label.vain
        return self.first.same_as(self.plain, vain) and self.again.same_as(self.plain, vain)

    @property
    def limit(self) -> float:
        """The best speed-up of the whole process: nothing but the calls off the critical path is saved.

        The critical path is the longest chain of calls, at the latencies of the plain run; NaN where the
        label does not fit the run.
        """
        if len(self.label.needs) != len(self.plain.calls):
            return math.nan
        path = labels.critical_path(self.label.needs, self.plain.calls)
        return self.plain.seconds / (self.plain.seconds - sum(self.plain.calls) + path)


@contextmanager
def model_server(latency: Sequence[str], spread: float = 0.1, patience: float = 0.0) -> Iterator[str]:
    """A server process; yields its address."""
    command = [sys.executable, str(CORPUS / "server.py"), "--spread", str(spread)]
    command += ["--patience", str(patience)]
    for each in latency:
        command += ["--latency", each]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise SystemExit("the model server did not start")
        yield url
    finally:
        process.terminate()
        process.communicate()


def _server(url: str, path: str, data: bytes | None = None) -> Any:
    with urllib.request.urlopen(f"{url}{path}", data=data) as response:
        return json.load(response)


def run(command: Sequence[str], url: str) -> Run:
    """Runs one process to its end against the server at `url`."""
    _server(url, "/_reset", b"")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    begin = time.perf_counter()
    try:
        done = subprocess.run(
            [*command, url],
            capture_output=True,
            timeout=TIME_LIMIT,
            env=environment,
            cwd=CORPUS.parent,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(f"still running after {TIME_LIMIT} s: {' '.join(command)}") from None
    seconds = time.perf_counter() - begin
    log = _server(url, "/_log")
    return Run(done.returncode, done.stdout, done.stderr, seconds, tuple(log["served"]), log["peak"])


def copy_corpus(folder: Path) -> Path:
    """A copy of the corpus in the folder, with nothing cached."""
    copy = folder / "corpus"
    shutil.copytree(CORPUS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def compare(label: Label, folder: Path, url: str) -> Comparison:
    """Runs one program three times. `folder` holds a copy of the corpus."""
    program = str(folder / label.path)
    plain = run([sys.executable, program], url)
    optimized = [sys.executable, "-m", "xcs_ast", "run", program]
    return Comparison(label, plain, run(optimized, url), run(optimized, url))


COLUMNS = ("program", "calls", "same", "plain", "first", "again", "speed-up", "limit")
HEADER = "{:<34} {:>5} {:>5} {:>8} {:>8} {:>8} {:>9} {:>7}".format(*COLUMNS)


def _calls(result: Comparison) -> str:
    """How many calls plain Python made, and how many more the last run did."""
    needed = len(result.plain.calls)
    vain = len(result.again.calls) - needed
    return f"{needed}+{vain}" if vain > 0 else str(needed)


def line(result: Comparison) -> str:
    """One line of the table."""
    return (
        f"{result.label.purpose:<34} {_calls(result):>5} {'yes' if result.same else 'NO':>5}"
        f" {result.plain.seconds:>6.2f} s {result.first.seconds:>6.2f} s {result.again.seconds:>6.2f} s"
        f" {result.plain.seconds / result.again.seconds:>8.2f}x {result.limit:>6.2f}x"
    )


def explain_difference(result: Comparison) -> str:
    """What differs, for people."""
    lines = [f"{result.label.path}: the runs differ"]
    for name, one in (("plain", result.plain), ("first", result.first), ("again", result.again)):
        tail = one.stderr.decode(errors="replace").strip()[-600:]
        facts = f"status {one.status}, {len(one.calls)} calls, {len(one.stdout)} bytes of output"
        lines.append(f"  {name}: {facts}")
        lines.extend(f"    {text}" for text in tail.splitlines())
    return "\n".join(lines)


LEGEND = """\
calls: those of plain Python; 5+1 says that the run ahead made 1 more in vain, for a task thrown away.
same: output, errors, exit status and (but for those in vain) requests are those of plain Python.
plain, first, again: seconds of the whole process: `python PROGRAM`, `python -m xcs_ast run PROGRAM` with
nothing cached, and once more. speed-up: plain / again. limit: what the critical path of the calls allows,
all else as in plain Python."""


def main() -> int:
    """Compares the programs asked for; prints the table."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("program", nargs="*", help="names such as `debate` (default: all)")
    parser.add_argument(
        "--later", action="store_true", help="also programs that stay sequential in this release"
    )
    parser.add_argument(
        "--latency", action="append", default=[], metavar="[NAME=]SECONDS", help="default: 0.25"
    )
    options = parser.parse_args()
    if importlib.util.find_spec("libcst") is None:
        parser.error("this Python lacks LibCST; set up first: pip install -c constraints.txt .")
    known = labels.load()
    if wrong := set(options.program) - {label.name for label in known}:
        parser.error(f"no such program: {', '.join(sorted(wrong))}")
    chosen = [
        label
        for label in known
        if label.name in options.program
        or (not options.program and (options.later or label.path.startswith("programs/")))
    ]
    different = []
    with tempfile.TemporaryDirectory() as scratch, model_server(options.latency or ["0.25"]) as url:
        folder = copy_corpus(Path(scratch))
        print(f"model server at {url}\n\n{HEADER}", flush=True)
        for label in chosen:
            result = compare(label, folder, url)
            print(line(result), flush=True)
            if not result.same:
                different.append(explain_difference(result))
            elif result.plain.status != 0:
                different.append(f"{label.path}: plain Python fails with status {result.plain.status}")
    print(f"\n{LEGEND}")
    if different:
        print("\n" + "\n".join(different))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
