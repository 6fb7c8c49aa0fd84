"""The rewriter's parts, one by one."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.unit.rewrite.planner import synthetic_plan
from tests.unit.rewrite.samples import SOURCES
from xcs_ast.frontend import Style, guard_module, plan_module, rewrite_module
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.mend import mend_names
from xcs_ast.frontend.slice_forms import as_lambda


def _readable(source: str) -> str:
    return rewrite_module(source, "case.py", plan_module(source, "case.py"), Style.READABLE).text


def test_importing_the_frontend_does_not_load_libcst() -> None:
    code = "import sys, xcs_ast.frontend, xcs_ast.frontend.mend; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "text", ["a = 1\nb\n", "é = 'ñ'\r\n𝔸 = é\r\n", "a\rb\r\n\nc", "", "x = '\x0c\x0b\u2028'\ny"]
)
def test_offsets_and_places_are_inverse(text: str) -> None:
    table = LineTable(text)
    for offset in range(len(text)):
        assert table.offset(*table.place(offset)) == offset


def test_columns_are_those_of_ast() -> None:
    source = "x = 'é𝔸', y\n"
    (name,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and node.id == "y"]
    assert LineTable(source).place(source.index("y")) == (name.lineno, name.col_offset)


def test_fresh_names_avoid_words_anywhere() -> None:
    names = FreshNames("a = 'ahead'  # ahead_2\nﬁ = 1")
    assert names.take("ahead") == "ahead_3"
    assert names.take("ahead") == "ahead_4"
    assert names.take("fi") == "fi_2"


@pytest.mark.parametrize(
    ("source", "item", "values"),
    [
        ("lambda x: x + 1", 1, 2),
        ("def f(item):\n    k, v = item\n    return k * v\n", (2, 3), 6),
        (
            "def f(x):\n    c = x > 1\n    yield 0, c\n    if c:\n        return\n    yield 1, -x\n",
            1,
            [(0, False), (1, -1)],
        ),
        (
            "def f(x):\n    c = x > 1\n    yield 0, c\n    if c:\n        return\n    yield 1, -x\n",
            2,
            [(0, True)],
        ),
        (
            "def f(x):\n    if x:\n        yield 0, 1\n    else:\n        yield 1, 2\n    yield 2, 3\n",
            0,
            [(1, 2), (2, 3)],
        ),
        ("def f(x):\n    y = [x for _ in 'ab']\n    yield 0, y\n", 1, [(0, [1, 1])]),
    ],
)
def test_the_lambda_of_a_slice_does_the_same(source: str, item: object, values: object) -> None:
    text = as_lambda(source)
    assert text is not None
    result = eval(text)(item)
    assert (list(result) if isinstance(values, list) else result) == values


@pytest.mark.parametrize(
    "body",
    [
        "    for y in x:\n        yield 0, y\n",
        "    try:\n        yield 0, x\n    finally:\n        pass\n",
        "    (a, b), c = x\n    return a\n",
    ],
)
def test_other_slices_have_no_lambda(body: str) -> None:
    assert as_lambda(f"def f(x):\n{body}") is None


_NAMED = """
def f(xs, run):
    out = []
    for x in xs:
        out.append(run(x, lambda y: (lambda: y), (z for z in "ab")))
        out.append({run(x, lambda y: 2): run(x, (z for z in "abc")) for x in xs})
    return [run(x, lambda: [lambda: 1]) for x in xs] and out
class C:
    def m(self, xs, run):
        a = run(0, lambda: 1)
        b = run(1, lambda: 2)
        for x in xs: print(run(x, lambda: 2), run(x, lambda: 3))
def g():
    global h
    def h(): return lambda: 1
    return [(lambda: j, (k for k in "a")) for j in "b"]
