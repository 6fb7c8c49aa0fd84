"""Arithmetic and comparisons of exact integers in instrumented code: natively, after one test of the types.

Guarantees: the operands are evaluated once, in the order of the plain code, whichever way is taken; the
native way is taken only where all operands are exact integers, so that no operator runs code.
Assumes: as `instrument_base`. A recorder that wants to see such operations leaves `NUMBER` unset.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final, TypeAlias

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_base import NUMBER, TYPE, contains
from xcs_ast.tracer.instrument_calls import Calls

use_own(globals())

__all__ = ["Numbers"]

_Two: TypeAlias = Callable[[ast.expr, ast.expr], ast.expr]
_NEVER: Final = (
    ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp, ast.Lambda, ast.Compare, ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.Await, ast.Yield,
    ast.YieldFrom,
)  # fmt: skip
"""Operands that are no integers, mostly, or that bind names."""


class Numbers(Calls):
    """Rewrites operators whose operands may be integers."""

    _hooks_only = False
    """Inside of what is done when the operands are no integers."""

    def numbers(self, node: ast.AST, left: ast.expr, right: ast.expr, native: _Two, hooked: _Two) -> ast.expr:
        """`native` where both operands turn out to be integers, else `hooked`."""
        if self._hooks_only or isinstance(getattr(node, "op", None), ast.MatMult):
            return hooked(self.expr(left), self.expr(right))
        names: dict[str, ast.expr] = {}
        if self._is_pure(left, names) and self._is_pure(right, names):
            if not names:
                return hooked(self.expr(left), self.expr(right))
            self._hooks_only = True
            other = hooked(self.expr(left), self.expr(right))
            self._hooks_only = False
            return self.place(ast.IfExp(self._guard(node, *names.values()), native(left, right), other), node)
        if self.no_walrus or self.in_generator or not (self._may_be(left) and self._may_be(right)):
            return hooked(self.expr(left), self.expr(right))
        tests: list[ast.expr] = []
        operands: list[ast.expr] = []
        for each in (left, right):
            if self.is_simple(each):
                operands.append(each)
                if not isinstance(each, ast.Constant):
                    tests.append(each)
            else:
                first, name = self.walrus(self.expr(each))
                tests.append(first)
                operands.append(self.place(self.load(name), each))
        chosen = ast.IfExp(self._guard(node, *tests), native(*operands), hooked(*operands))
        return self.place(chosen, node)

    def _is_pure(self, node: ast.expr, names: dict[str, ast.expr]) -> bool:
        """Whether this is arithmetic on surely bound variables and numbers; notes the variables."""
        if isinstance(node, ast.Constant):
            return type(node.value) is int or type(node.value) is float
        if isinstance(node, ast.Name):
            names[node.id] = node
            return self.is_simple(node)
        if isinstance(node, ast.UnaryOp):
            return not isinstance(node.op, ast.Not) and self._is_pure(node.operand, names)
        return (
            isinstance(node, ast.BinOp)
            and not isinstance(node.op, ast.MatMult)
            and self._is_pure(node.left, names)
            and self._is_pure(node.right, names)
        )

    def _may_be(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return type(node.value) is int or type(node.value) is float
        return not isinstance(node, _NEVER) and not contains(node, ast.NamedExpr)

    def _guard(self, node: ast.AST, *values: ast.expr) -> ast.expr:
        """Whether the types of all values are `NUMBER`; evaluates every one of them."""
        kinds: list[ast.expr] = [
            self.place(ast.Call(self.load(TYPE), [value], []), value) for value in values
        ]
        kinds.append(self.load(NUMBER))
        ops: list[ast.cmpop] = [ast.Is() for _ in values]
        return self.place(ast.Compare(kinds[0], ops, kinds[1:]), node)
