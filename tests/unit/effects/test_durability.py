"""What an analysis relied on is let go of, unless it lasts anyway."""

from __future__ import annotations

import collections.abc
import enum
import gc
import math
import os
import re
import time
import weakref
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.unit.effects import lasting
from xcs_ast import jit
from xcs_ast.effects.durability import is_durable
from xcs_ast.runtime import site
from xcs_ast.testing.schedules import Order, Schedule, scheduled
from xcs_ast.verifier import legality


def _local_function() -> None: ...


def _make_local() -> tuple[type, Callable[[], None]]:
    class Local:
        pass

    def inner() -> None: ...

    return Local, inner


@pytest.mark.parametrize(
    "obj",
    [
        os,
        math.sqrt,
        len,
        int,
        SimpleNamespace,
        _local_function,
        os.__dict__,
        _local_function.__code__,
        7,
        "x",
        object.__dict__["__class__"],
        lasting.Slotted.number,
        lasting.Pair.first,
        vars(lasting.Tables)["found"],
        lasting.Level.LOW,
        collections.abc.Mapping.get,
        re.compile("a").match,
        weakref.ref(lasting.Tables.part),
    ],
)
def test_lasts(obj: object) -> None:
    assert is_durable(obj)


@pytest.mark.parametrize(
    "obj",
    [
        *_make_local(),
        _make_local()[0].__dict__["__dict__"],
        {},
        [],
        SimpleNamespace(),
        ModuleType("gone").__dict__,
        enum.Flag("Local", "A B")(3),
        lasting.Tables.part,
    ],
)
def test_does_not_last(obj: object) -> None:
    assert not is_durable(obj)


def test_objects_of_a_region_die_when_plain_python_lets_them_go() -> None:
    """A class, a function, a closure's content and the items, all made for one call."""
    before = sum(each.tally.started for each in site.all_sites())
    dead: list[str] = []
    made: list[Any] = lasting.make()
    for each in made:
        weakref.finalize(each, dead.append, type(each).__name__)
    models, function, part = made[:-2], made[-2], made[-1]
    assert jit(lasting.run)(models, function, part, time.sleep) == [("x", 1), ("x", 1), ("x", 1)]
    assert sum(each.tally.started for each in site.all_sites()) > before
    count = len(made)
    made.clear()
    models.clear()
    del each, function, part
    gc.collect()
    assert len(dead) == count


_REMEMBERED: list[Callable[..., Any]] = [
    lasting.make_rows,
    lasting.ask_kinds,
    lasting.match_all,
    lasting.hand_on,
    lasting.use_classes,
    lasting.use_levels,
    lasting.say_all,
]


@pytest.mark.parametrize("run", _REMEMBERED)
def test_what_a_class_decides_is_remembered_with_the_analysis(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second entry must not pay for the analysis again."""
    made: list[object] = []
    analyze = legality.analyze_region
    monkeypatch.setattr(
        legality, "analyze_region", lambda request: (made.append(request), analyze(request))[1]
    )
    optimized = jit(run)
    first = optimized([1, 2, 3], time.sleep)
    count = len(made)
    assert count > 0
    assert [optimized([1, 2, 3], time.sleep) for _ in range(3)] == [first] * 3
    assert len(made) == count


def test_what_a_class_holds_dies_when_the_class_lets_it_go() -> None:
    lasting.Tables.part = before = lasting.Part()
    dead: list[str] = []
    optimized = jit(lasting.use_classes)
    for _ in range(2):
        optimized([1, 2, 3], time.sleep)
    lasting.Tables.part = other = lasting.Part()
    weakref.finalize(before, dead.append, "part")
    del before
    gc.collect()
    assert dead == ["part"]
    other.number = 5
    assert optimized([1, 2, 3], time.sleep) == [(7, 1, 2), (7, 2, 2), (7, 3, 2)]


def test_a_class_comes_to_hold_what_its_base_did(monkeypatch: pytest.MonkeyPatch) -> None:
    with scheduled(Schedule(Order.AHEAD)):
        optimized = jit(lasting.use_below)
        for _ in range(2):
            assert optimized([6, 7], time.sleep) == [(1, 1, 6), (1, 1, 7)]
        monkeypatch.setattr(lasting.Below, "names", lasting.OWN, raising=False)
        assert optimized([8, 9], time.sleep) == [(7, 7, 8), (8, 8, 9)]
        monkeypatch.setattr(lasting.Below, "names", ["b"])
        with pytest.raises(TypeError):
            optimized([1, 2], time.sleep)
