"""The harness notices a model that says too little."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.models import harness
from tests.unit.models.harness import Mismatch, check
from tests.unit.models.samples import A, B
from xcs_ast.effects.catalog import Catalog

FALSE = """
[builtins]
sorted: iterates 0; orders elem 0 elem 0 -> list[elem 0]
len: ignores 0 -> int
sum: iterates 0 -> int
repr: special 0 __repr__ -> int
iter: iterates 0; later iterates 0 -> iter[str]
[class builtins.list open]
append: ignores 0
copy: reads self -> self
index: reads self; ignores 0 -> int
[class builtins.dict open]
get: reads self; ignores 0 -> None
setdefault: reads self; ignores 0; ignores 1 -> value self|arg 1
update: reads self; ignores 0
"""


@pytest.fixture
def _false_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "builtins.effects").write_text(FALSE, encoding="utf-8")
    monkeypatch.setattr(harness, "catalog", Catalog(str(tmp_path)))


@pytest.mark.usefixtures("_false_models")
@pytest.mark.parametrize(
    ("function", "args", "kwargs", "complaint"),
    [
        (sorted, ([1],), {"key": lambda x: x}, "does not fit"),
        (sorted, ([1], lambda x: x), {}, "sorted"),
        (len, ([1],), {}, "calls .*__len__"),
        (sum, ([1, 2],), {}, "calls .*__radd__"),
        (repr, ([1],), {}, "gives"),
        (iter, ([A],), {}, "gives"),
        (list.append, ([A], B), {}, "changes its receiver"),
        (list.copy, ([A],), {}, "gives"),
        (list.index, ([3], 3), {}, "calls .*__eq__"),
        (dict.get, ({"k": A}, "k"), {}, "gives"),
        (dict.setdefault, ({"k": A}, "x", B), {}, "changes its receiver"),
        (dict.update, ({}, {"k": A}), {}, "changes its receiver"),
    ],
)
def test_false_models_are_found_out(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], complaint: str
) -> None:
    with pytest.raises((Mismatch, AssertionError, TypeError), match=complaint):
        check(function, *args, **kwargs)


def test_a_callback_that_nobody_spoke_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[builtins]\nsorted: iterates 0; ignores key; orders elem 0 elem 0 -> list[elem 0]\n"
    (tmp_path / "builtins.effects").write_text(text, encoding="utf-8")
    monkeypatch.setattr(harness, "catalog", Catalog(str(tmp_path)))
    with pytest.raises(Mismatch, match="calls argument 'key'"):
        check(sorted, [1], key=lambda x: x)


def test_a_function_without_entry() -> None:
    with pytest.raises(AssertionError, match="no entry"):
        check(json.JSONEncoder().iterencode, [1])
