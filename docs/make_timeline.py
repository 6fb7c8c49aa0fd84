"""Draws docs/img/timeline.svg: the calls of one program as the model server saw them, plain and optimized.

    python docs/make_timeline.py [PROGRAM]

Runs the program of the corpus (`ensemble_judge` unless told otherwise) twice against the model server.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "corpus"))

import demo  # noqa: E402
import labels  # noqa: E402

WIDTH, LEFT, ROW, GAP = 760, 90, 14, 3
COLOURS = {"atlas": "#4477aa", "birch": "#228833", "cedar": "#ccbb44", "delta": "#aa3377", "ember": "#ee6677"}


def _lanes(calls: list[dict[str, Any]]) -> list[int]:
    """For each call the first lane that is free when it arrives."""
    ends: list[float] = []
    lanes = []
    for call in calls:
        lane = next((i for i, end in enumerate(ends) if end <= call["arrived"]), len(ends))
        ends[lane : lane + 1] = [call["answered"]]
        lanes.append(lane)
    return lanes


def _chart(title: str, calls: list[dict[str, Any]], top: int, scale: float) -> tuple[list[str], int]:
    """The bars of one run and the height that they take."""
    begin = min(call["arrived"] for call in calls)
    lanes = _lanes(calls)
    total = max(call["answered"] for call in calls) - begin
    out = [f'<text x="0" y="{top + ROW - 3}" font-weight="bold">{escape(title)}</text>']
    for call, lane in zip(calls, lanes, strict=True):
        x = LEFT + (call["arrived"] - begin) * scale
        width = max(1.0, (call["answered"] - call["arrived"]) * scale - 1)
        y = top + lane * (ROW + GAP)
        fill = COLOURS.get(call["model"], "#888888")
        out.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW}" rx="2" fill="{fill}"/>')
        if width > 40:
            out.append(f'<text x="{x + 4:.1f}" y="{y + ROW - 4}" fill="white">{escape(call["model"])}</text>')
    end = LEFT + total * scale
    out.append(f'<text x="{end + 6:.1f}" y="{top + ROW - 3}">{total:.2f} s</text>')
    return out, (max(lanes) + 1) * (ROW + GAP)


def draw(title: str, plain: list[dict[str, Any]], ahead: list[dict[str, Any]]) -> str:
    """The picture as SVG text."""
    longest = max(max(c["answered"] for c in run) - min(c["arrived"] for c in run) for run in (plain, ahead))
    scale = (WIDTH - LEFT - 60) / longest
    upper, height = _chart("plain", plain, 26, scale)
    lower, more = _chart("optimized", ahead, 26 + height + 14, scale)
    total = 26 + height + 14 + more + 6
    size = f'viewBox="0 0 {WIDTH} {total}" width="{WIDTH}" height="{total}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">'
    back = f'<rect width="{WIDTH}" height="{total}" fill="white"/>'
    caption = f'<text x="{LEFT}" y="14">{escape(title)}</text>'
    return "\n".join([head, back, caption, *upper, *lower, "</svg>", ""])


def main() -> None:
    """Runs the program both ways and writes the picture."""
    name = sys.argv[1] if len(sys.argv) > 1 else "ensemble_judge"
    label = next(label for label in labels.load() if label.name == name)
    program = str(labels.CORPUS / label.path)
    with demo.model_server(["0.25"]) as url:
        plain = demo.run([sys.executable, program], url)
        demo.run([sys.executable, "-m", "xcs_ast", "run", program], url)
        ahead = demo.run([sys.executable, "-m", "xcs_ast", "run", program], url)
    if not ahead.same_as(plain):
        raise SystemExit(f"the runs differ: {ahead.stderr.decode(errors='replace')}")
    title = f"{label.path}: {len(plain.calls)} requests as the model server saw them"
    text = draw(title, list(plain.served), list(ahead.served))
    (DOCS / "img" / "timeline.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
