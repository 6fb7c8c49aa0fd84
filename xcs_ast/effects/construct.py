"""Calling classes: `__new__`, `__init__`, and what `dataclasses`, `namedtuple` and `enum` generate."""

from __future__ import annotations

import functools
import sys
import types

import xcs_ast.effects.catalog as catalog
import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.attributes import pinned
from xcs_ast.effects.calls import Calls
from xcs_ast.effects.generated import init_keeps_to_fields, is_made_by_its_fields, runs_post_init
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import among, class_name, find_in_mro, module_of, mro_of
from xcs_ast.effects.values import (
    BOOL,
    BOTTOM,
    INT,
    NONE,
    Atom,
    Const,
    New,
    Part,
    Ref,
    Value,
    class_of,
    is_scalar,
    join,
    join_all,
)
from xcs_ast.effects.vocabulary import ODD_CLASS
from xcs_ast.ir.effects import CONTENT, WHOLE
from xcs_ast.ir.paths import AttrStep, KeyStep, Path, PinnedRoot
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Constructing"]

_CONTAINER_NEWS: Final = tuple(
    {
        list.__dict__["__new__"],
        dict.__dict__["__new__"],
        set.__dict__["__new__"],
        bytearray.__dict__["__new__"],
    }
)
_ABSTRACT: Final = 1 << 20
_PLAIN_NEW: Final = object.__dict__["__new__"]
_PLAIN_INIT: Final = object.__dict__["__init__"]
_ORDERINGS: Final = frozenset({"__lt__", "__le__", "__gt__", "__ge__"})


