"""Effects: what a piece of code reads, writes and uses, and the rule that says when two of them conflict.

Unknown is a member of the effect type, never an empty set and never `None`.
"""

from __future__ import annotations

from collections.abc import Iterable

from xcs_ast.ir.blocking import Blocking
from xcs_ast.ir.paths import Binding, Path
from xcs_ast.native import Final, Kind, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = [
    "CONTENT",
    "DEEP",
    "WHOLE",
    "Access",
    "Blocking",
    "CellVar",
    "Channel",
    "Effect",
    "Location",
    "Summary",
    "Unknown",
    "fields_overlap",
]


class Access(Kind):
    """How a location or a channel is used."""

    READ = "read"
    """Looks, and changes nothing; for a channel: an unordered use, that commutes with its like."""
    WRITE = "write"
    """Changes a location; for a channel: an ordered use."""
    REDUCE = "reduce"
    """Adds to a location whose value nobody in the task looks at (`x += 1`)."""


CONTENT: Final = "[]"
"""The field that stands for everything inside a container: its elements, keys, order and length."""
WHOLE: Final = "*"
"""The field that stands for all fields of an object."""


DEEP: Final = "**"
"""For reads: everything that can be reached from the object through builtin containers, itself included."""


@final
@dataclass(frozen=True, slots=True)
class Location:
    """A field of a shared object: an attribute's name, `CONTENT`, `WHOLE`, or `DEEP`."""

    owner: Path
    field: str


@final
@dataclass(frozen=True, slots=True)
class CellVar:
    """A variable shared by nested functions. `cell_id` is `None` where only its name is known.

    With a path it is, in each binding, the cell at its end.
    """

    name: str
    cell_id: int | None = None
    path: Path | None = None

    def current(self, binding: Binding) -> CellVar:
        """The same, with the identity that it has in this binding.

        Raises:
            Unresolvable: the path leads nowhere.
        """
        return self if self.path is None else CellVar(self.name, id(self.path.resolve(binding)))

    def may_be(self, other: CellVar) -> bool:
        """Whether both may name one variable."""
        if self.name != other.name:
            return False
        return self.cell_id is None or other.cell_id is None or self.cell_id == other.cell_id


@final
@dataclass(frozen=True, slots=True)
class Channel:
    """A place outside the program: `stdout`, `filesystem`, `network`, `clock`, `random`, ..."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything at all may happen here. It conflicts with everything, itself included."""

    reason: str


@final
@dataclass(frozen=True, slots=True)
class Effect:
    """One access, where it happens in the source, and the code that explains it (`XCS2xx`)."""

    access: Access
    where: Location | CellVar | Channel | Unknown
    span: Span | None = None
    code: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of it."""
        return isinstance(self.where, Unknown)

    @property
    def changes_shared_state(self) -> bool:
        """Whether another part of the program, or the world, could tell that it happened."""
        return self.access is not Access.READ or self.is_unknown


@final
@dataclass(frozen=True, slots=True)
class Summary:
    """All effects of a piece of code, and whether it may block."""

    effects: frozenset[Effect] = frozenset()
    blocking: Blocking = Blocking.NEVER

    def __or__(self, other: Summary) -> Summary:
        return Summary(self.effects | other.effects, max(self.blocking, other.blocking))

    @staticmethod
    def join(parts: Iterable[Summary]) -> Summary:
        """The union of several summaries."""
        out = Summary()
        for part in parts:
            out = out | part
        return out


def fields_overlap(a: str, b: str) -> bool:
    """Whether two fields of one object may be the same place."""
    return a == b or a in _ALL_FIELDS or b in _ALL_FIELDS


_ALL_FIELDS: Final = frozenset({WHOLE, DEEP, CONTENT})
"""A name is inside `CONTENT`, too: the dictionary of an instance or module holds what goes by that name."""
