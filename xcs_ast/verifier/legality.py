"""Legality: which hand-overs of a region may run ahead of their place.

Formal statement. Let a region have the stages T(0) .. T(m-1) of its slice and the segments B(0) .. B(m) of
what stays in place, in program order within one iteration: B(0) T(0) B(1) T(1) ... B(m). The stages
T(0) .. T(p-1) may run ahead of their place iff for every k < p

1. T(k) has no unknown effect, changes no location and no variable that existed before the task, and
   uses channels in an unordered way only (so no order of tasks, and no task that is dropped, can be told);
2. for every effect b that stays in place, that is every b of any B(j), and of any T(j) with j >= p: b of an
   earlier iteration does not conflict with T(k), and neither does b of the same iteration where it
   comes before T(k), that is b of B(j) with j <= k;
3. T(k) may wait for something outside the processor, for some k < p; 4. no pause is overtaken (`pausing`).

For a block there is one iteration, and instead of a prefix any set of stages; each must satisfy 3 itself.

Where that fails, `verifier.speculation` says whether the region may run ahead through the recorder.

Guarantees: p is the largest such prefix; no user code runs; nothing is believed about an object beyond
what its guards check. Assumes: the objects of a region are changed by the region only while it runs
(threads of the program's own that change what a task reads make the plain program a race, too).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xcs_ast import config
from xcs_ast.diagnostics import Diagnostic
from xcs_ast.diagnostics import codes_verifier as codes
from xcs_ast.effects import RegionEffects, RegionRequest, analyze_region
from xcs_ast.effects.durability import may_be_remembered
from xcs_ast.effects.guards import Condition
from xcs_ast.ir.effects import Access, Blocking, Channel, Effect, Location, Summary, Unknown
from xcs_ast.ir.paths import Binding
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.ir.verdict import Verdict, VerdictKind
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass, replace
from xcs_ast.source.spans import Span
from xcs_ast.verifier import endings, pausing, speculation
from xcs_ast.verifier.admission import Admission, Shape
from xcs_ast.verifier.conflicts import may_clash, statically_conflict
from xcs_ast.verifier.wording import describe_location, describe_place

use_own(globals())

__all__ = ["Decision", "Foreseen", "Plan", "decide_block", "decide_loop", "forget"]

_CLOCK: Final = Channel("clock")
_SHAPES: Final = 32
"""How many kinds of items (by their guards) are analysed for one site."""


Foreseen = tuple[RegionEffects, tuple[int, ...], Binding]
"""What the analysis says of a region, the stages that are the task's, and what its paths start from."""


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """How a PROVEN or SPECULATIVE region runs.

    The hand-overs with numbers below `prefix` run ahead; of a block, where they are `chosen`, those alone.
    `admit(item)` must be asked, in program order, before a task is started; `False` means that neither it
    nor any later one may start ahead.
    """

    prefix: int
    blocking: Blocking
    admit: Callable[[object], bool]
    chosen: tuple[int, ...] | None = None
    prepare: tuple[Callable[[], None], ...] = ()
    """To be called before the first task starts (see `guards.Condition`)."""
    watch: Callable[[frozenset[int]], None] | None = None
    """To be told the `id` of each container that the loop iterates over, before `admit` is asked."""
    cautious: bool = False
    """Of a SPECULATIVE region: few tasks at first, for they may well depend on each other."""
    foresees: Callable[[object], Foreseen | None] = lambda _item: None
    """What the analysis says of the task of an item (of a block: of the thunk of that number)."""

    @property
    def thunks(self) -> tuple[int, ...]:
        """The numbers of a block's thunks that start before it."""
        return tuple(range(self.prefix)) if self.chosen is None else self.chosen


