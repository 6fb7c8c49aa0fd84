"""When two effects conflict, on live objects.

Formal statement. Two effects conflict iff both concern one place and at least one of them changes it:

- two locations are one place iff their owners resolve to the same object and their fields overlap; a
  `DEEP` read concerns every place inside the builtin containers that can be reached from its owner;
- two variables of closures are one place iff they may be the same cell;
- two channels are one place iff they have the same name;
- an unknown effect conflicts with every effect.

Guarantees: no user code runs; a path that leads nowhere counts as a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xcs_ast.ir.effects import (
    CONTENT,
    DEEP,
    Access,
    CellVar,
    Channel,
    Effect,
    Location,
    Unknown,
    fields_overlap,
)
from xcs_ast.ir.paths import Binding, PinnedRoot, Unresolvable, instance_dict
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["LEAVES", "Place", "may_clash", "places", "reachable", "same_place", "statically_conflict"]

_REACH_LIMIT: Final = 4_000

Place = tuple[int, str]
"""A location, resolved: the owner's identity and the field."""


def statically_conflict(a: Effect, b: Effect) -> bool | None:
    """Whether `a` and `b` conflict, or `None` where that depends on the live owners of two locations."""
    if a.access is Access.READ and b.access is Access.READ and not (a.is_unknown or b.is_unknown):
        return False
    match a.where, b.where:
        case (Unknown(), _) | (_, Unknown()):
            return True
        case Channel(x), Channel(y):
            return x == y
        case CellVar() as x, CellVar() as y:
            return x.may_be(y)
        case Location() as x, Location() as y:
            if not fields_overlap(x.field, y.field):
                return False
            if isinstance(x.owner.root, PinnedRoot) and x.owner == y.owner:
                return True
            return None
        case _:
            return False


def places(location: Location, binding: Binding) -> Iterator[Place]:
    """Every place that the location means in this binding.

    Raises:
        Unresolvable: the path leads nowhere, or more can be reached than is looked at.
    """
    owner = location.owner.resolve(binding)
    if location.field != DEEP:
        yield id(owner), location.field
        if location.field != CONTENT:
            # The same attribute can be reached through the dictionary that holds it, perhaps as another's.
            space = instance_dict(owner)
            if space is not None:
                yield id(space), location.field
        return
    for obj in reachable(owner):
        yield id(obj), DEEP


def reachable(root: object) -> list[object]:
    """`root` and every container inside it, through exact builtin containers.

    Raises:
        Unresolvable: there are too many, or one changes meanwhile.
    """
    seen: dict[int, object] = {}
    queue: list[object] = [root]
    while queue:
        obj = queue.pop()
        if id(obj) in seen:
            continue
        seen[id(obj)] = obj
        if len(seen) > _REACH_LIMIT:
            raise Unresolvable("too much can be reached")
        kind = type(obj)
        try:
            if kind is list or kind is tuple or kind is set or kind is frozenset:
                queue.extend(x for x in obj if type(x) not in LEAVES)  # type: ignore[attr-defined]
            elif kind is dict:
                queue.extend(x for x in obj.values() if type(x) not in LEAVES)  # type: ignore[attr-defined]
        except RuntimeError as exc:
            raise Unresolvable("it changes") from exc
    return list(seen.values())


LEAVES: Final = frozenset({int, float, complex, bool, str, bytes, type(None)})
"""Types of values that hold nothing, and whose end nobody notices."""


def same_place(mine: Iterable[Place], others: Iterable[Place]) -> bool:
    """Whether any of `mine` is any of `others`."""
    by_owner: dict[int, list[str]] = {}
    for owner, field in others:
        by_owner.setdefault(owner, []).append(field)
    return any(fields_overlap(field, other) for owner, field in mine for other in by_owner.get(owner, ()))


def may_clash(a: Location, b: Location, binding: Binding) -> bool:
    """Whether both may be one place in this binding; a path that leads nowhere counts as yes."""
    try:
        return same_place(places(a, binding), places(b, binding))
    except Unresolvable:
        return True
