"""The hooks that instrumented code calls, with the meaning that the plain code has.

An instrumented clone does nothing with objects by itself: each load, store, operator, call, test and loop
goes through a method of the task's recorder. `Recorder` gives them their plain meaning; others derive from
it.

Guarantees: every method here does what the construct it stands for does, once, with the same exceptions and
messages. The stack as C code sees it from `call` and `perform` is that of the plain program.
Assumes: methods of this class that a subclass wants are reached through `super()` or an instance, never as
`Recorder.load_attr(self, ...)`: some are C functions, which take no `self`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

from xcs_ast.native import use_own
from xcs_ast.tracer.hook_parts import (
    BINARY,
    BUILTIN_ITERATORS,
    COMPARE,
    INPLACE,
    UNARY,
    Token,
    function_text,
    load_builtin,
    merge_keywords,
    once,
    static,
    submodule_or_error,
    unbound,
    unpacker,
)
from xcs_ast.tracer.tracebacks import clean_handled

use_own(globals())

__all__ = [
    "BINARY",
    "COMPARE",
    "INPLACE",
    "TABLES",
    "UNARY",
    "Direct",
    "Recorder",
    "Token",
    "function_text",
    "once",
    "unbound",
]

TABLES: Final = frozenset({set, frozenset, dict})
"""Exact types that a set takes over in one piece."""

_MISSING: Final[Any] = object()


class Recorder:
    """Lets everything happen as it would. The base of all recorders, and by itself the plain meaning."""

    __slots__ = ()

    native_numbers: ClassVar[bool] = False
    """Whether clones may do arithmetic on exact integers without a hook."""
    stepwise: ClassVar[bool] = False
    """Whether clones call `go_*` and make each step themselves (see `stepping`)."""

    # ---------------------------------------------------------------------------------------- variables

    def load_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """A global or a builtin."""
        value = scope.get(name, _MISSING)
        if value is _MISSING:
            return load_builtin(scope, name)
        return value

    def store_global(self, value: Any, scope: dict[str, Any], name: str, /) -> None:
        """`name = value` under `global name`."""
        scope[name] = value

    def delete_global(self, scope: dict[str, Any], name: str, /) -> None:
        """`del name` under `global name`."""
        if name not in scope:
            raise NameError(f"name '{name}' is not defined", name=name)
        del scope[name]

    def load_cell(self, cell: CellType, name: str, /) -> Any:
        """A variable of an enclosing function."""
        try:
            return cell.cell_contents
        except ValueError:
            raise unbound(name) from None

    def store_cell(self, value: Any, cell: CellType, name: str, /) -> None:
        """`name = value` under `nonlocal name`."""
        cell.cell_contents = value

    def delete_cell(self, cell: CellType, name: str, /) -> None:
        """`del name` under `nonlocal name`."""
        self.load_cell(cell, name)
        del cell.cell_contents

    # --------------------------------------------------------------------------------- attributes, items

    if TYPE_CHECKING:

        def load_attr(self, o: Any, name: str, /) -> Any:
            """`o.name`."""

        def delete_attr(self, o: Any, name: str, /) -> None:
            """`del o.name`."""

        def load_item(self, o: Any, k: Any, /) -> Any:
            """`o[k]`; a slice comes as a `slice` object."""

        def delete_item(self, o: Any, k: Any, /) -> None:
            """`del o[k]`."""
    else:
        load_attr = getattr
        delete_attr = delattr
        load_item = operator.getitem
        delete_item = operator.delitem

    cut = slice
    """The builtin `slice`: instrumented code calls `_xcs_r.cut(start, stop, step)`. Not to be overridden."""

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        setattr(o, name, value)

    def store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value`."""
        o[k] = value

    # ----------------------------------------------------------------------------- augmented assignments

    def begin_attr(self, o: Any, name: str, /) -> Any:
        """The load of `o.name += ...`."""
        return Token("attr", o, name, self.load_attr(o, name))

    def begin_item(self, o: Any, k: Any, /) -> Any:
        """The load of `o[k] += ...`."""
        return Token("item", o, k, self.load_item(o, k))

    def begin_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """The load of `name += ...` for a global."""
        return Token("global", scope, name, self.load_global(scope, name))

    def begin_cell(self, cell: CellType, name: str, /) -> Any:
        """The load of `name += ...` for a variable of an enclosing function."""
        return Token("cell", cell, name, self.load_cell(cell, name))

    def begin_get(self, o: Any, k: Any, default: Any, /) -> Any:
        """`o.get(k, default)` in `o[k] = o.get(k, default) + ...`; always goes on to `finish_binary`."""
        return Token("item", o, k, self.call_method(o, "get", k, default))

    def finish(self, token: Any, op: str, value: Any, /) -> None:
        """The operator (in place) and the store of an augmented assignment."""
        token = _token(token)
        _store(self, token, token.owner, self.inplace(op, token.old, value))

    def finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> None:
        """The operator and the store of `x.a = x.a + v`, `d[k] = d[k] + v`, `d[k] = d.get(k, c) + v`.

        Not in place: `x.a = x.a + [1]` makes a new list. `owner` is the object that the store names (for
        `self.n[k] = self.n[k] + v` it is loaded a second time, after `v`); where it is not the very object
        that `begin_*` was given, the result goes to `owner`. `None` for globals and cells.
        """
        token = _token(token)
        result = self.binary(op, token.old, value)
        _store(self, token, token.owner if token.kind in ("global", "cell") else owner, result)

    # Before the two halves of an augmented assignment to what is named by bound names and constants, with
    # such a value, clones ask for it in one piece.

    def try_attr(self, o: Any, name: str, op: str, value: Any, /) -> bool:
        """`o.name op= value`, or `o.name = o.name op value`, at once. False: nothing has been done."""
        return False

    def try_item(self, o: Any, k: Any, op: str, value: Any, /) -> bool:
        """The same for `o[k]`."""
        return False

    def try_get(self, o: Any, k: Any, default: Any, op: str, value: Any, /) -> bool:
        """The same for `o[k] = o.get(k, default) op value`."""
        return False

    # ------------------------------------------------------------------------------------------ operators

    def inplace(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op= b` for a local variable: the value to bind."""
        return INPLACE[op](a, b)

    def binary(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op b`."""
        return BINARY[op](a, b)

    def unary(self, op: str, a: Any, /) -> Any:
        """`-a`, `+a`, `~a`."""
        return UNARY[op](a)

    def compare(self, op: str, a: Any, b: Any, /) -> Any:
        """One comparison: `a op b`."""
        return COMPARE[op](a, b)

    if TYPE_CHECKING:

        def truth(self, x: Any, /) -> bool:
            """What `if x` asks."""
            return True
    else:
        truth = operator.truth

    # ------------------------------------------------------------------------------ iteration, unpacking

    def iterate(self, x: Any, /) -> Iterator[Any]:
        """What `for` runs over.

        `for` calls `iter` on this once more: give what takes that without effect (`once`).
        """
        iterator = iter(x)  # which may have a `__next__` and nothing else
        if type(iterator) in BUILTIN_ITERATORS:
            found: Iterator[Any] = iterator
            return found
        return once(iterator)

    def spread(self, x: Any, f: Any = None, /) -> Iterator[Any]:
        """`*x` in a display or a call; `f` is the callee where `*x` is its only positional argument."""
        if self.lacks(x, "__iter__", "__getitem__"):
            where = "Value" if f is None else f"{function_text(f)} argument"
            raise TypeError(f"{where} after * must be an iterable, not {type(x).__name__}")
        found = self.iterate(x)
        self.hint(x)
        return found

    def lacks(self, x: Any, *names: str) -> bool:
        """Whether the class of `x` has none of these."""
        return all(static(type(x), name) is None for name in names)

    def hint(self, x: Any, /) -> None:
        """A list or tuple is about to be filled from `x`, and asks how much there will be."""
        operator.length_hint(x)

    def update_dict(self, made: dict[Any, Any], x: Any, /) -> dict[Any, Any]:
        """`**x` in a dict display; `made` is the dict so far, the clone's own. Not to be overridden."""
        return _update(self, made, x, None)

    def update_own(self, made: dict[Any, Any], more: dict[Any, Any], /) -> dict[Any, Any]:
        """The items after a `**x` in a dict display; both dicts are the clone's own. Not to be overridden."""
        made.update(more)
        return made

    def merge(self, f: Any, before: dict[Any, Any], x: Any, /) -> dict[Any, Any]:
        """`**x` in a call of `f`, after the keywords `before`, the clone's own. Not to be overridden."""
        return merge_keywords(f, before, _update(self, {}, x, f))

    def merge_own(self, f: Any, before: dict[Any, Any], found: dict[Any, Any], /) -> dict[Any, Any]:
        """Keywords after a `**x` in a call of `f`; both dicts are the clone's own. Not to be overridden."""
        return merge_keywords(f, before, found)

    def spread_keys(self, x: Any, /) -> Iterable[Any]:
        """`*x` in a set display. Through `iterate` and `key`.

        A set makes room at once for all that comes from a table: with less room, its order would differ.
        """
        if type(x) in TABLES:
            for each in self.iterate(x):
                self.key(each)
            return x  # type: ignore[no-any-return]
        return map(self.key, self.iterate(x))

    def unpack(self, x: Any, before: int, after: int, /) -> Any:
        """What `a, b = x` (`before` 2, `after` -1) or `a, *b, c = x` (`before` 1, `after` 1) takes apart.

        A tuple with exactly as many elements as there are targets; the starred one is a new list.
        """
        return unpacker(before, after)(x)

    # ---------------------------------------------------------------------------------------------- calls

    if TYPE_CHECKING:

        def call(self, f: Any, /, *args: Any, **kwargs: Any) -> Any:
            """`f(*args, **kwargs)`."""

        def perform(self, f: Any, /, *args: Any, **kwargs: Any) -> object:
            """A call whose result nobody uses. What this returns is dropped."""
    else:
        call = operator.call
        perform = operator.call

    def callee(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., Any]:
        """What to call for the global `name`, which is `f`; through `call`.

        Clones take what is in `table` under the name, and do not ask again.
        """
        return f if type(self) is Recorder else partial(self.call, f)

    def callee_unused(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., object]:
        """The same where nobody uses the result; through `perform`."""
        return f if type(self) is Recorder else partial(self.perform, f)

    def call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """`o.name(*args, **kwargs)`, where the arguments are bound names and constants only."""
        return getattr(o, name)(*args, **kwargs)

    def perform_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> object:
        """The same where nobody uses the result. What this returns is dropped."""
        return getattr(o, name)(*args, **kwargs)

    def call_late(self, f: Any, x: Any, keywords: dict[str, Any], /) -> Any:
        """`f(*x, **keywords)`, `x` taken apart last. Through `spread` and `call`; not to be overridden."""
        return self.call(f, *self.spread(x, f), **keywords)

    def call_super(self, scope: dict[str, Any], cell: CellType, first: Any, /) -> Any:
        """`super()`: through `load_global`, `load_cell` and `call`. Not to be overridden."""
        f = self.load_global(scope, "super")
        if f is super:
            return self.call(f, self.load_cell(cell, "__class__"), first)
        return self.call(f)

    def format_value(self, value: Any, conversion: int, spec: str, /) -> str:
        """`{value!conversion:spec}` of an f-string; `conversion` is -1 or the character's number."""
        if conversion == 115:
            value = str(value)
        elif conversion == 114:
            value = repr(value)
        elif conversion == 97:
            value = ascii(value)
        return format(value, spec)

    def manage(self, cm: Any, /) -> Any:
        """What `with` enters."""
        return cm

    # ---------------------------------------------------------------------------------------- new objects

    def new(self, obj: Any, /) -> Any:
        """A list, dict or set, just made by a display or a comprehension."""
        return obj

    def key(self, k: Any, /) -> Any:
        """A key or element that a dict or set (display or comprehension) is about to hash."""
        return k

    def made(self, f: FunctionType, /) -> FunctionType:
        """A nested function or lambda, just made."""
        return f

    def decorator(self, f: Any, /) -> Callable[[Any], Any]:
        """A decorator of a nested function: what to call with it. Through `call`; not to be overridden."""
        return partial(self.call, f)

    def generator(self, gen: Any, /) -> Any:
        """A generator expression's generator, just made."""
        return gen

    def assign_global(self, value: Any, scope: dict[str, Any], name: str, /) -> Any:
        """`(name := value)` for a global. Through `store_global`; not to be overridden."""
        self.store_global(value, scope, name)
        return value

    def assign_cell(self, value: Any, cell: CellType, name: str, /) -> Any:
        """`(name := value)` under `nonlocal name`. Through `store_cell`; not to be overridden."""
        self.store_cell(value, cell, name)
        return value

    # ----------------------------------------------------------------------------------------- statements

    def import_name(self, name: str, scope: dict[str, Any], fromlist: Any, level: int, /) -> Any:
        """The import itself: what `__import__` returns."""
        return load_builtin(scope, "__import__", "__import__ not found")(name, scope, None, fromlist, level)

    def import_from(self, module: Any, name: str, /) -> Any:
        """`name` of `from module import name`."""
        try:
            return getattr(module, name)
        except AttributeError:
            return submodule_or_error(module, name)

    def match_subject(self, x: Any, /) -> Any:
        """The subject of a `match` whose patterns are matched natively (sequences, mappings, constants)."""
        return x

    def raising(self, exc: Any, /) -> Any:
        """What `raise` is given (the exception, and the cause after `from`)."""
        return exc

    def enter_try(self) -> None:
        """Entering the body of a `try` statement with handlers."""

    def leave_try(self) -> None:
        """Leaving that body, in whatever way."""

    caught = staticmethod(clean_handled)

    def loop(self) -> None:
        """The start of a round of a `while` loop."""


@final
class Direct(Recorder):
    """The plain meaning again, faster: nothing derives from it, so it need not go through its own methods."""

    __slots__ = ()

    native_numbers: ClassVar[bool] = True

    def callee(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., Any]:
        """As `Recorder`."""
        return f  # type: ignore[no-any-return]

    def callee_unused(self, f: Any, table: dict[str, Any], name: str, /) -> Callable[..., object]:
        """As `Recorder`."""
        return f  # type: ignore[no-any-return]

    def begin_attr(self, o: Any, name: str, /) -> Any:
        """As `Recorder`."""
        return (0, o, name, getattr(o, name))

    def begin_item(self, o: Any, k: Any, /) -> Any:
        """As `Recorder`."""
        return (1, o, k, o[k])

    def begin_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """As `Recorder`."""
        return (3, scope, name, scope[name] if name in scope else load_builtin(scope, name))

    def begin_cell(self, cell: CellType, name: str, /) -> Any:
        """As `Recorder`."""
        return (2, cell, "cell_contents", self.load_cell(cell, name))

    def begin_get(self, o: Any, k: Any, default: Any, /) -> Any:
        """As `Recorder`."""
        return (1, o, k, o.get(k, default))

    def finish(self, token: Any, op: str, value: Any, /) -> None:
        """As `Recorder`."""
        if type(token) is not tuple:
            super().finish(token, op, value)
            return
        kind, owner, name, old = token
        if kind & 1:
            owner[name] = INPLACE[op](old, value)
        else:
            setattr(owner, name, INPLACE[op](old, value))

    def finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> None:
        """As `Recorder`."""
        if type(token) is not tuple:
            super().finish_binary(token, op, value, owner)
            return
        kind, known, name, old = token
        if kind >= 2:
            owner = known
        if kind & 1:
            owner[name] = BINARY[op](old, value)
        else:
            setattr(owner, name, BINARY[op](old, value))


# ----------------------------------------------------------------------------------------------------- parts


def _token(token: Any) -> Any:
    """A token of `Direct` as a `Token`; any other as it is."""
    if type(token) is not tuple:
        return token
    kind, owner, name, old = token
    if kind == 2:
        name = ""
    return Token(("attr", "item", "cell", "global")[kind], owner, name, old)


def _store(recorder: Recorder, token: Token, owner: Any, value: Any) -> None:
    kind = token.kind
    if kind == "attr":
        recorder.store_attr(value, owner, token.name)
    elif kind == "item":
        recorder.store_item(value, owner, token.name)
    elif kind == "global":
        recorder.store_global(value, owner, token.name)
    else:
        recorder.store_cell(value, owner, token.name)


def _update(recorder: Recorder, made: dict[Any, Any], x: Any, f: Any) -> dict[Any, Any]:
    """Puts the items of a mapping into a new dict; every access to `x` goes through hooks of `recorder`."""
    if issubclass(type(x), dict) and static(type(x), "__iter__") is dict.__iter__:
        made.update(recorder.call(dict, x))
        return made
    if recorder.lacks(x, "keys", "__getattr__"):
        name, text = type(x).__name__, "" if f is None else f"{function_text(f)} argument after ** must be a"
        raise TypeError(f"{text} mapping, not {name}" if text else f"'{name}' object is not a mapping")
    for k in recorder.iterate(recorder.call(recorder.load_attr(x, "keys"))):
        made[recorder.key(k)] = recorder.load_item(x, k)
    return made
