"""Executed graphs, too, wait where the program waits, before they ask."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.equivalence.gates import expect, meet
from xcs_ast import ParallelExecutor, trace_function, unordered
from xcs_ast.runtime import plan

ASKED: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def _every_call_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "WORTH", 0.0)
    ASKED.clear()


@unordered
def status(job: str) -> str:
    ASKED[job] += 1
    return "done" if ASKED[job] > 2 else "running"


@unordered
def result(job: str) -> str:
    return f"result {job}" if ASKED[job] > 2 else "not found"


def wait_for(job: str) -> None:
    while status(job) != "done":
        pass


def helped(jobs: list[str]) -> list[str]:
    out = []
    for job in jobs:
        wait_for(job)
        out.append(result(job))
    return out


@unordered
def rest() -> None:
    pass


def polled(jobs: list[str]) -> list[str]:
    out = []
    for job in jobs:
        while status(job) != "done":
            rest()
        out.append(result(job))
    return out


@pytest.mark.parametrize("function", [helped, polled])
def test_what_is_waited_for_is_not_asked_before(function: object) -> None:
    graph = trace_function(function, ["a", "b", "c"])  # type: ignore[arg-type]
    for jobs in (["d", "e", "f"], ["g", "h", "i"]):
        assert ParallelExecutor().execute(graph, jobs) == [f"result {job}" for job in jobs]


@unordered
def ping(_model: object) -> bool:
    return meet()


def pinged(models: list[object]) -> None:
    for model in models:
        ping(model)


def test_requests_whose_answers_nobody_reads_go_together() -> None:
    expect(1)
    graph = trace_function(pinged, [1, 2, 3])
    expect(3)
    executor = ParallelExecutor()
    executor.execute(graph, [4, 5, 6])
    assert executor.last.taken >= 2
