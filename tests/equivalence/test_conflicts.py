"""A conflict at every point of a call: what it read at its k-th access changes before, between or after."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.equivalence.catalogue import RECORDER
from tests.equivalence.gates import GATE, hold, times_held
from xcs_ast.runtime import site
from xcs_ast.runtime.run import Tally
from xcs_ast.testing.modules import Face, Program, compare_runs, runs_of
from xcs_ast.testing.schedules import Order, Schedule


class Access(NamedTuple):
    """One way to look at shared state, and what changes it."""

    name: str
    read: str
    change: str
    globals: str = ""


PRELUDE: Final = """\
import collections
import types

from tests.equivalence.gates import GATE, hold
from xcs_ast.testing import probe

n = 1
table = {"a": 1, "b": 2}
rows = [1, 2, 3]
names = {"x"}
latest = collections.deque([1, 2], maxlen=3)
counts = collections.Counter("aab")
groups = collections.defaultdict(list)
pair = [[1], [2]]
space = types.SimpleNamespace(v=1)
text = "abc"
flag = False
nan = float("nan")


class Box:
    shared = 1
    __slots__ = ("__dict__", "slot")

    def __init__(self, v):
        self.v = v
        self.slot = v
        self.items = [v]

    @property
    def twice(self):
        return self.v * 2

    def look(self):
        return self.v

    @classmethod
    def kind(cls):
        return cls.shared

    @staticmethod
    def fixed():
        return "fixed"

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        return self.items[k]

    def __eq__(self, other):
        return isinstance(other, Box) and self.v == other.v

    __hash__ = None


class Child(Box):
    __slots__ = ()  # else it could not become a `Box`


box, child, other = Box(1), Child(5), Box(1)


def helper(x=0):
    return "helper"


def slow(x):
    probe.call(x)
    return x


def make():
    free = 1

    def get():
        return free

    def put(x):
        nonlocal free
        free = x

    return get, put


