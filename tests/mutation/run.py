"""Changes single operators and statements of the analysis, in a copy of the tree, and runs its tests on each.

    python tests/mutation/run.py [--only PART] [--sample N] [--seed S] [--again LOG] [--narrow] [--list]

Needs the extra `mutation`. A mutant that its own tests do not notice meets the wider ones. What survives
those has to stand in `survivors.md` with a reason; exit status 1 if one does not.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.mutation.mutants import Mutant, mutants  # noqa: E402

JUDGED: Final = Path(__file__).with_name("survivors.md")
NOT_COPIED: Final = (".git", ".venv*", ".*_cache", ".hypothesis", "build", "dist", "*.egg-info", ".coverage*")
VERIFIER: Final = ("tests/unit/verifier",)
GUARDS: Final = (
    "tests/unit/effects/test_guards.py",
    "tests/unit/effects/test_regions.py",
    "tests/unit/verifier",
)
TRACER: Final = tuple(
    f"tests/unit/tracer/test_{name}.py"
    for name in (
        "freshness",
        "places",
        "transaction",
        "transaction_rules",
        "state_attributes",
        "containers",
        "transaction_random",
        "segments",
        "states",
        "quick_looks",
    )
)
WIDER: Final = ("tests/unit/effects", "tests/unit/runtime", "tests/unit/verifier")
OPTIONS: Final = ("-o", "timeout=60", "-p", "tests.seeded.plugin")
"""The plugin: what is started in the background would ignore interrupts."""
PATIENCE: Final = 600
"""Seconds on the clock for one run of tests; its processor time is limited more tightly."""


@dataclass(frozen=True, slots=True)
class Part:
    """A module, the tests that ought to notice, and how many mutants are tried where not all are."""

    file: str
    tests: tuple[str, ...]
    sample: int = 0


PARTS: Final = (
    Part("xcs_ast/verifier/conflicts.py", VERIFIER),
    Part("xcs_ast/verifier/admission.py", VERIFIER),
    Part("xcs_ast/verifier/legality.py", VERIFIER),
    Part("xcs_ast/ir/effects.py", VERIFIER),
    Part("xcs_ast/effects/guards.py", GUARDS),
    Part("xcs_ast/effects/calls.py", ("tests/unit/effects",), 50),
    Part("xcs_ast/effects/attributes.py", ("tests/unit/effects",), 50),
    Part("xcs_ast/tracer/transaction.py", TRACER, 40),
    Part("xcs_ast/tracer/segment.py", TRACER, 40),
    Part("xcs_ast/tracer/state_places.py", TRACER, 40),
    Part("xcs_ast/tracer/freshness.py", TRACER, 40),
)


class Bench:
    """A copy of the tree."""

    def __init__(self, folder: str, limit: int) -> None:
        self.tree = Path(folder) / "tree"
        self._limit = limit
        self._clock = 0
        shutil.copytree(ROOT, self.tree, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
        compileall.compile_dir(self.tree / "xcs_ast", quiet=2)

    def write(self, file: str, text: str) -> None:
        """Replaces a file; its time is new, so that no bytecode of the other text is used."""
        path = self.tree / file
        path.write_text(text, encoding="utf-8")
        self._clock += 2
        os.utime(path, (1_700_000_000 + self._clock,) * 2)

    def _limited(self) -> None:
        # Not the clock: on a busy machine all mutants would seem to hang.
        resource.setrlimit(resource.RLIMIT_CPU, (self._limit, self._limit))

    def fails(self, tests: Sequence[str]) -> bool:
        """Whether these tests notice something."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "XCS_"))}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONPATH": str(self.tree)}
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", *OPTIONS, *tests],
            cwd=self.tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=self._limited,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(PATIENCE) != 0
            except BaseException as reason:
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(reason, subprocess.TimeoutExpired):
                    return True
                raise

    def survives(self, part: Part, mutant: Mutant, sound: str, *, wider: bool) -> bool:
        """Whether neither the part's tests nor, if they are to run, the wider ones notice."""
        rest = [each for each in WIDER if each not in part.tests] if wider else []
        self.write(part.file, mutant.text)
        try:
            return not self.fails(part.tests) and not (rest and self.fails(rest))
        finally:
            self.write(part.file, sound)


