"""What tasks do, for the tests of verdicts."""

from __future__ import annotations

import logging
import mmap
import subprocess
import sys
import time
from typing import Any

import xcs_ast

log = logging.getLogger("callees")
calls = 0
last = ""
SEEN: list[Any] = []
HISTORY: list[str] = []
TABLE: dict[str, str] = {}


def proven(x: Any) -> Any:
    time.sleep(0.01)
    return x


def counts(x: Any) -> Any:
    global calls
    calls += 1
    time.sleep(0.01)
    return x


def counts_only(x: Any) -> Any:
    global calls
    calls += 1
    return x


def prints(x: Any) -> Any:
    print("asking", x)
    time.sleep(0.01)
    return x


def logs(x: Any) -> Any:
    log.info("asking %s", x)
    time.sleep(0.01)
    return x


def collects(x: Any) -> Any:
    time.sleep(0.01)
    SEEN.append(x)
    return x


HANDLERS = {"a": counts, "b": proven}


def through_a_table(x: Any) -> Any:
    return HANDLERS[x](x)


def opens_for_writing(x: Any) -> Any:
    with open(f"/tmp/{x}.txt", "w") as file:
        file.write(x)
    time.sleep(0.01)
    return x


def starts_a_process(x: Any) -> Any:
    return subprocess.run(["true", x], check=False)


@xcs_ast.ordered
def declared_ordered(x: Any) -> Any:
    return x


def looks_at_the_stack(x: Any) -> Any:
    time.sleep(0.01)
    return sys._getframe(1).f_lineno


def without_model(x: Any) -> Any:
    time.sleep(0.01)
    return mmap.mmap(-1, 16).size()


def chains(x: Any) -> Any:
    global last
    time.sleep(0.01)
    if last:
        x = last
    last = f"{x}"
    return x


def reads_history(x: Any) -> Any:
    time.sleep(0.01)
    return len(HISTORY)


def reads_table(x: Any) -> Any:
    time.sleep(0.01)
    return TABLE.get(x, x)


class Proven:
    def __call__(self) -> int:
        time.sleep(0.01)
        return 1


class Counting(Proven):
    calls = 0

    def __call__(self) -> int:
        self.calls += 1
        time.sleep(0.01)
        return 2
