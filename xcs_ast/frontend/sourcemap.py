"""Where each piece of rewritten text came from.

    original tree --codegen--> offset of every token      (`Original`)
    new tree      --codegen--> text, and for each of its tokens the original's offset or an anchor (`Emitted`)
    text          --ast.parse--> tree --place--> the same tree, every node at the user's own line and column

A token that a node of the user's emits maps to itself, character for character, wherever in the new text
it stands and however often. A token of ours maps to the user's expression or statement that it stands for:
its anchor. So nothing depends on how LibCST and `ast` delimit a node.

Guarantees: a node of the user's that the rewriter did not touch gets exactly the position that `ast.parse`
gives it in the original; every other node gets a position inside the anchor of its tokens.
Assumes: both trees stay alive as long as this does (nodes are known by `id`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import final

import libcst as cst
from libcst._nodes.internal import CodegenState

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["Emitted", "Extent", "Original", "Provenance"]

Extent = tuple[int, int]
"""From one offset to another, the end exclusive."""


@final
class Original(CodegenState):
    """The original's tokens, extents and parents, recorded while LibCST prints it."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.module = module
        self.offset = 0
        self.extents: dict[int, Extent] = {}
        self.parents: dict[int, cst.CSTNode | None] = {}
        self.own_tokens: dict[int, list[tuple[str, int]]] = {}
        self.nodes: list[cst.CSTNode] = []
        self._stack: list[tuple[cst.CSTNode, int]] = []
        module._codegen(self)

    def before_codegen(self, node: cst.CSTNode) -> None:
        """Notes a node on the way down.

        Raises:
            ValueError: the tree holds one node twice, so that its `id` says nothing about its place.
        """
        if id(node) in self.parents:
            raise ValueError(f"a {type(node).__name__} occurs twice in one tree")
        self.parents[id(node)] = self._stack[-1][0] if self._stack else None
        self.nodes.append(node)
        self._stack.append((node, self.offset))

    def after_codegen(self, node: cst.CSTNode) -> None:
        """A node that recorded no syntactic extent of its own gets all that it printed."""
        _, start = self._stack.pop()
        self.extents.setdefault(id(node), (start, self.offset))

    def add_token(self, value: str) -> None:
        """Notes a token of the node that is being printed."""
        self.tokens.append(value)
        self.own_tokens.setdefault(id(self._stack[-1][0]), []).append((value, self.offset))
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        """Indentation belongs to no node: no node of `ast` starts or ends in it."""
        self.tokens.extend(self.indent_tokens)
        self.offset += sum(map(len, self.indent_tokens))

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        """Notes a node's extent without its whitespace and parentheses."""
        start = self.offset
        yield
        end = self.offset
        if start_node is not None:
            start = self.extents[id(start_node)][0]
        if end_node is not None:
            end = self.extents[id(end_node)][1]
        self.extents[id(node)] = (start, end)


@final
class Provenance:
    """For each node of the new tree: which original it replaces, or what it stands for."""

    def __init__(self, original: Original) -> None:
        self.original = original
        self._origins: dict[int, int] = {}
        self._anchors: dict[int, Extent] = {}
        self._alive: list[cst.CSTNode] = []

    def replaces(self, new: cst.CSTNode, old: cst.CSTNode) -> None:
        """`new` is `old` with some of its children changed."""
        if new is not old:
            self._origins[id(new)] = self._origins.get(id(old), id(old))
            self._alive.append(new)

    def stands_for(self, new: cst.CSTNode, extent: Extent) -> None:
        """`new` is ours, and stands for this part of the original."""
        self._anchors[id(new)] = extent
        self._alive.append(new)

    def tokens_of(self, node: cst.CSTNode) -> list[tuple[str, int]]:
        """The tokens that the node's original printed itself."""
        return self.original.own_tokens.get(self._origins.get(id(node), id(node)), [])

    def anchor_of(self, node: cst.CSTNode) -> Extent | None:
        """What the node's own tokens stand for where they are not the original's."""
        anchor = self._anchors.get(id(node))
        if anchor is None:
            anchor = self.original.extents.get(self._origins.get(id(node), id(node)))
        return anchor


@final
class Emitted(CodegenState):
    """The new text, and the origin of each of its tokens."""

    def __init__(self, module: cst.Module, provenance: Provenance) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.offset = 0
        self._provenance = provenance
        self._stack: list[tuple[list[tuple[str, int]], list[int], Extent]] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._origins: list[int] = []
        self._anchors: list[Extent] = []
        module._codegen(self)
        self.text = "".join(self.tokens)

    def before_codegen(self, node: cst.CSTNode) -> None:
        """Looks up the node's original."""
        anchor = self._provenance.anchor_of(node)
        if anchor is None:
            anchor = self._stack[-1][2] if self._stack else (0, 0)
        self._stack.append((self._provenance.tokens_of(node), [0], anchor))

    def after_codegen(self, node: cst.CSTNode) -> None:
        """Back to the parent."""
        self._stack.pop()

    def add_token(self, value: str) -> None:
        """The next token of the original with the same text is this token's origin, if there is one."""
        self.tokens.append(value)
        if not value:
            return
        candidates, cursor, anchor = self._stack[-1]
        origin = -1
        for index in range(cursor[0], len(candidates)):
            text, place = candidates[index]
            if text == value:
                origin = place
                cursor[0] = index + 1
                break
        self._starts.append(self.offset)
        self.offset += len(value)
        self._ends.append(self.offset)
        self._origins.append(origin)
        self._anchors.append(anchor)

    def add_indent_tokens(self) -> None:
        """Indentation belongs to no node."""
        self.tokens.extend(self.indent_tokens)
        self.offset += sum(map(len, self.indent_tokens))

    def start(self, offset: int) -> int:
        """Where in the original the thing starts that starts here."""
        return self._map(offset, offset, 0)

    def end(self, offset: int) -> int:
        """Where in the original the thing ends that ends here."""
        return self._map(offset, offset - 1, 1)

    def _map(self, offset: int, inside: int, side: int) -> int:
        index = max(bisect_right(self._starts, inside) - 1, 0)
        origin = self._origins[index]
        if origin >= 0 and inside < self._ends[index]:
            return origin + offset - self._starts[index]
        return self._anchors[index][side]
