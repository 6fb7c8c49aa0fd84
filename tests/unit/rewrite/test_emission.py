"""Rewritten code does what the original does, whatever the source looks like."""

from __future__ import annotations

import ast
import contextlib
import io

import pytest

from tests.unit.rewrite.inplace import compiled
from tests.unit.rewrite.planner import synthetic_plan
from tests.unit.rewrite.samples import SOURCES
from tests.unit.rewrite.unwritten import unwritten
from xcs_ast.frontend import guard_module, plan_module
from xcs_ast.frontend.lines import LineTable

_PLANNERS = {
    "shapes": lambda source: synthetic_plan(source, several=False),
    "analysis": lambda source: plan_module(source, "<test>"),
}


def _run(code: object) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("mode", ["plain", "serial", "ahead", "midway"])
@pytest.mark.parametrize("planner", _PLANNERS)
@pytest.mark.parametrize("name", SOURCES)
def test_behaves_like_the_original(name: str, planner: str, mode: str) -> None:
    source = SOURCES[name]
    guarded = guard_module(source, "<test>", _PLANNERS[planner](source), "abc")
    code, sites = compiled(guarded.tree, "<test>", guarded.facts, mode)
    assert _run(code) == _run(compile(source, "<test>", "exec", dont_inherit=True))
    entered = sum(site.entered for site in sites.values())
    assert not (planner == "shapes" and mode == "ahead" and sites) or entered > 0


@pytest.mark.parametrize("planner", ["several", "analysis"])
@pytest.mark.parametrize("name", SOURCES)
def test_every_node_stands_where_it_stood(name: str, planner: str) -> None:
    """Both versions of each region are the user's own code: same nodes, same lines, same columns."""
    source = SOURCES[name]
    original = ast.parse(source)
    plan = synthetic_plan(source) if planner == "several" else plan_module(source, "<test>")
    tree = guard_module(source, "<test>", plan, "abc").tree
    for version in ("plain", "ahead"):
        back = unwritten(tree, original, plan, version)
        assert ast.dump(back, include_attributes=True) == ast.dump(original, include_attributes=True)


@pytest.mark.parametrize("name", SOURCES)
def test_no_line_is_lost_or_added(name: str) -> None:
    source = SOURCES[name]
    tree = guard_module(source, "<test>", synthetic_plan(source), "abc").tree
    plain = ast.parse(source)
    lines = {node.lineno for node in ast.walk(plain) if hasattr(node, "lineno")}
    assert {node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")} == lines
    table = LineTable(source)
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            assert (node.lineno, node.col_offset) <= (node.end_lineno, node.end_col_offset)
            assert node.end_col_offset <= len(table.line(node.end_lineno).encode())


def test_every_shape_is_rewritten() -> None:
    """The sources above are no empty promise: most of what has the shape of a region becomes one."""
    planned = emitted = 0
    for source in SOURCES.values():
        plan = synthetic_plan(source)
        planned += len(plan.regions)
        emitted += len(guard_module(source, "<test>", plan, "abc").facts)
    assert planned > 55
    assert emitted > 0.85 * planned


def test_site_is_a_constant_and_no_name() -> None:
    source = SOURCES["module_level"]
    tree = guard_module(source, "<test>", synthetic_plan(source), "0123").tree
    code = compile(tree, "<test>", "exec", dont_inherit=True)
    assert not [name for name in (*code.co_names, *code.co_varnames) if "xcs" in name]
    assert "<xcs site 0 of 0123>" in code.co_consts
