"""A plan is of one text: where another stands in its place, nothing is written that could be wrong."""

from __future__ import annotations

import ast

import pytest

from xcs_ast.frontend import guard_module, plan_module

HEAD = "def g(x): return x\ndef f(xs, out, a, b, z):\n"
LOOP = "    for x in xs:\n        out.append(g(x))\n    return out\n"
STEP = "    i = 0\n    while i < 9:\n        out.append(g(i))\n        i += 1\n"
MADE = "    return list([g(x) for x in xs])\n"
BLOCK = "    a = g(1)\n    b = g(2)\n    return a, b\n"


def written(planned: str, source: str, directly: bool) -> tuple[int, bool]:
    """How many regions are written into the text that another was planned from; whether it stays as it is."""
    plan = plan_module(planned, "case.py")
    assert len(plan.regions) == 1
    done = guard_module(source, "case.py", plan, "digest", directly=directly)
    as_it_was = ast.dump(ast.parse(source), include_attributes=True)
    return len(done.facts), done.tree is None or ast.dump(done.tree, include_attributes=True) == as_it_was


@pytest.mark.parametrize("directly", [True, False], ids=["tree", "text"])
@pytest.mark.parametrize("planned", [LOOP, STEP, MADE, BLOCK], ids="loop step comprehension block".split())
def test_the_text_that_was_planned(planned: str, directly: bool) -> None:
    assert written(HEAD + planned, HEAD + planned, directly) == (1, False)


@pytest.mark.parametrize("directly", [True, False], ids=["tree", "text"])
@pytest.mark.parametrize(
    "line",
    [
        "y = lambda:g(x)",
        "y = [0 and g(x) for _ in z]",
        "y = {0 and g(x) for _ in z}",
        "y = (0 and g(x) for _ in z)",
        "while 1 or g(x): pass",
        "def k(a,bb=g(x)): pass",
        "with a, b, g(x): pass",
        "y = f'0000{g(x)=}'",
        "y: 1 + 2 + g(x) = 1",
        "def k():  +g(x)",
        "for z in z:g(x)",
        "class k(a, g(x)): pass",
        "out.append(g(x",
        "out.append( g(x))",
    ],
)
def test_a_call_that_may_come_more_than_once_or_elsewhere(line: str, directly: bool) -> None:
    source = HEAD + LOOP.replace("out.append(g(x))", line)
    if line.endswith("g(x"):
        source = source.replace("g(x\n", "g(x,\n        ))\n")  # the same call over two lines
    assert written(HEAD + LOOP, source, directly) == (0, True)


@pytest.mark.parametrize("directly", [True, False], ids=["tree", "text"])
@pytest.mark.parametrize(
    ("planned", "source"),
    [
        (LOOP, LOOP.replace("for x in xs", "while xs(1)")),
        (LOOP, LOOP.replace("for x in xs", "if xs and x")),
        (LOOP, LOOP.replace("    for x in xs:", "    if 1:\n        pass\n    for x in xs:")),
        (STEP, STEP.replace("while i < 9", "for i in 99")),
        (STEP, STEP.replace("while i < 9", "if 100 < 99")),
        (MADE, "    return list([g(x),          xs])\n"),
        (MADE, "    return list([g(x) for x in z ])\n".replace("for x in z ", "for x in xs if 1")),
        (MADE, "    return list([g(x) async for x in xs])\n"),
        (MADE, "    return f'''{[g(x) for x in xs]}'''\n"),
        (BLOCK, BLOCK.replace("    b = g(2)\n", "    if g(2):\n        pass\n")),
    ],
)
def test_another_statement(planned: str, source: str, directly: bool) -> None:
    head = HEAD.replace("def f", "async def f") if " async for" in source else HEAD
    assert written(HEAD + planned, head + source, directly) == (0, True)
