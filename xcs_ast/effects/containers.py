"""What is inside containers: iterating, looking up, storing; on live objects, fresh ones and builtin data."""

from __future__ import annotations

import types
from collections import OrderedDict, defaultdict, deque

import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.machine import KEYS, Machine
from xcs_ast.effects.resolve import class_name, kinds_of
from xcs_ast.effects.values import (
    BOTTOM,
    INT,
    SCALARS,
    STR,
    Atom,
    Const,
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
    join_all,
    typed,
    unknown,
)
from xcs_ast.effects.vocabulary import ODD_CLASS
from xcs_ast.ir.effects import CONTENT, DEEP
from xcs_ast.ir.paths import KeyStep, Path
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["BUILTIN_CONTAINERS", "Containers"]

_FEW: Final = 24
IMMUTABLE: Final = frozenset({tuple, frozenset})
BUILTIN_CONTAINERS: Final = frozenset({list, tuple, dict, set, frozenset, bytearray})
_RAW: Final = (list, tuple, dict, set, frozenset, bytearray, deque)
FRESH_CONTAINERS: Final = BUILTIN_CONTAINERS | {deque, OrderedDict, defaultdict}


class Containers(Machine):
    """Everything about the content of containers."""

    # -------------------------------------------------------------------------------------- fresh containers

    def new_container(
        self, node: object, cls: type, elems: Value = BOTTOM, keys: Value = BOTTOM, tag: object = None
    ) -> Value:
        """A fresh builtin container with this content."""
        obj = self.fresh(node, cls, ("container", tag))
        self.grow(obj, "elems", elems, touch=False)
        self.grow(obj, "keys", keys, touch=False)
        return frozenset({New(obj)})

    def new_tuple(self, items: tuple[Value, ...], node: object) -> Value:
        """A fresh tuple; exact while it is small and not nested deeply."""
        if len(items) <= 16 and _depth(items) < 4:
            return frozenset({Tup(items)})
        return self.new_container(node, tuple, join_all(items), tag="tuple")

    def new_json(self, node: object) -> Value:
        """A fresh tree of builtin data."""
        a = self.fresh(node, dict, "json")
        b = self.fresh(node, list, "json")
        content: Value = frozenset({New(a), New(b)}) | typed(str, int, float, bool, type(None))
        for obj in (a, b):
            self.grow(obj, "elems", content, touch=False)
        self.grow(a, "keys", STR, touch=False)
        return content

    # ------------------------------------------------------------------------------------- live containers

    def live_elements(self, ref: Ref, node: ast.AST | None) -> Value:
        """The elements of a live builtin container (a dict's values), without what was stored meanwhile."""
        live: Any = ref.obj
        cls = type(live)
        if cls is bytearray:
            return INT
        values = live.values() if cls is dict else live
        kinds, keys = kinds_of(values), kinds_of(live) if cls is dict else frozenset()
        if kinds is None or keys is None:
            return self.fail(f"uses elements of a class {ODD_CLASS}", node, codes.NO_MODEL)
        if kinds <= SCALARS:
            self.guard(g.ElementTypes(ref.path, cls, kinds, keys))
            return typed(*kinds)
        found = self.tree(ref)
        if found is not None and (len(live) > _FEW or ref.path.varies or cls in (set, frozenset)):
            return self.parts(ref.path, *found)
        if cls is set or cls is frozenset or len(live) > _FEW:
            return unknown(f"uses elements of a {class_name(cls)} that holds too many or too complex objects")
        if cls is dict:
            if not keys <= SCALARS:
                return unknown("uses a dict whose keys are objects of classes")
            self.guard(g.KeysAre(ref.path, tuple(live)))
            return join_all(self.wrap(ref.path.then(KeyStep(k)), v) for k, v in live.items())
        self.guard(g.LengthIs(ref.path, cls, len(live)))
        return join_all(self.wrap(ref.path.then(KeyStep(i)), v) for i, v in enumerate(live))

    def parts(self, path: Path, inside: frozenset[type], keys: frozenset[type]) -> Value:
        """Anything inside the builtin data that a path leads to."""
        return frozenset(
            Part(path, cls, inside, keys)
            if cls in BUILTIN_CONTAINERS
            else Typed(cls)
            if cls is not type(None)
            else Const(None)
            for cls in inside
        )

    def live_keys(self, ref: Ref, node: ast.AST | None) -> Value:
        """The keys of a live dict."""
        live: Any = ref.obj
        kinds = frozenset(map(type, live))
        if not kinds <= SCALARS:
            if kinds == {tuple} and all(SCALARS.issuperset(map(type, key)) for key in live):
                self.guard(g.ElementTypes(ref.path, dict, None, kinds))
                inner = frozenset(type(part) for key in live for part in key)
                self.guard(g.TupleKeys(ref.path, inner))
                return self.new_container(self, tuple, typed(*inner), tag=("keys", inner))
            return unknown("uses the keys of a dict which are objects of classes")
        self.guard(g.ElementTypes(ref.path, dict, None, kinds))
        return typed(*kinds)

    # ------------------------------------------------------------------------------------------- content

    def content(self, atom: Atom, node: ast.AST | None, *, keys: bool = False) -> Value:
        """All elements (a dict's values, or its keys) of a builtin container; reads it."""
        match atom:
            case Ref(path=path, obj=live) if type(live) in BUILTIN_CONTAINERS:
                cls = type(live)
                self.typed_path(path, cls)
                if cls not in IMMUTABLE:
                    self.reads(path, CONTENT, node)
                if keys and cls is dict:
                    return join(self.live_keys(atom, node), self.recall((dict, KEYS), live, path))
                if cls in IMMUTABLE:
                    return self.live_elements(atom, node)
                return join(self.live_elements(atom, node), self.recall((cls, CONTENT), live, path))
            case Part(path, cls, inside, key_types):
                self.reads(path, DEEP, node)
                if cls is bytearray:
                    return INT
                if keys and cls is dict:
                    return join(typed(*key_types), self.recall_inside(path))
                return join(self.parts(path, inside, key_types), self.recall_inside(path))
            case Tup(items):
                return join_all(items)
            case New(obj) if issubclass(obj.cls, _RAW):
                if keys and issubclass(obj.cls, dict):
                    out = self.get_part(obj, "keys")
                    known = self.get_fields(obj)
                    return (
                        join(out, frozenset(Const(key) for key in known))
                        if len(known) < 5
                        else join(out, STR)
                    )
                out = self.get_part(obj, "elems")
                return join(out, join_all(self.get_fields(obj).values()))
            case _:
                return self.fail("looks into something that is not a builtin container", node)

    def lookup_item(self, atom: Atom, index: Atom, node: ast.AST | None) -> Value:
        """`container[index]` for a builtin container and a builtin immutable as index (not a slice)."""
        cls = class_of(atom)
        key = self.pin(index)
        match atom:
            case Ref(path=path, obj=live) if type(live) is dict:
                self.typed_path(path, dict)
                if key is None or not frozenset(map(type, live)) <= SCALARS:
                    return self.content(atom, node)
                self.reads(path, CONTENT, node)
                stored = self.recall((dict, CONTENT), live, path)
                if key.value not in live:
                    self.guard(g.LacksKey(path, key.value))
                    return stored
                found = self.wrap(path.then(KeyStep(key.value)), live[key.value])
                return join(found, stored)
            case Ref(path=path, obj=live) if type(live) is list or type(live) is tuple:
                if key is None or type(key.value) is not int:
                    return self.content(atom, node)
                self.typed_path(path, type(live))
                stored = BOTTOM
                if type(live) is list:
                    self.reads(path, CONTENT, node)
                    stored = self.recall((list, CONTENT), live, path)
                try:
                    element = live[key.value]
                except IndexError:
                    self.guard(g.LengthIs(path, type(live), len(live)))
                    return stored
                if type(live) is list and self.is_changed((list, CONTENT), live, path):
                    # Positions may have shifted.
                    return join(self.live_elements(atom, node), stored)
                return self.wrap(path.then(KeyStep(key.value)), element)
            case Tup(items) if key is not None and type(key.value) is int:
                return items[key.value] if -len(items) <= key.value < len(items) else BOTTOM
            case New(obj) if cls is not None and issubclass(cls, dict):
                if key is None:
                    return self.content(atom, node)
                known = self.get_fields(obj).get(key.value, BOTTOM)
                return join(known, self.get_part(obj, "elems"))
            case _:
                return self.content(atom, node)

    def has_scalar_keys(self, atom: Atom, node: ast.AST | None) -> bool:
        """Whether no key of a dict (or element of a set) has an `__eq__` or `__hash__` of its own."""
        if type(atom) is Ref and type(atom.obj) is dict:
            kinds = frozenset(map(type, atom.obj))
            if kinds <= SCALARS:
                self.guard(g.ElementTypes(atom.path, dict, None, kinds))
                return all(is_scalar(stored) for stored in self.recall((dict, KEYS), atom.obj, atom.path))
        if type(atom) is Ref and type(atom.obj) in (set, frozenset):
            kinds = frozenset(map(type, atom.obj))  # type: ignore[call-overload]
            if kinds <= SCALARS:
                self.guard(g.ElementTypes(atom.path, type(atom.obj), kinds))
                return all(is_scalar(x) for x in self.recall((type(atom.obj), CONTENT), atom.obj, atom.path))
        return all(is_scalar(key) for key in self.content(atom, node, keys=True))

    # -------------------------------------------------------------------------------------------- storing

    def store_content(
        self, atom: Atom, value: Value, node: ast.AST | None, *, key: Value | None = None
    ) -> None:
        """Changes the content of a builtin container, which may then hold `value` (under `key`)."""
        match atom:
            case Ref(path=path, obj=live):
                self.exact(atom)
                self.store_shared(path, live, CONTENT, value, node)
                if key is not None and issubclass(type(live), dict):
                    self.remember((type(live), KEYS), None if path.varies else id(live), key)
            case Part():
                self.fail("changes something inside a larger structure", node, codes.SHARED_WRITE)
            case New(obj):
                only = next(iter(key)) if key is not None and len(key) == 1 else None
                if issubclass(obj.cls, dict) and type(only) is Const and len(obj.fields) < 64:
                    self.grow_field(obj, only.value, value)
                    return
                self.grow(obj, "elems", value)
                if key is not None and issubclass(obj.cls, dict):
                    self.grow(obj, "keys", key)
            case UnknownAtom(reason):
                self.fail(reason, node)
            case _:
                pass

    def unpack_exact(self, value: Value) -> tuple[Value, ...] | None:
        """The elements in order, where all atoms are exact tuples of one length."""
        out: tuple[Value, ...] | None = None
        for atom in value:
            if type(atom) is not Tup or (out is not None and len(out) != len(atom.items)):
                return None
            out = atom.items if out is None else tuple(map(join, out, atom.items))
        return out

    def view_of(self, kind: type, atom: Atom, node: object) -> Value:
        """A fresh view (`dict.items()` and its like) or iterator over a container."""
        obj = self.fresh(node, kind, ("view", atom))
        obj.payload = atom
        return frozenset({New(obj)})


def _depth(items: tuple[Value, ...]) -> int:
    deepest = 0
    for value in items:
        for atom in value:
            if type(atom) is Tup:
                deepest = max(deepest, _depth(atom.items))
    return deepest + 1


ITERATORS: Final = frozenset(
    {
        type(iter(())),
        type(iter([])),
        type(iter({})),
        type(iter(set())),
        types.GeneratorType,
        zip,
        map,
        enumerate,
    }
)
