"""The verdict on one call, and what it asks to be watched."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast.effects import RegionEffects
from xcs_ast.ir.effects import (
    CONTENT,
    Access,
    Blocking,
    CellVar,
    Channel,
    Effect,
    Location,
    Summary,
    Unknown,
)
from xcs_ast.ir.paths import AttrStep, EnvRoot, Path
from xcs_ast.verifier import single
from xcs_ast.verifier.single import Judge, Watch

SHARED: list[int] = [1]


class Model:
    def __init__(self) -> None:
        self.rate = 2

    def __call__(self, x: int) -> int:
        time.sleep(0.0)
        return x * self.rate

    def count(self) -> None:
        self.rate += 1


def reads(x: int) -> int:
    return x + len(SHARED)


def writes(x: int) -> None:
    SHARED.append(x)


def with_cell(value: int) -> Callable[[int], int]:
    def inner(x: int) -> int:
        return x + value

    return inner


def judge(f: Any, *args: Any, **kwargs: Any) -> single.CallVerdict:
    return Judge().judge(f, args, kwargs)


def test_a_call_that_only_reads_is_proven_and_says_what_it_reads() -> None:
    model = Model()
    verdict = judge(model, 3)
    assert verdict.proven
    assert verdict.blocking > Blocking.NEVER
    watch = verdict.watch
    assert watch is not None
    assert watch.minds(Access.WRITE, model, "rate")
    assert watch.minds(Access.WRITE, model.__dict__, "rate"), "the dictionary that holds it"
    assert not watch.minds(Access.READ, model, "rate")
    assert not watch.minds(Access.WRITE, model, "other")
    assert not watch.minds(Access.WRITE, Model(), "rate")


def test_what_a_global_container_holds_is_watched() -> None:
    watch = judge(reads, 1).watch
    assert watch is not None
    assert watch.minds(Access.REDUCE, SHARED, CONTENT)
    assert not watch.minds(Access.WRITE, [1], CONTENT)


def test_variables_of_closures_are_watched() -> None:
    function = with_cell(1)
    watch = judge(function, 1).watch
    assert watch is not None
    (cell,) = watch.cells
    assert watch.minds(Access.WRITE, cell, "")
    assert watch.minds(Access.WRITE, CellVar("value"), ""), "it may be the same"
    assert not watch.minds(Access.WRITE, CellVar("other"), "")


@pytest.mark.parametrize(("name", "minded"), [("stdout", True), ("log", False)])
def test_channels_by_name(name: str, minded: bool) -> None:
    watch = Watch({}, frozenset({"stdout"}), ())
    assert watch.minds(Access.WRITE, Channel(name), "") is minded


def test_an_unknown_step_is_always_minded() -> None:
    assert Watch({}, frozenset(), ()).minds(Access.READ, Unknown("calls mystery()"), "")


@pytest.mark.parametrize("call", [(writes, 1), (Model().count,), (print, 1)], ids=["global", "self", "print"])
def test_a_call_that_changes_something_is_not(call: tuple[Any, ...]) -> None:
    verdict = judge(*call)
    assert not verdict.proven
    assert verdict.reason
    assert verdict.watch is None


def test_a_keyword_that_is_no_name() -> None:
    assert not judge(reads, **{"a b": 1}).proven


def test_what_is_remembered_is_bounded_and_right() -> None:
    one = Judge()
    for _ in range(2):
        for number in range(single._KINDS + 4):
            kind = type(f"Model{number}", (Model,), {})
            assert one.judge(kind(), (1,), {}).proven
        assert all(len(known) <= single._KINDS for known in one._known.values())
    assert not one.judge(writes, (1,), {}).proven


def test_a_read_that_leads_nowhere_cannot_be_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Location(Path(EnvRoot("a0")).then(AttrStep("missing")), CONTENT)
    effects = RegionEffects((Summary(frozenset({Effect(Access.READ, gone)}), Blocking.LIKELY),), (), ())
    monkeypatch.setattr(single, "analyze_region", lambda request: effects)
    verdict = judge(reads, 1)
    assert not verdict.proven
    assert verdict.reason == "what it reads cannot be found"
    assert verdict.blocking is Blocking.LIKELY
    assert verdict.watch is None
