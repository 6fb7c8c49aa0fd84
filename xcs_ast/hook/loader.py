"""The loader: the one that would have loaded the module, with our compilation and our cache file.

Guarantees: nothing is patched; only `get_data` and `set_data` of one loader know that the bytecode lies
under another name, so other loaders, other threads, `-O`, `-B` and prefixes are as ever. The code that
another tool's loader makes (typeguard, beartype) is never filed as ours alone. Tracebacks of failing imports
look as they always do. Assumes: the loader is a `SourceFileLoader` or derives from it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType

from xcs_ast import activation, cache
from xcs_ast.native import Any, Final, use_own

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    import ast

    from xcs_ast.pipeline import Compiled

__all__ = ["OptimizingLoader", "is_own_code", "optimizing"]

_IMPORT_SYSTEM: Final = "<frozen importlib._bootstrap_external>"


class OptimizingLoader(SourceFileLoader):
    """A source loader that compiles through our pipeline. Other tools' loaders are mixed in behind it."""

    variant = ""
    """Tells apart the cache of code that another loader has a hand in."""
    keep = True
    """Whether what was compiled last may be cached."""
    afresh = False
    """Whether to look past the cache."""

    def _ours(self, path: str) -> str:
        name = os.path.basename(path)
        stem = os.path.splitext(os.path.basename(self.path))[0]
        if name.startswith(f"{stem}.{sys.implementation.cache_tag}") and name.endswith(".pyc"):
            return cache.tagged(path, self.variant)
        return path

    def get_data(self, path: str) -> bytes:
        """As ever; Python's own bytecode path stands for ours.

        Raises:
            OSError: as ever; and for bytecode, when the cache is switched off or was found damaged.
        """
        ours = self._ours(path)
        if ours is not path and (self.afresh or not cache.enabled()):
            raise FileNotFoundError(path)
        return super().get_data(ours)

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """As ever; Python's own bytecode path stands for ours."""
        ours = self._ours(path)
        if ours is path or (self.keep and cache.enabled()):
            super().set_data(ours, data, _mode=_mode)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        """The rewritten code of a module, packed for the cache."""
        plain = super().source_to_code(data, path)
        if not isinstance(data, bytes):  # a tree or a text that somebody else made: not ours to rewrite
            return plain
        where = os.fspath(path)
        try:
            from xcs_ast import pipeline
        except Exception as error:  # the program has done something to the import system
            self.keep = False
            activation.note_failure(f"{where} runs as plain Python", error, where)
            return plain
        if self.variant:
            compiled = _jointly(super().source_to_code, data, where, plain)
        else:
            compiled = pipeline.compile_module(data, where, plain=plain)
        self.keep = compiled.keep
        return compiled.code

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code with live sites; its plain code where that fails."""
        damaged = False
        try:
            try:
                code = super().get_code(fullname)
            except (EOFError, ValueError, TypeError, ImportError, SystemError, MemoryError):
                damaged = True
            if damaged:  # or it is the source that cannot be compiled, and will not be now
                self.afresh = True
                code = super().get_code(fullname)
        except BaseException as error:
            _take_out_own_frames(error)
            raise
        if code is None or not cache.is_packed(code):
            return code
        try:
            return activation.activate(code, self.path, alone=not self.variant)
        except Exception as error:
            activation.note_failure(f"{self.path} runs as plain Python", error, self.path)
        return super().source_to_code(self.get_data(self.path), self.path)


def _jointly(lower: Callable[..., CodeType], data: bytes, path: str, plain: CodeType) -> Compiled:
    """Has another tool's loader compile our tree; where it wants nothing but bytes, it has its way."""

    def compile_tree(tree: ast.Module) -> CodeType:
        return lower(tree, path)

    from xcs_ast import pipeline
    from xcs_ast.diagnostics import codes_faces, notices
    from xcs_ast.diagnostics.diagnostic import Diagnostic

    compiled = pipeline.compile_module(data, path, plain=plain, lower=compile_tree)
    if any(each.code == codes_faces.REWRITE_FAILED for each in compiled.diagnostics):
        message = f"{path} stays plain: another import hook compiles it from its text"
        suggestion = "leave the module out of one of the two hooks"
        notices.record(Diagnostic(codes_faces.FOREIGN_LOADER, message, suggestion=suggestion))
    return compiled


_classes: dict[type[SourceFileLoader], type[OptimizingLoader]] = {SourceFileLoader: OptimizingLoader}


def optimizing(loader: SourceFileLoader) -> OptimizingLoader:
    """The same loader, optimizing."""
    kind = type(loader)
    found = _classes.get(kind)
    if found is None:
        names = {"variant": f"{kind.__module__}.{kind.__qualname__}", "__module__": __name__}
        found = _classes[kind] = type(f"Optimizing{kind.__name__}", (OptimizingLoader, kind), names)
    new: OptimizingLoader = found.__new__(found)
    new.__dict__.update(loader.__dict__)
    return new


def _take_out_own_frames(error: BaseException) -> None:
    """Where a module is imported by `import_module`, Python shows the import system's frames, and so ours.

    The frame of `get_code`, which is the first, is put back by nobody: it is what re-raises.
    """
    trace = error.__traceback__
    while trace is not None and is_own_code(trace.tb_frame.f_code):
        trace = trace.tb_next
    error.__traceback__ = trace
    while trace is not None:
        while trace.tb_next is not None and is_own_code(trace.tb_next.tb_frame.f_code):
            trace.tb_next = trace.tb_next.tb_next
        trace = trace.tb_next


def _hide(function: Callable[..., Any]) -> None:
    """Lets the import system take a function's frames for its own, which it cuts out of tracebacks."""
    assert isinstance(function, FunctionType)
    function.__code__ = function.__code__.replace(co_filename=_IMPORT_SYSTEM)


for _each in (OptimizingLoader.get_data, OptimizingLoader.source_to_code, OptimizingLoader.get_code):
    _hide(_each)
_HIDDEN: Final = frozenset(
    id(each.__code__)
    for each in (OptimizingLoader.get_data, OptimizingLoader.source_to_code, OptimizingLoader.get_code)
)


def is_own_code(code: CodeType) -> bool:
    """Whether a frame with this code is the loader's, though it passes for the import system's."""
    return id(code) in _HIDDEN
