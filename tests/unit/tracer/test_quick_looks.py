"""First looks at shared data take short ways, and are reads like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tracer.speculating import Trial
from xcs_ast.tracer import containers_dict
from xcs_ast.tracer.speculation import Speculation

PRELUDE = """
ITEMS = [1, 2]
ROWS = [{"a": n, "b": str(n), (n,): 1} if n == 3 else {"a": n, "b": str(n)} for n in range(5)]
GRID = [[n * m for m in range(4)] for n in range(4)]
class Base:
    kind = "base"
    def double(self): return self.x * 2
class P(Base):
    def __init__(self, x): self.x = x; self.y = [x]
POINTS = [P(n) for n in range(5)]
def sums(): return sum(row["a"] for row in ROWS), [row["b"] for row in ROWS]
def cells(): return [GRID[n][m] for n in range(4) for m in (0, -1, 3)]
def fields(): return [(p.x, p.y[0], p.kind, p.double()) for p in POINTS for _ in (0, 1)]
def between(x): change(x) if x == 2 else None
def change(x): pass
"""
HOLDS = {
    "nothing changes": "def f(x): return sums(), cells(), fields(), sums(), cells(), fields()",
    "what was not looked at changes": """
def f(x): return ROWS[1]["a"], GRID[1][2], POINTS[1].x, ROWS[2].get("c", 5), POINTS[2].kind
def change(x): ROWS[1]["b"] = ROWS[1]["d"] = GRID[1][0] = POINTS[1].y = POINTS[1].z = None
""",
    "replaced by an equal number": """
def f(x): return ROWS[1]["a"], GRID[3][3], POINTS[4].x, ROWS[4]["b"]
def change(x): ROWS[1]["a"], GRID[3][3], POINTS[4].x, ROWS[4]["b"] = int("1"), int("9"), int("4"), str(4)
""",
}
FAILS = {
    "a value": ("def f(x): return sums()", "ROWS[2]['a'] = 9"),
    "a value under an odd neighbour": ("def f(x): return sums()", "ROWS[3]['b'] = 9"),
    "a value is gone": ("def f(x): return sums()", "del ROWS[2]['a']; ROWS[2]['a'] = 8"),
    "a default": ("def f(x): return ROWS[1].get('c', 5), ROWS[1].get('c')", "ROWS[1]['c'] = 6"),
    "an element": ("def f(x): return cells()", "GRID[2][3] = -1"),
    "an element out of range": (
        "def f(x):\n    try: return GRID[1][4]\n    except IndexError as e: return str(e)",
        "GRID[1].append(4)",
    ),
    "a key out of range": (
        "def f(x):\n    try: return ROWS[1]['c']\n    except KeyError as e: return str(e)",
        "ROWS[1]['c'] = 4",
    ),
    "an attribute": ("def f(x): return fields()", "POINTS[4].x = 7"),
    "the dictionary of an instance": (
        "def f(x): return fields()",
        "POINTS[4].__dict__ = {'x': 7, 'y': [7]}",
    ),
    "the class of an instance": (
        "class Q(P):\n    x = property(lambda self: 8)\ndef f(x): return fields()",
        "POINTS[4].__class__ = Q",
    ),
    "the class": ("def f(x): return fields()", "P.x = property(lambda self: 8)"),
    "a constant of the class": ("def f(x): return fields()", "P.kind = 8"),
    "a constant comes to be hidden": ("def f(x): return fields()", "POINTS[3].kind = 8"),
    "a method comes to be hidden": ("def f(x): return fields()", "POINTS[3].double = lambda: 8"),
    "the class of an instance, and the task looks at no more than that": (
        """
ONE, TWO = POINTS[3:]
SPACE = TWO.__dict__
class Q(P):
    x = property(lambda self: 8)
def f(x):
    seen = ONE.x, TWO.x
    SPACE["z"] = x
    return seen
""",
        "TWO.__class__ = Q",
    ),
    "how the class looks attributes up": (
        "def f(x): return fields()",
        "P.__getattribute__ = lambda self, name: 5",
    ),
}
OWN = {
    "stores": """
def f(x):
    before = sums(), cells(), fields()
    for n in range(4):
        ROWS[n]["a"] += 1; ROWS[n]["c"] = n; GRID[n][0] = -n; POINTS[n].x += 2; POINTS[n].z = n
    return before, sums(), cells(), fields(), [row.get("c", 7) for row in ROWS], [p.z for p in POINTS[:4]]
