"""Runs small programs ahead, as the runtime does, and holds what comes of it against plain Python."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import sys
import threading
import traceback
import types
from pathlib import Path
from typing import Any

from xcs_ast.testing.picture import first_difference, module_state, picture_of
from xcs_ast.tracer.speculation import FAILED, Speculation

_numbers = itertools.count()


class Outcome:
    """What one call came to."""

    def __init__(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value = value
        self.error = None if error is None else describe(error)


def describe(error: BaseException) -> Any:
    """Type, arguments, chain and traceback of an exception, for the frames of the program."""
    here = str(Path(__file__).parent.parent.parent.parent)
    frames = [
        (Path(frame.filename).name, frame.lineno, frame.name)
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(here)
    ]
    chain = [None if each is None else describe(each) for each in (error.__cause__, error.__context__)]
    return type(error).__name__, error.args, frames, chain, error.__suppress_context__


def load(path: Path) -> types.ModuleType:
    """The program, as a module of its own."""
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem] = module
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


def on_thread(function: Any) -> None:
    """Runs on a thread of its own, to the end."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


class Records(logging.Handler):
    """Never used as a handler of a program: those must be `logging`'s own."""


def state_of(module: types.ModuleType) -> Any:
    """A picture of everything that the module holds."""
    return picture_of(**module_state(module.__dict__))


class Trial:
    """One program, run plainly and run ahead."""

    def __init__(self, source: str, folder: Path) -> None:
        number = next(_numbers)
        self.path = folder / f"program_{number}.py"
        self.path.write_text(source)
        self.reasons: list[str] = []
        self.ahead = 0
        self.redone = 0

    def run(self) -> Trial:
        """Runs it both ways and compares."""
        plain, first = self._plainly()
        module, ahead = self._ahead()
        assert ahead[1] == first[1], f"output: {ahead[1]!r} instead of {first[1]!r}"
        for number, (one, two) in enumerate(zip(first[0], ahead[0], strict=True)):
            assert two.error == one.error, f"item {number}: {two.error} instead of {one.error}"
        different = first_difference(
            picture_of(values=[each.value for each in first[0]], **module_state(plain.__dict__)),
            picture_of(values=[each.value for each in ahead[0]], **module_state(module.__dict__)),
        )
        assert different is None, different
        # Not to the end of the process: a generator that it keeps would then find its globals gone.
        sys.modules.pop(self.path.stem)
        return self

    def _plainly(self) -> Any:
        with captured() as out:
            module = load(self.path)
            outcomes = []
            for item in module.ITEMS:
                module.__dict__.get("between", _nothing)(item)
                outcomes.append(attempt(module.f, item))
            close(module)
        return module, (outcomes, out.getvalue())

    def _ahead(self) -> Any:
        with captured() as out:
            module = load(self.path)
            before, said = state_of(module), out.getvalue()
            tasks = [Speculation(module.f, item) for item in module.ITEMS]
            for task in tasks:
                on_thread(task.run)
                different = first_difference(before, state_of(module))
                assert different is None, f"changed ahead: {different}"
                assert out.getvalue() == said, f"said ahead: {out.getvalue()!r}"
            outcomes = []
            for task, item in zip(tasks, module.ITEMS, strict=True):
                module.__dict__.get("between", _nothing)(item)
                outcomes.append(self._take(task, module.f, item))
            close(module)
        return module, (outcomes, out.getvalue())

    def _take(self, task: Speculation, function: Any, item: Any) -> Outcome:
        self.reasons.append(task.reason)
        if not task.ready():
            self.redone += 1
            task.drop()
            return attempt(function, item)
        self.ahead += 1
        value = task.commit()
        error = task.error
        task.drop()
        return Outcome(None, error) if value is FAILED else Outcome(value)


def _nothing(item: Any) -> None:
    pass


def close(module: types.ModuleType) -> None:
    """Takes the program's handlers off again."""
    logging.getLogger(module.__name__).handlers.clear()
    module.__dict__.get("close", list)()


def attempt(function: Any, item: Any) -> Outcome:
    """A plain call."""
    try:
        return Outcome(function(item))
    except BaseException as error:  # noqa: BLE001
        return Outcome(None, error)


@contextlib.contextmanager
def captured() -> Any:
    """What is printed meanwhile."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        yield out
