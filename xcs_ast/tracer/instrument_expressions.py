"""Expressions of instrumented code: each operation becomes a call of a hook.

Guarantees: operands are evaluated once, in the order of the plain code; short circuits stay; every new node has
the place of the expression it stands for. The nodes of the source are shared, never changed.
Assumes: the compiler takes what is built here as it takes parsed trees.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from xcs_ast.tracer.instrument_scopes import FUNCTIONS, Refused, Scope

__all__ = ["BINARY_TEXT", "CELLS", "GLOBALS", "RECORDER", "Expressions"]

RECORDER: Final = "_xcs_r"
GLOBALS: Final = "_xcs_g"
CELLS: Final = "_xcs_c"
TEMPORARY: Final = "_xcs_t"

_N = TypeVar("_N", bound=ast.AST)

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
_LOOKS_AROUND_BARE: Final = frozenset({"vars", "dir"})
_FRAMES: Final = frozenset({"_getframe", "currentframe", "_getframemodulename"})
_ASKS_CALLER: Final = frozenset(
    {
        "debug",
        "info",
        "warn",
        "warning",
        "error",
        "exception",
        "critical",
        "log",
        "stack",
        "trace",
        "warn_explicit",
    }
)
"""Methods that look at their caller: a hook's frame must not stand between."""


