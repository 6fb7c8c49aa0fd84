"""Runs small pieces of code plainly and ahead, in two copies of one program, and compares after each.

A table (`snippets/*.txt`) holds one piece a line (further lines of it are indented), over the definitions in
`snippets/prelude.py`. An expression is returned. Where it begins with `?` the recorder may wait instead of
running it ahead.
"""

from __future__ import annotations

import ast
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.tracer.speculating import Outcome, attempt, captured, on_thread
from xcs_ast.testing.picture import first_difference, picture_of
from xcs_ast.tracer.speculation import FAILED, Speculation

ITEM = 1
FOLDER = Path(__file__).with_name("snippets")
CAUGHT = """\
except Exception as error:
    return type(error).__name__, error.args, getattr(error, "name", None)
"""


@dataclass(frozen=True)
class Snippet:
    """One piece of code."""

    text: str
    may_wait: bool

    def function(self, name: str, *, caught: bool) -> str:
        """The source of a function that does it; with `caught`, exceptions are results."""
        body = self.text
        try:
            ast.parse(body, mode="eval")
        except SyntaxError:
            pass
        else:
            body = f"return {body}"
        if caught:
            body = f"try:\n{_indented(body)}{CAUGHT}"
        return f"def {name}(x):\n{_indented(body)}"


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def snippets(table: str) -> list[Snippet]:
    """What the table holds."""
    found: list[str] = []
    for line in (FOLDER / f"{table}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found[-1] += "\n" + line[4:]
        elif line and not line.startswith("#"):
            found.append(line)
    return [Snippet(text.removeprefix("? "), text.startswith("? ")) for text in found]


class Bench:
    """Two copies of a program that holds all pieces of a table."""

    def __init__(self, table: str, folder: Path) -> None:
        self.snippets = snippets(table)
        source = (FOLDER / "prelude.py").read_text(encoding="utf-8")
        for number, each in enumerate(self.snippets):
            source += f"\n{each.function(f'bare_{number}', caught=False)}"
            source += f"\n{each.function(f'caught_{number}', caught=True)}"
        self.path = folder / f"snippets_{table}.py"
        self.path.write_text(source, encoding="utf-8")
        code = compile(source, str(self.path), "exec")
        self.plain, self.ahead = self._load(code), self._load(code)

    def reset(self) -> None:
        """Makes the state of both copies anew."""
        for module in (self.plain, self.ahead):
            module.renew()

    def _load(self, code: types.CodeType) -> types.ModuleType:
        module = types.ModuleType(self.path.stem)
        module.__file__ = str(self.path)
        sys.modules[self.path.stem] = module
        exec(code, module.__dict__)
        return module

    def close(self) -> None:
        """Leaves nothing behind."""
        sys.modules.pop(self.path.stem, None)

    def run(self, name: str) -> str:
        """Runs one function both ways; why it was not run ahead, or nothing."""
        sys.modules[self.path.stem] = self.plain
        with captured() as first:
            one = attempt(getattr(self.plain, name), ITEM)
        sys.modules[self.path.stem] = self.ahead
        function = getattr(self.ahead, name)
        with captured() as out:
            before = picture_of(**_data(self.ahead))
            task = Speculation(function, ITEM)
            on_thread(task.run)
            changed = first_difference(before, picture_of(**_data(self.ahead)))
            assert changed is None, f"changed ahead: {changed}"
            assert not out.getvalue(), f"said ahead: {out.getvalue()!r}"
            reason = task.reason
            if task.ready():
                value = task.commit()
                two = Outcome(None, task.error) if value is FAILED else Outcome(value)
                task.drop()
            else:
                reason = reason or "what it read has changed"
                task.drop()
                two = attempt(function, ITEM)
        assert out.getvalue() == first.getvalue(), f"output: {out.getvalue()!r}"
        assert two.error == one.error, f"{two.error} instead of {one.error}"
        different = first_difference(
            picture_of(value=one.value, **_data(self.plain)),
            picture_of(value=two.value, **_data(self.ahead)),
        )
        assert different is None, different
        return reason


def _data(module: types.ModuleType) -> dict[str, Any]:
    return {name: getattr(module, name) for name in module.STATE}
