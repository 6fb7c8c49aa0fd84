"""Finds the regions of a module and plans them. Reads `ast` only; LibCST is not loaded.

Passes, in order: parse; scopes of the whole module; then, function by function, loops, comprehensions and
blocks, each with its slice; then the numbering in source order.
"""

from __future__ import annotations

import ast
import re

from xcs_ast.diagnostics.codes_frontend import BY_NAME
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.frontend.blocks import plan_blocks
from xcs_ast.frontend.comprehensions import plan_comprehension
from xcs_ast.frontend.context import FunctionContext, ModuleContext, Outcome
from xcs_ast.frontend.loops import plan_loop, refuse_loop
from xcs_ast.frontend.plan import ModulePlan, RegionPlan
from xcs_ast.frontend.scopes import Scope, ScopeKind, build_scopes
from xcs_ast.frontend.source_text import SourceText
from xcs_ast.frontend.steps import plan_step
from xcs_ast.frontend.survey import Surveyor
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import replace
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["may_have_regions", "plan_module"]

_LOOP: Final = re.compile(r"\bfor\b")
_IDENTIFIER: Final = re.compile(r"\b[^\W\d]\w*")


def may_have_regions(source: str) -> bool:
    """A quick look: `False` only where there is surely nothing to plan."""
    calls = source.count("(")
    return calls >= 2 or (calls == 1 and _LOOP.search(source) is not None)


def plan_module(source: str, filename: str) -> ModulePlan:
    """Plans every region of a module.

    Raises:
        SyntaxError: Python's own, where the source does not parse.
        ValueError: the source contains null bytes.
    """
    source = source.removeprefix("\ufeff")
    try:
        return _Planner(source, filename, ast.parse(source, filename)).run()
    except RecursionError:
        span = Span(filename, 1, 0, 1, 0)
        left = Diagnostic(BY_NAME["too-deep"], "the module nests too deeply to be analysed", span)
        return ModulePlan(filename, (), (left,))


