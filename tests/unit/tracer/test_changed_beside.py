"""What a task goes by, beside the values that it reads: classes of objects, bases, compiled methods.

Each is changed before the call, after the call has run ahead, or while the recorder is at work on it: at the
first event of many a line of the recorder's that the task comes to, as another thread may do it.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Final, NamedTuple

import pytest

import xcs_ast
from tests.equivalence.test_conflicts import ACCESSES, MORE, PRELUDE
from tests.unit.tracer.speculating import Outcome, attempt, on_thread
from xcs_ast.testing.picture import first_difference, picture_of
from xcs_ast.tracer.speculation import FAILED, Speculation


class Case(NamedTuple):
    """A program: what there is, what the task looks at, and what changes that."""

    setup: str
    look: str
    change: str
    back: str = "pass"

    def source(self) -> str:
        """The program's text."""
        look = "\n    ".join(self.look.split("\n"))
        if "return" not in look:
            look = f"return {look}"
        changes = f"def change():\n    {self.change}\ndef back():\n    {self.back}\n"
        return f"{self.setup}\ndef task(x):\n    {look}\n{changes}"


TWINS: Final = """
told = []
class Box:
    shared = 1
    @property
    def five(self): return 5
    def say(self): return "box"
    @classmethod
    def kind(cls): return "kind"
    def __len__(self): return 3
    def __getitem__(self, k): return "item"
    def __iter__(self): return iter((1, 2))
    def __bool__(self): return True
    def __add__(self, other): return "add"
    def __eq__(self, other): return True
    def __repr__(self): return "Box!"
    def __call__(self): return "called"
    def __setattr__(self, name, value): told.append(value)
class Twin(Box):
    shared = 2
    @property
    def five(self): return 55
    def say(self): return "twin"
    @classmethod
    def kind(cls): return "twin kind"
    def __len__(self): return 4
    def __getitem__(self, k): return "twin item"
    def __iter__(self): return iter((5, 6))
    def __bool__(self): return False
    def __add__(self, other): return "twin add"
    def __eq__(self, other): return False
    def __repr__(self): return "Twin!"
    def __call__(self): return "twin called"
    def __setattr__(self, name, value): told.append(-value)
box = Box()
"""
TWIN: Final = "object.__setattr__(box, '__class__', Twin)"
FAMILY: Final = """
class Base:
    field = 1
    def who(self): return "base"
    @classmethod
    def which(cls): return "base"
class Other:
    field = 2
    def who(self): return "other"
    @classmethod
    def which(cls): return "other"
class Derived(Base):
    def who(self): return "derived " + super().who()
    @classmethod
    def which(cls): return "derived " + super().which()
derived = Derived()
"""
OTHER: Final = "Derived.__bases__ = (Other,)"
POINT: Final = """
import dataclasses
@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
    z: list = dataclasses.field(default_factory=list)
point = Point(1)
"""
PLAIN: Final = """
class Plain:
    shared = 1
    def __init__(self, v=1): self.v = v
    def look(self): return self.v
plain = Plain()
"""

