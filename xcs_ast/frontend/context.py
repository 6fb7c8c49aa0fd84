"""What the planners of one function share: its scope, its bound names, and how facts are put together."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from xcs_ast.diagnostics.codes_frontend import BY_NAME
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.frontend.bodies import children
from xcs_ast.frontend.bound import bound_at
from xcs_ast.frontend.names import mangled
from xcs_ast.frontend.plan import HandOver, RegionPlan
from xcs_ast.frontend.scopes import COMPREHENSIONS, NameKind, Scope, ScopeKind, ScopeMap
from xcs_ast.frontend.slicing import Take
from xcs_ast.frontend.source_text import SourceText
from xcs_ast.frontend.survey import Surveyor
from xcs_ast.native import TypeAlias, final, use_own
from xcs_ast.records import dataclass, field

use_own(globals())

__all__ = ["FunctionContext", "ModuleContext", "Outcome", "Variables", "loaded_names"]

Outcome: TypeAlias = RegionPlan | Diagnostic | None
"""A plan, the reason why there is none, or nothing to speak of."""

_SUGGESTIONS: dict[str, str] = {
    "early-exit": "collect the results first, and search them in a second loop",
    "carried-state": "move the call out of the part that carries state",
    "reflective-scope": "move the loop into a function of its own",
    "maybe-unbound": "give the variable a value on every path before the loop",
    "unsliceable-target": "use a plain name as the loop target",
    "nested-comprehension": "write the outer loop as a statement",
    "generator-without-consumer": "make a list of it",
    "guarded-by-result": "make the call before the test, or split the loop",
    "closure-capture": "bind the loop variable as a default argument",
    "walrus": "assign in a statement of its own",
    "while-loop": "iterate with `for`",
}


@final
@dataclass(slots=True, eq=False)
class ModuleContext:
    """What all functions of a module share."""

    text: SourceText
    scopes: ScopeMap
    prefix: str
    identifiers: frozenset[str]
    star_import: bool
    _bound: dict[ast.AST, dict[ast.stmt, frozenset[str]]] = field(default_factory=dict)

    def bound(self, scope: Scope) -> dict[ast.stmt, frozenset[str]]:
        """For each statement of a function, the local names that are bound there."""
        found = self._bound.get(scope.node)
        if found is None:
            body = getattr(scope.node, "body", [])
            start = frozenset(scope.parameters)
            found = (
                bound_at(body, start, self.scopes.is_builtin(scope, "open")) if isinstance(body, list) else {}
            )
            self._bound[scope.node] = found
        return found


@final
@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of one region, as `SiteFacts` wants them."""

    env: tuple[str, ...]
    unknown: frozenset[str]
    cells: frozenset[str]


