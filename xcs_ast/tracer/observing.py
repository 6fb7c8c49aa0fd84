"""The observing recorder: a run as it happens, written down as a graph.

Guarantees: what `WatchingRecorder` guarantees; and every object that the log names stays alive until the log
is dropped, so that no identity is used twice.
Assumes: one thread. Finalizers and weak references do notice that objects live longer.
"""

from __future__ import annotations

import sys
import weakref
from itertools import islice
from types import CodeType, FrameType, FunctionType
from typing import Any, Final, final

from xcs_ast.ir.effects import Access, Effect, Unknown
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.values import ValueRef
from xcs_ast.source.spans import Span
from xcs_ast.tracer.clones import is_clone, source_of
from xcs_ast.tracer.finalizers import noticeable
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.observing_control import FunctionMap, Range, contains
from xcs_ast.tracer.observing_effects import Touch, effect_of
from xcs_ast.tracer.observing_hooks import NOTHING, WatchingRecorder
from xcs_ast.tracer.observing_values import Values

__all__ = ["LIMIT", "ObservingRecorder", "Step", "position_of"]

LIMIT: Final = 100_000
"""So many steps are written down."""
_PARTS: Final = 1_000
"""Of a display or tuple, so many elements are looked at."""


@final
class Step:
    """An operation that is being made."""

    __slots__ = ("effects", "guards", "id", "inputs", "iterations", "kind", "meta", "name", "outputs",
                 "parent", "seconds", "span", "unsure")  # fmt: skip

    def __init__(self, id: str, kind: OpType, name: str, parent: Step | None) -> None:
        self.id = id
        self.kind = kind
        self.name = name
        self.parent = parent
        self.inputs: tuple[ValueRef, ...] = ()
        self.outputs: tuple[ValueRef, ...] = ()
        self.unsure: tuple[str, ...] = ()
        self.effects: dict[tuple[Access, object], Effect] = {}
        self.meta: dict[str, Any] = {}
        self.span: Span | None = None
        self.seconds = 0.0
        self.iterations: tuple[tuple[str, int], ...] = ()
        self.guards: tuple[str, ...] = ()


class Activation:
    """One run of one function."""

    def __init__(self, step: Step | None, code: CodeType | None, map: FunctionMap | None) -> None:
        self.step = step
        self.code = code
        self.map = map
        self.around: set[str | None] = {None}
        """The calls that this run is inside of."""
        while step is not None:
            self.around.add(step.id)
            step = step.parent
        self.frame: FrameType | None = None
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


