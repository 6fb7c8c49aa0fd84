"""Where modelled things are found: names that differ from what objects report, and classes without a name.

Guarantees: importing this module imports nothing heavy. Assumes: CPython.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from importlib import import_module

from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = [
    "CHEAP",
    "COMPILED_FROM",
    "FILE_OF",
    "HOMES",
    "ON_WINDOWS",
    "UNNAMED",
    "hidden_types",
    "sample_of",
]

HOMES: Final[Mapping[str, str]] = {
    "_abc": "abc",
    "_bisect": "bisect",
    "_blake2": "hashlib",
    "_bz2": "bz2",
    "_codecs": "codecs",
    "_collections": "collections",
    "_collections_abc": "collections.abc",
    "_contextvars": "contextvars",
    "_csv": "csv",
    "_datetime": "datetime",
    "_decimal": "decimal",
    "_functools": "functools",
    "_hashlib": "hashlib",
    "_heapq": "heapq",
    "_io": "io",
    "_json": "json",
    "_locale": "locale",
    "_operator": "operator",
    "_pickle": "pickle",
    "_pydatetime": "datetime",
    "_queue": "queue",
    "_random": "random",
    "_socket": "socket",
    "_sqlite3": "sqlite3",
    "_ssl": "ssl",
    "_statistics": "statistics",
    "_string": "string",
    "_struct": "struct",
    "_thread": "threading",
    "_tracemalloc": "tracemalloc",
    "_typing": "typing",
    "_uuid": "uuid",
    "_warnings": "warnings",
    "_weakref": "weakref",
    "_weakrefset": "weakref",
    "_zoneinfo": "zoneinfo",
    "genericpath": "os.path",
    "json.decoder": "json",
    "json.encoder": "json",
    "json.scanner": "json",
    "nt": "os",
    "ntpath": "os.path",
    "pathlib._abc": "pathlib",
    "pathlib._local": "pathlib",
    "posix": "os",
    "posixpath": "os.path",
    "sqlite3.dbapi2": "sqlite3",
    "zoneinfo._common": "zoneinfo",
    "zoneinfo._tzpath": "zoneinfo",
}
"""Where the models of objects that report another `__module__` are kept."""

COMPILED_FROM: Final[Mapping[str, str]] = {"collections.abc": "_collections_abc"}
"""Modules whose functions were compiled under another name than that of `__module__`."""

FILE_OF: Final[Mapping[str, str]] = {"collections.abc": "collections"}
"""Modules whose models stand in the file of another one; else the file has the module's name."""

CHEAP: Final = frozenset(
    {
        "array", "base64", "calendar", "collections", "copy", "csv", "datetime", "decimal", "difflib",
        "fractions", "functools", "hashlib", "hmac", "http", "http.client", "io", "itertools", "json", "math",
        "operator", "pathlib", "queue", "random", "re", "string", "struct", "subprocess", "tempfile",
        "threading", "types", "urllib.error", "urllib.parse", "urllib.request", "uuid", "weakref", "zlib",
    }
)  # fmt: skip
"""Standard modules that `class_named` may import: importing them has no effect that anybody could tell."""

ON_WINDOWS: Final[Mapping[str, str]] = {
    "pathlib.PosixPath": "pathlib.WindowsPath",
    "pathlib.PurePosixPath": "pathlib.PureWindowsPath",
}
"""What the models of `pathlib` mean there."""


def _generator() -> object:
    yield


async def _coroutine() -> None:
    return None


def hidden_types() -> dict[str, type]:
    """Builtin types that no module names, under the names they give themselves."""
    coroutine = _coroutine()
    coroutine.close()
    samples: list[object] = [
        {}.keys(), {}.values(), {}.items(), iter({}), iter({}.values()), iter({}.items()),
        reversed({}), reversed({}.values()), reversed({}.items()),
        iter([]), reversed([]), iter(()), iter(""), iter("é"), iter(b""), iter(bytearray()), iter(set()),
        iter(range(0)), iter(range(1 << 70, 1 << 71)), iter(int, 0), iter(memoryview(b"")), _generator(),
        coroutine, _generator, len, [].append, type.__dict__["__dict__"], types, types.FunctionType.__code__,
        _generator.__code__, None, ..., NotImplemented, str.join, object.__str__, "".__str__,
        dict.__dict__["fromkeys"], types.MappingProxyType({}), _Odd().method, types.SimpleNamespace(),
        iter(_Sequence()),
    ]  # fmt: skip
    return {type(sample).__qualname__: type(sample) for sample in samples}


class _Odd:
    def method(self) -> None: ...


class _Sequence:
    def __getitem__(self, index: int) -> int:
        return index


UNNAMED: Final[Mapping[str, tuple[str, str]]] = {
    "hashlib.HASH": ("hashlib", "sha256"),
    "hashlib.HASHXOF": ("hashlib", "shake_128"),
    "threading.RLock": ("threading", "RLock"),
    "threading._local": ("threading", "local"),
    "threading.lock": ("threading", "Lock"),
    "zlib.Compress": ("zlib", "compressobj"),
    "zlib.Decompress": ("zlib", "decompressobj"),
}
"""Classes that no module names, and the callable that makes an instance."""


def sample_of(name: str) -> object:
    """An instance of one of the `UNNAMED` classes. Imports its module, which has no other effect."""
    module, maker = UNNAMED[name]
    return getattr(import_module(module), maker)()
