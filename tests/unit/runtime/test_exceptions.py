"""Exceptions come at their place, as the same objects, with plain Python's context and traceback."""

from __future__ import annotations

import gc
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.runtime import schedule
from xcs_ast.runtime.pool import POOL

from .harness import pair, site

COLLECT = """
def collect(xs, f, out):
    for x in xs:
        out.append("before")
        out.append(f(x))
    return out
"""


class Custom(Exception):
    def __init__(self, a: int, b: int) -> None:
        super().__init__(a)
        self.b = b

    def __setattr__(self, name: str, value: object) -> None:
        assert name == "b", name
        object.__setattr__(self, name, value)


class Base(BaseException):
    pass


RAISED: list[Callable[[], BaseException]] = [
    lambda: ValueError("x"),
    lambda: Custom(1, 2),
    lambda: Base(),
    lambda: SystemExit(3),
    lambda: KeyboardInterrupt(),
    lambda: GeneratorExit(),
    lambda: StopIteration(7),
    lambda: StopAsyncIteration(),
    lambda: RecursionError("by hand"),
    lambda: MemoryError(),
    lambda: ExceptionGroup("g", [ValueError(1), TypeError(2)]),
    lambda: RuntimeError("generator raised StopIteration"),
]

SLICES = {
    "function": ("lambda x: f(x)", {}),
    "generator": ("def _xcs_slice(x):\n    yield 0, f(x)", {"single": False}),
}


def _outcome(run: Callable[..., Any], xs: object, f: Callable[[Any], Any]) -> tuple[Any, ...]:
    out: list[object] = []
    try:
        run(xs, f, out)
    except BaseException as error:
        text = "".join(traceback.format_exception(error)).replace(" ahead", "")
        # Frames of this test file, which differ, go; those of the program stay.
        lines = [line for line in text.splitlines() if "test_exceptions" not in line and "run(xs" not in line]
        return out, type(error), repr(error.args), "\n".join(lines)
    return out, None, (), ""