CASES: Final = [
    *(
        Case(TWINS, look, TWIN)
        for look in (
            "box.five", "box.say()", "box.kind()", "box.shared", "len(box)", "box[0]", "list(box)",
            "bool(box)",
            "box + 1", "box == 1", "repr(box)", "f'{box}'", "box()", "type(box).__name__",
            "isinstance(box, Twin)",
            "box.__class__.__name__", "getattr(box, 'five')", "[box.say() for _ in range(3)]",
        )
    ),
    Case(TWINS, "box.w = 1\nreturn told", TWIN),
    *(
        Case(FAMILY, look, OTHER)
        for look in (
            "derived.who()", "Derived.which()", "derived.field", "isinstance(derived, Base)",
            "issubclass(Derived, (int, Other))", "Derived().who()",
        )
    ),
    *(
        Case(POINT, look, change)
        for look, change in (
            ("Point(1)", "Point.__dataclass_fields__ = {}"),
            ("Point(1, 2) == Point(1, 3)", "Point.__dataclass_fields__.pop('y')"),
            ("repr(Point(1))", "Point.__dataclass_fields__.pop('y')"),
            ("repr(Point(1))", "Point.__qualname__ = 'Named'"),
            ("Point(1)", "Point.__dataclass_fields__['z'].default_factory = dict"),
            ("Point(1)", "Point.__post_init__ = lambda self: setattr(self, 'more', 1)"),
            ("Point(1)", "Point.__init__.__defaults__ = (7, *Point.__init__.__defaults__[1:])"),
            ("Point(1).y", "Point.y = 9"),
            ("Point(1) == point", "Point.__eq__.__code__ = (lambda self, other: 'equal').__code__"),
        )
    ),
    *(
        Case(PLAIN, look, change)
        for look, change in (
            ("Plain(3).look()", "Plain.__new__ = staticmethod(lambda cls, v=1: object.__new__(Plain))"),
            ("[hasattr(Plain(i), 'v') for i in range(3)]", "Plain.__init__ = lambda self, v=1: None"),
            ("Plain(3).v", "Plain.__new__ = lambda cls, v=1: None; del Plain.__new__"),
            ("[Plain(i).v for i in range(3)]", "Plain.__new__ = lambda cls, v=1: None; del Plain.__new__"),
            ("plain.shared", "del Plain.shared"),
            ("hasattr(plain, 'shared')", "del Plain.shared"),
            ("plain.look()", "Plain.v = property(lambda self: 'computed')"),
            ("plain.v", "plain.__dict__ = {'v': 'swapped'}"),
        )
    ),
    *(
        Case("names = {'x', 'y'}", f"[{look} for _ in range(3)]", "names.add('z'); names.discard('x')")
        for look in ("sorted(names)", "names.copy()", "names & {'x', 'z'}", "[each for each in names]")
    ),
    Case(
        "names = {'x', 'y'}",
        "[{'x'} < names, sorted(names), names.isdisjoint({'z'}), len(names)]",
        "names.add('z'); names.discard('x')",
    ),
    Case(
        "import abc\nclass Concrete(abc.ABC):\n    def look(self): return 1",
        "Concrete().look()",
        "Concrete.__abstractmethods__ = frozenset({'look'})",
    ),
    Case(
        "from collections import namedtuple\nPair = namedtuple('Pair', 'a b', defaults=(1,))",
        "Pair(3)",
        "Pair.__new__.__defaults__ = (2,)",
    ),
    Case(
        "import enum\nclass Color(enum.Enum):\n    RED = 1\n    BLUE = 2",
        "Color(1).name",
        "Color._value2member_map_[1] = Color.BLUE",
    ),
    Case(
        "class Words(dict):\n    def __missing__(self, key): return 'none'",
        "Words()['a']",
        "Words.__missing__ = lambda self, key: 'other'",
    ),
    Case(
        "import functools\ndef one(): return 1\ndef two(): return 2\npart = functools.partial(one)",
        "part()",
        "part.__setstate__((two, (), {}, {}))",
    ),
]  # fmt: skip
BACK: Final = [
    *(
        Case(TWINS, look, TWIN, "object.__setattr__(box, '__class__', Box)")
        for look in ("box.five", "len(box)", "box.kind()", "type(box).__name__", "repr(box)")
    ),
    Case(
        "def named(*, a=1): return a",
        "named(), named()",
        "named.__kwdefaults__['a'] = 2",
        "named.__kwdefaults__['a'] = 1",
    ),
    Case("names = {'x', 'y'}", "names == {'x', 'y'}", "names.add('z')", "names.discard('z')"),
    Case("names = {'x', 'y'}", "sorted(names)", "names.add('z')", "names.discard('z')"),
    Case(PLAIN, "Plain(1).v", "Plain.__new__ = lambda cls, v: object.__new__(cls)", "del Plain.__new__"),
]
"""What is as it was again two lines later."""
KNOWN: Final = [
    Case(
        PRELUDE + MORE,
        f"({access.read}), [({access.read}) for _ in range(2)]",
        f"i = 1; {f'global {access.globals}; ' if access.globals else ''}{access.change}",
    )
    for access in ACCESSES
    if "globals()" not in access.read and "types.late_" not in access.change
]
"""All the ways to look at shared state."""
_ROOT: Final = str(Path(xcs_ast.__file__).parent)
Hook = Callable[[FrameType], bool]


_STRIDE: Final = 6
"""Of the places that a task comes to, each so many are tried: others for each program."""


@pytest.fixture
def stride(request: pytest.FixtureRequest) -> int:
    """In a brief run, half as many."""
    return 2 * _STRIDE if request.config.getoption("--brief") else _STRIDE


