"""The observing recorder: what happens is what happens plainly, and the graph says what depended on what."""

from __future__ import annotations

import warnings

import pytest

from tests.unit.runtime import traced_programs as slow
from tests.unit.tracer import observed_programs as programs
from xcs_ast import DependencyAnalyzer, ExecutionTracer, OpType, Tracer, trace_function
from xcs_ast.ir.dependences import Certainty, DependenceKind


def _models(kind=programs.Model, names="abcde"):
    return [kind(name) for name in names]


def _calls(graph, name):
    return [op for op in graph.steps() if op.op_type is OpType.CALL and op.name == name]


def _between(graph, operations):
    ids = {op.id for op in operations}
    return [dep for dep in graph.dependences if dep.source in ids and dep.sink in ids]


def test_the_seeds_ensemble_has_its_two_sets():
    graph = trace_function(programs.ensemble_forward, _models(), "q")
    lines = graph.summary().splitlines()
    assert lines[0] == "Found 2 parallel opportunity sets"
    assert lines[1].startswith("  Set 0: 5 operations can run in parallel: call Model")
    assert lines[2].startswith("  Set 1: 5 operations can run in parallel: load item")
    calls, items = graph.find_parallel_opportunities()
    assert {"map", "ensemble", "map-reduce"} <= set(calls.patterns)
    assert [op.op_type for op in items] == [OpType.LOAD] * 5
    assert str(graph).endswith(graph.summary())
    assert graph.recording.result == [f"{name}:q" for name in "abcde"]


def test_appends_are_a_reduction_and_no_opportunity():
    graph = trace_function(programs.ensemble_forward, _models(), "q")
    appends = _calls(graph, "list.append")
    found = _between(graph, appends)
    assert len(found) == 4
    assert all(dep.kind is DependenceKind.OUTPUT and dep.reduction and dep.carried for dep in found)


def test_objects_of_their_own_are_independent_and_one_object_is_not():
    apart = trace_function(programs.ensemble_forward, _models(programs.Counting), "q")
    assert not _between(apart, _calls(apart, "Counting"))
    one = trace_function(programs.ensemble_forward, [programs.Counting("a")] * 3, "q")
    found = _between(one, _calls(one, "Counting"))
    assert len(found) == 2
    assert all("calls" in dep.place and dep.carried for dep in found)


@pytest.mark.parametrize("kind", [programs.Model, programs.Echo])
def test_a_chain_is_a_chain_even_if_the_text_stays_the_same(kind):
    graph = trace_function(programs.chain, _models(kind), "some text")
    calls = _calls(graph, kind.__name__)
    flows = [dep for dep in _between(graph, calls) if dep.kind is DependenceKind.FLOW]
    assert len({(dep.source, dep.sink) for dep in flows}) >= 4
    assert all(
        len(each) != 5 or each[0].op_type is OpType.LOAD for each in graph.find_parallel_opportunities()
    )


def test_an_echo_does_not_make_an_ensemble_a_chain():
    graph = trace_function(programs.ensemble_forward, _models(programs.Echo), "some text")
    assert not _between(graph, _calls(graph, "Echo"))


def test_state_is_carried_through_an_item():
    graph = trace_function(programs.through_a_dict, _models(names="abc"), {"last": "x"})
    stores = [op for op in graph.steps() if op.op_type is OpType.STORE]
    loads = [op for op in graph.steps() if op.op_type is OpType.LOAD and op.metadata.get("how") == "item"]
    found = [dep for dep in graph.dependences if dep.source == stores[0].id and dep.sink == loads[1].id]
    assert DependenceKind.FLOW in {dep.kind for dep in found}
    assert all(dep.carried and dep.certainty is Certainty.OBSERVED for dep in found)


@pytest.mark.parametrize(
    "function",
    [programs.until, programs.until_found, programs.until_none, programs.until_case, programs.until_error],
)
def test_an_exit_decides_about_what_comes_after(function):
    graph = trace_function(function, _models(), "q")
    first, second = _calls(graph, "Model")[:2]
    branches = [op for op in graph.steps() if op.op_type is OpType.BRANCH]
    control = DependencyAnalyzer().analyze(graph).control_dependencies
    if function in (programs.until, programs.until_found):
        assert [op.metadata["decision"] for op in branches] == [False, True]
        assert branches[0] in control[second.id]
    else:  # nothing tells of such a decision: it may hang on the call before
        assert second.id in control
        place = [op.id for op in graph.steps()].index(first.id)
        assert graph.reaches()[second.id] >> place & 1
    assert first.id not in control


