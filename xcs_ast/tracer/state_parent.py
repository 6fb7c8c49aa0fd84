"""The end of a nested task: what it has held back goes into the log of the task that holds it.

Guarantees: each step has the meaning that it would have in the real heap, on what the outer task believes.
Assumes: the nested task was validated against the outer one just before, on the outer one's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from xcs_ast.native import use_own
from xcs_ast.tracer import state_base
from xcs_ast.tracer.containers_dict import DictState
from xcs_ast.tracer.containers_list import ListState
from xcs_ast.tracer.containers_set import SetState
from xcs_ast.tracer.state_places import Single

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.transaction import Transaction

__all__ = ["carry_over"]


def carry_over(child: Transaction, parent: Transaction, log: list[tuple[Any, ...]]) -> None:
    """Puts the steps of a segment of the nested task into the outer one."""
    for step in log:
        op, *args = step
        if op is state_base.run_step:
            parent.defer(args[0])
        elif op in _SINGLE:
            kind, owner, name = args[:3]
            if parent.owns(owner):
                op(*args)
            else:
                _SINGLE[op](_single(parent, kind, owner, name), *args[3:])
        elif parent.owns(args[0]):
            op(*args)
        else:
            _CONTAINER[op](_container(parent, args[0]), *args[1:])
    # What the nested task has made is known to the outer one only.
    parent.fresh.objects.update(child.fresh.objects)
    parent.external_calls += child.external_calls
    parent.calls += child.calls
    parent.outside += child.outside
    parent.handled |= child.handled
    child.calls, child.external_calls, child.outside = [], 0, []


def _single(parent: Transaction, kind: Any, owner: Any, name: Any) -> Single:
    segment = parent.segment
    key = (id(owner), (kind, name))
    state = segment.states.get(key)
    if state is None:
        state = segment.states[key] = Single(segment, kind, owner, name)
    if kind is state_base.CLASS:
        segment.class_writes = True
        for forget in parent.on_mark:
            forget()
    return state  # type: ignore[return-value]


def _container(parent: Transaction, obj: Any) -> Any:
    segment = parent.segment
    key = (id(obj), None)
    state = segment.states.get(key)
    if state is None:
        if type(obj) is set:
            state = segment.states[key] = SetState(segment, obj)
        else:
            state = segment.mapping(obj) if isinstance(obj, dict) else segment.sequence(obj)
    return state


def _increase_single(state: Single, op: str, value: object) -> None:
    token = state.begin()
    if not state.increase(token, op, value):
        state.set(state_base.fold(state.old_of(token), [(op, value)]))


def _put(state: Any, key: Any, value: object) -> None:
    if type(state) is ListState and type(key) is not int:
        state.change(state_base.put, key, value)
    else:
        state.set(key, value)


def _drop(state: Any, key: Any) -> None:
    if type(state) is ListState:
        state.change(state_base.drop, key)
    else:
        state.delete(key)


def _increase(state: DictState, key: object, op: str, value: object, default: object) -> None:
    token = state.begin(key, default)
    if not state.increase(token, key, op, value):
        state.set(key, state_base.fold(state.old_of(token, key), [(op, value)]))


def _do(state: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if type(state) is SetState:
        if name in ("add", "discard", "clear"):
            getattr(state, name)(*args)
        else:
            state.change_all(name, args)
    elif name == "clear" and type(state) is DictState:
        state.clear()
    else:
        state.do(name, args, kwargs)


_SINGLE: Final[dict[Any, Callable[..., None]]] = {
    state_base.put_single: Single.set,
    state_base.drop_single: Single.delete,
    state_base.increase_single: _increase_single,
}
_CONTAINER: Final[dict[Any, Callable[..., None]]] = {
    state_base.put: _put,
    state_base.drop: _drop,
    state_base.increase: _increase,
    state_base.do: _do,
}
