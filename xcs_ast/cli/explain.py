"""`explain`: each region of a file, what decides about it, and what was left alone and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Literal

from xcs_ast.cli.files import Refused, SourceFile, complain, find_files, read
from xcs_ast.diagnostics.codes_faces import REWRITE_FAILED
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.ir.sites import SiteFacts

__all__ = ["Format", "explain"]

Format = Literal["text", "json"]


def explain(paths: Sequence[str], *, form: Format = "text") -> int:
    """Explains each file; the status is 2 if any could not be handled, else 0."""
    failed = False
    entries: list[dict[str, Any]] = []
    for each in find_files(paths):
        file = each if isinstance(each, Refused) else read(each)
        found = file if isinstance(file, Refused) else _explain(file)
        if isinstance(found, Refused):
            sys.stdout.flush()
            complain(found)
            failed = True
        elif form == "json":
            entries.append(found)
        else:
            sys.stdout.write(_text(found))
    if form == "json":
        import json

        sys.stdout.write(json.dumps({"files": entries}, indent=2) + "\n")
    sys.stdout.flush()
    return 2 if failed else 0


def _explain(file: SourceFile) -> dict[str, Any] | Refused:
    from xcs_ast.frontend import plan_module

    try:
        plan = plan_module(file.text, file.path)
    except Exception as error:
        return Refused(
            file.path, Diagnostic(REWRITE_FAILED, f"cannot be analysed: {type(error).__name__}: {error}")
        )
    entries = [_region(region.facts) for region in plan.regions]
    entries += [_left(each) for each in plan.left_alone]
    entries.sort(key=lambda entry: (entry["line"], entry["column"], entry["verdict"] or ""))
    return {"path": file.path, "regions": entries}


def _region(facts: SiteFacts) -> dict[str, Any]:
    return {
        "line": facts.span.line,
        "column": facts.span.column + 1,
        "end_line": facts.span.end_line,
        "end_column": facts.span.end_column + 1,
        "kind": facts.kind.value,
        "function": facts.function or None,
        "callees": list(facts.callees),
        "hand_overs": facts.stages,
        "verdict": None,
        "decided": "at run time",
        "reasons": [],
    }


def _left(diagnostic: Diagnostic) -> dict[str, Any]:
    from xcs_ast.diagnostics import lookup

    span = diagnostic.span
    try:
        name: str | None = lookup(diagnostic.code).name
    except KeyError:
        name = None
    reason = {
        "code": diagnostic.code,
        "name": name,
        "message": diagnostic.message,
        "names": list(diagnostic.names),
        "suggestion": diagnostic.suggestion or None,
    }
    return {
        "line": span.line if span else 1,
        "column": span.column + 1 if span else 1,
        "end_line": span.end_line if span else 1,
        "end_column": span.end_column + 1 if span else 1,
        "kind": None,
        "function": None,
        "callees": [],
        "hand_overs": 0,
        "verdict": "SERIAL",
        "decided": "from the source",
        "reasons": [reason],
    }


def _text(entry: dict[str, Any]) -> str:
    lines = [f"{_place(entry['path'], each)}: {_verdict(each)}" for each in entry["regions"]]
    if not lines:
        lines = [f"{entry['path']}: no regions"]
    return "\n".join(lines) + "\n"


def _place(path: str, entry: dict[str, Any]) -> str:
    return f"{path}:{entry['line']}:{entry['column']}-{entry['end_line']}:{entry['end_column']}"


def _verdict(entry: dict[str, Any]) -> str:
    if entry["verdict"] is None:
        callees = ", ".join(entry["callees"]) or "what it calls"
        where = f" in {entry['function']}" if entry["function"] else ""
        return f"{entry['kind']}{where}: decided at run time by {callees}"
    [reason] = entry["reasons"]
    name = f" {reason['name']}" if reason["name"] else ""
    hint = f" ({reason['suggestion']})" if reason["suggestion"] else ""
    return f"SERIAL {reason['code']}{name}: {reason['message']}{hint}"
