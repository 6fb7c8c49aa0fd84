"""Packages in a directory of their own, imported into this process and forgotten afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType, ModuleType

import pytest

BODY = """\
def work(x):
    return x * 2

def main(xs):
    out = []
    for x in xs:
        out.append(work(x))
    return out
"""


def has_sites(code: CodeType) -> bool:
    from xcs_ast.runtime.site import Site

    return any(
        isinstance(const, Site) or (isinstance(const, CodeType) and has_sites(const))
        for const in code.co_consts
    )


class Land:
    """A directory on `sys.path`."""

    body = BODY

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes = BODY) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, name: str) -> ModuleType:
        import importlib

        importlib.invalidate_caches()
        return importlib.import_module(name)

    def forget(self) -> None:
        roots = {entry.name.partition(".")[0] for entry in self.path.iterdir()}
        for name in [name for name in sys.modules if name.partition(".")[0] in roots]:
            del sys.modules[name]

    def optimized(self, module: ModuleType, name: str = "main") -> bool:
        return has_sites(getattr(module, name).__code__)

    def cached(self, pattern: str = "**/*.pyc") -> list[str]:
        return sorted(path.name for path in self.path.glob(pattern))


@pytest.fixture
def land(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = list(sys.meta_path)
    land = Land(tmp_path)
    yield land
    sys.meta_path[:] = before
    land.forget()
