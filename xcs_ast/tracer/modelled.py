"""Entries of the effect models, carried out: whether a call of C code may be made now, and how.

Guarantees: a call is made only where each clause of its entry is harmless for the very objects at hand:
what it reads of shared state is logged and handed over as a copy, what it changes is the task's own, what
it calls back runs as a clone, the channels it uses are unordered. An entry that says more than that makes
the task wait.
Assumes: the models are true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, MethodDescriptorType, WrapperDescriptorType
from typing import Any, Final, assert_never, final

from xcs_ast.effects import catalog, libraries
from xcs_ast.effects import entries as e
from xcs_ast.effects.resolve import class_name, computes_class, is_class
from xcs_ast.ir.paths import instance_dict
from xcs_ast.native import use_own
from xcs_ast.tracer import kinds, modelled_rules
from xcs_ast.tracer.calls_views import CONTAINERS, IMMUTABLE, SCALARS
from xcs_ast.tracer.hook_parts import Asked
from xcs_ast.tracer.modelled_rules import environment, going_by, misfit, request_is_unordered, uses_parts
from xcs_ast.tracer.specials_items import Items, for_c

use_own(globals())

__all__ = ["Modelled"]

_FREE: Final = frozenset(("clock", "network", "inference", "entropy"))
"""Channels whose unordered use may take place at any time."""
_PROBED: Final = frozenset(("cwd", "log", "locale", "filesystem"))
"""Channels that a call may look at early, if the same look gives the same answer when its turn comes."""
_RECENT: Final = 16
"""Among so many of the last probes, the same one is not put in again."""
_INDEXING: Final = frozenset(("__getitem__", "__setitem__", "__delitem__", "__mul__", "__rmul__", "__imul__"))
_IN_C: Final = frozenset((WrapperDescriptorType, MethodDescriptorType))
_SIMPLE_ITERATION: Final = (*CONTAINERS, range, bytearray)


@final
class _Use:
    """One call by an entry."""

    __slots__ = (
        "called", "entry", "external", "heard", "kept", "lazy", "placed", "probed", "receiver", "swapped",
        "timed",
    )  # fmt: skip

    def __init__(self, entry: e.Entry, receiver: Any, placed: dict[str | int, tuple[Any, ...]]) -> None:
        self.entry = entry
        self.receiver = receiver
        self.placed = placed
        self.swapped: dict[int, tuple[Any, Any]] = {}
        self.called: set[int] = set()
        self.heard: dict[str, bool] = {}
        self.kept = False
        self.lazy = type(entry.result) is e.Fresh and entry.result.kind == "iter"
        self.external = False
        self.probed = False
        self.timed = False

    def swap(self, old: Any, new: Any) -> None:
        if old is not new:
            self.swapped[id(old)] = (old, new)

    def now(self, obj: Any) -> Any:
        found = self.swapped.get(id(obj))
        return obj if found is None else found[1]


class Modelled(Items):
    """Calls what a model describes."""

    __slots__ = ()

    tries: int
    wrote_outside: bool
    slice_codes: set[int]

    def run_entry(
        self,
        entry: e.Entry,
        native: Callable[..., Any],
        receiver: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """`native(*args, **kwargs)`, if the entry lets it be made ahead.

        `receiver` is the object of a method (`native` is then the function of its class, called with it
        first), or `_NONE`.
        """
        reason = entry.unknown_reason
        if reason is not None:
            return self.wait(f"uses {entry.dotted}, which {reason}")
        placed = entry.place(args, kwargs)
        if placed is None:
            return self.wait(f"calls {entry.dotted} in a way that its model does not describe")
        for key, values in placed.items():
            silent = key != "*" and key != "**" and not entry.speaks_of(key)
            if silent and not all(type(value) in SCALARS for value in values):
                return self.wait(f"passes {entry.dotted} an object that its model does not speak of")
        if entry.owner.partition(".")[0] != "builtins":
            for arg in (*args, *kwargs.values()):
                if type(arg) not in SCALARS and computes_class(type(arg)):
                    # Any function of a library may ask what it is an instance of.
                    return self.wait(f"passes {entry.dotted} an object that computes its __class__")
        if type(receiver) is re.Match and type(receiver.string) not in SCALARS:
            return self.wait("looks at a match in something that may change")
        if entry.intact:
            self.transaction.probe(partial(libraries.is_intact, entry.intact), ("intact", id(entry.intact)))
        use = _Use(entry, receiver, placed)
        for clause in entry.clauses:
            self._clause(clause, use)
        for clause in entry.clauses:
            # What was handed over in the place of an object must not be kept.
            if type(clause) is e.Stores and any(
                id(obj) in use.swapped for obj in self._subjects(clause.what, use)
            ):
                self.wait(f"{entry.dotted} keeps what it is given")
        if use.swapped and _gives_back(entry.result, use):
            return self.wait(f"{entry.dotted} gives back what it looks at")
        passed = [self._passed(arg, use) for arg in args]
        if receiver is not _NONE:
            passed.insert(0, self._passed(receiver, use))
        named = {key: self._passed(value, use) for key, value in kwargs.items()}
        if use.probed:
            return self._probe(use, native, passed, named)
        if use.heard:
            result = self.overheard(use.heard, native, passed, named, use.external)
        elif use.external or use.timed:
            result = self.transaction.ask(native, passed, named, use.external)
        else:
            if type(native) is FunctionType:
                self._rely_on(native)
            result = native(*passed, **named)
        return self._received(entry.result, result, use)

    def _passed(self, obj: Any, use: _Use) -> Any:
        """What is handed over for an object: also of what it holds, that which stands for it."""
        now = use.now(obj)
        kind = type(now)
        if not use.swapped or kind not in CONTAINERS:
            return now
        parts = [*now, *now.values()] if kind is dict else now
        if all(use.now(part) is part for part in parts):
            return now
        if kind is tuple or (kind is list and now is not obj):
            return kind(map(use.now, parts))
        return self.wait(f"{use.entry.dotted} looks into what it is given in a {class_name(kind)}")

    def hear(self, name: str) -> None:
        """What the logger of this name says can be put off; else waits."""
        raise NotImplementedError

    def overheard(
        self, names: dict[str, bool], native: Any, args: list[Any], named: dict[str, Any], external: bool
    ) -> Any:
        """A call whose log lines wait until it is the task's turn."""
        raise NotImplementedError

    def _rely_on(self, function: FunctionType) -> None:
        """What a library's function goes by may be another thing when it is the task's turn."""
        holds = going_by(function)
        probes = self.transaction.segment.probes
        if all(fetch is not holds for fetch, _ in probes[-_RECENT:]):
            self.transaction.probe(holds)

    def _probe(self, use: _Use, native: Callable[..., Any], args: list[Any], named: dict[str, Any]) -> Any:
        """A look at something outside that may change before it is the task's turn."""
        everything = (*args, *named.values())
        if use.external or self.wrote_outside or not all(type(arg) in SCALARS for arg in everything):
            return self.wait(f"{use.entry.dotted} looks at what others may change")
        result = self.transaction.probe(partial(native, *args, **named))
        if type(result) not in SCALARS:
            return self.wait(f"{use.entry.dotted} looks at what others may change")
        return result

    def _received(self, spec: e.Spec, result: Any, use: _Use) -> Any:
        if type(result) in SCALARS:
            return result
        match spec:
            case e.Json() | e.Copy(deep=True):
                return self.adopt_tree(result)
            case e.Copy() if all(result is not arg for arg in use.placed["*"]) and result is not use.receiver:
                return self.adopt(result)
            case e.Fresh(kind="iter"):
                return self.adopt_lazy(result)
            case e.Fresh() | e.New():
                if type(result) is not tuple:
                    self.adopt(result)
            case e.Union(options):
                if type(result) in CONTAINERS and all(
                    type(o) in (e.Fresh, e.Json, e.Scalar) for o in options
                ):
                    return self.adopt(result)
                if any(type(o) is e.New and catalog.class_named(o.name) is type(result) for o in options):
                    return self.adopt(result)
            case _:
                pass
        return result

    def adopt_lazy(self, obj: Any) -> Any:
        """Registers an iterator that the task has made; none may outlive it."""
        return self.adopt(obj)

    # --------------------------------------------------------------------------------------------- clauses

    def _clause(self, clause: e.Clause, use: _Use) -> None:
        match clause:
            case e.Touch(kind, subject):
                self._touch(kind, subject, use)
            case e.Stores(_, into, _):
                for obj in self._subjects(into, use):
                    if not self.owns(obj):
                        self.wait(f"{use.entry.dotted} stores something in a shared object")
            case e.Calls(function, _):
                for callee in self._subjects(function, use):
                    if callee is not None:
                        if use.entry.kind is e.EntryKind.CONSTRUCT:
                            self.wait(f"a {use.entry.dotted} keeps a function that it calls")
                        use.called.add(id(callee))
                        use.swap(callee, self._back(callee, use.entry))
            case e.Special(subject, method, given):
                for obj in self._subjects(subject, use):
                    self._special(obj, method, use)
                    if method in _INDEXING and (type(obj) in SCALARS or type(obj) in CONTAINERS):
                        for key in (each for arg in given[:1] for each in self._subjects(arg, use)):
                            self._index(key)
            case e.Exact(subject, classes):
                self._exactly(subject, classes, use)
            case e.UsesChannel(name, access):
                self._channel(name, access, use)
            case e.Blocks(certainly):
                use.external = use.external or certainly
            case e.Logs(name, level):
                use.heard[name] = not self.transaction.probe(partial(libraries.is_silent, name, level))
                if use.heard[name]:
                    self.hear(name)
            case e.Off(what) | e.Inside(what) | e.Codec(what):
                reason = misfit(clause, self._subjects(what, use), self.owns, self.transaction.probe)
                if reason:
                    self.wait(f"{use.entry.dotted} {reason}")
            case e.Rule(name):
                self._rule(name, use)
            case e.UnknownEffect(reason):
                self.wait(f"uses {use.entry.dotted}, which {reason}")
            case e.Later(inner):
                self._clause(inner, use)
            case _:
                assert_never(clause)

    def _back(self, callee: Any, entry: e.Entry) -> Any:
        """What C code is given to call in the place of a callable."""
        if not callable(callee):
            return callee

        def called_back(*args: Any, **kwargs: Any) -> Any:
            value = self.call(callee, *args, **kwargs)
            if type(value) not in SCALARS and type(value) not in CONTAINERS:
                return self.wait(f"hands {entry.dotted} an object from a function that it calls")
            return value

        return called_back

    def _channel(self, name: str, access: e.Access, use: _Use) -> None:
        if access is e.Access.READ and name in _FREE:
            use.timed = True
            use.external = use.external or name in ("network", "inference")
        elif access is e.Access.READ and name == "environment":
            if use.entry.owner == "sys":
                use.probed = True
            self.transaction.probe(environment)
        elif access is e.Access.READ and name in _PROBED:
            use.probed = True
        else:
            self.wait(f"{use.entry.dotted} uses {name}, in the order of the program")

    def _rule(self, name: str, use: _Use) -> None:
        if name == "http":
            if not all(type(v) in SCALARS or self.owns(v) for k in ("url", 0) for v in use.placed.get(k, ())):
                self.wait(f"{use.entry.dotted} sends a shared request")
            if not request_is_unordered(use.entry, use.placed):
                self.wait(f"{use.entry.dotted} makes a request that may change something")
            use.external = True
        elif name == "cached":
            pass  # made by the call itself, where it was not yet
        elif name == "catches":
            if not all(is_class(v) and type(v) is type for v in use.placed.get("*", ())):
                self.wait(f"{use.entry.dotted} asks classes of somebody's own what they catch")
        else:
            self.wait(f"uses {use.entry.dotted} in a way that only code can describe")

    def _touch(self, kind: e.ClauseKind, subject: e.Spec, use: _Use) -> None:
        if kind is e.ClauseKind.IGNORES:
            return
        for obj in self._subjects(subject, use):
            if type(obj) in SCALARS:
                continue
            if kind is e.ClauseKind.DEEP:
                use.swap(obj, self.view(obj, data=True))
            elif kind is e.ClauseKind.WRITES:
                if not self.owns(obj):
                    self.wait(f"{use.entry.dotted} changes a shared {class_name(type(obj))}")
            elif kind is e.ClauseKind.READS:
                self._reads(obj, use)
            else:
                self._iterates(obj, use, pairs=kind is e.ClauseKind.MERGES)

    def _reads(self, obj: Any, use: _Use) -> None:
        kind = type(obj)
        if kind in CONTAINERS:
            use.swap(obj, self.content(obj))
        elif kind not in IMMUTABLE and not is_class(obj) and not self.owns(obj):
            self.wait(f"{use.entry.dotted} reads the state of a shared {class_name(kind)}")

    def _iterates(self, obj: Any, use: _Use, *, pairs: bool) -> None:
        kind = type(obj)
        if obj is use.receiver and kind not in CONTAINERS:
            if not self.owns(obj):
                self.wait(f"{use.entry.dotted} goes through a shared {class_name(kind)}")
            return
        if kind in kinds.CONTAINERS and kind not in CONTAINERS:
            use.swap(obj, self.content(obj))
            return
        if kind in _SIMPLE_ITERATION:
            if kind in CONTAINERS:
                use.swap(obj, self.content(obj))
            elif kind is bytearray and not self.owns(obj):
                self.wait("reads a shared bytearray")
            return
        if pairs and not is_class(obj) and self.find_special(obj, "keys") is not None:
            self.wait(f"{use.entry.dotted} takes a mapping apart")
        if use.now(obj) is not obj:
            return  # another clause has seen to it
        if use.lazy:
            if not self.owns(obj) or type(self.find_special(obj, "__iter__")) not in _IN_C:
                use.swap(obj, Asked(partial(self._drawn, obj, None), partial(self.hint, obj)))
        else:
            if self.find_special(obj, "__iter__") is None and self.find_special(obj, "__getitem__") is None:
                return  # the call raises
            # Drawn one by one, as the call goes on: it may stop in the middle, and the rest not happen.
            plain = partial(self._plain_part, use) if uses_parts(use.entry) else None
            use.swap(obj, Asked(partial(self._drawn, obj, plain), partial(self.hint, obj)))

    def _drawn(self, obj: Any, plain: Callable[[Any], Any] | None) -> Iterator[Any]:
        return for_c(self, self.iterate(obj), plain)

    def _plain_part(self, use: _Use, part: Any) -> Any:
        """What an iterator yields to something that compares it, or converts it: that must run no code."""
        if not modelled_rules.is_plain(part):
            self.wait(f"{use.entry.dotted} works with what an iterator will yield")
        return part

    def _index(self, key: Any) -> None:
        """What a builtin container is indexed by, or repeated."""
        if type(key) is slice and not kinds.plain_slice(key):
            self.wait("slices by an object")
        if type(key) in SCALARS or type(key) is slice:
            return
        self.check_leaf(key, ("__index__", "__hash__", "__eq__"))

    def _special(self, obj: Any, method: str, use: _Use) -> None:
        if type(obj) in SCALARS:
            return
        if type(obj) is slice and method == "__index__":
            self._index(obj)
            return
        if type(obj) in CONTAINERS:
            now = use.now(obj)
            copied = now is not obj and not self.owns(now)
            if copied:  # it is the task's own, and no other read of the program's data
                self.owned[id(now)] = now
            use.swap(obj, self.view(now, (method,)))
            if copied:
                self.owned.pop(id(now), None)
        elif method.startswith("__"):
            if method in ("__str__", "__repr__", "__format__"):
                use.swap(obj, self.shown(obj))
            else:
                self.check_leaf(obj, (method,))
        else:
            self._method_of_its_own(obj, method, use)

    def _method_of_its_own(self, obj: Any, method: str, use: _Use) -> None:
        """C code calls a method of an object by name, without arguments: fine where a model describes it."""
        entry = catalog.for_method(type(obj), method)
        if entry is None or not self.owns(obj) or method in (instance_dict(obj) or {}):
            self.wait(f"{use.entry.dotted} calls methods of a {class_name(type(obj))}")
            return
        inner = _Use(entry, obj, {"*": (), "**": ()})
        for clause in entry.clauses:
            self._clause(clause, inner)
        if inner.probed or inner.swapped or inner.called:
            self.wait(f"{use.entry.dotted} calls {entry.dotted}, which looks at what others may change")
        use.external, use.timed = use.external or inner.external, use.timed or inner.timed

    def _exactly(self, subject: e.Spec, classes: tuple[str, ...], use: _Use) -> None:
        allowed = [catalog.class_named(name) for name in classes]
        for obj in self._subjects(subject, use):
            if type(obj) not in SCALARS and not any(type(obj) is cls for cls in allowed):
                self.wait(f"passes {use.entry.dotted} a {class_name(type(obj))}")

    # -------------------------------------------------------------------------------------------- subjects

    def _subjects(self, spec: e.Spec, use: _Use) -> list[Any]:
        """The objects that a clause speaks of, as far as they exist before the call."""
        match spec:
            case e.Self():
                return [] if use.receiver is _NONE else [use.receiver]
            case e.Arg(key):
                return list(use.placed.get(key, ()))
            case e.Elem(of):
                return [part for obj in self._subjects(of, use) for part in self._elements(obj, use)]
            case e.Value(of) | e.KeyOf(of):
                return self._merged(of, use, values=type(spec) is e.Value)
            case e.Union(options):
                return [obj for option in options for obj in self._subjects(option, use)]
            case e.Attr(of, name):
                return [self._plain_attr(obj, name, use) for obj in self._subjects(of, use)]
            case _:
                # Results of callbacks and new objects: `_back` and the other clauses see to them.
                return []

    def _plain_attr(self, obj: Any, name: str, use: _Use) -> Any:
        if kinds.is_immutable(obj) or self.owns(obj):
            return getattr(obj, name, None)
        return self.wait(f"{use.entry.dotted} looks at attributes")

    def _elements(self, obj: Any, use: _Use) -> list[Any]:
        if type(obj) in SCALARS or obj is None:
            return []
        seen = use.now(obj)
        if type(seen) is range:
            return []
        if type(seen) in CONTAINERS:
            return list(self.content(seen) if seen is obj else seen)
        if use.lazy:
            self.wait(f"{use.entry.dotted} works with what an iterator will yield")
        self._iterates(obj, use, pairs=False)
        seen = use.now(obj)
        return list(seen) if type(seen) in CONTAINERS else []

    def _merged(self, of: e.Spec, use: _Use, *, values: bool) -> list[Any]:
        out: list[Any] = []
        for obj in self._subjects(of, use):
            seen = use.now(obj)
            if type(seen) is dict:
                seen = self.content(seen) if seen is obj else seen
                out += seen.values() if values else seen
            else:
                for pair in self._elements(obj, use):
                    if type(pair) is tuple and len(pair) == 2:
                        out.append(pair[values])
                    elif type(pair) not in SCALARS:
                        self.wait(f"{use.entry.dotted} takes pairs apart that are no tuples")
        return out


_NONE: Final[Any] = object()
NO_RECEIVER: Final = _NONE
"""Stands for the receiver of a function that has none."""


def _gives_back(spec: e.Spec, use: _Use) -> bool:
    """Whether the result may be, or hold, an argument itself that was handed over as a copy."""
    match spec:
        case e.Self():
            return id(use.receiver) in use.swapped
        case e.Arg(key):
            return any(id(obj) in use.swapped for obj in use.placed.get(key, ()))
        case e.Fresh(_, parts) | e.New(_, parts) | e.Union(parts):
            return any(_gives_back(part, use) for part in parts)
        case e.View(_, of):
            return _gives_back(of, use)
        case e.Elem(of) | e.Value(of) | e.KeyOf(of):
            # Elements are the very same; what stands for a nested element is not.
            return (
                any(
                    id(part) in use.swapped
                    for obj in use.placed.get(of.key, ())
                    for part in _plain_parts(use.now(obj))
                )
                if type(of) is e.Arg
                else bool(use.swapped)
            )
        case e.Copy(deep=False):
            return False
        case _:
            return False


def _plain_parts(obj: Any) -> list[Any]:
    return list(obj) if type(obj) in CONTAINERS else []
