"""Declarations by name in the configuration: a change is heard at the next entry."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from xcs_ast import ParallelExecutor, config, trace_function
from xcs_ast.effects import set_declared_names
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime import deciding
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


class Sender:
    def __call__(self, x: int) -> int:
        time.sleep(0.05)
        return x


def send_all(senders: list[Sender], x: int) -> list[int]:
    return [sender(x) for sender in senders]


def test_executors_hear_declarations_too() -> None:
    senders = [Sender() for _ in range(3)]
    graph = trace_function(send_all, senders, 1)
    executor = ParallelExecutor()

    def taken() -> int:
        assert executor.execute(graph, senders, 2) == [2, 2, 2]
        return executor.last.taken

    def some_taken() -> bool:
        """On a busy machine the caller may have made each call before any worker has woken up."""
        return any(taken() > 0 for _ in range(20))

    assert some_taken()
    with config.overridden(effects={f"{__name__}.Sender.__call__": "ordered"}):
        assert taken() == 0
    assert some_taken()
