"""Calls of instrumented code.

Guarantees: the callee, the arguments and the keywords are evaluated and taken apart in the order of the
plain code.
Assumes: as `instrument_base`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Final

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_base import CALLEES, FRAMES, LOOKS_AROUND_BARE, Builder
from xcs_ast.tracer.instrument_scopes import Refused

use_own(globals())

__all__ = ["Calls"]

_ASKS_CALLER: Final = frozenset(
    {
        "debug",
        "info",
        "warn",
        "warning",
        "error",
        "exception",
        "critical",
        "log",
        "stack",
        "trace",
        "warn_explicit",
    }
)
"""Methods that look at their caller: a hook's frame must not stand between."""


class Calls(Builder):
    """Rewrites calls."""

    def _call(self, node: ast.Call) -> ast.expr:
        return self.call(node, "call")

    def call(self, node: ast.Call, hook: str) -> ast.expr:
        """A call through the hook `call` or `perform`."""
        function = node.func
        if isinstance(function, ast.Name) and self.scope.kind(function.id) == "global":
            if function.id == "super" and not node.args and not node.keywords:
                return self._super(node)
            bare = len(node.args) != 1 or bool(node.keywords) or isinstance(node.args[0], ast.Starred)
            if function.id in LOOKS_AROUND_BARE and not bare:
                callee: ast.expr = self.hook(function, "load_global", self.globals_(), self.text(function.id))
                return self.hook(node, hook, callee, self.expr(node.args[0]))
        spreads = any(isinstance(argument, ast.Starred) for argument in node.args)
        merges = any(keyword.arg is None for keyword in node.keywords)
        if not spreads and not merges:
            keywords = [self._keyword(keyword) for keyword in node.keywords]
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if (
                isinstance(function, ast.Attribute)
                and (self.stepwise or function.attr not in _ASKS_CALLER)
                and function.attr not in FRAMES
                and all(self.is_simple(value) for value in values)
            ):
                owner = self.expr(function.value)
                arguments = [owner, self.text(function.attr), *node.args]
                return self.hook(node, f"{hook}_method", *arguments, keywords=keywords)
            of_global = isinstance(function, ast.Name) and self.scope.kind(function.id) == "global"
            if isinstance(function, ast.Name) and of_global and not self.stepwise:
                return self._of_global(node, function, hook, keywords)
            return self.hook(node, hook, self.expr(function), *self.exprs(node.args), keywords=keywords)
        evaluated = self.expr(function)
        if self.no_walrus or self.in_generator:
            return self._spreading(node, hook, evaluated, None)
        first, name = self.walrus(evaluated)
        return self._spreading(node, hook, first, name)

    def _of_global(
        self, node: ast.Call, function: ast.Name, hook: str, keywords: list[ast.keyword]
    ) -> ast.expr:
        """A call of what a global variable holds: the recorder may have said before what that is to be."""
        asked = self.hook(
            function,
            "callee" if hook == "call" else "callee_unused",
            self.expr(function),
            self.load(CALLEES),
            self.text(function.id),
        )
        callee = self.known(function.id, asked, CALLEES)
        return self.place(ast.Call(callee, self.exprs(node.args), keywords), node)

    def _keyword(self, keyword: ast.keyword) -> ast.keyword:
        return self.place(ast.keyword(keyword.arg, self.expr(keyword.value)), keyword)

    def _spreading(self, node: ast.Call, hook: str, evaluated: ast.expr, name: str | None) -> ast.expr:
        """A call with `*x` or `**x`; messages about those name the callee."""
        callee: Callable[[], ast.expr] = lambda: ast.Constant(None) if name is None else self.load(name)  # noqa: E731
        arguments: list[ast.expr] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                alone = len(node.args) == 1
                parts = [self.expr(argument.value), callee()] if alone else [self.expr(argument.value)]
                spread = self.hook(argument, "spread", *parts)
                arguments.append(self.place(ast.Starred(spread, ast.Load()), argument))
            else:
                arguments.append(self.expr(argument))
        plain = all(keyword.arg is not None for keyword in node.keywords)
        late = (
            len(node.args) == 1
            and isinstance(node.args[0], ast.Starred)
            and not all(self.is_simple(keyword.value) for keyword in node.keywords)
        )
        if plain and not late:
            keywords = [self._keyword(keyword) for keyword in node.keywords]
            return self.hook(node, hook, evaluated, *arguments, keywords=keywords)
        merged = self._merges(node, callee)
        if late:
            # The interpreter takes the only `*x` apart after it has evaluated the keywords.
            assert isinstance(node.args[0], ast.Starred)
            return self.hook(node, "call_late", evaluated, self.expr(node.args[0].value), merged)
        return self.hook(node, hook, evaluated, *arguments, keywords=[ast.keyword(None, merged)])

    def _merges(self, node: ast.Call, callee: Callable[[], ast.expr]) -> ast.expr:
        """The keywords of a call as one dict."""
        merged: ast.expr = ast.Dict([], [])
        group = ast.Dict([], [])
        for keyword in node.keywords:
            if keyword.arg is None:
                merged = self._merged(node, callee, merged, group)
                merged = self._merge(keyword, callee, merged)
                group = ast.Dict([], [])
            else:
                group.keys.append(ast.Constant(keyword.arg))
                group.values.append(self.expr(keyword.value))
        return self._merged(node, callee, merged, group)

    def _merge(self, keyword: ast.keyword, callee: Callable[[], ast.expr], merged: ast.expr) -> ast.expr:
        """The keywords so far and those of a `**x`."""
        if not self.stepwise:
            return self.hook(keyword, "merge", callee(), merged, self.expr(keyword.value))
        mapping = self.hook(keyword, "mapping", self.expr(keyword.value), callee())
        return self.hook(keyword, "merge_own", callee(), merged, ast.Dict([None], [mapping]))

    def _merged(
        self, node: ast.Call, callee: Callable[[], ast.expr], merged: ast.expr, group: ast.Dict
    ) -> ast.expr:
        if not group.keys:
            return merged
        if isinstance(merged, ast.Dict) and not merged.keys:
            return group
        return self.hook(node, "merge_own", callee(), merged, group)

    def _super(self, node: ast.Call) -> ast.expr:
        scope = self.scope
        if scope.first is None or "__class__" not in scope.free or scope.mangle(scope.first) in scope.deleted:
            raise Refused("super() outside of a method")
        if scope.comprehensions and (
            self.in_generator or sys.version_info < (3, 12) or scope.in_comprehension(scope.first)
        ):
            raise Refused("super() in a comprehension")
        return self.hook(node, "call_super", self.globals_(), self.cell("__class__"), self.load(scope.first))
