"""Profiles of Hypothesis: `default` repeats itself exactly, `long` (`--hypothesis-profile=long`) does not.

`--brief` leaves out what is marked `slow`, `once` or `full`, and the programs of `tests/equivalence` run
under fewer schedules. With `--share 1-3/8`, the first three of eight parts of what is `slow` or `once` run
all the same, and of what is marked `shared` only those: Pythons of which each takes another share have run it
all together, but for what is marked `full`.
"""

from __future__ import annotations

import gc
import importlib.util
import signal
import sys
import threading
import zlib
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

SHARED: Final = frozenset(
    Path(__file__).parent / file
    for file in (
        "equivalence/test_conflicts.py",
        "equivalence/test_hidden_calls.py",
        "equivalence/test_mutated_analysis.py",
        "equivalence/test_oracle.py",
        "equivalence/test_programs.py",
        "equivalence/test_recorder_worlds.py",
        "equivalence/test_small.py",
        "unit/cli/test_cli_check.py",
        "unit/cli/test_cli_explain.py",
        "unit/cli/test_cli_files.py",
        "unit/cli/test_cli_rewrite.py",
        "unit/cli/test_cli_run_same.py",
        "unit/cli/test_run_spoiled.py",
        "unit/corpus/test_corpus_programs.py",
        "unit/effects/test_against_runs.py",
        "unit/effects/test_hidden_writes.py",
        "unit/frontend/test_slice_equivalence.py",
        "unit/models/test_behaviour.py",
        "unit/rewrite/test_emission.py",
        "unit/rewrite/test_two_writers.py",
        "unit/runtime/test_executor.py",
        "unit/runtime/test_executor_attacks.py",
        "unit/runtime/test_executor_stack.py",
        "unit/runtime/test_imports.py",
        "unit/runtime/test_peek.py",
        "unit/runtime/test_recorded_programs.py",
        "unit/runtime/test_speculative_stages.py",
        "unit/source/test_trees.py",
        "unit/test_native.py",
        "unit/test_records.py",
        "unit/testing/test_plugin.py",
        "unit/testing/test_plugin_verify.py",
        "unit/tracer/test_changed_beside.py",
        "unit/tracer/test_instrument_stdlib.py",
        "unit/tracer/test_snippets.py",
        "unit/tracer/test_speculation_odd.py",
        "unit/tracer/test_speculation_parked.py",
        "unit/tracer/test_speculation_staged.py",
        "unit/tracer/test_transaction_random.py",
    )
)
"""Files whose tests start a process each, or go through much material."""

settings.register_profile(
    "default",
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("long", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.register_profile("brief", settings.get_profile("default"), max_examples=40)
settings.load_profile("default")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread().name == "MainThread":
    # A shell that starts the tests in the background has it ignored, here and in what the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--brief", action="store_true", help="what may depend on the version of Python")
    parser.addoption(
        "--share", metavar="A-B/N", type=_share, default=(range(0), 0), help="and some of N parts of the rest"
    )


def _share(text: str) -> tuple[range, int]:
    parts, _, of = text.partition("/")
    first, _, last = parts.partition("-")
    which = range(int(first) - 1, int(last or first))
    if not (which and 0 <= which.start and which.stop <= int(of)):
        raise ValueError(text)
    return which, int(of)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--brief"):
        settings.load_profile("brief")
    if config.getoption("--typeguard-packages", default=""):
        _note_broken_annotations()


_BROKEN: Final[list[str]] = []
"""Annotations that did not hold: the project goes on without what fails in it, and no test would see why."""


def _note_broken_annotations() -> None:
    import typeguard

    def note(what: object) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not frame.f_globals["__name__"].startswith("xcs_ast."):
            frame = frame.f_back
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
        _BROKEN.append(f"{where}: {what}")

    def failed(broken: typeguard.TypeCheckError, memo: typeguard.TypeCheckMemo) -> None:
        note(broken)
        raise broken

    def doubted(warning: typeguard.TypeHintWarning, *given: object) -> None:
        note(given)

    typeguard.config.typecheck_fail_callback = failed
    typeguard.TypeHintWarning.__init__ = doubted  # type: ignore[method-assign]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--brief"):
        return
    which, of = config.getoption("--share")

    def stays(item: pytest.Item) -> bool:
        if item.get_closest_marker("full") is not None:
            return False
        if item.get_closest_marker("clients") is not None:
            return importlib.util.find_spec("openai") is not None
        if any(map(item.get_closest_marker, ("slow", "once"))):
            shared = True
        else:
            shared = of > 0 and (item.path in SHARED or item.get_closest_marker("shared") is not None)
        return not shared or (of > 0 and zlib.crc32(item.nodeid.encode()) % of in which)

    config.hook.pytest_deselected(items=[item for item in items if not stays(item)])
    items[:] = [item for item in items if stays(item)]


def pytest_collection_finish() -> None:
    """Ten thousand tests are a heap that each `gc.collect()` would search through."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def unchecked() -> None:
    """For tests that hand over what annotations forbid, or objects that notice being looked at."""
    if any("typeguard" in type(finder).__module__ for finder in sys.meta_path):
        pytest.skip("typeguard itself looks at what is handed over")


_THREADS_TRACE: Final = threading.gettrace
_THREADS_PROFILE: Final = threading.getprofile


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """No test leaves a function behind that follows the steps of the next one, nor an annotation broken."""
    before = sys.gettrace(), sys.getprofile()
    threads = _THREADS_TRACE(), _THREADS_PROFILE()
    _BROKEN.clear()
    try:
        result = yield
    except BaseException as error:
        for each in dict.fromkeys(_BROKEN):
            error.add_note(f"does not hold: {each}")
        raise
    if _BROKEN:
        raise RuntimeError("\n".join(("annotations that do not hold:", *dict.fromkeys(_BROKEN))))
    after = sys.gettrace(), sys.getprofile()
    if after != before:
        sys.settrace(before[0])
        sys.setprofile(before[1])
        raise RuntimeError(f"the test has left {after} behind where there was {before}")
    if (_THREADS_TRACE(), _THREADS_PROFILE()) != threads:
        threading.settrace(threads[0])  # type: ignore[arg-type]
        threading.setprofile(threads[1])  # type: ignore[arg-type]
        raise RuntimeError("the test has left a function behind that follows new threads")
    return result
