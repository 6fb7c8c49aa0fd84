"""Parsing once more what Python has parsed, without its warnings about the text.

Guarantees: Python warns about a text as often as it would without us; filters of the program's are as before.
Assumes: the C code of `warnings` compares a plain string in a filter for equality.
"""

from __future__ import annotations

import sys

from xcs_ast.native import Any, final, use_own

use_own(globals())

__all__ = ["quiet"]


@final
class quiet:
    """Keeps quiet what parsing this one file, or a text without a file, would warn about again.

    `warnings.catch_warnings` would hush every thread; one filter for the one name that the compiler warns
    under touches nothing else.
    """

    __slots__ = ("_filename", "_filters", "_target")

    def __init__(self, filename: str = "<unknown>") -> None:
        self._filename = filename

    def __enter__(self) -> None:
        module: Any = sys.modules.get("warnings")
        if module is None:
            import warnings as module
        filename = self._filename
        name = filename[:-3] if filename.endswith(".py") else filename
        self._filters: list[Any] = [
            ("ignore", None, Warning, each, 0) for each in {name, "<unknown>", "<string>"}
        ]
        self._target: Any = module.filters
        self._target[:0] = self._filters

    def __exit__(self, *_: object) -> None:
        for each in self._filters:
            # In one step: other threads put theirs in front, and take them away. An equal one is as good.
            try:
                self._target.remove(each)
            except ValueError:
                pass
