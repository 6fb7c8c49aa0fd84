"""Passes: one slice, run once as a transaction, up to one of its hand-overs or to its end.

A slice with several hand-overs is run in several passes. Each begins anew, is given the answers of external
calls that the one before got, and goes one hand-over further. The earlier pass stays suspended where it is:
should what follows not come true, it goes on from there, in place.

Guarantees: a pass has had no effect but the external calls that it counts. Two passes of one task have handed
over the same values, and hold the same changes back.
Assumes: what a pass has read is validated before anything of it counts.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType, GeneratorType, MethodType
from typing import Any, Final, NamedTuple, final

from xcs_ast.native import intact, use_own
from xcs_ast.tracer.clones import Link, Refusal, clone_of, is_slice
from xcs_ast.tracer.kinds import SCALARS, Abandon, Ending, Stop, Unsure, is_immutable, same
from xcs_ast.tracer.speculative import ENDS_LATE, SpeculativeRecorder
from xcs_ast.tracer.transaction import Segment, Transaction

use_own(globals())

__all__ = ["HandOver", "Pass"]

_PARTS: Final = (tuple, list, dict)
_DEEPEST: Final = 20


class HandOver(NamedTuple):
    """A value for the body, and how much of the log belongs before it."""

    number: int | None
    value: Any
    mark: int


@final
class Pass:
    """One run of the clone of a slice."""

    __slots__ = (
        "clear",
        "ended",
        "error",
        "generator",
        "hand_overs",
        "link",
        "reason",
        "recorder",
        "transaction",
    )

    def __init__(self, parent: Transaction | None, before: Pass | None = None) -> None:
        self.transaction = Transaction(parent)
        self.recorder = SpeculativeRecorder(self.transaction)
        self.link: Link = self.recorder.link
        self.generator: Any = None
        """Suspended at the last hand-over."""
        self.hand_overs: list[HandOver] = []
        self.error: BaseException | None = None
        """What the slice raised after the last hand-over; still with the traceback as it was raised."""
        self.ended = False
        """Whether the slice has come to its end (or raised)."""
        self.clear = False
        """Whether a further pass may go on after the last hand-over."""
        self.reason = ""
        """Why the pass counts for nothing."""
        if before is not None:
            self.transaction.script = before.transaction.answers
            self.transaction.rehearsing = True
            if before.transaction.traced:
                self.transaction.trace()

    # ------------------------------------------------------------------------------------------- the worker

    def run(
        self, slice: Callable[..., Any], item: object, staged: bool, numbered: bool, like: Pass | None
    ) -> None:
        """As far as one hand-over beyond `like`. Never raises."""
        clone: Any = None
        try:
            clone = clone_of(slice, self.link) if type(slice) is FunctionType else Refusal("no function")
            if isinstance(clone, Refusal):
                self.lose(clone.reason)
            else:
                if is_slice(slice.__code__):
                    self.recorder.slice_codes.add(id(clone.__code__))
                self.transaction.enter(slice)  # type: ignore[arg-type]
                if staged:
                    self._advance(clone(item), numbered, like)
                else:
                    self.hand_overs.append(HandOver(0, clone(item), 0))
                    self.ended = True
        except (Abandon, Ending, Stop, Unsure) as end:
            self.lose(end.reason)
        except BaseException as error:
            self.error = _outside(error, clone)
            self.ended = True
            if self.served:
                pass
            elif isinstance(error, RecursionError | MemoryError):
                self.lose("exhausts the stack or the memory")
            elif _is_doubtful(error):
                self.lose(f"raises {type(error).__name__} inside of an operation")
            elif like is not None and self.transaction.rehearsing:
                self.lose("is not the same when it is repeated")
        if not self.reason and not self.served:
            self._check()
        self.recorder.unpin()

    @property
    def served(self) -> bool:
        """Whether the consumer has let it go on, in its turn."""
        return self.recorder.successor is not None

    def _advance(self, generator: Any, numbered: bool, like: Pass | None) -> None:
        transaction = self.transaction
        known = () if like is None else like.hand_overs
        for got in generator:
            number, value = got if numbered else (None, got)
            if self.served:
                self.clear = False
                self.hand_overs.append(HandOver(number, value, 0))
                self.generator = generator
                return
            # From here on the body has the value, and may do anything to it.
            reason = self.recorder.leaks((value,), suspended=generator)
            if not reason and transaction.live_iterators():
                reason = "hands a value over while it iterates over a shared container"
            if reason:
                self.recorder.pinned.append(generator)
                self.lose(reason)
                return
            index = len(self.hand_overs)
            if like is not None and index < len(known) and not self._repeats(like, index, number, value):
                self.recorder.pinned.append(generator)
                self.lose("is not the same when it is repeated")
                return
            clear = transaction.repeatable and not self._keeps(generator, value)
            self.clear = transaction.publish(value) and clear
            self.hand_overs.append(HandOver(number, value, transaction.mark()))
            # What the slice has done with is at its end, as it would be plainly.
            if transaction.fresh.prune() or self._has_lost_a_generator(generator, value):
                self.recorder.pinned.append(generator)
                self.lose(ENDS_LATE)
                return
            if index + 1 == len(known):
                if len(transaction.answers) != len(transaction.script):
                    self.recorder.pinned.append(generator)
                    self.lose("is not the same when it is repeated")
                    return
                transaction.rehearsing = False
            elif index >= len(known):
                self.generator = generator
                return
        self.ended = True

    def _repeats(self, like: Pass, index: int, number: int | None, value: object) -> bool:
        """Whether this hand-over, and what is held back up to it, is what the other pass had."""
        other = like.hand_overs[index]
        mine, theirs = self.transaction.segments[index], like.transaction.segments[index]
        return number == other.number and _alike(value, other.value) and _same_log(mine, theirs)

    def _keeps(self, generator: Any, value: object) -> bool:
        """Whether the slice still holds something of its own that others will know after this hand-over.

        Another pass has another one in its place: what is done to the one does not show in the other.
        """
        given = _owned_below(self.transaction, (value, *_stored(self.transaction)))
        if any(
            id(result) in given or self.transaction.owns(result) for _, result in self.transaction.answers
        ):
            return True
        if not given:
            return False
        return not given.isdisjoint(_owned_below(self.transaction, gc.get_referents(generator)))

    def _has_lost_a_generator(self, generator: Any, value: object) -> bool:
        """Whether one is under way that only the recorder holds any more: plainly, it has ended."""
        under_way = [each for each in self.recorder.under_way() if each is not generator]
        if not under_way:
            return False
        held = (value, *_stored(self.transaction), *gc.get_referents(generator))
        seen = _seen_below(self.transaction, held)
        return any(id(each) not in seen for each in under_way)

    def _check(self) -> None:
        recorder = self.recorder
        if not intact():
            # What the clone was made with is not what it should have been.
            self.lose("the program has replaced builtins")
        elif recorder.reason or self.transaction.doomed:
            # The slice went on in spite of it.
            self.lose(recorder.reason or "discarded")
        elif self.ended:
            reason = recorder.leaks([each.value for each in self.hand_overs])
            if reason:
                self.lose(reason)

    def lose(self, reason: str) -> None:
        """What the pass did counts for nothing."""
        self.recorder.pin()  # what is handed over may be, or hold, a generator of the pass
        self.transaction.doom()
        self.hand_overs.clear()
        self.error = None
        generator, self.generator = self.generator, None
        if generator is not None:
            self.recorder.pinned.append(generator)
        self.reason = self.reason or reason or "discarded"

    # ----------------------------------------------------------------------------------------- the consumer

    def find(self, number: int | None, start: int) -> int | None:
        """The index of that hand-over, from `start` on."""
        for index in range(start, len(self.hand_overs)):
            if number is None or self.hand_overs[index].number in (None, number):
                return index
        return None

    def upto(self, index: int | None) -> int | None:
        """How much of the log belongs before a hand-over (`None`: the end of the slice)."""
        # The last hand-over takes with it what the slice did afterwards, if it has ended.
        if index is None or (index == len(self.hand_overs) - 1 and self.ended and self.error is None):
            return None
        return self.hand_overs[index].mark

    def give_away(self, count: int, at_rest: bool) -> None:
        """The body has the first values now, and what was held back up to there is done.

        When all that ends is for the program to say. `at_rest`: no pass of the task will go on.
        """
        for index, each in enumerate(self.hand_overs[:count]):
            self.hand_overs[index] = each._replace(value=None)
        self.transaction.let_go(at_rest)

    def release(self) -> None:
        """Lets go of everything."""
        # Finalizers of what the task left behind still go through the recorder: silently, for nobody.
        self.transaction.doomed = False
        self.transaction.park = None
        if self.link.recorder is self.recorder:
            self.recorder.pin()
            self.recorder.unpin()
        self.error = None
        self.hand_overs = []
        self.generator = None
        self.link.close()
        self.recorder.release()
        self.transaction = Transaction()
        self.transaction.doom()
        self.recorder = SpeculativeRecorder(self.transaction)
        self.link = self.recorder.link


def _stored(transaction: Transaction) -> Iterable[object]:
    for segment in transaction.segments:
        for step in segment.log:
            yield from step[1:]


def _owned_below(transaction: Transaction, roots: Sequence[object]) -> set[int]:
    """The task's own objects, such as can change, that can be reached from there."""
    found: set[int] = set()
    _seen_below(transaction, roots, found)
    return found


