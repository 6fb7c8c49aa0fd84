"""What one expression needs: the names that it reads, which of them late, and whether a slice can hold it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from xcs_ast.frontend.bodies import children
from xcs_ast.frontend.names import (
    ALWAYS_CHEAP_METHODS,
    CHEAP_METHODS,
    CHEAP_MODULES,
    DRAINS,
    KEY_TAKERS,
    MUTATORS,
    REFLECTIVE,
    REFLECTIVE_ATTRIBUTES,
    REFLECTIVE_WITHOUT_ARGUMENTS,
)
from xcs_ast.frontend.scopes import COMPREHENSIONS, Comprehension, NameKind, Scope, ScopeMap
from xcs_ast.native import final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Survey", "Surveyor"]

_NONE: frozenset[str] = frozenset()


@final
@dataclass(frozen=True, slots=True)
class Survey:
    """Names as the scope around the expression sees them.

    `late` are those that a function or generator made here reads when it runs, which may be after the
    variable has changed. `blocked` says why no slice can hold it (the name of a diagnostic), or is empty.
    `calls` says whether a candidate call is anywhere inside.
    """

    reads: frozenset[str] = _NONE
    late: frozenset[str] = _NONE
    blocked: str = ""
    calls: bool = False


_EMPTY = Survey()
_CALLING = Survey(calls=True)


def _join(parts: Iterable[Survey]) -> Survey:
    reads: frozenset[str] = _NONE
    late: frozenset[str] = _NONE
    blocked = ""
    calls = False
    for part in parts:
        if part.reads:
            reads = reads | part.reads if reads else part.reads
        if part.late:
            late = late | part.late if late else part.late
        blocked = blocked or part.blocked
        calls = calls or part.calls
    if not reads and not late and not blocked:
        return _CALLING if calls else _EMPTY
    return Survey(reads, late, blocked, calls)


@final
class Surveyor:
    """Surveys expressions of one scope; remembers each."""

    def __init__(self, scopes: ScopeMap, scope: Scope, handles: frozenset[str] = _NONE) -> None:
        self.scopes = scopes
        self.scope = scope
        self.handles = handles
        """Names that hold handles of ours: hand-written or rewritten code that runs ahead already."""
        self._known: dict[ast.AST, Survey] = {}

    def survey(self, node: ast.AST) -> Survey:
        """The survey of an expression."""
        found = self._known.get(node)
        if found is None:
            handler = _HANDLERS.get(type(node))
            found = handler(self, node) if handler is not None else self._children(node)
            self._known[node] = found
        return found

    def is_builtin(self, name: str) -> bool:
        """Whether the name means the builtin here."""
        return self.scopes.resolve(self.scope, name)[0] is NameKind.BUILTIN

    def _children(self, node: ast.AST) -> Survey:
        return _join([self.survey(child) for child in children(node)])

    def _name(self, node: ast.Name) -> Survey:
        if node.id == "__class__":
            return Survey(frozenset({node.id}), blocked="reflective-scope")
        return Survey(frozenset({node.id}))

    def _leaf(self, node: ast.AST) -> Survey:
        return _EMPTY

    def _stops(self, node: ast.AST) -> Survey:
        inner = self._children(node)
        reason = "walrus" if isinstance(node, ast.NamedExpr) else "early-exit"
        return Survey(inner.reads, inner.late, reason, inner.calls)

    def _attribute(self, node: ast.Attribute) -> Survey:
        inner = self.survey(node.value)
        if node.attr in REFLECTIVE_ATTRIBUTES:
            return Survey(inner.reads, inner.late, "reflective-scope", inner.calls)
        return inner

    def _call(self, node: ast.Call) -> Survey:
        func = node.func
        parts = [self.survey(func)]
        drained: tuple[ast.AST, ...] = ()
        if isinstance(func, ast.Name) and self.is_builtin(func.id):
            if reason := _reflection(func.id, node):
                parts.append(Survey(blocked=reason))
            if func.id in DRAINS:
                drained = tuple(node.args)
            if func.id in KEY_TAKERS:
                drained += tuple(keyword.value for keyword in node.keywords if keyword.arg == "key")
        elif isinstance(func, ast.Attribute) and func.attr == "join" and isinstance(func.value, ast.Constant):
            drained = tuple(node.args)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if argument in drained and isinstance(argument, ast.GeneratorExp | ast.Lambda):
                parts.append(self._prompt(argument))
            else:
                parts.append(self.survey(argument))
        whole = _join(parts)
        if not whole.calls and self.is_candidate(node):
            whole = Survey(whole.reads, whole.late, whole.blocked, True)
        return whole

    def _prompt(self, node: ast.GeneratorExp | ast.Lambda) -> Survey:
        """A generator or key function that nobody keeps: what it reads, it reads now."""
        if isinstance(node, ast.GeneratorExp):
            return self._comprehension(node, prompt=True)
        found = self._lambda(node)
        inner = self.survey(node.body)
        if inner.blocked or inner.late:
            return found
        return Survey(found.reads, _NONE, "", found.calls)

    def _lambda(self, node: ast.Lambda) -> Survey:
        scope = self.scopes.by_node[node]
        free = scope.free()
        defaults = _join(
            [self.survey(default) for default in (*node.args.defaults, *node.args.kw_defaults) if default]
        )
        return Survey(free | defaults.reads, free, "closure-capture", False)

    def _comprehension(self, node: Comprehension, prompt: bool = False) -> Survey:
        scope = self.scopes.by_node[node]
        first = self.survey(node.generators[0].iter)
        rest: list[Survey] = []
        for position, clause in enumerate(node.generators):
            rest.extend(self.survey(child) for child in (clause.target, *clause.ifs))
            if position:
                rest.append(self.survey(clause.iter))
            if clause.is_async:
                rest.append(Survey(blocked="async"))
        elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        rest.extend(self.survey(element) for element in elements)
        inner = _join(rest)
        own = inner.reads - scope.bound
        late = inner.late - scope.bound
        if isinstance(node, ast.GeneratorExp) and not prompt:
            late = own
        blocked = first.blocked or inner.blocked
        return Survey(first.reads | own, first.late | late, blocked, first.calls or inner.calls)

    def is_candidate(self, node: ast.Call) -> bool:
        """Whether a call is of a kind that may be worth a task, by its looks."""
        func = node.func
        match func:
            case ast.Name(id=name):
                if name in self.handles or self.is_builtin(name):
                    return False
                return not self._imported_cheaply(name)
            case ast.Attribute(value=value, attr=attr):
                if attr in MUTATORS or _is_cheap_method(node, value, attr) or attr == "run_ahead":
                    return False
                root = value
                path = [attr]
                while isinstance(root, ast.Attribute):
                    path.append(root.attr)
                    root = root.value
                if isinstance(root, ast.Name):
                    if attr == "ahead" and "xcs" in root.id:
                        return False
                    if root.id in self.handles or self._is_cheap_path(root.id, path):
                        return False
                return True
            case ast.Lambda():
                return False
            case _:
                return True

    def _dotted(self, name: str) -> str | None:
        kind, _ = self.scopes.resolve(self.scope, name)
        return self.scopes.imports.get(name) if kind is NameKind.GLOBAL else None

    def _imported_cheaply(self, name: str) -> bool:
        dotted = self._dotted(name)
        return dotted is not None and dotted.rpartition(".")[0] in CHEAP_MODULES

    def _is_cheap_path(self, name: str, path: list[str]) -> bool:
        dotted = self._dotted(name)
        if dotted is None:
            return False
        if dotted in ("xcs_ast", "xcs_ast.ahead", "xcs_ast.run_ahead"):
            return True
        module = ".".join([dotted, *reversed(path[1:])])
        return module in CHEAP_MODULES or (module == "json" and path[0] in ("loads", "dumps"))


def _is_cheap_method(call: ast.Call, receiver: ast.expr, attr: str) -> bool:
    if attr in ALWAYS_CHEAP_METHODS:
        return True
    if attr not in CHEAP_METHODS:
        return False
    if isinstance(receiver, ast.Constant | ast.JoinedStr):
        return True
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not all(isinstance(value, ast.Constant) for value in values):
        keyed = len(call.args) == 2 and not call.keywords and isinstance(call.args[0], ast.Constant)
        return attr == "get" and keyed
    first = values[0].value if values and isinstance(values[0], ast.Constant) else None
    return not (attr in ("get", "find", "index") and isinstance(first, str) and "/" in first)


def _reflection(name: str, call: ast.Call) -> str:
    if name in REFLECTIVE or (name in REFLECTIVE_WITHOUT_ARGUMENTS and not call.args and not call.keywords):
        return "reflective-scope"
    if name == "super" and not call.args:
        return "reflective-scope"
    return ""


_HANDLERS: dict[type[ast.AST], Callable[..., Survey]] = {
    ast.Name: Surveyor._name,
    ast.Constant: Surveyor._leaf,
    ast.NamedExpr: Surveyor._stops,
    ast.Yield: Surveyor._stops,
    ast.YieldFrom: Surveyor._stops,
    ast.Await: Surveyor._stops,
    ast.Attribute: Surveyor._attribute,
    ast.Call: Surveyor._call,
    ast.Lambda: Surveyor._lambda,
}
_HANDLERS.update(dict.fromkeys(COMPREHENSIONS, Surveyor._comprehension))
