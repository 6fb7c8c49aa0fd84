"""Executing a graph gives what the function gives: on the same arguments, and on any others."""

from __future__ import annotations

import weakref

import pytest

from tests.equivalence.gates import expect, meet
from tests.unit.runtime import traced_programs as programs
from xcs_ast import ComputationGraph, Operation, OpType, ParallelExecutor, Tracer, jit, trace_function
from xcs_ast.runtime import executor as executor_module
from xcs_ast.runtime import plan
from xcs_ast.runtime.pool import POOL

CASES = programs.CASES


def _state(value, seen=()):
    """A value as plain data: instances by what is in them."""
    if isinstance(value, list | tuple):
        return type(value)(_state(each, seen) for each in value)
    if isinstance(value, dict):
        return {key: _state(each, seen) for key, each in value.items()}
    if isinstance(value, programs.Model | programs.Client):
        return type(value).__name__, {name: _state(each) for name, each in vars(value).items()}
    return value


def _outcome(run, args):
    try:
        result = ("returned", _state(run(*args)))
    except ValueError as error:
        names = []
        trace = error.__traceback__
        while trace is not None:
            if "/xcs_ast/" in trace.tb_frame.f_code.co_filename:
                names.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
        result = ("raised", error.args, names)
    return result, _state(list(args)), programs.TOTAL


@pytest.mark.parametrize("name", CASES)
def test_executing_is_calling(name):
    function, make = CASES[name]
    expected = {key: _outcome(function, make(key)) for key in ("abcd", "wxyz", "abc", "caab")}
    graphs = []

    def trace(*args):
        graph = trace_function(function, *args)
        graphs.append(graph)
        return graph.recording.result

    assert _outcome(trace, make("abcd")) == expected["abcd"]
    if not graphs:
        return
    executor = ParallelExecutor(8)
    for _ in range(2):
        for key, outcome in expected.items():
            assert _outcome(lambda *args: executor.execute(graphs[0], *args), make(key)) == outcome, key


@pytest.mark.parametrize("name", CASES)
def test_the_tracing_strategy_is_calling(name):
    function, make = CASES[name]
    optimized = jit(strategy="tracing")(function)
    for key in ("abcd", "wxyz", "abcd", "abc", "caab", "wxyz"):
        assert _outcome(optimized, make(key)) == _outcome(function, make(key)), key


def test_five_models_are_asked_at_the_same_time(monkeypatch):
    """Each waits inside until all have come."""
    monkeypatch.setattr(plan, "WORTH", 0.0)
    expect(1)
    graph = trace_function(programs.ensemble, [Meeting() for _ in range(5)], "q")
    executor = ParallelExecutor()
    expect(5)
    assert executor.execute(graph, [Meeting() for _ in range(5)], "r") == [True] * 5
    assert executor.last.taken >= 4


class Meeting:
    def __call__(self, text):
        return meet()


def test_the_shapes_in_which_others_pass_arguments():
    graph = trace_function(programs.ensemble, (programs._models(), "q"))
    executor = ParallelExecutor()
    expected = [f"{name}:r" for name in "wxyz"]
    new = programs._models(names="wxyz")
    assert executor.execute(graph) == [f"{name}:q" for name in "abcd"]
    assert executor.execute(graph, new, "r") == expected
    assert executor.execute(graph, (new, "r"), {}) == expected
    assert executor.execute(graph, {"models": new, "text": "r"}) == expected
    assert executor.execute(graph, models=new, text="r") == expected


def test_another_length_and_another_way_are_traced_anew():
    graph = trace_function(programs.leaving, programs._models(names="abcd"), "q")
    executor = ParallelExecutor()
    executor.execute(graph, programs._models(names="ab"), "q")
    assert executor.last.traced
    executor.execute(graph, programs._models(names="ab"), "q")
    assert not executor.last.traced
    assert executor.execute(graph, programs._models(names="cabd"), "q") == "c:q"
    # The first call is the one that was foretold; a worker may have made it, and may have begun others.
    assert executor.last.lost or executor.last.taken <= 1


def test_a_graph_made_by_hand_cannot_be_executed():
    graph = ComputationGraph((Operation("o1", OpType.CALL),))
    with pytest.raises(TypeError, match="was not traced"):
        ParallelExecutor().execute(graph)


def test_wrong_arguments_are_the_functions_to_complain_about():
    graph = trace_function(programs.ensemble, programs._models(), "q")
    with pytest.raises(TypeError):
        ParallelExecutor().execute(graph, 1, 2, 3)
    with pytest.raises(TypeError, match="missing 1 required"):
        jit(strategy="tracing")(programs.ensemble)([])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("workers", [0, -1, 1.5, True])
def test_max_workers_is_a_whole_number(workers):
    with pytest.raises(ValueError, match="max_workers"):
        ParallelExecutor(workers)


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_graph_is_refused_with_a_hint():
    with pytest.raises(TypeError, match="a graph is executed, not function; trace_function makes one"):
        ParallelExecutor().execute(test_what_is_no_graph_is_refused_with_a_hint)
    with pytest.raises(TypeError, match="a graph is executed, not int$"):
        ParallelExecutor().execute(3)


