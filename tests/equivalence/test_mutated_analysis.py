"""The cross-check finds a mistake of the analysis: each rule and kind of model is broken, one at a time.

With the mistake, the analysis says PROVEN of tasks that are not independent. Recorded and held against what
it claimed, at least one of them must give it away, and the program must do what plain Python does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.equivalence.mutations import MUTATIONS, Mutation
from xcs_ast import verifier
from xcs_ast.diagnostics.codes_crosscheck import UNFORESEEN
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime import site
from xcs_ast.testing.modules import Face, Program, compare_module
from xcs_ast.testing.schedules import Order, Schedule, scheduled

_numbers: Final = itertools.count()
_CHECKED: Final = Schedule(Order.CHECKED)
_each = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    verifier.forget()
    yield
    verifier.forget()


def sites_of(path: Path) -> list[site.Site]:
    return [each for each in site.all_sites() if each.facts.span.filename == str(path) and each.entries]


def program(mutation: Mutation, directory: Path) -> Program:
    # A new name each time: caches by file name must not carry one program over to the next.
    path = directory / f"mutated_{next(_numbers)}.py"
    path.write_text(mutation.program)
    return Program(path)


@_each
def test_the_mistake_makes_the_analysis_say_proven(
    mutation: Mutation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.plant(monkeypatch)
    made = program(mutation, tmp_path)
    with scheduled(Schedule(Order.IN_PLACE)):
        made.run(Face.HOOK)
    assert any(VerdictKind.PROVEN in each.verdicts for each in sites_of(made.path))


@_each
def test_the_mistake_is_found_and_does_no_harm(
    mutation: Mutation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.plant(monkeypatch)
    made = program(mutation, tmp_path)
    (found,) = compare_module(made, (_CHECKED,), (Face.HOOK,))
    assert all(each.startswith("analysis: ") for each in found.differences), str(found)
    refuted = [each for each in sites_of(made.path) if each.ledger is not None and each.ledger.witnesses]
    assert refuted, [str(each.ledger) for each in sites_of(made.path)]
    verdict = refuted[0].last_verdict
    assert verdict is not None
    assert verdict.kind is VerdictKind.SERIAL
    assert verdict.reasons[0].code == UNFORESEEN


@_each
def test_the_sound_analysis_has_no_witness_against_it(mutation: Mutation, tmp_path: Path) -> None:
    made = program(mutation, tmp_path)
    assert compare_module(made, (_CHECKED,), (Face.HOOK,)) == []
