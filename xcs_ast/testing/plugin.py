"""The pytest plugin: `pytest --xcs PKG` runs any suite with a package optimized.

Guarantees: without an option and without a marker nothing changes, and nothing of ours is loaded but this
module.
Assumes: pytest loads plugins before it loads any `conftest.py`, so that the hook comes before the imports.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xcs_ast.testing.regions import Access

_SESSION = "xcs-session"
_WANTED = ("xcs", "xcs_eager", "xcs_report", "xcs_verify", "xcs_schedule", "xcs_again")
_MARKER = "xcs(off=False, eager=False): run the test with nothing, or with all that is proven, running ahead"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("xcs", "xcs_ast: slow, independent calls run ahead")
    group.addoption(
        "--xcs",
        action="append",
        default=[],
        metavar="PKG[,PKG...]",
        help="optimize these packages (or modules, or patterns of names) as they are imported",
    )
    group.addoption(
        "--xcs-eager",
        action="store_true",
        help="run ahead in every region that is proven, whether it pays or not",
    )
    group.addoption(
        "--xcs-report",
        action="store_true",
        help="a table of the regions at the end: what ran ahead, and why not",
    )
    group.addoption(
        "--xcs-verify",
        action="store_true",
        help="run the tests plainly as well, in a process of its own, and fail where any outcome or output "
        "differs (implies --xcs-eager)",
    )
    group.addoption(
        "--xcs-schedule",
        action="append",
        default=[],
        metavar="NAME[,NAME...]",
        help="run the tests under an adversarial schedule: ahead, in-place, reverse, alternate, delay-one; "
        "with --xcs-verify, once more under each (or under `quick`, or `all` of them)",
    )
    group.addoption("--xcs-again", default=None, help=argparse.SUPPRESS)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Installs the import hook, before any `conftest.py` is imported."""
    _begin(early_config, early_config.known_args_namespace)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", _MARKER)
    _begin(config, config.option)  # where this plugin was loaded too late for the other place
    _step_aside(config)


def _begin(config: pytest.Config, options: argparse.Namespace) -> None:
    if any(getattr(options, name, None) for name in _WANTED) and not config.pluginmanager.has_plugin(
        _SESSION
    ):
        from xcs_ast.testing import session

        config.pluginmanager.register(session.begin(config, options), _SESSION)


def _step_aside(config: pytest.Config) -> None:
    """Lets typeguard check this very package, where it is told to: it wants to see it imported.

    What is loaded so far (nothing that does any work) is forgotten, so that it is imported anew when needed.
    """
    own = __name__.partition(".")[0]
    told = getattr(config.option, "typeguard_packages", None)
    if told is None and config.pluginmanager.has_plugin("typeguard"):
        told = ",".join(config.getini("typeguard-packages") or ())
    if not told or own not in [each.strip() for each in told.split(",")]:
        return
    loaded = [name for name in sys.modules if name.partition(".")[0] == own]
    if set(loaded) <= {own, f"{own}._version", __package__, __name__}:
        for name in loaded:
            del sys.modules[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Puts the marker into force, for the test and its fixtures."""
    if item.get_closest_marker("xcs") is None:
        return (yield)
    from xcs_ast.testing.session import as_marked

    with as_marked(item):
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses a marker that says what markers cannot say."""
    for item in items:
        if item.get_closest_marker("xcs") is not None:
            from xcs_ast.testing.session import options_of

            options_of(item)


@pytest.fixture
def xcs() -> Access:
    """The regions that this test has entered: `xcs.regions()`, `xcs.tasks_ahead`, `xcs.assert_equivalent`."""
    from xcs_ast.testing.regions import Access

    return Access()
