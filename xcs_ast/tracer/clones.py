"""Instrumented clones of live functions.

Guarantees: a clone has its original's globals, closure cells, defaults, names, lines and columns; under the
plain `Recorder` it does what the original does. No user code runs while it is made. What cannot be cloned is
a `Refusal`.
Assumes: clones stay inside the task that they were made for; what leaves it is the original.
"""

from __future__ import annotations

import ast
import os
from _thread import RLock
from types import CellType, CodeType, FunctionType
from typing import Any, Final, final

from xcs_ast.native import intact, same_builtins, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.lookup import FunctionSource, find_function
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.instrument import OURS, Refused, instrument
from xcs_ast.tracer.instrument_base import CALLEES, CELLS, GLOBALS, KNOWN, NEXT, NUMBER, RECORDER, TYPE

use_own(globals())

__all__ = [
    "Link",
    "Refusal",
    "clone_of",
    "forget_clones",
    "instrumented",
    "is_clone",
    "register_slice",
    "source_of",
]

_LIMIT: Final = 8_192
_PATIENCE: Final = 0.2
_TYPE: Final = CellType(type)
_NEXT: Final = CellType(next)
_NO_CELLS: Final = CellType(())


@final
@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a function has no clone."""

    reason: str


@final
class Link:
    """What all clones of one task share: the cell with the task's recorder.

    `original_of` and the cache hold functions strongly until `close`.
    """

    __slots__ = (
        "_cells", "_clones", "_numbers", "_originals", "_scopes", "_sources", "beside", "cell", "stepwise",
    )  # fmt: skip

    def __init__(self, recorder: Recorder) -> None:
        self.cell = CellType(recorder)
        self.stepwise = recorder.stepwise
        self._numbers = CellType(int if recorder.native_numbers or type(recorder) is Recorder else None)
        self.beside: dict[int, dict[str, Any]] = {}
        """By the id of a table of callees: what the recorder knows of the same globals."""
        self._scopes: dict[int, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {}
        self._cells: dict[int, dict[str, CellType]] = {}
        self._clones: dict[FunctionType, FunctionType | Refusal] = {}
        self._originals: dict[FunctionType, FunctionType] = {}
        self._sources: dict[FunctionType, tuple[CodeType, dict[str, Any] | None]] = {}
        """Of each clone: the code and the keyword defaults that its function had when it was made."""

    @property
    def recorder(self) -> Recorder:
        """The recorder that clones of this task report to now."""
        found: Recorder = self.cell.cell_contents
        return found

    def switch(self, recorder: Recorder) -> None:
        """From here on, all clones of this task report to `recorder`, those that are running too."""
        self.forget()
        self.cell.cell_contents = recorder

    def scope(self, space: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The globals `space`; which of them the recorder knows; what clones call for them.

        Clones look into the last two before they ask the recorder, who fills them.
        """
        found = self._scopes.get(id(space))
        if found is None:
            found = self._scopes[id(space)] = (space, {}, {})
            self.beside[id(found[2])] = found[1]
        return found

    def cells(self, space: dict[str, Any]) -> dict[str, CellType]:
        """By name: the variables of our own that clones of functions with these globals close over."""
        found = self._cells.get(id(space))
        if found is None:
            _, known, callees = self.scope(space)
            found = self._cells[id(space)] = {
                RECORDER: self.cell,
                GLOBALS: CellType(space),
                CELLS: _NO_CELLS,
                KNOWN: CellType(known),
                CALLEES: CellType(callees),
                TYPE: _TYPE,
                NUMBER: self._numbers,
                NEXT: _NEXT,
            }
        return found

    def forget(self) -> None:
        """Empties the tables: clones ask the recorder again. May be called by any thread."""
        for _, known, callees in list(self._scopes.values()):
            known.clear()
            callees.clear()

    def forget_callees(self) -> None:
        """The same, of what is called only."""
        for _, _, callees in list(self._scopes.values()):
            callees.clear()

    def original_of(self, clone: FunctionType) -> FunctionType | None:
        """The function that a clone of this task was made from."""
        return self._originals.get(clone)

    def is_current(self, clone: FunctionType, function: FunctionType) -> bool:
        """Whether `function` still has the code and the defaults that its clone was made from."""
        code, named = self._sources.get(clone, (None, None))
        return (
            code is function.__code__
            and clone.__defaults__ is function.__defaults__
            and named is function.__kwdefaults__
        )

    def code_of(self, clone: FunctionType) -> CodeType | None:
        """The code that a clone of this task was made from."""
        return self._sources[clone][0] if clone in self._sources else None

    def named_of(self, clone: FunctionType) -> dict[str, Any] | None:
        """The keyword defaults that a clone of this task was made with, which are the function's own."""
        return self._sources[clone][1] if clone in self._sources else clone.__kwdefaults__

    def functions(self) -> list[FunctionType]:
        """The functions of which this task has clones."""
        return list(self._originals.values())

    def close(self) -> None:
        """Drops all clones. Those that still run go on."""
        self.forget()
        self._scopes.clear()
        self._cells.clear()
        self.beside.clear()
        self._clones.clear()
        self._originals.clear()
        self._sources.clear()


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """The instrumented code for one code object, which it keeps alive."""

    original: CodeType
    code: CodeType | None
    reason: str


