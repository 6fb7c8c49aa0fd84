"""Programs are material, not tests; and the long runs are marked, so that a quick look can leave them out."""

from __future__ import annotations

import gc
import zlib
from pathlib import Path
from typing import Final

import pytest

from xcs_ast import decorator, verifier
from xcs_ast.runtime import site
from xcs_ast.testing import modules

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


def _subject(item: pytest.Item | None) -> object:
    """The file of programs that an item is about; the item itself, where it writes its own program."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return parameters.get("path") or getattr(parameters.get("case"), "path", item)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Keeps what later tests have to look through small.

    Regions of files that are through are let go, and the heap is frozen again: a program with finalizers has
    thawed it (`xcs_ast.testing.capture`).
    """
    if _subject(item) != _subject(nextitem):
        verifier.forget()
        decorator._modules.clear()
        modules.optimized_code.cache_clear()
        modules._made.clear()
        site._entered.clear()
        # All of a thawed heap takes a second to search, which only the many programs of a file are worth.
        gc.collect(2 if isinstance(_subject(item), Path) else 1)
        gc.freeze()
