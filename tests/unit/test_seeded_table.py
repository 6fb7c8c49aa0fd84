"""The table of planted defects keeps up with the source: each patch still fits, exactly once."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.seeded.defect import Defect, Kind, Misfit, fitting
from tests.seeded.run import BEGIN, END, HANG, WIDER, Bench, Outcome, chosen, main, markdown, put
from tests.seeded.table import DEFECTS

ROOT = Path(__file__).parents[2]


@functools.cache
def _sound(file: str) -> str:
    return ast.dump(ast.parse((ROOT / file).read_text(encoding="utf-8")))


@pytest.mark.once
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_patch_fits(defect: Defect) -> None:
    planted = fitting(defect, ROOT)
    if defect.file.endswith(".py"):
        # What does not even compile would be no test of the suite.
        assert ast.dump(ast.parse(planted)) != _sound(defect.file)
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


def test_the_documentation_lists_them() -> None:
    text = (ROOT / "docs" / "explanation" / "testing.md").read_text(encoding="utf-8")
    table = text.partition(BEGIN)[2].partition(END)[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    assert {row[2].strip() for row in rows} == {each.name for each in DEFECTS}
    assert "**survives**" not in table


def test_the_table_goes_between_the_marks(tmp_path: Path) -> None:
    outcome = Outcome(DEFECTS[0], "tests/unit/test_a.py::test_b[x|y]", 1.5)
    file = tmp_path / "page.md"
    put(markdown([outcome]), file)
    assert file.read_text().splitlines()[2].endswith("| `unit/test_a.py::test_b[x\\|y]` |")
    file.write_text(f"before\n{BEGIN} -->\nold\n{END} -->\nafter\n")
    put("new\n", file)
    assert file.read_text() == f"before\n{BEGIN} -->\n\nnew\n\n{END} -->\nafter\n"


Answer = Callable[[bool, tuple[str, ...], set[str]], str]
"""What `pytest` says: (is the defect planted, its arguments, what is left out) to the first failing test."""

NARROW = ("narrow",)
TEST = "tests/a.py::test"


def always_fails(planted: bool, arguments: tuple[str, ...], known: set[str]) -> str:
    if TEST not in known and arguments in (NARROW, (TEST,)):
        return TEST
    return "tests/b.py::other" if planted and arguments != (TEST,) else ""


def only_the_wider_suite_fails(planted: bool, arguments: tuple[str, ...], known: set[str]) -> str:
    return "tests/w.py::wide" if planted and arguments != NARROW else ""


def fails_now_and_then(planted: bool, arguments: tuple[str, ...], known: set[str]) -> str:
    return TEST if arguments == NARROW and TEST not in known else ""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda planted, arguments, known: TEST if planted else "", TEST),
        (lambda planted, arguments, known: "", ""),
        (only_the_wider_suite_fails, "tests/w.py::wide"),
        (lambda planted, arguments, known: HANG if planted else "", HANG),
        (lambda planted, arguments, known: HANG, ""),
        (always_fails, "tests/b.py::other"),
        (fails_now_and_then, ""),
    ],
    ids=["caught", "survives", "wider", "hangs", "hangs anyway", "fails anyway", "fails now and then"],
)
def test_what_counts_as_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, expected: str
) -> None:
    bench = Bench(tmp_path, "python", 1, 1)
    bench.tree.mkdir()
    (bench.tree / "a.py").write_text("sound")

    def pytest_(self: Bench, arguments: Sequence[str], limit: float) -> str:
        planted = (bench.tree / "a.py").read_text() == "planted"
        return answer(planted, tuple(arguments), bench.known)

    monkeypatch.setattr(Bench, "pytest", pytest_)
    assert bench.caught_by(Defect("d", Kind.ORDER, "", "a.py", "sound", "planted", NARROW)) == expected
    assert (bench.tree / "a.py").read_text() == "sound"
    assert WIDER != NARROW
