"""Rewritten code on disk: where it lies, what it is keyed by, how it is read and written.

The files are ordinary `.pyc` files beside Python's own, under a tag of ours:
`__pycache__/name.cpython-311.opt-xcs<digest>.pyc`. The digest covers our version, the frontend that
wrote the code, and the options. What belongs to the code (source digest, facts of the sites) travels as the
last constant of the module's code object, so that the import system reads and writes the files itself.

Guarantees: nothing here raises on a bad, stale, missing or unwritable file; files are replaced atomically;
`-B`, `-O`, `PYTHONDONTWRITEBYTECODE` and `PYTHONPYCACHEPREFIX` mean what they mean to Python.
Assumes: nobody else writes files under our tag. Any thread may call anything at any time.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
from importlib.machinery import SourceFileLoader
from types import CodeType

from xcs_ast._version import __version__
from xcs_ast.native import Any, Final, final, use_own

use_own(globals())

__all__ = [
    "Payload",
    "attach",
    "cache_path",
    "detach",
    "disable",
    "is_packed",
    "load",
    "source_digest",
    "store",
    "tag",
    "tagged",
]

_FORMAT: Final = 3
_MARK: Final = "<xcs payload>"
_KEY: Final = 0x786373
_HEADER: Final = 16
_WRITERS: Final = ("frontend", "pipeline.py", "activation.py", "ir/sites.py", "source/trees.py")
"""Whatever decides what rewritten code looks like; a change there changes the tag."""
_tags: dict[str, str] = {}
_off = False


def disable() -> None:
    """From now on nothing is read from disk or written to it."""
    global _off
    _off = True


def enabled() -> bool:
    """Whether rewritten code is kept on disk."""
    return not _off


def source_digest(source: bytes) -> str:
    """A short digest of a file's content: what `source.lookup.digest_of` computes, without its imports."""
    from importlib._bootstrap_external import MAGIC_NUMBER

    return _imp.source_hash(int.from_bytes(MAGIC_NUMBER, "little"), source).hex()


def _writers_digest() -> bytes:
    """Which sources the frontend has, so that no version of it reads the cache of another.

    Sizes and times tell, as they do for Python's own bytecode: reading three dozen files would take more time
    than all else that a start from the cache does of its own.
    """
    here = os.path.dirname(__file__)
    parts: list[str] = []
    for name in _WRITERS:
        path = os.path.join(here, *name.split("/"))
        try:
            if name.endswith(".py"):
                found = [(name, os.stat(path))]
            else:
                with os.scandir(path) as entries:
                    found = [(each.name, each.stat()) for each in entries if each.name.endswith(".py")]
        except OSError:  # frozen or zipped: the version alone has to do
            continue
        parts += sorted(f"{each} {status.st_size} {status.st_mtime_ns}" for each, status in found)
    return "\n".join(parts).encode()


def tag(variant: str = "") -> str:
    """What is appended to the optimization tag; `variant` names another tool that has a hand in the code."""
    found = _tags.get(variant)
    if found is None:
        text = f"{__version__}|{_FORMAT}|{variant}".encode()
        found = _tags[variant] = "xcs" + _imp.source_hash(_KEY, text + _writers_digest()).hex()
    return found


def tagged(bytecode_path: str, variant: str = "") -> str:
    """Our name for what Python would keep at `bytecode_path`."""
    stem, suffix = os.path.splitext(bytecode_path)
    optimized = ".opt-" in os.path.basename(stem)
    return f"{stem}{'' if optimized else '.opt-'}{tag(variant)}{suffix}"


def cache_path(filename: str, variant: str = "") -> str | None:
    """Where the rewritten code of a source file is kept; `None` where Python keeps no bytecode at all."""
    from importlib._bootstrap_external import cache_from_source

    if _off:
        return None
    try:
        return tagged(cache_from_source(filename), variant)
    except NotImplementedError:
        return None


