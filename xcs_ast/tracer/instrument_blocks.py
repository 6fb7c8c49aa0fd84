"""`try` and `with` of instrumented code.

Guarantees: handlers, `else` and `finally` run when they run in the plain code; `enter_try` and `leave_try`
come in pairs, whatever ends the body.
Assumes: as `instrument_base`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_match import Matching

use_own(globals())

__all__ = ["ENDS", "EVERYTHING", "Blocks"]

ENDS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)
"""Statements after which a block does not go on."""
EVERYTHING: Final = "everything is bound where nobody comes by"


class Blocks(Matching):
    """Rewrites `try` and `with`."""

    if TYPE_CHECKING:

        def block(self, nodes: Sequence[ast.stmt]) -> list[ast.stmt]:
            """As `Statements.block`."""

        def join(self, *ends: set[str]) -> None:
            """As `Statements.join`."""

        def binds(self, *names: str) -> None:
            """As `Statements.binds`."""

        def is_local(self, node: ast.expr) -> bool:
            """As `Statements.is_local`."""

        def _store_name(self, name: str, value: ast.expr, at: ast.AST) -> ast.stmt: ...

        def _delete_name(self, name: str, at: ast.AST) -> ast.stmt: ...

    def _try(self, node: ast.Try) -> list[ast.stmt]:
        before = set(self.definite)
        body = self.block(node.body)
        ends: list[set[str]] = []
        if node.handlers or any(isinstance(each, ENDS) for part in node.finalbody for each in ast.walk(part)):
            at = node.body[0]
            enter = self.place(ast.Expr(self.hook(at, "enter_try")), at)
            leave = self.place(ast.Expr(self.hook(at, "leave_try")), at)
            body = [enter, self.place(ast.Try(body, [], [], [leave]), at)]
        orelse, after = self.branch(node.orelse)
        if not node.orelse and isinstance(node.body[-1], ENDS):
            after = after | {EVERYTHING}
        ends.append(after)
        handlers: list[ast.ExceptHandler] = []
        for handler in node.handlers:
            self.definite = set(before)
            handlers.append(self._handler(handler))
            ends.append(self.definite if not isinstance(handler.body[-1], ENDS) else {EVERYTHING})
        self.definite = set(before)
        last, bound_last = self.branch(node.finalbody)
        self.join(*ends)
        if EVERYTHING not in bound_last:
            self.definite = self.definite | bound_last
        return [self.place(ast.Try(body, handlers, orelse, last), node)]

    def _handler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        kind = None if node.type is None else self.expr(node.type)
        name = node.name
        at = node.body[0]
        clear = [self.place(ast.Expr(self.hook(at, "caught")), at), *self.clearing(node)]
        if name is None or self.scope.kind(name) == "local":
            return self.place(ast.ExceptHandler(kind, name, [*clear, *self.block(node.body)]), node)
        temporary = self.temporary()
        store = self._store_name(name, self.load(temporary), node)
        drop = [self._store_name(name, ast.Constant(None), node), self._delete_name(name, node)]
        body = self.place(ast.Try(self.block(node.body), [], [], drop), node)
        return self.place(ast.ExceptHandler(kind, temporary, [*clear, store, body]), node)

    def _with(self, node: ast.With) -> list[ast.stmt]:
        before = set(self.definite)
        made = self._with_items(node, list(node.items))
        # A context manager may swallow what the body raised anywhere.
        self.definite = before
        return made

    def _with_items(self, node: ast.With, items: list[ast.withitem]) -> list[ast.stmt]:
        item, rest = items[0], items[1:]
        manager = self.hook(item.context_expr, "manage", self.expr(item.context_expr))
        target = item.optional_vars
        first = self.clearing(node)
        if target is not None and not self.is_local(target):
            name = self.temporary()
            first += [*self.store(target, self.load(name)), *self.clearing(target, name)]
            target = self.place(ast.Name(name, ast.Store()), target)
        elif isinstance(target, ast.Name):
            self.binds(target.id)
        body = self._with_items(node, rest) if rest else self.block(node.body)
        return [self.place(ast.With([ast.withitem(manager, target)], [*first, *body]), node)]
