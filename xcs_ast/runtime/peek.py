"""Peeking: looking at the items that an iterable will give, without consuming them.

Guarantees: `peek` runs no user code and changes nothing that the program can see; it answers `None` for
everything that it does not know exactly. What the peeker gives is what iteration will give as long as nobody
changes the containers meanwhile; whoever uses it compares each item on arrival, with `same`.
Assumes: the exact builtin types, and the `__reduce__` of their iterators, as of CPython 3.11 to 3.13.
"""

from __future__ import annotations

import gc
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from types import GeneratorType

from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass

from ..typing import TYPE_CHECKING

use_own(globals())

__all__ = ["END", "Fresh", "Peeker", "peek", "same", "sources"]


@final
class _End:
    """The type of `END`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "END"


END: Final = _End()
"""Given instead of an item where there is none (yet)."""


if TYPE_CHECKING:
    Fresh = bool | tuple["Fresh", ...]
else:  # a checker at run time need not be able to follow it into itself
    Fresh = bool | tuple[Any, ...]
"""What iteration makes anew: nothing (`False`), scalars (`True`), or tuples, by element.

What is made anew is equal, not identical, when it is made twice.
"""


@final
@dataclass(slots=True)
class Peeker:
    """The live iterator, which alone advances for real, and a second one that looks ahead.

    `ahead` may give `END` and later items again (a list that grows).
    """

    live: Iterator[object]
    ahead: Iterator[object]
    fresh: Fresh
    wrapped: bool = False
    """Iterating runs code of a library (a progress bar), of whose effects the analysis knows nothing."""


_PAIR: Final = (False, False)
_CONTAINERS: Final[dict[type, Fresh]] = {
    tuple: False,
    set: False,
    frozenset: False,
    dict: False,
    defaultdict: False,
    OrderedDict: False,
    deque: False,
    type({}.keys()): False,
    type({}.values()): False,
    type({}.items()): _PAIR,
    type(OrderedDict().keys()): False,
    type(OrderedDict().values()): False,
    type(OrderedDict().items()): _PAIR,
    range: True,
    str: True,
    bytes: True,
}
"""Exact types whose iterators are independent of one another."""


def _kind(container: Any, turn: Callable[[Any], Any] = iter) -> type:
    return type(turn(container))


_INDEXED: Final[dict[type, tuple[type, ...]]] = {
    _kind([]): (list,),
    _kind([], reversed): (list,),
    _kind(()): (tuple, list),
    _kind(range(1)): (range,),
    _kind(range(10**30, 10**30 + 1)): (range,),
    _kind("a"): (str, tuple, list),
    _kind("\u1234"): (str, tuple, list),
    _kind(b""): (bytes, tuple, list),
    _kind((), reversed): (tuple, str, bytes, list),
}
"""Iterators whose `__reduce__` is (function, (sequence,)[, index]), and the exact sequences allowed there."""

_SNAPSHOT: Final[dict[type, Fresh]] = {
    _kind({}): False,
    _kind({}, reversed): False,
    _kind({}.values()): False,
    _kind({}.values(), reversed): False,
    _kind({}.items()): _PAIR,
    _kind({}.items(), reversed): _PAIR,
    _kind(set()): False,
}
"""Iterators whose `__reduce__` is (iter, (list of what is left,)), made from a copy of the iterator."""

_DEQUE: Final = frozenset({_kind(deque()), _kind(deque(), reversed)})
"""Iterators whose `__reduce__` is (their type, (deque, index))."""

_Copy = tuple[Iterator[object], Fresh]


def peek(iterable: object) -> Peeker | None:
    """A peeker, or `None` where `iterable` is not of a type that is known exactly."""
    kind = type(iterable)
    source: Any = iterable
    if kind is list:
        return Peeker(iter(source), _list_items(source, 0), False)
    fresh = _CONTAINERS.get(kind)
    if fresh is not None:
        return Peeker(iter(source), iter(source), fresh)
    copied = _copied(source, {})
    if copied is not None:
        return Peeker(source, *copied, wrapped=_leads_through(source))
    inner = _passed_on(source)
    found = None if inner is None else peek(inner)
    return None if found is None else Peeker(iter(source), found.ahead, found.fresh, wrapped=True)


def _passed_on(source: object) -> object:
    """What an iterable of a library takes its items from, if a model says that it gives them as they are."""
    libraries = sys.modules.get("xcs_ast.effects.libraries")  # else nothing has been analysed that may wait
    return None if libraries is None else libraries.passes_on(source)


def _leads_through(iterator: Any) -> bool:
    """Whether an `enumerate` or a `zip` draws from such an iterable."""
    kind = type(iterator)
    if kind is GeneratorType:
        return True
    if kind is enumerate:
        return _leads_through(iterator.__reduce__()[1][0])
    return kind is zip and any(map(_leads_through, iterator.__reduce__()[1]))


_CHANGEABLE: Final = frozenset({list, dict, set, defaultdict, OrderedDict, deque})


def sources(iterable: object) -> frozenset[int]:
    """The `id` of each changeable container that a peeked iterable takes its items from.

    Views and iterators hold these containers themselves, or hold other iterators.
    """
    found: set[int] = set()
    seen: set[int] = set()
    todo = [iterable]
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if type(each) in _CHANGEABLE:
            found.add(id(each))
        elif (inner := _passed_on(each)) is not None:
            todo.append(inner)
        elif type(each) is enumerate or type(each) is zip:
            # They also hold the tuple that they gave last.
            todo.extend(each.__reduce__()[1])
        elif type(each) not in _FIXED:
            todo.extend(gc.get_referents(each))
    return frozenset(found)


_FIXED: Final = frozenset({tuple, range, str, bytes, int, frozenset, type, type(None)})


def _list_items(items: list[object], index: int) -> Iterator[object]:
    """By index, as a list's own iterator does; `END` as long as there is nothing (more)."""
    while True:
        if index < len(items):
            yield items[index]
            index += 1
        else:
            yield END


