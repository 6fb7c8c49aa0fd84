"""Codes of the faces: the import hook, the decorator, the cache and the command line (XCS42x to XCS46x)."""

from __future__ import annotations

from xcs_ast.diagnostics.catalog import register
from xcs_ast.native import Final

__all__ = [
    "ALREADY_DECORATED",
    "DISPLACED_HOOK",
    "FOREIGN_LOADER",
    "NOTHING_TO_DO",
    "NOT_A_FUNCTION",
    "NOT_DECODABLE",
    "NOT_FOUND",
    "NOT_PARSEABLE",
    "NO_PYTHON_FILES",
    "NO_SOURCE_FILE",
    "REWRITE_FAILED",
    "SOURCE_CHANGED",
    "SWITCHED_OFF",
    "UNWRITABLE",
    "ZIP_IMPORT",
]

REWRITE_FAILED: Final = register(
    "XCS420", "rewrite-failed", "The module could not be rewritten; it runs as plain Python."
)
FOREIGN_LOADER: Final = register(
    "XCS421",
    "foreign-loader",
    "Another tool compiles the module in a way that ours cannot join; it stays plain.",
)
ZIP_IMPORT: Final = register(
    "XCS422",
    "zip-import",
    "The module comes out of an archive, where callees' sources are not read; it stays plain.",
)
DISPLACED_HOOK: Final = register(
    "XCS423", "displaced-hook", "An import hook installed after ours answers before it; install ours last."
)
NO_SOURCE_FILE: Final = register(
    "XCS430", "no-source-file", "The function's source is not in a file, so it runs as plain Python."
)
SOURCE_CHANGED: Final = register(
    "XCS431",
    "source-changed",
    "The function's code is not what its file says now, so it runs as plain Python.",
)
NOT_A_FUNCTION: Final = register(
    "XCS432",
    "not-a-function",
    "`jit` was given something that it does not optimize; it is returned as it is.",
)
ALREADY_DECORATED: Final = register(
    "XCS433",
    "already-decorated",
    "`jit` was given a wrapper; only the wrapper's own body could be optimized.",
)
NOTHING_TO_DO: Final = register("XCS434", "no-region", "The function holds no region that could run ahead.")
SWITCHED_OFF: Final = register("XCS435", "switched-off", "The function, or the whole tool, is switched off.")
NOT_FOUND: Final = register("XCS440", "no-such-file", "There is no file or directory of that name.")
NO_PYTHON_FILES: Final = register("XCS441", "no-python-files", "The directory holds no Python file.")
NOT_DECODABLE: Final = register(
    "XCS442", "not-decodable", "The file is not text in the encoding that it declares."
)
NOT_PARSEABLE: Final = register("XCS443", "not-parseable", "The file is not valid Python.")
UNWRITABLE: Final = register("XCS444", "not-writable", "The file could not be replaced.")