for x in names: print(run(x, lambda y: (z for z in "cd")))
"""


def _names(code: object) -> set[tuple[str, int]]:
    found = {(code.co_qualname, code.co_firstlineno)}
    for const in code.co_consts:
        if hasattr(const, "co_code"):
            found |= _names(const)
    return found


@pytest.mark.parametrize("several", [False, True])
def test_what_a_slice_creates_has_the_name_it_always_had(several: bool) -> None:
    plan = synthetic_plan(_NAMED, "<test>", several=several, scopes=True)
    guarded = guard_module(_NAMED, "<test>", plan, "abc")
    assert len(guarded.facts) >= 4
    plain = compile(_NAMED, "<test>", "exec", dont_inherit=True)
    mended = mend_names(compile(guarded.tree, "<test>", "exec", dont_inherit=True))
    assert _names(plain) <= _names(mended)
    for name, _ in _names(mended) - _names(plain):  # nothing but the slices themselves
        assert "_xcs_slice" in name.rpartition(".")[2] or name.endswith("<lambda>")
        assert "<lambda>.<locals>" not in name


def test_a_module_that_uses_our_mark_is_left_alone() -> None:
    source = "def f(xs, _xcs_slice):\n    return [g(x, _xcs_slice) for x in xs]\n"
    guarded = guard_module(source, "case.py", synthetic_plan(source), "abc")
    assert guarded.facts == ()
    assert ast.dump(guarded.tree) == ast.dump(ast.parse(source))


def test_mending_leaves_other_code_alone() -> None:
    code = compile(_NAMED, "<test>", "exec", dont_inherit=True)
    assert mend_names(code) is code


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "import xcs_ast as xcs\n\n"),
        ("#!/bin/x\n", "#!/bin/x\n\nimport xcs_ast as xcs\n\n"),
        ("# -*- coding: utf-8 -*-\n'''d'''\n", "# -*- coding: utf-8 -*-\n'''d'''\n\nimport xcs_ast as xcs\n"),
        ("'''d'''; import os\n", "'''d'''; import os\nimport xcs_ast as xcs\n"),
        (
            "from __future__ import annotations\n",
            "from __future__ import annotations\n\nimport xcs_ast as xcs\n",
        ),
        ("'''d'''; x = f(1)\n", "'''d'''; x = f(1)\n\nimport xcs_ast as xcs\n"),
        ("import os; import sys\nx = 1\n", "import os; import sys\nimport xcs_ast as xcs\nx = 1\n"),
        ("from os import (\n    path,\n)\n", "from os import (\n    path,\n)\nimport xcs_ast as xcs\n"),
        ("import os, \\\n  sys\n", "import os, \\\n  sys\nimport xcs_ast as xcs\n"),
        ("import xcs_ast\n", "import xcs_ast\n"),
        ("import xcs_ast as q\n", "import xcs_ast as q\n"),
    ],
)
def test_where_the_import_goes(head: str, expected: str) -> None:
    body = "def f(xs):\n    return [g(x) for x in xs]\n"
    assert _readable(head + body).startswith(expected + "def f")


@pytest.mark.parametrize(
    "taken", ["xcs = 1\n", "def k(xcs): pass\n", "def k(): print(xcs)\n", "import os as xcs\n"]
)
def test_a_taken_alias_is_not_used(taken: str) -> None:
    text = _readable(f"{taken}def f(xs):\n    return [g(x) for x in xs]\n")
    assert "xcs_ast.run_ahead(" in text
    assert "import xcs_ast\n" in text


def test_an_alias_that_is_bound_twice_is_not_used() -> None:
    text = _readable(
        "import xcs_ast as xcs\ndef k():\n    xcs = 1\ndef f(xs):\n    return [g(x) for x in xs]\n"
    )
    assert "xcs_ast.run_ahead(" in text


@pytest.mark.parametrize("name", SOURCES)
def test_readable_text_compiles_and_is_stable(name: str) -> None:
    once = _readable(SOURCES[name])
    compile(once, "case.py", "exec", dont_inherit=True)
    assert _readable(once) == once


@pytest.mark.parametrize("name", SOURCES)
def test_readable_keeps_every_line_end(name: str) -> None:
    source = SOURCES[name]
    text = rewrite_module(source, "case.py", synthetic_plan(source), Style.READABLE).text
    if "\r\n" in source:
        assert "\n" not in text.replace("\r\n", "")
    elif "\r" in source:
        assert "\n" not in text
    else:
        assert "\r" not in text


def test_a_byte_order_mark_stays() -> None:
    assert _readable("\ufeffdef f(xs):\n    return [g(x) for x in xs]\n").startswith(
        "\ufeffimport xcs_ast as xcs\n"
    )


def test_nothing_to_do_is_nothing_done() -> None:
    source = "x = 1\r\n\tif"
    with pytest.raises(SyntaxError):
        _readable(source)
    assert _readable("x  =  1 ;\n") == "x  =  1 ;\n"


def test_what_cannot_be_written_is_refused_with_a_reason() -> None:
    source = "def f(xs):\n    return f'{[str(x) for x in xs]}', [[str(y) for y in x] for x in xs]\n"
    guarded = guard_module(source, "case.py", synthetic_plan(source), "abc")
    assert {each.code for each in guarded.left_alone} == {"XCS180"}
    assert ast.dump(guarded.tree) != ""
    assert any("f-string" in each.message for each in guarded.left_alone)


def test_an_expression_too_deep_for_libcst_costs_only_its_own_function() -> None:
    loop = "(xs):\n    for x in xs:\n        print(str(x))\n"
    source = f"def f{loop}    return {' + '.join(['1'] * 900)}\ndef g{loop}"
    guarded = guard_module(source, "case.py", synthetic_plan(source), "abc", directly=False)
    assert [each.span.line for each in guarded.facts] == [6]
    assert len(guard_module(source, "case.py", synthetic_plan(source), "abc").facts) == 2
    assert ["recursion" in each.message for each in guarded.left_alone] == [True]
    plain, made = (compile(each, "case.py", "exec") for each in (source, guarded.tree))
    assert plain.co_consts[0] == made.co_consts[0]


def test_a_table_of_data_in_a_loops_head_costs_only_that_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xcs_ast.frontend.units._LONGEST", 500)
    loop = "for x in [{}]:\n    f(x)\n"
    source = "def f(x): return x\n" + loop.format("1, 2, " * 100) + "pass\n" + loop.format("1, 2")
    done = guard_module(source, "case.py", plan_module(source, "case.py"), "digest")
    assert len(done.facts) == 1
    assert done.facts[0].span.line == 5
