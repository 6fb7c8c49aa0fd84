"""Whole programs through the recorder: the same values, state and output as plain Python, and quicker."""

from __future__ import annotations

import copy
import logging
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

import xcs_ast
from xcs_ast import config

from . import recorded

_CASES = recorded.cases()


@pytest.fixture(autouse=True)
def _options() -> Iterator[None]:
    with config.overridden(workers=16, eager=False):
        yield


def _outcome(function: Any, arguments: Any, capsys: Any, caplog: Any) -> dict[str, Any]:
    recorded.start()
    caplog.clear()
    capsys.readouterr()
    given = arguments()
    began = time.perf_counter()
    value, error, trace = None, None, []
    try:
        value = function(*given)
    except Exception as exc:
        error = (type(exc), exc.args, exc.__context__, exc.__cause__)
        trace = [(f.filename, f.lineno, f.name, f.colno) for f in traceback.extract_tb(exc.__traceback__)[1:]]
    took = time.perf_counter() - began
    state = [copy.deepcopy(getattr(each, "__dict__", each)) for each in given if not callable(each)]
    owner = getattr(given[0], "__self__", None)
    return {
        "value": value,
        "error": error,
        "trace": trace,
        "state": state,
        "owner": None if owner is None else copy.deepcopy(vars(owner)),
        "tokens": recorded.tokens,
        "served": list(recorded.served),
        "out": capsys.readouterr().out,
        "log": [(r.getMessage(), r.levelname, r.lineno, r.funcName, r.threadName) for r in caplog.records],
        "took": took,
    }


@pytest.mark.parametrize("name", _CASES)
def test_program(name: str, capsys: Any, caplog: Any) -> None:
    function, arguments, _least = _CASES[name]
    caplog.set_level(logging.INFO)
    plain = _outcome(function, arguments, capsys, caplog)
    ahead = xcs_ast.jit(function)
    assert ahead is not function
    for _ in range(3):
        got = _outcome(ahead, arguments, capsys, caplog)
        assert {**got, "took": 0} == {**plain, "took": 0}
