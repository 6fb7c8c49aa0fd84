"""`python -m xcs_ast ...`."""

from __future__ import annotations

import sys

if sys.path and not sys.flags.safe_path:
    # What Python put first is the current directory (or the directory of the console script). A module there
    # must not stand in for one of Python's own while we import what we need; `run` puts things right.
    del sys.path[0]

from xcs_ast.cli import main  # after the path has been cleared

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
