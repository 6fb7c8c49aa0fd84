"""Operators: unary, binary, in-place, comparisons."""

from __future__ import annotations

import types

from xcs_ast.effects.containers import BUILTIN_CONTAINERS, FRESH_CONTAINERS
from xcs_ast.effects.resolve import is_class
from xcs_ast.effects.specials import reason_of
from xcs_ast.effects.subscripts import Subscripts
from xcs_ast.effects.values import (
    BOOL,
    BOTTOM,
    FALSE,
    INT,
    STR,
    TRUE,
    AnyException,
    Atom,
    Const,
    New,
    Ref,
    Tup,
    Typed,
    UnknownAtom,
    Value,
    class_of,
    is_scalar,
    join,
    typed,
    unknown,
)
from xcs_ast.native import Final, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Operators"]

_BINARY: Final[dict[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}
_OPERATOR: Final = {f"__{side}{name}__": op for op, name in _BINARY.items() for side in ("", "r")}
_COMPARE: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
_NUMERIC: Final = (bool, int, float, complex)
_TAIL: Final = 200
_TEXT: Final = (str, bytes, bytearray)
_SEQUENCES: Final = (str, bytes, bytearray, list, tuple)
_BYTES: Final = (bytes, bytearray)
_INDEXED: Final = frozenset({"__mul__", "__rmul__", "__imul__", "__getitem__", "__contains__"})
_OF_MEMORY: Final = frozenset({"__add__", "__iadd__", "__mod__", "__contains__"})


class Operators(Subscripts):
    """Operators by the rules of their special methods."""

    def binary(
        self,
        op: type[ast.operator],
        left: Value,
        right: Value,
        node: ast.AST | None,
        *,
        inplace: bool = False,
    ) -> Value:
        """`left op right`; with `inplace`, `left op= right`."""
        out = BOTTOM
        for a in left:
            for b in right:
                out = join(out, self._binary_of(op, a, b, node, inplace))
        return out

    def _binary_of(
        self, op: type[ast.operator], a: Atom, b: Atom, node: ast.AST | None, inplace: bool
    ) -> Value:
        self.step()
        if type(a) is UnknownAtom or type(b) is UnknownAtom:
            atom = a if type(a) is UnknownAtom else b
            assert type(atom) is UnknownAtom
            return self.fail(atom.reason, node)
        left, right = self.exact(a), self.exact(b)
        assert left is not None
        assert right is not None
        if is_scalar(a) and is_scalar(b):
            return _scalars(op, a, b, left, right)
        if not is_scalar(b) and right is not left and issubclass(right, left):
            name = f"__r{_BINARY[op]}__"
            if type(self.class_attr(right, name, node)[1]) is types.FunctionType:
                # A subclass that reflects the operator goes first.
                return self._by_methods(op, a, b, node, inplace)
        if left in _TEXT and op is ast.Mod:
            self._format_arguments(b, node, of_memory=left is not str)
            if left is not bytearray:
                return typed(left)
            self.content(a, node)
            return self.new_container(node, bytearray)
        if self._is_container(a, left) or self._is_container(b, right):
            known = self._containers(op, a, b, left, right, node, inplace)
            if known is not None:
                return known
        return self._by_methods(op, a, b, node, inplace)

    def _is_container(self, atom: Atom, cls: type) -> bool:
        return cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS)

    def _containers(
        self,
        op: type[ast.operator],
        a: Atom,
        b: Atom,
        left: type,
        right: type,
        node: ast.AST | None,
        inplace: bool,
    ) -> Value | None:
        """Operators of the builtin containers; `None` where it is the other operand's."""
        if op is ast.Mult and (is_scalar(a) or is_scalar(b)):
            many, cls = (b, right) if is_scalar(a) else (a, left)
            elements = self.content(many, node)
            if inplace and cls is not tuple and many is a:
                self.store_content(a, elements, node)
                return frozenset({a})
            return self.new_container(node, cls, elements, tag="mul")
        if not self._is_container(a, left):
            if left is bytes and right is bytearray:
                self.note_content(b, node)
                return typed(bytes)
            return None
        if inplace and op is ast.Add and left is list:
            self.store_content(a, self.iterate(frozenset({b}), node), node)
            return frozenset({a})
        if inplace and op is ast.BitOr and issubclass(left, dict) and not issubclass(right, dict):
            return self.special(a, "__ior__", (frozenset({b}),), node)  # pairs
        if not self._is_container(b, right):
            if issubclass(right, tuple(BUILTIN_CONTAINERS)):
                name = _BINARY[op]
                changed = self.special(a, f"__i{name}__", (frozenset({b}),), node) if inplace else None
                if changed is not None:
                    return changed
                mine = self.special(a, f"__{name}__", (frozenset({b}),), node)
                others = self.special(b, f"__r{name}__", (frozenset({a}),), node)
                return join(mine or BOTTOM, others or BOTTOM) - frozenset({Const(NotImplemented)})
            if left is bytearray and right is bytes and op is ast.Add:
                if inplace:
                    self.store_content(a, INT, node)
                    return frozenset({a})
                return self.new_container(node, left, self.content(a, node), tag="add")
            return None
        if op is ast.Add:
            if type(a) is Tup and type(b) is Tup:
                return self.new_tuple((*a.items, *b.items), node)
            return self.new_container(
                node, left, join(self.content(a, node), self.content(b, node)), tag="add"
            )
        sets = (set, frozenset)
        if left in sets and right in sets:
            elements = join(self.content(a, node), self.content(b, node))
            self._rehash(elements, node)
            if inplace and left is set:
                self.store_content(a, elements, node)
                return frozenset({a})
            return self.new_container(node, left, elements, tag="setop")
        if issubclass(left, dict) and issubclass(right, dict) and op is ast.BitOr:
            return self._merge(a, b, left, node, inplace)
        return BOTTOM

    def made_by_operator(self, name: str, atom: Atom, other: Value, node: ast.AST | None) -> Value:
        """See `Protocol`."""
        op = _OPERATOR[name]
        out = BOTTOM
        for each in other:
            right = self.exact(each)
            if right is None:
                return self.fail(reason_of(each), node)
            cls = self.exact(atom)
            assert cls is not None
            if op is ast.Mod:
                found: Value | None = self.new_container(node, bytearray)
            elif op is ast.Mult and not is_scalar(each):  # by its `__index__`
                found = self.new_container(node, cls, self.content(atom, node), tag="mul")
            elif name.startswith("__r") and op is not ast.Mult:
                found = self._containers(op, each, atom, right, cls, node, False)
            else:
                found = self._containers(op, atom, each, cls, right, node, False)
            out = join(out, found or BOTTOM)
        return out

    def _merge(self, a: Atom, b: Atom, left: type, node: ast.AST | None, inplace: bool) -> Value:
        keys = join(self.content(a, node, keys=True), self.content(b, node, keys=True))
        elements = join(self.content(a, node), self.content(b, node))
        self._rehash(keys, node)
        if inplace:
            self.store_content(a, elements, node, key=keys)
            return frozenset({a})
        return self.new_container(node, dict if left is dict else left, elements, keys, tag="merge")

    def _rehash(self, keys: Value, node: ast.AST | None) -> None:
        if not all(is_scalar(key) for key in keys):
            self.hash_key(keys, node)
            self.compare_inside(keys, BOTTOM, node)

    def take_operand(self, atom: Atom, name: str, other: Value, node: ast.AST | None) -> None:
        """See `Protocol`."""
        for each in other:
            if is_scalar(each):
                continue
            if name in _INDEXED:
                self.one_special(each, "__index__", (), node)
            if name in _OF_MEMORY and class_of(atom) in _BYTES:
                self._lends_memory(each, node)

    def _lends_memory(self, atom: Atom, node: ast.AST | None) -> bool:
        """C code takes the bytes of an object: a class in Python is asked for them, and given them back."""
        cls = None if is_scalar(atom) else self.exact(atom)
        if cls is None or type(self.class_attr(cls, "__buffer__", node)[1]) is not types.FunctionType:
            return False
        lent = self.one_special(atom, "__buffer__", (INT,), node)
        self.one_special(atom, "__release_buffer__", (lent,), node)
        return True

    def _format_arguments(self, arguments: Atom, node: ast.AST | None, *, of_memory: bool) -> None:
        def text(atom: Atom) -> None:
            if of_memory:
                self._lends_memory(atom, node)
            for method in ("__str__", "__repr__", "__float__", "__int__", "__index__"):
                self.one_special(atom, method, (), node)

        if not is_scalar(arguments) and class_of(arguments) not in BUILTIN_CONTAINERS:
            if issubclass(class_of(arguments) or int, tuple):  # its elements, not itself
                for part in self.iterate(frozenset({arguments}), node):
                    self.inside(part, text, node)
                return
            self.get_item(frozenset({arguments}), STR, node)
        self.inside(arguments, text, node)

    def _by_methods(
        self, op: type[ast.operator], a: Atom, b: Atom, node: ast.AST | None, inplace: bool
    ) -> Value:
        name = _BINARY[op]
        out = BOTTOM
        left: Value = frozenset({a})
        right: Value = frozenset({b})
        if op is ast.Add and class_of(a) in _BYTES and self._lends_memory(b, node):
            if not is_scalar(a):
                return self.fail("joins a bytearray with an object that lends its memory", node)
            out = typed(bytes)
        if op is ast.Mult:
            for many, count in ((a, b), (b, a)):
                if not is_scalar(count) and issubclass(class_of(many) or int, _SEQUENCES):
                    self.one_special(count, "__index__", (), node)
                    out = unknown("uses a repeated sequence")
        if not is_scalar(a):
            if inplace:
                found = self.special(a, f"__i{name}__", (right,), node)
                if found is not None and not _may_refuse(found):
                    return found
                out = join(out, found or BOTTOM)
            found = (
                None
                if self._is_container(a, class_of(a) or int)
                else self.special(a, f"__{name}__", (right,), node)
            )
            out = join(out, found or BOTTOM)
        if not is_scalar(b) and not self._is_container(b, class_of(b) or int):
            found = self.special(b, f"__r{name}__", (left,), node)
            out = join(out, found or BOTTOM)
        return frozenset(x for x in out if not _is_not_implemented(x))

    # ----------------------------------------------------------------------------------------------- unary

    def unary(self, op: type[ast.unaryop], value: Value, node: ast.AST | None) -> Value:
        """`-value`, `+value`, `~value`."""
        if op is ast.USub and len(value) == 1:
            (only,) = value
            if type(only) is Const and type(only.value) in (int, float):
                return frozenset({Const(-only.value)})
        name = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}[op]
        return self.each_special(value, name, (), node)

    # ------------------------------------------------------------------------------------------ comparisons

    def compare(self, op: type[ast.cmpop], left: Value, right: Value, node: ast.AST | None) -> Value:
        """`left op right`."""
        if op is ast.Is or op is ast.IsNot:
            return self._identity(left, right, op is ast.IsNot)
        if op is ast.In or op is ast.NotIn:
            return self._membership(left, right, node, op is ast.NotIn)
        out = BOTTOM
        for a in left:
            for b in right:
                out = join(out, self._compare_of(op, a, b, node))
        return out

    def _compare_of(self, op: type[ast.cmpop], a: Atom, b: Atom, node: ast.AST | None) -> Value:
        self.step()
        if type(a) is UnknownAtom or type(b) is UnknownAtom:
            atom = a if type(a) is UnknownAtom else b
            assert type(atom) is UnknownAtom
            return self.fail(atom.reason, node)
        if is_scalar(a) and is_scalar(b):
            return self._compare_scalars(op, a, b)
        left, right = self.exact(a), self.exact(b)
        assert left is not None
        assert right is not None
        in_a, in_b = self._is_container(a, left), self._is_container(b, right)
        if (in_a and (is_scalar(b) or in_b)) or (in_b and is_scalar(a)):
            self.compare_inside(frozenset({a}), frozenset({b}), node)
            return BOOL
        name, mirrored = _COMPARE[op]
        out = BOTTOM
        if not is_scalar(a) and not self._is_container(a, left):
            out = join(out, self.one_special(a, name, (frozenset({b}),), node))
        if not is_scalar(b) and not self._is_container(b, right):
            out = join(out, self.one_special(b, mirrored, (frozenset({a}),), node))
        out = frozenset(x for x in out if not _is_not_implemented(x))
        return join(out, BOOL) if op in (ast.Eq, ast.NotEq) or not out else out

    def _compare_scalars(self, op: type[ast.cmpop], a: Atom, b: Atom) -> Value:
        left, right = class_of(a), class_of(b)
        if op in (ast.Eq, ast.NotEq):
            numbers = left in _NUMERIC and right in _NUMERIC
            if left is not right and not numbers:
                return FALSE if op is ast.Eq else TRUE
            if type(a) is Const or type(b) is Const:
                x, y = self.pin(a), self.pin(b)
                if x is not None and y is not None:
                    return frozenset({Const((x.value == y.value) is (op is ast.Eq))})
        return BOOL

    def _identity(self, left: Value, right: Value, negated: bool) -> Value:
        out = BOTTOM
        for a in left:
            for b in right:
                out = join(out, self._same(a, b, negated))
        return out

    def _same(self, a: Atom, b: Atom, negated: bool) -> Value:
        """`a is b`, where the types alone decide it, or they are `None`, `True`, `False`."""
        if type(a) is UnknownAtom or type(b) is UnknownAtom:
            return BOOL
        x, y = class_of(a), class_of(b)
        if x is not y:
            self.exact(a)
            self.exact(b)
            return TRUE if negated else FALSE
        if x is type(None):
            return FALSE if negated else TRUE
        if x is bool:
            p, q = self.pin(a), self.pin(b)
            if p is not None and q is not None:
                return frozenset({Const((p.value is q.value) is not negated)})
        if type(a) is Ref and type(b) is Ref and is_class(a.obj) and is_class(b.obj):
            self.same(a)
            self.same(b)
            if a.obj is AnyException or b.obj is AnyException:
                return BOOL
            return frozenset({Const((a.obj is b.obj) is not negated)})
        return BOOL

    def _membership(self, what: Value, container: Value, node: ast.AST | None, negated: bool) -> Value:
        for atom in container:
            if is_scalar(atom):
                self.one_special(atom, "__contains__", (what,), node)
                continue
            self.truth(self.one_special(atom, "__contains__", (what,), node), node)
        exact = self.unpack_exact(container) if container else None
        if exact is not None and all(len(item) == 1 and type(next(iter(item))) is Const for item in exact):
            pins = [self.pin(atom) for atom in what]
            if pins and all(pin is not None for pin in pins) and len(pins) == 1:
                values = [next(iter(item)).value for item in exact]  # type: ignore[union-attr]
                assert pins[0] is not None
                return frozenset({Const((pins[0].value in values) is not negated)})
        return BOOL


