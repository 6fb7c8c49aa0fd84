"""What `warming` analyses first. It stands alone, as the file of what is analysed is parsed."""

from __future__ import annotations

import time

from xcs_ast.native import Any, use_own

use_own(globals())

__all__ = ["Sample"]


class Sample:
    """Does what nearly all such callees do."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, text: str) -> str:  # pragma: no cover (it is analysed, and never called)
        """Calls a method, as most do."""
        return self.ask({"model": self.name, "messages": [text]})

    def ask(self, payload: dict[str, Any], limit: int | None = None) -> str:  # pragma: no cover (the same)
        """Waits, and makes a string."""
        time.sleep(0.0)
        return f"{self.name}: {payload['model']}"
