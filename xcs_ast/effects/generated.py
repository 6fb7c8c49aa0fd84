"""What `dataclass` compiled, held against what the class says of its fields today.

The compiled `__init__` has its defaults and factories from the time of the decoration; the fields, like the
defaults, may have been changed since. Guarantees: looking runs no user code.
"""

from __future__ import annotations

import sys
import types

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["init_keeps_to_fields", "is_generated_repr", "is_made_by_its_fields", "runs_post_init"]

_CELLS: Final = ("_dflt_%s", "__dataclass_dflt_%s__")
"""The variables of a factory or default, up to 3.11 and since."""


def runs_post_init(init: types.FunctionType) -> bool:
    """Whether a compiled `__init__` calls `__post_init__`: decided when it was compiled."""
    return "__post_init__" in init.__code__.co_names


def is_made_by_its_fields(cls: type, code: types.CodeType) -> bool:
    """Whether the `__init__` of a class itself has this code still, and keeps to what its fields are now."""
    space = type.__dict__["__dict__"].__get__(cls)
    init: object = space["__init__"]
    return (
        type(init) is types.FunctionType
        and init.__code__ is code
        and init_keeps_to_fields(init, space["__dataclass_fields__"])
    )


def init_keeps_to_fields(init: types.FunctionType, fields: dict[str, Any]) -> bool:
    """Whether a compiled `__init__` has just the parameters, defaults and factories that the fields have."""
    missing: object = sys.modules["dataclasses"].MISSING
    code, given = init.__code__, _defaults_of(init)
    names = set(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])
    cells = dict(zip(code.co_freevars, init.__closure__ or (), strict=True))
    for field in fields.values():
        if field._field_type.name == "_FIELD_CLASSVAR":
            continue
        if (field.name in names) is not bool(field.init):
            return False
        names.discard(field.name)
        held = [cells[each % field.name].cell_contents for each in _CELLS if each % field.name in cells]
        default = given.get(field.name, missing)
        if field.default_factory is not missing:
            marked = type(default).__name__ == "_HAS_DEFAULT_FACTORY_CLASS"
            if len(held) != 1 or held[0] is not field.default_factory or marked is not bool(field.init):
                return False
        else:
            wanted = field.default if field.init else missing
            if default is not wanted or any(each is not field.default for each in held):
                return False
    return not names


def _defaults_of(function: types.FunctionType) -> dict[str, object]:
    code, given = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(given) : code.co_argcount]
    return dict(zip(names, given, strict=True)) | (function.__kwdefaults__ or {})


def is_generated_repr(cls: type, found: object) -> bool:
    """Whether `__repr__` is the one that `dataclasses` made for this very class."""
    if type(found) is not types.FunctionType:
        return False
    wrapped = found.__dict__.get("__wrapped__")
    return (
        "__dataclass_fields__" in cls.__dict__
        and type(wrapped) is types.FunctionType
        and wrapped.__code__.co_filename == "<string>"
        and wrapped.__code__.co_qualname.startswith("__create_fn__.<locals>.")
    )
