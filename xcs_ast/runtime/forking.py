"""Forks: the process that calls `fork` is as free of threads as it would be without us.

Guarantees: before a fork, threads of ours that have nothing to do end, and the system has let go of them,
or a quarter of a second has passed (on a machine that is busy with other things); so Python (3.12 and later)
has no cause to warn of a process with threads. The child begins with an empty pool. Assumes: Linux tells the
threads of a process in `/proc`; elsewhere nobody waits for threads to be gone.
"""

from __future__ import annotations

import os
import time
from time import sleep

from xcs_ast.native import Final, use_own
from xcs_ast.runtime.hedge import HEDGE
from xcs_ast.runtime.pool import POOL

use_own(globals())

__all__ = ["prepare"]

_PATIENCE: Final = 0.25
_TASKS: Final = "/proc/self/task"


def prepare() -> None:
    """Before a fork: ends idle threads."""
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


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=prepare, after_in_child=_reset)
