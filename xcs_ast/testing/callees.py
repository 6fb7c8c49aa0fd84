"""The callables of a generated program: functions, methods, closures, wrappers, most of which only look."""

from __future__ import annotations

from typing import Final

from xcs_ast.testing.idioms import body_idiom
from xcs_ast.testing.sharing import sharing_body
from xcs_ast.testing.writing import Lines, Writing, flat, indent

__all__ = ["Callees"]

_MODES: Final = ("quiet", "reader", "reader", "reader", "writer", "writer")
"""How a callee treats shared state."""


class Callees(Writing):
    """Writes callables."""

    def callee(self, name: str) -> Lines:
        """The definition of a callable of that name."""
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
        if kind >= 66:
            return self.uncommon(name, mode)
        lines, global_names = self.callee_body(mode)
        header = [f"global {', '.join(sorted(global_names))}"] if global_names else []
        default = ", seen=[]" if mode == "writer" and self.choices.chance(10) else ""
        if default:
            lines = ["seen.append(x)", "x = x + len(seen)", *lines]
        elif self.choices.chance(15):
            return self.closure(name, [*header, *lines])
        return [f"def {name}(x, y=1{default}):", *indent([*header, *lines])]

    def wrapper(self, name: str) -> Lines:
        """A callable that calls another one."""
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
        inner = ["def inner(x, y=1):", *indent([*scope, *own, *rest])]
        return [
            f"def make_{name}():",
            *indent(["k = 2", *inner, "return inner"]),
            "",
            "",
            f"{name} = make_{name}()",
        ]

    def callee_body(self, mode: str) -> tuple[Lines, set[str]]:
        """What a function does with `x`, and the names that it needs declared `global`."""
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
        lines = flat(lines)
        result = (
            self.arithmetic(["x"])
            if value == "x"
            else self.choices.pick(["r + x", "x * 3 - r", "r", "r % 7 + x"])
        )
        lines.append(f"return {result}")
        return lines, declared

    def whole_body(self, mode: str) -> Lines:
        """The same with the declaration."""
        lines, names = self.callee_body(mode)
        return [f"global {', '.join(sorted(names))}", *lines] if names else lines

    def effect(self, mode: str, number: str = "x") -> Lines:
        """A statement that writes, of a writer; else one that does not."""
        if mode != "writer":
            return [f"k = {self.read(number)}"]
        self.wrote = True
        return [self.write(number)[0]]

    def uncommon(self, name: str, mode: str) -> Lines:
        """A callable of a kind that is rarer in programs."""
        match self.choices.number(0, 11):
            case 0:
                return self.subclass(name, mode)
            case 1:
                self.wrote = True
                body = indent(self.whole_body(mode))
                return ["@functools.lru_cache(maxsize=None)", f"def {name}(x, y=1):", *body]
            case 2:
                return self.over_a_generator(name, mode)
            case 3:
                return self.under_a_manager(name, mode)
            case 4:
                lines = self.whole_body(mode)
                lines[-1] += " + len(rest) + k"
                return [f"def {name}(x, *rest, k=1, **more):", *indent(lines)]
            case 5 if self.callables:
                return self.chaining(name, mode)
            case 6:
                rebound = self.rebound()
                inner = [*indent([self.effect(mode)[0], f"return {name}(min(x, 5) - 2) + 1"])]
                return [
                    f"def {name}(x, y=1):",
                    *indent([*rebound, "if x > 0:", *inner, f"return {self.read('x')}"]),
                ]
            case 7:
                return self.decorated(name, mode)
            case 8:
                self.wrote = mode == "writer"
                act = "self.log.append(x)" if self.wrote else "k = len(self.log)"
                body = [act, "probe.call(x)", "return self.best + x"]
                return [
                    f"class {name.upper()}(Tuned):",
                    *indent(["def apply(self, x):", *indent(body)]),
                    "",
                    "",
                    f"{name} = {name.upper()}(2).apply",
                ]
            case 9:
                inner = ["n = 0", "def add(k):", *indent(["nonlocal n", "n += k", "return n"]), "add(x)"]
                return [f"def {name}(x, y=1):", *indent([*inner, f"return add({self.read('x')})"])]
            case 10:
                heap = ["waiting = [3, 1]", "heapq.heappush(waiting, x)", "least = heapq.heappop(waiting)"]
                looked = f"sorted([x, 4, 2], key=lambda v: (v * {self.constant()} + {self.read('v')}) % 5)[0]"
                return [f"def {name}(x, y=1):", *indent([*heap, f"return least + {looked}"])]
            case _:
                return self.searching(name, mode)

    def subclass(self, name: str, mode: str) -> Lines:
        """A method that calls the one it overrides."""
        method = "learn" if mode == "writer" else "run"
        self.wrote = mode == "writer"
        self.used |= {name for name, state in self.states if state.kind in ("box", "alias")}
        body = [f"k = super().{method}(x)", f"return k + {self.read('x')}"]
        return [
            f"class {name.upper()}(Model):",
            *indent([f"def {method}(self, x):", *indent(body)]),
            "",
            "",
            f"{name} = {name.upper()}(2, {self.box()}).{method}",
        ]

    def over_a_generator(self, name: str, mode: str) -> Lines:
        """A function that drains a generator, or leaves it half-way."""
        inner = [f"yield j + {self.read('x')}", *self.effect(mode)]
        drained = self.choices.pick(
            ["sum(@)", "max(@)", "next(@)", "len([*@])", "sum(v for v in @ if v > 1)", "next(@) + next(@, 2)"]
        )
        if drained.count("@") > 1:
            last = [f"each = each_{name}(x)", f"return {drained.replace('@', 'each')}"]
        else:
            last = [f"return {drained.replace('@', f'each_{name}(x)')}"]
        return [
            f"def each_{name}(x):",
            *indent([*self.rebound(), "for j in range(2):", *indent(inner)]),
            "",
            "",
            f"def {name}(x, y=1):",
            *indent(["probe.call(x)", *last]),
        ]

    def under_a_manager(self, name: str, mode: str) -> Lines:
        """A function with a `with` of its own."""
        around = [*self.effect(mode), "try:", "    yield x + 1", "finally:", *indent(self.effect(mode))]
        body = self.whole_body(mode)
        declared = [line for line in body if line.startswith("global ")]
        rest = [line for line in body if not line.startswith("global ")]
        return [
            "@contextlib.contextmanager",
            f"def held_{name}(x):",
            *indent([*self.rebound(), *around]),
            "",
            "",
            f"def {name}(x, y=1):",
            *indent([*declared, f"with held_{name}(x) as y:", *indent(rest)]),
        ]

    def chaining(self, name: str, mode: str) -> Lines:
        """A function that answers an exception with another, or with a number."""
        inner = self.inherited()
        answer = self.choices.pick(
            [
                "raise ValueError(x) from error",
                "raise ValueError(x)",
                "raise ValueError(x) from None",
                "raise",
                "return -1",
                "error.add_note('seen'); raise",
            ]
        )
        body = [f"if x == {self.constant()}:", "    raise Fault(x)", f"r = {inner}(x)"]
        last = self.choices.pick([["else:", "    return r"], ["else:", "    r += 1"], []])
        final = ["finally:", *indent(self.effect(mode))] if self.choices.chance(50) else []
        lines = ["try:", *indent(body), "except Fault as error:", f"    {answer}", *last, *final, "return r"]
        return [f"def {name}(x, y=1):", *indent([*self.rebound(), *lines])]

    def decorated(self, name: str, mode: str) -> Lines:
        """A function with a decorator of the program's own."""
        outer = [*self.effect(mode), "return function(x, *rest, **more) + 1"]
        wrapper = ["@functools.wraps(function)", "def wrapper(x, *rest, **more):"]
        return [
            f"def noted_{name}(function):",
            *indent([*wrapper, *indent([*self.rebound(), *outer]), "return wrapper"]),
            "",
            "",
            f"@noted_{name}",
            f"def {name}(x, y=1):",
            *indent(self.whole_body("reader")),
        ]

    def searching(self, name: str, mode: str) -> Lines:
        """A function with a loop that is left early, or not."""
        inner = [f"if j + x == {self.constant()} + {self.read('j')}:", "    break", *self.effect(mode, "j")]
        lines = ["for j in range(3):", *indent(inner), "else:", "    j = -1", "return j + x"]
        return [f"def {name}(x, y=1):", *indent([*self.rebound(), *lines])]
