"""Guards: what an analysis relied on, checked again before it is believed of other objects.

Guarantees: checking a guard runs no user code and does not raise.
Assumes: nobody resizes a container while it is checked (a check that is disturbed fails).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import is_
from types import CodeType, FunctionType

from xcs_ast.effects.declare import Declared, declared
from xcs_ast.effects.resolve import find_in_mro, kinds_of, mro_of
from xcs_ast.effects.values import CONTAINERS, SCALARS
from xcs_ast.ir.paths import MISSING, Binding, Path, Unresolvable, instance_dict, static_attr
from xcs_ast.native import Any, Final, Protocol, final, use_own
from xcs_ast.records import dataclass, field

use_own(globals())

__all__ = [
    "Apart",
    "CellIs",
    "ClassAttr",
    "Condition",
    "ElementTypes",
    "EndsWith",
    "FunctionIs",
    "Guard",
    "KeysAre",
    "LacksKey",
    "LengthIs",
    "Lineage",
    "MadeOf",
    "NoInstanceAttr",
    "PlainTree",
    "SameObject",
    "TupleKeys",
    "TypeIs",
    "ValueIs",
    "scan_tree",
]

TREE_LIMIT: Final = 4_000


class Guard(Protocol):
    """A test under which an analysis stays valid."""

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""

    def holds(self, binding: Binding) -> bool:
        """Whether the live objects pass."""


class _AtPath:
    """What guards have in common that look at the object at the end of a path."""

    __slots__ = ()
    path: Path

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""
        return self.path.varies

    def holds(self, binding: Binding) -> bool:
        """Whether the live objects pass."""
        try:
            return self.check(self.path.resolve(binding))
        except (Unresolvable, RuntimeError):
            return False

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        raise NotImplementedError


@final
@dataclass(frozen=True, slots=True)
class TypeIs(_AtPath):
    """Its exact type."""

    path: Path
    cls: type

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        return type(obj) is self.cls


@final
@dataclass(frozen=True, slots=True, eq=False)
class SameObject(_AtPath):
    """It is this very object."""

    path: Path
    obj: object

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        return obj is self.obj

    def __eq__(self, other: object) -> bool:
        return type(other) is SameObject and other.obj is self.obj and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)


@final
@dataclass(frozen=True, slots=True)
class CellIs(_AtPath):
    """It is the cell with this identity.

    Others may have had that identity since. But whoever relies on it has such a guard for each path on which
    it was found, and all of them lead to one cell again.
    """

    path: Path
    cell_id: int

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        return id(obj) == self.cell_id


@final
@dataclass(frozen=True, slots=True, eq=False)
class FunctionIs(_AtPath):
    """It is a Python function with this code and these globals (its defaults and cells may differ).

    Nor has anything else been declared of it.
    """

    path: Path
    code: CodeType
    scope: dict[str, Any] = field(repr=False)
    stated: Declared | None = None

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        return (
            type(obj) is FunctionType
            and obj.__code__ is self.code
            and obj.__globals__ is self.scope
            and declared(obj) is self.stated
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is FunctionIs and other.code is self.code and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)


@final
@dataclass(frozen=True, slots=True)
class NoInstanceAttr(_AtPath):
    """The instance (or class, or module) itself holds nothing under this name."""

    path: Path
    name: str

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        return static_attr(obj, self.name) is MISSING


@final
@dataclass(frozen=True, slots=True, eq=False)
class ClassAttr:
    """Looking up `name` in the classes of `cls` finds this very object (or nothing: `MISSING`)."""

    cls: type
    name: str
    found: object

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""
        return False

    def holds(self, binding: Binding) -> bool:
        """Whether the live objects pass."""
        return find_in_mro(self.cls, self.name)[1] is self.found

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is ClassAttr
            and other.cls is self.cls
            and other.name == self.name
            and other.found is self.found
        )

    def __hash__(self) -> int:
        return hash((id(self.cls), self.name))


@final
@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """The classes of `cls`, in the order of lookup, are these very ones."""

    cls: type
    mro: tuple[type, ...]

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""
        return False

    def holds(self, binding: Binding) -> bool:
        """Whether no base has been replaced."""
        now = mro_of(self.cls)
        return now is self.mro or (len(now) == len(self.mro) and all(map(is_, now, self.mro)))

    def __eq__(self, other: object) -> bool:
        return type(other) is Lineage and other.cls is self.cls and other.mro is self.mro

    def __hash__(self) -> int:
        return id(self.cls)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Something about the state of a library, or of a class, that has no path.

    `test` is a function of a module, and is given what it is `about`: an analysis is remembered only if all
    that its guards refer to lasts (`durability`), and a closure does not say.
    """

    name: str
    test: Callable[..., bool] = field(repr=False)
    prepare: Callable[[], None] | None = field(default=None, repr=False)
    """What the library does once in a process, when it is first used: to be done before several tasks start,
    each of which would do it. It raises nothing, and nobody but the library can tell when it was done."""
    about: tuple[object, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""
        return False

    def holds(self, binding: Binding) -> bool:
        """Whether the library is in that state."""
        try:
            return self.test(*self.about)
        except (AttributeError, KeyError, TypeError, RuntimeError):
            return False


@final
@dataclass(frozen=True, slots=True)
class MadeOf(_AtPath):
    """All that the object leads to is of these packages (see `libraries.is_made_of`)."""

    path: Path
    packages: tuple[str, ...]

    def check(self, obj: object) -> bool:
        """Whether nothing of the program's has been hooked in."""
        from xcs_ast.effects.libraries import is_made_of

        return is_made_of(obj, self.packages)


@final
@dataclass(frozen=True, slots=True)
class ValueIs(_AtPath):
    """It is this builtin immutable."""

    path: Path
    value: Any

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        return type(obj) is type(self.value) and (obj is self.value or repr(obj) == repr(self.value))


@final
@dataclass(frozen=True, slots=True)
class EndsWith(_AtPath):
    """It is an exact string that ends so."""

    path: Path
    tail: str

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        return type(obj) is str and obj.endswith(self.tail)


@final
@dataclass(frozen=True, slots=True)
class ElementTypes(_AtPath):
    """A container of exact type `cls`; its elements (a dict's values) and keys have these types only."""

    path: Path
    cls: type
    elements: frozenset[type] | None
    keys: frozenset[type] = frozenset()

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        kind: object = type(obj)
        if kind is not self.cls:
            return False
        if self.cls is dict:
            return _are_of(self.elements, obj.values()) and _are_of(self.keys, obj)
        return _are_of(self.elements, obj)


@final
@dataclass(frozen=True, slots=True)
class LengthIs(_AtPath):
    """An exact list or tuple of this length."""

    path: Path
    cls: type
    length: int

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        kind: object = type(obj)
        return kind is self.cls and len(obj) == self.length


@final
@dataclass(frozen=True, slots=True)
class KeysAre(_AtPath):
    """An exact dict with these keys, builtin immutables all, in this order."""

    path: Path
    keys: tuple[Any, ...]

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        return (
            type(obj) is dict
            and len(obj) == len(self.keys)
            and _are_of(SCALARS, obj)
            and tuple(obj) == self.keys
        )


@final
@dataclass(frozen=True, slots=True)
class LacksKey(_AtPath):
    """An exact dict without this key."""

    path: Path
    key: Any

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        return type(obj) is dict and _are_of(SCALARS, obj) and self.key not in obj


@final
@dataclass(frozen=True, slots=True)
class TupleKeys(_AtPath):
    """An exact dict whose keys are all exact tuples of builtin immutables of these types."""

    path: Path
    inside: frozenset[type]

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        return type(obj) is dict and all(type(key) is tuple and _are_of(self.inside, key) for key in obj)


@final
@dataclass(frozen=True, slots=True)
class PlainTree(_AtPath):
    """Builtin data throughout: a container of these types in these types, with keys of those."""

    path: Path
    cls: type
    inside: frozenset[type]
    keys: frozenset[type]

    def check(self, obj: Any) -> bool:
        """Whether this object passes."""
        if type(obj) is not self.cls:
            return False
        found = scan_tree(obj)
        return found is not None and found[0] <= self.inside and found[1] <= self.keys


@final
@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """What `path` leads to is none of what `others` lead to, nor is one the dictionary of the other.

    With `deep`, nor is it anything that `path`'s holds in builtin containers.
    """

    path: Path
    others: tuple[Path, ...]
    deep: bool = False

    @property
    def varies(self) -> bool:
        """Whether it may come out differently for each item of the iteration."""
        return self.path.varies

    def holds(self, binding: Binding) -> bool:
        """Whether the live objects pass."""
        try:
            obj = self.path.resolve(binding)
            seen = {id(obj)}
            if self.deep and type(obj) in CONTAINERS and scan_tree(obj, seen := set()) is None:
                return False
            return not any(self._meets(obj, other.resolve(binding), seen) for other in self.others)
        except (Unresolvable, RuntimeError):
            return False

    def _meets(self, obj: object, other: object, seen: set[int]) -> bool:
        if id(other) in seen:
            return True
        if type(other) is dict:
            return type(obj) is not dict and instance_dict(obj) is other
        return (self.deep or type(obj) is dict) and id(instance_dict(other)) in seen


def _are_of(kinds: frozenset[type] | None, objects: Iterable[object]) -> bool:
    """Whether all are of these types (`None`: of any). By identity: else metaclasses would be asked."""
    return kinds is None or set(map(id, kinds)).issuperset(map(id, map(type, objects)))


def scan_tree(root: Any, seen: set[int] | None = None) -> tuple[frozenset[type], frozenset[type]] | None:
    """The types inside a container and those of its dictionaries' keys; `None` unless all is builtin data.

    `seen` receives the identities of all containers.
    """
    inside: set[type] = set()
    keys: set[type] = set()
    seen = set() if seen is None else seen
    todo: list[Any] = [root]
    while todo:
        obj = todo.pop()
        if id(obj) in seen:
            continue
        seen.add(id(obj))
        if len(seen) > TREE_LIMIT:
            return None
        elements = obj
        if type(obj) is dict:
            of_keys = kinds_of(obj)
            if of_keys is None:
                return None
            keys |= of_keys
            elements = obj.values()
        elif type(obj) is bytearray:
            continue
        kinds = kinds_of(elements)
        if kinds is None:
            return None
        inside |= kinds
        if kinds - SCALARS:
            for element in elements:
                kind = type(element)
                if kind not in SCALARS:
                    if kind not in CONTAINERS:
                        return None
                    todo.append(element)
    return (frozenset(inside), frozenset(keys)) if keys <= SCALARS else None
