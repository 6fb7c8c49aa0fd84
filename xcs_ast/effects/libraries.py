"""The state that a library is in, as far as its models rely on it.

Guarantees: asking runs no code of the program's and changes nothing. Whoever is in doubt says no.
Assumes: nobody changes what is looked at meanwhile (a look that is disturbed fails, and that is a no).
"""

from __future__ import annotations

import collections
import sys
import types
from collections.abc import Callable, Iterator

from xcs_ast.effects import catalog
from xcs_ast.effects import entries as e
from xcs_ast.effects.resolve import find_in_mro, is_class, is_library, module_of, mro_of
from xcs_ast.effects.values import SCALARS
from xcs_ast.ir.paths import instance_dict
from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["filters_of", "is_heard", "is_intact", "is_made_of", "is_silent", "levels", "passes_on", "stands"]

_LEVELS: Final = {"DEBUG": 10, "INFO": 20, "WARNING": 30}
_MOST: Final = 2_000
"""Objects that are looked at inside of a client; one that leads to more leads out of its library."""
_METHODS: Final = ("debug", "info", "warning", "isEnabledFor", "getEffectiveLevel", "_log", "handle")
_LOGGING: Final = tuple(f"logging:Logger.{name}" for name in _METHODS)


def is_intact(names: tuple[str, ...]) -> bool:
    """Whether all that goes by these names is what its authors put there (see `Entry.intact`)."""
    return all(map(catalog.default.is_original, names))


def is_silent(name: str, level: str) -> bool:
    """Whether nobody hears what the logger of this name says at this level or below.

    Source: `logging`, "Logging Flow" in the how-to of the library reference.
    """
    logging: Any = sys.modules.get("logging")
    if logging is None:
        return True
    if not is_intact(_LOGGING):
        return False
    number = _LEVELS[level]
    root = logging.root
    if root.manager.disable >= number:
        return True
    chain = list(_chain(logging, root, name))
    if not all(type(each) is logging.Logger or each is root for each in chain):
        return False
    if chain[0].name == name and chain[0].disabled:
        return True
    if next((each.level for each in chain if each.level), 0) > number:
        return True
    if number >= _LEVELS["WARNING"] or filters_of(chain[0]):
        return False  # without any handler, there is one of last resort
    if logging.getLogRecordFactory() is not logging.LogRecord:
        return False
    for each in chain:
        if any(type(handler) is not logging.NullHandler for handler in each.handlers):
            return False
        if not each.propagate:
            break
    return True


def filters_of(logger: Any, package: str = "") -> list[Any]:
    """The filters of a logger, but for what listens to it for our tasks (see `tracer.overheard`).

    Nor are those that the library of that name has put there itself.
    """
    own = [(each, module_of(type(each))) for each in logger.filters]
    return [
        each
        for each, name in own
        if name != "xcs_ast.tracer.overheard" and (not package or name.partition(".")[0] != package)
    ]


def levels(name: str) -> str:
    """All that decides which records the logger of this name makes; empty where it is not there yet."""
    logging: Any = sys.modules["logging"]
    root = logging.root
    chain = list(_chain(logging, root, name))
    if chain[0].name != name:
        return ""
    return repr((root.manager.disable, chain[0].disabled, [each.level for each in chain]))


def is_heard(name: str, level: str) -> bool:
    """Whether `is_silent` says no."""
    return not is_silent(name, level)


def _chain(logging: Any, root: Any, name: str) -> Iterator[Any]:
    """The logger of this name, as far as there is one, and those that it inherits from."""
    table = root.manager.loggerDict
    while name:
        found = table.get(name)
        if found is not None and type(found) is not logging.PlaceHolder:
            yield found
        name = name.rpartition(".")[0]
    yield root


def passes_on(obj: object) -> object:
    """What an iterable of a library takes its items from, which it gives as they are; `None` if it does not.

    Iterating it may run code of the library (a progress bar is drawn), but none of the program's.
    """
    if type(obj) is types.GeneratorType:
        return _passes_on_begun(obj)
    entry = catalog.default.for_method(type(obj), "__iter__")
    if entry is None or type(entry.result) is not e.Fresh or len(entry.result.parts) != 1:
        return None
    part = entry.result.parts[0]
    if type(part) is not e.Elem or type(part.of) is not e.Attr or type(part.of.of) is not e.Self:
        return None
    inner = (instance_dict(obj) or {}).get(part.of.name)
    inside = [each.packages for each in entry.clauses if type(each) is e.Inside]
    return inner if inside and is_made_of(obj, inside[0], but=inner, streams=True) else None


