"""Which `while` loops step through a sequence, and why the others do not."""

from __future__ import annotations

import pytest

from xcs_ast.frontend import plan_module
from xcs_ast.ir.sites import RegionKind

APPEND = ("out.append(g(xs[i]))",)


def planned(loop: str, before: str = "", after: str = "") -> tuple[list[str], list[tuple[str, str]]]:
    """The targets of the loop's regions, and what is said of what was left alone."""
    head = f"def g(x): return x\ndef f(xs, ys, n):\n    out = []\n    i = 0\n{before}"
    source = f"{head}{loop}{after}    return out\n"
    compile(source, "case.py", "exec")
    plan = plan_module(source, "case.py")
    assert all(each.facts.kind is RegionKind.STEP for each in plan.regions)
    return [each.target for each in plan.regions], [(each.code, each.message) for each in plan.left_alone]


def loop(test: str = "i < len(xs)", body: tuple[str, ...] = APPEND, step: str = "i += 1") -> str:
    return f"    while {test}:\n" + "".join(f"        {line}\n" for line in (*body, step))


@pytest.mark.parametrize(
    "text",
    [
        loop(),
        loop("i < n"),
        loop("i < 5"),
        loop() + "    else:\n        out.append(1)\n",
        loop(body=("g(xs[i])",)),
        loop(body=("out.append(g(xs[i]))", "for y in ys:", "    continue")),
    ],
    ids="len name number else unused inner-continue".split(),
)
def test_a_loop_that_counts_up_to_what_it_has(text: str) -> None:
    assert planned(text) == (["i"], [])


BEFOREHAND = ("XCS112", "a `while` loop does not tell its steps beforehand")


@pytest.mark.parametrize(
    "text",
    [
        loop("len(xs) > i"),
        loop("i <= 5"),
        loop("0 <= i < 5"),
        loop("i < xs.n"),
        loop("i < 5.0"),
        loop("i < len(xs.all)"),
        loop("i < len(i)"),
        loop("i < i"),
        loop(step="i += 2"),
        loop(step="i -= 1"),
        loop(step="i = i + 1"),
        loop(step="n += 1"),
        loop(body=("i += 1", *APPEND)),
        loop(body=(*APPEND, "xs = ys")),
        loop(body=("if xs[i]:", "    continue", *APPEND)),
        loop(body=(*APPEND, "h = lambda: i")),
    ],
)
def test_a_loop_that_may_do_otherwise(text: str) -> None:
    assert planned(text) == ([], [BEFOREHAND])


@pytest.mark.parametrize("word", ["break", "return"])
def test_a_loop_that_can_be_left(word: str) -> None:
    left = ("XCS101", f"the loop can be left early, by `{word}`")
    assert planned(loop(body=("if xs[i]:", f"    {word}", *APPEND))) == ([], [left])


def test_a_counter_or_limit_that_others_share() -> None:
    assert planned(loop(), before="    len = g\n") == ([], [BEFOREHAND])
    assert planned(loop(), before="    del i\n") == ([], [BEFOREHAND])
    changes = "    def h():\n        nonlocal n\n        n = 3\n"
    assert planned(loop("i < n"), after=changes) == ([], [BEFOREHAND])
    counts = loop("k < 5", ("out.append(g(xs[k]))",), "k += 1")
    assert planned(counts, before="    global k\n    k = 0\n") == ([], [BEFOREHAND])


def test_a_loop_without_calls_has_nothing_to_say() -> None:
    assert planned(loop(body=("out.append(xs[i])",))) == ([], [])


def test_a_loop_that_is_switched_off() -> None:
    assert planned(loop("i < n:  # xcs: off\n").replace("off\n:", "off")) == (
        [],
        [("XCS107", "switched off by a comment")],
    )
