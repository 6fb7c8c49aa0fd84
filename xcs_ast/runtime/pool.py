"""The pool: daemon threads that take tasks from one queue.

Guarantees: a task costs a few microseconds; threads are started when there are more tasks than threads, up to
the limit that each submitter names, and then kept; nothing here raises into the program. A pool that cannot
start threads (shutdown, limits of the system) merely leaves tasks where they are: their consumer runs them.
After a fork the child begins with an empty pool, and `epoch` tells whoever waits that nobody will come.

Assumes: a `Work` is claimed by `deque.popleft`, which is atomic (with the GIL, and without it).
The queue holds deques, not tasks: emptying a deque cancels what is in it, and leaves a husk in the queue.
"""

from __future__ import annotations

import sys
from _queue import SimpleQueue
from _thread import RLock, start_new_thread
from collections import deque

from xcs_ast.native import Final, Protocol, final, use_own

use_own(globals())

__all__ = ["POOL", "Pool", "Work"]

_BACKLOG: Final = 8192
"""With so many entries in the queue, all workers are busy for long: further tasks stay in place."""

_PARKED: Final = 64
"""How many threads may be waiting for their consumers at a time."""


class Work(Protocol):
    """What a worker runs: `execute` computes, `publish` lets the consumer know. Neither raises."""

    def execute(self) -> None:
        """Compute, and keep the outcome."""

    def publish(self) -> None:
        """Wake the consumer."""


@final
class Pool:
    """Threads over one queue."""

    __slots__ = ("_finished", "_lock", "_parked", "_queue", "_started", "_submitted", "epoch")

    def __init__(self) -> None:
        self.epoch = 0
        self._empty()

    def _empty(self) -> None:
        # Re-entrant: a finalizer or a signal handler may enter a region while this thread holds the lock.
        self._lock = RLock()
        self._parked = 0
        self._empty_queue()

    def _empty_queue(self) -> None:
        self._queue: SimpleQueue[deque[Work] | None] = SimpleQueue()
        self._submitted = 0
        self._finished: list[int] = []

    @property
    def threads(self) -> int:
        """How many threads there are."""
        return len(self._finished)

    @property
    def has_room(self) -> bool:
        """Whether it makes sense to submit more."""
        return self._queue.qsize() < _BACKLOG

    def submit(self, pending: deque[Work], workers: int) -> object:
        """Lets some thread take one task from the left of `pending`, now or later; the lane that it is in."""
        with self._lock:
            workers += self._parked
            if len(self._finished) > workers:
                self.retire()
            self._queue.put(pending)
            self._submitted += 1
            finished = self._finished
            threads = len(finished)
            if threads < workers and self._submitted - sum(finished) > threads:
                self._start()
            return finished

    @property
    def lane(self) -> object:
        """What the threads of now have in common: another one after they were retired, and after a fork."""
        return self._finished

    def is_at_hand(self, lane: object) -> bool:
        """Whether all that was submitted in this lane and is not done has a thread of its own.

        Whoever needs one of these tasks may wait for it: no thread has to finish something else first.
        """
        with self._lock:
            finished = self._finished
            return lane is finished and self._submitted - sum(finished) <= len(finished)

    def _start(self) -> None:
        # Whatever thread imports it first is its main thread: let that be none of ours.
        import threading  # noqa: F401

        finished = self._finished
        slot = len(finished)
        finished.append(0)
        try:
            start_new_thread(_serve, (self._queue, finished, slot))
        except (RuntimeError, MemoryError, OSError):
            finished.pop()

    def park(self) -> bool:
        """On a worker that is about to wait for its consumer: another thread takes its place. May refuse."""
        with self._lock:
            if self._parked >= _PARKED:
                return False
            self._parked += 1
            if self._queue.qsize():
                self._start()
            return True

    def wake(self) -> None:
        """On a worker that has waited."""
        with self._lock:
            self._parked = max(0, self._parked - 1)

    def retire(self) -> None:
        """The threads end when they have done what is in the queue; others take their place when needed."""
        with self._lock:
            for _ in self._finished:
                self._queue.put(None)
            self._empty_queue()

    @property
    def idle(self) -> bool:
        """Whether no thread has anything to do."""
        return self._submitted == sum(self._finished)

    def after_fork(self) -> None:
        """In the child: the threads are gone, and so is what they were doing."""
        self.epoch += 1
        self._empty()


def _serve(queue: SimpleQueue[deque[Work] | None], finished: list[int], slot: int) -> None:
    """The life of one thread. `finished` counts what it took from the queue, in a slot of its own."""
    _adopt_tracing()
    take = queue.get
    while True:
        pending = take()
        if pending is None:
            return
        try:
            task = pending.popleft()
        except IndexError:
            finished[slot] += 1
            continue
        finally:
            del pending
        # Neither raises; but an exception that a debugger injects must not kill the thread.
        try:
            task.execute()
        except BaseException:
            pass
        finished[slot] += 1
        try:
            task.publish()
        except BaseException:
            pass
        del task


def _adopt_tracing() -> None:
    """Debuggers and coverage tools see this thread as they see those of `threading`."""
    import threading

    trace, profile = threading.gettrace(), threading.getprofile()
    if trace is not None:
        sys.settrace(trace)
    if profile is not None:
        sys.setprofile(profile)


POOL: Final = Pool()
