"""Random tasks over one small world of shared objects, ahead by the recorder and in order by plain Python.

A program is two to four functions over the world of `recorder_world_source.py`. Held against each other: the
world after all of them in order; and the world after all of them have run ahead on its initial state, and
then were consumed in order: committed where the recorder says so, run in place otherwise. `python -m
tests.equivalence.recorder_worlds --seed 0 --count 1000` runs many, and reduces what differs.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import linecache
import logging
import random
import re
import resource
import shutil
import sys
import tempfile
import threading
import traceback
import types
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest import mock

from tests.equivalence import recorder_world_parts as parts
from xcs_ast.testing import picture
from xcs_ast.testing.picture import Picture, first_difference, module_state, picture_of
from xcs_ast.tracer.speculation import FAILED, Speculation

__all__ = ["Program", "Report", "make_program", "reduce", "run"]

WORLD: Final = Path(__file__).with_name("recorder_world_source.py")
_HOLE: Final = re.compile(r"\$([a-zA-Z])")
_DEF: Final = re.compile(r"^( *)def .*:$", re.MULTILINE)
_ADDRESS: Final = re.compile("0x[0-9a-f]+")
_ENDED: Final = "xcs_ast: the slice ended before a hand-over that its region asks for"
_CONVERTED: Final = "generator raised StopIteration"
_numbers = itertools.count()


@dataclass(frozen=True)
class Program:
    """The bodies of the tasks, as blocks of lines; those in `plain` are never run ahead."""

    tasks: tuple[tuple[str, ...], ...]
    items: tuple[str, ...]
    plain: frozenset[int] = frozenset()
    staged: bool = False
    """Whether each statement is followed by a hand-over."""

    def source(self) -> str:
        """The functions, one for each task."""
        out = []
        for number, blocks in enumerate(self.tasks):
            out.append(f"def task{number}(x):\n    r = []\n    v = x\n")
            for block in blocks:
                out += ["    " + line + "\n" for line in block.split("\n")]
                out += ["    yield v\n"] * self.staged
            out.append("    yield r\n\n\n" if self.staged else "    return r\n\n\n")
        return _DEF.sub(lambda found: f"{found[0]}\n    {found[1]}{parts.GLOBALS}", "".join(out))

    def __str__(self) -> str:
        return f"# items {self.items}, in place {sorted(self.plain)}\n{self.source()}"


@dataclass
class Report:
    """What became of one program."""

    difference: str | None = None
    fates: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)


# ----------------------------------------------------------------------------------------------- generating


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.focus = re.compile(rf"\b{chance.choice(parts.FOCUS)}\b") if chance.random() < 0.6 else None
        """What most statements are about, so that tasks meet."""

    def fill(self, template: str, depth: int = 0) -> str:
        """The template with a random choice in each hole."""
        return _HOLE.sub(lambda found: self._hole(found[1], depth), template)

    def _hole(self, kind: str, depth: int) -> str:
        if kind == "e":
            pool: Any = parts.SIMPLE if depth > 1 else parts.EXPRESSIONS
            if depth <= 1 and self.chance.random() < 0.04:
                pool = parts.RARE_EXPRESSIONS
            return self.fill(self.chance.choice(pool), depth + 1)
        return self.fill(self.chance.choice(parts.HOLES[kind]), depth + 1)

    def block(self, depth: int = 0) -> str:
        """One statement, which may hold others."""
        out = self._block(depth)
        for _ in range(12):
            if self.focus is None or self.focus.search(out):
                break
            out = self._block(depth)
        return out

    def _block(self, depth: int) -> str:
        if depth < 2 and self.chance.random() < 0.15:
            frame = self.fill(self.chance.choice(parts.FRAMES))
            out = []
            for line in frame.split("\n"):
                if line.lstrip() == "$$":
                    space = line[: line.index("$")]
                    inner = "\n".join(self.block(depth + 1) for _ in range(self.chance.choice((1, 1, 2))))
                    line = "\n".join(space + each for each in inner.split("\n"))
                out.append(line)
            return "\n".join(out)
        roll = self.chance.random()
        if roll < 0.03:
            return self.fill(self.chance.choice(parts.RARE_STATEMENTS))
        if roll < 0.5:
            return self.fill(self.chance.choice(parts.STATEMENTS))
        return self.fill(self.chance.choice(("r.append($e)", "r.append($e)", "v = $e", "print($e)")))


def make_program(seed: int) -> Program:
    """The program of a seed."""
    chance = random.Random(seed)
    maker = _Maker(chance)
    count = chance.choice((2, 2, 3, 3, 4))
    most = chance.choice((1, 2, 3, 5))
    tasks = tuple(tuple(maker.block() for _ in range(chance.randint(1, most))) for _ in range(count))
    if chance.random() < 0.25:
        # The same work for each: what loops do.
        tasks = (tasks[0],) * count
    items = tuple(chance.choice(("1", "2", "0", "'a'", "b", "L1", "D1", "b.items")) for _ in range(count))
    plain = frozenset(number for number in range(count - 1) if chance.random() < 0.2)
    return Program(tasks, items, plain, chance.random() < 0.2)


# -------------------------------------------------------------------------------------------------- running


class Bench:
    """A folder of programs, and the compiled world."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = folder / "recorder_world.py"
        shutil.copyfile(WORLD, self.world)
        self.code = compile(self.world.read_text(), str(self.world), "exec")

    def load(self, path: Path, code: types.CodeType) -> types.ModuleType:
        """The world anew, and the tasks in it."""
        module = types.ModuleType("recorder_world")
        module.__file__ = str(self.world)
        sys.modules["recorder_world"] = module
        exec(self.code, module.__dict__)
        exec(code, module.__dict__)
        return module


