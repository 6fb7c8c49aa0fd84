"""What of a graph foretells further runs: places, dependences, paths, and no object of the user's.

Guarantees: a plan holds code, names and builtin scalars strongly; what the recorded run got from a module (a
function, a class) it holds because that lasts anyway, anything else weakly or not at all.
"""

from __future__ import annotations

from _weakref import ref
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final, final

from xcs_ast.effects.durability import is_durable
from xcs_ast.ir.dependences import DependenceKind
from xcs_ast.ir.effects import Access, Blocking, Channel, Effect, Location, fields_overlap
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.tracer.observing_effects import SCALARS
from xcs_ast.tracer.trace import Recording
from xcs_ast.verifier.pausing import goes_by_the_time

use_own(globals())

__all__ = ["FORETOLD", "WORTH", "Plan"]

FORETOLD: Final = frozenset({"len", "number", "text"})
"""Kinds of calls that are foretold without being made."""

WORTH = 0.0005
"""Seconds: a call that took less is not worth starting early."""
_BUILTINS: Final[dict[Any, str]] = {len: "len", enumerate: "enumerate", zip: "zip", range: "range"}
_NUMBERS: Final[frozenset[Any]] = frozenset({abs, bool, chr, float, int, max, min, ord, repr, round, str})
"""Builtins that make of builtin scalars another one, and touch nothing."""
_TEXTS: Final = frozenset(
    {"capitalize", "casefold", "count", "endswith", "find", "format", "index", "join", "lower", "lstrip",
     "partition", "removeprefix", "removesuffix", "replace", "rpartition", "rsplit", "rstrip", "split",
     "splitlines", "startswith", "strip", "swapcase", "title", "upper"}
)  # fmt: skip
"""Such methods of a text."""
_VALUES: Final = frozenset({OpType.LOAD, OpType.COMPUTE, OpType.NEW})


