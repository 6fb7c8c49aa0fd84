"""The codes of the verifier: why a region may not run ahead."""

from __future__ import annotations

from xcs_ast.diagnostics.catalog import register
from xcs_ast.native import Final

UNKNOWN_IN_TASK: Final = register(
    "XCS250", "unknown-effect-in-task", "The call that would run ahead does something that is not known."
)
UNKNOWN_IN_BODY: Final = register(
    "XCS251", "unknown-effect-in-body", "What stays in the loop's body does something that is not known."
)
SHARED_WRITE_IN_TASK: Final = register(
    "XCS252",
    "shared-write-in-task",
    "The call that would run ahead changes an object that existed before it.",
)
ORDERED_IN_TASK: Final = register(
    "XCS253",
    "ordered-effect-in-task",
    "The call that would run ahead does something outside the program whose order counts.",
)
BODY_FLOW: Final = register(
    "XCS254",
    "body-changes-what-task-reads",
    "What stays in the loop's body changes something that a later call reads.",
)
BODY_CHANNEL: Final = register(
    "XCS255",
    "body-orders-what-task-uses",
    "What stays in the loop's body uses, in order, an outside place that a later call uses too.",
)
DOES_NOT_PAY: Final = register(
    "XCS256", "never-waits", "The calls never wait for anything, so threads cannot overlap them."
)
NO_ITEMS: Final = register("XCS257", "fewer-than-two-items", "There is nothing to overlap with.")
TIMED_APART: Final = register(
    "XCS258", "timed-apart", "Between the calls the program waits, or reads the clock: they stay apart."
)
