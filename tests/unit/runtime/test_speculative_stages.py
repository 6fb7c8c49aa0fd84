"""Recorded tasks with several hand-overs, through the whole runtime; barriers show what overlaps."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import xcs_ast
from xcs_ast import config
from xcs_ast.runtime.pool import POOL

PATIENCE = 20
TASKS = 4


@xcs_ast.unordered
def meet(where: Any) -> None:
    if where is not None:
        try:
            where.wait(PATIENCE)
        except threading.BrokenBarrierError:
            raise AssertionError("the calls did not overlap") from None


class Model:
    def __init__(self, name: str, journal: list[Any], ok: bool = True) -> None:
        self.name, self.journal, self.ok, self.calls = name, journal, ok, 0
        self.gates: Any = (None, None)

    def first(self, x: str) -> str:
        self.calls += 1
        meet(self.gates[0])
        self.journal.append(("first", self.name))
        return f"{x}-{self.name}"

    def second(self, a: str) -> str:
        self.calls += 1
        meet(self.gates[1])
        self.journal.append(("second", self.name))
        return a.upper()


def staged(ms: list[Model], x: str, log: list[Any]) -> list[Any]:
    out = []
    for m in ms:
        if m.ok:
            a = m.first(x)
            log.append(a)
            b = m.second(a)
            out.append((a, b))
    return out


def staged_and_changed(ms: list[Model], x: str, log: list[Any]) -> list[Any]:
    out = []
    for m in ms:
        if m.ok:
            a = m.first(x)
            log.append(a)
            if len(log) == 2:
                m.journal = log
            b = m.second(a)
            out.append((a, b))
    return out


@pytest.fixture(autouse=True)
def _options() -> Iterator[None]:
    with config.overridden(workers=8, eager=True, verify="never"):
        yield


def models(oks: str = "1111") -> tuple[list[Model], list[Any]]:
    journal: list[Any] = []
    return [Model(f"m{k}", journal, ok == "1") for k, ok in enumerate(oks)], journal


def outcome(function: Any, oks: str, gates: Any = (None, None)) -> Any:
    made, journal = models(oks)
    for each in made:
        each.gates = gates
    log: list[Any] = []
    values = function(made, "x", log)
    return values, log, journal, [(each.calls, each.journal is log) for each in made]


@pytest.mark.parametrize("function", [staged, staged_and_changed])
@pytest.mark.parametrize("oks", ["1111", "1010", "0001", "0000"])
@pytest.mark.parametrize("workers", [1, 2, 8])
def test_equals_plain(function: Any, oks: str, workers: int) -> None:
    ahead = xcs_ast.jit(function)
    assert ahead is not function
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with config.overridden(workers=workers):
            for _ in range(3):
                assert outcome(ahead, oks) == outcome(function, oks)
    finally:
        sys.setswitchinterval(interval)


def test_all_calls_overlap() -> None:
    """The second calls of all tasks are under way at once: none waits for the body."""
    ahead = xcs_ast.jit(staged)
    plain = outcome(staged, "1111")
    gates = threading.Barrier(TASKS), threading.Barrier(TASKS)
    assert outcome(ahead, "1111", gates) == plain
    assert POOL.threads <= 8
