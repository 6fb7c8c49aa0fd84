"""Slices that go on ahead after a hand-over: exact, whatever the body does in between."""

from __future__ import annotations

import gc
import itertools
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.tracer.speculating import on_thread
from xcs_ast.effects.declare import unordered
from xcs_ast.tracer.speculation import FAILED, Speculation
from xcs_ast.tracer.transaction import Transaction

ALL = (True, True, True, True, False)


class Service:
    """Counts, remembers, and calls out."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.calls = 0
        self.log: list[Any] = []
        self.history: list[dict[str, Any]] = []
        self.limit = 1_000

    def ask(self, x: int) -> int:
        self.calls += 1
        out(x)
        self.log.append(x)
        return x * 10

    def talk(self, x: int) -> int:
        self.history.append({"role": "user", "text": x})
        out(x)
        self.history.append({"role": "model", "text": x * 10})
        return len(self.history)


service = Service()
asked: list[Any] = []


def out(x: Any) -> None:
    """Something outside."""
    time.sleep(0)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    service.start()
    asked.clear()
    genuine = Transaction.ask

    def ask(self: Transaction, callee: Any, args: Any, named: Any, external: bool) -> Any:
        before = self.external_calls
        result = genuine(self, callee, args, named, external)
        if self.external_calls > before:
            asked.append(args)
        return result

    monkeypatch.setattr(Transaction, "ask", ask)
    yield


def ran(slice: Callable[..., Any], item: Any, resumes: tuple[bool, ...] = ALL) -> Speculation:
    made = Speculation(slice, item, staged=True, resumes=resumes)
    on_thread(made.run)
    return made


def take(task: Speculation, slice: Callable[..., Any], item: Any, number: int) -> Any:
    """As the runtime does."""
    if task.ready(number):
        value = task.commit(number)
        if value is FAILED:
            assert task.error is not None
            raise task.error
        return value
    assert task.committed, task.reason
    return task.resume(number)


def three(x: int) -> Iterator[tuple[int, Any]]:
    fits = service.limit > x
    yield 0, fits
    if fits:
        a = service.ask(x)
        yield 1, a
        b = service.ask(a)
        yield 2, b


def test_all_calls_ahead() -> None:
    task = ran(three, 1)
    assert (task.state, len(asked), task.external_calls) == ("done", 2, 2)
    assert (service.calls, service.log) == (0, [])
    assert task.ready(0) and task.commit(0) is True
    assert (service.calls, service.log) == (0, [])
    assert task.ready(1) and task.commit(1) == 10
    assert (service.calls, service.log) == (1, [1])
    assert task.ready(2) and task.commit(2) == 100
    assert (service.calls, service.log) == (2, [1, 10])
    assert len(asked) == 2
    task.drop()


def test_not_beyond_what_is_allowed() -> None:
    task = ran(three, 1, (True, False, False))
    assert len(asked) == 1
    assert [take(task, three, 1, k) for k in range(3)] == [True, 10, 100]
    assert service.log == [1, 10]


def test_not_beyond_it_where_a_branch_hands_nothing_over() -> None:
    def slice(x: int) -> Iterator[tuple[int, Any]]:
        yield 0, False  # so hand-over 1 does not come
        a = service.ask(x)
        yield 2, a
        b = service.ask(a)
        yield 3, b

    task = ran(slice, 1, (True, True, False, False))
    assert len(asked) == 1
    assert [take(task, slice, 1, k) for k in (0, 2, 3)] == [False, 10, 100]
    assert service.log == [1, 10]


def test_the_body_writes_in_between() -> None:
    task = ran(three, 1)
    assert take(task, three, 1, 0) is True
    service.log.append("body")
    assert take(task, three, 1, 1) == 10
    service.log.append("body")
    assert take(task, three, 1, 2) == 100
    assert service.log == ["body", 1, "body", 10] and service.calls == 2 and len(asked) == 2


def reads(x: int) -> Iterator[tuple[int, Any]]:
    a = service.ask(x)
    yield 0, a
    b = service.ask(a) + len(service.log)
    yield 1, b
    c = service.ask(b) + service.limit
    yield 2, c


@pytest.mark.parametrize("changed", list(itertools.product((False, True), repeat=3)))
def test_what_the_body_changed_is_seen_by_the_rest(changed: tuple[bool, ...]) -> None:
    def go(values: Callable[[int], Any]) -> list[Any]:
        got: list[Any] = []
        for number in range(3):
            got.append(values(number))
            if changed[number]:
                service.log.append("body")
                service.limit += 1
        return [*got, service.calls, list(service.log), service.limit]

    plain = reads(1)
    expected = go(lambda number: next(plain)[1])
    service.start()
    task = ran(reads, 1)
    assert go(lambda number: take(task, reads, 1, number)) == expected
    task.drop()


def test_a_change_before_the_first_makes_all_of_it_void() -> None:
    task = ran(three, 1)
    service.limit = 0
    assert not task.ready(0) and not task.committed
    task.drop()


def talks(x: int) -> Iterator[tuple[int, Any]]:
    a = service.talk(x)
    yield 0, a
    b = service.talk(x)
    yield 1, b
    yield 2, len(service.history)


def test_new_objects_in_the_log() -> None:
    task = ran(talks, 1)
    assert len(asked) == 2 and len(task.hand_overs) == 3
    assert take(task, talks, 1, 0) == 2
    first = service.history[0]
    assert take(task, talks, 1, 1) == 4
    assert take(task, talks, 1, 2) == 4
    assert service.history[0] is first and len({id(each) for each in service.history}) == 4
    task.drop()


def test_new_objects_in_the_log_and_the_body_interferes() -> None:
    task = ran(talks, 1)
    assert take(task, talks, 1, 0) == 2
    service.history[0]["text"] = "changed"
    service.history.append({})
    assert take(task, talks, 1, 1) == 5
    assert [each.get("text") for each in service.history] == ["changed", 10, None, 1, 10]
    assert take(task, talks, 1, 2) == 5


def keeps_one(x: int) -> Iterator[tuple[int, Any]]:
    entry = {"n": x}
    service.history.append(entry)
    yield 0, service.ask(x)
    entry["n"] += service.ask(x + 1)
    yield 1, entry["n"]


@pytest.mark.parametrize("body", [False, True])
def test_an_object_in_the_log_that_the_slice_still_holds(body: bool) -> None:
    task = ran(keeps_one, 1)
    assert take(task, keeps_one, 1, 0) == 10
    if body:
        service.history[0]["n"] = 100
    assert take(task, keeps_one, 1, 1) == (120 if body else 21)
    assert service.history == [{"n": 120 if body else 21}]


def hands_a_list(x: int) -> Iterator[tuple[int, Any]]:
    found = [service.ask(x)]
    yield 0, found
    yield 1, len(found) + service.ask(x)


def test_a_list_belongs_to_the_body_once_it_is_handed_over() -> None:
    task = ran(hands_a_list, 1)
    assert len(asked) == 1
    take(task, hands_a_list, 1, 0).append("more")
    assert take(task, hands_a_list, 1, 1) == 12


def timed(x: int) -> Iterator[tuple[int, Any]]:
    start = time.perf_counter()
    a = service.ask(x)
    yield 0, a
    b = service.ask(a)
    yield 1, (start, b)
    yield 2, start


def test_clocks_are_read_once() -> None:
    task = ran(timed, 1)
    assert len(task.hand_overs) == 3
    assert take(task, timed, 1, 0) == 10
    start, b = take(task, timed, 1, 1)
    assert take(task, timed, 1, 2) == start and b == 100


def fails(x: int) -> Iterator[tuple[int, Any]]:
    a = service.ask(x)
    yield 0, a
    service.ask(a)
    service.log.append("before")
    raise KeyError(x)
    yield 1, 0


def fails_at_once(x: int) -> Iterator[tuple[int, Any]]:
    a = service.ask(x)
    yield 0, a
    service.log.append("before")
    raise StopIteration(x)
    yield 1, 0


FAILING = [(fails, KeyError, 2), (fails_at_once, StopIteration, 1)]


@pytest.mark.parametrize(("slice", "kind", "count"), FAILING)
def test_an_exception_comes_at_its_place(slice: Any, kind: type[Exception], count: int) -> None:
    task = ran(slice, 1)
    assert len(asked) == count
    assert take(task, slice, 1, 0) == 10
    assert "before" not in service.log
    with pytest.raises(kind):
        take(task, slice, 1, 1)
    assert service.log[-1] == "before" and len(asked) == count


lock = threading.Lock()


def locks(x: int) -> Iterator[tuple[int, Any]]:
    a = service.ask(x)
    yield 0, a
    with lock:
        service.log.append("locked")
    yield 1, service.ask(a)


def test_what_cannot_be_held_back_comes_in_place() -> None:
    task = ran(locks, 1)
    assert task.state == "done" and len(asked) == 1
    assert take(task, locks, 1, 0) == 10
    assert take(task, locks, 1, 1) == 100
    assert service.log == [1, "locked", 10]


class Flaky:
    def __init__(self) -> None:
        self.tries = 0

    def ask(self, x: int) -> int:
        self.tries += 1
        try:
            time.sleep(-1)
        except ValueError:
            service.log.append("failed")
        out(x)
        return x


flaky = Flaky()


def retries(x: int) -> Iterator[tuple[int, Any]]:
    a = flaky.ask(x)
    yield 0, a
    b = flaky.ask(x)
    yield 1, b


def test_a_call_that_failed_is_not_repeated() -> None:
    flaky.tries = 0
    task = ran(retries, 1)
    assert take(task, retries, 1, 0) == 1 and take(task, retries, 1, 1) == 1
    assert service.log == ["failed", "failed"] and flaky.tries == 2


class Thing:
    pass


things: list[Any] = []


def uses_a_thing(x: Any) -> Iterator[tuple[int, Any]]:
    things.append(x)
    service.ask(1)
    yield 0, x
    made = Thing()
    made.other = x  # type: ignore[attr-defined]
    service.ask(2)
    yield 1, 5
    service.ask(3)
    yield 2, 6


@pytest.mark.parametrize("taken", range(4))
@pytest.mark.parametrize("changed", [False, True])
def test_nothing_is_kept_alive(taken: int, changed: bool) -> None:
    things.clear()
    thing = Thing()
    seen = weakref.ref(thing)
    task = ran(uses_a_thing, thing)
    assert len(task.hand_overs) == 3
    for number in range(taken):
        take(task, uses_a_thing, thing, number)
        if changed:
            things.append(1)
    things.clear()
    task.drop()
    del thing
    gc.collect()
    assert seen() is None


def test_dropped_while_it_runs() -> None:
    inside, go = threading.Event(), threading.Event()

    def waits(x: int) -> Iterator[tuple[int, Any]]:
        yield 0, service.ask(x)
        meet()
        yield 1, service.ask(x)

    def meet() -> None:
        inside.set()
        assert go.wait(30)

    unordered(meet)
    task = Speculation(waits, 1, staged=True, resumes=ALL)
    thread = threading.Thread(target=task.run)
    thread.start()
    assert inside.wait(30)
    assert task.valid_so_far()
    task.drop()
    go.set()
    thread.join(30)
    assert not thread.is_alive() and task.state == "dropped" and service.calls == 0


def test_a_later_part_that_cannot_come_true_is_stopped() -> None:
    inside, go = threading.Event(), threading.Event()

    def waits(x: int) -> Iterator[tuple[int, Any]]:
        yield 0, service.ask(x)
        limit = service.limit
        meet()
        yield 1, service.ask(x) + limit

    def meet() -> None:
        inside.set()
        assert go.wait(30)

    unordered(meet)
    task = Speculation(waits, 1, staged=True, resumes=ALL)
    thread = threading.Thread(target=task.run)
    thread.start()
    assert inside.wait(30)
    service.limit = 5
    assert task.valid_so_far()
    go.set()
    thread.join(30)
    assert take(task, waits, 1, 0) == 10
    assert take(task, waits, 1, 1) == 15
    assert service.calls == 2
