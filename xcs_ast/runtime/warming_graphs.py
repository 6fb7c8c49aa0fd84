"""Importing this warms up what runs graphs: it traces a small function, and runs that by its graph.

The first run in a process takes twice as long as the next: code is loaded, tables are filled, and the
interpreter specializes what it executes. Where a first run counts, that is better done when an executor is
made.

Guarantees: no user code runs, no thread is started, nothing is printed; nothing is kept but what any trace
leaves behind. Assumes: nothing.
"""

from __future__ import annotations

from typing import Any

from xcs_ast.native import use_own
from xcs_ast.runtime.executor import ParallelExecutor
from xcs_ast.tracer.trace import trace_function
from xcs_ast.verifier.single import Judge

use_own(globals())

__all__: list[str] = []


class _Sample:
    """Does a little of what such callees do."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, text: str) -> str:
        return f"{self.name}: {text}"


def _ask_all(samples: list[Any], text: str) -> list[str]:
    found: list[str] = []
    found.extend([sample(text) for sample in samples])
    for sample in samples:
        found.append(sample(text))  # noqa: PERF401 - a loop is to be traced, too
    return found


def _warm_up() -> None:
    samples = [_Sample("one"), _Sample("two"), _Sample("three")]
    graph = trace_function(_ask_all, samples, "text")
    # Its calls are too short for any of them to start early: it all happens in place.
    ParallelExecutor(1).execute(graph, samples[::-1], "another text")
    judge = Judge()
    for sample in samples:
        judge.judge(sample, ("text",), {})


_warm_up()