class ObservingRecorder(WatchingRecorder):
    """Writes down what happens."""

    def __init__(self, *, unnoticed: bool = False) -> None:
        super().__init__()
        self.stopped = False
        """Whether it has stopped recording, since it would have kept alive what could be noticed."""
        self._unnoticed = unnoticed
        self.steps: list[Step] = []
        self.values = Values()
        self.truncated = False
        self.unfollowed: dict[str, str] = {}
        self._active: list[Activation] = [Activation(None, None, None)]
        self._resumed: dict[FrameType, Activation] = {}
        self._maps: dict[FunctionType, FunctionMap | None] = {}

    # ----------------------------------------------------------------------------------- where a step stands

    def _place(self) -> tuple[Activation, Range | None, str]:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and not is_clone(frame.f_code):
            frame = frame.f_back
        if frame is None:
            return self._active[-1], None, ""
        return self._activation(frame), position_of(frame), frame.f_code.co_filename

    def _activation(self, frame: FrameType) -> Activation:
        top = self._active[-1]
        if top.frame is frame:
            return top
        if top.frame is None and top.code is frame.f_code:
            top.frame = frame
            return top
        known = self._resumed.get(frame)
        if known is not None:
            return known
        for each in reversed(self._active):
            if each.frame is frame:
                return each
        outer = frame.f_back
        while outer is not None:  # a comprehension has a frame of its own, and belongs to its function
            if outer is top.frame and frame.f_code.co_name.startswith("<"):
                return top
            if outer is top.frame:
                break
            outer = outer.f_back
        made = self._resumed[frame] = Activation(top.step, frame.f_code, None)
        made.frame = frame
        return made

    def entering(self, step: Any, clone: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A clone is about to run for the call `step`."""
        map = self._map(clone)
        activation = Activation(step, clone.__code__, map)
        if map is not None:
            code = clone.__code__
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            given = {**dict(zip(names[: code.co_argcount], args, strict=False)), **kwargs}
            refs = {id(self.values.objects[v.id]): v for v in (step.inputs if step is not None else ())}
            for name in map.fixed:
                if name in given and id(given[name]) in refs:
                    activation.fixed[name] = refs[id(given[name])]
        self._active.append(activation)
        return activation

    def leaving(self, activation: Any) -> None:
        """It has come to its end."""
        activation.frame = None
        if self.stopped:
            return
        if activation.step is not None:
            for _, touches in activation.pending:
                for touch in touches:
                    effect = effect_of(touch, None)
                    activation.step.effects[effect.access, effect.where] = effect
        while self._active[-1] is not activation:
            self._active.pop()
        self._active.pop()

    def _map(self, clone: FunctionType) -> FunctionMap | None:
        if clone not in self._maps:
            original = self.link.original_of(clone)
            source = None if original is None else source_of(original.__code__)
            self._maps[clone] = None if source is None else FunctionMap(source.node)
        return self._maps[clone]

    # ------------------------------------------------------------------------------------------- the steps

    def before(
        self, kind: OpType, name: str, inputs: tuple[Any, ...], touches: list[Touch], **meta: Any
    ) -> Step | None:
        """Writes down a step."""
        if self.stopped:
            return None
        if len(self.steps) >= LIMIT:
            self.truncated = True
            return None
        activation, place, filename = self._place()
        uses = [
            self._use(activation, obj, hint)
            for obj, hint in zip(inputs, self._hints(activation, place, len(inputs)), strict=True)
        ]
        step = Step(f"o{len(self.steps) + 1}", kind, name, activation.step)
        step.inputs = tuple(use[0] for use in uses)
        step.unsure = tuple(use[0].id for use in uses if use[1])
        step.meta = meta
        if activation.pending:
            touches = [*self._pending(activation, kind, inputs), *touches]
        for touch in touches:
            effect = effect_of(touch, None)
            step.effects[effect.access, effect.where] = effect
        if place is not None:
            step.span = Span(filename, place[0][0], place[0][1], place[1][0], place[1][1])
            self._surroundings(activation, step, place)
        self.steps.append(step)
        return step

    def _hints(self, activation: Activation, place: Range | None, count: int) -> list[Any]:
        if activation.map is not None and place is not None:
            found = activation.map.operands(place)
            if len(found) == count:
                return found
        return [None] * count

    def _surroundings(self, activation: Activation, step: Step, place: Range) -> None:
        if activation.map is None:
            return
        step.iterations = tuple(
            (loop.id, number)
            for loop, range, number in activation.loops
            if loop is not step and range is not None and contains(range, place)
        )
        guards = {}
        tests, silent = activation.map.deciding(place)
        for test in tests:
            for at, branch in activation.branches.items():
                if contains(test, at):
                    guards[branch.id] = branch
        for test in silent:
            for at, call in reversed(activation.calls.items()):
                if at[0] <= test[1]:
                    guards[call.id] = call
                    break
        step.guards = tuple(guards)
        if step.kind is OpType.CALL:
            activation.calls.pop(place, None)
            activation.calls[place] = step
        if step.kind is OpType.BRANCH:
            activation.branches[place] = step

    def _use(self, activation: Activation, obj: Any, hint: Any) -> tuple[ValueRef, bool]:
        used = self.values.use(obj, hint, activation.fixed, activation.around)
        if used is not None:
            return used
        parts: list[Any] = []
        literals: tuple[str | None, ...] = ()
        if type(obj) is tuple:
            parts = [self._use(activation, each, None) for each in islice(obj, _PARTS)]
            name = "tuple"
        elif type(obj) is str and obj in activation.rendered:
            name = "f-string"
            literals, refs = activation.rendered[obj]
            parts = [(ref, False) for ref in refs]
        elif type(obj) is str:
            name = "text"
            parts = [(ref, not text) for text, ref in activation.formats if text in obj]
        elif type(obj) in _BOUND and type(obj.__self__) is not type(sys):
            return self._use(activation, obj.__self__, None)
        if not parts:
            return self.values.constant(obj), False
        step = Step(f"o{len(self.steps) + 1}", OpType.NEW, name, activation.step)
        step.inputs = tuple(use[0] for use in parts)
        step.unsure = tuple(use[0].id for use in parts if use[1])
        step.outputs = (self.values.define(obj, home=_home(step)),)
        step.meta = {"how": name, "literals": literals} if name == "f-string" else {"how": name}
        self.steps.append(step)
        return step.outputs[0], False

    def after(self, step: Any, value: Any) -> None:
        """Writes down what it gave."""
        if step is None or value is NOTHING or self.stopped:
            return
        if self._unnoticed and step.kind is OpType.CALL and _is_noticeable(value):
            self.stop()
            return
        if step.kind is OpType.BRANCH:
            step.meta["decision"] = value
            return
        if step.kind is OpType.NEW and step.meta.get("how") == "new":
            self._display(step, value)
        if step.name == "unpack" and type(value) is tuple:
            step.outputs = tuple(self.values.define(each, home=_home(step)) for each in value)
            return
        ref = self._same(step, value) if step.kind is OpType.COMPUTE else None
        if ref is None:
            known = self.values.known(value)
            if step.kind is OpType.LOAD and known:
                step.meta["same_as"] = known[-1].id
            ref = self.values.define(value, home=_home(step))
            step.outputs = (ref,)
        if step.meta.get("how") == "compare" and step.name in _CERTAIN:
            self._decides(step, value, ref)
        if step.meta.get("how") == "format":
            self._formatted(self._active[-1], step, value, ref)

    def stop(self) -> None:
        """Lets go of everything; the rest of the run is plain."""
        self.stopped = True
        self.link.switch(Recorder())
        self.steps.clear()
        self.values = Values()
        self._active[1:] = []
        self._resumed.clear()

    def _decides(self, step: Step, value: bool, ref: ValueRef) -> None:
        """A comparison that always gives a `bool` decides by itself: nobody asks for its truth."""
        activation = self._active[-1]
        if activation.map is None or step.span is None:
            return
        s = step.span
        place = ((s.line, s.column), (s.end_line, s.end_column))
        if any(contains(test, place) for test, _ in activation.map.tests):
            branch = Step(f"o{len(self.steps) + 1}", OpType.BRANCH, "branch", step.parent)
            branch.inputs, branch.span, branch.meta = (ref,), s, {"decision": value}
            branch.iterations, branch.guards = step.iterations, step.guards
            activation.branches[place] = branch
            self.steps.append(branch)

    def _formatted(self, activation: Activation, step: Step, text: str, ref: ValueRef) -> None:
        """Follows how an f-string comes together: making it is no step that anybody could see."""
        activation.formats.append((text, ref))
        if activation.map is None or step.span is None:
            return
        s = step.span
        place = ((s.line, s.column), (s.end_line, s.end_column))
        around = [each for each in activation.map.joined if contains(each[0], place)]
        if not around:
            return
        range, parts = around[-1]
        values = activation.building.setdefault(range, [])
        values.append((text, ref))
        if len(values) == parts.count(None):
            texts = iter(values)
            whole = "".join(next(texts)[0] if part is None else part for part in parts)
            activation.rendered[whole] = (parts, tuple(value[1] for value in values))
            del activation.building[range]

    def _same(self, step: Step, value: Any) -> ValueRef | None:
        """The operand that an operator gave back as it is (`f"{text}"`, `text + ""`): no new value."""
        for ref in step.inputs:
            if self.values.objects[ref.id] is value and type(value) is str:
                return ref
        return None

    def _display(self, step: Step, value: Any) -> None:
        flat = [each for pair in value.items() for each in pair] if type(value) is dict else list(value)
        activation = self._active[-1]
        uses = [self._use(activation, each, None) for each in flat[:_PARTS]]
        step.inputs = tuple(use[0] for use in uses)
        step.unsure = tuple(use[0].id for use in uses if use[1])

    def quiet(self, touches: list[Touch], found: Any = NOTHING) -> None:
        """The call of what was found bears it, or the next step of the function."""
        if touches:
            self._active[-1].pending.append((found, touches))

    def _pending(self, activation: Activation, kind: OpType, inputs: tuple[Any, ...]) -> list[Touch]:
        callee = inputs[0] if kind is OpType.CALL else NOTHING
        out: list[Touch] = []
        left = []
        for found, touches in activation.pending:
            if found is NOTHING or found is callee:
                out += touches
            else:
                left.append((found, touches))
        activation.pending = left
        return out

    def turn(self, loop: Any, number: int | None) -> None:
        """A loop goes on, or ends."""
        activation = self._active[-1]
        whole: Range | None = None
        at = next((n for n, each in enumerate(activation.loops) if each[0] is loop), -1)
        if at >= 0:
            whole = activation.loops[at][1]
            del activation.loops[at:]
        elif activation.map is not None and loop is not None and loop.span is not None:
            s = loop.span
            whole = activation.map.loops.get(((s.line, s.column), (s.end_line, s.end_column)))
        if number is not None and loop is not None:
            activation.loops.append((loop, whole, number))

    # ----------------------------------------------------------------------------------------- the result

    def operations(self) -> tuple[Operation, ...]:
        """What was written down. A call's effects include those of its steps."""
        if self.truncated and self.steps:
            effect = Effect(Access.WRITE, Unknown("was not written down to its end"))
            self.steps[-1].effects[effect.access, effect.where] = effect
        for step in reversed(self.steps):
            if step.parent is not None:
                step.parent.effects.update(step.effects)
        return tuple(map(_finished, self.steps))


_CERTAIN: Final = frozenset({"in", "not in", "is", "is not"})
_BOUND: Final[tuple[Any, ...]] = (type([].append), type(ObservingRecorder().quiet))


def _is_noticeable(value: object) -> bool:
    return type(value) in _REFERENCES or next(noticeable(value), None) is not None


_REFERENCES: Final = frozenset({weakref.ref, weakref.ProxyType, weakref.CallableProxyType})


def _home(step: Step) -> str | None:
    return step.parent.id if step.parent is not None else None


_positions: dict[int, tuple[CodeType, list[Range | None]]] = {}


def position_of(frame: FrameType) -> Range | None:
    """What the frame is about to do, or doing: where that stands in the source."""
    code = frame.f_code
    known = _positions.get(id(code))
    if known is None or known[0] is not code:
        table: list[Range | None] = []
        for line, end_line, column, end_column in code.co_positions():
            if line is None or end_line is None or column is None or end_column is None:
                table.append(None)
            else:
                table.append(((line, column), (end_line, end_column)))
        if len(_positions) > 4_096:
            _positions.clear()
        known = _positions[id(code)] = (code, table)
    at = frame.f_lasti // 2
    return known[1][at] if 0 <= at < len(known[1]) else None


def _finished(step: Step) -> Operation:
    meta = {key: value for key, value in step.meta.items() if key != "loop"}
    meta["name"] = step.name
    if step.seconds:
        meta["seconds"] = step.seconds
    if step.iterations:
        meta["iterations"] = step.iterations
    if step.guards:
        meta["guards"] = step.guards
    if step.unsure:
        meta["unsure"] = step.unsure
    effects = tuple(step.effects.values())
    return Operation(
        step.id, step.kind, step.inputs, step.outputs, meta, effects, step.span,
        step.parent.id if step.parent is not None else None,
    )  # fmt: skip
