"""The guided recorder: a function runs in place, and the calls that a graph foretold are there already.

Guarantees:

- Every step of the function happens in place, in order, on the caller's thread, but for foretold calls. Such
  a call started early only if the verifier says that nobody can tell (`verifier.single`), on the objects
  that it would have then; and its outcome is used only where the program comes to that very call with that
  callee and those arguments, and nothing that it read has been changed since it started. Else it is dropped,
  and the call is made in place. So no outcome of a wrong prediction is ever seen.
- A step of which nothing is known drops whatever is under way.
- Where the program takes another way than the graph, the rest of the run is plain Python.
- When the run ends, in whatever way, nothing further starts.
- Nothing lives longer for it where somebody could notice: what a call gave is kept for later ones only if
  nobody can see it end, and a call that was started with something that ends here is dropped before it does.

Assumes: as `runtime.task` does; the plan's graph was recorded from this function.
"""

from __future__ import annotations

import contextvars
import sys
import weakref
from _thread import allocate_lock
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import repeat
from queue import Empty, SimpleQueue
from time import monotonic
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final, final

from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.native import use_own
from xcs_ast.runtime.hazards import Hazards
from xcs_ast.runtime.matching import Match
from xcs_ast.runtime.plan import Plan
from xcs_ast.runtime.pool import POOL, Work
from xcs_ast.runtime.prediction import CannotTell, NotYet, Prediction
from xcs_ast.runtime.unwinding import outside, raise_in_place
from xcs_ast.tracer.finalizers import is_noticed, is_weak, noticeable
from xcs_ast.tracer.observing_base import frame_of_clone
from xcs_ast.tracer.observing_effects import SCALARS, Memo, Touch
from xcs_ast.tracer.observing_hooks import WatchingRecorder
from xcs_ast.tracer.positions import position_of
from xcs_ast.tracer.stepping import Stepwise, thunk
from xcs_ast.verifier.single import Judge, Watch

use_own(globals())

__all__ = ["GuidedRecorder"]

_LOOK: Final = 256
"""So many foretold calls are looked at when there is room for another."""
_PATIENCE: Final = 60.0
"""So many seconds a call that is dropped is waited for: it may wait for a step that comes later."""
_NOTHING_READ: Final = Watch({}, frozenset(), ())


@final
class _Early:
    """A call that was started before its place."""

    __slots__ = ("_claim", "_context", "_done", "args", "callee", "done", "epoch", "error", "kwargs", "lane",
                 "made", "op", "unwanted", "value", "void", "watch")  # fmt: skip

    def __init__(
        self,
        op: Operation,
        call: tuple[Any, tuple[Any, ...], dict[str, Any]],
        watch: Watch,
        made: frozenset[int],
        done: SimpleQueue[Any],
    ) -> None:
        self.op = op
        self.made = made
        self.callee, self.args, self.kwargs = call
        self.watch = watch
        self.error: BaseException | None = None
        self.value: Any = None
        self.done = False
        self.void = False
        self.unwanted = False
        self.epoch = POOL.epoch
        self.lane: object = None
        self._claim = allocate_lock()
        self._done = done
        self._context = contextvars.copy_context()

    def claim(self) -> bool:
        """Whoever gets `True` runs it, or sees to it that nobody does."""
        return self._claim.acquire(blocking=False)

    def give_up(self) -> bool:
        """It is not needed, and nobody is to begin it any more; `False`: somebody has."""
        started = not self.claim()
        self.unwanted = True
        if self.done or not started:
            self.let_go()
        return not started

    def let_go(self) -> None:
        """Nothing of the program's is kept: what a thread still holds of the call may live on for a while."""
        self.callee, self.args, self.kwargs = None, (), {}
        self.watch, self.value, self.error = _NOTHING_READ, None, None
        self._context = contextvars.Context()

    def noticeable(self) -> Iterator[tuple[object, str]]:
        """What it holds whose end somebody could notice."""
        callee = self.callee
        receiver = callee.__self__ if type(callee) is MethodType else callee
        held = (receiver, self.args, tuple(self.kwargs.values()), self.value)
        return noticeable(held, asked=True)

    def execute(self) -> None:
        """On a worker."""
        if not self.claim():
            return
        try:
            self.value = self._context.run(self.callee, *self.args, **self.kwargs)
        except (RecursionError, MemoryError):
            self.void = True  # a worker's stack says nothing about the caller's
        except BaseException as error:
            self.error = outside(error, __file__)
        self.done = True
        if self.unwanted:
            self.let_go()

    def publish(self) -> None:
        """Wakes the consumer."""
        self._done.put(None)


