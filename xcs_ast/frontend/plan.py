"""What the analysis of one region hands to the rewriter.

The analysis works on `ast` and `symtable`; the rewriter works on LibCST. They meet here, in spans of the
user's source and in small texts, and nowhere else.
"""

from __future__ import annotations

from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["HandOver", "ModulePlan", "RegionPlan"]


@final
@dataclass(frozen=True, slots=True)
class HandOver:
    """One place where the body takes a value that the slice computed.

    `span` is the expression of the user's that it replaces. `name` is a hint for the reader
    (`label` in `ahead.label()`).
    """

    number: int
    span: Span
    name: str


@final
@dataclass(frozen=True, slots=True)
class RegionPlan:
    """One region that can be rewritten.

    `statements` are the spans of the whole statements that the rewriter replaces: the one statement that
    is (or, for a comprehension, holds) the region; for a block, every statement of it, in order.
    `expression` is the comprehension itself, or `None`. `iterable` is the span of what is iterated, or `None`
    for a block. `target` is the source of the loop target. `slices` are complete sources: for loops and
    comprehensions one slice, for a block one `lambda: ...` for each hand-over. A slice is a
    `lambda TARGET-NAME: ...` where `facts.single` and the target is one name; else a
    `def _xcs_slice(_xcs_item): TARGET = _xcs_item; ...` with `return` (single) or `yield k, value` (several).
    `readable_slices` are the same for people: `yield value`, friendly names.
    """

    facts: SiteFacts
    at_module_level: bool
    statements: tuple[Span, ...]
    expression: Span | None
    iterable: Span | None
    target: str
    hand_overs: tuple[HandOver, ...]
    slices: tuple[str, ...]
    readable_slices: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class ModulePlan:
    """All regions of a module in source order (inner ones after outer ones), and what was left alone."""

    filename: str
    regions: tuple[RegionPlan, ...]
    left_alone: tuple[Diagnostic, ...]
