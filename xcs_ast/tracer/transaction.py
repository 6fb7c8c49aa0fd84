"""What one task has read and wants to change: held back until the consumer says that it may happen.

A transaction is a chain of segments, one for each hand-over. A segment holds what the task believes of each
place that it has touched (`states`), the reads that this belief rests on, and the log of what is to be
done. A later segment sees the world through the earlier ones; each is validated and replayed by itself.

Guarantees: shared state is untouched before `replay`; `validate` and `replay` run no user code, other than
what was deferred on purpose. Every object whose identity is logged is kept alive.
Assumes: one thread records; `validate` and `replay` are called by the consumer, in program order; nobody
else changes shared state between a `validate` that says yes and its `replay`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import sleep
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any, Final, Never, final

from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.freshness import Registry
from xcs_ast.tracer.kinds import raise_abandon, raise_ending, raise_stop
from xcs_ast.tracer.segment import Access, Segment, Traced, place_in_task
from xcs_ast.tracer.state_base import REAL, Base, running

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.hooks import Recorder
    from xcs_ast.tracer.state_places import State

__all__ = ["Access", "Segment", "Transaction"]

_PATIENCE: Final = 50


@final
class Transaction:
    """The reads and the held-back effects of one task."""

    __slots__ = (
        "abandoned",
        "answers",
        "calls",
        "doomed",
        "external_calls",
        "fresh",
        "handled",
        "hold",
        "iterators",
        "noticed",
        "on_doom",
        "on_mark",
        "outside",
        "owned",
        "parent",
        "park",
        "plain",
        "rehearsing",
        "repeatable",
        "script",
        "segment",
        "segments",
        "shared_cells",
        "stops",
        "traced",
    )

    def __init__(self, parent: Transaction | None = None) -> None:
        self.parent = parent
        self.traced = False
        """Whether to remember where each place was touched first."""
        self.outside: list[Access] = []
        """Ordered uses of things outside the program, held back."""
        self.fresh = Registry()
        self.owned = self.fresh.objects
        """The registry's own dictionary: `id(obj) in tx.owned` is the short form of `owns`."""
        self.segments: list[Segment] = []
        self.segment: Segment = Segment(self, REAL if parent is None else parent.segment)
        self.segments.append(self.segment)
        self.doomed = False
        self.abandoned = False
        """Whether it was told to go no further: nothing counts, whatever the program did about that."""
        self.noticed = False
        """Whether a replay would end the life of something whose end is noticed."""
        self.external_calls = 0
        self.calls: list[tuple[object, object]] = []
        """The external calls made, with their results, in order."""
        self.handled: set[int] = set()
        """Of a task that is to be checked: the ids of exceptions that it handles, and of their attributes.

        C code makes them, and the recorder does not hear of it.
        """
        self.answers: list[tuple[object, object]] = []
        """What a repetition must not ask again: these, and looks at clocks and the like."""
        self.script: list[tuple[object, object]] = []
        """The answers that an earlier pass was given to the first questions."""
        self.rehearsing = False
        """Whether the task may ask nothing beyond the script."""
        self.repeatable = True
        """Whether the task could be run again and be given the same answers."""
        self.park: Callable[[str], Recorder] | None = None
        """Set by whoever can let a task wait: blocks until its turn, then returns what to go on with."""
        self.on_mark: list[Callable[[], None]] = []
        """Called when a segment ends: what is remembered of the old one must be forgotten."""
        self.on_doom: list[Callable[[], None]] = []
        """Called when the task is doomed, by whoever dooms it."""
        self.hold: Callable[[], bool] = bool
        """Called on the task's thread before it is stopped: whether it stands in the end of a generator."""
        self.iterators: list[Any] = []
        self.stops = 0
        self.shared_cells: dict[int, object] = {}
        self.plain: dict[int, object] = {}
        """Frozen sets whose elements have been looked at."""

    # Freshness

    def adopt(self, obj: object) -> None:
        """Registers an object that the task has made."""
        self.fresh.adopt(obj)

    def adopt_tree(self, obj: object) -> None:
        """Registers an object, and everything below it in exact builtin containers."""
        self.fresh.adopt_tree(obj)

    def owns(self, obj: object) -> bool:
        """Whether the task has made this object, and has not given it away."""
        return id(obj) in self.owned

    def enter(self, function: FunctionType) -> None:
        """A function is about to run as a clone: the variables that it closes over were there before it."""
        for cell in function.__closure__ or ():
            if id(cell) not in self.owned:
                self.shared_cells[id(cell)] = cell

    def adopt_function(self, function: FunctionType) -> None:
        """Registers a nested function, made by a clone, and those of its cells that are the clone's own."""
        self.fresh.adopt(function)
        for cell in function.__closure__ or ():
            # Clones use their own variables natively, so whoever shares these must do so, too.
            if id(cell) not in self.shared_cells:
                self.fresh.adopt(cell)

    # Recording

    def defer(self, step: Callable[[], None]) -> None:
        """Any further step of the replay, in order with all the others."""
        self.segment.note((state_base.run_step, step))

    def note_outside(self, kind: str, owner: object, field: str) -> None:
        """What was deferred is an ordered use of something outside (or a change of a stream)."""
        filename, line = place_in_task() if self.traced else ("", 0)
        self.outside.append(Access(kind, owner, field, filename, line))

    def probe(self, fetch: Callable[[], object], key: object = None) -> object:
        """Reads something through `fetch`, which runs no user code; validation calls it again.

        With a key (made of ids of what `fetch` keeps alive), what was seen under it once is seen again.
        That it raises is something seen, too: the task may catch it.
        """
        known = self.segment.probed
        if key is not None and key in known:
            return known[key]
        try:
            seen = fetch()
        except Exception as error:
            self.segment.probes.append((partial(_failure_of, fetch), _told(error)))
            raise
        if key is not None:
            known[key] = seen
        self.segment.probes.append((fetch, seen))
        return seen

    def note_call(self, callee: object, result: object) -> None:
        """An unordered external call was made."""
        self.external_calls += 1
        self.calls.append((callee, result))
        self.answers.append((callee, result))

    def ask(
        self, callee: Callable[..., Any], args: Sequence[Any], named: dict[str, Any], external: bool
    ) -> Any:
        """`callee(*args, **named)`, whose answer may be another one next time. A repetition gets it again."""
        position = len(self.answers)
        if position < len(self.script):
            known, result = self.script[position]
            if not _same_callee(known, callee):
                self.diverge()
        else:
            if self.rehearsing:
                self.diverge()
            self.repeatable, before = False, self.repeatable
            self.external_calls += external
            result = callee(*args, **named)
            # Not where it raises: the exception belongs to one pass.
            self.repeatable = before
        self.answers.append((callee, result))
        if external:
            self.calls.append((callee, result))
        return result

    def diverge(self) -> Never:
        """A repetition is about to do something else than the first pass did."""
        self.doom()
        self._stop()

    def mark(self) -> int:
        """Ends the segment; what follows is replayed later. The number of segments so far."""
        self.segment = Segment(self, self.segment)
        self.segments.append(self.segment)
        for forget in self.on_mark:
            forget()
        return len(self.segments) - 1

    def publish(self, *roots: object) -> bool:
        """Before `mark`: what is handed over, and what the log will store, is shared from now on.

        False where the task must not run on before the segment is replayed and the value consumed.
        """
        reached: list[object] = list(roots)
        for step in self.segment.log:
            reached.extend(step[1:])
        return self.fresh.publish(reached)

    # Consumer's side

    def validate(self, upto: int | None = None) -> bool:
        """Whether the segments not replayed yet (those before mark `upto`) saw what is there now."""
        if self.doomed or self.abandoned:
            return False
        below = REAL if self.parent is None else self.parent.segment
        for segment in self.segments[:upto]:
            if segment.replayed:
                continue
            if not segment.holds(below):
                return False
            if self.parent is None and segment.ends_are_noticed():
                self.noticed = True
                return False
            below = segment
        return True

    def notice_ends(self) -> None:
        """Of a task that goes no further: whether what it had held back would end something noticed."""
        if self.parent is None and any(
            each.ends_are_noticed() for each in self.segments if not each.replayed
        ):
            self.noticed = True

    def replay(self, upto: int | None = None) -> None:
        """Carries out what was held back (before mark `upto`), in order, here and now."""
        carry_over = None if self.parent is None else _carry_over()
        for segment in self.segments[:upto]:
            if segment.replayed:
                continue
            segment.replayed = True
            log, segment.log = segment.log, []
            segment.places.clear()
            if carry_over is None:
                for step in log:
                    step[0](*step[1:])
            else:
                carry_over(self, self.parent, log)

    def settle(self, upto: int | None = None) -> None:
        """The segments before mark `upto` were carried out by another pass of the same task."""
        for segment in self.segments[:upto]:
            segment.replayed = True
            segment.log = []
            segment.places.clear()

    def let_go(self, at_rest: bool) -> None:
        """Of what has been carried out: nobody will ask again what was seen on the way there.

        `at_rest`: nor what was answered.
        """
        if self.parent is not None:
            return
        for segment in self.segments:
            if segment.replayed:
                segment.clear()
        if at_rest:
            for answers in (self.calls, self.answers):
                answers[:] = [(callee, None) for callee, _ in answers]

    def hand_over(self) -> None:
        """All of it has been carried out, and the task goes on without it: it keeps nothing alive."""
        self.park = None
        self.let_go(True)
        self.plain.clear()
        self.fresh.objects.clear()

    def doom(self) -> None:
        """The task will never be taken: it stops at its next hook that looks."""
        self.doomed = True
        for look in self.on_doom:
            look()

    def check(self) -> None:
        """Stops the task if it is doomed.

        Where user code swallows that again and again, the thread stays here for good (it is a daemon's).
        """
        if self.doomed:
            self.stops += 1
            while self.stops > _PATIENCE:
                sleep(3600)
            self._stop()

    def _stop(self) -> Never:
        if self.hold():
            raise_ending("discarded")
        raise_stop()

    def wait(self, reason: str) -> Never:
        """What the task wants cannot be held back, and it is in the middle of something.

        Raises `Abandon`: the slice then runs in place, as if the task had never been. Where a task can wait
        for its turn instead, that is for the recorder to say (`parking`).
        """
        self.check()
        # Whatever the program makes of the exception.
        self.abandoned = True
        if self.hold():
            raise_ending(reason)
        raise_abandon(reason)

    def live_iterators(self) -> bool:
        """Whether the task is in the middle of a private copy of a shared container."""
        self.iterators = running(self.iterators)
        return bool(self.iterators)

    def inconsistent(self) -> None:
        """The task has seen two states of the world that never were at the same time."""
        self.doom()
        self.check()

    def clear(self) -> None:
        """Lets go of all that it knows of the program's objects: nobody wants it any more."""
        for segment in self.segments:
            segment.clear()
        self.outside.clear()
        self.calls.clear()
        self.answers, self.script = [], []  # another pass may hold the same lists
        self.shared_cells.clear()
        self.plain.clear()
        self.fresh.objects.clear()

    # Facts

    def trace(self) -> None:
        """From the start: remembers where in the task's code each place is touched first."""
        self.traced = True
        self.segment.states = Traced()
        for forget in self.on_mark:
            forget()

    def accesses(self) -> list[Access]:
        """What was done to shared state, in no particular order."""
        out: list[Access] = []
        for segment in self.segments:
            segment.unfold()
            for key in list(segment.states):
                out += _of_state(segment, key)
        out += self.outside
        out += [Access("call", callee, "") for callee, _ in self.calls]
        return out

    def stale(self) -> list[Access]:
        """The accesses of places that are no longer what the task saw there."""
        out: list[Access] = []
        below: Base = REAL if self.parent is None else self.parent.segment
        for segment in self.segments:
            if segment.replayed:
                continue
            segment.unfold()
            for key, state in list(segment.states.items()):
                if not _still_holds(state, below):
                    out += _of_state(segment, key)
            below = segment
        return out


def _carry_over() -> Callable[..., None]:
    from xcs_ast.tracer.state_parent import carry_over

    return carry_over


def _failure_of(fetch: Callable[[], object]) -> str:
    """How a look fails."""
    try:
        fetch()
    except Exception as error:
        return _told(error)
    return ""


def _told(error: Exception) -> str:
    return f"{type(error)} {error}"


def _same_callee(known: object, callee: object) -> bool:
    if known is callee:
        return True
    # Bound anew each time; equal if they are bound to the same object.
    return type(known) is BuiltinFunctionType and type(callee) is BuiltinFunctionType and known == callee


def _of_state(segment: Segment, key: tuple[int, object]) -> list[Access]:
    states = segment.states
    filename, line = states.places.get(key, ("", 0)) if type(states) is Traced else ("", 0)
    return [Access(kind, owner, field, filename, line) for kind, owner, field in states[key].accesses()]


def _still_holds(state: State, base: Base) -> bool:
    try:
        return state.holds(base)
    except (RuntimeError, LookupError, AttributeError, TypeError, ValueError):
        return False
