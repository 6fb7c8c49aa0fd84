"""Plans comprehensions, and generator expressions that a known consumer drains.

In the marked text a comprehension is a loop. What its container or consumer does with each element (hashing,
comparing, adding) stands in that loop's body as code of its own, on the variables `__xcs_key__` and
`__xcs_value__`.
"""

from __future__ import annotations

import ast

from xcs_ast.frontend.bodies import walk_here
from xcs_ast.frontend.bound import evaluated
from xcs_ast.frontend.context import FunctionContext, Outcome
from xcs_ast.frontend.loops import PLACES, explain_refusals, switched_off, target_names
from xcs_ast.frontend.marked import Mark, is_truth, printed_loop
from xcs_ast.frontend.names import CONSUMERS, EARLY_CONSUMERS
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.frontend.scopes import Comprehension, FoundComprehension, ScopeKind
from xcs_ast.frontend.slice_text import NotExpressible, SliceTexts
from xcs_ast.frontend.slicing import Branch, Node, Slicer, Stop, Take, number
from xcs_ast.frontend.survey import Surveyor
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["plan_comprehension"]

_KEY: Final = "__xcs_key__"
_VALUE: Final = "__xcs_value__"


def plan_comprehension(context: FunctionContext, found: FoundComprehension) -> Outcome:
    """Plans one comprehension, or says why not."""
    node = found.node
    scope = context.module.scopes.by_node[node]
    surveyor = Surveyor(context.module.scopes, scope, context.surveyor.handles)
    if _is_ours(node) or not any(surveyor.survey(part).calls for part in _parts(node)):
        return None
    refusal = _obstacle(context, found)
    if refusal is not None:
        return refusal
    assert found.statement is not None
    bound = context.bound_before(found.statement)
    if bound is None:
        return None
    bound = evaluated(node.generators[0].iter, bound)
    items = frozenset(target_names(node.generators[0].target) or ())
    unbound = context.unbound(bound) - items
    slicer = Slicer(surveyor, items, items, unbound, context.elsewhere - items)
    nodes = _slice(node, slicer, items)
    if not nodes:
        return explain_refusals(context, node, slicer)
    return _plan(context, found, nodes, bound, items)


def _slice(node: Comprehension, slicer: Slicer, items: frozenset[str]) -> list[Node]:
    """Conditions up to the last part that holds a candidate, then what is taken of that."""
    parts = _parts(node)
    conditions = len(node.generators[0].ifs)
    taken = [slicer.parts_or_whole(part, items) for part in parts]
    last = max((index for index, roots in enumerate(taken) if roots), default=-1)
    if last < 0:
        return []
    nodes: list[Node] = []
    for condition in parts[: min(last, conditions)]:
        if not slicer.sliceable(condition, items):
            return []
        nodes.append(Branch(Take(condition, test=True), [], [], [Stop()]))
    if last < conditions:
        return [*nodes, *taken[last]]
    for roots in taken[conditions : last + 1]:
        nodes.extend(roots)
    return nodes


def _parts(node: Comprehension) -> list[ast.expr]:
    elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [*node.generators[0].ifs, *elements]


def _is_ours(node: Comprehension) -> bool:
    match node.generators[0].iter:
        case ast.Call(func=ast.Name(id="run_ahead") | ast.Attribute(attr="run_ahead")):
            return True
        case _:
            return False


def _obstacle(context: FunctionContext, found: FoundComprehension) -> Outcome:
    node, kind = found.node, found.scope.kind
    if context.refusal in PLACES:
        return context.refuse(context.refusal, node, PLACES[context.refusal])
    if found.statement is not None and switched_off(context, found.statement, node):
        return context.refuse("pragma-off", node, "switched off by a comment")
    if any(clause.is_async for clause in node.generators):
        return context.refuse("async", node, "it is asynchronous")
    if len(node.generators) > 1:
        return context.refuse("nested-comprehension", node, "it has several `for` clauses")
    if kind is ScopeKind.COMPREHENSION:
        return context.refuse("nested-comprehension", node, "it stands inside another comprehension")
    if kind is ScopeKind.CLASS:
        return context.refuse("class-body", node, "it stands in a class body")
    if found.statement is None or kind in (ScopeKind.LAMBDA, ScopeKind.TYPE_PARAMETERS):
        return context.refuse(
            "deferred-scope", node, "it stands in a lambda, a default, a decorator or an f-string"
        )
    if target_names(node.generators[0].target) is None:
        return context.refuse("unsliceable-target", node, "its target is more than names")
    if any(isinstance(part, ast.NamedExpr) for part in walk_here([node])):
        return context.refuse("walrus", node, "it holds an assignment expression")
    if isinstance(node, ast.GeneratorExp):
        return _generator_obstacle(context, node, found.consumer)
    return None


def _generator_obstacle(
    context: FunctionContext, node: ast.GeneratorExp, consumer: ast.Call | None
) -> Outcome:
    message = "nobody knows when, or whether, it is drained"
    if consumer is None or (consumer.args != [node] and not _is_start(consumer)):
        return context.refuse("generator-without-consumer", node, message)
    match consumer.func:
        case ast.Name(id=name) if context.surveyor.is_builtin(name) and name in EARLY_CONSUMERS:
            return context.refuse("early-exit", node, f"`{name}` may stop half-way")
        case ast.Name(id=name) if context.surveyor.is_builtin(name) and name in CONSUMERS:
            if context.module.star_import:
                return context.refuse("star-import", node, f"a star import may have replaced `{name}`")
            if _plain_keywords(consumer, name):
                return None
        case ast.Attribute(value=ast.Constant(value=str()), attr="join") if not consumer.keywords:
            return None
        case _:
            pass
    return context.refuse("generator-without-consumer", node, message)


