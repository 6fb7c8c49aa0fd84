"""The catalog of codes. A name states the pattern that was found, not its cure.

XCS1xx: the frontend left something as it is. XCS2xx: effects and legality. XCS3xx: run time.
XCS4xx: input, configuration, command line. XCS9xx: a defect of our own analysis.
"""

from __future__ import annotations

from xcs_ast.native import final, use_own
from xcs_ast.records import dataclass

use_own(globals())

__all__ = ["Code", "all_codes", "lookup", "register"]


@final
@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, the name of its pattern, and one sentence about it."""

    code: str
    name: str
    summary: str


_CODES: dict[str, Code] = {}


def register(code: str, name: str, summary: str) -> str:
    """Adds a code to the catalog and returns it.

    Raises:
        ValueError: the code or the name is taken.
    """
    if code in _CODES or any(entry.name == name for entry in _CODES.values()):
        raise ValueError(f"diagnostic {code} ({name}) is registered already")
    _CODES[code] = Code(code, name, summary)
    return code


def lookup(code: str) -> Code:
    """The catalog's entry.

    Raises:
        KeyError: no such code.
    """
    return _CODES[code]


def all_codes() -> tuple[Code, ...]:
    """Every registered code, in order."""
    return tuple(_CODES[key] for key in sorted(_CODES))
