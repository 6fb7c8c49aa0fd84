"""The builtin containers: iteration, membership, length, copies, and all their methods.

Guarantees: a method of a shared container is carried out on what the task believes, and held back; one of an
owned container is carried out at once. Neither runs user code: comparisons are made only among values
that compare by themselves. `Unsure` where that is not so. Views (`d.keys()`) are
those of the real dictionary.
Assumes: the iterators handed out here never reach user code as objects.
"""

from __future__ import annotations

import collections
import gc
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.containers_methods import ContainerMethods
from xcs_ast.tracer.kinds import SCALARS, Unsure, element_types_plain, is_plain_equal, is_plain_key, unsure
from xcs_ast.tracer.state_base import empty_like, same_content
from xcs_ast.tracer.state_core import MAPPINGS, SEQUENCES

use_own(globals())

__all__ = ["Containers", "view_base"]

_IMMUTABLE: Final = frozenset({tuple, str, bytes, range, frozenset})
_ordered: Final[Any] = collections.OrderedDict()
_KEYS: Final = frozenset({type({}.keys()), type(_ordered.keys())})
_VALUES: Final = frozenset({type({}.values()), type(_ordered.values())})
_ITEMS: Final = frozenset({type({}.items()), type(_ordered.items())})
_VIEWS: Final = _KEYS | _VALUES | _ITEMS
_FACTORIES: Final = frozenset({list, dict, set, int, float, str, tuple, bool})


def view_base(view: Any) -> Any:
    """The dictionary behind a view."""
    found = gc.get_referents(view)
    if len(found) != 1 or type(found[0]) not in MAPPINGS:
        raise unsure("a view of an unusual dictionary")
    return found[0]


