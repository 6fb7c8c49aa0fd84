"""Profiles of Hypothesis: `default` repeats itself exactly, `long` (`--hypothesis-profile=long`) does not.

`--brief` leaves out what is marked `slow` or `once`, and the programs of `tests/equivalence` run under fewer
schedules. With `--share 2/3`, the second of three parts of what it would leave out runs all the same: three
Pythons of which each takes another share have run it all together.
"""

from __future__ import annotations

import gc
import signal
import threading
import zlib

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("long", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.register_profile("brief", settings.get_profile("default"), max_examples=40)
settings.load_profile("default")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread().name == "MainThread":
    # A shell that starts the tests in the background has it ignored, here and in what the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--brief", action="store_true", help="what may depend on the version of Python")
    parser.addoption(
        "--share", metavar="K/N", type=_share, default=(0, 0), help="and the K-th of N parts of the rest"
    )


def _share(text: str) -> tuple[int, int]:
    which, of = map(int, text.split("/"))
    if not 1 <= which <= of:
        raise ValueError(text)
    return which, of


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--brief"):
        settings.load_profile("brief")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--brief"):
        return
    which, of = config.getoption("--share")

    def stays(item: pytest.Item) -> bool:
        if not any(map(item.get_closest_marker, ("slow", "once"))):
            return True
        return of > 0 and zlib.crc32(item.nodeid.encode()) % of == which - 1

    config.hook.pytest_deselected(items=[item for item in items if not stays(item)])
    items[:] = [item for item in items if stays(item)]


def pytest_collection_finish() -> None:
    """Ten thousand tests are a heap that each `gc.collect()` would search through."""
    gc.collect()
    gc.freeze()
