"""The readable style: what a person would write.

    for model in models:               for model, ahead in xcs.run_ahead(lambda model: model(x), models):
        out.append(model(x))      ==>      out.append(ahead())

    user = fetch_user(uid)             _orders = xcs.ahead(lambda: fetch_orders(uid))
    orders = fetch_orders(uid)    ==>  user = fetch_user(uid)
                                       orders = _orders()

A slice with several results is a `def` before the statement; `ahead.label()` takes the next of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import libcst as cst

from xcs_ast.frontend.build import BLANK, assign, attribute_call, call, name
from xcs_ast.frontend.emitter import Emitter, Mode
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.locate import Comprehension, Located, Refused, UnitTree, encloses_scope
from xcs_ast.frontend.sourcemap import Extent
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["ReadableEmitter", "check_readable"]


def check_readable(tree: UnitTree, region: Located) -> None:
    """Refuses what has no readable form.

    Raises:
        Refused: with the reason.
    """
    if isinstance(region.node, cst.While):
        raise Refused("a `while` loop has no form that a person would write")
    is_comprehension = region.node is not None and not isinstance(region.node, cst.For)
    if is_comprehension and not _is_lambda(region.plan.readable_slices[0]) and encloses_scope(tree, region):
        raise Refused("its slice needs a place before the statement, where the names are not known yet")


def _is_lambda(source: str) -> bool:
    return source.lstrip().startswith("lambda")


@final
class ReadableEmitter(Emitter):
    """Writes each region once."""

    def __init__(
        self, tree: UnitTree, regions: Sequence[Located], names: FreshNames, indent: str, alias: str
    ) -> None:
        super().__init__(tree, regions, names, indent)
        self._alias = alias
        self._definitions: dict[int, cst.BaseStatement] = {}
        self._handles: dict[int, str] = {}
        self._slices: dict[int, str] = {}
        self._thunks: dict[tuple[int, int], str] = {}

    def statements(self, body: Sequence[cst.CSTNode], mode: Mode) -> list[cst.BaseStatement]:
        """An empty line goes before a slice that has a name."""
        made = super().statements(body, mode)
        for position, each in enumerate(made):
            if position and id(each) in self._definitions and not _leading(each):
                made[position] = each.with_changes(leading_lines=[BLANK])
        return made

    # Loops.

    def loop(self, region: Located, mode: Mode) -> list[cst.BaseStatement]:
        """The loop over `run_ahead`, with the slice before it if that has a name."""
        loop = region.node
        assert isinstance(loop, cst.For)
        definition = self._definition(region)
        leading = loop.leading_lines
        self._take_handle(region, mode)
        made = loop.with_changes(
            target=self._target(region, loop.target),
            iter=self._run_ahead(region, self.copy(loop.iter, mode)),
            body=self.copy(loop.body, mode.ahead(region)),
            orelse=self.copy(loop.orelse, mode) if loop.orelse is not None else None,
            leading_lines=leading if definition is None else _below(leading),
        )
        self.provenance.replaces(made, loop)
        if definition is None:
            return [made]
        return [self._defined(definition, _above(leading)), made]

    def _defined(self, definition: cst.FunctionDef, leading: Sequence[cst.EmptyLine]) -> cst.FunctionDef:
        made = definition.with_changes(leading_lines=leading)
        self._definitions[id(made)] = made
        return made

    def _take_handle(self, region: Located, mode: Mode) -> None:
        """`ahead`, unless the code around uses that name itself, or means another region by it."""
        # A block has no handle: its hand-overs have names of their own.
        outer = {self._handles.get(owner.index) for owner, _ in mode.active.values()}
        number = 1
        handle = "ahead"
        while handle in self.names or handle in outer:
            number += 1
            handle = f"ahead_{number}"
        self._handles[region.index] = handle

    def _target(self, region: Located, target: cst.BaseAssignTargetExpression) -> cst.Tuple:
        inner: cst.BaseExpression = target
        if isinstance(inner, cst.Tuple) and not inner.lpar:
            inner = inner.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        handle = name(self._handles[region.index])
        return cst.Tuple([cst.Element(inner), cst.Element(handle)], lpar=(), rpar=())

    def _run_ahead(self, region: Located, iterable: cst.BaseExpression) -> cst.BaseExpression:
        source = region.plan.readable_slices[0]
        slice_ = cst.parse_expression(source) if _is_lambda(source) else name(self._slice_name(region))
        return attribute_call(self._alias, "run_ahead", slice_, iterable)

    def _slice_name(self, region: Located) -> str:
        if region.index not in self._slices:
            definition = cst.parse_statement(region.plan.readable_slices[0])
            assert isinstance(definition, cst.FunctionDef)
            self._slices[region.index] = self.names.take(definition.name.value)
        return self._slices[region.index]

    def _definition(self, region: Located) -> cst.FunctionDef | None:
        source = region.plan.readable_slices[0]
        if _is_lambda(source):
            return None
        definition = cst.parse_statement(source)
        assert isinstance(definition, cst.FunctionDef)
        indented = definition.visit(_Reindent(self.indent))
        assert isinstance(indented, cst.FunctionDef)
        return indented.with_changes(name=name(self._slice_name(region)))

    # Comprehensions.

    def comprehension(self, region: Located, mode: Mode) -> cst.BaseExpression:
        """`[ahead() for model, ahead in xcs.run_ahead(...)]`."""
        node = region.node
        assert node is not None
        assert not isinstance(node, cst.For | cst.While)
        self._take_handle(region, mode)
        inside = mode.ahead(region)
        clause = node.for_in.with_changes(
            target=self._target(region, node.for_in.target),
            iter=self._run_ahead(region, self.copy(node.for_in.iter, mode)),
            ifs=[self.copy(each, inside) for each in node.for_in.ifs],
        )
        self.provenance.replaces(clause, node.for_in)
        made: Comprehension
        if isinstance(node, cst.DictComp):
            made = node.with_changes(
                key=self.copy(node.key, inside), value=self.copy(node.value, inside), for_in=clause
            )
        else:
            made = node.with_changes(elt=self.copy(node.elt, inside), for_in=clause)
        self.provenance.replaces(made, node)
        return made

    def around(
        self, statement: cst.BaseStatement, original: Extent, regions: Sequence[Located]
    ) -> list[cst.BaseStatement]:
        """The slices that have a name, then the statement."""
        definitions = [each for each in map(self._definition, regions) if each is not None]
        if not definitions:
            return [statement]
        leading = _leading(statement)
        below = statement.with_changes(leading_lines=_below(leading))
        self.provenance.replaces(below, statement)
        first = self._defined(definitions[0], _above(leading))
        others = [self._defined(each, [BLANK]) for each in definitions[1:]]
        return [first, *others, below]

    # Blocks.

    def straight_line(
        self, region: Located, lines: Sequence[cst.BaseStatement], mode: Mode
    ) -> list[cst.BaseStatement]:
        """`_orders = xcs.ahead(lambda: fetch_orders(uid))` before the first statement."""
        started: list[cst.BaseStatement] = []
        for number, (hand, source) in enumerate(
            zip(region.plan.hand_overs, region.plan.readable_slices, strict=True)
        ):
            thunk = self.names.take(f"_{hand.name.lstrip('_')}")
            self._thunks[region.index, number] = thunk
            started.append(assign(thunk, attribute_call(self._alias, "ahead", cst.parse_expression(source))))
        made = self.statements(lines, mode.ahead(region))
        started[0] = started[0].with_changes(leading_lines=_leading(lines[0]))
        below = made[0].with_changes(leading_lines=())
        self.provenance.replaces(below, made[0])
        return [*started, below, *made[1:]]

    # Shared.

    def hand_over(self, region: Located, number: int) -> cst.BaseExpression:
        """`ahead()`, `ahead.label()`, or `_orders()`."""
        if region.node is None:
            return call(name(self._thunks[region.index, number]))
        handle = self._handles[region.index]
        if region.plan.facts.single:
            return call(name(handle))
        return attribute_call(handle, region.plan.hand_overs[number].name)

    def sheltering(
        self, statement: cst.BaseStatement, original: Extent, regions: Sequence[Located]
    ) -> cst.BaseStatement:
        """As it is: a person would not trim tracebacks."""
        return statement


def _leading(statement: cst.BaseStatement) -> Sequence[cst.EmptyLine]:
    found: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    return found


def _above(leading: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The empty lines before the first comment go before the slice."""
    lines: list[cst.EmptyLine] = []
    for each in leading:
        if each.comment is not None:
            break
        lines.append(each)
    return lines


def _below(leading: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The comments stay with the user's statement, after one empty line."""
    return [BLANK, *leading[len(_above(leading)) :]]


@final
class _Reindent(cst.CSTTransformer):
    """Indents the blocks of a slice as the module does."""

    def __init__(self, indent: str) -> None:
        super().__init__()
        self._indent = indent

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(indent=self._indent)
