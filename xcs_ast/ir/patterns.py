"""Patterns: what people call the shapes that a graph has.

A matcher looks at a graph and says where its pattern is. One registered function makes a new pattern:

    @register_pattern("fan-out")
    def fan_out(graph):
        for op in graph.operations:
            if len(op.outputs) > 1:
                yield PatternMatch("fan-out", (op,))

Patterns name and explain; nothing is decided by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol, final

from xcs_ast.ir.dependences import DependenceKind
from xcs_ast.ir.effects import Access, Location
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.native import use_own
from xcs_ast.records import dataclass

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.ir.graph import ComputationGraph

__all__ = [
    "LIBRARY",
    "FunctionMatcher",
    "PatternLibrary",
    "PatternMatch",
    "PatternMatcher",
    "independent_parts",
    "register_pattern",
    "site_of",
]

_WORK: Final = frozenset({OpType.CALL, OpType.AWAIT, OpType.COMPUTE})


@final
@dataclass(frozen=True, slots=True)
class PatternMatch:
    """One place where a pattern is: the operations that make it up."""

    pattern: str
    operations: tuple[Operation, ...]
    description: str = ""


class PatternMatcher(Protocol):
    """Finds one pattern."""

    @property
    def name(self) -> str:
        """What the pattern is called."""

    def match(self, graph: ComputationGraph) -> list[PatternMatch]:
        """Every place where the pattern is."""


@final
@dataclass(frozen=True, slots=True)
class FunctionMatcher:
    """A matcher made of one function."""

    name: str
    function: Callable[[ComputationGraph], Iterable[PatternMatch]]

    def match(self, graph: ComputationGraph) -> list[PatternMatch]:
        """Every place where the pattern is.

        Raises:
            TypeError: the function gives something else than matches.
        """
        found = list(self.function(graph))
        for each in found:
            if type(each) is not PatternMatch:
                kind = type(each).__name__
                raise TypeError(f"the pattern {self.name!r} is to give instances of PatternMatch, not {kind}")
        return found


@final
class PatternLibrary:
    """Matchers, in the order in which they were registered; by default all that there are when it is made."""

    def __init__(self, matchers: Iterable[PatternMatcher] | None = None) -> None:
        self._matchers: list[PatternMatcher] = list(LIBRARY.matchers if matchers is None else matchers)

    @property
    def matchers(self) -> tuple[PatternMatcher, ...]:
        """All matchers."""
        return tuple(self._matchers)

    def register(self, matcher: PatternMatcher) -> None:
        """Adds a matcher; one of the same name gives way."""
        self._matchers = [each for each in self._matchers if each.name != matcher.name] + [matcher]

    def match_all(self, graph: ComputationGraph) -> list[PatternMatch]:
        """What all matchers find."""
        return [match for matcher in self._matchers for match in matcher.match(graph)]


LIBRARY: Final = PatternLibrary(())
_Finder = Callable[["ComputationGraph"], Iterable[PatternMatch]]


def register_pattern(name: str) -> Callable[[_Finder], _Finder]:
    """Makes a function a pattern of that name: it takes a graph and gives the matches.

    Raises:
        TypeError: the name is no string, or what is decorated cannot be called.
    """
    if type(name) is not str:
        raise TypeError(f"a pattern has a name, a string, not {type(name).__name__}")

    def register(function: _Finder) -> _Finder:
        if not callable(function):
            raise TypeError(f"the pattern {name!r} is to be a function, not {type(function).__name__}")
        LIBRARY.register(FunctionMatcher(name, function))
        return function

    return register


# ------------------------------------------------------------------------------------------------- helpers


def site_of(op: Operation) -> object:
    """Where an operation stands: its place in the source, or its name where that is not known."""
    return op.span if op.span is not None else op.name


def independent_parts(graph: ComputationGraph, group: Iterable[Operation]) -> list[list[Operation]]:
    """The group in runs of two or more, none of which depends on another of its run."""
    group = list(group)
    if len(group) < 2:
        return []
    reaches = graph.reaches(group[0].parent)
    number = {op.id: n for n, op in enumerate(graph.steps(group[0].parent))}
    parts: list[list[Operation]] = [[]]
    bits = 0
    for op in group:
        if reaches[op.id] & bits:
            parts.append([])
            bits = 0
        parts[-1].append(op)
        bits |= 1 << number[op.id]
    return [part for part in parts if len(part) > 1]


def _sites(graph: ComputationGraph) -> Iterator[list[Operation]]:
    """Work of one kind at one place, inside one call."""
    found: dict[object, list[Operation]] = {}
    for op in graph.operations:
        if op.op_type in _WORK:
            found.setdefault((op.parent, op.op_type, site_of(op)), []).append(op)
    return (group for group in found.values() if len(group) > 1)


def _independent(graph: ComputationGraph) -> Iterator[list[Operation]]:
    for group in _sites(graph):
        yield from independent_parts(graph, group)


def _names(operations: Sequence[Operation]) -> str:
    return ", ".join(dict.fromkeys(op.name for op in operations))


def _origins(graph: ComputationGraph) -> dict[str, str]:
    """For each value that was loaded, the value that was stored there."""
    found: dict[str, str] = {}
    for op in graph.operations:
        same = op.metadata.get("same_as")
        if same is not None:
            for value in op.outputs:
                found[value.id] = found.get(same, same)
    return found


def _uses(graph: ComputationGraph, first: Operation, second: Operation) -> bool:
    """Whether the second takes what the first gave, perhaps out of a container."""
    given = {value.id for value in first.outputs}
    if any(value.id in given for value in second.inputs):
        return True
    origins = graph.remember("origins", _origins)
    return any(origins.get(value.id) in given for value in second.inputs)


# ------------------------------------------------------------------------------------------------ patterns


@register_pattern("map")
def match_map(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """The same step for several items, each for itself."""
    for group in _independent(graph):
        if len({tuple(value.id for value in op.inputs) for op in group}) > 1:
            yield PatternMatch("map", tuple(group), f"{_names(group)}, {len(group)} times")


@register_pattern("ensemble")
def match_ensemble(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """Several callees, asked the same."""
    for group in _independent(graph):
        if group[0].op_type is OpType.COMPUTE or not all(op.inputs for op in group):
            continue
        callees = {op.inputs[0].id for op in group}
        asked = {tuple(value.id for value in op.inputs[1:]) for op in group}
        if len(callees) == len(group) and len(asked) == 1 and asked != {()}:
            yield PatternMatch("ensemble", tuple(group), f"{len(group)} callees, the same arguments")


def _folds(graph: ComputationGraph) -> Iterator[tuple[list[Operation], bool]]:
    """Chains at one place, each taking what the one before gave; and whether others see what is between."""
    users: dict[str, int] = {}
    for op in graph.operations:
        for id in {value.id for value in op.inputs}:
            users[id] = users.get(id, 0) + 1
    for group in _sites(graph):
        if all(_uses(graph, a, b) for a, b in pairwise(group)):
            between = [value.id for op in group[:-1] for value in op.outputs]
            yield group, any(users.get(id, 0) > 1 for id in between)


@register_pattern("reduce")
def match_reduce(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """Many values into one place (`results.append(x)`, `total += x`), or into one value, step by step."""
    found: dict[object, list[Operation]] = {}
    for op in graph.operations:
        for effect in op.effects:
            if effect.access is Access.REDUCE and isinstance(effect.where, Location):
                found.setdefault((op.parent, op.op_type, site_of(op), effect.where), []).append(op)
    seen: set[tuple[str, ...]] = set()
    for group in found.values():
        ids = tuple(op.id for op in group)
        if len(group) > 1 and ids not in seen:
            seen.add(ids)
            yield PatternMatch("reduce", tuple(group), f"{_names(group)} adds to one place")
    for chain, visible in _folds(graph):
        if not visible:
            yield PatternMatch("reduce", tuple(chain), f"{_names(chain)}, step by step")


@register_pattern("scan")
def match_scan(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """Each step takes what the one before gave, and what is between is used as well."""
    for chain, visible in _folds(graph):
        if visible:
            yield PatternMatch("scan", tuple(chain), f"{_names(chain)}, each from the one before")


@register_pattern("pipeline")
def match_pipeline(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """Two maps, the second taking one by one what the first gives."""
    maps = list(_independent(graph))
    for first in maps:
        for second in maps:
            pairs = list(zip(first, second, strict=False))
            if (
                len(first) == len(second)
                and first is not second
                and all(_uses(graph, a, b) for a, b in pairs)
            ):
                yield PatternMatch("pipeline", (*first, *second), f"{_names(first)}, then {_names(second)}")


def _reduces(graph: ComputationGraph, group: list[Operation]) -> Iterator[PatternMatch]:
    for match in match_reduce(graph):
        steps = match.operations
        if steps[0].id != group[0].id and all(any(_uses(graph, op, step) for step in steps) for op in group):
            yield match


@register_pattern("map-reduce")
def match_map_reduce(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """A map, all of whose results are put together."""
    for group in _independent(graph):
        for match in _reduces(graph, group):
            what = f"{_names(group)}, put together by {_names(match.operations)}"
            yield PatternMatch("map-reduce", (*group, *match.operations), what)


@register_pattern("ensemble-judge")
def match_ensemble_judge(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """An ensemble, and one later call that depends on all of its results."""
    for match in match_ensemble(graph):
        members = match.operations
        reaches = graph.reaches(members[0].parent)
        steps = graph.steps(members[0].parent)
        number = {op.id: n for n, op in enumerate(steps)}
        needed = sum(1 << number[op.id] for op in members)
        for op in steps[number[members[-1].id] + 1 :]:
            if op.op_type not in (OpType.CALL, OpType.AWAIT) or reaches[op.id] & needed != needed:
                continue
            if not any(effect.access is Access.REDUCE for effect in op.effects):
                yield PatternMatch("ensemble-judge", (*members, op), f"judged by {op.name}")
                break


@register_pattern("filter")
def match_filter(graph: ComputationGraph) -> Iterator[PatternMatch]:
    """A test of each item for itself, which decides whether the item is kept."""
    guarded = {dep.source for dep in graph.dependences if dep.kind is DependenceKind.CONTROL}
    for group in _independent(graph):
        tests = []
        for op in group:
            given = {value.id for value in op.outputs}
            for step in graph.steps(op.parent):
                if step.op_type is OpType.BRANCH and any(v.id in given for v in step.inputs):
                    tests.append(step)
                    break
        if len(tests) == len(group) and any(test.id in guarded for test in tests):
            yield PatternMatch("filter", (*group, *tests), f"{_names(group)} decides about each")
