"""A task that has waited for its turn: its worker goes on, and the consumer's thread does what it asks for.

Guarantees: whatever may run code of the program's, or C code that is not neutral, runs on the consumer's
thread, with the same arguments, result and exception; one side works at a time. What interrupts the consumer
(Ctrl-C) is raised in the task, at its next step. Neither side waits for good for the other.
Assumes: `serve` is called once, by the thread that the task's effects belong to, after its log was carried
out.
"""

from __future__ import annotations

from _thread import allocate_lock, get_ident
from collections.abc import Callable, Iterator
from functools import partial
from os import getpid
from sys import exc_info
from time import monotonic
from types import GeneratorType
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer.clones import is_clone
from xcs_ast.tracer.hooks import COMPARE, Recorder, once
from xcs_ast.tracer.kinds import SCALARS

use_own(globals())

__all__ = ["Exchange", "HandOver"]

_PATIENCE: Final = 5.0
"""Seconds. A program that swallows what ends its task never comes to its end."""
_TAKEN: Final = (True, None)
_NEUTRAL: Final = SCALARS | {list, tuple, dict, set, frozenset, range}
_fields: Final[dict[str, Any]] = BaseException.__dict__  # type: ignore[assignment]


@final
class _Request:
    """One thing that a task has asked for: begun once, answered once."""

    __slots__ = ("answer", "begun", "work")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work: Callable[[], Any] = work
        self.begun = False
        self.answer: tuple[bool, Any] | None = None
        """Whether it went well, and the result or the exception; the worker takes it."""


@final
class Exchange:
    """Where one worker and one consumer meet. Signals may come twice: who wakes looks at the facts.

    Each fact is one store, by one side, and no other store has to follow it: the other side may see it at
    once, and an interrupt may come right after it.
    """

    __slots__ = (
        "_bell",
        "_ended",
        "_left",
        "_reply",
        "_request",
        "_word",
        "interrupt",
        "process",
        "thread",
    )

    def __init__(self) -> None:
        self._bell = allocate_lock()
        self._bell.acquire()
        self._reply = allocate_lock()
        self._reply.acquire()
        self._request: _Request | None = None
        self._ended = False
        self._left = False
        self._word: bool | None = None
        self.interrupt: BaseException | None = None
        """What interrupted the consumer while it had nothing to do."""
        self.thread = 0
        """The consumer's, once it serves."""
        self.process = getpid()

    # The worker

    def wait(self) -> bool:
        """Until the consumer has made up its mind: whether the task goes on."""
        while self._word is None:
            self._reply.acquire()
        return self._word

    def ask(self, work: Callable[[], Any]) -> Any:
        """Has the consumer do this; gives or raises what came of it.

        Raises `KeyboardInterrupt` where the consumer was interrupted so that it cannot serve any more.
        """
        if get_ident() == self.thread:
            return work()
        held = exc_info()[1]
        request = _Request(work if held is None else partial(_while_handling, held, work))
        self._request = request
        _ring(self._bell)
        while request.answer is None:
            if self._left:
                if self._ended:
                    return work()
                raise KeyboardInterrupt
            self._reply.acquire()
        self._request = None
        good, value = request.answer
        request.answer, request.work = _TAKEN, bool
        if good:
            return value
        try:
            raise value
        finally:
            del value, held, work

    def end(self) -> None:
        """The task needs nothing any more."""
        self._ended = True
        _ring(self._bell)

    # The consumer

    def dismiss(self) -> None:
        """Nobody will serve the task."""
        if self._word is None:
            self._word = False
        _ring(self._reply)

    def rest(self) -> None:
        """After `dismiss`: until the worker has let go of what it held (or will not, whatever it is told)."""
        deadline = monotonic() + _PATIENCE
        while not self._ended and self.process == getpid() and monotonic() < deadline:
            self._bell.acquire(timeout=_PATIENCE / 10)

    def serve(self, first: Callable[[], object] = bool) -> None:
        """Does what the task asks for, until it needs nothing any more.

        Before that `first` is called, which does nothing when it is called again; what it raises is raised in
        the task.
        """
        self.thread = get_ident()
        try:
            while True:
                try:
                    first()
                    self._word = True
                    _ring(self._reply)
                    while self._serve_one():
                        pass
                    break
                except BaseException as error:
                    # Between two steps; the facts say where it was.
                    self.interrupt = error
        finally:
            # Where a second interrupt came while the first was being noted, nobody serves any more.
            self._left = True
            _ring(self._reply)
        interrupt, self.interrupt = self.interrupt, None
        if interrupt is not None:
            raise interrupt

    def _serve_one(self) -> bool:
        request = self._request
        if request is None or request.answer is not None:
            if self._ended:
                return False
            # What has been asked for may die while nothing is to be done.
            del request
            self._bell.acquire()
            return True
        if request.begun or self.interrupt is not None:
            request.answer = (False, self.interrupt or KeyboardInterrupt())
            self.interrupt = None
        else:
            request.begun = True
            try:
                answer = (True, request.work())
            except BaseException as error:
                answer = (False, error)
            request.answer = answer
            del answer
        # Whatever comes of it, its last holder is the task, as in plain Python.
        del request
        _ring(self._reply)
        return True


def _ring(bell: Any) -> None:
    try:
        bell.release()
    except RuntimeError:
        # It has been rung, and nobody has woken yet.
        pass


def _while_handling(error: BaseException, work: Callable[[], Any]) -> Any:
    """Does it as if `error` were being handled here, as it is where the task stands."""
    trace, context = error.__traceback__, error.__context__
    try:
        raise error
    except BaseException:
        _fields["__traceback__"].__set__(error, trace)
        _fields["__context__"].__set__(error, context)
        return work()


