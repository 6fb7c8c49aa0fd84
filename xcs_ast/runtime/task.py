"""Tasks: one slice bound to one item, run ahead by a worker or in place by its consumer, never both.

Guarantees:

- A task is claimed once: a worker takes it from the left of its run's `pending`, its consumer removes it from
  there; both are atomic. Whoever does not get it leaves it alone, or waits.
- `take` gives what plain Python would have computed at that place, or raises what it would have raised
  there: the same exception object, with a `__context__` that ends in what the consumer is handling.
- References to the user's objects go when they are not needed: at the claim, at the hand-over, at `drop`.
- A stack or a memory that was exhausted on a worker says nothing about the consumer's: such a task counts
  as not run, and the consumer runs it in place.

Assumes: the slice is PROVEN up to the hand-over where the worker stops (or recorded, see
`runtime.speculation`), so that a task that is dropped, or run a second time after a fork, is not noticed.
`done` is written after the outcome and read before it.
"""

from __future__ import annotations

import contextvars
import sys
from _thread import allocate_lock, get_ident
from collections import deque
from collections.abc import Callable
from sys import _getframe
from time import perf_counter_ns
from types import GeneratorType

from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.runtime import schedule
from xcs_ast.runtime.handled import Holder, holder
from xcs_ast.runtime.peek import END
from xcs_ast.runtime.pool import POOL, Work
from xcs_ast.runtime.unwinding import outside, raise_in_place

from ..typing import TYPE_CHECKING

use_own(globals())

__all__ = ["SingleTask", "StagedTask", "Task", "stack_is_short", "too_deep"]

_VOID: Final = (RecursionError, MemoryError)


_MARGIN: Final = 120
"""Frames that must be left under the recursion limit: in place, a task is a few frames deeper than plain."""
_DEEPEST: Final = 6
_in_place: Final[dict[int, int]] = {}
"""For each thread, how many tasks it is running in place, one inside the other."""


def too_deep() -> bool:
    """Whether so many tasks run in place inside one another that the next region had better be plain.

    Each adds frames that plain Python does not have; a recursive function must not meet the recursion limit
    any earlier for that.
    """
    return bool(_in_place) and _in_place.get(get_ident(), 0) >= _DEEPEST


def stack_is_short() -> bool:
    """Whether the recursion limit is near."""
    try:
        _getframe(max(0, sys.getrecursionlimit() - _MARGIN))
    except ValueError:
        return False
    return True


def _enter_in_place() -> int:
    thread = get_ident()
    _in_place[thread] = _in_place.get(thread, 0) + 1
    return thread


def _leave_in_place(thread: int) -> None:
    depth = _in_place.get(thread, 0) - 1
    if depth > 0:
        _in_place[thread] = depth
    else:
        _in_place.pop(thread, None)


class Task:
    """What both kinds share. `item` is kept until it has been compared and is not needed to run in place."""

    __slots__ = (
        "_context",
        "_epoch",
        "_error",
        "_gate",
        "_holder",
        "_pending",
        "_slice",
        "done",
        "elapsed",
        "issued",
        "item",
        "number",
        "waited",
    )

    single: bool = False
    """Whether there is but one hand-over."""

    def __init__(self, slice: Callable[..., Any] | None, item: object, number: int) -> None:
        self._slice = slice
        self._error: BaseException | None = None
        self._holder: Holder | None = None
        self.item = item
        self.number = number
        self.issued = False
        self.done = False
        self.elapsed = 0
        """Nanoseconds on the worker."""
        self.waited = 0
        """Nanoseconds for which the consumer waited."""

    def issue(
        self, pending: deque[Work], context: contextvars.Context, held: BaseException | None = None
    ) -> None:
        """Makes the task ready for a worker. The caller then tells the pool.

        `held`: what the consumer, whose thread this then is, is handling.
        """
        self._holder = None if held is None else holder(held)
        self._pending = pending
        self._context = context
        self._epoch = POOL.epoch
        self._gate = allocate_lock()
        self._gate.acquire()
        self.issued = True
        pending.append(self)

    def execute(self) -> None:
        """On a worker, after the claim."""
        if schedule.hook is not None and not schedule.allows(self._pending, self.number):
            self.issued = False
            return
        start = perf_counter_ns()
        held, self._holder = self._holder, None
        if held is None:
            self._context.run(self._compute)
        else:
            self._context.run(held.send, self._compute)
            del held
        del self._context
        self.elapsed = perf_counter_ns() - start
        if schedule.hook is not None:
            schedule.tell(schedule.FINISH, self._pending, self.number)

    def publish(self) -> None:
        """On a worker: the outcome is there, or it is certain that there will be none."""
        self.done = self.issued
        if self.done:
            self._slice = None
        self._gate.release()

    def _compute(self) -> None:
        raise NotImplementedError

    def take(self, number: int | None) -> Any:
        """On the consumer: a hand-over, computed now if no worker has it."""
        raise NotImplementedError

    def settle(self) -> bool:
        """On the consumer: whether a worker's outcome is there (waits for it); else it is to run in place."""
        if schedule.hook is not None and self.issued:
            schedule.tell(schedule.TAKE, self._pending, self.number)
        if self.done:
            return True
        if not self.issued:
            return False
        if self._claimed():
            self.issued = False
            return False
        if self._epoch != POOL.epoch:
            # The worker that has it stayed in the parent process.
            self.issued = False
            return False
        return self._wait()

    def _wait(self) -> bool:
        """Until the worker that has claimed it is done: whether there is an outcome."""
        start = perf_counter_ns()
        self._gate.acquire()
        self.waited += perf_counter_ns() - start
        return self.done

    def _claimed(self) -> bool:
        while True:
            try:
                self._pending.remove(self)
                return True
            except ValueError:
                return False
            except IndexError:
                # A worker took another task while `remove` was searching.
                continue

    def forget_item(self) -> None:
        """The item has arrived; it is kept only if the task may yet run in place."""
        if self.done:
            self.item = None

    def drop(self) -> None:
        """Nobody will take anything (more). A worker that runs it finishes for nobody."""
        # In this order: a worker that has claimed the task reads the item first and then the slice.
        self._slice = None
        self.item = None
        self._error = None
        self._holder = None

    def withdraw(self) -> None:
        """On the consumer: no worker shall start it any more; it may yet be taken."""
        if self.issued and not self.done and self._claimed():
            self.issued = False

    def cancel(self) -> None:
        """On the consumer: nobody wants it; a worker that has it already finishes for nobody."""
        if self.issued and not self.done:
            self._claimed()
        self.drop()


