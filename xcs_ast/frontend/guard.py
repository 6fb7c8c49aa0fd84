"""What is compiled: a module and its plan in, the module's tree with its regions in the guarded style out.

    source, plan --units--> statements that hold a region --emit_tree--> new statements
                                                 or else --LibCST (`rewrite`)--> new statements

Everything that holds no region stays node for node what it was.

Guarantees: what cannot be rewritten exactly stays as it is, with a diagnostic; the user's code is never run.
Assumes: `plan` was made from this very source.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from xcs_ast.frontend.emit_tree import TreeEmitter
from xcs_ast.frontend.handwritten import without_handwritten
from xcs_ast.frontend.job import Job, start_job
from xcs_ast.frontend.locate_tree import Found, NotHere, Tree, find_region
from xcs_ast.frontend.mend import SLICE_MARK
from xcs_ast.frontend.plan import ModulePlan
from xcs_ast.frontend.results import Guarded
from xcs_ast.frontend.units import Unit, find_units
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import Final, use_own
from xcs_ast.records import replace
from xcs_ast.source.spans import Span
from xcs_ast.source.trees import dump_tree

use_own(globals())

__all__ = ["compile_tree", "guard_module"]


def compile_tree(
    source: str, filename: str, plan: ModulePlan, digest: str
) -> tuple[ast.Module, tuple[SiteFacts, ...]]:
    """The tree and the facts of `guard_module`."""
    guarded = guard_module(source, filename, plan, digest)
    return guarded.tree, guarded.facts


def guard_module(
    source: str, filename: str, plan: ModulePlan, digest: str, *, directly: bool = True
) -> Guarded:
    """The guarded style as a tree to compile, and the facts of the regions in it.

    Every node carries the user's own lines and columns. The string constant `<xcs site N of DIGEST>`
    stands for site N. Unless `directly`, LibCST writes all of it.

    Raises:
        SyntaxError, ValueError: as `ast.parse` does.
    """
    job = start_job(source.removeprefix("\ufeff"), filename, plan)
    regions, written = without_handwritten(job.tree, plan.regions)
    job.refused += [(each, "it is written out already") for each in written]
    units, refused = find_units(job.tree, job.lines, regions)
    job.refused += refused
    classes = [node for node in ast.walk(job.tree) if isinstance(node, ast.ClassDef)]
    if SLICE_MARK in job.source:  # `mend_names` knows slices by it
        job.refused += [
            (each, f"the module uses the name {SLICE_MARK}") for unit in units for each in unit.regions
        ]
        units = []
    for unit in reversed(units):
        done = _directly(job, unit, digest) if directly else None
        done = done or _by_text(job, unit, digest)
        if done is None:
            continue
        unit.suite[unit.first : unit.last], slices = done
        job.emitted += [
            replace(
                each.facts,
                slices=tuple(map(dump_tree, slices.get(each.facts.index, ()))),
                owner=_class_around(classes, each.facts.span),
            )
            for each in unit.regions
            if each.facts.index in slices
        ]
    return Guarded(job.tree, job.facts(), job.diagnostics())


_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Done = tuple[list[ast.stmt], dict[int, list[ast.Lambda | ast.FunctionDef]]]
"""New statements of a unit, and the slices in them by the regions' numbers."""


def _directly(job: Job, unit: Unit, digest: str) -> _Done | None:
    """The unit, if it can be written as a tree."""
    try:
        tree = Tree(unit, job.source, job.lines)
        found = [find_region(tree, region, job.expressions) for region in unit.regions]
        if not _apart(found) or not tree.on_shared_lines().isdisjoint(_wrapped(found)):
            return None
        emitter = TreeEmitter(tree, found, job.names, digest, job.expression)
        return emitter.unit(), emitter.found
    except (NotHere, RecursionError):
        return None


def _apart(regions: Sequence[Found]) -> bool:
    """Whether no statement belongs to two blocks."""
    statements = [id(each) for region in regions if region.node is None for each in region.statements]
    return len(statements) == len(set(statements))


def _wrapped(regions: Sequence[Found]) -> set[int]:
    """The statements around which something is put: LibCST puts it around all of their line."""
    found = {id(each.statements[0]) for each in regions if each.plan.expression is not None}
    return found.union(*(each.sheltered for each in regions))


def _by_text(job: Job, unit: Unit, digest: str) -> _Done | None:
    """The unit as LibCST writes it; its regions that cannot be written are refused."""
    from xcs_ast.frontend.rewrite import guard_unit

    done = guard_unit(job, unit, digest)
    if done is None:
        return None
    old = unit.suite[unit.first : unit.last]
    for one, other in zip(old, done[0], strict=False):
        if isinstance(one, _DEFINITIONS) and one.decorator_list:
            # Decorators stand on lines before the unit.
            if type(one) is not type(other) or len(old) != len(done[0]):
                raise ValueError("a decorated definition is not where it was")
            other.decorator_list = one.decorator_list
    return done


def _class_around(classes: Sequence[ast.ClassDef], span: Span) -> str | None:
    """The innermost class whose body holds the region: private names are mangled with its name."""
    around: ast.ClassDef | None = None
    for node in classes:
        first, last = node.body[0], node.body[-1]
        holds = first.lineno <= span.line and span.end_line <= (last.end_lineno or 0)
        if holds and (around is None or around.lineno <= node.lineno):
            around = node
    return None if around is None else around.name