def _seen_below(
    transaction: Transaction, roots: Sequence[object], changeable: set[int] | None = None
) -> set[int]:
    """What can be reached from there through what is the task's own.

    `changeable` gets what of that can change.
    """
    seen: set[int] = set()
    stack = list(roots)
    while stack:
        each = stack.pop()
        kind = type(each)
        if kind in SCALARS or id(each) in seen:
            continue
        seen.add(id(each))
        owned = transaction.owns(each)
        if owned and changeable is not None and not is_immutable(each):
            changeable.add(id(each))
        if owned or kind in _PARTS or kind is MethodType or kind is GeneratorType:
            stack += gc.get_referents(each)
    return seen


def _same_log(one: Segment, two: Segment) -> bool:
    return len(one.log) == len(two.log) and all(
        a[0] is b[0] and len(a) == len(b) and all(map(_alike, a[1:], b[1:]))
        for a, b in zip(one.log, two.log, strict=True)
    )


def _alike(a: Any, b: Any, depth: int = 0) -> bool:
    """Whether two passes may have had these in the same place: the same, or each its own of a kind."""
    if same(a, b):
        return True
    kind = type(a)
    if kind is not type(b) or kind in SCALARS or depth > _DEEPEST:
        return False
    if kind is dict:
        return len(a) == len(b) and all(
            _alike(x, y, depth + 1) for x, y in zip((*a, *a.values()), (*b, *b.values()), strict=True)
        )
    if kind in _PARTS:
        return len(a) == len(b) and all(_alike(x, y, depth + 1) for x, y in zip(a, b, strict=True))
    return True


def _outside(error: BaseException, clone: Any) -> BaseException:
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


_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
_DOUBTFUL: Final = (TypeError, AttributeError, NameError, AssertionError, NotImplementedError, SystemError)
_DIRECT: Final = frozenset(
    ("run_entry", "ask", "binary", "unary", "compare", "run_clone", "c_method", "call_back", "do_number")
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
