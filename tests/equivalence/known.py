"""Differences that are known and not mended yet. The marks are strict: who mends one takes it out."""

from __future__ import annotations

from typing import Final

__all__ = ["KNOWN"]

KNOWN: Final[dict[str, str]] = {}
