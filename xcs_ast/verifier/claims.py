"""What the static analysis claims of one task, on live objects: the right-hand side of `observed ⊆ static`.

Formal statement. A claim is an effect of the task's stages, its location resolved in the task's binding. An
observed access A *is covered by* a claim C iff everything that conflicts with A (see `conflicts`) conflicts
with C:

- both concern one place: the same owner (`is`), and C's field is A's, or all of the owner (`CONTENT`,
  `WHOLE`; `DEEP`: that of everything inside the builtin containers below it). An attribute of an instance is,
  also, the key of that name in the instance's dictionary; a global is a key of its module's dictionary. What
  a class lookup finds is an attribute of every class that can be assigned to, from the first of the lookup
  order to the one that has it: each must be covered.
- if A changes the place, so does C (an increment changes it). A claim of a change covers a read.
- a variable of a closure: C is the same cell, or one of that name that is not known more closely;
- a channel: C is the channel of that name, and ordered if A is.

An unknown effect covers everything. What needs no cover (`needs_cover`), because nobody in a region that has
claims can change it (to assign it is an unknown effect, or impossible), so that no dependence can come of it:

1. reads of immutable builtin objects: scalars, tuples, frozensets, ranges, slices, code, builtin functions,
   bound methods, `partial` (its function and arguments), `property` and the like; the builtin part of an
   instance of a subclass of `tuple`, `str`, ...;
2. a function's code, closure, globals, defaults; `__name__`, `__qualname__`, `__module__`, `__doc__` of
   functions and classes; `__class__` of anything; the cell `__class__`;
3. globals of modules of the standard library, and `__builtins__` (functions have it from when they were
   made); lookups in classes that end before they meet one that can be assigned to, or meet classes of the
   standard library alone, or are in an enumeration (whose class refuses assignments), or of a name that the
   metaclass has, too (`__setattr__`, `__init__`, ...), or end at a member of a builtin class that is no
   special method (`args` of an exception), or that look for a special method and find none (Python and the
   recorder ask for `__getattr__`, `__len__`, ... in different cases); an enumeration member's name and value;
   attributes of a library's objects of which a model says that they never change;
4. the variables of the function that holds the region, of which the frontend hands over those that the region
   leaves as they are (the read must see the very value of the binding);
5. what an external call returned that the user declared, or a model describes, and all inside it: that it is
   new, or nobody's concern, is what the declaration says.

Guarantees: no user code runs; `covers` says yes only as stated. Assumes: the state is the one that the task
saw (its reads have been validated, its log has not been replayed), and the guards of the analysis hold in the
binding.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Iterable, Iterator
from enum import EnumMeta
from typing import Any, Final, Protocol, final

import xcs_ast.effects.catalog as catalog
from xcs_ast.effects import RegionEffects
from xcs_ast.effects.resolve import (
    find_in_mro,
    is_class,
    is_library,
    is_mutable_class,
    models_may_rely_on,
    module_of,
    mro_of,
)
from xcs_ast.effects.values import SCALARS
from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, Access, CellVar, Channel, Effect, Location, Summary
from xcs_ast.ir.paths import Binding, Unresolvable, instance_dict
from xcs_ast.native import use_own
from xcs_ast.records import dataclass
from xcs_ast.verifier.conflicts import reachable

use_own(globals())

__all__ = ["Claims", "Observed", "needs_cover"]


class Observed(Protocol):
    """One access of a task, as a recorder logged it."""

    @property
    def kind(self) -> str:
        """`read`, `write`, `reduce`, `channel` (an ordered use), or `call` (an unordered external call)."""

    @property
    def owner(self) -> object:
        """The object; a module's dictionary; a class, for a lookup; a cell; the callee of a call."""

    @property
    def field(self) -> str:
        """The attribute, the variable, `CONTENT`, the channel."""


_CHANGES: Final = frozenset({"write", "reduce"})
_ALL: Final = frozenset({CONTENT, WHOLE, DEEP})
_TEXTS: Final = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})
_OF_FUNCTIONS: Final = _TEXTS | {
    "__code__", "__closure__", "__globals__", "__defaults__", "__kwdefaults__", "__builtins__",
}  # fmt: skip
_OF_ENUMS: Final = frozenset({"_value_", "_name_", "value", "name"})
_IMMUTABLE: Final[frozenset[type]] = SCALARS | {
    tuple, frozenset, range, slice, types.CodeType, types.BuiltinFunctionType, types.MethodType,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType,
    types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType,
    property, staticmethod, classmethod,
}  # fmt: skip
_IMMUTABLE_PARTS: Final = (tuple, frozenset, str, bytes, int, float, complex)


