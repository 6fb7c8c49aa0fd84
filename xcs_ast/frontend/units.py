"""Which parts of a module LibCST has to see: the functions and top-level statements that hold a region.

A unit is whole lines of the source. An indented unit is parsed under a line of its own (`if 1:`), so that
no line of the user's has to be dedented: strings over several lines stay what they are.

Guarantees: units do not overlap; every region lies in exactly one of them or is refused with a reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass, field, replace
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["WRAPPER", "Unit", "find_units"]

WRAPPER: Final = "if 1:"
_LONGEST: Final = 200_000
"""Characters of one unit. LibCST takes a second for as many; a table of data may have millions."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@final
@dataclass(slots=True)
class Unit:
    """Statements `first` to `last` (exclusive) of `suite`, which are lines `start` to `end` (inclusive)."""

    suite: list[ast.stmt]
    first: int
    last: int
    start: int
    end: int
    indented: bool
    regions: list[RegionPlan] = field(default_factory=list)


def find_units(
    tree: ast.Module, lines: LineTable, regions: Sequence[RegionPlan]
) -> tuple[list[Unit], list[tuple[RegionPlan, str]]]:
    """The units of a module in source order, and the regions that lie in none, each with the reason."""
    units: list[Unit] = []
    refused: list[tuple[RegionPlan, str]] = []
    for region in sorted(regions, key=_start_of):
        made = _unit_of(tree, lines, region)
        if isinstance(made, str):
            refused.append((region, made))
            continue
        made.regions.append(region)
        while units and units[-1].end >= made.start:
            before = units.pop()
            made = _merge(before, made)
        units.append(made)
    short = [unit for unit in units if _size(unit, lines) <= _LONGEST]
    refused += [
        (region, "the function or statement that it lies in is too long")
        for unit in units
        if _size(unit, lines) > _LONGEST
        for region in unit.regions
    ]
    return short, refused


def _size(unit: Unit, lines: LineTable) -> int:
    return sum(len(lines.line(number)) for number in range(unit.start, unit.end + 1))


def _start_of(region: RegionPlan) -> tuple[int, int, int, int]:
    first, last = region.statements[0], region.statements[-1]
    return first.line, first.column, -last.end_line, -last.end_column


def _merge(one: Unit, other: Unit) -> Unit:
    if one.suite is not other.suite:  # a function inside a statement that has a region of its own
        outer = one if one.start <= other.start and other.end <= one.end else other
        return replace(outer, regions=[*one.regions, *other.regions])
    return Unit(
        one.suite,
        min(one.first, other.first),
        max(one.last, other.last),
        min(one.start, other.start),
        max(one.end, other.end),
        one.indented,
        [*one.regions, *other.regions],
    )


def _unit_of(tree: ast.Module, lines: LineTable, region: RegionPlan) -> Unit | str:
    top = tree.body
    first = _holder(top, region.statements[0])
    last = _holder(top, region.statements[-1])
    if first is None or last is None:
        return "its statements are not where the plan says"
    if region.at_module_level or first != last:
        return _whole_lines(top, first, last + 1, lines)
    suite, index = _outermost_function(top, first, region.statements[0])
    if suite is None:
        return "it lies in a class body"
    return _whole_lines(suite, index, index + 1, lines)


def _outermost_function(suite: list[ast.stmt], index: int, span: Span) -> tuple[list[ast.stmt] | None, int]:
    while True:
        statement = suite[index]
        if isinstance(statement, _Function):
            return suite, index
        for inner in _suites(statement):
            found = _holder(inner, span)
            if found is not None:
                suite, index = inner, found
                break
        else:
            return None, 0


def _suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
            yield suite
    for name in ("handlers", "cases"):
        for each in getattr(node, name, ()):
            yield each.body


def _holder(suite: Sequence[ast.stmt], span: Span) -> int | None:
    """The index of the statement that holds a span."""
    place = (span.line, span.column)
    for index, statement in enumerate(suite):
        end = (statement.end_lineno or 0, statement.end_col_offset or 0)
        if (statement.lineno, statement.col_offset) <= place < end:
            return index
    return None


def _whole_lines(suite: list[ast.stmt], first: int, last: int, lines: LineTable) -> Unit | str:
    """Widens to neighbours that share a line; a decorator's lines stay outside."""
    while first > 0 and (suite[first - 1].end_lineno or 0) >= suite[first].lineno:
        first -= 1
    while last < len(suite) and suite[last].lineno <= (suite[last - 1].end_lineno or 0):
        last += 1
    start, end = suite[first].lineno, suite[last - 1].end_lineno or 0
    while end < lines.count and lines.line(end).rstrip("\r\n").endswith("\\"):
        end += 1
    column = suite[first].col_offset
    head = lines.line(start)[:column]
    if head.strip(" \t") or "\f" in head:
        return "it does not start on a line of its own"
    if start > 1 and lines.line(start - 1).rstrip("\r\n").endswith("\\"):
        return "its first line continues another"
    return Unit(suite, first, last, start, end, column > 0)
