"""What the rewriter gives back. No LibCST here."""

from __future__ import annotations

import ast

from xcs_ast.diagnostics.catalog import register
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Final, Kind, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["NOT_EMITTED", "Guarded", "Rewritten", "Style"]

NOT_EMITTED: Final = register(
    "XCS180",
    "not-emitted",
    "A region was found, but the rewriter cannot write it down without changing what the code means.",
)


class Style(Kind):
    """Two ways to write the same regions."""

    GUARDED = "guarded"
    """For machines: both versions of each region, and handles instead of names."""
    READABLE = "readable"
    """For people: `xcs.run_ahead` and `xcs.ahead`, as one would write them by hand."""


@final
@dataclass(frozen=True, slots=True)
class Rewritten:
    """A module's new text, the facts of the regions in it, and which planned regions it does without."""

    text: str
    facts: tuple[SiteFacts, ...]
    left_alone: tuple[Diagnostic, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Guarded:
    """A module's tree in the guarded style, the facts of its sites, the planned regions it does without."""

    tree: ast.Module
    facts: tuple[SiteFacts, ...]
    left_alone: tuple[Diagnostic, ...] = ()