def _is_start(consumer: ast.Call) -> bool:
    """`sum(..., 0)`."""
    is_sum = isinstance(consumer.func, ast.Name) and consumer.func.id == "sum"
    return is_sum and len(consumer.args) == 2 and isinstance(consumer.args[1], ast.Constant | ast.Name)


def _plain_keywords(consumer: ast.Call, name: str) -> bool:
    for keyword in consumer.keywords:
        if keyword.arg not in ("default", "start", "reverse") or not isinstance(
            keyword.value, ast.Constant | ast.Name
        ):
            return False
    return name != "dict" or not consumer.keywords


def _plan(
    context: FunctionContext,
    found: FoundComprehension,
    nodes: list[Node],
    bound: frozenset[str],
    items: frozenset[str],
) -> Outcome:
    node, statement = found.node, found.statement
    assert statement is not None
    clause = node.generators[0]
    takes = number(nodes)
    texts = SliceTexts(
        context.text,
        nodes,
        clause.target,
        context.module.prefix,
        context.surveyor.is_builtin("bool"),
        context.module.identifiers,
    )
    try:
        guarded = texts.expression()
    except NotExpressible:
        return context.refuse("module-level-shape", node, "its slice is no single expression")
    marks = {take.expr: Mark(take.number, take.test and not is_truth(take.expr)) for take in takes}
    own = context.module.scopes.by_node[node]
    variables = context.variables([node.generators[0].target, *_parts(node)], bound, items, (), True)
    cells = variables.cells | (own.shared() & items)
    extra = frozenset() if context.at_module_level else frozenset({_KEY, _VALUE})
    facts = SiteFacts(
        index=0,
        kind=RegionKind.COMPREHENSION,
        span=context.text.span(node),
        function=context.qualname,
        text=printed_loop(_as_loop(node, found.consumer), clause.iter, marks, context.class_name),
        stages=len(takes),
        single=texts.single,
        env=variables.env,
        unknown_locals=variables.unknown | extra,
        cells=cells,
        callees=context.callees(take.expr for take in takes if take.root),
    )
    return RegionPlan(
        facts,
        context.at_module_level,
        (context.text.span(statement),),
        context.text.span(node),
        context.text.span(clause.iter),
        context.text.segment(clause.target),
        context.hand_overs(takes),
        (guarded,),
        (texts.readable(),),
    )


def _as_loop(node: Comprehension, consumer: ast.Call | None) -> ast.For:
    clause = node.generators[0]
    body = _Uses().of(node, consumer)
    for condition in reversed(clause.ifs):
        body = [ast.If(condition, body, [])]
    return ast.For(clause.target, clause.iter, body, [], None)


@final
@dataclass(frozen=True, slots=True)
class _Uses:
    """What is done with one element."""

    def of(self, node: Comprehension, consumer: ast.Call | None) -> list[ast.stmt]:
        match node:
            case ast.DictComp(key=key, value=value):
                stored = ast.Dict([self.key()], [ast.Name(_VALUE, ast.Load())])
                return [self.put(_KEY, key), self.put(_VALUE, value), ast.Expr(stored), self.equal()]
            case ast.SetComp(elt=element):
                return [self.put(_KEY, element), *self.hashed()]
            case ast.ListComp(elt=element):
                return [ast.Expr(element)]
            case ast.GeneratorExp(elt=element):
                name = consumer.func.id if consumer and isinstance(consumer.func, ast.Name) else ""
                return self.consumed(name, element)

    def consumed(self, name: str, element: ast.expr) -> list[ast.stmt]:
        value = ast.Name(_VALUE, ast.Load())
        match name:
            case "sum":
                return [
                    self.put(_VALUE, element),
                    ast.Expr(ast.BinOp(ast.Constant(0), ast.Add(), value)),
                    ast.Expr(ast.BinOp(value, ast.Add(), value)),
                ]
            case "max" | "min":
                less = ast.Compare(value, [ast.Gt() if name == "max" else ast.Lt()], [value])
                return [self.put(_VALUE, element), ast.If(less, [ast.Pass()], [])]
            case "set" | "frozenset":
                return [self.put(_KEY, element), *self.hashed()]
            case "dict":
                pair = ast.Tuple([ast.Name(_KEY, ast.Store()), ast.Name(_VALUE, ast.Store())], ast.Store())
                return [ast.Assign([pair], element), *self.hashed()]
            case _:
                return [ast.Expr(element)]

    def put(self, name: str, value: ast.expr) -> ast.stmt:
        return ast.Assign([ast.Name(name, ast.Store())], value)

    def key(self) -> ast.expr:
        return ast.Name(_KEY, ast.Load())

    def equal(self) -> ast.stmt:
        return ast.If(ast.Compare(self.key(), [ast.Eq()], [self.key()]), [ast.Pass()], [])

    def hashed(self) -> list[ast.stmt]:
        return [ast.Expr(ast.Set([self.key()])), self.equal()]
