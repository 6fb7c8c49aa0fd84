"""What binds a site to code: the constants that it stands for, and the handle of a region that stays plain.

Guarantees: code objects are copied, never changed. Assumes: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CodeType

from xcs_ast.native import Any, final, use_own

use_own(globals())

__all__ = ["Places", "Plain", "bind_places", "bind_sites", "places_of"]

Places = tuple[tuple[int, Any], ...]
"""Which constants of a code object stand for sites: their positions, each with the site's number.

And the positions of the code objects that hold some, each with the places in it.
"""


@final
class Plain:
    """The handle of a region that runs as plain Python this time. Always false."""

    __slots__ = ("_iterable",)

    def __init__(self, iterable: Iterable[Any]) -> None:
        self._iterable = iterable

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def rest(self) -> Iterable[Any]:
        """The iterable itself."""
        iterable, self._iterable = self._iterable, ()
        return iterable


def bind_sites(code: CodeType, mapping: Mapping[str, object]) -> CodeType:
    """The code with each placeholder constant replaced by its live site, in nested code objects too."""
    constants: list[object] | None = None
    for position, constant in enumerate(code.co_consts):
        kind = type(constant)
        if kind is str:
            if constant not in mapping:
                continue
            new: object = mapping[constant]
        elif kind is CodeType:
            new = bind_sites(constant, mapping)
            if new is constant:
                continue
        else:
            continue
        if constants is None:
            constants = list(code.co_consts)
        constants[position] = new
    return code if constants is None else code.replace(co_consts=tuple(constants))


def places_of(code: CodeType, numbers: Mapping[str, int]) -> Places:
    """Where the placeholders are that have these numbers."""
    found: list[tuple[int, Any]] = []
    for position, constant in enumerate(code.co_consts):
        if type(constant) is str and constant in numbers:
            found.append((position, numbers[constant]))
        elif type(constant) is CodeType:
            inner = places_of(constant, numbers)
            if inner:
                found.append((position, inner))
    return tuple(found)


def bind_places(code: CodeType, places: Places, sites: Sequence[object]) -> CodeType:
    """As `bind_sites`, without looking for them."""
    constants: list[Any] = list(code.co_consts)
    for position, what in places:
        constants[position] = (
            sites[what] if isinstance(what, int) else bind_places(constants[position], what, sites)
        )
    return code.replace(co_consts=tuple(constants))
