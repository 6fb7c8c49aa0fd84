"""The must-analysis of bound names, construct by construct."""

from __future__ import annotations

import ast

import pytest

from xcs_ast.frontend.bound import bound_at

# Each case: a function body that ends where `HERE` stands, and whether `k` surely has a value there.
CASES: dict[str, tuple[str, bool]] = {
    "assigned": ("k = 1\nHERE", True),
    "not-assigned": ("HERE", False),
    "one-branch": ("if c: k = 1\nHERE", False),
    "both-branches": ("if c: k = 1\nelse: k = 2\nHERE", True),
    "other-branch-returns": ("if c: k = 1\nelse: return\nHERE", True),
    "other-branch-raises": ("if c: k = 1\nelse: raise E\nHERE", True),
    "for-body": ("for i in c: k = 1\nHERE", False),
    "for-target": ("for k in c: pass\nHERE", False),
    "inside-for": ("for k in c:\n    HERE", True),
    "for-else": ("for i in c: pass\nelse: k = 1\nHERE", True),
    "for-else-with-break": ("for i in c:\n    break\nelse: k = 1\nHERE", False),
    "break-after": ("while True:\n    k = 1\n    break\nHERE", True),
    "break-before": ("while True:\n    if c: break\n    k = 1\nHERE", False),
    "while-true": ("while True:\n    if c:\n        k = 1\n        break\nHERE", True),
    "while-test-walrus": ("while (k := c): pass\nHERE", True),
    "deleted": ("k = 1\ndel k\nHERE", False),
    "deleted-in-loop": ("k = 1\nfor i in c:\n    HERE\n    del k", False),
    "deleted-in-branch": ("k = 1\nif c: del k\nHERE", False),
    "try": ("try:\n    k = 1\nexcept E: pass\nHERE", False),
    "try-handler-raises": ("try:\n    k = 1\nexcept E: raise\nHERE", True),
    "try-handler-assigns": ("try:\n    k = 1\nexcept E: k = 2\nHERE", True),
    "try-finally": ("try:\n    k = 1\nfinally: pass\nHERE", True),
    "in-finally": ("try:\n    k = 1\nfinally:\n    HERE", False),
    "finally-assigns": ("try:\n    pass\nfinally: k = 1\nHERE", True),
    "try-else": ("try: pass\nexcept E: return\nelse: k = 1\nHERE", True),
    "in-handler": ("try:\n    k = 1\nexcept E:\n    HERE", False),
    "before-try": ("k = 1\ntry: pass\nexcept E: pass\nHERE", True),
    "deleted-in-try": ("k = 1\ntry:\n    del k\n    k = 2\nexcept E: pass\nHERE", False),
    "handler-name": ("try: pass\nexcept E as k: pass\nHERE", False),
    "handler-name-unbinds": ("k = 1\ntry: pass\nexcept E as k: pass\nHERE", False),
    "handler-name-inside": ("try: pass\nexcept E as k:\n    HERE", True),
    "with": ("with c:\n    k = 1\nHERE", False),
    "with-open": ("with open(c) as f:\n    k = 1\nHERE", True),
    "with-as-inside": ("with c as k:\n    HERE", True),
    "with-as-after": ("with c as k: pass\nHERE", False),
    "read": ("print(k)\nHERE", True),
    "read-in-or": ("c or k\nHERE", False),
    "read-in-or-left": ("k or c\nHERE", True),
    "read-in-conditional": ("c if c else k\nHERE", False),
    "read-in-lambda": ("lambda: k\nHERE", False),
    "read-in-comprehension": ("[k for i in c]\nHERE", False),
    "read-as-iterable": ("[i for i in k]\nHERE", True),
    "read-in-assert": ("assert k\nHERE", False),
    "walrus": ("(k := 1)\nHERE", True),
    "walrus-in-and": ("c and (k := 1)\nHERE", False),
    "import": ("import k\nHERE", True),
    "import-dotted": ("import k.a\nHERE", True),
    "def": ("def k(): pass\nHERE", True),
    "class": ("class k: pass\nHERE", True),
    "match-all": ("match c:\n    case 1: k = 1\n    case _: k = 2\nHERE", True),
    "match-some": ("match c:\n    case 1: k = 1\n    case 2: k = 2\nHERE", False),
    "match-capture": ("match c:\n    case k:\n        HERE", True),
    "match-guard": ("match c:\n    case _ if c: k = 1\nHERE", False),
    "annotation-only": ("k: int\nHERE", False),
    "annotated": ("k: int = 1\nHERE", True),
    "augmented": ("k += 1\nHERE", True),
    "unpacked": ("a, (k, *b) = c\nHERE", True),
    "subscript": ("a[k] = c\nHERE", True),
}


@pytest.mark.parametrize("name", CASES)
def test_bound(name: str) -> None:
    text, expected = CASES[name]
    tree = ast.parse(text)
    here = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == "HERE"
    )
    assert ("k" in bound_at(tree.body, frozenset({"c"}))[here]) is expected


def test_statements_that_are_never_reached_are_not_there() -> None:
    tree = ast.parse("return\nx = 1")
    assert tree.body[1] not in bound_at(tree.body, frozenset())


def test_an_open_of_the_users_may_swallow() -> None:
    tree = ast.parse("with open(c) as f:\n    k = 1\nx = 1")
    assert "k" not in bound_at(tree.body, frozenset(), open_is_builtin=False)[tree.body[1]]
