"""Programs that nobody wrote: well-formed, terminating, deterministic, and nearly independent.

A program has some shared state, some callables (most of which only look at it), and a `main` with a few
regions whose bodies sometimes change what the callables look at. So whatever the analysis proves
wrongly is likely to show in the result. In some programs the callables add to what they share: counters,
tables, logs, memos. These can only be recorded, and what the recorder overlooks is likely to show.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, final

from xcs_ast.testing.choices import Choices, Drawn, Seeded
from xcs_ast.testing.idioms import body_idiom, taken_idiom
from xcs_ast.testing.prelude import prelude_for
from xcs_ast.testing.sharing import sharing_body
from xcs_ast.testing.states import SHARED, STATES, State

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["generate", "programs", "source_for"]

Lines = list[str]


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


def _indent(lines: Lines) -> Lines:
    return textwrap.indent("\n".join(lines), "    ").splitlines()


@final
@dataclass(frozen=True, slots=True)
class _Item:
    """What a loop iterates over, what it binds, and how to get whole numbers out of that."""

    source: str
    target: str
    numbers: tuple[str, ...]
    writes: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


SHARING: Final = 40
"""Of a hundred programs, how many share what their callables write."""

_MODES: Final = ("quiet", "reader", "reader", "reader", "writer", "writer")
"""How a callee, or a body, treats shared state."""


@dataclass(slots=True)
class _Program:
    choices: Choices
    states: list[tuple[str, State]] = field(default_factory=list)
    callables: Lines = field(default_factory=list)
    fresh: int = 0
    uses: dict[str, set[str]] = field(default_factory=dict)
    """The states that each callable reads or writes."""
    writers: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    """The states that the callable being made has used so far."""
    wrote: bool = False
    eligible: Lines = field(default_factory=list)
    """The callables of the region being made, and the states that its body may change."""
    changeable: list[tuple[str, State]] = field(default_factory=list)
    clashing: bool = False
    sharing: bool = False
    """Whether the callables of this program add to what they share."""

    def text(self) -> str:
        top: Lines = []
        self.sharing = self.choices.chance(SHARING)
        for index in range(self.choices.number(1, 3)):
            state = self.choices.pick(SHARED if self.sharing else STATES)
            name = f"s{index}"
            self.states.append((name, state))
            top.append(state.declare.replace("@", name))
        defs: Lines = []
        for index in range(self.choices.number(2, 4)):
            name = f"f{index}"
            self.used, self.wrote = set(), False
            defs += ["", "", *self.callee(name)]
            self.callables.append(name)
            self.uses[name] = self.used
            if self.wrote:
                self.writers.add(name)
        text = "\n".join([*top, *defs, "", "", *self.main(), ""])
        return f"{prelude_for(text)}\n\n{text}"

    # ------------------------------------------------------------------------------------ expressions

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def constant(self) -> str:
        return str(self.choices.number(0, 5))

    def read(self, number: str) -> str:
        """An expression over shared state; just a number if there is nothing to read."""
        name, state = self.choices.pick(self.states)
        if not state.reads:
            return number
        self.used.add(name)
        return self.choices.pick(state.reads).replace("@", name).replace("#", number)

    def write(self, number: str) -> tuple[str, str | None]:
        """A statement that changes shared state, and the name that it needs declared `global`."""
        name, state = self.choices.pick(self.changeable or self.states)
        self.used.add(name)
        text = self.choices.pick(state.writes + state.adds).replace("@", name).replace("#", number)
        return text.removeprefix("="), name if state.rebinds else None

    def arithmetic(self, numbers: list[str]) -> str:
        one, two = self.choices.pick(numbers), self.choices.pick([*numbers, self.constant()])
        return self.choices.pick([f"{one} + {two}", one, f"{one} * 3 - {two}", f"({one}) % 7 + {two}"])

    # ------------------------------------------------------------------------------------ callees

    def callee(self, name: str) -> Lines:
        mode = self.choices.pick(_MODES)
        kind = self.choices.number(0, 99)
        if kind >= 92 and mode != "writer":
            bias = self.constant()
            return [f"{name} = Model({bias}, Box({bias}))"]
        if kind >= 86:
            method = self.choices.pick(["run", "run", "learn", "count"])
            self.wrote = method in ("learn", "count")
            self.used |= {name for name, state in self.states if state.kind in ("box", "alias")}
            return [f"{name} = Model(2, {self.box()}).{method}"]
        if kind >= 80 and self.callables:
            return self.wrapper(name)
        lines, global_names = self.callee_body(mode)
        header = [f"global {', '.join(sorted(global_names))}"] if global_names else []
        default = ", seen=[]" if mode == "writer" and self.choices.chance(10) else ""
        if default:
            lines = ["seen.append(x)", "x = x + len(seen)", *lines]
        elif self.choices.chance(15):
            return self.closure(name, [*header, *lines])
        return [f"def {name}(x, y=1{default}):", *_indent([*header, *lines])]

    def box(self) -> str:
        boxes = [name for name, state in self.states if state.kind in ("box", "alias")]
        return self.choices.pick([*boxes, "Box(1)"])

    def wrapper(self, name: str) -> Lines:
        inner = self.inherited()
        return self.choices.pick(
            [
                [f"def {name}(x, y=2):", f"    return {inner}(x + y)"],
                [f"{name} = lambda x: {inner}(x) * 2"],
                [f"def {name}(x):", f"    return sum([{inner}(v) for v in (x, x + 1)])"],
                [
                    f"def {name}(x):",
                    "    if x > 6 or x < 0:",
                    "        return x",
                    f"    return {name}(x + 3) + {inner}(x)",
                ],
            ]
        )

    def inherited(self) -> str:
        """A callable for the one being made to call: what it uses, the new one uses."""
        inner = self.choices.pick(self.callables)
        self.used |= self.uses[inner]
        self.wrote = self.wrote or inner in self.writers
        return inner

    def closure(self, name: str, lines: Lines) -> Lines:
        """A function made by a function, with a variable of its own that it may rebind."""
        counts = self.choices.chance(25)
        self.wrote = self.wrote or counts
        own = ["nonlocal k", "k += 1", "x = x + k"] if counts else ["x = x + k"]
        scope = [line for line in lines if line.startswith("global ")]
        rest = [line for line in lines if not line.startswith("global ")]
        inner = ["def inner(x, y=1):", *_indent([*scope, *own, *rest])]
        return [
            f"def make_{name}():",
            *_indent(["k = 2", *inner, "return inner"]),
            "",
            "",
            f"{name} = make_{name}()",
        ]

    def callee_body(self, mode: str) -> tuple[Lines, set[str]]:
        if self.sharing and self.choices.chance(80):
            lines, declared, used, calls = sharing_body(self.choices, self.states, self.callables)
            self.used |= used.union(*(self.uses[call] for call in calls))
            self.wrote = True
            return lines, declared
        lines, declared = [], set()
        if self.choices.chance(60):
            lines.append("probe.call(x)")
        value = "x"
        if mode != "quiet" and self.choices.chance(78):
            lines.append(f"r = {self.read('x')}")
            value = "r"
        elif self.choices.chance(12):
            look = "x" if mode == "quiet" else self.read("x")
            call = f"{self.inherited()}(x)" if self.callables and self.choices.chance(40) else "total([x, 1])"
            lines += body_idiom(self.choices, look, call)
            value = "r"
        if mode == "writer":
            statement, name = self.write("x")
            self.wrote = True
            declared |= {name} if name else set()
            lines.append(statement if self.choices.chance(70) else f"if x > 2:\n    {statement}")
        if self.choices.chance(25):
            lines.append(
                f"if x == {self.constant()}:\n    raise {self.choices.pick(['Fault', 'ValueError'])}(x)"
            )
        if self.choices.chance(15):
            lines += ["acc = []", "for j in range(2):", "    acc.append(x * j)", "x = sum(acc)"]
        if self.choices.chance(10) and self.callables:
            lines.append(f"x = {self.inherited()}(x)")
        lines = [part for line in lines for part in line.splitlines()]
        result = (
            self.arithmetic(["x"])
            if value == "x"
            else self.choices.pick(["r + x", "x * 3 - r", "r", "r % 7 + x"])
        )
        lines.append(f"return {result}")
        return lines, declared

    # ------------------------------------------------------------------------------------ main

    def main(self) -> Lines:
        lines = ["trace = []", f"boxes = [Box(1), Box(2), {self.box()}]"]
        lines += self.choices.pick([["boxes.append(boxes[0])"], ["rows = [[1], [2, 3], [4]]"], []])
        if not lines[-1].startswith("rows"):
            lines.append(
                "rows = [[1], [2]]; rows.append(rows[0])"
                if self.choices.chance(40)
                else "rows = [[1], [2], []]"
            )
        names = {name for name, state in self.states if state.rebinds}
        header = [f"global {', '.join(sorted(names))}"] if names else []
        for _ in range(self.choices.number(3, 6)):
            self.aim()
            region = self.region()
            guard = self.choices.number(0, 9)
            if guard >= 7:
                region = [
                    "try:",
                    *_indent(region),
                    "except (Fault, ValueError) as error:",
                    "    trace.append(error)",
                ]
            elif guard == 6:
                region = ["with contextlib.suppress(Fault):", *_indent(region)]
            lines += region
        lines.append("return trace, boxes, rows")
        return ["def main():", *_indent([*header, *lines])]

    def aim(self) -> None:
        """Decide whether the next region keeps to itself, or its body changes what its callables look at."""
        looking = [f for f in self.callables if f not in self.writers]
        self.changeable = []
        self.clashing = False
        if self.sharing and self.choices.chance(50):
            # What the body writes is none of the callee's business: all can go ahead, and be replayed.
            self.eligible = [self.choices.pick(self.callables)]
            self.changeable = [pair for pair in self.states if pair[0] not in self.uses[self.eligible[0]]]
            return
        if looking and self.choices.chance(40):
            self.eligible = [self.choices.pick(looking)]
            self.changeable = [pair for pair in self.states if pair[0] not in self.uses[self.eligible[0]]]
            return
        sharing = [f for f in self.callables if self.uses[f] or f in self.writers]
        self.eligible = [self.choices.pick(sharing or self.callables)]
        self.changeable = [pair for pair in self.states if pair[0] in self.uses[self.eligible[0]]]
        self.clashing = bool(self.changeable)
        if self.choices.chance(20):
            self.eligible = self.callables

    def region(self) -> Lines:
        kind = self.choices.number(0, 99)
        if kind < 55:
            return self.loop()
        if kind < 75:
            return self.comprehension()
        if kind < 90:
            return self.block()
        return self.nested()

    def item(self) -> _Item:
        v = self.name("v")
        values = ", ".join(self.constant() for _ in range(self.choices.number(3, 6)))
        kind = self.choices.number(0, 9)
        match kind:
            case 4:
                return _Item(
                    "boxes",
                    v,
                    (f"{v}.n", f"{v}.twice", f"{v}.look()", f"len({v})"),
                    (f"{v}.n += 1", f"{v}.push(3)"),
                    (v,),
                )
            case 5:
                return _Item("rows", v, (f"len({v})", f"sum({v})"), (f"{v}.append(9)",), (v,))
            case 6:
                return _Item(f"enumerate([{values}])", f"i{v}, {v}", (v, f"i{v}"))
            case 7:
                return _Item(f"zip([{values}], (3, 1, 4))", f"a{v}, {v}", (v, f"a{v}"))
            case 8:
                return _Item("{1: 2, 3: 4, 0: 5}.items()", f"k{v}, {v}", (v, f"k{v}"))
            case 9:
                return self.choices.pick(
                    [
                        _Item(f"(n + 1 for n in [{values}])", v, (v,)),
                        _Item(f"tuple(reversed([{values}]))", v, (v,)),
                        _Item("range(4)", v, (v,)),
                    ]
                )
            case _:
                return _Item(f"[{values}]", v, (v,))

    def call(self, item: _Item) -> str:
        """A call that is a candidate: of a global callable, or of a method of the item."""
        f = self.choices.pick(self.eligible)
        number = self.choices.pick(item.numbers)
        if item.arguments and self.choices.chance(20):
            return f"{item.arguments[0]}.look()" if item.source == "boxes" else f"total({item.arguments[0]})"
        if self.choices.chance(15):
            number = self.arithmetic(list(item.numbers))
        return f"{f}({number})"

    def touch(self, item: _Item, results: list[str]) -> Lines:
        """A statement of the body that may change what a callee looks at; most often it does not."""
        number = self.choices.pick([*item.numbers, *results, self.constant()])
        kind = 8 if self.clashing and self.choices.chance(75) else self.choices.number(0, 9)
        if kind < 3:
            return [f"trace.append({self.choices.pick([*results, number])})"]
        if kind < 5:
            return [f"trace.append({self.read(number)})"]
        if kind < 7 and item.writes:
            return [self.choices.pick(item.writes)]
        if kind < 9:
            return [self.write(number)[0]]
        return [f"if {number} % 2:", f"    {self.write(number)[0]}"]

    def loop(self) -> Lines:
        item = self.item()
        body: Lines = []
        if self.choices.chance(20):
            body += [f"if {self.choices.pick(item.numbers)} == {self.constant()}:", "    continue"]
        if self.choices.chance(20):
            body += self.touch(item, [])
        results: list[str] = []
        for _ in range(self.choices.number(1, 2)):
            result = self.name("r")
            inner = _Item(item.source, item.target, (*item.numbers, *results), item.writes, item.arguments)
            body += self.taken(inner, result)
            results.append(result)
            if self.choices.chance(90 if self.clashing else 45):
                body += self.touch(item, results)
        if self.choices.chance(85):
            body.append(f"trace.append(({', '.join(results)},))")
        ends = self.choices.number(0, 19)
        if ends == 19:
            body += [f"if {results[0]} == {self.constant()}:", "    break"]
        if ends == 18:
            body.append(f"{item.target.rpartition(' ')[2]} = {self.constant()}")
        last = ["else:", "    trace.append('else')"] if self.choices.chance(10) else []
        before = [f"{results[-1]} = 0"] if self.choices.chance(30) else []
        after = [f"trace.append({results[-1]})"] if before else []
        if self.choices.chance(7):
            name = self.name("q")
            before += [f"{name} = list({item.source})"]
            item = _Item(name, item.target, item.numbers)
            body.append(f"if len({name}) < 6:\n    {name}.append({name}[0])")
            body = [part for line in body for part in line.splitlines()]
        return [*before, f"for {item.target} in {item.source}:", *_indent(body), *last, *after]

    def taken(self, item: _Item, result: str) -> Lines:
        """Statements that bind `result` to a call's value."""
        call = self.call(item)
        kind = self.choices.number(0, 21)
        match kind:
            case 20 | 21:
                number = self.choices.pick(item.numbers)
                return taken_idiom(self.choices, result, call, self.call(item), number)
            case 12:
                return [f"{result} = {call}", f"trace.append({result})"]
            case 13:
                return [
                    "try:",
                    f"    {result} = {call}",
                    "except Fault as error:",
                    f"    {result} = -1",
                    "    trace.append(error)",
                ]
            case 14:
                return [f"{result} = 0", "with Quiet(trace):", f"    {result} = {call}"]
            case 15:
                return ["try:", f"    {result} = {call}", "finally:", "    trace.append('finally')"]
            case 16:
                condition = f"{self.choices.pick(item.numbers)} % 2"
                return [
                    f"if {condition}:",
                    f"    {result} = {call}",
                    "else:",
                    f"    {result} = {self.call(item)}",
                ]
            case 17:
                return [f"{result} = {call} + {self.call(item)}"]
            case 18:
                return [f"{result} = {self.read(self.constant())} + {call}"]
            case 19:
                return [f"{result} = {call} if {self.choices.pick(item.numbers)} > 1 else {self.constant()}"]
            case _:
                return [f"{result} = {call}"]

    def comprehension(self) -> Lines:
        item = self.item()
        call = self.call(item)
        key = self.choices.pick(item.numbers)
        condition = ""
        if self.choices.chance(35):
            tests = [f"{key} != 2", f"{self.call(item)} > 1", f"{self.read(key)} > {key}"]
            condition = f" if {self.choices.pick(tests)}"
        clause = f"for {item.target} in {item.source}{condition}"
        text = self.choices.pick(
            [
                f"[{call} {clause}]",
                f"[({call}, {self.read(key)}) {clause}]",
                f"{{{key}: {call} {clause}}}",
                f"{{{call} {clause}}}",
                f"sum({call} {clause})",
                f"list({call} {clause})",
                f"sorted({call} {clause})",
                f"dict(({key}, {call}) {clause})",
                f"[{call} + {self.call(item)} {clause}]",
                f"any({call} > 3 {clause})",
            ]
        )
        return [f"trace.append({text})"]

    def block(self) -> Lines:
        n = self.name("n")
        item = _Item("", n, (n, self.constant()))
        lines = [f"{n} = {self.constant()}"]
        results: list[str] = []
        for _ in range(self.choices.number(2, 3)):
            result = self.name("r")
            lines.append(
                f"{result} = {self.call(item)}" + (f" + {self.call(item)}" if self.choices.chance(20) else "")
            )
            results.append(result)
            if self.choices.chance(70 if self.clashing else 25):
                lines += self.touch(item, results)
        lines.append(f"trace.append(({', '.join(results)}))")
        return lines

    def nested(self) -> Lines:
        outer, inner = self.item(), self.loop()
        return [f"for {outer.target} in {outer.source}:", *_indent([*inner, *self.touch(outer, [])])]