@final
@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, and the plan where it is PROVEN or SPECULATIVE."""

    verdict: Verdict
    plan: Plan | None = None


_shapes: dict[int, tuple[SiteFacts, list[tuple[dict[str, Any], Shape]]]] = {}
"""By site: each shape with the globals that it was analysed for."""


def forget() -> None:
    """Drops every remembered analysis (declarations or models have changed)."""
    _shapes.clear()


def forget_site(facts: SiteFacts) -> None:
    """Drops what is remembered of one site."""
    _shapes.pop(id(facts), None)


def decide_loop(
    facts: SiteFacts, scope: dict[str, Any], env: Mapping[str, object], items: Sequence[object]
) -> Decision:
    """The verdict on a loop or comprehension that is about to iterate over `items` (the first few).

    `scope` is the module's globals; `env` the values of `facts.env`.
    """
    if not items:
        return _serial(Diagnostic(codes.NO_ITEMS, "there is no item", facts.span))
    binding = Binding(items[0], env)
    shape = _shape_for(facts, scope, binding, has_item=True)
    if shape.prefix == 0:
        return _speculative(facts, shape, binding, shape.reasons)
    if shape.blocking is Blocking.NEVER and not config.current().eager:
        return _speculative(facts, shape, binding, shape.reasons or (_never_waits(facts),))
    if shape.prefix < facts.stages and speculation.may_pay(shape.effects, shape.prefix):
        instead = _speculative(facts, shape, binding, shape.reasons)
        if instead.plan is not None:
            return instead

    def more(item: object, others: list[Shape]) -> Shape | None:
        if len(others) >= _SHAPES:
            return None
        new = _shape_for(facts, scope, Binding(item, env), has_item=True)
        return new if _agree(facts, new, others, shape.prefix) else None

    admission = Admission(env, more)
    if not admission.add(shape) or admission.clash_free(shape, items[0]) is None:
        return _speculative(facts, shape, binding, (_clash_diagnostic(facts, admission),))
    if pause := pausing.of_loop_with_threads(shape.effects, shape.prefix):
        return _speculative(facts, shape, binding, (pausing.diagnostic(pause),))
    other = _first_unproven(facts, scope, env, items[1:], shape)
    if other is not None:
        instead = _speculative(facts, other[0], other[1], other[0].reasons)
        if instead.plan is not None:
            return instead
    stages = tuple(range(shape.prefix))

    def foresees(item: object) -> Foreseen | None:
        effects = admission.foreseen(item)
        return None if effects is None else (effects, stages, Binding(item, env))

    plan = Plan(
        shape.prefix,
        shape.blocking,
        admission.admit,
        prepare=_prepare(shape),
        watch=admission.watch,
        foresees=foresees,
    )
    return Decision(Verdict(VerdictKind.PROVEN, shape.reasons), plan)


def _first_unproven(
    facts: SiteFacts, scope: dict[str, Any], env: Mapping[str, object], items: Sequence[object], proven: Shape
) -> tuple[Shape, Binding] | None:
    """The first of the items whose tasks are of a kind that is not PROVEN at all.

    `proven` has just been found to fit what all items have in common.
    """
    if not config.current().speculation:
        return None
    for item in items:
        binding = Binding(item, env)
        if proven.fits(binding, varying_only=True):
            continue
        shape = _shape_for(facts, scope, binding, has_item=True)
        if shape.prefix == 0:
            return shape, binding
    return None


def _speculative(
    facts: SiteFacts, shape: Shape, binding: Binding, reasons: tuple[Diagnostic, ...]
) -> Decision:
    """SPECULATIVE, if that is possible and may pay, else SERIAL. `reasons`: why it is not PROVEN."""
    options = config.current()
    effects = shape.effects
    if not options.speculation:
        return _serial(*reasons)
    blocking = speculation.waits(effects.stages)
    if blocking is Blocking.NEVER and not options.eager:
        return _serial(*reasons)
    if any(speculation.obstacles(stage) for stage in effects.stages) or speculation.patches(effects.segments):
        return _serial(*reasons)
    if pause := pausing.of_recorded_loop(effects):
        return _serial(*(reasons or (pausing.diagnostic(pause),)))
    spoiled = speculation.surely_spoiled(effects, binding)
    if spoiled is not None:
        return _serial(*(reasons or (_body_clash(facts, *spoiled),)))
    admission = Admission(binding.env, lambda _item, _shapes: None)
    admission.foresee(shape)
    stages, env = tuple(range(facts.stages)), binding.env

    def foresees(item: object) -> Foreseen | None:
        own = Binding(item, env)  # not the first item's: it may live no longer than its turn
        return (effects, stages, own) if shape.fits(own) else None

    plan = Plan(
        facts.stages,
        blocking,
        admission.outlives,
        prepare=_prepare(shape),
        watch=admission.watch,
        cautious=blocking is not Blocking.LIKELY or speculation.touches_itself(effects.stages, binding),
        foresees=foresees,
    )
    return Decision(Verdict(VerdictKind.SPECULATIVE, reasons), plan)


def _prepare(shape: Shape) -> tuple[Callable[[], None], ...]:
    """What the libraries that are used do once in a process."""
    once = [each.prepare for each in shape.effects.guards if type(each) is Condition]
    return tuple(each for each in dict.fromkeys(once) if each is not None)


def _agree(facts: SiteFacts, new: Shape, others: list[Shape], prefix: int) -> bool:
    """Whether tasks of one shape may run ahead of the bodies of another, whoever owns what."""
    if new.prefix != prefix:
        return False
    return all(
        _static_clash(facts, tasks.effects, prefix, bodies.effects, is_loop=True) is None
        for other in others
        for tasks, bodies in ((new, other), (other, new))
    )


def decide_block(facts: SiteFacts, scope: dict[str, Any], env: Mapping[str, object]) -> Decision:
    """The verdict on straight-line statements whose later calls would start before the first.

    The calls of a block are independent thunks, so any set of them may be chosen, not just a prefix. A call
    that never waits is not chosen (a clock read, moved, would only tell the wrong time).
    """
    binding = Binding(None, env)
    shape = _shape_for(facts, scope, binding, has_item=False)
    chosen, reasons = _choose_thunks(facts, shape.effects, binding)
    if config.current().speculation and len(chosen) < facts.stages:
        recorded = chosen | _recordable(facts, shape.effects, binding)
        if len(recorded) > len(chosen):
            blocking = speculation.waits(shape.effects.stages[k] for k in recorded)
            verdict = Verdict(VerdictKind.SPECULATIVE, tuple(reasons))
            numbers = tuple(sorted(recorded))
            plan = Plan(len(recorded), blocking, lambda _item: True, numbers, _prepare(shape))
            return Decision(verdict, replace(plan, foresees=_of_thunk(shape.effects, binding)))
    if not chosen:
        return _serial(*(reasons or [_never_waits(facts)]))
    blocking = max(shape.effects.stages[k].blocking for k in chosen)
    plan = Plan(len(chosen), blocking, lambda _item: True, tuple(sorted(chosen)), _prepare(shape))
    plan = replace(plan, foresees=_of_thunk(shape.effects, binding))
    return Decision(Verdict(VerdictKind.PROVEN, tuple(reasons)), plan)


def _of_thunk(effects: RegionEffects, binding: Binding) -> Callable[[object], Foreseen | None]:
    return lambda number: (effects, (number,), binding) if type(number) is int else None


def _recordable(facts: SiteFacts, effects: RegionEffects, binding: Binding) -> set[int]:
    """The thunks of a block that are worth recording."""

    def timed(k: int, _stage: Summary) -> bool:
        return pausing.of_recorded_thunk(effects, k) is not None or any(
            effect.where == _CLOCK and _stands_in(facts.span, effect.span)
            for segment in effects.segments[: k + 1]
            for effect in segment.effects
        )

    return speculation.recordable_thunks(effects, binding, timed)


def _choose_thunks(
    facts: SiteFacts, effects: RegionEffects, binding: Binding
) -> tuple[set[int], list[Diagnostic]]:
    """The stages of a block that may, and should, start before it; and why others may not."""
    reasons: list[Diagnostic] = []
    chosen: set[int] = set()
    eager = config.current().eager
    for k, stage in enumerate(effects.stages):
        found = _task_reasons(facts, stage)
        if pause := pausing.of_thunk(effects, k):
            found.append(pausing.diagnostic(pause))
        reasons += found
        if not found and (eager or stage.blocking is not Blocking.NEVER):
            chosen.add(k)
    while True:
        in_place = [(j, effect) for j, segment in enumerate(effects.segments) for effect in segment.effects]
        in_place += [
            (j + 1, effect)
            for j, stage in enumerate(effects.stages)
            if j not in chosen
            for effect in stage.effects
        ]
        refused = {
            k: diagnostic
            for k in chosen
            if (diagnostic := _thunk_clash(facts, k, effects.stages[k], in_place, binding)) is not None
        }
        if not refused:
            return chosen, reasons
        chosen -= refused.keys()
        reasons += refused.values()


def _thunk_clash(
    facts: SiteFacts, number: int, stage: Summary, in_place: Sequence[tuple[int, Effect]], binding: Binding
) -> Diagnostic | None:
    """What comes before stage `number`, stays in place, and conflicts with it."""
    before = [effect for segment, effect in in_place if segment <= number]
    if ends := endings.noticed_of(before, binding):
        return endings.diagnostic(facts, ends)
    for effect in before:
        if effect.is_unknown:
            return _unknown(codes.UNKNOWN_IN_BODY, "what comes before the call", facts, effect)
        if effect.where == _CLOCK and _stands_in(facts.span, effect.span):
            # Whoever looks at the clock between two calls means to time them apart.
            return Diagnostic(codes.TIMED_APART, "the clock is read before the call", effect.span)
        for mine in stage.effects:
            conflict = statically_conflict(mine, effect)
            if conflict is None:
                assert isinstance(mine.where, Location)
                assert isinstance(effect.where, Location)
                conflict = may_clash(mine.where, effect.where, binding)
            if conflict:
                return _body_clash(facts, mine, effect)
    return None


def _stands_in(region: Span, inner: Span | None) -> bool:
    """Whether the region's own text holds the span, not a callee's."""
    return (
        inner is not None
        and inner.filename == region.filename
        and region.line <= inner.line <= region.end_line
    )


def _never_waits(facts: SiteFacts) -> Diagnostic:
    return Diagnostic(
        codes.DOES_NOT_PAY,
        f"{', '.join(facts.callees) or 'the call'} never waits for anything outside the processor",
        facts.span,
        facts.callees,
    )


def _shape_for(facts: SiteFacts, scope: dict[str, Any], binding: Binding, *, has_item: bool) -> Shape:
    _, known = _shapes.setdefault(id(facts), (facts, []))
    for space, shape in tuple(known):
        # One code may be executed in several namespaces, which hold different functions by the same name.
        if space is scope and shape.fits(binding):
            return shape
    effects = analyze_region(RegionRequest(facts, scope, binding, has_item))
    shape = _judge(facts, effects, is_loop=has_item)
    if not may_be_remembered(effects):
        return shape
    if len(known) >= _SHAPES:
        # The oldest makes room: a site whose objects are new in each run must not stay serial for good.
        del known[0]
    known.append((scope, shape))
    return shape


def _judge(facts: SiteFacts, effects: RegionEffects, *, is_loop: bool) -> Shape:
    """The part of the formal statement that holds whoever owns what."""
    prefix, reasons = _longest_prefix(facts, effects, is_loop=is_loop)
    stages = effects.stages[:prefix]
    in_place = _in_place(effects, prefix)
    reads = tuple(
        (k, effect.where)
        for k, stage in enumerate(stages)
        for effect in stage.effects
        if isinstance(effect.where, Location)
    )
    writes = tuple(
        (segment, effect.where)
        for segment, effect in in_place
        if effect.access is not Access.READ and isinstance(effect.where, Location)
    )
    blocking = max((stage.blocking for stage in stages), default=Blocking.NEVER)
    varying = tuple(guard for guard in effects.guards if guard.varies)
    return Shape(effects, prefix, reasons, blocking, reads, writes, varying)


def _in_place(effects: RegionEffects, prefix: int) -> list[tuple[int, Effect]]:
    """Every effect that stays in place, with the number of the segment that it belongs to."""
    out = [(j, effect) for j, segment in enumerate(effects.segments) for effect in segment.effects]
    out += [
        (j + 1, effect) for j, stage in enumerate(effects.stages) if j >= prefix for effect in stage.effects
    ]
    return out


def _longest_prefix(
    facts: SiteFacts, effects: RegionEffects, *, is_loop: bool
) -> tuple[int, tuple[Diagnostic, ...]]:
    """The largest prefix that may run ahead as far as owners do not matter, and what ended it."""
    good = 0
    reasons: list[Diagnostic] = []
    for stage in effects.stages:
        found = _task_reasons(facts, stage)
        if found:
            reasons = found
            break
        good += 1
    while good:
        clash = _static_clash(facts, effects, good, effects, is_loop=is_loop)
        if clash is None:
            break
        good, diagnostic = clash
        reasons = [diagnostic]
    return good, tuple(reasons)


def _static_clash(
    facts: SiteFacts, tasks: RegionEffects, prefix: int, bodies: RegionEffects, *, is_loop: bool
) -> tuple[int, Diagnostic] | None:
    """The first stage of `tasks` that conflicts with what `bodies` leave in place, for any owners."""
    in_place = _in_place(bodies, prefix)
    for k, stage in enumerate(tasks.stages[:prefix]):
        if is_loop and (pause := pausing.of_loop(bodies, prefix, stage)):
            return k, pausing.diagnostic(pause)
        for segment, effect in in_place:
            if not is_loop and segment > k:
                continue
            if effect.is_unknown:
                return k, _unknown(codes.UNKNOWN_IN_BODY, "the loop's body", facts, effect)
            for mine in stage.effects:
                if statically_conflict(mine, effect):
                    return k, _body_clash(facts, mine, effect)
    return None


def _task_reasons(facts: SiteFacts, stage: Summary) -> list[Diagnostic]:
    """Why a stage may not run ahead whatever else happens; empty where it may."""
    out: list[Diagnostic] = []
    for effect in stage.effects:
        if effect.is_unknown:
            out.append(_unknown(codes.UNKNOWN_IN_TASK, "the task", facts, effect))
        elif effect.changes_shared_state:
            out.append(_ordered(facts, effect))
    return sorted(out, key=lambda d: (d.code, d.span.line if d.span else 0, d.message))


def _unknown(code: str, who: str, facts: SiteFacts, effect: Effect) -> Diagnostic:
    assert isinstance(effect.where, Unknown)
    return Diagnostic(
        code,
        f"{who} {effect.where.reason}",
        effect.span or facts.span,
        facts.callees,
        "if it has no effect that others can see, declare it @xcs.pure or @xcs.unordered",
    )


def _ordered(facts: SiteFacts, effect: Effect) -> Diagnostic:
    if isinstance(effect.where, Channel):
        return Diagnostic(
            codes.ORDERED_IN_TASK,
            f"the task uses {effect.where.name} in an order that counts",
            effect.span or facts.span,
            (effect.where.name,),
            "if the order does not matter, declare the callee @xcs.unordered",
        )
    return Diagnostic(
        codes.SHARED_WRITE_IN_TASK,
        f"the task changes {describe_place(effect)}",
        effect.span or facts.span,
        facts.callees,
        "return the value and let the loop store it",
    )


def _body_clash(facts: SiteFacts, mine: Effect, effect: Effect) -> Diagnostic:
    code = codes.BODY_CHANNEL if isinstance(effect.where, Channel) else codes.BODY_FLOW
    return Diagnostic(
        code,
        f"the loop's body changes {describe_place(effect)}, which a later call reads",
        effect.span or mine.span or facts.span,
        facts.callees,
    )


def _clash_diagnostic(facts: SiteFacts, admission: Admission) -> Diagnostic:
    if admission.ends:
        return endings.diagnostic(facts, admission.ends)
    what = "something" if admission.clash is None else describe_location(admission.clash[1])
    message = f"the loop's body changes {what}, which a later call reads"
    return Diagnostic(codes.BODY_FLOW, message, facts.span, facts.callees)


def _serial(*reasons: Diagnostic) -> Decision:
    return Decision(Verdict(VerdictKind.SERIAL, reasons))
