"""Tracebacks without entries of this package, for exceptions that went through a recorder.

Guarantees: only entries of ours go, from the exception, those that it is chained to and those that it groups;
no user code runs. Assumes: code of `xcs_ast.testing` is the program's.
"""

from __future__ import annotations

import os
from sys import exc_info
from types import TracebackType
from typing import Any, Final

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["clean_handled", "is_own_fault", "without_ours"]

_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_TESTING: Final = _PACKAGE + "testing" + os.sep
_ASKING: Final = tuple(
    _PACKAGE + each.replace("/", os.sep)
    for each in (
        "effects/",
        "source/",
        "frontend/",
        "tracer/clones.py",
        "tracer/instrument",
        "tracer/nodes.py",
    )
)
"""Code that finds out about the program, and does nothing in its place."""
_EXCEPTIONS: Final = 64
_fields: Final[dict[str, Any]] = BaseException.__dict__  # type: ignore[assignment]
_trace: Final = _fields["__traceback__"].__get__
_set_trace: Final = _fields["__traceback__"].__set__
_context: Final = _fields["__context__"].__get__
_cause: Final = _fields["__cause__"].__get__


def without_ours(error: BaseException | None) -> None:
    """Takes the entries of this package out of the traceback of `error`, and of those it is chained to."""
    seen: set[int] = set()
    todo = [error]
    while todo and len(seen) < _EXCEPTIONS:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        _clean(one)
        todo += [_cause(one), _context(one)]
        if isinstance(one, BaseExceptionGroup):
            todo.extend(BaseExceptionGroup.exceptions.__get__(one))


def clean_handled() -> None:
    """The start of an `except` block: the same for what is being handled."""
    without_ours(exc_info()[1])


def is_own_fault(error: BaseException | None) -> bool:
    """Whether this comes of finding out about the program, and not of anything that the program does."""
    trace: TracebackType | None = None if error is None else _trace(error)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(_ASKING):
            return True
        trace = trace.tb_next
    return False


def _clean(error: BaseException) -> None:
    first: TracebackType | None = _trace(error)
    kept = first
    while kept is not None and _is_ours(kept):
        kept = kept.tb_next
    if kept is not first:
        _set_trace(error, kept)
    while kept is not None:
        following = kept.tb_next
        if following is not None and _is_ours(following):
            while following is not None and _is_ours(following):
                following = following.tb_next
            kept.tb_next = following
        kept = following


def _is_ours(entry: TracebackType) -> bool:
    filename = entry.tb_frame.f_code.co_filename
    return filename.startswith(_PACKAGE) and not filename.startswith(_TESTING)
