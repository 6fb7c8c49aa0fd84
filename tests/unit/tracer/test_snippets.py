"""Small pieces of code, bare and inside of a `try` statement: recorded, they do what they do plainly.

In a brief run, every second is bare, the others are inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.tracer.snippets import FOLDER, Bench, snippets

pytestmark = pytest.mark.shared
TABLES = sorted(path.stem for path in FOLDER.glob("*.txt"))
CASES = [(table, number) for table in TABLES for number in range(len(snippets(table)))]
NOTICE_LOOKS = ("Every()", "WithMGA", "dict.pop(ORDER")
"""Objects that note who asks for their class, or have come to be inconsistent."""
_benches: dict[str, Bench] = {}


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    global _root
    _root = tmp_path_factory.mktemp("snippets")
    yield
    for bench in _benches.values():
        bench.close()
    _benches.clear()


_root = Path()


def bench_of(table: str) -> Bench:
    if table not in _benches:
        _benches[table] = Bench(table, _root)
    return _benches[table]


@pytest.mark.parametrize(("table", "number"), CASES, ids=[f"{table}-{number}" for table, number in CASES])
def test_recorded_it_does_what_it_does_plainly(
    table: str, number: int, request: pytest.FixtureRequest
) -> None:
    bench = bench_of(table)
    snippet = bench.snippets[number]
    if any(each in snippet.text for each in NOTICE_LOOKS):
        request.getfixturevalue("unchecked")
    bench.reset()
    brief = request.config.getoption("--brief")
    reason = ""
    try:
        if not brief or number % 2 == 0:
            reason = bench.run(f"bare_{number}")
        if not brief or number % 2 == 1:
            bench.run(f"caught_{number}")
    except AssertionError as error:
        raise AssertionError(f"{snippet.text}: {error}") from None
    assert snippet.may_wait or not reason, f"{snippet.text}: waits, since it {reason}"
