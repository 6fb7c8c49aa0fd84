"""Slices with several hand-overs: driven only as far as the plan allows, resumed in place after that."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from xcs_ast.runtime import schedule
from xcs_ast.runtime.shape import all_fit, fits, shape_of

from .harness import decider, make_facts, pair, site

SOURCE = """
def tag(xs, f, g, h):
    out = []
    for x in xs:
        if f(x):
            out.append("skipped")
            continue
        label = g(x)
        out.append((label, h(x, label)))
    return out
"""
SLICE = """
def _xcs_slice(x):
    skip = f(x)
    yield 0, skip
    if skip:
        return
    label = g(x)
    yield 1, label
    yield 2, h(x, label)
"""
TEXT = """for x in __xcs_items__:
    if __xcs_stage__(0, f(x)):
        out.append("skipped")
        continue
    label = __xcs_stage__(1, g(x))
    out.append((label, __xcs_stage__(2, h(x, label))))
"""


class Log:
    """Who computed what, and where."""

    def __init__(self) -> None:
        self.home = threading.get_ident()
        self.calls: list[tuple[str, object, bool]] = []

    def note(self, name: str, x: object) -> None:
        self.calls.append((name, x, threading.get_ident() == self.home))

    def f(self, x: int) -> bool:
        self.note("f", x)
        return x % 3 == 0

    def g(self, x: int) -> str:
        self.note("g", x)
        return f"label {x}"

    def h(self, x: int, label: str) -> str:
        self.note("h", x)
        return label.upper()


@pytest.mark.parametrize("prefix", [1, 2, 3])
def test_only_the_prefix_runs_ahead(prefix: int, eager: None) -> None:
    where = site(decider(prefix), text=TEXT, stages=3, single=False)
    plain, ahead = pair(SOURCE, where, ["f(x)", "g(x)", "h(x, label)"], SLICE)
    one, two = Log(), Log()
    schedule.hook = Wait()  # type: ignore[assignment]
    try:
        found = ahead(range(12), two.f, two.g, two.h)
    finally:
        schedule.hook = None
    assert found == plain(range(12), one.f, one.g, one.h)
    assert sorted(call[:2] for call in one.calls) == sorted(call[:2] for call in two.calls)
    ahead_of_place = {name for name, _, at_home in two.calls if not at_home}
    assert ahead_of_place == set("fgh"[:prefix])


class Wait:
    """Lets the consumer wait until everything issued has finished."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.open = 0

    def __call__(self, event: str, run: object, index: int) -> None:
        with self.changed:
            if event == schedule.ISSUE:
                self.open += 1
            elif event == schedule.FINISH:
                self.open -= 1
                self.changed.notify_all()
            elif event == schedule.TAKE:
                self.changed.wait_for(lambda: self.open <= 0, 0.5)


def test_what_comes_before_the_exception_is_handed_over_first(eager: None) -> None:
    """The body does its part between two hand-overs though the worker has met the exception already."""
    source = """
    def tag(xs, f, g, out):
        for x in xs:
            label = f(x)
            out.append(label)
            out.append(g(label))
    """
    slice_source = "def _xcs_slice(x):\n    label = f(x)\n    yield 0, label\n    yield 1, g(label)"
    where = site(decider(2), stages=2, single=False)
    failed = threading.Event()

    def g(label: str) -> str:
        if label == "label 3":
            failed.set()
            raise ValueError(label)
        return label.upper()

    def f(x: int) -> str:
        if x == 2:
            failed.wait(0.5)
        return f"label {x}"

    for run in pair(source, where, ["f(x)", "g(label)"], slice_source):
        failed.clear()
        out: list[str] = []
        with pytest.raises(ValueError, match="label 3"):
            run(range(9), f, g, out)
        assert out[-3:] == ["label 2", "LABEL 2", "label 3"]


