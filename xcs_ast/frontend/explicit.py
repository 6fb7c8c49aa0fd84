"""Regions that a person wrote out: `for x, ahead in xcs.run_ahead(slice, xs)`, `handle = xcs.ahead(thunk)`.

Such code carries no facts of its own, so they are read off the caller's source: the loop (or the statements
up to the hand-over) is put back into the words of a sequential program, with its stages marked.

Formal statement. In the text of a loop the body stands before the stages, so everything in the body counts as
coming before each of them; whatever the order in the real body, no dependence is missed.

Guarantees: `None` where the source does not show the whole region; nothing is executed.
Assumes: `tree` is the source that `code` was compiled from.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from types import CodeType

from xcs_ast.ir.sites import ITEMS_NAME, STAGE_NAME, RegionKind, SiteFacts
from xcs_ast.native import Final, final, use_own
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["explicit_block", "explicit_loop"]

_VALUE: Final = "__xcs_value_{}__"

Function = ast.FunctionDef | ast.Lambda


def explicit_loop(
    tree: ast.Module, code: CodeType, filename: str, line: int, column: int
) -> SiteFacts | None:
    """The facts of the loop or comprehension whose `run_ahead(...)` call starts at (`line`, `column`).

    `line` counts from 1, `column` in UTF-8 bytes from 0, as in `ast`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and _starts_at(node.iter, line, column):
            return _loop_facts(tree, code, filename, node, node.target, node.iter, node.body)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            first = node.generators[0]
            if _starts_at(first.iter, line, column) and len(node.generators) == 1:
                body = _comprehension_body(node, first)
                return _loop_facts(tree, code, filename, node, first.target, first.iter, body)
    return None


def explicit_block(
    tree: ast.Module, code: CodeType, filename: str, line: int, column: int
) -> SiteFacts | None:
    """The facts of the statements between `handle = ahead(thunk)` at (`line`, `column`) and its hand-over."""
    for suite in _suites(tree):
        for number, statement in enumerate(suite):
            if _is_handle(statement) and _starts_at(statement.value, line, column):  # type: ignore[attr-defined]
                return _block_facts(code, filename, suite[number:])
    return None


def _starts_at(node: ast.expr, line: int, column: int) -> bool:
    return isinstance(node, ast.Call) and node.lineno == line and node.col_offset == column


def _comprehension_body(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, clause: ast.comprehension
) -> list[ast.stmt]:
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    body: list[ast.stmt] = [ast.Expr(part) for part in parts]
    for condition in reversed(clause.ifs):
        body = [ast.If(condition, body, [])]
    return body


def _loop_facts(
    tree: ast.Module,
    code: CodeType,
    filename: str,
    region: ast.For | ast.expr,
    target: ast.expr,
    call: ast.expr,
    body: Sequence[ast.stmt],
) -> SiteFacts | None:
    assert isinstance(call, ast.Call)
    if not (isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(target.elts[1], ast.Name)):
        return None
    if len(call.args) != 2 or call.keywords:
        return None
    item, handle = target.elts
    assert isinstance(handle, ast.Name)
    slice_ = _slice_function(tree, call)
    if slice_ is None:
        return None
    inlined = _inline(slice_, item)
    if inlined is None:
        return None
    stages, count = inlined
    taken = _TakeHandOvers(handle.id, count)
    plain_body = [taken.visit(copy.deepcopy(statement)) for statement in body]
    if not taken.exact:
        return None
    if isinstance(region, ast.For) and _leaves_early(region.body):
        return None
    unmarked = [_Unmark().visit(copy.deepcopy(statement)) for statement in stages]
    loop = ast.For(
        target=copy.deepcopy(item),
        iter=ast.Name(ITEMS_NAME, ast.Load()),
        body=[*unmarked, ast.If(_some_int(), plain_body, []), *stages],
        orelse=[],
    )
    kind = RegionKind.LOOP if isinstance(region, ast.For) else RegionKind.COMPREHENSION
    return _facts(kind, code, filename, region, [loop], count, isinstance(slice_, ast.Lambda), (item,))


