"""The exceptions that this package raises at people. None of them ever meets a running user program.

Everything else that goes wrong at run time is a diagnostic, and the program goes on as plain Python.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` wraps, there from the start
import os
import sys
from functools import partial
from types import FunctionType, MethodType

from xcs_ast.native import Final, final, use_own

use_own(globals())

__all__ = ["ConfigError", "XcsError", "forget_our_work", "is_of_the_program"]

_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARY: Final = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_FOREIGN: Final = (_LIBRARY + "site-packages" + os.sep, _LIBRARY + "dist-packages" + os.sep)
_OF_LIBRARIES: Final = frozenset({"xcs_ast", "libcst"})


def is_of_the_program(error: BaseException) -> bool:
    """Whether an exception that came up in the midst of our own work is none of ours.

    Nothing of ours runs code of the program where this is asked. But a signal handler (a time limit, say)
    may run at any moment, and another thread may throw something in; both are meant for the program. So is
    what is no `Exception`: Ctrl-C, as a rule.
    """
    if not isinstance(error, Exception):
        return True
    handlers = _codes_of_handlers()
    foreign = False
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code in handlers:
            return True
        filename = code.co_filename
        if not (filename.startswith((_PACKAGE, "<frozen ")) or "libcst" in filename):
            foreign = foreign or not filename.startswith(_LIBRARY) or filename.startswith(_FOREIGN)
        trace = trace.tb_next
    kind = type(error).__module__.partition(".")[0]
    known = kind == "builtins" or kind in _OF_LIBRARIES or kind in sys.stdlib_module_names
    return not foreign and not known


def forget_our_work(error: BaseException) -> None:
    """Takes out of a traceback what we, and what we use, were doing when something of the program's came up.

    What is left begins with the frame of a signal handler, if it was one that raised.
    """
    handlers = _codes_of_handlers()
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code not in handlers:
        trace = trace.tb_next
    error.__traceback__ = trace


def _codes_of_handlers() -> set[object]:
    found: set[object] = set()
    for number in _signal.valid_signals():
        handler: object = _signal.getsignal(number)
        while type(handler) in (MethodType, partial):
            handler = handler.__func__ if type(handler) is MethodType else handler.func  # type: ignore[attr-defined]
        if type(handler) is not FunctionType:
            handler = getattr(type(handler), "__call__", None)  # noqa: B004
        if type(handler) is FunctionType:
            found.add(handler.__code__)
    return found


class XcsError(Exception):
    """Base of all exceptions of this package."""


@final
class ConfigError(XcsError, ValueError):
    """An option is unknown or has a value that it cannot have.

    `code` is the diagnostic's (`XCS40x`); `source` says where the option was read
    (`pyproject.toml`, an environment variable, or the call).
    """

    def __init__(self, code: str, message: str, source: str = "") -> None:
        super().__init__(code, message, source)
        self.code = code
        self.message = message
        self.source = source

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.code} {self.message}"
