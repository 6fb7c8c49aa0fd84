"""Abstract values: what the interpreter knows of an object.

A value is a small set of atoms; the concrete object is described by one of them. The empty set means that
the expression never yields (it always raises, or is not reached).

Guarantees: values are immutable and compare by what they describe; making or joining them runs no user code.
Assumes: nothing.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable

from xcs_ast.ir.paths import Path
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = [
    "ANYTHING",
    "BOOL",
    "BOTTOM",
    "CONTAINERS",
    "FALSE",
    "INT",
    "NONE",
    "SCALARS",
    "STR",
    "TRUE",
    "AnyException",
    "Atom",
    "Bound",
    "Const",
    "Live",
    "New",
    "Object",
    "Part",
    "Ref",
    "Super",
    "Tup",
    "Typed",
    "UnknownAtom",
    "Value",
    "class_of",
    "generalize",
    "is_scalar",
    "join",
    "join_all",
    "known",
    "map_atoms",
    "typed",
    "unknown",
]

SCALARS: Final[frozenset[type]] = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented)}
)
"""The exact types whose instances are immutable, hold nothing, and have no Python-coded special methods."""
CONTAINERS: Final[frozenset[type]] = frozenset({list, tuple, dict, set, frozenset, bytearray})
"""The exact builtin containers whose content can be looked at without running user code."""
_LIMIT: Final = 24
_SAME_TYPE_LIMIT: Final = 4


@final
class Object:
    """An object that the code under analysis creates: all that one place in it creates, as one.

    `attrs` are its attributes, `elems` what iterating yields (for a dict: its values), `keys` the keys of a
    dict, `fields` those values of a dict whose keys are known. Everything only ever grows.
    """

    __slots__ = ("attrs", "cls", "elems", "fields", "keys", "payload", "wild")

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.attrs: dict[str, Value] = {}
        self.elems: Value = frozenset()
        self.keys: Value = frozenset()
        self.fields: dict[Any, Value] = {}
        self.wild = False
        """Whether unknown code may have changed it."""
        self.payload: Any = None
        """What calling or iterating it runs (functions, generators, views, partials)."""

    def __repr__(self) -> str:
        return f"<Object {self.cls.__qualname__}>"


@final
class Ref:
    """One particular object that existed before the region, and a path that leads to it."""

    __slots__ = ("obj", "path")

    def __init__(self, path: Path, obj: object) -> None:
        self.path = path
        self.obj = obj

    def __eq__(self, other: object) -> bool:
        return type(other) is Ref and other.obj is self.obj and other.path == self.path

    def __hash__(self) -> int:
        return id(self.obj)

    def __repr__(self) -> str:
        return f"Ref({type(self.obj).__qualname__})"


@final
class Const:
    """Exactly this builtin immutable, whatever the live objects are."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if type(other) is not Const:
            return False
        mine, theirs = self.value, other.value
        return type(mine) is type(theirs) and (mine is theirs or repr(mine) == repr(theirs))

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


@final
@dataclass(frozen=True, slots=True)
class Typed:
    """A builtin immutable of exactly this type; `tail` is what a string is known to end with."""

    cls: type
    tail: str = ""


@final
class Live:
    """The builtin immutable that a path leads to. Only its type is relied on, until it is pinned."""

    __slots__ = ("path", "value")

    def __init__(self, path: Path, value: Any) -> None:
        self.path = path
        self.value = value

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is Live
            and type(self.value) is type(other.value)
            and self.path == other.path
            and repr(self.value) == repr(other.value)
        )

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"Live({self.value!r})"


@final
@dataclass(frozen=True, slots=True)
class New:
    """A fresh object. Compares by identity of the abstract object."""

    obj: Object


@final
@dataclass(frozen=True, slots=True)
class Tup:
    """A fresh tuple of exactly these elements."""

    items: tuple[Value, ...]


@final
@dataclass(frozen=True, slots=True)
class Part:
    """Some container of exact type `cls` inside the plain builtin data that a path leads to.

    `inside` are all types that occur in that data, `keys` those of its dictionaries' keys.
    """

    path: Path
    cls: type
    inside: frozenset[type]
    keys: frozenset[type]


@final
@dataclass(frozen=True, slots=True)
class Bound:
    """A method bound to its receiver: `func` will be called with `receiver` first."""

    func: Atom
    receiver: Atom
    name: str = ""