class AllAhead:
    """A schedule: the consumer waits at each hand-over until all that was issued has finished."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.open = 0

    def __call__(self, event: str, run: object, index: int) -> None:
        with self.changed:
            if event == schedule.ISSUE:
                self.open += 1
            elif event == schedule.FINISH:
                self.open -= 1
                self.changed.notify_all()
            elif event == schedule.TAKE:
                self.changed.wait_for(lambda: self.open <= 0, 0.5)


@pytest.fixture(params=["free", "all ahead", "in place"], autouse=True)
def _scheduled(request: pytest.FixtureRequest, eager: None) -> Any:
    if request.param == "all ahead":
        schedule.hook = AllAhead()  # type: ignore[assignment]
    elif request.param == "in place":
        schedule.hook = lambda event, run, index: event != schedule.START
    try:
        yield request.param
    finally:
        schedule.hook = None


@pytest.mark.parametrize("kind", SLICES)
@pytest.mark.parametrize("make", RAISED, ids=lambda make: type(make()).__name__)
def test_each_type_at_its_place(make: Callable[[], BaseException], kind: str) -> None:
    slice_source, facts = SLICES[kind]
    plain, ahead = pair(COLLECT, site(**facts), slice_source=slice_source)

    def f(x: int) -> int:
        if x >= 3:
            raise make()
        return x

    expected, found = _outcome(plain, range(9), f), _outcome(ahead, range(9), f)
    assert found == expected
    assert found[0] == ["before", 0, "before", 1, "before", 2, "before"]


@pytest.mark.parametrize("kind", SLICES)
def test_it_is_the_same_object_with_cause_context_and_notes(kind: str) -> None:
    slice_source, facts = SLICES[kind]
    plain, ahead = pair(COLLECT, site(**facts), slice_source=slice_source)

    def f(x: int) -> int:
        if x < 3:
            return x
        try:
            {}["missing"]
        except KeyError:
            try:
                raise OSError("inner")
            except OSError as inner:
                error = ValueError("outer")
                error.add_note("a note")
                raise error from inner
        return 0

    assert _outcome(ahead, range(9), f) == _outcome(plain, range(9), f)


@pytest.mark.parametrize("kind", SLICES)
def test_what_the_caller_handles_ends_the_context_chain(kind: str) -> None:
    slice_source, facts = SLICES[kind]
    source = """
    def handle(xs, f, out):
        try:
            raise LookupError("outermost")
        except LookupError as handled:
            out.append(handled)
            for x in xs:
                out.append(f(x))
    """
    plain, ahead = pair(source, site(**facts), slice_source=slice_source)

    def f(x: int) -> int:
        if x < 3:
            return x
        try:
            raise KeyError("inner")
        except KeyError:
            raise ValueError("outer")

    for run in (plain, ahead):
        out: list[Any] = []
        with pytest.raises(ValueError, match="outer") as caught:
            run(range(9), f, out)
        assert isinstance(caught.value.__context__, KeyError)
        assert caught.value.__context__.__context__ is out[0]
        assert out[0].__context__ is None


def test_an_exception_without_context_gets_what_the_caller_handles() -> None:
    source = """
    def handle(xs, f, out):
        try:
            raise LookupError("outermost")
        except LookupError as handled:
            for x in xs:
                try:
                    out.append(f(x))
                except ValueError as error:
                    out.append(error.__context__ is handled)
                    out.append(error.__cause__)
    """
    plain, ahead = pair(source, site())

    def f(x: int) -> int:
        if x % 2:
            raise ValueError(x)
        return x

    for run in (plain, ahead):
        out: list[Any] = []
        run(range(6), f, out)
        assert out == [0, True, None, 2, True, None, 4, True, None]


@pytest.mark.parametrize("kind", SLICES)
def test_what_a_callee_raises_and_keeps_has_its_context(kind: str, eager: None) -> None:
    slice_source, facts = SLICES[kind]
    source = """
    def handle(xs, f, out):
        try:
            raise LookupError("outermost")
        except LookupError as handled:
            for x in xs:
                out.append(f(x))
            return handled
    """
    plain, ahead = pair(source, site(**facts), slice_source=slice_source)

    def f(x: int) -> BaseException:
        time.sleep(0.001)
        try:
            raise ValueError(x)
        except ValueError as error:
            return error

    for run in (plain, ahead):
        out: list[Any] = []
        handled = run(range(6), f, out)
        assert [error.__context__ is handled for error in out] == [True] * 6


def test_handlers_in_the_body_see_a_clean_traceback() -> None:
    source = """
    def survive(xs, f, out):
        for x in xs:
            try:
                out.append(f(x))
            except ValueError as error:
                trace = error.__traceback__
                while trace is not None:
                    code = trace.tb_frame.f_code
                    out.append((code.co_name, trace.tb_lineno - code.co_firstlineno))
                    trace = trace.tb_next
            finally:
                out.append("finally")
    """
    plain, ahead = pair(source, site())

    def f(x: int) -> int:
        if x % 3 == 1:
            raise ValueError(x)
        return x

    one: list[Any] = []
    two: list[Any] = []
    plain(range(9), f, one)
    ahead(range(9), f, two)
    assert one == two


def test_a_real_recursion_error_of_a_worker_is_tried_in_place() -> None:
    def deep(n: int) -> int:
        return 0 if n == 0 else 1 + deep(n - 1)

    plain, ahead = pair(COLLECT, site())
    assert _outcome(ahead, [5, 10**6, 7], deep)[:2] == _outcome(plain, [5, 10**6, 7], deep)[:2]


@pytest.mark.parametrize("kind", SLICES)
@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_what_a_worker_runs_out_of_says_nothing_about_the_consumer(
    error: type[BaseException], kind: str
) -> None:
    slice_source, facts = SLICES[kind]
    _, ahead = pair(COLLECT, site(**facts), slice_source=slice_source)
    home = threading.get_ident()

    def f(x: int) -> int:
        if threading.get_ident() != home:
            raise error("on a worker")
        return x

    out: list[object] = []
    ahead(range(5), f, out)
    assert out[1::2] == list(range(5))


def test_what_the_body_is_handling_at_the_hand_over_ends_the_chain() -> None:
    """It came up after the task was started, so the worker had no sight of it."""
    source = """
    def handle(xs, f, out):
        for x in xs:
            try:
                raise LookupError(x)
            except LookupError as handled:
                try:
                    out.append(f(x))
                except ValueError as error:
                    out.append(type(error.__context__))
                    out.append(error.__context__.__context__ is handled)
    """

    def f(x: int) -> int:
        try:
            raise KeyError(x)
        except KeyError:
            raise ValueError(x)

    for run in pair(source, site()):
        out: list[Any] = []
        run(range(4), f, out)
        assert out == [KeyError, True] * 4


def test_an_item_ends_where_the_body_lets_go_of_it(_scheduled: str) -> None:
    source = """
    def use(xs, f, dead):
        n = 0
        for x in xs:
            ref = weakref(x)
            xs[n] = x = None
            n += 1
            dead.append(ref() is None)
            f(1)
    """
    where = site()
    runs = pair(source, where, ["f(1)"], "lambda x: f(1)", scope={"weakref": weakref.ref})
    results = []
    for run in runs:
        dead: list[bool] = []
        run([Thing() for _ in range(6)], lambda x: x, dead)
        results.append(dead)
    # A task that has not run yet may need its item, as the first one when it arrives; then it is held.
    if _scheduled == "all ahead":
        assert results[0][1:] == results[1][1:]
    assert results[0] == [True] * 6


def test_stop_iteration_out_of_a_callees_generator_stays_what_it_is() -> None:
    """A RuntimeError that the user's own generator makes is not un-made."""

    def gen() -> Any:
        yield next(iter(()))

    plain, ahead = pair(COLLECT, site(single=False), slice_source="def _xcs_slice(x):\n    yield 0, f(x)")

    def f(x: int) -> Any:
        return next(gen())

    expected = _outcome(plain, range(3), f)
    assert expected[1] is RuntimeError
    assert _outcome(ahead, range(3), f) == expected


