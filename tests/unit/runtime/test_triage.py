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


def _recursive(n: int) -> int:
    return 0 if n < 1 else _recursive(n - 1)


def _with_defaults(x: object, y: object = (1, "a"), *, z: object = None) -> tuple[object, ...]:
    return (x, y, z)


def _with_a_waiting_default(x: object, *, f: Any = _waits) -> tuple[object, ...]:
    return (x, f)


def _empty_cell() -> Any:
    def inner() -> Any:
        return later

    if inner is None:
        later = 1
    return inner


def _of_odd_name() -> object:
    return __loader__  # type: ignore[name-defined]


@pytest.mark.parametrize(
    "value",
    [{"a": [1, {2}], 3: frozenset({b""})}, range(3), math, len, int, _size, _recursive, _with_defaults],
)
def test_values_that_cannot_wait(value: object) -> None:
    assert never_waits(lambda x: x, [value])


@pytest.mark.parametrize(
    "value",
    [
        list(range(9)),
        dict.fromkeys(range(9)),
        [[1], [object()]],
        {"f": _waits},
        {_waits: 1},
        [[n] for n in range(8)] * 2,
        time,
        time.sleep,
        print,
        super,
        pytest.raises,
        _with_a_waiting_default,
        _empty_cell(),
    ],
)
def test_values_that_may_wait(value: object) -> None:
    assert not never_waits(lambda x: x, [value])


def test_a_look_has_an_end() -> None:
    small = [[n] for n in range(7)]
    assert never_waits(lambda x: x, [small])
    assert not never_waits(lambda x: x, [small, small, small, small]), "too much to look at"


def test_what_code_names() -> None:
    assert not never_waits(_of_odd_name, []), "a name that nothing tells about"
    assert not never_waits(lambda x: lambda: time.sleep(x), [1]), "code inside of code"
    assert never_waits(lambda x: lambda: x + math.floor(x), [1])
    assert not never_waits(len, [[1]]), "no slice of ours"  # type: ignore[arg-type]
