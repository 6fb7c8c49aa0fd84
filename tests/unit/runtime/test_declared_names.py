"""Declarations by name in the configuration: a change is heard at the next entry."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32  # noqa: F401 (the region's text calls it)

import pytest

from tests.equivalence.gates import expect, meet
from xcs_ast import ParallelExecutor, config, trace_function
from xcs_ast.effects import set_declared_names
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime import deciding, plan
from xcs_ast.runtime import site as sites
from xcs_ast.verifier import forget

from .harness import make_facts

CALLED: list[int] = []


def ask(x: int) -> str:
    CALLED.append(x)
    return str(x)


@pytest.fixture(autouse=True)
def _nothing_declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(deciding, "_declared", ())
    yield
    set_declared_names({})
    forget()


def test_a_changed_declaration_is_heard_at_the_next_entry() -> None:
    facts = make_facts("for x in __xcs_items__:\n    __xcs_stage__(0, ask(x))")

    def verdict() -> VerdictKind:
        return sites._decide(facts, globals(), {}, [1, 2]).verdict.kind

    assert verdict() is VerdictKind.SERIAL
    with config.overridden(effects={f"{__name__}.ask": "unordered"}):
        assert verdict() is VerdictKind.PROVEN
    assert verdict() is VerdictKind.SERIAL


def test_a_declaration_of_c_code_is_heard_and_taken_back() -> None:
    # Nothing in the analysis looks at it again, as it does at a function in Python.
    facts = make_facts("for x in __xcs_items__:\n    __xcs_stage__(0, crc32(b'x'))")

    def verdict() -> VerdictKind:
        return sites._decide(facts, globals(), {}, [1, 2]).verdict.kind

    assert verdict() is VerdictKind.SERIAL
    with config.overridden(effects={"zlib.crc32": "unordered"}):
        assert verdict() is VerdictKind.PROVEN
    assert verdict() is VerdictKind.SERIAL


class Sender:
    """Waits until as many are sending as the test expects."""

    def __call__(self, x: int) -> int:
        return x if meet() else -x


def send_all(senders: list[Sender], x: int) -> list[int]:
    return [sender(x) for sender in senders]


def test_executors_hear_declarations_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "WORTH", 0.0)
    expect(1)
    senders = [Sender() for _ in range(3)]
    graph = trace_function(send_all, senders, 1)
    executor = ParallelExecutor()

    def taken(at_once: int) -> int:
        expect(at_once)
        assert executor.execute(graph, senders, 2) == [2, 2, 2]
        return executor.last.taken

    assert taken(3) >= 2
    with config.overridden(effects={f"{__name__}.Sender.__call__": "ordered"}):
        assert taken(1) == 0
    assert taken(3) >= 2
