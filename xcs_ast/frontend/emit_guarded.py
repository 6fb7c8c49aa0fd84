"""The guarded style: what the import hook, the decorator and `run` compile.

    for model in models:                 try:
        out.append(model(x))                 H = S.enter(lambda model: model(x), models, (out, x)) \\
                                                 if S.worthwhile() else None
                                  ==>        for model in H or ():
                                                 out.append(H.ahead(0))
                                             else:
                                                 for model in (models if H is None else H.rest()):
                                                     out.append(model(x))
                                         except:
                                             S.trim()
                                             raise

`S` is a name here, and a constant in the tree that is compiled: no name of ours is looked up anywhere. `H` is
a local variable; at module level, where a variable would show, `S` is the handle. The `except` is bare
because `BaseException` is a name that a module may bind.

Guarantees: the user's iterable is evaluated once, where it stood; the plain version is the user's own code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import libcst as cst

from xcs_ast.frontend.build import (
    assign,
    atomic,
    attribute_call,
    block,
    conditional,
    expression_line,
    is_none,
    line,
    name,
    tuple_of,
)
from xcs_ast.frontend.emitter import Emitter, Mode
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.locate import Comprehension, Located, Refused, UnitTree, encloses_scope
from xcs_ast.frontend.mend import SLICE_MARK
from xcs_ast.frontend.slice_forms import as_lambda
from xcs_ast.frontend.sourcemap import Extent
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["GuardedEmitter", "check_guarded"]


def check_guarded(tree: UnitTree, region: Located) -> None:
    """Refuses what has no guarded form.

    Raises:
        Refused: with the reason.
    """
    plan = region.plan
    if region.node is not None and not isinstance(region.node, cst.For | cst.While):
        if encloses_scope(tree, region):
            raise Refused("it stands inside another comprehension or a lambda")
        if as_lambda(plan.slices[0]) is None:
            raise Refused("its slice cannot be written inside an expression")
    elif plan.at_module_level and any(as_lambda(each) is None for each in plan.slices):
        raise Refused("its slice needs a name, and at module level names of ours would show")


def _mark(node: cst.CSTNode | None) -> str:
    """What tells `mend_names` in which scope the slice's code was."""
    match node:
        case cst.GeneratorExp():
            return f"{SLICE_MARK}_genexpr"
        case cst.ListComp() | cst.SetComp() | cst.DictComp():
            return f"{SLICE_MARK}_{type(node).__name__.lower()}"
        case _:
            return SLICE_MARK


