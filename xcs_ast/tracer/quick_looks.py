"""First looks at shared data: short ways to keys of dictionaries, elements of lists, attributes of instances.

Guarantees: what is seen is logged, and seen again, as by the hooks that these stand before; where one of them
answers `MISSING`, nothing has happened, and the hook is to go the long way. Assumes: the segment looks at the
world itself, and nobody traces where a place was touched first; else there are no short ways.
"""

from __future__ import annotations

from types import FunctionType, GetSetDescriptorType, ModuleType
from typing import Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer.calls import CallHooks
from xcs_ast.tracer.kinds import GENERIC_GET, MISSING, SCALARS, class_lookup
from xcs_ast.tracer.state_base import REAL
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["ANYWHERE", "QuickLooks"]

ANYWHERE: Final = SCALARS | {type(MISSING), FunctionType}
"""What a class may hold under a name, and yet the instance's own attribute comes first."""
_UNUSUAL: Final = (type, super, ModuleType, BaseException)
_dict_offset: Final = type.__dict__["__dictoffset__"].__get__


class QuickLooks(CallHooks):
    """The recorder's first looks."""

    __slots__ = ("looks", "seen", "spots")

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.looks: dict[int, tuple[Any, dict[str, Any], dict[int, Any]]] = {}
        """By the id of a class: how instances show their dictionary; by name, what the class has there, which
        their own comes before; the instances that were looked at."""
        self._aim()

    def _aim(self) -> None:
        segment = self.transaction.segment
        direct = segment.base is REAL and not self.transaction.traced
        self.seen = segment.seen if direct else None
        self.spots = segment.spots if direct else None

    def forget(self) -> None:
        """Drops the short cuts."""
        super().forget()
        self.looks.clear()
        self._aim()

    def look_at_key(self, o: dict[Any, Any], k: Any) -> Any:
        """`o[k]` of a shared exact dictionary by a scalar, or `MISSING`."""
        seen = self.seen
        if seen is None:
            return MISSING
        number = id(o)
        known = seen.get(number)
        if known is None:
            if not self._is_new(o):
                return MISSING
            value = o.get(k, MISSING)
            if value is not MISSING:
                view = self.views[number] = {k: value}
                seen[number] = (o, view, None)
            return value
        if known[2] is not None:
            return MISSING
        view = self.views[number] = known[1]
        value = view.get(k, seen)
        if value is seen:
            value = o.get(k, MISSING)
            if value is not MISSING:
                view[k] = value
        return value

    def _is_new(self, o: dict[Any, Any]) -> bool:
        """Whether nothing is known of a dictionary yet, and no code of the program's compares its keys."""
        transaction = self.transaction
        if transaction.doomed:
            transaction.check()
        if (id(o), None) in transaction.segment.states:
            return False
        try:
            return SCALARS.issuperset(map(type, o))
        except RuntimeError:  # another thread is at work on it
            return False

    def look_for_key(self, o: dict[Any, Any], k: Any, default: Any) -> Any:
        """`o.get(k, default)` of a shared exact dictionary by a scalar, or `MISSING`."""
        value = self.look_at_key(o, k)
        if value is not MISSING or self.seen is None:
            return value
        known = self.seen.get(id(o))
        if known is None:
            if not self._is_new(o):
                return MISSING
            known = self.seen[id(o)] = (o, {}, None)
        elif known[2] is not None:
            return MISSING
        view = known[1]
        if k not in view:
            value = view[k] = o.get(k, MISSING)
            if value is not MISSING:  # it has come just now
                return value
        return default

    def look_at_element(self, o: list[Any], k: int) -> Any:
        """`o[k]` of a shared list, or `MISSING`."""
        spots = self.spots
        if spots is None:
            return MISSING
        number = id(o)
        known = spots.get(number)
        if known is None:
            transaction = self.transaction
            if transaction.doomed:
                transaction.check()
            if (number, None) in transaction.segment.states:
                return MISSING
            known = spots[number] = (o, {})
        try:
            value = known[1][k] = o[k]
        except IndexError:
            return MISSING
        return value

    # Attributes of shared instances

    def view_of(self, o: Any, look: tuple[Any, dict[str, Any], dict[int, Any]]) -> Any:
        """Dictionary and view of a shared instance of a class in `looks`, or `None`."""
        instances = look[2]
        number = id(o)
        known = instances.get(number)
        if known is None:
            transaction = self.transaction
            if transaction.doomed:
                transaction.check()
            space = look[0](o)
            if type(space) is not dict:
                return None
        else:
            space = known[1]
        seen = self.seen
        if seen is None:
            return None
        found = seen.get(id(space))
        if found is None:
            if (id(space), None) in self.transaction.segment.states:
                return None
            found = seen[id(space)] = (space, {}, type(o))
        elif found[2] is not type(o):  # looked at as a dictionary, too, or that of others as well
            return None
        if known is None:
            instances[number] = (o, space)
            self.attrs[number] = found[1]
        return found

    def look_at_field(self, o: Any, name: str, look: tuple[Any, dict[str, Any], dict[int, Any]]) -> Any:
        """`o.name`, of a shared instance itself, or `MISSING`."""
        found = self.view_of(o, look)
        if found is None:
            return MISSING
        space, view, _ = found
        value = view.get(name, look)
        if value is look:
            value = space.get(name, MISSING)
            if value is not MISSING:
                view[name] = value
        return value

    def look_for_method(self, o: Any, name: str) -> Any:
        """The function that is the method `name` of a shared instance, or `None`."""
        look = self.looks.get(id(type(o)))
        if look is None or type(look[1].get(name)) is not FunctionType:
            return None
        found = self.view_of(o, look)
        if found is None:
            return None
        space, view, _ = found
        if name not in view:
            view[name] = space.get(name, MISSING)
        return look[1][name] if view[name] is MISSING else None

    def learn(self, o: Any, name: str) -> None:
        """Learns of an attribute of a shared instance that the long way has just loaded, and logged."""
        cls = type(o)
        segment = self.transaction.segment
        if self.seen is None or segment.class_writes or name.startswith("__") or issubclass(cls, _UNUSUAL):
            return
        if id(self.class_attr(cls, "__getattribute__")) not in GENERIC_GET or _dict_offset(cls) == 0:
            return
        found = self.class_attr(cls, name)
        shows = class_lookup(cls, "__dict__")
        if type(found) not in ANYWHERE or type(shows) is not GetSetDescriptorType:
            return
        look = self.looks.get(id(cls))
        if look is None:
            shape = segment.shapes.setdefault(id(cls), (cls, shows, {}))
            if shape[1] is not shows:
                return
            look = self.looks[id(cls)] = (shows.__get__, {}, shape[2])
        look[1][name] = found
