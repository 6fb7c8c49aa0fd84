"""The table of regions that is printed when a program ends.

Guarantees: it is printed at most once, on stderr, after the program's own exit handlers; a failure to make
it is one line and changes nothing. Assumes: it is asked for before the program starts, or by its imports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from xcs_ast.diagnostics.diagnostic import Diagnostic

__all__ = ["Row", "render", "report_at_exit", "report_if_wanted", "rows", "table"]

_HEAD: Final = ("region", "verdict", "entered", "ahead", "in place", "saved", "why")
_WIDEST: Final = 100
_WHOLE: Final = 300
_registered: list[int] = []


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One region, in words."""

    place: str
    verdict: str
    entered: int
    ahead: int
    in_place: int
    saved: float
    reasons: tuple[str, ...]
    again: int = 0
    """Recorded tasks that ran a second time, in place."""
    repeated: int = 0
    """Calls of things outside that were made twice for that."""


def report_at_exit() -> None:
    """Has the table printed when the process ends; asking again does nothing."""
    if os.getpid() in _registered:
        return
    import atexit

    _registered.append(os.getpid())
    atexit.register(_print, os.getpid())


def report_if_wanted() -> None:
    """Has the table printed if the options say so. What is wrong with the options is for others to say."""
    from xcs_ast import config
    from xcs_ast.errors import ConfigError

    try:
        wanted = config.current().report
    except ConfigError:
        return
    if wanted:
        report_at_exit()


def _print(process: int) -> None:
    if os.getpid() != process or sys.stderr is None:  # a forked child tells nothing: its parent does
        return
    try:
        text = render()
    except Exception as error:
        text = f"xcs_ast: no report: {type(error).__name__}: {error}\n"
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def render() -> str:
    """The table of all regions that were loaded, and what was noticed besides."""
    from xcs_ast.diagnostics.notices import recorded
    from xcs_ast.runtime import deciding

    found = rows()
    lines = ["xcs_ast: no region was loaded" if not found else f"xcs_ast: {_count(len(found), 'region')}"]
    if found:
        body = [
            (
                row.place,
                row.verdict,
                str(row.entered),
                str(row.ahead),
                str(row.in_place),
                f"{row.saved:.3f} s" if row.saved > 0 else "-",
                _listed(_why(row)),
            )
            for row in found
        ]
        lines += table(_HEAD, body, right=(2, 3, 4, 5))
        saved = sum(row.saved for row in found)
        if saved > 0:
            lines.append(f"time saved: {saved:.3f} s; deciding took {deciding.SPENT[0] / 1e9:.3f} s")
        repeated = sum(row.repeated for row in found)
        if repeated:
            lines.append(f"made twice: {_count(repeated, 'external call')}")
    lines += [f"note: {each}" for each in recorded()]
    return "\n".join(lines) + "\n"


def _why(row: Row) -> list[str]:
    """The reasons; of recorded regions also what was done in vain, for it may have cost money."""
    vain = []
    if row.again:
        vain.append(f"{_count(row.again, 'task')} ran twice")
    if row.repeated:
        vain.append(f"{_count(row.repeated, 'repeated call')}")
    return [*vain, *row.reasons]


def _listed(reasons: list[str]) -> str:
    """The reasons; those with a code up to the first one whole: it is the one to look at."""
    text = ""
    for number, each in enumerate(reasons):
        if "XCS" in text and len(text) + len(each) > _WIDEST:
            return f"{text}; and {len(reasons) - number} more"
        text = f"{text}; {each}" if text else each
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def rows() -> list[Row]:
    """What is known of each region, in the order of their places."""
    module = sys.modules.get("xcs_ast.runtime.site")
    if module is None:
        return []
    return [_row(site) for site in module.all_sites()]


def _row(site: Any) -> Row:
    span = site.facts.span
    verdict = site.last_verdict
    tally = site.tally
    reasons: Sequence[Diagnostic] = () if verdict is None else verdict.reasons
    return Row(
        place=f"{_short(span.filename)}:{span.line}",
        verdict="not entered" if verdict is None else verdict.kind.value,
        entered=site.entries,
        ahead=tally.ahead,
        in_place=tally.in_place,
        saved=max(0, tally.work_ns - tally.waited_ns) / 1e9,
        reasons=(
            *(f"{each.code} {each.message}" for each in reasons),
            *(() if site.ledger is None else (str(site.ledger),)),
        ),
        again=tally.redone,
        repeated=tally.repeated,
    )


def _short(filename: str) -> str:
    try:
        relative = os.path.relpath(filename)
    except (OSError, ValueError):
        return filename
    return filename if relative.startswith("..") else relative


def table(head: Sequence[str], body: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of aligned columns; those in `right` are flush right, and the last is as long as it is."""
    cells = [list(head), *(list(row) for row in body)]
    last = len(head) - 1
    widths = [max(len(row[column]) for row in cells) for column in range(last)]
    lines = []
    for row in cells:
        parts = [
            row[column].rjust(widths[column]) if column in right else row[column].ljust(widths[column])
            for column in range(last)
        ]
        lines.append("  ".join([*parts, _cut(row[last])]).rstrip())
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= _WHOLE else text[: _WHOLE - 3] + "..."