@final
class Plan:
    """What of a graph does not depend on the arguments; made once for each graph."""

    def __init__(self, graph: ComputationGraph) -> None:
        recording: Recording = graph.recording
        self._graph: ComputationGraph | None = graph
        self.place = {op.id: number for number, op in enumerate(graph.operations)}
        self.ends = self._ends(graph)
        self.parameters = frozenset(value.id for value in graph.parameters)
        objects = recording.objects
        self.paths = {name: path for name, path in recording.paths.items() if name in objects}
        self.scalars = frozenset(name for name, obj in objects.items() if type(obj) in SCALARS)
        self.texts = frozenset(name for name in self.paths if _is_text(objects[name]))
        self.outside = frozenset(recording.outside)
        self.kinds = {op.id: kind for op in graph.operations if (kind := _kind(op, objects))}
        self._constants = {name: held for name in self.outside if (held := _held(objects[name])) is not None}
        self._into: dict[str, list[Any]] = {}
        for dep in graph.dependences:
            self._into.setdefault(dep.sink, []).append(dep)
        self.defined = {value.id: op for op in graph.operations for value in op.outputs}
        self._value_release: dict[str, int] = {}
        self._release: dict[str, int] = {}
        self._branches: dict[str, tuple[Operation, ...]] = {}
        self._changing: set[str] = set()
        self._pauses = self._find_pauses(graph)
        self._tested = [self.place[op.id] for op in graph.operations if op.op_type is OpType.BRANCH]
        worth = [op for op in graph.operations if op.op_type is OpType.CALL and op.seconds >= WORTH]
        for op in worth:
            self._find_release(op)
            if any(each.access is not Access.READ for each in op.effects):
                self._changing.add(op.id)
        self.last_use = self._last_use(graph)
        function: Any = getattr(recording.function, "__func__", recording.function)
        slim = {op.id: _slim(op, function) for op in graph.operations}
        self.calls = [op for op in slim.values() if op.op_type is OpType.CALL]
        self.defined = {name: slim[op.id] for name, op in self.defined.items()}
        self._branches = {key: tuple(slim[op.id] for op in ops) for key, ops in self._branches.items()}
        self.children: dict[str | None, list[Operation]] = {}
        for op in worth:
            self.children.setdefault(op.parent, []).append(slim[op.id])
        self.holding: set[str] = set()
        """Calls whose outcomes turned out to hold containers that were made for them."""
        self._graph = None
        self._into = {}
        self._pauses = {}
        self._tested = []

    def _ends(self, graph: ComputationGraph) -> dict[str, int]:
        """For each operation the place of the last one inside it."""
        ends = {op.id: number for number, op in enumerate(graph.operations)}
        for op in reversed(graph.operations):
            if op.parent is not None:
                ends[op.parent] = max(ends[op.parent], ends[op.id])
        return ends

    def _last_use(self, graph: ComputationGraph) -> dict[str, int]:
        """For each value the place of the last step that it, or what was made of it, goes into."""
        last: dict[str, int] = {}
        for op in reversed(graph.operations):
            until = max((last.get(value.id, -1) for value in op.outputs), default=-1)
            until = max(until, self.place[op.id]) if op.op_type in _VALUES else self.place[op.id]
            for value in op.inputs:
                last[value.id] = max(last.get(value.id, -1), until)
        return last

    def constant(self, name: str) -> Any:
        """What an outside value was.

        Raises:
            KeyError: it is not known any more.
        """
        held: Any = self._constants[name]
        if type(held) is tuple:
            return held[0]
        found = held()
        if found is None:
            raise KeyError(name)
        return found

    def changes(self, op: Operation) -> bool:
        """Whether the call changed anything when it was recorded, and made calls that are worth a look."""
        return op.id in self.children and op.id in self._changing

    def release(self, op: Operation) -> int:
        """The place of the last operation that must have happened before this call may start; -1 if none.

        Results of calls are not considered (they are there or not), and neither are `tests`.
        """
        return self._release[op.id]

    def tests(self, op: Operation) -> tuple[Operation, ...]:
        """The branches that decide whether the call is made."""
        return self._branches[op.id]

    def _find_pauses(self, graph: ComputationGraph) -> dict[str, Operation]:
        """Calls that take time, whose value nobody uses, and that do not both ask and change something."""
        used = {value.id for op in graph.operations for value in op.inputs}
        waiting: set[str] = set()
        for op in graph.operations:
            inner: Operation | None = op if op.metadata.get("blocking") == Blocking.LIKELY else None
            while inner is not None and inner.id not in waiting:
                waiting.add(inner.id)
                inner = None if inner.parent is None else graph.operation(inner.parent)
        return {
            op.id: op
            for op in graph.operations
            if op.op_type is OpType.CALL
            and op.seconds >= WORTH
            and op.id in waiting
            and not any(value.id in used for value in op.outputs)
            # What a function returns, or a comprehension gathers, is not told from what nobody uses.
            and all(value.dtype == "NoneType" for value in op.outputs)
            and not any(each.is_unknown for each in op.effects)
            and (not goes_by_the_time(op.effects) or all(each.access is Access.READ for each in op.effects))
        }

    def _last_pause(self, op: Operation) -> int:
        """The last pause before a call that goes by the time, or the last test since; -1 if there is none.

        Requests by one and the same callee are no pauses to each other.
        """
        if op.id not in self._pauses and not goes_by_the_time(op.effects):
            return -1
        here = self.place[op.id]
        others = [
            each
            for each in self._pauses.values()
            if each.inputs[:1] != op.inputs[:1] or not goes_by_the_time(each.effects)
        ]
        last = max((end for each in others if (end := self.ends[each.id]) < here), default=-1)
        if last < 0:
            return -1
        return max([last, *(place for place in self._tested if last < place < here)])

    def _find_release(self, op: Operation) -> None:
        graph = self._graph
        assert graph is not None
        last = max((self._known_from(value) for value in op.inputs), default=-1)
        last = max(last, self._last_pause(op))
        tests: dict[str, Operation] = {}
        inner: Operation | None = op
        while inner is not None:
            for dep in self._into.get(inner.id, ()):
                if dep.kind is DependenceKind.FLOW and dep.place.startswith("%"):
                    continue
                source = graph.operation(dep.source)
                if dep.kind is DependenceKind.CONTROL and source.op_type is OpType.BRANCH:
                    tests[source.id] = source
                elif dep.kind is DependenceKind.CONTROL or inner is op or _clash(source, op):
                    last = max(last, self.ends[source.id])
            inner = graph.operation(inner.parent) if inner.parent is not None else None
        self._branches[op.id] = tuple(tests.values())
        self._release[op.id] = last

    def _known_from(self, value: ValueRef) -> int:
        """The place of the last change of anything that was looked up to get a value."""
        known = self._value_release.get(value.id)
        if known is not None:
            return known
        self._value_release[value.id] = -1
        op = self.defined.get(value.id)
        last = -1
        if op is not None and (op.op_type in _VALUES or self.kinds.get(op.id) in FORETOLD):
            last = max((self._known_from(each) for each in op.inputs), default=-1)
            if op.op_type is OpType.LOAD:
                for dep in self._into.get(op.id, ()):
                    if dep.kind is DependenceKind.FLOW and not dep.place.startswith("%"):
                        last = max(last, self.ends[dep.source])
        self._value_release[value.id] = last
        return last


