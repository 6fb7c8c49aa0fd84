"""What is compiled is written as a tree, or by LibCST: both write the same, position for position."""

from __future__ import annotations

import ast
import marshal
from collections.abc import Sequence

import pytest

from tests.unit.rewrite.planner import synthetic_plan
from tests.unit.rewrite.samples import SOURCES
from xcs_ast.frontend import Guarded, ModulePlan, guard, guard_module, plan_module
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.records import replace

_PLANNERS = {
    "shapes": lambda source: synthetic_plan(source, several=False),
    "several": synthetic_plan,
    "analysis": lambda source: plan_module(source, "<test>"),
}
_BEYOND_LIBCST = {"line_ends_cr"}
"""Where LibCST gives up."""
_CALLS = "def f(xs):\n    out = []\n    for x in xs:\n        {}\n    return out\n"


def _both(source: str, plan: ModulePlan) -> tuple[Guarded, Guarded]:
    directly = guard_module(source, "<test>", plan, "abc")
    return directly, guard_module(source, "<test>", plan, "abc", directly=False)


def _shown(tree: ast.AST) -> str:
    """The tree with all places, but for two that nothing ever reports.

    Where `H.rest()` or the iterable is chosen: LibCST counts the iterable's parentheses. The number of a
    hand-over in an f-string: LibCST's stands where the argument stood.
    """
    for node in ast.walk(tree):
        match node:
            case ast.IfExp(orelse=ast.Call(func=ast.Attribute(attr="rest")) as rest):
                ast.copy_location(node, rest)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="ahead"), args=[number]):
                if name.startswith("_xcs_h"):
                    ast.copy_location(number, node)
    return ast.dump(tree, include_attributes=True, indent=1)


def _plain(facts: Sequence[SiteFacts]) -> list[object]:
    # `marshal` may write the same value in more than one way.
    return [(replace(each, slices=()), [marshal.loads(one) for one in each.slices]) for each in facts]


@pytest.mark.parametrize("planner", _PLANNERS)
@pytest.mark.parametrize("name", sorted(SOURCES.keys() - _BEYOND_LIBCST))
def test_both_write_the_same(name: str, planner: str) -> None:
    source = SOURCES[name]
    directly, by_text = _both(source, _PLANNERS[planner](source))
    assert _shown(directly.tree).splitlines() == _shown(by_text.tree).splitlines()
    assert _plain(directly.facts) == _plain(by_text.facts)
    assert directly.left_alone == by_text.left_alone


def test_nearly_all_is_written_as_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above would say nothing if LibCST wrote both."""
    by_text = []
    monkeypatch.setattr(guard, "_by_text", lambda job, unit, digest: by_text.append(unit))
    emitted = sum(
        len(guard_module(each, "<test>", synthetic_plan(each), "a").facts) for each in SOURCES.values()
    )
    assert emitted > 6 * len(by_text)


@pytest.mark.parametrize(
    "body",
    [
        "out.append(f'{len(str(x))=}')",
        "out.append(f'{x:{len(str(x))}}')",
        "out.append(str(x)); out.append(repr(x))",
        "with open(str(x)), open(x) as g: out.append(g)",
        "out += [lambda: str(x)]",
        "out += [str(y) for y in x]",
        "while str(x): x = None",
    ],
)
def test_odd_places_are_left_to_libcst_or_written_alike(body: str) -> None:
    source = _CALLS.format(body)
    directly, by_text = _both(source, synthetic_plan(source))
    assert _shown(directly.tree) == _shown(by_text.tree)
    assert directly.left_alone == by_text.left_alone


def test_no_node_stands_in_two_places() -> None:
    """Whoever changes a tree, as other import hooks do, changes one place of it."""
    for source in SOURCES.values():
        seen: set[int] = set()
        for node in ast.walk(guard_module(source, "<test>", plan_module(source, "<test>"), "abc").tree):
            if node._attributes:
                assert id(node) not in seen
                seen.add(id(node))