def needs_cover(access: Observed, binding: Binding) -> bool:
    """Whether a dependence could come of it at all; see the module's docstring for what does not."""
    if access.kind != "read":
        return True
    owner, field = access.owner, access.field
    kind = type(owner)
    if field == "__class__":
        return False
    if kind is types.CellType:
        return not _is_of_the_region(owner, field, binding)  # type: ignore[arg-type]
    if kind in _IMMUTABLE or (field in _ALL and issubclass(kind, _IMMUTABLE_PARTS)):
        return False
    if kind is functools.partial:
        return field not in ("func", "args")
    if kind is types.FunctionType:
        return field not in _OF_FUNCTIONS
    if is_class(owner):
        return field not in _TEXTS and bool(_assignable(owner, field))
    if field == "__builtins__" and type(owner) is dict:
        return False
    if _is_library_space(owner):
        return False
    if issubclass(type(kind), EnumMeta) and field in _OF_ENUMS:
        return False
    return not _is_constant(kind, field)


def _is_constant(cls: type, field: str) -> bool:
    """Whether a model says that this attribute of a library's objects never changes."""
    entry = catalog.for_attr(cls, field) if models_may_rely_on(cls) else None
    return entry is not None and not entry.clauses and entry.unknown_reason is None


def _is_library_space(owner: object) -> bool:
    """Whether it is a module of the standard library, or the dictionary of one."""
    space = _space_of(owner) if issubclass(type(owner), types.ModuleType) else owner
    if type(space) is not dict:
        return False
    name = space.get("__name__")
    if type(name) is not str or not is_library(name):
        return False
    module = sys.modules.get(name)
    return type(module) is types.ModuleType and module.__dict__ is space


_namespace: Final[Any] = vars(types.ModuleType)["__dict__"]


def _space_of(owner: object) -> dict[str, object] | None:
    if issubclass(type(owner), types.ModuleType):
        space: dict[str, object] = _namespace.__get__(owner)
        return space
    return instance_dict(owner)


def _is_of_the_region(cell: types.CellType, name: str, binding: Binding) -> bool:
    try:
        return name in binding.env and cell.cell_contents is binding.env[name]
    except ValueError:
        return False


def _assignable(cls: type, name: str) -> list[type]:
    """The classes that a lookup meets and whose attributes a region might assign."""
    if issubclass(type(cls), EnumMeta) or find_in_mro(type(cls), name)[0] is not None:
        return []
    if catalog.default.for_attr(cls, name) is not None or catalog.default.for_method(cls, name) is not None:
        return []  # the model speaks for it
    found, _ = find_in_mro(cls, name)
    if found is None and (issubclass(cls, type) or _is_special(name)):
        # A metaclass is asked first for whatever is read from a class, for the sake of data descriptors.
        return []
    if found is not None and not is_mutable_class(found) and not _is_special(name):
        return []
    out = []
    for base in mro_of(cls):
        if is_mutable_class(base) and not is_library(module_of(base)):
            out.append(base)
        if base is found:
            break
    return out


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


@final
@dataclass(slots=True)
class _Claim:
    """One effect, and whether anything was observed that it covers."""

    effect: Effect
    changes: bool
    seen: bool = False


