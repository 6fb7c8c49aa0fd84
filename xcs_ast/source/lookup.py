"""The source of live functions: from a code object to its tree, or to nothing.

Guarantees: an answer is the tree that this very code object was compiled from: the text in the file, compiled
again, gives an equal code object (for modules that our own loader rewrote: the file is, byte for byte, the
one that was rewritten; for those that it loaded as they are: the same, and the code object is one of theirs).
No user code runs.
Assumes: the program does not forge code objects that equal others but stand for another text.
"""

from __future__ import annotations

import os
import sys
from _bisect import bisect_right
from collections.abc import Iterator
from importlib.util import source_hash
from types import CodeType

from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source import grammar as ast
from xcs_ast.source.nodes import children
from xcs_ast.source.quiet import quiet
from xcs_ast.source.rewritten import DIGESTS, LOADED

use_own(globals())

__all__ = [
    "FunctionNode",
    "FunctionSource",
    "digest_of",
    "find_function",
    "forget_sources",
    "read_file",
    "register_alias",
    "register_rewritten",
]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_FUTURE_MASK: Final = 0x1FFE000
"""The flags of `from __future__` imports in `co_flags`; the rest describes the code object itself."""
_CACHE_LIMIT: Final = 8_192
_FILE_LIMIT: Final = 256


@final
@dataclass(frozen=True, slots=True, eq=False)
class FunctionSource:
    """Where a function was written. `owner` is the innermost class around it, for private names."""

    node: FunctionNode
    filename: str
    owner: str | None


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A function's node, the classes around its outermost function, and that function's statement."""

    node: FunctionNode
    owner: str | None
    classes: tuple[ast.ClassDef, ...]
    unit: ast.stmt


@final
@dataclass(slots=True, eq=False)
class _File:
    """One parsed file."""

    filename: str
    stamp: object
    digest: str | None
    """Of the content, where it matters: of files that our loader knows."""
    tree: ast.Module
    index: dict[tuple[str, int], list[_Candidate]] | None = None
    """Every function; `None` until one without a name is looked for."""
    defined: dict[tuple[str, int], list[_Candidate]] = field(default_factory=dict)
    """What was found of the functions with a name that somebody asked for."""
    imports: list[ast.stmt] | None = None
    """The module's own imports; `None` until something is compiled."""
    units: dict[tuple[int, int], dict[tuple[str, int], list[CodeType]]] = field(default_factory=dict)


_files: dict[str, _File | None] = {}
_found: dict[int, tuple[CodeType, FunctionSource | None]] = {}
_aliases: dict[int, tuple[CodeType, CodeType]] = {}


def digest_of(data: bytes) -> str:
    """The digest of a file's content, as `register_rewritten` wants it."""
    return source_hash(data).hex()


def register_rewritten(filename: str, source_digest: str) -> None:
    """Tells that the code of `filename` was compiled from a rewriting of the content with this digest.

    Its functions are then found by name and line, as long as the file still has that content.
    """
    DIGESTS[filename] = source_digest
    _files.pop(filename, None)
    for key, (code, _) in tuple(_found.items()):
        if code.co_filename == filename:
            _found.pop(key, None)


def register_alias(code: CodeType, plain: CodeType) -> None:
    """Tells that `code` was rewritten from the function with the code `plain`: they share one source."""
    if len(_aliases) >= _CACHE_LIMIT:
        _aliases.clear()
    _aliases[id(code)] = (code, plain)
    _found.pop(id(code), None)


def forget_sources() -> None:
    """Drops everything that was read."""
    _files.clear()
    _found.clear()


def find_function(code: CodeType) -> FunctionSource | None:
    """The source of the function with this code, or `None` where there is none to be trusted."""
    known = _found.get(id(code))
    if known is not None and known[0] is code:
        return known[1]
    alias = _aliases.get(id(code))
    try:
        source = _find(alias[1] if alias is not None and alias[0] is code else code)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        source = None
    if len(_found) >= _CACHE_LIMIT:
        _found.clear()
    _found[id(code)] = (code, source)
    return source


def _find(code: CodeType) -> FunctionSource | None:
    file = _file(code.co_filename)
    if file is None:
        return None
    candidates = _candidates(file, code.co_qualname, code.co_firstlineno)
    loaded = LOADED.get(code.co_filename)
    if loaded is not None and len(candidates) == 1 and file.digest == loaded.digest and loaded.holds(code):
        return FunctionSource(candidates[0].node, code.co_filename, candidates[0].owner)
    for candidate in candidates:
        if code.co_filename in DIGESTS:
            matches = file.digest == DIGESTS[code.co_filename] and _fits(
                code, candidate.node, len(candidates)
            )
        else:
            matches = any(
                _same_code(code, other) and (len(candidates) == 1 or _fits(other, candidate.node, 2))
                for other in _compiled(file, candidate, code.co_flags & _FUTURE_MASK).get(
                    (code.co_qualname, code.co_firstlineno), ()
                )
            )
        if matches:
            return FunctionSource(candidate.node, code.co_filename, candidate.owner)
    return None


