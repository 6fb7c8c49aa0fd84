"""Wide I/O: many short blocking calls in a plain loop, against pools and event loops written by hand.

300 calls of 10 ms with 64 workers, then 1,000 with 256. Each hand-written version makes its pool where it
uses it, as such code does; "kept" is a pool that was made before.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

from side_by_side import in_turns, table

DELAY = 0.01
ROUNDS = 5
PROGRAM = f"""\
import time
import xcs_ast

def fetch(number):
    time.sleep({DELAY})
    return number * 2

@xcs_ast.jit
def fetch_all(numbers):
    results = []
    for number in numbers:
        results.append(fetch(number))
    return results
"""


def _by_hand(fetch: Callable[[int], int], numbers: list[int], width: int) -> list[int]:
    with ThreadPoolExecutor(width) as pool:
        return list(pool.map(fetch, numbers))


async def _gather(numbers: list[int], width: int) -> list[int]:
    limit = asyncio.Semaphore(width)

    async def fetch(number: int) -> int:
        async with limit:
            await asyncio.sleep(DELAY)
            return number * 2

    return await asyncio.gather(*(fetch(number) for number in numbers))


def measure(program: Any, count: int, width: int) -> None:
    """Prints one table."""
    import xcs_ast

    xcs_ast.configure(workers=width, window=width)
    numbers = list(range(count))
    expected = [number * 2 for number in numbers]
    with ThreadPoolExecutor(width) as kept:
        ways: dict[str, Callable[[], list[int]]] = {
            "ThreadPoolExecutor": lambda: _by_hand(program.fetch, numbers, width),
            "ThreadPoolExecutor, kept": lambda: list(kept.map(program.fetch, numbers)),
            "asyncio.gather": lambda: asyncio.run(_gather(numbers, width)),
            "plain loop, @xcs_ast.jit": lambda: program.fetch_all(numbers),
        }
        for name, way in ways.items():
            if way() != expected:
                raise SystemExit(f"{name}: wrong results")
        waves = -(-count // width)
        print(f"lower bound: {waves} waves of 10 ms; plain Python: {count * DELAY:.1f} s")
        table(f"{count} calls of 10 ms, width {width}", in_turns(ways, ROUNDS), "ThreadPoolExecutor")


def main() -> None:
    """Prints both tables."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "wide_io_program.py").write_text(PROGRAM)
        sys.path.insert(0, folder)
        program = import_module("wide_io_program")
        measure(program, 300, 64)
        measure(program, 1000, 256)


if __name__ == "__main__":
    main()