def _is_text(obj: object) -> bool:
    return type(obj) is str and len(obj) > 1


def _kind(op: Operation, objects: Any) -> str:
    """Which builtin a call was of, where it can be foretold."""
    if op.op_type is not OpType.CALL or not op.inputs:
        return ""
    callee = objects.get(op.inputs[0].id)
    method = op.metadata.get("method")
    if type(callee) is dict:
        return "dict" if method in ("items", "values", "keys") else ""
    if type(callee) is str:
        return "text" if method in _TEXTS else ""
    if type(callee) is not BuiltinFunctionType and type(callee) is not type:
        return ""
    return "number" if callee in _NUMBERS else _BUILTINS.get(callee, "")


def _held(obj: Any) -> object:
    """An object as a plan may hold it: itself in a tuple, or weakly, or (`None`) not."""
    kind: Any = type(obj)
    if kind is slice:
        return (obj,) if SCALARS.issuperset(map(type, (obj.start, obj.stop, obj.step))) else None
    if kind in SCALARS or (kind is tuple and _is_literal(obj)):
        return (obj,)
    if kind is BuiltinFunctionType:
        return (obj,) if type(obj.__self__) in (ModuleType, type(None)) else None
    if (kind in (FunctionType, ModuleType) or issubclass(kind, type)) and is_durable(obj):
        return (obj,)
    if kind is FunctionType or issubclass(kind, type):
        return ref(obj)
    return None


def _is_literal(obj: tuple[object, ...]) -> bool:
    """Whether a tuple holds nothing but builtin scalars, as those that are constants of the source do."""
    return all(type(each) in SCALARS or (type(each) is tuple and _is_literal(each)) for each in obj)


_KEPT: Final = (
    "name", "seconds", "positional", "keywords", "method", "how", "index", "right", "literals", "conversion",
    "spec", "op", "decision",
)  # fmt: skip


def _slim(op: Operation, function: Any) -> Operation:
    """An operation without effects, which name live objects."""
    meta = {key: op.metadata[key] for key in _KEPT if key in op.metadata}
    scope = op.metadata.get("scope")
    if scope is not None and is_durable(scope):
        meta["scope"] = scope
    cell = op.metadata.get("cell")
    if cell is not None and type(function) is FunctionType:
        for number, each in enumerate(function.__closure__ or ()):
            if each is cell:
                meta["cell"] = number
    return Operation(op.id, op.op_type, op.inputs, op.outputs, meta, (), op.span, op.parent)


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
