"""Reads `labels.toml`: what is true of each program of the corpus."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CORPUS", "Label", "RegionLabel", "critical_path", "load"]

CORPUS = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class RegionLabel:
    """One region: where, what its iterations carry from one to the next, and why it stays serial (if so)."""

    at: str
    carried: str
    why: str


@dataclass(frozen=True, slots=True)
class Label:
    """What is true of one program.

    `needs[i]` holds the numbers of the calls that call `i` needs; `vain` is how many requests at most may
    be made in vain.
    """

    path: str
    purpose: str
    needs: tuple[tuple[int, ...], ...]
    verdict: str
    regions: tuple[RegionLabel, ...]
    vain: int = 0

    @property
    def name(self) -> str:
        """The program's file name without its suffix."""
        return Path(self.path).stem


def load(file: Path = CORPUS / "labels.toml") -> tuple[Label, ...]:
    """All labels, in the order of the file.

    Raises:
        ValueError: a label is malformed.
    """
    with file.open("rb") as stream:
        entries = tomllib.load(stream)["program"]
    return tuple(_label(entry) for entry in entries)


def _label(entry: dict[str, object]) -> Label:
    match entry:
        case {
            "path": str(path),
            "purpose": str(purpose),
            "verdict": "PROVEN" | "SPECULATIVE" | "SERIAL" as verdict,
            "region": list(regions),
        }:
            pass
        case _:
            raise ValueError(f"malformed label: {entry}")
    match entry:
        case {"calls": str(text)}:
            needs = expand(text)
        case {"needs": list(rows)}:
            needs = tuple(tuple(row) for row in rows)
        case _:
            raise ValueError(f"{path}: neither `calls` nor `needs`")
    if any(need >= number for number, row in enumerate(needs) for need in row):
        raise ValueError(f"{path}: a call needs one that comes after it")
    labels = tuple(RegionLabel(str(r["at"]), str(r["carried"]), str(r.get("why", ""))) for r in regions)
    vain = entry.get("vain", 0)
    if not isinstance(vain, int):
        raise ValueError(f"{path}: `vain` is a number")
    return Label(path, purpose, needs, str(verdict), labels, vain)


def expand(text: str) -> tuple[tuple[int, ...], ...]:
    """The dependences of a series-parallel expression such as ``seq(par(5, call), call)``.

    Raises:
        ValueError: the text is no such expression.
    """
    needs: list[tuple[int, ...]] = []
    _expand(ast.parse(text, mode="eval").body, (), needs)
    return tuple(needs)


def _expand(node: ast.expr, before: tuple[int, ...], needs: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Appends the calls of `node`, which all need `before`; returns its last calls."""
    match node:
        case ast.Name(id="call"):
            needs.append(before)
            return (len(needs) - 1,)
        case ast.Call(func=ast.Name(id="seq"), args=parts):
            for part in parts:
                before = _expand(part, before, needs)
            return before
        case ast.Call(func=ast.Name(id="rep"), args=[ast.Constant(value=int(count)), part]):
            for _ in range(count):
                before = _expand(part, before, needs)
            return before
        case ast.Call(func=ast.Name(id="par"), args=[ast.Constant(value=int(count)), part]):
            return tuple(last for _ in range(count) for last in _expand(part, before, needs))
        case _:
            raise ValueError(f"not a shape of calls: {ast.unparse(node)}")


def critical_path(needs: Sequence[Sequence[int]], seconds: Sequence[float]) -> float:
    """How long the longest chain of calls takes; `seconds[i]` is what call `i` takes.

    Raises:
        ValueError: the program made more or fewer calls than its label says.
    """
    if len(needs) != len(seconds):
        raise ValueError(f"the label says {len(needs)} calls, the program made {len(seconds)}")
    return max(_ends(needs, seconds), default=0.0)


def _ends(needs: Sequence[Sequence[int]], seconds: Sequence[float]) -> Iterator[float]:
    ends: list[float] = []
    for row, own in zip(needs, seconds, strict=True):
        ends.append(max((ends[need] for need in row), default=0.0) + own)
        yield ends[-1]
