"""The LibCST rewriter: a module and its plan in, the same module with its regions written out.

    source, plan --units--> lines that hold a region --LibCST--> trees --emitter--> new trees
        --codegen--> text   (guarded) --ast.parse, places--> `ast` tree

What is compiled comes here only where `emit_tree` cannot write it (`guard`).

Only functions and top-level statements that hold a region go through LibCST; everything else is
not even parsed by it, and stays byte for byte (readable) or node for node (guarded) what it was.

Guarantees: what cannot be rewritten exactly stays as it is, with a diagnostic; the user's code is never run.
Assumes: `plan` was made from this very source.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import assert_never

import libcst as cst

from xcs_ast.frontend.emit_guarded import GuardedEmitter, check_guarded
from xcs_ast.frontend.emit_readable import ReadableEmitter, check_readable
from xcs_ast.frontend.handwritten import without_handwritten
from xcs_ast.frontend.imports import plan_import
from xcs_ast.frontend.job import Job, start_job
from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.locate import Located, Refused, UnitTree, locate
from xcs_ast.frontend.places import Finisher, Placer, SlicePlacer
from xcs_ast.frontend.plan import ModulePlan
from xcs_ast.frontend.results import Rewritten, Style
from xcs_ast.frontend.sourcemap import Emitted
from xcs_ast.frontend.units import Unit, find_units
from xcs_ast.native import use_own

use_own(globals())

__all__ = ["guard_unit", "rewrite_module"]

_Piece = tuple[int, int, str]


def _indentation(job: Job) -> str:
    """What the module's first indented suite is indented by."""
    if not job.indent:
        job.indent = _first_indentation(ast.parse(job.source), job.lines)
    return job.indent


def _first_indentation(tree: ast.Module, lines: LineTable) -> str:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(node, ast.stmt) and isinstance(body[0], ast.stmt):
            inner, outer = body[0], node
            if inner.lineno > outer.lineno:
                text = lines.line(inner.lineno)[: inner.col_offset]
                head = lines.line(outer.lineno)[: outer.col_offset]
                if text.startswith(head) and text != head and not text.strip(" \t"):
                    return text[len(head) :]
    return "    "


def _locate(job: Job, unit: Unit, style: Style) -> tuple[UnitTree, list[Located]] | None:
    try:
        tree = UnitTree(unit, job.source, job.lines, job.newline)
    except (cst.ParserSyntaxError, cst.CSTValidationError, Refused, RecursionError) as problem:
        job.refused += [(region, f"LibCST cannot handle it: {problem}") for region in unit.regions]
        return None
    located: list[Located] = []
    in_blocks: set[int] = set()
    for region in unit.regions:
        try:
            found = locate(tree, region, job.expressions)
            (check_guarded if style is Style.GUARDED else check_readable)(tree, found)
            if found.node is None:
                if not in_blocks.isdisjoint(map(id, found.statements)):
                    raise Refused("its statements belong to another block already")
                in_blocks.update(map(id, found.statements))
            located.append(found)
        except Refused as reason:
            job.refused.append((region, str(reason)))
    return (tree, located) if located else None


def guard_unit(
    job: Job, unit: Unit, digest: str
) -> tuple[list[ast.stmt], dict[int, list[ast.Lambda | ast.FunctionDef]]] | None:
    """One unit in the guarded style, as a tree with the user's own lines and columns.

    New statements, and the slices in them by the numbers of their regions; `None` where none of these can be
    written. The string constant `<xcs site N of DIGEST>` stands for site N.
    """
    ready = _locate(job, unit, Style.GUARDED)
    if ready is None:
        return None
    tree, located = ready
    emitter = GuardedEmitter(tree, located, job.names, _indentation(job))
    try:
        emitted = Emitted(emitter.module(), emitter.provenance)
        statements, slices = _placed(job, tree, emitter, located, emitted, digest)
    except (cst.CSTValidationError, SyntaxError, RecursionError, Refused) as problem:
        job.refused += [(each.plan, f"its rewritten form is not valid: {problem}") for each in located]
        return None
    return statements, {each.index: slices.get(emitter.sites[each.index], []) for each in located}


