"""Times several ways of doing the same, in turns, so that a busy machine slows them all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["ROOT", "format_seconds", "in_turns", "process", "table"]

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT, ROOT / "corpus"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))


def in_turns(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Runs each way once a round; the seconds that each took, round by round."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def process(command: Sequence[str], cwd: Path | None = None) -> str:
    """Runs `python COMMAND` to its end; its output.

    Raises:
        SystemExit: it failed.
    """
    # The checkout comes first on the path, whether or not the package is installed; caches are written.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=cwd or ROOT,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def format_seconds(seconds: float) -> str:
    """For people, in the unit that fits."""
    for limit, unit in ((1e-6, "ns"), (1e-3, "µs"), (1.0, "ms")):
        if seconds < limit:
            return f"{seconds / limit * 1000:.1f} {unit}"
    return f"{seconds:.3f} s"


def table(title: str, seconds: Mapping[str, Sequence[float]], base: str) -> None:
    """Prints the median of each way and its ratio to `base`: the median of the ratios within the rounds."""
    print(title)
    width = max(len(name) for name in seconds)
    for name, times in seconds.items():
        ratio = statistics.median(own / other for own, other in zip(times, seconds[base], strict=True))
        print(f"  {name:<{width}}  {format_seconds(statistics.median(times)):>10}  {ratio:7.3f}x of {base}")
    print(flush=True)
