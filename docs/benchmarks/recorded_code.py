"""Dense pure Python under the recorders, beside `sys.settrace`: how many times slower. Goal: 15x.

`plain` is the pass-through that a task goes on with when it need not be recorded any longer, `base` the class
that the recorders derive from, `speculative` a whole task: made, run, validated, replayed. `observing` notes
each operation and each value of a run (`trace_function`), `graph` makes a graph of the notes besides: the
goal is the same, and far off.
`pyccolo`, where it is installed, tells an idle handler of the same operations. *First looks* are loops over
shared data with little else in them, most of which they look at once: there the goal is far off as well.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import side_by_side  # noqa: F401  (puts the checkout on the path)

from xcs_ast.tracer.clones import Link, clone_of
from xcs_ast.tracer.hooks import Direct, Recorder
from xcs_ast.tracer.speculation import Speculation
from xcs_ast.tracer.trace import trace_function

GOAL = 15.0
PLAIN_AIM = 5.0
ROUNDS = 7
SHARE = 10
"""What takes long does a part of the work only."""


class Point:
    """Something with attributes."""

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y


class Counter:
    """Something with methods."""

    def __init__(self, total: int) -> None:
        self.total = total

    def step(self, by: int) -> None:
        """Counts on."""
        self.total += by

    def held(self, more: int) -> int:
        """The count."""
        return self.total + more


def methods(count: int) -> int:
    """Calls of methods of an object."""
    counter = Counter(0)
    for index in range(count):
        counter.step(index)
    return counter.held(0)


def objects(count: int) -> int:
    """Objects made and dropped."""
    total = 0
    for index in range(count):
        total += Point(index, 1).x
    return total


def attributes(count: int) -> int:
    """Loads and stores of attributes."""
    point = Point(1, 2)
    total = 0
    for _ in range(count):
        point.x = point.x + 1
        point.y += point.x
        total += point.y
    return total


def subscripts(count: int) -> int:
    """Loads and stores of elements."""
    values = list(range(100))
    total = 0
    for index in range(count):
        values[index % 100] = values[(index + 1) % 100] + 1
        total += values[index % 100]
    return total


def recursion(n: int) -> int:
    """Calls."""
    return n if n < 2 else recursion(n - 1) + recursion(n - 2)


def words(count: int) -> tuple[dict[str, int], str]:
    """Dicts and strings."""
    counts: dict[str, int] = {}
    text = ""
    for _ in range(count):
        for word in ["a", "b", "c", "a", "b"]:
            counts[word] = counts.get(word, 0) + 1
        text = ", ".join(sorted(counts)).upper()
    return counts, text


def arithmetic(count: int) -> int:
    """Numbers in local variables."""
    total = 0
    for index in range(count):
        total = (total * 3 + index) % 1_000_003
        if total > 500_000 and index & 1:
            total -= 1
    return total


WORKLOADS: list[tuple[Callable[..., Any], int]] = [
    (attributes, 10_000),
    (subscripts, 10_000),
    (recursion, 17),
    (words, 2_000),
    (arithmetic, 10_000),
    (methods, 10_000),
    (objects, 10_000),
]


ROWS = [{"name": f"n{number % 7}", "price": number % 13, "many": number % 3} for number in range(2_000)]
POINTS = [Point(number, number % 5) for number in range(2_000)]
GRID = [[row * column for column in range(50)] for row in range(40)]


def rows(_: int) -> int:
    """Two keys of each of many shared dictionaries."""
    total = 0
    for row in ROWS:
        total += row["price"] * row["many"]  # type: ignore[operator]
    return total


def counted(_: int) -> dict[object, int]:
    """The same, counted in a dictionary of the task's own."""
    found: dict[object, int] = {}
    for row in ROWS:
        found[row["name"]] = found.get(row["name"], 0) + row["many"]  # type: ignore[operator]
    return found


def points(_: int) -> int:
    """Two attributes of each of many shared instances."""
    total = 0
    for point in POINTS:
        total += point.x * point.y
    return total


def grid(_: int) -> int:
    """Elements of shared lists, by index."""
    total = 0
    for row in range(40):
        for column in range(50):
            total += GRID[row][column]
    return total


def again(_: int) -> int:
    """The same hundred shared dictionaries, ten times."""
    total = 0
    for _ in range(10):
        for row in ROWS[:100]:
            total += row["price"]  # type: ignore[operator]
    return total


LOOKS = [rows, counted, points, grid, again]


class Deep(Recorder):
    """Calls clones of what is called, as the recorders do."""

    __slots__ = ("clones", "link")
    native_numbers = True

    def __init__(self) -> None:
        self.link = Link(self)
        self.clones: dict[Any, Any] = {}

    def call(self, f: Any, /, *args: Any, **kwargs: Any) -> Any:
        """In a clone, where there is one."""
        if type(f) is FunctionType:
            known = self.clones.get(f)
            if known is None:
                made = clone_of(f, self.link)
                known = self.clones[f] = made if isinstance(made, FunctionType) else f
            return known(*args, **kwargs)
        return f(*args, **kwargs)

    def callee(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., Any]:
        """The clone, where there is one."""
        if type(f) is not FunctionType:
            return f  # type: ignore[no-any-return]
        known = self.clones.get(f)
        return partial(self.call, f) if known is None else known


