"""The command line: `python -m xcs_ast run | rewrite | explain | trace | check | doctor`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["console", "main"]


def main(arguments: Sequence[str]) -> int:
    """Carries out one command; the result is the exit status.

    `run` parses its own few options, because all that follows the script is the script's, and because it
    must start quickly.
    """
    if arguments and arguments[0] == "run":
        import gc

        collecting = gc.isenabled()
        gc.disable()  # until the program starts: there is no garbage in imports
        from xcs_ast.cli.run import run

        return run(arguments[1:], collecting=collecting)
    from xcs_ast.cli.options import dispatch

    return dispatch(arguments)


def console() -> int:
    """The entry point of the console script `xcs-ast`."""
    if sys.path and not sys.flags.safe_path:
        del sys.path[0]
    return main(sys.argv[1:])
