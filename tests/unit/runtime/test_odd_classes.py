"""Classes whose metaclass hashes or compares them in its own way: nobody asks it, whatever runs ahead."""

from __future__ import annotations

import time
from typing import Any

import pytest

from xcs_ast import jit

ASKED: list[str] = []


class Noting(type):
    def __hash__(cls) -> int:
        ASKED.append("hash")
        return 1

    def __eq__(cls, other: object) -> bool:
        ASKED.append("eq")
        return cls is other


class Unhashable(type):
    __hash__ = None  # type: ignore[assignment]

    def __eq__(cls, other: object) -> bool:
        return cls is other


class Raising(type):
    def __hash__(cls) -> int:
        raise ValueError("no hash")


class _Parts:
    def __init__(self, x: object) -> None:
        self.x = x

    def go(self) -> object:
        time.sleep(0.001)
        return self.x


def _class(meta: type) -> Any:
    return meta("Odd", (_Parts,), {})


def methods(cls: Any) -> object:
    items = [_Parts(0), _Parts(1)]
    return _methods([*items, cls(2), cls(3)])


def _methods(items: list[Any]) -> list[object]:
    out = []
    for item in items:
        out.append(item.go())
    return out


def _count(box: Any) -> object:
    time.sleep(0.001)
    return len(box), [each for each in box if type(each) is int]


def in_containers(cls: Any) -> object:
    out = []
    for box in [[1], [cls(1)], [2, cls(3)], {cls(1).x: cls(2)}, (4, (cls(5),))]:
        out.append(_count(box))
    return out


def _itself(x: Any) -> Any:
    time.sleep(0.001)
    return x


def handed_over(cls: Any) -> object:
    out = []
    for item in [cls(1), (cls(2), 2), [cls(3)], cls]:
        out.append(_itself(item) is item)
    return out


class Model:
    def __init__(self, parts: Any) -> None:
        self.parts = parts

    def __call__(self, x: object) -> object:
        time.sleep(0.001)
        return [(type(each) is int, x) for each in self.parts]


def in_the_model(cls: Any) -> object:
    model = Model([1, 2])
    first = [model(x) for x in range(3)]
    model.parts.append(cls(3))
    return first, [model(x) for x in range(3)]


@pytest.mark.parametrize("strategy", ["auto", "tracing"])
@pytest.mark.parametrize("meta", [Noting, Unhashable, Raising])
@pytest.mark.parametrize("function", [methods, in_containers, handed_over, in_the_model])
def test_metaclasses_are_not_asked(function: Any, meta: type, strategy: str) -> None:
    cls = _class(meta)
    expected = function(cls)
    run = jit(strategy=strategy)(function)
    ASKED.clear()
    for _ in range(3):
        assert run(cls) == expected
    assert not ASKED


def _inner(cls: Any) -> Any:
    items = [cls(1), cls(2), cls(3)]
    ASKED.clear()
    return items


@pytest.mark.parametrize("strategy", ["auto", "tracing"])
@pytest.mark.parametrize("meta", [Noting, Unhashable, Raising])
def test_of_arguments(meta: type, strategy: str) -> None:
    items = _inner(_class(meta))
    run = jit(strategy=strategy)(_methods)
    for _ in range(3):
        assert run(items) == [1, 2, 3]
    assert not ASKED
