"""Peeking leaves iterators alone, and sees what they will give."""

from __future__ import annotations

import io
import sys
from collections import OrderedDict, deque
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcs_ast.runtime.peek import END, peek, same, sources

LEAVES = st.one_of(
    st.lists(st.integers()),
    st.lists(st.integers()).map(tuple),
    st.text(),
    st.binary(),
    st.dictionaries(st.integers(), st.text()),
    st.dictionaries(st.integers(), st.text()).map(lambda d: d.items()),
    st.dictionaries(st.integers(), st.text()).map(lambda d: d.values()),
    st.frozensets(st.integers()),
    st.sets(st.text()),
    st.integers(0, 20).map(range),
    st.integers(0, 5).map(lambda n: range(10**30, 10**30 + n)),
    st.lists(st.integers()).map(deque),
)
ITERABLES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(enumerate, inner, st.integers()),
        st.lists(inner, max_size=3).map(lambda parts: zip(*parts, strict=False)),
        inner.map(iter),
        st.builds(
            lambda it, n: [*map(lambda _: next(it, None), range(n)), it][-1],
            inner.map(iter),
            st.integers(0, 3),
        ),
        st.lists(st.integers()).map(reversed),
        st.lists(st.integers()).map(lambda xs: zip(*[iter(xs)] * 2, strict=False)),
    ),
    max_leaves=4,
)


@given(ITERABLES)
def test_what_is_peeked_is_what_comes(iterable: Any) -> None:
    first, second = peek(iterable), peek(iterable)
    if first is None or second is None:
        assert first is second is None
        assert type(iterable).__name__ not in ("list", "tuple", "dict", "range", "str", "enumerate", "zip")
        return
    ahead = [item for item in islice(first.ahead, 30) if item is not END]
    again = [item for item in islice(second.ahead, 30) if item is not END]
    arrived = list(islice(first.live, 30))
    assert len(ahead) == len(again) == len(arrived)
    assert all(same(a, b, first.fresh) for a, b in zip(ahead, arrived, strict=True))
    assert repr(ahead) == repr(arrived)


def test_exhausted_iterators() -> None:
    for empty in (
        iter([]),
        iter(()),
        iter({}),
        iter(set()),
        enumerate([]),
        zip(),
        zip([]),
        reversed([]),
        iter(""),
    ):
        list(empty)
        found = peek(empty)
        assert found is not None
        assert [item for item in islice(found.ahead, 1) if item is not END] == []
        assert list(found.live) == []


@pytest.mark.parametrize("kind", [list, tuple, dict, set, str, bytes, deque, frozenset])
def test_subclasses_are_not_peeked(kind: type) -> None:
    sub = type("Sub", (kind,), {})
    assert peek(sub()) is None
    if kind not in (dict, set, frozenset):
        # The iterators of those are C's own, whatever the subclass; the others could run its code.
        assert peek(enumerate(sub())) is None


def test_a_subclass_that_hides_behind_a_builtin_iterator_is_not_believed() -> None:
    class Odd(list):  # type: ignore[type-arg]
        def __getitem__(self, index: Any) -> Any:
            raise AssertionError("user code")

        def __len__(self) -> int:
            raise AssertionError("user code")

    assert peek(iter(Odd([1, 2]))) is None
    assert peek(enumerate(Odd([1, 2]))) is None
    assert peek(zip([1], Odd([1, 2]), strict=False)) is None


class Int(int):
    pass


@pytest.mark.parametrize(
    ("a", "b", "fresh", "expected"),
    [
        (10**9, 10**9 + 0, False, True),
        (int("1000000"), int("1000000"), False, False),
        (int("1000000"), int("1000000"), True, True),
        (1, True, True, False),
        (1, 1.0, True, False),
        (Int(7), Int(7), True, False),
        ("".join(["a", "b"]), "ab", True, True),
        ((1, [2]), (1, [2]), (True, False), False),
        ((1, None), (1, None), (True, False), True),
        ((1, None, 2), (1, None), (True, False), False),
        ([1], [1], (True,), False),
    ],
)
def test_same(a: object, b: object, fresh: Any, expected: bool) -> None:
    assert same(a, b, fresh) is expected


