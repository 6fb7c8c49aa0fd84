"""The table of planted defects keeps up with the source: each patch still fits, exactly once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.seeded.defect import Defect, Kind, Misfit, fitting
from tests.seeded.run import chosen, main
from tests.seeded.table import DEFECTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_patch_fits(defect: Defect) -> None:
    planted = fitting(defect, ROOT)
    if defect.file.endswith(".py"):
        # What does not even compile would be no test of the suite.
        sound = ast.parse((ROOT / defect.file).read_text(encoding="utf-8"))
        assert ast.dump(ast.parse(planted)) != ast.dump(sound)
    assert all((ROOT / each.partition("::")[0]).exists() for each in defect.tests)


def test_many_of_every_part() -> None:
    names = [each.name for each in DEFECTS]
    assert len(set(names)) == len(names) >= 25
    parts = {part: sum(each.part == part for each in DEFECTS) for part in {each.part for each in DEFECTS}}
    assert {"frontend", "effects", "verifier", "runtime", "pipeline", "hook"} <= parts.keys()
    assert any(each.file.endswith(".effects") for each in DEFECTS)
    assert {each.kind for each in DEFECTS} == set(Kind)


def test_misfits_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")

    def patch(old: str, new: str = "", file: str = "a.py") -> Defect:
        return Defect("d", Kind.ORDER, "", file, old, new, ())

    for defect, word in (
        (patch("y"), "gone"),
        (patch("x = 1\n"), "2 times"),
        (patch("", file="b.py"), "no b.py"),
        (patch("1\nx", "1\nx"), "the same"),
    ):
        with pytest.raises(Misfit, match=word):
            fitting(defect, tmp_path)
    assert fitting(patch("1\nx", "2\ny"), tmp_path) == "x = 2\ny = 1\n"


def test_choice() -> None:
    assert chosen([]) == list(DEFECTS)
    assert {each.part for each in chosen(["runtime"])} == {"runtime"}
    assert [each.name for each in chosen(["window-*"])] == ["window-off-by-one"]
    assert main(["--only", "nothing of this name"]) == 2
    assert main(["--only", "cache*", "--list"]) == 0
