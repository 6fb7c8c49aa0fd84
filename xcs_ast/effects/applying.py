"""Applying effect models: what an entry of the catalog says, done with abstract values."""

from __future__ import annotations

import re
import types

import xcs_ast.effects.catalog as catalog
import xcs_ast.effects.entries as e
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.containers import BUILTIN_CONTAINERS, FRESH_CONTAINERS
from xcs_ast.effects.operators import Operators
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import class_name, is_class, is_library
from xcs_ast.effects.values import (
    BOTTOM,
    SCALARS,
    Atom,
    Const,
    New,
    Object,
    Part,
    Ref,
    Tup,
    UnknownAtom,
    Value,
    class_of,
    is_scalar,
    join,
    join_all,
    typed,
    unknown,
)
from xcs_ast.ir.effects import CONTENT, WHOLE, Access, Blocking
from xcs_ast.ir.paths import KeyStep
from xcs_ast.native import Any, Final, cast, final, unexpected, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Applying", "ModelCall"]

_SEQUENCES: Final = (list, tuple, dict, set, frozenset, bytearray)


@final
@dataclass(slots=True)
class ModelCall:
    """One use of an entry."""

    entry: e.Entry
    receiver: Atom | None
    placed: dict[str | int, tuple[Value, ...]]
    node: ast.AST | None
    cls: type | None = None
    """The class under construction."""
    results: dict[Any, Value] = field(default_factory=dict)
    later: list[e.Clause] = field(default_factory=list)

    def argument(self, key: str | int) -> Value | None:
        """The argument with this key; `None` where it is absent."""
        found = self.placed.get(key)
        return join_all(found) if found else None

    def first(self, *keys: str | int) -> Value | None:
        """The first of these arguments that is present."""
        for key in keys:
            found = self.argument(key)
            if found is not None:
                return found
        return None


