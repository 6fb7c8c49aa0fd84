"""The speculative recorder: everything that a task does goes through it, and nothing shared changes.

Guarantees: see `transaction` (state), `calls` (code), `deferred` (output). What none of them can hold back or
foresee makes the task wait, which here means: it is abandoned, without having had an effect.
Assumes: one recorder serves one task, on one thread.
"""

from __future__ import annotations

import gc
import os
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from sys import _getframe, exc_info
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final, Never, final

from xcs_ast.effects.resolve import class_name, is_class
from xcs_ast.ir.paths import instance_dict
from xcs_ast.native import use_own
from xcs_ast.tracer.calls import handler_of, is_handled
from xcs_ast.tracer.calls_managers import Manager
from xcs_ast.tracer.calls_views import CONTAINERS, SCALARS
from xcs_ast.tracer.clones import Link, is_clone
from xcs_ast.tracer.hook_parts import Once
from xcs_ast.tracer.kinds import CURSORS, Unsure, raise_abandon, raise_ending
from xcs_ast.tracer.parking import Parking
from xcs_ast.tracer.quick import quick_builtin
from xcs_ast.tracer.quick_maker import quick_maker
from xcs_ast.tracer.tracebacks import clean_handled, is_own_fault
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["ENDS_LATE", "SpeculativeRecorder"]

_HIDDEN: Final = CURSORS | {
    types.GeneratorType, types.CoroutineType, types.FrameType, type(iter(())), type(iter("")),
    enumerate, zip, map, filter, reversed, Once,
}  # fmt: skip
_GUARDED: Final = 1_000
_MANY: Final = 64
_ROUNDS: Final = 4
_OWNERS: Final = frozenset({str, list, dict})
ENDS_LATE: Final = "lets go of a generator that ends later than it would plainly"
_EXHAUSTS: Final = "exhausts the stack or the memory"
_GENERATOR: Final = 0x20
_PASSES: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "passes.py")


def _call(cell: types.CellType, f: Any, /, *args: Any, **kwargs: Any) -> Any:
    """A call under the recorder that the task has by then."""
    return cell.cell_contents.call(f, *args, **kwargs)


def _perform(cell: types.CellType, f: Any, /, *args: Any, **kwargs: Any) -> object:
    return cell.cell_contents.perform(f, *args, **kwargs)


