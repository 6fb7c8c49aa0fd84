"""Defects in running ahead."""

# ruff: noqa: E501 - the tables quote the source as it is

from __future__ import annotations

from typing import Final

from tests.seeded.defect import Defect, Kind

__all__ = ["DEFECTS"]

_RUN: Final = "xcs_ast/runtime/run.py"
_TASK: Final = "xcs_ast/runtime/task.py"
_UNWINDING: Final = "xcs_ast/runtime/unwinding.py"
_LOOPS: Final = ("tests/unit/runtime/test_loops.py",)
_STAGES: Final = ("tests/unit/runtime/test_stages.py", "tests/unit/runtime/test_loops.py")
_EXCEPTIONS: Final = ("tests/unit/runtime/test_exceptions.py",)

DEFECTS: Final = (
    Defect(
        "tasks-consumed-out-of-order",
        Kind.ORDER,
        "the newest task is consumed first",
        _RUN,
        "            task = outstanding.popleft()\n",
        "            task = outstanding.pop()\n",
        _LOOPS,
    ),
    Defect(
        "other-item-than-peeked",
        Kind.ORDER,
        "a task is used for whatever item arrives, not only for the one that it was started for",
        _RUN,
        "            if same(task.item, item, self._fresh):\n",
        "            if task is not None:\n",
        _LOOPS,
    ),
    Defect(
        "item-lost-when-going-on-plainly",
        Kind.FORGOTTEN,
        "the item that arrived without a task is skipped when the loop goes on as plain Python",
        _RUN,
        "            self._live = chain(map(list.pop, [[item]]), self._live)\n",
        "            self._live = chain((), self._live)\n",
        _LOOPS,
    ),
    Defect(
        "dict-is-copied-before-the-loop",
        Kind.EXCEPTION,
        "the loop goes over a copy, so that a dictionary which changes size meanwhile raises nothing",
        "xcs_ast/runtime/peek.py",
        "        return Peeker(iter(source), iter(source), fresh)\n",
        "        return Peeker(iter(list(source)), iter(source), fresh)\n",
        _LOOPS,
    ),
    Defect(
        "refused-item-starts-all-the-same",
        Kind.GUARD,
        "whether an item is admitted is asked, and not heeded",
        _RUN,
        "                if not self._admits(item, spec):\n                    self._stopped = True\n                    return\n",
        "                self._admits(item, spec)\n",
        _LOOPS,
    ),
    Defect(
        "window-off-by-one",
        Kind.PREFIX,
        "one task more than the window allows is on its way",
        _RUN,
        "            while len(outstanding) < window and POOL.has_room:\n",
        "            while len(outstanding) <= window and POOL.has_room:\n",
        _LOOPS,
    ),
    Defect(
        "context-variables-left-behind",
        Kind.CONTEXT,
        "a task runs in an empty context instead of a copy of the consumer's",
        _RUN,
        "own = contextvars.copy_context() if context is None else context.copy()",
        "own = contextvars.Context()",
        ("tests/unit/runtime/test_process.py",),
    ),
    Defect(
        "cancelled-task-waited-for",
        Kind.ORDER,
        "a task that was cancelled is still waited for when a handle that was kept asks for it",
        _RUN,
        "            task.issued = False\n\n    def _finish(self)",
        "            pass\n\n    def _finish(self)",
        ("tests/unit/runtime/test_explicit.py", *_LOOPS),
    ),
    Defect(
        "tasks-outlive-their-region",
        Kind.LIFETIME,
        "what was started and not consumed is not discarded when the region is left",
        _RUN,
        "            self._current = None\n        self._discard_all()\n        self._ahead = iter(())\n",
        "            self._current = None\n        self._ahead = iter(())\n",
        _EXCEPTIONS,
    ),
    Defect(
        "interrupts-lost-in-the-worker",
        Kind.EXCEPTION,
        "a task's `SystemExit` or `KeyboardInterrupt` is not carried to the consumer",
        _TASK,
        "        except BaseException as error:\n            self._error = outside(error, __file__)\n",
        "        except Exception as error:\n            self._error = outside(error, __file__)\n",
        _EXCEPTIONS,
    ),
    Defect(
        "values-before-the-exception-lost",
        Kind.EXCEPTION,
        "the exception of a late hand-over comes at the first one of its iteration",
        _TASK,
        "            if values:\n                got = values.popleft()\n            elif self._error is not None:\n",
        "            if values and self._error is None:\n                got = values.popleft()\n"
        "            elif self._error is not None:\n",
        _STAGES,
    ),
    Defect(
        "stop-iteration-not-converted-back",
        Kind.EXCEPTION,
        "a callee's `StopIteration` arrives as the `RuntimeError` that Python makes of it in a generator",
        _TASK,
        "    return error if original is None else original\n",
        "    return error\n",
        (*_EXCEPTIONS, *_STAGES),
    ),
    Defect(
        "stack-overflow-of-a-worker-believed",
        Kind.EXCEPTION,
        "a worker's `RecursionError` is raised for the consumer, whose stack has room",
        _TASK,
        "_VOID: Final = (RecursionError, MemoryError)\n",
        "_VOID: Final = (MemoryError,)\n",
        _EXCEPTIONS,
    ),
    Defect(
        "worker-goes-on-past-the-prefix",
        Kind.PREFIX,
        "a worker resumes the slice up to a hand-over that must stay in place",
        "xcs_ast/runtime/shape.py",
        "any(j in self.always for j in range(k + 1, prefix))",
        "any(j in self.always for j in range(k + 1, self.stages))",
        _STAGES,
    ),
    Defect(
        "result-kept-after-hand-over",
        Kind.LIFETIME,
        "a task keeps its item after the item has arrived",
        _TASK,
        "        if self.done:\n            self.item = None\n",
        "        if self.done:\n            pass\n",
        _EXCEPTIONS,
    ),
    Defect(
        "handled-exception-not-chained",
        Kind.CONTEXT,
        "what the consumer is handling is missing at the end of a task exception's context chain",
        _UNWINDING,
        "            if handled is not None:\n                _chain(error, handled)\n",
        "",
        _EXCEPTIONS,
    ),
    Defect(
        "own-context-overwritten",
        Kind.CONTEXT,
        "a task exception's own `__context__` is replaced by what the consumer is handling",
        _UNWINDING,
        "            _set_context(error, context)\n            if handled",
        "            if handled",
        _EXCEPTIONS,
    ),
    Defect(
        "context-of-exceptions-not-trimmed",
        Kind.LEAK,
        "the traceback of the exception itself is trimmed, those of its context are not",
        _UNWINDING,
        "        todo.append(_context(one))\n",
        "",
        ("tests/unit/runtime/test_trimming.py", *_EXCEPTIONS),
    ),
    Defect(
        "inner-frames-not-trimmed",
        Kind.LEAK,
        "only frames of ours at the outer end of a traceback are removed",
        _UNWINDING,
        "            kept.tb_next = following\n            if inner is not None:\n",
        "            if inner is not None:\n",
        (*_EXCEPTIONS, "tests/unit/jit/test_jit.py"),
    ),
    Defect(
        "block-not-cancelled-by-an-exception",
        Kind.LIFETIME,
        "calls of a block that has raised still start",
        "xcs_ast/runtime/site.py",
        "            if run is not None:\n                run.cancel()\n",
        "",
        ("tests/unit/runtime/test_blocks.py",),
    ),
    Defect(
        "worker-has-no-handled-exception",
        Kind.CONTEXT,
        "what a task raises and catches inside has no `__context__`, though it runs in an `except` clause",
        _TASK,
        "        self._holder = None if held is None else holder(held)\n",
        "        self._holder = None\n",
        _EXCEPTIONS,
    ),
    Defect(
        "many-zipped-containers-not-watched",
        Kind.LIFETIME,
        "of the containers behind an iterator only the first few are watched: what a body takes out of another lives on in a task",
        "xcs_ast/runtime/peek.py",
        "    while todo:\n        each = todo.pop()\n        if id(each) in seen:",
        "    for _ in range(32):\n        if not todo:\n            break\n        each = todo.pop()\n        if id(each) in seen:",
        ("tests/unit/runtime/test_peek.py",),
    ),
    Defect(
        "descriptor-known-by-its-name",
        Kind.BINDING,
        "a class of the program's that is called `member_descriptor` counts as a slot: what its `__set__` does is not seen",
        "xcs_ast/tracer/observing_lookup.py",
        "    if found is MISSING or type(found) is MemberDescriptorType:\n",
        '    if found is MISSING or type(found).__name__ == "member_descriptor":\n',
        ("tests/unit/runtime/test_executor_attacks.py",),
    ),
    Defect(
        "left-block-keeps",
        Kind.LIFETIME,
        "what the tasks of a block have seen lives on when an exception has left the block",
        "xcs_ast/runtime/speculation.py",
        "                task.waive()\n",
        "                pass\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_parked-case_block_is_left_by_an_exception-hook]",
        ),
    ),
    Defect(
        "traced-from-the-middle-unseen",
        Kind.ORDER,
        "a recorded task still counts where the body has begun to follow each call of the program",
        "xcs_ast/runtime/speculation.py",
        "        known = not unfit()\n",
        "        known = True\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_outside-case_traced_from_the_middle-hook]",
        ),
    ),
    Defect(
        "waits-for-what-is-never-seen",
        Kind.STALE,
        "a consumer waits for good for a recorded task that waits for what another thread has changed long ago",
        "xcs_ast/runtime/speculation.py",
        "            if self._gate.acquire(timeout=patience):\n",
        "            if self._gate.acquire():\n",
        (
            "tests/unit/runtime/test_speculation.py::test_nobody_waits_for_a_task_that_waits_for_another_thread",
        ),
    ),
)
