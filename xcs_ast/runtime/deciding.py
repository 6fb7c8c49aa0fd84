"""The verifier's decision on a region, asked for by its site.

Guarantees: the verifier is loaded when it is first asked; it knows what the configuration declares. Assumes:
as `runtime.site` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter_ns

from xcs_ast import config
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import Verdict, VerdictKind
from xcs_ast.native import Any, Final, use_own

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.verifier import Decision

__all__ = ["SPENT", "UNUSED", "decide", "decide_proven", "hear_declarations"]

SPENT: Final = [0]
"""How many nanoseconds all decisions in this process have taken so far."""

UNUSED: Final[list[bool]] = []
"""Not empty where the verifier was loaded in advance, as long as nobody has asked it."""


def decide(
    facts: SiteFacts, scope: dict[str, Any], env: Mapping[str, object], items: Sequence[object]
) -> Decision:
    """The verdict on a region that is about to be entered; see `verifier`."""
    from xcs_ast import verifier

    begin = perf_counter_ns()
    UNUSED.clear()
    hear_declarations()
    try:
        if facts.kind is RegionKind.BLOCK:
            return verifier.decide_block(facts, scope, env)
        return verifier.decide_loop(facts, scope, env, items)
    finally:
        SPENT[0] += perf_counter_ns() - begin


def decide_proven(
    facts: SiteFacts, scope: dict[str, Any], env: Mapping[str, object], items: Sequence[object]
) -> Decision:
    """The same for the strategy `static`: what is not proven is SERIAL, for the same reasons."""
    decision = decide(facts, scope, env, items)
    if decision.verdict.kind is not VerdictKind.SPECULATIVE:
        return decision
    from xcs_ast.verifier import Decision

    return Decision(Verdict(VerdictKind.SERIAL, decision.verdict.reasons))


_declared: tuple[tuple[str, str], ...] = ()


def hear_declarations() -> bool:
    """Tells the analysis which names the configuration declares, when that has changed; whether it has."""
    global _declared
    effects = config.current().effects
    if effects is _declared or effects == _declared:
        return False
    from xcs_ast import verifier
    from xcs_ast.effects import declare

    declare.set_declared_names(dict(effects))
    verifier.forget()
    _declared = effects
    return True
