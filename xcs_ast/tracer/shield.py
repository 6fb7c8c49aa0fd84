"""While the log of a task is carried out, handlers of signals have to wait: it is done, or it is not.

The log holds what the task did, without the `finally` that would have put it right half-way. Ctrl-C in the
midst of it, or a handler of the program's that raises, would leave what plain Python never shows.

Guarantees: between the making of a `Shield` and `lift`, the handlers of those signals do not run; then they
do, in the order in which their signals came, and may raise. A signal that comes for the second time is not
held back: what is carried out may write to a pipe that nobody reads. Off the main thread, where no handler
ever runs, nothing is done; nor with handlers written in C, whose libraries may have set more than Python
knows.

Assumes: no other thread asks meanwhile which handlers there are (only the main thread may set them).
"""

from __future__ import annotations

import signal as names
from _signal import default_int_handler, getsignal, signal  # type: ignore[import-not-found]
from collections.abc import Callable
from functools import partial
from sys import _getframe
from threading import get_ident, main_thread
from types import FunctionType, MethodType
from typing import Any, Final, final

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["Shield"]

_NAMES: Final = ("SIGINT", "SIGALRM", "SIGBREAK")
"""Those whose handlers raise, as a rule."""
_NUMBERS: Final = tuple(int(getattr(names, name)) for name in _NAMES if hasattr(names, name))
_WRITTEN_IN_PYTHON: Final = frozenset({FunctionType, MethodType, partial})


@final
class Shield:
    """Holds handlers of signals back, from when it is made until `lift`."""

    __slots__ = ("_before", "_came")

    def __init__(self) -> None:
        self._before: dict[int, Callable[[int, Any], Any]] = {}
        self._came: list[int] = []
        if get_ident() != main_thread().ident:
            return
        for number in _NUMBERS:
            handler: Any = getsignal(number)
            if handler is default_int_handler or type(handler) in _WRITTEN_IN_PYTHON:
                # In this order: from the second on, its handler is called by `_note` alone.
                self._before[number] = handler
                try:
                    signal(number, self._note)
                except ValueError:  # another interpreter's main thread
                    del self._before[number]
                    return

    def _note(self, number: int, frame: Any) -> None:
        if number in self._came:
            self._before[number](number, frame)
        else:
            self._came.append(number)

    def lift(self) -> None:
        """From now on all is as it was, and whoever had to wait is called. Does nothing the second time."""
        try:
            self._restore()
        finally:
            # Again: where some are as they were, one of them may have come in between.
            self._restore()
        self._before, before = {}, self._before
        self._call(before)

    def _restore(self) -> None:
        for number, handler in self._before.items():
            if getsignal(number) == self._note:
                signal(number, handler)

    def _call(self, before: dict[int, Callable[[int, Any], Any]]) -> None:
        while self._came:
            number = self._came.pop(0)
            try:
                before[number](number, _getframe(1))
            finally:
                self._call(before)

    def __del__(self) -> None:
        if self._before:
            self._restore()
