"""Declarations by name in the configuration: a change is heard at the next entry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xcs_ast import config
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
