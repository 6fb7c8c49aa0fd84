"""`@jit`: one function, optimized.

The module's file is rewritten as a whole, through the same cache as the import hook, and the function is
built anew from its part of the result: same globals, the original closure cells by name, the same defaults.

Guarantees: the function that is optimized is the one that was given (its code is compared with what its file
compiles to now); in any doubt the plain function is returned, with a diagnostic. `jit` raises only for
wrong arguments of its own. No code of the module is executed. Assumes: any thread may decorate at any time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any, Final, TypeVar, final, overload

from xcs_ast import activation, cache, pipeline
from xcs_ast.diagnostics.codes_faces import (
    ALREADY_DECORATED,
    NO_SOURCE_FILE,
    NOT_A_FUNCTION,
    NOTHING_TO_DO,
    REWRITE_FAILED,
    SOURCE_CHANGED,
    SWITCHED_OFF,
)
from xcs_ast.diagnostics.codes_runtime import REPLACED
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.diagnostics.notices import record
from xcs_ast.native import intact, same_builtins, use_own
from xcs_ast.records import dataclass
from xcs_ast.source.quiet import quiet
from xcs_ast.source.spans import Span
from xcs_ast.strategies import DEFAULT, find_strategy

use_own(globals())

__all__ = ["jit"]

_F = TypeVar("_F", bound=Callable[..., Any])
_COROUTINE: Final = 0x80 | 0x100 | 0x200  # coroutine, iterable coroutine, asynchronous generator
_LIMIT: Final = 4096


@overload
def jit(function: _F, /) -> _F: ...
@overload
def jit(*, strategy: str = DEFAULT) -> Callable[[_F], _F]: ...
def jit(function: Any = None, /, *, strategy: str = DEFAULT) -> Any:
    """Lets a function's slow, independent calls run ahead.

    Bare or with a strategy: `@jit`, `@jit(strategy="hybrid")`. Takes functions, methods in their class, and
    `staticmethod`, `classmethod` and `property` objects. Coroutine functions, and whatever else it
    cannot optimize, are returned as they are. Put it closest to the function, below other decorators.

    Raises:
        ValueError: there is no such strategy.
        TypeError: what was given is not callable.
    """
    chosen = find_strategy(strategy)
    make: Callable[[FunctionType], Any] = _traced if chosen.traces else _plain
    if chosen.rewrites:
        make = _optimized if chosen.speculation else _proven
    if function is None:
        return lambda given: _dispatch(given, make)
    return _dispatch(function, make)


def _plain(function: FunctionType) -> FunctionType:
    return function


def _traced(function: FunctionType) -> Any:
    if function.__code__.co_flags & (_COROUTINE | 0x20):
        _note(
            NOT_A_FUNCTION,
            f"{function.__qualname__} runs later than it is called, and is not traced",
            function,
        )
        return function
    if _is_off(function):
        return function
    from xcs_ast.runtime.traced import traced

    return traced(function)


def _dispatch(given: Any, make: Callable[[FunctionType], Any]) -> Any:
    match given:
        case FunctionType():
            return make(given)
        case staticmethod() | classmethod():
            return _rewrap(given, make)
        case property() if type(given) is property:
            parts = [
                _dispatch(part, make) if part is not None else None
                for part in (given.fget, given.fset, given.fdel)
            ]
            return given if _all_same(parts, given) else property(parts[0], parts[1], parts[2], given.__doc__)
    if make is _plain:
        return given
    if not callable(given):
        raise TypeError(f"jit takes a function, not {type(given).__name__}")
    _note(NOT_A_FUNCTION, f"{_name_of(given)} is not a function that was written in Python", None)
    return given


def _rewrap(given: Any, make: Callable[[FunctionType], Any]) -> Any:
    inner = given.__func__
    new = _dispatch(inner, make)
    if new is inner:
        return given
    made = type(given)(new)
    made.__dict__.update({name: value for name, value in vars(given).items() if name != "__wrapped__"})
    return made


def _all_same(parts: list[Any], given: property) -> bool:
    return all(new is old for new, old in zip(parts, (given.fget, given.fset, given.fdel), strict=True))


def _name_of(given: object) -> str:
    return str(getattr(given, "__qualname__", None) or repr(given))


def _note(code: str, message: str, function: FunctionType | None, suggestion: str = "") -> None:
    span = None
    if function is not None:
        line = function.__code__.co_firstlineno
        span = Span(function.__code__.co_filename, line, 0, line, 0)
    record(Diagnostic(code, message, span, (_name_of(function),) if function is not None else (), suggestion))


# ------------------------------------------------------------------------------------------ one function


@final
@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a code object stays as it is."""

    code: str
    message: str
    suggestion: str = ""


