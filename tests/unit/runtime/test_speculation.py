"""Recorded tasks, with a recorder made for these tests: a store that logs reads and holds writes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.sites import RegionKind
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime import schedule
from xcs_ast.runtime import speculation as runtime
from xcs_ast.runtime.profile import Conduct, Finding, Outcome
from xcs_ast.runtime.site import Site
from xcs_ast.tracer.speculation import FAILED

from .harness import decider, pair, site

_HERE = threading.local()


class Store:
    """Shared state: what a recorded task does with it goes into the task's log."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.calls: list[Any] = []

    def read(self, key: str) -> Any:
        task: Fake | None = getattr(_HERE, "task", None)
        if task is None:
            return self.values[key]
        if key in task.pending:
            return task.pending[key]
        return task.reads.setdefault(key, (self, self.values[key]))[1]

    def write(self, key: str, value: Any) -> None:
        task: Fake | None = getattr(_HERE, "task", None)
        if task is None:
            self.values[key] = value
        else:
            task.pending[key] = value
            task.log.append((self, key, value))

    def call(self, what: Any) -> Any:
        """Something outside."""
        task: Fake | None = getattr(_HERE, "task", None)
        self.calls.append(what)
        if task is not None:
            task.external_calls += 1
        return what

    def hopeless(self) -> None:
        """What cannot be held back."""
        if getattr(_HERE, "task", None) is not None:
            raise _Abandon


class _Abandon(BaseException):
    pass


class Fake:
    """As `tracer.speculation.Speculation`."""

    made: list[Fake] = []

    def __init__(
        self, slice: Any, item: Any, *, staged: bool, numbered: bool, resumes: tuple[bool, ...]
    ) -> None:
        self.slice, self.item, self.staged = slice, item, staged
        self.state, self.reason = "new", ""
        self.noticed = False
        self.error: BaseException | None = None
        self.committed = self.external_calls = self.replayed = 0
        self.hand_overs: list[tuple[Any, Any, int]] = []
        self.reads: dict[str, tuple[Store, Any]] = {}
        self.pending: dict[str, Any] = {}
        self.log: list[tuple[Store, str, Any]] = []
        self.doomed = self.dropped = self.noticed = False
        Fake.made.append(self)

    def run(self) -> None:
        self.state = "running"
        _HERE.task = self
        try:
            made = self.slice(self.item)
            for number, value in made if self.staged else [(0, made)]:
                self.hand_overs.append((number, value, len(self.log)))
            self.state = "done"
        except _Abandon:
            self.state, self.reason = "abandoned", "hopeless"
        except BaseException as error:
            trace = error.__traceback__
            self.error, self.state = error.with_traceback(trace and trace.tb_next), "done"
        finally:
            _HERE.task = None

    def valid_so_far(self) -> bool:
        return all(store.values[key] == seen for key, (store, seen) in tuple(self.reads.items()))

    def let_wait(self, on_park: Any, on_wake: Any, may_wait: Any = None) -> None:
        pass

    def rest(self) -> None:
        pass

    def ready(self, number: int | None = None) -> bool:
        there = len(self.hand_overs) > self.committed or self.error is not None
        return self.state == "done" and there and self.valid_so_far()

    def commit(self, number: int | None = None) -> Any:
        if len(self.hand_overs) <= self.committed:
            self.replay(len(self.log))
            return FAILED
        got, value, mark = self.hand_overs[self.committed]
        assert number in (None, got)
        self.replay(mark)
        self.committed += 1
        return value

    def replay(self, upto: int) -> None:
        for store, key, value in self.log[self.replayed : upto]:
            store.values[key] = value
        self.replayed = upto

    def resume(self, number: int | None = None) -> Any:
        return ("resumed", number)

    def doom(self) -> None:
        self.doomed = True

    def drop(self) -> None:
        self.dropped = True


@pytest.fixture(autouse=True)
def _faked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(runtime, "Speculation", Fake)
    Fake.made = []
    with config.overridden(eager=True, verify="never"):
        yield
    schedule.hook = None


