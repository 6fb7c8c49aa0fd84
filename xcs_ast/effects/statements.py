"""Interpreting statements: control flow by joins and small fixpoints."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from importlib.machinery import ModuleSpec

import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.expressions import mangle
from xcs_ast.effects.looping import Looping, leaves
from xcs_ast.effects.machine import Frame
from xcs_ast.effects.names import Env, join_env
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import is_class
from xcs_ast.effects.values import (
    BOTTOM,
    NONE,
    Atom,
    Const,
    Ref,
    Tup,
    UnknownAtom,
    Value,
    join,
    unknown,
)
from xcs_ast.ir.effects import CONTENT
from xcs_ast.ir.paths import KeyStep, Path, PinnedRoot
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast
from xcs_ast.source.lookup import FunctionNode
from xcs_ast.source.nodes import walk

use_own(globals())

__all__ = ["Statements"]


class Statements(Looping):
    """One method for each kind of statement. Each answers whether execution may go on after it."""

    def run_body(self, node: FunctionNode, frame: Frame) -> Value:
        """Interprets a function's body; what it returns (for a generator: what it yields)."""
        loops, self.loops = self.loops, []
        try:
            if isinstance(node, ast.Lambda):
                value = self.evaluate(node.body)
                return frame.yields if frame.scope.yields else value
            if self.execute(node.body):
                frame.returns = join(frame.returns, NONE)
            return frame.yields if frame.scope.yields else frame.returns
        finally:
            self.loops = loops

    def execute(self, body: list[ast.stmt]) -> bool:
        """Interprets statements in order; whether execution may reach their end."""
        for statement in body:
            self.step()
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                self.fail(
                    f"uses {type(statement).__name__}, which the analysis does not follow",
                    statement,
                    codes.UNSUPPORTED,
                )
                continue
            if not handler(self, statement):
                return False
        return True

    # -------------------------------------------------------------------------------------------- simple

    def _expr(self, node: ast.Expr) -> bool:
        self.for_nothing(node)
        return True

    def for_nothing(self, node: ast.Expr) -> None:
        """An expression whose value nobody uses."""
        self.evaluate(node.value)

    def _assign(self, node: ast.Assign) -> bool:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.assign(target, value)
        return True

    def _ann_assign(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))
        return True

    def _aug_assign(self, node: ast.AugAssign) -> bool:
        target = node.target
        op = type(node.op)
        if isinstance(target, ast.Name):
            old = self.load_name(target.id, target)
            self.store_name(
                target.id, self.binary(op, old, self.evaluate(node.value), node, inplace=True), target
            )
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value)
            name = mangle(target.attr, self.frame.owner)
            old = self.load_attr(owner, name, target)
            self.store_attr(
                owner, name, self.binary(op, old, self.evaluate(node.value), node, inplace=True), target
            )
        else:
            assert isinstance(target, ast.Subscript)
            owner, index = self.evaluate(target.value), self.evaluate(target.slice)
            old = self.get_item(owner, index, target)
            new = self.binary(op, old, self.evaluate(node.value), node, inplace=True)
            self.set_item(owner, index, new, target)
        return True

    def assign(self, target: ast.expr, value: Value) -> None:
        """Assigns to a target."""
        match target:
            case ast.Name(name):
                self.store_name(name, value, target)
            case ast.Attribute():
                self.store_attr(
                    self.evaluate(target.value), mangle(target.attr, self.frame.owner), value, target
                )
            case ast.Subscript():
                self.set_item(self.evaluate(target.value), self.evaluate(target.slice), value, target)
            case _:
                # A starred one stands inside of these, and is `_unpack`'s.
                assert isinstance(target, ast.Tuple | ast.List)
                self._unpack(target.elts, value, target)

    def _unpack(self, targets: list[ast.expr], value: Value, node: ast.expr) -> None:
        starred = any(isinstance(target, ast.Starred) for target in targets)
        parts: list[Value] = [BOTTOM] * len(targets)
        for atom in value:
            exact = None if starred else self._exact_parts(atom, len(targets), node)
            if exact is not None:
                parts = [join(a, b) for a, b in zip(parts, exact, strict=True)]
                continue
            element = self.iterate_atom(atom, node)
            parts = [join(part, element) for part in parts]
        for target, part in zip(targets, parts, strict=True):
            if isinstance(target, ast.Starred):
                self.assign(target.value, self.new_container(target, list, part))
            else:
                self.assign(target, part)

    def _exact_parts(self, atom: Atom, count: int, node: ast.expr) -> list[Value] | None:
        match atom:
            case Tup(items) if len(items) == count:
                return list(items)
            case Ref(path=path, obj=found) if type(found) in (tuple, list):
                live: Any = found
                cls = type(live)
                if len(live) != count:
                    return None
                stored = BOTTOM
                if cls is list:
                    self.reads(path, CONTENT, node)
                    stored = self.recall((list, CONTENT), live, path)
                self.guard(g.LengthIs(path, cls, count))
                return [join(self.wrap(path.then(KeyStep(i)), x), stored) for i, x in enumerate(live)]
            case _:
                return None

    def _delete(self, node: ast.Delete) -> bool:
        for target in node.targets:
            match target:
                case ast.Name(name):
                    self.delete_name(name, target)
                case ast.Attribute():
                    self.delete_attr(
                        self.evaluate(target.value), mangle(target.attr, self.frame.owner), target
                    )
                case ast.Subscript():
                    self.delete_item(self.evaluate(target.value), self.evaluate(target.slice), target)
                case _:
                    self.fail("deletes something unusual", target, codes.UNSUPPORTED)
        return True

    def _return(self, node: ast.Return) -> bool:
        value = NONE if node.value is None else self.evaluate(node.value)
        self.frame.returns = join(self.frame.returns, value)
        return False

    def _raise(self, node: ast.Raise) -> bool:
        if node.exc is None and not self.frame.handled and self.frame.region is None:
            # Ahead of its place, a call has other callers.
            self.fail("raises what its caller is handling", node)
        for part in (node.exc, node.cause):
            if part is None:
                continue
            for atom in self.evaluate(part):
                if type(atom) is Ref and is_class(atom.obj):
                    self._raised(self.call_atom(atom, Args(), node))
                elif type(atom) is UnknownAtom:
                    self.fail(atom.reason, node)
                else:
                    if type(atom) is Ref:
                        # Its traceback and context are set.
                        self.store_shared(atom.path, atom.obj, "__traceback__", unknown("a traceback"), node)
                    self._raised(frozenset({atom}))
        return False

    def _raised(self, value: Value) -> None:
        if not value <= self.raised:
            self.raised = join(self.raised, value)
            if "raised" in self.read:
                self.again = True

    def _assert(self, node: ast.Assert) -> bool:
        may_true, may_false = self.test(node.test)
        if may_false and node.msg is not None:
            before = dict(self.frame.locals)
            self.evaluate(node.msg)
            self.frame.locals = before
        if may_true:
            self.narrow(node.test, True)
        return may_true

    def _pass(self, node: ast.stmt) -> bool:
        return True

    def _function_def(self, node: ast.FunctionDef) -> bool:
        decorators = [self.evaluate(decorator) for decorator in node.decorator_list]
        value = self.make_function(node)
        for decorator, where in reversed([*zip(decorators, node.decorator_list, strict=True)]):
            value = self.call(decorator, Args((value,)), where)
        self.store_name(node.name, value, node)
        return True

    def _class_def(self, node: ast.ClassDef) -> bool:
        self.fail(f"defines the class {node.name}", node, codes.UNSUPPORTED)
        self.store_name(node.name, unknown(f"uses the class {node.name}, which it defines"), node)
        return True

    # ------------------------------------------------------------------------------------------- imports

    def _import(self, node: ast.Import) -> bool:
        for alias in node.names:
            module = self._module(alias.name, node)
            if alias.asname is None and "." in alias.name:
                module = self._module(alias.name.partition(".")[0], node)
            self.store_name(alias.asname or alias.name.partition(".")[0], module, node)
        return True

    def _module(self, name: str, node: ast.stmt) -> Value:
        found = sys.modules.get(name)
        if type(found) is not types.ModuleType:
            return self.fail(f"imports {name}, which is not loaded yet", node, codes.UNKNOWN_CALL)
        if _is_initializing(found):
            # Another thread would wait until it is loaded, while whoever loads it waits for that thread.
            return self.fail(f"imports {name}, which is just being loaded", node, codes.UNKNOWN_CALL)
        modules = Path(PinnedRoot(sys.modules))
        self.reads(modules, CONTENT, node)
        return self.wrap(modules.then(KeyStep(name)), found)

    def _import_from(self, node: ast.ImportFrom) -> bool:
        name = node.module or ""
        if node.level:
            package = self.frame.space.get("__package__")
            if type(package) is not str:
                self.fail("imports relative to an unknown package", node)
                package = ""
            base = package.split(".")
            base = base[: len(base) - node.level + 1]
            name = ".".join([*base, *([name] if name else [])])
        module = self._module(name, node)
        for alias in node.names:
            space = getattr(sys.modules.get(name), "__dict__", {})
            if alias.name == "*":
                self.fail("imports all names of a module", node, codes.UNSUPPORTED)
                continue
            if alias.name not in space and f"{name}.{alias.name}" in sys.modules:
                value = self._module(f"{name}.{alias.name}", node)
            else:
                value = self.load_attr(module, alias.name, node)
            self.store_name(alias.asname or alias.name, value, node)
        return True

    # ------------------------------------------------------------------------------------------ branches

    def narrow(self, test: ast.expr, outcome: bool) -> None:
        """Drops values of variables that cannot have led here."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self.narrow(test.operand, not outcome)
        elif isinstance(test, ast.BoolOp):
            if isinstance(test.op, ast.And) is outcome:
                for index, part in enumerate(test.values):
                    if not _bound_in(test.values[index + 1 :]) & _names_in(part):
                        self.narrow(part, outcome)
        elif isinstance(test, ast.Name):
            self._keep(test.id, lambda atom: type(atom) is not Const or bool(atom.value) is outcome)
        elif isinstance(test, ast.NamedExpr):
            self.narrow(test.target, outcome)
        elif (
            isinstance(test, ast.Compare)
            and len(test.ops) == 1
            and isinstance(test.left, ast.Name)
            and isinstance(test.comparators[0], ast.Constant)
            and test.comparators[0].value is None
            and isinstance(test.ops[0], ast.Is | ast.IsNot)
        ):
            is_none = isinstance(test.ops[0], ast.Is) is outcome
            self._keep(
                test.left.id, lambda atom: type(atom) is UnknownAtom or (atom == Const(None)) is is_none
            )

    def _keep(self, name: str, wanted: Callable[[Atom], bool]) -> None:
        found = self.frame.locals.get(name)
        if found is not None:
            kept = frozenset(atom for atom in found if wanted(atom))
            if kept != found:
                self.frame.locals[name] = kept

    def _if(self, node: ast.If) -> bool:
        frame = self.frame
        decided = self.decided
        may_true, may_false = self.test(node.test)
        if self.decided != decided and self.loops and leaves(node):
            self.loops[-1].decided = True
        before = dict(frame.locals)
        after: list[Env] = []
        for possible, outcome, body in ((may_true, True, node.body), (may_false, False, node.orelse)):
            if not possible:
                continue
            frame.locals = dict(before)
            self.narrow(node.test, outcome)
            if self.execute(body):
                after.append(frame.locals)
        return self.resume(after)

    def resume(self, ways: list[Env]) -> bool:
        """Goes on with the join of several ways; whether there is one."""
        if not ways:
            return False
        env = ways[0]
        for way in ways[1:]:
            env = join_env(env, way)
        self.frame.locals = dict(env)
        return True


def _bound_in(tests: list[ast.expr]) -> set[str]:
    """The variables that `:=` assigns."""
    return {node.target.id for test in tests for node in walk(test) if isinstance(node, ast.NamedExpr)}


def _names_in(test: ast.expr) -> set[str]:
    return {node.id for node in walk(test) if isinstance(node, ast.Name)}


Handler = Callable[[Any, Any], bool]
_HANDLERS: Final[dict[type[ast.stmt], Handler]] = {
    ast.Expr: Statements._expr,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._ann_assign,
    ast.AugAssign: Statements._aug_assign,
    ast.Delete: Statements._delete,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Assert: Statements._assert,
    ast.Pass: Statements._pass,
    ast.Global: Statements._pass,
    ast.Nonlocal: Statements._pass,
    ast.FunctionDef: Statements._function_def,
    ast.ClassDef: Statements._class_def,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.If: Statements._if,
    ast.While: Statements.while_statement,
    ast.For: Statements.for_statement,
    ast.Break: Statements.break_statement,
    ast.Continue: Statements.continue_statement,
    ast.Try: Statements.run_try,
    ast.TryStar: Statements.run_try,
    ast.With: Statements.run_with,
    ast.Match: Statements.run_match,
}


def _is_initializing(module: types.ModuleType) -> bool:
    spec = vars(module).get("__spec__")
    return type(spec) is ModuleSpec and vars(spec).get("_initializing") is True
