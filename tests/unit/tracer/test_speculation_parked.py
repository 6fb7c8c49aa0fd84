"""Tasks that wait for their turn after they have called outside: exact, on the consumer's thread."""

from __future__ import annotations

import itertools
import linecache
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from xcs_ast.tracer import handover
from xcs_ast.tracer.handover import Exchange
from xcs_ast.tracer.speculation import FAILED, Speculation

PATIENCE = 20


class Parked:
    """A task on a thread of its own, until it waits or has ended."""

    def __init__(self, slice: Callable[..., Any], item: Any, **options: Any) -> None:
        self.slice, self.item = slice, item
        self.task = Speculation(slice, item, **options)
        self.there = threading.Event()
        self.waits = False
        self.task.let_wait(self._park, lambda: None)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.there.wait(PATIENCE)

    def _run(self) -> None:
        self.task.run()
        self.there.set()

    def _park(self) -> bool:
        self.waits = True
        self.there.set()
        return True

    def take(self, number: int = 0) -> Any:
        """As the runtime does."""
        task = self.task
        if task.ready(number):
            value = task.commit(number)
            if value is FAILED:
                assert task.error is not None
                raise task.error
            return value
        if task.committed:
            return task.resume(number)
        task.drop()
        assert not task._numbered or not task._staged
        return self.slice(self.item)

    def end(self) -> None:
        self.task.drop()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


class State:
    def __init__(self) -> None:
        self.n = 0
        self.log: list[Any] = []
        self.lock = threading.Lock()
        self.rlock = threading.RLock()
        self.ids = itertools.count()
        self.local = threading.local()
        self.outside = 0


state = State()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    state.__init__()  # type: ignore[misc]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def out() -> None:
    time.sleep(0)


def locked(x: int) -> int:
    out()
    state.log.append(("start", x))
    with state.lock:
        v = state.n
        out()
        state.n = v + x
        state.log.append(v)
    state.log.append(("end", x))
    return v


def numbered(x: int) -> tuple[int, int]:
    out()
    i = next(state.ids)
    state.log.append((x, i))
    return x, i


def in_a_call(x: int) -> list[Any]:
    out()
    state.log.append(next(state.ids))
    state.last = next(state.ids)  # type: ignore[attr-defined]
    return [x, next(state.ids)]


def deeper(x: int) -> Any:
    value = locked(x)
    return value, numbered(x)


def whoami(x: int) -> Any:
    out()
    me = threading.get_ident()
    name = threading.current_thread().name
    return me, name


def owns_rlock(x: int) -> Any:
    out()
    with state.rlock:
        with state.rlock:
            state.n += x
    return state.n


def uses_local(x: int) -> Any:
    out()
    n = getattr(state.local, "n", 0)
    state.local.n = n + x
    return state.local.n


def fails_inside(x: int) -> Any:
    out()
    try:
        with state.lock:
            state.n += 1
            raise KeyError(x)
    finally:
        state.log.append(("finally", state.lock.locked()))


def handles(x: int) -> Any:
    out()
    try:
        with state.lock:
            int("no")
    except ValueError as error:
        state.log.append((str(error), type(sys.exc_info()[1])))
        return state.lock.locked()


def loops(x: int) -> Any:
    out()
    total = 0
    with state.lock:
        for each in range(x):
            total += each
        for each in map(str, [1, 2]):
            state.log.append(f"{each}!")
        while total > 0:
            total -= 7
    return total, [k * 2 for k in state.log]


PROGRAMS = [
    locked, numbered, in_a_call, deeper, whoami, owns_rlock, uses_local, fails_inside, handles, loops
]  # fmt: skip


def outcomes(take: Callable[[int], Any], items: list[int]) -> Any:
    got = []
    for item in items:
        try:
            got.append(take(item))
        except Exception as error:
            got.append((type(error), error.args))
    return got, state.n, list(state.log), next(state.ids), state.lock.locked(), vars(state.local).copy()


