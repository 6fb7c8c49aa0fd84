"""How likely code is to wait: what the runtime asks of a plan. By itself, for what starts quickly."""

from __future__ import annotations

from enum import IntEnum

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["Blocking"]


class Blocking(IntEnum):
    """Whether the code may leave the processor idle (the GIL released), which is when threads pay."""

    NEVER = 0
    MAYBE = 1
    """It may, often shortly: a file, a lock."""
    LIKELY = 2
    """It is what the code is for: a network request, a sleep, a subprocess."""
