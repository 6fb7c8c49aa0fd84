"""May one call, on live objects, run before its place? What does it read, if so?

Formal statement. A call may run ahead iff it has no unknown effect, changes no place and no variable that was
there before, and uses channels in an unordered way only; and nothing that happens in place between its
start and its consumption changes a place that it reads, or uses such a channel in an order that counts.
The first half is decided here; for the second, `reads` says what to watch.

Guarantees: no user code runs. Assumes: as `legality` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

from xcs_ast.effects import RegionEffects, RegionRequest, analyze_region
from xcs_ast.effects.declare import declared_names_changed
from xcs_ast.effects.durability import may_be_remembered
from xcs_ast.effects.guards import Condition
from xcs_ast.ir.effects import Access, Blocking, CellVar, Channel, Location, Unknown, fields_overlap
from xcs_ast.ir.paths import Binding, Unresolvable, instance_dict
from xcs_ast.ir.sites import ITEMS_NAME, STAGE_NAME, RegionKind, SiteFacts
from xcs_ast.native import use_own
from xcs_ast.records import dataclass
from xcs_ast.source.spans import Span
from xcs_ast.verifier.conflicts import places

use_own(globals())

__all__ = ["CallVerdict", "Judge", "Watch"]

_KINDS: Final = 16


@final
@dataclass(frozen=True, slots=True)
class Watch:
    """What a call reads: places by owner, channels, and variables of closures."""

    by_owner: Mapping[int, tuple[str, ...]]
    channels: frozenset[str]
    cells: tuple[CellVar, ...]

    def minds(self, access: Access, owner: object, field: str) -> bool:
        """Whether a step in place (an access to a field of an owner, or to a channel) could be noticed."""
        if type(owner) is Unknown:
            return True
        if access is Access.READ:
            return False
        if isinstance(owner, Channel):
            return owner.name in self.channels
        if isinstance(owner, CellVar):
            return any(owner.may_be(cell) for cell in self.cells)
        for each in (owner, instance_dict(owner)):
            if each is not None and any(
                fields_overlap(field, other) for other in self.by_owner.get(id(each), ())
            ):
                return True
        return False


@final
@dataclass(frozen=True, slots=True)
class CallVerdict:
    """Whether the call may run ahead; why not; whether it may wait for something; what it reads."""

    proven: bool
    reason: str = ""
    blocking: Blocking = Blocking.NEVER
    watch: Watch | None = None


class Judge:
    """Judges calls. It remembers analyses of calls of one form as long as it lives."""

    def __init__(self) -> None:
        self._known: dict[str, list[RegionEffects]] = {}
        self._declared = -1

    def judge(self, f: object, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> CallVerdict:
        """The verdict on `f(*args, **kwargs)`, if it were made now."""
        if self._declared != declared_names_changed():
            self._known.clear()
            self._declared = declared_names_changed()
        env: dict[str, object] = {f"a{n}": value for n, value in enumerate(args)}
        parts = list(env)
        for n, (name, value) in enumerate(kwargs.items()):
            if not name.isidentifier():
                return CallVerdict(False, "it is called with an odd keyword")
            env[f"k{n}"] = value
            parts.append(f"{name}=k{n}")
        call = f"{STAGE_NAME}(0, f({', '.join(parts)}))"
        # As one of several callees, first: what holds of any object of its kind need not be found out again.
        loop = f"for f in {ITEMS_NAME}:\n    {call}"
        verdict = self._judged(RegionKind.LOOP, loop, Binding(f, env))
        if verdict.proven:
            return verdict
        return self._judged(RegionKind.BLOCK, call, Binding(None, {"f": f, **env}))

    def _judged(self, kind: RegionKind, text: str, binding: Binding) -> CallVerdict:
        found = self._effects(kind, text, binding)
        (stage,) = found.stages
        for effect in stage.effects:
            if effect.changes_shared_state:
                where = effect.where
                reason = where.reason if isinstance(where, Unknown) else "it changes what others can see"
                return CallVerdict(False, reason, stage.blocking)
        for guard in found.guards:
            if type(guard) is Condition and guard.prepare is not None:
                guard.prepare()
        try:
            return CallVerdict(True, "", stage.blocking, _watch(found, binding))
        except Unresolvable:
            return CallVerdict(False, "what it reads cannot be found", stage.blocking)

    def _effects(self, kind: RegionKind, text: str, binding: Binding) -> RegionEffects:
        known = self._known.setdefault(text, [])
        for each in known:
            if all(guard.holds(binding) for guard in each.guards):
                return each
        facts = SiteFacts(
            0, kind, Span("<call>", 1, 0, 1, 0), "call", text, 1, True, tuple(binding.env),
            frozenset(), frozenset(), (),
        )  # fmt: skip
        has_item = kind is RegionKind.LOOP
        found = analyze_region(RegionRequest(facts, {"__name__": "call"}, binding, has_item))
        if may_be_remembered(found):
            if len(known) >= _KINDS:
                del known[0]
            known.append(found)
        return found


def _watch(found: RegionEffects, binding: Binding) -> Watch:
    by_owner: dict[int, tuple[str, ...]] = {}
    channels = set()
    cells = []
    for effect in found.stages[0].effects:
        match effect.where:
            case Location() as where:
                for owner, field in places(where, binding):
                    by_owner[owner] = (*by_owner.get(owner, ()), field)
            case Channel(name):
                channels.add(name)
            case CellVar() as cell:
                cells.append(cell.current(binding))
    return Watch(by_owner, frozenset(channels), tuple(cells))
