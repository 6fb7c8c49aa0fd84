"""Containers through the hooks: what stays an increment, what reads how much, what waits."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque

import pytest

from tests.unit.tracer.transaction_world import Waiting
from xcs_ast.tracer.kinds import Abandon, Unsure
from xcs_ast.tracer.transaction import Transaction


class Hooks(Waiting):
    def method(self, o, name, *args, **kwargs):
        return self.container_method(o, name, args, kwargs, False)


def hooks():
    return Hooks(Transaction())


class Odd:
    """Compares and hashes by code of its own."""

    def __eq__(self, other):
        raise AssertionError

    def __hash__(self):
        return hash("a")


def test_blind_appends_of_two_tasks_do_not_conflict():
    shared = []
    one, two = hooks(), hooks()
    one.method(shared, "append", 1)
    two.method(shared, "append", 2)
    two.method(shared, "extend", (3, 4))
    for each in (one, two):
        assert each.transaction.validate()
        each.transaction.replay()
    assert shared == [1, 2, 3, 4]


def test_increments_of_two_tasks_do_not_conflict():
    shared = {"n": 0.1}
    tally = Counter()
    tasks = [hooks() for _ in range(3)]
    for n, each in enumerate(tasks):
        each.finish(each.begin_item(shared, "n"), "+", 0.2 + n)
        each.finish_binary(each.begin_get(shared, "m", 0), "+", n, shared)
        each.finish(each.begin_item(tally, "x"), "+", 1)
        each.method(tally, "update", ("x", "y"))
    for each in tasks:
        assert each.transaction.validate()
        each.transaction.replay()
    expected = 0.1
    for n in range(3):
        expected += 0.2 + n
    assert shared == {"n": expected, "m": 3}
    assert tally == {"x": 6, "y": 3}


def test_an_increment_that_would_raise_is_not_valid():
    shared = {"n": 1}
    task = hooks()
    task.finish(task.begin_item(shared, "n"), "+", 0.5)
    shared["n"] = 10**400
    assert not task.transaction.validate()
    shared["n"] = "text"
    assert not task.transaction.validate()
    del shared["n"]
    assert not task.transaction.validate()


def test_reading_an_increment_makes_it_a_read():
    shared = {"n": 1}
    task = hooks()
    task.finish(task.begin_item(shared, "n"), "+", 2)
    assert task.load_item(shared, "n") == 3
    shared["n"] = 5
    assert not task.transaction.validate()


def test_extend_takes_its_argument_as_of_the_call():
    shared, other = [], [1]
    task = hooks()
    own = [5]
    task.transaction.adopt(own)
    task.method(shared, "extend", own)
    own.append(6)
    task.method(shared, "extend", other)
    task.method(other, "append", 2)
    assert list(task.iterate(shared)) == [5, 1]
    task.transaction.replay()
    assert (shared, other) == ([5, 1], [1, 2])


def test_one_key_is_not_the_whole():
    shared = {"a": 1, "b": 2}
    task = hooks()
    assert task.load_item(shared, "a") == 1
    shared["c"] = 3
    shared["b"] = 9
    assert task.transaction.validate()
    assert list(task.iterate(shared)) == ["a", "b", "c"]
    del shared["b"]
    shared["b"] = 9
    assert not task.transaction.validate()


def test_views_are_real_and_read_what_the_task_sees():
    shared = {"a": 1}
    task = hooks()
    view = task.method(shared, "items")
    assert type(view) is type({}.items())
    task.store_item(2, shared, "b")
    assert list(task.iterate(view)) == [("a", 1), ("b", 2)]
    assert task.length(view) == 2
    assert task.compare("in", "b", task.method(shared, "keys"))
    assert list(view) == [("a", 1)]


def test_defaultdict_calls_its_factory_once():
    made = []

    def factory():
        made.append([])
        return made[-1]

    shared = defaultdict(factory)
    task = hooks()
    assert task.load_item(shared, "a") is made[0]
    assert task.load_item(shared, "a") is made[0]
    assert not shared
    task.transaction.replay()
    assert shared["a"] is made[0]
    assert len(made) == 1


def test_set_order_is_never_guessed():
    shared = {1, 2}
    task = hooks()
    task.method(shared, "add", 3)
    assert task.compare("in", 3, shared)
    assert task.length(shared) == 3
    with pytest.raises(Abandon):
        task.iterate(shared)
    with pytest.raises(Unsure):
        task.method(shared, "union", {4})


def test_what_compares_by_its_own_code_waits():
    task = hooks()
    odd = Odd()
    shared = {"b": 1}
    for step in (
        lambda: task.load_item(shared, odd),
        lambda: task.load_item({odd: 1}, "a"),
        lambda: task.compare("in", odd, [1]),
        lambda: task.compare("in", 1, [odd]),
        lambda: task.compare("in", odd, {1}),
        lambda: task.method([odd], "remove", 1),
        lambda: task.method([odd, odd], "sort"),
        lambda: task.method({1}, "add", odd),
        lambda: task.load_item(shared, (1, odd)),
    ):
        with pytest.raises((Abandon, Unsure)):
            step()


@pytest.mark.parametrize(
    "make", [lambda: {1: 2}, lambda: OrderedDict({1: 2}), lambda: {1}, lambda: deque([1])]
)
def test_changing_what_is_iterated(make):
    shared = make()
    task = hooks()
    iterator = task.iterate(shared)
    next(iterator)
    del iterator
    _running = task.iterate(shared)
    with pytest.raises(Abandon):
        if type(shared) is set:
            task.method(shared, "add", 5)
        elif type(shared) is deque:
            task.method(shared, "append", 5)
        else:
            task.store_item(5, shared, 5)


def test_a_list_may_grow_while_it_is_iterated():
    shared = [1, 2]
    task = hooks()
    seen = []
    for each in task.iterate(shared):
        seen.append(each)
        if len(seen) < 4:
            task.method(shared, "append", each + 10)
    assert seen == [1, 2, 11, 12, 21]
    task.transaction.replay()
    assert shared == [1, 2, 11, 12, 21]


@pytest.mark.parametrize("key", [None, (1, 2), "x", 3])
@pytest.mark.parametrize("make", [dict, OrderedDict, Counter, lambda: defaultdict(None)])
def test_the_errors_of_missing_keys(make, key):
    task = hooks()

    def error(step):
        try:
            return step()
        except KeyError as raised:
            return raised.args

    shared = make()
    assert error(lambda: task.load_item(shared, key)) == error(lambda: make()[key])
    assert error(lambda: task.delete_item(shared, key)) == error(lambda: make().__delitem__(key))
    assert error(lambda: task.method(shared, "pop", key)) == error(lambda: make().pop(key))


def test_negative_zero_and_nan_are_told_apart():
    nan = float("nan")
    shared = {"z": 0.0, "n": nan}
    task = hooks()
    task.load_item(shared, "z")
    task.load_item(shared, "n")
    assert task.transaction.validate()
    shared["z"] = -0.0
    assert not task.transaction.validate()
    shared["z"] = 0
    assert not task.transaction.validate()
    shared["z"] = 0.0
    assert task.transaction.validate()
    shared["n"] = float("nan")
    assert not task.transaction.validate()
