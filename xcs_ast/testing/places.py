"""Where the regions of a generated program stand: in `main`, in functions of each kind, in a class."""

from __future__ import annotations

from xcs_ast.testing.shapes import Shapes
from xcs_ast.testing.writing import Item, Lines, indent

__all__ = ["Places"]


class Places(Shapes):
    """Writes regions in their places."""

    def placed(self) -> Lines:
        """One region, perhaps in a function or a class of its own, and what uses that."""
        kind = self.choices.number(0, 99)
        if kind < 60:
            return self.guarded(self.region())
        name = self.name("p")
        if kind < 71:
            self.leaving = self.choices.pick(["", "return"])
            made = [f"def {name}(*rest):", *self.inside(["return 'end'"])]
            return [*made, *self.guarded([f"trace.append({name}())"])]
        if kind < 82:
            return self.generator(name)
        if kind < 90:
            self.leaving = self.choices.pick(["", "return"])
            method = ["def go(self):", *self.inside(["return self.k"])]
            start = ["def __init__(self):", "    self.k = 2"]
            made = [f"class {name.upper()}:", *indent([*start, "", *method])]
            return [*made, *self.guarded([f"trace.append({name.upper()}().go())"])]
        if kind < 95:
            self.leaving = self.choices.pick(["", "return"])
            made = [f"async def {name}(*rest):", *self.inside(["await asyncio.sleep(0)", "return 'end'"])]
            return [*made, *self.guarded([f"trace.append(asyncio.run({name}()))"])]
        region = self.region()
        if any(":=" in line and " for " in line for line in region):
            return self.guarded(region)  # Python has no such thing in the body of a class.
        made = [f"class {name.upper()}:", *indent([*self.rebound(), *region])]
        return ["try:", *indent(made), "except Exception as error:", "    trace.append(error)"]

    def inside(self, last: Lines) -> Lines:
        """The body of a function that holds a region."""
        lines = indent([*self.rebound(), *self.guarded(self.region()), *last])
        self.leaving = ""
        return lines

    def generator(self, name: str) -> Lines:
        """A region in a generator, and who takes what it yields."""
        self.leaving = "yield"
        made = [f"def {name}(*rest):", *self.inside(["yield 'end'"])]
        got = self.name("g")
        used = self.choices.pick(
            [
                [f"trace.extend({name}())"],
                [f"trace.append(next({name}(), None))"],
                [f"{got} = {name}(); trace.append(next({got}, 0)); {got}.close()"],
                [f"trace.append(list(zip({name}(), (1, 2))))"],
                [f"trace.append([*{name}(), *{name}()])"],
                [
                    f"for {got} in {name}():",
                    *indent([f"trace.append({got})", *self.touch(Item("", got, ("1",)), [])]),
                ],
                [
                    f"for {got} in {name}():",
                    *indent(
                        [
                            *self.touch(Item("", got, ("2",)), []),
                            f"if {got} == {self.constant()}:",
                            "    break",
                        ]
                    ),
                ],
            ]
        )
        return [*made, *self.guarded(used)]

    def guarded(self, region: Lines) -> Lines:
        """A region with what may stand around it."""
        guard = self.choices.number(0, 11)
        if guard in (7, 8, 9):
            handler = ["except (Fault, ValueError) as error:", "    trace.append(error)"]
            return ["try:", *indent(region), *handler]
        if guard == 6:
            return ["with contextlib.suppress(Fault):", *indent(region)]
        if guard == 10:
            return ["with Quiet(trace):", *indent(region)]
        if guard == 11:
            return ["try:", *indent(region), "finally:", "    trace.append('finally')"]
        return region
