"""Effects and conflicts in words that a user knows."""

from __future__ import annotations

from typing import assert_never

from xcs_ast.ir.effects import CONTENT, DEEP, WHOLE, CellVar, Channel, Effect, Location, Unknown
from xcs_ast.ir.paths import AttrStep, EnvRoot, ItemRoot, KeyStep, Path, PinnedRoot
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["describe_location", "describe_place"]


def describe_place(effect: Effect) -> str:
    """An effect's place in words."""
    match effect.where:
        case Location():
            return describe_location(effect.where)
        case CellVar(name):
            return f"the variable {name}"
        case Channel(name):
            return name
        case Unknown(reason):
            return reason
        case _:
            assert_never(effect.where)


def describe_location(location: Location) -> str:
    """A location in words: `self.calls`, `results`, `the global total`."""
    text = _describe_path(location.owner)
    return text if location.field in (CONTENT, DEEP, WHOLE) else f"{text}.{location.field}"


def _describe_path(path: Path) -> str:
    match path.root:
        case ItemRoot():
            text = "the loop's item"
        case EnvRoot(name):
            text = name
        case PinnedRoot():
            text = _describe_object(path.root.obj)
        case _:
            assert_never(path.root)
    for step in path.steps:
        match step:
            case AttrStep(name):
                text += f".{name}"
            case KeyStep(key):
                text += f"[{key!r}]"
            case _:
                assert_never(step)
    return text


def _describe_object(obj: object) -> str:
    if type(obj) is dict and type(obj.get("__name__")) is str:
        return f"module {obj['__name__']}"
    if isinstance(obj, type):
        return f"class {obj.__qualname__}"
    return f"a {type(obj).__qualname__}"