LISTS = [[n] for n in range(40)]
TABLE = {1: [2]}


@pytest.mark.parametrize(
    ("iterable", "expected"),
    [
        (LISTS[0], LISTS[:1]),
        (zip(*LISTS), LISTS),
        (enumerate(zip(LISTS[0], enumerate(LISTS[1]))), LISTS[:2]),
        (zip(LISTS[0], LISTS[0]), LISTS[:1]),
        (iter(LISTS[0]), LISTS[:1]),
        (reversed(LISTS[0]), LISTS[:1]),
        (TABLE.items(), [TABLE]),
        (iter(TABLE.values()), [TABLE]),
        ((), []),
        (zip((LISTS, 1), "ab", range(2)), []),
    ],
    ids=lambda each: type(each).__name__,
)
def test_sources_are_all_that_the_items_come_from(iterable: Any, expected: list[object]) -> None:
    assert sources(iterable) == set(map(id, expected))


def test_sources_of_what_has_given_items_already() -> None:
    table, many = OrderedDict(a=[1]), deque([[1], [2]])
    assert sources(table.items()) == {id(table)}
    for owner, iterator in ((many, iter(many)), (TABLE, iter(TABLE.items())), (LISTS, iter(LISTS))):
        next(iterator)  # type: ignore[call-overload]
        assert sources(zip([], iterator)) >= {id(owner)}
        assert not sources(iterator) & {id(LISTS[0]), id(TABLE[1]), id(many[0])}


# ------------------------------------------------------------------------------------- progress bars


def _bar(*args: Any, disable: bool = True, **options: Any) -> Any:
    tqdm = pytest.importorskip("tqdm")
    import xcs_ast.effects.libraries  # noqa: F401 - as when a region has been analysed

    return tqdm.tqdm(*args, disable=disable, **options)


class _Item:
    pass


def test_what_a_progress_bar_passes_on() -> None:
    items = [_Item(), _Item()]
    peeker = peek(_bar(items))
    assert peeker is not None
    assert peeker.wrapped
    assert [next(peeker.ahead), next(peeker.ahead)] == items
    assert list(peeker.live) == items
    assert sources(_bar(items)) == {id(items)}


def test_a_progress_bar_that_is_drawn() -> None:
    """The function that draws holds the stream and its methods."""
    items = [_Item(), _Item()]
    for stream in (sys.__stderr__, io.StringIO()):
        peeker = peek(_bar(items, disable=False, file=stream))
        assert peeker is not None
        assert list(peeker.live) == items

    class Stream:
        def write(self, text: str) -> None: ...
        def flush(self) -> None: ...

    assert peek(_bar(items, disable=False, file=Stream())) is None


def test_a_progress_bar_behind_enumerate() -> None:
    items = [_Item(), _Item()]
    peeker = peek(enumerate(_bar(items)))
    assert peeker is not None
    assert peeker.wrapped
    assert [next(peeker.ahead), next(peeker.ahead)] == list(enumerate(items))
    assert list(peeker.live) == list(enumerate(items))
    plain = peek(enumerate(items))
    assert plain is not None
    assert not plain.wrapped


def test_a_progress_bar_that_cannot_be_peeked() -> None:
    assert peek(_bar(x for x in [1])) is None  # a generator
    begun = iter(_bar([1, 2, 3]))
    next(begun)
    assert peek(begun) is None
    hooked = _bar([1])
    hooked.told = lambda: None
    assert peek(hooked) is None
    kind = type(hooked)
    assert peek(type("Own", (kind,), {"__iter__": lambda self: iter([2])})([1], disable=True)) is None


def test_a_generator_of_the_programs_is_no_progress_bar() -> None:
    _bar([1])

    def numbers(self: object) -> Any:
        yield 1

    assert peek(numbers(_bar([1, 2]))) is None
