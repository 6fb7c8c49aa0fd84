"""The labels fit the programs, and the critical path is what it says."""

from __future__ import annotations

import ast
import re

import labels
import pytest


def test_every_program_has_a_label_and_every_label_a_program() -> None:
    files = {
        f"{folder}/{file.name}"
        for folder in ("programs", "later")
        for file in (labels.CORPUS / folder).glob("*.py")
        if file.name != "llm.py"
    }
    assert {label.path for label in labels.load()} == files


def test_programs_are_serial_only_where_they_wait_for_later() -> None:
    for label in labels.load():
        runs_ahead = label.path.startswith("programs/")
        assert label.verdict in (("PROVEN", "SPECULATIVE") if runs_ahead else ("SERIAL",))
        assert label.verdict == "SPECULATIVE" or label.vain == 0
        for region in label.regions:
            assert bool(region.why) == (label.verdict == "SERIAL"), region


def test_regions_are_in_functions_that_exist() -> None:
    for label in labels.load():
        tree = ast.parse((labels.CORPUS / label.path).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for region in label.regions:
            assert region.at.split(":")[0] in functions, region


def test_programs_know_nothing_of_us() -> None:
    for folder in ("programs", "later"):
        for file in (labels.CORPUS / folder).glob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"xcs|concurrent|asyncio|threading|multiprocessing", text), file


def test_both_folders_have_the_same_client() -> None:
    first, second = (labels.CORPUS / folder / "llm.py" for folder in ("programs", "later"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("shape", "needs"),
    [
        ("call", ((),)),
        ("par(3, call)", ((), (), ())),
        ("seq(call, call)", ((), (0,))),
        ("seq(par(2, call), call)", ((), (), (0, 1))),
        ("rep(2, par(2, call))", ((), (), (0, 1), (0, 1))),
        ("par(2, seq(call, call))", ((), (0,), (), (2,))),
    ],
)
def test_shapes(shape: str, needs: tuple[tuple[int, ...], ...]) -> None:
    assert labels.expand(shape) == needs


@pytest.mark.parametrize("shape", ["f(call)", "par(call, 2)", "rep('2', call)", "seq", "1"])
def test_no_shapes(shape: str) -> None:
    with pytest.raises(ValueError, match="not a shape"):
        labels.expand(shape)


def test_critical_path() -> None:
    assert labels.critical_path(labels.expand("par(3, call)"), [1, 4, 2]) == 4
    assert labels.critical_path(labels.expand("par(2, seq(call, call))"), [1, 4, 2, 2]) == 5
    assert labels.critical_path(labels.expand("rep(2, par(2, call))"), [1, 4, 2, 2]) == 6
    assert labels.critical_path([[], [], [], [0]], [1, 5, 2, 3]) == 5
    with pytest.raises(ValueError, match="2 calls, the program made 1"):
        labels.critical_path(labels.expand("par(2, call)"), [1])
