"""The oracle notices what it must notice, and nothing else; counterexamples are small and can be run."""

from __future__ import annotations

import collections
import contextvars
import itertools
import math
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.equivalence import samples
from xcs_ast import config
from xcs_ast.runtime import schedule as seam
from xcs_ast.testing import (
    Nondeterministic,
    NotEquivalent,
    Order,
    Schedule,
    assert_equivalent,
    equivalent,
    probe,
    schedules,
)
from xcs_ast.testing.capture import captured
from xcs_ast.testing.functions import Pair
from xcs_ast.testing.picture import Picture, first_difference, module_state, picture_of
from xcs_ast.testing.reduce import TooLong, limited, reduced
from xcs_ast.testing.rollback import Checkpoint, roots_of
from xcs_ast.testing.schedules import _Director

ONE = (Schedule(Order.NATURAL),)


def check(plain: Any, other: Any, *args: Any) -> tuple[str, ...]:
    """What the oracle says of two functions; empty if it finds no difference."""
    try:
        Pair(plain, other).check(args, {}, ONE)
    except NotEquivalent as error:
        return tuple(each.partition(":")[0] for each in error.differences)
    return ()


# ------------------------------------------------------------------------------------------ pictures

SAME = [
    (lambda: [1, "a", None, 2.5]),
    (lambda: {"a": [float("nan")], "b": {1, 2}}),
    (lambda: samples.Holder(3)),
    (lambda: collections.OrderedDict(a=1)),
    (lambda: (i for i in [1])),
    (lambda: ValueError("x", [1])),
    (lambda: itertools.count(3)),
    (lambda: {samples.Holder(1), samples.Holder(2)}),
    (lambda: random.Random(3)),
    (lambda: collections.deque([1], maxlen=2)),
    (lambda: [(x := []), x]),
]

DIFFERENT: list[tuple[Any, Any]] = [
    (1, True),
    (1, 1.0),
    (0.0, -0.0),
    ("a", b"a"),
    ([1], (1,)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ([[], []], [x := [], x]),
    (collections.OrderedDict(a=1), {"a": 1}),
    (collections.deque([1]), collections.deque([1], maxlen=1)),
    (samples.Holder(1), samples.Holder(2)),
    (ValueError(1), ValueError(2)),
    (ValueError(1), TypeError(1)),
    (itertools.count(1), itertools.count(2)),
    (bytearray(b"a"), b"a"),
    ({1, 2}, frozenset({1, 2})),
    (math.nan, None),
    (lambda: 1, lambda x=2: 1),
    (range(3), range(4)),
    (random.Random(1), random.Random(2)),
]


@pytest.mark.parametrize("make", SAME)
def test_equal_pictures(make: Callable[[], object]) -> None:
    assert picture_of(v=make()) == picture_of(v=make())
    assert first_difference(picture_of(v=make()), picture_of(v=make())) is None


@pytest.mark.parametrize(("one", "two"), DIFFERENT)
def test_different_pictures(one: object, two: object) -> None:
    assert picture_of(v=one) != picture_of(v=two)
    assert first_difference(picture_of(v=one), picture_of(v=two))


def test_picture_runs_no_user_code() -> None:
    class Trap:
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

        __eq__ = __hash__ = __repr__ = __bool__ = __len__ = __iter__ = __reduce__ = None  # type: ignore[assignment]

    assert picture_of(v=[Trap()]) == picture_of(v=[Trap()])


def test_picture_of_cycles() -> None:
    def knot() -> list[Any]:
        xs: list[Any] = [1]
        xs.append({"self": xs})
        return xs

    assert picture_of(v=knot()) == picture_of(v=knot())


def test_picture_sees_traceback_lines() -> None:
    def caught(f: Callable[[int], int]) -> BaseException:
        try:
            f(1)
        except ValueError as error:
            return error
        raise AssertionError

    assert picture_of(e=caught(samples.fail)) != picture_of(e=caught(samples.fail_elsewhere))


# ------------------------------------------------------------------------------------------ rollback


def test_checkpoint_puts_everything_back() -> None:
    checkpoint = Checkpoint(roots_of(samples.touch_everything))
    before = picture_of(m=module_state(vars(samples)), h=samples.HOLDER, c=samples.Holder)
    log, ids = samples.LOG, samples.IDS
    results = []
    for _ in range(3):
        checkpoint.rewind()
        results.append(samples.touch_everything(5))
    checkpoint.close()
    assert len(set(results)) == 1
    assert samples.LOG is log and samples.IDS is ids and not log
    assert picture_of(m=module_state(vars(samples)), h=samples.HOLDER, c=samples.Holder) == before


# ------------------------------------------------------------------------------------------ the comparison


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (samples.total, ()),
        (samples.total_and_sort, ("state",)),
        (samples.total_as_float, ("state",)),
        (samples.total_and_print, ("events",)),
        (samples.total_and_error_stream, ("events",)),
        (samples.total_and_log, ("events",)),
        (samples.total_and_warn, ("events",)),
        (samples.total_and_write, ("files",)),
        (samples.total_and_draw, ("random stream",)),
        (samples.total_and_chdir, ("files", "working directory")),
        (samples.total_and_environ, ("environment",)),
        (samples.total_and_global, ("state",)),
    ],
)
def test_what_is_noticed(other: Any, what: tuple[str, ...]) -> None:
    assert check(samples.total, other, [3, 1, 2]) == what


