"""The rules in Python that effect models name: what a line of data cannot say."""

from __future__ import annotations

import sys
import types
from enum import EnumMeta

import xcs_ast.effects.catalog as catalog
import xcs_ast.effects.guards as g
from xcs_ast.effects.applying import ModelCall
from xcs_ast.effects.attributes import pinned
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import (
    BOUND_C,
    among,
    class_name,
    find_in_mro,
    is_class,
    is_mutable_class,
    module_of,
    mro_of,
)
from xcs_ast.effects.streams import Streams
from xcs_ast.effects.values import (
    BOOL,
    BOTTOM,
    FALSE,
    NONE,
    TRUE,
    AnyException,
    Atom,
    Const,
    New,
    Ref,
    Super,
    Tup,
    UnknownAtom,
    Value,
    is_scalar,
    join,
    join_all,
    unknown,
)
from xcs_ast.ir.effects import WHOLE
from xcs_ast.ir.paths import Path, PinnedRoot
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Rules"]


class Rules(Streams):
    """The other half of the rules."""

    def rule_getattr(self, call: ModelCall) -> Value:
        """`getattr(0, 1[, 2])`, `hasattr(0, 1)`, `object.__getattribute__(self, 0)`."""
        if call.receiver is not None:
            target, name = frozenset({call.receiver}), call.argument(0)
        else:
            target, name = call.argument(0) or BOTTOM, call.argument(1)
        names = self._names(name or BOTTOM)
        if not names:
            return self.no_rule(call, "with a name that is not known")
        out = BOTTOM
        for each in names:
            out = join(out, self.load_attr(target, each, call.node))
        if call.entry.name == "hasattr":
            return BOOL
        default = call.argument(2) if call.receiver is None else None
        return out if default is None else join(out, default)

    def rule_setattr(self, call: ModelCall) -> Value:
        """`setattr(0, 1, 2)`, `delattr(0, 1)`, `object.__setattr__(self, 0, 1)`."""
        method = call.receiver is not None
        if call.receiver is not None:
            target, name, value = frozenset({call.receiver}), call.argument(0), call.argument(1)
        else:
            target, name, value = call.argument(0) or BOTTOM, call.argument(1), call.argument(2)
        names = self._names(name or BOTTOM)
        if not names:
            return self.no_rule(call, "with a name that is not known")
        for each in names:
            if call.entry.name in ("delattr", "__delattr__"):
                self.delete_attr(target, each, call.node)
            elif not method:
                self.store_attr(target, each, value or BOTTOM, call.node)
            else:
                for atom in target:
                    cls = self.exact(atom)
                    if cls is None or issubclass(type(getattr(atom, "obj", None)), (type, types.ModuleType)):
                        return self.no_rule(call, "on something unusual")
                    self.set_by_default(atom, cls, each, value or BOTTOM, call.node)
        return NONE

    def rule_vars(self, call: ModelCall) -> Value:
        """`vars(0)`, `.__dict__`."""
        return self.no_rule(call, "and so reaches attributes as a dictionary")

    def rule_type(self, call: ModelCall) -> Value:
        """`type(0)`."""
        atoms = call.argument(0)
        if atoms is None or call.argument(1) is not None:
            return self.no_rule(call, "to make a class")
        out = BOTTOM
        for atom in atoms:
            cls = self.exact(atom)
            if cls is None:
                out = join(out, unknown("uses the type of something unknown"))
            else:
                out = join(out, frozenset({pinned(cls)}))
        return out

    def rule_call_self(self, call: ModelCall) -> Value:
        """`type.__call__`, `function.__call__`."""
        if call.receiver is None:
            return self.no_rule(call, "without a receiver")
        named = {
            str(k): v[0] for k, v in call.placed.items() if type(k) is str and k not in ("*", "**") and v
        }
        args = Args(call.placed.get("*", ()), named)
        receiver = call.receiver
        if type(receiver) is Ref and is_class(receiver.obj) and catalog.for_construct(receiver.obj) is None:
            # The metaclass' own `__call__`, which may have led here, is not asked again.
            self.same(receiver)
            if issubclass(type(receiver.obj), EnumMeta):
                return self._enum_member(receiver.obj, args, call.node)
            return self.instantiate(receiver.obj, args, call.node)
        if not _is_called_as_it_is(receiver):
            # Its class' `__call__` is what has led here.
            return self.no_rule(call, "of what nothing else is known of")
        return self.call_atom(receiver, args, call.node)

    def rule_super(self, call: ModelCall) -> Value:
        """`super()` and `super(cls, self)`."""
        first, second = call.argument(0), call.argument(1)
        if first is not None and second is not None:
            out = BOTTOM
            for cls in first:
                for atom in second:
                    if type(cls) is Ref and is_class(cls.obj) and self.hashed_plainly(cls.obj):
                        self.same(cls)
                        out = join(out, frozenset({Super(cls.obj, atom)}))
                    else:
                        return self.no_rule(call, "with a class that is not known")
            return out
        frame = self.frame
        node = frame.node
        cls_value = self.free_variable(frame, "__class__", call.node)
        name = None
        if isinstance(node, ast.FunctionDef) and (node.args.posonlyargs or node.args.args):
            name = [*node.args.posonlyargs, *node.args.args][0].arg
        if first is not None or name is None or not cls_value:
            return self.no_rule(call, "where it stands for nothing known")
        receiver = self.local_variable(frame, name, call.node)
        for cls in cls_value:
            if type(cls) is Ref:
                self.same(cls)
                if is_class(cls.obj) and not self.hashed_plainly(cls.obj):
                    return self.no_rule(call, "of a class whose metaclass hashes or compares it")
        return frozenset(
            Super(cls.obj, atom)
            for cls in cls_value
            for atom in receiver
            if type(cls) is Ref and is_class(cls.obj)
        )

    def free_variable(self, frame: Any, name: str, node: ast.AST | None) -> Value:
        """A variable of an enclosing function."""
        raise NotImplementedError

    def local_variable(self, frame: Any, name: str, node: ast.AST | None) -> Value:
        """A variable of the function itself."""
        raise NotImplementedError

    def rule_isinstance(self, call: ModelCall) -> Value:
        """`isinstance(0, 1)` and `issubclass(0, 1)`."""
        subjects, classes = call.argument(0) or BOTTOM, call.argument(1) or BOTTOM
        groups, wanted = self._class_groups(classes), self.decided_by_type(classes)
        if groups is None or wanted is None:
            return self.no_rule(call, "with classes that are not known, or whose metaclass decides")
        if call.entry.name == "issubclass":
            for atom in subjects:
                if type(atom) is Ref and is_class(atom.obj):
                    for cls in wanted:
                        self._looks_at_methods(atom.obj, cls, call.node)
                else:
                    return self.no_rule(call, "on a class that is not known")
            return BOOL
        yes = no = False
        for atom in subjects:
            cls_of = None if type(atom) is UnknownAtom else self.exact(atom)
            if cls_of is None:
                return self.no_rule(call, "on something that is not known")
            if cls_of is AnyException:
                yes = no = True
                continue
            if self.computes_class(cls_of):
                return self.no_rule(call, f"on a {class_name(cls_of)}, which computes its __class__")
            looks = [self._looks_at_methods(cls_of, cls, call.node) for cls in wanted]
            if any(looks):
                yes = no = True
                continue
            for group, exact in groups:
                answers = [self._is_subclass(cls_of, cls) for cls in group]
                registered = any(type(cls) is not type and not _is_standard(cls) for cls in group)
                yes |= any(answers) or registered
                no |= not (any(answers) if exact else all(answers))
        return join(TRUE if yes else BOTTOM, FALSE if no else BOTTOM)

    def rule_decimals(self, call: ModelCall) -> Value | None:
        """The context is the consumer's, in whose copy of the context variables each task runs."""
        self.guard(g.Condition("there is a context of decimal arithmetic", _always, have_decimal_context))
        return None

    def rule_catches(self, call: ModelCall) -> Value | None:
        """Exception classes that are kept, and asked whether an exception is one of theirs."""
        if any(self.decided_by_type(value) is None for value in call.placed.get("*", ())):
            return self.no_rule(call, "with classes that are not known, or whose metaclass decides")
        return None

    def decided_by_type(self, classes: Value) -> list[type] | None:
        """The classes, if `isinstance` with each of them runs no code of the program's."""
        wanted = self._classes(classes)
        if wanted is None:
            return None
        for cls in wanted:
            if not _checks_plainly(cls) and not _is_standard(cls):
                return None
            if type(cls) is not type and not _is_standard(cls):
                name = f"no code decides what is a {class_name(cls)}"
                self.guard(g.Condition(name, _checks_plainly, about=(cls,)))
        return wanted

    def _is_subclass(self, cls: type, wanted: type) -> bool:
        if among(wanted, self.lineage(cls)):
            return True
        return type(wanted) is not type and _is_standard(wanted) and issubclass(cls, wanted)

    def _looks_at_methods(self, cls: type, wanted: type, node: ast.AST | None) -> bool:
        """Whether an abstract base class of the library goes by the methods that `cls` has just now.

        It remembers the answer, too, so it must not be asked ahead of time.
        """
        if type(wanted) is type or among(wanted, mro_of(cls)):
            return False
        mutable = [base for base in mro_of(cls) if is_mutable_class(base)]
        for base in mutable:
            self.reads(Path(PinnedRoot(base)), WHOLE, node)
        return bool(mutable)

    def _classes(self, value: Value) -> list[type] | None:
        """All classes that a value may stand for, alone or in a tuple or union."""
        groups = self._class_groups(value)
        return None if groups is None else [cls for group, _ in groups for cls in group]

    def _class_groups(self, value: Value) -> list[tuple[list[type], bool]] | None:
        """For each thing that a value may be: its classes, and whether it surely consists of all of them."""
        out: list[tuple[list[type], bool]] = []
        for atom in value:
            match atom:
                case Ref(obj=obj) if is_class(obj):
                    self.same(atom)
                    out.append(([obj], True))
                case Ref(obj=obj) if type(obj) is tuple and all(is_class(c) for c in obj):
                    self.same(atom)
                    out.append((list(obj), True))
                case Ref(obj=obj) if type(obj) is types.UnionType and all(is_class(c) for c in obj.__args__):
                    self.same(atom)
                    out.append((list(obj.__args__), True))
                case Tup(items):
                    parts = [self._class_groups(item) for item in items]
                    if None in parts:
                        return None
                    each = [group for part in parts for group in part or ()]
                    exact = all(len(part or ()) == 1 for part in parts) and all(sure for _, sure in each)
                    out.append(([cls for group, _ in each for cls in group], exact))
                case Const(value=None):
                    out.append(([type(None)], True))
                case New(obj) if obj.cls is types.UnionType:
                    # Which operands were there is not known, only which there may have been.
                    found = self._classes(self.get_part(obj, "elems"))
                    if not found:
                        return None
                    out.append((found, False))
                case _ if is_scalar(atom):
                    pass  # no class: it raises
                case _:
                    return None
        return out

    # ------------------------------------------------------------------------------------------ iteration

    def rule_iter(self, call: ModelCall) -> Value | None:
        """`iter(0)`; with two arguments a callable is called at each step."""
        if call.argument(1) is not None:
            return self.no_rule(call, "with a callable and a sentinel")
        subjects = call.argument(0) or BOTTOM
        out = BOTTOM
        for atom in subjects:
            cls = self.exact(atom)
            if (
                cls is not None
                and not is_scalar(atom)
                and type(find_in_mro(cls, "__iter__")[1]) is types.FunctionType
            ):
                out = join(out, self.special(atom, "__iter__", (), call.node) or BOTTOM)
            elif cls is types.GeneratorType or (
                type(atom) is Ref and cls is not None and find_in_mro(cls, "__next__")[0] is not None
            ):
                out = join(out, frozenset({atom}))
            else:
                return None
        return out

    def rule_next(self, call: ModelCall) -> Value | None:
        """`next(0[, 1])`."""
        out = call.argument(1) or BOTTOM
        for atom in call.argument(0) or BOTTOM:
            cls = self.exact(atom)
            self.touch_state(atom, True, call.node)
            if cls is not None and type(find_in_mro(cls, "__next__")[1]) is types.FunctionType:
                out = join(out, self.special(atom, "__next__", (), call.node) or BOTTOM)
            elif type(atom) is Ref and cls is not None and module_of(cls) == "itertools":
                out = join(out, unknown("uses what a shared iterator yields"))
            else:
                out = join(out, self.iterate_atom(atom, call.node))
        return out

    def rule_generator(self, call: ModelCall) -> Value:
        """`__next__`, `send`, `throw`, `close` of a generator."""
        receiver = call.receiver
        if type(receiver) is New and call.entry.name in ("__next__", "close", "throw"):
            # The whole body was taken to run, handlers and all: so does its rest after a `throw`.
            found = self.iterate_payload(receiver, call.node)
            return NONE if call.entry.name == "close" else found
        return self.no_rule(call, "on a generator that existed before, or with a value for it")

    def rule_max(self, call: ModelCall) -> Value:
        """`max` and `min`: of the elements of one argument, or of all arguments."""
        given = call.placed.get("*", ())
        node = call.node
        elements = self.iterate(given[0], node) if len(given) == 1 else join_all(given)
        key = call.placed.get("key", ())
        compared = elements
        if key and key[0] != NONE:
            function = frozenset(a for a in key[0] if a != Const(None))
            compared = self.call(function, Args((elements,)), node)
        for name in ("__lt__", "__gt__"):
            for atom in compared:
                if not is_scalar(atom):
                    answer = self.one_special(atom, name, (compared,), node)
                    self.truth(frozenset(a for a in answer if a != Const(NotImplemented)), node)
        return join(elements, call.placed["default"][0]) if call.placed.get("default") else elements

    # ------------------------------------------------------------------------------- operator and functools

    def _reduced(self, call: ModelCall) -> tuple[Any, ...] | None:
        receiver = call.receiver
        if type(receiver) is not Ref:
            return None
        self.same(receiver)
        made: Any = receiver.obj.__reduce__()
        if type(made) is not tuple or len(made) < 2 or made[0] is not type(receiver.obj):
            return None  # a method caller with keywords is made by a `partial`
        return made[1] if type(made[1]) is tuple else None

    def rule_attrgetter(self, call: ModelCall) -> Value:
        """`operator.attrgetter(...)(0)`."""
        names = self._reduced(call)
        if made := type(call.receiver) is New:
            consts = [self.pin(a) for a in self.get_part(call.receiver.obj, "elems")]
            names = tuple(c.value for c in consts if c is not None) if None not in consts else None
        if names is None or not all(type(name) is str for name in names):
            return self.no_rule(call, "with names that are not known")
        results: list[Value] = []
        for name in names:
            value = call.argument(0) or BOTTOM
            for part in name.split("."):
                value = self.load_attr(value, part, call.node)
            results.append(value)
        if made:  # in which order its names came, and which of them together, is not known
            found = join_all(results)
            return join(found, self.new_container(call.node or call.entry, tuple, found, tag="attrgetter"))
        return results[0] if len(results) == 1 else self.new_tuple(tuple(results), call.node)

    def rule_methodcaller(self, call: ModelCall) -> Value:
        """`operator.methodcaller(...)(0)`."""
        names = self._reduced(call)
        if names is None or len(names) != 1 or type(names[0]) is not str:
            return self.no_rule(call, "with a method that is not known")
        return self.call(self.load_attr(call.argument(0) or BOTTOM, names[0], call.node), Args(), call.node)

    def rule_partial(self, call: ModelCall) -> Value:
        """`functools.partial(...)(...)`."""
        return self.no_rule(call, "through its __call__")

    def rule_new(self, call: ModelCall) -> Value:
        """`object.__new__(cls)` and its like."""
        subjects = call.first(0, "cls") or (
            frozenset({call.receiver}) if call.receiver is not None else BOTTOM
        )
        out = BOTTOM
        for atom in subjects:
            if type(atom) is not Ref or not is_class(atom.obj):
                return self.no_rule(call, "for a class that is not known")
            cls = atom.obj
            self.same(atom)
            if not self.hashed_plainly(cls):
                return self._cannot(cls, "whose metaclass hashes or compares it", call.node)
            if self.class_attr(cls, "__del__", call.node)[0] is not None:
                return self._cannot(cls, "whose instances have a finalizer", call.node)
            if call.entry.owner not in ("builtins.object", "builtins.dict", "builtins.list", "builtins.set"):
                return self.no_rule(call, f"for {class_name(cls)}")
            out = join(out, frozenset({New(self.fresh(call.node or cls, cls, "instance"))}))
        return out