_rebuilt: dict[tuple[int, bool], tuple[CodeType, CodeType | _Refusal]] = {}
"""By the id of a code object, kept alive beside it: nested functions are decorated again and again."""


def _proven(function: FunctionType) -> FunctionType:
    return _optimized(function, proven_only=True)


def _optimized(function: FunctionType, *, proven_only: bool = False) -> FunctionType:
    code = function.__code__
    if not intact():
        _note(REPLACED, f"{function.__qualname__} stays plain: the program has replaced builtins", function)
        return function
    known = _rebuilt.get((id(code), proven_only))
    if known is None or known[0] is not code:
        try:
            outcome = _rebuild(function, proven_only)
        except Exception as error:  # ours to bear: the plain function is always right
            outcome = _Refusal(REWRITE_FAILED, f"stays plain: {type(error).__name__}: {error}")
        if len(_rebuilt) >= _LIMIT:
            _rebuilt.clear()
        _rebuilt[id(code), proven_only] = known = (code, outcome)
    outcome = known[1]
    if isinstance(outcome, CodeType):
        new = _with_code(function, outcome)
        if new is not None:
            return new
        outcome = _Refusal(REWRITE_FAILED, "stays plain: its closure does not fit its source")
    _note(outcome.code, f"{function.__qualname__} {outcome.message}", function, outcome.suggestion)
    return function


def _rebuild(function: FunctionType, proven_only: bool) -> CodeType | _Refusal:
    code = function.__code__
    if code.co_flags & _COROUTINE:
        return _Refusal(NOT_A_FUNCTION, "is asynchronous and stays as it is")
    if _is_off(function):
        return _Refusal(SWITCHED_OFF, "is switched off")
    if _has_sites(code):
        return _Refusal(NOTHING_TO_DO, "is optimized already, by the import hook or by `run`")
    module = _module(code.co_filename)
    if module is None:
        return _Refusal(NO_SOURCE_FILE, "stays plain: its source is in no file")
    if not any(_same_code(code, other) for other in module.plain.get(_place(code), ())):
        return _Refusal(SOURCE_CHANGED, "stays plain: its file says something else now")
    if hasattr(function, "__wrapped__"):
        suggestion = "put @jit closest to the function, below the other decorators"
        _note(ALREADY_DECORATED, f"{function.__qualname__} is a wrapper", function, suggestion)
    names = set(code.co_freevars)
    for new in module.rewritten.get(_place(code), ()):
        if (
            set(new.co_freevars) <= names
            and new.co_varnames[: _arguments(new)] == code.co_varnames[: _arguments(code)]
        ):
            bound = module.bind(new, proven_only)
            if bound is new:
                return _Refusal(NOTHING_TO_DO, "holds no region that could run ahead")
            _tell_lookup(bound, code)
            _read_ahead(bound)
            return bound
    return _Refusal(REWRITE_FAILED, "stays plain: it is not found in its rewritten module")


def _with_code(function: FunctionType, code: CodeType) -> FunctionType | None:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    closure: list[CellType] = []
    for name in code.co_freevars:
        if name not in cells:
            return None
        closure.append(cells[name])
    cells_of_new = tuple(closure) or None  # `None`, not `()`, where there are none
    new = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, cells_of_new)
    if not same_builtins(new, function):
        return None
    new.__kwdefaults__ = dict(function.__kwdefaults__) if function.__kwdefaults__ is not None else None
    new.__annotations__ = function.__annotations__
    new.__dict__.update(function.__dict__)
    new.__qualname__ = function.__qualname__
    new.__doc__ = function.__doc__
    new.__module__ = function.__module__
    if sys.version_info >= (3, 12):
        new.__type_params__ = function.__type_params__
    return new


def _is_off(function: FunctionType) -> bool:
    from xcs_ast.effects import declare

    return bool(declare.is_off(function))


