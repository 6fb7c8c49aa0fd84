"""The exception that the consumer is handling: a worker's code is to have it in sight as plain Python's has.

What a callee raises while an exception is being handled gets that one as its `__context__`, also where the
callee catches it and keeps it. Which exception is being handled belongs to a thread, but a generator that is
suspended in an `except` clause takes it along to whoever resumes it.

Guarantees: the handled exception is not changed (traceback and context are what they were).
Assumes: `holder` is called on the consumer's thread, so that nobody looks while the traceback is restored.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from sys import exc_info

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["Holder", "handled", "holder"]

Holder = Generator[None, Callable[[], None], None]
"""Takes one piece of work by `send`, and runs it inside the `except` clause."""

_fields: Final[dict[str, Any]] = BaseException.__dict__  # type: ignore[assignment]
_trace: Final = _fields["__traceback__"].__get__
_set_trace: Final = _fields["__traceback__"].__set__
_context: Final = _fields["__context__"].__get__
_set_context: Final = _fields["__context__"].__set__


def handled() -> BaseException | None:
    """What the calling thread is handling."""
    return exc_info()[1]


def holder(error: BaseException) -> Holder:
    """Something that runs a piece of work as if `error` were being handled there."""
    made = _hold(error, _trace(error), _context(error))
    next(made)
    return made


def _hold(error: BaseException, trace: object, context: object) -> Holder:
    try:
        raise error
    except BaseException:
        _set_trace(error, trace)
        _set_context(error, context)
        del error, trace, context
        work = yield
        work()
        del work
        yield
