"""The walk that both styles share: which statements become what, and in which copy.

A region that is emitted with two versions of its body visits the body twice, in two modes. A mode says which
hand-overs are replaced here (`active`) and which regions are not rewritten here (`closed`). Everything
that no region touches is not visited at all, and is printed as it was.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar, final

import libcst as cst

from xcs_ast.frontend.build import block, word_safe
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.locate import Located, UnitTree
from xcs_ast.frontend.sourcemap import Extent, Provenance
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field, replace

use_own(globals())

__all__ = ["Emitter", "Mode"]

_COPIES: Final = 2
"""How deeply regions nest in the version that runs ahead, before the inner ones are left plain there.

Each level doubles the innermost body."""

_Node = TypeVar("_Node", bound=cst.CSTNode)
_Suites = cst.IndentedBlock | cst.SimpleStatementSuite | cst.Module


@final
@dataclass(frozen=True, slots=True)
class Mode:
    """In which version of which regions a piece of code is being written."""

    active: Mapping[int, tuple[Located, int]] = field(default_factory=dict)
    """The hand-overs to replace: node -> region, number."""
    closed: frozenset[int] = frozenset()
    """The indices of regions that stay as they are here."""
    sheltered: Mapping[int, tuple[Located, ...]] = field(default_factory=dict)
    """The statements that hold a hand-over inside a `try` or `with` of the user's -> the regions."""
    asked: frozenset[int] = frozenset()
    """The blocks in whose loop it was asked beforehand whether they are worth it."""
    depth: int = 0

    def inside(self, region: Located, asked: Iterable[Located] = ()) -> Mode:
        """The version that stays plain, but for the regions further inside."""
        indices = frozenset(each.index for each in asked)
        return replace(self, closed=self.closed | {region.index}, asked=self.asked | indices)

    def ahead(self, region: Located) -> Mode:
        """The version that takes the values that ran ahead."""
        return replace(
            self,
            active={**self.active, **{id(each): (region, k) for k, each in enumerate(region.hand_overs)}},
            closed=self.closed | {region.index},
            sheltered={
                **self.sheltered,
                **{each: (*self.sheltered.get(each, ()), region) for each in region.sheltered},
            },
            depth=self.depth + 1,
        )


