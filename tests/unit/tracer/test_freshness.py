"""What counts as the task's own: by adoption, until it is given away or nobody else holds it."""

from __future__ import annotations

import collections
import itertools
import weakref
from typing import Any

import pytest

from xcs_ast.tracer import freshness
from xcs_ast.tracer.freshness import Registry


class Thing:
    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def method(self) -> int:
        return 1


@pytest.mark.parametrize(
    "make",
    [
        lambda inner: [inner],
        lambda inner: (1, inner),
        lambda inner: collections.deque([inner]),
        lambda inner: {"a": inner},
        lambda inner: collections.OrderedDict(a=inner),
        lambda inner: collections.defaultdict(list, a=inner),
        lambda inner: collections.Counter({"a": inner}),
        lambda inner: [({"a": [inner]},)],
    ],
)
def test_a_tree_is_followed_through_builtin_containers(make: Any) -> None:
    inner, registry = [1], Registry()
    tree = make(inner)
    registry.adopt_tree(tree)
    assert registry.owns(tree)
    assert registry.owns(inner)
    assert not registry.owns([1])


def test_keys_and_elements_of_sets_belong_to_a_tree() -> None:
    key, registry = (1, (2,)), Registry()
    registry.adopt_tree({1: frozenset({key})})
    assert registry.owns(key)
    assert registry.owns(key[1])
    key = (3, (4,))
    registry.adopt_tree({key: None})
    assert registry.owns(key)
    assert registry.owns(key[1])


def test_a_tree_ends_at_objects_of_other_classes() -> None:
    registry, inner = Registry(), [1]
    thing = Thing(inner=inner)
    registry.adopt_tree([thing])
    assert not registry.owns(thing)
    registry.adopt_tree(thing)
    assert registry.owns(thing)
    assert not registry.owns(inner)


def test_a_tree_that_holds_itself() -> None:
    registry, tree = Registry(), [1, "a", None]
    tree.append(tree)  # type: ignore[arg-type]
    registry.adopt_tree(tree)
    assert list(registry.objects) == [id(tree)]


def test_scalars_are_nobodys() -> None:
    registry = Registry()
    registry.adopt_tree("text")
    registry.adopt_tree([1, 2.5, None, b"x"])
    assert len(registry.objects) == 1


def test_the_registry_is_pruned_when_it_is_full() -> None:
    registry = Registry()
    registry.limit = 2
    kept = [Thing() for _ in range(2)]
    for each in kept:
        registry.adopt(each)
    lost = Thing()
    registry.fields[id(lost)] = [lost.__dict__, ("n",), ("n",)]
    registry.fields[id(kept[0])] = [kept[0].__dict__, ("n",), ("n",)]
    number = id(lost)
    registry.objects[number] = lost
    del lost, each
    assert number in registry.objects
    registry.trim()
    assert number not in registry.objects
    assert list(registry.fields) == [id(kept[0])]
    assert all(map(registry.owns, kept))
    assert registry.limit >= 4096


def test_what_hangs_on_what_is_lost_is_lost_too() -> None:
    registry = Registry()
    chain: Any = None
    for _ in range(3):
        chain = Thing(next=chain)
        registry.adopt(chain)
    del chain
    registry.prune()
    assert not registry.objects


def test_what_is_given_away_takes_along_what_it_refers_to() -> None:
    registry, inner = Registry(), [1]
    thing, key = Thing(inner=inner), (1,)
    for each in (inner, thing, key, thing.__dict__):
        registry.adopt(each)
    entry: list[Any] = [thing.__dict__, ("n",), ("n",), {"m": print}]
    registry.fields[id(thing)] = entry
    assert registry.publish([({key: 1}, thing)])
    assert not registry.owns(thing)
    assert not registry.owns(inner)
    assert not registry.fields
    assert entry[1:] == [(), (), {}], "who has kept the entry must not believe it"


