"""The state of one analysis: effects found so far, guards, the abstract heap, the current frame.

Guarantees: every method is sound by itself: what it does not know it reports as unknown. No user code runs.
Assumes: one analysis runs on one thread from beginning to end.
"""

from __future__ import annotations

import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.class_guards import of_class
from xcs_ast.effects.frames import Frame, RegionNames, Sink, TooLarge, Where
from xcs_ast.effects.resolve import (
    class_name,
    find_in_mro,
    is_data_descriptor,
    is_hashed_plainly,
    is_library,
    is_mutable_class,
    mro_of,
)
from xcs_ast.effects.values import (
    BOTTOM,
    NONE,
    SCALARS,
    Atom,
    Const,
    Live,
    New,
    Object,
    Part,
    Ref,
    Tup,
    UnknownAtom,
    Value,
    class_of,
    generalize,
    is_scalar,
    join,
    unknown,
)
from xcs_ast.effects.vocabulary import ODD_CLASS, RELIED_ON
from xcs_ast.ir.effects import (
    CONTENT,
    DEEP,
    WHOLE,
    Access,
    Blocking,
    CellVar,
    Channel,
    Effect,
    Location,
    Unknown,
)
from xcs_ast.ir.paths import Path, PinnedRoot, instance_dict
from xcs_ast.native import Any, Final, cast, use_own
from xcs_ast.source import grammar as ast
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["BY_NAME", "KEYS", "Frame", "Machine", "RegionNames", "Sink", "TooLarge"]

STEPS: Final = 20_000
FUNCTIONS: Final = 120
DEPTH: Final = 40
KEYS: Final = "{}"  # the field under which the keys stored in a shared dict are remembered
BY_NAME: Final = (dict, "by name")  # what is stored in attributes and global variables
_OWN_CALLER: Final = "looks for its caller, which is the region itself"


