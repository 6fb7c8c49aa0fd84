"""Waiting: a task that wants what cannot be held back, after it has called outside, waits for its turn.

It stops right where it is. At its turn its log is carried out, and it goes on under another recorder
(`handover.HandOver`). For that, nothing of this recorder may be under way: each function that waits for a
result must be at a call that is the last thing its statement does, or nearly so. Else the task is abandoned.

Guarantees: a task parks only where the operation that it stopped at has had no effect yet; it is done anew.
Assumes: positions of clones are those of their source.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from itertools import pairwise
from sys import _getframe
from types import CodeType, FrameType, FunctionType, GeneratorType
from typing import Any, Final

from xcs_ast.effects import entries as e
from xcs_ast.native import use_own
from xcs_ast.tracer.clones import is_clone, source_of
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import Abandon
from xcs_ast.tracer.modelled import NO_RECEIVER
from xcs_ast.tracer.quick import QuickHooks

use_own(globals())

__all__ = ["Parking"]

_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
_CALLING: Final = frozenset(
    {"call", "perform", "call_method", "perform_method", "_method", "dispatch", "_function", "run_clone"}
    | {
        "run_direct",
        "make",
        "_make_bare",
        "quick",
        "_bound",
        "_object",
        "_call",
        "_perform",
        "_class",
        "construct",
        "construct_plainly",
        "_init",
    }
)
"""Functions of ours that do nothing after the call that they make."""
_LAST: Final = _CALLING | {
    "leave",
    "late",
    "_handle",
    "do_next",
    "_builtin",
    "_class_method",
    "c_method",
    "run_entry",
    "_declared",
    "load_attr",
    "_load_unknown",
    "_load",
    "plain_load_attr",
    "_load_data",
    "_load_getset",
    "_named",
    "_or_by_getattr",
    "_by_getattr",
    "do_getattr",
}
_MANAGING: Final = frozenset({"__enter__", "__exit__"})
_STACK: Final = frozenset(
    {"_getframe", "currentframe", "warn", "warn_explicit", "print_stack", "format_stack", "extract_stack"}
    | {"_current_frames", "settrace", "setprofile", "inspect"}
)
"""Names of what looks at its callers, which would be found on another thread."""
_CALLERS: Final = _STACK | {
    "stack", "debug", "info", "warning", "error", "critical", "fatal", "exception", "log"
}  # fmt: skip
"""The same, where it is called under that name."""
_AROUND: Final = (ast.Call, ast.keyword, ast.Tuple, ast.List, ast.Dict, ast.Yield)
_LIMIT: Final = 4_096
_around: dict[int, tuple[CodeType, bool]] = {}
_settled: dict[tuple[int, int, bool], tuple[CodeType, bool]] = {}


class Parking(QuickHooks):
    """The recorder's way to wait."""

    __slots__ = ()

    def excuse(self, reason: str) -> None:
        """Why the task goes no further ahead, or nothing."""
        raise NotImplementedError

    def late(self, reason: str) -> Any:
        """The recorder by which the operation is to be done; waits for the task's turn."""
        if self.successor is not None:
            return self.successor
        transaction = self.transaction
        transaction.check()
        park = transaction.park
        if (
            park is None
            or not transaction.external_calls
            or transaction.rehearsing
            or transaction.live_iterators()
            or not _may_park(_getframe(1), self.link)
            # Here it lets go of what the task has done with; plainly, that has ended before.
            or transaction.fresh.prune()
        ):
            return self.wait(reason)
        return park(reason)

    def leave(self, reason: str, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls what cannot be called ahead, when it is the task's turn."""
        return self.late(reason).call(f, *args, **kwargs)

    def run_entry(
        self,
        entry: e.Entry,
        native: Callable[..., Any],
        receiver: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """See `Modelled`. What a model says can't be done ahead is done when it is the task's turn."""
        transaction = self.transaction
        if transaction.park is None or not transaction.external_calls:
            return super().run_entry(entry, native, receiver, args, kwargs)
        before = transaction.segment.noted, len(transaction.answers)
        try:
            return super().run_entry(entry, native, receiver, args, kwargs)
        except Abandon as end:
            if self.successor is not None or before != (
                transaction.segment.noted,
                len(transaction.answers),
            ):
                raise
            if any(type(clause) is e.Calls for clause in entry.clauses) or not all(map(_is_whole, args)):
                # Something may have happened already.
                raise
            reason = end.reason
        self.excuse("")
        found = args if receiver is NO_RECEIVER else (receiver, *args)
        return self.leave(reason, native, found, kwargs)

    def become(self, successor: Recorder) -> None:
        """From here on, the other one does everything."""
        self.successor = successor
        self.excuse("goes on in its turn")
        self.forget()
        self.fields.clear()
        self.link.switch(successor)


def _is_whole(arg: object) -> bool:
    """Whether nothing of it can have been used up."""
    return type(arg) is not GeneratorType and not hasattr(type(arg), "__next__")


def _may_park(frame: FrameType | None, link: Any) -> bool:
    """Whether all that is under way on this thread, for the task, can go on under another recorder."""
    codes = {clone.__code__: original for clone, original in list(link._originals.items())}
    names: frozenset[str] = _LAST
    managing = False
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(_PACKAGE) and not is_clone(code):
            if code.co_filename.endswith("passes.py"):
                return True
            managing = code.co_name in _MANAGING and code.co_filename.endswith("calls_managers.py")
            if not managing and code.co_name not in names:
                return False
        else:
            original: FunctionType | None = codes.get(code)
            if original is None or _looks_around(original.__code__):
                return False
            if not _is_settled(code, original, frame.f_lasti, managing):
                return False
            names, managing = _CALLING, False
        frame = frame.f_back
    return False


def _looks_around(code: CodeType) -> bool:
    """Whether the function may call something that looks at its callers."""
    known = _around.get(id(code))
    if known is None or known[0] is not code:
        if len(_around) >= _LIMIT:
            _around.clear()
        source = source_of(code)
        called: set[object] = set()
        for each in () if source is None else ast.walk(source.node):
            if isinstance(each, ast.Call):
                called.add(getattr(each.func, "attr", None) or getattr(each.func, "id", None))
        names = {*code.co_names, *code.co_freevars}
        looks = source is None or not _STACK.isdisjoint(names) or not _CALLERS.isdisjoint(called)
        known = _around[id(code)] = (code, looks)
    return known[1]


def _is_settled(code: CodeType, original: FunctionType, lasti: int, managing: bool) -> bool:
    """Whether the clone is at a call in a place where no other hook of its statement is under way."""
    key = (id(code), lasti, managing)
    known = _settled.get(key)
    if known is None or known[0] is not code:
        if len(_settled) >= _LIMIT:
            _settled.clear()
        position = list(code.co_positions())[lasti // 2]
        known = _settled[key] = (code, _find(original, position, managing))
    return known[1]


def _find(original: FunctionType, position: tuple[int | None, ...], managing: bool) -> bool:
    source = source_of(original.__code__)
    if source is None:
        return False
    node: Any = source.node
    stack: list[tuple[ast.AST, ...]] = [(each, node) for each in _inside(node)]
    while stack:
        path = stack.pop()
        each: Any = path[0]
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(each, ast.expr | ast.With):
            found = (each.lineno, each.end_lineno, each.col_offset, each.end_col_offset) == position
            if found and managing and (isinstance(each, ast.With) or isinstance(path[1], ast.withitem)):
                return True
            if found and not managing and isinstance(each, ast.Call | ast.Attribute):
                return _is_free(path)
        stack += [(inner, *path) for inner in ast.iter_child_nodes(each)]
    return False


def _inside(node: Any) -> list[ast.AST]:
    return list(node.body) if isinstance(node.body, list) else [node.body]


def _is_free(path: tuple[ast.AST, ...]) -> bool:
    """Whether all that waits for this call's result can take it under another recorder."""
    for inner, each in pairwise(path):
        if isinstance(each, ast.Call):
            if any(isinstance(arg, ast.Starred) for arg in each.args):
                return False
            if any(keyword.arg is None for keyword in each.keywords) or inner is each.func:
                return False
        elif isinstance(each, ast.Expr | ast.Return | ast.Lambda):
            return True
        elif isinstance(each, ast.Assign | ast.AnnAssign):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            return (
                all(isinstance(target, ast.Name | ast.Attribute) for target in targets) and len(targets) == 1
            )
        elif not isinstance(each, _AROUND):
            return False
    return False
