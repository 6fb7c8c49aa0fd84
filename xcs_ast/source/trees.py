"""Trees of code as bytes.

Guarantees: `load_tree(dump_tree(node))` has the same nodes, fields and places, and compiles to the same code.
Nothing is executed.
Assumes: both run under one version of Python, as all that is cached beside bytecode does.
"""

from __future__ import annotations

import ast
import marshal

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["dump_tree", "load_tree"]

_PLACE: Final = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def dump_tree(node: ast.AST) -> bytes:
    """The tree as bytes."""
    return marshal.dumps(_plain(node))


def load_tree(data: bytes) -> ast.AST:
    """The tree that was dumped.

    Raises:
        ValueError: these bytes are not a tree of this version of Python.
    """
    try:
        made = _node(marshal.loads(data))
    except (EOFError, TypeError, LookupError, AttributeError) as error:
        raise ValueError("not a tree") from error
    if not isinstance(made, ast.AST):
        raise ValueError("not a tree")
    return made


def _plain(value: Any) -> Any:
    """A node as a tuple of its class, fields and place; a list as a list; anything else as it is."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, ast.AST):
        return value
    fields = value._fields
    if isinstance(value, ast.Constant):
        content: tuple[Any, ...] = (value.value, value.kind)
    else:
        content = tuple(_plain(getattr(value, name, None)) for name in fields)
    place = None
    if value._attributes:
        place = tuple(getattr(value, name, None) for name in _PLACE)
    return (type(value).__name__, content, place)


def _node(value: Any) -> Any:
    if isinstance(value, list):
        return [_node(each) for each in value]
    if not isinstance(value, tuple):
        return value
    name, content, place = value
    kind = getattr(ast, name)
    if not (isinstance(kind, type) and issubclass(kind, ast.AST)):
        raise ValueError("not a tree")
    if len(content) != len(kind._fields):
        raise ValueError("not a tree")
    made = kind(*(content if kind is ast.Constant else [_node(each) for each in content]))
    if place is not None:
        for field, each in zip(_PLACE, place, strict=True):
            if each is not None:
                setattr(made, field, each)
    return made
