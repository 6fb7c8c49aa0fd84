"""Which part of a function each test decides about, read from the function's tree.

Formal statement. A place is guarded by a test iff, in plain Python, whether it is reached after the test
depends on what the test says: the branches of `if`, of conditional expressions, of comprehensions; the later
operands of `and` and `or`; a whole `while` loop; and where a branch leaves the loop or the function,
everything that comes after it there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, final

from xcs_ast.native import use_own

use_own(globals())

__all__ = ["FunctionMap", "Range", "contains", "range_of"]

Range = tuple[tuple[int, int], tuple[int, int]]
"""From (line, column) to (line, column), the end exclusive."""
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def range_of(node: ast.AST) -> Range:
    """Where a node stands."""
    return (
        (node.lineno, node.col_offset),  # type: ignore[attr-defined]
        (node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
    )


def contains(outer: Range, inner: Range) -> bool:
    """Whether one place holds the other."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


@final
class FunctionMap:
    """What the observing recorder asks about one function's tree."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.range = range_of(node)
        self.tests: list[tuple[Range, list[Range]]] = []
        """(where a test stands, what it decides about)."""
        self.silent: list[tuple[Range, list[Range]]] = []
        """The same for what decides without a step of its own: `is`, `match`, a handler."""
        self.loops: dict[Range, Range] = {}
        """By the place of what is iterated over: the whole loop."""
        self.nodes: dict[Range, ast.AST] = {}
        """Calls and operators by their place."""
        self.joined: list[tuple[Range, tuple[str | None, ...]]] = []
        """f-strings, inner ones last: where, and the texts between the values (`None` stands for a value)."""
        self.fixed = _fixed(node)
        self._identity: set[Range] = set()
        self._deciding: dict[Range, tuple[list[Range], list[Range]]] = {}
        """Parameters that are never bound again."""
        body = node.body if isinstance(node.body, list) else [node.body]
        for child in body:
            self._visit(child, [])
        self.silent += [each for each in self.tests if each[0] in self._identity]

    def deciding(self, place: Range) -> tuple[list[Range], list[Range]]:
        """The tests that decide about a place, and what does so without a step of its own."""
        known = self._deciding.get(place)
        if known is None:
            known = self._deciding[place] = (_about(self.tests, place), _about(self.silent, place))
        return known

    def operands(self, place: Range) -> list[ast.expr | None]:
        """The expressions that a call or operator takes, callee first; empty where they cannot be told."""
        match self.nodes.get(place):
            case ast.Call(func=func, args=args, keywords=keywords):
                if any(isinstance(a, ast.Starred) for a in args) or any(k.arg is None for k in keywords):
                    return []
                return [func, *args, *(k.value for k in keywords)]
            case ast.BinOp(left=left, right=right):
                return [left, right]
            case ast.Attribute(value=value) | ast.UnaryOp(operand=value):
                return [value]
            case ast.Subscript(value=value, slice=key):
                return [value, key]
            case ast.Compare(left=left, comparators=[right]):
                return [left, right]
            case ast.Name() as name:
                return [name]
            case ast.AugAssign(target=ast.Subscript(slice=key), value=value):
                return [None, key, value]
            case ast.AugAssign(value=value):
                return [None, value]
            case _:
                return []

    def _visit(self, node: ast.AST, loops: list[ast.AST]) -> None:
        if isinstance(node, _FUNCTIONS):
            return
        inner = loops
        test = getattr(node, "test", None)
        for each in (
            test,
            *getattr(node, "ifs", ()),
            *(node.values[:-1] if isinstance(node, ast.BoolOp) else ()),
        ):
            if isinstance(each, ast.expr) and _asks_identity(each):
                self._identity.add(range_of(each))
        match node:
            case ast.Match(subject=subject, cases=cases):
                parts = [range_of(s) for case in cases for s in case.body]
                self.silent.append((range_of(subject), parts + list(self._after(node, loops))))
            case ast.Try(body=body, handlers=[_, *_]):
                tried = (range_of(body[0])[0], range_of(body[-1])[1])
                self.silent.append((tried, list(self._after(node, loops))))
            case (
                ast.Call()
                | ast.BinOp()
                | ast.Attribute()
                | ast.UnaryOp()
                | ast.Subscript()
                | ast.Compare()
                | ast.Name()
                | ast.AugAssign()
            ):
                self.nodes[range_of(node)] = node
            case ast.JoinedStr(values=values):
                self.joined.append(
                    (
                        range_of(node),
                        tuple(str(v.value) if isinstance(v, ast.Constant) else None for v in values),
                    )
                )
            case ast.If(test=test):
                parts = [range_of(s) for s in (*node.body, *node.orelse)]
                self.tests.append((range_of(test), parts + list(self._after(node, loops))))
            case ast.While(test=test):
                self.tests.append((range_of(test), [range_of(node), *self._after(node, loops)]))
                inner = [*loops, node]
            case ast.For(iter=over) | ast.AsyncFor(iter=over):
                self.loops[range_of(over)] = range_of(node)
                inner = [*loops, node]
            case ast.IfExp(test=test):
                self.tests.append((range_of(test), [range_of(node.body), range_of(node.orelse)]))
            case ast.BoolOp(values=values):
                for number, value in enumerate(values[:-1]):
                    self.tests.append((range_of(value), [range_of(v) for v in values[number + 1 :]]))
            case ast.Assert(test=test):
                self.tests.append((range_of(test), list(self._leave(node, loops))))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            self._visit(child, inner)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for number, part in enumerate(node.generators):
            self.loops[range_of(part.iter)] = range_of(node)
            later: list[ast.expr] = [each for p in node.generators[number + 1 :] for each in (p.iter, *p.ifs)]
            for place, test in enumerate(part.ifs):
                guarded = [*part.ifs[place + 1 :], *later, *results]
                self.tests.append((range_of(test), [range_of(each) for each in guarded]))

    def _after(self, node: ast.stmt, loops: list[ast.AST]) -> Iterator[Range]:
        kinds = {type(each) for each in _exits(node)}
        if kinds & {ast.Return, ast.Raise}:
            yield from self._leave(node, loops)
        if loops and ast.Break in kinds:
            yield range_of(loops[-1])
        if loops and ast.Continue in kinds:
            yield (range_of(node)[1], range_of(loops[-1])[1])

    def _leave(self, node: ast.AST, loops: list[ast.AST]) -> Iterator[Range]:
        """What is never reached where `node` leaves the function."""
        yield (range_of(node)[1], self.range[1])
        if loops:
            yield range_of(loops[0])


def _about(tests: list[tuple[Range, list[Range]]], place: Range) -> list[Range]:
    return [
        test
        for test, guarded in tests
        if any(contains(each, place) or each[0] <= place[0] < each[1] for each in guarded)
    ]


def _asks_identity(test: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Compare) and any(isinstance(op, ast.Is | ast.IsNot) for op in each.ops)
        for each in ast.walk(test)
    )


def _exits(node: ast.AST) -> Iterator[ast.AST]:
    """The statements below that leave what `node` stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            continue
        if isinstance(child, ast.Return | ast.Raise | ast.Break | ast.Continue):
            yield child
        elif isinstance(child, _LOOPS):
            yield from (each for each in _exits(child) if isinstance(each, ast.Return | ast.Raise))
        else:
            yield from _exits(child)


def _fixed(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
    given = node.args
    names = {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.discard(name)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                names.discard(name)
            case ast.MatchMapping(rest=str(name)):
                names.discard(name)
            case ast.Nonlocal(names=more):
                names.difference_update(more)
            case ast.alias(name=name, asname=asname):
                names.discard(asname or name.partition(".")[0])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.discard(name)
            case _:
                pass
    return frozenset(names)