def _pair(first, second=2):
    return first, second


def test_wrong_arguments_are_named():
    graph = trace_function(_pair, 1)
    for wrong in ((), (1, 2, 3)):
        with pytest.raises(TypeError, match=r"_pair\(\): (missing a required|too many positional) argument"):
            trace_function(_pair, *wrong)
    with pytest.raises(TypeError, match=r"_pair\(\): too many positional arguments"):
        ParallelExecutor().execute(graph, 1, 2, 3)


def _counts_to(n):
    total = 0
    for number in range(n):
        total += number
    return total


def test_too_much_to_note_is_said(monkeypatch):
    from xcs_ast.tracer import observing, observing_quick

    for module in (observing, observing_quick):
        monkeypatch.setattr(module, "LIMIT", 500)
    graph = trace_function(_counts_to, 2_000)
    assert graph.recording.result == sum(range(2_000))
    assert len(graph.operations) <= 501
    assert any(note.startswith("only the first") for note in graph.notes)
    assert "only the first" in graph.summary()
    assert ParallelExecutor().execute(graph) == sum(range(2_000))


def test_a_short_graph_is_made_at_once():
    graph = trace_function(_counts_to, 3)
    assert "make" not in graph._memory
    assert "dependences" in graph._memory


def test_a_long_graph_is_made_when_somebody_looks():
    graph = trace_function(_counts_to, 300)
    assert graph.name == "_counts_to"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = graph.nothing
    assert "make" in graph._memory
    assert [op.name for op in graph.operations if op.op_type is OpType.COMPUTE] == ["+="] * 300
    assert "make" not in graph._memory


def test_making_an_executor_starts_no_thread_and_says_nothing(capsys):
    from xcs_ast.diagnostics import notices
    from xcs_ast.runtime import warming_graphs
    from xcs_ast.runtime.pool import POOL

    before = POOL.threads, POOL._submitted, len(notices.recorded())
    warming_graphs._warm_up()
    assert (POOL.threads, POOL._submitted, len(notices.recorded())) == before
    assert capsys.readouterr() == ("", "")


def _lazily(numbers):
    first = sum(numbers)
    return first, (number + 1 for number in numbers)


def test_what_outlives_the_run_is_no_part_of_its_graph():
    graphs = []
    for early in (True, False):
        tracer = Tracer()
        graph = tracer.trace(_lazily, [1, 2, 3])
        if early:
            graphs.append(str(graph))
        assert list(tracer.result[1]) == [2, 3, 4]
        graphs.append(str(graph))
    assert graphs[0] == graphs[1] == graphs[2]


def test_the_first_call_does_not_keep_the_others_waiting():
    """In place it would be recorded first, while threads that could begin wait for their turn."""
    graph = trace_function(programs.ensemble, *CASES["ensemble"][1]("abc"))
    executor = ParallelExecutor(8)
    found = executor.execute(graph, *CASES["ensemble"][1]("xyz"))
    assert found == programs.ensemble(*CASES["ensemble"][1]("xyz"))
    assert (executor.last.taken, executor.last.dropped) == (3, 0)


def test_a_call_whose_thread_has_other_things_to_do_is_made_in_place(monkeypatch):
    monkeypatch.setattr(type(POOL), "is_at_hand", lambda self, lane: False)
    graph = trace_function(programs.ensemble, *CASES["ensemble"][1]("abc"))
    executor = ParallelExecutor(8)
    found = executor.execute(graph, *CASES["ensemble"][1]("xyz"))
    assert found == programs.ensemble(*CASES["ensemble"][1]("xyz"))
    assert executor.last.dropped == 0


def test_a_short_trace_gets_ready_to_be_executed():
    graph = trace_function(programs.ensemble, *CASES["ensemble"][1]("abc"))
    (known,) = [graph.remember("known", lambda _: pytest.fail("the first run would have to wait for it"))]
    assert len(known.plans) == 1


def test_getting_ready_may_fail(monkeypatch):
    monkeypatch.setattr(executor_module, "Plan", lambda graph: 1 / 0)
    graph = trace_function(programs.ensemble, *CASES["ensemble"][1]("abc"))
    monkeypatch.undo()
    assert ParallelExecutor().execute(graph) == programs.ensemble(*CASES["ensemble"][1]("abc"))


def test_nothing_outlives_a_run_that_raised() -> None:
    class Box:
        pass

    held: weakref.WeakValueDictionary[int, Box] = weakref.WeakValueDictionary()

    def keeps() -> None:
        try:
            raise LookupError
        finally:
            held[9] = Box()

    run = jit(strategy="tracing")(keeps)
    for _ in range(2):
        with pytest.raises(LookupError):
            run()
        assert not held
