"""Comprehensions and drained generator expressions."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .summaries import plan, summary

EXPRESSIONS: dict[str, tuple[str, list[str]]] = {
    "list": ("[f(x) for x in xs]", ["comprehension: f(x)"]),
    "set": ("{f(x) for x in xs}", ["comprehension: f(x)"]),
    "dict": ("{x: f(x) for x in xs}", ["comprehension: f(x)"]),
    "dict-both": ("{f(x): g(x) for x in xs}", ["comprehension: f(x) | g(x)"]),
    "pair": ("[(x, f(x)) for x in xs]", ["comprehension: f(x)"]),
    "pair-of-calls": ("[(f(x), g(x)) for x in xs]", ["comprehension: (f(x), g(x))"]),
    "condition": ("[f(x) for x in xs if x.ok]", ["comprehension: x.ok | f(x)"]),
    "conditions": ("[f(x) for x in xs if x.ok if g(x)]", ["comprehension: x.ok | g(x) | f(x)"]),
    "filter": ("[x for x in xs if f(x)]", ["comprehension: f(x)"]),
    "filter-then-cheap": ("[str(x) for x in xs if f(x) if x > 1]", ["comprehension: f(x)"]),
    "second-condition": ("[x for x in xs if x > 1 if f(x)]", ["comprehension: x > 1 | f(x)"]),
    "tuple-target": ("[f(k, v) for k, v in xs]", ["comprehension: f(k, v)"]),
    "nested-target": ("[f(i, k, v) for i, (k, v) in enumerate(xs)]", ["comprehension: f(i, k, v)"]),
    "starred-target": ("[f(k, v) for k, *v in xs]", ["unsliceable-target"]),
    "inner-comprehension": ("[[f(y) for y in x] for x in xs]", ["comprehension: [f(y) for y in x]"]),
    "inner-generator": ("[sum(f(y) for y in x) for x in xs]", ["comprehension: sum(f(y) for y in x)"]),
    "inner-generator-kept": ("[(f(y) for y in x) for x in xs]", ["comprehension: (f(y) for y in x)"]),
    "several-clauses": ("[f(x, y) for x in xs for y in x]", ["nested-comprehension"]),
    "walrus": ("[y for x in xs if (y := f(x))]", ["walrus"]),
    "lambda-element": ("[lambda: f(x) for x in xs]", []),
    "closure-argument": ("[f(lambda: x) for x in xs]", ["closure-capture"]),
    "conditional-element": (
        "[f(x) if x.ok else None for x in xs]",
        ["comprehension: f(x) if x.ok else None"],
    ),
    "short-circuit": ("[x.a and f(x) for x in xs]", ["comprehension: x.a and f(x)"]),
    "no-calls": ("[x + 1 for x in xs]", []),
    "builtin-calls": ("[str(x) for x in xs]", []),
    "iterable-comprehension": (
        "[f(y) for y in [g(x) for x in xs]]",
        ["comprehension: f(y)", "comprehension: g(x)"],
    ),
    "in-fstring": ("f'{[f(x) for x in xs]}'", ["deferred-scope"]),
    "in-lambda": ("lambda: [f(x) for x in xs]", ["deferred-scope"]),
    "in-call": ("render([f(x) for x in xs])", ["comprehension: f(x)"]),
    "in-conditional": ("[f(x) for x in xs] if xs else []", ["comprehension: f(x)"]),
    # --- consumers
    "sum": ("sum(f(x) for x in xs)", ["comprehension: f(x)"]),
    "sum-start": ("sum((f(x) for x in xs), 0)", ["comprehension: f(x)"]),
    "sum-computed-start": ("sum((f(x) for x in xs), g(1))", ["generator-without-consumer"]),
    "max": ("max(f(x) for x in xs)", ["comprehension: f(x)"]),
    "max-default": ("max((f(x) for x in xs), default=None)", ["comprehension: f(x)"]),
    "max-key": ("max((f(x) for x in xs), key=g)", ["generator-without-consumer"]),
    "sorted": ("sorted(f(x) for x in xs)", ["comprehension: f(x)"]),
    "tuple": ("tuple(f(x) for x in xs)", ["comprehension: f(x)"]),
    "frozenset": ("frozenset(f(x) for x in xs)", ["comprehension: f(x)"]),
    "dict-of-pairs": ("dict((x, f(x)) for x in xs)", ["comprehension: f(x)"]),
    "dict-with-more": ("dict(((x, f(x)) for x in xs), a=1)", ["generator-without-consumer"]),
    "join": ("', '.join(f(x) for x in xs)", ["comprehension: f(x)"]),
    "join-of-name": ("sep.join(f(x) for x in xs)", ["generator-without-consumer"]),
    "any": ("any(f(x) for x in xs)", ["early-exit"]),
    "all": ("all(f(x) for x in xs)", ["early-exit"]),
    "next": ("next(f(x) for x in xs)", ["early-exit"]),
    "unknown-consumer": ("run(f(x) for x in xs)", ["generator-without-consumer"]),
    "kept": ("(f(x) for x in xs)", ["generator-without-consumer"]),
    "any-of-list": ("any([f(x) for x in xs])", ["comprehension: f(x)"]),
    "star-argument": ("run(*(f(x) for x in xs))", ["generator-without-consumer"]),
    "super-inside": ("[super().f(x) for x in xs]", ["reflective-scope"]),
    "run-ahead-inside": ("[ahead() for x, ahead in xcs.run_ahead(lambda x: f(x), xs)]", []),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression(name: str) -> None:
    expression, expected = EXPRESSIONS[name]
    source = f"def program(xs, sep):\n    value = {expression}\n    return value\n"
    assert [line for line in summary(source) if "block" not in line] == expected


PLACES: dict[str, tuple[str, list[str]]] = {
    "module": ("y = [f(x) for x in xs]", ["comprehension: f(x)"]),
    "class": ("class A:\n    y = [f(x) for x in xs]", ["class-body"]),
    "coroutine": ("async def p(xs):\n    return [f(x) for x in xs]", ["async"]),
    "async-clause": ("async def p(xs):\n    return [f(x) async for x in xs]", ["async"]),
    "default": ("def p(y=[f(x) for x in xs]): pass", ["deferred-scope"]),
    "decorator": ("@d([f(x) for x in xs])\ndef p(): pass", ["deferred-scope"]),
    "annotation": ("y: d([f(x) for x in xs]) = 1", ["deferred-scope"]),
    "loop-header": (
        "def p(xs):\n    for y in [f(x) for x in xs]:\n        print(y)",
        ["comprehension: f(x)"],
    ),
    "loop-body": (
        "def p(xs):\n    for y in xs:\n        print([f(x) for x in y])",
        ["comprehension: f(x)"],
    ),
    "switched-off": ("def p(xs):\n    return [f(x) for x in xs]  # xcs: off", ["pragma-off"]),
    "shadowed-consumer": (
        "def p(xs, sum):\n    return sum(f(x) for x in xs)",
        ["generator-without-consumer"],
    ),
    "star-import": ("from m import *\ndef p(xs):\n    return sum(f(x) for x in xs)", ["star-import"]),
    "maybe-unbound": (
        "def p(xs, c):\n    if c: k = 1\n    return [f(x, k) for x in xs]",
        ["maybe-unbound"],
    ),
    "locals": ("def p(xs):\n    return [f(x, locals()) for x in xs]", ["reflective-scope"]),
    "target-named-as-unbound-local": (
        "def p(xs):\n    y = [f(x) for x in xs]\n    x = 1\n    return x, y",
        ["comprehension: f(x)"],
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_place(name: str) -> None:
    source, expected = PLACES[name]
    assert [line for line in summary(source + "\n") if "block" not in line] == expected


def text(expression: str) -> str:
    return plan(f"def program(xs):\n    return {expression}\n").regions[0].facts.text


def test_what_a_container_does_with_its_elements_is_part_of_the_text() -> None:
    assert (
        text("{f(x) for x in xs}")
        == dedent(
            """
        for x in __xcs_items__:
            __xcs_key__ = __xcs_stage__(0, f(x))
            {__xcs_key__}
            if __xcs_key__ == __xcs_key__:
                pass
        """
        ).strip()
    )
    assert "__xcs_value__ + __xcs_value__" in text("sum(f(x) for x in xs)")
    assert "if __xcs_value__ > __xcs_value__:" in text("max(f(x) for x in xs)")
    assert "{__xcs_key__: __xcs_value__}" in text("{x: f(x) for x in xs}")


def test_conditions_become_ifs() -> None:
    assert (
        text("[f(x) for x in xs if x.ok if x not in y]")
        == dedent(
            """
        for x in __xcs_items__:
            if __xcs_stage__(0, not not x.ok):
                if __xcs_stage__(1, x not in y):
                    __xcs_stage__(2, f(x))
        """
        ).strip()
    )


def test_slices_are_lambdas() -> None:
    found = plan("def p(xs):\n    return [f(k, v) for k, v in xs if k]\n").regions[0]
    assert found.slices == (
        "lambda _xcs_item: ((k := _xcs_item[0]), (v := _xcs_item[1]), (yield (0, (_xcs_c0 := not not (k)))), "
        "(((yield (1, f(k, v))),) if _xcs_c0 else ()),)",
    )
