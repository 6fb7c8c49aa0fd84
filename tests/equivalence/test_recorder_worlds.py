"""Random tasks run ahead on one shared world, and the small programs that such runs have brought to light."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.equivalence import recorder_worlds
from tests.equivalence.recorder_worlds import Bench, Program, make_program, run

QUICK = 160
SLOW = 760
STEP = 40


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with recorder_worlds.bench() as made:
        yield made


def _run_some(first: int, count: int, bench: Bench) -> Counter[str]:
    fates: Counter[str] = Counter()
    for seed in range(first, first + count):
        report = run(make_program(seed), bench)
        assert report.difference is None, f"seed {seed}: {report.difference}\n{make_program(seed)}"
        fates += report.fates
    return fates


@pytest.mark.parametrize("first", range(0, QUICK, STEP))
@pytest.mark.filterwarnings("ignore")
def test_random_tasks(first: int, bench: Bench) -> None:
    fates = _run_some(first, STEP, bench)
    assert fates["committed"] * 3 >= sum(fates.values()), fates


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        first if number < 1 else pytest.param(first, marks=pytest.mark.full)
        for number, first in enumerate(range(QUICK, SLOW, 2 * STEP))
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_many_random_tasks(first: int, bench: Bench) -> None:
    _run_some(first, 2 * STEP, bench)


FOUND = {
    "a slice that no list has": ["try:\n    L1[D1:2] = [1]\nexcept TypeError as e:\n    r.append(e.args)"],
    "a slice that no list has is deleted": [
        "try:\n    del L1[D1:2]\nexcept TypeError as e:\n    r.append(e.args)"
    ],
    "an object as the index of a string": ["r.append('abc'[loud])"],
    "the length of what fills a list": ["r.append(list(loud))"],
    "the length of what fills a tuple": ["r.append(tuple(loud))"],
    "the length of what is sorted": ["r.append(sorted(loud))"],
    "the length of what is spread in a display": ["r.append([*loud, *loud])"],
    "the length of what is spread in a call": ["r.append(give(*loud))"],
    "no length where a set is filled": ["r.append({*loud})"],
    "a new ordered dictionary is updated": ["v = OrderedDict(OD)\nv.update(D2)\nr.append(list(v))"],
    "an object in the place of a number": ["r.append('%d' % loud)"],
    "an object in the place of a number, caught": [
        "try:\n    r.append('%05d %s' % (loud, 1))\nexcept TypeError:\n    r.append('caught')"
    ],
    "the text of a failed augmented assignment": ["DI['z'] += x"],
    "the text of a failed augmented assignment of a local": ["v = 1\nv **= b"],
    "the order of a set made of a set": ["v = set(S1)\nr.append(list(v))"],
    "the order of a set display of a set": ["r.append(list({*S1}))"],
    "the order of a frozen set made of a set": ["r.append(list(frozenset(S1)))"],
    "the order of a set made of a dictionary": [
        "v = {33: 1, 1: 1, 2: 1, 9: 1, 17: 1, 8: 1}\nr.append((list(set(v)), list({*v})))"
    ],
    "the hash of fields with a change held back": ["warm.x += 1\nr.append(hash(warm) == hash(Warm(1)))"],
    "a key whose fields have a change held back": ["warm.x = 3\nr.append({warm: 1} == {Warm(3): 1})"],
    "what cannot be joined": ["try:\n    ','.join(b)\nexcept TypeError as e:\n    r.append(e.args)"],
    "a new list is empty while it is sorted": [
        "v = [3, 1, 2]\ntry:\n    v.sort(key=v.index)\nexcept ValueError as e:\n    r.append((v, e.args))"
    ],
    "a new list changes while it is sorted": [
        "v = [3, 1]\ntry:\n    v.sort(key=lambda q: v.append(q) or q)\nexcept ValueError as e:\n"
        "    r.append((v, e.args))"
    ],
    "a new list stays sorted half-way": [
        "v = [1, 3, 2, 'a', 0]\ntry:\n    v.sort(key=lambda q: q)\nexcept TypeError:\n    r.append(v)"
    ],
    "the program swallows what ends the task": [
        "with Manager(True):\n    for e in Q: Q.append(e)",
        "try:\n    for e in Q: Q.append(e)\nexcept BaseException as e:\n    r.append(type(e).__name__)",
        "try:\n    for e in D1: D1.pop(e)\nfinally:\n    return r",
    ],
    "a method that changes unseen, with too many arguments": [
        "try:\n    L1.append(1, 2)\nexcept TypeError as e:\n    r.append(e.args)"
    ],
    "a method that changes unseen is called back with too many arguments": [
        "try:\n    r.append(list(map(L1.append, [1], [2])))\nexcept TypeError as e:\n    r.append(e.args)"
    ],
    "a method that takes a sequence, with none": [
        "try:\n    L1.extend()\nexcept TypeError as e:\n    r.append(e.args)"
    ],
    "a shared list stays sorted half-way": [
        "L1[:] = [1, 3, 2, 'a', 0]",
        "try:\n    L1.sort()\nexcept TypeError:\n    r.append(list(L1))",
    ],
}


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.filterwarnings("ignore")
def test_found(name: str, bench: Bench) -> None:
    report = run(Program((tuple(FOUND[name]),), ("b",)), bench)
    assert report.difference is None, report.difference


FOUND_BETWEEN = {
    "a stream in memory is closed": ("OUT.close()", "OUT.write('a')"),
    "a stream in memory is closed before it is printed to": ("OUT.close()", "print('a', file=OUT)"),
    "a closure variable goes before an augmented assignment that fails": (
        "drop()",
        "free_add(lambda: fail(1))",
    ),
    "a shared list can no longer be sorted": ("L1.append('a')", "L1.sort()"),
    "a key that compares in Python comes where one was missing": ("DD[loud].append(1)", "DD[1.0].append(2)"),
    "a key that compares in Python comes where one is stored": ("DD[loud].append(1)", "DD[1.0] = Box(1)"),
    "an element that compares in Python comes into a set": ("S1.add(loud)", "r.append(1.0 in S1)"),
}


@pytest.mark.parametrize("name", FOUND_BETWEEN)
@pytest.mark.filterwarnings("ignore")
def test_found_between(name: str, bench: Bench) -> None:
    before, after = FOUND_BETWEEN[name]
    for plain in (frozenset[int](), frozenset({0})):
        report = run(Program(((before,), (after,)), ("b", "b"), plain), bench)
        assert report.difference is None, report.difference
