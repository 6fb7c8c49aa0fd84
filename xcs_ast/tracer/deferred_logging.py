"""Log records that are made where the call stands, and handled when its turn comes.

Guarantees: a record has the caller, line, function and time of the call, and the thread of whoever handles
it; no handler, filter, formatter or record factory of the program's takes part.
Assumes: the frames of clones look like those of the user's functions; frames of this package are told by
their file.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Container, Iterator
from sys import _getframe
from typing import Any, Final, final

from xcs_ast.effects.libraries import filters_of
from xcs_ast.native import use_own

use_own(globals())

__all__ = [
    "LEVELS",
    "LOGGER_METHODS",
    "RESERVED",
    "Record",
    "ends_in_a_file",
    "is_plain",
    "is_plain_call",
    "written_by",
]

LEVELS: Final = {
    "debug": 10,
    "info": 20,
    "warning": 30,
    "error": 40,
    "exception": 40,
    "critical": 50,
    "fatal": 50,
}
LOGGER_METHODS: Final = frozenset({*LEVELS, "log"})
RESERVED: Final = frozenset(
    [
        "name",
        "msg",
        "args",
        "levelname",
        "levelno",
        "pathname",
        "filename",
        "module",
        "exc_info",
        "exc_text",
        "stack_info",
        "lineno",
        "funcName",
        "created",
        "msecs",
        "relativeCreated",
        "thread",
        "threadName",
        "processName",
        "process",
        "taskName",
        "message",
        "asctime",
    ]
)
"""Fields of a record, which `extra` must not overwrite."""
_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_HANDLERS: Final = frozenset(("logging", "logging.handlers", "_pytest.logging"))
_FORMATTERS: Final = frozenset(("logging", "_pytest.logging"))
_STREAMS: Final = frozenset(("_io", "_pytest.capture"))
_KEEPING: Final = frozenset(("BufferingHandler", "MemoryHandler", "QueueHandler"))
"""Handlers that keep records where the program can look at them."""
_BYTES: Final = (io.BufferedWriter, io.FileIO, io.BufferedRandom, io.BytesIO)
_SINKS: Final = frozenset({("_io", "_WindowsConsoleIO"), ("xcs_ast.testing.capture", "_Sink")})


def is_plain_call(logger: Any) -> bool:
    """Whether the logger's own class is one of `logging`'s."""
    logging: Any = sys.modules["logging"]
    return type(logger) in (logging.Logger, logging.RootLogger)


def is_plain(logger: Any, package: str = "") -> bool:
    """Whether only classes of `logging` take part when this logger logs, without filters.

    Of the logger of a library, which is that of a `package`, the library's own filters are let pass.
    """
    logging: Any = sys.modules["logging"]
    if logging._logRecordFactory is not logging.LogRecord:
        return False
    if logging.Logger.makeRecord.__module__ != "logging" or logging.Logger.handle.__module__ != "logging":
        return False
    at, found = logger, False
    while at is not None:
        if type(at) not in (logging.Logger, logging.RootLogger) or filters_of(at, package):
            return False
        if not at.__dict__.keys() <= _FIELDS:
            return False
        for handler in at.handlers:
            found = True
            if not _is_plain_handler(handler):
                return False
        if not at.propagate:
            break
        at = at.parent
    # Without any handler, `lastResort` writes to `sys.stderr`.
    if found or logging.lastResort is None:
        return True
    return type(logging.lastResort) is logging._StderrHandler and type(sys.stderr).__module__ in _STREAMS


def written_by(logger: Any) -> Iterator[Any]:
    """The streams that a plain logger's messages go to; a handler itself, where it opens a file later."""
    logging: Any = sys.modules["logging"]
    at = logger
    while at is not None:
        for handler in at.handlers:
            stream = handler.__dict__.get("stream")
            if stream is not None:
                yield stream
            elif isinstance(handler, logging.FileHandler):
                yield handler
        at = at.parent if at.propagate else None


_FIELDS: Final = frozenset(
    ("filters", "name", "level", "parent", "propagate", "handlers", "disabled", "_cache", "manager")
)


def _is_plain_handler(handler: Any) -> bool:
    if type(handler).__module__ not in _HANDLERS or handler.filters or type(handler).__name__ in _KEEPING:
        return False
    if handler.formatter is not None and type(handler.formatter).__module__ not in _FORMATTERS:
        return False
    stream = handler.__dict__.get("stream")
    if stream is None or type(stream) is io.StringIO:
        return True
    return type(stream).__module__ in _STREAMS and ends_in_a_file(stream)


def ends_in_a_file(stream: Any) -> bool:
    """Whether there is no code of the program's below a stream of `io`: what is written runs none."""
    for attribute in ("buffer", "raw"):
        try:
            stream = getattr(stream, attribute, stream)
        except ValueError:  # detached
            return False
    cls = type(stream)
    return cls in _BYTES or (cls.__module__, cls.__name__) in _SINKS


@final
class Record:
    """One record in the making: where the call stands, and when it was."""

    __slots__ = ("_level", "_logger", "_made", "reason")

    def __init__(self, logger: Any, level: int, stacklevel: int, slices: Container[int]) -> None:
        self.reason = ""
        """Why the record cannot be made."""
        self._logger = logger
        self._level = level
        logging: Any = sys.modules["logging"]
        frame: Any = _getframe(1)
        left = stacklevel
        while frame is not None:
            filename: str = frame.f_code.co_filename
            own = filename.startswith(_PACKAGE) and not filename.startswith(_PACKAGE + "testing")
            if not own and os.path.normcase(filename) != logging._srcfile:
                left -= 1
                if left == 0:
                    break
            if own and filename.endswith(("passes.py", "speculation.py")):
                frame = None
                break
            frame = frame.f_back
        if frame is None or id(frame.f_code) in slices:
            self.reason = "logs with a caller that is not part of the task"
            return
        code = frame.f_code
        self._made = logging.LogRecord(
            logger.name, level, code.co_filename, frame.f_lineno, "", (), None, code.co_name, None
        )

    def finish(self, message: Any, args: tuple[Any, ...], extra: dict[str, Any] | None) -> Callable[[], None]:
        """What is to be done at the replay."""
        logger, made = self._logger, self._made

        def handle() -> None:
            logging: Any = sys.modules["logging"]
            # A new record for what depends on the thread; the time is that of the call.
            record = logger.makeRecord(
                made.name,
                made.levelno,
                made.pathname,
                made.lineno,
                message,
                args,
                None,
                made.funcName,
                extra,
                None,
            )
            for field in ("created", "msecs", "relativeCreated"):
                record.__dict__[field] = made.__dict__[field]
            assert type(record) is logging.LogRecord
            logger.handle(record)

        return handle
