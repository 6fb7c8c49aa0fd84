"""What a graph foretells of the next run: which calls it will make, on which objects.

A prediction is never believed. `Prediction` only says what to try; whoever runs the function compares every
callee and argument with those that the program really has (see `guided`).

Guarantees: no user code runs; values are looked up as paths and by builtin operators on builtin scalars.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any, Final, final

from xcs_ast.ir.dependences import DependenceKind
from xcs_ast.ir.effects import Access, Channel, Effect, Location, fields_overlap
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.paths import MISSING, Binding, Unresolvable, static_attr
from xcs_ast.ir.values import ValueRef
from xcs_ast.tracer.hooks import BINARY, COMPARE, UNARY
from xcs_ast.tracer.observing_effects import SCALARS
from xcs_ast.tracer.observing_lookup import in_class
from xcs_ast.tracer.trace import Recording

__all__ = ["CannotTell", "NotYet", "Plan", "Prediction", "same_value"]

WORTH: Final = 0.0005
"""Seconds: a call that took less is not worth starting early."""


class NotYet(LookupError):
    """It depends on a call that has not come back."""


class CannotTell(LookupError):
    """It cannot be foretold."""


@final
class Plan:
    """What of a graph does not depend on the arguments; made once for each graph."""

    def __init__(self, graph: ComputationGraph) -> None:
        self.graph = graph
        recording: Recording = graph.recording
        self.recording = recording
        self.calls = [op for op in graph.operations if op.op_type is OpType.CALL]
        self.place = {op.id: number for number, op in enumerate(graph.operations)}
        self.ends = self._ends()
        self.defined = {value.id: op for op in graph.operations for value in op.outputs}
        self.children: dict[str | None, list[Operation]] = {}
        for op in self.calls:
            if op.seconds >= WORTH:
                self.children.setdefault(op.parent, []).append(op)
        self._release: dict[str, int] = {}
        self._branches: dict[str, tuple[Operation, ...]] = {}
        self._into: dict[str, list[Any]] = {}
        for dep in graph.dependences:
            self._into.setdefault(dep.sink, []).append(dep)

    def _ends(self) -> dict[str, int]:
        """For each operation the place of the last one inside it."""
        ends = {
            op.id: number for op, number in zip(self.graph.operations, range(len(self.graph)), strict=True)
        }
        for op in reversed(self.graph.operations):
            if op.parent is not None:
                ends[op.parent] = max(ends[op.parent], ends[op.id])
        return ends

    def changes(self, op: Operation) -> bool:
        """Whether the call changed anything when it was recorded, and made calls that are worth a look."""
        return op.id in self.children and any(e.access is not Access.READ for e in op.effects)

    def release(self, op: Operation) -> int:
        """The place of the last operation that must have happened before this call may start; -1 if none.

        Values are not considered (they are there or not), and neither are `tests`.
        """
        known = self._release.get(op.id)
        if known is not None:
            return known
        last = -1
        tests: dict[str, Operation] = {}
        inner: Operation | None = op
        while inner is not None:
            for dep in self._into.get(inner.id, ()):
                if dep.kind is DependenceKind.FLOW and dep.place.startswith("%"):
                    continue
                source = self.graph.operation(dep.source)
                if dep.kind is DependenceKind.CONTROL and source.op_type is OpType.BRANCH:
                    tests[source.id] = source
                elif dep.kind is DependenceKind.CONTROL or inner is op or _clash(source, op):
                    last = max(last, self.ends[source.id])
            inner = self.graph.operation(inner.parent) if inner.parent is not None else None
        self._branches[op.id] = tuple(tests.values())
        self._release[op.id] = last
        return last

    def tests(self, op: Operation) -> tuple[Operation, ...]:
        """The branches that decide whether the call is made."""
        self.release(op)
        return self._branches[op.id]


def _function(plan: Plan) -> Any:
    """The Python function that was recorded."""
    function: Any = plan.recording.function
    function = getattr(function, "__func__", function)
    return function if type(function) is FunctionType else _target


def _target() -> None:
    """Stands for a function without a closure."""


def _clash(first: Operation, second: Operation) -> bool:
    return any(_conflict(a, b) for a in first.effects for b in second.effects)


def _conflict(a: Effect, b: Effect) -> bool:
    if a.is_unknown or b.is_unknown:
        return True
    if a.access is Access.READ and b.access is Access.READ:
        return False
    if isinstance(a.where, Location) and isinstance(b.where, Location):
        return a.where.owner == b.where.owner and fields_overlap(a.where.field, b.where.field)
    if isinstance(a.where, Channel) and isinstance(b.where, Channel):
        return a.where == b.where
    return type(a.where) is type(b.where) and not isinstance(a.where, Location | Channel)


class Prediction:
    """One run's view of a plan: the new arguments, and what has become known since."""

    def __init__(self, plan: Plan, arguments: Mapping[str, object]) -> None:
        self.plan = plan
        self.known: dict[str, object] = {}
        self._binding = Binding(None, arguments)
        self._parameters = {value.id for value in plan.graph.parameters}

    def value(self, ref: ValueRef) -> Any:
        """What a value will be.

        Raises:
            NotYet: it depends on a call that has not come back.
            CannotTell: it cannot be foretold.
        """
        if ref.id in self.known:
            return self.known[ref.id]
        recording = self.plan.recording
        if ref.id in self._parameters:
            return self._binding.env[ref.id]
        if ref.id in recording.paths and type(recording.objects[ref.id]) not in SCALARS:
            try:
                return recording.paths[ref.id].resolve(self._binding)
            except (Unresolvable, KeyError):
                raise CannotTell(ref.id) from None
        if ref.id in recording.outside:
            return recording.objects[ref.id]
        op = self.plan.defined.get(ref.id)
        if op is None:
            raise CannotTell(ref.id)
        try:
            found = self._given_by(op, op.outputs.index(ref))
        except (ArithmeticError, TypeError, ValueError, LookupError, MemoryError) as error:
            if isinstance(error, NotYet):
                raise
            return self._found_again(ref)
        if op.op_type in (OpType.COMPUTE, OpType.NEW) and type(found) in SCALARS:
            self.known[ref.id] = found
        return found

    def _found_again(self, ref: ValueRef) -> Any:
        """A text that was found among the arguments, and may be found there again."""
        recording = self.plan.recording
        old = recording.objects[ref.id]
        if ref.id not in recording.paths or type(old) is not str or len(old) < 2:
            raise CannotTell(ref.id) from None
        try:
            return recording.paths[ref.id].resolve(self._binding)
        except (Unresolvable, KeyError):
            raise CannotTell(ref.id) from None

    def decided(self, branch: Operation) -> bool:
        """Whether a test can be foretold, and goes the way that was recorded."""
        if not branch.inputs or "decision" not in branch.metadata:
            return False
        try:
            return bool(_scalar(self.value(branch.inputs[0]))) is branch.metadata["decision"]
        except (NotYet, CannotTell):
            return False

    def _given_by(self, op: Operation, output: int) -> Any:
        meta = op.metadata
        match op.op_type, meta.get("how"):
            case OpType.CALL, _:
                return self._length(op)
            case OpType.LOAD, "next":
                return self._item(op.inputs[0], meta["index"])
            case OpType.LOAD, "unpack" if meta["right"] < 0:
                return _element(self.value(op.inputs[0]), output)
            case OpType.LOAD, "item":
                return _element(self.value(op.inputs[0]), self.value(op.inputs[1]))
            case OpType.LOAD, "attr":
                return _attribute(self.value(op.inputs[0]), op.name)
            case OpType.LOAD, "global":
                return meta["scope"][op.name]
            case OpType.LOAD, "cell" if meta["cell"] in (_function(self.plan).__closure__ or ()):
                return meta["cell"].cell_contents
            case OpType.COMPUTE, how:
                return _computed(how, op, [_scalar(self.value(each)) for each in op.inputs])
            case OpType.NEW, "tuple":
                return tuple(self.value(each) for each in op.inputs)
            case OpType.NEW, "f-string":
                texts = iter([str(_scalar(self.value(each))) for each in op.inputs])
                return "".join(next(texts) if part is None else part for part in meta["literals"])
            case OpType.NEW, "new":
                return _display(op.name, [self.value(each) for each in op.inputs])
            case _:
                raise CannotTell(op.id)

    def _length(self, op: Operation) -> int:
        """The one call that is foretold without being made: `len` of a builtin container."""
        if self.plan.recording.objects[op.inputs[0].id] is len and len(op.inputs) == 2:
            container = self.value(op.inputs[1])
            if type(container) in (list, tuple, dict, str):
                return len(container)
        raise NotYet(op.id)

    def _item(self, source: ValueRef, index: int) -> Any:
        """An item of an iteration over a container, or over what `enumerate` or `zip` made of one."""
        op = self.plan.defined.get(source.id)
        if op is None or op.op_type is not OpType.CALL or op.metadata.get("keywords"):
            return _element(self.value(source), index)
        callee = self.plan.recording.objects[op.inputs[0].id]
        if callee is enumerate and len(op.inputs) == 2:
            return (index, self._item(op.inputs[1], index))
        if callee is zip:
            return tuple(self._item(each, index) for each in op.inputs[1:])
        if callee is range:
            return range(*[_scalar(self.value(each)) for each in op.inputs[1:]])[index]
        if op.metadata.get("method") in ("items", "values", "keys") and type(callee) is dict:
            mapping = self.value(op.inputs[0])
            if type(mapping) is dict:
                return list(getattr(mapping, op.metadata["method"])())[index]
        return _element(self.value(source), index)

    def call(self, op: Operation) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """The callee and the arguments of a call."""
        callee = self.value(op.inputs[0])
        method = op.metadata.get("method")
        if method is not None:
            callee = _method(callee, method)
        count = op.metadata["positional"]
        rest = [self.value(each) for each in op.inputs[1:]]
        return (
            callee,
            tuple(rest[:count]),
            dict(zip(op.metadata.get("keywords", ()), rest[count:], strict=True)),
        )