@pytest.mark.parametrize("shared", [list, tuple, set, frozenset, collections.deque])
def test_what_is_given_away_in_a_container_that_is_shared(shared: Any) -> None:
    registry, own = Registry(), (1, 2)
    registry.adopt(own)
    assert registry.publish([shared([own])])
    assert not registry.owns(own)


def test_a_bound_method_gives_its_object_away() -> None:
    registry, thing = Registry(), Thing()
    registry.adopt(thing)
    assert registry.publish([thing.method])
    assert not registry.owns(thing)


def closure() -> Any:
    n = 1
    return lambda: n


def numbers() -> Any:
    yield 1


@pytest.mark.parametrize(
    "hidden",
    [
        numbers(),
        iter([1]),
        iter({1: 2}),
        iter({1}),
        iter({1: 2}.items()),
        iter({1: 2}.values()),
        enumerate([1]),
        zip([1]),
        map(str, [1]),
        filter(None, [1]),
        reversed((1,)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_has_a_position_that_nobody_sees_is_not_clear(hidden: Any) -> None:
    registry = Registry()
    assert not registry.publish([hidden])
    assert not registry.publish([[1, (hidden,)]])
    assert not registry.publish([hidden, 1]), "also if something else comes after it"
    assert not registry.publish([1, hidden])


def test_functions_that_close_over_variables_of_the_task() -> None:
    registry, own = Registry(), closure()
    assert registry.publish([own, len, closure]), "not the task's own"
    registry.adopt(own)
    assert not registry.publish([own])
    registry.adopt(closure)
    assert registry.publish([closure]), "closes over nothing"


def test_adopting_prunes() -> None:
    registry = Registry()
    registry.limit = 2
    for _ in range(3):
        registry.adopt(Thing())
    assert len(registry.objects) <= 1


@pytest.mark.parametrize("first", ["head", "tail"])
def test_a_long_chain_that_nobody_holds_is_dropped_whole(first: str) -> None:
    registry = Registry()
    chain: list[Any] = [Thing() for _ in range(1_000)]
    for one, other in itertools.pairwise(chain):
        one.next = other
    for each in chain if first == "head" else reversed(chain):
        registry.adopt(each)
    kept = chain[900]
    gone = weakref.ref(chain[0])
    del one, other, each
    chain.clear()
    registry.prune()
    assert gone() is None
    assert len(registry.objects) == 100  # what somebody holds, and what hangs on it
    assert registry.owns(kept)


def test_a_generator_that_ends_with_what_is_dropped_has_ended_too_late() -> None:
    registry, told = Registry(), []
    registry.ended_late = lambda: told.append("late")
    registry.trim()
    assert not told
    registry.under_way = iter((2, 2, 2, 1)).__next__
    registry.trim()
    assert not told, "as many are under way as before"
    registry.trim()
    assert told == ["late"]


def test_the_more_a_task_keeps_the_seldomer_it_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "_FIRST_PRUNE", 4)
    registry, kept = Registry(), [[n] for n in range(9)]
    registry.limit = 4
    for each in kept[:5]:
        registry.adopt(each)
    assert registry.limit == 10
    registry.trim()
    del kept[:4], each
    registry.trim()
    assert registry.limit == 4


def test_what_is_given_away_may_hold_itself() -> None:
    registry = Registry()
    ring: list[Any] = [1]
    ring += [ring, {"ring": ring}, ring]
    registry.adopt_tree(ring)
    assert registry.owns(ring) and registry.owns(ring[2])
    assert registry.publish([ring])
    assert not registry.objects


@pytest.mark.parametrize("forget", [Registry.forget_fields, lambda registry: registry.forget_field(1)])
def test_who_remembers_what_is_known_of_an_instance_finds_nothing_in_it(forget: Any) -> None:
    registry, space = Registry(), {"a": 1}
    entry = registry.fields[1] = [space, {"a"}, {"a"}, {"method": len}]
    forget(registry)
    assert entry == [space, (), (), {}]
    assert not registry.fields