@final
class Payload:
    """What travels with rewritten code: the digest of its source, the facts of its sites, their places.

    `places` says where the sites' constants are (`runtime.binding`). The facts are read when one is needed.
    """

    __slots__ = ("_dumped", "_facts", "_hash", "count", "digest", "places")

    def __init__(self, digest: str, facts: tuple[tuple[Any, ...], ...], places: tuple[Any, ...] = ()) -> None:
        self.digest: Final = digest
        self.places: Final = places
        self.count: Final = len(facts)
        self._facts: tuple[tuple[Any, ...], ...] | None = facts
        self._dumped = marshal.dumps(facts)
        self._hash = _imp.source_hash(_KEY, self._dumped)

    @property
    def facts(self) -> tuple[tuple[Any, ...], ...]:
        """The facts, by site."""
        if self._facts is None:
            self._facts = marshal.loads(self._dumped)
        return self._facts

    def check(self) -> None:
        """Sees to it that the facts can be read later.

        Raises:
            ValueError: they are damaged.
        """
        if _imp.source_hash(_KEY, self._dumped) != self._hash:
            raise ValueError("what travelled with the code is damaged")

    def dump(self) -> tuple[Any, ...]:
        """As `load` takes it."""
        return _MARK, _FORMAT, self.digest, self.places, self.count, self._dumped, self._hash

    @classmethod
    def load(cls, constant: tuple[Any, ...]) -> Payload:
        """The inverse of `dump`."""
        new = cls.__new__(cls)
        _, _, new.digest, new.places, new.count, new._dumped, new._hash = constant  # type: ignore[misc]
        new._facts = None
        return new


def attach(code: CodeType, payload: Payload) -> CodeType:
    """The module's code with the payload as its last constant."""
    return code.replace(co_consts=(*code.co_consts, payload.dump()))


def is_packed(code: CodeType) -> bool:
    """Whether a payload of ours is in the code."""
    last = code.co_consts[-1] if code.co_consts else None
    return type(last) is tuple and len(last) == 7 and last[0] == _MARK and last[1] == _FORMAT


def detach(code: CodeType) -> tuple[CodeType, Payload | None]:
    """The inverse of `attach`; the payload is `None` if there is none."""
    if not is_packed(code):
        return code, None
    return code.replace(co_consts=code.co_consts[:-1]), Payload.load(code.co_consts[-1])


def load(filename: str, source: bytes) -> CodeType | None:
    """The rewritten code (with its payload) kept for exactly this source, or `None`."""
    from importlib._bootstrap_external import MAGIC_NUMBER

    path = cache_path(filename)
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            data = file.read()
        if data[:4] != MAGIC_NUMBER:
            return None
        code = marshal.loads(memoryview(data)[_HEADER:])
        if not isinstance(code, CodeType):
            return None
        payload = detach(code)[1]
    except Exception:  # bad data may come to nearly anything: even to a `SystemError`
        return None
    if payload is None or payload.digest != source_digest(source):
        return None
    _imp._fix_co_filename(code, filename)  # type: ignore[attr-defined]
    return code


def store(filename: str, source: bytes, code: CodeType) -> None:
    """Keeps rewritten code (with its payload), in the format that the import system reads too."""
    from importlib._bootstrap_external import MAGIC_NUMBER

    path = cache_path(filename)
    if path is None or sys.dont_write_bytecode:
        return
    try:
        status = os.stat(filename)
    except OSError:
        return
    if status.st_size != len(source):  # it has changed since it was read
        return
    words = (0, int(status.st_mtime) & 0xFFFFFFFF, len(source) & 0xFFFFFFFF)
    header = MAGIC_NUMBER + b"".join(word.to_bytes(4, "little") for word in words)
    mode = (status.st_mode | 0o200) & 0o666
    SourceFileLoader("", filename).set_data(path, header + marshal.dumps(code), _mode=mode)