def _slice_function(tree: ast.Module, call: ast.Call) -> Function | None:
    """The one function that the first argument can be: a lambda, or the only `def` of that name."""
    first = call.args[0]
    if isinstance(first, ast.Lambda):
        return first
    if not isinstance(first, ast.Name):
        return None
    named = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == first.id]
    stores = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == first.id and not _is_load(n)]
    return named[0] if len(named) == 1 and not stores and not named[0].decorator_list else None


def _inline(slice_: Function, item: ast.expr) -> tuple[list[ast.stmt], int] | None:
    """The slice as statements about the loop's item, each of its hand-overs marked; and their number."""
    args = slice_.args
    if (
        len(args.args) != 1
        or args.posonlyargs
        or args.vararg
        or args.kwonlyargs
        or args.kwarg
        or args.defaults
    ):
        return None
    bind = ast.Assign([ast.Name(args.args[0].arg, ast.Store())], _as_load(item))
    if isinstance(slice_, ast.Lambda):
        return [bind, _marked(0, copy.deepcopy(slice_.body))], 1
    marker = _MarkYields()
    body = marker.suite(slice_.body)
    if marker.count == 0 or not marker.exact or marker.highest >= marker.count:
        return None
    return [bind, *body], marker.count


def _some_int() -> ast.expr:
    """An expression of which the analysis knows that it is an `int`, and no more: any branch, any index."""
    return ast.Call(ast.Attribute(ast.Constant(1), "__hash__", ast.Load()), [], [])


def _stage(number: int, value: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(STAGE_NAME, ast.Load()), [ast.Constant(number), value], [])


def _marked(number: int, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(_VALUE.format(number), ast.Store())], _stage(number, value))


