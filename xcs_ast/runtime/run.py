"""One entry of one region that runs ahead: items in step with the body, tasks in order, a bounded window.

Guarantees:

- Only `next` on the program's own iterator consumes anything, on the consumer's thread, once for each
  item that the body gets. A task is used only for the item that it was started for; where another one
  arrives, all tasks are discarded and the loop goes on as plain Python.
- At most `window` tasks are ahead of the body. Every item is admitted by the plan, in order, before any later
  task starts; after a refusal nothing starts, and where the last task is consumed the loop goes on plainly.
- When the region is left, however it is left, what no worker has claimed is cancelled, what runs is abandoned
  (PROVEN tasks have no effect that anyone could see), and all references to the user's objects are dropped.
- Nothing here raises an exception of its own into the user's program.

Assumes: one consumer. The hedge may start issuing from its own thread; then, and only then, `_mutex` guards
the steps of both. After a fork in the body the child goes on alone, in place.
"""

from __future__ import annotations

import contextvars
from _thread import RLock
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from time import perf_counter_ns

from xcs_ast.config import Options
from xcs_ast.errors import is_of_the_program
from xcs_ast.native import Any, Final, Protocol, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.runtime import forking as _forking  # noqa: F401 - prepares for forks
from xcs_ast.runtime import schedule
from xcs_ast.runtime.handled import handled
from xcs_ast.runtime.hedge import HEDGE
from xcs_ast.runtime.peek import END, Peeker, same
from xcs_ast.runtime.pool import POOL, Work
from xcs_ast.runtime.profile import Finding, Probe
from xcs_ast.runtime.shape import Pattern, fits
from xcs_ast.runtime.task import SingleTask, StagedTask, Task

use_own(globals())

__all__ = ["Owner", "Run", "Spec", "Tally"]

_ASK_AGAIN: Final = 8
"""How often the hedge looks at a run that is not waiting."""


