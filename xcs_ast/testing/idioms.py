"""Less common ways in which generated programs call, test and choose: `:=`, `match`, chains, `isinstance`."""

from __future__ import annotations

import textwrap
from typing import Final

from xcs_ast.testing.choices import Choices

__all__ = ["IDIOMS", "body_idiom", "kept", "taken_idiom"]

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


def kept(choices: Choices, result: str, call: str, other: str, number: str) -> Lines:
    """Statements of a region that keep a call's value somewhere, and bind `result` to a number."""
    match choices.number(0, 13):
        case 0:
            return [f"sums[{number}] = sums.get({number}, 0) + {call}", f"{result} = sums[{number}]"]
        case 1:
            return [f"boxes[1].n += {call}", f"{result} = boxes[1].n % 50"]
        case 2:
            return [f"{result}, last = {call}, {other}", "trace.append(last)"]
        case 3:
            return [f"later.append(lambda v={call}: v + {number})", f"{result} = later[-1]()"]
        case 4:
            return [f"{result} = {call}", f"later.append(lambda: ({result}, {number}))"]
        case 5:
            return [f"{result} = {call} and {other}"]
        case 6:
            return [f"{result} = {call} or {other}"]
        case 7:
            return [f"assert {call} != 4, {number}", f"{result} = {number}"]
        case 8:
            return [f"for {result} in range({call} % 3 + 1):", f"    trace.append({result})"]
        case 9:
            return [f"print({call}, end=' ')", f"{result} = {number}"]
        case 10:
            return [f"kept = {call}", f"{result} = kept + 1", "del kept"]
        case 11:
            return [f"rows[0] += [{call}]", f"{result} = rows[0][-1]"]
        case 12:
            return [f"sums[{call}] = {result} = {other}"]
        case _:
            return [
                f"if {call} > 3 and {other} > 1:",
                f"    {result} = 1",
                "else:",
                f"    {result} = {number}",
            ]


def _lines(text: str) -> Lines:
    return textwrap.dedent(text).strip().splitlines()
