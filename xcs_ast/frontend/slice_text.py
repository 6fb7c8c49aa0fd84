"""The source of a slice, in each of its shapes, from the user's own text.

- `lambda doc: classify(doc)`: one value, unconditional, the target one name.
- a `def` with `return` (one value, tuple target) or with `yield number, value` (several).
- one `lambda` for all of that, where a `def` would leave a name behind (at module level).
- a `def` for readers, with `yield value`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from xcs_ast.frontend.marked import is_truth
from xcs_ast.frontend.slicing import Branch, Node, Stop, Take
from xcs_ast.frontend.source_text import SourceText
from xcs_ast.native import TypeAlias, final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["NotExpressible", "SliceTexts"]


_Write: TypeAlias = Callable[[Take], list[str]]
_LONGEST = 20_000
"""Of one expression: what follows a branch that may end the iteration is written out in each of its arms."""


class NotExpressible(Exception):
    """A slice that has no form as one expression."""


@final
@dataclass(frozen=True, slots=True)
class SliceTexts:
    """Writes the slice of one region. `prefix` starts every name of ours;"""

    text: SourceText
    nodes: list[Node]
    target: ast.expr
    prefix: str
    bool_is_builtin: bool
    taken_names: frozenset[str]

    @property
    def single(self) -> bool:
        """Whether the slice is one unconditional value."""
        return len(self.nodes) == 1 and isinstance(self.nodes[0], Take)

    # --- pieces

    def source(self, node: ast.expr) -> str:
        """The user's text of an expression, safe to stand anywhere."""
        text = self.text.segment(node)
        bare_tuple = isinstance(node, ast.Tuple) and not _is_wrapped(text)
        if "\n" in text or bare_tuple or isinstance(node, ast.Starred):
            return f"({text})"
        return text

    def truth(self, take: Take, readable: bool = False) -> str:
        """The truth of a test as exactly `True` or `False`."""
        text = self.source(take.expr)
        if is_truth(take.expr):
            return text
        return f"bool({text})" if readable and self.bool_is_builtin else f"not not ({text})"

    def target_text(self) -> str:
        """The loop target."""
        return self.text.segment(self.target)

    # --- shapes

    def guarded(self) -> str:
        """The slice that is emitted where a `def` may stand."""
        if self.single and isinstance(self.target, ast.Name):
            return self._one_lambda()
        return "\n".join(self._definition(f"{self.prefix}slice", self._guarded_take, readable=False)) + "\n"

    def readable(self) -> str:
        """The slice that a person would write."""
        if self.single and isinstance(self.target, ast.Name):
            return self._one_lambda()
        return "\n".join(self._definition(self._reader_name(), self._readable_take, readable=True)) + "\n"

    def _one_lambda(self) -> str:
        take = self.nodes[0]
        assert isinstance(take, Take)
        return f"lambda {self.target_text()}: {self.source(take.expr)}"

    def _definition(self, name: str, write: _Write, readable: bool) -> list[str]:
        if isinstance(self.target, ast.Name):
            head = [f"def {name}({self.target.id}):"]
        else:
            item = self._fresh("item") if readable else f"{self.prefix}item"
            head = [f"def {name}({item}):", f"    {self.target_text()} = {item}"]
        return head + self._suite(self.nodes, "    ", write, readable)

    def _suite(self, nodes: list[Node], indent: str, write: _Write, readable: bool) -> list[str]:
        lines: list[str] = []
        for node in nodes:
            match node:
                case Take():
                    lines += [indent + line for line in write(node)]
                case Stop():
                    lines.append(indent + "return")
                case Branch():
                    lines += [indent + line for line in self._branch(node, write, readable)]
        return lines

    def _branch(self, node: Branch, write: _Write, readable: bool) -> list[str]:
        name = self._fresh("condition") if readable else f"{self.prefix}c{node.test.number}"
        lines = [f"{name} = {self.truth(node.test, readable)}"]
        lines.append(f"yield {name}" if readable else f"yield {node.test.number}, {name}")
        body = self._suite(node.body, "    ", write, readable)
        orelse = self._suite(node.orelse, "    ", write, readable)
        if body:
            lines += [f"if {name}:", *body]
            if orelse:
                lines += ["else:", *orelse]
        elif orelse:
            lines += [f"if not {name}:", *orelse]
        return lines

    def _guarded_take(self, take: Take) -> list[str]:
        if self.single:
            return [f"return {self.source(take.expr)}"]
        return self._yielding(take, f"yield {take.number}, ", f"{self.prefix}v{take.number}")

    def _readable_take(self, take: Take) -> list[str]:
        if self.single:
            return [f"return {self.source(take.expr)}"]
        return self._yielding(take, "yield ", "")

    def _yielding(self, take: Take, yielding: str, temporary: str) -> list[str]:
        value = self.source(take.expr)
        if not take.kept_targets:
            return [yielding + value]
        if take.unpack:
            name = temporary or self._fresh("values")
            return [f"{name} = {value}", yielding + name, f"{', '.join(take.targets)} = {name}"]
        return [f"{' = '.join(take.targets)} = {value}", yielding + take.targets[0]]

    def _fresh(self, name: str) -> str:
        while name in self.taken_names:
            name += "_"
        return name

    def _reader_name(self) -> str:
        wanted = "".join(char for char in self.target_text() if char.isalnum() or char == "_")
        return self._fresh(f"for_each_{wanted}" if isinstance(self.target, ast.Name) else "for_each")

    # --- one expression

    def expression(self) -> str:
        """The slice as one `lambda`; its variables are bound by `:=` and so its own.

        Raises:
            NotExpressible: there is no such form.
        """
        if isinstance(self.target, ast.Name):
            if self.single:
                return self._one_lambda()
            return f"lambda {self.target.id}: ({self._sequence(self.nodes)})"
        item = f"{self.prefix}item"
        bindings = self._unpacking(self.target, item)
        if self.single:
            take = self.nodes[0]
            assert isinstance(take, Take)
            return f"lambda {item}: ({bindings}, {self.source(take.expr)})[-1]"
        return f"lambda {item}: ({bindings}, {self._sequence(self.nodes)})"

    def _unpacking(self, target: ast.expr, value: str) -> str:
        if isinstance(target, ast.Name):
            return f"({target.id} := {value})"
        assert isinstance(target, ast.Tuple | ast.List)
        return ", ".join(self._unpacking(part, f"{value}[{index}]") for index, part in enumerate(target.elts))

    def _sequence(self, nodes: list[Node]) -> str:
        parts: list[str] = []
        for position, node in enumerate(nodes):
            match node:
                case Take(kept_targets=True, unpack=False):
                    names = "".join(f"{name} := (" for name in node.targets)
                    closing = ")" * len(node.targets)
                    parts.append(f"(yield ({node.number}, ({names}{self.source(node.expr)}{closing})))")
                case Take(unpack=True, kept_targets=True):
                    raise NotExpressible
                case Take():
                    parts.append(f"(yield ({node.number}, {self.source(node.expr)}))")
                case Stop():
                    break
                case Branch():
                    return ", ".join([*parts, self._choice(node, nodes[position + 1 :])]) + ","
        return ", ".join(parts) + ","

    def _choice(self, node: Branch, rest: list[Node]) -> str:
        name = f"{self.prefix}c{node.test.number}"
        test = f"(yield ({node.test.number}, ({name} := {self.truth(node.test)})))"
        into_arms = rest if _stops_inside(node) else []
        arms: list[str] = []
        for arm in (node.body, node.orelse):
            whole = arm[:-1] if arm and isinstance(arm[-1], Stop) else [*arm, *into_arms]
            arms.append(f"({self._sequence(whole)})" if whole else "()")
        tail = f", {self._sequence(rest).rstrip(',')}" if rest and not into_arms else ""
        choice = f"{test}, ({arms[0]} if {name} else {arms[1]}){tail}"
        if len(choice) > _LONGEST:
            raise NotExpressible
        return choice


def _stops_inside(node: Branch) -> bool:
    return any(
        isinstance(part, Stop) or (isinstance(part, Branch) and _stops_inside(part))
        for part in (*node.body, *node.orelse)
    )


def _is_wrapped(segment: str) -> bool:
    if not segment.startswith("("):
        return False
    tree = ast.parse(f"{segment}[0]", mode="eval")
    return isinstance(tree.body, ast.Subscript)
