"""Runs the slow, independent calls of ordinary sequential Python at the same time, and changes nothing else.

Importing this package loads next to nothing: every public name is loaded when it is first used.
"""

from __future__ import annotations

from xcs_ast._version import __version__

TYPE_CHECKING = (
    False  # type checkers know the name; importing `typing` would take ten times as long as all of this
)
if TYPE_CHECKING:
    from xcs_ast.config import configure
    from xcs_ast.decorator import jit
    from xcs_ast.effects.declare import off, ordered, pure, unordered
    from xcs_ast.hook import install_import_hook, this_package
    from xcs_ast.runtime import ahead, run_ahead

__all__ = [
    "__version__",
    "ahead",
    "configure",
    "install_import_hook",
    "jit",
    "off",
    "ordered",
    "pure",
    "run_ahead",
    "this_package",
    "unordered",
]

_HOMES = {
    "ahead": "xcs_ast.runtime",
    "configure": "xcs_ast.config",
    "install_import_hook": "xcs_ast.hook",
    "jit": "xcs_ast.decorator",
    "off": "xcs_ast.effects.declare",
    "ordered": "xcs_ast.effects.declare",
    "pure": "xcs_ast.effects.declare",
    "run_ahead": "xcs_ast.runtime",
    "this_package": "xcs_ast.hook",
    "unordered": "xcs_ast.effects.declare",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    if name in ("jit", "install_import_hook", "this_package"):
        from xcs_ast.report.text import report_if_wanted

        report_if_wanted()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
