"""What recording buys and costs: loops whose calls share what they write, beside plain Python.

Goals: the ensemble with counters on one shared client at 4.5x or more (the limit is 5x); dense pure Python,
recorded, at 15x the plain time or less.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from side_by_side import format_seconds, in_turns, table

import xcs_ast
from xcs_ast.runtime import site
from xcs_ast.tracer.speculation import Speculation

GAIN_GOAL = 4.5
DENSE_GOAL = 15.0
PAUSE = 0.1


class Client:
    """Counts calls, tokens and cost."""

    def __init__(self) -> None:
        self.calls = 0
        self.cost = 0.0
        self.usage: dict[str, int] = {}

    def ask(self, question: str) -> str:
        """One call, with its accounts."""
        self.calls += 1
        time.sleep(PAUSE)
        self.usage["tokens"] = self.usage.get("tokens", 0) + len(question)
        self.cost += len(question) * 0.1
        return question.upper()


class Memo:
    """Asks no question twice."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def ask(self, question: str) -> str:
        """The answer, remembered or new."""
        if question not in self.known:
            time.sleep(PAUSE)
            self.known[question] = question.upper()
        return self.known[question]


def report(question: str) -> str:
    """Prints before and after."""
    print("asking", question)
    time.sleep(PAUSE)
    print("asked", question)
    return question.upper()


def chained(state: dict[str, int], question: str) -> int:
    """Each call needs what the one before it left."""
    time.sleep(PAUSE)
    state["last"] = state["last"] * 31 % 1009 + len(question)
    return state["last"]


def _counted(client: Client, questions: list[str]) -> list[str]:
    out = []
    for question in questions:
        out.append(client.ask(question))  # noqa: PERF401
    return out


def _remembered(memo: Memo, questions: list[str]) -> list[str]:
    out = []
    for question in questions:
        out.append(memo.ask(question))  # noqa: PERF401
    return out


def _reported(questions: list[str]) -> list[str]:
    out = []
    for question in questions:
        out.append(report(question))  # noqa: PERF401
    return out


def _in_a_chain(state: dict[str, int], questions: list[str]) -> list[int]:
    out = []
    for question in questions:
        out.append(chained(state, question))  # noqa: PERF401
    return out


def dense(rounds: int) -> int:
    """Pure Python without a pause: locals, a list and a dict of its own, a few calls."""
    table: dict[int, int] = {}
    rows = []
    total = 0
    for number in range(rounds):
        key = number % 17
        table[key] = table.get(key, 0) + number
        if key > 3:
            rows.append((key, table[key]))
        total += len(rows) + key * 2
    return total + sum(value for _, value in rows)


WORDS = ["one", "two", "three", "four", "five"]
CASES: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]] = {
    "counters on one client": (_counted, lambda: (Client(), WORDS)),
    "a memo, all different": (_remembered, lambda: (Memo(), WORDS)),
    "a memo, one of six repeated": (_remembered, lambda: (Memo(), [*WORDS, "one"])),
    "prints before and after": (_reported, lambda: (WORDS,)),
    "a chain: each needs the last": (_in_a_chain, lambda: ({"last": 1}, WORDS)),
}


def gains(rounds: int = 3) -> float:
    """Prints a table; the gain of the first case."""
    best = 0.0
    print(
        f"five calls of {PAUSE} s; first: with nothing known of the loop; later: the median of {rounds} more"
    )
    for name, (function, arguments) in CASES.items():
        optimized = xcs_ast.jit(function)
        expected = _quietly(function, arguments())
        begin = time.perf_counter()
        same = _quietly(optimized, arguments()) == expected
        first = time.perf_counter() - begin
        seconds = in_turns(
            {
                "plain": lambda f=function, a=arguments: _quietly(f, a()),
                "optimized": lambda f=optimized, a=arguments: _quietly(f, a()),
            },
            rounds,
        )
        plain, later = (statistics.median(seconds[way]) for way in ("plain", "optimized"))
        verdict = "" if same else "  DIFFERENT RESULTS"
        print(
            f"  {name:<30} plain {plain:.3f} s   first {first:.3f} s, {plain / first:5.2f}x"
            f"   later {later:.3f} s, {plain / later:5.2f}x{verdict}"
        )
        best = best or (plain / first if same else 0.0)
    thrown = sum(each.tally.discarded for each in site.all_sites())
    print(f"  tasks thrown away: {thrown}\n", flush=True)
    return best


def _quietly(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, str]:
    # A text stream over bytes, as the interpreter's own are: one in Python would make every print wait.
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, write_through=True) as stream, contextlib.redirect_stdout(stream):
        value = function(*arguments)
        return value, raw.getvalue().decode()


def _recorded(function: Callable[..., Any], item: Any) -> Any:
    """One task, as the runtime runs it: recorded, validated, replayed."""
    task = Speculation(function, item, staged=False, numbered=False)
    task.run()
    if task.state != "done" or not task.ready(0):
        raise SystemExit(f"the task was not recorded: {task.state}, {task.reason}")
    return task.commit(0)


TOTAL = 0


def adds(number: int) -> int:
    """As little as a task can do."""
    global TOTAL
    TOTAL += number
    return number


def costs() -> float:
    """Prints two tables; how much slower dense code is when recorded."""
    size = 20_000
    ways = {"plain": lambda: dense(size), "recorded": lambda: _recorded(dense, size)}
    if ways["plain"]() != ways["recorded"]():
        raise SystemExit("DIFFERENT RESULTS")
    seconds = in_turns(ways, 7)
    table(f"dense pure Python, {size} rounds", seconds, "plain")
    ratio = statistics.median(r / p for r, p in zip(seconds["recorded"], seconds["plain"], strict=True))
    count = 300

    def many(call: Callable[[int], Any]) -> None:
        for number in range(count):
            call(number)

    small = in_turns({"plain": lambda: many(adds), "recorded": lambda: many(lambda n: _recorded(adds, n))}, 7)
    beyond = statistics.median(small["recorded"]) - statistics.median(small["plain"])
    print(
        f"a task that only adds to a counter: {format_seconds(beyond / count)} beyond the call\n", flush=True
    )
    return ratio


def main() -> int:
    """0 when both goals are reached."""
    gain, ratio = gains(), costs()
    good = gain >= GAIN_GOAL and ratio <= DENSE_GOAL
    print(f"goals, {GAIN_GOAL}x on the first call and at most {DENSE_GOAL:.0f}x for dense code: ", end="")
    print("reached" if good else "MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
