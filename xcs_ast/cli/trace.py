"""`trace`: runs a function once and shows the graph of what it did."""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Literal

__all__ = ["Form", "trace"]

Form = Literal["text", "dot", "svg", "json", "program"]


class _Untraced(Exception):
    """Why there is no graph."""


def trace(target: str, *, arguments: Sequence[str] = (), form: Form = "text", output: str = "") -> int:
    """Traces one function; the status is 2 if that could not be done, 1 if it raised, else 0."""
    from xcs_ast.tracer.trace import Tracer

    tracer = Tracer()
    try:
        function, space = _resolve(target)
        values = [_value(text, space) for text in arguments]
    except _Untraced as why:
        sys.stderr.write(f"xcs_ast: {target}: {why}\n")
        return 2
    status = 0
    try:
        tracer.trace(function, *values)
    except (Exception, SystemExit) as error:
        if tracer.graph is None:
            sys.stderr.write(f"xcs_ast: {target}: {_one_line(error)}\n")
            return 2
        import traceback

        from xcs_ast.tracer.tracebacks import without_ours

        without_ours(error)
        traceback.print_exception(error)
        status = 1
    sys.stdout.flush()
    assert tracer.graph is not None
    text = _rendered(tracer.graph, form)
    if output:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()
    return status


def _rendered(graph: Any, form: Form) -> str:
    match form:
        case "text":
            return f"{graph}\n"
        case "json":
            import json

            return json.dumps(graph.as_dict(), indent=2) + "\n"
        case "program":
            from xcs_ast.report.program import to_program

            return to_program(graph)
        case "dot":
            from xcs_ast.report.graph import to_dot

            return to_dot(graph)
        case "svg":
            from xcs_ast.report.graph import to_svg

            return to_svg(graph)


def _resolve(target: str) -> tuple[Callable[..., Any], dict[str, Any]]:
    place, colon, name = target.rpartition(":")
    if not colon or os.path.isfile(target):
        place, name = target, ""
    space = _from_file(place) if place.endswith(".py") else vars(_imported(place))
    found: Any = space.get((name or "main").partition(".")[0])
    for part in (name or "main").split(".")[1:]:
        found = getattr(found, part, None)
    if not callable(found):
        said = (
            f"there is no function {name}"
            if name
            else "it has no function `main`: name one, file.py:function"
        )
        raise _Untraced(said)
    return found, space


def _from_file(path: str) -> dict[str, Any]:
    if not os.path.isfile(path):
        raise _Untraced("there is no such file")
    directory = os.path.dirname(os.path.abspath(path))
    if directory not in sys.path:
        sys.path.insert(0, directory)
    stem = os.path.splitext(os.path.basename(path))[0]
    name = stem if stem.isidentifier() and stem not in sys.modules else "traced_module"
    module = ModuleType(name)  # so that what it defines finds its module, as `pickle` and dataclasses do
    sys.modules[name] = module
    try:
        space = runpy.run_path(path, run_name=name)
    except (Exception, SystemExit) as error:
        raise _Untraced(f"it cannot be loaded: {_one_line(error)}") from None
    module.__dict__.update(space)
    return space


def _imported(name: str) -> ModuleType:
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise _Untraced(f"it cannot be imported: {_one_line(error)}") from None


def _value(text: str, space: dict[str, Any]) -> Any:
    try:
        return eval(text, dict(space))  # what the user typed, in the module that was named
    except Exception as error:
        raise _Untraced(f"the argument {text!r} cannot be evaluated: {_one_line(error)}") from None


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
