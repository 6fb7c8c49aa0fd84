"""What a library logs while a task calls it."""

from __future__ import annotations

import _thread
import io
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from xcs_ast.effects.libraries import filters_of, is_silent, levels
from xcs_ast.tracer.deferred_logging import is_plain
from xcs_ast.tracer.overheard import Listening, handle, taken

NAME = "xcs_test_overheard.inner"


@pytest.fixture
def heard() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    logger = logging.getLogger(NAME)
    logger.propagate = False
    logger.handlers.clear()
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(threadName)s %(funcName)s %(message)s"))
    logger.addHandler(handler)
    yield logger, stream
    logger.handlers.clear()
    logger.filters.clear()


def on_thread(work: Any) -> None:
    thread = threading.Thread(target=work, name="another")
    thread.start()
    thread.join()


def test_records_wait_and_go_their_way_on_the_thread_whose_turn_it_is(
    heard: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = heard
    records: list[Any] = []
    said = ["early"]

    def work() -> None:
        with Listening([NAME]):
            logger.info("said %s", said)
            logger.debug("nobody listens to that")
        records.extend(taken())

    on_thread(work)
    said.append("late")
    assert stream.getvalue() == ""
    assert logger.filters == []
    for record in records:
        handle(record)
    assert stream.getvalue() == "MainThread work said ['early']\n"
    assert taken() == []


def test_no_thread_of_ours_comes_to_be_known(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, _ = heard
    before, done = threading.enumerate(), threading.Event()
    names: list[str] = []

    def work() -> None:
        with Listening([NAME]):
            logger.info("from a thread that `threading` does not know")
        names.extend(record.threadName for record in taken())
        done.set()

    _thread.start_new_thread(work, ())
    assert done.wait(60)
    assert names == ["MainThread"]
    assert threading.enumerate() == before


def test_records_of_other_threads_pass(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = heard
    with Listening([NAME]):
        on_thread(lambda: logger.info("meanwhile"))
        assert stream.getvalue() == "another <lambda> meanwhile\n"
        assert len(logger.filters) == 1
        assert filters_of(logger) == []
        assert is_plain(logger)
    assert taken() == []


def test_two_threads_listen_at_once(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = heard
    inside, leave = threading.Barrier(3), threading.Barrier(3)
    found: dict[int, list[str]] = {}

    def work(number: int) -> None:
        with Listening([NAME]):
            logger.info("from %d", number)
            inside.wait(60)
            leave.wait(60)
        found[number] = [record.getMessage() for record in taken()]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(60)
    assert len(logger.filters) == 1
    leave.wait(60)
    for thread in threads:
        thread.join()
    assert found == {0: ["from 0"], 1: ["from 1"]}
    assert stream.getvalue() == ""
    assert logger.filters == []


def test_what_raises_has_still_logged(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, _ = heard
    with pytest.raises(ValueError, match="after"), Listening([NAME]):
        logger.warning("before")
        raise ValueError("after")
    assert [record.getMessage() for record in taken()] == ["before"]


def test_a_record_that_cannot_be_formatted_is_left_to_its_handlers(
    heard: tuple[logging.Logger, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, stream = heard
    with Listening([NAME]):
        logger.info("%d", "no number")
    monkeypatch.setattr(logging, "raiseExceptions", False)
    for record in taken():
        handle(record)
    assert stream.getvalue() == ""


def test_filters_of_the_program_come_when_it_is_their_turn(
    heard: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = heard
    told: list[str] = []
    logger.addFilter(lambda record: told.append(record.getMessage()) or len(told) > 1)  # type: ignore[func-returns-value]
    with Listening([NAME]):
        logger.info("one")
        logger.info("two")
    records = taken()
    assert told == []
    for record in records:
        handle(record)
    assert told == ["one", "two"]
    assert stream.getvalue().endswith("two\n")
    assert stream.getvalue().count("\n") == 1
    assert filters_of(logger) != []
    assert not is_plain(logger)


def test_a_librarys_own_filter(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, _ = heard
    kind = type(
        "Redacting", (), {"__module__": "xcs_test_overheard.logs", "filter": lambda self, record: True}
    )
    logger.addFilter(kind())
    assert not is_plain(logger)
    assert is_plain(logger, "xcs_test_overheard")


def test_what_decides_which_records_are_made(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, _ = heard
    before = levels(NAME)
    assert before
    assert levels("xcs_test_overheard.nobody") == ""
    logger.setLevel(logging.ERROR)
    assert levels(NAME) != before
    assert is_silent(NAME, "INFO")


def test_loggers_that_are_not_there_are_not_made() -> None:
    with Listening(["xcs_test_overheard.nobody"]):
        pass
    assert "xcs_test_overheard.nobody" not in logging.root.manager.loggerDict
    assert taken() == []


def test_a_level_that_is_set_while_the_call_is_under_way(heard: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = heard
    logger.setLevel(logging.ERROR)
    with Listening([NAME]):
        logger.setLevel(logging.INFO)
        logger.info("too early")
    assert [record.getMessage() for record in taken()] == ["too early"]
    assert stream.getvalue() == ""
