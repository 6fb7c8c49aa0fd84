"""Pictures and programs of graphs."""

from __future__ import annotations

import ast
import sys
from xml.etree import ElementTree

import pytest

from tests.unit.runtime import traced_programs as programs
from tests.unit.tracer import observed_programs as observed
from xcs_ast import to_dot, to_program, to_svg, trace_function
from xcs_ast.report.program import program_of


def _models(names="abcde"):
    return [observed.Model(name) for name in names]


def test_the_picture_is_xml_with_every_step():
    graph = trace_function(observed.ensemble_forward, _models(), "<q>")
    tree = ElementTree.fromstring(to_svg(graph))
    boxes = [each for each in tree.iter() if each.tag.endswith("rect")]
    assert len(boxes) == len(graph.steps()) + 1


def test_dot_names_every_step_and_dependence():
    graph = trace_function(observed.ensemble_forward, _models(), 'a "quoted" text')
    text = to_dot(graph, nested=True)
    assert text.count(" -> ") == len(graph.dependences)
    assert all(f'"{op.id}" [label=' in text for op in graph)


@pytest.mark.parametrize(
    ("function", "args", "others"),
    [
        (observed.ensemble_forward, lambda: (_models(), "q"), lambda: (_models("vwxyz"), "r")),
        (observed.chain, lambda: (_models(), "q"), lambda: (_models("vwxyz"), "r")),
        (observed.two_stages, lambda: (_models("ab"), ["x", "y"]), lambda: (_models("cd"), ["u", "v"])),
        (
            observed.through_a_dict,
            lambda: (_models("ab"), {"last": "x"}),
            lambda: (_models("cd"), {"last": "y"}),
        ),
        (observed.total, lambda: ([1000, 2000],), lambda: ([3000, 5000],)),
        (programs.numbered, lambda: (programs._models(), "q"), lambda: (programs._models(names="wxyz"), "r")),
        (programs.zipped, lambda: (programs._models(), "a b c d"), lambda: (programs._models(), "e f g h")),
    ],
)
def test_the_program_does_what_the_function_does(function, args, others):
    graph = trace_function(function, *args())
    space = {}
    exec(to_program(graph), space)
    printed = space[function.__name__]
    assert printed(*args()) == function(*args())
    assert printed(*others()) == function(*others())


def test_another_way_is_refused_by_the_program():
    space = {}
    exec(to_program(trace_function(observed.until, _models("ab"), "q")), space)
    with pytest.raises(AssertionError):
        space["until"](_models("ba"), "q")


def test_it_says_who_rendered_it(monkeypatch):
    graph = trace_function(observed.ensemble_forward, _models(), "q")
    pytest.importorskip("astor")
    assert program_of(graph).renderer == "astor"
    monkeypatch.setitem(sys.modules, "astor", None)
    plain = program_of(graph)
    assert plain.renderer == "ast"
    assert "not installed" in plain.notes[-1]


def test_what_cannot_be_said_is_noted():
    def outer(models):
        count = 0

        def step(model):
            nonlocal count
            count += 1
            return model("x")

        return [step(model) for model in models]

    graph = trace_function(outer, _models("ab"))
    text = to_program(graph)
    assert "cannot be said" in text
    ast.parse(text)
