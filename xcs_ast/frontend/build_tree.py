"""Short ways to make and copy nodes of `ast` that already know their place."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from xcs_ast.native import Any, Final, use_own

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from typing import TypeVar

    _Node = TypeVar("_Node", bound=ast.AST)

__all__ = [
    "LOAD",
    "Place",
    "assign",
    "attribute_call",
    "both",
    "clone",
    "clone_at",
    "conditional",
    "constant",
    "loads",
    "made",
    "place_of",
    "shallow",
    "stores",
    "tuple_of",
]

Place = tuple[int, int, int, int]
"""Line, column, last line, end column: as `ast` counts them."""
LOAD: Final = ast.Load()
STORE: Final = ast.Store()
_PLACES: Final = ("lineno", "col_offset", "end_lineno", "end_col_offset")
_SHARED: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
"""Nodes that say nothing but what they are: `ast.parse` itself shares them."""


def place_of(node: ast.expr | ast.stmt) -> Place:
    """Where a node stands."""
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


def made(kind: type[_Node], place: Place, /, **fields: Any) -> _Node:
    """A node in a place."""
    new = kind.__new__(kind)
    new.__dict__.update(fields)
    new.__dict__.update(zip(_PLACES, place, strict=True))
    return new


def shallow(node: _Node) -> _Node:
    """Another node with the same fields and place."""
    new = type(node).__new__(type(node))
    new.__dict__.update(node.__dict__)
    return new


def clone(node: _Node) -> _Node:
    """The same tree once more."""
    new = type(node).__new__(type(node))
    space = new.__dict__
    for name, value in node.__dict__.items():
        if type(value) is list:
            space[name] = [clone(each) if isinstance(each, ast.AST) else each for each in value]
        elif isinstance(value, ast.AST) and not isinstance(value, _SHARED):
            space[name] = clone(value)
        else:
            space[name] = value
    return new


def clone_at(node: _Node, place: Place) -> _Node:
    """The same tree once more, all of it in one place."""
    new = clone(node)
    values = dict(zip(_PLACES, place, strict=True))
    stack: list[ast.AST] = [new]
    while stack:
        each = stack.pop()
        if each._attributes:
            each.__dict__.update(values)
        stack.extend(ast.iter_child_nodes(each))
    return new


def constant(value: object, place: Place) -> ast.Constant:
    """A constant."""
    return made(ast.Constant, place, value=value, kind=None)


def loads(name: str, place: Place) -> ast.Name:
    """A name that is read."""
    return made(ast.Name, place, id=name, ctx=LOAD)


def stores(name: str, place: Place) -> ast.Name:
    """A name that is bound."""
    return made(ast.Name, place, id=name, ctx=STORE)


def attribute_call(owner: ast.expr, attribute: str, place: Place, *arguments: ast.expr) -> ast.Call:
    """`owner.attribute(*arguments)`, whose owner stands at the start of the place and takes no room.

    For a method call over several lines the compiler reports the line of the method's name. Our calls stand
    for expressions of the user's: each is to be reported as exactly that expression, so that the runtime can
    find what failed inside it.
    """
    method = made(ast.Attribute, place[:2] * 2, value=owner, attr=attribute, ctx=LOAD)
    return made(ast.Call, place, func=method, args=list(arguments), keywords=[])


def conditional(test: ast.expr, body: ast.expr, orelse: ast.expr, place: Place) -> ast.IfExp:
    """`body if test else orelse`."""
    return made(ast.IfExp, place, test=test, body=body, orelse=orelse)


def both(first: ast.expr, second: ast.expr, place: Place) -> ast.BoolOp:
    """`first and second`."""
    values = [*first.values, second] if type(first) is ast.BoolOp else [first, second]
    return made(ast.BoolOp, place, op=ast.And(), values=values)


def tuple_of(elements: Sequence[ast.expr], place: Place) -> ast.Tuple:
    """A tuple display."""
    return made(ast.Tuple, place, elts=list(elements), ctx=LOAD)


def assign(target: str, value: ast.expr, place: Place) -> ast.Assign:
    """`target = value`."""
    return made(ast.Assign, place, targets=[stores(target, place)], value=value, type_comment=None)
