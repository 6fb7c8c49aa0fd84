"""What the body of a loop removes may have an end that others notice: found before anything runs ahead."""

from __future__ import annotations

import functools
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from xcs_ast.ir.effects import CONTENT, WHOLE, Location
from xcs_ast.ir.paths import Binding, Path, PinnedRoot
from xcs_ast.testing.campaign import check_source
from xcs_ast.testing.modules import Face
from xcs_ast.testing.schedules import Order, Schedule
from xcs_ast.verifier.endings import noticed


class Ending:
    def __del__(self) -> None:
        pass


class Plain:
    x: object = None


class Slotted:
    __slots__ = ("x",)
    x: object


def plain(x: object) -> Plain:
    made = Plain()
    made.x = x
    return made


def slotted(x: object) -> Slotted:
    made = Slotted()
    made.x = x
    return made


def in_a_cycle(x: object) -> Plain:
    made = plain(x)
    made.itself = made  # type: ignore[attr-defined]
    return made


def closure(x: object) -> Callable[[], object]:
    return lambda: x


def steps() -> Iterator[int]:
    yield 1


HOLDERS: list[tuple[Callable[[Any], object], str]] = [
    (lambda x: [x], CONTENT),
    (lambda x: [x, x], CONTENT),
    (lambda x: [[[x]]], CONTENT),
    (lambda x: {1: x}, CONTENT),
    (lambda x: {"a": x, "b": 1}, "a"),
    (lambda x: {x}, CONTENT),
    (lambda x: deque([x]), CONTENT),
    (plain, "x"),
    (plain, WHOLE),
    (lambda x: plain([x]), "x"),
    (lambda x: plain(plain(x)), "x"),
    (slotted, "x"),
    (lambda x: plain(in_a_cycle(x)), "x"),
    (lambda x: plain(functools.partial(print, x)), "x"),
    (lambda x: plain(closure(x)), "x"),
]


def end_below(owner: object, field: str) -> str:
    return noticed([Location(Path(PinnedRoot(owner)), field)], Binding(None, {}))


# What is asked stands before each `assert`, which would hold what is made for it.
@pytest.mark.parametrize("number", range(len(HOLDERS)))
def test_what_nobody_else_holds(number: int) -> None:
    hold, field = HOLDERS[number]
    found = end_below(hold(Ending()), field)
    assert found == "Ending"
    other = Ending()
    found = end_below(hold(other), field)
    assert found == ""
    found = end_below(hold(Plain()), field)
    assert found == ""


def test_other_places_of_the_owner_stay() -> None:
    found = [end_below(plain(Ending()), "y"), end_below({"a": Ending(), "b": 1}, "b")]
    assert found == ["", ""]


def test_what_is_removed_from_two_places() -> None:
    one, both = plain(Ending()), {"a": None}
    both["a"] = one.x  # type: ignore[assignment]
    alone = [end_below(one, "x"), end_below(both, "a")]
    places = [Location(Path(PinnedRoot(one)), "x"), Location(Path(PinnedRoot(both)), "a")]
    together = noticed(places, Binding(None, {}))
    assert alone == ["", ""]
    assert together == "Ending"


def test_weak_references() -> None:
    owner = plain(Plain())
    asked, proxy = weakref.ref(owner.x), weakref.proxy(owner.x)
    found = end_below(owner, "x")
    assert found == ""
    for kind in (weakref.proxy, weakref.ref):
        tells: object = kind(owner.x, lambda _: None)
        found = end_below(owner, "x")
        del tells
        assert found == "Plain"
    assert asked() is not None and proxy.x is None


def test_generators() -> None:
    found = end_below(plain(steps()), "x")
    assert found == "generator"


PRELUDE = """
import time
import weakref

LOG = []


class A:
    def __del__(self, log=LOG):
        log.append(1)


class Plain:
    pass


def steps(log=LOG):
    try:
        yield 1
    finally:
        log.append("closed")


def holder(x):
    made = Plain()
    made.x = x
    return made


rows = [A() for _ in range(9)]
table = {n: A() for n in range(9)}
box = holder(A())
deep = holder([[A()], [A()]])
boxes = [holder(A()) for _ in range(9)]
watched = [Plain() for _ in range(9)]
references = [weakref.ref(each, lambda _, log=LOG: log.append("gone")) for each in watched[:3]]
generators = [steps() for _ in range(9)]
for each in generators:
    next(each)
del each


def look(x):
    return len(LOG)


def wait(x):
    time.sleep(0)
    return len(LOG)


def drop(x):
    rows[x] = None

"""
LOOP = """
def main():
    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        BODY
    return out
"""
ITEMS = """
def main():
    out = []
    for item in boxes:
        out.append(look(item))
        item.x = None
    return out
"""
BLOCK = """
def main():
    a = wait(1)
    BODY
    b = wait(2)
    return a, b
"""
BODIES = [
    *("rows.pop()", "rows[x] = None", "del rows[0]", "rows.clear()", "rows[:] = []", "rows.remove(rows[0])"),
    *("table[x] = 0", "del table[x]", "table.pop(x)", "table.update({x: 1})", "table.popitem()"),
    *("box.x = None", "del box.x; box.x = 1", "setattr(box, 'x', 3)", "deep.x = None", "deep.x[0] = 1"),
    *("boxes.pop()", "boxes[x].x = 1", "watched.pop(0)", "generators.pop()", "drop(x)"),
]


def check(source: str) -> None:
    found, _, _ = check_source(source, (Schedule(Order.AHEAD),), (Face.HOOK,))
    assert not found, str(found[0])


@pytest.mark.parametrize("body", BODIES)
def test_ends_in_a_loop(body: str) -> None:
    check(PRELUDE + LOOP.replace("BODY", body))


@pytest.mark.parametrize("body", ["rows.pop()", "box.x = None", "watched.pop(0)"])
def test_ends_in_a_block(body: str) -> None:
    check(PRELUDE + BLOCK.replace("BODY", body))


def test_ends_in_items() -> None:
    check(PRELUDE + ITEMS)


def test_others_run_ahead_as_before() -> None:
    """What the body stores, and what lives on, is no reason."""
    source = PRELUDE + "keep = list(rows)\n" + LOOP.replace("BODY", "rows[x] = None")
    found, tasks, reasons = check_source(source, (Schedule(Order.AHEAD),), (Face.HOOK,))
    assert not found
    assert tasks
    assert "XCS254" not in reasons


class Odd(type):
    """Comparing its classes, and having no hash, is the program's business."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("asked")


def test_metaclasses_are_not_asked() -> None:
    odd = Odd("odd", (), {})
    many = Odd("many", (list,), {})
    for holder in ([odd()], {"a": [odd()]}, many([odd()]), odd()):
        assert noticed([Location(Path(PinnedRoot(holder)), CONTENT)], Binding(None, {})) == ""
