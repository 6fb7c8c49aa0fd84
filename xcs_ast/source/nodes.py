"""Going through syntax trees, for those who do so while a program waits for its first region.

`children` and `walk` give what `ast.iter_child_nodes` and `ast.walk` do, in the same order, but for contexts
and operators, which are nodes in name only; and they make no generator for each node. `parse_region` parses
the text of a region once for all who read it.

Guarantees: nothing is executed. The tree of a region is one object for all; who keeps notes on its nodes
does so under a name of his own. Assumes: trees are as the compiler takes them.
"""

from __future__ import annotations

from functools import lru_cache

from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast
from xcs_ast.source.quiet import quiet

use_own(globals())

__all__ = ["children", "parse_region", "walk"]

_NO_NODES: Final = frozenset(
    {
        "asname",
        "attr",
        "conversion",
        "ctx",
        "id",
        "is_async",
        "kind",
        "kwd_attrs",
        "level",
        "module",
        "op",
        "ops",
    }
    | {"rest", "simple", "type_comment"}
)
"""Fields that hold no node with anything inside."""
_fields: Final[dict[type, tuple[str, ...]]] = {ast.Constant: ()}


def children(node: ast.AST) -> list[Any]:
    """The nodes right inside a node, in the order of its fields."""
    kind = type(node)
    names = _fields.get(kind)
    if names is None:
        names = _fields[kind] = tuple([name for name in kind._fields if name not in _NO_NODES])
    found: list[Any] = []
    for name in names:
        value: Any = getattr(node, name, None)
        if type(value) is list:
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST) -> list[Any]:
    """The node and all nodes inside it, outer ones first."""
    found = [node]
    for each in found:
        found += children(each)
    return found


@lru_cache(maxsize=256)
def parse_region(text: str) -> ast.Module:
    """The tree of a region's text.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse` does.
    """
    with quiet():
        return ast.parse(text)
