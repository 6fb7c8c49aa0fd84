"""XCS1xx: the frontend left something as it is, and why."""

from __future__ import annotations

from xcs_ast.diagnostics.catalog import register
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["BY_NAME"]

_ENTRIES: Final = (
    ("XCS101", "early-exit", "The body can leave the loop before its iterable is exhausted."),
    ("XCS102", "carried-state", "Every call needs something that an earlier iteration computed."),
    ("XCS103", "reflective-scope", "The code looks at its own names or frames."),
    ("XCS104", "class-body", "It stands in a class body, whose names become attributes."),
    ("XCS105", "async", "It stands in a coroutine."),
    ("XCS106", "maybe-unbound", "A variable that the call needs may have no value yet."),
    ("XCS107", "pragma-off", "The user switched it off."),
    ("XCS108", "unsliceable-target", "The loop target is more than names and tuples of names."),
    ("XCS109", "nested-comprehension", "A comprehension with several `for` clauses, or inside another."),
    ("XCS110", "generator-without-consumer", "Nobody knows when, or whether, the generator is drained."),
    ("XCS111", "star-import", "A star import may have replaced the builtin that drains the generator."),
    ("XCS112", "while-loop", "A `while` loop: its steps are not known beforehand."),
    ("XCS113", "module-level-shape", "At module level there is no form for this that leaves no name behind."),
    ("XCS114", "guarded-by-result", "Whether the call is made depends on something that is not known early."),
    ("XCS115", "deferred-scope", "A comprehension in a default, decorator, annotation, lambda or f-string."),
    ("XCS116", "closure-capture", "A function made in the loop reads a variable that the loop changes."),
    ("XCS117", "walrus", "An assignment expression inside the part that would run ahead."),
    ("XCS118", "too-deep", "The code nests too deeply to be analysed."),
    ("XCS119", "global-target", "The loop assigns a variable that is declared `global`."),
)

BY_NAME: Final[dict[str, str]] = {name: register(code, name, summary) for code, name, summary in _ENTRIES}
"""The code of each name."""
