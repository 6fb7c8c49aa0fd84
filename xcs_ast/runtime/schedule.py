"""The seam through which tests choose the schedule: when tasks start, when they end, when they are taken.

Guarantees: with `hook` left at `None` nothing happens here; the runtime pays one global load and one test.

Assumes: the runtime calls `hook(event, run, index)` (when it is not `None`) at these places:

- `ISSUE`: on the consumer, before task `index` of `run` is handed to the pool;
- `START`: on a worker, before it claims the task. If the hook returns `False` the worker leaves the task
  alone, and the consumer will run it in place;
- `FINISH`: on a worker, after the slice has run as far as it may and before its result is published;
- `TAKE`: on the consumer, before it claims task `index`, or waits for it;
- `CLOSE`: on the consumer, once `run` will issue and take no more.

`run` is any object that is the same for all tasks of one region entry. The hook may block. An exception
that it raises is ignored.
"""

from __future__ import annotations

from collections.abc import Callable

from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["CLOSE", "FINISH", "ISSUE", "START", "TAKE", "allows", "hook", "tell"]

ISSUE: Final = "issue"
START: Final = "start"
FINISH: Final = "finish"
TAKE: Final = "take"
CLOSE: Final = "close"

hook: Callable[[str, object, int], bool | None] | None = None


def tell(event: str, run: object, index: int) -> None:
    """Calls the hook, if there is one."""
    try:
        if hook is not None:
            hook(event, run, index)
    except Exception:
        return


def allows(run: object, index: int) -> bool:
    """Whether the hook lets a worker start a task."""
    try:
        return hook is None or hook(START, run, index) is not False
    except Exception:
        return True
