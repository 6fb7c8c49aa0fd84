"""The observing recorder: a run as it happens, noted down step by step.

A note is a small tuple: who, where in the code, what, on which objects, touching what. What depends on
anything that may change later (what a step touches, how long a container is, what a display holds) is looked
up when the step happens. All else (values, places, what decides about what) is worked out from the notes when
somebody wants the graph: see `observing_graph`.

Guarantees: what `WatchingRecorder` guarantees; and every object that the notes name stays alive until they
are dropped, so that no identity is used twice. When there are `LIMIT` notes, no more are taken, and the rest
of the run is at plain speed.
Assumes: one thread. Finalizers and weak references do notice that objects live longer, unless it is
`unnoticed`: then it stops where they could (but for arguments, which live until a call has returned).
"""

from __future__ import annotations

import weakref
from itertools import islice
from sys import _getframe
from types import CodeType, FrameType, FunctionType
from typing import Any, Final, final

from xcs_ast.effects.durability import is_durable
from xcs_ast.ir.effects import WHOLE, Access, Unknown
from xcs_ast.ir.operations import OpType
from xcs_ast.native import use_own
from xcs_ast.tracer.clones import is_clone, source_of
from xcs_ast.tracer.finalizers import is_weak, let_go, noticeable
from xcs_ast.tracer.observing_base import NOTHING
from xcs_ast.tracer.observing_control import FunctionMap
from xcs_ast.tracer.observing_effects import CONTAINERS, Memo, Touch
from xcs_ast.tracer.observing_hooks import WatchingRecorder
from xcs_ast.tracer.stepping import Stepwise
from xcs_ast.tracer.tracebacks import clean_handled

use_own(globals())

__all__ = [
    "LIMIT",
    "Activation",
    "Kind",
    "NotingRecorder",
    "length_of",
]

LIMIT: Final = 300_000
"""So many notes are taken: two or three for each step."""
_PARTS: Final = 1_000
"""Of a display, so many elements are looked at."""


class Kind:
    """What a note is about: its first element. What follows is said in `observing_graph`, which reads it."""

    BEFORE: Final = 0
    """A step begins."""
    AFTER: Final = 1
    """It has given a value."""
    QUIET: Final = 2
    """Something was looked up that is no step."""
    ENTER: Final = 3
    """A function begins to run."""
    LEAVE: Final = 4
    """It ends."""
    LASTED: Final = 5
    """How long a call took."""
    TURN: Final = 6
    """A loop goes on, or ends."""
    SCALAR: Final = 7
    """An operator on builtin scalars: a whole step."""
    DONE: Final = 8
    """A load or a store: a whole step."""
    ITEM: Final = 9
    """A loop goes on with an item of a builtin container."""
    CALL: Final = 10
    """A function is called, and followed."""
    BACK: Final = 11
    """It has returned."""


_MUTABLE: Final = CONTAINERS - {tuple, frozenset}


@final
class Activation:
    """One run of one function."""

    __slots__ = ("code", "frame", "map", "run", "step")

    def __init__(self, step: int | None, code: CodeType | None, map: FunctionMap | None) -> None:
        self.step = step
        """The note of the call."""
        self.code = code
        self.map = map
        self.frame: FrameType | None = None
        self.run: Any = None
        """For who makes the graph."""


