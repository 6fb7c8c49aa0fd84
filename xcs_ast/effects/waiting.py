"""What in the text of a region may be there to wait."""

from __future__ import annotations

from xcs_ast.effects.machine import Sink
from xcs_ast.effects.vocabulary import OUTSIDE
from xcs_ast.ir.effects import Access, Blocking, Channel
from xcs_ast.ir.sites import STAGE_NAME
from xcs_ast.native import use_own
from xcs_ast.source import grammar as ast
from xcs_ast.source.nodes import walk

use_own(globals())

__all__ = ["breaks", "is_mark", "only_waits"]


def is_mark(node: ast.AST) -> bool:
    """Whether it stands for a hand-over."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == STAGE_NAME


def only_waits(sink: Sink) -> bool:
    """Whether it waits without asking anybody (whatever it notes of that), or asks and changes nothing."""
    if sink.blocking is not Blocking.LIKELY:
        return False
    asks = any(
        isinstance(each.where, Channel) and each.where.name in OUTSIDE for each in sink.effects.values()
    )
    return not asks or all(each.access is Access.READ for each in sink.effects.values())


def breaks(node: ast.For) -> bool:
    """Whether a `break` stands in a loop, or in one inside of it."""
    return any(isinstance(part, ast.Break) for statement in node.body for part in walk(statement))
