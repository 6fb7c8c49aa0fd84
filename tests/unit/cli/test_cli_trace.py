"""`python -m xcs_ast trace`."""

from __future__ import annotations

import json

import pytest

from xcs_ast.cli import main

SOURCE = """
def shout(text):
    return text.upper()


def both(words):
    found = []
    for word in words:
        found.append(shout(word))
    return found


def fails():
    shout("x")
    raise ValueError("no")


def main():
    print(both(["a", "b"]))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "traced_script.py"
    path.write_text(SOURCE)
    return str(path)


def test_main_is_meant_where_no_function_is_named(script, capsys):
    assert main(["trace", script]) == 0
    out = capsys.readouterr().out
    assert out.startswith("['A', 'B']\ngraph main():")


def test_arguments_are_expressions(script, capsys):
    assert main(["trace", f"{script}:both", "['x', 'y', shout('z')]", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [op["name"] for op in data["operations"]].count("shout") == 3


@pytest.mark.parametrize(
    ("form", "start"), [("dot", "digraph"), ("svg", "<svg"), ("program", "from traced_")]
)
def test_forms(script, capsys, tmp_path, form, start):
    target = tmp_path / "out"
    assert main(["trace", f"{script}:both", "['x', 'y']", f"--{form}", "-o", str(target)]) == 0
    assert target.read_text().startswith(start)
    assert capsys.readouterr().out == ""


def test_a_function_that_raises_shows_what_was_seen(script, capsys):
    assert main(["trace", f"{script}:fails"]) == 1
    seen = capsys.readouterr()
    assert "call shout" in seen.out
    assert "ValueError: no" in seen.err


@pytest.mark.parametrize(
    ("target", "arguments", "why"),
    [
        ("nothing.py:f", [], "no such file"),
        ("no_such_module:f", [], "cannot be imported"),
        ("{script}:missing", [], "no function missing"),
        ("{script}:both", ["1 +"], "cannot be evaluated"),
        ("{script}:both", [], "missing a required argument"),
    ],
)
def test_what_cannot_be_traced(script, capsys, target, arguments, why):
    assert main(["trace", target.format(script=script), *arguments]) == 2
    assert why in capsys.readouterr().err
