"""Whether a replay would end the life of something whose end is noticed.

In plain Python, `table[key] = None` may run a finalizer there and then, and the statements after it see what
that did. Recorded, it would run at the replay, too late for what the task has read. It runs in place.

Guarantees: no user code runs here. What is too large to be looked through counts as noticed.
Assumes: the steps are those of `state_base`, and are about to be replayed on the objects as they are now.
"""

from __future__ import annotations

import collections
import gc
import sys
import types
import weakref
from collections.abc import Iterable
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import MISSING, class_lookup, element_types_plain

use_own(globals())

__all__ = ["ends_are_noticed"]

_LIMIT: Final = 20_000
_SCALARS: Final = (int, float, complex, bool, str, bytes, type(None), type(...), range, slice)
_CODE: Final = (
    *(type, property, staticmethod, classmethod),
    *(types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.CodeType),
)
_QUIET: Final = frozenset(_SCALARS + _CODE)
"""Types of what is not looked through: without a finalizer, or far from dying."""
_WITH_A_FRAME: Final = frozenset((types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType))
_KEEPS: Final = frozenset(
    ("append", "appendleft", "add", "extend", "extendleft", "insert", "sort", "reverse", "rotate")
) | {"setdefault", "move_to_end", "subtract"}
"""Methods that remove nothing."""


def ends_are_noticed(steps: Iterable[tuple[Any, ...]]) -> bool:
    """Whether something that these steps replace or remove has a finalizer or weak references."""
    return any(_is_noticed(old) for step in steps for old in _replaced(step) if type(old) not in _QUIET)


def _replaced(step: tuple[Any, ...]) -> Iterable[object]:
    """What a step may remove from where it is; more rather than less."""
    what = step[0]
    if what is state_base.put_single or what is state_base.drop_single:
        return (state_base.REAL.single(*step[1:4]),)
    if what is state_base.put or what is state_base.drop:
        obj, key = step[1], step[2]
        if isinstance(obj, dict):
            # Keys that compare in Python are not asked which of them it is.
            plain = element_types_plain(dict.keys(obj))
            return (dict.get(obj, key, MISSING),) if plain else tuple(dict.values(obj))
        return tuple(obj)
    if what is not state_base.do and len(step) > 1 and type(step[1]) in (list, collections.deque):
        return tuple(step[1])  # a change of another kind
    if what is not state_base.do:
        return ()
    obj, name = step[1], step[2]
    if name in _KEEPS and (type(obj) is not collections.deque or obj.maxlen is None):
        return ()
    if isinstance(obj, dict):
        return (*dict.keys(obj), *dict.values(obj)) if name != "update" else tuple(dict.values(obj))
    return () if isinstance(obj, set) and name in ("update", "__ior__") else tuple(obj)


def _loggers() -> tuple[type, ...]:
    """Loggers live for good, and lead to handlers, which are weakly referenced."""
    logging = sys.modules.get("logging")
    return () if logging is None else (logging.Logger, logging.RootLogger)


def _is_noticed(old: object) -> bool:
    seen: set[int] = set()
    stack, loggers = [old], _loggers()
    while stack:
        each = stack.pop()
        kind = type(each)
        if kind in _QUIET or id(each) in seen or issubclass(kind, type) or kind in loggers:
            continue
        seen.add(id(each))
        if len(seen) > _LIMIT or kind in _WITH_A_FRAME or weakref.getweakrefcount(each):
            return True
        if class_lookup(kind, "__del__") is not MISSING:
            return True
        stack.extend(gc.get_referents(each))
    return False
