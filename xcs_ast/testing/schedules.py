"""Adversarial schedules: each puts the tasks of every region into one particular, repeatable order.

Guarantees: a schedule changes only *when* things happen, never what; leaving the context manager restores
whatever was set. No schedule can deadlock: each wait ends after `PATIENCE` seconds at the latest.

Assumes: the runtime calls `xcs_ast.runtime.schedule.hook` as that module says. One schedule at a time.
"""

from __future__ import annotations

import contextlib
import sys
import time
from _thread import allocate_lock, get_ident
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, final

from xcs_ast import config
from xcs_ast.native import use_own
from xcs_ast.runtime import schedule as seam

use_own(globals())

__all__ = ["PATIENCE", "QUICK", "Order", "Schedule", "scheduled"]

PATIENCE: Final = 5.0
"""The longest time in seconds for which a schedule holds anything back."""


class Order(Enum):
    """Which order of starting and finishing a schedule enforces."""

    NATURAL = "natural"
    """Whatever the machine does."""
    IN_PLACE = "in-place"
    """No worker starts anything: every task runs where it is consumed."""
    AHEAD = "ahead"
    """The consumer waits at each hand-over until everything issued so far has finished."""
    REVERSE = "reverse"
    """A task starts only after all tasks issued after it have ended."""
    DELAY_ONE = "delay-one"
    """The task number `nth` starts only after every other task issued so far has ended."""
    ALTERNATE = "alternate"
    """Every second task runs ahead, the others in place."""
    CHECKED = "checked"
    """As `AHEAD`, and each task is recorded and held against what the analysis says of it."""


@final
@dataclass(frozen=True, slots=True)
class Schedule:
    """One way to run tasks: an order, a number of workers, a switch interval of the interpreter."""

    order: Order = Order.NATURAL
    workers: int | None = None
    nth: int = 0
    switch_interval: float | None = None

    def __str__(self) -> str:
        parts = [self.order.value]
        if self.order is Order.DELAY_ONE:
            parts.append(str(self.nth))
        if self.workers is not None:
            parts.append(f"{self.workers} worker{'s' * (self.workers != 1)}")
        if self.switch_interval is not None:
            parts.append(f"switching every {self.switch_interval:g} s")
        return ", ".join(parts)


QUICK: Final[tuple[Schedule, ...]] = (
    Schedule(Order.AHEAD),
    Schedule(Order.IN_PLACE),
    Schedule(Order.REVERSE),
    Schedule(Order.CHECKED),
)
"""The schedules that catch nearly everything."""

ALL: Final[tuple[Schedule, ...]] = (
    *QUICK,
    Schedule(Order.NATURAL),
    Schedule(Order.ALTERNATE),
    *(Schedule(Order.DELAY_ONE, nth=n) for n in range(3)),
    Schedule(Order.AHEAD, workers=1),
    Schedule(Order.NATURAL, workers=64),
    Schedule(Order.NATURAL, switch_interval=1e-6),
)
"""Every schedule that there is a name for."""


@dataclass(slots=True)
class _RunState:
    issued: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    """Tasks that a worker would start, if it were not held back."""
    waiting: bool = False
    """Whether the consumer has issued what it may for now, and wants a value."""


class _Condition:
    """As `threading.Condition`, whatever the program has put in the place of builtins."""

    __slots__ = ("_lock", "_waiters")

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._waiters: list[Any] = []

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait(self, timeout: float) -> None:
        waiter = allocate_lock()
        waiter.acquire()
        self._waiters.append(waiter)
        self._lock.release()
        try:
            waiter.acquire(timeout=timeout)
        finally:
            self._lock.acquire()
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def notify_all(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.release()


class _Director:
    """Holds back whoever comes too early. `finish` and `take` of a task both count as its end."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._changed = _Condition()
        self._runs: dict[int, tuple[object, _RunState]] = {}
        self._at_work: set[int] = set()
        """Threads inside a task."""
        self._waiting = 0
        """How many of them wait in it for tasks of a region of its own."""
        self.started = 0

    def __call__(self, event: str, run: object, index: int) -> bool | None:
        with self._changed:
            state = self._runs.setdefault(id(run), (run, _RunState()))[1]
            if event == seam.ISSUE:
                state.issued.add(index)
            elif event == seam.START:
                return self._start(state, index)
            elif event == seam.FINISH:
                self._finish(state, index)
            elif event == seam.TAKE:
                self._take(state, index)
            elif event == seam.CLOSE:
                self._runs.pop(id(run), None)
            return None

    def _start(self, state: _RunState, index: int) -> bool:
        match self._schedule.order:
            case Order.IN_PLACE:
                return False
            case Order.ALTERNATE if index % 2:
                return False
            case Order.DELAY_ONE if index == self._schedule.nth:
                self._wait(lambda: state.waiting and state.issued - state.ended - state.taken <= {index})
            case Order.REVERSE:
                self._hold(state, index)
            case _:
                pass
        self._at_work.add(get_ident())
        self.started += 1
        return True

    def _hold(self, state: _RunState, index: int) -> None:
        """Until all that were issued later have ended; where no worker is left for them, the last goes."""

        def is_next() -> bool:
            later = (i for i in state.issued if i > index)
            stuck = self._is_stuck() and index == max(state.held)
            return state.waiting and (stuck or all(i in state.ended for i in later))

        state.held.add(index)
        self._changed.notify_all()
        try:
            self._wait(is_next)
        finally:
            state.held.discard(index)

    def _is_stuck(self) -> bool:
        """Whether each worker waits, or is held back: none is left for a region within a task."""
        taken = self._waiting + sum(len(each.held) for _, each in self._runs.values())
        return taken >= config.current().workers

    def _finish(self, state: _RunState, index: int) -> None:
        self._at_work.discard(get_ident())
        state.ended.add(index)
        self._changed.notify_all()

    def _take(self, state: _RunState, index: int) -> None:
        state.waiting = True
        self._changed.notify_all()
        if self._schedule.order in (Order.AHEAD, Order.CHECKED, Order.REVERSE, Order.DELAY_ONE):
            inside = get_ident() in self._at_work
            self._waiting += inside
            self._changed.notify_all()
            self._wait(lambda: state.issued <= state.ended | state.taken or (inside and self._is_stuck()))
            self._waiting -= inside
        state.taken.add(index)
        if self._schedule.order in (Order.IN_PLACE, Order.ALTERNATE):
            state.ended.add(index)
        self._changed.notify_all()

    def _wait(self, until: object) -> None:
        assert callable(until)
        deadline = time.monotonic() + PATIENCE
        while not until() and (left := deadline - time.monotonic()) > 0:
            self._changed.wait(left)


@contextlib.contextmanager
def scheduled(schedule: Schedule) -> Iterator[None]:
    """Run the body under `schedule`, with every PROVEN region running ahead whether it pays or not."""
    before_hook, before_interval = seam.hook, sys.getswitchinterval()
    checked = schedule.order is Order.CHECKED
    options: dict[str, object] = {
        "eager": True,
        "cache": False,
        "verify": "always" if checked else "never",
    }
    if schedule.workers is not None:
        options["workers"] = schedule.workers
    with config.overridden(**options):
        try:
            if schedule.order is not Order.NATURAL:
                seam.hook = _Director(schedule)
            if schedule.switch_interval is not None:
                sys.setswitchinterval(schedule.switch_interval)
            yield
        finally:
            seam.hook = before_hook
            sys.setswitchinterval(before_interval)
