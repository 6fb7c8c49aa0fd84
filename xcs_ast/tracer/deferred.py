"""Effects whose result nobody uses: printing, logging, writing to open files. They take place at the replay.

Guarantees: what is printed, logged or written is rendered where the call stands, in the recorder's sight;
only streams and handlers that run no code of the program's take part; an effect that a `try` of the task
could see fail is not deferred, unless it can't fail.
Assumes: whoever replays does so on the consumer's thread, in the order of the program.
"""

from __future__ import annotations

import io
import sys
import types
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from xcs_ast.effects import libraries
from xcs_ast.effects.resolve import class_name, module_of
from xcs_ast.ir.effects import WHOLE
from xcs_ast.native import use_own
from xcs_ast.tracer import overheard
from xcs_ast.tracer.calls_views import SCALARS
from xcs_ast.tracer.deferred_logging import (
    LEVELS,
    LOGGER_METHODS,
    RESERVED,
    Record,
    ends_in_a_file,
    is_plain,
    is_plain_call,
    written_by,
)
from xcs_ast.tracer.modelled import Modelled

use_own(globals())

__all__ = ["Deferring"]

_TEXT_STREAMS: Final = frozenset(
    {
        ("_io", "TextIOWrapper"),
        ("_pytest.capture", "EncodedFile"),
        ("_pytest.capture", "CaptureIO"),
    }
)
_IN_MEMORY: Final = (io.StringIO, io.BytesIO)
_BYTES: Final = (io.BufferedWriter, io.FileIO, io.BufferedRandom, io.BytesIO)
_WRITES: Final = frozenset(("write", "writelines", "flush"))


