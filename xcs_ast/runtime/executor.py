"""`ParallelExecutor`: runs a function by what a graph foretells of it.

Guarantees: `execute` gives what calling the function gives, and does what calling it does; the graph is
evidence and never believed (`guided` says how). Where the new arguments are of another shape, or the last
run took another way, the function is traced again, while it runs, and the new graph is kept.
Assumes: an executor is used by one thread at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any, Final, final

from xcs_ast import config
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.records import dataclass, field
from xcs_ast.runtime.guided import GuidedRecorder
from xcs_ast.runtime.prediction import Plan
from xcs_ast.tracer.clones import clone_of
from xcs_ast.tracer.observing_effects import CONTAINERS
from xcs_ast.tracer.observing_lookup import method_of
from xcs_ast.tracer.trace import Recording, Tracer, bound, without_ours
from xcs_ast.verifier.single import Judge

__all__ = ["ParallelExecutor", "Run"]

_VARIANTS: Final = 8
_GENERATOR: Final = 0x20 | 0x80 | 0x100 | 0x200
"""Flags of generators and coroutines: they run later, and elsewhere."""
Signature = tuple[tuple[str, type, int], ...]


@final
@dataclass(frozen=True, slots=True)
class Run:
    """How one execution went: calls taken early, started in vain, and whether it was a new trace."""

    taken: int = 0
    dropped: int = 0
    traced: bool = False
    lost: str = ""
    """Why the run left the graph; empty if it did not."""


@final
@dataclass(slots=True, eq=False)
class _Known:
    """All that is known of one function: its graphs, by the shape of the arguments."""

    graph: ComputationGraph
    plans: dict[Signature, Plan] = field(default_factory=dict)


@final
class ParallelExecutor:
    """Runs graphs. `last` says how the last run went."""

    def __init__(self, max_workers: int | None = None) -> None:
        if max_workers is not None and (type(max_workers) is not int or max_workers < 1):
            raise ValueError(f"max_workers is a whole number from 1, not {max_workers!r}")
        self.max_workers = max_workers
        self.last = Run()
        self._judge = Judge()
        self._known: dict[int, _Known] = {}
        self._width()  # reads the options now, not while somebody waits

    def execute(self, graph: ComputationGraph, /, *args: Any, **kwargs: Any) -> Any:
        """Calls the function that `graph` was traced from, with what can run early running early.

        Without arguments it is called with those of the trace; otherwise with these. `execute(graph, args,
        kwargs)` (a tuple and a dict) and `execute(graph, {name: value})` are understood as well, where the
        function cannot be meant to take those as they stand.

        Raises:
            TypeError: the graph has no function (it was made by hand), or that does not take the arguments.
        """
        recording = graph.recording
        if not isinstance(recording, Recording):
            raise TypeError(f"the graph {graph.name} was not traced from a function, and cannot be executed")
        if args or kwargs:
            args, kwargs = _arguments(recording, args, kwargs)
        else:
            args, kwargs = recording.args, dict(recording.kwargs)
        return self.run(graph, args, kwargs)

    def run(self, graph: ComputationGraph, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same with exactly these arguments."""
        recording: Recording = graph.recording
        known = self._of(graph)
        arguments = bound(recording.function, args, kwargs)
        signature = _signature(arguments)
        plan = known.plans.get(signature)
        clone_target = _target(recording.function)
        width = self._width()
        if plan is None or clone_target is None or width == 0:
            return self._trace(known, signature, recording.function, args, kwargs)
        return self._guided(known, signature, plan, clone_target, args, kwargs, arguments, width)

    def _width(self) -> int:
        if self.max_workers is not None:
            return self.max_workers
        return config.current().workers

    def _of(self, graph: ComputationGraph) -> _Known:
        known = self._known.get(id(graph))
        if known is None or known.graph is not graph:
            known = self._known[id(graph)] = _Known(graph)
            recording: Recording = graph.recording
            signature = _signature(bound(recording.function, recording.args, recording.kwargs))
            known.plans[signature] = Plan(graph)
        return known

    def _trace(
        self,
        known: _Known,
        signature: Signature,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        self.last = Run(traced=True)
        graph = Tracer().trace_exactly(function, args, kwargs)
        if len(known.plans) >= _VARIANTS:
            del known.plans[next(iter(known.plans))]
        known.plans[signature] = Plan(graph)
        return graph.recording.result

    def _guided(
        self,
        known: _Known,
        signature: Signature,
        plan: Plan,
        target: FunctionType,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        arguments: Mapping[str, object],
        width: int,
    ) -> Any:
        function = plan.recording.function
        recorder = GuidedRecorder(plan, arguments, self._judge, width)
        clone = clone_of(target, recorder.link)
        if not isinstance(clone, FunctionType):
            return function(*args, **kwargs)
        given = args
        if type(function) is not FunctionType:
            given = (function.__self__ if type(function) is MethodType else function, *args)
        recorder.start()
        try:
            return clone(*given, **kwargs)
        except BaseException as error:
            without_ours(error)
            raise
        finally:
            recorder.finish_run()
            recorder.link.close()
            self.last = Run(recorder.taken, recorder.dropped, False, recorder.lost)
            if recorder.lost:
                known.plans.pop(signature, None)


def _target(function: Any) -> FunctionType | None:
    inner = function
    if type(function) is not FunctionType:
        inner = function.__func__ if type(function) is MethodType else method_of(function, "__call__")
    if type(inner) is not FunctionType or inner.__code__.co_flags & _GENERATOR:
        return None
    return inner


def _signature(arguments: Mapping[str, object]) -> Signature:
    return tuple(
        (name, type(value), len(value) if type(value) in CONTAINERS else -1)  # type: ignore[arg-type]
        for name, value in arguments.items()
    )


def _arguments(
    recording: Recording, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as they stand, or as one of the shapes in which others pass them."""
    direct = _fit(recording, args, kwargs)
    readings: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    if not kwargs and len(args) == 2 and type(args[0]) in (tuple, list) and type(args[1]) is dict:
        readings.append((tuple(args[0]), args[1]))
    if not kwargs and len(args) == 1 and type(args[0]) is dict:
        readings.append(((), args[0]))
    if not kwargs and len(args) == 1 and type(args[0]) in (tuple, list):
        readings.append((tuple(args[0]), {}))
    for positional, named in readings:
        if all(type(name) is str for name in named) and _fit(recording, positional, named) > direct:
            return positional, named
    if direct < 0:
        bound(recording.function, args, kwargs)  # raises
    return args, kwargs


def _fit(recording: Recording, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """How many arguments are of the type that they had when the function was traced, or -1."""
    try:
        mine = bound(recording.function, args, kwargs)
    except TypeError:
        return -1
    theirs = bound(recording.function, recording.args, recording.kwargs)
    return sum(type(value) is type(theirs.get(name)) for name, value in mine.items())
