"""`check`: one function on generated inputs, or generated programs, plainly and optimized.

Exit status: 0 the same, 1 different, 2 could not be tried.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TextIO, final

__all__ = ["check", "check_generated"]

_SAME, _DIFFERENT, _NOT_TRIED = 0, 1, 2
_EVERY: Final = 5.0
"""Seconds between two lines of progress, where the output is not a terminal."""
_PYTHON: Final = (".py", ".pyw")


class _Untried(Exception):
    """Why nothing could be tried, in one line."""


@final
@dataclass(frozen=True, slots=True)
class _Target:
    """A function, and what a script needs to say to get at its module."""

    name: str
    function: Callable[..., object]
    given: dict[str, Any]
    prelude: tuple[str, ...]


def check(
    target: str, *, examples: int = 100, seed: int = 0, schedules: str = "quick", save: str = ""
) -> int:
    """Tries one function, `package.module:name` or `path/to/file.py:name`; returns the exit status."""
    try:
        _need_hypothesis()
        found = _resolve(target)
        from xcs_ast.testing.schedules import ALL, QUICK
        from xcs_ast.testing.trial import NoInputs, try_function

        chosen = ALL if schedules == "all" else QUICK
        with _progress(f"of {examples} inputs") as progress:
            try:
                trial = try_function(
                    found.function,
                    given=found.given,
                    examples=examples,
                    seed=seed,
                    schedules=chosen,
                    progress=progress,
                )
            except NoInputs as error:
                why = str(error).replace("a strategy or a type hint", "a type hint")
                raise _Untried(f"no inputs can be made: {why}") from None
    except _Untried as error:
        sys.stderr.write(f"{target}: {error}\n")
        return _NOT_TRIED
    _write(_page(found, trial, seed, [str(each) for each in chosen]))
    if trial.unstable is not None:
        return _NOT_TRIED
    if trial.difference is None:
        return _SAME
    script = "\n".join([*found.prelude, trial.difference.script])
    if save:
        with open(save, "w", encoding="utf-8") as file:
            file.write(script)
        _write([f"The script {save} shows it."])
    else:
        _write(["This script shows it:", "", script])
    return _DIFFERENT


def _write(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines).rstrip("\n") + "\n")
    sys.stdout.flush()


def _need_hypothesis() -> None:
    if importlib.util.find_spec("hypothesis") is None:
        raise _Untried(
            "inputs are made by Hypothesis, which is not installed (pip install 'xcs_ast[testing]')"
        )


# ------------------------------------------------------------------------------------------------- the target


def _resolve(target: str) -> _Target:
    module_name, colon, name = target.rpartition(":")
    if not colon or not module_name or not name:
        raise _Untried("say which function: package.module:function or path/to/file.py:function")
    if module_name.endswith(_PYTHON) or os.sep in module_name or "/" in module_name:
        module, prelude = _from_file(module_name)
    else:
        if (here := os.getcwd()) not in sys.path:
            sys.path.insert(0, here)
        module, prelude = _imported(module_name), _paths(here)
    owner: Any = None
    found: Any = module
    for part in name.split("."):
        owner = found
        try:
            found = getattr(found, part)
        except AttributeError:
            raise _Untried(f"there is no {part!r} in {_name_of(owner)}{_meant(part, owner)}") from None
    if not callable(found) or isinstance(found, type):
        raise _Untried(
            f"{name} is {'a class' if isinstance(found, type) else 'no function'}: name a function"
        )
    return _Target(name, found, _receiver(owner, found), prelude)


def _name_of(owner: Any) -> str:
    return str(getattr(owner, "__name__", owner))


def _meant(part: str, owner: Any) -> str:
    import difflib

    near = difflib.get_close_matches(part, dir(owner), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _receiver(owner: Any, found: Any) -> dict[str, Any]:
    """For a method that is named through its class: instances, made by the hints of `__init__`."""
    if not isinstance(owner, type) or not hasattr(found, "__code__") or not found.__code__.co_argcount:
        return {}
    first = found.__code__.co_varnames[0]
    if isinstance(owner.__dict__.get(found.__name__), staticmethod):
        return {}
    from hypothesis import strategies as st

    return {first: st.from_type(owner)}


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise _Untried(f"{name} cannot be imported: {_one_line(error)}") from None


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")


def _paths(*directories: str) -> tuple[str, ...]:
    return ("import sys", *(f"sys.path.insert(0, {each!r})" for each in directories))


def _from_file(path: str) -> tuple[Any, tuple[str, ...]]:
    full = os.path.abspath(path)
    if not os.path.isfile(full):
        raise _Untried("there is no such file")
    directory, stem = os.path.dirname(full), os.path.splitext(os.path.basename(full))[0]
    parts = [] if stem == "__init__" else [stem]
    while os.path.exists(os.path.join(directory, "__init__.py")):
        directory, package = os.path.split(directory)
        parts.insert(0, package)
    if directory not in sys.path:
        sys.path.insert(0, directory)
    if len(parts) > 1 or stem == "__init__":
        return _imported(".".join(parts)), _paths(directory)
    # By its file: a module of that name may be loaded already, or come first on the path.
    name = stem if stem.isidentifier() and stem not in sys.modules else f"checked_{abs(hash(stem))}"
    spec = importlib.util.spec_from_file_location(name, full)
    if spec is None or spec.loader is None:
        raise _Untried("it is no Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise _Untried(f"it cannot be imported: {_one_line(error)}") from None
    return module, (
        "import importlib.util",
        *_paths(directory),
        f"spec = importlib.util.spec_from_file_location({name!r}, {full!r})",
        f"sys.modules[{name!r}] = module = importlib.util.module_from_spec(spec)",
        "spec.loader.exec_module(module)",
    )


# --------------------------------------------------------------------------------------------------- the page


def _page(target: _Target, trial: Any, seed: int, schedules: list[str]) -> list[str]:
    from xcs_ast.testing.regions import tabulated

    lines = [f"check {getattr(target.function, '__module__', '')}:{target.name}"]
    tried = f"{trial.inputs} before one that differs" if trial.difference else str(trial.inputs)
    raising = f", {trial.raising} of them raise" if trial.raising else ""
    lines.append(f"  inputs     {tried}{raising} (seed {seed})")
    lines.append(f"  schedules  {', '.join(schedules)}")
    ahead = [each for each in trial.regions if each.ahead]
    if trial.optimized or trial.regions:
        lines.append(f"  regions    {len(trial.regions)} entered, {len(ahead)} ran ahead")
    else:
        lines.append("  regions    none: plain Python either way")
    lines += [f"    {line}" for line in tabulated(trial.regions)]
    if not trial.optimized:
        lines += [f"    {each}" for each in _left_alone(target.function)]
    if trial.unstable is not None:
        lines.append("  result     NOT COMPARABLE: the function is not deterministic")
        lines.append(f"    {str(trial.unstable).replace(', optimized ', ', the second time ')}")
    elif trial.difference is not None:
        lines.append("  result     DIFFERENT from plain Python")
        message = str(trial.difference).partition("This script shows it:")[0]
        lines += [f"    {line}" for line in message.splitlines()]
    else:
        lines.append("  result     the same")
    return lines


def _left_alone(function: Any) -> list[str]:
    """Why there is no region in a function."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        return []
    from xcs_ast.frontend import plan_module

    try:
        with open(code.co_filename, encoding="utf-8") as file:
            plan = plan_module(file.read(), code.co_filename)
    except Exception:  # it is an extra
        return []
    lines = {line for _, _, line in code.co_lines() if line is not None}
    found = [each for each in plan.left_alone if each.span is not None and each.span.line in lines]
    return [str(each) for each in found]