@final
@dataclass(slots=True)
class Tally:
    """What one run did."""

    started: int = 0
    ahead: int = 0
    in_place: int = 0
    discarded: int = 0
    """Tasks that were dropped, or were redone."""
    redone: int = 0
    """Recorded tasks whose outcome was no longer true, so that they ran a second time, in place."""
    abandoned: int = 0
    """Recorded tasks that met something that cannot be held back, and ran in place."""
    repeated: int = 0
    """Calls of things outside that recorded tasks made in vain, and that were made again in place."""
    work_ns: int = 0
    """Time that workers spent on what was consumed."""
    waited_ns: int = 0
    """Time for which the consumer waited for them."""
    busy_ns: int = 0
    """Processor time of recorded tasks."""
    wall_ns: int = 0
    """From the first item of a run to the end of its ahead-phase."""

    def clear(self) -> None:
        """Starts again from nothing."""
        for name in self.__slots__:
            setattr(self, name, 0)

    def add(self, other: Tally) -> None:
        """Sums up."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Owner(Protocol):
    """The site, as a run sees it."""

    def paid(self) -> None:
        """Running ahead was worth it."""

    def unpaid(self, finding: Finding) -> None:
        """It was not."""

    def account(self, tally: Tally) -> None:
        """A run has ended."""


@final
@dataclass(frozen=True, slots=True)
class Spec:
    """How one run goes. `resumes` is `None` for a slice that is a plain function."""

    slice: Callable[..., Any]
    admit: Callable[[object], bool]
    options: Options
    at_once: bool
    """Start without waiting for the first item to take long."""
    pattern: Pattern | None = None
    resumes: tuple[bool, ...] | None = None
    numbered: bool = True
    whole: bool = False
    """There is no `rest`: all items go through the run (comprehensions)."""


class Run:
    """The handle of emitted code, while its region runs ahead. Always true; see the module's docstring."""

    __slots__ = (
        "__weakref__",
        "_ahead",
        "_asked",
        "_began",
        "_box",
        "_context",
        "_current",
        "_epoch",
        "_fresh",
        "_held",
        "_issuing",
        "_live",
        "_mutex",
        "_number",
        "_outstanding",
        "_over",
        "_owner",
        "_pending",
        "_probe",
        "_spec",
        "_stopped",
        "_tally",
        "_window",
    )

    def __init__(self, owner: Owner, peeker: Peeker, spec: Spec) -> None:
        options = spec.options
        self._owner = owner
        self._spec: Spec | None = spec
        self._live: Iterable[object] = peeker.live
        self._ahead: Iterator[object] = peeker.ahead
        self._fresh = peeker.fresh
        self._outstanding: deque[Task] = deque()
        self._pending: deque[Work] = deque()
        self._box: list[object] = []
        self._current: Task | None = None
        self._number = 0
        self._issuing = spec.at_once or options.eager
        self._stopped = False
        self._over = False
        self._asked = 0
        self._epoch = POOL.epoch
        self._tally = Tally()
        self._probe: Probe | None = None if options.eager else Probe(options.min_task_us, not spec.at_once)
        self._mutex: Any = None
        self._context: contextvars.Context | None = None
        self._held = handled()
        self._began = perf_counter_ns()
        self._window = options.window

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        """The items that run ahead. Closing it, as leaving the loop does, ends the run."""
        box = self._box
        try:
            if not self._issuing and self._held is None:
                self._arm()
            while self._advance():
                # Popped, not held: the body may let go of the item before the next one is asked for.
                yield box.pop()
        finally:
            self._finish()

    def ahead(self, number: int) -> Any:
        """Hand-over `number` of the current item, at its place in the body."""
        task = self._current
        probe = self._probe
        if probe is None or task.issued:  # type: ignore[union-attr]
            return task.take(number)  # type: ignore[union-attr]
        return probe.measured(task.take, number)  # type: ignore[union-attr]

    def rest(self) -> Iterable[Any]:
        """What is left for the plain loop: the live iterator, or nothing."""
        live, self._live = self._live, ()
        return live

    @property
    def closed(self) -> bool:
        """Whether the ahead-phase is over."""
        return self._spec is None

    def release(self) -> Task:
        """The task of the present item, which from now on is the caller's alone."""
        task, self._current = self._current, None
        assert task is not None
        return task

    # -- the consumer's steps ---------------------------------------------------------------------------

    def _advance(self) -> bool:
        if self._current is not None:
            self._retire(self._current)
            self._current = None
        mutex = self._mutex
        if mutex is not None and self._epoch != POOL.epoch:
            # In the child of a fork there is no hedge, and its parent may have held the mutex.
            mutex = self._mutex = None
        if mutex is None:
            self._over = not self._step()
        else:
            with mutex:
                self._over = not self._step()
        return not self._over

    def _step(self) -> bool:
        """Gets the next item and its task; `False` when the ahead-phase is over."""
        spec = self._spec
        assert spec is not None
        if self._number and self._probe is not None:
            self._judge(self._probe)
        outstanding = self._outstanding
        if self._stopped and not outstanding and not spec.whole:
            return False
        if not self._number and spec.options.eager:
            self._issue(None)
        item = next(self._live, END)  # type: ignore[call-overload]
        if item is END:
            self._live = ()
            return False
        if outstanding:
            task = outstanding.popleft()
            if same(task.item, item, self._fresh):
                # Where iteration makes new objects, the task's is the one that the body gets.
                item = task.item
                task.forget_item()
            else:
                self._discard(task)
                self._discard_all()
                self._probe = None
                self._owner.unpaid(Finding.MOVED)
                return self._without_task(item, spec)
        elif self._in_step(item, spec):
            task = self._task(item, spec)
        else:
            return self._without_task(item, spec)
        self._give(item, task)
        if self._issuing and not self._stopped:
            self._issue(None)
        return True

    def _give(self, item: object, task: Task) -> None:
        self._current = task
        self._number += 1
        self._box.append(item)

    def _in_step(self, item: object, spec: Spec) -> bool:
        """Takes an item without a task past the peeker and the plan."""
        if self._stopped:
            return False
        try:
            peeked = next(self._ahead, END)
            return peeked is not END and same(peeked, item, self._fresh) and self._admits(item, spec)
        except Exception as error:
            if is_of_the_program(error):
                raise
            return False

    def _without_task(self, item: object, spec: Spec) -> bool:
        """Goes on plainly from this item, which has left its iterator already."""
        self._stopped = True
        if not spec.whole:
            self._live = chain(map(list.pop, [[item]]), self._live)
            return False
        self._give(item, self._task(item, spec))
        return True

    def _admits(self, item: object, spec: Spec) -> bool:
        return (spec.pattern is None or fits(item, spec.pattern)) and spec.admit(item)

    def _task(self, item: object, spec: Spec) -> Task:
        number = self._number + len(self._outstanding)
        if spec.resumes is None:
            return SingleTask(spec.slice, item, number)
        return StagedTask(spec.slice, item, number, spec.resumes, spec.numbered)

    def _early(self, item: object, spec: Spec) -> Any:
        """The task that is to start ahead."""
        return self._task(item, spec)

    # -- issuing: the consumer, or the hedge with the mutex ---------------------------------------------

    def _issue(self, context: contextvars.Context | None) -> None:
        """Fills the window. `context`: of the consumer, where this is another thread."""
        spec = self._spec
        if spec is None or self._stopped:
            return
        outstanding, pending, ahead = self._outstanding, self._pending, self._ahead
        window, workers = self._window, spec.options.workers
        try:
            while len(outstanding) < window and POOL.has_room:
                item = next(ahead, END)
                if item is END:
                    return
                if not self._admits(item, spec):
                    self._stopped = True
                    return
                task = self._early(item, spec)
                if schedule.hook is not None:
                    schedule.tell(schedule.ISSUE, pending, task.number)
                own = contextvars.copy_context() if context is None else context.copy()
                # In this order: whatever comes in between, a task that a worker may have is known.
                outstanding.append(task)
                task.issue(pending, own, self._held)
                self._tally.started += 1
                POOL.submit(pending, workers)
        except Exception as error:
            # A dict that changed size under the peeker (the loop itself will say so), or a fault of ours.
            self._stopped = True
            if is_of_the_program(error):
                raise

    def _arm(self) -> None:
        self._mutex = RLock()
        self._context = contextvars.copy_context()
        spec = self._spec
        assert spec is not None
        HEDGE.arm(self, int(spec.options.hedge_us * 1000))

    def hedge(self, now: int) -> int:
        """On the hedge's thread: starts the next items if the present one has been waiting for long."""
        spec, probe, context = self._spec, self._probe, self._context
        if spec is None or probe is None or self._issuing or self._stopped or context is None:
            return 0
        limit = int(spec.options.hedge_us * 1000)
        if probe.stuck_for(now) < limit:
            self._asked += 1
            return limit << self._asked if self._asked < _ASK_AGAIN else 0
        with self._mutex:
            if self._spec is not None and not self._issuing and not self._stopped and self._number:
                self._issuing = True
                self._issue(context)
        return 0

    # -- ending -------------------------------------------------------------------------------------------

    def _judge(self, probe: Probe) -> None:
        probe.next_item()
        finding = probe.finding()
        if finding is Finding.CHEAP and self._issuing:
            # The first items may be the short ones: ask those that are on their way, too.
            finding = self._ask_around(probe)
        self._conclude(finding)

    def _ask_around(self, probe: Probe) -> Finding:
        running = -len(self._pending)
        for task in self._outstanding:
            if task.done:
                probe.add(task.elapsed, 0)
            else:
                running += 1
        finding = probe.finding()
        return Finding.UNDECIDED if finding is Finding.CHEAP and running > 0 else finding

    def _conclude(self, finding: Finding) -> None:
        if finding is Finding.UNDECIDED:
            return
        self._probe = None
        if finding is Finding.PAYS:
            self._issuing = True
            self._owner.paid()
        else:
            self._take_back()
            self._owner.unpaid(finding)

    def _take_back(self) -> None:
        """Starts nothing more. What no worker has claimed is cancelled; the rest is consumed as planned."""
        self._stopped = True
        outstanding, pending = self._outstanding, self._pending
        while outstanding:
            try:
                task = pending.pop()
            except IndexError:
                return
            if outstanding[-1] is not task:
                task.issued = False  # type: ignore[attr-defined]
                continue
            outstanding.pop().drop()

    def _retire(self, task: Task) -> None:
        tally = self._tally
        if task.done:
            tally.ahead += 1
            tally.work_ns += task.elapsed
            tally.waited_ns += task.waited
            if self._probe is not None:
                self._probe.add(task.elapsed, 0)
            task.drop()
        elif task.issued:
            self._discard(task)
        else:
            tally.in_place += 1
            task.drop()

    def _discard(self, task: Task) -> None:
        self._tally.discarded += 1
        task.cancel()

    def _discard_all(self) -> None:
        while self._outstanding:
            self._discard(self._outstanding.popleft())
        self._unclaim()

    def _unclaim(self) -> None:
        """No worker shall start anything more. A task that was released is left to run in place."""
        pending = self._pending
        while pending:
            try:
                task: Any = pending.pop()
            except IndexError:
                return
            task.issued = False

    def _finish(self) -> None:
        self._unclaim()
        mutex = self._mutex
        if mutex is not None and self._epoch == POOL.epoch:
            with mutex:
                self._end()
        else:
            self._end()

    def _end(self) -> None:
        self._stopped = True
        if self._spec is None:
            return
        self._spec = self._context = self._held = None
        if self._current is not None:
            self._retire(self._current)
            self._current = None
        self._discard_all()
        self._ahead = iter(())
        if not self._over:
            self._live = ()
        self._box.clear()
        self._tally.wall_ns = perf_counter_ns() - self._began
        probe, self._probe = self._probe, None
        if probe is not None and self._over:
            finding = probe.finding(ended=True)
            if finding is Finding.PAYS:
                self._owner.paid()
            elif finding is not Finding.UNDECIDED:
                self._owner.unpaid(finding)
        self._owner.account(self._tally)
        if schedule.hook is not None:
            schedule.tell(schedule.CLOSE, self._pending, -1)
