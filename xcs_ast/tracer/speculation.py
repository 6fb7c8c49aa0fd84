"""Speculations: one slice run ahead as a transaction, and what its consumer then does with it.

Guarantees:

- `run` never raises and changes nothing shared: what the slice does to shared state, and what it prints,
  logs or writes, waits in its log. `ready` says whether all that it read is still so; `commit` carries the
  log out up to a hand-over, on the consumer's thread. Without a commit the slice has had no effect but
  unordered external calls (`external_calls` counts them).
- A speculation that cannot go on is "abandoned": the consumer runs the slice in place, as it is.

Assumes: `run` is called once, on the worker; all other methods by the consumer, after `run` has returned
(`doom` and `valid_so_far` at any time).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, NamedTuple, final

from xcs_ast.tracer.clones import Refusal, clone_of, is_slice
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import Abandon, Stop
from xcs_ast.tracer.speculative import SpeculativeRecorder
from xcs_ast.tracer.transaction import Transaction

__all__ = ["FAILED", "HandOver", "Speculation"]


@final
class _Failed:
    """The type of `FAILED`."""

    def __repr__(self) -> str:
        return "FAILED"


FAILED: Final = _Failed()
"""What `commit` returns where the slice raised: the runtime raises `Speculation.error` (`raise_in_place`)."""


class HandOver(NamedTuple):
    """A value for the body, and how much of the log belongs before it."""

    number: int | None
    value: Any
    mark: int


@final
class Speculation:
    """One slice, bound to one item, run ahead through a speculative recorder.

    How the runtime drives it, at the place of hand-over `number` (`None`: the next one)::

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
        "_generator",
        "_item",
        "_link",
        "_numbered",
        "_recorder",
        "_slice",
        "_staged",
        "_transaction",
        "committed",
        "error",
        "external_calls",
        "hand_overs",
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
        parent: Transaction | None = None,
    ) -> None:
        self._slice: Callable[..., Any] | None = slice
        self._item = item
        self._staged = staged
        self._numbered = numbered
        self._transaction = Transaction(parent)
        self._recorder = SpeculativeRecorder(self._transaction)
        self._link = self._recorder.link
        self._generator: Any = None
        self._dropped = False
        self.state: str = "new"
        """"new", "running", "done", "abandoned", "parked", or "dropped"."""
        self.hand_overs: list[HandOver] = []
        self.error: BaseException | None = None
        """What the slice raised after the last hand-over; still with the traceback as it was raised."""
        self.reason: str = ""
        """Why it was abandoned (or parked)."""
        self.committed: int = 0
        """How many hand-overs have been committed."""
        self.external_calls: int = 0

    @property
    def transaction(self) -> Transaction:
        """What was read and held back: for the verifier, and as the parent of nested ones."""
        return self._transaction

    def functions(self) -> list[FunctionType]:
        """The functions that the task ran as clones."""
        return self._link.functions()

    # ------------------------------------------------------------------------------------------- the worker

    def run(self) -> None:
        """On the worker: the slice as far as it can go ahead. Never raises."""
        slice = self._slice
        if slice is None or self.state != "new":
            return
        self.state = "running"
        recorder = self._recorder
        clone: Any = None
        try:
            clone = clone_of(slice, self._link) if type(slice) is FunctionType else Refusal("no function")
            if isinstance(clone, Refusal):
                self._give_up(clone.reason)
            else:
                self._run_clone(slice, clone)
        except (Abandon, Stop) as end:
            self._give_up(end.reason)
        except (RecursionError, MemoryError):
            self._give_up("exhausts the stack or the memory")
        except BaseException as error:
            self.error = self._outside(error, clone)
            if _is_doubtful(error):
                self._give_up(f"raises {type(error).__name__} inside of an operation")
        if self.state == "running":
            self._finish()
        recorder.unpin()
        del clone, slice, recorder
        if self._dropped:
            self._release()

    def _run_clone(self, slice: Callable[..., Any], clone: Any) -> None:
        if is_slice(slice.__code__):
            self._recorder.slice_codes.add(id(clone.__code__))
        self._transaction.enter(slice)  # type: ignore[arg-type]
        if self._staged:
            self._run_staged(clone)
        else:
            self.hand_overs.append(HandOver(0, clone(self._item), 0))

    def _run_staged(self, clone: Any) -> None:
        generator = clone(self._item)
        transaction = self._transaction
        for got in generator:
            number, value = got if self._numbered else (None, got)
            # From here on the body has the value, and may do anything to it; and what the rest of the slice
            # has seen might not hold by then. So the rest runs in place.
            reason = self._recorder.leaks((value,), suspended=generator)
            if not reason and transaction.live_iterators():
                reason = "hands a value over while it iterates over a shared container"
            if reason:
                self._give_up(reason)
                return
            transaction.publish(value)
            self.hand_overs.append(HandOver(number, value, transaction.mark()))
            self._generator = generator
            return

    def _finish(self) -> None:
        recorder = self._recorder
        self.external_calls = self._transaction.external_calls
        if recorder.reason or self._transaction.doomed:
            # The slice went on in spite of it.
            self._give_up(recorder.reason or "discarded")
            return
        if self._generator is None:
            roots = [each.value for each in self.hand_overs]
            reason = recorder.leaks(roots)
            if reason:
                self._give_up(reason)
                return
        self.state = "done"

    def _give_up(self, reason: str) -> None:
        self.external_calls = self._transaction.external_calls
        self._transaction.doom()
        self.hand_overs.clear()
        self.error = None
        generator, self._generator = self._generator, None
        if generator is not None:
            self._recorder.pinned.append(generator)
        self.reason = reason
        self.state = "abandoned"

    def _outside(self, error: BaseException, clone: Any) -> BaseException:
        """The error as the slice raised it, without our entries and the conversion of `StopIteration`."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        cause = error.__cause__
        if (
            type(error) is RuntimeError
            and isinstance(cause, StopIteration)
            and error.args == ("generator raised StopIteration",)
            and cause.__traceback__ is not None
            and cause.__traceback__.tb_frame.f_code is getattr(clone, "__code__", None)
        ):
            return cause
        error.__traceback__ = trace
        return error

    # ----------------------------------------------------------------------------------------- the consumer

    def valid_so_far(self) -> bool:
        """On the consumer, while the worker still runs: `False` only if the speculation can't come true."""
        try:
            return self._transaction.validate()
        except Exception:
            # The worker is changing what is looked at.
            return True

    def ready(self, number: int | None = None) -> bool:
        """Whether the outcome up to that hand-over is there, and everything that was read is still so."""
        if self.state != "done":
            return False
        index = self._find(number)
        if index is None and self._generator is not None:
            return False
        if index is None and self.error is None:
            return False
        return self._transaction.validate(self._upto(index))

    def _find(self, number: int | None) -> int | None:
        left = self.hand_overs[self.committed :]
        for offset, each in enumerate(left):
            if number is None or not self._numbered or each.number == number:
                return self.committed + offset
        return None

    def _upto(self, index: int | None) -> int | None:
        # The last hand-over takes with it what the slice did afterwards, if it has ended.
        if index is None or (
            index == len(self.hand_overs) - 1 and self._generator is None and self.error is None
        ):
            return None
        return self.hand_overs[index].mark

    def commit(self, number: int | None = None) -> Any:
        """Carries out the log up to that hand-over; its value, or `FAILED`. Only after `ready`."""
        index = self._find(number)
        upto = self._upto(index)
        self.committed = len(self.hand_overs) if index is None else index + 1
        self._transaction.replay(upto)
        return FAILED if index is None else self.hand_overs[index].value

    def resume(self, number: int | None = None) -> Any:
        """Goes on in place after a commit, where `ready` says no: the value of the hand-over."""
        generator = self._generator
        if generator is None:
            raise RuntimeError("xcs_ast: the slice ended before a hand-over that its region asks for")
        self._link.switch(_PLAIN)
        code = generator.gi_code
        while True:
            try:
                got: Any = next(generator, FAILED)
            except RuntimeError as error:
                self._generator = None
                cause = error.__cause__
                trace = cause.__traceback__ if isinstance(cause, StopIteration) else None
                if error.__context__ is not cause or trace is None or trace.tb_frame.f_code is not code:
                    raise
                stop = cause
            except BaseException:
                self._generator = None
                raise
            else:
                if got is FAILED:
                    self._generator = None
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
        self._transaction.doom()

    def drop(self) -> None:
        """Nobody wants anything of it any more: lets go of everything."""
        self._transaction.doom()
        self._dropped = True
        if self.state != "running":
            self._release()

    def _release(self) -> None:
        self._slice = None
        self._item = None
        self.error = None
        self.hand_overs.clear()
        if self.committed and self._generator is not None:
            # What is left of a slice that has begun to count runs plainly.
            self._link.switch(_PLAIN)
        self._generator = None
        self._link.close()
        self._recorder.release()
        # Finalizers of what the task left behind still go through the recorder: silently, for nobody.
        self._transaction.doomed = False
        self._transaction = Transaction()
        self._transaction.doom()
        self._recorder = SpeculativeRecorder(self._transaction)
        self._link = self._recorder.link
        self.state = "dropped"


_PLAIN: Final = Recorder()
_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
_DOUBTFUL: Final = (TypeError, AttributeError, NameError, AssertionError, NotImplementedError, SystemError)
_DIRECT: Final = frozenset(
    ("run_entry", "binary", "unary", "compare", "run_clone", "c_method", "call_back", "do_number")
)
"""Functions of ours whose own line carries the operation out, exactly as it was written."""


def _is_doubtful(error: BaseException) -> bool:
    """Whether it may come of how the recorder does things: in place, the message is Python's own."""
    if not isinstance(error, _DOUBTFUL):
        return False
    trace = error.__traceback__
    if trace is None:
        return True
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return code.co_filename.startswith(_PACKAGE) and code.co_name not in _DIRECT
