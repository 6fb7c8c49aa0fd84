"""A block: straight-line calls of which the later ones start before the first.

Guarantees: each thunk runs once, on a worker or at its own place; dropping the handle, or leaving the
block by an exception, cancels what no worker has claimed.
Assumes: as `runtime.task` does. One consumer.
"""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter_ns

from xcs_ast.native import Any, use_own
from xcs_ast.runtime import schedule
from xcs_ast.runtime.handled import handled
from xcs_ast.runtime.pool import POOL, Work
from xcs_ast.runtime.run import Owner, Tally
from xcs_ast.runtime.task import SingleTask

use_own(globals())

__all__ = ["BlockRun", "call"]


def call(thunk: Callable[[], Any]) -> Any:
    """The slice of a thunk's task: its item is the thunk."""
    return thunk()


class BlockRun:
    """The handle of one block: hand-over k is what thunk k returns."""

    __slots__ = ("__weakref__", "_began", "_owner", "_pending", "_tally", "_tasks")

    def __init__(
        self, owner: Owner, thunks: Sequence[Callable[[], Any]], stages: Sequence[int], workers: int
    ) -> None:
        self._owner = owner
        self._began = perf_counter_ns()
        self._tally = Tally()
        self._pending: deque[Work] = deque()
        self._tasks: dict[int, Any] = {
            number: self._make(number, thunk) for number, thunk in enumerate(thunks)
        }
        held = handled()
        for number in stages:
            task = self._tasks[number]
            if schedule.hook is not None:
                schedule.tell(schedule.ISSUE, self._pending, number)
            task.issue(self._pending, contextvars.copy_context(), held)
            self._tally.started += 1
            POOL.submit(self._pending, workers)

    def _make(self, number: int, thunk: Callable[[], Any]) -> Any:
        return SingleTask(call, thunk, number)

    def __bool__(self) -> bool:
        return True

    def ahead(self, number: int) -> Any:
        """Hand-over `number`, at its place."""
        task = self._tasks.pop(number)
        try:
            return task.take(number)
        finally:
            self._note(task)
            if not self._tasks:
                self._end()

    def _note(self, task: Any) -> None:
        tally = self._tally
        if task.done:
            tally.ahead += 1
            tally.work_ns += task.elapsed
            tally.waited_ns += task.waited
        else:
            tally.in_place += 1

    @property
    def open(self) -> bool:
        """Whether something has not been handed over."""
        return bool(self._tasks)

    def cancel(self) -> None:
        """Nothing further starts ahead; what is asked for all the same runs in place."""
        for task in self._tasks.values():
            task.withdraw()
        if self._tasks:
            # Left by an exception, as a rule: what was done so far counts.
            self._account()

    def _account(self) -> None:
        self._tally.wall_ns = perf_counter_ns() - self._began
        self._owner.account(self._tally)
        self._tally.clear()
        self._began = perf_counter_ns()

    def _end(self) -> None:
        self._account()
        if schedule.hook is not None:
            schedule.tell(schedule.CLOSE, self._pending, -1)

    def __del__(self) -> None:
        self._pending.clear()
