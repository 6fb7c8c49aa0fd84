"""What the recorder may hand to C code: shared containers as the task sees them, never the real ones.

Guarantees: C code that is given the answer of `view` reads nothing shared that has not been logged, meets the
task's own pending writes, and calls no special method in Python of the kinds that were named. Where
that can't be had, the task waits.
Assumes: what C code is given a view of, it only looks at; it neither keeps nor returns it.
"""

from __future__ import annotations

import datetime
import functools
import io
import re
import sys
import types
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Collection
from typing import Any, Final, Never

from xcs_ast.effects import catalog
from xcs_ast.effects import entries as e
from xcs_ast.effects.resolve import PLAIN_GETATTRIBUTE, among, class_name, is_class, mro_of
from xcs_ast.ir.paths import instance_dict
from xcs_ast.native import use_own
from xcs_ast.tracer import kinds
from xcs_ast.tracer.clones import is_clone
from xcs_ast.tracer.state import StateHooks

use_own(globals())

__all__ = ["CONTAINERS", "IMMUTABLE", "SCALARS", "SHALLOW", "Views", "is_generated"]

SCALARS: Final = e.SCALARS
CONTAINERS: Final = (list, dict, set, frozenset, tuple, deque)
"""The exact classes that a view goes into."""
SHALLOW: Final = frozenset(
    (
        "__len__",
        "__bool__",
        "__iter__",
        "__index__",
        "__int__",
        "__float__",
        "__getitem__",
        "__next__",
        "__fspath__",
    )
)
"""Special methods of a builtin container that don't look into its elements."""
IMMUTABLE: Final = (
    *SCALARS, range, slice, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType, types.GenericAlias,
    types.UnionType, types.CodeType, property,
)  # fmt: skip
"""Exact classes whose instances C code may hold: what changes in them, no C code reads."""
_C_CLASSES: Final = (
    deque, OrderedDict, defaultdict, datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
    datetime.timezone, functools.partial, re.Pattern, re.Match, io.StringIO, io.BytesIO, io.TextIOWrapper,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.SimpleNamespace,
    property, staticmethod, classmethod,
)  # fmt: skip
_GENERIC: Final = (
    *PLAIN_GETATTRIBUTE,
    *(vars(cls)["__getattribute__"] for cls in _C_CLASSES if "__getattribute__" in vars(cls)),
)
"""Implementations of attribute access in C that go by the usual rules."""
_GENERIC_STORE: Final = tuple(
    vars(cls)["__setattr__"] for cls in (BaseException,) if "__setattr__" in vars(cls)
)
_TUPLE_GETTER: Final = type(namedtuple("_Sample", "a").a)  # type: ignore[attr-defined]
_MAPS: Final = (OrderedDict, defaultdict, Counter)
_BASES: Final = (
    object, int, float, complex, bool, str, bytes, type(None), tuple, list, dict, set, frozenset, type,
    BaseException,
)  # fmt: skip
_GENUINE_ENUM: Final = frozenset(("__hash__", "__reduce_ex__"))
_CHANGING: Final = frozenset(
    {"__iadd__", "__iand__", "__ifloordiv__", "__ilshift__", "__imatmul__", "__imod__", "__imul__", "__ior__"}
    | {"__ipow__", "__irshift__", "__isub__", "__itruediv__", "__ixor__", "__setitem__", "__delitem__"}
)
"""Special methods that change the object that they are called on."""


