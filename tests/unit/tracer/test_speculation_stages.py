"""Slices that hand over several values; speculations that are dropped, doomed or fail at the wrong moment."""

from __future__ import annotations

import gc
import io
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.tracer.speculating import on_thread
from xcs_ast.tracer.hooks import Direct
from xcs_ast.tracer.speculation import FAILED, Speculation


class Service:
    """Counts, and waits a moment."""

    def __init__(self) -> None:
        self.calls = 0
        self.log: list[Any] = []

    def ask(self, x: int) -> int:
        self.calls += 1
        time.sleep(0)
        self.log.append(x)
        return x * 10


service = Service()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    service.calls = 0
    service.log = []
    yield


def two(x: int) -> Iterator[tuple[int, Any]]:
    a = service.ask(x)
    yield 0, a
    b = service.ask(a)
    yield 1, b
    service.log.append("end")


def ran(slice: Callable[..., Any], item: Any, **options: Any) -> Speculation:
    made = Speculation(slice, item, **options)
    on_thread(made.run)
    return made


def test_first_hand_over_ahead_the_rest_in_place() -> None:
    task = ran(two, 1, staged=True)
    assert (task.state, service.calls, service.log) == ("done", 0, [])
    assert task.ready(0) and task.commit(0) == 10
    assert (service.calls, service.log) == (1, [1])
    assert not task.ready(1) and task.committed == 1
    assert task.resume(1) == 100
    assert (service.calls, service.log) == (2, [1, 10])
    task.drop()


def test_what_the_body_changed_is_seen_by_the_rest() -> None:
    task = ran(two, 1, staged=True)
    assert task.ready(0) and task.commit(0) == 10
    service.calls = 50
    service.log.clear()
    assert task.resume(1) == 100
    assert (service.calls, service.log) == (51, [10])


def hands_a_list(x: int) -> Iterator[tuple[int, Any]]:
    found = [service.ask(x)]
    yield 0, found
    yield 1, len(found)


def test_a_list_belongs_to_the_body_once_it_is_handed_over() -> None:
    task = ran(hands_a_list, 1, staged=True)
    assert task.ready(0)
    task.commit(0).append("more")
    assert task.resume(1) == 2


def stops(x: int) -> Iterator[tuple[int, Any]]:
    service.ask(x)
    raise StopIteration(x)
    yield 0, 1


def fails_later(x: int) -> Iterator[tuple[int, Any]]:
    yield 0, service.ask(x)
    raise KeyError(x)


def stops_later(x: int) -> Iterator[tuple[int, Any]]:
    yield 0, service.ask(x)
    raise StopIteration(x)


def test_a_stop_iteration_stays_one() -> None:
    task = ran(stops, 1, staged=True)
    assert task.ready(0) and task.commit(0) is FAILED
    assert type(task.error) is StopIteration and task.error.args == (1,)
    later = ran(stops_later, 1, staged=True)
    assert later.ready(0) and later.commit(0) == 10
    with pytest.raises(StopIteration):
        later.resume(1)


def test_an_exception_after_a_hand_over_comes_in_place() -> None:
    task = ran(fails_later, 1, staged=True)
    assert task.ready(0) and task.commit(0) == 10
    with pytest.raises(KeyError):
        task.resume(1)


def in_mid_iteration(x: int) -> Iterator[tuple[int, Any]]:
    for each in service.log:
        yield 0, each
    yield 1, service.ask(x)


def test_no_hand_over_in_the_middle_of_a_copy() -> None:
    service.log = [1, 2]
    task = ran(in_mid_iteration, 1, staged=True)
    assert task.state == "abandoned"
    assert not task.ready(0)


def test_conflict() -> None:
    service.log = [7]
    task = ran(lambda x: (service.log[0], service.ask(x)), 1)
    assert task.ready()
    service.log[0] = 8
    assert not task.ready()
    service.log[0] = 7
    assert task.ready() and task.commit() == (7, 10)


def test_dropped_and_doomed() -> None:
    before = service.calls
    task = Speculation(two, 1, staged=True)
    task.doom()
    on_thread(task.run)
    assert task.state == "abandoned" and not task.ready(0)
    task.drop()
    other = ran(two, 1, staged=True)
    other.drop()
    assert service.calls == before and not other.ready(0)


class Thing:
    pass


things: list[Any] = []


def uses_a_thing(x: Any) -> int:
    things.append(x)
    made = Thing()
    made.other = x  # type: ignore[attr-defined]
    return service.ask(1)


@pytest.mark.parametrize("commit", [True, False])
def test_nothing_is_kept_alive(commit: bool) -> None:
    thing = Thing()
    seen = weakref.ref(thing)
    task = ran(uses_a_thing, thing)
    if commit:
        assert task.ready() and task.commit() == 10
        assert things.pop() is thing
    task.drop()
    del thing
    gc.collect()
    assert seen() is None


def never_cloned(x: int) -> Any:
    return locals()


def test_a_slice_that_cannot_be_cloned_is_abandoned() -> None:
    task = ran(never_cloned, 1)
    assert task.state == "abandoned" and task.reason


def prints_then_fails(x: int) -> int:
    print("before", x)
    raise ValueError(x)


def test_output_of_a_failing_slice(capsys: pytest.CaptureFixture[str]) -> None:
    task = ran(prints_then_fails, 3)
    assert capsys.readouterr().out == ""
    assert task.ready() and task.commit() is FAILED
    assert capsys.readouterr().out == "before 3\n"


closed = io.StringIO()
closed.close()


def writes_to_a_closed_file(x: int) -> int:
    closed.write("a")
    return x


def test_an_effect_that_would_fail_is_not_deferred() -> None:
    task = ran(writes_to_a_closed_file, 3)
    assert task.state == "abandoned"
    assert not task.ready()


def test_the_plain_recorder_is_what_a_resumed_slice_reports_to() -> None:
    task = ran(two, 1, staged=True)
    assert task.ready(0)
    task.commit(0)
    task.resume(1)
    assert task._fallback is not None and type(task._fallback.link.recorder) is Direct
