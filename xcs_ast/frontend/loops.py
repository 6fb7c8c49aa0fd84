"""Plans `for` loops."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from xcs_ast.frontend.bodies import assigned_names, children, leaves_early, touched_names
from xcs_ast.frontend.bound import evaluated
from xcs_ast.frontend.context import FunctionContext, Outcome
from xcs_ast.frontend.marked import Mark, is_truth, marked_loop
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.frontend.scopes import COMPREHENSIONS, NameKind
from xcs_ast.frontend.slice_text import NotExpressible, SliceTexts
from xcs_ast.frontend.slicing import Node, Slicer, number
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import use_own
from xcs_ast.source.pragmas import is_switched_off

use_own(globals())

__all__ = ["PLACES", "explain_refusals", "plan_loop", "refuse_loop", "switched_off", "target_names"]

_WORDS = {
    "carried-state": "no call is independent of what the loop carries from one iteration to the next",
    "reflective-scope": "the call looks at the names or frames of its caller",
    "early-exit": "the call contains `yield` or `await`",
    "maybe-unbound": "a variable that the call needs may have no value when the loop starts",
    "closure-capture": "a function made in the loop reads variables that the loop changes",
    "walrus": "an assignment expression stands inside the call",
    "guarded-by-result": "whether a call is made depends on something that is not known early",
    "async": "an asynchronous comprehension stands inside the call",
}


def plan_loop(context: FunctionContext, loop: ast.For) -> Outcome:
    """Plans one loop, or says why not."""
    if _is_ours(loop.iter) or not _calls_something(context, loop):
        return None
    refusal = _obstacle(context, loop)
    if refusal is not None:
        return refusal
    items = target_names(loop.target)
    assert items is not None
    bound = context.bound_before(loop)
    if bound is None:
        return None
    bound = evaluated(loop.iter, bound)
    varying = frozenset(items | assigned_names(loop.body) | touched_names(loop.body))
    assigned = items | assigned_names(loop.body)
    declared = {name for name in assigned if context.kind(name) is NameKind.GLOBAL}
    if declared and not context.at_module_level:
        return context.refuse("global-target", loop, "the loop assigns a global variable", declared)
    unbound = context.unbound(bound | assigned)
    nodes: list[Node] = []
    for unused_results in (False, True):
        slicer = Slicer(
            context.surveyor, varying, frozenset(items), unbound, context.elsewhere, unused_results
        )
        nodes = slicer.run(loop.body)
        if nodes:
            break
    if not nodes:
        return explain_refusals(context, loop, slicer)
    return _plan(context, loop, nodes, bound, items, varying)


def _plan(
    context: FunctionContext,
    loop: ast.For,
    nodes: list[Node],
    bound: frozenset[str],
    items: set[str],
    varying: frozenset[str],
) -> Outcome:
    takes = number(nodes)
    texts = SliceTexts(
        context.text,
        nodes,
        loop.target,
        context.module.prefix,
        context.surveyor.is_builtin("bool"),
        context.module.identifiers,
    )
    try:
        guarded = texts.expression() if context.at_module_level else texts.guarded()
    except NotExpressible:
        return context.refuse("module-level-shape", loop, "no form of the slice leaves no name behind")
    marks = {take.expr: Mark(take.number, take.test and not is_truth(take.expr)) for take in takes}
    variables = context.variables(loop.body, bound, frozenset(items), varying)
    facts = SiteFacts(
        index=0,
        kind=RegionKind.LOOP,
        span=context.text.span(loop),
        function=context.qualname,
        text=marked_loop(context.text, loop, marks, context.class_name),
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
        context.text.span(loop.iter),
        context.text.segment(loop.target),
        context.hand_overs(takes),
        (guarded,),
        (texts.readable(),),
    )


def _obstacle(context: FunctionContext, loop: ast.For) -> Outcome:
    if switched_off(context, loop, loop.iter):
        return context.refuse("pragma-off", loop, "switched off by a comment")
    if context.refusal:
        return context.refuse(context.refusal, loop, PLACES[context.refusal])
    leaving = leaves_early(loop.body)
    if leaving is not None:
        word = type(leaving).__name__.lower()
        return context.refuse("early-exit", loop, f"the loop can be left early, by `{word}`")
    if target_names(loop.target) is None:
        return context.refuse("unsliceable-target", loop, "the loop target is more than names")
    return None


PLACES = {
    "reflective-scope": "the function looks at its own names or frames",
    "class-body": "a loop in a class body makes attributes of its names",
    "async": "it stands in a coroutine",
    "pragma-off": "the function is switched off",
}


def switched_off(context: FunctionContext, statement: ast.stmt, last: ast.expr | ast.stmt) -> bool:
    """Whether `# xcs: off` stands on the statement's first lines (to the end of `last`)."""
    end = last.end_lineno or last.lineno
    return any(is_switched_off(context.text.line(number)) for number in range(statement.lineno, end + 1))


def target_names(target: ast.expr) -> set[str] | None:
    """The names of a loop target, or `None` where it is more than names."""
    match target:
        case ast.Name(id=name):
            return {name}
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            found: set[str] = set()
            for element in elements:
                names = target_names(element)
                if names is None:
                    return None
                found |= names
            return found
        case _:
            return None


def refuse_loop(context: FunctionContext, loop: ast.While | ast.AsyncFor) -> Outcome:
    """The reason why a loop of another kind stays as it is."""
    if not _calls_something(context, loop):
        return None
    if isinstance(loop, ast.AsyncFor):
        return context.refuse("async", loop, "it stands in a coroutine")
    if switched_off(context, loop, loop.test):
        return context.refuse("pragma-off", loop, "switched off by a comment")
    return context.refuse("while-loop", loop, "a `while` loop does not tell its steps beforehand")


def _is_ours(iterable: ast.expr) -> bool:
    match iterable:
        case ast.Call(func=ast.Name(id="run_ahead") | ast.Attribute(attr="run_ahead")):
            return True
        case _:
            return False


def _calls_something(context: FunctionContext, loop: ast.For | ast.While | ast.AsyncFor) -> bool:
    return any(context.surveyor.is_candidate(call) for call in _direct_calls(loop.body))


def _direct_calls(statements: list[ast.stmt]) -> Iterator[ast.Call]:
    """Calls that are this loop's own business: not those of loops and comprehensions inside."""
    stack: list[ast.AST] = list(statements)
    while stack:
        node = stack.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.For() | ast.AsyncFor():
                stack.append(node.iter)
                continue
            case ast.While():
                continue
            case _ if isinstance(node, COMPREHENSIONS):
                stack.append(node.generators[0].iter)
                continue
            case ast.Call():
                yield node
            case _:
                pass
        stack += children(node)


def explain_refusals(context: FunctionContext, node: ast.For | ast.expr, slicer: Slicer) -> Outcome:
    """The reason why a slice came out empty."""
    if not slicer.refusals:
        return context.refuse("guarded-by-result", node, _WORDS["guarded-by-result"])
    order = list(_WORDS)
    reason, _, names = min(
        slicer.refusals, key=lambda refusal: order.index(refusal[0]) if refusal[0] in order else 99
    )
    return context.refuse(reason, node, _WORDS.get(reason, reason), names)
