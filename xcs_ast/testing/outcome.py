"""Everything that can be seen of one run, and how two runs are compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, final

from xcs_ast.testing.picture import Picture, first_difference

__all__ = ["Event", "Outcome", "differences"]

Event = tuple[Any, ...]


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """One run.

    `state` pictures the value or the exception together with what the program can still reach. `events` are
    all ordered effects in one sequence: what was printed, logged, warned, noted by the probe.
    `calls` are the unordered ones. `world` is what is left outside: files, directory, environment, random
    streams.
    """

    state: Picture
    events: tuple[Event, ...]
    calls: tuple[str, ...]
    world: tuple[tuple[str, object], ...]
    raised: bool


def differences(plain: Outcome, optimized: Outcome, *, extra_calls: bool = False) -> tuple[str, ...]:
    """What `optimized` shows that `plain` does not, or the other way round; empty if nothing.

    With `extra_calls`, unordered calls that plain Python did not make are let pass (they are allowed
    where an iteration raises); one that is missing never is.
    """
    found = []
    where = first_difference(plain.state, optimized.state)
    if where is not None:
        found.append(f"state: {where}")
    if plain.events != optimized.events:
        found.append(f"events: {_first_event(plain.events, optimized.events)}")
    one, two = Counter(plain.calls), Counter(optimized.calls)
    if one - two:
        found.append(f"calls: not made: {_listed(one - two)}")
    if two - one and not extra_calls:
        found.append(f"calls: made in vain: {_listed(two - one)}")
    for (name, before), (_, after) in zip(plain.world, optimized.world, strict=True):
        if before != after:
            found.append(f"{name}: plain {_cut(before)}, optimized {_cut(after)}")
    return tuple(found)


def _first_event(plain: tuple[Event, ...], optimized: tuple[Event, ...]) -> str:
    for index, (one, two) in enumerate(zip(plain, optimized, strict=False)):
        if one != two:
            return f"number {index}: plain {_cut(one)}, optimized {_cut(two)}"
    longer, name = (plain, "plain") if len(plain) > len(optimized) else (optimized, "optimized")
    return f"only in the {name} run: {_cut(longer[min(len(plain), len(optimized)) :])}"


def _listed(calls: Counter[str]) -> str:
    return _cut(sorted(calls.elements()))


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}..."
