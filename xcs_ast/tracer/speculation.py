"""Speculations: one slice run ahead as a transaction, and what its consumer then does with it.

Guarantees:

- `run` never raises and changes nothing shared: what the slice does to shared state, and what it prints,
  logs or writes, waits in its log. `ready` says whether all that it read is still so; `commit` carries the
  log out up to a hand-over, on the consumer's thread. Without a commit the slice has had no effect but
  unordered external calls (`external_calls` counts them).
- A speculation that cannot go on is "abandoned": the consumer runs the slice in place, as it is.
- Where a slice has several hand-overs, one that does not come true costs only what follows it: the slice goes
  on in place from the hand-over before.

Assumes: `run` is called once, on the worker; all other methods by the consumer, after `run` has returned
(`doom` and `valid_so_far` at any time).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from os import getpid
from types import FunctionType
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer.handover import Exchange
from xcs_ast.tracer.handover import HandOver as HandsOver
from xcs_ast.tracer.hooks import Direct, Recorder
from xcs_ast.tracer.passes import HandOver, Pass
from xcs_ast.tracer.shield import Shield
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["FAILED", "HandOver", "Speculation"]


@final
class _Failed:
    """The type of `FAILED`."""

    def __repr__(self) -> str:
        return "FAILED"


FAILED: Final = _Failed()
"""What `commit` returns where the slice raised: the runtime raises `Speculation.error` (`raise_in_place`)."""


@final
class Speculation:
    """One slice, bound to one item, run ahead through a speculative recorder.

    `resumes[k]` says whether the slice may go on ahead after its hand-over k. How the runtime drives it, at
    the place of hand-over `number` (`None`: the next one)::

        if s.ready(number):
            value = s.commit(number)
            if value is FAILED: raise_in_place(s.error)
        elif not s.committed:
            s.drop(); <run the slice in place from the start>
        else:
            value = s.resume(number)        # raises what the slice raises
    """

    __slots__ = (
        "_dropped",
        "_exchange",
        "_fallback",
        "_item",
        "_may_wait",
        "_next",
        "_numbered",
        "_on_park",
        "_on_wake",
        "_parked",
        "_passes",
        "_resumes",
        "_slice",
        "_staged",
        "committed",
        "error",
        "external_calls",
        "reason",
        "state",
    )

    def __init__(
        self,
        slice: Callable[..., Any],
        item: object,
        *,
        staged: bool = False,
        numbered: bool = True,
        resumes: Sequence[bool] = (),
        parent: Transaction | None = None,
    ) -> None:
        self._slice: Callable[..., Any] | None = slice
        self._item = item
        self._staged = staged
        self._numbered = numbered
        self._resumes = resumes
        self._passes = [Pass(parent)]
        """Each goes one hand-over further than the one before. The last one may be running."""
        self._next: tuple[int | None, list[Pass]] = (None, [])
        """What `ready` has found: the hand-over, and the passes that came true so far."""
        self._fallback: Pass | None = None
        """Suspended where the last commit was."""
        self._dropped = False
        self._may_wait: Callable[[], bool] | None = None
        self._on_park: Callable[[], object] | None = None
        self._on_wake: Callable[[], object] | None = None
        self._parked: Pass | None = None
        """Waits for its turn, its worker with it."""
        self._exchange: Exchange | None = None
        self.state: str = "new"
        """"new", "running", "parked", "done", "abandoned", or "dropped"."""
        self.error: BaseException | None = None
        """What the slice raised after the last hand-over; still with the traceback as it was raised."""
        self.reason: str = ""
        """Why it was abandoned."""
        self.committed: int = 0
        """How many hand-overs have been committed."""
        self.external_calls: int = 0

    @property
    def hand_overs(self) -> list[HandOver]:
        """What has been handed over ahead."""
        return self._passes[-1].hand_overs if self._passes else []

    @property
    def transaction(self) -> Transaction:
        """What was read and held back: for the verifier, and as the parent of nested ones."""
        return self._passes[-1].transaction if self._passes else Transaction()

    @property
    def noticed(self) -> bool:
        """Whether it was not valid because what it removes or replaces has a finalizer, or the like."""
        return any(each.transaction.noticed for each in list(self._passes))

    def functions(self) -> list[FunctionType]:
        """The functions that the task ran as clones."""
        return self._passes[-1].link.functions() if self._passes else []

    def let_wait(
        self,
        on_park: Callable[[], object],
        on_wake: Callable[[], object],
        may_wait: Callable[[], bool] | None = None,
    ) -> None:
        """Before `run`: the task may wait for its turn.

        `may_wait` is asked on the worker, and may refuse. Else `on_park` is called there before it waits:
        from then on, the consumer need not wait for the end of `run`. `on_wake` is called afterwards.
        """
        self._on_park, self._on_wake, self._may_wait = on_park, on_wake, may_wait

    # ------------------------------------------------------------------------------------------- the worker

    def run(self) -> None:
        """On the worker: the slice as far as it can go ahead. Never raises."""
        slice = self._slice
        if slice is None or self.state != "new":
            return
        self.state = "running"
        first = last = self._passes[0]
        self._allow_waiting(first)
        first.run(slice, self._item, self._staged, self._numbered, None)
        self.external_calls = first.transaction.external_calls
        while self._may_go_on(last):
            further = Pass(first.transaction.parent, last)
            self._passes.append(further)
            if self._dropped or first.transaction.doomed:
                further.transaction.doom()
            self._allow_waiting(further)
            further.run(slice, self._item, True, self._numbered, last)
            self.external_calls += further.transaction.external_calls
            if further.reason and self._parked is not further:
                self._passes.remove(further)
                further.release()
                break
            last = further
        del slice
        if self._parked is not None:
            # The consumer has had its say already.
            parked, exchange = self._parked, self._exchange
            if parked.reason:
                parked.release()
            assert exchange is not None
            if self._dropped:
                self._release()
            exchange.end()
            return
        if first.reason:
            self.reason = first.reason
            self.state = "abandoned"
        else:
            self.error = last.error
            self.state = "done"
        if self._dropped:
            last.release()
            self._release()

    def _allow_waiting(self, each: Pass) -> None:
        if self._on_park is not None:
            each.transaction.park = partial(self._park, each)

    def _park(self, each: Pass, reason: str) -> Recorder:
        """On the worker, in the middle of the slice: waits until it is the task's turn."""
        assert self._on_park is not None
        assert self._on_wake is not None
        may_wait = self._may_wait
        if self._dropped or each.transaction.doomed or not (may_wait is None or may_wait()):
            each.recorder.wait(reason)
        self.external_calls = sum(one.transaction.external_calls for one in list(self._passes))
        self.reason = reason
        # From here on it is the consumer who ends the wait, and it never looks at the one without the other.
        self._exchange = exchange = Exchange()
        self._parked = each
        if self._dropped or each.transaction.doomed:
            # Meanwhile, by somebody who did not know of it.
            exchange.dismiss()
        self._on_park()
        goes_on = exchange.wait()
        self._on_wake()
        if not goes_on:
            each.transaction.doom()
            each.transaction.check()
        successor = HandsOver(exchange)
        each.recorder.become(successor)
        return successor

    def _may_go_on(self, last: Pass) -> bool:
        going = not (last.reason or last.ended or self._dropped or self._passes[0].transaction.doomed)
        if not (going and last.clear and last.hand_overs):
            return False
        number = last.hand_overs[-1].number
        if number is None:
            number = len(last.hand_overs) - 1
        # Which one it is, not how many there were: a branch that is not taken hands nothing over.
        return number < len(self._resumes) and self._resumes[number]

    # ----------------------------------------------------------------------------------------- the consumer

    def valid_so_far(self) -> bool:
        """On the consumer, while the worker still runs: `False` only if the speculation can't come true."""
        passes = list(self._passes)
        try:
            if len(passes) > 1 and not passes[-1].transaction.validate():
                # The first hand-overs may be good all the same. Nothing will come of this pass.
                passes[-1].transaction.doom()
            return bool(passes) and passes[0].transaction.validate()
        except Exception:
            # The worker is changing what is looked at.
            return True

    def ready(self, number: int | None = None) -> bool:
        """Whether the outcome up to that hand-over is there, and everything that was read is still so."""
        self._next = (None, [])
        parked = self._parked
        if parked is not None and self._passes and self.state == "running":
            self.state = "parked"
        if self.state == "abandoned":
            for each in self._passes:
                each.transaction.notice_ends()  # in place, the slice will do it
        if self.state not in ("done", "parked") or not self._passes:
            return False
        last = self._passes[-1]
        index = last.find(number if self._numbered else None, self.committed)
        if index is None:
            return self._can_serve(last) if last is parked else self._failed(last)
        holding = [each for each in self._passes if len(each.hand_overs) > index]
        good = [each for each in holding if each.transaction.validate(each.upto(index))]
        if not any(each.upto(index) is None or _stands_at(each, index) for each in good):
            # Should what comes next not come true, there would be nothing to go on with.
            return False
        self._next = (index, good)
        return True

    def _can_serve(self, parked: Pass) -> bool:
        exchange = self._exchange
        assert exchange is not None
        if parked.served or exchange.process != getpid() or not parked.transaction.validate():
            return False
        self._next = (None, [parked])
        return True

    def _failed(self, last: Pass) -> bool:
        """Whether the slice has raised, and that counts."""
        if last.error is None or (last is not self._passes[0] and not last.transaction.external_calls):
            # Where nothing was called outside, it is raised in place, as plain Python raises it.
            return False
        if not last.transaction.validate():
            return False
        self._next = (None, [last])
        return True

    def commit(self, number: int | None = None) -> Any:
        """Carries out the log up to that hand-over; its value, or `FAILED`. Only after `ready`."""
        index, good = self._next
        chosen = good[-1]
        if index is None and chosen is self._parked:
            return self._serve(chosen)
        value = FAILED if index is None else chosen.hand_overs[index].value
        self.committed = len(chosen.hand_overs) if index is None else index + 1
        unused = [each for each in self._passes if each not in good]
        self._passes, self._next = good, (None, [])
        self._fallback = None
        for each in good:
            if index is not None and _stands_at(each, index):
                self._fallback = each
            if each is not chosen:
                each.transaction.settle(each.upto(index))
        shield = Shield()
        try:
            chosen.transaction.replay(chosen.upto(index))
        finally:
            shield.lift()
        for each in good:
            each.give_away(self.committed, self._parked is None)
        self._let_all_go(unused)
        return value

    def _serve(self, parked: Pass) -> Any:
        """It is the turn of a task that waits for it: goes on with it up to its next hand-over."""
        exchange = self._exchange
        assert exchange is not None
        unused, self._passes = [each for each in self._passes if each is not parked], [parked]
        self._next, self._fallback = (None, []), None
        for each in unused:
            each.release()
        start = len(parked.hand_overs)
        self.committed = start + 1
        shield = Shield()
        try:
            parked.transaction.replay()
            parked.transaction.hand_over()
        except BaseException:
            shield.lift()
            raise
        try:
            # What was held back so far is raised in the task, which is in the middle of something.
            exchange.serve(shield.lift)
        finally:
            self._parked = None
            self.state = "done"
        self.error = parked.error
        if len(parked.hand_overs) == start:
            return FAILED
        if parked.generator is not None:
            self._fallback = parked
        value = parked.hand_overs[start].value
        parked.give_away(start + 1, True)
        return value

    def _let_go(self, each: Pass) -> None:
        """Nobody wants this pass any more."""
        if each is not self._parked:
            each.release()
            return
        # Its worker releases it.
        each.transaction.doom()
        if self._exchange is not None:
            self._exchange.dismiss()
        if self.state == "parked":
            self.state = "done"

    def _let_all_go(self, unused: list[Pass]) -> None:
        """The same of these, on the consumer; and what a worker holds of them is given up."""
        for each in unused:
            self._let_go(each)
        if self._parked in unused:
            self.rest()

    def resume(self, number: int | None = None) -> Any:
        """Goes on in place after a commit, where `ready` says no: the value of the hand-over."""
        fallback = self._fallback
        generator = None if fallback is None else fallback.generator
        if fallback is None or generator is None:
            raise RuntimeError("xcs_ast: the slice ended before a hand-over that its region asks for")
        passes, self._passes = self._passes, []
        self.error = None
        self._let_all_go([each for each in passes if each is not fallback])
        del passes
        fallback.link.switch(_PLAIN)
        code = generator.gi_code
        while True:
            try:
                got: Any = next(generator, FAILED)
            except RuntimeError as error:
                fallback.generator = None
                cause = error.__cause__
                trace = cause.__traceback__ if isinstance(cause, StopIteration) else None
                if error.__context__ is not cause or trace is None or trace.tb_frame.f_code is not code:
                    raise
                stop = cause
            except BaseException:
                fallback.generator = None
                raise
            else:
                if got is FAILED:
                    fallback.generator = None
                    raise RuntimeError("xcs_ast: the slice ended before a hand-over that its region asks for")
                if number is None or not self._numbered:
                    return got[1] if self._numbered else got
                if got[0] == number:
                    return got[1]
                continue
            assert stop is not None
            raise stop

    def doom(self) -> None:
        """The worker, if it still runs, shall stop as soon as it can; nothing will be committed."""
        for each in list(self._passes):
            each.transaction.doom()
        exchange = self._exchange
        if exchange is not None:
            exchange.dismiss()

    def drop(self) -> None:
        """Nobody wants anything of it any more: lets go of everything."""
        self._dropped = True
        self.doom()
        if self.state != "running" or self._parked is not None:
            self._release()

    def rest(self) -> None:
        """After `drop`: until a worker that waited for its turn has let go of everything, too."""
        if self._exchange is not None:
            self._exchange.rest()

    def _release(self) -> None:
        self._slice = None
        self._item = None
        self.error = None
        passes, self._passes = self._passes, []
        fallback, self._fallback = self._fallback, None
        if fallback is not None:
            # What is left of a slice that has begun to count runs plainly.
            fallback.link.switch(_PLAIN)
            fallback.release()
        for each in passes:
            if each is not fallback:
                self._let_go(each)
        self._next = (None, [])
        self.state = "dropped"


def _stands_at(each: Pass, index: int) -> bool:
    """Whether a pass is suspended at that hand-over."""
    return each.generator is not None and len(each.hand_overs) == index + 1


_PLAIN: Final = Direct()
