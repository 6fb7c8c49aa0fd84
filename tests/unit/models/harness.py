"""Runs modelled code and holds what it does against what its entry says.

`check(function, args, kwargs)` calls the real thing with sample arguments and tests the claims of its entry:
the kind of the result and what it may share with the arguments, which arguments are changed, which
callbacks are called, and which special methods are called on the arguments and on their elements.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Iterator
from typing import Any

from xcs_ast.effects import catalog
from xcs_ast.effects import entries as e

STATEFUL = ("collections", "_io", "array", "random")
CONTAINERS = (list, tuple, dict, set, frozenset)
ITERATION = {"__iter__", "__next__", "__getitem__", "__len__", "__length_hint__", "__bool__"}


class Mismatch(AssertionError):
    """The real thing did something that its entry does not say."""


def special_names() -> list[str]:
    names = set()
    for kind in (int, float, complex, str, bytes, list, dict, set):
        names |= {n for n in vars(kind) if n.startswith("__") and callable(getattr(kind, n))}
    names |= {
        "__ceil__",
        "__trunc__",
        "__floor__",
        "__complex__",
        "__bytes__",
        "__fspath__",
        "__next__",
        "__missing__",
    }
    names |= {"__length_hint__", "__matmul__", "__rmatmul__", "__imatmul__", "__call__", "__reversed__"}
    names |= {
        f"__i{op}__"
        for op in ("sub", "and", "or", "xor", "truediv", "floordiv", "mod", "pow", "lshift", "rshift")
    }
    return sorted(
        names
        - {
            "__new__", "__init__", "__getattribute__", "__setattr__", "__delattr__", "__class__",
            "__class_getitem__",
            "__getnewargs__", "__getformat__", "__setformat__", "__init_subclass__", "__subclasshook__",
            "__doc__",
            "__sizeof__", "__getstate__", "__reduce__", "__reduce_ex__", "__dir__", "__getnewargs_ex__",
            "__call__",
        }
    )  # fmt: skip


def make_spy(value: object, log: set[str]) -> Any:
    """An object that behaves like `value` where it is asked, and notes every special method."""
    space: dict[str, Any] = {}
    for name in special_names():
        inner = getattr(type(value), name, None)
        if inner is None or (name == "__hash__" and isinstance(value, (list, dict, set))):
            if name not in ("__eq__", "__hash__"):
                continue
            inner = getattr(object, name)
            space[name] = _noting(name, lambda self, *args, _f=inner: _f(self, *args), log)
            continue
        space[name] = _noting(name, lambda self, *args, _f=inner: _f(value, *args), log)
    space["__getattr__"] = _missing(value, log)
    return type("Spy", (), space)()


def _noting(name: str, function: Callable[..., Any], log: set[str]) -> Callable[..., Any]:
    def method(self: object, *args: Any) -> Any:
        log.add(name)
        args = tuple(
            getattr(arg, "_plain_value", arg) if type(arg).__name__ == "Spy" else arg for arg in args
        )
        return function(self, *args)

    return method


def _missing(value: object, log: set[str]) -> Callable[[Any, str], Any]:
    def method(self: object, name: str) -> Any:
        if name == "_plain_value":
            return value
        if not (name.startswith("__") and name.endswith("__")):
            log.add(name)
        return getattr(value, name)

    return method


class Case:
    """One call, with its entry and the arguments where the entry puts them."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        entry = catalog.for_callable(function)
        name = getattr(function, "__name__", "")
        if args and getattr(type(args[0]), name, None) is function:
            entry = catalog.for_method(type(args[0]), name)
        assert entry is not None, f"no entry for {function}"
        self.function = function
        self.entry = entry
        self.args = list(args)
        self.kwargs = kwargs
        self.has_self = entry.kind is e.EntryKind.METHOD
        if entry.kind is e.EntryKind.METHOD and isinstance(function, types.BuiltinFunctionType):
            raise TypeError("pass the unbound method")

    @property
    def skips(self) -> bool:
        return self.entry.unknown_reason is not None

    def placed(self) -> dict[str | int, tuple[Any, ...]]:
        found = self.entry.place(self.args[self.has_self :], self.kwargs)
        assert found is not None, f"the call does not fit {self.entry.dotted}"
        return found

    def slots(self) -> Iterator[tuple[str | int, Callable[[Any], None], Any]]:
        """(key in the entry, how to put another argument there, the argument)."""
        for index, value in enumerate(self.args):
            if self.has_self and index == 0:
                continue
            marker = object()
            probe = list(self.args)
            probe[index] = marker
            placed = self.entry.place(probe[self.has_self :], self.kwargs) or {}
            key = next(
                (k for k, vs in placed.items() if k not in ("*", "**") and any(v is marker for v in vs)), None
            )
            if key is not None:
                yield key, _setter(self.args, index), value
        for name, value in self.kwargs.items():
            yield name, _setter(self.kwargs, name), value


