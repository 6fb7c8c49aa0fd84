"""Interpreting `try`, `with` and `match`."""

from __future__ import annotations

import types
from collections.abc import Callable

import xcs_ast.effects.catalog as catalog
import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.expressions import Expressions
from xcs_ast.effects.names import Env, join_env
from xcs_ast.effects.resolve import class_name, find_in_mro, module_of
from xcs_ast.effects.values import (
    BOTTOM,
    NONE,
    AnyException,
    Atom,
    Const,
    New,
    Ref,
    Value,
    class_of,
    is_scalar,
    join,
)
from xcs_ast.ir.paths import Path, PinnedRoot
from xcs_ast.native import Any, Final, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Handling"]


class Handling(Expressions):
    """Statements whose parts may be left in the middle."""

    def execute(self, body: list[ast.stmt]) -> bool:
        """Interprets statements in order; whether execution may reach their end."""
        raise NotImplementedError

    def resume(self, ways: list[Env]) -> bool:
        """Goes on with the join of several ways; whether there is one."""
        raise NotImplementedError

    # -------------------------------------------------------------------------------------------- try, with

    def run_try(self, node: Any) -> bool:
        """`try`, with all its clauses."""
        frame = self.frame
        catcher = dict(frame.locals)
        outer_catcher = dict(frame.locals)
        frame.catchers.append(outer_catcher)
        frame.catchers.append(catcher)
        falls = self.execute(node.body)
        frame.catchers.remove(catcher)
        if falls and node.orelse:
            falls = self.execute(node.orelse)
        ways: list[Env] = [frame.locals] if falls else []
        for handler in node.handlers:
            frame.locals = dict(catcher)
            handled = frame.handled
            caught = self._caught(handler)
            frame.handled = caught
            if handler.name:
                self.store_name(handler.name, caught, handler)
            if self.execute(handler.body):
                if handler.name:
                    frame.locals.pop(handler.name, None)
                ways.append(frame.locals)
            frame.handled = handled
        frame.catchers[:] = [each for each in frame.catchers if each is not outer_catcher]
        if node.finalbody:
            frame.locals = dict(outer_catcher)
            for way in ways:
                frame.locals = join_env(frame.locals, way)
            loops = bool(ways)
            return self.execute(node.finalbody) and loops
        return self.resume(ways)

    def _caught(self, handler: ast.ExceptHandler) -> Value:
        """What an `except` clause may catch."""
        self.read.add("raised")
        out: set[Atom] = set()
        anything = New(self.fresh(handler, AnyException, "caught"))
        if handler.type is None:
            return frozenset({anything}) | self.raised
        classes = self._classes(self.evaluate(handler.type))
        if classes is None:
            return self.fail("catches exceptions of classes that are not known", handler)
        for cls in classes:
            if find_check(cls):
                return self.fail(f"catches {class_name(cls)}, whose metaclass decides", handler)
            # Code with a model raises exceptions of its own library, or of Python's; the rest is in `raised`.
            modelled = catalog.default.is_modelled(cls)
            if modelled and module_of(cls) != "builtins":
                out.add(New(self.fresh(handler, cls, "caught")))
            below = _all_below(cls) if modelled and module_of(cls) != "builtins" else []
            if module_of(cls) == "builtins" or not all(map(catalog.default.is_modelled, below)):
                out.add(anything)
            else:
                out |= {New(self.fresh(handler, each, "caught")) for each in below}
        for atom in self.raised:
            kind = self.exact(atom)
            if kind is None or any(issubclass(kind, cls) for cls in classes):
                out.add(atom)
        return frozenset(out)

    def run_with(self, node: ast.With) -> bool:
        """`with`."""
        return self._with_items(node.items, node)

    def _with_items(self, items: list[ast.withitem], node: ast.With) -> bool:
        if not items:
            return self.execute(node.body)
        frame = self.frame
        manager = self.evaluate(items[0].context_expr)
        entered = BOTTOM
        for atom in manager:
            entered = join(entered, self._enter_manager(atom, node))
        if items[0].optional_vars is not None:
            self.assign(items[0].optional_vars, entered)
        catcher = dict(frame.locals)
        frame.catchers.append(catcher)
        falls = self._with_items(items[1:], node)
        frame.catchers[:] = [each for each in frame.catchers if each is not catcher]
        after = dict(frame.locals)
        frame.locals = join_env(catcher, after) if falls else dict(catcher)
        swallows = False
        for atom in manager:
            swallows |= self._exit_manager(atom, node)
        if swallows:
            return True
        if falls:
            frame.locals = after
        return falls

    def _enter_manager(self, atom: Atom, node: ast.With) -> Value:
        if is_scalar(atom):
            return BOTTOM
        return self.special(atom, "__enter__", (), node) or BOTTOM

    def _exit_manager(self, atom: Atom, node: ast.With) -> bool:
        """Runs `__exit__`; whether it may swallow an exception."""
        if is_scalar(atom):
            return False
        error: Value = frozenset({New(self.fresh(node, AnyException, "with")), Const(None)})
        types_: Value = join(NONE, frozenset({Ref(Path(PinnedRoot(AnyException)), AnyException)}))
        trace: Value = frozenset({New(self.fresh(node, types.TracebackType, "with")), Const(None)})
        result = self.special(atom, "__exit__", (types_, error, trace), node)
        if result is None:
            return False
        may_true, _ = self.truth(result, node)
        return may_true

    # --------------------------------------------------------------------------------------------- match

    def run_match(self, node: ast.Match) -> bool:
        """`match`."""
        frame = self.frame
        subject = self.evaluate(node.subject)
        ways: list[Env] = []
        for case in node.cases:
            before = dict(frame.locals)
            self.pattern(case.pattern, subject)
            possible = True
            if case.guard is not None:
                possible, refused = self.test(case.guard)
                if refused:  # what the pattern has bound stays bound
                    before = join_env(before, frame.locals)
            if possible and self.execute(case.body):
                ways.append(frame.locals)
            frame.locals = dict(before)
        ways.append(frame.locals)
        return self.resume(ways)

    def pattern(self, pattern: ast.pattern, subject: Value) -> None:
        """What matching a pattern does, and what its names are bound to."""
        match pattern:
            case ast.MatchValue(value):
                self.compare(ast.Eq, subject, self.evaluate(value), pattern)
            case ast.MatchSingleton():
                pass
            case ast.MatchAs(inner, name):
                if inner is not None:
                    self.pattern(inner, subject)
                if name is not None:
                    self.store_name(name, subject, pattern)
            case ast.MatchOr(patterns):
                for each in patterns:
                    self.pattern(each, subject)
            case ast.MatchSequence(patterns):
                self._sequence_pattern(patterns, subject, pattern)
            case ast.MatchMapping(keys, patterns, rest):
                self._mapping_pattern(keys, patterns, rest, subject, pattern)
            case _:
                assert isinstance(pattern, ast.MatchClass)
                self._class_pattern(pattern, subject)

    def _class_pattern(self, pattern: ast.MatchClass, subject: Value) -> None:
        classes = self.decided_by_type(self.evaluate(pattern.cls))
        if classes is None:
            self.fail("matches a class that is not known, or whose metaclass decides", pattern)
            return
        fitting = frozenset(atom for atom in subject if self._may_be_one(atom, classes, pattern))
        for name, each in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            self.pattern(each, self.load_attr(fitting, name, pattern))
        for cls in classes if pattern.patterns else ():
            owner, names = self.class_attr(cls, "__match_args__", pattern)
            if owner is None and any(cls is each for each in _MATCHED_WHOLE):
                self.pattern(pattern.patterns[0], fitting)
            elif (
                type(names) is tuple
                and self.with_plain_metaclass(cls, pattern)
                and self.class_attr(type(cls), "__match_args__", pattern)[0] is None
            ):
                assert owner is not None
                if self.recall((type(owner), "__match_args__"), owner, Path(PinnedRoot(owner))):
                    self.fail(f"{class_name(owner)}.__match_args__ is replaced here", pattern)
                for name, each in zip(names, pattern.patterns, strict=False):
                    found = self.load_attr(fitting, name, pattern) if type(name) is str else BOTTOM
                    self.pattern(each, found)
            else:
                self.fail("matches a class by position", pattern, codes.UNSUPPORTED)

    def _may_be_one(self, atom: Atom, classes: list[type], node: ast.AST) -> bool:
        """Whether a value may be an instance of one of these classes."""
        kind = class_of(atom)
        if kind is None or kind is AnyException or find_in_mro(kind, "__class__")[0] is not object:
            return True
        self.exact(atom)
        if any(type(cls) is not type for cls in classes):
            for cls in classes:
                self._looks_at_methods(kind, cls, node)
            return True  # it may have been registered
        return any(base is cls for base in self.lineage(kind) for cls in classes)

    def _sequence_pattern(self, patterns: list[ast.pattern], subject: Value, node: ast.pattern) -> None:
        fitting = frozenset(
            a
            for a in subject
            if not is_scalar(a)
            and self.exact(a) not in (dict, set, frozenset, bytearray)
            and not self._never_matches(a, _SEQUENCE)
        )
        for atom in fitting:
            if class_of(atom) not in (list, tuple):
                self.fail("matches something that is neither a list nor a tuple as a sequence", node)
        element = self.iterate(fitting, node)
        for each in patterns:
            if isinstance(each, ast.MatchStar):
                if each.name is not None:
                    self.store_name(each.name, self.new_container(each, list, element), each)
            else:
                self.pattern(each, element)

    def _never_matches(self, atom: Atom, flag: int) -> bool:
        """Whether its class is not marked as one of sequences, or mappings: then nothing is asked of it."""
        cls = class_of(atom)
        if cls is None or cls is AnyException or _flags(cls) & flag:
            return False
        self.exact(atom)
        name = f"{class_name(cls)} is not marked by {flag}"
        self.guard(g.Condition(name, _is_not_marked, about=(cls, flag)))
        return True

    def _mapping_pattern(
        self,
        keys: list[ast.expr],
        patterns: list[ast.pattern],
        rest: str | None,
        subject: Value,
        node: ast.pattern,
    ) -> None:
        fitting = frozenset(
            a
            for a in subject
            if not is_scalar(a)
            and self.exact(a) not in (list, tuple, set, frozenset)
            and not self._never_matches(a, _MAPPING)
        )
        for atom in fitting:
            if class_of(atom) is not dict:
                self.fail("matches something that is not a dict as a mapping", node)
        for key, each in zip(keys, patterns, strict=True):
            self.pattern(each, self.get_item(fitting, self.evaluate(key), node))
        if rest is not None:
            values = keys_of = BOTTOM
            for atom in fitting:
                values = join(values, self.content(atom, node))
                keys_of = join(keys_of, self.content(atom, node, keys=True))
            self.store_name(rest, self.new_container(node, dict, values, keys_of), node)


_MATCHED_WHOLE: Final = (
    bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple
)  # fmt: skip
"""Classes of which the one pattern by position stands for the object itself."""


def _is_not_marked(cls: type, flag: int) -> bool:
    return not _flags(cls) & flag


_flags: Final[Callable[[type], int]] = type.__dict__["__flags__"].__get__
_SEQUENCE: Final = 1 << 5
"""`Py_TPFLAGS_SEQUENCE`: inherited, or set when the class was registered."""
_MAPPING: Final = 1 << 6


def find_check(cls: type) -> bool:
    """Whether a metaclass decides what is an instance or a subclass of `cls`."""
    return find_in_mro(type(cls), "__subclasscheck__")[0] is not type


def _all_below(cls: type) -> list[type]:
    """All subclasses of a class, and theirs."""
    below: list[type] = type.__subclasses__(cls)
    return below + [each for one in below for each in _all_below(one)]
