"""Programs that nobody wrote: well-formed, terminating, deterministic, and nearly independent.

A program has some shared state, some callables (most of which only look at it), and a `main` with a few
regions whose bodies sometimes change what the callables look at. So whatever the analysis proves
wrongly is likely to show in the result. In some programs the callables add to what they share: counters,
tables, logs, memos. These can only be recorded, and what the recorder overlooks is likely to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from xcs_ast.testing.choices import Choices, Drawn, Seeded
from xcs_ast.testing.odd import ODD
from xcs_ast.testing.places import Places
from xcs_ast.testing.prelude import prelude_for
from xcs_ast.testing.states import SHARED, STATES
from xcs_ast.testing.writing import Lines, indent

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["generate", "programs", "source_for"]


def source_for(seed: int) -> str:
    """The program that belongs to a seed."""
    return generate(Seeded(seed))


def programs() -> SearchStrategy[str]:
    """A Hypothesis strategy for programs."""
    from hypothesis import strategies as st

    @st.composite
    def strategy(draw: st.DrawFn) -> str:
        return generate(Drawn(draw))

    return strategy()


def generate(choices: Choices) -> str:
    """The text of one program."""
    return _Program(choices).text()


SHARING: Final = 45
"""Of a hundred programs, how many share what their callables write."""
_LENGTHS: Final = (2, 3, 3, 4, 5)
"""How many regions a program has."""


@final
class _Program(Places):
    def text(self) -> str:
        top: Lines = []
        self.sharing = self.choices.chance(SHARING)
        for index in range(self.choices.number(1, 3)):
            common = SHARED if self.sharing else STATES
            state = self.choices.pick(ODD if self.choices.chance(30) else common)
            name = f"s{index}"
            self.states.append((name, state))
            top.append(state.declare.replace("@", name))
        defs = self.stream() if self.choices.chance(20) else []
        for index in range(self.choices.number(1, 4)):
            name = f"f{index}"
            self.used, self.wrote = set(), False
            defs += ["", "", *self.callee(name)]
            self.callables.append(name)
            self.uses[name] = self.used
            if self.wrote:
                self.writers.add(name)
        if self.choices.chance(10):
            self.rebindable = [self.choices.pick(self.callables)]
        text = "\n".join([*top, *defs, "", "", *self.module(), *self.main(), ""])
        return f"{prelude_for(text)}\n\n{text}"

    def module(self) -> Lines:
        """Regions at module level, in some programs."""
        if not self.choices.chance(12):
            return []
        lines = self.setting()
        for _ in range(self.choices.number(1, 2)):
            self.aim()
            lines += ["try:", *indent(self.region()), "except Exception as error:", "    trace.append(error)"]
        return [*lines, "", ""]

    def setting(self) -> Lines:
        """What regions find around them."""
        lines = ["trace = []", "sums, later = {}, []", f"boxes = [Box(1), Box(2), {self.box()}]"]
        if self.choices.chance(33):
            lines.append("boxes.append(boxes[0])")
        rows = [
            "rows = [[1], [2, 3], [4]]",
            "rows = [[1], [2]]; rows.append(rows[0])",
            "rows = [[1], [2], []]",
        ]
        return [*lines, self.choices.pick(rows)]

    def main(self) -> Lines:
        lines = [*self.rebound(), *self.setting(), "count = 0"]
        if self.choices.chance(25):
            lines += self.own()
        for _ in range(self.choices.pick(_LENGTHS)):
            self.aim()
            lines += self.placed()
        lines.append("return trace, boxes, rows, sums, count, [each() for each in later]")
        return ["def main():", *indent(lines)]

    def stream(self) -> Lines:
        """A generator function that looks at what is shared, or changes it."""
        self.streams = True
        inner = [f"yield j + {self.read('j')}"]
        if self.choices.chance(60):
            inner.insert(self.choices.number(0, 1), self.write("j")[0])
        return ["", "", "def stream(n):", *indent([*self.rebound(), "for j in range(n):", *indent(inner)])]

    def own(self) -> Lines:
        """A function in `main` that shares its variables."""
        self.local = "local"
        f = self.choices.pick(self.callables)
        body = self.choices.pick(
            [
                ["nonlocal count", "count += x", "probe.call(x)", "return count"],
                ["nonlocal count", "probe.call(x)", "count += 1", "return x"],
                ["trace.append(x)", "return len(trace)"],
                ["probe.call(x)", "trace.append(x)", "return x + 1"],
                ["boxes[0].n += 1", "return boxes[-1].look()"],
                ["probe.call(x)", "return sums.get(x, 0) + count"],
                ["rows[0].append(x)", "return len(rows[-1])"],
                ["later.append(lambda: x)", f"return {f}(x)"],
                [f"sums[x] = {f}(x)", "return len(sums)"],
            ]
        )
        return ["def local(x, y=1):", *indent(body)]

    def aim(self) -> None:
        """Choose what the next region calls, and what its body may change."""
        self.choose()
        if self.local and self.choices.chance(30):
            self.eligible = self.choices.pick([[self.local], [*self.eligible, self.local]])

    def choose(self) -> None:
        """Decide whether the next region keeps to itself, or its body changes what its callables look at."""
        looking = [f for f in self.callables if f not in self.writers]
        self.changeable = []
        self.clashing = False
        if self.sharing and self.choices.chance(40):
            # What the body writes is none of the callee's business: all can go ahead, and be replayed.
            self.eligible = [self.choices.pick(self.callables)]
            self.changeable = [pair for pair in self.states if pair[0] not in self.uses[self.eligible[0]]]
            return
        if looking and self.choices.chance(30):
            self.eligible = [self.choices.pick(looking)]
            self.changeable = [pair for pair in self.states if pair[0] not in self.uses[self.eligible[0]]]
            return
        sharing = [f for f in self.callables if self.uses[f] or f in self.writers]
        self.eligible = [self.choices.pick(sharing or self.callables)]
        self.changeable = [pair for pair in self.states if pair[0] in self.uses[self.eligible[0]]]
        self.clashing = bool(self.changeable)
        if self.choices.chance(20):
            self.eligible = self.callables
