"""Going through trees quickly: what stands below a node, and places for new nodes.

Guarantees: as `ast.iter_child_nodes` and `ast.fix_missing_locations`, without the nodes that only name an
operator or say what a name is for. Assumes: trees as the parser makes them, or built of such nodes.
"""

from __future__ import annotations

import ast
from typing import Any, Final

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["children", "locate"]

_WITHOUT: Final = frozenset({"ctx", "op", "ops", "id", "attr", "kind", "type_comment"})
_fields: dict[type, tuple[str, ...]] = {ast.Constant: (), ast.Name: ()}
"""By the class of a node: the fields that may hold nodes."""


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below, in order."""
    kind = type(node)
    fields = _fields.get(kind)
    if fields is None:
        fields = _fields[kind] = tuple([name for name in kind._fields if name not in _WITHOUT])
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def locate(root: ast.AST) -> None:
    """Gives each node below without a place that of the node above it."""
    todo: list[tuple[ast.AST, Any, Any, Any, Any]] = [(root, 1, 0, 1, 0)]
    while todo:
        node, line, column, end_line, end_column = todo.pop()
        if "lineno" in node._attributes:
            place = node.__dict__
            line = place.setdefault("lineno", line)
            column = place.setdefault("col_offset", column)
            if place.get("end_lineno") is None:
                place["end_lineno"] = end_line
            end_line = place["end_lineno"]
            if place.get("end_col_offset") is None:
                place["end_col_offset"] = end_column
            end_column = place["end_col_offset"]
        todo += [(each, line, column, end_line, end_column) for each in children(node)]