class Machine:
    """The state of one analysis, and what every part of the interpreter needs."""

    # With more than thirty attributes in its dictionary, Python would look each method up anew, at each call.
    __slots__ = ("again", "cell_paths", "changed_globals", "context", "exact_paths", "frame", "functions",
                 "guards", "heap", "keep", "looks", "owner_paths", "raised", "read", "sink", "steps",
                 "stores", "tree_types", "trees", "version")  # fmt: skip

    def __init__(self) -> None:
        self.sink = Sink()
        self.guards: dict[g.Guard, None] = {}
        self.heap: dict[Any, Object] = {}
        self.stores: dict[tuple[Any, str], list[tuple[int | None, Value]]] = {}
        self.read: set[Any] = set()
        self.looks: set[tuple[Any, Path, frozenset[int], bool]] = set()
        """Where something stored was looked for: key, path to the owner, owners then, whether all inside."""
        self.owner_paths: dict[int, dict[Path, None]] = {}
        """By which paths each owner in `stores` was found."""
        self.trees: dict[Path, frozenset[int]] = {}
        self.tree_types: dict[Path, tuple[frozenset[type], frozenset[type]] | None] = {}
        self.again = False
        self.version = self.steps = self.functions = 0
        self.frame: Frame
        self.context: tuple[str, int] | None = None
        self.raised: Value = BOTTOM
        self.changed_globals: set[str] = set()
        self.exact_paths: set[tuple[Path, type]] = set()
        self.cell_paths: dict[CellVar, dict[Path, None]] = {}
        """Where each variable of an existing function's closure was found."""
        self.keep: list[object] = []
        """Objects whose `id` is used as a key: they must live as long as the analysis."""

    # ----------------------------------------------------------------------------------------- effects

    def span(self, node: ast.AST | None) -> Span | None:
        """The place of a node in its file."""
        line = getattr(node, "lineno", None)
        if node is None or line is None:
            return None
        frame = self.frame
        start: int = 0 if frame.blank else getattr(node, "col_offset", 0)
        end_line: int = getattr(node, "end_lineno", None) or line
        end: int = 0 if frame.blank else (getattr(node, "end_col_offset", None) or start)
        return Span(frame.filename, line + frame.offset, start, end_line + frame.offset, end)

    def emit(self, access: Access, where: Where, node: ast.AST | None, code: str) -> None:
        """Records an effect of the code under analysis."""
        key = (access.value, where)
        if key not in self.sink.effects:
            self.sink.effects[key] = Effect(access, where, self.span(node), code)

    def fail(self, reason: str, node: ast.AST | None, code: str = codes.UNKNOWN_OPERATION) -> Value:
        """Records that anything may happen here, and returns any value."""
        self.emit(Access.WRITE, Unknown(reason), node, code)
        return unknown(reason)

    def channel(self, name: str, access: Access, node: ast.AST | None) -> None:
        """Records the use of something outside the program."""
        if name == "stack" and self.context is not None and self.context[0] == "stage":
            # Ahead of its place, a call has other callers.
            self.emit(Access.WRITE, Channel(name), node, codes.STACK_VISIBLE)
            if self.frame.region is not None:
                # Even the nearest one: the region's own code stands in a function of ours.
                self.emit(Access.WRITE, Unknown(_OWN_CALLER), node, codes.STACK_VISIBLE)
            return
        code = codes.UNORDERED_CHANNEL if access is Access.READ else codes.ORDERED_CHANNEL
        self.emit(access, Channel(name), node, code)

    def blocks(self, how: Blocking) -> None:
        """Records that the code may wait for something outside the processor."""
        if how > self.sink.blocking:
            self.sink.blocking = how

    def reads(self, path: Path, field: str, node: ast.AST | None) -> None:
        """Records a read of a shared location."""
        self.emit(Access.READ, Location(path, field), node, codes.SHARED_READ)

    def guard(self, guard: g.Guard) -> None:
        """Records what the result relies on."""
        self.guards[guard] = None

    def step(self) -> None:
        """Counts the work done."""
        self.steps += 1
        if self.steps > STEPS:
            raise TooLarge(f"the code is too large to be followed (more than {STEPS} steps)")

    # ------------------------------------------------------------------------------- values of live objects

    def wrap(self, path: Path, obj: object) -> Value:
        """The value of the live object that a path leads to."""
        kind = type(obj)
        if type(kind) is not type and not self.hashed_plainly(kind):
            # Neither the analysis nor the recorder gets far without asking: no user code is to run for them.
            return self.fail(f"uses a {class_name(kind)}, {ODD_CLASS}", None, codes.NO_MODEL)
        if kind in SCALARS:
            self.typed_path(path, kind)
            return NONE if obj is None else frozenset({Live(path, obj)})
        return frozenset({Ref(path, obj)})

    def typed_path(self, path: Path, kind: type) -> None:
        """Relies on the exact type of what a path leads to."""
        key = (path, kind)
        if key not in self.exact_paths:
            self.exact_paths.add(key)
            if path.steps or not isinstance(path.root, PinnedRoot):
                self.guard(g.TypeIs(path, kind))

    def exact(self, atom: Atom) -> type | None:
        """The exact type of an atom, relied on; `None` if unknown."""
        if type(atom) is Ref:
            kind = type(atom.obj)
            self.typed_path(atom.path, kind)
            return kind
        return class_of(atom)

    def same(self, ref: Ref) -> None:
        """Relies on the identity of a live object."""
        path = ref.path
        if path.steps or not isinstance(path.root, PinnedRoot):
            self.guard(g.SameObject(path, ref.obj))

    def pin(self, atom: Atom, *, also_varying: bool = False) -> Const | None:
        """The value of a builtin immutable, relied on, where that is sensible."""
        if type(atom) is Const:
            return atom
        if type(atom) is not Live:
            return None
        always = type(atom.value) is bool
        if (
            always
            or also_varying
            or (not atom.path.varies and (atom.path.steps or type(atom.path.root) is PinnedRoot))
        ):
            self.guard(g.ValueIs(atom.path, atom.value))
            return Const(atom.value)
        return None

    def class_attr(
        self, cls: type, name: str, node: ast.AST | None, *, by_path: bool = False
    ) -> tuple[type | None, Any]:
        """Looks a name up in the classes of `cls`; relies on the outcome, and reads the mutable classes."""
        owner, found = find_in_mro(cls, name)
        for base in mro_of(cls):
            if is_mutable_class(base):
                path = Path(PinnedRoot(base))
                self.reads(path, name, node)
                if base is not owner and self.is_changed((type(base), name), base, path):
                    self.fail(f"{class_name(base)}.{name} is set here", node)
            if base is owner:
                break
        if is_mutable_class(cls):
            self.guard(of_class(cls, name, owner, found, by_path=by_path))
        return owner, found

    def protocol(self, cls: type, name: str) -> tuple[type | None, Any]:
        """Looks up what `type` has, too (`__call__`); relies on it. To assign that is an unknown effect."""
        owner, found = find_in_mro(cls, name)
        if is_mutable_class(cls):
            self.guards[g.ClassAttr(cls, name, found)] = None
        return owner, found

    def hashed_plainly(self, cls: type) -> bool:
        """As `is_hashed_plainly`, relied on."""
        self.protocol(type(cls), "__hash__")
        self.protocol(type(cls), "__eq__")
        return is_hashed_plainly(cls)

    def takes_precedence(self, found: Any, node: ast.AST | None) -> bool:
        """Whether what a class holds is a data descriptor; reads its class, where that can be changed."""
        kind = type(found)
        if is_mutable_class(kind):
            self.class_attr(kind, "__set__", node)
            self.class_attr(kind, "__delete__", node)
            self.class_attr(kind, "__get__", node)
        return is_data_descriptor(found)

    def no_descriptors(self, value: Value, cls: type, name: str, node: ast.AST | None) -> None:
        """What is stored in a class is found by its instances as it is, unless it is a descriptor."""
        for kind in {self.exact(each) for each in value}:
            if kind is not None and is_mutable_class(kind) and self.class_attr(kind, "__get__", node)[0]:
                self.fail(f"makes {class_name(cls)}.{name} a descriptor", node)

    # ------------------------------------------------------------------------------------- shared state

    def store_shared(self, path: Path, obj: object, field: str, value: Value, node: ast.AST | None) -> None:
        """Records that a shared location is changed, and to what."""
        self.emit(Access.WRITE, Location(path, field), node, codes.SHARED_WRITE)
        if field == CONTENT and _is_inside_library(path):
            self.fail(f"changes the content of {class_name(type(obj))} of a library, {RELIED_ON}", node)
        self.remember((type(obj), field), self.owned(path, obj), value)
        if field != CONTENT:
            space = instance_dict(obj)
            if space is not None:
                self.keep.append(space)
                self.owned(path, obj, space)
                self.remember(BY_NAME, None if path.varies else id(space), value)

    def owned(self, path: Path, obj: object, space: object = None) -> int | None:
        """The owner (or its dictionary `space`) by which `remember` tells places apart."""
        if path.varies:
            return None
        self.keep.append(obj)
        owner = id(obj) if space is None else id(space)
        self.owner_paths.setdefault(owner, {})[path] = None
        return owner

    def remember(self, key: tuple[Any, str], owner: int | None, value: Value) -> None:
        """Keeps what was stored in shared state; whoever reads it later may get it."""
        value = self.shared_form(value)
        entries = self.stores.setdefault(key, [])
        for index, (known_owner, known_value) in enumerate(entries):
            if known_owner == owner:
                joined = join(known_value, value)
                if joined == known_value:
                    return
                entries[index] = (owner, joined)
                break
        else:
            entries.append((owner, value))
        self.version += 1
        if key in self.read:
            self.again = True

    def recall(self, key: tuple[Any, str], owner: object, path: Path, *, named: bool = False) -> Value:
        """What the code under analysis may have stored in a shared location.

        It is relied on not to be another owner that something is stored in: a guard is made at the end.
        A dictionary may be a namespace, with what was stored by name; who is `named` has asked for that."""
        self.read.add(key)
        self.looked(key, path, frozenset({id(owner)}))
        out = BOTTOM
        for known_owner, value in self.stores.get(key, ()):
            if known_owner is None or known_owner == id(owner):
                out = join(out, value)
        if not named and key == (dict, CONTENT):
            out = join(out, self.recall(BY_NAME, owner, path))
        whole = (key[0], WHOLE)
        if key[1] != WHOLE:
            self.read.add(whole)
            if whole in self.stores and self.is_changed(whole, owner, path):
                return unknown("uses an attribute of an object that code in C has changed meanwhile")
        return out

    def looked(self, key: tuple[Any, str], path: Path, owners: frozenset[int], deep: bool = False) -> None:
        """Notes who was asked what was stored.

        What a loop's first task reads of its item is compared with all writes anyway.
        """
        if not path.varies or self.context is None or self.context[0] == "body" or self.context[1] > 0:
            self.looks.add((key, path, owners, deep))

    def is_changed(self, key: tuple[Any, str], owner: object, path: Path) -> bool:
        """Whether the code under analysis changes a shared location, to whatever."""
        self.read.add(key)
        self.looked(key, path, frozenset({id(owner)}))
        return any(
            known_owner is None or known_owner == id(owner) for known_owner, _ in self.stores.get(key, ())
        )

    def shared_form(self, value: Value) -> Value:
        """What a value looks like to whoever finds it in shared state, perhaps in a later iteration."""
        out: set[Atom] = set()
        for atom in value:
            if is_scalar(atom):
                out |= generalize(frozenset({atom}))
            elif type(atom) is Ref and not atom.path.varies:
                out.add(atom)
            else:
                return unknown("uses an object that was stored in shared state meanwhile")
        return frozenset(out)

    # --------------------------------------------------------------------------------------- fresh objects

    def fresh(self, node: object, cls: type, tag: object = None) -> Object:
        """The abstract object for all objects that are created at a place."""
        self.keep.append(node)
        key = (id(node), cls, tag, self.context)
        obj = self.heap.get(key)
        if obj is None:
            obj = self.heap[key] = Object(cls)
        return obj

    def touch(self, obj: Object, write: bool) -> None:
        """Records that a fresh object is looked at or changed."""
        self.sink.touched.add((obj, write))

    def grow(self, obj: Object, part: str, value: Value, *, touch: bool = True) -> None:
        """Adds to the `elems` or `keys` of a fresh object."""
        if touch:
            self.touch(obj, True)
        old: Value = getattr(obj, part)
        new = join(old, value)
        if new != old:
            setattr(obj, part, new)
            self._changed((obj, part))

    def grow_attr(self, obj: Object, name: str, value: Value, *, touch: bool = True) -> None:
        """Adds to an attribute of a fresh object."""
        if touch:
            self.touch(obj, True)
        old = obj.attrs.get(name)
        new = value if old is None else join(old, value)
        if new != old:
            obj.attrs[name] = new
            self._changed((obj, "." + name))

    def grow_field(self, obj: Object, key: Any, value: Value) -> None:
        """Adds to the value under a known key of a fresh dict."""
        self.touch(obj, True)
        old = obj.fields.get(key)
        new = value if old is None else join(old, value)
        if new != old:
            obj.fields[key] = new
            self._changed((obj, "fields"))

    def add_payload(self, obj: Object, key: Any, payload: Any) -> None:
        """Adds to what calling or iterating a fresh object runs."""
        if obj.payload is None:
            obj.payload = {}
        if key not in obj.payload:
            self._changed((obj, "payload"))
        obj.payload[key] = payload

    def get_payload(self, obj: Object) -> Any:
        """What calling or iterating a fresh object runs."""
        self.read.add((obj, "payload"))
        return obj.payload

    def _changed(self, key: Any) -> None:
        self.version += 1
        if key in self.read:
            self.again = True

    def get_part(self, obj: Object, part: str) -> Value:
        """The `elems` or `keys` of a fresh object."""
        self.touch(obj, False)
        self.read.add((obj, part))
        return cast("Value", getattr(obj, part))

    def get_attr(self, obj: Object, name: str) -> Value | None:
        """An attribute that was stored in a fresh object."""
        self.touch(obj, False)
        self.read.add((obj, "." + name))
        return obj.attrs.get(name)

    def get_fields(self, obj: Object) -> dict[Any, Value]:
        """The known keys of a fresh dict."""
        self.touch(obj, False)
        self.read.add((obj, "fields"))
        return obj.fields

    # ------------------------------------------------------------------------------------------- escaping

    def deep(self, value: Value, node: ast.AST | None, what: str) -> bool:
        """Reads everything reachable from a value through builtin containers; `False` if there is more."""
        fine = True
        seen: set[Atom] = set()
        todo = list(value)
        while todo:
            atom = todo.pop()
            if atom in seen or is_scalar(atom):
                continue
            seen.add(atom)
            if len(seen) > 500:
                raise TooLarge("too many objects are reachable")
            match atom:
                case Part(path):
                    self.reads(path, DEEP, node)
                    todo += self.recall_inside(path)
                case Tup(items):
                    todo += [inner for item in items for inner in item]
                case New(obj) if obj.cls in _DEEP_CLASSES:
                    todo += (*self.get_part(obj, "elems"), *self.get_part(obj, "keys"))
                    todo += [inner for item in self.get_fields(obj).values() for inner in item]
                case Ref(path=path, obj=live) if type(live) in _DEEP_CLASSES:
                    self.typed_path(path, type(live))
                    self.reads(path, DEEP, node)
                    if self.tree(atom) is None:
                        fine = False
                        self.fail(f"{what}: it holds objects other than builtin data", node)
                        continue
                    todo += self.recall_inside(path)
                case UnknownAtom(reason):
                    fine = False
                    self.fail(reason, node)
                case _:
                    fine = False
                    cls = class_of(atom)
                    name = class_name(cls) if cls else "something"
                    self.fail(f"{what}: it holds a {name}", node)
        return fine

    def recall_inside(self, path: Path) -> Value:
        """What may have been stored in one of the shared builtin containers of a tree."""
        inside = self.trees.get(path, frozenset())
        out = BOTTOM
        for cls in _DEEP_CLASSES:
            for field in (CONTENT, KEYS, *((BY_NAME[1],) if cls is dict else ())):
                key = (cls, field)
                self.read.add(key)
                self.looked(key, path, inside, deep=True)
                for owner, value in self.stores.get(key, ()):
                    if owner is None or owner in inside:
                        out = join(out, value)
        return out

    def tree(self, ref: Ref) -> tuple[frozenset[type], frozenset[type]] | None:
        """The types inside the builtin data at a path, relied on; `None` if it is not just that."""
        if ref.path not in self.trees:
            seen: set[int] = set()
            found = g.scan_tree(ref.obj, seen)
            self.trees[ref.path] = frozenset(seen)
            self.tree_types[ref.path] = found
            if found is not None:
                self.guard(g.PlainTree(ref.path, type(ref.obj), *found))
        return self.tree_types[ref.path]


def _is_inside_library(path: Path) -> bool:
    """Whether it leads from the namespace of a module of the standard library to something in it."""
    root = path.root
    if type(root) is not PinnedRoot or not path.steps or type(root.obj) is not dict:
        return False
    return root.obj.get("__name__") != "sys" and is_library(root.obj.get("__name__"))


_DEEP_CLASSES: Final = (list, tuple, dict, set, frozenset, bytearray)