@final
@dataclass(frozen=True, slots=True)
class Super:
    """`super()`: attributes of `receiver` looked up behind `cls`."""

    cls: type
    receiver: Atom


@final
@dataclass(frozen=True, slots=True)
class UnknownAtom:
    """Any object at all."""

    reason: str

    def __eq__(self, other: object) -> bool:
        return type(other) is UnknownAtom

    def __hash__(self) -> int:
        return 7


Atom = Ref | Const | Typed | Live | New | Tup | Part | Bound | Super | UnknownAtom
Value = frozenset[Atom]

BOTTOM: Final[Value] = frozenset()
NONE: Final[Value] = frozenset({Const(None)})
TRUE: Final[Value] = frozenset({Const(True)})
FALSE: Final[Value] = frozenset({Const(False)})
BOOL: Final[Value] = frozenset({Typed(bool)})
INT: Final[Value] = frozenset({Typed(int)})
STR: Final[Value] = frozenset({Typed(str)})
ANYTHING: Final[Value] = frozenset({UnknownAtom("uses a value of which nothing is known")})


@final
class AnyException(Exception):
    """The class of the abstract object for any fresh exception that code with a model may raise."""


def unknown(reason: str) -> Value:
    """Any object at all."""
    return frozenset({UnknownAtom(reason)})


def typed(*classes: type) -> Value:
    """A builtin immutable of one of these types."""
    return frozenset({Typed(cls) if cls is not type(None) else Const(None) for cls in classes})


def class_of(atom: Atom) -> type | None:
    """The exact type of what an atom describes; `None` where it is not known."""
    match atom:
        case Ref(obj=obj):
            return type(obj)
        case Const(value=value) | Live(value=value):
            found: type = type(value)
            return found
        case Typed(cls) | Part(_, cls):
            return cls
        case New(made):
            return made.cls
        case Tup():
            return tuple
        case Bound():
            return types.MethodType
        case Super():
            return super
        case _:
            return None


def is_scalar(atom: Atom) -> bool:
    """Whether it is a builtin immutable that holds nothing."""
    kind = type(atom)
    return kind is Const or kind is Typed or kind is Live


def known(value: Value) -> bool:
    """Whether no atom is unknown."""
    return not any(type(atom) is UnknownAtom for atom in value)


def join(a: Value, b: Value) -> Value:
    """One of both."""
    if a is b or b <= a:
        return a
    if a <= b:
        return b
    return _normalize(a | b)


def join_all(values: Iterable[Value]) -> Value:
    """One of all."""
    out = BOTTOM
    for value in values:
        out = join(out, value)
    return out


def _normalize(value: Value) -> Value:
    for atom in value:
        if type(atom) is UnknownAtom:
            return frozenset({atom})
    scalars: dict[type, int] = {}
    for atom in value:
        if is_scalar(atom):
            cls = class_of(atom)
            assert cls is not None
            plain = type(atom) is Typed and not atom.tail
            scalars[cls] = scalars.get(cls, 0) + (_SAME_TYPE_LIMIT + 1 if plain else 1)
    crowded = {cls for cls, count in scalars.items() if count > _SAME_TYPE_LIMIT and cls is not type(None)}
    if crowded:
        value = frozenset(
            {Typed(cls) for cls in crowded}
            | {atom for atom in value if not (is_scalar(atom) and class_of(atom) in crowded)}
        )
    if len(value) > _LIMIT:
        return unknown("has too many possible values here")
    return value


def generalize(value: Value) -> Value:
    """The same without the values of builtin immutables: only their types are kept."""
    if not any(is_scalar(atom) and type(atom) is not Typed for atom in value):
        return value
    return _normalize(frozenset({_general(atom) for atom in value}))


def _general(atom: Atom) -> Atom:
    if is_scalar(atom):
        cls = class_of(atom)
        assert cls is not None
        if cls is not type(None) and type(atom) is not Typed:
            return Typed(cls)
        return Const(None) if cls is type(None) else atom
    return atom


def map_atoms(value: Value, function: Callable[[Atom], Value]) -> Value:
    """The join of what `function` makes of each atom."""
    if len(value) == 1:
        (only,) = value
        return function(only)
    return join_all(function(atom) for atom in value)
