"""How a function is optimized: each strategy is a name and the passes that it takes.

sequential   no pass at all: plain Python
hybrid       all passes: rewritten ahead of time, decided over live objects at run time (the default)
auto         whichever suits; at present always hybrid
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from xcs_ast.pipeline import PASSES, Pass

__all__ = ["DEFAULT", "STRATEGIES", "Strategy", "find_strategy"]


@final
@dataclass(frozen=True, slots=True)
class Strategy:
    """A name, and the passes from source to code that it stands for."""

    name: str
    passes: tuple[Pass, ...]

    @property
    def rewrites(self) -> bool:
        """Whether it changes anything."""
        return bool(self.passes)


DEFAULT: Final = "hybrid"
STRATEGIES: Final = {
    each.name: each
    for each in (Strategy("sequential", ()), Strategy("hybrid", PASSES), Strategy("auto", PASSES))
}


def find_strategy(name: str) -> Strategy:
    """The strategy of that name.

    Raises:
        ValueError: there is none; the message lists those that there are.
    """
    found = STRATEGIES.get(name)
    if found is None:
        raise ValueError(f"unknown strategy {name!r}; choose one of {', '.join(sorted(STRATEGIES))}")
    return found
