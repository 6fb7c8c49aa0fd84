"""Random loop bodies over pure functions, and the two ways to run them: in place, and by the slice."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from xcs_ast.frontend.plan import RegionPlan

NAMES = ["p", "q", "r"]
INVARIANT = ["a", "b"]


class Writer:
    """Writes one function `program(items, a, b)` with one loop."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        return self.random.choice(["x", *NAMES, *INVARIANT])

    def expr(self, depth: int = 0) -> str:
        pick = self.random.random()
        if depth > 3 or pick < 0.25:
            return self.random.choice(["x", "x", *NAMES, *INVARIANT, "s", "1", "2", "5"])
        if pick < 0.55:
            return f"{self.random.choice('fgk')}({self.expr(depth + 1)})"
        if pick < 0.65:
            return f"w({self.expr(depth + 1)}, {self.expr(depth + 1)})"
        if pick < 0.72:
            return f"({self.expr(depth + 1)} + {self.expr(depth + 1)})"
        if pick < 0.77:
            return f"({self.expr(depth + 1)} if {self.expr(depth + 1)} else {self.expr(depth + 1)})"
        if pick < 0.82:
            return f"({self.expr(depth + 1)} {self.random.choice(['and', 'or'])} {self.expr(depth + 1)})"
        if pick < 0.87:
            return f"({self.expr(depth + 1)} < {self.expr(depth + 1)} <= {self.expr(depth + 1)})"
        if pick < 0.90:
            return f"sum(f(y + {self.name()}) for y in range({self.name()} % 3))"
        if pick < 0.93:
            return f"len([y for y in (g({self.name()}), {self.name()}) if y])"
        if pick < 0.95:
            return f"(lambda z: z + {self.name()})({self.expr(depth + 2)})"
        if pick < 0.97:
            return f"int(f'{{g({self.name()}):d}}')"
        return f"({self.random.choice(NAMES)} := {self.expr(depth + 1)})"

    def suite(self, depth: int, indent: str, loops: int = 0) -> list[str]:
        count = self.random.randint(1, 4 if depth == 0 else 2) + (2 if depth == 0 else 0)
        lines: list[str] = []
        for _ in range(count):
            lines += [indent + line for line in self.statement(depth, loops)]
        return lines

    def statement(self, depth: int, loops: int) -> list[str]:
        pick = self.random.random()
        name = self.random.choice(NAMES)
        if depth > 2 or pick < 0.30:
            return [f"{name} = {self.expr()}"]
        if pick < 0.34:
            return [f"{name} = {self.random.choice(NAMES)} = {self.expr()}"]
        if pick < 0.38:
            return [f"{name}, s = {self.expr()}, {self.expr()}"]
        if pick < 0.42:
            return [f"p, q = {self.expr()}, {self.expr()}"]
        if pick < 0.46:
            return [f"s += {self.expr()}"]
        if pick < 0.58:
            return [f"out.append({self.expr()})"]
        if pick < 0.60:
            return [f"out.append(({self.expr()}, {self.expr()}))"]
        if pick < 0.62:
            return [f"print_({self.expr()})"]
        if pick < 0.64:
            return [f"x = {self.expr()}"]
        if pick < 0.78:
            lines = [f"if {self.expr()}:", *self.suite(depth + 1, "    ", loops)]
            if self.random.random() < 0.35:
                lines.append("    continue")
            elif self.random.random() < 0.1:
                lines.append("    raise ValueError('here')")
            if self.random.random() < 0.4:
                lines += ["else:", *self.suite(depth + 1, "    ", loops)]
            return lines
        if pick < 0.86:
            lines = ["try:", *self.suite(depth + 1, "    ", loops), "except ValueError:"]
            lines += self.suite(depth + 1, "    ", loops)
            if self.random.random() < 0.3:
                lines.append("    continue")
            if self.random.random() < 0.3:
                lines += ["else:", *self.suite(depth + 1, "    ", loops)]
            if self.random.random() < 0.3:
                lines += ["finally:", *self.suite(depth + 1, "    ", loops)]
            return lines
        if pick < 0.90:
            return ["with swallow():", *self.suite(depth + 1, "    ", loops)]
        if pick < 0.94:
            return [f"for {name} in range({self.expr()} % 3):", *self.suite(depth + 1, "    ", loops + 1)]
        if pick < 0.97:
            return [
                f"match {self.expr()}:",
                "    case 1:",
                *self.suite(depth + 1, "        ", loops),
                "    case p: pass",
            ]
        return [f"def inner(): nonlocal {name}; {name} = f({self.name()})", "inner()"]

    def program(self) -> str:
        lines = ["def program(items, a, b):", "    out = []", "    p = q = r = s = 1", "    for x in items:"]
        lines += self.suite(0, "        ")
        return "\n".join([*lines, "    return out, p, q, r, s", ""])


