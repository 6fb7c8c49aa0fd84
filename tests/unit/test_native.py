"""What the program makes of `builtins` is not seen by our own code."""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import xcs_ast
from xcs_ast import native

PACKAGE = Path(xcs_ast.__file__).parent
BESIDE_THE_PROGRAM = (
    "diagnostics effects frontend hook ir runtime source tracer verifier activation cache config decorator "
    "errors native pipeline records strategies"
).split()
_DEFINING = ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] in BESIDE_THE_PROGRAM and parts[-1] != "__init__":
            yield ".".join(("xcs_ast", *parts)), path


def test_each_module_uses_pythons_own_builtins() -> None:
    wrong, found = [], 0
    for name, path in _modules():
        tree = ast.parse(path.read_bytes())
        first = min((node.lineno for node in ast.walk(tree) if isinstance(node, _DEFINING)), default=0)
        if not first:
            continue
        found += 1
        expressions = [node for node in tree.body if isinstance(node, ast.Expr)]
        calls = [node.lineno for node in expressions if ast.unparse(node) == "use_own(globals())"]
        if not calls or (calls[0] > first and name != "xcs_ast.native"):
            wrong.append(name)
    assert found > 180
    assert not wrong, "these do not call `use_own(globals())` before they define anything"


@pytest.mark.usefixtures("unchecked")
def test_a_function_of_ours_does_not_see_a_replaced_builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    from xcs_ast.diagnostics.notices import recorded

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "tuple", lambda *_: 77)
        found = recorded()
    assert found != 77


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("name", ["len", "isinstance", "hash", "__import__", "type", "super"])
def test_a_replacement_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert native.intact()
    with monkeypatch.context() as patch:
        patch.setattr(builtins, name, lambda *_: 77)
        noticed = native.intact()
    assert not noticed
    assert native.intact()


def test_a_removal_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(builtins, "vars")
        noticed = native.intact()
    assert not noticed


@pytest.mark.parametrize("name", ["print", "open", "input", "breakpoint"])
def test_what_does_not_matter_may_be_replaced(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(builtins, name, lambda *_: 77)
        noticed = not native.intact()
    assert not noticed


def test_nothing_is_relied_on_that_was_replaced_before(tmp_path: Path) -> None:
    script = "import builtins; builtins.abs = lambda x: 7; from xcs_ast import native; print(native.intact())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_members_hash_without_asking_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    from xcs_ast.ir.verdict import VerdictKind

    counted = {VerdictKind.PROVEN: 1}
    with monkeypatch.context() as patch:
        patch.setattr(builtins, "hash", lambda _: "no number")
        found = counted[VerdictKind.PROVEN]
    assert found == 1


def test_every_enumeration_is_one_of_ours() -> None:
    for name, _ in _modules():
        for value in list(vars(importlib.import_module(name)).values()):
            if isinstance(value, type) and value.__module__ == name and hasattr(value, "__members__"):
                assert value.__hash__ in (object.__hash__, int.__hash__), f"{name}.{value.__name__}"


def test_a_kind_is_an_enumeration_in_all_that_we_use() -> None:
    from xcs_ast.ir.verdict import VerdictKind

    kind = VerdictKind("PROVEN")
    assert kind is VerdictKind.PROVEN is VerdictKind["PROVEN"]
    assert [each.name for each in VerdictKind] == list(VerdictKind.__members__)
    assert isinstance(kind, VerdictKind) and kind in VerdictKind
    assert repr(kind) == f"<VerdictKind.PROVEN: {kind.value!r}>"
    assert str(kind) == "VerdictKind.PROVEN"
    assert pickle.loads(pickle.dumps(kind)) is copy.deepcopy(kind) is kind
    with pytest.raises(ValueError, match="'x' is not a valid VerdictKind"):
        VerdictKind("x")
