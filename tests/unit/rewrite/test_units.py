"""The parts of a module that LibCST is given: which lines each has, and what is refused."""

from __future__ import annotations

import ast
from textwrap import indent
from typing import Any

import pytest

from xcs_ast.frontend import plan_module
from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.units import Unit, find_units
from xcs_ast.records import replace

G = "def g(x): return x\n"
F = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(g(x))\n    return out\n"
AT_ONCE = "[g(x) for x in (1, 2)]"


def found(source: str, **changed: Any) -> tuple[list[Unit], list[str]]:
    compile(source, "case.py", "exec")
    regions = [replace(each, **changed) for each in plan_module(source, "case.py").regions]
    assert regions
    units, refused = find_units(ast.parse(source), LineTable(source), regions)
    return units, [why for _, why in refused]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (G + F, [(2, 6, False)]),
        (f"{G}class C:\n    x = 1\n{indent(F, '    ')}", [(4, 8, True)]),
        (f"{G}try:\n    import zz\nexcept ImportError:\n{indent(F, '    ')}", [(5, 9, True)]),
        (f"{G}if 0:\n    pass\nelse:\n{indent(F, '    ')}", [(5, 9, True)]),
        (f"{G}try:\n    pass\nfinally:\n{indent(F, '    ')}", [(5, 9, True)]),
        (f"{G}match 1:\n    case 1:\n{indent(F, '        ')}", [(4, 8, True)]),
        (f"{G}a = 1; b = {AT_ONCE}; c = 3\nd = {AT_ONCE}", [(2, 2, False), (3, 3, False)]),
        (f"{G}x = '''\n'''; d = {AT_ONCE}", [(2, 3, False)]),
        (f"{G}def f(xs):\n    return [g(x) for x in xs]; \\\n\n", [(2, 4, False)]),
        (f"{G}ys = []\nfor y in [1, 2]:\n{indent(F, '    ')}    ys.append(g(y))\n", [(3, 9, False)]),
    ],
    ids="plain class handler else finally case neighbours quoted continued merged".split(),
)
def test_a_unit_is_whole_lines(source: str, lines: list[tuple[int, int, bool]]) -> None:
    units, refused = found(source)
    assert not refused
    assert [(each.start, each.end, each.indented) for each in units] == lines
    for each in units:
        assert each.suite[each.first].lineno == each.start
        assert each.regions


@pytest.mark.parametrize(
    ("source", "changed", "why"),
    [
        (f"{G}\f{F}", {}, "it does not start on a line of its own"),
        (f"{G}\\\n{F}", {}, "its first line continues another"),
        (f"{G}class C:\n    x = 1\nb = {AT_ONCE}", {"at_module_level": False}, "it lies in a class body"),
    ],
    ids=["form-feed", "continues", "no-function"],
)
def test_a_region_that_lies_in_no_unit(source: str, changed: dict[str, Any], why: str) -> None:
    assert found(source, **changed) == ([], [why])


def test_a_plan_of_another_text() -> None:
    plan = plan_module(G + F, "case.py")
    where = find_units(ast.parse(G), LineTable(G), plan.regions)
    assert where == ([], [(plan.regions[0], "its statements are not where the plan says")])
