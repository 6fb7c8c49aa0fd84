"""What a person, or the readable style before us, has written out already: it is left as it is.

    for model, ahead in xcs.run_ahead(slice_, models):      the loop, calls of `ahead`, `slice_`'s body
        results.append(ahead())
    _orders = xcs.ahead(lambda: fetch_orders(uid))          the calls of `_orders`

Where code is written for people, so is what lies in the body of such a loop, and blocks beside such an
assignment, and loops over such a value: what was left alone there, because a value of the outer region was in
its way, is left alone again. This is what makes rewriting twice the same as rewriting once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.ir.sites import RegionKind
from xcs_ast.native import Final, use_own
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["without_handwritten"]

_PACKAGE: Final = "xcs_ast"
_RUN_AHEAD: Final = "run_ahead"
_AHEAD: Final = "ahead"

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def without_handwritten(
    tree: ast.Module, regions: Sequence[RegionPlan], for_people: bool = False
) -> tuple[list[RegionPlan], list[RegionPlan]]:
    """The regions to rewrite, and those that are written out already, or lie among such."""
    aliases = _aliases(tree)
    if not aliases:
        return list(regions), []
    spans, names = _written(tree, aliases)
    bodies, suites = _around(tree, aliases) if for_people else ((), ())
    taken_from = list(_calls_of(tree, names)) if for_people else ()
    keep: list[RegionPlan] = []
    drop: list[RegionPlan] = []
    for region in regions:
        taken = any(_root(callee) in names | aliases for callee in region.facts.callees)
        held = any(_concerns(outer, region) for outer in spans)
        among = any(_holds(outer, region.statements[0]) for outer in bodies) or (
            region.facts.kind is RegionKind.BLOCK
            and any(_holds(outer, region.statements[0]) for outer in suites)
        )
        if region.iterable is not None:
            among = among or any(_holds(region.iterable, each) for each in taken_from)
        (drop if taken or held or among else keep).append(region)
    return keep, drop


def _aliases(tree: ast.Module) -> set[str]:
    """The names of the package, and of its two functions, in this module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(each.asname or each.name for each in node.names if each.name == _PACKAGE)
        elif isinstance(node, ast.ImportFrom) and node.module == _PACKAGE:
            found.update(each.asname or each.name for each in node.names)
    return found


def _calls(node: ast.expr, aliases: set[str], function: str) -> ast.Call | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=attribute)):
            return node if module in aliases and attribute == function else None
        case ast.Call(func=ast.Name(id=name)):
            return node if name in aliases and name == function else None
    return None


def _written(tree: ast.Module, aliases: set[str]) -> tuple[list[Span], set[str]]:
    """The spans of iterables and slices that are written out, and the names of their handles."""
    spans: list[Span] = []
    names: set[str] = set()
    slices: set[str] = set()
    for node in ast.walk(tree):
        call: ast.Call | None = None
        if isinstance(node, ast.For | ast.comprehension):
            call = _calls(node.iter, aliases, _RUN_AHEAD)
            match node.target:
                case ast.Tuple(elts=[*_, ast.Name(id=handle)]) if call is not None:
                    names.add(handle)
                case _:
                    pass
        elif isinstance(node, ast.Assign):
            call = _calls(node.value, aliases, _AHEAD)
            if call is not None:
                names.update(each.id for each in node.targets if isinstance(each, ast.Name))
        if call is not None:
            spans.append(_span(call))
            if call.args and isinstance(call.args[0], ast.Name):
                slices.add(call.args[0].id)
    definitions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    spans.extend(_span(node) for node in definitions if node.name in slices)
    return spans, names


def _around(tree: ast.Module, aliases: set[str]) -> tuple[list[Span], list[Span]]:
    """The statements that hold a loop or comprehension that is written out; the suites that hold a block."""
    bodies: list[Span] = []
    suites: list[Span] = []
    for suite in _suites(tree):
        for statement in suite:
            if isinstance(statement, ast.Assign) and _calls(statement.value, aliases, _AHEAD):
                first, last = _span(suite[0]), _span(suite[-1])
                suites.append(Span("", first.line, first.column, last.end_line, last.end_column))
            if any(_calls(each, aliases, _RUN_AHEAD) for each in _iterables(statement)):
                bodies.append(_span(statement))
    return bodies, suites


def _calls_of(tree: ast.Module, handles: set[str]) -> Iterator[Span]:
    """Where values are taken from handles."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            func = node.func
            owner = func.value if isinstance(func, ast.Attribute) else func
            if isinstance(owner, ast.Name) and owner.id in handles:
                yield _span(node)


def _suites(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if isinstance(suite, list) and suite:
                yield suite


def _iterables(statement: ast.stmt) -> Iterator[ast.expr]:
    """What the statement itself iterates over: neither what a nested statement does, nor a function."""
    if isinstance(statement, ast.For):
        yield statement.iter
    stack = [each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.expr)]
    while stack:
        node = stack.pop()
        if isinstance(node, _Comprehension):
            yield from (each.iter for each in node.generators)
        stack += [
            each.value if isinstance(each, ast.keyword) else each
            for each in ast.iter_child_nodes(node)
            if isinstance(each, ast.expr | ast.keyword)
        ]


def _span(node: ast.expr | ast.stmt) -> Span:
    return Span("", node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)


def _holds(outer: Span, inner: Span) -> bool:
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _concerns(written: Span, region: RegionPlan) -> bool:
    first, last = region.statements[0], region.statements[-1]
    if _holds(written, region.expression or first):
        return True
    if region.iterable is not None:
        return _holds(written, region.iterable)
    block = Span("", first.line, first.column, last.end_line, last.end_column)
    return _holds(block, written)


def _root(callee: str) -> str:
    return callee.partition(".")[0].partition("(")[0].strip()