def run(program: Program, bench: Bench) -> Report:
    """Runs a program both ways, and compares."""
    path = bench.folder / f"tasks_{next(_numbers)}.py"
    path.write_text(program.source())
    report = Report()
    try:
        code = compile(path.read_text(), str(path), "exec")
    except SyntaxError:
        if sys.version_info >= (3, 12):
            raise
        return report  # f-strings that hold their own quotes came with 3.12
    try:
        with mock.patch.object(picture, "_frames", _frames_of_user):
            expected = _world_after(bench, path, code, program, _in_place)
            actual = _world_after(bench, path, code, program, partial(_ahead, report=report))
            _compare(expected, actual, report)
            for _ in range(4 if report.difference is not None else 0):
                # What depends on addresses (the order of a set of objects) may differ without us.
                again = Report()
                _compare(expected, _world_after(bench, path, code, program, _in_place), again)
                if again.difference is not None:
                    report.difference = None
                    break
    finally:
        path.unlink()
        linecache.cache.pop(str(path), None)
    return report


def _compare(expected: Any, actual: Any, report: Report) -> None:
    if report.difference is None and _ADDRESS.sub("0x", expected[1]) != _ADDRESS.sub("0x", actual[1]):
        report.difference = f"output: {expected[1]!r} / {actual[1]!r}"
    if report.difference is None:
        report.difference = first_difference(expected[0], actual[0])


def _world_after(
    bench: Bench, path: Path, code: types.CodeType, program: Program, how: Callable[..., list[Any]]
) -> tuple[Picture, str]:
    out = io.StringIO()
    random.seed(7)
    with contextlib.redirect_stdout(out):
        module = bench.load(path, code)
        space = module.__dict__
        try:
            items = [eval(item, space) for item in program.items]
            values = how(module, program, items, out)
            seen = _look(module, values)
        finally:
            space["close"]()
    return seen, out.getvalue() + space["LOGGED"].getvalue()


def _look(module: types.ModuleType, values: list[Any] | None = None) -> Picture:
    state = {
        name: value
        for name, value in module_state(module.__dict__).items()
        if name[:4] != "task" and name != "G"
    }
    return picture_of(values=values, streams=random.getstate(), **state)


def _in_place(module: types.ModuleType, program: Program, items: list[Any], out: Any) -> list[Any]:
    values = []
    for number, item in enumerate(items):
        function = getattr(module, f"task{number}")
        if program.staged:
            values.append(_Stages(program.tasks[number], function, item, None).values(module))
        else:
            values.append(_attempt(function, item))
    return values


class _Stages:
    """One task whose values are consumed one after another, with the body of a loop in between."""

    def __init__(self, blocks: tuple[str, ...], function: Any, item: Any, task: Speculation | None) -> None:
        self.count = len(blocks) + 1
        self.function = function
        self.item = item
        self.task = task
        self.generator: Any = None
        self.fates: list[str] = []

    def values(self, module: types.ModuleType) -> list[Any]:
        """All values, up to the first exception."""
        out = []
        for index in range(self.count):
            out.append(_attempt(self._next, None))
            if type(out[-1]) is tuple and out[-1][:1] == ("raised",):
                break
            module.__dict__["body"](index, out[-1])
        if self.generator is not None:
            self.generator.close()
        if self.task is not None:
            self.task.drop()
        return out

    def _next(self, _: None) -> Any:
        task = self.task
        if self.generator is not None or task is None:
            self.generator = self.generator or self.function(self.item)
            value = _advance(self.generator)
            if value is FAILED:
                raise RuntimeError(_ENDED)
            return value
        if task.ready():
            value = task.commit()
            self.fates.append("committed")
            if value is FAILED:
                assert task.error is not None
                raise task.error
            return value
        if not task.committed:
            self.fates.append("abandoned" if task.state == "abandoned" else "discarded")
            task.drop()
            self.task = None
            return self._next(None)
        return task.resume()


def _advance(generator: Any) -> Any:
    """The next value. It stands for the body of a loop, out of which a `StopIteration` gets as it is."""
    converted: BaseException
    try:
        return next(generator, FAILED)
    except RuntimeError as error:
        if not isinstance(error.__cause__, StopIteration) or error.args != (_CONVERTED,):
            raise
        converted = error.__cause__
    raise converted


