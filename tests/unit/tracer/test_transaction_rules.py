"""One quick test for each rule of the transaction: held back, in order, validated, seen once, or gone."""

from __future__ import annotations

import functools
import io
import os
import sys
from pathlib import Path
from types import CellType
from typing import Any

import pytest

from xcs_ast.tracer.speculation import Speculation
from xcs_ast.tracer.speculative import SpeculativeRecorder
from xcs_ast.tracer.transaction import Transaction
from xcs_ast.verifier.seen import seen


class Box:
    limit = 1

    def __init__(self) -> None:
        self.n = 1


def begin() -> tuple[Transaction, SpeculativeRecorder]:
    transaction = Transaction()
    return transaction, SpeculativeRecorder(transaction)


def test_a_store_to_a_cell_waits_for_the_replay() -> None:
    transaction, recorder = begin()
    cell = CellType(1)
    recorder.store_cell(7, cell, "n")
    assert cell.cell_contents == 1
    assert transaction.validate()
    transaction.replay()
    assert cell.cell_contents == 7


def test_methods_of_a_list_wait_and_keep_their_order() -> None:
    transaction, recorder = begin()
    shared = [1]
    recorder.perform_method(shared, "append", 2)
    recorder.perform_method(shared, "append", 3)
    assert shared == [1]
    transaction.replay()
    assert shared == [1, 2, 3]


def test_an_element_that_was_read_is_validated() -> None:
    transaction, recorder = begin()
    shared = [1, 2]
    assert recorder.load_item(shared, 0) == 1
    shared[1] = 9
    assert transaction.validate()
    shared[0] = 9
    assert not transaction.validate()


@pytest.mark.parametrize("fails_at_first", [True, False])
def test_how_a_look_outside_ends_is_validated(fails_at_first: bool, tmp_path: Path) -> None:
    transaction, recorder = begin()
    path = tmp_path / "file"
    if fails_at_first:
        with pytest.raises(FileNotFoundError):
            recorder.call(os.path.getsize, str(path))
        assert transaction.validate()
        path.write_text("")
    else:
        path.write_text("")
        assert recorder.call(os.path.getsize, str(path)) == 0
        assert transaction.validate()
        path.unlink()
    assert not transaction.validate()


def test_a_limit_that_any_conversion_goes_by_is_validated() -> None:
    transaction, recorder = begin()
    limit = sys.get_int_max_str_digits()
    with pytest.raises(ValueError):
        recorder.call(int, "1" * (limit + 1))
    assert transaction.validate()
    try:
        sys.set_int_max_str_digits(2 * limit)
        assert not transaction.validate()
    finally:
        sys.set_int_max_str_digits(limit)


def _place_of_the_fault(text: str) -> object:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError as error:
        return error.start


def _size(path: str) -> object:
    try:
        return os.path.getsize(path)
    except OSError as error:
        return error.errno, str(error)


@pytest.mark.parametrize(
    ("function", "item", "field"), [(_place_of_the_fault, "\xe9", "start"), (_size, "no such file", "errno")]
)
def test_an_exception_of_c_code_is_known_to_be_none_of_the_programs(
    function: Any, item: str, field: str
) -> None:
    speculation = Speculation(function, item, staged=False)
    speculation.transaction.trace()
    speculation.run()
    assert speculation.ready(None)
    found = [each for each in seen(speculation.transaction) if each.field == field]
    assert found
    assert {id(each.owner) for each in found} <= speculation.transaction.handled


def test_an_element_is_validated_beside_the_length() -> None:
    transaction, recorder = begin()
    shared = [1, 2]
    assert recorder.load_item(shared, 0) == 1
    assert recorder.call(len, shared) == 2  # from here on, the list has a state of its own in the log
    shared[1] = 9
    assert transaction.validate()
    shared[0] = 9
    assert not transaction.validate()


def test_what_a_class_gave_is_validated() -> None:
    transaction, recorder = begin()
    assert recorder.load_attr(Box(), "limit") == 1
    assert transaction.validate()
    Box.limit = 2
    try:
        assert not transaction.validate()
    finally:
        Box.limit = 1


def test_an_increment_stays_an_increment() -> None:
    transaction, recorder = begin()
    cell = CellType(1)
    recorder.finish(recorder.begin_cell(cell, "n"), "+", 2)
    cell.cell_contents = 10
    assert transaction.validate()
    transaction.replay()
    assert cell.cell_contents == 12


def test_a_place_is_seen_once() -> None:
    _, recorder = begin()
    cell = CellType(1)
    assert recorder.load_cell(cell, "n") == 1
    cell.cell_contents = 5
    assert recorder.load_cell(cell, "n") == 1


def test_a_partial_of_the_tasks_own_is_no_access() -> None:
    transaction, recorder = begin()
    made = recorder.call(functools.partial, max, key=abs)
    assert recorder.call(made, -2, 1) == -2
    assert not transaction.accesses()
    named = recorder.load_attr(made, "keywords")
    recorder.store_item(int, named, "key")
    recorder.delete_item(named, "key")
    assert recorder.call(made, -2, 1) == 1


def test_what_is_handed_over_is_not_the_tasks_own_any_more() -> None:
    transaction, recorder = begin()
    made = recorder.new([1])
    assert transaction.owns(made)
    transaction.publish(made)
    assert not transaction.owns(made)


def test_a_discarded_task_has_written_nothing() -> None:
    transaction, recorder = begin()
    stream = io.StringIO()
    recorder.perform(print, "one", file=stream)
    recorder.perform_method(stream, "write", "two")
    assert stream.getvalue() == ""
    transaction.replay()
    assert stream.getvalue() == "one\ntwo"


def fails(item: int) -> int:
    return 1 // item


def test_an_exception_is_kept() -> None:
    speculation = Speculation(fails, 0)
    speculation.run()
    assert speculation.state == "done"
    assert type(speculation.error) is ZeroDivisionError


def test_an_increment_of_a_class_is_seen_by_its_instances() -> None:
    class Counted:
        calls = 1

    transaction, recorder = begin()
    one = Counted()
    assert recorder.load_attr(one, "__class__") is Counted
    recorder.finish(recorder.begin_attr(Counted, "calls"), "+", 5)
    Counted.calls = 100
    assert transaction.validate()
    assert recorder.load_attr(one, "calls") == 105
    transaction.replay()
    assert Counted.calls == 105
