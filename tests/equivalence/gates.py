"""Holds calls back until the program has come to a certain place; changes things without being seen.

Plain Python never waits here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, final

from xcs_ast.effects.declare import unordered

__all__ = ["GATE", "PATIENCE", "Gate", "expect", "hold", "meet", "times_held"]

PATIENCE: Final = 0.2
"""The longest wait, for schedules under which the program cannot come there first."""


@final
class _State:
    event = threading.Event()
    meeting: threading.Barrier | None = None
    held = 0
    action: Callable[[Any], object] = staticmethod(lambda value: None)


@unordered
def _set(opened: bool) -> None:
    if opened:
        _State.event.set()
    else:
        _State.held = 0
        _State.event = threading.Event()


@unordered
def _act(value: object) -> None:
    _State.action(value)


@final
class Gate:
    """Statements that call nothing which might run ahead itself. No state in sight."""

    __slots__ = ()

    @property
    def open(self) -> bool:
        """Whether calls pass."""
        return _State.event.is_set()

    @open.setter
    def open(self, value: bool) -> None:
        _set(value)

    @property
    def action(self) -> object:
        """What `change` does."""
        return _State.action

    @action.setter
    def action(self, value: Callable[[Any], object]) -> None:
        _State.action = value

    @property
    def change(self) -> None:
        """`GATE.change = x` calls the action: as another thread might, with nobody to foresee it."""

    @change.setter
    def change(self, value: object) -> None:
        _act(value)


GATE: Final = Gate()


def expect(parties: int) -> None:
    """So many calls are to be inside `meet` at the same time."""
    _State.meeting = threading.Barrier(parties)


def times_held() -> int:
    """How often a call had to wait since the gate was closed."""
    return _State.held


@unordered
def hold(here: bool) -> None:
    """Waits until the gate is open, if it is here that the call is to be held. Patience ends."""
    if here and not _State.event.is_set():
        _State.held += 1
        _State.event.wait(PATIENCE)


@unordered
def meet() -> bool:
    """Whether all that are expected were inside at once. One that waits in vain breaks it for all."""
    try:
        assert _State.meeting is not None
        _State.meeting.wait(60)
    except threading.BrokenBarrierError:
        return False
    return True
