"""Comprehensions and generator expressions of instrumented code, rewritten in place.

Guarantees: the first iterable is evaluated where the plain code does it; targets are bound in the same order.
Assumes: as `instrument_base`.
"""

from __future__ import annotations

import ast

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_base import Builder, contains
from xcs_ast.tracer.instrument_scopes import Refused

use_own(globals())

__all__ = ["Comprehensions"]


class Comprehensions(Builder):
    """Rewrites comprehensions."""

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> ast.expr:
        names: set[str] = set()
        for generator in node.generators:
            if generator.is_async:
                raise Refused("an asynchronous comprehension")
            for name in ast.walk(generator.target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    names.add(self.scope.mangle(name.id))
        lazy = isinstance(node, ast.GeneratorExp)
        # The first iterable belongs to the code around.
        first = self._iterable(node.generators[0].iter)
        saved = self.no_walrus
        self.scope.comprehensions.append(names)
        shadowed = self.definite & names
        self.definite -= names
        self.in_generator += lazy
        try:
            generators: list[ast.comprehension] = []
            for index, generator in enumerate(node.generators):
                source = first if index == 0 else self._iterable(generator.iter)
                generators += self._loops(generator, source)
                generators[-1].ifs.extend(self.test(each) for each in generator.ifs)
            made: ast.expr
            if isinstance(node, ast.DictComp):
                made = ast.DictComp(self.key(node.key), self.expr(node.value), generators)
            elif isinstance(node, ast.SetComp):
                made = ast.SetComp(self.key(node.elt), generators)
            else:
                made = type(node)(self.expr(node.elt), generators)
        finally:
            self.in_generator -= lazy
            self.no_walrus = saved
            self.scope.comprehensions.pop()
            self.definite |= shadowed
        if lazy and contains(made, ast.Await):
            raise Refused("await in a generator expression")
        return self.hook(node, "generator" if lazy else "new", self.place(made, node))

    def _iterable(self, node: ast.expr) -> ast.expr:
        self.no_walrus += 1
        try:
            return self.hook(node, "iterate", self.frozen(node))
        finally:
            self.no_walrus -= 1

    def _loops(self, generator: ast.comprehension, source: ast.expr) -> list[ast.comprehension]:
        target = generator.target
        if isinstance(target, ast.Name):
            return [ast.comprehension(target, source, [], 0)]
        loops: list[ast.comprehension] = []
        todo: list[tuple[ast.expr, ast.expr | None]] = [(target, None)]
        while todo:
            each, value = todo.pop(0)
            if not isinstance(each, ast.Tuple | ast.List):
                raise Refused("a comprehension that stores into an object")
            if value is None:
                name = self.temporary()
                loops.append(ast.comprehension(ast.Name(name, ast.Store()), source, [], 0))
                value = self.load(name)
            flat, inner = self._flat(each)
            unpacked = self.unpacked(each, value)
            loops.append(ast.comprehension(flat, ast.Tuple([unpacked], ast.Load()), [], 0))
            todo += inner
        return loops

    def _flat(self, target: ast.Tuple | ast.List) -> tuple[ast.expr, list[tuple[ast.expr, ast.expr | None]]]:
        """The target with temporaries in the place of nested ones, and those."""
        elements: list[ast.expr] = []
        inner: list[tuple[ast.expr, ast.expr | None]] = []
        for element in target.elts:
            bare = element.value if isinstance(element, ast.Starred) else element
            kept: ast.expr = bare
            if not isinstance(bare, ast.Name):
                name = self.temporary()
                inner.append((bare, self.load(name)))
                kept = ast.Name(name, ast.Store())
            elements.append(ast.Starred(kept, ast.Store()) if isinstance(element, ast.Starred) else kept)
        if any(isinstance(element, ast.Starred) for element in target.elts):
            # `unpack` has made a list of what the star takes: there is one element for each target.
            elements = [
                element.value if isinstance(element, ast.Starred) else element for element in elements
            ]
        return self.place(ast.Tuple(elements, ast.Store()), target), inner

    def unpacked(self, target: ast.Tuple | ast.List, value: ast.expr) -> ast.expr:
        """The call that takes a value apart for a target."""
        stars = [index for index, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
        before = stars[0] if stars else len(target.elts)
        after = len(target.elts) - before - 1 if stars else -1
        return self.hook(target, "unpack", value, ast.Constant(before), ast.Constant(after))
