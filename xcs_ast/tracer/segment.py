"""A segment of a transaction: what a task does up to its next hand-over.

Guarantees: the log holds no more than the task's effects need: a number or a text that is stored in a place
makes the one before void, and integers that are added to a place are added up. Floats keep their order.
What was merely looked at, in the world itself, is kept in a shorter form than a state, until somebody wants
to know more of it (`seen`, `spots`, `shapes`): most tasks look at many things once.
Assumes: as `transaction`.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import _getframe, get_int_max_str_digits
from typing import TYPE_CHECKING, Any, final

from xcs_ast.native import use_own
from xcs_ast.records import dataclass
from xcs_ast.tracer import finalizing, state_base
from xcs_ast.tracer.containers_dict import DictState
from xcs_ast.tracer.containers_list import ListState
from xcs_ast.tracer.kinds import MISSING, SCALARS, class_lookup, element_types_plain, same
from xcs_ast.tracer.state_base import CLASS, REAL, Base
from xcs_ast.tracer.state_places import Shape

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.state_places import State
    from xcs_ast.tracer.transaction import Transaction

__all__ = ["Access", "Segment", "Traced", "place_in_task"]


@final
@dataclass(frozen=True, slots=True)
class Access:
    """One access, for the verifier: what was done to which field of which object."""

    kind: str
    """"read", "write", "reduce", "channel" or "call"."""
    owner: object
    field: str
    filename: str = ""
    """Where the place was touched first, if the transaction is `traced`."""
    line: int = 0


@final
class Traced(dict[tuple[int, object], "State"]):
    """States that remember which line of the task's code needed them first."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        self.places: dict[tuple[int, object], tuple[str, int]] = {}

    def __setitem__(self, key: tuple[int, object], state: State) -> None:
        self.places[key] = place_in_task()
        super().__setitem__(key, state)


def place_in_task() -> tuple[str, int]:
    """File and line of the innermost clone on this thread's stack."""
    from xcs_ast.tracer.clones import is_clone

    frame = _getframe(2)
    while frame is not None:
        if is_clone(frame.f_code):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return "", 0


