"""Programs are material, not tests."""

from __future__ import annotations

collect_ignore_glob = ["programs/*"]
