"""Forks: the process that calls `fork` is as free of threads as it would be without us.

Guarantees: before a fork, threads of ours that have nothing to do end, and the system has let go of them,
or a quarter of a second has passed (on a machine that is busy with other things); so Python (3.12 and later)
has no cause to warn of a process with threads. The child begins with an empty pool. No other thread is in the
middle of an import that we have asked for: the child would find the module locked, and wait for ever.
Assumes: Linux tells the threads of a process in `/proc`; elsewhere nobody waits for threads to be gone. An
import of ours ends within `_LOADING` seconds; if it does not (it may need a module that the forking thread is
importing), the fork goes on.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import RLock, get_ident
from time import sleep
from types import FrameType

from xcs_ast.native import Final, final, use_own
from xcs_ast.runtime.hedge import HEDGE
from xcs_ast.runtime.pool import POOL

use_own(globals())

__all__ = ["FACTS", "prepare"]

_PATIENCE: Final = 0.25
_LOADING: Final = 5.0
_TASKS: Final = "/proc/self/task"
_OWN: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_IMPORTS: Final = frozenset(("_find_and_load", "_handle_fromlist", "_lock_unlock_module", "_gcd_import"))
"""What an import statement calls; what our own loader calls is the program's import."""


@final
class _Facts:
    """Held while the facts of a site are read; a child has a lock of its own."""

    __slots__ = ("lock",)

    def __init__(self) -> None:
        self.lock = RLock()


FACTS: Final = _Facts()


def prepare() -> None:
    """Before a fork: ends idle threads, and lets imports of ours end."""
    _end_idle_threads()
    _await_imports()  # last: what begins meanwhile is waited for, too


def _await_imports() -> None:
    deadline = time.monotonic() + _LOADING
    try:
        while _is_loading() and time.monotonic() < deadline:
            sleep(0.001)
    except Exception:
        return


def _is_loading() -> bool:
    """Whether another thread is inside an import statement of ours (or that of a library, which we began)."""
    mine = get_ident()
    for thread, top in sys._current_frames().items():
        frame: FrameType | None = top if thread != mine else None
        while frame is not None:
            caller = frame.f_back
            if (
                frame.f_code.co_name in _IMPORTS
                and caller is not None
                and caller.f_code.co_filename.startswith(_OWN)
            ):
                return True
            frame = caller
    return False


def _end_idle_threads() -> None:
    try:
        there = _count()
        going = POOL.threads if POOL.idle else 0
        if going:
            POOL.retire()
        going += HEDGE.retire()
        if not going or not there:
            return
        deadline = time.monotonic() + _PATIENCE
        while _count() > there - going and time.monotonic() < deadline:
            sleep(0.0001)
    except Exception:
        return


def _count() -> int:
    try:
        return len(os.listdir(_TASKS))
    except OSError:
        return 0


def _reset() -> None:
    POOL.after_fork()
    HEDGE.after_fork()
    FACTS.lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=prepare, after_in_child=_reset)
