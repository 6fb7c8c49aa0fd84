"""What clones may call for a class that makes its instances in the plain way.

Guarantees: an instance is made, registered and filled as by `type.__call__` under the recorder. Assumes: what
the class gives was logged when the first instance was made; the tables that hold these calls are emptied
when a class changes, when the task is doomed, and where the program may catch what a lack of stack raises.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from xcs_ast.native import use_own
from xcs_ast.tracer.clones import source_of
from xcs_ast.tracer.quick import QuickHooks

use_own(globals())

__all__ = ["quick_maker"]


def quick_maker(
    recorder: QuickHooks, cls: type, init: FunctionType, original: FunctionType | None
) -> Callable[..., Any]:
    """What clones may call for a class in `makers`: as `make`, where nobody looks after the stack.

    `init` is the clone of its `__init__`, which is `original`.
    """
    known = recorder.known_class(cls)
    if known is None:
        return partial(_make_bare, recorder.new, object.__new__, cls, init)
    getter, names, stores, clones = known
    blank = object.__new__
    fresh = recorder.transaction.fresh
    owned, fields = fresh.objects, fresh.fields
    count, stored = _stored(None if original is None else recorder.link.code_of(init), stores)

    def make(*args: Any, **kwargs: Any) -> Any:
        obj: Any = blank(cls)
        number = id(obj)
        owned[number] = obj
        recorder.entry = fields[number] = [getter(obj), names, stores, clones]
        recorder.last = obj
        if len(owned) > fresh.limit:
            fresh.trim()
        if len(args) == count and not kwargs:
            space = recorder.entry[0]
            for name, index in stored:
                space[name] = args[index]
            return obj
        if kwargs or len(args) > 2:
            result = init(obj, *args, **kwargs)
        elif len(args) == 2:
            result = init(obj, args[0], args[1])
        else:
            result = init(obj, args[0]) if args else init(obj)
        if result is not None:
            raise TypeError(f"__init__() should return None, not '{type(result).__name__}'")
        return obj

    return make


def _make_bare(
    new: Callable[[Any], Any],
    blank: Callable[[Any], Any],
    cls: type,
    init: FunctionType,
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    obj = new(blank(cls))
    result = init(obj, *args, **kwargs)
    if result is not None:
        raise TypeError(f"__init__() should return None, not '{type(result).__name__}'")
    return obj


def _stored(code: CodeType | None, stores: set[str]) -> tuple[int, list[tuple[str, int]]]:
    """How many arguments an `__init__` of this code takes that only stores them, and which where; else -1.

    `stores` are the attributes that are stored in the dictionary, whatever the value.
    """
    source = None if code is None else source_of(code)
    node = None if source is None else source.node
    if not isinstance(node, ast.FunctionDef):
        return -1, []
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        return -1, []
    first, *given = [each.arg for each in arguments.args] or [""]
    stored: list[tuple[str, int]] = []
    for position, statement in enumerate(node.body):
        if position == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if len(targets) != 1:
            return -1, []
        target, value = targets[0], statement.value  # type: ignore[attr-defined]
        if not isinstance(target, ast.Attribute) or not isinstance(value, ast.Name):
            return -1, []
        if not isinstance(target.value, ast.Name) or target.value.id != first or value.id not in given:
            return -1, []
        if target.attr not in stores or target.attr.startswith("__"):  # a private name is another one
            return -1, []
        stored.append((target.attr, given.index(value.id)))
    return len(given), stored
