"""The methods of the exact builtin containers, on shared and on owned ones.

Guarantees: each method has the results, the exceptions and the effects of the real one; on a shared
container its effect is held back. What it is given is taken as of the call. Raises `Unsure` before
anything has happened. Assumes: keyword arguments are those of the caller, unchecked.
"""

from __future__ import annotations

import collections
from collections.abc import Collection
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.containers_list import BLIND
from xcs_ast.tracer.kinds import MISSING, SCALARS, is_plain_equal, is_plain_key, unsure
from xcs_ast.tracer.state_base import empty_like
from xcs_ast.tracer.state_core import MAPPINGS, SEQUENCES, StateCore

use_own(globals())

__all__ = ["ContainerMethods"]

_POSITIONS: Final = frozenset({"append", "appendleft", "clear", "reverse"})
_TAKING: Final = frozenset({"extend", "extendleft"})
_COMPARING: Final = frozenset({"remove", "index", "count"})
_SET_READS: Final = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_SET_TESTS: Final = frozenset({"issubset", "issuperset", "isdisjoint"})
_SET_CHANGES: Final = frozenset(
    {"update", "difference_update", "intersection_update", "symmetric_difference_update"}
)
_NUMERIC: Final = frozenset({int, float, bool})


class ContainerMethods(StateCore):
    """`container_method`, and what it is made of."""

    __slots__ = ()

    def container_method(
        self, obj: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], used: bool = True, /
    ) -> Any:
        """`obj.name(*args, **kwargs)` for an exact builtin container; `Unsure` where it is not known."""
        kind = type(obj)
        if kind is list or kind is collections.deque:
            return self._sequence_method(obj, kind, name, args, kwargs)
        if kind in MAPPINGS:
            return self._mapping_method(obj, kind, name, args, kwargs)
        if kind is set or kind is frozenset:
            return self._set_method(obj, kind, name, args, kwargs)
        raise unsure(f"a method of a {kind.__name__}")

    def settle_equality(self, elements: Collection[Any]) -> None:
        """Logs what the elements, which compare by themselves, are compared by."""
        for kind in set(map(type, elements)):
            if kind is tuple or kind is frozenset:
                for each in elements:
                    if type(each) is kind:
                        self.settle_equality(each)
            elif kind not in SCALARS:
                self.settled(kind, "__eq__")
                self.settled(kind, "__ne__")

    # Lists and deques

    def _sequence_method(
        self, obj: Any, kind: type, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        own = id(obj) in self.owned
        if name == "append" and len(args) == 1 and not kwargs:
            if own:
                return obj.append(args[0])
            return self.sequence_state(obj).do("append", args, {})
        if not hasattr(kind, name) or name.startswith("__"):
            raise unsure(f"{kind.__name__}.{name}")
        if name == "sort":
            return self._sort(obj, own, args, kwargs)
        if kwargs:
            raise unsure(f"keywords for {kind.__name__}.{name}")
        if name in BLIND and len(args) != 1:
            # Held back unseen, it would fail at its replay.
            raise unsure(f"{kind.__name__}.{name} with {len(args)} arguments")
        if name in _TAKING:
            taken = self.private_elements(args[0])  # type: ignore[attr-defined]
            if taken is None:
                raise unsure(f"{name} with something that is no builtin container")
            args = (taken,)
        elif name == "copy" and not args:
            made = self.copy_of(obj)  # type: ignore[attr-defined]
            self.transaction.adopt(made)
            return made
        elif name in _COMPARING:
            whole = obj if own else self.sequence_state(obj).whole()
            if not all(type(each) in SCALARS for each in args[1:]):
                raise unsure(f"{kind.__name__}.{name} with unusual bounds")
            if not all(map(is_plain_equal, args)) or not all(map(is_plain_equal, whole)):
                raise unsure(f"{kind.__name__}.{name} among objects that compare by code of their own")
            self.settle_equality((*args, *whole))
            if name != "remove":
                return getattr(kind, name)(whole, *args)
        elif name == "insert":
            if len(args) != 2 or type(args[0]) not in SCALARS:
                raise unsure("insert at an unusual index")
        elif name not in _POSITIONS and not all(type(each) in SCALARS for each in args):
            raise unsure(f"{kind.__name__}.{name} with unusual arguments")
        if own:
            return getattr(kind, name)(obj, *args)
        return self.sequence_state(obj).do(name, args, {})

    def _sort(self, obj: Any, own: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        reverse = kwargs.get("reverse", False)
        if args or set(kwargs) - {"key", "reverse"} or type(reverse) not in (bool, int):
            raise unsure("sort with unusual arguments")
        whole = obj if own else self.sequence_state(obj).whole()
        key = kwargs.get("key")
        if key is not None:
            raise unsure("sort with a key")
        if not _sortable(whole):
            raise unsure("sort of objects that compare by code of their own")
        try:
            sorted(whole)
        except TypeError:
            # What cannot be compared leaves the list sorted half-way.
            raise unsure("a sort that fails") from None
        if own:
            obj.sort(reverse=reverse)
        else:
            self.sequence_state(obj).do("sort", (), {"reverse": reverse})

    # Mappings

    def _mapping_method(
        self, obj: Any, kind: type, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        own = id(obj) in self.owned
        if name in ("get", "setdefault", "pop") and 1 <= len(args) <= 2 and not kwargs:
            if not is_plain_key(args[0]):
                raise unsure("a key that compares by code of its own")
            if own:
                return getattr(kind, name)(obj, *args)
            return self._key_method(obj, name, *args)
        if name in ("keys", "values", "items") and not args and not kwargs:
            return getattr(kind, name)(obj)
        if name == "copy" and not args and not kwargs:
            made = self.copy_of(obj)  # type: ignore[attr-defined]
            self.transaction.adopt(made)
            return made
        if kind is collections.Counter and name in _COUNTER:
            return self._counter_method(obj, own, name, args, kwargs)
        if name == "update":
            return self._update(obj, own, args, kwargs)
        if name == "clear" and not args and not kwargs:
            return obj.clear() if own else self.mapping_state(obj).clear()
        if name == "popitem" or (name == "move_to_end" and kind is collections.OrderedDict):
            if not all(map(is_plain_key, args)) or not all(type(each) is bool for each in kwargs.values()):
                raise unsure(f"{kind.__name__}.{name} with unusual arguments")
            if own:
                return getattr(kind, name)(obj, *args, **kwargs)
            return self.mapping_state(obj).do(name, args, kwargs)
        raise unsure(f"{kind.__name__}.{name}")

    def _key_method(self, obj: Any, name: str, key: Any, default: Any = MISSING) -> Any:
        state = self.mapping_state(obj)
        value = state.get(key)
        if name == "get":
            return value if value is not MISSING else None if default is MISSING else default
        if name == "setdefault":
            if value is MISSING:
                value = None if default is MISSING else default
                state.set(key, value)
            return value
        if value is MISSING:
            return empty_like(obj).pop(key) if default is MISSING else default
        state.delete(key)
        return value

    def _update(self, obj: Any, own: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if len(args) > 1:
            raise unsure("update with several arguments")
        pairs: list[tuple[Any, Any]] = []
        if args:
            given = args[0]
            if type(given) in MAPPINGS:
                whole = given if id(given) in self.owned else self.mapping_state(given).whole()
                pairs += whole.items()
            else:
                taken = self.private_elements(given)  # type: ignore[attr-defined]
                if taken is None or not all(type(each) is tuple and len(each) == 2 for each in taken):
                    raise unsure("update with something that is no mapping")
                pairs += taken
            if not all(is_plain_key(key) for key, _ in pairs):
                raise unsure("a key that compares by code of its own")
        pairs += kwargs.items()
        if own:
            # Not `dict.update`: an ordered dictionary keeps its order elsewhere.
            for key, value in pairs:
                obj[key] = value
            return
        state = self.mapping_state(obj)
        for key, value in pairs:
            state.set(key, value)

    def _counter_method(
        self, obj: Any, own: bool, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if kwargs or len(args) > 1:
            raise unsure(f"Counter.{name} with unusual arguments")
        if name in ("most_common", "total"):
            whole = obj if own else self.mapping_state(obj).whole()
            if not all(type(each) in _NUMERIC for each in whole.values()):
                raise unsure("a Counter of something else than numbers")
            if not all(type(each) in (int, type(None)) for each in args):
                raise unsure("an unusual number")
            made = getattr(whole, name)(*args)
            self.transaction.adopt(made)
            return made
        sign = "+" if name == "update" else "-"
        for element, count in self._counted(args):
            self._count(obj, own, element, sign, count)
        return None

    def _counted(self, args: tuple[Any, ...]) -> list[tuple[Any, Any]]:
        if not args:
            return []
        given = args[0]
        if type(given) in MAPPINGS:
            whole = given if id(given) in self.owned else self.mapping_state(given).whole()
            counted = list(whole.items())
        else:
            taken = self.private_elements(given)  # type: ignore[attr-defined]
            if taken is None:
                raise unsure("a Counter is updated with something that is no builtin container")
            counted = [(element, 1) for element in taken]
        if not all(is_plain_key(element) and type(count) is int for element, count in counted):
            raise unsure("a Counter of unusual keys or counts")
        return counted

    def _count(self, obj: Any, own: bool, element: Any, sign: str, count: int) -> None:
        change = count if sign == "+" else -count
        if own:
            old = dict.get(obj, element, 0)
            if type(old) is not int:
                raise unsure("a Counter of something else than numbers")
            obj[element] = old + change
            return
        state = self.mapping_state(obj)
        token = state.begin(element, 0)
        if not state.increase(token, element, "+", change):
            old = state.old_of(token, element)
            if type(old) is not int:
                self.transaction.wait("a Counter of something else than numbers")
            state.set(element, old + change)

    # Sets

    def _set_method(
        self, obj: Any, kind: type, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        own = kind is frozenset or id(obj) in self.owned
        if kwargs:
            raise unsure(f"keywords for {kind.__name__}.{name}")
        if name in ("add", "discard", "remove") and kind is set and len(args) == 1:
            if not is_plain_key(args[0]):
                raise unsure("an element that compares by code of its own")
            return getattr(obj, name)(args[0]) if own else self._element_method(obj, name, args[0])
        if name == "clear" and kind is set and not args:
            return obj.clear() if own else self.set_state(obj).clear()
        if name == "pop" and own and kind is set and not args:
            return obj.pop()
        if name in _SET_READS or name in _SET_TESTS or (name in _SET_CHANGES and kind is set):
            if any(each is obj for each in args):
                # Python knows it again, and leaves the table as it is.
                raise unsure("a set meets itself")
            others = tuple([self._set_argument(each) for each in args])
            if not all(map(is_plain_key, obj if own else ())):
                raise unsure("elements that compare by code of their own")
            return self._whole_set_method(obj, own, name, others)
        raise unsure(f"{kind.__name__}.{name}")

    def _element_method(self, obj: Any, name: str, element: Any) -> None:
        state = self.set_state(obj)
        if name == "add":
            state.add(element)
            return
        if name == "remove" and not state.has(element):
            set().remove(element)
        state.discard(element)

    def _set_argument(self, given: Any) -> Any:
        kind = type(given)
        if kind is set or kind is frozenset:
            taken = self.copy_of(given)  # type: ignore[attr-defined]
        elif kind in SEQUENCES or kind is tuple or kind is str or kind is range:
            taken = self.private_elements(given)  # type: ignore[attr-defined]
        else:
            raise unsure("a set meets something that is no builtin container")
        if not all(map(is_plain_key, taken)):
            raise unsure("elements that compare by code of their own")
        return taken

    def _whole_set_method(self, obj: Any, own: bool, name: str, others: tuple[Any, ...]) -> Any:
        if name in _SET_CHANGES:
            if own:
                return getattr(set, name)(obj, *others)
            return self.set_state(obj).change_all(name, others)
        method = getattr(type(obj), name)
        if own:
            made = method(obj, *others)
        elif name in _SET_TESTS:
            return method(self.set_state(obj).members(), *others)
        else:
            made = self.set_state(obj).ordered(lambda real: method(real, *others))
        if type(made) is set:
            self.transaction.adopt(made)
        return made


def _sortable(elements: Any) -> bool:
    kinds = set(map(type, elements))
    return kinds <= SCALARS or all(type(each) is tuple and _plain_tuple(each) for each in elements)


def _plain_tuple(value: Any) -> bool:
    return all(type(each) in SCALARS or (type(each) is tuple and _plain_tuple(each)) for each in value)


_COUNTER: Final = frozenset({"most_common", "total", "update", "subtract"})
