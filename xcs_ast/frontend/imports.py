"""The one import that the readable style needs: found, or added where a person would add it.

Formal statement: the alias is bound at the top of the module, before the first region can run, and nothing
else in the module binds it.
"""

from __future__ import annotations

import ast
from typing import Final, final

from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.lines import LineTable
from xcs_ast.native import use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Import", "plan_import"]

_PACKAGE: Final = "xcs_ast"
_WANTED: Final = ("xcs", "xcs_ast", "_xcs")


@final
@dataclass(frozen=True, slots=True)
class Import:
    """The name of the package, and what to insert at which offset (nothing where it is imported already).

    The name is bound for what stands after `line`.
    """

    alias: str
    offset: int = 0
    text: str = ""
    line: int = 0


def plan_import(
    tree: ast.Module, source: str, lines: LineTable, names: FreshNames, first_use: int, newline: str
) -> Import:
    """Finds the alias, or the place for it. `first_use` is the first line of a region at module level."""
    bound = _bindings(tree)
    for statement in tree.body:
        if not isinstance(statement, ast.Import) or statement.lineno >= first_use:
            continue
        for each in statement.names:
            if each.name == _PACKAGE and bound.get(each.asname or _PACKAGE) == 1:
                return Import(each.asname or _PACKAGE)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    free = [each for each in _WANTED if each not in bound and each not in used]
    alias = free[0] if free else names.take("xcs")
    statement_text = f"import {_PACKAGE}" if alias == _PACKAGE else f"import {_PACKAGE} as {alias}"
    return _placed(tree, source, lines, alias, statement_text, newline)


def _bindings(tree: ast.Module) -> dict[str, int]:
    """How often each name is bound anywhere in the module, or meant as a global."""
    count: dict[str, int] = {}

    def add(name: str | None) -> None:
        if name is not None:
            count[name] = count.get(name, 0) + 1

    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                if not isinstance(node.ctx, ast.Load):
                    add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                add(name)
            case ast.arg(arg=name):
                add(name)
            case ast.alias(name=name, asname=asname):
                add(asname or name.partition(".")[0])
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                for each in names:
                    add(each)
            case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
                add(name)
            case ast.MatchMapping(rest=name):
                add(name)
            case _:
                pass
    return count


def _placed(tree: ast.Module, source: str, lines: LineTable, alias: str, text: str, newline: str) -> Import:
    groups = _lines_of(tree.body)
    head = 0
    while head < len(groups) and _is_head(groups[head][0], tree.body[0]):
        head += 1  # whatever else stands on that line: nothing may go before a docstring or `__future__`
    imports = head
    while imports < len(groups) and all(
        isinstance(each, ast.Import | ast.ImportFrom) for each in groups[imports]
    ):
        imports += 1
    if imports > head:
        return _after(groups[imports - 1], lines, source, alias, text, newline, gap="")
    if head:
        gap = "" if isinstance(groups[head - 1][-1], ast.Import) else newline
        return _after(groups[head - 1], lines, source, alias, text, newline, gap)
    return _before_all(groups, lines, source, alias, text, newline)


def _lines_of(body: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements, those together that share a line."""
    groups: list[list[ast.stmt]] = []
    for statement in body:
        if groups and statement.lineno <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    return groups


def _is_head(statement: ast.stmt, first: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return statement is first
        case ast.ImportFrom(module="__future__"):
            return True
    return False


def _after(
    group: list[ast.stmt], lines: LineTable, source: str, alias: str, text: str, newline: str, gap: str
) -> Import:
    line = group[-1].end_lineno or 1
    while line < lines.count and lines.line(line).rstrip("\r\n").endswith("\\"):
        line += 1
    offset = lines.start_of(line + 1)
    ended = source[offset - 1 : offset] in ("\n", "\r")
    if not ended:
        return Import(alias, offset, f"{newline}{gap}{text}", line)
    return Import(alias, offset, f"{gap}{text}{newline}", line)


def _before_all(
    groups: list[list[ast.stmt]], lines: LineTable, source: str, alias: str, text: str, newline: str
) -> Import:
    """After the file's own comments, which end at an empty line; never before a `#!` or coding line."""
    first = _first_line(groups[0][0]) if groups else lines.count
    line = 1
    while line < first and lines.line(line).lstrip(" \t\f\ufeff").startswith("#"):
        line += 1
    if line >= first:  # the comment belongs to the statement
        line = 1
        while line <= min(2, first - 1) and _is_special(lines.line(line), line):
            line += 1
    lead = newline if line > 1 else ""
    follows_blank = not lines.line(line).strip()
    return Import(alias, lines.start_of(line), f"{lead}{text}{newline}{'' if follows_blank else newline}")


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _is_special(line: str, number: int) -> bool:
    return (number == 1 and line.lstrip("\ufeff").startswith("#!")) or "coding" in line