def _setter(where: Any, at: Any) -> Callable[[Any], None]:
    return lambda value: where.__setitem__(at, value)


def clauses(entry: e.Entry) -> Iterator[e.Clause]:
    for clause in entry.clauses:
        yield clause.clause if isinstance(clause, e.Later) else clause


def refers(spec: e.Spec, key: str | int) -> bool:
    """Whether the spec is just this argument."""
    return isinstance(spec, e.Arg) and (spec.key == key or spec.key in ("*", "**"))


def has_rule(entry: e.Entry) -> bool:
    return any(isinstance(clause, e.Rule) for clause in entry.clauses)


def allowed_specials(entry: e.Entry, subject: Callable[[e.Spec], bool]) -> set[str] | None:
    """The special methods that the entry lets the code call; `None` if anything goes."""
    found: set[str] = set()
    for clause in clauses(entry):
        match clause:
            case e.Special(of, method, _) if subject(of):
                found.add(method)
            case e.Touch(e.ClauseKind.ITERATES, of) if subject(of):
                found |= ITERATION
            case e.Touch(e.ClauseKind.MERGES, of) if subject(of):
                found |= ITERATION | {"keys"}
            case e.Touch(e.ClauseKind.MERGES, of) if subject(e.Elem(of)):
                found |= ITERATION
            case e.Touch(e.ClauseKind.DEEP, _) | e.Exact():
                return None
            case _:
                pass
    return found


