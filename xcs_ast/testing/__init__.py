"""Equivalence, testable by everyone: run a function plainly and optimized, and compare what can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xcs_ast.testing.functions import Nondeterministic, NotEquivalent, check_call
    from xcs_ast.testing.given import assert_equivalent, equivalent
    from xcs_ast.testing.schedules import ALL, QUICK, Order, Schedule

__all__ = [
    "ALL",
    "QUICK",
    "Nondeterministic",
    "NotEquivalent",
    "Order",
    "Schedule",
    "assert_equivalent",
    "check_call",
    "equivalent",
]

_HOMES = {
    "ALL": "schedules",
    "QUICK": "schedules",
    "Order": "schedules",
    "Schedule": "schedules",
    "Nondeterministic": "functions",
    "NotEquivalent": "functions",
    "check_call": "functions",
    "assert_equivalent": "given",
    "equivalent": "given",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
