"""Importing this warms the analysis up: it analyses one small region of its own.

The first analysis in a process takes three times as long as the next: tables are filled, models are read, and
the interpreter specializes code. Where a first call counts, that is better done while modules are imported.

Guarantees: no user code runs; nothing is kept but what any analysis leaves behind. Assumes: nothing.
"""

from __future__ import annotations

import time
from typing import Any

from xcs_ast.effects import catalog
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import use_own
from xcs_ast.source.spans import Span
from xcs_ast.verifier.legality import decide_loop, forget_site

use_own(globals())

__all__: list[str] = []

_MODELS = ("builtins", "json", "http.client", "urllib.request", "urllib.parse", "re", "time", "os", "io")
_ENTRIES = {
    "time": ("sleep",),
    "json": ("dumps", "loads"),
    "urllib.request": ("urlopen",),
    "class urllib.request.Request": ("()",),
    "class http.client.HTTPResponse": ("read", "__enter__", "__exit__", ".status", "getcode"),
    "class builtins.str": ("encode", "join", "split", "strip", "format", "lower", "startswith", "replace"),
    "class builtins.bytes": ("decode",),
    "class builtins.dict": ("get", "items", "__getitem__"),
    "class builtins.list": ("append", "__getitem__"),
    "builtins": ("len", "isinstance", "range"),
}
_TEXT = """\
for sample in __xcs_items__:
    results.append(__xcs_stage__(0, sample(text)))
"""


class _Sample:
    """Does a little of everything that such callees do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts = [name]

    def __call__(self, text: str) -> str:  # pragma: no cover (it is analysed, and never called)
        payload = {"model": self.name, "messages": [{"role": "user", "content": text}]}
        if self.parts:
            payload["parts"] = [part.strip() for part in self.parts]
        return self.ask(payload)

    def ask(self, payload: dict[str, Any], limit: int | None = None) -> str:  # pragma: no cover (the same)
        time.sleep(0.0)
        for key, value in payload.items():
            if limit is not None and len(key) > limit:
                raise ValueError(key)
            self.name.join((key, str(value)))
        return f"{self.name}: {payload['model']}".encode().decode("utf-8")


def _warm_up() -> None:
    for name in _MODELS:
        catalog.default.load(name)
    for section, keys in _ENTRIES.items():
        for key in keys:
            catalog.default.entry(section, key)
    span = Span(__file__, 1, 0, 2, 0)
    names = ("results", "text")
    nothing: frozenset[str] = frozenset()
    facts = SiteFacts(0, RegionKind.LOOP, span, "", _TEXT, 1, True, names, nothing, nothing, ("sample",))
    samples = [_Sample("one"), _Sample("two")]
    decision = decide_loop(facts, globals(), {"results": [], "text": "text"}, samples)
    if decision.plan is not None:
        for sample in samples:
            decision.plan.admit(sample)
    forget_site(facts)


_warm_up()
