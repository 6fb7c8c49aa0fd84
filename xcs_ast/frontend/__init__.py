"""Source to regions, and regions to rewritten source.

The analysis (`analyse`) works on `ast` and `symtable`; the rewriting (`rewrite`) on LibCST, which takes a
fifth of a second to import. So nothing here imports it: the names below are loaded when they are first used.
What is compiled is written by `guard` without it, wherever that can be done.
"""

from __future__ import annotations

from xcs_ast.native import Any, Final, use_own

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.frontend.analyse import may_have_regions, plan_module
    from xcs_ast.frontend.guard import compile_tree, guard_module
    from xcs_ast.frontend.plan import HandOver, ModulePlan, RegionPlan
    from xcs_ast.frontend.results import Guarded, Rewritten, Style
    from xcs_ast.frontend.rewrite import rewrite_module

__all__ = [
    "Guarded",
    "HandOver",
    "ModulePlan",
    "RegionPlan",
    "Rewritten",
    "Style",
    "compile_tree",
    "guard_module",
    "may_have_regions",
    "plan_module",
    "rewrite_module",
]

_HOMES: Final = {
    "Guarded": "results",
    "HandOver": "plan",
    "ModulePlan": "plan",
    "RegionPlan": "plan",
    "Rewritten": "results",
    "Style": "results",
    "compile_tree": "guard",
    "guard_module": "guard",
    "may_have_regions": "analyse",
    "plan_module": "analyse",
    "rewrite_module": "rewrite",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
