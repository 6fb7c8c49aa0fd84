"""Importing this warms the recorder up: it runs one small speculation of its own.

The first one in a process takes several times as long as the next. Where a first call counts, that is better
done when a function is decorated.

Guarantees: no user code runs; nothing is kept but what any recorded task leaves behind. Assumes: nothing.
"""

from __future__ import annotations

import time
from typing import Any

from xcs_ast.native import use_own
from xcs_ast.runtime import speculation as _speculation  # noqa: F401 - loads what recorded runs need
from xcs_ast.source import trees as _trees  # noqa: F401
from xcs_ast.tracer.speculation import Speculation
from xcs_ast.verifier import crosscheck as _crosscheck  # noqa: F401
from xcs_ast.verifier import seen as _seen  # noqa: F401

use_own(globals())

__all__: list[str] = []


class _Sample:
    """Does a little of everything that such callees do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls = 0
        self.usage = {"tokens": 0}
        self.seen: list[str] = []

    def __call__(self, text: str) -> str:
        self.calls += 1
        self.usage["tokens"] += len(text)
        self.seen.append(text)
        return self.ask({"model": self.name, "messages": [{"role": "user", "content": text}]})

    def ask(self, payload: dict[str, Any], limit: int | None = None) -> str:
        time.sleep(0.0)
        for key, value in payload.items():
            if limit is not None and len(key) > limit:
                raise ValueError(key)
            self.name.join((key, str(value)))
        return f"{self.name}: {payload['model']}".encode().decode("utf-8")


def _slice(sample: _Sample) -> str:
    return sample("text")


def _warm_up() -> None:
    one = Speculation(_slice, _Sample("one"))
    one.run()
    if one.ready():
        one.commit()
    one.drop()


_warm_up()