get, put = make()
"""

ACCESSES: Final = [
    Access("global", "n", "n = n + 1", "n"),
    Access(
        "global rebound to an equal list",
        "rows is not None and id(rows) == id(globals()['rows'])",
        "rows = list(rows)",
        "rows",
    ),
    Access("item", "table['a']", "table['a'] += 5"),
    Access("item that comes", "table.get('new')", "table['new'] = i"),
    Access("item that goes", "'b' in table", "table.pop('b', None)"),
    Access("dict length", "len(table)", "table[i] = 0"),
    Access("dict order", "list(table)", "table['a'] = table.pop('a', 0)"),
    Access("dict values", "sum(table.values())", "table['a'] += 1"),
    Access("dict items", "[k for k, v in table.items() if v == 1]", "table['a'] = 7"),
    Access("dict truth", "bool(table)", "table.clear()"),
    Access("list item", "rows[0]", "rows[0] += 10"),
    Access("list from the end", "rows[-1]", "rows.append(i)"),
    Access("list length", "len(rows)", "rows.append(i)"),
    Access("list slice", "rows[1:]", "rows.insert(1, i)"),
    Access("list iterated", "[r for r in rows]", "rows.reverse()"),
    Access("list contains", "2 in rows", "rows.remove(2) if 2 in rows else None"),
    Access("list sorted", "sorted(rows)", "rows.append(-i)"),
    Access("list compared", "rows == [1, 2, 3]", "rows.append(i)"),
    Access("list unpacked", "first(rows)", "rows.pop()"),
    Access("set", "'y' in names", "names.add('y')"),
    Access("set length", "len(names)", "names.add(i)"),
    Access("deque", "latest[0]", "latest.append(i)"),
    Access("counter", "counts['z']", "counts['z'] += 1"),
    Access("most common", "counts.most_common(1)", "counts['c'] += 10"),
    Access("default dict", "len(groups['k'])", "groups['k'].append(i)"),
    Access("nested list", "pair[0][0]", "pair[0][0] += 1"),
    Access("nested list replaced", "pair[1][0]", "pair[1] = [9]"),
    Access("attribute", "box.v", "box.v += 1"),
    Access("attribute that comes", "getattr(box, 'late', None)", "box.late = i"),
    Access("attribute that goes", "hasattr(space, 'v')", "space.__dict__.pop('v', None)"),
    Access("slot", "box.slot", "box.slot += 1"),
    Access("property", "box.twice", "box.v += 1"),
    Access("method", "box.look()", "box.v += 1"),
    Access("method patched", "box.look()", "Box.look = lambda self: 'patched'"),
    Access("method shadowed", "other.look()", "other.look = lambda: 'shadowed'"),
    Access("class attribute", "Box.shared", "Box.shared += 1"),
    Access("class attribute through an instance", "box.shared", "Box.shared += 1"),
    Access("class attribute shadowed", "box.shared", "box.shared = 50 + i"),
    Access("class attribute of a base", "child.shared", "Box.shared += 1"),
    Access("class attribute between", "child.shared", "Child.shared = 70"),
    Access("class method", "Child.kind()", "Child.shared = 90 + i"),
    Access("static method", "box.fixed()", "Box.fixed = staticmethod(lambda: i)"),
    Access(
        "property that comes",
        "box.slot2 if hasattr(box, 'slot2') else 0",
        "Box.slot2 = property(lambda self: 4)",
    ),
    Access("class of an object", "type(child).__name__", "child.__class__ = Box"),
    Access("special method", "len(box), box[0]", "box.items.insert(0, i)"),
    Access("special method patched", "box[0]", "Box.__getitem__ = lambda self, k: 'item'"),
    Access("equality in Python", "box == other", "other.v += 1"),
    Access("truth through length", "1 if box else 0", "box.items.clear()"),
    Access("cell", "get()", "put(get() + 1)"),
    Access("function rebound", "helper()", "helper = lambda x=0: 'rebound'", "helper"),
    Access("function's defaults", "dflt()", "dflt.__defaults__ = (i,)"),
    Access("function's code", "coded()", "coded.__code__ = (lambda: 'other code').__code__"),
    Access("function's attribute", "coded.hits", "coded.hits += 1"),
    Access("builtin shadowed", "len(rows)", "len = lambda xs: 77", "len"),
    Access("name space", "space.v if hasattr(space, 'v') else 'gone'", "space.v = i"),
    Access("text", "text[0]", "text = text + 'x' if i else 'X'", "text"),
    Access("identity", "table.get('o') is box", "table['o'] = box"),
    Access("1 becomes True", "str(n)", "n = True", "n"),
    Access("0.0 becomes -0.0", "str(z)", "z = -z", "z"),
    Access("equal string, new object", "text == 'abc'", "text = ''.join(['a', 'b', 'c'])", "text"),
    Access("f-string", "f'{box.v:>3}{rows}'", "rows.append(i); box.v = 8"),
    Access("condition", "'t' if flag else 'f'", "flag = not flag", "flag"),
    Access(
        "star arguments",
        "count(*rows, **{k: v for k, v in table.items() if type(k) is str})",
        "rows.append(i)",
    ),
    Access("copy", "dict(table), list(rows), set(names)", "table['c'] = i"),
    Access("min and max", "min(rows or [0]), max(rows or [0])", "rows.append(i - 5)"),
    Access("zip of two", "list(zip(rows, latest))", "latest.appendleft(i)"),
    Access("instance dict", "sorted(box.__dict__)", "box.late = 1"),
    Access("isinstance", "isinstance(child, Child)", "child.__class__ = Box"),
    Access("module attribute", "collections.__doc__ is None, getattr(types, 'late_', 0)", "types.late_ = i"),
]
MORE: Final = """

z = 0.0
stats = {"calls": 0}


def dflt(x=0):
    return x


