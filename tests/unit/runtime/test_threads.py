"""The loops of our own threads, run on threads that the tests can see into."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType
from typing import Any

import pytest

from xcs_ast.runtime import hedge, pool, profile
from xcs_ast.runtime.hedge import _Hedge, _watch
from xcs_ast.runtime.pool import Pool, _adopt_tracing, _serve


class Told:
    """Work that tells what is done to it, and may fail."""

    def __init__(self, log: list[str], name: str, fails: tuple[str, ...] = ()) -> None:
        self.log, self.name, self.fails = log, name, fails

    def execute(self) -> None:
        self._tell("execute")

    def publish(self) -> None:
        self._tell("publish")

    def _tell(self, what: str) -> None:
        self.log.append(f"{what} {self.name}")
        if what in self.fails:
            raise KeyboardInterrupt


def on_a_thread(function: Callable[..., Any], *args: Any) -> None:
    thread = threading.Thread(target=function, args=args)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_a_thread_outlives_what_its_tasks_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_adopt_tracing", lambda: None)  # who looks at this thread goes on looking
    log: list[str] = []
    queue: SimpleQueue[deque[Told] | None] = SimpleQueue()
    finished = [0, 0]
    for work in (Told(log, "a", ("execute",)), Told(log, "b", ("publish",)), Told(log, "c")):
        queue.put(deque([work]))
    queue.put(deque())  # what was in it has been taken back
    queue.put(None)
    on_a_thread(_serve, queue, finished, 1)
    assert log == ["execute a", "publish a", "execute b", "publish b", "execute c", "publish c"]
    assert finished == [0, 4], "what was taken back counts as well: nobody waits for it"


def test_a_thread_is_looked_at_as_those_of_threading_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def trace(frame: FrameType, event: str, arg: object) -> None:
        return None

    def look() -> None:
        _adopt_tracing()
        seen.extend((sys.gettrace(), sys.getprofile()))
        sys.settrace(None)
        sys.setprofile(None)

    monkeypatch.setattr(threading, "gettrace", lambda: trace)
    monkeypatch.setattr(threading, "getprofile", lambda: trace)
    on_a_thread(look)
    assert seen == [trace, trace]


def test_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "gettrace", lambda: None)
    monkeypatch.setattr(threading, "getprofile", lambda: None)
    seen: list[object] = []

    def look() -> None:
        before = sys.gettrace(), sys.getprofile()
        _adopt_tracing()
        seen.append((sys.gettrace(), sys.getprofile()) == before)

    on_a_thread(look)
    assert seen == [True]


def test_who_waits_for_its_turn_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    own, started = Pool(), []
    monkeypatch.setattr(Pool, "_start", lambda self: started.append(self))
    assert own.park()
    assert not started, "there is nothing to do"
    own._queue.put(deque())
    assert own.park()
    assert started == [own]
    monkeypatch.setattr(pool, "_PARKED", 2)
    assert not own.park(), "so many wait already"
    own.wake()
    assert own.park()
    for _ in range(9):
        own.wake()
    assert own._parked == 0


def test_a_child_begins_with_nothing() -> None:
    own = Pool()
    own._queue.put(deque())
    own._finished.append(3)
    own._submitted = 5
    own.after_fork()
    assert (own.epoch, own.threads, own.idle, own._queue.qsize()) == (1, 0, True, 0)
    watch = _Hedge()
    watch._queue = SimpleQueue()
    watch.after_fork()
    assert not watch.retire(), "there is no thread any more"


@pytest.mark.parametrize("error", [RuntimeError, MemoryError, OSError])
def test_no_thread_can_be_started(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise error

    for module in (pool, hedge):
        monkeypatch.setattr(module, "start_new_thread", refuses)
    own, watch = Pool(), _Hedge()
    pending = deque([Told([], "a")])
    own.submit(pending, 4)
    assert (own.threads, len(pending)) == (0, 1), "its consumer runs it"
    watch.arm(Hedged([]), 0)
    assert not watch.retire()


class Hedged:
    """A run that says how often it wants to be asked again, and fails in the end."""

    def __init__(self, answers: list[int]) -> None:
        self.answers = answers
        self.asked = 0
        self.all = threading.Event()

    def hedge(self, now: int) -> int:
        self.asked += 1
        if not self.answers:
            self.all.set()
            raise RuntimeError
        return self.answers.pop(0)


def test_who_is_hedged_is_asked_as_often_as_it_wants() -> None:
    queue: SimpleQueue[tuple[int, Hedged] | None] = SimpleQueue()
    thread = threading.Thread(target=_watch, args=(queue,))
    thread.start()
    first, second, late = Hedged([1, 1]), Hedged([]), Hedged([])
    queue.put((0, first))
    queue.put((0, second))
    queue.put((1 << 62, late))
    assert first.all.wait(60)
    assert second.all.wait(60)
    queue.put(None)
    thread.join(60)
    assert not thread.is_alive()
    assert (first.asked, second.asked, late.asked) == (3, 1, 0)


def test_how_long_a_task_has_been_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = profile.Probe(100, True)
    assert probe.stuck_for(1 << 60) == 0, "none runs"
    probe.since, probe._cpu_at, probe._clock, probe._busy_counts = 1000, 0, 1, True
    used = [10]
    monkeypatch.setattr(profile.time, "clock_gettime_ns", lambda clock: used[0])
    assert probe.stuck_for(2000) == 1000
    used[0] = 900
    assert probe.stuck_for(2000) == 0, "it computes"
    probe._busy_counts = False
    assert probe.stuck_for(2000) == 1000

    def gone(clock: int) -> int:
        raise OSError

    probe._busy_counts = True
    monkeypatch.setattr(profile.time, "clock_gettime_ns", gone)
    assert probe.stuck_for(2000) == 0, "its thread has ended"


def test_a_system_without_clocks_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(profile.time, "pthread_getcpuclockid", raising=False)
    probe = profile.Probe(100, True)
    probe.since = 1000
    assert probe.stuck_for(2000) == 1000


class Held:
    """Work that waits until it may end."""

    def __init__(self) -> None:
        self.may_end, self.ended = threading.Event(), threading.Event()

    def execute(self) -> None:
        assert self.may_end.wait(60)

    def publish(self) -> None:
        self.ended.set()


def test_what_has_a_thread_of_its_own_is_at_hand() -> None:
    own = Pool()
    lane = own.lane
    assert own.is_at_hand(lane)
    one, two = Held(), Held()
    own.submit(deque([one]), 1)
    assert own.is_at_hand(lane)
    own.submit(deque([two]), 1)
    assert not own.is_at_hand(lane), "the second has to wait for the first"
    one.may_end.set()
    assert one.ended.wait(60)
    assert own.is_at_hand(lane), "now it has the thread"
    two.may_end.set()
    assert two.ended.wait(60)
    own.retire()
    assert not own.is_at_hand(lane), "what was submitted before is no concern of the threads of now"
    assert own.is_at_hand(own.lane)


def test_without_threads_nothing_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pool, "start_new_thread", refuse)
    own = Pool()
    own.submit(deque([Held()]), 4)
    assert not own.is_at_hand(own.lane)
