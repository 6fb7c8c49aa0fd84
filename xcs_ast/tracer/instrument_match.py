"""`match` statements of instrumented code.

Guarantees: where all patterns are values, constants, names and `|` of those, each comparison goes through the
hooks, in order. Otherwise the patterns are matched by the interpreter on what `match_subject` gave.
Assumes: as `instrument_expressions`. Class patterns are refused: they call what nobody sees.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_expressions import Expressions
from xcs_ast.tracer.instrument_scopes import Refused

use_own(globals())

__all__ = ["Matching"]


class Matching(Expressions):
    """Rewrites `match`."""

    if TYPE_CHECKING:

        def branch(
            self, nodes: Sequence[ast.stmt], before: Sequence[ast.stmt] = ()
        ) -> tuple[list[ast.stmt], set[str]]:
            """As `Statements.branch`."""

        def clearing(self, at: ast.AST, *names: str) -> list[ast.stmt]:
            """As `Statements.clearing`."""

        def store(self, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
            """As `Statements.store`."""

    def _match(self, node: ast.Match) -> list[ast.stmt]:
        if all(_is_simple_pattern(case.pattern) for case in node.cases):
            return self._lowered(node)
        subject = self.hook(node.subject, "match_subject", self.expr(node.subject))
        clear = self.clearing(node)
        cases: list[ast.match_case] = []
        for case in node.cases:
            self._check(case.pattern)
            made: list[ast.expr] = [
                self.hook(case.pattern, "new", self.load(name)) for name in _rests(case.pattern)
            ]
            taken: list[ast.stmt] = []
            guard = None
            if case.guard is None:
                taken = [self.place(ast.Expr(each), case.pattern) for each in made]
            else:
                guard = self.test(case.guard)
                if made:
                    guard = self._both(
                        self.place(ast.List(made, ast.Load()), case.pattern), guard, case.guard
                    )
            body, _ = self.branch(case.body, [*clear, *self.clearing(node), *taken])
            cases.append(ast.match_case(case.pattern, guard, body))
        return [self.place(ast.Match(subject, cases), node)]

    def _check(self, pattern: ast.pattern) -> None:
        """Refuses what the interpreter would do unseen."""
        for each in ast.walk(pattern):
            if isinstance(each, ast.MatchClass):
                raise Refused("a class pattern")
            if isinstance(each, ast.MatchValue) and not _is_constant(each.value):
                raise Refused("a pattern with a dotted name inside of a sequence or mapping")
            if isinstance(each, ast.MatchMapping) and not all(_is_constant(key) for key in each.keys):
                raise Refused("a mapping pattern with a dotted name")
            name = None
            if isinstance(each, ast.MatchAs | ast.MatchStar):
                name = each.name
            elif isinstance(each, ast.MatchMapping):
                name = each.rest
            if name is not None and self.scope.kind(name) != "local":
                raise Refused("a pattern that binds a variable of another scope")

    def _lowered(self, node: ast.Match) -> list[ast.stmt]:
        """An `if` chain."""
        subject = self.temporary()
        bind = self.place(ast.Assign([ast.Name(subject, ast.Store())], self.expr(node.subject)), node)
        first = [bind, *self.clearing(node)]
        made: list[ast.stmt] = []
        for case in reversed(node.cases):
            test = self._pattern(case.pattern, subject)
            capture = case.pattern.name if isinstance(case.pattern, ast.MatchAs) else None
            if capture is not None:
                if self.scope.kind(capture) != "local":
                    raise Refused("a pattern that binds a variable of another scope")
                bound = ast.NamedExpr(ast.Name(capture, ast.Store()), self.load(subject))
                test = self._both(test, self.place(ast.List([bound], ast.Load()), case.pattern), case.pattern)
            if case.guard is not None:
                test = self._both(test, self.test(case.guard), case.guard)
            clear = self.clearing(node)
            body, _ = self.branch(case.body, clear)
            made = [self.place(ast.If(test, body, made), case.pattern)]
        return [*first, *made, *self.clearing(node, subject)]

    def _both(self, a: ast.expr, b: ast.expr, at: ast.AST) -> ast.expr:
        if isinstance(a, ast.Constant) and a.value is True:
            return b
        return self.place(ast.BoolOp(ast.And(), [a, b]), at)

    def _pattern(self, pattern: ast.pattern, subject: str) -> ast.expr:
        """The test for a simple pattern, as a plain truth; it binds nothing."""
        if isinstance(pattern, ast.MatchValue):
            compared = self.hook(
                pattern, "compare", ast.Constant("=="), self.load(subject), self.expr(pattern.value)
            )
            return self.hook(pattern, "truth", compared)
        if isinstance(pattern, ast.MatchSingleton):
            value = ast.Constant(pattern.value)
            return self.place(ast.Compare(self.load(subject), [ast.Is()], [value]), pattern)
        if isinstance(pattern, ast.MatchOr):
            tests = [self._pattern(each, subject) for each in pattern.patterns]
            return self.place(ast.BoolOp(ast.Or(), tests), pattern)
        assert isinstance(pattern, ast.MatchAs)
        if pattern.pattern is None:
            return self.place(ast.Constant(True), pattern)
        return self._pattern(pattern.pattern, subject)


def _rests(pattern: ast.pattern) -> list[str]:
    """The variables that get a new list or dictionary: what is left of a sequence or mapping."""
    names = [each.name for each in ast.walk(pattern) if isinstance(each, ast.MatchStar)]
    names += [each.rest for each in ast.walk(pattern) if isinstance(each, ast.MatchMapping)]
    return [name for name in dict.fromkeys(names) if name is not None]


def _is_simple_pattern(pattern: ast.pattern, inside: bool = False) -> bool:
    if isinstance(pattern, ast.MatchValue | ast.MatchSingleton):
        return True
    if isinstance(pattern, ast.MatchOr):
        return all(_is_simple_pattern(each, True) for each in pattern.patterns)
    if isinstance(pattern, ast.MatchAs):
        if inside and pattern.name is not None:
            return False
        return pattern.pattern is None or _is_simple_pattern(pattern.pattern, True)
    return False


def _is_constant(node: ast.expr) -> bool:
    return not any(isinstance(each, ast.Attribute | ast.Name) for each in ast.walk(node))
