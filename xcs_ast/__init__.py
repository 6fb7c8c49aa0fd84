"""Runs the slow, independent calls of ordinary sequential Python at the same time, and changes nothing else.

Importing this package loads next to nothing: every public name is loaded when it is first used.

PYTEST_DONT_REWRITE: `run -m pytest` has loaded it before pytest looks at the plugins, of which we have one;
that is nothing to warn the user of.
"""

from __future__ import annotations

from xcs_ast._version import __version__

TYPE_CHECKING = (
    False  # type checkers know the name; importing `typing` would take ten times as long as all of this
)
if TYPE_CHECKING:
    from xcs_ast.config import configure
    from xcs_ast.decorator import jit
    from xcs_ast.effects.declare import off, ordered, pure, unordered
    from xcs_ast.hook import install_import_hook, this_package
    from xcs_ast.ir.analyzer import DependencyAnalyzer, DependencyInfo, GraphOptimizer
    from xcs_ast.ir.dependences import Dependence
    from xcs_ast.ir.graph import ComputationGraph
    from xcs_ast.ir.operations import Operation, OpType
    from xcs_ast.ir.patterns import PatternLibrary, PatternMatch, PatternMatcher, register_pattern
    from xcs_ast.ir.values import ValueRef
    from xcs_ast.report.graph import to_dot, to_svg
    from xcs_ast.report.program import to_program
    from xcs_ast.runtime import ahead, run_ahead
    from xcs_ast.runtime.executor import ExecutionBackend, ParallelExecutor
    from xcs_ast.strategies import HybridStrategy, StaticAnalysisStrategy, Strategy, TracingStrategy
    from xcs_ast.tracer.trace import ExecutionTracer, Tracer, trace_function

__all__ = [
    "ComputationGraph",
    "Dependence",
    "DependencyAnalyzer",
    "DependencyInfo",
    "ExecutionBackend",
    "ExecutionTracer",
    "GraphOptimizer",
    "HybridStrategy",
    "OpType",
    "Operation",
    "ParallelExecutor",
    "PatternLibrary",
    "PatternMatch",
    "PatternMatcher",
    "StaticAnalysisStrategy",
    "Strategy",
    "Tracer",
    "TracingStrategy",
    "ValueRef",
    "__version__",
    "ahead",
    "configure",
    "install_import_hook",
    "jit",
    "off",
    "ordered",
    "pure",
    "register_pattern",
    "run_ahead",
    "this_package",
    "to_dot",
    "to_program",
    "to_svg",
    "trace_function",
    "unordered",
]

_HOMES = {
    "ComputationGraph": "xcs_ast.ir.graph",
    "Dependence": "xcs_ast.ir.dependences",
    "DependencyAnalyzer": "xcs_ast.ir.analyzer",
    "DependencyInfo": "xcs_ast.ir.analyzer",
    "ExecutionBackend": "xcs_ast.runtime.executor",
    "ExecutionTracer": "xcs_ast.tracer.trace",
    "GraphOptimizer": "xcs_ast.ir.analyzer",
    "HybridStrategy": "xcs_ast.strategies",
    "OpType": "xcs_ast.ir.operations",
    "Operation": "xcs_ast.ir.operations",
    "ParallelExecutor": "xcs_ast.runtime.executor",
    "PatternLibrary": "xcs_ast.ir.patterns",
    "PatternMatch": "xcs_ast.ir.patterns",
    "PatternMatcher": "xcs_ast.ir.patterns",
    "StaticAnalysisStrategy": "xcs_ast.strategies",
    "Strategy": "xcs_ast.strategies",
    "Tracer": "xcs_ast.tracer.trace",
    "TracingStrategy": "xcs_ast.strategies",
    "ValueRef": "xcs_ast.ir.values",
    "ahead": "xcs_ast.runtime",
    "configure": "xcs_ast.config",
    "install_import_hook": "xcs_ast.hook",
    "jit": "xcs_ast.decorator",
    "off": "xcs_ast.effects.declare",
    "ordered": "xcs_ast.effects.declare",
    "pure": "xcs_ast.effects.declare",
    "register_pattern": "xcs_ast.ir.patterns",
    "run_ahead": "xcs_ast.runtime",
    "this_package": "xcs_ast.hook",
    "to_dot": "xcs_ast.report.graph",
    "to_program": "xcs_ast.report.program",
    "to_svg": "xcs_ast.report.graph",
    "trace_function": "xcs_ast.tracer.trace",
    "unordered": "xcs_ast.effects.declare",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    if name in ("jit", "install_import_hook", "this_package"):
        from xcs_ast.report.text import report_if_wanted

        report_if_wanted()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
