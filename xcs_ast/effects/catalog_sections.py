"""The text of a section of models, indexed when somebody asks for one of its entries.

Guarantees: an entry is parsed when it is asked for, and is the same object from then on. Any thread may ask,
at any moment: nobody sees half of an index. Two that come at once do the same work; the first one's is kept.
Assumes: blocks are added by one thread, before anybody else knows the section.
"""

from __future__ import annotations

from xcs_ast.effects.entries import Entry
from xcs_ast.effects.entry_heads import head_names, split_head
from xcs_ast.effects.entry_parser import parse_entry
from xcs_ast.native import final, use_own

use_own(globals())

__all__ = ["Section", "sections_of"]


@final
class Section:
    """The entries of one module or class: text until somebody asks, then indexed, then parsed one by one."""

    __slots__ = ("_blocks", "_entries", "_found", "of_class", "owner", "place")

    def __init__(self, owner: str, of_class: bool, place: str) -> None:
        """A section without entries as yet."""
        self.owner = owner
        self.of_class = of_class
        self.place = place
        self._blocks: list[tuple[int, str, bool]] = []
        self._found: _Index | None = None
        self._entries: dict[str, Entry] = {}

    def add(self, number: int, text: str, is_open: bool) -> None:
        """Another block of lines; what it says of a name replaces what earlier blocks said."""
        self._blocks.append((number, text, is_open))

    def keys(self) -> tuple[str, ...]:
        """The keys of all entries."""
        return tuple(self._index()[0])

    def is_closed(self, key: str) -> bool:
        """Whether the entry does not hold for subclasses that somebody else wrote."""
        return key in self._index()[1]

    def get(self, key: str) -> Entry | None:
        """The entry with this key, parsed now or earlier."""
        found = self._entries.get(key)
        if found is not None:
            return found
        line = self._index()[0].get(key)
        if line is None:
            return None
        number, text = line
        entry = parse_entry(self.owner, key, text, of_class=self.of_class, place=f"{self.place}:{number}")
        return self._entries.setdefault(key, entry)

    def _index(self) -> _Index:
        """Where each entry stands, found without reading any."""
        found = self._found
        if found is None:
            # Made apart and put in place at once: tasks ask for the first time together.
            found = self._found = _index_of(self._blocks)
        return found


_Index = tuple[dict[str, tuple[int, str]], set[str]]
"""Line and text of each entry by its key, and the keys of those that are closed."""


def _index_of(blocks: list[tuple[int, str, bool]]) -> _Index:
    lines: dict[str, tuple[int, str]] = {}
    closed: set[str] = set()
    for number, text, is_open in blocks:
        for start, line in _joined(number, text):
            for key in head_names(split_head(line)[0]):
                lines[key] = (start, line)
                (closed.discard if is_open else closed.add)(key)
    return lines, closed


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


def sections_of(text: str, place: str) -> list[Section]:
    """Cut the text of a file into sections: `[class a.B a.C open]` opens two that share their entries."""
    sections: dict[tuple[bool, str], Section] = {}
    chunks = ("\n" + text).split("\n[")
    number = chunks[0].count("\n") + 1
    for chunk in chunks[1:]:
        header, _, body = chunk.partition("]")
        words = header.split()
        of_class = words[0] == "class"
        is_open = words[-1] == "open"
        for owner in words[of_class : len(words) - is_open]:
            section = sections.get((of_class, owner))
            if section is None:
                section = sections[of_class, owner] = Section(owner, of_class, place)
            section.add(number + header.count("\n"), body, is_open)
        number += chunk.count("\n") + 1
    return list(sections.values())
