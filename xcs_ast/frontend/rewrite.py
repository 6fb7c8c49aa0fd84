"""The LibCST rewriter: a module and its plan in, the same module with its regions written out.

    source, plan --units--> lines that hold a region --LibCST--> trees --emitter--> new trees
        --codegen--> text   (guarded) --ast.parse, places--> `ast` tree

Only functions and top-level statements that hold a region go through LibCST; everything else is
not even parsed by it, and stays byte for byte (readable) or node for node (guarded) what it was.

Guarantees: what cannot be rewritten exactly stays as it is, with a diagnostic; the user's code is never run.
Assumes: `plan` was made from this very source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never, final

import libcst as cst

from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.frontend.emit_guarded import GuardedEmitter, check_guarded
from xcs_ast.frontend.emit_readable import ReadableEmitter, check_readable
from xcs_ast.frontend.fresh import FreshNames
from xcs_ast.frontend.handwritten import without_handwritten
from xcs_ast.frontend.imports import plan_import
from xcs_ast.frontend.lines import LineTable
from xcs_ast.frontend.locate import Located, Refused, UnitTree, locate
from xcs_ast.frontend.mend import SLICE_MARK
from xcs_ast.frontend.places import Finisher, Place, Placer, SlicePlacer, index_expressions
from xcs_ast.frontend.plan import ModulePlan, RegionPlan
from xcs_ast.frontend.results import NOT_EMITTED, Guarded, Rewritten, Style
from xcs_ast.frontend.sourcemap import Emitted
from xcs_ast.frontend.units import Unit, find_units
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.native import use_own
from xcs_ast.records import replace
from xcs_ast.source.spans import Span
from xcs_ast.source.trees import dump_tree

use_own(globals())

__all__ = ["compile_tree", "guard_module", "rewrite_module"]

_Piece = tuple[int, int, str]
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@final
@dataclass(slots=True)
class _Job:
    """One module on its way."""

    source: str
    filename: str
    tree: ast.Module
    lines: LineTable
    names: FreshNames
    newline: str
    indent: str
    expressions: dict[Span, list[ast.expr]]
    strings: dict[Place, ast.JoinedStr]
    emitted: list[SiteFacts] = field(default_factory=list)
    refused: list[tuple[RegionPlan, str]] = field(default_factory=list)


def _start(source: str, filename: str, plan: ModulePlan) -> _Job:
    tree = ast.parse(source, filename)
    expressions: dict[Span, list[ast.expr]] = {}
    strings: dict[Place, ast.JoinedStr] = {}
    wanted = {span.dump()[1:] for region in plan.regions for span in _spans(region)}
    for place, node in index_expressions(tree):
        if place in wanted:
            expressions.setdefault(Span("", *place), []).append(node)
        if isinstance(node, ast.JoinedStr):
            strings.setdefault(place, node)
    end = _LINE_END.search(source)
    return _Job(
        source,
        filename,
        tree,
        LineTable(source),
        FreshNames(source),
        end.group() if end else "\n",
        _indentation(tree, source),
        expressions,
        strings,
    )


def _spans(region: RegionPlan) -> list[Span]:
    """The expressions of a region that have to be found."""
    spans = [each.span for each in region.hand_overs]
    return spans if region.expression is None else [*spans, region.expression]


def _indentation(tree: ast.Module, source: str) -> str:
    """What the module's first indented suite is indented by."""
    lines = LineTable(source)
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


def _locate(job: _Job, unit: Unit, style: Style) -> tuple[UnitTree, list[Located]] | None:
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


def compile_tree(
    source: str, filename: str, plan: ModulePlan, digest: str
) -> tuple[ast.Module, tuple[SiteFacts, ...]]:
    """The tree and the facts of `guard_module`."""
    guarded = guard_module(source, filename, plan, digest)
    return guarded.tree, guarded.facts