def chosen(part: Part, text: str, options: argparse.Namespace) -> list[Mutant]:
    """The mutants to try: all of them, or a sample that the seed picks."""
    found = mutants(part.file, text)
    if options.again:
        rows = map(json.loads, Path(options.again).read_text(encoding="utf-8").splitlines())
        names = {row["name"] for row in rows if row["survives"] and row["file"] == part.file}
        return [mutant for mutant in found if mutant.name in names]
    size = min([each for each in (options.sample, part.sample) if each], default=len(found))
    if size >= len(found):
        return found
    picked = set(random.Random(f"{options.seed} {part.file}").sample(range(len(found)), size))
    return [mutant for number, mutant in enumerate(found) if number in picked]


def reasons() -> dict[str, str]:
    """What `survivors.md` says of each file: `return` → `pass` may be harmless in one of them alone."""
    sections = JUDGED.read_text(encoding="utf-8").split("\n## ")[1:] if JUDGED.exists() else []
    return {f"xcs_ast/{head.strip()}": rest for head, _, rest in (each.partition("\n") for each in sections)}


def try_part(bench: Bench, part: Part, options: argparse.Namespace, judged: str) -> tuple[int, int, int]:
    """How many were tried, how many survive, how many of those are not judged."""
    text = (ROOT / part.file).read_text(encoding="utf-8")
    for tests in (part.tests, WIDER) if options.wider else (part.tests,):
        if bench.fails(tests):
            raise SystemExit(f"{' '.join(tests)}: fails without a mutant")
    tried, survivors, unjudged = chosen(part, text, options), 0, 0
    for number, mutant in enumerate(tried, 1):
        survives = bench.survives(part, mutant, text, wider=options.wider)
        known = f"- {mutant.name}:" in judged
        survivors += survives
        unjudged += survives and not known
        if options.log:
            with open(options.log, "a", encoding="utf-8") as file:
                row = {"file": part.file, "line": mutant.line, "name": mutant.name, "survives": survives}
                file.write(json.dumps({**row, "operator": mutant.operator}) + "\n")
        if survives:
            word = "survives, as judged" if known else "SURVIVES"
            print(f"{part.file}:{mutant.line} {mutant.operator}: {word}\n    {mutant.name}", flush=True)
        elif options.verbose:
            print(f"{number}/{len(tried)} {part.file}:{mutant.line} {mutant.operator}: killed", flush=True)
    return len(tried), survivors, unjudged


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="PART", action="append", default=[], help="part of a file's name")
    parser.add_argument("--sample", type=int, default=0, help="try at most so many of each module")
    parser.add_argument("--seed", type=int, default=0, help="for another sample")
    parser.add_argument("--limit", type=int, default=60, help="seconds of processor time for one run")
    parser.add_argument("--again", metavar="LOG", help="try those that survived in this log")
    parser.add_argument("--narrow", dest="wider", action="store_false", help="run each part's own tests only")
    parser.add_argument("--list", action="store_true", help="say how many mutants there are and stop")
    parser.add_argument("--log", help="append a line of JSON for each mutant to this file")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each mutant that is killed")
    options = parser.parse_args(argv)
    parts = [each for each in PARTS if not options.only or any(word in each.file for word in options.only)]
    if options.list:
        for part in parts:
            text = (ROOT / part.file).read_text(encoding="utf-8")
            print(f"{part.file}: {len(chosen(part, text, options))} of {len(mutants(part.file, text))}")
        return 0
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that all is tidied up
    judged = reasons()
    unjudged = 0
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        bench = Bench(folder, options.limit)
        for part in parts:
            start = time.monotonic()
            tried, survivors, new = try_part(bench, part, options, judged.get(part.file, ""))
            unjudged += new
            seconds = time.monotonic() - start
            counts = f"{tried} tried, {tried - survivors} killed, {survivors} survive"
            print(f"{part.file}: {counts}, {seconds:.0f} s", flush=True)
    return 1 if unjudged else 0


if __name__ == "__main__":
    sys.exit(main())
