"""Calls: from a callable to the code that runs, and the binding of its arguments."""

from __future__ import annotations

import functools
import types

import xcs_ast.effects.catalog as catalog
import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.attributes import pinned
from xcs_ast.effects.binding import Arguments, identity_of, merge
from xcs_ast.effects.callables import annotated_result, entry_behind_cache, is_dataclass_helper, speaks_for
from xcs_ast.effects.declare import Declared, declared
from xcs_ast.effects.entries import EntryKind
from xcs_ast.effects.machine import DEPTH, FUNCTIONS, Frame, Sink, TooLarge
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import BOUND_C, builtins_of, class_name, find_in_mro, is_class, module_of
from xcs_ast.effects.scopes import scope_of
from xcs_ast.effects.values import (
    BOTTOM,
    Atom,
    Bound,
    New,
    Ref,
    Tup,
    UnknownAtom,
    Value,
    class_of,
    generalize,
    is_scalar,
    join,
    join_all,
    known,
    map_atoms,
    typed,
    unknown,
)
from xcs_ast.ir.effects import CONTENT, WHOLE, Access, Blocking
from xcs_ast.ir.paths import AttrStep, KeyStep, Path
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source import grammar as ast
from xcs_ast.source.lookup import FunctionNode, find_function

use_own(globals())

__all__ = ["Calls", "FunctionInfo"]

_lru_cache_wrapper: Final = type(functools.lru_cache(lambda: None))
_C_CALLABLES: Final = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.MethodWrapperType,
)
_DEPENDS_ON_LIFE: Final = frozenset({"weakref", "_weakrefset"})
_MANY_ACTIVE: Final = 3
_TOO_MANY_ACTIVE: Final = 12


@final
@dataclass(slots=True, eq=False)
class FunctionInfo:
    """A function that the code under analysis defines."""

    node: FunctionNode
    frame: Frame
    defaults: tuple[Value, ...]
    keyword_defaults: dict[str, Value]


