"""Plants defects, one at a time, in a copy of the tree, and runs the suite on each.

    python tests/seeded/run.py [--only NAME] [--list]

For each defect first the tests that ought to notice, then, if they do not, the wider suite. A test counts
only if it fails by itself, too, and passes on the copy without the defect. A hang counts as noticed. Exit
status 0 if every defect was caught, 1 if one survives or its patch does not fit the source any more.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.seeded import plugin  # noqa: E402
from tests.seeded.defect import Defect, Misfit, fitting  # noqa: E402
from tests.seeded.table import DEFECTS  # noqa: E402

WIDER: Final = ("tests/unit", "tests/golden", "tests/equivalence")
NOT_COPIED: Final = (
    ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "build", "dist", "*.egg-info", ".coverage*",
)  # fmt: skip
BEGIN: Final = "<!-- seeded defects: begin"
END: Final = "<!-- seeded defects: end"
HANG: Final = "(no end)"
PATIENCE: Final = 40
"""Seconds for one test, where it does not say so itself."""
_NOTHING_FAILED: Final = frozenset({0, 5})
"""Exit statuses of pytest: all passed; there was nothing to run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one defect. `caught_by` is empty if it survives."""

    defect: Defect
    caught_by: str
    seconds: float
    problem: str = ""


@dataclass(slots=True)
class Bench:
    """A copy of the tree in which defects are planted and tests are run."""

    root: Path
    python: str
    narrow_limit: float
    wide_limit: float
    """No seconds: the wider suite is not run."""
    known: set[str] = field(default_factory=set)
    """Tests that fail without a defect, or fail only now and then."""
    _clock: int = 0

    def set_up(self) -> None:
        """Copies the tree."""
        shutil.copytree(ROOT, self.tree, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)

    @property
    def tree(self) -> Path:
        """The copy."""
        return self.root / "tree"

    def write(self, file: str, text: str) -> None:
        """Replaces a file of the copy; its time is new, so that no bytecode of the other text is used."""
        path = self.tree / file
        path.write_text(text, encoding="utf-8")
        self._clock += 2
        stamp = 1_700_000_000 + self._clock
        os.utime(path, (stamp, stamp))

    def pytest(self, arguments: Sequence[str], limit: float) -> str:
        """The first failing test, nothing if all pass, `HANG` if it does not end."""
        failed, known = self.root / "failed", self.root / "known"
        failed.write_text("", encoding="utf-8")
        known.write_text("".join(f"{each}\n" for each in sorted(self.known)), encoding="utf-8")
        options = ("-x", "-q", "--tb=no", "-p", "tests.seeded.plugin", "-o", f"timeout={PATIENCE}")
        command = [self.python, "-m", "pytest", *options, *arguments]
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "XCS_"))
        }
        environment |= {plugin.FAILED: str(failed), plugin.KNOWN: str(known), "PYTHONHASHSEED": "0"}
        with subprocess.Popen(
            command,
            cwd=self.tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                shown, _ = process.communicate(timeout=limit)
            except BaseException as reason:
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(reason, subprocess.TimeoutExpired):
                    return HANG
                raise
        lines = failed.read_text(encoding="utf-8").splitlines()
        if lines:
            return lines[0]
        if process.returncode in _NOTHING_FAILED:
            return ""
        # Not even collected, or killed: the defect shows itself before any test does.
        last = next((line for line in reversed(shown.splitlines()) if line.strip()), "")
        return f"(status {process.returncode}: {last.strip()[:80]})"

    def caught_by(self, defect: Defect) -> str:
        """The test that tells the tree with the defect from the tree without it."""
        sound = (self.tree / defect.file).read_text(encoding="utf-8")
        planted = fitting(defect, self.tree)
        for arguments, limit in ((defect.tests, self.narrow_limit), (WIDER, self.wide_limit)):
            while limit:
                test = self._with(defect.file, planted, sound, arguments, limit)
                if not test:
                    break
                if "::" not in test:  # it hangs, or not a single test is reached
                    without = self.pytest(arguments, limit)
                    if "::" not in without:
                        return "" if without else test
                    self.known.add(without)
                    continue
                # By itself it must fail again, and pass without the defect: else it has another reason.
                again = self._with(defect.file, planted, sound, (test,), limit)
                if again and not self.pytest((test,), limit):
                    return test
                self.known.add(test)
        return ""

    def _with(self, file: str, planted: str, sound: str, arguments: Sequence[str], limit: float) -> str:
        """What `pytest` says while the file has the other text."""
        self.write(file, planted)
        try:
            return self.pytest(arguments, limit)
        finally:
            self.write(file, sound)


def chosen(patterns: Sequence[str]) -> list[Defect]:
    """The defects with these names (patterns as of the shell) or of these parts; all if there are none."""
    return [
        each
        for each in DEFECTS
        if not patterns or any(fnmatch.fnmatch(each.name, p) or each.part == p for p in patterns)
    ]


def show(defects: Sequence[Defect]) -> None:
    """The list of defects."""
    for each in defects:
        print(f"{each.name} ({each.part}: {each.kind.value})\n    {each.wrong}")


def try_all(defects: Sequence[Defect], bench: Bench) -> list[Outcome]:
    """Plants each; prints a line as soon as it is known what became of it."""
    outcomes: list[Outcome] = []
    width = max(len(each.name) for each in defects)
    for number, defect in enumerate(defects, 1):
        start = time.monotonic()
        try:
            outcome = Outcome(defect, bench.caught_by(defect), time.monotonic() - start)
        except Misfit as misfit:
            outcome = Outcome(defect, "", 0.0, str(misfit))
        outcomes.append(outcome)
        word = outcome.caught_by or ("DOES NOT FIT" if outcome.problem else "SURVIVES")
        print(
            f"{number:3}/{len(defects)}  {defect.name:{width}}  {outcome.seconds:6.1f} s  {word}", flush=True
        )
    return outcomes


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table for the documentation."""
    lines = ["| part | defect | what goes wrong | caught by |", "|---|---|---|---|"]
    for each in outcomes:
        defect = each.defect
        by = each.caught_by.replace("|", "\\|")
        where = f"`{by.removeprefix('tests/')}`" if "::" in by else by or "**survives**"
        lines.append(
            f"| {defect.part} | {defect.name} | {defect.wrong.replace('|', chr(92) + '|')} | {where} |"
        )
    return "\n".join(lines) + "\n"


