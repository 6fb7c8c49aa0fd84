"""What the runtime must know of a region's text: how its target unpacks, and which hand-over follows which.

Guarantees: nothing here fails; a text that is not understood gives the answers that allow least.
Assumes: the text is as `SiteFacts` says, and the slice has the conditions of the text.
"""

from __future__ import annotations

from collections.abc import Iterable

from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.runtime.peek import peek

from ..typing import TYPE_CHECKING

use_own(globals())

__all__ = ["Pattern", "Shape", "all_fit", "fits", "shape_of"]

if TYPE_CHECKING:
    Pattern = tuple["Pattern | None", ...]
else:  # a checker at run time need not be able to follow it into itself
    Pattern = tuple[Any, ...]
"""A tuple target: for each element, `None` for a name, or the pattern of the inner tuple."""

_UNPACKABLE: Final = frozenset({tuple, list, str, bytes})


@final
@dataclass(frozen=True, slots=True)
class Shape:
    """`pattern` is `None` where the target is one name.

    `always` holds the hand-overs that every iteration reaches which does not end before: those that no
    branch, loop, or handler of the text encloses.
    """

    pattern: Pattern | None
    understood: bool
    always: frozenset[int]
    stages: int

    def resumes(self, prefix: int, numbered: bool = True) -> tuple[bool, ...] | None:
        """For each hand-over, whether a worker may go on after it, given that only `prefix` may run ahead.

        It may where the next hand-over is certainly below `prefix`. `None` where not even the first one is.
        Where hand-overs are not `numbered`, nobody can tell which one has come.
        """
        if prefix >= self.stages:
            return (*((True,) * (self.stages - 1)), False)
        if not numbered or not any(k in self.always for k in range(prefix)):
            return None
        return tuple(
            k < prefix and any(j in self.always for j in range(k + 1, prefix)) for k in range(self.stages)
        )


def shape_of(facts: SiteFacts) -> Shape:
    """The shape of a region."""
    from xcs_ast.runtime.shape_text import read_shape  # with `ast`, which many programs can do without

    read = read_shape(facts.text)
    if read is None:
        return Shape(None, False, frozenset(), facts.stages)
    return Shape(read[0], True, frozenset(read[1]), facts.stages)


def fits(item: object, pattern: Pattern) -> bool:
    """Whether unpacking `item` runs no code of the user's, so that it may happen twice."""
    if type(item) not in _UNPACKABLE:
        return False
    if not any(pattern):
        return True
    if len(item) != len(pattern):  # type: ignore[arg-type]
        return False
    return all(inner is None or fits(each, inner) for each, inner in zip(item, pattern, strict=False))  # type: ignore[call-overload]


def all_fit(iterable: Iterable[Any], pattern: Pattern) -> bool:
    """Whether each item of an iterable that can be peeked fits."""
    other = peek(iterable)
    if other is None:
        return False
    items = iterable if type(iterable) is list else other.ahead
    return all(fits(item, pattern) for item in items)
