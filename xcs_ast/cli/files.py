"""The files that a command is about: found, read, and refused with one clear line each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, final

from xcs_ast.diagnostics.codes_faces import NO_PYTHON_FILES, NOT_DECODABLE, NOT_FOUND, NOT_PARSEABLE
from xcs_ast.diagnostics.diagnostic import Diagnostic
from xcs_ast.source.spans import Span

__all__ = ["Refused", "SourceFile", "complain", "find_files", "read"]

_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist"})
_SUFFIXES: Final = (".py", ".pyw")


@final
@dataclass(frozen=True, slots=True)
class Refused:
    """An input that could not be handled, and why."""

    path: str
    problem: Diagnostic


@final
@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that Python accepts. `text` has the file's own newlines, and no byte order mark."""

    path: str
    data: bytes
    text: str
    encoding: str

    def encode(self, text: str) -> bytes:
        """Another text, in the file's own encoding (with its byte order mark, if it has one)."""
        return text.encode(self.encoding)


def find_files(paths: Iterable[str]) -> Iterator[str | Refused]:
    """The Python files meant by the given paths, each once: files as they are named, directories walked."""
    seen: set[str] = set()
    for path in paths:
        if os.path.isdir(path):
            found = False
            for each in _walk(path):
                found = True
                if not _known(each, seen):
                    yield each
            if not found:
                yield Refused(path, Diagnostic(NO_PYTHON_FILES, "no Python files in this directory"))
        elif not os.path.exists(path):
            yield Refused(path, Diagnostic(NOT_FOUND, "no such file or directory"))
        elif not _known(path, seen):
            yield path


def _known(path: str, seen: set[str]) -> bool:
    real = os.path.realpath(path)
    if real in seen:
        return True
    seen.add(real)
    return False


def _walk(top: str) -> Iterator[str]:
    for directory, names, files in os.walk(top):
        names[:] = sorted(name for name in names if not _is_skipped(os.path.join(directory, name), name))
        yield from (os.path.join(directory, name) for name in sorted(files) if name.endswith(_SUFFIXES))


def _is_skipped(path: str, name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED or os.path.exists(os.path.join(path, "pyvenv.cfg"))


def read(path: str) -> SourceFile | Refused:
    """One file, if it can be read, decoded and compiled."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        return Refused(path, Diagnostic(NOT_FOUND, f"cannot be read: {error.strerror}"))
    import io
    import tokenize

    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError) as error:
        return Refused(path, Diagnostic(NOT_DECODABLE, f"cannot be decoded: {_first_line(error)}"))
    import warnings

    try:
        with warnings.catch_warnings():  # we are alone in this process
            warnings.simplefilter("ignore")
            compile(data, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        line, column = error.lineno or 1, max(error.offset or 1, 1) - 1
        problem = Diagnostic(
            NOT_PARSEABLE, f"cannot be parsed: {error.msg}", Span(path, line, column, line, column)
        )
        return Refused(path, problem)
    except (ValueError, RecursionError, MemoryError) as error:
        return Refused(path, Diagnostic(NOT_PARSEABLE, f"cannot be parsed: {_first_line(error)}"))
    return SourceFile(path, data, text, encoding)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def complain(refused: Refused) -> None:
    """One line on stderr."""
    problem = refused.problem
    where = str(problem.span) if problem.span is not None else refused.path
    sys.stderr.write(f"{where}: {problem.code} {problem.message}\n")
