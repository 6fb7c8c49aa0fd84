"""Iterators that tell of each item before it arrives. Nobody but a `for` sees them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, final

from xcs_ast.ir.effects import CONTENT, Access
from xcs_ast.ir.operations import OpType
from xcs_ast.native import use_own
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS, Touch, item_field, text_touches
from xcs_ast.tracer.stepping import advancing
from xcs_ast.tracer.type_sets import TypeSet

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.observing_hooks import WatchingRecorder

__all__ = ["watched"]

_VIEWS: Final = TypeSet({type({}.keys()), type({}.values()), type({}.items())})
_SILENT: Final = SCALARS | CONTAINERS | _VIEWS
"""What is iterated over without any code of the user's."""
_COMPOSED: Final = TypeSet({zip, enumerate, reversed})


def watched(recorder: WatchingRecorder, source: Any, loop: Any, iterator: Any) -> Iterator[Any]:
    """`iterator`, telling of each item. It is advanced by C code, or runs no code of the user's."""
    watch = _Watched(recorder, source, iterator, loop)
    if type(source) in _SILENT and id(type(iterator)) not in _COMPOSED.ids:
        return watch
    items = chain(advancing(iterator), filter(watch.end, (None,)))
    return map(watch.arrived, iter(watch.begin, _NEVER), items)


_NEVER: Final = object()


@final
class _Watched:
    """One loop."""

    __slots__ = ("_iterator", "_loop", "_number", "_recorder", "_source", "_step", "_touched")

    def __init__(self, recorder: WatchingRecorder, source: Any, iterator: Any, loop: Any) -> None:
        self._recorder = recorder
        self._source = source
        self._iterator = iterator
        self._loop = loop
        self._number = 0
        self._step: Any = None
        self._touched: list[Touch] = []

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self.begin()
        try:
            item = next(self._iterator)
        except BaseException:
            self._recorder.turn(self._loop, None)
            raise
        return self.arrived(None, item)

    def begin(self) -> None:
        """The next item is about to be asked for."""
        recorder, number = self._recorder, self._number
        recorder.turn(self._loop, number)
        self._step = None
        self._touched = touches = self._touches(number)
        if any(touch[0] is not Access.READ for touch in touches):
            self._step = recorder.before(
                OpType.LOAD, "next", (self._source,), touches, how="next", loop=self._loop, index=number
            )

    def arrived(self, _: None, item: Any) -> Any:
        """It is there."""
        recorder, number, step = self._recorder, self._number, self._step
        if step is None:
            meta = {"how": "next", "loop": self._loop, "index": number}
            step = recorder.before(OpType.LOAD, "item", (self._source,), self._touched, **meta)
        self._number = number + 1
        recorder.after(step, item)
        return item

    def end(self, _: None) -> bool:
        """There is none."""
        self._recorder.turn(self._loop, None)
        return False

    def _touches(self, number: int) -> list[Touch]:
        source = self._source
        kind = type(source)
        if kind is list or kind is tuple:
            return [(Access.READ, source, item_field(number))]
        if id(kind) in SCALARS.ids:
            return []
        if id(kind) in CONTAINERS.ids:
            return [(Access.READ, source, CONTENT)]
        if id(kind) in _VIEWS.ids:
            return [(Access.READ, each, CONTENT) for each in gc.get_referents(source)[:1]]
        out: list[Touch] = [(Access.WRITE, self._iterator, CONTENT)]
        behind = _behind(self._iterator, 4) if id(kind) in _COMPOSED.ids else None
        if behind is None:
            return (
                out
                + text_touches("__xcs_stage__(0, next(a0))", {"a0": self._iterator}, self._recorder.memo)[0]
            )
        return out + [(Access.READ, each, CONTENT) for each in behind]


def _behind(iterator: object, depth: int) -> list[object] | None:
    """The containers that an iterator made of builtin iterators runs over; `None`: it may be anything."""
    out: list[object] = []
    inside = gc.get_referents(iterator)
    if id(type(iterator)) in _COMPOSED.ids:
        inside = inside[:1]  # the others are the items that came last
    for each in inside:
        kind = type(each)
        if kind is type or id(kind) in SCALARS.ids:
            continue
        if id(kind) in CONTAINERS.ids and not (kind is tuple and id(type(iterator)) in _COMPOSED.ids):
            out.append(each)
        elif depth and (kind is tuple or id(kind) in _COMPOSED.ids or kind.__name__ in _ITERATORS):
            more = _behind(each, depth - 1)
            if more is None:
                return None
            out += more
        else:
            return None
    return out


_ITERATORS: Final = frozenset(
    {
        "list_iterator",
        "tuple_iterator",
        "str_ascii_iterator",
        "str_iterator",
        "range_iterator",
        "dict_keyiterator",
        "dict_itemiterator",
        "dict_valueiterator",
        "set_iterator",
        "list_reverseiterator",
    }
)
