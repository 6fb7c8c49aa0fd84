"""What `programs/` holds: each file, and each `case_*` function in it."""

from __future__ import annotations

import ast
import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["CASES", "PROGRAMS", "RECORDER", "Case"]

PROGRAMS: Final = Path(__file__).parent / "programs"

RECORDER: Final = os.environ.get("XCS_TESTS_RECORDER", "1") == "1"
"""Whether what shares state is recorded, and runs ahead: the one switch for all that needs it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One function of one file, or a whole file.

    `runs_ahead`: at least one task of it must run ahead of its place, else the case tests nothing.
    `extra_calls`: it raises, or changes what it iterates over, so that unordered calls may be made in vain.
    A file says so with `EXTRA_CALLS` (`True`, or names) and `EXACT_CALLS` (names that are exempt).
    `RECORDED_AHEAD` (`True`, or names) is `RUNS_AHEAD` for what runs ahead only when it is recorded;
    `RECORDED_IN_PLACE` are the names that are exempt.
    """

    path: Path
    entry: str
    runs_ahead: bool
    extra_calls: bool

    def __str__(self) -> str:
        return f"{self.path.stem}-{self.entry}"


def _setting(tree: ast.Module, name: str) -> Any:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == name
        ):
            return ast.literal_eval(node.value)
    return None


def _named(tree: ast.Module, name: str, such: str, exempt: str) -> bool:
    """Whether the setting `such` (`True`, or names) speaks of a case, and `exempt` does not."""
    chosen = _setting(tree, such) or ()
    return (chosen is True or name in chosen) and name not in (_setting(tree, exempt) or ())


def _may_be_in_vain(name: str, extra: Any, exact: Any) -> bool:
    return name not in exact and (extra is True or name in extra)


@functools.cache
def _cases_of(path: Path) -> tuple[Case, ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ahead = _setting(tree, "RUNS_AHEAD") or ()
    extra = _setting(tree, "EXTRA_CALLS") or ()
    exact = _setting(tree, "EXACT_CALLS") or ()
    names = [
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("case_")
    ]
    return tuple(
        Case(
            path,
            name,
            name in ahead or (RECORDER and _named(tree, name, "RECORDED_AHEAD", "RECORDED_IN_PLACE")),
            _may_be_in_vain(name, extra, exact) or _named(tree, name, "RECORDED_AHEAD", "EXACT_CALLS"),
        )
        for name in names or ["main"]
    )


CASES: Final = tuple(case for path in sorted(PROGRAMS.glob("*.py")) for case in _cases_of(path))
