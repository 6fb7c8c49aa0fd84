"""Functions for `test_durability`; a file of its own, since their source is read."""

from __future__ import annotations

from typing import Any


def make() -> list[Any]:
    """Three models of a class of their own, a function of their own, and a set that it closes over."""

    class Model:
        def __init__(self, name: str) -> None:
            self.name = name

        def ask(self, pause: Any) -> str:
            pause(0.001)
            return self.name

    part = {1}

    def count() -> int:
        return len(part)

    return [Model("x"), Model("x"), Model("x"), count, part]


def run(models: Any, function: Any, part: Any, pause: Any) -> Any:
    """The region."""
    out = []
    for model in models:
        out.append((model.ask(pause), function()))
    return out
