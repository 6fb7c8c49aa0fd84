"""Which files our loader rewrote: by file name, the digest of the content that the running code stems from.

Apart from the look-up of sources that uses it, because that one is loaded late. Assumes: nothing.
"""

from __future__ import annotations

from xcs_ast.native import Final

__all__ = ["DIGESTS"]

DIGESTS: Final[dict[str, str]] = {}
