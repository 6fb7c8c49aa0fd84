"""Every registered code has a text, every text a code, and the page is what both say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_diagnostics", DOCS / "make_diagnostics.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_codes_and_texts_are_the_same(maker: ModuleType) -> None:
    assert {code.code for code in maker.catalog()} == set(maker.texts())


def test_every_code_belongs_to_a_group(maker: ModuleType) -> None:
    prefixes = tuple(prefix for prefix, _, _ in maker.GROUPS)
    assert all(code.code.startswith(prefixes) for code in maker.catalog())


def test_page_has_a_section_for_each_code_and_is_up_to_date(maker: ModuleType) -> None:
    text = (DOCS / "reference" / "diagnostics.md").read_text(encoding="utf-8")
    for code in maker.catalog():
        assert f"### {code.code} {code.name}\n" in text
    assert text == maker.page(), "run python docs/make_diagnostics.py"
