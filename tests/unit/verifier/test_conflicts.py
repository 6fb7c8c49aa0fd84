"""When two effects conflict, and which places a location means: each clause, and its near misses."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from xcs_ast.ir.effects import (
    CONTENT,
    DEEP,
    WHOLE,
    Access,
    CellVar,
    Channel,
    Effect,
    Location,
    Summary,
    Unknown,
    fields_overlap,
)
from xcs_ast.ir.effects import Blocking as B
from xcs_ast.ir.paths import AttrStep, Binding, EnvRoot, ItemRoot, Path, PinnedRoot, Unresolvable
from xcs_ast.verifier import conflicts
from xcs_ast.verifier.conflicts import may_clash, places, reachable, same_place, statically_conflict

ITEM, OUT = Path(ItemRoot()), Path(EnvRoot("out"))
ONE, TWO = [1], [1]
PINNED, OTHER = Path(PinnedRoot(ONE)), Path(PinnedRoot(TWO))


class Thing:
    def __init__(self) -> None:
        self.part: list[Any] = []


class Slotted:
    __slots__ = ("part",)


def read(where: Any) -> Effect:
    return Effect(Access.READ, where)


def write(where: Any) -> Effect:
    return Effect(Access.WRITE, where)


def adds(where: Any) -> Effect:
    return Effect(Access.REDUCE, where)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (read(Location(PINNED, "a")), read(Location(PINNED, "a")), False),
        (write(Location(PINNED, "a")), read(Location(PINNED, "a")), True),
        (write(Location(PINNED, "a")), write(Location(PINNED, "a")), True),
        (adds(Location(PINNED, "a")), read(Location(PINNED, "a")), True),
        (adds(Location(PINNED, "a")), adds(Location(PINNED, "a")), True),
        (write(Location(PINNED, "a")), read(Location(PINNED, "b")), False),
        (write(Location(PINNED, WHOLE)), read(Location(PINNED, "b")), True),
        (write(Location(PINNED, "a")), read(Location(OTHER, "a")), None),
        (write(Location(OUT, "a")), read(Location(OUT, "a")), None),
        (write(Location(ITEM, "a")), read(Location(OUT, "a")), None),
        (write(Location(ITEM, "a")), read(Location(OUT, "b")), False),
        (read(Unknown("?")), read(Location(PINNED, "a")), True),
        (read(Unknown("?")), read(Unknown("?")), True),
        (write(Unknown("?")), read(Channel("network")), True),
        (read(Unknown("?")), read(CellVar("x")), True),
        (write(Channel("log")), read(Channel("log")), True),
        (write(Channel("log")), write(Channel("stdout")), False),
        (read(Channel("log")), read(Channel("log")), False),
        (write(Channel("log")), read(Location(PINNED, "log")), False),
        (write(CellVar("x")), read(Channel("x")), False),
        (write(CellVar("x")), read(Location(OUT, "x")), False),
        (write(CellVar("x", 1)), read(CellVar("x", 1)), True),
        (write(CellVar("x", 1)), read(CellVar("x", 2)), False),
        (write(CellVar("x")), read(CellVar("x", 2)), True),
        (write(CellVar("x", 1)), read(CellVar("y", 1)), False),
    ],
)
def test_conflicts_both_ways(a: Effect, b: Effect, expected: bool | None) -> None:
    assert statically_conflict(a, b) is expected
    assert statically_conflict(b, a) is expected


@pytest.mark.parametrize("a", [CONTENT, WHOLE, DEEP])
def test_fields_that_stand_for_all_others(a: str) -> None:
    assert all(fields_overlap(a, b) and fields_overlap(b, a) for b in (CONTENT, WHOLE, DEEP, "name"))


def test_fields_with_names() -> None:
    assert fields_overlap("a", "a")
    assert not fields_overlap("a", "b")


def test_an_attribute_is_also_an_entry_of_the_dictionary() -> None:
    thing = Thing()
    found = list(places(Location(ITEM, "part"), Binding(thing, {})))
    assert found == [(id(thing), "part"), (id(thing.__dict__), "part")]


def test_content_is_one_place() -> None:
    thing = Thing()
    assert list(places(Location(ITEM, CONTENT), Binding(thing, {}))) == [(id(thing), CONTENT)]


def test_an_object_without_a_dictionary() -> None:
    thing = Slotted()
    assert list(places(Location(ITEM, "part"), Binding(thing, {}))) == [(id(thing), "part")]


def test_deep_means_every_container_inside() -> None:
    inner: list[int] = [1]
    binding = Binding({"a": (inner,)}, {})
    found = list(places(Location(ITEM, DEEP), binding))
    assert {owner for owner, _ in found} >= {id(binding.item), id(inner)}
    assert {field for _, field in found} == {DEEP}


def containers(root: object) -> list[int]:
    found = reachable(root)
    assert len(set(map(id, found))) == len(found), "each once"
    return sorted(map(id, found))


def test_reachable_goes_through_builtin_containers() -> None:
    deepest = (object(),)
    inner = frozenset([deepest])
    middle = {inner}
    thing = Thing()
    root = {"a": [middle, thing], 5: None}
    expected = [root, root["a"], middle, inner, deepest, deepest[0], thing]
    assert containers(root) == sorted(map(id, expected)), "not through objects, and no leaves"


def test_reachable_passes_over_leaves() -> None:
    root = [1, 1.5, 1j, True, "text", b"bytes", None]
    assert containers(root) == [id(root)]
    table = dict.fromkeys(range(9), "text")
    assert containers(table) == [id(table)]


def test_reachable_meets_a_shared_part_once_and_goes_on() -> None:
    shared: list[int] = []
    last: list[int] = []
    for order in itertools.permutations([shared, shared, last]):
        root = list(order)
        assert containers(root) == sorted([id(root), id(shared), id(last)])


def test_reachable_ends_in_a_circle() -> None:
    root: list[Any] = []
    root.append(root)
    assert containers(root) == [id(root)]


def test_reachable_gives_up_behind_its_limit() -> None:
    root: list[Any] = [[] for _ in range(3_999)]
    assert len(reachable(root)) == 4_000
    root.append([])
    with pytest.raises(Unresolvable):
        reachable(root)


@pytest.mark.parametrize("make", [lambda: {1: [], 2: []}, lambda: {(1,), (2,)}])
def test_reachable_gives_up_on_what_changes_meanwhile(monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    root = make()

    class Changing:
        """Another thread."""

        def __contains__(self, kind: object) -> bool:
            root.clear()
            return False

    monkeypatch.setattr(conflicts, "LEAVES", Changing())
    with pytest.raises(Unresolvable):
        reachable(root)


def test_places_are_the_same_by_owner_and_field() -> None:
    assert same_place([(1, "a")], [(2, "b"), (1, "a")])
    assert same_place([(1, CONTENT)], [(1, "a")])
    assert not same_place([(1, "a")], [(2, "a"), (1, "b")])
    assert not same_place([], [(1, "a")])


def test_clashes_in_a_binding() -> None:
    thing = Thing()
    binding = Binding(thing, {"out": thing, "else": Thing()})
    assert may_clash(Location(ITEM, "part"), Location(OUT, "part"), binding)
    assert not may_clash(Location(ITEM, "part"), Location(OUT, "name"), binding)
    assert not may_clash(Location(ITEM, "part"), Location(Path(EnvRoot("else")), "part"), binding)
    nowhere = Location(ITEM.then(AttrStep("absent")), CONTENT)
    assert may_clash(nowhere, Location(OUT, "part"), binding)
    assert may_clash(Location(OUT, "part"), nowhere, binding)


def test_an_attribute_and_the_dictionary_that_holds_it() -> None:
    thing = Thing()
    binding = Binding(thing, {"out": thing.__dict__})
    assert may_clash(Location(ITEM, "part"), Location(OUT, CONTENT), binding)


def test_what_can_be_told() -> None:
    place = Location(OUT, "a")
    assert not read(place).changes_shared_state
    assert write(place).changes_shared_state
    assert adds(place).changes_shared_state
    assert read(Unknown("?")).changes_shared_state
    assert not read(place).is_unknown
    assert read(Unknown("?")).is_unknown


def test_summaries_add_up() -> None:
    a, b = read(Channel("a")), read(Channel("b"))
    quiet, waiting = Summary(frozenset({a})), Summary(frozenset({b}), B.LIKELY)
    assert quiet | waiting == waiting | quiet == Summary(frozenset({a, b}), B.LIKELY)
    assert Summary.join([quiet, waiting, Summary()]) == quiet | waiting
    assert Summary.join([]) == Summary(frozenset(), B.NEVER)
    assert B.NEVER < B.MAYBE < B.LIKELY
