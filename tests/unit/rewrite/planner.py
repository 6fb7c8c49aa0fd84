"""Plans without an analysis: whatever has the shape of a region.

Nothing here asks whether a region is legal. Under `tests.unit.rewrite.inplace`, which runs each slice
where its value is taken, rewritten code must behave like the original all the same: what is tested with
these plans is the rewriting alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xcs_ast.frontend.plan import HandOver, ModulePlan, RegionPlan
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.source.spans import Span

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_PLAIN = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await, ast.JoinedStr)
_forbidden: tuple[type[ast.AST], ...] = _PLAIN
_REFLECTIVE = {"locals", "vars", "dir", "eval", "exec", "globals", "super", "__class__", "_getframe", "stack"}


def synthetic_plan(
    source: str, filename: str = "<test>", *, several: bool = True, scopes: bool = False
) -> ModulePlan:
    """Every region that the shapes allow; with `scopes`, also calls that hold lambdas and the like."""
    global _forbidden
    _forbidden = _PLAIN if scopes else (*_PLAIN, ast.Lambda, *_COMPREHENSIONS)
    planner = _Planner(source, filename, several)
    planner.visit_suite_holder(ast.parse(source), None)
    return ModulePlan(filename, tuple(planner.regions), ())


@dataclass
class _Planner:
    source: str
    filename: str
    several: bool
    regions: list[RegionPlan] = field(default_factory=list)

    def visit_suite_holder(self, node: ast.AST, function: ast.AST | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                for inner in child.body:
                    if isinstance(inner, _FUNCTIONS):
                        self.visit_suite_holder(child, child)
                        break
            elif isinstance(child, _FUNCTIONS):
                if isinstance(child, ast.FunctionDef) and not _is_reflective(child):
                    self.visit_suite_holder(child, child)
            elif isinstance(node, ast.ClassDef):
                continue
            elif isinstance(child, ast.Lambda):
                continue
            else:
                self.one(child, function)
                self.visit_suite_holder(child, function)
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if (
                isinstance(suite, list)
                and suite
                and isinstance(suite[0], ast.stmt)
                and not isinstance(node, ast.ClassDef)
            ):
                self.blocks(suite, function)

    def span(self, node: ast.AST) -> Span:
        return Span(self.filename, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def one(self, node: ast.AST, function: ast.AST | None) -> None:
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and not _leaves(node):
            calls = list(_calls_of_suite(node.body))
            if any(_stores(inner, node.target.id) for inner in node.body):
                return
            if calls:
                self.add(RegionKind.LOOP, (node,), None, node.iter, node.target, calls, function)
        elif isinstance(node, _COMPREHENSIONS) and len(node.generators) == 1:
            clause = node.generators[0]
            if (
                not isinstance(clause.target, ast.Name)
                or clause.is_async
                or isinstance(node, ast.GeneratorExp)
            ):
                return
            parts = [*clause.ifs, *([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])]
            calls = [call for part in parts for call in _calls(part)]
            if calls:
                self.add(RegionKind.COMPREHENSION, (node,), node, clause.iter, clause.target, calls, function)

    def blocks(self, suite: Sequence[ast.stmt], function: ast.AST | None) -> None:
        for one, other in zip(suite, suite[1:], strict=False):
            if all(
                isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) for each in (one, other)
            ):
                calls = list(_calls(other.value))
                if calls:
                    self.add(RegionKind.BLOCK, (one, other), None, None, None, calls[:1], function)

    def add(self, kind, statements, expression, iterable, target, calls, function) -> None:
        calls = calls if self.several else calls[:1]
        name = target.id if target is not None else ""
        texts = [ast.unparse(call) for call in calls]
        if kind is RegionKind.BLOCK:
            slices = tuple(f"lambda: {text}" for text in texts)
        elif len(calls) == 1:
            slices = (f"lambda {name}: {texts[0]}",)
        else:
            body = "".join(f"    yield ({k}, {text})\n" for k, text in enumerate(texts))
            slices = (f"def _xcs_slice({name}):\n{body}",)
        readable = tuple(text.replace("_xcs_slice", "work") for text in slices)
        for k in range(len(texts)):
            readable = tuple(text.replace(f"yield ({k}, ", "yield (") for text in readable)
        env = ()
        if isinstance(function, ast.FunctionDef):
            env = tuple(arg.arg for arg in function.args.args if not _is_deleted(function, arg.arg))
        facts = SiteFacts(
            len(self.regions),
            kind,
            self.span(statements[0]),
            getattr(function, "name", ""),
            "",
            len(calls),
            len(calls) == 1,
            env,
            frozenset(),
            frozenset(),
            tuple(texts),
        )
        hands = tuple(HandOver(k, self.span(call), f"value{k}") for k, call in enumerate(calls))
        self.regions.append(
            RegionPlan(
                facts,
                function is None,
                tuple(map(self.span, statements)),
                self.span(expression) if expression is not None else None,
                self.span(iterable) if iterable is not None else None,
                name,
                hands,
                slices,
                readable,
            )
        )


def _is_reflective(function: ast.AST) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in _REFLECTIVE:
            return True
        if isinstance(node, ast.Attribute) and node.attr in _REFLECTIVE:
            return True
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            return True
    return False


def _is_deleted(function: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Delete) and name in ast.unparse(node) for node in ast.walk(function))


def _leaves(loop: ast.For) -> bool:
    def look(node: ast.AST, inner: bool) -> bool:
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom, ast.Await)):
            return True
        if isinstance(node, ast.Break) and not inner:
            return True
        if isinstance(node, _SCOPES):
            return False
        nested = inner or isinstance(node, (ast.For, ast.While, ast.AsyncFor))
        return any(look(child, nested) for child in ast.iter_child_nodes(node))

    return any(look(statement, False) for statement in loop.body)


def _stores(node: ast.AST, name: str) -> bool:
    return any(
        (isinstance(each, ast.Name) and each.id == name and not isinstance(each.ctx, ast.Load))
        or (isinstance(each, _SCOPES) and (ast.Lambda in _forbidden or not isinstance(each, ast.Lambda)))
        for each in ast.walk(node)
    )


def _is_plain(node: ast.AST) -> bool:
    return not any(
        isinstance(each, _forbidden)
        or (isinstance(each, ast.Name) and (each.id in _REFLECTIVE or each.id.startswith("__")))
        or (isinstance(each, ast.Attribute) and each.attr.startswith("__"))
        for each in ast.walk(node)
    )


def _calls_of_suite(suite: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    for statement in suite:
        match statement:
            case ast.Expr(value=ast.Call() as call):
                for argument in call.args:
                    yield from _calls(argument)
            case ast.Assign(value=value) | ast.AugAssign(value=value):
                yield from _calls(value)
            case ast.If(test=test, body=body, orelse=orelse):
                yield from _calls(test)
                yield from _calls_of_suite(body)
                if not (len(orelse) == 1 and isinstance(orelse[0], ast.If)):
                    yield from _calls_of_suite(orelse)
            case ast.Try(body=body) | ast.With(body=body):
                yield from _calls_of_suite(body)
            case _:
                pass


def _calls(node: ast.expr) -> Iterator[ast.expr]:
    """The outermost calls that are evaluated whenever the expression is."""
    match node:
        case ast.Call():
            if _is_plain(node) and not any(isinstance(each, ast.Starred) for each in ast.walk(node)):
                yield node
        case ast.BinOp(left=left, right=right):
            yield from _calls(left)
            yield from _calls(right)
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            for each in elts:
                if not isinstance(each, ast.Starred):
                    yield from _calls(each)
        case ast.BoolOp(values=values):
            yield from _calls(values[0])
        case ast.UnaryOp(operand=operand):
            yield from _calls(operand)
        case ast.Compare(left=left):
            yield from _calls(left)
        case ast.Subscript(value=value):
            yield from _calls(value)
        case _:
            return