# ----------------------------------------------------------------------------------------- generated programs


def check_generated(
    count: int, *, seed: int = 0, minutes: float = 0.0, schedules: str = "quick", jobs: int = 1
) -> int:
    """Tries generated programs: so many, or as many as there is time for; returns the exit status."""
    try:
        _need_hypothesis()
    except _Untried as error:
        sys.stderr.write(f"--generate: {error}\n")
        return _NOT_TRIED
    from xcs_ast.testing.campaign import SCHEDULES, Campaign
    from xcs_ast.testing.jobs import campaigns

    campaign = Campaign()
    end = time.monotonic() + minutes * 60 if minutes else None
    interrupted = False
    seeds = range(seed, seed + count) if count else itertools.count(seed)
    with _progress(f"of {count} programs" if count else "programs") as progress:
        try:
            with campaigns(seeds, SCHEDULES[schedules], jobs) as parts:
                for part in parts:
                    campaign.join(part)
                    differing = f"{len(campaign.failures)} differ" if campaign.failures else ""
                    progress(campaign.programs, differing)
                    if end is not None and time.monotonic() >= end:
                        break
        except KeyboardInterrupt:
            interrupted = True
    _write(_tally(campaign, seed, interrupted))
    if not campaign.failures:
        return 130 if interrupted else _SAME if campaign.programs else _NOT_TRIED
    smallest = campaign.smallest(min(campaign.failures, key=lambda each: len(each[1])))
    _write(["", "The smallest program that differs:", "", smallest])
    return _DIFFERENT


def _tally(campaign: Any, seed: int, interrupted: bool) -> list[str]:
    lines = [
        f"check --generate: {campaign}",
        f"  seeds      {seed} and following{', interrupted' * interrupted}",
    ]
    reasons = ", ".join(f"{code} {times}" for code, times in campaign.reasons.most_common(8))
    lines.append(f"  plain Python because of: {reasons or 'nothing'}")
    if campaign.unstable:
        seeds = ", ".join(map(str, campaign.unstable[:20]))
        lines.append(f"  not comparable (two plain runs differ): seeds {seeds}")
    for number, _, found in campaign.failures[:20]:
        lines.append(f"  DIFFERENT  seed {number}: {found[0]}")
    return lines


@contextmanager
def _progress(noun: str) -> Iterator[Callable[..., None]]:
    """Tells on stderr how far it is: one line, written over, on a terminal; now and then a line elsewhere."""
    stream: TextIO = sys.__stderr__ or sys.stderr
    terminal = stream.isatty()
    begun = last = time.monotonic()
    wrote = False

    def tell(done: int, more: str = "") -> None:
        nonlocal last, wrote
        now = time.monotonic()
        if now - last < (0.2 if terminal else _EVERY):
            return
        last, wrote = now, True
        text = f"{done} {noun} after {now - begun:.0f} s{', ' * bool(more)}{more}"
        stream.write(f"\r{text}\033[K" if terminal else f"{text}\n")
        stream.flush()

    try:
        yield tell
    finally:
        if wrote and terminal:
            stream.write("\r\033[K")
            stream.flush()
