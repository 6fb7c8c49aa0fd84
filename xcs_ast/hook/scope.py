"""Which modules an import hook optimizes.

Guarantees: nothing of Python's own library, of installed packages (unless named), or of this package is
touched. Assumes: paths of modules are as `os.path` gives them.
"""

from __future__ import annotations

import os
import sys

from xcs_ast.native import Final, Protocol, final, use_own

use_own(globals())

__all__ = ["Directory", "Names", "Scope", "has_marker"]

_HEAD: Final = 4096
_MARKER: Final = b"xcs:"
_OWN: Final = __name__.partition(".")[0]
_OWN_DIRECTORY: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARY: Final = os.path.dirname(os.__file__) + os.sep
_INSTALLED: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class Scope(Protocol):
    """Decides by name first, as most modules are none of our business, and by file then."""

    def may_want(self, name: str) -> bool:
        """Whether the module's file is worth a look."""

    def wants(self, name: str, path: str) -> bool:
        """Whether the module of this name, in this file, is to be optimized."""


def is_users(path: str) -> bool:
    """Whether a file is neither of Python's library nor of an installed package nor ours."""
    return not (path.startswith((_LIBRARY, _OWN_DIRECTORY)) or any(part in path for part in _INSTALLED))


def has_marker(head: bytes) -> bool:
    """Whether the top of a module, docstring aside, holds a line `# xcs: optimize`."""
    if _MARKER not in head:
        return False
    from xcs_ast.source.pragmas import has_optimize_marker

    return has_optimize_marker(head.decode("utf-8", "replace").removeprefix("\ufeff"))


def _file_has_marker(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return has_marker(file.read(_HEAD))
    except OSError:
        return False


@final
class Names:
    """Modules by name (with all below them) or by pattern, and every module that carries the marker."""

    __slots__ = ("patterns",)

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.patterns = patterns
        if any(char in pattern for pattern in patterns for char in "*?["):
            import fnmatch  # noqa: F401  # now: while a module is looked for, this would look for itself

    def may_want(self, name: str) -> bool:
        """Any module may carry the marker; only ours cannot."""
        return name.partition(".")[0] != _OWN

    def wants(self, name: str, path: str) -> bool:
        """Whether a pattern fits the name, or the marker is in the file."""
        return self._fits(name) or (is_users(path) and _file_has_marker(path))

    def _fits(self, name: str) -> bool:
        for pattern in self.patterns:
            if any(char in pattern for char in "*?["):
                from fnmatch import fnmatchcase

                if fnmatchcase(name, pattern):
                    return True
            elif name == pattern or name.startswith(pattern + "."):
                return True
        return False


@final
class Directory:
    """The user's own modules under one directory: those that lie beside a script."""

    __slots__ = ("root",)

    def __init__(self, root: str) -> None:
        self.root = root if root.endswith(os.sep) else root + os.sep

    def may_want(self, name: str) -> bool:
        """Everything but ours, and what has been built into the interpreter."""
        return name.partition(".")[0] != _OWN and name not in sys.builtin_module_names

    def wants(self, name: str, path: str) -> bool:
        """Whether the file lies under the directory, and in nobody's installed package."""
        return path.startswith(self.root) and is_users(path)
