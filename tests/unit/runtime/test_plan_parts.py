"""When two recorded steps are in each other's way, and what a plan knows of objects without keeping them."""

from __future__ import annotations

import gc
import math
import types
import weakref
from typing import Any

import pytest

from xcs_ast.ir.effects import CONTENT, Access, CellVar, Channel, Effect, Location, Unknown
from xcs_ast.ir.paths import EnvRoot, Path
from xcs_ast.runtime.plan import _conflict, _held

A, B = Path(EnvRoot("a")), Path(EnvRoot("b"))


def _read(where: Any) -> Effect:
    return Effect(Access.READ, where)


def _write(where: Any) -> Effect:
    return Effect(Access.WRITE, where)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (_read(Unknown("x")), _read(Location(A, "n")), True),
        (_read(Location(A, "n")), _read(Location(A, "n")), False),
        (_write(Location(A, "n")), _read(Location(A, "n")), True),
        (_write(Location(A, "n")), _read(Location(A, "m")), False),
        (_write(Location(A, CONTENT)), _read(Location(B, CONTENT)), False),
        (_write(Channel("stdout")), _write(Channel("stdout")), True),
        (_write(Channel("stdout")), _write(Channel("stderr")), False),
        (_write(Channel("stdout")), _write(Location(A, "n")), False),
        (_write(CellVar("n")), _read(CellVar("m")), True),
        (_write(CellVar("n")), _read(Channel("n")), False),
    ],
)
def test_two_steps_in_each_others_way(one: Effect, other: Effect, expected: bool) -> None:
    assert _conflict(one, other) is expected
    assert _conflict(other, one) is expected


class Thing:
    def method(self) -> None: ...


@pytest.mark.parametrize(
    "found", [1, "text", None, len, math.sqrt, math], ids=["int", "text", "none", "len", "sqrt", "math"]
)
def test_what_a_plan_may_keep(found: object) -> None:
    assert _held(found) == (found,)


@pytest.mark.parametrize(
    "found", [[1], Thing(), [].append, Thing().method], ids=["list", "object", "builtin", "bound"]
)
def test_what_a_plan_must_not_keep(found: object) -> None:
    assert _held(found) is None


def test_what_a_plan_keeps_only_while_it_lives() -> None:
    function = types.FunctionType((lambda: 1).__code__, {})
    held = _held(function)
    assert isinstance(held, weakref.ref)
    assert held() is function
    del function
    gc.collect()
    assert held() is None
