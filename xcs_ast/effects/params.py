"""The parameters that an entry of the effect models describes, and which arguments belong to which."""

from __future__ import annotations

from collections.abc import Sequence

from xcs_ast.native import Kind, TypeVar, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Param", "ParamKind", "T", "place_by_params"]

T = TypeVar("T")


class ParamKind(Kind):
    """How a parameter is passed."""

    POSITIONAL = "positional"
    EITHER = "either"
    KEYWORD = "keyword"
    VAR_POSITIONAL = "*"
    VAR_KEYWORD = "**"


@final
@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a described callable."""

    name: str
    kind: ParamKind


def place_by_params(
    params: tuple[Param, ...],
    positional: Sequence[T],
    named: dict[str, T],
    placed: dict[str | int, tuple[T, ...]],
) -> dict[str | int, tuple[T, ...]] | None:
    """`placed`, with the arguments of each parameter; `None` if they do not fit."""
    rest = list(positional)
    for param in params:
        if param.kind in (ParamKind.POSITIONAL, ParamKind.EITHER):
            if rest:
                if param.kind is ParamKind.EITHER and param.name in named:
                    return None
                placed[param.name] = (rest.pop(0),)
            elif param.kind is ParamKind.EITHER and param.name in named:
                placed[param.name] = (named.pop(param.name),)
        elif param.kind is ParamKind.VAR_POSITIONAL:
            placed[param.name] = tuple(rest)
            rest.clear()
        elif param.kind is ParamKind.KEYWORD:
            if param.name in named:
                placed[param.name] = (named.pop(param.name),)
        else:
            placed[param.name] = tuple(named.values())
            named.clear()
    return None if rest or named else placed
