"""The pieces that generated programs are made of fit wherever they are put."""

from __future__ import annotations

import ast

import pytest

from xcs_ast.testing.odd import ODD
from xcs_ast.testing.states import SHARED, STATES

READS = [(state.kind, read) for state in (*STATES, *SHARED, *ODD) for read in state.reads]


@pytest.mark.parametrize(("kind", "read"), READS)
def test_a_read_is_one_operand_wherever_it_stands(kind: str, read: str) -> None:
    text = read.replace("@", "s0").replace("#", "1")
    whole = ast.parse(f"[0 for v in xs if {text} > 1 if v]", mode="eval").body
    assert isinstance(whole, ast.ListComp)
    first, _ = whole.generators[0].ifs
    assert isinstance(first, ast.Compare)
    assert ast.unparse(first.left) == ast.unparse(ast.parse(text, mode="eval"))
