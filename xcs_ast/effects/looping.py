"""Loops: `while`, `for`, `break`, `continue`, until their variables settle.

Guarantees: what a loop does in any of its turns is recorded. A loop that waits for another thread is not
taken for one that never ends, or whose end is known: nobody knows what there is behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from xcs_ast.effects.frames import Sink
from xcs_ast.effects.handling import Handling
from xcs_ast.effects.names import Env, join_env
from xcs_ast.effects.scopes import settled_names
from xcs_ast.effects.values import BOTTOM, generalize, join, unknown
from xcs_ast.ir.blocking import Blocking
from xcs_ast.ir.effects import Access, CellVar, Channel, Location
from xcs_ast.native import Final, final, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source import grammar as ast
from xcs_ast.source.nodes import walk

use_own(globals())

__all__ = ["Looping", "leaves"]

_ROUNDS: Final = 8


@final
@dataclass(slots=True)
class _Loop:
    """The variables at the `break`s and `continue`s of a loop."""

    breaks: list[Env] = field(default_factory=list)
    continues: list[Env] = field(default_factory=list)
    decided: bool = False
    """Whether what there is decides about a way out."""


class Looping(Handling):
    """One method for each kind of loop, and for what leaves a turn of it."""

    def __init__(self) -> None:
        super().__init__()
        self.loops: list[_Loop] = []

    def while_statement(self, node: ast.While) -> bool:
        """`while`: its condition may bind names, too."""
        decided = False

        def head() -> tuple[bool, bool]:
            nonlocal decided
            before = self.decided
            ways = self.test(node.test)
            # In the last turn: before that, variables may not have settled.
            decided = self.decided != before
            return ways

        return self._watched(node, head, frozenset(), lambda: decided)

    def for_statement(self, node: ast.For) -> bool:
        """`for`."""
        source = self.evaluate(node.iter)

        def head() -> tuple[bool, bool]:
            item = self.iterate(source, node.iter)
            if item:
                self.assign(node.target, item)
            return bool(item), True

        return self._watched(node, head, settled_names(node.target, node.body), bool)

    def _watched(
        self,
        node: ast.While | ast.For,
        head: Callable[[], tuple[bool, bool]],
        settled: frozenset[str],
        is_decided: Callable[[], bool],
    ) -> bool:
        """Interprets a loop, which may be there to wait until another thread changes something.

        So it is where what it finds says when it ends (`is_decided`, or a way out of its body), but by what
        there is now it never would; or where it does nothing else than sleep. What comes behind it would be
        judged by what was there before.
        """
        frame = self.frame
        found = _Loop()
        returns, frame.returns = frame.returns, BOTTOM
        outer = self.sink
        inside = Sink() if frame.region is None else outer
        self.sink = inside
        try:
            goes_on = self.loop(head, node.body, node.orelse, settled, found)
            ends = goes_on or bool(frame.returns) or frame.scope.yields
        finally:
            frame.returns = join(returns, frame.returns)
            if inside is not outer:
                self.sink = outer
                outer.take(inside)
        if (found.decided or is_decided()) and (not ends or (inside is not outer and _sleeps(inside))):
            self.fail("waits in a loop for what another thread may change", node)
        return goes_on

    def loop(
        self,
        head: Callable[[], tuple[bool, bool]],
        body: list[ast.stmt],
        orelse: list[ast.stmt],
        settled: frozenset[str],
        found: _Loop | None = None,
    ) -> bool:
        """Interprets a loop until its variables settle.

        `head` decides whether the body is entered and whether the loop may end, and sets the loop's target.
        The variables in `settled` are assigned in each iteration before they are used. Whether what there is
        decides about a way out is noted in `found`.
        """
        frame = self.frame
        breaks: list[Env] = []
        done: Env | None = None
        # It comes to an end: from `_ROUNDS` on, each turn makes some variable unknown for good.
        for turn in count():
            before = dict(frame.locals)
            enters, leaves = head()
            # A target keeps its last value; a walrus in the condition has set its name.
            done = join_env(before, frame.locals) if leaves else None
            if not enters:
                break
            here = _Loop()
            self.loops.append(here)
            try:
                falls = self.execute(body)
            finally:
                self.loops.pop()
            breaks += here.breaks
            if found is not None:
                found.decided = here.decided
            again = [*here.continues, *([frame.locals] if falls else [])]
            merged = before
            for env in again:
                merged = join_env(merged, env)
            if turn >= 2:
                merged = {name: generalize(value) for name, value in merged.items()}
            if turn >= _ROUNDS:
                merged = {
                    name: value if before.get(name) == value else unknown("uses a value that grows in a loop")
                    for name, value in merged.items()
                }
            merged = self.carried(merged)
            if all(name in settled or before.get(name) == value for name, value in merged.items()):
                done = None if done is None else join_env(done, merged)
                break
            frame.locals = merged
        ways = list(breaks)
        if done is not None:
            frame.locals = dict(done)
            if self.execute(orelse):
                ways.append(frame.locals)
        return self.resume(ways)

    def carried(self, env: Env) -> Env:
        """What the variables of a loop are in its next iteration."""
        raise NotImplementedError

    def break_statement(self, node: ast.Break) -> bool:
        """`break`."""
        if self.loops:
            self.loops[-1].breaks.append(dict(self.frame.locals))
        return False

    def continue_statement(self, node: ast.Continue) -> bool:
        """`continue`."""
        if self.loops:
            self.loops[-1].continues.append(dict(self.frame.locals))
        return False


def leaves(node: ast.If) -> bool:
    """Whether a branch leaves the loop that it stands in, or the function."""
    parts = (part for statement in (*node.body, *node.orelse) for part in walk(statement))
    return any(isinstance(part, ast.Break | ast.Return) for part in parts)


def _sleeps(sink: Sink) -> bool:
    """Whether this is all that happens, but for looking at something."""
    return sink.blocking is Blocking.LIKELY and all(
        effect.access is Access.READ
        and (isinstance(effect.where, Location | CellVar) or effect.where == Channel("clock"))
        for effect in sink.effects.values()
    )