def run(function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Calls, and exhausts a lazy result, as `later` clauses happen then."""
    result = function(*args, **kwargs)
    if isinstance(result, Iterator) and not hasattr(result, "read"):
        taken = []
        for item in result:
            taken.append(item)
            if isinstance(item, tuple):
                for inner in item:
                    if isinstance(inner, Iterator):
                        list(inner)
            if len(taken) >= 20:
                break
        return types.SimpleNamespace(taken=taken)
    return result


def check(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """All checks on one call."""
    case = Case(function, args, kwargs)
    if case.skips:
        return
    check_result_and_mutation(Case(function, _copied(args), _copied(kwargs)))
    check_callbacks(Case(function, _copied(args), _copied(kwargs)))
    if has_rule(case.entry):
        return
    for index in range(len(args) + len(kwargs)):
        check_specials(Case(function, _copied(args), _copied(kwargs)), index)


def _copied(value: Any) -> Any:
    """Copies of the containers, with the very same elements that are not containers."""
    if type(value) is dict:
        return {k: _copied(v) for k, v in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_copied(v) for v in value)
    return (
        copy.copy(value) if isinstance(value, (bytearray,)) or type(value).__module__ in STATEFUL else value
    )


def check_result_and_mutation(case: Case) -> None:
    entry = case.entry
    before = [_copied(arg) for arg in (*case.args, *case.kwargs.values())]
    placed = case.placed()
    receiver = case.args[0] if case.has_self else None
    contents = Matcher(entry, placed, receiver)
    try:
        result = case.function(*case.args, **case.kwargs)
    except StopIteration:
        return
    changed = {
        id(arg): arg != old
        for arg, old in zip((*case.args, *case.kwargs.values()), before, strict=True)
        if isinstance(arg, (*CONTAINERS, bytearray)) or type(arg).__module__ == "collections"
    }
    if case.has_self and changed.get(id(receiver)) and not writes(entry, lambda s: isinstance(s, e.Self)):
        raise Mismatch(f"{entry.dotted} changes its receiver")
    for key, _, value in case.slots():
        if changed.get(id(value)) and not writes(entry, lambda s, key=key: refers(s, key)):
            raise Mismatch(f"{entry.dotted} changes argument {key!r}")
    if not has_rule(entry) and not contents.matches(entry.result, result):
        raise Mismatch(f"{entry.dotted} gives {result!r}, which is not {entry.result}")


def writes(entry: e.Entry, subject: Callable[[e.Spec], bool]) -> bool:
    for clause in clauses(entry):
        match clause:
            case e.Touch(e.ClauseKind.WRITES, of) if subject(of):
                return True
            case e.Stores(_, into, _) if subject(into):
                return True
            case _:
                pass
    return False


def check_callbacks(case: Case) -> None:
    entry = case.entry
    called: set[str | int] = set()
    for key, put, value in case.slots():
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):

            def recording(*args: Any, _value: Any = value, _key: Any = key, **kwargs: Any) -> Any:
                called.add(_key)
                return _value(*args, **kwargs)

            put(recording)
    run(case.function, case.args, case.kwargs)
    if has_rule(entry):
        return
    for key in called:
        if not any(isinstance(c, e.Calls) and refers(c.function, key) for c in clauses(entry)):
            raise Mismatch(f"{entry.dotted} calls argument {key!r}")


def check_specials(case: Case, index: int) -> None:
    """A spy in the place of one argument, then spies in the place of its elements."""
    slots = list(case.slots())
    if index >= len(slots):
        return
    key, put, value = slots[index]
    if callable(value) or value is None or not case.entry.speaks_of(key):
        return
    log: set[str] = set()
    also = passed_on(case, key)
    put(make_spy(value, log))
    _compare(case, log, lambda spec: refers(spec, key), f"argument {key!r}", also)
    own = allowed_specials(case.entry, lambda spec: refers(spec, key)) or set()
    if type(value) in (list, tuple):
        log = set()
        put(type(value)(v if v is None or isinstance(v, Iterator) else make_spy(v, log) for v in value))
        _compare(
            case,
            log,
            lambda spec: isinstance(spec, e.Elem) and refers(spec.of, key),
            f"elements of {key!r}",
            delegated(type(value), own, e.Elem),
        )
    elif type(value) is dict:
        log = set()
        put({k: make_spy(v, log) for k, v in value.items()})
        _compare(
            case,
            log,
            lambda spec: isinstance(spec, e.Value) and refers(spec.of, key),
            f"values of {key!r}",
            delegated(type(value), own, e.Value),
        )


def delegated(kind: type, methods: set[str], part: type) -> set[str]:
    """What the special methods of a builtin container, which the entry lets be called, call on its parts."""
    found: set[str] = set()
    todo, seen = list(methods), set()
    while todo:
        method = todo.pop()
        entry = catalog.for_method(kind, method)
        if entry is None or method in seen:
            continue
        seen.add(method)
        todo += allowed_specials(entry, lambda s: isinstance(s, e.Self)) or ()
        found |= allowed_specials(entry, lambda s: isinstance(s, part) and isinstance(s.of, e.Self)) or set()
    return found


def passed_on(case: Case, key: str | int) -> set[str]:
    """What special methods of other arguments, to which the entry passes this one on, call on it."""
    found: set[str] = set()
    matcher = Matcher(case.entry, case.placed(), case.args[0] if case.has_self else None)
    for clause in clauses(case.entry):
        if isinstance(clause, e.Special):
            for index, arg in enumerate(clause.args):
                if refers(arg, key):
                    for value in matcher.resolve(clause.subject) or ():
                        entry = catalog.for_method(type(value), clause.method)
                        if entry is not None:
                            name = entry.params[index].name if entry.params else index
                            found |= allowed_specials(entry, lambda s, n=name: refers(s, n)) or set()
    return found


def _compare(
    case: Case, log: set[str], subject: Callable[[e.Spec], bool], what: str, also: set[str] = frozenset()
) -> None:
    allowed = allowed_specials(case.entry, subject)
    if allowed is None:
        return
    log.clear()
    try:
        run(case.function, case.args, case.kwargs)
    except Exception:
        pass  # What it called before it gave up counts all the same.
    strange = log - allowed - also
    if strange:
        raise Mismatch(f"{case.entry.dotted} calls {sorted(strange)} on {what}")


class Matcher:
    """Whether a value is what a result spec says; remembers the contents that the arguments had."""

    def __init__(self, entry: e.Entry, placed: dict[str | int, tuple[Any, ...]], receiver: Any) -> None:
        self.entry = entry
        self.placed = placed
        self.receiver = receiver
        self.elements: dict[int, list[Any]] = {}
        self.values: dict[int, list[Any]] = {}
        for value in [receiver, *(v for vs in placed.values() for v in vs)]:
            self._remember(value)

    def _remember(self, value: Any) -> None:
        if isinstance(value, (*CONTAINERS, str, bytes, range, bytearray)) or type(value).__name__ == "deque":
            if id(value) in self.elements:
                return
            self.elements[id(value)] = list(value)
            if isinstance(value, dict):
                self.values[id(value)] = list(value.values())
            for item in self.elements[id(value)]:
                self._remember(item)

    def resolve(self, spec: e.Spec) -> list[Any] | None:
        """The objects that the spec stands for; `None` where that cannot be told."""
        match spec:
            case e.Self():
                return [self.receiver]
            case e.Arg(key):
                return list(self.placed.get(key, ()))
            case e.Elem(of) | e.KeyOf(of):
                outer = self.resolve(of)
                if outer is None or any(id(o) not in self.elements for o in outer):
                    return None
                return [x for o in outer for x in self.elements[id(o)]]
            case e.Value(of):
                outer = self.resolve(of)
                if outer is None or any(id(o) not in self.values for o in outer):
                    return None
                return [x for o in outer for x in self.values[id(o)]]
            case _:
                return None

    def matches(self, spec: e.Spec, value: Any) -> bool:
        match spec:
            case e.Self():
                if self.entry.kind is e.EntryKind.CONSTRUCT:
                    return type(value) is catalog.class_named(self.entry.owner)
                return value is self.receiver
            case e.Scalar(kinds):
                return type(value) in kinds
            case e.Union(options):
                return any(self.matches(option, value) for option in options)
            case e.UnknownValue() | e.ResultOf() | e.SpecialResult() | e.Attr():
                return True
            case e.Arg() | e.Elem() | e.Value() | e.KeyOf():
                found = self.resolve(spec)
                return found is None or any(
                    value is x or (type(x) in e.SCALARS and type(x) is type(value) and x == value)
                    for x in found
                )
            case e.Fresh(kind, parts):
                return self._fresh(kind, parts, value)
            case e.Json():
                return type(value) in (dict, list, str, int, float, bool, type(None))
            case e.New(name, _):
                return type(value) is catalog.class_named(name)
            case e.View(name, _):
                return type(value) is catalog.class_named(name)
            case e.Copy(of, _):
                return any(type(value) is type(x) and value == x for x in self.resolve(of) or ())
        raise AssertionError(spec)

    def _fresh(self, kind: str, parts: tuple[e.Spec, ...], value: Any) -> bool:
        arguments = [v for vs in self.placed.values() for v in vs]
        if kind == "iter":
            if any(value is a for a in (*arguments, self.receiver)) or not isinstance(value, Iterator):
                return False
            taken = [item for item, _ in zip(value, range(20), strict=False)]
            return all(self.matches(parts[0], item) for item in taken) if parts else True
        if kind == "row":
            return type(value) is tuple and all(self.matches(parts[0], item) for item in value)
        if type(value).__name__ != kind:
            return False
        if kind in ("list", "dict", "set") and any(value is a for a in (*arguments, self.receiver)):
            return False
        if not parts:
            return True
        if kind == "dict":
            return all(self.matches(parts[0], k) and self.matches(parts[1], v) for k, v in value.items())
        if kind == "tuple" and len(parts) > 1:
            return len(value) == len(parts) and all(map(self.matches, parts, value))
        return all(self.matches(parts[0], item) for item in value)
