"""One file for each case: a source, then what becomes of it for people and machines, and what is left alone.

The sections after the source are compared as text. `pytest tests/golden --update-golden` refreshes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from xcs_ast.frontend import Style, plan_module, rewrite_module

_CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
_MARK = "# --- "


def _source(text: str) -> str:
    return text.partition(f"{_MARK}readable\n")[0]


def _expected(source: str) -> str:
    plan = plan_module(source, "case.py")
    readable = rewrite_module(source, "case.py", plan, Style.READABLE)
    guarded = rewrite_module(source, "case.py", plan, Style.GUARDED)
    left = [f"# {each}\n" for each in (*plan.left_alone, *guarded.left_alone)]
    sections = {"readable": readable.text, "guarded": guarded.text, "left alone": "".join(left)}
    if readable.text == guarded.text == source:
        sections["readable"] = sections["guarded"] = ""
    return source + "".join(f"{_MARK}{name}\n{text}" for name, text in sections.items())


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_golden(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text(encoding="utf-8")
    expected = _expected(_source(text))
    if request.config.getoption("--update-golden", default=False):
        path.write_text(expected, encoding="utf-8")
        return
    assert text == expected


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_rewriting_twice_is_rewriting_once(path: Path) -> None:
    source = _source(path.read_text(encoding="utf-8"))
    once = rewrite_module(source, "case.py", plan_module(source, "case.py"), Style.READABLE).text
    compile(once, "case.py", "exec", dont_inherit=True)
    assert rewrite_module(once, "case.py", plan_module(once, "case.py"), Style.READABLE).text == once


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_what_no_region_touches_stays_byte_for_byte(path: Path) -> None:
    """Lines outside of the units that changed are the same lines, in the same order."""
    source = _source(path.read_text(encoding="utf-8"))
    text = rewrite_module(source, "case.py", plan_module(source, "case.py"), Style.READABLE).text
    comments = [line.strip() for line in source.splitlines() if line.strip().startswith("#")]
    kept = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert kept == comments


def test_there_are_enough_cases() -> None:
    assert len(_CASES) >= 40
