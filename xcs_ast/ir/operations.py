"""Operations: one step of a computation each, with the values that it takes and gives, and its effects."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, final

from xcs_ast.ir.effects import Effect
from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["OpType", "Operation"]


class OpType(Enum):
    """What kind of step an operation is."""

    __hash__ = object.__hash__

    CALL = "call"
    LOAD = "load"
    """Reads an attribute, an item, a global, a closure's variable; or takes the next item of an iterable."""
    STORE = "store"
    """Writes, changes in place, or deletes one of those."""
    BRANCH = "branch"
    """Decides which way the code goes. The decision that was taken is in `metadata["decision"]`."""
    LOOP = "loop"
    """Starts to iterate."""
    RETURN = "return"
    AWAIT = "await"
    SIDE_EFFECT = "side_effect"
    """Has an effect and gives no value: an import, entering a `with`."""
    COMPUTE = "compute"
    """An operator, a comparison, a formatted string."""
    NEW = "new"
    """A display or comprehension: a new list, dict, set or function."""


@final
@dataclass(frozen=True, slots=True)
class Operation:
    """One step.

    `parent` is the call that this step happened in; a call's own `effects` include those of its steps.
    `metadata` is what else is known: `name` (the callee's, the attribute's, the operator's), `seconds`,
    `iterations` (pairs of loop and number), `decision`. Nothing in it takes part in comparison.
    """

    id: str
    op_type: OpType
    inputs: tuple[ValueRef, ...] = ()
    outputs: tuple[ValueRef, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)
    effects: tuple[Effect, ...] = field(default=(), compare=False)
    span: Span | None = None
    parent: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the callee, the attribute, the operator."""
        return str(self.metadata.get("name", self.op_type.value))

    @property
    def seconds(self) -> float:
        """How long it took when it was recorded; 0 where nobody looked."""
        return float(self.metadata.get("seconds", 0.0))

    @property
    def iterations(self) -> tuple[tuple[str, int], ...]:
        """The iterations that it happened in, outermost first."""
        return tuple(self.metadata.get("iterations", ()))

    def __str__(self) -> str:
        left = f"{', '.join(map(str, self.outputs))} = " if self.outputs else ""
        right = ", ".join(map(str, self.inputs))
        return f"{left}{self.op_type.value} {self.name}({right})"
