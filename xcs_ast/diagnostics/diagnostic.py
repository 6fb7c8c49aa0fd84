"""One finding about one place."""

from __future__ import annotations

from xcs_ast.native import final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["Diagnostic"]


@final
@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What was found (`code`, see the catalog), where, in words, and what the user can do."""

    code: str
    message: str
    span: Span | None = None
    names: tuple[str, ...] = ()
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{where}{self.code} {self.message}{hint}"
