"""From the plan's spans to the nodes of LibCST's tree.

Formal statement: a region is located only if each of its statements starts where the plan says, and each
expression that is to be replaced prints as text that parses to the very tree that `ast` has there. What
cannot be located so is refused (`Refused`), and stays as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, final

import libcst as cst

from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.places import Place
from xcs_ast.frontend.plan import RegionPlan
from xcs_ast.frontend.sourcemap import Extent, Original
from xcs_ast.frontend.units import WRAPPER, Unit
from xcs_ast.ir.sites import RegionKind
from xcs_ast.native import use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["Comprehension", "Located", "Refused", "UnitTree", "comp_for", "locate"]

Comprehension = cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
_COMPREHENSIONS: Final = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_SCOPES: Final = (*_COMPREHENSIONS, cst.Lambda)
_SUITES: Final = (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)


class Refused(Exception):
    """This region cannot be written down; the message says why."""


@final
@dataclass(frozen=True, slots=True)
class Located:
    """A region in LibCST's tree.

    `statements` are those of `plan`; for a comprehension, the simple statement or the element of a suite that
    holds it. `hand_overs` are in the order of `plan.hand_overs`; `sheltered` are the (ids of the) statements
    that hold one inside a `try` or `with` of the user's inside the region. `extent` is all of the region.
    """

    plan: RegionPlan
    node: cst.For | cst.While | Comprehension | None
    statements: tuple[cst.CSTNode, ...]
    hand_overs: tuple[cst.BaseExpression, ...]
    sheltered: frozenset[int]
    extent: Extent

    @property
    def index(self) -> int:
        """The region's number in the module."""
        return self.plan.facts.index


