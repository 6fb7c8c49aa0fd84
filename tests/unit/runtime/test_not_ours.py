"""What belongs to the program, and came up in the midst of our own work."""

from __future__ import annotations

import pickle
import signal
import sys
import traceback
import warnings
from functools import partial
from typing import Any

import pytest

from tests.unit.runtime.harness import make_facts, site
from xcs_ast.diagnostics.codes_runtime import TRACED
from xcs_ast.errors import is_of_the_program
from xcs_ast.runtime.handled import holder
from xcs_ast.runtime.site import Plain, Site
from xcs_ast.source.quiet import quiet


class TimeIsUp(Exception):
    """What a signal handler of the program's raises."""


def time_is_up(*_: Any) -> None:
    raise TimeIsUp("after a second")


def decide_and_be_interrupted(*_: Any) -> Any:
    signal.raise_signal(signal.SIGUSR1)
    raise AssertionError("the handler raises")


def decide_and_fail(*_: Any) -> Any:
    raise TimeIsUp("but not from a signal handler")


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there are such signals on POSIX only")
@pytest.mark.parametrize("handler", [time_is_up, partial(time_is_up)], ids=["function", "partial"])
def test_an_exception_of_a_signal_handler_reaches_the_program(handler: Any) -> None:
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(TimeIsUp):
            site(decide_and_be_interrupted).enter(lambda x: x, [1, 2, 3])
        with pytest.raises(TimeIsUp):
            site(decide_and_be_interrupted).block((lambda: 1,))
    finally:
        signal.signal(signal.SIGUSR1, before)


def decide_and_be_stopped(*_: Any) -> Any:
    signal.raise_signal(signal.SIGINT)


def names_in(error: BaseException) -> list[str]:
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


@pytest.mark.parametrize(
    "enter", [lambda s: s.enter(lambda x: x, [1, 2, 3]), lambda s: s.block((lambda: 1,))]
)
def test_a_traceback_does_not_show_what_we_were_doing_when_it_came(enter: Any) -> None:
    with pytest.raises(KeyboardInterrupt) as stopped:
        enter(site(decide_and_be_stopped))
    assert len(names_in(stopped.value)) == 2
    before = signal.signal(signal.SIGINT, time_is_up)
    try:
        with pytest.raises(TimeIsUp) as handled:
            enter(site(decide_and_be_stopped))
    finally:
        signal.signal(signal.SIGINT, before)
    assert names_in(handled.value)[2:] == ["time_is_up"]


@pytest.mark.parametrize("switch", [sys.settrace, sys.setprofile], ids=["trace", "profile"])
def test_a_region_is_plain_while_the_program_follows_its_own_steps(switch: Any) -> None:
    before = sys.gettrace() if switch is sys.settrace else sys.getprofile()
    where = site()
    try:
        switch(lambda *_: None)
        run = where.enter(lambda x: x, [1, 2, 3])
    finally:
        switch(before)
    assert isinstance(run, Plain)
    assert where.last_verdict is not None
    assert [each.code for each in where.last_verdict.reasons] == [TRACED]
    where.rearm()
    assert not isinstance(where.enter(lambda x: x, [1, 2, 3]), Plain)


def test_what_the_program_raises_elsewhere_stays_inside() -> None:
    assert isinstance(site(decide_and_fail).enter(lambda x: x, [1, 2]), Plain)


def test_what_another_thread_threw_in_has_a_type_of_the_programs() -> None:
    assert is_of_the_program(TimeIsUp("without frames"))
    assert not is_of_the_program(ValueError("without frames"))


def test_a_fault_of_ours_leaves_the_region_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    where = site()
    monkeypatch.setattr(Site, "_enter", Site._whole)  # takes other arguments
    assert isinstance(where.enter(lambda x: x, [1, 2]), Plain)


def test_a_site_that_was_pickled_is_plain() -> None:
    there = pickle.loads(pickle.dumps(Site(make_facts())))
    assert isinstance(there, Site)
    assert not there.worthwhile()
    assert there.facts == make_facts()


def test_a_holder_shows_the_exception_and_leaves_it_as_it_was() -> None:
    import sys

    seen: list[BaseException | None] = []
    error = OSError("handled")
    error.__context__ = KeyError("before")
    made = holder(error)
    assert error.__traceback__ is None
    made.send(lambda: seen.append(sys.exc_info()[1]))
    assert seen == [error]
    assert error.__traceback__ is None
    assert isinstance(error.__context__, KeyError)


def test_parsing_again_warns_of_nothing() -> None:
    import ast

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        with quiet("somewhere.py"):
            ast.parse("'\\d'", "somewhere.py")
            ast.parse("'\\d'")
        assert list(warnings.filters) == before
        assert not found
        ast.parse("'\\d'", "somewhere.py")
        assert len(found) == 1
