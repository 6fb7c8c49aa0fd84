"""Interpreting expressions."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from typing import Any, Final

from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.calls import FunctionInfo
from xcs_ast.effects.names import Names
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.scopes import scope_of
from xcs_ast.effects.values import (
    BOTTOM,
    FALSE,
    INT,
    NONE,
    STR,
    TRUE,
    Const,
    Live,
    New,
    Typed,
    Value,
    class_of,
    is_scalar,
    join,
    join_all,
    unknown,
)
from xcs_ast.ir.sites import STAGE_NAME

__all__ = ["Expressions", "mangle"]

_TAIL: Final = 200


def mangle(name: str, owner: str | None) -> str:
    """A private name as the compiler spells it inside a class."""
    if owner is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = owner.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


class Expressions(Names):
    """One method for each kind of expression."""

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
        return self.fail("a hand-over outside of a region", node)

    def test(self, node: ast.expr) -> tuple[bool, bool]:
        """Whether a condition may be true, and whether it may be false."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            may_true, may_false = self.test(node.operand)
            return may_false, may_true
        if isinstance(node, ast.BoolOp):
            return self._test_all(node)
        return self.truth(self.evaluate(node), node)

    def _test_all(self, node: ast.BoolOp) -> tuple[bool, bool]:
        is_and = isinstance(node.op, ast.And)
        decided = False
        for operand in node.values:
            may_true, may_false = self.test(operand)
            decided |= may_false if is_and else may_true
            if not (may_true if is_and else may_false):
                # Nothing gets past this operand.
                return (False, True) if is_and else (True, False)
        return (True, decided) if is_and else (decided, True)

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
        for index, operand in enumerate(node.values):
            value = self.evaluate(operand)
            if index == len(node.values) - 1:
                return join(out, value)
            may_true, may_false = self.truth(value, node)
            if may_false if is_and else may_true:
                out = join(out, self._only(value, not is_and))
            if not (may_true if is_and else may_false):
                return out
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
        if may_true:
            self.narrow(node.test, True)
            out = join(out, self.evaluate(node.body))
            self.frame.locals = dict(before)
        if may_false:
            self.narrow(node.test, False)
            out = join(out, self.evaluate(node.orelse))
            self.frame.locals = before
        return out

    def narrow(self, test: ast.expr, outcome: bool) -> None:
        """Drops values of variables that cannot have led here."""
        raise NotImplementedError

    def _compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        out = BOTTOM
        for index, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right = self.evaluate(right_node)
            result = self.compare(type(op), left, right, node)
            if index == len(node.ops) - 1:
                return join(out, result)
            may_true, may_false = self.truth(result, node)
            if may_false:
                out = join(out, self._only(result, False))
            if not may_true:
                return out
            left = right
        return out

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name) and node.func.id == STAGE_NAME:
            number = node.args[0]
            assert isinstance(number, ast.Constant) and isinstance(number.value, int)
            return self.mark(number.value, node.args[1], node)
        function = self.evaluate(node.func)
        return self.call(function, self.arguments(node), node)

    def arguments(self, node: ast.Call) -> Args:
        """Evaluates the arguments of a call."""
        positional: list[Value] = []
        rest: Value | None = None
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                value = self.evaluate(arg.value)
                exact = self.unpack_exact(value) if rest is None else None
                if exact is not None:
                    positional += exact
                    continue
                rest = join(rest or BOTTOM, self.iterate(value, arg))
            elif rest is not None:
                rest = join(rest, self.evaluate(arg))
            else:
                positional.append(self.evaluate(arg))
        keywords: dict[str, Value] = {}
        more: Value | None = None
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
                continue
            known, extra = self.mapping_arguments(value, node)
            for name, each in known.items():
                keywords[name] = join(keywords[name], each) if name in keywords else each
            if extra is not None:
                more = join(more or BOTTOM, extra)
        return Args(tuple(positional), keywords, rest, more)

    def mapping_arguments(self, value: Value, node: ast.AST) -> tuple[dict[str, Value], Value | None]:
        """What `**value` passes: keywords that are known, and the values of those that are not."""
        if len(value) == 1:
            (only,) = value
            if type(only) is New and only.obj.cls is dict:
                elems = self.get_part(only.obj, "elems")
                fields = self.get_fields(only.obj)
                if all(type(key) is str for key in fields):
                    return dict(fields), elems if elems else None
            exact = self.live_mapping(only, node)
            if exact is not None:
                return exact, None
        out = BOTTOM
        for atom in value:
            cls = class_of(atom)
            if cls is dict:
                out = join(out, self.content(atom, node))
            else:
                return {}, self.fail(
                    "passes the content of something that is not a plain dict as keywords", node
                )
        return {}, out

    def live_mapping(self, atom: Any, node: ast.AST) -> dict[str, Value] | None:
        """The values of a live dict, one by one, by its keys."""
        from xcs_ast.effects import guards as g
        from xcs_ast.effects.values import Ref
        from xcs_ast.ir.effects import CONTENT
        from xcs_ast.ir.paths import KeyStep

        if type(atom) is not Ref or type(atom.obj) is not dict or len(atom.obj) > 24:
            return None
        if any(type(key) is not str for key in atom.obj):
            return None
        self.reads(atom.path, CONTENT, node)
        if self.recall((dict, CONTENT), atom.obj, atom.path):
            return None
        self.guard(g.KeysAre(atom.path, tuple(atom.obj)))
        return {key: self.wrap(atom.path.then(KeyStep(key)), value) for key, value in atom.obj.items()}

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

    # ------------------------------------------------------------------------------------------ displays

    def elements_of_display(self, nodes: list[ast.expr]) -> tuple[list[Value], Value | None]:
        """The elements of `[a, *b, c]`: those in front one by one, and what the rest may be."""
        items: list[Value] = []
        rest: Value | None = None
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.evaluate(node.value)
                exact = self.unpack_exact(value) if rest is None else None
                if exact is not None:
                    items += exact
                else:
                    rest = join(rest or BOTTOM, self.iterate(value, node))
            elif rest is None:
                items.append(self.evaluate(node))
            else:
                rest = join(rest, self.evaluate(node))
        return items, rest

    def _tuple(self, node: ast.Tuple) -> Value:
        items, rest = self.elements_of_display(node.elts)
        if rest is None:
            return self.new_tuple(tuple(items), node)
        return self.new_container(node, tuple, join(join_all(items), rest))

    def _list(self, node: ast.List) -> Value:
        items, rest = self.elements_of_display(node.elts)
        return self.new_container(node, list, join(join_all(items), rest or BOTTOM))

    def _set(self, node: ast.Set) -> Value:
        items, rest = self.elements_of_display(node.elts)
        elements = join(join_all(items), rest or BOTTOM)
        self.hash_key(elements, node)
        return self.new_container(node, set, elements)

    def _dict(self, node: ast.Dict) -> Value:
        (made,) = self.new_container(node, dict)
        for key, value_node in zip(node.keys, node.values, strict=True):
            if key is None:
                value = self.evaluate(value_node)
                for atom in value:
                    cls = class_of(atom)
                    known = self.live_mapping(atom, node)
                    if known is not None:
                        for name, each in known.items():
                            self.store_content(made, each, node, key=frozenset({Const(name)}))
                    elif cls is dict:
                        keys = self.content(atom, node, keys=True)
                        self.hash_key(keys, node)
                        if type(atom) is New:
                            for name, each in self.get_fields(atom.obj).items():
                                self.store_content(made, each, node, key=frozenset({Const(name)}))
                            self.store_content(
                                made,
                                self.get_part(atom.obj, "elems"),
                                node,
                                key=self.get_part(atom.obj, "keys"),
                            )
                        else:
                            self.store_content(made, self.content(atom, node), node, key=keys)
                    else:
                        self.fail("merges something that is not a plain dict", node)
                continue
            key_value = self.evaluate(key)
            self.hash_key(key_value, node)
            self.store_content(made, self.evaluate(value_node), node, key=key_value)
        return frozenset({made})

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
        saved = dict(frame.locals)
        targets: set[str] = set()
        out = BOTTOM
        for index, clause in enumerate(generators):
            if clause.is_async:
                out = self.fail("uses an asynchronous comprehension", clause.iter, codes.UNSUPPORTED)
                break
            source = first if index == 0 and first is not None else self.evaluate(clause.iter)
            item = self.iterate(source, clause.iter)
            targets |= {n.id for n in ast.walk(clause.target) if isinstance(n, ast.Name)}
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
        scope_of(node)
        frame = self.frame
        obj = self.fresh(node, types.FunctionType, (id(frame.function), id(frame.cells)))
        self.keep.append(frame)
        key = (id(frame.cells), defaults, frozenset(named.items()))
        self.add_payload(obj, key, FunctionInfo(node, frame, defaults, named))
        return frozenset({New(obj)})

    def _yield(self, node: ast.Yield) -> Value:
        value = NONE if node.value is None else self.evaluate(node.value)
        self.frame.yields = join(self.frame.yields, value)
        return NONE

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        value = self.evaluate(node.value)
        self.frame.yields = join(self.frame.yields, self.iterate(value, node))
        return unknown("uses the result of a generator")

    def _starred(self, node: ast.Starred) -> Value:
        return self.evaluate(node.value)


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
    ast.Tuple: Expressions._tuple,
    ast.List: Expressions._list,
    ast.Set: Expressions._set,
    ast.Dict: Expressions._dict,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comp,
    ast.GeneratorExp: Expressions._generator_exp,
    ast.Lambda: Expressions._lambda,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.Starred: Expressions._starred,
}
_ = (INT,)
