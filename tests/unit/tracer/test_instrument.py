"""Clones under the plain recorders do what their originals do, construct by construct, in order."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.tracer import constructs
from tests.unit.tracer.running import RECORDERS, outcome, plain_clone
from xcs_ast.tracer.clones import Link, Refusal, clone_of
from xcs_ast.tracer.hooks import Recorder

CASES = [
    f
    for f in vars(constructs).values()
    if type(f) is types.FunctionType
    and f.__module__ == constructs.__name__
    and not f.__name__.startswith("_")
]
REFUSED = {"matching": "a class pattern"}


def observed(f: Callable[..., Any], *args: Any) -> tuple[Any, list[str]]:
    constructs.NOTES.clear()
    found = outcome(f, *args)
    return re.sub(r" at 0x[0-9a-f]+", "", repr(found)), [
        re.sub(r" at 0x[0-9a-f]+", "", note) for note in constructs.NOTES
    ]


@pytest.mark.parametrize("recorder", RECORDERS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda each: each.__name__)
def test_a_clone_leaves_the_same_log(case: Any, recorder: Callable[[], Recorder]) -> None:
    if case.__name__ in REFUSED:
        assert clone_of(case, Link(recorder())) == Refusal(REFUSED[case.__name__])
        return
    made = recorder()
    clone = plain_clone(case, made) if not hasattr(made, "link") else clone_of(case, made.link)
    plain = observed(case, constructs.L)
    assert plain[0].startswith("('value'"), plain
    assert observed(clone, constructs.L) == plain
    assert clone.__doc__ is None or clone.__doc__ == case.__doc__


@pytest.mark.parametrize("recorder", RECORDERS, ids=lambda each: each.__name__)
def test_variables_of_enclosing_functions(recorder: Callable[[], Recorder]) -> None:
    results = []
    for wanted in (False, True):
        constructs.NOTES.clear()
        middle, look = constructs.outer(constructs.L)
        if wanted:
            middle = plain_clone(middle, recorder())
        results.append((repr(outcome(middle, 3)), repr(look()), list(constructs.NOTES)))
    assert results[0] == results[1]
    assert "('error'" not in results[0][0]


@pytest.mark.parametrize("recorder", RECORDERS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", ["__init__", "m", "nested", "implicit", "c", "s"])
def test_methods(name: str, recorder: Callable[[], Recorder]) -> None:
    def run(f: Any) -> Any:
        self = constructs.Derived(1)
        arguments = {"c": (constructs.Derived,), "s": (5,), "m": (self, 2), "__init__": (self, 3)}
        return repr(outcome(f, *arguments.get(name, (self,)))), sorted(vars(self).items())

    found = vars(constructs.Derived)[name]
    original = getattr(found, "__func__", found)
    plain = run(original)
    assert "error" not in plain[0]
    assert run(plain_clone(original, recorder())) == plain


@pytest.mark.parametrize("recorder", RECORDERS[:2], ids=lambda each: each.__name__)
def test_generators_take_what_is_sent_and_thrown(recorder: Callable[[], Recorder]) -> None:
    results = []
    for f in (constructs.generator, plain_clone(constructs.generator, recorder())):
        constructs.NOTES.clear()
        steps: list[Any] = []
        generator = f(constructs.L)
        steps += [repr(next(generator)), repr(generator.send(constructs.L("sent")))]
        steps += [repr(next(generator)) for _ in range(3)]
        steps.append(repr(generator.send("back")))
        steps.append(repr(next(generator)))
        with pytest.raises(ValueError) as caught:
            generator.throw(ValueError("in"))
        steps.append(str(caught.value))
        results.append((steps, list(constructs.NOTES), generator.gi_frame))
    assert results[0] == results[1]
