from __future__ import annotations

import math
import time
from typing import Any

import pytest

from xcs_ast.runtime.triage import never_waits


def _size(text: str) -> int:
    return len(text) + math.floor(1.5)


def _nested(text: str) -> int:
    return _size(text.strip()) + 1


def _waits(text: str) -> str:
    time.sleep(0)
    return text


def _imports(text: str) -> str:
    import subprocess

    return str(subprocess)


def _calls_an_item(item: Any) -> Any:
    return item()


@pytest.mark.parametrize("callee", [_size, _nested])
def test_what_cannot_wait(callee: Any) -> None:
    assert never_waits(lambda x: callee(x), ["a", 1, ("b", None)])


@pytest.mark.parametrize("callee", [_waits, _imports, lambda text: open(text), lambda text: eval(text)])
def test_what_may_wait(callee: Any) -> None:
    assert not never_waits(lambda x: callee(x), ["a"])


def test_objects_of_the_program_may_wait() -> None:
    assert not never_waits(lambda x: _calls_an_item(x), [object()])
    assert not never_waits(lambda x: _calls_an_item(x), [_waits])
