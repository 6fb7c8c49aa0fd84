"""The import hook: modules of the user's choice are optimized as they are imported."""

from __future__ import annotations

import sys
from _thread import allocate_lock
from types import TracebackType

from xcs_ast.hook.finder import Finder
from xcs_ast.hook.scope import Names, Scope
from xcs_ast.native import Final, Self, final, use_own

use_own(globals())

__all__ = ["ImportHook", "install", "install_import_hook", "this_package"]

_lock: Final = allocate_lock()
_packages: Final[dict[str, ImportHook]] = {}


@final
class ImportHook:
    """An installed hook. `uninstall` takes it out; as a context manager it takes itself out."""

    __slots__ = ("_finder",)

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    @property
    def installed(self) -> bool:
        """Whether imports still pass it."""
        return any(each is self._finder for each in sys.meta_path)

    def uninstall(self) -> None:
        """Takes the hook out; modules that are loaded stay as they are. A second call does nothing."""
        with _lock:
            for position, each in enumerate(sys.meta_path):
                if each is self._finder:
                    del sys.meta_path[position]
                    return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.uninstall()


def install(scope: Scope, *, loud: bool = True) -> ImportHook:
    """Puts a finder for a scope in front of all others."""
    finder = Finder(scope, loud=loud)
    with _lock:
        sys.meta_path.insert(0, finder)
    return ImportHook(finder)


def install_import_hook(*names: str) -> ImportHook:
    """Optimizes the modules with these names, and all below them, from now on.

    A name may be a pattern (`mypkg.*.workers`). Modules with a line `# xcs: optimize` at their top are
    optimized without being named. Modules that are loaded already stay as they are.

    Raises:
        TypeError: a name is not a string.
        ValueError: a name is empty or relative.
    """
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"a module's name must be a string, not {type(name).__name__}")
        if not name or name.startswith("."):
            raise ValueError(f"not the absolute name of a module: {name!r}")
    return install(Names(names))


def this_package() -> ImportHook:
    """Optimizes the package whose `__init__` calls this: everything of it that is imported afterwards.

    Raises:
        RuntimeError: the caller is not a module of a package.
    """
    namespace = sys._getframe(1).f_globals
    name = namespace.get("__name__") if "__path__" in namespace else namespace.get("__package__")
    if not isinstance(name, str) or not name:
        raise RuntimeError("this_package() must be called at the top of a package's __init__.py")
    known = _packages.get(name)
    if known is None or not known.installed:
        known = _packages[name] = install(Names((name,)))
    return known
