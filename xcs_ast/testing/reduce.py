"""Make a failing program smaller, statement by statement, as long as it still fails."""

from __future__ import annotations

import ast
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final, final

__all__ = ["TooLong", "limited", "reduced"]

_ROUNDS = 12
_AGAIN: Final = 0.2


@final
class TooLong(BaseException):
    """What runs has run for too long."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupts the body, again and again, once it has run for so long: a smaller program may never end.

    The last interruption is raised where the body ends, if it has swallowed them. Off the main thread, and
    where the system has no such alarm, there is no limit.

    Raises:
        TooLong: the time is over.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    struck = False

    def strike(_number: int, _frame: Any) -> None:
        nonlocal struck
        struck = True
        raise TooLong

    before = signal.signal(signal.SIGALRM, strike)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        yield
    finally:
        _quiet(before)
    if struck:
        raise TooLong


def _quiet(before: Any) -> None:
    while True:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            return
        except TooLong:  # it has struck in here
            continue


def reduced(source: str, still_fails: Callable[[str], bool], budget: int = 600) -> str:
    """The smallest variant of `source` found within `budget` trials for which `still_fails` says yes.

    The layout is lost (the text is unparsed from its tree) unless nothing could be left out.
    """
    best = source
    for _ in range(_ROUNDS):
        before = best
        for candidate in _smaller(best):
            if budget <= 0:
                return best
            budget -= 1
            if _compiles(candidate) and still_fails(candidate):
                best = candidate
                break
        if best == before:
            return best
        best = _sweep(best, still_fails)
    return best


def _sweep(source: str, still_fails: Callable[[str], bool]) -> str:
    """One pass over all single removals, each applied on top of the ones that went well."""
    position = 0
    while True:
        candidate = _without(source, position)
        if candidate is None:
            return source
        if candidate != source and _compiles(candidate) and still_fails(candidate):
            source = candidate
        else:
            position += 1


def _smaller(source: str) -> Iterator[str]:
    position = 0
    while (candidate := _without(source, position)) is not None:
        yield candidate
        position += 1


def _without(source: str, position: int) -> str | None:
    """`source` with its edit number `position` made; `None` past the last one."""
    tree = ast.parse(source)
    seen = 0
    for node in list(ast.walk(tree)):
        for name in ("body", "orelse", "finalbody", "handlers"):
            body = getattr(node, name, None)
            if not isinstance(body, list):
                continue
            for index, statement in enumerate(body):
                for replacement in _edits(statement, name, len(body)):
                    if seen == position:
                        body[index : index + 1] = replacement
                        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                    seen += 1
    return None


def _edits(statement: ast.AST, field: str, length: int) -> list[list[ast.AST]]:
    """What a statement can be replaced by: nothing, or what it holds."""
    if isinstance(statement, ast.Pass):
        return [] if length == 1 else [[]]
    edits: list[list[ast.AST]] = [[] if length > 1 or field in ("orelse", "finalbody") else [ast.Pass()]]
    if isinstance(statement, ast.excepthandler):
        return []
    if isinstance(statement, (ast.Try, ast.With, ast.If)):
        edits.append(list(statement.body))
    if isinstance(statement, ast.If) and statement.orelse:
        edits.append(list(statement.orelse))
    return edits


def _compiles(source: str) -> bool:
    try:
        compile(source, "<reduced>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
