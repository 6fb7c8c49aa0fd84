"""What a program under test says about its own run, where the comparison can see it.

`call(...)` is for callables which may run ahead: it is declared unordered, so that it stands in nobody's way,
and the calls are compared as a multiset. `event(...)` is an ordered effect like any other: the analysis reads
its source, sees an append to a shared list, and keeps it in order.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Final, final

from xcs_ast.effects.declare import unordered

__all__ = ["call", "event"]


@final
class _Log:
    """Both records of the current run, and the thread on which ordered events are due."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.own: ContextVar[list[str]] = ContextVar("calls of the run")
        self.events: list[tuple[object, ...]] = []
        self.thread = threading.get_ident()

    def restart(self, events: list[tuple[object, ...]]) -> None:
        """Start afresh on the current thread, with ordered events going to `events`.

        Calls go to the record of the run whose context they are made in: a task that nobody waits for any
        more may still be under way when the next run has begun.
        """
        self.calls = []
        self.events = events
        self.thread = threading.get_ident()


LOG: Final = _Log()


@unordered
def call(label: object) -> None:
    """Note that a call was made. The order of such calls is free, their number is not."""
    LOG.own.get(LOG.calls).append(repr(label))


def event(label: object) -> None:
    """Note an ordered effect, and whether it happened on the program's own thread."""
    LOG.events.append(("probe", repr(label), threading.get_ident() == LOG.thread))
