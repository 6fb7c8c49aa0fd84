"""The text of a section of models, indexed when somebody asks for one of its entries.

Guarantees: an entry is parsed once, when it is asked for. Assumes: nothing.
"""

from __future__ import annotations

from typing import final

from xcs_ast.effects.entries import Entry
from xcs_ast.effects.entry_heads import head_names, split_head
from xcs_ast.effects.entry_parser import parse_entry
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["Section"]


@final
class Section:
    """The entries of one module or class: text until somebody asks, then indexed, then parsed one by one."""

    __slots__ = ("_blocks", "_closed", "_entries", "_lines", "of_class", "owner", "place")

    def __init__(self, owner: str, of_class: bool, place: str) -> None:
        """A section without entries as yet."""
        self.owner = owner
        self.of_class = of_class
        self.place = place
        self._blocks: list[tuple[int, str, bool]] = []
        self._lines: dict[str, tuple[int, str]] = {}
        self._closed: set[str] = set()
        self._entries: dict[str, Entry] = {}

    def add(self, number: int, text: str, is_open: bool) -> None:
        """Another block of lines; what it says of a name replaces what earlier blocks said."""
        self._blocks.append((number, text, is_open))

    def keys(self) -> tuple[str, ...]:
        """The keys of all entries."""
        self._index()
        return tuple(self._lines)

    def is_closed(self, key: str) -> bool:
        """Whether the entry does not hold for subclasses that somebody else wrote."""
        self._index()
        return key in self._closed

    def get(self, key: str) -> Entry | None:
        """The entry with this key, parsed now or earlier."""
        found = self._entries.get(key)
        if found is not None:
            return found
        self._index()
        line = self._lines.get(key)
        if line is None:
            return None
        number, text = line
        entry = parse_entry(self.owner, key, text, of_class=self.of_class, place=f"{self.place}:{number}")
        self._entries[key] = entry
        return entry

    def _index(self) -> None:
        """Find where each entry stands, without reading any."""
        while self._blocks:
            number, text, is_open = self._blocks[0]
            for start, line in _joined(number, text):
                for key in head_names(split_head(line)[0]):
                    self._lines[key] = (start, line)
                    (self._closed.discard if is_open else self._closed.add)(key)
            del self._blocks[0]


def _joined(number: int, text: str) -> list[tuple[int, str]]:
    """The lines of a block without comments, indented ones appended to the line that they continue."""
    found: list[tuple[int, str]] = []
    for line in text.split("\n"):
        bare = line.strip()
        if bare and bare[0] != "#":
            if line[0] in " \t" and found:
                found[-1] = (found[-1][0], f"{found[-1][1]} {bare}")
            else:
                found.append((number, bare))
        number += 1
    return found
