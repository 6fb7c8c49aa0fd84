"""Interpreting expressions."""

from __future__ import annotations

import types
from collections.abc import Callable
from itertools import count

from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.calls import FunctionInfo
from xcs_ast.effects.displays import Displays
from xcs_ast.effects.names import Env, join_env
from xcs_ast.effects.scopes import annotations_of, scope_of
from xcs_ast.effects.type_forms import is_type_form
from xcs_ast.effects.values import (
    BOTTOM,
    FALSE,
    NONE,
    STR,
    TRUE,
    Const,
    Live,
    New,
    Ref,
    Typed,
    Value,
    is_scalar,
    join,
    unknown,
)
from xcs_ast.ir.sites import STAGE_NAME
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast
from xcs_ast.source.nodes import walk

use_own(globals())

__all__ = ["Expressions", "mangle"]

_TAIL: Final = 200
_ROUNDS: Final = 8
"""How often the loops of a comprehension are followed while they change variables outside of it."""


def mangle(name: str, owner: str | None) -> str:
    """A private name as the compiler spells it inside a class."""
    if owner is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = owner.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


class Expressions(Displays):
    """One method for each kind of expression."""

    decided = 0
    """How many conditions what there is has decided so far."""

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression; its effects are recorded."""
        self.step()
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return self.fail(
                f"uses {type(node).__name__}, which the analysis does not follow", node, codes.UNSUPPORTED
            )
        return handler(self, node)

    def mark(self, number: int, inner: ast.expr, node: ast.Call) -> Value:
        """The value of hand-over `number`."""
        raise NotImplementedError

    def test(self, node: ast.expr) -> tuple[bool, bool]:
        """Whether a condition may be true, and whether it may be false."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            may_true, may_false = self.test(node.operand)
            return may_false, may_true
        if isinstance(node, ast.BoolOp):
            return self._test_all(node)
        may_true, may_false = self.truth(self.evaluate(node), node)
        if may_true is not may_false and not self._is_local(node):
            self.decided += 1
        return may_true, may_false

    def _is_local(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in self.frame.locals)

    def _test_all(self, node: ast.BoolOp) -> tuple[bool, bool]:
        is_and = isinstance(node.op, ast.And)
        decided = False
        ways: list[Env] = []
        for operand in node.values:
            may_true, may_false = self.test(operand)
            if may_false if is_and else may_true:
                decided = True
                ways.append(dict(self.frame.locals))
            if not (may_true if is_and else may_false):
                # Nothing gets past this operand.
                self._or_else(ways)
                return (False, True) if is_and else (True, False)
        self._or_else(ways)
        return (True, decided) if is_and else (decided, True)

    def _or_else(self, ways: list[Env]) -> None:
        """What an expression assigns that is not always evaluated: the variables may be as on other ways."""
        env = self.frame.locals
        for way in ways:
            env = join_env(env, way)
        self.frame.locals = dict(env)

    # ------------------------------------------------------------------------------------------- handlers

    def _constant(self, node: ast.Constant) -> Value:
        return frozenset({Const(node.value)})

    def _name(self, node: ast.Name) -> Value:
        return self.load_name(node.id, node)

    def _attribute(self, node: ast.Attribute) -> Value:
        return self.load_attr(self.evaluate(node.value), mangle(node.attr, self.frame.owner), node)

    def _subscript(self, node: ast.Subscript) -> Value:
        return self.get_item(self.evaluate(node.value), self.evaluate(node.slice), node)

    def _slice(self, node: ast.Slice) -> Value:
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                for atom in self.evaluate(part):
                    if not is_scalar(atom):
                        self.one_special(atom, "__index__", (), node)
        return frozenset({New(self.fresh(node, slice, "slice"))})

    def _bool_op(self, node: ast.BoolOp) -> Value:
        out = BOTTOM
        is_and = isinstance(node.op, ast.And)
        ways: list[Env] = []
        for index, operand in enumerate(node.values):
            value = self.evaluate(operand)
            if index == len(node.values) - 1:
                out = join(out, value)
                break
            may_true, may_false = self.truth(value, node)
            if may_false if is_and else may_true:
                out = join(out, self._only(value, not is_and))
                ways.append(dict(self.frame.locals))
            if not (may_true if is_and else may_false):
                break
        self._or_else(ways)
        return out

    def _only(self, value: Value, wanted: bool) -> Value:
        """The atoms that may be true (or false)."""
        return frozenset(a for a in value if type(a) is not Const or bool(a.value) is wanted)

    def _named(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.store_name(node.target.id, value, node)
        return value

    def _bin_op(self, node: ast.BinOp) -> Value:
        left = self.evaluate(node.left)
        return self.binary(type(node.op), left, self.evaluate(node.right), node)

    def _unary_op(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            may_true, may_false = self.test(node.operand)
            return join(FALSE if may_true else BOTTOM, TRUE if may_false else BOTTOM)
        return self.unary(type(node.op), self.evaluate(node.operand), node)

    def _if_exp(self, node: ast.IfExp) -> Value:
        may_true, may_false = self.test(node.test)
        before = dict(self.frame.locals)
        out = BOTTOM
        ways: list[Env] = []
        for possible, outcome, arm in ((may_true, True, node.body), (may_false, False, node.orelse)):
            if possible:
                self.frame.locals = dict(before)
                self.narrow(node.test, outcome)
                out = join(out, self.evaluate(arm))
                ways.append(self.frame.locals)
        self._or_else(ways)
        return out

    def narrow(self, test: ast.expr, outcome: bool) -> None:
        """Drops values of variables that cannot have led here."""
        raise NotImplementedError

    def _compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        out = BOTTOM
        ways: list[Env] = []
        for index, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right = self.evaluate(right_node)
            result = self.compare(type(op), left, right, node)
            if index == len(node.ops) - 1:
                out = join(out, result)
                break
            may_true, may_false = self.truth(result, node)
            if may_false:
                out = join(out, self._only(result, False))
                ways.append(dict(self.frame.locals))
            if not may_true:
                break
            left = right
        self._or_else(ways)
        return out

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name) and node.func.id == STAGE_NAME:
            number = node.args[0]
            assert isinstance(number, ast.Constant)
            assert isinstance(number.value, int)
            return self.mark(number.value, node.args[1], node)
        function = self.evaluate(node.func)
        return self.call(function, self.arguments(node), node)

    def _joined_str(self, node: ast.JoinedStr) -> Value:
        tail: str | None = ""
        exact = True
        for part in node.values:
            if isinstance(part, ast.Constant):
                tail = ((tail or "") + str(part.value))[-_TAIL:]
                continue
            assert isinstance(part, ast.FormattedValue)
            value = self._formatted(part)
            text = self._text_constant(value) if part.conversion == -1 and part.format_spec is None else None
            if text is None:
                exact, tail = False, ""
            else:
                tail = (tail + text)[-_TAIL:]  # type: ignore[operator]
        if exact and tail is not None and len(tail) < _TAIL:
            return frozenset({Const(tail)})
        return frozenset({Typed(str, tail or "")})

    def _text_constant(self, value: Value) -> str | None:
        if len(value) != 1:
            return None
        (atom,) = value
        if type(atom) is Const and type(atom.value) is str:
            return atom.value
        if type(atom) is Live and type(atom.value) is str and len(atom.value) < 80:
            const = self.pin(atom)
            return const.value if const is not None else None
        return None

    def _formatted(self, node: ast.FormattedValue) -> Value:
        value = self.evaluate(node.value)
        if node.format_spec is not None:
            self.evaluate(node.format_spec)
        method = {-1: "__format__", 115: "__str__", 114: "__repr__", 97: "__repr__"}[node.conversion]
        for atom in value:
            if not is_scalar(atom):
                self.one_special(atom, method, (STR,), node)
        return value

    # -------------------------------------------------------------------------------------- comprehensions

    def _comprehension(self, node: ast.ListComp | ast.SetComp) -> Value:
        elements = self.run_comprehension(node.generators, lambda: self.evaluate(node.elt))
        if isinstance(node, ast.SetComp):
            self.hash_key(elements, node)
            return self.new_container(node, set, elements)
        return self.new_container(node, list, elements)

    def _dict_comp(self, node: ast.DictComp) -> Value:
        def pair() -> Value:
            key = self.evaluate(node.key)
            self.hash_key(key, node)
            self.store_content(made, self.evaluate(node.value), node, key=key)
            return BOTTOM

        (made,) = self.new_container(node, dict)
        self.run_comprehension(node.generators, pair)
        return frozenset({made})

    def run_comprehension(
        self, generators: list[ast.comprehension], element: Callable[[], Value], first: Value | None = None
    ) -> Value:
        """Evaluates `element` under the loops and conditions of a comprehension."""
        frame = self.frame
        out = BOTTOM
        # It comes to an end: from `_ROUNDS` on, each turn makes some variable unknown for good.
        for turn in count():
            before = dict(frame.locals)
            out = join(out, self._comprehension_once(generators, element, first))
            merged = join_env(before, frame.locals)  # a walrus has set a name, for the next turn or for good
            if turn >= _ROUNDS:
                merged = {
                    name: value if before.get(name) == value else unknown("uses a value that grows in a loop")
                    for name, value in merged.items()
                }
            frame.locals = dict(merged)
            if merged == before:
                break
        return out

    def _comprehension_once(
        self, generators: list[ast.comprehension], element: Callable[[], Value], first: Value | None
    ) -> Value:
        frame = self.frame
        saved = dict(frame.locals)
        targets: set[str] = set()
        out = BOTTOM
        for index, clause in enumerate(generators):
            if clause.is_async:
                out = self.fail("uses an asynchronous comprehension", clause.iter, codes.UNSUPPORTED)
                break
            source = first if index == 0 and first is not None else self.evaluate(clause.iter)
            item = self.iterate(source, clause.iter)
            targets |= {n.id for n in walk(clause.target) if isinstance(n, ast.Name)}
            self.assign(clause.target, item)
            if not item or not all(self._condition(condition) for condition in clause.ifs):
                break
        else:
            out = element()
        for name in targets:
            if name in saved:
                frame.locals[name] = saved[name]
            else:
                frame.locals.pop(name, None)
        return out

    def _condition(self, node: ast.expr) -> bool:
        may_true, _ = self.test(node)
        if may_true:
            self.narrow(node, True)
        return may_true

    def assign(self, target: ast.expr, value: Value) -> None:
        """Assigns to a target."""
        raise NotImplementedError

    def _generator_exp(self, node: ast.GeneratorExp) -> Value:
        frame = self.frame
        source = self.evaluate(node.generators[0].iter)
        snapshot = dict(frame.locals)
        obj = self.fresh(node, types.GeneratorType, (id(frame.function), id(frame.cells)))

        def run(at: ast.AST | None) -> Value:
            outer, self.frame = self.frame, self._copy_frame(frame, snapshot)
            self.frame.region = frame.region
            self.frame.depth = outer.depth
            try:
                return self.run_comprehension(node.generators, lambda: self.evaluate(node.elt), source)
            finally:
                self.frame = outer

        self.add_payload(obj, (source, frozenset(snapshot.items())), run)
        self.keep.append(frame)
        return frozenset({New(obj)})

    # ------------------------------------------------------------------------------------------- functions

    def _lambda(self, node: ast.Lambda) -> Value:
        return self.make_function(node)

    def make_function(self, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
        """A function that the code under analysis defines."""
        args = node.args
        defaults = tuple(self.evaluate(default) for default in args.defaults)
        named = {
            arg.arg: self.evaluate(default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if default is not None
        }
        if not isinstance(node, ast.Lambda):
            self._annotations(node)
        scope_of(node)
        frame = self.frame
        obj = self.fresh(node, types.FunctionType, (id(frame.function), id(frame.cells)))
        self.keep.append(frame)
        key = (id(frame.cells), defaults, frozenset(named.items()))
        self.add_payload(obj, key, FunctionInfo(node, frame, defaults, named))
        return frozenset({New(obj)})

    def _annotations(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What stands beside parameters is evaluated with the `def`, unless the module asks for strings."""
        found = annotations_of(node)
        if found and not self.frame.strings_for_annotations():
            for each in found:
                self._annotation(each)

    def _annotation(self, node: ast.expr) -> bool:
        """Evaluates an annotation; whether it is a plain type, or made of such in the ways of `typing`.

        Combining those only fills caches, which do not show except in speed: their code is not followed.
        """
        match node:
            case ast.Tuple(parts) | ast.List(parts):
                return False not in [self._annotation(part) for part in parts]
            case ast.Subscript(value, index):
                if self._annotation(value) & self._annotation(index):
                    return True
            case ast.BinOp(left, ast.BitOr(), right):
                if self._annotation(left) & self._annotation(right):
                    return True
            case _:
                return all(
                    is_scalar(atom) or (type(atom) is Ref and is_type_form(atom.obj))
                    for atom in self.evaluate(node)
                )
        self.evaluate(node)
        return False

    def _yield(self, node: ast.Yield) -> Value:
        value = NONE if node.value is None else self.evaluate(node.value)
        self.frame.yields = join(self.frame.yields, value)
        return NONE

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        value = self.evaluate(node.value)
        self.frame.yields = join(self.frame.yields, self.iterate(value, node))
        return unknown("uses the result of a generator")


Handler = Callable[[Any, Any], Value]
_HANDLERS: Final[dict[type[ast.expr], Handler]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Slice: Expressions._slice,
    ast.BoolOp: Expressions._bool_op,
    ast.NamedExpr: Expressions._named,
    ast.BinOp: Expressions._bin_op,
    ast.UnaryOp: Expressions._unary_op,
    ast.IfExp: Expressions._if_exp,
    ast.Compare: Expressions._compare,
    ast.Call: Expressions._call,
    ast.JoinedStr: Expressions._joined_str,
    ast.Tuple: Expressions.eval_tuple,
    ast.List: Expressions.eval_list,
    ast.Set: Expressions.eval_set,
    ast.Dict: Expressions.eval_dict,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comp,
    ast.GeneratorExp: Expressions._generator_exp,
    ast.Lambda: Expressions._lambda,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
}
