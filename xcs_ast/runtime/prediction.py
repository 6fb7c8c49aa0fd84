"""What a graph foretells of the next run: which calls it will make, on which objects.

A prediction is never believed. `Prediction` only says what to try; whoever runs the function compares every
callee and argument with those that the program really has (see `guided`).

Guarantees: no user code runs; values are looked up as paths and by builtin operators on builtin scalars.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from types import CellType, FunctionType, MethodDescriptorType
from typing import Any, Final

from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.paths import MISSING, Binding, Unresolvable, static_attr
from xcs_ast.ir.values import ValueRef
from xcs_ast.native import use_own
from xcs_ast.runtime.plan import FORETOLD, Plan
from xcs_ast.tracer.hooks import BINARY, COMPARE, UNARY
from xcs_ast.tracer.observing_effects import SCALARS
from xcs_ast.tracer.observing_lookup import in_class

use_own(globals())

__all__ = ["CannotTell", "NotYet", "Prediction"]


_COMPUTED: Final = frozenset({OpType.COMPUTE, OpType.NEW, OpType.CALL})


class NotYet(LookupError):
    """It depends on a call that has not come back."""


class CannotTell(LookupError):
    """It cannot be foretold."""


class Prediction:
    """One run's view of a plan: the new arguments, and what has become known since."""

    def __init__(self, plan: Plan, arguments: Mapping[str, object], cells: tuple[CellType, ...]) -> None:
        self.plan = plan
        self.known: dict[str, object] = {}
        self._binding = Binding(None, arguments)
        self._cells = cells
        self._made: set[int] = set()
        """The ids of containers that were made since the last call was foretold."""

    def value(self, ref: ValueRef) -> Any:
        """What a value will be.

        Raises:
            NotYet: it depends on a call that has not come back.
            CannotTell: it cannot be foretold.
        """
        if ref.id in self.known:
            return self.known[ref.id]
        plan = self.plan
        if ref.id in plan.parameters:
            return self._binding.env[ref.id]
        if ref.id in plan.paths and ref.id not in plan.scalars:
            try:
                return plan.paths[ref.id].resolve(self._binding)
            except (Unresolvable, KeyError):
                raise CannotTell(ref.id) from None
        if ref.id in plan.outside:
            try:
                return plan.constant(ref.id)
            except KeyError:
                raise CannotTell(ref.id) from None
        op = plan.defined.get(ref.id)
        if op is None:
            raise CannotTell(ref.id)
        try:
            found = self._given_by(op, op.outputs.index(ref))
        except (ArithmeticError, TypeError, ValueError, LookupError, MemoryError) as error:
            if isinstance(error, NotYet):
                raise
            return self._found_again(ref)
        if op.op_type in _COMPUTED and type(found) in SCALARS:
            self.known[ref.id] = found
        return found

    def _found_again(self, ref: ValueRef) -> Any:
        """A text that was found among the arguments, and may be found there again."""
        if ref.id not in self.plan.texts:
            raise CannotTell(ref.id) from None
        try:
            return self.plan.paths[ref.id].resolve(self._binding)
        except (Unresolvable, KeyError):
            raise CannotTell(ref.id) from None

    def decided(self, branch: Operation) -> bool:
        """Whether a test can be foretold, and goes the way that was recorded."""
        if not branch.inputs or "decision" not in branch.metadata:
            return False
        try:
            return bool(_scalar(self.value(branch.inputs[0]))) is branch.metadata["decision"]
        except (NotYet, CannotTell):
            return False

    def _given_by(self, op: Operation, output: int) -> Any:
        meta = op.metadata
        match op.op_type, meta.get("how"):
            case OpType.CALL, _:
                return self._outcome(op)
            case OpType.LOAD, "next":
                return self._item(op.inputs[0], meta["index"])
            case OpType.LOAD, "unpack" if meta["right"] < 0:
                return _element(self.value(op.inputs[0]), output)
            case OpType.LOAD, "item":
                return self._at(self.value(op.inputs[0]), self.value(op.inputs[1]))
            case OpType.LOAD, "attr":
                return _attribute(self.value(op.inputs[0]), op.name)
            case OpType.LOAD, "global":
                return meta["scope"][op.name]
            case OpType.LOAD, "cell" if meta.get("cell", len(self._cells)) < len(self._cells):
                return self._cells[meta["cell"]].cell_contents
            case OpType.COMPUTE, how:
                return _computed(how, op, [_scalar(self.value(each)) for each in op.inputs])
            case OpType.NEW, "tuple":
                return self._new(tuple(self.value(each) for each in op.inputs))
            case OpType.NEW, "f-string":
                texts = iter([str(_scalar(self.value(each))) for each in op.inputs])
                return "".join(next(texts) if part is None else part for part in meta["literals"])
            case OpType.NEW, "new":
                return self._new(_display(op.name, [self.value(each) for each in op.inputs]))
            case _:
                raise CannotTell(op.id)

    def _new(self, container: Any) -> Any:
        self._made.add(id(container))
        return container

    def _at(self, container: Any, key: Any) -> Any:
        if type(key) is not slice:
            return _element(container, key)
        if type(container) not in (list, tuple, str):
            raise CannotTell
        part = container[key]
        return self._new(part) if type(part) is list else part

    def _outcome(self, op: Operation) -> Any:
        """That of the few calls that are foretold without being made: of builtins, with builtin scalars."""
        kind = self.plan.kinds.get(op.id)
        if kind not in FORETOLD:
            raise NotYet(op.id)
        try:
            f, args, kwargs = self._callee(op)
            if kind == "len":
                return len(_container(*args, **kwargs))
            if op.metadata.get("method") == "join":
                args = (list(map(_text, _container(*args))),)
            elif not all(type(each) in SCALARS for each in (*args, *kwargs.values())):
                raise CannotTell(op.id)
            if not _is_short(*([_text(f.__self__)] if kind == "text" else []), *args, *kwargs.values()):
                raise CannotTell(op.id)
            found = f(*args, **kwargs)
            return found if type(found) in SCALARS else self._new(found)
        except NotYet:
            raise
        except (ArithmeticError, TypeError, ValueError, LookupError, MemoryError):
            raise NotYet(op.id) from None  # it may be known when it has been made

    def _item(self, source: ValueRef, index: int) -> Any:
        """An item of an iteration over a container, or over what `enumerate` or `zip` made of one."""
        op = self.plan.defined.get(source.id)
        if op is None or op.op_type is not OpType.CALL or op.metadata.get("keywords"):
            return _element(self.value(source), index)
        kind = self.plan.kinds.get(op.id)
        if kind == "enumerate" and len(op.inputs) == 2:
            return self._new((index, self._item(op.inputs[1], index)))
        if kind == "zip":
            return self._new(tuple(self._item(each, index) for each in op.inputs[1:]))
        if kind == "range":
            return range(*[_scalar(self.value(each)) for each in op.inputs[1:]])[index]
        if kind == "dict":
            mapping = self.value(op.inputs[0])
            if type(mapping) is dict:
                found = list(getattr(mapping, op.metadata["method"])())[index]
                return self._new(found) if op.metadata["method"] == "items" else found
        return _element(self.value(source), index)

    def call(self, op: Operation) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """The callee and the arguments of a call. `made` tells which containers nobody else has."""
        self._made = set()
        return self._callee(op)

    def _callee(self, op: Operation) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        callee = self.value(op.inputs[0])
        method = op.metadata.get("method")
        if method is not None:
            callee = _method(callee, method)
        count = op.metadata["positional"]
        rest = [self.value(each) for each in op.inputs[1:]]
        return (
            callee,
            tuple(rest[:count]),
            dict(zip(op.metadata.get("keywords", ()), rest[count:], strict=True)),
        )

    @property
    def made(self) -> frozenset[int]:
        """The ids of the containers made for the call that was foretold last; some may be gone."""
        return frozenset(self._made)


