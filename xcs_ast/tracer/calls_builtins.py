"""The builtin functions that look at objects in ways that no model can say, each in the recorder's sight.

Guarantees: the order of what they do is that of the C code, special methods and callbacks included.
Assumes: `Specials` and `StateHooks` do the single steps.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any, Final

from xcs_ast.effects.resolve import class_name, is_class, is_mutable_class
from xcs_ast.effects.text_codecs import OWN_CODEC, are_standard
from xcs_ast.native import use_own
from xcs_ast.tracer import kinds
from xcs_ast.tracer.asking import decided_by_type, goes_by_methods, single
from xcs_ast.tracer.calls_classes import Constructing
from xcs_ast.tracer.calls_views import CONTAINERS, SCALARS
from xcs_ast.tracer.hooks import TABLES
from xcs_ast.tracer.specials_items import Steps, for_c

use_own(globals())

__all__ = ["Builtins"]

_NUMBERS: Final = frozenset((int, float, bool, complex))
_NO_KEY: Final[Any] = object()
_Handler = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]


class Builtins(Constructing):
    """One method for each: `do_NAME(args, kwargs)`."""

    __slots__ = ()

    # --------------------------------------------------------------------------------------- looking at one

    def do_len(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`len(x)`."""
        return self.length(args[0]) if len(args) == 1 and not kwargs else len(*args, **kwargs)

    def do_bool(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`bool(x)`."""
        return self.truth(args[0]) if len(args) == 1 and not kwargs else bool(*args, **kwargs)

    def do_repr(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`repr(x)`."""
        return self.repr_of(args[0]) if len(args) == 1 and not kwargs else repr(*args, **kwargs)

    def do_ascii(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`ascii(x)`."""
        return ascii(self.shown(args[0])) if len(args) == 1 and not kwargs else ascii(*args, **kwargs)

    def do_str(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`str(x)`; with an encoding, of bytes."""
        if len(args) == 1 and not kwargs:
            return self.text_of(args[0])
        if all(type(arg) in SCALARS for arg in (*args, *kwargs.values())):
            if not are_standard(args[1:], kwargs):
                return self.wait(OWN_CODEC)
            return str(*args, **kwargs)
        return self.wait("calls str() in an unusual way")

    def do_format(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`format(x, spec)`."""
        if kwargs or not 1 <= len(args) <= 2:
            return format(*args, **kwargs)
        return self.format_of(args[0], args[1] if len(args) == 2 else "")

    def do_hash(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`hash(x)`."""
        if len(args) != 1 or kwargs:
            return hash(*args, **kwargs)
        if type(args[0]) in (list, dict, set):
            return hash(args[0])  # raises
        self.check_key(args[0])
        return hash(args[0])

    def do_id(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`id(x)`."""
        return id(*args, **kwargs)

    def do_callable(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`callable(x)`."""
        if len(args) != 1 or kwargs:
            return callable(*args, **kwargs)  # raises
        return self.settled(self.kind_of(args[0]), "__call__") is not kinds.MISSING

    def do_type(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`type(x)`."""
        return self.kind_of(args[0]) if len(args) == 1 and not kwargs else self.wait("makes a class")

    def do_number(self, native: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`int(x)`, `abs(x)`, `round(x)` and their like: of plain data, or by a special method."""
        if all(type(arg) in SCALARS for arg in (*args, *kwargs.values())):
            return native(*args, **kwargs)
        if len(args) == 1 and not kwargs and name == "__index__" and issubclass(type(args[0]), int):
            return native(args[0])  # whatever it defines, it is a number and not asked for one
        if len(args) == 1 and not kwargs and type(self.find_special(args[0], name)) is types.FunctionType:
            value = self.run_special(self.find_special(args[0], name), args[0])
            if native is abs or native is round:
                return value  # whatever it is
            wanted = native if native is float or native is complex else int
            return native(value) if type(value) is wanted else self.wait(f"{name} returned no plain number")
        for arg in (*args, *kwargs.values()):
            if type(arg) in CONTAINERS:
                if len(args) == 1 and not kwargs:
                    return native(*args, **kwargs)  # raises
                return self.wait(f"converts a {class_name(type(arg))} to a number")
            self.check_leaf(arg, (name, "__index__", "__int__", "__float__", "__trunc__"))
        return native(*args, **kwargs)

    # ------------------------------------------------------------------------------------------- attributes

    def do_getattr(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`getattr(o, name[, default])`."""
        if kwargs or not 2 <= len(args) <= 3 or type(args[1]) is not str:
            return self.wait("calls getattr() in an unusual way")
        if len(args) == 2:
            return self.load_attr(args[0], args[1])
        try:
            return self.load_attr(args[0], args[1])
        except AttributeError:
            return args[2]

    def do_hasattr(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`hasattr(o, name)`."""
        if kwargs or len(args) != 2 or type(args[1]) is not str:
            return self.wait("calls hasattr() in an unusual way")
        try:
            self.load_attr(args[0], args[1])
        except AttributeError:
            return False
        return True

    def do_setattr(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`setattr(o, name, value)`."""
        if kwargs or len(args) != 3 or type(args[1]) is not str:
            return self.wait("calls setattr() in an unusual way")
        self.store_attr(args[2], args[0], args[1])
        return None

    def do_delattr(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`delattr(o, name)`."""
        if kwargs or len(args) != 2 or type(args[1]) is not str:
            return self.wait("calls delattr() in an unusual way")
        self.delete_attr(args[0], args[1])
        return None

    def do_isinstance(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`isinstance(x, classes)`, where nobody's code decides."""
        if kwargs or len(args) != 2:
            return isinstance(*args, **kwargs)
        obj, classes = args
        if not self._decided(classes):
            return self.wait("asks for an instance where code of the program's may decide")
        cls = self.kind_of(obj)
        if (
            self.settled(cls, "__class__") is not object.__dict__["__class__"]
            or type(self.settled(cls, "__getattribute__")) is types.FunctionType
        ):
            return self.wait(f"asks for the class of a {class_name(cls)}, which computes it")
        return self._asked(cls, classes)

    def do_issubclass(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`issubclass(cls, classes)`, where nobody's code decides."""
        if kwargs or len(args) != 2 or not is_class(args[0]) or not self._decided(args[1]):
            return self.wait("asks about a subclass where code of the program's may decide")
        return self._asked(*args)

    def _decided(self, classes: Any) -> bool:
        """Whether nobody's code decides who is an instance, and that what decides is logged."""
        if type(classes) is type:
            return True
        if not decided_by_type(classes, 0):
            return False
        metaclasses = {type(each) for each in single(classes)} - {type}
        for meta in metaclasses:
            self.settled(meta, "__instancecheck__")
            self.settled(meta, "__subclasscheck__")
        return not metaclasses or decided_by_type(classes, 0)

    def _asked(self, cls: type, classes: Any) -> bool:
        """What an abstract base class says may be another thing when it is the task's turn."""
        wanted = list(single(classes))
        bases = self.mro(cls)
        if any(each is base for each in wanted for base in bases):
            return True
        if all(type(each) is type for each in wanted):
            return False
        if any(map(is_mutable_class, bases)) and any(map(goes_by_methods, wanted)):
            # It remembers what it said, too.
            self.wait(f"asks what methods a {class_name(cls)} has")
        return bool(self.transaction.probe(lambda: issubclass(cls, classes)))

    # -------------------------------------------------------------------------------------------- iterating

    def do_iter(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`iter(x)`."""
        if len(args) != 1 or kwargs:
            return self.wait("calls iter() with a sentinel")
        made = self.iterate(args[0])
        if type(made) is Steps:
            # It is asked for its length, its iterator and more, like any object of the program's.
            return made.made
        return made if type(made) is types.GeneratorType else self.adopt_lazy(made)

    def do_next(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`next(it[, default])` of an iterator of the task's."""
        if kwargs or not 1 <= len(args) <= 2:
            return next(*args, **kwargs)
        found = self.find_special(args[0], "__next__")
        if type(found) is types.FunctionType:
            try:
                return self.call(found, args[0])
            except StopIteration:
                if len(args) == 2:
                    return args[1]
                raise
        if found is None:
            return next(*args)  # raises
        if not self.is_own_iterator(args[0]):
            return self.leave("advances a shared iterator", next, args, kwargs)
        return next(*args)

    def leave(self, reason: str, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls what cannot be called ahead, when it is the task's turn."""
        raise NotImplementedError

    def is_own_iterator(self, obj: Any) -> bool:
        """Whether it is an iterator that the task has made."""
        return self.owns(obj) or self.is_own_generator(obj)

    def is_own_generator(self, obj: Any) -> bool:
        """Whether it is a generator that the task has made."""
        raise NotImplementedError

    def do_any(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`any(xs)`."""
        if len(args) != 1 or kwargs:
            return any(*args, **kwargs)
        return self.meets(args[0], True)

    def do_all(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`all(xs)`."""
        if len(args) != 1 or kwargs:
            return all(*args, **kwargs)
        return not self.meets(args[0], False)

    def do_sum(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`sum(xs[, start])`."""
        if not 1 <= len(args) <= 2 or set(kwargs) - {"start"} or (len(args) == 2 and kwargs):
            return sum(*args, **kwargs)
        start = args[1] if len(args) == 2 else kwargs.get("start", 0)
        source = self.iterate(args[0])
        if type(start) in (str, bytes, bytearray):
            return sum((), start)  # raises
        numbers: list[Any] = []
        total, plain = start, type(start) in _NUMBERS
        for part in source:
            if plain and type(part) in _NUMBERS:
                numbers.append(part)  # to add them up shows nowhere
                continue
            if plain:
                if float in map(type, (start, *numbers)):
                    self.wait("adds floats and objects up")
                total, plain = sum(numbers, start), False
            if type(part) is float or type(total) is float:
                self.wait("adds floats and objects up")
            total = self.binary("+", total, part)
        return sum(numbers, start) if plain else total

    def do_min(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`min(...)`."""
        return self._extreme(min, "<", args, kwargs)

    def do_max(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`max(...)`."""
        return self._extreme(max, ">", args, kwargs)

    def _extreme(self, native: Any, op: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not args or set(kwargs) - {"key", "default"} or (len(args) > 1 and "default" in kwargs):
            return native(*args, **kwargs)  # raises
        key = kwargs.get("key")
        best = best_key = _NO_KEY
        for each in self.iterate(args[0]) if len(args) == 1 else args:
            its_key = each if key is None else self.call(key, each)
            if best is _NO_KEY or self.truth(self.compare(op, its_key, best_key)):
                best, best_key = each, its_key
        if best is not _NO_KEY:
            return best
        return kwargs["default"] if "default" in kwargs else native(())

    def do_sorted(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`sorted(xs, key=, reverse=)`."""
        if len(args) != 1 or set(kwargs) - {"key", "reverse"}:
            return sorted(*args, **kwargs)
        source = self.iterate(args[0])
        self.hint(args[0])
        found = list(source)
        self.sort(found, kwargs)
        return self.adopt(found)

    def sort(self, found: list[Any], kwargs: dict[str, Any]) -> None:
        """Sorts a list of our own as `list.sort` does, with keys and comparisons in sight."""
        key, reverse = kwargs.get("key"), kwargs.get("reverse", False)
        if type(reverse) not in SCALARS:
            self.wait("asks an object whether to sort backwards")
        [].sort(reverse=reverse)  # raises what it raises
        keys = found if key is None else [self.call(key, each) for each in found]
        if all(type(each) in SCALARS for each in keys) and key is None:
            found.sort(reverse=reverse)
            return
        pairs = [(_Ordered(self, its_key), each) for its_key, each in zip(keys, found, strict=True)]
        try:
            pairs.sort(key=operator.itemgetter(0), reverse=reverse)
        finally:
            found[:] = [each for _, each in pairs]

    def do_map(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`map(f, *xs)`."""
        if kwargs or len(args) < 2:
            return self.wait("calls map() in an unusual way")
        function = args[0]
        sources = [self.iterate(source) for source in args[1:]]
        return self.adopt_lazy(map(lambda *each: self.call(function, *each), *sources))

    def do_filter(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`filter(f, xs)`."""
        if kwargs or len(args) != 2:
            return self.wait("calls filter() in an unusual way")
        function = args[0]
        if function is None or function is bool:
            return self.adopt_lazy(filter(self.truth, self.iterate(args[1])))
        chosen = filter(lambda each: self.truth(self.call(function, each)), self.iterate(args[1]))
        return self.adopt_lazy(chosen)

    def do_zip(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`zip(*xs, strict=)`."""
        if set(kwargs) - {"strict"} or type(kwargs.get("strict", False)) is not bool:
            return self.wait("calls zip() in an unusual way")
        return self.adopt_lazy(
            zip(*[self.iterate(source) for source in args], strict=kwargs.get("strict", False))
        )

    def do_enumerate(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`enumerate(xs, start)`."""
        named = dict(kwargs)
        source = args[0] if args else named.pop("iterable", _NO_KEY)
        start = args[1] if len(args) == 2 else named.pop("start", 0)
        if source is _NO_KEY or named or len(args) > 2 or type(start) is not int:
            return self.wait("calls enumerate() in an unusual way")
        return self.adopt_lazy(enumerate(self.iterate(source), start))

    def do_reversed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`reversed(xs)`."""
        if kwargs or len(args) != 1:
            return reversed(*args, **kwargs)
        source = args[0]
        if type(self.find_special(source, "__reversed__")) is types.FunctionType:
            return self.run_special(self.find_special(source, "__reversed__"), source)
        if type(source) in (range, str, tuple):
            return self.adopt_lazy(reversed(source))
        if type(source) in (list, dict):
            if self.owns(source):
                return self.adopt_lazy(reversed(source))
            try:
                state: Any = (self.sequence_state if type(source) is list else self.mapping_state)(source)
            except kinds.Unsure as unsure:
                return self.wait(unsure.reason)
            return self.adopt_lazy(state.cursor(reversed(state.whole())))
        return self.wait(f"goes backwards through a {class_name(type(source))}")

    # ------------------------------------------------------------------------------------------- containers

    def do_list(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`list(xs)`."""
        return self._filled(list, args, kwargs)

    def do_tuple(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`tuple(xs)`."""
        if len(args) == 1 and not kwargs and type(args[0]) is tuple:
            return args[0]
        return self._filled(tuple, args, kwargs)

    def do_set(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`set(xs)`."""
        return self._filled(set, args, kwargs)

    def do_frozenset(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`frozenset(xs)`."""
        if len(args) == 1 and not kwargs and type(args[0]) is frozenset:
            return args[0]
        return self._filled(frozenset, args, kwargs)

    def _filled(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs or len(args) > 1:
            return cls(*args, **kwargs)  # raises
        if not args:
            return self.adopt(cls())
        source = self.iterate(args[0])
        if cls is set or cls is frozenset:
            keys: list[Any] = []
            for each in source:
                hash(self.key(each))  # what cannot be hashed ends it here
                keys.append(each)
            # From a table, a set makes room at once: with less room, its order would differ.
            return self.adopt(cls(self.content(args[0]) if type(args[0]) in TABLES else keys))
        self.hint(args[0])
        return self.adopt(cls(source))

    def do_dict(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`dict(...)`."""
        if len(args) > 1:
            return dict(*args, **kwargs)  # raises
        out: dict[Any, Any] = {}
        if args:
            source = args[0]
            if type(source) is dict:
                out = dict(self.content(source))
            elif (
                not issubclass(type(source), dict)
                and self.settled(self.kind_of(source), "keys") is kinds.MISSING
            ):
                for index, pair in enumerate(self.iterate(source)):
                    key, value = self._pair(pair, index)
                    out[self.key(key)] = value
            elif self.settled(type(source), "__iter__") is dict.__iter__ and self.owns(source):
                out = dict(source)
            else:
                for key in self.iterate(self.call(self.load_attr(source, "keys"))):
                    out[self.key(key)] = self.load_item(source, key)
        out.update(kwargs)
        return self.adopt(out)

    def _pair(self, pair: Any, index: int) -> Any:
        if type(pair) is tuple and len(pair) == 2:
            return pair
        try:
            parts = list(for_c(self, self.iterate(pair)))
        except TypeError:
            raise TypeError(
                f"cannot convert dictionary update sequence element #{index} to a sequence"
            ) from None
        if len(parts) != 2:
            raise ValueError(
                f"dictionary update sequence element #{index} has length {len(parts)}; 2 is required"
            )
        return parts

    def do_range(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`range(...)`."""
        if all(type(arg) in SCALARS for arg in args):
            return range(*args, **kwargs)
        return self.wait("makes a range of objects")

    def do_slice(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`slice(...)`."""
        if all(type(arg) in SCALARS for arg in args):
            return slice(*args, **kwargs)
        return self.wait("makes a slice of objects")

    def do_object(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`object()`."""
        return self.adopt(object(*args, **kwargs))


class _Ordered:
    """A sort key whose comparisons are made in the recorder's sight."""

    __slots__ = ("_hooks", "_key")

    def __init__(self, hooks: Builtins, key: Any) -> None:
        self._hooks = hooks
        self._key = key

    def __lt__(self, other: _Ordered) -> bool:
        return self._hooks.truth(self._hooks.compare("<", self._key, other._key))