class Program:
    """A program that is compiled once, so that what is made once for each piece of code is made once."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.path = folder / "beside.py"
        self.path.write_text(case.source())
        self.code = compile(case.source(), str(self.path), "exec")

    def load(self) -> ModuleType:
        """The program anew."""
        module = ModuleType("beside")
        module.__file__ = str(self.path)
        sys.modules["beside"] = module
        exec(self.code, module.__dict__)
        return module

    def expected(self, *, changed: bool) -> Any:
        """What plain Python gives."""
        module = self.load()
        if changed:
            module.change()
        return _picture(attempt(module.task, 0))


def _picture(outcome: Outcome) -> Any:
    return picture_of(value=outcome.value, error=outcome.error)


def _check(task: Speculation, expected: Any) -> bool:
    ready = task.ready()
    if ready:
        value = task.commit()
        seen = Outcome(None, task.error) if value is FAILED else Outcome(value)
        different = first_difference(expected, _picture(seen))
        assert different is None, different
    task.drop()
    return ready


@pytest.fixture
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    return Program(request.param, tmp_path)


def _name(case: Case) -> str:
    return f"{case.look} | {case.change}".replace("\n", "; ")


@pytest.mark.parametrize("program", CASES, ids=_name, indirect=True)
def test_changed_before_or_after(program: Program) -> None:
    task = Speculation(program.load().task, 0)
    on_thread(task.run)
    assert _check(task, program.expected(changed=False))
    module = program.load()
    task = Speculation(module.task, 0)
    on_thread(task.run)
    module.change()
    _check(task, program.expected(changed=True))
    module = program.load()
    module.change()
    task = Speculation(module.task, 0)
    on_thread(task.run)
    _check(task, program.expected(changed=True))


def _traced(task: Speculation, program: Program, at: Hook) -> None:
    """Runs a task; `at` is called at each new line, of the recorder's and of the task's."""

    def each(frame: FrameType, event: str, arg: object) -> Any:
        if event == "line" and at(frame):
            sys.settrace(None)
            return None
        return each

    path = str(program.path)

    def called(frame: FrameType, event: str, arg: object) -> Any:
        name = frame.f_code.co_filename
        return each if name.startswith(_ROOT) or name == path else None

    def run() -> None:
        sys.settrace(called)
        try:
            task.run()
        finally:
            sys.settrace(None)

    on_thread(run)


def _places(program: Program) -> list[int]:
    """The number of the first event at each place that the task comes to."""
    seen: dict[tuple[CodeType, int], int] = {}
    count = 0

    def note(frame: FrameType) -> bool:
        nonlocal count
        seen.setdefault((frame.f_code, frame.f_lineno), count)
        count += 1
        return False

    task = Speculation(program.load().task, 0)
    _traced(task, program, note)
    task.drop()
    return list(seen.values())


def _changed_at(number: int, program: Program, expected: Any, back: int = 0) -> None:
    module = program.load()
    count = 0

    def change(frame: FrameType) -> bool:
        nonlocal count
        count += 1
        if count == number + 1:
            module.change()
        if count <= number + back:
            return False
        module.back()
        return True

    task = Speculation(module.task, 0)
    _traced(task, program, change)
    _check(task, expected)


@pytest.mark.once
@pytest.mark.parametrize("program", CASES, ids=_name, indirect=True)
def test_changed_inside_of_the_recorder(
    program: Program, request: pytest.FixtureRequest, stride: int
) -> None:
    expected = program.expected(changed=True)
    _places(program)  # what is made once for each piece of code is made now
    start = zlib.crc32(request.node.name.encode()) % stride
    for number in _places(program)[start::stride]:
        _changed_at(number, program, expected)


@pytest.mark.once
@pytest.mark.parametrize("program", BACK, ids=_name, indirect=True)
def test_changed_and_changed_back_inside_of_the_recorder(program: Program, stride: int) -> None:
    module = program.load()
    module.change()
    module.back()
    expected = _picture(attempt(module.task, 0))
    _places(program)
    for number in _places(program)[:: stride // 2]:
        for back in (1, 2):
            _changed_at(number, program, expected, back)


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("program", KNOWN, ids=_name, indirect=True)
def test_known_accesses_changed_inside_of_the_recorder(program: Program, stride: int) -> None:
    expected = program.expected(changed=True)
    _places(program)
    for number in _places(program)[::stride]:
        _changed_at(number, program, expected)
