"""Why a region runs as plain Python, whatever its calls do: what is found when it is entered, or measured.

Guarantees: no user code runs. Assumes: `unfit` is asked on the thread that enters the region.
"""

from __future__ import annotations

from sys import getprofile, gettrace
from types import FunctionType, MethodType

from xcs_ast.diagnostics import Diagnostic, lookup
from xcs_ast.diagnostics import codes_runtime as codes
from xcs_ast.native import Final, intact, use_own
from xcs_ast.runtime.profile import Finding
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["FINDINGS", "reason", "unfit"]

FINDINGS: Final = {
    Finding.CHEAP: codes.CHEAP,
    Finding.BUSY: codes.CPU_BOUND,
    Finding.MOVED: codes.ITEMS_MOVED,
    Finding.CONFLICTING: codes.CONFLICTING,
    Finding.ABANDONED: codes.ABANDONED,
}
_WRITTEN_IN_PYTHON: Final = frozenset({FunctionType, MethodType})


def unfit() -> str:
    """The code that says why nothing should run ahead now, in any region; empty where all is well."""
    if not intact():
        return codes.REPLACED
    # What was written in C, as coverage tools are, does not look at the order of steps.
    traced = type(gettrace()) in _WRITTEN_IN_PYTHON or type(getprofile()) in _WRITTEN_IN_PYTHON
    return codes.TRACED if traced else ""


def reason(code: str, span: Span, name: str = "") -> Diagnostic:
    """The diagnostic of a code that speaks for itself."""
    message = lookup(code).summary + (f" ({name})" if name else "")
    return Diagnostic(code, message, span, (name,) if name else ())
