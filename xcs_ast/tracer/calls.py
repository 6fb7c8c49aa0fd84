"""Calls: what the recorder does with each kind of callable.

Guarantees: only code whose effects are known runs. Python functions run as clones, on this thread; C code
runs where its model allows it; what was declared `pure` or `unordered` runs as it is. All else waits.
Assumes: declarations are true.
"""

from __future__ import annotations

import functools
import operator
import os
import re
import types
import weakref
from collections.abc import Callable
from sys import getrefcount
from types import FunctionType
from typing import Any, Final

from xcs_ast.effects import catalog
from xcs_ast.effects.declare import Declared, declared
from xcs_ast.effects.entries import EntryKind
from xcs_ast.effects.resolve import class_name, find_in_mro, is_class, is_library
from xcs_ast.effects.text_codecs import OWN_CODEC, are_standard
from xcs_ast.ir.paths import MISSING
from xcs_ast.native import use_own
from xcs_ast.tracer import kinds
from xcs_ast.tracer.calls_methods import Methods
from xcs_ast.tracer.calls_views import CONTAINERS, SCALARS
from xcs_ast.tracer.clones import Link, Refusal, clone_of, is_clone
from xcs_ast.tracer.modelled import NO_RECEIVER
from xcs_ast.tracer.modelled_rules import entry_for, has_model, may_be_described

use_own(globals())

__all__ = ["CallHooks", "handler_of", "is_handled"]

_HANDLERS: Final[dict[Any, str]] = {
    len: "len", repr: "repr", ascii: "ascii", format: "format", hash: "hash", id: "id", callable: "callable",
    getattr: "getattr", hasattr: "hasattr", setattr: "setattr", delattr: "delattr", isinstance: "isinstance",
    issubclass: "issubclass", iter: "iter", next: "next", any: "any", all: "all", sum: "sum", min: "min",
    max: "max", sorted: "sorted", type: "type", bool: "bool", str: "str", map: "map", filter: "filter",
    zip: "zip", enumerate: "enumerate", reversed: "reversed", list: "list", tuple: "tuple", set: "set",
    frozenset: "frozenset", dict: "dict", range: "range", slice: "slice", object: "object",
}  # fmt: skip
_NUMBERS: Final[dict[Any, str]] = {
    int: "__int__", float: "__float__", abs: "__abs__", round: "__round__", complex: "__complex__",
    bin: "__index__", hex: "__index__", oct: "__index__", chr: "__index__",
}  # fmt: skip
_NOTED: Final = 4
"""References to what a declared function gave, where only we hold it: two notes of the call, and here."""
_GENERATOR: Final = 0x20
_CHANGED_DEFAULTS: Final = "a function whose keyword defaults the task has changed"
_COROUTINE: Final = 0x80 | 0x200
_C_METHODS: Final = (
    types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType
)  # fmt: skip
_C_BOUND: Final = type(re.compile("").search)
_LRU_CACHE: Final = type(functools.lru_cache(len))
_EXACT: Final = (*CONTAINERS,)


