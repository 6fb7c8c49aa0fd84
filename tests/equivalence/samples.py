"""Functions for the tests of the oracle: a plain one, and wrongly optimized ones."""

from __future__ import annotations

import itertools
import logging
import os
import random
import sys
import threading
import time
import warnings
from pathlib import Path

COUNT = 0
LOG: list[int] = []
TABLE: dict[str, int] = {"a": 1}
IDS = itertools.count(1)


class Holder:
    """Has state of every kind."""

    shared: list[int] = []
    number = 0
    __slots__ = ("__dict__", "slot")

    def __init__(self, value: int = 0) -> None:
        self.value = value

    def add(self, x: int) -> int:
        self.value += x
        return self.value


HOLDER = Holder()


def touch_everything(x: int) -> int:
    global COUNT
    COUNT += x
    LOG.append(x)
    TABLE["b"] = x
    HOLDER.value += x
    HOLDER.slot = x
    Holder.number += x
    Holder.shared.append(x)
    touch_everything.calls = x  # type: ignore[attr-defined]
    return COUNT + next(IDS) + len(LOG) + Holder.number


def total(xs: list[int]) -> int:
    return sum(xs)


def total_and_sort(xs: list[int]) -> int:
    xs.sort()
    return sum(xs)


def total_as_float(xs: list[int]) -> float:
    return float(sum(xs))


def total_and_print(xs: list[int]) -> int:
    print(len(xs))
    return sum(xs)


def total_and_print_elsewhere(xs: list[int]) -> int:
    thread = threading.Thread(target=print, args=(len(xs),))
    thread.start()
    thread.join()
    return sum(xs)


def total_and_log(xs: list[int]) -> int:
    logging.getLogger("samples").warning("total of %d", len(xs))
    return sum(xs)


def total_and_warn(xs: list[int]) -> int:
    warnings.warn("total", UserWarning, stacklevel=1)
    return sum(xs)


def total_and_write(xs: list[int]) -> int:
    Path("total.txt").write_text(str(sum(xs)))
    return sum(xs)


def total_and_draw(xs: list[int]) -> int:
    random.random()
    return sum(xs)


def total_and_chdir(xs: list[int]) -> int:
    os.mkdir("d")
    os.chdir("d")
    return sum(xs)


def total_and_environ(xs: list[int]) -> int:
    os.environ["SAMPLES"] = "1"
    return sum(xs)


def total_and_error_stream(xs: list[int]) -> int:
    print("x", file=sys.stderr)
    return sum(xs)


def total_and_global(xs: list[int]) -> int:
    global COUNT
    COUNT += 1
    return sum(xs)


def total_wrong_for_large(xs: list[int]) -> int:
    return sum(xs) + (max(xs, default=0) > 1000)


def fail(x: int) -> int:
    raise ValueError(x)


def fail_elsewhere(x: int) -> int:
    if x is not None:
        raise ValueError(x)
    return x


def fail_with_cause(x: int) -> int:
    raise ValueError(x) from KeyError(x)


def fail_otherwise(x: int) -> int:
    raise LookupError(x)


def alias(a: list[int], b: list[int]) -> bool:
    a.append(1)
    return len(b) == len(a)


def clock(x: int) -> float:
    return time.perf_counter() + x


def copy_of(xs: list[int]) -> list[int]:
    return list(xs)


def same_as(xs: list[int]) -> list[int]:
    return xs


def identity_of_global(x: int) -> object:
    return HOLDER


def without_hint(x):  # type: ignore[no-untyped-def]
    return x