@final
class SingleTask(Task):
    """The slice is a function that returns hand-over 0."""

    __slots__ = ("_value",)

    single = True

    def _compute(self) -> None:
        item = self.item
        slice = self._slice
        if slice is None:
            return
        try:
            self._value = slice(item)
        except _VOID:
            self.issued = False
        except BaseException as error:
            self._error = outside(error, __file__)

    def take(self, number: int | None) -> Any:
        """Hand-over 0, computed now if need be."""
        if self.settle():
            self.item = None
            if self._error is not None:
                error, self._error = self._error, None
                try:
                    raise_in_place(error)
                finally:
                    del error
            value = self._value
            del self._value
            return value
        slice, item = self._slice, self.item
        self._slice = self.item = None
        thread = _enter_in_place()
        try:
            return slice(item)  # type: ignore[misc]
        finally:
            _leave_in_place(thread)

    def drop(self) -> None:
        """See `Task.drop`."""
        super().drop()
        if self.done:
            self._value = None


if TYPE_CHECKING:
    _Slice = GeneratorType[Any, None, None]


@final
class StagedTask(Task):
    """The slice is a generator function that hands over several values.

    `resumes[k]` says whether a worker may go on after hand-over k. `numbered`: it yields `(k, value)`.
    """

    __slots__ = ("_numbered", "_resumes", "_running", "_settled", "_values")

    def __init__(
        self,
        slice: Callable[..., Any],
        item: object,
        number: int,
        resumes: tuple[bool, ...],
        numbered: bool,
    ) -> None:
        super().__init__(slice, item, number)
        self._resumes = resumes
        self._numbered = numbered
        self._values: deque[Any] = deque()
        self._running: _Slice | None = None
        self._settled = False

    def _compute(self) -> None:
        item, values, resumes = self.item, self._values, self._resumes
        slice = self._slice
        if slice is None:
            return
        running: _Slice | None = None
        try:
            running = slice(item)
            while running is not None:
                got: Any = next(running, END)
                if got is END:
                    running = None
                    break
                values.append(got)
                if not resumes[got[0] if self._numbered else len(values) - 1]:
                    break
        except _VOID:
            values.clear()
            self.issued = False
            return
        except BaseException as error:
            running = None
            self._error = outside(_unconverted(error, slice), __file__)
        self._running = running

    def take(self, number: int | None) -> Any:
        """Hand-over `number` (`None`: the next one), computed now if need be."""
        values = self._values
        if not self._settled:
            self._settled = True
            if not self.settle():
                slice, item = self._slice, self.item
                self._slice = self.item = None
                values.clear()
                self._running = slice(item)  # type: ignore[misc]
                del slice, item
        self.item = None
        while True:
            if values:
                got = values.popleft()
            elif self._error is not None:
                error, self._error = self._error, None
                try:
                    raise_in_place(error)
                finally:
                    del error
            else:
                got = self._resume()
            if number is None:
                return got
            if not self._numbered or got[0] == number:
                if self._numbered and number == len(self._resumes) - 1:
                    self._running = None
                return got[1] if self._numbered else got

    def _resume(self) -> Any:
        running = self._running
        if running is None:
            raise RuntimeError("xcs_ast: the slice ended before a hand-over that its region asks for")
        code = running.gi_code
        thread = _enter_in_place()
        try:
            got = next(running, END)
        except RuntimeError as error:
            self._running = None
            original = _conversion(error, code)
            if original is None:
                raise
        except BaseException:
            self._running = None
            raise
        else:
            if got is END:
                self._running = None
                return self._resume()
            return got
        finally:
            _leave_in_place(thread)
        try:
            raise_in_place(original)
        finally:
            del original

    def drop(self) -> None:
        """See `Task.drop`."""
        super().drop()
        if not self.issued or self.done:
            # Closing a generator runs what is left of its `finally`, of which a slice has none.
            self._values.clear()
            self._running = None


def _unconverted(error: BaseException, slice: Callable[..., Any]) -> BaseException:
    code = getattr(slice, "__code__", None)
    original = _conversion(error, code) if isinstance(error, RuntimeError) else None
    return error if original is None else original


def _conversion(error: BaseException, code: object) -> StopIteration | None:
    """The `StopIteration` out of a generator with this code which Python turned into `error`; else `None`.

    A `RuntimeError` of the same making out of a generator of the user's has another code outermost.
    """
    cause = error.__cause__
    if type(error) is not RuntimeError or not isinstance(cause, StopIteration):
        return None
    if error.__context__ is not cause or error.args != ("generator raised StopIteration",):
        return None
    trace = cause.__traceback__
    return cause if trace is not None and trace.tb_frame.f_code is code else None
