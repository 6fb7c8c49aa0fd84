"""A plan in one short line for each region: what the tables of the tests compare."""

from __future__ import annotations

from textwrap import dedent

from xcs_ast.diagnostics import lookup
from xcs_ast.frontend.analyse import plan_module
from xcs_ast.frontend.plan import ModulePlan, RegionPlan
from xcs_ast.frontend.source_text import SourceText


def plan(source: str) -> ModulePlan:
    return plan_module(dedent(source).lstrip("\n"), "case.py")


def summary(source: str) -> list[str]:
    """`loop: f(x) | g(x)` for each region, then `code` for each thing left alone."""
    found = plan(source)
    text = SourceText(dedent(source).lstrip("\n"), "case.py")
    lines = [f"{region.facts.kind.value}: {' | '.join(hand_overs(region, text))}" for region in found.regions]
    return lines + [lookup(left.code).name for left in found.left_alone]


def hand_overs(region: RegionPlan, text: SourceText) -> list[str]:
    taken: list[str] = []
    for hand_over in region.hand_overs:
        span = hand_over.span
        start, end = text.offset(span.line, span.column), text.offset(span.end_line, span.end_column)
        taken.append(" ".join(text.data[start:end].decode().split()))
    return taken


def in_loop(body: str, before: str = "", after: str = "", head: str = "for x in xs:") -> str:
    """A function with one loop."""
    lines = ["def program(self, xs, a, b):", "    out = []"]
    lines += ["    " + line for line in dedent(before).strip("\n").splitlines()]
    lines.append(f"    {head}")
    lines += ["        " + line for line in dedent(body).strip("\n").splitlines()]
    lines += ["    " + line for line in dedent(after).strip("\n").splitlines()]
    return "\n".join(lines) + "\n"
