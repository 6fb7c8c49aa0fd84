"""What a recorder that watches is told, and how it makes the steps that it is asked for.

Guarantees: `before` is told of a step before it happens, `after` what it gave, unless it raises. A call
that raised has ended when its caller makes another step (`settle`).
Assumes: as `stepping` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import starmap
from sys import _getframe
from time import perf_counter
from types import FrameType, FunctionType
from typing import Any, Final, final

from xcs_ast.ir.operations import OpType
from xcs_ast.native import use_own
from xcs_ast.tracer.clones import Link, is_clone
from xcs_ast.tracer.observing_effects import Memo, Touch
from xcs_ast.tracer.stepping import Stepwise

use_own(globals())

__all__ = ["NOTHING", "Followed", "Watching", "frame_of_clone"]

NOTHING: Final = object()
"""Where a step gives no value."""


@final
class Followed:
    """A call that is followed, and has not come back."""

    __slots__ = ("activation", "caller", "start", "step")

    def __init__(self, caller: FrameType, step: Any, activation: Any) -> None:
        self.caller = caller
        self.step = step
        self.activation = activation
        self.start = perf_counter()


class Watching(Stepwise):
    """Tells `before` and `after` of every step."""

    def __init__(self, memo: Memo) -> None:
        self.link = Link(self)
        self.memo = memo
        self.under_way: list[Followed] = []
        """Calls that are followed, the innermost last."""

    # ------------------------------------------------------------------------------ what recorders override

    def before(
        self, kind: OpType, name: str, inputs: tuple[Any, ...], touches: list[Touch], **meta: Any
    ) -> Any:
        """A step is about to happen. What this gives is handed to `after`."""

    def after(self, step: Any, value: Any) -> None:
        """It has happened, and gave `value` (`NOTHING`: it gives no value)."""

    def quiet(self, touches: list[Touch], found: Any = NOTHING) -> None:
        """A look-up that is no step: it belongs to the call of what it `found`, else to the next step."""

    def entering(self, step: Any, clone: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A clone is about to run for the call `step`."""

    def leaving(self, activation: Any) -> None:
        """It has come to its end."""

    def lasted(self, step: Any, seconds: float) -> None:
        """So long a call took."""

    def turn(self, loop: Any, number: int | None) -> None:
        """The loop of the step `loop` begins its iteration `number`, or (`None`) ends."""

    # ------------------------------------------------------------------------------------ how steps are made

    def step(self, step: Any, f: Any, *args: Any) -> Iterator[Any]:
        """Makes the step that `before` was told of, and tells what it gave."""
        return map(partial(self._gave, step), starmap(f, (args,)))

    def silent(self, step: Any, f: Any, *args: Any) -> Iterator[Any]:
        """The same of a step that gives no value."""
        return map(partial(self._done, step), starmap(f, (args,)))

    def _gave(self, step: Any, value: Any) -> Any:
        self.after(step, value)
        return value

    def _done(self, step: Any, _: Any) -> None:
        self.after(step, NOTHING)

    def settle(self, frame: FrameType | None) -> None:
        """Ends the calls that `frame` made and that have not come back: it goes on, so they raised."""
        calls = self.under_way
        if calls and frame is not None:
            for number in range(len(calls) - 1, -1, -1):
                if calls[number].caller is frame:
                    self._end(number)
                    return

    def _end(self, number: int) -> None:
        now = perf_counter()
        while len(self.under_way) > number:
            call = self.under_way.pop()
            self.leaving(call.activation)
            self.lasted(call.step, now - call.start)


def frame_of_clone() -> FrameType | None:
    """The innermost frame of a clone: it is asking for the step."""
    frame: FrameType | None = _getframe(1)
    while frame is not None and not is_clone(frame.f_code):
        frame = frame.f_back
    return frame
