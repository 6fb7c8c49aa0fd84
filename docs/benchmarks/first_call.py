"""The first call of an ensemble in a new process, and later ones with new arguments: through each face.

Five models of 0.1 s each, once as `time.sleep`, once as requests to the model server of the corpus. Each face
has several processes, in turns; medians are shown, and of the first calls the slowest and the quickest gain.
Goal: 4.8x or more on the first call (the limit is 5x).
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from side_by_side import ROOT, process

sys.path.insert(0, str(ROOT / "corpus"))

from demo import model_server

GOAL = 4.8
PROCESSES = 7
ENSEMBLE = """\
def ensemble_forward(models, inputs):
    results = []
    for model in models:
        results.append(model(inputs))
    return results
"""
SLEEPING = """\
import time

class Model:
    def __init__(self, base_url, name):
        self.name = name

    def __call__(self, inputs):
        time.sleep(0.1)
        return f"{self.name} on {inputs}"
"""
TIMING = """
import json, sys, time

def main():
    models = [Model(sys.argv[1], name) for name in ("atlas", "birch", "cedar", "delta", "ember")]
    calls = []
    while len(calls) < 4:  # not a loop that runs ahead itself: the questions are to come one after the other
        begin = time.perf_counter()
        results = ensemble_forward(models, f"question {len(calls)}")
        calls.append((time.perf_counter() - begin, results))
    print(json.dumps(calls))

main()
"""
FACES = {
    "plain": "from ensemble import ensemble_forward\n",
    "decorator": "from decorated import ensemble_forward\n",
    "hook": (
        "import xcs_ast\nxcs_ast.install_import_hook('ensemble', 'client')\n"
        "from ensemble import ensemble_forward\n"
    ),
    "run": "from ensemble import ensemble_forward\n",
}


def _write(folder: Path, client: str) -> None:
    (folder / "client.py").write_text(client)
    (folder / "ensemble.py").write_text(ENSEMBLE)
    (folder / "decorated.py").write_text(f"import xcs_ast\n\n@xcs_ast.jit\n{ENSEMBLE}")
    for face, text in FACES.items():
        (folder / f"main_{face}.py").write_text(f"{text}from client import Model\n{TIMING}")


def _gains(face: str, runs: list[Any], plain: list[Any]) -> tuple[str, float]:
    """One line of the table; and the gain of the first call."""
    firsts, later = [run[0][0] for run in runs], [call[0] for run in runs for call in run[1:]]
    plain_later = statistics.median(call[0] for run in plain for call in run[1:])
    gains = [before[0][0] / first for before, first in zip(plain, firsts, strict=True)]
    first, gain = statistics.median(firsts), statistics.median(gains)
    then = statistics.median(later)
    return (
        f"{face:<12} {first:>8.4f} s {gain:>6.2f}x ({min(gains):.2f}x to {max(gains):.2f}x)"
        f" {then:>8.4f} s {plain_later / then:>6.2f}x"
    ), gain


def measure(kind: str, client: str, url: str) -> bool:
    """Prints one table; whether every face reaches the goal with the results of plain Python."""
    print(f"five models of 0.1 s, {kind}\n{'':<12} {'first call':>19} {'calls 2 to 4':>34}")
    runs: dict[str, list[Any]] = {face: [] for face in FACES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, client)
        for _ in range(PROCESSES):
            for face in FACES:
                command = [str(folder / f"main_{face}.py"), url]
                runs[face].append(
                    json.loads(process(["-m", "xcs_ast", "run", *command] if face == "run" else command))
                )
    good = True
    results = [[call[1] for call in run] for run in runs["plain"]]
    for face, found in runs.items():
        line, gain = _gains(face, found, runs["plain"])
        same = [[call[1] for call in run] for run in found] == results
        good = good and same and (face == "plain" or gain >= GOAL)
        print(line + ("" if same else "  DIFFERENT RESULTS"))
    print(flush=True)
    return good


def main() -> int:
    """0 when the goal is reached everywhere."""
    with model_server(["0.1"], spread=0.0) as url:
        client = (ROOT / "corpus" / "programs" / "llm.py").read_text()
        results = [measure("time.sleep", SLEEPING, url), measure("HTTP requests", client, url)]
    print(f"goal, {GOAL}x on the first call: {'reached' if all(results) else 'MISSED'}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
