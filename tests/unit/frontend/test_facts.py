"""What `SiteFacts` says of a region's variables, and the texts of regions and slices."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from xcs_ast.frontend.analyse import may_have_regions, plan_module
from xcs_ast.ir.sites import RegionKind, SiteFacts

from .summaries import in_loop, plan


def only(source: str) -> SiteFacts:
    found = plan(source).regions
    assert len(found) == 1, found
    return found[0].facts


def test_env_holds_what_is_read_and_surely_bound() -> None:
    facts = only(
        """
        def program(models, inputs, unused):
            results = []
            for model in models:
                results.append(model(inputs))
            return results
        """
    )
    assert facts.env == ("results", "inputs")
    assert facts.unknown_locals == {"model"}
    assert facts.cells == frozenset()
    assert facts.function == "program"
    assert facts.kind is RegionKind.LOOP
    assert facts.single
    assert facts.stages == 1
    assert facts.callees == ("model",)
    assert facts.text == "for model in __xcs_items__:\n    results.append(__xcs_stage__(0, model(inputs)))"
    assert str(facts.span) == "case.py:3:5"


def test_globals_and_builtins_are_not_in_env() -> None:
    facts = only("def program(xs):\n    for x in xs:\n        print(f(x))\n")
    assert facts.env == ()
    assert facts.unknown_locals == {"x"}


def test_carried_variables_are_in_env_when_bound() -> None:
    facts = only("def program(xs):\n    t = 0\n    for x in xs:\n        t += f(x)\n    return t\n")
    assert facts.env == ("t",)


def test_carried_variables_that_may_be_unbound_are_unknown() -> None:
    facts = only("def program(xs):\n    for x in xs:\n        t = f(x)\n        print(t)\n")
    assert facts.env == ()
    assert facts.unknown_locals == {"x", "t"}


def test_variables_that_nested_functions_share_are_cells() -> None:
    facts = only(
        """
        def program(xs, k):
            def f(v):
                return v + x + k
            for x in xs:
                print(f(x))
        """
    )
    assert facts.cells == {"x"}
    assert facts.env == ("f",)


def test_a_comprehension_shares_nothing() -> None:
    facts = only(
        "def program(xs, k):\n    z = [k for _ in xs]\n    for x in xs:\n        print(f(x, k), z)\n"
    )
    assert facts.cells == frozenset()


def test_a_kept_generator_shares() -> None:
    facts = only(
        "def program(xs, k):\n    z = (k for _ in xs)\n    for x in xs:\n        print(f(x, k), z)\n"
    )
    assert facts.cells == {"k"}


@pytest.mark.parametrize(
    ("outer", "env"),
    [
        ("def outer(m):\n    def inner(xs):\n        BODY\n    return inner", ("m",)),
        ("def outer():\n    m = 1\n    def inner(xs):\n        BODY\n    return inner", ("m",)),
        ("def outer():\n    def inner(xs):\n        BODY\n    m = 1\n    return inner", ()),
        ("def outer(c):\n    if c:\n        m = 1\n    def inner(xs):\n        BODY\n    return inner", ()),
        ("def outer(m):\n    def inner(xs):\n        BODY\n    del m\n    return inner", ()),
        ("def outer(m):\n    class A:\n        def inner(self, xs):\n            BODY", ("m",)),
        ("def outer(m):\n    def mid():\n        def inner(xs):\n            BODY", ("m",)),
    ],
)
def test_a_free_variable_is_in_env_when_it_surely_has_a_value(outer: str, env: tuple[str, ...]) -> None:
    facts = only(outer.replace("BODY", "return [m(x) for x in xs]") + "\n")
    assert facts.env == env
    assert facts.cells == {"m"}
    assert ("m" in facts.unknown_locals) == (env == ())


def test_a_function_may_call_itself() -> None:
    facts = only(
        "def outer():\n    def walk(t):\n        return [walk(c) for c in t.children]\n    return walk\n"
    )
    assert facts.env == ("walk",)


def test_private_names_are_as_the_compiler_sees_them() -> None:
    facts = only(
        """
        class _Store:
            def program(self, __xs, k):
                for __x in __xs:
                    self.__out.append(self.__ask(__x, __k=k))
        """
    )
    assert facts.text == (
        "for _Store__x in __xcs_items__:\n"
        "    self._Store__out.append(__xcs_stage__(0, self._Store__ask(_Store__x, _Store__k=k)))"
    )
    assert facts.unknown_locals == {"_Store__x"}
    assert facts.env == ("self", "k")
    assert facts.function == "_Store.program"


@pytest.mark.parametrize(
    ("source", "function"),
    [
        ("for x in xs:\n    print(f(x))", ""),
        ("def a():\n    for x in xs:\n        print(f(x))", "a"),
        ("class A:\n    def a(self):\n        for x in xs:\n            print(f(x))", "A.a"),
        ("def a():\n    def b():\n        for x in xs:\n            print(f(x))", "a.<locals>.b"),
        (
            "def a():\n    class B:\n        def c(self):\n            return [f(x) for x in xs]",
            "a.<locals>.B.c",
        ),
    ],
)
def test_the_function_is_named_as_python_does(source: str, function: str) -> None:
    assert only(source + "\n").function == function


def test_facts_survive_marshalling() -> None:
    facts = only(in_loop("y = f(x)\nout.append(g(y))"))
    assert SiteFacts.load(facts.dump()) == facts


# --- marked text

LAYOUTS = {
    "comment": "for x in xs:  # all\n    # each\n    print(f(x))  # one\n",
    "multi-line-call": "for x in xs:\n    print(\n        f(\n            x,\n        ),\n    )\n",
    "string": "for x in xs:\n    print(f(x), '''\n  a\nb\n''')\n",
    "string-in-call": "for x in xs:\n    print(f('''\n  a\nb\n''', x))\n",
    "backslash": "for x in xs:\n    y = \\\n  f(x)\n    print(y)\n",
    "odd-brackets": "for x in xs:\n    print(f(x,\n1))\n",
    "non-ascii": "for é in xs:\n    print('ü', f(é), 'ß', g('ö', é))\n",
    "tabs": "for x in xs:\n\tprint(f(x))\n",
    "one-line": "for x in xs: print(f(x)); print(g(x))\n",
    "semicolons": "for x in xs:\n    y = f(x); print(y); print(g(y))\n",
    "else": "for x in xs:\n    print(f(x))\nelse:\n    print(1)\n",
    "blank-lines": "for x in xs:\n\n    y = f(x)\n\n    print(y)\n",
    "nested-fstring": 'for x in xs:\n    print(f"{f(x)} {x!r:>{10}}")\n',
    "implicit-concatenation": "for x in xs:\n    print(f('a'\n      'b', x))\n",
    "parentheses": "for x in (xs):\n    print((f)(x))\n",
    "condition": "for x in xs:\n    if (x and\n        x.ok): continue\n    print(f(x))\n",
}


def unmarked(text: str) -> str:
    class Unmark(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            if isinstance(node.func, ast.Name) and node.func.id == "__xcs_stage__":
                match node.args[1]:
                    case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not(), operand=inner)):
                        return inner
                return node.args[1]
            return node

    return ast.dump(Unmark().visit(ast.parse(text)))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("name", LAYOUTS)
def test_marked_text_is_the_users_code(name: str, depth: int, ending: str) -> None:
    heads = ["def p(xs):\n", "if xs:\n", "while g(1) if 0 else 0:\n"]
    source = "".join("    " * level + head for level, head in enumerate(heads[:depth]))
    indent = "    " * depth
    loop = LAYOUTS[name]
    inside_string = False
    for line in loop.splitlines(keepends=True):
        source += line if inside_string else indent + line
        if line.count("'''") % 2:
            inside_string = not inside_string
    source = source.replace("\n", ending)
    found = plan_module(source, "case.py").regions
    facts = next(region.facts for region in found if region.facts.kind is RegionKind.LOOP)
    expected = ast.parse(loop).body[0]
    assert isinstance(expected, ast.For)
    expected.orelse = []
    expected.iter = ast.Name("__xcs_items__", ast.Load())
    assert unmarked(facts.text) == ast.dump(ast.Module([expected], []))
    if name != "condition":
        assert facts.text.count("\n") == loop.split("else:")[0].rstrip("\n").count("\n")


def test_lines_of_the_text_are_lines_of_the_file() -> None:
    source = "\n\ndef p(xs):\n for x in xs:\n  # note\n  y = (\n   f(x)\n  )\n  print(y)\n"
    facts = plan_module(source, "case.py").regions[0].facts
    call = next(
        node for node in ast.walk(ast.parse(facts.text)) if isinstance(node, ast.Call) and len(node.args) == 2
    )
    assert facts.span.line + call.lineno - 1 == 7


# --- slices


def slices(body: str, head: str = "for x in xs:") -> str:
    return plan(in_loop(body, head=head)).regions[0].slices[0]


def test_one_value_is_a_lambda() -> None:
    assert slices("out.append(f(x))") == "lambda x: f(x)"
    assert slices("y = f(x), 1\nout.append(y)") == "lambda x: (f(x), 1)"
    assert slices("y = (f(x), 1)\nout.append(y)") == "lambda x: (f(x), 1)"
    assert slices("y = (f(x)), (1)\nout.append(y)") == "lambda x: ((f(x)), (1))"


def test_one_value_of_a_pair_is_a_def_that_returns() -> None:
    assert slices("out.append(f(k, v))", "for k, v in xs:") == (
        "def _xcs_slice(_xcs_item):\n    k, v = _xcs_item\n    return f(k, v)\n"
    )


def test_several_values_are_a_generator() -> None:
    body = "if len(x) < 3:\n    continue\ny = f(x)\nout.append((y, g(x, y)))"
    assert slices(body) == dedent(
        """\
        def _xcs_slice(x):
            _xcs_c0 = not not (len(x) < 3)
            yield 0, _xcs_c0
            if _xcs_c0:
                return
            y = f(x)
            yield 1, y
            yield 2, g(x, y)
        """
    )


def test_readers_get_plain_yields() -> None:
    body = "if len(x) < 3:\n    continue\ny = f(x)\nout.append((y, g(x, y)))"
    assert plan(in_loop(body)).regions[0].readable_slices[0] == dedent(
        """\
        def for_each_x(x):
            condition = bool(len(x) < 3)
            yield condition
            if condition:
                return
            y = f(x)
            yield y
            yield g(x, y)
        """
    )


def test_at_module_level_everything_is_one_expression() -> None:
    source = "for k, v in xs:\n    if k:\n        continue\n    y = f(v)\n    print(g(y))\n"
    assert plan(source).regions[0].slices[0] == (
        "lambda _xcs_item: ((k := _xcs_item[0]), (v := _xcs_item[1]), (yield (0, (_xcs_c0 := not not (k)))), "
        "(() if _xcs_c0 else ((yield (1, (y := (f(v))))), (yield (2, g(y))),)),)"
    )


def test_module_level_expression_yields_what_the_body_takes() -> None:
    source = dedent(
        """
        for x in xs:
            if x > 3:
                if x > 5:
                    continue
                p = f(x)
            elif x == 1:
                p = q = g(x)
            else:
                p = 0
            out.append(h(p))
        """
    )
    text = plan(source).regions[0].slices[0]
    world = {"f": lambda v: ("f", v), "g": lambda v: ("g", v), "h": lambda v: ("h", v)}
    run = eval(text, world)
    assert [value for _, value in run(7)] == [True, True]
    assert list(run(4)) == [(0, True), (1, False), (2, ("f", 4)), (6, ("h", ("f", 4)))]
    assert list(run(1)) == [(0, False), (3, True), (4, ("g", 1)), (6, ("h", ("g", 1)))]
    assert list(run(2)) == [(0, False), (3, False), (5, 0), (6, ("h", 0))]


def test_names_of_ours_avoid_the_users() -> None:
    text = slices("_xcs_item = f(x)\nout.append(g(_xcs_item))", "for x, y in xs:")
    assert "_xcs5_item" in text
    assert "def _xcs5_slice" in text


# --- the module


def test_regions_are_numbered_in_source_order_outer_first() -> None:
    source = (
        "def p(xs):\n for x in xs:\n  y = f(x)\n  for z in y:\n   print(g(z))\n return [h(x) for x in xs]\n"
    )
    found = plan(source).regions
    assert [region.facts.index for region in found] == [0, 1, 2]
    assert [region.facts.span.line for region in found] == [2, 4, 6]


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert len(plan_module("\ufefffor x in xs:\n    print(f(x))\n", "case.py").regions) == 1


def test_the_users_syntax_error_is_pythons_own() -> None:
    with pytest.raises(SyntaxError):
        plan_module("for x in:\n", "case.py")


def test_deep_nesting_is_left_alone() -> None:
    source = "def p(xs):\n    for x in xs:\n        y = f(" + " + ".join(["x"] * 3000) + ")\n"
    found = plan_module(source, "case.py")
    assert not found.regions
    assert found.left_alone[0].code == "XCS118"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", False),
        ("x = 1\n", False),
        ("for x in xs: f(x)\n", True),
        ("f(1) + g(2)\n", True),
        ("f(x)\n", False),
    ],
)
def test_the_quick_look(source: str, expected: bool) -> None:
    assert may_have_regions(source) is expected


def test_an_iteration_that_always_ends_early_is_still_one_value() -> None:
    assert slices("y = f(x)\nout.append(y)\ncontinue") == "lambda x: f(x)"
    source = "for x in xs:\n    y = f(x)\n    print(g(y))\n    continue\n"
    assert plan(source).regions[0].slices[0] == "lambda x: ((yield (0, (y := (f(x))))), (yield (1, g(y))),)"
