"""Operators, truth, comparison and text: what runs special methods, done in the recorder's sight.

Guarantees: an operator on exact builtin scalars is the operator itself; on builtin containers it reads what
the task sees; a special method in Python runs as a clone, found and tried in the order of the language. A
type from C takes part only where a model says that its method does nothing but compute. Everything else
waits.
Assumes: the classes of the operands are looked up on the spot; `StateHooks.class_attr` logs what it found.
"""

from __future__ import annotations

import operator
import sys
import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from xcs_ast.effects.resolve import among, class_name
from xcs_ast.effects.type_forms import makes_type_form
from xcs_ast.ir.paths import MISSING
from xcs_ast.native import use_own
from xcs_ast.tracer import kinds
from xcs_ast.tracer.calls_views import CONTAINERS, SCALARS, Views
from xcs_ast.tracer.hooks import INPLACE, TABLES

use_own(globals())

__all__ = ["BINARY", "Specials"]

BINARY: Final[dict[str, tuple[Callable[[Any, Any], Any], str, str]]] = {
    "+": (operator.add, "__add__", "__radd__"),
    "-": (operator.sub, "__sub__", "__rsub__"),
    "*": (operator.mul, "__mul__", "__rmul__"),
    "/": (operator.truediv, "__truediv__", "__rtruediv__"),
    "//": (operator.floordiv, "__floordiv__", "__rfloordiv__"),
    "%": (operator.mod, "__mod__", "__rmod__"),
    "**": (operator.pow, "__pow__", "__rpow__"),
    "@": (operator.matmul, "__matmul__", "__rmatmul__"),
    "<<": (operator.lshift, "__lshift__", "__rlshift__"),
    ">>": (operator.rshift, "__rshift__", "__rrshift__"),
    "&": (operator.and_, "__and__", "__rand__"),
    "|": (operator.or_, "__or__", "__ror__"),
    "^": (operator.xor, "__xor__", "__rxor__"),
}
_COMPARE: Final[dict[str, tuple[Callable[[Any, Any], Any], str, str]]] = {
    "<": (operator.lt, "__lt__", "__gt__"),
    "<=": (operator.le, "__le__", "__ge__"),
    ">": (operator.gt, "__gt__", "__lt__"),
    ">=": (operator.ge, "__ge__", "__le__"),
    "==": (operator.eq, "__eq__", "__eq__"),
    "!=": (operator.ne, "__ne__", "__ne__"),
}
_CHANGING: Final = (list, dict, set, bytearray, deque)
_UNARY: Final[dict[str, tuple[Callable[[Any], Any], str]]] = {
    "-": (operator.neg, "__neg__"),
    "+": (operator.pos, "__pos__"),
    "~": (operator.invert, "__invert__"),
}

_STOPS_AT_SELF: Final = sys.version_info >= (3, 13)
_MISSING: Final = MISSING
_PYTHON: Final = types.FunctionType
_COMPARED: Final = (list, tuple, dict)
_PLAIN_CLASSES: Final = frozenset({*SCALARS, *CONTAINERS})


_FORMATS: Final = frozenset({str, bytes})
_COPIED: Final = frozenset({int, float, complex, str, bytes})
"""Types of which there may be several objects with one value."""