def _same_code(a: CodeType, b: CodeType) -> bool:
    if a == b:
        return True
    return (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and a.co_flags == b.co_flags
        and len(a.co_consts) == len(b.co_consts)
        and all(_same_constant(x, y) for x, y in zip(a.co_consts, b.co_consts, strict=True))
    )


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _same_code(a, b)
    return type(a) is type(b) and (a is b or repr(a) == repr(b))


def _fits(code: CodeType, node: FunctionNode, candidates: int) -> bool:
    """Whether `code` may stem from `node`, where several functions start on one line."""
    arguments = node.args
    names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names += [arg.arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    if not _same_names(code.co_varnames[: len(names)], names):
        return False
    if candidates == 1 or not isinstance(node, ast.Lambda):
        return True
    body = node.body
    place = (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset)
    return place in set(code.co_positions())


def _same_names(compiled: tuple[str, ...], written: list[str]) -> bool:
    """Whether names agree but for the mangling of private ones."""
    return len(compiled) == len(written) and all(
        a == b or (b.startswith("__") and a.endswith(b)) for a, b in zip(compiled, written, strict=True)
    )


# ------------------------------------------------------------------------------------------------- files


def _file(filename: str) -> _File | None:
    # Tasks ask at once, and whoever finds the table full empties it.
    file = _files.get(filename)
    if file is not None and file.stamp == _stamp(filename):
        return file
    if len(_files) >= _FILE_LIMIT:
        _files.clear()
    _files[filename] = file = _read(filename)
    return file


def read_file(filename: str, most: int) -> int:
    """Reads and parses a small file now; how many bytes it has, or 0 where it has more than `most`.

    It is looked up later as ever: if it has changed by then, it is read again.
    """
    try:
        size = os.stat(filename).st_size
        if size > most or _file(filename) is None:
            return 0
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    return size


def _line_cache(filename: str) -> Any:
    """What `linecache` knows of a file, if it has been imported: somebody may have told it of one."""
    return getattr(sys.modules.get("linecache"), "cache", {}).get(filename)


def _stamp(filename: str) -> object:
    try:
        status = os.stat(filename)
    except (OSError, ValueError):
        entry = _line_cache(filename)
        return (id(entry), len(entry)) if entry is not None else None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _read(filename: str) -> _File | None:
    stamp = _stamp(filename)
    if stamp is None:
        return None
    try:
        with open(filename, "rb") as stream:
            data = stream.read()
    except OSError:
        entry = _line_cache(filename)
        if entry is None or len(entry) < 4:
            return None
        data = "".join(entry[2]).encode()
    with quiet(filename):
        tree = ast.parse(data, filename)
    known = filename in DIGESTS or filename in LOADED
    return _File(filename, stamp, digest_of(data) if known else None, tree)


def _candidates(file: _File, name: str, line: int) -> list[_Candidate]:
    """The functions with this qualified name that start on this line."""
    if "<lambda>" in name:
        if file.index is None:
            file.index = _index(file.tree)
        return file.index.get((name, line), [])
    known = file.defined.get((name, line))
    if known is None:
        known = file.defined[name, line] = _defined(file.tree, name, line)
    return known


def _defined(tree: ast.Module, name: str, line: int) -> list[_Candidate]:
    """What `_index` has under a name that is not a lambda's, without looking at all the rest of the module.

    A `def` stands in a statement that has its line, never in an expression.
    """
    found: list[_Candidate] = []
    # The statements of a module stand in the order of their lines: only the last that has begun may have it.
    last = bisect_right(tree.body, line, key=_first_line)
    todo: list[tuple[ast.AST, str, str | None, tuple[ast.ClassDef, ...], ast.stmt | None]] = [
        (stmt, "", None, (), None) for stmt in tree.body[max(0, last - 1) : last]
    ]
    while todo:
        node, prefix, owner, classes, unit = todo.pop()
        if not _spans(node, line):
            continue
        kind = type(node)
        if kind is ast.ClassDef:
            assert isinstance(node, ast.ClassDef)
            prefix, owner = f"{prefix}{node.name}.", node.name
            classes = (*classes, node) if unit is None else classes
        elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            unit = unit or node
            if prefix + node.name == name and _first_line(node) == line:
                found.append(_Candidate(node, owner, classes, unit))
            prefix = f"{prefix}{node.name}.<locals>."
        todo += [(child, prefix, owner, classes, unit) for child in _statements(node)]
    return found


def _spans(node: ast.AST, line: int) -> bool:
    """Whether a statement, or a part of one that holds statements, reaches over a line."""
    end: int | None = getattr(node, "end_lineno", None)
    return end is None or _first_line(node) <= line <= end


def _first_line(node: ast.AST) -> int:
    """The line where a function's code begins: that of its first decorator, if it has any."""
    lines: list[int] = [node.lineno]  # type: ignore[attr-defined]
    lines += [each.lineno for each in getattr(node, "decorator_list", ())]
    return min(lines)


def _statements(node: ast.AST) -> list[ast.AST]:
    """The statements right inside another, and those parts of it that hold more."""
    found: list[ast.AST] = []
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        found += getattr(node, name, ())
    return found


def _imports(tree: ast.Module) -> list[ast.stmt]:
    """The imports of a module that stand in no function and no class."""
    found: list[ast.stmt] = []
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            if getattr(node, "module", "") != "__future__" and node.names[0].name != "*":
                found.append(node)
        elif not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            todo += _statements(node)
    return found


def _index(tree: ast.Module) -> dict[tuple[str, int], list[_Candidate]]:
    """Every function of a module by its qualified name and first line."""
    index: dict[tuple[str, int], list[_Candidate]] = {}
    # (node, prefix of qualified names, innermost class, classes around, outermost function's statement)
    todo: list[tuple[ast.AST, str, str | None, tuple[ast.ClassDef, ...], ast.stmt | None]] = [
        (stmt, "", None, (), None) for stmt in tree.body
    ]
    while todo:
        node, prefix, owner, classes, unit = todo.pop()
        kind = type(node)
        if kind is ast.ClassDef:
            assert isinstance(node, ast.ClassDef)
            around = (*classes, node) if unit is None else classes
            todo += [(child, prefix, owner, classes, unit or node) for child in _headers(node)]
            todo += [(child, f"{prefix}{node.name}.", node.name, around, unit) for child in node.body]
        elif kind is ast.FunctionDef or kind is ast.Lambda or kind is ast.AsyncFunctionDef:
            assert isinstance(node, FunctionNode)
            assert unit is not None or isinstance(node, ast.stmt)
            inside = unit or node
            assert isinstance(inside, ast.stmt)
            name = prefix + getattr(node, "name", "<lambda>")
            index.setdefault((name, _first_line(node)), []).append(_Candidate(node, owner, classes, inside))
            todo += [(child, prefix, owner, classes, inside) for child in _headers(node)]
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            todo += [(child, f"{name}.<locals>.", owner, classes, inside) for child in body]
        elif unit is None and isinstance(node, ast.stmt) and not _is_compound(node):
            todo += [(child, prefix, owner, classes, node) for child in children(node)]
        elif unit is None and isinstance(node, ast.stmt):
            todo += [
                (child, prefix, owner, classes, None if isinstance(child, _BLOCKS) else node)
                for child in children(node)
            ]
        elif not isinstance(node, _LEAVES):
            todo += [(child, prefix, owner, classes, unit) for child in children(node)]
    return index


_BLOCKS: Final = (ast.stmt, ast.ExceptHandler, ast.match_case)
_LEAVES: Final = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.arg, ast.alias)


