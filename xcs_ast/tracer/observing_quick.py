"""The observing recorder: short ways for the commonest steps, one note each.

Guarantees: what `observing.NotingRecorder` guarantees; a short way is taken only where no code of the user's
can run in the step, and says of it what the long way would say.
Assumes: as it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import repeat
from sys import _getframe
from time import perf_counter
from types import FunctionType, GetSetDescriptorType, MethodDescriptorType, MethodType
from typing import Any, Final, final

from xcs_ast.ir.effects import CONTENT, Access
from xcs_ast.ir.operations import OpType
from xcs_ast.native import use_own
from xcs_ast.tracer.clones import is_clone
from xcs_ast.tracer.hook_parts import BINARY, COMPARE, INPLACE
from xcs_ast.tracer.hooks import Token
from xcs_ast.tracer.observing import LIMIT, Activation, Kind, NotingRecorder, length_of
from xcs_ast.tracer.observing_base import NOTHING, Followed
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS, item_field
from xcs_ast.tracer.observing_hooks import DEEPEST, Increment
from xcs_ast.tracer.stepping import thunk
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

__all__ = ["ObservingRecorder"]

_SCALAR: Final = Kind.SCALAR
_DONE: Final = Kind.DONE
_ITEM: Final = Kind.ITEM
_R, _W, _A = Access.READ, Access.WRITE, Access.REDUCE
_NATIVE: Final = TypeSet({list, dict, str})
_FEW: Final = 64
_NUMBERS: Final = TypeSet({int, float, str})
_DICT: Final = type.__dict__["__dict__"]
"""In the place of what a class does not define: a descriptor of C code."""
_ITERATED: Final = (CONTAINERS | SCALARS) - {bytearray}


@final
class ObservingRecorder(NotingRecorder):
    """Notes down what happens."""

    def __init__(self, *, unnoticed: bool = False) -> None:
        super().__init__(unnoticed=unnoticed)
        self._clones: dict[Any, FunctionType] = {}
        """Functions, and functions with the class that they are methods of, that have been followed."""

    def _top(self, frame: Any) -> Activation | None:
        """The present run if `frame` is its frame."""
        top = self.top
        if top.frame is frame:
            return top
        if top.frame is None and top.code is frame.f_code:
            top.frame = frame
            return top
        return None

    # ----------------------------------------------------------------------------------------- operators

    def go_binary(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op b`."""
        if id(type(a)) in SCALARS.ids and id(type(b)) in SCALARS.ids:
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None:
                try:
                    value = BINARY[op](a, b)
                except Exception:
                    return super().go_binary(op, a, b)  # and once more, where the program can see it
                self.notes.append((_SCALAR, top, frame.f_lasti, "binary", op, (a, b), value))
                return repeat(value)
        return super().go_binary(op, a, b)

    def go_inplace(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op= b` for a local variable."""
        if id(type(a)) in SCALARS.ids and id(type(b)) in SCALARS.ids:
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None:
                try:
                    value = INPLACE[op](a, b)
                except Exception:
                    return super().go_inplace(op, a, b)
                self.notes.append((_SCALAR, top, frame.f_lasti, "inplace", op, (a, b), value))
                return repeat(value)
        return super().go_inplace(op, a, b)

    def go_compare(self, op: str, a: Any, b: Any, /) -> Iterator[Any]:
        """`a op b`."""
        if id(type(a)) in SCALARS.ids and id(type(b)) in SCALARS.ids:
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None:
                try:
                    value = COMPARE[op](a, b)
                except Exception:
                    return super().go_compare(op, a, b)
                self.notes.append((_SCALAR, top, frame.f_lasti, "compare", op, (a, b), value))
                return repeat(value)
        return super().go_compare(op, a, b)

    def go_truth(self, x: Any, /) -> Iterator[bool]:
        """What `if x` asks."""
        if id(type(x)) in SCALARS.ids:
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None:
                value = True if x else False  # noqa: SIM210
                self.notes.append(
                    (_DONE, top, frame.f_lasti, OpType.BRANCH, "branch", (x,), (), "", value, None)
                )
                return repeat(value)
        return super().go_truth(x)

    # ---------------------------------------------------------------------------------- attributes, items

    def go_load_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """`o.name`."""
        if _own(type(o), name):
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None:
                try:
                    value = getattr(o, name)
                except AttributeError:
                    return super().go_load_attr(o, name)
                length = None if id(type(value)) in SCALARS.ids else length_of(value)
                touches = ((_R, o, name),)
                self.notes.append(
                    (_DONE, top, frame.f_lasti, OpType.LOAD, name, (o,), touches, "attr", value, length)
                )
                return repeat(value)
        return super().go_load_attr(o, name)

    def go_store_attr(self, value: Any, o: Any, name: str, /) -> Iterator[Any]:
        """`o.name = value`."""
        if _own(type(o), name):
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None and id(type(getattr(o, name, None))) in SCALARS.ids:
                try:
                    setattr(o, name, value)
                except AttributeError:
                    return super().go_store_attr(value, o, name)
                touches = ((_W, o, name),)
                self.notes.append(
                    (
                        _DONE,
                        top,
                        frame.f_lasti,
                        OpType.STORE,
                        name,
                        (o, value),
                        touches,
                        "attr",
                        NOTHING,
                        None,
                    )
                )
                return repeat(None)
        return super().go_store_attr(value, o, name)

    def go_begin_attr(self, o: Any, name: str, /) -> Iterator[Any]:
        """The load of `o.name += ...`."""
        if _own(type(o), name):
            value = getattr(o, name, None)
            if id(type(value)) in _NUMBERS.ids:
                return repeat(Increment("attr", o, name, value))
        return super().go_begin_attr(o, name)

    def go_finish(self, token: Any, op: str, value: Any, /) -> Iterator[Any]:
        """The operator (in place) and the store of an augmented assignment."""
        if type(token) is Increment and id(type(value)) in SCALARS.ids and token.kind == "attr":
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None and _own(type(token.owner), token.name):
                try:
                    setattr(token.owner, token.name, INPLACE[op](token.old, value))
                except Exception:
                    return super().go_finish(token, op, value)
                self._note_add(top, frame.f_lasti, token, op, value)
                return repeat(None)
        return super().go_finish(token, op, value)

    def go_finish_binary(self, token: Any, op: str, value: Any, owner: Any, /) -> Iterator[Any]:
        """The plain operator and the store of `x.a = x.a + v` and its like."""
        if (
            type(token) is Increment
            and id(type(value)) in SCALARS.ids
            and token.kind == "attr"
            and owner is token.owner
        ):
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None and _own(type(owner), token.name):
                try:
                    setattr(owner, token.name, BINARY[op](token.old, value))
                except Exception:
                    return super().go_finish_binary(token, op, value, owner)
                self._note_add(top, frame.f_lasti, token, op, value)
                return repeat(None)
        return super().go_finish_binary(token, op, value, owner)

    def _note_add(self, top: Activation, at: int, token: Token, op: str, value: Any) -> None:
        owner, name = token.owner, token.name
        touches = ((_A if op in ("+", "-") else _W, owner, name),)
        meta = {"how": "add", "sort": "attr", "op": op, "target": name}
        self.notes.append(
            (_DONE, top, at, OpType.STORE, f"{name} {op}=", (owner, value), touches, meta, NOTHING, None)
        )

    def go_load_item(self, o: Any, k: Any, /) -> Iterator[Any]:
        """`o[k]`."""
        kind = type(o)
        if (kind is list or kind is tuple or kind is str) and type(k) is int:
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None:
                try:
                    value = o[k]
                except LookupError:
                    return super().go_load_item(o, k)
                length = None if id(type(value)) in SCALARS.ids else length_of(value)
                touches = ((_R, o, k + len(o) if k < 0 else k),)
                self.notes.append(
                    (_DONE, top, frame.f_lasti, OpType.LOAD, "item", (o, k), touches, "item", value, length)
                )
                return repeat(value)
        return super().go_load_item(o, k)

    def go_store_item(self, value: Any, o: Any, k: Any, /) -> Iterator[Any]:
        """`o[k] = value`."""
        if type(o) is list and type(k) is int:
            frame = _getframe(1)
            top = self.top if self.top.frame is frame else self._top(frame)
            if top is not None and -len(o) <= k < len(o) and id(type(o[k])) in SCALARS.ids:
                touches = ((_W, o, k + len(o) if k < 0 else k),)
                o[k] = value
                self.notes.append(
                    (
                        _DONE,
                        top,
                        frame.f_lasti,
                        OpType.STORE,
                        "item",
                        (o, k, value),
                        touches,
                        "item",
                        NOTHING,
                        None,
                    )
                )
                return repeat(None)
        return super().go_store_item(value, o, k)

    # --------------------------------------------------------------------------------------------- loops

    def watch(self, source: Any, loop: Any, iterator: Any) -> Iterator[Any]:
        """What tells of the items of an iterator over `source`."""
        if type(source) in _ITERATED:
            return _Items(self, source, loop, iterator)
        return super().watch(source, loop, iterator)

    def loop(self) -> None:
        """The start of a round of a `while` loop."""
        if len(self.notes) >= LIMIT:
            self.fill()

    # --------------------------------------------------------------------------------------------- calls

    def go_call_method(self, o: Any, name: str, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """`o.name(*args, **kwargs)`."""
        cls = type(o)
        frame: Any = _getframe(1)
        if self.top.frame is not frame and not is_clone(frame.f_code):
            frame = frame.f_back  # a hook that this one is a part of; comprehensions have frames of their own
        top = self._top(frame)
        if top is None:
            return super().go_call_method(o, name, *args, **kwargs)
        if id(cls) in _NATIVE.ids:
            touches = None if kwargs else _native_touches(cls, o, name, args)
            if touches is not None:
                return self._natively(cls, o, name, args, frame, top, touches)
        else:
            found = _method(o, cls, name)
            clone = None if found is None else self._current((found, id(cls)), found)
            if clone is not None and len(self.under_way) < DEEPEST and len(self.notes) < LIMIT:
                f = getattr(o, name)
                looked_up = ((_R, o, name), (_R, cls, name))
                return self._quickly(f, args, kwargs, clone, (o, *args), frame, top, looked_up)
        return super().go_call_method(o, name, *args, **kwargs)

    def _natively(
        self, cls: type, o: Any, name: str, args: tuple[Any, ...], frame: Any, top: Activation,
        touches: tuple[Any, ...],
    ) -> Iterator[Any]:  # fmt: skip
        """A method of a builtin object, which runs nothing of the user's."""
        f = getattr(o, name)
        try:
            value = f(*args)
        except Exception:
            return super().go_call_method(o, name, *args)  # and once more, where the program can see it
        meta = {"positional": len(args), "method": name, "blocking": 0, "certainty": "may"}
        text, length = f"{cls.__name__}.{name}", length_of(value)
        self.notes.append(
            (_DONE, top, frame.f_lasti, OpType.CALL, text, (f, *args), touches, meta, value, length)
        )
        return repeat(value)

    go_perform_method = go_call_method

    def go_call(self, f: Any, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """`f(*args, **kwargs)`."""
        return self.begin_call(f, args, kwargs)

    go_perform = go_call

    def begin_call(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
        """A call, with all that it takes evaluated."""
        clone = None
        given = args
        if type(f) is FunctionType:
            clone = self._current(f, f)
        elif type(f) is MethodType:
            clone = self._current((f.__func__, id(type(f.__self__))), f.__func__)
            given = (f.__self__, *args)
        if clone is not None and len(self.under_way) < DEEPEST and len(self.notes) < LIMIT:
            frame: Any = _getframe(1)
            if frame is not self.top.frame and not is_clone(frame.f_code):
                frame = frame.f_back
            top = self._top(frame)
            if top is not None:
                return self._quickly(f, args, kwargs, clone, given, frame, top)
        return super().begin_call(f, args, kwargs)

    def _current(self, key: object, function: Any) -> FunctionType | None:
        """The clone by which a function was followed before, if it has the same code and defaults now."""
        clone = self._clones.get(key)
        return clone if clone is not None and self.link.is_current(clone, function) else None

    def _quickly(
        self,
        f: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        clone: FunctionType,
        given: tuple[Any, ...],
        frame: Any,
        top: Activation,
        touches: tuple[Any, ...] = (),
    ) -> Iterator[Any]:
        """A call of a function that has been followed before."""
        step = len(self.notes)
        self.notes.append((Kind.CALL, top, frame.f_lasti, f, args, kwargs, touches))
        call = Followed(frame, step, self.entering(step, clone, given, kwargs))
        self.under_way.append(call)
        return map(partial(self._back, call), thunk(clone, given, kwargs))

    def _back(self, call: Followed, value: Any) -> Any:
        if (
            self.under_way
            and self.under_way[-1] is call
            and not (self._unnoticed or self.stopped or self.truncated)
        ):
            self.under_way.pop()
            activation = call.activation
            activation.frame = None
            if self.top is activation:
                self._active.pop()
                self.top = self._active[-1]
                now = perf_counter() - call.start
                self.notes.append((Kind.BACK, call.step, activation, now, value, length_of(value)))
                return value
            self.under_way.append(call)
        return self._came_back(call, value)

    def _follow(
        self,
        f: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        clone: FunctionType,
        given: tuple[Any, ...],
    ) -> Iterator[Any]:
        if type(f) is FunctionType:
            self._clones[f] = clone
        elif type(f) is MethodType and len(given) > len(args):
            self._clones[f.__func__, id(type(f.__self__))] = clone
        return super()._follow(f, args, kwargs, clone, given)


def _native_touches(cls: type, o: Any, name: str, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What a method of a builtin object touches; `None` where it might run code of the user's."""
    if cls is list:
        return ((_A, o, CONTENT),) if name == "append" and len(args) == 1 else None
    if not SCALARS.issuperset(map(type, args)):
        return None
    if cls is dict:
        if name == "get" and args and len(o) <= _FEW and SCALARS.issuperset(map(type, o)):
            return ((_R, o, item_field(args[0])),)
        return None
    return () if type(str.__dict__.get(name)) is MethodDescriptorType else None


def _method(o: Any, cls: type, name: str) -> FunctionType | None:
    """The function that `o.name` is bound to, if looking it up runs nothing of the user's."""
    if type(cls) is not type:
        return None
    found: Any = None
    for base in cls.__mro__:
        space = base.__dict__
        if base is object:
            break
        if type(base) is not type or "__getattribute__" in space:
            return None
        if found is None:
            found = space.get(name)
        if type(space.get("__dict__", _DICT)) is not GetSetDescriptorType:
            return None
    if type(found) is not FunctionType or name in getattr(o, "__dict__", ()):
        return None
    return found


@final
class _Items:
    """An iterator over a builtin container, telling of each item."""

    __slots__ = ("_iterator", "_loop", "_number", "_recorder", "_source")

    def __init__(self, recorder: ObservingRecorder, source: Any, loop: Any, iterator: Any) -> None:
        self._recorder = recorder
        self._source = source
        self._iterator = iterator
        self._loop = loop
        self._number = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        recorder = self._recorder
        try:
            item = next(self._iterator)
        except BaseException:
            recorder.turn(self._loop, None)
            raise
        number = self._number
        self._number = number + 1
        frame = _getframe(1)
        top = recorder.top
        if top.frame is frame and len(recorder.notes) < LIMIT:
            recorder.notes.append((_ITEM, top, frame.f_lasti, self._loop, number, self._source, item))
            return item
        recorder.turn(self._loop, number)
        touch = (_R, self._source, item_field(number) if type(self._source) in (list, tuple) else CONTENT)
        touches = [] if id(type(self._source)) in SCALARS.ids else [touch]
        meta = {"how": "next", "loop": self._loop, "index": number}
        recorder.after(recorder.before(OpType.LOAD, "item", (self._source,), touches, **meta), item)
        return item


def _own(cls: type, name: str) -> bool:
    """Whether getting and setting the attribute concerns nothing but the dictionary of an instance."""
    if type(cls) is not type:
        return False
    for base in cls.__mro__:
        if base is object:
            return True
        space = base.__dict__
        if (
            type(base) is not type
            or name in space
            or "__getattr__" in space
            or "__getattribute__" in space
            or "__setattr__" in space
        ):
            return False
    return False
