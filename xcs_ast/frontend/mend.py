"""Mends the names of slices, and the qualified names of what the user's code creates inside of them.

A lambda in a hand-over is compiled inside the slice: Python names it `f.<locals>.<lambda>.<locals>.<lambda>`
where the user's own would be `f.<locals>.<lambda>`. And because slices carry the user's own positions, the
compiler finds both code objects equal and keeps one of them, with either name.

To whoever looks at its caller, as `logging` does, a slice shows the name of the function it is a piece of.

Formal statement: after `mend_names`, a slice's `co_name` is that of the scope it was taken from, and the code
of every lambda, comprehension and generator expression has the name that it would have if its slice did not
exist.
Assumes: no name in the module's source starts with `SLICE_MARK` (the rewriter refuses such modules).
"""

from __future__ import annotations

import sys
from types import CodeType

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["SLICE_MARK", "mend_names"]

SLICE_MARK: Final = "_xcs_slice"
"""What the name of a slice starts with; a lambda has it as its `*` parameter.

`_xcs_slice_genexpr` and the like: the slice of a comprehension.
"""

CO_OPTIMIZED: Final = 1  # as in `inspect`, which takes long to import
CO_NEWLOCALS: Final = 2
CO_VARARGS: Final = 4
_COMPREHENSIONS: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_SCOPED: Final = frozenset({"<genexpr>"}) if sys.version_info >= (3, 12) else _COMPREHENSIONS
"""Those that this version of Python does not inline where slices occur: in functions and modules."""
_EXPRESSIONS: Final = _COMPREHENSIONS | {"<lambda>"}


def mend_names(code: CodeType) -> CodeType:
    """The same code; where nothing has to be mended, the same object."""
    return _mended(code, _prefix_in(code), code.co_name)


def _mended(code: CodeType, prefix: str, name: str) -> CodeType:
    """`prefix`: what the names of scopes directly inside this one start with; `name`: what it is called."""
    consts: list[Any] = []
    changed = False
    for const in code.co_consts:
        if isinstance(const, CodeType):
            mended = _child(const, prefix, name)
            changed = changed or mended is not const
            const = mended
        consts.append(const)
    if not changed and code.co_name == name:
        return code
    return code.replace(co_consts=tuple(consts), co_name=name)


def _child(code: CodeType, prefix: str, outer: str) -> CodeType:
    mark = _mark_of(code)
    if mark:
        kind = f"<{mark.removeprefix(SLICE_MARK + '_')}>"
        return _mended(code, f"{prefix}{kind}.", kind) if kind in _SCOPED else _mended(code, prefix, outer)
    if code.co_name not in _EXPRESSIONS or "<generic parameters" in code.co_qualname:
        return _mended(code, _prefix_in(code), code.co_name)
    wanted = f"{prefix}{code.co_name}"
    # Python itself leaves `<locals>` out below a comprehension.
    inner = f"{wanted}.<locals>." if code.co_name == "<lambda>" else f"{wanted}."
    mended = _mended(code, inner, code.co_name)
    return mended if mended.co_qualname == wanted else mended.replace(co_qualname=wanted)


def _prefix_in(code: CodeType) -> str:
    if code.co_flags & CO_NEWLOCALS and code.co_flags & CO_OPTIMIZED and code.co_name not in _COMPREHENSIONS:
        return f"{code.co_qualname}.<locals>."
    return "" if code.co_name == "<module>" else f"{code.co_qualname}."


def _mark_of(code: CodeType) -> str:
    """What marks this code as a slice, or nothing."""
    name = code.co_qualname.rpartition(".")[2]
    if code.co_flags & CO_VARARGS and not name.startswith(SLICE_MARK):
        name = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
    return name if name.startswith(SLICE_MARK) else ""
