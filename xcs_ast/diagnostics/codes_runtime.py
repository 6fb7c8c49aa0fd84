"""Codes of the run time (XCS3xx) and of the configuration (XCS40x)."""

from __future__ import annotations

from xcs_ast.diagnostics.catalog import register
from xcs_ast.native import Final

__all__ = [
    "ABANDONED",
    "CHEAP",
    "CONFLICTING",
    "CPU_BOUND",
    "DISABLED",
    "FAULT",
    "ITEMS_MOVED",
    "MAY_NOT_BLOCK",
    "NOT_PEEKABLE",
    "NO_FACTS",
    "REPLACED",
    "SHUTDOWN",
    "TOO_FEW",
    "TRACED",
    "UNCERTAIN_STAGE",
    "UNPACKS_OBJECTS",
]

NOT_PEEKABLE: Final = register(
    "XCS301", "not-peekable", "The iterable's next items cannot be looked at without consuming them."
)
TOO_FEW: Final = register("XCS302", "too-few-items", "There are fewer than two items to run.")
FAULT: Final = register(
    "XCS303", "internal-fault", "A part of the optimizer failed; the region ran as plain Python."
)
CHEAP: Final = register("XCS304", "cheap-tasks", "The tasks were measured and are too short to pay.")
CPU_BOUND: Final = register(
    "XCS305", "cpu-bound-tasks", "The tasks were measured and keep the processor busy; threads do not help."
)
DISABLED: Final = register("XCS306", "switched-off-at-run-time", "The configuration says `enabled = false`.")
UNPACKS_OBJECTS: Final = register(
    "XCS307", "unpacks-objects", "The loop unpacks items that are not exact tuples, lists or strings."
)
UNCERTAIN_STAGE: Final = register(
    "XCS308", "uncertain-stage", "Which hand-over comes first is not known before one that may not run ahead."
)
MAY_NOT_BLOCK: Final = register(
    "XCS309", "may-not-block", "Calls of a block start early only where they are likely to wait."
)
SHUTDOWN: Final = register("XCS310", "shutting-down", "The interpreter is shutting down.")
ITEMS_MOVED: Final = register(
    "XCS312", "items-moved", "Items came that had not been peeked: the loop changes what it iterates over."
)
CONFLICTING: Final = register(
    "XCS313",
    "tasks-depend-on-each-other",
    "Too many recorded tasks had read what changed before their turn, and ran a second time in place.",
)
ABANDONED: Final = register(
    "XCS314",
    "tasks-cannot-be-held-back",
    "Too many recorded tasks did something that cannot be put off, and ran in place.",
)
REPLACED: Final = register(
    "XCS315", "builtins-replaced", "The program has put something of its own in the place of a builtin."
)
TRACED: Final = register(
    "XCS316",
    "program-is-traced",
    "A trace or profile function of the program's, or a debugger, follows its steps.",
)
NO_FACTS: Final = register(
    "XCS311", "unknown-caller", "The source of the caller of `run_ahead` or `ahead` could not be analysed."
)

register("XCS401", "unknown-option", "An option of that name does not exist.")
register("XCS402", "bad-option-value", "An option has a value that it cannot have.")
register("XCS403", "unreadable-configuration", "The configuration file cannot be read.")
register("XCS404", "bad-declaration", "A name is declared to have an effect that does not exist.")
