"""What imports cost: that of `xcs_ast`, and that of a cached optimized module against a plain cached one.

Goals: `import xcs_ast` at most 15 ms and without LibCST; a cached optimized module at most 1.2x a plain one.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from side_by_side import format_seconds, process

ROUNDS = 11
ITSELF = """\
import json, sys, time
begin = time.perf_counter()
import xcs_ast
print(json.dumps([time.perf_counter() - begin, "libcst" in sys.modules, len(sys.modules)]))
"""
MODULES = """\
import json, sys, time
import xcs_ast
sys.path.insert(0, sys.argv[1])
xcs_ast.install_import_hook("hooked_*")
import hooked_warm_up
times = []
for kind in ("plain", "hooked"):
    begin = time.perf_counter()
    for number in range(20):
        __import__(f"{kind}_{number}")
    times.append((time.perf_counter() - begin) / 20)
print(json.dumps([*times, "libcst" in sys.modules]))
"""
BODY = '''\
import json


class Thing%(n)d:
    """A class with a few methods."""

    def __init__(self, name):
        self.name = name

    def load(self, path):
        with open(path) as stream:
            return json.load(stream)

    def load_all(self, paths):
        things = []
        for path in paths:
            things.append(self.load(path))
        return things


def combine(things, other):
    """Combines things."""
    sizes = [thing.load(other) for thing in things]
    return dict(zip(things, sizes))
'''


def main() -> int:
    """0 when the goals are reached."""
    rows = [json.loads(process(["-c", ITSELF])) for _ in range(ROUNDS)]
    own = statistics.median(row[0] for row in rows)
    print(f"import xcs_ast: {format_seconds(own)} (goal: 15 ms), LibCST loaded: {rows[0][1]}")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("plain", "hooked"):
            for number in range(20):
                (Path(folder) / f"{kind}_{number}.py").write_text(BODY % {"n": number} * 4)
        (Path(folder) / "hooked_warm_up.py").write_text(BODY % {"n": 0})
        process(["-c", MODULES, folder])  # fills both caches
        pairs = [json.loads(process(["-c", MODULES, folder])) for _ in range(ROUNDS)]
    plain, hooked = (statistics.median(pair[index] for pair in pairs) for index in (0, 1))
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"cached module: plain {format_seconds(plain)}, optimized {format_seconds(hooked)}")
    print(f"ratio: {ratio:.2f}x (goal: 1.2x)")
    print(f"LibCST loaded on the cached path: {pairs[0][2]}")
    return 0 if own <= 0.015 and ratio <= 1.2 and not rows[0][1] and not pairs[0][2] else 1


if __name__ == "__main__":
    sys.exit(main())
