"""Who looks at the stack in a traced function finds what plain Python has there."""

from __future__ import annotations

import pytest

from tests.unit.runtime import stack_programs
from xcs_ast import ParallelExecutor, jit, trace_function


@pytest.mark.parametrize("case", stack_programs.CASES, ids=lambda case: case.__name__)
def test_the_stack_is_that_of_the_plain_program(case):
    plain = case(1)
    graph = trace_function(case, 1)
    assert graph.recording.result == plain
    executor = ParallelExecutor()
    assert executor.execute(graph) == plain
    assert executor.execute(graph, 1) == plain
    traced = jit(strategy="tracing")(case)
    assert [traced(1) for _ in range(3)] == [plain] * 3
