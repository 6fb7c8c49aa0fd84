"""Special methods: what Python runs behind operators, tests, loops, formatting, hashing.

Free for builtin immutables; looked up on live types otherwise.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from enum import EnumMeta

from xcs_ast.effects.attributes import Attributes, pinned
from xcs_ast.effects.containers import BUILTIN_CONTAINERS, FRESH_CONTAINERS
from xcs_ast.effects.generated import is_generated_repr
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import find_in_mro, module_of
from xcs_ast.effects.values import (
    BOOL,
    BOTTOM,
    INT,
    SCALARS,
    STR,
    Atom,
    Bound,
    Const,
    Live,
    New,
    Part,
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
from xcs_ast.ir.effects import CONTENT
from xcs_ast.ir.paths import AttrStep, static_attr
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["COMPARISONS", "Specials", "reason_of"]

COMPARISONS: Final = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"})
_IN_TEXT: Final = ("errno", "strerror", "filename", "filename2", "msg", "lineno", "object", "reason")
"""What the texts of some builtin exceptions show besides their arguments, once it has been set."""
_TEXTS: Final = frozenset({"__str__", "__repr__", "__format__", "__bytes__"})
_NUMBERS: Final = frozenset({"__len__", "__hash__", "__index__", "__int__", "__length_hint__", "__trunc__"})
_VIEWS: Final = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
_FUNCTIONS: Final = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ModuleType,
)
_SEQUENCES: Final = (str, bytes, bytearray, list, tuple)
_SAMPLES: Final[tuple[Any, ...]] = ((), [], {}, set(), "", "\xe9", b"", range(0), {}.values(), {}.items())
_PLAIN_ITERATORS: Final[frozenset[type]] = frozenset(type(iter(sample)) for sample in _SAMPLES)

_MAKES_ANOTHER: Final = frozenset(
    f"__{side}{name}__" for side in ("", "r") for name in ("add", "and", "mod", "mul", "or", "sub", "xor")
)
"""Operators that leave both operands as they are."""


class Specials(Attributes):
    """Everything that goes through special methods."""

    def special(self, atom: Atom, name: str, args: tuple[Value, ...], node: ast.AST | None) -> Value | None:
        """Calls a special method by the rules (looked up on the type); `None` if the type has none."""
        cls = self.exact(atom)
        if cls is None:
            return self.fail(reason_of(atom), node)
        owner, found = self.class_attr(cls, name, node)
        if owner is None or found is None:
            return None
        if owner is object and name in _OF_OBJECT:
            if name == "__ne__":  # asks the other one, and whether what it says is true
                self.truth((self.special(atom, "__eq__", args, node) or BOTTOM) - _REFUSED, node)
            return _OF_OBJECT[name]
        method = self._get_through(found, owner, atom, cls, name, node)
        return self.call(method, Args(args), node)

    def each_special(self, value: Value, name: str, args: tuple[Value, ...], node: ast.AST | None) -> Value:
        """The value of a special method on any value; what builtin types do is known here."""
        out = BOTTOM
        for atom in value:
            out = join(out, self.one_special(atom, name, args, node))
        return out

    def one_special(self, atom: Atom, name: str, args: tuple[Value, ...], node: ast.AST | None) -> Value:
        """As `each_special`, for one atom."""
        self.step()
        if type(atom) is UnknownAtom:
            return self.fail(atom.reason, node)
        if name in ("__iter__", "__next__"):
            return self.iterate(frozenset({atom}), node)
        if args and class_of(atom) in _SEQUENCES:
            self.take_operand(atom, name, args[0], node)
        if is_scalar(atom):
            return _of_scalar(class_of(atom), name)
        cls = self.exact(atom)
        assert cls is not None
        if cls is slice and name == "__index__":
            return self.index_of_slice(atom, node)
        if cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS):
            return self._of_container(atom, cls, name, args, node)
        if cls in _VIEWS and name not in ("__bool__", "__hash__"):
            if type(atom) is Ref:
                return self.fail("uses a dictionary view that existed before", node)
            if type(atom) is New and isinstance(atom.obj.payload, Atom):
                self.note_content(atom.obj.payload, node)
            if args and (name == "__contains__" or name in COMPARISONS):
                self.inside(Tup(args), lambda inner: self.hash_key(frozenset({inner}), node), node)
                self.compare_inside(self.iterate_atom(atom, node), args[0], node)
                return BOOL
            if name in _TEXTS:
                shown: Atom = Tup((self.iterate_atom(atom, node),))
                self.inside(shown, lambda inner: self.one_special(inner, "__repr__", (), node), node)
                return STR
        if cls in _VIEWS or cls is range or issubclass(cls, _FUNCTIONS) or issubclass(cls, type):
            if cls is range and name == "__contains__" and args:
                self.compare_inside(BOTTOM, args[0], node)
            if cls is types.MethodType and name in _TEXTS:
                if type(atom) is Bound:
                    return self.one_special(atom.receiver, "__repr__", (), node)
                held = self.load_attr_of(atom, "__self__", node)
                return self.each_special(held, "__repr__", (), node)
            known = _of_scalar(None, name)
            if known != BOTTOM and not issubclass(cls, type):
                return known
        if name == "__bool__":
            return self._truth_of_object(atom, cls, node)
        if name == "__length_hint__" and type(atom) is New and cls in _ITERATED_BY_ELEMS:
            return INT
        if name in ("__str__", "__format__", "__repr__"):
            args = args if name == "__format__" else ()
            return self._text_of_object(atom, cls, name, args, node)
        result = self.special(atom, name, args, node)
        if result is None and name == "__contains__":
            self.compare_inside(self.iterate(frozenset({atom}), node), args[0] if args else BOTTOM, node)
            return BOOL
        if result is not None and name == "__contains__":
            self.truth(result, node)
            return BOOL
        return BOTTOM if result is None else result

    # --------------------------------------------------------------------------------------------- truth

    def truth(self, value: Value, node: ast.AST | None) -> tuple[bool, bool]:
        """Whether the value may be true, and whether it may be false; runs `__bool__` and `__len__`."""
        may_true = may_false = False
        for atom in value:
            const = (
                self.pin(atom)
                if type(atom) is Const or (type(atom) is Live and type(atom.value) is bool)
                else None
            )
            if const is not None:
                may_true |= bool(const.value)
                may_false |= not const.value
                continue
            cls = self.exact(atom)
            if type(atom) is Ref and issubclass(
                cls or int, (types.FunctionType, types.MethodType, types.ModuleType)
            ):
                self.exact(atom)
                may_true = True
                continue
            answer = self.one_special(atom, "__bool__", (), node)
            may_true |= Const(False) not in answer or len(answer) > 1
            may_false |= Const(True) not in answer or len(answer) > 1
        return may_true, may_false

    def _truth_of_object(self, atom: Atom, cls: type, node: ast.AST | None) -> Value:
        for name in ("__bool__", "__len__"):
            result = self.special(atom, name, (), node)
            if result is not None:
                return result if name == "__bool__" else BOOL
        return frozenset({Const(True)})

    # -------------------------------------------------------------------------------------------- texts

    def _text_of_object(
        self, atom: Atom, cls: type, name: str, args: tuple[Value, ...], node: ast.AST | None
    ) -> Value:
        if cls in _ITERATED_BY_ELEMS and type(atom) is New:
            return self.fail("shows an iterator", node)  # `repeat` shows what it yields
        if issubclass(cls, type):
            for each in ("__repr__", "__str__", "__format__"):
                self.protocol(cls, each)
            if not _has_text_of_its_own(cls):
                return STR
        if isinstance(atom, Ref | New) and issubclass(cls, BaseException):
            owner, _ = self.class_attr(cls, "__str__", node)
            if owner is not None and module_of(owner) == "builtins":
                return self._text_of_exception(atom, node)
        owner, found = self.class_attr(cls, name, node)
        if owner is not None and module_of(owner) == "enum" and issubclass(type(cls), EnumMeta):
            if name == "__format__":
                return self.one_special(atom, "__str__", (), node)
            if name == "__repr__":
                self.each_special(self.load_attr_of(atom, "value", node), "__repr__", (), node)
            return STR
        if owner is object:
            if name == "__format__":
                return self.one_special(atom, "__str__", (), node)
            if name == "__str__":
                return self.one_special(atom, "__repr__", (), node)
            return STR
        if name == "__repr__" and is_generated_repr(cls, found):
            for field in cls.__dict__["__dataclass_fields__"].values():
                if field.repr:
                    self.each_special(self.load_attr_of(atom, field.name, node), "__repr__", (), node)
            return STR
        if name == "__format__" and owner is not None and module_of(owner) == "builtins":
            # Without a format specification, subclasses of builtin types are asked for their `__str__`.
            self.one_special(atom, "__str__", (), node)
        result = self.special(atom, name, args, node)
        return STR if result is None else result

    def _text_of_exception(self, atom: Ref | New, node: ast.AST | None) -> Value:
        if type(atom) is New:
            held = self.get_attr(atom.obj, "args") or BOTTOM
            self.each_special(held, "__repr__", (), node)
            for each in held:
                # One argument alone is asked for its text; of several, some classes ask each.
                self.each_special(self.content(each, node), "__str__", (), node)
            for name in _IN_TEXT:
                found = self.get_attr(atom.obj, name) or BOTTOM
                self.each_special(found, "__repr__", (), node)
                self.each_special(found, "__str__", (), node)
            return STR
        return self.fail("formats an exception that existed before", node)

    # ----------------------------------------------------------------------------------------- containers

    def _of_container(
        self, atom: Atom, cls: type, name: str, args: tuple[Value, ...], node: ast.AST | None
    ) -> Value:
        """Special methods of the builtin containers."""
        if name in ("__len__", "__bool__", "__length_hint__"):
            self.note_content(atom, node)
            if type(atom) is Tup:
                return frozenset({Const(bool(atom.items))}) if name == "__bool__" else INT
            return BOOL if name == "__bool__" else INT
        if name in _TEXTS:
            self.inside(atom, lambda inner: self.one_special(inner, "__repr__", (), node), node)
            return STR
        if name in COMPARISONS:
            other = args[0] if args else BOTTOM
            self.compare_inside(frozenset({atom}), other, node)
            return BOOL
        if name == "__hash__":
            if cls is tuple or cls is frozenset:
                self.inside(atom, lambda inner: self.one_special(inner, "__hash__", (), node), node)
                return INT
            return BOTTOM
        if name == "__contains__":
            self.contains(atom, args[0] if args else BOTTOM, node)
            return BOOL
        if name == "__getitem__" and args:
            return self.get_item(frozenset({atom}), args[0], node)
        if self.class_attr(cls, name, node)[0] is None:
            return BOTTOM
        if name in _MAKES_ANOTHER:
            return self.made_by_operator(name, atom, args[0] if args else BOTTOM, node)
        if type(atom) is Part:
            return self.fail(f"uses {name} of shared data", node)
        result = self.special(atom, name, args, node)
        return BOTTOM if result is None else result

    def note_content(self, atom: Atom, node: ast.AST | None) -> None:
        """Reads the length of a builtin container, not what is in it."""
        if type(atom) is Ref:
            cls = self.exact(atom)
            if cls is not tuple and cls is not frozenset:
                self.reads(atom.path, CONTENT, node)
        elif type(atom) is New:
            self.touch(atom.obj, False)
        elif type(atom) is Part:
            self.content(atom, node)

    def inside(self, atom: Atom, visit: Callable[[Atom], object], node: ast.AST | None) -> None:
        """Visits everything inside a builtin container that is no builtin container itself."""
        seen: set[Atom] = set()
        todo: list[Atom] = [atom]
        while todo:
            self.step()
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            cls = self.exact(at)
            if type(at) is Part:
                self.content(at, node)
            elif cls in BUILTIN_CONTAINERS or (type(at) is New and cls in FRESH_CONTAINERS):
                todo += self.content(at, node)
                if cls is not None and issubclass(cls, dict):
                    todo += self.content(at, node, keys=True)
            elif not is_scalar(at):
                visit(at)

    def compare_inside(self, a: Value, b: Value, node: ast.AST | None) -> None:
        """Compares two values for equality or order, deeply where they are builtin containers."""
        objects: set[Atom] = set()
        for atom in a | b:
            if not is_scalar(atom):
                self.inside(atom, objects.add, node)
        others: Value = frozenset(objects) | frozenset({Typed(str)})
        for atom in objects:
            cls = self.exact(atom)
            if cls is None:
                self.fail(reason_of(atom), node)
                continue
            for name in ("__eq__", "__lt__", "__gt__"):
                found = self.class_attr(cls, name, node)[0]
                if found not in (object, None) and not issubclass(cls, _FUNCTIONS):
                    self.truth(self.one_special(atom, name, (others,), node) - _REFUSED, node)

    def contains(self, atom: Atom, what: Value, node: ast.AST | None) -> None:
        """`what in container`."""
        cls = self.exact(atom)
        if cls is dict or cls is set or cls is frozenset:
            self.hash_key(what, node)
            if all(is_scalar(x) for x in what):
                if not self.has_scalar_keys(atom, node):
                    self.compare_inside(self.content(atom, node, keys=True), what, node)
                self.note_content(atom, node)
                return
            self.compare_inside(self.content(atom, node, keys=cls is dict), what, node)
            return
        self.compare_inside(self.content(atom, node), what, node)

    def hash_key(self, key: Value, node: ast.AST | None) -> None:
        """Hashes a value, as a dict does with its keys."""
        for atom in key:
            if not is_scalar(atom):
                self.one_special(atom, "__hash__", (), node)
                cls = class_of(atom)
                if cls is not None and cls not in BUILTIN_CONTAINERS:
                    self.compare_inside(frozenset({atom}), BOTTOM, node)

    # ------------------------------------------------------------------------------------------ iteration

    def iterate(self, value: Value, node: ast.AST | None) -> Value:
        """What a loop over a value yields, and everything that it runs."""
        out = BOTTOM
        for atom in value:
            out = join(out, self.iterate_atom(atom, node))
        return out

    def iterate_atom(self, atom: Atom, node: ast.AST | None) -> Value:
        """As `iterate`, for one atom."""
        self.step()
        cls = self.exact(atom)
        if cls is None:
            return self.fail(reason_of(atom), node)
        if is_scalar(atom):
            return STR if cls is str else INT if cls is bytes else BOTTOM
        if cls is dict:
            return self.content(atom, node, keys=True)
        if cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS):
            return self.content(atom, node, keys=issubclass(cls, dict))
        if cls is range:
            return INT
        if type(atom) is New and atom.obj.payload is not None and find_in_mro(cls, "__iter__")[0] is not None:
            return self.iterate_payload(atom, node)
        if type(atom) is New and cls in _ITERATED_BY_ELEMS:
            return self.get_part(atom.obj, "elems")
        if type(atom) is Ref and cls in _PLAIN_ITERATORS:
            self.exact(atom)
            self.store_shared(atom.path, atom.obj, CONTENT, BOTTOM, node)
            return unknown("uses what a shared iterator yields")
        if type(atom) is Ref and cls is types.GeneratorType:
            return self.fail("advances a generator that existed before", node)
        if type(atom) is Ref and cls in _VIEWS:
            return self.fail("iterates over a dictionary view that existed before", node)
        if isinstance(atom, Ref) and issubclass(cls, type):
            return self._iterate_class(atom, node)
        return self._iterate_object(atom, node)

    def _iterate_class(self, atom: Ref, node: ast.AST | None) -> Value:
        members: Any = static_attr(atom.obj, "_member_map_")
        if type(members) is dict and module_of(type(atom.obj)) == "enum":
            self.same(atom)
            for name in ("_member_map_", "_member_names_"):
                self.reads(pinned(atom.obj).path.then(AttrStep(name)), CONTENT, node)
            return frozenset(pinned(member) for member in members.values())
        return self.fail("iterates over a class", node)

    def _hint(self, atom: Atom, node: ast.AST | None) -> None:
        """Whoever collects elements may ask beforehand how many there are."""
        cls = self.exact(atom)
        for name in ("__len__", "__length_hint__"):
            if cls is None:
                continue
            if type(find_in_mro(cls, name)[1]) is types.FunctionType:
                self.special(atom, name, (), node)
            else:
                self.class_attr(cls, name, node)  # that it has none is relied on, too

    def _iterate_object(self, atom: Atom, node: ast.AST | None) -> Value:
        self._hint(atom, node)
        made = self.special(atom, "__iter__", (), node)
        if made is None:
            element = self.special(atom, "__getitem__", (INT,), node)
            return BOTTOM if element is None else element
        out = BOTTOM
        for iterator in made:
            cls = class_of(iterator)
            if iterator == atom or (
                cls is not None and type(find_in_mro(cls, "__next__")[1]) is types.FunctionType
            ):
                self._hint(iterator, node)
                out = join(out, self.special(iterator, "__next__", (), node) or BOTTOM)
            else:
                out = join(out, self.iterate_atom(iterator, node))
        return out

    def iterate_payload(self, atom: New, node: ast.AST | None) -> Value:
        """What a fresh generator, view or iterator yields."""
        obj = atom.obj
        self.touch(obj, True)
        payload = self.get_payload(obj)
        kind = _VIEWS.get(obj.cls)
        if kind is not None:
            keys = self.content(payload, node, keys=True) if kind != "values" else BOTTOM
            values = self.content(payload, node) if kind != "keys" else BOTTOM
            if kind == "items":
                return frozenset({Tup((keys, values))})
            return keys if kind == "keys" else values
        if isinstance(payload, dict):
            out = self.get_part(obj, "elems")
            for run in tuple(payload.values()):
                out = join(out, run(node))
            return out
        if isinstance(payload, Atom):
            return self.iterate_atom(payload, node)
        return self.get_part(obj, "elems")


_REFUSED: Final[Value] = frozenset({Const(NotImplemented)})
_OF_OBJECT: Final[dict[str, Value]] = {
    "__eq__": BOOL,
    "__ne__": BOOL,
    "__hash__": INT,
    "__lt__": BOTTOM,
    "__le__": BOTTOM,
    "__gt__": BOTTOM,
    "__ge__": BOTTOM,
}
_ITERATED_BY_ELEMS: Final = frozenset({*_PLAIN_ITERATORS, zip, map, filter, enumerate, reversed})


def _of_scalar(cls: type | None, name: str) -> Value:
    """What a special method of a builtin immutable returns."""
    if name in COMPARISONS or name in ("__bool__", "__contains__"):
        return BOOL
    if name in _TEXTS:
        return typed(bytes) if name == "__bytes__" else STR
    if name in _NUMBERS:
        return INT
    if name == "__float__":
        return typed(float)
    if name == "__complex__":
        return typed(complex)
    if name in ("__abs__", "__neg__", "__pos__", "__invert__", "__round__", "__floor__", "__ceil__"):
        if cls is complex:
            return typed(complex, float)
        return typed(float, int) if cls is float else INT
    return typed(*(SCALARS - {type(None), type(...), type(NotImplemented)}))


def _has_text_of_its_own(meta: type) -> bool:
    """Whether code of somebody's decides how classes with this metaclass are written."""
    for name in ("__repr__", "__str__", "__format__"):
        owner, found = find_in_mro(meta, name)
        if owner is not None and type(found) is types.FunctionType and module_of(owner) != "enum":
            return True
    return False


def reason_of(atom: Atom) -> str:
    """Why nothing is known of an atom."""
    return atom.reason if type(atom) is UnknownAtom else "its type is not known"
