"""What a native step touches: by a short table for the commonest, else by the effects analysis.

Guarantees: no user code runs. What is not known is an unknown effect; nothing is ever left out that the
models or the source tell.
Assumes: it is asked just before the step happens, on the thread of the step.
"""

from __future__ import annotations

import types
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from typing import Any, Final, final

from xcs_ast.effects import RegionEffects, RegionRequest, analyze_region
from xcs_ast.effects.declare import declared_names_changed
from xcs_ast.effects.durability import may_be_remembered
from xcs_ast.ir.effects import CONTENT, DEEP, Access, Blocking, CellVar, Channel, Effect, Location, Unknown
from xcs_ast.ir.paths import Binding, Path, PinnedRoot, Unresolvable
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import use_own
from xcs_ast.source.spans import Span
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = [
    "CONTAINERS",
    "SCALARS",
    "Memo",
    "Touch",
    "call_touches",
    "effect_of",
    "item_field",
    "text_touches",
]

Touch = tuple[Access, object, str]
"""An access, the owner of the place (or a channel, a variable, an unknown), and the field."""

SCALARS: Final = TypeSet({int, float, complex, bool, str, bytes, type(None), type(...), range})
"""Exact types whose values hold nothing and whose operators are all C."""
CONTAINERS: Final = TypeSet({list, tuple, dict, set, frozenset, bytearray, deque, OrderedDict})
_EXACT: Final = SCALARS | CONTAINERS
_REACH: Final = 2_000

_R, _W, _A = Access.READ, Access.WRITE, Access.REDUCE
_METHODS: Final[dict[tuple[type, str], Access | None]] = {
    (list, "append"): _A,
    (list, "pop"): _W,
    (list, "clear"): _W,
    (list, "reverse"): _W,
    (list, "insert"): _W,
    (list, "copy"): _R,
    (deque, "append"): _A,
    (deque, "popleft"): _W,
    (deque, "pop"): _W,
    (dict, "items"): None,
    (dict, "keys"): None,
    (dict, "values"): None,
    (dict, "copy"): _R,
}
"""Methods that run no code of their arguments."""


_NUMBERS: Final[frozenset[Any]] = frozenset(
    {abs, ascii, bin, bool, bytes, chr, complex, divmod, float, format, hex, int, max, min, oct, ord, pow,
     range, repr, round, str}
)  # fmt: skip
"""Builtins that, of builtin scalars, make another one and touch nothing."""


@final
class Memo:
    """Analyses of pieces of code, by their text and the types of its objects; guards say whether they hold.

    `lasting`: whether only those are kept that keep nothing of the user's alive.
    """

    def __init__(self, *, lasting: bool) -> None:
        self._lasting = lasting
        self._known: dict[tuple[object, ...], list[RegionEffects]] = {}
        self._declared = -1

    def effects(self, text: str, binding: Binding) -> RegionEffects:
        """The effects of the code, its variables being those of the binding."""
        if self._declared != declared_names_changed():
            self._known.clear()
            self._declared = declared_names_changed()
        env = binding.env
        key = (text, *(id(type(value)) for value in env.values()))
        known = self._known.get(key)
        if known is not None:
            for each in known:
                if all(guard.holds(binding) for guard in each.guards):
                    return each
        found = _analyzed(text, binding)
        if not self._lasting or may_be_remembered(found):
            if known is None:
                if len(self._known) >= _FORMS:
                    self._known.clear()
                known = self._known[key] = []
            if len(known) >= _KINDS:
                known.clear()
            known.append(found)
        return found


_FORMS: Final = 1_024
_KINDS: Final = 16