def guard_module(source: str, filename: str, plan: ModulePlan, digest: str) -> Guarded:
    """The guarded style as a tree to compile, and the facts of the regions in it.

    Every node carries the user's own lines and columns. The string constant `<xcs site N of DIGEST>`
    stands for site N.

    Raises:
        SyntaxError, ValueError: as `ast.parse` does.
    """
    job = _start(source.removeprefix("\ufeff"), filename, plan)
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
        ready = _locate(job, unit, Style.GUARDED)
        if ready is None:
            continue
        tree, located = ready
        emitter = GuardedEmitter(tree, located, job.names, job.indent)
        try:
            emitted = Emitted(emitter.module(), emitter.provenance)
            statements, slices = _placed(job, tree, emitter, located, emitted, digest)
        except (cst.CSTValidationError, SyntaxError, RecursionError, Refused) as problem:
            job.refused += [(each.plan, f"its rewritten form is not valid: {problem}") for each in located]
            continue
        _substitute(unit, statements)
        job.emitted += [
            replace(
                each.plan.facts,
                slices=tuple(dump_tree(node) for node in slices.get(emitter.sites[each.index], ())),
                owner=_class_around(classes, each.plan.facts.span),
            )
            for each in located
        ]
    return Guarded(job.tree, _in_order(job.emitted), _diagnostics(job))


def _placed(
    job: _Job,
    tree: UnitTree,
    emitter: GuardedEmitter,
    located: Sequence[Located],
    emitted: Emitted,
    digest: str,
) -> tuple[list[ast.stmt], dict[str, list[ast.expr | ast.FunctionDef]]]:
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
        emitter.sites[each.index]: [job.expressions[_key(hand.span)][0] for hand in each.plan.hand_overs]
        for each in located
    }
    slices = {emitter.slices[each.index]: emitter.sites[each.index] for each in located}
    placer = SlicePlacer(sites, slices)
    placer.visit(body)
    constants = {emitter.sites[each.index]: f"<xcs site {each.index} of {digest}>" for each in located}
    handles = frozenset(constants) | frozenset(emitter.handles.values())
    Finisher(constants, handles).visit(body)
    return body.body, placer.found


def _class_around(classes: Sequence[ast.ClassDef], span: Span) -> str | None:
    """The innermost class whose body holds the region: private names are mangled with its name."""
    around: ast.ClassDef | None = None
    for node in classes:
        first, last = node.body[0], node.body[-1]
        holds = first.lineno <= span.line and span.end_line <= (last.end_lineno or 0)
        if holds and (around is None or around.lineno <= node.lineno):
            around = node
    return None if around is None else around.name


def _key(span: Span) -> Span:
    return Span("", span.line, span.column, span.end_line, span.end_column)


def _substitute(unit: Unit, statements: list[ast.stmt]) -> None:
    old = unit.suite[unit.first : unit.last]
    for one, other in zip(old, statements, strict=False):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and one.decorator_list:
            # Decorators stand on lines before the unit.
            if type(one) is not type(other) or len(old) != len(statements):
                raise Refused("a decorated definition is not where it was")
            other.decorator_list = one.decorator_list
    unit.suite[unit.first : unit.last] = statements


def _in_order(facts: Sequence[SiteFacts]) -> tuple[SiteFacts, ...]:
    return tuple(sorted(facts, key=lambda each: each.index))


def rewrite_module(source: str, filename: str, plan: ModulePlan, style: Style) -> Rewritten:
    """The module's new text.

    Regions that are written out by hand already are left as they are, so that rewriting twice is the
    same as rewriting once.

    Raises:
        SyntaxError, ValueError: as `ast.parse` does.
    """
    mark = "\ufeff" if source.startswith("\ufeff") else ""
    job = _start(source.removeprefix(mark), filename, plan)
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
    return Rewritten(mark + _spliced(job.source, pieces), _in_order(job.emitted), _diagnostics(job))


def _emitter(
    job: _Job, tree: UnitTree, located: Sequence[Located], style: Style, alias: str
) -> GuardedEmitter | ReadableEmitter:
    match style:
        case Style.GUARDED:
            return GuardedEmitter(tree, located, job.names, job.indent)
        case Style.READABLE:
            return ReadableEmitter(tree, located, job.names, job.indent, alias)
        case _:
            assert_never(style)


def _spliced(source: str, pieces: Sequence[_Piece]) -> str:
    for start, end, text in sorted(pieces, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _diagnostics(job: _Job) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(NOT_EMITTED, f"left alone: {reason}", region.facts.span, region.facts.callees)
        for region, reason in job.refused
    )
