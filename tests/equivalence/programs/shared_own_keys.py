"""Shared tables whose keys hash and compare in Python: what looks at one as a whole is not held back."""

from __future__ import annotations

from typing import Any

from xcs_ast.testing import probe

EXTRA_CALLS = True


class Key:
    def __init__(self, n: int) -> None:
        self.n = n

    def __hash__(self) -> int:
        return self.n % 3

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.n == other.n


known: dict[Key, int] = {Key(1): 1}


def count(x: int) -> int:
    probe.call(x)
    return x + len(known)


def some(x: int) -> bool:
    probe.call(x)
    return bool(known) and x in known


def among_the_keys(x: int) -> bool:
    probe.call(x)
    return x in known.keys()


def pairs(x: int) -> tuple[int, bool]:
    probe.call(x)
    return len(known.items()), (x, x) in known.items()


def case_length_of_a_table_that_the_body_changes() -> Any:
    out = []
    for x in [5, 3, 1, 4]:
        known.pop(Key(x), 0)
        out.append(count(x))
        known[Key(x + 1)] = x
    return out


def case_truth_and_membership() -> Any:
    out = []
    for x in [5, 1, 4]:
        out.append((some(x), among_the_keys(x)))
        known.pop(Key(x), 0)
    return out


def case_views() -> Any:
    out = []
    for x in [5, 1, 4]:
        out.append(pairs(x))
        known[Key(x)] = x
    return out
