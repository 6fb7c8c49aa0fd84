"""What `warming` analyses where there is time for more. It stands alone, as `sample` does."""

from __future__ import annotations

import time

from xcs_ast.native import Any, use_own

use_own(globals())

__all__ = ["Sample"]


class Sample:
    """Does a little of everything that such callees do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts = [name]

    def __call__(self, text: str) -> str:  # pragma: no cover (it is analysed, and never called)
        """Calls a method, as most do."""
        payload = {"model": self.name, "messages": [{"role": "user", "content": text}]}
        if self.parts:
            payload["parts"] = [part.strip() for part in self.parts]
        return self.ask(payload)

    def ask(self, payload: dict[str, Any], limit: int | None = None) -> str:  # pragma: no cover (the same)
        """Waits, and makes strings."""
        time.sleep(0.0)
        for key, value in payload.items():
            if limit is not None and len(key) > limit:
                raise ValueError(key)
            self.name.join((key, str(value)))
        return f"{self.name}: {payload['model']}".encode().decode("utf-8")