@final
class _MarkYields:
    """Puts everything that a slice computes inside markers: what leads to hand-over `k` carries number `k`.

    `return` becomes `pass`: treating what follows as reachable only adds effects. A statement of any other
    kind than these is refused (`exact` turns false).
    """

    def __init__(self) -> None:
        self.count = 0
        self.exact = True
        self.highest = 0

    def suite(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [self.statement(copy.deepcopy(statement)) for statement in statements]

    def statement(self, node: ast.stmt) -> ast.stmt:
        match node:
            case ast.Expr(ast.Yield(value)) if value is not None and self._plain(value):
                self.count += 1
                return _marked(self.count - 1, value)
            case ast.Expr(ast.Constant()) | ast.Pass() | ast.Return(None):
                return ast.Pass()
            case ast.Expr(value) if self._plain(value):
                return ast.Expr(self._led_to(value))
            case ast.Assign([ast.Name()], value) if self._plain(value):
                node.value = self._led_to(value)
                return node
            case ast.If(test, body, orelse) if self._plain(test):
                # The condition is worked out before the hand-overs in both of its arms.
                return ast.If(self._led_to(test), self.suite(body), self.suite(orelse))
        self.exact = False
        return node

    def _led_to(self, value: ast.expr) -> ast.expr:
        self.highest = max(self.highest, self.count)
        return _stage(self.count, value)

    def _plain(self, value: ast.expr) -> bool:
        return not any(
            isinstance(n, ast.Yield | ast.YieldFrom | ast.Await | ast.NamedExpr) for n in ast.walk(value)
        )


@final
class _Unmark(ast.NodeTransformer):
    """Takes the markers off again."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == STAGE_NAME:
            return node.args[1]
        return node


@final
class _TakeHandOvers(ast.NodeTransformer):
    """Replaces `ahead()` and `ahead.name()` by what the slice computed.

    Which hand-over a call is follows from the control flow of both, so where there are several, each
    stands for any of them.
    """

    def __init__(self, handle: str, count: int) -> None:
        self.handle = handle
        self.count = count
        self.exact = True

    def visit_Call(self, node: ast.Call) -> ast.expr:
        func = node.func
        if isinstance(func, ast.Attribute):
            func = func.value
        if not (isinstance(func, ast.Name) and func.id == self.handle):
            self.generic_visit(node)
            return node
        self.exact = self.exact and not node.args and not node.keywords
        values: list[ast.expr] = [ast.Name(_VALUE.format(k), ast.Load()) for k in range(self.count)]
        if len(values) == 1:
            return values[0]
        return ast.Subscript(ast.Tuple(values, ast.Load()), _some_int(), ast.Load())

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id == self.handle:
            self.exact = False
        return node


def _leaves_early(body: Sequence[ast.stmt]) -> bool:
    """Whether a `break` of this loop, a `return` or a `yield` stands in the body."""
    for statement in body:
        for node in _own_nodes(statement):
            if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await):
                return True
        if _breaks(statement):
            return True
    return False


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(node):
        yield from _own_nodes(child)


def _breaks(node: ast.AST) -> bool:
    if isinstance(node, ast.Break):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return any(_breaks(child) for child in node.orelse)
    return any(_breaks(child) for child in ast.iter_child_nodes(node))


def _suites(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if isinstance(suite, list):
                yield suite


def _is_handle(statement: ast.stmt) -> bool:
    """Whether it is `name = something(lambda: ...)`."""
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
        return False
    call = statement.value
    return (
        isinstance(statement.targets[0], ast.Name)
        and isinstance(call, ast.Call)
        and len(call.args) == 1
        and not call.keywords
        and isinstance(call.args[0], ast.Lambda)
        and not call.args[0].args.args
    )


def _block_facts(code: CodeType, filename: str, suite: Sequence[ast.stmt]) -> SiteFacts | None:
    handles: dict[str, ast.expr] = {}
    mine = ""
    out: list[ast.stmt] = []
    for statement in suite:
        if _is_handle(statement):
            assert isinstance(statement, ast.Assign)
            target, call = statement.targets[0], statement.value
            assert isinstance(target, ast.Name)
            assert isinstance(call, ast.Call)
            assert isinstance(call.args[0], ast.Lambda)
            mine = mine or target.id
            handles[target.id] = call.args[0].body
            continue
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return):
            return None
        take = _TakeThunks(handles, mine)
        out.append(take.visit(copy.deepcopy(statement)))
        if not take.exact:
            return None
        if take.found:
            return _facts(RegionKind.BLOCK, code, filename, suite[0], out, 1, True, ())
    return None


@final
class _TakeThunks(ast.NodeTransformer):
    """Replaces `handle()` by the expression that its thunk computes; that of `mine` is marked."""

    def __init__(self, handles: dict[str, ast.expr], mine: str) -> None:
        self.handles = handles
        self.mine = mine
        self.found = False
        self.exact = True

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id in self.handles:
            value = copy.deepcopy(self.handles[node.func.id])
            self.exact = self.exact and not node.args and not node.keywords
            if node.func.id != self.mine:
                return value
            self.exact = self.exact and not self.found
            self.found = True
            return _stage(0, value)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.handles:
            self.exact = False
        return node


def _facts(
    kind: RegionKind,
    code: CodeType,
    filename: str,
    region: ast.stmt | ast.expr,
    statements: Sequence[ast.stmt],
    stages: int,
    single: bool,
    targets: Sequence[ast.expr],
) -> SiteFacts:
    text = "\n".join(ast.unparse(ast.fix_missing_locations(statement)) for statement in statements)
    assigned = {
        n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name) and not _is_load(n)
    } | {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    names = {n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name)}
    at_module_level = code.co_name == "<module>"
    shared = set(code.co_cellvars) | set(code.co_freevars)
    mine = set() if at_module_level else (set(code.co_varnames) | shared) & names
    callees = {
        ast.unparse(n.args[1].func)
        for s in statements
        for n in ast.walk(s)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Name)
        and n.func.id == STAGE_NAME
        and isinstance(n.args[1], ast.Call)
    }
    return SiteFacts(
        index=-1,
        kind=kind,
        span=Span(
            filename,
            region.lineno,
            region.col_offset,
            region.end_lineno or region.lineno,
            region.end_col_offset or region.col_offset,
        ),
        function="" if at_module_level else code.co_qualname,
        text=text,
        stages=stages,
        single=single,
        env=tuple(sorted(mine - assigned)),
        unknown_locals=frozenset(),
        cells=frozenset(mine & shared),
        callees=tuple(sorted(callees)),
    )


def _is_load(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _as_load(target: ast.expr) -> ast.expr:
    loaded = copy.deepcopy(target)
    for node in ast.walk(loaded):
        if isinstance(node, ast.Name | ast.Tuple | ast.List | ast.Starred):
            node.ctx = ast.Load()
    return loaded
