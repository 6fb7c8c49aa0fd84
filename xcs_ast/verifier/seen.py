"""What a transaction saw and did, in the terms of the static analysis.

Guarantees: no user code runs. Assumes: the transaction is at rest (its worker has come to an end, or halts).
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import Any, final

from xcs_ast.native import use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Seen", "seen", "stale"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One access; see `claims.Observed`."""

    kind: str
    owner: object
    field: str
    filename: str = ""
    line: int = 0


def seen(transaction: Any, functions: Iterable[types.FunctionType] = ()) -> list[Seen]:
    """Every access of a task. `functions`: those that it ran, which know what their cells are called."""
    translate = _Translator(transaction, functions)
    return [translate(each) for each in transaction.accesses()]


def stale(transaction: Any, functions: Iterable[types.FunctionType] = ()) -> list[Seen]:
    """The accesses of places that are not what they were when the task read them."""
    translate = _Translator(transaction, functions)
    return [translate(each) for each in transaction.stale()]


class _Translator:
    """Instances for the dictionaries that hold their attributes; names for cells."""

    def __init__(self, transaction: Any, functions: Iterable[types.FunctionType]) -> None:
        self._instances = {id(space): obj for obj, space in _instances(transaction)}
        self._names = {
            id(cell): name
            for function in functions
            for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        }

    def __call__(self, access: Any) -> Seen:
        owner, field = access.owner, access.field
        if type(owner) is dict:
            owner = self._instances.get(id(owner), owner)
        elif type(owner) is types.CellType:
            field = self._names.get(id(owner), field)
        return Seen(access.kind, owner, field, access.filename, access.line)


def _instances(transaction: Any) -> Iterator[tuple[object, object]]:
    from xcs_ast.tracer.state_places import Shape

    for segment in transaction.segments:
        segment.unfold()
        for state in segment.states.values():
            if type(state) is Shape and state.space is not None:
                yield state.obj, state.space
