"""Which names of a function belong to it, from its tree alone.

Guarantees: the same answer as the compiler's symbol table for functions and lambdas that compile;
comprehension targets are kept apart. Assumes: the tree compiles.
"""

from __future__ import annotations

from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source import grammar as ast
from xcs_ast.source.lookup import FunctionNode
from xcs_ast.source.nodes import children, walk

use_own(globals())

__all__ = [
    "Scope",
    "annotations_of",
    "free_names",
    "parameters",
    "scope_of",
    "scope_of_statements",
    "settled_names",
]


@final
@dataclass(slots=True)
class Scope:
    """The names of one function body."""

    bound: set[str] = field(default_factory=set)
    """Its own variables, parameters included."""
    targets: set[str] = field(default_factory=set)
    """Targets of its comprehensions."""
    outer: set[str] = field(default_factory=set)
    """Declared `nonlocal`."""
    module: set[str] = field(default_factory=set)
    """Declared `global`."""
    captured: set[str] = field(default_factory=set)
    """Names that functions nested in it use without binding them."""
    yields: bool = False
    reflective: bool = False
    """Mentions `locals`, `vars`, `exec`, `eval` or `dir`."""


_NESTED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parameters(node: FunctionNode) -> list[str]:
    """The names of all parameters."""
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    every += [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    return [arg.arg for arg in every]


def scope_of(node: FunctionNode) -> Scope:
    """The scope of a function; remembered on the node."""
    known = getattr(node, "_xcs_scope", None)
    if type(known) is Scope:
        return known
    scope = Scope(bound=set(parameters(node)))
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    _fill(scope, body)
    node._xcs_scope = scope  # type: ignore[union-attr]
    return scope


def scope_of_statements(body: list[ast.stmt]) -> Scope:
    """The scope that these statements would have as the body of a function without parameters."""
    scope = Scope()
    _fill(scope, list(body))
    return scope


def free_names(node: FunctionNode) -> set[str]:
    """Names that a nested function uses, or that functions nested in it use, and that it does not bind."""
    scope = scope_of(node)
    used = set(scope.captured) | scope.outer
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    for part in body:
        used |= _loads(part)
    return used - (scope.bound - scope.outer - scope.module) - scope.module


def settled_names(target: ast.expr, body: list[ast.stmt]) -> frozenset[str]:
    """The variables that every iteration of a loop assigns before it uses them; remembered on the target."""
    known = getattr(target, "_xcs_settled", None)
    if type(known) is frozenset:
        return known
    settled: set[str] = set()
    used: set[str] = set()

    def assigned(node: ast.expr) -> None:
        for part in walk(node):
            if isinstance(part, ast.Name):
                if type(part.ctx) is ast.Load:
                    used.update({part.id} - settled)
                elif part.id not in used:
                    settled.add(part.id)

    assigned(target)
    for statement in body:
        match statement:
            case ast.Assign(targets, value):
                used |= _loads(value) - settled
                for each in targets:
                    assigned(each)
            case _:
                parts = walk(statement)
                names = {n.id for n in parts if isinstance(n, ast.Name)}
                special = Scope()
                for part in parts:
                    if type(part) in _SPECIAL:
                        _bind_special(special, part)
                used |= (names | special.bound) - settled
    target._xcs_settled = frozenset(settled)  # type: ignore[attr-defined]
    return frozenset(settled)


def _loads(root: ast.AST) -> set[str]:
    out: set[str] = set()
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            out.add(node.id)
        elif isinstance(node, _NESTED):
            todo += _headers(node)
        else:
            todo += children(node)
    return out


def _headers(node: ast.AST) -> list[ast.AST]:
    """What is evaluated in the scope around a nested function."""
    assert isinstance(node, _NESTED)
    found: list[ast.AST] = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    if not isinstance(node, ast.Lambda):
        found += node.decorator_list
        found += annotations_of(node)
    return found


def annotations_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """What stands beside the parameters and the result of a function."""
    args = node.args
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    found = [arg.annotation for arg in every if arg is not None]
    return [each for each in (*found, node.returns) if each is not None]


def _fill(scope: Scope, body: list[ast.AST]) -> None:
    todo: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while todo:
        node, is_target = todo.pop()
        kind = type(node)
        if kind is ast.Name:
            assert isinstance(node, ast.Name)
            if type(node.ctx) is not ast.Load:
                (scope.targets if is_target else scope.bound).add(node.id)
            elif node.id in _REFLECTIVE:
                scope.reflective = True
        elif kind in _NESTED:
            assert isinstance(node, _NESTED)
            if not isinstance(node, ast.Lambda):
                scope.bound.add(node.name)
            scope.captured |= free_names(node)
            todo += [(child, is_target) for child in _headers(node)]
        elif kind is ast.ClassDef:
            assert isinstance(node, ast.ClassDef)
            scope.bound.add(node.name)
            scope.captured |= _loads(node)
        elif kind is ast.comprehension:
            assert isinstance(node, ast.comprehension)
            todo.append((node.target, True))
            todo += [(child, False) for child in (node.iter, *node.ifs)]
        elif kind is ast.Yield or kind is ast.YieldFrom:
            scope.yields = True
            todo += [(child, is_target) for child in children(node)]
        elif kind is ast.GeneratorExp:
            assert isinstance(node, ast.GeneratorExp)
            # What it uses is evaluated later: those variables are shared with it.
            own = {n.id for clause in node.generators for n in walk(clause.target) if isinstance(n, ast.Name)}
            scope.captured |= _loads(node) - own
            todo += [(child, is_target) for child in children(node)]
        else:
            if kind in _SPECIAL:
                _bind_special(scope, node)
            todo += [(child, is_target) for child in children(node)]
    scope.bound -= scope.module
    scope.bound -= scope.outer


_SPECIAL: Final = frozenset(
    {ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom}
    | {ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping}
)
_REFLECTIVE: Final = frozenset({"locals", "vars", "dir", "exec", "eval"})


def _bind_special(scope: Scope, node: ast.AST) -> None:
    """Binding forms whose names are plain strings in the tree."""
    match node:
        case ast.Global(names):
            scope.module.update(names)
        case ast.Nonlocal(names):
            scope.outer.update(names)
        case ast.Import(names) | ast.ImportFrom(names=names):
            scope.bound.update((alias.asname or alias.name.partition(".")[0]) for alias in names)
        case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
            scope.bound.add(name)
        case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
            scope.bound.add(name)
        case _:
            pass
