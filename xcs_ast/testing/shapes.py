"""The regions of a generated program: loops of each kind, comprehensions, blocks of calls, expressions."""

from __future__ import annotations

from typing import Final

from xcs_ast.testing.callees import Callees
from xcs_ast.testing.idioms import kept, taken_idiom
from xcs_ast.testing.writing import Item, Lines, indent

__all__ = ["Shapes"]


_ITERABLE: Final = frozenset(
    {"list", "dict", "set", "deque", "series", "counter", "recent", "bytes", "table"}
)
"""The kinds of shared state that hold numbers."""


class Shapes(Callees):
    """Writes regions."""

    def region(self) -> Lines:
        """One region."""
        kind = self.choices.number(0, 99)
        if self.clashing and kind >= 40 and self.choices.chance(50):
            # Only where there is a body is there something that clashes.
            return self.choices.pick([self.loop, self.block, self.stepping])()
        if kind < 40:
            return self.loop()
        if kind < 56:
            return self.comprehension()
        if kind < 67:
            return self.block()
        if kind < 75:
            return self.nested()
        if kind < 82:
            return self.stepping()
        if kind < 89:
            return self.ensemble()
        if kind < 93:
            return self.expression()
        if kind < 97:
            return self.over_shared()
        return self.applied()

    def item(self) -> Item:
        """Something to iterate over."""
        v = self.name("v")
        values = self.constants(3, 6)
        if self.streams and self.choices.chance(25):
            return self.choices.pick(
                [
                    Item("stream(4)", v, (v,)),
                    Item("list(stream(4))", v, (v,)),
                    Item("enumerate(stream(3))", f"i{v}, {v}", (v, f"i{v}")),
                    Item(f"zip(stream(4), [{values}])", f"{v}, i{v}", (v, f"i{v}")),
                ]
            )
        kind = self.choices.number(0, 10)
        match kind:
            case 4:
                return Item(
                    "boxes",
                    v,
                    (f"{v}.n", f"{v}.twice", f"{v}.look()", f"len({v})"),
                    (f"{v}.n += 1", f"{v}.push(3)"),
                    (v,),
                )
            case 5:
                return Item("rows", v, (f"len({v})", f"sum({v})"), (f"{v}.append(9)",), (v,))
            case 6:
                return Item(f"enumerate([{values}])", f"i{v}, {v}", (v, f"i{v}"))
            case 7:
                return Item(f"zip([{values}], (3, 1, 4))", f"a{v}, {v}", (v, f"a{v}"))
            case 8:
                return Item("{1: 2, 3: 4, 0: 5}.items()", f"k{v}, {v}", (v, f"k{v}"))
            case 10:
                return self.choices.pick(
                    [
                        Item(f"[({values}, 1), (2, 3)]", f"{v}, *w{v}", (v, f"len(w{v})")),
                        Item(f"dict.fromkeys([{values}])", v, (v,)),
                        Item(f"sorted({{{values}}})", v, (v,)),
                        Item(f"reversed([{values}])", v, (v,)),
                        Item("'abca'", v, (f"ord({v})", f"len({v})")),
                        Item(f"zip([{values}], itertools.count(1))", f"{v}, c{v}", (v, f"c{v}")),
                        Item(f"map(abs, [{values}])", v, (v,)),
                        Item(f"iter([0, {values}].pop, 0)", v, (v,)),
                        Item(f"[{values}]", "boxes[0].n", ("boxes[0].n",)),
                        Item(f"[{values}]", "sums[0]", ("sums[0]", "sums.get(0)")),
                        Item(f"enumerate([{values}])", f"boxes[1].n, {v}", (v, "boxes[1].n")),
                        Item(f"filter(None, [{values}])", v, (v,)),
                        Item(f"enumerate(zip((1, 2, 3), [{values}]), 2)", f"e{v}, ({v}, d{v})", (v, f"e{v}")),
                        # A copy: the body may add to the row, and would never come to its end.
                        Item(f"itertools.chain([{values}], rows[0][:3])", v, (v,)),
                    ]
                )
            case 9:
                return self.choices.pick(
                    [
                        Item(f"(n + 1 for n in [{values}])", v, (v,)),
                        Item(f"tuple(reversed([{values}]))", v, (v,)),
                        Item("range(4)", v, (v,)),
                    ]
                )
            case _:
                return Item(f"[{values}]", v, (v,))

    def loop(self) -> Lines:
        """A `for` loop."""
        item = self.item()
        body, results = self.loop_body(item, may_continue=True)
        ends = self.choices.number(0, 19)
        if ends == 18:
            body.append(f"{item.target.rpartition(' ')[2].strip('*()')} = {self.constant()}")
        last = ["else:", "    trace.append('else')"] if self.choices.chance(10) else []
        before = [f"{results[-1]} = 0"] if self.choices.chance(30) else []
        after = [f"trace.append({results[-1]})"] if before else []
        if self.choices.chance(7):
            name = self.name("q")
            before += [f"{name} = list({item.source})"]
            item = Item(name, item.target, item.numbers)
            change = self.choices.pick(
                [f"{name}.append({name}[0])", f"{name}.pop()", f"{name}.insert(0, {name}[-1])"]
            )
            body += [f"if len({name}) < 6:", f"    {change}"]
        return [*before, f"for {item.target} in {item.source}:", *indent(body), *last, *after]

    def loop_body(self, item: Item, *, may_continue: bool) -> tuple[Lines, list[str]]:
        """What a loop does with each item, and the names of its results."""
        body: Lines = []
        if may_continue and self.choices.chance(20):
            body += [f"if {self.choices.pick(item.numbers)} == {self.constant()}:", "    continue"]
        if self.choices.chance(20):
            body += self.touch(item, [])
        results: list[str] = []
        for _ in range(self.choices.pick([1, 1, 1, 2, 2, 3])):
            result = self.name("r")
            inner = Item(item.source, item.target, (*item.numbers, *results), item.writes, item.arguments)
            body += self.taken(inner, result)
            results.append(result)
            if self.choices.chance(90 if self.clashing else 45):
                body += self.touch(item, results)
        if self.choices.chance(85):
            body.append(f"trace.append(({', '.join(results)},))")
        return body + self.left(results), results

    def left(self, results: list[str]) -> Lines:
        """How a loop may be left before its end."""
        found = f"if {self.choices.pick(results)} == {self.constant()}:"
        if self.leaving == "yield" and self.choices.chance(60):
            return [f"yield {results[-1]}"]
        if self.leaving == "return" and self.choices.chance(50):
            return [found, f"    return {results[0]}"]
        return [found, "    break"] if self.choices.chance(5) else []

    def taken(self, item: Item, result: str) -> Lines:
        """Statements that bind `result` to a call's value."""
        call = self.call(item)
        kind = self.choices.number(0, 26)
        match kind:
            case 20 | 21:
                number = self.choices.pick(item.numbers)
                return taken_idiom(self.choices, result, call, self.call(item), number)
            case 22 | 23 | 24 | 25 | 26:
                return kept(self.choices, result, call, self.call(item), self.choices.pick(item.numbers))
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
        """A comprehension, or a generator expression that something drains."""
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
                f"all({call} < 30 {clause})",
                f"max(({call} {clause}), default=0)",
                f"tuple({call} {clause})",
                f"','.join(str({call}) {clause})",
                f"[{call} for again in (1, 2) {clause}]",
                f"[[{call} {clause}] for again in range(2)]",
                f"next(({call} {clause}), 0)",
                f"[*({call} {clause}), {self.read(self.constant())}]",
                f"min([({call}, {key}) {clause}], default=1)",
                f"[r for {item.target} in {item.source} if (r := {call}) > 2]",
                f"len(list(zip(({call} {clause}), ({self.constants(2, 3)}))))",
            ]
        )
        return [f"trace.append({text})"]

    def block(self) -> Lines:
        """Some calls one after another."""
        n = self.name("n")
        item = Item("", n, (n, self.constant()))
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
        """A loop in a loop."""
        outer, inner = self.item(), self.loop()
        return [f"for {outer.target} in {outer.source}:", *indent([*inner, *self.touch(outer, [])])]

    def stepping(self) -> Lines:
        """A `while` loop that steps through a sequence, an iterator or a queue."""
        q, i, v = self.name("q"), self.name("i"), self.name("v")
        body, _ = self.loop_body(Item(q, v, (v, f"len({q})")), may_continue=False)
        numbers = self.constants(3, 5)
        last = ["else:", "    trace.append('else')"] if self.choices.chance(15) else []
        match self.choices.number(0, 5):
            case 0:
                head = [f"{q} = [{numbers}]; {i} = 0", f"while {i} < len({q}):"]
                body = [f"{v} = {q}[{i}]", f"{i} += 1", *body]
            case 1:
                head = [f"{q} = [{numbers}]; {i} = 0", f"while {i} < len({q}):"]
                body = [f"{v} = {q}[{i}]", *body, f"{i} += 1"]
            case 2:
                head = [f"{q} = collections.deque([{numbers}])", f"while {q}:"]
                body = [f"{v} = {q}.popleft()", *body]
                if self.choices.chance(50):
                    body += [f"if {v} > 3:", f"    {q}.append({v} - 1)"]
            case 3:
                head = [f"{q} = [{numbers}]; {i} = iter({q})", f"while ({v} := next({i}, None)) is not None:"]
            case 4:
                head = [f"{q} = [{numbers}]", "while True:"]
                body = [f"if not {q}:", "    break", f"{v} = {q}.pop()", *body]
            case _:
                head = [f"{q} = [{numbers}]; {v} = 0", f"while {v} < 4:"]
                body = [*body, f"{v} += 1"]
        return [*head, *indent(body), *last]

    def ensemble(self) -> Lines:
        """A loop over callables."""
        m, k = self.name("m"), self.name("k")
        callables = [self.choices.pick(self.eligible) for _ in range(self.choices.number(1, 3))]
        callables += [self.choices.pick([*self.eligible, "lambda x: x + 1", "boxes[0].bump", "Box(1).bump"])]
        listed = ", ".join(callables)
        named = ", ".join(f"{index}: {each}" for index, each in enumerate(callables))
        source, target, number = self.choices.pick(
            [
                (f"[{listed}]", m, self.constant()),
                (f"({listed})", m, self.constant()),
                (f"{{{named}}}.items()", f"{k}, {m}", k),
                (f"zip([{listed}], (1, 4, 1, 2))", f"{m}, {k}", k),
                (f"enumerate([{listed}])", f"{k}, {m}", k),
                (
                    f"zip([functools.partial({callables[0]}, 3), {listed}], [[], [1], [2], [1], [3]])",
                    f"{m}, {k}",
                    f"*{k}",
                ),
            ]
        )
        call = f"{m}({number})"
        if self.choices.chance(35):
            return [f"trace.append([{call} for {target} in {source}])"]
        result = self.name("r")
        body = [f"{result} = {call}", *self.touch(Item("", m, (result, self.constant())), [result])]
        return [
            f"for {target} in {source}:",
            *indent([*body, f"trace.append({result})", *self.left([result])]),
        ]

    def expression(self) -> Lines:
        """Several calls in one expression."""
        n = self.name("n")
        item = Item("", n, (n, self.constant()))
        a, b, c = self.call(item), self.call(item), self.call(item)
        f, look = self.choices.pick(self.eligible), self.read(n)
        text = self.choices.pick(
            [
                f"{a} + {b} * {c}",
                f"({a}, {b}, {look})",
                f"[{look}, {a}, {b}]",
                f"{f}({a}) + {b}",
                f"{a} and {b} or {c}",
                f"{a} if {b} > 2 else {c}",
                f"0 < {a} < {b}",
                f"f'{{{a}}}-{{{b}:>3}}{{{look}}}'" if "'" not in a + b + look else f"{a}, str({b})",
                f"{{{a}: {b}, {look}: {c}}}",
                f"total([{a}, {b}])",
                f"total(items=[{a}, *[{b}]])",
                f"max({a}, {b}, key=lambda v: v % 3)",
                f"not {a} or {b}",
                f"'%s %s' % ({a}, {b})",
                f"(v := {a}) + {b} + v",
                f"[{a}, {b}][{c} % 2]",
                f"dict(a={a}, b={b})",
                f"{a} - -{b} if {look} else ~{c}",
                f"(lambda v=({a}): v + {b})()",
            ]
        )
        change = self.touch(item, []) if self.choices.chance(40) else []
        return [f"{n} = {self.constant()}", *change, f"trace.append({text})"]

    def over_shared(self) -> Lines:
        """A loop over what is shared, and may grow, shrink or be replaced meanwhile."""
        names = [name for name, state in self.states if state.kind in _ITERABLE]
        if not names:
            return self.applied()
        name, v = self.choices.pick(names), self.name("v")
        source = self.choices.pick([name, name, f"enumerate({name})", f"zip({name}, (1, 2, 3, 4))"])
        target = v if source == name else f"{v}, k{v}"
        body, _ = self.loop_body(Item(name, target, (v,)), may_continue=False)
        body = [f"if len({name}) > 9:", "    break", *body]
        loop = [f"for {target} in {source}:", *indent(body)]
        return ["try:", *indent(loop), "except RuntimeError as error:", "    trace.append(error)"]

    def applied(self) -> Lines:
        """A callable that something in C calls for each item."""
        f, numbers = self.choices.pick(self.eligible), self.constants(3, 5)
        text = self.choices.pick(
            [
                f"list(map({f}, [{numbers}]))",
                f"[*map({f}, ({numbers}))]",
                f"list(filter({f}, [{numbers}]))",
                f"sorted([{numbers}], key={f})",
                f"max([{numbers}], key={f})",
                f"dict(zip([{numbers}], map({f}, [{numbers}])))",
                f"functools.reduce(lambda a, x: a + {f}(x), [{numbers}], 0)",
                f"sum(map({f}, [{numbers}]))",
                f"[list(g) for _, g in itertools.groupby([{numbers}], {f})]",
                f"list(itertools.accumulate([{numbers}], lambda a, x: {f}(x) + a % 5))",
                f"list(itertools.takewhile(lambda x: {f}(x) < 9, [{numbers}]))",
                f"list(itertools.starmap({f}, zip([{numbers}])))",
                f"any(map({f}, [{numbers}]))",
                f"heapq.nlargest(2, [{numbers}], key={f})",
            ]
        )
        return [f"trace.append({text})"]