def _placed(
    job: Job,
    tree: UnitTree,
    emitter: GuardedEmitter,
    located: Sequence[Located],
    emitted: Emitted,
    digest: str,
) -> tuple[list[ast.stmt], dict[str, list[ast.Lambda | ast.FunctionDef]]]:
    """The statements with their places, and the slices in them by the names of their sites."""
    parsed = ast.parse(emitted.text, job.filename)
    statements = parsed.body
    if tree.unit.indented:
        holder = statements[0]
        assert isinstance(holder, ast.If)
        assert len(statements) == 1
        statements = holder.body
    body = ast.Module(statements, [])
    Placer(emitted, job.lines, tree.shift, job.strings).place(body)
    sites = {
        emitter.sites[each.index]: [job.expression(hand.span) for hand in each.plan.hand_overs]
        for each in located
    }
    slices = {emitter.slices[each.index]: emitter.sites[each.index] for each in located}
    placer = SlicePlacer(sites, slices)
    placer.visit(body)
    constants = {emitter.sites[each.index]: f"<xcs site {each.index} of {digest}>" for each in located}
    handles = frozenset(constants) | frozenset(emitter.handles.values())
    Finisher(constants, handles).visit(body)
    return body.body, placer.found


def rewrite_module(source: str, filename: str, plan: ModulePlan, style: Style) -> Rewritten:
    """The module's new text.

    Regions that are written out by hand already are left as they are, so that rewriting twice is the
    same as rewriting once.

    Raises:
        SyntaxError, ValueError: as `ast.parse` does.
    """
    mark = "\ufeff" if source.startswith("\ufeff") else ""
    job = start_job(source.removeprefix(mark), filename, plan)
    regions, written = without_handwritten(job.tree, plan.regions, style is Style.READABLE)
    job.refused += [(each, "it is written out already") for each in written]
    top = [each.statements[0].line for each in regions if each.at_module_level]
    wanted = plan_import(job.tree, job.source, job.lines, job.names, min(top, default=1 << 62), job.newline)
    if style is Style.READABLE:
        early = [each for each in regions if each.at_module_level and each.statements[0].line <= wanted.line]
        job.refused += [(each, "it runs before the place for the import") for each in early]
        regions = [each for each in regions if each not in early]
    units, refused = find_units(job.tree, job.lines, regions)
    job.refused += refused
    pieces: list[_Piece] = []
    for unit in units:
        ready = _locate(job, unit, style)
        if ready is None:
            continue
        tree, located = ready
        try:
            text = _emitter(job, tree, located, style, wanted.alias).module().code
            ast.parse(text)
        except (cst.CSTValidationError, SyntaxError, RecursionError, Refused) as problem:
            job.refused += [(each.plan, f"its rewritten form is not valid: {problem}") for each in located]
            continue
        pieces.append((tree.shift + tree.prefix, tree.shift + len(tree.text), text[tree.prefix :]))
        job.emitted += [each.plan.facts for each in located]
    if pieces and style is Style.READABLE and wanted.text:
        pieces.append((wanted.offset, wanted.offset, wanted.text))
    return Rewritten(mark + _spliced(job.source, pieces), job.facts(), job.diagnostics())


def _emitter(
    job: Job, tree: UnitTree, located: Sequence[Located], style: Style, alias: str
) -> GuardedEmitter | ReadableEmitter:
    match style:
        case Style.GUARDED:
            return GuardedEmitter(tree, located, job.names, _indentation(job))
        case Style.READABLE:
            return ReadableEmitter(tree, located, job.names, _indentation(job), alias)
        case _:
            assert_never(style)


def _spliced(source: str, pieces: Sequence[_Piece]) -> str:
    for start, end, text in sorted(pieces, reverse=True):
        source = source[:start] + text + source[end:]
    return source