class Calls(Arguments):
    """Everything that can be called."""

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[Any, tuple[Value, Sink]] = {}
        """The outcome of each activation in this pass."""
        self.table: dict[Any, Value] = {}
        """What each activation returned in any pass."""
        self.assumed: set[Any] = set()
        self.active: set[Any] = set()
        self.active_nodes: dict[int, int] = {}

    def run_body(self, node: FunctionNode, frame: Frame) -> Value:
        """Interprets a function's body; what it returns (for a generator: what it yields)."""
        raise NotImplementedError

    def construct(self, cls: type, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        """The value of calling a class."""
        raise NotImplementedError

    def run_dataclass_helper(self, name: str, args: Args, node: ast.AST | None) -> Value | None:
        """The value of `asdict` or `replace`; `None` where it is used in an unusual way."""
        raise NotImplementedError

    def run_generated(self, function: types.FunctionType, args: Args, node: ast.AST | None) -> Value:
        """The value of calling a function that `dataclasses` generated."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------------- dispatching

    def call(self, function: Value, args: Args, node: ast.AST | None) -> Value:
        """The value of a call."""
        return map_atoms(function, lambda atom: self.call_atom(atom, args, node))

    def call_atom(self, function: Atom, args: Args, node: ast.AST | None) -> Value:
        """The value of a call of one possible callee."""
        self.step()
        match function:
            case UnknownAtom(reason):
                return self.fail(reason, node, codes.UNKNOWN_CALL)
            case Bound(func, receiver, name):
                return self._call_bound(func, receiver, name, args, node)
            case Ref():
                return self._call_ref(function, args, node)
            case New(obj) if obj.cls is types.FunctionType:
                out = BOTTOM
                for info in tuple(self.get_payload(obj).values()):
                    out = join(out, self._call_info(info, args, node))
                return out
            case New(obj) if obj.cls is functools.partial and obj.payload is not None:
                out = BOTTOM
                for inner, given in tuple(self.get_payload(obj).values()):
                    out = join(out, self.call(inner, merge(given, args), node))
                return out
            case New():
                return self._call_object(function, args, node)
            case _:
                return BOTTOM

    def _call_bound(self, func: Atom, receiver: Atom, name: str, args: Args, node: ast.AST | None) -> Value:
        live = func.obj if type(func) is Ref else None
        if live is not None and name and declared(live) in (None, Declared.OFF):
            on_class = type(receiver) is Ref and is_class(receiver.obj)
            cls = receiver.obj if on_class else class_of(receiver)  # type: ignore[union-attr]
            if on_class and find_in_mro(type(cls), name)[1] is live:
                cls, on_class = type(cls), False  # a method of its metaclass
            if type(live) is types.FunctionType or issubclass(type(live), _C_CALLABLES):
                entry = catalog.for_method(cls, name) if is_class(cls) else None
                if entry is None and on_class:
                    entry = catalog.for_method(type(cls), name)
                if entry is None and issubclass(type(live), _C_CALLABLES):
                    # Reached through `super()`, or under another name: builtin types don't mind who calls.
                    holder = getattr(live, "__objclass__", None)
                    if is_class(holder) and module_of(holder) == "builtins":
                        entry = catalog.for_callable(live)
                if entry is not None:
                    return self.run_entry(entry, receiver, args, node)
                if issubclass(type(live), _C_CALLABLES) and is_class(cls):
                    return self._without_model(f"{module_of(cls)}.{class_name(cls)}.{name}", node)
        return self.call_atom(func, args.prepend(frozenset({receiver})), node)

    def _without_model(self, name: str, node: ast.AST | None) -> Value:
        return self.fail(f"calls {name}, which has no source and no model", node, codes.NO_MODEL)

    def _call_ref(self, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        obj = ref.obj
        kind = type(obj)
        what = declared(obj)
        if what is not None and what is not Declared.OFF:
            self.same(ref)
            return self._declared_call(ref, what, args, node)
        if kind is types.FunctionType:
            return self.call_function(ref, args, node)
        if is_class(obj):
            self.same(ref)
            return self.construct(obj, ref, args, node)
        if kind is types.MethodType:
            assert isinstance(obj, types.MethodType)
            self.exact(ref)
            (func,) = self.wrap(ref.path.then(AttrStep("__func__")), obj.__func__)
            (owner,) = self.wrap(ref.path.then(AttrStep("__self__")), obj.__self__)
            name = obj.__func__.__name__ if type(obj.__func__) is types.FunctionType else ""
            return self._call_bound(func, owner, name, args, node)
        if kind in BOUND_C or issubclass(kind, _C_CALLABLES):
            return self._call_c(ref, args, node)
        if kind is functools.partial:
            return self._call_partial(ref, args, node)
        if kind is _lru_cache_wrapper:
            return self._call_cached(ref, args, node)
        if kind is staticmethod:
            assert isinstance(obj, staticmethod)
            return self.call(self.wrap(ref.path.then(AttrStep("__func__")), obj.__func__), args, node)
        return self._call_object(ref, args, node)

    def _call_c(self, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        self.same(ref)
        obj: Any = ref.obj
        if obj is functools.reduce and 2 <= len(args.positional) <= 3 and args.rest is None:
            return self._reduce(args, node)
        entry = catalog.for_callable(obj)
        name = getattr(obj, "__qualname__", repr(type(obj)))
        if entry is None:
            module = getattr(obj, "__module__", None) or "builtins"
            return self._without_model(f"{module}.{name}", node)
        owner = getattr(obj, "__self__", None)
        if entry.kind is EntryKind.METHOD:
            if isinstance(obj, types.BuiltinFunctionType | types.MethodWrapperType):
                receiver: Atom = pinned(owner)
                return self.run_entry(entry, receiver, args, node)
            if not args.positional:
                return self._without_model(name, node)
            out = BOTTOM
            rest = Args(args.positional[1:], args.keywords, args.rest, args.more)
            for atom in args.positional[0]:
                out = join(out, self.run_entry(entry, atom, rest, node))
            return out
        if entry.kind is EntryKind.CLASSMETHOD and is_class(owner):
            return self.run_entry(entry, pinned(owner), args, node)
        return self.run_entry(entry, None, args, node)

    def _reduce(self, args: Args, node: ast.AST | None) -> Value:
        """`functools.reduce`: what the function returns is its next first argument."""
        element = self.iterate(args.positional[1], node)
        total = args.positional[2] if len(args.positional) > 2 else element
        for _ in range(4):
            more = join(total, self.call(args.positional[0], Args((total, element)), node))
            if more == total:
                return total
            total = generalize(more)
        return self.fail("reduces to a value that grows with every step", node)

    def _call_partial(self, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        self.exact(ref)
        obj: Any = ref.obj
        path = ref.path
        arguments = path.then(AttrStep("args"))
        self.guard(g.LengthIs(arguments, tuple, len(obj.args)))
        positional = tuple(self.wrap(arguments.then(KeyStep(i)), v) for i, v in enumerate(obj.args))
        holder = path.then(AttrStep("keywords"))
        self.guard(g.KeysAre(holder, tuple(obj.keywords)))
        self.reads(holder, "[]", node)
        keywords = {k: self.wrap(holder.then(KeyStep(k)), v) for k, v in obj.keywords.items()}
        function = self.wrap(path.then(AttrStep("func")), obj.func)
        return self.call(function, merge(Args(positional, keywords), args), node)

    def _call_cached(self, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        self.exact(ref)
        obj: Any = ref.obj
        entry = entry_behind_cache(obj)
        if entry is not None:
            self.same(ref)
            return self.run_entry(entry, None, args, node)
        self.store_shared(ref.path, obj, WHOLE, BOTTOM, node)
        inner = obj.__dict__.get("__wrapped__")
        path = ref.path.then(AttrStep("__wrapped__"))
        result = self.call(self.wrap(path, inner), args, node) if inner is not None else BOTTOM
        # An earlier call's result may come back: whatever it is, it is shared from then on.
        return result if all(is_scalar(a) for a in result) else unknown("uses what a cache returned")

    def _call_object(self, atom: Atom, args: Args, node: ast.AST | None) -> Value:
        """Calls an instance through its type's `__call__`."""
        cls = self.exact(atom)
        assert cls is not None
        owner, found = self.class_attr(cls, "__call__", node)
        if owner is None:
            return BOTTOM
        method = self._get_through(found, owner, atom, cls, "__call__", node)
        return self.call(method, args, node)

    def _declared_call(self, ref: Ref, what: Declared, args: Args, node: ast.AST | None) -> Value:
        if what is Declared.UNORDERED:
            self.channel("network", Access.READ, node)
            self.blocks(Blocking.LIKELY)
        elif what is Declared.ORDERED:
            self.channel("network", Access.WRITE, node)
            self.blocks(Blocking.LIKELY)
        function = ref.obj
        if type(function) is not types.FunctionType:
            return unknown("uses what a declared callable returned")
        annotated = annotated_result(function)
        if annotated is not None:
            return typed(annotated)
        outer, context = self.sink, self.context
        self.sink, self.context = Sink(), ("inferring", 0)
        try:
            inferred = self.call_function(ref, args, node)
        finally:
            self.sink, self.context = outer, context
        if known(inferred):
            return inferred
        return unknown(
            f"uses what {function.__qualname__} returned; annotate it with the builtin type that it returns"
        )

    # ------------------------------------------------------------------------------------ Python functions

    def call_function(self, ref: Ref, args: Args, node: ast.AST | None) -> Value:
        """Calls a live Python function."""
        function = ref.obj
        assert isinstance(function, types.FunctionType)
        code = function.__code__
        self.guard(g.FunctionIs(ref.path, code, function.__globals__, declared(function)))
        if _is_of_the_runtime(function):
            return self.fail(
                f"runs {function.__qualname__}, which runs tasks of its own", node, codes.NO_MODEL
            )
        if function.__kwdefaults__:
            # A dictionary that anybody may change, whereas positional defaults can only be replaced.
            self.reads(ref.path.then(AttrStep("__kwdefaults__")), CONTENT, node)
        if is_dataclass_helper(function):
            known_result = self.run_dataclass_helper(function.__name__, args, node)
            if known_result is not None:
                return known_result
        entry = catalog.for_callable(function)
        if (
            entry is not None
            and entry.kind is EntryKind.METHOD
            and args.positional
            and not all(speaks_for(entry, class_of(atom)) for atom in args.positional[0])
        ):
            entry = None  # A subclass may have replaced other methods, which this one calls.
        if entry is not None:
            self.same(ref)
            if entry.kind is EntryKind.METHOD and args.positional:
                rest = Args(args.positional[1:], args.keywords, args.rest, args.more)
                return map_atoms(args.positional[0], lambda atom: self.run_entry(entry, atom, rest, node))
            return self.run_entry(entry, None, args, node)
        if self.is_generated(function):
            return self.run_generated(function, args, node)
        if function.__module__ in _DEPENDS_ON_LIFE:
            return self.fail(f"uses {function.__qualname__}, which depends on what is still alive", node)
        source = find_function(code)
        if source is None:
            return self.fail(
                f"calls {function.__module__}.{function.__qualname__}, whose source is missing or changed",
                node,
                codes.NO_SOURCE,
            )
        frame = Frame(
            scope_of(source.node), function.__globals__, builtins_of(function.__globals__), source.filename
        )
        frame.function = function
        frame.path = ref.path
        frame.owner = source.owner
        defaults = self._live_defaults(function, ref.path, source.node)
        if defaults:
            self._which_defaults(function, ref.path)
        return self._enter(source.node, frame, args, defaults, node, function.__qualname__)

    def _live_defaults(
        self, function: types.FunctionType, path: Path, node: FunctionNode
    ) -> dict[str, Value]:
        """Default values are objects that existed before: one for all calls."""
        out: dict[str, Value] = {}
        given = function.__defaults__ or ()
        names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
        holder = path.then(AttrStep("__defaults__"))
        for index, (name, value) in enumerate(zip(names[len(names) - len(given) :], given, strict=True)):
            out[name] = self.wrap(holder.then(KeyStep(index)), value)
        holder = path.then(AttrStep("__kwdefaults__"))
        if function.__kwdefaults__:
            # This is a dictionary that anybody may change.
            self.reads(holder, CONTENT, node)
        for name, value in (function.__kwdefaults__ or {}).items():
            out[name] = self.wrap(holder.then(KeyStep(name)), value)
        return out

    def _which_defaults(self, function: types.FunctionType, path: Path) -> None:
        """Relies on which parameters have defaults."""
        given, named = function.__defaults__, function.__kwdefaults__
        at = path.then(AttrStep("__defaults__"))
        self.guard(g.ValueIs(at, None) if given is None else g.LengthIs(at, tuple, len(given)))
        at = path.then(AttrStep("__kwdefaults__"))
        self.guard(g.ValueIs(at, None) if named is None else g.KeysAre(at, tuple(named)))

    def _call_info(self, info: FunctionInfo, args: Args, node: ast.AST | None) -> Value:
        """Calls a function that the code under analysis defined."""
        outer = info.frame
        frame = Frame(scope_of(info.node), outer.space, outer.builtins, outer.filename)
        frame.offset, frame.blank = outer.offset, outer.blank
        frame.parent = outer
        frame.owner = outer.owner
        frame.path = outer.path
        names = [arg.arg for arg in (*info.node.args.posonlyargs, *info.node.args.args)]
        start = len(names) - len(info.defaults)
        defaults = dict(zip(names[start:], info.defaults, strict=True)) | info.keyword_defaults
        name = getattr(info.node, "name", "<lambda>")
        return self._enter(info.node, frame, args, defaults, node, name)

    def _enter(
        self,
        body: FunctionNode,
        frame: Frame,
        args: Args,
        defaults: dict[str, Value],
        node: ast.AST | None,
        name: str,
    ) -> Value:
        frame.node = body
        if isinstance(body, ast.AsyncFunctionDef):
            return self.fail(f"calls {name}, which is asynchronous", node, codes.UNSUPPORTED)
        if frame.scope.reflective:
            return self.fail(f"calls {name}, which looks at variables by name", node, codes.STACK_VISIBLE)
        if not self.bind(body, frame, args, defaults, node):
            if frame.function is not None and frame.path is not None:
                self._which_defaults(frame.function, frame.path)  # with others it might not raise
            return BOTTOM
        if frame.scope.yields:
            return self._generator(body, frame, node)
        return self._activate(body, frame, node)

    def _generator(self, body: FunctionNode, frame: Frame, node: ast.AST | None) -> Value:
        """A fresh generator. Its body runs when it is iterated, and perhaps when it is dropped."""
        obj = self.fresh(body, types.GeneratorType, identity_of(frame))
        given = dict(frame.locals)

        def run(at: ast.AST | None) -> Value:
            again = self._copy_frame(frame, given)
            return self._activate(body, again, at)

        key = (frame.path, *sorted(given.items(), key=lambda pair: pair[0]))
        self.add_payload(obj, key, run)
        run(node)
        return frozenset({New(obj)})

    def _copy_frame(self, frame: Frame, given: dict[str, Value]) -> Frame:
        again = Frame(frame.scope, frame.space, frame.builtins, frame.filename)
        again.offset, again.blank, again.owner = frame.offset, frame.blank, frame.owner
        again.parent, again.function, again.path, again.cells = (
            frame.parent,
            frame.function,
            frame.path,
            frame.cells,
        )
        again.node = frame.node
        again.locals = dict(given)
        return again

    def _activate(self, body: FunctionNode, frame: Frame, node: ast.AST | None) -> Value:
        """Interprets a body once in each pass for each combination of arguments.

        What a recursive call returns was found in the pass before; if it turns out to be more, another
        pass follows. All effects end up in the sink of the context, which is part of the key.
        """
        identity = id(body)
        deep = self.active_nodes.get(identity, 0)
        if deep >= _MANY_ACTIVE:
            frame.locals = {name: self._widened(value, body) for name, value in frame.locals.items()}
        key = (identity, identity_of(frame), frame.path, frozenset(frame.locals.items()), self.context)
        done = self.done.get(key)
        if done is not None:
            self.sink.take(done[1])
            return done[0]
        if key in self.active:
            self.assumed.add(key)
            return self.table.get(key, BOTTOM)
        self.functions += 1
        depth = self.frame.depth + 1
        if self.functions > FUNCTIONS:
            raise TooLarge(f"the code calls more than {FUNCTIONS} functions")
        if depth > DEPTH or deep > _TOO_MANY_ACTIVE:
            name = getattr(body, "name", "a lambda")
            return self.fail(f"calls {name} too deeply to be followed", node, codes.TOO_LARGE)
        return self._run(key, identity, body, frame, depth)

    def _run(self, key: Any, identity: int, body: FunctionNode, frame: Frame, depth: int) -> Value:
        self.active.add(key)
        self.active_nodes[identity] = self.active_nodes.get(identity, 0) + 1
        outer_sink, outer_frame = self.sink, self.frame
        self.sink = sink = Sink()
        self.frame = at = self._copy_frame(frame, frame.locals)
        at.depth = depth
        try:
            before = self.table.get(key, BOTTOM)
            result = join(before, self.run_body(body, at))
        finally:
            self.sink, self.frame = outer_sink, outer_frame
            self.active.discard(key)
            self.active_nodes[identity] -= 1
        outer_sink.take(sink)
        if result != before:
            self.table[key] = result
            if key in self.assumed:
                self.again = True
        self.done[key] = (result, sink)
        self.keep.append((frame, body))
        return result

    def _widened(self, value: Value, body: object) -> Value:
        """Coarser, so that a recursion whose arguments grow comes to an end."""
        out = BOTTOM
        for atom in generalize(value):
            if type(atom) is Tup:
                atoms = self.new_container(
                    body, tuple, self._widened(join_all(atom.items), body), tag="widened"
                )
                out = join(out, atoms)
            else:
                out = join(out, frozenset({atom}))
        return out


def _is_of_the_runtime(function: types.FunctionType) -> bool:
    """Whether it is ours: a function under `jit(strategy="tracing")`, or an executor."""
    module = function.__globals__.get("__name__")
    return type(module) is str and module.startswith("xcs_ast.runtime.") and module not in _WARMING


_WARMING: Final = frozenset({"xcs_ast.runtime.warming", "xcs_ast.runtime.warming_graphs"})
