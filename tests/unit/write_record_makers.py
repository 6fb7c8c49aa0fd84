"""Writes `xcs_ast/record_makers.py`, by `python -m tests.unit.write_record_makers`.

To be done when a record has got new fields.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import xcs_ast

PATH = Path(xcs_ast.__file__).with_name("record_makers.py")
HEAD = '''\
"""The `__init__` of records, compiled once for all: `records` fits the names of the fields in.

Written by `python -m tests.unit.write_record_makers`. A name says what there is: how fields are kept (in
slots or not), one digit for each of them (1: it has a factory), and whether `__post_init__` follows.
"""

# mypy: ignore-errors
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from xcs_ast.native import use_own

use_own(globals())

__all__: list[str] = []
'''


def text() -> str:
    """The whole file. Imports all of this package, with nothing in place of that file."""
    empty = sys.modules["xcs_ast.record_makers"] = ModuleType("xcs_ast.record_makers")
    xcs_ast.record_makers = empty
    from xcs_ast.records import maker_text

    for each in pkgutil.walk_packages(xcs_ast.__path__, "xcs_ast."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
    names = [name for name in vars(empty) if name.startswith(("slots_", "fields_"))]
    names.sort(key=lambda name: (len(name), name))
    return HEAD + "".join(f"\n\n{maker_text(name)}" for name in names)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(text() != PATH.read_text())
    PATH.write_text(text())
