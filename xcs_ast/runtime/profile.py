"""What was measured at a site, and what it says: go on, start, or leave the loop alone.

Guarantees: measuring changes nothing but the schedule. Assumes: CPU clocks of threads where the system
has them (without them a body counts as waiting, never as computing).
"""

from __future__ import annotations

import sys
import time
from _thread import get_ident
from collections import deque
from collections.abc import Callable
from time import perf_counter_ns

from xcs_ast.native import Any, Final, Kind, final, use_own

use_own(globals())

__all__ = ["Backoff", "Conduct", "Finding", "Outcome", "Probe", "thread_time"]

_ITEMS: Final = 4
"""How many items are measured before a loop that may wait is judged."""
_ITEMS_AT_ONCE: Final = 16
"""The same, for a loop that is likely to wait: short items may come before long ones."""
_BUSY: Final = 0.5
"""Above this share of processor time a task computes; threads do not help it under a GIL."""
_MOST_SKIPPED: Final = 1000
_CONDUCT: Final = 16
"""How many recorded tasks of a site are remembered."""

_GIL: Final = getattr(sys, "_is_gil_enabled", lambda: True)()
thread_time: Final[Callable[[], int]] = getattr(time, "thread_time_ns", lambda: 0)


class Finding(Kind):
    """What the measurements say so far."""

    UNDECIDED = "undecided"
    PAYS = "pays"
    CHEAP = "cheap"
    BUSY = "busy"
    MOVED = "moved"
    """Items came that had not been peeked, so that tasks were started in vain."""
    CONFLICTING = "conflicting"
    """Recorded tasks had read what changed before their turn."""
    ABANDONED = "abandoned"
    """Recorded tasks did what cannot be held back."""


@final
class Probe:
    """Measures the first few items of one run, in place and on workers.

    `busy_counts`: a task that computes more than it waits does not pay.
    While a task runs in place, `since` is when it began (else 0), for the hedge to look at from its thread.
    """

    __slots__ = (
        "_busy_counts",
        "_cheap_ns",
        "_clock",
        "_cpu_at",
        "_enough",
        "items",
        "longest",
        "longest_cpu",
        "since",
    )

    def __init__(self, cheap_us: float, busy_counts: bool) -> None:
        self._busy_counts = busy_counts and bool(_GIL)
        self._cheap_ns = int(cheap_us * 1000)
        self._enough = _ITEMS if busy_counts else _ITEMS_AT_ONCE
        self._cpu_at = 0
        self._clock = _clock_of_this_thread()
        self.items = 0
        self.longest = 0
        self.longest_cpu = 0
        self.since = 0

    def measured(self, take: Callable[[int], Any], number: int) -> Any:
        """`take(number)`, timed. Also counts what happened before an exception."""
        self._cpu_at = cpu = thread_time()
        self.since = start = perf_counter_ns()
        try:
            return take(number)
        finally:
            self.since = 0
            self.add(perf_counter_ns() - start, thread_time() - cpu)

    def add(self, wall: int, cpu: int) -> None:
        """One more measurement."""
        if wall > self.longest:
            self.longest, self.longest_cpu = wall, cpu

    def next_item(self) -> None:
        """The program goes on to the next item."""
        self.items += 1

    def finding(self, ended: bool = False) -> Finding:
        """The judgement; `ended`: there will be no more items."""
        if self.longest >= self._cheap_ns:
            busy = self._busy_counts and self.longest_cpu > _BUSY * self.longest
            if not busy:
                return Finding.PAYS
            return Finding.BUSY if ended or self.items >= self._enough else Finding.UNDECIDED
        return Finding.CHEAP if self.items and (ended or self.items >= self._enough) else Finding.UNDECIDED

    def stuck_for(self, now: int) -> int:
        """From another thread: for how many nanoseconds a task has been waiting in place (0: none has)."""
        since, cpu_at = self.since, self._cpu_at
        if not since:
            return 0
        waited = now - since
        if self._busy_counts and self._clock is not None:
            try:
                used = time.clock_gettime_ns(self._clock) - cpu_at
            except OSError:
                return 0
            if used > _BUSY * waited:
                return 0
        return waited


class Outcome(Kind):
    """What became of a recorded task."""

    PENDING = "pending"
    """Nobody has taken it yet."""
    COMMITTED = "committed"
    DISCARDED = "discarded"
    """What it had read was no longer so; it ran again in place."""
    ABANDONED = "abandoned"
    """It met something that cannot be held back; it ran in place."""
    IN_PLACE = "in place"
    """No worker had begun it."""


@final
class Conduct:
    """How the last recorded tasks of a site fared, and whether going on is a waste (of money, perhaps).

    It is a waste where more than half of at least three failed, or a quarter of the last sixteen; and where
    the first two failed.
    """

    __slots__ = ("_last", "why")

    def __init__(self) -> None:
        self._last: deque[Outcome] = deque(maxlen=_CONDUCT)
        self.why = ""
        """What the last task did that could not be held back."""

    def note(self, outcome: Outcome, why: str = "") -> Finding:
        """One more, and why it failed, if it says so; what that says of the site."""
        last = self._last
        if outcome is Outcome.ABANDONED:
            self.why = why
        last.append(outcome)
        if outcome is Outcome.COMMITTED:
            return Finding.UNDECIDED
        failed = len(last) - last.count(Outcome.COMMITTED)
        if failed < 2 or (failed * 4 < _CONDUCT and (failed * 2 <= len(last))):
            return Finding.UNDECIDED
        abandoned = last.count(Outcome.ABANDONED)
        last.clear()
        return Finding.ABANDONED if abandoned * 2 >= failed else Finding.CONFLICTING


def _clock_of_this_thread() -> int | None:
    try:
        return time.pthread_getcpuclockid(get_ident())
    except (AttributeError, OSError):
        return None


@final
class Backoff:
    """How many entries to let pass as plain Python: after each failure four times as many, up to a limit.

    A decision may cost milliseconds, so a region that is entered often must not be decided often.
    """

    __slots__ = ("_step",)

    def __init__(self) -> None:
        self._step = 0

    def failed(self) -> int:
        """The number of entries to skip now."""
        self._step = min(max(1, self._step * 4), _MOST_SKIPPED)
        return self._step

    def succeeded(self) -> None:
        """Begin anew."""
        self._step = 0
