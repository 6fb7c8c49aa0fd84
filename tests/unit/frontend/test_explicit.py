"""Regions that a person wrote out are put back into sequential words, or refused."""

from __future__ import annotations

import ast
import textwrap
from types import CodeType

import pytest

from xcs_ast.frontend.explicit import explicit_block, explicit_loop
from xcs_ast.ir.sites import RegionKind, SiteFacts


def facts_of(body: str, name: str = "run_ahead") -> SiteFacts | None:
    """The facts of the first `xcs.<name>(...)` in the body of a function of `models`, `inputs` and `out`."""
    source = "def f(models, inputs, out):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"
    tree = ast.parse(source)
    code = next(c for c in compile(source, "x.py", "exec").co_consts if isinstance(c, CodeType))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"xcs.{name}":
            find = explicit_loop if name == "run_ahead" else explicit_block
            return find(tree, code, "x.py", node.lineno, node.col_offset)
    raise AssertionError("no such call")


def lines(facts: SiteFacts | None) -> list[str]:
    assert facts is not None
    ast.parse(facts.text)
    return [line.strip() for line in facts.text.splitlines()]


def test_one_lambda() -> None:
    facts = facts_of(
        """
        for model, ahead in xcs.run_ahead(lambda m: m(inputs), models):
            out.append(ahead())
        """
    )
    found = lines(facts)
    assert found[0] == "for model in __xcs_items__:"
    assert found[-1] == "__xcs_value_0__ = __xcs_stage__(0, m(inputs))"
    assert found.index("out.append(__xcs_value_0__)") < len(found) - 1
    assert facts is not None
    assert (facts.kind, facts.stages, facts.single) == (RegionKind.LOOP, 1, True)
    assert set(facts.env) == {"inputs", "out"}
    assert facts.callees == ("m",)


def test_everything_in_a_generator_slice_is_inside_markers() -> None:
    found = lines(
        facts_of(
            """
            def work(doc):
                short = len(doc) < 3
                yield short
                if short:
                    return
                label = classify(doc)
                yield label
            for doc, ahead in xcs.run_ahead(work, models):
                if ahead.short():
                    continue
                out.append(ahead.label())
            """
        )
    )
    assert "short = __xcs_stage__(0, len(doc) < 3)" in found
    assert "if __xcs_stage__(1, short):" in found
    assert "label = __xcs_stage__(1, classify(doc))" in found


def test_the_body_cannot_hide_the_stages() -> None:
    """A `continue` or `raise` that is always reached must not make the stages look unreachable."""
    found = lines(
        facts_of(
            """
            for m, ahead in xcs.run_ahead(lambda m: m(inputs), models):
                out.append(ahead())
                continue
            """
        )
    )
    assert "if 1 .__hash__():" in found
    assert found.index("continue") < found.index("__xcs_value_0__ = __xcs_stage__(0, m(inputs))")


def test_comprehension() -> None:
    facts = facts_of("return [ahead() for m, ahead in xcs.run_ahead(lambda m: m(inputs), models) if m.on]")
    assert facts is not None
    assert facts.kind is RegionKind.COMPREHENSION
    assert "if m.on:" in lines(facts)


def test_block() -> None:
    facts = facts_of(
        """
        _b = xcs.ahead(lambda: fetch(inputs))
        _c = xcs.ahead(lambda: pages(inputs))
        a = user(models)
        c = _c()
        b = _b()
        return render(a, b, c)
        """,
        "ahead",
    )
    assert lines(facts) == ["a = user(models)", "c = pages(inputs)", "b = __xcs_stage__(0, fetch(inputs))"]


@pytest.mark.parametrize(
    "body",
    [
        "for m, a in xcs.run_ahead(lambda m: m(), models):\n    if a(): break",
        "for m, a in xcs.run_ahead(lambda m: m(), models):\n    return a()",
        "for m, a in xcs.run_ahead(lambda m: m(), models):\n    yield a()",
        "for m, a in xcs.run_ahead(lambda m: m(), models):\n    out.append(a)",
        "for m, a in xcs.run_ahead(lambda m: m(), models):\n    a(1)",
        "for pair in xcs.run_ahead(lambda m: m(), models):\n    pair[1]()",
        "for m, a in xcs.run_ahead(lambda m, n: m(), models):\n    a()",
        "for m, a in xcs.run_ahead(inputs, models):\n    a()",
        "for m, a in xcs.run_ahead(lambda m: m(), models, 3):\n    a()",
        "def s(m):\n    for k in m:\n        yield k\nfor m, a in xcs.run_ahead(s, models):\n    a.k()",
        "def s(m):\n    yield m()\n    log(m)\nfor m, a in xcs.run_ahead(s, models):\n    a.k()",
        "@cached\ndef s(m):\n    yield m()\nfor m, a in xcs.run_ahead(s, models):\n    a.k()",
        "def s(m):\n    x = yield m()\nfor m, a in xcs.run_ahead(s, models):\n    a.k()",
    ],
)
def test_refused(body: str) -> None:
    assert facts_of(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "_b = xcs.ahead(lambda: fetch(inputs))\nif out:\n    b = _b()",
        "_b = xcs.ahead(lambda: fetch(inputs))\nkeep(_b)\nb = _b()",
        "_b = xcs.ahead(lambda: fetch(inputs))\nb = _b() + _b()",
        "_b = xcs.ahead(lambda: fetch(inputs))\nreturn 1",
    ],
)
def test_block_refused(body: str) -> None:
    assert facts_of(body, "ahead") is None