@final
class SpeculativeRecorder(Parking):
    """The recorder of one task that runs ahead."""

    __slots__ = (
        "__weakref__", "called", "generators", "handlers", "link", "many", "pinned", "reason",
        "slice_codes", "tries",
    )  # fmt: skip
    native_numbers = True

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.link = Link(self)
        self.handlers: dict[Any, tuple[str, str]] = {}
        transaction.on_doom.append(self.link.forget_callees)
        transaction.hold = self.hold
        self.generators: list[weakref.ref[Any]] = []
        self.many = _MANY
        self.called: dict[FunctionType, FunctionType] = {}
        """Of each function that was noted: the clone that stands for it."""
        self.pinned: list[Any] = []
        """Generators that an end of the task would close in mid-flight."""
        self.tries = 0
        """In how many `try` statements of the task execution is."""
        self.wrote_outside = False
        transaction.fresh.under_way = lambda: len(self.under_way())
        transaction.fresh.ended_late = self._ended_late
        self.slice_codes: set[int] = set()
        """By id: code that stands for a piece of a function of the program's, under another name."""
        self.reason = ""
        """Why the task was abandoned; nothing that it does afterwards counts."""

    # ---------------------------------------------------------------------------------------------- waiting

    def wait(self, reason: str) -> Never:
        """The task goes no further ahead."""
        if self.successor is not None:
            # Too late for that: what has happened is raised on.
            raise exc_info()[1] or RuntimeError(f"xcs_ast: {reason}")
        self.transaction.check()
        self.reason = self.reason or reason
        self.link.forget_callees()
        self._abandon(reason)

    def excuse(self, reason: str) -> None:
        """Why the task goes no further ahead, or nothing."""
        self.reason = reason
        self.pinned.clear()

    def hold(self) -> bool:
        """Before the task is stopped here: pins, and says whether that is in the end of a generator."""
        self.pin()
        frames = [gen.gi_frame for gen in self.pinned]
        frame: Any = _getframe(1)
        while frame is not None:
            code, outer = frame.f_code, frame.f_back
            if code.co_filename == _PASSES:
                return False
            if code.co_flags & _GENERATOR and is_clone(code) and all(frame is not each for each in frames):
                # No weak reference leads to it any more; or it is the slice itself.
                return outer is None or outer.f_code.co_filename != _PASSES
            frame = outer
        return False

    def pin(self) -> None:
        """Keeps generators from being finalized while the stack unwinds: their `finally` would be heard."""
        known = {id(gen) for gen in self.pinned}
        there = [gen for gen in (ref() for ref in self.generators) if gen is not None]
        self.pinned += [gen for gen in there if id(gen) not in known]

    def unpin(self) -> None:
        """Closes what was kept, silently; and what comes to be kept by that."""
        for _ in range(_ROUNDS):
            pinned, self.pinned = self.pinned, []
            for gen in pinned:
                try:
                    gen.close()
                except BaseException:
                    pass
            if all(gen.gi_frame is None for gen in self.pinned):
                break
        self.pinned = []

    def loop(self) -> None:
        """The start of a round of a `while` loop."""
        if self.transaction.doomed or self.reason:
            self._stop()

    def _stop(self) -> None:
        if self.reason:
            self._abandon(self.reason)
        self.transaction.check()

    def _abandon(self, reason: str) -> Never:
        if self.hold():
            raise_ending(reason)
        raise_abandon(reason)

    def call(self, f: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`f(*args, **kwargs)`."""
        if self.successor is not None:
            return self.successor.call(f, *args, **kwargs)
        if type(f) is FunctionType:
            clone = self.direct.get(f)
            if clone is not None:
                return self.run_direct(clone, args, kwargs)
        elif type(f) is MethodType:
            clone = self.clone_of_bound(f)
            if clone is not None:
                return self.run_direct(clone, (f.__self__, *args), kwargs)
        elif type(f) is BuiltinFunctionType or type(f) is type:
            cls: Any = f
            clone = self.makers.get(cls) if type(f) is type else None
            if clone is not None:
                return self.make(cls, clone, args, kwargs)
            if type(f) is BuiltinFunctionType and type(f.__self__) is not ModuleType:
                if type(f.__self__) in _OWNERS:
                    return self.call_method(f.__self__, f.__name__, *args, **kwargs)
                return self.dispatch(f, args, kwargs, True)
            known = self.handlers.get(f)
            if known is None:
                known = self.handlers[f] = handler_of(f)
            if known[0]:
                return self._handle(f, known, args, kwargs)
        return self.dispatch(f, args, kwargs, True)

    def perform(self, f: Any, /, *args: Any, **kwargs: Any) -> object:
        """A call whose result nobody uses."""
        if self.successor is None:
            kind = type(f)
            if kind is BuiltinFunctionType:
                if type(f.__self__) in _OWNERS:
                    return self.perform_method(f.__self__, f.__name__, *args, **kwargs)
            elif kind is FunctionType:
                clone = self.direct.get(f)
                if clone is not None:
                    return self.run_direct(clone, args, kwargs)
            elif kind is MethodType:
                clone = self.clone_of_bound(f)
                if clone is not None:
                    return self.run_direct(clone, (f.__self__, *args), kwargs)
        return self.dispatch(f, args, kwargs, False)

    def run_direct(self, clone: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs a clone, if the task still counts."""
        if (self.transaction.doomed or self.reason) and self.successor is None:
            self._stop()
        try:
            return clone(*args, **kwargs)
        except (RecursionError, MemoryError):
            # The stack is deeper here than in plain Python.
            return self.wait(_EXHAUSTS)

    def _handle(self, f: Any, known: tuple[str, str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.transaction.doomed or self.reason:
            self._stop()
        try:
            if known[1]:
                return self.do_number(f, known[1], args, kwargs)
            return getattr(self, known[0])(args, kwargs)
        except (RecursionError, MemoryError):
            return self.wait(_EXHAUSTS)

    def watch(self, gen: Any) -> None:
        """Notes a generator of the task's, as long as it is there."""
        watched = self.generators
        watched.append(weakref.ref(gen))
        if len(watched) > self.many:
            watched[:] = [ref for ref in watched if ref() is not None]
            self.many = max(_MANY, 2 * len(watched))

    def _ended_late(self) -> None:
        if self.successor is None:
            self.wait(ENDS_LATE)

    def under_way(self) -> list[Any]:
        """The task's generators that have begun and not ended."""
        there = [gen for gen in (ref() for ref in self.generators) if gen is not None]
        return [gen for gen in there if gen.gi_frame is not None and gen.gi_suspended]

    def callee(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., Any]:
        """What to call for the global `name`, which is `f`."""
        if self.transaction.doomed or self.reason:
            self._stop()
        if type(f) is FunctionType:
            made: Callable[..., Any] | None = self.direct.get(f)
        else:
            made = self._callee_of_c(f)
        if made is None or self.tries:
            # Where the program may catch what a lack of stack raises, calls are looked after.
            return partial(_call, self.link.cell, f)
        if self.link.beside[id(table)].get(name, table) is f:
            table[name] = made
            if self.transaction.doomed:
                table.clear()
        return made

    def _callee_of_c(self, f: Any) -> Callable[..., Any] | None:
        if type(f) is type:
            init = self.makers.get(f)
            if init is not None:
                return quick_maker(self, f, init, self.link.original_of(init))
            if f not in self.asked:
                # How it makes instances is known after the first one.
                self.asked.add(f)
                return None
        return quick_builtin(f, self.link.cell, self.owned) if is_handled(f) else None

    def callee_unused(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., object]:
        """The same where nobody uses the result."""
        if type(f) is FunctionType or is_handled(f):
            return self.callee(f, table, name)
        return partial(_perform, self.link.cell, f)

    def tables(self, scope: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """Where to keep what is known of a module's globals."""
        return self.link.scope(scope)[1:]

    def forget(self) -> None:
        """Drops the short cuts."""
        super().forget()
        self.link.forget()

    def dispatch(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        """Calls a live callable."""
        if self.transaction.doomed or self.reason:
            if self.successor is not None:
                return self.successor.call(f, *args, **kwargs)
            self._stop()
        try:
            return super().dispatch(f, args, kwargs, used)
        except (RecursionError, MemoryError):
            # The stack is deeper here than in plain Python.
            return self.wait(_EXHAUSTS)

    # -------------------------------------------------------------------------------------------- statements

    def made(self, f: FunctionType, /) -> FunctionType:
        """A nested function or lambda, just made."""
        self.transaction.adopt_function(f)
        return f

    def enter_try(self) -> None:
        """Entering the body of a `try` statement with handlers."""
        self.tries += 1
        if self.tries == 1:
            self.link.forget_callees()

    def leave_try(self) -> None:
        """Leaving that body, in whatever way."""
        self.tries -= 1

    def caught(self) -> None:
        """The start of an `except` block. The program handles nothing that plain Python would not raise."""
        self.doubt(exc_info()[1])
        clean_handled()

    def doubt(self, error: BaseException | None) -> None:
        """The program is about to handle an exception: the task goes no further if it is a fault of ours."""
        if is_own_fault(error):
            self.wait("something failed that the program has not done")
        if self.transaction.traced:
            self.transaction.handled |= {id(error), id(instance_dict(error))}

    def raising(self, exc: Any, /) -> Any:
        """What `raise` is given."""
        if is_class(exc) and issubclass(exc, BaseException):
            return self.call(exc)
        if not issubclass(type(exc), BaseException) or self.owns(exc):
            return exc
        handled = exc_info()[1]
        for _ in range(_GUARDED):
            if handled is None:
                break
            if handled is exc:
                return exc
            handled = handled.__context__
        return self.wait("raises an exception that it has not made")

    def match_subject(self, x: Any, /) -> Any:
        """The subject of a `match` whose patterns are matched natively."""
        kind = type(x)
        if kind in SCALARS:
            return x
        if kind in (list, tuple, dict) and self.view(x, ("__eq__",)) is x:
            return x
        return self.wait(f"matches a {class_name(kind)} against patterns")

    def manage(self, cm: Any, /) -> Any:
        """What `with` enters."""
        enter, leave = self.find_special(cm, "__enter__"), self.find_special(cm, "__exit__")
        if type(enter) is FunctionType and type(leave) is FunctionType:
            return Manager(self, cm, enter, leave)
        if enter is None or leave is None:
            return cm  # raises
        return Manager(self, cm, enter, leave)

    def import_name(self, name: str, scope: dict[str, Any], fromlist: Any, level: int, /) -> Any:
        """An import: only of what is loaded already."""
        if level or (
            type(scope.get("__builtins__")) is dict
            and scope["__builtins__"].get("__import__") is not __import__
        ):
            return self.wait("imports something in an unusual way")
        top, dot, _ = name.partition(".")
        try:
            module = self.container_method(sys.modules, "get", (name,), {}, True)
            if dot:  # without a `from`, it is the package that is bound
                self.container_method(sys.modules, "get", (top,), {}, True)
        except Unsure as unsure:
            return self.wait(unsure.reason)
        if module is not sys.modules.get(name):
            return self.wait("imports what it has replaced itself")
        if type(module) is not types.ModuleType or getattr(module.__spec__, "_initializing", False):
            return self.wait(f"imports {name}, which is not loaded")
        for each in fromlist or ():
            if each != "*" and each not in module.__dict__:
                return self.wait(f"imports {name}.{each}, which is not loaded")
        return super().import_name(name, scope, fromlist, level)

    def import_from(self, module: Any, name: str, /) -> Any:
        """`name` of `from module import name`."""
        return self.load_attr(module, name)

    # ----------------------------------------------------------------------------------------------- leaks

    def release(self) -> None:
        """Lets go of everything that the task knew."""
        self.forget()
        self.reason = ""
        self.generators.clear()
        self.called.clear()
        self.transaction.clear()

    def leaks(self, roots: Iterable[object], suspended: Any = None) -> str:
        """Why the task's end would be noticed: something that it made still needs the recorder."""
        for ref in self.generators:
            gen = ref()
            if gen is not None and gen.gi_frame is not None and suspended is None:
                return "a generator outlives the task"
            del gen
        todo: list[Any] = list(roots)
        seen: set[int] = set()
        for step in self.transaction.segment.log:
            todo.extend(step[1:])
        while todo:
            obj = todo.pop()
            kind = type(obj)
            if kind in SCALARS or id(obj) in seen or is_class(obj) or kind is types.ModuleType:
                continue
            seen.add(id(obj))
            if issubclass(kind, BaseException):
                without_our_entries(obj)
            if kind is FunctionType:
                if is_clone(obj.__code__):
                    return "a clone outlives the task"
                if self.owns(obj):
                    todo += [_content(cell) for cell in obj.__closure__ or ()]
            elif kind in _HIDDEN and (kind is not types.GeneratorType or is_clone(obj.gi_code)):
                return "an iterator outlives the task"
            elif (
                self.owns(obj)
                or (kind in CONTAINERS and kind in (tuple, frozenset))
                or kind is types.MethodType
            ):
                todo += gc.get_referents(obj)
        return ""


_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep


def without_our_entries(error: BaseException) -> None:
    """Takes the recorder's entries out of the traceback of an exception that the program keeps."""
    kept = [entry for entry in _entries(error.__traceback__) if not _is_ours(entry)]
    for entry, following in zip(kept, [*kept[1:], None], strict=False):
        if entry.tb_next is not following:
            entry.tb_next = following
    first = kept[0] if kept else None
    if error.__traceback__ is not first:
        BaseException.__dict__["__traceback__"].__set__(error, first)


def _entries(trace: types.TracebackType | None) -> Iterator[types.TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(entry: types.TracebackType) -> bool:
    return entry.tb_frame.f_code.co_filename.startswith(_PACKAGE)


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return None
