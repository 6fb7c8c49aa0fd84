"""From the notes of a run to its operations: which value each object is, and what decides about what.

Guarantees: no user code runs; the notes are not changed, and the same notes give the same operations.
Assumes: the notes are those of `observing.ObservingRecorder`, and all objects in them are alive.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import islice
from types import BuiltinMethodType, CodeType, MethodType, ModuleType
from typing import Any, Final, final

from xcs_ast.ir.effects import CONTENT, Access, CellVar, Channel, Effect, Unknown
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.source.spans import Span
from xcs_ast.tracer.observing import Activation, Kind, NotingRecorder
from xcs_ast.tracer.observing_base import NOTHING
from xcs_ast.tracer.observing_control import FunctionMap, Range, contains
from xcs_ast.tracer.observing_effects import SCALARS, Touch, effect_of, item_field
from xcs_ast.tracer.observing_lookup import call_meta, name_of
from xcs_ast.tracer.observing_values import Values, tuples_in
from xcs_ast.tracer.positions import place_in
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = ["GraphMaker", "Step"]

_PLACES: Final = TypeSet({Channel, CellVar, Unknown})
_PARTS: Final = 1_000
"""Of a display or tuple, so many elements are looked at."""


@final
class Step:
    """An operation that is being made."""

    __slots__ = ("effects", "guards", "id", "inputs", "iterations", "kind", "meta", "name", "note", "outputs",
                 "parent", "seconds", "span", "unsure")  # fmt: skip

    def __init__(self, id: str, kind: OpType, name: str, parent: Step | None) -> None:
        self.id = id
        self.kind = kind
        self.name = name
        self.parent = parent
        self.inputs: tuple[ValueRef, ...] = ()
        self.outputs: tuple[ValueRef, ...] = ()
        self.unsure: tuple[str, ...] = ()
        self.effects: dict[object, Effect] | None = None
        self.meta: dict[str, Any] = {}
        self.span: Span | None = None
        self.seconds = 0.0
        self.iterations: tuple[tuple[str, int], ...] = ()
        self.guards: tuple[str, ...] = ()
        self.note = 0
        """The number of the note that it is made from."""


@final
class Site:
    """What is known of one place in the code of a function."""

    __slots__ = ("deciding", "hints", "place", "silent", "span")

    def __init__(self, code: CodeType | None, at: int, map: FunctionMap | None) -> None:
        place = None if code is None else place_in(code, at)
        self.place = place
        self.span: Span | None = None
        self.hints: list[ast.expr | None] = []
        self.deciding: list[Range] = []
        self.silent: list[Range] = []
        if place is None or code is None:
            return
        self.span = Span(code.co_filename, place[0][0], place[0][1], place[1][0], place[1][1])
        if map is not None:
            self.hints = [_telling(each) for each in map.operands(place)]
            self.deciding, self.silent = map.deciding(place)


def _telling(hint: ast.expr | None) -> ast.expr | None:
    """An operand that says by itself which value it is, or `None`."""
    return hint if isinstance(hint, ast.Constant | ast.Name) else None


class Run:
    """What is remembered of one run of one function."""

    def __init__(self, step: Step | None, map: FunctionMap | None, sites: dict[int, Site]) -> None:
        self.step = step
        self.home = None if step is None else step.id
        self.map = map
        self.sites = sites
        """What is known of the places in its code, by instruction."""
        self.around: set[str | None] = {None}
        """The calls that this run is inside of."""
        while step is not None:
            self.around.add(step.id)
            step = step.parent
        self.fixed: dict[str, ValueRef] = {}
        self.loops: list[tuple[Step, Range | None, int]] = []
        self.branches: dict[Range, Step] = {}
        self.calls: dict[Range, Step] = {}
        """The last call at each place, the latest last."""
        self.pending: list[tuple[object, list[Touch]]] = []
        self.formats: list[tuple[str, ValueRef]] = []
        self.building: dict[Range, list[tuple[str, ValueRef]]] = {}
        self.rendered: dict[str, tuple[tuple[str | None, ...], tuple[ValueRef, ...]]] = {}
        """f-strings that were made, by their text: the text between the values, and the values."""


class GraphMaker:
    """Reads the notes of one run, in order."""

    def __init__(self, values: Values, recorder: NotingRecorder, parameters: dict[str, ValueRef]) -> None:
        self.values = values
        self.steps: list[Step] = []
        self._truncated = recorder.is_cut
        self._notes = recorder.recorded
        self._by_note: dict[int, Step] = {}
        self._runs: dict[Activation, Run] = {}
        self._fixed = parameters
        self._sites: dict[tuple[int, int], dict[int, Site]] = {}
        self._effects: dict[tuple[int, object, str], Effect] = {}
        self._literals: set[int] = set()
        """The tuples that are constants of the functions that ran."""

    def read(self) -> tuple[Operation, ...]:
        """What was noted down, as operations. A call's effects include those of its steps."""
        for number, each in enumerate(self._notes):
            kind = each[0]
            if kind == Kind.BEFORE:
                self._before(number, *each[1:])
            elif kind == Kind.AFTER:
                self._after(self._by_note[each[1]], *each[2:])
            elif kind == Kind.SCALAR:
                self._scalar(number, *each[1:])
            elif kind == Kind.DONE:
                self._done(number, *each[1:])
            elif kind == Kind.ITEM:
                self._item(number, *each[1:])
            elif kind == Kind.CALL:
                _, activation, at, f, args, kwargs, touches = each
                inputs = (f, *args, *kwargs.values())
                meta = call_meta(f, args, kwargs)
                self._before(
                    number, activation, activation.code, at, OpType.CALL, name_of(f), inputs, touches, meta
                )
            elif kind == Kind.BACK:
                step = self._by_note[each[1]]
                step.seconds = each[3]
                self._leave(each[2])
                self._after(step, each[4], each[5])
            elif kind == Kind.TURN:
                self._turn(*each[1:])
            elif kind == Kind.QUIET:
                self._run(each[1]).pending.append((each[3], each[2]))
            elif kind == Kind.LASTED:
                self._by_note[each[1]].seconds = each[2]
            elif kind == Kind.ENTER:
                self._enter(*each[1:])
            else:
                self._leave(each[1])
        if self._truncated and self.steps:
            effect = Effect(Access.WRITE, Unknown("was not written down to its end"))
            self.steps[-1].effects = {**(self.steps[-1].effects or {}), None: effect}
        for step in reversed(self.steps):
            if step.parent is not None and step.effects:
                if step.parent.effects is None:
                    step.parent.effects = {}
                step.parent.effects.update(step.effects)
        return tuple([_finished(step) for step in self.steps])

    def _touch(self, step: Step, touches: Sequence[Touch]) -> None:
        """Adds to the effects of a step."""
        effects = step.effects
        if effects is None:
            effects = step.effects = {}
        for touch in touches:
            access, owner, field = touch
            # There are three accesses; an owner that is no object of the program's is compared by value.
            key = (id(access), owner if id(type(owner)) in _PLACES.ids else id(owner), field)
            effect = self._effects.get(key)
            if effect is None:
                effect = self._effects[key] = effect_of(touch, None)
            effects[key] = effect

    # ------------------------------------------------------------------------------------------ activations

    def _run(self, activation: Activation) -> Run:
        found = self._runs.get(activation)
        if found is None:
            step = None if activation.step is None else self._by_note.get(activation.step)
            key = id(activation.code), id(activation.map)
            if key not in self._sites and activation.code is not None:
                self._literals.update(map(id, tuples_in(activation.code.co_consts)))
            sites = self._sites.setdefault(key, {})
            found = self._runs[activation] = Run(step, activation.map, sites)
        return found

    def _enter(self, activation: Activation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        run = self._run(activation)
        code = activation.code
        if run.map is None or code is None:
            return
        if activation.step is None:
            for name in run.map.fixed:
                if name in self._fixed:
                    run.fixed[name] = self._fixed[name]
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = {**dict(zip(names[: code.co_argcount], args, strict=False)), **kwargs}
        refs = {id(self.values.objects[v.id]): v for v in (run.step.inputs if run.step is not None else ())}
        for name in run.map.fixed:
            if name in given and id(given[name]) in refs:
                run.fixed[name] = refs[id(given[name])]

    def _leave(self, activation: Activation) -> None:
        run = self._run(activation)
        if run.step is not None:
            for _, touches in run.pending:
                self._touch(run.step, touches)

    # ------------------------------------------------------------------------------------------- the steps

    def _before(
        self,
        number: int,
        activation: Activation,
        code: CodeType | None,
        at: int,
        kind: OpType,
        name: str,
        inputs: tuple[Any, ...],
        touches: Sequence[Touch],
        meta: dict[str, Any],
    ) -> Step:
        run = self._runs.get(activation) or self._run(activation)
        site = run.sites.get(at) if code is activation.code else Site(code, at, run.map)
        if site is None:
            site = run.sites[at] = Site(code, at, run.map)
        step = Step("", kind, name, run.step)
        hints = site.hints
        unsure: list[str] = []
        refs: list[ValueRef] = []
        use = self.values.use
        for place, obj in enumerate(inputs):
            hint = hints[place] if len(hints) == len(inputs) else None
            ref, doubt = use(obj, hint, run.fixed, run.around) or self._new(run, obj)
            refs.append(ref)
            if doubt:
                unsure.append(ref.id)
        step.id = f"o{len(self.steps) + 1}"
        step.inputs = tuple(refs)
        step.unsure = tuple(unsure)
        step.meta = dict(meta)
        step.note = number
        self._by_note[number] = step
        if run.pending:
            self._touch(step, _pending(run, kind, inputs))
        if touches:
            self._touch(step, touches)
        if site.place is not None:
            step.span = site.span
            _surroundings(run, step, site)
        self.steps.append(step)
        return step

    def _use(self, run: Run, obj: Any, hint: Any) -> tuple[ValueRef, bool]:
        return self.values.use(obj, hint, run.fixed, run.around) or self._new(run, obj)

    def _new(self, run: Run, obj: Any) -> tuple[ValueRef, bool]:
        """The value of an object that nothing gave: a constant, or made of other values without a step."""
        parts: list[Any] = []
        literals: tuple[str | None, ...] = ()
        if type(obj) is tuple and id(obj) not in self._literals:
            parts = [self._use(run, each, None) for each in islice(obj, _PARTS)]
            name = "tuple"
        elif type(obj) is str and obj in run.rendered:
            name = "f-string"
            literals, refs = run.rendered[obj]
            parts = [(ref, False) for ref in refs]
        elif type(obj) is str:
            name = "text"
            parts = [(ref, not text) for text, ref in run.formats if text in obj]
        elif id(type(obj)) in _BOUND.ids and type(obj.__self__) is not ModuleType:
            return self._use(run, obj.__self__, None)
        if not parts:
            return self.values.constant(obj), False
        step = Step(f"o{len(self.steps) + 1}", OpType.NEW, name, run.step)
        step.inputs = tuple([use[0] for use in parts])
        step.unsure = tuple([use[0].id for use in parts if use[1]])
        step.outputs = (self.values.define(obj, home=_home(step)),)
        step.meta = {"how": name, "literals": literals} if name == "f-string" else {"how": name}
        self.steps.append(step)
        return step.outputs[0], False

    def _scalar(
        self, number: int, activation: Activation, at: int, how: str, op: str, inputs: tuple[Any, ...],
        value: Any,
    ) -> None:  # fmt: skip
        meta = {"how": how, "op": op} if how == "inplace" else {"how": how}
        name = f"{op}=" if how == "inplace" else op
        code = activation.code
        step = self._before(number, activation, code, at, OpType.COMPUTE, name, inputs, (), meta)
        self._after(step, value, None)

    def _done(
        self, number: int, activation: Activation, at: int, kind: OpType, name: str, inputs: tuple[Any, ...],
        touches: Sequence[tuple[Access, object, Any]], how: Any, value: Any, extra: Any,
    ) -> None:  # fmt: skip
        if how == "item":
            ((access, owner, key),) = touches
            touches = ((access, owner, item_field(key)),)
        meta = how if type(how) is dict else {"how": how} if how else {}
        step = self._before(number, activation, activation.code, at, kind, name, inputs, touches, meta)
        if value is not NOTHING:
            self._after(step, value, extra)

    def _item(
        self,
        number: int,
        activation: Activation,
        at: int,
        loop: int | None,
        turn: int,
        source: Any,
        item: Any,
    ) -> None:
        self._turn(activation, loop, turn)
        touches: list[Touch] = []
        if id(type(source)) not in SCALARS.ids:
            field = item_field(turn) if type(source) in (list, tuple) else CONTENT
            touches.append((Access.READ, source, field))
        meta = {"how": "next", "loop": loop, "index": turn}
        code = activation.code
        step = self._before(number, activation, code, at, OpType.LOAD, "item", (source,), touches, meta)
        self._after(step, item, None)

    def _after(self, step: Step, value: Any, extra: Any) -> None:
        run = self._run(self._notes[step.note][1])
        if step.kind is OpType.BRANCH:
            step.meta["decision"] = value
            return
        if extra is not None and len(extra) == 2:
            uses = [self._use(run, each, None) for each in extra[1][:_PARTS]]
            step.inputs = tuple([use[0] for use in uses])
            step.unsure = tuple([use[0].id for use in uses if use[1]])
        home = _home(step)
        if step.name == "unpack" and type(value) is tuple:
            step.outputs = tuple([self.values.define(each, home=home) for each in value])
            return
        ref = self._same(step, value) if step.kind is OpType.COMPUTE else None
        if ref is None:
            known = self.values.known(value)
            if step.kind is OpType.LOAD and known:
                step.meta["same_as"] = known[-1].id
            shape = None if extra is None else extra[:1]
            ref = self.values.define(value, home=home, shape=shape)
            step.outputs = (ref,)
        how = step.meta.get("how")
        if how == "compare" and step.name in _CERTAIN:
            self._decides(run, step, value, ref)
        elif how == "format":
            _formatted(run, step, value, ref)

    def _same(self, step: Step, value: Any) -> ValueRef | None:
        """The operand that an operator gave back as it is (`f"{text}"`, `text + ""`): no new value."""
        if type(value) is str:
            for ref in step.inputs:
                if self.values.objects[ref.id] is value:
                    return ref
        return None

    def _decides(self, run: Run, step: Step, value: bool, ref: ValueRef) -> None:
        """A comparison that always gives a `bool` decides by itself: nobody asks for its truth."""
        if run.map is None or step.span is None:
            return
        s = step.span
        place = ((s.line, s.column), (s.end_line, s.end_column))
        if any(contains(test, place) for test, _ in run.map.tests):
            branch = Step(f"o{len(self.steps) + 1}", OpType.BRANCH, "branch", step.parent)
            branch.inputs, branch.span, branch.meta = (ref,), s, {"decision": value}
            branch.iterations, branch.guards = step.iterations, step.guards
            run.branches[place] = branch
            self.steps.append(branch)

    def _turn(self, activation: Activation, loop: int | None, number: int | None) -> None:
        """A loop goes on, or ends."""
        run = self._run(activation)
        step = None if loop is None else self._by_note.get(loop)
        whole: Range | None = None
        at = next((n for n, each in enumerate(run.loops) if each[0] is step), -1)
        if at >= 0:
            whole = run.loops[at][1]
            del run.loops[at:]
        elif run.map is not None and step is not None and step.span is not None:
            s = step.span
            whole = run.map.loops.get(((s.line, s.column), (s.end_line, s.end_column)))
        if number is not None and step is not None:
            run.loops.append((step, whole, number))


def _pending(run: Run, kind: OpType, inputs: tuple[Any, ...]) -> list[Touch]:
    callee = inputs[0] if kind is OpType.CALL else NOTHING
    out: list[Touch] = []
    left = []
    for found, touches in run.pending:
        if found is NOTHING or found is callee:
            out += touches
        else:
            left.append((found, touches))
    run.pending = left
    return out


def _surroundings(run: Run, step: Step, site: Site) -> None:
    place = site.place
    if run.map is None or place is None:
        return
    if run.loops:
        step.iterations = tuple(
            [
                (loop.id, number)
                for loop, range, number in run.loops
                if loop is not step and range is not None and contains(range, place)
            ]
        )
    if site.deciding or site.silent:
        guards = {}
        for test in site.deciding:
            for at, branch in run.branches.items():
                if contains(test, at):
                    guards[branch.id] = branch
        for test in site.silent:
            for at, call in reversed(run.calls.items()):
                if at[0] <= test[1]:
                    guards[call.id] = call
                    break
        step.guards = tuple(guards)
    if step.kind is OpType.CALL:
        run.calls.pop(place, None)
        run.calls[place] = step
    elif step.kind is OpType.BRANCH:
        run.branches[place] = step


def _formatted(run: Run, step: Step, text: str, ref: ValueRef) -> None:
    """Follows how an f-string comes together: making it is no step that anybody could see."""
    run.formats.append((text, ref))
    if run.map is None or step.span is None:
        return
    s = step.span
    place = ((s.line, s.column), (s.end_line, s.end_column))
    around = [each for each in run.map.joined if contains(each[0], place)]
    if not around:
        return
    range, parts = around[-1]
    values = run.building.setdefault(range, [])
    values.append((text, ref))
    if len(values) == parts.count(None):
        texts = iter(values)
        whole = "".join(next(texts)[0] if part is None else part for part in parts)
        run.rendered[whole] = (parts, tuple([value[1] for value in values]))
        del run.building[range]


_CERTAIN: Final = frozenset({"in", "not in", "is", "is not"})
_BOUND: Final = TypeSet((BuiltinMethodType, MethodType))


def _home(step: Step) -> str | None:
    return step.parent.id if step.parent is not None else None


def _finished(step: Step) -> Operation:
    meta = step.meta
    meta.pop("loop", None)
    meta["name"] = step.name
    if step.seconds:
        meta["seconds"] = step.seconds
    if step.iterations:
        meta["iterations"] = step.iterations
    if step.guards:
        meta["guards"] = step.guards
    if step.unsure:
        meta["unsure"] = step.unsure
    effects = tuple(step.effects.values()) if step.effects else ()
    parent = None if step.parent is None else step.parent.id
    return Operation(step.id, step.kind, step.inputs, step.outputs, meta, effects, step.span, parent)
