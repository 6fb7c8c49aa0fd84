"""A shared mapping as one task sees it: each exact builtin kind, also as that of an instance or module.

Guarantees: a look-up reads one key, not the whole; a blind store reads nothing; what asks for more (order,
length after writes, iteration) works on a private copy with the task's own changes in it, and rests on the
whole content. Assumes: keys are plain (see `kinds.is_plain_key`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, final

from xcs_ast.ir.effects import CONTENT
from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.kinds import MISSING, element_types_plain, same
from xcs_ast.tracer.state_base import Base, Increment, increasable, same_content
from xcs_ast.tracer.state_places import UNKNOWN, State, Token, pending_fits

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.transaction import Segment

__all__ = ["DictState"]

_NUMBERS: Final = (int, float)
_NOTHING: Final[dict[Any, Any]] = {}
_NO_STEPS: Final[list[Any]] = []
"""Stand for a state's own tables until there is something in them: most mappings are looked at, no more."""


@final
class DictState(State):
    """One shared mapping."""

    __slots__ = (
        "changed",
        "cursors",
        "increments",
        "kept",
        "length_seen",
        "obj",
        "op_at",
        "ops",
        "present",
        "reads",
        "segment",
        "shadow",
        "snapshot",
        "summed",
        "view",
        "watchers",
    )

    def __init__(self, segment: Segment, obj: Any) -> None:
        self.segment = segment
        self.obj = obj
        self.changed = False
        self.view: dict[object, object] = {}
        """What the task knows of each key: seen, or written by it; `MISSING`: not there."""
        self.reads: dict[object, object] = {}
        self.present: dict[object, bool] = _NOTHING
        """Keys of which only the presence was asked for (before any write of the task)."""
        self.kept: dict[object, bool] = _NOTHING
        """Keys whose presence is known, by a read or through a write of the task."""
        self.increments: dict[object, Increment] = _NOTHING
        self.summed: list[tuple[object, Increment]] = _NO_STEPS
        self.length_seen: int | None = None
        self.ops: list[tuple[Any, ...]] = _NO_STEPS
        self.op_at: dict[object, int] = _NOTHING
        """Of a key, which of these has set or increased it last; dropping it makes an end of that."""
        self.shadow: Any = None
        self.snapshot: tuple[list[object], list[object]] | None = None
        self.cursors: list[Any] = _NO_STEPS
        self.watchers: tuple[dict[str, object], ...] = ()
        """Short cuts to attributes of instances whose dictionary this is."""

    # Single keys

    def get(self, key: object) -> object:
        """The value under a key, or `MISSING`."""
        value = self.view.get(key, UNKNOWN)
        if value is not UNKNOWN:
            return value
        if self.shadow is not None:
            return self.shadow.get(key, MISSING)
        pending = self.increments.pop(key, None)
        if pending is not None:
            self._log_read(key, pending.seen)
            value = pending.value()
        else:
            value = self.segment.base.key(self.obj, key)
            self._log_read(key, value)
        self.view[key] = value
        return value

    def _log_read(self, key: object, value: object) -> None:
        was = self.present.pop(key, None)
        if was is not None and was is (value is MISSING):
            self.segment.tx.inconsistent()
        self.reads[key] = value

    def has(self, key: object) -> bool:
        """Whether the key is there."""
        value = self.view.get(key, UNKNOWN)
        if value is not UNKNOWN:
            return value is not MISSING
        if self.shadow is not None:
            return key in self.shadow
        if key in self.increments:
            # What counts from a default leaves the key there; what does not, has found it there.
            return True
        known = self.kept.get(key)
        if known is None:
            known = self.segment.base.key(self.obj, key) is not MISSING
            if self.kept is _NOTHING:
                self.present, self.kept = {}, {}
            self.present[key] = self.kept[key] = known
        return known

    def set(self, key: object, value: object) -> None:
        """Holds a store back."""
        if self.cursors:
            self._guard_order(key)
        self.segment.note_store((id(self.obj), key), (state_base.put, self.obj, key, value))
        self._forget(key)
        self.view[key] = value
        if self.shadow is None:
            self._note_op(key, (state_base.put, key, value), False)
        else:
            self.shadow[key] = value

    def delete(self, key: object) -> bool:
        """Holds a deletion back; False where there is no such key."""
        if not self.has(key):
            return False
        if self.cursors:
            self._guard_order(None, True)
        self.segment.note((state_base.drop, self.obj, key))
        self._forget(key)
        self.view[key] = MISSING
        if self.shadow is None:
            self._own_ops().append((state_base.drop, key))
            self.op_at.pop(key, None)
        else:
            del self.shadow[key]
        return True

    def _note_op(self, key: object, op: tuple[Any, ...], folds: bool) -> None:
        """Adds a store or an increment of one key, or makes the last one of that key do for both."""
        index = self.op_at.get(key)
        old = None if index is None else self.ops[index]
        if index is not None and old is not None and old[0] is op[0]:
            if op[0] is state_base.put:
                self.ops[index] = (*old[:-1], op[-1])
                return
            sum_ = state_base.folded(old[2], old[3], op[2], op[3]) if folds else None
            if sum_ is not None:
                self.ops[index] = (*old[:2], *sum_, *old[4:])
                return
        ops = self._own_ops()
        self.op_at[key] = len(ops)
        ops.append(op)

    def _own_ops(self) -> list[tuple[Any, ...]]:
        if self.ops is _NO_STEPS:
            self.ops, self.op_at = [], {}
        return self.ops

    def _sum(self, key: object, pending: Increment) -> None:
        if self.summed is _NO_STEPS:
            self.summed = []
        self.summed.append((key, pending))

    def _forget(self, key: object) -> None:
        self.changed = True
        pending = self.increments.pop(key, None)
        if pending is not None:
            self._sum(key, pending)
        for each in self.watchers:
            each.pop(key, None)  # type: ignore[call-overload]

    # Increments

    def begin(self, key: object, default: object = MISSING) -> Token:
        """The first half of an augmented assignment; with a default: `d[k] = d.get(k, default) + ...`."""
        if key in self.view or self.shadow is not None:
            value = self.get(key)
            return Token(self, default if value is MISSING else value, default)
        token = Token(self, UNKNOWN, default)
        pending = self.increments.get(key)
        if pending is None:
            seen = self.segment.base.key(self.obj, key)
            start = default if seen is MISSING else seen
            if type(start) not in _NUMBERS and (type(start) is not str or default is not MISSING):
                value = self.get(key)
                token.old = default if value is MISSING else value
                return token
            pending = Increment(seen, default)
        token.increment = pending
        token.count = len(pending.steps)
        pending.open += 1
        return token

    def increase(self, token: Token, key: object, op: str, value: object) -> bool:
        """Holds the increment back as such. False: it takes a read and a write (`old_of`, `set`)."""
        pending = token.increment
        if pending is None or token.count != len(pending.steps):
            return False
        if key in self.view or self.shadow is not None or self.increments.get(key, pending) is not pending:
            return False
        if not same(token.default, pending.default):
            return False
        start = pending.default if pending.seen is MISSING else pending.seen
        if not increasable(start, op, value) or not pending_fits(pending, value):
            return False
        if self.increments is _NOTHING:
            self.increments = {}
        self.increments[key] = pending
        folds = pending.add(op, value)
        self.changed = True
        for each in self.watchers:
            each.pop(key, None)  # type: ignore[call-overload]
        step = (key, op, value, token.default)
        self._note_op(key, (state_base.increase, *step), folds)
        place = (id(self.obj), key)
        self.segment.note_increase(place, (state_base.increase, self.obj, *step), 3, folds)
        return True

    def bump(self, key: object, op: str, value: object) -> bool:
        """One more increment of an attribute that has been increased, by an integer. False: not as simple."""
        pending = self.increments.get(key)
        if pending is None or pending.open or type(value) is not int or type(pending.seen) is not int:
            return False
        if key in self.view or self.shadow is not None or pending.default is not MISSING:
            return False
        if op != "+" and op != "-":
            return False
        index, at = self.op_at.get(key, -1), self.segment.places.get((id(self.obj), key), -1)
        if pending.folded and index >= 0 and at >= 0:
            # The very same, without going through three functions.
            ops, log, step = self.ops, self.segment.log, pending.steps[-1]
            one, two = ops[index], log[at]
            increases = one[0] is two[0] is state_base.increase
            if increases and step[0] == one[2] == two[3] == "+" and type(one[3]) is type(two[4]) is int:
                amount: Any = value if op == "+" else -value
                held: Any = step[1]  # an integer, too: the three go together
                pending.steps[-1] = ("+", held + amount)
                ops[index] = (state_base.increase, key, "+", one[3] + amount, MISSING)
                log[at] = (state_base.increase, self.obj, key, "+", two[4] + amount, MISSING)
                self.segment.noted += 1
                return True
        pending.open = 1
        folds = pending.add(op, value)
        self._note_op(key, (state_base.increase, key, op, value, MISSING), folds)
        noted = (state_base.increase, self.obj, key, op, value, MISSING)
        self.segment.note_increase((id(self.obj), key), noted, 3, folds)
        return True

    def old_of(self, token: Token, key: object) -> object:
        """The value as it was when the augmented assignment began: a read, from now on."""
        pending = token.increment
        if pending is None:
            return token.old
        if key not in self.reads and self.snapshot is None:
            self._log_read(key, pending.seen)
        elif not same(self._base_value(key), pending.seen):
            self.segment.tx.inconsistent()
        return pending.value(token.count)

    def _base_value(self, key: object) -> object:
        if key in self.reads:
            return self.reads[key]
        keys, values = self.snapshot or ([], [])
        return dict(zip(keys, values, strict=True)).get(key, MISSING)

    # The whole

    def whole(self) -> Any:
        """A private copy, with the task's own changes; the task has seen everything from now on."""
        if self.shadow is None:
            copied = self.segment.base.content(self.obj)
            self.snapshot = (list(copied), list(copied.values()))
            self._agrees(copied)
            self._apply(copied)
            self.shadow = copied
            for key, pending in self.increments.items():
                self._sum(key, pending)
            self.increments = _NOTHING
            self.ops, self.op_at = _NO_STEPS, _NOTHING
        return self.shadow

    def _agrees(self, copied: Any) -> None:
        for key, value in self.reads.items():
            if not same(copied.get(key, MISSING), value):
                self.segment.tx.inconsistent()
        for key, there in self.present.items():
            if (key in copied) is not there:
                self.segment.tx.inconsistent()
        for key, pending in self.increments.items():
            if not pending.holds(copied.get(key, MISSING)):
                self.segment.tx.inconsistent()
        if self.length_seen is not None and self.length_seen != len(copied):
            self.segment.tx.inconsistent()

    def _apply(self, copied: Any) -> None:
        for op in self.ops:
            op[0](copied, *op[1:])

    def length(self) -> int:
        """The number of keys."""
        if self.shadow is not None:
            return len(self.shadow)
        if self.ops:
            return len(self.whole())
        if self.length_seen is None:
            self.length_seen = self.segment.base.length(self.obj)
        return self.length_seen

    def do(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A mutating method of the exact type, with arguments that are private and plain; with its result."""
        whole = self.whole()
        if self.cursors:
            self._guard_order(None, True)
        result = getattr(type(self.obj), name)(whole, *args, **kwargs)
        self._record(name, args, kwargs)
        return result

    def clear(self) -> None:
        """Empties the mapping: nothing of it needs to be known for that."""
        if self.cursors:
            self._guard_order(None, True)
        for key, pending in self.increments.items():
            self._sum(key, pending)
        self.increments = _NOTHING
        self._record("clear", (), {})
        if self.shadow is None:
            self.shadow = state_base.empty_like(self.obj)
            self.ops, self.op_at = _NO_STEPS, _NOTHING
        else:
            self.shadow.clear()

    def _record(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.changed = True
        self.segment.note((state_base.do, self.obj, name, args, kwargs))
        self.view.clear()
        for each in self.watchers:
            each.clear()

    def cursor(self, made: Any) -> Any:
        """Registers an iterator over the private copy."""
        self.cursors = [*self.cursors, made]
        self.segment.tx.iterators.append(made)
        return made

    def _guard_order(self, key: object, structural: bool = False) -> None:
        """Changing keys under a running iteration: how Python notices that depends on the table's history."""
        self.cursors = state_base.running(self.cursors)
        if self.cursors and (structural or key not in self.shadow):
            self.segment.tx.wait("a dictionary changes while it is iterated")

    # Consumer's side

    def holds(self, base: Base) -> bool:
        """See `State`."""
        obj = self.obj
        if self.length_seen is not None and base.length(obj) != self.length_seen:
            return False
        if not element_types_plain(dict.keys(obj)):
            return False  # A key has come since that a look-up would ask whether it is the one.
        for key, there in self.present.items():
            if (base.key(obj, key) is not MISSING) is not there:
                return False
        if self.snapshot is not None:
            now = base.content(obj)
            if not same_content(self.snapshot[0], list(now)):
                return False
            if not same_content(self.snapshot[1], list(now.values())):
                return False
        for key, value in self.reads.items():
            if not same(base.key(obj, key), value):
                return False
        for key, pending in (*self.increments.items(), *self.summed):
            if not pending.holds(base.key(obj, key)):
                return False
        return True

    def peek_key(self, key: object, /) -> object:
        """See `Base`."""
        if key in self.view:
            return self.view[key]
        if self.shadow is not None:
            return self.shadow.get(key, MISSING)
        now = self.segment.base.key(self.obj, key)
        pending = self.increments.get(key)
        if pending is None:
            return now
        return state_base.fold(pending.default if now is MISSING else now, pending.steps)

    def peek_length(self) -> int:
        """See `Base`."""
        return len(self.shadow) if self.shadow is not None else len(self.peek_content())

    def peek_content(self) -> Any:
        """See `Base`."""
        if self.shadow is not None:
            return state_base.REAL.content(self.shadow)
        copied = self.segment.base.content(self.obj)
        self._apply(copied)
        return copied

    def accesses(self) -> Iterator[tuple[str, object, str]]:
        """See `State`."""
        if self.snapshot is not None or self.length_seen is not None:
            yield "read", self.obj, CONTENT
        for key in (*self.reads, *self.present):
            yield "read", self.obj, _field(key)
        for op in self.segment.log:
            if op[0] is state_base.increase and op[1] is self.obj:
                yield "reduce", self.obj, _field(op[2])
            elif op[0] in (state_base.put, state_base.drop) and op[1] is self.obj:
                yield "write", self.obj, _field(op[2])
            elif op[0] is state_base.do and op[1] is self.obj:
                yield "write", self.obj, CONTENT


def _field(key: object) -> str:
    return key if type(key) is str else repr(key) if type(key) in (int, bool, float, bytes) else CONTENT
