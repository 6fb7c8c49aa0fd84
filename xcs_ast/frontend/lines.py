"""Between offsets into a text and the line and column that `ast` speaks of.

An offset counts code points of the whole text from 0. A line counts from 1, a column counts UTF-8 bytes from
0. Lines end where Python's tokenizer ends them: at a line feed, a carriage return, or both together; not at
a form feed, nor at any of the other characters that `str.splitlines` knows.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from xcs_ast.native import Final, final, use_own

use_own(globals())

__all__ = ["LineTable"]

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@final
class LineTable:
    """The lines of one text."""

    __slots__ = ("_ascii", "_text", "starts")

    def __init__(self, text: str) -> None:
        self._text = text
        self._ascii = text.isascii()
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    @property
    def count(self) -> int:
        """How many lines there are; a text that ends in a line end has an empty last one."""
        return len(self.starts)

    def start_of(self, line: int) -> int:
        """The offset where a line starts; for the line after the last one, where the text ends."""
        return self.starts[line - 1] if line <= len(self.starts) else len(self._text)

    def line(self, line: int) -> str:
        """A line with its line end."""
        return self._text[self.start_of(line) : self.start_of(line + 1)]

    def offset(self, line: int, column: int) -> int:
        """The offset of a place."""
        start = self.starts[line - 1]
        if self._ascii:
            return start + column
        text = self.line(line)
        if text.isascii():
            return start + column
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        if self._ascii:
            return line, offset - start
        return line, len(self._text[start:offset].encode("utf-8", "surrogatepass"))
