"""Whether what stays in place may end the life of an object whose end changes something.

`table[key] = None` removes an object; where nothing else refers to it, its `__del__` runs there and then, or
the callback of a weak reference, or the rest of a generator. Each may change what a task ahead has read,
though the statement itself changes the table only. Which objects would die is found as the garbage collector
finds it: all references from what is removed are counted, and what has more than these lives on.

Guarantees: no user code runs. Assumes: beyond the first `REACH` objects that may be removed, and below them,
nothing has an end that matters; objects with a finalizer that the region makes are unknown to the analysis.
"""

from __future__ import annotations

import gc
import sys
import types
from _weakref import getweakrefcount, getweakrefs
from collections import deque
from collections.abc import Iterable
from itertools import chain, islice
from operator import attrgetter

from xcs_ast.diagnostics import Diagnostic
from xcs_ast.diagnostics import codes_verifier as codes
from xcs_ast.effects.resolve import find_in_mro
from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, Access, Effect, Location
from xcs_ast.ir.paths import MISSING, Binding, Unresolvable, instance_dict, static_attr
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.ir.weak import calls_back
from xcs_ast.native import Any, Final, use_own
from xcs_ast.verifier.conflicts import LEAVES

use_own(globals())

__all__ = ["REACH", "diagnostic", "noticed", "noticed_of"]

REACH: Final = 200
_FIELDS: Final = frozenset({CONTENT, WHOLE, DEEP, "__dict__"})
_WITH_A_FRAME: Final = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
_STAY: Final = frozenset(
    map(id, (*LEAVES, type, types.ModuleType, types.CodeType, types.BuiltinFunctionType))
)
"""Types of what holds nothing, or does not die; by `id`, as a metaclass may have a `__hash__`."""


def noticed(writes: Iterable[Location], binding: Binding) -> str:
    """The class of something that may die by these changes, and whose end changes something; else nothing."""
    roots: list[Any] = []
    seen: set[tuple[int, str]] = set()
    for write in writes:
        try:
            owner = write.owner.resolve(binding)
        except Unresolvable:
            continue  # nothing is there yet
        if (id(owner), write.field) not in seen:
            seen.add((id(owner), write.field))
            roots += _removed(owner, write.field)
    below = _below(roots)
    ends = _ends_in(below)
    if not ends:
        return ""
    alive = _kept(roots, below)
    return next((type(below[number]).__qualname__ for number in ends if number not in alive), "")


def noticed_of(effects: Iterable[Effect], binding: Binding) -> str:
    """The same for the changes among these effects."""
    changes = [each.where for each in effects if each.access is not Access.READ]
    return noticed((where for where in changes if isinstance(where, Location)), binding)


def diagnostic(facts: SiteFacts, kind: str) -> Diagnostic:
    """Why the region is not PROVEN."""
    message = f"what stays in place may end the life of a {kind}, which may change what a later call reads"
    return Diagnostic(codes.BODY_FLOW, message, facts.span, facts.callees)


def _removed(owner: Any, field: str) -> list[Any]:
    """What a change of this place may remove, each once for each reference that goes; of many, the first."""
    kind = type(owner)
    found: Iterable[Any]
    if issubclass(kind, dict):
        # A namespace: items have no fields of their own.
        named = field not in _FIELDS and all(type(key) is str for key in dict.keys(owner))
        found = [dict.get(owner, field)] if named else chain(dict.values(owner), dict.keys(owner))
    elif issubclass(kind, _SEQUENCES):
        found = next(cls for cls in _SEQUENCES if issubclass(kind, cls)).__iter__(owner)
    elif field in _FIELDS:
        found = (instance_dict(owner) or {}).values()
    else:
        found = [static_attr(owner, field)]
    return [obj for obj in islice(found, REACH) if obj is not MISSING and not _stays(obj)]


_SEQUENCES: Final[tuple[Any, ...]] = (list, set, deque)


def _stays(obj: object) -> bool:
    return id(type(obj)) in _STAY or issubclass(type(obj), type)


def _below(roots: list[Any]) -> dict[int, Any]:
    """The objects that can be reached from these, by `id`, as far as we look."""
    found: dict[int, Any] = {}
    level = roots
    while level and len(found) < REACH:
        new = {id(obj): obj for obj in level[:REACH] if id(obj) not in found}
        found |= new
        level = _held(list(new.values()))
    return found


_SPACES: Final = attrgetter("__globals__", "__builtins__")


def _held(objects: list[Any]) -> list[Any]:
    """What these refer to, once for each reference; of a function, not its module."""
    held = [each for each in gc.get_referents(*objects) if not _stays(each)]
    functions = [each for each in objects if type(each) is types.FunctionType]
    if functions:
        spaces = {id(space) for each in functions for space in _SPACES(each)}
        held = [each for each in held if id(each) not in spaces]
    return held


def _ends_in(below: dict[int, Any]) -> list[int]:
    """Those of the objects whose end does something."""
    kinds = {id(kind): kind for kind in map(type, below.values())}
    does = {number for number, kind in kinds.items() if _does_something(kind)}
    return [
        number
        for number, obj in below.items()
        if id(type(obj)) in does or (getweakrefcount(obj) and any(map(calls_back, getweakrefs(obj))))
    ]


def _does_something(kind: type) -> bool:
    return any(kind is each for each in _WITH_A_FRAME) or find_in_mro(kind, "__del__")[1] is not MISSING


def _kept(roots: list[Any], below: dict[int, Any]) -> set[int]:
    """Which of these others refer to, too, by `id`: those live on, with all that they refer to."""
    ours = dict.fromkeys(below, 2)  # `below`, and the argument of `getrefcount`
    for number in map(id, roots):
        if number in ours:
            ours[number] += 2  # `roots`, and the place
    for number in map(id, _held(list(below.values()))):
        if number in ours:
            ours[number] += 1
    todo = [number for number in below if sys.getrefcount(below[number]) > ours[number]]
    alive: set[int] = set()
    while todo:
        number = todo.pop()
        if number not in alive and number in below:
            alive.add(number)
            todo += map(id, _held([below[number]]))
    return alive
