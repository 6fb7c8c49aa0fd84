"""Small changes of a module: those of cosmic-ray that mean something, and the loss of a statement or operand.

Guarantees: the same text gives the same mutants in the same order. What only types, `__all__`, docstrings or
assertions would notice is left out; so is `is` for `==` and its like, which hardly ever differ here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

OPERATORS: Final = re.compile(
    r"core/(AddNot|ExceptionReplacer|NumberReplacer|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceBreakWithContinue"
    r"|ReplaceContinueWithBreak|ReplaceFalseWithTrue|ReplaceTrueWithFalse|ReplaceUnaryOperator_Delete_Not"
    r"|ZeroIterationForLoop|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Add|BitOr_BitAnd|BitAnd_BitOr|LShift_RShift)"
    r"|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|Gt_LtE))"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module's text with one change."""

    file: str
    operator: str
    line: int
    old: str
    """The changed lines, without their margin, joined by a blank."""
    new: str
    text: str

    @property
    def name(self) -> str:
        """How the list of survivors speaks of it."""
        return f"`{self.old}` → `{self.new}`"


def mutants(file: str, text: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    quiet = _quiet_lines(ast.parse(text))
    found: dict[str, Mutant] = {}
    for operator, changed in (*_of_cosmic_ray(text), *_losses(text)):
        made = _mutant(file, operator, text, changed)
        if made is not None and made.line not in quiet and changed not in found and _compiles(changed):
            found[changed] = made
    return sorted(found.values(), key=lambda each: (each.line, each.new, each.operator))


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _mutant(file: str, operator: str, text: str, changed: str) -> Mutant | None:
    before, after = text.split("\n"), changed.split("\n")
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if start is None:
        return None
    end = 0
    while before[-1 - end] == after[-1 - end] and end < min(len(before), len(after)) - start:
        end += 1

    def joined(lines: list[str]) -> str:
        return " ".join(line.strip() for line in lines[start : len(lines) - end or None])

    return Mutant(file, operator, start + 1, joined(before), joined(after), changed)


def _quiet_lines(tree: ast.Module) -> set[int]:
    """Lines whose change no test could see: imports, annotations, `__all__`, docstrings, assertions.

    And a module's `use_own(globals())`, for which all modules have one test (`tests/unit/test_native.py`).
    """
    out: set[int] = set()

    def add(node: ast.AST) -> None:
        out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))  # type: ignore[attr-defined]

    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Assert():
                add(node)
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                add(node)
            case ast.Expr(value=ast.Constant(value=str()) | ast.Call(func=ast.Name(id="use_own"))):
                add(node)
            case ast.FunctionDef():
                out.update(range(node.lineno, node.body[0].lineno))
            case ast.AnnAssign():
                out.update(
                    range(node.lineno, (node.value.lineno if node.value else (node.end_lineno or 0) + 1))
                )
    return out


def _of_cosmic_ray(text: str) -> Iterator[tuple[str, str]]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    nodes = list(ast_nodes(get_ast(text)))
    for name in sorted(operator_names()):
        if OPERATORS.fullmatch(name):
            operator = get_operator(name)()
            places = sum(1 for node in nodes for _ in operator.mutation_positions(node))
            for number in range(places):
                changed = mutate_code(text, operator, number)
                if changed is not None:
                    yield name.removeprefix("core/"), changed


def _losses(text: str) -> Iterator[tuple[str, str]]:
    lines = text.encode().split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def put(first: ast.expr | ast.stmt, last: ast.expr | ast.stmt, new: str) -> str:
        raw = text.encode()
        begin = starts[first.lineno - 1] + first.col_offset
        end = starts[(last.end_lineno or 0) - 1] + (last.end_col_offset or 0)
        return (raw[:begin] + new.encode() + raw[end:]).decode()

    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Delete():
                yield "LoseStatement", put(node, node, "pass")
            case ast.If(body=[*_, ast.Return() | ast.Raise() as last]):
                yield "LoseExit", put(last, last, "pass")
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield "LoseResult", put(value, value, "None")
            case ast.BoolOp(values=values):
                for which in values:
                    neutral = "True" if isinstance(node.op, ast.And) else "False"
                    yield "LoseOperand", put(which, which, neutral)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
                word = "not in" if isinstance(op, ast.In) else "in"
                middle = (
                    f"({ast.get_source_segment(text, left)}) {word} ({ast.get_source_segment(text, right)})"
                )
                yield "OppositeMembership", put(left, right, middle)
            case ast.comprehension(ifs=[*tests]):
                for test in tests:
                    yield "LoseFilter", put(test, test, "True")
