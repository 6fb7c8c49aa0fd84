"""Each line of `hidden_writes.txt` changes shared state in a way that is easy to miss.

It is run, so that it is certain that it does; and the analysis of the same line has to tell. Where a line
begins with a question mark, it may answer that it does not know; elsewhere it has to follow the code.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.effects.harness import stage_of

HERE = Path(__file__).parent
LINES = [line for line in (HERE / "hidden_writes.txt").read_text().splitlines() if line]
NAME = "hidden_writes_generated"
GLOBALS = {"SHARED": "global SHARED", "TABLE": "global TABLE"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A module with a function for each line."""
    parts = [(HERE / "hidden_writes_prelude.py").read_text()]
    for number, line in enumerate(LINES):
        head = f"def line_{number}(x):\n"
        for name in GLOBALS:
            if line[2:].startswith((f"{name} +=", f"{name} |=")):
                head += f"    {GLOBALS[name]}\n"
        parts.append(f"{head}    {line[2:]}\n".replace("\\n", "\n"))
    path = tmp_path_factory.mktemp("hidden") / f"{NAME}.py"
    path.write_text("\n".join(parts))
    spec = importlib.util.spec_from_file_location(NAME, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
        yield module
    del sys.modules[NAME]


def reset(m: Any) -> None:
    m.SHARED.clear()
    m.TABLE.clear()
    m.TABLE["a"] = 1
    m.SET.clear()
    m.SET.add(1)
    m.DEQUE.clear()
    m.DEQUE.extend([1, 2])
    m.Prop.count = 0
    m.noisy.__dict__.clear()
    m.noisy.__defaults__ = (None,)
    m.cached.cache_clear()
    m.cached_evil.cache_clear()


def state(m: Any) -> object:
    return (
        [*map(id, m.SHARED)],
        sorted(m.TABLE),
        repr([*m.TABLE.values()]),
        sorted(m.SET),
        list(m.DEQUE),
        m.Prop.count,
        dict(m.noisy.__dict__),
        m.noisy.__defaults__,
    )


@pytest.mark.parametrize("number", range(len(LINES)), ids=[line[2:60] for line in LINES])
@pytest.mark.filterwarnings("ignore")
def test_what_a_line_changes_is_told(written: Any, number: int) -> None:
    reset(written)
    found = stage_of(f"line_{number}(x)", vars(written), item=5)
    before = state(written)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        getattr(written, f"line_{number}")(5)
    assert state(written) != before, "nothing to tell"
    unknown = [line for line in found if line.startswith("unknown: ")]
    assert not [line for line in unknown if "analysis failed" in line]
    assert unknown or any(line.startswith("write ") for line in found), found
    assert LINES[number].startswith("? ") or not unknown