def call_touches(
    f: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], memo: Memo | None = None
) -> tuple[list[Touch], Blocking]:
    """What calling `f` natively touches."""
    if f in _NUMBERS if type(f) is types.BuiltinFunctionType or type(f) is type else False:
        if not kwargs and all(id(type(a)) in SCALARS.ids for a in args):
            return [], Blocking.NEVER
    elif f is len and len(args) == 1 and not kwargs and id(type(args[0])) in CONTAINERS.ids:
        return [(_R, args[0], CONTENT)], Blocking.NEVER
    if type(f) is types.BuiltinMethodType and not kwargs:
        owner = f.__self__
        kind = type(owner)
        known = _METHODS.get((kind, f.__name__), _METHODS)
        if known is not _METHODS:
            return ([] if known is None else [(known, owner, CONTENT)]), Blocking.NEVER  # type: ignore[list-item]
        plain = all(id(type(a)) in SCALARS.ids for a in args)
        if plain and kind in (str, int, float, bytes):
            return [], Blocking.NEVER
        if plain and kind is dict and f.__name__ == "get":
            return [(_R, owner, item_field(args[0]) if args else CONTENT)], Blocking.NEVER
        if plain and kind is set and f.__name__ == "add":
            return [(_A, owner, CONTENT)], Blocking.NEVER
    env: dict[str, object] = {"f": f}
    callee = "f"
    if type(f) is types.BuiltinMethodType and type(f.__self__) in _EXACT and f.__name__.isidentifier():
        env, callee = {"o": f.__self__}, f"o.{f.__name__}"  # the same method of another object is alike
    parts = []
    for number, value in enumerate(args):
        env[f"a{number}"] = value
        parts.append(f"a{number}")
    for number, (name, value) in enumerate(kwargs.items()):
        if not name.isidentifier():
            return [(_W, Unknown("is called with an odd keyword"), "")], Blocking.MAYBE
        env[f"k{number}"] = value
        parts.append(f"{name}=k{number}")
    return text_touches(f"__xcs_stage__(0, {callee}({', '.join(parts)}))", env, memo)


def _analyzed(text: str, binding: Binding) -> RegionEffects:
    facts = SiteFacts(
        0,
        RegionKind.BLOCK,
        Span("<step>", 1, 0, 1, 0),
        "step",
        text,
        1,
        True,
        tuple(binding.env),
        frozenset({"r"}),
        frozenset(),
        (),
    )
    return analyze_region(RegionRequest(facts, {"__name__": "step"}, binding, False))


def text_touches(
    text: str, env: Mapping[str, object], memo: Memo | None = None
) -> tuple[list[Touch], Blocking]:
    """What a piece of code touches whose variables stand for these objects."""
    binding = Binding(None, env)
    found = _analyzed(text, binding) if memo is None else memo.effects(text, binding)
    out: dict[tuple[Access, int, str], Touch] = {}
    blocking = Blocking.NEVER
    for summary in (*found.stages, *found.segments):
        blocking = max(blocking, summary.blocking)
        for effect in summary.effects:
            for touch in _resolved(effect, binding):
                key = touch[1] if isinstance(touch[1], Channel | CellVar | Unknown) else id(touch[1])
                out[touch[0], hash(key), touch[2]] = touch
    return list(out.values()), blocking


def _resolved(effect: Effect, binding: Binding) -> Iterable[Touch]:
    where = effect.where
    try:
        if isinstance(where, CellVar):
            where = where.current(binding)
            if where.cell_id is None:
                return
        if not isinstance(where, Location):
            yield effect.access, where, ""
            return
        owner = where.owner.resolve(binding)
    except Unresolvable:
        yield Access.WRITE, Unknown("uses something that cannot be found any more"), ""
        return
    if where.field != DEEP:
        yield effect.access, owner, where.field
        return
    for each in _containers(owner):
        yield effect.access, each, CONTENT


def _containers(root: object) -> list[object]:
    seen: dict[int, object] = {}
    todo: list[Any] = [root]
    while todo and len(seen) < _REACH:
        obj = todo.pop()
        if id(obj) in seen or id(type(obj)) not in CONTAINERS.ids:
            continue
        seen[id(obj)] = obj
        if isinstance(obj, dict):
            todo.extend(obj.values())
        elif not isinstance(obj, bytearray):
            todo.extend(obj)
    return list(seen.values())


def item_field(key: object) -> str:
    """The field that an item is."""
    return f"[{key!r}]" if id(type(key)) in SCALARS.ids and type(key) is not range else CONTENT


def effect_of(touch: Touch, span: Span | None) -> Effect:
    """A touch as an effect on one live object."""
    access, owner, field = touch
    if isinstance(owner, Channel | CellVar | Unknown):
        return Effect(access, owner, span)
    return Effect(access, Location(Path(PinnedRoot(owner)), field), span)
