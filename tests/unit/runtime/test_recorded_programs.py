"""Whole programs through the recorder: the same values, state and output as plain Python, and quicker."""

from __future__ import annotations

import logging
import time
import traceback
from collections import deque
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


def _frozen(value: Any) -> Any:
    """What can be compared."""
    if isinstance(value, list | tuple | deque):
        return [type(value), *map(_frozen, value)]
    if isinstance(value, dict):
        return [(_frozen(key), _frozen(each)) for key, each in value.items()]
    if hasattr(value, "__self__"):
        return _frozen(value.__self__)
    if hasattr(value, "__dict__") and not callable(getattr(value, "__get__", None)):
        return (type(value).__qualname__, _frozen(vars(value)))
    return value


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
    state = [_frozen(each) for each in given]
    return {
        "value": value,
        "error": error,
        "trace": trace,
        "state": state,
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
