"""An analysis refers to live objects, and to itself: it lets go of them when it is done."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest

from xcs_ast.effects.region import RegionRequest, analyze_region
from xcs_ast.ir.paths import Binding
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.source.spans import Span


class Thing:
    def __init__(self, other: object = None) -> None:
        self.other = other


def draws(thing: object) -> int:
    def each(thing: object) -> Iterator[object]:
        yield thing

    return len(list(each(thing)))


def recurs(thing: object) -> object:
    def inner(n: int) -> object:
        return inner(n - 1) if n else thing

    return inner(3)


def defers(thing: object) -> int:
    later = lambda: (thing, later)  # noqa: E731
    return len(later())


def makes(thing: object) -> object:
    made = Thing(thing)
    made.other = [made, thing]
    return made


def lists(thing: object) -> int:
    found = (thing for _ in range(3))
    return len(list(found))


@pytest.mark.parametrize("function", [draws, recurs, defers, makes, lists])
def test_what_was_looked_at_dies_at_once(function: Any) -> None:
    assert type(function) is FunctionType
    text = "x = __xcs_stage__(0, f(thing))\n"
    span = Span("", 1, 0, 1, 10)
    facts = SiteFacts(
        0, RegionKind.BLOCK, span, "f", text, 1, True, ("f", "thing"), frozenset("x"), frozenset(), ()
    )
    thing = Thing()
    watched = weakref.ref(thing)
    gc.collect()
    gc.disable()
    try:
        analyze_region(RegionRequest(facts, globals(), Binding(None, {"f": function, "thing": thing}), False))
        del thing
        assert watched() is None
    finally:
        gc.enable()