class Views(StateHooks):
    """State, seen through copies where C code is to look at it."""

    __slots__ = ()

    # ------------------------------------------------------------------------------------- asking the state

    def wait(self, reason: str) -> Never:
        """What the task wants can't be held back: it goes no further ahead."""
        raise NotImplementedError

    def owns(self, obj: object) -> bool:
        """Whether the task made this object, and nothing else knows it."""
        return self.transaction.owns(obj)

    def adopt(self, obj: Any) -> Any:
        """Registers an object that the task has just made."""
        raise NotImplementedError

    def adopt_tree(self, obj: Any) -> Any:
        """Registers a tree of builtin containers that the task has just made."""
        if type(obj) not in SCALARS:
            self.transaction.adopt_tree(obj)
        return obj

    def _load(self, o: Any, name: str) -> Any:
        cls = type(o)
        if cls is types.GeneratorType and is_clone(o.gi_code):
            # Not registered anywhere: a generator that the program drops is to be closed at once.
            return getattr(o, name)
        if (
            cls is not types.MethodType
            and cls is not super
            and cls is not types.ModuleType
            and not is_class(o)
        ) and among(self.class_attr(cls, "__getattribute__"), _GENERIC):
            return self.plain_load_attr(o, name, cls)
        return super()._load(o, name)

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        if self.successor is not None:
            self.successor.store_attr(value, o, name)
            return
        cls = type(o)
        if issubclass(cls, BaseException) and among(self.settled(cls, "__setattr__"), _GENERIC_STORE):
            self.plain_store_attr(value, o, name, cls)
        else:
            super().store_attr(value, o, name)

    def _load_data(self, o: Any, name: str, found: Any) -> Any:
        if type(found) is _TUPLE_GETTER and issubclass(type(o), tuple):
            return found.__get__(o, type(o))
        return super()._load_data(o, name, found)

    def _load_getset(self, o: Any, name: str, found: Any) -> Any:
        entry = catalog.for_attr(type(o), name)
        if name == "__traceback__":
            return self.wait("looks at a traceback")
        described = entry is not None and entry.owner != "builtins.object" and entry.unknown_reason is None
        if described and all(self._is_passive(clause, o) for clause in entry.clauses):  # type: ignore[union-attr]
            return found.__get__(o, type(o))
        return super()._load_getset(o, name, found)

    def untouched(self, obj: Any) -> bool:
        """Whether the task holds back no change of this object."""
        segment = self.transaction.segment
        if type(obj) in CONTAINERS:
            return segment.untouched(obj)
        space = instance_dict(obj)
        return space is None or segment.untouched(space)

    def content(self, obj: Any) -> Any:
        """The object itself if C code may read it natively; else a copy of what the task sees in it."""
        kind = type(obj)
        if kind is tuple or kind is frozenset or self.owns(obj):
            return obj
        return self.snapshot(obj)

    # ------------------------------------------------------------------------------------------------ views

    def view(self, obj: Any, methods: Collection[str] = (), *, data: bool = False) -> Any:
        """`obj`, or a copy, for C code that looks inside and calls these methods.

        With `data`, everything inside must be builtin data.
        """
        if type(obj) in SCALARS:
            return obj
        if not _CHANGING.isdisjoint(methods) and not self.owns(obj):
            # Of a copy, the change would be lost.
            return self.wait("lets C code change shared data in place")
        return self._view(obj, methods, data, {}, 0)

    def _view(self, obj: Any, methods: Collection[str], data: bool, memo: dict[int, Any], depth: int) -> Any:
        kind = type(obj)
        if kind in SCALARS:
            return obj
        if kind in _MAPS:
            self._view_map(self.content(obj), methods, data, memo, depth)
            return self.content(obj)
        if kind not in CONTAINERS:
            if kind is bytearray and self.owns(obj):
                return obj
            if data:
                return self.wait(f"hands C code data with a {class_name(kind)} in it")
            self.check_leaf(obj, methods)
            return obj
        known = memo.get(id(obj), memo)
        if known is not memo:
            if known is None:
                return self.wait("hands C code a container that contains itself")
            return known[1]
        if depth > 60:
            return self.wait("hands C code data that is nested too deeply")
        memo[id(obj)] = None
        seen = self.content(obj)
        deeper = [m for m in methods if m not in SHALLOW]
        out = seen
        if data or deeper:
            out = self._view_parts(kind, seen, deeper, data, memo, depth + 1)
        memo[id(obj)] = (obj, out)
        return out

    def _view_map(
        self, seen: Any, methods: Collection[str], data: bool, memo: dict[int, Any], depth: int
    ) -> None:
        deeper = [m for m in methods if m not in SHALLOW]
        if data or deeper:
            for part in (*seen, *seen.values()):
                if self._view(part, deeper, data, memo, depth + 1) is not part:
                    self.wait("hands C code a mapping with something shared in it")

    def _view_parts(
        self, kind: type, seen: Any, methods: Collection[str], data: bool, memo: dict[int, Any], depth: int
    ) -> Any:
        if kind is dict:
            changed = False
            pairs: dict[Any, Any] = {}
            for key, value in seen.items():
                self._view(key, methods, data, memo, depth)
                shown = self._view(value, methods, data, memo, depth)
                changed = changed or shown is not value
                pairs[key] = shown
            return pairs if changed else seen
        parts = [self._view(part, methods, data, memo, depth) for part in seen]
        if all(a is b for a, b in zip(parts, seen, strict=True)):
            return seen
        return deque(parts, seen.maxlen) if kind is deque else kind(parts)

    def check_leaf(self, obj: Any, methods: Collection[str]) -> None:
        """Waits if one of these special methods of the object may run code that is not known."""
        for method in methods:
            if not self.is_harmless(obj, method):
                self.wait(f"{class_name(type(obj))}.{method} may run code of the program's")

    def is_harmless(self, obj: Any, method: str, other: Any = kinds.MISSING) -> bool:
        """Whether this special method, called by C code on this object, does nothing that shows.

        `other` is the other operand, where it is known.
        """
        if type(obj) in SCALARS:
            return True
        cls = self.kind_of(obj)
        owner, found = self.find_settled(cls, method)  # somebody may put another one there
        if owner is None or found is None:
            return True
        if method == "__hash__" or method == "__eq__":
            kind = self.generated_fields(cls, method)
            if kind is not None:
                return self._fields_are_plain(obj, kind)
        if type(found) is types.FunctionType and (
            catalog.for_method(cls, method) is None or (_is_enum(owner) and owner.__module__ == "enum")
        ):
            return method in _GENUINE_ENUM and _is_enum(owner) and owner.__module__ == "enum"
        if owner in _BASES:
            return self._base_is_harmless(obj, owner, method)
        entry = catalog.for_method(cls, method)
        if entry is None:
            return False
        return all(self._is_passive(clause, obj, other) for clause in entry.clauses)

    def _base_is_harmless(self, obj: Any, owner: type, method: str) -> bool:
        cls = type(obj)
        if owner is object:
            follows = {"__str__": "__repr__", "__format__": "__str__", "__ne__": "__eq__"}.get(method)
            return follows is None or self.is_harmless(obj, follows)
        if owner is BaseException:
            if method not in ("__str__", "__repr__"):
                return True
            args = BaseException.args.__get__(obj)  # type: ignore[attr-defined]
            return self.owns(obj) and all(type(arg) in SCALARS for arg in args)
        if owner in (list, dict, set, frozenset, tuple):
            # The state of an instance of a subclass: C code reads it past the recorder.
            if cls in (tuple, frozenset) or issubclass(cls, (tuple, frozenset)):
                return all(type(part) in SCALARS for part in owner.__iter__(obj))
            return self.owns(obj) and (
                method in SHALLOW or all(type(part) in SCALARS for part in owner.__iter__(obj))
            )
        if owner is type:
            return mro_of(type(obj))[0] is type or method in ("__hash__", "__eq__", "__ne__")
        return True

    def _is_passive(self, clause: e.Clause, obj: Any, other: Any = kinds.MISSING) -> bool:
        if type(clause) is e.Exact and clause.subject == e.Arg(0) and other is not kinds.MISSING:
            allowed = [catalog.class_named(name) for name in clause.classes]
            return type(other) in SCALARS or any(type(other) is cls for cls in allowed)
        if type(clause) is e.Touch:
            if clause.kind is e.ClauseKind.IGNORES:
                return True
            return clause.kind is e.ClauseKind.READS and (
                self.owns(obj) or type(clause.subject) is not e.Self
            )
        return False

    def _fields_are_plain(self, obj: Any, fields: tuple[str, ...]) -> bool:
        """Whether all these fields hold scalars, and C code would meet them. Their reads are logged."""
        return all(self._field_is_plain(obj, name) for name in fields)

    def _field_is_plain(self, obj: Any, name: str) -> bool:
        value = self.load_attr(obj, name)
        if type(value) not in SCALARS or self.owns(obj):
            return type(value) in SCALARS
        held = kinds.class_lookup(type(obj), name)
        if held is not kinds.MISSING and type(held) not in (*SCALARS, types.MemberDescriptorType):
            return False
        # A change that is held back would not be met.
        return kinds.same(object.__getattribute__(obj, name), value)

    def generated_fields(self, cls: type, method: str) -> tuple[str, ...] | None:
        """The fields that a method which `dataclass` compiled goes by; `None` if it did not."""
        owner, found = self.find_settled(cls, method)
        if owner is None or type(found) is not types.FunctionType:
            return None
        code = self.code_of(found)
        if not is_generated(found, code):
            return None
        known = _compiled.get(id(code))
        if known is not None and known[0] is code:
            return known[1]
        fields = owner.__dict__.get("__dataclass_fields__")
        if type(fields) is not dict:
            return None
        if method == "__repr__":
            inner: Any = found.__closure__[code.co_freevars.index("user_function")]  # type: ignore[index]
            code = self.code_of(inner.cell_contents)
        chosen = []
        for field in list(fields.values()):
            if field._field_type.name != "_FIELD":
                continue
            if method == "__hash__":
                if field.compare if field.hash is None else field.hash:
                    chosen.append(field.name)
            elif method == "__repr__":
                if field.repr:
                    chosen.append(field.name)
            elif field.compare:
                chosen.append(field.name)
        before, after = _NAMED_BESIDE[method]
        if code.co_names != tuple(dict.fromkeys((*before, *chosen, *after))):
            # What was compiled is what counts, whatever has become of the fields since.
            return None
        if method != "__repr__":
            if len(_compiled) >= _LIMIT:
                _compiled.clear()
            _compiled[id(code)] = code, tuple(chosen)
        return tuple(chosen)

    def code_of(self, function: types.FunctionType) -> types.CodeType:
        """The code of a function that is not run as a clone; logged."""
        key = (id(function), "code")
        code: Any = self.transaction.segment.probed.get(key)
        if code is None:
            code = self.transaction.probe(lambda: function.__code__, key)
        return code  # type: ignore[no-any-return]


