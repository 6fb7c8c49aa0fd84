"""Gives the nodes of rewritten code the lines and columns of the user's.

Formal statement. For each node of the new tree: if its first (last) character was the user's, it starts
(ends) where that character stood; else where the anchor starts (ends) of the token that it starts (ends)
with. An f-string takes its positions from the f-string that it was, node by node, because `ast` does not
report them as offsets on every version of Python. A slice takes them from the hand-overs that it computes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from xcs_ast.frontend.lines import LineTable
from xcs_ast.native import Any, Final, final, use_own

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.frontend.sourcemap import Emitted

__all__ = [
    "Finisher",
    "Place",
    "Placer",
    "SlicePlacer",
    "as_constant",
    "copy_positions",
    "index_expressions",
    "place_slice",
    "spread",
]

Place = tuple[int, int, int, int]
_ENTER_LOOPS: Final = frozenset({"enter", "enter_module"})
_ENTERS: Final = frozenset({"enter", "enter_module", "enter_steps", "block", "block_module"})


@final
class Placer:
    """Moves one unit's tree from the new text to the source."""

    def __init__(
        self, emitted: Emitted, lines: LineTable, shift: int, strings: Mapping[Place, ast.JoinedStr]
    ) -> None:
        self._emitted = emitted
        self._new = LineTable(emitted.text)
        self._lines = lines
        self._shift = shift
        self._strings = strings

    def place(self, tree: ast.AST) -> None:
        """Changes the tree in place."""
        stack: list[tuple[ast.AST, Place]] = [(tree, (1, 0, 1, 0))]
        while stack:
            node, outer = stack.pop()
            own = outer
            if hasattr(node, "lineno"):
                own = self._own(node, outer)
                _put(node, own)
                if isinstance(node, ast.JoinedStr) and own in self._strings:
                    copy_positions(self._strings[own], node)
                    continue
            stack.extend((child, own) for child in ast.iter_child_nodes(node))

    def _own(self, node: ast.AST, outer: Place) -> Place:
        line, column, end_line, end_column = _get(node)
        start = self._emitted.start(self._new.offset(line, column))
        end = self._emitted.end(self._new.offset(end_line, end_column))
        if start > end:
            return outer
        return (*self._lines.place(start + self._shift), *self._lines.place(end + self._shift))


def _put(node: ast.AST, place: Place) -> None:
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = place  # type: ignore[attr-defined]


def _get(node: ast.AST) -> Place:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]


def copy_positions(source: ast.AST, target: ast.AST) -> None:
    """Gives `target` the positions of `source`, node by node; where they part, the one of `source` there."""
    if hasattr(target, "lineno") and hasattr(source, "lineno"):
        _put(target, _get(source))
    mine, theirs = list(ast.iter_child_nodes(target)), list(ast.iter_child_nodes(source))
    if type(source) is not type(target) or len(mine) != len(theirs):
        if hasattr(source, "lineno"):
            spread(target, _get(source))
        return
    for one, other in zip(mine, theirs, strict=True):
        copy_positions(other, one)


def spread(node: ast.AST, place: Place) -> None:
    """Puts a node and all that it holds in one place."""
    for each in ast.walk(node):
        if hasattr(each, "lineno"):
            _put(each, place)


def index_expressions(tree: ast.AST) -> Iterator[tuple[Place, ast.expr]]:
    """Every expression of a tree with its place, from the outside in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            yield _get(node), node


@final
class SlicePlacer(ast.NodeVisitor):
    """Gives slices the positions of the user's expressions that they compute.

    The traceback of a task that failed passes through the slice: with these positions its entry says
    exactly what the user's own frame would have said.
    """

    def __init__(self, sites: Mapping[str, Sequence[ast.expr]], names: Mapping[str, str]) -> None:
        self._sites = sites
        self._slice_names = names
        self.found: dict[str, list[Any]] = {}
        """By the name of their site: the slices, in the order in which the site is given them."""

    def visit_Call(self, node: ast.Call) -> None:
        """`S.enter(SLICE, ...)`, `S.block((SLICE, ...), ...)`."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=site), attr=attribute) if attribute in _ENTERS:
                expressions = self._sites.get(site)
                if expressions is None:
                    return
                first = node.args[0]
                if isinstance(first, ast.Tuple):
                    for thunk, expression in zip(first.elts, expressions, strict=True):
                        place_slice(thunk, [expression])
                    self.found[site] = [*first.elts]
                elif not isinstance(first, ast.Name):
                    place_slice(first, expressions)
                    self.found[site] = [first]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A slice that has a name."""
        self.generic_visit(node)
        site = self._slice_names.get(node.name)
        if site is not None:
            place_slice(node, self._sites[site])
            self.found[site] = [node]


@final
class Finisher(ast.NodeTransformer):
    """The names of sites become their constants, and our own method names take no room.

    For a method call over several lines the compiler reports the line of the method's name. Our calls stand
    for expressions of the user's: each is to be reported as exactly that expression, so that the runtime can
    find what failed inside it.
    """

    def __init__(self, constants: Mapping[str, str], handles: frozenset[str]) -> None:
        self._constants = constants
        self._handles = handles

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A site."""
        text = self._constants.get(node.id)
        return node if text is None else ast.copy_location(ast.Constant(text), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call of a site or of a handle."""
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner)) as method if owner in self._handles:
                line, column, _, _ = _get(node)
                spread(method, (line, column, line, column))
                if method.attr in _ENTER_LOOPS:
                    node.args[1] = as_constant(node.args[1])
        self.generic_visit(node)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """`ITER if H is None else H.rest()`."""
        match node.orelse:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="rest")) if (
                owner in self._handles
            ):
                node.body = as_constant(node.body)
        self.generic_visit(node)
        return node


def as_constant(iterable: ast.expr) -> ast.expr:
    """A list display of constants as a tuple, which is one constant, as the compiler makes it for a loop.

    Nothing but the loop ever sees it. Without this, each line of the display would get code of its own.
    """
    if isinstance(iterable, ast.List) and all(map(_is_constant, iterable.elts)):
        return ast.copy_location(ast.Tuple(iterable.elts, ast.Load()), iterable)
    return iterable


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Tuple(elts=elements):
            return all(map(_is_constant, elements))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return True
        case _:
            return False


def place_slice(slice_: ast.AST, expressions: Sequence[ast.expr]) -> None:
    """Gives one slice the positions of the expressions that it computes."""
    left = [(ast.dump(each), each) for each in expressions]

    def find(node: ast.AST) -> ast.expr | None:
        if isinstance(node, ast.expr):
            text = ast.dump(node)
            for number, (dumped, expression) in enumerate(left):
                if dumped == text:
                    del left[number]
                    return expression
        return None

    def walk(node: ast.AST, place: Place | None) -> Place | None:
        found = find(node)
        if found is not None:
            copy_positions(found, node)
            return _get(found)
        first: Place | None = None
        for child in ast.iter_child_nodes(node):
            inner = walk(child, None)
            first = first or inner
        # The function itself is made where the region is entered.
        if first is not None and node is not slice_ and hasattr(node, "lineno"):
            _put(node, first)
        return first

    walk(slice_, None)
