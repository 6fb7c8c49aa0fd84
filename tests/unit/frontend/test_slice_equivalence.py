"""The formal statement of `slicing`: run for an item, the slice yields what the body takes, in that order."""

from __future__ import annotations

import ast

import pytest

from xcs_ast.frontend.analyse import plan_module
from xcs_ast.ir.sites import RegionKind

from .programs import Writer, by_slice, in_place

ITEMS = [0, 1, 2, 3, 4, 5, 6, 7, 9, 14, 25]


class Unmark(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "__xcs_stage__":
            value = node.args[1]
            match value:
                case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not(), operand=inner)):
                    return inner
            return value
        return node


def check(seed: int) -> int:
    source = Writer(seed).program()
    plan = plan_module(source, "program.py")
    regions = [region for region in plan.regions if region.facts.kind is RegionKind.LOOP]
    regions = [region for region in regions if region.facts.span.line == 4]
    if not regions:
        return 0
    region = regions[0]
    unmarked = Unmark().visit(ast.parse(region.facts.text)).body[0]
    loop = ast.parse(source).body[0].body[2]
    unmarked.iter = loop.iter
    assert ast.dump(unmarked) == ast.dump(loop), source
    env: dict[str, object] = {"out": [], "p": 1, "q": 1, "r": 1, "s": 1, "a": 3, "b": 4, "items": ITEMS}
    record = in_place(region, env, ITEMS)
    for index, taken in enumerate(record.taken):
        for text in region.slices:
            mine = by_slice(region, env, ITEMS[index], text)
            if index in record.broke:
                assert mine[: len(taken)] == taken, (source, text, ITEMS[index])
            else:
                assert [(n, type(v), v) for n, v in mine] == [(n, type(v), v) for n, v in taken], (
                    source,
                    text,
                    ITEMS[index],
                )
    return 1


@pytest.mark.parametrize("block", range(8))
def test_slices_yield_what_the_body_takes(block: int) -> None:
    planned = sum(check(seed) for seed in range(block * 30, block * 30 + 30))
    assert planned >= 10
