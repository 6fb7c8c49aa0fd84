"""What a site knows of its recorded entries: the source of its slices, and how its tasks fared.

Guarantees: nothing of the recorder is loaded before the first recorded entry.
Assumes: as `runtime.site` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import CodeType

from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import replace
from xcs_ast.runtime.profile import Backoff, Conduct

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.runtime.block import BlockRun
    from xcs_ast.runtime.checking import Check
    from xcs_ast.runtime.peek import Peeker
    from xcs_ast.runtime.run import Run, Spec, Tally
    from xcs_ast.verifier import Plan

__all__ = ["Recording"]

_ENOUGH: Final = 4
"""So many tasks in one entry, all of which came true, speak for a site that had failed before."""
_MOSTLY: Final = 0.5
"""Above this share of a run's time, the processor was busy with the tasks: recording may cost too much."""


@final
class Recording:
    """See the module's docstring. One for each site that was entered with a SPECULATIVE verdict."""

    __slots__ = ("_caution", "_codes", "_conduct", "_doubtful", "_facts")

    def __init__(self, facts: SiteFacts) -> None:
        self._facts = facts
        self._conduct = Conduct()
        self._caution = Backoff()
        self._codes: dict[int, CodeType] = {}
        self._doubtful = False

    def load(self, slices: Sequence[Callable[..., Any]]) -> Recording:
        """Itself, once all is loaded that an entry with these slices needs."""
        from xcs_ast.runtime import speculation  # noqa: F401

        self._register(slices)
        return self

    def run(
        self,
        peeker: Peeker,
        spec: Spec,
        plan: Plan,
        owner: Any,
        check: Check | None = None,
        *,
        proven: bool = False,
    ) -> Run:
        """One entry of a loop or comprehension, after `load`."""
        from xcs_ast.runtime.speculation import SpeculativeRun

        if self._doubtful and not proven:
            # The first item runs as it is, and shows how much of its time the processor is busy with it.
            spec = replace(spec, at_once=False)
        return SpeculativeRun(owner, peeker, spec, None if proven else self._conduct, plan.cautious, check)

    def block(
        self,
        thunks: Sequence[Callable[[], Any]],
        plan: Plan,
        workers: int,
        owner: Any,
        check: Check | None = None,
        *,
        proven: bool = False,
    ) -> BlockRun:
        """One entry of a block, after `load`."""
        from xcs_ast.runtime.speculation import SpeculativeBlock

        return SpeculativeBlock(owner, thunks, plan.thunks, workers, None if proven else self._conduct, check)

    def _register(self, slices: Sequence[Callable[..., Any]]) -> None:
        """Lets the recorder find the source of slices that are in no file of the user's."""
        facts = self._facts
        codes = self._codes
        for number, slice_ in enumerate(slices):
            code: CodeType = slice_.__code__
            if id(code) in codes:
                continue
            codes[id(code)] = code
            if number < len(facts.slices):
                from xcs_ast.source.trees import load_tree
                from xcs_ast.tracer import clones

                node: Any = load_tree(facts.slices[number])
                clones.register_slice(code, node, facts.span.filename, facts.owner)

    def slices(self) -> dict[int, CodeType]:
        """The code of the slices' clones, by its `id`."""
        clones = sys.modules.get("xcs_ast.tracer.clones")
        if clones is None:
            return {}
        found = [clones.instrumented(code) for code in self._codes.values()]
        return {id(code): code for code in found if code is not None}

    @property
    def why(self) -> str:
        """What its last task did that could not be held back."""
        return self._conduct.why

    def failed(self) -> int:
        """The tasks of an entry fared badly: how many entries to skip now."""
        return self._caution.failed()

    def account(self, tally: Tally) -> None:
        """An entry has ended."""
        if tally.redone or tally.abandoned:
            return
        if tally.ahead >= _ENOUGH:
            self._caution.succeeded()
            self._doubtful = tally.busy_ns > _MOSTLY * tally.wall_ns
