"""Which parts of an expression a slice can take: the largest ones that hold a candidate call.

Only positions that are evaluated whenever the expression is: right operands of `and`/`or`, branches of a
conditional expression, later comparison operands, and bodies of comprehensions and lambdas are reached
only as parts of something that is taken whole.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from xcs_ast.frontend.scopes import COMPREHENSIONS
from xcs_ast.frontend.survey import Surveyor
from xcs_ast.native import final, use_own

use_own(globals())

__all__ = ["Candidates"]


@final
class Candidates:
    """Finds what can be taken out of one expression, given what the slice can compute at that point."""

    def __init__(
        self,
        surveyor: Surveyor,
        sliceable: Callable[[ast.expr], bool],
        split: bool = False,
        is_worth: Callable[[ast.Call], bool] = lambda call: True,
    ) -> None:
        self._surveyor = surveyor
        self._sliceable = sliceable
        self._is_worth = is_worth
        self._split = split
        """Whether a call whose arguments hold several candidates is taken apart (blocks)."""

    def of(self, node: ast.expr) -> list[ast.expr]:
        """The parts to take, in evaluation order."""
        if not self._surveyor.survey(node).calls:
            return []
        match node:
            case ast.Call():
                return self._call(node)
            case ast.JoinedStr():
                return [node] if self._sliceable(node) else []
            case ast.IfExp(test=test):
                return [node] if self._sliceable(node) else self.of(test)
            case ast.BoolOp(values=values):
                return [node] if self._sliceable(node) else self.of(values[0])
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                return self._display(node, elts)
            case ast.Dict(keys=keys, values=values):
                return self._display(node, [part for pair in zip(keys, values, strict=True) for part in pair])
            case ast.Compare(left=left, comparators=comparators):
                return self._chain(node, [left, comparators[0]])
            case ast.Attribute(value=value) | ast.UnaryOp(operand=value):
                return self._chain(node, [value])
            case ast.Subscript(value=value, slice=index):
                return self._chain(node, [value, index])
            case ast.BinOp(left=left, right=right):
                return self._chain(node, [left, right])
            case ast.Slice(lower=lower, upper=upper, step=step):
                return self._parts([lower, upper, step])
            case ast.Starred(value=value) | ast.NamedExpr(value=value):
                return self.of(value)
            case _ if isinstance(node, COMPREHENSIONS):
                return self.of(node.generators[0].iter)
            case _:
                return []

    def arguments_of(self, node: ast.Call) -> list[ast.expr]:
        """The parts of a call whose own result nobody uses."""
        func = node.func
        found = self.of(func.value) if isinstance(func, ast.Attribute) else self.of(func)
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        last = max(((argument.lineno, argument.col_offset) for argument in node.args), default=(0, 0))
        found = found + self._parts(node.args)
        for keyword in node.keywords:
            if starred and (keyword.value.lineno, keyword.value.col_offset) < last:
                continue  # `f(k=a(), *b())` runs `b` first: its text is not in evaluation order
            found += self.of(keyword.value)
        return found

    def _call(self, node: ast.Call) -> list[ast.expr]:
        parts: list[ast.expr] | None = None
        if self._surveyor.is_candidate(node) and self._is_worth(node):
            if self._split:
                parts = self.arguments_of(node)
                if len(parts) >= 2:
                    return parts
            if self._sliceable(node):
                return [node]
        if parts is None:
            parts = self.arguments_of(node)
        func = node.func
        climbs = isinstance(func, ast.Attribute) and self.of(func) == [func]
        return [node] if climbs and len(parts) == 1 and self._sliceable(node) else parts

    def _parts(self, nodes: Sequence[ast.expr | None]) -> list[ast.expr]:
        return [part for node in nodes if node is not None for part in self.of(node)]

    def _display(self, node: ast.expr, elements: Sequence[ast.expr | None]) -> list[ast.expr]:
        parts = self._parts(elements)
        whole = len(parts) >= 2 and not self._split and self._sliceable(node)
        return [node] if whole else parts

    def _chain(self, node: ast.expr, operands: Sequence[ast.expr]) -> list[ast.expr]:
        first = self.of(operands[0])
        rest = self._parts(operands[1:])
        if self._split and first and rest:
            return first + rest
        if first == [operands[0]] and self._sliceable(node):
            return [node]
        return first + rest
