"""What of `ast` it takes to read trees: the classes of their nodes, and `parse`.

The standard module can do much more, and takes as long to import as twenty of ours.

Guarantees: the classes are those of `ast`. Assumes: nothing.
"""

# ruff: noqa: F403, F405

from __future__ import annotations

from xcs_ast.native import use_own

use_own(globals())

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ast import *
else:
    from _ast import *

    def parse(source, filename="<unknown>"):
        """As `ast.parse` does it for whole files.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: it cannot be parsed.
        """
        return compile(source, filename, "exec", PyCF_ONLY_AST, dont_inherit=True)
