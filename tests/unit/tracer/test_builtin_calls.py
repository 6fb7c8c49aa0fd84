"""Builtins on shared containers and on objects of Python classes: the same outcome, and validated reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.tracer.test_transaction_rules import begin
from xcs_ast.tracer.kinds import Abandon


class Number:
    def __init__(self, n: int) -> None:
        self.n = n

    def __int__(self) -> int:
        return self.n

    def __float__(self) -> float:
        return self.n + 0.5

    def __index__(self) -> int:
        return self.n

    def __abs__(self) -> int:
        return abs(self.n)

    def __round__(self) -> int:
        return self.n

    def __hash__(self) -> int:
        return self.n

    def __eq__(self, other: object) -> bool:
        return self.n == getattr(other, "n", other)

    def __lt__(self, other: Any) -> bool:
        return bool(self.n < other.n)

    def __bool__(self) -> bool:
        return self.n > 1

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return f"<{self.n}>"

    def __format__(self, spec: str) -> str:
        return f"{self.n}{spec}"

    def __neg__(self) -> int:
        return -self.n

    def __add__(self, other: object) -> Any:
        return NotImplemented if type(other) is str else self.n

    def __radd__(self, other: object) -> int:
        return self.n * 10

    def __contains__(self, other: object) -> bool:
        return other == self.n

    def __iter__(self) -> Any:
        return iter(range(self.n))

    def __getitem__(self, key: object) -> tuple[int, object]:
        return self.n, key

    def __call__(self, x: int = 0) -> int:
        return self.n + x


class Bare:
    pass


OF_A_LIST: list[tuple[Any, ...]] = [
    (len,), (sum,), (min,), (max,), (sorted,), (list,), (tuple,), (set,), (frozenset,), (any,), (all,),
    (reversed, list), (enumerate, list), (iter, next), (str,), (repr,), (bool,), (zip, list),
    (dict.fromkeys,),
]  # fmt: skip


@pytest.mark.parametrize("steps", OF_A_LIST, ids=lambda steps: steps[0].__name__)
def test_what_a_builtin_sees_in_a_shared_list_is_validated(steps: tuple[Any, ...]) -> None:
    shared = [3, 1, 2]
    tx, r = begin()
    expected: Any = shared
    found: Any = shared
    for step in steps:
        expected, found = step(expected), r.call(step, found)
    assert (type(found), found) == (type(expected), expected)
    assert tx.validate()
    shared[:] = [3, 1, 9, 9]
    if steps[0] not in (any, all, bool, iter):
        assert not tx.validate()
    shared.clear()
    assert not tx.validate()


@pytest.mark.parametrize(
    "call",
    [int, float, abs, round, hash, bool, len, repr, str, list, tuple, sum, format, callable, range, bin, chr],
)
def test_a_builtin_that_asks_an_object(call: Callable[..., Any]) -> None:
    thing = Number(3)
    tx, r = begin()
    expected = call(thing)
    try:
        found = r.call(call, thing)
    except Abandon:
        return  # it may always wait
    assert (type(found), found) == (type(expected), expected)
    if call is not callable:
        thing.n = 4
        assert not tx.validate()


OPERATORS: list[tuple[str, Callable[[Any], Any], Callable[[Any, Any], Any]]] = [
    ("+", lambda o: o + 1, lambda r, o: r.binary("+", o, 1)),
    ("radd", lambda o: 1 + o, lambda r, o: r.binary("+", 1, o)),
    ("<", lambda o: o < Number(9), lambda r, o: r.compare("<", o, Number(9))),
    (">", lambda o: Number(9) > o, lambda r, o: r.compare(">", Number(9), o)),
    ("==", lambda o: o == 3, lambda r, o: r.compare("==", o, 3)),
    ("!=", lambda o: o != 3, lambda r, o: r.compare("!=", o, 3)),
    ("in", lambda o: 3 in o, lambda r, o: r.compare("in", 3, o)),
    ("not in", lambda o: 3 not in o, lambda r, o: r.compare("not in", 3, o)),
    ("neg", lambda o: -o, lambda r, o: r.unary("-", o)),
    ("item", lambda o: o["k"], lambda r, o: r.load_item(o, "k")),
    ("call", lambda o: o(5), lambda r, o: r.call(o, 5)),
    ("format", lambda o: f"{o:>5}", lambda r, o: r.format_value(o, -1, ">5")),
    ("repr", lambda o: f"{o!r}", lambda r, o: r.format_value(o, ord("r"), "")),
    ("iterate", lambda o: list(o), lambda r, o: list(r.iterate(o))),
    ("unpack", lambda o: [*o], lambda r, o: list(r.unpack(o, 3, -1))),
    ("truth", lambda o: bool(o), lambda r, o: r.truth(o)),
]


@pytest.mark.parametrize(("name", "plain", "recorded"), OPERATORS, ids=[each[0] for each in OPERATORS])
def test_an_operator_that_asks_an_object(name: str, plain: Any, recorded: Any) -> None:
    thing = Number(3)
    tx, r = begin()
    expected, found = plain(thing), recorded(r, thing)
    assert (type(found), found) == (type(expected), expected)
    assert tx.validate()
    thing.n = 1
    assert not tx.validate()


@pytest.mark.parametrize(
    ("plain", "recorded"),
    [
        (lambda o: o + 1, lambda r, o: r.binary("+", o, 1)),
        (lambda o: o < 1, lambda r, o: r.compare("<", o, 1)),
        (lambda o: -o, lambda r, o: r.unary("-", o)),
        (lambda o: o[0], lambda r, o: r.load_item(o, 0)),
        (lambda o: o(), lambda r, o: r.call(o)),
        (lambda o: 1 in o, lambda r, o: r.compare("in", 1, o)),
        (lambda o: iter(o), lambda r, o: r.iterate(o)),
        (lambda o: len(o), lambda r, o: r.call(len, o)),
        (lambda o: int(o), lambda r, o: r.call(int, o)),
        (lambda o: abs(o), lambda r, o: r.call(abs, o)),
        (lambda o: next(o), lambda r, o: r.call(next, o)),
        (lambda o: o.absent, lambda r, o: r.call(getattr, o, "absent")),
        (lambda o: sum([1, o]), lambda r, o: r.call(sum, [1, o])),
        (lambda o: f"{o:>5}", lambda r, o: r.format_value(o, -1, ">5")),
        (lambda o: hash([o]), lambda r, o: r.call(hash, [o])),
        (lambda o: issubclass(o, int), lambda r, o: r.call(issubclass, o, int)),
    ],
)
def test_what_plain_python_refuses_is_refused_with_the_same_words(plain: Any, recorded: Any) -> None:
    thing = Bare()
    _, r = begin()
    with pytest.raises((TypeError, AttributeError)) as expected:
        plain(thing)
    try:
        with pytest.raises(type(expected.value)) as found:
            recorded(r, thing)
    except Abandon:
        return  # then it is refused in its place
    assert str(found.value) == str(expected.value)


def test_attributes_by_name() -> None:
    thing = Bare()
    tx, r = begin()
    assert r.call(getattr, thing, "a", 7) == 7
    assert not r.call(hasattr, thing, "a")
    r.call(setattr, thing, "a", 1)
    assert r.call(hasattr, thing, "a")
    assert not hasattr(thing, "a")
    r.call(delattr, thing, "a")
    assert r.call(getattr, thing, "a", 8) == 8
    assert r.call(isinstance, thing, (int, Bare))
    assert r.call(issubclass, Bare, object)
    assert r.call(type, thing) is Bare
    assert tx.validate()
    thing.a = 5  # type: ignore[attr-defined]
    assert not tx.validate()
