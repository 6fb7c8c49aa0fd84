"""Steps of traced functions: who looks at the stack finds what plain Python has; errors are the same."""

from __future__ import annotations

import pytest

from tests.unit.runtime import stack_programs, step_programs
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


@pytest.mark.parametrize("case", step_programs.CASES, ids=lambda case: case.__name__)
def test_odd_steps_do_what_they_do_plainly(case):
    plain = [case(n) for n in (0, 1)]
    graph = trace_function(case, 0)
    assert graph.recording.result == plain[0]
    executor = ParallelExecutor()
    assert [executor.execute(graph, n) for n in (0, 1)] == plain
    traced = jit(strategy="tracing")(case)
    assert [traced(n) for n in (0, 1, 1)] == [*plain, plain[1]]
