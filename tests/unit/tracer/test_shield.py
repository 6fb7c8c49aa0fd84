"""Signals that come while the log of a task is carried out."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.tracer.test_speculation_parked import Parked
from xcs_ast.tracer.shield import Shield
from xcs_ast.tracer.speculation import Speculation

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="there are such signals on POSIX only")


class TimeIsUp(Exception):
    """What a handler of the program's raises."""


class State:
    def __init__(self) -> None:
        self.busy = False
        self.log: list[Any] = []
        self.lock = threading.Lock()


state = State()
heard: list[Any] = []


def time_is_up(number: int, _frame: Any) -> None:
    heard.append(number)
    raise TimeIsUp(number)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    state.__init__()  # type: ignore[misc]
    heard.clear()
    before = [(number, signal.signal(number, time_is_up)) for number in (signal.SIGALRM, signal.SIGINT)]
    yield
    for number, handler in before:
        signal.signal(number, handler)


def test_held_back_and_then_called() -> None:
    shield = Shield()
    signal.raise_signal(signal.SIGALRM)
    assert not heard
    with pytest.raises(TimeIsUp):
        shield.lift()
    assert heard == [signal.SIGALRM] and signal.getsignal(signal.SIGALRM) is time_is_up
    shield.lift()
    assert heard == [signal.SIGALRM]
    with pytest.raises(TimeIsUp):
        signal.raise_signal(signal.SIGALRM)


def test_ctrl_c() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        shield = Shield()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            shield.lift()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_second_one_is_let_through() -> None:
    shield = Shield()
    signal.raise_signal(signal.SIGALRM)
    with pytest.raises(TimeIsUp):
        signal.raise_signal(signal.SIGALRM)
    with pytest.raises(TimeIsUp):
        shield.lift()
    assert len(heard) == 2


def test_each_is_called_in_order_though_the_first_raises() -> None:
    shield = Shield()
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGALRM)
    with pytest.raises(TimeIsUp) as last:
        shield.lift()
    assert heard == [signal.SIGINT, signal.SIGALRM]
    assert isinstance(last.value.__context__, TimeIsUp)


def test_one_inside_of_another() -> None:
    outer, inner = Shield(), Shield()
    signal.raise_signal(signal.SIGALRM)
    inner.lift()
    assert not heard
    with pytest.raises(TimeIsUp):
        outer.lift()
    assert signal.getsignal(signal.SIGALRM) is time_is_up


def test_what_was_set_meanwhile_stays() -> None:
    shield = Shield()
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    shield.lift()
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is time_is_up


def test_no_handler_no_shield() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    shield = Shield()
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    shield.lift()


def test_a_handler_of_c_code_stays() -> None:
    """Its library may have told the system of one of its own."""
    signal.signal(signal.SIGALRM, heard.append)
    shield = Shield()
    assert signal.getsignal(signal.SIGALRM) == heard.append
    shield.lift()


def test_on_another_thread_nothing_is_done() -> None:
    seen: list[Any] = []

    def elsewhere() -> None:
        shield = Shield()
        seen.append(signal.getsignal(signal.SIGALRM))
        shield.lift()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [time_is_up]


def test_forgotten() -> None:
    shield = Shield()
    signals = [signal.SIGALRM, signal.SIGINT]
    assert all(signal.getsignal(each) is not time_is_up for each in signals)
    shield.__del__()
    assert all(signal.getsignal(each) is time_is_up for each in signals)


def test_interrupted_at_each_line_while_it_is_lifted() -> None:
    """As soon as one of them is as it was, its handler may raise anywhere."""
    line, reached = 0, True
    while reached:
        line += 1
        reached = False
        lines = 0

        def traced(frame: Any, event: str, _: Any) -> Any:
            nonlocal lines, reached
            if frame.f_code.co_filename != Shield.lift.__code__.co_filename:
                return None
            if event == "line":
                lines += 1
                if lines == line:
                    reached = True
                    signal.raise_signal(signal.SIGALRM)
            return traced

        heard.clear()
        shield = Shield()
        before = sys.gettrace()
        sys.settrace(traced)
        try:
            shield.lift()
        except TimeIsUp:
            pass
        finally:
            sys.settrace(before)
        assert heard == [signal.SIGALRM] * reached, line
        assert signal.getsignal(signal.SIGALRM) is time_is_up, line
        assert signal.getsignal(signal.SIGINT) is time_is_up, line
    assert line > 5


# ------------------------------------------------------------------------------------------ tasks


def busy_for_a_while(x: int) -> int:
    state.busy = True
    try:
        time.sleep(0)
        state.log.append(x)
    finally:
        state.busy = False
    return x


def busy_behind_a_lock(x: int) -> int:
    state.busy = True
    try:
        time.sleep(0)
        with state.lock:
            state.log.append(x)
    finally:
        state.busy = False
    return x


def strike() -> None:
    signal.raise_signal(signal.SIGALRM)


def struck_in_the_log_of(task: Speculation) -> None:
    """A signal comes after the first thing that the log does."""
    task.transaction.segments[0].log.insert(1, (strike,))


def test_a_log_is_carried_out_or_not() -> None:
    task = Speculation(busy_for_a_while, 3)
    task.run()
    struck_in_the_log_of(task)
    assert task.ready()
    with pytest.raises(TimeIsUp):
        task.commit()
    assert state.log == [3] and not state.busy
    task.drop()


@pytest.mark.parametrize("hit", [struck_in_the_log_of, None], ids=["in the log", "not"])
def test_a_task_that_has_waited_is_interrupted_where_it_stands(hit: Callable[[Any], None] | None) -> None:
    parked = Parked(busy_behind_a_lock, 3)
    assert parked.waits
    try:
        if hit is not None:
            hit(parked.task)
            with pytest.raises(TimeIsUp):
                parked.take()
        else:
            assert parked.take() == 3
    finally:
        parked.end()
    assert state.log == ([] if hit else [3])
    assert not state.busy and not state.lock.locked()
