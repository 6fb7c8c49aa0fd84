"""What the faces noticed in this process and told nobody: kept for reports.

Guarantees: `record` never fails and never prints; memory is bounded. Assumes: nothing; any thread may call.
"""

from __future__ import annotations

from collections import deque

from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["record", "recorded"]

_LIMIT: Final = 1000
_NOTICES: deque[Diagnostic] = deque(maxlen=_LIMIT)


def record(diagnostic: Diagnostic) -> None:
    """Keeps one finding; the oldest gives way when there are too many."""
    if diagnostic not in _NOTICES:
        _NOTICES.append(diagnostic)


def recorded() -> tuple[Diagnostic, ...]:
    """Every finding kept so far, oldest first."""
    return tuple(_NOTICES)
