"""Access paths: where in the live heap a value was found, relative to what differs between tasks.

Guarantees: resolving a path runs no user code; it reads instance dictionaries, slots and exact
builtin containers only. Assumes: nobody resizes a container that is being resolved from another thread
(a resolution that fails is `Unresolvable`, which every caller treats as "not proven").
"""

from __future__ import annotations

import types
from collections.abc import Mapping

from xcs_ast.native import Final, final, unexpected, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = [
    "MISSING",
    "AttrStep",
    "Binding",
    "EnvRoot",
    "ItemRoot",
    "KeyStep",
    "Path",
    "PinnedRoot",
    "Root",
    "Step",
    "Unresolvable",
    "spell",
    "static_attr",
]


class Unresolvable(LookupError):
    """The path leads nowhere in this binding."""


@final
class _Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@final
@dataclass(frozen=True, slots=True)
class ItemRoot:
    """The item of the iteration: another object in every task."""


@final
@dataclass(frozen=True, slots=True)
class EnvRoot:
    """A variable of the function that holds the region, as it was when the region was entered."""

    name: str


@final
class PinnedRoot:
    """One particular live object (a module's dictionary, a class, a function); compared by identity."""

    __slots__ = ("obj",)
    obj: object

    def __init__(self, obj: object) -> None:
        self.obj = obj

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PinnedRoot) and other.obj is self.obj

    def __hash__(self) -> int:
        return id(self.obj)

    def __repr__(self) -> str:
        return f"PinnedRoot({type(self.obj).__qualname__} at {id(self.obj):#x})"


Root = ItemRoot | EnvRoot | PinnedRoot


@final
@dataclass(frozen=True, slots=True)
class AttrStep:
    """An attribute found in the instance itself (its dictionary or a slot), never through a class."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class KeyStep:
    """An element of an exact `list`, `tuple` (by index) or `dict` (by an exact builtin scalar key)."""

    key: str | int | bytes | bool | float | None


Step = AttrStep | KeyStep


@final
@dataclass(frozen=True, slots=True)
class Binding:
    """What the roots of a path stand for in one task: the item, and the region's variables."""

    item: object
    env: Mapping[str, object]


@final
class Path:
    """A root and the steps from it. Two paths may lead to one object: compare what they resolve to.

    Nothing in it changes. An analysis looks paths up all the time: the hash is computed once for each.
    """

    __slots__ = ("_hash", "root", "steps", "varies")
    __match_args__ = ("root", "steps")

    def __init__(self, root: Root, steps: tuple[Step, ...] = ()) -> None:
        self.root: Final = root
        self.steps: Final = steps
        self.varies: Final = type(root) is ItemRoot
        """Whether it may lead to another object in each task of one region."""
        self._hash = -1

    def __eq__(self, other: object) -> bool:
        if type(other) is not Path:
            return NotImplemented
        return self is other or (self.root == other.root and self.steps == other.steps)

    def __hash__(self) -> int:
        found = self._hash
        if found == -1:
            found = self._hash = hash((self.root, self.steps))
        return found

    def __reduce__(self) -> tuple[object, ...]:
        return Path, (self.root, self.steps)

    def __repr__(self) -> str:
        return f"Path(root={self.root!r}, steps={self.steps!r})"

    def then(self, step: Step) -> Path:
        """This path, one step longer."""
        return Path(self.root, (*self.steps, step))

    def resolve(self, binding: Binding) -> object:
        """The object that the path leads to.

        Raises:
            Unresolvable: some step has nothing to lead to.
        """
        match self.root:
            case ItemRoot():
                obj = binding.item
            case EnvRoot(name):
                if name not in binding.env:
                    raise Unresolvable(name)
                obj = binding.env[name]
            case PinnedRoot():
                obj = self.root.obj
            case _:
                raise unexpected(self.root)
        for step in self.steps:
            obj = _advance(obj, step)
        return obj


