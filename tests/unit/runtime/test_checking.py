"""Which tasks are cross-checked, and what follows when one refutes the analysis."""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import Any

import pytest

from xcs_ast.diagnostics import Diagnostic
from xcs_ast.diagnostics.codes_crosscheck import UNFORESEEN
from xcs_ast.effects import RegionEffects
from xcs_ast.ir.effects import Summary
from xcs_ast.ir.paths import Binding
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime import checking
from xcs_ast.runtime import site as site_module
from xcs_ast.runtime.checking import Budget, Check, Checks, others_run
from xcs_ast.runtime.run import Tally
from xcs_ast.runtime.site import Site
from xcs_ast.source.spans import Span
from xcs_ast.tracer.transaction import Transaction

NOTHING: frozenset[str] = frozenset()
FACTS = SiteFacts(
    0, RegionKind.LOOP, Span("x.py", 1, 0, 2, 0), "f", "", 1, True, (), NOTHING, NOTHING, ("model",)
)
NO_EFFECTS = RegionEffects((Summary(),), (Summary(), Summary()), ())


class Done:
    """A task that came to its end."""

    state = "done"
    reason = ""

    def __init__(self) -> None:
        self.transaction = Transaction()
        self.hand_overs: list[object] = []

    def functions(self) -> list[Any]:
        return []


def entry(checks: Checks, how: str, entries: int, *, tasks: int = 5, proven: bool = True) -> Check | None:
    def foresees(item: object) -> Any:
        return NO_EFFECTS, (0,), Binding(item, {})

    return checks.entry(how, entries, foresees, tasks=tasks, window=32, proven=proven)


def wanted(check: Check | None, tasks: int = 40) -> list[int]:
    return [] if check is None else [number for number in range(tasks) if check.wants(number)]


PLENTY = 10**15


def test_sampling_takes_one_task_with_growing_distance() -> None:
    checks = Checks(FACTS, lambda diagnostic: None, Budget(PLENTY))
    counts = {entries: len(wanted(entry(checks, "sample", entries))) for entries in range(1, 65)}
    assert [entries for entries, count in counts.items() if count] == [2, 4, 8, 16, 32, 64]
    assert set(counts.values()) == {0, 1}
    assert all(number < 5 for n in (2, 4, 8, 16) for number in wanted(entry(checks, "sample", n)))


@pytest.fixture(params=[False, True], ids=["not loaded", "loaded"])
def cost(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """What a check is expected to cost, whether or not the recorder has been loaded."""
    name = "xcs_ast.tracer.speculation"
    if request.param:
        monkeypatch.setitem(sys.modules, name, sys.modules.get(name, ModuleType(name)))
        return checking._CHECKING_NS
    monkeypatch.delitem(sys.modules, name, raising=False)
    return checking._LOADING_NS


def test_a_check_is_put_off_until_it_has_been_earned(cost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checks, "_loaded", lambda self: (None, None))
    budget = Budget()
    checks = Checks(FACTS, lambda diagnostic: None, budget)
    assert [n for n in range(1, 11) if entry(checks, "sample", n)] == []
    budget.add(checking._TIMES * cost - 1)
    assert entry(checks, "sample", 11) is None
    budget.add(1)
    assert len(wanted(entry(checks, "sample", 12))) == 1
    assert [n for n in range(13, 40) if entry(checks, "sample", n)] == []  # paid for with what was earned
    budget.add(2 * checking._TIMES * cost)
    assert [n for n in range(40, 70) if entry(checks, "sample", n)] == [40, 64]


def test_what_one_region_earned_may_check_another(cost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checks, "_loaded", lambda self: (None, None))
    budget = Budget(checking._TIMES * cost)
    one, other = (Checks(FACTS, lambda diagnostic: None, budget) for _ in range(2))
    assert entry(one, "sample", 2) is not None
    assert entry(other, "sample", 2) is None


def test_only_samples_must_be_earned() -> None:
    checks = Checks(FACTS, lambda diagnostic: None, Budget())
    assert entry(checks, "always", 1) is not None
    assert entry(checks, "always", 2) is not None
    assert entry(checks, "sample", 2, proven=False) is not None
    assert entry(checks, "sample", 1, tasks=40) is not None


def test_a_site_earns_what_its_tasks_took(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget()
    monkeypatch.setattr(site_module, "BUDGET", budget)
    site = Site(FACTS)
    site.account(Tally(work_ns=2 * checking._TIMES - 1, wall_ns=checking._TIMES))
    site.account(Tally(work_ns=1))
    assert not budget.grants(3)
    assert budget.grants(2)
    assert not budget.grants(1)


def test_the_first_entry_pays_nothing() -> None:
    checks = Checks(FACTS, lambda diagnostic: None)
    assert entry(checks, "sample", 1, tasks=32) is None
    assert wanted(entry(checks, "sample", 1, tasks=40)) == [32]


def test_always_never_and_what_is_recorded_anyway() -> None:
    checks = Checks(FACTS, lambda diagnostic: None)
    assert len(wanted(entry(checks, "always", 3))) == 40
    assert entry(checks, "never", 2) is None
    assert len(wanted(entry(checks, "sample", 3, proven=False))) == 40
    assert entry(checks, "never", 3, proven=False) is None


def test_a_witness_is_recorded_and_demotes() -> None:
    found: list[Diagnostic] = []
    checks = Checks(FACTS, found.append)
    check = entry(checks, "always", 1)
    assert check is not None
    done = Done()
    done.transaction.note_outside("channel", None, "stdout")
    check.look("item", done, True)
    assert [each.code for each in found] == [UNFORESEEN]
    assert check.refuted
    assert checks.ledger is not None
    assert len(checks.ledger.witnesses) == 1


def test_a_sound_task_is_counted() -> None:
    checks = Checks(FACTS, lambda diagnostic: pytest.fail(str(diagnostic)))
    check = entry(checks, "always", 1)
    assert check is not None
    check.look("item", Done(), True)
    assert checks.ledger is not None
    assert (checks.ledger.checked, check.refuted) == (1, False)


def test_a_check_that_fails_is_not_the_programs_matter() -> None:
    checks = Checks(FACTS, lambda diagnostic: pytest.fail(str(diagnostic)))
    check = entry(checks, "always", 1)
    assert check is not None
    check.look("item", object(), True)
    assert checks.ledger is not None
    assert (checks.ledger.checked, checks.ledger.unchecked) == (0, 1)


def test_threads_of_the_program_are_noticed() -> None:
    assert not others_run()
    event = threading.Event()
    thread = threading.Thread(target=event.wait)
    thread.start()
    try:
        assert others_run()
    finally:
        event.set()
        thread.join()


def test_a_demoted_region_stays_plain_for_good() -> None:
    asked: list[int] = []

    def decide(*_: object) -> Any:
        asked.append(1)
        raise AssertionError("not asked any more")

    site = Site(FACTS, decide)
    site.demote(Diagnostic(UNFORESEEN, "it was wrong", FACTS.span))
    site.rearm()
    assert not site.worthwhile()
    run = site.enter(lambda item: item, [1, 2, 3])
    assert not run
    assert list(run.rest()) == [1, 2, 3]
    assert asked == []
    assert site.last_verdict is not None
    assert site.last_verdict.kind is VerdictKind.SERIAL
    assert site.last_verdict.reasons[0].code == UNFORESEEN
