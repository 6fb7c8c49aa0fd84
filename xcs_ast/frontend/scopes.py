"""Scopes of a module, from its tree alone: who binds a name, and who shares it.

One iterative walk over the whole module. Checked against `symtable` in the tests; it exists because
`symtable` does not say which node a table belongs to, and merges comprehensions from 3.12 on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from xcs_ast.frontend.names import (
    BUILTINS,
    REFLECTIVE,
    REFLECTIVE_ATTRIBUTES,
    REFLECTIVE_WITHOUT_ARGUMENTS,
)
from xcs_ast.native import Kind, TypeAlias, final, use_own
from xcs_ast.records import dataclass, field

use_own(globals())

__all__ = [
    "COMPREHENSIONS",
    "Comprehension",
    "FoundComprehension",
    "NameKind",
    "Scope",
    "ScopeKind",
    "ScopeMap",
    "build_scopes",
]

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class ScopeKind(Kind):
    """What opens the scope."""

    MODULE = "module"
    FUNCTION = "function"
    LAMBDA = "lambda"
    CLASS = "class"
    COMPREHENSION = "comprehension"
    TYPE_PARAMETERS = "type parameters"


class NameKind(Kind):
    """How a scope reaches a name."""

    LOCAL = "local"
    FREE = "free"
    GLOBAL = "global"
    BUILTIN = "builtin"


@final
@dataclass(slots=True, eq=False)
class Scope:
    """One scope: what it binds, reads and deletes itself."""

    kind: ScopeKind
    node: ast.AST
    parent: Scope | None
    name: str = ""
    bound: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    children: list[Scope] = field(default_factory=list)
    is_async: bool = False
    looks_at_itself: bool = False
    """Calls `locals()`, `sys._getframe()` or the like."""
    _free: frozenset[str] | None = None

    def free(self) -> frozenset[str]:
        """Names that this scope, or one inside it, takes from outside (globals included)."""
        if self._free is None:
            own = (self.loads | self.nonlocal_names | self.deleted) - self.global_names
            if self.kind is not ScopeKind.CLASS:
                inner: set[str] = set().union(*(child.free() for child in self.children))
                found = (own | inner) - (self.bound - self.nonlocal_names)
            else:
                inner = set().union(*(child.free() for child in self.children)) - {"__class__"}
                found = (own - (self.bound - self.nonlocal_names)) | inner
            self._free = frozenset(found - self.global_names)
        return self._free

    def shared(self) -> frozenset[str]:
        """Own names that live on in something nested: functions, lambdas, generator expressions."""
        taken: set[str] = set()
        for child in self.children:
            taken |= child._kept()
        return frozenset(taken & (self.bound - self.global_names))

    def _kept(self) -> frozenset[str]:
        if self.kind is ScopeKind.COMPREHENSION and not isinstance(self.node, ast.GeneratorExp):
            inner: set[str] = set().union(*(child._kept() for child in self.children))
            return frozenset(inner - self.bound)
        return self.free()

    def descendants(self) -> Iterator[Scope]:
        """Every scope inside this one."""
        for child in self.children:
            yield child
            yield from child.descendants()


@final
@dataclass(frozen=True, slots=True, eq=False)
class FoundComprehension:
    """A comprehension and where it stands.

    `statement` is the statement whose execution evaluates it, `None` where it does not stand in such a place
    (a default, a decorator, an annotation, inside an f-string). `consumer` is the call whose argument it is.
    """

    node: Comprehension
    scope: Scope
    statement: ast.stmt | None
    consumer: ast.Call | None


@final
@dataclass(slots=True, eq=False)
class ScopeMap:
    """All scopes of a module."""

    module: Scope
    by_node: dict[ast.AST, Scope]
    comprehensions: list[FoundComprehension]
    star_import: bool
    rebound: set[str]
    """Names bound at module level, by whoever."""
    declared_global: set[str]
    """Names that some function declares `global`: calling it may rebind them."""
    declared_nonlocal: set[str]
    """Names that some function declares `nonlocal`."""
    imports: dict[str, str]
    """Names that only imports bind at module level: the dotted thing each stands for."""

    def resolve(self, scope: Scope, name: str) -> tuple[NameKind, Scope]:
        """How `scope` reaches `name`, and the scope that owns it."""
        here: Scope | None = scope
        first = True
        while here is not None:
            if name in here.global_names or here.kind is ScopeKind.MODULE:
                break
            visible = first or here.kind is not ScopeKind.CLASS
            if visible and name in here.bound and name not in here.nonlocal_names:
                return (NameKind.LOCAL if first else NameKind.FREE), here
            first = False
            here = here.parent
        if name in self.rebound or name not in BUILTINS:
            return NameKind.GLOBAL, self.module
        return NameKind.BUILTIN, self.module

    def is_builtin(self, scope: Scope, name: str) -> bool:
        """Whether the name means the builtin, as far as the text can tell."""
        return self.resolve(scope, name)[0] is NameKind.BUILTIN


def build_scopes(tree: ast.Module) -> ScopeMap:
    """Walks the module once."""
    return _Builder(tree).run()


_Where: TypeAlias = "tuple[ast.AST, Scope, ast.stmt | None]"


@final
class _Builder:
    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(ScopeKind.MODULE, tree, None)
        self.by_node: dict[ast.AST, Scope] = {tree: self.module}
        self.stack: list[_Where] = [(node, self.module, None) for node in tree.body]
        self.comprehensions: list[FoundComprehension] = []
        self.consumers: dict[ast.AST, ast.Call] = {}
        self.global_declared: set[str] = set()
        self.nonlocal_declared: set[str] = set()
        self.star = False
        self.imports: dict[str, str] = {}
        self.not_imports: set[str] = set()

    def run(self) -> ScopeMap:
        stack = self.stack
        handlers = _HANDLERS
        while stack:
            node, scope, statement = stack.pop()
            handler = handlers.get(type(node))
            if isinstance(node, ast.stmt):
                statement = node
            if handler is not None:
                handler(self, node, scope, statement)
            else:
                self.push_children(node, scope, statement)
        rebound = self.module.bound | self.global_declared
        imports = {
            name: dotted
            for name, dotted in self.imports.items()
            if name not in self.not_imports and name not in self.global_declared
        }
        return ScopeMap(
            self.module,
            self.by_node,
            self.comprehensions,
            self.star,
            rebound,
            self.global_declared,
            self.nonlocal_declared,
            imports,
        )

    def push_children(self, node: ast.AST, scope: Scope, statement: ast.stmt | None) -> None:
        stack = self.stack
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        stack.append((item, scope, statement))
            elif isinstance(value, ast.AST):
                stack.append((value, scope, statement))

    def bind(self, scope: Scope, name: str) -> None:
        scope.bound.add(name)
        if scope.kind is ScopeKind.MODULE:
            self.not_imports.add(name)

    def open(self, kind: ScopeKind, node: ast.AST, parent: Scope, name: str) -> Scope:
        scope = Scope(kind, node, parent, name)
        parent.children.append(scope)
        self.by_node.setdefault(node, scope)
        return scope

    def name(self, node: ast.Name, scope: Scope, statement: ast.stmt | None) -> None:
        if isinstance(node.ctx, ast.Load):
            scope.loads.add(node.id)
        else:
            self.bind(scope, node.id)
            if isinstance(node.ctx, ast.Del):
                scope.deleted.add(node.id)

    def constant(self, node: ast.Constant, scope: Scope, statement: ast.stmt | None) -> None:
        pass

    def call(self, node: ast.Call, scope: Scope, statement: ast.stmt | None) -> None:
        if len(node.args) >= 1 and isinstance(node.args[0], ast.GeneratorExp):
            self.consumers[node.args[0]] = node
        if _is_reflective(node):
            scope.looks_at_itself = True
        self.push_children(node, scope, statement)

    def named(self, node: ast.NamedExpr, scope: Scope, statement: ast.stmt | None) -> None:
        owner = scope
        while owner.kind is ScopeKind.COMPREHENSION and owner.parent is not None:
            owner = owner.parent
        self.bind(owner, node.target.id)
        if owner is not scope and node.target.id not in scope.bound:
            scope.loads.add(node.target.id)
        self.stack.append((node.value, scope, statement))

    def joined(self, node: ast.JoinedStr, scope: Scope, statement: ast.stmt | None) -> None:
        self.push_children(node, scope, None)

    def annotated(self, node: ast.AnnAssign, scope: Scope, statement: ast.stmt | None) -> None:
        self.stack.append((node.annotation, scope, None))
        self.stack.append((node.target, scope, statement))
        if node.value is not None:
            self.stack.append((node.value, scope, statement))

    def function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, _: ast.stmt | None
    ) -> None:
        self.bind(scope, node.name)
        inner_parent = self.type_parameters(node, scope)
        inner = self.open(ScopeKind.FUNCTION, node, inner_parent, node.name)
        inner.is_async = isinstance(node, ast.AsyncFunctionDef)
        for decorator in node.decorator_list:
            self.stack.append((decorator, scope, None))
        self.arguments(node.args, scope, inner, inner_parent)
        if node.returns is not None:
            self.stack.append((node.returns, inner_parent, None))
        for child in node.body:
            self.stack.append((child, inner, None))

    def lambda_(self, node: ast.Lambda, scope: Scope, _: ast.stmt | None) -> None:
        inner = self.open(ScopeKind.LAMBDA, node, scope, "<lambda>")
        self.arguments(node.args, scope, inner, scope)
        self.stack.append((node.body, inner, None))

    def arguments(self, args: ast.arguments, outer: Scope, inner: Scope, annotations: Scope) -> None:
        for default in (*args.defaults, *args.kw_defaults):
            if default is not None:
                self.stack.append((default, outer, None))
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        every += [arg for arg in (args.vararg, args.kwarg) if arg is not None]
        for arg in every:
            inner.bound.add(arg.arg)
            inner.parameters.add(arg.arg)
            if arg.annotation is not None:
                self.stack.append((arg.annotation, annotations, None))

    def class_(self, node: ast.ClassDef, scope: Scope, _: ast.stmt | None) -> None:
        self.bind(scope, node.name)
        inner_parent = self.type_parameters(node, scope)
        inner = self.open(ScopeKind.CLASS, node, inner_parent, node.name)
        for decorator in node.decorator_list:
            self.stack.append((decorator, scope, None))
        for base in (*node.bases, *node.keywords):
            self.stack.append((base, inner_parent, None))
        for child in node.body:
            self.stack.append((child, inner, None))

    def type_parameters(self, node: ast.AST, scope: Scope) -> Scope:
        found = getattr(node, "type_params", None)
        if not found:
            return scope
        inner = Scope(ScopeKind.TYPE_PARAMETERS, node, scope, "<type parameters>")
        scope.children.append(inner)
        for parameter in found:
            inner.bound.add(parameter.name)
            for field_name in ("bound", "default_value"):
                value = getattr(parameter, field_name, None)
                if value is not None:
                    self.stack.append((value, inner, None))
        return inner

    def type_alias(self, node: ast.AST, scope: Scope, _: ast.stmt | None) -> None:
        self.stack.append((node.name, scope, None))  # type: ignore[attr-defined]
        inner = self.type_parameters(node, scope)
        self.stack.append((node.value, inner, None))  # type: ignore[attr-defined]

    def comprehension(self, node: Comprehension, scope: Scope, statement: ast.stmt | None) -> None:
        self.comprehensions.append(FoundComprehension(node, scope, statement, self.consumers.get(node)))
        inner = self.open(ScopeKind.COMPREHENSION, node, scope, "<comprehension>")
        for position, clause in enumerate(node.generators):
            self.stack.append(
                (clause.iter, scope if position == 0 else inner, statement if position == 0 else None)
            )
            self.stack.append((clause.target, inner, None))
            for condition in clause.ifs:
                self.stack.append((condition, inner, None))
        if isinstance(node, ast.DictComp):
            self.stack.append((node.key, inner, None))
            self.stack.append((node.value, inner, None))
        else:
            self.stack.append((node.elt, inner, None))

    def global_(self, node: ast.Global, scope: Scope, _: ast.stmt | None) -> None:
        scope.global_names.update(node.names)
        self.global_declared.update(node.names)

    def nonlocal_(self, node: ast.Nonlocal, scope: Scope, _: ast.stmt | None) -> None:
        scope.nonlocal_names.update(node.names)
        self.nonlocal_declared.update(node.names)

    def import_(self, node: ast.Import, scope: Scope, _: ast.stmt | None) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.imported(scope, name, alias.name if alias.asname else name)

    def import_from(self, node: ast.ImportFrom, scope: Scope, _: ast.stmt | None) -> None:
        prefix = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.star = True
            else:
                self.imported(scope, alias.asname or alias.name, f"{prefix}.{alias.name}")

    def imported(self, scope: Scope, name: str, dotted: str) -> None:
        scope.bound.add(name)
        if scope.kind is ScopeKind.MODULE and self.imports.setdefault(name, dotted) != dotted:
            self.not_imports.add(name)

    def handler(self, node: ast.ExceptHandler, scope: Scope, _: ast.stmt | None) -> None:
        if node.name:
            self.bind(scope, node.name)
            scope.deleted.add(node.name)
        if node.type is not None:
            self.stack.append((node.type, scope, None))
        for child in node.body:
            self.stack.append((child, scope, None))

    def match_capture(
        self, node: ast.MatchAs | ast.MatchStar, scope: Scope, statement: ast.stmt | None
    ) -> None:
        if node.name:
            self.bind(scope, node.name)
        self.push_children(node, scope, statement)

    def match_mapping(self, node: ast.MatchMapping, scope: Scope, statement: ast.stmt | None) -> None:
        if node.rest:
            self.bind(scope, node.rest)
        self.push_children(node, scope, statement)


def _is_reflective(call: ast.Call) -> bool:
    func = call.func
    if isinstance(func, ast.Name):
        if func.id in REFLECTIVE or func.id in REFLECTIVE_ATTRIBUTES:
            return True
        return func.id in REFLECTIVE_WITHOUT_ARGUMENTS and not call.args and not call.keywords
    if isinstance(func, ast.Attribute):
        if func.attr in REFLECTIVE_ATTRIBUTES:
            return True
        base = func.value
        return func.attr == "stack" and isinstance(base, ast.Name) and base.id == "inspect"
    return False


_HANDLERS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Name: _Builder.name,
    ast.Constant: _Builder.constant,
    ast.Call: _Builder.call,
    ast.NamedExpr: _Builder.named,
    ast.JoinedStr: _Builder.joined,
    ast.AnnAssign: _Builder.annotated,
    ast.FunctionDef: _Builder.function,
    ast.AsyncFunctionDef: _Builder.function,
    ast.Lambda: _Builder.lambda_,
    ast.ClassDef: _Builder.class_,
    ast.ListComp: _Builder.comprehension,
    ast.SetComp: _Builder.comprehension,
    ast.DictComp: _Builder.comprehension,
    ast.GeneratorExp: _Builder.comprehension,
    ast.Global: _Builder.global_,
    ast.Nonlocal: _Builder.nonlocal_,
    ast.Import: _Builder.import_,
    ast.ImportFrom: _Builder.import_from,
    ast.ExceptHandler: _Builder.handler,
    ast.MatchAs: _Builder.match_capture,
    ast.MatchStar: _Builder.match_capture,
    ast.MatchMapping: _Builder.match_mapping,
}
if hasattr(ast, "TypeAlias"):
    _HANDLERS[ast.TypeAlias] = _Builder.type_alias
if hasattr(ast, "TemplateStr"):
    _HANDLERS[ast.TemplateStr] = _Builder.joined
