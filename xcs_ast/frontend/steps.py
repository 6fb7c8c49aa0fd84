"""Plans `while` loops that step through a sequence: `while i < len(xs): ...; i += 1`.

Formal statement. Let the test be `i < S` where `S` is `len(xs)`, with the builtin `len`, or a name or a
number; let nothing in the body assign `i` but its last statement, `i += 1`, which each iteration that does
not raise reaches; let nothing assign what `S` reads. Then, as long as the test holds, the values of `i` are
those of `range(i, S)`, where `i` is an exact `int` and `S` counts an exact builtin (checked when the loop is
entered). The test itself stays in place, before each iteration.
"""

from __future__ import annotations

import ast

from xcs_ast.frontend.bodies import assigned_names, has_own_continue, leaves_early
from xcs_ast.frontend.context import FunctionContext, Outcome
from xcs_ast.frontend.loops import explain_refusals, refuse_loop
from xcs_ast.frontend.marked import Mark, printed_loop
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.frontend.scopes import NameKind
from xcs_ast.frontend.slice_text import NotExpressible, SliceTexts
from xcs_ast.frontend.slicing import Node, Slicer, number
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["plan_step"]


def plan_step(context: FunctionContext, loop: ast.While) -> Outcome:
    """Plans one loop, or says why not."""
    refusal = refuse_loop(context, loop)
    if refusal is None or context.refusal or context.at_module_level or "switched off" in _message(refusal):
        return refusal
    found = _counter_and_limit(context, loop)
    if found is None:
        return refusal
    counter, limit = found
    leaving = leaves_early(loop.body)
    if leaving is not None:
        word = type(leaving).__name__.lower()
        return context.refuse("early-exit", loop, f"the loop can be left early, by `{word}`")
    bound = context.bound_before(loop)
    if bound is None or counter.id not in bound:
        return refusal
    varying = frozenset(assigned_names(loop.body))
    unbound = context.unbound(bound | varying)
    for unused_results in (False, True):
        items = frozenset({counter.id})
        slicer = Slicer(context.surveyor, varying, items, unbound, context.elsewhere, unused_results)
        nodes = slicer.run(loop.body)
        if nodes:
            return _plan(context, loop, nodes, bound, counter, limit) or refusal
    return explain_refusals(context, loop.test, slicer)


def _message(outcome: Outcome) -> str:
    return getattr(outcome, "message", "")


def _counter_and_limit(context: FunctionContext, loop: ast.While) -> tuple[ast.Name, ast.expr] | None:
    """The counter, and the sized object or number that ends a loop of the form described above."""
    match loop.test:
        case ast.Compare(left=ast.Name() as counter, ops=[ast.Lt()], comparators=[stop]):
            pass
        case _:
            return None
    limit: ast.expr = stop
    match stop:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name() as sized], keywords=[]) if (
            context.surveyor.is_builtin("len")
        ):
            limit = sized
        case ast.Name() | ast.Constant(value=int()):
            pass
        case _:
            return None
    *before, last = loop.body
    match last:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Constant(value=1)) if (
            name == counter.id
        ):
            pass
        case _:
            return None
    assigned = assigned_names(before)
    names = {limit.id} if isinstance(limit, ast.Name) else set()
    if counter.id in assigned or counter.id in names or names & (assigned | context.elsewhere):
        return None
    private = counter.id in context.scope.shared() or context.kind(counter.id) is not NameKind.LOCAL
    return None if private or has_own_continue(loop.body) else (counter, limit)


def _plan(
    context: FunctionContext,
    loop: ast.While,
    nodes: list[Node],
    bound: frozenset[str],
    counter: ast.Name,
    limit: ast.expr,
) -> Outcome:
    takes = number(nodes)
    target = ast.copy_location(ast.Name(counter.id, ast.Store()), counter)
    shown = ast.copy_location(ast.For(target, limit, loop.body, []), loop)
    texts = SliceTexts(
        context.text,
        nodes,
        target,
        context.module.prefix,
        context.surveyor.is_builtin("bool"),
        context.module.identifiers,
    )
    try:
        guarded = texts.guarded()
    except NotExpressible:
        return None
    marks = {take.expr: Mark(take.number, take.test) for take in takes}
    varying = assigned_names(loop.body)
    variables = context.variables(loop.body, bound, frozenset({counter.id}), varying)
    facts = SiteFacts(
        index=0,
        kind=RegionKind.STEP,
        span=context.text.span(loop),
        function=context.qualname,
        text=printed_loop(shown, limit, marks, context.class_name),
        stages=len(takes),
        single=texts.single,
        env=variables.env,
        unknown_locals=variables.unknown,
        cells=variables.cells,
        callees=context.callees(take.expr for take in takes if take.root),
    )
    return RegionPlan(
        facts,
        context.at_module_level,
        (context.text.span(loop),),
        None,
        context.text.span(limit),
        counter.id,
        context.hand_overs(takes),
        (guarded,),
        (texts.readable(),),
    )
