"""Reads the text of a region for `shape`."""

from __future__ import annotations

from xcs_ast.ir.sites import STAGE_NAME
from xcs_ast.native import use_own
from xcs_ast.runtime.shape import Pattern
from xcs_ast.source import grammar as ast
from xcs_ast.source.nodes import children, parse_region

use_own(globals())

__all__ = ["read_shape"]


def read_shape(text: str) -> tuple[Pattern | None, set[int]] | None:
    """The pattern of the target, and the hand-overs that each iteration reaches; `None`: not understood."""
    try:
        body = parse_region(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(body) == 1 and isinstance(body[0], ast.For):
        loop = body[0]
        try:
            return _pattern(loop.target), _certain(loop.body)
        except ValueError:
            return None
    return None, _certain(body)


def _pattern(target: ast.expr) -> Pattern | None:
    match target:
        case ast.Name():
            return None
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_pattern(part) for part in parts)
        case _:
            raise ValueError("a target that is no name")


def _certain(body: list[ast.stmt]) -> set[int]:
    """The hand-overs in straight-line statements, and in what a compound statement evaluates first."""
    found: set[int] = set()
    for statement in body:
        match statement:
            case ast.If(test=first) | ast.Match(subject=first):
                found |= _marks(first)
            case ast.For(iter=first):
                found |= _marks(first)
            case ast.With(items=items):
                found |= _marks(items[0].context_expr)
            case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Return() | ast.Raise():
                found |= _marks(statement)
            case _:
                pass
    return found


def _marks(tree: ast.AST) -> set[int]:
    """Hand-overs that evaluating `tree` surely reaches."""
    match tree:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=int(k)), _]) if name == STAGE_NAME:
            return {k}
        case ast.BoolOp(values=[first, *_]) | ast.Compare(left=first) | ast.IfExp(test=first):
            return _marks(first)
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return set()
    found: set[int] = set()
    for child in children(tree):
        found |= _marks(child)
    return found
