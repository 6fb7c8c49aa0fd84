"""Statements of instrumented code.

Guarantees: the statements that come out bind the same variables and do the same things in the same order,
each access through a hook; their places are those of the source.
Assumes: as `instrument_expressions`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_base import NEXT
from xcs_ast.tracer.instrument_blocks import ENDS, EVERYTHING, Blocks
from xcs_ast.tracer.instrument_expressions import BINARY_TEXT
from xcs_ast.tracer.instrument_scopes import Refused, Scope

use_own(globals())

__all__ = ["Statements"]


@final
class Statements(Blocks):
    """Rewrites statements of one function. `annotations`: whether those of nested functions are evaluated."""

    def __init__(self, scope: Scope, annotations: bool, stepwise: bool = False) -> None:
        super().__init__(scope, stepwise)
        self._annotations = annotations
        self.nested: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self._statements: dict[type[ast.stmt], Callable[[Any], list[ast.stmt]]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AugAssign: self._augmented,
            ast.AnnAssign: self._annotated,
            ast.Return: self._return,
            ast.If: self._if_statement,
            ast.For: self._for,
            ast.While: self._while,
            ast.Try: self._try,
            ast.With: self._with,
            ast.Raise: self._raise,
            ast.Assert: self._assert,
            ast.Delete: self._delete,
            ast.Pass: lambda node: [node],
            ast.Break: lambda node: [node],
            ast.Continue: lambda node: [node],
            ast.Global: lambda node: [self.place(ast.Pass(), node)],
            ast.Nonlocal: lambda node: [self.place(ast.Pass(), node)],
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Match: self._match,
        }

    # ---------------------------------------------------------------------------------------------- blocks

    def block(self, nodes: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The instrumented statements."""
        found: list[ast.stmt] = []
        for node in nodes:
            found += self.statement(node)
        return found

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        """What becomes of one statement."""
        handler = self._statements.get(type(node))
        if handler is None:
            raise Refused(_REASONS.get(type(node).__name__, f"a statement of the kind {type(node).__name__}"))
        return handler(node)

    def clearing(self, at: ast.AST, *names: str) -> list[ast.stmt]:
        """Drops what the temporaries of a statement hold: the program must not notice them."""
        every = [*self.walruses, *names]
        self.walruses = []
        if not every:
            return []
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in every]
        return [self.place(ast.Assign(targets, ast.Constant(None)), at)]

    def branch(
        self, nodes: Sequence[ast.stmt], before: Sequence[ast.stmt] = ()
    ) -> tuple[list[ast.stmt], set[str]]:
        """A block that may not run: its statements, what is bound after it. `definite` stays as it was."""
        saved = set(self.definite)
        made = [*before, *self.block(nodes)]
        after = self.definite
        if nodes and isinstance(nodes[-1], ENDS):
            after = after | {EVERYTHING}
        self.definite = saved
        return made, after

    def join(self, *ends: set[str]) -> None:
        """What is bound where branches meet."""
        coming = [end for end in ends if EVERYTHING not in end]
        if coming:
            self.definite = set.intersection(*coming)

    def binds(self, *names: str) -> None:
        """Notes that local variables have just been bound."""
        scope = self.scope
        for each in names:
            name = scope.mangle(each)
            if scope.own_kind(name) == "local" and name not in scope.deleted and name not in scope.captured:
                self.definite.add(name)

    # ---------------------------------------------------------------------------------------------- stores

    def is_local(self, node: ast.expr) -> bool:
        """Whether this is a variable of the function's own."""
        return isinstance(node, ast.Name) and self.scope.kind(node.id) == "local"

    def store(self, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
        """Stores a value, evaluated once, in a target."""
        if isinstance(target, ast.Tuple | ast.List):
            return self._store_parts(target, self.unpacked(target, value))
        if isinstance(target, ast.Name):
            return [self._store_name(target.id, value, target)]
        if isinstance(target, ast.Attribute):
            call = self.hook(target, "store_attr", value, self.expr(target.value), self.text(target.attr))
        elif isinstance(target, ast.Subscript):
            call = self.hook(target, "store_item", value, self.expr(target.value), self.expr(target.slice))
        else:
            raise Refused(f"{type(target).__name__} as a target")
        return [self.place(ast.Expr(call), target)]

    def _store_name(self, name: str, value: ast.expr, at: ast.AST) -> ast.stmt:
        kind = self.scope.kind(name)
        if kind == "local":
            self.binds(name)
            return self.place(ast.Assign([self.place(ast.Name(name, ast.Store()), at)], value), at)
        if kind == "cell":
            call = self.hook(at, "store_cell", value, self.cell(name), self.text(name))
        else:
            call = self.hook(at, "store_global", value, self.globals_(), self.text(name))
        return self.place(ast.Expr(call), at)

    def _store_parts(self, target: ast.Tuple | ast.List, values: ast.expr) -> list[ast.stmt]:
        """Stores a tuple that has one value for each part of the target."""
        parts = [part.value if isinstance(part, ast.Starred) else part for part in target.elts]
        if not parts:
            return [self.place(ast.Expr(values), target)]
        if all(self.is_local(part) for part in parts):
            self.binds(*(part.id for part in parts if isinstance(part, ast.Name)))
            names: list[ast.expr] = [
                self.place(ast.Name(part.id, ast.Store()), part)
                for part in parts
                if isinstance(part, ast.Name)
            ]
            return [self.place(ast.Assign([ast.Tuple(names, ast.Store())], values), target)]
        temporaries = [self.temporary() for _ in parts]
        made: list[ast.stmt] = [
            self.place(
                ast.Assign(
                    [ast.Tuple([ast.Name(name, ast.Store()) for name in temporaries], ast.Store())], values
                ),
                target,
            )
        ]
        for part, name in zip(parts, temporaries, strict=True):
            made += self.store(part, self.load(name))
        return made + self.clearing(target, *temporaries)

    def _assign(self, node: ast.Assign) -> list[ast.stmt]:
        if len(node.targets) == 1:
            target = node.targets[0]
            increment = self._increment(target, node)
            if increment is not None:
                return increment + self.clearing(node)
            if (
                isinstance(target, ast.Tuple | ast.List)
                and isinstance(node.value, ast.Tuple)
                and len(target.elts) == len(node.value.elts)
                and not any(isinstance(each, ast.Starred) for each in (*target.elts, *node.value.elts))
            ):
                made = self._store_parts(target, self.expr(node.value))
            else:
                made = self.store(target, self.expr(node.value))
            return [self._placed(made[0], node), *made[1:], *self.clearing(node)]
        name = self.temporary()
        made = [self.place(ast.Assign([ast.Name(name, ast.Store())], self.expr(node.value)), node)]
        for target in node.targets:
            made += self.store(target, self.load(name))
        return made + self.clearing(node, name)

    def _placed(self, made: ast.stmt, node: ast.stmt) -> ast.stmt:
        return self.place(made, node)

    def _annotated(self, node: ast.AnnAssign) -> list[ast.stmt]:
        target = node.target
        if node.value is not None:
            return [*self.store(target, self.expr(node.value)), *self.clearing(node)]
        if isinstance(target, ast.Name):
            # No code, but it makes the variable a local one.
            if self.scope.kind(target.id) == "local":
                return [self.place(ast.AnnAssign(target, ast.Constant(None), None, 1), node)]
            return [self.place(ast.Pass(), node)]
        parts = [target.value, target.slice] if isinstance(target, ast.Subscript) else [target.value]
        made: list[ast.stmt] = [self.place(ast.Expr(self.expr(part)), node) for part in parts]
        return made + self.clearing(node)

    # ------------------------------------------------------------------------------------------ increments

    def _increment(self, target: ast.expr, node: ast.Assign) -> list[ast.stmt] | None:
        """`x.a = x.a + v` and its like, through a token; otherwise `None`."""
        value = node.value
        if not isinstance(value, ast.BinOp):
            return None
        begin = self._begin_binary(target, value.left)
        if begin is None or not self._leaves_alone(value.right, target):
            return None
        op = ast.Constant(BINARY_TEXT[type(value.op)])
        owner: ast.expr = ast.Constant(None)
        if isinstance(target, ast.Attribute | ast.Subscript):
            owner = self.expr(target.value)
        call = self.hook(value, "finish_binary", begin, op, self.expr(value.right), owner)
        return [self.place(ast.Expr(self._tried(target, value.left, op, value.right, call)), node)]

    def _tried(
        self, target: ast.expr, held: ast.expr, op: ast.expr, value: ast.expr, otherwise: ast.expr
    ) -> ast.expr:
        """An augmented assignment in one piece, if the recorder can, where the order of its parts is moot."""
        if self.stepwise or not isinstance(target, ast.Attribute | ast.Subscript):
            return otherwise
        if not isinstance(target.value, ast.Name) or not self.is_simple(target.value):
            return otherwise
        if not self.is_simple(value):
            return otherwise
        place: list[ast.expr] = [target.value]
        if isinstance(target, ast.Attribute):
            name = "try_attr"
            place.append(self.text(target.attr))
        elif not self.is_simple(target.slice):
            return otherwise
        else:
            name = "try_item"
            place.append(target.slice)
        if isinstance(held, ast.Call):
            name = "try_get"
            place.append(held.args[1])
        tried = self.hook(target, name, *place, op, value)
        return self.place(ast.BoolOp(ast.Or(), [tried, otherwise]), target)

    def _begin_binary(self, target: ast.expr, left: ast.expr) -> ast.expr | None:
        if isinstance(target, ast.Name):
            if not isinstance(left, ast.Name) or left.id != target.id or self.is_local(target):
                return None
            return self._begin_name(left)
        if isinstance(target, ast.Attribute):
            if (
                not isinstance(left, ast.Attribute)
                or left.attr != target.attr
                or not self._same(left.value, target.value)
            ):
                return None
            return self.hook(left, "begin_attr", self.expr(left.value), self.text(left.attr))
        if not isinstance(target, ast.Subscript) or not self.is_simple(target.slice):
            return None
        if isinstance(left, ast.Subscript) and self._same(left.value, target.value):
            if _equal(left.slice, target.slice):
                return self.hook(left, "begin_item", self.expr(left.value), left.slice)
            return None
        if (
            isinstance(left, ast.Call)
            and isinstance(left.func, ast.Attribute)
            and left.func.attr == "get"
            and len(left.args) == 2
            and not left.keywords
            and self._same(left.func.value, target.value)
            and _equal(left.args[0], target.slice)
            and self.is_simple(left.args[1])
        ):
            return self.hook(left, "begin_get", self.expr(left.func.value), left.args[0], left.args[1])
        return None

    def _same(self, a: ast.expr, b: ast.expr) -> bool:
        """Whether two expressions name the same object: a name, or attributes of one."""
        while isinstance(a, ast.Attribute) and isinstance(b, ast.Attribute) and a.attr == b.attr:
            a, b = a.value, b.value
        return isinstance(a, ast.Name) and isinstance(b, ast.Name) and a.id == b.id and a.id != "__debug__"

    def _leaves_alone(self, value: ast.expr, target: ast.expr) -> bool:
        """Whether the added value binds none of the names in the target."""
        bound = {each.target.id for each in ast.walk(value) if isinstance(each, ast.NamedExpr)}
        return not bound or not any(
            isinstance(each, ast.Name) and each.id in bound for each in ast.walk(target)
        )

    def _begin_name(self, node: ast.Name) -> ast.expr:
        if self.scope.kind(node.id) == "cell":
            return self.hook(node, "begin_cell", self.cell(node.id), self.text(node.id))
        return self.hook(node, "begin_global", self.globals_(), self.text(node.id))

    def _augmented(self, node: ast.AugAssign) -> list[ast.stmt]:
        target = node.target
        op = ast.Constant(BINARY_TEXT[type(node.op)])
        if self.is_local(target):
            assert isinstance(target, ast.Name)
            held = self.place(ast.Name(target.id, ast.Load()), target)
            value = self.numbers(
                node,
                held,
                node.value,
                lambda left, right: self.place(ast.BinOp(left, node.op, right), node),
                lambda left, right: self.hook(node, "inplace", op, left, right),
            )
            return [self._placed(self._store_name(target.id, value, target), node), *self.clearing(node)]
        if isinstance(target, ast.Name):
            begin = self._begin_name(target)
        elif isinstance(target, ast.Attribute):
            begin = self.hook(target, "begin_attr", self.expr(target.value), self.text(target.attr))
        else:
            begin = self.hook(target, "begin_item", self.expr(target.value), self.expr(target.slice))
        call = self.hook(node, "finish", begin, op, self.expr(node.value))
        tried = self._tried(target, target, op, node.value, call)
        return [self.place(ast.Expr(tried), node), *self.clearing(node)]

    def _delete(self, node: ast.Delete) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for target in node.targets:
            made += self._delete_one(target)
        return made or [self.place(ast.Pass(), node)]

    def _delete_one(self, target: ast.expr) -> list[ast.stmt]:
        if isinstance(target, ast.Tuple | ast.List):
            return [made for part in target.elts for made in self._delete_one(part)]
        if isinstance(target, ast.Name):
            return [self._delete_name(target.id, target)]
        if isinstance(target, ast.Attribute):
            call = self.hook(target, "delete_attr", self.expr(target.value), self.text(target.attr))
        else:
            assert isinstance(target, ast.Subscript)
            call = self.hook(target, "delete_item", self.expr(target.value), self.expr(target.slice))
        return [self.place(ast.Expr(call), target), *self.clearing(target)]

    def _delete_name(self, name: str, at: ast.AST) -> ast.stmt:
        kind = self.scope.kind(name)
        if kind == "local":
            return self.place(ast.Delete([self.place(ast.Name(name, ast.Del()), at)]), at)
        if kind == "cell":
            call = self.hook(at, "delete_cell", self.cell(name), self.text(name))
        else:
            call = self.hook(at, "delete_global", self.globals_(), self.text(name))
        return self.place(ast.Expr(call), at)

    # -------------------------------------------------------------------------------------------- control

    def _expression(self, node: ast.Expr) -> list[ast.stmt]:
        value = node.value
        if isinstance(value, ast.Constant):
            return [node]
        made = self.call(value, "perform") if isinstance(value, ast.Call) else self.expr(value)
        return [self.place(ast.Expr(made), node), *self.clearing(node)]

    def _return(self, node: ast.Return) -> list[ast.stmt]:
        value = None if node.value is None else self.expr(node.value)
        self.walruses = []
        return [self.place(ast.Return(value), node)]

    def _raise(self, node: ast.Raise) -> list[ast.stmt]:
        if node.exc is None:
            return [node]
        exc = self.hook(node.exc, "raising", self.expr(node.exc))
        cause = node.cause
        if cause is not None and not (isinstance(cause, ast.Constant) and cause.value is None):
            cause = self.hook(cause, "raising", self.expr(cause))
        self.walruses = []
        return [self.place(ast.Raise(exc, cause), node)]

    def _assert(self, node: ast.Assert) -> list[ast.stmt]:
        message = None if node.msg is None else self.expr(node.msg)
        return [self.place(ast.Assert(self.test(node.test), message), node), *self.clearing(node)]

    def _if_statement(self, node: ast.If) -> list[ast.stmt]:
        test = self.test(node.test)
        clear = self.clearing(node)
        body, after_body = self.branch(node.body, clear)
        orelse, after_orelse = self.branch(node.orelse, clear)
        self.join(after_body, after_orelse)
        return [self.place(ast.If(test, body, orelse), node)]

    def _while(self, node: ast.While) -> list[ast.stmt]:
        test = self.test(node.test)
        clear = self.clearing(node)
        loop = self.place(ast.Expr(self.hook(node.test, "loop")), node.test)
        body, _ = self.branch(node.body, [loop, *clear])
        orelse, _ = self.branch(node.orelse, clear)
        return [self.place(ast.While(test, body, orelse), node)]

    def _for(self, node: ast.For) -> list[ast.stmt]:
        source = self.hook(node.iter, "iterate", self.frozen(node.iter))
        clear = self.clearing(node)
        before = set(self.definite)
        if isinstance(node.target, ast.Name) and self.is_local(node.target):
            self.binds(node.target.id)
            target: ast.expr = node.target
            first = clear
        else:
            name = self.temporary()
            target = self.place(ast.Name(name, ast.Store()), node.target)
            first = [*clear, *self.store(node.target, self.load(name)), *self.clearing(node.target, name)]
        body, _ = self.branch(node.body, first)
        self.definite = before
        orelse, _ = self.branch(node.orelse, clear)
        return [self.place(ast.For(target, source, body, orelse), node)]

    # -------------------------------------------------------------------------------- functions, imports

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        if getattr(node, "type_params", []):
            raise Refused("type parameters of a nested function")
        decorators: list[ast.expr] = []
        for each in node.decorator_list:
            if self.stepwise:
                # The hook says what is to be done with the function; the next decorator out does it.
                decorators.append(self.place(self.load(NEXT), each))
            name = "go_decorator" if self.stepwise else "decorator"
            decorators.append(self.hook(each, name, self.expr(each)))
        made = ast.Attribute(self.load("_xcs_r"), "made", ast.Load())
        decorators.append(self.place(made, node.decorator_list[0] if node.decorator_list else node))
        local = self.scope.kind(node.name) == "local"
        name = node.name if local else self.temporary()
        returns = node.returns
        if returns is not None and self._annotations:
            returns = self.expr(returns)
        arguments = self.arguments(node.args, annotated=self._annotations)
        extra: dict[str, Any] = {"type_params": []} if "type_params" in node._fields else {}
        new = type(node)(
            name=name, args=arguments, body=node.body, decorator_list=decorators, returns=returns, **extra
        )
        self.place(new, node)
        if local:
            self.binds(name)
            return [new, *self.clearing(node)]
        return [new, self._store_name(node.name, self.load(name), node), *self.clearing(node, name)]

    def _import(self, node: ast.Import) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for alias in node.names:
            parts = alias.name.split(".")
            none, level = ast.Constant(None), ast.Constant(0)
            module: ast.expr = self.hook(
                node, "import_name", self.text(alias.name), self.globals_(), none, level
            )
            if alias.asname is not None:
                for part in parts[1:]:
                    module = self.hook(node, "import_from", module, self.text(part))
            made.append(self._store_name(alias.asname or parts[0], module, node))
        return made

    def _import_from(self, node: ast.ImportFrom) -> list[ast.stmt]:
        if any(alias.name == "*" for alias in node.names):
            raise Refused("a star import")
        if node.module == "__future__":
            raise Refused("an import from __future__")
        names = ast.Tuple([ast.Constant(alias.name) for alias in node.names], ast.Load())
        module = self.hook(
            node,
            "import_name",
            self.text(node.module or ""),
            self.globals_(),
            names,
            ast.Constant(node.level),
        )
        temporary = self.temporary()
        made: list[ast.stmt] = [self.place(ast.Assign([ast.Name(temporary, ast.Store())], module), node)]
        for alias in node.names:
            value = self.hook(node, "import_from", self.load(temporary), self.text(alias.name))
            made.append(self._store_name(alias.asname or alias.name, value, node))
        return made + self.clearing(node, temporary)


_REASONS: Final = {
    "ClassDef": "a class statement",
    "AsyncFor": "an asynchronous loop",
    "AsyncWith": "an asynchronous with statement",
    "TryStar": "except*",
    "TypeAlias": "a type statement",
}


def _equal(a: ast.expr, b: ast.expr) -> bool:
    """Whether two simple expressions are the same."""
    if isinstance(a, ast.Name) and isinstance(b, ast.Name):
        return a.id == b.id
    if isinstance(a, ast.Constant) and isinstance(b, ast.Constant):
        return type(a.value) is type(b.value) and repr(a.value) == repr(b.value)
    return False
