"""A runtime that never runs anything ahead: each slice runs where its value is taken.

Code rewritten under any plan must then behave like the original. `mode` chooses the version that is taken.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

_PLACEHOLDER = re.compile(r"<xcs site (\d+) of \w+>")


class InPlace:
    """A site, and its own handle."""

    def __init__(self, single: bool, mode: str) -> None:
        self.single = single
        self.mode = mode
        self.entered = 0
        self.taken = 0

    def worthwhile(self) -> bool:
        return self.mode != "plain"

    def enter(self, slice_: Callable[..., Any], iterable: Any, env: tuple[Any, ...]) -> Run:
        self.entered += 1
        return Run(self, slice_, iterable)

    def enter_module(self, slice_: Callable[..., Any], iterable: Any) -> Run:
        self.run = self.enter(slice_, iterable, ())
        return self.run

    def block(self, thunks: tuple[Callable[[], Any], ...], env: tuple[Any, ...]) -> Block:
        self.entered += 1
        return Block(self, thunks)

    def block_module(self, thunks: tuple[Callable[[], Any], ...]) -> Block:
        self.run = self.block(thunks, ())
        return self.run

    def __iter__(self) -> Iterator[Any]:
        return iter(self.run)

    def ahead(self, k: int) -> Any:
        return self.run.ahead(k)

    def rest(self) -> Any:
        return self.run.rest()

    def trim(self) -> None:
        return


class Run:
    """A loop or comprehension that was entered."""

    def __init__(self, site: InPlace, slice_: Callable[..., Any], iterable: Any) -> None:
        self.site, self.slice, self.iterable = site, slice_, iterable
        self.iterator: Any = None
        self.left = -1 if site.mode == "ahead" else 2

    def __bool__(self) -> bool:
        return self.site.mode in ("ahead", "midway")

    def __iter__(self) -> Iterator[Any]:
        self.iterator = iter(self.iterable)
        return self

    def __next__(self) -> Any:
        if self.left == 0 and self.site.loop:
            raise StopIteration
        self.left -= 1
        self.item = next(self.iterator)
        self.generator = None
        return self.item

    def ahead(self, k: int) -> Any:
        self.site.taken += 1
        if self.site.single:
            return self.slice(self.item)
        if self.generator is None:
            self.generator = self.slice(self.item)
        while True:
            # A synthetic slice computes what the body may have skipped: go on to the one that is asked for.
            number, value = next(self.generator)
            if number == k:
                return value

    def rest(self) -> Any:
        return self.iterable if self.iterator is None else self.iterator if self.left == 0 else ()


class Block:
    """A block that was entered."""

    def __init__(self, site: InPlace, thunks: tuple[Callable[[], Any], ...]) -> None:
        self.site, self.thunks = site, thunks

    def __bool__(self) -> bool:
        return self.site.mode == "ahead"

    def ahead(self, k: int) -> Any:
        self.site.taken += 1
        return self.thunks[k]()


def bind(code: CodeType, sites: dict[int, InPlace]) -> CodeType:
    """Puts the sites in the places of their constants."""

    def one(const: Any) -> Any:
        if isinstance(const, CodeType):
            return bind(const, sites)
        if isinstance(const, str) and (found := _PLACEHOLDER.fullmatch(const)):
            return sites[int(found.group(1))]
        return const

    return code.replace(co_consts=tuple(one(const) for const in code.co_consts))


def compiled(tree: ast.Module, filename: str, facts: Any, mode: str) -> tuple[CodeType, dict[int, InPlace]]:
    """Executable code, and its sites."""
    sites = {each.index: InPlace(each.single, mode) for each in facts}
    for each in facts:
        sites[each.index].loop = each.kind.value == "loop"
    return bind(compile(tree, filename, "exec", dont_inherit=True), sites), sites
