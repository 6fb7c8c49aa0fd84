"""The hooks of a recorder that lets everything happen and tells, before each step, what it touches.

Guarantees: each step happens once, in order, on this thread, natively, with the objects that the program
has; no clone reaches the program; no frame of ours is between the program and what it calls (see `stepping`).
`before` is told of every step that may touch anything, before it happens.
Python code that C calls back is not followed step by step: the effects analysis speaks for it.
Assumes: as `hooks.Recorder` does.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from functools import partial
from itertools import repeat, starmap
from sys import _getframe
from time import perf_counter
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from xcs_ast.ir.effects import CONTENT, Access, Unknown
from xcs_ast.ir.operations import OpType
from xcs_ast.ir.paths import MISSING, static_attr
from xcs_ast.native import use_own
from xcs_ast.tracer import observing_lookup as lookup
from xcs_ast.tracer.clones import clone_of
from xcs_ast.tracer.hook_parts import INPLACE, static, unpacker
from xcs_ast.tracer.hooks import TABLES, Token
from xcs_ast.tracer.observing_base import NOTHING, Followed, Watching, frame_of_clone
from xcs_ast.tracer.observing_effects import (
    CONTAINERS,
    SCALARS,
    Touch,
    call_touches,
    item_field,
    text_touches,
)
from xcs_ast.tracer.observing_iteration import watched
from xcs_ast.tracer.stepping import advancing, items_of, then, thunk
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = ["DEEPEST", "Increment", "WatchingRecorder"]

_R, _W, _A = Access.READ, Access.WRITE, Access.REDUCE
DEEPEST: Final = 60
"""How many clones run inside one another; deeper ones run as they are, lest the stack be exhausted."""
_METHOD_LIKE: Final = TypeSet(
    {
        FunctionType,
        MethodType,
        type(len),
        type([].append),
        type(str.join),
        type,
        ModuleType,
        type(object().__str__),
    }
)


class Increment(Token):
    """An augmented assignment whose load has not been told: it will be told as a reduction."""

    __slots__ = ()


class WatchingRecorder(Watching):
    """Tells `before` and `after` of every step."""

    # ----------------------------------------------------------------------------------------- variables

    def load_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """A global or a builtin."""
        touches: list[Touch] = [(_R, scope, name)]
        value = super().load_global(scope, name)
        if name not in scope or id(type(value)) in _METHOD_LIKE.ids or lookup.plain_class(value):
            self.quiet(touches, value)
        else:
            self.after(self.before(OpType.LOAD, name, (), touches, how="global", scope=scope), value)
        return value

    def store_global(self, value: Any, scope: dict[str, Any], name: str, /) -> None:
        """`name = value` under `global name`."""
        step = self.before(OpType.STORE, name, (value,), [(_W, scope, name)], how="global", scope=scope)
        super().store_global(value, scope, name)
        self.after(step, NOTHING)

    def delete_global(self, scope: dict[str, Any], name: str, /) -> None:
        """`del name` under `global name`."""
        self.before(OpType.STORE, f"del {name}", (), [(_W, scope, name)], how="delete")
        super().delete_global(scope, name)

    def load_cell(self, cell: CellType, name: str, /) -> Any:
        """A variable of an enclosing function."""
        value = super().load_cell(cell, name)
        touches: list[Touch] = [(_R, cell, "cell_contents")]
        if id(type(value)) in _METHOD_LIKE.ids or name == "__class__":
            self.quiet(touches, value)
        else:
            self.after(self.before(OpType.LOAD, name, (), touches, how="cell", cell=cell), value)
        return value

    def store_cell(self, value: Any, cell: CellType, name: str, /) -> None:
        """`name = value` under `nonlocal name`."""
        self.before(OpType.STORE, name, (value,), [(_W, cell, "cell_contents")], how="cell", cell=cell)
        super().store_cell(value, cell, name)

    def delete_cell(self, cell: CellType, name: str, /) -> None:
        """`del name` under `nonlocal name`."""
        self.before(OpType.STORE, f"del {name}", (), [(_W, cell, "cell_contents")], how="delete")
        super().delete_cell(cell, name)

    # ---------------------------------------------------------------------------------------- attributes

    def load_attr(self, o: Any, name: str, /) -> Any:
        """`o.name`."""
        return next(self.go_load_attr(o, name))

    def go_load_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """`o.name`."""
        touches, getter = lookup.attribute(o, name)
        if getter is not None:
            return self.go_call(getter, o)
        if touches is None:
            touches, _ = text_touches(f"__xcs_stage__(0, a0.{name})", {"a0": o}, self.memo)
        elif type(o) is ModuleType or static_attr(o, name) is MISSING:
            value = getattr(o, name)
            if id(type(value)) in _METHOD_LIKE.ids:
                self.quiet(touches, value)
                return repeat(value)
        return self.step(self.before(OpType.LOAD, name, (o,), touches, how="attr"), getattr, o, name)

    def store_attr(self, value: Any, o: Any, name: str, /) -> None:
        """`o.name = value`."""
        next(self.go_store_attr(value, o, name))

    def go_store_attr(self, value: Any, o: Any, name: str, /) -> Iterator[Any]:
        """`o.name = value`."""
        touches: list[Touch] = [(_W, o, name)]
        if not lookup.plain_store(o, name):
            touches, _ = text_touches(f"a0.{name} = a1", {"a0": o, "a1": value}, self.memo)
        step = self.before(OpType.STORE, name, (o, value), touches, how="attr")
        return self.silent(step, setattr, o, name, value)

    def go_delete_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """`del o.name`."""
        touches: list[Touch] = [(_W, o, name)]
        if not lookup.plain_store(o, name):
            touches, _ = text_touches(f"del a0.{name}", {"a0": o}, self.memo)
        step = self.before(OpType.STORE, f"del {name}", (o,), touches, how="delete")
        return self.silent(step, delattr, o, name)

    # --------------------------------------------------------------------------------------------- items

    def _item(self, o: Any, k: Any, access: Access, text: str, **more: Any) -> list[Touch]:
        kind = type(o)
        if kind is list or kind is tuple or kind is str or kind is bytes:
            if type(k) is int:
                return [(access, o, item_field(k + len(o) if k < 0 else k))]
            if type(k) is slice:
                return [(access, o, CONTENT)]
        elif id(kind) in CONTAINERS.ids and id(type(k)) in SCALARS.ids:
            return [(access, o, item_field(k))]
        return text_touches(text, {"a0": o, "a1": k, **more}, self.memo)[0]

    def load_item(self, o: Any, k: Any, /) -> Any:
        """`o[k]`."""
        return next(self.go_load_item(o, k))

    def go_load_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """`o[k]`."""
        touches = self._item(o, k, _R, "__xcs_stage__(0, a0[a1])")
        step = self.before(OpType.LOAD, "item", (o, k), touches, how="item")
        return self.step(step, operator.getitem, o, k)

    def store_item(self, value: Any, o: Any, k: Any, /) -> None:
        """`o[k] = value`."""
        next(self.go_store_item(value, o, k))

    def go_store_item(self, value: Any, o: Any, k: Any, /) -> Iterator[Any]:
        """`o[k] = value`."""
        touches = self._item(o, k, _W, "a0[a1] = a2", a2=value)
        step = self.before(OpType.STORE, "item", (o, k, value), touches, how="item")
        return self.silent(step, operator.setitem, o, k, value)

    def go_delete_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """`del o[k]`."""
        touches = self._item(o, k, _W, "del a0[a1]")
        touches += [(_W, o, CONTENT)]
        step = self.before(OpType.STORE, "del item", (o, k), touches, how="delete")
        return self.silent(step, operator.delitem, o, k)

    # ----------------------------------------------------------------------------- augmented assignments

    def go_begin_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """The load of `o.name += ...`."""
        if lookup.plain_store(o, name) and lookup.is_number(static_attr(o, name)):
            return repeat(Increment("attr", o, name, static_attr(o, name)))
        return super().go_begin_attr(o, name)

    def go_begin_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """The load of `o[k] += ...`."""
        if lookup.plain_item(o, k) and lookup.is_number(lookup.item(o, k)):
            return repeat(Increment("item", o, k, o[k]))
        return super().go_begin_item(o, k)

    def begin_global(self, scope: dict[str, Any], name: str, /) -> Any:
        """The load of `name += ...` for a global."""
        if lookup.is_number(scope.get(name)):
            return Increment("global", scope, name, scope[name])
        return super().begin_global(scope, name)

    def begin_cell(self, cell: CellType, name: str, /) -> Any:
        """The load of `name += ...` for a variable of an enclosing function."""
        if lookup.is_number(static_attr(cell, "cell_contents")):
            return Increment("cell", cell, name, cell.cell_contents)
        return super().begin_cell(cell, name)

    def go_finish(self, token: Any, op: str, value: Any, /) -> Iterator[Any]:
        """The operator (in place) and the store of an augmented assignment."""
        if type(token) is Increment and id(type(value)) in SCALARS.ids:
            return self._add(token, op, value)
        self._told(token)
        return super().go_finish(token, op, value)

    def go_finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> Iterator[Any]:
        """The plain operator and the store of `x.a = x.a + v` and its like."""
        same = owner is token.owner or token.kind in ("global", "cell")
        if type(token) is Increment and id(type(value)) in SCALARS.ids and same:
            return self._add(token, op, value)
        self._told(token)
        return super().go_finish_binary(token, op, value, owner)

    def _told(self, token: Any) -> None:
        if type(token) is Increment:
            touch = (_R, token.owner, self._field(token))
            self.after(
                self.before(OpType.LOAD, str(token.name), (token.owner,), [touch], how="other"), token.old
            )

    def _field(self, token: Token) -> str:
        if token.kind == "item":
            key = token.name
            return item_field(key + len(token.owner) if type(token.owner) is list and key < 0 else key)
        return "cell_contents" if token.kind == "cell" else str(token.name)

    def _add(self, token: Token, op: str, value: Any) -> Iterator[Any]:
        access = _A if op in ("+", "-") else _W
        where = (access, token.owner, self._field(token))
        inputs = (token.owner, token.name, value) if token.kind == "item" else (token.owner, value)
        name = f"{token.name if token.kind != 'item' else 'item'} {op}="
        meta = {"how": "add", "sort": token.kind, "op": op, "target": token.name}
        step = self.before(OpType.STORE, name, inputs, [where], **meta)
        return then(starmap(INPLACE[op], ((token.old, value),)), partial(self._added, step, token))

    def _added(self, step: Any, token: Token, result: Any) -> Iterator[Any]:
        if token.kind == "attr":
            return self.silent(step, setattr, token.owner, token.name, result)
        if token.kind == "cell":
            return self.silent(step, setattr, token.owner, "cell_contents", result)
        return self.silent(step, operator.setitem, token.owner, token.name, result)

    # ------------------------------------------------------------------------------------------ operators

    def _operands(self, text: str, a: Any, b: Any = None) -> list[Touch]:
        if id(type(a)) in SCALARS.ids and id(type(b)) in SCALARS.ids:
            return []
        return text_touches(f"__xcs_stage__(0, {text})", {"a0": a, "a1": b}, self.memo)[0]

    def go_inplace(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op= b` for a local variable."""
        if type(a) is list and id(type(b)) in CONTAINERS.ids:
            touches: list[Touch] = [(_A, a, CONTENT), (_R, b, CONTENT)]
        elif id(type(a)) in SCALARS.ids and id(type(b)) in SCALARS.ids:
            touches = []
        else:
            touches, _ = text_touches(f"r = a0\nr {op}= a1", {"a0": a, "a1": b}, self.memo)
        step = self.before(OpType.COMPUTE, f"{op}=", (a, b), touches, how="inplace", op=op)
        return map(partial(self._gave, step), super().go_inplace(op, a, b))

    def go_binary(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op b`."""
        step = self.before(OpType.COMPUTE, op, (a, b), self._operands(f"a0 {op} a1", a, b), how="binary")
        return map(partial(self._gave, step), super().go_binary(op, a, b))

    def go_unary(self, op: str, a: Any, /) -> Iterator[Any]:
        """`-a`, `+a`, `~a`."""
        step = self.before(OpType.COMPUTE, op, (a,), self._operands(f"{op}a0", a), how="unary")
        return map(partial(self._gave, step), super().go_unary(op, a))

    def go_compare(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op b`."""
        touches = [] if op in ("is", "is not") else self._operands(f"a0 {op} a1", a, b)
        step = self.before(OpType.COMPUTE, op, (a, b), touches, how="compare")
        return map(partial(self._gave, step), super().go_compare(op, a, b))

    def go_truth(self, x: Any, /) -> Iterator[bool]:
        """What `if x` asks."""
        kind = type(x)
        touches: list[Touch] = []
        if id(kind) in CONTAINERS.ids:
            touches = [(_R, x, CONTENT)]
        elif id(kind) not in SCALARS.ids:
            touches, _ = text_touches("__xcs_stage__(0, not a0)", {"a0": x}, self.memo)
        return self.step(self.before(OpType.BRANCH, "branch", (x,), touches), operator.truth, x)

    def go_format_value(self, value: Any, conversion: int, spec: str, /) -> Iterator[str]:
        """`{value!conversion:spec}`."""
        touches: list[Touch] = []
        if id(type(value)) not in SCALARS.ids:
            how = {114: "repr(a0)", 115: "str(a0)", 97: "ascii(a0)"}.get(conversion, "format(a0, a1)")
            touches, _ = text_touches(f"__xcs_stage__(0, {how})", {"a0": value, "a1": spec}, self.memo)
        meta = {"how": "format", "conversion": conversion, "spec": spec}
        step = self.before(OpType.COMPUTE, "format", (value,), touches, **meta)
        return map(partial(self._gave, step), super().go_format_value(value, conversion, spec))

    # ------------------------------------------------------------------------------ iteration, unpacking

    def iterate(self, x: Any, /) -> Iterator[Any]:
        """What runs over `x` inside of another hook."""
        found: Iterator[Any] = next(self.go_iterate(x))
        return found

    def go_iterate(self, x: Any, /) -> Iterator[Any]:
        """What `for` runs over."""
        step = self._begins(x)
        return map(partial(self.watch, x, step), map(iter, (x,)))

    def watch(self, source: Any, loop: Any, iterator: Any) -> Iterator[Any]:
        """What tells of the items of an iterator over `source`."""
        return watched(self, source, loop, iterator)

    def go_delegate(self, x: Any, /) -> Iterator[Any]:
        """What `yield from` hands over to."""
        self._begins(x)
        return super().go_delegate(x)

    def _begins(self, x: Any) -> Any:
        touches: list[Touch] = []
        if (
            id(type(x)) not in CONTAINERS.ids
            and id(type(x)) not in SCALARS.ids
            and id(type(x)) not in lookup.STREAMS.ids
        ):
            touches, _ = text_touches("__xcs_stage__(0, iter(a0))", {"a0": x}, self.memo)
        return self.before(OpType.LOOP, "iterate", (x,), touches)

    def go_spread_keys(self, x: Any, /) -> Iterator[Any]:
        """`*x` in a set display."""
        if type(x) in TABLES:
            self._begins(x)
            for each in list(x):
                self.key(each)
        return super().go_spread_keys(x)

    def mapping(self, x: Any, f: Any = None, /) -> Any:
        """What `**x` takes apart."""
        found = super().mapping(x, f)
        touches: list[Touch] = [(_R, x, CONTENT)]
        if type(x) is not dict:
            touches, _ = text_touches("r = {**a0}", {"a0": x}, self.memo)
        self.before(OpType.LOAD, "mapping", (x,), touches, how="mapping")
        return found

    def go_unpack(self, x: Any, before: int, after: int, /) -> Iterator[Any]:
        """`a, b = x`."""
        touches: list[Touch] = [(_R, x, CONTENT)]
        kind = type(x)
        builtin = id(kind) in CONTAINERS.ids or id(kind) in SCALARS.ids
        if not builtin:
            touches, _ = text_touches("r = [*a0]", {"a0": x}, self.memo)
        step = self.before(OpType.LOAD, "unpack", (x,), touches, how="unpack", left=before, right=after)
        if builtin or (static(kind, "__iter__") is None and static(kind, "__getitem__") is None):
            return self.step(step, unpacker(before, after), x)
        return map(partial(self._gave, step), items_of(map(advancing, map(iter, (x,))), before, after))

    # ---------------------------------------------------------------------------------------------- calls

    def call(self, f: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`f(*args, **kwargs)`, from inside of another hook."""
        return next(self.go_call(f, *args, **kwargs))

    perform = call

    def call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """`o.name(*args, **kwargs)`, from inside of another hook."""
        return next(self.go_call_method(o, name, *args, **kwargs))

    perform_method = call_method

    def go_call(self, f: Any, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """`f(*args, **kwargs)`."""
        return self.begin_call(f, args, kwargs)

    def go_call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """`o.name(*args, **kwargs)`."""
        return then(self.go_load_attr(o, name), lambda f: self.begin_call(f, args, kwargs))

    def begin_call(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
        """A call, with all that it takes evaluated."""
        target, given = lookup.python_function(f, args)
        if target is not None and len(self.under_way) < DEEPEST:
            clone = clone_of(target, self.link)
            if isinstance(clone, FunctionType):
                return self._follow(f, args, kwargs, clone, given)
        touches, blocking = call_touches(f, args, kwargs, self.memo)
        return self.native(f, args, kwargs, touches, blocking=int(blocking))

    def native(
        self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], touches: list[Touch], **meta: Any
    ) -> Iterator[Any]:
        """A call that is not followed."""
        step = self.before(
            OpType.CALL,
            lookup.name_of(f),
            (f, *args, *kwargs.values()),
            touches,
            **lookup.call_meta(f, args, kwargs),
            **meta,
            certainty="may",
        )
        return map(partial(self._returned, step, perf_counter()), thunk(f, args, kwargs))

    def _returned(self, step: Any, start: float, value: Any) -> Any:
        self.lasted(step, perf_counter() - start)
        self.after(step, value)
        return value

    def _follow(
        self,
        f: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        clone: FunctionType,
        given: tuple[Any, ...],
    ) -> Iterator[Any]:
        step = self.before(
            OpType.CALL,
            lookup.name_of(f),
            (f, *args, *kwargs.values()),
            [],
            **lookup.call_meta(f, args, kwargs),
        )
        caller = frame_of_clone()
        self.settle(caller)
        call = Followed(caller or _getframe(), step, self.entering(step, clone, given, kwargs))
        self.under_way.append(call)
        return map(partial(self._came_back, call), thunk(clone, given, kwargs))

    def _came_back(self, call: Followed, value: Any) -> Any:
        if call in self.under_way:
            self._end(self.under_way.index(call))
        self.after(call.step, value)
        return value

    # -------------------------------------------------------------------------------- everything else

    def manage(self, cm: Any, /) -> Any:
        """What `with` enters."""
        touches, _ = text_touches("with a0:\n    pass", {"a0": cm}, self.memo)
        self.before(OpType.SIDE_EFFECT, "with", (cm,), touches, certainty="may")
        return cm

    def new(self, obj: Any, /) -> Any:
        """A list, dict or set, just made."""
        step = self.before(OpType.NEW, type(obj).__name__, (), [], how="new")
        self.after(step, obj)
        return obj

    def key(self, k: Any, /) -> Any:
        """A key that is about to be hashed."""
        if id(type(k)) not in SCALARS.ids:
            self.quiet(text_touches("__xcs_stage__(0, hash(a0))", {"a0": k}, self.memo)[0])
        return k

    def made(self, f: FunctionType, /) -> FunctionType:
        """A nested function, just made."""
        self.after(self.before(OpType.NEW, f.__name__, (), [], how="function"), f)
        return f

    def generator(self, gen: Any, /) -> Any:
        """A generator expression's generator, just made."""
        self.after(self.before(OpType.NEW, "generator", (), [], how="generator"), gen)
        return gen

    def go_import_name(self, name: str, scope: dict[str, Any], fromlist: Any, level: int, /) -> Iterator[Any]:
        """The import itself."""
        touches: list[Touch] = []
        if level or name not in sys.modules:
            touches = [(_W, Unknown(f"imports {name}"), "")]
        self.before(OpType.SIDE_EFFECT, f"import {name}", (), touches, how="import")
        return super().go_import_name(name, scope, fromlist, level)

    def raising(self, exc: Any, /) -> Any:
        """What `raise` is given."""
        self.before(OpType.SIDE_EFFECT, "raise", (exc,), [], how="raise")
        return exc
