"""`trace_function`: one run of a function, as a graph.

Guarantees: the function runs once, as it would have run; what it raises is raised, without entries of ours in
its traceback. Assumes: it is called on one thread; what other threads do meanwhile is not seen.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Final, final

from xcs_ast.ir.effects import CONTENT, Access
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.paths import AttrStep, EnvRoot, KeyStep, Path, Step, instance_dict
from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field
from xcs_ast.tracer.clones import Refusal, clone_of
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS, call_touches, effect_of
from xcs_ast.tracer.observing_graph import GraphMaker
from xcs_ast.tracer.observing_lookup import method_of
from xcs_ast.tracer.observing_quick import ObservingRecorder
from xcs_ast.tracer.observing_values import Values
from xcs_ast.tracer.stepping import Stepwise
from xcs_ast.tracer.tracebacks import without_ours

use_own(globals())

__all__ = [
    "READERS",
    "ExecutionTracer",
    "Recording",
    "Tracer",
    "arguments_of",
    "bound",
    "check_arguments",
    "trace_function",
]

_DEPTH: Final = 4
_SHORT: Final = 256
"""A graph of no more notes than these is made at once."""
_MOST: Final = 5_000
READERS: Final[list[Callable[[ComputationGraph], object]]] = []
"""What is to be worked out of such a graph at once, too: what executes graphs says so when it is loaded."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What a graph keeps of the run that it was made from. It keeps those objects alive."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    result: Any = None
    objects: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What each value was."""
    outside: frozenset[str] = frozenset()
    """The values that no step gave."""
    paths: Mapping[str, Path] = field(default_factory=dict, repr=False)
    """Where, from the arguments, each value could be found when the run began."""


def trace_function(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> ComputationGraph:
    """Runs `func` once, as it would have run, and returns the graph of what it did.

    `trace_function(func, args)`, with all arguments in one tuple or list, is understood as well, where `func`
    could not be called with that one argument. What `func` returned is `graph.recording.result`.

    Raises:
        TypeError: `func` is no callable, does not take these arguments, or is asynchronous.
    """
    try:
        return Tracer().trace(func, *args, **kwargs)
    except BaseException as error:
        without_ours(error)
        raise


class Tracer:
    """Records runs. `graph` is what the last one gave, also where it ended with an exception."""

    def __init__(self, value_ref: ValueRef | None = None, *, unnoticed: bool = False) -> None:
        self.value_ref = value_ref
        self.graph: ComputationGraph | None = None
        self.result: Any = None
        self._noted = 0
        self.unnoticed = unnoticed
        """Whether to stop recording (there is no graph then) rather than keep alive what could be noticed."""
        self.stopped = False
        """Whether it did."""

    def trace(self, func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> ComputationGraph:
        """See `trace_function`."""
        if not callable(func):
            raise TypeError(f"a function is traced, not {type(func).__name__}")
        target = _python_function(func)
        if target is not None and target.__code__.co_flags & (0x80 | 0x200):
            raise TypeError(f"{target.__qualname__} is asynchronous: trace what it calls")
        graph = self.trace_exactly(func, arguments_of(func, args, kwargs), kwargs)
        assert graph is not None
        if self._noted <= _SHORT:
            # Nobody waits now who has not just waited for the run; whoever executes it does.
            graph.dependences  # noqa: B018
            for prepare in READERS:
                prepare(graph)
        return graph

    def trace_exactly(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> ComputationGraph | None:
        """The same for these arguments as they stand; `result` is what the function returned."""
        target = _python_function(func)
        recorder = ObservingRecorder(unnoticed=self.unnoticed)
        self._noted = 0
        paths = _reachable(func, args, kwargs)
        values = Values()
        parameters = tuple(values.name(value, name) for name, value in bound(func, args, kwargs).items())
        notes: list[str] = []
        self.result = None
        returned = False
        try:
            self.result = self._run(recorder, func, target, args, kwargs, notes)
            returned = True
            self.stopped = recorder.stopped
        except BaseException as error:
            self.stopped = recorder.stopped
            if self.unnoticed:  # nobody asks for the graph, and what was noted down would live on
                recorder.stop()
            without_ours(error)
            raise
        finally:
            recorder.link.switch(Stepwise())  # a generator expression may outlive the run
            recorder.link.close()
            recorder.close()
            self.graph = None
            self._noted = len(recorder.recorded)
            if not recorder.stopped:
                run = _Traced(recorder, func, args, kwargs, parameters, self.result, returned, paths, notes)
                self.graph = ComputationGraph.later(run.name, parameters, partial(run.graph, values))
        return self.graph

    def _run(
        self,
        recorder: ObservingRecorder,
        func: Any,
        target: FunctionType | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        notes: list[str],
    ) -> Any:
        clone: FunctionType | Refusal = Refusal("it is not a Python function")
        if target is not None:
            clone = clone_of(target, recorder.link)
            if target.__code__.co_flags & 0x20:
                clone = Refusal("it is a generator, which runs later")
        if isinstance(clone, Refusal):
            notes.append(f"{getattr(func, '__qualname__', func)!s} is one step: {clone.reason}")
            touches, _ = call_touches(func, args, kwargs)
            return next(recorder.native(func, args, kwargs, touches))
        given = (func.__self__, *args) if type(func) is MethodType else args
        given = (func, *args) if type(func) not in (MethodType, FunctionType) else given
        activation = recorder.entering(None, clone, given, kwargs)
        try:
            return clone(*given, **kwargs)
        finally:
            recorder.leaving(activation)


ExecutionTracer = Tracer


def _python_function(func: Any) -> FunctionType | None:
    if type(func) is FunctionType:
        return func
    inner = func.__func__ if type(func) is MethodType else method_of(func, "__call__")
    return inner if type(inner) is FunctionType else None


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Traced:
    """A run that is over, and of which somebody may want the graph."""

    recorder: ObservingRecorder
    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parameters: tuple[ValueRef, ...]
    result: Any
    returned: bool
    paths: dict[int, Path]
    notes: list[str]

    @property
    def name(self) -> str:
        """What the function is called."""
        return str(getattr(self.func, "__qualname__", type(self.func).__qualname__))

    def graph(self, values: Values) -> ComputationGraph:
        """The graph."""
        recorder, result, notes = self.recorder, self.result, list(self.notes)
        steps = GraphMaker(values, recorder, {ref.id: ref for ref in self.parameters}).read()
        ref: ValueRef | None = None
        if self.returned:
            known = values.known(result)
            ref = known[-1] if known else values.constant(result)
            touches = [effect_of((Access.READ, result, CONTENT), None)] if type(result) in CONTAINERS else []
            meta = {"name": "return"}
            last = Operation(f"o{len(steps) + 1}", OpType.RETURN, (ref,), (), meta, tuple(touches))
            steps = (*steps, last)
        else:
            notes.append("the run ended with an exception")
        if recorder.is_cut:
            notes.append(f"only the first {len(steps)} steps were written down")
        recording = Recording(
            self.func,
            self.args,
            self.kwargs,
            result,
            values.objects,
            frozenset(values.outside),
            {name: self.paths[id(obj)] for name, obj in values.objects.items() if id(obj) in self.paths},
        )
        return ComputationGraph(steps, self.parameters, ref, self.name, tuple(notes), recording)


def bound(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by the names of their parameters; defaults included."""
    try:
        found = _signature(func).bind(*args, **kwargs)
    except ValueError:  # some C functions have no signature
        return {f"arg{number}": value for number, value in enumerate(args)} | dict(kwargs)
    found.apply_defaults()
    out: dict[str, Any] = {"self": func.__self__} if type(func) is MethodType else {}
    out.update(found.arguments)
    return out


