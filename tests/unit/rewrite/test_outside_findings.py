"""Shapes of code from the standard library that were once rewritten wrongly, each in its smallest form."""

from __future__ import annotations

import ast
import textwrap
from types import CodeType

import pytest

from xcs_ast.activation import walk_code
from xcs_ast.frontend import Style, compile_tree, guard_module, plan_module, rewrite_module


def _readable(source: str) -> str:
    return rewrite_module(source, "case.py", plan_module(source, "case.py"), Style.READABLE).text


TWICE = {
    "a comprehension inside a block": """
        def f(clock, call):
            start = clock()
            data = [call(i) for i in items(3)]
            end = clock()
        """,
    "a loop over a value of the outer loop": """
        def f(names):
            for name in names:
                for part in parts(name):
                    emit(part)
        """,
    "a loop in the body of a loop, over something else": """
        def f(names, values):
            for name in names:
                first = look(name)
                for value in values:
                    check(first, value)
        """,
    "two blocks in one suite": """
        def f(self, one, two):
            a = dump(one)
            b = dump(two)
            self.same(load(a), load(b))
            self.same(load(a), load(a))
            a = dump(one)
            self.same(load(a), load(b))
        """,
    "a comprehension over a value of a block": """
        def f(error):
            heading = title(error)
            contents = "<br>".join(escape(line) for line in lines(error))
            return heading, contents
        """,
    "a comprehension over each value of a block": """
        def f(s):
            one = [k for k, g in group(s)]
            two = [k for k, g in group(s) if list(cut(g))]
            return one, two
        """,
    "a block in the body of a loop": """
        def f(codes):
            for code in codes:
                emit(code)
                skip = size(code); emit(0)
                other = size(code)
        """,
}


@pytest.mark.parametrize("name", TWICE)
def test_rewriting_twice_is_rewriting_once(name: str) -> None:
    source = textwrap.dedent(TWICE[name]).lstrip()
    once = _readable(source)
    compile(once, "case.py", "exec", dont_inherit=True)
    assert "import xcs_ast" in once
    assert _readable(once) == once


def test_a_loop_that_is_written_out_keeps_others_from_nothing() -> None:
    """What stands beside it is rewritten as ever."""
    source = textwrap.dedent(
        """
        import xcs_ast as xcs

        def f(models, x):
            for model, ahead in xcs.run_ahead(lambda model: model(x), models):
                ahead()
            for model in models:
                model(x, 2)
        """
    ).lstrip()
    assert _readable(source).count("run_ahead(") == 2


NESTED = """
if True:
    for name in names:
        use(name)

    class C:
        def f(self, models):
            for model in models:
                model(1)
else:
    def g(models):
        return [model(2) for model in models]
"""


def test_a_region_of_a_function_inside_a_statement_that_has_one() -> None:
    plan = plan_module(NESTED, "case.py")
    assert len(plan.regions) == 3
    tree, facts = compile_tree(NESTED, "case.py", plan, "d")
    assert len(facts) == 3
    compile(tree, "case.py", "exec")
    once = _readable("import this\n" + NESTED)
    assert once.count("run_ahead(") == 3
    ast.parse(once)


def _lines(code: CodeType) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for each in walk_code(code):
        found.setdefault(each.co_qualname, set()).update(line for _, _, line in each.co_lines() if line)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "def f(g):\n    for x in [\n        'a',\n        ('b', -1),\n    ]:\n        g(x)\n",
        "def f(g):\n    return [g(x) for x in ['a',\n        'b',\n    ]]\n",
        "def f(g):\n    for x in [\n        'a',\n        g,\n    ]:\n        g(x)\n",
    ],
)
def test_a_display_that_is_iterated_over_has_no_lines_of_its_own(source: str) -> None:
    """The compiler makes one constant of a list of constants where a loop iterates over it."""
    plan = plan_module(source, "case.py")
    guarded = guard_module(source, "case.py", plan, "d")
    assert len(guarded.facts) == 1
    plain, new = compile(source, "case.py", "exec"), compile(guarded.tree, "case.py", "exec")
    assert _lines(new)["f"] == _lines(plain)["f"]
