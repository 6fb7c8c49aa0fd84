"""Going through trees finds what the standard library finds, but for contexts and operators."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable

import pytest

from xcs_ast.source import lookup, nodes

TEXT = '''
import a.b as c
from x import (y, z as w)

async def f(p, /, q: int = 1, *r, s, t=None, **u) -> "text":
    global g1, g2
    async with a as b, c:
        async for i in j: await k
        else: pass
    try:
        raise E from cause
    except (A, B) as name:
        assert x, "message"
    finally:
        del v[1:2, ::3], w.attr
    return {**m, n: o}, {1, *rest}, [x async for x in y if z], (lambda d=1: d)(*s, key=t, **u)

def g():
    match subject:
        case {"k": [1, *rest], **others} if guard: yield 1
        case Point(x=0, y=None) | (-1.5 as number): yield from it
        case _: x: int = (y := f"{a!r:>{width}} {b}"); x += a and b or not c < d <= -e ** ~f
    while a if b else c: continue
    with open(p): pass
    @decorate
    class C(Base, metaclass=M): """Text."""
'''
_EMPTY = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def _full(found: Iterable[ast.AST]) -> list[ast.AST]:
    return [each for each in found if not isinstance(each, _EMPTY)]


def _texts() -> list[str]:
    return [TEXT, *(inspect.getsource(module) for module in (ast, inspect, lookup))]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(nodes.children, ast.iter_child_nodes), (nodes.walk, ast.walk)],
    ids=["children", "walk"],
)
def test_the_same_nodes_in_the_same_order(
    number: int, ours: Callable[[ast.AST], list[ast.AST]], theirs: Callable[[ast.AST], Iterable[ast.AST]]
) -> None:
    tree = ast.parse(_texts()[number])
    for node in [tree, *tree.body] if theirs is ast.walk else ast.walk(tree):
        assert ours(node) == _full(theirs(node))


def test_a_region_is_parsed_once() -> None:
    text = "for x in __xcs_items__:\n    f(x)\n"
    assert nodes.parse_region(text) is nodes.parse_region("".join(text))
