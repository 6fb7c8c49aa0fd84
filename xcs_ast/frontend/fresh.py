"""Names that no module uses yet."""

from __future__ import annotations

import re
import unicodedata

from xcs_ast.native import final, use_own

use_own(globals())

__all__ = ["FreshNames"]


@final
class FreshNames:
    """Hands out names that occur nowhere in a text: not as identifiers, not in strings, not in comments.

    Names inside strings count because a string may be looked up, and because it costs nothing.
    """

    def __init__(self, text: str) -> None:
        if not text.isascii():
            text = f"{text}\n{unicodedata.normalize('NFKC', text)}"
        self._taken = set(re.findall(r"[^\W\d]\w*", text))

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, wanted: str) -> str:
        """The wanted name, or the first of `wanted_2`, `wanted_3`, ... that is free; nobody else gets it."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name
