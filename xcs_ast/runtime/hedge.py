"""The hedge: one daemon thread that looks whether a first iteration has come back, and starts the next ones.

Guarantees: the thread is started when the first run asks for it; it holds a run only while that run is
armed, and never calls user code except through `Hedged.hedge`. If no thread can be started, nothing is
hedged.
Assumes: `hedge` is safe against its run's consumer.
"""

from __future__ import annotations

from _queue import Empty, SimpleQueue
from _thread import start_new_thread
from time import perf_counter_ns

from xcs_ast.native import Final, Protocol, final, use_own

use_own(globals())

__all__ = ["HEDGE", "Hedged"]


class Hedged(Protocol):
    """A run whose first iteration is under way."""

    def hedge(self, now: int) -> int:
        """Acts if it is time. Nanoseconds until it wants to be asked again; 0: never."""


@final
class _Hedge:
    __slots__ = ("_queue",)

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[int, Hedged] | None] | None = None

    def arm(self, run: Hedged, after: int) -> None:
        """Asks `run` in `after` nanoseconds."""
        queue = self._queue
        if queue is None:
            # Whatever thread imports it first is its main thread: let that be none of ours.
            import threading  # noqa: F401

            queue = SimpleQueue()
            try:
                start_new_thread(_watch, (queue,))
            except (RuntimeError, MemoryError, OSError):
                return
            self._queue = queue
        queue.put((perf_counter_ns() + after, run))

    def retire(self) -> bool:
        """Ends the thread; says whether there was one."""
        queue, self._queue = self._queue, None
        if queue is None:
            return False
        queue.put(None)
        return True

    def after_fork(self) -> None:
        """In the child the thread is gone."""
        self._queue = None


def _watch(queue: SimpleQueue[tuple[int, Hedged] | None]) -> None:
    armed: list[tuple[int, Hedged]] = []
    while True:
        try:
            if armed:
                first = min(due for due, _ in armed)
                got = queue.get(timeout=max(0, first - perf_counter_ns()) / 1e9)
            else:
                got = queue.get()
            if got is None:
                return
            armed.append(got)
            got = None
        except Empty:
            pass
        now = perf_counter_ns()
        waiting: list[tuple[int, Hedged]] = []
        for due, run in armed:
            if due > now:
                waiting.append((due, run))
                continue
            try:
                again = run.hedge(now)
            except BaseException:
                again = 0
            if again:
                waiting.append((now + again, run))
        armed = waiting
        due = run = None  # type: ignore[assignment]


HEDGE: Final = _Hedge()
