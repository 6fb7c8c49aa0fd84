"""Programs that were written to be hard: each is plain Python, through each face and under each schedule."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.equivalence.catalogue import CASES, Case
from tests.equivalence.known import KNOWN
from xcs_ast.runtime import site
from xcs_ast.testing.modules import FACES, Face, Program, compare_runs, runs_of
from xcs_ast.testing.schedules import ALL, QUICK, Order, Schedule

ROOT = Path(__file__).parents[2]


@cache
def program(path: Path, entry: str) -> Program:
    return Program(path, entry)


def tasks_ahead(path: Path) -> int:
    return sum(each.tally.ahead for each in site.all_sites() if each.facts.span.filename == str(path))


def _through_both_faces(case: Case) -> bool:
    """The odd writes are about the analysis, to which the face makes no difference."""
    return case.path.stem != "odd_writes"


def _schedules(case: Case, brief: bool) -> tuple[Schedule, ...]:
    """All the quick ones; or one of them, in turns, in which tasks run ahead: another one on each Python."""
    if brief and case.entry in _ENDLESS:
        return (Schedule(Order.NATURAL),)
    number = CASES.index(case)
    ahead = [each for each in QUICK if each.order is not Order.IN_PLACE]
    return (ahead[(number + sys.version_info.minor) % len(ahead)],) if brief else QUICK


_ENDLESS = {"case_endless_loop_on_stale_state"}
"""Under a schedule that waits for all tasks, they take all of its patience: through one face only."""


def _through(face: Face, case: Case) -> bool:
    return face is Face.HOOK or (_through_both_faces(case) and case.entry not in _ENDLESS)


RUNS = [(case, face) for case in CASES for face in FACES if _through(face, case)]


@pytest.mark.parametrize(
    ("case", "face"), RUNS, ids=lambda part: part.value if isinstance(part, Face) else str(part)
)
def test_equals_plain_python(case: Case, face: Face, request: pytest.FixtureRequest) -> None:
    if str(case) in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[str(case)], strict=True))
    before = tasks_ahead(case.path)
    schedules = _schedules(case, request.config.getoption("--brief"))
    found = compare_runs(
        program(case.path, case.entry), runs_of(schedules, (face,)), extra_calls=case.extra_calls
    )
    assert not found, "\n".join(str(each) for each in found)
    # A task that is checked is recorded, and what is PROVEN need not be something that can be recorded.
    if case.runs_ahead and any(each.order is not Order.CHECKED for each in schedules):
        assert tasks_ahead(case.path) > before, f"nothing of {case} ran ahead: it tests nothing"


REST = [schedule for schedule in ALL if schedule not in QUICK]


@pytest.mark.parametrize(
    "path",
    [
        path if number % 3 == 0 else pytest.param(path, marks=pytest.mark.full)
        for number, path in enumerate(sorted({case.path for case in CASES}))
    ],
    ids=lambda path: path.stem,
)
def test_under_every_schedule(path: Path) -> None:
    """The other schedules, through one face and the other in turns."""
    for number, case in enumerate(case for case in CASES if case.path == path):
        if case.runs_ahead or case.entry == "main":
            runs = tuple(
                (FACES[(number + turn) % len(FACES)], schedule) for turn, schedule in enumerate(REST)
            )
            found = compare_runs(program(path, case.entry), runs, extra_calls=case.extra_calls)
            assert not found, "\n".join(str(each) for each in found)


_DRIVER = """\
import sys
import traceback


def _run_all():
    for name in sorted(n for n in globals() if n.startswith("case_")):
        print("==", name)
        try:
            globals()[name]()
        except BaseException:
            traceback.print_exc()


if __name__ == "__main__":
    _run_all()
"""

_UNSTABLE = {"world", "lifetimes"}
"""Files whose output shows clocks, addresses or threads' names."""


@pytest.mark.once
@pytest.mark.parametrize(
    "path",
    [
        path if number % 2 else pytest.param(path, marks=pytest.mark.full)
        for number, path in enumerate(
            sorted({case.path for case in CASES if case.path.stem not in _UNSTABLE})
        )
    ],
    ids=lambda path: path.stem,
)
def test_whole_process(path: Path, tmp_path: Path) -> None:
    """`python -m xcs_ast run` shows what `python` shows: both streams and the exit status, byte for byte."""
    script = tmp_path / path.name
    script.write_text(path.read_text(encoding="utf-8") + "\n\n" + _DRIVER, encoding="utf-8")
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "XCS_AST_EAGER": "1",
        "HOME": str(tmp_path),
    }
    runs = [
        subprocess.run(
            [sys.executable, *how, str(script)],
            capture_output=True,
            cwd=tmp_path,
            env=environment,
            timeout=500,
            stdin=subprocess.DEVNULL,
        )
        for how in ([], ["-m", "xcs_ast", "run"])
    ]
    plain, optimized = runs
    assert optimized.stdout.decode() == plain.stdout.decode()
    assert optimized.stderr.decode() == plain.stderr.decode()
    assert optimized.returncode == plain.returncode


def test_catalogue_is_large() -> None:
    assert len(CASES) > 600
