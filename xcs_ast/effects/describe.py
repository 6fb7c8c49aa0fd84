"""The outcome of an analysis as text, for tests and for people."""

from __future__ import annotations

from xcs_ast.effects.region import RegionEffects
from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, CellVar, Channel, Effect, Location, Summary, Unknown
from xcs_ast.ir.paths import spell
from xcs_ast.native import unexpected, use_own

use_own(globals())

__all__ = ["describe", "describe_effect", "describe_summary"]


def describe(effects: RegionEffects) -> str:
    """One line for each effect, under a headline for each stage and segment that has any."""
    lines: list[str] = []
    for index, segment in enumerate(effects.segments):
        lines += _part(f"segment {index}", segment)
        if index < len(effects.stages):
            lines += _part(f"stage {index}", effects.stages[index])
    return "\n".join(lines)


def _part(title: str, summary: Summary) -> list[str]:
    found = describe_summary(summary)
    if not found and not summary.blocking:
        return []
    return [f"{title} (blocking {summary.blocking.name.lower()})", *(f"  {line}" for line in found)]


def describe_summary(summary: Summary) -> list[str]:
    """One line for each effect, in order."""
    return sorted({describe_effect(effect) for effect in summary.effects})


def describe_effect(effect: Effect) -> str:
    """`write self.calls`, `read channel clock`, `unknown: calls ...`."""
    verb = effect.access.value
    match effect.where:
        case Location(owner, field):
            base = spell(owner, "item", "<{}>")
            if field in (CONTENT, DEEP, WHOLE):
                return f"{verb} {base}{field if field == CONTENT else '.' + field}"
            return f"{verb} {base}.{field}"
        case CellVar(name):
            return f"{verb} variable {name}"
        case Channel(name):
            return f"{verb} channel {name}"
        case Unknown(reason):
            return f"unknown: {reason}"
        case _:
            raise unexpected(effect.where)
