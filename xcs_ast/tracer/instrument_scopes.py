"""Whose a name is in a function that is being instrumented, and what its code must not do.

Guarantees: `Scope.kind` answers as the compiler resolves names, for the function's own code and for the
comprehensions inside of it.
Assumes: the code object given belongs to the node, or was rewritten from it with the same variables.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType
from typing import Final, Literal, TypeAlias, final

from xcs_ast.native import use_own
from xcs_ast.source.lookup import FunctionNode
from xcs_ast.tracer.nodes import children

use_own(globals())

__all__ = ["COMPREHENSIONS", "FUNCTIONS", "Kind", "Refused", "Scope", "mangled", "own_nodes"]

Kind: TypeAlias = Literal["local", "cell", "global"]

COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Refused(Exception):
    """What cannot be instrumented, and why."""


def mangled(name: str, owner: str | None) -> str:
    """A private name as the class `owner` makes it."""
    if owner is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = owner.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


_last: tuple[FunctionNode | None, tuple[ast.AST, ...]] = (None, ())


def own_nodes(node: FunctionNode) -> tuple[ast.AST, ...]:
    """The nodes of a function's own code, its comprehensions included, bodies of nested functions not.

    Operators and contexts are left out.
    """
    global _last
    known, found = _last
    if known is not node:
        # Whoever asks for these asks several times.
        found = tuple(_own_nodes(node))
        _last = (node, found)
    return found


def _own_nodes(node: FunctionNode) -> Iterator[ast.AST]:
    todo: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(reversed(node.body))
    while todo:
        each = todo.pop()
        yield each
        if isinstance(each, FUNCTIONS):
            todo += [
                *each.args.defaults,
                *(default for default in each.args.kw_defaults if default is not None),
            ]
            todo += getattr(each, "decorator_list", [])
        elif not isinstance(each, ast.ClassDef):
            todo += children(each)


def _named_inside(node: FunctionNode, code: CodeType) -> frozenset[str]:
    """The names that occur in functions, classes and comprehensions inside of a function."""
    inside = (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)
    found: set[str] = set()
    for outer in own_nodes(node):
        if isinstance(outer, inside):
            for each in ast.walk(outer):
                if isinstance(each, ast.Name):
                    found.add(each.id)
                elif isinstance(each, ast.Nonlocal):
                    found.update(each.names)
    if any(name.startswith("__") for name in found):  # as compiled, they may have other names
        found.update(code.co_cellvars)
    return frozenset(found)


@final
class Scope:
    """The names of one function."""

    def __init__(self, node: FunctionNode, owner: str | None, code: CodeType) -> None:
        self.owner = owner
        self.free = {name: index for index, name in enumerate(code.co_freevars)}
        # Code that our own rewriting made captures more than its source does: the thunks that it emits.
        self.captured = frozenset(code.co_cellvars) & _named_inside(node, code)
        self.deleted: set[str] = set()
        self.comprehensions: list[set[str]] = []
        self._bound: set[str] = set()
        self._global: set[str] = set()
        self._nonlocal: set[str] = set()
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args]
        self.first = named[0].arg if named else None
        self.parameters = {
            self.mangle(arg.arg) for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        }
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                self.parameters.add(self.mangle(extra.arg))
        for each in own_nodes(node):
            self._collect(each)
        inner = self._comprehension_only(node)
        self._bound = (self._bound - inner) | self.parameters
        self._bound -= self._global | self._nonlocal
        missing = self._nonlocal - self.free.keys()
        if missing:
            raise Refused(f"the variable {min(missing)} of an enclosing function is not there")

    def mangle(self, name: str) -> str:
        """A name as it is compiled here."""
        return mangled(name, self.owner)

    def kind(self, name: str) -> Kind:
        """Whose the variable is."""
        name = self.mangle(name)
        if any(name in each for each in self.comprehensions):
            return "local"
        return self.own_kind(name)

    def own_kind(self, name: str) -> Kind:
        """The same from outside of all comprehensions (where `:=` binds)."""
        name = self.mangle(name)
        if name in self._bound:
            return "local"
        if name in self.free and name not in self._global:
            return "cell"
        return "global"

    def in_comprehension(self, name: str) -> bool:
        """Whether this is a variable of a comprehension around."""
        name = self.mangle(name)
        return any(name in each for each in self.comprehensions)

    def _collect(self, node: ast.AST) -> None:
        mangle = self.mangle
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                self._bound.add(mangle(node.id))
            elif isinstance(node.ctx, ast.Del):
                self._bound.add(mangle(node.id))
                self.deleted.add(mangle(node.id))
        elif isinstance(node, ast.Global):
            self._global.update(map(mangle, node.names))
        elif isinstance(node, ast.Nonlocal):
            self._nonlocal.update(map(mangle, node.names))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._bound.add(mangle(node.name))
        elif isinstance(node, ast.alias):
            self._bound.add(mangle(node.asname or node.name.partition(".")[0]))
        elif isinstance(node, ast.ExceptHandler) and node.name is not None:
            self._bound.add(mangle(node.name))
            self.deleted.add(mangle(node.name))
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name is not None:
            self._bound.add(mangle(node.name))
        elif isinstance(node, ast.MatchMapping) and node.rest is not None:
            self._bound.add(mangle(node.rest))

    def _comprehension_only(self, node: FunctionNode) -> set[str]:
        """Names that only targets of comprehensions bind."""
        inner: set[int] = set()
        for each in own_nodes(node):
            if isinstance(each, COMPREHENSIONS):
                for generator in each.generators:
                    inner.update(id(name) for name in ast.walk(generator.target))
        if not inner:
            return set()
        within: set[str] = set()
        outside: set[str] = set()
        for each in own_nodes(node):
            if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
                (within if id(each) in inner else outside).add(self.mangle(each.id))
        kept = self._bound
        self._bound = set()
        for each in own_nodes(node):
            if not isinstance(each, ast.Name):
                self._collect(each)
        others, self._bound = self._bound, kept
        return within - outside - others
