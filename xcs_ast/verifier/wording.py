"""Effects and conflicts in words that a user knows."""

from __future__ import annotations

from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, CellVar, Channel, Effect, Location, Unknown
from xcs_ast.ir.paths import spell
from xcs_ast.native import unexpected, use_own

use_own(globals())

__all__ = ["describe_location", "describe_place"]


def describe_place(effect: Effect) -> str:
    """An effect's place in words."""
    match effect.where:
        case Location():
            return describe_location(effect.where)
        case CellVar(name):
            return f"the variable {name}"
        case Channel(name):
            return name
        case Unknown(reason):
            return reason
        case _:
            raise unexpected(effect.where)


def describe_location(location: Location) -> str:
    """A location in words: `self.calls`, `results`, `the global total`."""
    text = spell(location.owner, "the loop's item", "a {}")
    return text if location.field in (CONTENT, DEEP, WHOLE) else f"{text}.{location.field}"
