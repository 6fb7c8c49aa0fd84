"""Recorded tasks with several hand-overs, through the whole runtime; barriers show what overlaps."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import xcs_ast
from xcs_ast import config
from xcs_ast.runtime import site
from xcs_ast.runtime.pool import POOL
from xcs_ast.testing.schedules import ALL, Schedule, scheduled

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


# ---------------------------------------------------------------------------- tasks that wait for their turn


class Locked:
    """Reads, waits and writes under a lock, after a call that takes long."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.ids = itertools.count()
        self.total = 0
        self.journal: list[Any] = []
        self.gate: Any = None
        self.stop_at = -1

    def ask(self, x: int) -> Any:
        meet(self.gate)
        with self.lock:
            before = self.total
            meet(None)
            self.total = before + x
            me = threading.get_ident()
            self.journal.append((x, before))
        number = next(self.ids)
        if x == self.stop_at:
            raise KeyboardInterrupt
        return number, before, me

    def nested(self, x: int) -> Any:
        meet(self.gate)
        with self.lock:
            self.total += x
            found = self.several(x)
        return found

    def several(self, x: int) -> list[Any]:
        out = []
        for y in range(3):
            out.append(self.ask(10 * x + y))
        return out


def asks(service: Locked, xs: list[int]) -> list[Any]:
    out = []
    for x in xs:
        out.append(service.ask(x))
    return out


def asks_nested(service: Locked, xs: list[int]) -> list[Any]:
    out = []
    for x in xs:
        out.append(service.nested(x))
    return out


def asks_until(service: Locked, xs: list[int]) -> list[Any]:
    out: list[Any] = []
    for x in xs:
        out.append(service.ask(x))
        if len(out) == 2:
            raise LookupError(x)
    return out


def run(function: Any, count: int = TASKS, **given: Any) -> Any:
    service = Locked()
    for name, value in given.items():
        setattr(service, name, value)
    try:
        value: Any = function(service, list(range(count)))
    except (LookupError, KeyboardInterrupt) as error:
        value = type(error), error.args
    free = service.lock.acquire(blocking=False)
    return value, service.total, service.journal, next(service.ids), free


def settled() -> None:
    """No worker is left waiting."""
    give_up = threading.Event()
    for _ in range(2_000):
        if POOL.idle and not POOL._parked:
            return
        give_up.wait(0.01)
    raise AssertionError("a worker is still waiting")


@pytest.mark.parametrize("function", [asks, asks_nested, asks_until])
@pytest.mark.parametrize("schedule", ALL, ids=str)
def test_locks_and_ids_under_every_schedule(function: Any, schedule: Schedule) -> None:
    ahead = xcs_ast.jit(function)
    assert ahead is not function
    plain = run(function)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with scheduled(schedule):
            for _ in range(2):
                assert run(ahead) == plain
    finally:
        sys.setswitchinterval(interval)
    settled()


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_locks_and_ids_with_few_workers(workers: int) -> None:
    ahead = xcs_ast.jit(asks)
    plain = run(asks, 20)
    with config.overridden(workers=workers):
        for _ in range(3):
            assert run(ahead, 20) == plain
    settled()


def test_slow_calls_overlap_in_front_of_a_lock() -> None:
    ahead = xcs_ast.jit(asks)
    plain = run(asks)
    before = ahead_so_far()
    assert run(ahead, gate=threading.Barrier(TASKS)) == plain
    assert ahead_so_far() >= before + TASKS - 1  # the consumer may have helped
    settled()


def test_interrupted() -> None:
    ahead = xcs_ast.jit(asks)
    plain = run(asks, stop_at=2)
    assert plain[0] == (KeyboardInterrupt, ())
    assert run(ahead, stop_at=2) == plain
    settled()
    assert run(ahead) == run(asks)


def ahead_so_far() -> int:
    return sum(each.tally.ahead for each in site.all_sites() if each.facts.span.filename == __file__)