class Expressions:
    """Rewrites expressions of one function."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.definite: set[str] = scope.parameters - scope.deleted - scope.captured
        """Local variables that are surely bound here and that nobody else can bind."""
        self.walruses: list[str] = []
        """Temporaries that the present statement has bound inside of expressions."""
        self._temporaries = 0
        self._no_walrus = 0
        self._in_generator = 0
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

    # ------------------------------------------------------------------------------------------- building

    def place(self, new: _N, at: ast.AST) -> _N:
        """Gives a new node the place of another."""
        return ast.copy_location(new, at)

    def hook(
        self, at: ast.AST, name: str, *arguments: ast.expr, keywords: Sequence[ast.keyword] = ()
    ) -> ast.Call:
        """A call of a hook."""
        function = ast.Attribute(ast.Name(RECORDER, ast.Load()), name, ast.Load())
        return self.place(ast.Call(function, list(arguments), list(keywords)), at)

    def temporary(self) -> str:
        """A new variable of ours."""
        self._temporaries += 1
        return f"{TEMPORARY}{self._temporaries}"

    def load(self, name: str) -> ast.Name:
        """A plain load of a variable of ours."""
        return ast.Name(name, ast.Load())

    def walrus(self, value: ast.expr) -> tuple[ast.expr, str]:
        """Binds a temporary inside of an expression."""
        name = self.temporary()
        self.walruses.append(name)
        return self.place(ast.NamedExpr(ast.Name(name, ast.Store()), value), value), name

    def let(self, value: ast.expr, body: Callable[[ast.expr, str], ast.expr]) -> ast.expr:
        """An expression that uses a value twice: `body` gets how to evaluate it first, and its name then."""
        if not self._no_walrus and not self._in_generator:
            first, name = self.walrus(value)
            return body(first, name)
        if _contains(value, ast.NamedExpr) and not self._no_walrus:
            first, name = self.walrus(value)
            return body(first, name)
        # No `:=` in iterables of comprehensions, and a generator's may be bound by two generators at once.
        name = self.temporary()
        inner = body(self.load(name), name)
        if _contains(value, ast.Await) or _contains(
            inner, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
        ):
            raise Refused("an intermediate value inside the iterable of a comprehension")
        loop = ast.comprehension(ast.Name(name, ast.Store()), ast.Tuple([value], ast.Load()), [], 0)
        made = self.place(ast.ListComp(inner, [loop]), value)
        return self.place(ast.Subscript(made, ast.Constant(0), ast.Load()), value)

    def globals_(self) -> ast.Name:
        """The globals of the function."""
        return self.load(GLOBALS)

    def cell(self, name: str) -> ast.expr:
        """The cell of a variable of an enclosing function."""
        index = self.scope.free[self.scope.mangle(name)]
        return ast.Subscript(self.load(CELLS), ast.Constant(index), ast.Load())

    def text(self, name: str) -> ast.Constant:
        """A name as a constant, mangled as the compiler would."""
        return ast.Constant(self.scope.mangle(name))

    def is_simple(self, node: ast.expr) -> bool:
        """Whether evaluating this can neither fail nor be told in order: a constant, a surely bound local."""
        if isinstance(node, ast.Constant):
            return True
        if not isinstance(node, ast.Name):
            return False
        name = self.scope.mangle(node.id)
        return name in self.definite or self.scope.in_comprehension(name)

    # --------------------------------------------------------------------------------------- expressions

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
            return self._compare_chain(node, node.left, None, 0, tested=True)
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
        if name in _LOOKS_AROUND or name in _LOOKS_AROUND_BARE or name in _FRAMES:
            raise Refused(f"{name}, which looks at the frame that calls it")
        return self.hook(node, "load_global", self.globals_(), self.text(name))

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        if node.attr in _FRAMES:
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

    def _binary(self, node: ast.BinOp) -> ast.expr:
        if _is_folded(node):
            return node
        op = ast.Constant(BINARY_TEXT[type(node.op)])
        return self.hook(node, "binary", op, self.expr(node.left), self.expr(node.right))

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

    def _compare(self, node: ast.Compare) -> ast.expr:
        return self._compare_chain(node, node.left, None, 0, tested=False)

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
        if not self._no_walrus and not self._in_generator:
            first, name = self.walrus(self._container(op, right))
            return link(first, self.load(name))
        container = self._container(op, right)
        if _contains(evaluated, ast.NamedExpr) or _contains(container, ast.NamedExpr):
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

    # ----------------------------------------------------------------------------------------------- calls

    def _call(self, node: ast.Call) -> ast.expr:
        return self.call(node, "call")

    def call(self, node: ast.Call, hook: str) -> ast.expr:
        """A call through the hook `call` or `perform`."""
        function = node.func
        if isinstance(function, ast.Name) and self.scope.kind(function.id) == "global":
            if function.id == "super" and not node.args and not node.keywords:
                return self._super(node)
            if function.id in _LOOKS_AROUND_BARE and len(node.args) == 1 and not node.keywords:
                if not isinstance(node.args[0], ast.Starred):
                    callee: ast.expr = self.hook(
                        function, "load_global", self.globals_(), self.text(function.id)
                    )
                    return self.hook(node, hook, callee, self.expr(node.args[0]))
        spreads = any(isinstance(argument, ast.Starred) for argument in node.args)
        merges = any(keyword.arg is None for keyword in node.keywords)
        if not spreads and not merges:
            keywords = [self._keyword(keyword) for keyword in node.keywords]
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if (
                isinstance(function, ast.Attribute)
                and function.attr not in _ASKS_CALLER
                and function.attr not in _FRAMES
                and all(self.is_simple(value) for value in values)
            ):
                owner = self.expr(function.value)
                arguments = [owner, self.text(function.attr), *node.args]
                return self.hook(node, f"{hook}_method", *arguments, keywords=keywords)
            return self.hook(node, hook, self.expr(function), *self.exprs(node.args), keywords=keywords)
        evaluated = self.expr(function)
        if self._no_walrus or self._in_generator:
            return self._spreading(node, hook, evaluated, None)
        first, name = self.walrus(evaluated)
        return self._spreading(node, hook, first, name)

    def _keyword(self, keyword: ast.keyword) -> ast.keyword:
        return self.place(ast.keyword(keyword.arg, self.expr(keyword.value)), keyword)

    def _spreading(self, node: ast.Call, hook: str, evaluated: ast.expr, name: str | None) -> ast.expr:
        """A call with `*x` or `**x`; messages about those name the callee."""
        callee: Callable[[], ast.expr] = lambda: ast.Constant(None) if name is None else self.load(name)  # noqa: E731
        arguments: list[ast.expr] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                alone = len(node.args) == 1
                parts = [self.expr(argument.value), callee()] if alone else [self.expr(argument.value)]
                spread = self.hook(argument, "spread", *parts)
                arguments.append(self.place(ast.Starred(spread, ast.Load()), argument))
            else:
                arguments.append(self.expr(argument))
        plain = all(keyword.arg is not None for keyword in node.keywords)
        late = (
            len(node.args) == 1
            and isinstance(node.args[0], ast.Starred)
            and not all(self.is_simple(keyword.value) for keyword in node.keywords)
        )
        if plain and not late:
            keywords = [self._keyword(keyword) for keyword in node.keywords]
            return self.hook(node, hook, evaluated, *arguments, keywords=keywords)
        merged = self._merges(node, callee)
        if late:
            # The interpreter takes the only `*x` apart after it has evaluated the keywords.
            assert isinstance(node.args[0], ast.Starred)
            return self.hook(node, "call_late", evaluated, self.expr(node.args[0].value), merged)
        return self.hook(node, hook, evaluated, *arguments, keywords=[ast.keyword(None, merged)])

    def _merges(self, node: ast.Call, callee: Callable[[], ast.expr]) -> ast.expr:
        """The keywords of a call as one dict."""
        merged: ast.expr = ast.Dict([], [])
        group = ast.Dict([], [])
        for keyword in node.keywords:
            if keyword.arg is None:
                merged = self._merged(node, callee, merged, group)
                merged = self.hook(keyword, "merge", callee(), merged, self.expr(keyword.value))
                group = ast.Dict([], [])
            else:
                group.keys.append(ast.Constant(keyword.arg))
                group.values.append(self.expr(keyword.value))
        return self._merged(node, callee, merged, group)

    def _merged(
        self, node: ast.Call, callee: Callable[[], ast.expr], merged: ast.expr, group: ast.Dict
    ) -> ast.expr:
        if not group.keys:
            return merged
        if isinstance(merged, ast.Dict) and not merged.keys:
            return group
        return self.hook(node, "merge_own", callee(), merged, group)

    def _super(self, node: ast.Call) -> ast.expr:
        scope = self.scope
        if scope.first is None or "__class__" not in scope.free or scope.mangle(scope.first) in scope.deleted:
            raise Refused("super() outside of a method")
        if scope.comprehensions and (
            self._in_generator or sys.version_info < (3, 12) or scope.in_comprehension(scope.first)
        ):
            raise Refused("super() in a comprehension")
        return self.hook(node, "call_super", self.globals_(), self.cell("__class__"), self.load(scope.first))

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
                elements.append(self._key(element))
        return self.hook(node, "new", self.place(ast.Set(elements), node))

    def _keys_of(self, node: ast.Starred) -> ast.expr:
        return self.hook(node, "spread_keys", self.expr(node.value))

    def _key(self, node: ast.expr) -> ast.expr:
        return node if isinstance(node, ast.Constant) else self.hook(node, "key", self.expr(node))

    def _dict(self, node: ast.Dict) -> ast.expr:
        made: ast.expr | None = None
        group = ast.Dict([], [])
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                group.keys.append(self._key(key))
                group.values.append(self.expr(value))
                continue
            made = self._updated(node, made, group)
            group = ast.Dict([], [])
            made = self.hook(value, "update_dict", made, self.expr(value))
        return self.hook(node, "new", self._updated(node, made, group))

    def _updated(self, node: ast.Dict, made: ast.expr | None, group: ast.Dict) -> ast.expr:
        """The dict so far with further items, which come together, as the compiler has it."""
        if made is None:
            return self.place(group, node)
        return made if not group.keys else self.hook(node, "update_own", made, group)

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
        return self.place(ast.YieldFrom(self.hook(node, "iterate", self.expr(node.value))), node)

    # ------------------------------------------------------------------------------------ comprehensions

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> ast.expr:
        names: set[str] = set()
        for generator in node.generators:
            if generator.is_async:
                raise Refused("an asynchronous comprehension")
            for name in ast.walk(generator.target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    names.add(self.scope.mangle(name.id))
        lazy = isinstance(node, ast.GeneratorExp)
        # The first iterable belongs to the code around.
        first = self._iterable(node.generators[0].iter)
        saved = self._no_walrus
        self.scope.comprehensions.append(names)
        shadowed = self.definite & names
        self.definite -= names
        self._in_generator += lazy
        try:
            generators: list[ast.comprehension] = []
            for index, generator in enumerate(node.generators):
                source = first if index == 0 else self._iterable(generator.iter)
                generators += self._loops(generator, source)
                generators[-1].ifs.extend(self.test(each) for each in generator.ifs)
            made: ast.expr
            if isinstance(node, ast.DictComp):
                made = ast.DictComp(self._key(node.key), self.expr(node.value), generators)
            elif isinstance(node, ast.SetComp):
                made = ast.SetComp(self._key(node.elt), generators)
            else:
                made = type(node)(self.expr(node.elt), generators)
        finally:
            self._in_generator -= lazy
            self._no_walrus = saved
            self.scope.comprehensions.pop()
            self.definite |= shadowed
        if lazy and _contains(made, ast.Await):
            raise Refused("await in a generator expression")
        return self.hook(node, "generator" if lazy else "new", self.place(made, node))

    def _iterable(self, node: ast.expr) -> ast.expr:
        self._no_walrus += 1
        try:
            return self.hook(node, "iterate", self.frozen(node))
        finally:
            self._no_walrus -= 1

    def _loops(self, generator: ast.comprehension, source: ast.expr) -> list[ast.comprehension]:
        target = generator.target
        if isinstance(target, ast.Name):
            return [ast.comprehension(target, source, [], 0)]
        loops: list[ast.comprehension] = []
        todo: list[tuple[ast.expr, ast.expr | None]] = [(target, None)]
        while todo:
            each, value = todo.pop(0)
            if not isinstance(each, ast.Tuple | ast.List):
                raise Refused("a comprehension that stores into an object")
            if value is None:
                name = self.temporary()
                loops.append(ast.comprehension(ast.Name(name, ast.Store()), source, [], 0))
                value = self.load(name)
            flat, inner = self._flat(each)
            unpacked = self.unpacked(each, value)
            loops.append(ast.comprehension(flat, ast.Tuple([unpacked], ast.Load()), [], 0))
            todo += inner
        return loops

    def _flat(self, target: ast.Tuple | ast.List) -> tuple[ast.expr, list[tuple[ast.expr, ast.expr | None]]]:
        """The target with temporaries in the place of nested ones, and those."""
        elements: list[ast.expr] = []
        inner: list[tuple[ast.expr, ast.expr | None]] = []
        for element in target.elts:
            bare = element.value if isinstance(element, ast.Starred) else element
            kept: ast.expr = bare
            if not isinstance(bare, ast.Name):
                name = self.temporary()
                inner.append((bare, self.load(name)))
                kept = ast.Name(name, ast.Store())
            elements.append(ast.Starred(kept, ast.Store()) if isinstance(element, ast.Starred) else kept)
        if any(isinstance(element, ast.Starred) for element in target.elts):
            # `unpack` has made a list of what the star takes: there is one element for each target.
            elements = [
                element.value if isinstance(element, ast.Starred) else element for element in elements
            ]
        return self.place(ast.Tuple(elements, ast.Store()), target), inner

    def unpacked(self, target: ast.Tuple | ast.List, value: ast.expr) -> ast.expr:
        """The call that takes a value apart for a target."""
        stars = [index for index, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
        before = stars[0] if stars else len(target.elts)
        after = len(target.elts) - before - 1 if stars else -1
        return self.hook(target, "unpack", value, ast.Constant(before), ast.Constant(after))


def _contains(node: ast.expr, kinds: Any) -> bool:
    todo: list[ast.AST] = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, kinds):
            return True
        if not isinstance(each, FUNCTIONS):
            todo += ast.iter_child_nodes(each)
    return False


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
