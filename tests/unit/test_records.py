from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from xcs_ast.records import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: str = "y"
    note: tuple[int, ...] = field(default=(), compare=False)


@dataclass(slots=True)
class Bag:
    items: list[int] = field(default_factory=list)


def test_behaves_as_a_frozen_dataclass() -> None:
    point = Point(1)
    assert repr(point) == "Point(x=1, y='y', note=())"
    assert point == Point(1, note=(2,))
    assert hash(point) == hash(Point(1, note=(2,)))
    assert replace(point, x=2) == dataclasses.replace(point, x=2) == Point(2)
    assert dataclasses.asdict(point) == {"x": 1, "y": "y", "note": ()}
    assert pickle.loads(pickle.dumps(point)) == copy.deepcopy(point) == point
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]


def test_each_instance_has_its_own_default() -> None:
    bag = Bag()
    bag.items.append(1)
    assert Bag().items == []
    assert Bag.__hash__ is None
