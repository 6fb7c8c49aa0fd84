"""`doctor`: what one asks first when something is not as it should be."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator

from xcs_ast import cache
from xcs_ast._version import __version__

__all__ = ["doctor"]


def doctor() -> int:
    """Prints versions, configuration and the place of the cache; the status is 1 if something is wrong."""
    problems: list[str] = []
    for line in _lines(problems):
        sys.stdout.write(line + "\n")
    for problem in problems:
        sys.stderr.write(f"problem: {problem}\n")
    return 1 if problems else 0


def _lines(problems: list[str]) -> Iterator[str]:
    yield f"xcs_ast      {__version__} ({os.path.dirname(os.path.dirname(os.path.abspath(__file__)))})"
    yield f"python       {platform.python_version()} {platform.python_implementation()} ({sys.executable})"
    yield f"threads      {'free' if _is_free_threaded() else 'with the global interpreter lock'}"
    yield f"libcst       {_version_of('libcst', problems)}"
    yield f"configured   {_configuration(problems)}"
    yield from _options()
    yield f"cache        {_cache()}"


def _is_free_threaded() -> bool:
    enabled = getattr(sys, "_is_gil_enabled", None)
    return enabled is not None and not enabled()


def _version_of(name: str, problems: list[str]) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        problems.append(f"{name} is not installed: nothing can be rewritten (pip install {name})")
        return "missing"


def _configuration(problems: list[str]) -> str:
    from xcs_ast import config
    from xcs_ast.errors import ConfigError

    try:
        config.load(os.getcwd())
    except ConfigError as error:
        problems.append(str(error))
    return (
        config.find_file(os.getcwd())
        or "by defaults (no [tool.xcs_ast] in a pyproject.toml above this directory)"
    )


def _options() -> Iterator[str]:
    from dataclasses import fields

    from xcs_ast import config
    from xcs_ast.errors import ConfigError

    try:
        options = config.load(os.getcwd())
    except ConfigError:
        return
    for field in fields(options):
        value = getattr(options, field.name)
        yield f"  {field.name} = {value!r}{'' if value == field.default else '  (changed)'}"


def _cache() -> str:
    if sys.dont_write_bytecode:
        return "not written (PYTHONDONTWRITEBYTECODE or -B)"
    path = cache.cache_path(os.path.join(os.getcwd(), "NAME.py"))
    return "none: this Python keeps no bytecode" if path is None else path
