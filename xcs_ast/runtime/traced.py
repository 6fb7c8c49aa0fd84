"""Functions that are traced when they are first called, and run by their graph from then on.

Guarantees: a call gives what the plain function gives, and does what it does; a wrong argument is complained
about by the function itself. One call at a time is traced or guided: others, of other threads or further
in, are plain. Nothing that a recorded run used is kept alive. Assumes: as `executor` does.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

from xcs_ast.native import intact, use_own
from xcs_ast.runtime.executor import Known, ParallelExecutor
from xcs_ast.tracer.trace import bound
from xcs_ast.tracer.tracebacks import without_ours

use_own(globals())

__all__ = ["traced", "wrapper_code"]


_wrappers: Final[list[CodeType]] = []


def wrapper_code() -> CodeType | None:
    """The code of all wrappers, as soon as there is one."""
    return _wrappers[0] if _wrappers else None


def _takes(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    try:
        bound(function, args, kwargs)
    except TypeError:
        return False
    return True


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, run by its graph; the wrapper's `last_run()` says how the last call went."""
    lock = threading.Lock()
    executor = ParallelExecutor()
    known = Known()

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not intact() or not lock.acquire(blocking=False):
            return function(*args, **kwargs)
        try:
            if not _takes(function, args, kwargs):
                return function(*args, **kwargs)
            try:
                return executor.call(known, function, args, kwargs)
            except BaseException as error:
                without_ours(error)
                raise
        finally:
            lock.release()

    _wrappers[:] = [wrapper.__code__]  # type: ignore[attr-defined]
    wrapper.last_run = lambda: executor.last  # type: ignore[attr-defined]
    return wrapper