@final
class Claims:
    """The claims of one task. Holds the user's objects: to be dropped with the task."""

    __slots__ = ("_binding", "_cells", "_channels", "_keep", "_places", "all", "unknown", "vague")

    def __init__(self, summaries: Iterable[Summary], binding: Binding) -> None:
        self._binding = binding
        self._places: dict[int, list[tuple[str, _Claim]]] = {}
        self._cells: list[tuple[CellVar, _Claim]] = []
        self._channels: list[tuple[str, _Claim]] = []
        self._keep: list[object] = []
        self.all: list[_Claim] = []
        self.unknown = False
        """Whether anything at all is claimed."""
        self.vague = False
        """Whether there is a claim of more than can be looked at: then there is no statement."""
        for summary in summaries:
            for effect in summary.effects:
                self._add(effect)

    @staticmethod
    def of(effects: RegionEffects, prefix: int, binding: Binding) -> Claims:
        """Of the first `prefix` stages."""
        return Claims(effects.stages[:prefix], binding)

    def _add(self, effect: Effect) -> None:
        claim = _Claim(effect, effect.access is not Access.READ)
        where = effect.where
        if isinstance(where, Location):
            self.all.append(claim)
            self._add_location(where, claim)
        elif isinstance(where, CellVar):
            self.all.append(claim)
            self._cells.append((where, claim))
        elif isinstance(where, Channel):
            self.all.append(claim)
            self._channels.append((where.name, claim))
        else:
            self.unknown = True

    def _add_location(self, location: Location, claim: _Claim) -> None:
        try:
            owner = location.owner.resolve(self._binding)
        except Unresolvable:
            return  # it leads nowhere, so nothing is claimed
        self._keep.append(owner)
        if location.field != DEEP:
            self._place(owner, location.field, claim)
            return
        try:
            inside = reachable(owner)
        except Unresolvable:
            self.vague = True
            return
        for obj in inside:
            self._keep.append(obj)
            self._places.setdefault(id(obj), []).append((DEEP, claim))

    def _place(self, owner: object, field: str, claim: _Claim) -> None:
        self._places.setdefault(id(owner), []).append((field, claim))
        space = None if field == CONTENT else _space_of(owner)
        if space is not None:
            self._places.setdefault(id(space), []).append((field, claim))

    # --------------------------------------------------------------------------------------------- covering

    def covers(self, access: Observed) -> bool:
        """Whether an access that needs cover has it."""
        if self.unknown:
            return True
        kind, owner, field = access.kind, access.owner, access.field
        if kind == "channel":
            return self._channel(field, ordered=True)
        if kind == "call":
            return self._call(owner, field)
        changes = kind in _CHANGES
        if type(owner) is types.CellType:
            return self._cell(owner, field, changes)
        if is_class(owner) and not changes:
            return False not in [
                self._covers_place(each, field, changes) for each in _assignable(owner, field)
            ]
        if field == DEEP:
            try:
                inside = [each for each in reachable(owner) if type(each) not in _IMMUTABLE]
            except Unresolvable:
                return False
            return self._covers_each(inside, CONTENT, changes)
        return self._covers_place(owner, field, changes)

    def _covers_each(self, owners: Iterable[object], field: str, changes: bool) -> bool:
        return False not in [self._covers_place(each, field, changes) for each in owners]

    def _covers_place(self, owner: object, field: str, changes: bool) -> bool:
        found = self._at(id(owner), field, changes)
        if field != CONTENT:
            space = _space_of(owner)
            if space is not None:
                found = self._at(id(space), field, changes) or found
        return found

    def _at(self, key: int, field: str, changes: bool) -> bool:
        found = False
        for claimed, claim in self._places.get(key, ()):
            if (claimed == field or claimed in _ALL) and (claim.changes or not changes):
                claim.seen = found = True
        return found

    def _cell(self, cell: types.CellType, name: str, changes: bool) -> bool:
        found = False
        for variable, claim in self._cells:
            same = variable.name == name if variable.cell_id is None else variable.cell_id == id(cell)
            if same and (claim.changes or not changes):
                claim.seen = found = True
        return found

    def _channel(self, name: str, *, ordered: bool) -> bool:
        found = False
        for channel, claim in self._channels:
            if channel == name and (claim.changes or not ordered):
                claim.seen = found = True
        return found

    def _call(self, callee: object, name: str) -> bool:
        """An unordered external call: the channel that its declaration or model names."""
        needed = tuple(channels_of(callee))
        return False not in [self._channel(channel, ordered=False) for channel in needed]

    def about(self, owner: object) -> Iterator[Effect]:
        """What is claimed of an object."""
        for _, claim in self._places.get(id(owner), ()):
            yield claim.effect


def channels_of(callee: Any) -> Iterator[str]:
    """The channels that a call certainly uses, as a declaration or a model says."""
    from xcs_ast.effects import catalog
    from xcs_ast.effects.declare import Declared, declared
    from xcs_ast.effects.entries import UsesChannel

    what = declared(callee)
    if what is Declared.UNORDERED or what is Declared.ORDERED:
        yield "network"
    elif what is None:
        entry = catalog.for_callable(callee)
        for clause in () if entry is None else entry.clauses:
            if type(clause) is UsesChannel:
                yield clause.name