class Emitter(ABC):
    """Rewrites one unit; subclasses say how a region is written."""

    def __init__(self, tree: UnitTree, regions: Sequence[Located], names: FreshNames, indent: str) -> None:
        self.tree = tree
        self.regions = regions
        self.names = names
        self.indent = indent
        self.provenance = Provenance(tree.original)
        self._touched: set[int] = set()
        self._loops: dict[int, Located] = {}
        self._comprehensions: dict[int, Located] = {}
        self._held: dict[int, list[Located]] = {}
        self._blocks: dict[int, Located] = {}
        self._pieces: set[int] = set()
        for region in regions:
            self._register(region)

    def _register(self, region: Located) -> None:
        for node in (*region.statements, *region.hand_overs, *([region.node] if region.node else ())):
            self._touched.add(id(node))
            self._touched.update(id(parent) for parent in self.tree.parents(node))
        if isinstance(region.node, cst.For | cst.While):
            self._loops[id(region.node)] = region
        elif region.node is not None:
            self._comprehensions[id(region.node)] = region
            self._held.setdefault(id(region.statements[0]), []).append(region)
        else:
            self._blocks[id(region.statements[0])] = region

    # What the styles decide.

    @abstractmethod
    def loop(self, region: Located, mode: Mode) -> list[cst.BaseStatement]:
        """The statements that replace a loop."""

    @abstractmethod
    def comprehension(self, region: Located, mode: Mode) -> cst.BaseExpression:
        """The expression that replaces a comprehension."""

    @abstractmethod
    def straight_line(
        self, region: Located, lines: Sequence[cst.BaseStatement], mode: Mode
    ) -> list[cst.BaseStatement]:
        """The statements that replace a block, which is all of `lines`."""

    @abstractmethod
    def hand_over(self, region: Located, number: int) -> cst.BaseExpression:
        """The expression that takes a value from the slice."""

    @abstractmethod
    def around(
        self, statement: cst.BaseStatement, original: Extent, regions: Sequence[Located]
    ) -> list[cst.BaseStatement]:
        """What a statement becomes whose expressions hold comprehensions."""

    @abstractmethod
    def sheltering(
        self, statement: cst.BaseStatement, original: Extent, regions: Sequence[Located]
    ) -> cst.BaseStatement:
        """What a statement becomes that holds a hand-over inside a `try` or `with` of the user's."""

    # The walk.

    def module(self) -> cst.Module:
        """The unit, rewritten."""
        return self.copy(self.tree.module, Mode())

    def copy(self, node: _Node, mode: Mode) -> _Node:
        """A node of the original as it stands in this mode."""
        result = node.visit(_Walk(self, mode))
        assert isinstance(result, cst.CSTNode)
        return result

    def touches(self, node: cst.CSTNode) -> bool:
        """Whether a region lies in this node."""
        return id(node) in self._touched

    def is_open(self, region: Located, mode: Mode) -> bool:
        """Whether a region is rewritten in this mode: never where a hand-over of another meets it."""
        if region.index in mode.closed or mode.depth > _COPIES:
            return False
        begin, end = region.extent
        return not any(
            begin < stop and start < end
            for start, stop in (self.tree.extent_of(owner.hand_overs[k]) for owner, k in mode.active.values())
        )

    def statements(self, body: Sequence[cst.CSTNode], mode: Mode) -> list[cst.BaseStatement]:
        """The elements of a suite as they stand in this mode."""
        result: list[cst.BaseStatement] = []
        lines = self._split(body, mode)
        position = 0
        while position < len(lines):
            statement = lines[position]
            region = self._block_at(statement, mode)
            if region is not None:
                last = id(region.statements[-1])
                end = position + 1
                while not any(id(small) == last for small in _small(lines[end - 1])):
                    end += 1
                result += self.straight_line(region, lines[position:end], mode)
                position = end
                continue
            result += self._statement(statement, mode)
            position += 1
        return result

    def _statement(self, statement: cst.BaseStatement, mode: Mode) -> list[cst.BaseStatement]:
        if not self.touches(statement):
            return [self._ended(statement)]
        region = self._loops.get(id(statement))
        keys = [id(statement), *map(id, _small(statement))]
        held = [each for key in keys for each in self._held.get(key, ()) if self.is_open(each, mode)]
        sheltered = [each for key in keys for each in mode.sheltered.get(key, ())]
        made: list[cst.BaseStatement]
        if region is not None and self.is_open(region, mode):
            made = self.loop(region, mode)
        else:
            made = [self._ended(self.copy(statement, mode), statement)]
        if held:
            made = [*made[:-1], *self.around(made[-1], self._all_of(statement), held)]
        if sheltered:
            made[-1] = self.sheltering(made[-1], self._all_of(statement), list(dict.fromkeys(sheltered)))
        return made

    def _ended(
        self, statement: cst.BaseStatement, original: cst.BaseStatement | None = None
    ) -> cst.BaseStatement:
        """Without the semicolon that parted it from the rest of a line that was broken after it."""
        if id(original or statement) not in self._pieces or not isinstance(
            statement, cst.SimpleStatementLine
        ):
            return statement
        last = statement.body[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        made = statement.with_changes(body=[*statement.body[:-1], last])
        self.provenance.replaces(last, statement.body[-1])
        self.provenance.replaces(made, statement)
        return made

    def _all_of(self, statement: cst.CSTNode) -> Extent:
        """Where an element of a suite stands, also if it is a part of a line that was broken."""
        smalls = _small(statement)
        first, last = (smalls[0], smalls[-1]) if smalls else (statement, statement)
        return self.tree.extent_of(first)[0], self.tree.extent_of(last)[1]

    def _block_at(self, statement: cst.CSTNode, mode: Mode) -> Located | None:
        for small in _small(statement)[:1]:
            region = self._blocks.get(id(small))
            if region is not None and self.is_open(region, mode):
                return region
        return None

    def _split(self, body: Sequence[cst.CSTNode], mode: Mode) -> list[cst.BaseStatement]:
        """The same statements, with lines broken where a block starts or ends in the middle of one."""
        starts: set[int] = set()
        ends: set[int] = set()
        for region in self._blocks.values():
            if self.is_open(region, mode):
                starts.add(id(region.statements[0]))
                ends.add(id(region.statements[-1]))
        result: list[cst.BaseStatement] = []
        for statement in body:
            assert isinstance(statement, cst.BaseStatement)
            parts = _parts(_small(statement), starts, ends)
            if len(parts) < 2:
                result.append(statement)
                continue
            assert isinstance(statement, cst.SimpleStatementLine)
            result += self._broken(statement, parts)
        return result

    def _broken(
        self, line: cst.SimpleStatementLine, parts: Sequence[Sequence[cst.BaseSmallStatement]]
    ) -> list[cst.SimpleStatementLine]:
        made: list[cst.SimpleStatementLine] = []
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            piece = cst.SimpleStatementLine(
                body=part,
                leading_lines=line.leading_lines if number == 0 else (),
                trailing_whitespace=line.trailing_whitespace if last else cst.TrailingWhitespace(),
            )
            self._stands_in(piece, line)
            if not last:
                self._pieces.add(id(piece))
            made.append(piece)
        return made

    def _stands_in(self, line: cst.SimpleStatementLine, old: cst.CSTNode) -> None:
        self.provenance.replaces(line, old)
        if any(self.touches(small) for small in line.body):
            self._touched.add(id(line))

    def suite(self, node: _Suites, mode: Mode) -> _Suites:
        """A suite as it stands in this mode; one on the line of its header moves below where it must."""
        if not isinstance(node, cst.SimpleStatementSuite):
            made: _Suites = node.with_changes(body=self.statements(node.body, mode))
            self.provenance.replaces(made, node)
            return made
        line = cst.SimpleStatementLine(node.body, trailing_whitespace=node.trailing_whitespace)
        self._stands_in(line, node)
        statements = self.statements([line], mode)
        only = statements[0]
        if len(statements) == 1 and isinstance(only, cst.SimpleStatementLine):
            made = node.with_changes(body=only.body)
            self.provenance.replaces(made, node)
            return made
        return block(statements, self.indent)

    def replaced(self, node: cst.BaseExpression, mode: Mode) -> cst.BaseExpression:
        """What stands in the place of a hand-over."""
        region, number = mode.active[id(node)]
        made = self.hand_over(region, number)
        start, end = self.tree.extent_of(node)
        text = self.tree.text
        if node.lpar:
            made = made.with_changes(lpar=node.lpar, rpar=node.rpar)
        else:
            made = word_safe(made, text[start - 1 : start], text[end : end + 1])
        # `ast` counts the parentheses of a tuple as the tuple's own.
        return self.anchored(made, self.tree.extent(region.plan.hand_overs[number].span))

    def anchored(self, node: _Node, extent: Extent) -> _Node:
        """The node, standing for a part of the original."""
        self.provenance.stands_for(node, extent)
        return node

    def blocks_of(self, region: Located, mode: Mode) -> list[Located]:
        """The blocks that each iteration of a loop runs, and that no other region's loop is nearer to."""
        found: list[Located] = []
        for block_ in self._blocks.values():
            if not self.is_open(block_, mode):
                continue
            for parent in self.tree.parents(block_.statements[0]):
                if id(parent) in self._loops or isinstance(parent, cst.FunctionDef | cst.ClassDef):
                    if parent is region.node and isinstance(parent, cst.For | cst.While):
                        begin, end = self.tree.extent_of(parent.body)
                        if begin <= block_.extent[0] < end:
                            found.append(block_)
                    break
        return found

    def comprehension_at(self, node: cst.CSTNode, mode: Mode) -> Located | None:
        """The comprehension region that this node is, if it is rewritten here."""
        region = self._comprehensions.get(id(node))
        return region if region is not None and self.is_open(region, mode) else None


def _small(statement: cst.CSTNode) -> Sequence[cst.BaseSmallStatement]:
    return statement.body if isinstance(statement, cst.SimpleStatementLine) else ()


def _parts(
    smalls: Iterable[cst.BaseSmallStatement], starts: set[int], ends: set[int]
) -> list[list[cst.BaseSmallStatement]]:
    parts: list[list[cst.BaseSmallStatement]] = [[]]
    for small in smalls:
        if id(small) in starts and parts[-1]:
            parts.append([])
        parts[-1].append(small)
        if id(small) in ends:
            parts.append([])
    return [part for part in parts if part]


@final
class _Walk(cst.CSTTransformer):
    """Visits what a region touches, and nothing else."""

    def __init__(self, emitter: Emitter, mode: Mode) -> None:
        super().__init__()
        self._emitter = emitter
        self._mode = mode

    def on_visit(self, node: cst.CSTNode) -> bool:
        return (
            self._emitter.touches(node)
            and not isinstance(node, _Suites)
            and id(node) not in self._mode.active
            and self._emitter.comprehension_at(node, self._mode) is None
        )

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode:
        emitter, mode = self._emitter, self._mode
        if not emitter.touches(original_node):
            return updated_node
        if isinstance(original_node, _Suites):
            return emitter.suite(original_node, mode)
        if id(original_node) in mode.active:
            assert isinstance(original_node, cst.BaseExpression)
            return emitter.replaced(original_node, mode)
        region = emitter.comprehension_at(original_node, mode)
        if region is not None:
            return emitter.comprehension(region, mode)
        emitter.provenance.replaces(updated_node, original_node)
        return updated_node
