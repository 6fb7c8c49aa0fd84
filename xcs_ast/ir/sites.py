"""What the frontend tells the rest about one region: plain data that can be marshalled beside the code."""

from __future__ import annotations

from xcs_ast.native import Any, Final, Kind, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["ITEMS_NAME", "STAGE_NAME", "RegionKind", "SiteFacts"]

STAGE_NAME: Final = "__xcs_stage__"
"""In `SiteFacts.text`: `__xcs_stage__(k, expr)` stands for `expr`, which is hand-over `k` of the slice."""
ITEMS_NAME: Final = "__xcs_items__"
"""In `SiteFacts.text`: stands for the iterable, which was evaluated before the region was entered."""


class RegionKind(Kind):
    """The shape of the user's code."""

    LOOP = "loop"
    COMPREHENSION = "comprehension"
    STEP = "step"
    """A `while` loop that steps through a sequence."""
    BLOCK = "block"
    """Straight-line statements, or one expression with several calls."""


@final
@dataclass(frozen=True, slots=True)
class SiteFacts:
    """One region.

    `text` is the region in the user's own words, dedented, as a complete statement or statements that
    `ast.parse` accepts, with every hand-over marked: `results.append(__xcs_stage__(0, model(inputs)))`.
    Loops and comprehensions are one `for TARGET in __xcs_items__:` statement (a comprehension is
    written out as such a loop; no `else`). Its line 1 is line `span.line` of the file. Where
    `single`, the slice is a plain function of the item that returns hand-over 0; else it is a
    generator function that yields `(k, value)` for each hand-over that it reaches.
    """

    index: int
    kind: RegionKind
    span: Span
    function: str
    """Qualified name of the enclosing function; empty at module level."""
    text: str
    stages: int
    single: bool
    env: tuple[str, ...]
    """Variables of the enclosing function whose values are handed to `enter`, in this order."""
    unknown_locals: frozenset[str]
    """Other local variables of the enclosing function that the region mentions; bound to nothing known."""
    cells: frozenset[str]
    """Those of its variables that nested functions or enclosing functions share."""
    callees: tuple[str, ...]
    """The source of each candidate callee, for people (`model`, `self.client.complete`)."""
    slices: tuple[bytes, ...] = ()
    """The tree of each slice function as it was emitted, with the user's positions (`source.trees`).

    In the order in which the site is given them; empty where their source is in the user's own file.
    """
    owner: str | None = None
    """The innermost class around the region, for private names."""

    def dump(self) -> tuple[Any, ...]:
        """A tuple of what `marshal` can write."""
        return (
            self.index,
            self.kind.value,
            self.span.dump(),
            self.function,
            self.text,
            self.stages,
            self.single,
            self.env,
            tuple(sorted(self.unknown_locals)),
            tuple(sorted(self.cells)),
            self.callees,
            self.slices,
            self.owner,
        )

    @staticmethod
    def load(data: tuple[Any, ...]) -> SiteFacts:
        """The inverse of `dump`."""
        (index, kind, span, function, text, stages, single, env, unknown, cells, callees, slices, owner) = (
            data
        )
        return SiteFacts(
            index,
            RegionKind(kind),
            Span.load(span),
            function,
            text,
            stages,
            single,
            tuple(env),
            frozenset(unknown),
            frozenset(cells),
            tuple(callees),
            tuple(slices),
            owner,
        )