def _signature(func: Any) -> inspect.Signature:
    """The parameters of the function itself, whatever it says it wraps."""
    return inspect.signature(func, follow_wrapped=False)


def _binds(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    try:
        _signature(func).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def arguments_of(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    """`args`, or what is in the one tuple or list that they are, where `func` takes only that.

    Raises:
        TypeError: `func` takes neither.
    """
    if _binds(func, args, kwargs):
        return args
    if len(args) == 1 and type(args[0]) in (tuple, list) and _binds(func, tuple(args[0]), kwargs):
        return tuple(args[0])
    check_arguments(func, args, kwargs)
    return args


def check_arguments(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Complains of arguments that a function does not take.

    Raises:
        TypeError: it does not.
    """
    try:
        _signature(func).bind(*args, **kwargs)
    except TypeError as error:
        name = getattr(func, "__qualname__", type(func).__qualname__)
        raise TypeError(f"{name}(): {error}") from None
    except ValueError:  # some C functions have no signature
        pass


def _reachable(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[int, Path]:
    """Paths from the parameters to what can be reached through containers and instances."""
    found: dict[int, Path] = {}
    queue: list[tuple[object, Path]] = [
        (value, Path(EnvRoot(name))) for name, value in bound(func, args, kwargs).items()
    ]
    at = 0
    while at < len(queue) and at < _MOST:
        obj, path = queue[at]
        at += 1
        if id(obj) in found:
            continue
        found[id(obj)] = path
        if len(path.steps) >= _DEPTH or type(obj) in SCALARS:
            continue
        queue += [(value, path.then(step)) for step, value in _inside(obj)]
    return found


def _inside(obj: Any) -> list[tuple[Step, object]]:
    kind = type(obj)
    if kind is list or kind is tuple:
        return [(KeyStep(number), value) for number, value in enumerate(obj[:_MOST])]
    if kind is dict:
        return [(KeyStep(key), value) for key, value in obj.items() if type(key) in (str, int)]
    if issubclass(kind, type) or kind.__module__ == "builtins":
        return []
    own = instance_dict(obj)
    return (
        [] if own is None else [(AttrStep(name), value) for name, value in own.items() if type(name) is str]
    )
