"""What all state hooks stand on: the transaction, its states, and the short cuts to what is known already.

Guarantees: a state is made once for each place and segment. Short cuts only repeat what a state would say.
Assumes: one thread calls the hooks of one recorder.
"""

from __future__ import annotations

import collections
from functools import partial
from types import CellType, ModuleType
from typing import Any, Final

from xcs_ast.effects.resolve import find_in_mro, mro_of
from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.containers_dict import DictState
from xcs_ast.tracer.containers_list import ListState
from xcs_ast.tracer.containers_set import SetState
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import Unsure, class_lookup, element_types_plain, raise_abandon, unsure
from xcs_ast.tracer.state_places import Kind, Lookup, Shape, Single
from xcs_ast.tracer.transaction import Transaction

use_own(globals())

__all__ = ["MAPPINGS", "SEQUENCES", "StateCore"]

MAPPINGS: Final = frozenset({dict, collections.defaultdict, collections.Counter, collections.OrderedDict})
SEQUENCES: Final = frozenset({list, collections.deque})
_IMMUTABLE_TYPE: Final = 1 << 8
_HEAP_TYPE: Final = 1 << 9
_flags: Final = type.__dict__["__flags__"].__get__


class StateCore(Recorder):
    """The part of the recorder that knows states."""

    __slots__ = (
        "attrs",
        "methods",
        "owned",
        "plans",
        "scopes",
        "stores",
        "successor",
        "transaction",
        "views",
    )

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.owned = transaction.owned
        self.attrs: dict[int, dict[str, Any]] = {}
        """Attributes of shared instances that are known already, by the id of the instance."""
        self.methods: dict[int, dict[str, Any]] = {}
        """Functions that are methods of shared instances, by the id of the instance."""
        self.scopes: dict[int, dict[str, Any]] = {}
        """The same for globals."""
        self.plans: dict[int, dict[str, Any]] = {}
        """What to do with an attribute of the instances of a class, by the id of the class."""
        self.stores: dict[int, set[str]] = {}
        """Attributes of a class's instances that an owned one may be given natively."""
        self.views: dict[int, dict[object, object]] = {}
        """What is known of shared mappings, by the id of the mapping."""
        self.successor: Recorder | None = None
        """What the task has gone on with: a store that had begun before goes there."""
        transaction.on_mark.append(self.forget)

    def forget(self) -> None:
        """Drops the short cuts: a new segment begins, or a class has been changed."""
        self.attrs.clear()
        self.scopes.clear()
        self.plans.clear()
        self.methods.clear()
        self.stores.clear()
        self.views.clear()

    def late(self, reason: str) -> Recorder:
        """The task waits; what it goes on with does the operation."""
        transaction = self.transaction
        if transaction.park is None or not transaction.external_calls or transaction.live_iterators():
            transaction.wait(reason)
        return transaction.park(reason)

    # States

    def mapping_state(self, obj: Any, trusted: bool = False) -> DictState:
        """The state of a shared exact mapping; `trusted`: of an instance or module, whose keys are names."""
        states = self.transaction.segment.states
        key = (id(obj), None)
        state = states.get(key)
        if state is None:
            self.transaction.check()
            if not trusted and not _plain_elements(obj):
                raise unsure("a dictionary with keys that compare by code of their own")
            state = self.transaction.segment.mapping(obj)
        return state  # type: ignore[return-value]

    def sequence_state(self, obj: Any) -> ListState:
        """The state of a shared list or deque."""
        states = self.transaction.segment.states
        key = (id(obj), None)
        state = states.get(key)
        if state is None:
            self.transaction.check()
            state = self.transaction.segment.sequence(obj)
        return state  # type: ignore[return-value]

    def set_state(self, obj: Any) -> SetState:
        """The state of a shared set."""
        states = self.transaction.segment.states
        key = (id(obj), None)
        state = states.get(key)
        if state is None:
            self.transaction.check()
            if not _plain_elements(obj):
                raise unsure("a set with elements that compare by code of their own")
            state = states[key] = SetState(self.transaction.segment, obj)
        return state  # type: ignore[return-value]

    def single_state(self, kind: Any, owner: Any, name: object) -> Single:
        """The state of a cell, a slot, or an entry of a class."""
        segment = self.transaction.segment
        key = (id(owner), (kind, name))
        state = segment.states.get(key)
        if state is None:
            self.transaction.check()
            state = segment.states[key] = Single(segment, kind, owner, name)
        return state  # type: ignore[return-value]

    def cell_state(self, cell: CellType) -> Single:
        """The state of a closure variable."""
        return self.single_state(state_base.CELL, cell, None)

    def shape(self, obj: Any, cls: type) -> Shape:
        """Class and instance dictionary of a shared object, whose class was found to be `cls` just now."""
        states = self.transaction.segment.states
        key = (id(obj), Shape)
        state = states.get(key)
        if state is None:
            self.transaction.check()
            try:
                state = states[key] = Shape(obj)
            except Unsure as unsure:
                self.late(unsure.reason)
                raise_abandon(unsure.reason)
        if state.cls is not cls:  # type: ignore[attr-defined]
            self.transaction.inconsistent()
        return state  # type: ignore[return-value]

    def holds_kind(self, obj: Any, cls: type) -> None:
        """Logs that `obj` is of the class that it was found to be of just now."""
        known: Any = self.transaction.segment.states.get((id(obj), Kind))
        if (self.kind_of(obj) if known is None else known.cls) is not cls:
            self.transaction.inconsistent()

    def kind_of(self, obj: Any) -> type:
        """`type(obj)`; logged where it may change, and then what was logged."""
        cls = type(obj)
        flags = _flags(cls)
        settled = flags & _IMMUTABLE_TYPE or (not flags & _HEAP_TYPE and cls is not ModuleType)
        if not settled and id(obj) not in self.owned:
            states = self.transaction.segment.states
            key = (id(obj), Kind)
            state = states.get(key)
            if state is None:
                self.transaction.check()
                state = states[key] = Kind(obj, cls)
            return state.cls  # type: ignore[attr-defined, no-any-return]
        return cls

    def class_attr(self, cls: type, name: str) -> Any:
        """What the MRO of a class gives for a name (no descriptor called), or `MISSING`; logged."""
        segment = self.transaction.segment
        if _flags(cls) & _IMMUTABLE_TYPE and not segment.class_writes:
            return class_lookup(cls, name)
        key = (id(cls), (Lookup, name))
        state = segment.states.get(key)
        if state is None:
            seen = segment.base.lookup(cls, name)
            segment.states[key] = Lookup(cls, name, seen)
        else:
            seen = state.seen  # type: ignore[attr-defined]
        if segment.class_writes:
            return segment.lookup(cls, name)
        return seen

    def settled(self, cls: type, name: str) -> Any:
        """What a class gives under a name, or `MISSING`; logged, as no access of the program's."""
        if _flags(cls) & _IMMUTABLE_TYPE:
            return class_lookup(cls, name)
        key = (id(cls), name, "settled")
        probed = self.transaction.segment.probed
        return probed[key] if key in probed else self.transaction.probe(partial(class_lookup, cls, name), key)

    def find_settled(self, cls: type, name: str) -> tuple[type | None, Any]:
        """The class that defines a name, and what it holds there; logged in the same way."""
        owner, found = find_in_mro(cls, name)
        if self.settled(cls, name) is not found:
            self.transaction.inconsistent()
        return owner, found

    def mro(self, cls: type) -> tuple[type, ...]:
        """The classes of a class in the order of lookup; logged in the same way."""
        if _flags(cls) & _IMMUTABLE_TYPE:
            return mro_of(cls)
        key = (id(cls), "mro")
        known: Any = self.transaction.segment.probed.get(key)
        if known is None:
            known = self.transaction.probe(partial(mro_of, cls), key)
        return known  # type: ignore[no-any-return]


def _plain_elements(obj: Any) -> bool:
    try:
        return element_types_plain(obj)
    except RuntimeError:
        return False
