"""Scopes agree with the compiler's own symbol table, on the standard library."""

from __future__ import annotations

import ast
import pathlib
import symtable
import sys
import sysconfig

import pytest

from xcs_ast.frontend.scopes import NameKind, Scope, ScopeKind, ScopeMap, build_scopes

STDLIB = pathlib.Path(sysconfig.get_paths()["stdlib"])
FILES = [
    "argparse.py",
    "asyncio/tasks.py",
    "dataclasses.py",
    "inspect.py",
    "typing.py",
    "enum.py",
    "tarfile.py",
]


def tables(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    return [table, *(found for child in table.get_children() for found in tables(child))]


def functions(scope: Scope) -> list[Scope]:
    return [inner for inner in scope.descendants() if inner.kind is ScopeKind.FUNCTION]


def compare(source: str, name: str) -> int:
    scopes = build_scopes(ast.parse(source))
    theirs: dict[tuple[str, int], list[symtable.SymbolTable]] = {}
    for table in tables(symtable.symtable(source, name, "exec")):
        if table.get_type() in ("function", symtable.SymbolTable) or str(table.get_type()).lower().endswith(
            "function"
        ):
            theirs.setdefault((table.get_name(), table.get_lineno()), []).append(table)
    compared = 0
    for scope in functions(scopes.module):
        node = scope.node
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        found = theirs.get((scope.name, line)) or theirs.get((scope.name, node.lineno))
        if found is None or len(found) != 1:
            continue
        compared += 1
        check(scopes, scope, found[0])
    return compared


def check(scopes: ScopeMap, scope: Scope, table: symtable.SymbolTable) -> None:
    comprehension_names = {
        name
        for inner in scope.children
        if inner.kind is ScopeKind.COMPREHENSION
        for name in everything_bound(inner)
    }
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if name.startswith((".", "_")) or name in comprehension_names or not in_scope(scope, name):
            continue  # mangled, compiler-made, or merged in by inlining
        kind, _ = scopes.resolve(scope, name)
        where = (scope.name, name, kind)
        if symbol.is_free():
            assert kind is NameKind.FREE, where
        elif symbol.is_global():
            assert kind in (NameKind.GLOBAL, NameKind.BUILTIN), where
        else:
            assert kind is NameKind.LOCAL, where


def everything_bound(scope: Scope) -> set[str]:
    return scope.bound.union(*(everything_bound(child) for child in scope.children))


def in_scope(scope: Scope, name: str) -> bool:
    return name in scope.bound | scope.loads | scope.nonlocal_names | scope.global_names


@pytest.mark.parametrize("name", FILES)
def test_names_are_resolved_as_the_compiler_does(name: str) -> None:
    path = STDLIB / name
    assert compare(path.read_text(encoding="utf-8"), str(path)) > 5


def scope_of(source: str) -> tuple[ScopeMap, Scope]:
    scopes = build_scopes(ast.parse(source))
    return scopes, functions(scopes.module)[0]


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        ("x = 1", "x", NameKind.LOCAL),
        ("print(x)", "x", NameKind.GLOBAL),
        ("print(x)", "print", NameKind.BUILTIN),
        ("global x; x = 1", "x", NameKind.GLOBAL),
        ("import a.b", "a", NameKind.LOCAL),
        ("import a.b as c", "c", NameKind.LOCAL),
        ("from a import b", "b", NameKind.LOCAL),
        ("for i, (j, *k) in y: pass", "k", NameKind.LOCAL),
        ("with y as z: pass", "z", NameKind.LOCAL),
        ("try: pass\n    except E as z: pass", "z", NameKind.LOCAL),
        ("[z for z in y]", "z", NameKind.GLOBAL),
        ("[w := z for z in y]", "w", NameKind.LOCAL),
        ("match y:\n        case [a, *b]: pass", "b", NameKind.LOCAL),
        ("match y:\n        case {'k': a, **b}: pass", "b", NameKind.LOCAL),
        ("match y:\n        case C(k=a) | (C() as a): pass", "a", NameKind.LOCAL),
        ("class z: pass", "z", NameKind.LOCAL),
        ("def z(): pass", "z", NameKind.LOCAL),
        ("z: int", "z", NameKind.LOCAL),
        ("del z", "z", NameKind.LOCAL),
    ],
)
def test_bindings(body: str, name: str, kind: NameKind) -> None:
    scopes, scope = scope_of(f"def f(p):\n    {body}\n")
    assert scopes.resolve(scope, name)[0] is kind


def test_class_names_are_invisible_to_methods() -> None:
    scopes, scope = scope_of("class A:\n    x = 1\n    def f(self):\n        return x\n")
    assert scopes.resolve(scope, "x")[0] is NameKind.GLOBAL


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12")
def test_type_parameters_are_free() -> None:
    scopes, scope = scope_of("def f[T](x: T):\n    return T\n")
    assert scopes.resolve(scope, "T")[0] is NameKind.FREE
    assert scopes.resolve(scope, "x")[0] is NameKind.LOCAL
