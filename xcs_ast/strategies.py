"""How a function is optimized: each strategy is a name and the passes that it takes.

sequential   no pass at all: plain Python
static       all passes, and only what is proven: nothing runs ahead on trial
tracing      no pass: recorded when it is first called, then run by its graph under guards
hybrid       all passes: rewritten ahead of time, decided over live objects at run time (the default)
auto         whichever suits; at present always hybrid
"""

from __future__ import annotations

from dataclasses import dataclass

from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.pipeline import PASSES, Pass

from .typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcs_ast.ir.graph import ComputationGraph

__all__ = [
    "DEFAULT",
    "STRATEGIES",
    "HybridStrategy",
    "StaticAnalysisStrategy",
    "Strategy",
    "TracingStrategy",
    "find_strategy",
]


@final
@dataclass(frozen=True, slots=True)
class Strategy:
    """A name, and the passes from source to code that it stands for."""

    name: str
    passes: tuple[Pass, ...]

    traces: bool = False
    """Whether a function is run by the graph of its own first run."""
    speculation: bool = True
    """Whether what is not proven may run ahead on trial."""

    def build_graph(self, func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> ComputationGraph:
        """The graph of one run of `func` with these arguments: it is executed once.

        Raises:
            TypeError: it does not take these arguments.
        """
        from xcs_ast.tracer.trace import trace_function

        return trace_function(func, *args, **kwargs)

    @property
    def rewrites(self) -> bool:
        """Whether it changes anything."""
        return bool(self.passes)


DEFAULT: Final = "hybrid"
STRATEGIES: Final = {
    each.name: each
    for each in (
        Strategy("sequential", ()),
        Strategy("static", PASSES, speculation=False),
        Strategy("tracing", (), traces=True),
        Strategy("hybrid", PASSES),
        Strategy("auto", PASSES),
    )
}


def TracingStrategy() -> Strategy:
    """The strategy `tracing`."""
    return STRATEGIES["tracing"]


def StaticAnalysisStrategy() -> Strategy:
    """The strategy `static`."""
    return STRATEGIES["static"]


def HybridStrategy() -> Strategy:
    """The strategy `hybrid`."""
    return STRATEGIES["hybrid"]


def find_strategy(name: str) -> Strategy:
    """The strategy of that name.

    Raises:
        ValueError: there is none; the message lists those that there are.
    """
    found = STRATEGIES.get(name)
    if found is None:
        raise ValueError(f"unknown strategy {name!r}; choose one of {', '.join(sorted(STRATEGIES))}")
    return found
