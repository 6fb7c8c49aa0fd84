"""Less common ways in which generated programs call, test and choose: `:=`, `match`, chains, `isinstance`."""

from __future__ import annotations

import textwrap
from typing import Final

from xcs_ast.testing.choices import Choices

__all__ = ["IDIOMS", "body_idiom", "taken_idiom"]

Lines = list[str]

IDIOMS: Final = 6
"""How many there are of each kind."""

_CLASSES: Final = ("(int, Box)", "(Box, str)", "(Fault, (bool, Client))", "(type(x), float)")


def body_idiom(choices: Choices, look: str, call: str) -> Lines:
    """Statements of a callable that bind `r` to a number, out of `x`, a look at shared state and a call."""
    least = choices.number(0, 5)
    match choices.number(0, IDIOMS - 1):
        case 0:
            return [
                f"if (n := {look}) > {least} and (m := {call}) != n:",
                "    r = n + m",
                "else:",
                "    r = n - x",
            ]
        case 1:
            return _lines(
                f"""
                match (x, {look}):
                    case (0, y) | (y, 0) if y > {least}:
                        r = y
                    case (a, b) if (c := {call}) > b:
                        r = a + c
                    case (a, *_):
                        r = a - 1
                """
            )
        case 2:
            return [f"r = x + 2 * (0 <= {look} < {call} <= 60) + ({least} != {call} != x)"]
        case 3:
            classes = choices.pick(_CLASSES)
            return [f"r = {call} if isinstance(x, {classes}) else {look}"]
        case 4:
            return [f"r = sum([last := v + {look} for v in (x, 1) if (w := {call}) > v]) + x", "r = r % 50"]
        case _:
            return _lines(
                f"""
                match {{'n': {look}, 'k': x}}:
                    case {{'n': int(n), **rest}} if n < {call}:
                        r = n + rest['k']
                    case {{'n': n}}:
                        r = n
                """
            )


def taken_idiom(choices: Choices, result: str, call: str, other: str, number: str) -> Lines:
    """Statements of a region that bind `result` to a number, by one call or two."""
    match choices.number(0, IDIOMS - 1):
        case 0:
            return [f"if ({result} := {call}) > 3:", f"    trace.append({result})"]
        case 1:
            return _lines(
                f"""
                match {call}:
                    case 0 | 1 as {result}:
                        trace.append('few')
                    case {result} if {result} > {other}:
                        trace.append('more')
                    case str({result}):
                        pass
                    case {result}:
                        pass
                """
            )
        case 2:
            return [f"{result} = int(0 < {call} <= {other} < 50)"]
        case 3:
            return [f"{result} = {call} if isinstance({number}, (int, Box)) else {other}"]
        case 4:
            return [f"trace.append(({result} := {call}) + {other})"]
        case _:
            return [
                f"{result} = 0",
                f"while {result} < 2 and ({result} := {result} + 1) != {call} != 0:",
                "    pass",
            ]


def _lines(text: str) -> Lines:
    return textwrap.dedent(text).strip().splitlines()
