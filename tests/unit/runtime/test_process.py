"""What happens around the program: interrupts, forks, contexts, shutdown, threads that cannot be had."""

from __future__ import annotations

import contextvars
import decimal
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.runtime import forking, pool

from .harness import pair, site

COLLECT = """
def collect(xs, f, out):
    for x in xs:
        out.append(f(x))
    return out
"""


@pytest.mark.parametrize("where_waiting", ["in place", "on a worker"])
def test_an_interrupt_reaches_the_user_at_once(where_waiting: str) -> None:
    release, second = threading.Event(), threading.Event()
    started: list[int] = []
    first = 0 if where_waiting == "in place" else 1

    def f(x: int) -> int:
        started.append(x)
        if x == 1:
            second.set()
        if x == 0 and first == 1:
            second.wait(60)
        if x == first:
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        if x >= first:
            release.wait(200)
        return x

    with config.overridden(workers=2, window=8):
        _, ahead = pair(COLLECT, site())
        out: list[int] = []
        begin = time.monotonic()
        with pytest.raises(KeyboardInterrupt) as caught:
            ahead(range(50), f, out)
        assert time.monotonic() - begin < 100
        assert out == list(range(first))
        assert not any("xcs_ast" in str(entry.path) for entry in caught.traceback)
        count = len(started)
        assert count <= 3
        release.set()
        again: list[int] = []
        assert ahead(range(60, 70), lambda x: x, again) == list(range(60, 70))
        assert len(started) == count


def test_context_variables_travel_with_the_task(eager: None) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")

    def f(x: int) -> tuple[str, decimal.Decimal]:
        seen = variable.get()
        if threading.get_ident() != home:
            variable.set(f"set by {x}")
            on_a_worker.set()
        else:
            on_a_worker.wait(30)
        return seen, decimal.Decimal(1) / 7

    home, on_a_worker = threading.get_ident(), threading.Event()
    _, ahead = pair(COLLECT, site())

    def run() -> Any:
        variable.set("mine")
        with decimal.localcontext() as context:
            context.prec = 5
            found = ahead(range(20), f, [])
        return found, variable.get()

    found, after = contextvars.copy_context().run(run)
    assert on_a_worker.is_set()
    assert found == [("mine", decimal.Decimal("0.14286"))] * 20
    assert after == "mine"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("eager_too", [True, False])
def test_a_fork_in_the_body_goes_on_alone(eager_too: bool) -> None:
    release = threading.Event()
    children: list[int] = []

    def body(x: int) -> None:
        if x == 2:
            child = os.fork()
            children.append(child)
            if child == 0:
                release.set()
            else:
                threading.Timer(0.05, release.set).start()

    source = """
    def collect(xs, f, out, body):
        for x in xs:
            body(x)
            out.append(f(x))
        return out
    """

    def f(x: int) -> int:
        if x > 1:
            release.wait(200)
        return x

    with config.overridden(workers=3, window=6, eager=eager_too):
        _, ahead = pair(source, site())
        _, second = pair(COLLECT, site())
        out: list[int] = []
        status = 1
        try:
            ahead(range(20), f, out, body)
            again = second(range(9), lambda x: x, [])
            status = 0 if out == list(range(20)) and again == list(range(9)) else 2
        finally:
            if children == [0]:
                os._exit(status)
        assert status == 0
        deadline = time.monotonic() + 200
        while True:
            done, code = os.waitpid(children[0], os.WNOHANG)
            if done:
                break
            if time.monotonic() > deadline:
                os.kill(children[0], signal.SIGKILL)
                os.waitpid(children[0], 0)
                pytest.fail("the child hangs")
            time.sleep(0.01)
        assert code == 0


