"""The text of a module, addressed as `ast` does: lines from 1, UTF-8 bytes from 0."""

from __future__ import annotations

import ast
import re

from xcs_ast.native import final, use_own
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["SourceText"]

_LINE_END = re.compile(rb"\r\n|\r|\n")


@final
class SourceText:
    """Segments and spans of one module."""

    def __init__(self, source: str, filename: str) -> None:
        self.filename = filename
        self.source = source
        self.data = source.encode("utf-8")
        self.starts = [0, *(found.end() for found in _LINE_END.finditer(self.data))]

    def offset(self, line: int, column: int) -> int:
        """The byte at (`line`, `column`)."""
        return self.starts[line - 1] + column

    def start(self, node: ast.expr | ast.stmt) -> int:
        """The first byte of a node."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """The byte after the last of a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node, line ends as `\\n`."""
        return _LINE_END.sub(b"\n", self.data[self.start(node) : self.end(node)]).decode("utf-8")

    def span(self, first: ast.expr | ast.stmt, last: ast.expr | ast.stmt | None = None) -> Span:
        """The span from the start of `first` to the end of `last`."""
        last = last if last is not None else first
        assert last.end_lineno is not None
        assert last.end_col_offset is not None
        return Span(self.filename, first.lineno, first.col_offset, last.end_lineno, last.end_col_offset)

    def line(self, number: int) -> bytes:
        """One line, with its end."""
        end = self.starts[number] if number < len(self.starts) else len(self.data)
        return self.data[self.starts[number - 1] : end]

    def indentation(self, line: int) -> bytes:
        """What stands before the first character of a line."""
        text = self.line(line)
        return text[: len(text) - len(text.lstrip(b" \t\f"))]
