"""Which local variables surely have a value when a statement is reached.

A forward must-analysis over the statements of one function. A variable that was read on every path counts as
bound: had it not been, the read would have raised.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from xcs_ast.frontend.bodies import assigned_names, children
from xcs_ast.native import TypeAlias, final, use_own

use_own(globals())

__all__ = ["bound_at", "evaluated"]

_State: TypeAlias = frozenset[str] | None
"""`None`: not reached."""


def bound_at(
    body: list[ast.stmt], start: frozenset[str], open_is_builtin: bool = True
) -> dict[ast.stmt, frozenset[str]]:
    """For each statement that can be reached, the names bound whenever it is."""
    analysis = _Analysis(open_is_builtin)
    analysis.suite(body, start)
    return analysis.found


def _meet(states: Iterable[_State]) -> _State:
    reached = [state for state in states if state is not None]
    return frozenset.intersection(*reached) if reached else None


def _deleted(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that these may unbind."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Delete):
            found.update(child.id for child in ast.walk(node) if isinstance(child, ast.Name))
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        if not isinstance(node, ast.expr):
            stack += children(node)
    return found


def evaluated(node: ast.AST, state: frozenset[str]) -> frozenset[str]:
    """The state after an expression was evaluated."""
    found: set[str] = set()
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        match part:
            case ast.Name(id=name):
                found.add(name)
            case ast.NamedExpr(target=target, value=value):
                stack += [target, value]
            case ast.Lambda() | ast.Constant():
                pass
            case ast.BoolOp(values=values):
                stack.append(values[0])
            case ast.IfExp(test=test):
                stack.append(test)
            case ast.Compare(left=left, comparators=comparators):
                stack += [left, comparators[0]]
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                stack.append(part.generators[0].iter)
            case _:
                stack += children(part)
    return state | found if found else state


@final
class _Analysis:
    def __init__(self, open_is_builtin: bool) -> None:
        self.open_is_builtin = open_is_builtin
        self.found: dict[ast.stmt, frozenset[str]] = {}
        self.breaks: list[list[frozenset[str]]] = []

    def suite(self, statements: list[ast.stmt], state: _State) -> _State:
        for statement in statements:
            if state is None:
                return None
            here = state - _deleted([statement]) if isinstance(statement, ast.While) else state
            known = self.found.get(statement)
            self.found[statement] = here if known is None else known & here
            state = self.statement(statement, state)
        return state

    def statement(self, node: ast.stmt, state: frozenset[str]) -> _State:
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                state = evaluated(test, state)
                return _meet([self.suite(body, state), self.suite(orelse, state)])
            case ast.For() | ast.AsyncFor() | ast.While():
                return self.loop(node, state)
            case ast.Try() | ast.TryStar():
                return self.attempt(node, state)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                return self.managed(items, body, state)
            case ast.Match(subject=subject, cases=cases):
                state = evaluated(subject, state)
                return self.match(cases, state)
            case ast.Return() | ast.Raise() | ast.Continue():
                return None
            case ast.Break():
                if self.breaks:
                    self.breaks[-1].append(state)
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return state | {node.name}
            case ast.Delete():
                return state - _deleted([node])
            case ast.Import() | ast.ImportFrom():
                return state | assigned_names([node])
            case ast.AnnAssign(value=None) | ast.Global() | ast.Nonlocal() | ast.Pass() | ast.Assert():
                return state
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return evaluated(target, evaluated(value, state))
            case ast.Expr() | ast.Assign() | ast.AugAssign():
                return evaluated(node, state)
            case _:
                return state

    def loop(self, node: ast.For | ast.AsyncFor | ast.While, state: frozenset[str]) -> _State:
        inner = evaluated(node.test if isinstance(node, ast.While) else node.iter, state)
        inner = inner - _deleted(node.body)
        forever = (
            isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        )
        entry = inner if isinstance(node, ast.While) else inner | assigned_names([node.target])
        self.breaks.append([])
        self.suite(node.body, entry)
        breaks = self.breaks.pop()
        ended: _State = None if forever else self.suite(node.orelse, inner)
        return _meet([ended, *breaks])

    def attempt(self, node: ast.Try | ast.TryStar, state: frozenset[str]) -> _State:
        marks = [len(found) for found in self.breaks[-1:]]
        outcome = self.suite(node.body, state)
        outcome = self.suite(node.orelse, outcome)
        caught = state - _deleted(node.body)
        outcomes = [outcome]
        for handler in node.handlers:
            inside = caught if handler.type is None else evaluated(handler.type, caught)
            inside = inside | {handler.name} if handler.name else inside
            after = self.suite(handler.body, inside)
            outcomes.append(after - {handler.name} if after is not None and handler.name else after)
        result = _meet(outcomes)
        if node.finalbody:
            gone = _deleted([*node.body, *node.orelse, *node.handlers])
            final_state = self.suite(node.finalbody, state - gone)
            if marks:
                lost = _deleted(node.finalbody)
                self.breaks[-1][marks[0] :] = [found - lost for found in self.breaks[-1][marks[0] :]]
            if final_state is None:
                return None
            if result is not None:
                result = (result - _deleted(node.finalbody)) | final_state
        return result

    def managed(self, items: list[ast.withitem], body: list[ast.stmt], state: frozenset[str]) -> _State:
        state = entered = evaluated(items[0].context_expr, state)
        for item in items[1:]:
            entered = evaluated(item.context_expr, entered)
        for item in items:
            if item.optional_vars is not None:
                entered = entered | assigned_names([item.optional_vars])
        outcome = self.suite(body, entered)
        if self.open_is_builtin and all(_lets_exceptions_pass(item.context_expr) for item in items):
            return outcome
        return _meet([outcome, state - _deleted(body)])

    def match(self, cases: list[ast.match_case], state: frozenset[str]) -> _State:
        outcomes: list[_State] = []
        complete = False
        for case in cases:
            inside = state | assigned_names([case.pattern])
            if case.guard is not None:
                inside = evaluated(case.guard, inside)
            outcomes.append(self.suite(case.body, inside))
            plain = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
            complete = complete or (plain and case.guard is None)
        return _meet(outcomes if complete else [*outcomes, state])


def _lets_exceptions_pass(context: ast.expr) -> bool:
    """Whether it is plain to see that a context manager swallows nothing: an open file."""
    match context:
        case ast.Call(func=ast.Name(id="open")):
            return True
        case _:
            return False
