"""What one PROVEN task costs beyond the call itself, beside `ThreadPoolExecutor`, in one run.

    python docs/benchmarks/task_cost.py [ROUNDS]

Each side runs the same loop over the same items with the same callee, which does next to nothing; the
time of the plain loop is taken off. "on workers": the consumer takes nothing before every task has run on
a worker, so that the whole way through the pool is paid for. "free": the consumer helps, as in real runs.
"verified": a function under `@xcs_ast.jit`, with the verifier asked for each item, as in real runs too.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import xcs_ast
from xcs_ast import config
from xcs_ast.config import Options
from xcs_ast.runtime.peek import peek
from xcs_ast.runtime.run import Run, Spec, Tally

ITEMS = 4_000
WORKERS = 4
DONE = threading.Event()
SHARES: dict[str, list[float]] = {"on workers": [], "free": []}


def callee(item: int) -> int:
    """As good as nothing; the last one tells."""
    if item == ITEMS - 1:
        DONE.set()
    return item


class Owner:
    """Where a run reports to."""

    def __init__(self, name: str) -> None:
        self.name = name

    def paid(self) -> None:
        """See `run.Owner`."""

    def unpaid(self, finding: object) -> None:
        """See `run.Owner`."""

    def account(self, tally: Tally) -> None:
        """See `run.Owner`."""
        SHARES[self.name].append(tally.ahead / (tally.ahead + tally.in_place))


def plain(items: list[int]) -> list[int]:
    """The loop as it was written."""
    out = []
    for item in items:
        out.append(callee(item))  # noqa: PERF401
    return out


def run_ahead(items: list[int], name: str, window: int) -> list[int]:
    """The loop as it is emitted."""
    options = replace(Options(), eager=True, workers=WORKERS, window=window)
    peeker = peek(items)
    assert peeker is not None
    run = Run(Owner(name), peeker, Spec(lambda item: callee(item), lambda _: True, options, True))
    out = []
    for _ in run:
        if not out and name == "on workers":
            DONE.wait()
        out.append(run.ahead(0))
    return out


def on_workers(items: list[int]) -> list[int]:
    """Every task on a worker."""
    return run_ahead(items, "on workers", 4096)


def free(items: list[int]) -> list[int]:
    """Every task wherever it comes first."""
    return run_ahead(items, "free", 32)


def pure_callee(item: int) -> int:
    """As good as nothing, and nothing that the analysis could object to."""
    return item


@xcs_ast.jit
def collect(items: list[int]) -> list[int]:
    """An ordinary loop."""
    out = []
    for item in items:
        out.append(pure_callee(item))  # noqa: PERF401
    return out


def verified(items: list[int]) -> list[int]:
    """The whole of it: decision, admission of each item, tasks."""
    with config.overridden(eager=True, workers=WORKERS, window=32):
        return collect(items)


def executor_submit(items: list[int], pool: ThreadPoolExecutor) -> list[int]:
    """What people write by hand."""
    futures = [pool.submit(callee, item) for item in items]
    DONE.wait()
    return [future.result() for future in futures]


def per_item(run: Callable[[list[int]], list[int]], items: list[int]) -> float:
    """Microseconds for each item."""
    DONE.clear()
    start = time.perf_counter()
    assert run(items) == items
    return (time.perf_counter() - start) / len(items) * 1e6


def main(rounds: int) -> None:
    """Measures, and prints the table."""
    items = list(range(ITEMS))
    with ThreadPoolExecutor(WORKERS) as pool:
        sides: dict[str, Callable[[list[int]], list[int]]] = {
            "plain": plain,
            "run ahead, on workers": on_workers,
            "run ahead, free": free,
            "run ahead, verified": verified,
            "executor.submit": lambda items: executor_submit(items, pool),
            "executor.map": lambda items: list(pool.map(callee, items)),
        }
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, run in sides.items():
                times[name].append(per_item(run, items))
    base = statistics.median(times["plain"])
    cost = {name: statistics.median(each) - base for name, each in times.items()}
    unit = cost["run ahead, on workers"]
    print(f"Python {sys.version.split()[0]}, {WORKERS} workers, median of {rounds} rounds of {ITEMS} tasks")
    for name in list(sides)[1:]:
        print(f"  {name:22} {cost[name]:6.2f} us a task   {cost[name] / unit:5.2f} x")
    for name, share in SHARES.items():
        print(f"  {name}: {statistics.median(share):.0%} of the tasks ran on workers")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
