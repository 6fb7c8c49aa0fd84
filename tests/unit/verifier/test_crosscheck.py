"""Each clause of the formal statement in `verifier.claims`, with effects and accesses made by hand."""

from __future__ import annotations

import enum
import functools
import gc
import time
import types
import weakref
from dataclasses import dataclass
from typing import Any

import pytest

from xcs_ast.diagnostics.catalog import lookup
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.declare import pure, unordered
from xcs_ast.effects.guards import TypeIs
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
)
from xcs_ast.ir.paths import AttrStep, Binding, EnvRoot, ItemRoot, KeyStep, Path, PinnedRoot
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.source.spans import Span
from xcs_ast.verifier.claims import needs_cover
from xcs_ast.verifier.crosscheck import CrossCheck, Ledger, Witness, covered, cross_check, not_checked

ITEM = Path(ItemRoot())
SPAN = Span("x.py", 7, 0, 7, 9)


class Thing:
    kind = "thing"

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)


class Slotted:
    __slots__ = ("part",)


class Below(Thing):
    pass


class Color(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class Seen:
    """An access as a recorder logs it."""

    kind: str
    owner: Any
    field: str
    filename: str = ""
    line: int = 0


def read(where: Any) -> Effect:
    return Effect(Access.READ, where, SPAN)


def write(where: Any) -> Effect:
    return Effect(Access.WRITE, where, SPAN)


def region(*effects: Effect, guards: tuple[Any, ...] = ()) -> RegionEffects:
    stage = Summary(frozenset(effects))
    return RegionEffects((stage,), (Summary(), Summary()), guards)


def is_covered(access: Seen, *effects: Effect, item: object = None, **env: object) -> bool:
    return covered(access, region(*effects), 1, Binding(item, env))


def test_what_is_claimed_is_covered_and_nothing_else() -> None:
    thing, other = Thing(a=1), Thing(a=1)
    claim = read(Location(ITEM, "a"))
    assert is_covered(Seen("read", thing, "a"), claim, item=thing)
    assert not is_covered(Seen("read", thing, "b"), claim, item=thing)
    assert not is_covered(Seen("read", other, "a"), claim, item=thing)
    assert not is_covered(Seen("read", thing, "a"), item=thing)


@pytest.mark.parametrize("kind", ["write", "reduce"])
def test_a_claimed_read_does_not_cover_a_change(kind: str) -> None:
    thing = Thing(a=1)
    assert not is_covered(Seen(kind, thing, "a"), read(Location(ITEM, "a")), item=thing)
    assert is_covered(Seen(kind, thing, "a"), write(Location(ITEM, "a")), item=thing)
    assert is_covered(Seen(kind, thing, "a"), Effect(Access.REDUCE, Location(ITEM, "a")), item=thing)


def test_a_claimed_change_covers_a_read() -> None:
    thing = Thing(a=1)
    assert is_covered(Seen("read", thing, "a"), write(Location(ITEM, "a")), item=thing)


@pytest.mark.parametrize("field", [CONTENT, WHOLE, DEEP])
def test_a_claim_of_the_whole_covers_each_part(field: str) -> None:
    thing = Thing(a=1)
    assert is_covered(Seen("read", thing, "a"), read(Location(ITEM, field)), item=thing)


@pytest.mark.parametrize("field", [CONTENT, WHOLE])
def test_a_claim_of_a_part_does_not_cover_the_whole(field: str) -> None:
    thing = Thing(a=1)
    assert not is_covered(Seen("read", thing, field), read(Location(ITEM, "a")), item=thing)


def test_a_deep_claim_reaches_through_builtin_containers_only() -> None:
    inner: list[int] = [1]
    hidden: list[int] = [2]
    tree = {"a": (inner, Thing(hidden=hidden))}
    claim = read(Location(Path(EnvRoot("tree")), DEEP))
    assert is_covered(Seen("read", inner, CONTENT), claim, tree=tree)
    assert not is_covered(Seen("read", hidden, CONTENT), claim, tree=tree)


def test_a_deep_access_needs_a_claim_on_each_container() -> None:
    tree: list[Any] = [[1], [2]]
    deep = Seen("read", tree, DEEP)
    at = Path(EnvRoot("tree"))
    assert is_covered(deep, read(Location(at, DEEP)), tree=tree)
    assert not is_covered(deep, read(Location(at, CONTENT)), tree=tree)
    each = [read(Location(path, CONTENT)) for path in (at, at.then(KeyStep(0)), at.then(KeyStep(1)))]
    assert is_covered(deep, *each, tree=tree)
    assert not is_covered(deep, *each[:2], tree=tree)


def test_paths_lead_to_objects_and_objects_count() -> None:
    shared = Thing(n=1)
    item = Thing(part=shared)
    claim = read(Location(ITEM.then(AttrStep("part")), "n"))
    assert is_covered(Seen("read", shared, "n"), claim, item=item)
    assert not is_covered(Seen("read", shared, "n"), claim, item=Thing(part=Thing(n=1)))
    assert not is_covered(Seen("read", shared, "n"), claim, item=Thing()), "it leads nowhere"


def test_an_attribute_is_a_key_of_the_instance_dictionary() -> None:
    thing = Thing(a=1)
    claim = read(Location(ITEM, "a"))
    assert is_covered(Seen("read", thing.__dict__, "a"), claim, item=thing)
    in_space = read(Location(Path(PinnedRoot(thing.__dict__)), CONTENT))
    assert is_covered(Seen("read", thing, "a"), in_space, item=thing)


def test_globals_are_keys_of_the_module() -> None:
    space = {"__name__": "m", "__builtins__": {}, "total": 0}
    claim = write(Location(Path(PinnedRoot(space)), "total"))
    assert is_covered(Seen("reduce", space, "total"), claim)
    assert not is_covered(Seen("reduce", space, "other"), claim)
    module = types.ModuleType("m")
    inside = read(Location(Path(PinnedRoot(vars(module))), "x"))
    assert is_covered(Seen("read", module, "x"), inside)


def test_slots_are_attributes() -> None:
    thing = Slotted()
    assert is_covered(Seen("write", thing, "part"), write(Location(ITEM, "part")), item=thing)
    assert not is_covered(Seen("write", thing, "part"), item=thing)


def make_cell(value: object) -> types.CellType:
    return types.CellType(value)


def test_cells_by_identity_or_by_name() -> None:
    cell, other = make_cell(1), make_cell(1)
    known, by_name = CellVar("n", id(cell)), CellVar("n")
    assert is_covered(Seen("read", cell, "n"), read(known))
    assert not is_covered(Seen("read", other, "n"), read(known))
    assert is_covered(Seen("read", other, "n"), read(by_name))
    assert not is_covered(Seen("read", other, "m"), read(by_name))
    assert not is_covered(Seen("write", cell, "n"), read(known))
    assert is_covered(Seen("write", cell, "n"), write(known))


def test_a_class_lookup_reads_every_class_on_its_way() -> None:
    lookup_kind = Seen("read", Below, "kind")
    first, second = (read(Location(Path(PinnedRoot(cls)), "kind")) for cls in (Below, Thing))
    assert is_covered(lookup_kind, first, second)
    assert not is_covered(lookup_kind, first)
    assert not is_covered(lookup_kind, second)
    assert is_covered(Seen("read", Thing, "kind"), second)


def test_channels_by_name_and_order() -> None:
    printed = Seen("channel", None, "stdout")
    assert is_covered(printed, write(Channel("stdout")))
    assert not is_covered(printed, read(Channel("stdout")))
    assert not is_covered(printed, write(Channel("log")))


@unordered
def fetch() -> int:
    return 1


@pure
def harmless() -> int:
    return 1


def test_external_calls_need_the_channel_of_their_declaration_or_model() -> None:
    assert is_covered(Seen("call", fetch, ""), read(Channel("network")))
    assert not is_covered(Seen("call", fetch, ""))
    assert is_covered(Seen("call", harmless, ""))
    assert is_covered(Seen("call", time.time, ""), read(Channel("clock")))
    assert not is_covered(Seen("call", time.time, ""))


def test_an_unknown_effect_covers_everything() -> None:
    anything = write(Unknown("calls mystery()"))
    thing = Thing()
    for access in (Seen("write", thing, "a"), Seen("channel", None, "x"), Seen("call", time.time, "")):
        assert is_covered(access, anything, item=thing)


def _name_of(value):
    """The same in every process, which a `repr` with an address is not."""
    return value if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize(
    ("owner", "field"),
    [
        ((1, [2]), CONTENT),
        (frozenset({1}), CONTENT),
        ("text", CONTENT),
        (range(3), WHOLE),
        (test_slots_are_attributes, "__code__"),
        (test_slots_are_attributes, "__defaults__"),
        (test_slots_are_attributes, "__name__"),
        (Thing, "__qualname__"),
        (Thing(), "__class__"),
        (dict, "get"),
        (Color, "RED"),
        (Color.RED, "_value_"),
        (functools.partial(print), "func"),
        (property(), "fget"),
        ([].append, "__self__"),
    ],
    ids=_name_of,
)
def test_what_nobody_can_change_needs_no_cover(owner: object, field: str) -> None:
    nothing = Binding(None, {})
    assert not needs_cover(Seen("read", owner, field), nothing)
    assert needs_cover(Seen("write", owner, field), nothing)


@pytest.mark.parametrize(
    ("owner", "field"),
    [
        ([1], CONTENT),
        ({}, CONTENT),
        (Thing(), "a"),
        (Thing, "kind"),
        (test_slots_are_attributes, "calls"),
        (functools.partial(print), "keywords"),
        ({"__name__": "m"}, "x"),
        (make_cell(1), "n"),
        (types.ModuleType("m"), "x"),
    ],
    ids=_name_of,
)
def test_what_somebody_can_change_needs_cover(owner: object, field: str) -> None:
    assert needs_cover(Seen("read", owner, field), Binding(None, {}))


class Kind(type):
    weight = 1


class OfKind(metaclass=Kind):
    bias = 2


def test_a_metaclass_that_gives_nothing_needs_no_cover() -> None:
    nothing = Binding(None, {})
    assert not needs_cover(Seen("read", Kind, "bias"), nothing)
    assert needs_cover(Seen("read", Kind, "weight"), nothing)
    assert needs_cover(Seen("read", OfKind, "bias"), nothing)


def test_variables_of_the_region_need_no_cover_while_they_are_as_they_were() -> None:
    value = object()
    cell = make_cell(value)
    assert not needs_cover(Seen("read", cell, "x"), Binding(None, {"x": value}))
    assert needs_cover(Seen("read", cell, "x"), Binding(None, {"x": object()}))
    assert needs_cover(Seen("write", cell, "x"), Binding(None, {"x": value}))


# ------------------------------------------------------------------------------------------- the whole check


def check(accesses: list[Seen], *effects: Effect, item: object = None, **more: Any) -> CrossCheck:
    results, handled = more.pop("results", ()), more.pop("handled", frozenset())
    return cross_check(accesses, region(*effects, **more), (0,), Binding(item, {}), results, handled)


def facts() -> SiteFacts:
    empty: frozenset[str] = frozenset()
    return SiteFacts(0, RegionKind.LOOP, SPAN, "f", "", 1, True, (), empty, empty, ("model",))


def test_a_witness_names_both_sides() -> None:
    thing = Thing(name="x", calls=0)
    found = check(
        [Seen("read", thing, "name"), Seen("reduce", thing, "calls", "m.py", 3)],
        read(Location(ITEM, "name")),
        item=thing,
    )
    (witness,) = found.witnesses
    assert witness == Witness(
        "adds to Thing.calls", "says that it only reads .name", Span("m.py", 3, 0, 3, 0)
    )
    shown = witness.diagnostic(facts())
    assert shown.code == "XCS901" == lookup("XCS901").code
    assert str(shown).startswith("m.py:3:1: XCS901 the task adds to Thing.calls, where the analysis says")
    assert shown.names == ("model",)
    assert not found.holds


def test_a_witness_where_nothing_is_said_of_the_object() -> None:
    (witness,) = check([Seen("write", [1], CONTENT)]).witnesses
    assert (witness.observed, witness.claimed) == (
        "changes the content of a list",
        "does not speak of this list",
    )
    assert witness.diagnostic(facts()).span == SPAN


def test_the_same_access_twice_is_one_witness() -> None:
    thing = Thing()
    assert len(check([Seen("write", thing, "a")] * 3, item=thing).witnesses) == 1


def test_imprecision_is_counted() -> None:
    thing = Thing(a=1, b=2)
    effects = (read(Location(ITEM, "a")), read(Location(ITEM, "b")), read(Channel("network")))
    found = check([Seen("read", thing, "a")], *effects, item=thing)
    assert found.holds
    assert len(found.unseen) == 2
    ledger = Ledger()
    ledger.add(found)
    assert (ledger.claims, len(ledger.never_seen)) == (3, 2)
    ledger.add(check([Seen("read", thing, "b")], *effects, item=thing))
    assert ledger.never_seen == ("reads network (x.py:7)",)
    assert str(ledger) == "2 tasks cross-checked, 1 of 3 foreseen effects never seen"


def test_no_statement_where_a_guard_fails_or_anything_may_happen() -> None:
    write_it = [Seen("write", Thing(), "a")]
    failed = check(write_it, guards=(TypeIs(ITEM, int),), item="text")
    anything = check(write_it, write(Unknown("calls mystery()")))
    for found in (failed, anything, not_checked("it waited")):
        assert found.holds
        assert not found.checked
    ledger = Ledger()
    for found in (failed, anything, not_checked("it waited")):
        ledger.add(found)
    assert (ledger.checked, ledger.unchecked, len(ledger.reasons)) == (0, 3, 3)
    assert str(ledger) == "0 tasks cross-checked, 3 not checked"


def test_no_statement_where_a_claim_reaches_too_far() -> None:
    big = [[] for _ in range(5_000)]
    found = check([Seen("write", Thing(), "a")], read(Location(ITEM, DEEP)), item=big)
    assert not found.checked


def test_what_an_external_call_returned_is_taken_on_trust() -> None:
    answer = Thing(parts=[1])
    seen = [Seen("read", answer, "parts"), Seen("read", answer.parts, CONTENT)]  # type: ignore[attr-defined]
    assert check(seen, results=[(answer,)]).holds
    assert len(check(seen).witnesses) == 2


def test_what_an_exception_that_was_handled_holds_is_taken_on_trust() -> None:
    error = OSError(2, "no such file")
    seen = [Seen("read", error, "errno")]
    assert not check(seen).holds
    assert check(seen, handled={id(error)}).holds


def test_nothing_of_the_users_is_kept() -> None:
    thing = Thing(a=1)
    reference = weakref.ref(thing)
    ledger = Ledger()
    ledger.add(check([Seen("write", thing, "a"), Seen("read", thing, "b")], item=thing))
    assert len(ledger.witnesses) == 2
    del thing
    gc.collect()
    assert reference() is None
