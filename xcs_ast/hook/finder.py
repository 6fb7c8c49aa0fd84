"""The finder: asks the finders behind it, and has the loader that they return optimize.

Guarantees: modules outside its scope, and whatever is no plain source file, are found and loaded as if it
were not there. It holds no state that changes, so threads may import at will.
Assumes: `sys.meta_path` is as Python documents it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourceFileLoader, SourcelessFileLoader
from types import ModuleType

from xcs_ast import activation, cache
from xcs_ast.hook.loader import OptimizingLoader, optimizing
from xcs_ast.hook.scope import Scope
from xcs_ast.native import Any, Final, final, use_own

use_own(globals())

__all__ = ["Finder"]

_REWRITING_HOOKS: Final = ("typeguard", "beartype", "jaxtyping")
"""Top-level packages whose finders go straight to the path finder, past those in between."""


@final
class Finder:
    """Stands first in `sys.meta_path` for the modules of a scope."""

    __slots__ = ("_loud", "_scope", "_told")

    def __init__(self, scope: Scope, *, loud: bool = True) -> None:
        """`loud`: warn, besides noting it, when another hook displaces this one."""
        self._scope = scope
        self._loud = loud
        self._told = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the finders behind this one return, with an optimizing loader where it is wanted."""
        if activation.is_compiling() or not self._scope.may_want(fullname):
            return None
        spec = self._ask(fullname, path, target)
        if spec is None or spec.origin is None or not spec.has_location:
            return spec
        if self._scope.wants(fullname, spec.origin):
            self._adopt(spec)
        return spec

    def invalidate_caches(self) -> None:
        """Nothing is cached here."""

    def _ask(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in self._behind():
            find = getattr(finder, "find_spec", None)
            if find is None:  # a finder of the old kind: its turn comes when we say that we know nothing
                return None
            found: ModuleSpec | None = find(fullname, path, target)
            if found is not None:
                return found
        return None

    def _behind(self) -> Iterator[Any]:
        seen = False
        for finder in tuple(sys.meta_path):
            if seen:
                yield finder
            elif finder is self:
                seen = True
            elif not self._told and _module_of(finder).partition(".")[0] in _REWRITING_HOOKS:
                self._tell(finder)

    def _tell(self, finder: object) -> None:
        self._told = True
        message = (
            f"{type(finder).__qualname__} was installed after the import hook of xcs_ast and answers before "
            "it: the modules of both stay as they are"
        )
        suggestion = "install the hook of xcs_ast last"
        _note("DISPLACED_HOOK", message, suggestion=suggestion)
        if self._loud:
            import warnings

            warnings.warn(f"{message}; {suggestion}", RuntimeWarning, stacklevel=2)

    def _adopt(self, spec: ModuleSpec) -> None:
        loader = spec.loader
        assert spec.origin is not None
        if isinstance(loader, OptimizingLoader | ExtensionFileLoader | SourcelessFileLoader):
            return
        if isinstance(loader, SourceFileLoader):
            spec.loader = mine = optimizing(loader)
            spec.cached = cache.cache_path(spec.origin, mine.variant)
            return
        if _module_of(loader) == "zipimport":
            _note("ZIP_IMPORT", f"{spec.name} comes out of an archive and stays plain", spec.origin)
        else:
            kind = type(loader).__qualname__
            _note("FOREIGN_LOADER", f"{spec.name} is loaded by {kind} and stays plain", spec.origin)


def _note(code: str, message: str, filename: str | None = None, suggestion: str = "") -> None:
    from xcs_ast.diagnostics import codes_faces
    from xcs_ast.diagnostics.diagnostic import Diagnostic
    from xcs_ast.diagnostics.notices import record
    from xcs_ast.source.spans import Span

    span = None if filename is None else Span(filename, 1, 0, 1, 0)
    record(Diagnostic(getattr(codes_faces, code), message, span, suggestion=suggestion))


def _module_of(finder: object) -> str:
    owner = finder if isinstance(finder, type) else type(finder)
    return owner.__module__ or ""