_plans: dict[int, _Plan] = {}
_stepwise: dict[int, _Plan] = {}
_slices: dict[int, tuple[CodeType, FunctionSource]] = {}
_clone_codes: dict[int, CodeType] = {}
_making = RLock()
"""Tasks of one region want the same clones at once. Who has waited long enough makes them all the same."""


def _after_fork() -> None:
    global _making
    _making = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def clone_of(function: FunctionType, link: Link) -> FunctionType | Refusal:
    """The instrumented clone of `function` for the task of `link`, or why there is none."""
    if type(function) is not FunctionType:
        return Refusal("not a Python function")
    known = link._clones.get(function)
    if known is not None and (type(known) is Refusal or link.is_current(known, function)):
        return known
    # Read once: another thread may replace it meanwhile, and what the clone was made from must be known.
    code = function.__code__
    made = _clone(function, code, link)
    link._clones[function] = made
    if isinstance(made, FunctionType):
        link._originals[made] = function
        link._sources[made] = code, made.__kwdefaults__
    return made


def register_slice(
    code: CodeType,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    filename: str,
    owner: str | None,
) -> None:
    """Tells the source of a function that our own rewriting made.

    `owner` is the class that mangles its names.
    """
    if not is_slice(code):
        _slices[id(code)] = (code, FunctionSource(node, filename, owner))
        _plans.pop(id(code), None)
        _stepwise.pop(id(code), None)


def is_slice(code: CodeType) -> bool:
    """Whether this code was registered as a slice."""
    registered = _slices.get(id(code))
    return registered is not None and registered[0] is code


def source_of(code: CodeType) -> FunctionSource | None:
    """The source of a code object: as registered, or as found in its file."""
    registered = _slices.get(id(code))
    if registered is not None and registered[0] is code:
        return registered[1]
    return find_function(code)


def is_clone(code: CodeType) -> bool:
    """Whether this is the code of a clone (or of a comprehension or generator expression inside of one)."""
    return _clone_codes.get(id(code)) is code


def instrumented(code: CodeType) -> CodeType | None:
    """The code that clones of functions with this code have had so far, if there were any."""
    plan = _plans.get(id(code))
    return plan.code if plan is not None and plan.original is code else None


def forget_clones() -> None:
    """Drops all instrumented code; registered slices, and what stands for them in tracebacks, stay."""
    kept = {key: plan for key, plan in list(_plans.items()) if is_slice(plan.original)}
    _plans.clear()
    _stepwise.clear()
    _clone_codes.clear()
    _clone_codes.update((id(plan.code), plan.code) for plan in kept.values() if plan.code is not None)
    _plans.update(kept)


# ----------------------------------------------------------------------------------------------------- parts


def _clone(function: FunctionType, original: CodeType, link: Link) -> FunctionType | Refusal:
    plan = _plan(original, link.stepwise)
    code = plan.code
    if code is None:
        return Refusal(plan.reason)
    cells = function.__closure__ or ()
    by_name = link.cells(function.__globals__)
    if cells:
        theirs = dict(zip(original.co_freevars, cells, strict=True))
        by_name = {**theirs, **by_name, CELLS: CellType(cells)}
    closure = tuple(map(by_name.__getitem__, code.co_freevars))
    clone = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    if not same_builtins(clone, function):
        return Refusal("its globals name other builtins than when it was defined")
    clone.__kwdefaults__ = function.__kwdefaults__
    clone.__qualname__ = function.__qualname__
    clone.__module__ = function.__module__
    return clone


def _plan(code: CodeType, stepwise: bool) -> _Plan:
    plans = _stepwise if stepwise else _plans
    plan = plans.get(id(code))
    if plan is not None and plan.original is code:
        return plan
    lock = _making
    held = lock.acquire(timeout=_PATIENCE)
    try:
        plan = plans.get(id(code))
        if plan is None or plan.original is not code:
            plan = _make_plan(code, stepwise)
            if not intact():
                # Whatever was made then, nobody shall use, now or later.
                return _Plan(code, None, "the program has replaced builtins")
            if len(plans) >= _LIMIT:
                forget_clones()
    finally:
        if held:
            lock.release()
    # Of two threads that make one at once the first has made it: what runs is what `instrumented` tells.
    return plans.setdefault(id(code), plan)


def _make_plan(code: CodeType, stepwise: bool) -> _Plan:
    if is_clone(code):
        return _Plan(code, None, "a clone already")
    source = source_of(code)
    if source is None:
        return _Plan(code, None, "no source")
    try:
        made = instrument(source, code, stepwise)
    except Refused as refused:
        return _Plan(code, None, str(refused))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _Plan(code, None, f"cannot be instrumented ({type(error).__name__}: {error})")
    if not set(made.code.co_freevars) <= {*code.co_freevars, *OURS}:
        return _Plan(code, None, "its free variables are not those of its source")
    for each in made.own:
        _clone_codes[id(each)] = each
    if id(code) in _slices:
        for nested, node in made.nested:
            _slices.setdefault(id(nested), (nested, FunctionSource(node, source.filename, source.owner)))
    return _Plan(code, made.code, "")
