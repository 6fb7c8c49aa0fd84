"""C code that compares what a container holds sees it as the recorded task has left it."""

from __future__ import annotations

from typing import Final

import pytest

from xcs_ast.testing.campaign import check_source
from xcs_ast.testing.modules import Face
from xcs_ast.testing.schedules import Order, Schedule

EXPRESSIONS: Final = [
    *(
        "pair.count([])",
        "pair.count([1])",
        "pair.index([1])",
        "(pair, 2).count(([], 1))",
        "((inner,),).count(([],))",
    ),
    *("tuple.__eq__(pair, ([], 1))", "pair.__contains__([1])", "pair.__lt__(([2],))", "pair[0:1].count([])"),
    *("operator.contains(nested, [])", "operator.countOf(nested, [1])", "operator.eq(nested, [[1]])"),
    *("bisect.bisect(nested, [0, 5])", "bisect.bisect_left(pair[0:1], [1])"),
    *("ValueError(inner).args.count([])", "functools.partial(pair.count, [])()"),
]
PROGRAM: Final = """
import bisect
import functools
import operator

from xcs_ast.testing import probe

inners = [[] for _ in range(4)]
pairs = [(inner, 1) for inner in inners]
lists = [[inner] for inner in inners]
stats = {"n": 0}


def task(x):
    stats["n"] += 1
    inner, pair, nested = inners[x], pairs[x], lists[x]
    probe.call(x)
    inner.append(1)
    return EXPRESSION


def main():
    out = []
    for x in [1, 2, 3]:
        out.append(task(x))
    for x in [1, 1, 1]:
        out.append(task(x))
    return out
"""


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_held(expression: str) -> None:
    source = PROGRAM.replace("EXPRESSION", expression)
    found, tasks, _ = check_source(source, (Schedule(Order.AHEAD),), (Face.HOOK,))
    assert not found, str(found[0])
    assert tasks
