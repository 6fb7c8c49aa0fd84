"""The same tests again, in processes of their own: plainly, and under schedules; and what differs.

Guarantees: a test that differs between two plain runs is never reported as our difference, but by itself.
Assumes: the command line of the session, run again in the same directory, collects the same tests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import pytest

from xcs_ast.testing.picture import normalise
from xcs_ast.testing.schedules import Schedule

__all__ = ["Again", "Recorder", "Verification"]

Phase = list[Any]
"""`[when, outcome, message, output]`."""
Results = dict[str, list[Phase]]
_NUMBERED: Final = re.compile(r"[^\s'\"]*[/\\]pytest-of-[^/\\\s]+[/\\]pytest-\d+([/\\]popen-gw\d+)?")
_FINISHED: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_SHOWN: Final = 20
_CUT: Final = 300


@final
@dataclass(frozen=True, slots=True)
class Again:
    """What a process that runs the tests again is told: which, how, and where to write the results."""

    schedule: str
    """Empty for a plain run."""
    tests: str
    """The file that lists them, in order."""
    results: str

    @property
    def plain(self) -> bool:
        """Whether nothing is to be optimized."""
        return not self.schedule

    def dump(self) -> str:
        """As the value of an option."""
        return json.dumps([self.schedule, self.tests, self.results])

    @staticmethod
    def load(text: str) -> Again:
        """From what `dump` made."""
        schedule, tests, results = json.loads(text)
        return Again(schedule, tests, results)


@final
class Recorder:
    """Notes what became of each test; in a process that runs them again, also picks them."""

    def __init__(self, config: pytest.Config, again: Again | None = None) -> None:
        self.results: Results = {}
        self._config = config
        self._again = again

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes one phase of one test."""
        output = [
            [name, self._settled(text)] for name, text in report.sections if name.endswith(report.when or "")
        ]
        outcome = f"x{report.outcome}" if hasattr(report, "wasxfail") else report.outcome
        phase = [report.when, outcome, self._settled(_message(report)), output]
        self.results.setdefault(report.nodeid, []).append(phase)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Picks the tests, in the order in which they ran."""
        if self._again is None:
            return
        order = {name: number for number, name in enumerate(json.loads(Path(self._again.tests).read_text()))}
        left = [item for item in items if item.nodeid not in order]
        if left:
            config.hook.pytest_deselected(items=left)
        items[:] = sorted(
            (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Hands the results over."""
        if self._again is not None and not hasattr(self._config, "workerinput"):
            Path(self._again.results).write_text(json.dumps(self.results))

    def _settled(self, text: str) -> str:
        """Without what differs from process to process."""
        base = getattr(self._config.option, "basetemp", None)  # known only once all options have been parsed
        if base:
            text = text.replace(os.path.abspath(base), "TMP")
        return _NUMBERED.sub("TMP", normalise(text))


def _message(report: pytest.TestReport) -> str:
    found: Any = report.longrepr
    if found is None:
        return ""
    if isinstance(found, tuple):
        return str(found[2])
    crash = getattr(found, "reprcrash", None)
    if crash is None:
        return str(found)
    return f"{crash.path}:{crash.lineno}: {crash.message}"


