"""Admission of one item after the other, with shapes made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast.effects import RegionEffects
from xcs_ast.ir.effects import CONTENT, Blocking, Location, Summary
from xcs_ast.ir.paths import AttrStep, Binding, EnvRoot, ItemRoot, Path
from xcs_ast.verifier import admission as module
from xcs_ast.verifier.admission import Admission, Shape

ITEM, OUT, GIVEN = Path(ItemRoot()), Path(EnvRoot("out")), Path(EnvRoot("given"))
PART = ITEM.then(AttrStep("part"))
Wheres = list[tuple[int, Location]]


class Thing:
    def __init__(self, part: Any = None) -> None:
        self.part = part


class Guard:
    def __init__(self, answer: Callable[[Any], bool], varies: bool) -> None:
        self.answer, self.varies, self.asked = answer, varies, 0

    def holds(self, binding: Binding) -> bool:
        self.asked += 1
        return self.answer(binding.item)


def shape(reads: Wheres = [], writes: Wheres = [], *guards: Guard) -> Shape:
    effects = RegionEffects((Summary(),), (Summary(), Summary()), guards)  # type: ignore[arg-type]
    varying = tuple(each for each in guards if each.varies)
    return Shape(effects, 1, (), Blocking.LIKELY, tuple(reads), tuple(writes), varying)  # type: ignore[arg-type]


def of(*shapes: Shape, **env: object) -> Admission:
    made = Admission(env, lambda item, others: None)
    assert all(made.add(each) for each in shapes)
    return made


def admitted(made: Admission, *items: object) -> list[bool]:
    return [made.admit(item) for item in items]


def test_the_same_place_in_every_iteration() -> None:
    same: list[int] = []
    made = Admission({"out": same, "given": same}, lambda item, others: None)
    read, write = Location(GIVEN, CONTENT), Location(OUT, CONTENT)
    assert not made.add(shape([(0, read)], [(1, write)]))
    assert made.clash == (read, write)
    assert made.shapes == []
    assert of(shape([(0, read)], [(1, write)]), out=[], given=[]).clash is None


def test_what_varies_is_not_asked_before_there_is_an_item() -> None:
    made = of(shape([(0, Location(PART, CONTENT))], [(1, Location(OUT, CONTENT))]), out=[])
    assert admitted(made, Thing([]), Thing([])) == [True, True]


def test_a_write_that_leads_nowhere() -> None:
    made = Admission({}, lambda item, others: None)
    assert not made.add(shape([], [(1, Location(OUT, CONTENT))]))


def test_a_path_of_the_item_that_leads_nowhere() -> None:
    made = of(shape([(0, Location(PART, CONTENT))], [(1, Location(PART, CONTENT))]))
    assert admitted(made, Thing([]), object()) == [True, False]


def test_other_fields_of_the_same_item() -> None:
    made = of(shape([(0, Location(ITEM, "b"))], [(0, Location(ITEM, "a"))]))
    assert admitted(made, *[Thing()] * 2) == [True, True]


@pytest.mark.parametrize(("segment", "expected"), [(0, False), (1, False), (2, True)])
def test_what_comes_before_the_stage_in_its_iteration(segment: int, expected: bool) -> None:
    place = Location(ITEM, "part")
    made = of(shape([(1, place)], [(segment, place)]))
    assert made.admit(Thing()) is expected
    assert (made.clash is None) is expected


def test_an_item_that_is_what_all_bodies_change() -> None:
    out: list[int] = []
    made = of(shape([(0, Location(ITEM, CONTENT))], [(1, Location(OUT, CONTENT))]), out=out)
    assert admitted(made, [], out) == [True, False]


def remembering(monkeypatch: pytest.MonkeyPatch, items: int) -> Admission:
    monkeypatch.setattr(module, "_REMEMBERED_ITEMS", items)
    return of(shape([(0, Location(PART, CONTENT))], [(1, Location(PART, CONTENT))]))


def test_writes_are_remembered_for_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = Thing([]), Thing([]), Thing([])
    assert admitted(remembering(monkeypatch, 2), a, b, a) == [True, True, False]
    assert admitted(remembering(monkeypatch, 2), a, b, c, a) == [True, True, True, True]
    assert admitted(remembering(monkeypatch, 2), a, b, c, b) == [True, True, True, False]


def test_the_window_is_wide_enough() -> None:
    """No window of tasks is larger."""
    first = Thing([])
    made = of(shape([(0, Location(PART, CONTENT))], [(1, Location(PART, CONTENT))]))
    others = [Thing([]) for _ in range(4_095)]
    assert all(admitted(made, first, *others))
    assert not made.admit(first)
    assert made.admit(Thing([]))
    assert made.admit(first)


def test_a_place_written_twice_is_forgotten_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shared: list[int] = []
    monkeypatch.setattr(module, "_REMEMBERED_ITEMS", 2)
    made = of(shape([], [(1, Location(PART, CONTENT))]))
    assert admitted(made, Thing(shared), Thing(shared), Thing([])) == [True, True, True]
    assert made._is_written(((id(shared), CONTENT),)), "the second item's body still writes it"
    assert made.admit(Thing([]))
    assert not made._is_written(((id(shared), CONTENT),))


def test_guards_that_do_not_look_at_the_item_are_not_asked_for_each() -> None:
    fixed, varying = Guard(lambda item: True, False), Guard(lambda item: True, True)
    made = of(shape([], [], fixed, varying))
    assert admitted(made, 1, 2, 3) == [True] * 3
    assert (fixed.asked, varying.asked) == (0, 3)
    assert made.shapes[0].fits(Binding(1, {}))
    assert fixed.asked == 1


def test_what_all_tasks_read_in_one_place_is_met_once_until_a_body_has_changed_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Location] = []

    def counted(where: Location, binding: Any) -> Any:
        asked.append(where)
        return places(where, binding)

    places = module.places
    monkeypatch.setattr(module, "places", counted)
    fixed = Location(Path(EnvRoot("table")), CONTENT)
    reader, writer = Guard(lambda x: x.part is None, True), Guard(lambda x: x.part is not None, True)
    shapes = shape([(0, fixed)], [], reader), shape([(0, fixed)], [(1, Location(PART, CONTENT))], writer)
    table: list[int] = []
    made = of(*shapes, table=table)
    made._varies = True  # as though something else of the item were read
    asked.clear()
    assert admitted(made, *[Thing()] * 3) == [True] * 3
    assert asked == [fixed]
    assert admitted(made, Thing([]), Thing()) == [True, True]
    assert asked.count(fixed) == 3, "since the body of the other kind has changed something, it counts again"
    assert admitted(made, Thing(table), Thing()) == [True, False]


def test_the_first_shape_that_fits() -> None:
    place = Location(ITEM, "part")
    numbers, things = Guard(lambda x: type(x) is int, True), Guard(lambda x: type(x) is Thing, True)
    made = of(shape([], [], numbers), shape([(0, place)], [(0, place)], things))
    assert admitted(made, 1, Thing(), 2) == [True, False, True]


def test_an_item_of_another_shape_is_analysed() -> None:
    asked: list[object] = []
    new = shape([], [], Guard(lambda x: x == 2, True))

    def more(item: object, others: list[Shape]) -> Shape | None:
        asked.append(item)
        return new if item == 2 else None

    made = Admission({}, more)
    assert made.add(shape([], [], Guard(lambda x: x == 1, True)))
    assert admitted(made, 1, 2, 2, 3) == [True, True, True, False]
    assert asked == [2, 3]


def test_a_new_shape_that_conflicts_with_what_there_is() -> None:
    same: list[int] = []
    new = shape([(0, Location(GIVEN, CONTENT))], [], Guard(lambda x: x == 2, True))
    made = Admission({"out": same, "given": same}, lambda item, others: new)
    assert made.add(shape([], [(1, Location(OUT, CONTENT))], Guard(lambda x: x == 1, True)))
    assert admitted(made, 1, 2) == [True, False]
    assert len(made.shapes) == 1


LIVES = [object(), [], (1, []), {}]
LEAVES = [1, "a", None, 2.5, b"x", (1, "a"), ()]


@pytest.mark.parametrize("order", ["watched first", "watched later", "by the item"])
def test_a_body_that_may_take_items_out_of_the_container(order: str) -> None:
    """A task would prolong the life of an item, which whoever waits for its end could tell."""
    source: list[object] = []
    if order == "by the item":
        made = of(shape([], [(1, Location(PART, CONTENT))], Guard(lambda x: type(x) is Thing, True)), shape())
        made.watch(frozenset({id(source)}))
        assert admitted(made, *LIVES) == [True] * len(LIVES)
        assert not made.admit(Thing(source))
    elif order == "watched first":
        made = Admission({"out": source}, lambda item, others: None)
        made.watch(frozenset({id(source)}))
        assert made.add(shape([], [(1, Location(OUT, CONTENT))]))
    else:
        made = of(shape([], [(1, Location(OUT, CONTENT))]), out=source)
        assert admitted(made, *LIVES) == [True] * len(LIVES)
        made.watch(frozenset({id(source)}))
    assert admitted(made, *LIVES) == [False] * len(LIVES)
    assert admitted(made, *LEAVES) == [True] * len(LEAVES)


def test_a_body_that_changes_something_else() -> None:
    made = of(shape([], [(1, Location(OUT, CONTENT))]), out=[])
    made.watch(frozenset({id(LIVES)}))
    assert admitted(made, *LIVES) == [True] * len(LIVES)
    made.watch(frozenset())
    assert admitted(made, *LIVES) == [True] * len(LIVES)


def test_bodies_that_change_nobody_knows_what() -> None:
    """Of a region whose tasks are recorded: then no item may outlive its place."""
    made = Admission({}, lambda item, others: None)
    made.foresee(shape([], [(1, Location(OUT, CONTENT))]))
    assert [made.outlives(item) for item in (object(), 1)] == [False, True]


def test_what_was_foreseen_of_an_item_is_what_its_shape_says() -> None:
    small, large = Guard(lambda item: item < 10, True), Guard(lambda item: item >= 10, True)
    steady = Guard(lambda item: False, False)
    first, second = shape([], [], small, steady), shape([], [], large)
    made = of(first, second)
    assert made.foreseen(3) is first.effects
    assert made.foreseen(30) is second.effects
    assert steady.asked == 0, "what does not vary was asked when the loop was entered"


def test_nothing_was_foreseen_of_an_item_that_fits_no_shape() -> None:
    assert of(shape([], [], Guard(lambda item: item < 10, True))).foreseen(30) is None
