"""Profiles of Hypothesis: `default` repeats itself exactly, `long` (`--hypothesis-profile=long`) does not.

`--brief` is for a second Python: it leaves out what is marked `slow` and what is marked `once`, and the
programs of `tests/equivalence` run under fewer schedules.
"""

from __future__ import annotations

import gc
import signal
import threading

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


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--brief"):
        settings.load_profile("brief")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--brief"):
        left_out = [item for item in items if any(map(item.get_closest_marker, ("slow", "once")))]
        config.hook.pytest_deselected(items=left_out)
        gone = set(map(id, left_out))
        items[:] = [item for item in items if id(item) not in gone]


def pytest_collection_finish() -> None:
    """Ten thousand tests are a heap that each `gc.collect()` would search through."""
    gc.collect()
    gc.freeze()