class GuidedRecorder(WatchingRecorder):
    """Runs in place what was not foretold, and takes what was."""

    def __init__(
        self, plan: Plan, function: FunctionType, arguments: Mapping[str, object], judge: Judge, memo: Memo,
        width: int,
    ) -> None:  # fmt: skip
        super().__init__(memo)
        self.plan = plan
        self.lost = ""
        """Why the rest of the run is plain; empty while it follows the graph."""
        self.taken = 0
        self.dropped = 0
        self._prediction = Prediction(plan, arguments, function.__closure__ or ())
        self._hazards = Hazards()
        self._hazards.given(arguments.values())
        self._hazards.runs(function.__code__)
        self._judge = judge
        self._width = width
        self._next = 0
        self._waiting: list[Operation] = list(plan.children.get(None, ()))
        self._early: dict[str, _Early] = {}
        self._keeps = False
        """Whether objects that calls gave are remembered."""
        self._completed: SimpleQueue[None] = SimpleQueue()

    # -------------------------------------------------------------------------------------- starting early

    def start(self) -> None:
        """Before the function begins."""
        self._pump(0)

    def _pump(self, here: int) -> None:
        """Starts what may start when all operations before place `here` have happened."""
        for early in self._early.values():
            if early.done and early.error is None and not early.void:
                self._prediction.known[early.op.outputs[0].id] = early.value
        at = 0
        looked = 0
        while at < len(self._waiting) and looked < _LOOK and self._under_way() < self._width:
            op = self._waiting[at]
            looked += 1
            if self.plan.place[op.id] < here:
                del self._waiting[at]
            else:
                at += self._try(op, at, self._released(op, here))

    def _released(self, op: Operation, here: int) -> bool:
        """Whether all that must come before it has come, and each test that decides about it is decided."""
        return self.plan.release(op) < here and all(
            self.plan.place[test.id] < here or self._prediction.decided(test) for test in self.plan.tests(op)
        )

    def _under_way(self) -> int:
        return sum(not early.done for early in self._early.values())

    def _try(self, op: Operation, at: int, released: bool) -> int:
        """Starts a call if that may be done; how far to go on in the list of those that wait."""
        if not released and not self.plan.changes(op):
            return 1
        try:
            call = self._prediction.call(op)
        except NotYet:
            return 1
        except CannotTell:
            return self._inside(op, at)
        if op.id in self.plan.holding and self._prediction.made:
            return self._inside(op, at)
        verdict = self._judge.judge(*call)
        if not verdict.proven or verdict.watch is None or not op.outputs:
            return self._inside(op, at)
        if self._hazards.threaten(verdict.watch):
            del self._waiting[at]
            return 0
        if not released:
            return 1
        if verdict.blocking is Blocking.NEVER:
            del self._waiting[at]
            return 0
        del self._waiting[at]
        early = _Early(op, call, verdict.watch, self._prediction.made, self._completed)
        self._early[op.id] = early
        pending: deque[Work] = deque([early])
        early.lane = POOL.submit(pending, self._width)
        return 0

    def _inside(self, op: Operation, at: int) -> int:
        """The call itself cannot start early; perhaps some of those that it makes can."""
        self._waiting[at : at + 1] = self.plan.children.get(op.id, ())
        return 0

    # ------------------------------------------------------------------------------- what happens in place

    def before(
        self, kind: OpType, name: str, inputs: tuple[Any, ...], touches: list[Touch], **meta: Any
    ) -> Any:
        """A step in place: what it changes must not have been read already."""
        if kind is OpType.SIDE_EFFECT and touches and name == "with":
            self.lose("a `with` statement has effects")  # its end has, too, and is not told
            return None
        step = self._hazards.step(kind, inputs, touches, meta.get("how"))
        if self._early and touches:
            self._check(touches)
        self._finalize()
        if self._hazards.ending:
            self._let_end(self._hazards.ending)
        elif self._keeps and (any(map(is_weak, inputs)) or _gives_away(kind, inputs)):
            self._forget_objects()
        return step

    def after(self, step: Any, value: Any) -> None:
        """What a step in place gave: who else may refer to it, and what its end would do."""
        if step is not None and not self.lost:
            self._hazards.gave(step, value)
            self._finalize()
            if self._keeps and (is_weak(value) or self._is_referred()):
                self._forget_objects()

    def entering(self, step: Any, clone: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A function that the program calls has variables of its own."""
        self._hazards.runs(clone.__code__)
        return None

    def made(self, f: FunctionType, /) -> FunctionType:
        """A nested function, just made: it keeps its defaults."""
        self._hazards.keep((f.__defaults__, f.__kwdefaults__))
        return f

    def _finalize(self) -> None:
        """What a finalizer would do, it may do at any time from now on."""
        if self._hazards.news:
            self._hazards.news = False
            for id, early in list(self._early.items()):
                if self._hazards.threaten(early.watch):
                    self._drop(id)

    def quiet(self, touches: list[Touch], found: Any = None) -> None:
        """A look-up in place."""
        if self._early and touches:
            self._check(touches)

    def _check(self, touches: list[Touch]) -> None:
        for id, early in list(self._early.items()):
            if any(early.watch.minds(*touch) for touch in touches):
                self._drop(id)

    def _drop(self, id: str) -> bool:
        """Whether a thread has begun it."""
        early = self._early.pop(id)
        self._prediction.known.pop(early.op.outputs[0].id, None)
        begun = not early.give_up()
        self.dropped += begun
        return begun

    # ------------------------------------------------------------------------------------------- lifetimes

    def _remember(self, op: Operation, value: Any) -> None:
        """What a call gave: later ones are foretold from it."""
        known, name = self._prediction.known, op.outputs[0].id
        if self._waiting and (type(value) in SCALARS or not is_noticed(value)):
            known[name] = value
            self._keeps = self._keeps or type(value) not in SCALARS
        else:
            known.pop(name, None)

    def _forget_objects(self) -> None:
        """Somebody may see them end from here on."""
        self._keeps = False
        known = self._prediction.known
        for name in [name for name, value in known.items() if type(value) not in SCALARS]:
            del known[name]

    def _is_referred(self) -> bool:
        """Whether a step that was not followed made weak references to what is remembered."""
        known = self._prediction.known.values()
        return any(weakref.getweakrefcount(each) and is_noticed(each) for each in known)

    def _let_end(self, ending: set[int]) -> None:
        """Before a step that lets go of objects whose end is noticed: no call ahead holds one."""
        self._forget_objects()
        begun = [
            early
            for name, early in list(self._early.items())
            if any(id(obj) in ending for obj, _ in early.noticeable()) and self._drop(name)
        ]
        ending.clear()
        until = monotonic() + _PATIENCE
        for early in begun:
            while not early.done and early.epoch == POOL.epoch and monotonic() < until:
                try:
                    self._completed.get(timeout=max(0.0, until - monotonic()))
                except Empty:
                    return
            if early.done:
                early.let_go()

    def lose(self, why: str) -> None:
        """From here on the run is plain Python."""
        if not self.lost:
            self.lost = why
        self.finish_run()

    def finish_run(self) -> None:
        """Nothing further starts."""
        self._waiting.clear()
        for id in list(self._early):
            self._drop(id)
        self._prediction.known.clear()
        self.link.switch(Stepwise())  # a generator expression may outlive the run

    def begin_call(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
        """A call: taken if it was foretold, else made in place."""
        if self.lost:
            return thunk(f, args, kwargs)
        number = self._next
        calls = self.plan.calls
        op = calls[number] if number < len(calls) else None
        if op is None or not _stands_at(op):
            self.lose("another way was taken")
            return thunk(f, args, kwargs)
        self._next = number + 1
        self._forget(self.plan.place[op.id])
        self._pump(self.plan.place[op.id])
        early = self._early.pop(op.id, None)
        if early is not None:
            if self._usable(early, f, args, kwargs):
                self._skip(op)
                return repeat(self._take(early, args, kwargs))
            early.give_up()
            self._prediction.known.pop(early.op.outputs[0].id, None)
        del early
        if self.lost:
            return thunk(f, args, kwargs)
        if not self._waiting and not self._early and all(op.seconds < 0.001 for op in calls[number:][:_LOOK]):
            self.link.switch(Stepwise())  # there is nothing left to gain
            return thunk(f, args, kwargs)
        return map(partial(self._made, op), super().begin_call(f, args, kwargs))

    def _made(self, op: Operation, value: Any) -> Any:
        """A call in place has come back."""
        if op.outputs and not self.lost:
            self._remember(op, value)
            self._skip(op)
        return value

    def _skip(self, op: Operation) -> None:
        """Past the calls inside of `op`, which were not made here."""
        calls, end = self.plan.calls, self.plan.ends[op.id]
        while self._next < len(calls) and self.plan.place[calls[self._next].id] <= end:
            self._next += 1

    def _forget(self, here: int) -> None:
        """Drops the values that nothing foretold is made of any more: they may have finalizers."""
        known, last = self._prediction.known, self.plan.last_use
        for id in [id for id in known if not self._waiting or last.get(id, -1) < here]:
            del known[id]

    def _usable(self, early: _Early, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether this is the call that was started, and its outcome is there (after waiting for it)."""
        match = Match(self._hazards.kept, self._hazards.made, early.made)
        if not match.calls((early.callee, early.args, early.kwargs), f, args, kwargs):
            self.dropped += not early.give_up()
            self.lose("a call has other arguments than foretold")
            return False
        if not self._wait(early):
            return False
        # New containers are as good as those that the program made if the outcome does not hold them.
        if match.exact or (
            early.error is None
            and (type(early.value) in SCALARS or match.stays_inside(early.args, early.kwargs))
        ):
            return True
        self.plan.holding.add(early.op.id)
        self.dropped += 1
        return False

    def _wait(self, early: _Early) -> bool:
        """Until it has come back; `False`: it is to be made in place."""
        patient = True
        while not early.done:
            if early.epoch != POOL.epoch:
                return False
            # In place, the call is recorded as well; a thread that is about to begin is done with it earlier.
            if not (patient and _is_about_to_begin(early)) and early.claim():
                early.let_go()
                return False
            try:
                self._completed.get()
            except BaseException:
                early.give_up()  # a signal: nobody will ask for it again
                raise
            patient = False
            self._pump_while_waiting(early)
        return not early.void

    def _pump_while_waiting(self, early: _Early) -> None:
        self._early[early.op.id] = early
        try:
            self._pump(self.plan.place[early.op.id])
        finally:
            self._early.pop(early.op.id, None)

    def _take(self, early: _Early, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.taken += 1
        if early.error is not None:
            error = early.error
            early.let_go()
            try:
                raise_in_place(error)
            finally:
                del error
        value = early.value
        pairs = [
            *zip(early.args, args, strict=True),
            *((early.kwargs[name], v) for name, v in kwargs.items()),
        ]
        for foretold, actual in pairs:
            if foretold is value:
                value = actual  # what gives back its argument gives back the program's
        early.let_go()
        self._remember(early.op, value)
        return value


def _is_about_to_begin(early: _Early) -> bool:
    """Whether some thread is certain to run it, and runs nothing before it. At the end of all, none does."""
    return POOL.is_at_hand(early.lane) and not sys.is_finalizing()


_DRAINS: Final = frozenset(
    {all, any, dict, enumerate, frozenset, len, list, map, max, min, next, set, sorted, sum, tuple, zip}
)
"""Builtins that put nothing of their arguments into an object that was there before."""


def _gives_away(kind: OpType, inputs: tuple[Any, ...]) -> bool:
    """Whether a step may put something whose end is noticed into what is remembered."""
    if kind is OpType.CALL:
        callee = inputs[0]
        if type(callee) in (type, BuiltinFunctionType) and callee in _DRAINS:
            return False
        if type(callee) is BuiltinFunctionType and type(callee.__self__) in (str, bytes):
            return False
        return is_noticed(inputs[1:])
    return (kind is OpType.STORE or kind is OpType.SIDE_EFFECT) and is_noticed(inputs)


def _stands_at(op: Operation) -> bool:
    """Whether the call that is being made stands where `op` stood."""
    frame = frame_of_clone()
    if frame is None:
        return op.span is None
    place = position_of(frame)
    span = op.span
    if place is None or span is None:
        return place is None and span is None
    return place == ((span.line, span.column), (span.end_line, span.end_column)) and (
        frame.f_code.co_filename == span.filename
    )