def _passes_on_begun(generator: types.GeneratorType[object, object, object]) -> object:
    """The same of what `iter` gave for such an iterable, before its first item."""
    frame = generator.gi_frame
    if frame is None or generator.gi_running or generator.gi_suspended:
        return None
    obj = frame.f_locals.get("self")
    iterating = find_in_mro(type(obj), "__iter__")[1]
    if type(iterating) is not types.FunctionType or iterating.__code__ is not generator.gi_code:
        return None
    return passes_on(obj)


def is_made_of(obj: object, packages: tuple[str, ...], but: object = None, streams: bool = False) -> bool:
    """Whether all that an object leads to is of these packages, of the standard library, or plain data.

    So nothing of the program's has been hooked in: no function, and no instance of a class of its own. What
    it leads to through `but` is not looked at. Where what it writes is written in its place (`streams`), it
    may hold methods of streams in C.
    """
    known: dict[str, bool] = {}

    def is_known(name: object) -> bool:
        if type(name) is not str:
            return False
        found = known.get(name)
        if found is None:
            found = known[name] = is_library(name) or name.partition(".")[0] in packages
        return found

    try:
        return all(
            _is_of(each, is_known) or (streams and _is_of_a_stream(each)) for each in _inside(obj, but)
        )
    except (RuntimeError, TypeError, AttributeError, OverflowError, ValueError):
        return False


def _inside(obj: object, but: object = None) -> Iterator[object]:
    """Everything that instances and builtin containers lead to."""
    todo, seen = [obj], {id(obj), id(but)}
    while todo:
        each: Any = todo.pop()
        kind = type(each)
        yield each
        parts: list[object] = []
        if kind is dict or kind is types.MappingProxyType:
            parts += each
            parts += each.values()
        elif kind in (list, tuple, set, frozenset, collections.deque):
            parts += each
        elif kind is types.MethodType:
            parts += (each.__self__, each.__func__)
        elif kind is types.BuiltinFunctionType:
            parts.append(each.__self__)
        elif kind is types.FunctionType:
            # A function of a library may be made around one of the program's (`contextlib.contextmanager`).
            parts += (*(cell.cell_contents for cell in each.__closure__ or ()), *each.__dict__.values())
        elif kind not in _CODE and not is_class(each):
            parts += (instance_dict(each) or {}).values()
            parts += _slots(each)
        for part in parts:
            if type(part) not in SCALARS and id(part) not in seen:
                seen.add(id(part))
                todo.append(part)
        if len(seen) > _MOST:
            raise OverflowError


_CODE: Final = (types.FunctionType, types.ModuleType)
_BUILTIN: Final = (
    dict,
    list,
    tuple,
    set,
    frozenset,
    types.MethodType,
    types.ModuleType,
    types.MappingProxyType,
)


def _slots(obj: object) -> Iterator[object]:
    for cls in mro_of(type(obj)):
        for found in list(type.__dict__["__dict__"].__get__(cls).values()):
            if type(found) is types.MemberDescriptorType:
                try:
                    yield found.__get__(obj, cls)
                except AttributeError:
                    pass


def _is_of(obj: Any, is_known: Callable[[object], bool]) -> bool:
    kind = type(obj)
    if kind in SCALARS or kind in _BUILTIN:
        return True
    if kind is types.FunctionType:
        return is_known(obj.__globals__.get("__name__"))
    if kind is types.BuiltinFunctionType:
        return type(obj.__self__) is types.ModuleType or module_of(type(obj.__self__)) == "_thread"
    return is_known(module_of(obj if is_class(obj) else kind))


def _is_of_a_stream(obj: object) -> bool:
    return type(obj) is types.BuiltinFunctionType and module_of(type(obj.__self__)) == "_io"


def stands(obj: object, packages: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """The attributes of an object and, by name, of those that it holds and that its own library made."""
    space = instance_dict(obj) or {}
    found = [("", space)]
    for name, value in list(space.items()):
        if type(name) is str and module_of(type(value)).partition(".")[0] == packages[0]:
            inner = instance_dict(value)
            if inner is not None:
                found.append((name, inner))
    return found
