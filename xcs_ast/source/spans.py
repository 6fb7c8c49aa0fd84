"""A span of the user's source."""

from __future__ import annotations

from xcs_ast.native import final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Span"]


@final
@dataclass(frozen=True, slots=True)
class Span:
    """From (`line`, `column`) to (`end_line`, `end_column`).

    Lines count from 1; columns count UTF-8 bytes from 0, and the end is exclusive, all as in `ast`.
    """

    filename: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.filename}:{self.line}:{self.column + 1}"

    def dump(self) -> tuple[str, int, int, int, int]:
        """A tuple of what `marshal` can write."""
        return (self.filename, self.line, self.column, self.end_line, self.end_column)

    @staticmethod
    def load(data: tuple[str, int, int, int, int]) -> Span:
        """The inverse of `dump`."""
        return Span(*data)
