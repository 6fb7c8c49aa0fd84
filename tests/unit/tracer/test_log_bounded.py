"""What a task remembers is bounded by what it touched, not by how often; and adding up stays exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast.tracer.speculation import FAILED, Speculation
from xcs_ast.tracer.state_base import Increment

ROUNDS = 600
total = 0
last: Any = None


class Client:
    """Counts in every way there is."""

    __slots__ = ("__dict__", "slot")

    def __init__(self) -> None:
        self.calls = 0
        self.cost = 0.0
        self.slot = 1
        self.last: Any = None
        self.usage: dict[str, Any] = {"n": 1}
        self.rows = [0, 0, 0]

    @property
    def doc(self) -> Any:
        return type(self).__name__


def numbers(client: Client) -> None:
    global total, last
    for n in range(ROUNDS):
        client.calls += n
        client.calls -= 1
        client.slot += 1
        client.usage["n"] += 2
        client.usage["new"] = client.usage.get("new", 0) + n
        total += 1
        client.last = n
        last = str(n)
        client.rows[1] = n
        client.usage["text"] = str(n)


def looks(client: Client) -> Any:
    seen = 0
    for _ in range(ROUNDS):
        seen += len(client.__class__.__name__) + len(numbers.__name__)
        seen += sum(x for x in client.rows) + len(list(zip(client.rows, client.rows)))
        seen += client.usage["n"]
    return seen


def with_a_local(client: Client) -> Callable[[], int]:
    count = 0

    def step(_: Any = None) -> int:
        nonlocal count
        for _n in range(ROUNDS):
            count += 1
        return 5

    step()
    return step


def _sizes(task: Speculation) -> int:
    """Everything that the task keeps a list of."""
    found = 0
    for segment in task.transaction.segments:
        found += len(segment.log) + len(segment.probes) + len(segment.states)
        for state in segment.states.values():
            for name in ("ops", "steps", "reads", "summed"):
                found += len(getattr(state, name, None) or ())
            increments = getattr(state, "increments", None) or {}
            found += sum(len(each.steps) for each in increments.values())
            increment = getattr(state, "increment", None)
            found += 0 if increment is None else len(increment.steps)
    recorder = task._passes[-1].recorder
    return found + len(recorder.generators)


@pytest.mark.parametrize("work", [numbers, looks])
def test_bounded(work: Any) -> None:
    global total, last
    total, last = 0, None
    plain, client = Client(), Client()
    expected = work(plain), total, last
    total, last = 0, None
    task = Speculation(work, client, numbered=False)
    task.run()
    assert task.state == "done", task.reason
    assert _sizes(task) < 200
    assert task.ready(0)
    assert (task.commit(0), total, last) == expected
    assert vars(client) == vars(plain)
    assert list(client.usage) == list(plain.usage)
    assert client.slot == plain.slot


def test_cells() -> None:
    step = with_a_local(Client())
    task = Speculation(step, None, numbered=False)
    task.run()
    assert task.state == "done", task.reason
    assert _sizes(task) < 50
    assert task.ready(0)
    task.commit(0)
    assert step.__closure__ is not None
    assert step.__closure__[0].cell_contents == 2 * ROUNDS


def adds(client: Client) -> None:
    client.calls += 1
    client.calls += 2
    client.calls -= 5


@pytest.mark.parametrize("now", [7, 10**30, True])
def test_added_up_on_what_is_there(now: Any) -> None:
    client, plain = Client(), Client()
    task = Speculation(adds, client, numbered=False)
    task.run()
    client.calls = plain.calls = now
    if task.ready(0):
        task.commit(0)
        adds(plain)
        assert (type(client.calls), client.calls) == (type(plain.calls), plain.calls)
    else:
        assert type(now) is not int


def test_integers_on_a_float_are_not_added_up() -> None:
    client = Client()
    task = Speculation(adds, client, numbered=False)
    task.run()
    client.calls = 0.1  # type: ignore[assignment]
    assert not task.ready(0), "0.1 + 1 + 2 - 5 is not 0.1 - 2"


def drifts(client: Client) -> None:
    for value in (0.1, 0.2, 0.3, 1e16, -1e16, 1):
        client.cost += value


def test_floats_keep_their_order() -> None:
    client, plain = Client(), Client()
    task = Speculation(drifts, client, numbered=False)
    task.run()
    client.cost = plain.cost = 0.7
    assert task.ready(0)
    task.commit(0)
    drifts(plain)
    assert client.cost == plain.cost


def inner(client: Client) -> int:
    client.calls += 10
    client.calls += 20
    return 1


def outer(client: Client) -> int:
    client.calls += 3
    client.calls += inner(client)  # what `inner` adds is lost, as in plain Python
    client.calls += 4
    return client.calls


def test_an_assignment_that_is_under_way() -> None:
    client, plain = Client(), Client()
    task = Speculation(outer, client, numbered=False)
    task.run()
    assert task.ready(0)
    assert task.commit(0) == outer(plain)
    assert client.calls == plain.calls


def keys(client: Client) -> None:
    usage = client.usage
    usage["b"] = 1
    usage["a"] = 2
    usage["b"] = 3
    del usage["a"]
    usage["a"] = 4
    usage["b"] = 5
    usage[1] = "one"
    usage[True] = "true"
    client.rows[0] = 1
    client.rows.append(7)
    client.rows[0] = 2
    client.rows[3] = 8
    client.rows.insert(0, 9)
    client.rows[0] = 3


def test_order_and_places_that_move() -> None:
    client, plain = Client(), Client()
    task = Speculation(keys, client, numbered=False)
    task.run()
    assert task.state == "done", task.reason
    assert task.ready(0)
    task.commit(0)
    keys(plain)
    assert list(map(repr, client.usage.items())) == list(map(repr, plain.usage.items()))
    assert client.rows == plain.rows


def prints(client: Client) -> None:
    for n in range(3):
        client.last = n
        print(n)
        client.calls += 1


def test_effects_keep_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    client = Client()
    task = Speculation(prints, client, numbered=False)
    task.run()
    if task.state != "done":
        pytest.skip(task.reason)
    log = task.transaction.segments[0].log
    assert len(log) == 9, "what lies on the two sides of an effect is not put together"
    assert task.ready(0)
    assert task.commit(0) is not FAILED
    assert capsys.readouterr().out == "0\n1\n2\n"


def test_what_is_begun_keeps_what_it_began_with() -> None:
    pending = Increment(5, 0)
    pending.open = 3
    assert not pending.add("+", 1)
    assert not pending.add("+", 2)
    pending.open = 1
    assert pending.add("-", 4)
    assert pending.steps == [("+", 1), ("+", -2)]
    assert pending.value() == 4
    assert pending.holds(7)
    assert not pending.holds(7.0)
