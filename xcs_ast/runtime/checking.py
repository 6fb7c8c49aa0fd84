"""Which tasks are held against what the analysis says of them, and what follows (see `verifier.crosscheck`).

Guarantees: nothing of the recorder or the verifier is loaded before the first entry with a task that is to be
checked, and nothing after that: by then, the program may have done anything to the import system. A region
that the analysis was wrong about once never runs ahead again. What fails here is no matter of the program's.
Assumes: as `runtime.site` does; `look` is called on the consumer's thread, before the commit.

When a region is checked, where the option `verify` says `sample`: one task of a PROVEN region is due in each
entry whose number is a power of two, from the second on (a recorded task takes milliseconds more the first
time, which the first entry shall not pay). It is put off to a later entry until it has been earned: until the
tasks that ran ahead in this process have taken a hundred times as long as the check may take (`Budget`).
Of the first entry only a task beyond the window is checked, which nobody waits for yet: a long loop may be
entered but once. Recorded tasks of SPECULATIVE regions are checked as they come, unless it says `never`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

from xcs_ast.diagnostics import Diagnostic, notices
from xcs_ast.errors import is_of_the_program
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Any, Final, final, use_own

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.verifier import Foreseen
    from xcs_ast.verifier.crosscheck import CrossCheck, Ledger

    Tools = tuple[ModuleType, ModuleType]
    """`verifier.crosscheck` and `verifier.seen`."""

__all__ = ["BUDGET", "Budget", "Check", "Checks"]

_LOADING_NS: Final = 80_000_000
"""What a check costs that has to load the recorder: processor time, which keeps the consumer waiting."""
_CHECKING_NS: Final = 10_000_000
"""What it may cost otherwise: half of that for a small callee, a fifth where it is not the region's first."""
_TIMES: Final = 100
"""So many times as long must tasks have taken, which overlap while the consumer waits for a check alone."""


@final
class Budget:
    """The time that tasks have taken ahead of their place, less what checks were already granted for it."""

    __slots__ = ("_work_ns",)

    def __init__(self, work_ns: int = 0) -> None:
        self._work_ns = work_ns

    def add(self, work_ns: int) -> None:
        """Tasks have taken so long."""
        self._work_ns += work_ns

    def grants(self, cost_ns: int) -> bool:
        """Whether a check of that cost has been earned; it is then paid for."""
        needed = cost_ns * _TIMES
        if self._work_ns < needed:
            return False
        self._work_ns -= needed
        return True


BUDGET: Final = Budget()
"""Of the process: whichever region loads the recorder, it is loaded for all."""


def _cost_ns() -> int:
    return _CHECKING_NS if "xcs_ast.tracer.speculation" in sys.modules else _LOADING_NS


@final
class Checks:
    """The cross-checks of one site."""

    __slots__ = ("_budget", "_demote", "_due", "_tools", "facts", "ledger")

    def __init__(
        self, facts: SiteFacts, demote: Callable[[Diagnostic], None], budget: Budget = BUDGET
    ) -> None:
        self.facts = facts
        self.ledger: Ledger | None = None
        self._budget = budget
        self._demote = demote
        self._due = False
        self._tools: Tools | None = None

    def entry(
        self,
        how: str,
        entries: int,
        foresees: Callable[[object], Foreseen | None],
        *,
        tasks: int,
        window: int,
        proven: bool,
    ) -> Check | None:
        """The checks of one entry of the region; `None` where there is to be none. `how`: option `verify`."""
        if how == "always" or (how == "sample" and not proven):
            return self._made(foresees, None, proven)
        if how == "never" or (entries == 1 and tasks <= window):
            return None
        if self.ledger is not None and self.ledger.unchecked:
            return (
                None  # The recorder cannot follow: trying again would only repeat what the task does outside.
            )
        if entries == 1:
            return self._made(foresees, window, proven)
        self._due = self._due or not entries & (entries - 1)
        if not self._due or not self._budget.grants(_cost_ns()):
            return None
        self._due = False
        return self._made(foresees, entries.bit_length() % max(1, min(window, tasks)), proven)

    def _made(self, foresees: Callable[[object], Foreseen | None], number: int | None, proven: bool) -> Check:
        return Check(self, self._loaded(), foresees, number, proven)

    def _loaded(self) -> Tools:
        tools = self._tools
        if tools is None:
            from xcs_ast.verifier import crosscheck, seen

            tools = self._tools = (crosscheck, seen)
        return tools

    def note(self, result: CrossCheck) -> None:
        """One more outcome."""
        ledger = self.ledger
        if ledger is None:
            ledger = self.ledger = self._loaded()[0].Ledger()
        ledger.add(result)
        if result.witnesses:
            found = [witness.diagnostic(self.facts) for witness in result.witnesses]
            for diagnostic in found:
                notices.record(diagnostic)
            self._demote(found[0])


@final
class Check:
    """The checks of one entry. `refuted` once the analysis was found to be wrong."""

    __slots__ = ("_checks", "_crosscheck", "_foresees", "_only", "_proven", "_seen", "refuted")

    def __init__(
        self,
        checks: Checks,
        tools: Tools,
        foresees: Callable[[object], Foreseen | None],
        only: int | None,
        proven: bool,
    ) -> None:
        self._checks = checks
        self._crosscheck, self._seen = tools
        self._foresees = foresees
        self._only = only
        self._proven = proven
        self.refuted = False

    def wants(self, number: int) -> bool:
        """Whether the task with this number is to be checked."""
        return self._only is None or self._only == number

    def look(self, item: object, speculation: Any, ready: bool) -> None:
        """Holds what a task did against what was foreseen. `ready`: all that it read is still so."""
        try:
            result = self._result(item, speculation, ready)
        except Exception as error:
            if is_of_the_program(error):
                raise
            result = self._unchecked(f"the check failed: {type(error).__name__}: {error}")
        if result is not None:
            self.refuted = self.refuted or not result.holds
            self._checks.note(result)

    def _unchecked(self, why: str) -> CrossCheck:
        found: CrossCheck = self._crosscheck.not_checked(why)
        return found

    def _compared(self, *both: Any) -> CrossCheck:
        found: CrossCheck = self._crosscheck.cross_check(*both)
        return found

    def _result(self, item: object, speculation: Any, ready: bool) -> CrossCheck | None:
        seen, not_checked = self._seen.seen, self._unchecked
        state = speculation.state
        if state == "new":
            return None
        foreseen = self._foresees(item)
        if foreseen is None:
            return not_checked("nothing is foreseen of such an item")
        effects, stages, binding = foreseen
        transaction, functions = speculation.transaction, speculation.functions()
        results = [result for _, result in transaction.calls]
        handled = transaction.handled
        whole = ready and state == "done"
        if whole and not speculation.hand_overs:
            return self._compared(seen(transaction, functions), effects, stages, binding, results, handled)
        # It did not come to its end, or its world has changed (if not before its first hand-over, then
        # behind that): what is certain all the same.
        changed = self._seen.stale(transaction, functions)
        if changed:
            if not self._proven or others_run():
                return not_checked("what the task had read was changed before its turn")
            spoiled: CrossCheck = self._crosscheck.spoiled(changed, effects, stages, binding)
            return spoiled
        found = self._compared(seen(transaction, functions), effects, stages, binding, results, handled)
        if found.witnesses or whole:
            return found
        return not_checked(speculation.reason or "the task did not come to its end")


def others_run() -> bool:
    """Whether the program has threads of its own (ours are not known to `threading`)."""
    import threading

    mine = threading.current_thread()
    return any(
        thread is not mine and not isinstance(thread, threading._DummyThread)
        for thread in threading.enumerate()
    )