def coded():
    return "code"


coded.hits = 0


def first(xs):
    a, *b = xs or [0]
    return a, b


def count(*args, **kwargs):
    return len(args), sorted(kwargs)
"""

WAYS: Final = {
    "it changes all by itself": """
    for i in range(4):
        out.append(task(i))
        if i == 0:
            GATE.change = i
        GATE.open = True
""",
    "it changes late": """
    for i in range(4):
        out.append(task(i))
        GATE.open = True
        if i > 0:
            GATE.change = i
""",
    "the body changes it": """
    for i in range(4):
        out.append(task(i))
        if i == 1:
            {change}
        GATE.open = True
""",
    "the body changes it at once": """
    for i in range(4):
        out.append(task(i))
        if i == 0:
            {change}
        GATE.open = True
""",
    "the body changes it before": """
    for i in range(4):
        if i == 1:
            {change}
            GATE.open = True
        out.append(task(i))
""",
    "another call changes it": """
    def changer(i):
        {global_line}
        slow(i)
        if i == 1:
            {change}

    for i in range(4):
        out.append(task(i))
        changer(i)
        GATE.open = True
""",
    "the call itself changes it": """
    def both(i):
        {global_line}
        value = task(i)
        if i % 2:
            {change}
        return value, {read}

    for i in range(4):
        out.append(both(i))
        GATE.open = True
