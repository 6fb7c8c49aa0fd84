"""What the runtime must know of a region's text: how its target unpacks, and which hand-over follows which.

Guarantees: nothing here fails; a text that is not understood gives the answers that allow least.
Assumes: the text is as `SiteFacts` says, and the slice has the conditions of the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, Final, final

from xcs_ast.ir.sites import STAGE_NAME, SiteFacts
from xcs_ast.native import use_own
from xcs_ast.records import dataclass
from xcs_ast.runtime.peek import peek
from xcs_ast.source.quiet import quiet

use_own(globals())

__all__ = ["Pattern", "Shape", "all_fit", "fits", "shape_of"]

Pattern = tuple["Pattern | None", ...]
"""A tuple target: for each element, `None` for a name, or the pattern of the inner tuple."""

_UNPACKABLE: Final = frozenset({tuple, list, str, bytes})


@final
@dataclass(frozen=True, slots=True)
class Shape:
    """`pattern` is `None` where the target is one name.

    `always` holds the hand-overs that every iteration reaches which does not end before: those that no
    branch, loop, or handler of the text encloses.
    """

    pattern: Pattern | None
    understood: bool
    always: frozenset[int]
    stages: int

    def resumes(self, prefix: int, numbered: bool = True) -> tuple[bool, ...] | None:
        """For each hand-over, whether a worker may go on after it, given that only `prefix` may run ahead.

        It may where the next hand-over is certainly below `prefix`. `None` where not even the first one is.
        Where hand-overs are not `numbered`, nobody can tell which one has come.
        """
        if prefix >= self.stages:
            return (*((True,) * (self.stages - 1)), False)
        if not numbered or not any(k in self.always for k in range(prefix)):
            return None
        return tuple(
            k < prefix and any(j in self.always for j in range(k + 1, prefix)) for k in range(self.stages)
        )


def shape_of(facts: SiteFacts) -> Shape:
    """The shape of a region."""
    nothing = Shape(None, False, frozenset(), facts.stages)
    try:
        with quiet():
            body = ast.parse(facts.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return nothing
    if len(body) == 1 and isinstance(body[0], ast.For):
        loop = body[0]
        try:
            pattern = _pattern(loop.target)
        except ValueError:
            return nothing
        return Shape(pattern, True, frozenset(_certain(loop.body)), facts.stages)
    return Shape(None, True, frozenset(_certain(body)), facts.stages)


def fits(item: object, pattern: Pattern) -> bool:
    """Whether unpacking `item` runs no code of the user's, so that it may happen twice."""
    if type(item) not in _UNPACKABLE:
        return False
    if not any(pattern):
        return True
    if len(item) != len(pattern):  # type: ignore[arg-type]
        return False
    return all(inner is None or fits(each, inner) for each, inner in zip(item, pattern, strict=False))  # type: ignore[call-overload]


def all_fit(iterable: Iterable[Any], pattern: Pattern) -> bool:
    """Whether each item of an iterable that can be peeked fits."""
    other = peek(iterable)
    if other is None:
        return False
    items = iterable if type(iterable) is list else other.ahead
    return all(fits(item, pattern) for item in items)


def _pattern(target: ast.expr) -> Pattern | None:
    match target:
        case ast.Name():
            return None
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_pattern(part) for part in parts)
        case _:
            raise ValueError("a target that is no name")


def _certain(body: list[ast.stmt]) -> set[int]:
    """The hand-overs in straight-line statements, and in what a compound statement evaluates first."""
    found: set[int] = set()
    for statement in body:
        match statement:
            case ast.If(test=first) | ast.Match(subject=first):
                found |= _marks(first)
            case ast.For(iter=first):
                found |= _marks(first)
            case ast.With(items=items):
                found |= _marks(items[0].context_expr)
            case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Return() | ast.Raise():
                found |= _marks(statement)
            case _:
                pass
    return found


def _marks(tree: ast.AST) -> set[int]:
    """Hand-overs that evaluating `tree` surely reaches."""
    match tree:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=int(k)), _]) if name == STAGE_NAME:
            return {k}
        case ast.BoolOp(values=[first, *_]) | ast.Compare(left=first) | ast.IfExp(test=first):
            return _marks(first)
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return set()
    found: set[int] = set()
    for child in ast.iter_child_nodes(tree):
        found |= _marks(child)
    return found
