"""Bodies of generated callables that add to what they share: before the call that waits, and after it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from xcs_ast.testing.choices import Choices
from xcs_ast.testing.states import State

__all__ = ["sharing_body"]

Lines = list[str]

_RESULTS: Final = (
    "x * 2 + 1",
    "x",
    "total([x, 1])",
    "Box(x).bump(2)",
    "sum(v for v in (x, 2))",
    "max([x, 3], key=lambda v: -v)",
    "len(f'{x}{[x]!r:>8}')",
    "[v + 1 for v in range(5)][x % 5]",
    "(lambda v=3: v + x)()",
    "{v: v + 1 for v in (x, 1)}[x]",
    "Client(x).ask(x)",
    "functools.reduce(lambda a, b: a + b, [x, 2])",
    "next(iter([x]))",
    "sorted([x, 4, 2])[1]",
    "dict(a=x)['a']",
    "(x, *[1, 2])[0]",
    "x if x > 2 else -x",
    "int('7') + x",
    "functools.partial(total, [x])()",
    "(n := x + 1) * n",
    "x + (0 <= total([x, 1]) <= Box(x).bump(2) < 50)",
    "x + 2 * isinstance(x, (Box, int))",
    "Built(x).n",
    "sorted([x, 4], key=lambda v: (v % 3, v))[0]",
    "Row(x).tag(1)",
    "len(f'{x:>{abs(x) % 4 + 1}}')",
    "heapq.nlargest(1, [x, 2])[0]",
    "Tuned(x).best",
    "sum(map(int, str(abs(x))))",
    "Slotted(x).see(x)",
    "Sub(x).ask(x)",
    "Pair(x, 1)._replace(k=2).n",
    "Lazy(x).value[0]",
    "next(v for v in itertools.count(x) if v % 3 == 0)",
    "{**{'a': x}, 'b': 1}['a']",
)


class _Body:
    """One body in the making."""

    def __init__(self, choices: Choices, states: Sequence[tuple[str, State]], others: Sequence[str]) -> None:
        self.choices = choices
        self.others = others
        """Callables that there are already."""
        self.states = states
        self.declared: set[str] = set()
        self.used: set[str] = set()
        self.calls: set[str] = set()

    def add(self, number: str) -> str:
        """A statement that writes and, most often, looks at nothing."""
        name, state = self.choices.pick(self.states)
        blind = state.adds and (not state.writes or not self.choices.chance(12))
        options = state.adds if blind else state.writes
        if not options:
            return "pass"
        self.used.add(name)
        if state.rebinds:
            self.declared.add(name)
        return self.choices.pick(options).replace("@", name).replace("#", number).removeprefix("=")

    def adds(self, least: int, most: int, numbers: Sequence[str] = ("x",)) -> Lines:
        count = self.choices.number(least, most)
        return [self.add(self.choices.pick(numbers)) for _ in range(count)] or ["pass"]

    def read(self) -> str:
        name, state = self.choices.pick(self.states)
        if not state.reads:
            return "x"
        self.used.add(name)
        if state.rebinds:
            self.declared.add(name)
        return self.choices.pick(state.reads).replace("@", name).replace("#", "x")

    def wait(self) -> Lines:
        """The call that waits, and the number that it gives."""
        seen = self.read() if self.choices.chance(12) else "x"
        result = self.choices.pick(_RESULTS)
        if self.others and self.choices.chance(20):
            result = f"{self.choices.pick(self.others)}(x)"
            self.calls.add(result.partition("(")[0])
        return [f"probe.call({seen})", f"r = {result}"]

    def lines(self) -> Lines:
        body = self.shape()
        if self.choices.chance(30):
            body.append(f"r = r + {self.read()}")
        if self.choices.chance(15):
            kind = self.choices.pick(["Fault", "ValueError"])
            body.append(f"if x == {self.choices.number(0, 5)}:\n    raise {kind}(x)")
            body += self.adds(0, 1, ("x", "r"))
        return [part for line in [*body, "return r"] for part in line.splitlines()]

    def shape(self) -> Lines:
        both = ("x", "r")
        match self.choices.number(0, 17):
            case 8:
                return self.memo()
            case 9:
                return [
                    "try:",
                    *_indent([*self.adds(0, 1), *self.wait()]),
                    "finally:",
                    *_indent(self.adds(1, 2)),
                ]
            case 10:
                failing = [*self.adds(0, 1), *self.wait(), "if x % 3 == 1:", "    raise Fault(x)"]
                return ["try:", *_indent(failing), "except Fault:", "    r = -x", *_indent(self.adds(1, 1))]
            case 11:
                condition = self.choices.pick(["x % 2", "r > 3", f"{self.read()} > 2"])
                return [
                    *self.wait(),
                    f"if {condition}:",
                    *_indent(self.adds(1, 2, both)),
                    "else:",
                    *_indent(self.adds(1, 1, both)),
                ]
            case 12:
                return [*self.wait(), "for j in range(2):", *_indent(self.adds(1, 2, ("j", "x + j")))]
            case 13:
                inner = [
                    "def inner(y):",
                    *_indent([*self._own_globals(self.adds(1, 2, ("y", "x"))), "return y + 1"]),
                ]
                return [*inner, *self.wait(), "r = inner(r) + inner(x)"]
            case 14:
                return [*self.adds(0, 1), "with Quiet([]):", *_indent([*self.wait(), *self.adds(1, 1, both)])]
            case 15:
                loop = ["n -= 1", *self.adds(1, 1, ("n", "x"))]
                return [*self.wait(), "n = 2", "while n > 0:", *_indent(loop)]
            case 16:
                arms = [f"case (0, b) | (b, 0) if b < {self.read()}:", *_indent(self.adds(1, 1, ("x", "b")))]
                arms += ["case (a, b) if a <= b:", *_indent(self.adds(1, 2, both)), "case _:", "    r = -r"]
                return [*self.wait(), "match (x, r):", *_indent(arms)]
            case 17:
                test = self.choices.pick([f"(n := {self.read()}) > 2", "0 <= (n := total([x])) < r"])
                return [*self.wait(), f"if {test}:", *_indent(self.adds(1, 2, ("n", "x"))), *self.adds(0, 1)]
            case _:
                return [*self.adds(0, 2), *self.wait(), *self.adds(1, 2, both)]

    def _own_globals(self, lines: Lines) -> Lines:
        """What a nested function needs declared, for what its lines rebind."""
        rebound = sorted(name for name in self.declared if any(name in line for line in lines))
        return [f"global {', '.join(rebound)}", *lines] if rebound else lines

    def memo(self) -> Lines:
        tables = [name for name, state in self.states if state.kind in ("dict", "counter")]
        if not tables:
            return [*self.wait(), *self.adds(1, 2)]
        table = self.choices.pick(tables)
        self.used.add(table)
        return self.choices.pick(
            [
                [f"if x not in {table}:", *_indent([*self.wait(), f"{table}[x] = r"]), f"r = {table}[x]"],
                [
                    "try:",
                    f"    r = {table}[x]",
                    "except KeyError:",
                    *_indent([*self.wait(), f"{table}[x] = r"]),
                ],
                [f"r = {table}.get(x)", "if r is None:", *_indent([*self.wait(), f"{table}[x] = r"])],
            ]
        )


def _indent(lines: Lines) -> Lines:
    return textwrap.indent("\n".join(lines), "    ").splitlines()


def sharing_body(
    choices: Choices, states: Sequence[tuple[str, State]], others: Sequence[str]
) -> tuple[Lines, set[str], set[str], set[str]]:
    """A body over `x`: its lines, the names it needs declared `global`, the states and callables it uses."""
    body = _Body(choices, states, others)
    return body.lines(), body.declared, body.used, body.calls
