"""What a library logs while a task calls it, kept until the task's turn.

`httpx` says at `INFO` what it has requested: with `logging.basicConfig(level=logging.INFO)` each call of a
model prints a line. While a worker makes the call, a filter in front of the library's loggers takes the
records of that thread; at the task's turn they go the way that they would have gone.

Guarantees: records of other threads pass; the filter is there only as long as somebody listens.
Assumes: only classes of `logging` take part when these loggers log (`deferred_logging.is_plain`).
"""

from __future__ import annotations

import sys
import threading
from _thread import allocate_lock, get_ident
from collections.abc import Iterable
from typing import Any, Final, final

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["Listening", "handle", "taken"]

_OF_THE_THREAD: Final = ("thread", "threadName", "processName", "process", "taskName")


@final
class Ear:
    """A filter of `logging`."""

    __slots__ = ()

    def filter(self, record: Any) -> bool:
        """Whether the record goes on; one of a thread that listens is kept."""
        kept = _kept.get(get_ident())
        if kept is None:
            return True
        try:
            # As the handlers would: what it is made of may be another thing by then.
            record.msg, record.args = record.getMessage(), ()
        except Exception:  # they will tell
            pass
        kept.append(record)
        return False


_EAR: Final = Ear()
_kept: Final[dict[int, list[Any]]] = {}
"""By thread: the records that it has made."""
_done: Final[dict[int, list[Any]]] = {}
_listening: Final[dict[str, int]] = {}
"""How many threads listen to each logger."""
_mutex: Final = allocate_lock()


@final
class Listening:
    """Keeps what the loggers of these names say on this thread; `taken` gives it."""

    __slots__ = ("_known", "_names")

    def __init__(self, names: Iterable[str]) -> None:
        logging: Any = sys.modules.get("logging")
        table = {} if logging is None else logging.root.manager.loggerDict
        self._names = tuple([name for name in names if hasattr(table.get(name), "filters")])
        self._known = True

    def __enter__(self) -> None:
        ident = get_ident()
        _kept[ident] = []
        # A record asks for its thread's name, which would make a `Dummy-1` of ours, for good.
        threads: dict[int, Any] = threading._active  # type: ignore[attr-defined]
        self._known = ident in threads
        if not self._known:
            threads[ident] = threading.main_thread()
        with _mutex:
            for name in self._names:
                _listening[name] = _listening.get(name, 0) + 1
                filters = _logger(name).filters
                if not any(each is _EAR for each in filters):
                    filters.insert(0, _EAR)

    def __exit__(self, *_: object) -> None:
        with _mutex:
            for name in self._names:
                left = _listening[name] = _listening[name] - 1
                if not left:
                    filters = _logger(name).filters
                    filters[:] = [each for each in filters if each is not _EAR]
        ident = get_ident()
        if not self._known:
            threading._active.pop(ident, None)  # type: ignore[attr-defined]
        _done[ident] = _kept.pop(ident, [])


def taken() -> list[Any]:
    """The records that this thread has kept last."""
    return _done.pop(get_ident(), [])


def handle(record: Any) -> None:
    """Lets a record go its way, on the thread whose turn it is."""
    logging: Any = sys.modules["logging"]
    here = logging.LogRecord(record.name, record.levelno, "", 0, "", (), None)
    for name in _OF_THE_THREAD:
        if name in here.__dict__:
            record.__dict__[name] = here.__dict__[name]
    _logger(record.name).handle(record)


def _logger(name: str) -> Any:
    return sys.modules["logging"].getLogger(name)
