"""Straight-line blocks: the first call stays, later independent ones are hoisted."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .summaries import plan, summary

BODIES: dict[str, tuple[str, list[str]]] = {
    "two": ("u = f(a)\no = g(a)\nreturn render(u, o)", ["block: g(a)"]),
    "three": ("u = f(a)\no = g(a)\np = h(a)", ["block: g(a) | h(a)"]),
    "dependent": ("u = f(a)\no = g(u)", []),
    "dependent-then-not": ("u = f(a)\no = g(u)\np = h(a)", ["block: h(a)"]),
    "chain-then-pair": ("u = f(a)\no = g(u)\np = h(u)", ["block: h(u)"]),
    "expression": ("return f(a) + g(b)", ["block: g(b)"]),
    "expression-three": ("return f(a) + g(b) * h(b)", ["block: g(b) | h(b)"]),
    "arguments": ("return render(f(a), g(b))", ["block: g(b)"]),
    "argument-dependent": ("u = f(a)\nreturn render(u, g(b))", ["block: g(b)"]),
    "tuple": ("return f(a), g(b)", ["block: g(b)"]),
    "dict": ("return {'u': f(a), 'v': g(b)}", ["block: g(b)"]),
    "one-call": ("u = f(a)\nreturn u", []),
    "one-call-nested": ("return f(g(h(a)))", []),
    "short-circuit": ("return f(a) or g(b)", []),
    "conditional": ("return f(a) if a else g(b)", []),
    "comparison-chain": ("return f(a) < g(b) < h(b)", ["block: g(b)"]),
    "lambda": ("u = f(a)\nv = lambda: g(b)", []),
    "comprehension": ("u = f(a)\nv = [g(x) for x in b]", ["comprehension: g(x)"]),
    "comprehension-source": ("u = f(a)\nv = [x for x in g(b)]", ["block: g(b)"]),
    "unused-results": ("f(a)\ng(b)", []),
    "unused-in-between": ("u = f(a)\nlog(u)\nv = g(b)", ["block: g(b)"]),
    "reassigned-between": ("u = f(a)\nb = 2\nv = g(b)", []),
    "reassigned-after": ("u = f(a)\nv = g(b)\nb = 2", ["block: g(b)"]),
    "if-between": ("u = f(a)\nif a:\n    pass\nv = g(b)", []),
    "inside-if": ("if a:\n    u = f(a)\n    v = g(b)", ["block: g(b)"]),
    "inside-try": ("try:\n    u = f(a)\n    v = g(b)\nexcept OSError:\n    pass", ["block: g(b)"]),
    "inside-while": ("while a:\n    u = f(a)\n    v = g(b)", ["block: g(b)", "while-loop"]),
    "inside-match": ("match a:\n    case 1:\n        u = f(a)\n        v = g(b)", ["block: g(b)"]),
    "yield-between": ("u = f(a)\nyield u\nv = g(b)", []),
    "walrus": ("u = (w := f(a))\nv = g(b)", []),
    "augmented": ("u = f(a)\nu += g(b)", ["block: g(b)"]),
    "stored-attribute": ("a.u = f(a)\na.v = g(b)", ["block: g(b)"]),
    "unpacked": ("u, v = f(a)\nw = g(b)", ["block: g(b)"]),
    "unpacked-needed": ("u, v = f(a)\nw = g(v)", []),
    "constructors": ("u = Alpha(a)\nv = Beta(b)", []),
    "constants-are-functions": ("u = ALPHA(a)\nv = BETA(b)", ["block: BETA(b)"]),
    "builtins": ("u = len(a)\nv = str(b)", []),
    "maybe-unbound": ("if a:\n    k = 1\nu = f(a)\nv = g(k)", []),
    "deleted": ("u = f(a)\ndel b\nv = g(b)", []),
    "global-assigned": ("global u\nu = f(a)\nv = g(b)", []),
    "import-between": ("u = f(a)\nimport m\nv = g(b)", []),
    "own-handles": ("_v = xcs.ahead(lambda: g(b))\nu = f(a)\nv = _v()", []),
    "switched-off": ("u = f(a)\nv = g(b)  # xcs: off", []),
    "methods": ("u = self.load(a)\nv = self.save(b)", ["block: self.save(b)"]),
    "result-method": ("u = f(a).json()\nv = g(b).json()", ["block: g(b).json()"]),
    "await-free": ("u = f(a)\nv = g(b)", ["block: g(b)"]),
    "two-blocks": ("u = f(a)\nv = g(b)\nif a: pass\nw = f(a)\nx = g(b)", ["block: g(b)", "block: g(b)"]),
    "trailing-statements-left-out": ("u = f(a)\nv = g(b)\nw = 1\nx = 2", ["block: g(b)"]),
    "docstring": ("'''Doc.'''\nu = f(a)\nv = g(b)", ["block: g(b)"]),
    "semicolons": ("u = f(a); v = g(b)", ["block: g(b)"]),
    "fstring": ("u = f(a)\nv = f'{g(b)}'", ["block: f'{g(b)}'"]),
    "starred": ("u = f(a)\nv = g(*b, **a)", ["block: g(*b, **a)"]),
}


@pytest.mark.parametrize("name", BODIES)
def test_body(name: str) -> None:
    body, expected = BODIES[name]
    lines = "\n".join("    " + line for line in body.splitlines())
    assert summary(f"def program(self, a, b):\n{lines}\n") == expected


PLACES: dict[str, tuple[str, list[str]]] = {
    "module": ("u = f(1)\nv = g(2)", ["block: g(2)"]),
    "class": ("class A:\n    u = f(1)\n    v = g(2)", []),
    "coroutine": ("async def p(a):\n    u = f(a)\n    v = g(a)", []),
    "locals": ("def p(a):\n    u = f(a)\n    v = g(a)\n    return locals()", []),
}


@pytest.mark.parametrize("name", PLACES)
def test_place(name: str) -> None:
    source, expected = PLACES[name]
    assert summary(source + "\n") == expected


def test_a_block_ends_with_its_last_hoisted_call() -> None:
    source = """
    def program(a, b):
        before = 1
        user = f(a)
        note(user)
        orders = g(
            b,
        )
        return user, orders
    """
    region = plan(source).regions[0]
    assert (
        region.facts.text
        == dedent(
            """
        user = f(a)
        note(user)
        orders = __xcs_stage__(0, g(
            b,
        ))
        """
        ).strip()
    )
    assert [span.line for span in region.statements] == [3, 4, 5]
    assert region.facts.env == ("a", "b")
    assert region.facts.unknown_locals == {"user", "orders"}
    assert region.slices == ("lambda: (g(\n        b,\n    ))",)
    assert [hand_over.name for hand_over in region.hand_overs] == ["orders"]
