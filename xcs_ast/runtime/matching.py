"""Is a call that the program makes the one that was foretold?

Formal statement. The two are the same if callee and arguments are: identical; or equal builtin scalars of
one type; or containers made for the call on either side, that nothing else refers to, of one shape: the same
parts in the same order, and one object where the other has one.
An outcome is as good as the program's own if nothing of it is such a container of the foretold call.

Guarantees: no user code runs.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Mapping
from itertools import chain
from types import BuiltinFunctionType, MethodType
from typing import Any, final

from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field
from xcs_ast.tracer.observing_effects import SCALARS

use_own(globals())

__all__ = ["Match"]


@final
@dataclass(slots=True, eq=False)
class Match:
    """One comparison.

    `kept`: the ids of containers of the program's that others may refer to; `made`: those of lists and
    dictionaries that the run itself has made. No tuple is told of when it is made. `ours`: the ids of
    the containers that were made for the foretold call.
    """

    kept: Container[int]
    made: Container[int]
    ours: Container[int]
    exact: bool = True
    """Whether no container had to be compared by its parts."""
    _compared: list[Any] = field(default_factory=list)
    _theirs: dict[int, int] | None = None
    _ours: dict[int, int] | None = None

    def calls(
        self, foretold: tuple[Any, tuple[Any, ...], Mapping[str, Any]], f: Any, args: Any, kwargs: Any
    ) -> bool:
        """Whether callee and arguments are those."""
        callee, positional, named = foretold
        if len(args) != len(positional) or list(kwargs) != list(named) or not self.same(callee, f):
            return False
        return all(map(self.same, positional, args)) and all(
            self.same(named[name], value) for name, value in kwargs.items()
        )

    def same(self, foretold: Any, actual: Any) -> bool:
        """Whether nobody could tell the two apart."""
        if foretold is actual:
            return True
        kind = type(actual)
        if type(foretold) is not kind:
            return False
        if kind in SCALARS:
            return _equal(kind, foretold, actual)
        if kind is list or kind is tuple or kind is dict:
            return self._parts(kind, foretold, actual)
        if kind is MethodType:
            return foretold.__self__ is actual.__self__ and foretold.__func__ is actual.__func__
        if kind is BuiltinFunctionType:
            same = foretold.__self__ is actual.__self__ and foretold.__self__ is not None
            return same and bool(foretold.__name__ == actual.__name__)
        return False

    def _parts(self, kind: Any, foretold: Any, actual: Any) -> bool:
        self.exact = False
        if self._theirs is None or self._ours is None:
            self._theirs, self._ours = {}, {}
        met = id(foretold) in self._theirs or id(actual) in self._ours
        if met:
            return self._theirs.get(id(foretold)) == id(actual) and self._ours.get(id(actual)) == id(foretold)
        self._theirs[id(foretold)], self._ours[id(actual)] = id(actual), id(foretold)
        self._compared.append(foretold)
        if id(actual) in self.kept or (kind is not tuple and id(actual) not in self.made):
            return False
        if id(foretold) not in self.ours:
            return False  # somebody may know it, and nobody knows what the program made
        if len(foretold) != len(actual):
            return False
        if kind is dict:
            return all(map(self.same, foretold.keys(), actual.keys())) and all(
                map(self.same, foretold.values(), actual.values())
            )
        return all(map(self.same, foretold, actual))

    def stays_inside(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
        """Whether only the arguments of the foretold call refer to the containers that were compared.

        The call has come back, so neither what it gave nor anything else leads to them then. Nobody else
        may be about to let go of one at the same time.
        """
        inside = self._references(positional, named)
        probe: list[Any] = []
        inside[id(probe)] = 0
        counts = [sys.getrefcount(each) - inside[id(each)] for each in [probe, *self._compared]]
        # `probe` is a variable, each of the others is in `_compared`: that is one reference, too.
        return all(count == counts[0] for count in counts)

    def _references(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> dict[int, int]:
        """How often these arguments, and the containers that were compared, refer to each of the latter."""
        found = {id(each): 0 for each in self._compared}
        holders: list[Iterable[Any]] = [positional, named.values(), *self._compared]
        holders += [each.values() for each in self._compared if type(each) is dict]
        for part in chain.from_iterable(holders):
            if id(part) in found:
                found[id(part)] += 1
        return found


def _equal(kind: Any, foretold: Any, actual: Any) -> bool:
    if kind is float or kind is complex:
        # A number that does not equal itself is told apart by identity.
        return bool(foretold == actual) and repr(foretold) == repr(actual)
    if kind is range:
        ours = (foretold.start, foretold.stop, foretold.step)
        return ours == (actual.start, actual.stop, actual.step)
    return bool(foretold == actual)
