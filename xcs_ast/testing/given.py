"""Equivalence as a property: generated inputs, shrunk counterexamples.

Hypothesis is imported when one of these functions is called, not before.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from xcs_ast.testing.functions import Function, Nondeterministic, Pair
from xcs_ast.testing.schedules import QUICK, Schedule

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["assert_equivalent", "equivalent", "inputs_of", "searching"]

F = TypeVar("F", bound=Callable[..., Any])


def assert_equivalent(
    func: Function,
    *strategies: Any,
    given: Mapping[str, Any] | None = None,
    schedules: tuple[Schedule, ...] = QUICK,
    max_examples: int = 100,
    extra_calls: bool = False,
    seed: int | None = None,
    transform: Callable[[Any], Any] | None = None,
) -> None:
    """Check that `func`, optimized, is plain Python, on inputs that Hypothesis makes.

    `strategies` are for the positional arguments in order, `given` for those by name; what is not a
    strategy is taken as the value itself. Parameters left over get a strategy from their type hints, or keep
    their default.
    Inputs are copied for each run with their aliasing. Unordered calls in vain are let pass with
    `extra_calls`, and where the plain function raises. A `seed` makes the inputs the same each time.

    Raises:
        NotEquivalent: with the smallest input found, and a script that shows the difference.
        Nondeterministic: if `func` itself differs from run to run.
        TypeError: if a parameter has neither strategy nor type hint nor default.
    """
    import hypothesis
    from hypothesis import HealthCheck
    from hypothesis import strategies as st

    pair = Pair.of(func, transform)
    positional, named = inputs_of(pair.plain, strategies, given or {})
    tried: list[bool] = []
    unstable: list[Nondeterministic] = []

    def test(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if unstable:
            return
        try:
            if not tried:
                tried.append(True)
                pair.check_is_deterministic(args, kwargs)
            pair.check(args, kwargs, schedules, extra_calls=extra_calls)
        except Nondeterministic as error:
            unstable.append(error)

    settings = hypothesis.settings(
        max_examples=max_examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=searching(),
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run = settings(hypothesis.given(st.tuples(*positional), st.fixed_dictionaries(named))(test))
    (run if seed is None else hypothesis.seed(seed)(run))()
    if unstable:
        raise unstable[0]


def searching() -> tuple[Any, ...]:
    """All phases but the last, which follows the steps of the program: and then that runs plainly."""
    from hypothesis import Phase

    return tuple(each for each in Phase if each is not Phase.explain)


def equivalent(*strategies: Any, **options: Any) -> Callable[[F], Callable[[], None]]:
    """`assert_equivalent` as a decorator: makes a test without arguments out of a function."""

    def decorate(func: F) -> Callable[[], None]:
        def test() -> None:
            assert_equivalent(func, *strategies, **options)

        test.__name__ = func.__name__
        test.__qualname__ = func.__qualname__
        test.__module__ = func.__module__
        test.__doc__ = func.__doc__
        return test

    return decorate


def inputs_of(
    func: Function, strategies: tuple[Any, ...], given: Mapping[str, Any]
) -> tuple[list[SearchStrategy[Any]], dict[str, SearchStrategy[Any]]]:
    """One strategy for each argument: as told, else by type hint.

    Raises:
        TypeError: a parameter has neither strategy nor type hint nor default.
    """
    positional = [_as_strategy(each) for each in strategies]
    named = {name: _as_strategy(each) for name, each in given.items()}
    try:
        parameters = list(inspect.signature(func).parameters.values())
    except (TypeError, ValueError):
        return positional, named
    hints = _hints(func)
    for parameter in parameters[len(positional) :]:
        if parameter.name in named or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        strategy = _by_hint(func, parameter, hints)
        if strategy is None:
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(strategy)
        else:
            named[parameter.name] = strategy
    return positional, named


def _as_strategy(given: Any) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    return given if isinstance(given, st.SearchStrategy) else st.just(given)


def _hints(func: Function) -> dict[str, Any]:
    target = getattr(func, "__func__", func)
    if not inspect.isroutine(target):
        target = type(func).__call__
    try:
        return typing.get_type_hints(target)
    except Exception:
        return {}


def _by_hint(
    func: Function, parameter: inspect.Parameter, hints: dict[str, Any]
) -> SearchStrategy[Any] | None:
    from hypothesis import strategies as st

    if parameter.name in hints:
        return st.from_type(hints[parameter.name])
    if parameter.default is not parameter.empty:
        return None
    name = getattr(func, "__qualname__", repr(func))
    raise TypeError(f"{name}: give a strategy or a type hint for the parameter {parameter.name!r}")
