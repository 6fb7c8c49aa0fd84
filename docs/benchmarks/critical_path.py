"""Programs that share what they write, against what their critical path allows; each in its own process.

The limit is the number of calls over the longest chain of calls that need one another. Goal: 80% of it, on
the first call with nothing known of the loops, and on later ones. Outcomes are compared with those of plain
Python: value, output, what was logged, and what the shared objects hold afterwards.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import statistics
import sys
import time

from side_by_side import ROOT, process

GOAL = 0.8
ROUNDS = 3
PROGRAMS = "recorded_programs"


def outcome(function: object, arguments: object) -> str:
    """Calls the function; all that can be seen of it, as text."""
    raw, heard = io.BytesIO(), io.StringIO()
    made = arguments()  # type: ignore[operator]
    handler = logging.StreamHandler(heard)
    logger = logging.getLogger(PROGRAMS)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers[:] = [handler]
    # A text stream over bytes, as the interpreter's own are: one in Python would make every print wait.
    with io.TextIOWrapper(raw, write_through=True) as stream, contextlib.redirect_stdout(stream):
        value = function(*made)  # type: ignore[operator]
        return repr((value, made, raw.getvalue(), heard.getvalue()))


def one(name: str) -> dict[str, float | bool]:
    """Seconds of one program: plain, the first optimized call, later ones."""
    programs = importlib.import_module(PROGRAMS)
    case = programs.CASES[name]
    import xcs_ast

    plainly: list[float] = []
    later: list[float] = []
    begin = time.perf_counter()
    expected = outcome(case.function, case.arguments)
    plainly.append(time.perf_counter() - begin)
    optimized = xcs_ast.jit(case.function)
    begin = time.perf_counter()
    same = outcome(optimized, case.arguments) == expected
    first = time.perf_counter() - begin
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        outcome(case.function, case.arguments)
        plainly.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        same = outcome(optimized, case.arguments) == expected and same
        later.append(time.perf_counter() - begin)
    return {
        "plain": statistics.median(plainly),
        "first": first,
        "later": statistics.median(later),
        "limit": case.calls / case.chain,
        "same": same,
    }


def main() -> int:
    """0 when each program reaches the goal and does what it does plainly."""
    if len(sys.argv) == 2:
        print(json.dumps(one(sys.argv[1])))
        return 0
    names = importlib.import_module(PROGRAMS).CASES
    missed = []
    print(f"{'program':<44} same  limit   first call       later calls")
    for name in names:
        found = json.loads(process([str(ROOT / "docs/benchmarks/critical_path.py"), name]))
        shares = [found["plain"] / found[when] / found["limit"] for when in ("first", "later")]
        gains = [found["plain"] / found[when] for when in ("first", "later")]
        print(
            f"{name:<44} {'yes' if found['same'] else 'NO':<4}  {found['limit']:.2f}x"
            f"   {gains[0]:.2f}x ({shares[0]:4.0%})    {gains[1]:.2f}x ({shares[1]:4.0%})",
            flush=True,
        )
        if not found["same"] or min(shares) < GOAL:
            missed.append(name)
    print(f"goal, {GOAL:.0%} of the limit: {'MISSED by ' + ', '.join(missed) if missed else 'reached'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