@final
class Verification:
    """Runs the tests of a session again when it ends, and holds the results against each other."""

    def __init__(self, config: pytest.Config, schedules: tuple[Schedule, ...]) -> None:
        self.recorder = Recorder(config)
        self._config = config
        self._schedules = schedules
        self._failures: list[str] = []
        self._unstable: list[str] = []
        self._troubles: list[str] = []
        self._runs = 0
        self._skipped = ""

    def run(self, session: pytest.Session) -> None:
        """Everything; a difference makes the session fail."""
        if session.exitstatus not in _FINISHED or not self.recorder.results:
            self._skipped = "no test has run" if not self.recorder.results else "the session was cut short"
            return
        with tempfile.TemporaryDirectory(prefix="xcs-verify-") as directory:
            tests = Path(directory) / "tests.json"
            tests.write_text(json.dumps(list(self.recorder.results)))
            plain = self._again(directory, "")
            if plain is not None:
                optimized = {"": self.recorder.results}
                for schedule in self._schedules:
                    found = self._again(directory, str(schedule))
                    if found is not None:
                        optimized[str(schedule)] = found
                self._compare(directory, plain, optimized)
        if (self._failures or self._troubles) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _again(self, directory: str, schedule: str) -> Results | None:
        """The results of one more run; `None`, and a line about the trouble, if there are none."""
        self._runs += 1
        results = Path(directory) / f"results-{self._runs}.json"
        again = Again(schedule, str(Path(directory) / "tests.json"), str(results))
        arguments = [str(each) for each in self._config.invocation_params.args if each != "--pdb"]
        arguments += ["--xcs-again", again.dump()]
        if getattr(self._config.option, "basetemp", None):
            arguments += ["--basetemp", str(Path(directory) / "tmp")]
        if self._config.pluginmanager.has_plugin("_cov"):
            arguments.append("--no-cov")
        done = subprocess.run(
            [sys.executable, *_flags(), "-m", "pytest", *arguments],
            cwd=self._config.invocation_params.dir,
            env={**os.environ, **({"XCS_AST_ENABLED": "0"} if again.plain else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode in (*_FINISHED, pytest.ExitCode.NO_TESTS_COLLECTED) and results.exists():
            found: Results = json.loads(results.read_text())
            return found
        last = (done.stdout.strip().splitlines() or ["without a word"])[-1]
        self._troubles.append(f"{_called(schedule)} ended with status {done.returncode}: {last}")
        return None

    def _compare(self, directory: str, plain: Results, optimized: Mapping[str, Results]) -> None:
        suspects = {test for found in optimized.values() for test in _differing(plain, found)}
        if not suspects:
            return
        second = self._again(directory, "")
        unstable = set() if second is None else set(_differing(plain, second))
        self._unstable = [test for test in plain if test in suspects and test in unstable]
        for schedule, found in optimized.items():
            for test in _differing(plain, found):
                if test not in unstable:
                    self._failures.append(_described(test, schedule, plain.get(test), found.get(test)))

    def tell(self, reporter: Any) -> None:
        """The result."""
        if self._skipped:
            reporter.line(f"xcs: not verified: {self._skipped}", yellow=True)
            return
        for line in self._troubles:
            reporter.line(f"xcs: not verified: {line}", red=True)
        if self._failures:
            reporter.section("xcs: different from plain Python", red=True)
            for text in self._failures[:_SHOWN]:
                reporter.line(text)
            if len(self._failures) > _SHOWN:
                reporter.line(f"... and {len(self._failures) - _SHOWN} more")
        for test in self._unstable:
            reporter.line(f"xcs: cannot be compared, as two plain runs of it differ: {test}", yellow=True)
        if not self._failures and not self._troubles:
            tests = len(self.recorder.results) - len(self._unstable)
            how = _among([str(each) for each in self._schedules])
            reporter.line(
                f"xcs: verified: {tests} {'test has' if tests == 1 else 'tests have'} "
                f"the same outcome and output plainly and optimized{how}",
                green=True,
            )


def _flags() -> Iterable[str]:
    """The options of this interpreter, for another one."""
    return subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined, no-any-return]


def _differing(one: Results, two: Results) -> list[str]:
    return [test for test in {**one, **two} if one.get(test) != two.get(test)]


def _among(schedules: list[str]) -> str:
    if len(schedules) < 2:
        return "".join(f", also under the schedule {each}" for each in schedules)
    return f", also under the schedules {', '.join(schedules[:-1])} and {schedules[-1]}"


def _called(schedule: str) -> str:
    return f"the run under the schedule {schedule}" if schedule else "the plain run"


def _described(test: str, schedule: str, plain: list[Phase] | None, found: list[Phase] | None) -> str:
    where = f" (schedule {schedule})" if schedule else ""
    lines = [f"{test}{where}"]
    if plain is None or found is None:
        missing, other = ("plainly", "optimized") if plain is None else ("optimized", "plainly")
        return "\n".join([*lines, f"    ran {other} only, not {missing}"])
    for one, two in zip(plain, found, strict=False):
        if one[:3] != two[:3]:
            lines += [f"    {one[0]}, plain: {_brief(one)}", f"    {two[0]}, optimized: {_brief(two)}"]
        elif one[3] != two[3]:
            lines += [f"    {one[0]}, plain: {_cut(one[3])}", f"    {two[0]}, optimized: {_cut(two[3])}"]
    if len(plain) != len(found):
        lines.append(f"    {len(plain)} phases plainly, {len(found)} optimized")
    return "\n".join(lines)


def _brief(phase: Phase) -> str:
    return f"{phase[1]}{f' ({_cut(phase[2])})' if phase[2] else ''}"


def _cut(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = text.replace("\n", "\\n")
    return text if len(text) <= _CUT else f"{text[:_CUT]}..."
