"""Analyses small regions over live objects."""

from __future__ import annotations

import ast
from typing import Any

from xcs_ast.effects import RegionEffects, RegionRequest, analyze_region, describe
from xcs_ast.effects.describe import describe_summary
from xcs_ast.ir.paths import Binding
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.source.spans import Span

_MISSING: Any = object()


def region(
    text: str,
    space: dict[str, Any],
    *,
    item: Any = _MISSING,
    env: dict[str, Any] | None = None,
    function: str = "f",
    cells: frozenset[str] = frozenset(),
    kind: RegionKind = RegionKind.LOOP,
) -> RegionEffects:
    """The effects of a marked text; names that are neither given nor global are unknown locals."""
    env = env or {}
    tree = ast.parse(text)
    stages = sum(isinstance(n, ast.Name) and n.id == "__xcs_stage__" for n in ast.walk(tree))
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    unknown = frozenset(stored - set(env)) if function else frozenset()
    facts = SiteFacts(
        0,
        kind,
        Span("region.py", 1, 0, 9, 0),
        function,
        text,
        stages,
        True,
        tuple(env),
        unknown,
        cells,
        ("f",),
    )
    has_item = item is not _MISSING
    binding = Binding(item if has_item else None, env)
    return analyze_region(RegionRequest(facts, space, binding, has_item))


def stage_of(call: str, space: dict[str, Any], *, item: Any = 1, **env: Any) -> list[str]:
    """The effects of one call in a loop over `x`, without reads of code (modules, classes, functions)."""
    effects = region(
        f"for x in __xcs_items__:\n    out.append(__xcs_stage__(0, {call}))\n",
        space,
        item=item,
        env={"out": [], **env},
    )
    assert all(guard.holds(Binding(item, {"out": [], **env})) for guard in effects.guards), describe(effects)
    return interesting(effects.stages[0])


def interesting(summary: Any) -> list[str]:
    """The effects that are not reads of code."""
    return [
        line for line in describe_summary(summary) if not line.startswith(("read module ", "read class "))
    ]
