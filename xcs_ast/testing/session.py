"""One session of pytest with packages optimized: installs the hook, gathers what happened, tells it.

Guarantees: what was installed or set is taken back when the session is unconfigured.
Assumes: one session at a time in a process. With pytest-xdist each worker has a session of its own, and the
controller gathers what they found.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from typing import Any, Final, final

import pytest

import xcs_ast
from xcs_ast import config as settings
from xcs_ast.diagnostics.codes_crosscheck import UNFORESEEN
from xcs_ast.errors import ConfigError
from xcs_ast.testing.regions import Region, merged, rearm, regions, summary, tabulated
from xcs_ast.testing.schedules import ALL, QUICK, Order, Schedule, scheduled
from xcs_ast.testing.verifying import Again, Recorder, Verification

__all__ = ["Session", "as_marked", "begin", "options_of"]

_OWN: Final = __name__.partition(".")[0]
_KEY: Final = "xcs"
_MARKS: Final = ("off", "eager")


def begin(config: pytest.Config, options: argparse.Namespace) -> Session:
    """Installs what the options ask for.

    Raises:
        pytest.UsageError: they cannot be followed.
    """
    again = None if options.xcs_again is None else Again.load(options.xcs_again)
    names = _names(options.xcs)
    schedules = _schedules(options.xcs_schedule)
    verify = options.xcs_verify and again is None
    if again is not None:
        schedules = tuple(each for each in ALL if str(each) == again.schedule)
    elif len(schedules) > 1 and not verify:
        raise pytest.UsageError("--xcs-schedule: one at a time, or with --xcs-verify")
    if verify and not names:
        raise pytest.UsageError("--xcs-verify: name the packages to optimize with --xcs PKG")
    session = Session(config, options, () if again is not None and again.plain else names)
    try:
        settings.current()
        if again is None or not again.plain:
            order = Order.CHECKED if verify else Order.AHEAD
            eager = Schedule(order) if options.xcs_eager or options.xcs_verify else None
            session.install(eager if verify or not schedules else schedules[0])
    except ConfigError as error:
        session.close()
        raise pytest.UsageError(f"xcs_ast: {error}") from None
    except BaseException:
        session.close()
        raise
    if verify:
        session.verification = Verification(config, schedules)
        config.pluginmanager.register(session.verification.recorder, "xcs-recorder")
    if again is not None:
        config.pluginmanager.register(Recorder(config, again), "xcs-recorder")
    return session


def _names(given: list[str]) -> tuple[str, ...]:
    names = [name.strip() for each in given for name in each.split(",")]
    for name in names:
        parts = name.split(".")
        if not name or not all(part.isidentifier() or any(char in part for char in "*?[") for part in parts):
            hint = "give it as an import statement would" if name else "it is empty"
            raise pytest.UsageError(f"--xcs: {name!r} is not the name of a package or module: {hint}")
        if parts[0] == _OWN:
            raise pytest.UsageError(f"--xcs: {_OWN} does not optimize itself")
    return tuple(dict.fromkeys(names))


def _schedules(given: list[str]) -> tuple[Schedule, ...]:
    found: list[Schedule] = []
    for name in [name.strip() for each in given for name in each.split(",")]:
        match name:
            case "quick":
                found += QUICK
            case "all":
                found += ALL
            case _ if name in [order.value for order in Order]:
                found.append(Schedule(Order(name)))
            case _:
                known = ", ".join(["quick", "all", *(order.value for order in Order)])
                raise pytest.UsageError(f"--xcs-schedule: there is no {name!r}; there are {known}")
    return tuple(dict.fromkeys(found))


@final
@dataclass
class _Told:
    """What one process has to tell."""

    modules: set[str] = field(default_factory=set)
    """The modules that were optimized."""
    unmet: set[str] = field(default_factory=set)
    """The names for which nothing was imported."""
    plain: dict[str, str] = field(default_factory=dict)
    """Names for which modules were imported, none of them optimized; and why."""
    regions: list[Region] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        return {
            "modules": sorted(self.modules),
            "unmet": sorted(self.unmet),
            "plain": dict(self.plain),
            "regions": [each.dump() for each in self.regions],
            "notes": list(self.notes),
        }

    @staticmethod
    def load(data: dict[str, Any]) -> _Told:
        found = [Region.load(each) for each in data["regions"]]
        return _Told(set(data["modules"]), set(data["unmet"]), data["plain"], found, data["notes"])

    def join(self, other: _Told) -> _Told:
        """What two workers tell together."""
        modules = self.modules | other.modules
        plain = {
            name: why for name, why in {**self.plain, **other.plain}.items() if not _any_of(name, modules)
        }
        unmet = (self.unmet & other.unmet) - set(plain)
        notes = list(dict.fromkeys([*self.notes, *other.notes]))
        return _Told(modules, unmet, plain, merged([*self.regions, *other.regions]), notes)


@final
class Session:
    """The hooks of one session that has something to do."""

    def __init__(self, config: pytest.Config, options: argparse.Namespace, names: tuple[str, ...]) -> None:
        self._config = config
        self._names = names
        self._report = bool(options.xcs_report)
        self._hook: Any = None
        self._undo = contextlib.ExitStack()
        self._told: _Told | None = None
        self._schedule: Schedule | None = None
        self.verification: Verification | None = None

    def install(self, schedule: Schedule | None) -> None:
        """The hook, and the options that it needs.

        Raises:
            pytest.UsageError: a package has been imported already.
        """
        for name in self._names:
            self._refuse_if_imported(name)
        self._schedule = schedule
        if schedule is not None:
            self._undo.enter_context(scheduled(schedule))
        if self._names:
            self._hook = xcs_ast.install_import_hook(*self._names)

    def close(self) -> None:
        """Takes everything back."""
        if self._hook is not None:
            self._hook.uninstall()
        self._undo.close()

    def _refuse_if_imported(self, name: str) -> None:
        if any(char in name for char in "*?["):
            return
        loaded = [each for each in tuple(sys.modules) if each == name or each.startswith(f"{name}.")]
        if not loaded:
            return
        culprit = self._importer_of(name)
        raise pytest.UsageError(
            f"--xcs {name}: {loaded[0]} was imported before the import hook could be installed, so it would "
            f"run as plain Python{f' (the plugin {culprit} uses it)' if culprit else ''}. Import it from a "
            "conftest.py or a test, not from a plugin that is loaded by -p, PYTEST_PLUGINS or an entry point."
        )

    def _importer_of(self, name: str) -> str:
        for plugin_name, plugin in self._config.pluginmanager.list_name_plugin():
            for value in list(getattr(plugin, "__dict__", {}).values()):
                if _fits(name, _home(value)):
                    return plugin_name
        return ""

    # -- hooks ----------------------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """Goes in front of the hooks that other plugins have installed: the last to come is asked first."""
        if self._hook is not None:
            self._hook.uninstall()
            self._hook = xcs_ast.install_import_hook(*self._names)

    def pytest_report_header(self) -> list[str]:
        """What is optimized."""
        parts = [f"optimizing {', '.join(self._names)}"] if self._names else []
        if self._schedule is not None:
            parts.append(f"schedule {self._schedule}")
        return [f"xcs: {'; '.join(parts)}"] if parts else []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Gathers what this process has to tell; verifies."""
        told = self._gather()
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_KEY] = told.dump()
            return
        # A controller of workers has run no test: nobody asks for its part where they have told theirs.
        self._told = told if self._told is None else self._told
        if self.verification is not None:
            self.verification.run(session)
            if any(map(_refutes, self._told.notes)) and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Joins what a worker tells."""
        data = getattr(node, "workeroutput", {}).get(_KEY)
        if data is not None:
            told = _Told.load(data)
            self._told = told if self._told is None else self._told.join(told)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tells."""
        told = self._told
        if told is None or (not self._names and not self._report):
            return
        if self._report:
            terminalreporter.section("xcs regions")
            for line in tabulated(told.regions):
                terminalreporter.line(line)
            saved = sum(each.saved for each in told.regions)
            if saved > 0:
                terminalreporter.line(f"time saved: {saved:.3f} s")
            for note in told.notes:
                terminalreporter.line(f"note: {note}")
        count = len(told.modules)
        modules = f"{count} {'module' if count == 1 else 'modules'} optimized, " if self._names else ""
        terminalreporter.line(f"xcs: {modules}{summary(told.regions)}")
        for name in sorted(told.unmet):
            text = f"xcs: nothing was imported by the name {name}, so nothing of it was optimized"
            terminalreporter.line(text, yellow=True, bold=True)
        for name, why in sorted(told.plain.items()):
            terminalreporter.line(f"xcs: nothing of {name} was optimized: {why}", yellow=True, bold=True)
        for note in filter(_refutes, told.notes):
            terminalreporter.line(f"xcs: {note}", red=True, bold=True)
        if self.verification is not None:
            self.verification.tell(terminalreporter)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Takes everything back."""
        self.close()

    # -- what happened --------------------------------------------------------------------------------------

    def _gather(self) -> _Told:
        optimized, imported = _loaded()
        notes = _notes()
        told = _Told(optimized, set(), {}, regions(), [each for each in notes if not _expected(each)])
        past = sorted(
            each for each in imported - optimized if _any_fits(self._names, each) and _is_past_hook(each)
        )
        told.notes += [
            f"{each} was imported past the import hook (by pytest itself) and stays plain" for each in past
        ]
        for name in self._names:
            mine = [each for each in imported if _fits(name, each)]
            if not mine:
                told.unmet.add(name)
            elif not any(_fits(name, each) for each in optimized):
                told.plain[name] = next((each for each in notes if name in each), "it has no source file")
        return told


def _fits(name: str, module: str) -> bool:
    if any(char in name for char in "*?["):
        from fnmatch import fnmatchcase

        return fnmatchcase(module, name)
    return module == name or module.startswith(f"{name}.")


def _home(value: object) -> str:
    """The module that something is or comes from."""
    match value:
        case types.ModuleType():
            return value.__name__
        case type() | types.FunctionType():
            return str(value.__module__)
    return str(type(value).__module__)


def _any_fits(names: tuple[str, ...], module: str) -> bool:
    return any(_fits(name, module) for name in names)


def _is_past_hook(name: str) -> bool:
    """Whether Python's own loader has loaded a module that ours should have.

    `--import-mode=importlib` does that to the packages above a test.
    """
    loader = getattr(getattr(sys.modules.get(name), "__spec__", None), "loader", None)
    return type(loader) is SourceFileLoader


def _any_of(name: str, modules: set[str]) -> bool:
    return any(_fits(name, each) for each in modules)


def _loaded() -> tuple[set[str], set[str]]:
    """The names of the modules that were optimized, and of all."""
    home = sys.modules.get("xcs_ast.hook.loader")
    if home is None:
        return set(), set(sys.modules)
    optimized = set()
    for name, module in tuple(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if isinstance(loader, home.OptimizingLoader):
            optimized.add(name)
    return optimized, set(sys.modules)


def _notes() -> list[str]:
    module = sys.modules.get("xcs_ast.diagnostics.notices")
    return [] if module is None else [str(each) for each in module.recorded()]


def _refutes(note: str) -> bool:
    """Whether it is a defect of the analysis."""
    return f" {UNFORESEEN} " in f" {note}"


def _expected(note: str) -> bool:
    """Test modules below a package are pytest's to rewrite."""
    return "AssertionRewritingHook" in note


# ------------------------------------------------------------------------------------------------- the marker


def options_of(item: pytest.Item) -> dict[str, bool]:
    """What the markers of a test say; the closest one wins.

    Raises:
        pytest.UsageError: they say what they cannot say.
    """
    found: dict[str, bool] = {}
    for mark in item.iter_markers("xcs"):
        wrong = [name for name, value in mark.kwargs.items() if name not in _MARKS or type(value) is not bool]
        if mark.args or wrong:
            told = ", ".join([*map(repr, mark.args), *(f"{name}={mark.kwargs[name]!r}" for name in wrong)])
            raise pytest.UsageError(
                f"{item.nodeid}: @pytest.mark.xcs takes off=True or eager=True, not {told}"
            )
        for name, value in mark.kwargs.items():
            found.setdefault(name, value)
    return found


@contextlib.contextmanager
def as_marked(item: pytest.Item) -> Iterator[None]:
    """The options that a test's markers ask for, for the time of a `with` block."""
    found = options_of(item)
    if found.get("off"):
        # Eager besides, so that no region takes it for not paying.
        with settings.overridden(enabled=False, eager=True):
            yield
    elif found.get("eager"):
        rearm()
        with scheduled(Schedule(Order.AHEAD)):
            yield
    else:
        yield