class Containers(ContainerMethods):
    """What is asked of containers."""

    __slots__ = ()

    def container_iterator(self, x: Any) -> Any:
        """What `for` runs over; `None`: no builtin container."""
        kind = type(x)
        if kind in _IMMUTABLE or (id(x) in self.owned and kind in _OWN):
            return iter(x)
        if kind in SEQUENCES:
            state = self.sequence_state(x)
            return state.cursor(iter(state.whole()))
        if kind in MAPPINGS:
            mapping = self.mapping_state(x)
            return mapping.cursor(iter(mapping.whole()))
        if kind is set:
            return self.set_state(x).cursor()
        if kind in _VIEWS:
            base = view_base(x)
            if id(base) in self.owned:
                return iter(x)
            mapping = self.mapping_state(base)
            return mapping.cursor(iter(_like(x, mapping.whole())))
        return None

    def private_copy(self, x: Any) -> Any:
        """The elements in a form that C code may look at and nobody changes; `None`: no builtin container."""
        kind = type(x)
        if kind in _IMMUTABLE or (id(x) in self.owned and kind in _OWN):
            return x
        if kind in SEQUENCES:
            return self.sequence_state(x).whole()
        if kind in MAPPINGS:
            return self.mapping_state(x).whole()
        if kind is set:
            return self.set_state(x).ordered(list)
        if kind in _VIEWS:
            base = view_base(x)
            return x if id(base) in self.owned else _like(x, self.mapping_state(base).whole())
        return None

    def private_elements(self, x: Any) -> Any:
        """The elements as of now, in something that nobody will change; `None`: no builtin container."""
        if type(x) in _IMMUTABLE:
            return x
        found = self.private_copy(x)
        return None if found is None else tuple(found)

    def snapshot(self, obj: Any, /) -> Any:
        """A new container with what the task sees in a shared one; waits where it can't have its order."""
        try:
            return self.copy_of(obj)
        except Unsure as reason:
            self.late(reason.reason)
            return obj

    def copy_of(self, obj: Any) -> Any:
        """A private copy of the same exact kind; `Unsure` for anything else."""
        kind = type(obj)
        if kind is frozenset or kind is tuple:
            return obj
        if kind is set:
            if id(obj) in self.owned:
                made = obj.copy()
                order = list(obj)
            else:
                state = self.set_state(obj)
                made, order = state.ordered(lambda real: (real.copy(), list(real)))
                if not same_content(order, state.snapshot or []) or len(made) != len(order):
                    self.transaction.inconsistent()
            if not all(a is b for a, b in zip(made, order, strict=True)):
                raise unsure("a set that a copy would not iterate alike")
            return made
        if kind not in SEQUENCES and kind not in MAPPINGS:
            raise unsure(f"a copy of a {kind.__name__}")
        if id(obj) in self.owned:
            return obj.copy()
        whole = self.sequence_state(obj).whole() if kind in SEQUENCES else self.mapping_state(obj).whole()
        if kind is collections.defaultdict:
            return collections.defaultdict(self.default_factory(obj), whole)
        return whole.copy()

    def container_length(self, x: Any) -> int | None:
        """`len(x)`; `None`: no builtin container."""
        kind = type(x)
        if kind in _IMMUTABLE or (id(x) in self.owned and kind in _OWN):
            return len(x)
        if kind in SEQUENCES:
            return self.sequence_state(x).length()
        if kind in MAPPINGS:
            return self.mapping_state(x).length()
        if kind is set:
            return self.set_state(x).length()
        if kind in _VIEWS:
            base = view_base(x)
            return len(x) if id(base) in self.owned else self.mapping_state(base).length()
        return None

    def container_contains(self, x: Any, element: Any) -> bool | None:
        """`element in x`; `None`: not known here."""
        kind = type(x)
        if kind in MAPPINGS or kind in _KEYS:
            base = x if kind in MAPPINGS else view_base(x)
            if not is_plain_key(element):
                return None
            return element in base if id(base) in self.owned else self.mapping_state(base).has(element)
        if kind is set or kind is frozenset:
            if not is_plain_key(element):
                return None
            if kind is set and id(x) not in self.owned:
                return self.set_state(x).has(element)
            return element in x if kind is set or self._plain_elements(x) else None
        if kind in SEQUENCES or kind is tuple or kind in _VALUES:
            taken = self.private_copy(x)
            if is_plain_equal(element) and all_plain_equal(taken):
                self.settle_equality((element, *taken))
                return element in taken
            return None
        if kind in (str, bytes, range) and type(element) in SCALARS:
            return element in x
        return None

    def _plain_elements(self, x: Any) -> bool:
        known = self.transaction.plain
        if id(x) not in known:
            if not element_types_plain(x):
                return False
            known[id(x)] = x
        return True

    # Missing keys

    def default_factory(self, o: Any) -> Any:
        """The factory of a defaultdict, logged."""
        if id(o) in self.owned:
            return o.default_factory
        return self.transaction.probe(lambda: o.default_factory, (id(o), "default_factory"))

    def missing_key(self, o: Any, kind: type, k: Any) -> Any:
        """What `o[k]` gives where there is no such key."""
        if kind is collections.Counter:
            return 0
        factory = self.default_factory(o) if kind is collections.defaultdict else None
        if factory is None:
            # The kinds differ in how they build the error: an empty one of the same kind raises it.
            return empty_like(o)[k]
        if factory in _FACTORIES if isinstance(factory, type) else False:
            value = factory()
            self.transaction.adopt(value)
        else:
            value = self.call(factory)
        self.store_item(value, o, k)
        return value

    def delete_missing(self, o: Any, kind: type, k: Any) -> None:
        """`del o[k]` where there is no such key."""
        del empty_like(o)[k]

    # In place

    def inplace_container(self, op: str, a: Any, b: Any) -> bool:
        """`a op= b` for a builtin container that changes itself. False: not known here."""
        kind = type(a)
        own = id(a) in self.owned
        if kind in SEQUENCES and op == "+":
            taken = self.private_elements(b)
            if taken is None:
                return False
            if own:
                a.extend(taken)
            else:
                self.sequence_state(a).do("extend", (taken,), {})
            return True
        if kind in SEQUENCES and op == "*" and type(b) is int:
            if own:
                a *= b
            else:
                self.sequence_state(a).do("__imul__", (b,), {})
            return True
        if kind is set and op in _SET_METHODS and type(b) in (set, frozenset):
            self.container_method(a, _SET_METHODS[op], (b,), {}, False)
            return True
        if kind is dict and op == "|" and type(b) is dict:
            self.container_method(a, "update", (b,), {}, False)
            return True
        return False


def _like(view: Any, whole: Any) -> Any:
    kind = type(view)
    return whole.keys() if kind in _KEYS else whole.values() if kind in _VALUES else whole.items()


def all_plain_equal(elements: Any) -> bool:
    """Whether all elements compare by themselves."""
    return all(kind in SCALARS for kind in set(map(type, elements))) or all(map(is_plain_equal, elements))


_OWN: Final = MAPPINGS | SEQUENCES | {set}
_SET_METHODS: Final = {
    "|": "update",
    "&": "intersection_update",
    "-": "difference_update",
    "^": "symmetric_difference_update",
}
