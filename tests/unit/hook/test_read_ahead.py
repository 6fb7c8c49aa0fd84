"""What the first call will need of the program's text is read while modules are imported."""

from __future__ import annotations

from _weakref import ref
from pathlib import Path

import pytest

from tests.unit.runtime.harness import make_facts
from xcs_ast import activation
from xcs_ast.effects.region import _parsed
from xcs_ast.runtime.site import Site
from xcs_ast.source import lookup


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Room of its own for each test, and nothing that others have left to be read."""
    left = [2, 100]
    monkeypatch.setattr(activation, "_room", left)
    monkeypatch.setattr(activation, "_unread_sites", [])
    monkeypatch.setattr(activation, "_unread_files", [])
    monkeypatch.setattr(activation, "_names", set())
    return left


def test_the_first_few_regions_are_read(room: list[int]) -> None:
    sites = [Site(make_facts(text=f"for read_{n} in __xcs_items__: pass")) for n in range(3)]
    gone = ref(Site(make_facts()))
    activation._unread_sites.extend([gone, *map(ref, sites)])
    _parsed.cache_clear()
    activation._read_ahead()
    assert [site._shape is not None for site in sites] == [True, True, False]
    assert _parsed.cache_info().currsize == 2
    assert (room, activation._unread_sites) == ([0, 100], [])


def test_small_files_are_read(room: list[int], tmp_path: Path) -> None:
    names = ("small", "large", "broken", "another", "third")
    texts = ("x = 1\n" * 10, "y = 1\n" * 20, "z =", "w = 12\n" * 5, "v = 1\n")
    for name, text in zip(names, texts, strict=True):
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in (*names, "missing")]
    activation._unread_files.extend(paths)
    activation._read_ahead()
    assert [lookup._files.get(path) is not None for path in paths] == [True, False, False, True, False, False]
    assert (room, activation._unread_files) == ([2, 5], [])


def test_a_file_that_was_read_ahead_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "changing.py"
    path.write_text("def old(): pass\n")
    assert lookup.read_file(str(path), 100) == 16
    path.write_text("\ndef another(): pass\n")
    space: dict[str, object] = {}
    exec(compile(path.read_bytes(), str(path), "exec"), space)
    source = lookup.find_function(space["another"].__code__)  # type: ignore[attr-defined]
    assert source is not None
    assert source.node.lineno == 2


def test_what_fails_is_left_to_the_first_region(room: list[int]) -> None:
    activation._unread_sites.append(lambda: object())
    activation._unread_files.append("never reached")
    activation._read_ahead()
    assert (activation._unread_sites, activation._unread_files) == ([], [])


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("import time\ndef f(): time.sleep(1)", True),
        ("from time import sleep as nap", True),
        ("import time\nbegin = time.perf_counter()", False),
        ("import urllib.request", True),
        ("from urllib import request", True),
        ("from urllib.parse import urlsplit", False),
        ("import time, urllib.parse\nclass A:\n def f(self): return lambda: time.sleep(1)", True),
        ("import time, requests", True),
        ("import json", False),
        ("def sleep(): pass", False),
    ],
)
def test_which_modules_are_likely_to_wait(text: str, waits: bool) -> None:
    assert activation._may_wait(compile(text, "x", "exec")) is waits
