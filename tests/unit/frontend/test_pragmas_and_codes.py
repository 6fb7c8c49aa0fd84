"""Pragmas; and every code of the frontend has a case that fires it."""

from __future__ import annotations

import ast
import pathlib
import sysconfig

import pytest

from xcs_ast.diagnostics import lookup
from xcs_ast.diagnostics.codes_frontend import BY_NAME
from xcs_ast.frontend.analyse import plan_module
from xcs_ast.source.pragmas import has_optimize_marker, is_switched_off

from .summaries import plan


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"for x in xs:  # xcs: off", True),
        (b"for x in xs:  #xcs:off", True),
        (b"for x in xs:  # xcs: offset", False),
        (b"for x in xs:  # noqa # xcs: off", True),
        (b"for x in xs:", False),
    ],
)
def test_off(line: bytes, expected: bool) -> None:
    assert is_switched_off(line) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# xcs: optimize\nimport a\n", True),
        ('"""Doc."""\n# xcs: optimize\n', True),
        ('"""Doc.\n\nmore\n"""\n\n#xcs:optimize\n', True),
        ("#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# xcs: optimize\n", True),
        ("import a\n# xcs: optimize\n", False),
        ('"""\n# xcs: optimize\n"""\n', False),
        ("x = '# xcs: optimize'\n", False),
        ("", False),
    ],
)
def test_optimize(source: str, expected: bool) -> None:
    assert has_optimize_marker(source) is expected


FIRING = {
    "early-exit": "def p(xs):\n    for x in xs:\n        if f(x): break\n",
    "carried-state": "def p(xs, s):\n    for x in xs:\n        s = f(s, x)\n",
    "reflective-scope": "def p(xs):\n    for x in xs:\n        y = f(x, locals())\n",
    "class-body": "class A:\n    for x in xs:\n        y = f(x)\n",
    "async": "async def p(xs):\n    for x in xs:\n        y = f(x)\n",
    "maybe-unbound": "def p(xs):\n    if xs: k = 1\n    for x in xs:\n        y = f(x, k)\n",
    "pragma-off": "for x in xs:  # xcs: off\n    y = f(x)\n",
    "unsliceable-target": "for a.x in xs:\n    y = f(1)\n",
    "nested-comprehension": "y = [f(x) for z in xs for x in z]\n",
    "generator-without-consumer": "y = (f(x) for x in xs)\n",
    "star-import": "from m import *\ny = sum(f(x) for x in xs)\n",
    "while-loop": "while a:\n    y = f(a)\n",
    "module-level-shape": "for x in xs:\n    a, b = f(x), 1\n    y = g(a, b)\n",
    "guarded-by-result": "def p(xs, s):\n    for x in xs:\n        if s: s = f(x)\n",
    "deferred-scope": "y = lambda: [f(x) for x in xs]\n",
    "closure-capture": "for x in xs:\n    y = f(lambda: x)\n",
    "walrus": "y = [(z := f(x)) for x in xs]\n",
    "too-deep": "y = " + "+".join(["f(x)"] * 3000) + "\n",
    "global-target": "def p(xs):\n    global x\n    for x in xs:\n        y = f(x)\n",
}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_code_fires(name: str) -> None:
    left = plan(FIRING[name]).left_alone
    assert [lookup(each.code).name for each in left] == [name]
    assert left[0].span is not None
    assert left[0].message
    assert lookup(BY_NAME[name]).summary


def test_names_are_told() -> None:
    left = plan(FIRING["carried-state"]).left_alone[0]
    assert left.names == ("s",)
    assert str(left).startswith("case.py:2:5: XCS102 ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", [part if part % 2 else pytest.param(part, marks=pytest.mark.full) for part in range(4)]
)
def test_the_standard_library_is_planned_without_a_crash(part: int) -> None:
    root = pathlib.Path(sysconfig.get_paths()["stdlib"])
    files = [path for path in sorted(root.rglob("*.py")) if "site-packages" not in path.parts]
    planned = 0
    for path in files[part * 14 :: 56]:
        try:
            source = path.read_bytes().decode()
            found = plan_module(source, str(path))
        except (UnicodeDecodeError, SyntaxError, ValueError):
            continue
        for region in found.regions:
            ast.parse(region.facts.text)
            for text in (*region.slices, *region.readable_slices):
                compile(text, "slice", "exec")
            planned += 1
    assert planned > 5