_KEYS: Final = 1_000


def _scalar(value: Any) -> Any:
    if type(value) not in SCALARS:
        raise CannotTell
    return value


def _container(value: Any) -> Any:
    if type(value) not in (list, tuple, dict, str):
        raise CannotTell
    return value


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > _TOO_MUCH:
        raise CannotTell
    return value


def _is_short(*values: Any) -> bool:
    """Whether what can be made of these is not too long: of each letter of one, all of another."""
    size = 1
    for value in values:
        if type(value) is str or type(value) is bytes:
            size *= len(value) + 1
        elif type(value) is list:
            size *= sum(map(len, value)) + len(value) + 1
    return size <= _TOO_LONG


def _element(container: Any, key: Any) -> Any:
    if type(container) not in (list, tuple, dict, str) or type(key) not in SCALARS:
        raise CannotTell
    if type(container) is dict and not all(type(each) in SCALARS for each in islice(container, _KEYS)):
        raise CannotTell  # comparing keys could be the user's business
    if type(container) is dict and len(container) > _KEYS:
        raise CannotTell
    return container[key]


def _attribute(obj: Any, name: str) -> Any:
    found = static_attr(obj, name)
    if found is MISSING:
        found = in_class(type(obj), name)
        if found is MISSING or in_class(type(found), "__get__") is not MISSING:
            raise CannotTell
    return found


def _method(receiver: Any, name: str) -> Any:
    found = in_class(type(receiver), name)
    if static_attr(receiver, name) is not MISSING or found is MISSING:
        raise CannotTell
    if not isinstance(found, FunctionType | MethodDescriptorType):
        raise CannotTell
    return found.__get__(receiver, type(receiver))


_TOO_MUCH: Final = 1 << 16
_TOO_LONG: Final = 1 << 22


def _computed(how: Any, op: Operation, values: list[Any]) -> Any:
    if any(isinstance(v, str | bytes) and len(v) > _TOO_MUCH for v in values):
        raise CannotTell
    name = op.metadata["op"] if how == "inplace" else op.name
    if how in ("binary", "inplace") and name not in ("**", "<<", "*"):
        return BINARY[name](values[0], values[1])
    if how == "binary" and name == "*" and not any(isinstance(v, str | bytes) for v in values):
        return values[0] * values[1]
    if how == "compare" and op.name not in ("is", "is not"):
        return COMPARE[op.name](values[0], values[1])
    if how == "unary":
        return UNARY[op.name](values[0])
    if how == "format" and op.metadata["conversion"] in (-1, 115) and not op.metadata["spec"]:
        return str(values[0])
    raise CannotTell


def _display(name: str, parts: list[Any]) -> Any:
    if name == "list":
        return list(parts)
    if name == "dict":
        return {_scalar(k): v for k, v in zip(parts[::2], parts[1::2], strict=True)}
    raise CannotTell