def put(table: str, path: Path) -> None:
    """Writes the table to a file: between the marks, if the file has them."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    start, end = text.find(BEGIN), text.find(END)
    if 0 <= start < end:
        head = text[: text.index("\n", start) + 1]
        table = f"{head}\n{table}\n{text[end:]}"
    path.write_text(table, encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="a name, a pattern, or a part; repeatable"
    )
    parser.add_argument("--list", action="store_true", help="show the defects and stop")
    parser.add_argument(
        "--markdown",
        metavar="FILE",
        type=Path,
        help="write the table there as well (docs/explanation/testing.md)",
    )
    parser.add_argument(
        "--narrow-limit", type=float, default=300, help="seconds for the tests named by a defect"
    )
    parser.add_argument(
        "--wide-limit", type=float, default=1800, help="seconds for the wider suite; 0: none of it"
    )
    options = parser.parse_args(argv)
    defects = chosen(options.only)
    if not defects:
        print("no defect has such a name; see --list", file=sys.stderr)
        return 2
    if options.list:
        show(defects)
        return 0
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that all is tidied up
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="seeded-") as folder:
        bench = Bench(Path(folder), sys.executable, options.narrow_limit, options.wide_limit)
        bench.set_up()
        outcomes = try_all(defects, bench)
    if options.markdown is not None:
        put(markdown(outcomes), options.markdown)
    return report(outcomes, bench, time.monotonic() - start)


def report(outcomes: Sequence[Outcome], bench: Bench, seconds: float) -> int:
    """The end of what is printed, and the exit status."""
    for test in sorted(bench.known):
        print(f"left out, since it also fails without a defect, or only now and then: {test}")
    misfits = [each for each in outcomes if each.problem]
    survivors = [each for each in outcomes if not each.caught_by and not each.problem]
    for each in misfits:
        print(f"\n{each.problem}")
    for each in survivors:
        print(f"\nsurvives: {each.defect.name} ({each.defect.file}): {each.defect.wrong}")
    caught = len(outcomes) - len(misfits) - len(survivors)
    print(f"\n{caught} of {len(outcomes)} defects caught, in {seconds:.0f} s")
    return 1 if misfits or survivors else 0


if __name__ == "__main__":
    sys.exit(main())
