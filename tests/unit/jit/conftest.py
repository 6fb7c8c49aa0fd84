"""Modules written for a test, imported plainly."""

from __future__ import annotations

import importlib
import sys
from types import CodeType

import pytest


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    names = []

    def load(text: str, name: str = "jitted"):
        (tmp_path / f"{name}.py").write_text(text)
        names.append(name)
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield load
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def optimized():
    from xcs_ast.runtime.site import Site

    def in_code(code: CodeType) -> bool:
        return any(
            isinstance(const, Site) or (isinstance(const, CodeType) and in_code(const))
            for const in code.co_consts
        )

    return lambda function: in_code(getattr(function, "__func__", function).__code__)
