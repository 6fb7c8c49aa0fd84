"""Paths are resolved statically: no user code runs, and what is not there is `Unresolvable`."""

from __future__ import annotations

import types

import pytest

from xcs_ast.ir.paths import (
    MISSING,
    AttrStep,
    Binding,
    EnvRoot,
    ItemRoot,
    KeyStep,
    Path,
    PinnedRoot,
    Unresolvable,
    instance_dict,
    static_attr,
)


class Plain:
    shared = "class"

    def __init__(self) -> None:
        self.own = [1]

    @property
    def computed(self) -> object:
        raise AssertionError("a property ran")


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self) -> None:
        self.a = 1


class Trap(Plain):
    def __getattribute__(self, name: str) -> object:
        raise AssertionError("__getattribute__ ran")


class FakeDict:
    @property
    def __dict__(self):  # type: ignore[override]
        raise AssertionError("__dict__ ran")


def test_roots_and_steps() -> None:
    item = Plain()
    binding = Binding(item, {"env": {"k": (1, item)}})
    assert Path(ItemRoot(), (AttrStep("own"),)).resolve(binding) is item.own
    assert Path(EnvRoot("env"), (KeyStep("k"), KeyStep(1))).resolve(binding) is item
    assert Path(PinnedRoot(item)).resolve(binding) is item


@pytest.mark.parametrize(
    "path",
    [
        Path(EnvRoot("absent")),
        Path(ItemRoot(), (AttrStep("shared"),)),
        Path(ItemRoot(), (AttrStep("computed"),)),
        Path(ItemRoot(), (AttrStep("own"), KeyStep(7))),
        Path(ItemRoot(), (AttrStep("own"), KeyStep("text"))),
        Path(ItemRoot(), (KeyStep(0),)),
    ],
)
def test_leads_nowhere(path: Path) -> None:
    with pytest.raises(Unresolvable):
        path.resolve(Binding(Plain(), {}))


def test_slots() -> None:
    obj = Slotted()
    assert static_attr(obj, "a") == 1
    assert static_attr(obj, "b") is MISSING
    assert instance_dict(obj) is None


@pytest.mark.usefixtures("unchecked")
def test_no_user_code_runs() -> None:
    trap = Trap()
    assert static_attr(trap, "own") == [1]
    assert static_attr(trap, "computed") is MISSING
    assert static_attr(FakeDict(), "x") is MISSING


def test_classes_and_modules_hold_their_own_namespace() -> None:
    assert static_attr(Plain, "shared") == "class"
    assert static_attr(Trap, "shared") is MISSING
    module = types.ModuleType("m")
    module.x = 1  # type: ignore[attr-defined]
    assert static_attr(module, "x") == 1


def test_pinned_roots_compare_by_identity() -> None:
    one, two = [1], [1]
    assert PinnedRoot(one) == PinnedRoot(one)
    assert PinnedRoot(one) != PinnedRoot(two)
    assert len({PinnedRoot(one), PinnedRoot(two)}) == 2
