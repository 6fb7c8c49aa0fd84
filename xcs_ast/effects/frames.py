"""What one analysis is made of: where effects are collected, and activations of functions."""

from __future__ import annotations
import __future__

import types

from xcs_ast.effects.scopes import Scope
from xcs_ast.effects.values import (
    BOTTOM,
    Object,
    Value,
)
from xcs_ast.ir.effects import (
    Blocking,
    CellVar,
    Channel,
    Effect,
    Location,
    Summary,
    Unknown,
)
from xcs_ast.ir.paths import Path
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Frame", "RegionNames", "Sink", "TooLarge", "Where"]


class TooLarge(Exception):
    """The analysis has come to one of its limits."""


Where = Location | CellVar | Channel | Unknown


@final
class Sink:
    """Collects the effects of one piece of code, and which fresh objects it touches."""

    __slots__ = ("blocking", "effects", "touched")

    def __init__(self) -> None:
        self.effects: dict[tuple[str, Where], Effect] = {}
        self.touched: set[tuple[Object, bool]] = set()
        self.blocking = Blocking.NEVER

    def take(self, other: Sink) -> None:
        """Adds what another sink collected."""
        for key, effect in other.effects.items():
            self.effects.setdefault(key, effect)
        self.touched |= other.touched
        self.blocking = max(self.blocking, other.blocking)

    def summary(self) -> Summary:
        """What was collected."""
        return Summary(frozenset(self.effects.values()), self.blocking)


@final
@dataclass(slots=True, eq=False)
class RegionNames:
    """How the region's own text names things."""

    env: dict[str, Value]
    """What its variables were when it was entered."""
    cells: frozenset[str]
    """Those that nested or enclosing functions share."""
    own: frozenset[str]
    """Those of the function, or assigned in the region."""
    at_module_level: bool
    private: frozenset[str] = frozenset()
    """Those that are gone after the region: the targets of a comprehension."""


@final
class Frame:
    """One activation of a function under analysis, or the region itself."""

    __slots__ = (
        "blank",
        "builtins",
        "catchers",
        "cells",
        "depth",
        "filename",
        "function",
        "handled",
        "locals",
        "node",
        "offset",
        "owner",
        "parent",
        "path",
        "region",
        "returns",
        "scope",
        "space",
        "yields",
    )

    def __init__(self, scope: Scope, space: dict[str, Any], builtins: dict[str, Any], filename: str) -> None:
        self.scope = scope
        self.space = space
        self.builtins = builtins
        self.filename = filename
        self.offset = 0
        self.blank = False
        """Columns are not known."""
        self.locals: dict[str, Value] = {}
        self.cells: Object | None = None
        self.parent: Frame | None = None
        self.node: ast.AST | None = None
        self.region: RegionNames | None = None
        self.function: types.FunctionType | None = None
        self.path: Path | None = None
        self.owner: str | None = None
        self.returns: Value = BOTTOM
        self.yields: Value = BOTTOM
        self.catchers: list[dict[str, Value]] = []
        self.handled: Value = BOTTOM
        self.depth = 0

    def strings_for_annotations(self) -> bool:
        """Whether the code here was compiled so that annotations are not evaluated."""
        frame: Frame | None = self
        while frame is not None:
            if frame.function is not None:
                return bool(frame.function.__code__.co_flags & _STRINGS)
            frame = frame.parent
        return self.space.get("annotations") is __future__.annotations


_STRINGS: Final = __future__.annotations.compiler_flag
