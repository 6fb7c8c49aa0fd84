"""Functions that are traced when they are first called, and run by their graph from then on.

Guarantees: a call gives what the plain function gives, and does what it does; a wrong argument is complained
about by the function itself. One call at a time is traced or guided: others, of other threads or further
in, are plain. Assumes: as `executor` does. The objects of the recorded runs stay alive.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.runtime.executor import ParallelExecutor
from xcs_ast.tracer.trace import Tracer, bound

__all__ = ["traced"]


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, run by its graph; the wrapper's `graph()` gives that (`None` before the first call)."""
    lock = threading.Lock()
    executor = ParallelExecutor()
    graphs: list[ComputationGraph] = []

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not lock.acquire(blocking=False):
            return function(*args, **kwargs)
        try:
            try:
                bound(function, args, kwargs)
            except TypeError:
                return function(*args, **kwargs)
            if graphs:
                return executor.run(graphs[0], args, kwargs)
            graph = Tracer().trace_exactly(function, args, kwargs)
            graphs.append(graph)
            return graph.recording.result
        finally:
            lock.release()

    wrapper.graph = lambda: graphs[0] if graphs else None  # type: ignore[attr-defined]
    return wrapper
