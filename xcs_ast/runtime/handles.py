"""The runs at module level, whose handle in emitted code is the site itself: in each thread, a stack of them.

Guarantees: each thread meets only its own runs, the one that began last first. Assumes: nothing; any number
of threads may be inside one site at once.
"""

from __future__ import annotations

from _thread import get_ident

from xcs_ast.native import final, use_own
from xcs_ast.runtime.binding import Plain
from xcs_ast.runtime.block import BlockRun
from xcs_ast.runtime.run import Run

use_own(globals())

__all__ = ["Handle", "Handles"]

Handle = Run | Plain | BlockRun


@final
class Handles:
    """Those of one site. False where no thread has any."""

    __slots__ = ("_stacks",)

    def __init__(self) -> None:
        self._stacks: dict[int, list[Handle]] = {}

    def __bool__(self) -> bool:
        return bool(self._stacks)

    def push(self, run: Handle) -> None:
        """It has begun in this thread."""
        self._stacks.setdefault(get_ident(), []).append(run)

    def top(self) -> Handle | None:
        """The one that this thread is in."""
        stack = self._stacks.get(get_ident())
        return stack[-1] if stack else None

    def pop(self) -> Handle | None:
        """Takes that one off."""
        thread = get_ident()
        stack = self._stacks.get(thread)
        if not stack:
            return None
        run = stack.pop()
        if not stack:
            self._stacks.pop(thread, None)
        return run

    def remove(self, run: Handle, thread: int) -> None:
        """Takes this one off, wherever it stands among those of that thread."""
        stack = self._stacks.get(thread, [])
        if run in stack:
            stack.remove(run)
        if not stack:
            self._stacks.pop(thread, None)

    def drop_left(self) -> None:
        """Forgets those whose loop was left by the exception under way."""
        run = self.top()
        while run is not None and (isinstance(run, Plain) or (isinstance(run, Run) and run.closed)):
            self.pop()
            run = self.top()