@pytest.mark.parametrize("prefix", [1, 2, 3])
@pytest.mark.parametrize("where_raised", ["f", "g", "h"])
def test_an_exception_comes_at_the_hand_over_that_it_prevented(
    prefix: int, where_raised: str, eager: None
) -> None:
    source = SOURCE.replace("out = []", "").replace("(xs, f, g, h)", "(xs, f, g, h, out)")
    where = site(decider(prefix), text=TEXT, stages=3, single=False)
    plain, ahead = pair(source, where, ["f(x)", "g(x)", "h(x, label)"], SLICE)
    seen = []
    for run in (plain, ahead):
        log, out = Log(), []

        def fail(*args: object) -> Any:
            raise StopIteration(args)

        calls: dict[str, Any] = {"f": log.f, "g": log.g, "h": log.h}
        calls[where_raised] = lambda *args, old=calls[where_raised]: (
            fail(*args) if args[0] == 4 else old(*args)
        )
        with pytest.raises(StopIteration) as caught:
            run(range(12), calls["f"], calls["g"], calls["h"], out)
        seen.append((out, caught.value.args, caught.value.__context__, caught.value.__cause__))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("body", "stages", "prefix", "expected"),
    [
        ("a(S(0, f(x)), S(1, g(x)))", 2, 2, (True, False)),
        ("a(S(0, f(x)), S(1, g(x)))", 2, 1, (False, False)),
        ("if S(0, c(x)):\n        S(1, f(x))\n    S(2, g(x))", 3, 2, (False, False, False)),
        (
            "if S(0, c(x)):\n        S(1, f(x))\n    S(2, g(x))\n    S(3, h(x))",
            4,
            3,
            (True, True, False, False),
        ),
        ("if S(0, c(x)):\n        continue\n    S(1, f(x))\n    S(2, g(x))", 3, 2, (True, False, False)),
        ("if c:\n        S(0, f(x))\n    S(1, g(x))", 2, 1, None),
        ("if c:\n        S(0, f(x))\n    S(1, g(x))\n    S(2, h(x))", 3, 2, (True, False, False)),
        ("c and S(0, f(x))\n    S(1, g(x))", 2, 1, None),
        ("try:\n        S(0, f(x))\n    finally:\n        pass\n    S(1, g(x))", 2, 1, None),
        ("while S(0, f(x)):\n        pass\n    S(1, g(x))", 2, 1, None),
        ("[S(0, f(y)) for y in x]\n    S(1, g(x))", 2, 1, None),
    ],
)
def test_where_a_worker_may_go_on(body: str, stages: int, prefix: int, expected: object) -> None:
    text = f"for x in __xcs_items__:\n    {body}".replace("S(", "__xcs_stage__(")
    assert shape_of(make_facts(text=text, stages=stages, single=False)).resumes(prefix) == expected


def test_a_text_that_is_not_understood_allows_nothing(eager: None) -> None:
    assert not shape_of(make_facts(text="for x in")).understood
    assert not shape_of(make_facts(text="for x.y in z: pass")).understood
    where = site(text="for x in")
    assert not where.enter(lambda x: x, [1, 2, 3])


def test_unpacking_twice_must_not_be_noticed(eager: None) -> None:
    class Pair:
        counted = 0

        def __iter__(self) -> Any:
            Pair.counted += 1
            return iter((1, 2))

    source = """
    def unpack(xs, f):
        out = []
        for a, b in xs:
            out.append(f(a, b))
        return out
    """
    slice_source = "def _xcs_slice(_xcs_item):\n    a, b = _xcs_item\n    return f(a, b)"
    text = "for a, b in __xcs_items__:\n    out.append(__xcs_stage__(0, f(a, b)))"
    where = site(text=text)
    plain, ahead = pair(source, where, ["f(a, b)"], slice_source)
    items = [(1, 2), [3, 4], "ab", Pair(), (5, 6), Pair()]
    assert plain(items, lambda a, b: (a, b)) == ahead(items, lambda a, b: (a, b))
    assert Pair.counted == 4
    assert where.tally.started == 3


@pytest.mark.parametrize(
    ("item", "pattern", "expected"),
    [
        ((1, 2), (None, None), True),
        ([1, 2], (None, None), True),
        ((1, (2, 3)), (None, (None, None)), True),
        ((1, {2: 3}), (None, (None, None)), False),
        ({1: 2}, (None,), False),
        ((1, (2, 3), 4), (None, (None, None)), False),
        ((1,), (None, None), True),
    ],
)
def test_fits(item: object, pattern: Any, expected: bool) -> None:
    assert fits(item, pattern) is expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([(1, 2), [3, 4], "ab"], True),
        (((1, 2), (3,)), True),
        (((1, 2), {3: 4, 5: 6}), False),
        ([(1, 2), object()], False),
        (enumerate([(1, 2)]), True),
        ({(1, 2): 3}.items(), True),
        ([], True),
        (map(str, [(1, 2)]), False),
        (iter([(1, 2)]), True),
    ],
)
def test_all_of_them_fit(items: Any, expected: bool) -> None:
    assert all_fit(items, (None, None)) is expected


def test_a_look_at_all_of_them_takes_nothing() -> None:
    pairs = enumerate("ab")
    assert all_fit(pairs, (None, None))
    assert list(pairs) == [(0, "a"), (1, "b")]
