"""A pytest plugin: notes how each test ended and, where asked to, optimizes packages first.

Loaded with `-p outside_recorder`, before anything imports the package under test. `OUTSIDE_RECORD` names
the file to write; `OUTSIDE_OPTIMIZE` names packages, parted by commas; `OUTSIDE_ORDER` names a schedule under
which whatever is proven, or can be recorded, runs ahead, whether it pays or not.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import ExitStack
from typing import Any

_RANK = ("error", "failed", "xpassed", "xfailed", "skipped", "passed")
_outcomes: dict[str, str] = {}
_reasons: dict[str, str] = {}
_kept = ExitStack()
_loaded = {"modules": 0, "regions": 0}


def _optimize(packages: list[str]) -> None:
    import xcs_ast
    from xcs_ast import activation

    plain = activation.make_sites

    def counted(*arguments: Any) -> list[Any]:
        sites = plain(*arguments)
        _loaded["modules"] += 1
        _loaded["regions"] += len(sites)
        return sites

    activation.make_sites = counted
    order = os.environ.get("OUTSIDE_ORDER")
    if order:
        from xcs_ast.testing.schedules import Order, Schedule, scheduled

        _kept.enter_context(scheduled(Schedule(Order(order))))
        _limit(int(os.environ.get("OUTSIDE_MOST", "30")))
    xcs_ast.install_import_hook(*packages)


def _limit(most: int) -> None:
    """Each region is entered so many times; then it stays plain, or some suites would take hours."""
    from xcs_ast.runtime.site import Site

    asked = Site.worthwhile
    Site.worthwhile = lambda site: site.entries < most and asked(site)  # type: ignore[method-assign]


_packages = [name for name in os.environ.get("OUTSIDE_OPTIMIZE", "").split(",") if name]
if _packages:
    _optimize(_packages)


def pytest_runtest_logreport(report: Any) -> None:
    """Keeps the worst that any phase of a test came to."""
    if hasattr(report, "wasxfail"):
        outcome = "xpassed" if report.outcome == "passed" and report.when == "call" else "xfailed"
        if report.when != "call" and report.outcome == "passed":
            return
    elif report.outcome == "failed" and report.when != "call":
        outcome = "error"
    else:
        outcome = report.outcome
    known = _outcomes.get(report.nodeid, "passed")
    if _RANK.index(outcome) <= _RANK.index(known):
        _outcomes[report.nodeid] = outcome
    if report.outcome == "failed":
        _reasons[report.nodeid] = str(report.longrepr)[-3000:]


def pytest_collectreport(report: Any) -> None:
    """A module that cannot even be collected counts as an error."""
    if report.outcome == "failed":
        _outcomes[report.nodeid] = "error"
        _reasons[report.nodeid] = str(report.longrepr)[-3000:]


def _regions() -> dict[str, Any]:
    from xcs_ast.diagnostics.notices import recorded
    from xcs_ast.ir.verdict import VerdictKind
    from xcs_ast.runtime.site import all_sites

    sites = [each for each in all_sites() if each.entries]
    serial: Counter[str] = Counter()
    for site in sites:
        verdict = site.last_verdict
        if verdict is not None and verdict.kind is VerdictKind.SERIAL:
            serial.update({reason.code for reason in verdict.reasons[:1]})
    return {
        **_loaded,
        "entered": len(sites),
        "entries": sum(each.entries for each in sites),
        "proven_regions": sum(1 for each in sites if each.verdicts.get(VerdictKind.PROVEN)),
        "proven_runs": sum(each.verdicts.get(VerdictKind.PROVEN, 0) for each in sites),
        "recorded_regions": sum(1 for each in sites if each.verdicts.get(VerdictKind.SPECULATIVE)),
        "recorded_runs": sum(each.verdicts.get(VerdictKind.SPECULATIVE, 0) for each in sites),
        "redone": sum(each.tally.redone for each in sites),
        "abandoned": sum(each.tally.abandoned for each in sites),
        "ahead": sum(each.tally.ahead for each in sites),
        "serial": dict(serial.most_common()),
        "notices": [str(each) for each in recorded()],
    }


def pytest_sessionfinish(session: Any) -> None:
    """Writes the record."""
    path = os.environ.get("OUTSIDE_RECORD")
    if not path:
        return
    found = {"outcomes": _outcomes, "reasons": _reasons, "regions": _regions() if _packages else {}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1)
