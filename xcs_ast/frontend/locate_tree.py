"""From the plan's spans to the nodes of the module's own tree: what `emit_tree` needs to know of one unit.

Formal statement: whatever `locate` and `check_guarded` refuse is refused here, too. What is refused here is
only not written by `emit_tree`: the whole unit goes to LibCST, which has the last word, and the reasons.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from xcs_ast.frontend.build_tree import Place, place_of
from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.frontend.slice_forms import is_lambda_form
from xcs_ast.frontend.units import Unit
from xcs_ast.ir.sites import RegionKind
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["Comprehension", "Found", "NotHere", "Tree", "find_region", "place_of_span"]

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SIMPLE: Final = (
    *(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return, ast.Delete, ast.Raise, ast.Assert),
    *(ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass, ast.Break, ast.Continue),
)
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_STRINGS: Final = tuple(kind for kind in (getattr(ast, "TemplateStr", None),) if kind is not None)
_SHOWS_ITSELF: Final = re.compile(r"=\s*[}!:]")


class NotHere(Exception):
    """This unit is for LibCST."""


@final
@dataclass(frozen=True, slots=True)
class Found:
    """A region in the module's tree; see `locate.Located`. `sheltered` are nodes, by `id`."""

    plan: RegionPlan
    node: ast.For | ast.While | Comprehension | None
    statements: tuple[ast.stmt, ...]
    hand_overs: tuple[ast.expr, ...]
    sheltered: frozenset[int]
    extent: Place

    @property
    def index(self) -> int:
        """The region's number in the module."""
        return self.plan.facts.index