@final
@dataclass(slots=True, eq=False)
class FunctionContext:
    """One function, or the module's own code."""

    module: ModuleContext
    scope: Scope
    qualname: str
    class_name: str
    """The class whose private names are mangled here, or empty."""
    surveyor: Surveyor
    refusal: str = ""
    """Why nothing in here is rewritten, or empty."""

    @property
    def at_module_level(self) -> bool:
        """Whether this is the module's own code."""
        return self.scope.kind is ScopeKind.MODULE

    @property
    def text(self) -> SourceText:
        """The module's text."""
        return self.module.text

    def kind(self, name: str) -> NameKind:
        """How the function reaches a name."""
        return self.module.scopes.resolve(self.scope, name)[0]

    def bound_before(self, statement: ast.stmt) -> frozenset[str] | None:
        """Local and free names that surely have a value when the statement starts; `None`: it never does."""
        if self.at_module_level:
            return frozenset()
        state = self.module.bound(self.scope).get(statement)
        if state is None:
            return None
        return state - self._unbound_by_others(self.scope)

    @property
    def elsewhere(self) -> frozenset[str]:
        """Variables that a function called by the region may rebind, unseen in its text."""
        scopes = self.module.scopes
        if self.at_module_level:
            return frozenset(scopes.declared_global)
        return frozenset(name for name in scopes.declared_nonlocal if self._rebound_inside(name))

    def _rebound_inside(self, name: str) -> bool:
        """Whether the variable that this function means by `name` is declared `nonlocal` somewhere."""
        kind, owner = self.module.scopes.resolve(self.scope, name)
        if kind not in (NameKind.LOCAL, NameKind.FREE):
            return False
        return any(name in inner.nonlocal_names for inner in owner.descendants())

    def unbound(self, bound: frozenset[str]) -> frozenset[str]:
        """Own local variables that may have no value, `bound` being those that surely have one."""
        if self.at_module_level:
            return frozenset()
        scope = self.scope
        return frozenset(scope.bound - scope.nonlocal_names - scope.global_names - bound)

    def _unbound_by_others(self, scope: Scope) -> set[str]:
        return {name for inner in scope.descendants() for name in inner.deleted & inner.nonlocal_names}

    def free_is_bound(self, name: str) -> bool:
        """Whether a variable of an enclosing function has a value whenever this function runs."""
        kind, owner = self.module.scopes.resolve(self.scope, name)
        if kind is not NameKind.FREE or name in owner.deleted or name in self._unbound_by_others(owner):
            return False
        if name in owner.parameters:
            return True
        inner = self.scope
        while inner.parent is not owner and inner.parent is not None:
            inner = inner.parent
        node = inner.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
        state = self.module.bound(owner).get(node, frozenset())
        return name in state or (node.name == name and not node.decorator_list)

    def variables(
        self,
        nodes: Iterable[ast.AST],
        bound: frozenset[str],
        items: frozenset[str],
        assigned: Iterable[str],
        own_scope: bool = False,
    ) -> Variables:
        """The variables that a region mentions.

        `items` are its loop targets; with `own_scope` they are no variables of the function.
        """
        if self.at_module_level:
            return Variables((), frozenset(), frozenset())
        nodes = list(nodes)
        read = loaded_names(nodes, self.module.scopes)
        env: list[str] = []
        unknown: set[str] = set(items)
        cells: set[str] = set()
        shared = self.scope.shared()
        for name in dict.fromkeys([*read, *sorted(assigned)]):
            kind = self.kind(name)
            if own_scope and name in items:
                continue
            if kind not in (NameKind.LOCAL, NameKind.FREE):
                continue
            if kind is NameKind.FREE or name in shared:
                cells.add(name)
            known = name in bound if kind is NameKind.LOCAL else self.free_is_bound(name)
            if known and name in read and name not in items:
                env.append(name)
            elif name not in items:
                unknown.add(name)
        seen = self._as_compiled
        return Variables(tuple(map(seen, env)), frozenset(map(seen, unknown)), frozenset(map(seen, cells)))

    def _as_compiled(self, name: str) -> str:
        return mangled(name, self.class_name) if self.class_name else name

    def refuse(
        self, name: str, node: ast.expr | ast.stmt, message: str, names: Iterable[str] = ()
    ) -> Diagnostic:
        """The diagnostic that says why something was left alone."""
        return Diagnostic(
            BY_NAME[name], message, self.text.span(node), tuple(sorted(names)), _SUGGESTIONS.get(name, "")
        )

    def hand_overs(self, takes: Iterable[Take]) -> tuple[HandOver, ...]:
        """The hand-overs of a slice, each with a name of its own."""
        used: set[str] = set()
        made: list[HandOver] = []
        for take in takes:
            base = name = self._hint(take)
            count = 2
            while name in used:
                name = f"{base}_{count}"
                count += 1
            used.add(name)
            made.append(HandOver(take.number, self.text.span(take.expr), name))
        return tuple(made)

    def _hint(self, take: Take) -> str:
        if take.targets:
            return take.targets[0].lstrip("_") or "value"
        if take.test:
            return "condition"
        call = self.callee(take.expr)
        match call.func if call is not None else None:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name.strip("_") or "value"
            case _:
                return "value"

    def callee(self, expr: ast.expr) -> ast.Call | None:
        """The first candidate call in an expression."""
        for node in ast.walk(expr):
            if isinstance(node, ast.Call) and self.surveyor.is_candidate(node):
                return node
        return None

    def callees(self, exprs: Iterable[ast.expr]) -> tuple[str, ...]:
        """What is called, in words."""
        found: list[str] = []
        for expr in exprs:
            call = self.callee(expr)
            if call is not None:
                text = ast.unparse(call.func)
                found.append(text if len(text) <= 60 else text[:57] + "...")
        return tuple(dict.fromkeys(found))


def loaded_names(nodes: Iterable[ast.AST], scopes: ScopeMap) -> list[str]:
    """Names that running these may read in the scope that they stand in, in textual order."""
    found: dict[str, None] = {}
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Store):
                found.setdefault(node.id)
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id)
        if isinstance(node, COMPREHENSIONS):
            found.update(dict.fromkeys(sorted(scopes.by_node[node].free())))
            stack.append(node.generators[0].iter)
        elif isinstance(node, ast.Lambda):
            found.update(dict.fromkeys(sorted(scopes.by_node[node].free())))
            stack.append(node.args)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.update(dict.fromkeys(sorted(scopes.by_node[node].free())))
            stack.extend(node.decorator_list)
            stack.extend([*node.bases, *node.keywords] if isinstance(node, ast.ClassDef) else [node.args])
        else:
            stack.extend(children(node)[::-1])
    return list(found)
