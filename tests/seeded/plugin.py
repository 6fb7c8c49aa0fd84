"""A plugin of pytest for `run.py`: writes down what fails, and leaves out what fails anyway."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

FAILED = "XCS_SEEDED_FAILED"
"""The file for the node ids of what fails, one a line."""
KNOWN = "XCS_SEEDED_KNOWN"
"""A file with node ids to leave out, one a line."""


def _note(nodeid: str) -> None:
    path = os.environ.get(FAILED)
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(nodeid.replace("\n", " ") + "\n")


def pytest_configure() -> None:
    # A shell that starts `run.py` in the background has it ignore interrupts, and all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _note(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _note(report.nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    path = os.environ.get(KNOWN)
    if path:
        known = set(Path(path).read_text(encoding="utf-8").splitlines())
        items[:] = [item for item in items if item.nodeid not in known]
