"""Attribute access by the rules of Python's lookup, on live objects and fresh ones."""

from __future__ import annotations

import functools
import types
from _collections import _tuplegetter  # type: ignore[import-not-found]
from enum import EnumMeta

import xcs_ast.effects.catalog as catalog
import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.machine import BY_NAME
from xcs_ast.effects.protocol import Args, Protocol
from xcs_ast.effects.resolve import (
    PLAIN_DELATTR,
    PLAIN_GETATTRIBUTE,
    PLAIN_SETATTR,
    among,
    class_name,
    find_in_mro,
    is_class,
    is_library,
    is_mutable_class,
    models_may_rely_on,
    module_of,
    mro_of,
)
from xcs_ast.effects.values import (
    BOTTOM,
    NONE,
    STR,
    AnyException,
    Atom,
    Bound,
    Const,
    New,
    Ref,
    Super,
    UnknownAtom,
    Value,
    is_scalar,
    join,
    map_atoms,
    unknown,
)
from xcs_ast.effects.vocabulary import RELIED_ON
from xcs_ast.ir.effects import CONTENT, Access, Location
from xcs_ast.ir.paths import MISSING, AttrStep, KeyStep, Path, PinnedRoot, instance_dict, static_attr
from xcs_ast.native import Any, Final, cast, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Attributes", "pinned"]

_TEXTS: Final = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})
_C_METHODS: Final = (types.MethodDescriptorType, types.WrapperDescriptorType)
_C_DATA: Final = (types.GetSetDescriptorType, types.MemberDescriptorType)
_tuple_getter: Final[type] = _tuplegetter
_lru_cache_wrapper: Final = type(functools.lru_cache(lambda: None))


def pinned(obj: object) -> Ref:
    """A particular live object."""
    return Ref(Path(PinnedRoot(obj)), obj)