@final
class _Planner:
    def __init__(self, source: str, filename: str, tree: ast.Module) -> None:
        self.tree = tree
        scopes = build_scopes(tree)
        identifiers = frozenset(_IDENTIFIER.findall(source))
        prefix = "_xcs_"
        while any(name.startswith(prefix) for name in identifiers):
            prefix = f"_xcs{len(prefix)}_"
            if prefix not in source:
                break
        self.module = ModuleContext(
            SourceText(source, filename), scopes, prefix, identifiers, scopes.star_import
        )
        self.plans: list[RegionPlan] = []
        self.left: list[Diagnostic] = []
        self.contexts: dict[ast.AST, FunctionContext] = {}

    def run(self) -> ModulePlan:
        self.suite(self.tree.body, self.context(self.module.scopes.module, "", "", ""))
        self.comprehensions()
        plans = sorted(self.plans, key=_position)
        plans = [replace(plan, facts=replace(plan.facts, index=index)) for index, plan in enumerate(plans)]
        left = sorted(
            self.left, key=lambda found: (found.span.line, found.span.column) if found.span else (0, 0)
        )
        return ModulePlan(self.module.text.filename, tuple(plans), tuple(left))

    def context(self, scope: Scope, qualname: str, class_name: str, refusal: str) -> FunctionContext:
        surveyor = Surveyor(self.module.scopes, scope, _handles(scope))
        if not refusal and _looks_at_itself(scope):
            refusal = "reflective-scope"
        made = FunctionContext(self.module, scope, qualname, class_name, surveyor, refusal)
        self.contexts[scope.node] = made
        return made

    def comprehensions(self) -> None:
        planned: set[ast.AST] = set()
        for found in self.module.scopes.comprehensions:
            context = self.contexts.get(_home(found.scope).node)
            if context is None or (
                found.scope.kind is ScopeKind.COMPREHENSION and found.scope.node in planned
            ):
                planned.add(found.node)
                continue
            outcome = plan_comprehension(context, found)
            if isinstance(outcome, RegionPlan):
                planned.add(found.node)
            self.add(outcome)

    def add(self, outcome: Outcome) -> None:
        match outcome:
            case RegionPlan():
                self.plans.append(outcome)
            case Diagnostic():
                self.left.append(outcome)
            case None:
                pass

    def suite(self, statements: list[ast.stmt], context: FunctionContext) -> None:
        for statement in statements:
            self.statement(statement, context)
        for plan in plan_blocks(context, statements):
            self.add(plan)

    def statement(self, node: ast.stmt, context: FunctionContext) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.function(node, context)
            case ast.ClassDef():
                scope = self.module.scopes.by_node[node]
                name = _inner_name(context, node.name)
                self.suite(node.body, self.context(scope, name, node.name, "class-body"))
            case ast.For():
                self.add(plan_loop(context, node))
                self.suite(node.body, context)
                self.suite(node.orelse, context)
            case ast.If() | ast.While() | ast.AsyncFor():
                if isinstance(node, ast.While):
                    self.add(plan_step(context, node))
                elif isinstance(node, ast.AsyncFor):
                    self.add(refuse_loop(context, node))
                self.suite(node.body, context)
                self.suite(node.orelse, context)
            case ast.With() | ast.AsyncWith():
                self.suite(node.body, context)
            case ast.Try() | ast.TryStar():
                self.suite(node.body, context)
                for handler in node.handlers:
                    self.suite(handler.body, context)
                self.suite(node.orelse, context)
                self.suite(node.finalbody, context)
            case ast.Match(cases=cases):
                for case in cases:
                    self.suite(case.body, context)
            case _:
                pass

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, context: FunctionContext) -> None:
        scope = self.module.scopes.by_node[node]
        refusal = "async" if isinstance(node, ast.AsyncFunctionDef) else ""
        if any(_is_off(decorator) for decorator in node.decorator_list) or context.refusal == "pragma-off":
            refusal = "pragma-off"
        inner = self.context(scope, _inner_name(context, node.name), context.class_name, refusal)
        self.suite(node.body, inner)


def _inner_name(context: FunctionContext, name: str) -> str:
    if context.at_module_level:
        return name
    if context.scope.kind is ScopeKind.CLASS:
        return f"{context.qualname}.{name}"
    return f"{context.qualname}.<locals>.{name}"


def _home(scope: Scope) -> Scope:
    """The function, class or module that a comprehension or lambda stands in."""
    while scope.kind in (ScopeKind.COMPREHENSION, ScopeKind.LAMBDA, ScopeKind.TYPE_PARAMETERS):
        assert scope.parent is not None
        scope = scope.parent
    return scope


def _place(found: Diagnostic) -> tuple[int, int]:
    return (found.span.line, found.span.column) if found.span else (0, 0)


def _position(plan: RegionPlan) -> tuple[int, int, int, int]:
    span = plan.facts.span
    return (span.line, span.column, -span.end_line, -span.end_column)


def _looks_at_itself(scope: Scope) -> bool:
    if scope.looks_at_itself:
        return True
    return any(child.kind is ScopeKind.COMPREHENSION and _looks_at_itself(child) for child in scope.children)


def _is_off(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Name(id="off") | ast.Attribute(attr="off"):
            return True
        case _:
            return False


def _handles(scope: Scope) -> frozenset[str]:
    """Names that hold the results of `run_ahead` and `ahead` in hand-written or rewritten code."""
    found: set[str] = set()
    for node in ast.walk(scope.node) if _mentions_ahead(scope) else ():
        match node:
            case ast.For(target=ast.Tuple(elts=[*_, ast.Name(id=name)]), iter=ast.Call(func=func)):
                if _called(func) == "run_ahead":
                    found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)) if (
                _called(func) == "ahead"
            ):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def _mentions_ahead(scope: Scope) -> bool:
    names = scope.loads | scope.bound
    return bool(names & {"ahead", "run_ahead", "xcs", "xcs_ast"}) or any("xcs" in name for name in names)


def _called(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
