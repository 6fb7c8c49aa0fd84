"""What a planted defect is, and how it gets into a copy of the tree.

A patch is text, not line numbers: it survives changes around it, and says so when the code that it speaks of
has gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

__all__ = ["Defect", "Kind", "Misfit", "fitting"]


class Kind(Enum):
    """The kind of mistake."""

    MISSED_WRITE = "a missed write"
    FRESHNESS = "a wrong freshness"
    GUARD = "a lost guard"
    ALIASING = "an aliasing rule dropped"
    STALE = "a stale cache entry"
    EXCEPTION = "a lost exception"
    CONTEXT = "a lost context"
    ORDER = "out of order"
    PREFIX = "a boundary off by one"
    FORGOTTEN = "something forgotten"
    CONFLICT = "a conflict ignored"
    CONTROL = "control flow ignored"
    BINDING = "a name taken for another"
    MODEL = "a false model"
    PLACE = "a wrong place in the source"
    LIFETIME = "a lifetime changed"
    LEAK = "something of ours shows"


@dataclass(frozen=True, slots=True)
class Defect:
    """One mistake that somebody might make: in `file`, `old` becomes `new`.

    `tests` are arguments for pytest: the part of the suite that should notice, quick ones first.
    """

    name: str
    kind: Kind
    wrong: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def part(self) -> str:
        """The part of the project that it is planted in."""
        steps = self.file.split("/")
        return steps[1] if len(steps) > 2 else "pipeline"


class Misfit(Exception):
    """The patch does not fit the source any more."""


def fitting(defect: Defect, root: Path) -> str:
    """The text of the file with the defect in it.

    Raises:
        Misfit: the old text is not there exactly once, or it would not change anything.
    """
    path = root / defect.file
    if not path.is_file():
        raise Misfit(f"{defect.name}: there is no {defect.file}; choose another place for the defect")
    text = path.read_text(encoding="utf-8")
    count = text.count(defect.old)
    if count != 1:
        where = f"is there {count} times" if count else "is gone"
        raise Misfit(f"{defect.name}: in {defect.file} this {where}; write it anew:\n{defect.old}")
    if defect.old == defect.new:
        raise Misfit(f"{defect.name}: the old and the new text are the same")
    return text.replace(defect.old, defect.new)
