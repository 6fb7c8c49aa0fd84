"""What can be told of a callable by looking at it."""

from __future__ import annotations

import sys
import types

import xcs_ast.effects.catalog as catalog
from xcs_ast.effects.entries import Entry
from xcs_ast.effects.values import SCALARS
from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["annotated_result", "entry_behind_cache", "is_dataclass_helper", "speaks_for"]


def speaks_for(entry: Entry, cls: type | None) -> bool:
    """Whether this entry is what instances of a class have under its name."""
    return cls is not None and catalog.for_method(cls, entry.name) is entry


def annotated_result(function: types.FunctionType) -> type | None:
    """The builtin immutable type that a function is annotated to return."""
    result = function.__annotations__.get("return", function)
    if result is None:
        return type(None)
    if type(result) is str:
        return _BY_NAME.get(result.strip("'\""))
    return result if type(result) is type and result in SCALARS else None


_BY_NAME: Final[dict[str, type]] = {cls.__name__: cls for cls in SCALARS} | {"None": type(None)}


def entry_behind_cache(obj: Any) -> Entry | None:
    """The model of a function that its own module keeps the results of."""
    inner = obj.__dict__.get("__wrapped__")
    if type(inner) is not types.FunctionType:
        return None
    module = sys.modules.get(inner.__module__) if type(inner.__module__) is str else None
    if module is None or vars(module).get(inner.__name__) is not obj:
        return None
    return catalog.for_callable(inner)


def is_dataclass_helper(function: types.FunctionType) -> bool:
    """Whether it is `asdict` or `replace`. (Importing `dataclasses` to find out would be slow.)"""
    module = sys.modules.get("dataclasses")
    return module is not None and (function is module.asdict or function is module.replace)