def _is_compound(node: ast.stmt) -> bool:
    return isinstance(node, ast.If | ast.For | ast.While | ast.Try | ast.TryStar | ast.With | ast.Match)


def _headers(node: ast.ClassDef | FunctionNode) -> Iterator[ast.AST]:
    """What is evaluated around the body: decorators, defaults, bases, annotations."""
    if isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        return
    yield from (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None))
    if not isinstance(node, ast.Lambda):
        yield from node.decorator_list


def _compiled(file: _File, candidate: _Candidate, flags: int) -> dict[tuple[str, int], list[CodeType]]:
    """The code objects of a candidate's unit, compiled alone.

    Nothing outside of it shapes them but the names of its classes and which names the module imports.
    """
    key = (id(candidate.unit), flags)
    codes = file.units.get(key)
    if codes is None:
        unit = candidate.unit
        for around in reversed(candidate.classes):
            unit = _stub(around, unit)
        if file.imports is None:
            file.imports = _imports(file.tree)
        module = ast.Module([*file.imports, unit], [])
        codes = {}
        with quiet(file.filename):
            made = compile(module, file.filename, "exec", flags=flags, dont_inherit=True)
        _collect(made, codes)
        file.units[key] = codes
    return codes


def _stub(around: ast.ClassDef, inner: ast.stmt) -> ast.ClassDef:
    extra: dict[str, Any] = (
        {"type_params": getattr(around, "type_params", [])} if sys.version_info >= (3, 12) else {}
    )
    for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        extra[name] = getattr(around, name)
    return ast.ClassDef(name=around.name, bases=[], keywords=[], body=[inner], decorator_list=[], **extra)


def _collect(code: CodeType, into: dict[tuple[str, int], list[CodeType]]) -> None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            into.setdefault((constant.co_qualname, constant.co_firstlineno), []).append(constant)
            _collect(constant, into)
