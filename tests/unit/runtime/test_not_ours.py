"""What belongs to the program, and came up in the midst of our own work."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import pytest

from tests.unit.runtime.harness import make_facts, site
from xcs_ast.errors import is_of_the_program
from xcs_ast.runtime.handled import holder
from xcs_ast.runtime.site import Plain, Site
from xcs_ast.source.quiet import quiet


class TimeIsUp(Exception):
    """What a signal handler of the program's raises."""


def decide_and_be_interrupted(*_: Any) -> Any:
    raise TimeIsUp("after a second")


def decide_and_fail(*_: Any) -> Any:
    return [][0]


def test_an_exception_of_a_signal_handler_reaches_the_program() -> None:
    with pytest.raises(TimeIsUp):
        site(decide_and_be_interrupted).enter(lambda x: x, [1, 2, 3])
    with pytest.raises(TimeIsUp):
        site(decide_and_be_interrupted).block((lambda: 1,))


def test_what_a_handler_of_builtin_type_raises_is_known_by_its_frames() -> None:
    error: BaseException
    try:
        decide_and_fail()
    except IndexError as caught:
        error = caught
        assert is_of_the_program(error)
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
