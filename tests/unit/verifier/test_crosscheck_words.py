"""What a cross-check says where something is wrong, and where it says nothing; with accesses made by hand."""

from __future__ import annotations

import time
import types
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.verifier.test_crosscheck import (
    ITEM,
    Seen,
    Slotted,
    Thing,
    check,
    is_covered,
    read,
    region,
    write,
)
from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, CellVar, Channel, Location, Unknown
from xcs_ast.ir.paths import Binding
from xcs_ast.source.spans import Span
from xcs_ast.verifier.claims import needs_cover
from xcs_ast.verifier.crosscheck import CrossCheck, Ledger, Witness, spoiled
from xcs_ast.verifier.wording import describe_place


class Called:
    def __call__(self) -> int:
        return 1


def function() -> int:
    return 1


MODULE = {"__name__": "shop", "__builtins__": {}}


@pytest.mark.parametrize(
    ("access", "observed"),
    [
        (Seen("write", Thing(), "a"), "changes Thing.a"),
        (Seen("write", Thing(), WHOLE), "changes the state of a Thing"),
        (Seen("write", [1], DEEP), "changes the content of a list"),
        (Seen("reduce", [1], "0"), "adds to list[0]"),
        (Seen("write", {}, "k"), "changes dict[k]"),
        (Seen("write", MODULE, "total"), "changes the global total of module shop"),
        (Seen("write", Thing, "kind"), "changes class Thing.kind"),
        (Seen("write", types.CellType(1), "n"), "changes the variable n"),
        (Seen("channel", None, "stdout"), "uses, in an order that counts, stdout"),
        (Seen("call", time.time, ""), "calls time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_place_in_words(access: Seen, observed: str) -> None:
    (witness,) = check([access]).witnesses
    assert witness.observed == observed


def test_what_was_called_is_named_by_its_class_where_it_has_no_name() -> None:
    access = Seen("read", Thing(a=1), "a")
    (witness,) = spoiled_by(access).witnesses
    assert witness.observed == "reads Thing.a, which was changed before its turn"
    from xcs_ast.verifier.crosscheck import _place

    assert _place(Seen("call", Called(), "")) == "Called"
    assert _place(Seen("call", function, "")) == "function"


@dataclass(frozen=True)
class Placed:
    kind: str
    owner: Any
    field: str
    span: Span


def test_an_access_that_knows_its_span_gives_it() -> None:
    span = Span("m.py", 3, 4, 3, 9)
    (witness,) = check([Placed("write", Thing(), "a", span)]).witnesses  # type: ignore[list-item]
    assert witness.span == span


def test_no_more_than_twenty_witnesses() -> None:
    found = check([Seen("write", Thing(), f"a{number}") for number in range(30)])
    assert len(found.witnesses) == 20


def test_what_is_trusted_ends_at_modules_functions_and_classes() -> None:
    holder = {"m": types, "f": function, "c": Thing, "again": None, "inner": {"k": [1]}}
    holder["again"] = holder
    inner = holder["inner"]["k"]  # type: ignore[index]
    assert check([Seen("read", inner, CONTENT)], results=[holder]).holds
    assert not check([Seen("read", Thing, "kind")], results=[holder]).holds
    assert not check([Seen("write", function, "calls")], results=[holder]).holds


# ------------------------------------------------------------------------- a spoiled task


def spoiled_by(access: Seen, *effects: Any, item: object = None) -> CrossCheck:
    return spoiled([access], region(*effects), (0,), Binding(item, {}))


def test_a_spoiled_read_that_was_foreseen_accuses_the_analysis_of_the_body() -> None:
    thing = Thing(a=1)
    found = spoiled_by(Seen("read", thing, "a", "m.py", 3), read(Location(ITEM, "a")), item=thing)
    assert found.witnesses == (
        Witness(
            "reads Thing.a, which was changed before its turn",
            "says that nothing changes it before",
            Span("m.py", 3, 0, 3, 0),
        ),
    )


def test_a_spoiled_read_that_was_not_foreseen_accuses_the_analysis_of_the_task() -> None:
    (witness,) = spoiled_by(Seen("read", Thing(a=1), "a")).witnesses
    assert witness.claimed == "does not know that it is read"


def test_only_reads_are_spoiled() -> None:
    assert spoiled_by(Seen("write", Thing(), "a")).holds


def test_no_statement_about_a_spoiled_task_of_which_anything_may_be() -> None:
    found = spoiled_by(Seen("read", Thing(a=1), "a"), write(Unknown("calls mystery()")))
    assert found.holds
    assert not found.checked


# ------------------------------------------------------------------------- single clauses


def test_an_empty_cell_is_no_variable_of_the_region() -> None:
    assert needs_cover(Seen("read", types.CellType(), "x"), Binding(None, {"x": 1}))


def test_a_deep_access_that_reaches_too_far_is_not_covered() -> None:
    big = [[] for _ in range(5_000)]  # type: ignore[var-annotated]
    assert not is_covered(Seen("read", big, DEEP), read(Location(ITEM, CONTENT)), item=big)


def test_an_attribute_of_a_slotted_object_has_no_dictionary() -> None:
    thing = Slotted()
    (witness,) = check([Seen("write", thing, "part")], read(Location(ITEM, "part")), item=thing).witnesses
    assert witness.claimed == "says that it only reads .part"


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (CellVar("n"), "the variable n"),
        (Channel("stdout"), "stdout"),
        (Unknown("calls mystery()"), "calls mystery()"),
        (Location(ITEM, "a"), "the loop's item.a"),
        (Location(ITEM, CONTENT), "the loop's item"),
    ],
)
def test_places_in_words(where: Any, text: str) -> None:
    assert describe_place(write(where)) == text


# ------------------------------------------------------------------------- the ledger


def test_a_ledger_without_checks() -> None:
    assert str(Ledger()) == "not cross-checked"


def test_a_ledger_with_witnesses_counts_each_once() -> None:
    ledger = Ledger()
    thing = Thing()
    for _ in range(2):
        ledger.add(check([Seen("write", thing, "a")], item=thing))
    assert str(ledger) == "2 tasks cross-checked, 1 unforeseen"


def test_a_ledger_is_bounded() -> None:
    ledger = Ledger()
    ledger.add(CrossCheck(unseen=frozenset(map(str, range(3_000)))))
    assert ledger.claims == 2_000
    ledger.add(CrossCheck(seen=frozenset({"0"})))
    assert "0" not in ledger.never_seen
