"""Where a generated program's choices come from: a seed, or Hypothesis (which can then shrink them)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, final

__all__ = ["Choices", "Drawn", "Seeded"]

T = TypeVar("T")


class Choices(Protocol):
    """A source of choices. Each is biased, where it can be, towards the simple: the first, the least, no."""

    def pick(self, options: Sequence[T]) -> T:
        """One of several."""
        ...

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        ...

    def chance(self, percent: int) -> bool:
        """Yes, so often out of a hundred."""
        ...


@final
class Seeded:
    """Choices from a seed: the same ones each time, on every version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        """One of several."""
        return options[self._random.randrange(len(options))]

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def chance(self, percent: int) -> bool:
        """Yes, so often out of a hundred."""
        return self._random.randrange(100) < percent


@final
class Drawn:
    """Choices that Hypothesis draws."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        from hypothesis import strategies

        self._draw = draw
        self._strategies = strategies

    def pick(self, options: Sequence[T]) -> T:
        """One of several."""
        chosen: T = self._draw(self._strategies.sampled_from(options))
        return chosen

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return int(self._draw(self._strategies.integers(least, most)))

    def chance(self, percent: int) -> bool:
        """Yes, so often out of a hundred."""
        return int(self._draw(self._strategies.integers(0, 99))) >= 100 - percent
