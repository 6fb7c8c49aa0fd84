"""From source to code: the passes, in their one visible order.

    source --scan--> text --plan--> regions --rewrite--> tree --lower--> code --pack--> code with payload

`compile_module` runs them. `activation.activate` turns the result, fresh or from the cache, into code that
can be executed.

Guarantees: a file that Python refuses is refused with Python's own exception, and warned about as Python
warns, once. Any failure of ours ends in the plain code and a diagnostic. No user code runs here.
Assumes: nothing; any thread may call.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import decode_source
from types import CodeType

from xcs_ast import cache
from xcs_ast.activation import activate, compiling, placeholder, walk_code
from xcs_ast.diagnostics.codes_faces import REWRITE_FAILED
from xcs_ast.diagnostics.codes_runtime import REPLACED
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.diagnostics.notices import record
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Final, final, intact, use_own
from xcs_ast.records import dataclass, replace
from xcs_ast.source.quiet import quiet
from xcs_ast.source.spans import Span

from .typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    import ast

    from xcs_ast.frontend.plan import ModulePlan

__all__ = [
    "PASSES",
    "Compiled",
    "Pass",
    "Unit",
    "activate",
    "compile_module",
    "placeholder",
    "walk_code",
]


@final
@dataclass(frozen=True, slots=True)
class Unit:
    """One module on its way through the passes. A pass fills in what it makes and leaves the rest."""

    source: bytes
    filename: str
    digest: str
    plain: CodeType
    text: str = ""
    plan: ModulePlan | None = None
    tree: ast.Module | None = None
    facts: tuple[SiteFacts, ...] = ()
    code: CodeType | None = None
    done: bool = False
    """Whether there is nothing to rewrite: the plain code is the result."""


@final
@dataclass(frozen=True, slots=True)
class Pass:
    """A step from one `Unit` to the next, and what must hold after it (checked where asserts are on)."""

    name: str
    run: Callable[[Unit], Unit]
    holds: Callable[[Unit], bool]


@final
@dataclass(frozen=True, slots=True)
class Compiled:
    """The code of a module, packed for the cache: placeholders for sites, facts as its last constant."""

    code: CodeType
    facts: tuple[SiteFacts, ...]
    diagnostics: tuple[Diagnostic, ...]
    keep: bool = True
    """Whether the result may be cached: another attempt at the same source would come to the same."""


def _scan(unit: Unit) -> Unit:
    from xcs_ast.frontend.analyse import may_have_regions

    text = decode_source(unit.source)
    return replace(unit, text=text, done=not may_have_regions(text))


def _plan(unit: Unit) -> Unit:
    from xcs_ast.frontend.analyse import plan_module

    plan = plan_module(unit.text, unit.filename)
    return replace(unit, plan=plan, done=not plan.regions)


def _rewrite(unit: Unit) -> Unit:
    from xcs_ast.frontend import compile_tree

    assert unit.plan is not None
    tree, facts = compile_tree(unit.text, unit.filename, unit.plan, unit.digest)
    return replace(unit, tree=tree, facts=facts, done=not facts)


def _lower(unit: Unit) -> Unit:
    from xcs_ast.frontend.mend import mend_names

    assert unit.tree is not None
    return replace(unit, code=mend_names(compile(unit.tree, unit.filename, "exec", dont_inherit=True)))


def _pack(unit: Unit) -> Unit:
    from xcs_ast.runtime.binding import places_of

    assert unit.code is not None
    numbers = {placeholder(facts.index, unit.digest): number for number, facts in enumerate(unit.facts)}
    dumped = tuple(facts.dump() for facts in unit.facts)
    payload = cache.Payload(unit.digest, dumped, places_of(unit.code, numbers))
    return replace(unit, code=cache.attach(unit.code, payload), done=True)


PASSES: Final = (
    Pass("scan", _scan, lambda unit: bool(unit.text) or unit.done),
    Pass("plan", _plan, lambda unit: unit.plan is not None),
    Pass("rewrite", _rewrite, lambda unit: unit.tree is not None),
    Pass("lower", _lower, lambda unit: unit.code is not None and _same_module(unit.code, unit.plain)),
    Pass("pack", _pack, lambda unit: unit.done),
)


def _same_module(code: CodeType, plain: CodeType) -> bool:
    """Whether rewritten code can stand for the plain code: same file and flags, each function still there."""
    functions = {_place(each) for each in walk_code(plain)}
    return (
        code.co_filename == plain.co_filename
        and code.co_flags == plain.co_flags
        and functions <= {_place(each) for each in walk_code(code)}
    )


def _place(code: CodeType) -> tuple[str, int]:
    return (code.co_qualname, code.co_firstlineno)


def compile_module(
    source: bytes,
    filename: str,
    *,
    plain: CodeType | None = None,
    lower: Callable[[ast.Module], CodeType] | None = None,
) -> Compiled:
    """Compiles a module with its regions rewritten.

    `plain` is the module's plain code, if the caller has compiled it already. `lower` replaces the
    last step, for import hooks of others that compile trees in their own way.

    Raises:
        SyntaxError, ValueError: as Python's own `compile` does.
    """
    if plain is None:
        plain = compile(source, filename, "exec", dont_inherit=True)
    unit = Unit(source, filename, cache.source_digest(source), plain)
    empty = cache.attach(plain, cache.Payload(unit.digest, ()))
    if not intact():
        return _failed(empty, REPLACED, filename, "the program has replaced builtins", keep=False)
    try:
        with compiling(), quiet(filename):
            for step in PASSES:
                if lower is not None and step.name == "lower":
                    from xcs_ast.frontend.mend import mend_names

                    assert unit.tree is not None
                    unit = replace(unit, code=mend_names(lower(unit.tree)))
                    continue
                unit = step.run(unit)
                if __debug__ and not step.holds(unit):
                    raise AssertionError(f"the pass {step.name} left the module ill-formed")
                if unit.done:
                    break
    except Exception as error:  # whatever goes wrong in here is ours to bear: plain Python is always right
        passing = isinstance(error, ImportError | MemoryError | RecursionError | OSError)
        why = f"{type(error).__name__}: {error}"
        return _failed(empty, REWRITE_FAILED, filename, why, keep=not passing)
    if not intact():  # by another thread, meanwhile
        return _failed(empty, REPLACED, filename, "the program has replaced builtins", keep=False)
    left_alone = unit.plan.left_alone if unit.plan is not None else ()
    return Compiled(unit.code or empty, unit.facts, left_alone)


def _failed(plain: CodeType, code: str, filename: str, why: str, *, keep: bool) -> Compiled:
    problem = Diagnostic(code, f"{filename} runs as plain Python: {why}", Span(filename, 1, 0, 1, 0))
    record(problem)
    return Compiled(plain, (), (problem,), keep=keep)
