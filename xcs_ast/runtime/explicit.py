"""The public `run_ahead` and `ahead`, for code that was written (or rewritten) by hand.

Guarantees: they compute what their reading says: each slice once for each item, at the latest at its
hand-over. They start something early only where the caller's source was found, analysed, and PROVEN; else
everything happens in place, on the calling thread. A handle may be kept and used later, or never.
Assumes: a file that compiles to the caller's code is its source.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Iterable, Iterator
from inspect import CO_GENERATOR
from itertools import islice
from sys import _getframe
from types import CodeType, FrameType
from typing import Any, Final, TypeVar, final

from xcs_ast.diagnostics import Diagnostic, notices
from xcs_ast.diagnostics import codes_runtime as codes
from xcs_ast.errors import XcsError
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import intact, use_own
from xcs_ast.runtime.block import BlockRun
from xcs_ast.runtime.run import Run
from xcs_ast.runtime.site import Site
from xcs_ast.runtime.task import SingleTask, StagedTask, Task
from xcs_ast.source.lookup import find_function
from xcs_ast.source.quiet import quiet

use_own(globals())

__all__ = ["Handle", "Later", "ahead", "facts_for_caller", "run_ahead"]

Item = TypeVar("Item")
Value = TypeVar("Value")

_sites: Final[dict[tuple[int, int], tuple[CodeType, Site | None]]] = {}
_MOST_SITES: Final = 4096


@final
class Handle:
    """The hand-overs of one item, in order: `ahead()`, or `ahead.any_name()` for a reader's benefit."""

    __slots__ = ("_task",)

    def __init__(self, task: Task) -> None:
        self._task: Task | None = task

    def __call__(self) -> Any:
        """The next hand-over: waits for it, or computes it now.

        Raises:
            XcsError: the slice has no more hand-overs.
        """
        task = self._task
        if task is None:
            raise XcsError("this value has been handed over already")
        if task.single:
            self._task = None
        return task.take(None)

    def __getattr__(self, name: str) -> Callable[[], Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


@final
class Later:
    """A call that may be under way; calling the handle gives its value."""

    __slots__ = ("_run", "_thunk")

    def __init__(self, run: BlockRun | None, thunk: Callable[[], Any]) -> None:
        self._run = run
        self._thunk: Callable[[], Any] | None = thunk

    def __call__(self) -> Any:
        """The value: waits for it, or computes it now.

        Raises:
            XcsError: it has been handed over already.
        """
        run, thunk = self._run, self._thunk
        if thunk is None:
            raise XcsError("this value has been handed over already")
        self._run = self._thunk = None
        return thunk() if run is None else run.ahead(0)


def run_ahead(slice: Callable[[Item], Any], iterable: Iterable[Item]) -> Iterator[tuple[Item, Handle]]:
    """Pairs of each item and the handle of what `slice` computes of it.

    `slice` is a function of the item that returns one value, or a generator function that yields several.
    """
    run = _entered(slice, iterable, _getframe(1))
    return _in_place(slice, iter(iterable)) if run is None else _ahead(slice, run)


def ahead(thunk: Callable[[], Value]) -> Callable[[], Value]:
    """A handle of `thunk()`, which may start now and is finished where the handle is called."""
    frame = _getframe(1)
    run = None
    try:
        site = _site_at(frame, block=True)
        if site is not None and site.worthwhile():
            run = site.block((thunk,), _values(site.facts, frame))
    except Exception as error:
        _record(error)
    return Later(run, thunk)


def _entered(slice: Callable[..., Any], iterable: Iterable[Any], frame: FrameType) -> Run | None:
    try:
        site = _site_at(frame, block=False)
        if site is None or not site.worthwhile():
            return None
        run = site.enter(slice, iterable, _values(site.facts, frame), numbered=False)
        return run if isinstance(run, Run) else None
    except Exception as error:
        _record(error)
        return None


def _ahead(slice: Callable[..., Any], run: Run) -> Generator[tuple[Any, Handle], None, None]:
    items: Any = iter(run)
    try:
        while True:
            try:
                pair = [next(items)]
            except StopIteration:
                break
            pair.append(Handle(run.release()))
            yield pair.pop(0), pair.pop()
    finally:
        items.close()
    yield from _in_place(slice, iter(run.rest()))


def _in_place(slice: Callable[..., Any], items: Iterator[Any]) -> Generator[tuple[Any, Handle], None, None]:
    code = getattr(slice, "__code__", None)
    several = isinstance(code, CodeType) and bool(code.co_flags & CO_GENERATOR)
    pair: list[Any] = []
    for item in items:
        pair.append(item)
        pair.append(Handle(StagedTask(slice, item, 0, (), False) if several else SingleTask(slice, item, 0)))
        del item
        yield pair.pop(0), pair.pop()


def facts_for_caller(frame: FrameType, block: bool) -> SiteFacts | None:
    """What the source says of the call that `frame` is making; `None` where it says nothing."""
    from xcs_ast.frontend.explicit import explicit_block, explicit_loop

    code = frame.f_code
    tree = _tree_of(code)
    position = next(islice(code.co_positions(), frame.f_lasti // 2, None), None)
    if tree is None or position is None or position[0] is None or position[2] is None:
        return None
    find = explicit_block if block else explicit_loop
    return find(tree, code, code.co_filename, position[0], position[2])


def _tree_of(code: CodeType) -> ast.Module | None:
    """The tree of the function, or of the module, that has this code."""
    if code.co_name != "<module>":
        source = find_function(code)
        if source is None:
            return None
        node = source.node
        return ast.Module([ast.Expr(node) if isinstance(node, ast.Lambda) else node], [])
    try:
        with open(code.co_filename, "rb") as file:
            text = file.read()
        with quiet(code.co_filename):
            tree = ast.parse(text, code.co_filename)
            same = compile(tree, code.co_filename, "exec", dont_inherit=True) == code
    except (OSError, SyntaxError, ValueError):
        return None
    return tree if same else None


def _site_at(frame: FrameType, block: bool) -> Site | None:
    code = frame.f_code
    key = (id(code), frame.f_lasti)
    known = _sites.get(key)
    if known is not None and known[0] is code:
        return known[1]
    if not intact():
        return None
    facts = facts_for_caller(frame, block)
    site = None if facts is None else Site(facts)
    if len(_sites) >= _MOST_SITES:
        _sites.clear()
    _sites[key] = (code, site)
    return site


def _values(facts: SiteFacts, frame: FrameType) -> tuple[object, ...]:
    if not facts.env:
        return ()
    variables = frame.f_locals
    return tuple(variables[name] for name in facts.env)


def _record(error: Exception) -> None:
    notices.record(Diagnostic(codes.FAULT, f"{type(error).__name__}: {error}"))
