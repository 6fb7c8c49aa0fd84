"""Clauses that few programs reach, with effects made by hand."""

from __future__ import annotations

import io
import json
import urllib.request
from typing import Any

import pytest

from tests.unit.verifier.test_crosscheck import Below, Seen, Thing, read, write
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.vocabulary import RELIED_ON
from xcs_ast.ir.effects import CONTENT, Access, Blocking, CellVar, Channel, Effect, Location, Summary, Unknown
from xcs_ast.ir.paths import Binding, EnvRoot, Path
from xcs_ast.source.spans import Span
from xcs_ast.verifier.claims import needs_cover
from xcs_ast.verifier.single import Judge
from xcs_ast.verifier.speculation import obstacles, recordable_thunks, surely_spoiled, touches_itself

NOTHING = Binding(None, {})
LATER = Span("x.py", 9, 0, 9, 9)


@pytest.mark.parametrize(
    ("owner", "field", "needed"),
    [
        ({"__builtins__": {}}, "__builtins__", False),
        (vars(json), "dumps", False),
        (json, "dumps", False),
        ({"__name__": "json"}, "dumps", True),
        ({"__name__": 5}, "dumps", True),
        (Below, "missing", True),
        (Below, "__eq__", False),
        (Thing, "mro", False),
    ],
    ids=lambda part: part if type(part) is str else type(part).__name__,
)
def test_which_reads_need_cover(owner: Any, field: str, needed: bool) -> None:
    assert needs_cover(Seen("read", owner, field), NOTHING) is needed


def stage(*effects: Effect, blocking: Blocking = Blocking.LIKELY) -> Summary:
    return Summary(frozenset(effects), blocking)


def at(name: str, field: str = "a") -> Location:
    return Location(Path(EnvRoot(name)), field)


def changed(where: Any) -> Effect:
    return Effect(Access.WRITE, where, LATER)


@pytest.mark.parametrize(
    ("mine", "theirs", "chain"),
    [
        (CellVar("n"), CellVar("n"), True),
        (CellVar("n"), CellVar("m"), False),
        (CellVar("n"), at("x"), False),
        (at("x"), at("x"), True),
        (at("x"), at("same"), True),
        (at("x"), at("y"), False),
        (at("x"), at("x", "b"), False),
        (at("x"), at("nowhere"), False),
        (at("file", CONTENT), at("file", CONTENT), False),
        (at("table", CONTENT), at("table", CONTENT), False),
        (at("row", CONTENT), at("row", CONTENT), True),
    ],
)
def test_what_is_surely_one_place(mine: Any, theirs: Any, chain: bool) -> None:
    thing = Thing(a=1)
    env = {"x": thing, "same": thing, "y": Thing(a=1), "file": io.StringIO(), "table": {}, "row": []}
    binding = Binding(None, env)
    stages = (stage(read(mine), changed(theirs)),)
    assert touches_itself(stages, binding) is chain
    body = RegionEffects((stage(read(mine)),), (Summary(), stage(changed(theirs))), ())
    assert (surely_spoiled(body, binding) is not None) is chain


def test_what_is_only_added_to_is_no_chain() -> None:
    binding = Binding(None, {"x": Thing(a=1)})
    added = Effect(Access.REDUCE, at("x"), read(at("x")).span)
    assert not touches_itself((stage(read(at("x")), added),), binding)


def test_which_unknown_effects_no_recorder_can_dispel() -> None:
    patch = write(Unknown(f"assigns what {RELIED_ON}"))
    lock = write(Unknown("takes or gives a lock"))
    other = write(Unknown("calls something"))
    assert obstacles(stage(patch)) == [patch]
    assert obstacles(stage(lock)) == []
    assert obstacles(stage(other)) == []
    assert obstacles(stage(write(Channel("stdout")))) == []
    assert obstacles(stage(write(Channel("network")))) != []


def test_which_thunks_of_a_block_are_worth_recording() -> None:
    quick, slow = stage(blocking=Blocking.NEVER), stage(read(at("x")))
    effects = RegionEffects((quick, slow, slow), (Summary(), stage(changed(at("x")))), ())
    binding = Binding(None, {"x": Thing(a=1)})
    assert recordable_thunks(effects, binding, lambda k, _: False) == set()
    calm = RegionEffects((quick, slow, slow), (Summary(), Summary()), ())
    assert recordable_thunks(calm, binding, lambda k, _: k == 2) == {1}


def test_what_a_call_relies_on_is_prepared() -> None:
    assert Judge().judge(urllib.request.urlopen, ("http://x.invalid/a",), {}).proven
    assert urllib.request._opener is not None  # type: ignore[attr-defined]
