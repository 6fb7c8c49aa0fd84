"""Rules in Python that entries of the models name, decided for the very objects of a call.

Guarantees: a request is taken for unordered only where its method and address say so in plain text. No user
code runs in what `going_by` makes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from xcs_ast.effects import catalog, libraries, openers, streams
from xcs_ast.effects import entries as e
from xcs_ast.effects.node import Node
from xcs_ast.effects.resolve import find_in_mro, is_class, is_library, module_of, mro_of
from xcs_ast.effects.text_codecs import OWN_CODEC, is_standard_codec, is_standard_handler
from xcs_ast.ir.paths import instance_dict
from xcs_ast.native import use_own
from xcs_ast.tracer import kinds

use_own(globals())

__all__ = [
    "entry_for",
    "environment",
    "going_by",
    "has_model",
    "is_plain",
    "may_be_described",
    "misfit",
    "request_is_unordered",
    "uses_parts",
]

_MOST: Final = 64
_WITHOUT_PARTS: Final = (*e.SCALARS, FunctionType, BuiltinFunctionType, ModuleType)
_Parts = list[tuple[dict[str, object], int, dict[str, object]]]
_going_by: Final[dict[FunctionType, tuple[_Parts, Callable[[], bool]]]] = {}


def going_by(function: FunctionType) -> Callable[[], bool]:
    """Asks whether what a library's function goes by is what it is now.

    So far as a model's "pure" may silently mean it: the globals that it names, and the attributes of those
    that are plain objects, such as `json`'s default encoder. The same answer is given while nothing changes.
    """
    known = _going_by.get(function)
    if known is not None and known[1]():
        return known[1]
    scope = function.__globals__
    seen = {name: scope[name] for name in function.__code__.co_names if name in scope}
    parts: _Parts = [(scope, 0, seen)]
    for value in seen.values():
        space = None if type(value) in _WITHOUT_PARTS or is_class(value) else instance_dict(value)
        if space is not None and len(space) < _MOST and all(type(key) is str for key in list(space)):
            parts.append((space, len(space), dict(space)))

    def holds() -> bool:
        for space, size, wanted in parts:
            if size and len(space) != size:
                return False
            for name, value in wanted.items():
                if space.get(name, _going_by) is not value:
                    return False
        return True

    if len(_going_by) >= _MOST:
        _going_by.clear()
    if all(map(_is_the_librarys, seen.values())):
        _going_by[function] = (parts, holds)
    else:  # it has been patched: nothing of the program's is kept
        _going_by.pop(function, None)
    return holds


def _is_the_librarys(value: object) -> bool:
    if type(value) is FunctionType:
        return is_library(value.__module__ or "")
    return is_library(module_of(value if is_class(value) else type(value)))


def misfit(
    clause: e.Off | e.Inside | e.Codec,
    values: Sequence[Any],
    owns: Callable[[Any], bool],
    probe: Callable[[Callable[[], object]], object],
) -> str:
    """Why a library is not in the state that an entry asks for, or nothing; `probe` looks again later."""
    match clause:
        case e.Off():
            fine = all(value is None or value is False for value in values)
            return "" if fine else "is used in a way that its model does not describe"
        case e.Codec(_, handles_errors):
            test = is_standard_handler if handles_errors else is_standard_codec
            return "" if all(map(test, values)) else OWN_CODEC
        case e.Inside(_, packages):
            for value in values:
                if not libraries.is_made_of(value, packages):
                    return "may call what has been hooked into it"
                if not owns(value):
                    probe(_standing(value, packages))
            return ""


def _standing(obj: Any, packages: tuple[str, ...]) -> Callable[[], object]:
    """Asks whether the settings of a client are what they are now, and nothing has been hooked in."""
    spaces = [(space, dict(space)) for _, space in libraries.stands(obj, packages)]

    def stands() -> bool:
        return libraries.is_made_of(obj, packages) and all(
            space.get(name, spaces) is value for space, seen in spaces for name, value in seen.items()
        )

    return stands


def request_is_unordered(entry: e.Entry, placed: Mapping[str | int, tuple[Any, ...]]) -> bool:
    """Whether this call makes a request that commutes with its like: a GET, or a call of a model."""

    def argument(*names: str) -> Any:
        for name in names:
            found = placed.get(name)
            if found:
                return found[0]
        return None

    if entry.owner == "urllib.request":
        if not openers.has_plain_opener():
            return False
        if all(argument(name) is None for name in ("cafile", "capath", "context")):
            openers.build_opener_once()
    url, method = argument("url"), argument("method")
    data = argument("data", "body", "json")
    if type(url).__module__ == "urllib.request" and type(url).__name__ == "Request":
        fields = vars(url)
        method, data, url = (
            fields.get("method"),
            fields.get("_data"),
            fields.get("full_url", fields.get("_full_url")),
        )
    if type(url) is not str or type(method) not in (str, type(None)):
        return False
    verb = (method or _verb(entry.name, data is not None)).upper()
    if verb in streams._READ_METHODS:
        return True
    return verb == "POST" and streams._inference_end(url) is not None


def _verb(name: str, sends: bool) -> str:
    if name.upper() in (*streams._READ_METHODS, "POST", "PUT", "PATCH", "DELETE"):
        return name
    return "POST" if sends else "GET"


def entry_for(function: FunctionType, cls: type) -> Any:
    """What the model of a class says of a library's function that is one of its methods or getters.

    Special methods and getters come here as plain functions. One that serves several classes has an entry for
    each of them.
    """
    name = function.__name__
    found = find_in_mro(cls, name)[1]
    if found is function:
        entry = catalog.for_method(cls, name)
    elif type(found) is property and found.fget is function:
        entry = catalog.for_attr(cls, name)
    else:
        return None
    return None if entry is None or entry.unknown_reason is not None else entry


def may_be_described(function: FunctionType) -> bool:
    """Whether its module is one of those that have models."""
    module = function.__module__
    return is_library(module) or (type(module) is str and catalog.default.knows(module))


def has_model(function: FunctionType, cls: type) -> bool:
    """Whether what a library's function does may be told by the class of its first argument."""
    if "." not in function.__qualname__ or not may_be_described(function):
        return False  # no method, or not of a class that a model describes
    return any(catalog.is_modelled(base) for base in mro_of(cls)[:-1])


def uses_parts(entry: e.Entry) -> bool:
    """Whether a clause says that something is done with the elements of what is iterated."""
    known = _using.get(id(entry))
    if known is None:
        known = _using[id(entry)] = entry, any(map(_names_parts, entry.clauses))
    return known[1]


def _names_parts(node: object) -> bool:
    if type(node) is tuple:
        return any(map(_names_parts, node))
    if type(node) in (e.Elem, e.Value, e.KeyOf):
        return True
    return isinstance(node, Node) and any(_names_parts(getattr(node, name)) for name in node.__match_args__)


_using: dict[int, tuple[e.Entry, bool]] = {}
"""By the id of an entry, which is kept with it."""


def environment() -> str:
    """The environment, as far as a program sees it."""
    zone = (time.timezone, time.altzone, time.daylight, time.tzname)  # changes when `time.tzset` is called
    held = dict(os.environ._data)  # type: ignore[attr-defined] # at once: names may go while it is iterated
    return repr((sorted(held.items()), zone))


def is_plain(part: Any) -> bool:
    """Whether it is builtin data through and through that never changes."""
    return type(part) in kinds.SCALARS or (type(part) is tuple and all(map(is_plain, part)))