class Swallow:
    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        return isinstance(error, ValueError)


def f(value: int) -> int:
    if value % 11 == 7:
        raise ValueError("f")
    return (value * 3 + 1) % 17


def g(value: int) -> int:
    return value % 5


def k(value: int) -> bool:
    return value % 2 == 0


def w(one: int, two: int) -> int:
    if (one + two) % 13 == 5:
        raise ValueError("w")
    return (one * 2 + two) % 19


WORLD = {"f": f, "g": g, "k": k, "w": w, "swallow": Swallow, "print_": lambda value: None}


@dataclass
class Record:
    """What was handed over in each iteration; `broke`: an iteration that something in place left or shook."""

    taken: list[list[tuple[int, object]]] = field(default_factory=list)
    broke: set[int] = field(default_factory=set)


def in_place(region: RegionPlan, env: dict[str, object], items: list[int]) -> Record:
    """Runs the marked text."""
    record = Record()
    inside = [0]

    class Marks(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            if isinstance(node.func, ast.Name) and node.func.id == "__xcs_stage__":
                number, value = node.args
                lambda_ = ast.Lambda(ast.arguments([], [], None, [], [], None, []), value)
                return ast.Call(node.func, [number, lambda_], [])
            return node

    def stage(number: int, thunk: Callable[[], object]) -> object:
        inside[0] += 1
        try:
            value = thunk()
        finally:
            inside[0] -= 1
        record.taken[-1].append((number, value))
        return value

    def shaking(function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            try:
                return function(*args)
            except ValueError:
                if not inside[0]:
                    record.broke.add(len(record.taken) - 1)
                raise

        return call

    def stepping() -> Iterator[int]:
        for item in items:
            record.taken.append([])
            yield item

    world = dict(WORLD) | {"f": shaking(f), "w": shaking(w), "__xcs_stage__": stage}
    text = "\n".join("    " + line for line in region.facts.text.splitlines())
    names = sorted(region.facts.env)
    unset = sorted(region.facts.unknown_locals - {"x"} - set(names))
    setup = "".join(f"    {name} = 1\n" for name in unset)
    source = f"def run(__xcs_items__, {', '.join(names)}):\n{setup}{text}\n"
    tree = ast.fix_missing_locations(Marks().visit(ast.parse(source)))
    exec(compile(tree, "marked", "exec"), world)
    try:
        world["run"](stepping(), *(env[name] for name in names))  # type: ignore[operator]
    except ValueError:
        record.broke.add(len(record.taken) - 1)
    return record


def by_slice(region: RegionPlan, env: dict[str, object], item: int, source: str) -> list[tuple[int, object]]:
    """Runs the slice for one item."""
    names = sorted(region.facts.env)
    body = (
        f"    return ({source})"
        if source.startswith("lambda")
        else "\n".join("    " + line for line in f"{source}\nreturn _xcs_slice".splitlines())
    )
    world = dict(WORLD)
    exec(f"def make({', '.join(names)}):\n{body}\n", world)
    slice_ = world["make"](*(env[name] for name in names))  # type: ignore[operator]
    taken: list[tuple[int, object]] = []
    try:
        if region.facts.single:
            taken.append((0, slice_(item)))
        else:
            for number, value in slice_(item):
                taken.append((number, value))
    except ValueError:
        pass
    return taken
