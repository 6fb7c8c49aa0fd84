"""Comments that speak to us: `# xcs: off` beside a statement, `# xcs: optimize` at the top of a module."""

from __future__ import annotations

import re

from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["has_optimize_marker", "is_switched_off"]

_OFF: Final = re.compile(rb"#\s*xcs:\s*off\b")
_OPTIMIZE: Final = re.compile(r"^[ \t]*#\s*xcs:\s*optimize\s*$", re.MULTILINE)
_HEAD_LINES: Final = 60


def is_switched_off(line: bytes) -> bool:
    """Whether a line of source (UTF-8) carries `# xcs: off`."""
    return b"xcs" in line and _OFF.search(line) is not None


def has_optimize_marker(source: str) -> bool:
    """Whether `# xcs: optimize` stands on a line of its own at the top of the module.

    The top ends with the first code; a docstring is no code.
    """
    if "xcs:" not in source:
        return False
    found = _OPTIMIZE.search(source)
    if found is None:
        return False
    head = source[: found.start()]
    quote = ""
    for line in head.splitlines()[:_HEAD_LINES]:
        text = line.strip()
        if quote:
            if quote in text:
                quote = ""
            continue
        if not text or text.startswith("#"):
            continue
        opening = re.match(r"[rRuUbB]{0,2}(\"\"\"|'''|\"|')", text)
        if opening is None:
            return False
        mark = opening.group(1)
        if len(mark) == 3 and mark not in text[opening.end() :]:
            quote = mark
    return not quote and head.count("\n") <= _HEAD_LINES