@final
class UnitTree:
    """One unit as LibCST sees it, with a way from places in the source to nodes."""

    def __init__(self, unit: Unit, source: str, lines: LineTable, newline: str) -> None:
        self.unit = unit
        self.lines = lines
        begin, end = lines.start_of(unit.start), lines.start_of(unit.end + 1)
        wrapper = f"{WRAPPER}{newline}" if unit.indented else ""
        self.text = wrapper + source[begin:end]
        self.shift = begin - len(wrapper)
        self.prefix = len(wrapper)
        self.module = cst.parse_module(self.text, config=cst.PartialParserConfig(default_newline=newline))
        self.original = Original(self.module)
        if "".join(self.original.tokens) != self.text:
            raise Refused("LibCST does not print it as it stands")
        self._by_start: dict[int, list[cst.CSTNode]] = {}
        self._bare = [each for each in self.original.nodes if isinstance(each, cst.GeneratorExp | cst.Tuple)]
        for node in self.original.nodes:
            self._by_start.setdefault(self.original.extents[id(node)][0], []).append(node)

    def extent(self, span: Span) -> Extent:
        """A span of the file as offsets into the unit's text."""
        start = self.lines.offset(span.line, span.column) - self.shift
        return start, self.lines.offset(span.end_line, span.end_column) - self.shift

    def extent_of(self, node: cst.CSTNode) -> Extent:
        """Where a node of the original stands."""
        return self.original.extents[id(node)]

    def parents(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What holds a node, from the inside out."""
        parent = self.original.parents[id(node)]
        while parent is not None:
            yield parent
            parent = self.original.parents[id(parent)]

    def holder(self, node: cst.CSTNode) -> cst.CSTNode:
        """The simple statement, or else the element of a suite, that a node lies in, or is."""
        before = node
        for parent in self.parents(node):
            if isinstance(before, cst.BaseSmallStatement) or isinstance(parent, _SUITES):
                return before
            before = parent
        raise Refused("it lies in no suite")

    def statement(self, span: Span) -> cst.CSTNode:
        """The statement that starts where the span does."""
        start, _ = self.extent(span)
        for node in self._by_start.get(start, ()):
            if isinstance(node, cst.BaseCompoundStatement | cst.BaseSmallStatement):
                return node
        raise Refused("no statement starts where the plan says")

    def expression(self, span: Span, expected: ast.expr | None) -> cst.BaseExpression:
        """The expression with exactly this span, where it is the expected one."""
        start, end = self.extent(span)
        for node in self._candidates(start, end):
            if expected is None or _same(self.module.code_for_node(node), expected):
                return node
        raise Refused("no expression stands where the plan says")

    def _candidates(self, start: int, end: int) -> Iterator[cst.BaseExpression]:
        for node in self._by_start.get(start, ()):
            if isinstance(node, cst.BaseExpression) and self.extent_of(node)[1] == end:
                yield node
        # `ast` counts the parentheses of tuples and generator expressions as theirs; LibCST counts none.
        for node in self._bare:
            begin, stop = self.extent_of(node)
            if start < begin and stop < end:
                yield node


def _same(text: str, expected: ast.expr) -> bool:
    try:
        found = ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return ast.dump(found) == ast.dump(expected)


def comp_for(node: Comprehension) -> cst.CompFor:
    """The clause of a comprehension."""
    return node.for_in


def locate(tree: UnitTree, plan: RegionPlan, expressions: dict[Place, list[ast.expr]]) -> Located:
    """Finds a region in its unit. `expressions` are those of the module by span.

    Raises:
        Refused: it is not there, or stands where nothing may be put.
    """
    statements: tuple[cst.CSTNode, ...] = ()
    if plan.facts.kind is not RegionKind.COMPREHENSION:
        statements = tuple(tree.statement(span) for span in plan.statements)
    node = _node(tree, plan, statements, expressions)
    hand_overs = tuple(_expression(tree, each.span, expressions) for each in plan.hand_overs)
    if isinstance(node, cst.For | cst.While):
        extent = tree.extent_of(node)
    elif node is not None and plan.expression is not None:
        statements = (tree.holder(node),)
        extent = tree.extent(plan.expression)
    else:
        extent = (tree.extent_of(statements[0])[0], tree.extent_of(statements[-1])[1])
    for each in hand_overs:
        begin, end = tree.extent_of(each)
        if not extent[0] <= begin < end <= extent[1]:
            raise Refused("a hand-over lies outside of the region")
    for each in hand_overs:
        _check_place(tree, each)
        _check_once(tree, each, node)
    if isinstance(node, _COMPREHENSIONS):
        _check_place(tree, node)
    sheltered = frozenset(id(tree.holder(each)) for each in hand_overs if _is_sheltered(tree, each, node))
    return Located(plan, node, statements, hand_overs, sheltered, extent)


def _node(
    tree: UnitTree,
    plan: RegionPlan,
    statements: tuple[cst.CSTNode, ...],
    expressions: dict[Place, list[ast.expr]],
) -> cst.For | cst.While | Comprehension | None:
    match plan.facts.kind:
        case RegionKind.LOOP:
            loop = statements[0]
            if not isinstance(loop, cst.For) or loop.asynchronous is not None:
                raise Refused("it is not a plain loop")
            return loop
        case RegionKind.STEP:
            stepping = statements[0]
            if not isinstance(stepping, cst.While):
                raise Refused("it is not a `while` loop")
            return stepping
        case RegionKind.COMPREHENSION:
            if plan.expression is None:
                raise Refused("the plan names no comprehension")
            found = _expression(tree, plan.expression, expressions)
            if not isinstance(found, _COMPREHENSIONS):
                raise Refused("it is not a comprehension")
            clause = comp_for(found)
            if clause.asynchronous is not None or clause.inner_for_in is not None:
                raise Refused("it is not a plain comprehension")
            return found
        case _:
            if not all(isinstance(each, cst.BaseSmallStatement) for each in statements):
                raise Refused("it is not made of simple statements")
            return None


def _expression(tree: UnitTree, span: Span, expressions: dict[Place, list[ast.expr]]) -> cst.BaseExpression:
    for expected in expressions.get((span.line, span.column, span.end_line, span.end_column), ()):
        try:
            return tree.expression(span, expected)
        except Refused:
            continue
    raise Refused("no expression stands where the plan says")


def _check_place(tree: UnitTree, node: cst.CSTNode) -> None:
    """Refuses places where replacing an expression changes more than the expression."""
    child = node
    for parent in tree.parents(node):
        if isinstance(parent, cst.FormattedStringExpression) and parent.equal is not None:
            raise Refused("an f-string prints the source of the expression")
        if isinstance(parent, cst.With) and child is not parent.body and len(parent.items) > 1:
            raise Refused("it stands among several context managers")
        if isinstance(node, _COMPREHENSIONS) and isinstance(parent, cst.BaseFormattedStringContent):
            raise Refused("it stands inside an f-string")
        if isinstance(parent, cst.Decorator | cst.Parameters | cst.Annotation):
            raise Refused("it is evaluated when a definition is")
        child = parent


def _check_once(tree: UnitTree, node: cst.CSTNode, region: cst.CSTNode | None) -> None:
    """Refuses places that one iteration may evaluate more than once, or in another scope."""
    for child, parent in pairwise((node, *tree.parents(node))):
        if parent is region or (region is None and isinstance(parent, _SUITES)):
            return
        match parent:
            case cst.For():
                once = child is not parent.body
            case cst.CompFor():
                if tree.original.parents[id(parent)] is region:
                    return
                once = child is parent.iter  # evaluated once, outside of the comprehension
            case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
                once = isinstance(child, cst.CompFor)
            case cst.Lambda() | cst.While() | cst.FunctionDef() | cst.ClassDef():
                once = False
            case _:
                once = True
        if not once:
            raise Refused("it may be evaluated more than once, or in another scope")


def _is_sheltered(tree: UnitTree, node: cst.CSTNode, region: cst.CSTNode | None) -> bool:
    """Whether a `try` or `with` of the user's inside the region would see an exception from here first."""
    holder = tree.holder(node)
    if region is None or isinstance(region, _COMPREHENSIONS):
        return False
    for parent in tree.parents(holder):
        if parent is region:
            return False
        if isinstance(parent, cst.Try | cst.TryStar | cst.With):
            return True
    return False


def encloses_scope(tree: UnitTree, located: Located) -> list[cst.CSTNode]:
    """The comprehensions and lambdas between a comprehension and its statement, from the inside out."""
    if located.node is None:
        return []
    found: list[cst.CSTNode] = []
    for parent in tree.parents(located.node):
        if parent is located.statements[0]:
            break
        if isinstance(parent, _SCOPES):
            found.append(parent)
    return found