def _scalar(value: Any) -> Any:
    if type(value) not in SCALARS:
        raise CannotTell
    return value


def _element(container: Any, key: Any) -> Any:
    if type(container) not in (list, tuple, dict, str) or type(key) not in SCALARS:
        raise CannotTell
    return container[key]


def _attribute(obj: Any, name: str) -> Any:
    found = static_attr(obj, name)
    if found is MISSING:
        found = in_class(type(obj), name)
        if found is MISSING or in_class(type(found), "__get__") is not MISSING:
            raise CannotTell
    return found


def _method(receiver: Any, name: str) -> Any:
    found = in_class(type(receiver), name)
    if static_attr(receiver, name) is not MISSING or found is MISSING:
        raise CannotTell
    if type(found).__name__ not in ("function", "method_descriptor"):
        raise CannotTell
    return found.__get__(receiver, type(receiver))  # type: ignore[attr-defined]


_TOO_MUCH: Final = 1 << 16


def _computed(how: Any, op: Operation, values: list[Any]) -> Any:
    if any(isinstance(v, str | bytes) and len(v) > _TOO_MUCH for v in values):
        raise CannotTell
    name = op.metadata["op"] if how == "inplace" else op.name
    if how in ("binary", "inplace") and name not in ("**", "<<", "*"):
        return BINARY[name](values[0], values[1])
    if how == "binary" and name == "*" and not any(isinstance(v, str | bytes) for v in values):
        return values[0] * values[1]
    if how == "compare" and op.name not in ("is", "is not"):
        return COMPARE[op.name](values[0], values[1])
    if how == "unary":
        return UNARY[op.name](values[0])
    if how == "format" and op.metadata["conversion"] in (-1, 115) and not op.metadata["spec"]:
        return str(values[0])
    raise CannotTell