""",
}


def program_for(accesses: tuple[Access, ...], k: int, changed: Access, way: str) -> str:
    """Calls make all the accesses, and are held before number `k`; meanwhile `changed` is changed."""
    # No statement of a program but the one under test may write through `globals()`.
    lines = [PRELUDE, MORE, "", "def task(i):", "    seen = []", "    stats['calls'] += 1"]
    for number, access in enumerate(accesses):
        if number == k:
            lines.append("    hold(i > 0)")
        lines.append(f"    seen.append(({access.read}))")
    if k == len(accesses):
        lines.append("    hold(i > 0)")
    lines += ["    slow(i)", "    stats[i % 2] = stats.get(i % 2, 0) + 1", "    return seen", ""]
    global_line = f"global {changed.globals}" if changed.globals else "pass"
    lines += ["", "def change(i):", f"    {global_line}", f"    {changed.change}", ""]
    lines += ["", "def main():"]
    lines += [f"    {global_line}", "    GATE.open = False", "    GATE.action = change", "    out = []"]
    text = WAYS[way].format(change=changed.change, read=changed.read, global_line=global_line)
    lines += [*text.strip("\n").splitlines(), "    return out", ""]
    source = "\n".join(lines)
    return source + "\n\ndef undo():\n    types.__dict__.pop('late_', None)\n\n\nundo()\n"


NATURAL: Final = Schedule(Order.NATURAL)
ORDERS: Final = (Schedule(Order.AHEAD), Schedule(Order.REVERSE), Schedule(Order.DELAY_ONE, nth=1))


def check(source: str, name: str, folder: Path, schedules: tuple[Schedule, ...]) -> list[Tally]:
    """Plain Python and the hook agree. What became of the tasks of each region."""
    path = folder / f"{name}.py"
    path.write_text(source)
    runs = runs_of(schedules, (Face.HOOK,))
    found = compare_runs(Program(path), runs, extra_calls=True)
    assert not found, f"{found[0]}\n{source[source.index('def task') :]}"
    return [each.tally for each in site.all_sites() if each.facts.span.filename == str(path)]


def _neighbours(index: int) -> tuple[Access, ...]:
    """Three accesses, the one under test in the middle."""
    return tuple(ACCESSES[(index + step) % len(ACCESSES)] for step in (-1, 0, 1))


HIDDEN: Final = ("it changes all by itself", "it changes late")
"""Ways that the analysis cannot foresee, so that the recorder alone must notice."""


@pytest.mark.parametrize(
    "way", [way if way in HIDDEN else pytest.param(way, marks=pytest.mark.slow) for way in WAYS]
)
@pytest.mark.parametrize("index", range(len(ACCESSES)), ids=lambda i: ACCESSES[i].name)
def test_change_of_what_was_read(
    index: int, way: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """All calls have run to their ends when the change comes."""
    source = program_for((ACCESSES[index],), 9, ACCESSES[index], way)
    turn = (index + list(WAYS).index(way)) % len(ORDERS)
    brief = request.config.getoption("--brief")
    check(source, "after", tmp_path, ORDERS[turn : turn + 1] if brief else ORDERS)


@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize("index", range(len(ACCESSES)), ids=lambda i: ACCESSES[i].name)
def test_change_in_the_middle_of_a_call(index: int, k: int, tmp_path: Path) -> None:
    """Calls are held before their k-th access, and the change comes then."""
    way = "it changes all by itself"
    source = program_for(_neighbours(index), k, ACCESSES[index], way)
    check(source, "middle", tmp_path, (NATURAL,))


@pytest.mark.once
@pytest.mark.parametrize("changed", range(0, len(ACCESSES), 7), ids=lambda i: ACCESSES[i].name)
@pytest.mark.parametrize(
    "k",
    [k if k % 10 == 0 else pytest.param(k, marks=pytest.mark.full) for k in range(0, len(ACCESSES) + 1, 5)],
)
def test_long_calls(changed: int, k: int, tmp_path: Path) -> None:
    """Every access in one call, held at one of them."""
    chosen = tuple(a for a in ACCESSES if "globals()" not in a.read and "vars(" not in a.read)
    source = program_for(chosen, k, ACCESSES[changed], "it changes all by itself")
    check(source, "long", tmp_path, (NATURAL,))


SCHEDULES: Final = (
    *(Schedule(Order.DELAY_ONE, nth=n) for n in range(4)),
    Schedule(Order.REVERSE, workers=64),
    Schedule(Order.AHEAD, workers=1),
    Schedule(Order.ALTERNATE),
    Schedule(Order.NATURAL, workers=2, switch_interval=1e-6),
    Schedule(Order.AHEAD, switch_interval=1e-6),
)


@pytest.mark.slow
@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
@pytest.mark.parametrize("index", range(0, len(ACCESSES), 12), ids=lambda i: ACCESSES[i].name)
def test_under_every_schedule(
    index: int, schedule: Schedule, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """In a brief run two of the ways, in turns."""
    some = {(index + SCHEDULES.index(schedule) + step) % len(WAYS) for step in (0, 3)}
    for number, way in enumerate(WAYS):
        if number not in some and request.config.getoption("--brief"):
            continue
        source = program_for(_neighbours(index), number % 4, ACCESSES[index], way)
        check(source, f"way{number}", tmp_path, (schedule,))


def test_calls_are_held() -> None:
    """The gate's own test: whoever is not there yet waits."""
    GATE.open = False
    hold(True)
    hold(False)
    assert times_held() == 1
    GATE.open = True
    hold(True)
    assert times_held() == 1


@pytest.mark.skipif(not RECORDER, reason="nothing is recorded yet")
def test_most_run_ahead_and_meet_the_conflict(tmp_path: Path) -> None:
    """A conflict that nothing runs into tests nothing."""
    met: Counter[str] = Counter()
    for index in range(0, len(ACCESSES), 5):
        source = program_for((ACCESSES[index],), 9, ACCESSES[index], HIDDEN[0])
        tallies = check(source, f"met{index}", tmp_path, ORDERS[:1])
        met["programs"] += 1
        met["ran ahead"] += any(each.ahead for each in tallies)
        met["had tasks thrown away"] += any(each.discarded for each in tallies)
    assert met["ran ahead"] > 0.5 * met["programs"], met
    assert met["had tasks thrown away"] > 0.5 * met["programs"], met
