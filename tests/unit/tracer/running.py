"""Runs a function and its clones side by side."""

from __future__ import annotations

import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from xcs_ast.tracer.clones import Link, Refusal, clone_of
from xcs_ast.tracer.hooks import Direct, Recorder
from xcs_ast.tracer.stepping import Stepwise


class Deep(Recorder):
    """The plain meaning, in clones of all Python functions that are called."""

    def __init__(self) -> None:
        self.link = Link(self)
        self.cloned = 0
        self.refused: list[tuple[str, str]] = []

    def _deep(self, f: Any) -> Any:
        if type(f) is types.MethodType and type(f.__func__) is types.FunctionType:
            return types.MethodType(self._deep(f.__func__), f.__self__)
        if type(f) is not types.FunctionType:
            return f
        clone = clone_of(f, self.link)
        if isinstance(clone, Refusal):
            self.refused.append((f.__qualname__, clone.reason))
            return f
        self.cloned += 1
        return clone

    def call(self, f: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(f) is type and type(f.__init__) is types.FunctionType and f.__new__ is object.__new__:
            made = f.__new__(f)
            self._deep(f.__init__)(made, *args, **kwargs)
            return made
        return self._deep(f)(*args, **kwargs)

    def perform(self, f: Any, /, *args: Any, **kwargs: Any) -> object:
        return self.call(f, *args, **kwargs)

    def call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return self.call(getattr(o, name), *args, **kwargs)

    perform_method = call_method


def plain_clone(f: Any, recorder: Recorder | None = None) -> Any:
    clone = clone_of(f, Link(recorder or Recorder()))
    assert not isinstance(clone, Refusal), (f, clone)
    return clone


def outcome(f: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, Any]:
    """What a call gives, exhausting generators; exceptions with the places in the function's own frame."""
    try:
        result = f(*args, **kwargs)
        if type(result) is types.GeneratorType:
            result = list(result)
    except Exception as error:
        return ("error", (type(error), str(error), places(error)))
    return ("value", result)


def places(error: BaseException, filename: str | None = None) -> list[tuple[Any, ...]]:
    """Where the traceback has been, without frames of hooks and tests."""
    found = []
    for frame in traceback.TracebackException.from_exception(error).stack:
        if "/tracer/" in frame.filename or frame.filename == "<string>":
            if not frame.filename.endswith("constructs.py"):
                continue
        found.append(
            (frame.filename, frame.name, frame.lineno, frame.end_lineno, frame.colno, frame.end_colno)
        )
    return found


RECORDERS: list[Callable[[], Recorder]] = [Recorder, Direct, Deep, Stepwise]
PY = sys.version_info[:2]