@final
class Tree:
    """One unit: what holds each of its nodes, and which statement starts where."""

    def __init__(self, unit: Unit, source: str, lines: LineTable) -> None:
        self.source = source
        self.lines = lines
        self.statements = unit.suite[unit.first : unit.last]
        self.parents: dict[int, ast.AST] = {}
        self._by_start: dict[tuple[int, int], ast.stmt] = {}
        stack: list[ast.AST] = list(self.statements)
        while stack:
            node = stack.pop()
            if isinstance(node, ast.stmt):
                self._by_start[node.lineno, node.col_offset] = node
            for child in _children(node):
                self.parents[id(child)] = node
                stack.append(child)

    def statement(self, span: Span) -> ast.stmt:
        """The statement that starts where the span does."""
        found = self._by_start.get((span.line, span.column))
        if found is None:
            raise NotHere
        return found

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What holds a node, from the inside out."""
        parent = self.parents.get(id(node))
        while parent is not None:
            yield parent
            parent = self.parents.get(id(parent))

    def holder(self, node: ast.AST) -> ast.stmt:
        """The element of a suite that a node lies in, or is: of an `elif`, the `if` that it belongs to."""
        while not isinstance(node, ast.stmt):
            node = self.parents[id(node)]
        while self.is_elif(node):
            parent = self.parents[id(node)]
            assert isinstance(parent, ast.stmt)
            node = parent
        return node

    def is_elif(self, node: ast.stmt) -> bool:
        """Whether a statement is written as the `elif` of another."""
        parent = self.parents.get(id(node))
        return (
            isinstance(node, ast.If)
            and isinstance(parent, ast.If)
            and len(parent.orelse) == 1
            and parent.orelse[0] is node
            and self.lines.line(node.lineno)
            .encode("utf-8", "surrogatepass")
            .startswith(b"elif", node.col_offset)
        )

    def on_shared_lines(self) -> set[int]:
        """The simple statements (by `id`) that may stand on one line with another."""
        if ";" not in self.source:
            return set()
        suites = [self.statements, *(each for node in self._by_start.values() for each in _suites(node))]
        return {
            id(each)
            for suite in suites
            for one, other in pairwise(suite)
            if isinstance(one, _SIMPLE) and isinstance(other, _SIMPLE) and self._joined(one, other)
            for each in (one, other)
        }

    def is_exact(self, node: ast.expr, string: ast.JoinedStr) -> bool:
        """Whether an expression stands where `ast` says, and the string around it surely doesn't show it.

        Within f-strings, not every version of Python knows where an expression stands.
        """
        if _SHOWS_ITSELF.search(self._text(place_of(string))):
            return False
        try:
            found = ast.parse(f"({self._text(place_of(node))}\n)", mode="eval").body
        except (SyntaxError, ValueError):
            return False
        return ast.dump(found) == ast.dump(node)

    def _text(self, place: Place) -> str:
        line, column, end_line, end_column = place
        return self.source[self.lines.offset(line, column) : self.lines.offset(end_line, end_column)]

    def _joined(self, one: ast.stmt, other: ast.stmt) -> bool:
        end = one.end_lineno or 0
        return other.lineno <= end or self.lines.line(end).rstrip("\r\n").endswith("\\")


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            for each in value:
                if isinstance(each, ast.AST):
                    yield each
        elif isinstance(value, ast.AST):
            yield value


def _suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if type(suite) is list and suite and isinstance(suite[0], ast.stmt):
            yield suite
    for name in ("handlers", "cases"):
        for each in getattr(node, name, ()):
            yield each.body


def find_region(tree: Tree, plan: RegionPlan, expressions: Mapping[Place, Sequence[ast.expr]]) -> Found:
    """Finds a region in its unit.

    Raises:
        NotHere: it is not where the plan says, or stands where `emit_tree` puts nothing.
    """
    _check_form(plan)
    statements: tuple[ast.stmt, ...] = ()
    if plan.facts.kind is not RegionKind.COMPREHENSION:
        statements = tuple(tree.statement(span) for span in plan.statements)
    node = _node(plan, statements, expressions)
    if isinstance(node, _COMPREHENSIONS):
        _check_comprehension(tree, node)
        statements = (tree.holder(node),)
    hand_overs = tuple(_expression(tree, each.span, expressions) for each in plan.hand_overs)
    for each in hand_overs:
        _check_place(tree, each)
        _check_once(tree, each, node, statements)
    sheltered = frozenset(id(tree.holder(each)) for each in hand_overs if _is_sheltered(tree, each, node))
    extent = place_of(statements[0])[:2] + place_of(statements[-1])[2:] if node is None else place_of(node)
    return Found(plan, node, statements, hand_overs, sheltered, extent)


def _check_form(plan: RegionPlan) -> None:
    comprehension = plan.facts.kind is RegionKind.COMPREHENSION
    if comprehension or plan.at_module_level or plan.facts.kind is RegionKind.BLOCK:
        asked = plan.slices[:1] if comprehension else plan.slices
        if not all(map(is_lambda_form, asked)):
            raise NotHere


def _node(
    plan: RegionPlan, statements: tuple[ast.stmt, ...], expressions: Mapping[Place, Sequence[ast.expr]]
) -> ast.For | ast.While | Comprehension | None:
    match plan.facts.kind:
        case RegionKind.LOOP:
            node: ast.AST = statements[0]
            if isinstance(node, ast.For):
                return node
        case RegionKind.STEP:
            node = statements[0]
            if isinstance(node, ast.While) and not isinstance(node.test, ast.Tuple | ast.GeneratorExp):
                _at(plan.iterable, expressions)
                return node
        case RegionKind.COMPREHENSION:
            node = _at(plan.expression, expressions)
            if isinstance(node, _COMPREHENSIONS) and [each.is_async for each in node.generators] == [0]:
                return node
        case _:
            if all(isinstance(each, _SIMPLE) for each in statements):
                return None
    raise NotHere


def _at(span: Span | None, expressions: Mapping[Place, Sequence[ast.expr]]) -> ast.expr:
    found = () if span is None else expressions.get(place_of_span(span), ())
    if len(found) != 1:
        raise NotHere
    return found[0]


def place_of_span(span: Span) -> Place:
    """A span without its file."""
    return span.line, span.column, span.end_line, span.end_column


def _expression(tree: Tree, span: Span, expressions: Mapping[Place, Sequence[ast.expr]]) -> ast.expr:
    found = _at(span, expressions)
    if id(found) not in tree.parents:
        raise NotHere
    return found


def _check_comprehension(tree: Tree, node: Comprehension) -> None:
    """It may stand in no other scope of its statement, nor where a hand-over may not."""
    if id(node) not in tree.parents:
        raise NotHere
    _check_place(tree, node)
    holder = tree.holder(node)
    for parent in tree.above(node):
        if parent is holder:
            return
        if isinstance(parent, (*_COMPREHENSIONS, ast.Lambda)):
            raise NotHere


def _check_place(tree: Tree, node: ast.expr) -> None:
    """Refuses places where replacing an expression changes more than the expression."""
    child: ast.AST = node
    for parent in tree.above(node):
        match parent:
            case ast.With() | ast.AsyncWith():
                wrong = len(parent.items) > 1 and isinstance(child, ast.withitem)
            case ast.arguments():
                wrong = True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                wrong = not isinstance(child, ast.stmt) and (
                    not isinstance(parent, ast.ClassDef) or child in parent.decorator_list
                )
            case ast.AnnAssign():
                wrong = child is parent.annotation
            case ast.JoinedStr():
                wrong = isinstance(node, _COMPREHENSIONS) or not tree.is_exact(node, parent)
            case _:
                wrong = isinstance(parent, _STRINGS)
        if wrong:
            raise NotHere
        child = parent


def _check_once(tree: Tree, node: ast.expr, region: ast.AST | None, statements: tuple[ast.stmt, ...]) -> None:
    """Refuses places that one iteration may evaluate more than once, in another scope, or outside of it."""
    child: ast.AST = node
    for parent in tree.above(node):
        if region is None and any(child is each for each in statements):
            return
        if parent is region:
            return
        match parent:
            case ast.For() | ast.AsyncFor():
                once = child not in parent.body
            case ast.comprehension():
                holder = tree.parents[id(parent)]
                if holder is region:
                    return
                once = child is parent.iter and parent is _generators(holder)[0]
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                once = isinstance(child, ast.comprehension)
            case ast.Lambda() | ast.While():
                once = False
            case _:
                once = not isinstance(parent, _DEFINITIONS)
        if not once:
            raise NotHere
        child = parent
    if region is None and any(child is each for each in statements):
        return
    raise NotHere


def _generators(node: ast.AST) -> list[ast.comprehension]:
    assert isinstance(node, _COMPREHENSIONS)
    return node.generators


def _is_sheltered(tree: Tree, node: ast.expr, region: ast.AST | None) -> bool:
    """Whether a `try` or `with` of the user's inside the region would see an exception from here first."""
    if region is None or isinstance(region, _COMPREHENSIONS):
        return False
    for parent in tree.above(tree.holder(node)):
        if parent is region:
            return False
        if isinstance(parent, ast.Try | ast.TryStar | ast.With | ast.AsyncWith):
            return True
    return False