class _Steps:
    """An iterator whose every step the consumer makes."""

    __slots__ = ("_exchange", "_next")

    def __init__(self, exchange: Exchange, step: Callable[[], Any]) -> None:
        self._exchange = exchange
        self._next = step

    def __iter__(self) -> _Steps:
        return self

    def __next__(self) -> Any:
        return self._exchange.ask(self._next)


class _Managed:
    """A context manager that the consumer enters and leaves."""

    __slots__ = ("_exchange", "_manager")

    def __init__(self, exchange: Exchange, manager: Any) -> None:
        self._exchange = exchange
        self._manager = manager

    def __enter__(self) -> Any:
        manager = self._manager
        return self._exchange.ask(lambda: type(manager).__enter__(manager))

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        manager = self._manager
        return self._exchange.ask(lambda: bool(type(manager).__exit__(manager, kind, error, trace)))


@final
class HandOver(Recorder):
    """The recorder of a task whose turn has come: the plain meaning, on the consumer's thread."""

    __slots__ = ("_ask", "_exchange")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._ask = exchange.ask

    def loop(self) -> None:
        """The start of a round of a `while` loop."""
        if self._exchange.interrupt is not None:
            self._ask(int)

    # Attributes and items

    def load_attr(self, o: Any, name: str, /) -> Any:
        """`o.name`."""
        if type(o) in _NEUTRAL:
            return getattr(o, name)
        return self._ask(lambda: getattr(o, name))

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        self._ask(lambda: setattr(o, name, value))

    def delete_attr(self, o: Any, name: str, /) -> None:
        """`del o.name`."""
        self._ask(lambda: delattr(o, name))

    def load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]`."""
        if type(o) in _NEUTRAL and type(k) in SCALARS:
            return o[k]
        return self._ask(lambda: o[k])

    def store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value`."""
        base = super().store_item
        self._ask(lambda: base(value, o, k))

    def delete_item(self, o: Any, k: Any, /) -> None:
        """`del o[k]`."""
        base = super().delete_item
        self._ask(lambda: base(o, k))

    # Operators

    def inplace(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op= b` for a local variable."""
        base = super().inplace
        if type(a) in SCALARS and type(b) in SCALARS:
            return base(op, a, b)
        return self._ask(lambda: base(op, a, b))

    def binary(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op b`."""
        base = super().binary
        if type(a) in SCALARS and type(b) in SCALARS:
            return base(op, a, b)
        return self._ask(lambda: base(op, a, b))

    def unary(self, op: str, a: Any, /) -> Any:
        """`-a`, `+a`, `~a`."""
        base = super().unary
        return base(op, a) if type(a) in SCALARS else self._ask(lambda: base(op, a))

    def compare(self, op: str, a: Any, b: Any, /) -> Any:
        """One comparison."""
        if op in ("is", "is not") or (type(a) in SCALARS and type(b) in SCALARS):
            return COMPARE[op](a, b)
        return self._ask(lambda: COMPARE[op](a, b))

    def truth(self, x: Any, /) -> bool:
        """What `if x` asks."""
        return bool(x) if type(x) in _NEUTRAL else bool(self._ask(lambda: bool(x)))

    def format_value(self, value: Any, conversion: int, spec: str, /) -> str:
        """`{value!conversion:spec}` of an f-string."""
        base = super().format_value
        if type(value) in SCALARS:
            return base(value, conversion, spec)
        return self._ask(lambda: base(value, conversion, spec))  # type: ignore[no-any-return]

    # Iteration

    def iterate(self, x: Any, /) -> Iterator[Any]:
        """What `for` runs over."""
        if type(x) in _NEUTRAL or (type(x) is GeneratorType and is_clone(x.gi_code)):
            return iter(x)
        base = super().iterate
        found = self._ask(lambda: base(x))
        return once(_Steps(self._exchange, lambda: next(found)))

    def hint(self, x: Any, /) -> None:
        """A list or tuple is about to be filled from `x`, and asks how much there will be."""
        base = super().hint
        self._ask(lambda: base(x))

    def unpack(self, x: Any, before: int, after: int, /) -> Any:
        """What `a, b = x` takes apart."""
        base = super().unpack
        return base(x, before, after) if type(x) in _NEUTRAL else self._ask(lambda: base(x, before, after))

    # Calls

    def call(self, f: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`f(*args, **kwargs)`."""
        return self._ask(lambda: f(*args, **kwargs))

    def perform(self, f: Any, /, *args: Any, **kwargs: Any) -> object:
        """A call whose result nobody uses."""
        return self._ask(lambda: f(*args, **kwargs))

    def call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """`o.name(*args, **kwargs)`."""
        return self._ask(lambda: getattr(o, name)(*args, **kwargs))

    def perform_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> object:
        """The same where nobody uses the result."""
        return self._ask(lambda: getattr(o, name)(*args, **kwargs))

    def manage(self, cm: Any, /) -> Any:
        """What `with` enters."""
        if not hasattr(type(cm), "__enter__") or not hasattr(type(cm), "__exit__"):
            return cm  # raises
        return _Managed(self._exchange, cm)

    def raising(self, exc: Any, /) -> Any:
        """What `raise` is given."""
        return self._ask(exc) if isinstance(exc, type) and issubclass(exc, BaseException) else exc

    def import_name(self, name: str, scope: dict[str, Any], fromlist: Any, level: int, /) -> Any:
        """The import itself."""
        base = super().import_name
        return self._ask(lambda: base(name, scope, fromlist, level))

    def import_from(self, module: Any, name: str, /) -> Any:
        """`name` of `from module import name`."""
        base = super().import_from
        return self._ask(lambda: base(module, name))
