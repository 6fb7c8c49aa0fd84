"""Expressions of instrumented code: each operation becomes a call of a hook.

Guarantees: operands are evaluated once, in the order of the plain code; short circuits stay; every new node
has the place of the expression it stands for. The nodes of the source are shared, never changed.
Assumes: the compiler takes what is built here as it takes parsed trees.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_base import FRAMES, LOOKS_AROUND_BARE, contains
from xcs_ast.tracer.instrument_comprehensions import Comprehensions
from xcs_ast.tracer.instrument_numbers import Numbers
from xcs_ast.tracer.instrument_scopes import Refused, Scope

use_own(globals())

__all__ = ["BINARY_TEXT", "Expressions"]

BINARY_TEXT: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_UNARY_TEXT: Final[dict[type[ast.unaryop], str]] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPARE_TEXT: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_BOOLEAN: Final = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
"""These compare to exactly `True` or `False`."""
_LOOKS_AROUND: Final = frozenset({"locals", "exec", "eval", "globals"})


class Expressions(Numbers, Comprehensions):
    """Rewrites expressions of one function."""

    def __init__(self, scope: Scope, stepwise: bool = False) -> None:
        super().__init__(scope, stepwise)
        self._handlers: dict[type[ast.expr], Callable[[Any], ast.expr]] = {
            ast.Constant: lambda node: node,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._bool,
            ast.Compare: self._compare,
            ast.IfExp: self._if,
            ast.Call: self._call,
            ast.NamedExpr: self._named,
            ast.JoinedStr: self._joined,
            ast.Tuple: self._tuple,
            ast.List: self._list,
            ast.Set: self._set,
            ast.Dict: self._dict,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.Lambda: self._lambda,
            ast.Await: self._await,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
            ast.Slice: self._slice,
            ast.Starred: self._starred,
        }

    def expr(self, node: ast.expr) -> ast.expr:
        """The instrumented expression."""
        handler = self._handlers.get(type(node))
        if handler is None:
            raise Refused(f"{type(node).__name__} in an expression")
        return handler(node)

    def exprs(self, nodes: Sequence[ast.expr]) -> list[ast.expr]:
        """The instrumented expressions."""
        return [self.expr(node) for node in nodes]

    def test(self, node: ast.expr) -> ast.expr:
        """An expression whose plain truth is the truth of `node`."""
        if isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id == "__debug__"):
            return node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.place(ast.UnaryOp(ast.Not(), self.test(node.operand)), node)
        if isinstance(node, ast.BoolOp):
            return self.place(ast.BoolOp(node.op, [self.test(value) for value in node.values]), node)
        if isinstance(node, ast.IfExp):
            parts = (self.test(node.test), self.test(node.body), self.test(node.orelse))
            return self.place(ast.IfExp(*parts), node)
        if isinstance(node, ast.Compare):
            return self._compare(node, tested=True)
        if isinstance(node, ast.BinOp) and not _is_folded(node):
            return self._binary(node, tested=True)
        return self.hook(node, "truth", self.expr(node))

    def _name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name == "__debug__":
            return node
        kind = self.scope.kind(name)
        if kind == "local":
            return node
        if kind == "cell":
            return self.hook(node, "load_cell", self.cell(name), self.text(name))
        if name in _LOOKS_AROUND or name in LOOKS_AROUND_BARE or name in FRAMES:
            raise Refused(f"{name}, which looks at the frame that calls it")
        return self.known(name, self.hook(node, "load_global", self.globals_(), self.text(name)))

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        if node.attr in FRAMES:
            raise Refused(f"{node.attr}, which looks at the frame that calls it")
        return self.hook(node, "load_attr", self.expr(node.value), self.text(node.attr))

    def _subscript(self, node: ast.Subscript) -> ast.expr:
        return self.hook(node, "load_item", self.expr(node.value), self.expr(node.slice))

    def _slice(self, node: ast.Slice) -> ast.expr:
        parts = [
            ast.Constant(None) if part is None else self.expr(part)
            for part in (node.lower, node.upper, node.step)
        ]
        return self.hook(node, "cut", *parts)

    def _binary(self, node: ast.BinOp, tested: bool = False) -> ast.expr:
        if _is_folded(node):
            return node

        def native(left: ast.expr, right: ast.expr) -> ast.expr:
            return self.place(ast.BinOp(left, node.op, right), node)

        def hooked(left: ast.expr, right: ast.expr) -> ast.expr:
            made = self.hook(node, "binary", ast.Constant(BINARY_TEXT[type(node.op)]), left, right)
            return self.hook(node, "truth", made) if tested else made

        return self.numbers(node, node.left, node.right, native, hooked)

    def _unary(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not):
            return self.place(ast.UnaryOp(ast.Not(), self.test(node.operand)), node)
        if _is_folded(node):
            return node
        return self.hook(node, "unary", ast.Constant(_UNARY_TEXT[type(node.op)]), self.expr(node.operand))

    def _bool(self, node: ast.BoolOp) -> ast.expr:
        return self._bool_from(node, list(node.values))

    def _bool_from(self, node: ast.BoolOp, values: list[ast.expr]) -> ast.expr:
        first, rest = values[0], values[1:]
        if not rest:
            return self.expr(first)
        conjunction = isinstance(node.op, ast.And)
        if self._is_boolean(first):
            return self.place(ast.BoolOp(node.op, [self.expr(first), self._bool_from(node, rest)]), first)

        def choose(evaluated: ast.expr, again: ast.expr) -> ast.expr:
            test = self.hook(first, "truth", evaluated)
            other = self._bool_from(node, rest)
            yes, no = (other, again) if conjunction else (again, other)
            return self.place(ast.IfExp(test, yes, no), first)

        if self.is_simple(first):
            return choose(first, first)
        return self.let(self.expr(first), lambda evaluated, name: choose(evaluated, self.load(name)))

    def _is_boolean(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Compare):
            return len(node.ops) == 1 and isinstance(node.ops[0], _BOOLEAN)
        return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)

    def _if(self, node: ast.IfExp) -> ast.expr:
        return self.place(ast.IfExp(self.test(node.test), self.expr(node.body), self.expr(node.orelse)), node)

    def _compare(self, node: ast.Compare, tested: bool = False) -> ast.expr:
        op = node.ops[0]
        if len(node.ops) > 1 or isinstance(op, _BOOLEAN):
            return self._compare_chain(node, node.left, None, 0, tested)

        def native(left: ast.expr, right: ast.expr) -> ast.expr:
            return self.place(ast.Compare(left, [op], [right]), node)

        def hooked(left: ast.expr, right: ast.expr) -> ast.expr:
            made = self.hook(node, "compare", ast.Constant(_COMPARE_TEXT[type(op)]), left, right)
            return self.hook(node, "truth", made) if tested else made

        return self.numbers(node, node.left, node.comparators[0], native, hooked)

    def _compare_chain(
        self, node: ast.Compare, left: ast.expr, known: ast.expr | None, index: int, tested: bool
    ) -> ast.expr:
        """The chain from a comparison on; `known` is its left operand where that has been evaluated."""
        op, right = node.ops[index], node.comparators[index]
        evaluated = self.expr(left) if known is None else known
        if index == len(node.ops) - 1:
            made = self._one_compare(node, op, evaluated, left, right, self._container(op, right))
            return self.hook(node, "truth", made) if tested and not isinstance(op, _BOOLEAN) else made

        def link(first: ast.expr, again: ast.expr) -> ast.expr:
            one = self._one_compare(node, op, evaluated, left, right, first)

            def rest() -> ast.expr:
                return self._compare_chain(node, right, again, index + 1, tested)

            if tested or isinstance(op, _BOOLEAN):
                test = one if isinstance(op, _BOOLEAN) else self.hook(node, "truth", one)
                return self.place(ast.BoolOp(ast.And(), [test, rest()]), node)
            return self.let(
                one,
                lambda value, name: self.place(
                    ast.IfExp(self.hook(node, "truth", value), rest(), self.load(name)), node
                ),
            )

        if self.is_simple(right):
            return link(right, right)
        if not self.no_walrus and not self.in_generator:
            first, name = self.walrus(self._container(op, right))
            return link(first, self.load(name))
        container = self._container(op, right)
        if contains(evaluated, ast.NamedExpr) or contains(container, ast.NamedExpr):
            raise Refused("a chain of comparisons that binds names, inside a generator expression")
        if known is not None or self.is_simple(left):
            return self.let(container, lambda first, name: link(first, self.load(name)))
        # The left operand comes first: it is bound before the right one is.
        return self.let(
            evaluated,
            lambda value, _: self._compare_chain(node, left, value, index, tested),
        )

    def _one_compare(
        self,
        node: ast.Compare,
        op: ast.cmpop,
        evaluated: ast.expr,
        left: ast.expr,
        right: ast.expr,
        second: ast.expr,
    ) -> ast.expr:
        if isinstance(op, ast.Is | ast.IsNot) and (_is_singleton(left) or _is_singleton(right)):
            return self.place(ast.Compare(evaluated, [op], [second]), node)
        return self.hook(node, "compare", ast.Constant(_COMPARE_TEXT[type(op)]), evaluated, second)

    def _container(self, op: ast.cmpop, node: ast.expr) -> ast.expr:
        """The right operand; a display of constants after `in` is a constant, as it is to the compiler."""
        return self.frozen(node) if isinstance(op, ast.In | ast.NotIn) else self.expr(node)

    def frozen(self, node: ast.expr) -> ast.expr:
        """A list or set of constants, where nobody can get hold of it, as the compiler folds it."""
        if (
            isinstance(node, ast.List | ast.Set)
            and node.elts
            and all(isinstance(e, ast.Constant) for e in node.elts)
        ):
            values = tuple(e.value for e in node.elts if isinstance(e, ast.Constant))
            if isinstance(node, ast.List):
                return self.place(ast.Tuple(list(node.elts), ast.Load()), node)
            constant: Any = frozenset(values)
            return self.place(ast.Constant(constant), node)
        return self.expr(node)

    # -------------------------------------------------------------------------------------- other values

    def _named(self, node: ast.NamedExpr) -> ast.expr:
        name = node.target.id
        value = self.expr(node.value)
        kind = self.scope.own_kind(name)
        if kind == "local":
            return self.place(ast.NamedExpr(node.target, value), node)
        if kind == "cell":
            return self.hook(node, "assign_cell", value, self.cell(name), self.text(name))
        return self.hook(node, "assign_global", value, self.globals_(), self.text(name))

    def _joined(self, node: ast.JoinedStr) -> ast.expr:
        parts = [
            self._formatted(part) if isinstance(part, ast.FormattedValue) else part for part in node.values
        ]
        if all(isinstance(part, ast.Constant) for part in parts):
            return node
        if len(parts) == 1:
            return parts[0]
        join = ast.Attribute(ast.Constant(""), "join", ast.Load())
        return self.place(ast.Call(join, [ast.Tuple(parts, ast.Load())], []), node)

    def _formatted(self, node: ast.FormattedValue) -> ast.expr:
        spec: ast.expr = ast.Constant("")
        value = self.expr(node.value)
        if node.format_spec is not None:
            assert isinstance(node.format_spec, ast.JoinedStr)
            spec = self._joined(node.format_spec) if node.format_spec.values else spec
        return self.hook(node, "format_value", value, ast.Constant(node.conversion), spec)

    def _starred(self, node: ast.Starred) -> ast.expr:
        return self.place(ast.Starred(self.hook(node, "spread", self.expr(node.value)), ast.Load()), node)

    def _tuple(self, node: ast.Tuple) -> ast.expr:
        return self.place(ast.Tuple(self.exprs(node.elts), ast.Load()), node)

    def _list(self, node: ast.List) -> ast.expr:
        return self.hook(node, "new", self.place(ast.List(self.exprs(node.elts), ast.Load()), node))

    def _set(self, node: ast.Set) -> ast.expr:
        elements: list[ast.expr] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                keys = self._keys_of(element)
                elements.append(self.place(ast.Starred(keys, ast.Load()), element))
            else:
                elements.append(self.key(element))
        return self.hook(node, "new", self.place(ast.Set(elements), node))

    def _keys_of(self, node: ast.Starred) -> ast.expr:
        return self.hook(node, "spread_keys", self.expr(node.value))

    def key(self, node: ast.expr) -> ast.expr:
        """A key or element that is about to be hashed."""
        return node if isinstance(node, ast.Constant) else self.hook(node, "key", self.expr(node))

    def _dict(self, node: ast.Dict) -> ast.expr:
        made: ast.expr | None = None
        group = ast.Dict([], [])
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                group.keys.append(self.key(key))
                group.values.append(self.expr(value))
                continue
            made = self._updated(node, made, group)
            group = ast.Dict([], [])
            if self.stepwise:
                made = ast.Dict([None, None], [made, self.hook(value, "mapping", self.expr(value))])
                made = self.place(made, node)
            else:
                made = self.hook(value, "update_dict", made, self.expr(value))
        return self.hook(node, "new", self._updated(node, made, group))

    def _updated(self, node: ast.Dict, made: ast.expr | None, group: ast.Dict) -> ast.expr:
        """The dict so far with further items, which come together, as the compiler has it."""
        if made is None:
            return self.place(group, node)
        if not group.keys:
            return made
        if self.stepwise:
            return self.place(ast.Dict([None, *group.keys], [made, *group.values]), node)
        return self.hook(node, "update_own", made, group)

    def _lambda(self, node: ast.Lambda) -> ast.expr:
        return self.hook(node, "made", self.place(ast.Lambda(self.arguments(node.args), node.body), node))

    def arguments(self, node: ast.arguments, annotated: bool = False) -> ast.arguments:
        """The parameters of a nested function: what is evaluated where it is made goes through hooks."""

        def parameter(arg: ast.arg) -> ast.arg:
            if arg.annotation is None or not annotated:
                return arg
            made = self.expr(arg.annotation)
            return self.place(ast.arg(arg.arg, made, arg.type_comment), arg)

        # The order here is of no meaning: the compiler visits what it gets in its own.
        return ast.arguments(
            [parameter(arg) for arg in node.posonlyargs],
            [parameter(arg) for arg in node.args],
            None if node.vararg is None else parameter(node.vararg),
            [parameter(arg) for arg in node.kwonlyargs],
            [None if default is None else self.expr(default) for default in node.kw_defaults],
            None if node.kwarg is None else parameter(node.kwarg),
            self.exprs(node.defaults),
        )

    def _await(self, node: ast.Await) -> ast.expr:
        return self.place(ast.Await(self.expr(node.value)), node)

    def _yield(self, node: ast.Yield) -> ast.expr:
        return self.place(ast.Yield(None if node.value is None else self.expr(node.value)), node)

    def _yield_from(self, node: ast.YieldFrom) -> ast.expr:
        hook = "delegate" if self.stepwise else "iterate"
        return self.place(ast.YieldFrom(self.hook(node, hook, self.expr(node.value))), node)


def _is_singleton(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (
        node.value is None or node.value is ... or type(node.value) is bool
    )


def _is_folded(node: ast.expr) -> bool:
    """Whether this is arithmetic on numbers written out, which cannot have effects."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float, complex)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub | ast.UAdd) and _is_folded(node.operand)
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add | ast.Sub | ast.Mult)
        and _is_folded(node.left)
        and _is_folded(node.right)
    )
