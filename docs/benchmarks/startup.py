"""Start-up: a script of 100 lines, by `python` and by `python -m xcs_ast run`, whole processes in turns.

Goals beyond plain Python: at most 60 ms with the rewriting cached, at most 450 ms without.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from side_by_side import in_turns, process, table

CACHED, UNCACHED = 0.060, 0.450
ROUNDS = 15
HEAD = '''\
"""A script of about a hundred lines."""

import json
import sys


def fetch(name):
    return {"name": name, "size": len(name)}

'''
FUNCTION = '''
def report_%(n)d(names):
    """Collects one report."""
    rows = []
    for name in names:
        row = fetch(name)
        rows.append((row["name"], row["size"] + %(n)d))
    total = sum(size for _, size in rows)
    labels = {name: fetch(name)["size"] for name in names}
    if total > 100:
        return rows, labels
    return rows[::-1], labels

'''
TAIL = """
def main():
    names = ["alpha", "beta", "gamma"]
    print(json.dumps([report_%(n)d(names)[0] for _ in sys.argv]))


if __name__ == "__main__":
    main()
"""


CLOCK = "import time\n"
ELSEWHERE = "import time\n\n\ndef pause(name):\n    time.sleep(0.1)\n    return name\n"
"""Something waits, but not in the loops."""
WAITING = f"{ELSEWHERE}\n\ndef pauses(names):\n    return [pause(name) for name in names]\n"
"""Where a loop has the means to wait, the analysis is loaded and warmed up before the script starts."""


def _script(imports: str = "") -> str:
    text = HEAD.replace("import sys\n", f"import sys\n{imports}")
    for number in range(6):
        text += FUNCTION % {"n": number}
    return text + TAIL % {"n": 0}


def measure(title: str, text: str) -> bool:
    """Prints one table; whether both goals are reached."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "script.py"
        script.write_text(text)

        def uncached() -> None:
            shutil.rmtree(folder / "__pycache__", ignore_errors=True)
            process(["-m", "xcs_ast", "run", str(script)], folder)

        ways = {
            "python": lambda: process([str(script)], folder),
            "xcs_ast run, not cached": uncached,
            "xcs_ast run, cached": lambda: process(["-m", "xcs_ast", "run", str(script)], folder),
        }
        outputs = {process([str(script)], folder), process(["-m", "xcs_ast", "run", str(script)], folder)}
        if len(outputs) != 1:
            raise SystemExit("the outputs differ")
        seconds = in_turns(ways, ROUNDS)
    table(f"{title}, {len(text.splitlines())} lines, whole processes", seconds, "python")
    good = True
    for way, goal in (("xcs_ast run, cached", CACHED), ("xcs_ast run, not cached", UNCACHED)):
        pairs = zip(seconds[way], seconds["python"], strict=True)
        beyond = statistics.median(own - plain for own, plain in pairs)
        good = good and beyond <= goal
        print(f"{way}: {beyond * 1000:.0f} ms beyond python (goal: {goal * 1000:.0f} ms)")
    print(flush=True)
    return good


def main() -> int:
    """0 when the goals are reached by all scripts."""
    results = [
        measure("a script that computes", _script()),
        measure("a script that imports `time`, for its clock", _script(CLOCK)),
        measure("a script that may wait, but not in its loops", _script(ELSEWHERE)),
        measure("a script whose loops may wait", _script(WAITING)),
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