class Applying(Operators):
    """Runs entries."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[Object] = set()
        """Fresh file objects that were opened for reading only."""

    def run_rule(self, name: str, call: ModelCall) -> Value | None:
        """What a rule in Python adds; the result, where the rule decides it."""
        raise NotImplementedError

    def run_state(self, clause: e.Logs | e.Off | e.Inside | e.Codec, call: ModelCall) -> None:
        """What an entry asks of the state of its library."""
        raise NotImplementedError

    def run_attribute_model(self, atom: Atom, cls: type, name: str, node: ast.AST | None) -> Value | None:
        """The value of an attribute that a model describes; `None` if none does."""
        entry = catalog.for_attr(cls, name)
        if entry is None:
            return None
        if entry.owner == "builtins.object":
            return None
        return self.run_entry(entry, atom, Args(), node)

    def run_variable_model(self, module: str, name: str, node: ast.AST | None) -> None:
        """What a model says of reading a module's variable, which code in C may assign."""
        entry = catalog.for_const(module, name) if is_library(module) else None
        if entry is not None:
            self.run_entry(entry, None, Args(), node)

    def run_entry(
        self, entry: e.Entry, receiver: Atom | None, args: Args, node: ast.AST | None, cls: type | None = None
    ) -> Value:
        """The value of a call that a model describes."""
        self.step()
        reason = entry.unknown_reason
        if reason is not None:
            return self.fail(f"uses {entry.dotted}, which {reason}", node, codes.NO_MODEL)
        if args.more is not None:
            return self.fail(
                f"calls {entry.dotted} with keywords that are not known", node, codes.UNKNOWN_CALL
            )
        if (
            type(receiver) is Ref
            and type(receiver.obj) is re.Match
            and type(cast(Any, receiver.obj).string) not in SCALARS
        ):
            return self.fail("uses a match in something that may change", node)
        placed = self._place(entry, args)
        if placed is None:
            return self.fail(
                f"calls {entry.dotted} in a way that its model does not describe", node, codes.UNKNOWN_CALL
            )
        for key, values in placed.items():
            if key != "*" and key != "**" and not entry.speaks_of(key):
                for value in values:
                    if not all(is_scalar(atom) for atom in value):
                        return self.fail(
                            f"passes {entry.dotted} an object that its model does not speak of ({key})",
                            node,
                            codes.UNKNOWN_CALL,
                        )
        if entry.owner.partition(".")[0] != "builtins" and self.compute_their_class(args):
            return self.fail(
                f"passes {entry.dotted} an object that computes its __class__", node, codes.UNKNOWN_CALL
            )
        call = ModelCall(entry, receiver, placed, node, cls)
        decided: Value | None = None
        for clause in entry.clauses:
            answer = self._clause(clause, call)
            if answer is not None:
                decided = answer
        return self._spec(entry.result, call) if decided is None else decided

    def _place(self, entry: e.Entry, args: Args) -> dict[str | int, tuple[Value, ...]] | None:
        positional = args.positional
        if args.rest is None:
            return entry.place(positional, args.keywords)
        best = entry.place(positional, args.keywords)
        for count in range(1, 9):
            found = entry.place((*positional, *(args.rest,) * count), args.keywords)
            if found is not None:
                best = found
        return best

    # ------------------------------------------------------------------------------------------- clauses

    def _clause(self, clause: e.Clause, call: ModelCall) -> Value | None:
        match clause:
            case e.Touch(kind, subject):
                self._touch(kind, subject, call)
            case e.Stores(what, into, role):
                self._stores(self._spec(what, call), self._spec(into, call), role, call.node)
            case e.Calls(function, args):
                callee = frozenset(a for a in self._spec(function, call) if a != Const(None))
                passed = Args(tuple(self._spec(arg, call) for arg in args))
                result = self.call(callee, passed, call.node) if callee else BOTTOM
                key = ("call", function)
                call.results[key] = join(call.results.get(key, BOTTOM), result)
            case e.Special(subject, method, args):
                self._special_clause(subject, method, tuple(self._spec(arg, call) for arg in args), call)
            case e.Exact(subject, classes):
                self._exactly(subject, classes, call)
            case e.UsesChannel(name, e.Access.WRITE) if self._is_reader(call):
                self.channel(name, Access.READ, call.node)
            case e.UsesChannel(name, access):
                self.channel(name, Access.READ if access is e.Access.READ else Access.WRITE, call.node)
            case e.Blocks(certainly):
                self.blocks(Blocking.LIKELY if certainly else Blocking.MAYBE)
            case e.Logs() | e.Off() | e.Inside() | e.Codec():
                self.run_state(clause, call)
            case e.Rule(name):
                return self.run_rule(name, call)
            case e.UnknownEffect(reason):
                self.fail(f"uses {call.entry.dotted}, which {reason}", call.node, codes.NO_MODEL)
            case e.Later(inner):
                call.later.append(inner)
                self._clause(inner, call)
            case _:
                raise unexpected(clause)
        return None

    def _is_reader(self, call: ModelCall) -> bool:
        """Whether it would write what is pending, to a file that was opened for reading only."""
        receiver = call.receiver
        return (
            type(receiver) is New
            and receiver.obj in self.readers
            and call.entry.name in ("__exit__", "close", "flush", "seek", "tell")
        )

    def _touch(self, kind: e.ClauseKind, subject: e.Spec, call: ModelCall) -> None:
        if kind is e.ClauseKind.IGNORES:
            return
        value = self._spec(subject, call)
        if kind is e.ClauseKind.ITERATES:
            self._elements(subject, value, call)
        elif kind is e.ClauseKind.MERGES:
            self._merged(subject, value, call)
        elif kind is e.ClauseKind.DEEP:
            self.deep(value, call.node, f"{call.entry.dotted} reads all of an argument")
        else:
            for atom in value:
                self.touch_state(atom, kind is e.ClauseKind.WRITES, call.node)

    def touch_state(self, atom: Atom, write: bool, node: ast.AST | None) -> None:
        """Reads or changes the content of a container, or the state of an object."""
        match atom:
            case UnknownAtom(reason):
                self.fail(reason, node)
            case New(obj):
                self.touch(obj, write)
            case Part(path, _):
                if write:
                    self.store_content(atom, BOTTOM, node)
                else:
                    self.content(atom, node)
            case Ref(path=path, obj=live):
                cls = self.exact(atom)
                assert cls is not None
                part = CONTENT if issubclass(cls, _SEQUENCES) or cls in FRESH_CONTAINERS else WHOLE
                if write:
                    self.store_shared(path, live, part, BOTTOM, node)
                elif cls not in (tuple, frozenset, range, types.FunctionType, types.BuiltinFunctionType):
                    self.reads(path, part, node)
            case _:
                pass

    def _stores(self, what: Value, into: Value, role: str, node: ast.AST | None) -> None:
        for atom in into:
            if role.startswith("."):
                if type(atom) is New:
                    self.grow_attr(atom.obj, role[1:], what)
                elif type(atom) is Ref:
                    self.exact(atom)
                    self.store_shared(atom.path, atom.obj, role[1:], what, node)
                    continue
                else:
                    self.touch_state(atom, True, node)
                continue
            cls = self.exact(atom)
            is_dict = cls is not None and issubclass(cls, dict)
            if type(atom) is New:
                self.grow(atom.obj, "keys" if is_dict and role == "elem" else "elems", what)
            elif is_dict and role == "elem":
                self.store_content(atom, BOTTOM, node, key=what)
            else:
                self.store_content(atom, what, node)

    def _special_clause(self, subject: e.Spec, method: str, args: tuple[Value, ...], call: ModelCall) -> None:
        value = self._spec(subject, call)
        if method.startswith("__"):
            result = BOTTOM
            for atom in value:
                if self._is_own_method(atom, method, call):
                    continue
                result = join(result, self.one_special(atom, method, args, call.node))
            result = frozenset(a for a in result if a != Const(NotImplemented))
        else:
            result = self.call(self.load_attr(value, method, call.node), Args(args), call.node)
        key = ("special", subject, method)
        call.results[key] = join(call.results.get(key, BOTTOM), result)

    def _is_own_method(self, atom: Atom, method: str, call: ModelCall) -> bool:
        """Whether the clause would ask the very entry that it stands in."""
        return atom == call.receiver and call.entry.name == method

    def _exactly(self, subject: e.Spec, classes: tuple[str, ...], call: ModelCall) -> None:
        allowed = {catalog.class_named(name) for name in classes}
        for atom in self._spec(subject, call):
            if not is_scalar(atom) and self.exact(atom) not in allowed:
                cls = self.exact(atom)
                name = class_name(cls) if cls else "something unknown"
                self.fail(
                    f"passes {call.entry.dotted} a {name}, of which its model does not speak",
                    call.node,
                    codes.UNKNOWN_CALL,
                )

    # --------------------------------------------------------------------------------------------- values

    def _elements(self, of: e.Spec, value: Value, call: ModelCall) -> Value:
        key = ("elem", of)
        if key not in call.results:
            out = BOTTOM
            for atom in value:
                out = join(out, self._elements_of(atom, call))
            call.results[key] = out
        return call.results[key]

    def _elements_of(self, atom: Atom, call: ModelCall) -> Value:
        cls = self.exact(atom)
        if (
            cls is not None
            and cls not in BUILTIN_CONTAINERS
            and issubclass(cls, _SEQUENCES)
            and (atom == call.receiver or atom == call.first("self"))
        ):
            return self.raw_content(atom, cls, call.node, keys=True)
        return self.iterate_atom(atom, call.node)

    def raw_content(self, atom: Atom, cls: type, node: ast.AST | None, *, keys: bool) -> Value:
        """What the C code of a container's base class finds in an instance of a subclass."""
        if type(atom) is New:
            part = "keys" if keys and issubclass(cls, dict) else "elems"
            return join(self.get_part(atom.obj, part), join_all(self.get_fields(atom.obj).values()))
        if type(atom) is Ref and issubclass(type(atom.obj), tuple):
            self.exact(atom)
            return join_all(
                self.wrap(atom.path.then(KeyStep(i)), item)
                for i, item in enumerate(tuple.__iter__(cast(tuple[Any, ...], atom.obj)))
            )
        self.touch_state(atom, False, node)
        return unknown(f"uses what a {class_name(cls)} holds")

    def _merged(self, of: e.Spec, value: Value, call: ModelCall) -> None:
        keys = values = BOTTOM
        for atom in value:
            cls = self.exact(atom)
            listing = None if cls is None else self.class_attr(cls, "keys", call.node)[0]
            if cls is not None and issubclass(cls, dict) and listing is dict:
                if cls is dict or (type(atom) is New and cls in FRESH_CONTAINERS):
                    keys = join(keys, self.content(atom, call.node, keys=True))
                    values = join(values, self.content(atom, call.node))
                else:
                    keys = join(keys, self.raw_content(atom, cls, call.node, keys=True))
                    values = join(values, self.raw_content(atom, cls, call.node, keys=False))
            elif listing is not None:
                listed = self.call(self.load_attr_of(atom, "keys", call.node), Args(), call.node)
                found = self.iterate(listed, call.node)
                keys = join(keys, found)
                values = join(values, self.get_item(frozenset({atom}), found, call.node))
            else:
                for pair in self.iterate_atom(atom, call.node):
                    if type(pair) is Tup and len(pair.items) == 2:
                        keys, values = join(keys, pair.items[0]), join(values, pair.items[1])
                    else:
                        both = self.iterate_atom(pair, call.node)
                        keys, values = join(keys, both), join(values, both)
        call.results[("keyof", of)] = keys
        call.results[("value", of)] = values

    def _spec(self, spec: e.Spec, call: ModelCall) -> Value:
        match spec:
            case e.Self():
                if call.receiver is None:
                    call.receiver = self._under_construction(call)
                return frozenset({call.receiver})
            case e.Arg(key):
                return call.argument(key) or BOTTOM
            case e.Elem(of):
                return self._elements(of, self._spec(of, call), call)
            case e.Value(of) | e.KeyOf(of):
                what = "value" if type(spec) is e.Value else "keyof"
                if (what, of) not in call.results:
                    self._merged(of, self._spec(of, call), call)
                return call.results[(what, of)]
            case e.Attr(of, name):
                return self.plain_attr(self._spec(of, call), name)
            case e.ResultOf(of):
                return call.results.get(("call", of), BOTTOM)
            case e.SpecialResult(of, method):
                return call.results.get(("special", of, method), BOTTOM)
            case e.Scalar(classes):
                return typed(*classes)
            case e.Fresh(kind, parts):
                return self._fresh_spec(kind, parts, call)
            case e.View(name, of):
                cls = catalog.class_named(name)
                if cls is None:
                    return unknown(f"uses a {name}")
                return join_all(
                    self.view_of(cls, atom, call.node or call.entry) for atom in self._spec(of, call)
                )
            case e.Copy(of, is_deep):
                return join_all(self._copy(atom, is_deep, call) for atom in self._spec(of, call))
            case e.Json():
                return self.new_json(call.node or call.entry)
            case e.New(name, parts):
                return self._new_spec(name, parts, call)
            case e.Union(options):
                return join_all(self._spec(option, call) for option in options)
            case e.UnknownValue():
                return unknown(f"uses what {call.entry.dotted} returned, which its model does not describe")
            case _:
                raise unexpected(spec)

    def _under_construction(self, call: ModelCall) -> Atom:
        cls = call.cls or object
        return New(self.fresh(call.node or call.entry, cls, "model"))

    def _new_spec(self, name: str, parts: tuple[e.Spec, ...], call: ModelCall) -> Value:
        cls = catalog.class_named(name)
        if cls is None:
            return unknown(f"uses a {name}, which is not imported")
        obj = self.fresh(call.node or call.entry, cls, ("spec", call.entry.dotted))
        for part in parts:
            held = self._spec(part, call)
            self.grow(obj, "elems", held, touch=False)
            if type(part) is e.Attr:  # what is taken over is found under the same name again
                self.grow_attr(obj, part.name, held, touch=False)
        return frozenset({New(obj)})

    def _fresh_spec(self, kind: str, parts: tuple[e.Spec, ...], call: ModelCall) -> Value:
        where: object = call.node or call.entry
        if kind == "row":
            return self.new_container(where, tuple, self._spec(parts[0], call), tag=call.entry.dotted)
        if kind == "iter":
            return self._iterator(parts, call, where)
        found = [self._spec(part, call) for part in parts]
        if kind == "tuple" and len(found) > 1:
            return self.new_tuple(tuple(found), where)
        if kind == "dict":
            keys, values = found if len(found) == 2 else (BOTTOM, BOTTOM)
            return self.new_container(where, dict, values, keys, tag=call.entry.dotted)
        cls = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind]
        return self.new_container(where, cls, found[0] if found else BOTTOM, tag=call.entry.dotted)

    def _iterator(self, parts: tuple[e.Spec, ...], call: ModelCall, where: object) -> Value:
        obj = self.fresh(where, type(iter(())), ("iter", call.entry.dotted))

        def run(node: ast.AST | None) -> Value:
            again = ModelCall(call.entry, call.receiver, call.placed, node or call.node, call.cls)
            for clause in call.later:
                self._clause(clause, again)
            return join_all(self._spec(part, again) for part in parts)

        key = (call.receiver, tuple(sorted((str(k), v) for k, v in call.placed.items())))
        self.add_payload(obj, key, run)
        return frozenset({New(obj)})

    def _copy(self, atom: Atom, is_deep: bool, call: ModelCall) -> Value:
        cls = self.exact(atom)
        if is_scalar(atom) or cls is None:
            return frozenset({atom})
        where: object = call.node or call.entry
        if is_deep:
            return self.deep_copy(atom, cls, call.node, where)
        if cls in (tuple, frozenset):
            return frozenset({atom})
        if cls in BUILTIN_CONTAINERS or (type(atom) is New and cls in FRESH_CONTAINERS):
            keys = self.content(atom, call.node, keys=True) if issubclass(cls, dict) else BOTTOM
            return self.new_container(where, cls, self.content(atom, call.node), keys, tag="copy")
        if cls in (types.FunctionType, types.BuiltinFunctionType) or (
            isinstance(atom, Ref) and is_class(atom.obj)
        ):
            return frozenset({atom})
        return self.fail(f"copies a {class_name(cls)}", call.node)

    def deep_copy(self, atom: Atom, cls: type, node: ast.AST | None, where: object) -> Value:
        """A fresh copy of builtin data."""
        if not self.deep(frozenset({atom}), node, "makes a deep copy"):
            return unknown("uses a deep copy of something")
        inside: set[type] = set()
        scalars = BOTTOM
        # A live object counts once, by whichever way it is reached: one that holds itself has endless ways.
        seen: set[object] = set()
        todo: list[Atom] = [atom]
        while todo:
            self.step()
            at = todo.pop()
            key: object = id(at.obj) if type(at) is Ref else at
            if key in seen:
                continue
            seen.add(key)
            if is_scalar(at):
                scalars = join(scalars, frozenset({at}))
                continue
            kind = class_of(at)
            assert kind is not None
            inside.add(kind)
            todo += self.content(at, node)
            if issubclass(kind, dict):
                todo += self.content(at, node, keys=True)
        copies = {kind: self.fresh(where, kind, "deepcopy") for kind in inside}
        content: Value = frozenset(New(obj) for obj in copies.values()) | scalars
        for kind, obj in copies.items():
            self.grow(obj, "elems", content, touch=False)
            if issubclass(kind, dict):
                self.grow(obj, "keys", content, touch=False)
        return frozenset({New(copies[cls])})
