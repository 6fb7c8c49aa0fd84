"""`ParallelExecutor`: runs a function by what a graph foretells of it.

Guarantees: `execute` gives what calling the function gives, and does what calling it does; the graph is
evidence and never believed (`guided` says how). Where the new arguments are of another shape, or the last
run took another way, the function is traced again, while it runs, and what that foretells is kept. Where that
is of no use again and again, the function is called plainly, for longer and longer. An executor
keeps no object of the user's alive; a graph, which is the user's own, does.
Assumes: an executor is used by one thread at a time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any, Final, Protocol, final

from xcs_ast import config
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field
from xcs_ast.runtime.deciding import hear_declarations
from xcs_ast.runtime.guided import GuidedRecorder
from xcs_ast.runtime.plan import Plan
from xcs_ast.tracer.clones import clone_of
from xcs_ast.tracer.observing_effects import CONTAINERS, Memo
from xcs_ast.tracer.observing_lookup import method_of
from xcs_ast.tracer.trace import READERS, Recording, Tracer, bound, check_arguments
from xcs_ast.tracer.tracebacks import without_ours
from xcs_ast.verifier.single import Judge

use_own(globals())

__all__ = ["ExecutionBackend", "Known", "ParallelExecutor", "Run"]

_VARIANTS: Final = 8
_FAILURES: Final = 3
"""So often a function may leave its graph, be traced, or gain nothing, before it is left alone."""
_LONGEST: Final = 1 << 12
_GENERATOR: Final = 0x20 | 0x80 | 0x100 | 0x200
"""Flags of generators and coroutines: they run later, and elsewhere."""
Signature = tuple[tuple[str, int, str, int], ...]


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
class Known:
    """What is known of one function: its plans, by the shape of the arguments, and how well they do.

    No object of the user's is in it.
    """

    plans: dict[Signature, Plan] = field(default_factory=dict)
    _failures: int = 0
    _rest: int = 0
    _distance: int = 1

    def learn(self, signature: Signature, plan: Plan) -> None:
        """A new plan, in the place of the oldest if there are many."""
        while len(self.plans) >= _VARIANTS:
            self.plans.pop(next(iter(self.plans)), None)
        self.plans[signature] = plan

    def rests(self) -> bool:
        """Whether this call is to be plain, since others were of no use."""
        if self._rest:
            self._rest -= 1
            return True
        return False

    def leave(self) -> None:
        """To be recorded, it would keep alive what is noticed: it is left plain for long."""
        self._rest = _LONGEST

    def tell(self, *, useful: bool) -> None:
        """How a call went. Those that were of no use, one after another, make the next ones plain."""
        if useful:
            self._failures, self._distance = 0, 1
            return
        self._failures += 1
        if self._failures >= _FAILURES:
            self._rest = self._distance
            self._distance = min(2 * self._distance, _LONGEST)


class ExecutionBackend(Protocol):
    """What runs graphs: `ParallelExecutor`, or one of your own."""

    def execute(self, graph: ComputationGraph, /, *args: Any, **kwargs: Any) -> Any:
        """Gives what the function gives that the graph was traced from."""


@final
class ParallelExecutor:
    """Runs graphs. `last` says how the last run went."""

    def __init__(self, max_workers: int | None = None) -> None:
        if max_workers is not None and (type(max_workers) is not int or max_workers < 1):
            raise ValueError(f"max_workers is a whole number from 1, not {max_workers!r}")
        self.max_workers = max_workers
        self.last = Run()
        self._judge = Judge()
        self._memo = Memo(lasting=True)
        # What the first run needs is read and loaded now, not while somebody waits.
        self._width()
        _prepare()

    def execute(self, graph: ComputationGraph, /, *args: Any, **kwargs: Any) -> Any:
        """Calls the function that `graph` was traced from, with what can run early running early.

        Without arguments it is called with those of the trace; otherwise with these. `execute(graph, args,
        kwargs)` (a tuple and a dict) and `execute(graph, {name: value})` are understood as well, where the
        function cannot be meant to take those as they stand.

        Raises:
            TypeError: the graph has no function (it was made by hand), or that does not take the arguments.
        """
        if not isinstance(graph, ComputationGraph):
            hint = "; trace_function makes one" if callable(graph) else ""
            raise TypeError(f"a graph is executed, not {type(graph).__name__}{hint}")
        recording = graph.recording
        if not isinstance(recording, Recording):
            raise TypeError(f"the graph {graph.name} was not traced from a function, and cannot be executed")
        arguments = None
        if args or kwargs:
            args, kwargs, arguments = _arguments(recording, args, kwargs)
        else:
            args, kwargs = recording.args, dict(recording.kwargs)
        try:
            known = graph.remember("known", _known_of)
            return self.call(known, recording.function, args, kwargs, arguments)
        except BaseException as error:
            without_ours(error)
            raise

    def run(self, graph: ComputationGraph, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same with exactly these arguments."""
        recording: Recording = graph.recording
        return self.call(graph.remember("known", _known_of), recording.function, args, kwargs)

    def call(
        self,
        known: Known,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        arguments: Mapping[str, object] | None = None,
    ) -> Any:
        """Calls `function` by what is `known` of it. `arguments`: what `bound` says, if it was asked."""
        hear_declarations()
        if arguments is None:
            arguments = bound(function, args, kwargs)
        target = _target(function)
        width = self._width()
        if width == 0 or target is None or known.rests():
            self.last = Run(lost="it is left plain")
            del arguments
            return function(*args, **kwargs)
        signature = _signature(arguments)
        plan = known.plans.get(signature)
        if plan is None:
            del arguments
            return self._trace(known, signature, function, args, kwargs)
        return self._guided(known, signature, plan, function, target, args, kwargs, arguments, width)

    def _width(self) -> int:
        if self.max_workers is not None:
            return self.max_workers
        return config.current().workers

    def _trace(
        self, known: Known, signature: Signature, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        self.last = Run(traced=True)
        tracer = Tracer(unnoticed=True)
        try:
            tracer.trace_exactly(function, args, kwargs)
            return tracer.result
        finally:
            graph = tracer.graph
            known.tell(useful=False)
            if tracer.stopped:
                known.leave()
            if graph is not None and graph.result is not None:
                known.learn(signature, Plan(graph))
            del tracer, graph

    def _guided(
        self,
        known: Known,
        signature: Signature,
        plan: Plan,
        function: Any,
        target: FunctionType,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        arguments: Mapping[str, object],
        width: int,
    ) -> Any:
        recorder = GuidedRecorder(plan, target, arguments, self._judge, self._memo, width)
        del arguments
        clone = clone_of(target, recorder.link)
        if not isinstance(clone, FunctionType):
            self.last = Run(lost="it is left plain")
            known.tell(useful=False)
            return function(*args, **kwargs)
        given = args
        if type(function) is not FunctionType:
            given = (function.__self__ if type(function) is MethodType else function, *args)
        recorder.start()
        try:
            return clone(*given, **kwargs)
        finally:
            recorder.finish_run()
            recorder.link.close()
            self.last = Run(recorder.taken, recorder.dropped, False, recorder.lost)
            known.tell(useful=recorder.taken > 0 and not recorder.lost)
            if recorder.lost:
                known.plans.pop(signature, None)


def _prepare() -> None:
    try:
        import threading  # noqa: F401

        import xcs_ast.runtime.warming_graphs  # noqa: F401

        if "xcs_ast.verifier.warming" not in sys.modules:
            from xcs_ast.verifier.warming import warm_up_more

            warm_up_more()
    except Exception:  # the first run meets it again, and goes on without
        pass


def _known_of(graph: ComputationGraph) -> Known:
    known = Known()
    recording: Recording = graph.recording
    signature = _signature(bound(recording.function, recording.args, recording.kwargs))
    known.plans[signature] = Plan(graph)
    return known


def _get_ready(graph: ComputationGraph) -> None:
    """Right after a short trace, when nobody waits: the first run would."""
    try:
        graph.remember("known", _known_of)
    except Exception:  # the first run meets it again
        pass


READERS.append(_get_ready)


def _target(function: Any) -> FunctionType | None:
    inner = function
    if type(function) is not FunctionType:
        inner = function.__func__ if type(function) is MethodType else method_of(function, "__call__")
    if type(inner) is not FunctionType or inner.__code__.co_flags & _GENERATOR:
        return None
    return inner


def _signature(arguments: Mapping[str, object]) -> Signature:
    return tuple(
        (name, id(type(value)), type(value).__qualname__, len(value) if type(value) in CONTAINERS else -1)  # type: ignore[arg-type]
        for name, value in arguments.items()
    )


def _arguments(
    recording: Recording, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], Mapping[str, object] | None]:
    """The arguments as they stand, or in a shape in which others pass them; what `bound` says, if asked."""
    readings: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    if not kwargs and len(args) == 2 and type(args[0]) in (tuple, list) and type(args[1]) is dict:
        readings.append((tuple(args[0]), args[1]))
    if not kwargs and len(args) == 1 and type(args[0]) is dict:
        readings.append(((), args[0]))
    if not kwargs and len(args) == 1 and type(args[0]) in (tuple, list):
        readings.append((tuple(args[0]), {}))
    if not readings:
        try:
            return args, kwargs, bound(recording.function, args, kwargs)
        except TypeError:
            pass
    direct = _fit(recording, args, kwargs)
    for positional, named in readings:
        if all(type(name) is str for name in named) and _fit(recording, positional, named) > direct:
            return positional, named, None
    if direct < 0:
        check_arguments(recording.function, args, kwargs)  # raises
    return args, kwargs, None


def _fit(recording: Recording, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """How many arguments are of the type that they had when the function was traced, or -1."""
    try:
        mine = bound(recording.function, args, kwargs)
    except TypeError:
        return -1
    theirs = bound(recording.function, recording.args, recording.kwargs)
    return sum(type(value) is type(theirs.get(name)) for name, value in mine.items())
