"""Small questions about statements: what they assign, and how they leave."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from xcs_ast.frontend.names import MUTATORS
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = [
    "assigned_names",
    "children",
    "has_own_continue",
    "leaves_early",
    "touched_names",
    "walk_here",
]

_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LEAVING = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def walk_here(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node that runs as part of these, nested functions and classes not entered.

    Of a nested function its defaults and decorators are not walked either: the node itself stands for them.
    """
    stack = list(nodes)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _NESTED):
            stack += children(node)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below, contexts and operators aside."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _WITHOUT_CHILDREN):
            found.append(value)
    return found


_WITHOUT_CHILDREN = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)
_CACHED: Final = "_xcs_assigned"


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that running these may bind, rebind or delete, also from a function defined in them."""
    found: set[str] = set()
    for node in nodes:
        found |= _assigned(node)
    return found


def _assigned(node: ast.AST) -> frozenset[str]:
    """Remembered on the node, if it is a statement."""
    known = node.__dict__.get(_CACHED)
    if known is not None:
        return frozenset(known)
    found: set[str] = set()
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        if part is not node and isinstance(part, ast.stmt):
            found |= _assigned(part)
            continue
        kind = type(part)
        if kind in _PLAIN:
            pass
        elif kind is ast.Name:
            if not isinstance(part.ctx, ast.Load):  # type: ignore[attr-defined]
                found.add(part.id)  # type: ignore[attr-defined]
            continue
        elif kind in _SPECIAL and not _note_binding(part, found, stack):
            continue
        stack += children(part)
    result = frozenset(found)
    if isinstance(node, ast.stmt):
        node.__dict__[_CACHED] = result
    return result


_PLAIN: Final = frozenset(
    {ast.Call, ast.Attribute, ast.Expr, ast.Assign, ast.If, ast.BinOp, ast.Compare, ast.Tuple}
)
_SPECIAL: Final = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.Constant,
        ast.ExceptHandler,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
        ast.Import,
        ast.ImportFrom,
        ast.comprehension,
    }
)


def _note_binding(node: ast.AST, found: set[str], stack: list[ast.AST]) -> bool:
    """Adds what a node binds by a name that is no `Name`; returns whether to look below it as usual."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            found.add(name)
            found |= _nonlocals_inside(node)
            return False
        case ast.Lambda() | ast.Constant():
            return False
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            found.add(name)
        case ast.MatchMapping(rest=str(name)):
            found.add(name)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            found.update(alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.comprehension(iter=iterable, ifs=ifs):
            stack += [iterable, *ifs]  # the target is the comprehension's own
            return False
        case _:
            pass
    return True


def _nonlocals_inside(node: ast.AST) -> set[str]:
    found: set[str] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Nonlocal | ast.Global):
            found.update(part.names)
        elif not isinstance(part, ast.expr):
            stack += children(part)
    return found


def touched_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names of containers that these visibly change: `a[i] = v`, `a.append(v)`, `del a[i]`."""
    found: set[str] = set()
    for node in walk_here(nodes):
        base: ast.expr | None = None
        match node:
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                base = value
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in MUTATORS:
                base = value
            case _:
                continue
        while isinstance(base, ast.Subscript):
            base = base.value
        if isinstance(base, ast.Name):
            found.add(base.id)
    return found


def leaves_early(body: list[ast.stmt]) -> ast.AST | None:
    """The first `break` of this loop, or `return`, `yield` or `await` in it."""
    stack: list[tuple[ast.AST, bool]] = [(node, True) for node in reversed(body)]
    while stack:
        node, ours = stack.pop()
        if isinstance(node, _NESTED):
            continue
        if isinstance(
            node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await | ast.AsyncFor | ast.AsyncWith
        ):
            return node
        if isinstance(node, ast.comprehension) and node.is_async:
            return node
        if isinstance(node, ast.Break) and ours:
            return node
        if isinstance(node, _LOOPS):
            stack.extend((child, ours) for child in reversed(node.orelse))
            stack.extend((child, False) for child in reversed(node.body))
            stack.append((node.test if isinstance(node, ast.While) else node.iter, False))
        else:
            stack.extend((child, ours) for child in reversed(children(node)))
    return None


def has_own_continue(nodes: Iterable[ast.AST]) -> bool:
    """Whether a `continue` in these belongs to the loop around them."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Continue):
            return True
        if isinstance(node, _LOOPS):
            stack.extend(node.orelse)
        elif not isinstance(node, (*_NESTED, ast.expr)):
            stack += children(node)
    return False
