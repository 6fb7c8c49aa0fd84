"""Pictures of live objects: what a piece of the heap looked like, as plain data that outlives it.

Guarantees: two pictures are equal exactly if the pictured objects have the same shape, the same exact types,
the same values (NaN equals NaN, `0.0` is not `-0.0`, `1` is not `True`), the same order (of dicts, and of
sets of scalars) and the same aliasing among mutable objects. Taking a picture runs no code of the user's.

Assumes: nothing changes the objects while the picture is taken.
"""

from __future__ import annotations

import itertools
import logging
import operator
import random
import re
import types
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

from xcs_ast.testing.plain import untraced

__all__ = ["Node", "Picture", "first_difference", "is_library", "normalise", "picture_of"]

Label = tuple[Any, ...]
if TYPE_CHECKING:
    _Running = types.GeneratorType[Any, Any, Any]

_SCALARS: Final = frozenset({int, bytes, bool, type(None), type(...), type(NotImplemented)})
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{6,}")
_PLAIN_BOOKKEEPING: Final = frozenset(
    {
        "__builtins__",
        "__cached__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__spec__",
        "__warningregistry__",
    }
)


class Node(NamedTuple):
    """One object: how it was reached first, and what it holds (scalars in full, others by number)."""

    path: str
    label: Label


@final
@dataclass(frozen=True, slots=True)
class Picture:
    """All objects reached from the roots, in order of the first visit; paths do not take part in equality."""

    nodes: tuple[Node, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Picture):
            return NotImplemented
        return [node.label for node in self.nodes] == [node.label for node in other.nodes]

    def __hash__(self) -> int:
        return hash(len(self.nodes))


def normalise(text: str) -> str:
    """`text` with each memory address replaced by a number that counts addresses as they appear."""
    if "0x" not in text:
        return text
    seen: dict[str, str] = {}
    return _ADDRESS.sub(lambda m: seen.setdefault(m[0], f"0x(address {len(seen)})"), text)


def is_library(module: str) -> bool:
    """Whether `module` is none of the user's: the standard library or this package."""
    import sys

    top = module.partition(".")[0]
    return top in sys.stdlib_module_names or top == "xcs_ast"


def picture_of(**roots: object) -> Picture:
    """The picture of `roots`, which share one numbering: aliasing among them is part of it."""
    painter = _Painter()
    for name, root in roots.items():
        painter.nodes.append(Node(name, ("root", name, painter.encode(root, name))))
        painter.drain()
    return Picture(tuple(painter.nodes))


def first_difference(before: Picture, after: Picture) -> str | None:
    """Where two pictures part, for people; `None` if they are equal."""
    for one, two in itertools.zip_longest(before.nodes, after.nodes):
        if one is None or two is None:
            return f"at {(one or two).path}: only in {'the optimized' if one is None else 'the plain'} run"
        if one.label != two.label:
            return f"at {one.path}: {_show(one.label, two.label)}"
    return None


def _show(one: Label, two: Label) -> str:
    for index, (a, b) in enumerate(itertools.zip_longest(one, two)):
        if a != b:
            return f"{one[:2]} entry {index}: plain {_short(a)}, optimized {_short(b)}"
    return f"plain {_short(one)}, optimized {_short(two)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}..."


def _type_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _scalar(obj: object) -> Label | None:
    """The label of an immutable value without identity; `None` for everything else."""
    cls: Any = type(obj)  # a class may hash in its own way: only those of ours are looked up
    if cls is str:
        assert isinstance(obj, str)
        return ("str", normalise(obj))
    if type(cls) is type and cls in _SCALARS:
        return (cls.__name__, obj)
    if cls is float or cls is complex:
        return (cls.__name__, repr(obj))
    if cls is tuple:
        assert isinstance(obj, tuple)
        parts = [_scalar(part) for part in obj]
        return None if None in parts else ("tuple", *parts)
    if cls is frozenset or cls is range or cls is slice or issubclass(cls, PurePath):
        return (cls.__name__, repr(obj)) if cls is not frozenset else _frozen(obj)
    return None


def _frozen(obj: object) -> Label | None:
    assert isinstance(obj, frozenset)
    parts = [_scalar(part) for part in obj]
    return None if None in parts else ("frozenset", *parts)


