"""Campaigns over many seeds, in this process or in several.

Guarantees: which programs are made, and what is found of each, does not depend on the number of processes.
Leaving the context ends the processes, also by an exception (Ctrl-C); what has not begun then never does.
"""

from __future__ import annotations

import itertools
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, final

from xcs_ast.testing.campaign import Campaign, Schedules

__all__ = ["campaigns"]

_CHUNK: Final = 4
"""So many seeds go to a process at a time,"""
_CHUNKS: Final = 200
"""and so many times; then new ones take over, since what was made of a program once stays in memory."""


@contextmanager
def campaigns(seeds: Iterable[int], schedules: Schedules, jobs: int = 1) -> Iterator[Iterator[Campaign]]:
    """What is found, piece by piece; in the order of the seeds."""
    if jobs == 1:
        yield (_part([seed], schedules) for seed in seeds)
        return
    pools = _Pools(jobs)
    try:
        yield pools.run(iter(seeds), schedules)
    finally:
        pools.close()


@final
class _Pools:
    """Processes, and after some time other ones."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def run(self, seeds: Iterator[int], schedules: Schedules) -> Iterator[Campaign]:
        """What is found in each chunk of seeds."""
        while first := list(itertools.islice(seeds, _CHUNK)):
            context = multiprocessing.get_context("spawn")
            self._pool = pool = ProcessPoolExecutor(self._jobs, context, _ignore_interrupts)
            waiting = deque([pool.submit(_part, first, schedules)])
            left = self._jobs * _CHUNKS - 1
            while waiting:
                while left and len(waiting) < 2 * self._jobs:
                    if not (chunk := list(itertools.islice(seeds, _CHUNK))):
                        break
                    waiting.append(pool.submit(_part, chunk, schedules))
                    left -= 1
                yield waiting.popleft().result()
            self.close()

    def close(self) -> None:
        """End the processes; what has not begun never does."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _part(seeds: list[int], schedules: Schedules) -> Campaign:
    campaign = Campaign()
    campaign.run(seeds, schedules)
    return campaign


def _ignore_interrupts() -> None:
    """Ctrl-C goes to all processes of a terminal; the first one ends the others in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
