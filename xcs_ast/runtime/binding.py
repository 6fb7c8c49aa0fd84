"""What binds a site to code: the constants that it stands for, and the handle of a region that stays plain.

Guarantees: code objects are copied, never changed. Assumes: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import CodeType

from xcs_ast.native import Any, final, use_own

use_own(globals())

__all__ = ["Plain", "bind_sites"]


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