""",
    "deletions": """
def f(x):
    before = sums(), cells(), fields()
    ROWS[0].pop("b"), GRID[0].pop(0), GRID[1].append(5), ROWS[2].clear()
    del POINTS[0].y
    seen = [row.get("a") for row in ROWS]
    return before, seen, GRID[0][0], GRID[1][4], hasattr(POINTS[0], "y"), len(ROWS[2])
""",
    "the whole": """
def f(x):
    before = sums(), cells(), fields()
    return before, list(ROWS[1].items()), list(GRID[1]), vars(POINTS[1]), len(GRID[2]), "a" in ROWS[2], sums()
""",
    "two names for one dictionary": """
ONE, TWO = P(1), P(2)
TWO.__dict__ = ONE.__dict__
def f(x):
    seen = [ONE.x, TWO.x, ONE.__dict__["x"], TWO.double()]
    ONE.x = x
    seen += [ONE.x, TWO.x, ONE.__dict__["x"], TWO.double()]
    TWO.__dict__["x"] = x + 1
    return seen + [ONE.x, TWO.x, ONE.__dict__["x"], TWO.double(), ONE.kind, TWO.kind, ONE.double()]
""",
    "a property hides a key of the dictionary": """
class Hiding(P):
    x = property(lambda self: SPACE["x"] + 100)
SPACE = {"x": 1, "y": 2}
ONE, TWO = (Hiding.__new__(Hiding) for _ in (0, 1))
ONE.__dict__, TWO.__dict__ = {"y": 3}, SPACE
def f(x):
    seen = [ONE.y, TWO.y, TWO.x, TWO.x, SPACE["x"], TWO.x, TWO.y]
    SPACE["x"] = TWO.y = x
    return seen + [ONE.y, TWO.y, TWO.x, SPACE["y"], SPACE.get("x"), TWO.x]
""",
    "instances of two classes with one dictionary": """
class R(P):
    y = property(lambda self: "hides it")
SPACE = {"x": 3, "y": 5}
ONE, OTHER = P(1), R.__new__(R)
OTHER.x = 4
TWO, HIDES = P(2), R.__new__(R)
TWO.__dict__ = HIDES.__dict__ = SPACE
def f(x):
    seen = [(one.x, one.y) for one in (ONE, TWO)] + [OTHER.x, HIDES.x, HIDES.y]
    TWO.x = SPACE["y"] = x
    return seen + [(one.x, one.y) for one in (ONE, TWO, HIDES)] + [SPACE["x"]]
""",
    "constants of the class": """
def f(x):
    seen = [(p.x, p.kind, p.x) for p in POINTS]
    for p in POINTS[1:3]: p.kind = x
    return seen, [(p.x, p.kind, p.double()) for p in POINTS]
""",
}


@pytest.mark.parametrize("name", HOLDS)
def test_looks_that_hold(name: str, tmp_path: Path) -> None:
    assert Trial(PRELUDE + HOLDS[name], tmp_path).run().ahead == 2


@pytest.mark.parametrize("name", FAILS)
def test_looks_that_do_not(name: str, tmp_path: Path) -> None:
    function, change = FAILS[name]
    trial = Trial(f"{PRELUDE}\n{function}\ndef change(x): {change}\n", tmp_path).run()
    assert (trial.ahead, trial.redone) == (1, 1)


@pytest.mark.parametrize("name", OWN)
def test_what_the_task_does_afterwards(name: str, tmp_path: Path) -> None:
    Trial(PRELUDE + OWN[name], tmp_path).run()
    assert not containers_dict._NOTHING
    assert not containers_dict._NO_STEPS


ROW = {"a": 1, "b": 2}
LINE = [ROW, 3]


def look(number: int) -> int:
    return ROW["a"] + LINE[number]  # type: ignore[operator, return-value]


def test_looks_are_accesses() -> None:
    task = Speculation(look, 1, numbered=False)
    task.run()
    assert task.state == "done", task.reason
    assert task.transaction.segment.seen
    found = {(each.kind, id(each.owner), each.field) for each in task.transaction.accesses()}
    assert {("read", id(ROW), "a"), ("read", id(LINE), "1")} <= found
    assert task.transaction.stale() == []
    ROW["a"] = 5
    try:
        assert not task.ready(0)
        assert [(each.owner, each.field) for each in task.transaction.stale()] == [(ROW, "a")]
    finally:
        ROW["a"] = 1
    task.drop()
