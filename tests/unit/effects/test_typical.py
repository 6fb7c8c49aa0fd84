"""Callees in the style of real programs: nothing unknown, nothing written that is not."""

from __future__ import annotations

import pytest

from tests.unit.effects import typical as c
from tests.unit.effects.harness import stage_of

SPACE = vars(c)
CLOCK, FILES, ENVIRONMENT = "read channel clock", "read channel filesystem", "read channel environment"


def effects(call: str, item: object = 1, **env: object) -> list[str]:
    found = stage_of(call, SPACE, item=item, **env)
    return [
        line for line in found if not line.startswith(("read variable", "read item", "read <", "read client"))
    ]


@pytest.mark.parametrize(
    "name",
    [
        "flaky",
        "enums",
        "enum_lookup",
        "shapes",
        "paths",
        "regexes",
        "collections_of",
        "iterators",
        "texts",
        "hashes",
        "urls",
        "suppressed",
        "dataclasses_of",
        "comprehension_scopes",
        "settings",
        "typed",
        "parse_json",
        "nested_functions",
        "unpacking",
        "walrus",
        "build_tree",
    ],
)
def test_has_no_effect(name: str) -> None:
    assert effects(f"{name}(x)") == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reads_file", ["read channel cwd", FILES]),
        ("reads_path", ["read channel cwd", FILES]),
        ("environment", [ENVIRONMENT]),
        ("randoms", ["write channel random"]),
        ("sequential_io", ["read channel cwd", "write channel filesystem", "write channel stdout"]),
    ],
)
def test_uses_channels(name: str, expected: list[str]) -> None:
    assert effects(f"{name}(x)") == expected


def test_a_client_with_retries_and_options() -> None:
    client = c.Client(c.Transport("http://h"), "m")
    assert effects("score(client, x)", item="text", client=client) == [ENVIRONMENT, "read channel inference"]
    other = c.Client(c.Transport("http://h/other?"), "m")
    found = effects("client.transport.post('/orders', {})", item="text", client=other)
    assert "write channel network" in found


def test_logging_and_printing_are_ordered() -> None:
    assert "write channel log" in effects("logs(x)") or any("unknown" in line for line in effects("logs(x)"))


def test_locks_and_event_loops_are_unknown() -> None:
    assert any(line.startswith("unknown") for line in effects("locked(x)"))
    assert any(line.startswith("unknown") for line in effects("run_async(x)"))


@pytest.mark.parametrize(
    ("call", "item"),
    [
        ("x.total()", c.Tree(1, c.Tree(2), c.Tree(3))),
        ("list(x)", c.Tree(1, c.Tree(2))),
        ("x.describe()", c.Square(2)),
        ("x < x", c.Square(2)),
        ("x.words", c.Message("a", "b")),
        ("x == x", c.Message("a", "b")),
        ("repr(x)", c.Message("a", "b")),
        ("asdict(x)", c.Message("a", "b", {"k": [1]})),
        ("replace(x, role='z').role", c.Message("a", "b")),
        ("x.value + x.name", c.Color.BLUE),
    ],
)
def test_objects_as_items(call: str, item: object) -> None:
    assert effects(call, item=item) == []
