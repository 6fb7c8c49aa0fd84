"""Graphs as pictures: DOT text, and SVG drawn by hand (no other program is needed)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from xcs_ast.ir.dependences import Certainty, Dependence, DependenceKind
from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.ir.operations import Operation, OpType

__all__ = ["to_dot", "to_svg"]

_COLOURS: Final = {
    OpType.CALL: "#cfe3f7",
    OpType.AWAIT: "#cfe3f7",
    OpType.LOAD: "#eef3ee",
    OpType.STORE: "#f7dccf",
    OpType.BRANCH: "#f5efc2",
    OpType.LOOP: "#f5efc2",
    OpType.RETURN: "#e4e4e4",
    OpType.SIDE_EFFECT: "#f7dccf",
    OpType.COMPUTE: "#eef3ee",
    OpType.NEW: "#eee6f5",
}
_STROKES: Final = {
    DependenceKind.FLOW: "#2f6ea8",
    DependenceKind.ANTI: "#a8762f",
    DependenceKind.OUTPUT: "#a83c2f",
    DependenceKind.CONTROL: "#7a7a7a",
    DependenceKind.EFFECT: "#8a2fa8",
}
_WIDE, _HIGH, _ACROSS, _DOWN, _MARGIN = 190, 34, 24, 46, 24


def _label(op: Operation) -> str:
    took = f"  {op.seconds * 1000:.1f} ms" if op.seconds >= 0.0005 else ""
    return f"{op.id} {op.op_type.value} {op.name}{took}"


def _shown(graph: ComputationGraph, nested: bool) -> tuple[list[Operation], list[Dependence]]:
    operations = list(graph.operations if nested else graph.steps())
    ids = {op.id for op in operations}
    return operations, [dep for dep in graph.dependences if dep.source in ids and dep.sink in ids]


def to_dot(graph: ComputationGraph, *, nested: bool = False) -> str:
    """The graph in the language of Graphviz; `nested`: with the steps inside of calls."""
    operations, dependences = _shown(graph, nested)
    lines = [f"digraph {_quoted(graph.name)} {{", "  node [shape=box, style=filled, fontname=sans];"]
    by_parent: dict[str | None, list[Operation]] = {}
    for op in operations:
        by_parent.setdefault(op.parent, []).append(op)
    for parent, steps in by_parent.items():
        if parent is not None:
            lines.append(f"  subgraph {_quoted('cluster_' + parent)} {{ label={_quoted('inside ' + parent)};")
        lines += [
            f"  {_quoted(op.id)} [label={_quoted(_label(op))}, fillcolor={_quoted(_COLOURS[op.op_type])}];"
            for op in steps
        ]
        if parent is not None:
            lines.append("  }")
    for dep in dependences:
        style = "dashed" if dep.certainty is Certainty.MAY else "solid"
        colour = _STROKES[dep.kind]
        lines.append(
            f"  {_quoted(dep.source)} -> {_quoted(dep.sink)}"
            f" [label={_quoted(dep.kind.value)}, color={_quoted(colour)}, style={style}];"
        )
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def to_svg(graph: ComputationGraph) -> str:
    """The steps of the function as a picture: a wave is a row; what could run in parallel is framed."""
    waves = graph.levels()
    _, dependences = _shown(graph, False)
    across = max((len(wave) for wave in waves), default=1)
    width = 2 * _MARGIN + across * (_WIDE + _ACROSS)
    height = 2 * _MARGIN + 20 + len(waves) * (_HIGH + _DOWN)
    members = {op.id for each in graph.find_parallel_opportunities() for op in each}
    places: dict[str, tuple[int, int]] = {}
    for row, wave in enumerate(waves):
        for column, op in enumerate(wave):
            places[op.id] = (_MARGIN + column * (_WIDE + _ACROSS), _MARGIN + 20 + row * (_HIGH + _DOWN))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(graph.name)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_MARGIN}" y="{_MARGIN}" font-size="14">{escape(graph.summary().splitlines()[0])}</text>',
        *_edges(dependences, places),
        *(_box(op, *places[op.id], op.id in members) for wave in waves for op in wave),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _edges(dependences: Iterable[Dependence], places: dict[str, tuple[int, int]]) -> Iterable[str]:
    for dep in dependences:
        (x1, y1), (x2, y2) = places[dep.source], places[dep.sink]
        x1, x2, y1 = x1 + _WIDE // 2, x2 + _WIDE // 2, y1 + _HIGH
        dash = ' stroke-dasharray="4 3"' if dep.certainty is Certainty.MAY else ""
        middle = (y1 + y2) // 2
        yield (
            f'<path d="M{x1} {y1} C{x1} {middle} {x2} {middle} {x2} {y2}" fill="none"'
            f' stroke="{_STROKES[dep.kind]}"{dash}><title>{escape(str(dep))}</title></path>'
        )


def _box(op: Operation, x: int, y: int, parallel: bool) -> str:
    label = _label(op)
    shown = label if len(label) <= 28 else label[:27] + "…"
    stroke = ' stroke="#1b7f3b" stroke-width="2.5"' if parallel else ' stroke="#888"'
    where = f" at {op.span}" if op.span else ""
    return (
        f'<g><title>{escape(str(op) + where)}</title><rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}"'
        f' rx="5" fill="{_COLOURS[op.op_type]}"{stroke}/>'
        f'<text x="{x + 8}" y="{y + 21}">{escape(shown)}</text></g>'
    )
