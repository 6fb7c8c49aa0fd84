"""The exceptions that this package raises at people. None of them ever meets a running user program.

Everything else that goes wrong at run time is a diagnostic, and the program goes on as plain Python.
"""

from __future__ import annotations

from typing import final

__all__ = ["ConfigError", "XcsError"]


class XcsError(Exception):
    """Base of all exceptions of this package."""


@final
class ConfigError(XcsError, ValueError):
    """An option is unknown or has a value that it cannot have.

    `code` is the diagnostic's (`XCS40x`); `source` says where the option was read
    (`pyproject.toml`, an environment variable, or the call).
    """

    def __init__(self, code: str, message: str, source: str = "") -> None:
        super().__init__(code, message, source)
        self.code = code
        self.message = message
        self.source = source

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.code} {self.message}"