class _Painter:
    """Numbers objects as they are met and labels them one after another (never recursively)."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._numbers: dict[int, int] = {}
        self._alive: list[object] = []
        self._waiting: deque[tuple[object, str]] = deque()

    def encode(self, obj: object, path: str) -> Label:
        return _scalar(obj) or self._number(obj, path)

    def _number(self, obj: object, path: str) -> Label:
        if type(obj) is types.FunctionType:
            obj = untraced(obj)
        number = self._numbers.get(id(obj))
        if number is None:
            number = self._numbers[id(obj)] = len(self._numbers)
            self._alive.append(obj)
            self._waiting.append((obj, path))
        return ("object", number)

    def drain(self) -> None:
        while self._waiting:
            obj, path = self._waiting.popleft()
            self.nodes.append(Node(path, self._label(obj, path)))

    def _label(self, obj: object, path: str) -> Label:
        cls: Any = type(obj)
        if type(cls) is type and cls in _STATELESS:
            return (_type_name(cls), *_STATELESS[cls](self, obj, path))
        for known, paint in _PAINTERS:
            if issubclass(cls, known):
                return (_type_name(cls), *paint(self, obj, path), *self._own_state(obj, path))
        return (_type_name(cls), *self._own_state(obj, path), *self._opaque(obj, path))

    def _own_state(self, obj: object, path: str) -> Label:
        """The instance dictionary and the slots, read without the user's `__getattribute__`."""
        out: list[object] = []
        if issubclass(type(obj), _PAINTED_WHOLE):
            return ()
        try:
            state = object.__getattribute__(obj, "__dict__")
        except AttributeError:
            state = None
        if type(state) is dict:
            out += [(str(key), self.encode(value, f"{path}.{key}")) for key, value in list(state.items())]
        for base in type(obj).__mro__:
            slots = base.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else tuple(slots):
                member = _member(base, name)
                if member is None:
                    continue
                try:
                    out.append((name, self.encode(member.__get__(obj, type(obj)), f"{path}.{name}")))
                except AttributeError:
                    out.append((name, "unset"))
        return tuple(out)

    def _opaque(self, obj: object, path: str) -> Label:
        """An object of a C type that we know nothing of: by what it pickles to, if its type says so."""
        cls = type(obj)
        if (
            any("__dict__" in vars(each) for each in cls.__mro__)
            or not is_library(cls.__module__)
            or cls.__module__ in ("_thread", "_io")
        ):
            return ()
        if hasattr(cls, "__next__"):
            return ("left", operator.length_hint(obj, -1)) if hasattr(cls, "__length_hint__") else ()
        if cls.__reduce__ is object.__reduce__ and cls.__reduce_ex__ is object.__reduce_ex__:
            return ()
        try:
            return ("state", self.encode(obj.__reduce_ex__(4), path))
        except Exception:
            return ()

    def mapping(self, obj: Mapping[object, object], path: str) -> Label:
        pairs: list[tuple[object, object]] = list(dict.items(obj))  # type: ignore[arg-type]
        return tuple(
            [
                (
                    _scalar(key) or self._number(key, f"{path} key"),
                    _scalar(value) or self._number(value, f"{path}[{_short(_scalar(key))}]"),
                )
                for key, value in pairs
            ]
        )

    def sequence(self, items: Iterable[object], path: str) -> Label:
        return tuple(
            [_scalar(item) or self._number(item, f"{path}[{index}]") for index, item in enumerate(items)]
        )

    def unordered(self, items: Iterable[object], path: str) -> Label:
        listed = list(items)
        if any(_scalar(item) is None for item in listed):
            listed.sort(key=lambda item: repr([node.label for node in picture_of(item=item).nodes]))
        return self.sequence(listed, path)

    def function(self, obj: types.FunctionType, path: str) -> Label:
        cells = [
            (name, self.encode(_cell_value(cell), f"{path} closure {name}"))
            for name, cell in zip(obj.__code__.co_freevars, obj.__closure__ or (), strict=False)
        ]
        return (
            obj.__module__,
            obj.__qualname__,
            obj.__code__.co_name,
            obj.__code__.co_firstlineno,
            tuple(cells),
            self.encode(obj.__defaults__, f"{path} defaults"),
            self.encode(obj.__kwdefaults__, f"{path} keyword defaults"),
            tuple(
                (k, self.encode(v, f"{path}.{k}"))
                for k, v in obj.__dict__.items()
                if k != "__wrapped__" and not k.startswith("__xcs")
            ),
        )

    def klass(self, obj: type, path: str) -> Label:
        if is_library(obj.__module__):
            return (obj.__module__, obj.__qualname__)
        state = [
            (name, self.encode(value, f"{path}.{name}"))
            for name, value in list(type.__dict__["__dict__"].__get__(obj).items())
            if not (name.startswith("__") and name.endswith("__"))
            and not isinstance(value, (types.MemberDescriptorType, types.GetSetDescriptorType))
        ]
        return (obj.__module__, obj.__qualname__, tuple(state))

    def generator(self, obj: _Running, path: str) -> Label:
        frame = obj.gi_frame
        if frame is None:
            return (obj.__qualname__, "finished")
        state = {k: v for k, v in frame.f_locals.items() if not k.startswith("_xcs_")}
        return (obj.__qualname__, frame.f_lineno, self.encode(state, f"{path} locals"))

    def exception(self, obj: BaseException, path: str) -> Label:
        parts: list[object] = [
            self.encode(obj.args, f"{path}.args"),
            *((k, self.encode(v, f"{path}.{k}")) for k, v in list(vars(obj).items())),
            ("cause", self.encode(obj.__cause__, f"{path}.__cause__")),
            ("context", self.encode(obj.__context__, f"{path}.__context__")),
            ("suppress context", obj.__suppress_context__),
        ]
        if isinstance(obj, BaseExceptionGroup):
            parts.append(self.encode(obj.exceptions, f"{path}.exceptions"))
        parts += [
            (name, self.encode(getattr(obj, name, None), f"{path}.{name}"))
            for name in ("value", "code", "name", "obj", "filename", "errno", "lineno")
            if name in dir(type(obj)) and name not in vars(obj)
        ]
        parts.append(("frames", _frames(obj.__traceback__)))
        return tuple(parts)


