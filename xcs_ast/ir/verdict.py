"""The three verdicts on a region, each with its reasons."""

from __future__ import annotations

from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.native import Kind, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Verdict", "VerdictKind"]


class VerdictKind(Kind):
    """How a region may run."""

    PROVEN = "PROVEN"
    SPECULATIVE = "SPECULATIVE"
    SERIAL = "SERIAL"


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """How a region may run, and why."""

    kind: VerdictKind
    reasons: tuple[Diagnostic, ...] = ()
