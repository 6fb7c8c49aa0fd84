"""Small questions about statements: what they assign, and how they leave."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from xcs_ast.frontend.names import MUTATORS

__all__ = ["assigned_names", "has_own_continue", "leaves_early", "root_name", "touched_names", "walk_here"]

_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
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
            stack.extend(ast.iter_child_nodes(node))


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that running these may bind, rebind or delete, by themselves or from a function defined in them."""
    found: set[str] = set()
    stack: list[tuple[ast.AST, bool]] = [(node, False) for node in nodes]
    while stack:
        node, in_comprehension = stack.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
                found |= _nonlocals_inside(node)
                continue
            case ast.Lambda():
                continue
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update(alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.comprehension(target=target, iter=iterable, ifs=ifs):
                stack.extend((child, True) for child in (iterable, *ifs))
                if not isinstance(target, ast.Name | ast.Tuple | ast.List):
                    stack.append((target, True))
                continue
            case ast.NamedExpr(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
        stack.extend((child, in_comprehension) for child in ast.iter_child_nodes(node))
    return found


def _nonlocals_inside(node: ast.AST) -> set[str]:
    return {
        name
        for child in ast.walk(node)
        if isinstance(child, ast.Nonlocal | ast.Global)
        for name in child.names
    }


def root_name(node: ast.expr) -> str | None:
    """`a` for `a.b[0].c`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def touched_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names through which these visibly change a container: `a[i] = v`, `a.append(v)`, `del a[i]`."""
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
        name = root_name(base)
        if name is not None:
            found.add(name)
    return found


def leaves_early(body: list[ast.stmt]) -> ast.AST | None:
    """The first `break` of this loop, or `return`, `yield` or `await` in it."""
    stack: list[tuple[ast.AST, bool]] = [(node, True) for node in reversed(body)]
    while stack:
        node, ours = stack.pop()
        if isinstance(node, _NESTED):
            continue
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await | ast.AsyncFor | ast.AsyncWith):
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
            stack.extend((child, ours) for child in reversed(list(ast.iter_child_nodes(node))))
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
            stack.extend(ast.iter_child_nodes(node))
    return False