class Attributes(Protocol):
    """Loading, storing and deleting attributes."""

    # -------------------------------------------------------------------------------------------- loading

    def load_attr(self, value: Value, name: str, node: ast.AST | None) -> Value:
        """`value.name`."""
        return map_atoms(value, lambda atom: self.load_attr_of(atom, name, node))

    def load_attr_of(self, atom: Atom, name: str, node: ast.AST | None) -> Value:
        """`atom.name`."""
        self.step()
        match atom:
            case UnknownAtom(reason):
                return self.fail(reason, node, codes.UNKNOWN_ATTRIBUTE)
            case Ref(obj=obj) if is_class(obj):
                return self._class_object_attr(atom, obj, name, node)
            case Ref(path=path, obj=obj) if issubclass(type(obj), types.ModuleType):
                return self._module_attr(path, cast(types.ModuleType, obj), name, node)
            case Bound(func, receiver):
                if name == "__self__":
                    return frozenset({receiver})
                if name == "__call__":
                    return frozenset({atom})
                return frozenset({func}) if name == "__func__" else self.load_attr_of(func, name, node)
            case Super(cls, receiver):
                return self._super_attr(cls, receiver, name, node)
            case _:
                kind = self.exact(atom)
                assert kind is not None
                return self._instance_attr(atom, kind, name, node)

    def _instance_attr(self, atom: Atom, cls: type, name: str, node: ast.AST | None) -> Value:
        if name == "__class__" and not self.computes_class(cls):
            return frozenset({pinned(cls)})
        if cls is AnyException:
            return self._of_any_exception(atom, name, node)
        if name in _ENUM_FIELDS and issubclass(type(cls), EnumMeta) and type(atom) is Ref:
            owner, _ = self.class_attr(cls, name, node)
            inner = static_attr(atom.obj, _ENUM_FIELDS[name])
            if owner is not None and module_of(owner) == "enum" and inner is not MISSING:
                return self.wrap(atom.path.then(AttrStep(_ENUM_FIELDS[name])), inner)
        modelled = self.run_attribute_model(atom, cls, name, node)
        if modelled is not None:
            return modelled
        getter = self.protocol(cls, "__getattribute__")[1]
        if not among(getter, PLAIN_GETATTRIBUTE) and type(getter) is types.FunctionType:
            return self.call_atom(
                Ref(Path(PinnedRoot(getter)), getter),
                Args((frozenset({atom}), frozenset({Const(name)}))),
                node,
            )
        owner, found = self.class_attr(cls, name, node, by_path=True)
        if found is not MISSING and self.takes_precedence(found, node):
            assert owner is not None
            return self._get_through(found, owner, atom, cls, name, node)
        if owner is None and type(atom) is New and is_library(module_of(cls)):
            if catalog.for_method(cls, name) is not None:
                # Passed on to an object inside (`HTTPError.read`): no class knows it, the model does.
                return frozenset({Bound(pinned(vars(object)["__init__"]), atom, name)})
            if module_of(cls) != "builtins" and models_may_rely_on(cls) and catalog.is_modelled(cls):
                # A model made it, without the attributes that the source would have set.
                return self._no_model(cls, name, node)
        own, certain = self._own_attr(atom, cls, name, node)
        if owner is not None:
            through = BOTTOM if certain else self._get_through(found, owner, atom, cls, name, node)
            return through if own is None else join(own, through)
        if own is not None and certain:
            return own
        fallback_owner, fallback = self.class_attr(cls, "__getattr__", node)
        if fallback_owner is not None:
            computed = self.call_atom(
                Ref(Path(PinnedRoot(fallback_owner), (AttrStep("__getattr__"),)), fallback),
                Args((frozenset({atom}), frozenset({Const(name)}))),
                node,
            )
            return computed if own is None else join(own, computed)
        if own is not None:
            return own
        if not among(getter, PLAIN_GETATTRIBUTE):
            return self._no_model(cls, name, node)
        return BOTTOM

    def _of_any_exception(self, atom: Atom, name: str, node: ast.AST | None) -> Value:
        if name in ("args", "__traceback__", "__context__", "__cause__", "__notes__"):
            return unknown("uses what an exception holds")
        return self.fail(f"uses .{name} of an exception of unknown class", node, codes.UNKNOWN_ATTRIBUTE)

    def _own_attr(self, atom: Atom, cls: type, name: str, node: ast.AST | None) -> tuple[Value | None, bool]:
        """What the instance itself holds (`None`: so far nothing), and whether it certainly holds it."""
        if type(atom) is New:
            return self.get_attr(atom.obj, name), False
        if type(atom) is not Ref:
            return None, False
        _, holder = find_in_mro(cls, "__dict__")
        if holder is MISSING:
            return None, False
        if type(holder) is not types.GetSetDescriptorType:
            return self.fail(f"uses {class_name(cls)}, which has a __dict__ of its own making", node), False
        self.reads(atom.path, name, node)
        stored = self.recall((cls, name), atom.obj, atom.path)
        space = instance_dict(atom.obj)
        if space is not None:
            stored = join(stored, self.recall((dict, CONTENT), space, atom.path, named=True))
        if space is None or name not in space:
            self.guard(g.NoInstanceAttr(atom.path, name))
            return stored or None, False
        path = atom.path.then(AttrStep(name))
        self.typed_path(path, type(space[name]))
        # Where the region stores it, it may delete it as well.
        return join(self.wrap(path, space[name]), stored), not stored

    def _get_through(
        self, found: Any, owner: type, atom: Atom, cls: type, name: str, node: ast.AST | None
    ) -> Value:
        """What an attribute found on a class gives for an instance."""
        path = Path(PinnedRoot(owner), (AttrStep(name),))
        if is_mutable_class(owner) and self.recall((type(owner), name), owner, Path(PinnedRoot(owner))):
            return self.fail(f"{class_name(owner)}.{name} is replaced here", node)
        kind = type(found)
        receiver: Value = frozenset({atom})
        if kind is types.FunctionType or kind is _lru_cache_wrapper:
            return frozenset({Bound(Ref(path, found), atom, name)})
        if kind in _C_METHODS:
            return frozenset({Bound(pinned(found), atom, name)})
        if kind is staticmethod:
            return self.wrap(path.then(AttrStep("__func__")), found.__func__)
        if kind is classmethod:
            return frozenset({Bound(Ref(path.then(AttrStep("__func__")), found.__func__), pinned(cls), name)})
        if kind is types.ClassMethodDescriptorType:
            return frozenset({Bound(pinned(found), pinned(cls), name)})
        if kind is property:
            if found.fget is None:
                return BOTTOM
            getter = Ref(path.then(AttrStep("fget")), found.fget)
            return self.call_atom(getter, Args((receiver,)), node)
        if kind is functools.cached_property:
            getter = Ref(path.then(AttrStep("func")), found.func)
            value = self.call_atom(getter, Args((receiver,)), node)
            self._plain_store(atom, cls, found.attrname or name, value, node)
            return value
        if kind is _tuple_getter:
            return self._tuple_field(found, owner, atom, name, node)
        if kind in _C_DATA:
            return self._c_data(found, owner, atom, cls, name, node)
        getter_owner, _ = self.class_attr(kind, "__get__", node)
        if getter_owner is None:
            return self.wrap(path, found)
        result = self.special(Ref(path, found), "__get__", (receiver, frozenset({pinned(cls)})), node)
        return self._no_model(cls, name, node) if result is None else result

    def _tuple_field(self, found: Any, owner: type, atom: Atom, name: str, node: ast.AST | None) -> Value:
        """A field of a named tuple."""
        index: int = found.__reduce__()[1][0]
        if type(atom) is New:
            return self.get_attr(atom.obj, name) or self.get_part(atom.obj, "elems")
        if type(atom) is Ref and issubclass(type(atom.obj), tuple):
            self.exact(atom)
            live = cast(tuple[Any, ...], atom.obj)
            if index < tuple.__len__(live):
                return self.wrap(atom.path.then(KeyStep(index)), tuple.__getitem__(live, index))
        return self._no_model(owner, name, node)

    def _c_data(
        self, found: Any, owner: type, atom: Atom, cls: type, name: str, node: ast.AST | None
    ) -> Value:
        """A slot of a Python class, or a data attribute implemented in C."""
        if type(found) is types.MemberDescriptorType and is_mutable_class(owner):
            if found.__name__ != name:
                return self.fail(f"uses the slot {found.__name__} under the name {name}", node)
            if type(atom) is New:
                return self.get_attr(atom.obj, name) or BOTTOM
            assert type(atom) is Ref
            self.reads(atom.path, name, node)
            stored = self.recall((cls, name), atom.obj, atom.path)
            try:
                value = found.__get__(atom.obj, cls)
            except AttributeError:
                self.guard(g.NoInstanceAttr(atom.path, name))
                return stored
            path = atom.path.then(AttrStep(name))
            self.typed_path(path, type(value))
            return join(self.wrap(path, value), stored)
        if type(atom) is Ref:
            value = static_attr(atom.obj, name)
            if type(found) is types.MemberDescriptorType and value is not MISSING and cls in _OPEN_MEMBERS:
                return self.wrap(atom.path.then(AttrStep(name)), value)
        if type(atom) is New and issubclass(cls, BaseException):
            stored_attr = self.get_attr(atom.obj, name)
            if stored_attr is not None:
                return stored_attr
        return self._no_model(cls, name, node)

    def _no_model(self, cls: type, name: str, node: ast.AST | None) -> Value:
        return self.fail(
            f"uses {module_of(cls)}.{class_name(cls)}.{name}, which has no source and no model",
            node,
            codes.UNKNOWN_ATTRIBUTE,
        )

    def _super_attr(self, start: type, receiver: Atom, name: str, node: ast.AST | None) -> Value:
        if type(receiver) is Ref and is_class(receiver.obj) and among(start, mro_of(receiver.obj)):
            cls: type | None = receiver.obj
            on_class = True
        else:
            cls, on_class = self.exact(receiver), False
        if cls is None:
            return self.fail(f"uses super().{name} of something unknown", node, codes.UNKNOWN_ATTRIBUTE)
        owner, found = self.behind(cls, start, name, node)
        if owner is None:
            return BOTTOM
        if on_class and type(found) is types.FunctionType:
            return self.wrap(Path(PinnedRoot(owner), (AttrStep(name),)), found)
        if name == "__new__" and (type(found) is staticmethod or type(found) is types.BuiltinFunctionType):
            inner = found.__func__ if type(found) is staticmethod else found
            return frozenset({pinned(inner)})
        return self._get_through(found, owner, receiver, cls, name, node)

    def _texts_of_type(self, meta: type, name: str) -> bool:
        plain = type(self.protocol(meta, "__getattribute__")[1]) is not types.FunctionType
        return plain and self.protocol(meta, name)[0] is type

    def _class_object_attr(self, ref: Ref, cls: type, name: str, node: ast.AST | None) -> Value:
        self.same(ref)
        meta = type(cls)
        if name in _TEXTS and self._texts_of_type(meta, name):
            return join(STR, NONE)
        if name == "__class__" and not self.computes_class(meta):
            return frozenset({pinned(meta)})
        if all(self.is_enumeration(cls, each) for each in ("__getattribute__", "__getattr__")):
            member = cls.__dict__.get("_member_map_", {}).get(name)
            if member is not None:
                return frozenset({pinned(member)})
        elif not self.with_plain_metaclass(cls, node):
            return self.fail(
                f"uses {class_name(cls)}.{name} through a metaclass", node, codes.UNKNOWN_ATTRIBUTE
            )
        meta_owner, meta_found = self.class_attr(meta, name, node)
        if meta_owner is not None and self.takes_precedence(meta_found, node):
            modelled = self.run_attribute_model(ref, meta, name, node)
            return self._no_model(meta, name, node) if modelled is None else modelled
        owner, found = self.class_attr(cls, name, node, by_path=True)
        if owner is None:
            if meta_owner is None:
                return self.recall((meta, name), cls, ref.path)
            return self._get_through(meta_found, meta_owner, ref, meta, name, node)
        path = Path(PinnedRoot(owner), (AttrStep(name),))
        stored = self.recall((type(owner), name), owner, Path(PinnedRoot(owner)))
        kind = type(found)
        if kind is staticmethod:
            return join(self.wrap(path.then(AttrStep("__func__")), found.__func__), stored)
        if kind is classmethod:
            return join(
                frozenset({Bound(Ref(path.then(AttrStep("__func__")), found.__func__), ref, name)}), stored
            )
        if kind is types.ClassMethodDescriptorType:
            return frozenset({Bound(pinned(found), ref, name)})
        if kind in (types.FunctionType, property, _lru_cache_wrapper) or isinstance(
            found, (*_C_METHODS, *_C_DATA)
        ):
            return join(self.wrap(path, found), stored)
        if self.class_attr(kind, "__get__", node)[0] is not None:
            result = self.special(Ref(path, found), "__get__", (NONE, frozenset({ref})), node)
            return self._no_model(cls, name, node) if result is None else join(result, stored)
        return join(self.wrap(path, found), stored)

    def _module_attr(self, path: Path, module: types.ModuleType, name: str, node: ast.AST | None) -> Value:
        self.same(Ref(path, module))
        self.typed_path(path, kind := type(module))
        space = module.__dict__
        if not among(find_in_mro(kind, "__getattribute__")[1], PLAIN_GETATTRIBUTE) or (
            kind is not types.ModuleType
            and find_in_mro(kind, name)[0] not in (None, types.ModuleType, object)
        ):
            return self.fail(f"uses .{name} of a module of a special class", node, codes.UNKNOWN_ATTRIBUTE)
        known = self.load_global(space, name, node)
        if known is not None:
            self.run_variable_model(module.__name__, name, node)
            return known
        if find_in_mro(kind, name)[0] is not None:
            return self.fail(f"uses .{name} of a module", node, codes.UNKNOWN_ATTRIBUTE)
        fallback = self.load_global(space, "__getattr__", node)
        if fallback and all(type(a) is Ref and type(a.obj) is types.FunctionType for a in fallback):
            return self.call(fallback, Args((frozenset({Const(name)}),)), node)
        if fallback is None and find_in_mro(kind, "__getattr__")[0] is None:
            return BOTTOM
        return self.fail(f"uses .{name} of a module that computes it", node, codes.UNKNOWN_ATTRIBUTE)

    def load_global(self, space: dict[str, Any], name: str, node: ast.AST | None) -> Value | None:
        """A variable of a module, read; `None` if it has none of this name."""
        root = Path(PinnedRoot(space))
        self.reads(root, name, node)
        stored = join(
            self.recall((dict, "global " + name), space, root),
            self.recall((dict, CONTENT), space, root, named=True),
        )
        found = space.get(name, MISSING)
        if found is MISSING:
            self.guard(g.LacksKey(root, name))
            return stored or None
        return join(self.wrap(root.then(KeyStep(name)), found), stored)

    # -------------------------------------------------------------------------------------------- storing

    def store_attr(self, target: Value, name: str, value: Value, node: ast.AST | None) -> None:
        """`target.name = value`."""
        for atom in target:
            self._store_attr_of(atom, name, value, node)

    def _store_attr_of(self, atom: Atom, name: str, value: Value, node: ast.AST | None) -> None:
        self.step()
        if type(atom) is UnknownAtom:
            self.fail(atom.reason, node, codes.UNKNOWN_ATTRIBUTE)
            return
        if type(atom) is Ref and is_class(atom.obj):
            self.same(atom)
            if self.protocol(type(atom.obj), "__setattr__")[1] is not type.__dict__["__setattr__"]:
                self.fail(f"sets {class_name(atom.obj)}.{name} through a metaclass", node)
                return
            if is_library(module_of(atom.obj)):
                self.fail(f"changes {class_name(atom.obj)}.{name}, {RELIED_ON}", node)
            elif find_in_mro(type(atom.obj), name)[0] is not None:
                # `__bases__` and its like change what all attributes mean.
                self.fail(f"changes {class_name(atom.obj)}.{name}", node)
            self.no_descriptors(value, atom.obj, name, node)
            self.store_shared(Path(PinnedRoot(atom.obj)), atom.obj, name, value, node)
            return
        if type(atom) is Ref and type(atom.obj) is types.ModuleType:
            self.same(atom)
            if is_library(atom.obj.__name__):
                self.fail(f"replaces {name} in the module {atom.obj.__name__}, {RELIED_ON}", node)
            if hasattr(find_in_mro(types.ModuleType, name)[1], "__set__"):
                self.fail(f"sets {name} of a module", node)
            self.store_global(atom.obj.__dict__, name, value, node)
            return
        cls = self.exact(atom)
        if cls is None or is_scalar(atom) or type(atom) not in (Ref, New):
            self.fail(f"sets .{name} of something unusual", node)
            return
        owner, setter = self.protocol(cls, "__setattr__")
        if not among(setter, PLAIN_SETATTR):
            if type(setter) is types.FunctionType and not self.is_generated(setter):
                setter_ref = Ref(Path(PinnedRoot(owner), (AttrStep("__setattr__"),)), setter)
                self.call_atom(setter_ref, Args((frozenset({atom}), frozenset({Const(name)}), value)), node)
            elif not self.is_generated(setter):
                self.fail(f"sets {class_name(cls)}.{name} by code without source", node)
            return
        self.set_by_default(atom, cls, name, value, node)

    def set_by_default(self, atom: Atom, cls: type, name: str, value: Value, node: ast.AST | None) -> None:
        """`object.__setattr__(atom, name, value)`."""
        owner, found = self.class_attr(cls, name, node)
        if owner is not None and self.takes_precedence(found, node):
            path = Path(PinnedRoot(owner), (AttrStep(name),))
            if type(found) is property:
                if found.fset is not None:
                    setter = Ref(path.then(AttrStep("fset")), found.fset)
                    self.call_atom(setter, Args((frozenset({atom}), value)), node)
                return
            if type(found) in _C_DATA:
                if type(found) is types.MemberDescriptorType and is_mutable_class(owner):
                    if found.__name__ != name:
                        self.fail(f"sets the slot {found.__name__} under the name {name}", node)
                    self._plain_store(atom, cls, name, value, node)
                elif type(atom) is New and issubclass(cls, BaseException) and name.startswith("__"):
                    self.touch(atom.obj, True)
                elif type(atom) is New and issubclass(cls, BaseException):
                    self._plain_store(atom, cls, name, value, node)
                else:
                    self.fail(f"sets {class_name(cls)}.{name}, which is implemented in C", node)
                return
            if self.special(Ref(path, found), "__set__", (frozenset({atom}), value), node) is None:
                self.fail(f"sets {class_name(cls)}.{name} through a descriptor", node)
            return
        self._plain_store(atom, cls, name, value, node)

    def _plain_store(self, atom: Atom, cls: type, name: str, value: Value, node: ast.AST | None) -> None:
        if name in _ENUM_FIELDS.values() and issubclass(type(cls), EnumMeta):
            self.fail(f"changes what {class_name(cls)} enumerates", node)
        if type(atom) is New:
            if models_may_rely_on(cls) and catalog.is_modelled(cls):
                self.fail(f"sets {class_name(cls)}.{name}, on which a model may rely", node)
            self.grow_attr(atom.obj, name, value)
        elif type(atom) is Ref:
            if models_may_rely_on(cls):
                self.fail(f"sets {class_name(cls)}.{name}, {RELIED_ON}", node)
            self.store_shared(atom.path, atom.obj, name, value, node)
        else:
            self.fail(f"sets {class_name(cls)}.{name}", node)

    def store_global(self, space: dict[str, Any], name: str, value: Value, node: ast.AST | None) -> None:
        """Assigns a variable of a module."""
        self.emit(Access.WRITE, Location(Path(PinnedRoot(space)), name), node, codes.SHARED_WRITE)
        for key in ((dict, "global " + name), BY_NAME):
            self.remember(key, self.owned(Path(PinnedRoot(space)), space), value)

    def delete_attr(self, target: Value, name: str, node: ast.AST | None) -> None:
        """`del target.name`."""
        for atom in target:
            cls = self.exact(atom)
            if cls is None or not among(self.protocol(cls, "__delattr__")[1], PLAIN_DELATTR):
                self.fail(f"deletes .{name} of something unusual", node)
                continue
            _, found = self.class_attr(cls, name, node)
            if (
                found is not MISSING
                and self.takes_precedence(found, node)
                and type(found) is not types.MemberDescriptorType
            ):
                self.fail(f"deletes {class_name(cls)}.{name} through a descriptor", node)
            if type(atom) is Ref:
                self.exact(atom)
                # Whoever reads it afterwards finds the class's attribute, or none.
                self.store_shared(
                    atom.path, atom.obj, name, unknown("uses an attribute that was deleted"), node
                )
            elif type(atom) is New:
                self.touch(atom.obj, True)

    def is_generated(self, function: object) -> bool:
        """Whether `dataclasses` compiled this function from a string of its own."""
        return (
            type(function) is types.FunctionType
            and function.__code__.co_filename == "<string>"
            and function.__code__.co_qualname.startswith("__create_fn__.<locals>.")
        )


_ENUM_FIELDS: Final = {"name": "_name_", "value": "_value_"}
_OPEN_MEMBERS: Final = frozenset({functools.partial, types.MethodType, property, staticmethod, classmethod})
