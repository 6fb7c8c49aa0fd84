"""Runs every benchmark, each in a process of its own, and the demo at the end."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from side_by_side import ROOT

NAMES = (
    "first_call",
    "executed_graph",
    "speculation",
    "critical_path",
    "wide_io",
    "task_cost",
    "cheap_loop",
    "recorded_code",
    "startup",
    "import_cost",
)


def main() -> int:
    """0 when every benchmark reaches its goals."""
    print(f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    missed = []
    for name in (*(f"docs/benchmarks/{name}.py" for name in NAMES), "corpus/demo.py"):
        print(f"\n== {name}", flush=True)
        command = [sys.executable, str(ROOT / name)]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
            missed.append(name)
    print(f"\nmissed or failed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
