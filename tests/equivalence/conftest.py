"""Programs are material, not tests; and the long runs are marked, so that a quick look can leave them out."""

from __future__ import annotations

import zlib
from typing import Final

import pytest

collect_ignore_glob = ["programs/*"]

_LONG: Final = frozenset({"test_under_every_schedule", "test_hidden_call"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as `slow` what runs each program many times, through another face, or waits for schedules.

    Of the runs through the other face, which differ in emission only, two of three are for a full run.
    """
    for item in items:
        name = getattr(item, "originalname", "")
        through_decorator = name == "test_equals_plain_python" and "decorator" in item.name
        waits = "[in_sight-" in item.name
        if name in _LONG or through_decorator or waits:
            item.add_marker(pytest.mark.slow)
        if through_decorator and zlib.crc32(item.nodeid.encode()) % 9 >= 3:
            item.add_marker(pytest.mark.full)
