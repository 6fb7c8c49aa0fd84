"""One function put to the test on generated inputs, and what came of it, in figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, final

from xcs_ast.testing.functions import Function, Nondeterministic, NotEquivalent, Pair
from xcs_ast.testing.given import inputs_of, searching
from xcs_ast.testing.plain import sites_of
from xcs_ast.testing.regions import Access, Region
from xcs_ast.testing.schedules import QUICK, Schedule

__all__ = ["NoInputs", "Trial", "try_function"]


class NoInputs(Exception):
    """No inputs can be made for the function; the message says why, in one line."""


@final
@dataclass(slots=True)
class Trial:
    """The result."""

    inputs: int = 0
    """How many were tried until the end, or until one differed."""
    raising: int = 0
    """How many of them made the plain function raise."""
    optimized: bool = False
    """Whether there is a region in the function that could run ahead."""
    regions: list[Region] = field(default_factory=list)
    """Those entered, in callees too."""
    difference: NotEquivalent | None = None
    unstable: Nondeterministic | None = None


def try_function(
    function: Function,
    *,
    given: dict[str, Any] | None = None,
    examples: int = 100,
    seed: int = 0,
    schedules: tuple[Schedule, ...] = QUICK,
    progress: Callable[[int], None] | None = None,
) -> Trial:
    """Compare a function's plain and optimized runs on so many inputs, made from its type hints.

    Raises:
        NoInputs: a parameter has no hint, or one that no values are known for.
    """
    import hypothesis
    from hypothesis import HealthCheck
    from hypothesis import strategies as st
    from hypothesis.errors import Flaky, HypothesisException

    trial = Trial()
    pair = Pair.of(function)
    trial.optimized = bool(sites_of(pair.optimized))
    seen = Access()
    last: list[NotEquivalent] = []

    def test(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if trial.unstable is not None:
            return
        try:
            if not trial.inputs:
                pair.check_is_deterministic(args, kwargs)
            outcome = pair.check(args, kwargs, schedules)
        except Nondeterministic as error:
            trial.unstable = error
            return
        except NotEquivalent as error:
            last[:] = [error]
            raise
        if not last:
            trial.inputs += 1
            trial.raising += outcome.raised
            if progress is not None:
                progress(trial.inputs)

    try:
        positional, named = inputs_of(pair.plain, (), given or {})
        settings = hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=False,
            phases=searching(),
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=hypothesis.Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        run = settings(hypothesis.given(st.tuples(*positional), st.fixed_dictionaries(named))(test))
        hypothesis.seed(seed)(run)()
    except NotEquivalent as error:
        trial.difference = error
    except Flaky:  # it differs now and then: the smallest input for which it did
        if not last:
            raise
        trial.difference = last[0]
    except (TypeError, NameError, HypothesisException) as error:
        if trial.inputs:
            raise
        raise NoInputs(" ".join(str(error).split())) from error
    trial.regions = seen.regions()
    return trial