class NotingRecorder(WatchingRecorder):
    """Notes down what happens."""

    def __init__(self, *, unnoticed: bool = False) -> None:
        super().__init__(Memo(lasting=unnoticed))
        self.stopped = False
        """Whether it has stopped recording, since it would have kept alive what could be noticed."""
        self.truncated = False
        """Whether it has stopped since there was too much."""
        self.notes: list[tuple[Any, ...]] = []
        self.recorded: list[tuple[Any, ...]] = []
        """The notes of the whole run, when it is over."""
        self.is_cut = False
        """Whether they end before it."""
        self.top = Activation(None, None, None)
        self._unnoticed = unnoticed
        self._referred = -1, 0
        """The last step, and how many weak references there were to what it was given."""
        self._active = [self.top]
        self._resumed: dict[FrameType, Activation] = {}
        self._maps: dict[FunctionType, FunctionMap | None] = {}

    # ----------------------------------------------------------------------------------- where a step stands

    def _activation(self, frame: FrameType) -> Activation:
        """The run that a frame belongs to."""
        top = self.top
        if top.frame is frame:
            return top
        if top.frame is None and top.code is frame.f_code:
            top.frame = frame
            return top
        self.settle(frame)
        top = self.top
        if top.frame is frame:
            return top
        known = self._resumed.get(frame)
        if known is not None:
            return known
        for each in reversed(self._active):
            if each.frame is frame:
                return each
        outer = frame.f_back
        while outer is not None:  # a comprehension has a frame of its own, and belongs to its function
            if outer is top.frame and frame.f_code.co_name.startswith("<"):
                return top
            if outer is top.frame:
                break
            outer = outer.f_back
        made = self._resumed[frame] = Activation(top.step, frame.f_code, None)
        made.frame = frame
        return made

    def entering(self, step: Any, clone: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A clone is about to run for the call `step`."""
        activation = Activation(step, clone.__code__, self._map(clone))
        self.notes.append((Kind.ENTER, activation, args, kwargs))
        self._active.append(activation)
        self.top = activation
        return activation

    def leaving(self, activation: Any) -> None:
        """It has come to its end."""
        activation.frame = None
        if self.stopped or activation not in self._active:
            return
        self.notes.append((Kind.LEAVE, activation))
        while self._active.pop() is not activation:
            pass
        self.top = self._active[-1]

    def lasted(self, step: Any, seconds: float) -> None:
        """So long a call took."""
        if step is not None and not self.stopped:
            self.notes.append((Kind.LASTED, step, seconds))

    def caught(self) -> None:
        """The start of an `except` block: what was called has ended."""
        clean_handled()
        self.settle(_getframe(1))

    def _map(self, clone: FunctionType) -> FunctionMap | None:
        if clone not in self._maps:
            original = self.link.original_of(clone)
            source = None if original is None else source_of(original.__code__)
            self._maps[clone] = None if source is None else FunctionMap(source.node)
        return self._maps[clone]

    # ------------------------------------------------------------------------------------------- the steps

    def before(
        self, kind: OpType, name: str, inputs: tuple[Any, ...], touches: list[Touch], **meta: Any
    ) -> int | None:
        """Notes down a step."""
        notes = self.notes
        if self.stopped or self.truncated:
            return None
        if len(notes) >= LIMIT:
            self.fill()
            return None
        if self._unnoticed:
            if any(map(is_weak, inputs)) or any(_is_end_noticed(kind, inputs, each) for each in touches):
                self.stop()
                return None
            self._referred = len(notes), _references_to(inputs)
        frame: FrameType | None = _getframe(2)
        while frame is not None and not is_clone(frame.f_code):
            frame = frame.f_back
        if frame is None:
            notes.append((Kind.BEFORE, self.top, None, 0, kind, name, inputs, touches, meta))
        else:
            notes.append(
                (
                    Kind.BEFORE,
                    self._activation(frame),
                    frame.f_code,
                    frame.f_lasti,
                    kind,
                    name,
                    inputs,
                    touches,
                    meta,
                )
            )
        return len(notes) - 1

    def after(self, step: Any, value: Any) -> None:
        """Notes down what it gave."""
        if step is None or self.stopped or step >= len(self.notes):
            return
        note = self.notes[step]
        kind = note[4]
        if self._unnoticed and ((kind is OpType.CALL and _is_noticeable(value)) or self._is_referred(step)):
            self.stop()
            return
        if value is NOTHING:
            return
        extra = length_of(value)
        if extra is not None and kind is OpType.NEW and note[8].get("how") == "new":
            extra = (len(value), _parts(value))
        self.notes.append((Kind.AFTER, step, value, extra))

    def _is_referred(self, step: int) -> bool:
        """Whether a step that was not followed made weak references to what it was given."""
        last, before = self._referred
        return step == last and _references_to(self.notes[step][6]) > before

    def quiet(self, touches: list[Touch], found: Any = NOTHING) -> None:
        """The call of what was found bears it, or the next step of the function."""
        if touches and not self.truncated and not self.stopped:
            self.notes.append((Kind.QUIET, self._here(), touches, found))

    def turn(self, loop: Any, number: int | None) -> None:
        """A loop goes on, or ends."""
        if not self.truncated and not self.stopped:
            self.notes.append((Kind.TURN, self._here(), loop, number))

    def _here(self) -> Activation:
        frame: FrameType | None = _getframe(2)
        while frame is not None and not is_clone(frame.f_code):
            frame = frame.f_back
        return self.top if frame is None else self._activation(frame)

    def stop(self) -> None:
        """Lets go of everything; the rest of the run is plain."""
        self.stopped = True
        self.link.switch(Stepwise())
        self.notes.clear()
        self._active[:] = [Activation(None, None, None)]
        self.top = self._active[0]
        self._resumed.clear()

    def close(self) -> None:
        """The run is over: what outlives it (a generator expression, say) is not noted down."""
        self.recorded, self.notes = self.notes, []
        self.is_cut, self.truncated = self.truncated, True
        for activation in (*self._active, *self._resumed.values()):
            activation.frame = None
        self.top = Activation(None, None, None)
        self._active = [self.top]
        self._resumed.clear()
        self.under_way.clear()

    def fill(self) -> None:
        """There are too many notes: the rest of the run is plain."""
        self.truncated = True
        self.top = Activation(None, None, None)
        self._active = [self.top]
        self.link.switch(Stepwise())


def length_of(value: Any) -> tuple[Any, ...] | None:
    """How long a value is now, where that may change."""
    return (len(value),) if type(value) in _MUTABLE else None


def _parts(value: Any) -> tuple[Any, ...]:
    if type(value) is dict:
        return tuple(each for pair in islice(value.items(), _PARTS // 2) for each in pair)
    return tuple(islice(value, _PARTS))


def _references_to(values: tuple[Any, ...]) -> int:
    """How many weak references there are to what may end; the analysis makes some to classes, too."""
    found = ((weakref.getweakrefcount(each), each) for each in values if not issubclass(type(each), type))
    return sum(count for count, each in found if count and not is_durable(each))


def _is_noticeable(value: object) -> bool:
    return is_weak(value) or next(noticeable(value), None) is not None


def _is_end_noticed(kind: OpType, inputs: tuple[Any, ...], touch: Touch) -> bool:
    """Whether the step ends the life of something, and somebody could notice that it does not."""
    access, owner, field = touch
    if access is not Access.WRITE:
        return False
    if type(owner) is Unknown and kind is OpType.STORE and inputs:
        owner, field = inputs[0], WHOLE  # a store that no rule describes
    return next(noticeable(let_go(owner, field), asked=True), None) is not None
