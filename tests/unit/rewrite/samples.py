"""Sources that are hard to rewrite; each prints what it computes.

One file each in `sources/`, as text, because no tool may tidy them. `_py312` in a name: from that version on.
"""

from __future__ import annotations

import sys
from pathlib import Path

_FILES = sorted((Path(__file__).parent / "sources").glob("*.txt"))

SOURCES: dict[str, str] = {
    path.stem: path.read_bytes().decode()
    for path in _FILES
    if not path.stem.endswith("_py312") or sys.version_info >= (3, 12)
}
SOURCES["line_ends_crlf"] = SOURCES["nested"].replace("\n", "\r\n")
SOURCES["line_ends_cr"] = SOURCES["nested"].replace("\n", "\r")