LOOP = """
def loop(items, f):
    out = []
    for x in items:
        out.append(f(x))
    return out
"""


def recorded(**more: Any) -> Site:
    return site(decider(kind=VerdictKind.SPECULATIVE, **more))


def both(where: Site, source: str = LOOP, **more: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return pair(source, where, **more)


class Turns:
    """Each task has run on a worker before its consumer takes it; tells `run` and `index` apart by index."""

    def __init__(self, order: list[int] | None = None) -> None:
        self.done: dict[int, threading.Event] = {}
        self.order = order
        self.lock = threading.Lock()

    def event(self, index: int) -> threading.Event:
        with self.lock:
            return self.done.setdefault(index, threading.Event())

    def __call__(self, event: str, run: object, index: int) -> bool | None:
        if event == schedule.START and self.order is not None:
            place = self.order.index(index)
            if place:
                assert self.event(self.order[place - 1]).wait(30)
        if event == schedule.FINISH:
            self.event(index).set()
        if event == schedule.TAKE:
            assert self.event(index).wait(30)
        return None


@pytest.mark.parametrize("order", [None, [4, 3, 2, 1, 0]], ids=["any", "reversed"])
def test_increments_in_order(order: list[int] | None) -> None:
    store = Store(log=())
    where = recorded()
    _, ahead = both(where)
    schedule.hook = Turns(order)

    def f(x: int) -> int:
        store.write(f"k{x}", x)
        return store.call(x * x)

    assert ahead(range(5), f) == [0, 1, 4, 9, 16]
    assert list(store.values) == ["log", "k0", "k1", "k2", "k3", "k4"]
    assert where.tally.ahead == 5
    assert where.tally.repeated == 0
    assert len(store.calls) == 5
    assert all(each.dropped for each in Fake.made)


def test_a_chain_is_redone_in_place_and_soon_given_up() -> None:
    store = Store(n=0)
    where = recorded(cautious=True)
    plain, ahead = both(where)

    def fine(x: int) -> tuple[int, int]:
        before = store.read("n")
        store.write("n", before + x)
        return store.call(x), before

    expected = plain(range(10), fine)
    store.values["n"] = 0
    store.calls.clear()
    with config.overridden(eager=False, workers=16, window=16):
        assert ahead(range(10), fine) == expected
    assert store.values["n"] == 45
    assert where.tally.repeated <= 4


def test_conduct_of_a_site() -> None:
    def said(*outcomes: Outcome) -> Finding:
        conduct = Conduct()
        return [conduct.note(each) for each in outcomes][-1]

    good, bad, lost = Outcome.COMMITTED, Outcome.DISCARDED, Outcome.ABANDONED
    assert said(lost, lost) is Finding.ABANDONED
    assert said(good, bad) is Finding.UNDECIDED
    assert said(good, bad, bad) is Finding.CONFLICTING
    assert said(*[good] * 12, bad, bad, bad) is Finding.UNDECIDED
    assert said(*[good] * 12, bad, bad, bad, bad) is Finding.CONFLICTING
    assert said(*[good, good, good, good, good, good, good, bad] * 8) is Finding.UNDECIDED


def test_learning_skips_entries_at_growing_distance() -> None:
    store = Store()
    where = recorded()
    _, ahead = both(where)

    def f(x: int) -> int:
        store.hopeless()
        return x

    schedule.hook = Turns()
    with config.overridden(eager=False, min_task_us=0):
        assert ahead([1, 2, 3], f) == [1, 2, 3]
        schedule.hook = None
        assert where.last_verdict is not None
        assert [each.code for each in where.last_verdict.reasons] == ["XCS314"]
        assert where.tally.abandoned >= 2
        assert where.skipped == 1
        for _ in range(4):
            assert ahead([1, 2, 3], f) == [1, 2, 3]
        assert where.entries < 5


@pytest.mark.parametrize("calls", [False, True], ids=["nothing-outside", "with-a-call"])
def test_an_exception_comes_at_its_place(calls: bool) -> None:
    store = Store(n=1)
    where = recorded()
    plain, ahead = both(where)

    def f(x: int) -> int:
        store.write(f"k{x}", x)
        if calls:
            store.call(x)
        if x == 2:
            raise KeyError(x)
        return x

    schedule.hook = Turns()
    shown = []
    for function in (plain, ahead):
        store.values = {"n": 1}
        if function is ahead:
            schedule.hook = Turns()
        else:
            schedule.hook = None
        with pytest.raises(KeyError) as caught:
            function(range(5), f)
        frames = []
        trace = caught.value.__traceback__
        while trace is not None:
            frames.append((trace.tb_frame.f_code.co_name, trace.tb_lineno))
            trace = trace.tb_next
        shown.append((frames[1:], caught.value.args, caught.value.__context__, list(store.values)))
    assert shown[0] == shown[1]
    assert all(each.dropped for each in Fake.made)


def test_an_exception_that_was_not_true_is_not_raised() -> None:
    store = Store(n=0)
    _, ahead = both(recorded())

    def f(x: int) -> int:
        n = store.read("n")
        if x == 1 and n == 0:
            raise ValueError("too early")
        store.write("n", n + 1)
        return n

    schedule.hook = Turns()
    assert ahead(range(2), f) == [0, 1]


def test_the_consumer_does_not_wait_for_what_cannot_come_true() -> None:
    store = Store(n=0)
    where = recorded()
    _, ahead = both(where)
    stuck, free = threading.Event(), threading.Event()

    def f(x: int) -> int:
        n = store.read("n")
        if x == 1 and getattr(_HERE, "task", None) is not None:
            stuck.set()
            assert free.wait(30)
        if x == 0:
            assert stuck.wait(30)
        store.write("n", n + 1)
        return n

    with config.overridden(workers=2, window=2):
        assert ahead([0, 1], f) == [0, 1]
    free.set()
    assert [each.doomed for each in Fake.made] == [True, True]
    assert where.tally.discarded >= 1


def test_leaving_the_loop_dooms_what_runs() -> None:
    store = Store()
    where = recorded()
    _, ahead = both(where)
    begun, free = threading.Event(), threading.Event()

    def f(x: int) -> int:
        if x == 1:
            begun.set()
            assert free.wait(30)
            store.write("never", x)
        else:
            assert begun.wait(30)
            raise KeyboardInterrupt
        return x

    with config.overridden(workers=2, window=2), pytest.raises(KeyboardInterrupt):
        ahead([0, 1], f)
    assert Fake.made[1].doomed
    assert Fake.made[1].dropped
    free.set()
    assert store.values == {}


STAGES = """
def loop(items, f, g):
    out = []
    for x in items:
        a = f(x)
        out.append(a)
        out.append(g(a))
    return out
"""
SLICE = """
def _xcs_slice(x):
    a = f(x)
    yield 0, a
    yield 1, g(a)
"""


@pytest.mark.parametrize("conflict", [False, True])
def test_stages(conflict: bool) -> None:
    store = Store(n=0)
    where = site(
        decider(kind=VerdictKind.SPECULATIVE, prefix=2),
        text="for x in __xcs_items__:\n    a = __xcs_stage__(0, f(x))\n    o.append(__xcs_stage__(1, g(a)))",
        stages=2,
        single=False,
    )
    plain, ahead = both(where, STAGES, hand_overs=("f(x)", "g(a)"), slice_source=SLICE)

    def f(x: int) -> int:
        store.write(f"f{x}", x)
        return x

    def g(a: int) -> int:
        if conflict:
            store.write("n", store.read("n") + a)
        return a * a

    if conflict:
        f = lambda x: (store.read("n"), store.write(f"f{x}", x), x)[-1]  # noqa: E731
    expected = plain(range(5), f, g)
    values, store.values = store.values, {"n": 0}
    schedule.hook = Turns()
    assert ahead(range(5), f, g) == expected
    assert list(store.values.items()) == list(values.items())


def test_a_comprehension() -> None:
    store = Store(n=3)
    where = site(decider(kind=VerdictKind.SPECULATIVE), kind=RegionKind.COMPREHENSION)
    schedule.hook = Turns()
    handle = where.enter(lambda x: store.read("n") + x, [1, 2, 3])
    assert [handle.ahead(0) for _ in handle] == [4, 5, 6]
    assert where.tally.ahead == 3


def test_one_worker() -> None:
    store = Store(n=0)
    _, ahead = both(recorded())
    with config.overridden(workers=1, window=4):
        assert ahead(range(8), lambda x: store.write("n", store.read("n") + 1) or store.read("n")) == [
            *range(1, 9)
        ]


def test_the_window_grows_with_success_where_caution_is_due() -> None:
    where = recorded(cautious=True)
    _, ahead = both(where)
    most: list[int] = []
    live: list[int] = [0]

    turns = Turns()

    def hook(event: str, run: object, index: int) -> bool | None:
        if event == schedule.ISSUE:
            live[0] += 1
        if event == schedule.TAKE:
            most.append(live[0])
            live[0] -= 1
        return turns(event, run, index)

    schedule.hook = hook
    with config.overridden(window=16, workers=2):
        assert ahead(range(64), str) == [*map(str, range(64))]
    assert most[0] <= 5
    assert 8 <= max(most) <= 17


def block(where: Site, first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    handle = where.block((first, second), ())
    if handle is None:
        return first(), second()
    try:
        return handle.ahead(0), handle.ahead(1)
    except BaseException:
        where.trim()
        raise


def test_a_block() -> None:
    store = Store(n=0)
    where = site(
        decider(kind=VerdictKind.SPECULATIVE, prefix=2, blocking=Blocking.LIKELY),
        kind=RegionKind.BLOCK,
        text="a = __xcs_stage__(0, f())\nb = __xcs_stage__(1, g())",
        stages=2,
    )
    schedule.hook = Turns()
    got = block(
        where,
        lambda: store.write("a", 1) or store.call("a"),
        lambda: store.write("b", 2) or store.call("b"),
    )
    assert got == ("a", "b")
    assert store.values == {"n": 0, "a": 1, "b": 2}
    turns = Turns()

    def hook(event: str, run: object, index: int) -> bool | None:
        if event == schedule.TAKE:
            assert turns.event(1).wait(30)
        return turns(event, run, index)

    schedule.hook = hook
    got = block(where, lambda: store.write("n", 1), lambda: store.read("n"))
    assert got == (None, 1)
    assert (where.tally.ahead, where.tally.discarded) == (3, 1)


def test_a_thing_nobody_wants_leaves_no_trace() -> None:
    """The names that the fakes know are the only ones: nothing of theirs is alive in the store."""
    store = Store(n=SimpleNamespace())
    _, ahead = both(recorded())
    assert ahead([1, 2], lambda x: store.read("n")) == [store.values["n"]] * 2
    assert list(store.values) == ["n"]


def test_nobody_waits_for_a_task_that_waits_for_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on seeing what there was at its first look, and so never ends."""
    store = Store(done=False)
    where = recorded()
    _, ahead = both(where)
    looked, asked, stuck = threading.Event(), threading.Event(), threading.Event()
    valid = Fake.valid_so_far

    def asks(task: Fake) -> bool:
        try:
            return valid(task)
        finally:
            asked.set()

    def f(x: int) -> int:
        while not store.read("done"):
            looked.set()
            task: Fake | None = getattr(_HERE, "task", None)
            if task is not None and (task.doomed or stuck.is_set()):
                store.hopeless()
        return x

    def another() -> None:
        assert asked.wait(30)
        store.values["done"] = True
        over.wait(10)
        stuck.set()

    def hook(event: str, run: object, index: int) -> None:
        if event == schedule.TAKE and index == 0:
            assert looked.wait(30)

    over = threading.Event()
    monkeypatch.setattr(Fake, "valid_so_far", asks)
    thread = threading.Thread(target=another)
    thread.start()
    schedule.hook = hook
    assert ahead([1, 2, 3], f) == [1, 2, 3]
    assert not stuck.is_set()
    over.set()
    thread.join()
