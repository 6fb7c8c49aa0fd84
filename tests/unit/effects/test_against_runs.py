"""What the analysis calls free of effects is run, and the world looked at before and after."""

from __future__ import annotations

import colorsys
import copy
import difflib
import fnmatch
import graphlib
import heapq
import html
import json
import posixpath
import random
import shlex
import statistics
import string
import textwrap
import types
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.effects.harness import region

MODULES = (
    colorsys,
    difflib,
    fnmatch,
    graphlib,
    heapq,
    html,
    json,
    posixpath,
    shlex,
    statistics,
    string,
    textwrap,
)
CACHES = {("re", "_cache")}
ITEMS: tuple[Any, ...] = ("some text", [3, 1, 2], {"a": [1]}, 5)


def public_callables() -> Iterator[tuple[str, Any]]:
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType | type) and value.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", value


def state_of_modules() -> dict[tuple[str, str], Any]:
    """The identities of all globals, and what is in the containers among them."""
    out: dict[tuple[str, str], Any] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            key = (module.__name__, name)
            if not name.startswith("__") and key not in CACHES:
                out[key] = (id(value), repr(value) if type(value) in (list, dict, set) else "")
    return out


@pytest.mark.parametrize("name", sorted(name for name, _ in public_callables()))
def test_nothing_changes_that_the_analysis_does_not_tell(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    function = dict(public_callables())[name]
    for item in copy.deepcopy(ITEMS):
        effects = region(
            "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, f(x)))\n",
            {"__name__": "anywhere"},
            item=item,
            env={"out": [], "f": function},
        )
        assert "analysis failed" not in str(effects)
        if any(effect.changes_shared_state for effect in effects.stages[0].effects):
            continue
        before, shown, stream = state_of_modules(), repr(item), random.getstate()
        try:
            function(item)
        except Exception:
            pass
        assert repr(item) == shown
        assert state_of_modules() == before
        assert random.getstate() == stream
        assert capsys.readouterr().out == ""