@pytest.mark.parametrize("other", [samples.fail_elsewhere, samples.fail_with_cause, samples.fail_otherwise])
def test_exceptions_are_compared(other: Any) -> None:
    assert check(samples.fail, samples.fail, 1) == ()
    assert check(samples.fail, other, 1) == ("state",)


def test_aliases_survive_the_copy() -> None:
    xs: list[int] = []
    assert check(samples.alias, samples.alias, xs, xs) == ()
    assert check(samples.alias, lambda a, b: samples.alias(a, list(b)), xs, xs) == ("state",)
    assert xs == []


def test_identity_with_what_existed_is_compared() -> None:
    assert check(samples.same_as, samples.same_as, [1]) == ()
    assert check(samples.same_as, samples.copy_of, [1]) == ("state",)
    assert check(samples.identity_of_global, lambda x: samples.Holder(), 1) == ("state",)


def test_bound_methods_are_copied_with_their_object() -> None:
    holder = samples.Holder(1)
    assert check(holder.add, holder.add, 2) == ()
    assert holder.value == 1
    assert check(holder.add, lambda x: 3, 2) == ("state",)


def test_a_thread_of_its_own_is_noticed() -> None:
    assert check(samples.total_and_print, samples.total_and_print_elsewhere, [1]) == ("events",)


def test_a_task_left_over_from_an_earlier_run_says_nothing_in_this_one() -> None:
    contexts: list[contextvars.Context] = []

    def paint(value: object, raised: BaseException | None) -> Picture:
        return picture_of(value=value, exception=raised)

    def earlier() -> None:
        contexts.append(contextvars.copy_context())
        probe.call("earlier")

    def later() -> None:
        left_over = threading.Thread(target=contexts[0].run, args=(probe.call, "left over"))
        of_the_program = threading.Thread(target=probe.call, args=("later",))
        for thread in (left_over, of_the_program):
            thread.start()
            thread.join()

    assert captured(earlier, paint).calls == ("'earlier'",)
    assert captured(later, paint).calls == ("'later'",)


def test_nondeterminism_is_not_our_defect() -> None:
    with pytest.raises(Nondeterministic):
        assert_equivalent(samples.clock, max_examples=3, transform=lambda f: f)
    with pytest.raises(Nondeterministic):
        Pair(samples.clock, samples.clock).check((1,), {}, ONE)


# ------------------------------------------------------------------------------------------ assert_equivalent


def test_shrinks_to_the_smallest_input() -> None:
    with pytest.raises(NotEquivalent) as caught:
        assert_equivalent(
            samples.total,
            max_examples=500,
            schedules=ONE,
            seed=1,
            transform=lambda f: samples.total_wrong_for_large,
        )
    assert "([1001],)" in str(caught.value) or "{'xs': [1001]}" in str(caught.value)
    assert caught.value.script.startswith("import importlib")


def test_script_runs() -> None:
    try:
        Pair(samples.total, samples.total_as_float).check(([1, 2],), {}, ONE)
    except NotEquivalent as error:
        script = error.script
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr  # the real optimizer is right where the planted one was not


