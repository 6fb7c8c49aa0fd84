"""Run generated programs in numbers: plainly, optimized under each schedule, and count what happened."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

from xcs_ast.testing.modules import FACES, Face, Finding, Program, Run, compare_runs, runs_of
from xcs_ast.testing.programs import source_for
from xcs_ast.testing.reduce import TooLong, limited, reduced
from xcs_ast.testing.schedules import ALL, QUICK, Order, Schedule

__all__ = [
    "SCHEDULES",
    "Campaign",
    "Schedules",
    "check_runs",
    "check_source",
    "each_for",
    "everything_is_proven",
    "faces_for",
    "turns_for",
]

Schedules = tuple[Schedule, ...] | Callable[[int], tuple[Run, ...]]
"""Under which schedules programs run; a function says for a seed through which faces, too."""
_numbers: Final = itertools.count()


@final
@dataclass(slots=True)
class Campaign:
    """What is known after some programs."""

    programs: int = 0
    ran_ahead: int = 0
    """How many of them had at least one task that ran ahead of its place."""
    tasks_ahead: int = 0
    failures: list[tuple[int, str, list[Finding]]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    """How often each diagnostic decided for plain Python."""
    unstable: list[int] = field(default_factory=list)
    """The seeds of programs that differ from themselves, run plainly."""

    def run(
        self,
        seeds: Iterable[int],
        schedules: Schedules = QUICK,
        faces: tuple[Face, ...] | None = None,
    ) -> None:
        """Check the program of each seed; by default each through two faces, by its number.

        Where `schedules` is a function, it says which runs the program of a seed is given.
        """
        for seed in seeds:
            source = source_for(seed)
            runs = schedules(seed) if callable(schedules) else runs_of(schedules, faces or faces_for(seed))
            try:
                found, tasks, reasons = check_runs(source, runs)
            except ValueError:  # two plain runs differ
                self.unstable.append(seed)
                continue
            self.programs += 1
            self.tasks_ahead += tasks
            self.ran_ahead += tasks > 0
            self.reasons.update(reasons)
            if found:
                self.failures.append((seed, source, found))

    def join(self, other: Campaign) -> None:
        """Add what is known after some other programs."""
        self.programs += other.programs
        self.ran_ahead += other.ran_ahead
        self.tasks_ahead += other.tasks_ahead
        self.failures = sorted(self.failures + other.failures, key=lambda failure: failure[0])
        self.reasons.update(other.reasons)
        self.unstable = sorted(self.unstable + other.unstable)

    def smallest(self, failure: tuple[int, str, list[Finding]]) -> str:
        """The program of a failure, reduced while it fails in the same way."""
        _, source, found = failure
        finding = found[0]

        def still_fails(candidate: str) -> bool:
            try:
                with limited(_PATIENCE):
                    again, _, _ = check_runs(candidate, ((finding.face, finding.schedule),))
            except (Exception, TooLong):
                return False
            return any(_sort_of(one) == _sort_of(finding) for one in again)

        return reduced(source, still_fails)

    def __str__(self) -> str:
        share = 100 * self.ran_ahead / max(1, self.programs)
        return (
            f"{self.programs} programs, {self.ran_ahead} ({share:.0f}%) with tasks ahead, "
            f"{self.tasks_ahead} tasks ahead, {len(self.failures)} programs that differ"
        )


def faces_for(seed: int) -> tuple[Face, ...]:
    """The faces that a program is checked through: the import hook, and one of the strategies of `jit`."""
    return (Face.HOOK, _TURNS[seed % len(_TURNS)])


def turns_for(seed: int) -> tuple[Run, ...]:
    """Three runs of a program; many programs see all faces, all orders, and threads that are switched often.

    Through the hook each is checked, and run in one of the other orders; then once through another face.
    """
    turn = seed // len(_TURNS)
    other = _TURNS[seed % len(_TURNS)]
    schedule = _AHEAD if other is Face.TRACING else _ORDERS[(turn // 3) % len(_ORDERS)]
    return ((Face.HOOK, _CHECKED), (Face.HOOK, _ORDERS[turn % len(_ORDERS)]), (other, schedule))


def each_for(seed: int) -> tuple[Run, ...]:
    """Every schedule once, through the hook and another face in turn; many programs see all of both."""
    other = _TURNS[seed % len(_TURNS)]
    if other is Face.TRACING:  # it decides nothing anew
        return (*((Face.HOOK, schedule) for schedule in ALL), (other, _AHEAD))
    first = seed // len(_TURNS)
    return tuple((other if (first + n) % 2 else Face.HOOK, schedule) for n, schedule in enumerate(ALL))


SCHEDULES: Final[dict[str, Schedules]] = {"quick": QUICK, "all": ALL, "turns": turns_for, "each": each_for}
"""What has a name."""

_TURNS: Final = (Face.DECORATOR, Face.STATIC, Face.DECORATOR, Face.TRACING)
_PATIENCE: Final = 60.0
"""For so long, in seconds, may a smaller program run under one schedule: it may have lost its loop's end."""
_CHECKED: Final = Schedule(Order.CHECKED)
_AHEAD: Final = Schedule(Order.AHEAD)
_REVERSE: Final = Schedule(Order.REVERSE)
_ORDERS: Final = (
    _AHEAD,
    _REVERSE,
    Schedule(Order.ALTERNATE),
    _AHEAD,
    _REVERSE,
    Schedule(Order.IN_PLACE),
    Schedule(Order.DELAY_ONE, nth=1),
    Schedule(Order.NATURAL, switch_interval=1e-6),
)


