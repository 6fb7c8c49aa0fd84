"""Parsing once more what Python has parsed, without its warnings about the text.

Guarantees: Python warns about a text as often as it would without us; filters of the program's are as before.
Assumes: the C code of `warnings` compares a plain string in a filter for equality.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from xcs_ast.native import Any, use_own

use_own(globals())

__all__ = ["quiet"]


@contextmanager
def quiet(filename: str = "<unknown>") -> Iterator[None]:
    """Keeps quiet what parsing this one file, or a text without a file, would warn about again.

    `warnings.catch_warnings` would hush every thread; one filter for the one name that the compiler warns
    under touches nothing else.
    """
    module: Any = sys.modules.get("warnings")
    if module is None:
        import warnings as module
    name = filename[:-3] if filename.endswith(".py") else filename
    filters: list[Any] = [("ignore", None, Warning, each, 0) for each in {name, "<unknown>", "<string>"}]
    target: Any = module.filters
    target[:0] = filters
    try:
        yield
    finally:
        for each in filters:
            # In one step: other threads put theirs in front, and take them away. An equal one is as good.
            try:
                target.remove(each)
            except ValueError:
                pass