def test_strategies_values_and_hints() -> None:
    assert_equivalent(samples.total, st.lists(st.integers()), max_examples=5, schedules=ONE)
    assert_equivalent(samples.total, [1, 2], max_examples=5, schedules=ONE)
    assert_equivalent(samples.total, given={"xs": [3]}, max_examples=5, schedules=ONE)
    assert_equivalent(samples.total, max_examples=5, schedules=ONE)
    with pytest.raises(TypeError, match="strategy or a type hint"):
        assert_equivalent(samples.without_hint)


@equivalent(st.integers(), max_examples=5)
def test_equivalent_as_a_decorator(x: int = 0) -> int:
    return samples.touch_everything(x)


# ------------------------------------------------------------------------------------------ schedules


def drive(order: Order, count: int) -> list[tuple[str, int]]:
    """What a director lets happen, in order, for `count` tasks on as many threads."""
    director = _Director(Schedule(order, nth=1))
    done: list[tuple[str, int]] = []
    run = object()

    def worker(index: int) -> None:
        if director(seam.START, run, index) is not False:
            done.append(("run", index))
            director(seam.FINISH, run, index)
            done.append(("finish", index))

    threads = [threading.Thread(target=worker, args=(i,)) for i in range(count)]
    for i in range(count):
        director(seam.ISSUE, run, i)
    for thread in threads:
        thread.start()
    for i in range(count):
        director(seam.TAKE, run, i)
        done.append(("take", i))
    for thread in threads:
        thread.join()
    return done


def test_reverse_finishes_backwards() -> None:
    done = drive(Order.REVERSE, 4)
    assert [i for what, i in done if what == "run"] == [3, 2, 1, 0]


def test_reverse_lets_go_when_what_is_left_only_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "PATIENCE", 600.0)
    director = _Director(Schedule(Order.REVERSE))
    outer, inner = object(), object()
    for i in range(2):
        director(seam.ISSUE, outer, i)

    def first() -> None:
        """The other worker: held back until the second task ends, which waits for a worker itself."""
        director(seam.START, outer, 0)
        director(seam.FINISH, outer, 0)
        director(seam.START, inner, 0)
        director(seam.FINISH, inner, 0)

    def second() -> None:
        director(seam.START, outer, 1)
        director(seam.ISSUE, inner, 0)
        director(seam.TAKE, inner, 0)
        director(seam.FINISH, outer, 1)

    threads = [threading.Thread(target=each, daemon=True) for each in (first, second)]
    with config.overridden(workers=2):
        for thread in threads:
            thread.start()
        taker = threading.Thread(target=director, args=(seam.TAKE, outer, 0), daemon=True)
        taker.start()
        for thread in (*threads, taker):
            thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "held back until patience ends"


def test_ahead_takes_after_everything_ran() -> None:
    done = drive(Order.AHEAD, 4)
    first_take = next(n for n, (what, _) in enumerate(done) if what == "take")
    assert sum(what == "run" for what, _ in done[:first_take]) == 4


def test_in_place_starts_nothing() -> None:
    assert all(what == "take" for what, _ in drive(Order.IN_PLACE, 3))


# ------------------------------------------------------------------------------------------ the reducer


def test_reducer_keeps_what_fails() -> None:
    source = "x = 1\nif x:\n    y = 2\n    boom = 3\nfor i in range(3):\n    z = i\n"
    small = reduced(source, lambda text: "boom" in text)
    assert small == "boom = 3\n"


def test_a_smaller_program_that_never_ends_is_none() -> None:
    source = "n = 3\nwhile n:\n    n -= 1\nboom = 3\n"

    def still_fails(text: str) -> bool:
        space: dict[str, Any] = {}
        try:
            with limited(0.3):
                try:
                    exec(text, space)
                except BaseException:  # as a program may be caught
                    pass
        except TooLong:
            return False
        return "boom" in space

    before = signal.getsignal(signal.SIGALRM)
    assert reduced(source, still_fails) == "boom = 3\n"
    assert signal.getsignal(signal.SIGALRM) is before
    with pytest.raises(TooLong), limited(0.05):
        while True:
            pass
