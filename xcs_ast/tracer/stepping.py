"""Hooks that are never on the stack while code of the user's runs.

Code that looks at its callers (`warnings.warn(stacklevel=2)`, the caller that `logging` names,
`sys._getframe`, `traceback.print_stack`) must find the user's own. So stepwise code does not leave a step to
a hook: the hook says what is to be done, as an iterator with C code behind it, and goes; the code itself
takes the next item of that.

    _xcs_r.binary("+", a, b)                    what other clones do: `a.__add__` is called by `binary`
    _xcs_n(_xcs_r.go_binary("+", a, b))         here: `a.__add__` is called by the clone; `_xcs_n` is `next`

Guarantees: as `hooks.Recorder`, for each `go_*` and the hook without the prefix; and no frame of ours is
between the clone and what a step calls. Exceptions have no entries of ours in their tracebacks.
A `StopIteration` that a step raises is the one that comes out.
Assumes: each iterator is advanced once, at once, by the code that asked for it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, repeat, starmap
from types import WrapperDescriptorType
from typing import Any, ClassVar, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.hook_parts import (
    BINARY,
    COMPARE,
    INPLACE,
    UNARY,
    load_builtin,
    once,
    static,
    submodule_or_error,
    unpacker,
)
from xcs_ast.tracer.hooks import TABLES, Recorder, Token
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = ["CONVERSIONS", "Stepwise", "advancing", "items_of", "then", "thunk"]

CONVERSIONS: Final[dict[int, Callable[[Any], str]]] = {115: str, 114: repr, 97: ascii}
_NONE: Final = ((),)
_MISSING: Final = object()
_BUILTIN: Final = TypeSet({tuple, list, dict, set, frozenset, str, bytes, range, type({}.items())})


def thunk(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
    """Gives `f(*args, **kwargs)`."""
    if kwargs:
        return starmap(partial(operator.call, f, *args, **kwargs), _NONE)
    return starmap(operator.call, ((f, *args),))


def then(first: Iterator[Any], second: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    """What `second` says is to be done with what `first` gives."""
    return map(next, map(second, first))


def advancing(iterator: Any) -> Iterator[Any]:
    """An iterator that may be asked for its iterator once more, and is advanced by C code."""
    if type(static(type(iterator), "__iter__")) is WrapperDescriptorType:
        found: Iterator[Any] = iterator
        return found
    return starmap(next, repeat((iterator,)))


def items_of(source: Iterator[Any], before: int, after: int) -> Iterator[Any]:
    """What comes out of an iterator that is taken apart, as a tuple."""
    if after < 0:
        source = map(partial(_first, before + 1), source)
    return map(unpacker(before, after), map(tuple, source))


class Stepwise(Recorder):
    """The plain meaning of stepwise code, and the base of recorders that watch it."""

    stepwise: ClassVar[bool] = True

    # ---------------------------------------------------------------------------------- attributes, items

    def go_load_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """`o.name`."""
        return starmap(getattr, ((o, name),))

    def go_store_attr(self, value: Any, o: Any, name: str, /) -> Iterator[Any]:
        """`o.name = value`."""
        return starmap(setattr, ((o, name, value),))

    def go_delete_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """`del o.name`."""
        return starmap(delattr, ((o, name),))

    def go_load_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """`o[k]`."""
        return starmap(operator.getitem, ((o, k),))

    def go_store_item(self, value: Any, o: Any, k: Any, /) -> Iterator[Any]:
        """`o[k] = value`."""
        return starmap(operator.setitem, ((o, k, value),))

    def go_delete_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """`del o[k]`."""
        return starmap(operator.delitem, ((o, k),))

    # ---------------------------------------------------------------------------- augmented assignments

    def go_begin_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """The load of `o.name += ...`."""
        return map(partial(Token, "attr", o, name), self.go_load_attr(o, name))

    def go_begin_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """The load of `o[k] += ...`."""
        return map(partial(Token, "item", o, k), self.go_load_item(o, k))

    def go_begin_get(self, o: Any, k: Any, default: Any, /) -> Iterator[Any]:
        """`o.get(k, default)` in `o[k] = o.get(k, default) + ...`."""
        return map(partial(Token, "item", o, k), self.go_call_method(o, "get", k, default))

    def go_finish(self, token: Any, op: str, value: Any, /) -> Iterator[Any]:
        """The operator (in place) and the store of an augmented assignment."""
        return then(self.go_inplace(op, token.old, value), partial(self._go_store, token, token.owner))

    def go_finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> Iterator[Any]:
        """The plain operator and the store of `x.a = x.a + v` and its like."""
        owner = token.owner if token.kind in ("global", "cell") else owner
        return then(self.go_binary(op, token.old, value), partial(self._go_store, token, owner))

    def _go_store(self, token: Any, owner: Any, value: Any) -> Iterator[Any]:
        kind = token.kind
        if kind == "attr":
            return self.go_store_attr(value, owner, token.name)
        if kind == "item":
            return self.go_store_item(value, owner, token.name)
        if kind == "global":
            self.store_global(value, owner, token.name)
        else:
            self.store_cell(value, owner, token.name)
        return repeat(None)

    # ----------------------------------------------------------------------------------------- operators

    def go_inplace(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op= b` for a local variable."""
        return starmap(INPLACE[op], ((a, b),))

    def go_binary(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op b`."""
        return starmap(BINARY[op], ((a, b),))

    def go_unary(self, op: str, a: Any, /) -> Iterator[Any]:
        """`-a`, `+a`, `~a`."""
        return map(UNARY[op], (a,))

    def go_compare(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op b`."""
        if op == "in":
            return starmap(operator.contains, ((b, a),))
        if op == "not in":
            return map(operator.not_, starmap(operator.contains, ((b, a),)))
        return starmap(COMPARE[op], ((a, b),))

    def go_truth(self, x: Any, /) -> Iterator[bool]:
        """What `if x` asks."""
        return map(operator.truth, (x,))

    def go_format_value(self, value: Any, conversion: int, spec: str, /) -> Iterator[str]:
        """`{value!conversion:spec}`."""
        if conversion < 0:
            return map(format, (value,), (spec,))
        return map(format, map(CONVERSIONS[conversion], (value,)), (spec,))

    # ----------------------------------------------------------------------------- iteration, unpacking

    def go_iterate(self, x: Any, /) -> Iterator[Any]:
        """What `for` runs over."""
        return map(advancing, map(iter, (x,)))

    def go_delegate(self, x: Any, /) -> Iterator[Any]:
        """What `yield from` hands over to."""
        return map(once, map(iter, (x,)))

    def go_spread(self, x: Any, f: Any = None, /) -> Iterator[Any]:
        """`*x` in a display or a call."""
        if static(type(x), "__iter__") is None and static(type(x), "__getitem__") is None:
            return iter((self.spread(x, f),))  # raises
        return map(
            operator.itemgetter(0), zip(self.go_iterate(x), map(operator.length_hint, (x,)), strict=False)
        )

    def go_spread_keys(self, x: Any, /) -> Iterator[Any]:
        """`*x` in a set display."""
        return repeat(x) if type(x) in TABLES else self.go_spread(x)

    def mapping(self, x: Any, f: Any = None, /) -> Any:
        """What `**x` is to take apart; `f` is the callee, if it is for one."""
        if static(type(x), "keys") is None and static(type(x), "__getattr__") is None:
            self.merge(f, {}, x) if f is not None else self.update_dict({}, x)  # raises
        return x

    def go_unpack(self, x: Any, before: int, after: int, /) -> Iterator[Any]:
        """`a, b = x`."""
        kind = type(x)
        if id(kind) in _BUILTIN.ids or (
            static(kind, "__iter__") is None and static(kind, "__getitem__") is None
        ):
            return repeat(unpacker(before, after)(x))
        return items_of(map(advancing, map(iter, (x,))), before, after)

    # --------------------------------------------------------------------------------------------- calls

    def go_call(self, f: Any, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """`f(*args, **kwargs)`."""
        return thunk(f, args, kwargs)

    def go_perform(self, f: Any, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """A call whose result nobody uses."""
        return self.go_call(f, *args, **kwargs)

    def go_call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """`o.name(*args, **kwargs)`."""
        return map(operator.methodcaller(name, *args, **kwargs), (o,))

    def go_perform_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """The same where nobody uses the result."""
        return self.go_call_method(o, name, *args, **kwargs)

    def go_call_late(self, f: Any, x: Any, keywords: dict[str, Any], /) -> Iterator[Any]:
        """`f(*x, **keywords)`, `x` taken apart last."""
        return then(map(tuple, self.go_spread(x, f)), lambda args: self.go_call(f, *args, **keywords))

    def go_decorator(self, f: Any, /) -> Callable[[Any], Iterator[Any]]:
        """A decorator of a nested function: what says what to do with it."""
        return partial(self.go_call, f)

    # ------------------------------------------------------------------------------------------- imports

    def go_import_name(self, name: str, scope: dict[str, Any], fromlist: Any, level: int, /) -> Iterator[Any]:
        """The import itself."""
        found = load_builtin(scope, "__import__", "__import__ not found")
        return starmap(found, ((name, scope, None, fromlist, level),))

    def go_import_from(self, module: Any, name: str, /) -> Iterator[Any]:
        """`name` of `from module import name`."""
        return map(partial(_imported, module, name), starmap(getattr, ((module, name, _MISSING),)))


def _first(count: int, iterator: Iterator[Any]) -> Iterator[Any]:
    return islice(iterator, count)


def _imported(module: Any, name: str, found: Any) -> Any:
    return submodule_or_error(module, name) if found is _MISSING else found