@pytest.mark.parametrize(
    ("function", "args", "pattern"),
    [
        (programs.judge, lambda: (_models(), "q"), "ensemble-judge"),
        (programs.two_stages, lambda: (_models(names="ab"), ["one", "two", "three"]), "pipeline"),
        (programs.filtered, lambda: (["one", "two", "three"], programs.Model("a")), "filter"),
        (programs.total, lambda: ([1000, 2000, 3000],), "reduce"),
        (programs.scanned, lambda: (_models(), "q"), "scan"),
        (programs.ensemble_forward, lambda: (_models(), "q"), "map-reduce"),
    ],
)
def test_patterns(function, args, pattern):
    from xcs_ast import PatternLibrary
    from xcs_ast.ir.patterns import LIBRARY

    graph = trace_function(function, *args())
    assert pattern in {match.pattern for match in LIBRARY.match_all(graph)}
    assert isinstance(LIBRARY, PatternLibrary)


def test_calls_of_a_block_are_a_set():
    graph = trace_function(programs.block, slow.Model("a"))
    assert any(
        len(each) == 2 and each[0].op_type is OpType.CALL for each in graph.find_parallel_opportunities()
    )


def test_what_looks_at_its_caller_sees_the_user(capsys, caplog):
    with pytest.warns(UserWarning) as seen:
        trace_function(programs.says, "name")
    assert seen[0].filename == programs.__file__
    (record,) = caplog.records
    assert (record.funcName, record.pathname) == ("says", programs.__file__)
    assert capsys.readouterr().out == "name\n"


def test_globals_are_counted():
    graph = trace_function(programs.counts)
    assert graph.recording.result == 3
    assert sum(op.name == "COUNT +=" for op in graph.operations) == 3


def test_an_exception_is_raised_without_our_frames():
    tracer = Tracer()
    with pytest.raises(KeyError) as caught:
        tracer.trace(programs.fails, _models(names="ab"), "q")
    files = [entry.path.name for entry in caught.traceback[1:]]
    while files[0] == "trace.py":  # what was called here
        del files[0]
    assert files == ["observed_programs.py"]
    assert tracer.graph is not None
    assert "the run ended with an exception" in tracer.graph.notes


def test_a_generator_expression_outlives_the_run():
    result = trace_function(programs.lazy, _models(), "q").recording.result
    assert list(result) == [f"{name}:q" for name in "abcde"]


def test_the_shapes_of_arguments():
    models = _models()
    assert len(trace_function(programs.ensemble_forward, (models, "q"))) == len(
        ExecutionTracer().trace(programs.ensemble_forward, models, inputs="q")
    )
    with pytest.raises(TypeError, match="missing a required argument"):
        trace_function(programs.ensemble_forward, models)


@pytest.mark.usefixtures("unchecked")
def test_a_number_is_not_traced():
    with pytest.raises(TypeError, match="a function is traced"):
        trace_function(3)


def test_asynchronous_functions_are_refused():
    async def later():
        return 1

    with pytest.raises(TypeError, match="asynchronous"):
        trace_function(later)


def test_a_builtin_is_one_step():
    graph = trace_function(sorted, [3, 1, 2])
    assert graph.recording.result == [1, 2, 3]
    assert [op.op_type for op in graph] == [OpType.CALL, OpType.RETURN]
    assert "one step" in graph.notes[0]


def test_nothing_is_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace_function(programs.ensemble_forward, _models(), "q")


@pytest.mark.parametrize(
    "function",
    [
        programs.of_globals,
        programs.of_cells,
        programs.of_items,
        programs.that_fail,
        programs.of_patterns,
        programs.closing,
    ],
)
def test_what_is_watched_does_what_it_does_plainly(function):
    expected = function(3)
    graph = trace_function(function, 3)
    assert graph.recording.result == expected
    assert graph.steps()


def test_a_function_that_was_given_other_code_is_followed_as_it_is_now():
    class Box:
        def look(self):
            return "look"

    def plain():
        return "plain"

    def given(x=1):
        return x

    def run():
        seen = []
        for turn in range(4):
            seen.append((plain(), given(), Box().look()))
            if turn == 1:
                plain.__code__ = (lambda: "other plain").__code__
                given.__defaults__ = (2,)
                Box.look.__code__ = (lambda self: "other look").__code__
        told.append(seen)

    told = []
    trace_function(run)
    assert told == [[("plain", 1, "look")] * 2 + [("other plain", 2, "other look")] * 2]
