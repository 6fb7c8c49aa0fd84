"""Run a module from its file, plainly or optimized, and note everything that can be seen of the run.

Each run executes the module's code anew in a fresh namespace, so that no run sees another's globals,
classes or closures.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, cast, final

from xcs_ast.testing.capture import captured
from xcs_ast.testing.outcome import Outcome, differences
from xcs_ast.testing.picture import Picture, hide_frames_of, module_state, picture_of
from xcs_ast.testing.schedules import QUICK, Schedule, scheduled

__all__ = ["Face", "Finding", "Program", "Run", "compare_module", "compare_runs", "runs_of"]


class Face(Enum):
    """Through which door a module is optimized."""

    PLAIN = "plain"
    HOOK = "hook"
    """The whole module, as the import hook does it."""
    DECORATOR = "decorator"
    """Each function and method of the module after it was executed plainly."""
    STATIC = "static"
    """The same with the strategy `static`."""
    TRACING = "tracing"
    """The same with the strategy `tracing`, but for the entry, which is called several times."""


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A run that differs from plain Python."""

    program: str
    face: Face
    schedule: Schedule
    differences: tuple[str, ...]

    def __str__(self) -> str:
        lines = "\n    ".join(self.differences)
        return f"{self.program} through the {self.face.value} ({self.schedule}):\n    {lines}"


@final
class Program:
    """A module on disk, with what was compiled from it."""

    def __init__(self, path: Path, entry: str = "main") -> None:
        self.path = path
        self.entry = entry
        self._source = path.read_bytes()
        text = self._source.decode()
        self._finalizers = any(word in text for word in ("__del__", "gc.collect", "finalize("))
        self._plain = _plain_code(self._source, str(path))
        self._module = types.ModuleType(path.stem)

    @property
    def hooked(self) -> types.CodeType:
        """The optimized code, made on first use."""
        return optimized_code(self._source, str(self.path))

    def run(self, face: Face, times: int = 1) -> Outcome:
        """Execute the module and call its entry function, if it has one, so many times.

        Each run begins with nothing, but in one namespace, as a cell of a notebook that is run again: what an
        earlier run was analysed for is used once more where its guards hold.
        """
        module = self._module
        vars(module).clear()
        vars(module).update(vars(types.ModuleType(self.path.stem)), __file__=str(self.path))
        code = self.hooked if face is Face.HOOK else self._plain

        def paint(value: object, raised: BaseException | None) -> Picture:
            return picture_of(value=value, exception=raised, globals=module_state(vars(module)))

        with _importable(module):
            body = _body(module, code, self.entry, face, times)
            return captured(body, paint, finalizers=self._finalizers)


def _body(
    module: types.ModuleType, code: types.CodeType, entry: str, face: Face, times: int
) -> Callable[[], object]:
    def body() -> object:
        exec(code, vars(module))
        if face in _STRATEGIES:
            decorate_all(module, entry, _STRATEGIES[face])
        function = vars(module).get(entry)
        if not callable(function):
            return None
        return function() if times == 1 else [function() for _ in range(times)]

    return body


def _frames_here() -> None:
    for const in _body.__code__.co_consts:
        if isinstance(const, types.CodeType):
            hide_frames_of(const)


_frames_here()


@contextmanager
def _importable(module: types.ModuleType) -> Iterator[None]:
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        if before is None:
            sys.modules.pop(module.__name__, None)
        else:
            sys.modules[module.__name__] = before


@functools.lru_cache(maxsize=8)
def _plain_code(source: bytes, filename: str) -> types.CodeType:
    """The code of a whole file, which may hold a hundred entries."""
    return compile(source, filename, "exec", dont_inherit=True)


@functools.lru_cache(maxsize=64)
def optimized_code(source: bytes, filename: str) -> types.CodeType:
    """The code that the import hook would execute for `source`."""
    from xcs_ast import pipeline
    from xcs_ast.activation import activate

    return activate(pipeline.compile_module(source, filename).code)


def decorate_all(module: types.ModuleType, entry: str, strategy: str = "hybrid") -> None:
    """Put `jit` around each function and method that `module` defines (but for other entries).

    A bound method that is a global is bound anew: plainly it is the one that its class has. Globals that are
    one object stay one.
    """
    from xcs_ast import jit as decorator

    jit = decorator(strategy=strategy)
    namespace = vars(module)
    made: dict[types.FunctionType, types.FunctionType] = {}

    def decorated(function: types.FunctionType) -> types.FunctionType:
        if function not in made:
            made[function] = jit(function)
        return made[function]

    for name, value in list(namespace.items()):
        if (name.startswith("case_") and name != entry) or (name == entry and strategy == "tracing"):
            continue
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
            namespace[name] = decorated(value)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            for attribute, member in list(vars(value).items()):
                if isinstance(member, types.FunctionType):
                    setattr(value, attribute, decorated(member))
    bound: dict[int, tuple[types.MethodType, types.MethodType]] = {}
    for name, value in list(namespace.items()):
        if isinstance(value, types.MethodType) and value.__func__ in made:
            if id(value) not in bound:
                bound[id(value)] = value, types.MethodType(made[value.__func__], value.__self__)
            namespace[name] = bound[id(value)][1]


