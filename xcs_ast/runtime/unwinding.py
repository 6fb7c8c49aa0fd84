"""Exceptions on their way to the user: raised where plain Python raises them, without our frames.

Guarantees: the exception object stays the same; type, arguments, `__cause__`, `__suppress_context__` and
notes are not touched; `__context__` is what plain Python would have made it. Only traceback entries of
ours go. No user code runs: attributes of exceptions are read and set past any `__getattribute__` or
`__setattr__`.
Assumes: entries of ours stand close to the outer end of a traceback (`trim` runs in every frame that holds a
region, so that deeper ones are gone already); where they may stand anywhere, the caller says how far to look.
"""

from __future__ import annotations

import os
from collections.abc import Container
from itertools import islice
from sys import exc_info
from types import CodeType, TracebackType

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["better_in_place", "is_ours", "outside", "raise_in_place", "trim"]

_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_OWN_TESTING: Final = _PACKAGE + "testing" + os.sep
_LOOK: Final = 24
"""How many entries of the user's may stand between two of ours."""
_EXCEPTIONS: Final = 64
_VOID: Final = (RecursionError, MemoryError)

_fields: Final[dict[str, Any]] = BaseException.__dict__  # type: ignore[assignment]
_trace: Final = _fields["__traceback__"].__get__
_set_trace: Final = _fields["__traceback__"].__set__
_context: Final = _fields["__context__"].__get__
_set_context: Final = _fields["__context__"].__set__
_cause: Final = _fields["__cause__"].__get__


def outside(error: BaseException, filename: str) -> BaseException:
    """Takes the outermost entry off the traceback where it is of `filename`: it keeps things alive."""
    trace: TracebackType | None = _trace(error)
    if trace is not None and trace.tb_frame.f_code.co_filename == filename:
        _set_trace(error, trace.tb_next)
    return error


def raise_in_place(error: BaseException) -> None:
    """Raises a task's exception where plain Python raises it.

    `raise` alone would put what the consumer is handling in the place of the exception's own context,
    where plain Python has it at the end of the chain.
    """
    context = _context(error)
    handled = exc_info()[1]
    try:
        raise error
    except BaseException:
        if context is not None:
            _set_context(error, context)
            if handled is not None:
                _chain(error, handled)
        raise
    finally:
        del error, context, handled


def _chain(error: BaseException, handled: BaseException) -> None:
    """Puts `handled` at the end of the context chain of `error`, without making a cycle."""
    last = error
    seen = {id(error)}
    while last is not handled:
        following = _context(last)
        if following is None:
            break
        if id(following) in seen:
            return
        last = following
        seen.add(id(last))
    if last is handled:
        return
    link, met = handled, {id(handled)}
    while True:
        following = _context(link)
        if following is None or id(following) in met:
            break
        if following is last:
            _set_context(link, None)
            break
        link = following
        met.add(id(link))
    _set_context(last, handled)


def trim(error: BaseException | None, slices: Container[int], look: int = _LOOK) -> None:
    """Removes our entries from the traceback of `error` and of those it is chained to.

    `slices` holds the `id` of each code object that stands for a piece of the user's own function. `look`:
    how many entries of the user's may stand between two of ours.
    """
    seen: set[int] = set()
    todo = [error]
    while todo and len(seen) < _EXCEPTIONS:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        _trim_one(one, slices, look)
        todo.append(_cause(one))
        todo.append(_context(one))
        if isinstance(one, BaseExceptionGroup):
            todo.extend(BaseExceptionGroup.exceptions.__get__(one))


def _trim_one(error: BaseException, slices: Container[int], look: int) -> None:
    first: TracebackType | None = _trace(error)
    kept = first
    while kept is not None and _ours(kept.tb_frame.f_code, slices):
        kept = kept.tb_next
    if kept is not first:
        _set_trace(error, kept)
    before: TracebackType | None = None
    left = look
    while kept is not None and left:
        following = kept.tb_next
        if following is not None and _ours(following.tb_frame.f_code, slices):
            inner = None
            while following is not None and _ours(following.tb_frame.f_code, slices):
                if id(following.tb_frame.f_code) in slices:
                    inner = following
                following = following.tb_next
            kept.tb_next = following
            if inner is not None:
                exact = _placed(kept, inner)
                if before is not None:
                    before.tb_next = exact
                elif exact is not kept:
                    _set_trace(error, exact)
                kept = exact
            left = look
        before, kept = kept, following
        left -= 1


def _placed(entry: TracebackType, inner: TracebackType) -> TracebackType:
    """The user's entry, pointing at what failed inside the slice, not at the whole of the hand-over.

    The function also holds the region as it was written, so it has an instruction at that very place. A
    comprehension with a frame of its own has not: there an instruction without a place lets the line stand.
    """
    code = entry.tb_frame.f_code
    whole, wanted = _position(entry), _position(inner)
    if whole is None or wanted is None or whole == wanted or not _within(wanted, whole):
        return entry
    for number, position in enumerate(code.co_positions()):
        if position == wanted:
            return TracebackType(entry.tb_next, entry.tb_frame, 2 * number, wanted[0])
    if wanted[0] != entry.tb_lineno:
        for number, position in enumerate(code.co_positions()):
            if position == (None, None, None, None):
                return TracebackType(entry.tb_next, entry.tb_frame, 2 * number, wanted[0])
    return entry


def _position(entry: TracebackType) -> tuple[int, int, int, int] | None:
    """First line, last line, first column, end column of what an entry points at."""
    for place in islice(entry.tb_frame.f_code.co_positions(), entry.tb_lasti // 2, None):
        line, last, column, end = place
        if line is None or last is None or column is None or end is None:
            return None
        return (line, last, column, end)
    return None


def _within(part: tuple[int, int, int, int], whole: tuple[int, int, int, int]) -> bool:
    starts = (whole[0], whole[2]) <= (part[0], part[2])
    return starts and (part[1], part[3]) <= (whole[1], whole[3])


def _ours(code: CodeType, slices: Container[int]) -> bool:
    return id(code) in slices or is_ours(code)


def is_ours(code: CodeType) -> bool:
    """Whether this is code of the package (but for that part of it which tests programs)."""
    filename = code.co_filename
    return filename.startswith(_PACKAGE) and not filename.startswith(_OWN_TESTING)


def better_in_place(speculation: Any) -> bool:
    """Whether the slice failed in a way that plain Python had better say for itself.

    What was raised by the recorder's own code may be the fault of the operation that it did for the slice,
    or its own.
    """
    error = speculation.error
    if error is None or speculation.committed or speculation.hand_overs:
        return False
    if not speculation.external_calls or isinstance(error, _VOID):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    own = trace is not None and is_ours(trace.tb_frame.f_code)
    return own and not isinstance(error, OSError)
