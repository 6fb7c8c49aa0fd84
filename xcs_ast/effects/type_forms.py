"""Type expressions: what annotations are made of, and may be combined by `X[Y]` and `X | Y`.

Combining plain types and the objects of `typing` makes a new object and fills caches, which do not show
except in speed; the code of `typing` that does it is not followed.

Guarantees: looking runs no user code. Assumes: nobody rewrites the insides of `typing` in place.
"""

from __future__ import annotations

import sys
import types

from xcs_ast.effects.resolve import find_in_mro, is_class, is_library, module_of
from xcs_ast.ir.paths import MISSING
from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["is_type_form", "makes_alias", "makes_type_form"]

_CONSTANTS: Final = frozenset({str, int, bool, bytes, type(None), type(...)})
_PLAIN: Final = _CONSTANTS | {types.GenericAlias, types.UnionType}
_OF_CLASSES: Final = ("__hash__", "__or__", "__ror__", "__getattribute__")


def is_type_form(obj: object) -> bool:
    """Whether it is a class that `typing` handles as any other, an object of its own, or a plain constant."""
    kind = type(obj)
    if kind in _PLAIN:
        return True
    of_typing = module_of(kind) == "typing" and _is_of_typing(kind)
    if not is_class(obj):
        return of_typing
    if find_in_mro(kind, "__getitem__")[0] is not None or not (
        of_typing or all(find_in_mro(kind, name)[0] in (type, object) for name in _OF_CLASSES)
    ):
        return False
    return makes_alias(find_in_mro(obj, "__class_getitem__")[1])


def makes_alias(found: object) -> bool:
    """Whether what a class holds as `__class_getitem__` makes a generic alias, by code of Python's own."""
    if found is MISSING or type(found) is types.ClassMethodDescriptorType:
        return True
    if type(found) is not classmethod:
        return False
    getter = found.__func__
    if type(getter) is types.FunctionType:
        return getter.__module__ == "typing"
    return is_class(getter) and issubclass(getter, types.GenericAlias) and is_library(module_of(getter))


def makes_type_form(o: object, k: object) -> bool:
    """Whether `o[k]` or `o | k` combines type expressions."""
    return (_is_type(o) and _all_forms(k, 0)) or (_is_type(k) and is_type_form(o))


def _is_of_typing(kind: type) -> bool:
    """Whether the module has it under its name. Nothing is of a module that has not been imported."""
    typing = sys.modules.get("typing")
    return type(typing) is types.ModuleType and vars(typing).get(kind.__name__) is kind


def _is_type(obj: object) -> bool:
    return type(obj) not in _CONSTANTS and is_type_form(obj)


def _all_forms(k: object, depth: int) -> bool:
    if type(k) is tuple or (type(k) is list and depth):
        return depth < 4 and all(_all_forms(part, depth + 1) for part in k)
    return is_type_form(k)
