"""What a step touches, told by the analysis of a text and remembered for others like it."""

from __future__ import annotations

from collections.abc import Callable

from xcs_ast.ir.effects import Access, CellVar
from xcs_ast.tracer.observing_effects import Memo, text_touches


def closure() -> Callable[[int], int]:
    n = 0

    def get(x: int) -> int:
        return n + x

    return get


def test_a_variable_of_a_closure_is_that_of_the_function_at_hand() -> None:
    memo = Memo(lasting=False)
    for get in (closure(), closure()):
        touches, _ = text_touches("__xcs_stage__(0, a0(1))", {"a0": get}, memo)
        assert get.__closure__ is not None
        (cell,) = get.__closure__
        assert [touch for touch in touches if isinstance(touch[1], CellVar)] == [
            (Access.READ, CellVar("n", id(cell)), "")
        ]