@pytest.mark.parametrize("program", PROGRAMS)
def test_equals_plain(program: Any) -> None:
    items = [3, 1, 2]
    plain = outcomes(program, items)
    state.__init__()  # type: ignore[misc]
    tasks = {item: Parked(program, item) for item in items}
    assert all(each.waits for each in tasks.values()), [each.task.reason for each in tasks.values()]
    assert outcomes(lambda item: tasks[item].take(), items) == plain
    for each in tasks.values():
        each.end()


def test_they_do_park_in_time() -> None:
    """Nothing but the call outside has happened before the turn."""
    task = Parked(locked, 1)
    assert (state.n, state.log, state.lock.locked()) == (0, [], False)
    assert task.take() == 0
    assert state.n == 1
    task.end()


@pytest.mark.parametrize("program", PROGRAMS)
def test_dropped(program: Any) -> None:
    task = Parked(program, 1)
    task.end()
    assert (state.n, state.log, next(state.ids), state.lock.locked()) == (0, [], 0, False)


def reads_then_locks(x: int) -> Any:
    v = state.n
    out()
    with state.lock:
        state.n = v + x
    return v


@pytest.mark.parametrize("moment", ["may wait", "on park"])
def test_dropped_while_it_begins_to_wait(moment: str) -> None:
    """The consumer may have looked before the task said that it waits, and leaves the rest to the worker."""
    task = Speculation(locked, 5)

    def at(place: str) -> bool:
        if place == moment:
            task.drop()
        return True

    task.let_wait(lambda: at("on park"), lambda: None, lambda: at("may wait"))
    thread = threading.Thread(target=task.run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert state.n == 0 and state.log == []
    assert not task._passes and task._slice is None


def test_it_may_not_wait() -> None:
    task = Speculation(locked, 5)
    task.let_wait(lambda: pytest.fail("it waits"), lambda: None, lambda: False)
    thread = threading.Thread(target=task.run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert task.state == "abandoned" and not task.ready()
    assert state.n == 0 and state.log == []


def test_not_true_any_more() -> None:
    task = Parked(reads_then_locks, 5)
    state.n = 100
    assert task.take() == 100 and state.n == 105
    task.end()


def test_a_connection_of_this_thread(tmp_path: Any) -> None:
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("create table t (x)")

    def stores(x: int) -> Any:
        out()
        connection.execute("insert into t values (?)", (x,))
        rows = connection.execute("select count(*) from t")
        return rows.fetchone()[0]

    tasks = [Parked(stores, item) for item in range(3)]
    assert [each.take() for each in tasks] == [1, 2, 3]
    connection.close()
    for each in tasks:
        assert each.waits
        each.end()


def staged(x: int) -> Iterator[tuple[int, Any]]:
    a = numbered(x)
    yield 0, a[0]
    b = numbered(a[0])
    yield 1, b
    yield 2, len(state.log)


def staged_later(x: int) -> Iterator[tuple[int, Any]]:
    out()
    state.log.append(x)
    yield 0, x
    out()
    with state.lock:
        state.n += x
    yield 1, state.n
    yield 2, next(state.ids)


@pytest.mark.parametrize("slice", [staged, staged_later])
@pytest.mark.parametrize("changed", [False, True])
def test_stages(slice: Any, changed: bool) -> None:
    def go(take: Callable[[int], Any]) -> Any:
        got = []
        for number in range(3):
            got.append(take(number))
            if changed:
                state.log.append("body")
                state.n += 100
        return got, state.n, list(state.log), next(state.ids)

    plain = slice(1)
    expected = go(lambda number: next(plain)[1])
    state.__init__()  # type: ignore[misc]
    task = Parked(slice, 1, staged=True, resumes=(True, True, False))
    assert task.waits
    assert go(task.take) == expected
    task.end()


def test_interrupted_while_it_is_served() -> None:
    def waits(x: int) -> Any:
        out()
        with state.lock:
            interrupt()
        return x

    def interrupt() -> None:
        raise KeyboardInterrupt

    task = Parked(waits, 1)
    with pytest.raises(KeyboardInterrupt):
        task.take()
    assert not state.lock.locked()
    task.end()


def looks_at_the_stack(x: int) -> Any:
    out()
    with state.lock:
        name = sys._getframe(0).f_code.co_name
    return name


def pending(x: int) -> Any:
    out()
    return 1 + next(state.ids)


@pytest.mark.parametrize("program", [looks_at_the_stack, pending])
def test_not_where_it_would_show(program: Any) -> None:
    plain = program(1)
    state.__init__()  # type: ignore[misc]
    task = Parked(program, 1)
    assert not task.waits and task.task.state == "abandoned"
    assert task.take() == plain
    task.end()


# ---------------------------------------------------------------------------------------------- the exchange


def exchanged(worker: Callable[[Exchange], None]) -> Any:
    """The worker's side on another thread; what `serve` raised."""
    exchange = Exchange()

    def work() -> None:
        if exchange.wait():
            worker(exchange)
        exchange.end()

    thread = threading.Thread(target=work)
    thread.start()
    raised: Any = None
    try:
        exchange.serve()
    except BaseException as error:  # noqa: BLE001
        raised = error
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return raised


def test_what_is_asked_for_is_done_here() -> None:
    got: list[Any] = []

    def worker(exchange: Exchange) -> None:
        for number in range(500):
            got.append(exchange.ask(lambda number=number: (number, threading.get_ident())))
        try:
            raise LookupError("held")
        except LookupError as held:
            got.append(exchange.ask(lambda: sys.exc_info()[1]) is held)
        try:
            exchange.ask(lambda: int("no"))
        except ValueError as error:
            got.append(str(error))

    assert exchanged(worker) is None
    me = threading.get_ident()
    assert got[:500] == [(number, me) for number in range(500)]
    assert got[500] is True and "no" in got[501]


@pytest.mark.parametrize("asks", [True, False])
def test_an_interrupt_of_an_idle_consumer_reaches_the_task(asks: bool) -> None:
    got: list[Any] = []

    def worker(exchange: Exchange) -> None:
        pause = threading.Event()
        while exchange.interrupt is None:
            # A signal that comes just before the consumer falls asleep does not wake it.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            pause.wait(0.05)
        if asks:
            try:
                exchange.ask(lambda: got.append("done"))
            except KeyboardInterrupt:
                got.append("interrupted")

    raised = exchanged(worker)
    if asks:
        assert got == ["interrupted"] and raised is None
    else:
        assert got == [] and type(raised) is KeyboardInterrupt


def test_interrupts_at_any_moment() -> None:
    """Each is delivered once: to the task, or to whoever serves; nobody waits for good."""
    seen: list[Any] = []

    def worker(exchange: Exchange) -> None:
        for number in range(300):
            if number % 10 == 0:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            try:
                exchange.ask(lambda: None)
            except KeyboardInterrupt as error:
                seen.append(error)

    raised = exchanged(worker)
    assert seen and (raised is None or type(raised) is KeyboardInterrupt)


class Meeting:
    """The two sides of an exchange, each held up once before a line of its own, and what came of it.

    The worker goes on when the consumer is held up, too, or has made no further step for a moment; the
    consumer when the worker has.
    """

    asks = 2

    def __init__(self, worker_at: int, consumer_at: int, interrupted_at: int = -1) -> None:
        self.exchange = Exchange()
        self.at = {"worker": worker_at, "consumer": consumer_at}
        self.lines = {"worker": 0, "consumer": 0}
        self.held = {"worker": threading.Event(), "consumer": threading.Event()}
        self.interrupted_at = interrupted_at
        self.got: list[Any] = []
        self.done: list[int] = []
        self.struck = self.raised = False
        self.ended = threading.Event()

    def traced(self, side: str) -> Any:
        other = "consumer" if side == "worker" else "worker"

        def local(frame: Any, event: str, _: Any) -> Any:
            if event == "line":
                number = self.lines[side]
                self.lines[side] += 1
                if number == self.at[side]:
                    self.hold(side, other)
                if side == "consumer" and number == self.interrupted_at:
                    # Python looks for signals at calls and jumps; before these lines there is none.
                    line = linecache.getline(handover.__file__, frame.f_lineno).strip()
                    if line not in ("try:", "self._left = True"):
                        self.struck = True
                        raise KeyboardInterrupt
            return local

        def called(frame: Any, event: str, _: Any) -> Any:
            code = frame.f_code
            return local if code.co_filename == handover.__file__ and code.co_name != "_ring" else None

        return called

    def hold(self, side: str, other: str) -> None:
        self.held[side].set()
        before = -1
        while before != self.lines[other] and not self.ended.is_set():
            before = self.lines[other]
            if side == "worker":
                if self.held["consumer"].wait(0.002):
                    break
            else:
                while self.held["worker"].is_set() and not self.ended.is_set():
                    self.ended.wait(0.0002)
                self.ended.wait(0.002)
        self.held[side].clear()

    def work(self) -> None:
        sys.settrace(self.traced("worker"))
        try:
            if self.exchange.wait():
                for number in range(self.asks):
                    try:
                        self.got.append(self.exchange.ask(partial(self.step, number)))
                    except KeyboardInterrupt:
                        self.got.append("interrupted")
            self.exchange.end()
        finally:
            sys.settrace(None)
            self.ended.set()

    def step(self, number: int) -> int:
        self.done.append(number)
        return number

    def serve(self) -> None:
        sys.settrace(self.traced("consumer"))
        try:
            self.exchange.serve()
        except KeyboardInterrupt:
            self.raised = True
        finally:
            sys.settrace(None)
            self.exchange.dismiss()

    def take_place(self) -> bool:
        """Whether `serve` was interrupted; both sides have come to their end."""
        sides = [threading.Thread(target=side, daemon=True) for side in (self.work, self.serve)]
        for side in sides:
            side.start()
        for side in sides:
            side.join(PATIENCE)
            assert not side.is_alive(), (self.at, self.interrupted_at)
        return self.raised


@pytest.mark.slow
def test_neither_waits_for_good_wherever_either_is_held_up() -> None:
    """Found: an answer was there before its number was noted, and the next question bore the same number."""
    first = Meeting(-1, -1)
    first.take_place()
    for worker_at in range(first.lines["worker"] // 2):
        for consumer_at in range(first.lines["consumer"] // 2):
            meeting = Meeting(worker_at, consumer_at)
            assert meeting.take_place() is False
            assert meeting.got == meeting.done == list(range(Meeting.asks)), meeting.at


def test_an_interrupt_at_any_line_of_the_consumer_is_delivered_once() -> None:
    first = Meeting(-1, -1)
    first.take_place()
    for line in range(1, first.lines["consumer"] + 10):
        meeting = Meeting(-1, -1, line)
        raised = meeting.take_place()
        assert [raised, "interrupted" in meeting.got].count(True) == meeting.struck, (line, meeting.got)
        assert meeting.got.count("interrupted") <= 1 and meeting.done == sorted(set(meeting.done))


class InterruptedBell:
    """A lock whose first owner-to-be is interrupted while it waits."""

    def __init__(self, bell: Any) -> None:
        self.bell = bell
        self.waits = 0

    def acquire(self) -> bool:
        self.waits += 1
        if self.waits == 1:
            raise KeyboardInterrupt
        return bool(self.bell.acquire())

    def release(self) -> None:
        self.bell.release()


def test_a_second_interrupt_while_the_first_is_being_noted() -> None:
    line, twice = 0, 0
    while True:
        line += 1
        meeting = Meeting(-1, -1, line)
        meeting.exchange._bell = InterruptedBell(meeting.exchange._bell)
        raised = meeting.take_place()
        if meeting.lines["consumer"] <= line:
            break
        twice += raised and meeting.struck
        assert raised or "interrupted" in meeting.got, line
    assert twice


def test_dismissed() -> None:
    exchange = Exchange()
    exchange.dismiss()
    assert exchange.wait() is False
