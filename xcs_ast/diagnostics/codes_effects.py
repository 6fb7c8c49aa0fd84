"""The codes of the effects engine: what a single effect is an instance of."""

from __future__ import annotations

from xcs_ast.diagnostics.catalog import register
from xcs_ast.native import Final

UNKNOWN_CALL: Final = register(
    "XCS201", "unknown-call", "A call whose target is not known, or has neither source nor an effect model."
)
UNKNOWN_ATTRIBUTE: Final = register(
    "XCS202",
    "unknown-attribute",
    "An attribute of something that is not known, or of a kind without a model.",
)
SHARED_WRITE: Final = register(
    "XCS203", "shared-write", "An object or variable that existed before the task is changed."
)
SHARED_READ: Final = register(
    "XCS204", "shared-read", "An object or variable that existed before the task is read."
)
ORDERED_CHANNEL: Final = register(
    "XCS205", "ordered-channel", "Something outside the program is used in a way whose order counts."
)
UNORDERED_CHANNEL: Final = register(
    "XCS206",
    "unordered-channel",
    "Something outside the program is used in a way that commutes with its like.",
)
LOOP_CARRIED_FLOW: Final = register(
    "XCS207", "loop-carried-flow", "An iteration uses what an earlier one computed."
)
BODY_CONFLICT: Final = register(
    "XCS208", "body-conflict", "What stays in place changes something that the task created and still uses."
)
TOO_LARGE: Final = register("XCS209", "too-large", "The code is too large or too deep to be followed.")
NO_SOURCE: Final = register(
    "XCS210", "no-source", "A Python function whose source is missing or has changed since it was loaded."
)
STACK_VISIBLE: Final = register(
    "XCS211", "stack-visible", "Code that looks at the functions which called it, or at their variables."
)
UNKNOWN_OPERATION: Final = register(
    "XCS212", "unknown-operation", "An operation on a value of which nothing is known."
)
UNSUPPORTED: Final = register(
    "XCS213", "unsupported-syntax", "A construct that the analysis does not follow."
)
NO_MODEL: Final = register(
    "XCS214",
    "without-model",
    "C code that no effect model describes, or whose model says that anything may happen.",
)
ANALYSIS_FAILED: Final = register(
    "XCS291", "analysis-failed", "The analysis itself failed; nothing is known."
)
