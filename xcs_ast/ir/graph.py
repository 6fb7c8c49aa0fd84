"""The graph of a computation: its operations in the order of one run, and what must come before what.

A graph is immutable. It is evidence of one run (or of one reading of the source), never a program to be
believed: whoever runs it checks every step against what really happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, final

from xcs_ast.ir.dependences import Dependence, dependences_of, place_name
from xcs_ast.ir.operations import Operation
from xcs_ast.ir.opportunities import OpportunitySet, opportunities
from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field

use_own(globals())

__all__ = ["ComputationGraph"]

_LATER: Final = ("operations", "result", "notes", "recording", "given")


@final
@dataclass(frozen=True, slots=True, eq=False)
class ComputationGraph:
    """Operations in the order of the run; what they depend on is worked out when it is first asked for.

    `recording` is what the tracer keeps with it (the function, its arguments, the objects that places name);
    a graph made by hand has none, and cannot be executed.
    """

    operations: tuple[Operation, ...] = ()
    parameters: tuple[ValueRef, ...] = ()
    result: ValueRef | None = None
    name: str = "graph"
    notes: tuple[str, ...] = ()
    recording: Any = field(default=None, repr=False)
    given: tuple[Dependence, ...] | None = field(default=None, repr=False)
    """The dependences, where they are known already (of a graph that was read from the source)."""
    _memory: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def later(
        cls, name: str, parameters: tuple[ValueRef, ...], make: Callable[[], ComputationGraph]
    ) -> ComputationGraph:
        """A graph of which all but name and parameters is made, by `make`, when somebody looks at it."""
        graph = cls((), parameters, None, name)
        for each in _LATER:
            object.__delattr__(graph, each)
        graph._memory["make"] = make
        return graph

    def __getattr__(self, name: str) -> Any:
        # Only where the slot is empty: what the graph holds has not been made.
        if name not in _LATER:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )
        make = self._memory.get("make")
        if make is not None:
            made = make()
            for each in _LATER:
                object.__setattr__(self, each, getattr(made, each))
            self._memory.pop("make", None)
        return object.__getattribute__(self, name)

    # ---------------------------------------------------------------------------------------- what it holds

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    @property
    def values(self) -> tuple[ValueRef, ...]:
        """Every value, parameters first."""
        found = {value.id: value for value in self.parameters}
        for op in self.operations:
            for value in (*op.inputs, *op.outputs):
                found.setdefault(value.id, value)
        return tuple(found.values())

    @property
    def dependences(self) -> tuple[Dependence, ...]:
        """All dependences between operations with the same parent."""
        found = self._memory.get("dependences")
        if found is None:
            found = self.given if self.given is not None else dependences_of(self.operations)
            self._memory["dependences"] = found
        return found

    def operation(self, id: str) -> Operation:
        """The operation with that id.

        Raises:
            KeyError: there is none.
        """
        return self._index[id]

    @property
    def _index(self) -> Mapping[str, Operation]:
        found = self._memory.get("index")
        if found is None:
            found = self._memory["index"] = {op.id: op for op in self.operations}
        return found

    def steps(self, parent: str | None = None) -> tuple[Operation, ...]:
        """The operations inside one call; by default those of the function itself."""
        return tuple(op for op in self.operations if op.parent == parent)

    # ------------------------------------------------------------------------------------------ dependences

    def dependencies(self, op: Operation | str) -> tuple[Operation, ...]:
        """The operations that `op` directly depends on, in the order of the run.

        Raises:
            KeyError: it is no operation of this graph.
        """
        name = self.operation(op if isinstance(op, str) else op.id).id
        return tuple(self._index[id] for id in self._before.get(name, ()))

    @property
    def _before(self) -> Mapping[str, tuple[str, ...]]:
        found = self._memory.get("before")
        if found is None:
            order = {op.id: number for number, op in enumerate(self.operations)}
            sets: dict[str, set[str]] = {}
            for dep in self.dependences:
                sets.setdefault(dep.sink, set()).add(dep.source)
            found = {sink: tuple(sorted(ids, key=lambda id: order[id])) for sink, ids in sets.items()}
            self._memory["before"] = found
        return found

    def levels(self, parent: str | None = None) -> tuple[tuple[Operation, ...], ...]:
        """The operations of one call in waves: each depends on earlier waves only."""
        level: dict[str, int] = {}
        waves: list[list[Operation]] = []
        for op in self.steps(parent):
            at = max((level.get(before, -1) + 1 for before in self._before.get(op.id, ())), default=0)
            level[op.id] = at
            if at == len(waves):
                waves.append([])
            waves[at].append(op)
        return tuple(map(tuple, waves))

    def independent_sets(self) -> tuple[tuple[Operation, ...], ...]:
        """The waves of the function itself: the operations of one may run in any order, or at once."""
        return self.levels()

    def find_parallel_opportunities(self) -> tuple[OpportunitySet, ...]:
        """The sets of operations that could run in parallel, those with the most to gain first.

        See `opportunities` for what makes a set.
        """
        found = self._memory.get("opportunities")
        if found is None:
            found = self._memory["opportunities"] = opportunities(self)
        return found

    def reaches(self, parent: str | None = None) -> dict[str, int]:
        """For each operation of one call, all that it depends on, directly or not: a set of bits.

        Bit n stands for the n-th of `steps(parent)`.
        """
        key = f"reaches {parent}"
        found = self._memory.get(key)
        if found is None:
            found = self._memory[key] = {}
            number: dict[str, int] = {}
            for n, op in enumerate(self.steps(parent)):
                number[op.id] = n
                bits = 0
                for before in self._before.get(op.id, ()):
                    bits |= found.get(before, 0) | 1 << number.get(before, n)
                found[op.id] = bits & ~(1 << n)
        return found

    def remember(self, key: str, work: Callable[[ComputationGraph], Any]) -> Any:
        """What `work` makes of this graph, worked out once."""
        if key not in self._memory:
            self._memory[key] = work(self)
        return self._memory[key]

    # ----------------------------------------------------------------------------------------------- in words

    def summary(self) -> str:
        """The opportunities, one line each, as a person would want to read them first."""
        found = self.find_parallel_opportunities()
        lines = [f"Found {len(found)} parallel opportunity set{'' if len(found) == 1 else 's'}"]
        lines += [f"  Set {number}: {each}" for number, each in enumerate(found)]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def __str__(self) -> str:
        parameters = ", ".join(map(str, self.parameters))
        lines = [f"graph {self.name}({parameters}):"]
        depth: dict[str | None, int] = {None: 1}
        for op in self.operations:
            depth[op.id] = depth.get(op.parent, 1) + 1
            lines.append(f"{'  ' * depth.get(op.parent, 1)}{_line(op)}")
        if self.result is not None:
            lines.append(f"  result {self.result}")
        return "\n".join([*lines, self.summary()])

    def as_dict(self) -> dict[str, Any]:
        """What `json` can write."""
        return {
            "name": self.name,
            "parameters": [value.id for value in self.parameters],
            "result": self.result.id if self.result else None,
            "operations": [_op_dict(op) for op in self.operations],
            "dependences": [
                {
                    "source": dep.source,
                    "sink": dep.sink,
                    "kind": dep.kind.value,
                    "certainty": dep.certainty.value,
                    "carried": dep.carried,
                    "reduction": dep.reduction,
                    "place": dep.place,
                }
                for dep in self.dependences
            ],
            "opportunities": [
                {
                    "operations": [op.id for op in each],
                    "patterns": list(each.patterns),
                    "seconds": each.seconds,
                }
                for each in self.find_parallel_opportunities()
            ],
            "notes": list(self.notes),
        }


def _line(op: Operation) -> str:
    where = f"  # line {op.span.line}" if op.span else ""
    took = f", {op.seconds:.3f} s" if op.seconds >= 0.0005 else ""
    decided = f" -> {op.metadata['decision']}" if "decision" in op.metadata else ""
    return f"{op.id}: {op}{decided}{where}{took if where else ''}"


def _op_dict(op: Operation) -> dict[str, Any]:
    return {
        "id": op.id,
        "type": op.op_type.value,
        "name": op.name,
        "inputs": [value.id for value in op.inputs],
        "outputs": [value.id for value in op.outputs],
        "parent": op.parent,
        "seconds": op.seconds,
        "span": list(op.span.dump()) if op.span else None,
        "iterations": [list(pair) for pair in op.iterations],
        "effects": [
            {"access": effect.access.value, "place": place_name(effect)}
            for effect in sorted(op.effects, key=lambda e: (e.access.value, place_name(e)))
        ],
    }
