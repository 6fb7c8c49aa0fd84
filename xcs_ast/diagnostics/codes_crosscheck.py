"""Codes of the cross-check of the static analysis against what tasks were seen to do (XCS90x)."""

from __future__ import annotations

from typing import Final

from xcs_ast.diagnostics.catalog import register

__all__ = ["UNFORESEEN"]

UNFORESEEN: Final = register(
    "XCS901",
    "unforeseen-access",
    "A task did something that the analysis had excluded; its region runs as plain Python from now on.",
)
