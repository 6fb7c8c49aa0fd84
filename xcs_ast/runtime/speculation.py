"""Recorded tasks: run ahead as transactions, validated and carried out at their place, or run again there.

Guarantees:

- What a recorded task did to shared state, printed or logged takes effect at its hand-over, on the consumer's
  thread, and only if all that it had read is still so. Else it leaves no trace, and the slice runs in place.
- While the consumer waits for a task it makes sure, again and again, that the task can still come true: it
  may be in a loop that ends when another thread changes something, and sees what its first look has seen.
- An exception of a task is believed only after validation. Where the task has called nothing outside, it is
  not even then: the slice runs in place, and raises what plain Python raises, with plain Python's traceback.
- A dropped task is told to stop at its next step, and whatever it does until then is held back.
- Where a slice runs in place because it ends the life of something whose end is noticed, no task that has
  seen that thing keeps it alive.

Assumes: as `tracer.speculation` says. One consumer; it alone commits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter_ns
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.runtime import schedule
from xcs_ast.runtime.block import BlockRun, call
from xcs_ast.runtime.checking import Check
from xcs_ast.runtime.peek import Peeker
from xcs_ast.runtime.pool import POOL
from xcs_ast.runtime.profile import Conduct, Finding, Outcome, thread_time
from xcs_ast.runtime.reasons import unfit
from xcs_ast.runtime.run import Owner, Run, Spec, Tally
from xcs_ast.runtime.task import SingleTask, StagedTask, Task
from xcs_ast.runtime.unwinding import better_in_place, raise_in_place, trim
from xcs_ast.tracer.speculation import FAILED, Speculation

use_own(globals())

__all__ = ["SpeculativeBlock", "SpeculativeRun", "SpeculativeTask"]

_FIRST: Final = 4
"""How many tasks are ahead at first, where they may well depend on each other."""
_STREAK: Final = 2
"""How many tasks in a row must come true before more are ahead; the first one nearly always does."""
_SHRINK: Final = 4
_LOOK_AGAIN: Final = 0.02
_AT_LEAST: Final = 0.5
"""So often, in seconds, a waiting consumer looks whether its task can still come true: at first, later on."""
_NO_SLICES: Final[dict[int, Any]] = {}


@final
class SpeculativeTask(Task):
    """A slice, bound to one item, that a worker runs as a transaction.

    `report(task)` is called once, on the consumer's thread, when it is known what became of the task. `check`
    is shown what it did, before that takes effect.
    """

    __slots__ = (
        "_check",
        "_forgone",
        "_numbered",
        "_plain",
        "_report",
        "_resting",
        "_resumes",
        "_settled",
        "_speculation",
        "_start",
        "busy",
        "outcome",
        "single",
    )

    def __init__(
        self,
        slice: Callable[..., Any],
        item: object,
        number: int,
        resumes: tuple[bool, ...] | None,
        numbered: bool,
        report: Callable[[SpeculativeTask], None],
        check: Check | None = None,
    ) -> None:
        super().__init__(slice, item, number)
        self.single = resumes is None
        self.outcome = Outcome.PENDING
        self.busy = 0
        """Nanoseconds of processor time on the worker."""
        self._resumes = resumes
        self._numbered = numbered
        self._report: Callable[[SpeculativeTask], None] | None = report
        self._settled = False
        self._forgone = False
        self._plain: SingleTask | StagedTask | None = None
        self._check = check
        self._resting: Speculation | None = None
        """Of which nobody wants anything any more, but that a worker may still be about to let go of."""
        self._speculation: Speculation | None = Speculation(
            slice, item, staged=resumes is not None, numbered=numbered, resumes=resumes or ()
        )
        self._speculation.let_wait(self._park, POOL.wake, POOL.park)
        if check is not None:
            self._speculation.transaction.trace()

    # -- on a worker ------------------------------------------------------------------------------------

    def _compute(self) -> None:
        speculation = self._speculation
        if speculation is not None:
            start = thread_time()
            self._start = perf_counter_ns()
            speculation.run()
            self.busy = thread_time() - start

    def _park(self) -> None:
        """The task waits for its turn: its consumer need not wait for the task."""
        self.elapsed = perf_counter_ns() - self._start
        if schedule.hook is not None:
            schedule.tell(schedule.FINISH, self._pending, self.number)
        self.done = self.issued
        self._gate.release()

    def publish(self) -> None:
        """See `Task.publish`. The slice is kept: it may have to run again."""
        if not self.done:
            self.done = self.issued
            self._gate.release()

    # -- on the consumer --------------------------------------------------------------------------------

    @property
    def external_calls(self) -> int:
        """How many calls of things outside the worker has made."""
        speculation = self._speculation
        return 0 if speculation is None else speculation.external_calls

    @property
    def reason(self) -> str:
        """Why it was abandoned, if it was."""
        speculation = self._speculation
        return "" if speculation is None else speculation.reason

    def _wait(self) -> bool:
        """See `Task._wait`. Nobody waits for a task that waits for what it will never see."""
        start = perf_counter_ns()
        patience = _LOOK_AGAIN
        while True:
            speculation = self._speculation
            if speculation is None or not speculation.valid_so_far():
                # The worker may be far from its end. Nothing of what it does will be used.
                self.issued = False
                break
            del speculation
            if self._gate.acquire(timeout=patience):
                break
            patience = min(2 * patience, _AT_LEAST)
        self.waited += perf_counter_ns() - start
        return self.done and self.issued

    def take(self, number: int | None) -> Any:
        """Hand-over `number` (`None`: the next one): of the worker, if it came true, else computed now."""
        plain = self._plain
        if plain is not None:
            return plain.take(number)
        if self.single:
            number = None
        first = not self._settled
        if first:
            self._settled = True
            began = self.issued or self._forgone
            if not self.settle():
                began = began and self._begun()
                return self._in_place(number, Outcome.DISCARDED if began else Outcome.IN_PLACE)
        speculation = self._speculation
        assert speculation is not None
        known = not unfit()
        ready = known and speculation.ready(number)
        check, self._check = self._check, None
        if check is not None and known:
            check.look(self.number if self._slice is call else self.item, speculation, ready)
        if ready and better_in_place(speculation):
            vain = Outcome.DISCARDED if speculation.external_calls else Outcome.IN_PLACE
            return self._in_place(number, vain)
        if ready:
            if first:
                self._tell(Outcome.COMMITTED)
            try:
                return self._committed(speculation, number)
            finally:
                if self.single or (self._numbered and number == len(self._resumes or ()) - 1):
                    # What it held may be the last reference: nobody must notice that it was recorded.
                    del speculation
                    self._let_go()
                    self._slice = self.item = None
        if speculation.committed:
            return speculation.resume(number)
        abandoned = speculation.state == "abandoned"
        return self._in_place(number, Outcome.ABANDONED if abandoned else Outcome.DISCARDED)

    def _begun(self) -> bool:
        speculation = self._speculation
        return speculation is not None and speculation.state != "new"

    def _committed(self, speculation: Speculation, number: int | None) -> Any:
        value = speculation.commit(number)
        if value is not FAILED:
            return value
        error = speculation.error
        assert error is not None
        speculation.error = None
        trim(error, _NO_SLICES, sys.maxsize)
        try:
            raise_in_place(error)
        finally:
            del error

    @property
    def noticed(self) -> bool:
        """Whether the slice must run in place because the end of something is noticed."""
        speculation = self._speculation
        return speculation is not None and speculation.noticed

    def _rest(self, speculation: Speculation) -> None:
        """Until no worker runs it any more, which stops as soon as it can; or waits for its turn."""
        speculation.doom()
        running = speculation.state == "running" and not self.done and self._epoch == POOL.epoch
        if running and not (self.issued and self._claimed()):
            self._gate.acquire()

    def forgo(self) -> None:
        """Before it is taken: nothing of what it did will be used, and it lets go of what it has seen."""
        speculation = self._speculation
        if speculation is None or self._settled:
            return
        self._forgone = speculation.state != "new"
        self._rest(speculation)
        if self.issued:
            self._claimed()
        self.issued = self.done = False
        speculation.drop()
        speculation.rest()

    def waive(self) -> None:
        """Before it is taken, if it ever is: as `forgo`, but no worker that runs it is waited for."""
        self.withdraw()
        if self._settled or self._speculation is None:
            return
        self.issued = self.done = False
        self._check = None
        self._let_go()
        self.rest()

    def _in_place(self, number: int | None, outcome: Outcome) -> Any:
        speculation = self._speculation
        noticed = speculation is not None and speculation.noticed
        if speculation is not None and noticed:
            self._rest(speculation)
        self._tell(outcome)
        slice, item = self._slice, self.item
        assert slice is not None
        del speculation
        self._let_go()
        self.rest()
        self._slice = self.item = None
        resumes = self._resumes
        plain: SingleTask | StagedTask
        if resumes is None:
            plain = SingleTask(slice, item, self.number)
        else:
            plain = StagedTask(slice, item, self.number, resumes, self._numbered)
        self._plain = plain
        del slice, item
        return plain.take(number)

    def _tell(self, outcome: Outcome) -> None:
        self.outcome = outcome
        report, self._report = self._report, None
        if report is not None:
            report(self)

    def _let_go(self) -> None:
        speculation, self._speculation = self._speculation, None
        if speculation is not None:
            speculation.doom()
            speculation.drop()
            self._resting = speculation

    def rest(self) -> None:
        """After `drop`: until a worker that waited for its turn has let go of what it held, which is soon."""
        resting, self._resting = self._resting, None
        if resting is not None:
            resting.rest()

    def forget_item(self) -> None:
        """The item is kept: the slice may have to run again."""

    def drop(self) -> None:
        """See `Task.drop`; a worker that runs it stops as soon as it can."""
        self._let_go()
        self._report = self._check = None
        plain, self._plain = self._plain, None
        if plain is not None:
            plain.drop()
        super().drop()


def _forgo(tasks: Iterable[object]) -> None:
    for task in list(tasks):
        if type(task) is SpeculativeTask:
            task.forgo()


class _Reports:
    """What becomes of the recorded tasks of one entry: the tally of it, and what the site learns."""

    __slots__ = ("_conduct", "_tally", "finding")

    def __init__(self, tally: Tally, conduct: Conduct | None) -> None:
        self._tally = tally
        self._conduct = conduct
        self.finding = Finding.UNDECIDED

    def note(self, task: SpeculativeTask) -> None:
        """One task was taken."""
        tally, outcome = self._tally, task.outcome
        if outcome is Outcome.COMMITTED:
            tally.ahead += 1
            tally.work_ns += task.elapsed
            tally.busy_ns += task.busy
            tally.waited_ns += task.waited
        else:
            tally.in_place += 1
        if outcome is Outcome.IN_PLACE:
            return
        if outcome is Outcome.DISCARDED:
            tally.discarded += 1
            tally.redone += 1
        elif outcome is Outcome.ABANDONED:
            tally.abandoned += 1
        if outcome is not Outcome.COMMITTED:
            tally.repeated += task.external_calls
        finding = Finding.UNDECIDED if self._conduct is None else self._conduct.note(outcome, task.reason)
        if finding is not Finding.UNDECIDED:
            self.finding = finding


@final
class SpeculativeRun(Run):
    """A run with recorded tasks; of a PROVEN region (without a `conduct`) those that are to be checked."""

    __slots__ = ("_check", "_full", "_proven", "_reports", "_streak")

    def __init__(
        self,
        owner: Owner,
        peeker: Peeker,
        spec: Spec,
        conduct: Conduct | None,
        cautious: bool,
        check: Check | None = None,
    ) -> None:
        super().__init__(owner, peeker, spec)
        self._reports = _Reports(self._tally, conduct)
        self._check = check
        self._proven = conduct is None
        self._full = spec.options.window
        self._streak = 0
        if cautious:
            self._window = min(self._full, _FIRST)

    def _early(self, item: object, spec: Spec) -> Any:
        number = self._number + len(self._outstanding)
        check = self._check
        if check is not None and not check.wants(number):
            check = None
        if check is None and self._proven:
            return self._task(item, spec)
        return SpeculativeTask(spec.slice, item, number, spec.resumes, spec.numbered, self._note, check)

    def _admits(self, item: object, spec: Spec) -> bool:
        # Unless the region is PROVEN, its body may have done anything since it was entered.
        return (self._proven or not unfit()) and super()._admits(item, spec)

    def _note(self, task: SpeculativeTask) -> None:
        self._reports.note(task)
        if task.noticed:
            _forgo(self._outstanding)
        if task.outcome is Outcome.COMMITTED:
            self._streak += 1
            if self._streak >= _STREAK:
                self._window = min(self._full, self._window * 2)
            if self._probe is not None:
                self._probe.add(task.elapsed, 0)
        elif task.outcome is not Outcome.IN_PLACE and not self._proven:
            self._streak = 0
            self._window = max(1, self._window // _SHRINK)

    def _step(self) -> bool:
        finding, self._reports.finding = self._reports.finding, Finding.UNDECIDED
        if finding is not Finding.UNDECIDED and not self._stopped:
            self._conclude(finding)
        if self._check is not None and self._check.refuted and not self._stopped:
            self._take_back()
        return super()._step()

    def _retire(self, task: Task) -> None:
        if type(task) is not SpeculativeTask:
            super()._retire(task)
            return
        if task.outcome is Outcome.PENDING and task.issued:
            self._discard(task)
        else:
            task.drop()
        task.rest()

    def _discard_all(self) -> None:
        tasks = [task for task in self._outstanding if type(task) is SpeculativeTask]
        super()._discard_all()
        for task in tasks:
            task.rest()

    def _end(self) -> None:
        finding, self._reports.finding = self._reports.finding, Finding.UNDECIDED
        owner, stopped = self._owner, self._spec is None
        super()._end()
        self._check = None  # it knows what the region was entered with
        if finding is not Finding.UNDECIDED and not stopped:
            owner.unpaid(finding)


@final
class SpeculativeBlock(BlockRun):
    """A block whose thunks are recorded."""

    __slots__ = ("_check", "_conduct", "_recorded", "_reports")

    def __init__(
        self,
        owner: Owner,
        thunks: Sequence[Callable[[], Any]],
        stages: Sequence[int],
        workers: int,
        conduct: Conduct | None,
        check: Check | None = None,
    ) -> None:
        self._conduct = conduct
        self._check = check
        self._recorded = frozenset(stages)
        if conduct is None and check is not None:
            self._recorded = frozenset(number for number in stages if check.wants(number))
        self._reports: _Reports | None = None
        super().__init__(owner, thunks, stages, workers)
        self._reports = _Reports(self._tally, conduct)

    def _make(self, number: int, thunk: Callable[[], Any]) -> Any:
        if number not in self._recorded:
            return super()._make(number, thunk)
        check = self._check if self._check is not None and self._check.wants(number) else None
        return SpeculativeTask(call, thunk, number, None, True, self._report, check)

    def _report(self, task: SpeculativeTask) -> None:
        assert self._reports is not None
        self._reports.note(task)
        if task.noticed:
            _forgo(self._tasks.values())

    def cancel(self) -> None:
        """See `BlockRun.cancel`. What tasks have seen and made is nobody's any more."""
        for task in self._tasks.values():
            if type(task) is SpeculativeTask:
                task.waive()
        super().cancel()
        self._check = None

    def _note(self, task: SingleTask | SpeculativeTask) -> None:
        if type(task) is not SpeculativeTask:
            super()._note(task)
            return
        task.drop()

    def _end(self) -> None:
        super()._end()
        self._check = None
        reports = self._reports
        if reports is not None and reports.finding is not Finding.UNDECIDED:
            self._owner.unpaid(reports.finding)

    def __del__(self) -> None:
        super().__del__()
        for task in self._tasks.values():
            task.cancel()