def _copied(iterator: Any, memo: dict[int, _Copy]) -> _Copy | None:
    """A builtin iterator at the same place, independent of the given one.

    `memo` keeps the sharing: `zip(it, it)` is copied as one iterator that is given twice.
    """
    known = memo.get(id(iterator))
    if known is not None:
        return known
    kind = type(iterator)
    copy: _Copy | None = None
    if kind in _INDEXED:
        copy = _copied_indexed(iterator, _INDEXED[kind])
    elif kind in _SNAPSHOT:
        copy = iter(iterator.__reduce__()[1][0]), _SNAPSHOT[kind]
    elif kind in _DEQUE:
        arguments = iterator.__reduce__()[1]
        if type(arguments[0]) is deque:
            copy = kind(*arguments), False
    elif kind is enumerate:
        inner, count = iterator.__reduce__()[1]
        source = _copied(inner, memo)
        if source is not None and type(count) is int:
            copy = enumerate(source[0], count), (True, source[1])
    elif kind is zip:
        copy = _copied_zip(iterator, memo)
    elif kind is GeneratorType:
        inner = _passed_on(iterator)
        found = None if inner is None else peek(inner)
        copy = None if found is None else (found.ahead, found.fresh)
    if copy is not None:
        memo[id(iterator)] = copy
    return copy


def _copied_indexed(iterator: Any, allowed: tuple[type, ...]) -> _Copy | None:
    turn, arguments, *state = iterator.__reduce__()
    if turn not in (iter, reversed) or len(arguments) != 1 or type(arguments[0]) not in allowed:
        return None
    copy: Any = turn(arguments[0])
    if state and state[0] is not None:
        copy.__setstate__(state[0])
    return copy, type(arguments[0]) in (range, str, bytes)


def _copied_zip(iterator: Any, memo: dict[int, _Copy]) -> _Copy | None:
    _, inner, *state = iterator.__reduce__()
    sources = []
    for each in inner:
        source = _copied(each, memo)
        if source is None:
            return None
        sources.append(source)
    copy = zip(*(source for source, _ in sources), strict=bool(state and state[0]))
    return copy, tuple(fresh for _, fresh in sources)


def same(peeked: object, arrived: object, fresh: Fresh) -> bool:
    """Whether the item that arrived is the one that was peeked.

    What iteration makes anew is compared by type and value, or element by element; all else by identity.
    """
    if peeked is arrived:
        return True
    if fresh is False:
        return False
    if fresh is True:
        return type(peeked) is type(arrived) and type(peeked) in (int, str, bytes) and peeked == arrived
    return (
        type(peeked) is tuple
        and type(arrived) is tuple
        and len(peeked) == len(arrived) == len(fresh)
        and all(map(same, peeked, arrived, fresh))
    )