def _is_not_implemented(atom: Atom) -> bool:
    return class_of(atom) is type(NotImplemented)


def _may_refuse(value: Value) -> bool:
    return any(class_of(atom) in (type(NotImplemented), None) for atom in value)


def _scalars(op: type[ast.operator], a: Atom, b: Atom, left: type, right: type) -> Value:
    """The type of an operator's result on builtin immutables (nothing where it always raises)."""
    if left in _NUMERIC and right in _NUMERIC:
        return _numbers(op, left, right)
    if op is ast.Add and left is right and left in (str, bytes):
        if left is bytes:
            return typed(bytes)
        return frozenset({_concatenate(a, b)})
    if op is ast.Mult and (
        (left in (str, bytes) and right in (int, bool)) or (right in (str, bytes) and left in (int, bool))
    ):
        return typed(left if left in (str, bytes) else right)
    if op is ast.Mod and left in (str, bytes):
        return typed(left)
    return BOTTOM


def _concatenate(a: Atom, b: Atom) -> Atom:
    if type(a) is Const and type(b) is Const:
        text: str = a.value + b.value
        return Const(text) if len(text) < _TAIL else Typed(str, text[-_TAIL:])
    if type(b) is Const:
        return Typed(str, (_tail(a) + b.value)[-_TAIL:])
    return Typed(str, _tail(b)[-_TAIL:])


def _tail(atom: Atom) -> str:
    if type(atom) is Typed:
        return atom.tail
    return atom.value if type(atom) is Const else ""


def _numbers(op: type[ast.operator], left: type, right: type) -> Value:
    highest = left if _NUMERIC.index(left) >= _NUMERIC.index(right) else right
    if op is ast.Div:
        return typed(complex if highest is complex else float)
    if op in (ast.BitAnd, ast.BitOr, ast.BitXor):
        return BOOL if highest is bool else INT if highest is int else BOTTOM
    if op in (ast.LShift, ast.RShift):
        return INT if highest in (int, bool) else BOTTOM
    if op is ast.MatMult:
        return BOTTOM
    if op is ast.Pow:
        return typed(int, float) if highest in (int, bool) else typed(float, complex)
    return INT if highest is bool else typed(highest)
