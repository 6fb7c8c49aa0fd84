"""The passes: their order, and that every failure ends in plain code."""

from __future__ import annotations

import warnings

import pytest

from xcs_ast import activation, cache, pipeline

SOURCE = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(g(x))\n    return out\n"


def test_order():
    assert [each.name for each in pipeline.PASSES] == ["scan", "plan", "rewrite", "lower", "pack"]


def test_region_is_found_and_placed():
    compiled = pipeline.compile_module(SOURCE.encode(), "/x/mod.py")
    assert len(compiled.facts) == 1
    assert compiled.keep
    text = pipeline.placeholder(0, cache.source_digest(SOURCE.encode()))
    assert any(text in code.co_consts for code in pipeline.walk_code(compiled.code))


def test_nothing_to_do_is_the_plain_code():
    source = b"def f(x):\n    return x\n"
    compiled = pipeline.compile_module(source, "mod.py")
    assert cache.detach(compiled.code)[0] == compile(source, "mod.py", "exec", dont_inherit=True)
    assert compiled.facts == ()


@pytest.mark.parametrize(
    "source", [b"x = 1 2\n", b"if 1:\nx\n", b"\xe9", b"x\0", b"# coding: nope\n", b"return 1\n"]
)
def test_errors_are_pythons_own(source):
    outcomes = []
    for attempt in (lambda: compile(source, "m.py", "exec"), lambda: pipeline.compile_module(source, "m.py")):
        with pytest.raises((SyntaxError, ValueError)) as caught:
            attempt()
        outcomes.append((caught.type, caught.value.args))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("name", [each.name for each in pipeline.PASSES])
@pytest.mark.parametrize("error", [ValueError, AssertionError, RecursionError, MemoryError, ImportError])
def test_any_failure_is_plain_code(monkeypatch, name, error):
    def fail(unit):
        raise error("broken")

    passes = tuple(
        pipeline.Pass(each.name, fail, each.holds) if each.name == name else each for each in pipeline.PASSES
    )
    monkeypatch.setattr(pipeline, "PASSES", passes)
    compiled = pipeline.compile_module(SOURCE.encode(), "m.py")
    assert cache.detach(compiled.code)[0] == compile(SOURCE, "m.py", "exec", dont_inherit=True)
    assert "broken" in compiled.diagnostics[0].message
    assert compiled.keep is (error in (ValueError, AssertionError))


def test_ill_formed_result_is_plain_code(monkeypatch):
    def lose(unit):
        import dataclasses

        return dataclasses.replace(unit, code=compile("pass", unit.filename, "exec"))

    passes = tuple(
        pipeline.Pass("lower", lose, each.holds) if each.name == "lower" else each for each in pipeline.PASSES
    )
    monkeypatch.setattr(pipeline, "PASSES", passes)
    compiled = pipeline.compile_module(SOURCE.encode(), "m.py")
    assert compiled.facts == ()
    assert "ill-formed" in compiled.diagnostics[0].message


def test_warnings_come_once_and_filters_are_left_alone():
    source = (
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(g(x is 1, '\\d'))\n    return out\n"
    )
    filters = list(warnings.filters)
    caught = []
    for attempt in (
        lambda: compile(source, "m.py", "exec"),
        lambda: pipeline.compile_module(source.encode(), "m.py"),
    ):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            attempt()
        caught.append([(str(each.message), each.lineno, each.category) for each in seen])
    assert caught[0] == caught[1]
    assert len(caught[0]) == 2
    assert warnings.filters == filters


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("head", ["", "\ufeff", "# coding: utf-8\n"])
def test_newlines_and_marks(newline, head):
    source = (head + SOURCE).replace("\n", newline).encode()
    assert len(pipeline.compile_module(source, "m.py").facts) == 1


def test_other_encoding():
    source = ("# coding: latin-1\nname = 'é'\n" + SOURCE).encode("latin-1")
    compiled = pipeline.compile_module(source, "m.py")
    assert len(compiled.facts) == 1
    assert "é" in compiled.code.co_consts


def test_file_that_moved():
    source = SOURCE.encode()
    packed = pipeline.compile_module(source, "/old/m.py").code
    payload = cache.detach(packed)[1]
    assert payload is not None
    [site] = activation.make_sites(payload, "/new/m.py")
    assert site.facts.span.filename == "/new/m.py"