def _advance(obj: object, step: Step) -> object:
    match step:
        case AttrStep(name):
            found = static_attr(obj, name)
            if found is MISSING:
                raise Unresolvable(name)
            return found
        case KeyStep(key):
            kind = type(obj)
            try:
                if kind is list or kind is tuple or kind is dict:
                    return obj[key]  # type: ignore[index]
                if issubclass(kind, tuple):
                    return tuple.__getitem__(obj, key)  # type: ignore[call-overload]
            except (LookupError, TypeError):
                pass
            raise Unresolvable(repr(key))
        case _:
            raise unexpected(step)


_FUNCTION_FIELDS: Final = frozenset(
    {"__closure__", "__code__", "__defaults__", "__globals__", "__kwdefaults__"}
)
_HELD_IN_C: Final = {"tzinfo": ("datetime.datetime", "datetime.time")}
"""What C code gives out as it holds it, though by a descriptor that might compute, and whose."""


def static_attr(obj: object, name: str) -> object:
    """What `obj` itself holds under `name`, or `MISSING`: its instance dictionary, then its slots.

    Class attributes and computed attributes do not count; no user code runs. For a class, its own
    namespace counts (not that of its bases).
    """
    # Not isinstance: where the answer is no, that asks the object for `__class__`, which may be user code.
    if issubclass(type(obj), type):
        return type.__dict__["__dict__"].__get__(obj).get(name, MISSING)
    if type(obj) is types.ModuleType:
        return obj.__dict__.get(name, MISSING)
    if type(obj) is types.FunctionType and name in _FUNCTION_FIELDS:
        return getattr(obj, name)
    if type(obj) is types.CellType:
        try:
            return obj.cell_contents if name == "cell_contents" else MISSING
        except ValueError:
            return MISSING
    for base in type(obj).__mro__:
        found = base.__dict__.get(name, MISSING)
        if type(found) is types.MemberDescriptorType:
            try:
                return found.__get__(obj, type(obj))
            except AttributeError:
                return MISSING
        if type(found) is types.GetSetDescriptorType and name in _HELD_IN_C:
            owner = found.__objclass__
            if f"{owner.__module__}.{owner.__name__}" in _HELD_IN_C[name]:
                return found.__get__(obj, type(obj))
    instance = instance_dict(obj)
    return MISSING if instance is None else instance.get(name, MISSING)


def instance_dict(obj: object) -> dict[str, object] | None:
    """The dictionary of an instance, found without running user code; `None` where it has none."""
    for base in type(obj).__mro__:
        found = base.__dict__.get("__dict__", MISSING)
        if found is MISSING:
            continue
        # A module's is a member descriptor.
        if type(found) in (types.GetSetDescriptorType, types.MemberDescriptorType):
            inner = found.__get__(obj, type(obj))
            return inner if type(inner) is dict else None
        return None
    return None


def spell(path: Path, item: str, thing: str) -> str:
    """A path as text: `item.model`, `results`, `module llm`, `class Model`.

    `item` stands for the item of the iteration, `thing` (with `{}` for its class) for a pinned object.
    """
    match path.root:
        case ItemRoot():
            text = item
        case EnvRoot(name):
            text = name
        case PinnedRoot():
            text = _spell_object(path.root.obj, thing)
        case _:
            raise unexpected(path.root)
    for step in path.steps:
        match step:
            case AttrStep(name):
                text += f".{name}"
            case KeyStep(key):
                text += f"[{key!r}]"
            case _:
                raise unexpected(step)
    return text


def _spell_object(obj: object, thing: str) -> str:
    if type(obj) is dict and type(obj.get("__name__")) is str:
        return f"module {obj['__name__']}"
    if issubclass(type(obj), type):  # `isinstance` would ask the object for its class
        return f"class {obj.__qualname__}"  # type: ignore[attr-defined]
    return thing.format(type(obj).__qualname__)