class Specials(Views):
    """Everything that Python does through special methods."""

    __slots__ = ()

    def find_special(self, obj: Any, name: str) -> Any:
        """What the class of `obj` holds under `name`, or `None`; logged where it may change."""
        cls = self.kind_of(obj)
        found = self.class_attr(cls, name)
        if found is None:
            return self.wait(f"{class_name(cls)} does without {name}")
        return None if found is _MISSING else found

    def _has_in_python(self, obj: Any, name: str) -> bool:
        """Whether the class of `obj` has a function in Python there, where Python may not look at all."""
        return type(self.settled(self.kind_of(obj), name)) is _PYTHON

    def lacks(self, x: Any, *names: str) -> bool:
        """Whether the class of `x` has none of these."""
        cls = self.kind_of(x)
        found = [self.settled(cls, name) for name in names]
        return all(each is None or each is _MISSING for each in found)

    def run_special(self, found: Any, obj: Any, *args: Any) -> Any:
        """Calls a special method which is a Python function on its object."""
        kind = type(found)
        if kind is _PYTHON:
            return self.call(found, obj, *args)
        if kind is staticmethod:
            return self.call(found.__func__, *args)
        if kind is classmethod:
            return self.call(found.__func__, self.kind_of(obj), *args)
        return self.wait(f"{class_name(type(obj))} has a special method of an unusual kind")

    def text_arguments(self, text: str, given: Any) -> Any:
        """What stands for the right side of `text % given`."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------- arithmetic

    def binary(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op b`."""
        if type(a) in SCALARS and type(b) in SCALARS:
            return BINARY[op][0](a, b)
        return self._operate(op, BINARY[op][0], "** or pow()" if op == "**" else op, a, b)

    def _operate(self, op: str, native: Callable[[Any, Any], Any], shown: str, a: Any, b: Any) -> Any:
        _, name, reflected = BINARY[op]
        if op == "|" and makes_type_form(a, b):
            return native(a, b)
        if op == "%" and type(a) in _FORMATS and not issubclass(self.kind_of(b), type(a)):
            return self._fill_in(a, b)  # the other side is never asked for a method of its own
        left, right = self.find_special(a, name), self.find_special(b, reflected)
        if type(left) is _PYTHON or type(right) is _PYTHON:
            return self._binary_in_python(op, shown, a, b, left, right)
        if op == "%" and type(a) in _FORMATS:
            return self._fill_in(a, b)
        for obj, method, other in ((a, name, b), (b, reflected, a)):
            if type(obj) in _PLAIN_CLASSES:
                continue
            if not self.is_harmless(obj, method, other):
                self.wait(f"{class_name(type(obj))}.{method} may run code of the program's")
            if type(obj) not in CONTAINERS and not self._keeps_to_itself(obj, other):
                self.wait(f"looks into a shared {class_name(type(obj))}")
            if op == "*" and self._has_in_python(obj, "__index__"):
                self.wait(f"{class_name(type(obj))}.__index__ runs code of the program's")
        if op == "%" and type(a) is bytearray and type(b) not in SCALARS:
            self.wait("formats bytes with something that may run code of the program's")
        if a is b and type(a) is set and not self.owns(a):
            # Python knows it again, and leaves the table of the result as it is; copies would not be known.
            self.wait("a set meets itself")
        return self.adopt(native(self._operand(a, op), self._operand(b, op)))

    def _fill_in(self, a: Any, b: Any) -> Any:
        """`text % b`."""
        if type(a) is str:
            return a % self.text_arguments(a, b)
        if type(b) not in SCALARS:
            self.wait("formats bytes with something that may run code of the program's")
        return a % b

    def _keeps_to_itself(self, obj: Any, other: Any) -> bool:
        """Whether nothing shared is read of an operand by the C code of the other one."""
        if issubclass(type(obj), _CHANGING):
            return self.owns(obj)
        return not issubclass(type(other), (bytes, bytearray))  # which take whatever has a buffer

    def _operand(self, obj: Any, op: str) -> Any:
        if type(obj) not in CONTAINERS:
            return obj
        seen = self.content(obj)
        if op in "-&|^" and type(obj) is not dict and type(obj) in (set, frozenset):
            for part in seen:
                self.check_leaf(part, ("__hash__", "__eq__"))
        return seen

    def _binary_in_python(self, op: str, shown: str, a: Any, b: Any, left: Any, right: Any) -> Any:
        """The protocol of the language: the reflected method of a subclass comes first."""
        _, name, reflected = BINARY[op]
        kinds = self.kind_of(a), self.kind_of(b)
        tries = [(left, a, b, name), (right, b, a, reflected)]
        if kinds[0] is kinds[1]:
            tries = tries[:1]
        elif (
            among(kinds[0], self.mro(kinds[1]))
            and right is not None
            and right is not self.settled(kinds[0], reflected)
        ):
            tries.reverse()
        for found, obj, other, method in tries:
            if found is None:
                continue
            value = self._one_try(found, obj, other, method)
            if value is not NotImplemented:
                return value
        if op in "+*" and any(kind in (list, tuple, str, bytes, bytearray) for kind in kinds):
            return self.wait("joins a sequence with an object")
        raise TypeError(
            f"unsupported operand type(s) for {shown}: '{kinds[0].__name__}' and '{kinds[1].__name__}'"
        )

    def _one_try(self, found: Any, obj: Any, other: Any, method: str) -> Any:
        if type(found) is _PYTHON:
            return self.call(found, obj, other)
        if type(obj) is str or type(obj) is bytes:
            if method == "__mod__":
                return self.wait("formats an object that has a say in it")
            return NotImplemented  # sequences are joined and repeated when all else has failed
        if type(obj) in SCALARS and type(other) not in CONTAINERS:
            return found(obj, other) if type(found) is types.WrapperDescriptorType else NotImplemented
        plain = type(obj) not in CONTAINERS and type(other) not in CONTAINERS
        if plain and type(found) is types.WrapperDescriptorType and self.is_harmless(obj, method):
            return found(obj, other)
        return self.wait(f"{class_name(type(obj))}.{method} is code that is not known")

    def inplace(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op= b` on a local variable."""
        if type(a) in SCALARS:
            if type(b) in SCALARS:
                return INPLACE[op](a, b)
            return self._operate(op, INPLACE[op], op + "=", a, b)
        if type(a) in kinds.CONTAINERS:
            return super().inplace(op, a, b)
        found = self.find_special(a, f"__i{BINARY[op][1][2:]}")
        value = self.call(found, a, b) if type(found) is _PYTHON else NotImplemented
        if found is None or (type(found) is _PYTHON and value is NotImplemented):
            return self._operate(op, INPLACE[op], op + "=", a, b)
        if type(found) is _PYTHON:
            return value
        return self.wait(f"changes a {class_name(type(a))} in place")

    def unary(self, op: str, a: Any, /) -> Any:
        """`op a`."""
        if op == "not":
            return not self.truth(a)
        native, name = _UNARY[op]
        if type(a) in SCALARS:
            return native(a)
        found = self.find_special(a, name)
        if type(found) is _PYTHON:
            return self.call(found, a)
        if found is not None and not self.is_harmless(a, name):
            self.wait(f"{class_name(type(a))}.{name} is code that is not known")
        return native(a)

    # ------------------------------------------------------------------------------------------- comparison

    def compare(self, op: str, a: Any, b: Any, /) -> Any:
        """`a op b` for a comparison."""
        if type(a) in SCALARS and type(b) in SCALARS and op in _COMPARE:
            return _COMPARE[op][0](a, b)
        if op == "is" or op == "is not":
            if kinds.same(a, b) and type(a) in _COPIED:
                # Reads of numbers and text are validated by value.
                return self.late("asks whether equal numbers or texts are one object").compare(op, a, b)
            return (a is b) is (op == "is")
        if op == "in" or op == "not in":
            return self._contains(op, a, b)
        native, name, reflected = _COMPARE[op]
        left, right = self.find_special(a, name), self.find_special(b, reflected)
        if type(left) is _PYTHON or type(right) is _PYTHON or (op == "!=" and self._equals_in_python(a, b)):
            return self._compare_in_python(op, a, b, left, right)
        if op in ("==", "!=") and type(a) in _COMPARED and type(a) is type(b):
            return self._equal_containers(a, b) is (op == "==")
        if type(a) in CONTAINERS or type(b) in CONTAINERS:
            return native(self._compared(a), self._compared(b))
        self.check_leaf(a, (name,))
        self.check_leaf(b, (reflected,))
        return native(a, b)

    def _equals_in_python(self, a: Any, b: Any) -> bool:
        """Whether `object.__ne__` would ask an `__eq__` in Python."""
        return any(
            self.settled(self.kind_of(each), "__ne__") is object.__ne__
            and type(self.find_special(each, "__eq__")) is _PYTHON
            for each in (a, b)
        )

    def _equal_containers(self, a: Any, b: Any) -> bool:
        """As the C code compares two lists, tuples or dictionaries: what is identical is equal."""
        if a is b and type(a) is not dict:
            return True
        one, two = self.content(a), self.content(b)
        if type(a) is dict:
            for key in (*one, *two):
                self.check_key(key)
            if len(one) != len(two):
                return False
            for key, value in one.items():
                if key not in two or not self._same_or_equal(value, two[key]):
                    return False
            return True
        if type(a) is list and len(one) != len(two):
            return False
        for x, y in zip(one, two, strict=False):
            if not self._same_or_equal(x, y):
                return False
        return len(one) == len(two)

    def _same_or_equal(self, x: Any, y: Any) -> bool:
        return x is y or self.truth(self.compare("==", x, y))

    def _compared(self, obj: Any) -> Any:
        if type(obj) in CONTAINERS:
            return self.view(obj, ("__eq__", "__lt__", "__gt__"))
        self.check_leaf(obj, ("__eq__", "__lt__", "__gt__", "__le__", "__ge__"))
        return obj

    def _contains(self, op: str, a: Any, b: Any) -> Any:
        kind = type(b)
        if kind in (str, bytes, range) and type(a) in SCALARS:
            return (a in b) is (op == "in")
        found = self.find_special(b, "__contains__")
        if type(found) is _PYTHON:
            answer = self.truth(self.call(found, b, a))
            return answer is (op == "in")
        if kind in kinds.CONTAINERS or kind is tuple:
            try:
                known = self.container_contains(b, a)
            except kinds.Unsure:
                known = None
            if known is not None:
                return known is (op == "in")
            if kind not in (list, tuple, deque):
                return self.wait(f"looks up an object in a {class_name(kind)}")
        elif found is not None:
            return self._contains_in_c(op, a, b)
        elif self.find_special(b, "__iter__") is None and self.find_special(b, "__getitem__") is None:
            return (a in b) is (op == "in")  # raises
        for each in self.iterate(b):
            if each is a or self.truth(self.compare("==", each, a)):
                return op == "in"
        return op != "in"

    def _contains_in_c(self, op: str, a: Any, b: Any) -> Any:
        if type(b) in SCALARS:
            if type(b) is bytes:
                self.check_leaf(a, ("__index__",))
            return (a in b) is (op == "in")  # else raises
        try:
            known = self.container_contains(b, a)
        except kinds.Unsure as unsure:
            # Not until its turn: it would keep alive what the table may refer to weakly.
            return self.wait(unsure.reason)
        if known is not None:
            return known is (op == "in")
        if self.owns(b) and type(a) in SCALARS and self.is_harmless(b, "__contains__"):
            return (a in b) is (op == "in")
        return self.wait(f"looks up an object in a {class_name(type(b))}")

    def _compare_in_python(self, op: str, a: Any, b: Any, left: Any, right: Any) -> Any:
        _, name, reflected = _COMPARE[op]
        kinds = self.kind_of(a), self.kind_of(b)
        tries = [(left, a, b, name), (right, b, a, reflected)]
        if kinds[0] is not kinds[1] and among(kinds[0], self.mro(kinds[1])) and right is not None:
            tries.reverse()
        for found, obj, other, method in tries:
            if found is None:
                continue
            value = self._one_comparison(found, obj, other, method)
            if value is not NotImplemented:
                return value
        if op == "==":
            return a is b
        if op == "!=":
            return a is not b
        raise TypeError(
            f"'{op}' not supported between instances of '{kinds[0].__name__}' and '{kinds[1].__name__}'"
        )

    def _one_comparison(self, found: Any, obj: Any, other: Any, method: str) -> Any:
        if type(found) is _PYTHON:
            fields = self.generated_fields(self.kind_of(obj), method) if method == "__eq__" else None
            if fields is None:
                return self.call(found, obj, other)
            if self.kind_of(obj) is not self.kind_of(other):
                return NotImplemented
            if _STOPS_AT_SELF and obj is other:
                return True
            mine = tuple([self.load_attr(obj, name) for name in fields])
            return self._equal_rows(mine, tuple([self.load_attr(other, name) for name in fields]))
        if found is object.__eq__:
            return True if obj is other else NotImplemented
        if found is object.__ne__:
            equal = self.find_special(obj, "__eq__")
            value = self._one_comparison(equal, obj, other, "__eq__")
            return value if value is NotImplemented else not self.truth(value)
        if type(found) is types.WrapperDescriptorType and found.__objclass__ is object:
            return NotImplemented
        if type(obj) in SCALARS and type(found) is types.WrapperDescriptorType:
            return found(obj, other)
        if type(obj) in CONTAINERS and type(other) not in CONTAINERS:
            return NotImplemented
        return self.wait(f"{class_name(type(obj))}.{method} is code that is not known")

    def _equal_rows(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> Any:
        # As tuples compare: what is identical is equal.
        for x, y in zip(a, b, strict=True):  # noqa: SIM110 (see `meets`)
            if not self._same_or_equal(x, y):
                return False
        return True

    # ------------------------------------------------------------------------------------------ truth, hash

    def truth(self, x: Any, /) -> bool:
        """`bool(x)`."""
        if x is True or x is False or x is None:
            return bool(x)
        kind = type(x)
        if kind in SCALARS:
            return bool(x)
        if kind in CONTAINERS or kind in kinds.CONTAINERS:
            return self.length(x) != 0
        found = self.find_special(x, "__bool__")
        if found is None:
            found = self.find_special(x, "__len__")
            if found is None:
                return True
            return self.length(x) != 0
        if type(found) is _PYTHON:
            value = self.call(found, x)
            if type(value) is not bool:
                raise TypeError(f"__bool__ should return bool, returned {type(value).__name__}")
            return value
        self.check_leaf(x, ("__bool__",))
        return bool(x)

    def meets(self, xs: Any, wanted: bool) -> bool:
        """Whether something in `xs` is true (or false)."""
        # A generator of ours would turn a `StopIteration` of the program's into something else.
        for each in self.iterate(xs):  # noqa: SIM110
            if self.truth(each) is wanted:
                return True
        return False

    def length(self, x: Any) -> int:
        """`len(x)`."""
        kind = type(x)
        if kind in SCALARS or kind is tuple or kind is frozenset or kind is range:
            return len(x)
        found = self.find_special(x, "__len__")
        if type(found) is _PYTHON:
            value = self.call(found, x)
            if type(value) is not int:
                return self.wait("__len__ returned something that is no integer")
            if value < 0:
                raise ValueError("__len__() should return >= 0")
            return value if value <= sys.maxsize else self.wait("__len__ returned more than there can be")
        if found is None:
            raise TypeError(f"object of type '{kind.__name__}' has no len()")
        if kind in CONTAINERS or kind in kinds.CONTAINERS:
            try:
                known = self.container_length(x)
            except kinds.Unsure as unsure:
                return self.wait(unsure.reason)
            if known is not None:
                return known
        if self.owns(x):
            self.check_leaf(x, ("__len__",))
            return len(x)
        return self.wait(f"asks for the length of a {class_name(kind)}")

    def hint(self, x: Any, /) -> None:
        """A list or tuple is about to be filled from `x`, and asks how much there will be."""
        kind = type(x)
        if kind in _PLAIN_CLASSES:
            return
        if type(self.find_special(x, "__len__")) is _PYTHON:
            try:
                self.length(x)
            except TypeError:
                # Python forgives it, and asks further.
                self.wait("asks for a length in vain")
        elif type(self.find_special(x, "__length_hint__")) is _PYTHON:
            self.wait("asks an object how long it will be")

    def key(self, k: Any, /) -> Any:
        """Around every key of a dict display and element of a set display."""
        if type(k) not in SCALARS:
            self.check_key(k)
        return k

    def spread_keys(self, x: Any, /) -> Iterable[Any]:
        """`*x` in a set display."""
        if type(x) not in TABLES:
            return super().spread_keys(x)
        seen = self.content(x)
        for each in seen:
            self.key(each)
        return seen  # type: ignore[no-any-return]

    def check_key(self, k: Any) -> None:
        """Waits where hashing the object, or comparing it with others, may run code of the program's."""
        if type(k) is tuple or type(k) is frozenset:
            for part in k:
                self.check_key(part)
        elif type(k) not in SCALARS:
            self.check_leaf(k, ("__hash__", "__eq__"))
