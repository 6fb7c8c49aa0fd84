"""The marked text of a region: the user's own words, each hand-over wrapped in a marker.

Written by editing the user's text, so that lines stay where they are. Where that is not possible (private
names inside a class, an edit that does not parse to what was meant) the tree is printed instead.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence

from xcs_ast.frontend.names import mangled
from xcs_ast.frontend.source_text import SourceText
from xcs_ast.ir.sites import ITEMS_NAME, STAGE_NAME
from xcs_ast.native import TypeAlias, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Mark", "is_truth", "marked_loop", "marked_statements", "printed_loop"]


@final
@dataclass(frozen=True, slots=True)
class Mark:
    """Hand-over `number`; a `truth` is handed over instead of the value."""

    number: int
    truth: bool = False


Marks: TypeAlias = Mapping[ast.expr, Mark]
_Edit: TypeAlias = tuple[int, int, bytes]


def is_truth(node: ast.expr) -> bool:
    """Whether an expression gives exactly `True` or `False`, by its form."""
    match node:
        case ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
            return True
        case ast.Compare(ops=[ast.Is() | ast.IsNot() | ast.In() | ast.NotIn()]):
            return True
        case ast.BoolOp(values=values):
            return all(is_truth(value) for value in values)
        case _:
            return False


def marked_loop(text: SourceText, loop: ast.For, marks: Marks, class_name: str) -> str:
    """The loop over `__xcs_items__`, without its `else`."""
    shown = _without_else(loop)
    if class_name and _has_private(loop):
        return _printed([shown], loop.iter, marks, class_name)
    edits = _edits(text, marks)
    edits.append((text.start(loop.iter), text.end(loop.iter), ITEMS_NAME.encode()))
    result = _edited(text, [loop], text.end(loop.body[-1]), edits)
    expected = _rebuilt([shown], loop.iter, marks, "")
    return result if _same(result, expected) else ast.unparse(ast.Module(expected, []))


def printed_loop(loop: ast.For, iterable: ast.expr, marks: Marks, class_name: str) -> str:
    """A loop that is not in the text: what a comprehension stands for."""
    return _printed([loop], iterable, marks, class_name)


def marked_statements(text: SourceText, statements: Sequence[ast.stmt], marks: Marks, class_name: str) -> str:
    """The statements of a block."""
    if class_name and any(_has_private(statement) for statement in statements):
        return _printed(statements, None, marks, class_name)
    result = _edited(text, statements, text.end(statements[-1]), _edits(text, marks))
    expected = _rebuilt(statements, None, marks, "")
    return result if _same(result, expected) else ast.unparse(ast.Module(expected, []))


def _edits(text: SourceText, marks: Marks) -> list[_Edit]:
    edits: list[_Edit] = []
    for node, mark in marks.items():
        start, end = text.start(node), text.end(node)
        before, after = f"{STAGE_NAME}({mark.number}, ", ")"
        if mark.truth:
            before, after = before + "not not (", "))"
        edits += [(start, start, before.encode()), (end, end, after.encode())]
    return edits


def _edited(text: SourceText, statements: Sequence[ast.stmt], end: int, edits: list[_Edit]) -> str:
    position = text.start(statements[0])
    indentation = text.indentation(statements[0].lineno)
    if indentation:
        edits = edits + _dedents(text, statements, indentation)
    pieces: list[bytes] = []
    for edit_start, edit_end, replacement in sorted(edits, key=lambda edit: edit[:2]):
        if edit_start > end:
            break
        pieces += [text.data[position:edit_start], replacement]
        position = max(position, edit_end)
    pieces.append(text.data[position:end])
    return b"".join(pieces).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _dedents(text: SourceText, statements: Sequence[ast.stmt], indentation: bytes) -> list[_Edit]:
    fixed: set[int] = set()
    for statement in statements:
        _string_lines(statement, fixed)
    last = statements[-1]
    return [
        (text.starts[number - 1], text.starts[number - 1] + len(indentation), b"")
        for number in range(statements[0].lineno + 1, (last.end_lineno or last.lineno) + 1)
        if number not in fixed and text.line(number).startswith(indentation)
    ]


def _string_lines(node: ast.AST, fixed: set[int]) -> None:
    for child in ast.walk(node):
        is_text = isinstance(child, ast.JoinedStr) or (
            isinstance(child, ast.Constant) and isinstance(child.value, str | bytes)
        )
        if is_text and isinstance(child, ast.expr) and child.end_lineno and child.end_lineno > child.lineno:
            fixed.update(range(child.lineno + 1, child.end_lineno + 1))


def _without_else(loop: ast.For) -> ast.For:
    shown = copy.copy(loop)
    shown.orelse = []
    return shown


def _has_private(node: ast.AST) -> bool:
    for child in ast.walk(node):
        for name in ("id", "attr", "arg", "name", "asname"):
            value = getattr(child, name, None)
            if isinstance(value, str) and value.startswith("__") and not value.endswith("__"):
                return True
    return False


def _printed(statements: Sequence[ast.stmt], iterable: ast.expr | None, marks: Marks, class_name: str) -> str:
    return ast.unparse(ast.Module(_rebuilt(statements, iterable, marks, class_name), []))


def _rebuilt(
    statements: Sequence[ast.stmt], iterable: ast.expr | None, marks: Marks, class_name: str
) -> list[ast.stmt]:
    rebuilt = [_copy(statement, iterable, marks, class_name) for statement in statements]
    return [ast.fix_missing_locations(node) for node in rebuilt if isinstance(node, ast.stmt)]


def _copy(node: ast.AST, iterable: ast.expr | None, marks: Marks, class_name: str) -> ast.AST:
    if node is iterable:
        return ast.Name(ITEMS_NAME, ast.Load())
    fields: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[name] = _copy(value, iterable, marks, class_name)
        elif isinstance(value, list):
            fields[name] = [
                _copy(item, iterable, marks, class_name)
                if isinstance(item, ast.AST)
                else mangled(item, class_name)
                if isinstance(item, str)
                else item
                for item in value
            ]
        elif isinstance(value, str) and class_name and not isinstance(node, ast.Constant):
            fields[name] = mangled(value, class_name)
        else:
            fields[name] = value
    made = type(node)(**fields)
    mark = marks.get(node) if isinstance(node, ast.expr) else None
    if mark is None or not isinstance(made, ast.expr):
        return made
    if mark.truth:
        made = ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), made))
    return ast.Call(ast.Name(STAGE_NAME, ast.Load()), [ast.Constant(mark.number), made], [])


def _same(text: str, expected: list[ast.stmt]) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return ast.dump(tree) == ast.dump(ast.Module(expected, []))