def _display(name: str, parts: list[Any]) -> Any:
    if name == "list":
        return list(parts)
    if name == "dict":
        return {_scalar(k): v for k, v in zip(parts[::2], parts[1::2], strict=True)}
    raise CannotTell


def same_value(foretold: Any, actual: Any, fresh: bool = False) -> bool:
    """Whether nobody could tell the two apart; `fresh`: where both are new containers, also by `is`."""
    if foretold is actual:
        return True
    kind = type(actual)
    if type(foretold) is not kind:
        return False
    if kind in SCALARS:
        return repr(foretold) == repr(actual) if kind in (float, complex) else bool(foretold == actual)
    if kind is tuple:
        return len(foretold) == len(actual) and all(map(same_value, foretold, actual))
    if kind.__name__ in ("method", "builtin_function_or_method"):
        same = foretold.__self__ is actual.__self__
        return same and getattr(foretold, "__func__", foretold.__name__) == getattr(
            actual, "__func__", actual.__name__
        )
    if fresh and kind is list:
        return len(foretold) == len(actual) and all(
            same_value(a, b, True) for a, b in zip(foretold, actual, strict=True)
        )
    if fresh and kind is dict:
        pairs = zip(foretold.items(), actual.items(), strict=True)
        return len(foretold) == len(actual) and all(
            same_value(a[0], b[0]) and same_value(a[1], b[1], True) for a, b in pairs
        )
    return False
