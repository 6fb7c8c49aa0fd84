"""Which files our loader rewrote, and which it loaded as they are: by file name, the content that runs.

Apart from the look-up of sources that uses it, because that one is loaded late. Assumes: nothing.
"""

from __future__ import annotations

from types import CodeType

from xcs_ast.native import Final, final, use_own

use_own(globals())

__all__ = ["DIGESTS", "LOADED", "Loaded"]

DIGESTS: Final[dict[str, str]] = {}
"""Of rewritten files: the digest of the content that the running code stems from."""


@final
class Loaded:
    """A module's plain code, which the content with this digest was compiled to."""

    __slots__ = ("_ids", "code", "digest")

    def __init__(self, code: CodeType, digest: str) -> None:
        self.code: Final = code
        self.digest: Final = digest
        self._ids: frozenset[int] | None = None

    def holds(self, code: CodeType) -> bool:
        """Whether this very code object is a part of it. (All of them live as long as this.)"""
        ids = self._ids
        if ids is None:
            found: list[CodeType] = [self.code]
            for each in found:
                found += [const for const in each.co_consts if isinstance(const, CodeType)]
            ids = self._ids = frozenset(map(id, found))
        return id(code) in ids


LOADED: Final[dict[str, Loaded]] = {}
"""Of files with nothing to rewrite."""
