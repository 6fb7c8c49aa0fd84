"""Whole loops: plain and ahead side by side. Overlap is shown by barriers, never by sleeping."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime import profile, schedule
from xcs_ast.runtime.site import Plain, Site

from .harness import decider, make_facts, pair, site

COLLECT = """
def collect(xs, f):
    out = []
    for x in xs:
        out.append(f(x))
    else:
        out.append("else")
    return out
"""


def test_five_calls_overlap_on_the_first_entry() -> None:
    meet = threading.Barrier(5)
    where = site()
    _, ahead = pair(COLLECT, where)
    assert ahead(range(5), lambda x: (meet.wait(30), x)[1]) == [0, 1, 2, 3, 4, "else"]
    assert (where.tally.ahead, where.tally.in_place) == (4, 1)


@pytest.mark.parametrize("workers", [0, 1, 2, 64])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 31, 32, 33, 200])
def test_results_are_in_order_whatever_the_workers(workers: int, count: int, eager: None) -> None:
    with config.overridden(workers=workers, eager=True):
        plain, ahead = pair(COLLECT, site())
        assert ahead(list(range(count)), str) == plain(list(range(count)), str)


def test_completion_in_reverse_order() -> None:
    done = [threading.Event() for _ in range(9)]
    done[8].set()

    def f(x: int) -> int:
        if x:
            done[x].wait(30)
            done[x - 1].set()
        return x

    with config.overridden(eager=True, workers=16):
        _, ahead = pair(COLLECT, site())
        assert ahead(range(9), f) == [*range(9), "else"]


def test_the_window_bounds_what_is_started() -> None:
    started: list[int] = []
    full, over, gate = threading.Event(), threading.Event(), threading.Event()

    def f(x: int) -> int:
        started.append(x)
        if len(started) >= 5:
            full.set()
        if len(started) >= 6:
            over.set()
        if x == 0:
            assert full.wait(30), "the window is not filled"
            # One more would come at once; that none comes cannot be waited for.
            found.append(over.wait(0.3))
            gate.set()
        gate.wait(60)
        return x

    found: list[bool] = []
    with config.overridden(workers=64, window=5):
        _, ahead = pair(COLLECT, site())
        assert ahead(range(50), f)[:50] == list(range(50))
    assert found == [False]


SOURCES: dict[str, Callable[[], Any]] = {
    "list": lambda: [1, 2, 3],
    "tuple": lambda: (1, 2, 3),
    "range": lambda: range(1000, 1003),
    "str": lambda: "añ\u1234",
    "bytes": lambda: b"abc",
    "dict": lambda: {"a": 1, "b": 2},
    "keys": lambda: {"a": 1, "b": 2}.keys(),
    "values": lambda: {"a": 1, "b": 2}.values(),
    "items": lambda: {"a": 1, "b": 2}.items(),
    "set": lambda: {1, 2, 3},
    "frozenset": lambda: frozenset({1, 2, 3}),
    "deque": lambda: deque([1, 2, 3]),
    "ordered": lambda: OrderedDict(a=1, b=2).items(),
    "enumerate": lambda: enumerate(["a", "b", "c"], 5),
    "zip": lambda: zip([1, 2, 3], ("a", "b", "c"), "xyz", strict=False),
    "zip uneven": lambda: zip([1, 2, 3], "ab"),
    "zip strict": lambda: zip([1, 2, 3], "abc", strict=True),
    "zip of one iterator": lambda: zip(*[iter([1, 2, 3, 4, 5, 6])] * 2),
    "nested": lambda: enumerate(zip([1, 2], enumerate("ab"))),
    "reversed": lambda: reversed([1, 2, 3]),
    "reversed tuple": lambda: reversed((1, 2, 3)),
    "reversed dict": lambda: reversed({"a": 1, "b": 2}),
    "reversed range": lambda: reversed(range(1000, 1004)),
    "iterator of a list": lambda: iter([1, 2, 3]),
    "iterator of a dict": lambda: iter({"a": 1, "b": 2}.items()),
    "iterator of a set": lambda: iter({1, 2}),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("start", [0, 1])
def test_what_can_be_peeked_runs_ahead(name: str, start: int, eager: None) -> None:
    sources = [SOURCES[name](), SOURCES[name]()]
    if hasattr(sources[0], "__next__"):
        for each in sources:
            for _ in range(start):
                next(each)
    where = site()
    plain, ahead = pair(COLLECT, where)
    assert ahead(sources[0], repr) == plain(sources[1], repr)
    if not (
        start
        and name in ("zip uneven", "nested", "reversed dict")
        or name.startswith("iterator of a ")
        and start
    ):
        assert where.tally.started, name


class OwnIter(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        return iter([7, 8])


class Lazy:
    def __len__(self) -> int:
        raise AssertionError("nobody asks for the length")

    def __iter__(self) -> Any:
        yield from (1, 2, 3)


@pytest.mark.parametrize(
    "source",
    [
        lambda: (x for x in range(3)),
        lambda: map(str, range(3)),
        lambda: filter(None, [1, 2]),
        lambda: OwnIter([1, 2]),
        lambda: Lazy(),
        lambda: enumerate(x for x in "ab"),
        lambda: zip([1, 2], (x for x in "ab")),
        lambda: reversed(OwnIter([1, 2, 3])) if False else iter(OwnIter([1])),
    ],
)
def test_what_cannot_be_peeked_is_serial_and_untouched(source: Callable[[], Any], eager: None) -> None:
    where = site()
    plain, ahead = pair(COLLECT, where)
    given = source()
    if not isinstance(given, list | Lazy) and type(given).__name__ != "list_iterator":
        handle = where.enter(lambda x: x, given)
        assert isinstance(handle, Plain)
        assert handle.rest() is given
        assert where.last_verdict is not None
        assert where.last_verdict.reasons[0].code == "XCS301"
    assert ahead(source(), repr) == plain(source(), repr)


@pytest.mark.usefixtures("unchecked")
def test_an_object_that_is_not_iterable_raises_as_ever(eager: None) -> None:
    plain, ahead = pair(COLLECT, site())
    for run in (plain, ahead):
        with pytest.raises(TypeError, match="'int' object is not iterable"):
            run(5, repr)


def test_a_list_that_grows(eager: None) -> None:
    source = """
    def crawl(todo, f):
        out = []
        for x in todo:
            out.append(f(x))
            if len(todo) < 40:
                todo.append(x * 2)
                todo.append(x * 2 + 1)
        return out, todo
    """
    where = site()
    plain, ahead = pair(source, where)
    assert ahead([1, 2, 3], str) == plain([1, 2, 3], str)
    assert where.tally.started > 30


@pytest.mark.parametrize(
    "statement",
    [
        "xs.remove(x)",
        "xs.pop()",
        "xs.clear()",
        "xs.reverse()",
        "xs.insert(0, 99) if len(xs) < 20 else None",
        "xs[-1] = 77",
        "del xs[2:]",
        "xs.append(5) if len(xs) < 20 else None",
    ],
)
def test_a_list_that_is_changed_under_iteration(statement: str, eager: None) -> None:
    source = f"""
    def change(xs, f):
        out = []
        for x in xs:
            out.append(f(x))
            if xs: {statement}
        return out, xs
    """
    plain, ahead = pair(source, site())
    assert ahead(list(range(9)), str) == plain(list(range(9)), str)


@pytest.mark.parametrize("view", ["xs", "xs.items()", "xs.values()", "enumerate(xs)"])
def test_a_dict_that_changes_size_raises_where_it_does(view: str, eager: None) -> None:
    source = f"""
    def change(xs, f, out):
        for x in {view}:
            out.append(f(x))
            xs["new"] = 1
    """
    plain, ahead = pair(source, site())
    seen: list[tuple[list[str], str]] = []
    for run in (plain, ahead):
        out: list[str] = []
        with pytest.raises(RuntimeError, match="changed size during iteration") as caught:
            run({"a": 1, "b": 2, "c": 3}, repr, out)
        seen.append((out, "".join(frame.name for frame in caught.traceback[1:])))
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 1


def test_a_body_that_advances_the_iterator_itself(eager: None) -> None:
    source = """
    def skip(xs, f):
        out = []
        for x in xs:
            out.append(f(x))
            if x % 3 == 0:
                out.append(("skipped", next(xs, None)))
        return out
    """
    plain, ahead = pair(source, site())
    assert ahead(iter(list(range(20))), str) == plain(iter(list(range(20))), str)


def test_new_tuples_are_one_object_for_slice_and_body(eager: None) -> None:
    source = """
    def same(xs, f):
        out = []
        for x in xs.items():
            out.append(f(x) is x)
        return out
    """
    _, ahead = pair(source, site())
    assert ahead({i: str(i) for i in range(1000, 1010)}, lambda pair: pair) == [True] * 10


def test_an_item_that_is_not_admitted_ends_the_ahead_phase(eager: None) -> None:
    where = site(decider(admit=lambda item: item != 5))
    plain, ahead = pair(COLLECT, where)
    assert ahead(list(range(20)), str) == plain(list(range(20)), str)
    assert where.tally.started == 5


def test_every_item_is_admitted_in_order_before_later_tasks_start() -> None:
    asked: list[object] = []
    events: list[tuple[str, int]] = []
    where = site(decider(admit=lambda item: not asked.append(item)))
    _, ahead = pair(COLLECT, where)
    schedule.hook = lambda event, run, index: events.append((event, index))
    try:
        with config.overridden(window=3, min_task_us=0):
            assert ahead(range(9), str) == [*map(str, range(9)), "else"]
    finally:
        schedule.hook = None
    assert asked == list(range(9))
    assert [index for event, index in events if event == schedule.ISSUE] == list(range(1, 9))


@pytest.mark.parametrize("broken", ["decide", "admit", "plan"])
def test_a_fault_of_ours_is_plain_python(broken: str, eager: None) -> None:
    def fail(*args: object) -> Any:
        raise StopIteration("ours")

    where = Site(
        make_facts(), {"decide": fail, "admit": decider(admit=fail), "plan": decider(prefix=0)}[broken]
    )
    plain, ahead = pair(COLLECT, where)
    assert ahead(range(9), str) == plain(range(9), str)


def test_serial_verdicts_back_off_geometrically() -> None:
    where = site(decider(kind=VerdictKind.SERIAL))
    _, ahead = pair(COLLECT, where)
    for _ in range(3000):
        ahead([1, 2], str)
    assert 4 < where.entries < 12


def test_cheap_tasks_end_the_ahead_phase_and_back_off() -> None:
    where = site()
    plain, ahead = pair(COLLECT, where)
    with config.overridden(min_task_us=10_000.0):
        for _ in range(50):
            assert ahead(list(range(100)), str) == plain(list(range(100)), str)
    assert where.entries < 10
    # How soon that is clear depends on the machine.
    assert where.tally.started < where.entries * 100


def test_disabled_by_configuration() -> None:
    where = site()
    _, ahead = pair(COLLECT, where)
    with config.overridden(enabled=False):
        assert ahead([1, 2], str) == ["1", "2", "else"]
    assert where.tally.started == 0


def test_the_hedge_starts_the_others_when_the_first_waits() -> None:
    meet = threading.Barrier(4)
    where = site(decider(blocking=Blocking.MAYBE))
    _, ahead = pair(COLLECT, where)
    assert ahead(range(4), lambda x: (meet.wait(30), x)[1]) == [0, 1, 2, 3, "else"]
    assert where.tally.ahead == 3


def test_the_hedge_leaves_alone_what_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine the clock on the wall would count the time of others, too: to those who measure
    # the task from within, and to the hedge, who looks at it from another thread.
    stuck_for = profile.Probe.stuck_for

    def used(probe: profile.Probe) -> int:
        return 0 if probe._clock is None else time.clock_gettime_ns(probe._clock) - probe._cpu_at

    monkeypatch.setattr(profile, "perf_counter_ns", profile.thread_time)
    monkeypatch.setattr(profile.Probe, "stuck_for", lambda self, _: stuck_for(self, self.since + used(self)))
    where = site(decider(blocking=Blocking.MAYBE))
    _, ahead = pair(COLLECT, where)
    assert ahead(range(6), lambda x: sum(range(30_000)) * 0 + x) == [*range(6), "else"]
    # How much was started before it was clear depends on the machine; what counts is what was learned.
    assert not where.worthwhile()


def test_nested_regions_do_not_deadlock_with_one_worker() -> None:
    inner_site, outer_site = site(), site()
    _, inner = pair(COLLECT, inner_site)
    _, outer = pair(COLLECT, outer_site)
    with config.overridden(eager=True, workers=1):

        def nested(depth: int) -> Any:
            if depth == 0:
                return 0
            return outer(range(3), lambda x: inner(range(3), lambda y: nested(depth - 1)))

        def expected(depth: int) -> Any:
            return 0 if depth == 0 else [[expected(depth - 1)] * 3 + ["else"]] * 3 + ["else"]

        assert nested(3) == expected(3)


def test_several_threads_in_one_site(eager: None) -> None:
    _, ahead = pair(COLLECT, site())
    wrong: list[object] = []

    def work(offset: int) -> None:
        for _ in range(30):
            found = ahead(list(range(offset, offset + 40)), lambda x: x * 2)
            if found != [*(x * 2 for x in range(offset, offset + 40)), "else"]:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(1000 * n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong


def test_memory_is_bounded_by_the_window(eager: None) -> None:
    alive = most = 0

    class Result:
        def __init__(self) -> None:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    source = """
    def drain(xs, f):
        for x in xs:
            f(x)
    """
    with config.overridden(eager=True, window=8, workers=2):
        _, ahead = pair(source, site())
        ahead(range(5000), lambda x: Result())
    assert most <= 8 + 2 + 2


def test_short_items_first_do_not_condemn_the_others() -> None:
    meet = threading.Barrier(4)
    where = site()
    _, ahead = pair(COLLECT, where)
    assert ahead(range(12), lambda x: (meet.wait(30), x)[1] if x >= 8 else x) == [*range(12), "else"]