@final
class Segment(Base):
    """What a task does up to its next hand-over. As a `Base`: the world as the task sees it at its end."""

    __slots__ = (
        "base",
        "class_writes",
        "digits",
        "log",
        "noted",
        "places",
        "probed",
        "probes",
        "replayed",
        "seen",
        "shapes",
        "spots",
        "states",
        "tx",
    )

    def __init__(self, tx: Transaction, base: Base) -> None:
        self.tx = tx
        self.base = base
        self.states: dict[tuple[int, object], State] = Traced() if tx.traced else {}
        self.seen: dict[int, tuple[dict[Any, Any], dict[Any, Any], type | None]] = {}
        """Dictionaries, and what was seen under which keys (`MISSING`: nothing); the class of the instances
        whose attributes were looked at in it: another class may mean other things by the same names."""
        self.spots: dict[int, tuple[list[Any], dict[int, Any]]] = {}
        """Lists, and what was seen at which indices."""
        self.shapes: dict[int, tuple[type, Any, dict[int, tuple[Any, dict[str, Any]]]]] = {}
        """Classes, by what their instances show their dictionary, and instances with it."""
        self.probes: list[tuple[Callable[[], object], object]] = []
        self.probed: dict[object, object] = {}
        self.log: list[tuple[Any, ...]] = []
        self.noted = 0
        """How many steps have gone into the log; it may hold fewer."""
        self.places: dict[tuple[int, object], int] = {}
        """Where the log has the last store or increment of a place, with nothing but such ones after it."""
        self.replayed = False
        self.class_writes = False
        self.digits = get_int_max_str_digits()
        """How long a number may be that is read or written as a text: any conversion goes by that."""

    def mapping(self, obj: Any) -> DictState:
        """A state, new here, of a mapping."""
        state = DictState(self, obj)
        known = self.seen.pop(id(obj), None)
        if known is not None:
            state.reads = dict(known[1])
            if known[2] is None:
                # Whoever remembers the view goes on seeing what the task knows.
                state.view = known[1]
            else:
                # The state may come to know keys that are no attributes: a property hides them.
                state.view = dict(known[1])
                state.watchers = (known[1],)
        self.states[id(obj), None] = state
        return state

    def sequence(self, obj: Any) -> ListState:
        """A state, new here, of a list or deque."""
        state = ListState(self, obj)
        known = self.spots.pop(id(obj), None)
        if known is not None:
            state.reads = known[1]
        self.states[id(obj), None] = state
        return state

    def knows(self, obj: object) -> bool:
        """Whether the task has looked at the content of a container."""
        return (id(obj), None) in self.states or id(obj) in self.seen or id(obj) in self.spots

    def unfold(self) -> None:
        """Makes states of all that was merely looked at."""
        for space, _, _ in list(self.seen.values()):
            self.mapping(space)
        for line, _ in list(self.spots.values()):
            self.sequence(line)
        for cls, _, instances in list(self.shapes.values()):
            for obj, space in list(instances.values()):
                if (id(obj), Shape) not in self.states:
                    self.states[id(obj), Shape] = Shape.seen(obj, cls, space)

    def clear(self) -> None:
        """Lets go of all that it knows."""
        for table in (self.states, self.seen, self.spots, self.shapes, self.probed, self.places):
            table.clear()
        self.probes.clear()
        self.log.clear()

    def note(self, step: tuple[Any, ...]) -> None:
        """Adds a step to the log."""
        self.noted += 1
        self.log.append(step)
        if self.places:
            self.places.clear()

    def note_store(self, place: tuple[int, object], step: tuple[Any, ...]) -> None:
        """Adds the store of a value, the last part of the step, in one place.

        It takes the position of the store of a number or a text that it makes void: stores in other places
        and it may change places, and nobody can tell when a number dies.
        """
        self.noted += 1
        log = self.log
        index = self.places.get(place)
        if index is not None:
            old = log[index]
            if old[0] is step[0] and type(old[-1]) in SCALARS:
                log[index] = (*old[:-1], step[-1])
                return
        self.places[place] = len(log)
        log.append(step)

    def note_increase(self, place: tuple[int, object], step: tuple[Any, ...], at: int, folds: bool) -> None:
        """Adds an increment; its operator and value are the parts of the step from `at` on.

        `folds`: one before it, as long as that is no further back, may do the work of both.
        """
        self.noted += 1
        log = self.log
        index = self.places.get(place)
        if index is not None and folds:
            old = log[index]
            if old[0] is step[0]:
                sum_ = state_base.folded(old[at], old[at + 1], step[at], step[at + 1])
                if sum_ is not None:
                    log[index] = (*old[:at], *sum_, *old[at + 2 :])
                    return
        self.places[place] = len(log)
        log.append(step)

    def holds(self, base: Base) -> bool:
        """Whether every logged read is what `base` holds now."""
        try:
            if self.digits != get_int_max_str_digits():
                return False
            for state in list(self.states.values()):
                if not state.holds(base):
                    return False
            for fetch, seen in list(self.probes):
                if not same(fetch(), seen):
                    return False
            return not (self.seen or self.spots or self.shapes) or self._looks_hold(base)
        except Exception:
            # Another thread is at work on the container, or an object is no longer what it was.
            return False

    def _looks_hold(self, base: Base) -> bool:
        """The same for what was merely looked at."""
        for space, view, _ in list(self.seen.values()):
            if view and not element_types_plain(dict.keys(space)):
                return False  # see `DictState.holds`
            for key, value in list(view.items()):
                now = space.get(key, MISSING) if base is REAL else base.key(space, key)
                if now is not value and not same(now, value):
                    return False
        for line, view in list(self.spots.values()):
            for index, value in list(view.items()):
                now = base.element(line, index)
                if now is not value and not same(now, value):
                    return False
        for cls, shows, instances in list(self.shapes.values()):
            found: Any = class_lookup(cls, "__dict__")
            if found is not shows:
                return False
            for obj, space in list(instances.values()):
                if type(obj) is not cls or found.__get__(obj) is not space:
                    return False
        return True

    def ends_are_noticed(self) -> bool:
        """Whether replaying this would run a finalizer, which in plain Python the task might have noticed."""
        try:
            return finalizing.ends_are_noticed(list(self.log))
        except Exception:  # another thread is at work on a container
            return True

    # As a base for the segments above: what this one knows, else what lies below.

    def key(self, obj: Any, key: object, /) -> object:
        """See `Base`."""
        state = self.states.get((id(obj), None))
        if state is not None:
            return state.peek_key(key)
        known = self.seen.get(id(obj))
        return known[1][key] if known is not None and key in known[1] else self.base.key(obj, key)

    def element(self, obj: Any, index: int, /) -> object:
        """See `Base`."""
        state = self.states.get((id(obj), None))
        return self.base.element(obj, index) if state is None else state.peek_element(index)

    def contains(self, obj: Any, element: object, /) -> bool:
        """See `Base`."""
        state = self.states.get((id(obj), None))
        return self.base.contains(obj, element) if state is None else state.peek_contains(element)

    def length(self, obj: Any, /) -> int:
        """See `Base`."""
        state = self.states.get((id(obj), None))
        return self.base.length(obj) if state is None else state.peek_length()

    def content(self, obj: Any, /) -> Any:
        """See `Base`."""
        state = self.states.get((id(obj), None))
        return self.base.content(obj) if state is None else state.peek_content()

    def untouched(self, obj: Any, /) -> bool:
        """See `Base`."""
        state = self.states.get((id(obj), None))
        return (state is None or not state.changed) and self.base.untouched(obj)

    def single(self, kind: Any, owner: Any, name: object, /) -> object:
        """See `Base`."""
        state = self.states.get((id(owner), (kind, name)))
        return self.base.single(kind, owner, name) if state is None else state.peek_single()

    def lookup(self, cls: type, name: str, /) -> object:
        """See `Base`."""
        if not self.class_writes:
            return self.base.lookup(cls, name)
        for each in type.__dict__["__mro__"].__get__(cls):
            found = self.single(CLASS, each, name)
            if found is not MISSING:
                return found
        return MISSING