_LIMIT: Final = 4_096
_compiled: dict[int, tuple[types.CodeType, tuple[str, ...]]] = {}
"""Of code that `dataclass` compiled: the fields that it goes by."""
_NAMED_BESIDE: Final = {
    "__eq__": (("__class__",), ("NotImplemented",)),
    "__hash__": (("hash",), ()),
    "__repr__": (("__class__", "__qualname__"), ()),
}
"""What the methods that `dataclass` compiles name before and after their fields."""


def is_generated(function: types.FunctionType, code: types.CodeType) -> bool:
    """Whether it was compiled from a string by `dataclasses`."""
    if code.co_filename == "<string>":
        return function.__name__ in ("__init__", "__eq__", "__hash__")
    # `__repr__` stands behind a guard against recursion of the library's.
    return (
        function.__name__ == "__repr__"
        and code.co_freevars == _REPR_GUARD[-len(code.co_freevars) :]
        and code.co_filename in (_own_file("dataclasses"), _own_file("reprlib"))
        and function.__qualname__.endswith(".__repr__")
    )


_REPR_GUARD: Final = ("fillvalue", "repr_running", "user_function")


def _own_file(module: str) -> object:
    return getattr(sys.modules.get(module), "__file__", None)


def _is_enum(cls: object) -> bool:
    return is_class(cls) and type(cls).__module__ == "enum"