def _ahead(
    module: types.ModuleType, program: Program, items: list[Any], out: Any, report: Report
) -> list[Any]:
    functions = [getattr(module, f"task{number}") for number in range(len(items))]
    before = _look(module)
    tasks = {}
    for number, (function, item) in enumerate(zip(functions, items, strict=True)):
        if number not in program.plain:
            tasks[number] = Speculation(function, item, staged=program.staged, numbered=False)
            _on_thread(tasks[number].run)
    different = first_difference(before, _look(module))
    if different is not None or out.getvalue() or module.__dict__["LOGGED"].getvalue():
        report.difference = f"changed ahead: {different}"
    values: list[Any] = []
    for number, (function, item) in enumerate(zip(functions, items, strict=True)):
        task = tasks.get(number)
        if program.staged:
            stages = _Stages(program.tasks[number], function, item, task)
            values.append(stages.values(module))
            report.fates.update(stages.fates)
            continue
        if task is not None:
            fate = "committed" if task.ready() else "abandoned" if task.state == "abandoned" else "discarded"
            report.fates[fate] += 1
            report.reasons.append(task.reason)
            if fate == "committed":
                value, error = task.commit(), task.error
                task.drop()
                values.append(("raised", _described(error)) if value is FAILED else value)
                continue
            task.drop()
        values.append(_attempt(function, item))
    return values


def _attempt(function: Any, item: Any) -> Any:
    try:
        return function(item)
    except BaseException as error:
        return "raised", _described(error)


def _described(error: BaseException | None) -> Any:
    # Not the exception itself: the runtime is still to take our frames out of its traceback.
    if error is None:
        return None
    chain = [_described(each) for each in (error.__cause__, error.__context__)]
    frames = list(_frames_of_user(error.__traceback__))
    # Which words Python finds for it depends on what was under way when the stack ended.
    args = () if isinstance(error, RecursionError) else error.args
    return type(error).__name__, args, chain, frames, error.__suppress_context__


def _frames_of_user(trace: types.TracebackType | None) -> tuple[Any, ...]:
    return tuple(
        (Path(frame.filename).name, frame.lineno, frame.name)
        for frame in traceback.extract_tb(trace)
        if Path(frame.filename).name.startswith(("tasks_", "recorder_world."))
    )


def _on_thread(function: Callable[[], object]) -> None:
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """A bench in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="recorder_worlds_"))
    # A program that never stops appending to its own lists shall fail, not take the machine.
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, before[1]))
    try:
        yield Bench(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        shutil.rmtree(folder, ignore_errors=True)


# ------------------------------------------------------------------------------------------------- reducing


def reduce(program: Program, bench: Bench) -> Program:
    """The smallest program found that still differs."""

    def differs(candidate: Program) -> bool:
        try:
            return run(candidate, bench).difference is not None
        except SyntaxError:
            return False

    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in _smaller(program):
            if differs(candidate):
                program, shrunk = candidate, True
                break
    return program


def _smaller(program: Program) -> Iterator[Program]:
    tasks = program.tasks
    for number in range(len(tasks)):
        if len(tasks) > 1:
            yield Program(
                tasks[:number] + tasks[number + 1 :],
                program.items[:number] + program.items[number + 1 :],
                frozenset(each - (each > number) for each in program.plain if each != number),
                program.staged,
            )
    for number, blocks in enumerate(tasks):
        for index, block in enumerate(blocks):
            lines = block.split("\n")
            fewer = [blocks[:index] + blocks[index + 1 :]]
            for line in range(len(lines)):
                if len(lines) > 1:
                    left = "\n".join(lines[:line] + lines[line + 1 :])
                    fewer.append((*blocks[:index], left, *blocks[index + 1 :]))
            for each in fewer:
                yield replace(program, tasks=(*tasks[:number], each, *tasks[number + 1 :]))
    for number in range(len(tasks) - 1):
        if number not in program.plain:
            yield replace(program, plain=program.plain | {number})


# ------------------------------------------------------------------------------------------------ the entry


def main(arguments: list[str]) -> int:
    """Runs many programs from a seed; prints what differs, and the shares of what became of the tasks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--most", type=int, default=5, help="stop after so many differences")
    parser.add_argument("--why", action="store_true", help="say why tasks were abandoned")
    given = parser.parse_args(arguments)
    logging.raiseExceptions = False
    found, fates, reasons = 0, Counter[str](), Counter[str]()
    with bench() as place:
        for seed in range(given.seed, given.seed + given.count):
            try:
                report = run(make_program(seed), place)
            except Exception:
                print(f"### seed {seed}: the bench fails\n{traceback.format_exc()}\n{make_program(seed)}")
                found += 1
                continue
            fates += report.fates
            reasons.update(reason for reason in report.reasons if reason)
            if report.difference is not None:
                found += 1
                small = reduce(make_program(seed), place)
                print(f"### seed {seed}: {run(small, place).difference}\n{small}", flush=True)
                if found >= given.most:
                    break
    total = sum(fates.values()) or 1
    print({fate: f"{count} ({count * 100 // total} %)" for fate, count in fates.items()}, "found", found)
    if given.why:
        for reason, count in reasons.most_common(60):
            print(f"{count:6} {reason}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