_STANDARD: Final = (
    "abc",
    "collections",
    "collections.abc",
    "numbers",
    "typing",
    "os",
    "io",
    "enum",
    "types",
    "builtins",
)


def _checks_plainly(cls: type, depth: int = 0) -> bool:
    """Whether `isinstance` and `issubclass` run no code but Python's own for this class."""
    owners = [find_in_mro(type(cls), name)[0] for name in ("__instancecheck__", "__subclasscheck__")]
    if all(owner is type for owner in owners):
        return True
    if depth > 5 or any(owner is None or module_of(owner) != "abc" for owner in owners):
        return False
    hook = find_in_mro(cls, "__subclasshook__")[0]
    below: list[type] = type.__subclasses__(cls)
    return hook is object and len(below) < 50 and all(_checks_plainly(each, depth + 1) for each in below)


def _always() -> bool:
    return True


def have_decimal_context() -> None:
    """Makes the thread's context of decimal arithmetic, as the first operation does.

    Tasks that find none make one each, and what they mark in its flags is seen by nobody.
    """
    library = sys.modules.get("_decimal")
    if library is not None:
        library.getcontext()


def _is_standard(cls: type) -> bool:
    return type(cls).__module__ in ("abc", "enum") and module_of(cls) in _STANDARD


_CALLED_AS_THEY_ARE: Final = (
    *(types.FunctionType, types.MethodType, *BOUND_C, types.MethodWrapperType),
    *(types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType),
)


def _is_called_as_it_is(atom: Atom) -> bool:
    """Whether calling it does not go through the `__call__` of its class."""
    match atom:
        case Ref(obj=obj):
            return type(obj) in _CALLED_AS_THEY_ARE or is_class(obj)
        case New(obj):
            return obj.cls is types.FunctionType
        case _:
            return True
