"""What the regions of this process did: in all, since some moment, and together with other processes.

Guarantees: reading changes nothing. Assumes: counts are exact only while no region is being run.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, final

from xcs_ast.report.text import table

__all__ = ["Access", "Region", "merged", "rearm", "regions", "summary", "tabulated"]

_HEAD: Final = ("region", "verdict", "entered", "ahead", "saved", "why")


@final
@dataclass(frozen=True, slots=True)
class Region:
    """One region, and what it did."""

    filename: str
    line: int
    column: int
    kind: str
    function: str
    verdicts: tuple[tuple[str, int], ...]
    """How often each verdict was given."""
    entered: int
    ahead: int
    in_place: int
    saved: float
    """Seconds for which calls overlapped."""
    reasons: tuple[str, ...]
    """Of the last verdict."""

    @property
    def place(self) -> str:
        """File and line, the file as seen from the working directory where it lies below that."""
        try:
            short = os.path.relpath(self.filename)
        except (OSError, ValueError):
            short = ".."
        return f"{self.filename if short.startswith('..') else short}:{self.line}"

    @property
    def verdict(self) -> str:
        """The verdict, or how often each was given where there was more than one."""
        if not self.verdicts:
            return "plain" if self.entered else "not entered"
        if len(self.verdicts) == 1:
            return self.verdicts[0][0]
        return ", ".join(f"{kind} {count}" for kind, count in self.verdicts)

    def dump(self) -> dict[str, Any]:
        """As plain data, for another process."""
        return asdict(self)

    @staticmethod
    def load(data: Mapping[str, Any]) -> Region:
        """From what `dump` made."""
        values = {field.name: data[field.name] for field in fields(Region)}
        verdicts = tuple((str(kind), int(count)) for kind, count in values.pop("verdicts"))
        return Region(**{**values, "verdicts": verdicts, "reasons": tuple(values["reasons"])})


def regions(since: Mapping[int, Region] | None = None) -> list[Region]:
    """All regions loaded in this process; with `since`, those entered after that, and what they did then."""
    module = sys.modules.get("xcs_ast.runtime.site")
    if module is None:
        return []
    if since is None:
        return merged(_region(site) for site in module.all_sites())
    found = []
    for site in module.all_sites():
        now, before = _region(site), since.get(id(site))
        if before is not None:
            now = _difference(now, before)
        if now.entered:
            found.append(now)
    return merged(found)


def _moment() -> tuple[dict[int, Region], list[Any]]:
    """What there is now, by the ids of the sites, which must be kept alive beside it."""
    module = sys.modules.get("xcs_ast.runtime.site")
    sites = [] if module is None else list(module.all_sites())
    return {id(site): _region(site) for site in sites}, sites


def _region(site: Any) -> Region:
    span, tally, verdict = site.facts.span, site.tally, site.last_verdict
    return Region(
        filename=span.filename,
        line=span.line,
        column=span.column,
        kind=site.facts.kind.value,
        function=site.facts.function or "",
        verdicts=tuple((kind.value, count) for kind, count in site.verdicts.items()),
        entered=site.entries,
        ahead=tally.ahead,
        in_place=tally.in_place,
        saved=max(0, tally.work_ns - tally.waited_ns) / 1e9,
        reasons=() if verdict is None else tuple(f"{each.code} {each.message}" for each in verdict.reasons),
    )


def _difference(now: Region, before: Region) -> Region:
    earlier = dict(before.verdicts)
    verdicts = ((kind, count - earlier.get(kind, 0)) for kind, count in now.verdicts)
    return _with(
        now,
        verdicts=tuple((kind, count) for kind, count in verdicts if count),
        entered=now.entered - before.entered,
        ahead=now.ahead - before.ahead,
        in_place=now.in_place - before.in_place,
        saved=max(0.0, now.saved - before.saved),
    )


def _with(region: Region, **changes: Any) -> Region:
    values = {field.name: getattr(region, field.name) for field in fields(Region)}
    return Region(**{**values, **changes})


def merged(found: Iterable[Region]) -> list[Region]:
    """One region for each place, in the order of the places: modules may be loaded many times."""
    by_place: dict[tuple[str, int, int, str], Region] = {}
    for each in found:
        key = (each.filename, each.line, each.column, each.kind)
        known = by_place.get(key)
        by_place[key] = each if known is None else _sum(known, each)
    return [by_place[key] for key in sorted(by_place)]


def _sum(one: Region, two: Region) -> Region:
    verdicts = dict(one.verdicts)
    for kind, count in two.verdicts:
        verdicts[kind] = verdicts.get(kind, 0) + count
    return _with(
        one,
        verdicts=tuple(verdicts.items()),
        entered=one.entered + two.entered,
        ahead=one.ahead + two.ahead,
        in_place=one.in_place + two.in_place,
        saved=one.saved + two.saved,
        reasons=two.reasons or one.reasons,
    )


def summary(found: Iterable[Region]) -> str:
    """One line."""
    listed = list(found)
    entered = sum(1 for each in listed if each.entered)
    ahead = sum(each.ahead for each in listed)
    noun = "region" if len(listed) == 1 else "regions"
    return f"{len(listed)} {noun}, {entered} entered, {ahead} {'task' if ahead == 1 else 'tasks'} ran ahead"


def tabulated(found: Iterable[Region]) -> list[str]:
    """The lines of a table of the regions that were entered."""
    entered = [each for each in found if each.entered]
    body = [
        (
            each.place,
            each.verdict,
            str(each.entered),
            str(each.ahead),
            f"{each.saved:.3f} s" if each.saved > 0 else "-",
            "; ".join(each.reasons),
        )
        for each in entered
    ]
    return table(_HEAD, body, right=(2, 3, 4)) if body else []


def rearm() -> None:
    """Lets every region be judged anew where it is entered next, whatever was found at earlier entries."""
    module = sys.modules.get("xcs_ast.runtime.site")
    if module is not None:
        for site in module.all_sites():
            site.rearm()


@final
class Access:
    """What a test gets to see: the regions that were entered since it began."""

    def __init__(self) -> None:
        self._before, self._sites = _moment()

    def regions(self) -> list[Region]:
        """The regions that were entered since the test began, with what they did since then."""
        return regions(self._before)

    @property
    def tasks_ahead(self) -> int:
        """How many calls ran ahead of their place since the test began."""
        return sum(each.ahead for each in self.regions())

    @contextlib.contextmanager
    def eager(self) -> Iterator[None]:
        """For the time of a `with` block, everything that is proven runs ahead, whether it pays or not."""
        from xcs_ast.testing.schedules import Order, Schedule, scheduled

        rearm()
        with scheduled(Schedule(Order.AHEAD)):
            yield

    @property
    def assert_equivalent(self) -> Callable[..., None]:
        """`xcs_ast.testing.assert_equivalent`."""
        from xcs_ast.testing.given import assert_equivalent

        return assert_equivalent
