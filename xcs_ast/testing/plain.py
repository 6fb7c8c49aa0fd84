"""The plain self of an optimized function, made from its file.

Guarantees: the plain function shares globals, closure cells, defaults and attributes with the optimized one,
and neither is changed.
Assumes: the file says what it said when the module was imported; where the function is not found in it,
the function itself is returned (and runs plainly where regions are disabled).
"""

from __future__ import annotations

import sys
import types
from typing import Any

from xcs_ast.activation import walk_code

__all__ = ["plain_of", "sites_of", "untraced"]


def sites_of(function: object) -> list[Any]:
    """The regions that stand in a function, or in the functions inside it."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if not isinstance(code, types.CodeType):
        return []
    from xcs_ast.runtime.site import Site

    return [const for each in walk_code(code) for const in each.co_consts if type(const) is Site]


def plain_of(function: Any) -> Any:
    """The function as plain Python would have made it; the function itself if it is that."""
    if isinstance(function, types.MethodType) and untraced(function.__func__) is not function.__func__:
        return types.MethodType(untraced(function.__func__), function.__self__)
    function = untraced(function)
    if not sites_of(function):
        return function
    if isinstance(function, types.MethodType):
        return types.MethodType(plain_of(function.__func__), function.__self__)
    code = _plain_code(function.__code__)
    return function if code is None else _with_code(function, code)


def untraced(function: Any) -> Any:
    """What the strategy `tracing` wrapped, or the function itself."""
    module = sys.modules.get("xcs_ast.runtime.traced")
    code = None if module is None else module.wrapper_code()
    while code is not None and getattr(function, "__code__", None) is code:
        function = function.__wrapped__
    return function


def _plain_code(code: types.CodeType) -> types.CodeType | None:
    try:
        with open(code.co_filename, "rb") as file:
            module = compile(file.read(), code.co_filename, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError):
        return None
    place = (code.co_qualname, code.co_firstlineno)
    found = [each for each in walk_code(module) if (each.co_qualname, each.co_firstlineno) == place]
    fitting = [each for each in found if set(each.co_freevars) <= set(code.co_freevars)]
    return fitting[0] if len(fitting) == 1 else None


def _with_code(function: types.FunctionType, code: types.CodeType) -> types.FunctionType:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    closure = tuple(cells[name] for name in code.co_freevars)
    new = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    new.__kwdefaults__ = dict(function.__kwdefaults__) if function.__kwdefaults__ is not None else None
    new.__annotations__ = function.__annotations__
    new.__dict__.update(function.__dict__)
    new.__qualname__, new.__doc__, new.__module__ = (
        function.__qualname__,
        function.__doc__,
        function.__module__,
    )
    return new
