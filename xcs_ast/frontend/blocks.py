"""Plans straight-line blocks: the first call stays where it is, later independent ones start before it.

Formal statement. In a run of simple statements let `first` be a call that is evaluated whenever its statement
is. A later part `e` is hoisted to before `first`'s statement only if it is evaluated whenever the run is
finished without an exception, and no statement from `first`'s up to its own assigns a variable that `e`
reads. Its value then is the same but for effects on the heap, which are judged at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from xcs_ast.frontend.bodies import assigned_names, walk_here
from xcs_ast.frontend.candidates import Candidates
from xcs_ast.frontend.context import FunctionContext
from xcs_ast.frontend.marked import Mark, marked_statements
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.frontend.scopes import NameKind
from xcs_ast.frontend.slice_text import SliceTexts
from xcs_ast.frontend.slicing import Take
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import Final, use_own
from xcs_ast.source.pragmas import is_switched_off
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["plan_blocks"]

_REACH: Final = 40
"""How many statements beyond the first are looked at."""
_MOST: Final = 16
"""How many calls one block hoists."""

_BREAKS = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)


def plan_blocks(context: FunctionContext, suite: list[ast.stmt]) -> Iterator[RegionPlan]:
    """Plans the blocks of one suite."""
    if context.refusal or _is_hand_written(context, suite):
        return
    for run in _runs(context, suite):
        start = 0
        while start < len(run):
            plan, end = _block_from(context, run, start)
            if plan is not None:
                yield plan
            start = end


def _is_hand_written(context: FunctionContext, suite: list[ast.stmt]) -> bool:
    """Whether somebody, or we, took these statements in hand already: `handle = xcs.ahead(...)`."""
    handles = context.surveyor.handles
    return bool(handles) and any(
        isinstance(statement, ast.Assign) and handles & assigned_names([statement]) for statement in suite
    )


def _runs(context: FunctionContext, suite: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    run: list[ast.stmt] = []
    for statement in suite:
        if _is_plain(context, statement):
            run.append(statement)
            continue
        if isinstance(statement, ast.Return) and _may_join(context, statement):
            run.append(statement)
        if run:
            yield run
        run = []
    if run:
        yield run


def _is_plain(context: FunctionContext, statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign() | ast.AugAssign() | ast.Expr() | ast.AnnAssign(value=ast.expr()):
            return _may_join(context, statement)
        case _:
            return False


def _may_join(context: FunctionContext, statement: ast.stmt) -> bool:
    if getattr(statement, "value", None) is None:
        return False
    if any(isinstance(node, _BREAKS) for node in walk_here([statement])):
        return False
    end = statement.end_lineno or statement.lineno
    if any(is_switched_off(context.text.line(number)) for number in range(statement.lineno, end + 1)):
        return False
    if context.at_module_level:
        return True
    return all(context.kind(name) is not NameKind.GLOBAL for name in assigned_names([statement]))


def _block_from(context: FunctionContext, run: list[ast.stmt], start: int) -> tuple[RegionPlan | None, int]:
    """The block whose first call is in `run[start]`, and where to look next."""
    first = _parts(context, run[start], Candidates(context.surveyor, lambda node: True, True, _is_worth))
    if not first:
        return None, start + 1
    bound = context.bound_before(run[start])
    if bound is None:
        return None, len(run)
    unbound = context.unbound(bound)
    assigned = set(context.elsewhere)

    def hoistable(node: ast.expr) -> bool:
        found = context.surveyor.survey(node)
        return not found.blocked and not found.reads & assigned and not found.reads & unbound

    finder = Candidates(context.surveyor, hoistable, True, _is_worth)
    takes: list[Take] = []
    last = start
    for index in range(start, min(len(run), start + _REACH)):
        for part in _parts(context, run[index], finder):
            inside_first = index == start and context.text.start(part) < context.text.end(first[0])
            if not inside_first and hoistable(part) and len(takes) < _MOST:
                takes.append(Take(part, _target(run[index], part), root=True, number=len(takes)))
                last = index
        assigned |= assigned_names([run[index]])
    if not takes:
        return None, start + 1
    return _plan(context, run[start : last + 1], takes, bound), last + 1


def _parts(context: FunctionContext, statement: ast.stmt, finder: Candidates) -> list[ast.expr]:
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.expr):
        return []
    if isinstance(statement, ast.Expr) and isinstance(value, ast.Call):
        return finder.arguments_of(value)
    return finder.of(value)


def _is_worth(call: ast.Call) -> bool:
    """Constructors are left out: a block of them is almost never worth a thread."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            bare = name.lstrip("_")
            return not (bare[:1].isupper() and not bare.isupper())
        case _:
            return True


def _target(statement: ast.stmt, part: ast.expr) -> tuple[str, ...]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is part:
            return (name,)
        case _:
            return ()


def _plan(
    context: FunctionContext, statements: list[ast.stmt], takes: list[Take], bound: frozenset[str]
) -> RegionPlan:
    first, last = statements[0], statements[-1]
    marks = {take.expr: Mark(take.number) for take in takes}
    assigned = assigned_names(statements)
    variables = context.variables(statements, bound, frozenset(), assigned)
    texts = SliceTexts(
        context.text, [], ast.Name("_", ast.Load()), context.module.prefix, False, context.module.identifiers
    )
    thunks = tuple(f"lambda: {texts.source(take.expr)}" for take in takes)
    spans: tuple[Span, ...] = tuple(context.text.span(statement) for statement in statements)
    facts = SiteFacts(
        index=0,
        kind=RegionKind.BLOCK,
        span=context.text.span(first, last),
        function=context.qualname,
        text=marked_statements(context.text, statements, marks, context.class_name),
        stages=len(takes),
        single=len(takes) == 1,
        env=variables.env,
        unknown_locals=variables.unknown,
        cells=variables.cells,
        callees=context.callees(take.expr for take in takes),
    )
    return RegionPlan(
        facts, context.at_module_level, spans, None, None, "", context.hand_overs(takes), thunks, thunks
    )
