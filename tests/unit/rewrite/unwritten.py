"""Takes the guarded form away again: what is left must be the original, node for node and place for place."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

from xcs_ast.frontend.plan import ModulePlan, RegionPlan

_SITE = re.compile(r"<xcs site (\d+) of \w+>")
_HANDLE = re.compile(r"_xcs_h(\d+)(_\d+)?")


def unwritten(tree: ast.Module, original: ast.Module, plan: ModulePlan, version: str) -> ast.Module:
    """The module with each region replaced by its `plain` or its `ahead` version, values put back."""
    return ast.fix_missing_locations(_Unwrite(original, plan, version).visit(copy.deepcopy(tree)))


def site_of(node: ast.AST) -> int | None:
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (found := _SITE.fullmatch(node.value))
    ):
        return int(found.group(1))
    if isinstance(node, ast.Name) and (found := _HANDLE.fullmatch(node.id)):
        return int(found.group(1))
    return None


class _Unwrite(ast.NodeTransformer):
    def __init__(self, original: ast.Module, plan: ModulePlan, version: str) -> None:
        self.regions: dict[int, RegionPlan] = {each.facts.index: each for each in plan.regions}
        self.version = version
        self.places: dict[tuple[int, ...], list[ast.expr]] = {}
        for node in ast.walk(original):
            if isinstance(node, ast.expr):
                self.places.setdefault(_place(node), []).append(node)

    def visit_Try(self, node: ast.Try) -> Any:
        if not self._is_ours(node):
            return self.generic_visit(node)
        last = node.body[-1]
        if isinstance(last, ast.For) and self._is_loop(last):
            plain = last.orelse[-1]
            iterable = self._iterable(node, plain)
            chosen = plain
            if self.version == "ahead":
                last.orelse, chosen = plain.orelse, last
            chosen.iter = iterable
            return self.generic_visit(chosen)
        if isinstance(last, ast.If) and self._is_block(last):
            chosen = last.body if self.version == "ahead" else last.orelse
            return self._statements(chosen)
        return self._statements(node.body)

    visit_TryStar = visit_Try

    def _statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for each in body:
            new = self.visit(each)
            made += new if isinstance(new, list) else [new]
        return made

    def _is_ours(self, node: ast.Try) -> bool:
        match node.handlers:
            case [
                ast.ExceptHandler(
                    type=None, body=[ast.Expr(ast.Call(func=ast.Attribute(value=site, attr="trim"))), *_]
                )
            ]:
                return site_of(site) is not None
        return False

    def _is_loop(self, node: ast.For) -> bool:
        match node.iter:
            case ast.BoolOp(op=ast.Or(), values=[handle, ast.Tuple(elts=[])]):
                return site_of(handle) is not None
        return site_of(node.iter) is not None

    def _is_block(self, node: ast.If) -> bool:
        match node.test:
            case ast.BoolOp(values=[_, ast.Call(func=ast.Attribute(value=site, attr="block_module"))]):
                return site_of(site) is not None
            case ast.Name() as handle:
                return site_of(handle) is not None
        return False

    def _iterable(self, node: ast.Try, plain: ast.For) -> ast.expr:
        if isinstance(plain.iter, ast.IfExp):
            return plain.iter.body
        entered = node.body[-2]
        return entered.value.args[1]

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        match node.test:
            case ast.NamedExpr(target=handle) if site_of(handle) is not None:
                iterable = node.orelse.generators[0].iter.body
            case ast.Call(func=ast.Attribute(value=site, attr="enter_module"), args=[_, iterable]) if (
                site_of(site) is not None
            ):
                pass
            case _:
                return self.generic_visit(node)
        chosen = node.body if self.version == "ahead" else node.orelse
        chosen.generators[0].iter = iterable
        return self.generic_visit(chosen)

    def visit_Call(self, node: ast.Call) -> Any:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="ahead"), args=[ast.Constant(value=number)]):
                index = site_of(owner)
                if index is not None:
                    hand = self.regions[index].hand_overs[number]
                    span = (hand.span.line, hand.span.column, hand.span.end_line, hand.span.end_column)
                    assert _place(node) == span, (_place(node), span)
                    return copy.deepcopy(self.places[span][0])
        return self.generic_visit(node)


def _place(node: ast.AST) -> tuple[int, ...]:
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