_OUR_OWN_FRAMES: set[types.CodeType] = set()


def hide_frames_of(code: types.CodeType) -> None:
    """Leave the frames of `code` (a part of the test bench) out of every picture of a traceback."""
    _OUR_OWN_FRAMES.add(code)


def _frames(tb: types.TracebackType | None) -> tuple[tuple[str, int | None, str], ...]:
    out = []
    while tb is not None:
        code = tb.tb_frame.f_code
        if code not in _OUR_OWN_FRAMES:
            out.append((code.co_filename, tb.tb_lineno, code.co_name))
        tb = tb.tb_next
    return tuple(out)


def _member(base: type, name: str) -> Any:
    mangled = (
        f"_{base.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
    )
    member = base.__dict__.get(mangled)
    return member if isinstance(member, types.MemberDescriptorType) else None


def _cell_value(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return "empty cell"


def module_state(namespace: Mapping[str, object]) -> dict[str, object]:
    """The globals of a module without what Python itself keeps there."""
    return {
        k: v
        for k, v in namespace.items()
        if k not in _PLAIN_BOOKKEEPING and not isinstance(v, types.ModuleType)
    }


_PAINTED_WHOLE: Final = (types.FunctionType, type, types.ModuleType, BaseException, logging.Logger)

_Paint = Callable[[_Painter, Any, str], Label]
_PAINTERS: Final[tuple[tuple[type, _Paint], ...]] = (
    (type, _Painter.klass),
    (types.FunctionType, _Painter.function),
    (types.ModuleType, lambda p, o, path: (o.__name__,)),
    (types.GeneratorType, _Painter.generator),
    (
        types.MethodType,
        lambda p, o, path: (p.encode(o.__func__, path), p.encode(o.__self__, f"{path}.__self__")),
    ),
    (types.BuiltinMethodType, lambda p, o, path: (o.__qualname__,)),
    (types.CellType, lambda p, o, path: (p.encode(_cell_value(o), f"{path} contents"),)),
    (BaseException, _Painter.exception),
    (dict, _Painter.mapping),
    (types.MappingProxyType, lambda p, o, path: (p.encode(dict(o), path),)),
    (list, lambda p, o, path: p.sequence(list.__iter__(o), path)),
    (tuple, lambda p, o, path: p.sequence(tuple.__iter__(o), path)),
    (deque, lambda p, o, path: (o.maxlen, *p.sequence(deque.__iter__(o), path))),
    (set, lambda p, o, path: p.unordered(set.__iter__(o), path)),
    (frozenset, lambda p, o, path: p.unordered(frozenset.__iter__(o), path)),
    (bytearray, lambda p, o, path: (bytes(o),)),
    (float, lambda p, o, path: (float.__repr__(o),)),
    (int, lambda p, o, path: (int.__repr__(o),)),
    (str, lambda p, o, path: (str.__str__(o),)),
    (bytes, lambda p, o, path: (bytes.__repr__(o),)),
    # Handlers are the process's: the test bench's own are among them.
    (logging.Logger, lambda p, o, path: (o.name, o.level, o.propagate, o.disabled, len(o.filters))),
    (random.Random, lambda p, o, path: (hash(o.getstate()) if type(o) is random.Random else "random",)),
    (itertools.count, lambda p, o, path: (repr(o),)),
    (staticmethod, lambda p, o, path: (p.encode(o.__func__, path),)),
    (classmethod, lambda p, o, path: (p.encode(o.__func__, path),)),
    (property, lambda p, o, path: (p.encode(o.fget, path), p.encode(o.fset, path))),
)

_STATELESS: Final = {
    known: paint
    for known, paint in _PAINTERS
    if not any("__dict__" in vars(base) or "__slots__" in vars(base) for base in known.__mro__)
}
"""Classes whose own instances (not those of classes derived from them) have no state but what is painted."""
