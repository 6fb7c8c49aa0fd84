"""From callables to effects: an abstract interpretation of source code over live objects."""

from xcs_ast.effects.declare import declared, off, ordered, pure, set_declared_names, unordered
from xcs_ast.effects.describe import describe
from xcs_ast.effects.guards import Guard
from xcs_ast.effects.region import RegionEffects, RegionRequest, analyze_region, warm_up

__all__ = [
    "Guard",
    "RegionEffects",
    "RegionRequest",
    "analyze_region",
    "declared",
    "describe",
    "off",
    "ordered",
    "pure",
    "set_declared_names",
    "unordered",
    "warm_up",
]
