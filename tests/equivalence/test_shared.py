"""What shares state and is recorded runs at the same time: every call waits inside until all have come."""

from __future__ import annotations

import collections
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import xcs_ast
from tests.equivalence.catalogue import CASES, RECORDER
from tests.equivalence.gates import expect, meet
from xcs_ast import config
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.testing.plain import sites_of

pytestmark = pytest.mark.skipif(not RECORDER, reason="nothing is recorded yet")

CALLS = 4
LOG = logging.getLogger("tests.equivalence.shared")

total = 0
cost = 0.1


@pytest.fixture(autouse=True)
def _everything_runs_ahead() -> Iterator[None]:
    global total, cost
    total, cost = 0, 0.1
    expect(CALLS)
    with config.overridden(eager=True, cache=False):
        yield


def loop(ask: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    out = []
    for item in items:
        out.append(ask(item))
    return out


def overlapping(ask: Callable[[Any], Any], items: Any = range(CALLS)) -> list[Any]:
    """What the calls return, each of which must return whether it met the others."""
    optimized = xcs_ast.jit(loop)
    results = optimized(ask, list(items))
    assert all(results), results
    (only,) = sites_of(optimized)
    assert only.last_verdict is not None
    assert only.last_verdict.kind is VerdictKind.SPECULATIVE, only.last_verdict
    return results


class Client:
    def __init__(self) -> None:
        self.calls = 0
        self.usage = {"prompt": 0}
        self.log: list[int] = []

    def ask(self, x: int) -> bool:
        self.calls += 1
        met = meet()
        self.usage["prompt"] += x
        self.usage[str(x)] = self.usage.get(str(x), 0) + 1
        self.log.append(x)
        return met


def test_counters_of_one_client() -> None:
    client = Client()
    overlapping(client.ask)
    assert client.calls == CALLS
    assert client.usage == {"prompt": 6, "0": 1, "1": 1, "2": 1, "3": 1}
    assert list(client.usage) == ["prompt", "0", "1", "2", "3"]
    assert client.log == [0, 1, 2, 3]


def test_counters_in_slots_and_of_classes() -> None:
    class Slots:
        __slots__ = ("calls", "cost")
        made = 0
        spent = 0.5

        def __init__(self) -> None:
            self.calls = 0
            self.cost = 0.1

    one = Slots()

    def ask(x: int) -> bool:
        Slots.made += 1
        one.calls += 1
        met = meet()
        Slots.spent += x * 0.3
        one.cost = one.cost + x
        return met

    overlapping(ask)
    assert (Slots.made, one.calls) == (CALLS, CALLS)
    assert Slots.spent.hex() == (0.5 + 0 * 0.3 + 1 * 0.3 + 2 * 0.3 + 3 * 0.3).hex()
    assert one.cost == 0.1 + 0 + 1 + 2 + 3


def test_retries_that_say_why(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    tries = {"all": 0}

    def ask(x: int) -> bool:
        met = False
        for attempt in range(3):
            try:
                tries["all"] += 1
                met = met or meet()
                if attempt < x % 2:
                    raise ConnectionError(f"{x}.{attempt}")
                return met
            except (OSError, KeyError) as error:
                LOG.warning("again: %s", error)
                print("again:", error, TimeoutError(5, "late", "f"), KeyError("k"))
        return False

    overlapping(ask)
    assert tries == {"all": 6}
    assert [r.getMessage() for r in caplog.records] == ["again: 1.0", "again: 3.0"]
    assert capsys.readouterr().out == "".join(f"again: {x}.0 [Errno 5] late: 'f' 'k'\n" for x in (1, 3))


def test_global_and_float_counters() -> None:
    def ask(x: float) -> bool:
        global total, cost
        total += 1
        met = meet()
        cost += x
        return met

    values = [1e16, 1.0, 1.0, -1e16]
    overlapping(ask, values)
    expected = 0.1
    for value in values:
        expected += value
    assert total == CALLS
    assert cost.hex() == expected.hex()


def test_nonlocal_counter() -> None:
    count = 0

    def ask(x: int) -> bool:
        nonlocal count
        count += 1
        return meet()

    overlapping(ask)
    assert count == CALLS


def test_memo_of_different_keys() -> None:
    known: dict[int, bool] = {}

    def ask(x: int) -> bool:
        if x not in known:
            known[x] = meet()
        return known[x]

    overlapping(ask, [3, 1, 2, 0])
    assert list(known) == [3, 1, 2, 0]


def test_memo_with_repeated_keys() -> None:
    known: dict[int, bool] = {}
    asked = []

    def ask(x: int) -> bool:
        if x not in known:
            asked.append(x)
            known[x] = meet()
        return known[x]

    # Both calls for 1 are inside at once; the later one is thrown away, and then finds the answer.
    overlapping(ask, [1, 2, 1, 3])
    assert asked == [1, 2, 3]
    assert list(known) == [1, 2, 3]


def test_print_before_and_after(capsys: pytest.CaptureFixture[str]) -> None:
    def ask(x: int) -> bool:
        print("asking", x)
        met = meet()
        print("answer", x, end=".\n")
        return met

    overlapping(ask)
    assert capsys.readouterr().out == "".join(f"asking {x}\nanswer {x}.\n" for x in range(CALLS))


def test_logging_in_the_callee(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    def ask(x: int) -> bool:
        LOG.info("asking %s", x)
        met = meet()
        LOG.warning("answer %s", x)
        return met

    overlapping(ask)
    line = ask.__code__.co_firstlineno
    seen = [(r.getMessage(), r.lineno - line, r.funcName, r.filename) for r in caplog.records]
    assert seen == [
        (f"{what} {x}", where, "ask", "test_shared.py")
        for x in range(CALLS)
        for what, where in (("asking", 1), ("answer", 3))
    ]
    assert {r.thread for r in caplog.records} == {threading.get_ident()}
    assert {r.threadName for r in caplog.records} == {threading.current_thread().name}


def test_agents_with_histories() -> None:
    class Agent:
        def __init__(self, name: str) -> None:
            self.name = name
            self.history: list[str] = []

        def argue(self, said: str) -> bool:
            self.history.append(said)
            met = meet()
            self.history.append(f"{self.name}: {len(self.history)}")
            return met

    agents = [Agent(name) for name in "abcd"]

    def turn(agent: Agent) -> bool:
        return agent.argue("go on")

    for _ in range(2):
        overlapping(turn, agents)
    assert agents[2].history == ["go on", "c: 1", "go on", "c: 3"]


def test_handlers_in_a_dict() -> None:
    counts = {"a": 0, "b": 0}

    class Handler:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self, x: int) -> bool:
            counts[self.name] += x
            return meet()

    handlers = {"a": Handler("a"), "b": Handler("b")}

    def dispatch(job: tuple[str, int]) -> bool:
        return handlers[job[0]](job[1])

    overlapping(dispatch, [("a", 1), ("b", 2), ("a", 3), ("b", 4)])
    assert counts == {"a": 4, "b": 6}


def test_groups_and_counters() -> None:
    # Were the lists not there yet, calls that find them made by others would be thrown away.
    groups: dict[int, list[int]] = {1: [], 0: []}
    counts: collections.Counter[str] = collections.Counter()
    lists: collections.defaultdict[str, list[int]] = collections.defaultdict(list)

    def ask(x: int) -> bool:
        met = meet()
        groups.setdefault(x % 2, []).append(x)
        counts["odd" if x % 2 else "even"] += 1
        lists[f"of {x}"].append(x)
        return met

    overlapping(ask, [3, 0, 1, 2])
    assert groups == {1: [3, 1], 0: [0, 2]}
    assert counts == {"odd": 2, "even": 2}
    assert list(lists.items()) == [(f"of {x}", [x]) for x in [3, 0, 1, 2]]


def test_failure_keeps_the_prefix() -> None:
    client = Client()

    def ask(x: int) -> bool:
        met = client.ask(x)
        client.log.append(-x)
        if x == 2:
            raise ValueError(met)
        return met

    with pytest.raises(ValueError, match="True"):
        xcs_ast.jit(loop)(ask, list(range(CALLS)))
    assert client.calls == 3
    assert client.log == [0, 0, 1, -1, 2, -2]
    assert list(client.usage) == ["prompt", "0", "1", "2"]


def test_most_of_the_programs_are_to_run_ahead() -> None:
    shared = [case for case in CASES if case.path.stem.startswith("shared_")]
    assert len(shared) > 300
    assert sum(case.runs_ahead for case in shared) > 70
