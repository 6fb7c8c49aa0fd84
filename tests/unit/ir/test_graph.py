"""Graphs made by hand: dependences, waves, opportunities, patterns."""

from __future__ import annotations

import json

import pytest

from xcs_ast import (
    ComputationGraph,
    DependencyAnalyzer,
    GraphOptimizer,
    Operation,
    OpType,
    PatternLibrary,
    PatternMatch,
    ValueRef,
    register_pattern,
)
from xcs_ast.ir.dependences import Certainty, DependenceKind
from xcs_ast.ir.effects import CONTENT, Access, CellVar, Channel, Effect, Location, Unknown
from xcs_ast.ir.paths import Path, PinnedRoot
from xcs_ast.ir.patterns import LIBRARY

BOX: list[int] = []


def _at(access, field=CONTENT, owner=BOX):
    return Effect(access, Location(Path(PinnedRoot(owner)), field))


def _op(number, *effects, inputs=(), outputs=(), kind=OpType.CALL, **meta):
    values = tuple(ValueRef(each) for each in inputs), tuple(ValueRef(each) for each in outputs)
    return Operation(f"o{number}", kind, *values, meta, tuple(effects))


def _kinds(*operations):
    graph = ComputationGraph(tuple(operations))
    return {(dep.source, dep.sink, dep.kind.value) for dep in graph.dependences}


R, W, A = Access.READ, Access.WRITE, Access.REDUCE


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (_at(W), _at(R), "flow"),
        (_at(R), _at(W), "anti"),
        (_at(W), _at(W), "output"),
        (_at(A), _at(A), "output"),
        (_at(A), _at(R), "flow"),
        (_at(R), _at(A), "anti"),
        (_at(R), _at(R), None),
        (_at(W, "[1]"), _at(R, "[2]"), None),
        (_at(W, "[1]"), _at(R, CONTENT), "flow"),
        (_at(W, "a"), _at(W, "b"), None),
        (_at(W, owner=[]), _at(W, owner=[]), None),
        (Effect(W, Channel("stdout")), Effect(W, Channel("stdout")), "effect"),
        (Effect(R, Channel("network")), Effect(R, Channel("network")), None),
        (Effect(R, Channel("random")), Effect(W, Channel("random")), "effect"),
        (Effect(W, Unknown("?")), _at(R), "effect"),
        (_at(R), Effect(W, Unknown("?")), "effect"),
        (Effect(W, CellVar("x", 1)), Effect(R, CellVar("x", 1)), "flow"),
        (Effect(W, CellVar("x", 1)), Effect(R, CellVar("x", 2)), None),
    ],
)
def test_what_two_accesses_make(first, second, expected):
    found = _kinds(_op(1, first), _op(2, second))
    assert found == (set() if expected is None else {("o1", "o2", expected)})


def test_values_flow_and_guards_control():
    found = _kinds(
        _op(1, outputs=["a"]),
        _op(2, inputs=["a"], kind=OpType.BRANCH),
        _op(3, guards=("o2",)),
    )
    assert found == {("o1", "o2", "flow"), ("o2", "o3", "control")}


def test_values_of_inner_steps_tie_the_calls_around_them():
    inner = Operation("o2", OpType.COMPUTE, (), (ValueRef("a"),), parent="o1")
    graph = ComputationGraph((_op(1), inner, _op(3, inputs=["a"])))
    assert [(dep.source, dep.sink) for dep in graph.dependences] == [("o1", "o3")]


def test_carried_and_unsure():
    first = _op(1, _at(W), iterations=(("loop", 0),), outputs=["a"])
    second = _op(2, _at(R), iterations=(("loop", 1),), inputs=["a"], unsure=("a",))
    found = ComputationGraph((first, second)).dependences
    assert all(dep.carried for dep in found)
    assert found[0].certainty is Certainty.OBSERVED  # the place makes sure what the value left open
    assert "carried" in str(found[0])


def _ensemble():
    calls = [
        _op(number, inputs=[f"m{number}", "q"], outputs=[f"r{number}"], name="model") for number in range(5)
    ]
    appends = [_op(number + 5, _at(A), inputs=["l", f"r{number}"], name="append") for number in range(5)]
    steps = [op for pair in zip(calls, appends, strict=True) for op in pair]
    return ComputationGraph((*steps, _op(10, _at(R), inputs=["l"], kind=OpType.RETURN)), name="ensemble")


def test_the_ensemble_by_hand():
    graph = _ensemble()
    (found,) = graph.find_parallel_opportunities()
    assert len(found) == 5
    assert set(found.patterns) == {"map", "ensemble", "map-reduce"}
    assert found[0].name == "model"
    assert [len(wave) for wave in graph.independent_sets()] == [5, 1, 1, 1, 1, 1, 1]
    assert graph.dependencies(graph.operation("o6")) == (graph.operation("o5"), graph.operation("o1"))
    assert "Set 0: 5 operations can run in parallel" in str(graph)


def test_the_analyzer_says_it_all():
    info = DependencyAnalyzer().analyze(_ensemble())
    defined, users = info.use_def_chains["r0"]
    assert (defined.id, [op.id for op in users]) == ("o0", ["o5"])
    assert info.use_def_chains["q"][0] is None
    assert info.waves == info.levels
    assert {dep.kind for dep in info.dependences} == {DependenceKind.FLOW, DependenceKind.OUTPUT}
    assert len(info.parallel_opportunities) == 1


def test_a_pattern_is_one_function():
    @register_pattern("fan-in")
    def fan_in(graph):
        for op in graph.operations:
            if op.op_type is OpType.RETURN:
                yield PatternMatch("fan-in", (op,))

    try:
        marked = GraphOptimizer().optimize(_ensemble())
        assert marked.operation("o10").metadata["patterns"] == ("fan-in",)
        assert GraphOptimizer([]).optimize(_ensemble()).operation("o0").metadata == {"name": "model"}
    finally:
        LIBRARY._matchers = [each for each in LIBRARY.matchers if each.name != "fan-in"]


def test_a_graph_is_json_and_immutable():
    graph = _ensemble()
    assert json.loads(json.dumps(graph.as_dict()))["operations"][0]["name"] == "model"
    with pytest.raises(AttributeError):
        graph.operations = ()
    with pytest.raises(AttributeError):
        graph.operations[0].id = "x"
    assert ValueRef("a") == ValueRef("a", None, None)
    assert graph.operations[0] == Operation("o0", OpType.CALL,
        inputs=graph.operations[0].inputs, outputs=graph.operations[0].outputs)  # fmt: skip


def test_a_library_has_all_that_there_are_or_those_given():
    matcher = LIBRARY.matchers[0]
    assert PatternLibrary().matchers == LIBRARY.matchers
    assert PatternLibrary([matcher]).matchers == (matcher,)
    assert PatternLibrary([]).matchers == ()


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_pattern_is_refused():
    with pytest.raises(TypeError, match="a pattern has a name"):
        register_pattern(lambda graph: ())
    with pytest.raises(TypeError, match="'odd' is to be a function, not int"):
        register_pattern("odd")(3)
    before = LIBRARY.matchers
    try:
        register_pattern("odd")(lambda graph: [graph])
        with pytest.raises(
            TypeError, match="'odd' is to give instances of PatternMatch, not ComputationGraph"
        ):
            LIBRARY.match_all(ComputationGraph())
    finally:
        LIBRARY._matchers[:] = before


def test_an_operation_of_another_graph_has_no_dependencies_here():
    with pytest.raises(KeyError):
        ComputationGraph().dependencies(Operation("o1", OpType.CALL))
    with pytest.raises(KeyError):
        ComputationGraph().dependencies("o1")
