"""Where the instructions of a code object stand in its source.

Guarantees: no user code runs. Assumes: nothing; what the compiler did not note is not known.
"""

from __future__ import annotations

from types import CodeType, FrameType
from typing import Final

from xcs_ast.native import use_own
from xcs_ast.tracer.observing_control import Range

use_own(globals())

__all__ = ["place_in", "position_of"]

_MOST: Final = 4_096
"""Code objects that are remembered."""

_positions: dict[int, tuple[CodeType, list[Range | None]]] = {}


def position_of(frame: FrameType) -> Range | None:
    """What the frame is about to do, or doing: where that stands in the source."""
    return place_in(frame.f_code, frame.f_lasti)


def place_in(code: CodeType, at: int) -> Range | None:
    """Where the instruction stands in the source."""
    known = _positions.get(id(code))
    if known is None or known[0] is not code:
        table: list[Range | None] = []
        for line, end_line, column, end_column in code.co_positions():
            if line is None or end_line is None or column is None or end_column is None:
                table.append(None)
            else:
                table.append(((line, column), (end_line, end_column)))
        if len(_positions) > _MOST:
            _positions.clear()
        known = _positions[id(code)] = (code, table)
    number = at // 2
    return known[1][number] if 0 <= number < len(known[1]) else None
