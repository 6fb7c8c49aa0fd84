"""Holds a call back until the program has come to a certain place. Plain Python never waits."""

from __future__ import annotations

import threading
from typing import Final, final

from xcs_ast.effects.declare import unordered

__all__ = ["GATE", "PATIENCE", "Gate", "hold", "meet"]

PATIENCE: Final = 0.2
"""The longest wait, for schedules under which the program cannot come there first."""


@final
class Gate:
    """One for all: `GATE.open = True` is a statement that calls nothing which might run ahead itself."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._meeting: threading.Barrier | None = None
        self.held = 0

    @property
    def open(self) -> bool:
        """Whether calls pass."""
        return self._event.is_set()

    @open.setter
    def open(self, value: bool) -> None:
        if value:
            self._event.set()
        else:
            self.held = 0
            self._event = threading.Event()

    def expect(self, parties: int) -> None:
        """So many calls are to be inside `meet` at the same time."""
        self._meeting = threading.Barrier(parties)

    def wait(self) -> None:
        """Until the gate is open, or patience ends."""
        if not self._event.is_set():
            self.held += 1
            self._event.wait(PATIENCE)

    def met(self) -> bool:
        """Whether all expected came together. The first that waits in vain breaks it for the others."""
        try:
            assert self._meeting is not None
            self._meeting.wait(5)
        except threading.BrokenBarrierError:
            return False
        return True


GATE: Final = Gate()


@unordered
def hold(here: bool) -> None:
    """Waits until the gate is open, if it is here that the call is to be held."""
    if here:
        GATE.wait()


@unordered
def meet() -> bool:
    """Whether all calls that `GATE.expect` speaks of were inside at once."""
    return GATE.met()