def _traced(function: Callable[..., Any], count: int) -> None:
    def tracer(*_: Any) -> Any:
        return tracer

    previous = sys.gettrace()
    sys.settrace(tracer)
    try:
        function(count)
    finally:
        sys.settrace(previous)


def _speculated(function: Any, count: int) -> None:
    task = Speculation(function, count, staged=False, numbered=False)
    task.run()
    if task.state != "done":
        raise SystemExit(f"{function.__name__}: {task.state}: {task.reason}")
    number = task.hand_overs[0][0]
    if not task.ready(number):
        raise SystemExit(f"{function.__name__}: not valid")
    task.commit(number)


def _told(function: Callable[..., Any]) -> Callable[[int], object] | None:
    """The function under pyccolo, or `None`."""
    try:
        import pyccolo
    except ImportError:
        return None
    events = (
        pyccolo.after_binop, pyccolo.after_compare, pyccolo.after_attribute_load, pyccolo.before_call,
        pyccolo.before_attribute_store, pyccolo.after_subscript_load, pyccolo.before_subscript_store,
    )  # fmt: skip

    class Seeing(pyccolo.BaseTracer):  # type: ignore[misc]
        @pyccolo.register_handler(events)  # type: ignore[untyped-decorator]
        def seen(self, value: object, *_: object, **__: object) -> object:
            return value

    tracer = Seeing.instance()
    space: dict[str, Any] = {"Any": Any, "Counter": Counter, "Point": Point}
    with tracer.tracing_enabled():
        made = tracer.exec(inspect.getsource(function), space)
    told = {**space, **(made or {})}[function.__name__]

    def run(count: int) -> object:
        with tracer.tracing_enabled():
            return told(count)

    return run


def _cloned(function: Any, recorder: Recorder) -> Callable[[int], Any]:
    clone = clone_of(function, recorder.link if isinstance(recorder, Deep) else Link(recorder))
    if not isinstance(clone, FunctionType):
        raise SystemExit(f"{function.__name__}: {clone}")
    if function is not recursion or isinstance(recorder, Deep):
        return clone

    def run(count: int) -> Any:
        globals()["recursion"] = clone
        try:
            return clone(count)
        finally:
            globals()["recursion"] = function

    return run


def _recorders() -> dict[str, Callable[[], Recorder]]:
    return {"plain": Direct, "base": Recorder, "base, callees too": Deep}


def _in_turns(ways: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The least processor time of each way: all of it is this thread's, and others may be running."""
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            begin = time.thread_time()
            way()
            least[name] = min(least[name], time.thread_time() - begin)
    return least


def _slow_ways(function: Any, count: int) -> dict[str, float]:
    """How many times slower what is slow is."""
    count = 12 if function is recursion else count // SHARE
    ways: dict[str, Callable[[], object]] = {
        "python": lambda: function(count),
        "observing": lambda: trace_function(function, count),
        "graph": lambda: trace_function(function, count).operations,
    }
    told = _told(function)
    if told is not None:
        ways["pyccolo"] = lambda: told(count)
    seconds = _in_turns(ways, 3)
    plain = seconds.pop("python")
    return {name: taken / plain for name, taken in seconds.items()}


def _first_looks() -> None:
    print("first looks:", end="")
    for function in LOOKS:
        seconds = _in_turns(
            {"python": lambda f=function: f(0), "speculative": lambda f=function: _speculated(f, 0)}
        )
        print(f"  {function.__name__} {seconds['speculative'] / seconds['python']:.0f}x", end="", flush=True)
    print()


def main() -> int:
    """0 when the goals are reached."""
    worst = worst_plain = worst_observing = 0.0
    for function, count in WORKLOADS:
        ways: dict[str, Callable[[], object]] = {"python": lambda f=function, n=count: f(n)}
        for name, make in _recorders().items():
            clone = _cloned(function, make())
            if clone(count) != function(count):
                raise SystemExit(f"{function.__name__} under {name}: another result")
            ways[name] = lambda f=clone, n=count: f(n)
        ways["speculative"] = lambda f=function, n=count: _speculated(f, n)
        ways["settrace"] = lambda f=function, n=count: _traced(f, n)
        seconds = _in_turns(ways)
        ratios = {name: taken / seconds["python"] for name, taken in seconds.items()}
        slow = _slow_ways(function, count)
        print(
            function.__name__,
            *(f"{name} {ratio:.1f}x" for name, ratio in ratios.items()),
            *(f"{name} {ratio:.0f}x" for name, ratio in slow.items()),
            *(() if "pyccolo" in slow else ("pyccolo not installed",)),
            sep="  ",
            flush=True,
        )
        worst = max(worst, *(ratios[name] for name in (*_recorders(), "speculative")))
        worst_plain = max(worst_plain, ratios["plain"])
        worst_observing = max(worst_observing, slow["observing"])
    _first_looks()
    print(
        f"worst: {worst:.1f}x, observing {worst_observing:.0f}x (goal {GOAL:.0f}x);",
        f"pass-through {worst_plain:.1f}x (aim {PLAIN_AIM:.0f}x)",
    )
    return 0 if max(worst, worst_observing) <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
