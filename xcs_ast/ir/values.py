"""Values in static single assignment form: each is defined once."""

from __future__ import annotations

from typing import final

from xcs_ast.native import use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["ValueRef"]


@final
@dataclass(frozen=True, slots=True)
class ValueRef:
    """One value of a graph. `dtype` names its type and `shape` its length, for people, no promise."""

    id: str
    dtype: str | None = None
    shape: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return f"%{self.id}"
