"""The guarded style, written as a tree: the forms of `emit_guarded`, without going through text.

LibCST takes longer to import, to parse and to print than all else that compiling a module does. So what is
compiled is written here where that can be done (`locate_tree`), and by `emit_guarded` where it cannot.
Positions need no map here: a node of the user's keeps its own, a node of ours gets those of what it
stands for.

Guarantees: the same tree, position for position, as `emit_guarded` writes (a test holds them against each
other). The module's tree is not changed; nodes that no region touches are used, not copied, the first time.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence

from xcs_ast.frontend.build_tree import (
    Place,
    assign,
    attribute_call,
    both,
    clone,
    clone_at,
    conditional,
    constant,
    loads,
    made,
    place_of,
    shallow,
    stores,
    tuple_of,
)
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.locate_tree import Comprehension, Found, Tree, place_of_span
from xcs_ast.frontend.mend import SLICE_MARK
from xcs_ast.frontend.places import as_constant, place_slice
from xcs_ast.frontend.slice_forms import lambda_form, scope_mark
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass, field, replace
from xcs_ast.source.spans import Span

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from typing import TypeVar

    _Node = TypeVar("_Node", bound=ast.AST)

__all__ = ["TreeEmitter"]

_COPIES: Final = 2
"""As in `emitter`."""
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CONTEXTS: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


@final
@dataclass(frozen=True, slots=True)
class _Mode:
    """In which version of which regions a piece of code is being written; see `emitter.Mode`."""

    active: Mapping[int, tuple[Found, int]] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()
    sheltered: Mapping[int, tuple[Found, ...]] = field(default_factory=dict)
    asked: frozenset[int] = frozenset()
    depth: int = 0

    def inside(self, region: Found, asked: Iterable[Found] = ()) -> _Mode:
        """The version that stays plain, but for the regions further inside."""
        indices = frozenset(each.index for each in asked)
        return replace(self, closed=self.closed | {region.index}, asked=self.asked | indices)

    def ahead(self, region: Found) -> _Mode:
        """The version that takes the values that ran ahead."""
        active = {id(each): (region, number) for number, each in enumerate(region.hand_overs)}
        sheltered = {each: (*self.sheltered.get(each, ()), region) for each in region.sheltered}
        return replace(
            self,
            active={**self.active, **active},
            closed=self.closed | {region.index},
            sheltered={**self.sheltered, **sheltered},
            depth=self.depth + 1,
        )


@final
class TreeEmitter:
    """Writes both versions of each region of one unit."""

    def __init__(
        self,
        tree: Tree,
        regions: Sequence[Found],
        names: FreshNames,
        digest: str,
        expression_at: Callable[[Span], ast.expr],
    ) -> None:
        self.tree = tree
        self.regions = regions
        self.names = names
        self.found: dict[int, list[ast.Lambda | ast.FunctionDef]] = {}
        """By region: the slices, in the order in which the site is given them."""
        self._expression_at = expression_at
        for each in regions:  # `emit_guarded` needs a name for each site, and gets the first
            names.take(f"_xcs_site_{each.index}")
        self._sites = {each.index: f"<xcs site {each.index} of {digest}>" for each in regions}
        self._handles = {
            each.index: names.take(f"_xcs_h{each.index}") for each in regions if not each.plan.at_module_level
        }
        self._slices = {each.index: names.take(f"{SLICE_MARK}_{each.index}") for each in regions}
        self._asked: dict[int, str] = {}
        self._used: set[int] = set()
        self._touched: set[int] = set()
        self._loops: dict[int, Found] = {}
        self._comprehensions: dict[int, Found] = {}
        self._held: dict[int, list[Found]] = {}
        self._blocks: dict[int, Found] = {}
        for region in regions:
            self._register(region)

    def _register(self, region: Found) -> None:
        for node in (*region.statements, *region.hand_overs, *([region.node] if region.node else ())):
            self._touched.add(id(node))
            self._touched.update(id(parent) for parent in self.tree.above(node))
        if isinstance(region.node, ast.For | ast.While):
            self._loops[id(region.node)] = region
        elif region.node is not None:
            self._comprehensions[id(region.node)] = region
            self._held.setdefault(id(region.statements[0]), []).append(region)
        else:
            self._blocks[id(region.statements[0])] = region

    # The walk.

    def unit(self) -> list[ast.stmt]:
        """The unit's statements, rewritten."""
        return self._suite(self.tree.statements, _Mode())

    def _once(self, node: _Node) -> _Node:
        """A node that no region touches: itself, and a copy of it when it is needed again."""
        if id(node) in self._used:
            return clone(node)
        self._used.add(id(node))
        return node

    def _copy(self, node: _Node, mode: _Mode) -> _Node:
        """A node of the original as it stands in this mode."""
        if id(node) not in self._touched:
            return self._once(node)
        if isinstance(node, ast.expr):
            return self._expression(node, mode)  # type: ignore[return-value]
        return self._parts(node, mode)

    def _expression(self, node: ast.expr, mode: _Mode) -> ast.expr:
        if id(node) not in self._touched:
            return self._once(node)
        taken = mode.active.get(id(node))
        if taken is not None:
            return self._hand_over(*taken)
        region = self._comprehensions.get(id(node))
        if region is not None and self._is_open(region, mode):
            return self._comprehension(region, mode)
        return self._parts(node, mode)

    def _parts(self, node: _Node, mode: _Mode) -> _Node:
        new = shallow(node)
        space = new.__dict__
        for name in node._fields:
            value = space.get(name)
            if type(value) is list:
                if not value or not isinstance(value[0], ast.stmt):
                    space[name] = [
                        self._copy(each, mode) if isinstance(each, ast.AST) else each for each in value
                    ]
                elif isinstance(node, ast.If) and name == "orelse" and self.tree.is_elif(value[0]):
                    space[name] = [self._copy(value[0], mode)]
                else:
                    space[name] = self._suite(value, mode)
            elif isinstance(value, ast.AST) and not isinstance(value, _CONTEXTS):
                space[name] = self._copy(value, mode)
        return new

    def _suite(self, body: Sequence[ast.stmt], mode: _Mode) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        position = 0
        while position < len(body):
            statement = body[position]
            region = self._blocks.get(id(statement))
            if region is not None and self._is_open(region, mode):
                end = position + 1
                while body[end - 1] is not region.statements[-1]:
                    end += 1
                result += self._straight_line(region, body[position:end], mode)
                position = end
                continue
            result += self._statement(statement, mode)
            position += 1
        return result

    def _statement(self, statement: ast.stmt, mode: _Mode) -> list[ast.stmt]:
        if id(statement) not in self._touched:
            return [self._once(statement)]
        region = self._loops.get(id(statement))
        if region is not None and self._is_open(region, mode):
            new = self._loop(region, mode)
        else:
            new = self._parts(statement, mode)
        where = place_of(statement)
        held = [each for each in self._held.get(id(statement), ()) if self._is_open(each, mode)]
        if held:
            new = self._trimmed([new], held, where)
        sheltered = mode.sheltered.get(id(statement), ())
        if sheltered:
            new = self._trimmed([new], list(dict.fromkeys(sheltered)), where)
        return [new]

    def _is_open(self, region: Found, mode: _Mode) -> bool:
        """Whether a region is rewritten in this mode: never where a hand-over of another meets it."""
        if region.index in mode.closed or mode.depth > _COPIES:
            return False
        begin, end = region.extent[:2], region.extent[2:]
        for owner, number in mode.active.values():
            place = place_of(owner.hand_overs[number])
            if begin < place[2:] and place[:2] < end:
                return False
        return True

    def _blocks_of(self, region: Found, mode: _Mode) -> list[Found]:
        """The blocks that each iteration of a loop runs, and that no other region's loop is nearer to."""
        found: list[Found] = []
        for block in self._blocks.values():
            if not self._is_open(block, mode):
                continue
            child: ast.AST = block.statements[0]
            for parent in self.tree.above(child):
                if id(parent) in self._loops or isinstance(parent, _DEFINITIONS):
                    if (
                        parent is region.node
                        and isinstance(parent, ast.For | ast.While)
                        and child in parent.body
                    ):
                        found.append(block)
                    break
                child = parent
        return found

    # Loops.

    def _loop(self, region: Found, mode: _Mode) -> ast.stmt:
        loop = region.node
        if isinstance(loop, ast.While):
            return self._stepping(region, loop, mode)
        assert isinstance(loop, ast.For)
        where = place_of(loop.iter)
        iterable = self._expression(loop.iter, mode)
        asked = [] if region.plan.at_module_level else self._blocks_of(region, mode.inside(region))
        plain = shallow(loop)
        plain.target = self._once(loop.target)
        plain.iter = self._rest(region, self._expression(loop.iter, mode), where)
        plain.body = self._suite(loop.body, mode.inside(region, asked))
        plain.orelse = self._suite(loop.orelse, mode)
        ahead = shallow(loop)
        ahead.target = self._once(loop.target)
        ahead.iter = self._items(region, where)
        ahead.body = self._suite(loop.body, mode.ahead(region))
        ahead.orelse = [*self._asking(asked, where), plain]
        return self._trimmed([*self._entered(region, iterable, where), ahead], [region], region.extent)

    def _stepping(self, region: Found, loop: ast.While, mode: _Mode) -> ast.stmt:
        where = place_of(loop.test)
        asked = self._blocks_of(region, mode.inside(region))
        plain = shallow(loop)
        plain.test = self._once(loop.test)
        plain.body = self._suite(loop.body, mode.inside(region, asked))
        plain.orelse = self._suite(loop.orelse, mode)
        still = made(ast.UnaryOp, where, op=ast.Not(), operand=self._expression(loop.test, mode))
        check = made(ast.If, where, test=still, body=[made(ast.Break, where)], orelse=[])
        body = self._suite(loop.body, mode.ahead(region))
        last = loop.body[-1]
        ahead = made(
            ast.For,
            (*region.extent[:2], last.end_lineno or 0, last.end_col_offset or 0),
            target=stores(region.plan.target, where),
            iter=self._items(region, where),
            body=[*self._asking(asked, region.extent), check, *body],
            orelse=[],
            type_comment=None,
        )
        assert region.plan.iterable is not None
        limit = clone(self._expression_at(region.plan.iterable))
        entered = self._entered(region, limit, where)
        return self._trimmed(
            [*entered, ahead, *self._asking(asked, region.extent), plain], [region], region.extent
        )

    def _items(self, region: Found, where: Place) -> ast.expr:
        if region.plan.at_module_level:
            return self._site(region, where)
        values = [loads(self._handles[region.index], where), tuple_of((), where)]
        return made(ast.BoolOp, where, op=ast.Or(), values=values)

    def _rest(self, region: Found, iterable: ast.expr, where: Place) -> ast.expr:
        rest = attribute_call(self._owner(region, where), "rest", where)
        if region.plan.at_module_level:
            return rest
        handle = loads(self._handles[region.index], where)
        none = constant(None, where)
        test = made(ast.Compare, where, left=handle, ops=[ast.Is()], comparators=[none])
        return conditional(test, as_constant(iterable), rest, where)

    def _asking(self, blocks: Sequence[Found], where: Place) -> list[ast.stmt]:
        """Asks once, before the plain loop, what each of its iterations would have to ask."""
        return [assign(self._asked_name(each), self._worthwhile(each, where), where) for each in blocks]

    def _asked_name(self, region: Found) -> str:
        if region.index not in self._asked:
            self._asked[region.index] = self.names.take(f"_xcs_w{region.index}")
        return self._asked[region.index]

    def _entered(self, region: Found, iterable: ast.expr, where: Place) -> list[ast.stmt]:
        if region.plan.at_module_level:
            return [made(ast.Expr, where, value=self._enter(region, iterable, where))]
        source = region.plan.slices[0]
        handle = self._handles[region.index]
        if source.startswith("lambda "):
            return [self._guarded(region, self._enter(region, iterable, where), where)]
        statement = clone_at(ast.parse(source).body[0], where)
        assert isinstance(statement, ast.FunctionDef)
        statement.name = self._slices[region.index]
        self._place(region, [statement])
        enter = self._enter(region, iterable, where, loads(statement.name, where))
        return [
            made(
                ast.If,
                where,
                test=self._worthwhile(region, where),
                body=[statement, assign(handle, enter, where)],
                orelse=[assign(handle, constant(None, where), where)],
            )
        ]

    def _guarded(self, region: Found, entered: ast.expr, where: Place) -> ast.stmt:
        """`H = ENTERED if S.worthwhile() else None`."""
        value = self._if_worthwhile(region, self._worthwhile(region, where), entered, where)
        return assign(self._handles[region.index], value, where)

    def _if_worthwhile(self, region: Found, test: ast.expr, entered: ast.expr, where: Place) -> ast.expr:
        return conditional(test, entered, constant(None, where), where)

    def _enter(
        self, region: Found, iterable: ast.expr, where: Place, slice_: ast.expr | None = None
    ) -> ast.expr:
        """`S.enter(SLICE, ITERABLE, ENV)`."""
        if slice_ is None:
            slice_ = self._lambda(region.plan.slices[0], where, scope_mark(region.node))
            self._place(region, [slice_])
        site = self._site(region, where[:2] * 2)
        if isinstance(region.node, ast.While):
            counter = loads(region.plan.target, where)
            return attribute_call(
                site, "enter_steps", where, slice_, counter, iterable, self._env(region, where)
            )
        iterable = as_constant(iterable)
        if region.plan.at_module_level:
            return attribute_call(site, "enter_module", where, slice_, iterable)
        return attribute_call(site, "enter", where, slice_, iterable, self._env(region, where))

    # Comprehensions.

    def _comprehension(self, region: Found, mode: _Mode) -> ast.expr:
        node = region.node
        assert node is not None
        assert not isinstance(node, ast.For | ast.While)
        clause = node.generators[0]
        where, extent = place_of(clause.iter), region.extent
        iterable = self._expression(clause.iter, mode)
        # No walrus may stand in a comprehension's iterable: what is inside stays plain in the second place.
        bare = self._expression(clause.iter, _Mode(closed=frozenset(each.index for each in self.regions)))
        ahead = self._version(node, mode.ahead(region), self._owner(region, where, whole=True))
        plain = self._version(node, mode.inside(region), self._rest(region, bare, where))
        test = self._enter(region, iterable, where)
        if not region.plan.at_module_level:
            value = self._if_worthwhile(region, self._worthwhile(region, where), test, where)
            handle = stores(self._handles[region.index], where)
            test = made(ast.NamedExpr, where, target=handle, value=value)
        return conditional(test, ahead, plain, extent)

    def _version(self, node: Comprehension, mode: _Mode, iterable: ast.expr) -> Comprehension:
        clause = shallow(node.generators[0])
        clause.target = self._once(clause.target)
        clause.iter = iterable
        clause.ifs = [self._expression(each, mode) for each in clause.ifs]
        new = shallow(node)
        new.generators = [clause]
        if isinstance(new, ast.DictComp):
            new.key, new.value = self._expression(new.key, mode), self._expression(new.value, mode)
        else:
            new.elt = self._expression(new.elt, mode)
        return new

    # Blocks.

    def _straight_line(self, region: Found, lines: Sequence[ast.stmt], mode: _Mode) -> list[ast.stmt]:
        first = place_of(region.statements[0])
        whole = region.extent
        inner = whole if region.plan.at_module_level else first
        thunks = [self._lambda(source, inner) for source in region.plan.slices]
        self._place(region, thunks, each_its_own=True)
        worthwhile: ast.expr = self._worthwhile(region, inner)
        if region.index in mode.asked:
            worthwhile = both(loads(self._asked_name(region), inner), worthwhile, inner)
        site = self._site(region, inner[:2] * 2)
        group = tuple_of(thunks, inner)
        entered: list[ast.stmt] = []
        test: ast.expr
        if region.plan.at_module_level:
            test = both(worthwhile, attribute_call(site, "block_module", inner, group), inner)
        else:
            started = attribute_call(site, "block", inner, group, self._env(region, inner))
            value = self._if_worthwhile(region, worthwhile, started, inner)
            handle = self._handles[region.index]
            entered = [assign(handle, value, inner)]
            test = loads(handle, whole)
        choice = made(
            ast.If,
            whole,
            test=test,
            body=self._suite(lines, mode.ahead(region)),
            orelse=self._suite(lines, mode.inside(region)),
        )
        return [self._trimmed([*entered, choice], [region], whole)]

    # Shared.

    def _site(self, region: Found, place: Place) -> ast.Constant:
        return constant(self._sites[region.index], place)

    def _owner(self, region: Found, where: Place, whole: bool = False) -> ast.expr:
        """The handle, as what is asked (or, `whole`, as what is iterated)."""
        place = where if whole else where[:2] * 2
        if region.plan.at_module_level:
            return self._site(region, place)
        return loads(self._handles[region.index], place)

    def _worthwhile(self, region: Found, where: Place) -> ast.Call:
        return attribute_call(self._site(region, where[:2] * 2), "worthwhile", where)

    def _env(self, region: Found, where: Place) -> ast.Tuple:
        return tuple_of([loads(each, where) for each in region.plan.facts.env], where)

    def _hand_over(self, region: Found, number: int) -> ast.expr:
        hand_over = region.plan.hand_overs[number]
        where = place_of_span(hand_over.span)
        return attribute_call(self._owner(region, where), "ahead", where, constant(hand_over.number, where))

    def _lambda(self, source: str, where: Place, mark: str = SLICE_MARK) -> ast.Lambda:
        form = lambda_form(source, mark)
        assert form is not None
        return clone_at(form, where)

    def _place(
        self,
        region: Found,
        slices: Sequence[ast.Lambda | ast.FunctionDef],
        each_its_own: bool = False,
    ) -> None:
        """Gives slices the positions of the user's expressions that they compute."""
        expressions = [self._expression_at(each.span) for each in region.plan.hand_overs]
        if each_its_own:
            for thunk, expression in zip(slices, expressions, strict=True):
                place_slice(thunk, [expression])
        else:
            place_slice(slices[0], expressions)
        self.found[region.index] = [*slices]

    def _trimmed(self, body: list[ast.stmt], regions: Sequence[Found], where: Place) -> ast.Try:
        """Trims the traceback of whatever leaves these statements."""
        trims: list[ast.stmt] = [
            made(ast.Expr, where, value=attribute_call(self._site(each, where[:2] * 2), "trim", where))
            for each in regions
        ]
        handler = made(
            ast.ExceptHandler,
            where,
            type=None,
            name=None,
            body=[*trims, made(ast.Raise, where, exc=None, cause=None)],
        )
        return made(ast.Try, where, body=body, handlers=[handler], orelse=[], finalbody=[])