def test_threads_that_cannot_be_started_leave_everything_in_place(
    monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    def refuse(*args: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pool, "start_new_thread", refuse)
    fresh = pool.Pool()
    monkeypatch.setattr("xcs_ast.runtime.run.POOL", fresh)
    monkeypatch.setattr("xcs_ast.runtime.task.POOL", fresh)
    _, ahead = pair(COLLECT, site())
    assert ahead(range(100), str, []) == [str(x) for x in range(100)]
    assert fresh.threads == 0


def test_workers_are_threads_whatever_the_program_makes_of_threads(
    monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    """Tools that turn threads into coroutines replace `_thread`: our worker would block them all."""
    seen: list[object] = []
    monkeypatch.setattr("_thread.start_new_thread", lambda *args: seen.append(args))
    monkeypatch.setattr("threading.Thread", None)
    fresh = pool.Pool()
    monkeypatch.setattr("xcs_ast.runtime.run.POOL", fresh)
    monkeypatch.setattr("xcs_ast.runtime.task.POOL", fresh)
    where = site()
    _, ahead = pair(COLLECT, where)
    with config.overridden(eager=False, hedge_us=0.0, min_task_us=0.0):
        assert ahead(range(100), str, []) == [str(x) for x in range(100)]
    assert ahead(range(100), str, []) == [str(x) for x in range(100)]
    assert fresh.threads > 0
    assert not seen
    fresh.retire()


def test_what_is_cancelled_is_computed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker has claimed anything when the tasks turn out to be cheap: all are taken back."""
    fresh = pool.Pool()
    monkeypatch.setattr(pool.Pool, "_start", lambda self: None)
    monkeypatch.setattr("xcs_ast.runtime.run.POOL", fresh)
    monkeypatch.setattr("xcs_ast.runtime.task.POOL", fresh)
    where = site()
    _, ahead = pair(COLLECT, where)
    out: list[Any] = []
    with config.overridden(eager=False, min_task_us=10_000.0, window=16):
        runner = threading.Thread(target=ahead, args=(list(range(200)), str, out), daemon=True)
        runner.start()
        runner.join(20)
    assert out == [str(x) for x in range(200)]
    assert 0 < where.tally.started < 200


def test_husks_of_left_regions_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    fresh = pool.Pool()
    for name in ("run", "task"):
        monkeypatch.setattr(f"xcs_ast.runtime.{name}.POOL", fresh)
    with config.overridden(workers=1, window=32):
        _, ahead = pair(COLLECT, site())

        def stuck(x: int) -> int:
            if threading.get_ident() != home:
                release.wait(200)
                return x
            raise ValueError(x)

        home = threading.get_ident()
        for _ in range(1000):
            with pytest.raises(ValueError, match="0"):
                ahead(range(40), stuck, [])
            if fresh._queue.qsize() > 9000:
                pytest.fail("unbounded")
        release.set()


def _run(program: str, *, seconds: float = 500) -> subprocess.CompletedProcess[str]:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    prelude = """
    import sys, threading, time
    from tests.unit.runtime.harness import pair, site
    COLLECT = 'def collect(xs, f, out):\\n    for x in xs:\\n        out.append(f(x))\\n    return out\\n'
    _, ahead = pair(COLLECT, site())
    """
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(prelude) + textwrap.dedent(program)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def test_leaving_the_program_does_not_wait_for_abandoned_tasks() -> None:
    begin = time.monotonic()
    done = _run(
        """
        def f(x):
            if x == 0:
                time.sleep(0.05)
                raise SystemExit(7)
            time.sleep(400)
        ahead(range(9), f, [])
        """
    )
    assert done.returncode == 7
    assert done.stderr == ""
    assert time.monotonic() - begin < 300


def test_regions_run_at_exit_and_in_finalizers() -> None:
    done = _run(
        """
        import atexit
        def slow(x):
            time.sleep(0.01)
            return x
        class Late:
            def __del__(self, print=print, ahead=ahead):
                print("finalizer", ahead([7, 8, 9], lambda x: x, []))
        atexit.register(lambda: print("atexit", ahead(range(5), slow, [])))
        late = Late()
        ahead(range(3), slow, [])
        """
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["atexit [0, 1, 2, 3, 4]", "finalizer [7, 8, 9]"]


@pytest.mark.parametrize("reason", ["trace", "profile"])
def test_workers_are_traced_as_threads_are(reason: str) -> None:
    setter: Callable[[Any], None] = getattr(threading, f"set{reason}")
    seen: set[str] = set()

    def watch(frame: Any, event: str, argument: object) -> Any:
        seen.add(frame.f_code.co_name)
        return watch

    fresh = pool.Pool()
    meet = threading.Barrier(2)

    class Work:
        def execute(self) -> None:
            self.marked_by_watch()

        def marked_by_watch(self) -> None:
            pass

        def publish(self) -> None:
            meet.wait(60)

    from collections import deque

    before = getattr(threading, f"get{reason}")()
    setter(watch)
    try:
        fresh.submit(deque([Work()]), 1)
        meet.wait(60)
    finally:
        setter(before)
    assert "marked_by_watch" in seen


@pytest.mark.skipif(
    not hasattr(os, "fork") or not os.path.isdir("/proc/self/task"), reason="no fork, no /proc"
)
def test_a_fork_after_a_region_finds_no_threads_of_ours() -> None:
    done = _run(
        """
        import os, warnings
        warnings.simplefilter("error")
        def slow(x):
            time.sleep(0.01)
            return x
        assert ahead(range(9), slow, []) == list(range(9))
        assert len(os.listdir("/proc/self/task")) > 1
        for _ in range(3):
            child = os.fork()
            if not child:
                assert ahead(range(9), slow, []) == list(range(9))
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert ahead(range(9), slow, []) == list(range(9))
        print(threading.active_count(), "fine")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 fine\n", "")


@pytest.mark.parametrize("whose", ["ours", "the program's"])
def test_a_fork_waits_for_imports_of_ours_in_other_threads(
    whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child would find the module locked by a thread that it does not have."""
    (tmp_path / "waits_until_told.py").write_text(
        "from told import begun, told\nbegun.set()\ntold.wait(60)\n"
    )
    events = ModuleType("told")
    events.begun, events.told = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "told", events)
    monkeypatch.syspath_prepend(tmp_path)
    filename = str(Path(forking.__file__).parent / "some_module.py") if whose == "ours" else "program.py"
    namespace: dict[str, Any] = {}
    exec(compile("def load():\n    import waits_until_told\n", filename, "exec"), namespace)
    loads = threading.Thread(target=namespace["load"])
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        events.told.set()
        loads.join(0.001)

    monkeypatch.setattr(forking, "sleep", sleep)
    loads.start()
    try:
        assert events.begun.wait(60)
        forking._await_imports()
        assert bool(slept) == (whose == "ours")
    finally:
        events.told.set()
        loads.join()
        sys.modules.pop("waits_until_told", None)
    assert not forking._is_loading()


def test_sites_can_be_read_in_a_child_whatever_other_threads_were_reading() -> None:
    with forking.FACTS.lock as held:
        assert held
        before = forking.FACTS.lock
        forking.prepare()
        forking._reset()
        assert forking.FACTS.lock is not before


def test_recursion_goes_as_deep_as_in_plain_python(eager: None) -> None:
    source = """
    def walk(xs, f):
        out = []
        for x in xs:
            out.append(f(x))
        return out
    """
    plain_one, ahead_one = pair(source, site())

    def tree(run: Any, depth: int) -> Any:
        return depth if depth == 0 else run([depth, 0], lambda x: tree(run, x - 1) if x else 0)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(600)
    try:
        depth = 170
        assert tree(ahead_one, depth) == tree(plain_one, depth)
    finally:
        sys.setrecursionlimit(limit)
