"""Run a piece of code in a sandbox and note everything that it does to the world.

Guarantees: standard streams, logging, warnings, working directory, environment, random streams and
interpreter limits are afterwards as they were before. Every run starts from the same ones: an empty
directory at the same path, the same seeds.

Assumes: one capture at a time in the process; the code under test leaves no threads of its own running.
"""

from __future__ import annotations

import contextlib
import contextvars
import gc
import io
import logging
import os
import pickle
import random
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from xcs_ast.testing import probe
from xcs_ast.testing.outcome import Event, Outcome
from xcs_ast.testing.picture import Picture, hide_frames_of, normalise

__all__ = ["captured"]

SEED: Final = 20240601
_WORKDIR: Final = Path(tempfile.gettempdir()) / f"xcs_ast_testing_{os.getpid()}"

Body = Callable[[], object]
Paint = Callable[[object, BaseException | None], Picture]


class _Sink(io.RawIOBase):
    """Notes what is written, joined with what was written just before."""

    def __init__(self, name: str, events: list[Event], thread: int) -> None:
        super().__init__()
        self._name, self._events, self._thread = name, events, thread

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        text = bytes(data).decode("utf-8", "surrogatepass")
        where = "" if threading.get_ident() == self._thread else " on another thread"
        last = self._events[-1] if self._events else None
        if last is not None and last[0] == self._name + where:
            self._events[-1] = (last[0], last[1] + text)
        else:
            self._events.append((self._name + where, text))
        return len(data)


def _stream(name: str, events: list[Event], thread: int) -> io.TextIOWrapper:
    """A text stream of the same type as the interpreter's own, which passes everything on at once."""
    sink: Any = _Sink(name, events, thread)
    return io.TextIOWrapper(sink, "utf-8", "surrogatepass", newline="", write_through=True)


_FIELDS: Final = "%(name)s %(levelno)s %(filename)s:%(lineno)s %(funcName)s on %(thread)d: %(message)s"


def _handler(events: list[Event], thread: int) -> logging.Handler:
    """Notes log records with the place and the thread that they name; one of `logging`'s own."""
    handler = logging.StreamHandler(_stream("log", events, thread))
    handler.setFormatter(logging.Formatter(_FIELDS))
    return handler


def captured(body: Body, paint: Paint, *, finalizers: bool = False) -> Outcome:
    """Run `body` in the sandbox; `paint(value, exception)` pictures what is left, before the sandbox closes.

    With `finalizers`, cyclic garbage is collected at the end, so that what `__del__` does is seen.
    """
    events: list[Event] = []
    with (
        _sandbox(events),
        warnings.catch_warnings(),
        _only_its_own() if finalizers else contextlib.nullcontext(),
    ):
        warnings.resetwarnings()
        warnings.simplefilter("default")
        warnings.showwarning = _noting(events)
        value, raised = contextvars.copy_context().run(_run, body)
        if finalizers:
            gc.collect()
        _settle(events)
        state = paint(value, raised)
        calls = tuple(probe.LOG.calls)
        world = _world()
        was_raised = raised is not None
        _forget(raised)
        del value, raised
    return Outcome(state, tuple(events), calls, world, was_raised)


@contextlib.contextmanager
def _only_its_own() -> Iterator[None]:
    """Collections look at what the run itself made: what there was before may be a hundred times as much.

    So what earlier runs left behind is not finalized in this one, either.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _run(body: Body) -> tuple[object, BaseException | None]:
    probe.LOG.own.set(probe.LOG.calls)
    try:
        return body(), None
    except BaseException as error:
        return None, error


hide_frames_of(_run.__code__)


def _forget(error: BaseException | None) -> None:
    """Drop the tracebacks, which keep frames and all that is in them alive."""
    if error is not None:
        error.__traceback__ = None


def _settle(events: list[Event]) -> None:
    """Take the addresses out of what was printed."""
    for index, event in enumerate(events):
        if len(event) == 2 and isinstance(event[1], str):
            events[index] = (event[0], normalise(event[1]))


def _noting(events: list[Event]) -> Any:
    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        events.append(("warning", str(message), category.__name__, filename, lineno))

    return note


@contextlib.contextmanager
def _sandbox(events: list[Event]) -> Iterator[None]:
    thread = threading.get_ident()
    before = (sys.stdout, sys.stderr, os.getcwd(), dict(os.environ), random.getstate(), list(sys.path))
    limits = (
        sys.getrecursionlimit(),
        gc.isenabled(),
        logging.root.level,
        dict(logging.root.manager.loggerDict),
    )
    handler = _handler(events, thread)
    probe.LOG.restart(events)
    _fresh_directory()
    logging.root.addHandler(handler)
    gc.disable()
    random.seed(SEED)
    sys.stdout, sys.stderr = _stream("stdout", events, thread), _stream("stderr", events, thread)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before[0], before[1]
        logging.root.removeHandler(handler)
        os.chdir(before[2])
        _restore_environment(before[3])
        random.setstate(before[4])
        sys.path[:] = before[5]
        sys.setrecursionlimit(limits[0])
        if limits[1]:
            gc.enable()
        if logging.root.level != limits[2]:  # setting it clears the caches of all loggers
            logging.root.setLevel(limits[2])
        for name in logging.root.manager.loggerDict.keys() - limits[3].keys():
            if name.partition(".")[0] not in sys.modules:  # else a library goes on with it
                del logging.root.manager.loggerDict[name]
        _remove_directory()


def _fresh_directory() -> None:
    _remove_directory()
    _WORKDIR.mkdir(parents=True)
    os.chdir(_WORKDIR)


def _remove_directory() -> None:
    try:
        os.rmdir(_WORKDIR)  # most runs leave it empty
    except FileNotFoundError:
        pass
    except OSError:
        shutil.rmtree(_WORKDIR, ignore_errors=True)


def _restore_environment(saved: dict[str, str]) -> None:
    if dict(os.environ) != saved:
        os.environ.clear()
        os.environ.update(saved)


def _world() -> tuple[tuple[str, object], ...]:
    try:
        directory = os.getcwd()
    except OSError:
        directory = "deleted"
    own = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    world: list[tuple[str, object]] = [
        ("files", _files()),
        ("working directory", directory),
        ("environment", tuple(sorted(own.items()))),
        ("random stream", hash(random.getstate())),
        ("recursion limit", sys.getrecursionlimit()),
    ]
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        world.append(("NumPy's random stream", pickle.dumps(numpy.random.get_state())))
    return tuple(world)


def _files() -> tuple[tuple[str, bytes], ...]:
    return tuple(
        (str(path.relative_to(_WORKDIR)), path.read_bytes() if path.is_file() else b"(a directory)")
        for path in sorted(_WORKDIR.rglob("*"))
    )