class CallHooks(Methods):
    """The dispatch."""

    __slots__ = ()

    link: Link
    called: dict[FunctionType, FunctionType]
    direct: dict[FunctionType, FunctionType]
    """Functions that are nothing but their clone: no declaration, no model, no generator."""
    bound: dict[FunctionType, type]
    """Functions that are nothing but that as methods of instances of a class, too."""
    generators: list[weakref.ref[Any]]

    # --------------------------------------------------------------------------------------------- entrance

    def call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """`o.name(*args, **kwargs)`."""
        return self._method(o, name, args, kwargs, True)

    def perform_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> object:
        """The same where nobody uses the result."""
        return self._method(o, name, args, kwargs, False)

    def _method(self, o: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        kind = type(o)
        if kind in SCALARS or kind in kinds.CONTAINERS or kind is tuple or kind is types.GeneratorType:
            found = find_in_mro(kind, name)[1]
            if type(found) in _C_METHODS:
                return self.c_method(found, o, args, kwargs, used)
        return self.dispatch(self.load_attr(o, name), args, kwargs, used)

    def dispatch(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        """Calls a live callable. `used`: whether anybody looks at the result."""
        self.transaction.check()
        kind = type(f)
        if kind is FunctionType:
            return self._function(f, args, kwargs)
        if kind is types.BuiltinFunctionType or kind is _C_BOUND:
            return self._builtin(f, args, kwargs, used)
        if kind is types.MethodType:
            return self._bound(f, args, kwargs, used)
        if kind in _C_METHODS:
            if not args:
                # It raises. Spread, Python 3.12 would word it in another way while a profile function is set.
                return f(**kwargs) if kwargs else f()
            return self.c_method(f, args[0], args[1:], kwargs, used)
        if kind is types.MethodWrapperType:
            # Behind `super()`, it is not what the class of the object has.
            found = type.__dict__["__dict__"].__get__(f.__objclass__).get(f.__name__)
            return self.c_method(found, f.__self__, args, kwargs, used)
        if is_class(f):
            return self._class(f, args, kwargs)
        return self._object(f, args, kwargs, used)

    def _object(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        kind = type(f)
        what = declared(f)
        if what is not None and what is not Declared.OFF:
            return self._declared(what, f, args, kwargs, None)
        if kind is functools.partial:
            function, given, named = f.func, f.args, f.keywords
            if not self.owns(f):
                probe = self.transaction.probe
                function = probe(lambda: f.func, (id(f), "func"))
                given, named = (
                    probe(lambda: f.args, (id(f), "args")),
                    probe(lambda: f.keywords, (id(f), "keywords")),
                )
            if type(named) is not dict:
                named = self.wait("calls a strange partial")
            elif not self.owns(f) or self.transaction.segment.knows(named):
                named = self.content(named)  # else made along with it, and nobody has looked at it since
            return self.dispatch(function, (*given, *args), {**named, **kwargs}, used)
        if kind is staticmethod:
            return self.dispatch(f.__func__, args, kwargs, used)
        if kind is _LRU_CACHE:
            entry = catalog.for_callable(f)
            if entry is not None:
                return self.run_entry(entry, f, NO_RECEIVER, args, kwargs)
            return self.leave("calls a function that keeps its results in a cache", f, args, kwargs)
        if kind is operator.attrgetter or kind is operator.methodcaller or kind is operator.itemgetter:
            return self.getter(f, args, kwargs)
        found = self.find_special(f, "__call__")
        if type(found) is FunctionType:
            return self._function(found, (f, *args), kwargs)
        if type(found) is staticmethod:
            return self.dispatch(found.__func__, args, kwargs, used)
        if found is None:
            return f(*args, **kwargs)  # raises
        entry = catalog.for_method(kind, "__call__")
        if entry is not None and type(found) in _C_METHODS:
            return self.run_entry(entry, found, f, args, kwargs)
        return self.leave(f"calls a {class_name(kind)}, which has no source and no model", f, args, kwargs)

    # -------------------------------------------------------------------------------------- Python functions

    def _function(self, f: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        what = declared(f)
        if what is not None and what is not Declared.OFF:
            return self._declared(what, f, args, kwargs, None)
        if f.__module__ == "logging":
            logger = self.logger_call(f)
            if logger is not None:
                return self.deferred_log(*logger, args, kwargs)
        entry = _entry_of(f)
        if args and may_be_described(f) and (entry is None or entry.unknown_reason is not None):
            entry = entry_for(f, type(args[0]))
            if entry is not None:
                return self.run_entry(entry, f, args[0], args[1:], kwargs)
        if entry is not None and entry.unknown_reason is None:
            if entry.kind is EntryKind.METHOD:
                return self.run_entry(entry, f, args[0], args[1:], kwargs) if args else f(*args, **kwargs)
            return self.run_entry(entry, f, NO_RECEIVER, args, kwargs)
        if f not in self.direct and not (args and has_model(f, type(args[0]))):
            self._note_direct(f)
        return self.run_clone(f, args, kwargs)

    def _note_direct(self, f: FunctionType) -> None:
        """Notes that a call of this function is a call of its clone, and nothing besides."""
        if f.__code__.co_flags & (_GENERATOR | _COROUTINE) or is_clone(f.__code__) or self.owns(f):
            return
        if f.__kwdefaults__ and not is_library(f.__module__):
            return  # To be looked at before each call.
        clone = clone_of(f, self.link)
        if type(clone) is FunctionType and not clone.__code__.co_flags & (_GENERATOR | _COROUTINE):
            if self.called.get(f) is not clone:
                self._note_function(f, clone)
            if f.__closure__:
                self.transaction.enter(f)
            self.direct[f] = clone

    def run_clone(self, f: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs the clone of a Python function."""
        if f.__code__.co_flags & _COROUTINE:
            return self.wait(f"calls the coroutine function {f.__qualname__}")
        clone: Any = f if is_clone(f.__code__) else clone_of(f, self.link)
        if type(clone) is Refusal:
            return self.leave(f"calls {f.__qualname__}: {clone.reason}", f, args, kwargs)
        if self.called.get(f) is not clone:
            self._note_function(f, clone)
        elif f.__kwdefaults__ and not self.transaction.segment.untouched(f.__kwdefaults__):
            self.wait(_CHANGED_DEFAULTS)
        if f.__closure__:
            self.transaction.enter(f)
        result = clone(*args, **kwargs)
        if clone.__code__.co_flags & _GENERATOR and type(result) is types.GeneratorType:
            self.watch(result)
        return result

    def _note_function(self, f: FunctionType, clone: FunctionType) -> None:
        """Logs what the clone was made from, once: code and defaults can be replaced."""
        known = self.called.setdefault(f, clone)
        if self.owns(f):
            return
        if known is clone:
            probe = self.transaction.probe
            probe(lambda: f.__code__)
            probe(lambda: f.__defaults__)
            probe(lambda: f.__kwdefaults__)
        if known is not clone or not (clone is f or self.link.is_current(clone, f)):
            # Since the clone was made; what was logged is not what it does.
            self.wait("calls a function whose code or defaults were replaced just then")
        named: Any = self.link.named_of(clone)
        if is_library(f.__module__):
            return  # Nobody changes them in their dictionary; a model does not speak of what is inside.
        if named is None:
            return
        seen = self.snapshot(named)
        if not _the_same(seen, named):
            self.wait(_CHANGED_DEFAULTS)
        if clone is not f:
            clone.__kwdefaults__ = seen  # what was logged is what it goes by

    def generator(self, gen: Any, /) -> Any:
        """A generator expression's generator, just made."""
        self.watch(gen)
        return gen

    def watch(self, gen: Any) -> None:
        """Notes a generator of the task's, as long as it is there."""
        raise NotImplementedError

    def doubt(self, error: BaseException | None) -> None:
        """The program is about to handle an exception."""
        raise NotImplementedError

    def is_own_generator(self, obj: Any) -> bool:
        """Whether it is a generator that the task has made."""
        return type(obj) is types.GeneratorType and is_clone(obj.gi_code)

    def iterate(self, x: Any, /) -> Any:
        """`iter(x)`."""
        if type(x) is types.GeneratorType and is_clone(x.gi_code):
            return x
        return super().iterate(x)

    def _declared(
        self,
        what: Declared,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        receiver: Any,
    ) -> Any:
        """A function of which the user says what it does."""
        if what is Declared.ORDERED:
            return self.leave("calls a function that is declared ordered", f, args, kwargs)
        first = args[1:] if receiver is not None and what is Declared.UNORDERED else args
        # Where calls may come in any order, so may what they read of their object.
        for arg in (*first, *kwargs.values()):
            self._argument(arg)
        # It may give an object of the task's another class or dictionary.
        self.transaction.fresh.forget_fields()
        result = self.transaction.ask(f, args, kwargs, what is Declared.UNORDERED)
        if (
            type(result) not in SCALARS
            and getrefcount(result) <= _NOTED
            and not weakref.getweakrefcount(result)
        ):
            self.adopt(result)  # nobody else can reach it
        return result

    def _argument(self, arg: Any) -> None:
        """Logs what a declared function may read of an argument; waits where the task has changed it."""
        todo, seen = [arg], set()
        while todo:
            obj = todo.pop()
            kind = type(obj)
            if kind in SCALARS or id(obj) in seen:
                continue
            seen.add(id(obj))
            if len(seen) > 10_000:
                self.wait("hands a declared function too much to look through")
            if kind in CONTAINERS:
                mutable = kind is not tuple and kind is not frozenset
                if mutable and not self.owns(obj) and not self.untouched(obj):
                    self.wait("hands a declared function something that the task has changed")
                parts = self.content(obj)
                todo += parts
                if kind is dict:
                    todo += parts.values()
            elif not self.untouched(obj):
                self.wait("hands a declared function something that the task has changed")

    # ---------------------------------------------------------------------------------------------- C code

    def _builtin(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        owner = f.__self__
        if owner is None or type(owner) is types.ModuleType:
            name = _HANDLERS.get(f)
            if name is not None:
                return getattr(self, "do_" + name)(args, kwargs)
            name = _NUMBERS.get(f)
            if name is not None:
                return self.do_number(f, name, args, kwargs)
            if f is print:
                return self.deferred_print(args, kwargs)
            hook = _OPERATORS.get(f)
            if hook is not None and len(args) == 2 and not kwargs:
                return getattr(self, hook[0])(hook[1], *args)
        elif is_class(owner):
            return self._class_method(f, owner, args, kwargs)
        else:
            found = find_in_mro(type(owner), f.__name__)[1]
            if type(f) is _C_BOUND:
                return self.c_method(found, owner, args, kwargs, used)
            if type(found) in _C_METHODS and catalog.for_callable(f) is catalog.for_method(
                type(owner), f.__name__
            ):
                return self.c_method(found, owner, args, kwargs, used)
        what = declared(f)
        if what is not None and what is not Declared.OFF:
            return self._declared(what, f, args, kwargs, None)
        entry = catalog.for_callable(f)
        if entry is None:
            return self.leave(f"calls {f.__qualname__}, which has no source and no model", f, args, kwargs)
        return self.run_entry(entry, f, NO_RECEIVER, args, kwargs)

    def _class_method(self, f: Any, owner: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if f.__name__ == "__new__":
            if args and is_class(args[0]) and self.settled(args[0], "__del__") is MISSING:
                return self.new_object(args[0], owner, args[1:], kwargs)
            return self.wait("calls __new__ in an unusual way")
        if f.__name__ == "fromkeys" and owner is dict and 1 <= len(args) <= 2:
            value = args[1] if len(args) == 2 else None
            return self.adopt({self.key(key): value for key in self.iterate(args[0])})
        entry = catalog.for_callable(f)
        if entry is None:
            return self.leave(f"calls {f.__qualname__}, which has no source and no model", f, args, kwargs)
        return self.run_entry(entry, f, NO_RECEIVER, args, kwargs)

    def c_method(self, f: Any, o: Any, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        """A method in C, found on the class of `o`, called on it."""
        kind, name = type(o), getattr(f, "__name__", "")
        if type(f) not in _C_METHODS or not issubclass(kind, f.__objclass__):
            return f(o, *args, **kwargs) if type(f) in _C_METHODS else self.wait("calls an unusual method")
        if kind is str and f.__objclass__ is str:
            return self.str_method(f, o, name, args, kwargs)
        if kind in SCALARS and all(type(arg) in SCALARS for arg in (*args, *kwargs.values())):
            if name == "decode" and not are_standard(args, kwargs):
                return self.wait(OWN_CODEC)
            return f(o, *args, **kwargs)
        if kind in kinds.CONTAINERS:
            if find_in_mro(kind, name)[1] is not f:
                return self.wait(f"calls a method of {class_name(f.__objclass__)} on a {class_name(kind)}")
            return self._container(f, o, name, args, kwargs, used)
        if not used and self.deferred_write(o, name, args) and not kwargs:
            return None
        special = self.by_hand(f, o, name, args, kwargs)
        if special is not NotImplemented:
            return special
        entry = catalog.for_method(kind, name)
        if entry is None and f.__objclass__.__module__ == "builtins":
            entry = catalog.for_callable(f)
        if entry is None:
            reason = f"calls {class_name(kind)}.{name}, which has no source and no model"
            return self.leave(reason, f, (o, *args), kwargs)
        return self.run_entry(entry, f, o, args, kwargs)

    def _container(
        self, f: Any, o: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool
    ) -> Any:
        if name == "sort" and type(o) is list and self.owns(o) and not args:
            # While it is sorted, the list looks empty.
            inside = list(o)
            o.clear()
            try:
                self.sort(inside, kwargs)
            finally:
                changed = bool(o)
                o[:] = inside
            if changed:
                raise ValueError("list modified during sort")
            return None
        if name in ("__repr__", "__str__") and not args:
            return self.repr_of(o)
        try:
            return self.container_method(o, name, args, kwargs, used)
        except kinds.Unsure as unsure:
            return self.wait(unsure.reason)

    def _bound(self, f: types.MethodType, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool) -> Any:
        function, receiver = f.__func__, f.__self__
        own = type(receiver) in kinds.CONTAINERS and type(function) is FunctionType
        if own and find_in_mro(type(receiver), function.__name__)[1] is function:
            try:
                return self.container_method(receiver, function.__name__, args, kwargs, used)
            except kinds.Unsure as unsure:
                return self.wait(unsure.reason)
        what = declared(function)
        if what is not None and what is not Declared.OFF:
            return self._declared(what, function, (receiver, *args), kwargs, receiver)
        logger = self.logger_call(f)
        if logger is not None:
            return self.deferred_log(*logger, args, kwargs)
        if type(function) is FunctionType:
            entry = catalog.for_callable(f) or self._method_entry(function, receiver)
            if entry is not None and entry.unknown_reason is None:
                return self.run_entry(entry, function, receiver, args, kwargs)
            if (
                receiver is os.environ
                and function.__name__ == "get"
                and function.__module__ == "collections.abc"
            ):
                return self.look_at_environment(args, kwargs)
            if function.__module__ != "logging" and receiver is not os.environ and not is_class(receiver):
                self.bound[function] = type(receiver)
        return self.dispatch(function, (receiver, *args), kwargs, used)

    def _method_entry(self, function: FunctionType, receiver: Any) -> Any:
        if _entry_of(function) is None:
            return None
        cls = receiver if is_class(receiver) else type(receiver)
        return catalog.for_method(cls, function.__name__)

    def _class(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        what = declared(cls)
        if what is not None and what is not Declared.OFF:
            return self._declared(what, cls, args, kwargs, None)
        if type(cls) is type:
            name = _HANDLERS.get(cls)
            if name is not None:
                return getattr(self, "do_" + name)(args, kwargs)
            name = _NUMBERS.get(cls)
            if name is not None:
                return self.do_number(cls, name, args, kwargs)
        return self.construct(cls, args, kwargs)


_OPERATORS: Final[dict[Any, tuple[str, str]]] = {
    operator.add: ("binary", "+"), operator.sub: ("binary", "-"), operator.mul: ("binary", "*"),
    operator.truediv: ("binary", "/"), operator.floordiv: ("binary", "//"), operator.mod: ("binary", "%"),
    operator.lt: ("compare", "<"), operator.le: ("compare", "<="), operator.gt: ("compare", ">"),
    operator.ge: ("compare", ">="), operator.eq: ("compare", "=="), operator.ne: ("compare", "!="),
}  # fmt: skip

_known: dict[types.CodeType, bool] = {}


def handler_of(f: Any) -> tuple[str, str]:
    """The handler of a builtin function or class, and a special method: by both, a call is told."""
    if type(f) is type and declared(f) is not None:
        return "", ""
    if f in _HANDLERS:
        return f"do_{_HANDLERS[f]}", ""
    return ("do_number", _NUMBERS[f]) if f in _NUMBERS else ("", "")


def is_handled(f: Any) -> bool:
    """Whether it is a builtin function or a class whose call does not ask who uses the result."""
    if type(f) is types.BuiltinFunctionType:
        return f in _HANDLERS or f in _NUMBERS
    return is_class(f)


def _entry_of(function: FunctionType) -> Any:
    """The model of a Python function, if it has one."""
    code = function.__code__
    without = _known.get(code)
    if without:
        return None
    entry = catalog.for_callable(function)
    if without is None and entry is None:
        if len(_known) > 20_000:
            _known.clear()
        section = catalog.default._for_function(function)
        _known[code] = section is None
    return entry


def _the_same(seen: dict[str, Any], real: dict[str, Any]) -> bool:
    return len(seen) == len(real) and all(real.get(name, MISSING) is seen[name] for name in seen)
