"""Short ways to make LibCST nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import libcst as cst

from xcs_ast.native import use_own

use_own(globals())

__all__ = [
    "BLANK",
    "assign",
    "atomic",
    "attribute_call",
    "block",
    "call",
    "conditional",
    "embraced",
    "expression_line",
    "is_none",
    "line",
    "name",
    "parenthesized",
    "tuple_of",
    "word_safe",
]

BLANK = cst.EmptyLine(indent=False)

_ATOMS: Final = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.List,
    cst.Set,
    cst.Dict,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.SimpleString,
    cst.Integer,
)


def name(text: str) -> cst.Name:
    """A name."""
    return cst.Name(text)


def call(function: cst.BaseExpression, *arguments: cst.BaseExpression) -> cst.Call:
    """`function(*arguments)`; a bare tuple or generator expression among them gets its parentheses."""
    return cst.Call(function, [cst.Arg(parenthesized(each)) for each in arguments])


def attribute_call(owner: str, attribute: str, *arguments: cst.BaseExpression) -> cst.Call:
    """`owner.attribute(*arguments)`."""
    return call(cst.Attribute(cst.Name(owner), cst.Name(attribute)), *arguments)


def parenthesized(node: cst.BaseExpression) -> cst.BaseExpression:
    """The same expression, able to stand as one argument."""
    bare = isinstance(node, cst.Tuple | cst.GeneratorExp | cst.NamedExpr | cst.Yield)
    return embraced(node) if bare and not node.lpar else node


def atomic(node: cst.BaseExpression) -> cst.BaseExpression:
    """The same expression, able to stand anywhere."""
    return node if node.lpar or isinstance(node, _ATOMS) else embraced(node)


def embraced(node: cst.BaseExpression) -> cst.BaseExpression:
    """The same expression in one more pair of parentheses."""
    return node.with_changes(lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()])


def word_safe(node: cst.BaseExpression, before: str, after: str) -> cst.BaseExpression:
    """The same expression, in parentheses where a neighbour would run into it."""
    touches = (before.isalnum() or before == "_" or before in "\"'") or (after.isalnum() or after == "_")
    return embraced(node) if touches and not node.lpar else node


def tuple_of(elements: Sequence[cst.BaseExpression]) -> cst.Tuple:
    """`(a, b)`, `(a,)`, `()`."""
    if len(elements) == 1:
        return cst.Tuple([cst.Element(elements[0], comma=cst.Comma())])
    return cst.Tuple([cst.Element(each) for each in elements])


def conditional(test: cst.BaseExpression, body: cst.BaseExpression, orelse: cst.BaseExpression) -> cst.IfExp:
    """`(body if test else orelse)`."""
    return cst.IfExp(
        test=test,
        body=atomic(body),
        orelse=atomic(orelse),
        lpar=[cst.LeftParen()],
        rpar=[cst.RightParen()],
    )


def is_none(text: str, negated: bool = False) -> cst.Comparison:
    """`text is None`, or `text is not None`."""
    operator = cst.IsNot() if negated else cst.Is()
    return cst.Comparison(cst.Name(text), [cst.ComparisonTarget(operator, cst.Name("None"))])


def assign(target: str, value: cst.BaseExpression) -> cst.SimpleStatementLine:
    """`target = value`."""
    return line(cst.Assign([cst.AssignTarget(cst.Name(target))], value))


def expression_line(value: cst.BaseExpression) -> cst.SimpleStatementLine:
    """The expression as a statement."""
    return line(cst.Expr(value))


def line(statement: cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    """A line of one statement."""
    return cst.SimpleStatementLine([statement])


def block(statements: Sequence[cst.BaseStatement], indent: str) -> cst.IndentedBlock:
    """An indented block with an indentation of its own, whatever LibCST takes for the module's."""
    return cst.IndentedBlock(body=list(statements), indent=indent)
