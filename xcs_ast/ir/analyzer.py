"""`DependencyAnalyzer`: what a graph says of itself, in one record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import final

from xcs_ast.ir.dependences import Dependence, DependenceKind
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.ir.operations import Operation
from xcs_ast.ir.opportunities import OpportunitySet
from xcs_ast.ir.patterns import LIBRARY, PatternMatcher
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, replace

use_own(globals())

__all__ = ["DependencyAnalyzer", "DependencyInfo", "GraphOptimizer"]


@final
@dataclass(frozen=True, slots=True)
class DependencyInfo:
    """The dependences of a graph, its waves, and what follows from them.

    `use_def_chains` gives for each value the operation that defines it (`None`: a parameter, or from outside)
    and those that use it; `control_dependencies` gives for each operation the branches that decide on it.
    """

    dependences: tuple[Dependence, ...]
    levels: tuple[tuple[Operation, ...], ...]
    use_def_chains: Mapping[str, tuple[Operation | None, tuple[Operation, ...]]]
    control_dependencies: Mapping[str, tuple[Operation, ...]]
    parallel_opportunities: tuple[OpportunitySet, ...]

    @property
    def waves(self) -> tuple[tuple[Operation, ...], ...]:
        """The same as `levels`."""
        return self.levels


@final
class DependencyAnalyzer:
    """Finds what depends on what. It keeps nothing between two graphs."""

    def analyze(self, graph: ComputationGraph) -> DependencyInfo:
        """The dependences of a graph."""
        control: dict[str, tuple[Operation, ...]] = {}
        for dep in graph.dependences:
            if dep.kind is DependenceKind.CONTROL:
                control[dep.sink] = (*control.get(dep.sink, ()), graph.operation(dep.source))
        return DependencyInfo(
            graph.dependences,
            graph.levels(),
            _chains(graph),
            control,
            graph.find_parallel_opportunities(),
        )


def _chains(graph: ComputationGraph) -> dict[str, tuple[Operation | None, tuple[Operation, ...]]]:
    defined: dict[str, Operation] = {}
    used: dict[str, list[Operation]] = {value.id: [] for value in graph.values}
    for op in graph.operations:
        for value in op.outputs:
            defined.setdefault(value.id, op)
        for value in dict.fromkeys(op.inputs):
            used[value.id].append(op)
    return {id: (defined.get(id), tuple(users)) for id, users in used.items()}


@final
class GraphOptimizer:
    """Marks in a graph what its matchers find. (What runs early, and when, is the executor's to decide.)"""

    def __init__(self, matchers: Iterable[PatternMatcher] | None = None) -> None:
        self.matchers = LIBRARY.matchers if matchers is None else tuple(matchers)

    def optimize(self, graph: ComputationGraph) -> ComputationGraph:
        """The same graph, each operation with the names of its patterns in `metadata["patterns"]`."""
        found: dict[str, list[str]] = {}
        for matcher in self.matchers:
            for match in matcher.match(graph):
                for op in match.operations:
                    names = found.setdefault(op.id, [])
                    if match.pattern not in names:
                        names.append(match.pattern)
        operations = tuple(
            replace(op, metadata={**op.metadata, "patterns": tuple(found[op.id])}) if op.id in found else op
            for op in graph.operations
        )
        return ComputationGraph(
            operations, graph.parameters, graph.result, graph.name, graph.notes, graph.recording, graph.given
        )
