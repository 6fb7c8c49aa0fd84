"""Trees survive being bytes."""

from __future__ import annotations

import ast
import inspect
import marshal
import textwrap

import pytest

from xcs_ast.source.trees import dump_tree, load_tree

SAMPLES = [
    "lambda x, *a, y=1, **k: (x, *a, {**k}, -1.5, 2j, b'b', ..., None, True, 'é\\ud800')",
    "def f(a: int, /, b=2, *, c) -> str:\n    'doc'\n    return f'{a!r:>{b}} {c=}'",
    "async def f():\n    async with a as b, c:\n        yield [x async for x in y if x]",
    "match x:\n    case {'a': 1, **rest} | [1, *rest]: pass\n    case None | C(y=1): pass",
    "try:\n    pass\nexcept* (A, B) as e:\n    raise e from None\nfinally:\n    del a[1:2, ::3]",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_a_tree_comes_back_with_its_places(text: str) -> None:
    tree = ast.parse(text)
    again = load_tree(dump_tree(tree))
    assert ast.dump(again, include_attributes=True) == ast.dump(tree, include_attributes=True)
    assert isinstance(again, ast.Module)
    assert compile(again, "x", "exec") == compile(tree, "x", "exec")


def test_whole_modules_come_back() -> None:
    for module in (ast, inspect, textwrap):
        tree = ast.parse(inspect.getsource(module))
        again = load_tree(dump_tree(tree))
        assert ast.dump(again, include_attributes=True) == ast.dump(tree, include_attributes=True)


def test_folded_constants_come_back() -> None:
    node = ast.Constant((1, ("a", frozenset({2}))))
    again = load_tree(dump_tree(node))
    assert isinstance(again, ast.Constant)
    assert again.value == node.value


@pytest.mark.parametrize(
    "data",
    [b"", b"x", marshal.dumps(3), marshal.dumps(("parse", (), None)), marshal.dumps(("Name", (), None))],
)
def test_other_bytes_are_no_tree(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a tree|bad marshal|shorter|argument"):
        load_tree(data)