class Deferring(Modelled):
    """Puts what can wait into the log."""

    __slots__ = ("wrote_outside",)

    # --------------------------------------------------------------------------------------------- streams

    def deferred_print(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """`print(...)` with an unused result (it has no other)."""
        named = dict(kwargs)
        file, flush = named.pop("file", None), named.pop("flush", False)
        sep, end = named.pop("sep", None), named.pop("end", None)
        if named or type(sep) not in (str, type(None)) or type(end) not in (str, type(None)):
            self.wait("calls print() in an unusual way")
        if type(flush) is not bool:
            self.wait("calls print() in an unusual way")
        if file is None:
            file = self.load_attr(sys, "stdout")
            if file is None:
                return
        mark = self.log_length()
        texts: list[str] = []
        for arg in args:
            try:
                texts.append(self.text_of(arg))
            except Exception:
                if texts:
                    self.wait("prints some of its arguments, and then raises")
                raise
        if mark != self.log_length():
            self.wait("prints an object whose text has effects of its own")
        if self.owns(file):
            if type(file) is not io.StringIO:
                self.wait("prints to a file that it has opened")
            print(*texts, sep=sep, end=end, file=file, flush=flush)
            return
        if type(file) in _BYTES:
            self.wait("prints to a stream of bytes")
        text = (" " if sep is None else sep).join(texts) + ("\n" if end is None else end)
        self._to_stream(file, text)
        self.defer_outside(lambda: print(*texts, sep=sep, end=end, file=file, flush=flush))

    def _to_stream(self, file: Any, text: Any) -> None:
        """Waits unless writing this to the stream may be put off."""
        cls = type(file)
        if cls in _IN_MEMORY:
            # Full or not, it takes everything; but a closed one would raise.
            if self.transaction.probe(lambda: file.closed):
                self.wait("writes to a stream that is closed")
            self.note_written(file)
            return
        plain_text = (module_of(cls), class_name(cls)) in _TEXT_STREAMS
        if not plain_text and cls not in _BYTES:
            self.wait(f"writes to a {class_name(cls)}")
        if self.tries:
            self.wait("writes to a stream inside of a try statement")
        if plain_text and type(text) is not str:
            self.wait("writes something that is no text")
        if not ends_in_a_file(file) or self.transaction.probe(lambda: file.closed):
            self.wait("writes to a stream over something of somebody's own, or to a closed one")
        if plain_text:
            try:
                text.encode(file.encoding, file.errors)
            except UnicodeError:
                self.wait("writes what the stream cannot encode")
        self.note_written(file)

    def note_written(self, file: Any) -> None:
        """From here on, the stream is not what it would be in plain Python."""
        self.wrote_outside = True
        if file is sys.stdout or file is sys.stderr:
            self.transaction.note_outside("channel", None, "stdout" if file is sys.stdout else "stderr")
            return
        self.transaction.note_outside("write", file, WHOLE)
        if type(file) not in _IN_MEMORY:
            self.transaction.note_outside("channel", None, "filesystem")

    def deferred_write(self, file: Any, name: str, args: tuple[Any, ...]) -> bool:
        """`file.write(text)` and its like on a shared stream; `False` where that is not what it is."""
        cls = type(file)
        if name not in _WRITES or self.owns(file):
            return False
        plain_text = cls is io.StringIO or (module_of(cls), class_name(cls)) in _TEXT_STREAMS
        if not plain_text and cls not in _BYTES:
            return False
        wanted = str if plain_text else bytes
        if name == "flush":
            if args:
                return False
            self._to_stream(file, "")
            self.defer_outside(file.flush)
            return True
        if len(args) != 1:
            return False
        if name == "write":
            (text,) = args
            if type(text) is not wanted:
                return False
            self._to_stream(file, text)
            self.defer_outside(lambda: file.write(text))
            return True
        lines = list(self.iterate(args[0]))
        if not all(type(line) is wanted for line in lines):
            self.wait("writes lines that are no text")
        self._to_stream(file, "")
        self.defer_outside(lambda: file.writelines(lines))
        return True

    def log_length(self) -> int:
        """How many steps have gone into the log of the present segment."""
        return self.transaction.segment.noted

    def defer_outside(self, step: Callable[[], object]) -> None:
        """Puts a step into the log."""

        def carry_out() -> None:
            step()

        self.transaction.defer(carry_out)

    # --------------------------------------------------------------------------------------------- logging

    def deferred_log(self, logger: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """`logger.info(...)` and its like, with an unused result (it has no other)."""
        if self.owns(logger) or not is_plain_call(logger):
            self.wait("logs through handlers, filters or formatters of somebody's own")
        if name == "log":
            if not args or type(args[0]) is not int:
                self.wait("logs with an unusual level")
            level, args = args[0], args[1:]
        else:
            level = LEVELS[name]
        if not args or set(kwargs) - {"extra", "stacklevel", "exc_info", "stack_info"}:
            self.wait("logs in an unusual way")
        if logger is sys.modules["logging"].root and not logger.handlers:
            self.wait("sets logging up")
        if not self.transaction.probe(lambda: is_plain(logger)):
            self.wait("logs through handlers, filters or formatters of somebody's own")
        if not self.transaction.probe(lambda: logger.isEnabledFor(level)):
            return
        if kwargs.get("exc_info") or kwargs.get("stack_info") or name == "exception":
            self.wait("logs the stack")
        stacklevel, extra = kwargs.get("stacklevel", 1), kwargs.get("extra")
        if type(stacklevel) is not int or stacklevel < 1:
            self.wait("logs with an unusual stacklevel")
        if extra is not None:
            extra = (
                self.view(extra, data=True)
                if type(extra) is dict
                else self.wait("logs with an unusual extra")
            )
            if not all(type(value) in SCALARS for value in extra.values()):
                self.wait("logs with an extra that is no plain data")
            if not all(type(key) is str and key not in RESERVED for key in extra):
                self.wait("logs with an extra that clashes with a record's own fields")
        record = Record(logger, level, stacklevel, self.slice_codes)
        if record.reason:
            self.wait(record.reason)
        message, rest = self._message(args[0], args[1:])
        self.transaction.note_outside("channel", None, "log")
        for stream in written_by(logger):
            if stream is not sys.stderr and stream is not sys.stdout:
                self.note_written(stream)
        self.defer_outside(record.finish(message, rest, extra))

    def hear(self, name: str) -> None:
        """What the logger of this name says can be put off; else waits."""
        logging: Any = sys.modules["logging"]
        found = logging.root.manager.loggerDict.get(name)
        package = name.partition(".")[0]
        if not is_plain_call(found) or not self.transaction.probe(lambda: is_plain(found, package)):
            self.wait(f"uses what logs as {name}, through handlers, filters or formatters of somebody's own")
        self.transaction.probe(partial(libraries.levels, name))

    def overheard(
        self, names: dict[str, bool], native: Any, args: list[Any], named: dict[str, Any], external: bool
    ) -> Any:
        """A call whose log lines wait until it is the task's turn.

        Of loggers that nobody hears (`names`) nothing is to come; if the body sets their level while the call
        is under way, it would.
        """
        try:
            with overheard.Listening(names):
                return self.transaction.ask(native, args, named, external)
        finally:  # a repetition is given the same lines
            for record in self.transaction.ask(overheard.taken, (), {}, False):
                if names.get(record.name, True):  # another task may listen to more loggers
                    self._log_later(record)

    def _log_later(self, record: Any) -> None:
        self.transaction.note_outside("channel", None, "log")
        for stream in written_by(sys.modules["logging"].getLogger(record.name)):
            if stream is not sys.stderr and stream is not sys.stdout:
                self.note_written(stream)
        self.defer_outside(partial(overheard.handle, record))

    def _message(self, message: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """The record's `msg` and `args`: as they are, if nobody can change them; else as text."""
        mark = self.log_length()
        if type(message) not in SCALARS:
            if args:
                self.wait("logs an object as a format")
            text = self.text_of(message)
            if mark != self.log_length():
                self.wait("logs an object whose text has effects of its own")
            return (text, ())
        if all(type(arg) in SCALARS for arg in args):
            if args:
                self._formatted(message, args)
            return (message, args)
        if type(message) is not str:
            self.wait("logs with an unusual format")
        given: Any = args
        if len(args) == 1 and type(args[0]) is dict and self.length(args[0]):
            given = args[0]
        text = self._formatted(message, given)
        if mark != self.log_length():
            self.wait("logs an object whose text has effects of its own")
        return (text, ())

    def _formatted(self, message: str, given: Any) -> Any:
        try:
            return self.binary("%", message, given)
        except Exception:
            return self.wait("logs with a format that does not fit")

    def logger_call(self, f: Any) -> tuple[Any, str] | None:
        """The logger and the method's name, if this callable is one of `logging`'s calls."""
        logging: Any = sys.modules.get("logging")
        if logging is None:
            return None
        if type(f) is types.MethodType:
            function: Any = f.__func__
            if type(function) is not types.FunctionType or function.__name__ not in LOGGER_METHODS:
                return None
            genuine = logging.Logger.__dict__.get(function.__name__) is function
            return (f.__self__, function.__name__) if genuine else None
        if type(f) is not types.FunctionType or f.__name__ not in LOGGER_METHODS:
            return None
        return (logging.root, f.__name__) if logging.__dict__.get(f.__name__) is f else None