def test_nothing_is_started_after_the_region_was_left() -> None:
    started: list[int] = []
    release = threading.Event()

    def f(x: int) -> int:
        started.append(x)
        if x == 0:
            raise ValueError(x)
        release.wait(30)
        return x

    with config.overridden(eager=True, workers=2, window=20):
        _, ahead = pair(COLLECT, site())
        hook, schedule.hook = schedule.hook, None
        with pytest.raises(ValueError, match="0"):
            ahead(range(20), f, [])
        before = len(started)
        release.set()
        again: list[Any] = []
        ahead(range(100, 105), lambda x: x, again)
        schedule.hook = hook
        assert again[1::2] == list(range(100, 105))
    assert before <= 3
    assert len(started) == before


class Thing:
    pass


@pytest.mark.parametrize("leave", ["end", "raise"])
def test_weak_references_die_as_in_plain_python(leave: str, _scheduled: str) -> None:
    source = """
    def use(xs, f, out, dead):
        while xs:
            batch = [xs.pop(), xs.pop()]
            refs = [weakref(each) for each in batch]
            _use(batch, f, out)
            del batch
            dead.append([ref() is None for ref in refs])
    """
    inner = """
    def _use(xs, f, out):
        for x in xs:
            out.append(f(x))
            x = None
    """
    results = []
    for which in (0, 1):
        run_inner = pair(inner, site(), scope={})[which]
        use = pair(source, site(), scope={"weakref": weakref.ref, "_use": run_inner})[0]
        dead: list[Any] = []
        gc.disable()
        try:
            use([Thing() for _ in range(10)], lambda x: 1, [], dead)
        finally:
            gc.enable()
        results.append(dead)
    assert results[0] == results[1]


def test_what_was_not_consumed_is_dropped_while_the_frame_lives_on(_scheduled: str) -> None:
    source = """
    def use(xs, f, refs, finished, dead):
        try:
            for x in xs:
                f(x)
        except ValueError:
            pass
        x = None
        xs.clear()
        finished()
        dead.append([ref() is None for ref in refs])
    """
    results = []
    for run in pair(source, site()):
        xs = [Thing() for _ in range(8)]
        refs = [weakref.ref(each) for each in xs]
        first = refs[1]

        def f(x: Thing, first: weakref.ref[Thing] = first) -> int:
            if x is first():
                raise ValueError
            return 1

        def finished() -> None:
            until = time.monotonic() + 60
            while not POOL.idle and time.monotonic() < until:
                time.sleep(0.001)
            gc.collect()

        dead: list[Any] = []
        run(xs, f, refs, finished, dead)
        results.append(dead)
    assert results[0] == results[1] == [[True] * 8]


def test_results_and_items_are_dropped_when_an_exception_leaves(_scheduled: str) -> None:
    items = [Thing() for _ in range(8)]
    made: list[weakref.ref[Any]] = []

    def f(x: Thing) -> Thing:
        if x is items[2]:
            raise ValueError
        new = Thing()
        made.append(weakref.ref(new))
        return new

    _, ahead = pair(COLLECT, site())
    gc.disable()
    try:
        out: list[Any] = []
        try:
            ahead(items, f, out)
        except ValueError:
            pass
        else:
            pytest.fail("nothing was raised")
        schedule.hook = None
        watched = [weakref.ref(each) for each in items]
        kept = {id(each) for each in out if isinstance(each, Thing)}

        def leaked() -> int:
            return sum(id(each) not in kept for each in [ref() for ref in made] if each is not None)

        for _ in range(100):
            if not leaked():
                break
            threading.Event().wait(0.01)
        assert not leaked()
        items.clear()
        assert [ref() for ref in watched] == [None] * 8
    finally:
        gc.enable()