Run = tuple[Face, Schedule]
FACES: Final = (Face.HOOK, Face.DECORATOR)
_STRATEGIES: Final = {Face.DECORATOR: "hybrid", Face.STATIC: "static", Face.TRACING: "tracing"}
_TIMES: Final = 3
"""So often the entry is called where it is traced first, and run by its graph then."""


def compare_module(
    program: Program,
    schedules: tuple[Schedule, ...] = QUICK,
    faces: tuple[Face, ...] = FACES,
    *,
    extra_calls: bool = False,
) -> list[Finding]:
    """Run `program` plainly, then through each face under each schedule; every run that differs.

    Raises:
        ValueError: two plain runs differ.
    """
    plain = program.run(Face.PLAIN)
    _require_same(program, plain)
    return compare_runs(program, runs_of(schedules, faces), plain, extra_calls=extra_calls)


def runs_of(schedules: tuple[Schedule, ...], faces: tuple[Face, ...]) -> tuple[Run, ...]:
    """Each face under each schedule; but what is traced under one, since it decides nothing anew."""
    return tuple(
        (face, schedule)
        for face in faces
        for schedule in (schedules[:1] if face is Face.TRACING else schedules)
    )


def compare_runs(
    program: Program, runs: tuple[Run, ...], plain: Outcome | None = None, *, extra_calls: bool = False
) -> list[Finding]:
    """The runs that differ from plain Python; so counts, too, what refutes the analysis.

    Without a `plain` run that was shown to be repeatable, this is seen to where something differs.

    Raises:
        ValueError: something differs, and so do two plain runs.
    """
    from xcs_ast import verifier

    # What is remembered of one run is put to the test by the next ones; of earlier programs it is ballast.
    verifier.forget()
    settled = plain is not None
    plain = plain or program.run(Face.PLAIN)
    repeated: Outcome | None = None
    found = []
    with _compiled_once():
        for face, schedule in runs:
            wanted, times = plain, 1
            if face is Face.TRACING:
                wanted = repeated = repeated or program.run(Face.PLAIN, _TIMES)
                times = _TIMES
            with scheduled(schedule), _everything_is_worth_it() if times > 1 else nullcontext():
                outcome = program.run(face, times)
            wrong = differences(wanted, outcome, extra_calls=extra_calls)
            wrong = (*wrong, *_refuted(program.path))
            if wrong:
                found.append(Finding(program.path.name, face, schedule, wrong))
    if found and not settled:
        _require_same(program, plain)
    return found


def _require_same(program: Program, plain: Outcome) -> None:
    again = differences(plain, program.run(Face.PLAIN))
    if again:
        raise ValueError(f"{program.path.name} is not deterministic, two plain runs differ: {again}")


_KEPT: Final = 4
_made: Final[dict[tuple[bytes, str], Any]] = {}
"""The last files that were rewritten: each may be run through many entries, one after the other."""


@contextmanager
def _compiled_once() -> Iterator[None]:
    """All faces start from the same rewritten module, which is made only once."""
    from xcs_ast import pipeline

    before = pipeline.compile_module

    def compile_module(source: bytes, filename: str, **options: Any) -> pipeline.Compiled:
        if options.keys() - {"plain"}:
            return before(source, filename, **options)
        key = (source, filename)
        if key not in _made:
            while len(_made) >= _KEPT:
                del _made[next(iter(_made))]
            _made[key] = before(source, filename, **options)
        return cast("pipeline.Compiled", _made[key])

    pipeline.compile_module = compile_module
    try:
        yield
    finally:
        pipeline.compile_module = before


@contextmanager
def _everything_is_worth_it() -> Iterator[None]:
    """Lets a graph foretell short calls, too."""
    from xcs_ast.runtime import plan

    before, plan.WORTH = plan.WORTH, 0.0
    try:
        yield
    finally:
        plan.WORTH = before


def _refuted(path: Path) -> tuple[str, ...]:
    """What the cross-check has to say against the analysis of a file's regions."""
    from xcs_ast.runtime import site

    return tuple(
        f"analysis: {witness.diagnostic(each.facts)}"
        for each in site.all_sites()
        if each.facts.span.filename == str(path) and each.ledger is not None
        for witness in each.ledger.witnesses
    )
