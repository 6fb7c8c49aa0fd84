from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

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


def test_no_maker_is_compiled_at_start() -> None:
    """Each costs a third of a millisecond: `python -m tests.unit.write_record_makers` writes them down."""
    command = [sys.executable, "-m", "tests.unit.write_record_makers", "--check"]
    root = Path(__file__).resolve().parents[2]
    written = subprocess.run(command, cwd=root, check=False).returncode == 0
    assert written, "a record has got other fields: run `python -m tests.unit.write_record_makers`"


def test_a_maker_that_nobody_had_written_down() -> None:
    fields = {f"f{n}": "int" for n in range(23)}
    wide = dataclass(frozen=True)(type("Wide", (), {"__annotations__": fields}))
    assert wide(*range(23)) == wide(**{f"f{n}": n for n in range(23)})
    assert wide.__init__.__qualname__ == "Wide.__init__"