@final
class GuardedEmitter(Emitter):
    """Writes both versions of each region."""

    def __init__(self, tree: UnitTree, regions: Sequence[Located], names: FreshNames, indent: str) -> None:
        super().__init__(tree, regions, names, indent)
        self.sites = {each.index: names.take(f"_xcs_site_{each.index}") for each in regions}
        self.handles = {
            each.index: self.sites[each.index]
            if each.plan.at_module_level
            else names.take(f"_xcs_h{each.index}")
            for each in regions
        }
        self._asked: dict[int, str] = {}
        self.slices = {each.index: names.take(f"{SLICE_MARK}_{each.index}") for each in regions}

    # Loops.

    def loop(self, region: Located, mode: Mode) -> list[cst.BaseStatement]:
        """See the module's docstring."""
        loop = region.node
        if isinstance(loop, cst.While):
            return self._stepping(region, loop, mode)
        assert isinstance(loop, cst.For)
        iterable = self.copy(loop.iter, mode)
        where = self._iterable(region, loop.iter)
        asked = [] if region.plan.at_module_level else self.blocks_of(region, mode.inside(region))
        plain = loop.with_changes(
            iter=self._rest(region, iterable, where),
            body=self.copy(loop.body, mode.inside(region, asked)),
            orelse=self.copy(loop.orelse, mode) if loop.orelse is not None else None,
            leading_lines=(),
        )
        ahead = loop.with_changes(
            iter=self._items(region, where),
            body=self.copy(loop.body, mode.ahead(region)),
            orelse=self.anchored(cst.Else(block([*self._asking(asked), plain], self.indent)), where),
            leading_lines=(),
        )
        self.provenance.replaces(plain, loop)
        self.provenance.replaces(ahead, loop)
        entered = self._entered(region, self._enter(region, iterable))
        for each in entered:
            self.anchored(each, where)
        return [self._trimmed([*entered, ahead], [region], region.extent, loop.leading_lines)]

    def _stepping(self, region: Located, loop: cst.While, mode: Mode) -> list[cst.BaseStatement]:
        """`for i in H or (): if not TEST: break; ...`, then the loop as it was, from wherever `i` stands."""
        where = self.tree.extent_of(loop.test)
        asked = self.blocks_of(region, mode.inside(region))
        plain = loop.with_changes(
            body=self.copy(loop.body, mode.inside(region, asked)),
            orelse=self.copy(loop.orelse, mode) if loop.orelse is not None else None,
            leading_lines=(),
        )
        self.provenance.replaces(plain, loop)
        still = cst.UnaryOperation(cst.Not(), atomic(self.copy(loop.test, mode)))
        check = cst.If(test=still, body=block([line(cst.Break())], self.indent))
        body = self.copy(loop.body, mode.ahead(region))
        inner = block([*self._asking(asked), self.anchored(check, where), *self._lines_of(body)], self.indent)
        counter = self.anchored(name(region.plan.target), where)
        ahead = cst.For(target=counter, iter=self._items(region, where), body=inner)
        assert region.plan.iterable is not None
        limit = self.copy(self.tree.expression(region.plan.iterable, None), mode)
        site = self.sites[region.index]
        enter = attribute_call(
            site, "enter_steps", self._slice(region), name(region.plan.target), limit, self._env(region)
        )
        entered = self._entered(region, enter)
        for each in entered:
            self.anchored(each, where)
        made = [*entered, self.anchored(ahead, region.extent), *self._asking(asked), plain]
        return [self._trimmed(made, [region], region.extent, loop.leading_lines)]

    def _lines_of(self, suite: cst.BaseSuite) -> list[cst.BaseStatement]:
        if isinstance(suite, cst.SimpleStatementSuite):
            moved = cst.SimpleStatementLine(suite.body, trailing_whitespace=suite.trailing_whitespace)
            self.provenance.replaces(moved, suite)
            return [moved]
        return [each for each in suite.body if isinstance(each, cst.BaseStatement)]

    def _iterable(self, region: Located, node: cst.BaseExpression) -> Extent:
        """Where `ast` sees the iterable: with its parentheses, if it is a tuple."""
        span = region.plan.iterable
        return self.tree.extent_of(node) if span is None else self.tree.extent(span)

    def _items(self, region: Located, where: Extent) -> cst.BaseExpression:
        handle = name(self.handles[region.index])
        if region.plan.at_module_level:
            return self.anchored(handle, where)
        either = cst.BooleanOperation(handle, cst.Or(), tuple_of(()))
        return self.anchored(either, where)

    def _rest(self, region: Located, iterable: cst.BaseExpression, where: Extent) -> cst.BaseExpression:
        handle = self.handles[region.index]
        rest = attribute_call(handle, "rest")
        if region.plan.at_module_level:
            return self.anchored(rest, where)
        return self.anchored(conditional(is_none(handle), iterable, rest), where)

    def _asking(self, blocks: Sequence[Located]) -> list[cst.BaseStatement]:
        """Asks once, before the plain loop, what each of its iterations would have to ask."""
        return [
            assign(self._asked_name(each), attribute_call(self.sites[each.index], "worthwhile"))
            for each in blocks
        ]

    def _asked_name(self, region: Located) -> str:
        if region.index not in self._asked:
            self._asked[region.index] = self.names.take(f"_xcs_w{region.index}")
        return self._asked[region.index]

    def _entered(self, region: Located, enter: cst.BaseExpression) -> list[cst.BaseStatement]:
        if region.plan.at_module_level:
            return [expression_line(enter)]
        handle = self.handles[region.index]
        worthwhile = attribute_call(self.sites[region.index], "worthwhile")
        slice_ = self._slice_statement(region)
        if slice_ is None:
            value = conditional(worthwhile, enter, name("None"))
            return [assign(handle, value.with_changes(lpar=(), rpar=()))]
        return [
            cst.If(
                test=worthwhile,
                body=block([slice_, assign(handle, enter)], self.indent),
                orelse=cst.Else(block([assign(handle, name("None"))], self.indent)),
            )
        ]

    def _slice_statement(self, region: Located) -> cst.FunctionDef | None:
        """The slice as a `def` of its own, where it is no lambda and may have a name."""
        source = region.plan.slices[0]
        if source.lstrip().startswith("lambda") or region.plan.at_module_level:
            return None
        statement = cst.parse_statement(source)
        assert isinstance(statement, cst.FunctionDef)
        return statement.with_changes(name=name(self.slices[region.index]), leading_lines=())

    def _slice(self, region: Located, in_expression: bool = False) -> cst.BaseExpression:
        source = region.plan.slices[0]
        if not in_expression and self._slice_statement(region) is not None:
            return name(self.slices[region.index])
        form = as_lambda(source, _mark(region.node))
        assert form is not None
        return cst.parse_expression(form)

    def _enter(
        self, region: Located, iterable: cst.BaseExpression, in_expression: bool = False
    ) -> cst.BaseExpression:
        site = self.sites[region.index]
        slice_ = self._slice(region, in_expression)
        if region.plan.at_module_level:
            return attribute_call(site, "enter_module", slice_, iterable)
        return attribute_call(site, "enter", slice_, iterable, self._env(region))

    def _env(self, region: Located) -> cst.Tuple:
        return tuple_of([name(each) for each in region.plan.facts.env])

    # Comprehensions.

    def comprehension(self, region: Located, mode: Mode) -> cst.BaseExpression:
        """`([H.ahead(0) for x in H] if (H := ...) else [f(x) for x in ...])`."""
        node = region.node
        assert node is not None
        assert not isinstance(node, cst.For | cst.While)
        clause = node.for_in
        where = self._iterable(region, clause.iter)
        extent = self.tree.extent(region.plan.expression) if region.plan.expression else region.extent
        handle, site = self.handles[region.index], self.sites[region.index]
        iterable = self.copy(clause.iter, mode)
        # No walrus may stand in a comprehension's iterable: what is inside stays plain in the second place.
        bare = self.copy(clause.iter, Mode(closed=frozenset(each.index for each in self.regions)))
        ahead = self._version(node, mode.ahead(region), self._handle(region, where), extent)
        plain = self._version(node, mode.inside(region), self._rest(region, bare, where), extent)
        enter = self._enter(region, iterable, in_expression=True)
        test: cst.BaseExpression = enter
        if not region.plan.at_module_level:
            value = conditional(attribute_call(site, "worthwhile"), enter, name("None"))
            test = cst.NamedExpr(
                name(handle),
                value.with_changes(lpar=(), rpar=()),
                lpar=[cst.LeftParen()],
                rpar=[cst.RightParen()],
            )
        return self.anchored(conditional(self.anchored(test, where), ahead, plain), extent)

    def _handle(self, region: Located, where: Extent) -> cst.BaseExpression:
        return self.anchored(name(self.handles[region.index]), where)

    def _version(
        self, node: Comprehension, mode: Mode, iterable: cst.BaseExpression, extent: Extent
    ) -> Comprehension:
        clause = node.for_in
        made_clause = clause.with_changes(
            iter=atomic(iterable), ifs=[self.copy(each, mode) for each in clause.ifs]
        )
        self.provenance.replaces(made_clause, clause)
        made: Comprehension
        if isinstance(node, cst.DictComp):
            made = node.with_changes(
                key=self.copy(node.key, mode), value=self.copy(node.value, mode), for_in=made_clause
            )
        else:
            made = node.with_changes(elt=self.copy(node.elt, mode), for_in=made_clause)
        if isinstance(made, cst.GeneratorExp) and not made.lpar:
            # `ast` counts the parentheses of the call that it is the only argument of.
            made = made.with_changes(
                lpar=[self.anchored(cst.LeftParen(), extent)], rpar=[self.anchored(cst.RightParen(), extent)]
            )
        self.provenance.replaces(made, node)
        return made

    # Blocks.

    def straight_line(
        self, region: Located, lines: Sequence[cst.BaseStatement], mode: Mode
    ) -> list[cst.BaseStatement]:
        """`H = S.block((lambda: ..., ), env)`, then `if H:` with both versions."""
        first = self.tree.extent_of(region.statements[0])
        thunks: list[cst.BaseExpression] = []
        for source in region.plan.slices:
            form = as_lambda(source)
            assert form is not None
            thunks.append(cst.parse_expression(form))
        site, handle = self.sites[region.index], self.handles[region.index]
        worthwhile: cst.BaseExpression = attribute_call(site, "worthwhile")
        if region.index in mode.asked:
            asked = name(self._asked_name(region))
            worthwhile = cst.BooleanOperation(asked, cst.And(), worthwhile)
        test: cst.BaseExpression
        entered: list[cst.BaseStatement] = []
        if region.plan.at_module_level:
            started = attribute_call(site, "block_module", tuple_of(thunks))
            test = cst.BooleanOperation(worthwhile, cst.And(), started)
        else:
            started = attribute_call(site, "block", tuple_of(thunks), self._env(region))
            value = conditional(worthwhile, started, name("None"))
            entered = [self.anchored(assign(handle, value.with_changes(lpar=(), rpar=())), first)]
            test = name(handle)
        choice = cst.If(
            test=test,
            body=block(self.statements(lines, mode.ahead(region)), self.indent),
            orelse=cst.Else(block(self.statements(lines, mode.inside(region)), self.indent)),
        )
        return [self._trimmed([*entered, self.anchored(choice, region.extent)], [region], region.extent)]

    # Shared.

    def hand_over(self, region: Located, number: int) -> cst.BaseExpression:
        """`H.ahead(k)`."""
        return attribute_call(
            self.handles[region.index], "ahead", cst.Integer(str(region.plan.hand_overs[number].number))
        )

    def around(
        self, statement: cst.BaseStatement, original: Extent, regions: Sequence[Located]
    ) -> list[cst.BaseStatement]:
        """Trims the traceback of whatever leaves the statement."""
        return [self._trimmed([statement], regions, original)]

    def sheltering(
        self, statement: cst.BaseStatement, original: Extent, regions: Sequence[Located]
    ) -> cst.BaseStatement:
        """So that the user's handlers and `__exit__` see a clean traceback."""
        return self._trimmed([statement], regions, original)

    def _trimmed(
        self,
        body: Sequence[cst.BaseStatement],
        regions: Sequence[Located],
        where: Extent,
        leading: Sequence[cst.EmptyLine] = (),
    ) -> cst.Try:
        trims = [expression_line(attribute_call(self.sites[each.index], "trim")) for each in regions]
        handler = cst.ExceptHandler(
            body=block([*trims, line(cst.Raise())], self.indent),
            whitespace_after_except=cst.SimpleWhitespace(""),
        )
        made = cst.Try(body=block(body, self.indent), handlers=[handler], leading_lines=leading)
        return self.anchored(made, where)