class Constructing(Calls):
    """What happens when a class is called."""

    def construct(self, cls: type, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        """The value of calling a class."""
        if cls is functools.partial and args.positional and args.rest is None:
            return self._partial(args, node)
        entry = catalog.for_construct(cls)
        if entry is not None:
            return self.run_entry(entry, None, args, node, cls)
        if self.is_enumeration(cls, "__call__"):
            return self._enum_member(cls, args, node)
        caller, found = self.protocol(type(cls), "__call__")
        if caller is not type:
            if type(found) is not types.FunctionType:
                return self._cannot(cls, "through its metaclass", node)
            return self.call(
                self._get_through(found, caller or type, ref, type(cls), "__call__", node), args, node
            )
        return self.instantiate(cls, args, node)

    def instantiate(self, cls: type, args: Args, node: ast.AST | None) -> Value:
        """What `type.__call__` does: `__new__`, then `__init__`."""
        if not self.hashed_plainly(cls):
            return self._cannot(cls, ODD_CLASS, node)
        if self.class_attr(cls, "__del__", node)[0] is not None:
            return self._cannot(cls, "whose instances have a finalizer", node)
        self.class_attr(cls, "__abstractmethods__", node)
        if vars(type)["__flags__"].__get__(cls) & _ABSTRACT:
            return BOTTOM
        made = self._new(cls, args, node)
        return self._initialized(cls, made, args, node)

    def _cannot(self, cls: type, why: str, node: ast.AST | None) -> Value:
        return self.fail(f"makes an instance of {class_name(cls)}, {why}", node, codes.NO_MODEL)

    def _new(self, cls: type, args: Args, node: ast.AST | None) -> Value:
        owner, found = self.class_attr(cls, "__new__", node)
        assert owner is not None
        inner = found.__func__ if type(found) is staticmethod else found
        if inner is _PLAIN_NEW or among(inner, _CONTAINER_NEWS):
            return frozenset({New(self.fresh(node or cls, cls, "instance"))})
        if issubclass(cls, BaseException) and type(inner) is types.BuiltinFunctionType:
            return self._exception(cls, args, node)
        path = Path(PinnedRoot(owner), (AttrStep("__new__"), AttrStep("__func__")))
        if issubclass(cls, tuple) and _is_namedtuple_new(inner):
            return self._namedtuple(cls, Ref(path, inner), args, node)
        if type(inner) is types.FunctionType:
            (maker,) = self.wrap(path, inner)
            return self.call_atom(maker, args.prepend(frozenset({pinned(cls)})), node)
        return self._cannot(cls, "which derives from a class written in C", node)

    def _initialized(self, cls: type, made: Value, args: Args, node: ast.AST | None) -> Value:
        out = BOTTOM
        for atom in made:
            kind = class_of(atom)
            if kind is None or not among(cls, mro_of(kind)):
                out = join(out, frozenset({atom}))
                continue
            owner, found = self.class_attr(kind, "__init__", node)
            if found is not _PLAIN_INIT and not (
                issubclass(kind, BaseException) and owner is not None and module_of(owner) == "builtins"
            ):
                assert owner is not None
                method = self._get_through(found, owner, atom, kind, "__init__", node)
                if not self.call(method, args, node):
                    continue
            out = join(out, frozenset({atom}))
        return out

    def _exception(self, cls: type, args: Args, node: ast.AST | None) -> Value:
        obj = self.fresh(node or cls, cls, "instance")
        if args.rest is None:
            self.grow_attr(obj, "args", self.new_tuple(args.positional, node or cls))
        else:
            held = join_all([*args.positional, args.rest])
            self.grow_attr(obj, "args", self.new_container(node or cls, tuple, held, tag="exc"))
        return frozenset({New(obj)})

    def _partial(self, args: Args, node: ast.AST | None) -> Value:
        obj = self.fresh(node or self, functools.partial, "partial")
        given = Args(args.positional[1:], dict(args.keywords), None, args.more)
        key = (args.positional, frozenset(args.keywords.items()))
        self.add_payload(obj, key, (args.positional[0], given))
        return frozenset({New(obj)})

    def _enum_member(self, cls: type, args: Args, node: ast.AST | None) -> Value:
        _, missing = self.class_attr(cls, "_missing_", node)
        plain = missing.__func__ if type(missing) is classmethod else None
        if (
            len(args.positional) != 1
            or args.keywords
            or not all(is_scalar(a) or (type(a) is Ref and type(a.obj) is cls) for a in args.positional[0])
            or getattr(plain, "__module__", "") != "enum"
        ):
            return self._cannot(cls, "in an unusual way", node)
        members: dict[str, object] = cls.__dict__["_member_map_"]
        return frozenset(pinned(member) for member in members.values())

    # -------------------------------------------------------------------------------------- named tuples

    def _namedtuple(self, cls: type, new: Ref, args: Args, node: ast.AST | None) -> Value:
        names = self.class_attr(cls, "_fields", node)[1]
        fields: tuple[str, ...] = names if type(names) is tuple else ()
        obj = self.fresh(node or cls, cls, "instance")
        if args.rest is not None or args.more is not None:
            everything = join_all(args.every())
            for name in fields:
                self.grow_attr(obj, name, everything)
            self.grow(obj, "elems", everything)
            return frozenset({New(obj)})
        values = dict(zip(fields, args.positional, strict=False)) | args.keywords
        function: Any = new.obj
        given = function.__defaults__ or ()
        self.reads(new.path, "__defaults__", node)
        self.guard(g.SameObject(new.path.then(AttrStep("__defaults__")), function.__defaults__))
        for name, default in zip(fields[len(fields) - len(given) :], given, strict=True):
            if name not in values:
                values[name] = frozenset({pinned(default)}) if default is not None else NONE
        if set(values) != set(fields) or len(args.positional) > len(fields):
            return BOTTOM
        for name, value in values.items():
            self.grow_attr(obj, name, value)
            self.grow(obj, "elems", value)
        return frozenset({New(obj)})

    # --------------------------------------------------------------------------------------- dataclasses

    def run_generated(self, function: types.FunctionType, args: Args, node: ast.AST | None) -> Value:
        """The value of calling a function that `dataclasses` generated."""
        name = function.__name__
        out = BOTTOM
        for atom in args.positional[0] if args.positional else ():
            cls = self.exact(atom)
            owner = _owner_of(function, cls) if cls is not None else None
            if owner is None:
                out = join(out, self.fail(f"calls a generated {name} that belongs nowhere", node))
                continue
            rest = Args(args.positional[1:], args.keywords, args.rest, args.more)
            out = join(out, self._generated(name, atom, owner, rest, function, node))
        return out

    def _generated(
        self,
        name: str,
        atom: Atom,
        owner: type,
        args: Args,
        function: types.FunctionType,
        node: ast.AST | None,
    ) -> Value:
        fields: dict[str, Any] = owner.__dict__["__dataclass_fields__"]
        if name == "__init__":
            return self._dataclass_init(atom, owner, function, args, node)
        receiver: Value = frozenset({atom})
        if name == "__eq__" or name in _ORDERINGS:
            other: Value = frozenset(
                a
                for a in (args.positional[0] if args.positional else BOTTOM)
                if class_of(a) is class_of(atom)
            )
            for field in fields.values():
                if field.compare:
                    left = self.load_attr(receiver, field.name, node)
                    self.compare_inside(left, self.load_attr(other, field.name, node), node)
            return join(BOOL, frozenset({Const(NotImplemented)}))
        if name == "__hash__":
            for field in fields.values():
                if field.compare if field.hash is None else field.hash:
                    self.hash_key(self.load_attr(receiver, field.name, node), node)
            return INT
        if name == "__setattr__" or name == "__delattr__":
            return BOTTOM
        if name == "__replace__":
            return self.fail("replaces fields of a dataclass instance", node)
        return self.fail(f"calls the generated {function.__qualname__}", node)

    def _dataclass_init(
        self, atom: Atom, owner: type, init: types.FunctionType, args: Args, node: ast.AST | None
    ) -> Value:
        fields: dict[str, Any] = owner.__dict__["__dataclass_fields__"]
        cls = self.exact(atom)
        assert cls is not None
        if not self._keeps_to_fields(owner, init, fields, node):
            return self.fail("makes a dataclass instance whose fields or defaults were changed", node)
        if args.rest is not None:
            return self.fail("makes a dataclass instance from arguments that are not known one by one", node)
        positional = list(args.positional)
        named = dict(args.keywords)
        later: list[Value] = []
        described = Path(PinnedRoot(owner), (AttrStep("__dataclass_fields__"),))
        for key, field in fields.items():
            kind = field._field_type.name
            if kind == _CLASS_VARIABLE:
                continue
            value: Value | None = None
            if field.init:
                in_order = positional and not field.kw_only
                value = positional.pop(0) if in_order else named.pop(field.name, None)
            if value is None:
                value = self._default_of(described.then(KeyStep(key)), field, node)
                if field.init and args.more is not None:
                    value = join(args.more, value or BOTTOM)
            if value is None:
                if field.init:
                    return BOTTOM
                continue
            if kind == _INIT_VARIABLE:
                later.append(value)
            elif owner.__dict__["__dataclass_params__"].frozen:
                self.set_by_default(atom, cls, field.name, value, node)
            else:
                self.store_attr(frozenset({atom}), field.name, value, node)
        if positional or named:
            return BOTTOM
        if runs_post_init(init):
            self.call(self.load_attr_of(atom, "__post_init__", node), Args(tuple(later)), node)
        return NONE

    def _keeps_to_fields(
        self, owner: type, init: types.FunctionType, fields: dict[str, Any], node: ast.AST | None
    ) -> bool:
        """As `init_keeps_to_fields`, relied on."""
        code, root = init.__code__, Path(PinnedRoot(owner))
        compiled, described = root.then(AttrStep("__init__")), root.then(AttrStep("__dataclass_fields__"))
        for name in ("__defaults__", "__kwdefaults__", "__code__"):
            self.reads(compiled, name, node)
        if init.__kwdefaults__ is not None:
            self.reads(compiled.then(AttrStep("__kwdefaults__")), CONTENT, node)
        self.reads(described, CONTENT, node)
        for name in fields:
            self.reads(described.then(KeyStep(name)), WHOLE, node)
        name = f"{class_name(owner)} is made as its fields say"
        self.guard(g.Condition(name, is_made_by_its_fields, about=(owner, code)))
        return init_keeps_to_fields(init, fields)

    def run_dataclass_helper(self, name: str, args: Args, node: ast.AST | None) -> Value | None:
        """The value of `asdict` or `replace`; `None` where it is used in an unusual way."""
        if len(args.positional) != 1 or args.rest is not None or args.more is not None:
            return None
        subjects = args.positional[0]
        if not all(_is_dataclass(class_of(atom)) for atom in subjects):
            return None
        if name == "asdict":
            return None if args.keywords else self._as_dict(subjects, node, 0)
        out = BOTTOM
        for atom in subjects:
            cls = self.exact(atom)
            assert cls is not None
            fields = self._fields_of(atom, cls, node)
            if any(field._field_type.name == _INIT_VARIABLE for field in fields.values()):
                return None
            given = {
                field.name: self.load_attr_of(atom, field.name, node)
                for field in fields.values()
                if field.init and field._field_type.name != _CLASS_VARIABLE
            }
            made = Args((), given | args.keywords)
            out = join(out, self.construct(cls, pinned(cls), made, node))
        return out

    def _fields_of(self, atom: Atom, cls: type, node: ast.AST | None) -> dict[str, Any]:
        """The fields of a dataclass, as the functions of `dataclasses` read them."""
        self.load_attr_of(atom, "__dataclass_fields__", node)
        fields: dict[str, Any] = find_in_mro(cls, "__dataclass_fields__")[1]
        self.reads(Path(PinnedRoot(fields)), CONTENT, node)
        for field in fields.values():
            self.reads(Path(PinnedRoot(field)), WHOLE, node)
        return fields

    def _as_dict(self, value: Value, node: ast.AST | None, depth: int) -> Value:
        """What `asdict` makes of a value: dataclass instances become dicts, containers are copied."""
        out = BOTTOM
        where: object = node or self
        for atom in value:
            cls = self.exact(atom)
            if is_scalar(atom):
                out = join(out, frozenset({atom}))
                # Up to 3.11 `asdict` calls `copy.deepcopy` for it, which looks up what to do with the type.
                table = getattr(sys.modules.get("copy"), "_deepcopy_dispatch", None)
                if type(table) is dict:
                    self.reads(Path(PinnedRoot(table)), CONTENT, node)
            elif cls is None or depth > 4:
                out = join(out, self.fail("makes a dict of something that is not known", node))
            elif _is_dataclass(cls):
                (made,) = self.new_container(where, dict, tag=("asdict", depth, cls))
                fields = self._fields_of(atom, cls, node)
                for field in fields.values():
                    if field._field_type.name != _CLASS_VARIABLE and field._field_type.name != _INIT_VARIABLE:
                        inner = self._as_dict(self.load_attr_of(atom, field.name, node), node, depth + 1)
                        self.store_content(made, inner, node, key=frozenset({Const(field.name)}))
                out = join(out, frozenset({made}))
            elif type(atom) is Part or (type(atom) is Ref and cls in (list, tuple, dict) and self.tree(atom)):
                out = join(out, self.deep_copy(atom, cls, node, where))
            elif cls in (list, tuple):
                inner = self._as_dict(self.content(atom, node), node, depth + 1)
                out = join(out, self.new_container(where, cls, inner, tag=("asdict", depth)))
            elif cls is dict:
                keys = self._as_dict(self.content(atom, node, keys=True), node, depth + 1)
                inner = self._as_dict(self.content(atom, node), node, depth + 1)
                out = join(out, self.new_container(where, dict, inner, keys, tag=("asdict", depth)))
            else:
                out = join(out, self.fail(f"makes a dict of something that holds a {class_name(cls)}", node))
        return out

    def _default_of(self, path: Path, field: Any, node: ast.AST | None) -> Value | None:
        import dataclasses  # heavy, and loaded by whoever has fields

        if field.default is not dataclasses.MISSING:
            return self.wrap(path.then(AttrStep("default")), field.default)
        if field.default_factory is not dataclasses.MISSING:
            factory = self.wrap(path.then(AttrStep("default_factory")), field.default_factory)
            return self.call(factory, Args(), node)
        return None


_INIT_VARIABLE: Final = "_FIELD_INITVAR"
_CLASS_VARIABLE: Final = "_FIELD_CLASSVAR"


def _is_dataclass(cls: type | None) -> bool:
    return cls is not None and type(find_in_mro(cls, "__dataclass_fields__")[1]) is dict


def _owner_of(function: types.FunctionType, cls: type) -> type | None:
    """The dataclass, among the classes of `cls`, for which a function was generated."""
    for base in cls.__mro__:
        space = base.__dict__
        if "__dataclass_fields__" in space and space.get(function.__name__) is function:
            return base
    return None


def _is_namedtuple_new(inner: object) -> bool:
    return (
        type(inner) is types.FunctionType
        and inner.__code__.co_filename.startswith("<string>")
        and inner.__name__ == "__new__"
        and inner.__globals__.get("__name__", "").startswith("namedtuple_")
    )