def _has_sites(code: CodeType) -> bool:
    module = sys.modules.get("xcs_ast.runtime.site")
    if module is None:
        return False
    kind = module.Site
    return any(isinstance(const, kind) for each in activation.walk_code(code) for const in each.co_consts)


def _tell_lookup(new: CodeType, plain: CodeType) -> None:
    """Lets the effects engine read the source of the new code: it is that of the old."""
    from xcs_ast.source.lookup import register_alias

    register_alias(new, plain)


def _read_ahead(code: CodeType) -> None:
    """Reads the file and the texts of the regions now: in the first call, the tasks would wait for that."""
    from xcs_ast.effects.region import read_region
    from xcs_ast.runtime.site import Site
    from xcs_ast.source.lookup import find_function

    find_function(code)
    for const in [const for each in activation.walk_code(code) for const in each.co_consts]:
        if type(const) is Site:
            const.read()
            read_region(const.facts.text)


# ------------------------------------------------------------------------------------------- its module

_Place = tuple[str, int]


@final
class _Module:
    """A module's file: what it compiles to plainly, and rewritten. Its sites are made when one is needed."""

    __slots__ = ("_filename", "_mappings", "_payload", "digest", "plain", "rewritten")

    def __init__(self, filename: str, source: bytes) -> None:
        with quiet(filename):  # Python has said what there is to say, when it imported the file
            plain = compile(source, filename, "exec", dont_inherit=True)
        packed = cache.load(filename, source)
        if packed is None:
            compiled = pipeline.compile_module(source, filename, plain=plain)
            packed = compiled.code
            if compiled.keep:
                cache.store(filename, source, packed)
        bare, self._payload = cache.detach(packed)
        self._filename = filename
        self._mappings: dict[bool, dict[str, Any]] = {}
        self.digest = cache.source_digest(source)
        self.plain = _by_place(plain)
        self.rewritten = _by_place(bare)

    def bind(self, code: CodeType, proven_only: bool) -> CodeType:
        """The code with live sites; the very same code if it has none."""
        from xcs_ast.runtime.site import bind_sites

        if self._payload is None or not _mentions(code, self._payload):
            return code
        mapping = self._mappings.get(proven_only)
        if mapping is None:
            mapping = activation.named_sites(self._payload, self._filename, proven_only=proven_only)
            self._mappings[proven_only] = mapping
            activation.preload(recorder=not proven_only)
            activation.read_models(sys.modules)
        return bind_sites(code, mapping)


def _mentions(code: CodeType, payload: cache.Payload) -> bool:
    names = {activation.placeholder(facts[0], payload.digest) for facts in payload.facts}
    return any(
        type(const) is str and const in names
        for each in activation.walk_code(code)
        for const in each.co_consts
    )


_modules: dict[str, _Module] = {}


def _module(filename: str) -> _Module | None:
    try:
        with open(filename, "rb") as file:
            source = file.read()
    except (OSError, ValueError):
        return None
    known = _modules.get(filename)
    if known is None or known.digest != cache.source_digest(source):
        try:
            known = _Module(filename, source)
        except (SyntaxError, ValueError):  # the file has changed since
            return None
        _modules[filename] = known
    return known


def _place(code: CodeType) -> _Place:
    return (code.co_qualname, code.co_firstlineno)


def _by_place(module: CodeType) -> dict[_Place, list[CodeType]]:
    found: dict[_Place, list[CodeType]] = {}
    for code in activation.walk_code(module):
        found.setdefault(_place(code), []).append(code)
    return found


def _arguments(code: CodeType) -> int:
    return code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)


def _same_code(a: CodeType, b: CodeType) -> bool:
    """Whether two code objects say the same (`==` also compares what running them left behind)."""
    return a == b or (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and a.co_flags == b.co_flags
        and a.co_exceptiontable == b.co_exceptiontable
        and len(a.co_consts) == len(b.co_consts)
        and all(_same_constant(x, y) for x, y in _pairs(a, b))
    )


def _pairs(a: CodeType, b: CodeType) -> Iterator[tuple[object, object]]:
    return zip(a.co_consts, b.co_consts, strict=True)


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _same_code(a, b)
    return type(a) is type(b) and repr(a) == repr(b)
