"""A slice's source in the form that its place allows: a lambda where no name may be bound.

    def _xcs_slice(doc):            lambda doc: ((yield (0, (_c := len(doc) < 3))),
        _c = len(doc) < 3                         None if _c else ((yield (1, rate(doc))),))
        yield 0, _c          ==>
        if _c: return
        yield 1, rate(doc)

Formal statement: the lambda evaluates the same expressions in the same order under the same conditions,
yields and returns the same values, and its names are its own, as those of the `def` are. A `def` that holds
anything else than assignments to names, unpacking of the item, `yield`, `if` and `return` has no such form.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from xcs_ast.frontend.mend import SLICE_MARK
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["as_lambda", "is_lambda_form", "lambda_form", "scope_mark"]

_NONE: Final = ast.Constant(None)
_SCOPES: Final = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _NoForm(Exception):
    """This statement has no counterpart inside a lambda."""


def as_lambda(source: str, mark: str = SLICE_MARK) -> str | None:
    """The lambda with the meaning of a slice, or `None` if there is none. `mark` is for `mend_names`."""
    made = _lambda(source)
    return None if made is None else _text(made[0], made[1], mark)


def lambda_form(source: str, mark: str = SLICE_MARK) -> ast.Lambda | None:
    """The tree of `as_lambda`. It may hold one node twice, and nodes without a place."""
    made = _lambda(source)
    if made is None or made[0].args.vararg is not None:
        return None
    made[0].args.vararg = ast.arg(mark)
    return made[0]


def is_lambda_form(source: str) -> bool:
    """Whether there is a `lambda_form`."""
    return source.startswith("lambda ") or lambda_form(source) is not None


def _lambda(source: str) -> tuple[ast.Lambda, str] | None:
    """The lambda, and its text where it was one before."""
    statement = ast.parse(source).body[0]
    if isinstance(statement, ast.Expr):
        return (statement.value, source) if isinstance(statement.value, ast.Lambda) else None
    if not isinstance(statement, ast.FunctionDef):
        return None
    generator = any(isinstance(node, ast.Yield) for node in ast.walk(statement))
    try:
        parts = _parts(statement.body, generator, item=statement.args.args[0].arg)
    except _NoForm:
        return None
    if generator:
        body: ast.expr = _tuple(parts)
    elif len(parts) == 1:
        body = parts[0]
    else:
        body = ast.Subscript(_tuple(parts), ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Load())
    return ast.Lambda(statement.args, body), ""


def _text(made: ast.Lambda, source: str, mark: str) -> str | None:
    """The lambda's text, marked for `mend_names`; unmarked only where it can't be, and holds no scopes."""
    plain = None if any(isinstance(node, _SCOPES) for node in ast.walk(made.body)) else source or None
    if made.args.vararg is not None:
        return plain
    made.args.vararg = ast.arg(mark)
    expression = ast.fix_missing_locations(ast.Expression(made))
    text = ast.unparse(expression)
    same = ast.dump(ast.parse(text, mode="eval").body) == ast.dump(made)
    return text if same else plain


def _tuple(parts: Sequence[ast.expr]) -> ast.Tuple:
    return ast.Tuple(list(parts), ast.Load())


def _parts(body: Sequence[ast.stmt], generator: bool, item: str) -> list[ast.expr]:
    parts: list[ast.expr] = []
    for number, statement in enumerate(body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                parts.append(ast.NamedExpr(ast.Name(target, ast.Store()), value))
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Name(id=source)) if source == item:
                parts += _unpacked(names, source)
            case ast.Expr(value=ast.Yield() as value):
                parts.append(value)
            case ast.If(test=test, body=[ast.Return(value=None)], orelse=[]) if generator:
                rest = _parts(body[number + 1 :], generator, item)
                parts.append(ast.IfExp(test, _NONE, _tuple(rest)))
                return parts
            case ast.If(test=test, body=inner, orelse=orelse) if generator and not _returns(statement):
                parts.append(
                    ast.IfExp(
                        test, _tuple(_parts(inner, generator, item)), _tuple(_parts(orelse, generator, item))
                    )
                )
            case ast.Return(value=ast.expr() as value) if not generator and number == len(body) - 1:
                parts.append(value)
            case ast.Return(value=None) if generator and number == len(body) - 1:
                parts.append(_NONE)
            case ast.Pass():
                continue
            case _:
                raise _NoForm
    return parts


def _unpacked(names: Sequence[ast.expr], source: str) -> list[ast.expr]:
    """`a, b = item` for an item that the runtime knows to be a plain tuple, list or string.

    If it has another length, the loop's own target fails in place before any value is taken.
    """
    parts: list[ast.expr] = []
    for index, target in enumerate(names):
        if not isinstance(target, ast.Name) or target.id == source:
            raise _NoForm
        element = ast.Subscript(ast.Name(source, ast.Load()), ast.Constant(index), ast.Load())
        parts.append(ast.NamedExpr(ast.Name(target.id, ast.Store()), element))
    return parts


def _returns(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) for node in ast.walk(statement))


def scope_mark(node: ast.AST | None) -> str:
    """What tells `mend_names` in which scope the slice's code was."""
    match node:
        case ast.GeneratorExp():
            return f"{SLICE_MARK}_genexpr"
        case ast.ListComp() | ast.SetComp() | ast.DictComp():
            return f"{SLICE_MARK}_{type(node).__name__.lower()}"
        case _:
            return SLICE_MARK
