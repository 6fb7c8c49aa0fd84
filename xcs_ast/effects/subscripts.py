"""Subscripts: reading, setting and deleting items."""

from __future__ import annotations

from xcs_ast.effects.attributes import pinned
from xcs_ast.effects.containers import BUILTIN_CONTAINERS, FRESH_CONTAINERS
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import class_name, is_class
from xcs_ast.effects.specials import Specials, reason_of
from xcs_ast.effects.type_forms import makes_alias
from xcs_ast.effects.values import (
    BOTTOM,
    INT,
    Atom,
    New,
    Ref,
    Typed,
    Value,
    class_of,
    is_scalar,
    join,
    typed,
    unknown,
)
from xcs_ast.ir.effects import CONTENT
from xcs_ast.ir.paths import AttrStep, Path, PinnedRoot
from xcs_ast.native import use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Subscripts"]


class Subscripts(Specials):
    """`container[index]` in all its uses."""

    def get_item(self, value: Value, index: Value, node: ast.AST | None) -> Value:
        """`value[index]`."""
        out = BOTTOM
        for atom in value:
            for key in index or (Typed(int),):
                out = join(out, self._get_item_of(atom, key, node))
        return out

    def _get_item_of(self, atom: Atom, key: Atom, node: ast.AST | None) -> Value:
        self.step()
        cls = self.exact(atom)
        if cls is None:
            return self.fail(reason_of(atom), node)
        if is_scalar(atom):
            if not is_scalar(key):
                self.one_special(key, "__index__", (), node)
            if class_of(key) is slice or cls is str:
                return typed(cls)
            return INT if cls is bytes else BOTTOM
        if class_of(key) is slice and (cls in (list, tuple, bytearray)):
            return self._slice_of(atom, cls, key, node)
        if cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS):
            if is_scalar(key):
                if cls is dict and not self.has_scalar_keys(atom, node):
                    self.compare_inside(self.content(atom, node, keys=True), BOTTOM, node)
                return self.lookup_item(atom, key, node)
            if issubclass(cls, dict):
                self.contains(atom, frozenset({key}), node) if cls is dict else self.hash_key(
                    frozenset({key}), node
                )
                return self.content(atom, node)
            self.one_special(key, "__index__", (), node)
            return self.content(atom, node)
        if type(atom) is Ref and is_class(atom.obj):
            return self._class_item(atom, atom.obj, key, node)
        result = self.special(atom, "__getitem__", (frozenset({key}),), node)
        return BOTTOM if result is None else result

    def _class_item(self, atom: Ref, cls: type, key: Atom, node: ast.AST | None) -> Value:
        """`cls[key]`: a member of an enumeration, or a generic alias."""
        self.same(atom)
        if not self.is_enumeration(cls, "__getitem__"):
            if type(cls) is not type:
                return self.fail(f"subscripts the class {class_name(cls)}", node)
            found = self.class_attr(cls, "__class_getitem__", node)[1]
            if not makes_alias(found):
                getter = self.load_attr_of(atom, "__class_getitem__", node)
                return self.call(getter, Args((frozenset({key}),)), node)
            return unknown("uses a generic alias")
        members: dict[str, object] = vars(type)["__dict__"].__get__(cls)["_member_map_"]
        self.reads(Path(PinnedRoot(cls), (AttrStep("_member_map_"),)), CONTENT, node)
        const = self.pin(key)
        if const is not None and const.value in members:
            return frozenset({pinned(members[const.value])})
        return frozenset(pinned(member) for member in members.values())

    def _slice_of(self, atom: Atom, cls: type, key: Atom, node: ast.AST | None) -> Value:
        self.one_special(key, "__index__", (), node)
        elements = self.content(atom, node)
        if cls is tuple:
            return self.new_container(node or self, tuple, elements, tag="slice")
        return self.new_container(node or self, cls, elements, tag="slice")

    def index_of_slice(self, atom: Atom, node: ast.AST | None) -> Value:
        """A slice has no `__index__`: where it is used as an index, its parts are asked."""
        if type(atom) is Ref and type(atom.obj) is slice:
            self.same(atom)
            for part in (atom.obj.start, atom.obj.stop, atom.obj.step):
                self.one_special(pinned(part), "__index__", (), node)
        elif type(atom) is not New:  # the parts of a new one were asked where it was made
            return self.fail("uses a slice that is not known", node)
        return INT

    def set_item(self, value: Value, index: Value, new: Value, node: ast.AST | None) -> None:
        """`value[index] = new`."""
        for atom in value:
            cls = self.exact(atom)
            if cls is None:
                self.fail(reason_of(atom), node)
            elif cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS):
                self._set_item_of(atom, cls, index, new, node)
            elif not is_scalar(atom):
                self.special(atom, "__setitem__", (index, new), node)

    def _set_item_of(self, atom: Atom, cls: type, index: Value, new: Value, node: ast.AST | None) -> None:
        if cls is tuple or cls is frozenset or cls is set:
            return
        if issubclass(cls, dict):
            self.hash_key(index, node)
            if not self.has_scalar_keys(atom, node):
                self.compare_inside(self.content(atom, node, keys=True), index, node)
            self.store_content(atom, new, node, key=index)
            return
        if any(class_of(key) is slice for key in index):
            new = self.iterate(new, node)
        for key in index:
            if not is_scalar(key):
                self.one_special(key, "__index__", (), node)
        self.store_content(atom, new, node)

    def delete_item(self, value: Value, index: Value, node: ast.AST | None) -> None:
        """`del value[index]`."""
        for atom in value:
            cls = self.exact(atom)
            if cls is None:
                self.fail(reason_of(atom), node)
            elif cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS):
                if issubclass(cls, dict):
                    self.contains(atom, index, node) if cls is dict else self.hash_key(index, node)
                else:
                    for key in index:
                        if not is_scalar(key):
                            self.one_special(key, "__index__", (), node)
                self.store_content(atom, BOTTOM, node)
                if type(atom) is Ref:
                    # Positions have shifted, keys are gone: nothing is where it was.
                    self.remember(
                        (cls, CONTENT),
                        None if atom.path.varies else id(atom.obj),
                        self.live_elements(atom, node),
                    )
            elif not is_scalar(atom):
                self.special(atom, "__delitem__", (index,), node)
