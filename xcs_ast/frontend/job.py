"""One module on its way through a rewriter: what both of them need to know of it. No LibCST here."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.places import Place, index_expressions
from xcs_ast.frontend.plan import ModulePlan, RegionPlan
from xcs_ast.frontend.results import NOT_EMITTED
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["Job", "start_job"]

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@final
@dataclass(slots=True)
class Job:
    """One module on its way."""

    source: str
    filename: str
    tree: ast.Module
    lines: LineTable
    names: FreshNames
    newline: str
    expressions: dict[Place, list[ast.expr]]
    strings: dict[Place, ast.JoinedStr]
    indent: str = ""
    emitted: list[SiteFacts] = field(default_factory=list)
    refused: list[tuple[RegionPlan, str]] = field(default_factory=list)

    def expression(self, span: Span) -> ast.expr:
        """The outermost expression with a span that the plan names."""
        return self.expressions[span.line, span.column, span.end_line, span.end_column][0]

    def facts(self) -> tuple[SiteFacts, ...]:
        """Those of the regions that were emitted, in source order."""
        return tuple(sorted(self.emitted, key=lambda each: each.index))

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Why the other regions were not."""
        return tuple(
            Diagnostic(NOT_EMITTED, f"left alone: {reason}", region.facts.span, region.facts.callees)
            for region, reason in self.refused
        )


def start_job(source: str, filename: str, plan: ModulePlan) -> Job:
    """Parses a module, and finds in it the expressions that its plan speaks of.

    Raises:
        SyntaxError, ValueError: as `ast.parse` does.
    """
    tree = ast.parse(source, filename)
    expressions: dict[Place, list[ast.expr]] = {}
    strings: dict[Place, ast.JoinedStr] = {}
    wanted = {span.dump()[1:] for region in plan.regions for span in _spans(region)}
    for place, node in index_expressions(tree):
        if place in wanted:
            expressions.setdefault(place, []).append(node)
        if isinstance(node, ast.JoinedStr):
            strings.setdefault(place, node)
    end = _LINE_END.search(source)
    return Job(
        source,
        filename,
        tree,
        LineTable(source),
        FreshNames(source),
        end.group() if end else "\n",
        expressions,
        strings,
    )


def _spans(region: RegionPlan) -> Sequence[Span]:
    """The expressions of a region that have to be found."""
    others = [each for each in (region.expression, region.iterable) if each is not None]
    return [*(each.span for each in region.hand_overs), *others]