def _sort_of(finding: Finding) -> frozenset[str]:
    return frozenset(each.partition(":")[0] for each in finding.differences)


def check_source(
    source: str, schedules: tuple[Schedule, ...] = QUICK, faces: tuple[Face, ...] = FACES
) -> tuple[list[Finding], int, Counter[str]]:
    """What differs for one program, how many tasks ran ahead, and why others did not.

    Raises:
        ValueError: something differs, but the program itself is not deterministic.
    """
    return check_runs(source, runs_of(schedules, faces))


def check_runs(source: str, runs: tuple[Run, ...]) -> tuple[list[Finding], int, Counter[str]]:
    """The same for chosen runs.

    Raises:
        ValueError: something differs, but the program itself is not deterministic.
    """
    from xcs_ast.runtime import site

    with tempfile.TemporaryDirectory(prefix="xcs_ast_generated_") as directory:
        # A new name each time: caches by file name must not carry one program over to the next.
        path = Path(directory) / f"generated_{next(_numbers)}.py"
        path.write_text(source)
        found = compare_runs(Program(path), runs, extra_calls=True)
        mine = [each for each in site.all_sites() if each.facts.span.filename == str(path)]
        tasks, reasons = _counted(mine)
    return found, tasks, reasons


def _counted(sites: Iterable[Any]) -> tuple[int, Counter[str]]:
    tasks = 0
    reasons: Counter[str] = Counter()
    for each in sites:
        tasks += each.tally.ahead
        verdict = each.last_verdict
        if verdict is not None:
            reasons.update(reason.code for reason in verdict.reasons)
    return tasks, reasons


@contextmanager
def everything_is_proven() -> Iterator[None]:
    """Make the verifier say PROVEN to all that it is asked: a deliberate, total defect.

    What the tests notice of it is the mesh of their net.
    """
    from xcs_ast.ir.effects import Blocking
    from xcs_ast.ir.verdict import Verdict, VerdictKind
    from xcs_ast.verifier import legality

    def proven(facts: Any, *_: object) -> Any:
        plan = legality.Plan(facts.stages, Blocking.LIKELY, lambda item: True)
        return legality.Decision(Verdict(VerdictKind.PROVEN), plan)

    import xcs_ast.verifier as package

    homes = [module for module in (legality, package) if hasattr(module, "decide_loop")]
    before = [(home, name, getattr(home, name)) for home in homes for name in ("decide_loop", "decide_block")]
    for home, name, _ in before:
        setattr(home, name, proven)
    try:
        yield
    finally:
        for home, name, value in before:
            setattr(home, name, value)
